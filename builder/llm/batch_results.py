"""Results of batch files: the lines that the OpenAI Batch API, ``vllm run-batch`` and others write.

Lines may come in any order, in part, repeatedly and with errors inside.  Each belongs to one request by its
``custom_id``: importing is insert-or-ignore and needs no request's text.  Nothing is dropped silently: a
line that brings no reply is counted under its reason, with the first place where that was found.
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

from ..errors import ConfigError, RequestRefused, RetryableModelError
from ..store import CompletionStore, Exported
from .batch import Samples
from .chat import Reply
from .wire import error_text, read_body, read_completion, to_replies

MAX_LINE = 64 * 1024 * 1024  # bytes
FEWER = "fewer choices than asked"

_FINAL = (400, 413, 422)  # whatever is done, the endpoint will refuse it again
_GROUP_LINES, _GROUP_BYTES = 256, 8 * 1024 * 1024
_LONGEST_ID = 64

Fate = Literal["refused", "pending", "unusable"]
"""Of a request: given up for good, to be asked again.  Of a line: says nothing about any request of this run."""


@dataclass(slots=True)
class Problem:
    """Lines that did not bring what was asked, for one reason."""

    fate: Fate
    reason: str
    where: str  # FILE:LINE of the first
    said: str  # what stands there, if anything
    lines: int = 0


@dataclass(slots=True)
class Counts:
    """Of one role and model: lines by what they brought, and replies."""

    answered: int = 0
    replies: int = 0  # samples that were not there before
    repeated: int = 0  # lines that brought nothing new
    refused: int = 0
    pending: int = 0


@dataclass(slots=True)
class Imported:
    """What an import found."""

    files: int = 0
    lines: int = 0
    by_role_and_model: dict[tuple[str, str], Counts] = field(default_factory=dict)
    problems: dict[tuple[Fate, str], Problem] = field(default_factory=dict)

    def of(self, exported: Exported) -> Counts:
        """The counts of a request's role and model."""
        return self.by_role_and_model.setdefault((exported.role, exported.model), Counts())

    @property
    def recognised(self) -> int:
        """Lines that belong to requests of this run."""
        return self.lines - sum(p.lines for p in self.problems.values() if p.fate == "unusable")

    def note(self, fate: Fate, reason: str, where: str, said: str = "") -> None:
        """Count a line under its reason."""
        self.problems.setdefault((fate, reason), Problem(fate, reason, where, said)).lines += 1


class _Line(NamedTuple):
    where: str  # FILE:LINE
    row: Mapping[str, Any]


class _Outcome(NamedTuple):
    """What a line says of its request: replies, or why there are none."""

    replies: Sequence[Reply]
    fate: Fate = "pending"
    reason: str = ""
    said: str = ""


def import_results(
    store: CompletionStore,
    files: Sequence[Path],
    found: Imported,
    progress: Callable[[int], None] = lambda lines: None,
) -> None:
    """Keep the replies and the final refusals of result files; each is durable when this returns.

    What they brought is added to ``found``; ``progress`` is told the number of lines of each group.

    Raises:
        ConfigError: a file cannot be read; nothing is imported then.
        StoreError: the store cannot be used; what was imported before stays.
    """
    for path in files:
        _open(path).close()
    found.files += len(files)

    async def run() -> None:
        for path in files:
            with _open(path) as stream:
                for group in _groups(stream, path, found, progress):
                    await _keep(group, store, found)

    asyncio.run(run())


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}; give the result files of a batch") from None


# --- lines ---------------------------------------------------------------------------------------


