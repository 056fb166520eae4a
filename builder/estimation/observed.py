"""What a run has shown until now: what became of its questions, and what of it is stored.

Read-only, and while the run goes on.  What is to be expected of the rest is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..run import RunFolder
from ..store import StoreReader

_GIVEN_UP = ("refused", "failed")  # and not asked again
_COLUMNS = ["question.rejected", "question.parent_id", "score.value", "vote.candidates", "fate", "solvability.solvable"]


@dataclass(slots=True)
class Fates:
    """What became of the information sets whose every step is done."""

    sets: int = 0
    written: int = 0  # questions that could be read
    passed: int = 0  # of these: at or above the threshold
    kept: int = 0  # of these: kept by the vote
    checked: int = 0  # of all that passed: asked whether they can be solved
    unsolvable: int = 0  # of these: questions written for sets, and not solvable
    rewordings: int = 0
    faithful: int = 0  # of these: readable, with the quantities of their parents
    passed_again: int = 0  # of these: at or above the threshold
    unsolvable_again: int = 0  # of these: asked, and not solvable
    solutions: int = 0  # of all that passed

    def add(self, row: dict[str, Any], threshold: float) -> None:
        """Count one ``QuestionResult``."""
        question, score, vote, fate = row["question"], row["score"], row["vote"], row["fate"]
        value = score["value"] if score else None
        readable = question["rejected"] is None and fate != "drift_quantities"
        passed = readable and value is not None and value >= threshold and fate not in _GIVEN_UP
        check = row.get("solvability") if passed else None  # parts of older versions have no such column
        unsolvable = check is not None and check["solvable"] is False
        self.checked += check is not None
        if question["parent_id"] is None:
            self.sets += 1
            self.written += readable
            self.passed += passed
            self.unsolvable += unsolvable
            self.kept += passed and fate == "kept"
        else:
            self.rewordings += 1
            self.faithful += readable
            self.passed_again += passed
            self.unsolvable_again += unsolvable
        if passed and vote:
            self.solutions += vote["candidates"]

    @property
    def solved(self) -> int:
        """All that passed and were not stopped before they were solved."""
        return self.passed + self.passed_again - self.unsolvable - self.unsolvable_again


def fates(run: RunFolder, threshold: float) -> Fates:
    """From the parts of the stage "questions" that are written."""
    found = Fates()
    for path in sorted(run.stage("questions").glob("part-*.parquet")):
        try:
            rows = pq.ParquetFile(path).read(columns=_COLUMNS).to_pylist()
        except (OSError, pa.ArrowException):
            break  # of another version, or taken away by the run: what is left is estimated
        for row in rows:
            found.add(row, threshold)
    return found


def stored(path: Path, keys: Sequence[str]) -> int:
    """How many of ``keys`` have a reply in the completion store at ``path``; 0 where there is none.

    Raises:
        StoreError: the file cannot be read.
    """
    if not path.is_file():
        return 0
    with StoreReader(path) as store:
        return store.count_of(keys)
