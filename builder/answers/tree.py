"""The small typed tree that answers are parsed into, and the one exception of the parser.

Nothing here knows how text is read or how a tree is valued.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


class Unreadable(Exception):
    """The text is not of a form that we read, or too large to value: only its identity counts."""


@dataclass(frozen=True, slots=True)
class Num:
    """An exact number as it was written; ``raw`` keeps its digits for base-n numerals and decimals."""

    value: Fraction
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A free variable (``x``, ``a_1``, ``theta``) or a constant (``pi``, ``e``, ``i``, ``oo``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operation on arguments: ``+ * / ^ neg pm sqrt root sin ... pct deg base``."""

    fn: str
    args: tuple[Node, ...]


Node = Num | Name | Call

CONSTANTS = frozenset({"pi", "e", "i", "oo"})


def names(node: Node) -> frozenset[str]:
    """The free variables of a tree."""
    found: set[str] = set()
    stack: list[Node] = [node]
    while stack:
        n = stack.pop()
        if isinstance(n, Name):
            found.add(n.name)
        elif isinstance(n, Call):
            stack.extend(n.args)
    return frozenset(found - CONSTANTS)


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
