"""Word problems on percent change: growth, discounts, reversed discounts, tips."""

from __future__ import annotations

from fractions import Fraction

from ..entry import Choice, Int, KeyPoint, Slip, Story, Text

TOPICS = {
    "Arithmetic - Percent Change": ("Arithmetic - Percent Increase and Decrease", "Arithmetic - Percentages"),
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
            Story("By the end of the month <she> has <p:%> more <items>.", takes="items"),
            Text("the number that is <p:%> greater than <q>"),
            Text(
                scene="A fishing village has <q> inhabitants. During the next ten years its population grows by <p:%>.",
                ask="the population of the fishing village after these ten years",
                question="What is the population of the fishing village after these ten years?",
            ),
            Text(
                scene="Last year the rent for a workshop was <q:money> a month. This year it is <p:%> higher.",
                ask="the monthly rent for the workshop this year, in dollars",
                question="What is the monthly rent for the workshop this year, in dollars?",
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
                scene="Hiring a boat for a day costs <q:money>, to which a tax of <p:%> is "
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
                "Dividing the bill of <q> dollars by <k>, we get $<ans>$ dollars.",
            ),
            Slip(
                "forgot to divide by the number of people",
                lambda q, p, k: q * (100 + p) // 100,
                "With the extra charge the amount is $<q> + <x> = <ans>$ dollars.",
            ),
        ),
        letters="dnkm",
    ),
)
