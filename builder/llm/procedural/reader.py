"""A problem's text back into its graph of steps, with what is missing or contradictory in it.

The text is reduced from the inside out: a template whose slots hold only numbers, letters or phrases
already read is replaced by a token, until nothing changes.  Definitions bind letters to tokens,
sentences of a story are linked in their order.  It sees nothing but the text.  What a reading is
worth (a score, a solution) is decided by the roles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from .catalogue import entries
from .entry import KeyPoint, Story
from .grammar import Found, Template
from .graph import Graph, Node, Ref, evaluate, final
from .numbers import Gap, Token, Var, read
from .phrases import (
    FACT,
    FINAL,
    JOIN_VARIABLES,
    LET,
    OPENINGS,
    STORY_ASKS,
    STORY_QUESTIONS,
    VARIABLE_FACT,
    WHERE,
)
from .values import Value

MAX_TEXT = 4_000  # longer texts are no problem of ours and are not read
_MAX_ROUNDS = 80
_MARK = re.compile(r"⟪([a-z]+)(\d+)⟫")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class _Form:
    """A template with what it belongs to."""

    template: Template
    kind: str  # ask | question | scene | opening | storyask | storyquestion
    entry: KeyPoint | None = None
    wording: int = 0
    unit: str = ""


@dataclass
class _Told:
    """A node as the text tells it, before its parameters are resolved."""

    entry: KeyPoint
    wording: int
    values: dict[str, Any]
    carry: int | None = None  # the told node whose result is the running quantity
    opening: Any = None  # the opening sentence's quantity
    name: str = ""


@dataclass(frozen=True)
class Reading:
    """What was read.  ``graph`` is None where nothing that is asked for was recognised.

    ``values``: the exact value of every node (None: not computable); ``gaps``: quantities that the
    text does not give; ``contradictions``: statements that disagree; ``unread``: words left over;
    ``unused``: key points that occur in the text but are not needed for what is asked.
    """

    graph: Graph | None
    values: tuple[Value | None, ...] = ()
    gaps: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    unread: str = ""
    unused: tuple[KeyPoint, ...] = ()
    facts: tuple[tuple[int, Any], ...] = ()  # (node, value that the text states for it)

    @property
    def answer(self) -> Value | None:
        """The exact answer; None where there is none."""
        return None if self.graph is None else final(self.graph, list(self.values))


@cache
def _forms() -> tuple[_Form, ...]:
    forms = []
    for entry in entries():
        for i, w in enumerate(entry.compiled):
            kinds = (("ask", w.ask), ("question", w.question), ("scene", w.scene))
            forms += [_Form(t, kind, entry, i) for kind, t in kinds if t is not None]
    for unit in OPENINGS:
        forms += [_Form(t, "opening", unit=unit) for t in OPENINGS[unit]]
        forms += [_Form(t, "storyask", unit=unit) for t in STORY_ASKS[unit]]
        forms += [_Form(t, "storyquestion", unit=unit) for t in STORY_QUESTIONS[unit]]
    # The more literal text a template has, the surer its match: it goes first.
    return tuple(sorted(forms, key=lambda f: -f.template.weight))


@dataclass
class _Reader:
    text: str
    nodes: list[_Told] = field(default_factory=list)  # what ⟦i⟧ stands for, or None for joins
    targets: list[Any] = field(default_factory=list)  # per token: node index | ("join", op, letters) | story ask
    marks: list[tuple[str, int]] = field(default_factory=list)
    letters: dict[str, int] = field(default_factory=dict)
    defined_twice: list[str] = field(default_factory=list)
    facts: list[tuple[Any, Any]] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)  # tokens of the final question
    openings: list[tuple[str, Any, str]] = field(default_factory=list)

    def reduce(self) -> None:
        """Replace what is recognised until nothing changes."""
        lower = self.text.lower()
        forms = [f for f in _forms() if f.template.key in lower]
        for _ in range(_MAX_ROUNDS):
            if not (self._bind() or self._match(forms)):
                return

    # --- binding ---

    def _bind(self) -> bool:
        before = self.text
        self.text = WHERE.sub(lambda m: self._define(m[1], int(m[2])), self.text)
        self.text = LET.sub(lambda m: self._define(m[1] or m[2], int(m[3])), self.text)
        self.text = FACT.sub(lambda m: self._fact(int(m[1]), m[2]), self.text)
        self.text = VARIABLE_FACT.sub(lambda m: self._fact(m[1], m[2]), self.text)
        self.text = FINAL.sub(lambda m: self._ask(int(m[1])), self.text)
        return self.text != before

    def _define(self, letter: str, token: int) -> str:
        if self.letters.setdefault(letter, token) != token:
            self.defined_twice.append(letter)
        return ""

    def _fact(self, of: Any, value: str) -> str:
        self.facts.append((of, read(value, "")))
        return ""

    def _ask(self, token: int) -> str:
        self.asked.append(token)
        return ""

    # --- matching ---

    def _match(self, forms: list[_Form]) -> bool:
        for form in forms:
            found = form.template.find(self.text)
            if found:
                self._replace(found, self._take(form, found))
                return True
        m = JOIN_VARIABLES.search(self.text)
        if m and FINAL.search(self.text[: m.start()] + "⟦0⟧" + self.text[m.end() :]):
            body = m[0].strip("$")
            join = "sum" if "+" in body else "product" if "cdot" in body else "difference"
            letters = tuple(re.findall(r"(?<![a-zA-Z\\])[a-zA-Z](?![a-zA-Z])", body))
            self._replace(Found(m.start(), m.end(), {}), self._token(("join", join, letters)))
            return True
        return False

    def _replace(self, found: Found, by: str) -> None:
        self.text = self.text[: found.start] + by + self.text[found.end :]

    def _take(self, form: _Form, found: Found) -> str:
        values = {k: v for k, v in found.values.items() if k[:1] not in "NSsh" or k not in _CONTEXT_NAMES}
        name = found.values.get("Name") or found.values.get("She") or found.values.get("she") or ""
        if form.kind == "opening":
            self.openings.append((form.unit, values.get("q"), str(name)))
            return self._mark("o", len(self.openings) - 1)
        if form.kind in ("storyask", "storyquestion"):
            token = self._token(("story", form.unit, str(name)))
            return self._final(form, token)
        assert form.entry is not None
        node = self._node(form, values, str(name))
        if form.kind == "scene":
            return self._mark("s", node)
        return self._final(form, self._token(node))

    def _final(self, form: _Form, token: str) -> str:
        if form.kind in ("question", "storyquestion"):
            self.asked.append(int(token[1:-1]))
            return ""
        return token

    def _mark(self, kind: str, index: int) -> str:
        self.marks.append((kind, index))
        return f"⟪{kind}{index}⟫"

    def _token(self, target: Any) -> str:
        if target not in self.targets:
            self.targets.append(target)
        return f"⟦{self.targets.index(target)}⟧"

    def _node(self, form: _Form, values: dict[str, Any], name: str) -> int:
        """The node that this form tells of: a new one, or one that was told in part."""
        assert form.entry is not None
        scene = form.entry.compiled[form.wording].scene is not None
        for i, n in enumerate(self.nodes):
            same = n.entry is form.entry and (n.wording == form.wording or not scene)
            if same and all(n.values.get(k, v) == v for k, v in values.items()) and (scene or n.values == values):
                n.values.update(values)
                n.name = n.name or name
                return i
        self.nodes.append(_Told(form.entry, form.wording, dict(values), name=name))
        return len(self.nodes) - 1

    # --- resolving ---

    def link_stories(self) -> list[tuple[str, str, int]]:
        """Carry the running quantity through the sentences; returns (unit, name, node) in order."""
        flow: list[tuple[str, str, int]] = []
        state: tuple[str, Any, str] | None = None  # unit, node index or ("open", quantity), name
        for kind, digits in _MARK.findall(self.text):
            if kind == "o":
                unit, quantity, name = self.openings[int(digits)]
                state = (unit, ("open", quantity), name)
                continue
            told = self.nodes[int(digits)]
            source = told.entry.wordings[told.wording]
            if not isinstance(source, Story):
                continue
            name = told.name if told.name not in _PRONOUNS else ""
            if source.takes is not None and state is not None and state[0] == source.takes:
                if isinstance(state[1], tuple):
                    told.opening = state[1][1]
                else:
                    told.carry = state[1]
                name = state[2] or name
            state = (source.gives, int(digits), name)
            flow.append((source.gives, name, int(digits)))
        return flow


_CONTEXT_NAMES = {"Name", "She", "she", "her", "him", "items", "item"}
_PRONOUNS = {"She", "He", "she", "he", ""}


class _Builder:
    """Turns what was told into a graph, from what is asked backwards."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.flow = reader.link_stories()
        self.order: dict[int, int] = {}  # told node -> node of the graph
        self.nodes: list[Node] = []
        self.gaps: list[str] = []
        self.open: set[int] = set()

    def target(self, token: int) -> Any:
        """Told node index or a join; None where the token is no quantity that was told."""
        if token >= len(self.reader.targets):
            return None
        target = self.reader.targets[token]
        if isinstance(target, tuple) and target[0] == "story":
            _, unit, name = target
            fit = [i for u, n, i in self.flow if u == unit and (name in _PRONOUNS or n in ("", name))]
            return fit[-1] if fit else None
        return target

    def letter(self, letter: str) -> Any:
        """Told node that a letter stands for."""
        token = self.reader.letters.get(letter)
        return None if token is None else self.target(token)

    def build(self) -> Graph | None:
        if not self.reader.asked:
            return None
        target = self.target(self.reader.asked[-1])
        if target is None:
            return None
        if isinstance(target, tuple):
            _, join, letters = target
            told = [self.letter(c) for c in letters]
            if not all(isinstance(t, int) for t in told):
                self.gaps.append("a letter that is not defined")
                return None
            added = [self._add(t) for t in told]
            ends = tuple(i for i in added if i is not None)
            return Graph(tuple(self.nodes), ends, join) if len(ends) == len(added) else None
        end = self._add(target)
        return None if end is None else Graph(tuple(self.nodes), (end,))

    def _add(self, told: int) -> int | None:
        if told in self.order:
            return self.order[told]
        if told in self.open:  # defined by itself
            return None
        self.open.add(told)
        node = self.reader.nodes[told]
        values = dict(node.values)
        if node.entry.carry and node.entry.carry not in values:
            if node.carry is not None:
                values[node.entry.carry] = node.carry, "node"
            elif node.opening is not None:
                values[node.entry.carry] = node.opening
        params = {p: self._param(node.entry, p, values.get(p, Gap())) for p in node.entry.params}
        self.nodes.append(Node(node.entry, params, node.wording))
        self.order[told] = len(self.nodes) - 1
        self.open.discard(told)
        return self.order[told]

    def _param(self, entry: KeyPoint, name: str, value: Any) -> Any:
        source: Any = value
        if isinstance(value, Var):
            source = self.letter(value.letter)
        elif isinstance(value, Token):
            source = self.target(value.index)
        elif isinstance(value, tuple) and value[-1:] == ("node",):
            source = value[0]
        elif not isinstance(value, Gap):
            return value
        if isinstance(source, int) and not isinstance(value, Gap):
            index = self._add(source)
            if index is not None:
                return Ref(index)
        said = value.letter if isinstance(value, Var) else value.word if isinstance(value, Gap) else "?"
        self.gaps.append(f"{said} ({name} of: {entry.names[0]})")
        return Gap(str(said))


