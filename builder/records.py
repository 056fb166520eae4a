"""The typed records that move between the stages, and their one mapping to Arrow.

Every arrow of the pipeline is a file of one of these records.  They are frozen; an id is a hash of
what the record is made of, so that it walks back from a row to its practices and is the same in
every run.  This module knows neither models nor files.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pyarrow as pa

R = TypeVar("R")


def content_id(*parts: object) -> str:
    """32 hex digits (128 bits) that name ``parts``: equal parts, equal id, in every process.

    ``parts`` must be JSON-serialisable (strings, numbers, lists, dicts, None).
    """
    canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(canonical.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


# --- knowledge construction (METHOD 1) ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Practice:
    """A problem with its solution, as a seed source gave it."""

    id: str
    source: str  # name of the seed source in the recipe
    problem: str
    solution: str
    answer: str | None = None  # final answer, read from the solution
    subject: str | None = None
    level: str | None = None
    publishable: bool = True  # False: the licence of the source keeps its text out of what we publish


@dataclass(frozen=True, slots=True)
class GivenReply:
    """A labelling reply that a seed brought along: such a practice needs no call."""

    practice_id: str
    reply: str


@dataclass(frozen=True, slots=True)
class TopicKeyPoints:
    """One topic of a practice with the key points that the solution uses under it."""

    topic: str
    key_points: tuple[str, ...]  # without repeats; of near-identical ones the text that stands for them
    raw_topic: str | None = None  # the name before merging, where it differs
    # What the labeller wrote for each key point, parallel to them ("A | B" where two became one); None
    # where nothing differs.
    raw_key_points: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class GivenLabels:
    """Topics and key points that a seed brought along in structured form: such a practice needs no call."""

    practice_id: str
    topics: tuple[TopicKeyPoints, ...]
    model: str  # who labelled it, "given" where the seed does not say
    prompt_hash: str


@dataclass(frozen=True, slots=True)
class LabelledPractice:
    """A practice with its topics and key points; ``reply`` is the labeller's raw text."""

    practice: Practice
    topics: tuple[TopicKeyPoints, ...]
    model: str
    prompt_hash: str
    reply: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A merged topic."""

    name: str
    practices: int  # number of practices that have it
    key_points: int  # number of key points under it, over all practices
    aliases: tuple[str, ...]  # raw names joined under it, the name itself included
    nearest: str | None  # nearest other topic
    nearest_similarity: float | None  # -1..1, as the merging saw it: with its penalties
    sampled: bool  # False for "Others - ..." (METHOD 1)
    small: bool  # under the minimum count and too far from any other topic to be joined


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """Near-identical key points of one merged topic, under the text that stands for them."""

    topic: str
    text: str
    practices: int  # number of practices that have one of them under this topic
    aliases: tuple[str, ...]  # as the labellers wrote them, ``text`` included


# --- sampling (METHOD 3) -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetTopic:
    """A chosen topic with the key points of one practice that has it."""

    topic: str
    key_points: tuple[str, ...]
    practice_id: str


@dataclass(frozen=True, slots=True)
class InformationSet:
    """2 or 3 topics, each with the key points of one random practice under it."""

    id: str
    index: int  # position in the sequence that the seed gives
    topics: tuple[SetTopic, ...]
    fallback: str | None = None  # "previous_row" | "two_topics": which rule met a zero vector (METHOD 3)

    @property
    def key_points(self) -> tuple[str, ...]:
        """All key points, in the order of the topics, without repeats."""
        return tuple(dict.fromkeys(k for t in self.topics for k in t.key_points))

    @staticmethod
    def of(index: int, topics: tuple[SetTopic, ...], fallback: str | None = None) -> InformationSet:
        """The set of these topics; its id is that of what it is made of, wherever it was made."""
        identity = [[t.topic, list(t.key_points), t.practice_id] for t in topics]
        return InformationSet(content_id("set", identity), index, topics, fallback)


# --- practice generation (METHOD 4-6) ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """A problem written for an information set; ``problem`` is None where the reply held none."""

    id: str
    information_set_id: str
    problem: str | None
    model: str
    prompt_hash: str
    reply: str
    parent_id: str | None = None  # the question that this one paraphrases
    rejected: str | None = None  # why no usable problem could be read


@dataclass(frozen=True, slots=True)
class Verdict:
    """One reply of a judge.  ``value`` is None where it could not be read: *unscored*, never 0."""

    value: float | None  # 0..1
    key_points_present: float | None  # criterion 1, 0..1, where the judge gave it
    correct: float | None  # criterion 2, 0..1, where the judge gave it
    needed: tuple[bool | None, ...]  # for each given key point (or topic) whether it is needed; None: not said
    reason: str | None
    model: str
    prompt_hash: str
    reply: str


@dataclass(frozen=True, slots=True)
class Score:
    """What the verdicts come to; ``value`` is None where no more than half of them could be read."""

    question_id: str
    value: float | None  # 0..1
    key_points_present: float | None  # criterion 1, 0..1
    correct: float | None  # criterion 2, 0..1
    reason: str | None  # of the lowest verdict, or why there is none
    verdicts: tuple[Verdict, ...]

    @property
    def model(self) -> str:
        """The judges."""
        return " + ".join(dict.fromkeys(v.model for v in self.verdicts))

    @property
    def prompt_hash(self) -> str:
        """Of the judge's prompt."""
        return self.verdicts[0].prompt_hash


@dataclass(frozen=True, slots=True)
class Solvability:
    """A judge's word on whether a problem can be solved as it is written; asked only where a recipe wants it."""

    question_id: str
    solvable: bool | None  # None: the reply could not be read, which is no "no"
    # Of a "no": "missing information" | "contradiction" | "no definite question" | "other"
    kind: str | None
    reason: str | None  # the judge's words, or why its reply could not be read
    model: str
    prompt_hash: str
    reply: str

    @property
    def why(self) -> str | None:
        """Kind and words of a "no", or why there is no verdict."""
        return f"{self.kind}: {self.reason}" if self.kind and self.reason else self.kind or self.reason


