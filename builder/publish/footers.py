"""What the schema and the footer of a dataset's shards must be like for readers and the dataset viewer.

Reads no row.  The rules, by name, are in the table of viewer.py, which also knows the card and the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa

MAX_COLUMNS, MAX_COLUMN_NAME = 1000, 500
MAX_GROUP_ROWS, MAX_GROUP_BYTES = 10_000, 100_000_000
FILTERED = ("score", "agreement", "candidates", "topics_count", "difficulty", "subject", "source")
"""The columns of the default configuration that people filter on."""

_CHUNKING_KEY = b"use_content_defined_chunking"
_REWRITE = "write the shards again with this project"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a dataset folder."""

    rule: str  # a name of the table in viewer.py
    where: str  # configuration, split, file or column
    what: str
    todo: str
    error: bool = True  # False: a note

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.todo}"


@dataclass(frozen=True, slots=True)
class Split:
    """One split of a configuration."""

    config: str
    name: str
    files: tuple[Path, ...]  # its shards in order

    @property
    def where(self) -> str:
        return f"{self.config}/{self.name}"


@dataclass(frozen=True, slots=True)
class Shard:
    """One Parquet file of a split."""

    split: Split
    path: Path
    name: str  # relative to the folder
    schema: Any  # pa.Schema
    rows: int
    bytes: int  # of the row groups, not compressed

    def like(self, other: Shard) -> bool:
        """Whether both have the same columns."""
        return bool(self.schema.remove_metadata().equals(other.schema.remove_metadata()))


def schema_problems(
    config: str, shards: list[Shard], info: datasets.DatasetInfo | None, *, default: bool
) -> Iterator[Problem]:
    """The columns of one configuration: equal in all its shards, those of the card, and fit for every reader."""
    if info is None or info.features is None:
        todo = "old versions of datasets cannot load it without: build the card again"
        yield Problem("schema", config, "the card has no dataset_info.features", todo)
    if not shards:
        return
    first = shards[0]
    for shard in shards[1:]:
        if not shard.like(first):
            what = f"has other columns than {first.name} ({_difference(first.schema, shard.schema)})"
            yield Problem("schema", shard.name, what, _REWRITE)
    odd = {f.name: kind for f in first.schema if (kind := _odd_type(f)) is not None}
    for name, kind in odd.items():
        yield Problem("types", f"{config}, column {name}", f"has the type {kind}", "use a plain type")
    if info is not None and info.features is not None and not odd:
        wanted = info.features.arrow_schema.remove_metadata()
        if not _same(wanted, first.schema):
            what = f"has not the columns of the card's features ({_difference(wanted, first.schema)})"
            yield Problem("schema", first.name, what, "build the card again")
    yield from _column_problems(config, first.schema)
    if default:
        yield from _flat_problems(config, first.schema)


def _same(left: pa.Schema, right: pa.Schema) -> bool:
    """Equal as features: the name of a list's element does not matter."""
    plain = [datasets.Features.from_arrow_schema(schema.remove_metadata()) for schema in (left, right)]
    return bool(left.names == right.names and plain[0] == plain[1])


def _difference(left: pa.Schema, right: pa.Schema) -> str:
    if set(left.names) != set(right.names):
        return ", ".join(sorted(set(left.names) ^ set(right.names))[:5])
    changed = [f"{f.name}: {f.type}, {right.field(f.name).type}" for f in left if f.type != right.field(f.name).type]
    return "; ".join(changed[:5]) or "another order"


def _odd_type(column: pa.Field) -> str | None:
    """The part of a column's type that not every reader knows."""
    kind = column.type
    named = (column.metadata or {}).get(b"ARROW:extension:name")
    if named is not None or isinstance(kind, pa.BaseExtensionType):
        return f"extension {named.decode() if named else kind.extension_name}"
    if pa.types.is_list(kind):
        return _odd_type(kind.value_field)
    if pa.types.is_struct(kind):
        return next((odd for part in kind if (odd := _odd_type(part)) is not None), None)
    plain = (
        pa.types.is_string,
        pa.types.is_boolean,
        pa.types.is_signed_integer,
        pa.types.is_date,
        pa.types.is_timestamp,
    )
    if any(is_plain(kind) for is_plain in plain) or kind in (pa.float32(), pa.float64()):
        return None
    return str(kind)


def _column_problems(config: str, schema: pa.Schema) -> Iterator[Problem]:
    if len(schema.names) > MAX_COLUMNS:
        what = f"{len(schema.names):,} columns, of at most {MAX_COLUMNS:,}"
        yield Problem("columns", config, what, "the viewer shows none of them: make fewer")
    for name in schema.names:
        if len(name) > MAX_COLUMN_NAME:
            what = f"the name of a column has {len(name)} characters, of at most {MAX_COLUMN_NAME}"
            yield Problem("columns", f"{config}, column {name[:20]}...", what, "shorten it")


def _flat_problems(config: str, schema: pa.Schema) -> Iterator[Problem]:
    for name in FILTERED:
        if name not in schema.names or pa.types.is_nested(schema.field(name).type):
            what = "is no column" if name not in schema.names else "is nested"
            todo = "the viewer computes statistics and filters for flat columns only"
            yield Problem("flat", f"{config}, column {name}", what, todo)


def footer_problems(name: str, metadata: Any) -> Iterator[Problem]:
    """What the viewer and old versions of datasets look for in a footer; each rule at its first place.

    Args:
        name: of the file.
        metadata: its ``pyarrow.parquet.FileMetaData``.
    """
    keys = metadata.metadata or {}
    if b"huggingface" in keys:
        yield Problem("metadata", name, "has the key 'huggingface'", _REWRITE)
    if _CHUNKING_KEY not in keys:
        yield Problem("chunks", name, f"has not the key {_CHUNKING_KEY.decode()!r}", _REWRITE)
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    for index, group in enumerate(groups):
        if group.num_rows > MAX_GROUP_ROWS or group.total_byte_size > MAX_GROUP_BYTES:
            what = f"row group {index} has {group.num_rows:,} rows and {group.total_byte_size:,} bytes"
            todo = f"of at most {MAX_GROUP_ROWS:,} and {MAX_GROUP_BYTES:,}: {_REWRITE}"
            yield Problem("groups", name, what, todo)
            break
    for index, group in enumerate(groups):
        bare = [c.path_in_schema for j in range(group.num_columns) if not (c := group.column(j)).has_offset_index]
        if bare:
            where = f"{name}, column {bare[0]}"
            yield Problem("index", where, f"has no page index in row group {index}", _REWRITE)
            break