def _facts(reader: _Reader, builder: _Builder) -> list[tuple[int, Any]]:
    found = []
    for of, value in reader.facts:
        told = builder.letter(of) if isinstance(of, str) else builder.target(of)
        if isinstance(told, int) and told in builder.order:
            found.append((builder.order[told], value))
    return found


def _left_over(text: str) -> str:
    text = _MARK.sub(" ", text)
    words = re.findall(r"[^\s.,;:!?]+", text)
    return " ".join(words)


@lru_cache(maxsize=4096)
def read_problem(text: str) -> Reading:
    """The reading of a problem's text (cached: ten solutions read the same text)."""
    if len(text) > MAX_TEXT:
        return Reading(None, unread=text[:200])
    clean = _SPACES.sub(" ", re.sub("[⟦⟧⟪⟫]", "", text)).strip()
    reader = _Reader(clean)
    reader.reduce()
    builder = _Builder(reader)
    graph = builder.build()
    left = _left_over(reader.text)
    if graph is None:
        return Reading(None, gaps=tuple(builder.gaps), unread=left)
    values = evaluate(graph)
    facts = _facts(reader, builder)
    wrong = [
        f"{graph.nodes[i].entry.names[0]}: stated as {v}" for i, v in facts if values[i] is not None and values[i] != v
    ]
    wrong += [f"${c}$ is defined twice" for c in reader.defined_twice]
    unused = tuple(n.entry for i, n in enumerate(reader.nodes) if i not in builder.order)
    return Reading(graph, tuple(values), tuple(builder.gaps), tuple(wrong), left, unused, tuple(facts))


def literal_params(node: Node) -> Mapping[str, Any]:
    """The node's own numbers, without what earlier steps feed."""
    return {k: v for k, v in node.params.items() if not isinstance(v, Ref)}
