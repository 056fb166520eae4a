"""Average linkage for more items than a full matrix can hold: on a graph of nearest neighbours.

Each item keeps its k nearest neighbours, found exactly, block by block; memory grows with n x k.  A pair
that neither side has among its neighbours counts as one constant: the median over the items of the lowest
similarity that they kept, or a little under the threshold, if that is lower: where most items have more than k
others above the threshold, pairs that nobody looked at would join everything.  Groups with no neighbours
between them never join.  With all neighbours kept the outcome is that of :mod:`builder.merging.clustering`,
which tells what linkage and constraints are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from .clustering import DECIMALS, Block, Floats, Ints, Linkage, Merge, blocks, given_joins, labels_after, root_after

UNIT = 10**DECIMALS  # similarities are counted in ten-thousandths: their sums are exact, in any order
UNDER = 0.05  # how far under the threshold a pair outside the graph is at least


@dataclass(frozen=True)
class NeighbourGraph:
    """``excess``: int64 sparse (n, n), symmetric, what each kept pair is more similar than ``missing``.

    Both in units of 1 / UNIT.  A kept pair may have an excess of 0; it is stored all the same.
    """

    excess: csr_matrix
    missing: int

    @staticmethod
    def of(similarity: Block, n: int, neighbours: int, threshold: float = 2.0) -> NeighbourGraph:
        """The ``neighbours`` most similar items of each of n (all others where there are fewer).

        ``threshold``: from which similarity groups will be joined.
        """
        k = min(neighbours, n - 1)
        columns, values = np.empty((n, k), np.int64), np.empty((n, k), np.int64)
        everything = np.arange(n)
        for rows in blocks(n):
            block = similarity(rows, everything)
            block[np.arange(len(rows)), rows] = -np.inf
            nearest = np.argpartition(-block, k - 1, axis=1)[:, :k] if k < n - 1 else _others(rows, n)
            columns[rows] = nearest
            values[rows] = np.rint(np.take_along_axis(block, nearest, axis=1) * UNIT)
        missing = min(int(np.median(values.min(axis=1))), round((threshold - UNDER) * UNIT))
        pairs = np.stack([np.repeat(everything, k), columns.ravel()])
        return NeighbourGraph(_symmetric(pairs, values.ravel() - missing, n), missing)


def _others(rows: Ints, n: int) -> Ints:
    """For each of ``rows`` all other items, (b, n - 1)."""
    below = np.arange(n - 1)[None, :]
    return below + (below >= rows[:, None])


def _symmetric(pairs: Ints, values: Ints, n: int) -> csr_matrix:
    """Pairs (2, m) in both directions, each once: a zero is an entry too, so no sparse sum can do it."""
    one, other = np.minimum(*pairs), np.maximum(*pairs)
    keys, first = np.unique(one * n + other, return_index=True)
    one, other = keys // n, keys % n
    rows, columns = np.concatenate([one, other]), np.concatenate([other, one])
    return csr_matrix((np.tile(values[first], 2), (rows, columns)), (n, n))


def linkage_on_graph(
    graph: NeighbourGraph,
    *,
    threshold: float,
    target: int | None = None,
    together: Sequence[Sequence[int]] = (),
    apart: Sequence[tuple[int, int]] = (),
) -> Linkage:
    """Average linkage on ``graph``; the arguments as for :func:`builder.merging.clustering.average_linkage`.

    With a ``target``, more groups remain where none of them have neighbours among each other.
    """
    n = graph.excess.shape[0]
    given = given_joins(together)
    least = -np.inf if target is not None else threshold * UNIT - graph.missing - 1e-6
    merges = _rounds(graph, given, [(root_after(given, a), root_after(given, b)) for a, b in apart], least)
    merges.sort(key=lambda m: -m.similarity)  # stable: of equal ones the inner one stays first
    if target is not None:
        merges = merges[: max(0, n - len(given) - target)]
    return Linkage(labels_after(n, given + [(m.one, m.other) for m in merges]), tuple(merges))


def _rounds(
    graph: NeighbourGraph, given: Sequence[tuple[int, int]], apart: Sequence[tuple[int, int]], least: float
) -> list[Merge]:
    """Join all pairs of groups that are each other's nearest, until there are none.

    Groups that are nearest to nothing above the threshold leave the graph: they can never join again.
    """
    n = graph.excess.shape[0]
    labels = labels_after(n, given)
    items = np.unique(labels, return_index=True)[1]  # the lowest item of each group
    sizes = np.bincount(labels)
    excess = _contracted(graph.excess, labels)
    ends = np.array(apart, np.int64).reshape(-1, 2)
    forbidden = csr_matrix((np.ones(2 * len(ends), np.int64), (ends.ravel(), ends[:, ::-1].ravel())), (n, n))
    forbidden = _contracted(forbidden, labels)
    merges: list[Merge] = []
    while excess.nnz:
        best, nearest = _nearest(excess, forbidden, sizes, least)
        alive = nearest >= 0
        groups = np.arange(len(nearest))
        mutual = alive & (nearest[nearest] == groups) & (groups < nearest)
        if not mutual.any():
            break
        for one in groups[mutual]:
            similarity = (best[one] + graph.missing) / UNIT
            merges.append(Merge(int(items[one]), int(items[nearest[one]]), float(similarity)))
        into = groups.copy()
        into[nearest[mutual]] = groups[mutual]
        kept, labels = np.unique(into[alive], return_inverse=True)
        items = items[kept]
        sizes = np.bincount(labels, weights=sizes[alive]).astype(np.int64)
        excess = _contracted(excess[alive][:, alive], labels)
        forbidden = _contracted(forbidden[alive][:, alive], labels)
    return merges


def _nearest(excess: csr_matrix, forbidden: csr_matrix, sizes: Ints, least: float) -> tuple[Any, Ints]:
    """For each group its highest mean excess, and the lowest group that has it (-1: none reaches ``least``)."""
    n = excess.shape[0]
    rows = np.repeat(np.arange(n), np.diff(excess.indptr))
    means = excess.data / (sizes[rows] * sizes[excess.indices])
    if forbidden.nnz:
        pairs = forbidden.tocoo()
        means[np.isin(rows * n + excess.indices, pairs.row.astype(np.int64) * n + pairs.col)] = -np.inf
    best, nearest = np.full(n, -np.inf), np.full(n, -1, np.int64)
    filled = np.flatnonzero(np.diff(excess.indptr))
    best[filled] = np.maximum.reduceat(means, excess.indptr[filled])
    reached = np.flatnonzero((means == best[rows]) & (means >= least) & (means > -np.inf))[::-1]
    nearest[rows[reached]] = excess.indices[reached]  # written backwards: the lowest stays
    return best, nearest


def _contracted(matrix: csr_matrix, labels: Ints) -> csr_matrix:
    """Sums over the groups ``labels`` (n,), without the diagonal; stored zeros stay."""
    groups = int(labels.max()) + 1 if len(labels) else 0
    pairs = matrix.tocoo()
    rows, columns = labels[pairs.row], labels[pairs.col]
    apart = rows != columns
    summed = csr_matrix((pairs.data[apart], (rows[apart], columns[apart])), (groups, groups))
    summed.sort_indices()
    return summed


@dataclass(frozen=True)
class GraphMeans:
    """Mean similarities of groups of ``sizes`` (g,) members, as the graph knows them."""

    excess: csr_matrix
    missing: int
    sizes: Ints

    @staticmethod
    def of(graph: NeighbourGraph, labels: Ints) -> GraphMeans:
        """For the groups that ``labels`` (n,) names 0..g-1."""
        return GraphMeans(_contracted(graph.excess, labels), graph.missing, np.bincount(labels))

    def row(self, group: int) -> Floats:
        """See :class:`~builder.merging.clustering.GroupMeans`; groups without a pair in the graph have ``missing``."""
        row = np.full(len(self.sizes), self.missing / UNIT, np.float32)
        start, end = self.excess.indptr[group : group + 2]
        others = self.excess.indices[start:end]
        row[others] += self.excess.data[start:end] / (UNIT * self.sizes[group] * self.sizes[others])
        row[group] = -np.inf
        return row

    def joined(self, labels: Ints) -> GraphMeans:
        sizes = np.bincount(labels, weights=self.sizes).astype(np.int64)
        return GraphMeans(_contracted(self.excess, labels), self.missing, sizes)
