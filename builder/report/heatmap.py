"""Heat maps of the TCPM: the most frequent topics at page width, and one map for each subject.

Which topics are shown, and where, is told in :mod:`builder.report.order`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from ..matrix import TCPM
from .names import count, cut, short_name, subject_name
from .order import by_subject, most_frequent
from .theme import FONT, Plot, Theme, inches, note, statement

TOPICS = 48
"""Shown at page width; more could not be read."""

_FEW = 4  # a subject with no more topics needs no map of its own
_ZOOMS = 12  # maps of subjects, the largest subjects first
_ZOOM_TOPICS = 36
WEIGHT = {"log10": "log10(count + 1)", "none": "count", "sqrt": "√count", "ppmi": "PPMI (bits)"}
_OF_COUNT: dict[str, Callable[[int], float]] = {"log10": lambda c: math.log10(c + 1), "none": float, "sqrt": math.sqrt}
_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000)


@dataclass(frozen=True, slots=True)
class _Map:
    """What one heat map shows: names and subjects of its n topics, ``counts`` and ``weights`` (n x n)."""

    title: str
    subtitle: str
    names: list[str]
    subjects: list[str]
    counts: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    weighting: str
    cell: float  # inches
    numbers: bool  # counts in the cells


def heatmap(tcpm: TCPM, *, max_topics: int = TOPICS) -> Plot:
    """The heat map of the ``max_topics`` topics that occur together with each other most often.

    They stand by subject; inside a subject those that occur with the same topics stand side by side.
    Cells without a co-occurrence stay white.
    """
    shown = by_subject(tcpm, most_frequent(tcpm, max_topics))
    of = len(tcpm.topics)
    subtitle = f"{len(shown)} of {of:,} topics: those that meet each other most often, by subject"
    map_ = _map(tcpm, shown, "How often topics occur together", subtitle, cell=0.18, numbers=False)
    return Plot("tcpm", map_.title, _alt(map_), lambda theme: _draw(map_, theme))


def zooms(tcpm: TCPM) -> list[Plot]:
    """A heat map for each subject with more than a few topics that meet each other; the largest subjects first."""
    members: dict[str, list[int]] = {}
    for i, name in enumerate(tcpm.topics):
        members.setdefault(subject_name(name), []).append(i)
    plots: list[Plot] = []
    for subject in sorted(members, key=lambda s: (-len(members[s]), s)):
        shown = most_frequent(tcpm, _ZOOM_TOPICS, members[subject])
        if len(shown) > _FEW and len(plots) < _ZOOMS:
            plots.append(_zoom(tcpm, subject, shown, len(members[subject]), len(plots) + 1))
    return plots


def _zoom(tcpm: TCPM, subject: str, shown: Sequence[int], of: int, number: int) -> Plot:
    subtitle = f"{len(shown)} of its {of:,} topics: those that meet each other most often; numbers are practices"
    map_ = _map(tcpm, by_subject(tcpm, shown), f"Inside {cut(subject, 40)}", subtitle, cell=0.25, numbers=True)
    return Plot(f"tcpm-subject-{number:02}", map_.title, _alt(map_), lambda theme: _draw(map_, theme))


def _map(tcpm: TCPM, shown: list[int], title: str, subtitle: str, *, cell: float, numbers: bool) -> _Map:
    return _Map(
        title,
        subtitle,
        names=[short_name(tcpm.topics[i], 36) for i in shown],
        subjects=[cut(subject_name(tcpm.topics[i]), 24) for i in shown],
        counts=tcpm.cells[shown][:, shown].toarray(),
        weights=tcpm.sparse_weights[shown][:, shown].toarray(),
        weighting=tcpm.weighting,
        cell=cell,
        numbers=numbers,
    )


def _alt(map_: _Map) -> str:
    if not map_.names:
        return "No two topics occur in one practice."
    upper = np.triu(map_.counts)
    a, b = np.unravel_index(int(upper.argmax()), upper.shape)
    subjects = ", ".join(f"{s} {n}" for s, n in Counter(map_.subjects).most_common(6))
    return (
        f"Heat map of {len(map_.names)} topics ({subjects}). {int((upper > 0).sum()):,} pairs occur; the most "
        f"frequent is {map_.names[a]} with {map_.names[b]}, in {count(int(upper[a, b]), 'practice')}."
    )


# --- drawing -----------------------------------------------------------------------------------


def _draw(map_: _Map, theme: Theme) -> Figure:
    n = len(map_.names)
    if not n:
        return note(theme, map_.title, "No two topics occur in one practice")
    side = map_.cell * n
    label = 0.2 + max(map(inches, map_.names))
    several = len(set(map_.subjects)) > 1
    subject = 0.3 + max(inches(s, weight="bold") for s in map_.subjects) if several else 0.15
    bar = 0.0 if map_.numbers else 0.95
    # The last name leans over the right margin, and the line under the title must fit.
    right = max(subject + bar, label * 0.43, inches(map_.subtitle) + 0.4 - label - side)
    top, bottom = 0.8 + label * 0.91, subject
    wide, high = label + side + right, top + side + bottom
    figure = Figure(figsize=(wide, high))
    statement(figure, map_.title, map_.subtitle)
    axes = figure.add_axes((label / wide, bottom / high, side / wide, side / high))
    weights = np.ma.masked_where(map_.counts == 0, map_.weights)
    low, largest = float(weights.min()), float(weights.max())
    lowest = max(0.0, low - 0.1 * (largest - low)) if largest > low else 0.0
    image = axes.imshow(weights, cmap=theme.colours, vmin=lowest, vmax=largest or 1.0, interpolation="nearest")
    _name_axes(axes, map_.names, theme)
    if several:
        _mark_subjects(axes, map_.subjects, theme, 1 / side)
    if map_.numbers:
        _write_counts(axes, map_, image, theme)
    else:
        tall = min(side, 3.2)
        box = ((label + side + subject + 0.1) / wide, (bottom + side - tall) / high, 0.16 / wide, tall / high)
        _colour_bar(figure, figure.add_axes(box), image, map_)
    return figure


def _name_axes(axes: Axes, names: Sequence[str], theme: Theme) -> None:
    """Names on the left and above, thin lines between the cells."""
    n = len(names)
    axes.set_xticks(range(n), names, rotation=65, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(n), names)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=2)
    axes.set_xticks(np.arange(n - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(n - 1) + 0.5, minor=True)
    axes.grid(which="minor", color=theme.grid, linewidth=0.5)
    axes.tick_params(which="minor", length=0, top=False)
    for spine in axes.spines.values():
        spine.set_visible(True)


def _mark_subjects(axes: Axes, subjects: Sequence[str], theme: Theme, inch: float) -> None:
    """Lines between the subjects, and their names on the right and below; ``inch`` in shares of the axes."""
    n, start = len(subjects), 0
    for subject, group in groupby(subjects):
        end = start + len(list(group))
        middle, length = (start + end) / 2 / n, (end - start) / n
        lo, hi = start / n + min(0.06 * inch, length / 6), end / n - min(0.06 * inch, length / 6)
        aside: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False, "color": theme.muted, "linewidth": 2.0}
        axes.plot([1 + 0.1 * inch] * 2, [1 - lo, 1 - hi], **aside)
        axes.plot([lo, hi], [-0.1 * inch] * 2, **aside)
        words: dict[str, Any] = {"transform": axes.transAxes, "fontsize": FONT, "weight": "bold"}
        axes.text(1 + 0.18 * inch, 1 - middle, subject, ha="left", va="center", **words)
        axes.text(middle, -0.18 * inch, subject, ha="center", va="top", rotation=90, **words)
        if end < n:
            axes.axhline(end - 0.5, color=theme.muted, linewidth=1.0)
            axes.axvline(end - 0.5, color=theme.muted, linewidth=1.0)
        start = end


def _write_counts(axes: Axes, map_: _Map, image: AxesImage, theme: Theme) -> None:
    for row, column in np.argwhere(map_.counts > 0):
        red, green, blue, _ = theme.colours(image.norm(map_.weights[row, column]))
        light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.55
        practices = int(map_.counts[row, column])
        text = f"{practices}" if practices < 1000 else f"{practices // 1000}k"
        axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color="#101215" if light else "#ffffff")


def _colour_bar(figure: Figure, axes: Axes, image: AxesImage, map_: _Map) -> None:
    """Where the weight is a function of the count alone, the ticks are counts: a person counts practices."""
    bar = figure.colorbar(image, cax=axes)
    bar.outline.set_visible(False)
    weight = WEIGHT.get(map_.weighting, map_.weighting)
    of = _OF_COUNT.get(map_.weighting)
    if of is None:
        bar.set_label(weight)
        return
    largest = map_.counts.max()
    ticks = [c for c in _TICKS if c <= largest] if map_.weighting == "log10" else [1, largest // 2, largest]
    ticks = sorted({int(c) for c in ticks if c > 0})
    bar.set_ticks([of(c) for c in ticks], labels=[f"{c:,}" for c in ticks])
    bar.set_label("practices with both" + ("" if map_.weighting == "none" else f" (colour: {weight})"))
