r"""Answers that stand between marks: boxes, and the fields of JSON replies, whole or broken.

Braces are balanced by counting and strings end at their first unescaped quote, each within a bounded
length.  Which of the answers counts is decided in :mod:`.extraction`.
"""

from __future__ import annotations

import re

from .endings import last_sentences
from .sentences import concluded_value, stated_value
from .tidying import MAX_ANSWER, right_side, tidy

_MAX_BOXES = 40  # the last ones of a text
_MAX_SAID = 200  # characters of an answer in sentences
_MAX_GAP = 60  # characters between boxes that are one answer

_BOX = re.compile(r"(?<!\\)\\++(?:boxed|fbox|framebox)(?![a-zA-Z])|(?<![a-zA-Z\\])boxed(?=\{)")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_UNBRACED = re.compile(r"\\[A-Za-z]+(?:\{[^{}]{0,80}\}){0,2}|-?\d[\d.,]*(?<=\d)|\([^()\n]{1,80}\)|[A-Za-z]+|[^\s$\\]")
_UNCLOSED_END = re.compile(r"\n|\$|\\\]|\\\)")
_PHANTOM = re.compile(r"\\[hv]?phantom\s?\{[^{}]*\}")
_TEXT_LEAD = re.compile(r"\\text\s?\{[^{}]*(?:\b(?:is|are|equals)|[=:])\s*\}\s*(?=\S)")
_PLACEHOLDER = re.compile(
    r"\W*(?:(?:text\W*)?(?:your |the |my )?(?:final )?answer(?: here)?|[lc]?dots)?\W*", re.IGNORECASE
)
_LONG_WORD = re.compile(r"[A-Za-z]{3,}")

_GLUE = re.compile(
    r"\\(?:text|mbox|mathrm|textrm|quad|qquad|left|right)|\\[,;:! \[\]()]|\b(?:and|or|und|et|y|oder|ou)\b|[\s$,;&{}~]"
)
_JOINS = re.compile(r"(?<![a-z])(?:and|or|und|et|y|oder|ou)(?![a-z])|,|\\q?quad|&")
_NAME_OR_UNIT = re.compile(r"[A-Za-z]{1,2}(?:_\w|\([a-z]\))?(?:=|\\in)|[a-z]{2,14}")

_STRING_END = re.compile(r"\\.|\"(?=\s*(?:[,}\]]|$))|(?<=\S)\"(?!\w)", re.DOTALL)
_BARE_END = re.compile(r"[\n}]|,\s*[\"'\n]|\\[nt\"]")
_CALL = re.compile(r"(?!sqrt|sin|cos|tan|log|exp)[A-Za-z_]\w{2,}\(")  # a program's, no number
_ELEMENT = re.compile(r"\s*\"((?:\\.|[^\"\\])*)\"\s*|\s*([^,\[\]{}\"]+)")
_MEMBER = re.compile(r"\{\s*\"(?:value|result|number)\"\s*:\s*")
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_LONE_COMMAND = re.compile(r"(?<!\\)\\(?![\\\"/nrtu])")
_ESCAPED_COMMAND = re.compile(r"\\\\(?=[a-zA-Z]{2})")
_EMPTY = frozenset(["null", "none", "n/a", "tbd", "answer", "your answer", "your final answer"])


def boxes(text: str) -> list[tuple[int, str]]:
    """(start, answer) of the last boxes that hold something; boxes that are one answer are joined."""
    if "box" not in text:
        return []
    groups: list[tuple[int, int, list[str]]] = []  # start, end, answers
    inside = 0
    for m in list(_BOX.finditer(text))[-_MAX_BOXES:]:
        if m.start() < inside:
            continue  # a box inside a box: the outer one is the answer
        end, content = _content(text, m.end())
        inside = end
        if m.group().startswith("\\\\"):  # a text with escaped backslashes
            content = content.replace("\\\\", "\\")
        answer = _in_box(content)
        if answer is None:
            continue
        if groups and _are_joined(text[groups[-1][1] : m.start()][: _MAX_GAP + 1]):
            groups[-1] = (groups[-1][0], end, [*groups[-1][2], answer])
        else:
            groups.append((m.start(), end, [answer]))
    return [(start, ", ".join(dict.fromkeys(answers))) for start, _, answers in groups]


