"""The record of the Topic-level Co-occurrence Probability Matrix (METHOD 2): its counts, weights and long form.

Counts are kept sparse, so that tens of thousands of topics cost what their pairs cost.  A weighting
turns them into the weights that are drawn from; METHOD's is log10(count + 1), the others are there to
study what the logarithm does (:func:`weight_statistics`).

How it is counted is told in :mod:`builder.stages.cooccurrence`, how it is drawn from in
:mod:`builder.stages.sampling`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.sparse import csr_array, triu

from .errors import ConfigError

Sparse: TypeAlias = Any  # scipy.sparse.csr_array, which has no types of its own
Floats: TypeAlias = npt.NDArray[np.float64]

_METADATA = b"kpmath.tcpm"
_COLUMNS = ("topic_a", "topic_b", "count")


def _ppmi(counts: Sparse) -> Floats:
    """max(0, log2(c_ij T / (r_i r_j))) of each cell: r are the row sums and T their sum, the diagonal included."""
    margins = np.asarray(counts.sum(axis=1), np.float64)
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    expected = margins[rows] * margins[counts.indices] / margins.sum()
    information: Floats = np.log2(counts.data / expected)
    return np.maximum(information, 0.0)


_WEIGH: dict[str, Callable[[Sparse], Floats]] = {
    "log10": lambda counts: np.log10(counts.data + 1.0),
    "none": lambda counts: counts.data.astype(np.float64),
    "sqrt": lambda counts: np.sqrt(counts.data),
    "ppmi": _ppmi,
}
WEIGHTINGS = tuple(_WEIGH)
"""log10(count + 1), METHOD's; the count; its square root; positive pointwise mutual information in bits."""


