"""What a run keeps on disk: every reply of a model, and the records of every stage.

:class:`CompletionStore` holds replies, one row each, keyed by the request (``ChatRequest.key``); a
reply is acknowledged when it is committed to the disk.  :class:`StageWriter` and :func:`read_stage`
hold the records of a stage in Parquet parts; the manifest is written last, so a folder without one is
not whole.  Neither knows what the replies and records mean, nor when a stage has to be done again.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import io
import json
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from .errors import StoreError
from .llm.chat import ChatRequest, Reply
from .records import arrow_schema, from_table, to_table

R = TypeVar("R")

APPLICATION_ID = 0x4B504D43  # "KPMC" in the file's header: tells our files from foreign ones
LAYOUT = 1  # raised with every change of the table

_TABLE = """
CREATE TABLE completions (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    model TEXT NOT NULL,
    sample INTEGER NOT NULL,
    finish_reason TEXT,
    reply BLOB,
    prompt_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    error TEXT,
    created INTEGER NOT NULL
)
"""
# A reply takes the place of an error, and nothing takes the place of a reply.
_INSERT = """
INSERT INTO completions (key, role, model, sample, finish_reason, reply, prompt_tokens, cached_tokens,
                         completion_tokens, error, created)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
    finish_reason = excluded.finish_reason, reply = excluded.reply,
    prompt_tokens = excluded.prompt_tokens, cached_tokens = excluded.cached_tokens,
    completion_tokens = excluded.completion_tokens, error = excluded.error, created = excluded.created
