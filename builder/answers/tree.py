"""The small typed tree that answers are parsed into, and the one exception of the parser.

Nothing here knows how text is read or how a tree is valued.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flint import fmpq


class Unreadable(Exception):
    """The text is not of a form that we read, or too large to value: only its identity counts."""


@dataclass(frozen=True, slots=True)
class Num:
    """An exact number; ``raw`` keeps the digits as written, for base-n numerals and decimals."""

    value: fmpq
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A free variable (``x``, ``a_1``, ``theta``) or a constant (``pi``, ``e``, ``i``, ``oo``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operation on arguments: ``+ * / ^ neg pm sqrt root sin ... pct deg base``.

    ``sum`` and ``prod`` bind their first argument: (variable, first value, last value, term).
    """

    fn: str
    args: tuple[Node, ...]


Node = Num | Name | Call

CONSTANTS = frozenset({"pi", "e", "i", "oo"})
BINDERS = frozenset({"sum", "prod"})
OPAQUE = frozenset({"int", "lim"})
"""Operations that are read but never computed: only their structure counts."""
PLUS_MINUS = frozenset({"pm", "mp"})


def whole(n: int) -> Num:
    """The integer ``n`` as a leaf."""
    return Num(fmpq(n), str(n))


class Facts(NamedTuple):
    """The free variables of a tree, its operations, and the number of its nodes."""

    names: frozenset[str]
    operations: frozenset[str]
    size: int


def facts(node: Node) -> Facts:
    """What a tree is made of, in one pass."""
    found: set[str] = set()
    operations: set[str] = set()
    count = 0
    stack: list[Node] = [node]
    while stack:
        n = stack.pop()
        count += 1
        if isinstance(n, Call):
            operations.add(n.fn)
            if n.fn in BINDERS:
                variable, *bounds, term = n.args
                inner = facts(term)
                found |= inner.names - {variable.name if isinstance(variable, Name) else ""}
                operations |= inner.operations
                count += inner.size
                stack += bounds
            else:
                stack += n.args
        elif isinstance(n, Name):
            found.add(n.name)
    return Facts(frozenset(found - CONSTANTS), frozenset(operations), count)


def names(node: Node) -> frozenset[str]:
    """The free variables of a tree."""
    return facts(node).names


def contains(node: Node, fns: frozenset[str]) -> bool:
    """Whether some operation of ``fns`` occurs in a tree."""
    stack: list[Node] = [node]
    while stack:
        n = stack.pop()
        if isinstance(n, Call):
            if n.fn in fns:
                return True
            stack.extend(n.args)
    return False


def substituted(node: Node, values: Mapping[str, Node]) -> Node:
    """The tree with free variables replaced."""
    if isinstance(node, Name):
        return values.get(node.name, node)
    if isinstance(node, Num):
        return node
    if node.fn in BINDERS and isinstance(node.args[0], Name):
        values = {name: value for name, value in values.items() if name != node.args[0].name}
        return Call(node.fn, (node.args[0], *(substituted(a, values) for a in node.args[1:])))
    return Call(node.fn, tuple(substituted(a, values) for a in node.args))


def with_sign(node: Node, upper: bool) -> Node:
    r"""The tree with every ``\pm`` decided; ``\mp`` goes the other way."""
    if not isinstance(node, Call):
        return node
    args = tuple(with_sign(a, upper) for a in node.args)
    if node.fn in PLUS_MINUS:
        return args[0] if (node.fn == "pm") == upper else Call("neg", args)
    return Call(node.fn, args)
