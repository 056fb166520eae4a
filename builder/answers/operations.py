"""Arithmetic on exact rationals and certified balls, bounded before it is computed.

A value is an ``fmpq`` (exact), an ``arb`` (a real ball: midpoint and radius that surely hold the
number) or an ``acb`` (a complex one).  Rationals stay exact as long as they can.  Every operation is
bounded by the size of its operands, so that no text makes it slow.  What a value's key is, and at
which precision balls are computed, is the business of :mod:`.values`.

Raises throughout:
    Unreadable: undefined or too large; no precision helps.
    Imprecise: the ball is too wide to decide a sign; more bits may help.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flint import acb, arb, fmpq, fmpz

from .tree import Unreadable

Value = Any  # fmpq, arb or acb

MAX_BITS = 40_000  # of an exact number
_MAX_FACTORIAL = 3_000
_MAX_GAMMA = 1_000  # above, n! of an inexact n
_MAX_MAGNITUDE = 40_000  # bits of a ball's exponent
_MAX_ANGLE = 64  # bits of an argument of sin
_TWO, _TEN = fmpq(2), fmpq(10)


class Imprecise(Exception):
    """A ball is too wide at this precision."""


def bits(x: fmpq) -> int:
    """Bits of a rational's numerator and denominator together."""
    return int(x.height_bits(signed=False)) + int(x.q.bit_length())


def ball(x: Value) -> Value:
    """``x`` as a ball, at the precision of the moment."""
    return arb(x) if isinstance(x, fmpq) else x


def _checked(x: Value) -> Value:
    if type(x) is fmpq:
        if bits(x) > MAX_BITS:
            raise Unreadable("too large")
        return x
    if isinstance(x, acb) and x.imag.is_zero():
        return x.real
    return x


def _both(a: Value, b: Value) -> tuple[Value, Value]:
    if type(a) is type(b):
        return a, b
    return ball(a), ball(b)


def sign(x: Value) -> int:
    """-1, 0 or 1 of a real value."""
    if isinstance(x, fmpq):
        return (x > 0) - (x < 0)
    if isinstance(x, acb):
        raise Unreadable("a complex number has no sign")
    if x.is_zero():
        return 0
    if x > 0:
        return 1
    if x < 0:
        return -1
    raise Imprecise


def is_zero(x: Value) -> bool:
    """Whether a value is surely zero."""
    return bool(x == 0) if isinstance(x, fmpq) else bool(x.is_zero())


def _is_integer(x: Value) -> bool:
    return isinstance(x, fmpq) and bool(x.q == 1)


def magnitude(x: Value) -> int:
    """About log2 of the largest absolute value in a ball.

    Raises:
        Unreadable: it is infinite or not a number.
    """
    if isinstance(x, fmpq):
        return int(x.p.bit_length()) - int(x.q.bit_length())
    upper = x.abs_upper()
    if not upper.is_finite():
        raise Unreadable("infinite")
    if upper.is_zero():
        return -(10**9)
    mantissa, exponent = upper.man_exp()
    if exponent.bit_length() > 60:
        raise Unreadable("magnitude")
    return int(exponent) + int(mantissa.bit_length())


def _bounded(x: Value, bound: int) -> Value:
    """``x`` as a ball, where it is below ``2**bound``."""
    x = ball(x)
    if magnitude(x) > bound:
        raise Unreadable("magnitude")
    return x


# --- sums, products, powers ----------------------------------------------------------------------


def add(*terms: Value) -> Value:
    """The sum of the terms."""
    total = terms[0]
    for term in terms[1:]:
        a, b = _both(total, term)
        total = _checked(a + b)
    return total


def multiply(*factors: Value) -> Value:
    """The product of the factors."""
    total = factors[0]
    for factor in factors[1:]:
        a, b = _both(total, factor)
        total = _checked(a * b)
    return total


def divide(a: Value, b: Value) -> Value:
    """The quotient."""
    if is_zero(b):
        raise Unreadable("division by zero")
    a, b = _both(a, b)
    if not isinstance(b, fmpq) and b.contains(0):
        raise Imprecise
    return _checked(a / b)