WHERE completions.error IS NOT NULL
"""
_GET = "SELECT key, finish_reason, reply, prompt_tokens, cached_tokens, completion_tokens FROM completions"
_KEYS_AT_ONCE = 500
_GROUP = 1024  # most rows of one commit
_CHECKPOINT_PAGES = 4000  # 16 MB of write-ahead log before it is folded into the file

_open_here: set[str] = set()  # a process's own file locks do not keep itself out


class StoredError(NamedTuple):
    """A request that was given up for good."""

    key: str
    role: str
    model: str
    sample: int
    error: str
    created: int  # seconds since 1970


class _Pending(NamedTuple):
    """Rows that wait for a commit; the reply is compressed by the writer thread."""

    rows: list[tuple[str, ChatRequest, int, Reply | None, str | None]]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


class CompletionStore:
    """Durable replies in one SQLite file with one writing process.

    WAL mode with ``synchronous=FULL``.  A writer thread commits whatever has come in since its last
    commit as one group, so durability costs a flush for each group and not for each reply.  May be
    opened in any thread and used from any asyncio loop.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open or create the file.

        Raises:
            StoreError: another run has it open; it is no completion store, damaged or of another
                layout; it cannot be created.
        """
        self.path = Path(path)
        self._lock = _FileLock(self.path.with_name(self.path.name + ".lock"))
        with contextlib.ExitStack() as undo:
            undo.callback(self._lock.release)
            try:
                _refuse_foreign(self.path)
                self._writer = self._connect()
                undo.callback(self._writer.close)
                _prepare(self._writer, self.path)
                self._reader = self._connect()
            except (sqlite3.Error, OSError) as error:
                raise _explain(self.path, error) from None
            undo.pop_all()
        self._reading = threading.Lock()
        self._unpack = zstandard.ZstdDecompressor()
        self._queue: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._write_groups, name="completion-store", daemon=True)
        self._thread.start()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None, timeout=30)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    # --- reading -------------------------------------------------------------------------------

    def get_many(self, keys: Sequence[str]) -> dict[str, Reply]:
        """The stored replies among ``keys``; keys without a reply, or with an error only, are left out.

        Raises:
            StoreError: the file is damaged.
        """
        found: dict[str, Reply] = {}
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            marks = ",".join("?" * len(some))
            for row in self._read(f"{_GET} WHERE error IS NULL AND key IN ({marks})", some):
                found[row[0]] = self._reply(*row[1:])
        return found

    def errors(self) -> list[StoredError]:
        """What was given up for good and has not been answered since, oldest first."""
        rows = self._read(
            "SELECT key, role, model, sample, error, created FROM completions WHERE error IS NOT NULL ORDER BY id",
            (),
        )
        return [StoredError(*row) for row in rows]

    def count(self) -> int:
        """Number of stored replies, errors not counted."""
        rows = self._read("SELECT count(*) FROM completions WHERE error IS NULL", ())
        return int(rows[0][0])

    def _read(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        if self._closed:
            raise StoreError(f"{self.path} is closed; open it again")
        try:
            with self._reading:
                return self._reader.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise _explain(self.path, error) from None

    def _reply(self, finish_reason: str | None, packed: bytes, prompt: int, cached: int, completion: int) -> Reply:
        try:
            with self._reading:  # one decompressor, one thread at a time
                kept = json.loads(self._unpack.decompress(packed))
            return Reply(
                text=kept["text"],
                finish_reason=finish_reason,
                model=kept["model"],
                prompt_tokens=prompt,
                cached_tokens=cached,
                completion_tokens=completion,
                reasoning=kept["reasoning"],
            )
        except (zstandard.ZstdError, ValueError, KeyError, TypeError) as error:
            raise _explain(self.path, error) from None

    # --- writing -------------------------------------------------------------------------------

    async def put(self, entries: Sequence[tuple[str, ChatRequest, int, Reply]]) -> None:
        """Keep ``(key, request, sample index, reply)`` entries; returns when they are on the disk.

        The entries of one call are committed together or not at all.  A key that has a reply keeps it.

        Raises:
            StoreError: the disk is full or the file cannot be written; none of the entries is kept.
        """
        await self._submit([(key, request, sample, reply, None) for key, request, sample, reply in entries])

    async def put_error(self, entries: Sequence[tuple[str, ChatRequest, int]], reason: str) -> None:
        """Keep the final failure of ``(key, request, sample index)`` with its reason, durably.

        It does not answer :meth:`get_many`, so a later run asks again; a reply then takes its place.

        Raises:
            StoreError: as for :meth:`put`.
        """
        await self._submit([(key, request, sample, None, reason) for key, request, sample in entries])

    async def _submit(self, rows: list[tuple[str, ChatRequest, int, Reply | None, str | None]]) -> None:
        if not rows:
            return
        if self._closed:
            raise StoreError(f"{self.path} is closed; open it again")
        loop = asyncio.get_running_loop()
        pending = _Pending(rows, loop, loop.create_future())
        self._queue.put(pending)
        await pending.done

    def _write_groups(self) -> None:
        packer = zstandard.ZstdCompressor(level=3, write_checksum=True)
        while True:
            group, last = self._next_group()
            if group:
                _settle(group, self._commit(group, packer))
            if last:
                return

    def _next_group(self) -> tuple[list[_Pending], bool]:
        """Waits for the first, then takes what is there."""
        group: list[_Pending] = []
        size = 0
        while size < _GROUP:
            try:
                item = self._queue.get(block=not group)
            except queue.Empty:
                break
            if item is None:
                return group, True
            group.append(item)
            size += len(item.rows)
        return group, False

    def _commit(self, group: list[_Pending], packer: zstandard.ZstdCompressor) -> StoreError | None:
        try:
            now = int(time.time())
            rows = [_columns(row, packer, now) for pending in group for row in pending.rows]
            self._writer.execute("BEGIN IMMEDIATE")
            self._writer.executemany(_INSERT, rows)
            self._writer.execute("COMMIT")
        except Exception as error:  # the thread must live on and tell those who wait
            with contextlib.suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")
            return _explain(self.path, error)
        return None

    def close(self) -> None:
        """Commit what is pending, fold the log into the file, release the lock.  May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._thread.join()
        with contextlib.suppress(sqlite3.Error):  # committed rows are safe in the log as well
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._reader.close()
        self._writer.close()
        self._lock.release()

    def __enter__(self) -> CompletionStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _columns(
    row: tuple[str, ChatRequest, int, Reply | None, str | None], packer: zstandard.ZstdCompressor, now: int
) -> tuple[object, ...]:
    key, request, sample, reply, error = row
    if reply is None:
        return key, request.role, request.model, sample, None, None, 0, 0, 0, error, now
    # ASCII JSON: survives lone surrogates, which a model's text may hold and UTF-8 may not.
    kept = json.dumps({"text": reply.text, "reasoning": reply.reasoning, "model": reply.model})
    return (
        key,
        request.role,
        request.model,
        sample,
        reply.finish_reason,
        packer.compress(kept.encode("ascii")),
        reply.prompt_tokens,
        reply.cached_tokens,
        reply.completion_tokens,
        None,
        now,
    )


