"""Key points into one problem: an order and parameters such that each step feeds the next.

A search over orders with rejection sampling: the first step is drawn, each further one takes the
result before it as one of its parameters.  Where no chain is found, two shorter chains are joined by
a sum, a product or a difference.  Wording is left to render.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from .entry import KeyPoint, Params, Story
from .graph import Graph, Node, Ref

_STARTS = 24  # drawn first steps a search may try
_READABLE = 3_000  # larger intermediate results make clumsy problems
_BUDGET = 160  # drawn further steps a search may try


@dataclass(frozen=True)
class _Link:
    entry: KeyPoint
    params: Params
    fed: str | None


def is_story(entry: KeyPoint) -> bool:
    """Whether it can be told as a sentence of a story."""
    return any(isinstance(w, Story) for w in entry.wordings)


def feedable(entry: KeyPoint) -> list[str]:
    """Parameters that some wording can take from an earlier step."""
    return [p for p in entry.params if any(w.feeds[p] for w in entry.compiled)]


class _Search:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.budget = _BUDGET

    def chain(self, families: Sequence[Sequence[KeyPoint]]) -> list[_Link] | None:
        for _ in range(_STARTS):
            opener = self.rng.randrange(len(families))
            rest = [f for i, f in enumerate(families) if i != opener]
            entry = self._pick(families[opener], last=not rest)
            params = entry.draw(self.rng) if entry else None
            if entry is None or params is None:
                continue
            found = self._extend([_Link(entry, params, None)], rest)
            if found:
                return found
            if self.budget <= 0:
                return None
        return None

    def _pick(self, family: Sequence[KeyPoint], last: bool) -> KeyPoint | None:
        fit = [e for e in family if last or e.chainable]
        return self.rng.choice(fit) if fit else None

    def _extend(self, links: list[_Link], rest: Sequence[Sequence[KeyPoint]]) -> list[_Link] | None:
        if not rest:
            return links
        value = links[-1].entry.value(links[-1].params)
        if isinstance(value, int) and abs(value) > _READABLE:
            return None
        story = is_story(links[-1].entry)
        # Sentences of one story should follow one another.
        order = sorted(range(len(rest)), key=lambda i: self.rng.random() - 0.8 * (is_story(rest[i][0]) == story))
        for i in order:
            entry = self._pick(rest[i], last=len(rest) == 1)
            if entry is None:
                continue
            fed = feedable(entry)
            if entry.carry and self.rng.random() < 0.9:
                fed = sorted(fed, key=lambda p: p != entry.carry)
            else:
                self.rng.shuffle(fed)
            for p in fed:
                if not entry.params[p].accepts(value):
                    continue
                self.budget -= 1
                params = entry.draw(self.rng, {p: value})
                if params is None:
                    if self.budget <= 0:
                        return None
                    continue
                found = self._extend([*links, _Link(entry, params, p)], rest[:i] + rest[i + 1 :])  # type: ignore[operator]
                if found or self.budget <= 0:
                    return found
        return None


def _nodes(links: list[_Link], offset: int = 0) -> list[Node]:
    return [
        Node(k.entry, {p: Ref(offset + i - 1) if p == k.fed else v for p, v in k.params.items()})
        for i, k in enumerate(links)
    ]


def _single(families: Sequence[Sequence[KeyPoint]], rng: Random) -> list[_Link] | None:
    """A chain whose last result is a number, so that it can be joined."""
    numeric = [[e for e in f if e.chainable] for f in families]
    return _Search(rng).chain(numeric) if all(numeric) else None


def _join_of(a: list[_Link], b: list[_Link], rng: Random) -> str:
    x, y = a[-1].entry.value(a[-1].params), b[-1].entry.value(b[-1].params)
    assert isinstance(x, (int, Fraction)) and isinstance(y, (int, Fraction))
    if max(abs(Fraction(x)), abs(Fraction(y))) <= 60 and rng.random() < 0.4:
        return "product"
    return "difference" if x != y and rng.random() < 0.4 else "sum"


def _joined(families: Sequence[Sequence[KeyPoint]], rng: Random) -> Graph | None:
    """Two chains side by side; the second search is tried at every split, the first success wins."""
    order = list(families)
    for _ in range(8):
        rng.shuffle(order)
        for cut in sorted(range(1, len(order)), key=lambda c: abs(c - len(order) / 2)):
            a, b = _single(order[:cut], rng), _single(order[cut:], rng)
            if a and b:
                nodes = _nodes(a) + _nodes(b, len(a))
                return Graph(tuple(nodes), (len(a) - 1, len(nodes) - 1), _join_of(a, b, rng))
    return _side_by_side(families, rng)


def _side_by_side(families: Sequence[Sequence[KeyPoint]], rng: Random) -> Graph | None:
    """Every step on its own, the results added: the last resort."""
    singles = [_single([f], rng) for f in families]
    if not all(singles):
        return None
    nodes = [n for i, s in enumerate(singles) if s for n in _nodes(s, i)]
    return Graph(tuple(nodes), tuple(range(len(nodes))), "sum")


def compose(families: Sequence[Sequence[KeyPoint]], rng: Random) -> Graph | None:
    """A problem that needs one entry of each family, 1 to 6 of them.

    Returns:
        a chain where one is found, else chains joined by an operation; None where some family has no
        numeric entry and no chain exists.
    """
    families = [tuple(f) for f in families]
    for _ in range(3):
        links = _Search(rng).chain(families)
        if links:
            return Graph(tuple(_nodes(links)), (len(links) - 1,))
    return _joined(families, rng) if len(families) > 1 else None
