r"""What stands around an answer and is no part of it: quotes, bullets, remarks, conditions.

``(five)`` behind 5, ``where k is an integer`` behind a formula.  Nothing is valued here.
"""

from __future__ import annotations

import re

from .splitting import Tokens
from .tokens import Token

_QUOTES = (
    *(("**", "**"), ("__", "__"), ('"', '"'), ("'", "'"), ("“", "”"), ("`", "`"), ("$", "$")),
    *((r"\(", r"\)"), (r"\[", r"\]"), ("*", "*")),
)
_QUOTED = frozenset(left[0] for left, _ in _QUOTES)
_MAX_REMARK = 40  # tokens
_STOPS = frozenset({".", ",", ";", "?", "\\\\", ":"})
_BULLET = re.compile(r"^[ \t]*(?:[-*•][ \t]+|\d{1,2}[.)][ \t]+)", re.MULTILINE)
_CONDITION = re.compile(r"(?:where|for|if|when|with|such that|provided|assuming|as long as)\b", re.IGNORECASE)
_ABOUT = re.compile(r"(?:about|approximately|approx\.?|roughly|around|nearly)", re.IGNORECASE)


def bare(answer: str) -> str:
    """An answer without white space, quotes and markdown around it."""
    text = answer.strip()
    if text[:1] not in _QUOTED:
        return text
    if text.startswith("**"):
        text = text.rstrip(".")
    for left, right in _QUOTES * 2:
        if len(text) > len(left + right) and text.startswith(left) and text.endswith(right):
            inner = text[len(left) : -len(right)]
            if left not in inner:
                text = inner.strip()
    return text


def one_line(text: str) -> str:
    """A list of one element a line, with or without bullets, as a list with commas."""
    if "\n" not in text.strip() or "\\begin" in text:
        return text
    lines = [line.strip() for line in text.strip().split("\n") if line.strip()]
    if all(_BULLET.match(line) for line in lines):
        lines = [_BULLET.sub("", line) for line in lines]
    if len(lines) < 2 or any(line[-1] in "+-*/=^_([{,;&\\" or line[0] in "+*/=^_)]},;&" for line in lines):
        return text
    return ", ".join(lines)


def without_stop(tokens: Tokens) -> Tokens:
    """Without the punctuation that ends an answer or a row."""
    end = len(tokens)
    while end and tokens[end - 1].text in _STOPS:
        end -= 1
    return tokens[:end]


def without_open_brace(tokens: Tokens) -> Tokens:
    r"""Without the brace of ``\left\{ \begin{array} ... \end{array} \right.``, which nothing closes."""
    if sum((t.kind == "open") - (t.kind == "close") for t in tokens) != 1:
        return tokens
    for k in range(len(tokens) - 1):
        if tokens[k].text == "\\{" and tokens[k + 1].text.startswith("env:"):
            return without_stop([*tokens[:k], *tokens[k + 1 :]])
    return tokens


def without_remarks(tokens: Tokens) -> Tokens:
    r"""Without what is said in brackets behind a value: ``5 (five)``, ``2, 3 (in any order)``, ``1/3 (≈ 0.33)``.

    ``(n \in \mathbb{Z})`` is a condition, which stays as the last element of a list.
    """
    kept: Tokens = []
    ends = _ends_of_groups(tokens)
    k = 0
    while k < len(tokens):
        if k and k in ends and tokens[k].text == "(":
            end = ends[k]
            inner = tokens[k + 1 : min(end, k + _MAX_REMARK)]
            if end == len(tokens) - 1 and _is_membership(inner):
                return [*kept, Token("sep", ","), *inner]
            if (
                inner
                and end - k < _MAX_REMARK
                and (_is_about(inner[0]) or _is_rounded(tokens[k], inner) or all(t.kind == "text" for t in inner))
            ):
                k = end + 1
                continue
        kept.append(tokens[k])
        k += 1
    return kept


def _ends_of_groups(tokens: Tokens) -> dict[int, int]:
    """Where the bracket that opens at each place is closed."""
    ends: dict[int, int] = {}
    open_at: list[int] = []
    for k, token in enumerate(tokens):
        if token.kind == "open":
            open_at.append(k)
        elif token.kind == "close" and open_at:
            ends[open_at.pop()] = k
    return ends


def _is_membership(tokens: Tokens) -> bool:
    return [t.kind for t in tokens] == ["var", "rel", "var"] and tokens[1].text == "in"


def _is_rounded(bracket: Token, inner: Tokens) -> bool:
    """Whether a decimal of some places stands in brackets, apart: ``2/7 (0.2857)``."""
    return bracket.spaced and len(inner) == 1 and bool(re.fullmatch(r"\d*\.\d{2,}", inner[0].text))


def _is_about(token: Token) -> bool:
    return (token.kind == "rel" and token.text == "~") or (token.kind == "text" and bool(_ABOUT.fullmatch(token.text)))


def without_condition(tokens: Tokens) -> Tokens:
    """``2x + 1 where x > 0``: the value before its condition; where that is a set of numbers, with it."""
    depth = 0
    for k, token in enumerate(tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if not k or depth:
            continue
        about = k + 1 < len(tokens) and tokens[k - 1].kind == "sep" and _is_about(token)  # 1/3, or about 0.33
        words = token.kind == "text" and bool(_CONDITION.match(token.text))
        if not (about or words or (token.kind == "cmd" and token.text == "forall")):
            continue
        if words and _is_membership(tokens[k + 1 : k + 4]):
            return [*tokens[:k], Token("sep", ","), *tokens[k + 1 : k + 4]]
        while k and tokens[k - 1].kind == "sep":
            k -= 1
        return tokens[:k]
    return tokens
