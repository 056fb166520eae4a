"""What became of each question of a run, read from its folder: the columns that a report needs, no more.

A stage that was stopped half way is read as far as its parts go.  Texts of solutions and replies are never
read, so that a question costs little memory.  What the outcomes add up to is told in
:mod:`builder.report.funnel`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import kpmath

from ..errors import StoreError
from ..records import HygieneNote
from ..run import RunFolder
from ..stage_files import stage_manifest

_COLUMNS = (
    "question.id",
    "question.parent_id",
    "question.problem",
    "question.rejected",
    "information_set.topics.list.element.topic",
    "information_set.topics.list.element.practice_id",
    "score.value",
    "score.reason",
    "solutions.list.element.id",
    "solutions.list.element.answers.list.element",
    "vote.candidates",
    "vote.abstained",
    "vote.winners.list.element",
    "fate",
    "detail",
    "solvability.solvable",
)
_BATCH = 512


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question with all that says where it was lost."""

    id: str
    parent_id: str | None  # the question that it paraphrases
    problem: str | None
    rejected: str | None
    topics: tuple[str, ...]  # each once
    practice_ids: tuple[str, ...]
    judged: bool
    score: float | None
    judge: str | None  # the judge's reason
    solution_ids: tuple[str, ...]
    answers: tuple[str | None, ...]  # of each candidate, sub-questions joined
    voted: bool
    abstained: int
    winners: tuple[int, ...]
    fate: str
    detail: str | None
    checked: bool = False  # a judge was asked whether it can be solved
    solvable: bool | None = None  # what it said; None: nothing that could be read


class Notes:
    """The notes of the hygiene stage, by question; memory grows with what was dropped, not with what was kept."""

    def __init__(self, notes: Iterable[HygieneNote]) -> None:
        self._whole: dict[str, HygieneNote] = {}
        self._solutions: defaultdict[str, list[HygieneNote]] = defaultdict(list)
        for note in notes:
            if note.solution_id is None:
                self._whole[note.question_id] = note
            else:
                self._solutions[note.question_id].append(note)

    def of(self, outcome: Outcome) -> HygieneNote | None:
        """Why a kept question is not published, None where it is; every winner may have been dropped alone."""
        if note := self._whole.get(outcome.id):
            return note
        notes = self._solutions.get(outcome.id, [])
        gone = {n.solution_id for n in notes}
        left = any(outcome.solution_ids[i] not in gone for i in outcome.winners)
        return None if left or not notes else notes[0]

    def hides(self, question_id: str) -> bool:
        """Whether the text of a question meets a test set: it is not published either."""
        note = self._whole.get(question_id)
        return note is not None and note.fate == "contaminated"

    @property
    def questions(self) -> frozenset[str]:
        """Ids of all questions with a note."""
        return frozenset(self._whole) | frozenset(self._solutions)


class RunRecords:
    """The stages of a run after knowledge construction, as far as they are there."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder

    @property
    def sets(self) -> int | None:
        """Information sets that were sampled; None before that."""
        for stage in ("questions", "information_sets"):
            manifest = stage_manifest(self._folder.stage(stage))
            if manifest is not None:
                return int(manifest["summary"]["sets"])
        return None

    @property
    def has_questions(self) -> bool:
        """Whether any question has been through."""
        return self.questions_whole or bool(self._parts("questions"))

    @property
    def questions_whole(self) -> bool:
        """Whether every information set has been through."""
        return stage_manifest(self._folder.stage("questions")) is not None

    def published(self) -> Counter[str] | None:
        """Questions by fate in the dataset folder that this run wrote; None where there is none."""
        try:
            shards = sorted((kpmath.find_dataset(self._folder.path) or Path()).glob("data/questions/*.parquet"))
            fates = (pq.read_table(shard, columns=["fate"]).column("fate").to_pylist() for shard in shards)
            return Counter(fate for column in fates for fate in column)
        except (OSError, ValueError, LookupError):  # not published, taken away, or something else by now
            return None

    def notes(self) -> Notes | None:
        """What hygiene noted; None where it has not been done, or not on these questions.

        Raises:
            StoreError: the records cannot be read.
        """
        if not self.questions_whole or stage_manifest(self._folder.stage("hygiene")) is None:
            return None
        notes = Notes(self._folder.read("hygiene", HygieneNote))
        missing = set(notes.questions)
        for row in self._rows("questions", ("question.id", "fate")) if missing else ():
            if row["fate"] == "kept":
                missing.discard(row["question"]["id"])
        return None if missing else notes

    def outcomes(self) -> Iterator[Outcome]:
        """Every question whose part is written, a batch in memory at a time.

        Raises:
            StoreError: a part cannot be read.
        """
        for row in self._rows("questions", _COLUMNS):
            try:
                outcome = _outcome(row)
            except (LookupError, TypeError):
                raise StoreError(
                    f"{self._folder.stage('questions')} was written by another version of KPMath: run 'build' on "
                    "this recipe again; stored replies are not asked for again"
                ) from None
            yield outcome

    def problems(self, ids: Collection[str]) -> dict[str, str]:
        """The problems of some questions."""
        found: dict[str, str] = {}
        for row in self._rows("questions", ("question.id", "question.problem")) if ids else ():
            question = row["question"]
            if question["id"] in ids and question["problem"]:
                found[question["id"]] = question["problem"]
        return found

    def withheld_texts(self, ids: Collection[str]) -> dict[str, tuple[str, str]]:
        """Problem and solution of those practices whose licence keeps their text out of what is published."""
        columns = [f"practice.{name}" for name in ("id", "publishable", "problem", "solution")]
        rows = (row["practice"] for row in (self._rows("mpkp", columns) if ids else ()))
        return {p["id"]: (p["problem"], p["solution"]) for p in rows if p["id"] in ids and not p["publishable"]}

    def _parts(self, stage: str) -> list[Path]:
        return sorted(self._folder.stage(stage).glob("part-*.parquet"))

    def _rows(self, stage: str, columns: Collection[str]) -> Iterator[dict[str, Any]]:
        for path in self._parts(stage):
            try:
                with pq.ParquetFile(path) as file:
                    for batch in file.iter_batches(_BATCH, columns=list(columns)):
                        yield from batch.to_pylist()
            except (OSError, pa.ArrowException, KeyError) as error:
                raise StoreError(
                    f"{path} cannot be read ({error}): let the run that writes it end, or remove the folder "
                    f"{path.parent} and run 'build' again; stored replies are not asked for again"
                ) from None


def _outcome(row: Mapping[str, Any]) -> Outcome:
    question, score, vote = row["question"], row["score"], row["vote"]
    check = row.get("solvability")  # no column of older records
    chosen, solutions = row["information_set"]["topics"], row["solutions"]
    return Outcome(
        id=question["id"],
        parent_id=question["parent_id"],
        problem=question["problem"],
        rejected=question["rejected"],
        topics=tuple(dict.fromkeys(t["topic"] for t in chosen)),
        practice_ids=tuple(t["practice_id"] for t in chosen),
        judged=score is not None,
        score=score["value"] if score else None,
        judge=score["reason"] if score else None,
        solution_ids=tuple(s["id"] for s in solutions),
        answers=tuple(_joined(s["answers"]) for s in solutions),
        voted=vote is not None,
        abstained=vote["abstained"] if vote else 0,
        winners=tuple(vote["winners"]) if vote else (),
        fate=row["fate"],
        detail=row.get("detail"),
        checked=check is not None,
        solvable=check["solvable"] if check else None,
    )


def _joined(answers: list[str | None]) -> str | None:
    return ", ".join(a or "?" for a in answers) if any(answers) else None
