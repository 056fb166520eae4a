"""Files of candidates and of labelled questions, made by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from builder.gates.measured import Measured


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def candidates(answers: str, gold: str = "7", **columns: Any) -> dict[str, Any]:
    """A question with a solution for each of ``answers``; "-" says nothing that can be read as an answer."""
    texts = [None if a == "-" else f"We count.\nThe answer is: {a}" for a in answers.split()]
    return {"question": f"How many? ({answers}; {gold})", "gold": gold, "candidates": texts, **columns}


def scored(values: Iterable[float], right: Iterable[bool], **groups: Iterable[str]) -> Measured:
    """Scores as they are after reading."""
    column = np.array(list(values), np.float64)[:, None]
    named = {name: np.array(list(values), np.str_) for name, values in groups.items()}
    nothing = np.where(np.isnan(column), "unscored", "")
    return Measured(column, np.array(list(right), np.bool_)[:, None] & ~np.isnan(column), nothing, named)
