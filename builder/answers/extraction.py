r"""The final answer of a solution's text.

Rules, in order; the first that finds something decides:

1. the last ``\boxed{...}`` or ``\fbox{...}`` (balanced braces, unclosed and unbraced ones too; boxes
   joined only by "and", "or" and commas are one answer), unless a ``#### ...`` line follows it;
2. the last line ``#### ...`` (GSM8K);
3. a JSON reply's last ``"answer": ...``;
4. the last "The answer is ...", "Final answer: ...", "Answer: ..." and their relatives;
5. bold at the very end: ``**42**`` as, or at the end of, the last line;
6. a last line that is nothing but a display formula.

Without any of these there is no answer: a number from the middle of the text would be a guess.  What
the answer means is not known here.  Every scan is linear in the length of the text.
"""

from __future__ import annotations

import re

MAX_ANSWER = 1500  # characters; what is longer is no final answer but a text

_BOX = re.compile(r"\\(?:boxed|fbox|framebox)(?![a-zA-Z])|\x08oxed(?![a-zA-Z])")
_JOIN = re.compile(r"[\s$,;.&]*(?:(?:\\text\s?\{)?\s{0,3}(?:and|or)\s{0,3}\}?|\\quad|\\qquad|,)?[\s$,;&]*")
_HASHES = re.compile(r"^[ \t]{0,8}#{4}(?!#)[ \t]*(\S[^\n]*)$", re.MULTILINE)
_JSON = re.compile(r'"(?:final_?)?answer"\s{0,4}:\s{0,4}', re.IGNORECASE)
_PHRASE = re.compile(
    r"(?:\b(?:final|correct|right)\s{1,3}answer|\b(?:the|our|my)\s{1,3}answer|^[\s*_#>]{0,8}answer"
    r"|\banswer(?=\s{0,2}:))"
    r"(?:\s{1,3}(?:to|for)\s[^\n.:]{1,60}?)??"
    r"[*_]{0,3}\s{0,3}(?::|=|\bis\b(?:\s{0,3}:)?)[*_]{0,3}\s{0,3}",
    re.IGNORECASE | re.MULTILINE,
)
_BOLD_END = re.compile(r"(?:^|[\s(:])(?:\*\*|__)([^*_\n]{1,200})(?:\*\*|__)[\s.!)]{0,4}$")
_DISPLAY_END = re.compile(r"^(?:\$\$?|\\\[|\\\()([^\n]{1,300}?)(?:\$\$?|\\\]|\\\))[\s.]{0,3}$")
_CHATTER = re.compile(r"i hope (?:it|this|that) |let me know|feel free|hope this helps", re.IGNORECASE)


def extract_answer(text: str) -> str | None:
    """The final answer of ``text`` as it is written there, or None where there is none.

    Dollar signs around it, a closing full stop and markdown are taken off; LaTeX stays.
    """
    text = text.replace("\r\n", "\n")
    hashes = _last(_HASHES, text)
    boxed, end = _last_boxes(text)
    if hashes is not None and hashes.start() > end:
        return _tidy(hashes.group(1))
    if boxed is not None:
        return boxed
    for rule in (_json_answer, _phrase_answer, _ending):
        answer = rule(text)
        if answer is not None:
            return answer
    return None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(text):
        found = match
    return found


def _last_boxes(text: str) -> tuple[str | None, int]:
    """The content of the last box that holds something, and where it ends (-1: no box)."""
    boxes: list[tuple[int, int, str]] = []  # start, end, content
    for m in _BOX.finditer(text):
        if boxes and m.start() < boxes[-1][1]:
            continue  # a box inside a box: the outer one is the answer
        boxes.append((m.start(), *_box_content(text, m.end())))
    boxes = [b for b in boxes if _tidy(b[2]) is not None]
    if not boxes:
        return None, -1
    parts = [boxes[-1]]
    for box in reversed(boxes[:-1]):
        gap = text[box[1] : parts[0][0]]
        if len(gap) > 40 or not gap.strip("$ \n.") or not _JOIN.fullmatch(gap):
            break
        parts.insert(0, box)
    contents = list(dict.fromkeys(c for c in (_tidy(b[2]) for b in parts) if c))
    return _tidy(", ".join(contents)), parts[-1][1]


