"""Which columns would cost a split its histograms in the dataset viewer.

The viewer computes the statistics of a split for all columns together, and one column that it stumbles over
takes them from every other.  As its source has it (libcommon/statistics_utils.py, with the change proposed in
huggingface/dataset-viewer#3440 not in it), it stumbles over

* whole numbers with ``max - min == 1``, that is exactly two adjacent values: the bins then have the edges
  ``[a, a + 1]``, which is taken for an error.  Whole numbers are integer columns, the lengths of lists, and the
  lengths of texts in characters; nulls are left out.  No other distance gives a single bin;
* a number or a list of which exactly one is not null: it has no standard deviation.

It does not stumble over floating-point numbers (ten bins whatever they are), booleans, structs (no statistics
at all), nor over texts that it takes for labels: at most 10 different ones, or at most 1,000 that are at most a
fifth of the rows, null counted as one.  So texts matter only in a split that is small or has more than 1,000
different ones.  Answers of one or two characters have some hundred forms, which are labels from about 500 rows
on; ids that end in an unpadded number have adjacent lengths below 100 rows.

How KPMath keeps clear of it: numbers are float64, ids are hashes of one length, lists of a row are parallel to
its key points, and a list that was never filled should be null (which is left out) and not empty: ``[]`` beside
lists of one entry is 0 and 1.  What is left is chance in a small split, and a recipe whose lists have two adjacent
lengths by design.  Both are reported, since every way to hide them (spaces after a text, entries that mean
nothing) would damage rows for the sake of a picture.

This module knows columns and batches; it reads no file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

LABELS = 1000  # a text column with more different values is never taken for labels
_FEW_LABELS = 10
_LABEL_SHARE = 0.2


@dataclass
class _Column:
    """What was seen of one column, as far as needed."""

    kind: str  # what is measured, in words
    measure: Callable[[pa.Array], pa.Array] | None  # column -> whole numbers; None for floats, which are only counted
    rows: int = 0
    values: int = 0  # rows that are neither null nor NaN
    low: int | None = None
    high: int | None = None
    different: set[str | None] = field(default_factory=set)  # texts, at most 2 * LABELS + 1 of them

    @property
    def is_text(self) -> bool:
        return self.kind == "text lengths"

    @property
    def settled(self) -> bool:
        """Whether more rows cannot make it a fault."""
        if self.measure is None:
            return self.values > 1
        return self.low is not None and self.high is not None and self.high - self.low > 1

    def add(self, column: pa.Array) -> None:
        self.rows += len(column)
        self.values += len(column) - column.null_count
        if self.measure is None:
            self.values -= pc.sum(pc.is_nan(column)).as_py() or 0
            return
        ends = pc.min_max(self.measure(column)).as_py()
        if ends["min"] is not None:
            self.low = ends["min"] if self.low is None else min(self.low, ends["min"])
            self.high = ends["max"] if self.high is None else max(self.high, ends["max"])
        if self.is_text and not self.settled and len(self.different) <= LABELS:
            self.different.update(pc.unique(column)[: LABELS + 1].to_pylist())

    def fault(self) -> str | None:
        if self.values == 1 and not self.is_text:
            return "only one row has a value"
        if self.low is None or self.high is None or self.high - self.low != 1:
            return None
        return None if self.is_text and self._labels() else f"all {self.kind} are {self.low} or {self.high}"

    def _labels(self) -> bool:
        count = len(self.different)
        return count <= _FEW_LABELS or (count <= LABELS and count <= _LABEL_SHARE * self.rows)


def _column(kind: pa.DataType) -> _Column | None:
    if pa.types.is_integer(kind):
        return _Column("values", lambda column: column)
    if pa.types.is_floating(kind):
        return _Column("values", None)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _Column("list lengths", pc.list_value_length)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _Column("text lengths", pc.utf8_length)
    return None


class Histograms:
    """Watches the rows of one split, batch by batch; memory does not grow with them.

    Args:
        schema: the columns of the split.
    """

    def __init__(self, schema: pa.Schema) -> None:
        seen = {name: _column(kind) for name, kind in zip(schema.names, schema.types, strict=True)}
        self._columns = {name: column for name, column in seen.items() if column is not None}

    @property
    def open(self) -> list[str]:
        """The columns that later batches must hold; the others are cleared for good."""
        return [name for name, column in self._columns.items() if not column.settled]

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in further rows: each batch holds at least the columns of :attr:`open`."""
        for name in self.open:
            self._columns[name].add(batch.column(name))

    def faults(self) -> dict[str, str]:
        """Column -> why the split would have no histograms, for the rows so far."""
        found = {name: column.fault() for name, column in self._columns.items() if not column.settled}
        return {name: why for name, why in found.items() if why is not None}
