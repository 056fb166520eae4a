r"""The value that a sentence gives: ``The volume of $ABCD$ is 120.`` gives ``120``.

A sentence is cut into formulas, numbers and words; numbers and formulas side by side, or joined by
operators, are one value.  A sentence that states an answer gives what it begins with (``18 apples``,
``$x = 5$ because ...``); otherwise a sentence gives the value that it ends in, where a link word ("is",
"equals", "=") leads to it, or its only value (``Fawn has 28 books``).  Where none of this holds it gives
nothing.  What a value means is not known here, nor which sentence of a text counts: see
:mod:`.extraction` and :mod:`.endings`.  At most 800 characters of a sentence are read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .tidying import balanced, right_side, tidy

_MAX_SENTENCE = 800
_MAX_TOKENS = 10  # of an answer with words in it
_MAX_UNIT = 3  # words after a number that may be its unit

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af，：。"
_FORMULA = (
    r"\$\$[^$]{1,600}\$\$"
    r"|\$(?=[^\s$])(?:\\.|[^$\\\n]){0,400}(?<!\s)\$(?!\d)"  # "$5 and $6" is money
    r"|\$ (?:\\[a-zA-Z]++(?:\{[a-z*|]+\})*+|\\[^a-zA-Z]|[^$\\\na-z]|[a-z](?![a-z])){1,300}\$(?!\d)"
    r"|\\\(.{1,400}?\\\)|\\\[.{1,400}?\\\]"
)
_TOKEN = re.compile(rf"[*_\"'(]{{0,3}}(?:{_FORMULA})[^\s{_CJK}]{{0,8}}|[{_CJK}]+|[^\s{_CJK}]+", re.DOTALL)
_OPEN_FORMULA = re.compile(r"[*_\"'(]{0,3}(?:\$(?![\s\d.,-]*\d[^$]*$)[^$]*$|\\\((?!.*\\\))|\\\[(?!.*\\\]))", re.DOTALL)
_VALUE = re.compile(r"\d|[√π∞∅½⅓¼¾]|\\(?:[a-zA-Z]{2}|[{}|])|\$.*\$|\\\(|\\\[")
_NAME = re.compile(r"(?:\\(?:triangle|angle|overline|text|mathrm|vec|mathbf|widehat)\W*)?[A-Za-z]+'?(?:\([a-z]\))?\W*")
_ADJECTIVE = re.compile(
    r"\(?\d+(?:st|nd|rd|th)\b|\d[\d,.]*-[a-zA-Z]|\d+-\d+-\d|[A-Za-z]+-\d|[(\[]\d+[)\]][:.]?$", re.IGNORECASE
)
_OPERATOR = re.compile(r"(?:[$€£=+*/^<>≤≥≈×÷·±∪∩∈−–-]|<=|>=|sin|cos|tan|log|ln|mod|choose|pi|\\[,;:! ])$")
_LETTER = re.compile(r"[(\[{|-]*[b-zB-HJ-Z](?:[_'^]\S*|\(\w\))?[)\]}|,]*$")
_ARTICLES = ("the", "our", "my", "a", "an", "also", "indeed", "thus", "therefore", "correct", "possible", "needed")
_COUNTED = frozenset(  # "Step 5" is no value
    "step day week year case equation question problem part method figure table grade page round stage example"
    " section chapter line row column solution".split()
)

_ADVERBS = (
    r"(?:\s*\b(?:to|approximately|about|exactly|around|roughly|only|just|simply|also|then|therefore|thus|now|indeed"
    r"|either|given by|by|the|an?|at|option|choice|number|interval|point|pair|set|still|that|à|de|la|el|equal to)\b)*"
    r"[\s*_\"'(:：]*$"
)
_LINKS = (
    r"\b(?:is|are|was|were|be|equals?|totals?|becomes|yields?|gives|it's|that's|ist|sind|beträgt|betragen|lautet|est"
    r"|sont|vaut|es|son|è|sono|é|são|равн[аыо]|равен|составляет)\b|[=≈:：]|[是为為は：于은는]"
)
_LINK = re.compile(rf"(?:{_LINKS}){_ADVERBS}", re.IGNORECASE)
_LEAD = re.compile(
    rf"(?:{_LINKS}|\b(?:gets?|giving|obtain|finds?|yielding|making|(?:adds? up|comes?|equal|simplif\w+|reduces?) to"
    rf"|(?:total|sum|average|product|value|probability) of)\b){_ADVERBS}",
    re.IGNORECASE,
)
_HEAD = re.compile(rf"(?:so|hence|thus|and|we (?:get|have|find))?{_ADVERBS}", re.IGNORECASE)
_REASON = re.compile(r"(?:because|since|as|which|where|when|if|while|using|denn|weil|car|parce|porque)$", re.IGNORECASE)
_PREMISE = re.compile(
    r"^\W*(?:since|as|because|if|when|after|given|considering|knowing)\b(?:[^,]|,\S){1,300},\s", re.IGNORECASE
)
_ASKED_SUM = r",\s(?:and|so)\s(?=\$?[a-z]\s?\+\s?[a-z]\b)"  # "p/q = 3/4, and $p + q = 7$"
_INFERENCE = re.compile(
    _ASKED_SUM + r"|[,;:]\s(?:and\s)?(?:so|thus|hence|therefore|giving|making|leaving|namely|for a total of)\b"
    r"|\s(?:from\s)?which\s(?:[a-z]+\s){0,6}?(?:means|gives|is|implies|equals|makes|yields|leaves|results in"
    r"|simplifies to|adds? up to|we (?:have|find|get))\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:cannot|can not|can't|not|impossible|unable|difficult|than|at least|at most|need to|assume)\b", re.IGNORECASE
)
_REFUTED = re.compile(r"\bnot\s(?:(?:simply|just|only|always|equal to|necessarily|the|an?)\s?)*$", re.IGNORECASE)

_CUT = re.compile(
    r"(?:for|when|if|after|before|on|over|at|with|without|among|from|because|since|as|where|which|who|that|so|than"
    r"|while|but|not|in|is|are|was|were|be|by|using|of|an?|ago|each|to|would|will|can|could|have|has|left|denn|weil|car)$",
    re.IGNORECASE,
)
_LIST = re.compile(r"(?:and|or|und|oder|et|ou|y|o|e|и|или|和|或)$", re.IGNORECASE)
_UNIT = re.compile(r"[^\W\d_]+[²³]?(?:/[^\W\d_]+|\^\d)?[.,;!*_\")]*$|[ap]\.m\.?$")
_FORMULA_FIRST = re.compile(_FORMULA, re.DOTALL)
_ROUGHLY = re.compile(
    r"^(?:approximately|about|roughly|around|~|≈|\\approx)\s*|\s*\((?:approximately|approx\.?|rounded[^()]*)\)$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:\$|\\\()?\s*(?:(?:\\[a-z]+|[A-Za-z]+)(?:_\{?\w+\}?)?'?(?:\^\{-1\})?(?:\([a-z]\))?|\([a-zA-Z](?:,\s*[a-zA-Z])+\))\s*="
)
_BOLD = re.compile(r"(?:\*\*|__)([^*_\n]{1,200})(?:\*\*|__)")


def stated_value(sentence: str, only: bool = True) -> str | None:
    """The value of a sentence that states the answer, tidied; None where it gives none.

    What it begins with, else what it ends in, see :func:`opening_value` and :func:`concluded_value`.
    """
    return opening_value(sentence) or concluded_value(sentence, only)


def opening_value(sentence: str) -> str | None:
    """The value that a sentence begins with: "18 apples, since ..." gives 18 apples, "$f(3)$ is 7" gives 7."""
    s = _Sentence(re.split(_ASKED_SUM, _boldest(sentence[:_MAX_SENTENCE]))[-1])
    if not s.values or s.is_subject(s.values[0]) or not _HEAD.fullmatch(s.before(s.values[0])):
        return None
    main = [i for i in s.values if i < s.reason]
    answer = s.answer([i for i in main if i == main[0] or _LINK.search(s.before(i))][-1])
    return answer if answer and balanced(answer) else None


def concluded_value(sentence: str, only: bool) -> str | None:
    """The value that a concluding sentence ends in; None where it ends in none.

    That is the last value of its main clause, if a link word or "=" leads to it or, with ``only``, if it is
    the only one.
    """
    parts = _INFERENCE.split(_PREMISE.sub("", _boldest(sentence[-_MAX_SENTENCE:])))
    s = _Sentence(parts[-1])
    last = _concluding(s, only or len(parts) > 1)
    answer = None if last is None else s.answer(last)
    if last is None or not answer or not balanced(answer):
        return None
    return answer if "=" not in answer or _NAMED.match(answer) or _LINK.search(s.before(last)) else None


def _concluding(s: _Sentence, only: bool) -> int | None:
    """Where the value begins that a sentence ends in."""
    if not s.values:
        return None
    last = s.list_start([i for i in s.values if i < s.reason][-1])
    if _REFUTED.search(s.before(last)) or not s.is_real(last):
        return None
    if _LEAD.search(s.before(last)) or any("=" in t.text for t in s.tokens[last : s.end(last)]):
        return last
    if not only or s.only is None or s.is_subject(s.only) or _DENIED.search(s.before(s.only, all_of_it=True)):
        return None
    return s.only


def _boldest(sentence: str) -> str:
    """The last bold part of ``sentence`` that holds a value, else ``sentence``."""
    for bold in reversed(_BOLD.findall(sentence)):
        if any(token.kind == "value" for token in _tokens(bold)):
            return str(bold)
    return sentence


class _Token(NamedTuple):
    text: str
    kind: str  # "value", "name" (a formula that only names something), "operator", "letter" or "word"

    @property
    def bare(self) -> str:
        return self.text.strip(".,;!?*\"'()").lower()


def _tokens(sentence: str) -> list[_Token]:
    tokens: list[_Token] = []
    for text in _TOKEN.findall(sentence):
        tokens.append(_Token(text, _kind(text, tokens[-1] if tokens else _Token("", "word"))))
    return tokens


def _kind(text: str, before: _Token) -> str:
    if _OPERATOR.match(text):
        return "operator"
    if _VALUE.search(text) and not _ADJECTIVE.match(text):
        if not text.lstrip("*_\"'(").startswith(("$", r"\(", r"\[")):
            return "word" if before.bare in _COUNTED else "value"
        if _OPEN_FORMULA.match(text):
            return "word"
        return "name" if _NAME.fullmatch(text.strip("$\\()[] .,;:*_")) else "value"
    if _LETTER.match(text) or (text in ("a", "A", "I") and before.kind == "operator"):
        return "letter"
    return "word"


def _form(tokens: list[_Token]) -> str:
    """Whether a value is an "equation", "named" (x = 3), or "bare"."""
    text = " ".join(t.text for t in tokens).strip("$\\(). ")
    if "=" in text:
        return "named" if _NAMED.match(text) and text.count("=") == 1 and not text.endswith(",") else "equation"
    return "bare"


class _Sentence:
    """The tokens of a sentence and ``values``, where its values begin."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.values: list[int] = []
        end = 0
        for i, token in enumerate(self.tokens):
            if token.kind in ("value", "name") and i >= end:
                self.values.append(self._start(i, end))
                end = self.end(i)
        reasons = (i for i, t in enumerate(self.tokens) if self.values and i > self.values[0] and _REASON.match(t.bare))
        self.reason = next(reasons, len(self.tokens))  # where the main clause ends

    def _start(self, i: int, floor: int) -> int:
        """Where the value with the token ``i`` begins: at the names and operators before it."""
        start = i
        while start > floor:
            before, first = self.tokens[start - 1], self.tokens[start]
            named = before.kind == "letter" and (first.kind == "operator" or before.text.endswith(","))
            if not named and before.kind != "operator":
                break
            start -= 1
        while start < i and self.tokens[start].text in "=≈+*/×÷·<>:":  # a link, not a part of the value
            start += 1
        return start

    def end(self, start: int) -> int:
        """Where the value that begins at ``start`` ends."""
        end = start + 1
        while end < len(self.tokens):
            before, token = self.tokens[end - 1], self.tokens[end]
            named = token.kind == "letter" and (before.kind == "operator" or before.text.endswith(","))
            if not named and token.kind not in ("value", "name", "operator"):
                break
            end += 1
        return end

    def list_start(self, start: int) -> int:
        """Where the list begins of which the value at ``start`` is the last: ``3, 4 and 5``."""
        for i in reversed(self.values[: self.values.index(start)]):
            between = self.tokens[self.end(i) : start]
            if len(between) != 1 or not _LIST.match(between[0].text):
                break
            if not _form(self.tokens[i : self.end(i)]) == _form(self.tokens[start : self.end(start)]) != "equation":
                break  # a clause of its own
            start = i
        return start

    def is_real(self, start: int) -> bool:
        """Whether a value is more than names."""
        return any(token.kind == "value" for token in self.tokens[start : self.end(start)])

    def is_subject(self, start: int) -> bool:
        """Whether a quality of the value is told, "$f(x)$ is odd", and no value: "5 is the least"."""
        verb, *told = [t.bare for t in self.tokens[self.end(start) :]] or [""]
        valued = any(i > start for i in self.values)
        return verb in ("is", "are", "was", "were") and bool(told) and not valued and told[0] not in _ARTICLES

    @property
    def only(self) -> int | None:
        """The only value, names apart."""
        real = [i for i in self.values if self.is_real(i)]
        return real[0] if len(real) == 1 else None

    def before(self, start: int, all_of_it: bool = False) -> str:
        """The words before ``start``: the last five, or all."""
        return " ".join(t.text for t in self.tokens[0 if all_of_it else max(0, start - 5) : start])

    def answer(self, start: int) -> str | None:
        """The value that begins at ``start`` with its unit, tidied."""
        piece = _ROUGHLY.sub("", " ".join(t.text for t in self._piece(start))).strip()
        formula = _FORMULA_FIRST.match(piece)
        unit = piece[formula.end() :] if formula else ""
        if formula is None or any(ch in unit for ch in "$\\="):
            answer, unit = tidy(piece), ""
        else:
            answer = tidy(formula.group())
        return answer and tidy(right_side(answer, asked=True) + unit)

    def _piece(self, start: int) -> list[_Token]:
        """A value with what belongs to it: a unit, more values in a list."""
        stop = kept = self.end(start)
        words = 0  # since the last value, unless they join a list
        while stop < len(self.tokens):
            before, token = self.tokens[stop - 1], self.tokens[stop]
            if _LIST.match(token.text):
                words = -_MAX_TOKENS
            elif token.kind in ("word", "letter") and (_CUT.match(token.bare) or before.text.endswith((",", ";", ":"))):
                break
            elif token.kind in ("value", "name"):
                if words > 1 or before.text.endswith(";"):
                    break
                kept, words = stop + 1, -1
            words += 1
            stop += 1
        if _LIST.match(self.tokens[stop - 1].text):
            stop -= 1
        unit = self.tokens[kept:stop]
        if len(unit) > _MAX_UNIT or not all(_UNIT.match(t.text) for t in unit):
            stop = kept
        piece = self.tokens[start:stop]
        if len(piece) > _MAX_TOKENS and any(t.kind == "word" for t in piece):
            piece = self.tokens[start : self.end(start)]
        return piece
