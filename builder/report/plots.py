"""Plots of topics and of coverage: frequency, key points, pairs drawn against their weight, growth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from .coverage import Coverage, Covered
from .facts import Shape, TopicFacts, shape
from .names import count, cut, plain
from .order import Floats, Ints
from .theme import MANY, Plot, Theme, inches, note, statement

BARS = 30
"""Topics with a bar and a name of their own."""

_ROW = 0.24  # inches that a bar has


def topic_frequency(facts: Sequence[TopicFacts]) -> Plot:
    """The most frequent topics as bars, and all topics by rank."""
    values = [f.topic.practices for f in facts]
    told = head_and_tail(shape(values), "use")
    title = "How often each topic occurs"
    shown = facts[:BARS]

    def draw(theme: Theme) -> Figure:
        if not shown:
            return note(theme, title, "There is no topic")
        figure, bars, ranks = _bars_beside(title, told, shown)
        _bars(bars, [f.topic.practices for f in shown], theme.series[0])
        bars.set_title(_first(shown, facts))
        bars.set_xlabel("practices that have the topic")
        _ranks(ranks, values, theme, "practices that have the topic")
        return figure

    alt = "There is no topic."
    if shown:
        first = ", ".join(f"{_name(f)} {f.topic.practices:,}" for f in shown[:3])
        alt = f"Bars of the most frequent topics: {first}. {told}"
    return Plot("topic_frequency", title, alt, draw)


def key_points_plot(facts: Sequence[TopicFacts]) -> Plot:
    """Uses and different key points of each topic."""
    ordered = sorted(facts, key=lambda f: (-f.topic.key_points, f.topic.name))
    uses, distinct = sum(f.topic.key_points for f in facts), sum(f.distinct for f in facts)
    once = f"each is used {uses / distinct:.2f} times" if distinct else "there is none"
    told = f"{count(uses, 'use')} of {count(distinct, 'different key point')}: on average {once}"
    title = "Key points of each topic"
    shown = ordered[:BARS]

    def draw(theme: Theme) -> Figure:
        if not shown:
            return note(theme, title, "There is no key point")
        figure, bars, against = _bars_beside(title, told, shown)
        bars.barh(range(len(shown)), [f.topic.key_points for f in shown], height=0.72, color=theme.grid, label="uses")
        bars.barh(
            range(len(shown)), [f.distinct for f in shown], height=0.36, color=theme.series[0], label="different ones"
        )
        for row, f in enumerate(shown):
            bars.annotate(
                f"{f.distinct:,} / {f.topic.key_points:,}",
                (max(f.topic.key_points, f.distinct), row),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
            )
        bars.legend(loc="lower right")
        bars.set_title(_first(shown, facts))
        bars.set_xlabel("key points")
        _against(against, ordered, theme)
        return figure

    return Plot("key_points", title, told + ".", draw)


def pairs_drawn(coverage: Coverage) -> Plot:
    """How often each pair was drawn against its weight."""
    end, of = coverage.end, coverage.of
    title = "How often each pair was drawn, by its weight"
    told = (
        f"{count(of.sets, 'set')} drew {end.pairs:,} of {count(of.pairs, 'pair')} that occur "
        f"({share(end.pairs, of.pairs)}), which have {end.weight:.1%} of the weight"
    )

    def draw(theme: Theme) -> Figure:
        if not len(coverage.weights):
            return note(theme, title, "No two topics occur in one practice")
        figure, axes = _panel(title, told, 8.0, 0.2)
        _dots(axes, coverage, theme)
        return figure

    return Plot("pairs_drawn", title, told + ".", draw)


def growth(coverage: Coverage) -> Plot:
    """Share of pairs, weight, topics, practices and key points that were used, over the number of sets."""
    end, of = coverage.end, coverage.of
    lines: list[tuple[str, Callable[[Covered], float]]] = [
        ("weight of the pairs", lambda c: c.weight),
        *(
            (name, lambda c, field=field: getattr(c, field) / (getattr(of, field) or 1))
            for name, field in (
                ("pairs", "pairs"),
                ("topics", "topics"),
                ("practices", "practices"),
                ("key points", "key_points"),
            )
        ),
    ]
    title = "What the information sets have used"
    told = ", ".join(f"{name} {of_(end):.1%}" for name, of_ in lines)

    def draw(theme: Theme) -> Figure:
        figure, axes = _panel(title, f"after {count(of.sets, 'set')}: {told}", 6.2, 2.7)
        sets = [c.sets for c in coverage.curve]
        styles = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
        for (_, of_), style, colour in zip(lines, styles, theme.series, strict=False):
            axes.plot(sets, [of_(c) for c in coverage.curve], color=colour, linestyle=style, linewidth=2)
        _label_ends(axes, [(name, of_(end)) for name, of_ in lines], of.sets, theme)
        axes.set_xlim(0, max(of.sets, 2))
        axes.set_ylim(0, 1.02)
        axes.grid(axis="y")
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        _whole_numbers(axes.xaxis)
        axes.set_xlabel("information sets")
        axes.set_ylabel("used at least once")
        return figure

    return Plot("coverage", title, f"Growth over {count(of.sets, 'set')}; at the end: {told}.", draw)


def head_and_tail(s: Shape, what: str) -> str:
    """Where half of the sum is and how long the tail is, in one sentence."""
    if not s.total:
        return f"No {what}s"
    ones = f"{s.ones:,} of {count(s.items, 'topic')} ({share(s.ones, s.items)})"
    head = f"Head: {count(s.half, 'topic has', 'topics have')} half of the {count(s.total, what)}."
    return f"{head} Tail: {ones} have one practice; median {s.median:g}"


def share(part: float, whole: float) -> str:
    """A percentage, "-" of nothing."""
    return f"{part / whole:.1%}" if whole else "-"


# --- drawing -----------------------------------------------------------------------------------


def _name(f: TopicFacts) -> str:
    return cut(plain(f.topic.name).strip() or "(no name)", 48)


def _first(shown: Sequence[TopicFacts], facts: Sequence[TopicFacts]) -> str:
    return f"The {len(shown)} most frequent" if len(shown) < len(facts) else f"All {len(facts)}"


def _panel(title: str, told: str, width: float, right: float) -> tuple[Figure, Axes]:
    """A figure with one panel, ``width`` inches wide, and so many inches beside it on the right."""
    wide, high = 0.9 + width + right, 5.2
    figure = Figure(figsize=(wide, high))
    statement(figure, title, told)
    return figure, figure.add_axes((0.9 / wide, 0.6 / high, width / wide, (high - 1.75) / high))


def _bars_beside(title: str, told: str, shown: Sequence[TopicFacts]) -> tuple[Figure, Axes, Axes]:
    """A figure with room for named bars on the left and for all topics on the right."""
    names = [_name(f) for f in shown]
    label, tall = 0.25 + max(map(inches, names)), max(_ROW * len(shown), 2.6)
    high = tall + 1.75
    figure = Figure(figsize=(label + 4.2 + 5.0, high))
    statement(figure, title, told)
    wide = float(figure.get_size_inches()[0])
    bars = figure.add_axes((label / wide, 0.6 / high, 4.0 / wide, tall / high))
    side = min(tall, 3.6)
    beside = figure.add_axes(((label + 5.2) / wide, (0.6 + tall - side) / high, 3.8 / wide, side / high))
    bars.set_yticks(range(len(shown)), names)
    bars.set_ylim(len(shown) - 0.4, -0.6)
    bars.tick_params(axis="y", length=0)
    bars.grid(axis="x")
    _whole_numbers(bars.xaxis)
    return figure, bars, beside


def _bars(axes: Axes, values: Sequence[int], colour: str) -> None:
    drawn = axes.barh(range(len(values)), values, height=0.72, color=colour)
    axes.bar_label(drawn, labels=[f"{v:,}" for v in values], padding=3)
    axes.set_xlim(0, max(values) * 1.12 or 1)


def _ranks(axes: Axes, values: Sequence[int], theme: Theme, label: str) -> None:
    """All values by rank, with logarithmic axes where the values span more than a factor of 20."""
    falling = np.sort(np.asarray(values))[::-1]
    falling = falling[falling > 0]
    ranks = np.arange(1, len(falling) + 1)
    logarithmic = len(falling) > 0 and falling[0] > 20 * falling[-1]
    axes.plot(ranks, falling, color=theme.series[0], linewidth=2, drawstyle="steps-mid", rasterized=len(ranks) > MANY)
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
        _plain_log(axes)
    else:
        axes.set_ylim(0, None)
        _whole_numbers(axes.xaxis)
        _whole_numbers(axes.yaxis)
    if half := shape(values).half:
        axes.axvline(half, color=theme.series[1], linewidth=1.2, linestyle="--")
        along = np.log(half) / np.log(len(falling)) if logarithmic else half / len(falling)
        axes.annotate(
            f"half of all uses:\nfirst {count(half, 'topic')}",
            (half, 0.02),  # at the foot of the line: the curve falls to there only at its end
            xycoords=axes.get_xaxis_transform(),
            xytext=(5 if along < 0.6 else -5, 0),
            textcoords="offset points",
            ha="left" if along < 0.6 else "right",
            va="bottom",
        )
    axes.grid(which="major")
    axes.set_title("All topics" + (" (logarithmic axes)" if logarithmic else ""))
    axes.set_xlabel("rank of the topic")
    axes.set_ylabel(label)


def _against(axes: Axes, facts: Sequence[TopicFacts], theme: Theme) -> None:
    """Different key points against uses, a dot a topic."""
    used = np.array([f.topic.key_points for f in facts])
    distinct = np.array([f.distinct for f in facts])
    kept = (used > 0) & (distinct > 0)
    used, distinct = used[kept], distinct[kept]
    axes.set_xlabel("uses")
    axes.set_ylabel("different key points")
    if not len(used):
        axes.set_title("All topics")
        return
    top = float(used.max())
    logarithmic = top > 20
    axes.plot([1, top], [1, top], color=theme.muted, linewidth=1, linestyle="--")
    axes.annotate("no repeats", (top, top), xytext=(-14, -6), textcoords="offset points", ha="right", color=theme.muted)
    axes.scatter(used, distinct, s=14, color=theme.series[0], alpha=0.5, linewidth=0, rasterized=len(used) > MANY)
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
        _plain_log(axes)
    axes.grid(which="major")
    axes.set_title("All topics, a dot each" + (" (logarithmic axes)" if logarithmic else ""))


def _dots(axes: Axes, coverage: Coverage, theme: Theme) -> None:
    weights, drawn = coverage.weights, coverage.drawn
    places, pairs = np.unique(np.stack([weights.round(6), drawn]), axis=1, return_counts=True)
    area = 10 + 250 * (pairs - 1) / max(1, pairs.max() - 1)
    label = f"pairs: a dot is 1, the largest {pairs.max():,}" if pairs.max() > 1 else "a pair of topics"
    axes.scatter(
        places[0],
        places[1],
        s=area,
        color=theme.series[0],
        alpha=0.55,
        linewidth=0,
        rasterized=len(pairs) > MANY,
        label=label,
    )
    levels, means = _means(weights, drawn)
    axes.plot(levels, means, color=theme.series[1], marker="o", markersize=5, linewidth=1.8, label="their mean")
    slope = coverage.expected.sum() / (weights.sum() or 1.0)
    heaviest = float(weights.max())
    ends = np.array([0.0, heaviest])
    axes.plot(ends, ends * slope, color=theme.muted, linestyle="--", linewidth=1.2, label="in proportion to the weight")
    axes.set_xlim(0, heaviest * 1.04 or 1)
    axes.set_ylim(-0.05 * max(1, int(drawn.max())), None)
    axes.grid()
    _whole_numbers(axes.yaxis)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    axes.set_xlabel("weight of the pair in the matrix")
    axes.set_ylabel("times drawn")


def _means(weights: Floats, drawn: Ints) -> tuple[Floats, Floats]:
    """Levels of weight, and the mean draws of the pairs at each; where there are many levels, of 20 steps."""
    levels, at = np.unique(weights.round(6), return_inverse=True)
    if len(levels) > 30:  # the weights are no function of a small count
        at = np.minimum((weights - weights.min()) / np.ptp(weights) * 20, 19).astype(np.int64)
        at = np.unique(at, return_inverse=True)[1]
    pairs = np.bincount(at)
    return np.bincount(at, weights) / pairs, np.bincount(at, drawn) / pairs


def _label_ends(axes: Axes, ends: Sequence[tuple[str, float]], last: int, theme: Theme) -> None:
    """A name beside the end of each line, moved apart where lines end close together."""
    gap = 0.066
    rising = sorted(range(len(ends)), key=lambda i: (ends[i][1], i))
    heights: list[float] = []
    for i in rising:
        heights.append(max(ends[i][1], heights[-1] + gap if heights else 0.0))
    over = max(0.0, heights[-1] - 1.0)
    for i, height in zip(rising, heights, strict=True):
        name, value = ends[i]
        axes.annotate(
            f"{name} {value:.1%}",
            (last, value),
            xytext=(1.06, height - over),
            textcoords=axes.get_yaxis_transform(),
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": theme.series[i],
                "linewidth": 2,
                "relpos": (0, 0.5),
                "shrinkA": 2,
                "shrinkB": 0,
            },
        )


def _whole_numbers(axis: Any) -> None:
    axis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _plain_log(axes: Axes) -> None:
    """1, 10, 100 and no powers, no small ticks without a name."""
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else ""))
        axis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
