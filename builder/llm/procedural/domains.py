"""The values that a parameter of a key point may take: drawn, fed by an earlier step, or read.

Which combination of values makes a sensible problem is the entry's own ``valid``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any, Protocol


class Domain(Protocol):
    """The values that a parameter may take."""

    def draw(self, rng: Random) -> Any:
        """A value of one's own choice."""
        ...

    def accepts(self, value: Any) -> bool:
        """Whether an earlier step's result may be this parameter."""
        ...

    def holds(self, value: Any) -> bool:
        """Whether a value read from a text is one that the entry can be asked about."""
        ...


@dataclass(frozen=True)
class Int:
    """Whole numbers ``lo..hi`` (inclusive).  ``feed``: the wider range accepted from an earlier step.

    ``skip`` leaves values out (``skip=(0,)``), ``fixed`` never takes an earlier result.
    """

    lo: int
    hi: int
    feed: tuple[int, int] | None = None
    step: int = 1
    skip: tuple[int, ...] = ()
    fixed: bool = False

    def draw(self, rng: Random) -> int:
        """Uniform over the range."""
        while True:
            value = rng.randrange(self.lo, self.hi + 1, self.step)
            if value not in self.skip:
                return value

    def accepts(self, value: Any) -> bool:
        """An int inside the feed range."""
        lo, hi = self.feed or (self.lo, self.hi)
        return not self.fixed and type(value) is int and lo <= value <= hi and value not in self.skip

    def holds(self, value: Any) -> bool:
        """An int of the drawing or of the feed range."""
        return type(value) is int and (
            self.lo <= value <= self.hi or (self.feed is not None and self.feed[0] <= value <= self.feed[1])
        )


@dataclass(frozen=True)
class Rational:
    """Fractions in lowest terms with a denominator from ``dens``, between ``lo`` and ``hi``."""

    dens: tuple[int, ...]
    lo: int = 0
    hi: int = 1
    fixed: bool = True

    def draw(self, rng: Random) -> Fraction:
        """A fraction that is not whole."""
        while True:
            d = rng.choice(self.dens)
            value = Fraction(rng.randint(self.lo * d + 1, self.hi * d - 1), d)
            if value.denominator == d:
                return value

    def accepts(self, value: Any) -> bool:
        """A Fraction (or int) strictly between the bounds, where the parameter may be fed at all."""
        return not self.fixed and isinstance(value, (int, Fraction)) and self.lo < value < self.hi

    def holds(self, value: Any) -> bool:
        """A number strictly between the bounds with a printable denominator."""
        return (
            isinstance(value, (int, Fraction))
            and self.lo < value < self.hi
            and Fraction(value).denominator <= max(1000, *self.dens)
        )


@dataclass(frozen=True)
class Choice:
    """One of a few values (numbers or words); never fed by an earlier step."""

    values: tuple[Any, ...]

    def draw(self, rng: Random) -> Any:
        """Uniform over the values."""
        return rng.choice(self.values)

    def accepts(self, value: Any) -> bool:
        """Never."""
        return False

    def holds(self, value: Any) -> bool:
        """One of the values."""
        return value in self.values


@dataclass(frozen=True)
class Ints:
    """A tuple of ``count[0]..count[1]`` whole numbers from ``lo..hi``; never fed."""

    count: tuple[int, int]
    lo: int
    hi: int
    distinct: bool = False
    sort: bool = False

    def draw(self, rng: Random) -> tuple[int, ...]:
        """Drawn one by one, or as a sample where they must be distinct."""
        k = rng.randint(*self.count)
        pool = range(self.lo, self.hi + 1)
        drawn = rng.sample(pool, k) if self.distinct else [rng.choice(pool) for _ in range(k)]
        return tuple(sorted(drawn)) if self.sort else tuple(drawn)

    def accepts(self, value: Any) -> bool:
        """Never."""
        return False

    def holds(self, value: Any) -> bool:
        """A tuple of a possible length of ints near the range."""
        return (
            isinstance(value, tuple)
            and self.count[0] <= len(value) <= self.count[1]
            and all(type(v) is int and self.lo <= v <= self.hi for v in value)
        )
