"""The completion store: every reply of a model, and every failure that is final, durably.

One row a sample, keyed by the request (``ChatRequest.key``); a reply is acknowledged when it is committed
to the disk.  What the replies mean is not known here, nor who asks, nor what a token costs.  Reading
is :mod:`builder.store_reader`, the file itself :mod:`builder.store_file`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from .errors import RequestFailed, RequestRefused, StoreError
from .llm.chat import ChatRequest, Reply, sample_key
from .store_file import FileLock, connect, explain, prepare, refuse_foreign
from .store_reader import Exported, StoredRow, StoreReader, Usage, usage_by_role

__all__ = ["CompletionStore", "Exported", "StoreReader", "StoredRow", "Usage", "usage_by_role"]

_COLUMNS = """key role model subject sample finish_reason reply prompt_tokens cached_tokens completion_tokens
estimated requests error refused retry created""".split()
_REPLACED = [c for c in _COLUMNS if c not in ("key", "role", "model", "sample", "requests")]
# A reply takes the place of an error, and nothing takes the place of a reply.
_INSERT = f"""
INSERT INTO completions ({", ".join(_COLUMNS)}) VALUES ({", ".join("?" * len(_COLUMNS))})
ON CONFLICT (key) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in _REPLACED)},
    requests = completions.requests + excluded.requests
