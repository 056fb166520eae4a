"""Whole answers written in one hand: tuples, lists, ranges, matrices, equations around expressions."""

from __future__ import annotations

import re

from .expressions import SUM, TERM, ExpressionWriter
from .trees import INF, Node

_SIGNS = {"<": ("<",), ">": (">",), "<=": (r"\le", r"\leq", r"\leqslant"), ">=": (r"\ge", r"\geq", r"\geqslant")}


class Writer(ExpressionWriter):
    """Writes any tree; see :class:`~.expressions.ExpressionWriter` for its habits."""

    def _parts(self, tree: Node) -> str:
        parts = [self.text(p, 0) for p in tree.parts()]
        # 12,345 would be one number.
        grouped = tree.op == "list" and any(re.match(r"\d{3}(?!\d)", part) for part in parts[1:])
        return (", " if grouped else self._comma()).join(parts)

    def _comma(self) -> str:
        return self.comma if self.latex or "\\" not in self.comma else ", "

    def _tuple(self, tree: Node) -> str:
        return self.bracket(self._parts(tree))

    def _set(self, tree: Node) -> str:
        return self.bracket(self._parts(tree), "{}")

    def _list(self, tree: Node) -> str:
        parts = [self.text(p, 0) for p in tree.parts()]
        word = self.rng.choices(("", "and", "or"), (70, 20, 10))[0]
        if not word or len(parts) < 2:
            return self._parts(tree)
        joined = rf" \text{{ {word} }} " if self.latex else f" {word} "
        return ", ".join(parts[:-1]) + ("," if len(parts) > 2 else "") + joined + parts[-1]

    def _pm(self, tree: Node) -> str:
        sign = {"latex": r"\pm ", "plain": r"\pm ", "unicode": "±"}[self.mode]
        middle, offset = tree.parts()
        after = sign + self.text(offset, TERM)
        return after if middle == Node("int", (0,)) else f"{self.text(middle, SUM)}{self.space}{after}"

    def _range(self, tree: Node) -> str:
        low, high, left, right = tree.args
        assert isinstance(low, Node) and isinstance(high, Node)
        inner = self.text(low, 0) + self._comma() + self.text(high, 0)
        return self.bracket(inner, ("[" if left else "(") + ("]" if right else ")"))

    def _within(self, tree: Node) -> str:
        sign = {"latex": r" \in ", "plain": r" \in ", "unicode": " ∈ "}[self.mode]
        return str(tree.args[0]) + sign + self.text(tree.part(1), 0)

    def sign(self, relation: str) -> str:
        """A relation sign in this hand."""
        if not self.latex:
            return relation if self.mode == "plain" else relation.replace("<=", "≤").replace(">=", "≥")
        signs = _SIGNS[relation]
        return signs[self.relation % len(signs)]

    def _inequality(self, tree: Node) -> str:
        """A range as ``low < x <= high``, or one-sided, either way round."""
        name, inner = str(tree.args[0]), tree.part(1)
        low, high, left, right = inner.args
        assert isinstance(low, Node) and isinstance(high, Node)
        ends = [e in (INF, -INF) for e in (low, high)]
        small = self.sign("<=" if left else "<") if not ends[0] else ""
        large = self.sign("<=" if right else "<") if not ends[1] else ""
        if not any(ends):
            return f"{self.text(low, 0)} {small} {name} {large} {self.text(high, 0)}"
        turned = self.rng.random() < 0.25
        if ends[0]:
            flip = self.sign(">=" if right else ">")
            return f"{self.text(high, 0)} {flip} {name}" if turned else f"{name} {large} {self.text(high, 0)}"
        flip = self.sign(">=" if left else ">")
        return f"{self.text(low, 0)} {small} {name}" if turned else f"{name} {flip} {self.text(low, 0)}"

    def _inequalities(self, tree: Node) -> str:
        word = r" \text{ or } " if self.latex else " or "
        return word.join(self._inequality(Node("inequality", (tree.args[0], p))) for p in tree.part(1).parts())

    def _builder(self, tree: Node) -> str:
        bar = self.rng.choice((r" \mid ", " : ", " | "))
        name = f"{tree.args[0]}" + (r" \in \mathbb{R}" if self.rng.random() < 0.25 else "")
        inner = tree.part(1)
        rule = self._inequalities if inner.op == "union" else self._inequality
        return self.bracket(name + bar + rule(Node("", (tree.args[0], inner))), "{}")

    def _union(self, tree: Node) -> str:
        sign = {"latex": r" \cup ", "plain": " U ", "unicode": " ∪ "}[self.mode]
        return (sign if self.space or self.mode == "plain" else sign.strip()).join(
            self.text(p, 0) for p in tree.parts()
        )

    def _matrix(self, tree: Node) -> str:
        rows = [" & ".join(self.text(c, 0) for c in row.parts()) for row in tree.parts()]
        inner = (r" \\ " if self.space else r"\\").join(rows)
        if self.matrix == "array":
            columns = "c" * len(tree.part(0).args)
            return rf"\left[\begin{{array}}{{{columns}}}{inner}\end{{array}}\right]"
        return rf"\begin{{{self.matrix}}}{self.space}{inner}{self.space}\end{{{self.matrix}}}"

    def _equation(self, tree: Node) -> str:
        return f"{self.text(tree.part(0), 0)}{self.space}={self.space}{self.text(tree.part(1), 0)}"

    def _assign(self, tree: Node) -> str:
        name, inner = str(tree.args[0]), tree.part(1)
        return f"{name}{self.space}={self.space}{self.text(inner, 0)}"

    def _function(self, tree: Node) -> str:
        names = ",".join(map(str, tree.args[1:-1]))
        return f"{tree.args[0]}({names}){self.space}={self.space}{self.text(tree.part(len(tree.args) - 1), 0)}"

    def _latex(self, tree: Node) -> str:
        """A tree that is written in LaTeX in every hand."""
        self.mode = "latex"
        return self.text(tree.part(0), 0)

    def _ratio(self, tree: Node) -> str:
        return (self.rng.choice((":", " : ")) if self.space else ":").join(self.text(p, 0) for p in tree.parts())
