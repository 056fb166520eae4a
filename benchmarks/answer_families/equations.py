"""Families of equations, functions and solved letters."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from .algebra import linear, polynomial_tree, term
from .base import Form, Value, fraction, near, near_fraction, shuffled, signed, values
from .trees import Node, add, frac, node, var


def line_equation(rng: Random) -> list[Value]:
    x, y = var("x"), var("y")

    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, b, c = value
        left = add(term(a, x), term(b, y))
        zero = add(term(a, x), term(b, y), term(-c, None))
        return [
            Node("equation", (left, node(c))), Node("equation", (zero, node(0))), Node("equation", (node(c), left)),
            Node("equation", (add(term(2 * a, x), term(2 * b, y)), node(2 * c))),
            Node("equation", (add(term(-a, x), term(-b, y), c), node(0))),
            Node("equation", (term(b, y), add(term(-a, x), term(c, None)))),
            Node("equation", (add(term(b, y), term(a, x)), node(c))),
        ]  # fmt: skip

    a, b, c = rng.randint(2, 9), signed(rng, 2, 9), signed(rng, 1, 30)
    return values(
        forms, [(a, b, c), *shuffled(rng, [(a, -b, c), (a, b, -c), (b, a, c), (a + 1, b, c), (a, b, c + 1 or 2)])]
    )


def line_by_slope(rng: Random) -> list[Value]:
    x = var("x")

    def forms(value: tuple[Fraction, int]) -> list[Form]:
        m, b = value
        right = add(term(m, x), b)
        over = add(term(m.numerator, x), b * m.denominator) / m.denominator if m.denominator > 1 else add(b, term(m, x))
        return [
            Node("assign", ("y", right)), right, Node("assign", ("y", over)), over,
            Node("assign", ("y", add(b, term(m, x)))),
        ]  # fmt: skip

    m, b = fraction(rng, 1, 9, 5) if rng.random() < 0.6 else Fraction(signed(rng, 2, 9)), signed(rng, 1, 12)
    wrong = [(m, b + 1 or 2), (-m, b), (1 / m, b), (m, -b), (m + 1 or Fraction(2), b)]
    return values(forms, [(m, b), *shuffled(rng, wrong)])


def conic(rng: Random) -> list[Value]:
    x, y = var("x"), var("y")

    def forms(value: tuple[int, int, int]) -> list[Form]:
        h, k, r = value
        left = add(linear(x, 1, -h) ** 2, linear(y, 1, -k) ** 2)
        full = add(x**2, y**2, term(-2 * h, x), term(-2 * k, y), h * h + k * k - r * r or 0)
        mixed = add(x**2, term(-2 * h, x), y**2, term(-2 * k, y))
        return [
            Node("equation", (left, node(r * r))), Node("equation", (left, node(r) ** 2)),
            Node("equation", (full, node(0))), Node("equation", (mixed, node(r * r - h * h - k * k))),
            Node("equation", (add(linear(y, 1, -k) ** 2, linear(x, 1, -h) ** 2), node(r * r))),
        ]  # fmt: skip

    h, k, r = signed(rng, 1, 7), signed(rng, 1, 7), rng.randint(2, 9)
    return values(
        forms, [(h, k, r), *shuffled(rng, [(-h, -k, r), (k, h, r), (h, k, r + 1), (h, -k, r), (h, k, 2 * r)])]
    )


def function_of_letter(rng: Random) -> list[Value]:
    name = rng.choice("ffgh")

    def forms(value: tuple[int, int, int]) -> list[Form]:
        def defined(by: str) -> Node:
            return Node("function", (name, by, polynomial_tree(var(by), list(value))))

        up = Node("function", (name, "x", polynomial_tree(var("x"), list(value), up=True)))
        return [defined("x"), up, defined("t"), polynomial_tree(var("x"), list(value)), defined("n")]

    a, b, c = signed(rng, 1, 6), signed(rng, 1, 9), signed(rng, 1, 9)
    found = values(
        forms, [(a, b, c), *shuffled(rng, [(-a, b, c), (a, b, c + 1 or 2), (a, -b, c), (b, a, c), (a, c, b)])]
    )
    # The body alone names its letter: a bare body stands only beside functions of that letter.
    keep = (0, 1, 3) if rng.random() < 0.5 else (0, 1, 2, 4)
    return [Value(v.key, tuple(v.forms[k] for k in keep)) for v in found]


def solved_letter(rng: Random) -> list[Value]:
    name = rng.choice("xxxnkymt")

    def forms(q: Fraction) -> list[Form]:
        bare = frac(q)
        k = Node(
            "assign", (name, node(q.numerator) / q.denominator if q.denominator > 1 else node(3 * q.numerator) / 3)
        )
        return [bare, Node("assign", (name, bare)), k, f"{name} = {q}", rf"\text{{{name} = }}{q}", f"{q} = {name}"]

    q = fraction(rng, 1, 30) if rng.random() < 0.5 else Fraction(signed(rng, 2, 60))
    return values(forms, near_fraction(rng, q))


def which_letter(rng: Random) -> list[Value]:
    names = shuffled(rng, "xyzt")

    def forms(value: tuple[str, int]) -> list[Form]:
        name, n = value
        return [f"{name}={n}", f"{name} = {n}", f"{name}={n}.0", rf"{name}=\frac{{{2 * n}}}{{2}}", f"{n}={name}"]

    n = rng.randint(2, 50)
    wrong = [(names[1], n), (names[0], n + 1), (names[0], -n), (names[1], n + 1)]
    return values(forms, [(names[0], n), *shuffled(rng, wrong)])


def sequence_term(rng: Random) -> list[Value]:
    n = var("n")

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        right = add(term(a, n), b)
        later = add(a * add(n, -1), a + b) if a > 1 else right
        return [
            Node("assign", ("a_n", right)), right, Node("assign", ("a_{n}", right)), Node("assign", ("a_n", later)),
            later,
        ]  # fmt: skip

    a, b = rng.randint(2, 9), signed(rng, 1, 12)
    return values(
        forms, [(a, b), *shuffled(rng, [(a, b + 1 or 2), (a, -b), (a + 1, b), (a, b - a or 3), (a, b + a or 5)])]
    )


def hyperbola(rng: Random) -> list[Value]:
    x, y = var("x"), var("y")

    def forms(n: int) -> list[Form]:
        return [
            Node("equation", (x * y, node(n))), Node("equation", (x * y - n, node(0))),
            Node("equation", (y * x, node(n))), Node("equation", (2 * x * y, node(2 * n))),
        ]  # fmt: skip

    return values(forms, near(rng, rng.randint(2, 30)))


FAMILIES = (
    line_equation, line_by_slope, conic, hyperbola, function_of_letter, solved_letter, which_letter, sequence_term,
)  # fmt: skip
