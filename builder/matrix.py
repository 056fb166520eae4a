"""The record of the Topic-level Co-occurrence Probability Matrix (METHOD 2), and its long form.

How it is counted is told in :mod:`builder.stages.cooccurrence`, how it is drawn from in
:mod:`builder.stages.sampling`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True, eq=False)
class TCPM:
    """``counts`` (N x N, int64, symmetric) and ``weights`` = log10(counts + 1) over sorted ``topics``."""

    topics: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]

    @staticmethod
    def of(topics: tuple[str, ...], counts: npt.NDArray[np.int64]) -> TCPM:
        """The matrix of raw counts, with log10(count + 1) as weights."""
        return TCPM(topics, counts, np.log10(counts + 1.0))

    def to_table(self) -> pa.Table:
        """Long form, both directions: topic_a, topic_b, count, weight; only cells that are not 0."""
        rows, columns = np.nonzero(self.counts)
        names = np.array(self.topics, dtype=object)
        return pa.table(
            {
                "topic_a": pa.array(names[rows], pa.string()),
                "topic_b": pa.array(names[columns], pa.string()),
                "count": pa.array(self.counts[rows, columns]),
                "weight": pa.array(self.weights[rows, columns]),
            }
        )

    @staticmethod
    def from_table(topics: Sequence[str], table: pa.Table) -> TCPM:
        """The matrix of a table in long form, over ``topics``."""
        names = tuple(topics)
        index = {name: i for i, name in enumerate(names)}
        counts = np.zeros((len(names), len(names)), np.int64)
        for a, b, count in zip(*(table.column(c).to_pylist() for c in ("topic_a", "topic_b", "count")), strict=True):
            counts[index[a], index[b]] = count
        return TCPM.of(names, counts)
