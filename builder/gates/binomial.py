"""Exact limits of a share (Clopper and Pearson 1934).

Limits are quantiles of the beta distribution, so counts need not be whole: where each question is drawn
several times, counts are means over the draws.  Such a mean varies no more than the count of one draw (it is a
mean of counts with the same distribution), so the limits of one draw's size err on the wide side.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

Floats = npt.NDArray[np.float64]


def lower_limit(right: npt.ArrayLike, items: npt.ArrayLike, confidence: float) -> Floats:
    """One-sided lower limits, in 0..1, of the share that ``right`` of ``items`` estimates; 0 where nothing is right."""
    k, n = np.broadcast_arrays(np.asarray(right, np.float64), np.asarray(items, np.float64))
    some = k > 0
    limits = betaincinv(np.where(some, k, 1.0), np.where(some, n - k + 1.0, 1.0), 1.0 - confidence)
    return np.asarray(np.where(some, limits, 0.0), np.float64)


def upper_limit(right: npt.ArrayLike, items: npt.ArrayLike, confidence: float) -> Floats:
    """One-sided upper limits; 1 where all are right."""
    k, n = np.asarray(right, np.float64), np.asarray(items, np.float64)
    return np.asarray(1.0 - lower_limit(n - k, n, confidence), np.float64)


def interval(right: npt.ArrayLike, items: npt.ArrayLike, confidence: float) -> tuple[Floats, Floats]:
    """Two-sided limits: each side errs with half of what ``confidence`` leaves."""
    side = (1.0 + confidence) / 2.0
    return lower_limit(right, items, side), upper_limit(right, items, side)


@lru_cache(maxsize=256)
def fewest_items(precision: float, confidence: float, wrong: int = 0) -> int:
    """The least number of items whose lower limit reaches ``precision`` with so many of them wrong."""
    most = 64
    while True:
        items = np.arange(wrong + 1, most)
        enough = np.flatnonzero(lower_limit(items - wrong, items, confidence) >= precision - 1e-12)
        if len(enough):
            return int(items[enough[0]])
        most *= 2
