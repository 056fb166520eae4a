r"""Arithmetic in a solution's text, checked exactly (METHOD 6).

Statements between pure numbers (``12 * 7 = 84``, ``\frac{3}{4} \cdot 20 = 15``, ``<<48/2=24>>``,
chains ``a = b = c``) are found and those that are false are returned.  A false alarm drops a good
solution that was paid for, so whatever could mean something else is passed over: variables, function
arguments, congruences, base-n numerals, ratios, mixed numbers, statements cut by a unit.  That
everything else in a solution is right is not said here.
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

from ..answers.parser import parse
from ..answers.tokens import tokenise
from ..answers.tree import Unreadable
from ..answers.values import value_key

_MAX_TEXT = 100_000  # characters read
_MAX_RUN = 300  # characters of one statement
_MAX_STATEMENTS = 500

_REWRITES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"<<([^<>\n]{1,200})>>", "\n\\1\n"),  # GSM8K's calculator notes stand for themselves
        (r"\\(?:left|right|displaystyle|,|!|;|:|quad|qquad|big|Big|bigg)(?![a-zA-Z])|[&]|\{,\}(?=\d)", ""),
        (r"\\\\", "\n"),
        (r"\\\$|[$€£*]{2}(?=\s)|\$|\\[()\[\]]", ""),
        (r"\\%", "%"),
        (r"\\(?:cdot|times)(?![a-zA-Z])|[×·⋅∙]", "*"),
        (r"\\div(?![a-zA-Z])|÷", "/"),
        (r"[−–]", "-"),
        (r"(?<=\d)\s{0,3}\\[dtc]?frac", "@"),  # a mixed number or a product: passed over
        (r"\\[dtc]?frac\s?\{\s?(-?[\d.,]{1,30})\s?\}\s?\{\s?(-?[\d.,]{1,30})\s?\}", r"((\1)/(\2))"),
        (r"\\[dtc]?frac(\d)(\d)", r"((\1)/(\2))"),
        (r"\^\{\s?(-?\d{1,4})\s?\}", r"^(\1)"),
        (r"(?<=\d),(?=\d{3}(?!\d))", ""),
        (r"(?<=[\d)])[ \t]{1,3}[xX][ \t]{1,3}(?=[\d(])", " * "),
        (r"(?<=\d)[xX](?=\d)", "*"),
    )
)
_RUN = re.compile(r"[0-9.,+\-*/^()=% \t]+")
_BREAK = re.compile(r"[.,](?=\s|$)|,(?=\D)")
_BINARY = re.compile(r"[\d)%]\s*[+\-*/^(]")
_PLAIN = re.compile(r"-?(?:\d+(?:\.(\d+))?|\.(\d+))%?")
_LONG_DECIMAL = re.compile(r"\d\.(\d{3,})")
_WORD_BEFORE = re.compile(r"([A-Za-z]+)\s*$")
_WORD_AFTER = re.compile(r"\s*\(?\s*\\?([A-Za-z]+)")
# After these words a number belongs to something that stands before it.
_CARRIED_WORDS = """
of than by from times plus minus over squared cubed to per divided mod modulo log ln lg sin cos tan cot sec csc gcd
lcm exp sqrt base root and or between equals power max min det choose less more
"""
_CARRIED = frozenset(_CARRIED_WORDS.split())


def wrong_computations(text: str) -> tuple[str, ...]:
    """The false arithmetic statements of ``text``, each as ``left = right``, in their order.

    A decimal may be the other side's value rounded or cut off at its last digit, an integer the floor or
    the rounding of a quotient, and a rounded factor may carry its error through.
    With a percent sign in the statement a factor of 100 is no mistake.  At most the first 100,000
    characters and 500 statements are read.
    """
    text = text[:_MAX_TEXT]
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    wrong: dict[str, None] = {}
    checked = 0
    for line in text.split("\n"):
        if "=" not in line or "mod" in line or "equiv" in line or "≡" in line:
            continue
        for run in _RUN.finditer(line):
            if "=" not in run.group():
                continue
            checked += 1
            if checked > _MAX_STATEMENTS:
                return tuple(wrong)
            for left, right in _pairs(line, run.start(), run.end()):
                if _is_wrong(left, right):
                    wrong[f"{' '.join(left.split())} = {' '.join(right.split())}"] = None
    return tuple(wrong)


def _pairs(line: str, start: int, end: int) -> list[tuple[str, str]]:
    """Neighbouring sides of the equations in ``line[start:end]`` that are whole expressions."""
    pairs: list[tuple[str, str]] = []
    if "base" in line[end : end + 14]:
        return pairs
    at = start
    for piece in _BREAK.split(line[start:end]):
        piece_end = at + len(piece)
        if "=" in piece and len(piece) <= _MAX_RUN:
            sides: list[str | None] = [s.strip() or None for s in piece.split("=")]
            if at == start and not _clean_before(line[max(0, start - 40) : start], piece):
                sides[0] = None
            if piece_end == end and not _clean_after(line[end : end + 40], piece):
                sides[-1] = None
            pairs += [(a, b) for a, b in pairwise(sides) if a and b]
        at = piece_end + 1
    return pairs


def _clean_before(before: str, piece: str) -> bool:
    """Whether a statement's first side starts where its expression starts."""
    if not before.strip():
        return not piece.lstrip().startswith(("+", "*", "/", "^", ")", "- "))
    if piece.lstrip()[:1] in "+-*/^)%":
        return False
    if not before[-1].isspace() and not piece[:1].isspace():
        return before[-1] in ":;(\"'"
    if before.rstrip()[-1] in "\\_^{}|@<>≤≥≠≈!/+-*=≡√°":
        return False
    word = _WORD_BEFORE.search(before)
    if not word:
        return before.rstrip()[-1] in ":;.,?\"'"
    spelled = word.group(1)
    commanded = before[: word.start()].endswith("\\")
    return (len(spelled) > 2 and spelled.lower() not in _CARRIED and not commanded) or spelled.lower() in ("is", "so")


