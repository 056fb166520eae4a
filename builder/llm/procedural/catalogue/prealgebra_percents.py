"""Prealgebra: percents and proportions."""

from __future__ import annotations

from fractions import Fraction

from sympy import Rational as SympyRational
from sympy import Symbol
from sympy import solve as sympy_solve

from ..entry import Choice, Int, KeyPoint, Slip, Text

TOPICS = {
    "Prealgebra - Percents": ("Prealgebra - Percentages", "Prealgebra - Percent of a Quantity"),
}

_X = Symbol("x")


ENTRIES = (
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
        topic="Arithmetic - Ratios",
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
)
