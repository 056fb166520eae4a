"""The lines of a reply to the lists of topics that it holds (METHOD 1).

What each line adds is decided from the lines before it alone, in one pass; what is ambiguous marks
its list with a reason, and only a list that counts is held to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .drafts import Draft, Heard, is_reference
from .inline import has_open_bracket, has_topic_form, is_bold
from .lines import Kind, Line

# Text between two lists that says that the second one replaces the first.
_SIGNAL = re.compile(
    r"\b(?:final|finally|revis\w{0,8}|correct\w{0,6}|answer|wait|actually|instead|re-?writ\w{0,6}|improv\w{0,8}|"
    r"refin\w{0,8}|better|draft|format\w{0,6}|output|summar\w{1,6}|recap|here (?:is|are) (?:the|my) (?:list|labels))\b",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"\W{0,8}(?:(?:the|my|here is the)\s)?(?:final|revised|corrected)\b|\W{0,8}answer\W{0,4}$", re.IGNORECASE
)
_UNFINISHED = re.compile(
    r"(?:[,(\-–—=+/&]|\b(?:an?|the|its|of|and|or|to|by|in|with|for|from|on|at|as|that|is|are|be|than|into|using|via|"
    r"between))$",
    re.IGNORECASE,
)
_LABELLED_REMARK = re.compile(r"[^:：]{1,30}[:：](?:\s|$)")
_ANNOTATION = re.compile(
    r"\W{0,4}(?:explanation|example|note|reason|why|description|details?|usage|application|justification)\b"
    r"[^:：]{0,20}[:：]",
    re.IGNORECASE,
)
_LONGEST = 1000  # characters of a text that lines are still added to
_NESTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})[.)]?\s{1,4}(?=\S)")


def promote_headings(lines: list[Line]) -> None:
    """Where no line of a reply says "Topic", a heading in the form "Subject - Subcategory" that labelled key points
    follow is one; so is an item that they stand under, further in."""
    if any(line.kind in (Kind.TOPIC, Kind.TOPICS) for line in lines):
        return
    candidate: Line | None = None
    for line in lines:
        if line.kind in (Kind.HEADING, Kind.ITEM):
            candidate = line if has_topic_form(line.text) else None
        elif line.kind in (Kind.KEY_POINT, Kind.KEY_POINTS) and candidate is not None:
            if candidate.kind is Kind.HEADING or candidate.indent < line.indent:
                candidate.kind = Kind.TOPIC
            candidate = None


@dataclass(slots=True)
class _Topic:
    """What has been read of the topic under way."""

    number: tuple[int, ...] = ()
    points: int = 0
    labelled: bool = False  # some of its key points have a label of their own
    items: int | None = None  # indent of the items that are its key points; -1 before the first
    numbered: bool = False  # those items have numbers
    about: str = ""  # the topic that the heading above its key points names
    closed: bool = False  # a remark stands after its key points
    heading: str = ""  # a heading without a label stands after its key points


@dataclass(slots=True)
class _Last:
    """The topic or key point that the next line may go on with."""

    heard: Heard
    indent: int


class Outline:
    """Reads lines in order; ``drafts`` are the lists found, the last one the list under way."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = [Draft()]
        self._first: Heard | None = None  # the first topic of the list
        self._topic = _Topic()
        self._between: list[str] = []  # prose since the last topic or key point
        self._fences = 0  # code fences since then
        self._fenced = False  # inside a code fence
        self._last: _Last | None = None
        self._detail: int | None = None  # items further in than this belong to a labelled key point
        self._blank = False  # a blank line stands before this one
        self._waiting: Heard | None = None  # a label whose text is on the next line
        self._overview: int | None = None  # indent of the topics under a heading "Topics:"; -1 before the first

    def read(self, line: Line) -> None:
        """Take one more line."""
        if line.kind is Kind.BLANK:
            self._blank = True
            return
        if self._waiting is not None and line.kind in (Kind.ITEM, Kind.HEADING, Kind.PROSE):
            self._fill(self._waiting, line)
        else:
            self._take(line)
        self._blank = False

    def end(self) -> list[Draft]:
        """The lists found, without empty ones."""
        self._text_missing()
        return [d for d in self.drafts if d.heard or d.problem]

    def _take(self, line: Line) -> None:
        if line.kind in (Kind.TOPIC, Kind.TOPICS, Kind.KEY_POINT, Kind.KEY_POINTS):
            self._text_missing()
        match line.kind:
            case Kind.TOPIC:
                self._overview = None
                self._begin(line)
            case Kind.KEY_POINT:
                self._key_point(line)
            case Kind.KEY_POINTS:
                self._heading_of_key_points(line)
            case Kind.TOPICS:
                self._overview = -1
                self._remark("")
            case Kind.ITEM:
                self._item(line)
            case Kind.PROSE:
                self._prose(line)
            case Kind.HEADING:
                self._remark(line.text)
                if self._topic.points:
                    self._topic.heading = line.text
            case Kind.FENCE:
                self._fenced, self._fences = not self._fenced, self._fences + 1
                self._remark("")
            case Kind.RULE:
                self._last = None
            case Kind.UNREADABLE:
                self._problem(line.text)

    # --- what a line says of itself ------------------------------------------------------------

    def _begin(self, line: Line) -> None:
        text = line.text or (line.about if has_topic_form(line.about) else "")
        heard = Heard(True, text, line.number)
        if self._starts_again(heard):
            # A list set apart in a fence, where the one before was not, is the answer.
            signalled = any(map(_SIGNAL.search, self._between)) or (self._fenced and self._fences == 1)
            self.drafts.append(Draft(signalled=signalled))
            self._first = None
        if line.plural and ("," in text or "|" in text):
            self._problem(f"a list of topics in one line: {text[:80]}")
        self._first = self._first or heard
        self._topic = _Topic(line.number)
        self._append(heard, line.indent)
        self._waiting = None if text else heard

    def _starts_again(self, heard: Heard) -> bool:
        first = self._first
        if first is None:
            return False
        if not heard.number:
            return any(map(_FINAL.match, self._between))
        renamed = heard.text.casefold() != first.text.casefold()
        return heard.number == first.number and (renamed or bool(self._between or self._fences))

    def _key_point(self, line: Line) -> None:
        if line.about and not is_reference(line.about):
            self._problem(f"a key point with a remark that names no topic: {line.about[:80]}")
        self._point(Heard(False, line.text, line.number, line.about, line.plural), line.indent, labelled=True)

    def _heading_of_key_points(self, line: Line) -> None:
        if not line.plural:  # "Key Point 1:", its text follows
            self._key_point(line)
            self._waiting = self.drafts[-1].heard[-1]
            return
        if self._overview is not None and line.indent <= self._overview:
            self._overview = None
        self._topic.items, self._topic.closed = -1, False
        self._topic.about = line.about if is_reference(line.about) else ""
        self._last, self._detail = None, None

    def _point(self, heard: Heard, indent: int, *, labelled: bool) -> None:
        topic = self._topic
        if topic.heading:
            self._problem(f"key points under a heading that is not labelled a topic: {topic.heading[:80]}")
        if topic.points and topic.labelled != labelled and not heard.about:
            self._problem(f"key points with a label and without one under one topic: {heard.text[:80]}")
        topic.points, topic.labelled, topic.closed = topic.points + 1, labelled, False
        self._append(heard, indent)
        self._detail = indent if labelled else None

    def _append(self, heard: Heard, indent: int) -> None:
        self.drafts[-1].heard.append(heard)
        self._between.clear()
        self._fences = 0
        self._last, self._detail = _Last(heard, indent), None

    def _fill(self, waiting: Heard, line: Line) -> None:
        waiting.text, self._waiting = line.text, None
        self._last = _Last(waiting, line.indent)
        self._detail = None if waiting.is_topic else line.indent

    def _text_missing(self) -> None:
        if self._waiting is not None:
            self._problem("topic without a name" if self._waiting.is_topic else "key point without a text")
            self._waiting = None

    # --- what a line is by its place -----------------------------------------------------------

    def _item(self, line: Line) -> None:
        topic = self._topic
        if self._overview is not None and (self._overview < 0 or line.indent <= self._overview):
            self._overview = line.indent
            self._begin(Line(Kind.TOPIC, line.text, line.indent, line.number))
        elif self._detail is not None and line.indent > self._detail:
            above = self._last.heard.text if self._last else ""
            if above.endswith(":"):
                self._problem(f"a key point that only announces a list: {above[:80]}")
            if _breaks_off(above):
                self._problem(f"a key point that breaks off before an item: {above[:80]}")
            self._last = None
        elif topic.labelled:
            if not topic.closed:
                self._problem(f"an item without a label beside labelled key points: {line.text[:80]}")
        elif topic.items is not None or (self._first is not None and not topic.points):
            self._listed(line)
        else:
            self._remark(line.text)

    def _listed(self, line: Line) -> None:
        """An item of a list of key points."""
        topic = self._topic
        if topic.items is None or topic.items < 0:
            topic.items, topic.numbered = line.indent, bool(line.number)
        if abs(line.indent - topic.items) > 1:
            self._problem(f"items within items, of which either may be the key points: {line.text[:80]}")
        elif bool(line.number) != topic.numbered:
            self._problem(f"items with and without numbers in one list: {line.text[:80]}")
        elif topic.closed:
            self._problem(f"items after a remark, which may be key points or not: {line.text[:80]}")
        else:
            self._point(Heard(False, line.text, line.number, topic.about), line.indent, labelled=False)

    def _prose(self, line: Line) -> None:
        nested = _NESTED.match(line.text)
        if nested and self._topic.number == (int(nested[1]),) and int(nested[2]) == self._topic.points + 1:
            number = (int(nested[1]), int(nested[2]))
            self._item(Line(Kind.ITEM, line.text[nested.end() :], line.indent, number))
        elif self._last is not None and not self._blank and self._goes_on(self._last, line):
            self._last.heard.text += " " + line.text
        elif self._last is not None and not self._blank and line.indent > self._last.indent:
            self._between.append(line.text)  # a description of what is above it
            self._last = None
        elif self._topic.items == -1 and not _is_remark(line.text):
            self._problem(f"lines without a mark under 'Key Points': {line.text[:80]}")
        else:
            self._remark(line.text)

    def _goes_on(self, last: _Last, line: Line) -> bool:
        """Whether prose is the rest of the topic or key point right above it."""
        before = last.heard.text
        if _ANNOTATION.match(line.text):
            return False
        if len(before) > _LONGEST:
            self._problem(f"too long text: {before[:60]}...")
            return False
        if _breaks_off(before):
            return True
        if not last.heard.is_topic and (line.text[0].islower() or line.text[0] in "$\\([=+−≤≥<"):
            return True
        ended = _is_sentence(before) or is_bold(before)
        if not (ended if line.indent > last.indent else _is_remark(line.text)):
            self._problem(f"a line that may be a remark or belong to what is above it: {line.text[:80]}")
        return False

    def _remark(self, text: str) -> None:
        self._between += [text] if text else []
        self._topic.closed = self._topic.points > 0
        self._last = None

    def _problem(self, reason: str) -> None:
        self.drafts[-1].problem = self.drafts[-1].problem or reason


def _breaks_off(text: str) -> bool:
    """Whether what follows must go on with it: a bracket or mathematics is open, or it ends in a word that joins."""
    return has_open_bracket(text) or bool(_UNFINISHED.search(text[-20:]))


def _is_sentence(text: str) -> bool:
    return text.rstrip("*_`)\"”' ")[-1:] in tuple(".!?:…。！？：")


def _is_remark(text: str) -> bool:
    """Whether a line is a sentence, announces something or begins with a label of its own."""
    return _is_sentence(text) or bool(_LABELLED_REMARK.match(text))
