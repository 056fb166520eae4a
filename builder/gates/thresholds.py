"""Precision and yield of a gate for every threshold, and the threshold that keeps a promise.

A promise is "of what is kept at least this share is right", with a confidence.  An estimate that was chosen among
many for being high is too high, so thresholds are tested (Angelopoulos et al. 2021, "Learn then Test"), from the
highest downwards, by the fallback procedure (Wiens 2003).  The chance of error that the confidence leaves is shared
out beforehand: ``MAIN`` of it to the highest threshold that keeps enough questions to pass with ``ALLOWED`` wrong
ones, the rest equally to the others; a threshold that passes hands all that it had on to the next lower one.
The shares follow from the values alone, never from the truth, so that the chance of any wrong promise is at most
1 - confidence.

Bonferroni's equal shares hand nothing on and find less on a few hundred questions; the plain fixed sequence, which
stops at its first failure, begins where the fewest questions are, and there one wrong answer ends it.  All three keep
the promise; ``benchmarks/gates.py`` simulates how much each finds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .binomial import Floats, fewest_items, interval, lower_limit
from .measured import Measured

STEPS = 20
"""More values than this are looked at in so many steps of equal share: each step of a test is a chance to fail."""
ALLOWED = 2
"""Wrong ones with which the main test can still pass: without any, a single one decides it."""
MAIN = 0.7
"""Share of the chance of error that the main test has of its own."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What a threshold keeps: values at or above it.  Counts are means over the draws; shares are in 0..1."""

    threshold: float
    kept: float  # questions
    right: float  # of these
    precision: float | None  # right / kept; None where nothing is kept
    precision_low: float
    precision_high: float
    lower_limit: float  # one-sided, of the precision
    kept_share: float  # the yield: of all questions, also those that publish nothing at any threshold
    kept_low: float
    kept_high: float


@dataclass(frozen=True, slots=True)
class Tested:
    """One threshold's test: the chance of error that it was given, and whether it passed."""

    threshold: float
    level: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The lowest threshold that keeps the promise; None with the reason where there is none."""

    precision: float  # wanted
    confidence: float
    gate: Gate | None
    tested: tuple[Tested, ...]  # falling thresholds
    reason: str  # "" where a threshold was found


def thresholds(measured: Measured) -> Floats:
    """The thresholds that are looked at, rising: every agreement of two votes or more; every score, or ``STEPS``."""
    if measured.votes is not None:
        return np.arange(2, measured.votes + 1) / measured.votes
    values = np.sort(measured.values[~np.isnan(measured.values)])
    found = np.unique(values)
    if len(found) <= STEPS:
        return found
    return np.unique(values[np.arange(STEPS) * len(values) // STEPS])


def gates(measured: Measured, at: Floats, confidence: float) -> tuple[Gate, ...]:
    """What each of the thresholds ``at`` keeps, in their order, with exact limits."""
    kept, right = _counts(measured, at)
    low, high = interval(right, kept, confidence)
    kept_low, kept_high = interval(kept, measured.questions, confidence)
    least = lower_limit(right, kept, confidence)
    return tuple(
        Gate(
            threshold=float(t),
            kept=float(kept[i]),
            right=float(right[i]),
            precision=float(right[i] / kept[i]) if kept[i] else None,
            precision_low=float(low[i]),
            precision_high=float(high[i]),
            lower_limit=float(least[i]),
            kept_share=float(kept[i] / max(1, measured.questions)),
            kept_low=float(kept_low[i]),
            kept_high=float(kept_high[i]),
        )
        for i, t in enumerate(at)
    )


def _counts(measured: Measured, at: Floats) -> tuple[Floats, Floats]:
    """Questions kept and right at each threshold, as means over the draws: whole numbers until the last step."""
    there = ~np.isnan(measured.values)
    values, right = measured.values[there], measured.right[there]
    order = np.argsort(values, kind="stable")
    # An agreement is k/m on both sides, divided in different places; a score is compared as the pipeline does.
    first = np.searchsorted(values[order], at if measured.votes is None else at - 1e-9)
    above = np.concatenate([np.cumsum(right[order][::-1])[::-1], [0]])
    return (len(values) - first) / measured.draws, above[first] / measured.draws


def choose(measured: Measured, precision: float, confidence: float) -> Choice:
    """The lowest threshold that passes its test; ``precision`` and ``confidence`` above 0 and below 1."""
    falling = gates(measured, thresholds(measured)[::-1], confidence)
    fewest = fewest_items(precision, confidence)
    testable = [g for g in falling if g.kept >= fewest]
    if not testable:
        most = max((g.kept for g in falling), default=0.0)
        reason = (
            f"too few questions: the lowest threshold keeps {most:.0f}, and a precision of {precision:g} with "
            f"confidence {confidence:g} needs {fewest} or more, all of them right"
        )
        return Choice(precision, confidence, None, (), reason)
    main = _main(testable, precision, confidence)
    best: Gate | None = None
    tested: list[Tested] = []
    handed_on = 0.0
    for i, gate in enumerate(testable):
        own = (MAIN if i == main else (1 - MAIN) / (len(testable) - 1)) if len(testable) > 1 else 1.0
        level = handed_on + own * (1 - confidence)
        passed = bool(lower_limit(gate.right, gate.kept, 1 - level) >= precision)
        tested.append(Tested(gate.threshold, level, passed))
        best, handed_on = (gate, level) if passed else (best, 0.0)
    reason = "" if best else _why_not(testable[main], precision, tested[main].level)
    return Choice(precision, confidence, best, tuple(tested), reason)


def _main(testable: list[Gate], precision: float, confidence: float) -> int:
    """The highest threshold that keeps enough to pass with ``ALLOWED`` wrong; where none does, with fewer."""
    for wrong in range(ALLOWED, 0, -1):
        enough = fewest_items(precision, confidence, wrong)
        if (found := next((i for i, g in enumerate(testable) if g.kept >= enough), None)) is not None:
            return found
    return 0


def _why_not(gate: Gate, precision: float, level: float) -> str:
    limit = float(lower_limit(gate.right, gate.kept, 1 - level))
    return (
        f"no threshold passed; the main test, from {gate.threshold:.4g} on, found {gate.right / gate.kept:.1%} of "
        f"{gate.kept:.0f} questions right, which promises {limit:.1%}, not {precision:.1%}"
    )
