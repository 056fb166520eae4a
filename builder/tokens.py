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
from collections.abc import Sequence
from functools import lru_cache

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

_COUNTED = """zero . two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty"""
_ROUND = {"dozen": 12, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
_LARGE = {"ninety": 90, "hundred": 100, "thousand": 1000, "million": 1000000}
# "one" is a pronoun more often than a number.
_COUNTING = {word: value for value, word in enumerate(_COUNTED.split()) if word != "."}
_NUMBER_WORDS = {word: str(value) for word, value in (_COUNTING | _ROUND | _LARGE).items()}

# Words that act like an operator, and names of quantities: another one makes another problem.
_OPERATORS = """
    plus minus times divided sum difference product quotient remainder ratio percent percentage
    more less fewer greater smaller larger increase increased increases decrease decreased decreases
    gain gained loss lost profit discount add added subtract subtracted before after
    least most minimum maximum smallest largest lowest highest greatest even odd prime composite
    positive negative nonnegative nonpositive not no never without or neither nor cannot
    didn doesn don isn aren wasn weren won couldn correct incorrect wrong true false
    monday tuesday wednesday thursday friday saturday sunday
    half third quarter fourth fifth twice thrice double triple squared cubed square cube root
    sin cos tan sec csc cot arcsin arccos arctan arcsec arccsc arccot log ln exp
    mean median mode range perimeter area volume surface radius diameter circumference
    interior exterior inside outside first second last union intersection
    same different distinct identical distinguishable indistinguishable
    alpha beta gamma delta epsilon zeta eta theta lambda mu nu rho sigma tau phi varphi chi psi omega
    tenth tenths hundredth hundredths thousandth thousandths consecutive exactly altitude bisector
    pentagon pentagonal hexagon hexagonal heptagon heptagonal octagon octagonal nonagon decagon dodecagon
    circle ellipse parabola hyperbola polar cylindrical spherical
    ace queen king heart hearts heartsuit spade spades spadesuit clubs clubsuit diamond diamonds diamondsuit
    horizontal vertical parallel perpendicular clockwise counterclockwise
"""
_OPERATOR_WORDS = frozenset(_OPERATORS.split())

_MATH_MODE = re.compile(r"(?<!\\)\\[()\[\]]")  # \( and \[, but not the bracket after a line break \\\\[
_ANNOTATION = re.compile(r"<<[^<>\n]*>>")  # GSM8K's calculator annotations repeat what stands beside them
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:(?:,|\{,\}|,\\!)\d{3})+)(?![\d]|,\d|\{,\})")
# A hyphen between words, or behind a number or a formula, is no minus: two-digit, 5-cm, $x$-axis; but AB-CD has one.
_FUNCTIONS = "sin|cos|tan|sec|csc|cot|log|ln|exp|sqrt|max|min|gcd|lcm|floor"
# The "-" stands first in the pattern: it is found at once, and only then is looked around.
# So is one before a longer word, wherever it stands: no product of variables has four letters.
_HYPHEN = re.compile(
    rf"-(?=(?!(?:{_FUNCTIONS}|[A-Z]+)\b)(?:[^\W\d_]{{4,}}|(?:gon|th)\b|(?:(?<=[^\W_]-)|(?<=[^\s(]\$-))[^\W\d_]{{2,}}))"
)
_POWERS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]+")
_GROUP = re.compile(r"\{\s*(-?\d+(?:\.\d+)?|-?\\?[A-Za-z]+)\s*\}")  # braces around one thing: x^{2} is x^2
_RATIO = re.compile(r"(?<=\d)\s?:\s?(?=\d)")
_TOKEN = re.compile(
    r"""\\[A-Za-z]+                         # a command
    |\d+(?:\.\d+)?|\.\d+                 # a number
    |\.\.\.|…
    |[^\W\d_]+                            # a word
    |[-+*/^=<>≤≥≠≈≡±%|(){}\[\]∪∩∈∞°√π∑∏∫]
    |(?<=[\d)])!|(?<=\b[A-Za-z])!         # a factorial, no exclamation
    |(?<=\d):(?=\d)                       # a ratio, no punctuation
    """,
    re.VERBOSE,
)


def tokenise(text: str) -> list[str]:
    """The tokens of ``text``: words in lower case, numbers, operators, brackets and LaTeX commands.

    A single letter and a word in capitals keep their case (``A`` is not ``a``, ``ABC`` names points).
    Time is linear in the length of the text.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_CHARACTERS)
        text = _POWERS.sub(lambda m: "^" + m.group().translate(_SUPERSCRIPTS) + " ", text)
    text = _ANNOTATION.sub(" ", _MATH_MODE.sub("$", text))
    if "," in text:
        text = _THOUSANDS.sub(lambda m: re.sub(r"\D", "", m.group()), text)
    text = _HYPHEN.sub(" ", text.replace("**", " ").replace(r"\$", " "))
    if ":" in text:
        text = _RATIO.sub(":", text)
    text = _GROUP.sub(r" \1 ", text)
    return list(filter(None, map(_token, _TOKEN.findall(text))))


@lru_cache(maxsize=1 << 14)  # a corpus has few different tokens, and most of the time would go into this
def _token(found: str) -> str:
    """What stands for a match of ``_TOKEN``; nothing for markup."""
    if found[0] == "\\":
        return "" if found[1:] in _MARKUP else _SAME.get(found[1:], found[1:])
    if found[0] == "." and found[1:].isdecimal():
        return "0" + found
    if found[0].isalnum():
        return found if found.isupper() else found.lower()
    return _SAME.get(found, found)


def is_number(token: str) -> bool:
    """Whether a token of :func:`tokenise` is a number."""
    return token[0].isdigit()


def words_and_numbers(text: str) -> list[str]:
    """The tokens of a question, with number words as digits: ``twelve boxes`` is ``12 boxes``."""
    return [_NUMBER_WORDS.get(t, t) for t in tokenise(text)]


def mathematics(tokens: Sequence[str]) -> tuple[str, ...]:
    """What a problem is made of beside its wording, in order: numbers, operators, names of quantities."""
    return tuple(filter(_is_mathematics, tokens))


@lru_cache(maxsize=1 << 14)
def _is_mathematics(token: str) -> bool:
    if token in _OPERATOR_WORDS or not token.isalpha():
        return True
    if len(token) == 1:
        return token not in "aAI"  # a quantity (x, N, π), but for the words "a" and "I"
    return token == "frac" or token.isupper()  # ABC is a triangle, TOOT a word whose letters are arranged
