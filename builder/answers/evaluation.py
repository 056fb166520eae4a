"""A tree as a function of its variables: nested closures, made once and called at every point.

What each operation computes is in :mod:`.operations`, at which points and precision in :mod:`.values`.
Work is counted, the terms of sums and the size of numbers too, so that none is endless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flint import acb, arb, fmpq

from .operations import ANGLE, OPERATIONS, Value, ball, bits
from .tree import BINDERS, Call, Name, Node, Num, Unreadable

Env = Mapping[str, Value]
Program = Callable[[Env], Value]

_MAX_STEPS = 12_000  # steps of a program, all its calls together
_MAX_TERMS = 2_000
_GROWING = frozenset({"^", "!", "!!", "binom", "perm"})
_CONSTANTS: dict[str, Callable[[], Value]] = {"pi": arb.pi, "e": arb.const_e, "i": lambda: acb(0, 1)}


def compiled(node: Node) -> Program:
    """The function that gives a tree's value at the precision of the moment.

    Raises:
        Unreadable: it has an operation that is not computed; raised by the function: undefined or too
            large.
        Imprecise: raised by the function, more bits are needed.
    """
    return _Compiler().program(node, False)


class _Compiler:
    """Makes one program, which counts its steps."""

    def __init__(self) -> None:
        self.steps = 0

    def spend(self, steps: int) -> None:
        self.steps += steps
        if self.steps > _MAX_STEPS:
            raise Unreadable("too many steps")

    def program(self, node: Node, in_angle: bool) -> Program:
        if isinstance(node, Num):
            value = node.value
            return lambda env: value
        if isinstance(node, Name):
            return _named(node.name)
        fn = node.fn
        if fn in BINDERS:
            return self.repeated(node)
        if fn == "deg":
            return self.degrees(node.args[0], in_angle)
        operation = OPERATIONS.get(fn)
        if operation is None:
            raise Unreadable(f"operation {fn}")
        args = [self.program(arg, in_angle or fn in ANGLE) for arg in node.args]
        applied = _applied(operation, args)
        return self.counted(applied) if fn in _GROWING else applied

    def counted(self, program: Program) -> Program:
        def run(env: Env) -> Value:
            result = program(env)
            self.spend(bits(result) >> 7 if type(result) is fmpq else 1)
            return result

        return run

    def degrees(self, node: Node, in_angle: bool) -> Program:
        inner = self.program(node, in_angle)
        if not in_angle:
            return inner
        return lambda env: ball(inner(env)) * arb.pi() / 180

    def repeated(self, node: Call) -> Program:
        """A finite sum or product, term by term."""
        variable, *ends, term = node.args
        if not isinstance(variable, Name):
            raise Unreadable("what a sum runs over")
        low, high = (self.program(end, False) for end in ends)
        body, name = self.program(term, False), variable.name
        join = OPERATIONS["+" if node.fn == "sum" else "*"]
        start = fmpq(0 if node.fn == "sum" else 1)

        def run(env: Env) -> Value:
            first, last = low(env), high(env)
            if not isinstance(first, fmpq) or not isinstance(last, fmpq) or first.q != 1 or last.q != 1:
                raise Unreadable("bounds")
            if last - first > _MAX_TERMS:
                raise Unreadable("too many terms")
            total = start
            for k in range(int(first.p), int(last.p) + 1):
                total = join(total, body({**env, name: fmpq(k)}))
                self.spend(2 + (bits(total) >> 7 if type(total) is fmpq else 3))
            return total

        return run


def _applied(operation: Callable[..., Value], args: list[Program]) -> Program:
    if len(args) == 1:
        (only,) = args
        return lambda env: operation(only(env))
    if len(args) == 2:
        one, other = args
        return lambda env: operation(one(env), other(env))
    return lambda env: operation(*[arg(env) for arg in args])


def _named(name: str) -> Program:
    constant = _CONSTANTS.get(name)

    def run(env: Env) -> Value:
        if name in env:  # the i of a sum is no imaginary unit
            return env[name]
        if constant is None:
            raise Unreadable("infinite" if name == "oo" else f"name {name}")
        return constant()

    return run
