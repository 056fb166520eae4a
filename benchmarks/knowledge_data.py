"""The practices that the knowledge benchmark is run on: two real files, one of replies, and made ones.

Each gives labelled practices as a stream that can be begun anew; the same arguments give the same rows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from random import Random

import numpy as np

from builder.errors import ReplyError
from builder.label_reading import parse_labels
from builder.records import LabelledPractice, Practice, TopicKeyPoints


def rows(path: Path) -> Iterator[dict]:
    """The objects of a JSONL file."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _labelled(number: int | str, topics: tuple[TopicKeyPoints, ...], source: str = "bench") -> LabelledPractice:
    return LabelledPractice(Practice(str(number), source, "", ""), topics, "", "", "")


# --- concepts_14k ------------------------------------------------------------------------------


def category(row: dict) -> str:
    """The file writes some categories in two ways: "Number Theory" and "Number_Theory"."""
    return str(row["category"]).replace("_", " ").replace(" & ", " ")


def concept_practices(data: Path, only: Set[str] | None = None) -> Iterator[LabelledPractice]:
    """A practice for each problem; its topics are "Category - concept", each with the concept as key point.

    ``only``: other names are left out.
    """
    for i, row in enumerate(rows(data / "concepts_14k.jsonl")):
        topics = ((f"{category(row)} - {concept}", concept) for concept in dict.fromkeys(row["concepts"]))
        yield _labelled(i, tuple(TopicKeyPoints(n, (k,)) for n, k in topics if only is None or n in only))


def concept_names(data: Path, limit: int | None = None) -> list[str]:
    """The distinct names, sorted, or a random ``limit`` of them (the same for the same limit)."""
    names = sorted({t.topic for p in concept_practices(data) for t in p.topics})
    return names if limit is None or limit >= len(names) else sorted(Random(0).sample(names, limit))


# --- knowledge_routes_5k -----------------------------------------------------------------------

PARENT = 3  # the step of a route that is the truth: root -> "Knowledge Point" -> module -> parent -> ... -> leaf
SENTENCES = 3  # problems of a leaf whose beginning is taken for key points


@dataclass
class Leaf:
    """A route of the taxonomy that goes below its parent."""

    route: tuple[str, ...]
    problems: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """ "Module - leaf": the parent is not said."""
        return f"{self.route[PARENT - 1].removesuffix(' Modules')} - {self.route[-1]}"

    @property
    def parent(self) -> tuple[str, ...]:
        return self.route[: PARENT + 1]

    def practices(self, key_points: str) -> Iterator[LabelledPractice]:
        """One for each problem; ``key_points``: "leaf" (its own words) or "problems" (how some of them begin)."""
        for i, problem in enumerate(self.problems):
            begins = ((problem.partition(". ")[0][:200],) if i < SENTENCES else ()) if key_points == "problems" else ()
            points = (self.route[-1],) if key_points == "leaf" else begins
            yield _labelled(f"{'/'.join(self.route)}/{i}", (TopicKeyPoints(self.name, points),))


def leaves(data: Path) -> list[Leaf]:
    """All routes with something below their parent, in order; a problem with several counts in each."""
    found: dict[tuple[str, ...], Leaf] = {}
    for row in rows(data / "knowledge_routes_5k.jsonl"):
        for text in row["knowledge_point_routes"]:
            route = tuple(step.strip() for step in text.split("->"))
            if len(route) > PARENT + 1:
                found.setdefault(route, Leaf(route)).problems.append(row["problem"].strip())
    return [found[route] for route in sorted(found)]


# --- labelled_practices ------------------------------------------------------------------------


def labelled_practices(data: Path) -> Iterator[LabelledPractice]:
    """The real replies as they are read; those that cannot be read are left out, as in a run."""
    for row in rows(data / "labelled_practices.jsonl"):
        try:
            topics = parse_labels(row["reply"])
        except ReplyError:
            continue
        yield _labelled(row["id"], topics, "real")


def pair_practices(rows: Iterable[dict]) -> Iterator[LabelledPractice]:
    """A practice for each side of labelled pairs: its topic with its key points."""
    for i, row in enumerate(rows):
        for side in "ab":
            topic = TopicKeyPoints(row[side]["topic"], tuple(row[side]["key_points"]))
            yield _labelled(f"{i}{side}", (topic,), "pairs")


# --- made ones ---------------------------------------------------------------------------------