def power(a: Value, b: Value) -> Value:
    """``a ** b``; the real one where the exponent is a fraction with an odd denominator."""
    if isinstance(b, fmpq):
        if b.q == 1:
            return _whole_power(a, int(b.p))
        if b.q <= 64:
            return _whole_power(root(a, fmpq(b.q)), int(b.p))
    if is_zero(a):
        if sign(b) <= 0:
            raise Unreadable("power of zero")
        return fmpq(0)
    if isinstance(a, fmpq) and a == 1:
        return a
    x, y = ball(a), _bounded(b, 40)
    if (abs(magnitude(x)) + 1) << max(0, magnitude(y)) > _MAX_MAGNITUDE:
        raise Unreadable("too large")
    if isinstance(x, arb) and isinstance(y, arb) and sign(x) < 0:
        x = acb(x)
    return _checked(x**y)


def _whole_power(a: Value, n: int) -> Value:
    if isinstance(a, fmpq):
        if a == 0 and n <= 0:
            raise Unreadable("0^0")
        if a == 0 or a == 1:
            return a
        if a == -1:
            return fmpq(-1 if n & 1 else 1)
        if abs(n) * bits(a) > MAX_BITS:
            raise Unreadable("too large")
        return a**n
    if a.is_zero() and n > 0:
        return fmpq(0)
    if n.bit_length() > 40 or abs(n) * (abs(magnitude(a)) + 1) > _MAX_MAGNITUDE:
        raise Unreadable("too large")
    if a.contains(0):
        if n < 0:
            raise Imprecise
        return _checked(acb(a) ** fmpz(n))  # the power of a real ball about 0 is no number in flint
    return _checked(a ** fmpz(n))


def root(a: Value, index: Value = _TWO) -> Value:
    """The root: of a rational exactly where it can be, the real one where the index is odd."""
    if not _is_integer(index) or not 2 <= index <= 64:
        return power(a, divide(fmpq(1), index))
    n = int(index.p)
    if isinstance(a, fmpq):
        exact = _exact_root(abs(a), n)
        if exact is not None and (a >= 0 or n % 2):
            return exact if a >= 0 else -exact
    x = ball(a)
    if isinstance(x, arb):
        if sign(x) < 0:
            return -((-x).root(n)) if n % 2 else acb(x).root(n)
        return x.sqrt() if n == 2 else x.root(n)
    return _checked(x.sqrt() if n == 2 else x.root(n))


def _exact_root(a: fmpq, n: int) -> fmpq | None:
    parts = []
    for k in (a.p, a.q):
        found = k.root(n)
        if found**n != k:
            return None
        parts.append(found)
    return fmpq(*parts)


# --- functions -----------------------------------------------------------------------------------


def _factorial(x: Value) -> Value:
    if _is_integer(x):
        if not 0 <= x <= _MAX_FACTORIAL:
            raise Unreadable("factorial")
        return fmpq(math.factorial(int(x.p)))
    x = _bounded(x, 10)
    return _checked((x + 1).gamma())


def _double_factorial(x: Value) -> Value:
    if not _is_integer(x) or not 0 <= x <= _MAX_FACTORIAL:
        raise Unreadable("double factorial")
    return fmpq(math.prod(range(int(x.p), 0, -2)))


def _binomial(n: Value, k: Value) -> Value:
    if _is_integer(n) and _is_integer(k):
        if not 0 <= n <= 20_000 or k < 0 or min(k, n - k) > _MAX_FACTORIAL:
            raise Unreadable("binomial")
        return _checked(fmpq(math.comb(int(n.p), int(k.p))))
    n, k = _bounded(n, 9), _bounded(k, 9)
    return divide((n + 1).gamma(), (k + 1).gamma() * (n - k + 1).gamma())


def _permutations(n: Value, k: Value) -> Value:
    return multiply(_binomial(n, k), _factorial(k))


def _natural(x: Value) -> Value:
    if is_zero(x):
        raise Unreadable("logarithm of zero")
    if isinstance(x, fmpq) and x == 1:
        return fmpq(0)
    x = ball(x)
    if isinstance(x, arb):
        return x.log() if sign(x) > 0 else acb(x).log()
    return _checked(x.log())


def _logarithm(x: Value, base: Value = _TEN) -> Value:
    return divide(_natural(x), _natural(base))


def _exponential(x: Value) -> Value:
    if is_zero(x):
        return fmpq(1)
    return _checked(_bounded(x, 15).exp())


def _absolute(x: Value) -> Value:
    return abs(x)


