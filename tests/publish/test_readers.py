"""The shards open in DuckDB, Polars, pandas and readers of Spark's kind, with the rows that pyarrow reads."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import kpmath
from builder.records import QuestionResult
from tests.publish import sample
from tests.publish.folders import put, rows, shards

Row = dict[str, Any]
ANSWERS = (("5", "5", "5", "5"), ("5", "5", "5", "6"), ("5", "5", None, "6"))
_one_result = sample.result


def varied(number: int) -> QuestionResult:
    """A question whose agreement (1, 0.75, 0.5) and score differ from the next; some candidates answer nothing."""
    made = _one_result(number, ANSWERS[number % 3])
    assert made.score is not None
    return dataclasses.replace(made, score=dataclasses.replace(made.score, value=0.85 + number / 100))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the project writes it, but with two shards in ``default`` and ``questions``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample, "result", varied)
        made = sample.build(tmp_path_factory.mktemp("readers") / "kpmath", questions=12)
    for config in ("default", "questions"):
        first = shards(made, config)[0]
        second = first.with_name(first.name.replace("00000", "00001", 1))
        if not second.exists():
            whole = rows(made, config)
            put(first, whole.slice(0, 5))
            put(second, whole.slice(5))
    return made


def glob(folder: Path, config: str) -> str:
    return str(folder / "data" / config / "*.parquet")


def expected(folder: Path, config: str) -> list[Row]:
    return rows(folder, config).to_pylist()


def wanted(row: Row) -> bool:
    return row["agreement"] >= 0.75 and row["score"] > 0.9


def chosen(folder: Path) -> list[Row]:
    """The rows of ``default`` that the filter of these tests leaves, after checking that it is one."""
    found = [row for row in expected(folder, "default") if wanted(row)]
    assert 0 < len(found) < len(expected(folder, "default"))
    return found


def test_the_rows_have_all_that_readers_differ_in(folder: Path) -> None:
    questions = expected(folder, "questions")
    assert len(shards(folder, "default")) > 1
    assert any(None in row["candidate_answers"] for row in questions)
    assert any(None in row["key_points_needed"] for row in questions)
    assert all(row["topic_3"] is None for row in questions)
    assert expected(folder, "messages")[0]["messages"][1]["role"] == "assistant"


# --- DuckDB ------------------------------------------------------------------------------------


def by_duckdb(query: str) -> list[Row]:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        answer = connection.sql(query)
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]


@pytest.mark.parametrize("config", kpmath.CONFIGS)
def test_duckdb_reads_every_configuration(folder: Path, config: str) -> None:
    assert by_duckdb(f"SELECT * FROM read_parquet('{glob(folder, config)}')") == expected(folder, config)


def test_duckdb_filters_by_scalars(folder: Path) -> None:
    query = f"SELECT * FROM read_parquet('{glob(folder, 'default')}') WHERE agreement >= 0.75 AND score > 0.9"
    assert by_duckdb(query) == chosen(folder)


def test_duckdb_unfolds_parallel_lists_side_by_side(folder: Path) -> None:
    query = (
        "SELECT id, unnest(candidate_ids) AS candidate, unnest(candidate_answers) AS answer "
        f"FROM read_parquet('{glob(folder, 'questions')}')"
    )
    assert by_duckdb(query) == [
        {"id": row["id"], "candidate": candidate, "answer": answer}
        for row in expected(folder, "questions")
        for candidate, answer in zip(row["candidate_ids"] or [], row["candidate_answers"] or [], strict=True)
    ]


def test_duckdb_reads_the_texts_of_messages(folder: Path) -> None:
    query = f"SELECT messages[2].content AS solution FROM read_parquet('{glob(folder, 'messages')}')"
    solutions = [{"solution": row["solution"]} for row in expected(folder, "default")]
    assert by_duckdb(query) == solutions


# --- Polars ------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", kpmath.CONFIGS)
def test_polars_reads_every_configuration(folder: Path, config: str) -> None:
    polars = pytest.importorskip("polars")
    assert polars.scan_parquet(glob(folder, config)).collect().to_dicts() == expected(folder, config)


def test_polars_filters_lazily_and_reads_the_columns_asked_for(folder: Path) -> None:
    pl = pytest.importorskip("polars")
    lazy = pl.scan_parquet(glob(folder, "default")).filter((pl.col("agreement") >= 0.75) & (pl.col("score") > 0.9))
    assert lazy.collect().to_dicts() == chosen(folder)
    few = lazy.select("id", "topics").collect().to_dicts()
    assert few == [{"id": row["id"], "topics": row["topics"]} for row in chosen(folder)]


# --- pandas ------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """A value as pandas gives it: lists are arrays there, and a null is NaN where the column is of numbers."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