_THINGS = {  # each in one subject only: a name in two subjects would be a topic of its own in each, or none
    "Algebra": "Equation,Inequality,Polynomial,Identity,Root,Logarithm,Matrix Product,Expression",
    "Geometry": "Triangle,Circle,Polygon,Angle,Solid,Tangent Line,Similarity,Distance",
    "Number Theory": "Congruence,Divisor,Prime,Remainder,Digit Sum,Base,Residue,Diophantine Equation",
    "Arithmetic": "Fraction,Ratio,Percentage,Decimal,Unit Conversion,Rate,Estimate,Price",
    "Counting": "Permutation,Selection,Partition,Path,Colouring,Tiling,Seating Order,Committee",
    "Statistics": "Mean,Median,Sample,Histogram,Regression,Quartile,Survey,Deviation",
    "Calculus": "Derivative,Integral,Limit,Series,Extremum,Differential Equation,Area,Volume",
    "Trigonometry": "Sine Rule,Cosine Rule,Phase Shift,Amplitude,Bearing,Half Angle,Radian Measure,Wave",
}
_KINDS = (
    "Linear,Quadratic,Cubic,Rational,Exponential,Modular,Recursive,Symmetric,Bounded,Discrete,Weighted,Inverse,"
    "Nested,Periodic,Convex"
).split(",")
_VERBS = "Finding,Using,Comparing,Writing,Checking,Bounding,Counting,Splitting,Solving,Drawing".split(",")
_SYLLABLES = "ba de fi go lu ma ne pi ro su ta ve".split()
WRITINGS = ("{0}", "{0}.", "The {0}", "{0}, carefully")
"""In how many ways a key point of one meaning is written."""
KEY_POINTS = 200
"""Distinct texts that stand under a made topic, writings included."""
WORDS = 15
"""Made words that only the key points of one topic have: those of two topics are as unlike as real ones."""


def made_names() -> list[list[str]]:
    """Raw names: of 960 topics each in six ways of writing."""
    names = []
    for subject, things in _THINGS.items():
        for kind, thing in product(_KINDS, things.split(",")):
            many = f"{thing[:-1]}ies" if thing.endswith("y") else thing if thing.endswith("s") else f"{thing}s"
            ways = (
                f"{kind} {many}",
                f"{kind} {thing}",
                f"{kind} {many} Problems",
                f"Problems with {kind} {many}",
                f"{many}, {kind}",
                f"Solving {kind} {many} Step by Step",
            )
            names.append([f"{subject} - {way}" for way in dict.fromkeys(ways)])
    return names


def made_practices(count: int, seed: int = 0) -> Iterator[LabelledPractice]:
    """``count`` practices of 1 to 4 topics with 1 to 6 key points each; none is kept.

    Names follow Zipf's law (the k-th is drawn in proportion to 1 / (k + 10)), the key points of a topic too.
    """
    random, order = np.random.default_rng(seed), Random(0)
    names = [(topic, name) for topic, ways in enumerate(made_names()) for name in ways]
    order.shuffle(names)
    for start in range(0, count, 10_000):
        sizes = random.integers(1, 5, min(10_000, count - start)).tolist()
        drawn = iter(_zipf(random, len(names), sum(sizes)))
        lengths = iter(random.integers(1, 7, sum(sizes)).tolist())
        said = iter(_zipf(random, KEY_POINTS, 6 * sum(sizes)))
        for i, size in enumerate(sizes, start):
            topics = []
            for topic, name in dict.fromkeys(names[next(drawn)] for _ in range(size)):
                own = dict.fromkeys(_key_point(topic, next(said)) for _ in range(next(lengths)))
                topics.append(TopicKeyPoints(name, tuple(own)))
            yield _labelled(i, tuple(topics))


@cache
def _key_point(topic: int, text: int) -> str:
    """The key point ``text`` of a topic: what it means, and one of the ways of writing it."""
    meaning, way = divmod(text, len(WRITINGS))
    words = (_word(WORDS * topic + at % WORDS) for at in (meaning, 4 * meaning + meaning // WORDS + 1))
    return WRITINGS[way].format(" ".join((_VERBS[meaning % len(_VERBS)], *words)))


def _word(number: int) -> str:
    """A made word of four syllables, another for each number below 12^4."""
    mixed = number * 7919  # a prime: neighbours share no syllables
    return "".join(_SYLLABLES[mixed // len(_SYLLABLES) ** i % len(_SYLLABLES)] for i in range(4))


def _zipf(random: np.random.Generator, n: int, count: int) -> list[int]:
    law = np.cumsum(1 / (np.arange(n) + 10.0))
    return np.searchsorted(law, random.random(count) * law[-1], side="right").tolist()


def sizes_of(practices: Iterator[LabelledPractice]) -> Counter[str]:
    """Practices, topics and key points of a stream: what reading it alone costs."""
    count: Counter[str] = Counter()
    for p in practices:
        count["practices"] += 1
        count["topics"] += len(p.topics)
        count["key_points"] += sum(len(t.key_points) for t in p.topics)
    return count
