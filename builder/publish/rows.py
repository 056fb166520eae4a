"""From records to the rows of the published configurations (the columns are those of ``kpmath.py``).

Every function is pure and gives plain dictionaries with exactly the columns of its configuration.  Whether
a question is published was decided before: this module leaves out text (licence, contamination) where
it is told to, and decides nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, SupportsFloat

from ..matrix import TCPM
from ..records import (
    InformationSet,
    LabelledPractice,
    Practice,
    QuestionResult,
    Solution,
    Topic,
    TopicKeyPoints,
    Vote,
)
from ..stages.voting import best_first

Row = dict[str, Any]


def _text(value: str | None) -> str | None:
    """Text that every reader can decode: lone surrogates, which UTF-8 cannot hold, become U+FFFD."""
    return None if value is None else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _subject(topic: str) -> str:
    return topic.partition(" - ")[0].strip()


def _known(*values: float | None) -> float | None:
    return next((round(v, 6) for v in values if v is not None), None)


def _origin(info: InformationSet, practices: Mapping[str, Practice]) -> Row:
    """Columns on where a question comes from; a practice that is not in ``practices`` has no source."""
    flat = [(k, t.topic, t.practice_id) for t in info.topics for k in t.key_points]
    # Without key points (an arm of the ablation) the practices are still told: always three entries, since the viewer
    # draws no statistics of lists that have two lengths, 2 and 3.
    none: list[tuple[str | None, str | None]] = [(None, None)] * 3
    alone = [*((t.topic, t.practice_id) for t in info.topics), *none][:3]
    shown = [(t, p) for _, t, p in flat] or alone
    names: list[str | None] = [t.topic for t in info.topics]
    first, second, third = [*names, None, None, None][:3]
    sources = {practices[t.practice_id].source for t in info.topics if t.practice_id in practices}
    return {
        "source": "+".join(sorted(sources)) or None,
        "subject": _text(_subject(first)) if first else None,
        "topic_1": _text(first),
        "topic_2": _text(second),
        "topic_3": _text(third),
        "topics_count": float(len(names)),
        "key_points_count": float(len(info.key_points)),
        "key_points": [_text(k) for k, _, _ in flat],
        "topics": [_text(t) for t, _ in shown],
        "practice_ids": [p for _, p in shown],
    }


def _quality(result: QuestionResult) -> Row:
    vote = result.vote
    class_size = _class_size(vote, vote.winners[0]) if vote and vote.winners else None
    return {
        "score": _known(result.score.value) if result.score else None,
        "agreement": _known(vote.agreement) if vote else None,
        "difficulty": _known(1 - vote.agreement) if vote else None,
        "candidates": float(vote.candidates) if vote else float(len(result.solutions)),
        "planned": float(vote.planned) if vote else None,
        "stopped": vote.stopped if vote else None,
        "abstained": float(vote.abstained) if vote else None,
        "class_size": class_size,
        "rule": vote.rule if vote else None,
    }


def _class_size(vote: Vote, index: int) -> float:
    """How many candidates give the same answers as candidate ``index``, to every sub-question."""
    return float(vote.classes.count(vote.classes[index]))


def _answer(solution: Solution) -> str | None:
    """The answer of one candidate in the form of ``Vote.answer``: sub-questions joined, ``?`` for none."""
    if not any(solution.answers):
        return None
    return ", ".join(a.strip() if a else "?" for a in solution.answers)


def _published_answer(result: QuestionResult, vote: Vote, index: int) -> str | None:
    """The representative answer; under the faithful rule a winner may give another one: then its own."""
    forms = {_answer(result.solutions[i]): vote.classes[i] for i in vote.winners}
    same = forms.get(vote.answer, vote.classes[index]) == vote.classes[index]
    return vote.answer if same else _answer(result.solutions[index])


def _provenance(result: QuestionResult, solution: Solution | None, fingerprint: str) -> Row:
    question, score = result.question, result.score
    return {
        "information_set_id": result.information_set.id,
        "parent_id": question.parent_id,
        "model": solution.model if solution else None,
        "question_model": question.model,
        "score_model": score.model if score else None,
        "question_prompt": question.prompt_hash,
        "score_prompt": score.prompt_hash if score else None,
        "solution_prompt": solution.prompt_hash if solution else None,
        "recipe": fingerprint,
    }


def default_rows(
    result: QuestionResult,
    practices: Mapping[str, Practice],
    *,
    fingerprint: str,
    withheld: Collection[str] = frozenset(),
    limit: int = 0,
    choose: str = "best",
) -> list[Row]:
    """The published pairs of a question: one for each winning solution, none unless its fate is ``kept``.

    ``withheld`` holds ids of questions and solutions that must not be published (METHOD 8: their text
    meets a test set).  Solutions of the same question with the same text, but for white space, give one
    row.  ``limit`` keeps so many rows, the "best" (:func:`~builder.stages.voting.best_first`) or the
    "first" in the order of the samples; 0 keeps all.  The rows come in that order.
    """
    question, vote = result.question, result.vote
    if result.fate != "kept" or vote is None or question.problem is None or question.id in withheld:
        return []
    shared = {**_origin(result.information_set, practices), **_quality(result)}
    rows: list[Row] = []
    seen: set[str] = set()
    for index in best_first(vote, result.solutions) if choose == "best" else vote.winners:
        solution = result.solutions[index]
        same = " ".join(solution.text.split())
        if solution.id in withheld or same in seen or (limit and len(rows) >= limit):
            continue
        seen.add(same)
        rows.append(
            {
                "id": solution.id,
                "question_id": question.id,
                "problem": _text(question.problem),
                "solution": _text(solution.text),
                "answer": _text(_published_answer(result, vote, index)),
                **shared,
                **_provenance(result, solution, fingerprint),
                "class_size": _class_size(vote, index),
                "agreement": _known(vote.scores[index]),
                "difficulty": _known(1 - vote.scores[index]),
            }
        )
    return rows


def _why(result: QuestionResult) -> str | None:
    """The reason that the records themselves give for a question that was not kept."""
    if result.fate == "kept":
        return None
    vote_reason = result.vote.rejected if result.vote else None
    judged = result.fate in ("low_score", "unscored") and result.score is not None
    score_reason = result.score.reason if judged and result.score else None
    return result.detail or result.question.rejected or vote_reason or score_reason or result.fate


def _needed(result: QuestionResult) -> list[bool | None]:
    """What most verdicts say of each key point, parallel to the column ``key_points``; None where they are even."""
    info = result.information_set
    if result.score is None or not info.key_points:
        return []
    said = zip(*(v.needed for v in result.score.verdicts), strict=True)
    balance = {
        k: sum(1 if n else -1 for n in each if n is not None) for k, each in zip(info.key_points, said, strict=True)
    }
    return [None if balance[k] == 0 else balance[k] > 0 for t in info.topics for k in t.key_points]


def candidate_fates(result: QuestionResult, published: Collection[str], dropped: Mapping[str, str]) -> dict[str, str]:
    """Solution -> what became of it, where its question was kept.

    ``published`` holds ids of solutions; ``dropped`` has the reasons for those that hygiene left out.
    """
    wins = {result.solutions[i].id for i in result.vote.winners} if result.vote else set()

    def fate(solution_id: str) -> str:
        if solution_id in published:
            return "published"
        return dropped.get(solution_id, "not_chosen") if solution_id in wins else "outvoted"

    return {s.id: fate(s.id) for s in result.solutions}


def _candidates(result: QuestionResult, withheld: Collection[str], fates: Mapping[str, str]) -> Row:
    vote, solutions = result.vote, result.solutions
    wins = set(vote.winners) if vote else set()
    return {
        "candidate_ids": [s.id for s in solutions],
        "candidate_solutions": [None if s.id in withheld else _text(s.text) for s in solutions],
        "candidate_answers": [_text(_answer(s)) for s in solutions],
        "candidate_classes": [_number(vote.classes[i][0]) if vote else None for i in range(len(solutions))],
        "candidate_scores": [_known(vote.scores[i]) if vote else None for i in range(len(solutions))],
        "candidate_wins": [i in wins for i in range(len(solutions))],
        "candidate_errors": [_text(" ; ".join(s.wrong_computations)) or None for s in solutions],
        "candidate_fates": [fates.get(s.id) for s in solutions],
    }


def _number(value: SupportsFloat | None) -> float | None:
    return None if value is None else float(value)


def question_row(
    result: QuestionResult,
    practices: Mapping[str, Practice],
    *,
    fingerprint: str,
    withheld: Collection[str] = frozenset(),
    reason: str | None = None,
    fates: Mapping[str, str] | None = None,
) -> Row:
    """All that happened to a question.

    ``fates`` are those of its candidates (:func:`candidate_fates`), where it was kept.

    The text of a question in ``withheld``, with all of its candidates, and that of a solution in
    ``withheld`` is left out: this configuration is published too.  ``reason`` says in words why it was
    not kept, where the records do not (a duplicate of which question, a hit in which test set).
    """
    vote, score, question, check = result.vote, result.score, result.question, result.solvability
    hidden = question.id in withheld
    hide = {question.id, *(s.id for s in result.solutions)} if hidden else withheld
    return {
        "id": question.id,
        "problem": None if hidden else _text(question.problem),
        "fate": result.fate,
        "reason": _text(reason) or _text(_why(result)),
        "answer": _text(vote.answer) if vote else None,
        **_origin(result.information_set, practices),
        "key_points_present": _known(score.key_points_present) if score else None,
        "correct": _known(score.correct) if score else None,
        "key_points_needed": _needed(result),
        # Null and not empty: with one verdict each, lengths of 0 and 1 would cost the viewer its histograms.
        "verdicts": [_known(v.value) for v in score.verdicts] if score else None,
        # A judge quotes what it judges.
        "score_reason": _text(score.reason) if score and not hidden else None,
        "solvable": check.solvable if check else None,
        "solvability_reason": _text(check.why) if check and not hidden else None,
        "solvability_model": check.model if check else None,
        "solvability_prompt": check.prompt_hash if check else None,
        **_quality(result),
        "vote_rejected": vote.rejected if vote else None,
        "class_sizes": [float(n) for n in vote.class_sizes] if vote else [],
        **_candidates(result, hide, fates or {}),
        "fallback": result.information_set.fallback,
        **_provenance(result, result.solutions[0] if result.solutions else None, fingerprint),
    }


def mpkp_row(labelled: LabelledPractice, *, knowledge: str) -> Row:
    """A practice with its topics and key points; without its text where the licence keeps it out."""
    practice = labelled.practice
    flat: list[tuple[str, str, TopicKeyPoints]] = [
        (k, raw, t)
        for t in labelled.topics
        for k, raw in zip(t.key_points, t.raw_key_points or t.key_points, strict=True)
    ]
    shown = practice.publishable
    first = labelled.topics[0].topic if labelled.topics else None
    return {
        "id": practice.id,
        "source": practice.source,
        "problem": _text(practice.problem) if shown else None,
        "solution": _text(practice.solution) if shown else None,
        "answer": _text(practice.answer) if shown else None,
        "text_published": shown,
        "subject": _text(practice.subject) or (_text(_subject(first)) if first else None),
        "level": _text(practice.level),
        "topics_count": float(len(labelled.topics)),
        "key_points_count": float(len({k for k, _, _ in flat})),
        "key_points": [_text(k) for k, _, _ in flat],
        "topics": [_text(t.topic) for _, _, t in flat],
        "raw_topics": [_text(t.raw_topic or t.topic) for _, _, t in flat],
        "raw_key_points": [_text(raw) for _, raw, _ in flat],
        "model": labelled.model,
        "extraction_prompt": labelled.prompt_hash,
        "knowledge": knowledge,
    }


def topic_row(topic: Topic, *, practices: int, knowledge: str) -> Row:
    """A merged topic; ``practices`` is the number of all practices, of which it has a share."""
    return {
        "topic": _text(topic.name),
        "subject": _text(_subject(topic.name)),
        "practices": float(topic.practices),
        "key_points": float(topic.key_points),
        "share": _known(topic.practices / practices) if practices else None,
        "aliases": _text(" | ".join(topic.aliases)),
        "nearest": _text(topic.nearest),
        "nearest_similarity": _known(topic.nearest_similarity),
        "sampled": topic.sampled,
        "small": topic.small,
        "knowledge": knowledge,
    }


def tcpm_rows(matrix: TCPM, *, knowledge: str, source: str = "all") -> Iterator[Row]:
    """A co-occurrence matrix in long form, one row for each cell whose count is not 0.

    ``source``: whose practices were counted: a seed source, or "all".
    """
    for a, b, count, weight in zip(*matrix.to_table().to_pydict().values(), strict=True):
        yield {
            "source": source,
            "topic_a": _text(a),
            "topic_b": _text(b),
            "count": float(count),
            "weight": weight,
            "knowledge": knowledge,
        }


_CHAT_COLUMNS = (
    "id",
    "answer",
    "question_id",
    "source",
    "subject",
    "topic_1",
    "score",
    "agreement",
    "model",
    "recipe",
)


def message_row(row: Row) -> Row:
    """A row of ``default`` in chat form: the problem as the user's turn, the solution as the reply."""
    return {
        **{column: row[column] for column in _CHAT_COLUMNS},
        "messages": [
            {"role": "user", "content": row["problem"]},
            {"role": "assistant", "content": row["solution"]},
        ],
    }
