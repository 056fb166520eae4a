"""Number theory: divisors, multiples, remainders, digits."""

from __future__ import annotations

from math import gcd, lcm, prod

from sympy import divisor_count, factorint

from ..entry import Int, KeyPoint, Slip, Text

TOPICS = {
    "Number Theory - Divisors": ("Number Theory - Divisors and Factors", "Number Theory - Factors"),
    "Number Theory - GCD and LCM": (
        "Number Theory - Greatest Common Divisor and Least Common Multiple",
        "Number Theory - LCM and GCD",
    ),
}


def power_product(n: int) -> str:
    """``360`` as ``2^3 \\cdot 3^2 \\cdot 5``."""
    return " \\cdot ".join(f"{p}^{e}" if e > 1 else str(p) for p, e in factorint(n).items())


ENTRIES = (
    KeyPoint(
        id="divisor_count",
        topic="Number Theory - Divisors",
        names=(
            "Counting the positive divisors of an integer from its prime factorization",
            "Number of divisors formula using the exponents of the prime factors",
            "The number of factors of a number from its prime powers",
        ),
        params={"n": Int(24, 720, feed=(6, 20_000))},
        wordings=(
            Text("the number of positive divisors of <n>", question="How many positive divisors does <n> have?"),
            Text(
                "the number of positive integers that divide <n> evenly",
                question="How many positive integers divide <n> evenly?",
            ),
        ),
        valid=lambda n: divisor_count(n) > 2,
        closed=lambda n: prod(e + 1 for e in factorint(n).values()),
        brute=lambda n: sum(n % d == 0 for d in range(1, n + 1)),
        work=lambda n: {
            "f": power_product(n),
            "e": " \\cdot ".join(f"({e}+1)" for e in factorint(n).values()),
        },
        steps=(
            "The prime factorization is $<n> = <f>$. Adding one to each exponent and multiplying, "
            "we get $<e> = <ans>$ positive divisors.",
            "Write $<n> = <f>$. A divisor takes each prime to a power from zero up to its exponent, "
            "which gives $<e> = <ans>$ choices.",
        ),
        slips=(
            Slip(
                "multiplied the exponents without adding one",
                lambda n: prod(factorint(n).values()),
                "Since $<n> = <f>$, we multiply the exponents and get $<ans>$ divisors.",
            ),
            Slip("left out the number itself", lambda n: divisor_count(n).__int__() - 1),
        ),
        letters="dknm",
    ),
    KeyPoint(
        id="lcm_two",
        topic="Number Theory - GCD and LCM",
        names=(
            "The least common multiple of two integers",
            "Finding the LCM from the prime factorizations",
            "Computing the smallest common multiple of two numbers",
        ),
        params={"a": Int(6, 48, feed=(2, 600)), "b": Int(6, 48, feed=(2, 600))},
        wordings=(
            Text("the least common multiple of <a> and <b>"),
            Text("the smallest positive integer that is divisible by both <a> and <b>"),
            Text("the smallest positive integer that is a multiple of both <a> and <b>"),
        ),
        valid=lambda a, b: a != b and max(a, b) % min(a, b) != 0 and lcm(a, b) <= 20_000,
        closed=lambda a, b: a * b // gcd(a, b),
        brute=lambda a, b: next(k for k in range(a, a * b + 1, a) if k % b == 0),
        work=lambda a, b: {"g": gcd(a, b), "p": a * b},
        steps=(
            "The greatest common divisor of $<a>$ and $<b>$ is $<g>$, so their least common multiple is "
            "$\\frac{<a> \\cdot <b>}{<g>} = \\frac{<p>}{<g>} = <ans>$.",
            "Their product is $<a> \\cdot <b> = <p>$ and they share the factor $<g>$; dividing by it gives "
            "$<p> / <g> = <ans>$.",
        ),
        slips=(
            Slip(
                "gave the greatest common divisor",
                lambda a, b: gcd(a, b),
                "The largest number that goes into both $<a>$ and $<b>$ is $<ans>$.",
            ),
            Slip("multiplied without dividing by the common factor", lambda a, b: a * b + (gcd(a, b) == 1)),
        ),
        letters="nmkL",
    ),
)
