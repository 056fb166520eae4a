"""The report as one HTML page that asks no host for anything, shows all plots and says their numbers.

Every name on it was written by a model: the template escapes all text, and the page's own policy lets
nothing run or load but what is written here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jinja2
from markupsafe import Markup

from ..matrix import TCPM, WeightStatistics
from ..merging.merge_report import MergeReport
from ..records import KeyPoint
from .coverage import Coverage
from .facts import Reading, TopicFacts
from .funnel import Funnel
from .funnel_page import funnel_section
from .interactive import script_data
from .names import count, plain
from .order import pairs
from .plots import share
from .theme import DARK, Plot

ROWS = 2000
"""Topics in the table of the page."""

_HERE = Path(__file__).parent
_PAIRS = 15  # rows of a table of pairs
_ALIASES = 5
_USAGE = ("requests", "retries", "failed", "replies", "prompt_tokens", "cached_tokens", "completion_tokens", "cost")
_MERGES = (("Joined across subjects", "cross_subject"), ("Weakest merges", "weakest"), ("Near misses", "near_miss"))


@dataclass(slots=True)
class Plots:
    """The plots of a report, as they are shown."""

    heatmap: Plot
    zooms: list[Plot]
    graph: Plot
    frequency: Plot
    key_points: Plot
    growth: Plot | None = None
    drawn: Plot | None = None
    of_funnel: tuple[Plot, ...] = ()

    def all(self) -> list[Plot]:
        """Every one of them."""
        found = [self.heatmap, *self.zooms, self.graph, self.frequency, self.key_points, self.growth, self.drawn]
        return [*self.of_funnel, *(plot for plot in found if plot is not None)]


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page says."""

    matrix: TCPM
    reading: Reading
    topics: Sequence[TopicFacts]
    plots: Plots
    map_data: Mapping[str, Any]
    weights: Sequence[WeightStatistics]
    coverage: Coverage | None = None
    key_points: Sequence[KeyPoint] | None = None
    merges: MergeReport | None = None
    usage: Mapping[str, Any] | None = None
    funnel: Funnel | None = None
    files: Sequence[str] = field(default=())


def write_page(report: Report, out: Path) -> Path:
    """Write ``index.html`` into ``out``, where the SVG files of its plots are already; its path."""
    path = out / "index.html"
    path.write_text(_template().render(_context(report, out)), encoding="utf-8", newline="\n")
    return path


def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(_HERE)
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters |= {"name": _name, "number": _number, "others": _others}
    return environment.get_template("page.html.j2")


def _name(text: str) -> str:
    return plain(text).strip() or "(no name)"


def _number(value: float | None) -> str:
    if value is None:
        return "not known"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4f}"


def _others(aliases: Sequence[str], name: str) -> list[str]:
    return [a for a in aliases if a != name][:_ALIASES]


def _context(report: Report, out: Path) -> dict[str, Any]:
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    plots = report.plots
    shown = {name: _shown(getattr(plots, name), out) for name in ("heatmap", "graph", "frequency", "key_points")}
    return {
        "policy": _policy(style, script),
        "style": Markup(style),
        "script": Markup(script),
        **shown,
        "zooms": [_shown(plot, out) for plot in plots.zooms],
        "sections": list(_sections(report)),
        "numbers": list(_numbers(report)),
        "subjects": _subjects(report.topics),
        "groups": _groups(report.key_points),
        "coverage": _coverage(report.coverage, plots, out),
        "merges": _merges(report.merges),
        "funnel": funnel_section(report.funnel, {p.name: _shown(p, out) for p in plots.of_funnel})
        if report.funnel
        else None,
        "title": "Run report" if report.funnel else "Knowledge report",
        "usage": _usage(report.usage),
        "rows": report.topics[:ROWS],
        "aliases_shown": _ALIASES,
        "weights": report.weights,
        "weighting": report.matrix.weighting,
        "topics": len(report.topics),
        "matrix_topics": len(report.matrix.topics),
        "map_topics": len(report.map_data["topics"]),
        "map_data": script_data(report.map_data),
        "files": report.files,
    }


