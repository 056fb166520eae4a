"""Agglomerative clustering with average linkage under constraints: arrays in, labels out.

Two groups are as similar as their members are on average, and the two most similar ones become one, down
to a threshold or to a number of groups: exact, on the full matrix, by chains of nearest neighbours (n x n
floats, some n^2 steps).  :mod:`builder.merging.neighbour_graph` does it for more items than a matrix can hold.

Some items may have to be together, and some never: a group that holds an item of such a pair never joins
the group of the other.  Ties go to the lower index.  What the items are is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Block = Callable[[Ints, Ints], Floats]
"""Similarities of the items ``rows`` (b) with the items ``columns`` (c): float32 (b, c), symmetric."""

BLOCK_CELLS = 8_000_000  # cells of a block of similarities that are computed at once: 32 MB
DECIMALS = 4  # similarities are rounded to these: another processor must not decide ties


@dataclass(frozen=True)
class Merge:
    """Two groups that became one, each by its lowest item, and how similar they were on average."""

    one: int
    other: int
    similarity: float


@dataclass(frozen=True)
class Linkage:
    """``labels`` (n,): the group of each item, numbered by first member; ``merges``, most similar first."""

    labels: Ints
    merges: tuple[Merge, ...]


def blocks(n: int) -> Iterator[Ints]:
    """Row numbers 0..n-1 in pieces of which each has at most BLOCK_CELLS cells (and one row at least)."""
    size = max(1, BLOCK_CELLS // max(1, n))
    for start in range(0, n, size):
        yield np.arange(start, min(n, start + size))


def full_matrix(similarity: Block, n: int) -> Floats:
    """All similarities, rounded, float32 (n, n); -inf on the diagonal."""
    matrix = np.empty((n, n), np.float32)
    columns = np.arange(n)
    for rows in blocks(n):
        matrix[rows] = np.round(similarity(rows, columns), DECIMALS)
    np.fill_diagonal(matrix, -np.inf)
    return matrix


# --- on the full matrix ------------------------------------------------------------------------


def average_linkage(
    matrix: Floats,
    *,
    threshold: float,
    target: int | None = None,
    together: Sequence[Sequence[int]] = (),
    apart: Sequence[tuple[int, int]] = (),
) -> Linkage:
    """Exact average linkage of ``matrix`` (n, n), symmetric, which is overwritten.

    Args:
        threshold: groups at least this similar become one.
        target: a number of groups in place of the threshold; more remain where ``apart`` forbids.
        together: lists of items that are one group from the beginning, whatever their similarity.
        apart: pairs of items that never share a group.
    """
    n = len(matrix)
    np.fill_diagonal(matrix, -np.inf)
    sizes = np.ones(n, np.int64)
    given = given_joins(together)
    for one, other in given:
        _join(matrix, sizes, one, other)
    for a, b in apart:
        a, b = root_after(given, a), root_after(given, b)
        matrix[a, b] = matrix[b, a] = -np.inf
    merges = _chains(matrix, sizes, -np.inf if target is not None else float(np.float32(threshold)))
    merges.sort(key=lambda m: -m.similarity)  # stable: of equal ones the inner one stays first
    if target is not None:
        merges = merges[: max(0, n - len(given) - target)]
    return Linkage(labels_after(n, given + [(m.one, m.other) for m in merges]), tuple(merges))


def _chains(matrix: Floats, sizes: Ints, threshold: float) -> list[Merge]:
    """Follow nearest neighbours until two are each other's, join them, go on from where the chain was.

    Joining never makes a third group more similar to both than it was to one, so the order in which
    such pairs are found does not matter.
    """
    merges: list[Merge] = []
    for start in range(len(matrix)):
        chain = [start] if sizes[start] else []
        while chain:
            last = chain[-1]
            nearest = int(matrix[last].argmax())
            best = matrix[last, nearest]
            if best < threshold or best == -np.inf:
                break  # only a chain of one can end so: a longer one is at least as similar to where it came from
            if len(chain) > 1 and matrix[last, chain[-2]] == best:
                one, other = sorted(chain[-2:])
                merges.append(Merge(one, other, float(best)))
                _join(matrix, sizes, one, other)
                chain = chain[:-2] or [one]
            else:
                chain.append(nearest)
    return merges


def _join(matrix: Floats, sizes: Ints, one: int, other: int) -> None:
    """Group ``other`` becomes part of ``one``: the similarity to a third is the mean over both."""
    share = np.float32(sizes[one] / (sizes[one] + sizes[other]))
    row = matrix[one] * share + matrix[other] * (1 - share)
    row[one] = row[other] = -np.inf
    matrix[one] = matrix[:, one] = row
    matrix[other] = matrix[:, other] = -np.inf
    sizes[one] += sizes[other]
    sizes[other] = 0


def given_joins(together: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Joins that make each of ``together`` one, the lower index first; overlapping lists become one."""
    root: dict[int, int] = {}

    def find(i: int) -> int:
        while root.get(i, i) != i:
            i = root[i]
        return i

    joins: list[tuple[int, int]] = []
    for group in together:
        for item in group[1:]:
            one, other = sorted((find(group[0]), find(item)))
            if one != other:
                root[other] = one
                joins.append((one, other))
    return joins


def root_after(joins: Sequence[tuple[int, int]], item: int) -> int:
    """The lowest item of the group that ``item`` is in after ``joins``."""
    parent = {other: one for one, other in joins}
    while item in parent:
        item = parent[item]
    return item


def labels_after(n: int, joins: Sequence[tuple[int, int]]) -> Ints:
    """Groups (n,) of n items after ``joins``, numbered by first member."""
    parent = list(range(n))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for one, other in joins:
        a, b = sorted((find(one), find(other)))
        parent[b] = a
    roots = np.array([find(i) for i in range(n)], np.int64)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64).reshape(n)


# --- how similar groups are --------------------------------------------------------------------


class GroupMeans(Protocol):
    """Mean similarity over the pairs of members, for each pair of groups."""

    def row(self, group: int) -> Floats:
        """Of ``group`` to each group, (g,); -inf to itself."""
        ...

    def joined(self, labels: Ints) -> GroupMeans:
        """The same after groups with equal ``labels`` (g,) have become one."""
        ...


@dataclass(frozen=True)
class FullMeans:
    """All of them in one matrix (g, g), for groups of ``sizes`` (g,) members."""

    means: Floats
    sizes: Ints

    @staticmethod
    def of(similarity: Block, labels: Ints) -> FullMeans:
        """For the groups that ``labels`` (n,) names 0..g-1, computed in blocks."""
        sizes = np.bincount(labels)
        order = np.argsort(labels, kind="stable")
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        sums = np.zeros((len(sizes), len(sizes)), np.float32)
        for rows in blocks(len(labels)):
            block = np.round(similarity(rows, order), DECIMALS)
            np.add.at(sums, labels[rows], np.add.reduceat(block, starts, axis=1))
        return FullMeans((sums / np.outer(sizes, sizes)).astype(np.float32), sizes)

    def row(self, group: int) -> Floats:
        row: Floats = self.means[group].copy()
        row[group] = -np.inf
        return row

    def joined(self, labels: Ints) -> FullMeans:
        order = np.argsort(labels, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(labels))[:-1]])
        sums = self.means * np.outer(self.sizes, self.sizes)
        sums = np.add.reduceat(np.add.reduceat(sums[order][:, order], starts, axis=0), starts, axis=1)
        sizes = np.add.reduceat(self.sizes[order], starts)
        return FullMeans((sums / np.outer(sizes, sizes)).astype(np.float32), sizes)
