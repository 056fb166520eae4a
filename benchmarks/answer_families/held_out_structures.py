"""Families held out, answers of several parts: see :mod:`.held_out`."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from random import Random

from .base import Form, Value, Words, shuffled, signed, squarefree, values
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
    held_intervals_1, held_intervals_2, held_lists_1, held_lists_2, held_matrices, held_bases, held_ratios,
    held_exponentials, held_sums, held_binomials, held_points,
)  # fmt: skip
