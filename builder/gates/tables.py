"""The tables of a calibration, as text in rows: a terminal and a Markdown file show the same.

Names of groups come from files and are untrusted: whoever shows a table escapes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .calibration import Calibration, Figures
from .holdout import Held
from .reliability import Bin
from .thresholds import Gate

ACROSS = 5
"""Groups side by side in one table."""


@dataclass(frozen=True, slots=True)
class Text:
    """A table: the first column is a name, the others are figures."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(found: Calibration) -> Iterator[Text]:
    """All tables, the most asked-for first."""
    if found.votes is not None:
        yield _winners("winners by agreement", {"all": found.figures}, found.votes)
        for column, parts in found.groups.items():
            names = list(parts)
            for start in range(0, len(names), ACROSS):
                some = {n: parts[n] for n in names[start : start + ACROSS]}
                yield _winners(f"winners by agreement, by {column}", some, found.votes)
    yield _gates(found)
    if found.votes is None:
        yield _curve(found)
    for column, parts in found.groups.items():
        yield _groups(found, column, parts)
    if found.holdout:
        yield _holdout(found)


def share(value: float | None, low: float = 0.0, high: float = 1.0) -> str:
    """A share in percent with its limits; "-" of nothing."""
    return "-" if value is None else f"{value:.1%} ({low:.0%} to {high:.0%})"


def number(value: float) -> str:
    """A count, which may be a mean over draws."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def of(calibration: Calibration, threshold: float) -> str:
    """A threshold as a person reads it: votes of all votes (no threshold is two), or the score."""
    if calibration.votes is None:
        return f"{threshold:.4g}"
    return f"{max(2, round(threshold * calibration.votes))}/{calibration.votes}"


def _winners(title: str, parts: Mapping[str, Figures], votes: int) -> Text:
    several = len(parts) > 1
    headings: list[str] = ["agreement"]
    for name in parts:
        headings += [name] if several else ["questions", "winners right", "accuracy"]
    rows = []
    for i, k in enumerate(range(2, votes + 1)):
        cells = [f"{k}/{votes}"]
        for figures in parts.values():
            cells += _accuracy(figures.bins[i], several)
        rows.append(tuple(cells))
    for reason in sorted({r for f in parts.values() for r in f.nothing}):
        cells = [f"none: {reason.replace('_', ' ')}"]
        for figures in parts.values():
            cells += [number(figures.nothing.get(reason, 0.0)), *([] if several else ["", "publishes nothing"])]
        rows.append(tuple(cells))
    rows.append(("all", *(c for f in parts.values() for c in (str(f.questions), *([] if several else ["", ""])))))
    return Text(title, tuple(headings), tuple(rows))


def _accuracy(b: Bin, short: bool) -> list[str]:
    said = share(b.accuracy, b.accuracy_low, b.accuracy_high)
    if short:
        return [f"{said} of {number(b.items)}" if b.items else "-"]
    return [number(b.items), number(b.right), said]


def _gates(found: Calibration) -> Text:
    rows = [_gate(found, g) for g in found.figures.gates]
    if found.default.threshold not in [g.threshold for g in found.figures.gates] and found.votes is None:
        rows.append(_gate(found, found.default))
        rows.sort(key=lambda row: float(row[0]))
    headings = ("threshold", "kept", "yield", "right", "precision", f"lower limit ({found.confidence:.0%})")
    return Text("what each threshold keeps", headings, tuple(rows))


def _gate(found: Calibration, g: Gate) -> tuple[str, ...]:
    kept = share(g.kept_share, g.kept_low, g.kept_high)
    precision = share(g.precision, g.precision_low, g.precision_high)
    promised = f"{g.lower_limit:.1%}" if g.kept else "-"
    return (of(found, g.threshold), number(g.kept), kept, number(g.right), precision, promised)


def _curve(found: Calibration) -> Text:
    rows = tuple(
        (
            f"{b.low:.1f} to {b.high:.1f}",
            number(b.items),
            "-" if b.value is None else f"{b.value:.3f}",
            share(b.accuracy, b.accuracy_low, b.accuracy_high),
        )
        for b in found.figures.bins
    )
    rows += tuple((f"none: {r}", number(n), "-", "publishes nothing") for r, n in found.figures.nothing.items())
    return Text("reliability: is a score the share that is right?", ("score", "questions", "mean score", "right"), rows)


def _groups(found: Calibration, column: str, parts: Mapping[str, Figures]) -> Text:
    rows = []
    for name, figures in parts.items():
        g = figures.shown
        error = "-" if figures.calibration_error is None else f"{figures.calibration_error:.3f}"
        precision = share(g.precision, g.precision_low, g.precision_high)
        rows.append((name, str(figures.questions), number(g.kept), f"{g.kept_share:.1%}", precision, error))
    headings = (column, "questions", "kept", "yield", "precision", "calibration error")
    return Text(f"from {of(found, found.figures.shown.threshold)} on, by {column}", headings, tuple(rows))


def _holdout(found: Calibration) -> Text:
    assert found.holdout is not None
    h, wanted = found.holdout, found.choice
    rows = (
        _held("tested, as above", h.chosen, h.splits),
        _held("lowest with such an estimate", h.plain, h.splits),
    )
    title = (
        f"{h.splits} times chosen on a random half ({h.questions} questions) for {wanted.precision:.0%}, "
        "measured on the other half"
    )
    headings = ("rule", "found one", "reached it", "ruled out", "precision: mean", "5th percentile", "yield")
    return Text(title, headings, rows)


def _held(name: str, held: Held, splits: int) -> tuple[str, ...]:
    if held.precision is None or held.precision_p5 is None or held.kept_share is None:
        return (name, f"0 of {splits}", "-", "-", "-", "-", "-")
    return (
        name,
        f"{held.found} of {splits}",
        f"{held.kept_promise / held.found:.1%}",
        f"{held.refuted / held.found:.1%}",
        f"{held.precision:.1%}",
        f"{held.precision_p5:.1%}",
        f"{held.kept_share:.1%}",
    )


def markdown(found: Sequence[Text]) -> str:
    """The tables as Markdown; what could start something else is escaped."""
    blocks = []
    for text in found:
        lines = [_line(text.headings), "|" + "---|" * len(text.headings), *map(_line, text.rows)]
        blocks.append(f"**{_plain(text.title[:1].upper() + text.title[1:])}**\n\n" + "\n".join(lines) + "\n")
    return "\n".join(blocks)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(_plain, cells)) + " |"


def _plain(cell: str) -> str:
    shown = (c if c.isprintable() else "\ufffd" for c in " ".join(cell.split()))
    return "".join(f"\\{c}" if c in "\\|*_<>[]`#" else c for c in shown)
