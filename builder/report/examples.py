"""Examples of each reason for which questions were lost: which ones, and what may be said of them.

Which ones depends on the ids alone, never on the order of the records.  Texts are generated ones, cut; a
text that repeats a stretch of a seed whose licence keeps its text unpublished is not shown, and neither is one
that meets a test set.  Replies in which no problem was found are not shown: a writer thinks aloud about the
examples that it was given.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ..records import HygieneNote
from ..tokens import tokenise
from .fates import STEPS, Settled
from .names import cut, plain
from .outcomes import Notes, Outcome, RunRecords

LENGTH = 480
"""Columns of a text that are shown."""

_QUOTE = 10  # tokens in a row that make a text a quotation
_READ = 20 * LENGTH  # characters of a text that are looked at


@dataclass(frozen=True, slots=True)
class Example:
    """One question that was lost.  Texts are one line, without control characters."""

    origin: str
    step: str
    reason: str
    question_id: str
    topics: tuple[str, ...]
    problem: str | None
    why: str | None  # the judge's words, the votes, the evidence of a filter
    other_id: str | None  # the question that it repeats, or paraphrases
    other: str | None  # its text
    withheld: str | None  # why a text is not shown


@dataclass(frozen=True, slots=True)
class _Chosen:
    outcome: Outcome
    note: HygieneNote | None

    @property
    def other_id(self) -> str | None:
        if self.note is not None:
            return self.note.match if self.note.fate == "duplicate" else None
        return self.outcome.parent_id


class Examples:
    """At most ``each`` questions for every origin, step and reason: those whose ids have the smallest hashes."""

    def __init__(self, each: int) -> None:
        self._each = each
        self._heaps: defaultdict[tuple[str, Settled], list[tuple[int, str, _Chosen]]] = defaultdict(list)

    def add(self, origin: str, settled: Settled, outcome: Outcome, note: HygieneNote | None) -> None:
        """Consider a question that was lost."""
        heap = self._heaps[origin, settled]
        digest = hashlib.blake2b(outcome.id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        place = -int.from_bytes(digest)  # the top of the heap is the one to go
        if len(heap) < self._each:
            heapq.heappush(heap, (place, outcome.id, _Chosen(outcome, note)))
        elif heap and (place, outcome.id) > heap[0][:2]:
            heapq.heapreplace(heap, (place, outcome.id, _Chosen(outcome, note)))

    def told(self, records: RunRecords, notes: Notes | None) -> Iterator[Example]:
        """The examples in the order of the steps, with the texts that may be shown.

        Raises:
            StoreError: the records cannot be read.
        """
        chosen = [c for heap in self._heaps.values() for _, _, c in heap]
        others = records.problems({c.other_id for c in chosen if c.other_id})
        seeds = records.withheld_texts({p for c in chosen for p in c.outcome.practice_ids})
        order = sorted(self._heaps, key=lambda key: (key[0] != "sets", STEPS.index(key[1].step), str(key[1].reason)))
        for origin, settled in order:
            for _, _, one in sorted(self._heaps[origin, settled], key=lambda entry: (-entry[0], entry[1])):
                private = [text for p in one.outcome.practice_ids for text in seeds.get(p, ())]
                yield _example(origin, settled, one, others, private, notes)


def _example(
    origin: str, settled: Settled, one: _Chosen, others: dict[str, str], private: list[str], notes: Notes | None
) -> Example:
    outcome, other_id = one.outcome, one.other_id
    met = [i for i in (outcome.id, other_id or "") if notes and notes.hides(i)]
    texts: dict[str, str | None] = {
        "problem": None if outcome.id in met else outcome.problem,
        "why": _why(outcome, one.note),
        "other": None if other_id is None or other_id in met else others.get(other_id),
    }
    quoting = [name for name, text in texts.items() if text and any(quotes(text, seed) for seed in private)]
    withheld = "it repeats a seed whose text is not published" if quoting else "it meets a test set" if met else None
    if outcome.problem is None and withheld is None:
        withheld = "no problem was read; the reply is in stages/questions of the run"
    shown = {name: None if name in quoting or not text else _cut(text) for name, text in texts.items()}
    return Example(
        origin,
        settled.step,
        str(settled.reason),
        outcome.id,
        tuple(map(_cut, outcome.topics)),
        shown["problem"],
        shown["why"],
        other_id,
        shown["other"],
        withheld,
    )


def _why(outcome: Outcome, note: HygieneNote | None) -> str | None:
    """What the records say about the loss, beside its reason."""
    if note is not None:
        return note.detail or note.match
    if outcome.detail is not None:
        return outcome.detail
    if outcome.voted and outcome.fate != "kept":
        return _votes(outcome)
    if outcome.judged:
        score = "not scored" if outcome.score is None else f"score {outcome.score:g}"
        return f"{score}: {outcome.judge}" if outcome.judge else score
    return None


def _votes(outcome: Outcome) -> str:
    answers = Counter(a for a in outcome.answers if a is not None)
    ranked = sorted(answers.items(), key=lambda item: (-item[1], item[0]))
    listed = [f"{answer} ({n})" for answer, n in ranked]
    silent = len(outcome.answers) - answers.total()
    return "answers as written: " + ", ".join([*listed, *([f"none ({silent})"] if silent else [])])


def quotes(text: str, seed: str) -> bool:
    """Whether ``text`` repeats ten tokens in a row of ``seed``, or all of a shorter one.

    >>> quotes("Tom has 5 apples and eats 2. How many apples has Tom left?", "tom has 5 apples, and eats 2; how many")
    True
    >>> quotes("Tom has 5 pears and eats 2. How many pears has Tom left?", "tom has 5 apples, and eats 2; how many")
    False
    """
    said, given = tokenise(text[:_READ]), tokenise(seed)
    n = min(_QUOTE, len(given))
    return n > 0 and not _runs(said, n).isdisjoint(_runs(given, n))


def _runs(tokens: list[str], n: int) -> set[tuple[str, ...]]:
    return {tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)}


def _cut(text: str) -> str:
    return cut(" ".join(plain(text[:_READ]).split()), LENGTH)
