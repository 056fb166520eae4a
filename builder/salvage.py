"""What can be saved from a damaged completion store: every row that can still be read and proves whole.

The damaged file is kept beside.  Replies that were lost are asked for again by the next run, since they
are not in the file; nothing is guessed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from .errors import StoreError
from .store_file import FileLock, check_layout, connect, explain, prepare

_AT_ONCE = 256
_SMALLEST_ROW = 64  # bytes that a row takes at least
_LARGEST = 1 << 40  # bytes; a header that tells of more is wrong itself


class Salvaged(NamedTuple):
    """How it went."""

    saved: int  # rows of replies and errors
    lost: int  # rows that could not be read, or whose reply is not what was written
    kept_as: Path  # the damaged file


def salvage(path: str | os.PathLike[str]) -> Salvaged:
    """Replace a completion store by one that holds every row of it that can be read.

    Raises:
        StoreError: another run has it open; it is no completion store of this layout, or nothing of it
            can be read; the new file cannot be written.
    """
    old = Path(path)
    if not old.is_file():
        raise StoreError(f"{old} does not exist: there is nothing to save")
    lock = FileLock(old.with_name(old.name + ".lock"))
    try:
        new = old.with_name(old.name + ".salvaged")
        new.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(dir=old.parent) as folder:
            saved, lost = _copy(_readable(old, Path(folder)), new, old)
        kept_as = _beside(old)
        # The log belongs to the damaged file: left behind it would be folded into the new one.
        for ending in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                old.with_name(old.name + ending).rename(kept_as.with_name(kept_as.name + ending))
        new.rename(old)
        return Salvaged(saved, lost, kept_as)
    except (sqlite3.Error, OSError) as error:
        raise explain(old, error) from None
    finally:
        lock.release()


def _readable(path: Path, folder: Path) -> Path:
    """A copy in ``folder`` that SQLite opens: of the length that its header tells, and with its log."""
    copy = folder / path.name
    shutil.copyfile(path, copy)
    log = path.with_name(path.name + "-wal")
    if log.exists():
        shutil.copyfile(log, copy.with_name(log.name))
    with copy.open("r+b") as stream:
        head = stream.read(32)
        page_size = int.from_bytes(head[16:18], "big")
        pages = int.from_bytes(head[28:32], "big")
        length = pages * (65536 if page_size == 1 else page_size)
        if head.startswith(b"SQLite format 3\0") and copy.stat().st_size < length <= _LARGEST:
            stream.truncate(length)  # with zeros: pages that hold no row
    return copy


def _beside(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return kept


def _copy(readable: Path, new: Path, old: Path) -> tuple[int, int]:
    unpack = zstandard.ZstdDecompressor()
    saved = lost = 0
    with (
        contextlib.closing(sqlite3.connect(readable, isolation_level=None)) as source,
        contextlib.closing(connect(new)) as target,
    ):
        source.text_factory = lambda data: data.decode("utf-8", "replace")
        try:
            check_layout(source, old)
        except sqlite3.Error as error:
            raise StoreError(f"{old}: nothing of it can be read ({error}); move it away and run again") from None
        prepare(target, new)
        target.execute("BEGIN")
        for columns in _rows(source, readable):
            if columns is None or not _is_whole(columns, unpack):
                lost += 1
                continue
            marks = ",".join("?" * len(columns))
            target.execute(f"INSERT OR IGNORE INTO completions VALUES ({marks})", columns)
            saved += 1
        with contextlib.suppress(sqlite3.DatabaseError):  # without it batch files are exported anew
            exported = source.execute("SELECT * FROM exported").fetchall()
            target.executemany("INSERT OR IGNORE INTO exported VALUES (?, ?, ?, ?)", exported)
        target.execute("COMMIT")
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return saved, lost


def _rows(source: sqlite3.Connection, path: Path) -> Iterator[tuple[Any, ...] | None]:
    """Every row by its number; None for one that cannot be read.  A gap in the numbers is no row."""
    last = _last_number(source, path)
    for start in range(1, last + 1, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, last + 1))
        try:
            yield from source.execute("SELECT * FROM completions WHERE id BETWEEN ? AND ?", (start, numbers[-1]))
        except sqlite3.DatabaseError:
            for number in numbers:
                try:
                    yield from source.execute("SELECT * FROM completions WHERE id = ?", (number,)).fetchall()
                except sqlite3.DatabaseError:
                    yield None


def _last_number(source: sqlite3.Connection, path: Path) -> int:
    try:
        return int(source.execute("SELECT max(id) FROM completions").fetchone()[0] or 0)
    except sqlite3.DatabaseError:
        return path.stat().st_size // _SMALLEST_ROW


def _is_whole(columns: tuple[Any, ...], unpack: zstandard.ZstdDecompressor) -> bool:
    """Whether the types are right and the reply is what was written: it carries a checksum."""
    key, sample, packed, error = columns[1], columns[5], columns[7], columns[13]
    if not (isinstance(key, str) and isinstance(sample, int)):
        return False
    if packed is None:
        return isinstance(error, str)
    try:
        unpack.decompress(packed)
    except (zstandard.ZstdError, TypeError):
        return False
    return True
