"""A reply as a candidate: what it answers, or that it abstains."""

from __future__ import annotations

import pytest

from builder.llm.chat import Reply
from builder.records import Question
from builder.stages.solutions import declines, read_solution

QUESTION = Question("q", "s", "Find $x$.", "m", "h", "r")


def answer(text: str, finish_reason: str = "stop") -> str | None:
    return read_solution(QUESTION, 0, Reply(text, finish_reason, "m"), (), "h").answers[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("So $x = \\boxed{7}$.", "7"),
        ("The answer is: $\\frac{1}{2}$", "\\frac{1}{2}"),
        ("I do not know.", None),
        ("The answer is not determined; something is missing.", None),
        ("\\boxed{\\text{cannot be determined}}", None),
        ("\\boxed{\\text{no solution}}", "\\text{no solution}"),
        ("\\boxed{}", None),
    ],
)
def test_an_answer_is_read_or_the_candidate_abstains(text: str, expected: str | None) -> None:
    assert answer(text) == expected


def test_a_reply_cut_off_abstains_whatever_is_in_it() -> None:
    assert answer("First \\boxed{3}, but then", "length") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not determined", True),
        ("cannot be found from the given information", True),
        ("insufficient information", True),
        ("not enough data", True),
        ("the statements contradict each other", True),
        ("no solution", False),
        ("infinitely many", False),
        ("unknown", True),
        ("7", False),
        ("not 7 but missing 3", False),
        ("\\text{does not exist}", False),
    ],
)
def test_declining_in_words_is_no_answer(text: str, expected: bool) -> None:
    assert declines(text) is expected
