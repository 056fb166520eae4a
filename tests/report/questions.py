"""Questions with every fate that a run can give them, and a run folder that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from builder.records import (
    HygieneNote,
    InformationSet,
    LabelledPractice,
    Practice,
    Question,
    QuestionResult,
    Score,
    SetTopic,
    Solution,
    Solvability,
    TopicKeyPoints,
    Verdict,
)
from builder.report.outcomes import RunRecords
from builder.run import RunFolder
from builder.stage_files import StageWriter
from builder.stages.voting import consensus

ANSWERS: dict[str, tuple[str | None, ...]] = {
    "kept": ("4", "4", "5"),
    "tie": ("4", "4", "5", "5"),
    "no_agreement": ("4", "5", None),
    "no_answer": (None, None, None),
    "drift_answer": ("7", "7", "7"),
    "not_an_answer": ("none", "none", "2"),
}
UNREAD = ("no_question", "empty_question", "too_many_parts", "truncated")
UNJUDGED = ("drift_quantities", "addresses_judge", "missing_figure")
AT = {
    **dict.fromkeys((*UNREAD, *UNJUDGED, "refused_writing"), "written"),
    **dict.fromkeys(("unscored", "low_score", "failed_scoring", "unsolvable"), "scored"),
    **dict.fromkeys(("no_answer", "refused_solving"), "solved"),
    **dict.fromkeys(("tie", "no_agreement", "drift_answer", "not_an_answer"), "voted"),
}
"""Kind of question -> the step where it is lost; the kind is its fate, but for requests that were given up."""

TOPICS = ("Algebra - Sums", "Geometry - Area")


def asked(
    number: int,
    kind: str = "kept",
    *,
    parent: int | None = None,
    problem: str | None = None,
    topics: Sequence[str] = TOPICS,
    judge: str = "it is sound",
    detail: str | None = None,
    solvable: bool | str | None = "not asked",
) -> QuestionResult:
    """Question ``q{number}`` of a kind: "kept" or a key of AT; ``solvable``: what its judge said of that."""
    fate, _, when = kind.partition("_") if kind.startswith(("refused", "failed")) else (kind, "", "")
    name = f"q{number}"
    read = kind not in UNREAD and when != "writing"
    rejected = None if read else fate
    chosen = tuple(SetTopic(t, ("k",), f"p{i}") for i, t in enumerate(topics))
    question = Question(
        name,
        f"i{number}",
        (problem or f"Add {number} and 3.") if read else None,
        "writer",
        "h",
        f"a reply that names {number} and its example",
        None if parent is None else f"q{parent}",
        rejected,
    )
    value = None if kind == "unscored" else 0.3 if kind == "low_score" else 0.9
    verdict = Verdict(value, None, None, (None,), judge, "judge", "h", "r")
    judged = read and kind not in UNJUDGED and when != "scoring"
    score = Score(name, value, None, None, judge, (verdict,)) if judged else None
    answers = ANSWERS.get(kind, ())
    solutions = tuple(Solution(f"{name}s{i}", name, i, f"so {a}", (a,), (), "m", "h") for i, a in enumerate(answers))
    vote = consensus(answers) if answers else None
    said = False if kind == "unsolvable" else solvable
    check = (
        None
        if said == "not asked"
        else Solvability(name, said, "other" if said is False else None, None, "m", "h", "r")
    )
    info = InformationSet(f"i{number}", number, chosen)
    return QuestionResult(question, info, score, solutions, vote, fate, detail, check)


def practices(problem: str = "a seed", *, publishable: bool = True) -> list[LabelledPractice]:
    """The practices that the sets of :func:`asked` name."""
    return [
        LabelledPractice(
            Practice(f"p{i}", "test", problem, "its solution", "1", None, None, publishable),
            (TopicKeyPoints(t, ("k",)),),
            "m",
            "h",
            "r",
        )
        for i, t in enumerate(TOPICS)
    ]


def records(
    path: Path,
    results: Sequence[QuestionResult],
    notes: Iterable[HygieneNote] | None = None,
    *,
    sets: int | None = None,
    whole: bool = True,
    mpkp: Sequence[LabelledPractice] | None = (),
) -> RunRecords:
    """A run folder with these records; ``sets``: how many were sampled, ``whole``: whether all are through.

    ``mpkp``: None leaves what is there.
    """
    folder = RunFolder(path)
    sampled = sum(r.question.parent_id is None for r in results) if sets is None else sets
    if mpkp is not None:
        folder.write("mpkp", LabelledPractice, mpkp, "f", 100)
    folder.write("information_sets", InformationSet, [], "f", 100, sets=sampled)
    writer = StageWriter(folder.stage("questions"), QuestionResult, "f")
    for start in range(0, len(results), 3):
        writer.write_part(results[start : start + 3])
    if whole:
        writer.finish({"sets": sampled})
    if notes is not None:
        folder.write("hygiene", HygieneNote, notes, "f", 100, test_sets={})
    return RunRecords(folder)