def _rounding(direction: int) -> Callable[[Value], Value]:
    def apply(x: Value) -> Value:
        if isinstance(x, fmpq):
            return fmpq(x.floor() if direction < 0 else x.ceil())
        if isinstance(x, acb):
            raise Unreadable("rounding a complex number")
        if magnitude(x) > 300:
            raise Unreadable("magnitude")
        if magnitude(x.rad()) > -40:
            raise Imprecise
        nearest = x.unique_fmpz()
        if nearest is not None:  # the ball straddles it at every precision: it is this integer
            return fmpq(nearest)
        return fmpq((x.lower().floor() if direction < 0 else x.upper().ceil()).unique_fmpz())

    return apply


def _of_integers(fn: Callable[..., int]) -> Callable[..., Value]:
    def apply(*args: Value) -> Value:
        if not all(_is_integer(a) for a in args):
            raise Unreadable("integers only")
        return _checked(fmpq(fn(*(int(a.p) for a in args))))

    return apply


def _extreme(direction: int) -> Callable[..., Value]:
    def apply(*args: Value) -> Value:
        best = args[0]
        for x in args[1:]:
            if isinstance(x, acb) or isinstance(best, acb):
                raise Unreadable("reals only")
            if sign(add(x, -best)) == direction:
                best = x
        return best

    return apply


def _modulo(a: Value, b: Value) -> Value:
    if not isinstance(a, fmpq) or not isinstance(b, fmpq) or b == 0:
        raise Unreadable("remainder")
    return a - b * fmpq((a / b).floor())


def _of_ball(name: str, bound: int, real_below: int | None = None) -> Callable[[Value], Value]:
    """The method ``name`` of balls on arguments below ``2**bound``; complex where ``|x| > real_below``."""

    def apply(x: Value) -> Value:
        x = _bounded(x, bound)
        if real_below is not None and isinstance(x, arb):
            if abs(x) > real_below:
                x = acb(x)
            elif not abs(x) <= real_below:
                # The edge itself, computed: arcsin of sin(pi/2).
                x = arb(sign(x) * real_below) if x.rad() < arb(2) ** -200 else _too_wide()
        y = _checked(getattr(x, name)())
        if not y.is_finite():
            raise Unreadable("infinite")
        return y

    return apply


def _too_wide() -> Value:
    raise Imprecise


def _arccot(x: Value) -> Value:
    return divide(arb.pi(), fmpq(2)) - ball(OPERATIONS["arctan"](x))


def _reciprocal(fn: str) -> Callable[..., Value]:
    return lambda x: OPERATIONS[fn](divide(fmpq(1), x))


ANGLE = frozenset({"sin", "cos", "tan", "cot", "sec", "csc", "cis"})
"""Functions whose argument may be in degrees."""

OPERATIONS: dict[str, Callable[..., Value]] = {
    "+": add,
    "*": multiply,
    "/": divide,
    "^": power,
    "neg": lambda x: -x,
    "pct": lambda x: x,
    "sqrt": root,
    "root": root,
    "!": _factorial,
    "!!": _double_factorial,
    "binom": _binomial,
    "perm": _permutations,
    "abs": _absolute,
    "floor": _rounding(-1),
    "ceil": _rounding(1),
    "ln": _natural,
    "log": _logarithm,
    "lg": _logarithm,
    "exp": _exponential,
    "gcd": _of_integers(math.gcd),
    "lcm": _of_integers(math.lcm),
    "max": _extreme(1),
    "min": _extreme(-1),
    "mod": _modulo,
    "arcsin": _of_ball("asin", 64, 1),
    "arccos": _of_ball("acos", 64, 1),
    "arctan": _of_ball("atan", 64),
    "arccot": _arccot,
    "arcsec": _reciprocal("arccos"),
    "arccsc": _reciprocal("arcsin"),
    "sinh": _of_ball("sinh", 12),
    "cosh": _of_ball("cosh", 12),
    "tanh": _of_ball("tanh", 12),
    "re": lambda x: x.real if isinstance(x, acb) else x,
    "im": lambda x: x.imag if isinstance(x, acb) else fmpq(0),
    "conj": lambda x: x.conjugate() if isinstance(x, acb) else x,
    **{fn: _of_ball(fn, _MAX_ANGLE) for fn in ANGLE - {"cis"}},
    "cis": lambda x: _checked((acb(0, 1) * _bounded(x, _MAX_ANGLE)).exp()),
}
"""What each operation of the tree computes."""
