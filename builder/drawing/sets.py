"""Information sets as arrays, and their draw: set i depends on the seed and on i alone.

With coverage, pairs that earlier sets have used weigh less, and set i depends on the sets before it too;
how many sets are asked for at a time, and by how many processes, makes no difference either way.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..matrix import Floats
from .laws import Law, MatrixLaw
from .tables import Fits, Holdings, Ints, Mask, Table, uniform_words

FALLBACKS = (None, "previous_row", "two_topics")
"""What the numbers of :attr:`SetArrays.fallback` stand for."""

COVERAGE_BLOCK = 1000
"""With coverage the weights stay the same for this many sets."""

_CHUNK = 1 << 16  # sets that are drawn together: bounds the memory

# Which of a set's words draws what.  "Again" is used where what a word has drawn may not stand in the set.
_WANTED, _FIRST, _SECOND, _SECOND_AGAIN, _THIRD, _THIRD_AGAIN, _PREVIOUS = range(7)
_PRACTICE = (7, 8, 9)


@dataclass(frozen=True, eq=False)
class SetArrays:
    """Information sets ``start`` to ``start + n - 1`` as numbers; -1 stands where a set has no third topic."""

    start: int
    topics: npt.NDArray[np.int32]  # (n, 3), numbers of topics
    practices: npt.NDArray[np.int32]  # (n, 3), numbers of practices
    wanted: npt.NDArray[np.uint8]  # (n,), 2 or 3: how many topics the set was to have
    fallback: npt.NDArray[np.uint8]  # (n,), places in FALLBACKS

    @staticmethod
    def empty(start: int, n: int) -> SetArrays:
        """``n`` sets that hold nothing yet."""
        topics, practices = np.full((2, n, 3), -1, np.int32)
        return SetArrays(start, topics, practices, np.zeros(n, np.uint8), np.zeros(n, np.uint8))

    def __len__(self) -> int:
        return len(self.wanted)

    def part(self, low: int, high: int) -> SetArrays:
        """Sets ``start + low`` to ``start + high - 1``, as views."""
        return SetArrays(
            self.start + low,
            self.topics[low:high],
            self.practices[low:high],
            self.wanted[low:high],
            self.fallback[low:high],
        )

    def take(self, other: SetArrays) -> None:
        """Copy the sets of ``other`` that belong to these too."""
        low, high = max(self.start, other.start), min(self.start + len(self), other.start + len(other))
        mine, theirs = self.part(low - self.start, high - self.start), other.part(low - other.start, high - other.start)
        for name in ("topics", "practices", "wanted", "fallback"):
            getattr(mine, name)[:] = getattr(theirs, name)


class Drawer:
    """Sets by their numbers.

    Args:
        law: MatrixLaw or UniformLaw; it must lead somewhere.
        holdings: which practices have a topic.
        may_repeat: (N,), whether a topic may stand in a set twice.
        seed: any whole number; modulo 2^64.
        two_topic_share: 0..1, the share of sets that want 2 topics, the others want 3.
    """

    def __init__(self, law: Law, holdings: Holdings, may_repeat: Mask, seed: int, two_topic_share: float) -> None:
        self.law, self.holdings, self.may_repeat = law, holdings, may_repeat
        self.seed, self.two_topic_share = seed, two_topic_share

    def draw(self, start: int, n: int) -> SetArrays:
        """Sets ``start`` to ``start + n - 1``."""
        sets = SetArrays.empty(start, n)
        for low in range(0, n, _CHUNK):
            self._fill(sets.part(low, min(low + _CHUNK, n)))
        return sets

    def _fill(self, sets: SetArrays) -> None:
        """Draw each set, anew from other words as long as its first topic leads nowhere."""
        pending = np.arange(len(sets))
        for attempt in itertools.count():
            words = uniform_words(self.seed, attempt, sets.start, len(sets))
            batch = _Batch(self, words[pending])
            batch.draw()
            done = batch.topics[:, 1] >= 0
            at = pending[done]
            sets.topics[at], sets.practices[at] = batch.topics[done], batch.practices[done]
            sets.wanted[at], sets.fallback[at] = batch.wanted[done], batch.fallback[done]
            pending = pending[~done]
            if not len(pending):
                return


class _Batch:
    """Sets while they are being drawn, one row of ``words`` each."""

    def __init__(self, drawer: Drawer, words: Floats) -> None:
        self.law, self.holdings, self.may_repeat = drawer.law, drawer.holdings, drawer.may_repeat
        self.words = words
        self.topics, self.practices = np.full((2, len(words), 3), -1, np.int64)
        self.wanted = np.where(words[:, _WANTED] < drawer.two_topic_share, 2, 3)
        self.fallback = np.zeros(len(words), np.uint8)

    def draw(self) -> None:
        """All topics and practices; a set without a second topic has led nowhere."""
        every = np.arange(len(self.words))
        self._add(0, every, self.law.first.draw(np.zeros(len(every), np.int64), self.words[:, _FIRST]))
        table, rows = self.law.second(self.topics[:, 0])
        self._add(1, every, self._next(1, every, table, rows, _SECOND, _SECOND_AGAIN))
        three = np.flatnonzero((self.topics[:, 1] >= 0) & (self.wanted == 3))
        for some, table, rows in self.law.third(self.topics[three, 0], self.topics[three, 1]):
            drawn = self._next(2, three[some], table, rows, _THIRD, _THIRD_AGAIN)
            self._add(2, three[some], drawn)
            self._fall_back(three[some][drawn < 0])

    def _fall_back(self, sets: Ints) -> None:
        """The third topic from the row of the second alone, else none; recorded either way."""
        table, rows = self.law.previous(self.topics[sets, 1])
        drawn = table.draw_fitting(rows, self.words[sets, _PREVIOUS], self._fits(2, sets))
        self._add(2, sets, drawn)
        self.fallback[sets] = np.where(drawn >= 0, 1, 2)

    def _next(self, place: int, sets: Ints, table: Table, rows: Ints, word: int, again: int) -> Ints:
        """A topic for this place of each set; -1 where none fits.

        A topic that does not fit is thrown away and another drawn among those that do, which is the same
        as to draw among these at once; few sets need it, and it looks at every cell of a row.
        """
        drawn = table.draw(rows, self.words[sets, word])
        there = np.flatnonzero(drawn >= 0)
        poor = there[~self._fits(place, sets)(there, drawn[there])]
        drawn[poor] = table.draw_fitting(rows[poor], self.words[sets[poor], again], self._fits(place, sets[poor]))
        return drawn

    def _fits(self, place: int, sets: Ints) -> Fits:
        def fits(positions: Ints, drawn: Ints) -> Mask:
            at = sets[positions]
            once: Mask = (self.topics[at, :place] != drawn[:, None]).all(axis=1)
            return (once | self.may_repeat[drawn]) & self.holdings.free(drawn, self.practices[at, :place])

        return fits

    def _add(self, place: int, sets: Ints, drawn: Ints) -> None:
        """Put the topics that were drawn into this place, each with a practice that its set does not use yet."""
        sets, drawn = sets[drawn >= 0], drawn[drawn >= 0]
        used, u = self.practices[sets, :place], self.words[sets, _PRACTICE[place]]
        self.practices[sets, place] = self.holdings.pick(drawn, used, u)
        self.topics[sets, place] = drawn


class CoverageDrawer:
    """Sets whose pairs weigh less the more often sets before them have used them.

    Sets are drawn in blocks of :data:`COVERAGE_BLOCK`, counted from set 0.  In a block the weight of a pair
    of topics is its weight in M over 1 + the number of times that sets of the blocks before have used it (a
    set of 3 topics uses 3 pairs), so that set i depends on the seed, on i and on the sets of earlier
    blocks.  Asking for later sets goes on from where it stands; asking for earlier ones begins again.
    """

    def __init__(self, drawer: Drawer, law: MatrixLaw) -> None:
        self._drawer, self._law = drawer, law
        self._forget()

    def _forget(self) -> None:
        self._uses = np.zeros(self._law.weights.nnz)
        self._block = SetArrays.empty(0, 0)

    def draw(self, start: int, n: int) -> SetArrays:
        """Sets ``start`` to ``start + n - 1``."""
        sets = SetArrays.empty(start, n)
        at = start
        while at < start + n:
            block = self._block_of(at)
            sets.take(block)
            at = block.start + len(block)
        return sets

    def _block_of(self, index: int) -> SetArrays:
        if index < self._block.start:
            self._forget()
        while index >= self._block.start + len(self._block):
            self._count(self._block)
            self._law.weigh(self._law.weights.data / (1.0 + self._uses))
            self._block = self._drawer.draw(self._block.start + len(self._block), COVERAGE_BLOCK)
        return self._block

    def _count(self, sets: SetArrays) -> None:
        topics = sets.topics.astype(np.int64)
        for one, other in ((0, 1), (1, 2), (0, 2)):
            self._uses += self._law.uses(topics[:, one], topics[:, other])
