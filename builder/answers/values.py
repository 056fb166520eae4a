r"""The value of a tree as a hashable key: exact rationals first, certified balls where none exists.

- A rational is itself: ``("n", numerator, denominator)``.
- Any other constant is a ball that surely holds it, ``("r", mantissa, exponent)`` with 128 bits that
  the whole ball shares; a wider ball is computed again with more bits.  A rational that hides in a
  ball (``\sqrt{2}\sqrt{8}``) is recognised.  Equality of two irrational constants cannot be proved
  by computing, so equality to 128 bits counts, and a ball of 2,000 bits around 0 is 0.
- With free variables the expression is computed at fixed points that are derived from the
  variables' names: between 0 and 1, where inverse functions and logarithms are what they are by
  convention; where signs make sense also with all variables negative, and with some; larger where
  something is rounded.
- What can be read but not computed (a sum of 10^9 terms, an integral) is known by its structure.

The precision of flint's context belongs to others as well: it is set and restored under a lock.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from flint import acb, arb, ctx, fmpq

from .evaluation import compiled
from .operations import Imprecise, Value, add, divide, is_zero, magnitude, multiply, sign
from .tree import BINDERS, Call, Facts, Name, Node, Num, Unreadable, facts, names, substituted, whole

Key = tuple[Any, ...]

_PRECISIONS = (384, 2_048)  # bits
_MANTISSA = 128  # bits of a key
_ACCURATE = 200  # bits that a ball must be good for
_DENOMINATOR = 40  # bits of the denominators that are looked for in a ball
_MAX_NODES = 1_200  # of a tree with variables
_LOGARITHMS = frozenset({"log", "ln", "lg"})
_RADICALS = frozenset({"sqrt", "root", "^"})
_DELICATE = _LOGARITHMS | _RADICALS
_INVERSE = frozenset({"arcsin", "arccos", "arctan", "arccot", "arcsec", "arccsc"})
_ROUNDING = frozenset({"floor", "ceil", "mod"})

_lock = threading.RLock()


def order(key: Any) -> str:
    """A text by which keys are sorted the same in every process (``repr`` refuses very long integers)."""
    if isinstance(key, tuple):
        return f"({' '.join(map(order, key))})"
    return f"{key:+x}" if isinstance(key, int) else str(key)


def value_key(node: Node, rename: Mapping[str, str] | None = None) -> Key:
    """The key of an expression; ``rename`` maps bound variables to canonical names.

    Raises:
        Unreadable: undefined, infinite, or too large to compute.
    """
    if isinstance(node, Num):
        return rational_key(node.value)
    found = facts(node)
    free, program = found.names, compiled(node)
    if not free:
        return _constant(lambda: program({}))
    keys: list[Key] = []
    for kind in _kinds(node, found):
        env = _points(free, kind, rename or {})
        constant = not keys or keys[0][0] == "n"  # a rational hides in every value or in none
        keys.append(_constant(lambda: program(env), constant))  # noqa: B023
    if len(set(keys)) == 1 and keys[0][0] == "n":
        return keys[0]
    return ("f", *keys)


def ratio_key(node: Node, positive: bool = False) -> Key:
    """A key of ``node = 0`` up to a constant factor (a positive one for inequalities)."""
    found = facts(node)
    free, program = found.names, compiled(node)
    if not free:
        raise Unreadable("equation without a variable")
    kinds = _kinds(node, found)

    firsts: dict[int, Value] = {}  # by precision

    def ratio(kind: str) -> Value:
        if ctx.prec not in firsts:
            firsts[ctx.prec] = program(_points(free, kinds[0], {}))
        first = firsts[ctx.prec]
        if kind == kinds[0]:
            return fmpq(sign(first))
        if not isinstance(first, fmpq) and first.contains(0) and not is_zero(first):
            raise Imprecise
        return divide(program(_points(free, kind, {})), abs(first) if positive else first)

    # Where variables stand at random, a ratio is no rational with a small denominator.
    return tuple(_constant(lambda: ratio(kind), False) for kind in (kinds if positive else kinds[1:]))  # noqa: B023


def solution_key(name: str, difference: Node) -> tuple[Key, int] | None:
    """The key of ``name`` in ``difference = 0`` and the sign of its factor, where that is linear in it.

    The sign is 0 where the factor is no real constant; None where the equation is not linear.
    """
    rest = substituted(difference, {name: whole(0)})
    found = facts(rest)
    free = found.names
    sign_of_slope = 0
    is_linear = False  # at the first point; what bends, bends there
    program = compiled(difference)

    def solve(env: dict[str, Value]) -> Value:
        nonlocal sign_of_slope, is_linear
        start = program({**env, name: fmpq(0)})
        slope = add(program({**env, name: fmpq(1)}), -start)
        for x in () if is_linear else _ELSEWHERE:
            bend = add(program({**env, name: x}), -start, -multiply(slope, x))
            if not _vanishes(bend):
                raise Unreadable("not linear")
        is_linear = True
        if not isinstance(slope, acb) and not free:
            sign_of_slope = sign(slope)
        return divide(-start, slope)

    try:
        kinds = _kinds(rest, found) if free else ["a"]
        keys: list[Key] = []
        for kind in kinds:
            env = _points(free, kind, {})
            constant = not keys or keys[0][0] == "n"
            keys.append(_constant(lambda: solve(env), constant))  # noqa: B023
    except Unreadable:
        return None
    if not free or (len(set(keys)) == 1 and keys[0][0] == "n"):
        return keys[0], sign_of_slope
    return ("f", *keys), 0


# A broken line such as |2x - 7| is straight in places: some points lie far apart.
_ELSEWHERE = (fmpq(2), fmpq(-1009, 7), fmpq(2003, 11))


def _vanishes(x: Value) -> bool:
    if isinstance(x, fmpq) or is_zero(x):
        return bool(is_zero(x))
    return bool(x.contains(0) and magnitude(x) < -ctx.prec // 2)


def structure_key(node: Node, bound: Mapping[str, str] | None = None) -> Key:
    """A key of how an expression is written, but for the order of terms and factors.

    For what is read but cannot be computed; bound variables are renamed by depth.
    """
    bound = bound or {}
    if isinstance(node, Num):
        return rational_key(node.value)
    if isinstance(node, Name):
        return ("v", bound.get(node.name, node.name))
    if node.fn in BINDERS and isinstance(node.args[0], Name):
        inner = {**bound, node.args[0].name: f"#{len(bound)}"}
        _, low, high, term = node.args
        return (node.fn, structure_key(low, bound), structure_key(high, bound), structure_key(term, inner))
    args = [structure_key(a, bound) for a in node.args]
    if node.fn in "+*":
        flat = [k for a in args for k in (a[1:] if a[0] == node.fn else (a,))]
        return (node.fn, *sorted(flat, key=order))
    return (node.fn, *args)


# --- points --------------------------------------------------------------------------------------


def _kinds(node: Node, found: Facts) -> list[str]:
    if found.size > _MAX_NODES:
        raise Unreadable("too many terms")
    kinds = ["a", "b"]
    if not found.operations & _INVERSE and (
        not found.operations & _DELICATE or _has_sense_with_signs(node, found.names)
    ):
        kinds = ["a", "negative", "mixed"]
    if found.operations & _ROUNDING:
        kinds.append("large")
    return kinds


def _has_sense_with_signs(node: Node, free: frozenset[str]) -> bool:
    """Whether variables may be negative: no logarithm has one, and what is under each root is positive."""
    env: list[dict[str, Value]] = []
    stack: list[Node] = [node]
    while stack:
        n = stack.pop()
        if not isinstance(n, Call):
            continue
        stack.extend(n.args)
        if n.fn in _LOGARITHMS and names(n.args[0]):
            return False
        if n.fn not in _RADICALS or not names(n.args[0]) or _is_real_everywhere(n):
            continue
        env = env or [_points(free, kind, {}) for kind in ("negative", "mixed")]
        under = [_computed(n.args[0], points) for points in env]
        if not all(isinstance(x, arb | fmpq) and x > 0 for x in under):
            return False
    return True


def _is_real_everywhere(node: Call) -> bool:
    """Whether a power has a whole exponent, or a root an odd index."""
    if node.fn == "sqrt":
        return False
    index = node.args[1]
    if isinstance(index, Num):
        x: Value = index.value
    else:
        x = None if names(index) else _computed(index, {})
    return isinstance(x, fmpq) and bool((x.q if node.fn == "^" else x.p) % 2 == 1)


def _computed(node: Node, env: Mapping[str, Value]) -> Value | None:
    """The value of a tree at the first precision; None where it has none."""
    with _lock:
        before, ctx.prec = ctx.prec, _PRECISIONS[0]
        try:
            return compiled(node)(env)
        except (Unreadable, Imprecise):
            return None
        finally:
            ctx.prec = before


def _points(free: frozenset[str], kind: str, rename: Mapping[str, str]) -> dict[str, Value]:
    return {name: _point(rename.get(name, name), kind) for name in free}


@lru_cache(maxsize=4096)
def _point(name: str, kind: str) -> Value:
    """The fixed number of a variable: in (1/4, 3/4), in (-3, -1), there or in (1, 3), or in (4, 40)."""
    digest = hashlib.blake2b(f"{kind}:{name}".encode(), digest_size=64).digest()
    n = int.from_bytes(digest, "big") | 1
    one = 1 << 512
    if kind in ("negative", "mixed"):
        negative = kind == "negative" or n & 2 == 0
        return arb((-2 * n - one if negative else 2 * n + one, -512))
    if kind == "large":
        return arb((36 * n + 4 * one, -512))
    return arb((2 * n + one, -514))


# --- keys of computed numbers --------------------------------------------------------------------


def rational_key(x: fmpq) -> Key:
    """The key of an exact number."""
    return ("n", int(x.p), int(x.q))


def _constant(compute: Callable[[], Value], look_for_rationals: bool = True) -> Key:
    """The key of a number that ``compute`` gives at the precision of the moment."""
    with _lock:
        before = ctx.prec
        try:
            for precision in _PRECISIONS:
                ctx.prec = precision
                key = _key_at(compute, look_for_rationals, precision == _PRECISIONS[-1])
                if key is not None:
                    return key
        finally:
            ctx.prec = before
    raise Unreadable("not computable to enough digits")


def _key_at(compute: Callable[[], Value], look_for_rationals: bool, last: bool) -> Key | None:
    """The key at this precision, or None where more bits are needed."""
    try:
        x = compute()
        if isinstance(x, fmpq):
            return rational_key(x)
        re = _part_key(x.real, look_for_rationals, last)
        im = ("n", 0, 1) if isinstance(x, arb) else _part_key(x.imag, look_for_rationals, last)
    except Imprecise:
        return None
    if re is None or im is None:
        return None
    return re if im == ("n", 0, 1) else ("c", re, im)


def _part_key(x: arb, look_for_rationals: bool, last: bool) -> Key | None:
    """The key of a real ball, or None where it is too wide for one."""
    if not x.is_finite():
        raise Unreadable("infinite")
    if x.contains(0):
        return ("n", 0, 1) if x.is_zero() or (last and magnitude(x) < -_PRECISIONS[-1] // 2) else None
    if x.rel_accuracy_bits() < _ACCURATE:
        return None
    if look_for_rationals:
        absolute = x.rel_accuracy_bits() - magnitude(x)
        if absolute < 3 * _DENOMINATOR and not last:
            return None
        found = _rational_in(x) if absolute >= 3 * _DENOMINATOR else None
        if found is not None:
            return found
    low, high = _leading_bits(x.lower()), _leading_bits(x.upper())
    return ("r", *low) if low == high or last else None


def _leading_bits(x: arb) -> tuple[int, int]:
    mantissa, exponent = (int(v) for v in x.man_exp())
    shift = abs(mantissa).bit_length() - _MANTISSA
    kept = abs(mantissa) >> shift if shift > 0 else abs(mantissa) << -shift
    return -kept if mantissa < 0 else kept, exponent + shift


def _rational_in(x: arb) -> Key | None:
    """The rational with a small denominator that a narrow ball holds: a convergent of its midpoint."""
    mantissa, exponent = (int(v) for v in x.mid().man_exp())
    shift = exponent + 3 * _DENOMINATOR  # so many bits behind the point decide
    p, q = (mantissa << shift if shift >= 0 else mantissa >> -shift), 1 << 3 * _DENOMINATOR
    h0, h1, k0, k1 = 0, 1, 1, 0
    while q:
        a, r = divmod(p, q)
        p, q = q, r
        h0, h1, k0, k1 = h1, a * h1 + h0, k1, a * k1 + k0
        if k1 >> _DENOMINATOR:
            return None
        if q << _DENOMINATOR < p:  # a jump: the convergent is all but exact
            break
    found = fmpq(h1, k1)
    return rational_key(found) if x.overlaps(arb(found)) else None
