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
from builder.publish.provenance import Shard, adjacent_lengths, content_of
from builder.publish.shards import write_config


def cells(n: int) -> Iterator[dict[str, object]]:
    for i in range(n):
        yield {
            "source": "all",
            "topic_a": f"Algebra - {i}",
            "topic_b": "Geometry - " + "x" * (i % 7),
            "count": float(i),
            "weight": 0.5,
            "knowledge": "e" * 32,
        }


def write(folder: Path, n: int, limit: int = 10_000, first: int = 0) -> tuple[Shard, ...]:
    return write_config(cells(n), "tcpm", "train", folder, shard_bytes=limit, first=first)


@pytest.mark.parametrize(
    ("rows", "limit", "shards_at_least"),
    [(0, 100, 1), (1, 100, 1), (100, 10**6, 1), (101, 5_000, 2), (2500, 100_000, 2), (2500, 60_000, 4), (7, 1, 7)],
)
def test_shards_hold_all_rows_in_order_and_the_counts_are_exact(
    tmp_path: Path, rows: int, limit: int, shards_at_least: int
) -> None:
    written = write(tmp_path, rows, limit)
    tables = [pq.read_table(tmp_path / s.file) for s in written]
    assert [t.num_rows for t in tables] == [s.rows for s in written]
    assert [r for t in tables for r in t.to_pylist()] == list(cells(rows))
    assert len(written) >= shards_at_least
    assert [s.file for s in written] == [f"data/tcpm/train-{i:05d}.parquet" for i in range(len(written))]
    assert {p.name for p in (tmp_path / "data/tcpm").iterdir()} == {Path(s.file).name for s in written}


def test_a_shard_ends_near_the_size_asked_for(tmp_path: Path) -> None:
    sizes = [s.bytes for s in write(tmp_path, 20_000, 200_000)]
    assert len(sizes) > 5
    # Rows differ a little, so a cut by their mean is not exact.
    assert all(0.9 * 200_000 < size < 1.1 * 200_000 for size in sizes[:-1])
    assert sizes[-1] <= 1.1 * 200_000


def test_every_shard_begins_with_a_whole_row_group(tmp_path: Path) -> None:
    # datasets reads a file in batches of the rows of its first row group.
    metas = [pq.read_metadata(tmp_path / s.file) for s in write(tmp_path, 6_700, 250_000)]
    groups = [m.row_group(i).num_rows for m in metas for i in range(m.num_row_groups)]
    assert groups == [1000] * 6 + [700]
    assert len(metas) > 2


def test_a_row_larger_than_a_shard_has_a_shard_of_its_own(tmp_path: Path) -> None:
    assert [s.rows for s in write(tmp_path, 4, 1)] == [1, 1, 1, 1]


def test_more_shards_go_on_with_the_numbers_and_leave_those_before_alone(tmp_path: Path) -> None:
    before = write(tmp_path, 50, 1_500)
    bytes_before = {s.file: (tmp_path / s.file).read_bytes() for s in before}
    after = write(tmp_path, 7, 10_000, first=len(before))
    assert [s.file for s in after] == [f"data/tcpm/train-{len(before):05d}.parquet"]
    assert {s.file: (tmp_path / s.file).read_bytes() for s in before} == bytes_before
    assert write(tmp_path, 0, first=9) == ()


def test_sizes_and_hashes_are_those_of_the_rows_and_of_the_files(tmp_path: Path) -> None:
    for shard in write(tmp_path, 1500, 40_000):
        data = (tmp_path / shard.file).read_bytes()
        assert (shard.file_bytes, shard.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert shard.bytes == pytest.approx(pq.read_table(tmp_path / shard.file).nbytes, rel=0.05)


def test_equal_rows_give_equal_bytes_and_one_other_row_another_content(tmp_path: Path) -> None:
    mine = write(tmp_path / "a", 2000)
    assert write(tmp_path / "b", 2000) == mine  # the files' hashes included
    changed = [dict(r) for r in cells(2000)]
    changed[1234]["count"] = -1.0
    other = write_config(changed, "tcpm", "train", tmp_path / "c", shard_bytes=10_000)
    assert content_of(other) != content_of(mine)
    assert sum(a != b for a, b in zip(mine, other, strict=True)) == 1


def test_files_suit_the_viewer(tmp_path: Path) -> None:
    (shard,) = write(tmp_path, 2500, 10**7)
    meta = pq.read_metadata(tmp_path / shard.file)
    assert [meta.row_group(i).num_rows for i in range(meta.num_row_groups)] == [1000, 1000, 500]
    columns = [meta.row_group(i).column(j) for i in range(3) for j in range(meta.num_columns)]
    assert all(c.compression == "ZSTD" and c.has_offset_index and c.has_column_index for c in columns)
    assert meta.metadata[b"use_content_defined_chunking"] == b"true"
    assert b"huggingface" not in meta.metadata
    assert pq.read_schema(tmp_path / shard.file).remove_metadata() == kpmath.schema("tcpm")


def test_rows_are_drawn_as_they_are_written(tmp_path: Path) -> None:
    written: list[int] = []

    def rows() -> Iterator[dict[str, object]]:
        for i, row in enumerate(cells(5000)):
            written.append(len(list(tmp_path.glob("data/tcpm/.train-*.tmp"))))
            assert i < 5000
            yield row

    write_config(rows(), "tcpm", "train", tmp_path, shard_bytes=100_000)
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
        write_config(rows, "tcpm", "train", tmp_path, shard_bytes=200)
    assert list((tmp_path / "data/tcpm").iterdir()) == []


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="unknown columns count, knowledge, topic_b, weight"):
        write_config([{"source": "all", "topic_a": "x"}], "tcpm", "train", tmp_path, shard_bytes=200)


@pytest.mark.parametrize("split", ["train-1M", "", "../x", "a b"])
def test_a_split_name_that_datasets_cannot_read_is_refused(tmp_path: Path, split: str) -> None:
    with pytest.raises(PublishError, match="split name"):
        write_config(cells(1), "tcpm", split, tmp_path, shard_bytes=200)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a stage failed")])
def test_an_interruption_leaves_no_shard_that_looks_whole(tmp_path: Path, error: BaseException) -> None:
    def rows() -> Iterator[dict[str, object]]:
        yield from cells(2500)
        raise error

    with pytest.raises(type(error)):
        write_config(rows(), "tcpm", "train", tmp_path, shard_bytes=100_000)
    assert list((tmp_path / "data/tcpm").iterdir()) == []


def test_a_full_disk_is_said_and_leaves_no_shard(tmp_path: Path) -> None:
    def rows() -> Iterator[dict[str, object]]:
        yield from cells(1500)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(PublishError, match=r"No space left on device; free some space"):
        write_config(rows(), "tcpm", "train", tmp_path, shard_bytes=100_000)
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
    rest = {"source": "all", "count": 1.0, "weight": 1.0, "knowledge": "e" * 32}
    made = [{"topic_a": a, "topic_b": b, **rest} for a, b in rows]
    for limit in (1, 10_000):  # whatever shard they are in
        assert adjacent_lengths(write_config(made, "tcpm", "train", tmp_path, shard_bytes=limit)) == expected
