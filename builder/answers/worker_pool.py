"""Processes that do one task for many items and may be lost without harm.

A :class:`WorkerPool` gives items to processes that run :mod:`.worker` and hands the outcomes back in
the order of the items.  A process that goes past a limit is gone and another takes its place; what it
had finished is kept, and only the item that it worked on is lost.  A process that ended for a reason
that may lie outside (memory, killed) gets a second chance: its item is tried again alone in a fresh
one.

The processes are started as programs of their own, so nothing of the caller is imported or run again
and a script needs no main guard.  They end with the caller, however it ends.  The pool uses no signal,
no thread and no global state: it works in threads and, through ``asyncio.to_thread``, in event loops.
Knows nothing of answers.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from ..errors import KPMathError
from .worker_process import Limits, WorkerProcess, wait

_STARTS = 3  # processes in a row that end before they are ready: then something is wrong with all


class WorkerError(KPMathError):
    """The worker processes cannot be started, or were closed."""


class Outcome(NamedTuple):
    """What the task returned; or why there is no value.

    ``lost`` is "cpu", "memory", "code" (it tried what :func:`.worker.forbid_code` forbids), "time" (no
    news within ``Limits.wall``), "died", or "error: ..." for an exception of the task.
    """

    value: Any
    lost: str | None = None


class WorkerPool:
    """Up to ``workers`` processes for one task, started when they are needed.

    Safe to share between threads.  Close it, or use it as a context manager; one that is forgotten is
    closed when it is collected and when the interpreter ends.
    """

    def __init__(self, task: str, limits: Limits, workers: int | None = None) -> None:
        """``task`` is ``package.module:function``; by default there are as many workers as CPUs to use."""
        self._task, self._limits = task, limits
        self._room = workers or _cpus()
        self._size = self._room
        self._idle: list[_Worker] = []
        self._changed = threading.Condition()
        self._closed = False

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes.  A call that is under way in another thread ends its own."""
        with self._changed:
            self._closed = True
            for one in self._idle:
                one.stop()
            self._changed.notify_all()

    def call(self, item: Any) -> Outcome:
        """Do the task for one item; waits for a free process.

        Raises:
            WorkerError: the processes do not start (the task cannot be imported), or are closed.
        """
        [outcome] = self.map([item])
        return outcome

    def map(self, items: Iterable[Any], chunk: int = 1) -> Iterator[Outcome]:
        """The outcomes in the order of the items, which may be without end: few are held at a time.

        ``chunk`` items go to a process in one message.  The iterator keeps the processes it has taken
        until it is finished or closed: a thread that is in the midst of one asks the pool for nothing
        else.  Raises as :meth:`call` does.
        """
        source = iter(items)
        given: deque[_Batch] = deque()
        mine: list[_Worker] = []
        try:
            batch = _Batch(islice(source, chunk))
            while given or batch.todo:
                while batch.todo and len(given) < 4 * self._size:
                    one = next((w for w in mine if not w.busy), None)
                    if one is None:
                        one = self._borrow(wait=not mine)
                        if one is None:
                            break
                        mine.append(one)
                    one.give(batch)
                    given.append(batch)
                    batch = _Batch(islice(source, chunk))
                while given:
                    yield from given[0].settled()
                    if given[0].todo:
                        break
                    given.popleft()
                _advance(mine)
        finally:
            for one in mine:
                self._give_back(one)

    def _borrow(self, wait: bool) -> _Worker | None:
        with self._changed:
            while not self._closed:
                if self._idle:
                    return self._idle.pop()
                if self._room:
                    self._room -= 1
                    return _Worker(self._task, self._limits)
                if not wait:
                    return None
                self._changed.wait()
        raise WorkerError("the worker processes are closed; use them inside their `with` block")

    def _give_back(self, one: _Worker) -> None:
        if one.busy or self._closed:  # nobody waits for its answer any more
            one.stop()
        with self._changed:
            self._idle.append(one)
            self._changed.notify()


class _Batch:
    """Items that go to one process together; done when nothing is to do."""

    def __init__(self, items: Iterable[Any]) -> None:
        self.todo = deque(items)
        self._outcomes: deque[Outcome] = deque()
        self.message = len(self.todo)  # items that are sent at a time

    def settle(self, outcome: Outcome) -> None:
        self.todo.popleft()
        self._outcomes.append(outcome)

    def settled(self) -> Iterator[Outcome]:
        """The outcomes that have not been taken yet."""
        while self._outcomes:
            yield self._outcomes.popleft()


class _Worker:
    """A place in the pool: one process after the other, and the batch that they work on."""

    def __init__(self, task: str, limits: Limits) -> None:
        self._task, self._limits = task, limits
        self.process: WorkerProcess | None = None
        self._batch = _Batch(())
        self._failed_starts = 0
        self._ready = False  # the process has loaded its task
        self._sent = 0  # items that the process has not answered yet
        self._alone = False  # a fresh process has one item, the one that its forerunner did not survive

    @property
    def busy(self) -> bool:
        return bool(self._batch.todo)

    def give(self, batch: _Batch) -> None:
        self._batch = batch
        self._send()

    def stop(self) -> None:
        self._batch = _Batch(())
        if self.process is not None:
            self.process.stop()
            self.process = None

    def advance(self) -> None:
        """Take in what the process has to say, or its end.  There must be either."""
        assert self.process is not None
        lines = self.process.receive()
        if lines is None:
            reason = self.process.bury()
            self.process = None
            self._replace(reason)
            return
        for done, value in lines:
            self._take(done, value)
        if self._ready and not self._sent and self.busy:
            self._send()

    def _take(self, done: bool, value: Any) -> None:
        if self._ready:
            self._batch.settle(Outcome(value) if done else Outcome(None, f"error: {value}"))
            self._sent -= 1
            self._alone = False
        elif done:
            self._ready, self._failed_starts = True, 0
        else:
            raise WorkerError(f"the task {self._task} cannot be loaded in a worker process: {value}")

    def _replace(self, reason: str) -> None:
        """The process has ended: settle the item that it worked on, and go on with the others."""
        suspect = self._ready and not self._alone and reason in ("memory", "died")
        if not self._ready:
            self._failed_starts += 1
            if self._failed_starts == _STARTS:
                raise WorkerError(
                    f"the worker processes for {self._task} end before they are ready ({reason}); "
                    f"is a memory limit of {self._limits.memory >> 20} MB enough to load it?"
                )
        elif not suspect:
            self._batch.settle(Outcome(None, reason))
        self._batch.message = 1  # it may have been the whole that was too much
        if self.busy:
            self._send()
        self._alone = suspect

    def _send(self) -> None:
        """Send the next items, to a new process where there is none."""
        if self.process is None:
            self.process = WorkerProcess(self._task, self._limits)
            self._ready = self._alone = False
        items = list(islice(self._batch.todo, self._batch.message))
        self.process.send(items)
        self._sent = len(items)


def _advance(workers: Iterable[_Worker]) -> None:
    """Wait for news of one of the workers at least, and take them in."""
    by_process = {one.process: one for one in workers if one.busy and one.process is not None}
    if by_process:
        for process in wait(by_process):
            by_process[process].advance()


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