def _settle(group: list[_Pending], error: StoreError | None) -> None:
    """Wake those who wait: one call into each loop, however many they are."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for pending in group:
        by_loop.setdefault(pending.loop, []).append(pending.done)
    for loop, futures in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(_wake, futures, error)


def _wake(futures: list[asyncio.Future[None]], error: StoreError | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(StoreError(str(error)))


class _FileLock:
    """Keeps a second run away from a file.  Freed by the system when the process dies."""

    def __init__(self, path: Path) -> None:
        self._name = str(path.resolve())
        if self._name in _open_here:
            raise StoreError(f"{path} is held by this process already: one store, one user at a time")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise _explain(path, error) from None
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


def _refuse_foreign(path: Path) -> None:
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
    # ours may still be in its log: then _prepare asks SQLite.
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


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Create the table in a new file; check the layout and the length of an old one."""

    def pragma(name: str) -> int:
        return int(connection.execute(f"PRAGMA {name}").fetchone()[0])

    if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return
    if pragma("application_id") != APPLICATION_ID:
        raise _other_program(path)
    if pragma("user_version") != LAYOUT:
        raise StoreError(
            f"{path} has layout {pragma('user_version')}, this version of KPMath writes layout {LAYOUT}: "
            "go on with the version that wrote it, or move the file away and run again (its replies "
            "are then asked for again)"
        )
    # A cut-off file opens well and fails much later; its header still knows the true length.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    if path.stat().st_size < pragma("page_count") * pragma("page_size"):
        raise sqlite3.DatabaseError("the file is shorter than its header says")


def _explain(path: Path, error: Exception) -> StoreError:
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
        f"{path} is damaged ({text}): save what can be read with "
        f"'sqlite3 {path.name} .recover | sqlite3 saved.sqlite', or move the file and its -wal file away "
        "and run again (its replies are then asked for again)"
    )


# --- stage files -------------------------------------------------------------------------------

MANIFEST = "manifest.json"
_STAGE_LAYOUT = 1
_FINGERPRINT = b"kpmath.fingerprint"
_RECORD = b"kpmath.record"


def _part_path(directory: Path, index: int) -> Path:
    return directory / f"part-{index:05d}.parquet"


