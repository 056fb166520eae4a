"""Clock times and dates, from the plain text of an answer (:func:`.words.plain`)."""

from __future__ import annotations

import re
from fractions import Fraction

from .bases import ORDINALS, number_in_words
from .reading import Reading
from .values import Key

_FULL = "january february march april may june july august september october november december".split()
_MONTHS = {name: k for k, full in enumerate(_FULL, 1) for name in (full, full[:3])} | {"sept": 9}
_DAY_NAMES = re.compile(
    r"\b(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\b[,.]?\s?", re.IGNORECASE
)
_FILLERS = re.compile(r"\b(?:the|of|on|in|year|day|date)\b|(?<=\d)\s?\^?\s?(?:st|nd|rd|th)\b", re.IGNORECASE)
_ORDINALS = ORDINALS | {f"twenty-{word}": 20 + n for word, n in ORDINALS.items() if n < 10} | {
    "thirtieth": 30, "thirty-first": 31,
}  # fmt: skip
_SPOKEN = re.compile(
    r"(?:(half|(?:a )?quarter|\d{1,2}|[a-z-]+)(?: minutes)? (past|after|to|before) )?(\d{1,2}|[a-z]+)(.*)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(\d{1,2})(?:\s?[:.h]\s?(\d{2}))?(?::(\d{2}))?\s*"
    r"(?:([ap])\.?\s?m\.?|(noon|midnight)|h|hrs?|hours)?"
    r"(?:,?\s(?:in the |at )?(morning|afternoon|evening|night))?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")


def clock(bare: str) -> Reading | None:
    """``5:16``, ``5:16 pm``, ``17:16``, ``5 p.m.``, ``12 noon``."""
    bare = bare.replace("midday", "noon")
    if bare.lower() in ("noon", "midnight"):
        bare = f"12 {bare}"
    bare = re.sub(
        r"^at (?=\d)", "", re.sub(r"\s?o'?clock", "", _in_digits(bare)) + (":00" if bare.endswith("clock") else "")
    )
    m = _CLOCK.fullmatch(bare) if len(bare) < 30 else None
    if not m or not (":" in bare or re.search(r"\dh\d|clock", bare) or m.group(4) or m.group(5) or m.group(6)):
        return None
    hour, minute, second = int(m.group(1)), int(m.group(2) or 0), int(m.group(3) or 0)
    if minute > 59 or hour > 24 or second > 59:
        return None
    half = (m.group(4) or m.group(5) or m.group(6) or "").lower()
    if half:
        afternoon = half in ("p", "noon", "afternoon", "evening") or (half == "night" and hour % 12 > 4)
        shown: tuple[Key, ...] = (("clock", hour, minute, second),)
        if not m.group(2):
            shown = (*shown, ("n", hour, 1))
        name = "pm" if afternoon else "am"
        hour = hour if hour > 12 else hour % 12 + (12 if afternoon else 0)
        return Reading(("time", hour, minute, second), shown, names=(name,))
    also: tuple[Key, ...] = (("time", hour % 24, minute, second),)
    if minute and not m.group(3):
        ratio = Fraction(hour, minute)
        also = (*also, ("ratio", ratio.numerator, ratio.denominator))
    return Reading(("clock", hour, minute, second), also)


def _in_digits(bare: str) -> str:
    """``half past five in the evening`` as ``5:30 in the evening``."""
    m = _SPOKEN.fullmatch(bare) if " " in bare and len(bare) < 60 else None
    if m is None:
        return bare
    said, direction, at, rest = m.groups()
    if (
        rest[:1] not in ("", " ", "'")
        or rest.lstrip().startswith(":")
        or not (
            re.search(r"clock|[ap]\.?m|in the|at night", rest) or (said or "").lower().endswith(("half", "quarter"))
        )
    ):
        return bare  # 7 to 5 is a ratio
    hour = int(at) if at.isdigit() else number_in_words(at)
    fraction = {"half": 30, "quarter": 15, "a quarter": 15, None: 0}.get(said and said.lower())
    minute = fraction if fraction is not None else int(said) if said.isdigit() else number_in_words(said)
    if hour is None or minute is None or not 1 <= hour <= 24 or not 0 <= minute < 60:
        return bare
    if direction in ("to", "before") and minute:
        hour, minute = (hour - 2) % 12 + 1, 60 - minute
    return f"{hour}:{minute:02d}{rest}"


def date(bare: str) -> Reading | None:
    """``March 5, 2020``, ``5th of March``, ``2020-03-05``, ``3/5/2020``; a day may lack its year.

    Of numbers alone the month comes first, save where only the other order can be, or dots stand
    between them.
    """
    if not 5 <= len(bare) <= 60:
        return None
    m = _YEAR_FIRST.fullmatch(bare)
    if m:
        return _date(int(m.group(1)), int(m.group(2)), int(m.group(3)))
    m = _YEAR_LAST.fullmatch(bare)
    if m:
        first, second, year = int(m.group(1)), int(m.group(3)), int(m.group(4))
        day_first = m.group(2) == "." or first > 12
        own = _date(year, second, first) if day_first else _date(year, first, second)
        other = _date(year, first, second) if day_first else _date(year, second, first)
        return Reading(own.key, (other.key,)) if own and other else own
    return _with_month(bare)


def _with_month(bare: str) -> Reading | None:
    text = _FILLERS.sub(" ", _DAY_NAMES.sub("", bare.lower()))
    parts = re.sub(r"(?<=\d)-(?=[a-z])|(?<=[a-z])-(?=\d)|[.,~]", " ", text).split()
    month = day = year = 0
    for part in parts:
        if part in _MONTHS and not month:
            month = _MONTHS[part]
        elif part in _ORDINALS and not day:
            day = _ORDINALS[part]
        elif part.isdigit() and len(part) <= 2 and not day:
            day = int(part)
        elif part.isdigit() and len(part) == 4 and not year:
            year = int(part)
        else:
            return None
    return _date(year, month, day) if month and (day or year) else None


def _date(year: int, month: int, day: int) -> Reading | None:
    if not 1 <= month <= 12 or not 0 <= day <= 31:
        return None
    return Reading(("date", month, day, year))
