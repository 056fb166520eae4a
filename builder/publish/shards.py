"""Parquet shards, written by streaming, and the swap that puts a finished folder into place.

A folder is built as ``OUT.partial`` and only renamed when its card, the last file, is there: what
looks whole is whole.  Rows have the columns of ``kpmath.py``; which rows there are, and what the card says,
is decided elsewhere.

The files suit readers over the network and the dataset viewer: zstd, a page index, small row groups and
content-defined chunks (a changed row changes few bytes).  Equal rows give equal bytes.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
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

ROW_GROUP = 1000
_CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}
# What a dataset folder of ours may hold; anything else in it is somebody's and is not thrown away.
_OURS = frozenset({"README.md", "data", ".gitattributes", ".huggingface", ".cache"})


@dataclass(frozen=True, slots=True)
class ShardStats:
    """What was written for one split of one configuration."""

    num_examples: int
    num_bytes: int  # of the rows in Arrow form
    files: tuple[str, ...]  # relative to the dataset folder
    file_bytes: int  # of the files
    content: str  # 32 hex digits over the rows
    adjacent: tuple[str, ...]  # columns whose lengths are exactly two adjacent numbers: no viewer statistics


@dataclass
class _Lengths:
    """Which lengths the lists and texts of each column have, as far as needed to see two adjacent ones."""

    seen: dict[str, set[int]] = field(default_factory=dict)

    def add(self, batch: pa.RecordBatch) -> None:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if pa.types.is_list(column.type):
                lengths = pc.list_value_length(column)
            elif pa.types.is_string(column.type):
                lengths = pc.utf8_length(column)
            else:
                continue
            known = self.seen.setdefault(name, set())
            if len(known) < 3:
                known.update(v for v in pc.unique(lengths).to_pylist() if v is not None)

    def adjacent(self) -> tuple[str, ...]:
        return tuple(n for n, s in self.seen.items() if len(s) == 2 and max(s) - min(s) == 1)


class _Shard:
    """One Parquet file; durable once closed without an error."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.rows = 0
        self._handle = path.open("wb")
        self._writer = pq.ParquetWriter(
            self._handle,
            schema,
            compression="zstd",
            write_page_index=True,
            use_content_defined_chunking=_CHUNKING,
        )

    def __enter__(self) -> _Shard:
        return self

    def write(self, batch: pa.RecordBatch) -> None:
        self._writer.write_table(pa.Table.from_batches([batch]), row_group_size=ROW_GROUP)
        self.rows += batch.num_rows

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


def _batches(rows: Iterable[dict[str, Any]], config: str) -> Iterator[pa.RecordBatch]:
    """Rows in batches of a row group's size, each row with exactly the columns of ``config``."""
    schema = kpmath.schema(config)
    names = set(schema.names)
    total = 0
    for chunk in _chunks(rows):
        for offset, row in enumerate(chunk):
            if row.keys() != names:
                wrong = ", ".join(sorted(names ^ row.keys()))
                raise PublishError(
                    f"row {total + offset} of {config!r}: missing or unknown columns {wrong}; the "
                    "columns are those of kpmath.py"
                )
        try:
            yield pa.RecordBatch.from_pylist(list(chunk), schema=schema)
        except (pa.ArrowException, UnicodeError, TypeError) as error:
            raise PublishError(
                f"rows {total} to {total + len(chunk) - 1} of {config!r} do not have the types of kpmath.py: {error}"
            ) from None
        total += len(chunk)


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
    max_shard_rows: int,
) -> ShardStats:
    """Write the rows of one split as ``data/CONFIG/SPLIT-00000-of-000NN.parquet`` under ``out_dir``.

    Memory holds one row group.  The files have temporary names until the last row is written; no rows
    give one file without rows, since a split needs a file.

    Raises:
        PublishError: a row has not the columns or the types of ``config``, ``split`` is no name for a
            split, or the files cannot be written (disk full).
    """
    if not split.isidentifier():
        raise PublishError(f"split name {split!r}: letters, digits and '_' only; '-' separates shards")
    folder = Path(out_dir) / "data" / config
    temporary: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tally = _write_shards(rows, config, split, folder, max_shard_rows, temporary)
        files = []
        for index, path in enumerate(temporary):
            name = f"{split}-{index:05d}-of-{len(temporary):05d}.parquet"
            path.replace(folder / name)
            files.append(f"data/{config}/{name}")
    except OSError as error:
        raise PublishError(
            f"cannot write shards of {config!r} to {folder}: {error.strerror or error}; free some space or "
            "choose another --out, and run again"
        ) from error
    finally:
        for path in temporary:
            path.unlink(missing_ok=True)
    size = sum((Path(out_dir) / f).stat().st_size for f in files)
    return ShardStats(tally.rows, tally.bytes, tuple(files), size, tally.digest.hexdigest(), tally.adjacent())


