"""Two or more labellers on the practices that they share: measures before and after merging, disagreements.

Merging and vectors are given by the caller, the measures are those of :mod:`.measures`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from ..errors import ConfigError
from ..merging.topic_names import name_words
from ..records import LabelledPractice
from .labellers import Labeller, SharedPractice, names_of, shared_practices
from .measures import (
    Estimate,
    KeyPointMatch,
    TopicUse,
    alphas,
    compare_sets,
    fleiss_kappa,
    key_point_agreement,
    match_key_points,
    set_distance,
    topic_use,
)

Merge = Callable[[Sequence[LabelledPractice]], Sequence[LabelledPractice]]
Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]
KINDS = ("other topic", "missing topic", "narrower-wider", "key points only")
"""Kinds of disagreement on a practice, the gravest first."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What two labellers say differently of one practice, in merged topics."""

    practice_id: str
    problem: str
    a: str
    b: str
    kind: str  # one of KINDS, the gravest that the practice shows
    distance: float  # MASI distance of the topics, 0..1
    key_points_f1: float | None  # of the key points under the topics that both gave; None: they share none
    topics_both: tuple[str, ...]
    topics_a: tuple[str, ...]  # that only the first gave
    topics_b: tuple[str, ...]
    raw_topics_a: tuple[str, ...]  # all that the first gave, in its own words
    raw_topics_b: tuple[str, ...]
    key_points_a: tuple[str, ...]  # under topics that both gave: those without a partner
    key_points_b: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two labellers, ``a`` being the reference of precision and recall."""

    a: str
    b: str
    practices: int
    before: Mapping[str, Estimate]  # keys of measures.compare_sets, with the names as they were given
    after: Mapping[str, Estimate]  # ... with merged names
    key_points: Mapping[str, Estimate]  # precision, recall, f1: under the topics that both gave
    key_points_anywhere: Mapping[str, Estimate]  # ... wherever in the practice a key point stands
    topics: tuple[TopicUse, ...]  # merged, the most used first
    swaps: tuple[tuple[str, str, int], ...]  # the first's topic, the second's in its place, how often
    disagreements: tuple[Disagreement, ...]  # the worst first


@dataclass(frozen=True, slots=True)
class Agreement:
    """All pairs, and all labellers at once where there are more than two."""

    pairs: tuple[PairAgreement, ...]
    shared_by_all: int
    before: Mapping[str, Estimate]  # fleiss_kappa (on practices of all), alpha_masi, alpha_jaccard
    after: Mapping[str, Estimate]
    raw_topics: int
    merged_topics: int
    key_point_threshold: float


def agreement(
    labellers: Sequence[Labeller], merge: Merge, embed: Embed, key_point_threshold: float, seed: int = 0
) -> Agreement:
    """Compare every pair of labellers on what they share, in the names of one merge over the labels of all.

    Args:
        merge: practices to the same practices, in the same order, in merged names.
        embed: texts to vectors of length 1; asked once, for all key points that are compared.
        key_point_threshold: cosine similarity (0..1) from which two key points say the same.

    Raises:
        ConfigError: fewer than two labellers, or two that share no practice.
    """
    if len(labellers) < 2:
        raise ConfigError("agreement needs two labellers: give two runs or files, or --by COLUMN for one file")
    shared = [s for s in shared_practices(labellers) if len(s.of) > 1]
    for (i, a), (j, b) in combinations(enumerate(labellers), 2):
        if not any(i in s.of and j in s.of for s in shared):
            raise ConfigError(
                f"{a.name} and {b.name} share no practice, by id or by problem; --parts compares the naming of "
                "labellers of different practices"
            )
    raw = [list(x.practices) for x in labellers]
    merged = _merged(labellers, merge)
    vectors = _vectors(raw, shared, embed)
    pairs = []
    for i, j in combinations(range(len(labellers)), 2):
        both = [s for s in shared if i in s.of and j in s.of]
        sides = [[labels[n][s.of[n]] for s in both] for labels in (raw, merged) for n in (i, j)]
        names = labellers[i].name, labellers[j].name
        pairs.append(_pair(names, both, sides, vectors, key_point_threshold, seed))
    return Agreement(
        tuple(pairs),
        sum(len(s.of) == len(labellers) for s in shared),
        _of_all(raw, shared, seed),
        _of_all(merged, shared, seed),
        len({t.topic for ps in raw for p in ps for t in p.topics}),
        len({t.topic for ps in merged for p in ps for t in p.topics}),
        key_point_threshold,
    )


def _merged(labellers: Sequence[Labeller], merge: Merge) -> list[list[LabelledPractice]]:
    """The practices of each labeller in the names of one merge over all of them."""
    together = list(merge([p for x in labellers for p in x.practices]))
    result = []
    for x in labellers:
        result.append(together[: len(x.practices)])
        together = together[len(x.practices) :]
    return result


def _vectors(
    raw: Sequence[Sequence[LabelledPractice]], shared: Sequence[SharedPractice], embed: Embed
) -> Mapping[str, npt.NDArray[np.float32]]:
    texts = sorted({k for s in shared for n, u in s.of.items() for t in raw[n][u].topics for k in t.key_points})
    return dict(zip(texts, embed(texts), strict=True))


def _of_all(
    labels: Sequence[Sequence[LabelledPractice]], shared: Sequence[SharedPractice], seed: int
) -> dict[str, Estimate]:
    everybody = [s for s in shared if len(s.of) == len(labels)]
    sets = [names_of(labels[n][s.of[n]] for s in everybody) for n in range(len(labels))]
    units = [names_of(labels[n][u] for n, u in sorted(s.of.items())) for s in shared]
    return {"fleiss_kappa": fleiss_kappa(sets, seed), **alphas(units, seed)}


# --- one pair ----------------------------------------------------------------------------------


def _pair(
    names: tuple[str, str],
    shared: Sequence[SharedPractice],
    sides: Sequence[Sequence[LabelledPractice]],  # first raw, second raw, first merged, second merged
    vectors: Mapping[str, npt.NDArray[np.float32]],
    threshold: float,
    seed: int,
) -> PairAgreement:
    raw_a, raw_b, a, b = sides
    sets_a, sets_b = names_of(a), names_of(b)
    inside: list[KeyPointMatch] = []
    anywhere: list[KeyPointMatch] = []
    rows: list[Disagreement] = []
    swaps: Counter[tuple[str, str]] = Counter()
    for practice, x, y, raw_x, raw_y in zip(shared, a, b, raw_a, raw_b, strict=True):
        points_x, points_y = _key_points(x), _key_points(y)
        common = sorted(points_x.keys() & points_y.keys())
        matches = [match_key_points(points_x[t], points_y[t], vectors, threshold) for t in common]
        inside.append(_joined(matches))
        anywhere.append(match_key_points(_flat(points_x), _flat(points_y), vectors, threshold))
        only_x = tuple(t for t in points_x if t not in points_y)
        only_y = tuple(t for t in points_y if t not in points_x)
        swaps.update((t, u) for t in only_x for u in only_y)
        kind = _kind(only_x, only_y, inside[-1])
        if kind is not None:
            left = [_unpaired([points[t] for t in common], matches, n) for n, points in enumerate((points_x, points_y))]
            rows.append(
                Disagreement(
                    practice.id,
                    practice.problem,
                    *names,
                    kind,
                    round(set_distance(frozenset(points_x), frozenset(points_y), masi=True), 6),
                    _f1(inside[-1]),
                    tuple(common),
                    only_x,
                    only_y,
                    tuple(t.topic for t in raw_x.topics),
                    tuple(t.topic for t in raw_y.topics),
                    *left,
                )
            )
    return PairAgreement(
        *names,
        len(shared),
        compare_sets(names_of(raw_a), names_of(raw_b), seed),
        compare_sets(sets_a, sets_b, seed),
        key_point_agreement(inside, seed),
        key_point_agreement(anywhere, seed),
        tuple(topic_use(sets_a, sets_b)),
        tuple((x, y, n) for (x, y), n in sorted(swaps.items(), key=lambda s: (-s[1], s[0]))),
        tuple(sorted(rows, key=_badness)),
    )


def _key_points(labelled: LabelledPractice) -> dict[str, list[str]]:
    """The key points of each topic."""
    return {t.topic: list(t.key_points) for t in labelled.topics}


def _flat(points: Mapping[str, Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(k for ks in points.values() for k in ks))


def _joined(matches: Sequence[KeyPointMatch]) -> KeyPointMatch:
    return KeyPointMatch(
        sum(m.a for m in matches), sum(m.b for m in matches), tuple(pair for m in matches for pair in m.pairs)
    )


def _unpaired(points: Sequence[Sequence[str]], matches: Sequence[KeyPointMatch], side: int) -> tuple[str, ...]:
    return tuple(k for ks, m in zip(points, matches, strict=True) for k in ks if k not in {p[side] for p in m.pairs})


def _f1(match: KeyPointMatch) -> float | None:
    total = match.a + match.b
    return round(2 * len(match.pairs) / total, 6) if total else None


def _kind(only_a: Sequence[str], only_b: Sequence[str], points: KeyPointMatch) -> str | None:
    """The gravest disagreement; None where topics and key points are the same."""
    if not only_a and not only_b:
        return "key points only" if 2 * len(points.pairs) < points.a + points.b else None
    if not only_a or not only_b:
        return "missing topic"
    related = all(any(_one_holds_the_other(x, y) for y in only_b) for x in only_a) and all(
        any(_one_holds_the_other(x, y) for x in only_a) for y in only_b
    )
    return "narrower-wider" if related else "other topic"


def _one_holds_the_other(a: str, b: str) -> bool:
    """Whether one name is about the same and says all that the other does: "Divisibility by 9", "Divisibility"."""
    x, y = name_words(a), name_words(b)
    return bool(x.heads & y.heads) and (x.words <= y.words or y.words <= x.words)


def _badness(row: Disagreement) -> tuple[float, int, float, str]:
    f1 = 1.0 if row.key_points_f1 is None else row.key_points_f1
    return -row.distance, KINDS.index(row.kind), f1, row.practice_id
