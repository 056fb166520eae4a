r"""The running text of a problem: its sentences, without what stands in formulas and quotations.

A word inside a formula or a quotation does not ask for anything: ``$\text{Find } x$`` is no task, nor is
``"Are we there yet?"``.  Such pieces are filled with one character that occurs nowhere else, so that
positions stay those of the original text.  Time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

FORMULA = "\ue000"
QUOTED = "\ue001"

_CHARACTERS = str.maketrans({FORMULA: " ", QUOTED: " ", "？": "?", "．": ".", "。": ".", "：": ":"})
_CLOSING = {"$$": "$$", "$": "$", r"\[": r"\]", r"\(": r"\)"}
_DELIMITER = re.compile(r"\\\\|\\\$|\$\$|\$|\\[()\[\]]")
_MATHEMATICS = re.compile(r"[\\^_={}<>+*]")
_ENVIRONMENT = re.compile(r"\\(begin|end)\{([a-z]{1,12}\*?)\}")
_QUOTATION = re.compile(r"\"[^\"]{1,400}+\"|“[^“”]{1,400}+”|``[^`']{1,400}+(?:''|\")")
_END = re.compile(
    rf"""(?<=[.?])["')\]{QUOTED}]*+(?:\s++|$)    # a full stop and a space
    |(?<=!)\s++(?=[A-Z])                        # no factorial
    |\n\s*?\n                                    # an empty line
    |(?<=[.?!{FORMULA}])(?=[A-Z][a-z])           # a displayed formula, then a capital letter
    """,
    re.VERBOSE,
)


def plain(text: str) -> str:
    """``text`` with every formula and quotation blanked out; same length."""
    text = text.translate(_CHARACTERS)
    for spans, filler in ((_formulas(text), FORMULA), (_environments(text), FORMULA)):
        text = _blanked(text, spans, filler)
    return _blanked(text, (m.span() for m in _QUOTATION.finditer(text)), QUOTED)


def sentences(masked: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence of a text made by :func:`plain`; blank ones are left out."""
    start = 0
    for end in _END.finditer(masked):
        if masked[start : end.start()].strip():
            yield start, end.start()
        start = end.end()
    if masked[start:].strip():
        yield start, len(masked)


def _blanked(text: str, spans: Iterator[tuple[int, int]], filler: str) -> str:
    pieces, at = [], 0
    for start, end in spans:
        if start >= at:
            pieces += [text[at:start], filler * (end - start)]
            at = end
    return "".join([*pieces, text[at:]])


def _formulas(text: str) -> Iterator[tuple[int, int]]:
    opened: re.Match[str] | None = None
    for mark in _DELIMITER.finditer(text):
        kind = mark.group()
        if opened is None:
            opened = mark if kind in _CLOSING else None
        elif kind == _CLOSING[opened.group()] and not (kind == "$" and _money(text, opened.end(), mark.start())):
            yield opened.start(), mark.end()
            opened = None
        elif kind == opened.group():
            opened = mark


def _money(text: str, start: int, end: int) -> bool:
    """Whether two dollar signs are two sums of money with words between: ``$60 for one and $30``."""
    between = text[start:end]
    ends_in_word = between[-1:].isspace() or text[end + 1 : end + 2].isdigit()
    return between.lstrip()[:1].isdigit() and ends_in_word and not _MATHEMATICS.search(between)


def _environments(text: str) -> Iterator[tuple[int, int]]:
    opened: re.Match[str] | None = None
    for mark in _ENVIRONMENT.finditer(text):
        if mark.group(1) == "begin":
            opened = opened or mark
        elif opened is not None and mark.group(2) == opened.group(2):
            yield opened.start(), mark.end()
            opened = None
