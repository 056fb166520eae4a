"""What a topic's name says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.merging.topic_names import CONTRASTS, is_name, marks, name_words, subject_words


@pytest.mark.parametrize(
    ("name", "words", "heads"),
    [
        ("Algebra - Systems of Linear Equations", {"system", "linear", "equation"}, {"system"}),
        ("Geometry - Area and Perimeter of Rectangles", {"area", "perimeter", "rectangle"}, {"area", "perimeter"}),
        ("Algebra - Factoring Polynomials", {"factorization", "polynomial"}, {"factorization"}),
        ("Arithmetic - Word Problems", {"word", "problems"}, {"word", "problems"}),
        ("Trigonometry - Law of Sines", {"law", "sine"}, {"law"}),
        ("Geometry", {"geometry"}, {"geometry"}),
        ("Algebra - 代数", {"代数"}, {"代数"}),
    ],
)
def test_the_words_and_heads_of_a_name(name: str, words: set[str], heads: set[str]) -> None:
    assert (name_words(name).words, name_words(name).heads) == (words, heads)


@given(st.text(max_size=80))
def test_any_name_has_words_within_itself(name: str) -> None:
    said = name_words(f"Subject - {name}")
    assert said.heads <= said.words
    assert said.first <= said.words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Algebra - Polynomial Multiplication", {"polynomial", "multiplication"}),
        ("Algebra - Multiplying Polynomials", {"polynomial", "multiplication"}),
        ("Trigonometry - Trigonometric Identities", {"identity"}),
        ("Inequalities - Cauchy-Schwarz Inequality", {"cauchy", "schwarz"}),
        ("Arithmetic - Multi-step Multiplication", {"multiplication"}),
        ("Number Theory - GCD", {"greatest", "common", "divisor"}),
        ("Arithmetic - Fractions to Percentages", {"fraction", "percentage", "conversion"}),
        ("Statistics - Arithmetic Mean", {"average"}),
    ],
)
def test_forms_of_a_word_and_words_of_the_subject_say_nothing_new(name: str, words: set[str]) -> None:
    assert name_words(name).words == words


@pytest.mark.parametrize(
    ("one", "other", "kin"),
    [
        ("Algebra - x", "Intermediate Algebra - x", True),
        ("Prealgebra - x", "Arithmetic - x", True),
        ("Combinatorics - x", "Counting & Probability - x", True),
        ("Algebra - x", "Geometry - x", False),
        ("- x", "代数 - x", False),
    ],
)
def test_subjects_that_share_a_word_are_kin(one: str, other: str, kin: bool) -> None:
    assert bool(subject_words(one) & subject_words(other)) is kin


def test_a_word_is_marked_in_each_line_that_it_stands_in() -> None:
    assert marks(["area", "7", "seven", "tower"]) == {("area", "area"), ("0", "7")}
    lines = [line.split(" ") for line in CONTRASTS]
    assert all(len(set(line)) == len(line) > 1 for line in lines)
    assert len({line[0] for line in lines}) == len(lines), "a line is named by its first word"


@pytest.mark.parametrize(
    ("name", "right"), [("A - b", True), ("A -b", False), (" - b", False), ("A - ", False), ("A", False)]
)
def test_a_name_has_a_subject_and_a_name(name: str, right: bool) -> None:
    assert is_name(name) is right
