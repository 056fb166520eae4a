"""The tables of a report."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.matrix import TCPM
from builder.records import LabelledPractice, Practice, Topic, TopicKeyPoints, from_table
from builder.report.tables import knowledge_tables, write_table

PRACTICE = LabelledPractice(
    Practice("gsm/1", "gsm", "1+1?", "#### 2", "2"),
    (TopicKeyPoints("Algebra - Sums", ("adding",), "Algebra - Sum", ("add two | adding",)),),
    "m",
    "h",
    "Topic 1: ...",
)
TOPIC = Topic("Algebra - Sums", 1, 1, ("Algebra - Sum", "Algebra - Sums"), None, None, True, False)


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_tables_read_back_as_the_records_that_were_written(tmp_path: Path) -> None:
    tcpm = TCPM.of(("A - x", "A - y"), np.array([[0, 3], [3, 0]]))
    written = knowledge_tables([PRACTICE], [TOPIC], tcpm, tmp_path / "new" / "folder")
    assert [p.name for p in written] == [f"{n}.{e}" for n in ("mpkp", "topics", "tcpm") for e in ("parquet", "csv")]
    mpkp, topics, cells = (pq.read_table(p) for p in written[::2])
    assert list(from_table(mpkp, LabelledPractice)) == [PRACTICE]
    assert list(from_table(topics, Topic)) == [TOPIC]
    assert (TCPM.from_table(tcpm.topics, cells).counts == tcpm.counts).all()


def test_the_csv_of_the_mpkp_has_a_row_for_each_key_point_and_no_text_of_the_practice(tmp_path: Path) -> None:
    knowledge_tables([PRACTICE], [TOPIC], TCPM.of((), np.zeros((0, 0), np.int64)), tmp_path)
    assert rows(tmp_path / "mpkp.csv")[1:] == [
        ["gsm/1", "gsm", "", "", "Algebra - Sums", "Algebra - Sum", "adding", "add two | adding"]
    ]
    assert "1+1?" not in (tmp_path / "mpkp.csv").read_text(encoding="utf-8")


def test_nothing_known_gives_empty_tables_with_their_columns(tmp_path: Path) -> None:
    written = knowledge_tables([], [], TCPM.of((), np.zeros((0, 0), np.int64)), tmp_path)
    assert [pq.read_table(p).num_rows for p in written[::2]] == [0, 0, 0]
    assert [len(rows(p)) for p in written[1::2]] == [1, 1, 1]
    assert rows(tmp_path / "tcpm.csv") == [["topic_a", "topic_b", "count", "weight"]]


def test_more_practices_than_a_batch_are_all_written_once(tmp_path: Path, make: Callable[..., Any]) -> None:
    mpkp = make([{"A - x": ["k"]}] * 2500).mpkp
    knowledge_tables(iter(mpkp), [], TCPM.of((), np.zeros((0, 0), np.int64)), tmp_path)
    assert pq.read_table(tmp_path / "mpkp.parquet").num_rows == 2500
    assert [r[0] for r in rows(tmp_path / "mpkp.csv")[1:]] == [p.practice.id for p in mpkp]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1+1", "'  =1+1"),
        ("\t=1+1", "' =1+1"),
        ("\r=1+1", "' =1+1"),
        ("\n@x", "' @x"),
        ("＝1+1", "'＝1+1"),
        ("x = 1", "x = 1"),
        ('a,"b"\nc', 'a,"b" c'),
        ("日本語 é", "日本語 é"),
        ("\x00\x1b[31m", "  [31m"),
        ("\u202eabc", " abc"),
    ],
)
def test_what_a_spreadsheet_would_take_for_a_formula_is_text_in_csv_and_exact_in_parquet(
    tmp_path: Path, text: str, cell: str
) -> None:
    table = pa.table({"name": [text], "names": [[text, "b"]], "number": [-1.5]})
    parquet, path = write_table(table, tmp_path, "t")
    assert rows(path)[1] == [cell, _of_list(text), "-1.5"]
    assert pq.read_table(parquet).to_pylist() == table.to_pylist()


def _of_list(text: str) -> str:
    joined = "".join(c if c.isprintable() else " " for c in f"{text} | b")
    return f"'{joined}" if joined.lstrip()[0] in "=+-@＝" else joined


def test_a_cell_that_is_not_known_is_empty(tmp_path: Path) -> None:
    table = pa.table({"a": pa.array([None], pa.string()), "b": pa.array([None], pa.float64()), "c": [True]})
    assert rows(write_table(table, tmp_path, "t")[1])[1] == ["", "", "True"]
