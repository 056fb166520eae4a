"""Amounts with units and counts with names: ``5 h 20 min``, ``30° 15'``, ``7 red, 5 blue``.

A single unit after a number is ignored (:mod:`.parser`); where several stand in one answer they tell
its parts apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from . import sets
from .reading import Reading
from .splitting import Tokens
from .values import Key
from .vocabulary import LETTER_UNITS

_NAMES = {
    "h": "hour", "hr": "hour", "hrs": "hour", "min": "minute", "mins": "minute", "m": "m", "s": "second",
    "sec": "second", "secs": "second", "ft": "foot", "feet": "foot", "in": "inch", "inches": "inch", "lb": "pound",
    "lbs": "pound", "oz": "ounce", "yd": "yard", "yds": "yard", "mi": "mile", "yr": "year", "yrs": "year",
    "wk": "week", "wks": "week", "km": "kilometer", "cm": "centimeter", "mm": "millimeter", "kg": "kilogram",
    "g": "gram", "l": "liter", "ml": "milliliter", "metres": "meter", "metre": "meter", "litre": "liter",
    "litres": "liter",
}  # fmt: skip


def unit_name(units: Sequence[str]) -> str:
    """One name for the ways of writing a unit or a counted thing."""
    words = " ".join(units).lower().replace(".", "").strip(" ,:;()")
    return _NAMES.get(words) or (words[:-1] if words.endswith("s") and not words.endswith("ss") else words)


def apart(readings: Sequence[Reading]) -> Reading | None:
    """A list of amounts of which each has a unit of its own; None where units do not tell them apart."""
    names = [unit_name(r.units) for r in readings]
    if len(names) < 2 or "" in names or len(set(names)) != len(names) or any(r.key[0] not in "nr" for r in readings):
        return None
    pairs = sets.ordered((name, r.key) for name, r in zip(names, readings, strict=True))
    return Reading(("amounts", *pairs), (sets.collection([r.key for r in readings]),))


def cut(tokens: Tokens) -> list[Tokens] | None:
    """``5 hours 20 minutes`` as its amounts; None for anything else."""
    units = [t.kind == "text" or (t.kind == "var" and t.spaced and t.text in LETTER_UNITS) for t in tokens]
    starts = [k for k, t in enumerate(tokens) if t.kind == "num" and (k == 0 or units[k - 1])]
    if len(starts) < 2 or starts[0] != 0 or not units[-1]:
        return None
    parts = [tokens[a:b] for a, b in zip(starts, [*starts[1:], len(tokens)], strict=True)]
    if any(len(p) < 2 or any(t.kind not in ("num", "text", "var") for t in p) for p in parts):
        return None
    # A letter may be a unit here: 5 h 20 min.
    return [[p[0], *(t._replace(kind="text") for t in p[1:])] for p in parts]


def sexagesimal(tokens: Tokens) -> Key | None:
    """``30° 15' 36''`` as a number of degrees."""
    texts = [t.text for t in tokens if t.text not in ("{", "}", "^")]
    kinds = [t.kind for t in tokens if t.text not in ("{", "}", "^")]
    if len(texts) < 4 or texts[1] != "deg" or texts[3] != "'" or kinds[0] != "num" or kinds[2] != "num":
        return None
    seconds = texts[4] if len(texts) == 7 and texts[5:] == ["'", "'"] and kinds[4] == "num" else None
    if len(texts) != 4 and seconds is None:
        return None
    try:
        value = Fraction(texts[0]) + Fraction(texts[2]) / 60 + Fraction(seconds or "0") / 3600
    except ValueError:
        return None
    return ("n", value.numerator, value.denominator)
