"""Requests as batch files: what a run would ask, one JSON object a line, in the form of the OpenAI Batch API.

``vllm run-batch`` and other programs read the same form.  A :class:`CollectingChat` takes the place of an
endpoint: it answers nothing and writes down what it is asked.  Who answers the files is not known here;
the replies are read by :mod:`builder.llm.batch_results`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, NoReturn

from ..config import Model
from ..errors import ReplyPending, StoreError
from ..store import CompletionStore, Exported, StoreReader
from ..store_file import explain
from .chat import ROLES, ChatRequest, Keep, sample_key
from .ledger import Ledger
from .wire import read_body, request_body

ENDPOINT: Final = "/v1/chat/completions"
MAX_REQUESTS = 50_000  # of one file, as OpenAI allows
MAX_BYTES = 200_000_000  # of one file

_NAME = re.compile(rf"({'|'.join(ROLES)})-([0-9a-f]{{16}})\.jsonl")
_SPOOL = """
CREATE TABLE asked (sample TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE lines (role TEXT, model TEXT, custom_id TEXT, line BLOB, PRIMARY KEY (role, model, custom_id));
"""


class Samples(NamedTuple):
    """Consecutive samples of a request, as a ``custom_id`` names them: "REQUEST-ID.FIRST.N"."""

    request_id: str
    first: int
    n: int

    @property
    def custom_id(self) -> str:
        """At most 40 characters; endpoints allow 64."""
        return f"{self.request_id}.{self.first}.{self.n}"

    @property
    def keys(self) -> list[str]:
        """The keys of the samples in the completion store."""
        return [sample_key(self.request_id, k) for k in range(self.first, self.first + self.n)]

    @classmethod
    def of(cls, custom_id: str) -> Samples:
        """Raises ValueError where it is none of ours."""
        request_id, first, n = custom_id.split(".")
        return cls(request_id, int(first), int(n))


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A batch file of one role and one model."""

    path: Path
    role: str
    model: str
    requests: int
    replies: int  # samples that they ask for
    size: int  # bytes
    sha256: str


# --- collecting ----------------------------------------------------------------------------------


class CollectingChat:
    """A :class:`~builder.llm.chat.Chat` that answers nothing: each request goes to a :class:`Collector`."""

    def __init__(self, collector: Collector, store: CompletionStore, model: Model, max_tokens_name: str) -> None:
        """``max_tokens_name``: how the endpoint calls the limit of a reply's length."""
        self.ledger: Ledger | None = None  # nothing is sent, so nothing is counted
        self._collector = collector
        self._store = store
        self._model = model
        self._max_tokens_name = max_tokens_name

    async def complete(self, request: ChatRequest, n: int = 1, *, first: int = 0, keep: Keep | None = None) -> NoReturn:
        """Write down what nothing has asked for yet.

        Raises:
            ReplyPending: always.
            StoreError: the files cannot be written.
        """
        size = self._model.samples_per_request or n
        noted = []
        for start, end in self._collector.unasked(request, first, n):
            for at in range(start, end, size):
                some = min(size, end - at)
                custom_id = Samples(request.id, at, some).custom_id
                body = request_body(
                    request, at, some, send_seed=self._model.send_seed, max_tokens_name=self._max_tokens_name
                )
                self._collector.write(request, custom_id, body)
                noted.append(Exported(custom_id, request.role, request.model, request.subject))
        await self._store.note_exported(noted)
        raise ReplyPending(f"{request.role}: the reply is asked for in a batch file")

    def stop(self) -> None:
        """Nothing is sent."""

    async def aclose(self) -> None:
        """Nothing to release: the collector belongs to who opened it."""


class Collector:
    """The requests of a run on their way to batch files.

    They wait in a file on the disk, so that memory does not grow with them, and come out in the order of
    their ids: the same requests give the same files, whatever the order in which they were asked.
    """

    def __init__(
        self, work: Path, under_way: Iterable[str] = (), *, max_requests: int = MAX_REQUESTS, max_bytes: int = MAX_BYTES
    ) -> None:
        """
        Args:
            work: folder for what is not finished; one collector at a time (:func:`exclusive`).
            under_way: custom ids whose replies are being made; they are not asked for again.
            max_requests, max_bytes: of one file.

        Raises:
            StoreError: the folder cannot be written.
        """
        self._spool = work / "spool.partial"
        self._max_requests, self._max_bytes = max_requests, max_bytes
        try:
            work.mkdir(parents=True, exist_ok=True)
            self._spool.unlink(missing_ok=True)
            self._database = sqlite3.connect(self._spool, isolation_level=None)
            # Nobody opens it again: neither a log nor a flush is needed.
            self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SPOOL + "BEGIN;")
            for custom_id in under_way:
                self._mark(Samples.of(custom_id).keys)
        except (sqlite3.Error, OSError) as error:
            raise explain(self._spool, error) from None

    def unasked(self, request: ChatRequest, first: int, n: int) -> list[tuple[int, int]]:
        """Those of the samples that nothing asks for yet, as ranges (start, end); from now on they are asked for."""
        ranges: list[tuple[int, int]] = []
        try:
            for k in range(first, first + n):
                if not self._mark([request.key(k)]):
                    continue
                if ranges and ranges[-1][1] == k:
                    ranges[-1] = (ranges[-1][0], k + 1)
                else:
                    ranges.append((k, k + 1))
        except sqlite3.Error as error:
            raise explain(self._spool, error) from None
        return ranges

    def _mark(self, keys: list[str]) -> int:
        """How many of them are new."""
        rows = [(key,) for key in keys]
        return self._database.executemany("INSERT OR IGNORE INTO asked VALUES (?)", rows).rowcount

    def write(self, request: ChatRequest, custom_id: str, body: dict[str, object]) -> None:
        """Add a request under its custom id."""
        line = {"custom_id": custom_id, "method": "POST", "url": ENDPOINT, "body": body}
        # "replace": of a lone surrogate a reader of the file could make nothing.
        data = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        try:
            self._database.execute(
                "INSERT INTO lines VALUES (?, ?, ?, ?)", (request.role, request.model, custom_id, data)
            )
        except sqlite3.Error as error:
            raise explain(self._spool, error) from None

    def finish(self, out: Path) -> list[RequestFile]:
        """Write the files, each whole or not at all, named by their role and content; by role, model and order.

        Raises:
            StoreError: the folder cannot be written.
        """
        try:
            out.mkdir(parents=True, exist_ok=True)
            kinds = self._database.execute("SELECT DISTINCT role, model FROM lines ORDER BY role, model").fetchall()
            return [file for role, model in kinds for file in self._files(out, role, model)]
        except (sqlite3.Error, OSError) as error:
            raise explain(out, error) from None

    def _files(self, out: Path, role: str, model: str) -> Iterator[RequestFile]:
        rows = self._database.execute(
            "SELECT custom_id, line FROM lines WHERE role = ? AND model = ? ORDER BY custom_id", (role, model)
        )
        writer = _Writer(out, role, model)
        try:
            for custom_id, line in rows:
                if not writer.has_room(len(line), self._max_requests, self._max_bytes):
                    yield writer.finish()
                    writer = _Writer(out, role, model)
                writer.add(custom_id, line)
            yield writer.finish()
        finally:
            writer.close()

    def close(self) -> None:
        """Remove what is not finished."""
        self._database.close()
        self._spool.unlink(missing_ok=True)


