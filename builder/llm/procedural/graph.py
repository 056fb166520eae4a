"""A problem's skeleton: steps with their parameters, each fed by literals or by earlier steps.

Composer and reader both produce it; evaluating it gives every step's exact value.  How it is worded
is not part of it (each node only remembers which wording was used).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .entry import KeyPoint, Params
from .numbers import Gap
from .values import Value, plain

JOINS = ("sum", "product", "difference")


@dataclass(frozen=True, slots=True)
class Ref:
    """The result of the node with this index."""

    index: int


@dataclass(frozen=True)
class Node:
    """One step.  A parameter is a literal, a :class:`Ref` or a :class:`Gap` (not given)."""

    entry: KeyPoint
    params: Mapping[str, Any]
    wording: int = 0

    @property
    def refs(self) -> tuple[int, ...]:
        """Indices of the nodes that feed it."""
        return tuple(v.index for v in self.params.values() if isinstance(v, Ref))


@dataclass(frozen=True)
class Graph:
    """Steps in an order in which each comes after those that feed it.

    ``ends``: what is asked for: one node, or two or more whose results are joined by ``join``.
    """

    nodes: tuple[Node, ...]
    ends: tuple[int, ...]
    join: str | None = None

    @property
    def families(self) -> tuple[str, ...]:
        """The knowledge that the problem needs."""
        return tuple(dict.fromkeys(n.entry.family for n in self.nodes))


def joined(values: list[Any], join: str) -> Value:
    """The values' sum, product or (of two) non-negative difference."""
    total: int | Fraction = values[0]
    if join == "difference":
        return plain(Fraction(abs(values[0] - values[1])))
    for v in values[1:]:
        total = total * v if join == "product" else total + v
    return plain(Fraction(total))


def full_params(node: Node, values: list[Value | None]) -> Params | None:
    """The node's parameters as values; None where one is not known."""
    params: Params = {}
    for name, v in node.params.items():
        value = values[v.index] if isinstance(v, Ref) else v
        if value is None or isinstance(value, Gap):
            return None
        params[name] = value
    return params


def step_value(node: Node, params: Params) -> Value | None:
    """The step's exact value; None where the parameters are outside what the entry is defined for."""
    if set(params) != set(node.entry.params):
        return None
    if not all(d.holds(params[k]) for k, d in node.entry.params.items()):
        return None
    return node.entry.value(params) if node.entry.is_valid(params) else None


def evaluate(graph: Graph) -> list[Value | None]:
    """The value of every node; None where something is missing or impossible."""
    values: list[Value | None] = []
    for node in graph.nodes:
        params = full_params(node, values)
        values.append(None if params is None else step_value(node, params))
    return values


def final(graph: Graph, values: list[Any]) -> Value | None:
    """The value that is asked for."""
    wanted = [values[i] for i in graph.ends]
    if not wanted or any(v is None for v in wanted):
        return None
    if graph.join is None:
        return wanted[0]  # type: ignore[no-any-return]
    if not all(isinstance(v, (int, Fraction)) for v in wanted):
        return None
    return joined(wanted, graph.join)
