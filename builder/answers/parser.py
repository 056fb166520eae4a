r"""Tokens of one expression to a tree, by operator precedence.

Implicit products, mixed numbers, ``\frac12``, function powers (``\sin^2 x``), absolute values,
base-n numerals and units after a value are read here.  Lists, relations and intervals are not: see
:mod:`.structure`.  A form that is not understood raises :class:`~.tree.Unreadable`.
"""

from __future__ import annotations

from fractions import Fraction

from .tokens import FUNCTIONS, Token
from .tree import Call, Name, Node, Num, Unreadable

MAX_DEPTH = 60
_END = Token("end", "")
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "xfrac"})
_PAIRS = {"(": ")", "[": "]", "{": "}", "lfloor": "rfloor", "lceil": "rceil"}
_MAX_DIGITS = 1400


def number(text: str) -> Num:
    """A numeral as written: thousands separators, decimals, repeating decimals, scientific notation."""
    raw = text
    if "\\overline" in text or "\\dot" in text:
        head, _, rest = text.partition("\\")
        period = "".join(ch for ch in rest if ch.isdigit())
        whole, _, fixed = head.partition(".")
        base = Fraction(int((whole + fixed) or "0"), 10 ** len(fixed))
        return Num(base + Fraction(int(period), 10 ** len(fixed) * (10 ** len(period) - 1)), raw)
    digits = "".join(ch for ch in text if ch.isdigit() or ch in ".eE+-")
    if digits.count(".") > 1 or len(digits) > _MAX_DIGITS:
        raise Unreadable("numeral")
    mantissa, _, exponent = digits.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    if not whole and not fraction:
        raise Unreadable("numeral")
    value = Fraction(int((whole + fraction) or "0"), 10 ** len(fraction))
    if exponent:
        if abs(int(exponent)) > _MAX_DIGITS:
            raise Unreadable("exponent")
        value *= Fraction(10) ** int(exponent)
    return Num(value, digits)


