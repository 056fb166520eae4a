"""Answers as trees: the families build them, :mod:`.writing` writes them, :mod:`.meaning` evaluates them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Node:
    """``op`` and its arguments: nodes, or the literal an op needs (a name, digits)."""

    op: str
    args: tuple[Node | int | str | bool, ...] = ()

    def __add__(self, other: Node | int) -> Node:
        return Node("add", (self, node(other)))

    def __sub__(self, other: Node | int) -> Node:
        return Node("add", (self, Node("neg", (node(other),))))

    def __mul__(self, other: Node | int) -> Node:
        return Node("mul", (self, node(other)))

    def __truediv__(self, other: Node | int) -> Node:
        return Node("div", (self, node(other)))

    def __pow__(self, other: Node | int) -> Node:
        return Node("pow", (self, node(other)))

    def __neg__(self) -> Node:
        return Node("neg", (self,))

    def __radd__(self, other: int) -> Node:
        return node(other) + self

    def __rsub__(self, other: int) -> Node:
        return node(other) - self

    def __rmul__(self, other: int) -> Node:
        return node(other) * self

    def __rtruediv__(self, other: int) -> Node:
        return node(other) / self

    def part(self, index: int) -> Node:
        """The argument at ``index``, which is a node."""
        found = self.args[index]
        assert isinstance(found, Node), (self.op, index)
        return found

    def parts(self) -> tuple[Node, ...]:
        """The arguments that are nodes."""
        return tuple(a for a in self.args if isinstance(a, Node))


def node(value: Node | int) -> Node:
    """An integer as a node; a node as it is."""
    return Node("int", (value,)) if isinstance(value, int) else value


def of(op: str, *args: Node | int | str) -> Node:
    """A node of ``op`` whose integer arguments are numbers of the expression."""
    return Node(op, tuple(node(a) if isinstance(a, int) else a for a in args))


def frac(value: Fraction | int) -> Node:
    """A rational in lowest terms as a node, its sign before the fraction."""
    value = Fraction(value)
    if value.denominator == 1:
        return node(value.numerator)
    bar = node(abs(value.numerator)) / value.denominator
    return -bar if value < 0 else bar


def decimal(value: Fraction, places: int) -> Node:
    """A rational that ``places`` decimals write exactly."""
    scaled = value * 10**places
    assert scaled.denominator == 1, value
    digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
    text = digits[:-places] + "." + digits[-places:] if places else digits
    return Node("dec", (("-" if value < 0 else "") + text,))


def var(name: str) -> Node:
    """A letter."""
    return Node("var", (name,))


def sqrt(value: Node | int) -> Node:
    """A square root."""
    return of("sqrt", value)


def add(*terms: Node | int) -> Node:
    """A sum, written in this order."""
    return of("add", *terms)


def mul(*factors: Node | int) -> Node:
    """A product, written in this order."""
    return of("mul", *factors)


def around(inner: Node | int, after: str = "", before: str = "") -> Node:
    """``inner`` between words that do not change what it means: units, money."""
    return Node("around", (before, node(inner), after))


PI = Node("pi")
E = Node("e")
I = Node("i")  # noqa: E741  the imaginary unit is called so
INF = Node("inf")
