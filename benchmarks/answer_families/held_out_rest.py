"""Families held out, equations, words and others: see :mod:`.held_out`."""

from __future__ import annotations

import datetime
from fractions import Fraction
from random import Random

from .algebra import term
from .base import Form, Value, Words, fraction, shuffled, signed, values
from .trees import Node, add, decimal, frac, node, var


def held_functions(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, b, c = value

        def body(x: Node, y: Node) -> Node:
            return add(term(a, x**2), term(b, x * y), term(c, y))

        x, y, u, v = (var(k) for k in "xyuv")
        other = add(term(c, y), term(a, x**2), term(b, x * y))
        folded = add(x * add(term(a, x), term(b, y)), term(c, y))
        return [
            Node("function", ("f", "x", "y", body(x, y))), Node("function", ("f", "x", "y", other)),
            Node("function", ("f", "u", "v", body(u, v))), Node("function", ("f", "x", "y", folded)),
        ]  # fmt: skip

    a, b, c = signed(rng, 1, 7), signed(rng, 1, 7), signed(rng, 1, 9)
    return values(
        forms, [(a, b, c), *shuffled(rng, [(a, -b, c), (b, a, c), (a, b, c + 1 or 2), (a + 1 or 2, b, c), (c, b, a)])]
    )


def held_equations_1(rng: Random) -> list[Value]:
    x, y, z = var("x"), var("y"), var("z")

    def forms(value: tuple[int, int, int, int]) -> list[Form]:
        a, b, c, d = value
        left = add(term(a, x), term(b, y), term(c, z))
        return [
            Node("equation", (left, node(d))), Node("equation", (add(left, term(-d, None)), node(0))),
            Node("equation", (add(term(-a, x), term(-b, y), term(-c, z)), node(-d))),
            Node("equation", (add(term(a, x), term(b, y)), add(d, term(-c, z)))),
            Node("equation", (add(term(3 * a, x), term(3 * b, y), term(3 * c, z)), node(3 * d))),
            Node("equation", (left / 2, frac(Fraction(d, 2)))),
        ]  # fmt: skip

    a, b, c, d = rng.randint(1, 8), signed(rng, 1, 8), signed(rng, 1, 8), signed(rng, 1, 20)
    return values(
        forms,
        [
            (a, b, c, d),
            *shuffled(
                rng, [(a, -b, c, d), (a, b, c, -d), (b, a, c, d) if b > 0 else (a + 1, b, c, d), (a, b, c, d + 1 or 2)]
            ),
        ],
    )


def held_equations_2(rng: Random) -> list[Value]:
    x = var("x")

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        m = Fraction(a, 2)
        shown = decimal(abs(m), 1) * x
        return [
            Node("assign", ("y", add(term(m, x), b))), Node("assign", ("y", add(shown if m > 0 else -shown, b))),
            Node("assign", ("y", add((term(a, x)) / 2, b))), add(term(m, x), b),
            Node("assign", ("y", add(term(a, x), 2 * b) / 2)), add(shown if m > 0 else -shown, b),
        ]  # fmt: skip

    a, b = rng.choice((1, 3, 5, 7, 9)) * rng.choice((1, -1)), signed(rng, 1, 12)
    return values(forms, [(a, b), *shuffled(rng, [(-a, b), (a, -b), (a + 2, b), (a, b + 1 or 2), (4 * a, b)])])


def held_named(rng: Random) -> list[Value]:
    names = rng.choice(((r"\alpha", r"\beta"), ("k_1", "k_2"), ("r", "s"), ("x", "y", "z"), (r"\lambda", r"\mu")))
    if names == ("k_1", "k_2"):  # two values of one unknown
        names = ("u", "v")

    def forms(items: tuple[Fraction, ...]) -> list[Form]:
        shown = [
            str(q) if q.denominator == 1 else rf"{'-' if q < 0 else ''}\frac{{{abs(q.numerator)}}}{{{q.denominator}}}"
            for q in items
        ]
        pairs = [f"{n} = {s}" for n, s in zip(names, shown, strict=True)]
        return [
            ", ".join(pairs), r",\ ".join(pairs), r", \text{ and } ".join(pairs),
            ", ".join(p.replace(" = ", "=") for p in pairs),
            f"({', '.join(names)}) = ({', '.join(shown)})", r" \quad ".join([pairs[0] + ",", ", ".join(pairs[1:])]),
            f"({', '.join(shown)})",
        ]  # fmt: skip

    items = tuple(fraction(rng, 1, 9, 7) if rng.random() < 0.4 else Fraction(signed(rng, 1, 15)) for _ in names)
    wrong = [
        items[::-1],
        (-items[0], *items[1:]),
        (items[0] + 1 or Fraction(2), *items[1:]),
        (*items[:-1], items[-1] - 1),
    ]
    return values(forms, [items, *shuffled(rng, wrong)])


def held_percents(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        q = Fraction(n, 1000)
        shown = f"{n // 10}.{n % 10}"
        return [
            frac(q), rf"{shown}\%", decimal(q, 3), f"{shown}%", rf"{shown} \%", f"{q.numerator}/{q.denominator}",
            Words(f"{shown} percent"),
        ]  # fmt: skip

    n = rng.choice([k for k in range(11, 999) if k % 10])
    return values(forms, [n, *shuffled(rng, [n + 1, n - 1 if (n - 1) % 10 else n - 2, n + 100, 2 * n + 1])])


def held_scientific(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        mantissa, exponent = value
        shown = f"{mantissa // 100}.{mantissa % 100:02d}"
        n = mantissa * 10 ** (exponent - 2)
        return [
            rf"{shown} \times 10^{{{exponent}}}", node(n), f"{n:,}", rf"{mantissa} \times 10^{{{exponent - 2}}}",
            f"{shown}e{exponent}", rf"{shown} \cdot 10^{{{exponent}}}", f"{shown}e+{exponent}",
            rf"0.{mantissa} \times 10^{{{exponent + 1}}}", rf"{shown} * 10^{{{exponent}}}",
        ]  # fmt: skip

    mantissa, exponent = rng.choice([k for k in range(101, 999) if k % 10]), rng.randint(6, 24)
    wrong = [
        (mantissa, exponent + 1),
        (mantissa, exponent - 1),
        (mantissa + 1, exponent),
        (mantissa - 100 if mantissa > 200 else mantissa + 100, exponent),
    ]
    return values(forms, [(mantissa, exponent), *shuffled(rng, wrong)])


def held_dates(rng: Random) -> list[Value]:
    names = [datetime.date(2000, k, 1).strftime("%B") for k in range(1, 13)]

    def forms(value: tuple[int, int]) -> list[Form]:
        month, year = value
        name = names[month % 12]
        return [
            Words(f"{name} {year}"), rf"\text{{{name} {year}}}", Words(f"{name}, {year}"), rf"\text{{{name}, {year}}}",
            rf"\text{{{name} }} {year}",
        ]  # fmt: skip

    month, year = rng.randrange(12), rng.randint(1900, 2040)
    return values(
        forms,
        [(month, year), *shuffled(rng, [(month + 1, year), (month, year + 1), (month, year - 1), (month + 6, year)])],
    )


def held_texts(rng: Random) -> list[Value]:
    sets = (
        ("neither odd nor even", "odd", "even"),
        ("always", "sometimes", "never"),
        ("cannot be determined", "greater", "smaller"),
        ("Jean-Paul", "Marie-Claire", "Anne-Sophie"),
        ("seven", "eight", "nine"),
    )

    def forms(w: str) -> list[Form]:
        return [
            rf"\text{{{w}}}", Words(w), Words(w[0].upper() + w[1:]),
            rf"\mathrm{{{w}}}" if " " not in w else rf"\textrm{{{w}}}", Words(w + "."), rf"\textbf{{{w}}}",
            rf"\text{{{w[0].upper() + w[1:]}}}",
        ]  # fmt: skip

    return values(forms, shuffled(rng, rng.choice(sets)))


def held_choices(rng: Random) -> list[Value]:
    letters = shuffled(rng, "ABCDE")
    contents = [fraction(rng, 1, 20, 9) for _ in range(5)]

    def forms(k: int) -> list[Form]:
        x, q = letters[k], abs(contents[k])
        shown = rf"\frac{{{q.numerator}}}{{{q.denominator}}}"
        return [
            rf"\textbf{{({x})}}", f"({x})", x, rf"\textbf{{({x}) }} {shown}", rf"\text{{({x})}}\ {shown}",
            rf"({x}) ${shown}$", rf"\mathbf{{({x})}}", rf"\textbf{{{x}}}", rf"\text{{{x})}} {shown}",
        ]  # fmt: skip

    return values(forms, range(5))


FAMILIES = (
    held_functions, held_equations_1, held_equations_2, held_named, held_percents, held_scientific, held_dates,
    held_texts, held_choices,
)  # fmt: skip
