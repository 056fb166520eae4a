"""The value of a tree as a hashable key: exact rationals first, high precision where none exists.

- A rational is itself: ``("n", numerator, denominator)``.
- Any other constant is computed twice, with 320 and 460 bits.  Where the two agree to 250 bits the
  value is good; a rational that hides in it (``sqrt(2)*sqrt(8)``) is recognised, else 40 to 60
  digits are the key.  Where they disagree and both vanish the value is 0; else more bits decide.
- With free variables the expression is computed at fixed points that are derived from the
  variables' names: two with all variables positive, and a third with both signs where no root or
  logarithm has a variable under it.

Powers, factorials and arguments of functions are bounded *before* they are computed, so that no
text makes this slow; what is over the bounds raises :class:`~.tree.Unreadable`.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath.ctx_mp import MPContext

from .tree import Call, Name, Node, Num, Unreadable, contains, names

Key = tuple[Any, ...]
Value = Any  # Fraction, or a real or complex number of the context

_BITS = ((320, 460), (1500, 1900))
_GOOD = 250  # bits that two precisions must share
_MAX_BITS = 20_000  # of an exact number
_MAX_FACTORIAL = 1_500
_MAX_NODES = 600
_RADICALS = frozenset({"sqrt", "root", "log", "ln", "lg", "^"})

# A context of our own: the precision of mpmath's global one belongs to others.  One at a time.
_mp: Any = MPContext()
_lock = threading.RLock()


def value_key(node: Node, rename: Mapping[str, str] | None = None) -> Key:
    """The key of an expression; ``rename`` maps bound variables to canonical names.

    Raises:
        Unreadable: undefined, infinite, or too large to compute.
    """
    if isinstance(node, Num):
        return _rational(node.value)
    free = sorted(names(node))
    if not free:
        return _constant(lambda: _evaluate(node, {}))
    _require_size(node)
    shown = {name: (rename or {}).get(name, name) for name in free}
    kinds = ["+1", "+2"] if _variable_under_radical(node) else ["+1", "+2", "-3"]
    keys = []
    for kind in kinds:
        keys.append(_constant(lambda k=kind: _evaluate(node, _points(shown, k))))  # type: ignore[misc]
    if len(set(keys)) == 1 and keys[0][0] == "n":
        return keys[0]
    return ("f", *keys)


def ratio_key(node: Node, positive: bool = False) -> Key:
    """A key of ``node = 0`` up to a constant factor (a positive one for inequalities)."""
    free = {name: name for name in names(node)}
    if not free:
        raise Unreadable("equation without a variable")
    _require_size(node)

    def ratio(kind: str) -> Value:
        first = _evaluate(node, _points(free, "+1"))
        other = _evaluate(node, _points(free, kind))
        if isinstance(first, Fraction):
            first = _real(first)
        if abs(first) < _mp.mpf(2) ** -200:
            raise Unreadable("identity")
        return other / (abs(first) if positive else first)

    kinds = ("+1", "+2") if _variable_under_radical(node) else ("+1", "+2", "-3")
    return tuple(_constant(lambda k=kind: ratio(k)) for kind in kinds)  # type: ignore[misc]


def _require_size(node: Node) -> None:
    count, stack = 0, [node]
    while stack:
        n = stack.pop()
        count += 1
        if isinstance(n, Call):
            stack.extend(n.args)
    if count > _MAX_NODES:
        raise Unreadable("too many terms")


def _variable_under_radical(node: Node) -> bool:
    stack: list[Node] = [node]
    while stack:
        n = stack.pop()
        if not isinstance(n, Call):
            continue
        if n.fn in _RADICALS and names(n.args[0]):
            whole = n.fn == "^" and isinstance(n.args[1], Num) and n.args[1].value.denominator == 1
            exponent = n.args[-1]
            negated = n.fn == "^" and isinstance(exponent, Call) and _is_negative_integer(exponent)
            if not whole and not negated:
                return True
        stack.extend(n.args)
    return False


def _is_negative_integer(node: Call) -> bool:
    inner = node.args[0]
    return node.fn == "neg" and isinstance(inner, Num) and inner.value.denominator == 1


def _points(shown: Mapping[str, str], kind: str) -> dict[str, Value]:
    """A number for each variable: between 1 and 2, between 2 and 3, or between -3 and 3."""
    points = {}
    for name, canonical in shown.items():
        digest = hashlib.blake2b(f"{kind}:{canonical}".encode(), digest_size=8).digest()
        fraction = int.from_bytes(digest, "big") >> 3
        x = Fraction(fraction, 1 << 61)
        if kind == "+1":
            x += 1
        elif kind == "+2":
            x += 2
        else:
            x = -(x + 1) if fraction & 1 == 0 or len(shown) == 1 else x + Fraction(1, 3)
        points[name] = _real(x)
    return points


def _real(x: Fraction) -> Value:
    return _mp.mpf(x.numerator) / x.denominator


# --- keys of computed numbers --------------------------------------------------------------------


def _rational(x: Fraction) -> Key:
    return ("n", x.numerator, x.denominator)


def _constant(compute: Callable[[], Value]) -> Key:
    """The key of a number that ``compute`` gives at the context's precision."""
    with _lock:
        for low, high in _BITS:
            try:
                _mp.prec = low
                first = compute()
                if isinstance(first, Fraction):
                    return _rational(first)
                _mp.prec = high
                second = compute()
                re = _part_key(_mp.re(first), _mp.re(second))
                im = _part_key(_mp.im(first), _mp.im(second))
            except (ZeroDivisionError, OverflowError, ValueError, TypeError, _mp.NoConvergence) as error:
                raise Unreadable(str(error)) from error
            if re is not None and im is not None:
                return re if im == ("n", 0, 1) else ("c", re, im)
    raise Unreadable("not computable to enough digits")


