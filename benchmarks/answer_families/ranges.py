"""Families of ranges: intervals, inequalities, unions, whole lines with points left out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random

from .base import Form, Value, fraction, shuffled, signed, squarefree, values
from .trees import INF, Node, frac, node, sqrt

End = Node | None
Range = tuple[End, End, bool, bool]


def span(low: End, high: End, left: bool, right: bool) -> Node:
    """An interval; None is infinity."""
    return Node("range", (-INF if low is None else low, INF if high is None else high, left, right))


def written(name: str, ranges: Sequence[Range], in_words: bool = True) -> list[Form]:
    """The ways to write a range or a union of ranges of one letter."""
    spans = [span(*r) for r in ranges]
    whole = spans[0] if len(spans) == 1 else Node("union", tuple(spans))
    stated = Node("inequality" if len(spans) == 1 else "inequalities", (name, whole))
    found: list[Form] = [whole, stated, Node("within", (name, whole))]
    if in_words:
        found.append(Node("builder", (name, whole)))
    if len(spans) == 2:
        found.append(Node("union", (spans[1], spans[0])))
    return found


def _number(rng: Random) -> Node:
    kind = rng.random()
    if kind < 0.65:
        return node(signed(rng, 1, 20))
    return frac(fraction(rng, 1, 20, 7)) if kind < 0.9 else sqrt(squarefree(rng, 15))


def _letter(rng: Random) -> str:
    return rng.choice("xxxxkmat")


def bounded_interval(rng: Random) -> list[Value]:
    name = _letter(rng)
    low, high = -rng.randint(0, 9) if rng.random() < 0.6 else rng.randint(1, 5), rng.randint(6, 30)
    a, b = Fraction(low), Fraction(high, rng.choice((1, 1, 1, 7)) if low < 0 else 1)
    left, right = rng.choice(((True, True), (True, False), (False, True)))

    def forms(value: tuple[Fraction, Fraction, bool, bool]) -> list[Form]:
        return written(name, [(frac(value[0]), frac(value[1]), value[2], value[3])])

    # An open interval could be a point: it is a family of its own.
    wrong = [(a, b, x, y) for x, y in ((True, True), (True, False), (False, True)) if (x, y) != (left, right)]
    wrong += [(a, b + 1, left, right), (a - 1, b, left, right), (-b, -a, left, right)]
    return values(forms, [(a, b, left, right), *shuffled(rng, wrong)])


def open_interval(rng: Random) -> list[Value]:
    name = _letter(rng)
    a, b = rng.randint(-12, 3), rng.randint(4, 15)

    def forms(value: tuple[int, int, bool]) -> list[Form]:
        return written(name, [(node(value[0]), node(value[1]), value[2], value[2])])

    wrong = [(a, b, True), (a, b + 1, False), (a - 1, b, False), (a + 1, b, False)]
    return values(forms, [(a, b, False), *shuffled(rng, wrong)])


def ray(rng: Random) -> list[Value]:
    name, end, closed, up = _letter(rng), _number(rng), rng.random() < 0.5, rng.random() < 0.5

    def forms(value: tuple[Node, bool, bool]) -> list[Form]:
        at, close, above = value
        return written(name, [(at, None, close, False) if above else (None, at, False, close)])

    wrong = [
        (end, not closed, up),
        (end, closed, not up),
        (end + 1 if end.op != "int" else node(int(str(end.args[0])) + 1), closed, up),
    ]
    return values(forms, [(end, closed, up), *shuffled(rng, wrong)])


def two_rays(rng: Random) -> list[Value]:
    name = _letter(rng)
    a, b = signed(rng, 1, 9), rng.randint(10, 30)
    left, right = rng.random() < 0.5, rng.random() < 0.5

    def forms(value: tuple[int, int, bool, bool]) -> list[Form]:
        low, high, x, y = value
        return written(name, [(None, node(low), False, x), (node(high), None, y, False)])

    wrong = [
        (a, b, not left, right),
        (a, b, left, not right),
        (a, b + 1, left, right),
        (a - 1, b, left, right),
        (-b, -a, left, right),
    ]
    return values(forms, [(a, b, left, right), *shuffled(rng, wrong)])


def two_intervals(rng: Random) -> list[Value]:
    name = _letter(rng)
    ends = sorted(rng.sample(range(-15, 25), 4))
    close = rng.random() < 0.5

    def forms(value: tuple[tuple[int, ...], bool]) -> list[Form]:
        (a, b, c, d), closed = value
        return written(name, [(node(a), node(b), closed, not closed), (node(c), node(d), closed, not closed)])

    moved = [tuple(e + (k == at) * step for k, e in enumerate(ends)) for at, step in ((0, -1), (3, 1))]
    wrong = [(tuple(ends), not close), *((m, close) for m in moved)]
    return values(forms, [(tuple(ends), close), *shuffled(rng, wrong)])


def all_but_a_point(rng: Random) -> list[Value]:
    name = _letter(rng)

    def forms(n: int) -> list[Form]:
        union = written(name, [(None, node(n), False, False), (node(n), None, False, False)])
        return [
            *union[:3], rf"{name} \neq {n}", rf"{name} \ne {n}", rf"\mathbb{{R}} \setminus \{{{n}\}}", union[4],
            f"{name} ≠ {n}", rf"\{{{name} \mid {name} \neq {n}\}}", rf"{name} \in \mathbb{{R}} \setminus \{{{n}\}}",
        ]  # fmt: skip

    n = signed(rng, 1, 20)
    return values(forms, [n, *shuffled(rng, [-n, n + 1 or 2, n - 1 or -2])])


def real_line(rng: Random) -> list[Value]:
    def forms(kind: str) -> list[Form]:
        if kind == "all":
            return [
                r"(-\infty, \infty)", r"\mathbb{R}", r"(-\infty,+\infty)", r"x \in \mathbb{R}", "all real numbers",
                r"\text{all real numbers}", r"-\infty < x < \infty", r"\left(-\infty,\infty\right)",
            ]  # fmt: skip
        if kind == "positive":
            return [r"(0, \infty)", "x > 0", r"x \in (0,\infty)", r"0 < x", r"(0, +\infty)"]
        return [r"[0, \infty)", r"x \ge 0", r"x \in [0, \infty)", "x >= 0", r"[0,+\infty)", r"x \geqslant 0"]

    return values(forms, shuffled(rng, ("all", "positive", "other")))


def half_closed_with_infinite_ends(rng: Random) -> list[Value]:
    """A ray beside a ray or an interval: of three pieces one or two."""
    a, b, c = sorted(rng.sample(range(-20, 20), 3))

    def forms(value: tuple[int, int, int, bool]) -> list[Form]:
        x, y, z, closed = value
        return written("x", [(None, node(x), False, closed), (node(y), node(z), True, not closed)])

    wrong = [(a, b, c, False), (a - 1, b, c, True), (a, b, c + 1, True), (-c, -b, -a, True)]
    return values(forms, [(a, b, c, True), *shuffled(rng, wrong)])


FAMILIES = (
    bounded_interval, open_interval, ray, two_rays, two_intervals, all_but_a_point, real_line,
    half_closed_with_infinite_ends,
)  # fmt: skip
