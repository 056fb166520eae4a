r"""Expressions written the way different models write: LaTeX, plain text and Unicode, each in varied habits.

A writer has the habits of one answer (``\dfrac`` or ``\frac``, ``\cdot`` or nothing, spaces,
``\left(``), drawn once, so that an answer is written in one hand.  What a form means is the business of
:mod:`.trees`; brackets are put wherever a reader could doubt it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from random import Random

from .trees import Node

SUM, TERM, FACTOR, POWER, ATOM = 1, 2, 3, 4, 5
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_FUNCTIONS = frozenset(("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "arcsin", "arccos", "arctan", "ln"))
# What has no plain form is written in LaTeX by everybody.
_LATEX_ONLY = frozenset(("sum", "prod", "matrix", "repeat", "builder", "cis"))


class ExpressionWriter:
    """The habits of one answer, and how it writes an expression."""

    def __init__(self, rng: Random, mode: str | None = None) -> None:
        pick = rng.choices
        self.rng = rng
        self.mode = mode or pick(("latex", "plain", "unicode"), (62, 22, 16))[0]
        self.fraction = pick((r"\frac", r"\dfrac", r"\tfrac", "short", "slash"), (50, 20, 7, 9, 14))[0]
        self.times = pick((r"\cdot ", r" \cdot ", r"\times ", "*", ""), (20, 10, 10, 5, 55))[0]
        self.space = pick((" ", ""), (60, 40))[0]
        self.comma = pick((", ", ",", r",\ ", r",\, ", " , "), (55, 33, 4, 4, 4))[0]
        self.sized = pick((False, True), (75, 25))[0]
        self.braces = pick((True, False), (50, 50))[0]
        self.bare_functions = pick((True, False), (60, 40))[0]
        self.relation = rng.randrange(3)
        self.matrix = pick(("pmatrix", "bmatrix", "array"), (60, 30, 10))[0]
        self.starred = pick((True, False), (30, 70))[0]  # ** for powers in plain text

    @property
    def latex(self) -> bool:
        return self.mode == "latex"

    def write(self, tree: Node) -> str:
        """The text of a whole answer."""
        if not self.latex and _contains(tree, _LATEX_ONLY):
            self.mode = "latex"
        return self.text(tree, 0)

    def text(self, tree: Node, least: int) -> str:
        """The text of a part, in brackets where it binds looser than ``least``."""
        found, strength = self._form(tree)
        return self.bracket(found) if strength < least else found

    def bracket(self, inner: str, pair: str = "()") -> str:
        """``inner`` between brackets."""
        left, right = pair
        if self.latex and (self.sized or (r"\frac" in inner and self.rng.random() < 0.4)):
            return rf"\left{_escaped(left)}{inner}\right{_escaped(right)}"
        return (_escaped(left) + inner + _escaped(right)) if self.latex else left + inner + right

    # --- expressions -------------------------------------------------------------------------------

    def _form(self, tree: Node) -> tuple[str, int]:
        rule = getattr(self, f"_{tree.op}", None)
        if rule is not None:
            found = rule(tree)
            return found if isinstance(found, tuple) else (found, ATOM)
        if tree.op in _FUNCTIONS:
            return self._call(tree)
        raise ValueError(f"{tree.op} has no written form: add one to the Writer")

    def _int(self, tree: Node) -> tuple[str, int]:
        value = str(tree.args[0])
        return value, (ATOM if value[0] != "-" else SUM)

    _dec = _int

    def _var(self, tree: Node) -> str:
        name = str(tree.args[0])
        return name if self.latex else name.replace("\\", "").replace("{", "").replace("}", "")

    def _pi(self, _: Node) -> str:
        return {"latex": r"\pi", "plain": "pi", "unicode": "π"}[self.mode]

    def _e(self, _: Node) -> str:
        return "e"

    def _i(self, _: Node) -> str:
        return "i"

    def _inf(self, _: Node) -> str:
        return {"latex": r"\infty", "plain": self.rng.choice(("infinity", "inf", "oo")), "unicode": "∞"}[self.mode]

    def _repeat(self, tree: Node) -> tuple[str, int]:
        sign, whole, fixed, period = map(str, tree.args)
        bar = self.rng.choices((r"\overline", r"\bar"), (8, 2))[0]
        return f"{sign}{whole}.{fixed}{bar}{{{period}}}", (SUM if sign else ATOM)

    def _add(self, tree: Node) -> tuple[str, int]:
        # "3e-2" would be a numeral.
        gap = self.space if not _contains(tree, frozenset("e")) else " "
        found = ""
        for part in tree.parts():
            term = self.text(part, SUM)
            if not found:
                found = term
            elif term.startswith("-"):
                found += f"{gap}{self._minus()}{gap}{term[1:].lstrip()}"
            else:
                found += f"{gap}+{gap}{term}"
        return found, SUM

    def _minus(self) -> str:
        return "−" if self.mode == "unicode" else "-"

    def _neg(self, tree: Node) -> tuple[str, int]:
        return "-" + self.text(tree.part(0), TERM), SUM

    def _mul(self, tree: Node) -> tuple[str, int]:
        parts = _factors(tree)
        found = self.text(parts[0], SUM if parts[0].op in ("int", "dec", "neg") else FACTOR)
        if found.startswith("-") and parts[0].op == "neg" and parts[0].part(0).op == "add":
            found = self.bracket(found)
        for left, right in pairwise(parts):
            found += self._join(left, right, found) + self.text(right, FACTOR)
        return found, (SUM if found.startswith("-") else TERM)

    def _join(self, left: Node, right: Node, before: str) -> str:
        """What stands between two factors: nothing, where that leaves no doubt."""
        after = self.text(right, FACTOR)
        sign = self.times if self.latex else {"plain": "*", "unicode": "·"}[self.mode]
        explicit = sign if sign.strip() else (r" \cdot " if self.latex else "*")
        numbers = after[0].isdigit() or (before[-1:].isdigit() and right.op in ("div", "mixed"))
        rooted = not self.latex and left.op in ("sqrt", "root") and self.mode == "unicode"
        word = self.mode == "plain" or right.op in _FUNCTIONS or right.op in ("log", "lg")
        letters = not self.latex and word and before[-1:].isalpha() and after[:1].isalpha()
        called = left.op in _FUNCTIONS | {"log", "lg"} and right.op not in _FUNCTIONS
        bracketed = left.op == "var" and after[:1] == "(" and not self.latex
        if numbers or rooted or letters or called or bracketed or before[-1:] == "!" or right.op == "binom":
            return explicit
        if after[0] in "-+" or (before[-1:].isdigit() and after[:1] == "e"):
            return explicit
        if self.latex and self.times.strip() and self.times != "*":
            return self.times
        if not self.latex and self.rng.random() < 0.5:
            return sign
        return " " if before[-1:].isalpha() and after[:1].isalpha() and self.latex else ""

    def _div(self, tree: Node) -> tuple[str, int]:
        top, bottom = tree.parts()
        short = all(p.op == "int" and 0 <= int(str(p.args[0])) < 10 for p in (top, bottom))
        plain = all(p.op in ("int", "dec", "var", "pi") for p in (top, bottom))
        if not self.latex or (self.fraction == "slash" and plain):
            upper = self.text(top, 0)
            if top.op not in ("int", "dec", "mul", "var", "pi", "e", "i", "sqrt", "fact", "pow"):
                upper = self.text(top, FACTOR)
            return f"{upper}/{self.text(bottom, POWER)}", (SUM if upper.startswith("-") else TERM)
        command = self.fraction if self.fraction.startswith("\\") else r"\frac"
        if self.fraction == "short" and short:
            return f"{command}{self.text(top, 0)}{self.text(bottom, 0)}", FACTOR
        return f"{command}{{{self.text(top, 0)}}}{{{self.text(bottom, 0)}}}", FACTOR

    def _mixed(self, tree: Node) -> tuple[str, int]:
        whole, top, bottom = (self.text(p, 0) for p in tree.parts())
        sign = whole[:1] == "-"
        if not self.latex:
            return f"{whole} {top}/{bottom}", (SUM if sign else TERM)
        command = self.fraction if self.fraction.startswith("\\") else r"\frac"
        return f"{whole}{command}{{{top}}}{{{bottom}}}", (SUM if sign else TERM)

    def _pow(self, tree: Node) -> tuple[str, int]:
        base, exponent = tree.parts()
        if base.op in _FUNCTIONS and self.latex and exponent.op == "int" and int(str(exponent.args[0])) > 0:
            return self._call(base, f"^{{{exponent.args[0]}}}" if self.braces else f"^{exponent.args[0]}")
        lower, upper = self.text(base, ATOM), self.text(exponent, 0)
        if self.mode == "unicode" and re.fullmatch(r"-?\d", upper):
            return lower + upper.translate(_SUPERSCRIPTS), POWER
        if not self.latex:
            sign = "**" if self.mode == "plain" and self.starred else "^"
            return f"{lower}{sign}{self.text(exponent, ATOM)}", POWER
        bare = not self.braces and re.fullmatch(r"[0-9a-z]", upper)
        return f"{lower}^{upper if bare else '{' + upper + '}'}", POWER

    def _sqrt(self, tree: Node) -> str:
        inner = self.text(tree.part(0), 0)
        if self.latex:
            return rf"\sqrt{inner}" if re.fullmatch(r"\d", inner) and not self.braces else rf"\sqrt{{{inner}}}"
        if self.mode == "unicode":
            return f"√{inner}" if inner.isdigit() else f"√({inner})"
        return f"sqrt({inner})"

    def _root(self, tree: Node) -> tuple[str, int]:
        inner, degree = (self.text(p, 0) for p in tree.parts())
        if self.latex:
            return rf"\sqrt[{degree}]{{{inner}}}", ATOM
        if self.mode == "unicode" and degree == "3":
            return (f"∛{inner}" if inner.isdigit() else f"∛({inner})"), ATOM
        return f"{self.text(tree.part(0), ATOM)}^(1/{degree})", POWER

    def _call(self, tree: Node, power: str = "") -> tuple[str, int]:
        inner = self.text(tree.part(0), 0)
        name = rf"\{tree.op}" if self.latex else tree.op
        simple = self.latex and (
            re.fullmatch(r"[a-z]|\d+|\\pi|\\[dt]?frac\{[^{}]*\}\{[^{}]*\}|\d+\^\{?\\circ\}?", inner)
        )
        if simple and self.bare_functions:
            return f"{name}{power} {inner}", FACTOR
        return f"{name}{power}{self.bracket(inner)}", ATOM if not power else FACTOR

    def _log(self, tree: Node) -> tuple[str, int]:
        base, inner = (self.text(p, 0) for p in tree.parts())
        under = base if (len(base) == 1 and not self.braces) or not self.latex else f"{{{base}}}"
        name = r"\log" if self.latex else "log"
        if self.latex and re.fullmatch(r"[a-z]|\d+", inner) and self.bare_functions:
            return f"{name}_{under} {inner}", FACTOR
        return f"{name}_{under}{self.bracket(inner)}", ATOM

    def _lg(self, tree: Node) -> tuple[str, int]:
        inner = self.text(tree.part(0), 0)
        name = r"\log" if self.latex else "log"
        if self.latex and inner.isdigit() and self.bare_functions:
            return f"{name} {inner}", FACTOR
        return f"{name}{self.bracket(inner)}", ATOM

    def _cis(self, tree: Node) -> tuple[str, int]:
        angle = self.text(tree.part(0), 0)
        return rf"\left(\cos {angle} + i\sin {angle}\right)", ATOM

    def _fact(self, tree: Node) -> tuple[str, int]:
        return self.text(tree.part(0), ATOM) + "!", POWER

    def _binom(self, tree: Node) -> str:
        upper, lower = (self.text(p, 0) for p in tree.parts())
        if not self.latex:
            return f"binom({upper}, {lower})"
        if self.rng.random() < 0.15:
            return rf"{{{upper} \choose {lower}}}"
        command = r"\dbinom" if self.fraction == r"\dfrac" else r"\binom"
        return f"{command}{{{upper}}}{{{lower}}}"

    def _enclosed(self, tree: Node, latex: tuple[str, str], signs: tuple[str, str]) -> str:
        inner = self.text(tree.part(0), 0)
        if self.mode == "plain" and tree.op != "abs":
            return f"{tree.op}({inner})"
        if not self.latex:
            return signs[0] + inner + signs[1]
        sized = self.sized or (tree.op == "abs" and "|" in inner)
        left, right = (rf"\left{s}" if sized and k == 0 else rf"\right{s}" if sized else s for k, s in enumerate(latex))
        return f"{left}{' ' if left[-1].isalpha() else ''}{inner}{right}"

    def _floor(self, tree: Node) -> str:
        return self._enclosed(tree, (r"\lfloor", r"\rfloor"), ("⌊", "⌋"))

    def _ceil(self, tree: Node) -> str:
        return self._enclosed(tree, (r"\lceil", r"\rceil"), ("⌈", "⌉"))

    def _abs(self, tree: Node) -> str:
        return self._enclosed(tree, ("|", "|"), ("|", "|"))

    def _deg(self, tree: Node) -> str:
        inner = self.text(tree.part(0), ATOM)
        return (
            inner + {"latex": r"^{\circ}" if self.braces else r"^\circ", "plain": " degrees", "unicode": "°"}[self.mode]
        )

    def _percent(self, tree: Node) -> str:
        gap = " " if self.rng.random() < 0.15 else ""
        return self.text(tree.part(0), ATOM) + gap + (r"\%" if self.latex else "%")

    def _series(self, tree: Node, sign: str) -> tuple[str, int]:
        low, high = self.text(tree.part(1), 0), self.text(tree.part(2), 0)
        return rf"\{sign}_{{{tree.args[0]}={low}}}^{{{high}}} {self.text(tree.part(3), TERM)}", SUM

    def _sum(self, tree: Node) -> tuple[str, int]:
        return self._series(tree, "sum")

    def _prod(self, tree: Node) -> tuple[str, int]:
        return self._series(tree, "prod")

    def _based(self, tree: Node) -> str:
        digits, base = tree.args
        return f"{digits}_{base}" if len(str(base)) == 1 and not self.braces else f"{digits}_{{{base}}}"

    def _around(self, tree: Node) -> tuple[str, int]:
        before, inner, after = tree.args
        assert isinstance(inner, Node)
        return f"{before}{self.text(inner, 0)}{after}", ATOM


def _escaped(bracket: str) -> str:
    return "\\" + bracket if bracket in "{}" else bracket


def _factors(tree: Node) -> tuple[Node, ...]:
    """The factors of a product of products."""
    return tuple(f for p in tree.parts() for f in (_factors(p) if p.op == "mul" else (p,)))


def _contains(tree: Node, ops: frozenset[str]) -> bool:
    return tree.op in ops or any(_contains(p, ops) for p in tree.parts())
