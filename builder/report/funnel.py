"""The funnel of a run: how many questions passed each step, why the others did not, and of which topics they were.

    sampled -> written -> scored -> solved -> voted -> clean -> unique -> published

One pass over the outcomes; memory grows with topics and reasons, not with questions.  Questions written for
information sets and their paraphrases are two funnels: a paraphrase begins where its parent was kept.  What
cannot be known yet is *pending* and is in no share.  Which step a fate belongs to is told in
:mod:`builder.report.fates`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from ..gates.binomial import interval
from .examples import Example, Examples
from .fates import NO_REPLY, STEPS, Settled, label, settle
from .names import count, subject_name
from .outcomes import Outcome, RunRecords
from .paraphrases import Paraphrases, Rewordings

CONFIDENCE = 0.95
SETS = "sets"
PARAPHRASES = "paraphrases"


@dataclass(frozen=True, slots=True)
class Count:
    """``part`` of ``of``, with exact binomial limits (Clopper-Pearson) at CONFIDENCE; a share of 0 is none."""

    part: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """0..1; None of nothing."""
        return self.part / self.of if self.of else None

    @staticmethod
    def each(parts: Sequence[int], wholes: Sequence[int]) -> list[Count]:
        """All pairs at once."""
        low, high = interval(parts, wholes, CONFIDENCE)
        return [Count(*row) for row in zip(parts, wholes, low.tolist(), high.tolist(), strict=True)]


@dataclass(frozen=True, slots=True)
class StepCount:
    """One step: ``entered`` = passed + lost + pending."""

    step: str
    entered: int
    pending: int  # not done yet, or not stored yet
    passed: Count  # of those that are decided

    @property
    def lost(self) -> int:
        """How many ended here."""
        return self.passed.of - self.passed.part


@dataclass(frozen=True, slots=True)
class Loss:
    """Questions lost at a step for one reason, as a share of those that the step decided on."""

    step: str
    reason: str
    questions: Count


@dataclass(frozen=True, slots=True)
class Flow:
    """A funnel from what was asked for to the last step that the run has done."""

    origin: str  # SETS or PARAPHRASES
    steps: tuple[StepCount, ...]
    losses: tuple[Loss, ...]  # in the order of the steps, the commonest first

    @property
    def name(self) -> str:
        """What goes through it."""
        return "information sets" if self.origin == SETS else "paraphrases"

    @property
    def decided(self) -> int:
        """All that was asked for but what is pending."""
        return self.steps[0].entered - sum(s.pending for s in self.steps)

    @property
    def through(self) -> Count:
        """What passed the last step, of all that is decided."""
        return Count.each([self.steps[-1].passed.part], [self.decided])[0]

    def reasons(self, step: StepCount) -> str:
        """Why questions were lost at a step, with how many."""
        told = [f"{label(x.reason)} {x.questions.part:,}" for x in self.losses if x.step == step.step]
        return ", ".join([*told, *([f"not done yet {step.pending:,}"] if step.pending else [])])


@dataclass(frozen=True, slots=True)
class Checks:
    """Questions of which a judge was asked whether they can be solved, paraphrases among them."""

    asked: int = 0
    unsolvable: int = 0
    unread: int = 0  # no verdict could be read: they went on


@dataclass(frozen=True, slots=True)
class TopicYield:
    """A topic's questions; one question counts under each of its two or three topics."""

    topic: str
    passed: dict[str, int]  # step -> questions written for information sets that passed it
    through: Count  # the last step, of all sampled
    reason: str | None  # the commonest of its losses
    lost: int  # for that reason
    paraphrases: int  # that passed the last step


