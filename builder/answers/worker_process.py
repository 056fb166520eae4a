"""One worker process: started, spoken to, listened to and ended.

The other end of :mod:`.worker`.  Which items a process gets, and what becomes of them when it ends, is
left to :mod:`.worker_pool`.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .worker import FORBIDDEN, OUT_OF_MEMORY

_PROGRAM = "from builder.answers.worker import main; main()"
# No keys and no settings of the caller go where other people's text is read.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_PINNED = {
    "PYTHONHASHSEED": "0",
    "SYMPY_GROUND_TYPES": "python",  # whatever else is installed must not change sympy's numbers
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",  # each arena takes 64 MB of address space, which is limited
}


@dataclass(frozen=True)
class Limits:
    """What an item may take: seconds of CPU, bytes of address space, seconds without any news."""

    cpu: float = 2.0
    memory: int = 1 << 30
    wall: float = 60.0  # against a task that sleeps; generous, since a busy machine is no fault of an item


class WorkerProcess:
    """A process that does ``task``; it ends with its limits, with :meth:`stop`, or with its parent."""

    def __init__(self, task: str, limits: Limits) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, task, str(limits.cpu), str(limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self._wall = limits.wall
        self._deadline = time.monotonic() + limits.wall
        self._late = False
        self._rest = b""
        self._end = weakref.finalize(self, _end, self._process)

    def fileno(self) -> int:
        """What to poll for news."""
        return self._out.fileno()

    def send(self, items: list[Any]) -> None:
        self._deadline = time.monotonic() + self._wall
        # A process that has ended cannot be written to; that is seen when it is listened to.
        with contextlib.suppress(BrokenPipeError):
            self._in.write(json.dumps(items).encode() + b"\n")
            self._in.flush()

    def receive(self) -> list[tuple[bool, Any]] | None:
        """The lines that have come; None at its end.  Waits where there is neither."""
        data = os.read(self.fileno(), 1 << 16)
        if not data:
            return None
        self._deadline = time.monotonic() + self._wall
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [(done, value) for done, value in map(json.loads, lines)]

    @property
    def patience(self) -> float:
        """Seconds that remain to it to give news."""
        return self._deadline - time.monotonic()

    def kill(self) -> None:
        """End it because it is late; its end is heard like any other."""
        self._late = True
        self._deadline += self._wall
        self._process.kill()

    def bury(self) -> str:
        """Why it has ended, after its end was heard: "cpu", "memory", "code", "time" or "died"."""
        status = self._process.wait()
        self.stop()
        if self._late:
            return "time"
        return {-signal.SIGPROF: "cpu", OUT_OF_MEMORY: "memory", FORBIDDEN: "code"}.get(status, "died")

    def stop(self) -> None:
        """End it now, whatever it is doing."""
        self._end()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):  # what it did not read any more
                pipe.close()
    process.wait()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # The package need only be importable here: the child takes the same way to it.
    path = os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)
    return {**kept, **_PINNED, "PYTHONPATH": path}


def wait(processes: Iterable[WorkerProcess]) -> list[WorkerProcess]:
    """Those that have news, once there are any; ends those that are late."""
    poll = select.poll()
    by_fd = {process.fileno(): process for process in processes}
    for fd in by_fd:
        poll.register(fd, select.POLLIN)
    patience = min(process.patience for process in by_fd.values())
    ready = [by_fd[fd] for fd, _ in poll.poll(max(0.0, patience) * 1000 + 1)]
    for process in by_fd.values():
        if process not in ready and process.patience < 0:
            process.kill()
    return ready
