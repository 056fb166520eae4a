"""A problem's text reduced from the inside out, until only tokens and what is not understood are left.

A template whose slots hold only numbers, letters or phrases already read is replaced by a token;
definitions bind letters to tokens; sentences of a story stay as marks, so that their order is kept.
Building a graph from what was found is reader.py's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .catalogue import entries
from .entry import KeyPoint, Story
from .grammar import Found, Template
from .numbers import read
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

_MAX_ROUNDS = 80
MARK = re.compile(r"⟪([a-z]+)(\d+)⟫")


@dataclass(frozen=True)
class _Form:
    """A template with what it belongs to."""

    template: Template
    kind: str  # ask | question | scene | opening | storyask | storyquestion
    entry: KeyPoint | None = None
    wording: int = 0
    unit: str = ""


@dataclass
class Told:
    """A node as the text tells it, before its parameters are resolved."""

    entry: KeyPoint
    wording: int
    values: dict[str, Any]
    carry: int | None = None  # the told node whose result is the running quantity
    opening: Any = None  # the opening sentence's quantity
    name: str = ""


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
class Reducer:
    text: str
    nodes: list[Told] = field(default_factory=list)  # what ⟦i⟧ stands for, or None for joins
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
        self.nodes.append(Told(form.entry, form.wording, dict(values), name=name))
        return len(self.nodes) - 1

    # --- resolving ---

    def link_stories(self) -> list[tuple[str, str, int]]:
        """Carry the running quantity through the sentences; returns (unit, name, node) in order."""
        flow: list[tuple[str, str, int]] = []
        state: tuple[str, Any, str] | None = None  # unit, node index or ("open", quantity), name
        for kind, digits in MARK.findall(self.text):
            if kind == "o":
                unit, quantity, name = self.openings[int(digits)]
                state = (unit, ("open", quantity), name)
                continue
            told = self.nodes[int(digits)]
            source = told.entry.wordings[told.wording]
            if not isinstance(source, Story):
                continue
            name = told.name if told.name not in PRONOUNS else ""
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
PRONOUNS = {"She", "He", "she", "he", ""}
