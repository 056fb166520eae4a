"""What is drawn from: words of random numbers, rows of weights, and the practices that have a topic.

Words come from a counter-based generator, and a choice is made among whole-number weights, whose sums are
exact: what is drawn for a set does not depend on the sets that are drawn beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from ..matrix import Floats, Sparse

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Fits = Callable[[Ints, Ints], Mask]  # (positions of sets, topics) -> whether each topic may stand in its set

WORDS = 12
"""Random numbers for each set: a multiple of what one step of the generator's counter gives."""

_PHILOX_WORDS = 4
_NOWHERE = np.iinfo(np.int64).max
_ENTRIES = 1 << 21  # cells of the matrix that are gathered together: bounds the memory
_SCALE = float(1 << 32)  # the largest weight of a row as a whole number: a weight is exact to 2^-33 of it


def uniform_words(seed: int, attempt: int, start: int, n: int) -> Floats:
    """Random numbers in [0, 1) for sets ``start`` to ``start + n - 1``: shape (n, WORDS).

    Row i depends on ``seed`` (modulo 2^64), ``attempt`` and ``start + i`` alone.
    """
    generator = np.random.Philox(key=np.array([seed % 2**64, attempt], np.uint64))
    generator.advance(start * (WORDS // _PHILOX_WORDS))
    words = generator.random_raw(n * WORDS).reshape(n, WORDS)
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


class Table:
    """Rows of weights from which topics are drawn: ``rows`` is a CSR array of weights from 0."""

    def __init__(self, rows: Sparse) -> None:
        self.ends = rows.indptr.astype(np.int64)
        self.topics = rows.indices
        largest = np.asarray(rows.max(axis=1).toarray()).ravel() if rows.nnz else np.zeros(rows.shape[0])
        # Of its own row's largest, so that a row is the same whatever stands beside it.
        shares = rows.data / np.repeat(np.where(largest > 0, largest, 1.0), np.diff(self.ends))
        whole = np.where(shares > 0, np.maximum(np.rint(shares * _SCALE), 1.0), 0.0)
        self.sums = cumulated(whole.astype(np.int64))

    def draw(self, rows: Ints, u: Floats) -> Ints:
        """A topic for each of ``rows``, (n,); -1 where a row has no weight."""
        at = _pick(self.sums, self.ends[rows], self.ends[rows + 1], u)
        return np.where(at >= 0, self.topics[at] if len(self.topics) else -1, -1)

    def draw_fitting(self, rows: Ints, u: Floats, fits: Fits) -> Ints:
        """As :meth:`draw`, among the topics of a row that fit its set; -1 where none does."""
        drawn = np.full(len(rows), -1, np.int64)
        lengths = self.ends[rows + 1] - self.ends[rows]
        for block in blocks(lengths):
            ends = cumulated(lengths[block])
            owner = np.repeat(np.arange(len(ends) - 1), lengths[block])
            at = np.arange(ends[-1]) + (self.ends[rows[block]] - ends[:-1])[owner]
            weights = self.sums[at + 1] - self.sums[at]
            weights[~fits(owner + block.start, self.topics[at])] = 0
            chosen = _pick(cumulated(weights), ends[:-1], ends[1:], u[block])
            drawn[block] = np.where(chosen >= 0, self.topics[at[chosen]] if len(at) else -1, -1)
        return drawn


def cumulated(whole: Ints) -> Ints:
    """(n + 1,): the sums of the first 0, 1, ... n numbers, which are whole."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(whole, dtype=np.int64)))


def _pick(sums: Ints, low: Ints, high: Ints, u: Floats) -> Ints:
    """The place in ``low:high`` that u in [0, 1) falls on by cumulated weights; -1 where they are all 0."""
    before, total = sums[low], sums[high] - sums[low]
    aim = before + np.minimum((u * total).astype(np.int64), np.maximum(total - 1, 0))
    return np.where(total > 0, np.searchsorted(sums, aim, side="right") - 1, -1)


def blocks(sizes: Ints) -> Iterator[slice]:
    """Slices whose sizes add up to :data:`_ENTRIES` at most, or that hold one item."""
    ends, start = cumulated(sizes), 0
    while start < len(sizes):
        stop = max(start + 1, int(np.searchsorted(ends, ends[start] + _ENTRIES, side="right")) - 1)
        yield slice(start, stop)
        start = stop


class Holdings:
    """Which practices have a topic.

    ``topics`` and ``practices``: parallel arrays, one entry for each practice that has a topic, none twice.
    """

    def __init__(self, topics: Ints, practices: Ints, n_topics: int) -> None:
        self.order = order = np.lexsort((practices, topics))  # the entries by topic, then by practice
        self.practices = practices[order]
        self.ends = cumulated(np.bincount(topics, minlength=n_topics))
        self.size = np.diff(self.ends)  # (N,): practices of each topic
        self._width = int(practices.max(initial=0)) + 1
        keys = topics[order].astype(np.int64) * self._width + self.practices
        self._keys = np.append(keys, _NOWHERE)  # so that every search ends at a key
        self.only = np.where(self.size == 1, np.append(self.practices, -1)[self.ends[:-1]], -1)

    def entries(self, topics: npt.NDArray[np.integer], practices: npt.NDArray[np.integer]) -> Ints:
        """Where in ``order`` the entry of each topic with a practice that has it stands; any shape."""
        return np.searchsorted(self._keys, topics.astype(np.int64) * self._width + practices)

    def _places(self, topics: Ints, used: Ints) -> Ints:
        """(n, k): the place of each used practice among its topic's; _NOWHERE where it is not there."""
        keys = topics[:, None].astype(np.int64) * self._width + used
        at = np.searchsorted(self._keys, keys)
        there = (used >= 0) & (self._keys[at] == keys)
        return np.where(there, at - self.ends[topics][:, None], _NOWHERE)

    def free(self, topics: Ints, used: Ints) -> Mask:
        """(n,): whether a topic has a practice that is none of the used ones, (n, k) with -1 for none."""
        size = self.size[topics]
        free: Mask = size > used.shape[1]
        scarce = np.flatnonzero(~free & (size > 0))
        places = self._places(topics[scarce], used[scarce])
        free[scarce] = (places < _NOWHERE).sum(axis=1) < size[scarce]
        return free

    def pick(self, topics: Ints, used: Ints, u: Floats) -> Ints:
        """(n,): one of the topic's practices that are not used, all alike; there must be one."""
        places = np.sort(self._places(topics, used), axis=1)
        left = self.size[topics] - (places < _NOWHERE).sum(axis=1)
        at = np.minimum((u * left).astype(np.int64), left - 1)
        for place in places.T:  # in rising order: step over each used one
            at += at >= place
        picked: Ints = self.practices[self.ends[topics] + at]
        return picked
