"""Families of several values: points, tuples, lists, sets, plus-minus, named values, vectors, matrices."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random

from .base import Form, Value, Words, fraction, shuffled, signed, squarefree, values
from .trees import PI, I, Node, add, decimal, frac, mul, node, of, sqrt


def many(op: str, *items: Node | int) -> Node:
    """A tuple, list, set or row."""
    return of(op, *items)


def point(rng: Random) -> list[Value]:
    def forms(pair: tuple[int, int]) -> list[Form]:
        a, b = pair
        return [
            many("tuple", a, b), Node("assign", ("(x,y)", many("tuple", a, b))),
            many("tuple", decimal(Fraction(a), 1), b), f"x={a}, y={b}", rf"x = {a} \text{{ and }} y = {b}",
            rf"\left({a}, {b}\right)", Words(f"x = {a}, y = {b}"), f"y={b}, x={a}",
        ]  # fmt: skip

    a, b = signed(rng, 1, 30), signed(rng, 1, 30)
    wrong = [(b, a), (a, -b), (-a, b), (a + 1 or 2, b), (a, b + 1 or 2)]
    return values(forms, [(a, b), *shuffled(rng, wrong)])


def exact_point(rng: Random) -> list[Value]:
    def forms(value: tuple[Fraction, int, int]) -> list[Form]:
        q, a, b = value
        return [
            many("tuple", frac(q), a * sqrt(b)), many("tuple", node(q.numerator) / q.denominator, sqrt(a * a * b)),
            many("tuple", node(2 * q.numerator) / (2 * q.denominator), mul(sqrt(b), a)),
            many("tuple", frac(q), node(a * b) / sqrt(b)),
            Node("assign", ("(x,y)", many("tuple", frac(q), a * sqrt(b)))),
        ]  # fmt: skip

    q, a, b = fraction(rng), rng.randint(2, 6), squarefree(rng, 15)
    return values(forms, [(q, a, b), *shuffled(rng, [(-q, a, b), (q, a + 1, b), (q, a, b + 1), (1 / q, a, b)])])


def expanded(q: Fraction) -> Node:
    """A fraction with three times its terms; an integer as it is."""
    return node(3 * q.numerator) / (3 * q.denominator) if q.denominator > 1 else frac(q)


def triple(rng: Random) -> list[Value]:
    def forms(items: tuple[Fraction, ...]) -> list[Form]:
        a, b, c = (frac(q) for q in items)
        return [
            many("tuple", a, b, c), Node("assign", ("(x,y,z)", many("tuple", a, b, c))),
            Node("assign", ("(x, y, z)", many("tuple", a, b, c))),
            many("tuple", *map(expanded, items)),
            f"x={items[0]}, y={items[1]}, z={items[2]}",
        ]  # fmt: skip

    items = tuple(fraction(rng, 1, 9, 7) if rng.random() < 0.3 else Fraction(signed(rng, 0, 20)) for _ in range(3))
    a, b, c = items
    return values(forms, [items, *shuffled(rng, [(b, a, c), (a, c, b), (a, b, c + 1), (-a, b, c), (a, b - 1, c)])])


def angle_brackets(rng: Random) -> list[Value]:
    def forms(items: tuple[int, ...]) -> list[Form]:
        inner = ", ".join(map(str, items))
        return [
            rf"\langle {inner} \rangle", rf"\left\langle {inner} \right\rangle", many("tuple", *items),
            rf"\langle {inner.replace(' ', '')}\rangle", f"<{inner}>",
        ]  # fmt: skip

    items = tuple(signed(rng, 1, 12) for _ in range(rng.choice((2, 3))))
    wrong = [items[::-1], (-items[0], *items[1:]), (items[0] + 1 or 2, *items[1:]), (*items[:-1], items[-1] + 1 or 2)]
    return values(forms, [items, *shuffled(rng, wrong)])


def number_list(rng: Random) -> list[Value]:
    def forms(items: tuple[Fraction, ...]) -> list[Form]:
        trees = [frac(q) for q in items]
        other = shuffled(Random(str(items)), trees)
        return [
            many("list", *trees), many("list", *other), many("set", *trees), many("list", *reversed(trees)),
            many("set", *other), Node("assign", ("x", many("list", *trees))),
        ]  # fmt: skip

    drawn = (rng.random() < 0.25 for _ in range(rng.randint(2, 5)))
    items = tuple(dict.fromkeys(fraction(rng, 1, 9, 6) if part else Fraction(signed(rng, 0, 40)) for part in drawn))
    if len(items) < 2:
        items = (*items, items[0] + 3)
    extra = max(items) + 2
    wrong = [(*items, extra), (*items[:-1], items[-1] + extra), (-items[0] or extra, *items[1:])]
    wrong += [(*items[:-2], items[-2] + extra, items[-1]), tuple(q + extra for q in items)]
    return values(forms, [items, *shuffled(rng, [w for w in wrong if len(set(w)) == len(w)])])


def solutions_named(rng: Random) -> list[Value]:
    name = rng.choice("xxntk")

    def forms(pair: tuple[Fraction, Fraction]) -> list[Form]:
        (a, b), (p, q) = pair, (frac(pair[0]), frac(pair[1]))
        return [
            Node("assign", (name, many("list", p, q))), f"{name}={a}, {name}={b}", many("list", q, p),
            rf"{name} = {a} \text{{ or }} {name} = {b}", Words(f"{name} = {b} or {name} = {a}"), f"{name} = {b}, {a}",
            rf"{name}_1 = {a}, {name}_2 = {b}", rf"{name} \in \{{{a}, {b}\}}", many("list", p, q),
        ]  # fmt: skip

    a, b = (
        Fraction(signed(rng, 1, 20)),
        fraction(rng, 1, 12, 5) if rng.random() < 0.5 else Fraction(signed(rng, 21, 40)),
    )
    return values(forms, [(a, b), *shuffled(rng, [(-a, b), (a, -b), (a + 1, b), (-a, -b), (a, b + 1)])])


def plus_minus(rng: Random) -> list[Value]:
    root = rng.random() < 0.5

    def forms(n: int) -> list[Form]:
        tree = sqrt(n) if root else node(n)
        both = Node("pm", (node(0), tree))
        return [
            both, many("list", tree, -tree), many("list", -tree, tree), Node("assign", ("x", both)),
            many("set", -tree, tree), Node("assign", ("x", many("list", tree, -tree))),
        ]  # fmt: skip

    n = squarefree(rng) if root else rng.randint(2, 40)
    found = values(forms, [n, n + 1, 2 * n + 1])
    positive = sqrt(n) if root else node(n)
    one_sign = values(lambda tree: [tree, Node("assign", ("x", tree))], [positive, -positive])
    return [found[0], one_sign[0], *found[1:], one_sign[1]]


def quadratic_roots(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, b, c = value
        root = b * sqrt(c) if b > 1 else sqrt(c)
        both = Node("pm", (node(a), root))
        return [
            both, many("list", a + root, a - root), many("list", a - root, a + root), Node("assign", ("x", both)),
            many("set", a - root, a + root), many("list", root + a, add(-root, a)),
        ]  # fmt: skip

    a, b, c = signed(rng, 1, 12), rng.randint(1, 5), squarefree(rng, 20)
    return values(forms, [(a, b, c), *shuffled(rng, [(-a, b, c), (a + 1 or 3, b, c), (a, b + 1, c), (a, b, c + 1)])])


def point_list(rng: Random) -> list[Value]:
    def forms(points: tuple[tuple[int, int], ...]) -> list[Form]:
        trees = [many("tuple", *p) for p in points]
        turned = list(reversed(trees))
        return [
            many("list", *trees), many("list", *turned), many("set", *trees), many("set", *turned),
            Node("assign", ("(x,y)", many("list", *trees))),
        ]  # fmt: skip

    points = tuple(dict.fromkeys((signed(rng, 1, 15), signed(rng, 1, 15)) for _ in range(rng.randint(2, 4))))
    (a, b), rest = points[0], points[1:]
    wrong = [
        ((b, a), *rest),
        ((a, -b), *rest),
        ((a + 16, b), *rest),
        (*points, (20, 21)),
        *([rest] if len(rest) > 1 else []),
    ]
    return values(forms, [points, *shuffled(rng, wrong)])


def complex_list(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        up, down = a + b * I, a - b * I
        both = Node("pm", (node(a), b * I))
        return [
            both, many("list", up, down), many("list", down, up), many("set", up, down), Node("assign", ("z", both)),
        ]  # fmt: skip

    a, b = signed(rng, 1, 12), rng.randint(2, 12)
    return values(
        forms,
        [(a, b), *shuffled(rng, [(-a, b), (a, b + 1), (a + 1 or 2, b), (b, abs(a)) if abs(a) > 1 else (a, b + 2)])],
    )


def named_values(rng: Random) -> list[Value]:
    names = rng.choice((("a", "b"), ("m", "n"), ("p", "q"), ("a", "b", "c"), ("h", "k"), ("A", "B")))

    def forms(items: tuple[int, ...]) -> list[Form]:
        given = [f"{n} = {v}" for n, v in zip(names, items, strict=True)]
        tight = [g.replace(" ", "") for g in given]
        last = (
            rf", {given[-2]} \text{{ and }} {given[-1]}" if len(given) > 2 else rf"{given[0]} \text{{ and }} {given[1]}"
        )
        joined = (given[0] + last) if len(given) > 2 else last
        return [
            ", ".join(given), ",".join(tight), f"({','.join(names)}) = ({', '.join(map(str, items))})", joined,
            ", ".join(reversed(given)), "; ".join(given), r",\quad ".join(given), Words(" and ".join(given)),
            f"({', '.join(names)})=({','.join(map(str, items))})",
        ]  # fmt: skip

    items = tuple(signed(rng, 1, 25) for _ in names)
    wrong = [items[::-1], (-items[0], *items[1:]), (items[0] + 1, *items[1:]), (*items[:-1], items[-1] - 1)]
    return values(forms, [items, *shuffled(rng, wrong)])


def _matrix(rows: tuple[tuple[Fraction, ...], ...]) -> Node:
    return Node("matrix", tuple(many("row", *(frac(q) for q in row)) for row in rows))


def matrix(rng: Random) -> list[Value]:
    def forms(rows: tuple[tuple[Fraction, ...], ...]) -> list[Form]:
        cells = [[str(q) for q in row] for row in rows]
        inner = r"\\".join("&".join(row) for row in cells)
        listed = "[" + ", ".join("[" + ", ".join(row) + "]" for row in cells) + "]"
        return [
            _matrix(rows), rf"\begin{{bmatrix}}{inner}\end{{bmatrix}}", rf"\begin{{pmatrix}} {inner} \end{{pmatrix}}",
            listed, rf"\left(\begin{{array}}{{{'r' * len(cells[0])}}} {inner} \end{{array}}\right)",
            rf"\left( \begin{{matrix}} {inner} \end{{matrix}} \right)", listed.replace(" ", ""),
        ]  # fmt: skip

    width = rng.choice((2, 2, 3))
    rows = tuple(
        tuple(fraction(rng, 1, 9, 5) if rng.random() < 0.15 else Fraction(signed(rng, 0, 12)) for _ in range(width))
        for _ in range(2)
    )
    first, second = rows
    wrong = [
        (second, first),
        (first, (*second[:-1], second[-1] + 1)),
        ((-first[0] + 13, *first[1:]), second),
        tuple(r[::-1] for r in rows),
    ]
    if width == 2:
        wrong.append(((first[0], second[0]), (first[1], second[1])))
    return values(forms, [rows, *shuffled(rng, wrong)])


def column_vector(rng: Random) -> list[Value]:
    def forms(column: tuple[Fraction, ...]) -> list[Form]:
        rows = tuple((q,) for q in column)
        inner = r" \\ ".join(str(q) for q in column)
        return [
            _matrix(rows), rf"\begin{{bmatrix}} {inner} \end{{bmatrix}}", rf"\begin{{pmatrix}}{inner}\end{{pmatrix}}",
            rf"\left[\begin{{array}}{{c}}{inner}\end{{array}}\right]",
            rf"\left( \begin{{array}}{{c}} {inner} \end{{array}} \right)",
        ]  # fmt: skip

    column = tuple(
        fraction(rng, 1, 9, 7) if rng.random() < 0.2 else Fraction(signed(rng, 0, 20))
        for _ in range(rng.choice((2, 3, 3)))
    )
    wrong = [
        column[::-1],
        (-column[0] or Fraction(21), *column[1:]),
        (*column[:-1], column[-1] + 1),
        (column[0] + 1, *column[1:]),
    ]
    return values(forms, [column, *shuffled(rng, wrong)])


def tuple_with_pi(rng: Random) -> list[Value]:
    def forms(value: tuple[int, Fraction]) -> list[Form]:
        r, q = value
        top = q.numerator * PI if q.numerator > 1 else PI
        return [
            many("tuple", r, top / q.denominator), many("tuple", r, frac(q) * PI),
            many("tuple", node(2 * r) / 2, top / q.denominator),
            Node("assign", (r"(r,\theta)", many("tuple", r, top / q.denominator))),
        ]  # fmt: skip

    r, q = rng.randint(2, 15), abs(fraction(rng, 1, 11, 6))
    return values(forms, [(r, q), *shuffled(rng, [(r, q + 1), (r, 2 * q), (r + 1, q), (r, q / 2)])])


def ordered_pair_of_lists(rng: Random) -> list[Value]:
    """Sequences in round brackets: their order counts."""

    def forms(items: tuple[int, ...]) -> list[Form]:
        return [
            many("tuple", *items), rf"\left({','.join(map(str, items))}\right)",
            Words(f"({', '.join(map(str, items))})"), rf"\text{{({', '.join(map(str, items))})}}",
        ]  # fmt: skip

    items = tuple(rng.sample(range(1, 30), rng.randint(4, 6)))
    moved = [(*items[:k], items[k + 1], items[k], *items[k + 2 :]) for k, _ in enumerate(pairwise(items))]
    return values(forms, [items, *shuffled(rng, [*moved[:3], items[:-1], (*items, 31)])])


FAMILIES = (
    point, exact_point, triple, angle_brackets, number_list, solutions_named, plus_minus, quadratic_roots, point_list,
    complex_list, named_values, matrix, column_vector, tuple_with_pi, ordered_pair_of_lists,
)  # fmt: skip
