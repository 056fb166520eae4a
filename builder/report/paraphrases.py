"""How different paraphrases are from their parents and from each other (METHOD 7), and how many drifted.

Two measures of two texts, both on the tokens of :mod:`builder.tokens`, both 0 (nothing in common) to 1:

- *Jaccard*: distinct tokens that both have, over those that either has; blind to order.
- *edit*: 1 - d / max(m, n), where d is the Levenshtein distance of the m and n tokens; sees order.

Whether a paraphrase asks for the same thing is not measured here: its own vote decides that.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import Levenshtein

from ..tokens import tokenise
from .order import Ints
from .outcomes import Outcome

PARENT = "to the parent"
SIBLING = "to each other"
MEASURES = ("Jaccard", "edit")
_FINE = 100  # similarities are counted in hundredths: medians are that exact, means are of whole hundredths
BINS = 20
"""Bars of a histogram."""


def similarities(one: Sequence[str], other: Sequence[str]) -> tuple[float, float]:
    """Jaccard and edit similarity of two token lists, 0..1; 1 for two empty ones.

    >>> similarities("a b c d".split(), "b a c d".split())
    (1.0, 0.5)
    """
    sets = set(one), set(other)
    union = len(sets[0] | sets[1])
    jaccard = len(sets[0] & sets[1]) / union if union else 1.0
    return jaccard, float(Levenshtein.normalized_similarity(one, other))


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How similar the pairs of one kind are by one measure; ``fine`` counts them by hundredths, 0 to 100."""

    between: str  # PARENT or SIBLING
    measure: str  # of MEASURES
    fine: Ints

    @property
    def pairs(self) -> int:
        """How many were compared."""
        return int(self.fine.sum())

    @property
    def mean(self) -> float:
        """To a hundredth for each pair."""
        return float(self.fine @ np.arange(_FINE + 1)) / _FINE / self.pairs if self.pairs else float("nan")

    def quantile(self, share: float) -> float:
        """The similarity that ``share`` of the pairs do not exceed, to a hundredth."""
        return float(np.searchsorted(np.cumsum(self.fine), share * self.pairs)) / _FINE

    @property
    def histogram(self) -> Ints:
        """Pairs in each twentieth of 0..1; the last takes 1 too."""
        wide = _FINE // BINS
        counts: Ints = self.fine[:-1].reshape(BINS, wide).sum(axis=1)
        counts[-1] += self.fine[-1]
        return counts


@dataclass(frozen=True, slots=True)
class Fate:
    """Paraphrases with one fate, and how similar they are to their parents on average."""

    fate: str
    paraphrases: int
    compared: int  # those with a text
    jaccard: float | None
    edit: float | None


@dataclass(frozen=True, slots=True)
class Paraphrases:
    """What is measured of all paraphrases of a run."""

    spreads: tuple[Spread, ...]  # PARENT, then SIBLING; by each of MEASURES
    fates: tuple[Fate, ...]  # "kept" first, then the commonest
    same: int  # paraphrases with exactly the tokens of their parent
    same_siblings: int  # pairs of siblings with the same tokens

    def of(self, between: str) -> tuple[Spread, ...]:
        """The two spreads of one comparison."""
        return tuple(s for s in self.spreads if s.between == between)

    def table(self) -> pa.Table:
        """One row for each comparison and measure, with its histogram in twentieths."""
        rows = [
            {"between": s.between, "measure": s.measure, "pairs": s.pairs, "mean": round(s.mean, 4)}
            | {"p10": s.quantile(0.1), "median": s.quantile(0.5), "p90": s.quantile(0.9)}
            | {"histogram": s.histogram.tolist()}
            for s in self.spreads
            if s.pairs
        ]
        columns = [("between", pa.string()), ("measure", pa.string()), ("pairs", pa.int64())]
        columns += [(name, pa.float64()) for name in ("mean", "p10", "median", "p90")]
        return pa.Table.from_pylist(rows, schema=pa.schema([*columns, ("histogram", pa.list_(pa.int64()))]))

    def fates_table(self) -> pa.Table:
        """One row for each fate."""
        names = ("fate", "paraphrases", "compared", "jaccard", "edit")
        types = (pa.string(), pa.int64(), pa.int64(), pa.float64(), pa.float64())
        rows = [{name: getattr(f, name) for name in names} for f in self.fates]
        return pa.Table.from_pylist(rows, schema=pa.schema(list(zip(names, types, strict=True))))


