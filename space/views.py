"""Pure functions from records to what the page shows: tables and Markdown.

No Gradio, no model, no state: each can be tested by its output alone.  Text of models and seeds is
shown through Gradio's sanitised Markdown; here it is only laid out.
"""

from __future__ import annotations

from collections.abc import Sequence

from builder.matrix import TCPM
from builder.records import InformationSet, Question, QuestionResult, Score, Solution, Solvability, Topic, Vote

FATES = {
    "kept": "published",
    "low_score": "rejected: the score is under the threshold",
    "unscored": "rejected: the judge's reply could not be read",
    "unsolvable": "rejected: the judge finds that it cannot be solved as it is written",
    "tie": "rejected: two answers have equally many votes",
    "no_agreement": "rejected: no two solutions agree",
    "low_agreement": "rejected: fewer solutions agree than the recipe asks for",
    "no_answer": "rejected: no solution gives an answer",
    "no_question": "rejected: the reply holds no problem",
}


def topic_rows(topics: Sequence[Topic]) -> list[list[object]]:
    """One row a topic: name, practices, key points, other names; the most frequent first."""
    return [
        [t.name, t.practices, t.key_points, ", ".join(a for a in t.aliases if a != t.name)]
        for t in sorted(topics, key=lambda t: (-t.practices, t.name))
    ]


def neighbour_rows(matrix: TCPM, topic: str, limit: int = 12) -> list[list[object]]:
    """The topics that occur together with ``topic``: name, count, weight; the strongest first."""
    if topic not in matrix.topics:
        return []
    i = matrix.topics.index(topic)
    rows = [
        [name, int(matrix.counts[i, j]), round(float(matrix.weights[i, j]), 3)]
        for j, name in enumerate(matrix.topics)
        if matrix.counts[i, j] > 0 and j != i
    ]
    return sorted(rows, key=lambda r: (-float(str(r[2])), str(r[0])))[:limit]


def information_set_text(information_set: InformationSet) -> str:
    """The chosen topics with their key points, as Markdown."""
    lines = []
    for t in information_set.topics:
        lines.append(f"**{t.topic}**")
        lines.extend(f"- {k}" for k in t.key_points)
        lines.append("")
    return "\n".join(lines)


def problem_text(question: Question) -> str:
    """The problem as Markdown with its mathematics, or why there is none."""
    return question.problem or f"*The writer's reply holds no problem ({question.rejected}).*"


def score_text(score: Score) -> str:
    """The judge's verdict in one line, with its two criteria."""

    def number(value: float | None) -> str:
        return "not given" if value is None else f"{value:.2f}"

    if score.value is None:
        return "**Score:** could not be read"
    return (
        f"**Score {score.value:.2f}** (key points needed {number(score.key_points_present)}, "
        f"free of errors {number(score.correct)})"
    )


def solvability_text(solvability: Solvability) -> str:
    """The judge's word on whether the problem can be solved, in one line."""
    if solvability.solvable is None:
        return "**Solvable:** could not be read"
    return "**Solvable:** yes" if solvability.solvable else f"**Solvable:** no ({solvability.kind})"


def candidate_rows(solutions: Sequence[Solution]) -> list[list[object]]:
    """One row a candidate: number, answer, what a check of its arithmetic found."""
    return [
        [s.index + 1, s.answers[0] or "no answer", "; ".join(s.wrong_computations) or "nothing wrong"]
        for s in solutions
    ]


def verdict_text(result: QuestionResult) -> str:
    """What became of the question, with the vote that decided it."""
    verdict = FATES.get(result.fate, f"rejected: {result.fate}")
    vote: Vote | None = result.vote
    if vote is None or vote.answer is None:
        return f"**Verdict:** {verdict}"
    early = f" ({vote.planned} were planned, the others could not change it)" if vote.candidates < vote.planned else ""
    return (
        f"**Verdict:** {verdict}. {len(vote.winners)} of {vote.candidates} solutions{early} agree on "
        f"${vote.answer}$ (consensus {vote.agreement:.2f}). Agreement is not proof."
    )
