"""The dataset card: ``dataset_card.md`` filled with the numbers of a run.

The card's front matter makes the folder loadable (configurations, features, exact counts), its body says
how the rows were made.  Every number comes from :class:`CardFacts`; this module invents none and reads no
run.  Text from outside (topic names, reasons) is escaped before it enters a table.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import kpmath

from ..errors import PublishError
from ..records import content_id
from .calibration import CalibrationUse
from .shards import ShardStats

TEMPLATE = Path(__file__).resolve().parent.parent.parent / "dataset_card.md"
TOPICS_SHOWN = 30

_PLACEHOLDER = re.compile(r"\[\[([a-z_]+)\]\]")
_SIZES = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B"]


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
class CardFacts:
    """All that the card says, as the run counted it."""

    version: str  # X.Y.Z
    fingerprint: str  # of the recipe
    splits: Mapping[str, Mapping[str, ShardStats]]  # configuration -> split -> what was written
    models: Sequence[ModelUse]
    prompts: Mapping[str, str]  # name -> hash
    funnel: Sequence[tuple[str, int]]  # step in words, count; in order
    rejected: Mapping[str, int]  # fate -> questions
    agreement: Mapping[float, int]  # agreement 0..1 -> published pairs
    questions_published: int
    topics_published: int  # topics that a published question was written for
    topics: Sequence[tuple[str, int, float]]  # name, practices, share of practices 0..1
    sources: Sequence[SourceUse]
    test_sets: Sequence[TestSetUse]
    question_ngram: int
    solution_ngram: int
    settings: Mapping[str, str] = field(default_factory=dict)  # name -> value, worth knowing
    calibration: CalibrationUse | None = None
    pretty_name: str = "KPMath"
    license: str = "apache-2.0"

    @property
    def content(self) -> str:
        """32 hex digits over all rows of all configurations."""
        return content_id({c: {s: w.content for s, w in p.items()} for c, p in self.splits.items()})


def fill_placeholders(template: str, values: Mapping[str, str], *, name: str = "template") -> str:
    """``template`` with every ``[[name]]`` replaced, in one pass: a ``[[x]]`` inside a value stays text.

    Raises:
        PublishError: a placeholder has no value, or a value has no placeholder.
    """
    used = set(_PLACEHOLDER.findall(template))
    wrong = [f"no value for [[{n}]]" for n in sorted(used - values.keys())]
    wrong += [f"no placeholder [[{n}]] in it" for n in sorted(values.keys() - used)]
    if wrong:
        raise PublishError(f"{name}: {'; '.join(wrong)}")
    return _PLACEHOLDER.sub(lambda m: values[m.group(1)], template)


def write_card(
    facts: CardFacts, folder: str | os.PathLike[str], *, template: str | os.PathLike[str] | None = None
) -> Path:
    """Write ``README.md`` into a dataset folder, durably and as its last file.

    Raises:
        PublishError: the template does not fit, or the file cannot be written.
    """
    path = Path(folder) / "README.md"
    text = render_card(facts, template=template)
    temporary = path.with_name(".README.md.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except OSError as error:
        raise PublishError(f"cannot write {path}: {error.strerror or error}") from error
    return path


def render_card(facts: CardFacts, *, template: str | os.PathLike[str] | None = None) -> str:
    """The card's text.

    Raises:
        PublishError: the template is missing or does not fit the values.
    """
    source = Path(template) if template else TEMPLATE
    try:
        text = source.read_text(encoding="utf-8")
    except OSError as error:
        raise PublishError(f"card template {source} cannot be read: {error.strerror}") from None
    return fill_placeholders(text, _values(facts), name=str(source))


# --- front matter ------------------------------------------------------------------------------


def size_category(rows: int) -> str:
    """The Hub's name for a number of rows: ``n<1K``, ``1K<n<10K``, ..."""
    return _SIZES[min(max(0, len(str(rows)) - 3), len(_SIZES) - 1)]


