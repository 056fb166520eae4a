"""A finished run to a dataset folder: every configuration's shards, then the card.

Reads the records of a run, joins each question with what the hygiene stage noted about it, streams the
rows out, and counts while it does: the card and the summary say what was written, nothing else.  How a
row looks is told in rows.py, how it is stored in shards.py.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import Config
from ..errors import PublishError
from ..matrix import TCPM
from ..prompts import Prompt
from ..records import HygieneNote, LabelledPractice, QuestionResult, Topic
from ..run import RunFolder
from .calibration import read_calibration
from .card import CardFacts, ModelUse, SourceUse, TestSetUse, write_card
from .rows import Row, default_rows, message_row, mpkp_row, question_row, tcpm_rows, topic_row
from .shards import ShardStats, partial_folder, publish_folder, write_config

WRITTEN, SCORED, ENOUGH, AGREED, CLEAN, UNIQUE = STEPS = (
    "problems written",
    "problems scored",
    "score at or above the threshold",
    "solutions agree on an answer",
    "not in a test set, no overly long number",
    "unique: published",
)
"""The gates in their order, as the card names them."""


@dataclass
class _Tally:
    """What is counted while the questions stream by."""

    fates: Counter[str] = field(default_factory=Counter)  # final fate -> questions
    lost: Counter[str] = field(default_factory=Counter)  # step of STEPS -> questions that ended there
    paraphrases: int = 0
    agreement: Counter[float] = field(default_factory=Counter)  # of published questions
    pairs: Counter[float] = field(default_factory=Counter)  # of published pairs
    used_topics: set[str] = field(default_factory=set)  # of published questions


def _step_of_loss(result: QuestionResult, final: str) -> str:
    """Where a question ended, from how far it came: a reason that is new needs no line here."""
    if result.fate == "kept":
        return UNIQUE if final == "duplicate" else CLEAN
    if result.vote is not None:
        return AGREED
    if result.score is None:
        return WRITTEN
    if result.score.value is None:
        return SCORED
    return ENOUGH if result.fate == "low_score" else AGREED


class _Questions:
    """The questions of a run with their final fates, as often as they are asked for."""

    def __init__(self, folder: RunFolder, config: Config, mpkp: Sequence[LabelledPractice]) -> None:
        self._folder = folder
        self._fingerprint = config.fingerprint
        self._publish = config.publish
        self._practices = {p.practice.id: p.practice for p in mpkp}
        self._whole: dict[str, HygieneNote] = {}
        self._of_solutions: dict[str, list[HygieneNote]] = defaultdict(list)
        for note in folder.read("hygiene", HygieneNote):
            if note.solution_id is None:
                self._whole[note.question_id] = note
            else:
                self._of_solutions[note.question_id].append(note)
        self.notes = [*self._whole.values(), *(n for ns in self._of_solutions.values() for n in ns)]

    def _final(self, result: QuestionResult) -> tuple[QuestionResult, str | None, list[Row]]:
        """The result with its final fate, why in words, and the pairs that are published."""
        note = self._whole.get(result.question.id)
        notes = self._of_solutions.get(result.question.id, [])
        if note is None:
            rows = default_rows(
                result,
                self._practices,
                fingerprint=self._fingerprint,
                withheld={n.solution_id for n in notes if n.solution_id},
                limit=self._publish.solutions_per_question,
                choose=self._publish.choose,
            )
            # Every winning solution was dropped: then so is the question, for the first one's reason.
            if rows or result.fate != "kept":
                return result, None, rows
            note = notes[0]
        # A hit's detail names the test set too; a duplicate's says how similar it is.
        parts = (note.match, note.detail) if note.fate == "duplicate" else (note.detail or note.match,)
        reason = " ".join(part for part in parts if part) or None
        return dataclasses.replace(result, fate=note.fate), reason, []

    def question_rows(self, tally: _Tally) -> Iterator[Row]:
        """One row a question, counted."""
        for result in self._folder.read("questions", QuestionResult):
            final, reason, pairs = self._final(result)
            tally.fates[final.fate] += 1
            tally.lost[_step_of_loss(result, final.fate)] += final.fate != "kept"
            tally.paraphrases += final.question.parent_id is not None
            if pairs:
                tally.agreement[pairs[0]["agreement"]] += 1
                tally.pairs.update(row["agreement"] for row in pairs)
                tally.used_topics.update(t.topic for t in final.information_set.topics)
            hidden = {
                n.solution_id or n.question_id
                for n in [
                    *self._of_solutions.get(result.question.id, ()),
                    *([self._whole[result.question.id]] if result.question.id in self._whole else ()),
                ]
                if n.fate == "contaminated"
            }
            yield question_row(final, self._practices, fingerprint=self._fingerprint, withheld=hidden, reason=reason)

    def pairs(self) -> Iterator[Row]:
        """The published question-solution pairs."""
        for result in self._folder.read("questions", QuestionResult):
            yield from self._final(result)[2]


def publish_run(
    folder: RunFolder,
    config: Config,
    prompts: Mapping[str, Prompt],
    mpkp: Sequence[LabelledPractice],
    topics: Sequence[Topic],
    matrices: Mapping[str, TCPM],
    out: Path,
) -> dict[str, Any]:
    """Write the dataset folder ``out``, whole or not at all; returns what was counted.

    ``matrices``: by source, and "all".

    The keys: ``out``, ``rows`` (configuration -> rows), ``information_sets``, ``funnel`` (step ->
    questions), ``rejected`` (reason -> questions), ``agreement`` (share -> published questions),
    ``questions`` (published), ``topics`` (used by what is published).

    Raises:
        StoreError: a stage of the run is not complete.
        PublishError: no question is kept, ``out`` holds something else, or cannot be written.
    """
    questions = _Questions(folder, config, mpkp)
    tally = _Tally()
    partial = partial_folder(out)
    makers: dict[str, Callable[[], Iterable[Row]]] = {
        "questions": lambda: questions.question_rows(tally),
        "default": questions.pairs,
        "messages": lambda: map(message_row, questions.pairs()),
        "mpkp": lambda: (mpkp_row(p, fingerprint=config.fingerprint) for p in mpkp),
        "topics": lambda: (topic_row(t, practices=len(mpkp)) for t in topics),
        "tcpm": lambda: (row for source, m in matrices.items() for row in tcpm_rows(m, source=source)),
    }
    splits = {
        name: {"train": write_config(make(), name, "train", partial, max_shard_rows=config.publish.shard_rows)}
        for name, make in makers.items()
    }
    if not tally.fates["kept"]:
        reasons = ", ".join(f"{fate} {count}" for fate, count in tally.fates.most_common())
        raise PublishError(
            f"no question of this run is left to publish ({reasons}); nothing was written. Look at the replies "
            f"in {folder.stage('questions')}: a stronger model, a lower scoring.threshold or more "
            "sampling.sets may help"
        )
    sets = folder.summary("information_sets")["sets"]
    funnel = _funnel(tally, sets)
    write_card(_facts(config, prompts, mpkp, topics, splits, tally, funnel, questions.notes, folder), partial)
    publish_folder(partial, out)
    folder.note_dataset(out)
    return {
        "out": str(out),
        "information_sets": sets,
        "questions": tally.fates["kept"],
        "topics": len(tally.used_topics),
        "funnel": funnel,
        "rejected": {f: n for f, n in tally.fates.most_common() if f != "kept"},
        "agreement": {f"{a:g}": n for a, n in sorted(tally.agreement.items(), reverse=True)},
        "rows": {name: parts["train"].num_examples for name, parts in splits.items()},
    }


def _funnel(tally: _Tally, sets: int) -> dict[str, int]:
    """How many questions passed each gate, in the order of the gates."""
    steps = {"information sets sampled": sets}
    if tally.paraphrases:
        steps["paraphrases asked for"] = tally.paraphrases
    left = tally.fates.total()
    for step in STEPS:
        left -= tally.lost[step]
        steps[step] = left
    return steps


def _sampling(config: Config) -> str:
    n = config.solutions.samples
    return f"{n}" if config.solutions.sampling == "fixed" else f"at most {n}, until the vote is settled"


def _limit(config: Config) -> str:
    n = config.publish.solutions_per_question
    if not n:
        return "all that agree"
    which = "best" if config.publish.choose == "best" else "first"
    return f"the {which} of those that agree, at most {n}"


def _facts(
    config: Config,
    prompts: Mapping[str, Prompt],
    mpkp: Sequence[LabelledPractice],
    topics: Sequence[Topic],
    splits: Mapping[str, Mapping[str, ShardStats]],
    tally: _Tally,
    funnel: Mapping[str, int],
    notes: Sequence[HygieneNote],
    folder: RunFolder,
) -> CardFacts:
    met: dict[str, Counter[str]] = defaultdict(Counter)
    for note in notes:
        if note.fate == "contaminated" and note.match:
            met[note.match]["solutions" if note.solution_id else "questions"] += 1
    roles = [r for r in config.roles if r != "paraphrase" or config.paraphrase.per_question]
    of_source = Counter(p.practice.source for p in mpkp)
    return CardFacts(
        version=config.publish.version,
        fingerprint=config.fingerprint,
        splits=splits,
        models=[ModelUse(r, config.model_for(r).name, config.model_for(r).is_procedural) for r in roles],
        prompts={name: prompt.hash for name, prompt in prompts.items() if prompt.role in roles},
        funnel=list(funnel.items()),
        rejected={f: n for f, n in tally.fates.items() if f != "kept"},
        agreement=tally.pairs,
        questions_published=tally.fates["kept"],
        topics_published=len(tally.used_topics),
        topics=[(t.name, t.practices, t.practices / max(1, len(mpkp))) for t in topics],
        sources=[SourceUse(s.name, of_source[s.name], s.license, s.publish_text) for s in config.seeds],
        test_sets=[
            TestSetUse(name, rows, met[name]["questions"], met[name]["solutions"])
            for name, rows in folder.summary("hygiene")["test_sets"].items()
        ],
        question_ngram=config.decontamination.question_ngram,
        solution_ngram=config.decontamination.solution_ngram,
        settings={
            "score threshold": f"{config.scoring.threshold:g}",
            "solutions sampled for a question": _sampling(config),
            "rule of the vote": config.voting.rule,
            "share of the solutions that must agree": f"{config.voting.min_agreement:g}, and at least two",
            "solutions published for a question": _limit(config),
            "share of two-topic information sets": f"{config.sampling.two_topic_share:g}",
            "seed": str(config.run.seed),
        },
        calibration=read_calibration(config.publish.calibration) if config.publish.calibration else None,
        pretty_name=config.publish.pretty_name,
        license=config.publish.license,
    )