WHERE completions.error IS NOT NULL
"""
_GROUP = 1024  # most rows of one commit
_GATHER = 0.005  # seconds between two commits: each costs a flush, and CPU, however few rows it has
_FILTER_BITS = 24  # 2 MB: one in 200 of a million requests is looked up in vain
_Row = tuple[object, ...]


class _Pending(NamedTuple):
    """Rows that wait for a commit; replies are compressed by the writer thread."""

    statement: str
    rows: Sequence[Any]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


class _Known:
    """Which requests may have a row: a Bloom filter over their ids, so that a new one costs no query."""

    def __init__(self) -> None:
        self._bits = bytearray(1 << (_FILTER_BITS - 3))

    @staticmethod
    def _places(request_id: str) -> Iterator[int]:
        mask = (1 << _FILTER_BITS) - 1
        number = int(request_id[:24], 16)  # a hash already: its digits are as good as further hashes
        return (number >> shift & mask for shift in (0, _FILTER_BITS, 2 * _FILTER_BITS))

    def add(self, request_id: str) -> None:
        for place in self._places(request_id):
            self._bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, request_id: str) -> bool:
        return all(self._bits[place >> 3] >> (place & 7) & 1 for place in self._places(request_id))


class CompletionStore(StoreReader):
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
        self._lock = FileLock(self.path.with_name(self.path.name + ".lock"))
        with contextlib.ExitStack() as undo:
            undo.callback(self._lock.release)
            try:
                refuse_foreign(self.path)
                self._writer = self._connect()
                undo.callback(self._writer.close)
                prepare(self._writer, self.path)
                super().__init__(path, self._connect())
                undo.callback(self._reader.close)
                self._known = _Known()
                for request_id in self._request_ids():
                    self._known.add(request_id)
            except (sqlite3.Error, OSError) as error:
                raise explain(self.path, error) from None
            undo.pop_all()
        self._gather_until = 0.0  # monotonic time
        self._queue: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_groups, name="completion-store", daemon=True)
        self._thread.start()

    def _connect(self) -> sqlite3.Connection:
        return connect(self.path)

    def look_up(self, keys: Sequence[str]) -> tuple[dict[str, Reply], RequestFailed | None]:
        """See :class:`StoreReader`."""
        self._usable()
        if not any(request_id in self._known for request_id in {key.partition("-")[0] for key in keys}):
            return {}, None
        return super().look_up(keys)

    async def put(self, request: ChatRequest | Exported, first: int, replies: Sequence[Reply]) -> None:
        """Keep the replies of sample ``first`` and on; returns when they are on the disk.

        They are committed together or not at all.  A sample that has a reply keeps it.

        Raises:
            StoreError: the disk is full or the file cannot be written; none of them is kept.
        """
        now = int(time.time())
        self._known.add(request.id)
        await self._submit(_INSERT, [(request, first + i, reply, None, now) for i, reply in enumerate(replies)])

    async def put_each(self, answered: Sequence[tuple[ChatRequest, Reply]]) -> None:
        """Keep the first sample of each of several requests, which one response has answered, as :meth:`put` does."""
        now = int(time.time())
        for request, _ in answered:
            self._known.add(request.id)
        await self._submit(_INSERT, [(request, 0, reply, None, now) for request, reply in answered])

    async def put_error(
        self, request: ChatRequest | Exported, samples: Sequence[int], error: RequestFailed, sent: int = 0
    ) -> None:
        """Keep the final failure of these samples with its reason, durably; ``sent``: requests it took.

        Until :meth:`retry_errors` it answers :meth:`look_up`, so that nobody pays to see it again.

        Raises:
            StoreError: as for :meth:`put`.
        """
        now = int(time.time())
        self._known.add(request.id)
        spent = Reply("", None, request.model, requests=sent)
        rows = [(request, k, replace(spent, requests=0) if i else spent, error, now) for i, k in enumerate(samples)]
        await self._submit(_INSERT, rows)

    async def note_exported(self, requests: Sequence[Exported]) -> None:
        """Remember what was written to a batch file, so that its replies find their place."""
        await self._submit("INSERT OR IGNORE INTO exported VALUES (?, ?, ?, ?)", requests)

    def retry_errors(self) -> int:
        """From now on every failure that was final is asked for again; their number.

        Raises:
            StoreError: the file cannot be written.
        """
        self._usable()
        try:
            with self._reading:
                return self._reader.execute("UPDATE completions SET retry = 1 WHERE error IS NOT NULL").rowcount
        except sqlite3.Error as error:
            raise explain(self.path, error) from None

    async def _submit(self, statement: str, rows: Sequence[Any]) -> None:
        if not rows:
            return
        self._usable()
        loop = asyncio.get_running_loop()
        pending = _Pending(statement, rows, loop, loop.create_future())
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
        """Waits for the first, and where a commit has just been made for more, then takes what is there."""
        group: list[_Pending] = []
        size = 0
        while size < _GROUP:
            try:
                item = self._queue.get(block=not group)
            except queue.Empty:
                break
            if not group and item is not None and (early := self._gather_until - time.monotonic()) > 0:
                time.sleep(early)
            if item is None:
                return group, True
            group.append(item)
            size += len(item.rows)
        return group, False

    def _commit(self, group: list[_Pending], packer: zstandard.ZstdCompressor) -> StoreError | None:
        try:
            by_statement: dict[str, list[_Row]] = {}
            for pending in group:
                columns = (
                    [_columns(packer, *row) for row in pending.rows] if pending.statement is _INSERT else pending.rows
                )
                by_statement.setdefault(pending.statement, []).extend(columns)
            self._writer.execute("BEGIN IMMEDIATE")
            for statement, rows in by_statement.items():
                self._writer.executemany(statement, rows)
            self._writer.execute("COMMIT")
            self._gather_until = time.monotonic() + _GATHER
        except Exception as error:  # the thread must live on and tell those who wait
            with contextlib.suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")
            return explain(self.path, error)
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
    packer: zstandard.ZstdCompressor,
    request: ChatRequest | Exported,
    sample: int,
    reply: Reply,
    error: RequestFailed | None,
    now: int,
) -> _Row:
    packed = None
    if error is None:
        # ASCII JSON: survives lone surrogates, which a model's text may hold and UTF-8 may not.
        fields = {"text": reply.text, "reasoning": reply.reasoning, "model": reply.model}
        kept = json.dumps(fields | ({"first_token": reply.first_token} if reply.first_token else {}))
        packed = packer.compress(kept.encode("ascii"))
    return (
        sample_key(request.id, sample),
        request.role,
        request.model,
        request.subject,
        sample,
        reply.finish_reason,
        packed,
        reply.prompt_tokens,
        reply.cached_tokens,
        reply.completion_tokens,
        reply.estimated,
        reply.requests,
        None if error is None else str(error),
        isinstance(error, RequestRefused),
        False,
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