@pytest.mark.parametrize("config", kpmath.CONFIGS)
def test_pandas_reads_every_configuration_as_a_folder(folder: Path, config: str) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(folder / "data" / config)
    found = [{name: plain(value) for name, value in row.items()} for row in frame.to_dict(orient="records")]
    assert found == expected(folder, config)


def test_pandas_filters_by_scalars(folder: Path) -> None:
    pandas = pytest.importorskip("pandas")
    filters = [("agreement", ">=", 0.75), ("score", ">", 0.9)]
    frame = pandas.read_parquet(folder / "data" / "default", columns=["id", "answer"], filters=filters)
    assert frame.to_dict(orient="records") == [{"id": r["id"], "answer": r["answer"]} for r in chosen(folder)]


# --- readers of Spark's kind: projection and predicates over a folder ----------------------------


def test_a_dataset_over_the_folder_projects_and_filters(folder: Path) -> None:
    source = ds.dataset(folder / "data" / "default", format="parquet")
    found = source.to_table(
        columns=["id", "key_points"], filter=(ds.field("agreement") >= 0.75) & (ds.field("score") > 0.9)
    )
    assert found.to_pylist() == [{"id": r["id"], "key_points": r["key_points"]} for r in chosen(folder)]


def test_a_predicate_skips_row_groups_by_their_statistics(folder: Path) -> None:
    fragments = list(ds.dataset(folder / "data" / "default", format="parquet").get_fragments())

    def groups(predicate: Any) -> int:
        return sum(len(fragment.split_by_row_group(filter=predicate)) for fragment in fragments)

    assert groups(ds.field("agreement") >= 0) == len(fragments)
    assert groups(ds.field("agreement") > 1) == 0


@pytest.mark.parametrize("config", kpmath.CONFIGS)
def test_the_files_have_only_types_that_spark_knows(folder: Path, config: str) -> None:
    """Texts, doubles and booleans that may be null, in lists of the three-level form with standard names."""
    schema = pq.ParquetFile(shards(folder, config)[0]).schema
    for index in range(len(schema)):
        leaf = schema.column(index)
        assert (leaf.physical_type, leaf.converted_type) in {
            ("BYTE_ARRAY", "UTF8"),
            ("DOUBLE", "NONE"),
            ("BOOLEAN", "NONE"),
        }
        column, *inner = leaf.path.split(".")
        kind = kpmath.schema(config).field(column).type
        assert inner[:2] == (["list", "element"] if pa.types.is_list(kind) else [])
        assert (leaf.max_definition_level, leaf.max_repetition_level) == (
            1 + 2 * bool(inner) + (len(inner) > 2),
            bool(inner),
        )


def test_spark_itself_reads_and_filters(folder: Path) -> None:
    """Not part of the usual requirements: pyspark is 450 MB and needs Java."""
    sql = pytest.importorskip("pyspark.sql")
    session = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", False).getOrCreate()
    try:
        for config in kpmath.CONFIGS:
            found = [
                row.asDict(recursive=True) for row in session.read.parquet(str(folder / "data" / config)).collect()
            ]
            assert sorted(found, key=str) == sorted(expected(folder, config), key=str)
        frame = session.read.parquet(str(folder / "data" / "default"))
        left = frame.filter("agreement >= 0.75 AND score > 0.9 AND array_contains(topics, 'Geometry - Area')")
        assert sorted(row.id for row in left.collect()) == sorted(row["id"] for row in chosen(folder))
    finally:
        session.stop()
