"""Counting and probability: arrangements, selections, distributions, chances and expected values."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations, product
from math import comb, factorial, perm

from ..entry import Int, KeyPoint, Slip, Text

TOPICS = {
    "Counting and Probability - Permutations": (
        "Counting and Probability - Arrangements",
        "Counting and Probability - Permutations and Arrangements",
    ),
    "Counting and Probability - Combinations": (
        "Counting and Probability - Selections",
        "Counting and Probability - Combinations",
    ),
    "Counting and Probability - Counting Principles": (
        "Counting and Probability - Basic Counting Techniques",
        "Counting and Probability - Complementary Counting and Distributions",
    ),
    "Counting and Probability - Classical Probability": (
        "Counting and Probability - Equally Likely Outcomes",
        "Counting and Probability - Basic Probability",
    ),
    "Counting and Probability - Expected Value": (
        "Counting and Probability - Expectation",
        "Counting and Probability - Random Variables",
    ),
}


def _falling(n: int, k: int) -> str:
    return " \\cdot ".join(str(n - i) for i in range(k))


def _table_orders(n: int) -> int:
    """Seatings at a round table by listing them; larger tables by adding one guest at a time."""
    if n > 7:
        return _table_orders(n - 1) * (n - 1)
    seatings = {min(p[i:] + p[:i] for i in range(n)) for p in permutations(range(n))}
    return len(seatings)


def _color_orders(a: int, b: int, c: int) -> int:
    """Rows of a, b and c like things, by which one stands first."""
    ways = {(0, 0, 0): 1}
    for i, j, k in product(range(a + 1), range(b + 1), range(c + 1)):
        before = ((i - 1, j, k), (i, j - 1, k), (i, j, k - 1))
        ways[i, j, k] = ways.get((i, j, k), 0) or sum(ways.get(t, 0) for t in before)
    return ways[a, b, c]


def _grid_paths(a: int, b: int) -> int:
    row = [1] * (a + 1)
    for _ in range(b):
        for i in range(1, a + 1):
            row[i] += row[i - 1]
    return row[a]


def _positive_sums(n: int, k: int) -> int:
    """Ordered sums of k positive integers that make n, one summand at a time."""
    ways = [1] + [0] * n
    for _ in range(k):
        ways = [sum(ways[:t]) for t in range(n + 1)]
    return ways[n]


def _dice_above(s: int) -> int:
    """Ordered pairs of dice whose sum is greater than ``s``."""
    return 36 - s * (s - 1) // 2 if s <= 7 else (12 - s) * (13 - s) // 2


_ARRANGEMENTS = (
    KeyPoint(
        id="ordered_selection",
        topic="Counting and Probability - Permutations",
        names=(
            "Counting ordered selections without repetition",
            "The number of permutations of k objects out of n",
            "Filling distinct positions one after the other from a set of n objects",
        ),
        params={"n": Int(5, 15, feed=(4, 100)), "k": Int(2, 4, feed=(2, 5))},
        wordings=(
            Text(
                "the number of ways to arrange <k> of <n> different books in a row on a shelf",
                question="In how many ways can <k> of <n> different books be arranged in a row on a shelf?",
            ),
            Text(
                scene="A drama club with <n> members assigns <k> different roles, and no member plays more than one role.",
                ask="the number of ways to assign the roles",
                question="In how many ways can the roles be assigned?",
            ),
            Text("the number of ways to award <k> different prizes to <k> of <n> contestants"),
        ),
        valid=lambda n, k: k < n,
        closed=lambda n, k: factorial(n) // factorial(n - k),
        brute=lambda n, k: sum(1 for _ in permutations(range(n), k)),
        work=lambda n, k: {"f": _falling(n, k)},
        steps=(
            "There are $<n>$ choices for the first place and one fewer for every place after it. With $<k>$ places "
            "this gives $<f> = <ans>$ ways.",
            "Order matters and nothing is used twice, so the number of ways is $<f> = <ans>$.",
        ),
        slips=(
            Slip(
                "ignored the order",
                lambda n, k: comb(n, k),
                "Choosing $<k>$ out of $<n>$ can be done in $\\binom{<n>}{<k>} = <ans>$ ways.",
            ),
            Slip(
                "allowed repetition",
                lambda n, k: n**k,
                "There are $<n>$ choices for each of the $<k>$ places, which gives $<n>^{<k>} = <ans>$ ways.",
            ),
        ),
        letters="wNmt",
    ),
    KeyPoint(
        id="circular_seating",
        topic="Counting and Probability - Permutations",
        names=(
            "Circular permutations of distinct objects",
            "Counting seatings around a round table",
            "Arrangements in a circle where rotations are not distinguished",
        ),
        params={"n": Int(4, 8, feed=(3, 10))},
        wordings=(
            Text(
                scene="A group of <n> friends sits down at a round table. Seatings that differ only by a rotation are "
                "considered the same.",
                ask="the number of different seatings at the table",
                question="How many different seatings at the table are there?",
            ),
            Text(
                "the number of ways to arrange <n> different keys on a circular rack that can be turned",
                question="In how many ways can <n> different keys be arranged on a circular rack that can be turned?",
            ),
        ),
        closed=lambda n: factorial(n - 1),
        brute=_table_orders,
        work=lambda n: {"m": n - 1, "f": factorial(n)},
        steps=(
            "Fix the position of one of them to take care of the rotations. The other $<m>$ can follow in "
            "$<m>! = <ans>$ orders.",
            "There are $<n>! = <f>$ orders in a line, and $<n>$ of them at a time give the same circle, which leaves "
            "$\\frac{<f>}{<n>} = <ans>$.",
        ),
        slips=(
            Slip(
                "counted the orders in a line",
                lambda n: factorial(n),
                "The $<n>$ places can be filled in $<n>! = <ans>$ ways.",
            ),
            Slip(
                "also treated mirror images as equal",
                lambda n: factorial(n - 1) // 2,
                "Fixing one position leaves $<m>!$ orders, and each is counted in two directions, so we get $<ans>$.",
            ),
        ),
        letters="wNst",
    ),
    KeyPoint(
        id="color_rows",
        topic="Counting and Probability - Permutations",
        names=(
            "Permutations of a multiset",
            "Counting arrangements in a row when some objects are identical",
            "Dividing by the factorials of the numbers of repeated objects",
        ),
        params={"a": Int(2, 4, feed=(2, 9)), "b": Int(2, 4, feed=(2, 9)), "c": Int(2, 3, feed=(2, 8))},
        wordings=(
            Text(
                "the number of ways to hang <a> red, <b> blue and <c> green flags in a row if flags of the same color "
                "cannot be told apart"
            ),
            Text(
                scene="A necklace maker threads <a> white, <b> black and <c> golden beads onto a straight wire. Beads of "
                "the same color look alike.",
                ask="the number of different color patterns on the wire",
                question="How many different color patterns on the wire are possible?",
            ),
        ),
        valid=lambda a, b, c: a + b + c <= 12,
        closed=lambda a, b, c: factorial(a + b + c) // (factorial(a) * factorial(b) * factorial(c)),
        brute=_color_orders,
        work=lambda a, b, c: {
            "n": a + b + c,
            "r": b + c,
            "x": comb(a + b + c, a),
            "y": comb(b + c, b),
            "f": factorial(a + b + c),
            "g": factorial(a) * factorial(b) * factorial(c),
        },
        steps=(
            "There are $<a> + <b> + <c> = <n>$ of them in all. The number of distinct rows is "
            "$\\frac{<n>!}{<a>! \\cdot <b>! \\cdot <c>!} = \\frac{<f>}{<g>} = <ans>$.",
            "Of the $<n>$ places we choose $<a>$ for the first color in $\\binom{<n>}{<a>} = <x>$ ways, then $<b>$ of the "
            "other $<r>$ for the second color in $\\binom{<r>}{<b>} = <y>$ ways. Together, $<x> \\cdot <y> = <ans>$.",
        ),
        slips=(
            Slip(
                "forgot to divide for the third color",
                lambda a, b, c: factorial(a + b + c) // (factorial(a) * factorial(b)),
                "With repeated colors in a row of $<n>$, we divide and get $\\frac{<n>!}{<a>! \\cdot <b>!} = <ans>$.",
            ),
            Slip(
                "multiplied the numbers of orders within each color",
                lambda a, b, c: factorial(a) * factorial(b) * factorial(c),
                "The three colors can be ordered in $<a>! \\cdot <b>! \\cdot <c>! = <ans>$ ways.",
            ),
        ),
        letters="wNts",
    ),
)

_SELECTIONS = (
    KeyPoint(
        id="pairs_of_n",
        topic="Counting and Probability - Combinations",
        names=(
            "Counting the pairs that can be formed from n objects",
            "The handshake problem",
            "The number of games in a round robin as n choose 2",
        ),
        params={"n": Int(6, 40, feed=(4, 1_400))},
        wordings=(
            Text(
                scene="At a meeting of <n> people, everybody shakes hands with everybody else exactly once.",
                ask="the number of handshakes at the meeting",
                question="How many handshakes take place at the meeting?",
            ),
            Text(
                "the number of games in a chess tournament in which each of <n> players meets every other player once",
                question="How many games are there in a chess tournament in which each of <n> players meets every "
                "other player once?",
            ),
            Text(
                "the number of ways to choose two different integers from $1$ to <n>",
                question="In how many ways can two different integers be chosen from $1$ to <n>?",
            ),
            Text(
                scene="On a circle <n> points are marked, and every two of them are joined by a chord.",
                ask="the number of chords that are drawn",
                question="How many chords are drawn?",
            ),
        ),
        closed=lambda n: n * (n - 1) // 2,
        brute=lambda n: sum(range(1, n)),
        work=lambda n: {"m": n - 1, "p": n * (n - 1)},
        steps=(
            "Each of the $<n>$ is paired with $<m>$ others, and every pair is counted twice this way, so there are "
            "$\\frac{<n> \\cdot <m>}{2} = \\frac{<p>}{2} = <ans>$ pairs.",
            "The number of pairs is $\\binom{<n>}{2} = \\frac{<n> \\cdot <m>}{2} = <ans>$.",
        ),
        slips=(
            Slip(
                "counted every pair twice",
                lambda n: n * (n - 1),
                "Each of the $<n>$ is paired with $<m>$ others, which makes $<n> \\cdot <m> = <ans>$.",
            ),
            Slip("counted pairs of an object with itself", lambda n: n * (n + 1) // 2),
        ),
        letters="hcmt",
    ),
    KeyPoint(
        id="two_group_committee",
        topic="Counting and Probability - Combinations",
        names=(
            "Choosing a committee with given numbers from two groups",
            "Multiplying combinations for independent selections",
            "Counting teams with a prescribed composition",
        ),
        params={
            "k": Int(2, 3, fixed=True),
            "w": Int(5, 9, feed=(4, 30)),
            "j": Int(2, 3, fixed=True),
            "m": Int(4, 8, feed=(4, 30)),
        },
        wordings=(
            Text(
                scene="A school has <w> juniors and <m> seniors who want to serve on its council. The council is to "
                "consist of <k> of these juniors and <j> of these seniors.",
                ask="the number of possible councils",
                question="How many councils are possible?",
            ),
            Text(
                "the number of ways to choose <k> novels and <j> biographies from a shelf with <w> novels and "
                "<m> biographies",
                question="In how many ways can <k> novels and <j> biographies be chosen from a shelf with <w> novels "
                "and <m> biographies?",
            ),
        ),
        valid=lambda k, w, j, m: w != m,
        closed=lambda k, w, j, m: comb(w, k) * comb(m, j),
        brute=lambda k, w, j, m: sum(1 for _ in combinations(range(w), k)) * sum(1 for _ in combinations(range(m), j)),
        work=lambda k, w, j, m: {"x": comb(w, k), "y": comb(m, j)},
        steps=(
            "The first group can be chosen in $\\binom{<w>}{<k>} = <x>$ ways and the second in "
            "$\\binom{<m>}{<j>} = <y>$ ways. Every choice goes with every other, so there are "
            "$<x> \\cdot <y> = <ans>$ possibilities.",
        ),
        slips=(
            Slip(
                "added the two numbers of choices",
                lambda k, w, j, m: comb(w, k) + comb(m, j),
                "There are $\\binom{<w>}{<k>} = <x>$ and $\\binom{<m>}{<j>} = <y>$ choices, in total "
                "$<x> + <y> = <ans>$.",
            ),
            Slip(
                "chose from everybody together",
                lambda k, w, j, m: comb(w + m, k + j),
                "Choosing from both groups at once can be done in $<ans>$ ways.",
            ),
        ),
        letters="ctNs",
    ),
    KeyPoint(
        id="lattice_paths",
        topic="Counting and Probability - Combinations",
        names=(
            "Counting shortest paths on a square grid",
            "Lattice paths with steps right and up as a binomial coefficient",
            "The number of routes that only go east or north",
        ),
        params={"a": Int(2, 7, feed=(2, 60)), "b": Int(2, 6, feed=(2, 60))},
        wordings=(
            Text(
                "the number of paths from $(0, 0)$ to $(<a>, <b>)$ that consist of unit steps to the right and unit "
                "steps up",
                question="How many paths from $(0, 0)$ to $(<a>, <b>)$ consist of unit steps to the right and unit "
                "steps up?",
            ),
            Text(
                scene="The streets of a town form a square grid. The station is <a> blocks east and <b> blocks north of "
                "the hotel, and a taxi drives from the hotel to the station without ever going west or south.",
                ask="the number of routes that the taxi can take",
                question="How many routes can the taxi take?",
            ),
        ),
        valid=lambda a, b: min(a, b) <= 12,
        closed=lambda a, b: comb(a + b, min(a, b)),
        brute=_grid_paths,
        work=lambda a, b: {"n": a + b},
        steps=(
            "Every path has $<a> + <b> = <n>$ steps, of which $<b>$ go up. Choosing their places gives "
            "$\\binom{<n>}{<b>} = <ans>$ paths.",
            "A path is a word with $<a>$ letters R and $<b>$ letters U, and there are "
            "$\\binom{<n>}{<a>} = <ans>$ such words.",
        ),
        slips=(
            Slip(
                "multiplied the two distances",
                lambda a, b: a * b,
                "With $<a>$ steps in one direction and $<b>$ in the other, we get $<a> \\cdot <b> = <ans>$.",
            ),
            Slip("counted the crossings instead of the blocks", lambda a, b: comb(a + b + 2, min(a, b) + 1)),
        ),
        letters="pNts",
    ),
)

_PRINCIPLES = (
    KeyPoint(
        id="subsets_of_two_or_more",
        topic="Counting and Probability - Counting Principles",
        names=(
            "Counting subsets with at least two elements",
            "Taking the small subsets away from all 2^n subsets",
            "The number of ways to choose two or more of n objects",
        ),
        params={"n": Int(4, 10, feed=(3, 18))},
        wordings=(
            Text(
                "the number of subsets with at least two elements of the set of integers from $1$ to <n>",
                question="How many subsets with at least two elements does the set of integers from $1$ to <n> have?",
            ),
            Text(
                scene="A pizzeria offers <n> different toppings. A special pizza has at least two different toppings.",
                ask="the number of special pizzas that can be ordered",
                question="How many special pizzas can be ordered?",
            ),
        ),
        closed=lambda n: 2**n - n - 1,
        brute=lambda n: sum(comb(n, k) for k in range(2, n + 1)),
        work=lambda n: {"p": 2**n},
        steps=(
            "There are $2^{<n>} = <p>$ subsets. One of them is empty and $<n>$ have a single element, so "
            "$<p> - 1 - <n> = <ans>$ remain.",
        ),
        slips=(
            Slip(
                "forgot the empty set",
                lambda n: 2**n - n,
                "There are $2^{<n>} = <p>$ subsets, and $<n>$ of them have one element: $<p> - <n> = <ans>$.",
            ),
            Slip(
                "counted only the pairs",
                lambda n: comb(n, 2),
                "Two elements can be chosen from $<n>$ in $\\binom{<n>}{2} = <ans>$ ways.",
            ),
        ),
        letters="sNtk",
    ),
    KeyPoint(
        id="stars_and_bars",
        topic="Counting and Probability - Counting Principles",
        names=(
            "Stars and bars with at least one object in each part",
            "Distributing identical objects so that nobody is left out",
            "Counting the ordered sums of k positive integers",
        ),
        params={"n": Int(6, 15, feed=(4, 200)), "k": Int(3, 5, feed=(3, 8))},
        wordings=(
            Text(
                "the number of ways to write <n> as an ordered sum of <k> positive integers",
                question="In how many ways can <n> be written as an ordered sum of <k> positive integers?",
            ),
            Text(
                scene="A florist puts <n> identical roses into <k> different vases so that no vase stays empty.",
                ask="the number of ways to fill the vases",
                question="In how many ways can the vases be filled?",
            ),
            Text("the number of ways to give <n> identical candies to <k> children so that each gets at least one"),
        ),
        valid=lambda n, k: n > k + 1,
        closed=lambda n, k: comb(n - 1, k - 1),
        brute=_positive_sums,
        work=lambda n, k: {"g": n - 1, "b": k - 1},
        steps=(
            "Line up the $<n>$ objects. To cut the line into $<k>$ parts we choose $<b>$ of the $<g>$ gaps between "
            "neighbors, which is possible in $\\binom{<g>}{<b>} = <ans>$ ways.",
        ),
        slips=(
            Slip(
                "also allowed empty parts",
                lambda n, k: comb(n + k - 1, k - 1),
                "Placing $<b>$ bars among the $<n>$ stars in any order gives $<ans>$ ways.",
            ),
            Slip(
                "chose gaps for k bars",
                lambda n, k: comb(n - 1, k),
                "Choosing $<k>$ of the $<g>$ gaps, we get $\\binom{<g>}{<k>} = <ans>$ ways.",
            ),
        ),
        letters="wtNs",
    ),
    KeyPoint(
        id="some_symbol_repeats",
        topic="Counting and Probability - Counting Principles",
        names=(
            "Complementary counting for at least one repetition",
            "Subtracting the arrangements without repetition from all of them",
            "The number of sequences in which some symbol occurs more than once",
        ),
        params={"n": Int(5, 10, feed=(4, 90)), "k": Int(3, 4, feed=(3, 5))},
        wordings=(
            Text(
                scene="A password consists of <k> letters, each taken from an alphabet of <n> letters.",
                ask="the number of passwords in which some letter occurs more than once",
                question="In how many passwords does some letter occur more than once?",
            ),
            Text(
                "the number of ways in which <k> guests can each order one of <n> desserts so that at least two guests "
                "order the same dessert",
                question="In how many ways can <k> guests each order one of <n> desserts so that at least two guests "
                "order the same dessert?",
            ),
        ),
        valid=lambda n, k: k <= n,
        closed=lambda n, k: n**k - perm(n, k),
        brute=lambda n, k: sum(len(set(t)) < k for t in product(range(n), repeat=k)),
        work=lambda n, k: {"all": n**k, "f": _falling(n, k), "p": perm(n, k)},
        steps=(
            "Without any condition there are $<n>^{<k>} = <all>$ possibilities. In $<f> = <p>$ of them nothing is "
            "repeated, so a repetition occurs in $<all> - <p> = <ans>$.",
        ),
        slips=(
            Slip(
                "counted the cases without a repetition",
                lambda n, k: perm(n, k),
                "There are $<n>$ choices first and one fewer each time, so we get $<f> = <ans>$.",
            ),
            Slip("counted all possibilities", lambda n, k: n**k, "There are $<n>^{<k>} = <ans>$ possibilities."),
        ),
        letters="cNts",
    ),
)

_CHANCES = (
    KeyPoint(
        id="same_color_draw",
        topic="Counting and Probability - Classical Probability",
        names=(
            "The probability of drawing two objects of the same color without replacement",
            "Adding the probabilities of disjoint cases in a draw of two",
            "Drawing a matching pair from a bag",
        ),
        params={"a": Int(3, 9, feed=(2, 48)), "b": Int(2, 8, feed=(2, 48))},
        wordings=(
            Text(
                scene="A bag contains <a> red and <b> yellow marbles. Two marbles are drawn at random without "
                "replacement.",
                ask="the probability that the two marbles have the same color",
            ),
            Text(
                scene="A drawer holds <a> black and <b> gray socks. In the dark, two socks are taken out at random.",
                ask="the probability that these two socks match",
            ),
        ),
        valid=lambda a, b: a != b,
        closed=lambda a, b: Fraction(a * (a - 1) + b * (b - 1), (a + b) * (a + b - 1)),
        brute=lambda a, b: Fraction(sum((i < a) == (j < a) for i, j in combinations(range(a + b), 2)), comb(a + b, 2)),
        work=lambda a, b: {
            "n": a + b,
            "x": comb(a, 2),
            "y": comb(b, 2),
            "z": comb(a + b, 2),
            "s": comb(a, 2) + comb(b, 2),
        },
        steps=(
            "There are $\\binom{<n>}{2} = <z>$ equally likely pairs. Of these, $\\binom{<a>}{2} = <x>$ have the first color "
            "and $\\binom{<b>}{2} = <y>$ the second, so the probability is $\\frac{<x> + <y>}{<z>} = <ans>$.",
            "The favorable pairs number $<x> + <y> = <s>$ out of $<z>$, which gives $\\frac{<s>}{<z>} = <ans>$.",
        ),
        slips=(
            Slip(
                "drew with replacement",
                lambda a, b: Fraction(a * a + b * b, (a + b) ** 2),
                "Both draws are made from $<n>$, so the probability is $\\frac{<a>^2 + <b>^2}{<n>^2} = <ans>$.",
            ),
            Slip(
                "counted only one of the colors",
                lambda a, b: Fraction(comb(a, 2), comb(a + b, 2)),
                "Of the $<z>$ pairs, $<x>$ match, and $\\frac{<x>}{<z>} = <ans>$.",
            ),
        ),
        result="rational",
        letters="pqrt",
    ),
    KeyPoint(
        id="dice_sum_above",
        topic="Counting and Probability - Classical Probability",
        names=(
            "The probability that the sum of two dice exceeds a given number",
            "Counting favorable outcomes for the sum of two dice",
            "Listing all outcomes of two dice",
        ),
        params={"s": Int(3, 10, feed=(2, 11))},
        wordings=(
            Text("the probability that the sum of the numbers shown by two fair six-sided dice is greater than <s>"),
            Text(
                "the probability that two fair six-sided dice show a total of more than <s>",
                question="What is the probability that two fair six-sided dice show a total of more than <s>?",
            ),
        ),
        closed=lambda s: Fraction(_dice_above(s), 36),
        brute=lambda s: Fraction(sum(x + y > s for x, y in product(range(1, 7), repeat=2)), 36),
        work=lambda s: {"f": _dice_above(s), "c": 36 - _dice_above(s)},
        steps=(
            "Two dice have $6 \\cdot 6 = 36$ equally likely outcomes, and $<f>$ of them have a sum above $<s>$. The "
            "probability is $\\frac{<f>}{36} = <ans>$.",
            "A sum of at most $<s>$ occurs in $<c>$ of the $36$ outcomes, so the probability is "
            "$1 - \\frac{<c>}{36} = <ans>$.",
        ),
        slips=(
            Slip(
                "treated all sums as equally likely",
                lambda s: Fraction(12 - s, 11),
                "The sum is one of the $11$ numbers from $2$ to $12$, and counting those above $<s>$ gives $<ans>$.",
            ),
            Slip(
                "included the bound itself",
                lambda s: Fraction(_dice_above(s - 1), 36),
                "Counting the outcomes with a sum of $<s>$ or more, we get $<ans>$.",
            ),
        ),
        result="rational",
        letters="pqrt",
    ),
    KeyPoint(
        id="expected_prize",
        topic="Counting and Probability - Expected Value",
        names=(
            "The expected value of a random prize",
            "Expected value as a sum of outcomes times probabilities",
            "Average winnings in a game of chance",
        ),
        params={
            "n": Int(20, 60, feed=(12, 500), step=5),
            "a": Int(2, 5, feed=(2, 100)),
            "p": Int(10, 40, feed=(2, 500), step=5),
            "b": Int(4, 9, feed=(2, 100)),
            "q": Int(2, 8, feed=(2, 500)),
        },
        wordings=(
            Text(
                scene="A box holds <n> raffle tickets. Of these, <a> win <p> dollars each, <b> win <q> dollars each and "
                "the others win nothing. One ticket is drawn at random.",
                ask="the expected value of the prize, in dollars",
            ),
            Text(
                scene="A wheel of fortune has <n> equal sectors. It pays <p> points on <a> of them, <q> points on <b> of "
                "them and nothing on the others.",
                ask="the expected number of points in one spin of the wheel",
            ),
        ),
        valid=lambda n, a, p, b, q: a + b < n and p != q,
        closed=lambda n, a, p, b, q: Fraction(a * p + b * q, n),
        brute=lambda n, a, p, b, q: Fraction(sum([p] * a + [q] * b + [0] * (n - a - b)), n),
        work=lambda n, a, p, b, q: {"x": a * p, "y": b * q, "s": a * p + b * q},
        steps=(
            "Adding up what every outcome pays, we get $<a> \\cdot <p> + <b> \\cdot <q> = <x> + <y> = <s>$. All $<n>$ outcomes "
            "are equally likely, so the expected value is $\\frac{<s>}{<n>} = <ans>$.",
            "The expected value is $<p> \\cdot \\frac{<a>}{<n>} + <q> \\cdot \\frac{<b>}{<n>} = <ans>$.",
        ),
        slips=(
            Slip(
                "averaged over the winning outcomes only",
                lambda n, a, p, b, q: Fraction(a * p + b * q, a + b),
                "The total of $<a> \\cdot <p> + <b> \\cdot <q> = <s>$ is shared by the winning outcomes, on average $<ans>$.",
            ),
            Slip("left out the second prize", lambda n, a, p, b, q: Fraction(a * p, n)),
        ),
        result="rational",
        letters="evrt",
    ),
)

ENTRIES = (*_ARRANGEMENTS, *_SELECTIONS, *_PRINCIPLES, *_CHANCES)