def _front_matter(facts: CardFacts) -> str:
    configs: list[dict[str, Any]] = []
    infos: list[dict[str, Any]] = []
    for config in _in_order(facts.splits):
        splits = facts.splits[config]
        entry: dict[str, Any] = {
            "config_name": config,
            "version": facts.version,
            "data_files": [{"split": s, "path": f"data/{config}/{s}-*.parquet"} for s in splits],
        }
        if config == "default":
            entry["default"] = True
        configs.append(entry)
        infos.append(_dataset_info(facts, config))
    published = sum(s.num_examples for s in facts.splits.get("default", {}).values())
    front = {
        "pretty_name": facts.pretty_name,
        "license": facts.license,
        "language": ["en"],
        "task_categories": ["text-generation", "question-answering"],
        "size_categories": [size_category(published)],
        "tags": ["mathematics", "math-word-problems", "reasoning", "synthetic", "arxiv:2403.02333"],
        "kpmath_version": facts.version,
        "kpmath_recipe": facts.fingerprint,
        "kpmath_content": facts.content,
        "configs": configs,
        "dataset_info": infos,
    }
    return yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1000).rstrip("\n")


def _dataset_info(facts: CardFacts, config: str) -> dict[str, Any]:
    splits = facts.splits[config]
    return {
        "config_name": config,
        # The cache of datasets is keyed by this text: other rows, another entry.  kpmath.load checks it.
        "description": f"KPMath {facts.version}, content {facts.content}",
        "features": kpmath.features(config)._to_yaml_list(),
        "splits": [{"name": s, "num_bytes": w.num_bytes, "num_examples": w.num_examples} for s, w in splits.items()],
        "download_size": sum(w.file_bytes for w in splits.values()),
        "dataset_size": sum(w.num_bytes for w in splits.values()),
    }


def _in_order(names: Iterable[str]) -> list[str]:
    known = list(kpmath.CONFIGS)
    return sorted(names, key=lambda n: known.index(n) if n in known else len(known))


# --- body --------------------------------------------------------------------------------------


def _cell(value: object) -> str:
    """Text for a table: one line, no column breaks, no HTML, no links."""
    text = " ".join(str(value).split())
    return re.sub(r"([\\|<>\[\]`*_$])", r"\\\1", text)


def _table(rows: Iterable[Sequence[object]], columns: int) -> str:
    lines = ["| " + " | ".join(_cell(v) for v in row) + " |" for row in rows]
    return "\n".join(lines) if lines else "| none |" + " |" * (columns - 1)


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"


def _agreement_rows(agreement: Mapping[float, int]) -> list[tuple[str, str, str]]:
    """Published pairs in tenths of agreement, the highest first; 1.0 stands by itself."""
    total = sum(agreement.values())
    bins: dict[int, int] = {}
    for value, count in agreement.items():
        # Rounded first: 0.7 must not fall into the tenth below because of its last binary digit.
        tenth = math.floor(round(value * 10, 6))
        bins[tenth] = bins.get(tenth, 0) + count
    rows = []
    for tenth in sorted(bins, reverse=True):
        name = "1.0" if tenth >= 10 else f"{tenth / 10:.1f} to under {(tenth + 1) / 10:.1f}"
        rows.append((name, f"{bins[tenth]:,}", _percent(bins[tenth] / total) if total else "-"))
    return rows


def _calibration(use: CalibrationUse | None) -> str:
    if use is None:
        return "How right these answers are was not measured: agreement is no proof."
    votes = f", {use.votes} votes on each" if use.votes else ""
    sources = ", ".join(f"{_cell(name)} ({count:,} questions{votes})" for name, count in use.sources)
    rows = []
    for g in use.gates:
        limits = f"{_percent(g.low)} to {_percent(g.high)}"
        rows.append((f"{g.threshold:g}", _percent(g.kept_share), f"{_percent(g.precision)} ({limits})"))
    return (
        f"How right a threshold on the {use.gate} is was measured on other questions, with known answers: {sources}. "
        f"{use.promise}. It holds for these rows as far as they are like those questions.\n\n"
        "| threshold | kept | of these right (exact 95 % interval) |\n|---|---|---|\n" + _table(rows, 3)
    )


