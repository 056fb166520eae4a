"""Prealgebra: evaluating expressions, signed numbers, powers, roots, rounding and digits."""

from __future__ import annotations

from itertools import count, takewhile
from math import isqrt, prod

from ..entry import Choice, Int, KeyPoint, Slip, Text

TOPICS = {
    "Prealgebra - Evaluating Expressions": (
        "Prealgebra - Order of Operations",
        "Prealgebra - Numerical Expressions",
    ),
    "Prealgebra - Exponents and Roots": ("Prealgebra - Powers and Roots", "Prealgebra - Exponents"),
    "Prealgebra - Place Value and Rounding": ("Prealgebra - Rounding", "Prealgebra - Digits and Place Value"),
}


def _nearest(n: int, r: int) -> int:
    """The multiple of ``r`` nearest to ``n``."""
    return (2 * n + r) // (2 * r) * r


def _digit_sum_work(n: int) -> dict[str, str]:
    return {"s": " + ".join(str(n)), "p": " \\cdot ".join(str(n))}


ENTRIES = (
    KeyPoint(
        id="order_of_operations",
        topic="Prealgebra - Evaluating Expressions",
        names=(
            "Multiplying before adding and subtracting",
            "Evaluating a numerical expression by the order of operations",
            "Using the precedence of multiplication over addition and subtraction",
        ),
        params={
            "a": Int(5, 60, feed=(2, 3_000)),
            "b": Int(3, 12, feed=(2, 200)),
            "c": Int(4, 15, feed=(2, 200)),
            "d": Int(2, 30, feed=(2, 3_000)),
        },
        wordings=(
            Text("the value of $<a> + <b> \\cdot <c> - <d>$"),
            Text("the value of the expression $<a> - <d> + <b> \\times <c>$"),
            Text("the result of subtracting <d> from $<a> + <b> \\cdot <c>$"),
        ),
        valid=lambda a, b, c, d: a > d,
        closed=lambda a, b, c, d: a + b * c - d,
        brute=lambda a, b, c, d: sum([a, -d] + [c] * b),
        work=lambda a, b, c, d: {"m": b * c, "s": a + b * c, "e": a + b, "w": (a + b) * c},
        steps=(
            "We multiply first: $<b> \\cdot <c> = <m>$. Then $<a> + <m> - <d> = <s> - <d> = <ans>$.",
            "Since $<b> \\cdot <c> = <m>$, the value is $<a> - <d> + <m> = <ans>$.",
        ),
        slips=(
            Slip(
                "worked from left to right",
                lambda a, b, c, d: (a + b) * c - d,
                "Going from left to right, $<a> + <b> = <e>$, and $<e> \\cdot <c> = <w>$, and $<w> - <d> = <ans>$.",
            ),
            Slip("added instead of multiplying", lambda a, b, c, d: a + b + c - d),
        ),
        letters="vnkm",
    ),
    KeyPoint(
        id="signed_product_difference",
        topic="Prealgebra - Evaluating Expressions",
        names=(
            "Multiplying and subtracting negative integers",
            "The sign rules for products and differences of integers",
            "Computing with negative numbers",
        ),
        params={
            "a": Int(-12, -2, feed=(-300, 300), skip=(0,)),
            "b": Int(-12, 12, feed=(-300, 300), skip=(0, 1, -1)),
            "c": Int(-40, -2, feed=(-3_000, 3_000), skip=(0,)),
        },
        wordings=(
            Text("the value of $<a:()> \\cdot <b:()> - <c:()>$"),
            Text("the result when <c> is subtracted from the product of <a> and <b>"),
        ),
        valid=lambda a, b, c: min(a, b, c) < 0,
        closed=lambda a, b, c: a * b - c,
        brute=lambda a, b, c: sum([a if b > 0 else -a] * abs(b)) + (-c),
        work=lambda a, b, c: {"p": a * b, "m": -c},
        steps=(
            "The product is $<a:()> \\cdot <b:()> = <p>$, and $<p> - <c:()> = <ans>$.",
            "Since $<a:()> \\cdot <b:()> = <p>$ and subtracting $<c>$ is adding $<m>$, we get $<p> <m:+> = <ans>$.",
        ),
        slips=(
            Slip(
                "added the last number instead of subtracting it",
                lambda a, b, c: a * b + c,
                "The product is $<p>$, and together with $<c>$ this makes $<ans>$.",
            ),
            Slip("got the sign of the product wrong", lambda a, b, c: -a * b - c),
        ),
        letters="dnkm",
    ),
    KeyPoint(
        id="evaluate_linear_expression",
        topic="Prealgebra - Evaluating Expressions",
        names=(
            "Substituting a number for the variable of an expression",
            "Evaluating a linear expression with parentheses at a given value",
            "Finding the value of an algebraic expression by substitution",
        ),
        params={
            "a": Int(2, 9, feed=(2, 100)),
            "b": Int(-12, 15, feed=(1, 500), skip=(0,)),
            "c": Int(-30, 30, feed=(1, 1_000), skip=(0,)),
            "n": Int(3, 40, feed=(-500, 3_000)),
        },
        wordings=(
            Text("the value of $<a>(x <b:+>) <c:+>$ when $x = <n>$"),
            Text("the number that the expression $<a>(x <b:+>) <c:+>$ is equal to when $x$ equals <n>"),
            Text("the value that $<a>(x <b:+>) <c:+>$ takes for $x = <n>$"),
        ),
        valid=lambda a, b, c, n: n + b != 0 and a * (n + b) + c != 0,
        closed=lambda a, b, c, n: a * (n + b) + c,
        brute=lambda a, b, c, n: a * n + a * b + c,
        work=lambda a, b, c, n: {"s": n + b, "p": a * (n + b), "q": a * n},
        steps=(
            "Substituting, we get $<a>(<n> <b:+>) <c:+> = <a> \\cdot <s:()> <c:+> = <p> <c:+> = <ans>$.",
            "The parentheses are worth $<n> <b:+> = <s>$. Multiplying gives $<a> \\cdot <s:()> = <p>$, and "
            "finally "
            "$<p> <c:+> = <ans>$.",
        ),
        slips=(
            Slip(
                "multiplied only the variable by the factor before the parentheses",
                lambda a, b, c, n: a * n + b + c,
                "The product is $<a> \\cdot <n:()> = <q>$, and then $<q> <b:+> <c:+> = <ans>$.",
            ),
            Slip("took the last term with the wrong sign", lambda a, b, c, n: a * (n + b) - c),
        ),
        letters="vmkt",
    ),
    KeyPoint(
        id="power_plus_number",
        topic="Prealgebra - Exponents and Roots",
        names=(
            "Evaluating powers with whole-number exponents",
            "A power as a repeated product",
            "Computing squares, cubes and higher powers",
        ),
        params={
            "a": Int(2, 12, feed=(2, 120)),
            "k": Choice((2, 3, 4, 5)),
            "b": Int(3, 80, feed=(2, 3_000)),
        },
        wordings=(
            Text("the value of $<a>^<k> + <b>$"),
            Text("the sum of <b> and the <k:th> power of <a>"),
            Text("the number that is <b> more than $<a>^<k>$"),
        ),
        valid=lambda a, k, b: a**k <= 20_000 and a**k != a * k,
        closed=lambda a, k, b: a**k + b,
        brute=lambda a, k, b: prod([a] * k) + b,
        work=lambda a, k, b: {"p": a**k, "f": " \\cdot ".join([str(a)] * k), "m": a * k},
        steps=(
            "The power is $<a>^<k> = <f> = <p>$, so we get $<p> + <b> = <ans>$.",
            "Since $<f> = <p>$, the value is $<a>^<k> + <b> = <p> + <b> = <ans>$.",
        ),
        slips=(
            Slip(
                "multiplied the base by the exponent",
                lambda a, k, b: a * k + b,
                "With $<a> \\cdot <k> = <m>$ we get $<m> + <b> = <ans>$.",
            ),
            Slip("forgot to add the number", lambda a, k, b: a**k),
        ),
        letters="pnkm",
    ),
    KeyPoint(
        id="square_root_floor",
        topic="Prealgebra - Exponents and Roots",
        names=(
            "Locating a square root between consecutive integers",
            "Comparing a number with the nearest perfect squares",
            "Estimating a square root by perfect squares",
        ),
        params={"n": Int(20, 900, feed=(5, 100_000))},
        wordings=(
            Text("the greatest integer whose square is less than <n>"),
            Text(
                "the number of positive perfect squares that are less than <n>",
                question="How many positive perfect squares are less than <n>?",
            ),
            Text("the largest integer that is smaller than $\\sqrt{<n>}$"),
        ),
        valid=lambda n: isqrt(n) ** 2 != n,
        closed=lambda n: isqrt(n - 1),
        brute=lambda n: sum(1 for _ in takewhile(lambda k: k * k < n, count(1))),
        work=lambda n: {"s": isqrt(n) ** 2, "u": isqrt(n) + 1, "t": (isqrt(n) + 1) ** 2},
        steps=(
            "We have $<ans>^2 = <s>$ and $<u>^2 = <t>$, and $<n>$ lies between $<s>$ and $<t>$. So the "
            "number is $<ans>$.",
        ),
        slips=(
            Slip(
                "took the next larger integer",
                lambda n: isqrt(n) + 1,
                "The square root of $<n>$ is close to $<ans>$, because $<ans>^2 = <t>$.",
            ),
            Slip("halved the number instead of taking the root", lambda n: n // 2),
        ),
        letters="rsmk",
    ),
    KeyPoint(
        id="root_of_perfect_square",
        topic="Prealgebra - Exponents and Roots",
        names=(
            "The square root of a perfect square",
            "Taking square roots of square numbers",
            "Recognizing the perfect square under a root",
        ),
        params={"n": Choice(tuple(k * k for k in range(3, 26))), "a": Int(3, 90, feed=(2, 20_000))},
        wordings=(
            Text("the value of $\\sqrt{<n>} + <a>$"),
            Text("the number that exceeds $\\sqrt{<n>}$ by <a>"),
            Text(
                scene="A square courtyard has an area of <n> square meters. A path from one of its corners "
                "runs along "
                "one side and then <a> meters straight on.",
                ask="the length of the path, in meters",
            ),
        ),
        closed=lambda n, a: isqrt(n) + a,
        brute=lambda n, a: next(s for s in range(n) if s * s == n) + a,
        work=lambda n, a: {"r": isqrt(n), "h": n + a},
        steps=(
            "Since $<r>^2 = <n>$, the square root is $<r>$, and $<r> + <a> = <ans>$.",
            "We have $\\sqrt{<n>} = <r>$, so we get $<r> + <a> = <ans>$.",
        ),
        slips=(
            Slip(
                "did not take the root",
                lambda n, a: n + a,
                "Adding the two numbers, we get $<n> + <a> = <ans>$.",
            ),
            Slip("subtracted instead of adding", lambda n, a: abs(isqrt(n) - a)),
        ),
        letters="smkt",
    ),
    KeyPoint(
        id="round_to_multiple",
        topic="Prealgebra - Place Value and Rounding",
        names=(
            "Rounding a whole number to a given place",
            "Rounding to the nearest ten, hundred or thousand",
            "Deciding between rounding up and rounding down",
        ),
        params={"n": Int(120, 4_000, feed=(12, 400_000)), "r": Choice((10, 100, 1_000))},
        wordings=(
            Text("the multiple of <r> that is closest to <n>"),
            Text("the result of rounding <n> to the nearest multiple of <r>"),
            Text(
                scene="A match is watched by <n> people. A newspaper rounds this number to the nearest "
                "multiple of <r>.",
                ask="the number of spectators that the newspaper prints",
                question="What number of spectators does the newspaper print?",
            ),
        ),
        valid=lambda n, r: n % r != 0 and 2 * (n % r) != r and _nearest(n, r) > 0,
        closed=_nearest,
        brute=lambda n, r: min(range(0, n + r, r), key=lambda m: abs(m - n)),
        work=lambda n, r: {"lo": n // r * r, "hi": n // r * r + r, "x": n % r, "y": r - n % r},
        steps=(
            "$<n>$ lies between the multiples $<lo>$ and $<hi>$. The distances are $<n> - <lo> = <x>$ and "
            "$<hi> - <n> = <y>$, so the nearest one is $<ans>$.",
        ),
        slips=(
            Slip(
                "rounded in the wrong direction",
                lambda n, r: 2 * (n // r * r) + r - _nearest(n, r),
                "The number lies between $<lo>$ and $<hi>$, and we round it to $<ans>$.",
            ),
            Slip("left the number as it is", lambda n, r: n),
        ),
        letters="nmkr",
    ),
    KeyPoint(
        id="digit_sum",
        topic="Prealgebra - Place Value and Rounding",
        names=(
            "The sum of the digits of a whole number",
            "Adding the digits of a number",
            "Computing a digit sum",
        ),
        params={"n": Int(113, 9_999, feed=(11, 999_999))},
        wordings=(
            Text("the sum of the digits of <n>"),
            Text("the sum of all the digits in the decimal form of <n>"),
            Text("the number obtained by adding up the digits of <n>"),
        ),
        valid=lambda n: prod(map(int, str(n))) != sum(map(int, str(n))),
        closed=lambda n: n - 9 * sum(n // 10**i for i in range(1, 7)),
        brute=lambda n: sum(map(int, str(n))),
        work=_digit_sum_work,
        steps=("The digits of $<n>$ add up to $<s> = <ans>$.", "Adding the digits, we get $<s> = <ans>$."),
        slips=(
            Slip(
                "multiplied the digits",
                lambda n: prod(map(int, str(n))),
                "Combining the digits of $<n>$, we get $<p> = <ans>$.",
            ),
            Slip("left out the first digit", lambda n: sum(map(int, str(n)[1:]))),
        ),
        letters="snkm",
    ),
)
