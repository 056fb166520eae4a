r"""Tokens of one expression to a tree, by operator precedence.

Implicit products, mixed numbers, ``\frac12``, function powers (``\sin^2 x``), absolute values, sums,
base-n numerals and units after a value are read here.  Lists, relations and intervals are not: see
:mod:`.reader`.  A form that is not understood raises :class:`~.tree.Unreadable`.
"""

from __future__ import annotations

import re

from .numerals import continued, number
from .tokens import END, Token
from .tree import Call, Name, Node, Num, Unreadable, whole
from .vocabulary import ACCENTS, BINOMIALS, FRACTIONS, LETTER_UNITS, MULTIPLIERS

MAX_DEPTH = 60
_MAX_MARKS = 20  # signs before a value, or bangs and percent signs behind it
_PAIRS = {"(": ")", "[": "]", "{": "}", "lfloor": "rfloor", "lceil": "rceil"}
_SIGNS = {"-": "neg", "pm": "pm", "mp": "mp"}
_ADDITIVE = ("+", "-", "pm", "mp")
_SEVERAL = frozenset({"gcd", "lcm", "max", "min", "log", "binom", "perm"})  # functions of several arguments
_OPEN_ENDED = re.compile(r"\bor (?:more|less|fewer|greater|above|below|higher|lower|later|earlier)\b", re.IGNORECASE)
_ARITY = {"log": 2, "binom": 2, "perm": 2}
_INVERTED = frozenset({"sin", "cos", "tan", "cot", "sec", "csc"})  # whose power -1 is the inverse
_REPEATED = {"sum": "sum", "prod": "prod"}
_OPAQUE = {"int": "int", "lim": "lim"}
_MINUS_ONE = Call("neg", (whole(1),))


