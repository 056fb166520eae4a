"""The ledger: what was asked of the models, what came back, how many tokens it took, and what may be spent.

Counted by role and model, since each role may have its own model and its own price.  What earlier
sessions on the same run took is given at the start; the completion store holds it row by row, for good.
Money is tokens times the table of prices: what an endpoint really charges is not known here.
"""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import BudgetReached
from ..store import Usage
from .chat import ChatRequest, Reply
from .prices import Prices


@dataclass(slots=True)
class Counts:
    """Counts of one role and model; tokens are those of replies received, not of reused ones."""

    requests: int = 0  # sent to the model, those asked again included
    retries: int = 0  # of the requests: those that repeat one which failed
    failed: int = 0  # samples given up for good
    replies: int = 0  # samples received
    reused: int = 0  # samples taken from the completion store, paid for earlier
    prompt_tokens: int = 0
    cached_tokens: int = 0  # of the prompt tokens: those that the endpoint had in its cache
    completion_tokens: int = 0


FIELDS = tuple(f.name for f in dataclasses.fields(Counts))
_Key = tuple[str, str]


class Ledger:
    """Counts of a run, by (role, model), and its limits.  Counting may be done from several threads."""

    def __init__(
        self,
        prices: Prices | None = None,
        *,
        max_cost: float | None = None,
        max_requests: int | None = None,
        before: Iterable[Usage] = (),
    ) -> None:
        """
        Args:
            prices: what tokens cost; None: nothing is said of money.
            max_cost: US dollars that the run may cost, ``before`` included.
            max_requests: requests that it may send, ``before`` included.
            before: what earlier sessions took.
        """
        self._prices = prices
        self._max_cost, self._max_requests = max_cost, max_requests
        self._lock = threading.Lock()
        self._counts: dict[_Key, Counts] = {}
        self._before = {
            (u.role, u.model): Counts(
                u.requests, u.retries, u.errors, u.replies, 0, u.prompt_tokens, u.cached_tokens, u.completion_tokens
            )
            for u in before
        }
        self._estimated = any(u.estimated for u in before)
        self._reserved: list[float] = []  # the worst case of what is in flight, in US dollars
        self._waiting: list[asyncio.Future[None]] = []

    # --- counting ------------------------------------------------------------------------------

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
                self._estimated |= reply.estimated

    def _of(self, role: str, model: str) -> Counts:
        return self._counts.setdefault((role, model), Counts())

    # --- what it says --------------------------------------------------------------------------

    @property
    def cost(self) -> float | None:
        """US dollars, earlier sessions included; None where the price of a model that was used is not known."""
        costs = [self._cost(model, counts) for (_, model), counts in self._all()]
        known = [c for c in costs if c is not None]
        return sum(known) if len(known) == len(costs) else None

    def total(self) -> Counts:
        """The sum over roles and models of this session."""
        with self._lock:
            counts = list(self._counts.values())
        return _sum(counts)

    def snapshot(self) -> dict[str, Any]:
        """For JSON: of this session ``total`` and ``by_role_and_model``, of the run until now ``run``.

        ``cost`` is in US dollars; null: the price is not known.  ``estimated``: an endpoint gave no usage,
        and some tokens are a quarter of the characters.
        """
        with self._lock:
            now = sorted(self._counts.items())
        whole = _by_key(self._all())
        return {
            "total": dataclasses.asdict(_sum(c for _, c in now)),
            "by_role_and_model": [self._row(k, c) for k, c in now],
            "run": {
                "total": dataclasses.asdict(_sum(whole.values())) | {"cost": self.cost},
                "by_role_and_model": [self._row(k, c) for k, c in sorted(whole.items())],
            },
            "estimated": self._estimated,
        }

    def live(self) -> dict[str, str]:
        """Requests by role, tokens and money until now, short, for a progress display."""
        whole = _by_key(self._all())
        total = _sum(whole.values())
        requests: dict[str, int] = {}
        for (role, _), counts in sorted(whole.items()):
            requests[role] = requests.get(role, 0) + counts.requests
        shown = {"requests": ",".join(f"{role}:{_short(n)}" for role, n in requests.items())}
        shown |= {name: _short(n) for name in ("retries", "failed") if (n := getattr(total, name))}
        cached = f"({_short(total.cached_tokens)} cached)" if total.cached_tokens else ""
        shown["tokens"] = f"{_short(total.prompt_tokens)}{cached}+{_short(total.completion_tokens)}"
        if cost := self.cost:
            shown["cost"] = f"${cost:,.2f}" if cost >= 1 else f"${cost:.4f}"
        return shown

    def _row(self, key: _Key, counts: Counts) -> dict[str, Any]:
        role, model = key
        return {"role": role, "model": model, **dataclasses.asdict(counts), "cost": self._cost(model, counts)}

    def _cost(self, model: str, counts: Counts) -> float | None:
        if self._prices is None:
            return None
        return self._prices.cost(model, counts.prompt_tokens, counts.cached_tokens, counts.completion_tokens)

    def _all(self) -> Iterator[tuple[_Key, Counts]]:
        with self._lock:
            counts = [*self._before.items(), *self._counts.items()]
        return iter(counts)

    # --- limits --------------------------------------------------------------------------------

    def sending(self, role: str, model: str, *, retry: bool = False) -> None:
        """Count a request that is about to be sent.

        Raises:
            BudgetReached: the run has sent all the requests that it may.
        """
        if self._max_requests is not None:
            sent = sum(c.requests for _, c in self._all())
            if sent >= self._max_requests:
                raise BudgetReached(
                    f"stopped: the run has sent {sent:,} requests and --max-requests is {self._max_requests:,}; "
                    "every reply is stored, a higher limit goes on from here"
                )
        self.add(role, model, requests=1, retries=int(retry))

    async def reserve(self, request: ChatRequest, n: int) -> float:
        """Room for the longest replies that ``n`` samples may have, in US dollars; :meth:`release` gives it back.

        Where the limit has no room for it beside what is in flight, this waits: replies are mostly shorter
        than they may be.

        Raises:
            BudgetReached: nothing is in flight and there is no room.
        """
        if self._max_cost is None:
            return 0.0
        worst = self._worst_case(request, n)
        while (spent := self.cost or 0.0) + sum(self._reserved) + worst > self._max_cost:
            if not self._reserved:
                raise BudgetReached(
                    f"stopped: the run has cost ${spent:.4f}, the next request may cost up to ${worst:.4f} and "
                    f"--max-cost is ${self._max_cost:.4f}; every reply is stored, a higher limit goes on from here"
                )
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter
        self._reserved.append(worst)
        return worst

    def release(self, reserved: float) -> None:
        """The replies of a reservation are counted, or there will be none."""
        if self._max_cost is None:
            return
        self._reserved.remove(reserved)
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    def _worst_case(self, request: ChatRequest, n: int) -> float:
        # Two characters a token is less than any tokenizer needs for English and LaTeX.
        prompt = sum(len(m.content) for m in request.messages) // 2 + 16
        cost = self._prices.cost(request.model, prompt, 0, n * request.max_tokens) if self._prices else None
        return cost or 0.0


def _sum(counts: Iterable[Counts]) -> Counts:
    total = Counts()
    for c in counts:
        for name in FIELDS:
            setattr(total, name, getattr(total, name) + getattr(c, name))
    return total


def _by_key(counts: Iterable[tuple[_Key, Counts]]) -> dict[_Key, Counts]:
    found: dict[_Key, list[Counts]] = {}
    for key, c in counts:
        found.setdefault(key, []).append(c)
    return {key: _sum(some) for key, some in found.items()}


def _short(number: int) -> str:
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= size:
            return f"{number / size:.1f}{unit}"
    return str(number)
