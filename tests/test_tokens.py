"""Which differences between texts are seen, and which are not."""

from __future__ import annotations

import doctest
import time

import pytest

from builder import tokens
from builder.tokens import is_number, mathematics, tokenise, words_and_numbers


def test_the_example_of_the_module_holds() -> None:
    assert doctest.testmod(tokens).failed == 0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Find  $x$.\n", "find x"),
        (r"$\dfrac{1}{2}$", r"\(\frac{1}{2}\)"),
        (r"$\left( 3 \right)$", "(3)"),
        ("1,000 apples", "1000 apples"),
        ("1{,}234{,}567", "1234567"),
        (r"2 \times 3", "2 × 3"),
        (r"2 \cdot 3", "2*3"),
        ("x²", "x^2"),
        ("x^{2}", "x^2"),
        ("10⁻³", "10^-3"),
        ("5 − 3", "5 - 3"),
        (r"x \leq 3", "x ≤ 3"),
        (r"60^\circ", "60^°"),
        ("It is 16 - 3 = <<16-3=13>>13.", "It is 16-3 = 13"),
        ("**Find** the *sum*".replace("*sum*", "sum"), "find the sum"),
        ("a two-digit number", "a two digit number"),
        ("the $x$-coordinate of an $n$-gon", "the x-coordinate of an n-gon"),
        (r"the \(x\)-coordinate", "the $x$-coordinate"),
        ("the x -axis and an n -gon", "the $x$-axis and an $n$-gon"),
        ("an L-shaped or ABC-like figure", "an L shaped or ABC like figure"),
        (r"5 \text{ cm}", "5 cm"),
        (r"\boxed{7}", "7"),
        ("a ratio of 3 : 2", "a ratio of 3:2"),
        (".5", "0.5"),
        ("Wow! Note: find x", "wow note find x"),
    ],
)
def test_what_writers_vary_is_not_seen(a: str, b: str) -> None:
    assert tokenise(a) == tokenise(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("sin 60", "sin(-60)"),
        (r"$\sin 60^\circ$", r"$\sin(-60^\circ)$"),
        ("2 + 3", "2 - 3"),
        ("$-ab$", "$ab$"),
        ("$x$ - sin", "$x$ sin"),
        ("1.5", "15"),
        ("1.5", "1 5"),
        ("12", "1 2"),
        ("12345", "12346"),
        ("x < 3", "x > 3"),
        ("x < 3", "x <= 3"),
        ("x = 3", r"x \neq 3"),
        ("n!", "n"),
        ("5!", "5"),
        ("3:2", "3 2"),
        ("x^{2y}", "x^2 y"),
        ("[0, 1]", "(0, 1)"),
        ("A", "a"),
        ("10-3", "10 3"),
        ("5-sin(x)", "5 sin(x)"),
        ("x-y", "x y"),
        ("AB-CD", "AB CD"),
        ("50%", "50"),
        ("x₁²", "x₁³"),
        (r"\frac{1}{2}", "12"),
        (r"\sqrt{2}", "2"),
        (r"\pm 2", "2"),
    ],
)
def test_what_carries_meaning_is_seen(a: str, b: str) -> None:
    assert tokenise(a) != tokenise(b)


@pytest.mark.parametrize("text", ["", "   ", "?!.,;", "$$", "\\left\\right"])
def test_a_text_without_meaning_has_no_tokens(text: str) -> None:
    assert tokenise(text) == []


@pytest.mark.parametrize(
    ("token", "expected"), [("12", True), ("1.5", True), ("x", False), ("-", False), ("...", False)]
)
def test_numbers_are_told_from_the_rest(token: str, expected: bool) -> None:
    assert is_number(token) is expected


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ("Tom has three red apples and 5 pears", ("3", "5")),
        ("three apples", ("3",)),
        ("one of the apples", ()),
        ("a number x less than N", ("x", "less", "N")),
        ("the triangle ABC", ("ABC",)),
    ],
)
def test_mathematics_is_numbers_operators_and_quantities(tokens: str, expected: tuple[str, ...]) -> None:
    assert mathematics(words_and_numbers(tokens)) == expected


@pytest.mark.parametrize(
    "unit",
    [
        "1,234",
        "<<1+",
        "{",
        "}{",
        "**",
        "\\",
        "a-",
        "1 ",
        "1:",
        "  ",
        ".",
        "9",
        "²",
        "{1}",
        "\\frac{",
        "<",
        "\ud800",
    ],
)
def test_time_is_linear_in_hostile_text(unit: str) -> None:
    started = time.process_time()
    tokenise(unit * (200_000 // len(unit)))
    assert time.process_time() - started < 2
