"""Grade-school word problems: packing with a remainder, ages and the calendar."""

from __future__ import annotations

from ..entry import Choice, Int, KeyPoint, Slip, Story, Text

TOPICS = {
    "Arithmetic - Division with Remainder": (
        "Arithmetic - Remainders in Context",
        "Arithmetic - Packing and Rounding Up",
    ),
    "Arithmetic - Age and Calendar": ("Arithmetic - Age Problems", "Arithmetic - Dates and Ages"),
}

ENTRIES = (
    KeyPoint(
        id="boxes_needed",
        topic="Arithmetic - Division with Remainder",
        names=(
            "Rounding a quotient up to the next whole number",
            "Finding how many containers are needed when the last one may be partly full",
            "Interpreting the remainder of a division by rounding up",
        ),
        params={"q": Int(40, 500, feed=(5, 20_000)), "k": Int(6, 48, feed=(2, 400))},
        wordings=(
            Text(
                scene="Each bus of a school seats <k> students. All <q> students go on a trip.",
                ask="the least number of buses that the school needs",
                question="At least how many buses does the school need?",
            ),
            Text(
                scene="A bakery packs <q> rolls into bags. No bag can hold more than <k> rolls.",
                ask="the smallest number of bags that can hold all the rolls",
                question="What is the smallest number of bags that can hold all the rolls?",
            ),
            Text("the least number of boxes with room for <k> oranges each that can hold <q> oranges"),
        ),
        valid=lambda q, k: q > k and q % k != 0,
        closed=lambda q, k: -(-q // k),
        brute=lambda q, k: next(n for n in range(1, q + 1) if n * k >= q),
        work=lambda q, k: {"d": q // k, "r": q % k, "t": q // k * k},
        steps=(
            "Filling <d> of them takes care of $<d> \\cdot <k> = <t>$, which leaves $<q> - <t> = <r>$. One "
            "more is "
            "needed for the rest, so the number is $<d> + 1 = <ans>$.",
            "Dividing <q> by <k> gives the quotient <d> with a remainder of <r>. Rounding up, we need <ans>.",
        ),
        slips=(
            Slip(
                "rounded down",
                lambda q, k: q // k,
                "Dividing <q> by <k> gives <ans> and a remainder that we drop.",
            ),
            Slip("gave the remainder", lambda q, k: q % k),
        ),
        letters="bnkm",
    ),
    KeyPoint(
        id="left_over_after_packing",
        topic="Arithmetic - Division with Remainder",
        names=(
            "The number left over when items are put into equal full groups",
            "Finding the remainder when packing items into full containers",
            "Remainder of a division in a word problem",
        ),
        params={"q": Int(30, 300, feed=(5, 20_000)), "k": Int(7, 25, feed=(3, 300))},
        carry="q",
        wordings=(
            Story(
                "<She> puts them into bags of <k> <items> each, gives all the full bags away and keeps what is left.",
                takes="items",
            ),
            Story(
                "<She> makes as many full packets of <k> <items> as possible, sells these packets and keeps the rest.",
                takes="items",
            ),
            Text(
                scene="A florist has <q> roses. As many full bouquets of <k> roses as possible are made.",
                ask="the number of roses that are left over",
                question="How many roses are left over?",
            ),
            Text(
                scene="A troop has <q> scouts. The scouts form as many complete rows of <k> as they can.",
                ask="the number of scouts who are not in a complete row",
                question="How many scouts are not in a complete row?",
            ),
        ),
        valid=lambda q, k: q > k and q % k not in (0, q // k),
        closed=lambda q, k: q % k,
        brute=lambda q, k: q - max(t for t in range(0, q + 1, k)),
        work=lambda q, k: {"d": q // k, "t": q // k * k},
        steps=(
            "There are <d> full groups, which use $<d> \\cdot <k> = <t>$, so $<q> - <t> = <ans>$ are left.",
            "Since $<q> = <d> \\cdot <k> + <ans>$, the remainder is <ans>.",
        ),
        slips=(
            Slip(
                "gave the number of full groups",
                lambda q, k: q // k,
                "Dividing <q> by <k>, we get <ans>.",
            ),
            Slip("gave what is missing for one more group", lambda q, k: k - q % k + (2 * (q % k) == k)),
        ),
        letters="rnkm",
    ),
    KeyPoint(
        id="age_multiple",
        topic="Arithmetic - Age and Calendar",
        names=(
            "Finding when one person will be a given number of times as old as another",
            "Age problems with a constant difference of ages",
            "Using the fixed age difference to solve an age problem",
        ),
        params={
            "c": Int(3, 16, feed=(1, 60)),
            "p": Int(25, 60, feed=(12, 110)),
            "m": Choice((2, 3, 4)),
        },
        wordings=(
            Text(
                scene="A mother is <p> years old. Her daughter is <c> years old.",
                ask="the number of years until the mother is exactly <m:times> as old as her daughter",
                question="In how many years will the mother be exactly <m:times> as old as her daughter?",
            ),
            Text(
                scene="A castle tower was finished <p> years ago. The bridge next to it was finished <c> years ago.",
                ask="the number of years from now until the tower is exactly <m:times> as old as the bridge",
                question="In how many years will the tower be exactly <m:times> as old as the bridge?",
            ),
        ),
        valid=lambda c, p, m: p - c >= 14 and p > m * c and (p - m * c) % (m - 1) == 0,
        closed=lambda c, p, m: (p - m * c) // (m - 1),
        brute=lambda c, p, m: next(x for x in range(200) if p + x == m * (c + x)),
        work=lambda c, p, m: {"t": m * c, "d": p - m * c},
        steps=(
            "In $x$ years the ages must satisfy $<p> + x = <m>(<c> + x)$, that is, $<m>x - x = <p> - <t> = "
            "<d>$, so "
            "$x = <ans>$.",
        ),
        slips=(
            Slip(
                "forgot that both grow older",
                lambda c, p, m: p - m * c if m > 2 else p - c,
                "Comparing the two ages as they are now, we find <ans> years.",
            ),
            Slip("gave the younger age at that time", lambda c, p, m: (p - c) // (m - 1)),
        ),
        letters="ytnk",
    ),
    KeyPoint(
        id="elapsed_days",
        topic="Arithmetic - Age and Calendar",
        names=(
            "Counting the days between two dates",
            "Elapsed days across months of different lengths",
            "Finding the number of days from one calendar date to another",
        ),
        params={"a": Int(1, 30, feed=(1, 31)), "b": Int(1, 30, feed=(1, 30))},
        wordings=(
            Text(
                scene="A ship leaves the harbor at noon on March <a>. It returns at noon on May <b> of the same year.",
                ask="the number of days that the voyage lasts",
                question="How many days does the voyage last?",
            ),
            Text(
                "the number of days from noon on August <a> to noon on October <b> of the same year",
                question="How many days are there from noon on August <a> to noon on October <b> of the same year?",
            ),
        ),
        closed=lambda a, b: 61 + b - a,
        brute=lambda a, b: (
            [(m, d) for m, n in ((3, 31), (4, 30), (5, 31)) for d in range(1, n + 1)].index((5, b)) - (a - 1)
        ),
        work=lambda a, b: {"r": 31 - a},
        steps=(
            "The first month has $31$ days, of which $31 - <a> = <r>$ are still to come. With the $30$ days "
            "of the "
            "month in between and the <b> days of the last month, there are $<r> + 30 + <b> = <ans>$ days.",
        ),
        slips=(
            Slip(
                "took every month to have 30 days",
                lambda a, b: 60 + b - a,
                "Two months are sixty days, and the day of the month changes from <a> to <b>, which gives <ans> days.",
            ),
            Slip("counted the first day as well", lambda a, b: 62 + b - a),
        ),
        letters="dnkt",
    ),
)
