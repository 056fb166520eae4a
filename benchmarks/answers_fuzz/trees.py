r"""Expressions with a known value: random trees, rewritten without changing it, written in many ways.

A tree is a ``Fraction``, a name, or a tuple: ``("+", a, b)``, ``("-", a, b)``, ``("*", a, b)``,
``("/", a, b)``, ``("neg", a)``, ``("^", a, n)`` with a whole number n.  :func:`value` computes it in exact
fractions; nothing of the builder is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

Tree = Any  # Fraction | str | tuple
_MOST = 10**12  # of a numerator or denominator


def value(tree: Tree, env: Mapping[str, Fraction]) -> Fraction | None:
    """The value at a point; None where it is undefined there, or very large."""
    if isinstance(tree, Fraction):
        return tree
    if isinstance(tree, str):
        return env[tree]
    operation, *arguments = tree
    a = value(arguments[0], env)
    if operation == "^":
        found = None if a is None or (a == 0 and arguments[1] <= 0) else a ** arguments[1]
    elif operation == "neg":
        found = None if a is None else -a
    else:
        b = value(arguments[1], env)
        if a is None or b is None or (operation == "/" and b == 0):
            return None
        found = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[operation]()
    return found


_POINTS = [{name: Fraction(*p) for name, p in zip("xyn", point, strict=True)} for point in (
    ((1009, 7), (-2003, 11), (307, 5)), ((-13, 17), (29, 31), (1, 101)), ((4099, 1), (8191, 3), (-127, 2)),
)]  # fmt: skip


def fingerprint(tree: Tree) -> tuple[Fraction | None, ...]:
    """Values at three points, at which no two of the trees drawn here meet by chance."""
    return tuple(value(tree, env) for env in _POINTS)


def drawn(rng: Random, names: str, depth: int = 3) -> Tree:
    """A tree over the variables ``names`` (of x, y, n) that is defined at the points."""
    while True:
        tree = _drawn(rng, names, depth)
        found = fingerprint(tree)
        if all(v is not None and abs(v.numerator) < _MOST**3 and v.denominator < _MOST**3 for v in found):
            return tree


def _drawn(rng: Random, names: str, depth: int) -> Tree:
    if depth <= 0 or rng.random() < 0.15:
        if names and rng.random() < 0.5:
            return rng.choice(names)
        return Fraction(rng.randint(0, 12))
    operation = rng.choice("+++--**/^n")
    a = _drawn(rng, names, depth - 1)
    if operation == "^":
        return ("^", a, rng.choice([2, 2, 3, -1]))
    return ("neg", a) if operation == "n" else (operation, a, _drawn(rng, names, depth - 1))


def perturbed(rng: Random, tree: Tree) -> Tree:
    """The tree with one of its leaves changed a little."""
    if isinstance(tree, Fraction):
        return tree + rng.choice([1, 1, -1, 10])
    if isinstance(tree, str):
        return ("+", tree, Fraction(1)) if rng.random() < 0.5 else ("neg", tree)
    operation, *arguments = tree
    if operation == "^" and rng.random() < 0.3:
        return ("^", arguments[0], arguments[1] + 2)
    k = 0 if operation in ("^", "neg") else rng.randrange(2)
    arguments[k] = perturbed(rng, arguments[k])
    return (operation, *arguments)


# --- rewriting -------------------------------------------------------------------------------------


def rewritten(rng: Random, tree: Tree, names: str = "") -> Tree:
    """Another tree with the same value wherever both are defined."""
    for _ in range(rng.randint(0, 4)):
        tree = _somewhere(rng, tree, names)
    return tree


def _somewhere(rng: Random, tree: Tree, names: str) -> Tree:
    if isinstance(tree, tuple) and rng.random() < 0.6:
        operation, *arguments = tree
        k = 0 if operation in ("^", "neg") else rng.randrange(2)
        arguments[k] = _somewhere(rng, arguments[k], names)
        return (operation, *arguments)
    return _here(rng, tree, names)


def _here(rng: Random, tree: Tree, names: str) -> Tree:
    k = Fraction(rng.choice([2, 3, 5, 12]))
    some = rng.choice([k, rng.choice(names)]) if names else k
    anything = [
        ("-", ("+", tree, some), some), ("/", ("*", k, tree), k), ("*", ("/", tree, k), k), ("neg", ("neg", tree)),
        ("+", Fraction(0), tree), ("*", tree, Fraction(1)), ("-", tree, ("-", some, some)),
    ]  # fmt: skip
    if isinstance(tree, Fraction):
        anything += [("+", tree - k, k), ("/", tree * k, k), ("-", tree + k, k)]
    if isinstance(tree, tuple):
        anything += [t for t in _equal(tree) for _ in range(3)]
    return rng.choice(anything)


def _equal(tree: tuple[Any, ...]) -> list[Tree]:
    operation, a, *rest = tree
    b = rest[0] if rest else None
    if operation == "+":
        return [("+", b, a), ("-", a, ("neg", b)), ("neg", ("-", ("neg", a), b))]
    if operation == "-":
        return [("neg", ("-", b, a)), ("+", a, ("neg", b)), ("+", ("neg", b), a)]
    if operation == "*":
        found = [("*", b, a), ("neg", ("*", ("neg", a), b))]
        return [*found, (a[0], ("*", a[1], b), ("*", a[2], b))] if isinstance(a, tuple) and a[0] in "+-" else found
    if operation == "/":
        found = [("/", ("neg", a), ("neg", b)), ("*", a, ("^", b, -1)), ("neg", ("/", ("neg", a), b))]
        return [*found, (a[0], ("/", a[1], b), ("/", a[2], b))] if isinstance(a, tuple) and a[0] in "+-" else found
    if operation == "^":
        return [("*", a, a)] if b == 2 else [("/", Fraction(1), ("^", a, -b))] if b < 0 else [("*", ("^", a, b - 1), a)]
    return [("*", Fraction(-1), a), ("-", Fraction(0), a)]


# --- writing ---------------------------------------------------------------------------------------

_SUM, _PRODUCT, _POWER, _ATOM = range(4)  # how tightly a text holds together


def written(rng: Random, tree: Tree, latex: bool | None = None) -> str:
    """The tree as LaTeX or plain text, at random unless said."""
    return _Pen(rng, rng.random() < 0.6 if latex is None else latex).text(tree, _SUM)


class _Pen:
    def __init__(self, rng: Random, latex: bool) -> None:
        self.rng, self.latex = rng, latex
        self.space = rng.choice(["", " "])
        self.times = rng.choice([r" \cdot ", r" \times "] if latex else ["*", " * ", "·"])

    def text(self, tree: Tree, least: int) -> str:
        text, strength = self.parts(tree)
        return text if strength >= least else self.brackets(text)

    def brackets(self, text: str) -> str:
        return rf"\left({text}\right)" if self.latex and self.rng.random() < 0.5 else f"({text})"

    def parts(self, tree: Tree) -> tuple[str, int]:
        """The text of a tree, and how tightly it holds together."""
        if isinstance(tree, str):
            return tree, _ATOM
        if isinstance(tree, Fraction):
            return self.number(tree)
        operation, a, *rest = tree
        if operation == "neg":
            return f"-{self.text(a, _POWER)}", _SUM
        if operation == "^":
            exponent = str(rest[0])
            wrapped = f"{{{exponent}}}" if self.latex else f"({exponent})" if rest[0] < 0 else exponent
            return f"{self.text(a, _ATOM)}{'^' if self.latex or self.rng.random() < 0.7 else '**'}{wrapped}", _POWER
        if operation == "/":
            return self.quotient(a, rest[0])
        if operation == "*":
            return self.product(a, rest[0])
        return f"{self.text(a, _SUM)}{self.space}{operation}{self.space}{self.text(rest[0], _PRODUCT)}", _SUM

    def number(self, x: Fraction) -> tuple[str, int]:
        sign = "-" if x < 0 else ""
        if x.denominator == 1:
            return f"{sign}{abs(x.numerator)}", _SUM if sign else _ATOM
        text, strength = self.quotient(Fraction(abs(x.numerator)), Fraction(x.denominator))
        return sign + text, _SUM if sign else strength

    def quotient(self, a: Tree, b: Tree) -> tuple[str, int]:
        if self.latex:
            command = self.rng.choice(["frac", "frac", "dfrac", "tfrac"])
            return rf"\{command}{{{self.text(a, _SUM)}}}{{{self.text(b, _SUM)}}}", _POWER
        return f"{self.text(a, _POWER)}/{self.text(b, _ATOM)}", _SUM  # brackets around it wherever it could matter

    def product(self, a: Tree, b: Tree) -> tuple[str, int]:
        left, right = self.text(a, _POWER), self.text(b, _POWER)
        # 3x, 3(x+1), (x+1)(x-2); not x(x+1), which may be a function of x+1, nor 3\frac{1}{2}, which is mixed.
        glued = (left.isdigit() or left[-1] == ")") and (right[0] in "xyn(" or right.startswith(r"\left("))
        if glued and self.rng.random() < 0.7:
            return left + right, _PRODUCT
        return left + self.times + right, _PRODUCT
