"""What a family is made of: values, and the forms each of them is written in.

A family is a function of a random generator that returns its values, the right one first, then near
misses.  A form is a tree, a text that may be dressed as mathematics (dollars, a left-over box), or
:class:`Words`, which may not.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from random import Random
from typing import TypeVar

from .meaning import meaning
from .trees import Node


class Words(str):
    """A form in words, money or a date: written as it stands."""


Form = Node | str | Words


@dataclass(frozen=True)
class Value:
    """One answer: ``key`` tells it from others, ``forms`` are ways to write it, the usual ones first."""

    key: Hashable
    forms: tuple[Form, ...]


Family = Callable[[Random], list[Value]]
T = TypeVar("T")


def values(forms: Callable[[T], Sequence[Form]], candidates: Iterable[T], most: int = 6) -> list[Value]:
    """The distinct values among ``candidates``, the right one first; a tree's meaning is its key."""
    found: dict[Hashable, Value] = {}
    for candidate in candidates:
        written = tuple(forms(candidate))
        trees = [f for f in written if isinstance(f, Node)]
        key = meaning(trees[0]) if trees else _plain_key(candidate)
        found.setdefault(key, Value(key, written))
        if len(found) == most:
            break
    return list(found.values())


def _plain_key(candidate: object) -> Hashable:
    assert isinstance(candidate, Hashable)
    return candidate


def shuffled(rng: Random, items: Iterable[T]) -> list[T]:
    """``items`` in random order."""
    found = list(items)
    rng.shuffle(found)
    return found


def near(rng: Random, n: int) -> list[int]:
    """``n``, then integers that a slip makes of it."""
    digits = str(abs(n))
    swapped = int(digits[:-2] + digits[-1] + digits[-2]) if len(digits) > 1 else n + 2
    return [n, *shuffled(rng, [n + 1, n - 1, n + 10, 2 * n + (n == 0), swapped * (-1 if n < 0 else 1), n + 2])]


def near_fraction(rng: Random, q: Fraction) -> list[Fraction]:
    """``q``, then fractions that a slip makes of it."""
    slips = [
        -q,
        2 * q,
        q / 2,
        q + 1,
        Fraction(q.numerator + 1, q.denominator),
        Fraction(q.numerator, q.denominator + 1),
    ]
    if q:
        slips.append(1 / q)
    return [q, *shuffled(rng, [s for s in slips if s])]


def fraction(rng: Random, low: int = 1, high: int = 30, bottom: int = 15) -> Fraction:
    """A fraction in lowest terms that is no integer, now and then negative."""
    while True:
        top, under = rng.randint(low, high), rng.randint(2, bottom)
        if gcd(top, under) == 1:
            return Fraction(top if rng.random() < 0.8 else -top, under)


def signed(rng: Random, low: int, high: int) -> int:
    """An integer of a size between ``low`` and ``high``, either sign."""
    return rng.randint(low, high) * rng.choice((1, 1, 1, -1))


def squarefree(rng: Random, most: int = 30) -> int:
    """A square-free integer above 1."""
    return rng.choice([n for n in range(2, most + 1) if all(n % (k * k) for k in range(2, 6))])
