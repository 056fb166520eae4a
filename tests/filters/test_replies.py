"""Answers that are not answers: real ones of real models (Apache-2.0) and rows modelled on real ones."""

from __future__ import annotations

import pytest

from builder.filters.replies import not_an_answer

HOW_MANY = "Bob bought a tank of white and orange fish. How many white fish did Bob buy at the store?"
VALUE = "Let $p$ be a monic quartic with $p(1) = 3$. Find $p(-2) + 7p(6)$."

NONE = [
    (HOW_MANY, ""),
    (HOW_MANY, "$ $"),
    (HOW_MANY, "Cannot be determined"),
    (HOW_MANY, "There seems to be a mistake in the question or the given data"),
    (HOW_MANY, "There's likely an error in the problem statement. It's not possible to have a whole number of fish"),
    (HOW_MANY, "Cannot be determined without knowing the fruit production of a 10-year-old tree"),
    (HOW_MANY, "No solution"),
    (HOW_MANY, "\\text{impossible}"),
    (HOW_MANY, "B"),
    (HOW_MANY, "the number of white fish that Bob bought is not clear from what is said"),
    (HOW_MANY, "white fish did Bob buy at the store"),
    (VALUE, "Cannot be determined without further information"),
    (VALUE, "Indeterminate"),
    (VALUE, "Not Applicable (N/A)"),
    (VALUE, "This problem requires calculus to solve and find the exact minimum value"),
    (VALUE, "The specific values of a, b, and c cannot be provided without direct calculation"),
    (VALUE, "I'm sorry, but I cannot solve this"),
    (VALUE, "see above"),
    (VALUE, "\\text{the final answer}"),
    (VALUE, "This question cannot be answered logically as presented due to the impossible conditions."),
    ("What is the sum of the elements of $S$?", "undefined"),
    ("What is the smallest two-digit prime that is the sum of three cubes?", "There is no such prime"),
]

SOME = [
    (HOW_MANY, "12"),
    (HOW_MANY, "none"),
    (HOW_MANY, "13 white fish"),
    (HOW_MANY, "Bob bought 13 white fish at the store"),
    ("How many real solutions are there?", "infinitely many"),
    ("How many solutions are there, if any?", "no solution"),
    ("Find all real $x$ with $x^2 = -1$.", "\\text{No real solution}"),
    ("What is the slope of the line $x = 3$?", "undefined"),
    ("Find the limit, or say that it does not exist.", "\\text{does not exist}"),
    ("Determine if the graph is a circle, an ellipse, a point or empty.", "\\text{empty}"),
    ("Find the set of all such $x$.", "\\emptyset"),
    ("What sign is missing?", "+"),
    ("What sign is missing?", "-"),
    ("Which is larger? (A) 3 (B) 4", "B"),
    ("For which lines are the slopes equal, $A$, $B$ or $C$?", "C"),
    ("What is the 100th letter in the pattern ABCABC?", "A"),
    ("Find the condition under which $R A R^T$ equals the identity matrix I.", "I"),
    ("Can Ann's age be found from this, or can it not be determined?", "cannot be determined"),
    ("Does she have enough money?", "not enough"),
    ("How long does it take?", "3 hours and 36 minutes"),
    ("What day is it?", "\\text{Saturday}"),
    ("What is the volume in cubic inches?", "5225 \\text{ cubic inches}"),
    ("How many red and blue shoe boxes are left?", "4 blue shoe boxes and 6 red shoe boxes"),
    ("Find the vector.", "\\begin{pmatrix} 4/5 \\\\ 3/5 \\end{pmatrix}"),
    ("Find all pairs.", "(4k, 2 + 4m) \\text{ for any positive integer } k \\text{ and any integer } m"),
    ("Are the equations consistent?", "\\text{No, the equations are inconsistent.}"),
]


@pytest.mark.parametrize(("problem", "answer"), NONE)
def test_what_answers_nothing_is_not_an_answer(problem: str, answer: str) -> None:
    assert (found := not_an_answer(problem, answer)) and found.reason == "not_an_answer"


@pytest.mark.parametrize(("problem", "answer"), SOME)
def test_what_answers_the_question_in_any_form_is_an_answer(problem: str, answer: str) -> None:
    assert not_an_answer(problem, answer) is None
