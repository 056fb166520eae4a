"""How far labellers agree: measures on sets of topics, and on key points.

A labeller gives each practice a *set* of topics, so that the measures are those for sets:

* Precision, recall, F1, Jaccard.  With A_u and B_u the sets of practice u: P = S|A_u & B_u| / S|B_u|,
  R = S|A_u & B_u| / S|A_u|, F1 = 2S|A_u & B_u| / (S|A_u| + S|B_u|), where S sums over practices (micro); and
  the mean over practices of F1 and of J = |A_u & B_u| / |A_u | B_u|.
* Cohen's kappa (Cohen 1960) of each topic as a yes-or-no label of N practices, and its mean weighted by
  how often the two use the topic: k = (p_o - p_e) / (1 - p_e), p_o = 1 - (a + b - 2c) / N,
  p_e = (ab + (N - a)(N - b)) / N^2, with a, b, c the practices to which the first, the second, both gave it.
* Fleiss' kappa (Fleiss 1971) in the same way where there are more than two labellers.
* Krippendorff's alpha (Krippendorff 1980), 1 - D_o / D_e, for set-valued labels: with the Jaccard
  distance 1 - J, and with MASI (Passonneau 2006), 1 - J * M, where M is 1 for equal sets, 2/3 where one
  holds the other, 1/3 where they overlap, 0 where they do not.  It needs no practice to have all labellers.
* Key points: pairs one to one with the greatest sum of similarities (Hungarian method, Kuhn 1955), of
  which those from a threshold on count as the same.

Each figure has a 95 % percentile interval from a bootstrap over practices (Efron 1979); for alpha the
expected disagreement D_e is held, as Hayes and Krippendorff (2007) do.  Where labels come from, and what
merging is, is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Topics = frozenset[str]
Array = npt.NDArray[np.float64]
Figures = Callable[[Array], Array]
"""From weights of the practices, shape (r, practices), to figures, shape (r, figures)."""
RESAMPLES = 1000
_BLOCK = 50  # resamples weighed at once: bounds the memory


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; all None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class TopicUse:
    """One topic as two labellers use it: practices that each gave it, that both did, Cohen's kappa."""

    topic: str
    a: int
    b: int
    both: int
    kappa: float | None


# --- two labellers -----------------------------------------------------------------------------


def compare_sets(a: Sequence[Topics], b: Sequence[Topics], seed: int = 0) -> dict[str, Estimate]:
    """Agreement of two labellers on the same practices, ``a[u]`` and ``b[u]`` being their sets.

    Keys: precision and recall (of ``b``, with ``a`` as the reference), f1, practice_f1, jaccard, exact (share
    of practices with equal sets), kappa, alpha_masi, alpha_jaccard; 0..1 but for the last three, which
    are at most 1 and 0 by chance.
    """
    in_a, in_b = _incidence([a, b])
    sizes_a, sizes_b = (np.array([len(s) for s in sets], float) for sets in (a, b))
    common = np.array([len(x & y) for x, y in zip(a, b, strict=True)], float)
    union = sizes_a + sizes_b - common
    per_practice = np.column_stack(
        [
            common,
            sizes_a,
            sizes_b,
            _ratio(2 * common, sizes_a + sizes_b, 1.0),
            _ratio(common, union, 1.0),
            (common == union).astype(float),
        ]
    )
    names = ("precision", "recall", "f1", "practice_f1", "jaccard", "exact", "kappa")
    both = in_a.multiply(in_b).tocsr()

    def figures(weights: Array) -> Array:
        both_sum, a_sum, b_sum, f1, jaccard, exact = (weights @ per_practice).T
        n = weights.sum(axis=1)
        kappa = _weighted_kappa(weights @ in_a, weights @ in_b, weights @ both, n)
        return np.column_stack(
            [
                _ratio(both_sum, b_sum),
                _ratio(both_sum, a_sum),
                _ratio(2 * both_sum, a_sum + b_sum),
                f1 / n,
                jaccard / n,
                exact / n,
                kappa,
            ]
        )

    result = dict(zip(names, _bootstrap(figures, len(a), seed), strict=True))
    return result | alphas([[x, y] for x, y in zip(a, b, strict=True)], seed)


