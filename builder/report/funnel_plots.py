"""Plots of what became of the questions: the funnel, and how different paraphrases are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from .funnel import PARAPHRASES, SETS, Flow, Funnel
from .names import count, cut
from .paraphrases import BINS, PARENT, SIBLING, Paraphrases, Spread
from .plots import share
from .theme import Plot, Theme, inches, statement

NAMES = {
    SETS: {"sampled": "information sets sampled", "scored": "scored high enough", "voted": "agreed on by vote"},
    PARAPHRASES: {"sampled": "asked for", "scored": "scored high enough", "voted": "agreed on, as the parent"},
}
"""Steps that are called otherwise on the page, by origin."""

TITLES = {SETS: "Questions written for information sets", PARAPHRASES: "Their paraphrases"}

_ROW = 0.36  # inches that a step has
_HEAD = 0.62  # above the bars, for their title
_BAR = 4.6
_TOLD = 4.0  # for the reasons beside a bar
_REASONS = 48  # columns of them
_COLUMNS = (  # heading, inches right of the bars, and how it is set there
    ("passed", 0.75, "right"),
    ("of entered", 1.7, "right"),
    ("of all", 2.4, "right"),
    ("lost for", 2.65, "left"),
)


def step_name(origin: str, step: str) -> str:
    """What a step is called."""
    return NAMES[origin].get(step, step)


def funnel_plot(funnel: Funnel) -> Plot:
    """A bar for each step: what passed, what was lost and for which reasons; paraphrases below."""
    title = "What became of the information sets"
    told = ". ".join(map(_told, funnel.flows))

    def draw(theme: Theme) -> Figure:
        return _draw_funnel(funnel.flows, title, told, theme)

    steps = "; ".join(f"{step_name(f.origin, s.step)} {s.passed.part:,}" for f in funnel.flows for s in f.steps)
    return Plot("funnel", title, f"{told}. {steps}.", draw)


def paraphrase_plot(paraphrases: Paraphrases) -> Plot:
    """How similar paraphrases are to their parents and to each other, by both measures."""
    title = "How different paraphrases are"
    spreads = [s for s in paraphrases.spreads if s.pairs]
    told = "; ".join(f"{s.measure} {s.between} {s.quantile(0.5):.2f}" for s in spreads)

    def draw(theme: Theme) -> Figure:
        return _draw_spreads(paraphrases, title, f"medians: {told}", theme)

    return Plot("paraphrases", title, f"Medians of the similarity, 0 to 1: {told}.", draw)


def _told(flow: Flow) -> str:
    through, last = flow.through, flow.steps[-1].step
    what = {"sampled": "are sampled, nothing more yet", "voted": "are kept by the vote"}.get(last, f"are {last}")
    whole = "information set" if flow.origin == SETS else "paraphrase"
    if last == "sampled":
        return f"{count(through.part, whole)} {what}"
    return f"Of {count(through.of, whole)} {through.part:,} ({share(through.part, through.of)}) {what}"


# --- drawing -----------------------------------------------------------------------------------


def _draw_funnel(flows: Sequence[Flow], title: str, told: str, theme: Theme) -> Figure:
    names = [step_name(f.origin, s.step) for f in flows for s in f.steps]
    left = 0.35 + max(map(inches, names))
    heights = [_ROW * len(f.steps) for f in flows]
    wide, high = left + _BAR + _COLUMNS[-1][1] + _TOLD, 1.1 + sum(h + _HEAD for h in heights)
    figure = Figure(figsize=(wide, high))
    statement(figure, title, told)
    top = high - 0.95
    for flow, tall in zip(flows, heights, strict=True):
        top -= tall + _HEAD
        axes = figure.add_axes((left / wide, top / high, _BAR / wide, tall / high))
        _flow(axes, flow, theme, TITLES[flow.origin] if len(flows) > 1 else "")
    _legend(figure, flows, theme, left / wide, (high - 0.72) / high)
    return figure


def _flow(axes: Axes, flow: Flow, theme: Theme, title: str) -> None:
    steps = flow.steps
    for place, step in enumerate(steps):
        passed, lost, pending = step.passed.part, step.lost, step.pending
        axes.barh(place, passed, height=0.7, color=theme.series[0])
        if lost:
            axes.barh(place, lost, left=passed, height=0.7, **_lost(theme))
        if pending:
            axes.barh(place, pending, left=passed + lost, height=0.7, color=theme.grid)
        told = (
            f"{passed:,}",
            share(passed, step.passed.of),
            share(passed, flow.decided),
            cut(flow.reasons(step), _REASONS),
        )
        for (_, right, align), text in zip(_COLUMNS, told if place else told[:1], strict=False):
            _beside(axes, place, right, text, theme.muted if align == "left" else theme.ink, align)
    for heading, right, align in _COLUMNS if len(steps) > 1 else _COLUMNS[:1]:
        _beside(axes, -0.85, right, heading, theme.muted, align)
    axes.set_yticks(range(len(steps)), [step_name(flow.origin, s.step) for s in steps])
    axes.set_ylim(len(steps) - 0.5, -0.5)
    axes.set_xlim(0, max(1, steps[0].entered))
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    axes.spines["bottom"].set_visible(False)
    axes.set_title(title, pad=9)


def _lost(theme: Theme) -> dict[str, Any]:
    """How a loss looks: told from what passed without its colour too."""
    return {"facecolor": theme.paper, "edgecolor": theme.series[1], "hatch": "////", "linewidth": 1}


def _beside(axes: Axes, place: float, right: float, text: str, colour: str, align: str) -> None:
    """Text so many inches right of the bars."""
    at = axes.get_yaxis_transform()
    axes.annotate(
        text,
        (1, place),
        xycoords=at,
        xytext=(right * 72, 0),
        textcoords="offset points",
        color=colour,
        ha=align,
        va="center",
        annotation_clip=False,
    )


def _legend(figure: Figure, flows: Sequence[Flow], theme: Theme, left: float, top: float) -> None:
    handles = [Patch(color=theme.series[0], label="passed"), Patch(**_lost(theme), label="lost here")]
    if any(s.pending for f in flows for s in f.steps):
        handles.append(Patch(color=theme.grid, label="not done yet"))
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(left, top), ncols=3, borderaxespad=0)


def _draw_spreads(paraphrases: Paraphrases, title: str, told: str, theme: Theme) -> Figure:
    figure = Figure(figsize=(11.6, 4.6))
    statement(figure, title, told)
    for place, between in enumerate((PARENT, SIBLING)):
        axes = figure.add_axes((0.075 + 0.49 * place, 0.145, 0.405, 0.57))
        spreads = paraphrases.of(between)
        axes.set_title(f"Similarity {between}: {count(spreads[0].pairs, 'pair')}", pad=26)
        for spread, style, colour in zip(spreads, ("-", "--"), theme.series, strict=False):
            _spread(axes, spread, style, colour)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, None)
        axes.grid(axis="y")
        axes.set_xlabel("similarity: 0 nothing in common, 1 the same")
        axes.set_ylabel("share of the pairs" if not place else "")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        if spreads[0].pairs:
            axes.legend(loc="upper left", borderaxespad=0, bbox_to_anchor=(-0.02, 1.13), ncols=2)
    return figure


def _spread(axes: Axes, spread: Spread, style: str, colour: str) -> None:
    if not spread.pairs:
        return
    edges = np.linspace(0, 1, BINS + 1)
    name = f"{spread.measure}, median {spread.quantile(0.5):.2f}"
    shares = spread.histogram / spread.pairs
    axes.stairs(shares, edges, color=colour, linestyle=style, linewidth=2, label=name)
    axes.axvline(spread.quantile(0.5), color=colour, linestyle=style, linewidth=1, alpha=0.7)