def _content(text: str, start: int) -> tuple[int, str]:
    """End and content of a box whose command ends at ``start``."""
    at = start
    while at < len(text) and at < start + 8 and text[at] in " \t\n":
        at += 1
    if at < len(text) and text[at] != "{":
        m = _UNBRACED.match(text, at)
        return (m.end(), m.group()) if m else (at, "")
    depth, limit = 0, at + 4 * MAX_ANSWER
    for m in _BRACE.finditer(text, at, limit):
        depth += {"{": 1, "}": -1}.get(m.group(), 0)
        if depth == 0:
            return m.end(), text[at + 1 : m.start()]
    line = _UNCLOSED_END.split(text[at + 1 : limit], maxsplit=1)[0]  # what stands in this formula
    return at + 1 + len(line), line


def _in_box(content: str) -> str | None:
    content = _PHANTOM.sub("", content).strip()
    inner = _BOX.match(content)
    if inner:
        content = _content(content, inner.end())[1]
    if _PLACEHOLDER.fullmatch(content[:60]) and not any(ch.isdigit() for ch in content):
        return None
    answer = tidy(_TEXT_LEAD.sub("", content, count=1))
    if answer and "\\" not in answer and len(_LONG_WORD.findall(answer)) > 1:  # a sentence
        answer = stated_value(answer, only=False) or answer
    return answer and right_side(answer)


def _are_joined(gap: str) -> bool:
    """Whether two boxes with ``gap`` between them are one answer: "and", a comma, or nothing at all."""
    if len(gap) > _MAX_GAP:
        return False
    rest = _GLUE.sub("", gap)
    if not _JOINS.search(gap):
        return not rest and "\n" not in gap
    return not rest or _NAME_OR_UNIT.fullmatch(rest) is not None


def json_value(text: str, start: int) -> str | None:
    """The answer in the JSON value that begins at ``start``; None where it is empty or no literal."""
    rest = text[start : start + 2 * MAX_ANSWER]
    opening = rest[:2] if rest.startswith('\\"') else rest[:1]
    if opening in ('"', '\\"', "'", "“"):
        return _said(_string(rest[len(opening) :], opening))
    if opening == "[":
        parts = [tidy(_unescaped(a or b)) for a, b in _ELEMENT.findall(rest[1:].split("]", 1)[0])]
        return ", ".join(p for p in parts if p) or None
    if opening == "{":
        member = _MEMBER.match(rest)
        return json_value(text, start + member.end()) if member else None
    bare = _BARE_END.split(rest, maxsplit=1)[0]
    is_literal = any(ch.isdigit() for ch in bare) or len(bare.split()) == 1
    return _said(bare) if is_literal and not _CALL.match(bare) else None


def _string(body: str, opening: str) -> str:
    """The string at the beginning of ``body``, without its closing quote."""
    if opening == '"':
        end = next((m.start() for m in _STRING_END.finditer(body) if m.group() == '"'), -1)
    else:
        end = body.find({"“": "”"}.get(opening, opening))
    return body[:end] if end >= 0 else body.split("\n", 1)[0]


def _said(raw: str) -> str | None:
    """The answer that a JSON string says, which may be a sentence or hold a box."""
    answer = tidy(_unescaped(raw))
    if answer is None or answer.lower() in _EMPTY:
        return None
    boxed = boxes(answer)
    if boxed:
        return boxed[-1][1]
    if " " not in answer:
        return right_side(answer)
    last = last_sentences(answer, 2)
    if len(last) > 1:
        return concluded_value(last[-1], only=True) or (answer if len(answer) < _MAX_SAID else None)
    if len(_LONG_WORD.findall(answer)) > 2:
        answer = stated_value(answer) or answer
    return right_side(answer)


def _unescaped(raw: str) -> str:
    """What a JSON string says; single backslashes are LaTeX that was never escaped."""
    if _LONE_COMMAND.search(raw.replace("\\\\", "")):
        raw = _ESCAPED_COMMAND.sub(r"\\", raw)
    else:
        raw = raw.replace("\\\\", "\\")
    raw = raw.replace('\\"', '"').replace("\\/", "/")
    return _UNICODE.sub(lambda m: chr(int(m.group(1), 16)), raw)