@dataclass(slots=True)
class _Family:
    parent: list[str] | None = None
    children: list[tuple[str, list[str] | None]] = field(default_factory=list)  # fate, tokens


class Rewordings:
    """Measures families of a kept question and its paraphrases as they come, in any order.

    A family is measured and forgotten when it is whole, so that records in the order of a run, where a
    family stands together, take no more memory than one family and the parents that no reply came for.
    """

    def __init__(self, per_question: int) -> None:
        """``per_question``: paraphrases of a whole family; 0 where there are none."""
        self.any = per_question > 0
        self._whole = per_question
        self._open: defaultdict[str, _Family] = defaultdict(_Family)
        self._fine = {(b, m): np.zeros(_FINE + 1, np.int64) for b in (PARENT, SIBLING) for m in MEASURES}
        self._fates: Counter[str] = Counter()
        self._compared: Counter[str] = Counter()
        self._sums: Counter[tuple[str, str]] = Counter()  # whole hundredths: their order does not matter
        self._same = self._same_siblings = 0

    def add(self, outcome: Outcome) -> None:
        """Take a question or a paraphrase."""
        if not self.any:
            return
        tokens = None if outcome.problem is None else tokenise(outcome.problem)
        if outcome.parent_id is not None:
            self._open[outcome.parent_id].children.append((outcome.fate, tokens))
        elif outcome.fate == "kept":
            self._open[outcome.id].parent = tokens
        else:
            return
        key = outcome.parent_id or outcome.id
        family = self._open[key]
        if family.parent is not None and len(family.children) == self._whole:
            self._measure(self._open.pop(key))

    def measured(self) -> Paraphrases | None:
        """All families, those that stayed open included; None where there is no paraphrase."""
        for key in list(self._open):
            self._measure(self._open.pop(key))
        if not self._fates:
            return None
        ranked = sorted(self._fates, key=lambda f: (f != "kept", -self._fates[f], f))
        return Paraphrases(
            spreads=tuple(Spread(between, measure, fine) for (between, measure), fine in self._fine.items()),
            fates=tuple(
                Fate(f, self._fates[f], self._compared[f], *(self._mean(f, m) for m in MEASURES)) for f in ranked
            ),
            same=self._same,
            same_siblings=self._same_siblings,
        )

    def _mean(self, fate: str, measure: str) -> float | None:
        compared = self._compared[fate]
        return round(self._sums[fate, measure] / _FINE / compared, 4) if compared else None

    def _measure(self, family: _Family) -> None:
        texts = [tokens for _, tokens in family.children if tokens is not None]
        self._fates.update(fate for fate, _ in family.children)
        for one, other in combinations(texts, 2):
            self._count(SIBLING, one, other)
            self._same_siblings += one == other
        for fate, tokens in family.children:
            if tokens is None or family.parent is None:
                continue
            self._same += tokens == family.parent
            self._compared[fate] += 1
            for measure, hundredths in zip(MEASURES, self._count(PARENT, family.parent, tokens), strict=True):
                self._sums[fate, measure] += hundredths

    def _count(self, between: str, one: Sequence[str], other: Sequence[str]) -> tuple[int, ...]:
        hundredths = tuple(round(s * _FINE) for s in similarities(one, other))
        for measure, value in zip(MEASURES, hundredths, strict=True):
            self._fine[between, measure][value] += 1
        return hundredths
