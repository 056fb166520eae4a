"""Acronyms become words where they cannot be anything else, and stay where they can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.embeddings.acronyms import ALIASES, spelled_out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("GCD", "greatest common divisor"),
        ("gcf of two numbers", "greatest common divisor of two numbers"),
        ("HCF and LCM", "greatest common divisor and least common multiple"),
        ("Highest Common Factors", "greatest common divisor"),
        ("LCMs", "least common multiple"),
        ("LCD's", "least common denominator"),
        ("PEMDAS", "order of operations"),
        ("BODMAS rule", "order of operations rule"),
        ("AM-GM", "arithmetic mean geometric mean inequality"),
        ("AM–GM Inequality", "arithmetic mean geometric mean inequality"),
        ("am/gm", "arithmetic mean geometric mean inequality"),
        ("AM ≥ GM", "arithmetic mean geometric mean inequality"),
        ("CRT", "chinese remainder theorem"),
        ("PIE with three sets", "principle of inclusion exclusion with three sets"),
        ("the foil method", "the multiplying two binomials"),
        ("SOH-CAH-TOA", "sine cosine tangent ratios in right triangles"),
        ("soh cah toa", "sine cosine tangent ratios in right triangles"),
        ("SAS and ASA", "side angle side and angle side angle"),
        ("Similarity by AA", "Similarity by angle angle"),
        ("HL congruence", "hypotenuse leg congruence"),
        ("Sum of an AP with n terms", "Sum of an arithmetic sequence with n terms"),
        ("AP and GP", "arithmetic sequence and geometric sequence"),
        ("A.P.", "arithmetic sequence"),
        ("arithmetic progressions", "arithmetic sequence"),
        ("WLOG", "without loss of generality"),
        ("Viète's formulas", "vieta formulas"),
        ("Pythagoras’ theorem", "pythagorean theorem"),
        ("3D shapes", "three dimensional shapes"),
        ("CDF of a random variable", "cumulative distribution function of a random variable"),
        ("Relationship between AM and GM", "Relationship between arithmetic mean and geometric mean"),
    ],
)
def test_what_is_unmistakable_is_spelled_out(text: str, words: str) -> None:
    assert spelled_out(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Greatest Common Divisor (GCD)", "Greatest Common Divisor"),
        ("Greatest Common Factor (GCF) and primes", "greatest common divisor and primes"),
        ("GCD (Greatest Common Divisor)", "greatest common divisor"),
        ("Ordinary Differential Equations (ODEs) of order 2", "Ordinary Differential Equations of order 2"),
        ("arithmetic mean (AM) and geometric mean (GM)", "arithmetic mean and geometric mean"),
        ("(GCD) and (GCD)", "(greatest common divisor) and (greatest common divisor)"),
        ("Simplify (LCM)", "Simplify (least common multiple)"),
    ],
)
def test_an_acronym_beside_its_words_is_left_out(text: str, words: str) -> None:
    assert spelled_out(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "Sharing a pie",
        "aluminium foil",
        "from 9 AM to 5 PM",
        "AA batteries",
        "distances between points, such as AP and BP",
        "length of segment AP",
        "AP Statistics with terms of a series",
        "triangle GCD is isosceles",
        r"the angle \angle LCM",
        "areas of CDF and ABC",
        "Sassy lcms2 gcdx",
        "electrode",
        "Trigonometry",
        "",
        "Ordinary text (with brackets)",
    ],
)
def test_what_may_be_something_else_stays(text: str) -> None:
    assert spelled_out(text) == text


PIECES = [*ALIASES, *"AP GP AM GM AA CDF A.P. PIE sequence similar mean ( ) - of the x".split(" ")]


@given(st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join) | st.text(max_size=60))
def test_what_is_spelled_out_has_nothing_left_to_spell_out(text: str) -> None:
    assert spelled_out(spelled_out(text)) == spelled_out(text)


@given(st.sampled_from(sorted(ALIASES)), st.sampled_from([str.lower, str.upper, str.title]), st.sampled_from("- –/"))
def test_every_alias_is_found_in_every_case_and_with_every_separator(alias, case, separator) -> None:
    written = case(alias) if case is not str.title else alias.capitalize()
    assert spelled_out(written.replace("-", separator)) == ALIASES[alias]


@pytest.mark.parametrize("piece", ["(gcd)", "AP ", "AM - ", "(", "a-", "AM", "GCD'", "AA similar "])
def test_long_texts_take_time_in_proportion(piece: str) -> None:
    # A quadratic step would take minutes here.
    assert spelled_out(piece * 40_000)
