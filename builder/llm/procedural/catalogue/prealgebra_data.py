"""Prealgebra: describing data, fractions and decimals."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import Any

from sympy import Rational as SympyRational

from ..entry import Choice, Int, Ints, KeyPoint, Slip, Text
from ..values import tex

TOPICS = {
    "Prealgebra - Mean, Median and Range": (
        "Prealgebra - Measures of Center and Spread",
        "Prealgebra - Describing Data",
    ),
    "Prealgebra - Fractions and Decimals": ("Prealgebra - Fractions", "Prealgebra - Decimals and Fractions"),
}


def _joined(values: list[int], sign: str = ", ") -> str:
    return sign.join(map(str, values))


def _midrange(values: tuple[int, ...]) -> Fraction:
    return Fraction(min(values) + max(values), 2)


def _exact(value: Any) -> int | Fraction:
    """A sympy rational as a plain number."""
    return Fraction(int(value.p), int(value.q)) if value.q != 1 else int(value.p)


def _fractions_work(a: int, b: int, c: int, d: int) -> dict[str, Any]:
    common = lcm(b, d)
    top, total = a * common // b + c * common // d, Fraction(a, b) + Fraction(c, d)
    shown = f"\\frac{{{top}}}{{{common}}}"
    if total.denominator != common:
        shown += f" = {tex(total)}"
    return {
        "L": common,
        "u": a * common // b,
        "v": c * common // d,
        "s": shown,
        "p": total.numerator,
        "q": total.denominator,
        "t": total,
        "w": Fraction(a + c, b + d),
    }


def _proper(a: int, b: int, c: int, d: int) -> bool:
    total = Fraction(a, b) + Fraction(c, d)
    reduced = (a > 12 or (gcd(a, b) == 1 and a < b)) and c < d and gcd(c, d) == 1
    return reduced and b != d and total.denominator > 1 and lcm(b, d) <= 2_000


_FRACTION_NAMES = (
    "Adding fractions with different denominators",
    "Using a common denominator to add two fractions",
    "The sum of two unlike fractions in lowest terms",
)
_FRACTION_PARAMS = {
    "a": Int(1, 11, feed=(1, 500)),
    "b": Int(2, 15, feed=(2, 100)),
    "c": Int(1, 11),
    "d": Int(2, 15, feed=(2, 100)),
}
_FRACTION_STEP = (
    "With the common denominator $<L>$ we get $\\frac{<a>}{<b>} + \\frac{<c>}{<d>} = \\frac{<u>}{<L>} + "
    "\\frac{<v>}{<L>} = <s>$."
)


ENTRIES = (
    KeyPoint(
        id="median_of_list",
        topic="Prealgebra - Mean, Median and Range",
        names=(
            "The median of an odd number of values",
            "Finding the median by ordering the data",
            "The middle value of a sorted data set",
        ),
        params={"xs": Ints((4, 6), 2, 60, distinct=True), "x": Int(5, 50, feed=(1, 20_000))},
        wordings=(
            Text("the median of the numbers $<xs:set>, <x>$"),
            Text(
                scene="The numbers of pages that the members of a book club read last week are $<xs:set>, <x>$.",
                ask="the median number of pages read",
                question="What is the median number of pages read?",
            ),
        ),
        valid=lambda xs, x: len(xs) % 2 == 0 and x not in xs and sorted((*xs, x))[len(xs) // 2] != xs[len(xs) // 2],
        closed=lambda xs, x: sorted((*xs, x))[len(xs) // 2],
        brute=lambda xs, x: next(m for m in (*xs, x) if sum(v < m for v in (*xs, x)) == len(xs) // 2),
        work=lambda xs, x: {
            "o": _joined(sorted((*xs, x))),
            "n": len(xs) + 1,
            "h": len(xs) // 2,
            "l": ", ".join(map(str, (*xs, x))),
        },
        steps=(
            "In increasing order the <n> values are $<o>$. The middle one, with <h> values on either side, is $<ans>$.",
        ),
        slips=(
            Slip(
                "took the middle value without ordering the data",
                lambda xs, x: xs[len(xs) // 2],
                "The value in the middle of the list $<l>$ is $<ans>$.",
            ),
        ),
        letters="mnkt",
    ),
    KeyPoint(
        id="mean_of_list",
        topic="Prealgebra - Mean, Median and Range",
        names=(
            "The arithmetic mean of a list of numbers",
            "Adding the values and dividing by how many there are",
            "Computing the average of a data set",
        ),
        params={"xs": Ints((2, 4), 4, 60, distinct=True), "x": Int(5, 60, feed=(1, 5_000))},
        wordings=(
            Text("the arithmetic mean of the numbers $<xs:set>, <x>$"),
            Text(
                scene="On successive days a bird watcher counts $<xs:set>, <x>$ geese on a lake.",
                ask="the average number of geese counted per day",
                question="What is the average number of geese counted per day?",
            ),
        ),
        valid=lambda xs, x: (sum(xs) + x) % (len(xs) + 1) == 0,
        closed=lambda xs, x: (sum(xs) + x) // (len(xs) + 1),
        brute=lambda xs, x: next(m for m in range(10**4) if sum(v - m for v in (*xs, x)) == 0),
        work=lambda xs, x: {
            "a": _joined([*xs, x], " + "),
            "s": sum(xs) + x,
            "n": len(xs) + 1,
        },
        steps=(
            "The sum is $<a> = <s>$. There are <n> values, so the mean is $\\frac{<s>}{<n>} = <ans>$.",
            "Adding up gives $<a> = <s>$, and $<s> \\div <n> = <ans>$.",
        ),
        slips=(
            Slip(
                "divided by one value too few",
                lambda xs, x: Fraction(sum(xs) + x, len(xs)),
                "The values add up to $<a> = <s>$. Dividing by their number gives $<ans>$.",
            ),
            Slip("took the mean of the smallest and the largest value", lambda xs, x: _midrange((*xs, x))),
        ),
        letters="mank",
    ),
    KeyPoint(
        id="range_of_list",
        topic="Prealgebra - Mean, Median and Range",
        names=(
            "The range of a data set",
            "The difference between the largest and the smallest value of a list",
            "Measuring spread by the range",
        ),
        params={"xs": Ints((4, 6), 3, 90, distinct=True), "x": Int(5, 99, feed=(1, 20_000))},
        wordings=(
            Text("the range of the data set $<xs:set>, <x>$"),
            Text("the difference between the greatest and the least of the numbers $<xs:set>, <x>$"),
        ),
        valid=lambda xs, x: x not in xs and abs(xs[0] - x) != max(*xs, x) - min(*xs, x),
        closed=lambda xs, x: max(*xs, x) - min(*xs, x),
        brute=lambda xs, x: max(abs(u - v) for u in (*xs, x) for v in (*xs, x)),
        work=lambda xs, x: {"hi": max(*xs, x), "lo": min(*xs, x), "f": xs[0]},
        steps=(
            "The greatest value is $<hi>$ and the least is $<lo>$, so the range is $<hi> - <lo> = <ans>$.",
            "We subtract the least value from the greatest: $<hi> - <lo> = <ans>$.",
        ),
        slips=(
            Slip(
                "subtracted the first and the last value of the list",
                lambda xs, x: abs(xs[0] - x),
                "The list begins with $<f>$ and ends with $<x>$, which are $<ans>$ apart.",
            ),
            Slip("gave the largest value", lambda xs, x: max(*xs, x)),
        ),
        letters="rdnk",
    ),
    KeyPoint(
        id="fraction_sum",
        topic="Prealgebra - Fractions and Decimals",
        names=_FRACTION_NAMES,
        params=_FRACTION_PARAMS,
        wordings=(
            Text("the value of $\\frac{<a>}{<b>} + \\frac{<c>}{<d>}$ as a fraction in lowest terms"),
            Text("the sum of the two fractions $\\frac{<a>}{<b>}$ and $\\frac{<c>}{<d>}$"),
        ),
        valid=_proper,
        closed=lambda a, b, c, d: Fraction(a * d + b * c, b * d),
        brute=lambda a, b, c, d: _exact(SympyRational(a, b) + SympyRational(c, d)),
        work=_fractions_work,
        steps=(_FRACTION_STEP,),
        slips=(
            Slip(
                "added the numerators and the denominators",
                lambda a, b, c, d: Fraction(a + c, b + d),
                "Adding the numerators and adding the denominators, we get $<ans>$.",
            ),
            Slip("subtracted the fractions", lambda a, b, c, d: abs(Fraction(a, b) - Fraction(c, d))),
        ),
        result="rational",
        letters="sfqr",
    ),
    KeyPoint(
        id="fraction_sum_terms",
        family="fraction_sum",
        topic="Prealgebra - Fractions and Decimals",
        names=_FRACTION_NAMES,
        params=_FRACTION_PARAMS,
        wordings=(
            Text(
                scene="The sum $\\frac{<a>}{<b>} + \\frac{<c>}{<d>}$ is written as a fraction in lowest terms.",
                ask="the sum of the numerator and the denominator of this fraction",
            ),
            Text(
                scene="The number $\\frac{<a>}{<b>} + \\frac{<c>}{<d>}$ is equal to $\\frac{u}{v}$, where "
                "$u$ and $v$ are "
                "relatively prime positive integers.",
                ask="the value of $u + v$",
            ),
        ),
        valid=_proper,
        closed=lambda a, b, c, d: sum((Fraction(a, b) + Fraction(c, d)).as_integer_ratio()),
        brute=lambda a, b, c, d: next(
            p + q
            for q in range(1, b * d + 1)
            for p in [(a * d + b * c) * q // (b * d)]
            if p * b * d == (a * d + b * c) * q
        ),
        work=_fractions_work,
        steps=(_FRACTION_STEP + " The numerator and the denominator add up to $<p> + <q> = <ans>$.",),
        slips=(
            Slip(
                "added the numerators and the denominators of the two fractions",
                lambda a, b, c, d: sum(Fraction(a + c, b + d).as_integer_ratio()),
                "The sum of the fractions is $<w>$, so the number that we need is $<ans>$.",
            ),
            Slip(
                "gave the numerator only",
                lambda a, b, c, d: (Fraction(a, b) + Fraction(c, d)).numerator,
            ),
        ),
        letters="nkmt",
    ),
    KeyPoint(
        id="divide_by_decimal",
        topic="Prealgebra - Fractions and Decimals",
        names=(
            "Dividing a whole number by a decimal",
            "Shifting the decimal point to divide by a number less than one",
            "Finding how many times a decimal fits into a whole number",
        ),
        params={"n": Int(4, 80, feed=(2, 5_000)), "c": Choice((2, 4, 5, 8))},
        wordings=(
            Text("the quotient when <n> is divided by $0.<c>$"),
            Text(
                scene="A canteen has <n> liters of soup. It is served in bowls that hold $0.<c>$ liters each.",
                ask="the number of bowls that can be filled with the soup",
                question="How many bowls can be filled with the soup?",
            ),
            Text("the value of $<n> \\div 0.<c>$"),
        ),
        valid=lambda n, c: 10 * n % c == 0,
        closed=lambda n, c: 10 * n // c,
        brute=lambda n, c: next(k for k in range(5 * n + 1) if Fraction(c, 10) * k == n),
        work=lambda n, c: {"t": 10 * n},
        steps=(
            "Multiplying both numbers by ten does not change the quotient: $<n> \\div 0.<c> = <t> \\div <c> = <ans>$.",
            "Since $0.<c> = \\frac{<c>}{10}$, we get $<n> \\cdot \\frac{10}{<c>} = \\frac{<t>}{<c>} = <ans>$.",
        ),
        slips=(
            Slip(
                "multiplied by the decimal",
                lambda n, c: Fraction(n * c, 10),
                "With $0.<c> = \\frac{<c>}{10}$ we get $<n> \\cdot \\frac{<c>}{10} = <ans>$.",
            ),
            Slip("ignored the decimal point", lambda n, c: Fraction(n, c)),
        ),
        letters="qnkm",
    ),
)
