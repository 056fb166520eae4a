"""The ledger: what was asked of the models, what came back, and how many tokens it took.

Counted by role and model, since each role may have its own model and its own price.  It says nothing
of money and writes nothing: the completion store holds the same tokens row by row, for good.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from .chat import Reply


@dataclass(slots=True)
class Counts:
    """Counts of one role and model; tokens are those of replies received, not of reused ones."""

    requests: int = 0  # sent to the model, those asked again included
    retries: int = 0  # of the requests: those that repeat one which failed
    failed: int = 0  # given up for good
    replies: int = 0  # samples received
    reused: int = 0  # samples taken from the completion store, paid for earlier
    prompt_tokens: int = 0
    cached_tokens: int = 0  # of the prompt tokens: those that the endpoint had in its cache
    completion_tokens: int = 0


FIELDS = tuple(f.name for f in dataclasses.fields(Counts))


class Ledger:
    """Counts of a run, by (role, model).  May be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], Counts] = {}

    def add(
        self, role: str, model: str, *, requests: int = 0, retries: int = 0, failed: int = 0, reused: int = 0
    ) -> None:
        """Add to the counts of a role and model."""
        with self._lock:
            counts = self._of(role, model)
            counts.requests += requests
            counts.retries += retries
            counts.failed += failed
            counts.reused += reused

    def received(self, role: str, model: str, replies: Iterable[Reply]) -> None:
        """Count replies that a model gave, with their tokens."""
        with self._lock:
            counts = self._of(role, model)
            for reply in replies:
                counts.replies += 1
                counts.prompt_tokens += reply.prompt_tokens
                counts.cached_tokens += reply.cached_tokens
                counts.completion_tokens += reply.completion_tokens

    def _of(self, role: str, model: str) -> Counts:
        return self._counts.setdefault((role, model), Counts())

    @property
    def total_tokens(self) -> int:
        """Prompt and completion tokens of all replies received."""
        with self._lock:
            return sum(c.prompt_tokens + c.completion_tokens for c in self._counts.values())

    def total(self) -> Counts:
        """The sum over roles and models."""
        with self._lock:
            counts = list(self._counts.values())
        return Counts(**{name: sum(getattr(c, name) for c in counts) for name in FIELDS})

    def snapshot(self) -> dict[str, object]:
        """For JSON: ``{"total": {...}, "by_role_and_model": [{"role", "model", counts...}, ...]}``."""
        with self._lock:
            rows = [
                {"role": role, "model": model, **dataclasses.asdict(counts)}
                for (role, model), counts in sorted(self._counts.items())
            ]
        return {"total": dataclasses.asdict(self.total()), "by_role_and_model": rows}


@runtime_checkable
class Counting(Protocol):
    """A chat that sends more than one request for a completion and counts them itself."""

    ledger: Ledger | None
