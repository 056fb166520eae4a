r"""Answers that are not answers: nothing, a refusal, prose, the letter of an option that is not there.

``No solution``, ``undefined`` and ``impossible`` are answers where the problem leaves room for them: it asks for
solutions, a limit or a value that need not exist, or names the possibility.  They are none where it asks for an
amount (``how many``, ``how far``, ``what is the probability``): there they say that the problem is at fault.
``None`` and ``infinitely many`` are amounts.  A sentence with a value in it (``She has 12 apples``) is an answer:
how it is read is the business of :mod:`builder.answers`.
"""

from __future__ import annotations

import re
import unicodedata

from ..answers import asked
from .flaw import Flaw, flaw
from .text import plain

_TEXT = re.compile(r"\\(?:text|textbf|textit|mathrm|mbox|textrm)\s*+\{([^{}]*+)\}")
_COMMAND = re.compile(r"\\[A-Za-z]++")
_WORD = re.compile(r"[^\W\d_]{2,}")
# What leaves a problem open although it names a reason.
_REFUSAL = re.compile(
    r"\b(?:can(?:not|'t|’t| not)|could not|unable to)\s(?:be\s)?(?:uniquely\s|directly\s|logically\s)?"
    r"(?:determined?|answer(?:ed)?|find|found|calculated?|computed?|solved?|provided?|give|given|specif)"
    r"|\b(?:(?:not enough|insufficient) (?:information|data|details)"
    r"|without (?:further|more|additional|specific|direct|computational|knowing))\b"
    r"|\b(?:mistake|error|inconsistency|contradiction) in the (?:question|problem|given)"
    r"|\b(?:the|this) (?:problem|question)\b"
    r"|\b(?:sorry|apologi[sz]e|apologies)\b|\bas an ai\b|\bi (?:cannot|can't|don't|do not|am not)\b"
    r"|\b(?:see|as shown|as stated|as) (?:above|below)\b|\bnot (?:applicable|provided|given|specified)\b"
    r"|^\W*+(?:n/?a|unknown|indeterminate|tbd|null|nan|error|answer|(?:the |your |my )?(?:final )?answer|value|result"
    r"|solution|number|todo|expression)\W*+$",
    re.IGNORECASE,
)
_IMPOSSIBLE = re.compile(
    r"\b(?:undefined|impossible|dne)\b|\b(?:does|do)(?: not|n't) exist\b|\bnot (?:possible|defined)\b"
    r"|\bno (?:\w+ ){0,2}(?:solutions?|values?|answers?|such|integers?|numbers?|roots?)\b|\bthere (?:is|are) no\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\b(?:how (?:many|much|long|far|old|fast|tall|high|often)|what (?:is|was|will be) the (?:\w+ ){0,2}"
    r"(?:number|total|probability|area|perimeter|volume|price|cost|sum|average|remainder|least|smallest|greatest"
    r"|largest|product|age|speed)|find the (?:\w+ ){0,2}(?:number|probability|area|volume|sum|remainder))\b",
    re.IGNORECASE,
)
# Where the problem itself leaves room for such an answer.
_MAY_BE_OPEN = re.compile(r"determin(?:ed?|able) (?:from|by|with)|not be determined|enough information|\bif possible\b")
_MAY_BE_IMPOSSIBLE = re.compile(
    r"\bundefined\b|\bexists?\b|\bimpossible\b|\bpossible\b|\bif any\b|\bno solution|\bnone\b|\bdefined\b"
    r"|\bno such\b|\bcannot\b|\bwhether\b|\bDNE\b"
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|can|could|will|would|has|have|had|need|needs|requires?|because|must|should|does)\b"
)
_LETTER = re.compile(r"^\W*+(?:option |choice )?([A-J])\W*+$", re.IGNORECASE)
_PROSE, _LONG = 6, 30
_REPEATED = 6


def not_an_answer(problem: str, answer: str) -> Flaw | None:
    """``not_an_answer`` for a consensus answer that answers nothing, else None."""
    read = _TEXT.sub(r" \1 ", answer).strip()
    words = _WORD.findall(_COMMAND.sub(" ", read))
    flawed = (
        not _says_something(read)
        or _refuses(problem, read)
        or _is_prose(read, words)
        or _is_stray_letter(problem, read)
        or _repeats(problem, read, words)
    )
    return flaw("not_an_answer", answer) if flawed else None


def _says_something(read: str) -> bool:
    return any(c.isalnum() or c == "-" or unicodedata.category(c) in ("Sm", "So") for c in read)


def _refuses(problem: str, read: str) -> bool:
    if _REFUSAL.search(read):
        return not _MAY_BE_OPEN.search(problem)
    return bool(_IMPOSSIBLE.search(read) and _AMOUNT.search(plain(problem)) and not _MAY_BE_IMPOSSIBLE.search(problem))


def _is_prose(read: str, words: list[str]) -> bool:
    """A sentence without any value, or a text of many words."""
    if len(words) >= _LONG:
        return True
    valued = any(map(str.isdigit, read)) or "\\" in read or "=" in read
    return len(words) >= _PROSE and not valued and bool(_VERB.search(read.lower()))


def _is_stray_letter(problem: str, read: str) -> bool:
    """An option's letter where the problem neither has options nor names the letter itself."""
    letter = _LETTER.match(read)
    if letter is None or not letter.group(1).isupper():
        return False
    name = letter.group(1)
    if re.search(rf"\bletters?\b|\(\s?{name.lower()}\s?\)", problem):
        return False
    # "A" and "I" at the start of a sentence are words.
    start = r"(?<![.?!]\s)(?<!\A)" if name in "AI" else ""
    return not re.search(rf"{start}(?<![\w'’]){name}(?![\w'’])", problem) and name not in dict(asked(problem).choices)


def _repeats(problem: str, read: str, words: list[str]) -> bool:
    if len(words) < _REPEATED or any(map(str.isdigit, read)) or asked(problem).choices:
        return False
    return _normal(read) in _normal(problem)


def _normal(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
