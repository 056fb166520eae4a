r"""Answers that are words: choices, times, dates, base-n numerals, sets with a name, plain text.

Each function takes the mended text and gives a :class:`~.reading.Reading` or None where it is
something else.  Numbers and formulas are read in :mod:`.reader`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import vocabulary as v
from .bases import based, number_in_words
from .reading import NO_SOLUTION, REALS, Reading
from .times import clock, date
from .tree import Name
from .values import Key, order, value_key

MAX_WORDS = 300  # characters; what is longer is no choice, time or phrase
_NO_WORDS = re.compile(r"[-+\d.,/%()=^ ]*")
_WRAP = re.compile(rf"\\(?:{v.UNBOXED})(?![a-zA-Z])\s?(?=\{{)")
_SPACING = re.compile(r"\\[,;:! \[\]()]|~|\\q?quad(?![a-zA-Z])|\\(?:left|right|displaystyle)(?![a-zA-Z])")
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
_NO_SUCH = re.compile(r"(?:there (?:is|are|exists?) )?no such [a-z]+(?: [a-z]{4,})?(?: exists?)?")
_REAL = re.compile(r"(?:set of )?all real(?:s| numbers?| values?)?(?: (?:of )?[a-z])?")
_LEADING = re.compile(
    r"^(?:there (?:is|are|exists?) |(?:on|in|at) (?=(?:mon|tues|wednes|thurs|fri|satur|sun)day|[a-z]+ ?$))",
    re.IGNORECASE,
)
_OF_NUMBERS = frozenset(
    "even odd positive negative nonnegative integer integers number numbers prime natural whole real composite "
    "rational irrational multiples multiple perfect square squares".split()
)
_ARTICLES = re.compile(r"\b(?:the|a|an)\s+", re.IGNORECASE)


def plain(text: str) -> str:
    """A text without LaTeX's faces, spacing, braces and dollars."""
    if "\\" in text or "~" in text:
        text = _SPACING.sub(" ", _WRAP.sub("", text))
    text = _QUOTES.sub("", text.replace("$", "").replace("{", "").replace("}", ""))
    return " ".join(text.split()).strip(" .")


def phrase_key(text: str) -> Key:
    """The identity of words: without case, articles, punctuation at the ends, and faces."""
    words = plain(text).lower().strip(" .,;:!?'\"*")
    words = "no solution" if _NO_SUCH.fullmatch(words) else _SAME.get(words, words)
    words = _LEADING.sub("", _ARTICLES.sub("", words))
    words = "no solution" if _NO_SUCH.fullmatch(words) else "all real numbers" if _REAL.fullmatch(words) else words
    words = _SAME.get(words, words)
    if words == "all real numbers":
        return REALS
    if words == "no solution":
        return NO_SOLUTION
    parts = re.split(r"[\s-]+", words.replace("primes", "prime numbers"))
    told = [p for p in parts if p not in ("is", "are", "must", "be", "any", "all", "every")]
    kinds = {p for p in told if len(p) > 1}
    if kinds and kinds <= _OF_NUMBERS and len(told) > 1:  # all even positive integers
        parts = sorted(told)
    return ("word", " ".join(parts))


def text_key(text: str) -> Key:
    """The identity of a text that may be a formula: case and all signs count, spacing does not."""
    return ("t", "".join(_SPACING.sub("", _WRAP.sub("", text)).replace("$", "").split()).rstrip("."))


# --- choices -------------------------------------------------------------------------------------

