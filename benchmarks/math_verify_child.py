"""Math-Verify in a process of its own, the rival of :mod:`.answers`; started by :mod:`.answer_rivals`.

Reads a request a line on standard input and writes one reply a line.  Its own time-outs, signals that fail in
threads, are off: a step (one parse, one comparison) may take ``limit`` seconds of CPU and is undecided
after them.  Math-Verify runs plain expressions as Python, so this process may not open files for writing,
start programs or use the network.
"""

from __future__ import annotations

import importlib
import json
import logging
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

_BARRED = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "socket.connect", "socket.bind")


class _OutOfTime(BaseException):
    """Not an Exception: Math-Verify catches those."""


class Rival:
    """Math-Verify with a limit on each step."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._library: Any = importlib.import_module("math_verify")  # ships no types
        self.compare(self.parse("$x+1$"), self.parse(r"$\frac{1}{2}$"))  # imports that sympy puts off

    def parse(self, text: str) -> Any:
        """What it reads in a text; a bare answer is put between dollars, as it expects; None: undecided."""
        dressed = text if any(mark in text for mark in ("$", "boxed", r"\[", r"\(")) else f"${text}$"
        return self._within(lambda: self._library.parse(dressed, parsing_timeout=None))

    def compare(self, gold: Any, answer: Any) -> bool | None:
        """Whether it calls the second equal to the first; None where one or the verdict is undecided."""
        if gold is None or answer is None:
            return None
        verdict = self._within(lambda: self._library.verify(gold, answer, timeout_seconds=None))
        return None if verdict is None else bool(verdict)

    def _within(self, step: Callable[[], Any]) -> Any:
        try:
            signal.setitimer(signal.ITIMER_PROF, self._limit)
            return step()
        except _OutOfTime:
            return None
        except Exception:  # a grader that fails on a pair calls it different
            return []
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def pair(self, gold: str, answer: str) -> bool | None:
        """The verdict on two texts."""
        return self.compare(self.parse(gold), self.parse(answer))

    def greedy(self, answers: list[str]) -> list[int]:
        """Classes the cheap way: each answer is parsed once and compared to one member of each class."""
        members: list[Any] = []
        found = []
        for parsed in map(self.parse, answers):
            at = next((k for k, member in enumerate(members) if self.compare(member, parsed)), len(members))
            if at == len(members):
                members.append(parsed)
            found.append(at)
        return found

    def all_pairs(self, answers: list[str]) -> int:
        """How many of all pairs it calls equal; each answer is parsed once."""
        parsed = [self.parse(a) for a in answers]
        return sum(bool(self.compare(a, b)) for k, a in enumerate(parsed) for b in parsed[k + 1 :])


def _out_of_time(*_: object) -> None:
    raise _OutOfTime


def _guard(event: str, details: tuple[object, ...]) -> None:
    writes = event == "open" and len(details) > 1 and any(c in str(details[1] or "") for c in "wax+")
    if writes or event.startswith(_BARRED):
        raise PermissionError(event)


def main() -> None:
    """Answer requests until the input ends: ``[method, *arguments]`` in, ``[reply, CPU seconds]`` out."""
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGPROF, _out_of_time)
    rival = Rival(float(sys.argv[1]))
    sys.addaudithook(_guard)
    methods = {"pair": rival.pair, "greedy": rival.greedy, "all_pairs": rival.all_pairs}
    print(json.dumps(["ready", 0.0]), flush=True)
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        start = time.process_time()
        reply = methods[method](*arguments)
        print(json.dumps([reply, time.process_time() - start]), flush=True)


if __name__ == "__main__":
    main()
