"""Questions and answers that are dropped for what their text shows, each with its reason (METHOD 4, 8).

:func:`question_flaw` looks at a question before it costs a score and ten solutions, :func:`answer_flaw` at the
answer that won the vote.  What each reason means is told in :mod:`builder.filters`.  Text alone decides: a
question that passes may still be wrong, impossible or known from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from ..filters.flaw import Flaw, flaw
from ..filters.giveaways import answer_in_question, gives_answer_away
from ..filters.numbers import too_long_number
from ..filters.pictures import missing_picture
from ..filters.replies import not_an_answer
from ..filters.tasks import task_flaw
from ..filters.text import plain

QUESTION_REASONS = (
    "number_too_long",
    "figure_code",
    "missing_figure",
    "gives_answer_away",
    "not_a_question",
    "proof",
    "several_questions",
)
ANSWER_REASONS = ("not_an_answer", "number_too_long", "answer_in_question")
REASONS = tuple(dict.fromkeys(QUESTION_REASONS + ANSWER_REASONS))

_TEXT_CHECKS: tuple[Callable[[str, str], Flaw | None], ...] = (missing_picture, gives_answer_away, task_flaw)


def question_flaw(problem: str, *, max_digits: int, off: Collection[str] = ()) -> Flaw | None:
    """The first flaw of a question's text, in the order of :data:`QUESTION_REASONS`; None where there is none.

    ``max_digits``: digits that a number may have.  ``off``: reasons that are not looked for.  Time is linear in
    the length of ``problem``; no text raises.
    """
    return next((f for f in _question_flaws(problem, max_digits) if f.reason not in off), None)


def _question_flaws(problem: str, max_digits: int) -> Iterator[Flaw]:
    if number := too_long_number(problem, max_digits):
        yield flaw("number_too_long", number)
    masked = plain(problem)
    for check in _TEXT_CHECKS:
        if found := check(problem, masked):
            yield found


def answer_flaw(problem: str, answer: str | None, *, max_digits: int, off: Collection[str] = ()) -> Flaw | None:
    """The first flaw of ``answer`` as the answer to ``problem``, in the order of :data:`ANSWER_REASONS`."""
    return next((f for f in _answer_flaws(problem, answer or "", max_digits) if f.reason not in off), None)


def _answer_flaws(problem: str, answer: str, max_digits: int) -> Iterator[Flaw]:
    if found := not_an_answer(problem, answer):
        yield found
    if number := too_long_number(answer, max_digits):
        yield flaw("number_too_long", number)
    if found := answer_in_question(problem, answer):
        yield found
