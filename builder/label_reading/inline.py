r"""The text of a topic and of a key point: mathematics stays as it is, markdown around it goes.

``$...$``, ``$$...$$``, ``\(...\)`` and ``\[...\]`` are mathematics; a price (``$2``) is not.
"""

from __future__ import annotations

import re

from ..errors import ReplyError

MAX_NAME, MAX_KEY_POINT = 160, 600  # characters

_DELIMITER = re.compile(r"\\[()\[\]$\\]|\$\$|\$")
_CLOSES = {r"\)": r"\(", r"\]": r"\["}
_HIDDEN = "\x00"  # stands for a character of mathematics; a reply never has it


def _mathematics(text: str) -> list[tuple[int, int]]:
    """Start and end of each stretch of mathematics, in order."""
    spans: list[tuple[int, int]] = []
    opened: dict[str, int] = {}
    for mark in _DELIMITER.finditer(text):
        token, start, end = mark[0], mark.start(), mark.end()
        kind = _CLOSES.get(token, token)
        if kind in opened and kind in ("$", "$$"):
            # As pandoc has it: no space before the closing dollar, no digit after it.
            closing = not text[start - 1].isspace() and not text[end : end + 1].isdigit()
        else:
            closing = kind in opened and token in _CLOSES
        if closing:
            start = opened[kind]
            while spans and spans[-1][0] >= start:
                spans.pop()
            spans.append((start, end))
            opened.clear()
        elif token in (r"\(", r"\[", "$$") or (token == "$" and not text[end : end + 1].isspace()):
            opened[token] = start
    return spans


def hide_mathematics(text: str) -> str:
    """``text`` with the same length and every character of mathematics replaced by one that means nothing."""
    parts, position = [], 0
    for start, end in _mathematics(text):
        parts += [text[position:start], _HIDDEN * (end - start)]
        position = end
    return "".join([*parts, text[position:]])


_OPEN_MATHEMATICS = re.compile(r"(?<!\\)(?:\$(?=[^\s\d$])|\\[(\[])")


def has_open_bracket(text: str) -> bool:
    """Whether mathematics or a bracket is open at the end; half-open intervals and prices ($2) are not."""
    hidden = hide_mathematics(text)
    opened = hidden.count("(") + hidden.count("[") - hidden.count(")") - hidden.count("]")
    return opened > 0 or bool(_OPEN_MATHEMATICS.search(hidden))


def split_outside_mathematics(text: str, mark: str) -> list[str]:
    r"""``text`` cut at each ``mark`` (one character) outside of mathematics; ``\mark`` there is a plain one."""
    hidden = hide_mathematics(text)
    parts, part, start = [], "", 0
    for found in re.finditer(re.escape(mark), hidden):
        before = text[start : found.start()]
        start = found.end()
        if hidden[found.start() - 1 : found.start()] == "\\":
            part += before[:-1] + mark
        else:
            parts.append(part + before)
            part = ""
    return [*parts, part + text[start:]]


def _emphasis(mark: str) -> re.Pattern[str]:
    """``mark`` around text, by markdown's rule: a word begins after the first and ends before the last."""
    one, all_of = re.escape(mark[0]), re.escape(mark)
    return re.compile(rf"(?<![\w\\{one}]){all_of}(?=[^\s{one}])[^{one}]+(?<![\s\\]){all_of}(?![\w{one}])")


_EMPHASIS = {mark: _emphasis(mark) for mark in ("***", "**", "*", "___", "__", "_", "``", "`")}


def without_emphasis(text: str) -> str:
    """``**bold**``, ``*italic*``, ``_italic_`` and ``code`` marks removed; products and indices stay."""
    for mark, pattern in _EMPHASIS.items():
        if mark not in text:
            continue
        parts, position = [], 0
        for found in pattern.finditer(hide_mathematics(text)):
            parts += [text[position : found.start()], text[found.start() + len(mark) : found.end() - len(mark)]]
            position = found.end()
        text = "".join([*parts, text[position:]])
    return text


def is_bold(text: str) -> bool:
    """Whether the whole of a line is set in bold."""
    text = text.strip()
    return len(text) > 4 and text[:2] == text[-2:] and text[:2] in ("**", "__")


def _clean(text: str, limit: int, what: str) -> str:
    """On one line, without markdown; an unpaired ``**`` at an end goes as well."""
    hidden = hide_mathematics(text)
    if text.count("\t") != hidden.count("\t"):
        raise ReplyError(f"a tab inside mathematics, LaTeX damaged by an escape: {text[:60]!r}")
    text = " ".join(text.split())
    if text.endswith("\\") and not text.endswith("\\\\"):
        text = text[:-1].rstrip()  # markdown's mark of a line's end
    text = without_emphasis(text)
    while text[:2] in ("**", "__"):
        text = text[2:].lstrip()
    while text[-2:] in ("**", "__"):
        text = text[:-2].rstrip()
    if len(text) > limit:
        raise ReplyError(f"too long {what}: {text[:60]}...")
    return text


