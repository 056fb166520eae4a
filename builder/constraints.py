"""What may stand in an information set: topics, subjects, and practices by level and source (METHOD 3).

One record, shared by the configuration, the command line and the Space.  Names are compared without
regard to case, and "5" is "Level 5"; a name that is not known is an error with the nearest one.  How sets
are drawn under constraints is told in :mod:`builder.stages.sampling`.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .config import Sampling
from .errors import ConfigError
from .records import LabelledPractice, Practice

Mask = npt.NDArray[np.bool_]


def subject_of(topic: str) -> str:
    """What stands before " - " in a topic's name; the whole name where there is no dash."""
    return topic.partition(" - ")[0].strip()


def _level(name: str) -> str:
    return name.casefold().removeprefix("level").strip()


@dataclass(frozen=True, slots=True)
class Constraints:
    """What information sets are made of; an empty field constrains nothing.

    ``topics``: only these.  ``with_topics``: every set has one of these, its first topic.
    ``without_topics``: no set has one of these.  ``subjects``: only topics of these, by what stands before
    " - ".  ``levels`` and ``sources``: only practices of these.
    """

    topics: tuple[str, ...] = ()
    with_topics: tuple[str, ...] = ()
    without_topics: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @staticmethod
    def of(sampling: Sampling) -> Constraints:
        """Those of the configuration's section."""
        return Constraints(**{f.name: getattr(sampling, f.name) for f in dataclasses.fields(Constraints)})

    def __str__(self) -> str:
        """The constraints that are set, as a recipe writes them: ``sampling.levels = ["5"]``."""
        given = [(f.name, getattr(self, f.name)) for f in dataclasses.fields(self)]
        return ", ".join(_written(name, values) for name, values in given if values)

    def from_sources(self, mpkp: Iterable[LabelledPractice]) -> list[LabelledPractice]:
        """The practices of ``sources``: what the matrix for these constraints is counted over.

        Raises:
            ConfigError: a source is unknown.
        """
        chosen = PracticeFilter(Constraints(sources=self.sources))
        found = [p for p in mpkp if chosen.admits(p.practice)]
        chosen.check()
        return found

    def allowed(self, names: Sequence[str], having: Mask) -> tuple[Mask, Mask]:
        """Which topics may be drawn, and which of them may come first; two arrays of shape (N,).

        ``having``: whether a topic has a practice that may be used.

        Raises:
            ConfigError: a name is unknown, or one of the constraints leaves no topic.
        """
        every = np.ones(len(names), np.bool_)
        subjects = [subject_of(name) for name in names]
        steps = (
            ("topics", _chosen("topics", self.topics, names) if self.topics else every),
            ("subjects", _chosen("subjects", self.subjects, subjects) if self.subjects else every),
            ("without_topics", ~_chosen("without_topics", self.without_topics, names)),
            ("levels", having),
        )
        left = every
        for field, mask in steps:
            if getattr(self, field) and left.any() and not (left & mask).any():
                raise ConfigError(f"{_written(field, getattr(self, field))} leaves no topic that may be drawn")
            left = left & mask
        first = left & _chosen("with_topics", self.with_topics, names) if self.with_topics else left
        if self.with_topics and left.any() and not first.any():
            raise ConfigError(
                f"{_written('with_topics', self.with_topics)}: none of them may be drawn under the other constraints"
            )
        return left, first


class PracticeFilter:
    """Lets practices through by level and source, and knows at the end which names were never met."""

    def __init__(self, constraints: Constraints) -> None:
        self.constraints = constraints
        self.sources = {s.casefold() for s in constraints.sources}
        self.levels = {_level(s) for s in constraints.levels}
        self.met: tuple[set[str], set[str]] = (set(), set())  # sources; levels of the practices from these
        self.admitted = 0

    def admits(self, practice: Practice) -> bool:
        """Whether sets may use this practice; one without a level is none of any level."""
        self.met[0].add(practice.source)
        if self.sources and practice.source.casefold() not in self.sources:
            return False
        level = practice.level or ""
        if practice.level is not None:
            self.met[1].add(practice.level)
        admitted = not self.levels or _level(level) in self.levels
        self.admitted += admitted
        return admitted

    def check(self) -> None:
        """Called after the last practice.

        Raises:
            ConfigError: a source or a level was never met.
        """
        _chosen("sources", self.constraints.sources, sorted(self.met[0]))
        _chosen("levels", self.constraints.levels, sorted(self.met[1]), _level)


def _written(field: str, values: Collection[str]) -> str:
    return f"sampling.{field} = [{', '.join(repr(v) for v in values)}]"


def _chosen(field: str, wanted: Sequence[str], known: Sequence[str], key: Callable[[str], str] = str.casefold) -> Mask:
    """Which of the ``known`` names are wanted; a name that is none of them is an error."""
    keys = [key(k) for k in known]
    for name in wanted:
        if key(name) not in keys:
            raise ConfigError(f"sampling.{field}: {name!r} is {_instead(name, sorted(set(known)), field)}")
    chosen = {key(w) for w in wanted}
    return np.array([k in chosen for k in keys], np.bool_)


def _instead(name: str, known: Sequence[str], field: str) -> str:
    """Of what it is none, and what a person may have meant."""
    noun = "topics" if field.endswith("topics") else field
    if not known:
        return f"none of the {noun}: the practices have none"
    folded = {k.casefold(): k for k in known}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.4)
    hint = f"did you mean {folded[near[0]]!r}?" if near else ", ".join(known[:8]) + " ..." * (len(known) > 8)
    return f"not one of the {len(known)} {noun}: {hint}"