@dataclass(frozen=True, slots=True)
class Funnel:
    """All that became of the information sets of a run."""

    flows: tuple[Flow, ...]  # of the sets; of paraphrases where there were any
    missing: tuple[str, ...]  # steps that the run has not done
    topics: tuple[TopicYield, ...]  # the most sampled first
    examples: tuple[Example, ...]
    paraphrases: Paraphrases | None
    checks: Checks
    stale: bool  # there is a dataset of this run, of other records than these

    @property
    def steps(self) -> tuple[str, ...]:
        """Those that the run has done."""
        return tuple(s.step for s in self.flows[0].steps)

    def notes(self) -> Iterator[str]:
        """What the run has not done, in sentences."""
        first = self.flows[0]
        if pending := sum(s.pending for s in first.steps):
            yield (
                f"The run is not at its end: {pending:,} of {count(first.steps[0].entered, 'information set')} are "
                "not through, and in no share. Run 'build' again to go on."
            )
        if self.stale:
            yield "The dataset of this run was made of other records than these: run 'build' again to publish them."
        if self.checks.asked:
            yield (
                f"Whether it can be solved as it is written was asked of {count(self.checks.asked, 'question')} with "
                f"a score at the threshold or above: {self.checks.unsolvable:,} cannot; of {self.checks.unread:,} the "
                "verdict could not be read, and they were solved all the same."
            )
        if self.missing:
            yield f"Steps that this run has not done: {', '.join(self.missing)}."

    def facts(self) -> dict[str, Any]:
        """Steps and reasons by origin, and the steps that are missing, as plain values."""
        return {
            "missing": list(self.missing),
            "steps": self.steps_table().to_pylist(),
            "reasons": self.losses_table().to_pylist(),
            **({"solvability": asdict(self.checks)} if self.checks.asked else {}),
        }

    def steps_table(self) -> pa.Table:
        """One row for each origin and step."""
        rows = [
            {"origin": f.origin, "step": s.step, "entered": s.entered, "pending": s.pending}
            | {"lost": s.lost, "passed": s.passed.part, **_share("share", s.passed)}
            for f in self.flows
            for s in f.steps
        ]
        return pa.Table.from_pylist(rows)

    def losses_table(self) -> pa.Table:
        """One row for each origin, step and reason."""
        columns = [("origin", pa.string()), ("step", pa.string()), ("reason", pa.string()), ("questions", pa.int64())]
        rows = [
            {"origin": f.origin, "step": x.step, "reason": x.reason, "questions": x.questions.part}
            | _share("share", x.questions)
            for f in self.flows
            for x in f.losses
        ]
        return pa.Table.from_pylist(rows, schema=pa.schema(columns + _share_columns("share")))

    def topics_table(self) -> pa.Table:
        """One row for each topic; a step that the run has not done is null."""
        rows = [
            {"topic": t.topic, "subject": subject_name(t.topic), **t.passed, **_share("yield", t.through)}
            | {"commonest_loss": t.reason, "commonest_loss_questions": t.lost, "paraphrases_through": t.paraphrases}
            for t in self.topics
        ]
        columns = [("topic", pa.string()), ("subject", pa.string()), *((step, pa.int64()) for step in STEPS)]
        columns += [*_share_columns("yield"), ("commonest_loss", pa.string())]
        columns += [("commonest_loss_questions", pa.int64()), ("paraphrases_through", pa.int64())]
        return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def _share_columns(name: str) -> list[tuple[str, pa.DataType]]:
    return [(column, pa.float64()) for column in (name, f"{name}_low", f"{name}_high")]


def _share(name: str, count: Count) -> dict[str, float | None]:
    share = None if count.share is None else round(count.share, 6)
    return {name: share, f"{name}_low": round(count.low, 6), f"{name}_high": round(count.high, 6)}


# --- one pass ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    """What is counted while the outcomes stream by."""

    seen: Counter[str] = field(default_factory=Counter)  # origin -> questions
    lost: Counter[tuple[str, Settled]] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)  # as the configuration "questions" has them
    kept: int = 0  # of the sets: those that paraphrases were asked of
    topics: defaultdict[str, Counter[Settled]] = field(default_factory=lambda: defaultdict(Counter))
    rewordings: Counter[str] = field(default_factory=Counter)  # topic -> paraphrases that came through
    checks: Counter[bool | None] = field(default_factory=Counter)  # what was said on whether it can be solved

    def add(self, outcome: Outcome, settled: Settled) -> None:
        origin = PARAPHRASES if outcome.parent_id else SETS
        self.seen[origin] += 1
        self.fates[outcome.fate if settled.reason is None else settled.reason] += 1
        self.kept += origin == SETS and outcome.fate == "kept"
        if outcome.checked:
            self.checks[outcome.solvable] += 1
        if settled.reason is not None:
            self.lost[origin, settled] += 1
        for topic in outcome.topics:
            if origin == SETS:
                self.topics[topic][settled] += 1
            elif settled.reason is None:
                self.rewordings[topic] += 1


