"""The solver: reads a problem's text, works through its steps and errs at the stated rate.

A wrong step is a slip of the entry (a sign, a dropped term, a wrong formula) or a false computation;
what follows goes on with the wrong value.  It does not know the problem's truth beyond what the text says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import Any

from ..entry import Params, Story
from ..graph import Graph, Node, Ref, full_params, joined, step_value
from ..numbers import Gap
from ..rates import Rates
from ..reader import Reading, read_problem
from ..steps import explain
from ..values import Value, forms, tex

_FIRST = ("First we find {p}.", "We begin with {p}.", "Let us first find {p}.", "Start with {p}.")
_NEXT = ("Next, we need {p}.", "Now find {p}.", "Next comes {p}.", "With this, look at {p}.", "Then consider {p}.")
_LAST = ("Finally, we want {p}.", "It remains to find {p}.", "What is asked for is {p}.", "Now we can find {p}.")
_BLUNT = ("So {p} is ${v}$.", "This gives ${v}$ for {p}.", "Hence {p} equals ${v}$.")
_NAMELESS = "the quantity that we have now"
_UNSOLVABLE = (
    "The problem does not give {gap}, so it cannot be solved as it stands.",
    "Without {gap} nothing can be computed: something is missing in the problem.",
)
_UNREADABLE = "I cannot work out from the statement what is to be found, so I give no final answer."
_REDO = "That does not come out as it should, so an earlier step must be wrong. Checking again, "
_ENDS = (
    "Therefore the answer is $\\boxed{{{a}}}$.",
    "The final answer is $\\boxed{{{a}}}$.",
    "So we get $\\boxed{{{a}}}$.",
    "$\\boxed{{{a}}}$",
)


class _Attempt:
    """One attempt at one problem."""

    def __init__(self, reading: Reading, rng: Random, rates: Rates, temperature: float) -> None:
        assert reading.graph is not None
        self.graph: Graph = reading.graph
        self.rng, self.rates, self.temperature = rng, rates, temperature
        self.believed: list[Value | None] = []
        self.truth: list[Value | None] = []
        self.lines: list[str] = []
        self.stated = dict(reading.facts) if reading.contradictions else {}
        self.variant = rng.randrange(3)

    def work(self) -> bool:
        """Do all steps; False where one cannot be done."""
        for i, node in enumerate(self.graph.nodes):
            filled = self._fill(node)
            if filled is None or not self._step(i, filled):
                return False
        return True

    def _fill(self, node: Node) -> Node | None:
        """The node with its gaps filled by an assumption; None where the solver would rather stop."""
        gaps = [p for p, v in node.params.items() if isinstance(v, Gap)]
        if not gaps:
            return node
        if self.rng.random() < 0.5:
            self.lines.append(self.rng.choice(_UNSOLVABLE).format(gap="one of the quantities"))
            return None
        fed = {p: self.believed[v.index] for p, v in node.params.items() if isinstance(v, Ref)}
        for _ in range(60):
            params = {p: v for p, v in node.params.items() if p not in gaps}
            params |= {p: node.entry.params[p].draw(self.rng) for p in gaps}
            if step_value(node, {**params, **fed}) is not None:
                shown = ", ".join(tex(params[p]) for p in gaps if isinstance(params[p], (int, Fraction)))
                self.lines.append(f"The problem does not say one quantity; I assume that it is {shown}.")
                return Node(node.entry, params, node.wording)
        self.lines.append(self.rng.choice(_UNSOLVABLE).format(gap="one of the quantities"))
        return None

    def _step(self, i: int, node: Node) -> bool:
        params = full_params(node, self.believed)
        value = None if params is None else step_value(node, params)
        known = full_params(node, self.truth)
        right = None if known is None else step_value(node, known)
        if value is None or params is None:
            if right is None or known is None:
                self.lines.append("The numbers do not fit together, so there is no such quantity.")
                return False
            self.believed, params, value = list(self.truth), known, right
            self.lines.append(_REDO + ", ".join(f"we have ${tex(v)}$" for v in self._inputs(node)) + ".")
        self.truth.append(right)
        self.lines.append(self._intro(i, node, params))
        self._tell(i, node, params, value)
        if i in self.stated and self.rng.random() < 0.5:
            self.believed[-1] = self.stated[i]
            self.lines.append(f"The problem itself states the value ${tex(self.stated[i])}$, which we use.")
        self.lines = [s for s in self.lines if s]
        return True

    def _inputs(self, node: Node) -> list[Value]:
        values = [self.truth[k] for k in node.refs]
        return [v for v in values if v is not None]

    def _tell(self, i: int, node: Node, params: Params, value: Value) -> None:
        error = self.rng.random() < self.rates.step_error(i, self.temperature)
        if error and self.rng.random() < self.rates.solver_arithmetic and self._false_sum(i, node, params, value):
            return
        if error and self._slip(node, params, value):
            return
        self.believed.append(value)
        self.lines.append(explain(node.entry, params, self.variant + i))

    def _false_sum(self, i: int, node: Node, params: Params, value: Value) -> bool:
        """The right steps with the last result changed, as in 12 * 7 = 94."""
        if type(value) is not int:
            return False
        text = explain(node.entry, params, self.variant + i)
        places = list(re.finditer(rf"= {re.escape(tex(value))}(?![\d.,/]*\d)", text))
        wrong = value + self.rng.choice((-10, -2, -1, 1, 2, 10))
        if not places or wrong <= 0:
            return False
        at = places[-1]
        changed = text[: at.start()] + f"= {wrong}" + text[at.end() :]
        self.lines.append(re.sub(rf"(?<![\d.])\b{value}\b(?=\D*$)", str(wrong), changed))
        self.believed.append(wrong)
        return True

    def _slip(self, node: Node, params: Params, value: Value) -> bool:
        for slip in self.rng.sample(node.entry.slips, len(node.entry.slips)):
            try:
                wrong = slip.wrong(**params)
            except (ArithmeticError, ValueError):  # the mistake has no value for these numbers
                continue
            if wrong == value or (isinstance(wrong, int) and abs(wrong) > 10**7):
                continue
            told = explain(node.entry, params, 0, slip)
            blunt = self.rng.choice(_BLUNT).format(p=self._phrase(node, params), v=tex(wrong))
            self.lines.append(told or blunt)
            self.believed.append(wrong)
            return True
        return False

    def _phrase(self, node: Node, params: Params) -> str:
        wording = node.entry.compiled[node.wording]
        if isinstance(wording.source, Story) or wording.ask is None:
            return _NAMELESS
        return wording.ask.render(params)

    def _intro(self, i: int, node: Node, params: Params) -> str:
        phrase = self._phrase(node, params)
        if phrase == _NAMELESS or self.rng.random() < 0.2:
            return ""
        last = i == len(self.graph.nodes) - 1 and i > 0
        return self.rng.choice(_LAST if last else _FIRST if i == 0 else _NEXT).format(p=phrase)

    def answer(self) -> Value | None:
        """The answer that this attempt arrived at, with the joining computation written out."""
        wanted = [self.believed[k] for k in self.graph.ends]
        if self.graph.join is None:
            return wanted[0]
        if not all(isinstance(v, (int, Fraction)) for v in wanted):
            return None
        total = joined(list(wanted), self.graph.join)
        self.lines.append(_joining(wanted, self.graph.join, total))
        return total


def _joining(values: Sequence[Any], join: str, total: Value) -> str:
    shown = [f"({tex(v)})" if k and v < 0 else tex(v) for k, v in enumerate(values)]
    if join == "difference":
        return f"The difference is $|{shown[0]} - {shown[1]}| = {tex(total)}$."
    sign = " + " if join == "sum" else " \\cdot "
    return f"Together, ${sign.join(shown)} = {tex(total)}$."


def _ending(value: Value, rng: Random, rates: Rates) -> str:
    ways = forms(value)
    shown = ways[0] if rng.random() < 0.6 else rng.choice(ways)
    if rng.random() < rates.solver_no_box:
        return f"The answer is: ${shown}$"
    return rng.choice(_ENDS).format(a=shown)


def solve(problem: str, rng: Random, rates: Rates, temperature: float) -> str:
    """A step-by-step solution that ends with an answer, or says that there is none."""
    reading = read_problem(problem)
    if reading.graph is None:
        return _UNREADABLE
    attempt = _Attempt(reading, rng, rates, temperature)
    if not attempt.work():
        return " ".join(attempt.lines)
    value = attempt.answer()
    if value is None:
        return " ".join([*attempt.lines, _UNREADABLE])
    breaks = rng.choice(("\n", " ", "\n\n"))
    return breaks.join([*attempt.lines, _ending(value, rng, rates)])
