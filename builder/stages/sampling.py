"""Information sets from the co-occurrence matrix (METHOD 3).

First topic ~ row sums of M, second ~ row(first), third ~ row(second) o row(first), the elementwise
product; for each topic one random practice that has it, with that practice's key points under it.  Set i
depends on the seed and on i alone, so that any cutting into chunks gives the same sets.

Where a vector is zero the draw falls back to row(previous), then stops at two topics, and the set says
so.  What is written from a set is not known here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from ..errors import ConfigError
from ..matrix import TCPM
from ..records import InformationSet, LabelledPractice, SetTopic, content_id

Vector = npt.NDArray[np.float64]


def next_topic_probabilities(tcpm: TCPM, chosen: Sequence[str]) -> Vector:
    """Probabilities of the next topic over ``tcpm.topics`` given the ``chosen`` ones; zeros where none fits.

    Shape (N,), sums to 1 or is all zero.  Golden vectors in METHOD 2.
    """
    index = {name: i for i, name in enumerate(tcpm.topics)}
    weights = _weights(tcpm, [index[c] for c in chosen])
    total = weights.sum()
    return weights / total if total > 0 else weights


def _weights(tcpm: TCPM, chosen: Sequence[int]) -> Vector:
    m = tcpm.weights
    weights: Vector
    if not chosen:
        weights = m.sum(axis=1)
    elif len(chosen) == 1:
        weights = m[chosen[0]].copy()
    else:
        weights = m[chosen[-1]] * m[chosen[-2]]
    return _once(tcpm, weights, chosen)


def _once(tcpm: TCPM, weights: Vector, chosen: Sequence[int]) -> Vector:
    """A topic is not drawn twice unless its diagonal allows it."""
    for i in chosen:
        if tcpm.counts[i, i] == 0:
            weights[i] = 0.0
    return weights


class _Sampler:
    """The practices of each topic, and the draws of one set."""

    def __init__(self, mpkp: Sequence[LabelledPractice], tcpm: TCPM, only: Collection[str] | None) -> None:
        self.tcpm = tcpm
        index = {name: i for i, name in enumerate(tcpm.topics)}
        self.having: dict[int, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for labelled in mpkp:
            for t in labelled.topics:
                if t.topic in index:
                    self.having[index[t.topic]].append((labelled.practice.id, t.key_points))
        wanted = None if only is None else set(only)
        self.allowed = np.array([wanted is None or name in wanted for name in tcpm.topics], dtype=bool)
        self.first = _weights(tcpm, [])  # the same for every set, and N x N additions

    def draw(self, rng: np.random.Generator, two_topic_share: float, first: int | None) -> _Drawn | None:
        """One set, None where the first topic leads nowhere."""
        wanted = 2 if rng.random() < two_topic_share else 3
        drawn = _Drawn()
        if first is None:
            if not self._add(rng, drawn, self.first):
                return None
        else:
            only_first = np.zeros(len(self.tcpm.topics))
            only_first[first] = 1.0
            if not self._add(rng, drawn, only_first):
                return None
        if not self._add(rng, drawn, _weights(self.tcpm, drawn.chosen)):
            return None
        if wanted == 3 and not self._add(rng, drawn, _weights(self.tcpm, drawn.chosen)):
            previous = _once(self.tcpm, self.tcpm.weights[drawn.chosen[-1]].copy(), drawn.chosen)
            drawn.fallback = "previous_row" if self._add(rng, drawn, previous) else "two_topics"
        return drawn

    def _add(self, rng: np.random.Generator, drawn: _Drawn, weights: Vector) -> bool:
        """Draw a topic and a practice that the set does not use yet; False where there is none."""
        weights = np.where(self.allowed, weights, 0.0)
        while weights.any():
            # The last topic with weight takes what rounding leaves over.
            cumulated = np.cumsum(weights)
            topic = int(np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right"))
            topic = min(topic, int(np.flatnonzero(weights)[-1]))
            free = [p for p in self.having.get(topic, ()) if p[0] not in drawn.used]
            if free:
                practice, key_points = free[int(rng.integers(len(free)))]
                drawn.chosen.append(topic)
                drawn.used.add(practice)
                drawn.topics.append(SetTopic(self.tcpm.topics[topic], key_points, practice))
                return True
            weights[topic] = 0.0
        return False


class _Drawn:
    """A set while it is being drawn."""

    def __init__(self) -> None:
        self.chosen: list[int] = []
        self.used: set[str] = set()
        self.topics: list[SetTopic] = []
        self.fallback: str | None = None


def sample_information_sets(
    mpkp: Sequence[LabelledPractice],
    tcpm: TCPM,
    n: int,
    seed: int,
    *,
    two_topic_share: float = 0.5,
    start: int = 0,
    only: Collection[str] | None = None,
    first: str | None = None,
) -> list[InformationSet]:
    """Sets ``start`` to ``start + n - 1`` of the sequence that ``seed`` gives.

    ``two_topic_share``: 0..1, the share of sets that want 2 topics, the others want 3.  ``only``: topics
    that may be drawn; ``first``: the first topic of every set.  A practice is not used twice in one set.

    Raises:
        ConfigError: no two topics (that may be drawn) occur together, or ``first`` or one of ``only`` is
            unknown.
    """
    unknown = sorted(set(only or ()) - set(tcpm.topics))
    if unknown:
        raise ConfigError(
            f"{unknown[0]!r} is not one of the {len(tcpm.topics)} topics of this matrix: look its name up in "
            "topics.parquet"
        )
    if first is not None and first not in tcpm.topics:
        raise ConfigError(f"topic {first!r} is not one of the {len(tcpm.topics)} topics of this matrix")
    sampler = _Sampler(mpkp, tcpm, only)
    first_index = None if first is None else tcpm.topics.index(first)
    sets = []
    for index in range(start, start + n):
        rng = np.random.Generator(np.random.Philox(key=[seed % 2**64, index]))
        # A first topic whose only neighbours share its only practice leads nowhere: draw again.
        drawn = next((d for _ in range(100) if (d := sampler.draw(rng, two_topic_share, first_index))), None)
        if drawn is None:
            raise ConfigError(
                "no two topics occur together in different practices"
                + (f" with {first!r} first" if first else "")
                + ": use more seeds, merge more topics (topics.threshold), or allow more topics"
            )
        topics = tuple(drawn.topics)
        identity = [[t.topic, list(t.key_points), t.practice_id] for t in topics]
        sets.append(InformationSet(content_id("set", identity), index, topics, drawn.fallback))
    return sets
