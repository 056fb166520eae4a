"""Known values that are one number or formula, in many forms: families of :mod:`.truths`."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from functools import partial
from math import isqrt
from random import Random

from . import trees

Value = tuple[Hashable, Callable[[], str]]
"""What stands for a value, and how to write it."""


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
    x = Fraction(
        rng.randint(-(10 ** rng.randint(1, 7)), 10**6), rng.choice([1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 25, 40])
    )
    near = (x, x + 1, -x, x * 10, x + Fraction(1, 1000), 1 / x if x else x)
    return [(v, partial(_numeral, rng, v)) for v in near[: rng.randint(2, 6)]]


def _numeral(rng: Random, x: Fraction) -> str:
    sign, p, q = "-" if x < 0 else "", abs(x.numerator), x.denominator
    k = rng.choice([2, 3, 7])
    forms = [
        f"{sign}{p}/{q}",
        rf"{sign}\frac{{{p}}}{{{q}}}",
        rf"\dfrac{{{sign}{k * p}}}{{{k * q}}}",
        f"{k * x.numerator}/{k * q}",
    ]
    if q == 1:
        grouped = [f"{p:,}".replace(",", comma) for comma in (",", "{,}", r"\,", r",\!")]
        forms = [*forms, f"{sign}{p}", f"{sign}{p}.0", *(sign + g for g in grouped), rf"{sign}\${p}.00"]
    elif p > q and q < 100:  # 386 997/3000 has a numeral with a space in it
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


def large(rng: Random) -> list[Value]:
    """Whole numbers and unit fractions of up to sixty digits that differ in a digit or a power."""
    base, exponent, below = rng.choice([2, 3, 7, 10]), rng.randint(20, 60), rng.random() < 0.5
    n = base**exponent
    near = (n, n + 1, n * base, n - 10 ** rng.randint(1, 9), -n)
    values = [Fraction(1, v) if below else Fraction(v) for v in near]
    return [(v, partial(_large, rng, v, base)) for v in values]


def _large(rng: Random, x: Fraction, base: int) -> str:
    sign, below, n = "-" if x < 0 else "", x.numerator in (1, -1), max(abs(x.numerator), x.denominator)
    k, part = rng.choice([2, 9, 10**6]), rng.randrange(n)
    power = next((e for e in range(200) if base**e == n), None)
    whole = [str(n), f"({part} + {n - part})", rf"{n // k} \cdot {k} + {n % k}", rf"\left({n * k} \div {k}\right)"]
    if power:
        whole += [
            f"{base}^{{{power}}}",
            f"{base}**{power}",
            rf"{base}^{{{power - 5}}} \cdot {base}^5",
            f"{base}^({power})",
        ]
    if not sign:  # in brackets a comma separates
        whole.append(f"{n:,}")
    text = rng.choice(whole)
    return rf"{sign}\frac{{1}}{{{text}}}" if below else f"-({text})" if sign else text


def disguised(rng: Random) -> list[Value]:
    """A small whole number as functions give it."""
    n = rng.randint(2, 12)
    return [(v, partial(_disguise, rng, v)) for v in (n, n + 1, n - 1, 2 * n)[: rng.randint(2, 4)]]


def _disguise(rng: Random, n: int) -> str:
    return rng.choice([
        str(n), rf"\sqrt{{{n * n}}}", rf"\log_2 {2**n}", rf"\ln e^{{{n}}}", rf"\binom{{{n}}}{{1}}",
        rf"\left|{-n}\right|",
        rf"\lfloor {n}.7 \rfloor", rf"\lceil {n - 1}.2 \rceil", rf"\sum_{{k=1}}^{{{n}}} 1", rf"\sqrt[3]{{{n**3}}}",
        rf"\gcd({2 * n}, {3 * n})", rf"\sqrt{{{n}}}\sqrt{{{n}}}", rf"\frac{{{n}!}}{{{n - 1}!}}",
        rf"{n}\sin\frac{{\pi}}{{2}}",
        rf"{n}\cos^2 1 + {n}\sin^2 1", f"sqrt({n})*sqrt({n})", rf"\log_{{3}} {3**n}", rf"{n}e^{{0}}", rf"-{n}i^2",
        rf"\frac{{{n}}}{{\sqrt{{2}}}} \cdot \sqrt{{2}}", f"({n}^3)^(1/3)", rf"{n}\tan\frac{{\pi}}{{4}}",
        rf"\max(1, {n})",
    ])  # fmt: skip


def surds(rng: Random) -> list[Value]:
    r"""``p + q \sqrt{d}``."""
    d = rng.choice([2, 3, 5, 6, 7, 10, 11])
    p, q = rng.randint(-9, 9), rng.choice([-4, -3, -2, -1, 1, 2, 3, 5])
    near = {(p, q, d), (p + 1, q, d), (p, -q, d), (p, q + 7, d), (p, q, d + 2 if isqrt(d + 2) ** 2 != d + 2 else 13)}
    return [(v, partial(_surd, rng, *v)) for v in sorted(v for v in near if v[2] not in (8, 9, 12))]


def _surd(rng: Random, p: int, q: int, d: int) -> str:
    k, sign, size = rng.choice([2, 3, 5]), "-" if q < 0 else "+", abs(q)
    term = rng.choice([
        rf"{size if size > 1 else ''}\sqrt{{{d}}}", rf"\sqrt{{{size * size * d}}}", f"{size}*sqrt({d})", f"{size}√{d}",
        rf"\frac{{{size * d}}}{{\sqrt{{{d}}}}}", rf"{size} \cdot {d}^{{1/2}}",
        rf"\frac{{{k * size}\sqrt{{{d}}}}}{{{k}}}",
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
    near = {
        (Fraction(a, b), c) for a, b, c in ((p, q, constant), (p + 1, q, constant), (-p, q, constant), (p, q, "pi"))
    }
    return [(v, partial(_multiple, rng, *v)) for v in sorted(near)]


def _multiple(rng: Random, x: Fraction, constant: str) -> str:
    c, sign, p, q = {"pi": r"\pi"}.get(constant, constant), "-" if x < 0 else "", abs(x.numerator), x.denominator
    top = c if p == 1 else f"{p}{c}"
    return rng.choice([
        rf"{sign}\frac{{{top}}}{{{q}}}", rf"{sign}\frac{{{p}}}{{{q}}}{c}", f"{sign}{p}*{constant}/{q}",
        rf"{sign}\frac{{{2 * p}{c}}}{{{2 * q}}}",
        rf"{sign}\frac{{{p}}}{{{q}}} \cdot {c}", f"({x.numerator}/{q}){constant}", rf"{sign}{p}{c} \div {q}",
    ])  # fmt: skip


def complexes(rng: Random) -> list[Value]:
    """``a + bi`` with whole parts."""
    a, b = rng.randint(-9, 9), rng.choice([-5, -2, -1, 1, 3, 4])
    return [(v, partial(_complex, rng, *v)) for v in ((a, b), (a, -b), (a + 1, b), (b, a or 2))]


def _complex(rng: Random, a: int, b: int) -> str:
    sign, size = "-" if b < 0 else "+", abs(b)
    term = "i" if size == 1 else f"{size}i"
    return rng.choice([
        f"{a}{sign}{term}", f"{a} {sign} {size}i", f"{b}i {'-' if a < 0 else '+'} {abs(a)}", f"({a}{sign}{size}*i)",
        rf"\frac{{{2 * a}{sign}{2 * size}i}}{{2}}", f"i({b} {'+' if a < 0 else '-'} {abs(a)}i)", f"{a}{sign}{size}I",
    ])  # fmt: skip
