"""What a gate gave to questions whose truth is known: a value each, and whether what it keeps is right.

The gates are the score (``scoring.threshold``, METHOD 5) and the agreement of the vote
(``voting.min_agreement``, METHOD 6).  Where the values come from is told in :mod:`.reading`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .binomial import Floats

Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Measured:
    """Questions in rows, draws of votes in columns; one column where nothing is drawn.

    ``values``, shape (n, draws), in 0..1: score or agreement; NaN where no threshold publishes anything.
    ``right``, shape (n, draws): whether what is published would be right, False where nothing is.
    ``nothing``, shape (n, draws): why nothing is published, "" where something is.
    ``groups``: column of the file -> its value for each question, shape (n,).
    ``votes``: number of votes of each draw; None for scores.
    """

    values: Floats
    right: Bools
    nothing: Texts
    groups: Mapping[str, Texts]
    votes: int | None = None

    @property
    def questions(self) -> int:
        """How many questions there are."""
        return len(self.values)

    @property
    def draws(self) -> int:
        """How often each question was drawn."""
        return int(self.values.shape[1])

    def take(self, rows: npt.NDArray[np.intp] | Bools) -> Measured:
        """Some of the questions, by number or by a mask."""
        groups = {name: column[rows] for name, column in self.groups.items()}
        return Measured(self.values[rows], self.right[rows], self.nothing[rows], groups, self.votes)

    def parts(self, column: str) -> dict[str, Measured]:
        """The questions of each value of a column, in alphabetical order."""
        values = self.groups[column]
        return {str(v): self.take(values == v) for v in np.unique(values)}


@dataclass(frozen=True, slots=True)
class Item:
    """One question: for each draw its value, whether it is right, and why it publishes nothing ("" where it does)."""

    values: tuple[float, ...]
    right: tuple[bool, ...]
    nothing: tuple[str, ...]
    groups: tuple[str, ...]


def measured(items: Sequence[Item], columns: Sequence[str], votes: int | None = None) -> Measured:
    """The questions as arrays, in an order of their own: that of the rows of a file decides nothing."""
    ordered = sorted(items, key=lambda x: (x.groups, x.nothing, x.right, [-1.0 if v != v else v for v in x.values]))
    return Measured(
        values=np.array([x.values for x in ordered], np.float64),
        right=np.array([x.right for x in ordered], np.bool_),
        nothing=np.array([x.nothing for x in ordered], np.str_),
        groups={name: np.array([x.groups[i] for x in ordered], np.str_) for i, name in enumerate(columns)},
        votes=votes,
    )
