"""What ``calibrate --save`` measured, as a section of the card.

The figures are those of the calibration's own files; how right the published rows are is not known here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigError

_WHAT = {"voting": "agreement of the solutions", "scoring": "score of the judge"}


@dataclass(frozen=True, slots=True)
class GateUse:
    """One threshold: how much it keeps, and how much of that is right, with the exact 95% limits (0..1)."""

    threshold: float
    kept_share: float
    precision: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CalibrationUse:
    """Where thresholds were measured, and what they keep."""

    gate: str  # in words
    sources: tuple[tuple[str, int], ...]  # file, questions
    votes: int | None  # solutions that voted on a question
    gates: tuple[GateUse, ...]
    promise: str  # what was chosen, in words


def read_calibration(path: str) -> CalibrationUse:
    """The figures of a file that ``calibrate --save FILE.json`` wrote.

    Raises:
        ConfigError: there is no such file, or it is another one.
    """
    try:
        plain = json.loads(Path(path).read_text(encoding="utf-8"))
        return _read(plain)
    except OSError as error:
        raise ConfigError(f"publish.calibration: {path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(
            f"publish.calibration: {path} was not written by 'python -m builder calibrate ... --save FILE.json'"
        ) from None


def _read(plain: dict[str, Any]) -> CalibrationUse:
    gates = [
        GateUse(*(float(g[k]) for k in ("threshold", "kept_share", "precision", "precision_low", "precision_high")))
        for g in plain["figures"]["gates"]
        if g["precision"] is not None
    ]
    choice = plain["choice"]
    wanted = f"{choice['precision']:.0%} right with a confidence of {choice['confidence']:.0%}"
    chosen = choice["gate"]
    lowest = f"{chosen['threshold']:g} is the lowest threshold" if chosen else "There is no threshold"
    return CalibrationUse(
        _WHAT[plain["gate"]],
        tuple((str(s["name"]), int(s["questions"])) for s in plain["sources"]),
        int(plain["votes"]) if plain.get("votes") else None,
        tuple(gates),
        f"{lowest} that keeps {wanted}",
    )
