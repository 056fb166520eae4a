"""Equality and classes of answers, from their readings.

Two answers are equal where their keys are, or where one may be attached to the other by a
convention.  Attachment is not transitive (5 meets ``x=5`` and ``y=5``), so classes are not formed by
chains: each answer that may be attached joins at most one class of its question, the heaviest that
fits.  The classes are therefore a partition, independent of the order of the answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from .structure import Reading, read
from .values import Key

_LONG_DECIMAL = 10  # significant digits from which a decimal stands for the value that it rounds
_FLOAT_DIGITS = 16  # as a double is printed, its last digits are noise


@lru_cache(maxsize=1 << 14)
def reading(answer: str) -> Reading:
    """The reading of an answer; remembered, since candidates repeat each other."""
    return read(answer)


def canonical_key(answer: str | None) -> Key | None:
    """A hashable key: equal keys, equal answers.  None for no answer.

    The key does not depend on the process.  Conventions (``x=5`` with 5) are not in it, see
    :func:`equal`.
    """
    return None if answer is None or not answer.strip() else reading(answer).key


def equal(a: str | None, b: str | None) -> bool:
    """Whether two answers are the same: by key, or by a convention that attaches one to the other.

    No answer equals nothing, not even no answer.
    """
    if a is None or b is None or not a.strip() or not b.strip():
        return False
    one, other = reading(a), reading(b)
    return _fits(one, other.key) or _fits(other, one.key)


def answer_classes(answers: Sequence[str | None]) -> list[int | None]:
    """The class index of each answer, numbered by first appearance; None where there is none."""
    readings = [None if a is None or not a.strip() else reading(a) for a in answers]
    home = _homes(Counter(r for r in readings if r is not None))
    numbers: dict[Key, int] = {}
    return [None if r is None else numbers.setdefault(home[r], len(numbers)) for r in readings]


def _homes(counts: Counter[Reading]) -> dict[Reading, Key]:
    """The key of the class that each reading belongs to."""
    weight: Counter[Key] = Counter()
    for r, n in counts.items():
        weight[r.key] += n
    # Only answers without a convention of their own are anchors: nothing is attached by chains.
    anchors: Counter[Key] = Counter()
    for r, n in counts.items():
        if not _loose(r):
            anchors[r.key] += n
    home = {r: r.key for r in counts}
    guests: dict[Key, tuple[str, ...]] = {}
    # Heaviest first: of x=5 and y=5 only one can be what the bare 5 means.
    order = sorted(filter(_loose, counts), key=lambda r: (-weight[r.key], repr(r)))
    settled: set[Key] = set()
    for r in order:
        options = [k for k in anchors if _fits(r, k)] or [
            k for k in weight if k != r.key and k not in anchors and _fits(r, k) and weight[k] > weight[r.key]
        ]
        options = [k for k in options if not (r.names and guests.get(k, r.names) != r.names)]
        if not options or r.key in settled:
            settled.add(home[r])
            continue
        best = min(options, key=lambda k: (-weight[k], k != r.key, repr(k)))
        home[r] = best
        settled.add(best)
        if r.names and best != r.key:
            guests[best] = r.names
    return home


def _loose(r: Reading) -> bool:
    return bool(r.also) or r.digits >= _LONG_DECIMAL


def _fits(r: Reading, key: Key) -> bool:
    return r.fits(key) or (r.digits >= _LONG_DECIMAL and _rounds(r, key))


def _rounds(r: Reading, key: Key) -> bool:
    """Whether the long decimal ``r`` is ``key``'s value, rounded or cut off at its last digit."""
    if r.key[0] != "n" or key[0] not in ("n", "r"):
        return False
    shown = Fraction(r.key[1], r.key[2])
    value = Fraction(key[1], key[2]) if key[0] == "n" else Fraction(key[1])
    if not shown or not value or (shown > 0) != (value > 0):
        return False
    if r.digits >= _FLOAT_DIGITS and abs(shown - value) * 10**15 < abs(value):
        return True  # 0.30000000000000004
    if (value * 10**r.places).denominator == 1:  # it could have been written out
        return False
    return bool(abs(shown - value) * 10**r.places <= 1)
