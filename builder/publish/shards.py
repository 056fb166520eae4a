"""Parquet shards, written by streaming.

Rows have the columns of ``kpmath.py``; which rows there are is decided elsewhere.  The files suit readers over
the network and the dataset viewer: zstd, a page index, small row groups and content-defined chunks (a changed
row changes few bytes).  Equal rows give equal bytes.

A shard's name does not tell how many there are: a version that adds rows keeps the names and the bytes of
those before it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import operator
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import kpmath

from ..errors import PublishError
from .provenance import Narrow, Shard

ROW_GROUP = 1000
_CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}


@dataclass
class _Lengths:
    """Which lengths the lists and texts of each column have, as far as needed to see two adjacent ones."""

    seen: dict[str, set[int]] = field(default_factory=dict)

    def add(self, batch: pa.RecordBatch) -> None:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if pa.types.is_list(column.type):
                length = pc.list_value_length
            elif pa.types.is_string(column.type):
                length = pc.utf8_length
            else:
                continue
            known = self.seen.setdefault(name, set())
            if len(known) < 3:
                known.update(v for v in pc.unique(length(column)).to_pylist() if v is not None)

    def narrow(self) -> tuple[Narrow, ...]:
        return tuple(Narrow(name, tuple(sorted(seen))) for name, seen in self.seen.items() if len(seen) < 3)


class _Shard:
    """One Parquet file; durable once closed without an error."""

    def __init__(self, temporary: Path, path: Path, schema: pa.Schema) -> None:
        self.temporary = temporary
        self.path = path
        self._rows = self._bytes = 0
        self._content = hashlib.blake2b(digest_size=16)
        self._lengths = _Lengths()
        self._handle = temporary.open("wb")
        self._writer = pq.ParquetWriter(
            self._handle,
            schema,
            compression="zstd",
            write_page_index=True,
            use_content_defined_chunking=_CHUNKING,
        )

    def __enter__(self) -> _Shard:
        return self

    def room(self, batch: pa.RecordBatch, limit: int) -> int:
        """How many rows of ``batch`` belong into a shard of ``limit`` bytes: all or none, in an empty one a part.

        A cut would give the next shard a small row group first, and datasets reads a whole file in batches of the
        first one's rows: with some ten rows that takes five times as long, and far more memory.
        """
        rows: int = batch.num_rows
        if self._bytes + batch.nbytes > limit:
            return 0 if self._rows else max(1, int(limit / batch.nbytes * rows))
        return rows

    def write(self, batch: pa.RecordBatch) -> None:
        self._writer.write_table(pa.Table.from_batches([batch]), row_group_size=ROW_GROUP)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        self._content.update(batch.serialize())
        self._lengths.add(batch)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                # The viewer looks for the first key, datasets writes the second.
                self._writer.add_key_value_metadata(
                    {
                        "use_content_defined_chunking": "true",
                        "content_defined_chunking": json.dumps(_CHUNKING),
                        "kpmath_schema": kpmath.__version__,
                    }
                )
            self._writer.close()
            if kind is None:
                self._handle.flush()
                os.fsync(self._handle.fileno())
        finally:
            self._handle.close()
            del self._writer  # closed, it still holds the indexes of its file

    def stats(self, config: str, split: str, root: Path) -> Shard:
        """What was written, once the file has its name."""
        return Shard(
            config,
            split,
            self.path.relative_to(root).as_posix(),
            self._rows,
            self._bytes,
            self.path.stat().st_size,
            file_sha256(self.path),
            self._content.hexdigest(),
            self._lengths.narrow(),
        )


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, as the Hub names large files by."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _batches(rows: Iterable[dict[str, Any]], config: str) -> Iterator[pa.RecordBatch]:
    """Rows in batches of a row group's size, each row with exactly the columns of ``config``."""
    schema = kpmath.schema(config)
    cells = [operator.itemgetter(name) for name in schema.names]
    total = 0
    for chunk in _chunks(rows):
        try:
            # As many cells as columns, and every column: no others.  Looking at a row's names takes far longer.
            columns = [list(map(cell, chunk)) for cell in cells]
            fits = set(map(len, chunk)) == {len(cells)}
        except KeyError:
            fits = False
        if not fits:
            raise _other_columns(chunk, total, config)
        try:
            yield pa.RecordBatch.from_arrays(columns, schema=schema)
        except (pa.ArrowException, UnicodeError, TypeError) as error:
            raise PublishError(
                f"rows {total} to {total + len(chunk) - 1} of {config!r} do not have the types of kpmath.py: {error}"
            ) from None
        total += len(chunk)


def _other_columns(chunk: Iterable[dict[str, Any]], total: int, config: str) -> PublishError:
    """What to say of the first row in ``chunk``, the first of which has the number ``total``, that does not fit."""
    names = set(kpmath.schema(config).names)
    number, wrong = next((n, names ^ row.keys()) for n, row in enumerate(chunk, total) if row.keys() != names)
    return PublishError(
        f"row {number} of {config!r}: missing or unknown columns {', '.join(sorted(wrong))}; the columns are those "
        "of kpmath.py"
    )


def _chunks(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], ...]]:
    iterator = iter(rows)
    while chunk := tuple(itertools.islice(iterator, ROW_GROUP)):
        yield chunk


def write_config(
    rows: Iterable[dict[str, Any]],
    config: str,
    split: str,
    out_dir: str | os.PathLike[str],
    *,
    shard_bytes: int,
    first: int = 0,
) -> tuple[Shard, ...]:
    """Write the rows of one split as ``data/CONFIG/SPLIT-NNNNN.parquet`` under ``out_dir``, from number ``first`` on.

    A shard ends before the row group that would take its rows over ``shard_bytes`` in Arrow form (the file is
    smaller).  Memory holds one row group, what the Parquet writer buffers of it, and the page index of a shard.
    The files have temporary names until the last row is written; no rows give one file without rows where
    ``first`` is 0, since a split needs a file, and else none.

    Raises:
        PublishError: a row has not the columns or the types of ``config``, ``split`` is no name for a
            split, or the files cannot be written (disk full).
    """
    if not split.isidentifier():
        raise PublishError(f"split name {split!r}: letters, digits and '_' only; '-' separates shards")
    folder = Path(out_dir) / "data" / config
    open_files: list[_Shard] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        batches = _batches(rows, config)
        left = next(batches, None)
        while left is not None or not (open_files or first):
            name = f"{split}-{first + len(open_files):05d}"
            open_files.append(_Shard(folder / f".{name}.tmp", folder / f"{name}.parquet", kpmath.schema(config)))
            with open_files[-1] as shard:
                while left is not None and (room := shard.room(left, shard_bytes)):
                    shard.write(left.slice(0, room))
                    left = left.slice(room) if left.num_rows > room else next(batches, None)
        for shard in open_files:
            shard.temporary.replace(shard.path)
    except OSError as error:
        raise PublishError(
            f"cannot write shards of {config!r} to {folder}: {error.strerror or error}; free some space or "
            "choose another --out, and run again"
        ) from error
    finally:
        for shard in open_files:
            shard.temporary.unlink(missing_ok=True)
    return tuple(shard.stats(config, split, Path(out_dir)) for shard in open_files)