def _clean_after(after: str, piece: str) -> bool:
    """Whether a statement's last side ends where its expression ends."""
    if piece.rstrip()[-1:] in "+-*/^(":
        return False
    if not after.strip():
        return True
    if not piece[-1:].isspace() and (after[0].isalpha() or after[0] in "\\_^{@!|:°√'"):
        return False
    if after.lstrip()[0] in "\\_^{@!|:°√≡<>≈" and not after.lstrip().startswith("\\text"):
        return False
    word = _WORD_AFTER.match(after)
    return not word or len(word.group(1)) > 1


def _is_wrong(left: str, right: str) -> bool:
    if not (_BINARY.search(left) or _BINARY.search(right)):
        return False
    percent = "%" in left or "%" in right
    a, b = _value(left), _value(right)
    if a is None or b is None or _agree(a, b, left, right):
        return False
    scales = (Fraction(100), Fraction(1, 100), Fraction(10_000), Fraction(1, 10_000)) if percent else ()
    return not any(_agree(a * s, b, left, right) for s in scales)


def _agree(a: Fraction, b: Fraction, left: str, right: str) -> bool:
    return (
        a == b
        or _rounds(right, b, a)
        or _rounds(left, a, b)
        or _whole_quotient(left, right, a, b)
        or _carried_rounding(left, right, a, b)
    )


def _rounds(written: str, shown: Fraction, value: Fraction) -> bool:
    """Whether a plain decimal is ``value`` to its last digit."""
    m = _PLAIN.fullmatch(written.replace(" ", ""))
    places = len(m.group(1) or m.group(2) or "") if m else 0
    return places > 0 and abs(shown - value) * 10**places < 1


def _whole_quotient(quotient: str, whole: str, value: Fraction, shown: Fraction) -> bool:
    """Whether an integer stands for a division that does not come out even: its floor or its rounding."""
    return "/" in quotient and shown.denominator == 1 and whole.isdigit() and abs(value - shown) < 1


def _carried_rounding(left: str, right: str, a: Fraction, b: Fraction) -> bool:
    """Whether the sides differ by no more than a rounded factor (of 3 places or more) carries with it."""
    places = [len(d) for d in _LONG_DECIMAL.findall(f"{left} {right}")]
    return bool(places) and abs(a - b) * 10 ** (min(places) - 1) <= max(abs(a), abs(b), Fraction(1))


def _value(side: str) -> Fraction | None:
    """The exact value of a side, or None where it is not plain arithmetic."""
    if re.search(r"\^\(-1\)", side):  # in a text on remainders an inverse, not a power
        return None
    if re.search(r"\d\s+[\d.]|\)\s*\d|//|\^\s*[^\d(]|\^\d+\s*\^|\d/\d+\s*\(|/\s*\d+\s*/|\*\s*\d+/\d+|\b0\d", side):
        return None
    try:
        key = value_key(parse(tokenise(side)))
    except (Unreadable, RecursionError):
        return None
    return Fraction(key[1], key[2]) if key[0] == "n" else None
