"""A dataset folder to look through: filters, order, pages, and one row with all that belongs to it.

What filters look at is read once and held in memory: numbers, names as numbers of a list, ids and the problems.
Everything else (candidates, verdicts, practices) is read from the shards for the row that is opened.  Knows no page
and no Gradio; nothing here changes after it was opened, so that many visitors can ask at once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import kpmath
from builder.errors import ConfigError

PAGE = 25
KEPT = "kept"
REJECTED = "rejected"
"""For ``Filters.fate``: any fate but ``kept``."""

FACETS = ("fate", "topic", "key_point", "subject", "source")
_NONE: Mapping[str, Any] = {facet: {facet: ""} for facet in FACETS}
ORDERS = ("", "score, highest first", "score, lowest first", "agreement, highest first", "agreement, lowest first")
"""``""`` is the order of the dataset.  Rows without the number come last."""

_TOPICS = ("topic_1", "topic_2", "topic_3")
_BATCH = 50_000  # rows that are read at once
_LONGEST = 200  # characters of a filter's text
_MOST_WORDS = 8

Bounds = tuple[float | None, float | None]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Numbers = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What rows must have; all of it.  Empty values and open bounds ask for nothing.

    ``text``: every word, and every phrase in double quotes, stands in the problem, in capitals or not.
    ``key_words``: they stand so in one key point of the row.
    ``fate``: a fate, or ``REJECTED``.  A row without a score lies within no bounds of it.
    """

    text: str = ""
    key_words: str = ""
    topic: str = ""
    key_point: str = ""
    subject: str = ""
    source: str = ""
    fate: str = ""
    score: Bounds = (None, None)
    agreement: Bounds = (None, None)


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the list shows it."""

    id: str
    problem: str | None
    fate: str
    topics: tuple[str, ...]
    score: float | None
    agreement: float | None


@dataclass(frozen=True, slots=True)
class Page:
    """``rows`` of the ``total`` that pass the filters; the first of them is number ``first``, from 0."""

    total: int
    first: int
    rows: tuple[Line, ...]


class _Shards:
    """The shards of one configuration: columns of all rows, or one row with all columns."""

    def __init__(self, folder: Path, config: str) -> None:
        self._folder, self._config = folder, config
        self._groups: list[tuple[Path, int]] = []
        sizes = []
        for path in sorted((folder / "data" / config).glob("*.parquet")):
            with self._opened(path) as parquet:
                groups = range(parquet.num_row_groups)
                sizes += [parquet.metadata.row_group(g).num_rows for g in groups]
                self._groups += [(path, g) for g in groups]
        if not self._groups and not any((folder / "data" / config).glob("*.parquet")):
            raise ConfigError(f"{folder} holds no shards of {config!r}; build or download it again")
        self._starts = np.cumsum([0, *sizes])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def _opened(self, path: Path) -> pq.ParquetFile:
        try:
            parquet = pq.ParquetFile(path)
        except (OSError, pa.ArrowException):
            raise ConfigError(f"{path} cannot be read; build or download the dataset again") from None
        if parquet.schema_arrow.remove_metadata().equals(kpmath.schema(self._config)):
            return parquet
        parquet.close()
        raise ConfigError(
            f"{path} has other columns than kpmath {kpmath.__version__} knows: build it again, or show it with "
            "the version of this project that made it"
        )

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        for path in dict.fromkeys(path for path, _ in self._groups):
            with self._opened(path) as parquet:
                yield from parquet.iter_batches(batch_size=_BATCH, columns=list(columns))

    def row(self, number: int) -> dict[str, Any]:
        group = int(np.searchsorted(self._starts, number, side="right")) - 1
        path, index = self._groups[group]
        with self._opened(path) as parquet:
            table = parquet.read_row_group(index).slice(number - int(self._starts[group]), 1)
        rows: list[dict[str, Any]] = table.to_pylist()
        return rows[0]


class _Tags:
    """Names that rows have, each row any number of them: parallel arrays of rows, in order, and of names."""

    def __init__(self, size: int, names: Sequence[str], pairs: Numbers) -> None:
        self.names = tuple(names)
        self._size = size
        self._rows, self._codes = (pairs >> 32).astype(np.int32), pairs.astype(np.int32)

    def having(self, names: Iterable[str]) -> Mask:
        wanted = np.isin(np.asarray(self.names), list(names)) if self.names else np.zeros(1, bool)
        mask = np.zeros(self._size, bool)
        mask[self._rows[wanted[self._codes]]] = True
        return mask

    def counts(self, mask: Mask) -> dict[str, int]:
        """Name -> how many of the rows have it, the most frequent first; without those that none has."""
        found = np.bincount(self._codes[mask[self._rows]], minlength=len(self.names))
        order = sorted(np.flatnonzero(found), key=lambda i: (-found[i], self.names[i]))
        return {self.names[i]: int(found[i]) for i in order}

    def of(self, row: int) -> tuple[str, ...]:
        first, last = np.searchsorted(self._rows, [row, row + 1])
        return tuple(self.names[c] for c in self._codes[first:last])


class _Tagger:
    """Gathers a :class:`_Tags` batch by batch."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._pairs: list[Numbers] = [np.zeros(0, np.int64)]

    def add(self, first: int, columns: Sequence[pa.Array]) -> None:
        """The names of rows from number ``first`` on, from columns of strings or of lists of them."""
        # Row and name in one number: a row that has a name twice has it once.
        self._pairs.append(np.unique(np.concatenate([self._coded(first, column) for column in columns])))

    def _coded(self, first: int, column: pa.Array) -> Numbers:
        rows = np.arange(first, first + len(column), dtype=np.int64)
        if pa.types.is_list(column.type):
            rows, column = rows[pc.list_parent_indices(column).to_numpy()], column.flatten()
        coded = column.dictionary_encode()
        known = [self._codes.setdefault(name, len(self._codes)) for name in coded.dictionary.to_pylist()]
        codes = np.array([*known, -1], np.int64)[coded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)]
        pairs: Numbers = rows << 32 | codes
        return pairs[codes >= 0]

    def tags(self, size: int) -> _Tags:
        return _Tags(size, tuple(self._codes), np.concatenate(self._pairs))


