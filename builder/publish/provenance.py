"""``provenance.json``: what a dataset folder is made of, for programs.

The card is drawn from it, a later run grows the folder by it, and publishing tells by it what changed.  It
holds the versions, the facts of each run that added rows, and each shard with its size and hashes.  This
module knows how that is kept; it counts nothing itself.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import kpmath

from ..errors import PublishError
from ..records import content_id, from_plain
from .calibration import CalibrationUse

FILE = "provenance.json"
_LAYOUT = 1


@dataclass(frozen=True, slots=True)
class Narrow:
    """A column whose texts or lists have at most two lengths in a shard, and those."""

    column: str
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shard:
    """One Parquet file of the dataset."""

    config: str
    split: str
    file: str  # relative to the dataset folder
    rows: int
    bytes: int  # of the rows in Arrow form
    file_bytes: int
    sha256: str  # of the file
    content: str  # 32 hex digits over the rows
    narrow: tuple[Narrow, ...]


@dataclass(frozen=True, slots=True)
class ModelUse:
    """Which model had a role."""

    role: str
    name: str
    procedural: bool


@dataclass(frozen=True, slots=True)
class SourceUse:
    """A seed source."""

    name: str
    practices: int
    license: str
    text_published: bool


@dataclass(frozen=True, slots=True)
class TestSetUse:
    """What decontamination found in one test set."""

    __test__ = False

    name: str
    rows: int
    questions: int  # questions that met it
    solutions: int  # solutions that met it


@dataclass(frozen=True, slots=True)
class TopicUse:
    """A topic of the seeds, and whether a question that the run published was written for it."""

    name: str
    practices: int
    published: bool


@dataclass(frozen=True, slots=True)
class Example:
    """A published pair, as the card shows it."""

    problem: str
    solution: str
    answer: str
    key_points: tuple[str, ...]
    topics: tuple[str, ...]
    score: float | None
    agreement: float


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What one run added, and how: all that the card says of it, as the run counted it."""

    recipe: str  # fingerprint of the configuration
    knowledge: str  # id of its MPKP and matrix
    models: tuple[ModelUse, ...]
    prompts: tuple[tuple[str, str], ...]  # name, hash
    settings: tuple[tuple[str, str], ...]  # name, value
    funnel: tuple[tuple[str, int], ...]  # step in words, count; in order
    rejected: tuple[tuple[str, int], ...]  # fate, questions
    agreement: tuple[tuple[float, int], ...]  # agreement 0..1, published pairs
    questions: int  # published
    practices: int  # seeds that were labelled
    topics: tuple[TopicUse, ...]
    sources: tuple[SourceUse, ...]
    test_sets: tuple[TestSetUse, ...]
    question_ngram: int
    solution_ngram: int
    calibration: CalibrationUse | None
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """One version, and what it changed."""

    version: str  # X.Y.Z
    changes: str  # in words
    content: str  # of all rows: 32 hex digits


@dataclass(frozen=True, slots=True)
class Columns:
    """The schema of a configuration."""

    config: str
    columns: tuple[tuple[str, str], ...]  # name, Arrow type


def columns() -> tuple[Columns, ...]:
    """The schema of this version of KPMath."""
    return tuple(Columns(c, tuple((f.name, str(f.type)) for f in kpmath.schema(c))) for c in kpmath.CONFIGS)


@dataclass(frozen=True, slots=True)
class Provenance:
    """All of a dataset folder but the rows."""

    pretty_name: str
    license: str
    releases: tuple[Release, ...]  # oldest first; the last one is this
    runs: tuple[RunFacts, ...]  # in the order in which they added rows
    columns: tuple[Columns, ...]
    shards: tuple[Shard, ...]

    @property
    def version(self) -> str:
        """X.Y.Z"""
        return self.releases[-1].version

    @property
    def content(self) -> str:
        """32 hex digits over all rows of all configurations."""
        return content_of(self.shards)

    def splits(self) -> Mapping[str, Mapping[str, tuple[Shard, ...]]]:
        """Configuration -> split -> its shards, configurations in the order of ``kpmath.CONFIGS``."""
        found: dict[str, dict[str, tuple[Shard, ...]]] = {c: {} for c in kpmath.CONFIGS}
        for shard in self.shards:
            splits = found.setdefault(shard.config, {})
            splits[shard.split] = (*splits.get(shard.split, ()), shard)
        return {c: splits for c, splits in found.items() if splits}

    def rows(self) -> dict[str, int]:
        """Configuration -> its rows."""
        return {c: sum(s.rows for shards in ss.values() for s in shards) for c, ss in self.splits().items()}


def content_of(shards: tuple[Shard, ...]) -> str:
    """32 hex digits over the rows of ``shards``, whatever their order."""
    return content_id("dataset", sorted([s.file, s.content] for s in shards))


def adjacent_lengths(shards: tuple[Shard, ...]) -> tuple[str, ...]:
    """The columns of one split whose lengths are exactly two adjacent numbers: the viewer draws no statistics then."""
    known = [{n.column: n.lengths for n in s.narrow} for s in shards if s.rows]
    if not known:
        return ()
    lengths = {
        column: {v for narrow in known for v in narrow[column]}
        for column in known[0]
        if all(column in narrow for narrow in known)
    }
    return tuple(c for c, seen in lengths.items() if len(seen) == 2 and max(seen) - min(seen) == 1)


def render_provenance(provenance: Provenance) -> str:
    """The text of ``provenance.json``: equal provenance, equal text."""
    plain = {"kpmath_provenance": _LAYOUT, **dataclasses.asdict(provenance)}
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def read_provenance(folder: str | os.PathLike[str]) -> Provenance:
    """The provenance of a dataset folder.

    Raises:
        PublishError: there is none, or it is not one of this version.
    """
    path = Path(folder) / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PublishError(
            f"{folder} is no dataset folder of KPMath: {FILE} cannot be read ({error.strerror})"
        ) from None
    return parse_provenance(text, str(path))


def parse_provenance(text: str, name: str) -> Provenance:
    """The provenance in ``text``; ``name`` says where that came from.

    Raises:
        PublishError: it is not one of this version.
    """
    try:
        plain = json.loads(text)
        if plain["kpmath_provenance"] != _LAYOUT:
            raise PublishError(f"{name} has layout {plain['kpmath_provenance']}, this KPMath reads {_LAYOUT}")
        return from_plain(plain, Provenance)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PublishError(f"{name} is no provenance of KPMath: {error!r}; build the dataset again") from None
