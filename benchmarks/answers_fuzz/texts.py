r"""Answers drawn from a grammar: LaTeX and plain text of every kind that the builder reads.

What is drawn need not make sense and its meaning is not known; see :mod:`.truths` for answers of which it
is.  The same random generator gives the same text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

DEPTH = 4  # of the expressions
_FUNCTIONS = "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp max min gcd lcm".split()
_VARIABLES = "x y z n k t a b c m p q r s f g A B C P theta alpha".split()
_CONSTANTS = (r"\pi", "e", "i", r"\infty", "pi", "π", "oo", "I")
_UNITS = (*"cm m km kg g s min hours hr mph dollars cents meters apples degrees ft L".split(), "square units", "cm^2")
_WORDS = (
    "no solution", "none", "yes", "No", "true", "Sunday", "even", "all real numbers", "infinitely many", "undefined",
    "does not exist", "circle", "the empty set", "Evelyn", "neither", "line segment and circle", "prime", "twelve",
    "twenty-five", "one half", "parallel", "isosceles triangle", "x-axis", "not enough information", "DNE",
)  # fmt: skip
_MONTHS = "January February March April May June July August September October November December".split()
_RELATIONS = ("=", "<", ">", r"\le", r"\geq", "<=", ">=", r"\neq", r"\approx", "≤", r"\equiv", r"\in", r"\leqslant")


class Grammar:
    """Draws answers; each method is one kind."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._kinds: Sequence[tuple[int, Callable[[], str]]] = (
            (30, self.expression), (14, self.number), (8, self.equation), (6, self.inequality), (6, self.listed),
            (6, self.bracketed), (5, self.interval), (4, self.matrix), (4, self.phrase), (4, self.choice),
            (3, self.measured), (2, self.date), (2, self.clock), (2, self.ratio), (2, self.based), (3, self.function),
            (3, self.named), (2, self.sentence), (2, self.set_builder), (2, self.plus_minus), (2, self.repeated),
        )  # fmt: skip

    def answer(self) -> str:
        """An answer of any kind, now and then in a box or between dollars."""
        text = self._one(self._kinds)()
        kind = self.rng.random()
        if kind < 0.08:
            return f"${text}$"
        if kind < 0.12:
            return rf"\boxed{{{text}}}"
        if kind < 0.14:
            return rf"\( {text} \)"
        return text + "." if kind < 0.16 else text

    def _one(self, weighted: Sequence[tuple[int, Callable[[], str]]]) -> Callable[[], str]:
        return self.rng.choices([make for _, make in weighted], [weight for weight, _ in weighted])[0]

    def pick(self, *options: str) -> str:
        return self.rng.choice(options)

    # --- values ----------------------------------------------------------------------------------

    def integer(self) -> str:
        digits = self.rng.choices([1, 2, 3, 6, 20], [40, 30, 15, 10, 5])[0]
        return str(self.rng.randrange(10**digits))

    def number(self) -> str:
        r = self.rng
        n, m = self.integer(), self.integer()
        return self.pick("", "", "", "-") + self.pick(
            n, n, f"{n}.{m}", f".{m}", f"{n}.", rf"\frac{{{n}}}{{{m}}}", f"{n}/{m}", rf"\frac{n[0]}{m[0]}", f"{n}%",
            rf"{n}\%", rf"{n}\frac{{{m}}}{{{n}}}", f"{n} {m}/{n}", f"{int(n):,}", f"{n}e{r.randrange(-40, 400)}",
            rf"{n} \times 10^{{{r.randrange(-30, 30)}}}", rf"0.{m}\overline{{{n}}}", f"0.{n}...", rf"\${n}.{m[:2]}",
            f"{int(n):,}".replace(",", "{,}"), f"{int(n):,}".replace(",", " "), rf"0.\dot{{{m[0]}}}", f"0.{m[0]}({n})",
            rf"{n}^\circ", f"{n}°", f"{n}th", f"{n},{m}", "½", f"{n}²", rf"\dfrac{{{n}}}{m[0]}",
        )  # fmt: skip

    def expression(self, depth: int = DEPTH) -> str:
        r = self.rng
        if depth <= 0 or r.random() < 0.15:
            return self.atom()
        e = lambda: self.expression(depth - 1 - r.randrange(2))  # noqa: E731
        return r.choice(self._shapes)(self, e)

    def atom(self) -> str:
        kind = self.rng.random()
        if kind < 0.4:
            return str(self.rng.randrange(20))
        if kind < 0.75:
            return self.variable()
        return self.rng.choice(_CONSTANTS) if kind < 0.9 else self.number()

    def variable(self) -> str:
        name = self.rng.choice(_VARIABLES)
        if len(name) > 1:
            return self.pick(name, rf"\{name} ")
        return name + self.pick("", "", "", "", "", "_1", "_{n}", "'", r"_{\text{max}}", "₂")

    def joined(self, e: Callable[[], str], *signs: str) -> str:
        return e() + self.pick(*signs) + e()

    def called(self, e: Callable[[], str]) -> str:
        second = f", {e()}" if self.rng.random() < 0.3 else ""
        return f"{self.rng.choice(_FUNCTIONS)}({e()}{second})"

    _shapes: Sequence[Callable[[Grammar, Callable[[], str]], str]] = (
        lambda g, e: g.joined(e, "+", "-", " + ", " - ", "−"),
        lambda g, e: g.joined(e, "+", "-", " + ", " - ", "−"),
        lambda g, e: g.joined(e, "", " ", "*", r" \cdot ", r" \times ", "·"),
        lambda g, e: g.joined(e, "/", r" \div ", "÷"),
        lambda g, e: rf"\{g.pick('', 'd', 't', 'c')}frac{{{e()}}}{{{e()}}}",
        lambda g, e: f"({g.joined(e, ')(', ')*(', ')/(', ')^(', ')!(')})",
        lambda g, e: rf"\left( {e()} \right)",
        lambda g, e: f"{e()}^{g.pick('2', '{3}', '{-1}', '{1/2}', '(2)', '{' + e() + '}')}",
        lambda g, e: f"{e()}**{g.pick('2', '(' + e() + ')')}",
        lambda g, e: g.pick(rf"\sqrt{{{e()}}}", f"sqrt({e()})", rf"\sqrt[3]{{{e()}}}", "√2", rf"\sqrt{g.integer()}"),
        lambda g, e: rf"\{g.rng.choice(_FUNCTIONS)}{g.pick(' ', '^2 ', '^{-1}', '_2 ', '_{' + g.atom() + '}')}{e()}",
        lambda g, e: g.called(e),
        lambda g, e: g.pick(f"|{e()}|", rf"\lfloor {e()} \rfloor", rf"\lceil {e()} \rceil", rf"\left|{e()}\right|"),
        lambda g, e: g.pick(f"{g.integer()}!", f"({e()})!", f"{g.atom()}!!", rf"\binom{{{e()}}}{{{e()}}}", "C(9, 3)"),
        lambda g, e: f"-{e()}",
        lambda g, e: g.pick(f"{{{e()}}}", f"{{{e()}}}", rf"{e()} \pmod {{7}}", "{}_9C_3", r"^{10}P_3"),
        lambda g, e: g.pick(rf"\overline{{{e()}}}", r"\vec{v}", rf"{{{e()} \over {e()}}}", rf"{{{e()} \choose 2}}"),
    )  # fmt: skip

    def repeated(self) -> str:
        v, n = self.pick("k", "i", "n"), self.pick("5", "12", "n", "100", r"\infty", "3000")
        sign = self.pick("sum", "prod", "sum", "int", "lim")
        if sign == "lim":
            return rf"\lim_{{{v} \to {n}}} {self.expression(2)}"
        return rf"\{sign}_{{{v}={self.rng.randrange(3)}}}^{{{n}}} {self.expression(2)}"

    def plus_minus(self) -> str:
        return self.expression(1) + self.pick(r" \pm ", "±", r" \mp ", "+-") + self.expression(2)

    def based(self) -> str:
        digits = self.integer()
        base = self.rng.randrange(2, 40)
        return self.pick(f"{digits}_{{{base}}}", f"{digits}_2", f"({digits})_8", "2AF_{16}", f"{digits} base {base}")

    # --- relations -------------------------------------------------------------------------------

    def equation(self) -> str:
        return (
            self.expression(2)
            + self.pick("=", " = ", " = ", r" \equiv ", r" \approx ", r" \propto ")
            + self.expression(2)
        )

    def named(self) -> str:
        joint = self.pick(", ", r" \text{ and } ", " and ", "; ", r" \text{ or } ", r", \quad ")
        return joint.join(f"{self.variable()} = {self.expression(1)}" for _ in range(self.rng.randint(1, 3)))

    def function(self) -> str:
        v = self.pick("x", "t", "n")
        return f"{self.pick('f', 'g', 'P', 'T')}({v}{self.pick('', '', ', y')}) = {self.expression(3)}"

    def inequality(self) -> str:
        sides = [self.expression(1) for _ in range(self.rng.choice([2, 2, 3, 4]))]
        text = sides[0]
        for side in sides[1:]:
            text += f" {self.rng.choice(_RELATIONS)} {side}"
        return text

    def set_builder(self) -> str:
        bar = self.pick("|", r"\mid", ":")
        return rf"\{{ {self.variable()} {bar} {self.inequality()} \}}"

    # --- collections -----------------------------------------------------------------------------

    def elements(self, most: int = 5) -> list[str]:
        make = self.rng.choice([self.number, lambda: self.expression(1), lambda: self.expression(2), self.answer])
        return [make() for _ in range(self.rng.randint(1, most))]

    def listed(self) -> str:
        *head, last = self.elements()
        return (
            self.pick(", ", ",", "; ", " and ", r", \,").join(head) + self.pick(", ", " and ", ", and ", " or ") + last
        )

    def bracketed(self) -> str:
        opening, closing = self.rng.choice(
            [("(", ")"), ("[", "]"), (r"\{", r"\}"), ("{", "}"), (r"\left(", r"\right)"), (r"\langle ", r" \rangle"),
             ("<", ">"), (r"\left\{", r"\right\}"), ("[", ")"), ("(", "]")]
        )  # fmt: skip
        return opening + self.pick(", ", ",", "; ").join(self.elements()) + closing

    def interval(self) -> str:
        def end(sign: str) -> str:
            return self.pick(sign + r"\infty", self.expression(1), self.number(), self.number())

        def one() -> str:
            return (
                self.pick("(", "[", r"\left(", r"\left[") + f"{end('-')}, {end('')}" + self.pick(")", "]", r"\right)")
            )

        joint = self.pick(r" \cup ", " U ", r"\cap", "∪", r" \setminus ", " or ")
        return self.pick("", "", r"x \in ") + joint.join(one() for _ in range(self.rng.choice([1, 1, 2, 3])))

    def matrix(self) -> str:
        kind = self.pick("pmatrix", "bmatrix", "vmatrix", "matrix", "cases", "aligned", "array", "foo")
        columns = self.rng.randint(1, 3)
        rows = [" & ".join(self.expression(1) for _ in range(columns)) for _ in range(self.rng.randint(1, 3))]
        before = self.pick("", "", "", "-", "3", r"\frac{1}{2}")
        spec = self.pick("", "{cc}") if kind == "array" else ""
        return rf"{before}\begin{{{kind}}}{spec}" + r" \\ ".join(rows) + rf"\end{{{kind}}}"

    def ratio(self) -> str:
        return self.pick(":", " : ", " to ").join(self.elements(3))

    # --- words -----------------------------------------------------------------------------------

    def phrase(self) -> str:
        words = self.rng.choice(_WORDS)
        both = f"{words}, {self.rng.choice(_WORDS)}"
        return self.pick(words, words, rf"\text{{{words}}}", f"**{words}**", words.upper(), both)

    def choice(self) -> str:
        letter = self.rng.choice("ABCDEJabc")
        return self.pick(
            letter, f"({letter})", f"{letter}.", rf"\text{{({letter})}}", f"({letter}) {self.number()}",
            f"option {letter}",
            rf"\text{{({letter}) }} {self.expression(2)}", rf"\textbf{{({letter})}}",
            f"{letter}, {self.rng.choice('ABC')}",
        )  # fmt: skip

    def measured(self) -> str:
        unit = self.rng.choice(_UNITS)
        return self.pick(self.number(), self.expression(2)) + self.pick(
            f" {unit}", rf"\text{{ {unit}}}", rf"\ \mathrm{{{unit}}}", unit, rf"\,\text{{{unit}}}^2",
            rf" \frac{{\text{{{unit}}}}}{{\text{{s}}}}",
        )  # fmt: skip

    def date(self) -> str:
        month, day, year = self.rng.choice(_MONTHS), self.rng.randrange(40), self.rng.randrange(1900, 2100)
        iso = f"{year}-{day % 14:02}-{day:02}"
        return self.pick(f"{month} {day}, {year}", f"{day}th of {month}", iso, f"{month[:3]}. {day}")

    def clock(self) -> str:
        return f"{self.rng.randrange(26)}:{self.rng.randrange(70):02}" + self.pick(
            "", " pm", " a.m.", r"\text{ PM}", ":30"
        )

    def sentence(self) -> str:
        start = self.pick("The answer is", "Only", "There are", r"\text{Area:}", "about", "Therefore")
        said = self.pick(self.number(), self.expression(2), self.equation(), self.listed())
        return f"{start} {said}" + self.pick("", " where x > 0", " for all n", r" \text{ if } a = 1")
