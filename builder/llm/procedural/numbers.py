"""Numbers, variables and gaps as they stand in a problem's text, in both directions.

A *slot* of a template holds a literal, a variable, a noun phrase that was already read (a token) or
a gap ("some").  How a slot is written depends on its *spec* (``<n:money>``) and on whether it stands
inside dollar signs.  What the text around the slots says is the business of grammar.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from .values import tex


@dataclass(frozen=True, slots=True)
class Var:
    """A letter that stands for a quantity."""

    letter: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase that stands for a quantity (writing only)."""

    text: str


@dataclass(frozen=True, slots=True)
class Token:
    """A noun phrase that has been read already (reading only); ``index`` names it."""

    index: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A quantity that the text does not give: "some"."""

    word: str = "some"


Shown: TypeAlias = int | Fraction | str | tuple[Any, ...] | Var | Phrase | Token | Gap

WORDS: tuple[str, ...] = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WORDS += ("ten", "eleven", "twelve")
_TIMES = {2: "twice", 3: "three times", 4: "four times", 5: "five times", 6: "six times"}
_ORDINAL = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth"}
_ORDINAL |= {9: "ninth", 10: "tenth", 12: "twelfth"}
GAPS = ("a certain number of", "a certain number", "a certain amount", "some", "several")

# Lengths are bounded: hostile text may hold thousands of digits.
_INT = r"(?:-?\d{1,3}(?:(?:\{,\}|,|\\,)\d{3}){1,9}(?!\d)|-?\d{1,30}(?:\.\d{1,20})?(?!\d))"
_FRAC = r"(?:-?\\[dt]?frac\{\d{1,15}\}\{\d{1,15}\}|-?\d{1,15}/\d{1,15})"
_LETTER = r"[a-zA-Z](?![a-zA-Z])"
_GAP = "|".join(GAPS)
_TEXT_ATOM = rf"\$(?:{_FRAC}|{_INT}|{_LETTER})\$|(?:{_FRAC}|{_INT})|⟦\d+⟧|(?:{_GAP})\b"
_MATH_ATOM = rf"(?:{_FRAC}|{_INT}|(?<![a-zA-Z\\])[a-zA-Z])"
_WORD_ATOM = rf"(?:{'|'.join(WORDS[2:])}|\d+|\$\d+\$|\${_LETTER}\$|{_GAP})"
_PART = rf"(?:half|(?:{'|'.join(WORDS[1:])}) (?:{'|'.join(_ORDINAL.values())})s?|\$?{_FRAC}\$?)"
_LIST_ITEM = rf"(?:\$?(?:{_FRAC}|{_INT})\$?)"

# spec -> (regex outside dollars, regex inside dollars)
SPECS: dict[str, tuple[str, str]] = {
    "": (_TEXT_ATOM, _MATH_ATOM),
    "+": ("", rf"[+-] (?:{_FRAC}|{_INT}|{_LETTER})"),
    "c": ("", rf"-?(?:{_FRAC}|\d*|{_LETTER.split('(')[0]})"),
    "+c": ("", rf"[+-] (?:{_FRAC}|\d*|[a-zA-Z])"),
    "()": ("", rf"\((?:-\d+)\)|{_MATH_ATOM}"),
    "money": (rf"\\\$(?:{_INT})|\$\\\$(?:{_INT})\$|\$[a-zA-Z]\$ dollars|(?:{_GAP}) (?:of )?money", ""),
    "%": (rf"\$?(?:{_INT})(?:\\?%)\$?|\$[a-zA-Z](?:\$%|\\%\$)", rf"(?:{_MATH_ATOM})\\%"),
    "th": (r"\$?\d+\$?(?:st|nd|rd|th)|\$[a-zA-Z]\$th", ""),
    "word": (_WORD_ATOM, ""),
    "times": (rf"(?:{'|'.join(_TIMES.values())}|\$?\d+\$? times|\$[a-zA-Z]\$ times)", ""),
    "part": (_PART, _FRAC),
    "list": (rf"{_LIST_ITEM}(?:, {_LIST_ITEM})*,? and {_LIST_ITEM}", ""),
    "set": ("", rf"{_INT}(?:, (?:{_INT}))*"),
    "a": (r"an?", ""),
}
VARIABLE_SPECS = frozenset({"", "+", "c", "+c", "()", "money", "%", "th", "word", "times", "a"})


def grouped(value: int) -> str:
    """Digits in threes from 10,000 on."""
    return f"{value:,}" if abs(value) >= 10_000 else str(value)


def article(value: Shown) -> str:
    """ "a" or "an" before the spoken number: an 8, an 11, an 18, an $n$."""
    if isinstance(value, Var):
        return "an" if value.letter in "aefhilmnorsx" else "a"
    digits = str(value)
    return "an" if digits[0] == "8" or (digits[:2] in ("11", "18") and len(digits) % 3 == 2) else "a"


def ordinal(value: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    last = value % 10 if value % 100 not in (11, 12, 13) else 0
    return f"{value}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def part_words(value: Fraction) -> str:
    """ "half", "one third", "three quarters"; digits where no word is usual."""
    name = _ORDINAL.get(value.denominator)
    if value == Fraction(1, 2):
        return "half"
    if name is None or not 0 < value.numerator <= 12:
        return f"{value.numerator}/{value.denominator}"
    return f"{WORDS[value.numerator]} {name}{'s' if value.numerator > 1 else ''}"


def _signed(text: str) -> str:
    return f"- {text[1:]}" if text.startswith("-") else f"+ {text}"


def _coefficient(value: Shown) -> str:
    text = _bare(value)
    return {"1": "", "-1": "-"}.get(text, text)


def _bare(value: Shown) -> str:
    if isinstance(value, Var):
        return value.letter
    if isinstance(value, (int, Fraction, str)):
        return tex(value)
    if isinstance(value, tuple):
        return ", ".join(tex(v) for v in value)
    raise TypeError(f"{value!r} cannot stand inside dollar signs")


def _write_math(value: Shown, spec: str) -> str:
    bare = _bare(value)
    if spec == "+":
        return _signed(bare)
    if spec == "c":
        return _coefficient(value)
    if spec == "+c":
        signed = _signed(bare)
        return signed[:2] if signed in ("+ 1", "- 1") else signed
    if spec == "()":
        return f"({bare})" if bare.startswith("-") else bare
    return bare + "\\%" if spec == "%" else bare


def _write_list(values: Sequence[Any], dollars: bool) -> str:
    items = [f"${tex(v)}$" if dollars else tex(v) for v in values]
    return f"{', '.join(items[:-1])}{',' if dollars and len(items) > 2 else ''} and {items[-1]}"


def _write_variable(letter: str, spec: str) -> str:
    if spec == "%":
        return f"${letter}\\%$"
    ending = {"money": " dollars", "th": "th", "times": " times"}.get(spec, "")
    return f"${letter}${ending}"


def _write_text(value: Shown, spec: str, dollars: bool) -> str:
    if isinstance(value, Var):
        return _write_variable(value.letter, spec)
    if isinstance(value, tuple):
        return _write_list(value, dollars)
    if isinstance(value, str):
        return value
    if spec == "part" and isinstance(value, Fraction) and not dollars:
        return part_words(value)
    if isinstance(value, Fraction):
        return f"${tex(value)}$"
    assert isinstance(value, int)
    if spec == "money":
        return f"\\${grouped(value)}"
    if spec == "%":
        return f"${value}\\%$" if dollars else f"{value}%"
    if spec == "th":
        return f"${value}${ordinal(value).lstrip('0123456789')}" if dollars else ordinal(value)
    if spec == "word" and 1 < value < len(WORDS):
        return WORDS[value]
    if spec == "times":
        return _TIMES.get(value, f"{value} times")
    return f"${value}$" if dollars else grouped(value)


def write(value: Shown, spec: str, math: bool, dollars: bool) -> str:
    """A slot's text.  ``math``: inside dollar signs; ``dollars``: numbers in text get dollar signs."""
    if spec == "a":
        return article(value)
    if isinstance(value, Phrase):
        return value.text
    if isinstance(value, Gap):
        return f"{value.word} money" if spec == "money" else value.word
    return _write_math(value, spec) if math else _write_text(value, spec, dollars)


