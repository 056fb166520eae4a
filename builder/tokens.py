r"""Mathematical text to a list of tokens in which only what carries meaning is left.

De-duplication and decontamination compare texts, and both must see through what writers vary without
meaning anything by it (white space, case, dollars around a formula, ``\left``, ``\dfrac``, a thousands
separator, a calculator annotation) and never through a sign, an operator, a digit or a decimal point:
``sin 60`` is not ``sin(-60)``, ``2 + 3`` is not ``2 - 3``, ``1.5`` is not ``15``.

What two token lists mean for each other is decided by the stages.

>>> tokenise(r"Find $\dfrac{1}{2}$ of 1,000 two-digit numbers, then $x-3$.")
['find', 'frac', '1', '2', 'of', '1000', 'two', 'digit', 'numbers', 'then', 'x', '-', '3']
"""

from __future__ import annotations

import re
import unicodedata

# One character for one; the widths of the two strings are equal.
_CHARACTERS = str.maketrans(
    "−‐‑‒–—×·⋅∗÷∕≠∞°∶",
    "------****//≠∞°:",
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")

# LaTeX commands and symbols that mean the same thing.
_SAME = {
    "dfrac": "frac",
    "tfrac": "frac",
    "cfrac": "frac",
    "times": "*",
    "cdot": "*",
    "ast": "*",
    "div": "/",
    "leq": "≤",
    "leqslant": "≤",
    "le": "≤",
    "geq": "≥",
    "geqslant": "≥",
    "ge": "≥",
    "lt": "<",
    "gt": ">",
    "neq": "≠",
    "ne": "≠",
    "infty": "∞",
    "pi": "π",
    "pm": "±",
    "circ": "°",
    "degree": "°",
    "degrees": "°",
    "sqrt": "√",
    "cup": "∪",
    "cap": "∩",
    "in": "∈",
    "ldots": "...",
    "dots": "...",
    "cdots": "...",
    "…": "...",
}

# LaTeX commands that only set type or space.
_TYPESETTING = """
    left right big Big bigg Bigg bigl bigr displaystyle textstyle limits quad qquad text textbf textit
    textrm mathrm mathbf mathit mathsf operatorname mbox hbox emph boldsymbol rm bf it boxed fbox begin end
    align aligned array center hspace vspace hfill par noindent label tag
"""
_MARKUP = frozenset(_TYPESETTING.split())

_MATH_MODE = re.compile(r"(?<!\\)\\[()\[\]]")  # \( and \[, but not the bracket after a line break \\\\[
_ANNOTATION = re.compile(r"<<[^<>\n]*>>")  # GSM8K's calculator annotations repeat what stands beside them
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:(?:,|\{,\}|,\\!)\d{3})+)(?![\d]|,\d|\{,\})")
# A hyphen between words, or between a number and a word, is no minus: two-digit, x-axis, 5-cm.
_FUNCTIONS = "sin|cos|tan|sec|csc|cot|log|ln|exp|sqrt|max|min|gcd|lcm|floor"
_HYPHEN = re.compile(rf"(?<=[^\W_])-(?=(?!(?:{_FUNCTIONS})\b)[^\W\d_]{{2,}})")
_POWERS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]+")
_GROUP = re.compile(r"\{\s*(-?\d+(?:\.\d+)?|-?\\?[A-Za-z]+)\s*\}")  # braces around one thing: x^{2} is x^2
_RATIO = re.compile(r"(?<=\d)\s?:\s?(?=\d)")
_TOKEN = re.compile(
    r"""\\(?P<command>[A-Za-z]+)
    |(?P<number>\d+(?:\.\d+)?|\.\d+)
    |(?P<dots>\.\.\.|…)
    |(?P<word>[^\W\d_]+)
    |(?P<symbol>[-+*/^=<>≤≥≠≈≡±%|(){}\[\]∪∩∈∞°√π∑∏∫]
        |(?<=[\d)])!|(?<=\b[A-Za-z])!   # a factorial, no exclamation
        |(?<=\d):(?=\d))                # a ratio, no punctuation
    """,
    re.VERBOSE,
)


def tokenise(text: str) -> list[str]:
    """The tokens of ``text``: words in lower case, numbers, operators, brackets and LaTeX commands.

    A single letter and a word in capitals keep their case (``A`` is not ``a``, ``ABC`` names points).
    Time is linear in the length of the text.
    """
    text = unicodedata.normalize("NFC", text).translate(_CHARACTERS)
    text = _ANNOTATION.sub(" ", _MATH_MODE.sub(" ", text))
    text = _POWERS.sub(lambda m: "^" + m.group().translate(_SUPERSCRIPTS) + " ", text)
    text = _THOUSANDS.sub(lambda m: re.sub(r"\D", "", m.group()), text)
    text = _HYPHEN.sub(" ", text.replace("**", " ").replace(r"\$", " "))
    text = _GROUP.sub(r" \1 ", _RATIO.sub(":", text))
    tokens: list[str] = []
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[match.lastgroup or 0]
        if kind == "command" and token in _MARKUP:
            continue
        if kind == "word" and not token.isupper():
            token = token.lower()
        elif kind == "number" and token.startswith("."):
            token = "0" + token
        if kind != "word":
            token = _SAME.get(token, token)
        tokens.append(token)
    return tokens


def is_number(token: str) -> bool:
    """Whether a token of :func:`tokenise` is a number."""
    return token[0].isdigit()
