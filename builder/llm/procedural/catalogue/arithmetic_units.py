"""Word problems on units of measurement."""

from __future__ import annotations

from ..entry import Int, KeyPoint, Slip, Story, Text

TOPICS = {
    "Arithmetic - Units of Measurement": ("Arithmetic - Unit Conversion", "Arithmetic - Converting Units"),
}

ENTRIES = (
    KeyPoint(
        id="hours_to_minutes",
        topic="Arithmetic - Units of Measurement",
        names=(
            "Converting hours and minutes to minutes",
            "Expressing a time in minutes",
            "Using sixty minutes in an hour",
        ),
        params={"h": Int(2, 12, feed=(2, 900)), "m": Int(5, 55, feed=(2, 59))},
        wordings=(
            Text("the number of minutes in <h> hours and <m> minutes"),
            Text(
                scene="A night train needs <h> hours and <m> minutes from one end of its line to the other.",
                ask="the travel time of the night train, in minutes",
                question="What is the travel time of the night train, in minutes?",
            ),
        ),
        closed=lambda h, m: 60 * h + m,
        brute=lambda h, m: sum([60] * h + [1] * m),
        work=lambda h, m: {"t": 60 * h},
        steps=(
            "An hour has $60$ minutes, so <h> hours are $<h> \\cdot 60 = <t>$ minutes. In total we have "
            "$<t> + <m> = <ans>$ minutes.",
        ),
        slips=(
            Slip(
                "took an hour for a hundred minutes",
                lambda h, m: 100 * h + m,
                "Putting hours and minutes next to each other, we get <ans> minutes.",
            ),
            Slip("left out the extra minutes", lambda h, m: 60 * h),
        ),
        letters="mtnk",
    ),
    KeyPoint(
        id="feet_to_inches",
        topic="Arithmetic - Units of Measurement",
        names=(
            "Converting feet and inches to inches",
            "Expressing a length in inches",
            "Using twelve inches in a foot",
        ),
        params={"f": Int(2, 15, feed=(2, 900)), "i": Int(2, 11, feed=(2, 11))},
        wordings=(
            Text("the number of inches in <f> feet and <i> inches"),
            Text(
                scene="A wooden board is <f> feet and <i> inches long.",
                ask="the length of the wooden board, in inches",
                question="How many inches long is the wooden board?",
            ),
        ),
        closed=lambda f, i: 12 * f + i,
        brute=lambda f, i: sum([12] * f + [1] * i),
        work=lambda f, i: {"t": 12 * f},
        steps=(
            "A foot has $12$ inches, so <f> feet are $<f> \\cdot 12 = <t>$ inches. Altogether this is "
            "$<t> + <i> = <ans>$ inches.",
        ),
        slips=(
            Slip(
                "took a foot for ten inches",
                lambda f, i: 10 * f + i,
                "Changing the feet to inches and adding the rest, we get <ans> inches.",
            ),
            Slip("subtracted the extra inches", lambda f, i: 12 * f - i),
        ),
        letters="nkmt",
    ),
    KeyPoint(
        id="dozens",
        topic="Arithmetic - Units of Measurement",
        names=(
            "Converting dozens to single items",
            "Multiplying by twelve to count items sold by the dozen",
            "Counting in dozens",
        ),
        params={"k": Int(2, 15, feed=(2, 2_000))},
        wordings=(
            Story("<She> buys <k> dozen <items>."),
            Story("<She> bakes <k> dozen <items> for a fair.", items=("baked",)),
            Text(
                scene="A hen house supplies a shop with <k> dozen eggs.",
                ask="the number of eggs supplied to the shop",
                question="How many eggs are supplied to the shop?",
            ),
        ),
        closed=lambda k: 12 * k,
        brute=lambda k: sum(12 for _ in range(k)),
        steps=(
            "A dozen is 12, so there are <k> * 12 = <ans>.",
            "With $12$ in each dozen we get $<k> \\cdot 12 = <ans>$.",
        ),
        slips=(
            Slip("took a dozen for ten", lambda k: 10 * k, "Counting the dozens, we get <ans> pieces."),
            Slip("added instead of multiplying", lambda k: k + 12),
        ),
        letters="nkmt",
    ),
)
