r"""Numerals in other bases and numbers in words, from the plain text of an answer.

The base is part of the answer: ``1011_2`` is neither ``1011_3`` nor 11 nor 1011.
"""

from __future__ import annotations

import re
from fractions import Fraction

from .reading import Reading

_BASES = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "binary": 2, "bin": 2, "ternary": 3,
    "octal": 8, "oct": 8, "hex": 16, "hexadecimal": 16, "decimal": 10, "dec": 10,
}  # fmt: skip
_NAMES = "|".join(sorted(_BASES, key=len, reverse=True))
_DIGITS = (
    r"(-?)\s?\(?\s?(-?)\s?((?:[0-9A-Za-z]|(?<=[0-9A-Za-z])[ ,](?=[0-9A-Za-z])){1,200}?(?:\.[0-9A-Za-z]{1,60})?)\s?\)?"
)
_BASED = re.compile(
    rf"{_DIGITS}\s?(?:_\s?\(?\s?(?:base[ -]?)?([0-9]{{1,2}}|{_NAMES})\s?\)?"
    rf"|,?\s?\(?(?:in\s|to\s)?(?:the\s)?base[ -]?([0-9]{{1,2}}|{_NAMES})\)?"
    rf"|,?\s\(?(?:in\s)?(binary|ternary|octal|hexadecimal|hex|decimal)\)?)",
    re.IGNORECASE,
)
_PREFIXED = re.compile(r"0([bBoOxX])([0-9A-Fa-f]{1,60})")
_FIRST = re.compile(rf"base[ -]?([0-9]{{1,2}}|{_NAMES})[: ]\s?(.*)", re.IGNORECASE)
_NAMED = re.compile(r"_|base|binary|ternary|octal|hex|decimal", re.IGNORECASE)
_SPOKEN = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
} | {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}


ORDINALS = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
}


def based(bare: str) -> Reading | None:
    r"""``1011_2``, ``(1011)_{\text{two}}``, ``2A_{16}``, ``1011 (base 2)``, ``0x1F``."""
    m = _PREFIXED.fullmatch(bare)
    if m:
        return _numeral("", m.group(2), {"b": 2, "o": 8, "x": 16}[m.group(1).lower()])
    bare = bare.replace(r"\overline", "").replace(r"\,", "").replace("\\", "")
    first = _FIRST.fullmatch(bare)
    if first:
        bare = f"{first.group(2)}_{first.group(1)}"
    m = _BASED.fullmatch(bare) if _NAMED.search(bare) else None
    if not m:
        return None
    name = (m.group(4) or m.group(5) or m.group(6)).lower()
    base = int(name) if name.isdigit() else _BASES[name]
    return _numeral(m.group(1) or m.group(2), m.group(3).replace(" ", "").replace(",", ""), base)


def _numeral(sign: str, digits: str, base: int) -> Reading | None:
    letters_only = not any(ch.isdigit() for ch in digits)
    if not 2 <= base <= 36 or (letters_only and (base < 11 or len(digits) < 2 or digits != digits.upper())):
        return None  # AB_2 is a point with a subscript
    whole, _, fraction = digits.partition(".")
    try:
        value = Fraction(int(whole + fraction, base), base ** len(fraction))
    except ValueError:
        return None
    value = -value if sign else value
    if base == 10:
        return Reading(("n", value.numerator, value.denominator))
    return Reading(("base", base, value.numerator, value.denominator))


def number_in_words(bare: str) -> int | None:
    """The number that ``twelve``, ``twenty-five``, ``third`` or ``one hundred and six`` names."""
    if bare.lower() in ORDINALS:
        return ORDINALS[bare.lower()]
    tens, _, ones = bare.lower().replace("-", " ").partition(" ")
    if _SPOKEN.get(tens, 0) >= 20 and 0 < ORDINALS.get(ones, 0) < 10:
        return _SPOKEN[tens] + ORDINALS[ones]
    parts = [p for p in bare.lower().replace("-", " ").split() if p != "and"]
    if not parts or len(parts) > 8:
        return None
    total = hundreds = 0
    previous = ""
    for part in parts:
        n = _SPOKEN.get(part)
        if n is not None:
            if previous in _SPOKEN and not (_SPOKEN[previous] >= 20 and 0 < n < 10):
                return None
            hundreds += n
        elif part == "hundred" and 0 < hundreds < 10:
            hundreds *= 100
        elif part == "thousand" and 0 < hundreds < 1000 and not total:
            total, hundreds = 1000 * hundreds, 0
        elif part == "million" and 0 < hundreds < 1000 and not total:
            total, hundreds = 1_000_000 * hundreds, 0
        else:
            return None
        previous = part
    return total + hundreds