class StageWriter:
    """Writes the records of a stage in parts; :meth:`finish` makes them whole.

    A new writer takes away the manifest, so that the folder is not taken for whole while it changes,
    and every part from ``first_part`` on.  To go on with a stage that was stopped, give what
    :func:`stage_parts_done` says as ``first_part`` and leave out the records of those parts.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        record: type[Any],
        fingerprint: str,
        *,
        first_part: int = 0,
    ) -> None:
        """``fingerprint`` names the input and the configuration that the records come from.

        Raises:
            StoreError: the folder cannot be written, or has fewer than ``first_part`` parts of this
                fingerprint.
        """
        self.directory = Path(directory)
        self.record = record
        self.fingerprint = fingerprint
        self._parts: list[dict[str, object]] = []
        done = stage_parts_done(self.directory, fingerprint)
        if done < first_part:
            raise StoreError(
                f"{self.directory} holds {done} parts of this stage, {first_part} were expected: "
                "remove the folder and run again"
            )
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            (self.directory / MANIFEST).unlink(missing_ok=True)
            kept = {_part_path(self.directory, i).name for i in range(first_part)}
            for path in sorted(self.directory.iterdir()):
                if path.name.startswith("part-") and path.name not in kept:
                    path.unlink()
            for name in sorted(kept):
                data = (self.directory / name).read_bytes()
                self._note(name, pq.ParquetFile(io.BytesIO(data)).metadata.num_rows, data)
        except OSError as error:
            raise _explain(self.directory, error) from None

    def _note(self, name: str, rows: int, data: bytes) -> None:
        self._parts.append({"file": name, "rows": rows, "sha256": hashlib.sha256(data).hexdigest()})

    def write_part(self, rows: Sequence[Any]) -> None:
        """Write the next part, whole or not at all.  The same rows give the same bytes.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """
        path = _part_path(self.directory, len(self._parts))
        table = to_table(rows, self.record)
        table = table.replace_schema_metadata(
            {_FINGERPRINT: self.fingerprint.encode(), _RECORD: self.record.__name__.encode()}
        )
        sink = io.BytesIO()
        pq.write_table(table, sink, compression="zstd", compression_level=3)
        data = sink.getvalue()
        _write_whole(path, data)
        self._note(path.name, len(rows), data)

    def finish(self, summary: dict[str, Any]) -> None:
        """Write the manifest: from now on the stage is whole.  ``summary`` is any JSON.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """
        manifest = {
            "layout": _STAGE_LAYOUT,
            "record": self.record.__name__,
            "fingerprint": self.fingerprint,
            "rows": sum(int(str(p["rows"])) for p in self._parts),
            "parts": self._parts,
            "summary": summary,
        }
        text = json.dumps(manifest, indent=1, sort_keys=True)
        _write_whole(self.directory / MANIFEST, text.encode("ascii"))


def stage_parts_done(directory: str | os.PathLike[str], fingerprint: str) -> int:
    """Number of parts, from the first one on without a gap, that are written and of ``fingerprint``."""
    done = 0
    while (path := _part_path(Path(directory), done)).is_file():
        try:
            metadata = pq.read_schema(path).metadata or {}
        except (pa.ArrowInvalid, OSError):
            break
        if metadata.get(_FINGERPRINT) != fingerprint.encode():
            break
        done += 1
    return done


def stage_manifest(directory: str | os.PathLike[str]) -> dict[str, Any] | None:
    """The manifest of a whole stage: record, fingerprint, rows, parts, summary.  None: not whole.

    Raises:
        StoreError: there is a manifest that cannot be read.
    """
    path = Path(directory) / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
        if manifest["layout"] == _STAGE_LAYOUT and isinstance(manifest["parts"], list):
            return dict(manifest)
        found = f"layout {manifest['layout']}"
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        found = repr(error)
    raise StoreError(f"{path} cannot be read ({found}): remove its folder and run the same command again")


def read_stage(directory: str | os.PathLike[str], record: type[R]) -> Iterator[R]:
    """The records of a whole stage in order, one part in memory at a time.

    Raises:
        StoreError: the stage is not whole, holds other records, or a part is not what the manifest
            says; raised when the first record, or the part, is reached.
    """
    folder = Path(directory)
    manifest = stage_manifest(folder)
    if manifest is None:
        raise StoreError(f"{folder} is not complete (no {MANIFEST}): run 'build' again to finish it")
    if manifest["record"] != record.__name__:
        raise StoreError(f"{folder} holds {manifest['record']} records, {record.__name__} were asked for")
    for part in manifest["parts"]:
        yield from from_table(_read_part(folder / part["file"], part, record), record)


def _read_part(path: Path, noted: dict[str, Any], record: type[Any]) -> pa.Table:
    try:
        data = path.read_bytes()
    except OSError as error:
        data = b""
        fault = str(error)
    else:
        fault = "it is not the file that the manifest names"
    if hashlib.sha256(data).hexdigest() == noted["sha256"]:
        table = pq.read_table(io.BytesIO(data))
        if table.num_rows == noted["rows"] and table.schema.equals(arrow_schema(record)):
            return table
        fault = "rows or columns are not those of this version of KPMath"
    raise StoreError(
        f"{path} cannot be used ({fault}): remove the folder {path.parent} and run the same command again; "
        "stored replies are not asked for again"
    )


def _write_whole(path: Path, data: bytes) -> None:
    """A file with ``data``, or no file: written beside, flushed, renamed, and the rename flushed."""
    temporary = path.with_name(path.name + ".partial")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _explain(path, error) from None
