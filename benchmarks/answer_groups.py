r"""Groups of ten answers whose classes are known by construction.

    for group in groups(1000, seed="a"): ...

A group has a right value and up to four wrong ones of the same family; each answer is one true form of
its value, written in the hand of a different writer (``\dfrac``, ``0.5``, dollars around, a full stop).
The truth follows from the values, never from a grader.  Families are in :mod:`.answer_families`, the
held-out ones in a module of their own.  Forms whose meaning is a convention appear only where the
conventions of the builder decide them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from .answer_families import (
    algebra,
    collections,
    constants,
    counting,
    equations,
    fresh,
    held_out,
    layouts,
    notations,
    numbers,
    ranges,
    symbols,
    unseen,
    words,
)
from .answer_families.base import Family, Form, Value, Words
from .answer_families.trees import Node
from .answer_families.writing import Writer

SIZE = 10
_MODULES = (numbers, constants, counting, algebra, equations, ranges, collections, words, notations, symbols, layouts)
# Written as held out; rules were then made for their types, so they are so no longer.
_MET = frozenset(
    "fraction_and_approximation temperature part_of_the_day piecewise excluded_points standing scaled_matrix "
    "congruence".split()
)
DEVELOPMENT: dict[str, Family] = {
    **{f.__name__: f for module in _MODULES for f in module.FAMILIES},
    **{f.__name__: f for f in fresh.FAMILIES if f.__name__ in _MET},
}
HELD_OUT: dict[str, Family] = {
    **held_out.HELD_OUT,
    **{f"fresh_{f.__name__}": f for f in fresh.FAMILIES if f.__name__ not in _MET},
    **{f"unseen_{f.__name__}": f for f in unseen.FAMILIES},
}
__all__ = ["DEVELOPMENT", "HELD_OUT", "Group", "groups", "write"]
_WRONG = ((0, 10), (1, 27), (2, 30), (3, 21), (4, 12))  # number of wrong values, and how often


@dataclass(frozen=True)
class Group:
    """``truth[i]`` is the class of ``answers[i]``, numbered by first appearance."""

    family: str
    answers: list[str]
    truth: list[int]


def groups(n: int, seed: int | str, families: Mapping[str, Family] | None = None) -> Iterator[Group]:
    """``n`` groups, the families by turns; the same seed gives the same groups.

    ``families``: all development families by default.
    """
    chosen = sorted((families or DEVELOPMENT).items())
    for index in range(n):
        name, family = chosen[index % len(chosen)]
        yield _group(name, family(Random(f"{seed}/{index}/values")), Random(f"{seed}/{index}/answers"))


def _group(name: str, values: list[Value], rng: Random) -> Group:
    wrong = rng.choices([k for k, _ in _WRONG], [w for _, w in _WRONG])[0]
    chosen = values[: 1 + min(wrong, len(values) - 1)]
    drawn = _counts(len(chosen), rng)
    common = rng.random() < 0.5  # else rare forms are as frequent as usual ones
    members = [(k, _written(value, rng, common)) for k, value in enumerate(chosen) for _ in range(drawn[k])]
    rng.shuffle(members)
    numbers: dict[int, int] = {}
    truth = [numbers.setdefault(k, len(numbers)) for k, _ in members]
    return Group(name, [text for _, text in members], truth)


def _counts(kinds: int, rng: Random) -> list[int]:
    """How many of the ten answers have each value: the right one mostly leads."""
    if kinds == 1:
        return [SIZE]
    right = rng.randint(4, SIZE - kinds + 1) if rng.random() < 0.85 else rng.randint(1, 4)
    found = [right] + [1] * (kinds - 1)
    for _ in range(SIZE - sum(found)):
        found[rng.randrange(1, kinds)] += 1
    return found


def _written(value: Value, rng: Random, common: bool) -> str:
    weights = [1 / (1 + k) if common else 1.0 for k in range(len(value.forms))]
    form = rng.choices(value.forms, weights)[0]
    return _dressed(form, write(form, rng), rng)


def write(form: Form, rng: Random) -> str:
    """One way to write a form, undressed."""
    return Writer(rng).write(form) if isinstance(form, Node) else str(form)


def _dressed(form: Form, text: str, rng: Random) -> str:
    """``text`` with what extraction may leave around an answer."""
    kind = rng.random()
    if not isinstance(form, Words) and "$" not in text and "€" not in text and "£" not in text:
        for share, before, after in _DRESSES:
            kind -= share
            if kind < 0:
                return before + text + after
    if rng.random() < 0.06 and text[-1] not in ".!)":
        return text + "."
    return text + " " if rng.random() < 0.03 else text


_DRESSES = (
    (0.12, "$", "$"),
    (0.03, "$", "$."),
    (0.02, "$$", "$$"),
    (0.03, r"\(", r"\)"),
    (0.03, r"\[ ", r" \]"),
    (0.03, r"\boxed{", "}"),
    (0.02, r"$\boxed{", "}$"),
    (0.02, r"\displaystyle ", ""),
    (0.03, " ", ""),
)