class Parser:
    """Reads one expression; use :func:`parse`."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.bars = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    @property
    def ahead(self) -> Token:
        return self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else _END

    def take(self) -> Token:
        token = self.now
        self.at += 1
        return token

    def is_op(self, *ops: str) -> bool:
        return self.now.kind == "op" and self.now.text in ops

    def expect(self, kind: str, text: str) -> None:
        if self.now.kind != kind or self.now.text != text:
            raise Unreadable(f"expected {text}")
        self.at += 1

    # --- sums and products ---------------------------------------------------------------------

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("depth")
        terms: list[Node] = []
        if not self.is_op("+", "-", "pm", "mp"):
            terms.append(self.product())
        while self.is_op("+", "-", "pm", "mp"):
            sign = self.take().text
            term = self.product()
            terms.append(term if sign == "+" else Call({"-": "neg"}.get(sign, sign), (term,)))
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Call("+", tuple(terms))

    def product(self) -> Node:
        left = self.signed()
        while True:
            if self.is_op("*"):
                self.take()
                left = Call("*", (left, self.signed()))
            elif self.is_op("/"):
                self.take()
                if self.now.kind == "text":  # "km/h": a unit
                    self.unit()
                else:
                    left = Call("/", (left, self.signed()))
            elif self.now.kind == "text":
                self.unit()
            elif self.starts_factor():
                left = Call("*", (left, self.power()))
            else:
                return left

    def unit(self) -> None:
        """Skips a unit or words after a value, with a power: ``\\text{cm}^2``."""
        if len(self.take().text.split(" ", 1)[0]) > 20:
            raise Unreadable("words run together")
        if self.is_op("^"):
            self.take()
            self.argument()

    def signed(self) -> Node:
        signs: list[str] = []
        while self.is_op("-", "+", "pm", "mp"):
            signs.append(self.take().text)
        node = self.power()
        for sign in reversed(signs):
            if sign != "+":
                node = Call({"-": "neg"}.get(sign, sign), (node,))
        return node

    def starts_factor(self) -> bool:
        token = self.now
        if token.kind == "num":
            # Two numerals side by side are no product: "3 1 -4".
            previous = self.tokens[self.at - 1]
            return previous.kind not in ("num", "var")
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
        exponent = self.argument(whole_number=True)
        return self.postfix(Call("^", (base, exponent)))

    def ordinal(self) -> bool:
        """Whether ``^{\\text{th}}`` follows, which is then passed over."""
        width = 1 if self.now.kind == "text" else 3 if self.ahead.kind == "text" else 0
        self.at += width
        return width > 0

    def postfix(self, node: Node) -> Node:
        while True:
            if self.is_op("!"):
                self.take()
                node = Call("!", (node,))
            elif self.is_op("%"):
                self.take()
                node = Call("pct", (node,))
            elif self.is_op("deg"):
                self.take()
                node = Call("deg", (node,))
            else:
                return node

    def argument(self, whole_number: bool = False) -> Node:
        """What follows ``^``, ``\\frac`` or ``\\sqrt``: a group, or one digit, letter or command."""
        token = self.now
        if token.kind == "open" and token.text == "{":
            return self.group()
        if token.kind == "num" and not whole_number and token.text.isdigit() and len(token.text) > 1:
            # \frac12: TeX takes one digit.
            self.tokens[self.at] = Token("num", token.text[1:])
            return number(token.text[0])
        if token.kind == "op" and token.text in "+-":
            sign = self.take().text
            node = self.argument(whole_number)
            return Call("neg", (node,)) if sign == "-" else node
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("depth")
        node = self.atom()
        if whole_number and self.is_op("^"):  # 2^3^4 = 2^(3^4)
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
            self.take()
            self.bars += 1
            node = self.sum()
            if not self.is_op("|"):
                raise Unreadable("bar")
            self.take()
            self.bars -= 1
            return Call("abs", (node,))
        raise Unreadable(f"token {token.text}")

    def numeral(self) -> Node:
        node = number(self.take().text)
        if self.is_op("_"):
            self.take()
            base = self.argument(whole_number=True)
            if not isinstance(base, Num):
                raise Unreadable("base")
            return Call("base", (Num(Fraction(0), node.raw), base))
        if node.value.denominator == 1 and "." not in node.raw:
            part = self.mixed_part()
            if part is not None:
                return Call("+", (node, part))
        return node

    def mixed_part(self) -> Node | None:
        r"""The fraction of a mixed number: ``3\frac{1}{2}``, ``3 1/2``."""
        start = self.at
        previous = self.tokens[start - 2] if start >= 2 else _END
        if previous.kind == "op" and previous.text in ("/", "^", "_"):
            return None
        saved = list(self.tokens[start : start + 8])
        part: Node | None = None
        if self.now.kind == "cmd" and self.now.text in _FRACTIONS:
            part = self.command()
        elif self.now.kind == "num" and self.ahead == Token("op", "/") and self.tokens[start + 2 :]:
            top = number(self.take().text)
            self.take()
            if self.now.kind == "num":
                part = Call("/", (top, number(self.take().text)))
        if isinstance(part, Call) and part.fn == "/":
            top_node, bottom = part.args
            whole = isinstance(top_node, Num) and isinstance(bottom, Num)
            if whole and not self.is_op("^") and self.now.kind not in ("var",) and _proper(top_node, bottom):
                return part
        self.at = start
        self.tokens[start : start + 8] = saved
        return None

    def variable(self) -> Node:
        name = self.take().text
        if name in ("pi", "e", "i", "oo"):
            return Name(name)
        if self.is_op("_"):
            self.take()
            name = f"{name}_{self.subscript()}"
        while self.is_op("'"):
            name += self.take().text
        return Name(name)

    def subscript(self) -> str:
        if self.now.kind != "open":
            token = self.take()
            if token.kind not in ("num", "var", "text"):
                raise Unreadable("subscript")
            return token.text
        parts: list[str] = []
        self.take()
        while self.now.kind != "close":
            if self.now.kind in ("end", "open"):
                raise Unreadable("subscript")
            parts.append(self.take().text)
        self.take()
        return "".join(parts)

    def function(self) -> Node:
        fn = self.take().text
        power: Node | None = None
        base: Node | None = None
        while self.is_op("^", "_"):
            if self.take().text == "^":
                power = self.argument(whole_number=True)
            else:
                base = self.argument(whole_number=True)
        if fn == "sqrt":
            node = self.root()
        else:
            args = self.arguments(fn)
            inverse = power == Call("neg", (Num(Fraction(1), "1"),)) and fn in ("sin", "cos", "tan", "cot")
            if inverse:
                fn, power = f"arc{fn}", None
            node = Call(fn, (*args, base) if base is not None else args)
        return node if power is None else Call("^", (node, power))

    def root(self) -> Node:
        if self.now == Token("open", "[") or (self.now.kind == "open" and self.now.text == "["):
            self.take()
            index = self.sum()
            self.expect("close", "]")
            return Call("root", (self.argument(whole_number=True), index))
        return Call("sqrt", (self.argument(whole_number=True),))

    def arguments(self, fn: str) -> tuple[Node, ...]:
        r"""``\sin(x)``, ``\max(a, b)``, ``\sin 2x``: without brackets a run of factors."""
        if self.now.kind == "open" and self.now.text in "({":
            opener = self.take().text
            args = [self.sum()]
            while self.now.kind == "sep" and self.now.text == "," and fn in ("gcd", "lcm", "max", "min", "log"):
                self.take()
                args.append(self.sum())
            self.expect("close", _PAIRS[opener])
            return tuple(args)
        factors = [self.power()]
        while self.starts_factor() and self.now.kind != "fn" and not (
            self.now.kind == "open" and self.now.text == "("
        ):  # fmt: skip
            factors.append(self.power())
        node = factors[0]
        for factor in factors[1:]:
            node = Call("*", (node, factor))
        if self.is_op("/") and self.ahead.kind == "num" and isinstance(node, Name):
            self.take()  # \sin \pi/6
            node = Call("/", (node, number(self.take().text)))
        return (node,)

    def command(self) -> Node:
        name = self.take().text
        if name in _FRACTIONS:
            top = self.argument()
            return Call("/", (top, self.argument()))
        if name in ("binom", "dbinom", "tbinom"):
            top = self.argument()
            return Call("binom", (top, self.argument()))
        if name == "operatorname" and self.now.kind == "var":
            raise Unreadable("operator")
        raise Unreadable(f"command {name}")


def _proper(top: Node, bottom: Node) -> bool:
    if not isinstance(top, Num) or not isinstance(bottom, Num):
        return False
    plain = "." not in top.raw and "." not in bottom.raw
    return plain and 0 < top.value < bottom.value


def parse(tokens: list[Token]) -> Node:
    """The tree of the expression that all of ``tokens`` are.

    Raises:
        Unreadable: it is no expression, or nested too deeply.
    """
    parser = Parser(list(tokens))
    node = parser.sum()
    if parser.now is not _END:
        raise Unreadable(f"stray {parser.now.text}")
    return node


__all__ = ["FUNCTIONS", "Parser", "number", "parse"]
