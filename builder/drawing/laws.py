"""The laws by which the topics of a set follow one another (METHOD 3), as rows of weights to draw from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from scipy.sparse import csr_array

from ..matrix import Floats, Sparse
from .tables import Holdings, Ints, Mask, Table, blocks, cumulated


class Law(Protocol):
    """From which rows of weights the topics of a set are drawn."""

    first: Table  # one row

    def second(self, first: Ints) -> tuple[Table, Ints]:
        """A table, and the row of it for each set."""

    def third(self, first: Ints, second: Ints) -> Iterator[tuple[Ints, Table, Ints]]:
        """The positions of some of the sets, a table, and the row of it for each of them."""

    def previous(self, second: Ints) -> tuple[Table, Ints]:
        """What a third topic is drawn from where :meth:`third` gives none."""


class MatrixLaw:
    """METHOD 3: row sums of M; row(first); row(second) o row(first), else row(second).

    ``weights``: M as a CSR array; ``allowed`` (N,): topics that may be drawn; ``first`` (N,): those of them
    that may come first.  Row sums are those of the whole of M.
    """

    def __init__(self, weights: Sparse, allowed: Mask, first: Mask, holdings: Holdings) -> None:
        self.weights = weights
        n = np.int64(len(allowed))
        self._keys = np.repeat(np.arange(n), np.diff(weights.indptr)) * n + weights.indices
        kept = allowed[weights.indices] & (weights.data > 0)
        self._kept = kept
        self._columns = weights.indices[kept]
        self._ends = cumulated(kept)[weights.indptr]
        rows = np.repeat(np.arange(len(allowed)), np.diff(self._ends))
        size, only = holdings.size, holdings.only
        meets = (size[rows] > 1) | (size[self._columns] > 1) | (only[rows] != only[self._columns])
        self._first = first & (np.bincount(rows[meets], minlength=len(allowed)) > 0)
        self.leads_somewhere = bool(self._first.any())
        self.weigh(weights.data)

    def weigh(self, data: Floats) -> None:
        """Take other weights for the same cells."""
        n = self.weights.shape[0]
        sums = csr_array((data, self.weights.indices, self.weights.indptr), self.weights.shape).sum(axis=1)
        self.first = _one_row(np.where(self._first, sums, 0.0))
        self._rows = csr_array((data[self._kept], self._columns, self._ends), (n, n))
        self._table = Table(self._rows)

    def second(self, first: Ints) -> tuple[Table, Ints]:
        return self._table, first

    previous = second

    def third(self, first: Ints, second: Ints) -> Iterator[tuple[Ints, Table, Ints]]:
        n = np.int64(len(self._ends) - 1)
        pairs, which = np.unique(np.minimum(first, second) * n + np.maximum(first, second), return_inverse=True)
        one, other = pairs // n, pairs % n
        order = np.argsort(which, kind="stable")
        lengths = np.diff(self._ends)
        for block in blocks(lengths[one] + lengths[other]):
            low, high = np.searchsorted(which[order], (block.start, block.stop))
            table = Table(self._rows[one[block]].multiply(self._rows[other[block]]).tocsr())
            yield order[low:high], table, which[order[low:high]] - block.start

    def uses(self, one: Ints, other: Ints) -> Ints:
        """How often each cell of ``weights`` is one of these pairs of topics (-1: none), in either direction."""
        n = self.weights.shape[0]
        there, apart = (one >= 0) & (other >= 0), one != other
        keys = np.concatenate(((one * n + other)[there], (other * n + one)[there & apart]))
        at = np.searchsorted(self._keys, keys)
        # A third topic that was drawn from row(second) alone may never have met the first.
        met = self._keys[np.minimum(at, len(self._keys) - 1)] == keys
        return np.bincount(at[met], minlength=len(self._keys))


class UniformLaw:
    """Every topic that may be drawn is as likely as any other: the matrix is not asked."""

    def __init__(self, allowed: Mask, first: Mask, holdings: Holdings) -> None:
        self.first = _one_row(first.astype(np.float64))
        self._table = _one_row(allowed.astype(np.float64))
        having = np.flatnonzero(allowed)
        one_practice = (holdings.size[having] == 1).all() and len(np.unique(holdings.only[having])) < 2
        self.leads_somewhere = len(having) > 1 and not one_practice and bool(first.any())

    def second(self, first: Ints) -> tuple[Table, Ints]:
        return self._table, np.zeros(len(first), np.int64)

    previous = second

    def third(self, first: Ints, second: Ints) -> Iterator[tuple[Ints, Table, Ints]]:
        yield np.arange(len(first)), *self.second(first)


def _one_row(weights: Floats) -> Table:
    return Table(csr_array(weights[None, :]))
