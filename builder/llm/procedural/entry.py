"""The catalogue's language: a key point as one small declarative entry.

:class:`KeyPoint` says what a step is called, which parameters it has, how it is worded (templates
that write *and* read, see grammar.py), how its value is found by two independent routes, how its
solution is told and how people get it wrong.  ``catalogue/README.md`` shows how to add one.
This module draws parameters and checks entries; it knows nothing of composing or reading problems.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Any, TypeAlias

from .domains import Choice, Domain, Int, Ints, Rational
from .grammar import Template
from .values import Value, plain

Params: TypeAlias = dict[str, Any]
MAX_FED = 10**6  # a result beyond it feeds no further step


@dataclass(frozen=True)
class Slip:
    """A way to get the step wrong.

    ``wrong`` computes the wrong value from the parameters; ``step`` is a solution text in place of the
    entry's own (placeholders: parameters, work and ``<ans>``, which is the wrong value).  Without
    ``step`` the solver states the wrong value bluntly.  Neither text may contain a *false numeric
    equation*: that kind of error is made by the engine.
    """

    what: str
    wrong: Callable[..., Value]
    step: str | None = None


@dataclass(frozen=True)
class Text:
    """A wording in mathematical or textbook style.

    ``ask`` is a noun phrase without final stop ("the area of the rectangle").  ``scene``: sentences
    that come before it; a wording with a scene may refer to its objects.  ``question``: the same
    thing asked as a full question ("How many positive divisors does <n> have?").
    Every parameter appears in scene or ask (and, without scene, in question too).
    """

    ask: str
    scene: str | None = None
    question: str | None = None


@dataclass(frozen=True)
class Story:
    """A sentence of a story that makes or changes the running quantity.

    ``takes``: the unit of the running quantity before it ("items", "dollars"; None: the sentence
    opens a story), ``gives``: the unit after it.  The parameter named by the entry's ``carry`` is the
    running quantity and does not appear in ``sentence``.  ``ask``/``question`` name the new quantity
    where the general forms ("the number of pencils that Maya has in the end") would not fit;
    ``items``: which kinds of things it may be about (empty: all; see story.py).
    """

    sentence: str
    takes: str | None = None
    gives: str = "items"
    ask: str | None = None
    question: str | None = None
    items: tuple[str, ...] = ()


Wording: TypeAlias = Text | Story


def _always(**_: Any) -> bool:
    return True


def _no_work(**_: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class KeyPoint:
    """One key point that the procedural model masters.

    ``names[0]`` is the label as a textbook would state it, the others say the same in other words.
    ``closed`` and ``brute`` take the parameters as keyword arguments and must agree; they share no
    code.  ``valid`` says which parameters make a sensible problem.  ``work`` gives intermediate
    values (numbers or LaTeX) that ``steps`` show.  ``family``: entries of one family are the same
    knowledge with another thing asked and share one key point; exactly the entries with
    ``result="integer"`` (or "rational") can be followed by a further step.
    """

    id: str
    topic: str
    names: tuple[str, ...]
    params: Mapping[str, Domain]
    wordings: tuple[Wording, ...]
    closed: Callable[..., Value]
    brute: Callable[..., Value]
    steps: tuple[str, ...]
    slips: tuple[Slip, ...]
    valid: Callable[..., bool] = _always
    work: Callable[..., dict[str, Any]] = _no_work
    result: str = "integer"  # integer | rational | surd | pi | set | interval | tuple | poly
    carry: str | None = None  # the parameter that a story's running quantity is
    letters: str = "nmkab"  # letters that suit the result
    family: str = ""
    compiled: tuple[CompiledWording, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.family:
            object.__setattr__(self, "family", self.id)
        if len(self.names) < 3 or len(self.wordings) < 2 or not self.steps or not self.slips:
            raise ValueError(f"{self.id}: needs 3 names, 2 wordings, a solution and a slip")
        object.__setattr__(self, "compiled", tuple(CompiledWording.of(self, w) for w in self.wordings))

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def chainable(self) -> bool:
        """Whether the result is a number that a further step can take."""
        return self.result in ("integer", "rational")

    def value(self, params: Params) -> Value:
        """The exact result (closed form), integral fractions as ``int``."""
        result = self.closed(**params)
        return plain(result) if isinstance(result, Fraction) else result

    def draw(self, rng: Random, fed: Params | None = None, tries: int = 40) -> Params | None:
        """Random valid parameters around those that are fed; None where no draw was valid.

        A draw must also give a value that is small enough to be printed (|value| <= 10**6).
        """
        fed = fed or {}
        if any(not self.params[k].accepts(v) for k, v in fed.items()):
            return None
        for _ in range(tries):
            params = {k: fed[k] if k in fed else d.draw(rng) for k, d in self.params.items()}
            if self.is_valid(params):
                return params
        return None

    def is_valid(self, params: Params) -> bool:
        """Whether the parameters make a sensible problem with a printable result."""
        if not self.valid(**params):
            return False
        value = self.value(params)
        return not isinstance(value, (int, Fraction)) or (
            abs(value.numerator) <= MAX_FED and value.denominator <= 10_000
        )


@dataclass(frozen=True)
class CompiledWording:
    """A wording with its templates; ``feeds`` maps a parameter to the ways it can be fed.

    "variable": a letter may stand there; "phrase": a noun phrase may; "carry": the running quantity.
    """

    entry: str
    source: Wording
    scene: Template | None
    ask: Template | None
    question: Template | None
    feeds: Mapping[str, frozenset[str]]

    @staticmethod
    def of(entry: KeyPoint, wording: Wording) -> CompiledWording:
        """Compile, and check that every parameter is told exactly where it must be."""
        story = isinstance(wording, Story)
        told = wording.sentence if isinstance(wording, Story) else wording.scene
        scene = Template(told) if told else None
        ask = Template(wording.ask) if wording.ask else None
        question = Template(wording.question) if wording.question else None
        params = set(entry.params)
        seen = (scene.names if scene else frozenset()) | (ask.names if ask and not story else frozenset())
        hidden = {entry.carry} if isinstance(wording, Story) and wording.takes else set()
        if seen != params - hidden:
            raise ValueError(f"{entry.id}: wording {wording!r} tells {sorted(seen)}, not {sorted(params)}")
        needed = params - (scene.names if scene else set()) - hidden
        if question and question.names != needed:
            raise ValueError(f"{entry.id}: question {wording.question!r} does not tell {sorted(needed)}")
        feeds = {
            p: frozenset.intersection(*(t.feed_modes(p) for t in (scene, ask) if t and p in t.names))
            for p in params - hidden
        } | {p: frozenset({"carry"}) for p in hidden if p}
        return CompiledWording(entry.id, wording, scene, ask, question, feeds)


__all__ = ["Choice", "CompiledWording", "Int", "Ints", "KeyPoint", "Params", "Rational", "Slip", "Story", "Text"]
