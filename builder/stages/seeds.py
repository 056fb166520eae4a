"""Seeds to practices (METHOD 1): local files or Hub datasets, columns mapped by the recipe.

Every problem of a row becomes a practice with the answer read from its solution (GSM8K's ``####``,
MATH's ``\\boxed{}``).  What is wrong with a row is said with file, line and field; a row without an
answer is skipped and reported, kept or an error, as the recipe wants.  A labelling reply that a row
brings is taken as it is, structured labels are checked (:mod:`builder.given_labels`).

A row with structured labels may lack its text, as our own ``mpkp`` does where a licence keeps it out: it
counts in topics and matrix, and nobody can be shown it as an example (``Practice.problem`` is "").
"""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..answers import extract_answer
from ..config import SeedSource, TestSet
from ..errors import SeedError
from ..given_labels import labeller, read_labels
from ..records import GivenLabels, Practice, content_id

Row = dict[str, Any]


@dataclass(frozen=True)
class SeedReport:
    """What was read: practices in the order of the sources, and what was not taken."""

    practices: list[Practice]
    skipped: list[tuple[str, str, str]]  # source, where (line or row), reason
    replies: dict[str, str] = field(default_factory=dict)  # practice id -> labelling reply it came with
    labels: list[GivenLabels] = field(default_factory=list)  # structured ones, in the order of the practices


def load_seeds(sources: Sequence[SeedSource], *, on_missing_answer: str) -> SeedReport:
    """All practices of ``sources``.  A problem that occurs again (but for white space) is skipped.

    ``on_missing_answer``: what to do with a solution from which no answer can be read: "skip" (and
    report it), "keep" (``answer`` is None) or "error".

    Raises:
        SeedError: a file is missing or malformed, a field is missing, empty or no text, labels are not in
            order; with "error", a solution has no answer.
    """
    report = SeedReport([], [])
    seen: dict[str, str] = {}
    ids: set[str] = set()
    for source in sources:
        for number, (where, row) in enumerate(itertools.islice(_rows(source), source.limit)):
            if number == 0 and source.answer is not None and source.answer not in row:
                # Misspelt it would only read as absent, in every row.
                raise SeedError(
                    f"{where}: no field {source.answer!r}; it has {', '.join(map(str, row)) or 'none'}: mend "
                    f"'answer' of the seed source {source.name!r} in the recipe, or leave it out"
                )
            practice = _practice(source, where, row)
            if practice.answer is None and practice.problem and on_missing_answer != "keep":
                if on_missing_answer == "error":
                    raise SeedError(
                        f"{where}: no final answer in the field {source.answer or source.solution!r} (no "
                        "\\boxed{...}, no '#### N', no 'The answer is'); mend it, or set "
                        "reading.on_missing_answer to 'skip'"
                    )
                report.skipped.append((source.name, where, "no answer in the solution"))
                continue
            text = " ".join(practice.problem.split())
            if text and text in seen:
                report.skipped.append((source.name, where, f"same problem as {seen[text]}"))
                continue
            if practice.id in ids:
                raise SeedError(
                    f"{where}: the id {practice.id!r} occurs twice in the field {source.id!r}; ids must be "
                    "unique: name another column, or none"
                )
            seen[text] = practice.id
            ids.add(practice.id)
            report.practices.append(practice)
            if source.reply is not None:
                report.replies[practice.id] = _text(source.reply, where, row)
            if source.labels is not None:
                topics = read_labels(row, source.labels, f"{where} ({practice.id})")
                report.labels.append(GivenLabels(practice.id, topics, *labeller(row)))
    return report


def read_test_set(test_set: TestSet) -> Iterator[tuple[str, str, str | None, str | None]]:
    """(row id, problem, solution, options) of a test set's rows; None for a solution or options that are absent.

    Raises:
        SeedError: as for seeds.
    """
    source = SeedSource(
        test_set.name if test_set.name.isidentifier() else "test",
        path=test_set.path,
        hub=test_set.hub,
        config=test_set.config,
        split=test_set.split,
    )
    for where, row in _rows(source):
        solution = row.get(test_set.solution) if test_set.solution else None
        options = " ".join(_strings(row.get(test_set.options))) if test_set.options else ""
        problem = _text(test_set.problem, where, row)
        yield where, problem, solution if isinstance(solution, str) else None, options or None


