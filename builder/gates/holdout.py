"""Whether a promise is kept where it was not chosen: a threshold from one half of the questions, tried on the other.

Questions are split, not draws: what is drawn twice from one question never stands on both sides.  The halves come from
one sample, so that a half that looks too good leaves one that looks too bad: the figures are harder
on a rule than new questions would be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .binomial import upper_limit
from .measured import Measured
from .thresholds import Gate, choose, gates, thresholds


@dataclass(frozen=True, slots=True)
class Held:
    """How a rule's thresholds did on the other halves."""

    found: int  # splits in which the rule found a threshold that keeps something of the other half
    kept_promise: int  # of these, splits in which the other half's precision reaches what was promised
    refuted: int  # splits in which the other half's upper limit (one-sided, same confidence) is below it
    precision: float | None  # mean of the other halves
    precision_p5: float | None  # their 5th percentile
    kept_share: float | None  # mean yield of the other halves


@dataclass(frozen=True, slots=True)
class Holdout:
    """``chosen``: the rule of :func:`.thresholds.choose`; ``plain``: the lowest threshold whose estimate suffices."""

    splits: int
    questions: int  # in a half on which the threshold is chosen
    chosen: Held
    plain: Held


def holdout(measured: Measured, precision: float, confidence: float, splits: int, seed: int) -> Holdout:
    """Both rules over ``splits`` random halves; the same seed gives the same halves."""
    random = np.random.default_rng(seed)
    half = measured.questions // 2
    chosen: list[Gate] = []
    plain: list[Gate] = []
    for _ in range(splits):
        order = random.permutation(measured.questions)
        first, second = measured.take(order[:half]), measured.take(order[half:])
        gate = choose(first, precision, confidence).gate
        for found, at in ((chosen, gate and gate.threshold), (plain, _plain(first, precision, confidence))):
            if at is not None:
                found += gates(second, np.array([at]), confidence)
    return Holdout(splits, half, _held(chosen, precision, confidence), _held(plain, precision, confidence))


def _plain(measured: Measured, precision: float, confidence: float) -> float | None:
    found = gates(measured, thresholds(measured), confidence)
    return next((g.threshold for g in found if g.precision is not None and g.precision >= precision), None)


def _held(found: list[Gate], precision: float, confidence: float) -> Held:
    found = [g for g in found if g.kept]
    shares = np.array([g.right / g.kept for g in found])
    upper = upper_limit([g.right for g in found], [g.kept for g in found], confidence)
    return Held(
        found=len(found),
        kept_promise=int(np.sum(shares >= precision)),
        refuted=int(np.sum(upper < precision)),
        precision=float(shares.mean()) if found else None,
        precision_p5=float(np.percentile(shares, 5)) if found else None,
        kept_share=float(np.mean([g.kept_share for g in found])) if found else None,
    )