def topic_use(a: Sequence[Topics], b: Sequence[Topics]) -> list[TopicUse]:
    """Each topic with its use and kappa, the most used first."""
    names = sorted(frozenset().union(*a, *b))
    in_a, in_b = _incidence([a, b])
    ones = np.ones((1, len(a)))
    used_a, used_b, both = ones @ in_a, ones @ in_b, ones @ in_a.multiply(in_b).tocsr()
    kappas = _kappas(used_a, used_b, both, np.array([float(len(a))]))[0]
    rows = [
        TopicUse(name, int(x), int(y), int(z), None if np.isnan(k) else round(float(k), 6))
        for name, x, y, z, k in zip(names, used_a[0], used_b[0], both[0], kappas, strict=True)
    ]
    return sorted(rows, key=lambda r: (-r.a - r.b, r.topic))


def _kappas(a: Array, b: Array, both: Array, n: Array) -> Array:
    """Cohen's kappa of each topic (columns) under each weighting (rows); NaN where chance alone agrees."""
    n = n[:, None]
    observed = 1 - (a + b - 2 * both) / n
    expected = (a * b + (n - a) * (n - b)) / n**2
    return _ratio(observed - expected, 1 - expected, np.nan)


def _weighted_kappa(a: Array, b: Array, both: Array, n: Array) -> Array:
    return _mean(_kappas(a, b, both, n), (a + b) / 2)


def _mean(values: Array, weights: Array) -> Array:
    """Weighted mean of each row over its defined values; NaN where there is none."""
    defined = ~np.isnan(values)
    weights = np.where(defined, weights, 0.0)
    return _ratio((np.where(defined, values, 0.0) * weights).sum(axis=1), weights.sum(axis=1), np.nan)


# --- any number of labellers -------------------------------------------------------------------


def fleiss_kappa(labellers: Sequence[Sequence[Topics]], seed: int = 0) -> Estimate:
    """Fleiss' kappa of each topic, weighted by its use; ``labellers[i][u]`` is a set, i of at least 2."""
    m, n = len(labellers), len(labellers[0])
    incidences = _incidence(labellers)
    given = sum(incidences[1:], start=incidences[0]).tocsr()  # labellers that gave it, practices x topics
    split = given.copy()
    split.data = split.data * (m - split.data)  # pairs of labellers that differ on it

    def figures(weights: Array) -> Array:
        total = weights.sum(axis=1)[:, None]
        used = weights @ given
        share = used / (m * total)
        observed = 1 - 2 * (weights @ split) / (m * (m - 1) * total)
        expected = share**2 + (1 - share) ** 2
        return _mean(_ratio(observed - expected, 1 - expected, np.nan), used)[:, None]

    return _bootstrap(figures, n, seed)[0]


def alphas(units: Sequence[Sequence[Topics]], seed: int = 0) -> dict[str, Estimate]:
    """Krippendorff's alpha with MASI and Jaccard distances; ``units[u]`` holds the sets that u was given.

    Practices with fewer than two sets do not count.
    """
    units = [u for u in units if len(u) > 1]
    values = sorted({v for unit in units for v in unit}, key=lambda v: (len(v), sorted(v)))
    number = {v: i for i, v in enumerate(values)}
    frequency = np.bincount([number[v] for u in units for v in u], minlength=len(values)).astype(float)
    sizes = np.array([len(u) for u in units], float)
    result = {}
    for name, masi in (("alpha_masi", True), ("alpha_jaccard", False)):
        expected = _expected_disagreement(values, frequency, masi)
        pairs = [sum(set_distance(x, y, masi) for x, y in combinations(u, 2)) for u in units]
        observed = np.column_stack([2 * np.array(pairs, float) / np.maximum(sizes - 1, 1), sizes])

        def figures(weights: Array, expected: float = expected, observed: Array = observed) -> Array:
            disagreement, n = (weights @ observed).T
            if expected == 0:  # everybody says the same everywhere: nothing can be told
                return np.full((len(weights), 1), np.nan)
            return (1 - _ratio(disagreement, n, np.nan) / expected)[:, None]

        result[name] = _bootstrap(figures, len(units), seed)[0]
    return result


def set_distance(x: Topics, y: Topics, masi: bool) -> float:
    """MASI or Jaccard distance of two sets, 0..1; two empty sets are equal."""
    if x == y:
        return 0.0
    common = len(x & y)
    monotonicity = (2 / 3 if x <= y or y <= x else 1 / 3) if masi else 1.0
    return 1 - common / len(x | y) * monotonicity