_LETTER = re.compile(
    r"(?i:(?:(?:the )?(?:correct |right |final )?(?:option|choice|answer|letter)s?(?: is)?:? )?(?:option |choice )?)"
    r"[(\[<]?([A-Ja-j])[)\]>]?[.:)]?"
    r"(?: (?:is (?:the )?(?:correct|right|true|answer)(?: (?:option|choice|answer))?|only))?",
)
_LABELLED = re.compile(
    r"(?:(?:[Oo]ption|[Cc]hoice|[Aa]nswer):? )?(?:[(\[]([A-Ja-j])[)\]][\s:.=-]*|([A-J])[.:)]\s*|([a-j])\)\s+)(\S.*)",
    re.DOTALL,
)
_MAY_BE_LABELLED = re.compile(r"[(\[]?[A-Ja-j][)\].:]|[Oo]ption|[Cc]hoice|[Aa]nswer")
_GROUP = re.compile(r"^\{([^{}]*)\}\s?")
_BEHIND = re.compile(r"(.*[\w})])\s\((?:option )?([A-J])\)", re.DOTALL)  # 12 (C)
_JOIN = r"(?:, and |, or | and | or | & |, |,|/)"
_SEVERAL = re.compile(rf"(?:(?:[Oo]ptions?|[Cc]hoices?|[Bb]oth) )?(\(?[A-J]\)?(?:{_JOIN}\(?[A-J]\)?)+)(?: only)?")
_ROMAN = re.compile(
    rf"\(?(?:[IVX]{{2,4}}|ii|iii|iv|vii|viii|ix)\)?|\(?[IVX]{{1,4}}\)?(?:{_JOIN}\(?[IVX]{{1,4}}\)?)+(?: only)?"
    r"|\(?[IVX]{1,4}\)? only"
)


def special(text: str, read: Callable[[str], Reading]) -> Reading | None:
    """The reading of an answer that is words of some kind; ``read`` reads what a choice says."""
    if len(text) > MAX_WORDS:
        return None
    bare = plain(text)
    if _NO_WORDS.fullmatch(bare):
        return date(bare) if bare.count("-") + bare.count("/") + bare.count(".") == 2 else None
    found = choice(text, bare, read) or based(bare)
    if found or "\\" in bare:  # a command of LaTeX is no word, save in a bound
        return found or bound(text, bare, read)
    return clock(bare) or date(bare) or phrase(bare) or bound(text, bare, read)


def choice(text: str, bare: str, read: Callable[[str], Reading]) -> Reading | None:
    r"""``(C)``, ``C.``, ``option C``, ``c``, and labelled choices such as ``\text{(C) } 12``."""
    m = _LETTER.fullmatch(bare)
    if m:
        letter = m.group(1)
        if letter.isupper() or len(bare) > 3:
            return Reading(("choice", letter.upper()))
        return Reading(value_key(Name(letter)), (("choice", letter.upper()),))
    m = _SEVERAL.fullmatch(bare)
    if m:
        return Reading(("set", *sorted((("choice", letter) for letter in re.findall("[A-J]", m.group(1))), key=order)))
    if _ROMAN.fullmatch(bare):
        numerals: list[Key] = [("roman", n) for n in re.findall("[IVX]+", bare.replace("only", "").upper())]
        return Reading(("set", *sorted(numerals, key=order)) if len(numerals) > 1 else numerals[0])
    if not _MAY_BE_LABELLED.match(bare) and not bare.endswith(")"):
        return None
    without_faces = " ".join(_SPACING.sub(" ", _WRAP.sub("", text)).replace("$", "").split())
    m = _LABELLED.fullmatch(_GROUP.sub(r"\1 ", without_faces, count=1))
    if m:
        letter, rest = (m.group(1) or m.group(2) or m.group(3)).upper(), read(m.group(4))
        return Reading(("option", letter, rest.key), (("choice", letter), rest.key, *rest.also))
    m = _BEHIND.fullmatch(without_faces)
    if m:
        rest = read(m.group(1))
        return Reading(("option", m.group(2), rest.key), (("choice", m.group(2)), rest.key, *rest.also))
    return None


# --- phrases -------------------------------------------------------------------------------------

_PLACE = re.compile(r"^(?:in )?(?:the )?(?:number )?(?=[a-z])| (?:place|position|term|rank)$", re.IGNORECASE)
_WORD = r"(?:[A-Za-z]{2,}(?:['.-][A-Za-z]+)*|[A-Za-z])"
_PHRASE = re.compile(rf"(?=.*[A-Za-z]{{3}}){_WORD}(?: {_WORD})*|[A-Za-z]{{2,}}(?: {_WORD})+")
_AND = r"\s?(?:, and\b|, or\b|,|;|&|\band\b|\bor\b)\s?"
_PHRASED = re.compile(r"[A-Za-z][A-Za-z' .-]*")
_LISTED = re.compile(r"(?:both |[\[(])?([A-Za-z][^\[\]()]*)[\])]?")


