"""Math-Verify as a judge of pairs that the parser of this package cannot read.

:class:`MathVerify` gives a verdict on two bare answers.  Math-Verify runs in worker processes
(:mod:`.worker_pool`, :mod:`.fallback_worker`) within limits of CPU time and memory; a verdict that ran
out of one is *undecided*, which is not equal.  Every verdict is stored before it is used, and a pair that
has one is never judged again: what a busy day, another process or another order of the answers would
have given makes no difference.  Which pairs are worth asking about is left to the caller.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from ..errors import KPMathError
from .classes import Verdict
from .worker_pool import Outcome, WorkerPool
from .worker_process import Limits

LIMITS = Limits(cpu=2.0, memory=1 << 30)
_TASK = "builder.answers.fallback_worker:agree"
_FORM = 1  # raised when fallback_worker asks Math-Verify in another way
_VERSIONED = ("math-verify", "latex2sympy2-extended", "sympy")
_TABLE = """
CREATE TABLE IF NOT EXISTS verdicts (
    key BLOB PRIMARY KEY,
    one TEXT NOT NULL,
    other TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT
) WITHOUT ROWID
"""


class FallbackError(KPMathError):
    """Math-Verify is not installed, or its verdicts cannot be stored."""

    exit_code = 2


class Undecided(NamedTuple):
    """A stored pair without a decision; ``reason`` as :class:`.worker_pool.Outcome` names it."""

    one: str
    other: str
    reason: str


class MathVerify:
    """A judge: ``judge(a, b)`` is a :class:`Verdict`, the same for (b, a) and in every later run.

    Safe to share between threads; close it, or use it as a context manager.  ``undecided`` counts the
    undecided verdicts that it has handed out.
    """

    def __init__(
        self, path: str | os.PathLike[str] | None = None, workers: int | None = None, limits: Limits = LIMITS
    ) -> None:
        """``path`` is the file of the verdicts; without one they are kept in memory.

        Raises:
            FallbackError: Math-Verify is not installed; the file cannot be used.
        """
        self._rules = json.dumps([_FORM, *_versions(), limits.cpu, limits.memory])
        self._verdicts = _Verdicts(path)
        self._pool = WorkerPool(_TASK, limits, workers)
        self._lock = threading.Lock()
        self.undecided = 0

    def __enter__(self) -> MathVerify:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._pool.close()
        self._verdicts.close()

    def __call__(self, a: str, b: str) -> Verdict:
        """The verdict on two answers, from the store or from Math-Verify (up to some seconds).

        Raises:
            WorkerError: no worker process can be started.
            FallbackError: the verdict cannot be stored.
        """
        [verdict] = self.judge([(a, b)])
        return verdict

    def judge(self, pairs: Iterable[tuple[str, str]]) -> list[Verdict]:
        """The verdicts on many pairs, in their order; those that are new are judged side by side."""
        asked = [_ordered(a, b) for a, b in pairs]
        new = [pair for pair in dict.fromkeys(asked) if pair[0] != pair[1] and self._stored(pair) is None]
        for pair, outcome in zip(new, self._pool.map(new), strict=True):
            self._verdicts.put(self._key(pair), pair, *_verdict(outcome))
        verdicts = [Verdict.EQUAL if one == other else self._verdict_on((one, other)) for one, other in asked]
        with self._lock:
            self.undecided += verdicts.count(Verdict.UNDECIDED)
        return verdicts

    def undecided_pairs(self) -> Iterator[Undecided]:
        """All stored pairs without a decision, to show them to a person."""
        return self._verdicts.undecided()

    def _verdict_on(self, pair: tuple[str, str]) -> Verdict:
        verdict = self._stored(pair)
        assert verdict is not None
        return verdict

    def _stored(self, pair: tuple[str, str]) -> Verdict | None:
        return self._verdicts.get(self._key(pair))

    def _key(self, pair: tuple[str, str]) -> bytes:
        """Of the pair and of all that its verdict depends on."""
        return hashlib.blake2b(json.dumps([self._rules, *pair]).encode(), digest_size=16).digest()


class _Verdicts:
    """The verdicts in SQLite, each on the disk before it is used; the first one of a pair stays."""

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self._path = ":memory:" if path is None else str(Path(path))
        self._lock = threading.Lock()
        try:
            # Autocommit: each statement is its own transaction.  Other processes may use the file too.
            self._db = sqlite3.connect(self._path, timeout=60, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._explain(error) from None
        try:
            for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _TABLE):
                self._do(statement)
        except FallbackError:
            self._db.close()
            raise

    def get(self, key: bytes) -> Verdict | None:
        rows = self._do("SELECT verdict FROM verdicts WHERE key = ?", key)
        return Verdict(rows[0][0]) if rows else None

    def put(self, key: bytes, pair: tuple[str, str], verdict: Verdict, reason: str | None) -> None:
        texts = [text.encode("utf-8", "replace").decode() for text in pair]  # for people; lone surrogates
        self._do("INSERT OR IGNORE INTO verdicts VALUES (?, ?, ?, ?, ?)", key, *texts, verdict.value, reason)

    def undecided(self) -> Iterator[Undecided]:
        rows = self._do("SELECT one, other, reason FROM verdicts WHERE verdict = ?", Verdict.UNDECIDED.value)
        return (Undecided(*row) for row in rows)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _do(self, statement: str, *values: object) -> list[tuple[str, ...]]:
        try:
            with self._lock:
                return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._explain(error) from None

    def _explain(self, error: sqlite3.Error) -> FallbackError:
        return FallbackError(
            f"the verdicts of the fallback cannot be kept in {self._path}: {error}; give another file, or delete "
            "this one if it should hold verdicts"
        )


def _ordered(a: str, b: str) -> tuple[str, str]:
    one, other = sorted((a.strip(), b.strip()))
    return one, other


def _verdict(outcome: Outcome) -> tuple[Verdict, str | None]:
    if outcome.lost is not None:
        return Verdict.UNDECIDED, outcome.lost
    return (Verdict.EQUAL if outcome.value else Verdict.DIFFERENT), None


def _versions() -> list[str]:
    try:
        return [metadata.version(name) for name in _VERSIONED]
    except metadata.PackageNotFoundError:
        raise FallbackError(
            "the fallback needs Math-Verify, which is not installed: pip install 'math-verify[antlr4_13_2]>=0.9', "
            "or the extra `fallback` of this project; or leave the fallback off"
        ) from None
