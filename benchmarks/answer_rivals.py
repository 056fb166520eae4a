"""What the builder's answers are measured against: plain string equality and Math-Verify.

Math-Verify runs in a process of its own (:mod:`.math_verify_child`), which is killed and replaced where a
request takes far longer than its steps may.
"""

from __future__ import annotations

import importlib.util
import json
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STEP_LIMIT = 5.0  # seconds of CPU for one parse or comparison: Math-Verify's own default
_PATIENCE = 90.0  # seconds of wall time for one request


def math_verify_installed() -> bool:
    """Whether Math-Verify can be measured here."""
    return importlib.util.find_spec("math_verify") is not None


def same_strings(gold: str, answer: str) -> bool:
    """Plain string equality, but for white space at the ends."""
    return gold.strip() == answer.strip()


def string_classes(answers: Sequence[str]) -> list[int]:
    """Classes of identical strings."""
    numbers: dict[str, int] = {}
    return [numbers.setdefault(a.strip(), len(numbers)) for a in answers]


class MathVerifyProcess:
    """Math-Verify behind a pipe; ``cpu`` is the seconds of CPU that the last request took."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None
        self.cpu = 0.0

    def __enter__(self) -> MathVerifyProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process; the next request starts another."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def pair(self, gold: str, answer: str) -> bool | None:
        """Its verdict on two texts; None where it is undecided."""
        verdict: bool | None = self._ask("pair", gold, answer)
        return verdict

    def greedy(self, answers: list[str]) -> list[int] | None:
        """Its classes, each answer compared to one member of each class; None where it was killed."""
        classes: list[int] | None = self._ask("greedy", answers)
        return classes

    def all_pairs(self, answers: list[str]) -> int | None:
        """How many of all pairs it calls equal; None where it was killed."""
        count: int | None = self._ask("all_pairs", answers)
        return count

    def _ask(self, *request: object) -> Any:
        child = self._child or self._start()
        assert child.stdin is not None
        child.stdin.write(json.dumps(request) + "\n")
        child.stdin.flush()
        reply = self._read(child)
        if reply is None:
            self.stop()
            self.cpu = _PATIENCE
            return None
        answer, self.cpu = reply
        return answer

    def _start(self) -> subprocess.Popen[str]:
        child = self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.math_verify_child", str(STEP_LIMIT)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if self._read(child) is None:
            self.stop()
            raise SystemExit("Math-Verify does not start: try `python -m benchmarks.math_verify_child 5`")
        return child

    @staticmethod
    def _read(child: subprocess.Popen[str]) -> Any:
        assert child.stdout is not None
        ready, _, _ = select.select([child.stdout], [], [], _PATIENCE)
        line = child.stdout.readline() if ready else ""
        return json.loads(line) if line else None
