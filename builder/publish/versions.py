"""Semantic versions: what changed between two data sets, and which number that asks for.

A **major** version takes something away or makes it another thing: a column removed, added or of another type (who
reads by an older ``kpmath.py`` is refused), a row removed or with another content.  A **minor** one adds rows.  A
**patch** changes the card alone.  Rows are named by ``kpmath.KEYS``.

Shards that have the same name and bytes on both sides are not read.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
import pyarrow.parquet as pq

import kpmath

from ..errors import PublishError
from .provenance import Columns, Provenance, Shard

Kind = Literal["major", "minor", "patch"]
_PLACE: dict[Kind, int] = {"major": 0, "minor": 1, "patch": 2}


@dataclass(frozen=True, slots=True)
class Change:
    """What one version has that another has not; rows by configuration, none with 0."""

    added: Mapping[str, int] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    schema: tuple[str, ...] = ()  # in words

    @property
    def kind(self) -> Kind:
        """The least that the version must go up by."""
        if self.schema or self.removed or self.changed:
            return "major"
        return "minor" if self.added else "patch"

    def words(self) -> str:
        """One line for a changelog."""
        said = [
            f"{verb} " + ", ".join(f"{n:,} in {config}" for config, n in rows.items())
            for verb, rows in (("rows added:", self.added), ("removed:", self.removed), ("changed:", self.changed))
            if rows
        ]
        return "; ".join([*self.schema, *said]) or "the rows are the same"

    @classmethod
    def of_added(cls, shards: Iterable[Shard]) -> Change:
        """Of new shards beside those that stay."""
        rows: Counter[str] = Counter()
        for shard in shards:
            rows[shard.config] += shard.rows
        return cls(added={c: rows[c] for c in kpmath.CONFIGS if rows[c]})


def parse_version(text: str) -> tuple[int, int, int]:
    """X.Y.Z as numbers, with or without a "v".

    Raises:
        PublishError: it is none.
    """
    parts = text.removeprefix("v").split(".")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() and str(int(p)) == p for p in parts):
        raise PublishError(f"version {text!r}: write X.Y.Z, for example 1.1.0")
    major, minor, patch = map(int, parts)
    return major, minor, patch


def next_version(before: str, kind: Kind, wanted: str | None = None) -> str:
    """The version after ``before``: ``wanted`` where it goes up by enough, else the least that does."""
    least = list(parse_version(before))
    place = _PLACE[kind]
    least[place] += 1
    least[place + 1 :] = [0] * (2 - place)
    if wanted is not None and parse_version(wanted) >= tuple(least):
        return wanted.removeprefix("v")
    return ".".join(map(str, least))


def check_version(wanted: str, before: str, change: Change) -> None:
    """Refuse a version that is not after ``before``, or goes up by less than what changed.

    Raises:
        PublishError: says which version is the least.
    """
    least = next_version(before, change.kind)
    if parse_version(wanted) < parse_version(least):
        raise PublishError(
            f"version {wanted} cannot follow {before}: {change.words()} makes a {change.kind} version, at least {least}"
        )


def compare(
    old: Provenance, new: Provenance, open_old: Callable[[Shard], Any], open_new: Callable[[Shard], Any]
) -> Change:
    """What ``new`` changes.

    ``open_old`` and ``open_new`` give a shard's file for reading.  Memory: some 200 bytes for each row of the
    shards that are not the same on both sides.
    """
    same = {(s.file, s.sha256) for s in old.shards} & {(s.file, s.sha256) for s in new.shards}
    before = _rows([s for s in old.shards if (s.file, s.sha256) not in same], open_old)
    after = _rows([s for s in new.shards if (s.file, s.sha256) not in same], open_new)
    added: Counter[str] = Counter(config for config, key in after.keys() - before.keys())
    removed: Counter[str] = Counter(config for config, key in before.keys() - after.keys())
    changed: Counter[str] = Counter(k[0] for k in before.keys() & after.keys() if before[k] != after[k])
    names = [*kpmath.CONFIGS, *sorted((added | removed | changed).keys() - set(kpmath.CONFIGS))]
    by_config = [{c: rows[c] for c in names if rows[c]} for rows in (added, removed, changed)]
    return Change(by_config[0], by_config[1], by_config[2], _schema_change(old.columns, new.columns))


def _rows(shards: Iterable[Shard], open_shard: Callable[[Shard], Any]) -> dict[tuple[str, bytes], bytes]:
    """(configuration, hash of a row's key) -> hash of the row."""
    found: dict[tuple[str, bytes], bytes] = {}
    for shard in shards:
        keys = kpmath.KEYS.get(shard.config, ("id",))
        with pq.ParquetFile(open_shard(shard)) as parquet:
            for batch in parquet.iter_batches(batch_size=1000):
                for row in batch.to_pylist():
                    found[shard.config, _hash([row.get(k) for k in keys])] = _hash(row)
    return found


def _hash(value: Any) -> bytes:
    return hashlib.blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=12).digest()


def _schema_change(old: Iterable[Columns], new: Iterable[Columns]) -> tuple[str, ...]:
    before = {c.config: dict(c.columns) for c in old}
    after = {c.config: dict(c.columns) for c in new}
    said = [f"configuration {c} removed" for c in before.keys() - after.keys()]
    said += [f"configuration {c} added" for c in after.keys() - before.keys()]
    for config in before.keys() & after.keys():
        a, b = before[config], after[config]
        said += [f"column {config}.{n} removed" for n in a.keys() - b.keys()]
        said += [f"column {config}.{n} added" for n in b.keys() - a.keys()]
        said += [f"column {config}.{n} is {b[n]}, was {a[n]}" for n in a.keys() & b.keys() if a[n] != b[n]]
    return tuple(sorted(said))