def _expected_disagreement(values: Sequence[Topics], frequency: Array, masi: bool) -> float:
    """Mean distance of two values drawn without replacement; sets without a common topic are 1 apart."""
    if not values:
        return 0.0
    (member,) = _incidence([values])
    sizes = np.array([len(v) for v in values], float)
    alike = 0.0
    for start in range(0, len(values), 512):
        common = (member[start : start + 512] @ member.T).tocoo()
        mine, other = sizes[common.row + start], sizes[common.col]
        similarity = common.data / (mine + other - common.data)
        if masi:
            held = common.data == np.minimum(mine, other)
            same = held & (mine == other)
            similarity = similarity * np.where(same, 1, np.where(held, 2 / 3, 1 / 3))
        alike += float((similarity * frequency[common.row + start] * frequency[common.col]).sum())
    alike += float(frequency[sizes == 0].sum() ** 2)  # empty sets are equal, and have nothing in common
    n = float(frequency.sum())
    # A value is not drawn with itself: of the n^2 pairs, n are no pairs; they are 0 apart.
    return (n * n - alike) / (n * (n - 1))


# --- key points --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeyPointMatch:
    """Key points of one practice: how many each labeller gave, and the pairs that say the same."""

    a: int
    b: int
    pairs: tuple[tuple[str, str], ...]


def match_key_points(
    a: Sequence[str], b: Sequence[str], vectors: Mapping[str, npt.NDArray[np.float32]], threshold: float
) -> KeyPointMatch:
    """Pair ``a`` with ``b`` one to one, by vectors of length 1; only pairs at least ``threshold`` alike count."""
    # Imported here: half a second that the other commands need not wait.
    from scipy.optimize import linear_sum_assignment

    if not a or not b:
        return KeyPointMatch(len(a), len(b), ())
    similarity = np.stack([vectors[k] for k in a]) @ np.stack([vectors[k] for k in b]).T
    similarity = np.where(similarity >= threshold - 1e-6, similarity, 0.0)  # float32 of equal texts is not quite 1
    rows, columns = linear_sum_assignment(similarity, maximize=True)
    pairs = ((int(i), int(j)) for i, j in zip(rows, columns, strict=True) if similarity[i, j] > 0)
    return KeyPointMatch(len(a), len(b), tuple((a[i], b[j]) for i, j in pairs))


def key_point_agreement(matches: Sequence[KeyPointMatch], seed: int = 0) -> dict[str, Estimate]:
    """Micro precision, recall (of the second, the first being the reference) and F1 over practices."""
    counts = np.array([[len(m.pairs), m.a, m.b] for m in matches], float).reshape(-1, 3)

    def figures(weights: Array) -> Array:
        same, a, b = (weights @ counts).T
        return np.column_stack([_ratio(same, b, np.nan), _ratio(same, a, np.nan), _ratio(2 * same, a + b, np.nan)])

    return dict(zip(("precision", "recall", "f1"), _bootstrap(figures, len(matches), seed), strict=True))


# --- helpers -----------------------------------------------------------------------------------


def _incidence(labellers: Sequence[Sequence[Topics]]) -> list[csr_matrix]:
    """One matrix of 0 and 1 a labeller, shape (practices, topics), over the sorted topics of all."""
    names = sorted({t for sets in labellers for s in sets for t in s})
    column = {t: i for i, t in enumerate(names)}
    result = []
    for sets in labellers:
        rows = [u for u, s in enumerate(sets) for _ in s]
        columns = [column[t] for s in sets for t in sorted(s)]
        result.append(csr_matrix((np.ones(len(rows)), (rows, columns)), (len(sets), len(names))))
    return result


def _ratio(top: Array, bottom: Array, otherwise: float = 0.0) -> Array:
    """``top / bottom``, and ``otherwise`` where the bottom is (but for rounding) 0."""
    zero = np.abs(bottom) < 1e-12
    return np.where(zero, otherwise, top / np.where(zero, 1.0, bottom))


def _weights(n: int, seed: int) -> Iterator[Array]:
    """How often each of ``n`` practices is in a resample, block by block."""
    rng = np.random.default_rng(seed)
    for _ in range(0, RESAMPLES, _BLOCK):
        yield rng.multinomial(n, np.full(n, 1 / n), size=_BLOCK).astype(float)


def _bootstrap(figures: Figures, n: int, seed: int) -> list[Estimate]:
    """The columns of ``figures`` for all practices, with intervals from resamples."""
    if n == 0:
        return [Estimate(None, None, None)] * figures(np.zeros((1, 0))).shape[1]
    values = figures(np.ones((1, n)))[0]
    drawn = np.concatenate([figures(w) for w in _weights(n, seed)])
    return [_estimate(value, column) for value, column in zip(values, drawn.T, strict=True)]


def _estimate(value: float, drawn: Array) -> Estimate:
    drawn = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(drawn):
        return Estimate(None, None, None)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(*(round(float(x), 6) for x in (value, low, high)))
