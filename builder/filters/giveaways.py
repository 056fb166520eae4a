r"""Problems that give their own answer away, and problems that state the answer which they ask for.

A number of the answer that also occurs in the problem means nothing: most problems have one.  What counts is a
text that says what its answer is (``Answer: 12``, ``\boxed{12}`` at the end of a sentence, a solution after the
question) or that states as a fact what it then asks for (``Show that x = 5. Find x.``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..answers import equal
from .flaw import Flaw, flaw
from .text import QUOTED, plain, sentences

_VALUE = r"(?:\\?\$)?\s*+(?:-?\d|\\[a-z]*frac|\\boxed|\\sqrt|\(?[A-E]\)?(?=\s*+(?:[.)\]]|$)))"
_SAID = re.compile(
    rf"(?:^|[\s(\[*])(?P<label>(?:the\s)?(?:final\s|correct\s)?(?:answer|ans\.?)\s*+(?:is\s*+:?|=|:|：)\**+\s*+)"
    rf"(?P<value>{_VALUE}[^\n?!]{{0,80}}?)(?P<end>[.)\]*]*+(?:\s*+$|\s*+\n|\.\s|\)|\]))",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:if|suppose|assum\w+|when|whenever|says?|said|whose|unless|that)\b", re.IGNORECASE)
_HASHES = re.compile(r"(?:^|\s)####\s*+\$?-?\d", re.MULTILINE)
_HEADING = re.compile(
    r"(?:^|\n|[.?!]\s)[\s*#(]{0,8}(?:step.by.step )?(?:solution|explanation|answer key|worked solution)"
    r"[\s*]{0,4}[:：][\s*]{0,8}(?=[^\s*_?.])|(?<=[\n.?!)])\s{0,4}\(?##{1,5}\s{0,4}step\s1\b",
    re.IGNORECASE | re.MULTILINE,
)
_BOX = re.compile(r"\\f?boxed\s*+\{")
_RESULT = re.compile(
    r"(?:[=≈:]|\b(?:is|are|was|equals?|gives?|get|obtain|have|answer|therefore|thus|hence|so))[\s$\\(\[]*+$", re.I
)
_CLOSED = re.compile(r"[\s$\])\\}a-z]{0,30}?(?:[.!]|$)")
_MAX_BOX = 200
_CONCLUDES = re.compile(
    rf"[\s{QUOTED}*]*+(?:therefore|thus|hence|solving (?:for|this|the)|we (?:get|obtain|find)|this gives"
    r"|substituting)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    rf"\?[\s\"')\]{QUOTED}]*+$|^\W*+(?:find|compute|determine|calculate|evaluate|solve)\b", re.IGNORECASE
)


def gives_answer_away(text: str, masked: str) -> Flaw | None:
    """A problem that says what its answer is; ``masked`` is its :func:`~.text.plain` text."""
    found = _said(text) or _box(text)
    for pattern in (_HASHES, _HEADING):
        if found is None and (match := pattern.search(text)):
            found = (match.start(), len(text))
    found = found or _conclusion(masked)
    return found and flaw("gives_answer_away", text[slice(*found)])


def _said(text: str) -> tuple[int, int] | None:
    for match in _SAID.finditer(text):
        before = text[max(0, match.start() - 300) : match.start()]
        sentence = re.split(r"[.?!\n]\s", before)[-1]
        if not _CONDITION.search(sentence):
            return match.start("label"), match.end()
    return None


def _box(text: str) -> tuple[int, int] | None:
    """A boxed result that ends a sentence; a box to be filled in, or a number on a card, is none."""
    for match in _BOX.finditer(text):
        if not _RESULT.search(text, max(0, match.start() - 40), match.start()):
            continue
        end = _closing(text, match.end())
        if end is not None and any(map(str.isdigit, text[match.end() : end])) and _CLOSED.match(text, end + 1):
            return match.start(), end + 1
    return None


def _closing(text: str, start: int) -> int | None:
    depth = 1
    for at in range(start, min(len(text), start + _MAX_BOX)):
        depth += (text[at] == "{") - (text[at] == "}")
        if not depth:
            return at
    return None


def _conclusion(masked: str) -> tuple[int, int] | None:
    """A last sentence that concludes something after the question was asked: a solution."""
    spans = list(sentences(masked))
    if len(spans) < 3 or not _CONCLUDES.match(masked[slice(*spans[-1])]) or masked.rstrip().endswith(")"):
        return None
    if any(_ASKED.search(masked[slice(*span)]) for span in spans[:-1]) and "?" not in masked[slice(*spans[-1])]:
        return spans[-1]
    return None


# --- the answer stated as a fact -----------------------------------------------------------------

_VARIABLE = re.compile(
    r"\b(?:find|determine|compute|calculate|solve for|what is|values? of)\s(?:the (?:exact )?value of\s)?"
    r"(?:\$|\\\()?\s*+([A-Za-z])\s*+(?:\$|\\\))?\s*+(?:[.?!]|$)",
    re.IGNORECASE,
)
_NUMBER = r"(?:-?\d+(?:,\d{3})*+(?:\.\d+)?(?:/\d+)?|-?\\[dt]?frac\{-?\d+\}\{\d+\})"
_SHOWN = re.compile(
    r"\b(?:show|prove|verify|confirm|check|demonstrate|note|recall)\sthat\b|\bso that the answer\b", re.I
)
_NUMBERS = re.compile(rf"(?<![\w.\\^_{{])\\?\$?({_NUMBER})(?![\w}}^])")
_LAST = re.compile(r"[\s$)\]\\%]*+(?:[^\W\d]+\s?){0,2}[.!]?\s*+$")
_MAX_ANSWER = 40
_MAX_PROBLEM = 20_000


def answer_in_question(problem: str, answer: str) -> Flaw | None:
    """A problem that states ``answer`` as the result that it asks for; not one that merely has the number."""
    answer = answer.strip().strip("$").strip()
    if not answer or len(answer) > _MAX_ANSWER or len(problem) > _MAX_PROBLEM:
        return None
    for found in (*_given_values(problem), *_stated_values(problem)):
        if equal(found.group(1), answer):
            return flaw("answer_in_question", problem[max(0, found.start() - 60) : found.end()])
    return None


def _given_values(problem: str) -> Iterator[re.Match[str]]:
    """Where a problem that asks for x says ``x = 5`` itself."""
    asked = list(_VARIABLE.finditer(problem))
    if asked:
        name = re.escape(asked[-1].group(1))
        given = rf"(?:(?<=[$(])|(?<=[a-z,]\s)){name}\s*+=\s*+({_NUMBER})(?=\s*+(?:\$|\\\)|[,;.?!]\s|[,;.?!]?$))"
        yield from re.finditer(given, problem)


def _stated_values(problem: str) -> Iterator[re.Match[str]]:
    """The number that ends a sentence which is to be shown, or which concludes, before something is asked."""
    masked = plain(problem)
    for start, end in list(sentences(masked))[:-1]:
        stated = _SHOWN.search(problem, start, end) or _CONCLUDES.match(masked, start, end)
        if stated:
            numbers = _NUMBERS.finditer(problem, stated.end(), end)
            yield from (number for number in numbers if _LAST.match(problem, number.end(), end))