def _policy(style: str, script: str) -> str:
    """Nothing is loaded; the one style sheet and the one script of the page are named by their hashes."""
    hashes = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in (style, script)]
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _shown(plot: Plot, out: Path) -> dict[str, Any]:
    """A plot for the template: both grounds as data, and its size in CSS pixels."""
    light = (out / f"{plot.name}.svg").read_bytes()
    width, height = _pixels(light)
    return {
        "name": plot.name,
        "title": plot.title,
        "alt": plot.alt if plot.alt.endswith(".") else f"{plot.alt}.",
        "light": _data_uri(light),
        "dark": _data_uri(plot.svg(DARK)),
        "width": width,
        "height": height,
        "size": "wide" if width > 1000 else "medium" if width > 620 else "small",
    }


def _pixels(svg: bytes) -> tuple[int, int]:
    """Width and height of an SVG document that matplotlib wrote, in CSS pixels."""
    root = ElementTree.fromstring(svg)
    width, height = (round(float(root.attrib[side].removesuffix("pt")) * 4 / 3) for side in ("width", "height"))
    return width, height


def _data_uri(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()


# --- numbers -----------------------------------------------------------------------------------


def _sections(report: Report) -> Iterable[tuple[str, str]]:
    if report.funnel:
        yield "funnel", "What became of the information sets"
    yield "matrix", "Co-occurrence of topics"
    yield "graph", "Co-occurrence graph"
    yield "frequency", "Topic frequency"
    yield "key-points", "Key points"
    if report.coverage:
        yield "coverage", "What the information sets cover"
    if report.merges:
        yield "merging", "How topics were merged"
    if report.usage:
        yield "run", "What the models took"
    yield "topics", "All topics"
    yield "files", "Files beside this page"


def _numbers(report: Report) -> Iterable[tuple[str, str, str]]:
    reading, topics = report.reading, report.topics
    uses = sum(f.topic.practices for f in topics)
    alone = reading.topics_a_practice[1]
    sources = ", ".join(f"{plain(name)} {n:,}" for name, n in sorted(reading.sources.items())[:4])
    yield "practices", f"{reading.practices:,}", sources + (", ..." if len(reading.sources) > 4 else "")
    names = sum(len(f.topic.aliases) for f in topics)
    yield (
        "topics",
        f"{len(topics):,}",
        f"from {count(names, 'name')}; {sum(f.topic.sampled for f in topics):,} are drawn",
    )
    yield "subjects", f"{len({f.subject for f in topics}):,}", ""
    mean = f"{uses / reading.practices:.2f}" if reading.practices else "-"
    yield "topics a practice", mean, f"{count(alone, 'practice has', 'practices have')} one only"
    distinct = sum(f.distinct for f in topics)
    yield "key points", f"{distinct:,}", f"different ones, in {count(sum(f.topic.key_points for f in topics), 'use')}"
    rows, columns, counts, _ = pairs(report.matrix)
    n, apart = len(report.matrix.topics), rows != columns
    possible = n * (n - 1) / 2
    yield "pairs that occur", f"{int(apart.sum()):,}", f"{share(int(apart.sum()), possible)} of {possible:,.0f} pairs"
    once = int((counts[apart] == 1).sum())
    yield "pairs that occur once", f"{once:,}", f"{share(once, int(apart.sum()))} of those that occur"
    lonely = sum(f.topic.sampled and not f.partners for f in topics)
    yield "topics that meet none", f"{lonely:,}", "no information set can join them to another"


def _subjects(topics: Sequence[TopicFacts]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for f in topics:
        row = found.setdefault(f.subject, {"name": f.subject, "topics": 0, "uses": 0, "key_points": 0, "distinct": 0})
        row["topics"] += 1
        row["uses"] += f.topic.practices
        row["key_points"] += f.topic.key_points
        row["distinct"] += f.distinct
    return sorted(found.values(), key=lambda row: (-row["uses"], row["name"]))


def _groups(key_points: Sequence[KeyPoint] | None) -> dict[str, Any] | None:
    joined = [k for k in key_points or () if len(k.aliases) > 1]
    if not joined:
        return None
    largest = sorted(joined, key=lambda k: (-len(k.aliases), -k.practices, k.topic, k.text))[:25]
    return {"joined": len(joined), "all": len(key_points or ()), "rows": largest}


def _coverage(coverage: Coverage | None, plots: Plots, out: Path) -> dict[str, Any] | None:
    if coverage is None or plots.growth is None or plots.drawn is None:
        return None
    rows = coverage.table().to_pylist()
    never = sorted(
        (r for r in rows if not r["drawn"]), key=lambda r: (-r["weight"], -r["count"], r["topic_a"], r["topic_b"])
    )
    most = sorted((r for r in rows if r["drawn"]), key=lambda r: (-r["drawn"], r["topic_a"], r["topic_b"]))
    return {
        "numbers": list(_coverage_numbers(coverage)),
        "growth": _shown(plots.growth, out),
        "drawn": _shown(plots.drawn, out),
        "draws": coverage.draws - coverage.apart,
        "never": never[:_PAIRS],
        "most": most[:_PAIRS],
        "topic_draws": coverage.topic_draws,
    }


def _coverage_numbers(coverage: Coverage) -> Iterable[tuple[str, str, str]]:
    end, of = coverage.end, coverage.of
    sizes = ", ".join(f"{n:,} of {count(size, 'topic')}" for size, n in coverage.sizes.items())
    yield "information sets", f"{of.sets:,}", sizes
    yield "pairs covered", share(end.pairs, of.pairs), f"{end.pairs:,} of {of.pairs:,} that occur"
    yield "weight covered", f"{end.weight:.1%}", "of those pairs, of all weight"
    yield "topics used", share(end.topics, of.topics), f"{end.topics:,} of {of.topics:,}"
    yield "practices used", share(end.practices, of.practices), f"{end.practices:,} of {of.practices:,}"
    yield "key points used", share(end.key_points, of.key_points), f"{end.key_points:,} of {of.key_points:,}"
    fallbacks = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in coverage.fallbacks.items())
    yield "fallbacks", f"{sum(coverage.fallbacks.values()):,}", fallbacks
    yield "pairs that never occur", f"{coverage.apart:,}", f"of {coverage.draws:,} pairs drawn"


def _merges(merges: MergeReport | None) -> dict[str, Any] | None:
    if merges is None:
        return None
    s = merges.summary
    across = sum(t.cross_subject for t in merges.topics)
    tested = (
        f"precision {s.precision:.3f}, recall {s.recall:.3f}"
        if s.precision is not None and s.recall is not None
        else ""
    )
    lists = [(caption, merges.pairs_of(kind)) for caption, kind in _MERGES]
    return {
        "numbers": [
            ("names", f"{s.raw_topics:,}", f"became {count(s.topics, 'topic')}"),
            ("vectors", plain(s.embedder), f"names weigh {s.name_weight:g}"),
            ("threshold", f"{s.threshold:.3f}", plain(s.chosen)),
            ("across subjects", f"{s.cross_subject_threshold:.3f}", f"{count(across, 'topic')} with several subjects"),
            ("small topics", f"{sum(t.small for t in merges.topics):,}", f"under {s.min_practices} practices, kept"),
            *([("on labelled pairs", f"{s.labelled_pairs:,}", tested)] if s.labelled_pairs is not None else []),
        ],
        "lists": [(caption, found[:_PAIRS], len(found)) for caption, found in lists],
        "overrides": merges.overrides,
    }


def _usage(usage: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not usage or not usage.get("by_role_and_model"):
        return None
    rows = [*usage["by_role_and_model"], {"role": "all", "model": "", **usage["total"]}]
    return {"columns": [c for c in _USAGE if all(c in row for row in rows)], "rows": rows}
