"""The dataset card: ``dataset_card.md`` filled with what ``provenance.json`` holds.

The card's front matter makes the folder loadable (configurations, features, exact counts), its body says
how the rows were made.  Every number comes from :class:`~builder.publish.provenance.Provenance`; this module
invents none and reads no run.  Text from outside (topic names, reasons, problems) is escaped or fenced before
it enters the page.
"""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

import kpmath

from ..errors import PublishError
from .calibration import CalibrationUse
from .provenance import Example, Provenance, RunFacts, Shard, SourceUse, TestSetUse, adjacent_lengths

TEMPLATE = Path(__file__).resolve().parent.parent.parent / "dataset_card.md"
TOPICS_SHOWN = 30
EXAMPLES_SHOWN = 3

_PLACEHOLDER = re.compile(r"\[\[([a-z_]+)\]\]")
_RUN_BLOCK = re.compile(r"\[\[#run\]\]\n(.*?)\[\[/run\]\]\n", re.DOTALL)
_SIZES = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B"]


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


def render_card(provenance: Provenance, *, template: str | os.PathLike[str] | None = None) -> str:
    """The card's text.

    Raises:
        PublishError: the template is missing or does not fit the values.
    """
    source = Path(template) if template else TEMPLATE
    try:
        text = source.read_text(encoding="utf-8")
    except OSError as error:
        raise PublishError(f"card template {source} cannot be read: {error.strerror}") from None
    block = _RUN_BLOCK.search(text)
    if block is None:
        raise PublishError(f"{source}: no block [[#run]] ... [[/run]], which is written for each run")
    runs = "\n".join(
        fill_placeholders(block.group(1), _run_values(run, i, len(provenance.runs)), name=f"{source}, run")
        for i, run in enumerate(provenance.runs, 1)
    )
    outer = f"{text[: block.start()]}[[runs]]{text[block.end() :]}"
    return fill_placeholders(outer, _values(provenance) | {"runs": runs}, name=str(source))


# --- front matter ------------------------------------------------------------------------------


def size_category(rows: int) -> str:
    """The Hub's name for a number of rows: ``n<1K``, ``1K<n<10K``, ..."""
    return _SIZES[min(max(0, len(str(rows)) - 3), len(_SIZES) - 1)]


def _front_matter(provenance: Provenance) -> str:
    splits = provenance.splits()
    configs: list[dict[str, Any]] = []
    for config, parts in splits.items():
        entry: dict[str, Any] = {
            "config_name": config,
            "version": provenance.version,
            "data_files": [{"split": s, "path": f"data/{config}/{s}-*.parquet"} for s in parts],
        }
        if config == "default":
            entry["default"] = True
        configs.append(entry)
    front = {
        "pretty_name": provenance.pretty_name,
        "license": provenance.license,
        "language": ["en"],
        "task_categories": ["text-generation", "question-answering"],
        "size_categories": [size_category(provenance.rows().get("default", 0))],
        "tags": ["mathematics", "math-word-problems", "reasoning", "synthetic", "arxiv:2403.02333"],
        "kpmath_version": provenance.version,
        "kpmath_recipe": provenance.runs[-1].recipe,
        "kpmath_content": provenance.content,
        "configs": configs,
        "dataset_info": [_dataset_info(provenance, config, parts) for config, parts in splits.items()],
    }
    return yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1000).rstrip("\n")


def _dataset_info(provenance: Provenance, config: str, splits: Mapping[str, Sequence[Shard]]) -> dict[str, Any]:
    shards = [shard for parts in splits.values() for shard in parts]
    return {
        "config_name": config,
        # The cache of datasets is keyed by this text: other rows, another entry.  kpmath.load checks it.
        "description": f"KPMath {provenance.version}, content {provenance.content}",
        "features": kpmath.features(config)._to_yaml_list(),
        "splits": [
            {"name": name, "num_bytes": sum(s.bytes for s in parts), "num_examples": sum(s.rows for s in parts)}
            for name, parts in splits.items()
        ],
        "download_size": sum(s.file_bytes for s in shards),
        "dataset_size": sum(s.bytes for s in shards),
    }


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


def _procedural_notice(runs: Sequence[RunFacts]) -> str:
    roles = dict.fromkeys(m.role for run in runs for m in run.models if m.procedural)
    if not roles:
        return ""
    return (
        f"> **Made by the procedural model** (roles: {', '.join(roles)}). The procedural model is no\n"
        "> language model: it is a program that writes, judges and solves problems from a catalogue of key\n"
        "> points, with mistakes at a stated rate. These rows show the pipeline and its formats; they do\n"
        "> not take the place of rows made with a language model.\n\n"
    )


def _viewer_note(provenance: Provenance) -> str:
    touched = [
        f"`{config}` ({', '.join(f'`{c}`' for c in columns)})"
        for config, splits in provenance.splits().items()
        for shards in splits.values()
        if (columns := adjacent_lengths(shards))
    ]
    if not touched:
        return ""
    return (
        "- The dataset viewer may draw no histograms for "
        + ", ".join(touched)
        + ": all lengths there are one of two adjacent numbers. The rows are not touched by this.\n"
    )


# --- over all runs -----------------------------------------------------------------------------


def _by_knowledge(runs: Iterable[RunFacts]) -> list[RunFacts]:
    """One run of each knowledge construction: runs that share one share its seeds and topics."""
    return list({run.knowledge: run for run in runs}.values())


