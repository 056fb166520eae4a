"""Exact values and the ways in which people write them.

A key point's result is one of: ``int``, ``Fraction``, :class:`Surd` (a + b*sqrt(n)), :class:`PiTimes`
(q*pi), ``frozenset`` of numbers, :class:`Interval`, ``tuple`` of numbers, :class:`Poly` (in x).
:func:`tex` is the one canonical form, :func:`forms` lists equal forms for a varied final answer.
Comparing answers that models wrote is the business of ``builder.answers``, not of this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Surd:
    """``a + b*sqrt(n)`` with rational a, b; build it through :func:`surd`, which simplifies."""

    a: Fraction
    b: Fraction
    n: int


@dataclass(frozen=True, slots=True)
class PiTimes:
    """``q * pi``."""

    q: Fraction


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of the real line; ``None`` is an infinite end (and never closed)."""

    lo: Fraction | None
    hi: Fraction | None
    lo_closed: bool = False
    hi_closed: bool = False


@dataclass(frozen=True, slots=True)
class Poly:
    """A polynomial in x: integer coefficients, highest power first, leading one not zero."""

    coefficients: tuple[int, ...]


Number: TypeAlias = int | Fraction
Value: TypeAlias = int | Fraction | Surd | PiTimes | Interval | Poly | frozenset[Number] | tuple[Number, ...]


def plain(value: Number) -> Number:
    """An integral ``Fraction`` as ``int``, everything else as it is."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def surd(a: Number, b: Number, n: int) -> Value:
    """``a + b*sqrt(n)`` in simplest form: an ``int`` or ``Fraction`` where the root is rational."""
    if n < 0:
        raise ValueError(f"surd: the radicand {n} is negative")
    outside, inside = 1, n
    for d in range(isqrt(n), 1, -1):
        if n % (d * d) == 0:
            outside, inside = d, n // (d * d)
            break
    if inside in (0, 1) or b == 0:
        return plain(Fraction(a) + Fraction(b) * outside * inside)
    return Surd(Fraction(a), Fraction(b) * outside, inside)


def interval(lo: Number | None, hi: Number | None, lo_closed: bool = False, hi_closed: bool = False) -> Interval:
    """An interval from plain numbers; ``None`` is infinite."""
    return Interval(None if lo is None else Fraction(lo), None if hi is None else Fraction(hi), lo_closed, hi_closed)


def is_terminating(value: Fraction) -> bool:
    """Whether the decimal expansion ends."""
    d = value.denominator
    for p in (2, 5):
        while d % p == 0:
            d //= p
    return d == 1


def decimal(value: Fraction) -> str:
    """The decimal form of a terminating fraction, exact: ``Fraction(-5, 4)`` is ``-1.25``."""
    sign, rest, digits = ("-" if value < 0 else ""), abs(value), ""
    whole, rest = divmod(rest, 1)
    while rest and len(digits) < 12:
        digit, rest = divmod(rest * 10, 1)
        digits += str(int(digit))
    return f"{sign}{int(whole)}" + (f".{digits}" if digits else "")


def _fraction(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{'-' if value < 0 else ''}\\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _times(q: Fraction, symbol: str) -> str:
    """``q`` times a symbol, the number one left out: ``\\frac{3\\pi}{4}``."""
    sign, n, d = ("-" if q < 0 else ""), abs(q.numerator), q.denominator
    top = symbol if n == 1 else f"{n}{symbol}"
    return f"{sign}{top}" if d == 1 else f"{sign}\\frac{{{top}}}{{{d}}}"


def _surd(value: Surd) -> str:
    root = _times(value.b, f"\\sqrt{{{value.n}}}")
    if value.a == 0:
        return root
    return f"{_fraction(value.a)} - {root[1:]}" if value.b < 0 else f"{_fraction(value.a)} + {root}"


def _interval(v: Interval) -> str:
    lo = "-\\infty" if v.lo is None else _fraction(v.lo)
    hi = "\\infty" if v.hi is None else _fraction(v.hi)
    return f"{'[' if v.lo_closed else '('}{lo}, {hi}{']' if v.hi_closed else ')'}"


def poly_tex(coefficients: tuple[int, ...]) -> str:
    """``(1, -3, 0)`` is ``x^2 - 3x``."""
    top, text = len(coefficients) - 1, ""
    for i, c in enumerate(coefficients):
        if not c:
            continue
        power = {0: "", 1: "x"}.get(top - i, f"x^{{{top - i}}}" if top - i > 9 else f"x^{top - i}")
        size = "" if abs(c) == 1 and power else str(abs(c))
        sign = ("-" if c < 0 else "") if not text else (" - " if c < 0 else " + ")
        text += f"{sign}{size}{power}"
    return text or "0"


def tex(value: Value | str) -> str:
    """The canonical LaTeX form, without dollar signs."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Fraction):
        return _fraction(value)
    if isinstance(value, Surd):
        return _surd(value)
    if isinstance(value, PiTimes):
        return "0" if value.q == 0 else _times(value.q, "\\pi")
    if isinstance(value, Interval):
        return _interval(value)
    if isinstance(value, Poly):
        return poly_tex(value.coefficients)
    if isinstance(value, frozenset):
        return "\\{" + ", ".join(tex(v) for v in sorted(value)) + "\\}"
    return "(" + ", ".join(tex(v) for v in value) + ")"


def _interval_forms(v: Interval) -> list[str]:
    left = "\\le" if v.lo_closed else "<"
    right = "\\le" if v.hi_closed else "<"
    if v.lo is None and v.hi is None:
        return [tex(v)]
    if v.lo is None:
        return [tex(v), f"x {right} {_fraction(v.hi or Fraction(0))}"]
    if v.hi is None:
        above = "\\ge" if v.lo_closed else ">"
        return [tex(v), f"x {above} {_fraction(v.lo)}"]
    return [tex(v), f"{_fraction(v.lo)} {left} x {right} {_fraction(v.hi)}"]


def forms(value: Value) -> list[str]:
    """Equal ways of writing ``value``, the canonical one first; used for varied final answers."""
    base = [tex(value)]
    if isinstance(value, Fraction) and value.denominator != 1:
        base.append(f"{value.numerator}/{value.denominator}")
        if is_terminating(value) and value.denominator <= 1000:
            base.append(decimal(value))
    elif isinstance(value, int) and abs(value) >= 10_000:
        base.append(f"{value:,}")
    elif isinstance(value, Surd) and value.a == 0 and value.b.denominator == 1 and value.b > 0:
        base.append(f"\\sqrt{{{int(value.b) ** 2 * value.n}}}")
    elif isinstance(value, PiTimes) and value.q.denominator != 1:
        base.append(f"\\frac{{{value.q.numerator}}}{{{value.q.denominator}}}\\pi")
    elif isinstance(value, Interval):
        return _interval_forms(value)
    elif isinstance(value, frozenset):
        parts = [tex(v) for v in sorted(value)]
        base += [", ".join(parts), " \\text{ or } ".join(f"x = {p}" for p in parts)]
    return base
