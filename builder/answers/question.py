r"""What a question asks for where that decides which answers are the same.

"to the nearest tenth" makes 3.14 and \pi the same answer, "as a percent" 0.5 and 50; a question with
options makes "C" and the text of option C the same.  Without a question nothing of this holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLACES = {
    "whole number": 0, "integer": 0, "unit": 0, "dollar": 0, "percent": 0, "degree": 0, "tenth": 1, "hundredth": 2,
    "cent": 2, "penny": 2, "thousandth": 3, "ten-thousandth": 4, "ten thousandth": 4,
}  # fmt: skip
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_NEAREST = re.compile(r"nearest\s(?:whole\s)?(" + "|".join(sorted(_PLACES, key=len, reverse=True)) + r"|number)\b")
_DECIMALS = re.compile(
    r"\b(?:to|at|with)\s(\d|one|two|three|four|five|six)\s(?:decimal\s(?:places?|digits?|points?)|decimals)"
)
_PERCENT = re.compile(r"\b(?:as|in)\s(?:a\s)?percent(?:age)?s?\b|\bwhat\spercent(?:age)?\b|express[^.?]{0,60}percent")
_OPTION = re.compile(
    r"(?:\\(?:text|textbf|mathrm)\s?\{\s?)?\(\s?([A-J])\s?\)\s?\}?|(?:^|\n|\s{2,}|\\qquad|\\quad)([A-J])[.):]\s"
)
_MAX_OPTION = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What decides equality beyond the answers themselves.

    ``percent``: a percentage is asked for, so 0.5 may stand for 50.  ``units``: units count, so 12 cm
    is not 12 m.  ``places``: decimal places to round to, so a value may stand for what it rounds to.
    ``choices``: letter and text of each option.
    """

    percent: bool = False
    units: bool = False
    places: int | None = None
    choices: tuple[tuple[str, str], ...] = ()


NOTHING = Asked()


def asked(question: str) -> Asked:
    """What a question's text asks for: a percentage, a precision, one of its options."""
    text = " ".join(question.split()).lower()
    places = None
    nearest, decimals = _NEAREST.search(text), _DECIMALS.search(text)
    if nearest:
        places = _PLACES.get(nearest.group(1), 0)
    elif decimals:
        said = decimals.group(1)
        places = _NUMBERS.get(said) or int(said)
    return Asked(percent=bool(_PERCENT.search(text)), places=places, choices=_options(question))


def _options(question: str) -> tuple[tuple[str, str], ...]:
    """The options (A), (B), ... of a question, where they stand there in order from A."""
    marks = [(m.group(1) or m.group(2), m.start(), m.end()) for m in _OPTION.finditer(question)]
    start = next((k for k in range(len(marks)) if [m[0] for m in marks[k : k + 2]] == ["A", "B"]), None)
    if start is None:
        return ()
    found: list[tuple[str, str]] = []
    run = marks[start:]
    for k, (letter, _, end) in enumerate(run):
        if letter != chr(ord("A") + k):
            break
        after = run[k + 1][1] if k + 1 < len(run) else min(len(question), end + _MAX_OPTION)
        text = question[end:after].strip().split("\n\n", 1)[0].strip(" \n$,;&\\")
        found.append((letter, text[:_MAX_OPTION]))
    return tuple(found)