def _column_tables(configs: Iterable[str]) -> str:
    parts = []
    for config in configs:
        parts.append(f"### `{config}`: {kpmath.CONFIGS[config][0]}\n\n| column | type | what it holds |\n|---|---|---|")
        parts.extend(f"| `{c.name}` | {_type(c.type)} | {c.description} |" for c in kpmath.describe(config))
        parts[-1] += "\n"
    return "\n".join(parts)


def _type(kind: Any) -> str:
    text = str(kind)
    for arrow, plain in (("list<element: ", "list<"), ("list<item: ", "list<"), ("double", "float64")):
        text = text.replace(arrow, plain)
    return f"`{text}`"


def _procedural_notice(models: Sequence[ModelUse]) -> str:
    roles = [m.role for m in models if m.procedural]
    if not roles:
        return ""
    return (
        f"> **Made by the procedural model** (roles: {', '.join(roles)}). The procedural model is no\n"
        "> language model: it is a program that writes, judges and solves problems from a catalogue of key\n"
        "> points, with mistakes at a stated rate. These rows show the pipeline and its formats; they do\n"
        "> not take the place of rows made with a language model.\n\n"
    )


def _viewer_note(facts: CardFacts) -> str:
    touched = [
        f"`{config}` ({', '.join(f'`{c}`' for c in stats.adjacent)})"
        for config, splits in facts.splits.items()
        for stats in splits.values()
        if stats.adjacent
    ]
    if not touched:
        return ""
    return (
        "- The dataset viewer may draw no histograms for "
        + ", ".join(touched)
        + ": all lengths there are one of two adjacent numbers. The rows are not touched by this.\n"
    )


def _topic_note(topics: Sequence[tuple[str, int, float]]) -> str:
    if len(topics) <= TOPICS_SHOWN:
        return f"All {len(topics)} topics, with the share of the seed practices that have them."
    return (
        f"The {TOPICS_SHOWN} most frequent of {len(topics)} topics, with the share of the seed practices "
        "that have them; all are in the configuration `topics`."
    )


def _values(facts: CardFacts) -> dict[str, str]:
    configs = _in_order(facts.splits)
    rows = {c: sum(s.num_examples for s in facts.splits[c].values()) for c in configs}
    topics = sorted(facts.topics, key=lambda t: (-t[1], t[0]))
    procedural = {True: " (procedural model)", False: ""}
    return {
        "front_matter": _front_matter(facts),
        "title": _cell(facts.pretty_name),
        "version": facts.version,
        "fingerprint": facts.fingerprint,
        "license": _cell(facts.license),
        "pair_count": f"{rows.get('default', 0):,}",
        "question_count": f"{facts.questions_published:,}",
        "topic_count": f"{facts.topics_published:,}",
        "procedural_notice": _procedural_notice(facts.models),
        "config_table": "\n".join(f"| `{c}` | {kpmath.CONFIGS[c][0]} | {rows[c]:,} |" for c in configs),
        "model_table": _table([(m.role, m.name + procedural[m.procedural]) for m in facts.models], 2),
        "prompt_table": _table(sorted(facts.prompts.items()), 2),
        "setting_table": _table(facts.settings.items(), 2),
        "funnel_table": _table([(step, f"{n:,}") for step, n in facts.funnel], 2),
        "rejected_table": _table(
            [(r, f"{n:,}") for r, n in sorted(facts.rejected.items(), key=lambda i: (-i[1], i[0]))], 2
        ),
        "agreement_table": _table(_agreement_rows(facts.agreement), 3),
        "calibration": _calibration(facts.calibration),
        "question_ngram": str(facts.question_ngram),
        "solution_ngram": str(facts.solution_ngram),
        "decontamination_table": _table(
            [(t.name, f"{t.rows:,}", f"{t.questions:,}", f"{t.solutions:,}") for t in facts.test_sets], 4
        ),
        "topic_note": _topic_note(topics),
        "topic_table": _table([(n, f"{c:,}", _percent(s)) for n, c, s in topics[:TOPICS_SHOWN]], 3),
        "source_table": _table(
            [(s.name, f"{s.practices:,}", s.license, "yes" if s.text_published else "no") for s in facts.sources],
            4,
        ),
        "column_tables": _column_tables(configs),
        "viewer_note": _viewer_note(facts),
        "citation": kpmath.CITATION,
    }
