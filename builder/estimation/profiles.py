"""How long a model's prompts and replies are, and how often it passes each gate: expectations by model name.

The numbers are data (``reply_lengths.toml`` beside this module says what they mean and where they were
measured).  What a run has shown itself, and what tokens cost, is not known here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..llm.prices import best_pattern
from .ranges import Range

TABLE = Path(__file__).with_name("reply_lengths.toml")

_LETTERS = bytes([*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1), ord(" ")])


@dataclass(frozen=True, slots=True)
class Text:
    """An amount of text, as far as its tokens depend on it."""

    letters: int = 0  # A-Z, a-z and spaces
    others: int = 0

    @classmethod
    def of(cls, text: str) -> Text:
        """What a text holds."""
        others = len(text.encode("ascii", "replace").translate(None, _LETTERS))  # "?" for each that is no ASCII
        return cls(len(text) - others, others)

    def __add__(self, other: Text) -> Text:
        return Text(self.letters + other.letters, self.others + other.others)


@dataclass(frozen=True, slots=True)
class Label:
    """What is expected of a labeller."""

    reply: Range
    sd: float
    readable: Range
    key_points: float
    key_point: int
    topic: int


@dataclass(frozen=True, slots=True)
class Write:
    """What is expected of a writer."""

    reply: Range
    sd: float
    written: Range
    problem: Range


@dataclass(frozen=True, slots=True)
class Score:
    """What is expected of a scorer."""

    reply: Range
    sd: float
    passing: tuple[tuple[float, Range], ...]

    def share_passing(self, threshold: float) -> Range:
        """Share of scored questions at or above ``threshold`` (0..1)."""
        for (low, before), (high, after) in pairwise(self.passing):
            if threshold <= high:
                part = (threshold - low) / (high - low)
                return before * Range.exactly(1 - part) + after * Range.exactly(part)
        return self.passing[-1][1]


@dataclass(frozen=True, slots=True)
class Solvability:
    """What is expected of the scorer where it is asked whether a problem can be solved."""

    reply: Range
    sd: float
    solvable: Range


@dataclass(frozen=True, slots=True)
class Solve:
    """What is expected of a solver."""

    reply: Range
    sd: float
    per_solution_token: Range
    agreement: tuple[float, ...]
    kept: Range


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """What is expected of a paraphraser, and of what becomes of its rewordings."""

    reply: Range
    sd: float
    faithful: Range
    passing: Range


@dataclass(frozen=True, slots=True)
class Profile:
    """What is expected of a model in each role; the fields are explained in ``reply_lengths.toml``."""

    name: str  # its first pattern
    basis: str
    letters: float
    others: float
    text: float
    label: Label
    write: Write
    score: Score
    solvability: Solvability
    solve: Solve
    paraphrase: Paraphrase

    def tokens(self, text: Text) -> float:
        """Tokens that a text is expected to have."""
        return text.letters / self.letters + text.others / self.others


def profile_for(model: str) -> Profile:
    """The profile of a model's name; every name has one."""
    table = _table()
    return table[best_pattern(table, model) or "*"]


@cache
def _table() -> dict[str, Profile]:
    entries = tomllib.loads(TABLE.read_text(encoding="utf-8"))["profile"]
    return {pattern: _profile(entry) for entry in entries for pattern in entry["models"]}


def _profile(entry: Mapping[str, Any]) -> Profile:
    roles = {"label": Label, "write": Write, "score": Score, "solvability": Solvability, "solve": Solve}
    roles["paraphrase"] = Paraphrase
    return Profile(
        name=entry["models"][0],
        **{key: entry[key] for key in ("basis", "letters", "others", "text")},
        **{role: _role(cls, entry[role]) for role, cls in roles.items()},
    )


def _role(cls: type[Any], values: Mapping[str, Any]) -> Any:
    return cls(**{f.name: _value(f.name, f.type, values[f.name]) for f in fields(cls)})


def _value(name: str, kind: object, value: Any) -> Any:
    if kind == "Range":
        return Range(*value)
    if name == "passing":
        return tuple((threshold, Range(*shares)) for threshold, *shares in value)
    return tuple(value) if isinstance(value, list) else value
