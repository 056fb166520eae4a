r"""One answer string: what stands around it is taken off, a computation gives its right side.

``$\frac{1}{2}$.`` becomes ``\frac{1}{2}``, ``5 * 3 = 15`` becomes 15; ``2x + y = 6`` is an equation and
stays.  Nothing is parsed here: what an answer means is the business of the rest of the package.
"""

from __future__ import annotations

import re

MAX_ANSWER = 1500  # characters; what is longer is no final answer but a text

_AROUND = (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"), ('"', '"'), ("“", "”"), ("'", "'"), ("«", "»"))
_STOPS = (".", "。", ",", ";", "．")
_NOT_STOPS = ("\\.", "\\,", "\\;", "...", "…", "a.m.", "p.m.")
_NOT_MEANT = re.compile(r"\\text|\\(?:left|right)(?![a-z])")
_EMPTY_BOX = re.compile(r"(?<!\\)\\++f?box(?:ed)?\s?\{\s*(?:\\text\s?\{[\w\s]{0,20}answer\s*\}\s*)?\}")
# LaTeX commands whose backslash and first letter a JSON decoder took for a tab, a return or a newline.
_LOST_COMMANDS = (
    (re.compile(r"\t(?=(?:ext|imes|frac|heta|an|au|riangle)(?![a-z]))"), r"\\t"),
    (re.compile(r"\r(?=(?:ight|ho|angle|ceil|floor|ightarrow)(?![a-z]))"), r"\\r"),
    (re.compile(r"\n(?=(?:eq|e|u|abla|ot|i)(?![a-zA-Z]))"), r"\\n"),
)

_BRACKETS = {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}
_EQUALITY = re.compile(r"(?<![<>:=])(?<![^\d)]!)=(?!=)|[{}()\[\]]")  # "3!=6" is a factorial
_ARROW = re.compile(r"\\(?:implies|Rightarrow|Longrightarrow|to|longrightarrow)(?![a-zA-Z])|⇒|=>")
_ABOUT = re.compile(r"\\(?:approx|equiv|cong)(?![a-zA-Z])|[≈≡]")
_MODULUS = re.compile(r"\s{0,4}(?:\\pmod\s?\{?\w+\}?|\\bmod\s?\w+|\(mod\s?\w+\))\s*$")
_FORMULAS = re.compile(r"\$(?!\s?[\d.])|\\[()\[]")  # formulas among words, not money
_SEVERAL = re.compile(r"=[^=]{1,200}(?:,|;|\\quad|\band\b|\bor\b)[\s\\a-z]{0,20}?[A-Za-z][\w{}]{0,4}\s?=")
_NAME = re.compile(
    r"(?:\\(?!sin|cos|tan|log|angle)[a-z]+|[A-Za-z])(?:_\{?\w+\}?)?'?|[A-Za-z](?:\^\{-1\})?\([a-z]\)"
    r"|\([a-zA-Z](?:,\s*[a-zA-Z])+\)"
)
_CURVE = re.compile(r"(?=.*x)(?=.*y).*[\d^]")  # the left side of the equation of a line or a curve
_WORDS = re.compile(
    r"\\text\s?\{[^{}]*\}|\\[a-zA-Z]+|[A-Za-z][a-z]{2,}|\b(?:cm|mm|km|kg|mg|ft|in|lb|oz|hr|mi|am|pm)\b"
    r"|(?<=\d)[xX](?=\d)|(?<=\s)[xX](?=\s\d)"
)
_WORK = re.compile(  # what makes a side a computation
    r"[-+*/×÷·^%√−–!]|\\(?:cdot|times|div|[dt]?frac|sqrt|binom|choose)|(?<=\d)[xX](?=\d)|(?<=\s)[xX](?=\s\d)|[\d)]\("
)


def tidy(answer: str) -> str | None:
    """``answer`` without outer dollars, quotes, markdown and closing stop; None where nothing is left."""
    if len(answer) > 4 * MAX_ANSWER:
        return None
    if not answer.isprintable():
        for pattern, command in _LOST_COMMANDS:
            answer = pattern.sub(command, answer)
    answer, before = _EMPTY_BOX.sub("", answer), ""
    while answer != before:
        before, answer = answer, _undecorated(answer)
    said = _NOT_MEANT.sub("", answer)
    return answer if any(ch.isalnum() or ch in "∞∅√" for ch in said) or r"\{" in said else None


def _undecorated(s: str) -> str:
    """``s`` less one layer of what may stand around an answer."""
    s = s.strip("*_`# \t\n\u200b").lstrip(",;: ")
    for left, right in _AROUND:
        if s.startswith(left) and s.endswith(right) and len(s) > len(left + right):
            inner = s[len(left) : -len(right)]
            if left not in inner.replace("\\$", ""):
                s = inner.strip()
    if s.count('"') == 1:
        s = s.strip('"')
    if s.count("$") == 1 and "\\" in s:  # half a formula, not money
        s = s.strip("$")
    if s.endswith(_STOPS) and not s.endswith(_NOT_STOPS):
        s = s[:-1].rstrip()
    return s


def right_side(answer: str, asked: bool = False) -> str:
    """The right side of a computation, ``5 * 3 = 15``; every other answer as it is.

    With ``asked`` the left side is what was asked for: ``m + n = 484`` gives 484 and ``t = 7/3 ≈ 2.33``
    gives 2.33, but ``x = 5`` (a named value) and ``2x + y = 6`` (a line) stay.
    """
    answer = _ARROW.split(answer)[-1].strip() or answer
    if asked:
        answer = _MODULUS.sub("", answer)
        answer = _ABOUT.split(answer)[-1].strip() or answer
    if "=" not in answer or _FORMULAS.search(answer) or _SEVERAL.search(answer):
        return answer
    parts = _sides(answer)
    if len(parts) == 1:
        return answer
    if asked and _NAME.fullmatch(parts[-1].strip()) and not _has_unknowns(parts[-2]):
        return tidy(parts[-2]) or answer  # 5 = x
    computed = _is_computation(parts[-2], alone=len(parts) > 2) and not _has_unknowns(parts[-1])
    if computed or (asked and _is_asked(parts)):
        return tidy(parts[-1].lstrip("& ")) or answer
    return answer


def balanced(text: str) -> bool:
    """Whether as many brackets open as close, of whatever kind: [0, 1) is an interval."""
    return sum(_BRACKETS.get(ch, 0) for ch in text) == 0


def _sides(answer: str) -> list[str]:
    """What stands between the equality signs outside brackets."""
    parts, depth, last = [], 0, 0
    for m in _EQUALITY.finditer(answer):
        if m.group() != "=":
            depth += _BRACKETS[m.group()]
        elif depth == 0:
            parts.append(answer[last : m.start()])
            last = m.end()
    return [*parts, answer[last:]]


def _is_computation(side: str, alone: bool) -> bool:
    """Whether a side has numbers, no unknowns, and (unless in a longer chain) something to compute."""
    if not any(ch.isdigit() for ch in side) or _has_unknowns(side):
        return False
    return alone or _WORK.search(side) is not None


def _is_asked(sides: list[str]) -> bool:
    """Whether a chain of equalities begins with what was asked for: no name, no curve, no equation to 0."""
    left, right = sides[0].strip(" &\\"), sides[-1].strip(" &")
    if len(sides) == 2 and (_NAME.fullmatch(left) or _CURVE.match(left) or not _has_unknowns(left)):
        return False
    return right.strip("0. ") != ""


def _has_unknowns(side: str) -> bool:
    return any(ch.isalpha() for ch in _WORDS.sub("", side))