@dataclass(frozen=True, eq=False)
class TCPM:
    """Counts of sorted ``topics`` (N of them) and the weights that ``weighting`` makes of them.

    ``cells``: the counts as a SciPy CSR array (N x N, int64, symmetric, no stored zeros, sorted indices).
    """

    topics: tuple[str, ...]
    cells: Sparse
    weighting: str = "log10"

    @staticmethod
    def of(topics: Sequence[str], counts: npt.NDArray[np.int64] | Sparse, weighting: str = "log10") -> TCPM:
        """The matrix of raw counts, a dense array or a sparse one.

        Raises:
            ConfigError: ``weighting`` is none of :data:`WEIGHTINGS`.
        """
        if weighting not in WEIGHTINGS:
            raise ConfigError(f"cooccurrence.weights = {weighting!r}: must be one of {', '.join(WEIGHTINGS)}")
        cells = csr_array(counts, dtype=np.int64)
        cells.sum_duplicates()
        cells.eliminate_zeros()
        return TCPM(tuple(topics), cells, weighting)

    def weighted(self, weighting: str) -> TCPM:
        """The same counts with another of :data:`WEIGHTINGS`."""
        return TCPM.of(self.topics, self.cells, weighting)

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """N x N, dense and read-only: 8 N^2 bytes, made when it is first asked for."""
        return _read_only(self.cells.toarray())

    @cached_property
    def weights(self) -> Floats:
        """N x N, dense and read-only: 8 N^2 bytes, made when it is first asked for."""
        return _read_only(self.sparse_weights.toarray())

    @cached_property
    def sparse_weights(self) -> Sparse:
        """The weights as a CSR array (float64) over the cells of ``cells``; with ppmi some of them are 0."""
        return csr_array((_WEIGH[self.weighting](self.cells), self.cells.indices, self.cells.indptr), self.cells.shape)

    @property
    def diagonal(self) -> npt.NDArray[np.int64]:
        """(N,): in how many practices each topic met itself."""
        return np.asarray(self.cells.diagonal())

    def to_table(self) -> pa.Table:
        """Long form, both directions: topic_a, topic_b, count, weight; only cells whose count is not 0."""
        rows = np.repeat(np.arange(len(self.topics)), np.diff(self.cells.indptr))
        names = pa.array(self.topics, pa.string())
        return pa.table(
            {
                "topic_a": names.take(pa.array(rows)),
                "topic_b": names.take(pa.array(self.cells.indices)),
                "count": pa.array(self.cells.data),
                "weight": pa.array(self.sparse_weights.data),
            }
        )

    @staticmethod
    def from_table(topics: Sequence[str], table: pa.Table, weighting: str = "log10") -> TCPM:
        """The matrix of a table in long form, over ``topics``; weights are made anew from the counts.

        Raises:
            ConfigError: a column is missing, a topic is not one of ``topics``, a count is no whole number from
                0, a cell stands twice, or a pair stands in one direction only.
        """
        missing = [c for c in _COLUMNS if c not in table.column_names]
        if missing:
            raise ConfigError(f"the table of a co-occurrence matrix needs a column {missing[0]!r}")
        where = pa.array(topics, pa.string())
        rows, columns = (_places(table.column(name), where) for name in _COLUMNS[:2])
        try:
            counts = np.asarray(table.column("count").cast(pa.int64()).fill_null(-1))
        except pa.ArrowException:
            raise ConfigError("the table of a co-occurrence matrix has a 'count' that is no whole number") from None
        cells = csr_array((counts, (rows, columns)), shape=(len(where), len(where)), dtype=np.int64)
        if cells.nnz != table.num_rows or (cells.nnz and cells.data.min() < 0):
            raise ConfigError("the table of a co-occurrence matrix has a cell twice, or a count that is none")
        if (cells != cells.T).nnz:
            raise ConfigError("the table of a co-occurrence matrix needs each pair in both directions, alike")
        return TCPM.of(tuple(topics), cells, weighting)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write Parquet: the long form, with the topics (also those without a cell) and the weighting beside it."""
        facts = json.dumps({"topics": self.topics, "weighting": self.weighting}).encode()
        pq.write_table(self.to_table().replace_schema_metadata({_METADATA: facts}), path, compression="zstd")

    @staticmethod
    def load(path: str | os.PathLike[str]) -> TCPM:
        """A matrix from Parquet in long form: what :meth:`save` wrote, or any such table.

        Another's table tells no topics without a cell, and its weights are taken for log10.

        Raises:
            ConfigError: the file cannot be read, or :meth:`from_table` refuses it.
        """
        try:
            table = pq.read_table(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise ConfigError(f"{path} cannot be read as a co-occurrence matrix: {error}") from None
        facts = json.loads((table.schema.metadata or {}).get(_METADATA, b"{}"))
        try:
            if "topics" not in facts and "topic_a" in table.column_names:
                facts["topics"] = sorted(pc.unique(table.column("topic_a").cast(pa.string()).drop_null()).to_pylist())
            return TCPM.from_table(facts.get("topics", ()), table, facts.get("weighting", "log10"))
        except (ConfigError, pa.ArrowException) as error:
            raise ConfigError(f"{path}: {error}") from None


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.setflags(write=False)
    return array


def _places(names: pa.ChunkedArray, topics: pa.Array) -> npt.NDArray[np.int64]:
    places = pc.index_in(names.cast(pa.string()), value_set=topics)
    if places.null_count:
        name = names.filter(pc.is_null(places))[0].as_py()
        raise ConfigError(f"{name!r} is not one of the {len(topics)} topics of this matrix")
    return np.asarray(places, np.int64)


def tables_by_source(matrices: Mapping[str, TCPM]) -> pa.Table:
    """Several matrices in one long form, with a first column ``source``."""
    tables = [
        m.to_table().add_column(0, "source", pa.array([s] * m.cells.nnz, pa.string())) for s, m in matrices.items()
    ]
    return pa.concat_tables(tables)


def matrices_from_table(topics: Sequence[str], table: pa.Table, weighting: str = "log10") -> dict[str, TCPM]:
    """The matrices of :func:`tables_by_source`, each over ``topics``, in the order of the table.

    Raises:
        ConfigError: as :meth:`TCPM.from_table`.
    """
    return {
        source: TCPM.from_table(topics, table.filter(pc.equal(table.column("source"), source)), weighting)
        for source in pc.unique(table.column("source")).to_pylist()
    }


@dataclass(frozen=True, slots=True)
class WeightStatistics:
    """How one weighting spreads what can be drawn over the pairs of topics.

    A pair is a cell of the upper triangle, the diagonal included: N (N + 1) / 2 of them.
    """

    weighting: str
    topics: int
    pairs: int  # with a weight over 0
    density: float  # their share of all pairs, 0..1
    effective_pairs: float  # exp of the entropy of the weights, normalised to sum 1: at most ``pairs``
    top_1_percent: float  # share of the weight that the heaviest 1% of the pairs that occur have, 0..1


def weight_statistics(tcpm: TCPM) -> list[WeightStatistics]:
    """One row for each of :data:`WEIGHTINGS`, from the counts of ``tcpm``.

    The 1% (rounded up) is of the pairs whose count is not 0, the same number for each weighting.
    """
    return [_statistics(tcpm.weighted(weighting)) for weighting in WEIGHTINGS]


def _statistics(tcpm: TCPM) -> WeightStatistics:
    n = len(tcpm.topics)
    weights = np.sort(triu(tcpm.sparse_weights).data)[::-1]
    heaviest = -(-len(weights) // 100)
    shares = weights[weights > 0] / (weights.sum() or 1.0)
    return WeightStatistics(
        weighting=tcpm.weighting,
        topics=n,
        pairs=len(shares),
        density=len(shares) / (n * (n + 1) / 2) if n else 0.0,
        effective_pairs=float(np.exp(-(shares * np.log(shares)).sum())) if len(shares) else 0.0,
        top_1_percent=float(shares[:heaviest].sum()),
    )
