"""Plots of a calibration: the reliability curve, and precision and yield against the threshold."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ..report.theme import Plot, Theme, note, statement
from .calibration import Calibration
from .reliability import BINS
from .tables import number, of


def plots(found: Calibration) -> list[Plot]:
    """Both plots of a calibration."""
    return [reliability(found), precision_and_yield(found)]


def reliability(found: Calibration) -> Plot:
    """Share that is right against the value, with limits; the area of a dot is its number of questions."""
    bins = [(b, b.value, b.accuracy) for b in found.figures.bins if b.value is not None and b.accuracy is not None]
    what = "agreement" if found.votes else "score"
    title = f"Is {'an' if found.votes else 'a'} {what} the share that is right?"
    error = found.figures.calibration_error
    told = "No question has a value" if error is None else f"expected calibration error {error:.3f}"
    seen = ", ".join(f"{v:.2f}: {a:.1%} of {number(b.items)}" for b, v, a in bins)

    def draw(theme: Theme) -> Figure:
        if not bins:
            return note(theme, title, "No question has a value")
        figure, axes = _panel(title, f"{_measured_on(found)}; {told}", 5.2)
        axes.plot([0, 1], [0, 1], color=theme.muted, linestyle="--", linewidth=1.2, label=f"{what} = share right")
        x, y = [v for _, v, _ in bins], [a for _, _, a in bins]
        below = [max(0.0, a - b.accuracy_low) for b, _, a in bins]
        above = [max(0.0, b.accuracy_high - a) for b, _, a in bins]
        label = f"share right, {found.confidence:.0%} limits"
        axes.errorbar(
            x, y, [below, above], color=theme.series[0], linewidth=1.8, capsize=4, elinewidth=1.4, label=label
        )
        most = max(b.items for b, _, _ in bins)
        axes.scatter(
            x, y, s=[20 + 160 * b.items / most for b, _, _ in bins], color=theme.series[0], linewidth=0, zorder=3
        )
        for b, v, _ in bins if len(bins) <= BINS else ():
            axes.annotate(
                number(round(b.items)), (v, 0.015), ha="center", color=theme.muted, xycoords=("data", "axes fraction")
            )
        axes.set_xlabel(f"{what} (at the foot: questions)")
        axes.set_ylabel("share that is right")
        axes.set_ylim(0, 1.02)
        axes.set_xlim(0, 1.04)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
        return figure

    return Plot("reliability", title, f"{told}. Share right by {what}: {seen}." if bins else f"{told}.", draw)


def precision_and_yield(found: Calibration) -> Plot:
    """Both against the threshold, with limits, and the chosen one."""
    gates = found.figures.gates
    choice = found.choice
    title = "What a threshold keeps, and how much of it is right"
    chosen = f"none promises {choice.precision:.0%} with confidence {choice.confidence:.0%}"
    if choice.gate:
        chosen = f"chosen for {choice.precision:.0%} with confidence {choice.confidence:.0%}: "
        chosen += of(found, choice.gate.threshold)
    seen = ", ".join(f"{of(found, g.threshold)}: {g.precision:.1%} of {g.kept_share:.1%}" for g in gates if g.precision)

    def draw(theme: Theme) -> Figure:
        if not gates:
            return note(theme, title, "No question has a value")
        figure, axes = _panel(title, f"{_measured_on(found)}; {chosen}", 7.0)
        there = [(g, g.precision) for g in gates if g.precision is not None]
        x = [g.threshold for g, _ in there]
        lows, highs = [g.precision_low for g, _ in there], [g.precision_high for g, _ in there]
        axes.fill_between(x, lows, highs, color=theme.series[0], alpha=0.2, linewidth=0)
        axes.plot(
            x, [p for _, p in there], color=theme.series[0], marker="o", markersize=4, linewidth=2, label="precision"
        )
        across = [g.threshold for g in gates]
        axes.fill_between(
            across,
            [g.kept_low for g in gates],
            [g.kept_high for g in gates],
            color=theme.series[1],
            alpha=0.2,
            linewidth=0,
        )
        shares = [g.kept_share for g in gates]
        axes.plot(
            across, shares, color=theme.series[1], linestyle="-.", marker="s", markersize=4, linewidth=2, label="yield"
        )
        axes.axhline(choice.precision, color=theme.muted, linestyle="--", linewidth=1.2, label="wanted precision")
        if choice.gate:
            axes.axvline(choice.gate.threshold, color=theme.series[2], linewidth=1.6, label="chosen threshold")
        axes.set_ylim(0, 1.02)
        if found.votes:
            axes.set_xticks(across, [of(found, t) for t in across])
        axes.set_xlabel("threshold of the agreement" if found.votes else "threshold of the score")
        axes.set_ylabel(f"share, with {found.confidence:.0%} limits")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2)
        return figure

    return Plot("thresholds", title, f"{chosen}. Precision and yield: {seen}.", draw)


def _measured_on(found: Calibration) -> str:
    votes = f", {found.votes} votes" if found.votes else ""
    draws = f" (mean of {found.draws} draws)" if found.draws > 1 else ""
    return f"{found.figures.questions:,} questions{votes}{draws}"


def _panel(title: str, told: str, width: float) -> tuple[Figure, Axes]:
    """A figure with one panel, ``width`` inches wide; the line under the title may need more."""
    wide, high = max(width + 1.2, 0.085 * len(told) + 0.4), 5.6
    figure = Figure(figsize=(wide, high))
    statement(figure, title, told)
    axes = figure.add_axes((0.85 / wide, 0.6 / high, (wide - 1.1) / wide, (high - 1.75) / high))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.grid()
    return figure, axes
