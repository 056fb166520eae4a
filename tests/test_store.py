"""What is acknowledged is on the disk."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from builder.errors import RequestFailed, RequestRefused, StoreError
from builder.llm.chat import ChatRequest, Message, Reply
from builder.store import CompletionStore, Exported, StoreReader, Usage, usage_by_role

ROOT = Path(__file__).resolve().parents[1]
REQUEST = ChatRequest("solve", "m", (Message("user", "x"),), "h", 0.75, 0.95, 64, 7)


def reply(i, text="text"):
    return Reply(f"{text} {i}", "stop", "served", i, 1, 2, None)


async def put(store, *numbers, text="text"):
    """Sample i of the request is reply i; consecutive numbers are put together."""
    start = 0
    for end in range(1, len(numbers) + 1):
        if end == len(numbers) or numbers[end] != numbers[end - 1] + 1:
            await store.put(REQUEST, numbers[start], [reply(i, text) for i in numbers[start:end]])
            start = end


def fill(path, *numbers, text="text"):
    with CompletionStore(path) as store:
        asyncio.run(put(store, *numbers, text=text))


def look_up(store, *numbers):
    found, _ = store.look_up([REQUEST.key(i) for i in numbers])
    return {i: found[REQUEST.key(i)] for i in numbers if REQUEST.key(i) in found}


def stored(path, *numbers):
    with CompletionStore(path) as store:
        return look_up(store, *numbers)


# --- completions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kept",
    [
        Reply(r"$\frac{1}{2}$ is \boxed{0.5}", "stop", "served", 10, 4, 6, None),
        Reply("", None, "m", 0, 0, 0, "only thoughts"),
        Reply("Yes", "length", "m", 9, 0, 1, None, first_token=(("Yes", -0.105), ("\ud800", -2.3026), ("No", -9999.0))),
        Reply("a\x00b \ud800 \U0001d4b3\n" * 300, "length", "m", 1, 0, 1 << 40, ""),
    ],
)
def test_a_reply_comes_back_as_it_was(tmp_path, kept):
    path = tmp_path / "deep" / "main.sqlite"
    with CompletionStore(path) as store:
        asyncio.run(store.put(REQUEST, 0, [kept]))
        assert look_up(store, 0, 1) == {0: kept}
    with CompletionStore(path) as store:
        assert look_up(store, 0) == {0: kept}
        assert store.count() == 1


def test_thousands_of_keys_are_looked_up_at_once(tmp_path):
    fill(tmp_path / "s", *range(1700))
    assert len(stored(tmp_path / "s", *range(3000))) == 1700


def test_a_key_that_has_a_reply_keeps_it(tmp_path):
    fill(tmp_path / "s", 1)
    fill(tmp_path / "s", 1, 2, text="other")
    assert {k: r.text for k, r in stored(tmp_path / "s", 1, 2).items()} == {1: "text 1", 2: "other 2"}


def test_an_error_is_kept_with_its_reason_until_a_reply_takes_its_place(tmp_path):
    with CompletionStore(tmp_path / "s") as store:
        asyncio.run(store.put_error(REQUEST, [1, 2], RequestRefused("too long"), sent=3))
        found, failure = store.look_up([REQUEST.key(1), REQUEST.key(2)])
        assert (found, type(failure), str(failure)) == ({}, RequestRefused, "too long")
        rows = list(store.rows(errors=True))
        assert [(r.key, r.role, r.model, r.sample, r.reply, r.error) for r in rows] == [
            (REQUEST.key(1), "solve", "m", 1, None, "too long"),
            (REQUEST.key(2), "solve", "m", 2, None, "too long"),
        ]
        assert store.usage() == [Usage("solve", "m", 3, 0, 2, 0, 0, 0, 2, 0)]
        asyncio.run(put(store, 1))
        asyncio.run(store.put_error(REQUEST, [1], RequestFailed("again")))
        assert [r.sample for r in store.rows(errors=True)] == [2]
        assert store.usage() == [Usage("solve", "m", 3, 1, 1, 1, 1, 2, 2, 0)]  # what the failure took still counts
        assert look_up(store, 1)[1].text == reply(1).text
        assert store.count() == 1


def test_a_final_error_answers_until_it_is_to_be_tried_again(tmp_path):
    with CompletionStore(tmp_path / "s") as store:
        asyncio.run(store.put_error(REQUEST, [0], RequestFailed("six time-outs")))
        asyncio.run(put(store, 1))
        assert str(store.look_up([REQUEST.key(0)])[1]) == "six time-outs"
        assert store.retry_errors() == 1
    with CompletionStore(tmp_path / "s") as store:
        assert store.look_up([REQUEST.key(0), REQUEST.key(1)]) == ({REQUEST.key(1): reply(1)}, None)
        assert [r.error for r in store.rows(errors=True)] == ["six time-outs"]


def test_rows_are_found_by_role_subject_and_error(tmp_path):
    other = dataclasses.replace(REQUEST, role="score", subject="q1")
    with CompletionStore(tmp_path / "s") as store:
        asyncio.run(put(store, *range(1500)))
        asyncio.run(store.put(other, 0, [reply(0)]))
        asyncio.run(store.put_error(other, [1], RequestFailed("no")))
        assert [r.sample for r in store.rows(roles=["solve"])] == list(range(1500))
        assert [(r.role, r.sample) for r in store.rows(ids=["q1"])] == [("score", 0), ("score", 1)]
        assert [r.sample for r in store.rows(roles=["score", "solve"], ids=["q", "x"], errors=False)] == [0]


def test_usage_is_read_from_beside_while_a_run_writes(tmp_path):
    assert usage_by_role(tmp_path / "none") == []
    replies = [Reply("a", "stop", "m", 10, 4, 6, requests=2), Reply("b", "stop", "m", 0, 0, 5)]
    with CompletionStore(tmp_path / "s") as store:
        asyncio.run(store.put(REQUEST, 0, replies))
        assert usage_by_role(tmp_path / "s") == [Usage("solve", "m", 2, 2, 0, 10, 4, 11, 1, 0)]
    with StoreReader(tmp_path / "s") as reader:  # no run has it open any more
        assert [r.reply for r in reader.rows()] == replies
    with pytest.raises(StoreError, match="no model has been asked"):
        StoreReader(tmp_path / "none")


def test_what_was_exported_is_remembered_once(tmp_path):
    rows = [Exported(f"{i:032x}.0.10", "solve", "m", f"q{i}") for i in range(1200)]
    with CompletionStore(tmp_path / "s") as store:
        asyncio.run(store.note_exported(rows))
        asyncio.run(store.note_exported(rows[:3]))
        found = store.exported([r.custom_id for r in rows] + ["foreign"])
        assert list(found.values()) == rows
        asyncio.run(store.put(rows[7], 0, [reply(0)]))
        assert [(r.key, r.subject) for r in store.rows()] == [(f"{7:032x}-0", "q7")]


def test_many_writers_from_several_threads_lose_nothing(tmp_path):
    with CompletionStore(tmp_path / "s") as store:

        async def write(first):
            await asyncio.gather(*(put(store, i) for i in range(first, first + 200)))

        threads = [threading.Thread(target=asyncio.run, args=(write(1000 * t),)) for t in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.count() == 800


def test_closing_commits_what_is_pending_and_a_closed_store_says_so(tmp_path):
    async def run():
        store = CompletionStore(tmp_path / "s")
        putting = asyncio.create_task(put(store, *range(50)))
        await asyncio.sleep(0)
        store.close()
        store.close()
        await putting
        with pytest.raises(StoreError, match="is closed"):
            await put(store, 99)
        with pytest.raises(StoreError, match="is closed"):
            look_up(store, 1)

    asyncio.run(run())
    assert len(stored(tmp_path / "s", *range(100))) == 50


WRITER = """
import asyncio, sys
sys.path[:0] = ["tests"]
from test_store import put
from builder.store import CompletionStore

async def one(store, i):
    await put(store, 2 * i, 2 * i + 1)
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
        numbers = [n for i in acknowledged for n in (2 * i, 2 * i + 1)]
        assert look_up(store, *numbers) == {n: reply(n) for n in numbers}
        # the entries of one put are there together or not at all
        rows = store.count()
        assert rows % 2 == 0
        asyncio.run(put(store, 2_000_000))
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
        (make_older, "has layout 0, this version of KPMath writes layout 2, whose keys are others: go on with"),
        (make_truncated, "is damaged .*--salvage"),
        (make_scrambled, "is damaged .*--salvage"),
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
                    await put(store, *range(i, i + 100))
                    acknowledged.extend(range(i, i + 100))
            assert store.count() == len(acknowledged) > 0

    asyncio.run(run())
    assert len(stored(path, *acknowledged)) == len(acknowledged)
    fill(path, 30_000)  # with room again it goes on


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