def _box_content(text: str, start: int) -> tuple[int, str]:
    """End and content of a box whose command ends at ``start``."""
    at = start
    while at < len(text) and at < start + 8 and text[at] in " \t\n":
        at += 1
    if at >= len(text):
        return at, ""
    if text[at] != "{":
        m = re.compile(r"\\?[A-Za-z]+|-?[\d.,]*\d|\S").match(text, at)
        return (m.end(), m.group()) if m else (at, "")
    depth, i = 0, at
    limit = min(len(text), at + 4 * MAX_ANSWER)
    while i < limit:
        ch = text[i]
        if ch == "\\":
            i += 2
            continue
        if ch == "{":
            depth += 1
        elif ch == "}":
            depth -= 1
            if depth == 0:
                return i + 1, text[at + 1 : i]
        i += 1
    # Unclosed: what stands on this line, up to the end of the formula.
    line = re.split(r"\n|\$|\\\]|\\\)", text[at + 1 : limit], maxsplit=1)[0]
    return at + 1 + len(line), line


def _json_answer(text: str) -> str | None:
    m = _last(_JSON, text)
    if m is None:
        return None
    rest = text[m.end() : m.end() + MAX_ANSWER]
    if rest[:1] == '"':
        quoted = re.match(r'"((?:[^"\\]|\\.)*)"?', rest, re.DOTALL)
        rest = quoted.group(1) if quoted else ""
        # Doubled backslashes are JSON's; single ones are LaTeX that was never escaped.
        rest = rest.replace("\\\\", "\\") if "\\\\" in rest else rest
        return _tidy(rest.replace('\\"', '"'))
    return _tidy(re.split(r"[\n}]|,\s*\"", rest, maxsplit=1)[0])


def _phrase_answer(text: str) -> str | None:
    for m in reversed(list(_PHRASE.finditer(text))):
        rest = text[m.end() : m.end() + MAX_ANSWER]
        answer = _tidy(_first_sentence(rest))
        if answer is not None:
            return answer
    return None


def _first_sentence(rest: str) -> str:
    """``rest`` up to the end of its first sentence, formula or line."""
    rest = rest.lstrip(" \t\n*_")
    display = re.match(r"\$\$(.+?)\$\$|\\\[(.+?)\\\]", rest, re.DOTALL)
    if display:
        return display.group(1) or display.group(2)
    line = rest.split("\n", 1)[0]
    bold = re.match(r"[^*]{0,3}\*\*([^*]{1,300})\*\*", line)
    if bold and bold.start() == 0:
        line = bold.group(1)
    return re.split(r"(?<=[^\d\s])\.\s|\.\s+(?=[A-Z])|\.$", line, maxsplit=1)[0]


def _ending(text: str) -> str | None:
    lines = [s for s in (line.strip() for line in text.rsplit("\n", 12)[-12:]) if s]
    while lines and _CHATTER.search(lines[-1][:200]):
        lines.pop()
    if not lines or len(lines[-1]) > MAX_ANSWER:
        return None
    m = _BOLD_END.search(lines[-1][-220:]) or _DISPLAY_END.match(lines[-1])
    return _tidy(m.group(1)) if m else None


def _tidy(answer: str) -> str | None:
    """``answer`` without outer dollars, markdown and closing stop; None where nothing is left."""
    if len(answer) > 4 * MAX_ANSWER:
        return None
    s = answer.strip().strip("*_`").strip()
    for left, right in (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]")):
        if s.startswith(left) and s.endswith(right) and len(s) > len(left + right):
            inner = s[len(left) : -len(right)]
            if left not in inner:
                s = inner.strip()
    if s.endswith(".") and not s.endswith("\\."):
        s = s[:-1].rstrip()
    return s if any(ch.isalnum() or ch in "∞∅π" for ch in s.replace("\\text", "")) else None
