r"""Groups of answers of which it is known which are equal: values computed in exact fractions.

:func:`known` draws a family and a few of its values, near to each other, and writes them in many forms.
Only forms that every convention reads alike are written.  The truth is computed here and in :mod:`.trees`,
without the builder.  A family gives its values as (what stands for the value, how to write it).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from math import gcd, isqrt
from random import Random

from . import trees

SIZE = 8
Value = tuple[Hashable, Callable[[], str]]


def known(rng: Random) -> tuple[str, list[tuple[Hashable, str]]]:
    """A family's name and eight answers of one to four values, each with what stands for its value."""
    family = rng.choice(FAMILIES)
    values = dict(family(rng))
    chosen = rng.sample(list(values), rng.randint(1, len(values)))
    return family.__name__, [(v, values[v]()) for v in rng.choices(chosen, k=SIZE)]


# --- values ----------------------------------------------------------------------------------------


def expressions(rng: Random) -> list[Value]:
    """Arithmetic that comes to a rational."""
    return _of_trees(rng, "")


def formulas(rng: Random) -> list[Value]:
    """Rational functions of one to three variables."""
    return _of_trees(rng, rng.choice(["x", "x", "xy", "xyn"]))


def _of_trees(rng: Random, names: str) -> list[Value]:
    first = trees.drawn(rng, names)
    found = {}
    for tree in (first, *(trees.perturbed(rng, first) for _ in range(3))):
        mark = trees.fingerprint(tree)
        if None not in mark:
            found[mark] = _tree_writer(rng, tree, names)
    return list(found.items())


def _tree_writer(rng: Random, tree: trees.Tree, names: str) -> Callable[[], str]:
    mark = trees.fingerprint(tree)

    def write() -> str:
        while True:  # a rewriting may divide by what is zero everywhere
            again = trees.rewritten(rng, tree, names)
            if trees.fingerprint(again) == mark:
                return trees.written(rng, again)

    return write


def numerals(rng: Random) -> list[Value]:
    """One number as it may be printed."""
    x = Fraction(rng.randint(-(10 ** rng.randint(1, 7)), 10**6), rng.choice([1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 25, 40]))
    near = (x, x + 1, -x, x * 10, x + Fraction(1, 1000), 1 / x if x else x)
    return [(v, lambda v=v: _numeral(rng, v)) for v in near[: rng.randint(2, 6)]]  # type: ignore[misc]