@dataclass(frozen=True, slots=True)
class Solution:
    """One sampled solution with the answer read from it."""

    id: str
    question_id: str
    index: int
    text: str
    answers: tuple[str | None, ...]  # one a sub-question; usually one
    wrong_computations: tuple[str, ...]  # arithmetic in the text that is false, checked exactly
    model: str
    prompt_hash: str
    finish_reason: str | None = None

    @property
    def votes(self) -> bool:
        """Whether it may vote: it answers something and computes nothing wrong (METHOD 6)."""
        return any(a is not None for a in self.answers) and not self.wrong_computations


@dataclass(frozen=True, slots=True)
class Vote:
    """What the candidates of one question agree on.  It is agreement, never proof.

    ``consensus`` holds the consensus score vector of each candidate, shape (m, n); ``classes`` the
    answer class of each candidate on each sub-question (None: no answer), shape (m, n), where m is
    the number of candidates drawn.  Shares (``consensus``, ``scores``, ``agreement``) are of the
    number *planned*: a candidate that was not drawn counts as one that does not agree.  Of the drawn
    they would be too large, since sampling stops early just where answers agree.
    """

    rule: str  # "strict" | "faithful"
    candidates: int  # m: how many were drawn, abstentions included
    abstained: int
    consensus: tuple[tuple[float, ...], ...]
    classes: tuple[tuple[int | None, ...], ...]
    class_sizes: tuple[int, ...]  # of the first sub-question, largest first
    scores: tuple[float, ...]  # CS of each candidate
    winners: tuple[int, ...]  # candidates that stay
    agreement: float  # CS of the winners, 0 where none
    answer: str | None  # representative answer of the winners
    rejected: str | None  # "no_answer" | "tie" | "no_agreement" | "low_agreement"
    planned: int  # how many may be drawn
    stopped: str | None  # "all_drawn" | "settled" | "out_of_reach"; None: more could change it


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """All that happened to one question: the row of the ``questions`` configuration."""

    question: Question
    information_set: InformationSet
    score: Score | None
    solutions: tuple[Solution, ...]
    vote: Vote | None
    fate: str  # "kept" or the reason why not
    detail: str | None = None  # the words in the text that a filter stopped at, or why it cannot be solved
    solvability: Solvability | None = None  # None: not asked


@dataclass(frozen=True, slots=True)
class HygieneNote:
    """Why a kept question, or one of its solutions, is not published (METHOD 8)."""

    question_id: str
    solution_id: str | None  # None: the whole question
    fate: str  # "duplicate" | "contaminated" | "number_too_long"
    match: str | None  # the test set that it meets, or the question that it repeats
    detail: str | None  # which row of it, how similar
    ngram: str | None = None  # what it shares with the row: text of a test set, kept here and never published
    repeated: bool | None = None  # whether it repeats the row's mathematics, not only its words


# --- Arrow -------------------------------------------------------------------------------------


def _arrow_type(hint: Any) -> pa.DataType:
    origin = typing.get_origin(hint)
    args = typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _arrow_type(next(a for a in args if a is not type(None)))
    if origin is tuple:
        return pa.list_(_arrow_type(args[0]))
    if dataclasses.is_dataclass(hint):
        return pa.struct(list(arrow_schema(typing.cast("type[Any]", hint))))
    return {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}[hint]


def arrow_schema(record: type[Any]) -> pa.Schema:
    """The Arrow schema of a record class: fields in order, tuples as lists, records as structs."""
    hints = typing.get_type_hints(record)
    return pa.schema([(f.name, _arrow_type(hints[f.name])) for f in dataclasses.fields(record)])


def to_table(rows: Sequence[Any], record: type[Any]) -> pa.Table:
    """Records to an Arrow table with ``arrow_schema(record)``; also right for no rows."""
    return pa.Table.from_pylist([dataclasses.asdict(r) for r in rows], schema=arrow_schema(record))


_READERS: dict[Any, Callable[[Any], Any] | None] = {}  # made once a type: reading is the same for every row


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """What turns Arrow's plain values into a field of this type; None where they are the same."""
    if hint not in _READERS:
        _READERS[hint] = _make_reader(hint)
    return _READERS[hint]


def _make_reader(hint: Any) -> Callable[[Any], Any] | None:
    origin = typing.get_origin(hint)
    args = typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = _reader(next(a for a in args if a is not type(None)))
        return inner and (lambda value: None if value is None else inner(value))
    if origin is tuple:
        item = _reader(args[0])
        return tuple if item is None else (lambda values: tuple(map(item, values)))
    if dataclasses.is_dataclass(hint):
        record = typing.cast("type[Any]", hint)
        fields = [(name, _reader(h)) for name, h in typing.get_type_hints(record).items()]
        return lambda plain: record(*(plain[n] if read is None else read(plain[n]) for n, read in fields))
    return None


def from_plain(plain: Any, record: type[R]) -> R:
    """A record from what ``dataclasses.asdict`` and JSON made of it; further keys are left alone.

    Raises:
        KeyError, TypeError: it was made of another record.
    """
    return typing.cast("Callable[[Any], R]", _reader(record))(plain)


def from_table(table: pa.Table, record: type[R]) -> Iterable[R]:
    """The records of a table written by :func:`to_table`, one batch in memory at a time."""
    read = typing.cast("Callable[[Any], R]", _reader(record))
    for batch in table.to_batches(max_chunksize=1024):
        yield from map(read, batch.to_pylist())