class _Writer:
    """One file on its way."""

    def __init__(self, out: Path, role: str, model: str) -> None:
        self._out, self._role, self._model = out, role, model
        self._partial = out / f"{role}-{os.getpid()}.partial"
        self._stream = self._partial.open("wb")
        self._hash = hashlib.sha256()
        self._requests = self._replies = self._size = 0

    def has_room(self, size: int, max_requests: int, max_bytes: int) -> bool:
        return not self._requests or (self._requests < max_requests and self._size + size <= max_bytes)

    def add(self, custom_id: str, line: bytes) -> None:
        self._stream.write(line)
        self._hash.update(line)
        self._requests += 1
        self._replies += Samples.of(custom_id).n
        self._size += len(line)

    def finish(self) -> RequestFile:
        self._stream.close()
        digest = self._hash.hexdigest()
        path = self._out / f"{self._role}-{digest[:16]}.jsonl"
        make_whole(self._partial, path)
        return RequestFile(path, self._role, self._model, self._requests, self._replies, self._size, digest)

    def close(self) -> None:
        """Leave no half file."""
        self._stream.close()
        self._partial.unlink(missing_ok=True)


# --- files on disk -------------------------------------------------------------------------------


def request_files(folder: Path) -> list[Path]:
    """The batch files in a folder, by name."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def remove_superseded(folder: Path, current: Iterable[str]) -> None:
    """Remove the batch files in a run's own folder but those with these names: answered, they would be paid twice.

    Raises:
        StoreError: the folder cannot be written.
    """
    names = set(current)
    try:
        for path in request_files(folder):
            if path.name not in names:
                path.unlink()
    except OSError as error:
        raise explain(folder, error) from None


def requests_in(path: Path) -> Iterator[tuple[Samples, dict[str, object]]]:
    """What a batch file asks: samples and body of each line, one line in memory at a time.

    Raises:
        StoreError: it cannot be read, or is not as it was written.
    """
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                yield _request(path, number, line)
    except OSError as error:
        raise explain(path, error) from None


def _request(path: Path, number: int, line: bytes) -> tuple[Samples, dict[str, object]]:
    decoded = read_body(line)
    if isinstance(decoded, dict) and isinstance(body := decoded.get("body"), dict):
        with contextlib.suppress(ValueError, AttributeError):
            return Samples.of(decoded["custom_id"]), body
    raise _damaged(path, f"line {number} is no request")


def read_request_file(path: Path) -> RequestFile:
    """What there is to know of a batch file; it is what was written, or this raises.

    Raises:
        StoreError: it cannot be read, or was changed.
    """
    named = _NAME.fullmatch(path.name)
    digest, size = _digest(path)
    if named is None or digest[:16] != named[2]:
        raise _damaged(path, "its content is not what its name says")
    model, requests, replies = "", 0, 0
    for samples, body in requests_in(path):
        model, requests, replies = str(body.get("model")), requests + 1, replies + samples.n
    return RequestFile(path, named[1], model, requests, replies, size, digest)


def _digest(path: Path) -> tuple[str, int]:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size
    except OSError as error:
        raise explain(path, error) from None


def _damaged(path: Path, what: str) -> StoreError:
    return StoreError(f"{path} was changed since it was exported ({what}): give 'batch export' again")


class Waiting(NamedTuple):
    """How far the requests of a batch file are answered; a final failure is an answer."""

    requests: int
    untouched: int  # of which no sample has a reply
    open: int  # of which some sample has none


def waiting(path: Path, store: StoreReader) -> Waiting:
    """Looks up each request of a file.  What a line brings is kept from its first sample on."""
    requests = untouched = still_open = 0
    for samples, _ in requests_in(path):
        keys = samples.keys
        found, failure = store.look_up([keys[0], keys[-1]])
        requests += 1
        untouched += failure is None and keys[0] not in found
        still_open += failure is None and keys[-1] not in found
    return Waiting(requests, untouched, still_open)


def make_whole(partial: Path, path: Path) -> None:
    """What was written beside takes its name: flushed, renamed, and the rename flushed."""
    with partial.open("rb") as stream:
        os.fsync(stream.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def exclusive(work: Path) -> Iterator[None]:
    """Wait until no other process changes the batch files and jobs of this run, and keep others waiting.

    Raises:
        StoreError: the folder cannot be written.
    """
    stream: BinaryIO
    try:
        work.mkdir(parents=True, exist_ok=True)
        stream = (work / "lock").open("ab")
    except OSError as error:
        raise explain(work, error) from None
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
