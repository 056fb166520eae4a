"""Grade-school word problems: saving, spending, profit, sums and comparisons."""

from __future__ import annotations

from ..entry import Choice, Int, KeyPoint, Slip, Story, Text

TOPICS = {
    "Arithmetic - Saving and Spending": ("Arithmetic - Change and Savings", "Arithmetic - Everyday Money"),
    "Arithmetic - Costs and Profit": (
        "Arithmetic - Fees, Costs and Profit",
        "Arithmetic - Business Arithmetic",
    ),
    "Arithmetic - Addition and Comparison": (
        "Arithmetic - Comparison Word Problems",
        "Arithmetic - Adding and Comparing Quantities",
    ),
}

ENTRIES = (
    KeyPoint(
        id="change_from_bill",
        topic="Arithmetic - Saving and Spending",
        names=(
            "Finding the change by subtracting the total cost from the amount paid",
            "Computing change from a bill after buying several items",
            "Subtracting the cost of a purchase from the money handed over",
        ),
        params={"k": Int(2, 9, feed=(2, 90)), "p": Int(2, 12, feed=(1, 50)), "b": Choice((20, 50, 100))},
        wordings=(
            Story(
                "<She> buys <k> <items> for <p:money> each, pays with a <b:money> bill and keeps the change.",
                gives="dollars",
                ask="the amount of change that <Name> gets, in dollars",
                question="How many dollars of change does <Name> get?",
            ),
            Text(
                scene="A ticket to a science museum costs <p:money>. A visitor who buys <k> tickets pays "
                "with "
                "a <b:money> bill.",
                ask="the change that the visitor receives, in dollars",
                question="How many dollars does the visitor receive in change?",
            ),
        ),
        valid=lambda k, p, b: k * p < b and k != p,
        closed=lambda k, p, b: b - k * p,
        brute=lambda k, p, b: next(c for c in range(b) if c + sum([p] * k) == b),
        work=lambda k, p, b: {"t": k * p},
        steps=(
            "The purchase costs $<k> \\cdot <p> = <t>$ dollars, so the change is $<b> - <t> = <ans>$ dollars.",
            "Paying $<k> \\times <p> = <t>$ dollars out of <b> leaves $<b> - <t> = <ans>$ dollars.",
        ),
        slips=(
            Slip(
                "gave the cost instead of the change",
                lambda k, p, b: k * p,
                "The purchase comes to $<k> \\cdot <p> = <ans>$ dollars.",
            ),
            Slip("subtracted the price of a single item", lambda k, p, b: b - p),
        ),
        letters="cdnk",
    ),
    KeyPoint(
        id="weekly_savings",
        topic="Arithmetic - Saving and Spending",
        names=(
            "Adding equal weekly savings to a starting amount",
            "Total savings as the starting balance plus repeated deposits",
            "Computing a balance that grows by the same amount every week",
        ),
        params={
            "q": Int(10, 150, feed=(2, 5_000)),
            "s": Int(5, 25, feed=(2, 200)),
            "w": Int(3, 12, feed=(2, 60)),
        },
        carry="q",
        wordings=(
            Story("After that <she> saves <s:money> a week for <w> weeks.", takes="dollars", gives="dollars"),
            Story(
                "For the next <w> weeks <she> puts <s:money> aside each week.",
                takes="dollars",
                gives="dollars",
            ),
            Text(
                scene="A savings account holds <q:money>. Then <s:money> is paid in every week for <w> weeks.",
                ask="the balance of the account after the last of these payments, in dollars",
                question="What is the balance of the account after the last of these payments, in dollars?",
            ),
        ),
        closed=lambda q, s, w: q + s * w,
        brute=lambda q, s, w: [q := q + s for _ in range(w)][-1],
        work=lambda q, s, w: {"t": s * w},
        steps=(
            "In <w> weeks the deposits amount to <w> * <s> = <t> dollars, so in the end there are "
            "<q> + <t> = <ans> dollars.",
            "The total is $<q> + <w> \\cdot <s> = <q> + <t> = <ans>$ dollars.",
        ),
        slips=(
            Slip(
                "left out the starting amount",
                lambda q, s, w: s * w,
                "Saving \\$<s> a week for <w> weeks gives <w> * <s> = <ans> dollars.",
            ),
            Slip("counted one week too few", lambda q, s, w: q + s * (w - 1)),
        ),
        letters="bdsn",
    ),
    KeyPoint(
        id="fixed_fee_cost",
        topic="Arithmetic - Costs and Profit",
        names=(
            "Total cost as a fixed fee plus a rate times the amount used",
            "Computing a charge with a flat fee and an hourly or per-unit rate",
            "Adding a one-time fee to a cost that grows at a constant rate",
        ),
        params={
            "f": Int(15, 90, feed=(2, 1_000)),
            "r": Int(4, 45, feed=(2, 200)),
            "h": Int(2, 12, feed=(2, 150)),
        },
        wordings=(
            Text(
                scene="A plumber charges <f:money> for a house call. In addition, each hour of work costs "
                "<r:money>. A repair takes <h> hours.",
                ask="the plumber's total charge for the repair, in dollars",
                question="What is the plumber's total charge for the repair, in dollars?",
            ),
            Text(
                scene="Renting a canoe costs a flat fee of <f:money> plus <r:money> for each hour. A family "
                "keeps "
                "the canoe for <h> hours.",
                ask="the amount that the family pays for the canoe, in dollars",
                question="How many dollars does the family pay for the canoe?",
            ),
            Text(
                scene="A gym charges a joining fee of <f:money>. A membership costs <r:money> a month. A "
                "new member "
                "stays for <h> months.",
                ask="the total amount that the member pays to the gym, in dollars",
            ),
        ),
        closed=lambda f, r, h: f + r * h,
        brute=lambda f, r, h: sum([f] + [r] * h),
        work=lambda f, r, h: {"t": r * h},
        steps=(
            "Without the fee the cost is $<h> \\cdot <r> = <t>$ dollars, and with the fee it is "
            "$<t> + <f> = <ans>$ dollars.",
            "The total cost is $<f> + <r> \\cdot <h> = <f> + <t> = <ans>$ dollars.",
        ),
        slips=(
            Slip(
                "left out the fixed fee",
                lambda f, r, h: r * h,
                "The cost is $<h> \\cdot <r> = <ans>$ dollars.",
            ),
            Slip("charged the fixed fee for every unit", lambda f, r, h: (f + r) * h),
        ),
        letters="cdtk",
    ),
    KeyPoint(
        id="profit_resale",
        topic="Arithmetic - Costs and Profit",
        names=(
            "Profit as revenue minus cost",
            "Finding the profit from the buying price and the selling price",
            "Multiplying the profit per item by the number of items sold",
        ),
        params={
            "q": Int(8, 60, feed=(2, 2_000)),
            "p": Int(3, 30, feed=(2, 300)),
            "s": Int(6, 50, feed=(3, 500)),
        },
        wordings=(
            Text(
                scene="A dealer buys old radios for <p:money> each. After repairing them the dealer sells "
                "them for "
                "<s:money> each. One month the dealer buys and sells <q> radios.",
                ask="the dealer's profit for the month, in dollars",
                question="What is the dealer's profit for the month, in dollars?",
            ),
            Text(
                scene="A school club orders <q> T-shirts that cost <p:money> apiece. It sells all the "
                "shirts for "
                "<s:money> apiece.",
                ask="the profit that the club makes on the shirts, in dollars",
                question="How many dollars of profit does the club make on the shirts?",
            ),
        ),
        valid=lambda q, p, s: p < s <= 4 * p and q != s - p,
        closed=lambda q, p, s: q * (s - p),
        brute=lambda q, p, s: sum([s] * q) - sum([p] * q),
        work=lambda q, p, s: {"d": s - p, "in_": q * s, "out": q * p},
        steps=(
            "Each one brings a profit of $<s> - <p> = <d>$ dollars, so the profit is $<q> \\cdot <d> = <ans>$ dollars.",
            "The revenue is $<q> \\cdot <s> = <in_>$ dollars and the cost is $<q> \\cdot <p> = <out>$ "
            "dollars. The "
            "profit is $<in_> - <out> = <ans>$ dollars.",
        ),
        slips=(
            Slip(
                "gave the revenue",
                lambda q, p, s: q * s,
                "Selling all of them brings in $<q> \\cdot <s> = <ans>$ dollars.",
            ),
            Slip("gave the profit on one item", lambda q, p, s: s - p),
        ),
        letters="pdnk",
    ),
    KeyPoint(
        id="times_as_many_more",
        topic="Arithmetic - Addition and Comparison",
        names=(
            "Finding a total when one quantity is a multiple of another",
            "Interpreting 'times as many' in a multiplicative comparison",
            "Adding a quantity and a given multiple of it",
        ),
        params={"q": Int(6, 80, feed=(2, 5_000)), "m": Choice((2, 3, 4, 5, 6))},
        carry="q",
        wordings=(
            Story("From <her> aunt <she> gets <m:times> as many <items> as <she> already has.", takes="items"),
            Text(
                scene="A library shelf holds <q> novels. It also holds <m:times> as many comic books.",
                ask="the total number of novels and comic books on the shelf",
                question="How many novels and comic books are on the shelf altogether?",
            ),
            Text(
                scene="A farmer has <q> goats. The farmer has <m:times> as many sheep as goats and no other animals.",
                ask="the number of animals on the farm",
                question="How many animals does the farmer have in all?",
            ),
        ),
        closed=lambda q, m: (m + 1) * q,
        brute=lambda q, m: q + sum(q for _ in range(m)),
        work=lambda q, m: {"t": m * q, "g": m + 1},
        steps=(
            "The other part is <m> * <q> = <t>, so together there are <q> + <t> = <ans>.",
            "Together they are $1 + <m> = <g>$ equal parts of <q>, which is $<g> \\cdot <q> = <ans>$.",
        ),
        slips=(
            Slip(
                "gave only the multiple",
                lambda q, m: m * q,
                "There are <m> times as many, and <m> * <q> = <ans>.",
            ),
            Slip("added the factor instead of multiplying", lambda q, m: 2 * q + m),
        ),
        letters="ntmk",
    ),
    KeyPoint(
        id="gain_and_lose",
        topic="Arithmetic - Addition and Comparison",
        names=(
            "Adding and subtracting changes in the order in which they happen",
            "Tracking a quantity through an increase and a decrease",
            "Two-step addition and subtraction word problems",
        ),
        params={
            "q": Int(20, 150, feed=(2, 5_000)),
            "a": Int(8, 60, feed=(2, 2_000)),
            "b": Int(5, 45, feed=(2, 2_000)),
        },
        carry="q",
        wordings=(
            Story("<She> buys <a> more <items> and then gives <b> <items> to a friend.", takes="items"),
            Story("<She> finds <a> more <items> in a drawer but loses <b> <items> on a trip.", takes="items"),
            Story(
                "<She> earns <a:money> by washing cars and then spends <b:money> on a book.",
                takes="dollars",
                gives="dollars",
            ),
            Text(
                scene="A train leaves the station with <q> passengers. At the first stop <b> passengers get "
                "off "
                "and <a> people get on.",
                ask="the number of passengers on the train after the first stop",
                question="How many passengers are on the train after the first stop?",
            ),
        ),
        valid=lambda q, a, b: a != b and b < q,
        closed=lambda q, a, b: q + a - b,
        brute=lambda q, a, b: len(range(q)[b:]) + len(range(a)),
        work=lambda q, a, b: {"u": q + a, "d": q - b},
        steps=(
            "First <q> + <a> = <u>, and then <u> - <b> = <ans>.",
            "We add what comes and subtract what goes: $<q> + <a> - <b> = <ans>$.",
        ),
        slips=(
            Slip(
                "exchanged the increase and the decrease",
                lambda q, a, b: q - a + b if q + b > a else q + a + b,
                "Adding one of the numbers and subtracting the other gives <ans>.",
            ),
            Slip("added both changes", lambda q, a, b: q + a + b),
        ),
        letters="nkpm",
    ),
)
