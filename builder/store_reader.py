"""What a completion store holds, for reading: also while a run writes it."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from .errors import RequestFailed, RequestRefused, StoreError
from .llm.chat import Reply
from .store_file import connect_beside, explain

_GET = """SELECT key, finish_reason, reply, prompt_tokens, cached_tokens, completion_tokens, estimated, requests,
error, refused FROM completions"""
_USAGE = """SELECT role, model, sum(requests), sum(error IS NULL), sum(error IS NOT NULL), sum(prompt_tokens),
sum(cached_tokens), sum(completion_tokens), sum(max(requests - 1, 0)), max(estimated)
FROM completions GROUP BY role, model ORDER BY role, model"""
_KEYS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One sample as it is stored: a reply, or the reason why there is none."""

    key: str
    role: str
    model: str
    subject: str  # id of the practice, set or question that it is about
    sample: int
    reply: Reply | None
    error: str | None
    created: int  # seconds since 1970


class Usage(NamedTuple):
    """What a role and model took, over all sessions on a store."""

    role: str
    model: str
    requests: int  # sent, those that failed before an answer included
    replies: int
    errors: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    retries: int
    estimated: bool  # whether some tokens are our estimate


class Exported(NamedTuple):
    """A request that was written to a batch file."""

    custom_id: str  # "REQUEST-ID.FIRST-SAMPLE.SAMPLES"
    role: str
    model: str
    subject: str

    @property
    def id(self) -> str:
        """The id of the request (``ChatRequest.id``)."""
        return self.custom_id.partition(".")[0]


class StoreReader:
    """The rows of a completion store.  May be used from several threads."""

    def __init__(self, path: str | os.PathLike[str], connection: sqlite3.Connection | None = None) -> None:
        """``connection`` is one to read through; without it the file is opened, for reading only.

        Raises:
            StoreError: there is no such file, it is no completion store, or damaged, or of another layout.
        """
        self.path = Path(path)
        if connection is None:
            if not self.path.is_file():
                raise StoreError(f"{self.path} does not exist: no model has been asked in this run yet")
            try:
                connection = connect_beside(self.path)
            except sqlite3.Error as error:
                raise explain(self.path, error) from None
        self._reader = connection
        self._reading = threading.Lock()
        self._unpack = zstandard.ZstdDecompressor()
        self._closed = False

    def close(self) -> None:
        """Close the file.  May be called twice."""
        if not self._closed:
            self._closed = True
            self._reader.close()

    def __enter__(self) -> StoreReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def look_up(self, keys: Sequence[str]) -> tuple[dict[str, Reply], RequestFailed | None]:
        """The stored replies among ``keys``, and the failure of one of the others where it is final.

        Raises:
            StoreError: the file is damaged.
        """
        found: dict[str, Reply] = {}
        failure: RequestFailed | None = None
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            marks = ",".join("?" * len(some))
            for row in self._read(f"{_GET} WHERE retry = 0 AND key IN ({marks})", some):
                if row[8] is None:
                    found[row[0]] = self._reply(row[1:8])
                else:
                    failure = (RequestRefused if row[9] else RequestFailed)(row[8])
        return found, failure

    def rows(
        self, *, roles: Sequence[str] = (), ids: Sequence[str] = (), errors: bool | None = None
    ) -> Iterator[StoredRow]:
        """What is stored, oldest first; of these roles, with (or without) an error, and where ``ids`` are given
        those whose key or subject begins with one of them.
        """
        where, values = ["id > ?"], list[object]()
        if roles:
            where.append(f"role IN ({','.join('?' * len(roles))})")
            values += roles
        if ids:
            either = "substr(subject, 1, length(?)) = ? OR substr(key, 1, length(?)) = ?"
            where.append(f"({' OR '.join([either] * len(ids))})")
            values += [i for i in ids for _ in range(4)]
        if errors is not None:
            where.append(f"error IS {'NOT ' if errors else ''}NULL")
        query = f"""SELECT id, key, role, model, subject, sample, created, error, finish_reason, reply, prompt_tokens,
            cached_tokens, completion_tokens, estimated, requests FROM completions
            WHERE {" AND ".join(where)} ORDER BY id LIMIT 1000"""
        last = 0
        while batch := self._read(query, [last, *values]):
            for row in batch:
                reply = self._reply(row[8:]) if row[7] is None else None
                yield StoredRow(row[1], row[2], row[3], row[4], row[5], reply, row[7], row[6])
            last = batch[-1][0]

    def _request_ids(self) -> Iterator[str]:
        """The id of every request that has a row, some of them repeatedly."""
        last = ""
        while batch := self._read("SELECT key FROM completions WHERE key > ? ORDER BY key LIMIT 10000", [last]):
            yield from dict.fromkeys(key.partition("-")[0] for (key,) in batch)
            last = batch[-1][0]

    def count(self) -> int:
        """Number of stored replies, errors not counted."""
        rows = self._read("SELECT count(*) FROM completions WHERE error IS NULL", ())
        return int(rows[0][0])

    def count_of(self, keys: Sequence[str]) -> int:
        """How many of ``keys`` have a reply."""
        count = 0
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"SELECT count(*) FROM completions WHERE error IS NULL AND key IN ({marks})"
            count += int(self._read(query, some)[0][0])
        return count

    def usage(self) -> list[Usage]:
        """What each role and model took until now."""
        return [Usage._make((*row[:9], bool(row[9]))) for row in self._read(_USAGE, ())]

    def exported(self, custom_ids: Sequence[str]) -> dict[str, Exported]:
        """Those of ``custom_ids`` that this store's run has written to a batch file."""
        found = {}
        for start in range(0, len(custom_ids), _KEYS_AT_ONCE):
            some = custom_ids[start : start + _KEYS_AT_ONCE]
            query = (
                f"SELECT custom_id, role, model, subject FROM exported WHERE custom_id IN ({','.join('?' * len(some))})"
            )
            found.update({row[0]: Exported(*row) for row in self._read(query, some)})
        return found

    def _read(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        self._usable()
        try:
            with self._reading:
                return self._reader.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise explain(self.path, error) from None

    def _reply(self, columns: Sequence[Any]) -> Reply:
        finish_reason, packed, prompt, cached, completion, estimated, requests = columns
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
                requests=requests,
                estimated=bool(estimated),
                first_token=tuple((token, logprob) for token, logprob in kept.get("first_token", ())),
            )
        except (zstandard.ZstdError, ValueError, KeyError, TypeError) as error:
            raise explain(self.path, error) from None

    def _usable(self) -> None:
        if self._closed:
            raise StoreError(f"{self.path} is closed; open it again")


def usage_by_role(path: str | os.PathLike[str]) -> list[Usage]:
    """:meth:`StoreReader.usage` of a file; [] where there is none.

    Raises:
        StoreError: the file cannot be read.
    """
    if not Path(path).is_file():
        return []
    with StoreReader(path) as store:
        return store.usage()
