"""The contract with the dataset viewer: a built folder keeps it, and each broken folder is told what is wrong."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kpmath
from builder.config import load_recipe
from builder.pipeline import build as build_run
from builder.publish import viewer
from builder.publish.histograms import LABELS, Histograms
from builder.publish.viewer import viewer_problems
from tests.publish.folders import edit_card, info, put, replace_rows, rows, shards
from tests.publish.sample import build

RECIPE = Path(__file__).resolve().parents[2] / "recipes" / "demo.toml"
Change = Callable[[Path], object]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("viewer") / "kpmath", questions=40)


def test_the_demo_keeps_the_whole_contract(tmp_path: Path) -> None:
    """No note either: its lists and texts are many enough, and a list that was never filled is null."""
    made = tmp_path / "kpmath"
    build_run(load_recipe(RECIPE, []), tmp_path / "run", made)
    assert [str(p) for p in viewer_problems(made)] == []


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "kpmath"))


def test_what_is_built_holds_no_error(built: Path) -> None:
    assert [str(p) for p in viewer_problems(built) if p.error] == []


def test_a_note_is_only_ever_about_the_rows(built: Path) -> None:
    assert {p.rule for p in viewer_problems(built)} <= {"empty", "preview", "histograms"}


def test_datasets_finds_the_configurations_and_splits_and_streams_the_first_rows(built: Path) -> None:
    assert datasets.get_dataset_config_names(str(built)) == list(kpmath.CONFIGS)
    assert datasets.get_dataset_default_config_name(str(built)) == "default"
    for config in kpmath.CONFIGS:
        assert datasets.get_dataset_split_names(str(built), config) == ["train"]
        stream = datasets.load_dataset(str(built), config, split="train", streaming=True)
        assert list(stream.take(100)) == rows(built, config).slice(0, 100).to_pylist()


# --- every rule has a folder that breaks it ----------------------------------------------------


def card(change: Callable[[dict[str, Any]], object]) -> Change:
    return lambda folder: edit_card(folder, change)


def card_text(text: str) -> Change:
    return lambda folder: (folder / "README.md").write_text(text, encoding="utf-8")


def table(config: str, change: Callable[[pa.Table], pa.Table], **options: Any) -> Change:
    return lambda folder: replace_rows(folder, config, change(rows(folder, config)), **options)


def column(config: str, name: str, kind: pa.DataType, **options: Any) -> Change:
    """One column in another type, its values all null."""
    return table(
        config, lambda t: t.set_column(t.schema.get_field_index(name), name, pa.nulls(len(t), kind)), **options
    )


def second_shard(change: Callable[[pa.Table], pa.Table]) -> Change:
    def made(folder: Path) -> None:
        whole = rows(folder, "tcpm")
        replace_rows(folder, "tcpm", whole, change(whole))

    return made


def tagged(kind: str) -> Change:
    """A column of an extension type that this pyarrow does not know: only the file says what it is."""
    field = pa.field("level", pa.string(), metadata={"ARROW:extension:name": kind})
    return table("mpkp", lambda t: t.set_column(t.schema.get_field_index("level"), field, t["level"]))


def wide(t: pa.Table) -> pa.Table:
    for index in range(1001):
        t = t.append_column(f"c{index}", pa.nulls(len(t), pa.string()))
    return t


def heavy(t: pa.Table) -> pa.Table:
    """One row whose text alone is over 100 MB."""
    return t.slice(0, 1).set_column(t.schema.get_field_index("source"), "source", pa.array(["x" * 100_000_001]))


def tall(t: pa.Table) -> pa.Table:
    return pa.concat_tables([t] * math.ceil(10_001 / len(t)))


BROKEN: list[tuple[str, str, str, Change]] = [
    # rule, part of where, part of what, how it is broken
    ("card", "README.md", "cannot be read", lambda folder: (folder / "README.md").unlink()),
    ("card", "README.md", "cannot be read", card_text("---\n{: [\n---\n")),
    ("card", "README.md", "no front matter", card_text("# A card without front matter\n")),
    ("card", "README.md", "no front matter", card(lambda f: f.update(configs={}))),
    ("card", "README.md", "without config_name", card(lambda f: f["configs"][1].pop("config_name"))),
    ("card", "README.md", "'mpkp' has no data_files", card(lambda f: f["configs"][2].update(data_files="data/*"))),
    ("card", "README.md", "'mpkp' has no data_files", card(lambda f: f["configs"][2].pop("data_files"))),
    ("card", "README.md", "dataset_info cannot be read", card(lambda f: f.update(dataset_info=[[]]))),
    ("names", "a/b", "no name for a configuration", card(lambda f: f["configs"][1].update(config_name="a/b"))),
    ("names", "topics", "2 configurations", card(lambda f: f["configs"].append(f["configs"][3]))),
    ("names", "mpkp/train-1", "no name", card(lambda f: f["configs"][2]["data_files"][0].update(split="train-1"))),
    (
        "names",
        "mpkp/train",
        "2 splits",
        card(lambda f: f["configs"][2]["data_files"].append(f["configs"][2]["data_files"][0])),
    ),
    (
        "names",
        "mpkp",
        "31 splits",
        card(lambda f: f["configs"][2].update(data_files=[{"split": f"s{i}", "path": "x"} for i in range(31)])),
    ),
    ("default", "configs", "2 configurations", card(lambda f: f["configs"][1].update(default=True))),
    (
        "default",
        "configs",
        "0 configurations",
        card(lambda f: [f["configs"][0].pop("default"), f["configs"][0].update(config_name="pairs")]),
    ),
    ("default", "configs", "not the first", card(lambda f: f["configs"].append(f["configs"].pop(0)))),
    ("files", "tcpm/train", "no file fits", lambda folder: [path.unlink() for path in shards(folder, "tcpm")]),
    (
        "files",
        "data/tcpm/test-00000.parquet",
        "no split",
        lambda folder: shutil.copy(shards(folder, "tcpm")[0], folder / "data/tcpm/test-00000.parquet"),
    ),
    (
        "files",
        "data/tcpm/train-00000",
        "2 splits",
        card(lambda f: f["configs"][4]["data_files"].append({"split": "test", "path": "data/tcpm/*"})),
    ),
    (
        "files",
        "data/topics/train-00000",
        "cannot be read",
        lambda folder: shards(folder, "topics")[0].write_bytes(shards(folder, "topics")[0].read_bytes()[:-9]),
    ),
    ("schema", "data/tcpm/train-00001", "(weight)", second_shard(lambda t: t.drop_columns(["weight"]))),
    ("schema", "data/tcpm/train-00001", "another order", second_shard(lambda t: t.select(t.column_names[::-1]))),
    ("schema", "data/tcpm/train-00000", "(weight)", table("tcpm", lambda t: t.drop_columns(["weight"]))),
    ("schema", "data/tcpm/train-00000", "weight: double, int64", column("tcpm", "weight", pa.int64())),
    ("schema", "data/tcpm/train-00000", "another order", table("tcpm", lambda t: t.select(t.column_names[::-1]))),
    ("schema", "tcpm", "no dataset_info.features", lambda folder: info(folder, "tcpm", lambda i: i.pop("features"))),
    ("columns", "topics", "columns, of at most", table("topics", wide)),
    (
        "columns",
        "topics, column yyyyy",
        "501 characters",
        table("topics", lambda t: t.append_column("y" * 501, pa.nulls(len(t), pa.string()))),
    ),
    ("types", "mpkp, column level", "extension arrow.json", column("mpkp", "level", pa.json_())),
    ("types", "mpkp, column level", "extension some.thing", tagged("some.thing")),
    ("types", "mpkp, column level", "dictionary", column("mpkp", "level", pa.dictionary(pa.int32(), pa.string()))),
    ("types", "mpkp, column topics", "large_string", column("mpkp", "topics", pa.list_(pa.large_string()))),
    ("types", "mpkp, column topics", "large_list", column("mpkp", "topics", pa.large_list(pa.string()))),
    ("types", "mpkp, column level", "uint16", column("mpkp", "level", pa.uint16())),
    ("types", "mpkp, column level", "null", column("mpkp", "level", pa.null())),
    ("types", "mpkp, column level", "decimal128", column("mpkp", "level", pa.struct([("x", pa.decimal128(9, 2))]))),
    ("flat", "default, column score", "is no column", table("default", lambda t: t.drop_columns(["score"]))),
    ("flat", "default, column score", "is nested", column("default", "score", pa.struct([("mean", pa.float64())]))),
    ("counts", "tcpm/train", "the card says", table("tcpm", lambda t: t.slice(1), count=False)),
    ("counts", "tcpm/train", "has no such split", lambda folder: info(folder, "tcpm", lambda i: i.pop("splits"))),
    ("size", "size_categories", "['1M<n<10M']", card(lambda f: f.update(size_categories=["1M<n<10M"]))),
    ("index", "train-00000.parquet, column source", "group 0", table("tcpm", lambda t: t, write_page_index=False)),
    ("groups", "data/tcpm/train-00000.parquet", "row group 0", table("tcpm", tall, group=1 << 20)),
    ("groups", "data/tcpm/train-00000.parquet", "1 rows and 1", table("tcpm", heavy)),
    ("chunks", "data/tcpm/train-00000.parquet", "has not the key", table("tcpm", lambda t: t, keys={})),
    (
        "metadata",
        "data/tcpm/train-00000.parquet",
        "'huggingface'",
        table("tcpm", lambda t: t.replace_schema_metadata({"huggingface": "{}"})),
    ),
    ("empty", "tcpm/train", "no rows", table("tcpm", lambda t: t.slice(0, 0))),
    (
        "preview",
        "tcpm/train",
        "bytes as JSON",
        table("tcpm", lambda t: t.set_column(0, "source", pa.array(["x" * 600_000] * len(t)))),
    ),
    (
        "histograms",
        "tcpm/train, column topic_a",
        "all text lengths are 3 or 4",
        table("tcpm", lambda t: t.slice(0, 0).from_pylist([{"topic_a": f"{i + 990}"} for i in range(40)], t.schema)),
    ),
    (
        "histograms",
        "mpkp/train, column topics",
        "all list lengths are 1 or 2",
        table("mpkp", lambda t: t.from_pylist([{"topics": ["x"] * (1 + i % 2)} for i in range(9)], t.schema)),
    ),
    (
        "histograms",
        "tcpm/train, column count",
        "only one row has a value",
        table("tcpm", lambda t: t.from_pylist([{"count": 1.0}, {"count": float("nan")}, {}], t.schema)),
    ),
]


@pytest.mark.parametrize(("rule", "where", "what", "change"), BROKEN, ids=lambda v: v if isinstance(v, str) else "")
def test_a_broken_folder_is_told_what_is_wrong_and_where(
    folder: Path, rule: str, where: str, what: str, change: Change
) -> None:
    change(folder)
    found = [p for p in viewer_problems(folder) if p.rule == rule and where in p.where and what in p.what]
    assert found, [str(p) for p in viewer_problems(folder)]
    assert found[0].error == (rule not in ("empty", "preview", "histograms"))
    assert found[0].todo in str(found[0])


def test_too_many_configurations_are_counted(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert viewer.MAX_CONFIGS == 4000
    monkeypatch.setattr(viewer, "MAX_CONFIGS", 5)
    (problem,) = [p for p in viewer_problems(built) if p.rule == "names"]
    assert problem.what == "6 configurations, of at most 5"


def test_every_rule_of_the_table_is_broken_once() -> None:
    lines = (viewer.__doc__ or "").split("=\n")[2].splitlines()
    assert {rule for rule, *_ in BROKEN} == {line.split()[0] for line in lines if not line.startswith("=")}


def test_errors_come_before_notes(folder: Path) -> None:
    replace_rows(folder, "default", rows(folder, "default").slice(0, 0))
    (folder / "data/tcpm/more.parquet").write_bytes(b"")
    kinds = [p.error for p in viewer_problems(folder)]
    assert kinds == sorted(kinds, reverse=True)
    assert set(kinds) == {True, False}


def test_a_fault_in_the_rows_that_the_viewer_looks_at_is_named_though_later_rows_end_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = rows(folder, "mpkp").schema
    parts = [[1, 2] * 50, [1, 2, 5]]
    tables = [pa.Table.from_pylist([{"topics": ["x"] * n} for n in part], schema) for part in parts]
    replace_rows(folder, "mpkp", *tables)
    named = "mpkp/train, column topics"
    assert named not in [p.where for p in viewer_problems(folder)]
    monkeypatch.setattr(viewer, "STATISTICS_BYTES", 1)
    assert named in [p.where for p in viewer_problems(folder)]


def test_the_first_rows_are_counted_over_shards(folder: Path) -> None:
    schema = rows(folder, "tcpm").schema
    one = pa.Table.from_pylist([{"source": "x" * 12_000}] * 50, schema)
    replace_rows(folder, "tcpm", one, one, one)
    (problem,) = [p for p in viewer_problems(folder) if p.rule == "preview"]
    assert "1,2" in problem.what  # 100 rows of 12,000 bytes and a little more, not 150


def test_a_shard_of_another_split_is_not_read_for_this_one(folder: Path) -> None:
    whole = rows(folder, "tcpm")
    put(folder / "data/tcpm/test-00000.parquet", whole)
    edit_card(
        folder,
        lambda f: (
            f["configs"][4]["data_files"].append({"split": "test", "path": "data/tcpm/test-*.parquet"}),
            f["dataset_info"][4]["splits"].append({"name": "test", "num_bytes": 1, "num_examples": len(whole)}),
        ),
    )
    assert [str(p) for p in viewer_problems(folder) if p.error] == []


# --- histograms --------------------------------------------------------------------------------


def watched(values: list[Any], kind: pa.DataType, batch: int = 7) -> Histograms:
    """Fed as the contract says: after a column is cleared it is no longer in the batches."""
    made = pa.table({"x": pa.array(values, kind)})
    watch = Histograms(made.schema)
    for part in made.to_batches(max_chunksize=batch):
        if not watch.open:
            break
        watch.add(part)
    return watch


@pytest.mark.parametrize(
    ("values", "kind", "fault"),
    [
        ([1, 2, 1, None], pa.int64(), "all values are 1 or 2"),
        ([-1, 0, 0], pa.int32(), "all values are -1 or 0"),
        ([1, 3, 1], pa.int64(), None),
        ([1, 2, 3], pa.int64(), None),
        ([4, 4, 4], pa.int64(), None),
        ([1.0, 2.0, 1.0], pa.float64(), None),
        ([None, 2.0, float("nan")], pa.float64(), "only one row has a value"),
        ([None, None], pa.float64(), None),
        ([[], ["a"], []], pa.list_(pa.string()), "all list lengths are 0 or 1"),
        ([None, ["a"], ["b"]], pa.list_(pa.string()), None),
        ([None, ["a"], None], pa.list_(pa.string()), "only one row has a value"),
        ([[None, None], ["a"]], pa.list_(pa.string()), "all list lengths are 1 or 2"),
        ([True, False], pa.bool_(), None),
        ([{"a": 1}, {"a": 2}], pa.struct([("a", pa.int64())]), None),
        (["a", "bb"] * 10, pa.string(), None),  # two different texts are labels
        ([str(i) for i in range(100)], pa.string(), "all text lengths are 1 or 2"),
        (["ä", "ßß", *"abcdefghijk"], pa.string(), "all text lengths are 1 or 2"),  # characters, not bytes
        ([str(i) for i in range(5)] * 2, pa.string(), None),  # 5 different texts are labels
        ([str(i) for i in range(100)] * 5, pa.string(), None),  # a fifth of the rows are different
        ([str(i) for i in range(100)] * 4, pa.string(), "all text lengths are 1 or 2"),
        ([None] * 100 + [str(i) for i in range(20)], pa.string(), None),  # 21 of 120
        ([f"{i:04d}" for i in range(LABELS)] + ["x" * 5] * 9000, pa.string(), "all text lengths are 4 or 5"),
        ([f"{i:04d}" for i in range(LABELS - 1)] + ["x" * 5] * 9000, pa.string(), None),
    ],
)
def test_columns_that_cost_a_split_its_histograms(values: list[Any], kind: pa.DataType, fault: str | None) -> None:
    assert watched(values, kind).faults() == ({"x": fault} if fault else {})


def test_a_column_is_no_longer_asked_for_once_it_is_cleared() -> None:
    schema = pa.schema([("n", pa.int64()), ("f", pa.float64()), ("t", pa.string()), ("b", pa.bool_())])
    watch = Histograms(schema)
    assert watch.open == ["n", "f", "t"]
    watch.add(pa.RecordBatch.from_pylist([{"n": 1, "f": 1.0, "t": "a"}, {"n": 9, "f": 1.0, "t": "b"}], schema))
    assert watch.open == ["t"]
    watch.add(pa.RecordBatch.from_pylist([{"t": "a long text"}]))
    assert watch.open == []
    assert watch.faults() == {}


def viewer_bins(low: int, high: int) -> list[int]:
    """The edges of the viewer's histogram of whole numbers: at most ten bins of a whole width."""
    if low == high:
        return [low, high]
    edges = list(range(low, high, math.ceil((high - low + 1) / 10)))
    return edges if edges[-1] == high else [*edges, high]


