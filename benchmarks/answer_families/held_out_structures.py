"""Families held out, answers of several parts and words: see :mod:`.held_out`."""

from __future__ import annotations

import datetime
from fractions import Fraction
from math import comb
from random import Random

from .algebra import term
from .base import Form, Value, Words, fraction, shuffled, signed, squarefree, values
from .constants import part
from .ranges import span
from .trees import PI, E, Node, add, decimal, frac, mul, node, of, sqrt, var
from .writing import Writer


def held_intervals_1(rng: Random) -> list[Value]:
    name = rng.choice("xxab")

    def forms(value: tuple[Node, Node, bool, bool]) -> list[Form]:
        low, high, left, right = value
        whole = span(low, high, left, right)
        below, above = (Writer(Random("ends"), "latex").write(end) for end in (low, high))
        signs = (r"\ge" if left else ">", r"\le" if right else "<")
        both = rf"{name} {signs[0]} {below} \text{{ and }} {name} {signs[1]} {above}"
        return [
            whole, Node("inequality", (name, whole)), Node("within", (name, whole)), Node("builder", (name, whole)),
            both,
        ]  # fmt: skip

    a, b = squarefree(rng, 10), rng.randint(4, 9)
    low = rng.choice((-sqrt(a), node(1) - sqrt(a), -(PI / 2), frac(Fraction(-7, 3))))
    high = rng.choice((sqrt(b * b + 1), node(b) + sqrt(a), b * PI, E**2))
    left, right = rng.random() < 0.5, rng.random() < 0.5
    if not left and not right:
        right = True  # an open one could be a point
    wrong = [
        (low, high, not left, True),
        (low, high + 1, left, right),
        (low - 1, high, left, right),
        (low, 2 * high, left, right),
        (low, high, True, not right),
    ]
    return values(forms, [(low, high, left, right), *shuffled(rng, [w for w in wrong if w[2] or w[3]])])


def held_intervals_2(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, bool]) -> list[Form]:
        low, high, closed = value
        whole = span(node(low), node(high), closed, closed)
        signs = (r"\le", ">=") if closed else ("<", ">")
        bars = [f"|x| {signs[0]} {high}", rf"\left|x\right| {signs[0]} {high}"] if low == -high else []
        return [Node("inequality", ("x", whole)), whole, Node("within", ("x", whole)), *bars]

    n, closed = rng.randint(2, 15), rng.random() < 0.7
    return values(
        forms,
        [
            (-n, n, closed),
            *shuffled(rng, [(-n - 1, n + 1, closed), (-n, n, not closed), (-n, n + 1, closed), (0, n, closed)]),
        ],
    )


def held_lists_1(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        root = sqrt(b)
        both = Node("pm", (node(0), root))
        return [
            of("list", a, root, -root), of("list", a, both), of("list", -root, a, root), of("set", -root, root, a),
            of("set", a, both), Node("assign", ("x", of("list", a, both))),
        ]  # fmt: skip

    a, b = signed(rng, 0, 12), squarefree(rng, 23)
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (-a or 3, b), (a - 1, b), (a, 2 * b)])])


def held_lists_2(rng: Random) -> list[Value]:
    def forms(angles: tuple[Fraction, ...]) -> list[Form]:
        trees = [(q.numerator * PI if q.numerator > 1 else PI) / q.denominator for q in angles]
        loose = [frac(q) * PI for q in angles]
        return [
            of("list", *trees), of("set", *trees), of("list", *reversed(trees)), of("list", *loose),
            of("set", *reversed(loose)), Node("assign", ("x", of("list", *trees))),
        ]  # fmt: skip

    table = [Fraction(*q) for q in ((1, 6), (5, 6), (1, 4), (3, 4), (1, 3), (2, 3), (7, 6), (5, 4), (5, 3))]
    picked = rng.sample(table, 5)
    a, b, c, d, e = picked
    return values(forms, [(a, b), *shuffled(rng, [(a, c), (b, d), (a, b, e), (c, d)])])


def held_matrices(rng: Random) -> list[Value]:
    def forms(value: tuple[int, tuple[tuple[int, ...], ...]]) -> list[Form]:
        k, rows = value
        exact = Node("matrix", tuple(of("row", *(frac(Fraction(c, k)) for c in row)) for row in rows))
        loose = Node("matrix", tuple(of("row", *(node(c) / k for c in row)) for row in rows))
        inner = r" \\ ".join(" & ".join(map(str, row)) for row in rows)
        return [
            exact, loose, rf"\frac{{1}}{{{k}}}\begin{{pmatrix}} {inner} \end{{pmatrix}}",
            rf"\frac{{1}}{{{k}}} \begin{{bmatrix}} {inner} \end{{bmatrix}}",
        ]  # fmt: skip

    k = rng.choice((2, 3, 5, 7))
    (a, b), (c, d) = rows = tuple(tuple(signed(rng, 1, 12) for _ in range(2)) for _ in range(2))
    wrong = [
        (k, ((a, c), (b, d))),
        (k + 1, rows),
        (k, ((a, b), (c, d + 1))),
        (k, ((-a, b), (c, d))),
        (k, ((d, b), (c, a))),
    ]
    return values(forms, [(k, rows), *shuffled(rng, wrong)])


