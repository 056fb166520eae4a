r"""Text of an answer to tokens: LaTeX and plain notation, in one linear pass.

Cosmetic commands (``\left``, ``\,``, ``\displaystyle``) and money signs vanish here, Unicode becomes
ASCII or commands, control characters that a broken JSON escape left (``\f`` of ``\frac``) are mended.
What a sequence of tokens means is the parser's business.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple


class Token(NamedTuple):
    """``kind``: num, var, fn, cmd, text, op, rel, sep, open, close, env."""

    kind: str
    text: str
    spaced: bool = False  # white space stands before it


_UNICODE = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "•": "*"}
    | {"÷": "/", "⁄": "/", "∕": "/", "π": r"\pi ", "√": r"\sqrt ", "∞": r"\infty ", "≤": r"\le ", "⩽": r"\le "}
    | {"≥": r"\ge ", "⩾": r"\ge ", "≠": r"\ne ", "∪": r"\cup ", "∩": r"\cap ", "∈": r"\in ", "±": r"\pm "}
    | {"°": r"^{\circ}", "º": r"^{\circ}", "∅": r"\emptyset ", "ø": r"\emptyset ", "′": "'", "’": "'"}
    | {"θ": r"\theta ", "α": r"\alpha ", "β": r"\beta ", "ℝ": r"\R ", "∠": "", "△": "", "€": "", "£": "", "¥": ""}
    | {"½": r"\frac{1}{2}", "¼": r"\frac{1}{4}", "¾": r"\frac{3}{4}", "⅓": r"\frac{1}{3}", "⅔": r"\frac{2}{3}"}
    | {"∓": r"\mp ", "⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ", "，": ", ", "；": "; "}
    | {c: f"^{{{d}}}" for c, d in zip("⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ", [*"0123456789n"], strict=True)}
    | {c: f"_{{{d}}}" for c, d in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)}
)
_BROKEN = (
    (re.compile(r"\x0c(?=rac|loor)"), r"\\f"),
    (re.compile(r"\x08(?=inom|oxed|eta|egin|ar\b|f\b|mod)"), r"\\b"),
    (re.compile(r"\t(?=ext|frac|imes|heta|an\b|o\b)"), r"\\t"),
    (re.compile(r"\r(?=ight|angle|m\b|floor|ceil)"), r"\\r"),
    (re.compile(r"\n(?=eq\b|e\b|eg\b)"), r"\\n"),
)


def mend(text: str) -> str:
    """``text`` in our alphabet: Unicode look-alikes mapped, broken escapes mended, no control characters."""
    for pattern, command in _BROKEN:
        text = pattern.sub(command, text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_UNICODE)).translate(_UNICODE)
        text = "".join("" if unicodedata.category(ch) == "Cf" else str(unicodedata.decimal(ch, ch)) for ch in text)
    # A doubled backslash before a command is an escape of JSON or Python, save in a matrix.
    if "\\\\" in text and "begin" not in text:
        text = re.sub(r"\\\\(?=[a-zA-Z(\[{])", r"\\", text)
    text = re.sub(r"\\(?:boxed|fbox)\s?(?=\{)", "", text)
    text = re.sub(r"(?<=\d)\{([A-Za-z]{2,20})\}", r"\\text{\1}", text)  # 12{cm}
    return text.replace("\x00", "").strip()


FUNCTIONS = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "arcsin",
        "arccos",
        "arctan",
        "arccot",
        "sinh",
        "cosh",
        "tanh",
        "log",
        "ln",
        "lg",
        "exp",
        "sqrt",
        "abs",
        "floor",
        "ceil",
        "gcd",
        "lcm",
        "max",
        "min",
    ]
)
_ALIAS = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "ceiling": "ceil", "cosec": "csc", "tg": "tan"}
_RELATIONS = {"le": "<=", "leq": "<=", "leqslant": "<=", "lt": "<", "ge": ">=", "geq": ">=", "gt": ">"} | {
    "geqslant": ">=", "ne": "!=", "neq": "!=", "in": "in", "approx": "~", "equiv": "==", "sim": "~"
}  # fmt: skip
_OPERATORS = {"cdot": "*", "times": "*", "div": "/", "ast": "*", "pm": "pm", "mp": "mp", "cup": "cup"} | {
    "cap": "cap", "setminus": "setminus", "backslash": "setminus", "colon": ":", "circ": "deg",
    "degree": "deg", "mid": "|", "vert": "|", "lvert": "|", "rvert": "|", "bmod": "mod", "to": "->",
}  # fmt: skip
_OPEN = {"lfloor": "lfloor", "lceil": "lceil", "langle": "<", "lbrack": "[", "lbrace": r"\{"}
_CLOSE = {"rfloor": "rfloor", "rceil": "rceil", "rangle": ">", "rbrack": "]", "rbrace": r"\}"}
_SKIP = frozenset(
    [
        "left",
        "right",
        "big",
        "Big",
        "bigg",
        "Bigg",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "biggl",
        "biggr",
        "displaystyle",
        "textstyle",
        "scriptstyle",
        "limits",
        "quad",
        "qquad",
        "thinspace",
        "rm",
        "bf",
        "it",
        "mathstrut",
        "nolimits,",
        ";",
        ":",
        "!",
        "space",
        "nonumber",
        "middle",
    ]
) | {",", ";", ":", "!", " ", "$", "\n", "-"}
_GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "varepsilon",
        "zeta",
        "eta",
        "theta",
        "vartheta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "rho",
        "sigma",
        "tau",
        "upsilon",
        "phi",
        "varphi",
        "chi",
        "psi",
        "omega",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Sigma",
        "Phi",
        "Psi",
        "Omega",
        "ell",
        "hbar",
        "R",
        "N",
        "Z",
        "Q",
    ]
)
_SEPARATORS = frozenset({"and", "or", "und", "oder"})
_UNIT_WORDS = frozenset(
    [
        "cm",
        "mm",
        "km",
        "dm",
        "nm",
        "kg",
        "mg",
        "ml",
        "cl",
        "dl",
        "ft",
        "in",
        "hr",
        "hrs",
        "min",
        "mins",
        "sec",
        "secs",
        "mph",
        "kph",
        "kmh",
        "lb",
        "lbs",
        "oz",
        "yd",
        "mi",
        "Hz",
        "pm",
        "am",
        "AM",
        "PM",
        "th",
        "st",
        "nd",
        "rd",
        "sq",
        "cc",
    ]
)
_TEXT_COMMANDS = (
    r"text|textbf|textit|textrm|textsf|texttt|textnormal|mbox|hbox|mathrm|mathbf|mathit|mathsf|mathbb|mathcal"
    r"|mathfrak|operatorname\*?|bf|rm|boldsymbol|underline|emph"
)
_NUMBER = (
    r"\d{0,400}\.(?:\d{0,400}\\overline\s?\{\d{1,200}\}|\d{0,400}\\dot\s?\{?\d\}?)"  # 0.1\overline{6}
    r"|\d{1,3}(?:(?:,|\{,\}|,\\!\s?|\\,|\\!|\\ |,\\,|\{\\,\}|\ )\d{3})+(?![\d])(?:\.\d+)?"
    r"|(?:\d+\.\d+|\d+|\.\d+)(?:[eE][+-]?\d{1,4}(?![\d\w]))?|\d+\.(?!\d)"
)
_TOKEN = re.compile(
    rf"(?P<ws>\s+|~|\\[hv]space\*?\{{[^{{}}]*\}})|(?P<text>\\(?:{_TEXT_COMMANDS})(?![a-zA-Z])\s?\{{(?P<body>[^{{}}]*)\}})"
    r"|(?P<env>\\(?:begin|end)\s?\{(?P<envname>[a-z]{1,12}\*?)\}(?:\{[clr|@ ]{0,60}\})?)"
    rf"|(?P<deg>\^\s?\{{?\s?\\(?:circ|degree)(?![a-zA-Z])\s?\}}?)|(?P<num>{_NUMBER})"
    r"|(?P<cmd>\\[a-zA-Z]+\*?)|(?P<row>\\\\)|(?P<brace>\\[{}])|(?P<esc>\\.)|(?P<word>[A-Za-z]+)"
    r"|(?P<multi>\*\*|<=|>=|!=|==|->|=<)|(?P<one>.)",
    re.DOTALL,
)


def tokenise(text: str) -> list[Token]:
    """The tokens of a text that :func:`mend` went over."""
    tokens: list[Token] = []
    spaced = False
    depth = 0  # of brackets in which a comma separates
    at = 0
    while at < len(text):
        m = _TOKEN.match(text, at)
        assert m is not None  # the last alternative matches any character
        at = m.end()
        kind, found = m.lastgroup or "", m.group()
        if kind in ("body", "envname"):
            kind = "text" if m.group("text") else "env"
        if kind == "ws":
            spaced = True
            continue
        if kind == "num" and depth and "," in found and "{,}" not in found and "\\!" not in found:
            # (1,234) is a pair: inside brackets a comma separates.
            found = found.split(",", 1)[0]
            at = m.start() + len(found)
        new = _make(kind, found, m, spaced, text)
        for token in new:
            if token.kind == "open" and token.text in "([\\{":
                depth += 1
            elif token.kind == "close" and token.text in ")]\\}":
                depth -= 1
        tokens += new
        spaced = False
    return tokens


def _make(kind: str, found: str, m: re.Match[str], spaced: bool, text: str) -> list[Token]:
    if kind == "num":
        return [Token("num", found, spaced)]
    if kind == "text":
        return _text(m.group("body"), spaced, found.startswith(("\\text", "\\mbox", "\\mathrm")))
    if kind == "env":
        return [Token("open" if found.startswith("\\begin") else "close", f"env:{m.group('envname')}", spaced)]
    if kind == "deg":
        return [Token("op", "deg", spaced)]
    if kind == "cmd":
        return _command(found[1:], spaced)
    if kind == "row":
        return [Token("sep", "\\\\", spaced)]
    if kind == "brace":
        return [Token("open" if found == "\\{" else "close", found, spaced)]
    if kind == "esc":
        return [Token("op", "%", spaced)] if found == "\\%" else [Token("op", "|", spaced)] if found == "\\|" else []
    if kind == "word":
        return _word(found, spaced, text[m.start() - 1 : m.start()], text[m.end() : m.end() + 1])
    if kind == "multi":
        return [Token("op", {"**": "^"}.get(found, found), spaced)] if found in ("**", "->") else [
            Token("rel", {"=<": "<="}.get(found, found), spaced)
        ]  # fmt: skip
    return _single(found, spaced)


def _single(ch: str, spaced: bool) -> list[Token]:
    if ch in "([{":
        return [Token("open", ch, spaced)]
    if ch in ")]}":
        return [Token("close", ch, spaced)]
    if ch in "=<>":
        return [Token("rel", ch, spaced)]
    if ch in ",;&":
        return [Token("sep", ch, spaced)]
    return [] if ch == "$" else [Token("op", ch, spaced)]


def _command(name: str, spaced: bool) -> list[Token]:
    if name in _SKIP:
        return []
    if name in _RELATIONS:
        return [Token("rel", _RELATIONS[name], spaced)]
    if name in _OPERATORS:
        return [Token("op", _OPERATORS[name], spaced)]
    if name in _OPEN:
        return [Token("open", _OPEN[name], spaced)]
    if name in _CLOSE:
        return [Token("close", _CLOSE[name], spaced)]
    name = _ALIAS.get(name, name)
    if name in FUNCTIONS:
        return [Token("fn", name, spaced)]
    if name in ("pi", "infty"):
        return [Token("var", {"infty": "oo"}.get(name, name), spaced)]
    if name in _GREEK:
        return [Token("var", name, spaced)]
    return [Token("cmd", name, spaced)]


def _text(body: str, spaced: bool, words: bool) -> list[Token]:
    r"""Tokens of ``\text{body}``: a number or a letter is itself, "and" separates, the rest is words."""
    content = body.strip(" \t\n~$")
    word = content.strip(" .,;:").lower()
    if word in _SEPARATORS:
        return [Token("sep", word, True)]
    if content == "":
        return [Token("sep", ",", True)] if "," in body else []
    if re.fullmatch(r"[A-Za-z]", content):
        unit = words and content not in ("i", "e")
        return [Token("text" if unit else "var", content, spaced)]
    if content in (",", ";"):
        return [Token("sep", content, spaced)]
    if content == "%" or word in ("percent", "pct"):
        return [Token("op", "%", spaced)]
    if word in ("degree", "degrees"):
        return [Token("op", "deg", spaced)]
    if word == "i":
        return [Token("var", "i", spaced)]
    if word in FUNCTIONS:
        return [Token("fn", word, spaced)]
    if re.fullmatch(r"[\d.,/]+", content):
        return [Token("num", content, spaced)] if "/" not in content else tokenise(content)
    return [Token("text", content, spaced)]


def _word(word: str, spaced: bool, before: str, after: str) -> list[Token]:
    lower = word.lower()
    name = _ALIAS.get(lower, lower)
    if name in FUNCTIONS:
        return [Token("fn", name, spaced)]
    if lower in _SEPARATORS:
        return [Token("sep", lower, spaced)]
    if lower in ("pi",):
        return [Token("var", "pi", spaced)]
    if lower in ("inf", "infty", "infinity", "oo"):
        return [Token("var", "oo", spaced)]
    if lower in ("percent", "pct"):
        return [Token("op", "%", spaced)]
    if lower in ("degree", "degrees", "deg"):
        return [Token("op", "deg", spaced)]
    if word == "U" and before in ") ]" and after in "( [":
        return [Token("op", "cup", spaced)]
    if len(word) == 1:
        return [Token("var", word, spaced)]
    glued = (before and before in "0123456789^_*+-=/({})") or (after and after in "0123456789^_*+-=/({})")
    if word in _UNIT_WORDS or len(word) > 3 or (len(word) == 3 and not glued):
        return [Token("text", word, spaced)]
    return [Token("var", ch, spaced and k == 0) for k, ch in enumerate(word)]
