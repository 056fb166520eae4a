"""Word problems on percent change, tips, ratios and averages."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from ..entry import Choice, Int, KeyPoint, Slip, Story, Text

TOPICS = {
    "Arithmetic - Percent Change": ("Arithmetic - Percent Increase and Decrease", "Arithmetic - Percentages"),
    "Arithmetic - Ratios": ("Arithmetic - Ratio and Proportion", "Arithmetic - Sharing in a Ratio"),
    "Arithmetic - Averages": ("Arithmetic - Average Word Problems", "Arithmetic - Means"),
}

ENTRIES = (
    KeyPoint(
        id="percent_increase",
        topic="Arithmetic - Percent Change",
        names=(
            "Increasing a quantity by a percent",
            "Finding the new amount after a percent increase",
            "Percent growth of a quantity",
        ),
        params={"q": Int(20, 400, step=20, feed=(4, 20_000)), "p": Choice((5, 10, 15, 20, 25, 30, 40, 50, 60, 75))},
        carry="q",
        wordings=(
            Story("A month later <she> has <p:%> more <items> than that.", takes="items"),
            Text("the number that is <p:%> greater than <q>"),
            Text(
                scene="A fishing village has <q> inhabitants. During the next ten years its population grows by <p:%>.",
                ask="the population of the fishing village after these ten years",
                question="What is the population of the fishing village after these ten years?",
            ),
            Text(
                scene="Before sales tax, a refrigerator costs <q:money>. The sales tax is <p:%> of this price.",
                ask="the price of the refrigerator with tax, in dollars",
                question="What is the price of the refrigerator with tax, in dollars?",
            ),
        ),
        valid=lambda q, p: q * p % 100 == 0 and q != 100,
        closed=lambda q, p: q * (100 + p) // 100,
        brute=lambda q, p: next(n for n in range(q, 2 * q + 1) if 100 * (n - q) == p * q),
        work=lambda q, p: {"x": q * p // 100, "h": 100 + p},
        steps=(
            "The increase is $\\frac{<p>}{100} \\cdot <q> = <x>$, so the new amount is $<q> + <x> = <ans>$.",
            "The new amount is $<h>\\%$ of the old one, and $\\frac{<h>}{100} \\cdot <q> = <ans>$.",
        ),
        slips=(
            Slip("gave only the increase", lambda q, p: q * p // 100, "We take $<p>\\%$ of $<q>$ and get $<ans>$."),
            Slip("added the percent as if it were a number", lambda q, p: q + p),
        ),
        letters="nmkt",
    ),
    KeyPoint(
        id="percent_decrease",
        topic="Arithmetic - Percent Change",
        names=(
            "Decreasing a quantity by a percent",
            "Finding the price after a percent discount",
            "What remains after a percentage is taken off",
        ),
        params={"q": Int(20, 400, step=20, feed=(4, 20_000)), "p": Choice((5, 10, 15, 20, 25, 30, 40, 60, 75))},
        carry="q",
        wordings=(
            Story("<She> donates <p:%> of the <items> to a school.", takes="items"),
            Story("<She> spends <p:%> of the money on a birthday present.", takes="dollars", gives="dollars"),
            Text("the number that is <p:%> less than <q>"),
            Text(
                scene="A jacket usually costs <q:money>. In a sale its price is reduced by <p:%>.",
                ask="the sale price of the jacket, in dollars",
                question="What is the sale price of the jacket, in dollars?",
            ),
        ),
        valid=lambda q, p: q * p % 100 == 0 and q != 100,
        closed=lambda q, p: q * (100 - p) // 100,
        brute=lambda q, p: next(n for n in range(q + 1) if 100 * (q - n) == p * q),
        work=lambda q, p: {"x": q * p // 100, "h": 100 - p},
        steps=(
            "The decrease is $\\frac{<p>}{100} \\cdot <q> = <x>$, so what is left is $<q> - <x> = <ans>$.",
            "There remains $<h>\\%$ of the whole, and $\\frac{<h>}{100} \\cdot <q> = <ans>$.",
        ),
        slips=(
            Slip("gave only the decrease", lambda q, p: q * p // 100, "We take $<p>\\%$ of $<q>$ and get $<ans>$."),
            Slip("increased instead of decreasing", lambda q, p: q * (100 + p) // 100),
        ),
        letters="nmkt",
    ),
    KeyPoint(
        id="original_before_discount",
        topic="Arithmetic - Percent Change",
        names=(
            "Finding the original amount before a percent decrease",
            "Reversing a discount to find the original price",
            "Working backward from a reduced amount and its percentage",
        ),
        params={"q": Int(12, 360, step=6, feed=(3, 20_000)), "p": Choice((10, 20, 25, 40, 50, 60, 75))},
        wordings=(
            Text(
                scene="After a discount of <p:%>, a bicycle costs <q:money>.",
                ask="the price of the bicycle before the discount, in dollars",
                question="What was the price of the bicycle before the discount, in dollars?",
            ),
            Text(
                scene="During a dry summer a pond lost <p:%> of its water. At the end of the summer it held "
                "<q> cubic "
                "meters.",
                ask="the number of cubic meters of water in the pond before the summer",
                question="How many cubic meters of water were in the pond before the summer?",
            ),
            Text("the number that must be reduced by <p:%> to give <q>"),
        ),
        valid=lambda q, p: 100 * q % (100 - p) == 0 and q * (100 + p) % 100 == 0,
        closed=lambda q, p: 100 * q // (100 - p),
        brute=lambda q, p: next(n for n in range(q, 4 * q + 1) if n - Fraction(p * n, 100) == q),
        work=lambda q, p: {"h": 100 - p, "f": Fraction(100 - p, 100), "x": p * q // 100},
        steps=(
            "The remaining amount is $<h>\\%$ of the original one, so the original was $<q> \\div <f> = <ans>$.",
            "If the original amount is $x$, then $\\frac{<h>}{100} x = <q>$, which gives $x = <q> \\cdot "
            "\\frac{100}{<h>} = <ans>$.",
        ),
        slips=(
            Slip(
                "increased the final amount by the same percent",
                lambda q, p: q * (100 + p) // 100,
                "Adding $<p>\\%$ of $<q>$ back, we get $<q> + <x> = <ans>$.",
            ),
            Slip("took the discount off once more", lambda q, p: Fraction(q * (100 - p), 100)),
        ),
        letters="nmkt",
    ),
    KeyPoint(
        id="tip_and_split",
        topic="Arithmetic - Percent Change",
        names=(
            "Adding a percentage tip to a bill and splitting the total",
            "Finding each person's share of a bill with tip",
            "Percent increase followed by equal sharing",
        ),
        params={
            "q": Int(40, 400, step=20, feed=(10, 5_000)),
            "p": Choice((10, 15, 20, 25)),
            "k": Int(2, 8, feed=(2, 40)),
        },
        wordings=(
            Text(
                scene="The bill for a dinner is <q:money>. The guests add a tip of <p:%>. The total is "
                "shared equally "
                "by <k> people.",
                ask="the amount that each person pays for the dinner, in dollars",
                question="How many dollars does each person pay for the dinner?",
            ),
            Text(
                scene="Hiring a boat for a day costs <q:money>, to which a service charge of <p:%> is "
                "added. The cost "
                "is divided evenly among <k> passengers.",
                ask="the cost of the boat for each passenger, in dollars",
                question="What is the cost of the boat for each passenger, in dollars?",
            ),
        ),
        valid=lambda q, p, k: q * (100 + p) % (100 * k) == 0 and q * p % 100 == 0,
        closed=lambda q, p, k: q * (100 + p) // (100 * k),
        brute=lambda q, p, k: next(n for n in range(2 * q) if n * k * 100 == 100 * q + p * q),
        work=lambda q, p, k: {"x": q * p // 100, "t": q * (100 + p) // 100},
        steps=(
            "The extra charge is $\\frac{<p>}{100} \\cdot <q> = <x>$ dollars, so the total is $<q> + <x> = "
            "<t>$ dollars. "
            "Each of the <k> people pays $\\frac{<t>}{<k>} = <ans>$ dollars.",
        ),
        slips=(
            Slip(
                "left out the extra charge",
                lambda q, p, k: Fraction(q, k),
                "Dividing the bill of <q> dollars by <k>, we get <ans> dollars.",
            ),
            Slip(
                "forgot to divide by the number of people",
                lambda q, p, k: q * (100 + p) // 100,
                "With the extra charge the amount is $<q> + <x> = <ans>$ dollars.",
            ),
        ),
        letters="dnkm",
    ),
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
