"""A threshold from labelled pairs: from which similarity on two things are the same.

The pairs that KPMath brings (``builder/merging/data``) are measured with the same similarity, embedder and
settings as the run's own topics or key points, so that the threshold suits the embedder.  The criterion:
the lowest threshold at which at least ``PRECISION`` of the pairs above it are the same.  Merging wrongly
poisons all that follows, leaving apart costs little.  What is compared is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .clustering import Floats

DATA = Path(__file__).parent / "data"
PRECISION = 0.97


@dataclass(frozen=True)
class Threshold:
    """A threshold and how it was chosen; the figures are None where it was given."""

    value: float
    chosen: str  # "given", or the criterion in words
    precision: float | None = None  # share of the labelled pairs at or above it that are the same
    recall: float | None = None  # share of the pairs that are the same which are at or above it
    pairs: int | None = None  # labelled pairs


def labelled_pairs(name: str) -> list[dict[str, Any]]:
    """The rows of a file of labelled pairs; those on which good judges differ ("same": null) are left out."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["same"] is not None]


def calibrate(similarities: Floats, same: Sequence[bool], precision: float = PRECISION) -> Threshold:
    """The lowest threshold that reaches ``precision`` on pairs of ``similarities`` (n,), labelled ``same``.

    It lies half way between the last pair above it and the first below.  Where no threshold reaches the
    precision, it is the one of the highest precision that there is.
    """
    values = np.asarray(similarities, np.float64)
    cuts, counts = np.unique(-values, return_counts=True)  # pairs of equal similarity go together
    cuts = -cuts
    above = np.cumsum(counts)
    right = np.array([np.sum(np.asarray(same)[values >= cut]) for cut in cuts])
    reached = right / above
    wanted = min(precision, float(reached.max()))
    at = int(np.flatnonzero(reached >= wanted)[-1])
    below = cuts[at + 1] if at + 1 < len(cuts) else cuts[at]
    return Threshold(
        value=round(float(cuts[at] + below) / 2, 4),
        chosen=f"the lowest with a precision of {wanted:.2f} on the labelled pairs",
        precision=round(float(reached[at]), 4),
        recall=round(float(right[at] / max(1, np.sum(same))), 4),
        pairs=len(values),
    )