def funnel(records: RunRecords, *, per_question: int = 0, examples: int = 4) -> Funnel | None:
    """The funnel of a run as far as it has got; None where no information set was sampled.

    ``per_question``: paraphrases that were asked of each kept question; ``examples``: shown of each reason.

    Raises:
        StoreError: the records cannot be read.
    """
    sets, notes = records.sets, records.notes()
    if sets is None:
        return None
    tally, chosen, rewordings = _Tally(), Examples(examples), Rewordings(per_question)
    for outcome in records.outcomes():
        note = notes.of(outcome) if notes else None
        settled = settle(outcome, note)
        tally.add(outcome, settled)
        rewordings.add(outcome)
        if settled.reason is not None:
            chosen.add(PARAPHRASES if outcome.parent_id else SETS, settled, outcome, note)
    published = records.published() if notes else None
    steps = _steps_done(records, notes is not None, published == tally.fates)
    flows = [_flow(SETS, sets, tally, steps, pending=sets - tally.seen[SETS])]
    if rewordings.any:
        asked = max(tally.kept * per_question, tally.seen[PARAPHRASES])
        flows.append(_flow(PARAPHRASES, asked, tally, steps))
    return Funnel(
        flows=tuple(flows),
        missing=tuple(s for s in STEPS if s not in steps),
        topics=tuple(_topics(tally, steps)),
        examples=tuple(chosen.told(records, notes)),
        paraphrases=rewordings.measured(),
        checks=Checks(tally.checks.total(), tally.checks[False], tally.checks[None]),
        stale=published is not None and published != tally.fates,
    )


def _steps_done(records: RunRecords, hygiene: bool, published: bool) -> list[str]:
    """A step that the run has done to all or some of its questions."""
    if not records.has_questions:
        return [STEPS[0]]
    last = "published" if published else "unique" if hygiene else "voted"
    return list(STEPS[: STEPS.index(last) + 1])


def _flow(origin: str, asked: int, tally: _Tally, steps: Sequence[str], *, pending: int = 0) -> Flow:
    lost = Counter({settled: n for (of, settled), n in tally.lost.items() if of == origin})
    if origin == PARAPHRASES and asked > tally.seen[origin]:
        lost[Settled("written", NO_REPLY)] += asked - tally.seen[origin]
    waiting = {"written": pending}
    entered, rows = asked, []
    for step in steps:
        here = sum(n for settled, n in lost.items() if settled.step == step)
        rows.append((step, entered, waiting.get(step, 0), here))
        entered -= here + rows[-1][2]
    passed = Count.each([e - p - x for _, e, p, x in rows], [e - p for _, e, p, _ in rows])
    counts = [StepCount(step, e, p, count) for (step, e, p, _), count in zip(rows, passed, strict=True)]
    decided = {s.step: s.passed.of for s in counts}
    ranked = sorted(lost, key=lambda s: (STEPS.index(s.step), -lost[s], str(s.reason)))
    shares = Count.each([lost[s] for s in ranked], [decided[s.step] for s in ranked])
    losses = [Loss(s.step, str(s.reason), share) for s, share in zip(ranked, shares, strict=True)]
    return Flow(origin, tuple(counts), tuple(losses))


def _topics(tally: _Tally, steps: Sequence[str]) -> list[TopicYield]:
    names = sorted(tally.topics, key=lambda t: (-tally.topics[t].total(), t))
    passed = [_passed(tally.topics[name], steps) for name in names]
    through = Count.each([p[steps[-1]] for p in passed], [p[steps[0]] for p in passed])
    found = []
    for name, counts, share in zip(names, passed, through, strict=True):
        reasons: Counter[str] = Counter()
        for settled, n in tally.topics[name].items():
            if settled.reason is not None:
                reasons[settled.reason] += n
        reason = min(reasons, key=lambda r: (-reasons[r], r), default=None)
        found.append(
            TopicYield(name, counts, share, reason, 0 if reason is None else reasons[reason], tally.rewordings[name])
        )
    return found


def _passed(counts: Counter[Settled], steps: Sequence[str]) -> dict[str, int]:
    left, passed = counts.total(), {}
    for step in steps:
        left -= sum(n for settled, n in counts.items() if settled.step == step and settled.reason is not None)
        passed[step] = left
    return passed
