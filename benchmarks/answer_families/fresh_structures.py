"""Held-out families written after the equality they measure: equations, functions, ranges, collections, matrices."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random

from .base import Form, Value, Words, shuffled, signed, values
from .trees import INF, PI, E, I, Node, add, decimal, frac, mul, node, of, sqrt, var


def _linear(names: Sequence[str], coefficients: Sequence[int]) -> Node:
    """The sum of letters with their coefficients, none of them 0."""
    terms = []
    for name, k in zip(names, coefficients, strict=True):
        size = var(name) if abs(k) == 1 else mul(abs(k), var(name))
        terms.append(size if k > 0 else -size)
    return add(*terms)


def plane(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int, int]) -> list[Form]:
        *normal, d = value
        left, back, flipped = _linear("xyz", normal), _linear("zyx", normal[::-1]), _linear("xyz", [-k for k in normal])
        two, c = _linear("xyz", [2 * k for k in normal]), normal[2]
        rest = _linear("xy", [-k for k in normal[:2]])
        return [
            of("equation", left, d), of("equation", add(left, -d), 0), of("equation", flipped, -d),
            of("equation", two, 2 * d),
            of("equation", back, d), of("equation", d, left), of("equation", _linear("z", [c]), d + rest),
            of("equation", var("z"), (d + rest) / c),
        ]  # fmt: skip

    a, b, c, d = (signed(rng, 2, 9) for _ in range(4))
    return values(forms, [(a, b, c, d), *shuffled(rng, [(-a, b, c, d), (a, b, c, d + 10), (a + 10, b, c, d)])])


def _term(a: int) -> str:
    return {1: "x", -1: "-x"}.get(a, f"{a}x")


def _text(a: int, b: int) -> str:
    """``ax + b``, neither of them 0."""
    return f"{_term(a)} {'+' if b > 0 else '-'} {abs(b)}"


def function_for_all(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        body, x = _text(a, b), "x"
        return [
            Node("function", ("f", x, _linear(x, [a]) + b)), rf"f(x) = {body} \text{{ for all }} x \in \mathbb{{R}}",
            Words(f"f(x) = {body} for all real x"), rf"f(x) = {body}, \quad \forall x \in \mathbb{{R}}",
            rf"f(x)={body} \text{{ for all real numbers }} x", body,
            rf"f(x)={body} \quad (x \in \mathbb{{R}})", Words(f"f(x) = {body} for all x"),
            f"f(x)={b}{'+' if a > 0 else ''}{_term(a)}",
        ]  # fmt: skip

    a, b = signed(rng, 1, 12), signed(rng, 1, 15)
    return values(forms, [(a, b), *shuffled(rng, [(-a, b), (a, -b), (a, b + 20), (a + 20, b)])])


def piecewise(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int, int, int]) -> list[Form]:
        a, b, c, d, edge = value
        upper, lower = _text(a, b), _text(c, d)
        first, last = rf"x \ge {edge}", f"x < {edge}"
        plain = rf"{upper} & {first} \\ {lower} & {last}"
        with_if = rf"{upper} & \text{{if }} x \geq {edge}, \\ {lower} & \text{{if }} {last}"
        with_for = rf"{upper} & \text{{for }} {first} \\ {lower} & \text{{for }} {last}"
        as_array = rf"\begin{{array}}{{ll}} {upper} & x \geqslant {edge} \\ {lower} & x<{edge} \end{{array}}"
        return [
            rf"f(x) = \begin{{cases}} {plain} \end{{cases}}", rf"\begin{{cases}} {plain} \end{{cases}}",
            rf"f(x)=\begin{{cases}} {upper}, & x \geq {edge} \\ {lower}, & {last} \end{{cases}}",
            rf"f(x) = \begin{{cases}} {with_if} \end{{cases}}", rf"f(x)=\left\{{{as_array}\right.",
            rf"f(x) = \begin{{cases}} {lower} & {last} \\ {upper} & {first} \end{{cases}}",
            rf"f(x)=\begin{{cases}} {with_for} \end{{cases}}",
        ]  # fmt: skip

    a, b, c, edge = signed(rng, 1, 9), signed(rng, 1, 9), signed(rng, 10, 19), rng.randint(-5, 5)
    d = signed(rng, 10, 19)
    wrong = [(c, d, a, b, edge), (a, b, c, d, edge + 1), (a, b + 20, c, d, edge), (a, b, -c, d, edge)]
    return values(forms, [(a, b, c, d, edge), *shuffled(rng, wrong)])


def excluded_points(rng: Random) -> list[Value]:
    def forms(pair: tuple[int, int]) -> list[Form]:
        a, b = sorted(pair)
        ends: list[Node] = [-INF, node(a), node(b), INF]
        spans = [Node("range", (low, high, False, False)) for low, high in pairwise(ends)]
        return [
            Node("union", tuple(spans)), rf"x \neq {a}, {b}", rf"\mathbb{{R}} \setminus \{{{a}, {b}\}}",
            rf"x \ne {a} \text{{ and }} x \ne {b}", rf"\{{x \mid x \neq {a}, x \neq {b}\}}",
            Node("union", tuple(spans[::-1])),
            Words(f"all real numbers except {a} and {b}"), rf"\{{x \in \mathbb{{R}} : x \ne {a}, {b}\}}",
            rf"\mathbb{{R}} - \{{{b}, {a}\}}", rf"x \in \mathbb{{R}}, x \neq {a}, x \neq {b}",
        ]  # fmt: skip

    a, b = rng.sample(range(-9, 10), 2)
    return values(forms, [(a, b), *shuffled(rng, [(a, b + 20), (a - 20, b), (-a - 30, b), (a + 30, b + 50)])])


def all_cube_roots(rng: Random) -> list[Value]:
    def forms(h: int) -> list[Form]:
        real, side = 2 * h, mul(abs(h), sqrt(3), I) if abs(h) > 1 else mul(sqrt(3), I)
        other = mul(abs(h), I, sqrt(3)) if abs(h) > 1 else mul(I, sqrt(3))
        both = Node("pm", (node(-h), side))
        found: list[Form] = [
            of("list", real, both), of("list", real, add(-h, side), -h - side),
            of("set", real, add(-h, other), -h - other),
            of("list", both, real), Node("assign", ("x", of("list", real, add(-h, side), -h - side))),
            Node("assign", ("x", of("list", real, Node("pm", (node(-h), other))))),
            of("list", add(-h, side), real, -h - side),
        ]  # fmt: skip
        turned = [mul(real, E ** (mul(k, PI, I) / 3)) for k in (2, 4)]
        return [*found, of("list", real, *turned)] if h > 0 else found

    h = rng.randint(1, 9)
    found = values(forms, [h, -h, h + 1])
    return [found[0], *values(lambda k: [node(k), Node("assign", ("x", node(k)))], [2 * h]), *found[1:]]


def two_triples(rng: Random) -> list[Value]:
    def forms(pair: tuple[tuple[int, ...], ...]) -> list[Form]:
        texts = [f"({', '.join(map(str, t))})" for t in pair]
        named = [f"x={t[0]}, y={t[1]}, z={t[2]}" for t in pair]
        trees = [of("tuple", *t) for t in pair]
        if len(pair) == 1:
            return [trees[0], Node("assign", ("(x,y,z)", trees[0])), named[0]]
        return [
            of("list", *trees), of("list", *trees[::-1]), of("set", *trees),
            Node("assign", ("(x,y,z)", of("list", *trees))),
            rf"(x,y,z) = {texts[0]} \text{{ or }} {texts[1]}", rf"(x,y,z)={texts[1]}, (x,y,z)={texts[0]}",
            Words(f"[{', '.join(texts)}]"), rf"{named[0]} \text{{ or }} {named[1]}",
            Words(f"{texts[0]} and {texts[1]}"),
            rf"(x, y, z) \in \{{{texts[1]}, {texts[0]}\}}",
        ]  # fmt: skip

    a, b = rng.sample(range(-12, 13), 2)
    c, d = rng.sample(range(13, 30), 2)
    right = ((a, b, c), (b, a, d))
    wrong = [((a, b, c),), ((a, b, c), (a, b, d)), ((a, b, d), (b, a, c)), ((a, b, c), (b, a, d + 20))]
    return values(forms, [right, *shuffled(rng, wrong)])


def standing(rng: Random) -> list[Value]:
    names = rng.sample(("Anna", "Boris", "Clara", "Dmitri", "Elif", "Farid"), 3)

    def forms(scores: tuple[int, ...]) -> list[Form]:
        pairs = list(zip(names, scores, strict=True))
        turned = [pairs[2], pairs[0], pairs[1]]
        return [
            Words(", ".join(f"{name}: {n}" for name, n in pairs)),
            ", ".join(rf"\text{{{name}}} = {n}" for name, n in pairs),
            ", ".join(rf"\text{{{name}: }} {n}" for name, n in pairs),
            Words(", ".join(f"{name} = {n}" for name, n in turned)),
            Words(", ".join(f"{name}: {n}" for name, n in turned)),
            Words("; ".join(f"{name}: {n}" for name, n in pairs)),
            ", ".join(rf"\text{{{name}}}: {n}" for name, n in turned),
        ]  # fmt: skip

    a, b, c = rng.sample(range(3, 60), 3)
    return values(forms, [(a, b, c), *shuffled(rng, [(b, a, c), (a, c, b), (a + 60, b, c), (a, b, c + 60)])])


def scaled_matrix(rng: Random) -> list[Value]:
    scale = rng.choice((2, 4, 5, 10))

    def forms(entries: tuple[int, ...]) -> list[Form]:
        rows = [entries[:2], entries[2:]]
        inner = r" \\ ".join(" & ".join(map(str, row)) for row in rows)
        cells = [[Fraction(n, scale) for n in row] for row in rows]
        exact = [of("row", *map(frac, row)) for row in cells]
        tenths = [of("row", *(decimal(q, 2) for q in row)) for row in cells]
        listed = ", ".join(f"[{', '.join(map(str, row))}]" for row in cells)
        return [
            of("matrix", *exact), rf"\frac{{1}}{{{scale}}}\begin{{pmatrix}} {inner} \end{{pmatrix}}",
            rf"\dfrac{{1}}{{{scale}}} \begin{{bmatrix}} {inner} \end{{bmatrix}}", of("matrix", *tenths),
            rf"\frac1{{{scale}}}\left(\begin{{array}}{{cc}} {inner} \end{{array}}\right)", Words(f"[{listed}]"),
            Words(f"Matrix([{listed}])"), rf"A^{{-1}} = \frac{{1}}{{{scale}}}\begin{{pmatrix}} {inner} \end{{pmatrix}}",
        ]  # fmt: skip

    a, b, c, d = (signed(rng, 1, 19) for _ in range(4))
    wrong = [(a, c + 20, b, d), (d + 20, b, c, a), (-a, b, c, d), (a, b, c, d + 21), (a, -b, -c, d)]
    return values(forms, [(a, b, c, d), *shuffled(rng, wrong)])


def congruence(rng: Random) -> list[Value]:
    name = rng.choice("nx")

    def forms(value: tuple[int, int]) -> list[Form]:
        r, m = value
        return [
            rf"{name} \equiv {r} \pmod{{{m}}}",
            rf"{name}\equiv {r}\pmod {m}" if m < 10 else rf"{name}\equiv{r} \pmod{{{m}}}",
            rf"{name} \equiv {r} \bmod {m}", rf"{name} = {m}k + {r}, k \in \mathbb{{Z}}",
            rf"{name} \equiv {r - m} \pmod{{{m}}}",
            rf"{name} \equiv {r} \ (\text{{mod }} {m})", rf"{name}={r}+{m}t, \ t \in \mathbb{{Z}}",
            rf"{name} = {m}k + {r} \text{{ for some integer }} k", rf"{name} \equiv {r} \mod {m}",
        ]  # fmt: skip

    m = rng.randint(4, 15)
    r = rng.randint(1, m - 2)
    return values(forms, [(r, m), *shuffled(rng, [(r + 1, m), (r, m + 1), (r, 2 * m)])])


def general_solution(rng: Random) -> list[Value]:
    def forms(value: tuple[Fraction, int]) -> list[Form]:
        start, period = value
        first, sign = rf"\frac{{\pi}}{{{start.denominator}}}", "-" if start < 0 else ""
        step, other = ("k", r"\pi n") if period == 1 else (f"{period}k", rf"{period}\pi n")
        joined = f"{'-' if start < 0 else '+'} {first}"
        return [
            rf"x = {sign}{first} + {step}\pi, k \in \mathbb{{Z}}", rf"x={sign}{first}+{other}, n \in \mathbb{{Z}}",
            rf"x = {step}\pi {joined}, k \in \mathbb{{Z}}", rf"x = {sign}{first} + {step}\pi \ (k \in \mathbb{{Z}})",
            rf"x = {sign}{first} + {other} \text{{ for }} n \in \mathbb{{Z}}",
            rf"x = {sign}{first} + {other} \quad (n \in \mathbf{{Z}})",
            rf"x = {sign}{first} + {step}\pi \text{{ where }} k \text{{ is an integer}}",
            rf"{sign}{first} + {step}\pi, k \in \mathbb{{Z}}",
        ]  # fmt: skip

    bottom = rng.choice((3, 4, 6, 8))
    start, period = Fraction(1, bottom), rng.choice((1, 2, 4))
    wrong = [(start, period * 2), (-start, period), (Fraction(1, 2 * bottom), period), (Fraction(1, 5), period)]
    return values(forms, [(start, period), *shuffled(rng, wrong)])


FAMILIES = (
    plane, function_for_all, piecewise, excluded_points, all_cube_roots, two_triples, standing, scaled_matrix,
    congruence,
    general_solution,
)  # fmt: skip
