"""The file of a completion store: its tables, who may open it, and what to do when it cannot be used."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import sqlite3
from pathlib import Path

from .errors import StoreError

APPLICATION_ID = 0x4B504D43  # "KPMC" in the file's header: tells our files from foreign ones
LAYOUT = 2  # raised with every change of the tables

_TABLES = """
CREATE TABLE completions (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    model TEXT NOT NULL,
    subject TEXT NOT NULL,
    sample INTEGER NOT NULL,
    finish_reason TEXT,
    reply BLOB,
    prompt_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    estimated INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    error TEXT,
    refused INTEGER NOT NULL,
    retry INTEGER NOT NULL,
    created INTEGER NOT NULL
);
CREATE TABLE exported (
    custom_id TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    model TEXT NOT NULL,
    subject TEXT NOT NULL
) WITHOUT ROWID;
"""
_CHECKPOINT_PAGES = 4000  # 16 MB of write-ahead log before it is folded into the file

_open_here: set[str] = set()  # a process's own file locks do not keep itself out


def connect(path: Path) -> sqlite3.Connection:
    """A connection that commits durably: write-ahead log, flushed with each commit."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_beside(path: Path) -> sqlite3.Connection:
    """A connection that only reads, also while another process writes."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False, timeout=30)
    try:
        check_layout(connection, path)
    except (sqlite3.Error, StoreError):
        connection.close()
        raise
    return connection


class FileLock:
    """Keeps a second run away from a file.  Freed by the system when the process dies."""

    def __init__(self, path: Path) -> None:
        self._name = str(path.resolve())
        if self._name in _open_here:
            raise StoreError(f"{path} is held by this process already: one store, one user at a time")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise explain(path, error) from None
        try:
            # A record lock: unlike flock's it is not inherited by forked workers that outlive us.
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise StoreError(
                f"{path.with_suffix('')} is in use by another run"
                f"{f' (process {holder})' if holder else ''}: wait for it, stop it, or give another run "
                "folder with --run"
            ) from None
        with contextlib.suppress(OSError):  # the number is for people; a full disk must not stop us here
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"{os.getpid()}\n".encode())
        _open_here.add(self._name)

    def release(self) -> None:
        _open_here.discard(self._name)
        os.close(self._descriptor)


def refuse_foreign(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as stream:
        head = stream.read(72)
    if not head.startswith(b"SQLite format 3\0"):
        raise StoreError(
            f"{path} is not a completion store (no SQLite file): move it away and run again, "
            "or give another run folder with --run"
        )
    # Looked at before SQLite opens it, which would change it.  After a kill the head of a new file of
    # ours may still be in its log: then prepare asks SQLite.
    log = path.with_name(path.name + "-wal")
    if (
        int.from_bytes(head[68:72], "big") != APPLICATION_ID
        and not (log.exists() and log.stat().st_size)
        and not _holds_nothing(path)
    ):
        raise _other_program(path)


def _holds_nothing(path: Path) -> bool:
    """Whether an SQLite file has no table: so a kill leaves it between its first page and our layout."""
    # Immutable: reading changes neither the file nor its folder.
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        return not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    except sqlite3.Error:
        return False
    finally:
        connection.close()


def _other_program(path: Path) -> StoreError:
    return StoreError(
        f"{path} is an SQLite file of another program: move it away and run again, "
        "or give another run folder with --run"
    )


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Create the table in a new file; check the layout and the length of an old one."""

    if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        connection.execute("BEGIN IMMEDIATE")
        for table in _TABLES.split(";"):
            connection.execute(table)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return
    check_layout(connection, path)
    # A cut-off file opens well and fails much later; its header still knows the true length.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    if path.stat().st_size < _pragma(connection, "page_count") * _pragma(connection, "page_size"):
        raise sqlite3.DatabaseError("the file is shorter than its header says")


def check_layout(connection: sqlite3.Connection, path: Path) -> None:
    """
    Raises:
        StoreError: the file is another program's, or of another layout.
    """
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise _other_program(path)
    if _pragma(connection, "user_version") != LAYOUT:
        raise StoreError(
            f"{path} has layout {_pragma(connection, 'user_version')}, this version of KPMath writes layout {LAYOUT}, "
            "whose keys are others: go on with the version that wrote it, or move the file away and run again (its "
            "replies are then asked for again)"
        )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def explain(path: Path, error: Exception) -> StoreError:
    """What a person can do about a failure of the file at ``path``."""
    text = str(error)
    if "disk is full" in text or getattr(error, "errno", None) == errno.ENOSPC:
        return StoreError(
            f"the disk is full, {path} could not be written: make room and run the same command again; "
            "everything before is kept and is not asked for again"
        )
    if isinstance(error, OSError | sqlite3.OperationalError):
        return StoreError(
            f"{path} cannot be used: {text}; look at the disk and the folder's permissions, "
            "then run the same command again"
        )
    return StoreError(
        f"{path} is damaged ({text}): 'python -m builder replies RUN --salvage' saves every reply that can be "
        "read and keeps the old file beside; without it, move the file and its -wal file away and run "
        "again (its replies are then asked for again)"
    )