@dataclass
class _Tally:
    rows: int = 0
    bytes: int = 0
    digest: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=16))
    lengths: _Lengths = field(default_factory=_Lengths)

    def counted(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            self.rows += batch.num_rows
            self.bytes += batch.nbytes
            self.digest.update(batch.serialize())
            self.lengths.add(batch)
            yield batch

    def adjacent(self) -> tuple[str, ...]:
        return self.lengths.adjacent()


def _write_shards(
    rows: Iterable[dict[str, Any]],
    config: str,
    split: str,
    folder: Path,
    max_shard_rows: int,
    temporary: list[Path],
) -> _Tally:
    tally = _Tally()
    batches = tally.counted(_batches(rows, config))
    schema = kpmath.schema(config)
    left = next(batches, None)
    while True:
        path = folder / f".{split}-{len(temporary):05d}.tmp"
        temporary.append(path)
        with _Shard(path, schema) as shard:
            while left is not None and shard.rows < max_shard_rows:
                room = max_shard_rows - shard.rows
                shard.write(left.slice(0, room))
                left = left.slice(room) if left.num_rows > room else next(batches, None)
        if left is None:
            return tally


# --- the folder --------------------------------------------------------------------------------


def partial_folder(out: str | os.PathLike[str]) -> Path:
    """An empty ``OUT.partial`` to build into, after making sure that ``OUT`` may be replaced.

    What an interrupted build left there is removed.

    Raises:
        PublishError: ``out`` holds something that this project did not make.
    """
    target = Path(out)
    _recover(target)
    _check_replaceable(target)
    partial = target.with_name(target.name + ".partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
    except OSError as error:
        raise PublishError(f"cannot make {partial}: {error.strerror or error}; choose another --out") from error
    return partial


def publish_folder(partial: str | os.PathLike[str], out: str | os.PathLike[str]) -> None:
    """Put a finished folder into the place of ``out``.

    Raises:
        PublishError: ``partial`` has no card, or ``out`` holds something that this project did not make.
    """
    source, target = Path(partial), Path(out)
    try:
        kpmath.read_card(source)
    except (OSError, ValueError) as error:
        raise PublishError(f"{source} is not finished: {error}") from None
    _check_replaceable(target)
    old = _old(target)
    try:
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            target.replace(old)
        try:
            source.replace(target)
        except OSError:
            if old.exists():
                old.replace(target)
            raise
    except OSError as error:
        raise PublishError(f"cannot move {source} to {target}: {error.strerror or error}") from error
    shutil.rmtree(old, ignore_errors=True)


def _old(target: Path) -> Path:
    return target.with_name(target.name + ".old")


def _recover(target: Path) -> None:
    """A process that died between the two renames left the former folder beside its place."""
    if not target.exists() and _old(target).exists():
        _old(target).replace(target)


def _check_replaceable(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise PublishError(f"{target} is a file; give --out the name of a folder")
    entries = {entry.name for entry in target.iterdir()}
    if not entries:
        return
    try:
        kpmath.read_card(target)
    except (OSError, ValueError):
        raise PublishError(
            f"{target} exists and is no dataset that KPMath made; it is not overwritten: move it away or "
            "choose another --out"
        ) from None
    if foreign := sorted(entries - _OURS):
        raise PublishError(
            f"{target} holds what KPMath did not put there ({', '.join(foreign[:5])}); it is not "
            "overwritten: move that away or choose another --out"
        )
