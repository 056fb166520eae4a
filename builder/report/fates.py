"""At which step of the funnel a question was lost, and for which reason.

A step is told from the records themselves (has it a score, candidates, a vote), so that a fate that is not
known here still counts at the step where it struck.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..records import HygieneNote
from .names import cut, plain
from .outcomes import Outcome

STEPS = ("sampled", "written", "scored", "solved", "voted", "clean", "unique", "published")
"""In the order in which a run takes them."""

KEPT = "kept"
NO_REPLY = "no_reply"
"""A paraphrase that was asked for and of which there is no record."""

_GIVEN_UP = ("refused", "failed")  # at whichever step the request was made
_MEANINGS = {
    NO_REPLY: "asked for, and no reply came",
    "refused": "the endpoint refused the request",
    "failed": "the request was given up after its retries",
    "no_question": "no problem between the tags of the reply",
    "empty_question": "nothing between the tags of the reply",
    "too_many_parts": "more sub-questions than the recipe allows",
    "truncated": "the reply was cut off",
    "addresses_judge": "the problem talks to its judge",
    "figure_code": "the problem holds the code of a picture",
    "missing_figure": "the problem needs a picture that it has not",
    "not_a_question": "the problem asks for nothing",
    "several_questions": "several questions in one",
    "proof": "the problem asks for a proof",
    "gives_answer_away": "the problem states its own answer",
    "unscored": "the verdict could not be read",
    "low_score": "the score is under the threshold",
    "unsolvable": "a judge finds that it cannot be solved as it is written",
    "no_answer": "no candidate has an answer that counts",
    "tie": "two answers have equally many votes",
    "no_agreement": "no two candidates agree",
    "low_agreement": "fewer agree than the recipe asks for",
    "not_an_answer": "what the candidates agree on is no answer",
    "answer_in_question": "the answer stands in the problem",
    "drift_quantities": "the paraphrase lost or added a number",
    "drift_answer": "the paraphrase has another answer than its parent",
    "contaminated": "the text meets a test set",
    "number_too_long": "a number has more digits than the recipe allows",
    "duplicate": "the problem repeats another one",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a question ended: ``reason`` is None where it came through all steps."""

    step: str
    reason: str | None


THROUGH = Settled(STEPS[-1], None)


def settle(outcome: Outcome, note: HygieneNote | None) -> Settled:
    """The one place where a question ended; ``note`` is why hygiene dropped it, if it did."""
    if outcome.fate != KEPT:
        return Settled(_step_of_loss(outcome), outcome.fate)
    if note is not None:
        return Settled("unique" if note.fate == "duplicate" else "clean", note.fate)
    return THROUGH


def _step_of_loss(outcome: Outcome) -> str:
    if outcome.voted:
        return "solved" if outcome.abstained == len(outcome.solution_ids) else "voted"
    given_up = outcome.fate in _GIVEN_UP
    if outcome.judged:
        return "solved" if given_up else "scored"
    # A problem without a score was dropped for its text, unless its judge could not be asked.
    return "scored" if given_up and outcome.problem is not None else "written"


def meaning(reason: str) -> str:
    """A reason in words; an unknown one is its own name."""
    return _MEANINGS.get(reason) or label(reason)


def label(reason: str) -> str:
    """The name of a reason for a table."""
    return cut(plain(reason).replace("_", " ").strip(), 40) or "(no name)"
