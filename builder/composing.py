"""An information set that a person puts together, by the rules of the sampler (METHOD 3).

A topic can be chosen or drawn: the next one by the probabilities that the matrix gives after those before it,
its practice at random among those that have it, with that practice's key points under it.  What is locked stays,
everything else is drawn again from a seed: the same seed and choice give the same set, and locking one
place does not change what is drawn at another.  Who chooses, and how it looks, is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .errors import ConfigError
from .matrix import TCPM
from .records import InformationSet, LabelledPractice, Practice, SetTopic
from .stages.sampling import next_topic_probabilities

MOST_TOPICS = 3
"""Topics in an information set at most (METHOD 3)."""
_TOPIC, _PRACTICE = 0, 1  # what is drawn at a place


class Composer:
    """Draws and puts together information sets over an MPKP and its matrix.

    Args:
        mpkp: labelled practices; those without text are no examples and are left out.
        matrix: its topics may be drawn.
    """

    def __init__(self, mpkp: Iterable[LabelledPractice], matrix: TCPM) -> None:
        self.matrix = matrix
        self._holdings: dict[str, list[tuple[Practice, tuple[str, ...]]]] = {t: [] for t in matrix.topics}
        for labelled in sorted(mpkp, key=lambda p: p.practice.id):
            for t in labelled.topics if labelled.practice.problem else ():
                if t.topic in self._holdings:
                    self._holdings[t.topic].append((labelled.practice, t.key_points))

    def practices(self, topic: str, levels: Sequence[str] = ()) -> list[tuple[Practice, tuple[str, ...]]]:
        """The practices that have a topic, each with its key points under it; only those of ``levels``, if given.

        Raises:
            ConfigError: no such topic may be sampled.
        """
        if topic not in self._holdings:
            raise ConfigError(f"no topic {topic!r} can be sampled; look it up in the list of topics")
        return [(p, k) for p, k in self._holdings[topic] if not levels or p.level in levels]

    def levels(self) -> list[str]:
        """The levels that the sources of the practices give, in order."""
        return sorted({p.level for held in self._holdings.values() for p, _ in held if p.level})

    def next_topics(self, chosen: Sequence[str]) -> list[tuple[str, float]]:
        """The topics that may come after ``chosen``, with their probability, the likeliest first.

        Where the rows of the last two topics leave nothing, that of the last one decides (METHOD 3).
        """
        weights = next_topic_probabilities(self.matrix, chosen)
        if not weights.any() and len(chosen) > 1:
            weights = next_topic_probabilities(self.matrix, chosen[-1:])
            weights = np.where(np.isin(self.matrix.topics, list(chosen[:-1])), 0.0, weights)
            weights = weights / weights.sum() if weights.any() else weights
        order = np.argsort(-weights, kind="stable")
        return [(self.matrix.topics[i], float(weights[i])) for i in order if weights[i] > 0]

    def draw(
        self,
        seed: int,
        wanted: Sequence[SetTopic | str | None],
        *,
        levels: Sequence[str] = (),
    ) -> InformationSet:
        """A set with a place for each of ``wanted``: a ``SetTopic`` stays, a name gets a practice, None is drawn.

        Raises:
            ConfigError: under two or over three places, an unknown topic, or none that can come next or has a
                practice that is not used in the set yet.
        """
        if not 2 <= len(wanted) <= MOST_TOPICS:
            raise ConfigError(f"{len(wanted)} topics: an information set has 2 or {MOST_TOPICS}")
        chosen: list[SetTopic] = []
        for place, want in enumerate(wanted):
            if not isinstance(want, SetTopic):
                topic = want or self._draw_topic(seed, place, chosen, wanted)
                want = self._draw_practice(seed, place, topic, chosen, wanted, levels)
            chosen.append(want)
        return InformationSet.of(seed, tuple(chosen))

    def _draw_topic(
        self, seed: int, place: int, chosen: Sequence[SetTopic], wanted: Sequence[SetTopic | str | None]
    ) -> str:
        later = {w.topic if isinstance(w, SetTopic) else w for w in wanted[place + 1 :]}
        likely = [(t, p) for t, p in self.next_topics([c.topic for c in chosen]) if t not in later]
        if not likely:
            after = " and ".join(repr(c.topic) for c in chosen)
            raise ConfigError(f"no topic occurs together with {after}; choose another one, or fewer topics")
        weights = np.array([p for _, p in likely])
        return likely[_generator(seed, place, _TOPIC).choice(len(likely), p=weights / weights.sum())][0]

    def _draw_practice(
        self,
        seed: int,
        place: int,
        topic: str,
        chosen: Sequence[SetTopic],
        wanted: Sequence[SetTopic | str | None],
        levels: Sequence[str],
    ) -> SetTopic:
        used = {c.practice_id for c in chosen} | {w.practice_id for w in wanted if isinstance(w, SetTopic)}
        free = [(p, k) for p, k in self.practices(topic, levels) if p.id not in used]
        if not free:
            of = f" of {', '.join(levels)}" if levels else ""
            raise ConfigError(f"no practice{of} is left for {topic!r}; choose another topic or level")
        practice, key_points = free[_generator(seed, place, _PRACTICE).integers(len(free))]
        return SetTopic(topic, key_points, practice.id)


def _generator(seed: int, place: int, what: int) -> np.random.Generator:
    """Of its own for each place, so that what is locked elsewhere makes no difference."""
    return np.random.default_rng([seed % 2**63, place, what])
