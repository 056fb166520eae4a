"""Running text without formulas and quotations."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.filters.text import FORMULA, QUOTED, plain, sentences


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Find $x$ now", "Find  now"),
        ("Find $ x+1 $ now", "Find  now"),
        ("It costs $60 for one and $30 for two", "It costs $60 for one and $30 for two"),
        ("It is $2.02\\cdots $ as a number", "It is  as a number"),
        ("Solve \\[x = 1\\]Find y", "Solve Find y"),
        ("He has \\$5 and \\$6", "He has \\$5 and \\$6"),
        ('She asks, "Are we there?" again', "She asks,  again"),
        ("A row \\\\[2pt] ends", "A row \\\\[2pt] ends"),
        ("\\begin{align}what\\end{align} is it", " is it"),
        ("an open $ sign stays", "an open $ sign stays"),
    ],
)
def test_formulas_and_quotations_are_blanked_out(text: str, kept: str) -> None:
    assert plain(text).replace(FORMULA, "").replace(QUOTED, "") == kept


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two? Three!", 3),
        ("Is 3.5 a number?", 1),
        ("Let \\[x = 1.\\]Find y.", 2),
        ("n! is divisible by n. So what?", 2),
        ("A heading\n\nand a text", 2),
        ("", 0),
    ],
)
def test_sentences_end_at_a_stop_an_empty_line_or_a_displayed_formula(text: str, count: int) -> None:
    assert len(list(sentences(plain(text)))) == count


PIECES = [*"ab$[](){}.?! \n", "\\", '"', "“", "”", "\\begin{align}", "\\end{align}"]


@given(st.lists(st.sampled_from(PIECES), max_size=80).map("".join))
def test_positions_stay_those_of_the_text(text: str) -> None:
    masked = plain(text)
    assert len(masked) == len(text)
    assert all(m in (t, FORMULA, QUOTED) for m, t in zip(masked, text, strict=True))
    spans = list(sentences(masked))
    assert all(a < b for a, b in spans) and all(p[1] <= q[0] for p, q in pairwise(spans))
