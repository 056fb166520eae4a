"""A graph of steps as the text of a problem that a textbook could print.

Steps are linked in three ways: a noun phrase inside another, a letter that is defined ("Let $n$
be ...", "..., where $n$ is ..."), or the running quantity of a story.  No intermediate value is ever
written.  Which steps there are is compose.py's business; reading the text back is reader.py's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .entry import CompiledWording, Story
from .grammar import capitalise
from .graph import Graph, Node, Ref
from .numbers import Gap, Phrase, Var
from .phrases import (
    DEFINITIONS,
    FACTS,
    FINALS,
    JOINED,
    OPENINGS,
    STORY_ASKS,
    STORY_QUESTIONS,
    VARIABLE_FACTS,
)
from .story import Context, new_context, things
from .values import tex

_SPARE = "nkmpqabcdrstNMKu"


@dataclass
class _Plan:
    """What was decided for one node."""

    wording: CompiledWording
    index: int
    fed: str | None  # the parameter that the node before it feeds
    link: str = ""  # how this node takes its fed parameter: phrase | variable | carry
    story: int = -1  # which story it belongs to
    letter: str = ""  # the letter that its result gets
    phrase: str = ""
    tail: str = ""  # ", where $n$ is ..." for a letter in the phrase; stands at the end of a statement
    where: bool | None = None  # whether its letter is explained where it is used


@dataclass
class _Story:
    kinds: list[tuple[str, ...]] = field(default_factory=list)
    context: Context | None = None


def _story_of(plan: _Plan) -> Story | None:
    return plan.wording.source if isinstance(plan.wording.source, Story) else None


class Renderer:
    """Writes one problem; a fresh one for every problem."""

    def __init__(self, graph: Graph, rng: Random) -> None:
        self.graph, self.rng = graph, rng
        self.plans: list[_Plan] = []
        self.stories: list[_Story] = []
        self.sentences: list[str] = []
        self.contradiction: tuple[int, Any] | None = None
        self.undefined = "c"  # the letter of a quantity that is left out on purpose

    def text(self) -> str:
        """The problem."""
        for i in range(len(self.graph.nodes)):
            self._choose_wording(i)
        self._choose_contexts()
        self._choose_links()
        self._choose_letters()
        self.dollars = not self.stories and self.rng.random() < 0.6
        for i in range(len(self.plans)):
            self._tell(i)
        self._contradict()
        self._ask()
        return " ".join(self.sentences)

    # --- decisions ---

    def _feeder(self, node: Node) -> tuple[str | None, int]:
        return next(((p, v.index) for p, v in node.params.items() if isinstance(v, Ref)), (None, -1))

    def _choose_wording(self, i: int) -> None:
        node = self.graph.nodes[i]
        fed, feeder = self._feeder(node)
        shown = [p for p, v in node.params.items() if isinstance(v, (Ref, Gap))]
        options = [(k, w) for k, w in enumerate(node.entry.compiled) if all(w.feeds[p] for p in shown)]
        before = self.plans[feeder] if feeder >= 0 else None
        k, wording = max(options, key=lambda o: self._liking(i, o[1], fed, before))
        plan = _Plan(wording, k, fed)
        source = _story_of(plan)
        if source is not None:
            if before is not None and self._continues(wording, fed, before):
                plan.story, plan.link = before.story, "carry"
            else:
                self.stories.append(_Story())
                plan.story = len(self.stories) - 1
            self.stories[plan.story].kinds.append(source.items)
        self.plans.append(plan)

    def _continues(self, wording: CompiledWording, fed: str | None, before: _Plan) -> bool:
        """Whether the wording goes on with the story that the feeding node told."""
        source, last = wording.source, _story_of(before)
        if not isinstance(source, Story) or last is None or fed is None or wording.feeds[fed] != {"carry"}:
            return False
        kinds = [*self.stories[before.story].kinds, source.items]
        return last.gives == source.takes and bool(_common_things(kinds))

    def _liking(self, i: int, wording: CompiledWording, fed: str | None, before: _Plan | None) -> float:
        base = self.rng.random()
        if not isinstance(wording.source, Story):
            return base + (0.3 if wording.scene is None else 0.15)
        if before is not None and self._continues(wording, fed, before):
            return base + 2.0
        follows = i + 1 < len(self.graph.nodes) and any(
            isinstance(w, Story) and w.takes == wording.source.gives for w in self.graph.nodes[i + 1].entry.wordings
        )
        alone = 0.3 if len(self.graph.nodes) == 1 else -0.4
        return base + (1.0 if follows else alone) - (0.3 if self.stories else 0.0)

    def _choose_contexts(self) -> None:
        taken: list[str] = []
        for s in self.stories:
            context = new_context(self.rng, taken=tuple(taken))
            context.item = self.rng.choice(_common_things(s.kinds))
            taken.append(context.name)
            s.context = context

    def _choose_links(self) -> None:
        for i, plan in enumerate(self.plans):
            _, feeder = self._feeder(self.graph.nodes[i])
            if feeder < 0 or plan.link == "carry" or plan.fed is None:
                continue
            source = self.plans[feeder]
            modes = plan.wording.feeds[plan.fed]
            can = "phrase" in modes and source.link != "phrase" and not self._has_comma(source)
            if can and plan.wording.scene is not None and plan.fed in plan.wording.scene.names:
                can = False
            like = 0.65 if source.wording.scene is None else 0.35
            plan.link = "phrase" if can and self.rng.random() < like else "variable"
            if plan.link == "variable" and "variable" not in modes and "carry" not in modes:
                plan.link = "phrase"

    def _has_comma(self, plan: _Plan) -> bool:
        """Whether its noun phrase would tear the phrase around it."""
        return plan.wording.ask is not None and "," in plan.wording.ask.text

    def _choose_letters(self) -> None:
        used: set[str] = set()
        named = set(self.graph.ends if self.graph.join else ())
        for node, plan in zip(self.graph.nodes, self.plans, strict=True):
            for template in (plan.wording.scene, plan.wording.ask, plan.wording.question):
                used |= template.letters if template else frozenset()
            if plan.link == "variable":
                named.add(self._feeder(node)[1])
        self.undefined = next(c for c in "cbpqhwz" if c not in used)
        used.add(self.undefined)
        for i in sorted(named):
            pool = [c for c in self.graph.nodes[i].entry.letters + _SPARE if c not in used]
            letter = pool[0] if self.rng.random() < 0.6 else self.rng.choice(pool[:4])
            used.add(letter)
            self.plans[i].letter = letter

    # --- writing ---

    def _tell(self, i: int) -> None:
        """Say everything about node ``i`` up to its noun phrase; define its letter where it has one."""
        plan, node = self.plans[i], self.graph.nodes[i]
        where = self._where(i)
        shown = self._shown(i)
        context = self.stories[plan.story].context if plan.story >= 0 else None
        source = _story_of(plan)
        if source is not None and source.takes and plan.link != "carry":
            assert node.entry.carry is not None and context is not None
            opening = self.rng.choice(OPENINGS[source.takes])
            values = {"q": shown[node.entry.carry]}
            self._say(opening.render(values, context, self.dollars), where)
            where = ""
        if plan.wording.scene is not None:
            text = plan.wording.scene.render(shown, context, self.dollars)
            if plan.fed in plan.wording.scene.names:
                text, where = self._attach(text, where, i), ""
            self._say(text, "")
        plan.phrase = self._phrase(i, shown)
        nested = plan.link == "phrase" and not (plan.wording.scene and plan.fed in plan.wording.scene.names)
        plan.tail = self.plans[self._feeder(node)[1]].tail if nested else where
        if plan.letter and not self._where_suits(i):
            form = self.rng.choice(DEFINITIONS)
            self.sentences.append(form.format(letter=plan.letter, phrase=plan.phrase + plan.tail))

    def _shown(self, i: int) -> dict[str, Any]:
        plan, node = self.plans[i], self.graph.nodes[i]
        shown = dict(node.params)
        for p, v in node.params.items():
            if isinstance(v, Ref):
                before = self.plans[v.index]
                shown[p] = Phrase(before.phrase) if plan.link == "phrase" else Var(before.letter)
            elif isinstance(v, Gap):
                shown[p] = v if _says_some(plan, p) else Var(self.undefined)
        return shown

    def _where_suits(self, i: int) -> bool:
        """Whether the letter of node ``i`` is explained where it is used: "..., where $n$ is ..."."""
        if self.graph.join or i + 1 >= len(self.plans) or self.plans[i + 1].link != "variable":
            return False
        plan = self.plans[i]
        if plan.where is None:
            told = " ".join(t.text for t in (self.plans[i + 1].wording.scene, self.plans[i + 1].wording.ask) if t)
            second = bool(plan.tail) or ", where" in told  # one such clause in a sentence is enough
            plan.where = not second and self.rng.random() < 0.5
        return plan.where

    def _where(self, i: int) -> str:
        if self.plans[i].link != "variable":
            return ""
        _, feeder = self._feeder(self.graph.nodes[i])
        before = self.plans[feeder]
        return f", where ${before.letter}$ is {before.phrase}" if self._where_suits(feeder) else ""

    def _attach(self, text: str, where: str, i: int) -> str:
        """The scene with the clause at the end of the sentence that has the letter."""
        if not where:
            return text
        _, feeder = self._feeder(self.graph.nodes[i])
        letter = re.compile(rf"(?<![a-zA-Z\\]){self.plans[feeder].letter}")
        sentences = re.split(r"(?<=\.) ", text)
        formulas = [" ".join(s.replace("\\$", "").split("$")[1::2]) for s in sentences]
        at = next((k for k, f in enumerate(formulas) if letter.search(f)), len(sentences) - 1)
        sentences[at] = sentences[at].removesuffix(".") + where + "."
        return " ".join(sentences)

    def _say(self, text: str, where: str) -> None:
        self.sentences.append(capitalise(text.removesuffix(".") + where + "." if where else text))

    def _phrase(self, i: int, shown: dict[str, Any]) -> str:
        plan = self.plans[i]
        source = _story_of(plan)
        context = self.stories[plan.story].context if plan.story >= 0 else None
        if plan.wording.ask is not None:
            return plan.wording.ask.render(shown, context, self.dollars)
        assert source is not None
        short = len(self.stories[plan.story].kinds) == 1
        return STORY_ASKS[source.gives][short].render({}, context, self.dollars)

    def _contradict(self) -> None:
        if self.contradiction is None:
            return
        i, value = self.contradiction
        plan = self.plans[i]
        if plan.letter:
            form = self.rng.choice(VARIABLE_FACTS).format(letter=plan.letter, value=tex(value))
        else:
            form = self.rng.choice(FACTS).format(phrase=plan.phrase, value=f"${tex(value)}$")
        self.sentences.append(form)

    def _ask(self) -> None:
        if self.graph.join:
            letters = [self.plans[i].letter for i in self.graph.ends]
            if len(letters) > 2:
                phrase = "$" + " + ".join(letters) + "$"
            else:
                phrase = JOINED[self.graph.join].format(a=letters[0], b=letters[1])
            self.sentences.append(self.rng.choice(FINALS[:1] + FINALS[2:]).format(phrase=phrase))
            return
        self.sentences.append(capitalise(self._question(self.graph.ends[0])))

    def _question(self, i: int) -> str:
        plan = self.plans[i]
        source = _story_of(plan)
        context = self.stories[plan.story].context if plan.story >= 0 else None
        if not plan.tail:
            if plan.wording.question is not None and self.rng.random() < (0.8 if source else 0.55):
                return plan.wording.question.render(self._shown(i), context, self.dollars)
            if source is not None and plan.wording.ask is None:
                return self.rng.choice(STORY_QUESTIONS[source.gives]).render({}, context, self.dollars)
        form = self.rng.choice(FINALS[1:2] * 2 + FINALS)
        return form.format(phrase=plan.phrase + plan.tail)


def _says_some(plan: _Plan, param: str) -> bool:
    """Whether a missing number is left out as "some" (in a story) and not as an undefined letter."""
    scene = plan.wording.scene
    story = _story_of(plan)
    return story is not None and ("carry" in plan.wording.feeds[param] or bool(scene and scene.gap_fits(param)))


def _common_things(kinds: list[tuple[str, ...]]) -> list[str]:
    """Things that fit every sentence of a story."""
    sets = [things(k) for k in kinds]
    return [t for t in sets[0] if all(t in s for s in sets[1:])] if sets else []


def render(graph: Graph, rng: Random, contradiction: tuple[int, Any] | None = None) -> str:
    """The text of a problem.

    ``contradiction``: (node, wrong value): the text also states that this node's result is that value.
    """
    renderer = Renderer(graph, rng)
    renderer.contradiction = contradiction
    return renderer.text()