def held_bases(rng: Random) -> list[Value]:
    """Numerals whose digits go past nine."""

    def forms(value: tuple[str, int]) -> list[Form]:
        digits, base = value
        return [
            f"{digits}_{{{base}}}", rf"\text{{{digits}}}_{{{base}}}", f"({digits})_{{{base}}}",
            rf"\mathrm{{{digits}}}_{{{base}}}",
        ]  # fmt: skip

    base = rng.choice((12, 16, 16))
    figures = "0123456789ABCDEF"[:base]
    digits = (
        rng.choice(figures[1:])
        + rng.choice(figures[10:])
        + "".join(rng.choice(figures) for _ in range(rng.randint(1, 2)))
    )
    wrong = [
        (digits[::-1] if digits[-1] not in (digits[0], "0") else "1" + digits, base),
        ("1" + digits, base),
        (digits + "0", base),
        (digits, 28 - base),
    ]
    if base == 16 and set(digits) & set("CDEF"):
        wrong.pop()
    return values(forms, [(digits, base), *shuffled(rng, wrong)])


def held_ratios(rng: Random) -> list[Value]:
    k = rng.randint(2, 5)

    def forms(items: tuple[int, ...]) -> list[Form]:
        # Without spaces, terms of two digits could be a time of day.
        return [
            Node("ratio", tuple(map(node, items))), ":".join(map(str, items)), " : ".join(map(str, items)),
            r"\text{ to }".join(map(str, items)), Words(" to ".join(map(str, items))),
            " : ".join(str(k * a) for a in items),
        ]  # fmt: skip

    a, b, c = rng.sample((2, 3, 5, 7, 8), 3)
    return values(forms, [(a, b, c), *shuffled(rng, [(b, a, c), (a, c, b), (a + 1, b, c), (a, b, c + 1)])])


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


def held_exponentials(rng: Random) -> list[Value]:
    t = var(rng.choice("tnx"))

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        return [
            a * node(b) ** t, mul(node(b) ** t, a), (a * b) * node(b) ** (t - 1), mul(a * b, node(b) ** t) / b,
            a * E ** (t * of("ln", b)), a / (node(1) / b) ** t, a * node(b * b) ** (t / 2),
        ]  # fmt: skip

    a, b = rng.choice((2, 3, 5, 7, 20, 100)), rng.choice((2, 3, 5, 6, 7))
    return values(
        forms,
        [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (b, a) if a != b else (a + 2, b), (a * b, b), (2 * a, b)])],
    )


def held_sums(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        n, r = value
        total = Fraction(r**n - 1, r - 1)
        k = var("k")
        return [
            frac(total), Node("sum", ("k", node(0), node(n - 1), node(r) ** k)), (node(r) ** n - 1) / (r - 1),
            Node("sum", ("i", node(1), node(n), node(r) ** (var("i") - 1))), f"{int(total):,}",
            add(*(r**j for j in range(n))),
        ]  # fmt: skip

    n, r = rng.randint(4, 9), rng.choice((3, 4, 5, 6))
    return values(forms, [(n, r), *shuffled(rng, [(n + 1, r), (n - 1, r), (n, r + 1), (n, r - 1)])])


def held_binomials(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        n, k = value
        p = Fraction(comb(n, k), 2**n)
        return [
            frac(p), of("binom", n, k) / node(2) ** n, of("binom", n, k) * (node(1) / 2) ** n, node(comb(n, k)) / 2**n,
            of("binom", n, n - k) * node(2) ** -n,
            mul(of("binom", n, k), (node(1) / 2) ** k, (node(1) / 2) ** (n - k)),
        ]  # fmt: skip

    n = rng.randint(5, 14)
    k = rng.randint(2, n // 2)
    return values(forms, [(n, k), *shuffled(rng, [(n + 1, k), (n, k - 1), (n - 1, k), (n + 2, k + 1)])])


def held_points(rng: Random) -> list[Value]:
    def forms(value: tuple[Fraction, Fraction, int]) -> list[Form]:
        p, q, c = value
        over = lambda t: node(3 * t.numerator) / (3 * t.denominator) if t.denominator > 1 else frac(t)  # noqa: E731
        return [
            of("tuple", frac(p), frac(q), sqrt(c)), of("tuple", over(p), frac(q), sqrt(c)),
            of("tuple", frac(p), over(q), node(c) / sqrt(c)), of("tuple", decimal(p, 3), frac(q), sqrt(c)),
            of("tuple", frac(p), frac(q), node(c) ** part(1, 2)),
        ]  # fmt: skip

    p, q, c = Fraction(signed(rng, 1, 19), 8), Fraction(signed(rng, 1, 9)), squarefree(rng, 20)
    return values(forms, [(p, q, c), *shuffled(rng, [(p + 1, q, c), (-p, q, c), (p, -q, c), (p, q, c + 1)])])


FAMILIES = (
    held_intervals_1,
    held_intervals_2,
    held_lists_1,
    held_lists_2,
    held_matrices,
    held_bases,
    held_ratios,
    held_functions,
    held_equations_1,
    held_equations_2,
    held_named,
    held_percents,
    held_scientific,
    held_dates,
    held_texts,
    held_choices,
    held_exponentials,
    held_sums,
    held_binomials,
    held_points,
)
