"""A small run in records, and the dataset folder made from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from builder.matrix import TCPM
from builder.publish import rows, shards
from builder.publish.folder import partial_folder, publish_folder, write_heads
from builder.publish.provenance import (
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
from builder.records import (
    InformationSet,
    LabelledPractice,
    Practice,
    Question,
    QuestionResult,
    Score,
    SetTopic,
    Solution,
    Topic,
    TopicKeyPoints,
    Verdict,
    Vote,
)

FINGERPRINT = "f" * 32
KNOWLEDGE = "e" * 32
ADDITION = "Arithmetic - Addition"
AREA = "Geometry - Area"


def practice(number: int, *, publishable: bool = True) -> Practice:
    return Practice(
        f"toy-{number}",
        "toy",
        f"What is {number} + 1?",
        f"It is {number + 1}.",
        str(number + 1),
        None,
        None,
        publishable,
    )


PRACTICES = {p.id: p for p in (practice(1), practice(2, publishable=False))}


def labelled(item: Practice) -> LabelledPractice:
    topics = (
        TopicKeyPoints(ADDITION, ("Add whole numbers", "Carry a ten"), "Arithmetic - Adding"),
        TopicKeyPoints(AREA, ("Area of a rectangle",)),
    )
    return LabelledPractice(item, topics, "labeller", "p" * 32, "Topic 1: ...")


def result(number: int, answers: tuple[str | None, ...] = ("5", "5", "5", "6"), fate: str = "kept") -> QuestionResult:
    """A question with a candidate for each answer; the vote is the plurality of a single sub-question."""
    chosen = (
        SetTopic(ADDITION, ("Add whole numbers", "Carry a ten"), "toy-1"),
        SetTopic(AREA, ("Area of a rectangle",), "toy-2"),
    )
    solutions = tuple(
        Solution(f"s{number}-{i}", f"q{number}", i, f"Way {i} gives \\boxed{{{a}}}.", (a,), (), "solver", "v" * 32)
        for i, a in enumerate(answers)
    )
    names = list(dict.fromkeys(answers))
    classes = tuple((names.index(a),) for a in answers)
    shares = tuple(answers.count(a) / len(answers) for a in answers)
    winners = tuple(i for i, s in enumerate(shares) if s == max(shares))
    vote = Vote(
        "strict",
        len(answers),
        0,
        tuple((s,) for s in shares),
        classes,
        tuple(sorted((answers.count(n) for n in names), reverse=True)),
        shares,
        winners,
        max(shares),
        answers[winners[0]],
        None,
        len(answers),
        "all_drawn",
    )
    question = Question(
        f"q{number}", f"i{number}", f"Problem {number}: find $x_{number}$.", "writer", "w" * 32, "<Q>..</Q>"
    )
    verdict = Verdict(0.9, 1.0, 0.8, (True, None, False), "all key points are needed", "judge", "j" * 32, "Score: 0.9")
    score = Score(f"q{number}", 0.9, 1.0, 0.8, "all key points are needed", (verdict,))
    return QuestionResult(question, InformationSet(f"i{number}", number, chosen), score, solutions, vote, fate)


def build(
    target: Path,
    questions: int = 6,
    version: str = "1.0.0",
    shard_bytes: int = 2_000,
    practices: Mapping[str, Practice] = PRACTICES,
) -> Path:
    """A dataset folder with ``questions`` questions of three published pairs each; three pairs are some 2 kB."""
    partial = partial_folder(target)
    results = [result(n) for n in range(questions)]
    pairs = [r for q in results for r in rows.default_rows(q, practices, fingerprint=FINGERPRINT)]
    topic = Topic(ADDITION, 2, 4, (ADDITION, "Arithmetic - Adding"), AREA, 0.25, True, False)
    matrix = TCPM.of((ADDITION, AREA), np.array([[0, 2], [2, 0]]))
    content = {
        "default": pairs,
        "questions": [rows.question_row(q, practices, fingerprint=FINGERPRINT) for q in results],
        "mpkp": [rows.mpkp_row(labelled(p), knowledge=KNOWLEDGE) for p in practices.values()],
        "topics": [rows.topic_row(topic, practices=2, knowledge=KNOWLEDGE)],
        "tcpm": list(rows.tcpm_rows(matrix, knowledge=KNOWLEDGE)),
        "messages": [rows.message_row(r) for r in pairs],
    }
    written = [
        shard
        for config, r in content.items()
        for shard in shards.write_config(iter(r), config, "train", partial, shard_bytes=shard_bytes)
    ]
    write_heads(provenance(tuple(written), version=version, questions=questions), partial)
    publish_folder(partial, target)
    return target


def provenance(
    written: tuple[Shard, ...], *, version: str = "1.0.0", questions: int = 6, procedural: bool = True
) -> Provenance:
    release = Release(version, "the first version", content_of(written))
    return Provenance("KPMath", "apache-2.0", (release,), (run_facts(questions, procedural),), columns(), written)


def run_facts(questions: int = 6, procedural: bool = True) -> RunFacts:
    return RunFacts(
        recipe=FINGERPRINT,
        knowledge=KNOWLEDGE,
        models=tuple(ModelUse(r, "m", procedural) for r in ("label", "write", "score", "solve")),
        prompts=(("question", "w" * 32), ("solution", "v" * 32)),
        settings=(("score threshold", "0.85"),),
        funnel=(("information sets sampled", 12), ("problems written", 11)),
        rejected=(("low_score", 3), ("tie", 2)),
        agreement=((0.75, 3 * questions),),
        questions=questions,
        practices=2,
        topics=(TopicUse(ADDITION, 2, True), TopicUse(AREA, 2, False)),
        sources=(SourceUse("toy", 2, "mit", True),),
        test_sets=(TestSetUse("gsm8k", 1319, 1, 2),),
        question_ngram=20,
        solution_ngram=30,
        calibration=None,
        examples=(Example("Find $x$.", "It is \\boxed{5}.", "5", ("Add whole numbers",), (ADDITION,), 0.9, 0.75),),
    )