_BOUND = re.compile(
    r"(?:(?:the )?(?:set of )?(?:all |any )?(?:real |positive |negative )?"
    r"(?:numbers?|values?|reals?)?(?: of)? ?[a-z]? ?"
    r"(?:that are |which are |such that [a-z] |with [a-z] |(?:is|are|must be|can be) )?)?"
    r"(greater than or equal to|at least|no less than|not less than|greater than|more than|larger than|above"
    r"|less than or equal to|at most|no more than|not more than|less than|smaller than|below) (\S.*)",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"(?:the )?(?:set of )?all (?:the )?(?:real )?(?:s|numbers?|values?|reals?)?(?: (?:of )?[a-z])? ?"
    r"(?:except|other than|excluding|but)(?: for)? (?:[a-z] ?= ?)?(.*)",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"than|except|excluding|(?:numbers?|reals?|values?) but|at least|at most|above|below")
_RELATION = {
    "greater than or equal to": ">=", "at least": ">=", "no less than": ">=", "not less than": ">=",
    "greater than": ">", "more than": ">", "larger than": ">", "above": ">", "less than or equal to": "<=",
    "at most": "<=", "no more than": "<=", "not more than": "<=", "less than": "<", "smaller than": "<", "below": "<",
}  # fmt: skip


_CIRCLED = re.compile(r"[\s$]*(?:[①-⑳](?:[\s$,、，;]|and|和)*)+[.$]*")


def circled(answer: str) -> Reading | None:
    """``①③``: numbered statements."""
    if not _CIRCLED.fullmatch(answer[:60]):
        return None
    found: set[Key] = {("circled", ord(ch) - ord("①") + 1) for ch in answer if "①" <= ch <= "⑳"}
    return Reading(("set", *sorted(found, key=order)))


def bound(text: str, bare: str, read: Callable[[str], Reading]) -> Reading | None:
    """``all real numbers greater than 3``, ``x is at most 5``: an inequality in words."""
    if not _COMPARED.search(bare):
        return None
    said = " ".join(_SPACING.sub(" ", _WRAP.sub("", text)).replace("$", "").split()).strip(" .")
    m = _EXCEPT.fullmatch(said)
    if m:
        left_out = re.sub(r"\b[a-z] ?= ?", "", m.group(1))
        return read(rf"\mathbb{{R}} \setminus \{{{left_out}\}}")
    m = _BOUND.fullmatch(said)
    if m is None or not re.search(r"\d|pi|sqrt|frac", m.group(2)):
        return None
    return read(f"{_RELATION[m.group(1).lower()]} {m.group(2)}")


def phrase(bare: str) -> Reading | None:
    """Words only: ``Sunday``, ``no solution``, ``line segment and circle``."""
    if bare.lower() in _SAME and (len(bare) > 1 and not bare.startswith("\\")):
        return Reading(phrase_key(bare))
    if _PHRASE.fullmatch(bare):
        first = bare.lower().split(" ", 1)[0]
        if first in v.FUNCTIONS or first in ("inf", "infinity", "infty", "pi") or v.FUNCTION_ALIASES.get(first):
            return None
        if not re.search(_AND, bare):
            named = number_in_words(_PLACE.sub("", bare))
            if named is not None:
                return Reading(("n", named, 1))
            said = bare.lower().split()
            told = [n for n in map(number_in_words, said) if n is not None]
            one = len(told) == 1 and not v.NEGATIONS.intersection(said)
            return Reading(phrase_key(bare), (("n", told[0], 1),) if one else ())  # third in line
    listed = _LISTED.fullmatch(bare)
    parts = [p for p in re.split(_AND, listed.group(1)) if p] if listed else []
    if len(parts) > 1 and all(len(p) > 1 and _PHRASED.fullmatch(p) for p in parts):
        keys = [phrase_key(p) for p in parts]
        also: list[Key] = [phrase_key(bare)]
        if keys[0][-1] in ("yes", "no"):  # Yes, because it is even
            also.append(keys[0])
        numbers = [number_in_words(p) for p in parts]
        if None not in numbers:
            also.append(("set", *sorted((("n", n, 1) for n in numbers), key=order)))
        return Reading(("set", *sorted(keys, key=order)), tuple(also))
    return None
