"""What is not whole does not look whole: the records of stages on disk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.errors import StoreError
from builder.stage_files import StageWriter, read_stage, stage_manifest, stage_parts_done

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    number: float | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherRow:
    id: str


def rows(first, count):
    return [Row(f"r{i}", None if i % 3 else i / 7, tuple("ab"[: i % 3])) for i in range(first, first + count)]


def write(folder, *parts, fingerprint="f", finish=True, record=Row, **options):
    writer = StageWriter(folder, record, fingerprint, **options)
    for part in parts:
        writer.write_part(part)
    if finish:
        writer.finish({"kept": 3, "reasons": {"tie": 1}})


def test_records_come_back_in_order_with_the_summary(tmp_path):
    write(tmp_path / "stage", rows(0, 5), rows(5, 2))
    assert list(read_stage(tmp_path / "stage", Row)) == rows(0, 7)
    manifest = stage_manifest(tmp_path / "stage")
    assert manifest["summary"] == {"kept": 3, "reasons": {"tie": 1}}
    assert (manifest["record"], manifest["fingerprint"], manifest["rows"]) == ("Row", "f", 7)
    assert sorted(p.name for p in (tmp_path / "stage").iterdir()) == [
        "manifest.json",
        "part-00000.parquet",
        "part-00001.parquet",
    ]


def test_a_stage_without_records_is_whole_too(tmp_path):
    write(tmp_path)
    assert list(read_stage(tmp_path, Row)) == []


def test_the_same_records_give_the_same_bytes(tmp_path):
    for name in "ab":
        write(tmp_path / name, rows(0, 100), rows(100, 100))
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_a_stopped_stage_goes_on_to_the_same_bytes(tmp_path):
    write(tmp_path / "whole", rows(0, 4), rows(4, 4), rows(8, 1))
    write(tmp_path / "stopped", rows(0, 4), rows(4, 4), finish=False)
    (tmp_path / "stopped" / "part-00002.parquet.partial").write_bytes(b"half")
    assert stage_manifest(tmp_path / "stopped") is None
    with pytest.raises(StoreError, match="is not complete"):
        list(read_stage(tmp_path / "stopped", Row))
    assert stage_parts_done(tmp_path / "stopped", "f") == 2
    write(tmp_path / "stopped", rows(8, 1), first_part=2)
    assert {p.name: p.read_bytes() for p in (tmp_path / "whole").iterdir()} == {
        p.name: p.read_bytes() for p in (tmp_path / "stopped").iterdir()
    }


def test_parts_of_another_fingerprint_are_not_done_and_are_taken_away(tmp_path):
    write(tmp_path, rows(0, 4), rows(4, 4), fingerprint="old")
    assert stage_parts_done(tmp_path, "new") == 0
    with pytest.raises(StoreError, match="holds 0 parts of this stage, 1 were expected"):
        StageWriter(tmp_path, Row, "new", first_part=1)
    write(tmp_path, rows(20, 1), fingerprint="new")
    assert list(read_stage(tmp_path, Row)) == rows(20, 1)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_new_writer_makes_a_whole_stage_not_whole_at_once(tmp_path):
    write(tmp_path, rows(0, 4))
    write(tmp_path, fingerprint="g", finish=False)
    assert stage_manifest(tmp_path) is None


def test_a_part_that_was_cut_off_is_not_done(tmp_path):
    write(tmp_path, rows(0, 50), rows(50, 50), finish=False)
    os.truncate(tmp_path / "part-00001.parquet", 100)
    assert stage_parts_done(tmp_path, "f") == 1


def edit_manifest(folder, **change):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **change}))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda f: (f / "part-00001.parquet").unlink(), "part-00001.parquet cannot be used"),
        (lambda f: os.truncate(f / "part-00000.parquet", 60), "part-00000.parquet cannot be used"),
        (
            lambda f: shutil.copy(f / "part-00000.parquet", f / "part-00001.parquet"),
            "part-00001.parquet cannot",
        ),
        (lambda f: (f / "manifest.json").write_text("{"), "remove its folder"),
        (lambda f: edit_manifest(f, layout=99), "layout 99"),
        (lambda f: edit_manifest(f, record="OtherRow"), "holds OtherRow records, Row were asked for"),
    ],
)
def test_a_damaged_stage_is_a_clear_error(tmp_path, damage, says):
    write(tmp_path, rows(0, 5), rows(5, 5))
    damage(tmp_path)
    with pytest.raises(StoreError, match=says):
        list(read_stage(tmp_path, Row))


def test_records_of_another_class_with_the_same_name_are_refused(tmp_path):
    write(tmp_path, [OtherRow("a")], record=OtherRow)
    edit_manifest(tmp_path, record="Row")
    with pytest.raises(StoreError, match="rows or columns"):
        list(read_stage(tmp_path, Row))


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        StageWriter(tmp_path / "file" / "stage", Row, "f")


# RLIMIT_FSIZE stops a write half-way as a full disk does; the kernel names it EFBIG, a disk ENOSPC.
LIMITED = """
import resource, signal, sys
sys.path[:0] = ["tests"]
from test_stage_files import Row, rows
from builder.errors import StoreError
from builder.stage_files import StageWriter
writer = StageWriter(sys.argv[1], Row, "f")
writer.write_part(rows(0, 10))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    writer.write_part(rows(0, 20000))
except StoreError as error:
    print("stopped:", error)
"""


def test_a_part_that_does_not_fit_leaves_no_half_file(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("stopped:")
    assert [p.name for p in tmp_path.iterdir()] == ["part-00000.parquet"]
    assert stage_parts_done(tmp_path, "f") == 1


@pytest.mark.parametrize("target", ["part-00000.parquet.partial", "manifest.json.partial"])
def test_a_full_disk_under_a_stage_says_so(tmp_path, target):
    (tmp_path / target).symlink_to("/dev/full")  # every write to it fails with ENOSPC
    with pytest.raises(StoreError, match=r"the disk is full.*make room"):
        writer = StageWriter(tmp_path, Row, "f")
        (tmp_path / target).unlink(missing_ok=True)
        (tmp_path / target).symlink_to("/dev/full")
        writer.write_part(rows(0, 3))
        writer.finish({})
    assert stage_manifest(tmp_path) is None
