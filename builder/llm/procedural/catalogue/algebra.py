"""Algebra: linear and quadratic equations."""

from __future__ import annotations

from math import isqrt

from sympy import Symbol
from sympy import solve as sympy_solve

from ..entry import Int, KeyPoint, Slip, Text

TOPICS = {
    "Algebra - Linear Equations": (
        "Algebra - Solving Linear Equations",
        "Algebra - Equations in One Variable",
    ),
    "Algebra - Quadratic Equations": ("Algebra - Quadratics", "Algebra - Solving Quadratic Equations"),
}

_X = Symbol("x")


def _roots(b: int, c: int) -> frozenset[int]:
    """Integer roots of x^2 + bx + c, by sympy."""
    return frozenset(int(r) for r in sympy_solve(_X**2 + b * _X + c, _X))


def _two_whole_roots(b: int, c: int) -> bool:
    d = b * b - 4 * c
    return d > 0 and c != 0 and b != 0 and isqrt(d) ** 2 == d


def _root(b: int, c: int, sign: int) -> int:
    return (-b + sign * isqrt(b * b - 4 * c)) // 2


_QUADRATIC_NAMES = (
    "Solving a quadratic equation by factoring",
    "Factoring a quadratic trinomial to find its roots",
    "Finding the roots of a quadratic with the zero product property",
)
_QUADRATIC_STEPS = (
    "The numbers $<r>$ and $<s>$ have the sum $<r> + <s:()> = <m>$ and the product $<r> \\cdot <s:()> = <c>$, so the "
    "equation factors as $(x <nr:+>)(x <ns:+>) = 0$ and its roots are $<r>$ and $<s>$.",
)


def _quadratic_work(b: int, c: int) -> dict[str, object]:
    r, s = _root(b, c, 1), _root(b, c, -1)
    return {"r": r, "s": s, "m": -b, "nr": -r, "ns": -s}


ENTRIES = (
    KeyPoint(
        id="linear_equation",
        topic="Algebra - Linear Equations",
        names=(
            "Solving a linear equation in one variable",
            "Isolating the variable in a linear equation",
            "Using inverse operations to solve ax + b = c",
        ),
        params={
            "a": Int(2, 12, feed=(2, 60)),
            "b": Int(-30, 40, skip=(0,), feed=(-300, 300)),
            "c": Int(10, 150, feed=(2, 9_000)),
        },
        wordings=(
            Text("the solution of the equation $<a:c>x <b:+> = <c>$"),
            Text("the value of $x$ for which $<a:c>x <b:+> = <c>$"),
        ),
        valid=lambda a, b, c: (c - b) % a == 0 and c != b and a != 1,
        closed=lambda a, b, c: (c - b) // a,
        brute=lambda a, b, c: next(x for k in range(10**5) for x in (k, -k) if a * x + b == c),
        work=lambda a, b, c: {"d": c - b},
        steps=(
            "Moving the constant to the right-hand side gives $<a:c>x = <c> - <b:()> = <d>$, so "
            "$x = \\frac{<d>}{<a>} = <ans>$.",
        ),
        slips=(
            Slip(
                "moved the constant without changing its sign",
                lambda a, b, c: (c + b) // a if (c + b) // a != (c - b) // a else (c + b) // a + 1,
                "Moving the constant over and dividing by $<a>$, we get $x = <ans>$.",
            ),
        ),
        letters="tknm",
    ),
    KeyPoint(
        id="quadratic_roots",
        topic="Algebra - Quadratic Equations",
        names=_QUADRATIC_NAMES,
        params={"b": Int(-15, 15, skip=(0,), feed=(-60, 60)), "c": Int(-60, 60, skip=(0,), feed=(-400, 400))},
        wordings=(
            Text("the set of all real solutions of $x^2 <b:+c>x <c:+> = 0$"),
            Text("the set of all values of $x$ that satisfy $x^2 <b:+c>x <c:+> = 0$"),
        ),
        valid=_two_whole_roots,
        closed=lambda b, c: frozenset({_root(b, c, 1), _root(b, c, -1)}),
        brute=_roots,
        work=_quadratic_work,
        steps=_QUADRATIC_STEPS,
        slips=(
            Slip(
                "took the roots with the wrong sign",
                lambda b, c: frozenset({-_root(b, c, 1), -_root(b, c, -1)}),
                "Factoring gives the roots $<nr>$ and $<ns>$.",
            ),
        ),
        result="set",
    ),
    KeyPoint(
        id="quadratic_larger_root",
        family="quadratic_roots",
        topic="Algebra - Quadratic Equations",
        names=_QUADRATIC_NAMES,
        params={"b": Int(-15, 15, skip=(0,), feed=(-60, 60)), "c": Int(-60, 60, skip=(0,), feed=(-400, 400))},
        wordings=(
            Text("the larger root of the equation $x^2 <b:+c>x <c:+> = 0$"),
            Text("the greatest real number $x$ for which $x^2 <b:+c>x <c:+> = 0$"),
        ),
        valid=lambda b, c: _two_whole_roots(b, c) and _root(b, c, 1) > 1,
        closed=lambda b, c: _root(b, c, 1),
        brute=lambda b, c: max(_roots(b, c)),
        work=_quadratic_work,
        steps=tuple(s + " The larger one is $<ans>$." for s in _QUADRATIC_STEPS),
        slips=(
            Slip(
                "took the smaller root",
                lambda b, c: _root(b, c, -1),
                "The equation factors and the root that we need is $<ans>$.",
            ),
        ),
        letters="rtnk",
    ),
)
