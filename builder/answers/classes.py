"""Equality and classes of answers, from their readings.

Equal keys are equal answers.  An answer that may stand for something else by a convention (``x=5``
for 5, ``50%`` for 1/2, 30 degrees for pi/6) is *loose*: it joins at most one class of its question,
the heaviest that fits.  Attachment is not equality: 5 meets ``x=5`` and ``y=5``, which are
different.  So classes are not made by chains of pairs; they are a partition that no order, no
repetition and no white space changes.  Two answers are equal where they make one class.

What our parser cannot read may be shown to a judge (:mod:`.fallback`); without one, only equal texts
are equal there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from .question import NOTHING, Asked
from .reader import MAX_LENGTH, read
from .reading import Reading
from .sets import position
from .values import Key, order

_LONG_DECIMAL = 10  # significant digits from which a decimal stands for the value that it rounds
_VALUES = frozenset({"n", "r", "c", "f", "choice"})
_FLOAT_DIGITS = 15  # as a double is printed, its last digits are noise


class Verdict(StrEnum):
    """What a judge says of two answers; undecided where it ran out of its limits."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


Judge = Callable[[str, str], Verdict]


class Classes(NamedTuple):
    """Classes of a question's answers: ``indices`` by first appearance, None where there is no
    answer; ``undecided``: how many pairs the judge could not decide."""

    indices: list[int | None]
    undecided: int = 0


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


def equal(a: str | None, b: str | None, asked: Asked = NOTHING, judge: Judge | None = None) -> bool:
    """Whether two answers are the same: whether they make one class.

    No answer equals nothing, not even no answer.

    Args:
        asked: what the question asks for, where that decides (:func:`.question.asked`).
        judge: decides pairs of which our parser cannot read one; undecided is not equal.
    """
    first, second = classify([a, b], asked, judge).indices
    return first is not None and first == second


def answer_classes(
    answers: Sequence[str | None], asked: Asked = NOTHING, judge: Judge | None = None
) -> list[int | None]:
    """The class index of each answer, numbered by first appearance; None where there is none."""
    return classify(answers, asked, judge).indices


def classify(answers: Sequence[str | None], asked: Asked = NOTHING, judge: Judge | None = None) -> Classes:
    """The classes of one question's answers, and how many pairs stayed undecided."""
    readings = [None if a is None or not a.strip() else reading_as_asked(a, asked) for a in answers]
    counts = Counter(r for r in readings if r is not None)
    home = _homes(counts)
    undecided = 0
    if judge is not None:
        undecided = _ask(judge, home, [(a, r) for a, r in zip(answers, readings, strict=True) if a and r])
    numbers: dict[Key, int] = {}
    return Classes([None if r is None else numbers.setdefault(home[r.key], len(numbers)) for r in readings], undecided)


def firm_keys(answers: Sequence[str | None], asked: Asked = NOTHING) -> list[tuple[Key, bool] | None]:
    """The key of each answer, and whether the key is *firm*; None where there is no answer.

    For bounds that hold whatever other answers the question gets (no judge): answers of one key are
    always in one class, and two firm keys never are.  A key is firm where one of its answers stands for
    nothing else by a convention; one that is not firm may join another, or leave it.
    """
    readings = [None if a is None or not a.strip() else reading_as_asked(a, asked) for a in answers]
    firm = {r.key for r in readings if r is not None and not _is_loose(r)}
    return [None if r is None else (r.key, r.key in firm) for r in readings]


# --- attaching -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Class:
    """The answers of one key: how many, and what they may stand for."""

    weight: int
    reading: Reading
    loose: bool


def _gathered(counts: Mapping[Reading, int]) -> dict[Key, _Class]:
    found: dict[Key, _Class] = {}
    for r, n in counts.items():
        known = found.setdefault(r.key, _Class(0, r, True))
        known.weight += n
        known.loose = known.loose and _is_loose(r)
        if known.reading is not r:  # the same in whatever order they come
            first, other = sorted((known.reading, r), key=lambda x: order((x.names, x.units, x.digits, x.places)))
            also = sorted({*first.also, *other.also}, key=order)
            known.reading = replace(first, also=tuple(also))
    return found


def _homes(counts: Mapping[Reading, int]) -> dict[Key, Key]:
    """The key of the class that each key belongs to."""
    if not any(_is_loose(r) for r in counts):
        return {r.key: r.key for r in counts}
    classes = _gathered(counts)
    home = {key: key for key in classes}
    loose = [key for key in classes if classes[key].loose]
    weights = {key: c.weight for key, c in classes.items()}
    anchors = [key for key in classes if not classes[key].loose]
    loose.sort(key=lambda key: (-weights[key], order(key)))
    shared = _shared(classes, loose)  # what several may stand for although nobody said it
    guests: dict[Key, tuple[str, ...]] = {}
    met: dict[Key, set[str]] = {}  # kinds of answers that meet in what nobody said: one of a kind
    for place, key in enumerate(loose):
        own = classes[key].reading
        options = [k for k in anchors if _fits(own, k)]
        if not options:
            earlier = [k for k in loose[:place] if home[k] == k or home[k] in shared]
            options = [k for k in earlier if _fits(own, k) or _fits(classes[k].reading, key)]
            options = options or [k for k in own.also if k in shared and key[0] not in met.get(k, ())]
        options = [k for k in options if not _clash(own.names, guests.get(k) or _names(classes, k))]
        if not options:
            continue
        best = min(options, key=lambda k: (-weights.get(k, shared.get(k, 0)), order(k)))
        best = home.get(best, best)
        home[key] = best
        met.setdefault(best, set()).add(key[0])
        if own.names and best not in guests:
            guests[best] = own.names
    return home


