"""Which topics of a matrix are shown, and in which order: by subject, those with the same partners side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.sparse import csr_array, triu
from scipy.spatial.distance import squareform

from ..matrix import TCPM
from .names import subject_name

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def most_frequent(matrix: TCPM, most: int, among: Sequence[int] | None = None) -> list[int]:
    """Indices of at most ``most`` topics (of ``among``) that occur together with others of them.

    Half of the places are for the topics of the most frequent pairs, which would be missed where a pair
    meets nothing else; the others are for the topics with the most co-occurrences.
    """
    ranked = np.arange(len(matrix.topics)) if among is None else np.asarray(among, np.int64)
    while True:
        cells = matrix.cells[ranked][:, ranked]
        together = np.asarray(cells.sum(axis=1))
        by_sum = np.argsort(-together, kind="stable")[: int((together > 0).sum())]
        order = np.array(list(dict.fromkeys([*_of_strongest_pairs(cells, most // 2), *by_sum.tolist()])), np.int64)
        ranked = ranked[order]
        shown = ranked[:most]
        inside = np.asarray(matrix.cells[shown][:, shown].sum(axis=1))
        if (inside > 0).all():
            return [int(i) for i in shown]
        ranked = ranked[~np.isin(ranked, shown[inside == 0])]


def _of_strongest_pairs(cells: csr_array, most: int) -> list[int]:
    """Topics of the pairs with the highest counts: some ``most``, both ends of a pair or none."""
    upper = triu(cells, k=1).tocoo()
    found: dict[int, None] = {}
    for k in np.lexsort((upper.col, upper.row, -upper.data))[:most]:
        if len(found) + 2 > most:
            break
        found |= dict.fromkeys((int(upper.row[k]), int(upper.col[k])))
    return list(found)


def by_subject(matrix: TCPM, shown: Sequence[int]) -> list[int]:
    """``shown`` in the order of the axes: the subjects with the most of them first."""
    subjects: dict[str, list[int]] = {}
    for i in sorted(shown):
        subjects.setdefault(subject_name(matrix.topics[i]), []).append(i)
    largest_first = sorted(subjects, key=lambda s: (-len(subjects[s]), s))
    profiles = matrix.sparse_weights[:, sorted(shown)]
    return [i for s in largest_first for i in _side_by_side(profiles[subjects[s]].toarray(), subjects[s])]


def _side_by_side(rows: Floats, members: list[int]) -> list[int]:
    """``members`` so that those with similar ``rows`` are neighbours."""
    if len(members) < 3:
        return members
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    distance = np.clip(1 - rows @ rows.T, 0, None)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), method="average", optimal_ordering=True)
    return [members[int(k)] for k in leaves_list(tree)]


def pairs(matrix: TCPM) -> tuple[Ints, Ints, Ints, Floats]:
    """Rows, columns, counts and weights of the pairs that occur, each once (row <= column)."""
    rows = np.repeat(np.arange(len(matrix.topics)), np.diff(matrix.cells.indptr))
    columns = np.asarray(matrix.cells.indices, np.int64)
    upper = rows <= columns
    weights = np.asarray(matrix.sparse_weights.data)
    return rows[upper], columns[upper], np.asarray(matrix.cells.data)[upper], weights[upper]
