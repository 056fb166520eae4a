r"""Answers that are words: choices, times, dates, base-n numerals, sets with a name, plain text.

Each function takes the mended text and gives a :class:`~.reading.Reading` or None where it is
something else.  Numbers and formulas are read in :mod:`.reader`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from . import vocabulary as v
from .reading import NO_SOLUTION, REALS, Reading
from .tree import Name
from .values import Key, order, value_key

MAX_WORDS = 300  # characters; what is longer is no choice, time or phrase
_NO_WORDS = re.compile(r"[-+\d.,/%()=^ ]*")
_WRAP = re.compile(rf"\\(?:{v.UNBOXED})(?![a-zA-Z])\s?(?=\{{)")
_SPACING = re.compile(r"\\[,;:! \[\]()]|~|\\q?quad(?![a-zA-Z])|\\(?:left|right|displaystyle)(?![a-zA-Z])")
_MONTHS = "january february march april may june july august september october november december".split()
_NAMES_OF_NUMBERS = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
} | {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SAME = {
    r"\emptyset": "no solution", r"\varnothing": "no solution", "no solutions": "no solution", "none": "no solution",
    "empty set": "no solution", "no real solution": "no solution", "no real solutions": "no solution",
    "no answer": "no solution", "there is no solution": "no solution", "there are no solutions": "no solution",
    "no such number": "no solution", "no solution exists": "no solution", "no solutions exist": "no solution",
    "true": "yes", "false": "no", "yes": "yes", "no": "no", "correct": "yes", "incorrect": "no",
    "dne": "does not exist", "undefined": "does not exist", "limit does not exist": "does not exist",
    "r": "all real numbers", "all reals": "all real numbers", "all real numbers": "all real numbers",
    "all real": "all real numbers", "real numbers": "all real numbers", "set of all real numbers": "all real numbers",
    r"\r": "all real numbers", "infinitely many solutions": "infinitely many", "infinite": "infinitely many",
    "infinitely many": "infinitely many", "infinite solutions": "infinitely many",
    "infinite number of solutions": "infinitely many", "neither even nor odd": "neither", "cannot be determined":
    "not enough information", "can not be determined": "not enough information",
}  # fmt: skip
_QUOTES = re.compile(r"[\"`]|''|(?<![A-Za-z])'|'(?![A-Za-z])")
_ARTICLES = re.compile(r"\b(?:the|a|an)\s+", re.IGNORECASE)


def plain(text: str) -> str:
    """A text without LaTeX's faces, spacing, braces and dollars."""
    text = _SPACING.sub(" ", _WRAP.sub("", text)).replace("$", "")
    text = _QUOTES.sub("", text.replace("{", "").replace("}", ""))
    return " ".join(text.split()).strip(" .")


def phrase_key(text: str) -> Key:
    """The identity of words: without case, articles, punctuation at the ends, and faces."""
    words = plain(text).lower().strip(" .,;:!?'\"*")
    words = _SAME.get(words, words)
    words = _ARTICLES.sub("", words)
    words = _SAME.get(words, words)
    if words == "all real numbers":
        return REALS
    if words == "no solution":
        return NO_SOLUTION
    return ("word", re.sub(r"[\s-]+", " ", words))


def text_key(text: str) -> Key:
    """The identity of a text that may be a formula: case and all signs count, spacing does not."""
    return ("t", "".join(_SPACING.sub("", _WRAP.sub("", text)).replace("$", "").split()).rstrip("."))


# --- choices -------------------------------------------------------------------------------------

_LETTER = re.compile(r"[(\[]?([A-J])[)\]]?[.:)]?|(?:option|choice|answer)\s\(?([A-Ja-j])\)?", re.IGNORECASE)
_LABELLED = re.compile(r"\(([A-J])\)[\s:.]*(\S.*)|([A-J])[.:)]\s*(\S.*)", re.DOTALL)


def special(text: str, read: Callable[[str], Reading]) -> Reading | None:
    """The reading of an answer that is words of some kind; ``read`` reads what a choice says."""
    if len(text) > MAX_WORDS:
        return None
    bare = plain(text)
    if _NO_WORDS.fullmatch(bare) and not _ISO_DATE.fullmatch(bare):
        return None
    return choice(text, bare, read) or clock(bare) or date(bare) or based(bare) or phrase(bare)


def choice(text: str, bare: str, read: Callable[[str], Reading]) -> Reading | None:
    r"""``(C)``, ``C.``, ``option C``, ``c``, and labelled choices such as ``\text{(C) } 12``."""
    m = _LETTER.fullmatch(bare)
    if m:
        letter = m.group(1) or m.group(2)
        if letter.isupper() or m.group(2):
            return Reading(("choice", letter.upper()))
        return Reading(value_key(Name(letter)), (("choice", letter.upper()),))
    without_faces = " ".join(_SPACING.sub(" ", _WRAP.sub("", text)).replace("$", "").split())
    m = _LABELLED.fullmatch(without_faces.replace("{(", "(", 1).replace(") }", ") ").replace(")}", ")", 1))
    if m:
        letter, rest = m.group(1) or m.group(3), read(m.group(2) or m.group(4))
        return Reading(("option", letter, rest.key), (("choice", letter), rest.key, *rest.also))
    return None


# --- times and dates -----------------------------------------------------------------------------