def _strings(value: object) -> Iterator[str]:
    """The texts in a field, in order: it may be a text, a list, or a table such as {"A": ...}."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for each in value.values() for text in _strings(each))
    elif isinstance(value, list | tuple):
        yield from (text for each in value for text in _strings(each))


def _practice(source: SeedSource, where: str, row: Row) -> Practice:
    own = _optional(source.id, where, row) if source.id else None
    withheld = source.labels is not None and row.get(source.problem, "") is None
    if withheld and own is None:
        raise SeedError(
            f"{where}: the field {source.problem!r} is null, and a row without its text needs an id: name a "
            f"column that has one in every row as 'id' of the seed source {source.name!r}"
        )
    problem = "" if withheld else _text(source.problem, where, row)
    solution = "" if withheld else _text(source.solution, where, row)
    answer = _optional(source.answer, where, row) if source.answer else extract_answer(solution)
    return Practice(
        id=_id(source.name, own or content_id(problem, solution)),
        source=source.name,
        problem=problem,
        solution=solution,
        answer=answer,
        subject=_optional(source.subject, where, row) if source.subject else None,
        level=_optional(source.level, where, row) if source.level else None,
        publishable=source.publish_text and not withheld,
    )


def _id(source: str, own: str) -> str:
    """An id of a published MPKP begins with its source already: it comes back as it was."""
    return own if own.startswith(f"{source}/") else f"{source}/{own}"


def _text(name: str, where: str, row: Row) -> str:
    """A field that must be a text with something in it."""
    if name not in row:
        raise SeedError(
            f"{where}: no field {name!r}; it has {', '.join(map(str, row)) or 'none'}: "
            "map it in the recipe ([[seeds]] problem = ..., solution = ...)"
        )
    value = row[name]
    if not isinstance(value, str):
        raise SeedError(f"{where}: the field {name!r} is {type(value).__name__}, not text")
    if not value.strip():
        raise SeedError(f"{where}: the field {name!r} is empty; fill it or take the row out")
    return _storable(name, where, value)


def _optional(name: str, where: str, row: Row) -> str | None:
    """A field that may be absent; numbers count as text."""
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return _storable(name, where, str(value))
    raise SeedError(f"{where}: the field {name!r} is {type(value).__name__}, not text or a number")


def _storable(name: str, where: str, value: str) -> str:
    """``value``, which JSON lets hold half a character (``"\\ud835"``): no file could store it."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise SeedError(
            f"{where}: the field {name!r} holds half a character (an unpaired surrogate) at position "
            f"{error.start}; mend the row or take it out"
        ) from None
    return value


# --- rows of a source --------------------------------------------------------------------------


def _rows(source: SeedSource) -> Iterator[tuple[str, Row]]:
    """(where it stands, row) of every row, streaming."""
    if not source.path:
        return _hub_rows(source)
    if not Path(source.path).is_file():
        raise SeedError(f"seed source {source.name!r}: the file {source.path} does not exist")
    return read_rows(Path(source.path))


def read_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """(where it stands, row) of every row of a local file, streaming.

    Raises:
        SeedError: the file does not exist, has another form, or a row cannot be read.
    """
    if not path.is_file():
        raise SeedError(f"the file {path} does not exist")
    try:
        if path.suffix == ".parquet":
            yield from _parquet_rows(path)
        elif path.suffix == ".json":
            yield from _json_rows(path)
        elif path.suffix == ".jsonl" or path.name.endswith(".jsonl.gz"):
            yield from _jsonl_rows(path)
        else:
            raise SeedError(f"{path}: give a .jsonl, .jsonl.gz, .json or .parquet file")
    except UnicodeDecodeError as error:
        raise SeedError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from None
    except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
        raise SeedError(f"{path} cannot be read: {error}") from None


def _jsonl_rows(path: Path) -> Iterator[tuple[str, Row]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                where = f"{path}, line {number}"
                try:
                    row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
                except UnicodeDecodeError as error:
                    raise SeedError(f"{where}: not UTF-8 text ({error.reason} at byte {error.start})") from None
                except (ValueError, RecursionError) as error:
                    raise SeedError(f"{where}: not valid JSON ({error})") from None
                yield where, _object(where, row)


def _json_rows(path: Path) -> Iterator[tuple[str, Row]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise SeedError(f"{path}: not valid JSON ({error})") from None
    if not isinstance(rows, list):
        raise SeedError(f"{path}: must hold a list of objects, not {type(rows).__name__}")
    for number, row in enumerate(rows, 1):
        where = f"{path}, entry {number}"
        yield where, _object(where, row)


def _parquet_rows(path: Path) -> Iterator[tuple[str, Row]]:
    number = 0
    for batch in pq.ParquetFile(path).iter_batches(batch_size=1024):
        for row in batch.to_pylist():
            number += 1
            yield f"{path}, row {number}", row


def _object(where: str, row: object) -> Row:
    if not isinstance(row, dict):
        raise SeedError(f"{where}: must be an object with fields, not {type(row).__name__}")
    return row


def _hub_rows(source: SeedSource) -> Iterator[tuple[str, Row]]:
    # Imported here: it takes a second, and most runs read local files.
    import datasets

    try:
        rows = datasets.load_dataset(source.hub, source.config, split=source.split, streaming=True)
        for number, row in enumerate(rows, 1):
            yield f"{source.hub} ({source.split}), row {number}", dict(row)
    except SeedError:
        raise
    except Exception as error:
        # datasets raises many kinds for one thing: the data set cannot be had.
        raise SeedError(
            f"seed source {source.name!r}: the Hub dataset {source.hub!r} cannot be read "
            f"({type(error).__name__}: {str(error)[:300]}); check the id, your network and HF_TOKEN, "
            "or give a local copy with --set seeds.0.path=FILE"
        ) from None
