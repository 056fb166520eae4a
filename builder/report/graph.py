"""The co-occurrence graph: topics on a circle by subject, the strongest pairs as lines between them.

On a circle names stand side by side and cannot cover each other, and the same records always give the
same picture; a layout by forces promises neither.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from ..matrix import TCPM
from ..records import Topic
from .names import count, cut, short_name, subject_name
from .order import by_subject, pairs
from .theme import FONT, Plot, Theme, inches, note, statement

NODES = 56
EDGES = 110
"""No more topics and pairs are drawn."""

_RADIUS = 3.6  # inches
_TITLE = "Which topics go together"


@dataclass(frozen=True, slots=True)
class _Graph:
    """``order``: topics (indices into the matrix) around the circle; ``edges``: (one, other, count, weight)."""

    order: list[int]
    edges: list[tuple[int, int, int, float]]
    told: str


def graph(matrix: TCPM, topics: Sequence[Topic]) -> Plot:
    """The strongest pairs of different topics."""
    practices = {t.name: t.practices for t in topics}
    found = _strongest(matrix, practices)
    alt = "No two topics occur in one practice."
    if found.edges:
        degrees = Counter(i for a, b, *_ in found.edges for i in (a, b))
        names = ", ".join(f"{short_name(matrix.topics[i])} ({n})" for i, n in degrees.most_common(3))
        alt = f"Graph of {count(len(found.order), 'topic')}: {found.told}. Topics with the most lines: {names}."

    def draw(theme: Theme) -> Figure:
        if not found.edges:
            return note(theme, _TITLE, "No two topics occur in one practice")
        return _draw(matrix, found, practices, theme)

    return Plot("graph", _TITLE, alt, draw)


def _strongest(matrix: TCPM, practices: Mapping[str, int]) -> _Graph:
    """The heaviest pairs between at most NODES topics; of equal weight those of the more frequent topics."""
    rows, columns, counts, weights = pairs(matrix)
    apart = rows != columns
    rows, columns, counts, weights = (values[apart] for values in (rows, columns, counts, weights))
    size = np.array([practices.get(name, 0) for name in matrix.topics], np.int64)
    ranked = np.lexsort((columns, rows, -(size[rows] + size[columns]), -counts, -weights))
    nodes: set[int] = set()
    edges: list[tuple[int, int, int, float]] = []
    for k in ranked:
        both = {int(rows[k]), int(columns[k])}
        if len(nodes | both) <= NODES:
            nodes |= both
            edges.append((int(rows[k]), int(columns[k]), int(counts[k]), float(weights[k])))
        if len(edges) == EDGES:
            break
    told = f"the {len(edges):,} strongest of {count(len(rows), 'pair')} of different topics"
    return _Graph(by_subject(matrix, sorted(nodes)), edges, told)


# --- drawing -----------------------------------------------------------------------------------


def _draw(matrix: TCPM, found: _Graph, practices: Mapping[str, int], theme: Theme) -> Figure:
    names = [short_name(matrix.topics[i], 34) for i in found.order]
    subjects = [subject_name(matrix.topics[i]) for i in found.order]
    rim = _RADIUS + 0.45 + max(map(inches, names))
    legend = 1.1 + max(inches(cut(s, 24)) for s in subjects)  # half of it has room in the corner of the circle
    wide, high = 2 * rim + 0.5 * legend, 2 * rim + 0.7
    figure = Figure(figsize=(wide, high))
    subtitle = f"{found.told}; dots by practices, lines by weight"
    statement(figure, _TITLE, subtitle)
    axes = figure.add_axes((0, 0, 2 * rim / wide, 2 * rim / high))
    axes.set_xlim(-rim, rim)
    axes.set_ylim(-rim, rim)
    axes.set_axis_off()
    colours = _colours(subjects, theme)
    angles = _angles(subjects)
    at = dict(zip(found.order, angles, strict=True))
    colour_of = {i: colours[s] for i, s in zip(found.order, subjects, strict=True)}
    _draw_edges(axes, found, at, colour_of, theme)
    largest = max(practices.get(matrix.topics[i], 1) for i in found.order)
    for i, name in zip(found.order, names, strict=True):
        _draw_node(axes, at[i], name, practices.get(matrix.topics[i], 0) / largest, colour_of[i], theme)
    handles = [
        Line2D([], [], marker="o", linestyle="", color=colour, markersize=8, label=f"{cut(s, 24)} ({n})")
        for (s, n), colour in ((item, colours[item[0]]) for item in _by_size(subjects))
        if colour != theme.muted
    ]
    if others := sum(n for s, n in _by_size(subjects) if colours[s] == theme.muted):
        handles.append(
            Line2D(
                [], [], marker="o", linestyle="", color=theme.muted, markersize=8, label=f"other subjects ({others})"
            )
        )
    figure.legend(handles=handles, loc="upper right", bbox_to_anchor=(1 - 0.1 / wide, 1 - 0.75 / high), title="Subject")
    return figure


def _by_size(subjects: Sequence[str]) -> list[tuple[str, int]]:
    return sorted(Counter(subjects).items(), key=lambda item: (-item[1], item[0]))


def _colours(subjects: Sequence[str], theme: Theme) -> dict[str, str]:
    """The largest subjects have a colour of their own, the others are grey."""
    return {s: theme.series[k] if k < len(theme.series) else theme.muted for k, (s, _) in enumerate(_by_size(subjects))}


def _angles(subjects: Sequence[str]) -> list[float]:
    """Radians, clockwise from the top, with a gap between subjects."""
    gaps = sum(a != b for a, b in zip(subjects, [*subjects[1:], subjects[0]], strict=True))
    step = 2 * math.pi / (len(subjects) + 0.7 * gaps)
    angles, turn = [], 0.0
    for i, subject in enumerate(subjects):
        if i and subject != subjects[i - 1]:
            turn += 0.7 * step
        angles.append(math.pi / 2 - turn)
        turn += step
    return angles


def _draw_edges(axes: Axes, found: _Graph, at: Mapping[int, float], colour_of: Mapping[int, str], theme: Theme) -> None:
    heaviest = max(weight for *_, weight in found.edges) or 1.0
    for a, b, _, weight in reversed(found.edges):  # the strongest lie on top
        start, end = (np.array([math.cos(at[i]), math.sin(at[i])]) * _RADIUS for i in (a, b))
        apart = np.linalg.norm(end - start) / (2 * _RADIUS)
        bend = (start + end) / 2 * (1 - 0.75 * apart) * (0.55 + 0.35 * (1 - apart))
        same = colour_of[a] == colour_of[b]
        axes.add_patch(
            PathPatch(
                Outline([start, bend, end], [Outline.MOVETO, Outline.CURVE3, Outline.CURVE3]),
                facecolor="none",
                edgecolor=colour_of[a] if same else theme.muted,
                linewidth=0.6 + 4.4 * (weight / heaviest) ** 1.5,
                alpha=0.75 if same else 0.5,
                capstyle="round",
            )
        )


def _draw_node(axes: Axes, angle: float, name: str, size: float, colour: str, theme: Theme) -> None:
    x, y = math.cos(angle), math.sin(angle)
    axes.plot(
        [x * _RADIUS], [y * _RADIUS], marker="o", markersize=4 + 14 * math.sqrt(size), color=colour,
        markeredgecolor=theme.paper, markeredgewidth=1,
    )  # fmt: skip
    left = x < -1e-9
    axes.text(
        x * (_RADIUS + 0.2),
        y * (_RADIUS + 0.2),
        name,
        fontsize=FONT,
        rotation=math.degrees(angle) + (180 if left else 0),
        rotation_mode="anchor",
        ha="right" if left else "left",
        va="center_baseline",
    )