def _part_key(first: Value, second: Value) -> Key | None:
    """The key of a real number from two precisions, or None where they do not settle it."""
    if not _mp.isfinite(first) or not _mp.isfinite(second):
        raise Unreadable("infinite")
    if second == 0 and first == 0:
        return ("n", 0, 1)
    if abs(first - second) > _mp.ldexp(abs(second), -_GOOD):
        vanishing = _mp.mpf(2) ** -200
        return ("n", 0, 1) if abs(first) < vanishing and abs(second) < vanishing else None
    exponent = int(_mp.mag(second))
    if exponent > 4_000 or exponent < -4_000:
        raise Unreadable("magnitude")
    if -30 < exponent < 120:
        scaled = Fraction(int(_mp.nint(_mp.ldexp(second, 280))), 1 << 280)
        nearest = scaled.limit_denominator(10**12)
        if abs(scaled - nearest) < Fraction(1, 1 << 220 - max(0, exponent)):
            return _rational(nearest)
    digits = min(60, 40 + max(0, exponent * 3 // 10))
    return ("r", _mp.nstr(second, digits, strip_zeros=False, min_fixed=0, max_fixed=0))


# --- evaluation ----------------------------------------------------------------------------------


def _evaluate(node: Node, env: Mapping[str, Value], in_angle: bool = False) -> Value:
    if isinstance(node, Num):
        return node.value
    if isinstance(node, Name):
        return _named(node.name, env)
    fn = node.fn
    if fn == "base":
        raise Unreadable("a base-n numeral inside an expression")
    if fn in _ANGLE:
        return _ANGLE[fn](_inexact(_evaluate(node.args[0], env, in_angle=True), bound=60))
    args = [_evaluate(arg, env, in_angle) for arg in node.args]
    if fn == "deg":
        return _inexact(args[0]) * _mp.pi / 180 if in_angle else args[0]
    operation = _OPERATIONS.get(fn)
    if operation is None:
        raise Unreadable(f"operation {fn}")
    return operation(*args)


def _named(name: str, env: Mapping[str, Value]) -> Value:
    if name == "pi":
        return +_mp.pi
    if name == "e":
        return +_mp.e
    if name == "i":
        return _mp.mpc(0, 1)
    if name == "oo":
        raise Unreadable("infinite")
    return env[name]


def _inexact(x: Value, bound: int = 20_000) -> Value:
    x = _real(x) if isinstance(x, Fraction) else x
    if x != 0 and _mp.mag(x) > bound:
        raise Unreadable("magnitude")
    return x


def _bits(x: Fraction) -> int:
    return x.numerator.bit_length() + x.denominator.bit_length()


def _fit(x: Value) -> Value:
    if isinstance(x, Fraction) and _bits(x) > _MAX_BITS:
        raise Unreadable("too large")
    return x


def _both(a: Value, b: Value) -> tuple[Value, Value]:
    if isinstance(a, Fraction) != isinstance(b, Fraction):
        return _inexact(a), _inexact(b)
    return a, b


def _add(*terms: Value) -> Value:
    total = terms[0]
    for term in terms[1:]:
        a, b = _both(total, term)
        total = _fit(a + b)
    return total


def _multiply(a: Value, b: Value) -> Value:
    a, b = _both(a, b)
    return _fit(a * b)


def _divide(a: Value, b: Value) -> Value:
    if b == 0:
        raise Unreadable("division by zero")
    a, b = _both(a, b)
    return _fit(a / b)


def _power(a: Value, b: Value) -> Value:
    if isinstance(b, Fraction) and b.denominator == 1:
        n = b.numerator
        if isinstance(a, Fraction):
            if a == 0 and n <= 0:
                raise Unreadable("0^0")
            if a not in (0, 1, -1) and abs(n) * _bits(a) > _MAX_BITS:
                raise Unreadable("too large")
            return a ** (n if abs(a) != 1 else n % 2) if n >= 0 or a != 0 else a
        if abs(n) > 20_000 or abs(n) * max(1, abs(_mp.mag(a)) if a != 0 else 1) > _MAX_BITS:
            raise Unreadable("too large")
        return a**n
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        if b.denominator <= 64:
            root = _root(a, Fraction(b.denominator))
            return _power(root, Fraction(b.numerator))
        a = _inexact(a)
    a, b = _inexact(a), _inexact(b, bound=40)
    if a == 0:
        raise Unreadable("power of zero")
    if abs(b) * (abs(_mp.mag(a)) + 1) > _MAX_BITS:
        raise Unreadable("too large")
    return _mp.power(a, b)


def _root(a: Value, index: Value = Fraction(2)) -> Value:
    if not isinstance(index, Fraction) or index.denominator != 1 or not 2 <= index <= 64:
        return _power(a, _divide(Fraction(1), index))
    n = index.numerator
    if isinstance(a, Fraction):
        exact = _exact_root(abs(a), n)
        if exact is not None and (a >= 0 or n % 2):
            return exact if a >= 0 else -exact
        if a < 0 and n % 2:
            return -_mp.root(_real(-a), n)
    x = _inexact(a)
    return _mp.sqrt(x) if n == 2 else _mp.root(x, n)


def _exact_root(a: Fraction, n: int) -> Fraction | None:
    parts = []
    for k in (a.numerator, a.denominator):
        root = math.isqrt(k) if n == 2 else _integer_root(k, n)
        if root**n != k:
            return None
        parts.append(root)
    return Fraction(parts[0], parts[1])


def _integer_root(k: int, n: int) -> int:
    if k < 2:
        return k
    low, high = 1, 1 << (k.bit_length() // n + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**n <= k else (low, middle - 1)
    return low


def _factorial(x: Value) -> Value:
    if isinstance(x, Fraction):
        if x.denominator != 1 or not 0 <= x <= _MAX_FACTORIAL:
            raise Unreadable("factorial")
        return Fraction(math.factorial(x.numerator))
    if abs(x) > 100:
        raise Unreadable("factorial")
    return _mp.factorial(x)


def _binomial(n: Value, k: Value) -> Value:
    if isinstance(n, Fraction) and isinstance(k, Fraction):
        if n.denominator != 1 or k.denominator != 1 or not 0 <= n <= 5_000 or k < 0:
            raise Unreadable("binomial")
        return _fit(Fraction(math.comb(n.numerator, k.numerator)))
    n, k = _inexact(n, 8), _inexact(k, 8)
    return _mp.factorial(n) / (_mp.factorial(k) * _mp.factorial(n - k))


def _logarithm(x: Value, base: Value = Fraction(10)) -> Value:
    if x == 0 or base in (0, 1):
        raise Unreadable("logarithm")
    return _mp.log(_inexact(x)) / _mp.log(_inexact(base))


def _natural(x: Value) -> Value:
    if x == 0:
        raise Unreadable("logarithm")
    return _mp.log(_inexact(x))


def _whole(round_: Callable[[Any], int]) -> Callable[[Value], Value]:
    def apply(x: Value) -> Value:
        if isinstance(x, Fraction):
            return Fraction(round_(x))
        x = _inexact(x, 300)
        if _mp.im(x) != 0:
            raise Unreadable("rounding a complex number")
        nearest = _mp.nint(_mp.re(x))
        if abs(x - nearest) < _mp.mpf(2) ** -200:
            return Fraction(int(nearest))
        return Fraction(int((_mp.floor if round_ is math.floor else _mp.ceil)(_mp.re(x))))

    return apply


def _of_integers(fn: Callable[..., int]) -> Callable[..., Value]:
    def apply(*args: Value) -> Value:
        if not all(isinstance(a, Fraction) and a.denominator == 1 for a in args):
            raise Unreadable("integers only")
        return _fit(Fraction(fn(*(a.numerator for a in args))))

    return apply


def _of_reals(fn: Callable[..., Value]) -> Callable[..., Value]:
    def apply(*args: Value) -> Value:
        if all(isinstance(a, Fraction) for a in args):
            return fn(args)
        values = [_inexact(a) for a in args]
        if any(_mp.im(v) != 0 for v in values):
            raise Unreadable("reals only")
        return fn(values)

    return apply


def _of_number(fn: Callable[[Value], Value], bound: int) -> Callable[[Value], Value]:
    """``fn`` on arguments below ``2**bound``."""
    return lambda x: fn(_inexact(x, bound))


_ANGLE: dict[str, Callable[[Value], Value]] = {
    fn: getattr(_mp, fn) for fn in ("sin", "cos", "tan", "cot", "sec", "csc")
}
_OPERATIONS: dict[str, Callable[..., Value]] = {
    "+": _add,
    "*": _multiply,
    "/": _divide,
    "^": _power,
    "neg": lambda x: -x,
    "pct": lambda x: x,
    "sqrt": _root,
    "root": _root,
    "!": _factorial,
    "binom": _binomial,
    "abs": lambda x: abs(x) if not isinstance(x, _mp.mpc) else _mp.fabs(x),
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "ln": _natural,
    "log": _logarithm,
    "lg": _logarithm,
    "exp": lambda x: _power(+_mp.e, x),
    "gcd": _of_integers(math.gcd),
    "lcm": _of_integers(math.lcm),
    "max": _of_reals(max),
    "min": _of_reals(min),
    "arcsin": _of_number(_mp.asin, 60),
    "arccos": _of_number(_mp.acos, 60),
    "arctan": _of_number(_mp.atan, 60),
    "arccot": _of_number(_mp.acot, 60),
    "sinh": _of_number(_mp.sinh, 12),
    "cosh": _of_number(_mp.cosh, 12),
    "tanh": _of_number(_mp.tanh, 12),
}

__all__ = ["Key", "contains", "ratio_key", "value_key"]