class Parser:
    """Reads one expression; use :func:`parse`.  ``units`` are the words passed over after values."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = [*tokens, END, END]
        self.at = 0
        self.now = self.tokens[0]
        self.depth = 0
        self.bars = 0
        self.units: list[str] = []

    @property
    def ahead(self) -> Token:
        return self.tokens[self.at + 1]

    def take(self) -> Token:
        token = self.now
        if token is not END:
            self.at += 1
            self.now = self.tokens[self.at]
        return token

    def move(self, at: int) -> None:
        self.at = at
        self.now = self.tokens[at]

    def is_op(self, *ops: str) -> bool:
        return self.now.kind == "op" and self.now.text in ops

    def is_open(self, *brackets: str) -> bool:
        return self.now.kind == "open" and self.now.text in brackets

    def expect(self, kind: str, text: str) -> None:
        if self.now.kind != kind or self.now.text != text:
            raise Unreadable(f"expected {text}")
        self.take()

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("nested too deeply")

    # --- sums and products ---------------------------------------------------------------------

    def sum(self) -> Node:
        self.deeper()
        terms: list[Node] = []
        if not self.is_op(*_ADDITIVE):
            terms.append(self.product())
        while self.is_op(*_ADDITIVE):
            sign = self.take().text
            term = self.product()
            terms.append(term if sign == "+" else Call(_SIGNS[sign], (term,)))
        node = terms[0] if len(terms) == 1 else Call("+", tuple(terms))
        while self.is_op("mod", "choose", "over"):  # n \choose k
            fn = {"mod": "mod", "choose": "binom", "over": "/"}[self.take().text]
            node = Call(fn, (node, self.product() if fn == "mod" else self.sum()))
        self.depth -= 1
        return node

    def product(self) -> Node:
        """Factors above and below: ``a / b \\cdot c`` is ``ac / b``."""
        above, below = [self.signed()], list[Node]()
        while True:
            if self.is_op("*"):
                self.take()
                if self.now.kind == "text":  # 5 \\text{m} \\cdot \\text{s}^{-1}
                    self.unit()
                else:
                    above.append(self.signed())
            elif self.is_op("/"):
                self.take()
                if self.now.kind == "text" or (self.units and self.now.text in LETTER_UNITS):  # km/h
                    self.unit()
                else:
                    below.append(self.signed())
            elif self.now.kind == "text":
                times = MULTIPLIERS.get(self.now.text.split(" ", 1)[0].lower())
                self.unit()
                above += [] if times is None else [whole(times)]  # 1.5 million
            elif self.is_unit_fraction():
                self.units.append(f"{self.tokens[self.at + 2].text}/{self.tokens[self.at + 5].text}")
                self.move(self.at + 7)
            elif self.starts_factor():
                above.append(self.power())
            else:
                return Call("/", (_times(above), _times(below))) if below else _times(above)

    def is_unit_fraction(self) -> bool:
        r"""Whether ``\frac{\text{km}}{\text{h}}`` follows."""
        if self.now.kind != "cmd":
            return False
        window = self.tokens[self.at : self.at + 7]
        kinds = [t.kind for t in window]
        return kinds == ["cmd", "open", "text", "close", "open", "text", "close"] and window[0].text in FRACTIONS

    def unit(self) -> None:
        r"""Passes over a unit or words after a value, with a power: ``\text{cm}^2``."""
        text = self.take().text
        if len(text.split(" ", 1)[0]) > 20:
            raise Unreadable("words run together")
        if _OPEN_ENDED.search(text):
            raise Unreadable("a bound, not a value")
        if self.is_op("^"):
            self.take()
            exponent = self.argument(whole_number=True)
            text += f"^{exponent.raw}" if isinstance(exponent, Num) else ""
        self.units.append(text)

    def signed(self) -> Node:
        signs: list[str] = []
        while self.is_op(*_ADDITIVE):
            sign = self.take().text
            if sign == "-" and signs[-1:] == ["-"]:
                signs.pop()
            elif sign != "+":
                signs.append(sign)
        if len(signs) > _MAX_MARKS:
            raise Unreadable("signs")
        node = self.power()
        for sign in reversed(signs):
            node = Call(_SIGNS[sign], (node,))
        return node

    def starts_factor(self) -> bool:
        token = self.now
        if token.kind == "num":
            # Two numerals side by side are no product: "3 1 -4".
            return self.tokens[self.at - 1].kind not in ("num", "var", "text")
        if token.kind == "op":
            return token.text == "|" and self.bars == 0
        return token.kind in ("var", "fn", "cmd") or (token.kind == "open" and token.text in _PAIRS)

    # --- powers and postfixes ------------------------------------------------------------------

    def power(self) -> Node:
        base = self.postfix(self.atom())
        if not self.is_op("^"):
            return base
        self.take()
        if self.ordinal():
            return base
        if self.is_op("'"):
            return self.postfix(base)
        exponent = self.argument(whole_number=True)
        return self.postfix(Call("^", (base, exponent)))

    def ordinal(self) -> bool:
        r"""Whether ``^{\text{th}}`` follows, which is then passed over."""
        width = 1 if self.now.kind == "text" else 3 if self.is_open("{") and self.ahead.kind == "text" else 0
        self.move(self.at + width)
        return width > 0

    def postfix(self, node: Node) -> Node:
        start = self.at
        while self.now.kind == "op":
            if self.at - start > _MAX_MARKS:
                raise Unreadable("marks behind a value")
            if self.is_op("!"):
                self.take()
                if self.is_op("!"):
                    self.take()
                    node = Call("!!", (node,))
                else:
                    node = Call("!", (node,))
            elif self.is_op("%"):
                self.take()
                node = Call("pct", (node,))
            elif self.is_op("deg"):
                self.take()
                node = Call("deg", (node,))
                if self.now.text in ("C", "F", "K") and self.ahead.kind in ("end", "sep", "close", "rel"):
                    self.unit()  # 25 degrees Celsius
            else:
                break
        return node

    def argument(self, whole_number: bool = False) -> Node:
        r"""What follows ``^``, ``\frac`` or ``\sqrt``: a group, or one digit, letter or command."""
        token = self.now
        if self.is_open("{"):
            return self.group()
        if token.kind == "num" and not whole_number and token.text.isdigit() and len(token.text) > 1:
            # \frac12: TeX takes one digit.
            self.now = self.tokens[self.at] = Token("num", token.text[1:])
            return number(token.text[0])
        if token.kind == "op" and token.text in "+-":
            sign = self.take().text
            node = self.argument(whole_number)
            return Call("neg", (node,)) if sign == "-" else node
        self.deeper()
        node = self.atom()
        if whole_number:
            while self.is_op("!"):
                self.take()
                node = Call("!", (node,))
            if self.is_op("^"):  # 2^3^4 = 2^(3^4)
                self.take()
                node = Call("^", (node, self.argument(True)))
        self.depth -= 1
        return node

    def group(self) -> Node:
        opener = self.take().text
        closer = _PAIRS.get(opener)
        if closer is None:
            raise Unreadable(f"bracket {opener}")
        bars, self.bars = self.bars, 0
        node = self.sum()
        self.expect("close", closer)
        self.bars = bars
        return node

    # --- atoms ---------------------------------------------------------------------------------

    def atom(self) -> Node:
        token = self.now
        if token.kind == "num":
            return self.numeral()
        if token.kind == "var":
            return self.variable()
        if token.kind == "fn":
            return self.function()
        if token.kind == "cmd":
            return self.command()
        if token.kind == "open":
            node = self.group()
            fn = {"lfloor": "floor", "lceil": "ceil"}.get(token.text)
            return Call(fn, (node,)) if fn else node
        if self.is_op("|"):
            return self.absolute()
        if self.is_op("_", "^"):
            return self.prefixed()
        raise Unreadable(f"token {token.text}")

    def absolute(self) -> Node:
        self.take()
        self.bars += 1
        node = self.sum()
        if not self.is_op("|"):
            raise Unreadable("bar")
        self.take()
        self.bars -= 1
        return Call("abs", (node,))

    def prefixed(self) -> Node:
        """``_{10}C_{3}``, ``^{10}C_3``, ``^{10}P_3``."""
        self.take()
        n = self.argument(whole_number=True)
        if self.now.kind != "var" or self.now.text not in ("C", "P") or self.ahead != Token("op", "_"):
            raise Unreadable("prefix")
        fn = {"C": "binom", "P": "perm"}[self.take().text]
        self.take()
        return Call(fn, (n, self.argument(whole_number=True)))

    def numeral(self) -> Node:
        node = number(self.take().text)
        if self.is_op("_"):
            self.take()
            base = self.argument(whole_number=True)
            if not isinstance(base, Num):
                raise Unreadable("base")
            return Call("base", (Num(node.value, node.raw), base))
        if self.now == Token("var", "...") and "." in node.raw:
            self.take()
            value = continued(node.raw)
            return node if value is None else Num(value)  # 0.2857... is the rounded decimal
        if node.value.q == 1 and "." not in node.raw:
            part = self.mixed_part()
            if part is not None:
                return Call("+", (node, part))
        return node

    def mixed_part(self) -> Node | None:
        r"""The fraction of a mixed number: ``3\frac{1}{2}``, ``3 1/2``."""
        start = self.at
        previous = self.tokens[start - 2] if start >= 2 else END
        if previous.kind == "op" and previous.text in ("/", "^", "_"):
            return None
        if self.now.kind not in ("cmd", "num") or self.is_unit_fraction():
            return None
        saved = list(self.tokens[start : start + 8])
        part: Node | None = None
        if self.now.kind == "cmd" and self.now.text in FRACTIONS:
            part = self.command()
        elif self.now.kind == "num" and self.ahead.kind == "op" and self.ahead.text == "/":
            top = number(self.take().text)
            self.take()
            if self.now.kind == "num":
                part = Call("/", (top, number(self.take().text)))
        whole_factor = self.is_op("^") or (
            self.now.kind == "var" and self.now.text != "pi"
        )  # 3 \frac{1}{2} x is a product
        if isinstance(part, Call) and part.fn == "/" and not whole_factor and _is_proper(*part.args):
            return part
        self.tokens[start : start + len(saved)] = saved
        self.move(start)
        return None

    def variable(self) -> Node:
        name = self.take().text
        if name in ("pi", "e", "i", "oo"):
            return Name(name)
        if name == "I" and not self.is_op("_"):  # as computer algebra writes the imaginary unit
            return Name("i")
        if self.is_op("_"):
            chosen = self.chosen_by_indices() if name == "C" else None
            if chosen is not None:
                return Call("binom", chosen)
            self.take()
            subscript = self.subscript()
            name = f"{name}_{subscript}"
        elif name in ("C", "P") and self.is_open("("):
            chosen = self.chosen()
            if chosen is not None:
                return Call("binom" if name == "C" else "perm", chosen)
        while self.is_op("'"):
            name += self.take().text
        return Name(name)

    def chosen_by_indices(self) -> tuple[Node, Node] | None:
        """The arguments of ``C_{10}^{3}`` and ``C_{2n}^{n}``; a letter's square is no such thing."""
        start = self.at
        self.take()
        try:
            lower = self.argument()
            if self.is_op("^"):
                self.take()
                upper = self.argument(whole_number=True)
                if isinstance(lower, Num) or not isinstance(upper, Num):
                    return lower, upper
        except Unreadable:
            pass
        self.move(start)
        return None

    def chosen(self) -> tuple[Node, Node] | None:
        """The arguments of ``C(10, 3)``, where that is what follows."""
        window = self.tokens[self.at : self.at + 5]
        shape = [t.text if t.kind in ("open", "sep", "close") else t.kind for t in window]
        if shape != ["(", "num", ",", "num", ")"]:
            return None
        self.move(self.at + 5)
        return number(window[1].text), number(window[3].text)

    def subscript(self) -> str:
        if self.now.kind != "open":
            token = self.take()
            if token.kind not in ("num", "var", "text"):
                raise Unreadable("subscript")
            return token.text
        parts: list[str] = []
        self.take()
        depth = 1
        while depth:
            token = self.take()
            if token.kind == "end":
                raise Unreadable("subscript")
            depth += (token.kind == "open") - (token.kind == "close")
            if depth:
                parts.append(token.text)
        return "".join(parts)

    def function(self) -> Node:
        fn = self.take().text
        power: Node | None = None
        base: Node | None = None
        while self.is_op("^", "_"):
            if self.take().text == "^":
                power = self.argument(whole_number=True)
            elif fn == "log" and self.is_glued_base():
                base = self.glued_base()
            else:
                base = self.argument(whole_number=True)
        if fn == "sqrt":
            node = self.root()
        else:
            args = self.arguments(fn)
            most = 1 if base is not None else _ARITY.get(fn, len(args))
            if (base is not None and fn != "log") or len(args) > most or (fn in ("binom", "perm") and len(args) < 2):
                raise Unreadable("arguments")
            if power == _MINUS_ONE and fn in _INVERTED:
                fn, power = f"arc{fn}", None
            node = Call(fn, (*args, base) if base is not None else args)
        return node if power is None else Call("^", (node, power))

    def is_glued_base(self) -> bool:
        r"""Whether ``\log_25`` has its argument glued to its base."""
        after = self.ahead.kind
        return self.now.kind == "num" and len(self.now.text) > 1 and after not in ("num", "var", "open", "fn", "cmd")

    def glued_base(self) -> Node:
        r"""The base of ``\log_25``: TeX takes one digit, but no base is 1."""
        text = self.now.text
        width = 2 if text[0] == "1" and len(text) > 2 else 1
        self.now = self.tokens[self.at] = Token("num", text[width:])
        return number(text[:width])

    def root(self) -> Node:
        if self.is_open("["):
            self.take()
            index = self.sum()
            self.expect("close", "]")
            return Call("root", (self.argument(whole_number=True), index))
        return Call("sqrt", (self.argument(whole_number=True),))

    def arguments(self, fn: str) -> tuple[Node, ...]:
        r"""``\sin(x)``, ``\max(a, b)``, ``\sin 2x``: without brackets a run of factors."""
        if self.now.kind == "open" and self.now.text in "({[":
            opener = self.take().text
            args = [self.sum()]
            while self.now.kind == "sep" and self.now.text == "," and fn in _SEVERAL:
                self.take()
                args.append(self.sum())
            self.expect("close", _PAIRS[opener])
            return tuple(args)
        if self.is_op("-"):
            self.take()
            return (Call("neg", self.arguments(fn)),)
        factors = [self.power()]
        while self.starts_factor() and self.now.kind != "fn" and not self.is_open("("):
            factors.append(self.power())
        node = _times(factors)
        if self.is_op("/") and self.ahead.kind == "num" and _is_angle(node):
            self.take()  # \sin \pi/6
            node = Call("/", (node, number(self.take().text)))
        return (node,)

    def command(self) -> Node:
        name = self.take().text
        if name in FRACTIONS:
            top = self.argument()
            return Call("/", (top, self.argument()))
        if name in BINOMIALS:
            top = self.argument()
            return Call("binom", (top, self.argument()))
        if name in ACCENTS:
            return self.argument()
        if name in _REPEATED or name in _OPAQUE:
            return self.over_range(name)
        raise Unreadable(f"command {name}")

    def over_range(self, name: str) -> Node:
        r"""``\sum_{k=1}^{n} k^2``, ``\prod``; ``\int_a^b`` and ``\lim_{x \to 0}`` as they are written."""
        variable: Node | None = None
        bounds: list[Node] = []
        while self.is_op("_", "^"):
            if self.take().text == "_" and self.is_open("{") and name != "int":
                self.take()
                variable = self.atom()
                if self.take().text not in ("=", "->"):
                    raise Unreadable("range")
                bounds.insert(0, self.sum())
                self.expect("close", "}")
            else:
                bounds.append(self.argument(whole_number=True))
        self.deeper()
        term = self.product()
        self.depth -= 1
        if name in _REPEATED:
            if variable is None or len(bounds) != 2:
                raise Unreadable("range")
            return Call(name, (variable, *bounds, term))
        return Call(name, (*(() if variable is None else (variable,)), *bounds, term))


def _times(factors: list[Node]) -> Node:
    return factors[0] if len(factors) == 1 else Call("*", tuple(factors))


def _is_proper(top: Node, bottom: Node) -> bool:
    if not isinstance(top, Num) or not isinstance(bottom, Num):
        return False
    plain = "." not in top.raw and "." not in bottom.raw
    return plain and bool(0 < top.value < bottom.value)


def _is_angle(node: Node) -> bool:
    if isinstance(node, Call) and node.fn == "*":
        return all(isinstance(a, Num | Name) for a in node.args)
    return isinstance(node, Name)


def parse(tokens: list[Token]) -> Node:
    """The tree of the expression that all of ``tokens`` are.

    Raises:
        Unreadable: it is no expression, or nested too deeply.
    """
    return parse_with_units(tokens)[0]


def parse_with_units(tokens: list[Token]) -> tuple[Node, tuple[str, ...]]:
    """The tree, and the units that stand after its values.

    Raises:
        Unreadable: it is no expression, or nested too deeply.
    """
    parser = Parser(tokens)
    node = parser.sum()
    if parser.now is not END:
        raise Unreadable(f"stray {parser.now.text}")
    return node, tuple(parser.units)
