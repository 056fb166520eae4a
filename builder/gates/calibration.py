"""All figures of a calibration, as one record that can be saved, shown and put into a card.

Precision and yield for every threshold, the reliability curve, the same for each group, the threshold that keeps the
wanted promise, and how such promises are kept on held-out halves.  A promise holds for questions like those
measured, and for what made the values (model, prompt, number of votes); it is one for all of them, not for each group.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..config import Config
from ..errors import ConfigError
from .holdout import Holdout, holdout
from .measured import Measured
from .reading import Source, Voting
from .reliability import Bin, bins, calibration_error
from .thresholds import Choice, Gate, choose, gates, thresholds

FORMAT = 1
"""Of what is saved; it grows when a reader of older files would misread a newer one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a gate.  ``splits``: random halves of the hold-out, 0 for none."""

    precision: float = 0.9
    confidence: float = 0.95
    splits: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("precision", "confidence"):
            if not 0 < getattr(self, name) < 1:
                raise ConfigError(f"--{name} {getattr(self, name):g}: give a share between 0 and 1, for example 0.9")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a gate does to some questions.  Counts are means over the draws of votes."""

    questions: int
    nothing: Mapping[str, float]  # reason -> questions that no threshold publishes
    gates: tuple[Gate, ...]  # rising thresholds
    shown: Gate  # at the chosen threshold of all questions, else at the default one
    bins: tuple[Bin, ...]
    calibration_error: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured on what, and what follows."""

    format: int
    gate: str  # "voting" | "scoring": the section of a recipe that the threshold belongs to
    key: str  # "min_agreement" | "threshold": its key there
    sources: tuple[Source, ...]
    votes: int | None  # of each vote; None for scores
    draws: int  # of each question
    seed: int
    check_computations: bool | None  # None for scores
    confidence: float  # of all limits
    figures: Figures
    default: Gate  # at the threshold that a recipe has by default
    choice: Choice
    holdout: Holdout | None
    groups: Mapping[str, Mapping[str, Figures]]  # column -> value -> figures


def calibrate(measured: Measured, sources: Sequence[Source], voting: Voting, wanted: Wanted) -> Calibration:
    """All figures of ``measured``, which :func:`.reading.read` gave with ``sources``.

    Raises:
        ConfigError: fewer than two questions.
    """
    if measured.questions < 2:
        raise ConfigError(f"{sources[0].name}: one question measures nothing; give some hundreds")
    is_vote = measured.votes is not None
    default = Config().voting.min_agreement if is_vote else Config().scoring.threshold
    choice = choose(measured, wanted.precision, wanted.confidence)
    shown = choice.gate.threshold if choice.gate else default
    return Calibration(
        format=FORMAT,
        gate="voting" if is_vote else "scoring",
        key="min_agreement" if is_vote else "threshold",
        sources=tuple(sources),
        votes=measured.votes,
        draws=measured.draws,
        seed=voting.seed,
        check_computations=voting.check_computations if is_vote else None,
        confidence=wanted.confidence,
        figures=figures(measured, wanted.confidence, shown),
        default=gates(measured, np.array([default]), wanted.confidence)[0],
        choice=choice,
        holdout=holdout(measured, wanted.precision, wanted.confidence, wanted.splits, wanted.seed)
        if wanted.splits
        else None,
        groups={
            column: {value: figures(part, wanted.confidence, shown) for value, part in measured.parts(column).items()}
            for column in measured.groups
        },
    )


def figures(measured: Measured, confidence: float, shown: float) -> Figures:
    """Gates at every threshold and at ``shown``, and the reliability curve."""
    curve = bins(measured, confidence)
    reasons, counts = np.unique(measured.nothing, return_counts=True)
    return Figures(
        questions=measured.questions,
        nothing={str(r): int(n) / measured.draws for r, n in zip(reasons, counts, strict=True) if r},
        gates=gates(measured, thresholds(measured), confidence),
        shown=gates(measured, np.array([shown]), confidence)[0],
        bins=curve,
        calibration_error=calibration_error(curve),
    )


def to_plain(calibration: Calibration) -> dict[str, Any]:
    """What JSON can hold, shares and counts to nine decimals."""
    plain: dict[str, Any] = _rounded(dataclasses.asdict(calibration))
    return plain


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(v) for v in value]
    return value