_LABEL_INSIDE = re.compile(
    r"\b(?:topic|key[ _-]?point)[ #_-]{0,3}[0-9]{1,2}(?:\.[0-9]{1,2})?[*_)\]]{0,3}[ ]?[:：]"
    r"|\bkey[ _-]?points?[*_]{0,3}[ ]?[:：]",
    re.IGNORECASE,
)
_KEY_POINT = re.compile(r"key[ _-]?points?\b", re.IGNORECASE)  # in a name it is always a label


def key_point_text(text: str) -> str:
    r"""A key point as it is kept: its mathematics as written; "" for what says nothing ("...", "None").

    Raises:
        ReplyError: "too long key point: ..."; "a tab inside mathematics ..."; "several key points in one line: ...".
    """
    text = _clean(text, MAX_KEY_POINT, "key point")
    if _LABEL_INSIDE.search(hide_mathematics(text)):
        raise ReplyError(f"several key points or topics in one line: {text[:80]}")
    says = text.strip(".:;!?()-–— ").casefold()
    return "" if says in ("none", "n/a", "na") or not any(c.isalnum() for c in text) else text


def key_point_identity(text: str) -> str:
    """What two spellings of one key point share: case outside of mathematics, white space and end marks fold."""
    hidden = hide_mathematics(text)
    folded = "".join(c if h == _HIDDEN else c.casefold() for c, h in zip(text, hidden, strict=True))
    return " ".join(folded.rstrip(" .,;:!?。").split())


# --- the name of a topic -----------------------------------------------------------------------

_DASHES = "-‐‑‒–—―−﹘﹣－⸺⸻"
# In order of certainty: a dash (or an arrow) with space on both sides; what never stands inside a word; a dash
# with space on one side; a colon, a slash or another mark with space.
_SEPARATORS = [
    re.compile(rf"\s(?:[{_DASHES}]{{1,3}}|[-=–—]{{1,2}}>|[→⇒➔])\s"),
    re.compile(r"\s?(?:[—―－⸺⸻]{1,2}|--|[-=]{1,2}>|[→⇒➔])\s?"),
    re.compile(rf"(?:\s[{_DASHES}](?=[^\W\d])|(?<=\w)[{_DASHES}]\s(?!(?:and|or)\b))"),
    re.compile(r"\s?[:：﹕∶]\s|：|\s[/>»›·•]\s"),
]
_ENUMERATED = re.compile(r"^\s*[0-9]{1,2}[.)]\s+")
_PAIRS = {"[": "]", "(": ")", "<": ">", '"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "「": "」", "{": "}"}


def has_topic_form(text: str) -> bool:
    """Whether ``text`` is written "Subject - Subcategory" with a spaced dash and is no sentence."""
    text = text.strip(" *_`#:")
    return len(text) <= MAX_NAME and text[-1:] not in ".!?" and len(_split_name(text, _SEPARATORS[:2])) == 2


def topic_name(text: str) -> str:
    """The name as "Subject - Subcategory" with a plain dash.

    Without a dash set off by spaces, the two may be parted by a dash that no word holds (``—``, ``--``), an arrow,
    or a colon, slash or ``>`` with space.  A hyphen or an en dash inside a word parts nothing.

    Raises:
        ReplyError: "topic is not 'Subject - Subcategory': ...", "too long topic: ...", "several topics ...", others.
    """
    name = _read_name(text)
    if _read_name(name) != name:
        raise ReplyError(f"topic that reads in two ways: {name[:80]}")
    return name


def _read_name(text: str) -> str:
    name = _ENUMERATED.sub("", _clean(text, MAX_NAME, "topic").strip("*_`").rstrip(".:,;。： "))
    name = _unwrapped(name)
    if set(";|") & set(hide_mathematics(name)) or _LABEL_INSIDE.search(name) or _KEY_POINT.search(name):
        raise ReplyError(f"several topics or key points in one line: {name[:80]}")
    parts = [_unwrapped(part) for part in _split_name(name, _SEPARATORS)]
    if len(parts) != 2 or not all(any(c.isalpha() for c in part) for part in parts):
        raise ReplyError(f"topic is not 'Subject - Subcategory': {name[:80]}")
    if " - ".join(parts).casefold().startswith("subject - subcategory"):
        raise ReplyError("the form was repeated, not filled in: Subject - Subcategory")
    if ":" in parts[0]:
        raise ReplyError(f"topic with a label before its subject, or two separators: {name[:80]}")
    return " - ".join(parts)


def _split_name(name: str, separators: list[re.Pattern[str]]) -> list[str]:
    hidden = hide_mathematics(name)
    for separator in separators:
        if found := separator.search(hidden):
            return [name[: found.start()].strip(), name[found.end() :].strip()]
    return [name]


def _unwrapped(text: str) -> str:
    """Without quotation marks or brackets around the whole, and without separators left at its ends."""
    text = text.strip()
    while len(text) > 2 and _PAIRS.get(text[0]) == text[-1] and not set(text[1:-1]) & {text[0], text[-1]}:
        text = text[1:-1].strip()
    return text.strip("*_` ").lstrip(" :,.#>-–—").rstrip(" :,-–—")