def _number(text: str) -> int | Fraction:
    text = text.replace("{,}", "").replace("\\,", "").replace(",", "")
    found = re.fullmatch(r"(-?)\\[dt]?frac\{(\d+)\}\{(\d+)\}", text)
    if found:
        top, bottom = int(found[2][:9]), int(found[3][:9])
        return Fraction(-top if found[1] else top, bottom or 1)
    if len(text) > 40:
        text = text[:40]
    value = Fraction(text) if not text.endswith("/0") else Fraction(0)
    return value.numerator if value.denominator == 1 else value


def _read_part(text: str) -> Fraction | int:
    if text == "half":
        return Fraction(1, 2)
    top, _, bottom = text.partition(" ")
    if bottom:
        names = {v: k for k, v in _ORDINAL.items()}
        return Fraction(WORDS.index(top), names.get(bottom, names.get(bottom.removesuffix("s"), 1)))
    return _number(text)


def read(text: str, spec: str) -> Shown:
    """The inverse of :func:`write`.  ``text`` has matched the spec's regex."""
    if text.startswith("⟦"):
        return Token(int(text[1:-1]))
    if any(text.startswith(g) for g in GAPS):
        return Gap(text)
    text = text.replace("\\$", "").replace("$", "").replace("\\%", "%").strip()
    if spec in ("list", "set"):
        return tuple(_number(t) for t in re.split(r",? and |, ", text))
    if spec in ("+", "+c"):
        text = text.replace(" ", "").removeprefix("+")
    if spec in ("c", "+c"):
        text = {"": "1", "-": "-1"}.get(text, text)
    if spec == "part":
        return _read_part(text)
    if spec == "times":
        found = next((k for k, v in _TIMES.items() if v == text), None)
        if found:
            return found
    text = text.strip("()%").removesuffix(" dollars").removesuffix(" times").strip()
    if text in WORDS:
        return WORDS.index(text)
    text = re.sub(r"(?<=[\da-zA-Z])(?:st|nd|rd|th)$", "", text)
    return Var(text) if re.fullmatch("[a-zA-Z]", text) else _number(text)
