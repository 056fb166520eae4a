"""Known points, sets, intervals, equations, matrices and words, in many forms: families of :mod:`.truths`."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from math import gcd
from random import Random

from .truth_numbers import Value


def _rationals(rng: Random, n: int) -> list[Fraction]:
    found: list[Fraction] = []
    while len(found) < n:
        x = Fraction(rng.randint(-20, 20), rng.choice([1, 1, 1, 2, 3, 5]))
        if x not in found:
            found.append(x)
    return found


def _short(rng: Random, x: Fraction) -> str:
    if x.denominator == 1:
        return str(x.numerator)
    sign = "-" if x < 0 else ""
    return rng.choice([f"{x.numerator}/{x.denominator}", rf"{sign}\frac{{{abs(x.numerator)}}}{{{x.denominator}}}"])


def points(rng: Random) -> list[Value]:
    """Ordered tuples of three or four numbers."""
    xs = tuple(_rationals(rng, rng.randint(3, 4)))
    near = {xs, xs[::-1], (*xs[:-1], xs[-1] + 1), (-xs[0], *xs[1:]), xs[:-1]}

    def write(v: tuple[Fraction, ...]) -> str:
        inside = rng.choice([", ", ",", " , "]).join(_short(rng, x) for x in v)
        return rng.choice([f"({inside})", rf"\left({inside}\right)", rf"$({inside})$"])

    return [(v, partial(write, v)) for v in sorted(near)[:4] if len(v) > 2]


def finite_sets(rng: Random) -> list[Value]:
    """Unordered collections."""
    xs = _rationals(rng, rng.randint(2, 5))
    near = {frozenset(xs), frozenset(xs[1:]), frozenset([xs[0] + 100, *xs[1:]]), frozenset([*xs, Fraction(77)])}

    def write(v: frozenset[Fraction]) -> str:
        inside = rng.choice([", ", ","]).join(_short(rng, x) for x in rng.sample(sorted(v), len(v)))
        return rng.choice([rf"\{{{inside}\}}", rf"\left\{{{inside}\right\}}", rf"x \in \{{{inside}\}}"])

    return [(v, partial(write, v)) for v in sorted(near, key=sorted)]


def intervals(rng: Random) -> list[Value]:
    """Intervals of numbers, as such or as an inequality in x."""
    low, high = sorted(_rationals(rng, 2))
    near = [(low, high, rng.random() < 0.5, rng.random() < 0.5)]
    for k in rng.sample(range(4), 3):
        a, b, left, right = near[0]
        near.append(
            [(a, b, not left, right), (a, b, left, not right), (a - 1, b, left, right), (a, b + 1, left, right)][k]
        )
    return [(v, partial(_interval, rng, *v)) for v in near]


def _interval(rng: Random, low: Fraction, high: Fraction, left: bool, right: bool) -> str:
    a, b = _short(rng, low), _short(rng, high)
    below, above = (r"\le", r"\geq") if rng.random() < 0.5 else ("<=", ">=")
    bracketed = f"{'[' if left else '('}{a}, {b}{']' if right else ')'}"
    rising = f"{a} {below if left else '<'} x {below if right else '<'} {b}"
    falling = f"{b} {above if right else '>'} x {above if left else '>'} {a}"
    return rng.choice([bracketed, rf"x \in {bracketed}", rising, falling, rf"\{{x \mid {rising}\}}"])


def unions(rng: Random) -> list[Value]:
    """Two intervals apart from each other, or the same but for an end."""
    a, b, c, d = sorted(_rationals(rng, 4))
    ends = [(a, b, c, d), (a, b, c, d + 1), (a - 1, b, c, d), (a, (a + b) / 2, c, d)]
    kinds = [(rng.random() < 0.5, rng.random() < 0.5)] * 3 + [(True, True)]
    near = dict.fromkeys(zip(ends, kinds, strict=True))

    def write(v: tuple[Fraction, ...], closed: tuple[bool, bool]) -> str:
        left, right = closed
        w, x, y, z = (_short(rng, e) for e in v)
        sets = [f"{'[' if left else '('}{w}, {x})", f"({y}, {z}{']' if right else ')'}"]
        first, second = rng.sample(sets, 2)
        return rng.choice([rf"{first} \cup {second}", rf"x \in {first} \cup {second}", f"{first} U {second}"])

    return [(v, partial(write, *v)) for v in near]


def rays(rng: Random) -> list[Value]:
    """Half-lines and the rest of the line."""
    a = rng.choice(_rationals(rng, 2))
    kinds = [(s, e, x) for s in "<>" for e in (True, False) for x in (a, a + 1)]
    return [(v, partial(_ray, rng, *v)) for v in rng.sample(kinds, 4)]


def _ray(rng: Random, sign: str, closed: bool, end: Fraction) -> str:
    e, other = _short(rng, end), "><"[sign == ">"]
    equals = "=" if closed else ""
    below, above = rf"(-\infty, {e}{']' if closed else ')'}", rf"{'[' if closed else '('}{e}, \infty)"
    bracketed = below if sign == "<" else above
    relations = [f"x {sign}{equals} {e}", f"{e} {other}{equals} x", f"2x {sign}{equals} {_short(rng, 2 * end)}"]
    return rng.choice([bracketed, rf"x \in {bracketed}", *relations])


def lines(rng: Random) -> list[Value]:
    """Equations ``ax + by = c`` up to a factor."""
    a, b, c = (rng.choice([-7, -4, -3, -2, 2, 3, 5, 6]) for _ in range(3))
    near = {_primitive(*v) for v in ((a, b, c), (a + 13, b, c), (a, -b, c), (a, b, -c), (a, b, c + 11))}
    return [(v, partial(_line, rng, *v)) for v in sorted(near)]


def _primitive(a: int, b: int, c: int) -> tuple[int, int, int]:
    g = gcd(a, b, c) * (1 if a > 0 else -1)
    return a // g, b // g, c // g


def _line(rng: Random, a: int, b: int, c: int) -> str:
    k = rng.choice([1, 1, -1, 2, -3])
    a, b, c = k * a, k * b, k * c
    return rng.choice(
        [
            f"{a}x {b:+}y = {c}",
            f"{b}y {a:+}x {-c:+} = 0",
            f"{c} = {a}*x {b:+}*y",
            f"{a}x = {c} {-b:+}y",
            rf"{a}x {b:+}y {-c:+} = 0",
        ]
    )


def assignments(rng: Random) -> list[Value]:
    """Values of two variables."""
    x, y = _rationals(rng, 2)
    near = [(x, y), (y, x), (x, y + 1), (-x - 30, y)]

    def write(v: Fraction, w: Fraction) -> str:
        both = [f"x = {_short(rng, v)}", f"y = {_short(rng, w)}"]
        return rng.choice([", ", r", \quad ", r" \text{ and } ", "; ", " and "]).join(rng.sample(both, 2))

    return [(v, partial(write, *v)) for v in near]


def ratios(rng: Random) -> list[Value]:
    """Ratios of two or three numbers, up to a factor; none that could be a time of day."""
    xs = tuple(rng.randint(1, 9) for _ in range(rng.choice([2, 3])))
    near = {tuple(x // gcd(*v) for x in v) for v in (xs, xs[::-1], (xs[0] % 9 + 1, *xs[1:]), (xs[0], 4, *xs[2:]))}

    def write(v: tuple[int, ...]) -> str:
        k = rng.choice([1, 1, 100, 130])
        return rng.choice([":", " : "]).join(str(k * x) for x in v)

    return [(v, partial(write, v)) for v in sorted(near)]


def matrices(rng: Random) -> list[Value]:
    """Matrices of two rows and two or three columns."""
    columns = rng.randint(2, 3)
    xs = tuple(Fraction(rng.randint(-9, 9), rng.choice([1, 1, 2])) for _ in range(2 * columns))
    near = {xs, xs[::-1], (xs[0] + 1, *xs[1:]), tuple(-x for x in xs)}

    def write(v: tuple[Fraction, ...]) -> str:
        rows = [" & ".join(_short(rng, x) for x in row) for row in (v[:columns], v[columns:])]
        kind = rng.choice(["pmatrix", "bmatrix"])
        return rf"\begin{{{kind}}} " + r" \\ ".join(rows) + rf" \end{{{kind}}}"

    return [(v, partial(write, v)) for v in sorted(near)]


def bases(rng: Random) -> list[Value]:
    """Numerals with their base."""
    digits, base = rng.randint(100, 1_111), rng.randint(3, 9)
    text = "".join(str(int(ch) % base) for ch in str(digits)).lstrip("0") or "1"
    near = {(text, base), (text, base + 1), (f"{text}0", base), (f"1{text}", base)}

    def write(v: tuple[str, int]) -> str:
        return rng.choice([f"{v[0]}_{{{v[1]}}}", f"{v[0]}_{v[1]}", rf"${v[0]}_{{{v[1]}}}$", rf"({v[0]})_{{{v[1]}}}"])

    return [(v, partial(write, v)) for v in sorted(near)]


def choices(rng: Random) -> list[Value]:
    """Letters of options."""

    def write(v: str) -> str:
        return rng.choice(
            [v, f"({v})", f"{v}.", rf"\text{{({v})}}", rf"\textbf{{({v})}}", f"option {v}", f"**{v}**", f"{v})"]
        )

    return [(v, partial(write, v)) for v in rng.sample("ABCDE", 4)]


def dates(rng: Random) -> list[Value]:
    """Days of a year."""
    month, day, year = rng.randint(1, 11), rng.randint(2, 27), rng.randint(1950, 2030)
    names = "January February March April May June July August September October November December".split()

    def write(y: int, m: int, d: int) -> str:
        name = names[m - 1]
        return rng.choice([f"{name} {d}, {y}", f"{d} {name} {y}", rf"\text{{{name} {d}, {y}}}", f"{y}-{m:02}-{d:02}"])

    near = {(year, month, day), (year, month, day + 1), (year + 1, month, day), (year, month + 1, day)}
    return [(v, partial(write, *v)) for v in sorted(near)]
