"""A list of topics with their key points as it was written, before anything of it is checked.

A reply may hold several such lists (a draft, then the final one); here one is built up, and turned
into topics with their key points where it is whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from ..errors import ReplyError
from ..records import TopicKeyPoints
from .inline import has_topic_form, key_point_identity, key_point_text, topic_name
from .lines import number_of

MAX_TOPICS, MAX_KEY_POINTS = 12, 40

_REFERENCE = re.compile(r"topic[ \t]{0,2}[#(]?([0-9]{1,3}|[A-Za-z]{1,6})\)?", re.IGNORECASE)
_INLINE_LIST = re.compile(r"[;,|•]|[\s(]2[.)]\s")


@dataclass(slots=True)
class Heard:
    """A topic (``is_topic``) or a key point, as written."""

    is_topic: bool
    text: str
    number: tuple[int, ...] = ()
    about: str = ""  # which topic a key point names as its own
    plural: bool = False  # it stands beside "Key Points:"


@dataclass(slots=True)
class Draft:
    """One list.  ``signalled`` tells whether the text before it says that it replaces the list before."""

    signalled: bool = False
    heard: list[Heard] = field(default_factory=list)
    problem: str = ""  # the first thing in it that cannot be read

    @property
    def topics(self) -> list[Heard]:
        """Its topics, in order, repeats included."""
        return [h for h in self.heard if h.is_topic]

    @property
    def is_recap(self) -> bool:
        """Whether it names topics and no key point."""
        return all(h.is_topic for h in self.heard)

    @property
    def is_echo(self) -> bool:
        """Whether it repeats the form that the prompt asks for."""
        names = {" ".join(h.text.casefold().split()).strip("*_` .") for h in self.topics}
        return names == {"subject - subcategory"}

    def names(self) -> frozenset[str]:
        """What its topics are called, folded; of a name that cannot be read, its text."""
        return frozenset(_name_or_text(h.text).casefold() for h in self.topics)

    def labels(self) -> tuple[TopicKeyPoints, ...]:
        """Its topics with their key points, repeats united.

        Raises:
            ReplyError: with what is wrong in it.
        """
        if self.problem:
            raise ReplyError(self.problem)
        _check_numbers("topic", [h.number[0] for h in self.topics if len(h.number) == 1], start=1)
        topics = _Topics(self.topics)
        for owner, point in self._owners(topics):
            topics.add(owner, point)
        return topics.checked()

    def _owners(self, topics: _Topics) -> list[tuple[str, Heard]]:
        """Each key point with the name of its topic."""
        order = self._topic_after_its_list() if self.heard and not self.heard[0].is_topic else self.heard
        owners, current = [], None
        for heard in order:
            if heard.is_topic:
                current = topic_name(heard.text)
                continue
            owner = topics.meant_by(heard) or current
            if owner is None:
                raise ReplyError("key point before any topic")
            owners.append((owner, heard))
        return owners

    def _topic_after_its_list(self) -> list[Heard]:
        """The list with each topic put before the key points that precede it.

        That is the only reading in which every topic has key points where the list begins with key points, ends
        with a topic, and no two topics follow each other.  Key points that name their topic need no order.
        """
        if all(h.is_topic or h.about for h in self.heard):
            return self.heard
        kinds = [h.is_topic for h in self.heard]
        if not kinds[-1] or any(a and b for a, b in pairwise(kinds)):
            raise ReplyError("key point before any topic")
        turned: list[Heard] = []
        run: list[Heard] = []
        for heard in self.heard:
            if heard.is_topic:
                turned += [heard, *run]
                run = []
            else:
                run.append(heard)
        return turned


class _Topics:
    """The topics of a list by name (case folded), in order, with what was put under them."""

    def __init__(self, topics: list[Heard]) -> None:
        self._spelling: dict[str, str] = {}
        self._points: dict[str, list[Heard]] = {}
        self._by_number: dict[int, str] = {}
        for heard in topics:
            name = self._known(topic_name(heard.text))
            if len(heard.number) == 1:
                self._by_number.setdefault(heard.number[0], name)

    def _known(self, name: str) -> str:
        spelling = self._spelling.setdefault(name.casefold(), name)
        self._points.setdefault(spelling, [])
        return spelling

    def meant_by(self, point: Heard) -> str | None:
        """The topic that a key point names, by "Algebra - X", by "Topic 2", or as the 2 of "Key Point 2.1"."""
        if reference := _REFERENCE.fullmatch(point.about):
            number = number_of(reference[1])
            if not number or number[0] not in self._by_number:
                raise ReplyError(f"key point of a topic that is not there: {point.about[:80]}")
            return self._by_number[number[0]]
        if point.about:
            return self._known(topic_name(point.about))
        return self._by_number.get(point.number[0]) if len(point.number) == 2 else None

    def add(self, topic: str, point: Heard) -> None:
        self._points[self._known(topic)].append(point)

    def checked(self) -> tuple[TopicKeyPoints, ...]:
        if not self._points:
            raise ReplyError("no topic")
        if len(self._points) > MAX_TOPICS:
            raise ReplyError(f"too many topics: {len(self._points)}")
        return tuple(TopicKeyPoints(name, _key_points(name, points)) for name, points in self._points.items())


def _key_points(topic: str, points: list[Heard]) -> tuple[str, ...]:
    unique: dict[str, str] = {}
    for point in points:
        if text := key_point_text(point.text):
            unique.setdefault(key_point_identity(text), text)
    if not unique:
        raise ReplyError(f"topic without key points: {topic[:80]}")
    if len(unique) > MAX_KEY_POINTS:
        raise ReplyError(f"too many key points: {len(unique)}")
    only = points[0]
    if len(points) == 1 and only.plural and _INLINE_LIST.search(only.text):
        raise ReplyError(f"a list of key points in one line, which may be one or several: {only.text[:80]}")
    _check_numbers("key point", [p.number[-1] for p in points if p.number and not p.about])
    return tuple(unique.values())


def _check_numbers(what: str, numbers: list[int], start: int | None = None) -> None:
    """A gap shows that something between was not read; 0 may begin as well as 1."""
    present = sorted(set(numbers))
    if not present:
        return
    if start is not None and present[0] > start:
        raise ReplyError(f"{what} {start} is missing: the list begins with {present[0]}")
    for one, following in pairwise(present):
        if following != one + 1:
            raise ReplyError(f"{what} {one + 1} is missing: {following} follows {one}")


def is_reference(about: str) -> bool:
    """Whether what a label says beside its number names a topic."""
    return bool(_REFERENCE.fullmatch(about)) or has_topic_form(about)


def _name_or_text(text: str) -> str:
    try:
        return topic_name(text)
    except ReplyError:
        return text
