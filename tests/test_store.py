"""What is acknowledged is on the disk; what is not whole does not look whole."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.errors import StoreError
from builder.llm.chat import ChatRequest, Message, Reply
from builder.store import (
    CompletionStore,
    StageWriter,
    read_stage,
    stage_manifest,
    stage_parts_done,
)

ROOT = Path(__file__).resolve().parents[1]
REQUEST = ChatRequest("solve", "m", (Message("user", "x"),), "h", 0.75, 0.95, 64, 7)


def reply(i, text="text"):
    return Reply(f"{text} {i}", "stop", "served", i, 1, 2, None)


def entries(*numbers, text="text"):
    return [(f"key{i}", REQUEST, i, reply(i, text)) for i in numbers]


def fill(path, *numbers, text="text"):
    with CompletionStore(path) as store:
        asyncio.run(store.put(entries(*numbers, text=text)))


def stored(path, *numbers):
    with CompletionStore(path) as store:
        return store.get_many([f"key{i}" for i in numbers])


# --- completions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kept",
    [
        Reply(r"$\frac{1}{2}$ is \boxed{0.5}", "stop", "served", 10, 4, 6, None),
        Reply("", None, "m", 0, 0, 0, "only thoughts"),
        Reply("a\x00b \ud800 \U0001d4b3\n" * 300, "length", "m", 1, 0, 1 << 40, ""),
    ],
)
def test_a_reply_comes_back_as_it_was(tmp_path, kept):
    path = tmp_path / "deep" / "main.sqlite"
    with CompletionStore(path) as store:
        asyncio.run(store.put([("k", REQUEST, 0, kept)]))
        assert store.get_many(["k", "unknown"]) == {"k": kept}
    with CompletionStore(path) as store:
        assert store.get_many(["k"]) == {"k": kept}
        assert store.count() == 1


def test_thousands_of_keys_are_looked_up_at_once(tmp_path):
    fill(tmp_path / "s", *range(1700))
    assert len(stored(tmp_path / "s", *range(3000))) == 1700


def test_a_key_that_has_a_reply_keeps_it(tmp_path):
    fill(tmp_path / "s", 1)
    fill(tmp_path / "s", 1, 2, text="other")
    assert {k: r.text for k, r in stored(tmp_path / "s", 1, 2).items()} == {
        "key1": "text 1",
        "key2": "other 2",
    }


def test_an_error_is_kept_with_its_reason_until_a_reply_takes_its_place(tmp_path):
    with CompletionStore(tmp_path / "s") as store:
        asyncio.run(store.put_error([("key1", REQUEST, 1), ("key2", REQUEST, 2)], "too long"))
        assert store.get_many(["key1", "key2"]) == {}
        assert [(e.key, e.role, e.model, e.sample, e.error) for e in store.errors()] == [
            ("key1", "solve", "m", 1, "too long"),
            ("key2", "solve", "m", 2, "too long"),
        ]
        asyncio.run(store.put(entries(1)))
        asyncio.run(store.put_error([("key1", REQUEST, 1)], "again"))
        assert [e.key for e in store.errors()] == ["key2"]
        assert store.get_many(["key1"])["key1"] == reply(1)
        assert store.count() == 1


def test_many_writers_from_several_threads_lose_nothing(tmp_path):
    with CompletionStore(tmp_path / "s") as store:

        async def write(first):
            await asyncio.gather(*(store.put(entries(i)) for i in range(first, first + 200)))

        threads = [threading.Thread(target=asyncio.run, args=(write(1000 * t),)) for t in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.count() == 800


def test_closing_commits_what_is_pending_and_a_closed_store_says_so(tmp_path):
    async def run():
        store = CompletionStore(tmp_path / "s")
        putting = asyncio.create_task(store.put(entries(*range(50))))
        await asyncio.sleep(0)
        store.close()
        store.close()
        await putting
        with pytest.raises(StoreError, match="is closed"):
            await store.put(entries(99))
        with pytest.raises(StoreError, match="is closed"):
            store.get_many(["key1"])

    asyncio.run(run())
    assert len(stored(tmp_path / "s", *range(100))) == 50


WRITER = """
import asyncio, sys
sys.path[:0] = ["tests"]
from test_store import entries
from builder.store import CompletionStore