def _names(classes: Mapping[Key, _Class], key: Key) -> tuple[str, ...]:
    return classes[key].reading.names if key in classes else ()


def _clash(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two answers give values to different variables: x=5 is not y=5."""
    return bool(one) and bool(other) and one != other


def _shared(classes: Mapping[Key, _Class], loose: Sequence[Key]) -> dict[Key, int]:
    weight: Counter[Key] = Counter()
    times: Counter[Key] = Counter()
    for key in loose:
        for other in classes[key].reading.also:
            weight[other] += classes[key].weight
            times[other] += 1
    # Of values only: a row and a column may both be a tuple, but are not each other.
    return {k: weight[k] for k, n in times.items() if n > 1 and k not in classes and k[0] in _VALUES}


def _is_loose(r: Reading) -> bool:
    return bool(r.also) or r.digits >= _LONG_DECIMAL


def _fits(r: Reading, key: Key) -> bool:
    return r.fits(key) or (r.digits >= _LONG_DECIMAL and _rounds(r, key))


def _rounds(r: Reading, key: Key) -> bool:
    """Whether the long decimal ``r`` is ``key``'s value, rounded or cut off at its last digit."""
    if r.key[0] != "n" or key[0] not in "nr":
        return False
    shown, value = Fraction(r.key[1], r.key[2]), position(key)
    if not isinstance(value, Fraction) or not shown or not value or (shown > 0) != (value > 0):
        return False
    if (
        _FLOAT_DIGITS <= r.digits <= _FLOAT_DIGITS + 3
        and shown.denominator > 1
        and abs(shown - value) * 10**14 < abs(value)
    ):
        return True  # 0.30000000000000004
    if (value * 10**r.places).denominator == 1:  # it could have been written out
        return False
    return bool(abs(shown - value) * 10**r.places <= 1)


# --- what the question asks for ------------------------------------------------------------------


def reading_as_asked(answer: str, asked: Asked) -> Reading:
    """The reading of an answer, with what it may stand for in this question."""
    r = reading(answer)
    if asked == NOTHING:
        return r
    if asked.units and r.units:
        unit = " ".join(r.units).lower().replace(".", "").rstrip("s")
        r = replace(r, key=("unit", unit, r.key), also=(r.key, *r.also), names=(*r.names, unit))
    also: list[Key] = []
    for key in (r.key, *r.also):
        value = position(key) if key[0] in "nr" else None
        if not isinstance(value, Fraction):
            continue
        if asked.percent and abs(value) <= 1:
            also.append(_number(value * 100))
        if asked.places is not None:
            scaled = [value, value * 100] if asked.percent else [value]
            also += [_number(_rounded(v, asked.places)) for v in scaled]
    also += [("choice", letter) for letter, text in asked.choices if text and reading(text).fits(r.key)]
    also = [k for k in dict.fromkeys(also) if k != r.key]
    return replace(r, also=(*r.also, *also)) if also else r


def _rounded(x: Fraction, places: int) -> Fraction:
    scale = 10**places
    n = abs(x) * scale + Fraction(1, 2)
    return Fraction(n.numerator // n.denominator, scale) * (1 if x >= 0 else -1)


def _number(x: Fraction) -> Key:
    return ("n", x.numerator, x.denominator)


# --- the judge -----------------------------------------------------------------------------------


def _ask(judge: Judge, home: dict[Key, Key], given: Sequence[tuple[str, Reading]]) -> int:
    """Shows what our parser could not read to the judge; changes ``home``, counts the undecided.

    A class that was not read joins at most one other, the heaviest that the judge calls equal.
    """
    weight = Counter(home[r.key] for _, r in given)
    read_at_all = {home[r.key] for _, r in given if r.understood}
    spoken: dict[Key, str] = {}
    for answer, r in given:
        at = home[r.key]
        spoken[at] = min(spoken.get(at, answer), answer, key=lambda s: (len(s), s))
    heaviest_first = sorted(weight, key=lambda k: (k not in read_at_all, -weight[k], order(k)))
    undecided = 0
    for place, key in enumerate(heaviest_first):
        if key in read_at_all or key[0] == "word" or len(spoken[key]) > MAX_LENGTH:
            continue
        for other in heaviest_first[:place]:
            if home.get(other, other) != other or other[0] == "word" or len(spoken[other]) > MAX_LENGTH:
                continue
            verdict = judge(*sorted((spoken[key], spoken[other])))
            undecided += verdict is Verdict.UNDECIDED
            if verdict is Verdict.EQUAL:
                for k, at in home.items():
                    if at == key:
                        home[k] = other
                break
    return undecided
