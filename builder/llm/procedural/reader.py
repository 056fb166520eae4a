"""A problem's text back into its graph of steps, with what is missing or contradictory in it.

It sees nothing but the text, which reduce.py has turned into tokens.  What a reading is worth (a
score, a solution) is decided by the roles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .entry import KeyPoint
from .graph import Graph, Node, Ref, evaluate, final
from .numbers import Gap, Token, Var
from .reduce import MARK, PRONOUNS, Reducer
from .values import Value

MAX_TEXT = 4_000  # longer texts are no problem of ours and are not read
_SPACES = re.compile(r"\s+")


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


class _Builder:
    """Turns what was told into a graph, from what is asked backwards."""

    def __init__(self, reader: Reducer) -> None:
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
            fit = [i for u, n, i in self.flow if u == unit and (name in PRONOUNS or n in ("", name))]
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


def _facts(reader: Reducer, builder: _Builder) -> list[tuple[int, Any]]:
    found = []
    for of, value in reader.facts:
        told = builder.letter(of) if isinstance(of, str) else builder.target(of)
        if isinstance(told, int) and told in builder.order:
            found.append((builder.order[told], value))
    return found


def _left_over(text: str) -> str:
    text = MARK.sub(" ", text)
    words = re.findall(r"[^\s.,;:!?]+", text)
    return " ".join(words)


@lru_cache(maxsize=4096)
def read_problem(text: str) -> Reading:
    """The reading of a problem's text (cached: ten solutions read the same text)."""
    if len(text) > MAX_TEXT:
        return Reading(None, unread=text[:200])
    clean = _SPACES.sub(" ", re.sub("[⟦⟧⟪⟫]", "", text)).strip()
    reader = Reducer(clean)
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
