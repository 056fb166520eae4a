"""Progress for people, on stderr: a bar with count, rate and time left for each long stage.

On a terminal the bars move; elsewhere (a log, CI) a stage prints a line for each tenth, a short one
only its last; quiet prints nothing.  stdout is never touched, so that ``--json`` can have it.
"""

from __future__ import annotations

import sys
import time
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

LINE_EVERY = 30.0  # seconds between two lines where the total is not known and there is no terminal


class Progress:
    """Where stages report to.  ``stream`` is stderr unless given.

    ``apart``: seconds that lie at least between two lines of a stage where there is no terminal.
    """

    def __init__(self, quiet: bool = False, stream: TextIO | None = None, apart: float = 2.0) -> None:
        self.quiet = quiet
        self.apart = apart
        self._stream = stream if stream is not None else sys.stderr
        self._bars: Bars | None = None
        self._open = 0  # stages that share the bars

    def stage(self, name: str, total: int | None = None) -> Stage:
        """A stage of ``total`` steps (None: not known), to be used as a context manager."""
        return Stage(self, name, total)

    def note(self, text: str) -> None:
        """A line for the person who watches."""
        self._line(text)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_bars()

    def _enter(self) -> Bars | None:
        """The bars to draw on; None where lines are printed, or nothing."""
        if self.quiet or not self._stream.isatty():
            return None
        if self._bars is None:
            self._bars = _new_bars(self._stream)
            self._bars.start()
        self._open += 1
        return self._bars

    def _leave(self) -> None:
        self._open -= 1
        if self._open <= 0:
            self._stop_bars()

    def _stop_bars(self) -> None:
        if self._bars is not None:
            self._bars.stop()
        self._bars, self._open = None, 0

    def _line(self, text: str) -> None:
        if not self.quiet:
            print(text, file=self._stream, flush=True)


class Stage:
    """One stage; :meth:`advance` as it goes."""

    def __init__(self, progress: Progress, name: str, total: int | None) -> None:
        self.name = name
        self.total = total
        self.done = 0
        self.counts: dict[str, int | str] = {}
        self._progress = progress
        self._bars: Bars | None = None
        self._task = TaskID(0)
        self._started = time.monotonic()
        self._tenth = 0
        self._last_line = self._started

    def __enter__(self) -> Stage:
        self._started = self._last_line = time.monotonic()
        self._bars = self._progress._enter()
        if self._bars is not None:
            self._task = self._bars.add_task(self.name, total=self.total, rate="", counts="")
        return self

    def advance(self, n: int = 1, **counts: int | str) -> None:
        """``n`` more steps are done; ``counts`` are totals so far, such as ``kept=12, cost="$0.40"``."""
        self.done += n
        self.counts.update(counts)
        if self._bars is not None:
            self._bars.update(self._task, completed=self.done, rate=self._rate(), counts=self._counted())
        elif not self._progress.quiet:
            self._perhaps_line()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._bars is not None:
            self._bars.update(self._task, rate=self._rate(), counts=self._counted())
            self._bars = None
            self._progress._leave()
        elif not self._progress.quiet and (kind is not None or self._tenth < 10):
            self._progress._line(self._text("stopped" if kind is not None else "done"))

    def _perhaps_line(self) -> None:
        now = time.monotonic()
        if self.total:
            tenth = min(10, self.done * 10 // self.total)
            due = tenth > self._tenth and (tenth == 10 or now - self._last_line >= self._progress.apart)
            self._tenth = tenth if due else self._tenth
        else:
            due = now - self._last_line >= LINE_EVERY
        if due:
            self._last_line = now
            self._progress._line(self._text(f"{10 * self._tenth}%" if self.total else "..."))

    def _text(self, state: str) -> str:
        """``name: 40% 80/200 12.1/s 0:09 left kept=30``."""
        seconds = time.monotonic() - self._started
        amount = f"{self.done}/{self.total}" if self.total else str(self.done)
        parts = [f"{self.name}: {state} {amount}", self._rate()]
        if self.total and 0 < self.done < self.total:
            parts.append(f"{_clock(seconds / self.done * (self.total - self.done))} left")
        else:
            parts.append(f"in {_clock(seconds)}")
        return " ".join(p for p in [*parts, self._counted()] if p)

    def _rate(self) -> str:
        seconds = time.monotonic() - self._started
        return f"{self.done / seconds:.1f}/s" if seconds > 0 and self.done else ""

    def _counted(self) -> str:
        return " ".join(f"{name}={count}" for name, count in self.counts.items())


def _new_bars(stream: TextIO) -> Bars:
    # markup=False: a name or a count is text, whatever brackets it holds.
    return Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}", markup=False),
        console=Console(file=stream),
        refresh_per_second=4,
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
