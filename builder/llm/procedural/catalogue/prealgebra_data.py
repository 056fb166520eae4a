"""Prealgebra: data sets, fractions, decimals, percents, proportions, angles of a triangle."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import Any

from sympy import Rational as SympyRational
from sympy import Symbol
from sympy import solve as sympy_solve

from ..entry import Choice, Int, Ints, KeyPoint, Slip, Text
from ..values import tex

TOPICS = {
    "Prealgebra - Mean, Median and Range": (
        "Prealgebra - Measures of Center and Spread",
        "Prealgebra - Describing Data",
    ),
    "Prealgebra - Fractions and Decimals": ("Prealgebra - Fractions", "Prealgebra - Decimals and Fractions"),
    "Prealgebra - Percents": ("Prealgebra - Percentages", "Prealgebra - Percent of a Quantity"),
    "Prealgebra - Proportions and Angles": ("Prealgebra - Proportions", "Prealgebra - Angles of Triangles"),
}

_X = Symbol("x")


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
    reduced = (a > 12 or gcd(a, b) == 1 and a < b) and c < d and gcd(c, d) == 1
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
    KeyPoint(
        id="percent_of_number",
        topic="Prealgebra - Percents",
        names=(
            "Finding a percent of a number",
            "Taking a percentage of a quantity",
            "Computing a part of a whole from a percent",
        ),
        params={"n": Int(20, 600, step=20, feed=(4, 50_000)), "p": Choice((5, 10, 15, 20, 25, 30, 35, 40, 60, 75, 80))},
        wordings=(
            Text("the number that is equal to <p:%> of <n>"),
            Text(
                scene="A music school has <n> pupils. Of these pupils, <p:%> play the piano.",
                ask="the number of pupils of the music school who play the piano",
                question="How many pupils of the music school play the piano?",
            ),
            Text(
                scene="A survey is answered by <n> people. Exactly <p:%> of them say that they cycle to work.",
                ask="the number of people in the survey who cycle to work",
            ),
        ),
        valid=lambda n, p: n * p % 100 == 0,
        closed=lambda n, p: n * p // 100,
        brute=lambda n, p: next(k for k in range(n) if 100 * k == n * p),
        work=lambda n, p: {"f": Fraction(p, 100), "t": n * p},
        steps=(
            "Since $<p>\\% = <f>$, the number is $<f> \\cdot <n> = <ans>$.",
            "We compute $\\frac{<p> \\cdot <n>}{100} = \\frac{<t>}{100} = <ans>$.",
        ),
        slips=(
            Slip(
                "gave what remains after the part is taken away",
                lambda n, p: n - n * p // 100,
                "Of the whole $<n>$, this percentage is $<ans>$.",
            ),
            Slip("divided by ten instead of a hundred", lambda n, p: n * p // 10),
        ),
        letters="nkmp",
    ),
    KeyPoint(
        id="what_percent",
        topic="Prealgebra - Percents",
        names=(
            "Finding what percent one number is of another",
            "Expressing a part of a whole as a percentage",
            "Converting a ratio of two numbers to a percent",
        ),
        params={"a": Int(3, 200, feed=(1, 5_000)), "b": Int(20, 400, step=20, feed=(4, 10_000))},
        wordings=(
            Text(
                scene="A quiz has <b> questions. A contestant answers <a> of the questions correctly.",
                ask="the percentage of the questions that the contestant answers correctly",
                question="What percentage of the questions does the contestant answer correctly?",
            ),
            Text(
                scene="A parking garage has <b> spaces. On a Monday morning <a> of the spaces are taken.",
                ask="the percentage of the spaces that are taken",
                question="What percentage of the spaces are taken?",
            ),
            Text("the value of $x$ for which $x\\%$ of <b> is equal to <a>"),
        ),
        valid=lambda a, b: a < b and 100 * a % b == 0 and 100 * a != b * b,
        closed=lambda a, b: 100 * a // b,
        brute=lambda a, b: next(p for p in range(100) if Fraction(p, 100) * b == a),
        work=lambda a, b: {"f": Fraction(a, b), "r": 100 * a // b},
        steps=(
            "The part is $\\frac{<a>}{<b>} = \\frac{<r>}{100}$ of the whole, which is $<ans>\\%$.",
            "We get $100 \\cdot \\frac{<a>}{<b>} = <ans>$ percent.",
        ),
        slips=(
            Slip(
                "gave the percentage of the remaining part",
                lambda a, b: 100 - 100 * a // b + (200 * a == b * 100),
                "Comparing the two numbers $<a>$ and $<b>$, we find $<ans>\\%$.",
            ),
            Slip("divided the whole by the part", lambda a, b: Fraction(100 * b, a)),
        ),
        letters="pnkm",
    ),
    KeyPoint(
        id="proportion_unknown",
        topic="Prealgebra - Proportions and Angles",
        names=(
            "Solving a proportion by cross multiplication",
            "Finding the unknown term of two equal ratios",
            "Scaling with equal ratios",
        ),
        params={
            "a": Int(4, 60, feed=(2, 2_000)),
            "b": Int(3, 40, feed=(2, 500)),
            "c": Int(2, 24, feed=(2, 200)),
        },
        wordings=(
            Text("the number $x$ that satisfies $\\frac{x}{<a>} = \\frac{<b>}{<c>}$"),
            Text(
                scene="On a hiking map, <c> centimeters stand for <b> kilometers. Two lakes are <a> "
                "centimeters apart on "
                "the map.",
                ask="the actual distance between the two lakes, in kilometers",
                question="What is the actual distance between the two lakes, in kilometers?",
            ),
            Text("the value of $x$ for which the ratios $x : <a>$ and $<b> : <c>$ are equal"),
        ),
        valid=lambda a, b, c: a * b % c == 0 and len({a, b, c}) == 3,
        closed=lambda a, b, c: a * b // c,
        brute=lambda a, b, c: int(sympy_solve(_X / a - SympyRational(b, c), _X)[0]),
        work=lambda a, b, c: {"t": a * b},
        steps=(
            "If $x$ is the unknown number, cross multiplication gives $<c>x = <a> \\cdot <b> = <t>$, so "
            "$x = \\frac{<t>}{<c>} = <ans>$.",
            "The unknown number is $<a> \\cdot \\frac{<b>}{<c>} = \\frac{<t>}{<c>} = <ans>$.",
        ),
        slips=(
            Slip(
                "turned one of the ratios upside down",
                lambda a, b, c: Fraction(a * c, b),
                "Multiplying $<a>$ by the quotient of $<c>$ and $<b>$, we get $<ans>$.",
            ),
            Slip("kept the difference instead of the ratio", lambda a, b, c: a + b - c),
        ),
        letters="dnkm",
    ),
    KeyPoint(
        id="third_angle_of_triangle",
        topic="Prealgebra - Proportions and Angles",
        names=(
            "The sum of the angles of a triangle",
            "Finding the third angle of a triangle from the other two",
            "Using the fixed angle sum of a triangle",
        ),
        params={"a": Int(20, 95, feed=(2, 170)), "b": Int(15, 80, feed=(2, 170))},
        wordings=(
            Text(
                scene="Two angles of a triangle measure $<a>^\\circ$ and $<b>^\\circ$.",
                ask="the measure of the third angle of the triangle, in degrees",
                question="What is the measure of the third angle of the triangle, in degrees?",
            ),
            Text(
                scene="In triangle $ABC$, angle $A$ measures $<a>$ degrees and angle $B$ measures $<b>$ degrees.",
                ask="the number of degrees in angle $C$",
                question="How many degrees are in angle $C$?",
            ),
        ),
        valid=lambda a, b: a + b < 175 and a + b != 90,
        closed=lambda a, b: 180 - a - b,
        brute=lambda a, b: next(c for c in range(180) if a + b + c == 180),
        work=lambda a, b: {"s": a + b},
        steps=(
            "The two given angles add up to $<a> + <b> = <s>$ degrees, so the third one has $180 - <s> = "
            "<ans>$ degrees.",
            "The angles of a triangle add up to $180$ degrees. The third angle has $180 - <a> - <b> = <ans>$ degrees.",
        ),
        slips=(
            Slip(
                "gave the sum of the two angles",
                lambda a, b: a + b,
                "Putting the two angles together, we get $<a> + <b> = <ans>$ degrees.",
            ),
            Slip("subtracted from 360 degrees", lambda a, b: 360 - a - b),
        ),
        letters="ctnk",
    ),
)
