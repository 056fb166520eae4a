"""What merging did, for a person to review: records to store, and a text to read.

The tables are typed records like those of :mod:`builder.records`; the text is Markdown.  Topic names are
untrusted: in the text they are shown as code.  How topics are merged is not known here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

LISTED = 100
"""Pairs that each list holds at most."""


@dataclass(frozen=True, slots=True)
class MergedMember:
    """A raw name in a merged topic."""

    name: str
    practices: int
    sources: tuple[str, ...]  # seed sources of its practices, sorted
    similarity: float | None  # mean to the other members, -1..1; None where it is alone
    # "itself" | "same name" | "linkage" | "more general name" | "nearest" | "override"
    joined: str


@dataclass(frozen=True, slots=True)
class MergedTopic:
    """A merged topic as its members make it."""

    name: str
    practices: int  # of the members together: a practice that has two of them counts twice
    key_points: int  # distinct texts of its members
    members: tuple[MergedMember, ...]  # those of most practices first
    nearest: str | None
    nearest_similarity: float | None
    cross_subject: bool  # it has members whose subjects share no word
    small: bool


@dataclass(frozen=True, slots=True)
class TopicPair:
    """Two topics that a person may want to look at.

    ``kind`` is "cross_subject" (a raw name and the topic of another subject that it joined), "near_miss"
    (two topics that stayed apart) or "weakest" (two groups that became one, by their main names).
    """

    kind: str
    one: str
    other: str
    similarity: float


@dataclass(frozen=True, slots=True)
class OverrideUse:
    """An entry of the override file and what became of it."""

    kind: str  # "merge" | "apart" | "rename"
    names: tuple[str, ...]
    missing: tuple[str, ...]  # names of it that this run does not have (as merged names, for "rename")
    applied: bool


@dataclass(frozen=True, slots=True)
class MergeSummary:
    """The figures of a merging."""

    embedder: str
    raw_topics: int
    topics: int
    threshold: float
    chosen: str  # how the threshold was chosen
    precision: float | None  # at the threshold, on the labelled pairs; None where it was given
    recall: float | None
    labelled_pairs: int | None
    cross_subject_threshold: float
    floor: float  # similarity from which a small topic joins its nearest
    name_weight: float
    min_practices: int
    neighbours: int | None  # of each topic, where the full matrix would have been too large


@dataclass(frozen=True)
class MergeReport:
    """All of it; :meth:`pairs_of` gives one list."""

    summary: MergeSummary
    topics: tuple[MergedTopic, ...]
    pairs: tuple[TopicPair, ...]
    overrides: tuple[OverrideUse, ...]

    def pairs_of(self, kind: str) -> tuple[TopicPair, ...]:
        """The pairs of one kind, those to be looked at first in front."""
        return tuple(p for p in self.pairs if p.kind == kind)


def write_merge_report(report: MergeReport, folder: str | os.PathLike[str]) -> list[Path]:
    """``merge_report.md``, and ``overrides.suggested.toml`` to begin an override file with, in ``folder``."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    texts = {"merge_report.md": "".join(_markdown(report)), "overrides.suggested.toml": "".join(_starter(report))}
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8")
    return [target / name for name in texts]


# --- text --------------------------------------------------------------------------------------


def _markdown(report: MergeReport) -> Iterable[str]:
    s = report.summary
    yield f"# Merge report\n\n{s.raw_topics:,} names became {s.topics:,} topics.\n\n"
    yield f"- Vectors: {s.embedder}, names weigh {s.name_weight:g} beside key points.\n"
    yield f"- Threshold {s.threshold:.3f} ({s.cross_subject_threshold:.3f} across subjects): {s.chosen}.\n"
    if s.labelled_pairs is not None:
        yield f"  On {s.labelled_pairs} labelled pairs: precision {s.precision:.3f}, recall {s.recall:.3f}.\n"
    yield (
        f"- Topics of fewer than {s.min_practices} practices joined a more general name, or their nearest from "
        f"{s.floor:.3f} on; {sum(t.small for t in report.topics)} stayed small.\n"
    )
    if s.neighbours is not None:
        yield f"- Too many names for a full matrix: each was compared with its {s.neighbours} nearest.\n"
    yield from _overrides_table(report.overrides)
    yield from _pairs_table("Joined across subjects", ("name", "joined"), report.pairs_of("cross_subject"))
    yield from _pairs_table("Weakest merges", ("group", "with"), report.pairs_of("weakest"))
    yield from _pairs_table("Near misses: not merged", ("topic", "and"), report.pairs_of("near_miss"))
    yield "\n## Topics\n"
    for topic in sorted(report.topics, key=lambda t: (-t.practices, t.name)):
        yield from _topic(topic)


def _topic(topic: MergedTopic) -> Iterable[str]:
    marks = [text for text, is_so in (("across subjects", topic.cross_subject), ("small", topic.small)) if is_so]
    yield f"\n### {_code(topic.name)}{''.join(f' ({m})' for m in marks)}\n\n"
    yield f"{topic.practices:,} practices, {topic.key_points:,} key points"
    if topic.nearest is not None:
        yield f"; nearest: {_code(topic.nearest)} {topic.nearest_similarity:.3f}"
    yield "\n"
    if len(topic.members) > 1:
        yield "\n| member | practices | to the rest | joined | sources |\n|---|---:|---:|---|---|\n"
        for m in topic.members:
            alike = "" if m.similarity is None else f"{m.similarity:.3f}"
            yield f"| {_code(m.name)} | {m.practices:,} | {alike} | {m.joined} | {_code(', '.join(m.sources))} |\n"


def _pairs_table(title: str, headings: tuple[str, str], pairs: Sequence[TopicPair]) -> Iterable[str]:
    if pairs:
        yield f"\n## {title}\n\n| {headings[0]} | {headings[1]} | similarity |\n|---|---|---:|\n"
        for p in pairs:
            yield f"| {_code(p.one)} | {_code(p.other)} | {p.similarity:.3f} |\n"


def _overrides_table(uses: Sequence[OverrideUse]) -> Iterable[str]:
    if uses:
        yield "\n## Overrides\n\n| | names | applied | not in this run |\n|---|---|---|---|\n"
        for use in uses:
            names, missing = (", ".join(map(_code, each)) for each in (use.names, use.missing))
            yield f"| {use.kind} | {names} | {'yes' if use.applied else 'no'} | {missing} |\n"


def _code(text: str) -> str:
    """Untrusted text as Markdown code in a table cell: no mark-up, no line end, no cell end."""
    plain = " ".join(text.replace("`", "'").replace("|", "\\|").split())
    return f"`{plain}`"


def _starter(report: MergeReport) -> Iterable[str]:
    yield (
        "# Decisions about topics; name this file in the recipe: topics.overrides.  Take the # away where the\n"
        "# suggestion is right; the number is the similarity.\n\nmerge = [\n"
    )
    for p in report.pairs_of("near_miss")[:30]:
        yield f"  # [{_toml(p.one)}, {_toml(p.other)}],  # {p.similarity:.3f}\n"
    yield "]\n\napart = [\n"
    for p in (*report.pairs_of("weakest")[:30], *report.pairs_of("cross_subject")[:30]):
        yield f"  # [{_toml(p.one)}, {_toml(p.other)}],  # {p.similarity:.3f}\n"
    yield '\n]\n\n[rename]\n# "merged name" = "better name"\n'


def _toml(text: str) -> str:
    """A TOML basic string: the escapes of JSON are also TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
