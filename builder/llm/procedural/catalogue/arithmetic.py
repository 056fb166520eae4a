"""Grade-school arithmetic as steps of a story."""

from __future__ import annotations

from ..entry import Int, KeyPoint, Rational, Slip, Story, Text

TOPICS = {
    "Arithmetic - Multiplication and Division": (
        "Arithmetic - Multiplication",
        "Arithmetic - Multiplying and Dividing Whole Numbers",
    ),
    "Arithmetic - Fractions": ("Arithmetic - Fractions of a Quantity", "Arithmetic - Fraction Operations"),
    "Arithmetic - Money": ("Arithmetic - Money and Prices", "Arithmetic - Money Problems"),
}

ENTRIES = (
    KeyPoint(
        id="equal_groups_total",
        topic="Arithmetic - Multiplication and Division",
        names=(
            "Multiplying the number of groups by the size of each group",
            "Total of equal groups as a product",
            "Using multiplication to count items in equal groups",
        ),
        params={"k": Int(3, 15, feed=(2, 200)), "c": Int(4, 36, feed=(2, 200))},
        wordings=(
            Story("<She> buys <k> boxes of <c> <items> each."),
            Story("<She> gets <k> packs with <c> <items> in each pack."),
            Story("<She> bakes <k> trays of <c> <items>.", items=("baked",)),
            Text(
                "the number of chairs in a hall that has <k> rows of <c> chairs each",
                question="How many chairs are in a hall that has <k> rows of <c> chairs each?",
            ),
        ),
        closed=lambda k, c: k * c,
        brute=lambda k, c: sum(c for _ in range(k)),
        steps=(
            "There are <k> groups of <c>, so there are <k> * <c> = <ans> in all.",
            "Altogether that makes $<k> \\times <c> = <ans>$.",
        ),
        slips=(
            Slip(
                "added instead of multiplying",
                lambda k, c: k + c,
                "Putting the numbers together gives <k> + <c> = <ans>.",
            ),
            Slip("counted one group too few", lambda k, c: (k - 1) * c),
        ),
    ),
    KeyPoint(
        id="give_fraction",
        topic="Arithmetic - Fractions",
        names=(
            "Finding what remains after a fraction of a quantity is removed",
            "Subtracting a fraction of a whole from the whole",
            "The remaining part of a quantity after taking away a fraction of it",
        ),
        params={"q": Int(24, 240, feed=(4, 20_000)), "f": Rational(dens=(2, 3, 4, 5, 6))},
        carry="q",
        wordings=(
            Story("<She> gives <f:part> of the <items> to <her> brother.", takes="items"),
            Story("<She> uses <f:part> of the <items> for a school project.", takes="items"),
            Story("<She> eats and gives away <f:part> of the <items> in a week.", takes="items", items=("food",)),
            Text("the number that remains when <f:part> of <q> is subtracted from <q>"),
            Text(
                scene="A tank holds <q> liters of water. During a dry week, <f:part> of the water is used.",
                ask="the number of liters of water left in the tank",
                question="How many liters of water are left in the tank?",
            ),
        ),
        valid=lambda q, f: (q * f).denominator == 1,
        closed=lambda q, f: q * (1 - f),
        brute=lambda q, f: q - sum(q // f.denominator for _ in range(f.numerator)),
        work=lambda q, f: {"taken": q * f, "rest": 1 - f},
        steps=(
            "The part that goes is $<f> \\cdot <q> = <taken>$, which leaves $<q> - <taken> = <ans>$.",
            "What is left is $1 - <f> = <rest>$ of the whole, and $<rest> \\cdot <q> = <ans>$.",
        ),
        slips=(
            Slip(
                "took the part that was given away",
                lambda q, f: q * f + (2 * f == 1),
                "We take $<f>$ of $<q>$, so the number is <ans>.",
            ),
        ),
    ),
    KeyPoint(
        id="share_equally",
        topic="Arithmetic - Multiplication and Division",
        names=(
            "Dividing a quantity into equal shares",
            "Equal sharing as division",
            "Using division to find the size of each of several equal parts",
        ),
        params={"q": Int(24, 480, feed=(4, 20_000)), "k": Int(2, 12, feed=(2, 100))},
        carry="q",
        wordings=(
            Story(
                "<She> packs the <items> equally into <k> bags and keeps one bag for <her> cousin.",
                takes="items",
                ask="the number of <items> in each bag",
                question="How many <items> are in each bag?",
            ),
            Story(
                "<She> divides the <items> equally among <k> bowls and takes one of the bowls to a picnic.",
                takes="items",
                ask="the number of <items> in each bowl",
                question="How many <items> are in each bowl?",
            ),
            Text(
                scene="A rope that is <q> meters long is cut into <k> pieces of equal length.",
                ask="the length of each piece of the rope, in meters",
                question="How many meters long is each piece of the rope?",
            ),
        ),
        valid=lambda q, k: q % k == 0 and q > k,
        closed=lambda q, k: q // k,
        brute=lambda q, k: next(s for s in range(1, q + 1) if s * k == q),
        steps=(
            "Each share is <q> / <k> = <ans>.",
            "Dividing equally, we get $<q> \\div <k> = <ans>$ for each.",
        ),
        slips=(
            Slip(
                "subtracted instead of dividing",
                lambda q, k: q - k,
                "Taking away the number of shares, <q> - <k> = <ans>.",
            ),
            Slip("divided by one share too many", lambda q, k: q // (k + 1)),
        ),
    ),
    KeyPoint(
        id="sell_each",
        topic="Arithmetic - Money",
        names=(
            "Total revenue as the number of items times the unit price",
            "Multiplying quantity by price per item",
            "Computing money earned from the price of each item sold",
        ),
        params={"q": Int(8, 120, feed=(2, 5_000)), "p": Int(2, 15, feed=(2, 100))},
        carry="q",
        wordings=(
            Story("<She> sells all of them at the market for <p:money> each.", takes="items", gives="dollars"),
            Story(
                "At a fair, <she> sells every one of the <items> for <p:money>.",
                takes="items",
                gives="dollars",
            ),
            Text(
                scene="A cinema sells <q> tickets at <p> dollars each.",
                ask="the total revenue from the tickets, in dollars",
                question="What is the total revenue from the tickets, in dollars?",
            ),
        ),
        closed=lambda q, p: q * p,
        brute=lambda q, p: sum(p for _ in range(q)),
        steps=(
            "At \\$<p> each, <q> of them bring in <q> * <p> = <ans> dollars.",
            "The revenue is $<q> \\times <p> = <ans>$ dollars.",
        ),
        slips=(
            Slip(
                "added the price instead of multiplying",
                lambda q, p: q + p if q + p != q * p else q,
                "The amount becomes <ans> dollars when the price is added on.",
            ),
        ),
    ),
)
