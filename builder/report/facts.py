"""The numbers of a report: what one pass over the MPKP, the topics and the matrix say.

Memory grows with the topics, their distinct key points and the pairs that occur, not with the practices.
What the information sets say is in :mod:`builder.report.coverage`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..matrix import TCPM
from ..records import LabelledPractice, Topic
from .names import subject_name


@dataclass(slots=True)
class Reading:
    """What is counted while the practices of an MPKP go by (:meth:`passing`)."""

    sampled: frozenset[str]  # topics of the matrix
    practices: int = 0
    drawable: int = 0  # practices with a topic of the matrix
    sources: Counter[str] = field(default_factory=Counter)
    topics_a_practice: Counter[int] = field(default_factory=Counter)
    key_points: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # distinct, by topic

    def passing(self, mpkp: Iterable[LabelledPractice]) -> Iterator[LabelledPractice]:
        """The same practices, counted as they are taken."""
        for labelled in mpkp:
            self.practices += 1
            self.sources[labelled.practice.source] += 1
            self.topics_a_practice[len(labelled.topics)] += 1
            self.drawable += any(t.topic in self.sampled for t in labelled.topics)
            for topic in labelled.topics:
                self.key_points[topic.topic].update(topic.key_points)
            yield labelled

    def distinct(self, topic: str) -> int:
        """How many different key points a topic has."""
        return len(self.key_points.get(topic, ()))


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """A topic with what the page says about it."""

    topic: Topic
    subject: str
    distinct: int  # different key points
    partners: int  # other topics that it occurs with
    together: int  # co-occurrences with them


def topic_facts(topics: Sequence[Topic], matrix: TCPM, reading: Reading) -> list[TopicFacts]:
    """The topics with the most practices first; by name where they have equally many."""
    diagonal = matrix.diagonal
    partners = np.diff(matrix.cells.indptr) - (diagonal > 0)
    together = np.asarray(matrix.cells.sum(axis=1)) - diagonal
    place = {name: i for i, name in enumerate(matrix.topics)}
    facts = []
    for topic in sorted(topics, key=lambda t: (-t.practices, t.name)):
        i = place.get(topic.name)
        meets = (0, 0) if i is None else (int(partners[i]), int(together[i]))
        facts.append(TopicFacts(topic, subject_name(topic.name), reading.distinct(topic.name), *meets))
    return facts


@dataclass(frozen=True, slots=True)
class Shape:
    """Head and tail of numbers that fall: how few have half of the sum, how many have but one."""

    items: int
    total: int
    half: int  # the largest so many have half of the total
    ones: int  # items with exactly 1
    largest: int
    median: float


def shape(values: Iterable[int]) -> Shape:
    """Head and tail of ``values``."""
    falling = np.sort(np.fromiter(values, np.int64))[::-1]
    total = int(falling.sum())
    half = int(np.searchsorted(np.cumsum(falling), total / 2)) + 1 if total else 0
    return Shape(
        items=len(falling),
        total=total,
        half=half,
        ones=int((falling == 1).sum()),
        largest=int(falling[0]) if len(falling) else 0,
        median=float(np.median(falling)) if len(falling) else 0.0,
    )
