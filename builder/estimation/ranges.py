"""A number that is not known exactly: what is expected, and between which bounds it lies.

Bounds are added and multiplied as the worst cases that they are, which is wider than chance would have
it: errors of an estimate mostly go the same way.  Everything here counts things, so nothing is negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Range:
    """``low <= mid <= high``, none negative; ``mid`` is what is expected."""

    low: float
    mid: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> Self:
        """A number that is known."""
        return cls(value, value, value)

    @classmethod
    def of(cls, *values: float) -> Self:
        """The range of three values in any order."""
        low, mid, high = sorted(values)
        return cls(low, mid, high)

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.mid + other.mid, self.high + other.high)

    def __mul__(self, other: Range) -> Range:
        return Range(self.low * other.low, self.mid * other.mid, self.high * other.high)

    def less(self, known: float) -> Range:
        """What is left when ``known`` of it is there already."""
        return Range(max(0.0, self.low - known), max(0.0, self.mid - known), max(0.0, self.high - known))

    def at_most(self, limit: float) -> Range:
        """The same with a ceiling."""
        return Range(min(self.low, limit), min(self.mid, limit), min(self.high, limit))

    def widened(self, by: float) -> Range:
        """Bounds moved apart by ``by`` on each side."""
        return Range(max(0.0, self.low - by), self.mid, self.high + by)

    def spread(self, share: float) -> Range:
        """Bounds moved apart by a share of themselves."""
        return Range(self.low * (1 - share), self.mid, self.high * (1 + share))

    def learned(self, measured: float, n: float, weight: float) -> Range:
        """Moved towards a mean that was measured on ``n``, and narrowed; this range counts as ``weight`` of them."""
        share = n / (n + weight)
        return Range(*((1 - share) * v + share * measured for v in (self.low, self.mid, self.high)))


NOTHING = Range.exactly(0.0)
