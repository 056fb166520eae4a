"""TCPM, the Topic-level Co-occurrence Probability Matrix (METHOD 2, Algorithm 1).

Counts how often two topics stand in one practice, and takes log10(count + 1).  A topic meets itself
where a practice has more than ``diagonal_min`` of its key points.  No row is normalised: that happens
when one is sampled.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from ..matrix import TCPM
from ..records import LabelledPractice


def tcpm(practices: Sequence[LabelledPractice], diagonal_min: int = 5, topics: Sequence[str] | None = None) -> TCPM:
    """The matrix of labelled practices.

    For each practice and each ordered pair of its topics ``counts[i][j]`` grows by 1, and
    ``counts[i][i]`` where topic i has more than ``diagonal_min`` key points in it.  ``topics``: only
    these (others are left out of the matrix, METHOD 1 "Others - *"); by default all that occur.
    """
    wanted = None if topics is None else set(topics)
    found = {t.topic for p in practices for t in p.topics} if wanted is None else wanted
    names = tuple(sorted(found))
    index = {name: i for i, name in enumerate(names)}
    rows: list[int] = []
    columns: list[int] = []
    diagonal = np.zeros(len(names), np.int64)
    for number, practice in enumerate(practices):
        sizes: dict[int, int] = {}
        for t in practice.topics:
            if t.topic in index:
                i = index[t.topic]
                sizes[i] = sizes.get(i, 0) + len(t.key_points)
        for i, size in sizes.items():
            rows.append(number)
            columns.append(i)
            diagonal[i] += size > diagonal_min
    incidence = csr_matrix((np.ones(len(rows), np.int64), (rows, columns)), shape=(len(practices), len(names)))
    # Practices that have both topics: one sparse product in place of a loop over pairs.
    counts = np.asarray((incidence.T @ incidence).todense(), dtype=np.int64)
    np.fill_diagonal(counts, diagonal)
    return TCPM.of(names, counts)
