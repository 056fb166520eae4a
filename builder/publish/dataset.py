"""A finished run to a dataset folder: every configuration's shards, then the card.

Reads the records of a run, joins each question with what the hygiene stage noted about it, streams the
rows out, and counts while it does: the card and the summary say what was written, nothing else.  A folder that
grows keeps the shards of the one before, and what it has already is not written again.  How a row looks is told in
rows.py, how it is stored in shards.py.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import kpmath

from ..config import Config
from ..errors import PublishError
from ..matrix import TCPM
from ..prompts import Prompt
from ..records import HygieneNote, LabelledPractice, QuestionResult, Topic, content_id
from ..run import RunFolder
from .base import Base
from .calibration import read_calibration
from .folder import keep_shards, partial_folder, publish_folder, write_heads
from .provenance import (
    Example,
    ModelUse,
    Provenance,
    Release,
    RunFacts,
    Shard,
    SourceUse,
    TestSetUse,
    TopicUse,
    columns,
    content_of,
)
from .rows import Row, candidate_fates, default_rows, message_row, mpkp_row, question_row, tcpm_rows, topic_row
from .shards import write_config
from .versions import Change, next_version

WRITTEN, SCORED, ENOUGH, AGREED, CLEAN, UNIQUE = STEPS = (
    "problems written",
    "problems scored",
    "score at or above the threshold",
    "solutions agree on an answer",
    "not in a test set, no overly long number",
    "unique: published",
)
"""The gates in their order, as the card names them."""

EXAMPLES = 3
"""Rows of a run that its card shows."""
EXAMPLE_CHARACTERS = 1500


@dataclass
class _Tally:
    """What is counted while the questions stream by."""

    fates: Counter[str] = field(default_factory=Counter)  # final fate -> questions
    lost: Counter[str] = field(default_factory=Counter)  # step of STEPS -> questions that ended there
    known: int = 0  # questions that the data set has already
    paraphrases: int = 0
    agreement: Counter[float] = field(default_factory=Counter)  # of published questions
    pairs: Counter[float] = field(default_factory=Counter)  # of published pairs
    used_topics: set[str] = field(default_factory=set)  # of published questions
    prompts: set[str] = field(default_factory=set)  # hashes of those that questions were made with
    examples: list[Example] = field(default_factory=list)  # the first published pairs


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
    return ENOUGH if result.fate in ("low_score", "unsolvable") else AGREED


class _Questions:
    """The questions of a run with their final fates, as often as they are asked for; without those of ``known``."""

    def __init__(
        self, folder: RunFolder, config: Config, mpkp: Sequence[LabelledPractice], known: frozenset[str]
    ) -> None:
        self._folder = folder
        self._known = known
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
        for result in self._new(tally):
            final, reason, pairs = self._final(result)
            tally.prompts.update(_prompts(final))
            tally.fates[final.fate] += 1
            tally.lost[_step_of_loss(result, final.fate)] += final.fate != "kept"
            tally.paraphrases += final.question.parent_id is not None
            if pairs:
                tally.agreement[pairs[0]["agreement"]] += 1
                tally.pairs.update(row["agreement"] for row in pairs)
                tally.used_topics.update(t.topic for t in final.information_set.topics)
                if len(tally.examples) < EXAMPLES:
                    tally.examples.append(_example(pairs[0]))
            hidden = {
                n.solution_id or n.question_id
                for n in [
                    *self._of_solutions.get(result.question.id, ()),
                    *([self._whole[result.question.id]] if result.question.id in self._whole else ()),
                ]
                if n.fate == "contaminated"
            }
            yield question_row(
                final,
                self._practices,
                fingerprint=self._fingerprint,
                withheld=hidden,
                reason=reason,
                fates=self._fates(final, pairs),
            )

    def _new(self, tally: _Tally | None = None) -> Iterator[QuestionResult]:
        """Those that are not there already; ``tally`` counts the others."""
        for result in self._folder.read("questions", QuestionResult):
            if result.question.id not in self._known:
                yield result
            elif tally:
                tally.known += 1

    def _fates(self, final: QuestionResult, pairs: Sequence[Row]) -> dict[str, str]:
        """What became of each candidate of a question that was kept."""
        if final.fate != "kept":
            return {}
        notes = self._of_solutions.get(final.question.id, [])
        dropped = {n.solution_id: n.fate for n in notes if n.solution_id}
        return candidate_fates(final, {row["id"] for row in pairs}, dropped)

    def pairs(self) -> Iterator[Row]:
        """The published question-solution pairs."""
        for result in self._new():
            yield from self._final(result)[2]


def _prompts(result: QuestionResult) -> Iterator[str]:
    """Hashes of the prompts that a question went through."""
    yield result.question.prompt_hash
    if result.score:
        yield from (v.prompt_hash for v in result.score.verdicts)
    if result.solvability:
        yield result.solvability.prompt_hash
    if result.solutions:
        yield result.solutions[0].prompt_hash


def _example(row: Row) -> Example:
    """A row as the card shows it; what is too long for a page is cut, and says so."""

    def cut(text: str) -> str:
        return text if len(text) <= EXAMPLE_CHARACTERS else text[:EXAMPLE_CHARACTERS] + " [cut here]"

    return Example(
        cut(row["problem"]),
        cut(row["solution"]),
        row["answer"] or "",
        tuple(row["key_points"]),
        tuple(row["topics"]),
        row["score"],
        row["agreement"],
    )


def knowledge_id(mpkp: Sequence[LabelledPractice], topics: Sequence[Topic], config: Config) -> str:
    """32 hex digits that name a knowledge construction: its practices with their labels, topics and matrix."""
    return content_id(
        "knowledge",
        [[p.practice.id, p.practice.publishable, p.model, p.prompt_hash, _labels(p)] for p in mpkp],
        [dataclasses.astuple(t) for t in topics],
        dataclasses.asdict(config.cooccurrence),
    )


def _labels(practice: LabelledPractice) -> list[Any]:
    return [[t.topic, t.raw_topic, t.key_points, t.raw_key_points] for t in practice.topics]


def publish_run(
    folder: RunFolder,
    config: Config,
    prompts: Mapping[str, Prompt],
    mpkp: Sequence[LabelledPractice],
    topics: Sequence[Topic],
    matrices: Mapping[str, TCPM],
    out: Path,
    base: Base | None = None,
) -> dict[str, Any]:
    """Write the dataset folder ``out``, whole or not at all; returns what was counted.

    ``matrices``: by source, and "all".  With ``base`` the folder is that one, its shards unchanged, and the rows
    that it does not have.

    The keys: ``out``, ``version``, ``rows`` (configuration -> rows), ``information_sets``, ``funnel`` (step ->
    questions), ``rejected`` (reason -> questions), ``agreement`` (share -> published questions),
    ``questions``, ``pairs`` and ``topics`` of what this run published, ``grown``: whether there were others before.

    Raises:
        StoreError: a stage of the run is not complete.
        PublishError: no question is kept, ``base`` has them all or has other columns, ``out`` holds something
            else, or cannot be written.
    """
    knowledge = knowledge_id(mpkp, topics, config)
    questions = _Questions(folder, config, mpkp, base.question_ids if base else frozenset())
    tally = _Tally()
    partial = partial_folder(out)
    makers: dict[str, Callable[[], Iterable[Row]]] = {
        "questions": lambda: questions.question_rows(tally),
        "default": questions.pairs,
        "messages": lambda: map(message_row, questions.pairs()),
    }
    if base is None or knowledge not in base.knowledge:
        makers |= {
            "mpkp": lambda: (mpkp_row(p, knowledge=knowledge) for p in mpkp),
            "topics": lambda: (topic_row(t, practices=len(mpkp), knowledge=knowledge) for t in topics),
            "tcpm": lambda: (
                row for source, m in matrices.items() for row in tcpm_rows(m, source=source, knowledge=knowledge)
            ),
        }
    kept = base.provenance.shards if base else ()
    if base:
        keep_shards(base.folder, kept, partial)
    new: list[Shard] = []
    for name, make in makers.items():
        first = sum(s.config == name for s in kept)
        new += write_config(make(), name, "train", partial, shard_bytes=config.publish.shard_mib * 2**20, first=first)
    if not tally.fates["kept"]:
        raise PublishError(_nothing_left(tally, folder, base))
    sets = folder.summary("information_sets")["sets"]
    funnel = _funnel(tally, sets)
    run = _facts(config, knowledge, prompts, mpkp, topics, tally, funnel, questions.notes, folder)
    provenance = _provenance(config, base, run, tuple(new))
    write_heads(provenance, partial)
    publish_folder(partial, out)
    folder.note_dataset(out)
    return {
        "out": str(out),
        "version": provenance.version,
        "information_sets": sets,
        "grown": base is not None,
        "questions": tally.fates["kept"],
        "pairs": tally.pairs.total(),
        "topics": len(tally.used_topics),
        "funnel": funnel,
        "rejected": {f: n for f, n in tally.fates.most_common() if f != "kept"},
        "agreement": {f"{a:g}": n for a, n in sorted(tally.agreement.items(), reverse=True)},
        "rows": provenance.rows(),
    }


def _nothing_left(tally: _Tally, folder: RunFolder, base: Base | None) -> str:
    if base and not tally.fates:
        return f"{base.name} has every question of this run already; nothing was written. Sample more sets"
    reasons = ", ".join(f"{fate} {count}" for fate, count in tally.fates.most_common())
    return (
        f"no question of this run is left to publish ({reasons}); nothing was written. Look at the replies "
        f"in {folder.stage('questions')}: a stronger model, a lower scoring.threshold or more "
        "sampling.sets may help"
    )


def _provenance(config: Config, base: Base | None, run: RunFacts, new: tuple[Shard, ...]) -> Provenance:
    shards = (*(base.provenance.shards if base else ()), *new)
    shards = tuple(sorted(shards, key=lambda s: (list(kpmath.CONFIGS).index(s.config), s.file)))
    before = base.provenance.releases if base else ()
    change = Change.of_added(new)
    version = config.publish.version
    if base:
        version = next_version(base.provenance.version, change.kind, version)
    release = Release(version, change.words() if base else f"the first version: {change.words()}", content_of(shards))
    return Provenance(
        config.publish.pretty_name,
        config.publish.license,
        (*before, release),
        (*(base.provenance.runs if base else ()), run),
        columns(),
        shards,
    )


def _funnel(tally: _Tally, sets: int) -> dict[str, int]:
    """How many questions passed each gate, in the order of the gates."""
    steps = {"information sets sampled": sets}
    if tally.paraphrases:
        steps["paraphrases asked for"] = tally.paraphrases
    if tally.known:
        steps["not in the data set before"] = tally.fates.total()
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
    knowledge: str,
    prompts: Mapping[str, Prompt],
    mpkp: Sequence[LabelledPractice],
    topics: Sequence[Topic],
    tally: _Tally,
    funnel: Mapping[str, int],
    notes: Sequence[HygieneNote],
    folder: RunFolder,
) -> RunFacts:
    met: dict[str, Counter[str]] = defaultdict(Counter)
    for note in notes:
        if note.fate == "contaminated" and note.match:
            met[note.match]["solutions" if note.solution_id else "questions"] += 1
    roles = [r for r in config.roles if r != "paraphrase" or config.paraphrase.per_question]
    asked = config.scoring.solvability
    used = tally.prompts | {p.prompt_hash for p in mpkp}
    of_source = Counter(p.practice.source for p in mpkp)
    return RunFacts(
        recipe=config.fingerprint,
        knowledge=knowledge,
        models=tuple(ModelUse(r, config.model_for(r).name, config.model_for(r).is_procedural) for r in roles),
        prompts=tuple((name, prompt.hash) for name, prompt in prompts.items() if prompt.hash in used),
        settings=(
            ("score threshold", f"{config.scoring.threshold:g}"),
            *([("asked whether it can be solved", "yes")] if asked else []),
            ("solutions sampled for a question", _sampling(config)),
            ("rule of the vote", config.voting.rule),
            ("share of the solutions that must agree", f"{config.voting.min_agreement:g}, and at least two"),
            ("solutions published for a question", _limit(config)),
            ("share of two-topic information sets", f"{config.sampling.two_topic_share:g}"),
            ("seed", str(config.run.seed)),
        ),
        funnel=tuple(funnel.items()),
        rejected=tuple((f, n) for f, n in tally.fates.items() if f != "kept"),
        agreement=tuple(sorted(tally.pairs.items())),
        questions=tally.fates["kept"],
        practices=len(mpkp),
        topics=tuple(TopicUse(t.name, t.practices, t.name in tally.used_topics) for t in topics),
        sources=tuple(SourceUse(s.name, of_source[s.name], s.license, s.publish_text) for s in config.seeds),
        test_sets=tuple(
            TestSetUse(name, rows, met[name]["questions"], met[name]["solutions"])
            for name, rows in folder.summary("hygiene")["test_sets"].items()
        ),
        question_ngram=config.decontamination.question_ngram,
        solution_ngram=config.decontamination.solution_ngram,
        calibration=read_calibration(config.publish.calibration) if config.publish.calibration else None,
        examples=tuple(tally.examples),
    )
