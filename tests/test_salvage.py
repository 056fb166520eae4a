"""A damaged store gives back every reply that is still whole, and nothing else."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from builder.errors import RequestRefused, StoreError
from builder.llm.chat import ChatRequest, Message, Reply
from builder.salvage import salvage
from builder.store import CompletionStore, Exported

REQUEST = ChatRequest("solve", "m", (Message("user", "x"),), "h", 0.75, 0.95, 64, 7, subject="q")
ROWS = 3000


def text(i: int) -> str:
    return f"{i} " + "abcdefghij"[i % 10] * (i % 400)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "main.sqlite"

    async def fill(store: CompletionStore) -> None:
        await store.put(REQUEST, 0, [Reply(text(i), "stop", "m", i, 0, 1) for i in range(ROWS)])
        await store.put_error(REQUEST, [ROWS], RequestRefused("too long"), sent=2)
        await store.note_exported([Exported(f"{REQUEST.id}.0.10", "solve", "m", "q")])

    with CompletionStore(path) as opened:
        asyncio.run(fill(opened))
    return path


def replies(path: Path) -> dict[int, str]:
    with CompletionStore(path) as opened:
        return {row.sample: row.reply.text for row in opened.rows(errors=False) if row.reply}


def scramble(path: Path, start: float, length: int) -> None:
    with path.open("r+b") as stream:
        stream.seek(int(path.stat().st_size * start))
        stream.write(b"\xa5" * length)


def test_a_whole_store_loses_nothing(store: Path) -> None:
    done = salvage(store)
    assert (done.saved, done.lost) == (ROWS + 1, 0)
    assert replies(store) == {i: text(i) for i in range(ROWS)}
    with CompletionStore(store) as opened:
        assert [r.error for r in opened.rows(errors=True)] == ["too long"]
        assert len(opened.exported([f"{REQUEST.id}.0.10"])) == 1
        assert opened.usage()[0].requests == 2


@pytest.mark.parametrize("start", [0.3, 0.5, 0.7])
def test_what_is_saved_is_what_was_written(store: Path, start: float) -> None:
    scramble(store, start, 9000)
    done = salvage(store)
    kept = replies(store)
    assert kept.items() <= {i: text(i) for i in range(ROWS)}.items()
    assert ROWS // 2 < len(kept) < ROWS
    assert done.kept_as.read_bytes().count(b"\xa5" * 9000) == 1  # the damaged file is kept as it was


def test_a_cut_off_store_gives_back_its_beginning(store: Path) -> None:
    with store.open("r+b") as stream:
        stream.truncate(store.stat().st_size * 2 // 3)
    with pytest.raises(StoreError, match="--salvage"):
        CompletionStore(store)
    assert salvage(store).saved > 0
    kept = replies(store)
    assert kept
    assert kept.items() <= {i: text(i) for i in range(ROWS)}.items()


def test_a_second_salvage_keeps_both_damaged_files(store: Path) -> None:
    first, second = salvage(store), salvage(store)
    assert first.kept_as != second.kept_as
    assert first.kept_as.exists()


def foreign(path: Path) -> None:
    path.write_text("no database" * 100)


def other_program(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()


def missing(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("damage", "says"),
    [(foreign, "nothing of it can be read"), (other_program, "another program"), (missing, "nothing to save")],
)
def test_what_is_no_store_is_left_alone_and_named(store: Path, damage, says: str) -> None:
    damage(store)
    before = store.read_bytes() if store.exists() else None
    with pytest.raises(StoreError, match=says):
        salvage(store)
    assert (store.read_bytes() if store.exists() else None) == before


def test_a_store_in_use_is_not_touched(store: Path) -> None:
    with CompletionStore(store), pytest.raises(StoreError, match="held by this process"):
        salvage(store)
