"""Records to report on, made from a few lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from builder.matrix import TCPM
from builder.records import InformationSet, KeyPoint, LabelledPractice, Practice, SetTopic, Topic, TopicKeyPoints
from builder.stages.cooccurrence import COMBINED, tcpm

PRACTICES: list[dict[str, list[str]]] = [
    {"Algebra - Sums": ["add", "carry"], "Algebra - Roots": ["square root"]},
    {"Algebra - Sums": ["add"], "Algebra - Roots": ["square root"], "Geometry - Area": ["base times height"]},
    {"Algebra - Sums": ["add", "a", "b", "c", "d", "e"]},
    {"Geometry - Area": ["base times height", "cut and move"], "Algebra - Roots": ["nth root"]},
    {"Number Theory - Primes": ["sieve"]},
]


@dataclass(frozen=True)
class Known:
    """What a report is written from."""

    mpkp: list[LabelledPractice]
    topics: list[Topic]
    matrices: dict[str, TCPM]
    sets: list[InformationSet]
    key_points: list[KeyPoint]

    @property
    def matrix(self) -> TCPM:
        return self.matrices[COMBINED]


def known(practices: Sequence[dict[str, list[str]]] = PRACTICES) -> Known:
    """The records of ``practices``: topic -> key points."""
    mpkp = [
        LabelledPractice(
            Practice(f"test/{i}", "test", f"problem {i}", f"#### {i}", str(i), "Subject", "Level 1"),
            tuple(TopicKeyPoints(name, tuple(points)) for name, points in topics.items()),
            "m",
            "h",
            "reply",
        )
        for i, topics in enumerate(practices)
    ]
    uses: Counter[str] = Counter()
    points: Counter[str] = Counter()
    for topics in practices:
        uses.update(list(topics))
        points.update({name: len(found) for name, found in topics.items()})
    names = sorted(uses)
    topics_ = [Topic(n, uses[n], points[n], (n,), names[0], 0.5, True, uses[n] < 2) for n in names]
    matrix = tcpm(mpkp, 5, topics=names)
    sets = [
        InformationSet(
            f"set-{p.practice.id}", i, tuple(SetTopic(t.topic, t.key_points, p.practice.id) for t in p.topics)
        )
        for i, p in enumerate(p for p in mpkp if len(p.topics) > 1)
    ]
    key_points = [
        KeyPoint(name, text, 1, (text, f"{text}!"))
        for name in names
        for text in sorted({k for topics in practices for k in topics.get(name, ())})
    ]
    return Known(mpkp, topics_, {COMBINED: matrix}, sets, key_points)


@pytest.fixture
def make() -> Callable[..., Known]:
    return known
