"""Word problems on ratios and averages."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from ..entry import Int, KeyPoint, Slip, Text

TOPICS = {
    "Arithmetic - Ratios": ("Arithmetic - Ratio and Proportion", "Arithmetic - Sharing in a Ratio"),
    "Arithmetic - Averages": ("Arithmetic - Average Word Problems", "Arithmetic - Means"),
}

ENTRIES = (
    KeyPoint(
        id="larger_share_in_ratio",
        topic="Arithmetic - Ratios",
        names=(
            "Dividing a quantity in a given ratio",
            "Sharing an amount in the ratio of two numbers",
            "Finding a part of a whole from the ratio of the parts",
        ),
        params={
            "q": Int(20, 400, step=4, feed=(5, 20_000)),
            "a": Int(2, 9, fixed=True),
            "b": Int(1, 7, fixed=True),
        },
        wordings=(
            Text(
                scene="Two business partners share a bonus of <q:money> in the ratio $<a>:<b>$.",
                ask="the larger of the two shares, in dollars",
                question="How many dollars is the larger of the two shares?",
            ),
            Text("the larger of the two parts that result when <q> is divided in the ratio $<a>:<b>$"),
            Text(
                scene="A box contains <q> red and blue counters. The ratio of red to blue counters is $<a>:<b>$.",
                ask="the number of red counters in the box",
                question="How many red counters are in the box?",
            ),
        ),
        valid=lambda q, a, b: a > b and gcd(a, b) == 1 and q % (a + b) == 0,
        closed=lambda q, a, b: q // (a + b) * a,
        brute=lambda q, a, b: next(n for n in range(q) if n * b == (q - n) * a),
        work=lambda q, a, b: {"s": a + b, "u": q // (a + b)},
        steps=(
            "There are $<a> + <b> = <s>$ equal parts of $\\frac{<q>}{<s>} = <u>$ each. The larger share has "
            "<a> of them, "
            "which is $<a> \\cdot <u> = <ans>$.",
            "The larger share is $\\frac{<a>}{<s>}$ of the whole, and $\\frac{<a>}{<s>} \\cdot <q> = <ans>$.",
        ),
        slips=(
            Slip(
                "gave the smaller share",
                lambda q, a, b: q // (a + b) * b,
                "Each of the $<s>$ parts is $<u>$, so the share is $<ans>$.",
            ),
            Slip(
                "took the ratio for a fraction of the whole",
                lambda q, a, b: Fraction(q * b, a),
                "The ratio gives $\\frac{<b>}{<a>} \\cdot <q> = <ans>$.",
            ),
        ),
        letters="snkm",
    ),
    KeyPoint(
        id="other_quantity_from_ratio",
        topic="Arithmetic - Ratios",
        names=(
            "Finding one quantity from another and their ratio",
            "Using an equivalent ratio to find an unknown quantity",
            "Scaling a ratio up to actual amounts",
        ),
        params={
            "q": Int(12, 240, step=4, feed=(2, 20_000)),
            "a": Int(2, 9, fixed=True),
            "b": Int(2, 9, fixed=True),
        },
        wordings=(
            Text(
                scene="In a choir the ratio of women to men is $<a>:<b>$. There are <q> women in the choir.",
                ask="the number of men in the choir",
                question="How many men are in the choir?",
            ),
            Text(
                scene="To make orange paint, a painter mixes <a> parts of yellow with <b> parts of red. One "
                "day the "
                "painter uses <q> liters of yellow paint.",
                ask="the number of liters of red paint that the painter uses",
                question="How many liters of red paint does the painter use?",
            ),
        ),
        valid=lambda q, a, b: a != b and gcd(a, b) == 1 and q % a == 0 and q > a,
        closed=lambda q, a, b: q // a * b,
        brute=lambda q, a, b: next(n for n in range(10 * q) if q * b == n * a),
        work=lambda q, a, b: {"u": q // a},
        steps=(
            "One part is $\\frac{<q>}{<a>} = <u>$, so the other quantity is $<b> \\cdot <u> = <ans>$.",
            "We get $\\frac{<b>}{<a>} \\cdot <q> = <ans>$.",
        ),
        slips=(
            Slip(
                "used the ratio the wrong way round",
                lambda q, a, b: Fraction(q * a, b),
                "We multiply by the ratio: $\\frac{<a>}{<b>} \\cdot <q> = <ans>$.",
            ),
            Slip("kept the difference instead of the ratio", lambda q, a, b: q + b - a),
        ),
        letters="nmkt",
    ),
    KeyPoint(
        id="score_for_average",
        topic="Arithmetic - Averages",
        names=(
            "Finding the next value that is needed for a given average",
            "Using the total of the values to reach a desired mean",
            "The score needed to raise or lower an average",
        ),
        params={
            "k": Int(3, 8, feed=(2, 50)),
            "a": Int(12, 90, feed=(2, 500)),
            "b": Int(12, 95, feed=(2, 500)),
        },
        wordings=(
            Text(
                scene="In its first <k> games a basketball team scores <a> points per game on average. The "
                "next game "
                "changes this average to <b> points.",
                ask="the number of points that the team scores in the next game",
                question="How many points does the team score in the next game?",
            ),
            Text(
                scene="The mean of <k> numbers is <a>. When one more number is included, the mean becomes <b>.",
                ask="the number that was included",
                question="What number was included?",
            ),
        ),
        valid=lambda k, a, b: a != b and 0 < (k + 1) * b - k * a <= 300,
        closed=lambda k, a, b: (k + 1) * b - k * a,
        brute=lambda k, a, b: next(x for x in range(400) if Fraction(k * a + x, k + 1) == b),
        work=lambda k, a, b: {"j": k + 1, "s": k * a, "t": (k + 1) * b},
        steps=(
            "The first <k> values add up to $<k> \\cdot <a> = <s>$, and all <j> values must add up to "
            "$<j> \\cdot <b> = <t>$. The new value is $<t> - <s> = <ans>$.",
        ),
        slips=(
            Slip("gave the change of the mean added on once", lambda k, a, b: 2 * b - a),
            Slip(
                "multiplied both means by the old number of values",
                lambda k, a, b: k * b - k * a,
                "The totals differ by <k> times the change of the mean, which is $<k>(<b> - <a>) = <ans>$.",
            ),
        ),
        letters="xnkm",
    ),
    KeyPoint(
        id="combined_mean",
        topic="Arithmetic - Averages",
        names=(
            "The mean of two groups taken together",
            "Weighted average of two group means",
            "Combining averages of groups of different sizes",
        ),
        params={
            "a": Int(4, 20, feed=(2, 300)),
            "b": Int(4, 20, feed=(2, 300)),
            "u": Int(20, 95, feed=(2, 500)),
            "v": Int(20, 95, feed=(2, 500)),
        },
        wordings=(
            Text(
                scene="A class has <a> girls and <b> boys. On a test, the mean score of the girls is <u> "
                "and the mean "
                "score of the boys is <v>.",
                ask="the mean score of the whole class",
                question="What is the mean score of the whole class?",
            ),
            Text(
                scene="A farm sells <a> pumpkins with a mean weight of <u> ounces and <b> melons with a "
                "mean weight of "
                "<v> ounces.",
                ask="the mean weight of all of these fruits, in ounces",
                question="What is the mean weight of all of these fruits, in ounces?",
            ),
        ),
        valid=lambda a, b, u, v: a != b and u != v,
        closed=lambda a, b, u, v: Fraction(a * u + b * v, a + b),
        brute=lambda a, b, u, v: u + Fraction(b, a + b) * (v - u),
        work=lambda a, b, u, v: {"x": a * u, "y": b * v, "s": a * u + b * v, "n": a + b},
        steps=(
            "The two groups have the totals $<a> \\cdot <u> = <x>$ and $<b> \\cdot <v> = <y>$, together "
            "$<x> + <y> = <s>$. The mean of all $<a> + <b> = <n>$ values is $<s> \\div <n> = <ans>$.",
        ),
        slips=(
            Slip(
                "averaged the two means without weights",
                lambda a, b, u, v: Fraction(u + v, 2),
                "The mean lies halfway between $<u>$ and $<v>$, at $<ans>$.",
            ),
            Slip("exchanged the weights", lambda a, b, u, v: Fraction(b * u + a * v, a + b)),
        ),
        result="rational",
        letters="mwkn",
    ),
)