async def one(store, i):
    await store.put(entries(i, 100000 + i))
    sys.stdout.write(f"{i}\\n"); sys.stdout.flush()

async def main():
    store = CompletionStore(sys.argv[1])
    for start in range(0, 100000, 16):
        await asyncio.gather(*(one(store, i) for i in range(start, start + 16)))

asyncio.run(main())
"""


@pytest.mark.parametrize("lines", [1, 40, 333])
def test_after_a_kill_everything_acknowledged_is_in_the_file(tmp_path, lines):
    path = tmp_path / "main.sqlite"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        seen = [process.stdout.readline() for _ in range(lines)]
        with pytest.raises(StoreError, match=f"in use by another run .process {process.pid}."):
            CompletionStore(path)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split(b"\n")
    acknowledged = {int(line) for line in [*seen, *rest[:-1]]}
    assert len(acknowledged) >= lines
    with CompletionStore(path) as store:
        kept = store.get_many([f"key{i}" for i in acknowledged] + [f"key{100000 + i}" for i in acknowledged])
        assert len(kept) == 2 * len(acknowledged)
        for i in acknowledged:
            assert kept[f"key{i}"] == reply(i)
        # the entries of one put are there together or not at all
        rows = store.count()
        assert rows % 2 == 0
        asyncio.run(store.put(entries(200000)))
        assert store.count() == rows + 1


def test_a_file_has_one_user_at_a_time(tmp_path):
    with (
        CompletionStore(tmp_path / "s"),
        pytest.raises(StoreError, match="held by this process already"),
    ):
        CompletionStore(tmp_path / "s")
    CompletionStore(tmp_path / "s").close()


def make_foreign(path):
    path.write_text("key,reply\n1,2\n" * 100)


def make_other_program(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()


def make_older(path):
    fill(path, 1)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 0")
    connection.close()


def make_truncated(path):
    fill(path, *range(2000))
    os.truncate(path, path.stat().st_size // 2)


def make_scrambled(path):
    fill(path, *range(2000))
    with path.open("r+b") as stream:
        stream.seek(4096)
        stream.write(b"\xa5" * (path.stat().st_size - 4096))


def make_folder(path):
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (make_foreign, "not a completion store .*move it away"),
        (make_other_program, "SQLite file of another program: move it away"),
        (make_older, "has layout 0, this version of KPMath writes layout 1: go on with"),
        (make_truncated, "is damaged .*recover"),
        (make_scrambled, "is damaged .*recover"),
        (make_folder, "cannot be used"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_clear_error_and_stays_as_it_is(tmp_path, damage, says):
    path = tmp_path / "main.sqlite"
    damage(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=says):
        stored(path, *range(2000))
    assert before is None or path.read_bytes() == before
    shutil.rmtree(path, ignore_errors=True)
    path.unlink(missing_ok=True)
    fill(path, 1)  # the way out that the message names; the lock is free again
    assert len(stored(path, 1)) == 1


class SmallDisk(CompletionStore):
    """A store on a disk of 40 pages: SQLite itself reports that it is full."""

    def _connect(self):
        connection = super()._connect()
        connection.execute("PRAGMA max_page_count = 40")
        return connection


def test_a_full_disk_says_so_and_loses_nothing_that_was_acknowledged(tmp_path):
    path = tmp_path / "s"
    acknowledged = []

    async def run():
        with SmallDisk(path) as store:
            with pytest.raises(StoreError, match=r"the disk is full.*make room and run the same command again"):
                for i in range(0, 20_000, 100):
                    await store.put(entries(*range(i, i + 100)))
                    acknowledged.extend(range(i, i + 100))
            assert store.count() == len(acknowledged) > 0

    asyncio.run(run())
    assert len(stored(path, *acknowledged)) == len(acknowledged)
    fill(path, 30_000)  # with room again it goes on


# --- stage files -------------------------------------------------------------------------------


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
from test_store import Row, rows
from builder.errors import StoreError
from builder.store import StageWriter
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


def test_a_store_killed_before_its_table_was_made_opens_again(tmp_path):
    path = tmp_path / "main.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")  # writes the first page, and nothing of ours yet
    connection.close()
    assert path.stat().st_size > 0
    with CompletionStore(path) as store:
        assert store.count() == 0
    with CompletionStore(path) as store:
        assert store.count() == 0
