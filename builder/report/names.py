"""Names of topics and key points as they may be shown: a model wrote them, so they are any text at all."""

from __future__ import annotations

import unicodedata

from ..constraints import subject_of

_KEPT = ("\u200c", "\u200d")  # joiners that Persian and Indic scripts are written with


def plain(text: str) -> str:
    """One line without control characters, overrides of direction and lone surrogates."""
    return "".join(c if c.isprintable() or c in _KEPT else " " for c in text)


def subject_name(topic: str) -> str:
    """The subject of a topic, for a heading."""
    return plain(subject_of(topic)).strip() or "(no subject)"


def short_name(topic: str, columns: int = 40) -> str:
    """What stands behind the subject, at most ``columns`` wide (:func:`width`)."""
    subject, dash, rest = topic.partition(" - ")
    return cut(plain(rest if dash else subject).strip() or "(no name)", columns)


def cut(text: str, columns: int) -> str:
    """``text``, ended by "…" where it is wider than ``columns``."""
    if width(text) <= columns:
        return text
    kept = 0
    while width(text[: kept + 1]) < columns:
        kept += 1
    return text[:kept].rstrip() + "…"


def width(text: str) -> int:
    """Columns that ``text`` takes: East Asian wide letters take two, marks that join a letter none."""
    return sum(
        0 if unicodedata.combining(c) or c in _KEPT else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def count(number: int, what: str, many: str = "") -> str:
    """ "1 topic", "1,200 topics"."""
    return f"{number:,} {what if number == 1 else many or what + 's'}"
