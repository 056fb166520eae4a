"""Families of factorials, binomials, rounding, finite sums and products, continued fractions, infinity."""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial
from random import Random

from .base import Form, Value, near, shuffled, values
from .trees import Node, decimal, frac, mul, node, of, sqrt, var


def factorials(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        n, k = value
        exact = node(factorial(n) // factorial(n - k))
        falling = mul(*range(n, n - k, -1))
        return [
            exact, of("fact", n) / of("fact", n - k), falling, f"{exact.args[0]:,}", of("binom", n, k) * of("fact", k),
        ]  # fmt: skip

    n, k = rng.randint(6, 15), rng.randint(2, 4)
    return values(forms, [(n, k), *shuffled(rng, [(n + 1, k), (n, k + 1), (n - 1, k), (n, k - 1 or 3)])])


def big_factorial(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        return [
            of("fact", n), n * of("fact", n - 1), of("fact", n + 1) / (n + 1), node(factorial(n)),
            mul(n, n - 1, of("fact", n - 2)),
        ]  # fmt: skip

    n = rng.randint(12, 130)
    return values(forms, [n, *shuffled(rng, [n + 1, n - 1, n + 2, n - 2])])


def binomial(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        n, k = value
        return [
            of("binom", n, k), node(comb(n, k)), of("binom", n, n - k), f"{comb(n, k):,}",
            of("fact", n) / (of("fact", k) * of("fact", n - k)), of("binom", n - 1, k) + of("binom", n - 1, k - 1),
        ]  # fmt: skip

    n = rng.randint(7, 40)
    k = rng.randint(2, n // 2)
    return values(forms, [(n, k), *shuffled(rng, [(n + 1, k), (n, k - 1), (n - 1, k), (n + 1, k + 1)])])


def floor_and_ceiling(rng: Random) -> list[Value]:
    bottom = rng.randint(3, 19)
    rest = rng.randint(1, bottom - 1)

    def forms(n: int) -> list[Form]:
        return [
            node(n), of("floor", node(n * bottom + rest) / bottom), of("ceil", node(n * bottom - rest) / bottom),
            of("floor", sqrt(n * n + 1)), of("floor", decimal(Fraction(10 * n + 7, 10), 1)),
            of("ceil", decimal(Fraction(10 * n - 3, 10), 1)),
        ]  # fmt: skip

    return values(forms, near(rng, rng.randint(5, 200)))


def finite_sum(rng: Random) -> list[Value]:
    kind = rng.choice(("k", "square", "power"))
    body = {"k": var("k"), "square": var("k") ** 2, "power": node(2) ** var("k")}[kind]

    def forms(n: int) -> list[Form]:
        total = sum({"k": k, "square": k * k, "power": 2**k}[kind] for k in range(1, n + 1))
        short = {
            "k": node(n * (n + 1)) / 2,
            "square": node(n) * (n + 1) * (2 * n + 1) / 6,
            "power": node(2) ** (n + 1) - 2,
        }[kind]
        return [
            node(total), Node("sum", ("k", node(1), node(n), body)), short, f"{total:,}",
            Node("sum", ("k", node(1), node(n - 1), body)) + {"k": n, "square": n * n, "power": 2**n}[kind],
        ]  # fmt: skip

    return values(forms, near(rng, rng.randint(6, 40)), 5)


def finite_product(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        half = Node("prod", ("k", node(2), node(n), (1 - 1 / var("k")) if n % 2 else (var("k") - 1) / var("k")))
        return [node(1) / n, half, frac(Fraction(3, 3 * n)), node(n) ** -1]

    n = rng.randint(5, 60)
    return values(forms, [n, *shuffled(rng, [n + 1, n - 1, 2 * n, n + 2])])


def continued_fraction(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, b, c = value
        q = a + 1 / (b + Fraction(1, c))
        return [
            frac(q), a + 1 / (b + node(1) / c), node(q.numerator) / q.denominator, a + node(c) / (b * c + 1),
            node(a) + 1 / (node(b * c + 1) / c),
        ]  # fmt: skip

    a, b, c = rng.randint(1, 9), rng.randint(2, 9), rng.randint(2, 9)
    return values(
        forms, [(a, b, c), *shuffled(rng, [(a + 1, b, c), (a, b + 1, c), (a, b, c + 1), (c, b, a), (b, a, c)])]
    )


def infinity(rng: Random) -> list[Value]:
    n = rng.randint(0, 3)

    def forms(sign: int) -> list[Form]:
        if sign == 0:
            return [node(n), decimal(Fraction(n), 1)]
        if sign > 0:
            return [r"\infty", r"+\infty", "infinity", "∞", r"\text{infinity}", "Infinity", "inf"]
        return [r"-\infty", "-infinity", "-∞", r"- \infty", "-inf"]

    return values(forms, [1, *shuffled(rng, [-1, 0])])


FAMILIES = (
    factorials, big_factorial, binomial, floor_and_ceiling, finite_sum, finite_product, continued_fraction, infinity,
)  # fmt: skip
