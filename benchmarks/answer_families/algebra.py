"""Families of expressions with letters: polynomials, rational expressions, roots, powers."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from .base import Form, Value, shuffled, signed, squarefree, values
from .trees import E, Node, add, decimal, frac, mul, node, of, sqrt, var


def term(coefficient: int | Fraction, letter: Node | None) -> Node:
    """A coefficient and what it multiplies, without a coefficient of one."""
    if letter is None:
        return frac(coefficient)
    if abs(coefficient) == 1:
        return letter if coefficient > 0 else -letter
    return frac(coefficient) * letter if coefficient > 0 else -(frac(-coefficient) * letter)


def polynomial_tree(x: Node, coefficients: list[int], up: bool = False) -> Node:
    """``coefficients`` from the highest power down; ``up`` writes the lowest power first."""
    last = len(coefficients) - 1
    powers = [x**k if k > 1 else x if k else None for k in range(last, -1, -1)]
    terms = [term(c, p) for c, p in zip(coefficients, powers, strict=True) if c]
    if up:
        terms.reverse()
    return add(*terms) if len(terms) > 1 else terms[0]


def linear(x: Node, a: int, b: int) -> Node:
    return polynomial_tree(x, [a, b])


def letter(rng: Random) -> Node:
    return var(rng.choice("xxxtnyzak"))


def quadratic(rng: Random) -> list[Value]:
    x = letter(rng)

    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, r, s = value
        full = polynomial_tree(x, [a, a * (r + s), a * r * s])
        left, right = linear(x, 1, r), linear(x, 1, s)
        factored = mul(left, right) if a == 1 else mul(a, left, right)
        return [
            full, factored, polynomial_tree(x, [a, a * (r + s), a * r * s], up=True),
            mul(right, left) if a == 1 else mul(linear(x, a, a * r), right),
            add(a * x * left if a > 1 else x * left, a * s * left if a * s > 0 else -((-a * s) * left)),
        ]  # fmt: skip

    a, r, s = rng.randint(1, 4), signed(rng, 1, 9), signed(rng, 2, 9)
    wrong = [(a, -r, s), (a, -r, -s), (a + 1, r, s), (a, r + 1 or 2, s), (a, r, s + 1 or 2)]
    return values(forms, [(a, r, s), *shuffled(rng, wrong)])


def perfect_power(rng: Random) -> list[Value]:
    x, n = letter(rng), rng.choice((2, 2, 3))

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        full = [a**2, 2 * a * b, b**2] if n == 2 else [a**3, 3 * a * a * b, 3 * a * b * b, b**3]
        base = linear(x, a, b)
        return [
            base**n, polynomial_tree(x, full), polynomial_tree(x, full, up=True),
            base * base ** (n - 1) if n > 2 else base * base, polynomial_tree(x, [a, b], up=True) ** n,
        ]  # fmt: skip

    a, b = rng.randint(1, 4), signed(rng, 1, 7)
    return values(
        forms, [(a, b), *shuffled(rng, [(a, -b), (a + 1, b), (a, b + 1 or 2), (b, a) if b > 0 else (a + 2, b)])]
    )


def polynomial(rng: Random) -> list[Value]:
    x = letter(rng)

    def forms(value: tuple[int, ...]) -> list[Form]:
        c = list(value)
        nested = polynomial_tree(x, c[:-1]) * x
        return [
            polynomial_tree(x, c), polynomial_tree(x, c, up=True),
            add(nested, c[-1]) if c[-1] > 0 else nested - -c[-1],
            add(*shuffled(Random(sum(c)), polynomial_tree(x, c).parts())), -polynomial_tree(x, [-k for k in c]),
        ]  # fmt: skip

    c = tuple(signed(rng, 1, 12) for _ in range(rng.randint(3, 5)))
    at = rng.randrange(len(c))
    wrong = [
        (*c[:at], -c[at], *c[at + 1 :]),
        (*c[:-1], c[-1] + 1 or 5),
        (c[0] + 1 or 3, *c[1:]),
        (c[1], c[0], *c[2:]),
        (*c, 2),
    ]
    return values(forms, [c, *shuffled(rng, wrong)])


def two_letters(rng: Random) -> list[Value]:
    x, y = (var(n) for n in rng.choice((("x", "y"), ("a", "b"), ("m", "n"), ("p", "q"))))

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        cross = term(a + b, x * y) if a + b else None
        full = [x**2, *([cross] if cross else []), term(a * b, y**2)]
        left, right = add(x, term(a, y)), add(x, term(b, y))
        return [add(*full), left * right, right * left, add(*reversed(full)), add(x * left, term(b, y * left))]

    a, b = signed(rng, 2, 7), signed(rng, 2, 7)
    return values(forms, [(a, b), *shuffled(rng, [(-a, b), (-a, -b), (a + 1 or 3, b), (a, b + 1 or 3)])])


def monomial(rng: Random) -> list[Value]:
    x, y = (var(n) for n in rng.choice((("x", "y"), ("a", "b"), ("r", "h"))))

    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, p, q = value
        return [
            mul(a, x**p, y**q), mul(a, y**q, x**p), mul(a, x, x ** (p - 1) if p > 2 else x, y**q),
            mul(2 * a, x**p, y**q) / 2, mul(a, x ** (p + 1), y**q) / x, mul(x**p, y**q, a),
        ]  # fmt: skip

    a, p, q = rng.randint(2, 30), rng.randint(2, 6), rng.randint(2, 5)
    return values(
        forms, [(a, p, q), *shuffled(rng, [(a, q, p), (a + 1, p, q), (a, p + 1, q), (a, p, q + 1), (-a, p, q)])]
    )


def rational_expression(rng: Random) -> list[Value]:
    x = letter(rng)

    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, b, c = value
        top, bottom = linear(x, a, b), linear(x, 1, c)
        rest = b - a * c
        return [
            top / bottom, polynomial_tree(x, [a, b], up=True) / polynomial_tree(x, [1, c], up=True),
            add(a, rest / bottom) if rest > 0 else node(a) - (-rest) / bottom,
            (top * linear(x, 1, 1)) / (bottom * linear(x, 1, 1)), linear(x, -a, -b) / linear(x, -1, -c),
            linear(x, 2 * a, 2 * b) / linear(x, 2, 2 * c),
        ]  # fmt: skip

    a, b, c = rng.randint(2, 7), signed(rng, 1, 9), signed(rng, 2, 9)
    ok = [
        v
        for v in [(a, -b, c), (a, b, -c), (a + 1, b, c), (a, b + 1 or 2, c), (a, b, c + 1 or 2)]
        if v[1] != v[0] * v[2]
    ]
    b += b == a * c
    return values(forms, [(a, b, c), *shuffled(rng, ok)])


def reciprocal_sum(rng: Random) -> list[Value]:
    x, y = (var(n) for n in rng.choice((("x", "y"), ("a", "b"), ("u", "v"))))

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        return [
            a / x + b / y, add(term(a, y), term(b, x)) / (x * y), b / y + a / x,
            (add(term(b, x), term(a, y))) / (y * x),
        ]  # fmt: skip

    a, b = rng.randint(2, 9), rng.randint(2, 9)
    return values(forms, [(a, b), *shuffled(rng, [(b, a), (a + 1, b), (a, b + 1), (2 * a, 2 * b)])])


def letters_under_roots(rng: Random) -> list[Value]:
    x = letter(rng)

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        inner = polynomial_tree(x, [1, 0, b])
        return [
            a * sqrt(inner), a * inner ** (node(1) / 2), mul(sqrt(inner), a), sqrt(a * a * inner), a * sqrt(b + x**2),
            (a * inner) / sqrt(inner),
        ]  # fmt: skip

    a, b = rng.randint(2, 6), rng.randint(1, 12)
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (2 * a, b), (a, 2 * b + 1)])])


def power_with_letter(rng: Random) -> list[Value]:
    n = var(rng.choice("nnkm"))
    base = rng.choice((2, 3, 5))

    def forms(value: tuple[int, int]) -> list[Form]:
        shift, c = value
        tail = (lambda t: t + c) if c > 0 else (lambda t: t - -c)
        return [
            tail(node(base) ** (n + shift)), tail(base**shift * node(base) ** n), tail(node(base) ** n * base**shift),
            c + node(base) ** (n + shift), tail(node(base) ** (n + shift + 1) / base),
        ]  # fmt: skip

    shift, c = rng.randint(1, 3), signed(rng, 1, 9)
    return values(
        forms, [(shift, c), *shuffled(rng, [(shift, -c), (shift + 1, c), (shift, c + 1 or 2), (shift + 2, c)])]
    )


def exponential_function(rng: Random) -> list[Value]:
    x = var(rng.choice("xxt"))

    def forms(value: tuple[int, int]) -> list[Form]:
        a, k = value
        return [a * E ** (k * x), mul(a, (E**x) ** k), mul(a, (E**k) ** x), a / E ** (-k * x), mul(E ** (k * x), a)]

    a, k = rng.randint(2, 9), rng.randint(2, 6)
    return values(forms, [(a, k), *shuffled(rng, [(a + 1, k), (a, k + 1), (-a, k), (k, a), (2 * a, k)])])


def trigonometric_function(rng: Random) -> list[Value]:
    x = var(rng.choice(("x", "t", r"\theta")))

    def forms(value: tuple[int, str]) -> list[Form]:
        a, kind = value
        s, c = of("sin", x), of("cos", x)
        table = {
            "double": [a * of("sin", 2 * x), mul(2 * a, s, c), mul(2 * a, c, s), mul(a, of("sin", 2 * x))],
            "square": [a * s**2, node(a) - a * c**2, a * (1 - c**2), a * (1 - of("cos", 2 * x)) / 2],
            "other": [a * c**2, node(a) - a * s**2, a * (1 - s**2)],
            "tangent": [a * of("tan", x), (a * s) / c, a / of("cot", x)],
        }
        return list(table[kind])

    a, kinds = rng.randint(2, 7), shuffled(rng, ("double", "square", "other", "tangent"))
    return values(forms, [(a, kinds[0]), (a + 1, kinds[0]), (a, kinds[1]), (a, kinds[2]), (2 * a, kinds[0])])


def absolute_expression(rng: Random) -> list[Value]:
    x = letter(rng)

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        return [
            a * of("abs", linear(x, 1, -b)), of("abs", linear(x, a, -a * b)), a * of("abs", node(b) - x),
            sqrt(a * a * linear(x, 1, -b) ** 2),
        ]  # fmt: skip

    a, b = rng.randint(2, 8), rng.randint(1, 9)
    return values(forms, [(a, b), *shuffled(rng, [(a, -b), (a + 1, b), (a, b + 1), (a + 2, b)])])


def radical_coefficients(rng: Random) -> list[Value]:
    x = letter(rng)

    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, b, c = value
        return [
            add(a * x, sqrt(b) * c), add(c * sqrt(b), a * x), add(2 * a * x, sqrt(4 * c * c * b)) / 2,
            add(a * x, sqrt(b * c * c)),
        ]  # fmt: skip

    a, b, c = rng.randint(2, 9), squarefree(rng, 15), rng.randint(2, 6)
    return values(
        forms,
        [
            (a, b, c),
            *shuffled(rng, [(a + 1, b, c), (a, b + 1, c), (a, b, c + 1), (a, b, -c) if c > 9 else (a, b, 2 * c)]),
        ],
    )


def decimal_coefficients(rng: Random) -> list[Value]:
    x = letter(rng)

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        q, tail = Fraction(a, 4), Fraction(b, 2)
        return [
            add(decimal(q, 2) * x, decimal(tail, 1)), add(frac(q) * x, frac(tail)), add(a * x, 2 * b) / 4,
            add(frac(tail), frac(q) * x),
        ]  # fmt: skip

    a, b = rng.choice((3, 5, 7, 9, 11)), rng.choice((1, 3, 5, 7, 9))
    return values(
        forms, [(a, b), *shuffled(rng, [(a + 2, b), (a, b + 2), (2 * a + 1, b), (b, a) if a != b else (a, 15)])]
    )


FAMILIES = (
    quadratic, perfect_power, polynomial, two_letters, monomial, rational_expression, reciprocal_sum,
    letters_under_roots, power_with_letter, exponential_function, trigonometric_function, absolute_expression,
    radical_coefficients, decimal_coefficients,
)  # fmt: skip