class DatasetView:
    """The questions of a dataset folder, published and rejected, with the practices behind them.

    Raises:
        ConfigError: the folder is of another version of the project, or cannot be read.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        try:
            self.version = kpmath.read_card(self.folder).version
        except (OSError, ValueError) as error:
            raise ConfigError(f"{error}; build a dataset with `make demo`") from None
        self._questions = _Shards(self.folder, "questions")
        self._practices = _Shards(self.folder, "mpkp")
        self._read()
        self._mask = lru_cache(maxsize=32)(self._new_mask)
        self._matching = lru_cache(maxsize=16)(self._new_matching)

    def __len__(self) -> int:
        return len(self._questions)

    def _read(self) -> None:
        taggers = {facet: _Tagger() for facet in FACETS}
        parts: dict[str, list[pa.Array]] = {"id": [], "problem": [], "score": [], "agreement": []}
        first = 0
        for batch in self._questions.batches([*parts, *_TOPICS, "key_points", "fate", "subject", "source"]):
            for name, chunks in parts.items():
                chunks.append(batch.column(name))
            taggers["topic"].add(first, [batch.column(name) for name in _TOPICS])
            taggers["source"].add(first, [pc.split_pattern(batch.column("source"), "+")])
            for facet, name in (("key_point", "key_points"), ("fate", "fate"), ("subject", "subject")):
                taggers[facet].add(first, [batch.column(name)])
            first += len(batch)
        self._tags: Mapping[str, _Tags] = {facet: tagger.tags(first) for facet, tagger in taggers.items()}
        self._ids = pa.chunked_array(parts["id"], pa.string())
        self._problems = pa.chunked_array(parts["problem"], pa.string())
        self._values: Mapping[str, Numbers] = {
            name: pa.chunked_array(parts[name], pa.float64()).to_numpy() for name in ("score", "agreement")
        }
        pa.default_memory_pool().release_unused()

    # --- filters -------------------------------------------------------------------------------

    def filter(self, filters: Filters, order: str = "", page: int = 0) -> Page:
        """A page of the rows that pass; a page that is not there is the nearest one."""
        rows = self._matching(filters, order)
        page = min(max(page, 0), max(len(rows) - 1, 0) // PAGE)
        return Page(len(rows), page * PAGE, tuple(self._line(int(r)) for r in rows[page * PAGE : (page + 1) * PAGE]))

    def counts(self, facet: str, filters: Filters) -> dict[str, int]:
        """Name -> rows, the most frequent first: what choosing it would leave, the other filters being as they are."""
        return self._tags[facet].counts(self._passing(replace(filters, **_NONE[facet])))

    def position(self, row_id: str, filters: Filters, order: str = "") -> int | None:
        """The place of a row among those that pass, from 0; None where it does not pass."""
        found = np.flatnonzero(self._matching(filters, order) == self._number(row_id))
        return int(found[0]) if len(found) else None

    def at(self, position: int, filters: Filters, order: str = "") -> str | None:
        """The id of the row at a place; None where there is none."""
        rows = self._matching(filters, order)
        return str(self._ids[int(rows[position])]) if 0 <= position < len(rows) else None

    def _new_matching(self, filters: Filters, order: str) -> Numbers:
        rows = np.flatnonzero(self._passing(filters)).astype(np.int32)
        if order not in ORDERS:
            raise ConfigError(f"unknown order {order!r}; there are {', '.join(filter(None, ORDERS))}")
        if not order:
            return rows
        name, _, direction = order.partition(", ")
        values = self._values[name][rows]
        # Not a number comes last either way.
        ordered: Numbers = rows[np.argsort(-values if direction == "highest first" else values, kind="stable")]
        return ordered

    def _passing(self, filters: Filters) -> Mask:
        mask = np.ones(len(self), bool)
        for name in (*FACETS, "score", "agreement"):
            if (wanted := getattr(filters, name)) and wanted != (None, None):
                mask &= self._mask(name, wanted)
        for word in words(filters.text):
            mask &= self._mask("text", word)
        if words(filters.key_words):
            mask &= self._mask("key_words", filters.key_words)
        return mask

    def _new_mask(self, name: str, wanted: Any) -> Mask:
        if name == "text":
            found = pc.match_substring(self._problems, wanted, ignore_case=True)
            return np.asarray(found.fill_null(False).to_numpy())
        if name == "key_words":
            points = self._tags["key_point"]
            return points.having(point for point in points.names if _all_words(wanted, point))
        if name in self._values:
            return _within(self._values[name], wanted)
        tags = self._tags[name]
        if name == "fate" and wanted == REJECTED:
            return ~tags.having([KEPT])
        return tags.having([wanted])

    def _line(self, number: int) -> Line:
        score, agreement = (float(self._values[name][number]) for name in ("score", "agreement"))
        return Line(
            str(self._ids[number]),
            self._problems[number].as_py(),
            self._tags["fate"].of(number)[0],
            self._tags["topic"].of(number),
            None if np.isnan(score) else score,
            None if np.isnan(agreement) else agreement,
        )

    # --- one row -------------------------------------------------------------------------------

    def row(self, row_id: str) -> dict[str, Any]:
        """All columns of a question.

        Raises:
            ConfigError: there is no question of this id, or the folder was changed since it was opened.
        """
        number = self._number(row_id)
        if number is None:
            raise ConfigError(f"this dataset has no question {row_id[:80]!r}; go back to the list")
        row = self._row(self._questions, number)
        if row["id"] != row_id:
            raise ConfigError("the dataset was built anew since it was opened; start this page again")
        return row

    def practice(self, practice_id: str) -> dict[str, Any] | None:
        """The row of a seed practice in ``mpkp``; None where there is none."""
        number = self._practice_numbers.get(practice_id)
        return None if number is None else self._row(self._practices, number)

    def _row(self, shards: _Shards, number: int) -> dict[str, Any]:
        try:
            return shards.row(number)
        except (OSError, pa.ArrowException, IndexError) as error:
            raise ConfigError(f"{self.folder} cannot be read any more ({error}); start this page again") from None

    def _number(self, row_id: str) -> int | None:
        found = pc.index(self._ids, pa.scalar(_encodable(row_id), pa.string())).as_py()
        return None if found < 0 else int(found)

    @cached_property
    def _practice_numbers(self) -> Mapping[str, int]:
        ids = (name for batch in self._practices.batches(["id"]) for name in batch.column(0).to_pylist())
        return {name: number for number, name in enumerate(ids)}


def words(text: str) -> tuple[str, ...]:
    """The words and quoted phrases of a search text, as far as it is looked at."""
    found = re.findall(r'"([^"]+)"|(\S+)', _encodable(text[:_LONGEST]))
    return tuple(dict.fromkeys(phrase or word for phrase, word in found))[:_MOST_WORDS]


def _all_words(wanted: str, text: str) -> bool:
    small = text.casefold()
    return all(word.casefold() in small for word in words(wanted))


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _within(values: Numbers, bounds: Bounds) -> Mask:
    low, high = bounds
    mask = ~np.isnan(values)
    if low is not None:
        mask &= values >= low
    if high is not None:
        mask &= values <= high
    return mask
