"""Labellers of different practices: how freely each names topics, and what merging makes of it.

Disjoint practices have no agreement.  What can be seen is the vocabulary: how many of a part's names (and
how much of what it labels) other parts use too.  Two parts differ in practices as well as in labellers, so
that the same share is also given for the same practices dealt at random into parts of the same sizes:
only what is under that comes from the labellers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from .labellers import Labeller, names_of
from .measures import Topics

DEALS = 200


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of one part; of all parts together where ``part`` is "all"."""

    part: str
    practices: int
    topics_per_practice: float
    names: int  # different ones
    practices_per_name: float
    words_per_name: float  # behind the subject
    shared_names: int  # that another part uses too
    shared_uses: float  # share of what it labels that is under such a name, 0..1
    shared_uses_at_random: float  # the same where labellers do not matter, mean over deals


def vocabularies(parts: Sequence[Labeller], names: Sequence[Topics], seed: int = 0) -> list[Vocabulary]:
    """One row a part, then one for all; ``names`` holds the topics of the practices, part after part."""
    vocabulary = sorted(frozenset().union(*names))
    column = {t: i for i, t in enumerate(vocabulary)}
    used = csr_matrix(
        (
            np.ones(sum(map(len, names)), np.int64),
            ([u for u, s in enumerate(names) for _ in s], [column[t] for s in names for t in s]),
        ),
        (len(names), len(vocabulary)),
    )
    words = np.array([len(t.partition(" - ")[2].split()) for t in vocabulary], float)
    dealt = np.repeat(np.arange(len(parts)), [len(p.practices) for p in parts])
    uses, shared = _uses(used, dealt, len(parts))
    rng = np.random.default_rng(seed)
    at_random = np.zeros(len(parts) + 1)
    for _ in range(DEALS):
        at_random += _shares(*_uses(used, rng.permutation(dealt), len(parts))) / DEALS
    uses, shared = (np.vstack([m, m.sum(axis=0)]) for m in (uses, shared))
    sizes = [*np.bincount(dealt, minlength=len(parts)), len(names)]
    rows = []
    for i, part in enumerate([*(p.name for p in parts), "all"]):
        mine = uses[i] > 0
        rows.append(
            Vocabulary(
                part,
                int(sizes[i]),
                round(float(uses[i].sum() / sizes[i]), 3),
                int(mine.sum()),
                round(float(uses[i].sum() / mine.sum()), 3),
                round(float(words[mine].mean()), 3),
                int((shared[i] > 0).sum()),
                round(float(shared[i].sum() / uses[i].sum()), 4),
                round(float(at_random[i]), 4),
            )
        )
    return rows


def _uses(
    used: csr_matrix, dealt: npt.NDArray[np.int64], parts: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Uses of each name by each part, shape (parts, names); and the same for names of several parts only."""
    member = csr_matrix((np.ones(len(dealt), np.int64), (dealt, np.arange(len(dealt)))), (parts, len(dealt)))
    uses = np.asarray((member @ used).todense())
    return uses, uses * ((uses > 0).sum(axis=0) > 1)


def _shares(uses: npt.NDArray[np.int64], shared: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Share of the uses that is under shared names: of each part, then of all."""
    of_parts = shared.sum(axis=1) / uses.sum(axis=1)
    return np.append(of_parts, shared.sum() / uses.sum())


def names_of_parts(parts: Sequence[Labeller]) -> list[Topics]:
    """The topics of all practices, part after part."""
    return [s for p in parts for s in names_of(p.practices)]
