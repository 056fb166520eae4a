"""Information sets from the co-occurrence matrix (METHOD 3).

First topic ~ row sums of M, second ~ row(first), third ~ row(second) o row(first), the elementwise
product; for each topic one random practice that has it, with that practice's key points under it.  Where
the product leaves nothing, the third topic is drawn from row(second), else the set stops at two topics,
and it says so.

What may not stand in a set is left out of the vector before it is normalised, so that the others keep
their proportions: a topic that is not allowed or has no usable practice, a topic whose every practice the
set uses already, and a topic that the set has already and that is not on the diagonal (METHOD's own vectors
are 0 there, but for the fallback's).  A first topic is drawn by the row sums of the whole matrix among those
from which a second can be reached.  Constraints work the same way: ``with_topics`` restricts the first
draw alone.

The arms of the paper's ablation are ``draw`` ("random": each allowed topic alike, none twice) and
``key_points`` (False: topics and examples only).  What is written from a set is not known here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ..config import Sampling
from ..constraints import Constraints, PracticeFilter
from ..drawing.laws import Law, MatrixLaw, UniformLaw
from ..drawing.sets import FALLBACKS, CoverageDrawer, Drawer, SetArrays
from ..drawing.tables import Holdings
from ..errors import ConfigError
from ..matrix import TCPM, Floats
from ..records import InformationSet, LabelledPractice, SetTopic

_AT_A_TIME = 4096  # sets that are objects at the same time


def next_topic_probabilities(tcpm: TCPM, chosen: Sequence[str]) -> Floats:
    """METHOD's probabilities of the next topic over ``tcpm.topics`` given the ``chosen`` ones, in their order.

    Shape (N,), sums to 1, or is all zero where no topic fits.  Golden vectors in METHOD 2.
    """
    index = {name: i for i, name in enumerate(tcpm.topics)}
    rows = [index[c] for c in chosen]
    m = tcpm.sparse_weights
    weights: Floats = np.asarray(m.sum(axis=1), np.float64)
    if rows:
        weights = m[[rows[-1]]].toarray()[0]
    if len(rows) > 1:
        weights = weights * m[[rows[-2]]].toarray()[0]
    weights[[i for i in rows if tcpm.diagonal[i] == 0]] = 0.0
    total = weights.sum()
    return weights / total if total > 0 else weights


class SetSampler:
    """The information sets of an MPKP and a matrix: a sequence in which each set has its place.

    Args:
        mpkp: labelled practices, read once; their order makes no difference.
        matrix: its topics may be drawn.  With ``constraints.sources`` it should be counted over these.
        seed: any whole number; modulo 2^64.
        two_topic_share: 0..1, the share of sets that want 2 topics, the others want 3.
        draw: "tcpm" or "random".
        key_points: False leaves them out of the sets.
        coverage: pairs that were drawn before count less (:class:`builder.drawing.sets.CoverageDrawer`);
            a set then depends on those before it.
        constraints: what sets may be made of.

    Raises:
        ConfigError: no two topics that may be drawn occur in different practices; a constraint names what is
            unknown or leaves nothing; ``coverage`` without the matrix.
    """

    def __init__(
        self,
        mpkp: Iterable[LabelledPractice],
        matrix: TCPM,
        *,
        seed: int,
        two_topic_share: float = 0.5,
        draw: str = "tcpm",
        key_points: bool = True,
        coverage: bool = False,
        constraints: Constraints | None = None,
    ) -> None:
        if coverage and draw == "random":
            raise ConfigError('sampling.coverage weighs the pairs of the matrix: it needs sampling.draw = "tcpm"')
        self.topics = matrix.topics
        constraints = constraints or Constraints()
        self._read(mpkp, constraints, key_points)
        allowed, first = constraints.allowed(matrix.topics, self._holdings.size > 0)
        law: Law
        if draw == "random":
            law, may_repeat = UniformLaw(allowed, first, self._holdings), np.zeros(len(allowed), np.bool_)
        else:
            law = MatrixLaw(matrix.sparse_weights, allowed, first, self._holdings)
            may_repeat = matrix.diagonal > 0
        if not law.leads_somewhere:
            raise _no_pair(constraints)
        drawer = Drawer(law, self._holdings, may_repeat, seed, two_topic_share)
        self._drawer = CoverageDrawer(drawer, law) if coverage and isinstance(law, MatrixLaw) else drawer

    @staticmethod
    def of(mpkp: Iterable[LabelledPractice], matrix: TCPM, sampling: Sampling, seed: int) -> SetSampler:
        """The sampler that the configuration's section describes; raises as the class does."""
        return SetSampler(
            mpkp,
            matrix,
            seed=seed,
            two_topic_share=sampling.two_topic_share,
            draw=sampling.draw,
            key_points=sampling.key_points,
            coverage=sampling.coverage,
            constraints=Constraints.of(sampling),
        )

    def _read(self, mpkp: Iterable[LabelledPractice], constraints: Constraints, key_points: bool) -> None:
        """Number the practices by their ids and keep which has which topic, with its key points."""
        index = {name: i for i, name in enumerate(self.topics)}
        admitted = PracticeFilter(constraints)
        ids: list[str] = []
        topics, practices = array("i"), array("i")
        texts: list[tuple[str, ...]] = []
        for labelled in mpkp:
            if not admitted.admits(labelled.practice):
                continue
            found: dict[int, tuple[str, ...]] = {}
            for t in labelled.topics:
                if t.topic in index:
                    i = index[t.topic]
                    found[i] = found.get(i, ()) + (t.key_points if key_points else ())
            topics.extend(found)
            practices.extend([len(ids)] * len(found))
            texts.extend(found.values())
            ids.append(labelled.practice.id)
        admitted.check()
        order = np.argsort(np.array(ids, object), kind="stable")
        number = np.empty(len(ids), np.int64)
        number[order] = np.arange(len(ids))
        self.practice_ids = [ids[i] for i in order]
        self._holdings = Holdings(np.array(topics, np.int64), number[np.array(practices, np.int64)], len(self.topics))
        self._texts = [texts[i] for i in self._holdings.order]

    def draw(self, start: int, n: int) -> SetArrays:
        """Sets ``start`` to ``start + n - 1`` as arrays: numbers of ``topics`` and of ``practice_ids``."""
        return self._drawer.draw(start, n)

    def records(self, arrays: SetArrays) -> list[InformationSet]:
        """The sets of ``arrays``, which this sampler has drawn, as records."""
        entries = self._holdings.entries(arrays.topics, arrays.practices)
        columns = (arrays.topics, arrays.practices, entries, arrays.fallback)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [self._record(index, *row) for index, row in enumerate(rows, arrays.start)]

    def _record(
        self, index: int, topics: list[int], practices: list[int], entries: list[int], fallback: int
    ) -> InformationSet:
        chosen = tuple(
            SetTopic(self.topics[t], self._texts[entry], self.practice_ids[p])
            for t, p, entry in zip(topics, practices, entries, strict=True)
            if t >= 0
        )
        return InformationSet.of(index, chosen, FALLBACKS[fallback])

    def sets(self, start: int, n: int) -> Iterator[InformationSet]:
        """Sets ``start`` to ``start + n - 1`` as records, a few thousand of them in memory at a time."""
        for low in range(start, start + n, _AT_A_TIME):
            yield from self.records(self.draw(low, min(_AT_A_TIME, start + n - low)))


def _no_pair(constraints: Constraints) -> ConfigError:
    return ConfigError(
        "no two topics occur together in different practices"
        + (f" under {constraints}" if str(constraints) else "")
        + ": use more seeds, merge more topics (topics.threshold), or allow more topics"
    )


def sample_information_sets(
    mpkp: Iterable[LabelledPractice],
    tcpm: TCPM,
    n: int,
    seed: int,
    *,
    start: int = 0,
    two_topic_share: float = 0.5,
    draw: str = "tcpm",
    key_points: bool = True,
    coverage: bool = False,
    constraints: Constraints | None = None,
) -> list[InformationSet]:
    """Sets ``start`` to ``start + n - 1`` of the sequence that ``seed`` gives; see :class:`SetSampler`."""
    sampler = SetSampler(
        mpkp,
        tcpm,
        seed=seed,
        two_topic_share=two_topic_share,
        draw=draw,
        key_points=key_points,
        coverage=coverage,
        constraints=constraints,
    )
    return list(sampler.sets(start, n))
