"""What a tree means: the independent witness of the truth of a group.

It evaluates the tree itself (exactly where it is rational, else to 40 digits, letters at fixed rational
points) and never sees a string or anything of the builder.
"""

from __future__ import annotations

import zlib
from collections.abc import Hashable
from fractions import Fraction
from math import comb, factorial, isqrt
from typing import Any

import mpmath

from .trees import INF, Node

_DIGITS = 40
_SHOWN = 25  # significant digits that decide whether two inexact values are one
_DENOMINATOR = 10**9  # of a rational that an inexact value may be
_LARGE = 10**6  # above, a rational of that denominator is always near
_MAX_EXPONENT = 4000

Number = Any  # a Fraction, or a complex number of mpmath, which ships no types


def meaning(tree: Node) -> Hashable:
    """What the tree stands for: two trees with equal meanings are the same answer."""
    rule = _MEANINGS.get(tree.op)
    if rule is not None:
        return rule(tree)
    return _key(evaluate(tree))


def _key(value: Number) -> Hashable:
    if isinstance(value, Fraction):
        return value
    with mpmath.workdps(_DIGITS):
        size = abs(value) or 1
        parts = (0 if abs(p) < size * mpmath.mpf(10) ** -_SHOWN else p for p in (value.real, value.imag))
        shown = [mpmath.nstr(p, _SHOWN) for p in parts]
        # sqrt(4) is 2: an inexact value that is a rational to all its digits is that rational.
        if float(shown[1]) == 0 and size < _LARGE:
            near = Fraction(mpmath.nstr(value.real, _DIGITS)).limit_denominator(_DENOMINATOR)
            if abs(mpmath.mpf(near.numerator) / near.denominator - value.real) < size * mpmath.mpf(10) ** -_SHOWN:
                return near
        return tuple(shown)


