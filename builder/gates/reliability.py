"""The reliability curve: does a value of 0.8 mean that 80% are right?  And how far off it is on average.

The expected calibration error (Naeini et al. 2015) is the mean distance between value and share that is right, weighted
by the questions: 0 is a value that can be read as a probability.  It says nothing of how well a gate sorts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .binomial import interval
from .measured import Measured

BINS = 10
"""Of a score, equally wide; an agreement has a bin for each number of votes."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of about one value.  Counts are means over the draws."""

    low: float
    high: float  # the value itself for an agreement, else not included but for 1
    value: float | None  # their mean; None where there is none
    items: float
    right: float
    accuracy: float | None
    accuracy_low: float
    accuracy_high: float


def bins(measured: Measured, confidence: float) -> tuple[Bin, ...]:
    """The curve, rising: for an agreement 2/m, 3/m, ..., 1, for a score ten bins."""
    there = ~np.isnan(measured.values)
    values, right = measured.values[there], measured.right[there]
    if measured.votes is not None:
        lows = highs = np.arange(2, measured.votes + 1) / measured.votes
        at = np.rint(values * measured.votes).astype(np.intp) - 2
    else:
        edges = np.arange(BINS + 1) / BINS
        lows, highs = edges[:-1], edges[1:]
        at = np.clip(np.searchsorted(edges, values, "right") - 1, 0, BINS - 1)
    counts = np.bincount(at, minlength=len(lows))
    hits = np.bincount(at, right, minlength=len(lows))
    means = np.bincount(at, np.rint(values * 1e9), minlength=len(lows)) / 1e9  # whole numbers: no order in the sum
    low, high = interval(hits / measured.draws, counts / measured.draws, confidence)
    return tuple(
        Bin(
            low=float(lows[i]),
            high=float(highs[i]),
            value=float(means[i] / n) if n else None,
            items=float(n / measured.draws),
            right=float(hits[i] / measured.draws),
            accuracy=float(hits[i] / n) if n else None,
            accuracy_low=float(low[i]),
            accuracy_high=float(high[i]),
        )
        for i, n in enumerate(counts)
    )


def calibration_error(curve: tuple[Bin, ...]) -> float | None:
    """The expected calibration error, in 0..1; None where no question has a value."""
    total = sum(b.items for b in curve)
    far = sum(b.items * abs(b.accuracy - b.value) for b in curve if b.accuracy is not None and b.value is not None)
    return far / total if total else None
