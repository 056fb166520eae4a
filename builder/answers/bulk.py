"""Classes of answers for questions by the million, over worker processes.

:func:`classes_in_bulk` is :func:`.classes.classify` for many questions at once: the same classes, in the
order of the questions, whatever the number of processes.  No answer is read in the caller's process.  A
question that goes past a limit costs its process and nothing else: its classes are those of equal
strings, and it is counted as undecided.  May be called from threads, event loops (through
``asyncio.to_thread``) and scripts without a main guard, see :mod:`.worker_pool`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import islice
from typing import Any, NamedTuple, Protocol

from .classes import Verdict, classify
from .question import NOTHING, Asked
from .worker_pool import Outcome, WorkerPool
from .worker_process import Limits

LIMITS = Limits(cpu=10.0)  # of one question with all its answers
_TASK = "builder.answers.bulk:work"
_CHUNK = 64  # questions in a message: some 10 ms of work
_WINDOW = 4 * _CHUNK  # questions whose pairs are judged side by side

Pair = tuple[str, str]


class Judge(Protocol):
    """What :class:`.fallback.MathVerify` is here: verdicts on many pairs, in their order."""

    def judge(self, pairs: Iterable[Pair], /) -> list[Verdict]: ...


class Group(NamedTuple):
    """The answers to a question, and what it asks for."""

    answers: Sequence[str | None]
    asked: Asked = NOTHING


@dataclass(frozen=True)
class BulkClasses:
    """The classes of one question.

    ``classes`` has one entry for each answer: its class by first appearance, None where there is no
    answer.  ``undecided`` counts the pairs that the judge could not decide; for a question that went
    past a limit, so that its answers could only be compared as strings, all its answers.
    """

    classes: list[int | None]
    undecided: int


class _Done(NamedTuple):
    """A question with its classes so far, and the pairs that the judge is to be shown."""

    group: Group
    result: BulkClasses
    wanted: list[Pair]


def classes_in_bulk(
    groups: Iterable[Group | Sequence[str | None]],
    workers: int | None = None,
    judge: Judge | None = None,
    limits: Limits = LIMITS,
) -> Iterator[BulkClasses]:
    """The classes of each group of answers, in the order of the groups.

    ``groups`` may be a generator of any length: a bounded number of groups is held at a time.  By
    default there are as many processes as CPUs to use; they end when the iterator is finished, closed
    or collected.  ``judge`` decides what the parser cannot read; it stays open.

    Raises:
        WorkerError: the processes cannot be started.
        FallbackError: a verdict cannot be stored.
    """
    waiting: deque[Group] = deque()

    def sent() -> Iterator[Any]:
        for group in groups:
            waiting.append(group if isinstance(group, Group) else Group(group))
            yield _message(waiting[-1], None if judge is None else [])

    # The second pool is for questions with verdicts; its processes are started when there are any.
    with WorkerPool(_TASK, limits, workers) as pool, WorkerPool(_TASK, limits, workers) as again:
        done = (_done(waiting.popleft(), outcome) for outcome in pool.map(sent(), _CHUNK))
        if judge is None:
            yield from (one.result for one in done)
            return
        while window := list(islice(done, _WINDOW)):
            yield from _judged(window, judge, again)


def _judged(window: Sequence[_Done], judge: Judge, pool: WorkerPool) -> Iterator[BulkClasses]:
    """The classes of some questions, where needed made once more with the judge's verdicts."""
    pairs = list(dict.fromkeys(pair for one in window for pair in one.wanted))
    verdicts = dict(zip(pairs, judge.judge(pairs), strict=True))
    again = pool.map(_message(one.group, [(p, verdicts[p]) for p in one.wanted]) for one in window if one.wanted)
    for one in window:
        outcome = next(again) if one.wanted else None
        # Without an outcome the undecided pairs of the first time stay undecided.
        yield one.result if outcome is None or outcome.lost else _done(one.group, outcome).result


def _done(group: Group, outcome: Outcome) -> _Done:
    if outcome.lost is None:
        classes, undecided, wanted = outcome.value
        return _Done(group, BulkClasses(classes, undecided), [(one, other) for one, other in wanted])
    numbers: dict[str, int] = {}
    texts = [None if answer is None else answer.strip() for answer in group.answers]
    classes = [numbers.setdefault(text, len(numbers)) if text else None for text in texts]
    return _Done(group, BulkClasses(classes, sum(number is not None for number in classes)), [])


def _message(group: Group, verdicts: Sequence[tuple[Pair, Verdict]] | None) -> list[Any]:
    """What :func:`work` takes; without a judge there are no verdicts, not even none."""
    return [list(group.answers), None if group.asked == NOTHING else astuple(group.asked), verdicts]


def work(message: list[Any]) -> tuple[list[int | None], int, list[Pair]]:
    """The task of a worker process: the classes, the undecided pairs, and the pairs without a verdict."""
    answers, asked, verdicts = message
    judge = None if verdicts is None else _Verdicts(verdicts)
    classes, undecided = classify(answers, _asked(*asked) if asked else NOTHING, judge)
    return classes, undecided, judge.wanted if judge else []


def _asked(percent: bool, units: bool, places: int | None, choices: list[list[str]]) -> Asked:
    return Asked(percent, units, places, tuple((letter, text) for letter, text in choices))


class _Verdicts:
    """A judge that knows some verdicts, and notes what else it is asked."""

    def __init__(self, verdicts: Iterable[tuple[list[str], str]]) -> None:
        self._known = {(one, other): Verdict(verdict) for (one, other), verdict in verdicts}
        self.wanted: list[Pair] = []

    def __call__(self, one: str, other: str) -> Verdict:
        if (one, other) not in self._known:
            self.wanted.append((one, other))
        return self._known.get((one, other), Verdict.UNDECIDED)
