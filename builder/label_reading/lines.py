"""The lines of a reply, each with what it is: a label, an item of a list, a heading, prose.

Decoration (quote marks, headings, bullets, numbers, bold) is taken off here; what the lines mean
together is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from .inline import hide_mathematics, is_bold


class Kind(Enum):
    """What a line is."""

    TOPIC = auto()  # "Topic 1: text"; the text may be missing
    TOPICS = auto()  # "Topics:", a heading
    KEY_POINT = auto()  # "Key Point 1: text"
    KEY_POINTS = auto()  # "Key Points:" or "Key Point 1:", the text follows
    ITEM = auto()  # "- text", "1. text"
    HEADING = auto()  # "## text" or "**text**"
    PROSE = auto()
    BLANK = auto()
    FENCE = auto()  # ``` or ~~~
    RULE = auto()  # ---
    UNREADABLE = auto()  # the text is the reason


@dataclass(slots=True)
class Line:
    """One line without its decoration.

    ``number`` is that of its label, or of the item: (2,) of "Topic 2", (2, 1) of "2.1".  ``about`` is what a
    label says beside its number: "Algebra - X" of "Key Points for Algebra - X:".
    """

    kind: Kind
    text: str = ""
    indent: int = 0
    number: tuple[int, ...] = ()
    about: str = ""
    plural: bool = False


_WORDS = {w: i for i, w in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)}
_ROMAN = {w: i for i, w in enumerate("i ii iii iv v vi vii viii ix x xi xii".split(), 1)}
_DASHES = "-‐‑‒–—―−－"
_DIGITS = r"[0-9０-９]{1,3}(?:\.[0-9]{1,3}){0,3}"

_ENUMERATOR = re.compile(
    rf"[(\[（](?P<a>{_DIGITS}|[ivxIVX]{{1,4}}|[A-Za-z])[)\]）](?=[\s*_A-Za-z$\\]|$)"
    rf"|(?P<b>{_DIGITS})[.)．、）](?=[\s*_A-Za-z$\\]|$)"
    r"|(?P<c>[0-9]{1,2}(?:\.[0-9]{1,2}){1,3})(?=[ \t]{1,4}(?:[*_]{0,3}(?:key|topic)))"
    r"|(?P<d>[ivxIVX]{1,4}|[A-Za-z])[.)](?=[\s*_]|$)"
    r"|(?P<e>[①-⑳])|(?P<f>[0-9])⃣",
    re.IGNORECASE,
)
_BULLET = re.compile(
    r"(?:[-+*–—→](?=[ \t]|$)|[•◦‣⁃·∙●○◉■□▪▫◆◇▶►▸➤➢☞✓✔✅✦★☆🔹🔸🔑📌💡👉])(?:[ \t]{0,4}\[[ xX✓]\](?=[ \t]))?"
)
_HASHES = re.compile(r"#{1,6}(?=[\s*_A-Za-z])")
_MARK = re.compile(r"\*{1,3}|_{1,3}|`{1,2}")

_NUMBER = (
    r"[ \t_-]{0,3}(?:no\.?[ \t]?|number[ \t])?[#(\[]{0,2}"
    rf"(?P<number>{_DIGITS}|(?<![A-Za-z])(?:[ivx]{{1,4}}|[a-h]|{'|'.join(_WORDS)})(?![A-Za-z]))[)\]]{{0,2}}"
)
_LABEL = re.compile(
    r"(?:(?:main|primary|secondary|math|mathematical|additional|related)[ \t])?"
    r"(?:topic[ \t]?#?(?P<of>[0-9]{1,2})(?:['’]s)?[ \t]{0,2}[-–—:]?[ \t]{0,2}(?=key|kp))?"
    rf"(?P<kind>topic|key[ \t_-]{{0,3}}point|kp)(?P<plural>s?)(?:{_NUMBER})?[*_`]{{0,3}}"
    r"(?:[ \t]{0,2}[(\[](?P<about>[^()\[\]]{1,200})[)\]]"
    r"|[ \t]{1,2}(?:for|of|under|in)[ \t](?P<for>[^:：]{1,200})(?=[:：]))?"
    r"[*_`]{0,3}[ \t]{0,3}"
    r"(?:(?P<sep>[:：﹕∶＝=]|[.)](?=[\s*_]|$)|-{1,2}>|→|[-‐‑‒–—―−－]{1,3}(?=[\s*_]|$))|$)[*_`]{0,3}[ \t]{0,4}",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    rf"[\[(](?P<inner>(?:key[ _-]?points?|topics?|kp)[ ]{{0,2}}#?{_DIGITS})[\])][ \t]{{0,3}}[:：-]?[ \t]{{0,3}}",
    re.IGNORECASE,
)


def read_line(raw: str) -> Line:
    """One line of a reply, never a row of a table."""
    stripped = raw.lstrip(" \t")
    line = raw[: len(raw) - len(stripped)].expandtabs(4) + stripped
    bare = line.strip()
    if not bare:
        return Line(Kind.BLANK)
    if bare.startswith(("```", "~~~")):
        return Line(Kind.FENCE)
    if len(bare) > 2 and not bare.strip(bare[0] + " ") and bare[0] in "-*_=":
        return Line(Kind.RULE)
    position, kind, number, opened = _decoration(line)
    indent = len(line) - len(line.lstrip(" >"))
    rest = line[position:]
    label = _label(rest, indent, number, opened)
    if label is not None:
        return label
    text = (opened + rest).strip()
    if not text:
        return Line(Kind.PROSE, bare, indent) if number else Line(Kind.BLANK)
    if kind is Kind.PROSE and is_bold(text.rstrip(":：")):
        kind = Kind.HEADING
    return Line(kind, text, indent, number if kind is not Kind.PROSE else ())


def _decoration(line: str) -> tuple[int, Kind, tuple[int, ...], str]:
    """Where the text begins; whether it is item, heading or prose; its number; the emphasis left open before it."""
    position, kind = 0, Kind.PROSE
    number: tuple[int, ...] = ()
    opened = ""
    for _ in range(12):
        bare = kind is Kind.PROSE and not number and not opened  # what follows a bullet is text: "- # of ways", "- > 0"
        while position < len(line) and (line[position].isspace() or (line[position] == ">" and bare)):
            position += 1
        if bare and (found := _HASHES.match(line, position)):
            kind = Kind.HEADING
        elif not number and (found := _BULLET.match(line, position)) and (bare or found[0][0] not in "-+*–—→"):
            kind = Kind.ITEM if kind is Kind.PROSE else kind
        elif not number and (found := _enumerator(line, position, kind)):
            kind, number = (Kind.ITEM if kind is Kind.PROSE else kind), number_of(found[found.lastgroup or 0])
        elif found := _MARK.match(line, position):
            if opened == found[0]:
                opened = ""
            elif opened or line[found.end() : found.end() + 1].isspace():
                break
            else:
                opened = found[0]
        else:
            break
        position = found.end()
    return position, kind, number, opened


def _enumerator(line: str, position: int, kind: Kind) -> re.Match[str] | None:
    found = _ENUMERATOR.match(line, position)
    # "- (x) is the unknown": after a bullet a letter in brackets is text.
    return None if found and kind is Kind.ITEM and not number_of(found[found.lastgroup or 0], letters=False) else found


def number_of(text: str, *, letters: bool = True) -> tuple[int, ...]:
    """(2, 1) of "2.1"; (4,) of "4", "IV", "d", "four" and "④"; () of what is no number."""
    text = text.casefold()
    if text[:1].isdecimal():
        return tuple(int(part) for part in text.split("."))
    if "①" <= text <= "⑳":
        return (ord(text) - ord("①") + 1,)
    if not letters:
        return ()
    known = _WORDS.get(text) or _ROMAN.get(text) or (ord(text) - ord("a") + 1 if len(text) == 1 else 0)
    return (known,) if known else ()


def _label(rest: str, indent: int, number: tuple[int, ...], opened: str) -> Line | None:
    """The line that ``rest`` is if it begins with a label.  ``opened`` is the emphasis left open before it."""
    if found := _BRACKETED.match(rest):
        rest = f"{found['inner']}: {rest[found.end() :]}"
    found = _LABEL.match(rest)
    if found is None:
        return None
    topic, text = found["kind"].lower() == "topic", rest[found.end() :].strip()
    given, dashed = found["number"], (found["sep"] or ":")[-1] in _DASHES
    if (
        (found["kind"].lower() == "kp" and not found["kind"].isupper())
        or (found["for"] and topic)  # "Topic 1 in this problem: ..." is prose
        or (found["plural"] and dashed and not given)  # "Topics - an overview"
    ):
        return None
    if opened and text.endswith(opened) and hide_mathematics(text).count(opened) % 2:
        text = text.removesuffix(opened).rstrip()
    about = (found["about"] or found["for"] or (f"Topic {found['of']}" if found["of"] else "")).strip(" *_`")
    number = number_of(given) if given else number
    plural = bool(found["plural"]) and not given
    if topic:
        if plural and not text:
            return Line(Kind.TOPICS, indent=indent)
        return Line(Kind.TOPIC, text, indent, number, about, plural)
    return Line(Kind.KEY_POINT if text else Kind.KEY_POINTS, text, indent, number, about, plural)
