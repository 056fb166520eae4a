"""Tables of a run as Parquet, exact, and as CSV, for a spreadsheet.

A name that a spreadsheet would take for a formula gets an apostrophe in front in CSV; what a cell of the
Parquet files holds is never changed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..matrix import TCPM
from ..records import LabelledPractice, Topic, arrow_schema, to_table
from .names import plain

_BATCH = 1024
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also as wide letters
_MPKP = ("practice_id", "source", "subject", "level", "topic", "raw_topic", "key_point", "raw_key_point")


def knowledge_tables(mpkp: Iterable[LabelledPractice], topics: Sequence[Topic], matrix: TCPM, out: Path) -> list[Path]:
    """Write ``mpkp``, ``topics`` and ``tcpm`` into ``out``, each as .parquet and as .csv; their paths.

    In Parquet rows are the records as they are (:func:`builder.records.to_table`) and the matrix in long
    form.  In CSV the MPKP has a row for each key point, without the texts of the practices.  ``mpkp`` is
    gone through once, a batch in memory at a time.  ``out`` is made where it does not exist.
    """
    out.mkdir(parents=True, exist_ok=True)
    return [
        *_write_mpkp(mpkp, out),
        *write_table(to_table(topics, Topic), out, "topics"),
        *write_table(matrix.to_table(), out, "tcpm"),
    ]


def write_table(table: pa.Table, out: Path, name: str) -> list[Path]:
    """Write ``NAME.parquet`` and ``NAME.csv``; their paths.  A list is one cell in CSV, parted by " | "."""
    paths = [out / f"{name}.parquet", out / f"{name}.csv"]
    pq.write_table(table, paths[0], compression="zstd")
    rows = (row.values() for batch in table.to_batches(max_chunksize=_BATCH) for row in batch.to_pylist())
    with paths[1].open("w", encoding="utf-8", newline="") as file:
        _write_rows(csv.writer(file), table.column_names, rows)
    return paths


def _write_mpkp(mpkp: Iterable[LabelledPractice], out: Path) -> list[Path]:
    paths = [out / "mpkp.parquet", out / "mpkp.csv"]
    practices = iter(mpkp)
    with ExitStack() as stack:
        parquet = stack.enter_context(pq.ParquetWriter(paths[0], arrow_schema(LabelledPractice), compression="zstd"))
        writer = csv.writer(stack.enter_context(paths[1].open("w", encoding="utf-8", newline="")))
        _write_rows(writer, _MPKP, ())
        while batch := list(islice(practices, _BATCH)):
            parquet.write_table(to_table(batch, LabelledPractice))
            _write_rows(writer, (), (row for p in batch for row in _key_point_rows(p)))
    return paths


def _key_point_rows(labelled: LabelledPractice) -> Iterator[tuple[str | None, ...]]:
    practice = labelled.practice
    for topic in labelled.topics:
        raw = topic.raw_key_points or topic.key_points
        for key_point, written in zip(topic.key_points, raw, strict=True):
            yield (
                practice.id,
                practice.source,
                practice.subject,
                practice.level,
                topic.topic,
                topic.raw_topic or topic.topic,
                key_point,
                written,
            )


def _write_rows(writer: Any, header: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    if header:
        writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        value = " | ".join(map(str, value))
    if not isinstance(value, str):
        return value
    text = plain(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