def _numeral(rng: Random, x: Fraction) -> str:
    sign, p, q = "-" if x < 0 else "", abs(x.numerator), x.denominator
    k = rng.choice([2, 3, 7])
    forms = [f"{sign}{p}/{q}", rf"{sign}\frac{{{p}}}{{{q}}}", rf"\dfrac{{{sign}{k * p}}}{{{k * q}}}", f"{k * x.numerator}/{k * q}"]
    if q == 1:
        grouped = [f"{p:,}".replace(",", comma) for comma in (",", "{,}", r"\,", r",\!")]
        forms = [*forms, f"{sign}{p}", f"{sign}{p}.0", *(sign + g for g in grouped), rf"{sign}\${p}.00"]
    elif p > q:
        forms += [rf"{sign}{p // q}\frac{{{p % q}}}{{{q}}}", f"{sign}{p // q} {p % q}/{q}"]
    places = next((n for n in range(9) if 10**n % q == 0), None)
    if places is not None and places + len(str(p)) < 10:  # a longer decimal may stand for what it rounds
        digits = str(p * 10**places // q).zfill(places + 1)
        decimal = f"{digits[:-places]}.{digits[-places:]}" if places else digits
        forms += [sign + decimal, f"{sign}{decimal}0" if places else f"{sign}{decimal}.",
                  rf"{sign}{digits} \times 10^{{-{places}}}"]  # fmt: skip
    if q in (3, 9, 11):
        period, whole = str((p % q) * (99 // q)).zfill(2), p // q
        forms += [rf"{sign}{whole}.\overline{{{period}}}", f"{sign}{whole}.({period})"]
    return rng.choice(forms)


def disguised(rng: Random) -> list[Value]:
    """A small whole number as functions give it."""
    n = rng.randint(2, 12)
    return [(v, lambda v=v: rng.choice(_disguises(v))) for v in (n, n + 1, n - 1, 2 * n)[: rng.randint(2, 4)]]  # type: ignore[misc]


def _disguises(n: int) -> list[str]:
    return [
        str(n), rf"\sqrt{{{n * n}}}", rf"\log_2 {2**n}", rf"\ln e^{{{n}}}", rf"\binom{{{n}}}{{1}}", rf"\left|{-n}\right|",
        rf"\lfloor {n}.7 \rfloor", rf"\lceil {n - 1}.2 \rceil", rf"\sum_{{k=1}}^{{{n}}} 1", rf"\sqrt[3]{{{n**3}}}",
        rf"\gcd({2 * n}, {3 * n})", rf"\sqrt{{{n}}}\sqrt{{{n}}}", rf"\frac{{{n}!}}{{{n - 1}!}}", rf"{n}\sin\frac{{\pi}}{{2}}",
        rf"{n}\cos^2 1 + {n}\sin^2 1", f"sqrt({n})*sqrt({n})", rf"\log_{{3}} {3**n}", rf"{n}e^{{0}}", rf"-{n}i^2",
        rf"\frac{{{n}}}{{\sqrt{{2}}}} \cdot \sqrt{{2}}", f"({n}^3)^(1/3)", rf"{n}\tan\frac{{\pi}}{{4}}", rf"\max(1, {n})",
    ]  # fmt: skip


def surds(rng: Random) -> list[Value]:
    r"""``p + q \sqrt{d}``."""
    d = rng.choice([2, 3, 5, 6, 7, 10, 11])
    p, q = rng.randint(-9, 9), rng.choice([-4, -3, -2, -1, 1, 2, 3, 5])
    near = {(p, q, d), (p + 1, q, d), (p, -q, d), (p, q + 7, d), (p, q, d + 2 if isqrt(d + 2) ** 2 != d + 2 else 13)}
    return [(v, lambda v=v: _surd(rng, *v)) for v in sorted(v for v in near if v[2] not in (8, 9, 12))]  # type: ignore[misc]


def _surd(rng: Random, p: int, q: int, d: int) -> str:
    k, sign, size = rng.choice([2, 3, 5]), "-" if q < 0 else "+", abs(q)
    term = rng.choice([
        rf"{size if size > 1 else ''}\sqrt{{{d}}}", rf"\sqrt{{{size * size * d}}}", f"{size}*sqrt({d})", f"{size}√{d}",
        rf"\frac{{{size * d}}}{{\sqrt{{{d}}}}}", rf"{size} \cdot {d}^{{1/2}}", rf"\frac{{{k * size}\sqrt{{{d}}}}}{{{k}}}",
        rf"\frac{{\sqrt{{{d * k * k * size * size}}}}}{{{k}}}",
    ])  # fmt: skip
    if p == 0:
        return f"-{term}" if q < 0 else term
    return rng.choice([
        f"{p}{sign}{term}", f"{p} {sign} {term}", rf"\frac{{{k * p} {sign} {k * size}\sqrt{{{d}}}}}{{{k}}}",
        f"-({-p}{'+' if q < 0 else '-'}{term})", rf"{sign.replace('+', '')}{term} {'-' if p < 0 else '+'} {abs(p)}",
    ])  # fmt: skip


def multiples(rng: Random) -> list[Value]:
    r"""``q \pi``, ``q e``, ``q i``."""
    p, q = rng.randint(1, 15), rng.randint(1, 9)
    constant = rng.choice(["pi", "e", "i"])
    near = {(Fraction(a, b), c) for a, b, c in ((p, q, constant), (p + 1, q, constant), (-p, q, constant), (p, q, "pi"))}
    return [(v, lambda v=v: _multiple(rng, *v)) for v in sorted(near)]  # type: ignore[misc]


def _multiple(rng: Random, x: Fraction, constant: str) -> str:
    c, sign, p, q = {"pi": r"\pi"}.get(constant, constant), "-" if x < 0 else "", abs(x.numerator), x.denominator
    top = c if p == 1 else f"{p}{c}"
    return rng.choice([
        rf"{sign}\frac{{{top}}}{{{q}}}", rf"{sign}\frac{{{p}}}{{{q}}}{c}", f"{sign}{p}*{constant}/{q}", rf"{sign}\frac{{{2 * p}{c}}}{{{2 * q}}}",
        rf"{sign}\frac{{{p}}}{{{q}}} \cdot {c}", f"({x.numerator}/{q}){constant}", rf"{sign}{p}{c} \div {q}",
    ])  # fmt: skip


def complexes(rng: Random) -> list[Value]:
    """``a + bi`` with whole parts."""
    a, b = rng.randint(-9, 9), rng.choice([-5, -2, -1, 1, 3, 4])
    return [(v, lambda v=v: _complex(rng, *v)) for v in ((a, b), (a, -b), (a + 1, b), (b, a or 2))]  # type: ignore[misc]


def _complex(rng: Random, a: int, b: int) -> str:
    sign, size = "-" if b < 0 else "+", abs(b)
    term = "i" if size == 1 else f"{size}i"
    return rng.choice([
        f"{a}{sign}{term}", f"{a} {sign} {size}i", f"{b}i {'-' if a < 0 else '+'} {abs(a)}", f"({a}{sign}{size}*i)",
        rf"\frac{{{2 * a}{sign}{2 * size}i}}{{2}}", f"i({b} {'+' if a < 0 else '-'} {abs(a)}i)", f"{a}{sign}{size}I",
    ])  # fmt: skip


# --- collections -----------------------------------------------------------------------------------


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

    return [(v, lambda v=v: write(v)) for v in sorted(near)[:4] if len(v) > 2]  # type: ignore[misc]


def finite_sets(rng: Random) -> list[Value]:
    """Unordered collections."""
    xs = _rationals(rng, rng.randint(2, 5))
    near = {frozenset(xs), frozenset(xs[1:]), frozenset([xs[0] + 100, *xs[1:]]), frozenset([*xs, Fraction(77)])}

    def write(v: frozenset[Fraction]) -> str:
        inside = rng.choice([", ", ","]).join(_short(rng, x) for x in rng.sample(sorted(v), len(v)))
        return rng.choice([rf"\{{{inside}\}}", rf"\left\{{{inside}\right\}}", rf"x \in \{{{inside}\}}"])

    return [(v, lambda v=v: write(v)) for v in sorted(near, key=sorted)]  # type: ignore[misc]


def intervals(rng: Random) -> list[Value]:
    """Intervals of numbers, as such or as an inequality in x."""
    low, high = sorted(_rationals(rng, 2))
    near = [(low, high, rng.random() < 0.5, rng.random() < 0.5)]
    for k in rng.sample(range(4), 3):
        a, b, left, right = near[0]
        near.append([(a, b, not left, right), (a, b, left, not right), (a - 1, b, left, right), (a, b + 1, left, right)][k])
    return [(v, lambda v=v: _interval(rng, *v)) for v in near]  # type: ignore[misc]


def _interval(rng: Random, low: Fraction, high: Fraction, left: bool, right: bool) -> str:
    a, b = _short(rng, low), _short(rng, high)
    below, above = (r"\le", r"\geq") if rng.random() < 0.5 else ("<=", ">=")
    bracketed = f"{'[' if left else '('}{a}, {b}{']' if right else ')'}"
    rising = f"{a} {below if left else '<'} x {below if right else '<'} {b}"
    falling = f"{b} {above if right else '>'} x {above if left else '>'} {a}"
    return rng.choice([bracketed, rf"x \in {bracketed}", rising, falling, rf"\{{x \mid {rising}\}}"])


def rays(rng: Random) -> list[Value]:
    """Half-lines and the rest of the line."""
    a = rng.choice(_rationals(rng, 2))
    kinds = [(s, e, x) for s in "<>" for e in (True, False) for x in (a, a + 1)]
    return [(v, lambda v=v: _ray(rng, *v)) for v in rng.sample(kinds, 4)]  # type: ignore[misc]


def _ray(rng: Random, sign: str, closed: bool, end: Fraction) -> str:
    e, other = _short(rng, end), "><"[sign == ">"]
    equals = "=" if closed else ""
    if sign == "<":
        bracketed = rf"(-\infty, {e}{']' if closed else ')'}"
    else:
        bracketed = rf"{'[' if closed else '('}{e}, \infty)"
    return rng.choice([bracketed, rf"x \in {bracketed}", f"x {sign}{equals} {e}", f"{e} {other}{equals} x", f"2x {sign}{equals} {_short(rng, 2 * end)}"])


def lines(rng: Random) -> list[Value]:
    """Equations ``ax + by = c`` up to a factor."""
    a, b, c = (rng.choice([-7, -4, -3, -2, 2, 3, 5, 6]) for _ in range(3))
    near = {_primitive(*v) for v in ((a, b, c), (a + 13, b, c), (a, -b, c), (a, b, -c), (a, b, c + 11))}
    return [(v, lambda v=v: _line(rng, *v)) for v in sorted(near)]  # type: ignore[misc]


def _primitive(a: int, b: int, c: int) -> tuple[int, int, int]:
    g = gcd(a, b, c) * (1 if a > 0 else -1)
    return a // g, b // g, c // g


def _line(rng: Random, a: int, b: int, c: int) -> str:
    k = rng.choice([1, 1, -1, 2, -3])
    a, b, c = k * a, k * b, k * c
    return rng.choice([f"{a}x {b:+}y = {c}", f"{b}y {a:+}x {-c:+} = 0", f"{c} = {a}*x {b:+}*y", f"{a}x = {c} {-b:+}y", rf"{a}x {b:+}y {-c:+} = 0"])


def matrices(rng: Random) -> list[Value]:
    """Matrices of two rows and two or three columns."""
    columns = rng.randint(2, 3)
    xs = tuple(Fraction(rng.randint(-9, 9), rng.choice([1, 1, 2])) for _ in range(2 * columns))
    near = {xs, xs[::-1], (xs[0] + 1, *xs[1:]), tuple(-x for x in xs)}

    def write(v: tuple[Fraction, ...]) -> str:
        rows = [" & ".join(_short(rng, x) for x in row) for row in (v[:columns], v[columns:])]
        kind = rng.choice(["pmatrix", "bmatrix"])
        return rf"\begin{{{kind}}} " + r" \\ ".join(rows) + rf" \end{{{kind}}}"

    return [(v, lambda v=v: write(v)) for v in sorted(near)]  # type: ignore[misc]


def bases(rng: Random) -> list[Value]:
    """Numerals with their base."""
    digits, base = rng.randint(100, 1_111), rng.randint(3, 9)
    text = "".join(str(int(ch) % base) for ch in str(digits)).lstrip("0") or "1"
    near = {(text, base), (text, base + 1), (f"{text}0", base), (f"1{text}", base)}

    def write(v: tuple[str, int]) -> str:
        return rng.choice([f"{v[0]}_{{{v[1]}}}", f"{v[0]}_{v[1]}", rf"${v[0]}_{{{v[1]}}}$", rf"({v[0]})_{{{v[1]}}}"])

    return [(v, lambda v=v: write(v)) for v in sorted(near)]  # type: ignore[misc]


def choices(rng: Random) -> list[Value]:
    """Letters of options."""

    def write(v: str) -> str:
        return rng.choice([v, f"({v})", f"{v}.", rf"\text{{({v})}}", rf"\textbf{{({v})}}", f"option {v}", f"**{v}**", f"{v})"])

    return [(v, lambda v=v: write(v)) for v in rng.sample("ABCDE", 4)]  # type: ignore[misc]


def dates(rng: Random) -> list[Value]:
    """Days of a year."""
    month, day, year = rng.randint(1, 11), rng.randint(2, 27), rng.randint(1950, 2030)
    names = "January February March April May June July August September October November December".split()

    def write(y: int, m: int, d: int) -> str:
        name = names[m - 1]
        return rng.choice([f"{name} {d}, {y}", f"{d} {name} {y}", rf"\text{{{name} {d}, {y}}}", f"{y}-{m:02}-{d:02}"])

    near = {(year, month, day), (year, month, day + 1), (year + 1, month, day), (year, month + 1, day)}
    return [(v, lambda v=v: write(*v)) for v in sorted(near)]  # type: ignore[misc]


FAMILIES: Sequence[Callable[[Random], list[Value]]] = (
    expressions, expressions, formulas, formulas, formulas, numerals, numerals, disguised, surds, multiples, complexes, points,
    finite_sets, intervals, rays, lines, matrices, bases, choices, dates,
)  # fmt: skip