def _groups(
    stream: BinaryIO, path: Path, found: Imported, progress: Callable[[int], None]
) -> Iterator[dict[str, list[_Line]]]:
    """Lines by custom id, as many as fit into memory well."""
    group: dict[str, list[_Line]] = {}
    lines = size = 0
    for number, line in enumerate(_lines(stream), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        lines, size, found.lines = lines + 1, size + len(line), found.lines + 1
        row = _row(line, where, found)
        if row is not None:
            group.setdefault(row["custom_id"], []).append(_Line(where, row))
        if lines >= _GROUP_LINES or size >= _GROUP_BYTES:
            yield group
            progress(lines)
            group, lines, size = {}, 0, 0
    yield group
    progress(lines)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines; one that is longer than any reply ends after ``MAX_LINE`` bytes, which makes it no JSON."""
    line = stream.readline(MAX_LINE).removeprefix(codecs.BOM_UTF8)
    while line:
        yield line
        while len(line) == MAX_LINE and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)
        line = stream.readline(MAX_LINE)


def _row(line: bytes, where: str, found: Imported) -> Mapping[str, Any] | None:
    row = read_body(line)
    if not isinstance(row, dict):
        said = "longer than any reply" if len(line) == MAX_LINE else "the file ends within this line"
        found.note("unusable", "no JSON object", where, "" if line.endswith(b"\n") else said)
    elif "response" not in row and "body" in row:
        found.note("unusable", "a request and no result", where, "is this the file that was exported?")
    elif not isinstance(row.get("custom_id"), str):
        found.note("unusable", "no custom_id", where)
    else:
        return row
    return None


def _outcome(row: Mapping[str, Any], exported: Exported, asked: int) -> _Outcome:
    response, error = row.get("response"), row.get("error")
    response = response if isinstance(response, dict) else {}
    status, body = response.get("status_code", 200), response.get("body")
    if error or status != 200:
        # OpenAI says why in the body, vLLM beside it; what never ran has an error with a code and no response.
        said = error_text(error or body)
        code = error.get("code") if isinstance(error, dict) and not response else None
        reason = str(code or (f"status {status}" if status != 200 else "error"))[:60]
        return _Outcome((), "refused" if status in _FINAL else "pending", reason, said)
    if not isinstance(body, dict):
        return _Outcome((), reason="no response body")
    try:
        replies = to_replies(read_completion(body), exported.model, asked, prompt_characters=0)
    except RetryableModelError as problem:
        return _Outcome((), reason="no choices", said=str(problem))
    said = f"{len(replies)} of {asked}; for an endpoint that gives one at a time set model.samples_per_request = 1"
    return _Outcome((replace(replies[0], requests=1), *replies[1:]), reason=FEWER, said=said)


# --- keeping -------------------------------------------------------------------------------------


async def _keep(group: Mapping[str, list[_Line]], store: CompletionStore, found: Imported) -> None:
    """The lines of a group go to the store together."""
    known = store.exported([custom_id for custom_id in group if len(custom_id) <= _LONGEST_ID])
    stored = set(store.look_up([key for custom_id in known for key in Samples.of(custom_id).keys])[0])
    writes = []
    for custom_id, lines in group.items():
        if custom_id not in known:
            for line in lines:
                found.note("unusable", "unknown custom_id", line.where, f"{custom_id[:_LONGEST_ID]} is not of this run")
            continue
        request = _Request(known[custom_id], found.of(known[custom_id]), stored, store)
        writes += [write for line in lines if (write := request.take(line, found)) is not None]
    await asyncio.gather(*writes)


class _Request:
    """A request of this run, and what the lines of a group bring for it."""

    def __init__(self, exported: Exported, counts: Counts, stored: set[str], store: CompletionStore) -> None:
        """``stored``: keys that have replies; it grows with what is taken."""
        self._exported, self._counts, self._stored, self._store = exported, counts, stored, store
        self._samples = Samples.of(exported.custom_id)
        self._refused = False

    def take(self, line: _Line, found: Imported) -> Awaitable[None] | None:
        """Count a line; what has to be awaited to keep what it brings, None where that is nothing new."""
        keys, counts = self._samples.keys, self._counts
        if self._stored.issuperset(keys):
            counts.repeated += 1
            return None
        outcome = _outcome(line.row, self._exported, len(keys))
        if len(outcome.replies) < len(keys):
            found.note(outcome.fate, outcome.reason, line.where, outcome.said)
        if outcome.replies:
            return self._answer(outcome.replies)
        if outcome.fate == "refused":
            return self._refuse(f"refused, {outcome.reason}: {outcome.said}")
        counts.pending += 1
        return None

    def _answer(self, replies: Sequence[Reply]) -> Awaitable[None] | None:
        keys = set(self._samples.keys[: len(replies)])
        new = len(keys - self._stored)
        if not new:
            self._counts.repeated += 1
            return None
        self._counts.answered += 1
        self._counts.replies += new
        self._stored |= keys
        return self._store.put(self._exported, self._samples.first, replies)

    def _refuse(self, reason: str) -> Awaitable[None] | None:
        missing = dict(enumerate(self._samples.keys, self._samples.first))
        missing = {k: key for k, key in missing.items() if key not in self._stored}
        if self._refused or self._store.look_up(list(missing.values()))[1] is not None:
            self._counts.repeated += 1
            return None
        self._refused = True
        self._counts.refused += 1
        return self._store.put_error(self._exported, list(missing), RequestRefused(reason), sent=1)
