r"""Groups of answers of which it is known which are equal: values computed in exact fractions.

:func:`known` draws a family and a few of its values, near to each other, and writes them in many forms.
Only forms that every convention reads alike are written.  The truth is computed here, without the builder.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from math import gcd, isqrt
from random import Random

from . import trees

Known = list[tuple[Hashable, str]]  # answers with what stands for their value
SIZE = 8


def known(rng: Random) -> tuple[str, Known]:
    """A family's name and eight answers, of two to four values."""
    family = rng.choice(FAMILIES)
    values: dict[Hashable, Callable[[], str]] = {}
    for _ in range(12):
        value, write = family(rng)
        values.setdefault(value, write)
        if len(values) == 4:
            break
    chosen = rng.sample(sorted(values, key=repr), rng.randint(1, len(values)))
    return family.__name__, [(v, values[v]()) for v in (rng.choice(chosen) for _ in range(SIZE))]


Drawn = tuple[Hashable, Callable[[], str]]  # what stands for a value, and how to write it


# --- expressions -----------------------------------------------------------------------------------