def _topic_rows(runs: Sequence[RunFacts]) -> tuple[str, list[tuple[str, str, str]]]:
    """What is said above the table of topics, and its rows: name, practices, share of the practices."""
    constructions = _by_knowledge(runs)
    total = sum(run.practices for run in constructions)
    counts: Counter[str] = Counter()
    for run in constructions:
        for topic in run.topics:
            counts[topic.name] += topic.practices
    frequent = sorted(counts.items(), key=lambda t: (-t[1], t[0]))
    note = (
        f"All {len(frequent)} topics, with the share of the seed practices that have them."
        if len(frequent) <= TOPICS_SHOWN
        else f"The {TOPICS_SHOWN} most frequent of {len(frequent)} topics, with the share of the seed practices "
        "that have them; all are in the configuration `topics`."
    )
    return note, [(n, f"{c:,}", _percent(c / max(1, total))) for n, c in frequent[:TOPICS_SHOWN]]


def _test_sets(runs: Iterable[RunFacts]) -> list[TestSetUse]:
    """What each test set met, over all runs; it counts with its rows of the last one."""
    found: dict[str, TestSetUse] = {}
    for test_set in (t for run in runs for t in run.test_sets):
        before = found.get(test_set.name)
        questions, solutions = (before.questions, before.solutions) if before else (0, 0)
        found[test_set.name] = TestSetUse(
            test_set.name, test_set.rows, questions + test_set.questions, solutions + test_set.solutions
        )
    return list(found.values())


def _sources(runs: Iterable[RunFacts]) -> list[SourceUse]:
    return list({s.name: s for run in _by_knowledge(runs) for s in run.sources}.values())


def _examples(runs: Sequence[RunFacts]) -> str:
    """A few rows: the newest run's first."""
    shown = [example for run in reversed(runs) for example in run.examples][:EXAMPLES_SHOWN]
    return "\n".join(map(_example, shown)) or "No row was published."


def _example(example: Example) -> str:
    points = "; ".join(_cell(k) for k in dict.fromkeys(example.key_points)) or "none"
    score = "not scored" if example.score is None else f"{example.score:g}"
    return (
        f"Topics: {'; '.join(_cell(t) for t in dict.fromkeys(example.topics))}. Key points: {points}. "
        f"Score {score}, agreement {example.agreement:g}, answer {_fenced_in_line(example.answer)}.\n\n"
        + _fenced(example.problem)
        + _fenced(example.solution)
    )


def _fenced(text: str) -> str:
    """Text of a model as it is: nothing in it is markup, and no fence in it ends ours."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.strip()}\n{fence}\n\n"


def _fenced_in_line(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {' '.join(text.split())} {fence}"


def _values(provenance: Provenance) -> dict[str, str]:
    rows, runs = provenance.rows(), provenance.runs
    agreement: Counter[float] = Counter()
    for run in runs:
        agreement.update(dict(run.agreement))
    topic_note, topics = _topic_rows(runs)
    published = {t.name for run in runs for t in run.topics if t.published}
    return {
        "front_matter": _front_matter(provenance),
        "title": _cell(provenance.pretty_name),
        "version": provenance.version,
        "license": _cell(provenance.license),
        "pair_count": f"{rows.get('default', 0):,}",
        "question_count": f"{sum(run.questions for run in runs):,}",
        "topic_count": f"{len(published):,}",
        "procedural_notice": _procedural_notice(runs),
        "config_table": "\n".join(f"| `{c}` | {kpmath.CONFIGS[c][0]} | {n:,} |" for c, n in rows.items()),
        "examples": _examples(runs),
        "agreement_table": _table(_agreement_rows(agreement), 3),
        "calibration": "\n\n".join(dict.fromkeys(_calibration(run.calibration) for run in runs)),
        "question_ngram": " or ".join(dict.fromkeys(str(run.question_ngram) for run in runs)),
        "solution_ngram": " or ".join(dict.fromkeys(str(run.solution_ngram) for run in runs)),
        "decontamination_table": _table(
            [(t.name, f"{t.rows:,}", f"{t.questions:,}", f"{t.solutions:,}") for t in _test_sets(runs)], 4
        ),
        "topic_note": topic_note,
        "topic_table": _table(topics, 3),
        "source_table": _table(
            [(s.name, f"{s.practices:,}", s.license, "yes" if s.text_published else "no") for s in _sources(runs)],
            4,
        ),
        "column_tables": _column_tables(rows),
        "viewer_note": _viewer_note(provenance),
        "changelog": "\n".join(f"- {r.version}: {_cell(r.changes)}" for r in reversed(provenance.releases)),
        "citation": kpmath.CITATION,
    }


def _run_values(run: RunFacts, number: int, of: int) -> dict[str, str]:
    procedural = {True: " (procedural model)", False: ""}
    return {
        "run_title": f"### Run {number} of {of}\n\n" if of > 1 else "",
        "fingerprint": run.recipe,
        "model_table": _table([(m.role, m.name + procedural[m.procedural]) for m in run.models], 2),
        "prompt_table": _table(sorted(run.prompts), 2),
        "setting_table": _table(run.settings, 2),
        "funnel_table": _table([(step, f"{n:,}") for step, n in run.funnel], 2),
        "rejected_table": _table([(r, f"{n:,}") for r, n in sorted(run.rejected, key=lambda i: (-i[1], i[0]))], 2),
    }
