"""Keys of collections, intervals, unions, tuples, matrices and ratios, from the keys of their parts.

How the parts are found in a text is the business of :mod:`.reader` and :mod:`.relations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from .reading import NO_SOLUTION, REALS, Reading
from .tree import Unreadable
from .values import Key, order

LOWEST: Key = ("oo", -1)
HIGHEST: Key = ("oo", 1)
_MAX_ORDERED = 3_000  # bits of the exponent of a number whose order is asked for


def ordered(keys: Iterable[Key]) -> list[Key]:
    """Keys in the one order that is the same in every process."""
    return sorted(keys, key=order)


def collection(keys: Iterable[Key]) -> Key:
    """An unordered collection, repetitions counted (pass a set where they do not count)."""
    return ("set", *ordered(keys))


def spread(readings: Sequence[Reading]) -> list[Reading]:
    r"""Elements of a list, with the two values of ``\pm 3`` as two elements."""
    return [one for r in readings for one in (map(Reading, r.key[1:]) if r.several else [r])]


def listed(readings: Sequence[Reading]) -> Reading:
    """A list: the collection of its elements, or of what they may stand for."""
    readings = spread(readings)
    keys = [r.key for r in readings]
    also = [] if all(k[0] in "nr" for k in keys) else _alternatives(keys, readings, collection)
    if len(keys) != len(set(keys)):
        also.append(collection(set(keys)))
        if len(set(keys)) == 1:  # 22/7 or 3 1/7
            also.append(keys[0])
    if len(readings) == 2:  # 2/7 or 0.286
        also += [exact.key for decimal, exact in (readings, readings[::-1]) if rounds(decimal, exact.key)]
    if len(keys) > 1 and all(k[0] in ("tuple", "iv") for k in keys):
        intervals = [as_interval(k) for k in keys]
        if all(intervals):
            also.append(union([k for k in intervals if k]))
    units = tuple(unit for r in readings for unit in r.units)
    return Reading(collection(keys), tuple(also), units=units)


def sequence(readings: Sequence[Reading]) -> Reading:
    """A tuple; one of two elements may be an open interval."""
    keys = [r.key for r in readings]
    if [r.several for r in readings].count(True) == 1:  # (\pm 3, 4) are two points
        at = next(k for k, r in enumerate(readings) if r.several)
        return Reading(collection({("tuple", *keys[:at], k, *keys[at + 1 :]) for k in keys[at][1:]}), several=True)
    also = _alternatives(keys, readings, lambda ks: ("tuple", *ks))
    own: Key = ("tuple", *keys)
    interval = as_interval(own)
    return Reading(own, (*also, *([interval] if interval else [])))


def _alternatives(keys: list[Key], readings: Sequence[Reading], make: object) -> list[Key]:
    """What the whole may stand for where its elements stand for something."""
    assert callable(make)
    if not any(r.also for r in readings):
        return []
    return [make([r.also[0] if r.also else k for k, r in zip(keys, readings, strict=True)])]


def rounds(decimal: Reading, key: Key) -> bool:
    """Whether a decimal of two places or more is a value rounded to them, and not that value."""
    shown, value = position(decimal.key), position(key)
    if decimal.places < 2 or not isinstance(shown, Fraction) or not isinstance(value, Fraction):
        return False
    return shown != value and abs(shown - value) * 10**decimal.places <= 1


# --- intervals -----------------------------------------------------------------------------------


def position(key: Key) -> Fraction | float | None:
    """Where a key lies on the real line; None where it is no real number."""
    if key[0] == "oo":
        return float("inf") * int(key[1])
    if key[0] == "n":
        return Fraction(key[1], key[2])
    if key[0] == "r" and abs(key[2]) < _MAX_ORDERED:
        return Fraction(key[1]) * Fraction(2) ** int(key[2])
    return None


def interval(low: Key, high: Key, closed_low: bool, closed_high: bool) -> Key:
    """An interval; ends at infinity are open."""
    return ("iv", low, high, closed_low and low[0] != "oo", closed_high and high[0] != "oo")


def as_interval(key: Key) -> Key | None:
    """The interval that a key is or, a pair in increasing order, may be."""
    if key[0] in ("iv", "union") or key == REALS:
        return key
    if key[0] != "tuple" or len(key) != 3:
        return None
    low, high = position(key[1]), position(key[2])
    if low is not None and high is not None and low >= high:
        return None
    if any(k[0] in ("tuple", "set", "iv", "t", "word", "choice") for k in key[1:]):
        return None
    return interval(key[1], key[2], False, False)


def union(keys: Iterable[Key]) -> Key:
    """The union of sets, intervals and points, touching intervals joined where the order is known."""
    flat: set[Key] = set()
    for key in keys:
        key = key[2] if key[0] == "range" else key
        inner = as_interval(key) or key
        flat.update(inner[1:] if inner[0] == "union" else [inner])
    flat.discard(NO_SOLUTION)
    if not flat:
        return NO_SOLUTION
    if all(k[0] == "set" for k in flat):
        return collection({e for k in flat for e in k[1:]})
    parts: set[Key] = set()
    for k in flat:  # a finite set in a union of intervals is so many points
        parts.update([interval(e, e, True, True) for e in k[1:]] if k[0] == "set" else [k])
    joined = _joined(parts)
    return joined[0] if len(joined) == 1 else ("union", *ordered(joined))


def _joined(parts: set[Key]) -> list[Key]:
    if not all(k[0] == "iv" and position(k[1]) is not None and position(k[2]) is not None for k in parts):
        return list(parts)
    rising = sorted(parts, key=lambda k: (position(k[1]), not k[3]))
    result = [rising[0]]
    for part in rising[1:]:
        last = result[-1]
        end, start = position(last[2]), position(part[1])
        assert end is not None and start is not None
        if start < end or (start == end and (last[4] or part[3])):
            high = max((last, part), key=lambda k: (position(k[2]), k[4]))
            result[-1] = interval(last[1], high[2], bool(last[3]), bool(high[4]))
        else:
            result.append(part)
    return result


def intersection(keys: Sequence[Key]) -> Key | None:
    """The common part of intervals and unions: None where their order is not known."""
    common: list[Key] = [REALS]
    for key in keys:
        met = [_met(a, b) for a in common for b in (key[1:] if key[0] == "union" else [key])]
        if None in met:
            return None
        common = [m for m in met if m is not None and m != NO_SOLUTION]
    return union(common)


def _met(one: Key, other: Key) -> Key | None:
    """The common part of two intervals."""
    keys = (one, other)
    if not all(k[0] == "iv" and position(k[1]) is not None and position(k[2]) is not None for k in keys):
        return None
    low = max(keys, key=lambda k: (position(k[1]), not k[3]))
    high = min(keys, key=lambda k: (position(k[2]), bool(k[4])))
    start, end = position(low[1]), position(high[2])
    assert start is not None and end is not None
    if start > end or (start == end and not (low[3] and high[4])):
        return NO_SOLUTION
    return interval(low[1], high[2], bool(low[3]), bool(high[4]))


def complement(key: Key) -> Key | None:
    """The reals less an interval, a union or a finite set; None where the order is not known."""
    key = key[2] if key[0] == "range" else key
    parts = list(key[1:]) if key[0] in ("union", "set") else [key]
    parts = [p if p[0] == "iv" else interval(p, p, True, True) for p in parts]
    if any(position(p[1]) is None or position(p[2]) is None for p in parts):
        return None
    gaps: list[Key] = []
    low, closed = LOWEST, False
    for p in sorted(parts, key=lambda p: position(p[1])):  # type: ignore[arg-type,return-value]
        if low != p[1] or closed or not p[3]:
            gaps.append(interval(low, p[1], closed, not p[3]))
        low, closed = p[2], not p[4]
    if low != HIGHEST:
        gaps.append(interval(low, HIGHEST, closed, False))
    return union([g for g in gaps if g[1] != g[2] or (g[3] and g[4])])


def without(key: Key, removed: Key) -> Key:
    """A set of reals less another one.

    Raises:
        Unreadable: the order of the ends is not known.
    """
    rest = complement(("set", *removed[1:]) if removed[0] == "tuple" else removed)
    if rest is None or key[0] not in ("iv", "union"):
        raise Unreadable("a difference of sets")
    common = intersection([key, rest])
    if common is None:
        raise Unreadable("a difference of sets")
    return common


# --- matrices and ratios -------------------------------------------------------------------------


def matrix(rows: Sequence[Sequence[Key]]) -> Reading:
    """A matrix; one row or one column may stand for the tuple of its elements."""
    own: Key = ("matrix", *(tuple(row) for row in rows))
    if len(rows) == 1:
        return Reading(own, (("tuple", *rows[0]),))
    if all(len(row) == 1 for row in rows):
        return Reading(own, (("tuple", *(row[0] for row in rows)),))
    return Reading(own)


def ratio(keys: Sequence[Key]) -> Reading:
    """``2:1``, up to a factor; of two numbers it may stand for their quotient."""
    if any(k[0] != "n" for k in keys) or not keys[0][1] or not keys[-1][1]:
        return Reading(("ratio", *keys))
    parts = [Fraction(k[1], k[2]) for k in keys]
    if len(parts) == 2:
        quotient = parts[0] / parts[1]
        return Reading(
            ("ratio", quotient.numerator, quotient.denominator), (("n", quotient.numerator, quotient.denominator),)
        )
    scaled = [p / parts[0] for p in parts]
    return Reading(("ratio", *((p.numerator, p.denominator) for p in scaled)))