_CLOCK = re.compile(
    r"(\d{1,2})(?:\s?:\s?(\d{2}))?(?::(\d{2}))?\s*(?:([ap])\.?\s?m\.?|(noon|midnight)|o'?clock)?", re.IGNORECASE
)
_MONTH = "|".join(m[:3] + "(?:" + m[3:] + r")?\.?" if len(m) > 3 else m for m in _MONTHS)
_DATE = re.compile(
    rf"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s)?(?:({_MONTH})\s(\d{{1,2}})(?:st|nd|rd|th)?"
    rf"|(\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?\s({_MONTH}))(?:,?\s(\d{{4}}))?",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def clock(bare: str) -> Reading | None:
    """``5:16``, ``5:16 pm``, ``17:16``, ``5 p.m.``, ``12 noon``."""
    m = _CLOCK.fullmatch(bare) if len(bare) < 20 else None
    if not m or not (m.group(2) or m.group(4) or m.group(5)):
        return None
    hour, minute, second = int(m.group(1)), int(m.group(2) or 0), int(m.group(3) or 0)
    if minute > 59 or hour > 24 or second > 59:
        return None
    half, named = (m.group(4) or "").lower(), (m.group(5) or "").lower()
    if half or named:
        afternoon = half == "p" or named == "noon"
        shown: tuple[Key, ...] = (("clock", hour, minute, second),)
        if not m.group(2):
            shown = (*shown, ("n", hour, 1))
        named = "pm" if afternoon else "am"
        return Reading(("time", hour % 12 + (12 if afternoon else 0), minute, second), shown, names=(named,))
    also: tuple[Key, ...] = (("time", hour, minute, second),)
    if minute and not m.group(3):
        ratio = Fraction(hour, minute)
        also = (*also, ("ratio", ratio.numerator, ratio.denominator))
    return Reading(("clock", hour, minute, second), also)


def date(bare: str) -> Reading | None:
    """``March 5, 2020``, ``5th of March``, ``2020-03-05``."""
    if len(bare) > 40:
        return None
    m = _ISO_DATE.fullmatch(bare)
    if m:
        return Reading(("date", int(m.group(2)), int(m.group(3)), int(m.group(1))))
    m = _DATE.fullmatch(bare)
    if not m:
        return None
    month = (m.group(1) or m.group(4)).lower()[:3]
    number = [name[:3] for name in _MONTHS].index(month) + 1
    return Reading(("date", number, int(m.group(2) or m.group(3)), int(m.group(5) or 0)))


# --- numerals in words and in other bases --------------------------------------------------------

_BASES = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10} | {
    "eleven": 11, "twelve": 12, "sixteen": 16, "binary": 2, "octal": 8, "hex": 16, "decimal": 10, "hexadecimal": 16,
}  # fmt: skip
_BASED = re.compile(
    r"\(?([0-9A-Za-z ]{1,200}?)\)?(?:_\s?\(?(?:base )?([0-9]{1,2}|[a-z]{2,11})\)?"
    r"|,?\s\(?(?:in\s)?base[ -](\w{1,7})\)?)"
)


def based(bare: str) -> Reading | None:
    r"""``1011_2``, ``(1011)_{\text{two}}``, ``2A_{16}``, ``1011 (base 2)``; the base is part of the answer."""
    m = _BASED.fullmatch(bare.replace(r"\overline", "")) if "_" in bare or "base" in bare else None
    if not m:
        return None
    digits, name = m.group(1).replace(" ", ""), (m.group(2) or m.group(3)).lower()
    base = int(name) if name.isdigit() else _BASES.get(name, 0)
    if not 2 <= base <= 36 or not any(ch.isdigit() for ch in digits):
        return None
    try:
        value = int(digits, base)
    except ValueError:
        return None

    return Reading(("base", base, value))


def number_in_words(bare: str) -> int | None:
    """The number that ``twelve`` or ``twenty-five`` names."""
    parts = bare.lower().replace("-", " ").split()
    if not 1 <= len(parts) <= 2 or not all(p in _NAMES_OF_NUMBERS for p in parts):
        return None
    tens, ones = _NAMES_OF_NUMBERS[parts[0]], _NAMES_OF_NUMBERS[parts[-1]]
    if len(parts) == 1:
        return ones
    return tens + ones if tens >= 20 and 0 < ones < 10 else None


# --- phrases -------------------------------------------------------------------------------------

_PHRASE = re.compile(r"[A-Za-z][A-Za-z'.-]{2,}|[A-Za-z][A-Za-z'.-]*(?: [A-Za-z][A-Za-z'.-]*)+")
_PHRASES = re.compile(r"[A-Za-z][A-Za-z' .-]*(?:\s?(?:,|;|\band\b)\s?[A-Za-z][A-Za-z' .-]+)+")


def phrase(bare: str) -> Reading | None:
    """Words only: ``Sunday``, ``no solution``, ``line segment and circle``."""
    if bare.lower() in _SAME and (len(bare) > 1 and not bare.startswith("\\")):
        return Reading(phrase_key(bare))
    if _PHRASE.fullmatch(bare):
        first = bare.lower().split(" ", 1)[0]
        if first in v.FUNCTIONS or first in ("inf", "infinity", "infty", "pi") or v.FUNCTION_ALIASES.get(first):
            return None
        if " and " not in bare:
            named = number_in_words(bare)
            return Reading(phrase_key(bare), () if named is None else (("n", named, 1),))
    if _PHRASES.fullmatch(bare):
        parts = [p for p in re.split(r"\s?(?:,|;|\band\b)\s?", bare) if p]
        if all(len(p) > 1 for p in parts):
            keys = [phrase_key(p) for p in parts]
            spoken = keys[:1] if keys[0][-1] in ("yes", "no") else []  # Yes, because it is even
            return Reading(("set", *sorted(keys, key=order)), (phrase_key(bare), *spoken))
    return None
