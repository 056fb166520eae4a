"""How far the information sets cover the matrix: pairs against their weight, practices, key points, growth.

A pair of a set is any two of its topics, so three topics are three pairs.  How sets are drawn is told in
:mod:`builder.stages.sampling`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa

from ..matrix import TCPM
from ..records import InformationSet
from .facts import Reading
from .order import Floats, Ints, pairs


@dataclass(frozen=True, slots=True)
class Covered:
    """After ``sets`` information sets: how many different ones were used, and the share of the weight drawn."""

    sets: int
    pairs: int
    weight: float  # of the pairs that were drawn, 0..1 of all weight
    topics: int
    practices: int
    key_points: int


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What was drawn.  The arrays are parallel, one item for each pair that occurs (its count is not 0)."""

    topics: tuple[str, ...]
    rows: Ints
    columns: Ints
    counts: Ints
    weights: Floats
    drawn: Ints  # in how many sets
    draws: int  # pairs of all sets, those without a co-occurrence included
    apart: int  # draws of pairs that occur in no practice
    sizes: dict[int, int]  # topics -> sets
    fallbacks: dict[str, int]
    topic_draws: dict[str, int]
    of: Covered  # all there is; ``sets`` is how many were drawn
    curve: tuple[Covered, ...]  # the last is the whole

    @property
    def end(self) -> Covered:
        """What all sets together cover."""
        return self.curve[-1]

    @property
    def expected(self) -> Floats:
        """Draws of each pair if they went by weight alone, which draws of two topics do."""
        total = self.weights.sum()
        return self.weights * ((self.draws - self.apart) / total if total else 0.0)

    def table(self) -> pa.Table:
        """One row a pair that occurs: topic_a, topic_b, count, weight, drawn, expected."""
        names = pa.array(self.topics, pa.string())
        return pa.table(
            {
                "topic_a": names.take(pa.array(self.rows)),
                "topic_b": names.take(pa.array(self.columns)),
                "count": pa.array(self.counts),
                "weight": pa.array(self.weights),
                "drawn": pa.array(self.drawn),
                "expected": pa.array(self.expected.round(4)),
            }
        )

    def curve_table(self) -> pa.Table:
        """The growth: one row a point of the curve."""
        columns = ("sets", "pairs", "weight", "topics", "practices", "key_points")
        return pa.table({name: [getattr(point, name) for point in self.curve] for name in columns})


def coverage(matrix: TCPM, sets: Iterable[InformationSet], reading: Reading) -> Coverage | None:
    """What ``sets``, gone through once, cover of ``matrix``; None where there is no set."""
    tally = _Tally(matrix, reading)
    curve: list[Covered] = []
    due = _checkpoints()
    next_point = next(due)
    for information_set in sets:
        tally.add(information_set)
        if tally.sets == next_point:
            curve.append(tally.covered())
            next_point = next(due)
    if not tally.sets:
        return None
    if curve[-1].sets != tally.sets:
        curve.append(tally.covered())
    return Coverage(
        topics=matrix.topics,
        rows=tally.rows,
        columns=tally.columns,
        counts=tally.counts,
        weights=tally.weights,
        drawn=tally.drawn,
        draws=int(tally.drawn.sum()) + tally.apart,
        apart=tally.apart,
        sizes=dict(sorted(tally.sizes.items())),
        fallbacks=dict(sorted(tally.fallbacks.items())),
        topic_draws=dict(tally.topic_draws),
        of=tally.everything(),
        curve=tuple(curve),
    )


class _Tally:
    """Counts of the sets that were added so far."""

    def __init__(self, matrix: TCPM, reading: Reading) -> None:
        self.rows, self.columns, self.counts, self.weights = pairs(matrix)
        self.drawn = np.zeros(len(self.rows), np.int64)
        self.sets = self.apart = 0
        self.sizes: Counter[int] = Counter()
        self.fallbacks: Counter[str] = Counter()
        self.topic_draws: Counter[str] = Counter()
        self._matrix, self._reading = matrix, reading
        self._place = {name: i for i, name in enumerate(matrix.topics)}
        self._cell = {(int(a), int(b)): i for i, (a, b) in enumerate(zip(self.rows, self.columns, strict=True))}
        self._pairs, self._weight, self._total = 0, 0.0, float(self.weights.sum()) or 1.0
        self._practices: set[str] = set()
        self._key_points: set[tuple[str, str]] = set()

    def add(self, information_set: InformationSet) -> None:
        chosen = information_set.topics
        self.sets += 1
        self.sizes[len(chosen)] += 1
        if information_set.fallback:
            self.fallbacks[information_set.fallback] += 1
        for topic in chosen:
            self.topic_draws[topic.topic] += 1
            self._practices.add(topic.practice_id)
            known = self._reading.key_points.get(topic.topic, ())
            self._key_points.update((topic.topic, k) for k in topic.key_points if k in known)
        for pair in combinations(sorted(self._place.get(t.topic, -1) for t in chosen), 2):
            self._add_pair(self._cell.get(pair))

    def _add_pair(self, cell: int | None) -> None:
        if cell is None:
            self.apart += 1
            return
        if not self.drawn[cell]:
            self._pairs += 1
            self._weight += float(self.weights[cell]) / self._total
        self.drawn[cell] += 1

    def covered(self) -> Covered:
        topics, practices, key_points = map(len, (self.topic_draws, self._practices, self._key_points))
        return Covered(self.sets, self._pairs, self._weight, topics, practices, key_points)

    def everything(self) -> Covered:
        names = self._matrix.topics
        key_points = sum(map(self._reading.distinct, names))
        return Covered(self.sets, len(self.rows), 1.0, len(names), self._reading.drawable, key_points)


def _checkpoints() -> Iterator[int]:
    """1, 2, 3, ... then always about 4% further."""
    point = 1
    while True:
        yield point
        point = max(point + 1, point * 26 // 25)