def point(name: str, index: int) -> Fraction:
    """The fixed positive rational at which a letter is evaluated."""
    seed = zlib.crc32(f"{name}/{index}".encode())
    return Fraction(1 + seed % 997, 89 + seed // 997 % 211)


def evaluate(tree: Node, index: int = 0, bound: dict[str, Fraction] | None = None) -> Number:
    """The value of an expression; letters are taken at the points of ``index`` or of ``bound``."""
    with mpmath.workdps(_DIGITS):
        return _value(tree, index, bound or {})


def _value(tree: Node, index: int, bound: dict[str, Fraction]) -> Number:
    op = tree.op
    if op in ("int", "dec"):
        return Fraction(str(tree.args[0]))
    if op == "var":
        name = str(tree.args[0])
        return bound[name] if name in bound else point(name, index)
    if op == "repeat":
        return _repeating(*map(str, tree.args))
    if op in _CONSTANTS:
        return mpmath.mpc(_CONSTANTS[op]())
    if op in ("sum", "prod"):
        return _series(tree, index, bound)
    args = [_value(a, index, bound) for a in tree.parts()]
    if op in ("around", "group"):
        return args[0]
    exact = _EXACT.get(op)
    if exact is not None and all(isinstance(a, Fraction) for a in args):
        found = exact(*args)
        if found is not None:
            return found
    return mpmath.mpc(_INEXACT[op](*map(_inexact, args)))


def _inexact(value: Number) -> mpmath.mpc:
    return mpmath.mpc(value.numerator) / value.denominator if isinstance(value, Fraction) else value


def _series(tree: Node, index: int, bound: dict[str, Fraction]) -> Number:
    name, low, high, body = str(tree.args[0]), tree.part(1), tree.part(2), tree.part(3)
    total: Number = Fraction(0 if tree.op == "sum" else 1)
    first, last = (int(_value(end, index, bound).real) for end in (low, high))
    for k in range(first, last + 1):
        term = _value(body, index, {**bound, name: Fraction(k)})
        if not (isinstance(term, Fraction) and isinstance(total, Fraction)):
            term, total = _inexact(term), _inexact(total)
        total = total + term if tree.op == "sum" else total * term
    return total


def _repeating(sign: str, whole: str, fixed: str, period: str) -> Fraction:
    start = Fraction(int(whole + fixed), 10 ** len(fixed))
    value = start + Fraction(int(period), 10 ** len(fixed) * (10 ** len(period) - 1))
    return -value if sign else value


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    small = exponent.denominator == 1 and abs(exponent) <= _MAX_EXPONENT
    return Fraction(base) ** exponent.numerator if small else None


def _product(*factors: Fraction) -> Fraction:
    total = Fraction(1)
    for factor in factors:
        total *= factor
    return total


def _exact_root(a: Fraction) -> Fraction | None:
    if a < 0:
        return None
    root = Fraction(isqrt(a.numerator), isqrt(a.denominator))
    return root if root * root == a else None


def _root(radicand: mpmath.mpc, degree: mpmath.mpc) -> mpmath.mpc:
    n = int(degree.real)
    if n % 2 and radicand.imag == 0 and radicand.real < 0:
        return -mpmath.root(-radicand.real, n)  # an odd root of a negative number is the real one
    return mpmath.root(radicand, n)


_CONSTANTS = {"pi": lambda: +mpmath.pi, "e": lambda: +mpmath.e, "i": lambda: mpmath.mpc(0, 1)}
_EXACT = {
    "add": lambda *a: sum(a, Fraction(0)),
    "mul": _product,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": _power,
    "fact": lambda a: Fraction(factorial(int(a))) if a.denominator == 1 and a >= 0 else None,
    "binom": lambda a, b: Fraction(comb(int(a), int(b))) if a.denominator == 1 == b.denominator else None,
    "floor": lambda a: Fraction(a.numerator // a.denominator),
    "ceil": lambda a: Fraction(-(-a.numerator // a.denominator)),
    "abs": abs,
    "sqrt": _exact_root,
    "percent": lambda a: a / 100,
    "mixed": lambda w, a, b: w + a / b,
}
_INEXACT = {
    "add": lambda *a: sum(a, mpmath.mpc(0)),
    "mul": lambda *a: mpmath.fprod(a),
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: mpmath.power(a, b),
    "sqrt": mpmath.sqrt,
    "root": _root,
    "log": lambda base, a: mpmath.log(a) / mpmath.log(base),
    "lg": mpmath.log10,
    "ln": mpmath.log,
    "abs": abs,
    "floor": lambda a: mpmath.floor(a.real),
    "ceil": lambda a: mpmath.ceil(a.real),
    "fact": mpmath.factorial,
    "binom": mpmath.binomial,
    "deg": lambda a: a * mpmath.pi / 180,
    "cis": lambda a: mpmath.expj(a),
    **{f: getattr(mpmath, f) for f in ("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh")},
    "arcsin": mpmath.asin,
    "arccos": mpmath.acos,
    "arctan": mpmath.atan,
}


# --- meaning of what is no single number ------------------------------------------------------------


def _unordered(tree: Node) -> Hashable:
    found: set[Hashable] = set()
    for part in tree.parts():
        if part.op == "pm":
            found |= set(_both_signs(part))
        else:
            found.add(meaning(part))
    return ("set", frozenset(found))


def _both_signs(tree: Node) -> list[Hashable]:
    middle, offset = tree.part(0), tree.part(1)
    return [meaning(middle + offset), meaning(middle - offset)]


def _range(tree: Node) -> Hashable:
    low, high, left, right = tree.args
    assert isinstance(low, Node) and isinstance(high, Node)
    ends = ["inf" if end == INF else "-inf" if end == -INF else meaning(end) for end in (low, high)]
    return ("range", *ends, bool(left), bool(right))


def _ranges(tree: Node) -> Hashable:
    found = frozenset(meaning(p) for p in tree.parts())
    return ("ranges", found) if len(found) > 1 else next(iter(found))


def _equation(tree: Node) -> Hashable:
    differences = [evaluate(tree.part(0) - tree.part(1), index) for index in range(4)]
    return ("equation", *(_key(d / differences[0]) for d in differences[1:]))


def _function(tree: Node) -> Hashable:
    bound = {str(name): point("xyz"[k], 0) for k, name in enumerate(tree.args[1:-1])}
    return _key(evaluate(tree.part(len(tree.args) - 1), 0, bound))


def _ratio(tree: Node) -> Hashable:
    shares = [_key(evaluate(tree.part(0)) / evaluate(p)) for p in tree.parts()[1:]]
    return shares[0] if len(shares) == 1 else ("ratio", *shares)


_MEANINGS = {
    "tuple": lambda t: ("tuple", *map(meaning, t.parts())),
    "list": _unordered,
    "set": _unordered,
    "pm": lambda t: ("set", frozenset(_both_signs(t))),
    "range": _range,
    "within": lambda t: meaning(t.part(1)),
    "inequality": lambda t: meaning(t.part(1)),
    "inequalities": lambda t: meaning(t.part(1)),
    "builder": lambda t: meaning(t.part(1)),
    "union": _ranges,
    "matrix": lambda t: ("matrix", *map(meaning, t.parts())),
    "row": lambda t: tuple(map(meaning, t.parts())),
    "equation": _equation,
    "assign": lambda t: meaning(t.part(len(t.args) - 1)),
    "function": _function,
    "latex": lambda t: meaning(t.part(0)),
    "around": lambda t: meaning(t.part(1 if isinstance(t.args[0], str) else 0)),
    "based": lambda t: ("based", *t.args),
    "ratio": _ratio,
}