@given(st.lists(st.none() | st.integers(-50, 50), min_size=2, max_size=30), st.integers(1, 9))
def test_whole_numbers_are_named_exactly_where_the_viewer_has_a_single_bin_with_two_edges(
    values: list[int | None], batch: int
) -> None:
    known = [v for v in values if v is not None]
    single = len(known) == 1
    edges = viewer_bins(min(known), max(known)) if known else []
    fails = single or (len(edges) == 2 and edges[0] != edges[1])
    assert bool(watched(values, pa.int64(), batch).faults()) == fails


@given(st.integers(2, 10**6))
def test_only_two_adjacent_numbers_have_a_single_bin(distance: int) -> None:
    assert len(viewer_bins(0, distance)) > 2
    assert len(viewer_bins(0, 1)) == 2


@given(st.lists(st.none() | st.sampled_from(["", "a", "b", "ab", "é", "xyz"]), max_size=40), st.integers(1, 9))
def test_texts_do_not_depend_on_how_they_are_cut_into_batches(values: list[str | None], batch: int) -> None:
    whole = watched(values, pa.string(), max(1, len(values))).faults()
    assert watched(values, pa.string(), batch).faults() == whole


def test_memory_holds_no_more_texts_than_labels_can_be() -> None:
    watch = watched([f"{i:06d}" for i in np.arange(20_000)], pa.string(), 1000)
    assert len(watch._columns["x"].different) <= 2 * LABELS + 1
