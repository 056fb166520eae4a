"""TCPM, the Topic-level Co-occurrence Probability Matrix (METHOD 2, Algorithm 1).

Counts how often two topics stand in one practice.  A topic meets itself where a practice has more than
``diagonal_min`` of its key points.  Practices are read once, as a stream: the memory grows with the
distinct pairs of topics, not with the practices.  What weights are made of the counts is told in
:mod:`builder.matrix`; no row is normalised, that happens when one is sampled.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, diags_array

from ..errors import ConfigError
from ..matrix import TCPM, Sparse
from ..records import LabelledPractice

COMBINED = "all"
"""The name of the matrix over every source."""

_FLUSH = 1 << 18  # topics of practices that are collected before they are counted


class _Index(dict[str, int]):
    """Topic -> its number, in the order in which topics are first met; closed where a list is given."""

    def __init__(self, topics: Sequence[str] | None) -> None:
        super().__init__((t, i) for i, t in enumerate(sorted(set(topics or ()))))
        self.open = topics is None

    def number(self, topic: str) -> int:
        """-1 where the topic is not wanted."""
        return self.setdefault(topic, len(self)) if self.open else self.get(topic, -1)


class _Counts:
    """The cells of one matrix while practices stream by."""

    def __init__(self, index: _Index, diagonal_min: int) -> None:
        self.index, self.diagonal_min = index, diagonal_min
        self.numbers = array("i")  # topics of the practices that are not yet counted, one after the other
        self.ends = array("q", [0])  # where each of these practices ends
        self.itself = array("i")  # topics that meet themselves
        self.pairs: Sparse = csr_array((0, 0), dtype=np.int64)
        self.diagonal = np.zeros(0, np.int64)

    def add(self, practice: LabelledPractice) -> None:
        """Count a practice; a topic that stands in it twice counts once, with all its key points."""
        sizes: dict[int, int] = {}
        for t in practice.topics:
            number = self.index.number(t.topic)
            if number >= 0:
                sizes[number] = sizes.get(number, 0) + len(t.key_points)
        self.numbers.extend(sizes)
        self.ends.append(len(self.numbers))
        self.itself.extend(i for i, size in sizes.items() if size > self.diagonal_min)
        if len(self.numbers) >= _FLUSH:
            self.flush()

    def flush(self) -> None:
        """Add what is collected to the cells: practices that have both topics, as one sparse product."""
        n = len(self.index)
        columns, ends = np.array(self.numbers), np.array(self.ends)
        incidence = csr_array((np.ones(len(columns), np.int64), columns, ends), shape=(len(ends) - 1, n))
        self.pairs.resize((n, n))
        self.pairs = self.pairs + (incidence.T @ incidence).tocsr()
        self.diagonal = np.pad(self.diagonal, (0, n - len(self.diagonal)))
        self.diagonal += np.bincount(np.array(self.itself), minlength=n)
        del self.numbers[:], self.ends[1:], self.itself[:]

    def cells(self, order: npt.NDArray[np.int64]) -> Sparse:
        """The counts of the topics with these numbers, in this order (N x N)."""
        self.flush()
        cells = (self.pairs + diags_array(self.diagonal - self.pairs.diagonal(), dtype=np.int64)).tocsr()
        return cells[order][:, order]

    def occurs(self, order: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether the topics with these numbers stand in any practice."""
        self.flush()
        found: npt.NDArray[np.bool_] = self.pairs.diagonal()[order] > 0
        return found


def _sorted_order(index: _Index) -> npt.NDArray[np.int64]:
    return np.array([index[t] for t in sorted(index)], np.int64)


def tcpm(
    practices: Iterable[LabelledPractice],
    diagonal_min: int = 5,
    topics: Sequence[str] | None = None,
    weighting: str = "log10",
) -> TCPM:
    """The matrix of labelled practices.

    For each practice and each ordered pair of its topics ``counts[i][j]`` grows by 1, and
    ``counts[i][i]`` where topic i has more than ``diagonal_min`` key points in it.  ``topics``: only
    these (others are left out of the matrix, METHOD 1 "Others - *"); by default all that occur.

    Raises:
        ConfigError: ``weighting`` is none of :data:`builder.matrix.WEIGHTINGS`.
    """
    index = _Index(topics)
    counts = _Counts(index, diagonal_min)
    for practice in practices:
        counts.add(practice)
    return TCPM.of(sorted(index), counts.cells(_sorted_order(index)), weighting)


def tcpm_by_source(
    practices: Iterable[LabelledPractice],
    diagonal_min: int = 5,
    topics: Sequence[str] | None = None,
    weighting: str = "log10",
    *,
    own_topics: bool = False,
) -> dict[str, TCPM]:
    """A matrix for each source of the practices, after the combined one under :data:`COMBINED`, in one pass.

    All are over the same topics, so that their cells can be compared; with ``own_topics`` each source's is
    over the topics that occur in it.

    Raises:
        ConfigError: a source has the name of the combined matrix; as :func:`tcpm`.
    """
    index = _Index(topics)
    by_source: dict[str, _Counts] = {}
    for practice in practices:
        source = practice.practice.source
        if source not in by_source:
            if source == COMBINED:
                raise ConfigError(f"seed source {source!r}: this name is that of the combined matrix, choose another")
            by_source[source] = _Counts(index, diagonal_min)
        by_source[source].add(practice)
    names, order = sorted(index), _sorted_order(index)
    total = csr_array((len(names), len(names)), dtype=np.int64)
    matrices = {}
    for source in sorted(by_source):
        cells = by_source[source].cells(order)
        total = total + cells
        kept = np.flatnonzero(by_source[source].occurs(order)) if own_topics else np.arange(len(names))
        matrices[source] = TCPM.of([names[i] for i in kept], cells[kept][:, kept], weighting)
    return {COMBINED: TCPM.of(names, total, weighting), **matrices}
