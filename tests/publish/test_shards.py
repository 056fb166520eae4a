"""Shards: streaming, exact counts, equal bytes, and nothing half-written that looks whole."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import kpmath
from builder.errors import PublishError
from builder.publish import shards
from builder.publish.shards import partial_folder, publish_folder, write_config
from tests.publish.sample import build


def cells(n: int) -> Iterator[dict[str, object]]:
    for i in range(n):
        yield {
            "source": "all",
            "topic_a": f"Algebra - {i}",
            "topic_b": "Geometry - " + "x" * (i % 7),
            "count": float(i),
            "weight": 0.5,
        }


def write(folder: Path, n: int, limit: int = 100) -> shards.ShardStats:
    return write_config(cells(n), "tcpm", "train", folder, max_shard_rows=limit)


@pytest.mark.parametrize(
    ("rows", "limit", "lengths"),
    [
        (0, 100, [0]),
        (1, 100, [1]),
        (100, 100, [100]),
        (101, 100, [100, 1]),
        (2500, 999, [999, 999, 502]),
        (2500, 1000, [1000, 1000, 500]),
        (2500, 2400, [2400, 100]),
        (7, 1, [1] * 7),
    ],
)
def test_shards_hold_all_rows_in_order_and_the_counts_are_exact(
    tmp_path: Path, rows: int, limit: int, lengths: list[int]
) -> None:
    stats = write(tmp_path, rows, limit)
    tables = [pq.read_table(tmp_path / f) for f in stats.files]
    assert [t.num_rows for t in tables] == lengths
    assert [r for t in tables for r in t.to_pylist()] == list(cells(rows))
    assert stats.num_examples == rows
    count = f"{len(lengths):05d}"
    assert list(stats.files) == [f"data/tcpm/train-{i:05d}-of-{count}.parquet" for i in range(len(lengths))]
    assert {p.name for p in (tmp_path / "data/tcpm").iterdir()} == {Path(f).name for f in stats.files}


def test_num_bytes_is_the_size_in_arrow_and_file_bytes_that_on_disk(tmp_path: Path) -> None:
    stats = write(tmp_path, 1500, 400)
    arrow = sum(b.nbytes for b in _batches_of(1500))
    assert stats.num_bytes == arrow
    assert stats.file_bytes == sum((tmp_path / f).stat().st_size for f in stats.files)


def _batches_of(n: int) -> Iterator[object]:
    import pyarrow as pa

    rows = list(cells(n))
    for start in range(0, n, shards.ROW_GROUP):
        yield pa.RecordBatch.from_pylist(rows[start : start + shards.ROW_GROUP], schema=kpmath.schema("tcpm"))


def test_equal_rows_give_equal_bytes_and_one_other_row_another_content(tmp_path: Path) -> None:
    def digest(folder: Path) -> str:
        return hashlib.sha256(b"".join((folder / f).read_bytes() for f in write(folder, 2000).files)).hexdigest()

    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    changed = [dict(r) for r in cells(2000)]
    changed[1234]["count"] = -1.0
    other = write_config(changed, "tcpm", "train", tmp_path / "c", max_shard_rows=100)
    same = write(tmp_path / "d", 2000)
    assert other.content != same.content
    assert write(tmp_path / "e", 2000, 777).content == same.content  # however it is cut


def test_files_suit_the_viewer(tmp_path: Path) -> None:
    stats = write(tmp_path, 2500, 10_000)
    meta = pq.read_metadata(tmp_path / stats.files[0])
    assert [meta.row_group(i).num_rows for i in range(meta.num_row_groups)] == [1000, 1000, 500]
    columns = [meta.row_group(i).column(j) for i in range(3) for j in range(meta.num_columns)]
    assert all(c.compression == "ZSTD" and c.has_offset_index and c.has_column_index for c in columns)
    assert meta.metadata[b"use_content_defined_chunking"] == b"true"
    assert b"huggingface" not in meta.metadata
    assert pq.read_schema(tmp_path / stats.files[0]).remove_metadata() == kpmath.schema("tcpm")


def test_rows_are_drawn_as_they_are_written(tmp_path: Path) -> None:
    written: list[int] = []

    def rows() -> Iterator[dict[str, object]]:
        for i, row in enumerate(cells(5000)):
            written.append(len(list(tmp_path.glob("data/tcpm/.train-*.tmp"))))
            assert i < 5000
            yield row

    write_config(rows(), "tcpm", "train", tmp_path, max_shard_rows=1000)
    # Shard files appear while rows are still being drawn: nothing collects them first.
    assert written[0] == 0
    assert written[-1] >= 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": None, "extra": 1}, "row 3 of 'tcpm': missing or unknown columns extra"),
        ({"weight": "heavy"}, "rows 0 to 4 of 'tcpm' do not have the types"),
        ({"topic_a": "\ud800"}, "rows 0 to 4 of 'tcpm' do not have the types"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_and_leaves_no_shard(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    rows = list(cells(5))
    rows[3] = {**rows[3], **change}
    with pytest.raises(PublishError, match=message):
        write_config(rows, "tcpm", "train", tmp_path, max_shard_rows=2)
    assert list((tmp_path / "data/tcpm").iterdir()) == []


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="unknown columns count, topic_b, weight"):
        write_config([{"source": "all", "topic_a": "x"}], "tcpm", "train", tmp_path, max_shard_rows=2)


@pytest.mark.parametrize("split", ["train-1M", "", "../x", "a b"])
def test_a_split_name_that_datasets_cannot_read_is_refused(tmp_path: Path, split: str) -> None:
    with pytest.raises(PublishError, match="split name"):
        write_config(cells(1), "tcpm", split, tmp_path, max_shard_rows=2)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a stage failed")])
def test_an_interruption_leaves_no_shard_that_looks_whole(tmp_path: Path, error: BaseException) -> None:
    def rows() -> Iterator[dict[str, object]]:
        yield from cells(2500)
        raise error

    with pytest.raises(type(error)):
        write_config(rows(), "tcpm", "train", tmp_path, max_shard_rows=1000)
    assert list((tmp_path / "data/tcpm").iterdir()) == []


def test_a_full_disk_is_said_and_leaves_no_shard(tmp_path: Path) -> None:
    def rows() -> Iterator[dict[str, object]]:
        yield from cells(1500)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(PublishError, match=r"No space left on device; free some space"):
        write_config(rows(), "tcpm", "train", tmp_path, max_shard_rows=1000)
    assert list((tmp_path / "data/tcpm").iterdir()) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("a", "bb"), ("aa", "bb")], ("topic_a",)),
        ([("a", "bb"), ("aaa", "bb")], ()),
        ([("a", "b"), ("aa", "bb"), ("aaa", "bb")], ("topic_b",)),
        ([("a", "b")], ()),
        ([], ()),
    ],
)
def test_columns_that_break_the_viewers_statistics_are_reported(
    tmp_path: Path, rows: list[tuple[str, str]], expected: tuple[str, ...]
) -> None:
    made = [{"source": "all", "topic_a": a, "topic_b": b, "count": 1.0, "weight": 1.0} for a, b in rows]
    assert write_config(made, "tcpm", "train", tmp_path, max_shard_rows=9).adjacent == expected


# --- the folder --------------------------------------------------------------------------------


def test_a_finished_folder_takes_the_place_of_a_former_one(tmp_path: Path) -> None:
    build(tmp_path / "kpmath", questions=40, shard_rows=10)
    build(tmp_path / "kpmath", questions=2)
    assert [p.name for p in tmp_path.iterdir()] == ["kpmath"]
    assert len(list((tmp_path / "kpmath/data/default").iterdir())) == 1


def test_a_folder_without_a_card_is_not_put_into_place(tmp_path: Path) -> None:
    partial = partial_folder(tmp_path / "kpmath")
    write(partial, 10)
    with pytest.raises(PublishError, match="is not finished"):
        publish_folder(partial, tmp_path / "kpmath")
    assert not (tmp_path / "kpmath").exists()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"thesis.tex": "years of work"}, "no dataset that KPMath made"),
        ({"README.md": "---\npretty_name: Other\n---\n"}, "no dataset that KPMath made"),
        (
            {"README.md": None, "data/notes.txt": "x", "thesis.tex": "years of work"},
            r"did not put there \(thesis.tex\)",
        ),
    ],
)
def test_what_is_not_ours_is_never_overwritten(tmp_path: Path, files: dict[str, str | None], message: str) -> None:
    build(tmp_path / "ours", questions=1)
    target = tmp_path / "kpmath"
    for name, text in files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text or (tmp_path / "ours/README.md").read_text())
    before = {p: p.read_bytes() for p in target.rglob("*") if p.is_file()}
    with pytest.raises(PublishError, match=message):
        partial_folder(target)
    with pytest.raises(PublishError, match=message):
        publish_folder(tmp_path / "ours", target)
    assert {p: p.read_bytes() for p in target.rglob("*") if p.is_file()} == before


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kpmath").write_text("a file")
    with pytest.raises(PublishError, match="is a file"):
        partial_folder(tmp_path / "kpmath")


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "kpmath").mkdir()
    assert (build(tmp_path / "kpmath", questions=1) / "README.md").is_file()


def test_what_an_interrupted_build_left_is_cleared(tmp_path: Path) -> None:
    left = partial_folder(tmp_path / "kpmath") / "data/default/train-00000-of-00009.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    folder = build(tmp_path / "kpmath", questions=1)
    assert [p.name for p in (folder / "data/default").iterdir()] == ["train-00000-of-00001.parquet"]


def test_a_process_that_died_between_the_two_renames_loses_nothing(tmp_path: Path) -> None:
    build(tmp_path / "kpmath", questions=1)
    (tmp_path / "kpmath").rename(tmp_path / "kpmath.old")
    partial_folder(tmp_path / "kpmath")
    assert kpmath.read_card(tmp_path / "kpmath").version == "1.0.0"
