r"""Groups of answers of which it is known which are equal: values computed in exact fractions.

:func:`known` draws a family and a few of its values, near to each other, and writes them in many forms.
Only forms that every convention reads alike are written.  The truth is computed in :mod:`.trees` and in the
families themselves, without the builder.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from random import Random

from . import truth_numbers as n
from . import truth_structures as s

SIZE = 8
FAMILIES: Sequence[Callable[[Random], list[n.Value]]] = (
    n.expressions, n.expressions, n.formulas, n.formulas, n.formulas, n.numerals, n.numerals, n.large, n.disguised,
    n.surds, n.multiples, n.complexes, s.points, s.finite_sets, s.intervals, s.unions, s.rays, s.lines, s.assignments,
    s.ratios, s.matrices, s.bases, s.choices, s.dates,
)  # fmt: skip


def known(rng: Random) -> tuple[str, list[tuple[Hashable, str]]]:
    """A family's name and eight answers of one to four values, each with what stands for its value."""
    family = rng.choice(FAMILIES)
    values = dict(family(rng))
    chosen = rng.sample(list(values), rng.randint(1, len(values)))
    return family.__name__, [(v, values[v]()) for v in rng.choices(chosen, k=SIZE)]
