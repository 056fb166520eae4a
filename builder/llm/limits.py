"""When a request may be sent: the pace is set by the endpoint, and not found by being refused.

A request is sent when all of these allow it, first come, first served: the requests and tokens per minute
of the configuration, what the server's rate-limit headers leave, a rate learned from refusals (429), the
requests in flight (fixed, and adapted to the server), and the pause that a server asked for.

What a request says, how it is sent and whether it is sent again is not known here: the caller reports
each outcome, and comes again for another permit.  Time is the event loop's, which no clock change moves.
A limiter belongs to the event loop of its first request.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from .rate_headers import HeaderLimits
from .rates import Bucket, LearnedRate, Permit
from .window import Window

__all__ = ["Limiter", "Outcome", "Permit"]

Kind = Literal["answered", "rate_limited", "overloaded", "timeout", "failed", "cancelled"]

_LONGEST_PAUSE = 600.0  # seconds; a server that asks for more is asked again then
_BATCH = 8  # permits given before the loop looks for responses: a refusal among them stops the rest
_SHORTEST_TIMER = 1e-4  # seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request.

    ``answered``: a usable reply.  ``rate_limited``: 429.  ``overloaded``: 502, 503, 504, 529.  ``timeout``: no
    reply in time.  ``failed``: says nothing about load (400, a reset).  ``cancelled``: by us.
    """

    kind: Kind
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names
    retry_after: float | None = None  # seconds, as the server asked
    tokens: int = 0  # prompt and completion tokens used; 0 where unknown


class Limiter:
    """Gives permits to send; each is settled exactly once with what became of the request."""

    def __init__(
        self,
        *,
        concurrency: int,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        jitter: random.Random | None = None,
    ) -> None:
        """
        Args:
            concurrency: requests in flight at most, at least 1.
            requests_per_minute: at most so many in any 60 s, evenly; None: not limited.
            tokens_per_minute: prompt and completion tokens in any 60 s; None: not limited.
            jitter: spreads pauses; for tests.

        Raises:
            ValueError: a limit below 1, or a rate that is not positive.
        """
        if concurrency < 1 or any(rate is not None and rate <= 0 for rate in (requests_per_minute, tokens_per_minute)):
            raise ValueError("concurrency must be at least 1 and rates must be positive")
        self._jitter = jitter or random.Random()
        self._requests_per_minute, self._tokens_per_minute = requests_per_minute, tokens_per_minute
        self._window = Window(concurrency)
        self._learned = LearnedRate(self._jitter)
        self._headers = HeaderLimits()
        self._start = _Start()
        self._configured: _Configured | None = None  # from the first request on
        self._gates: tuple[_Gate, ...] = (self._start, self._headers, self._learned)
        self._resume_at = 0.0
        self._in_flight = 0
        self._waiting = 0
        self._queue: deque[tuple[asyncio.Future[Permit], int]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._pumping: asyncio.Handle | None = None
        self._full_at = -math.inf  # when a request last had to wait for those in flight
        self._paced_at = -math.inf  # when one last had to wait for something else
        self._held_by: str | None = None  # what makes the first in the queue wait

    @property
    def in_flight(self) -> int:
        """Permits given and not settled."""
        return self._in_flight

    @property
    def waiting(self) -> int:
        """Callers that wait for a permit."""
        return self._waiting

    def state(self) -> dict[str, float | int | str | None]:
        """The limits in force, for reports."""
        return {
            "in_flight": self._in_flight,
            "waiting": self._waiting,
            "held_by": self._held_by,
            "window": self._window.size,
            "learned_requests_per_second": self._learned.per_second,
        }

    async def acquire(self, tokens: int = 0) -> Permit:
        """A permit for a request of about ``tokens`` tokens, as soon as it may be sent."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._configured is None and (self._requests_per_minute or self._tokens_per_minute):
            self._configured = _Configured(self._requests_per_minute, self._tokens_per_minute, now)
            self._gates = (*self._gates, self._configured)
        if not self._queue and self._delay(tokens, now) <= 0.0:
            return self._give(tokens, now)
        future: asyncio.Future[Permit] = loop.create_future()
        self._queue.append((future, tokens))
        self._waiting += 1
        if len(self._queue) == 1:
            self._pump_soon()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # given in the same moment
                self.settle(future.result(), Outcome("cancelled"))
            self._pump_soon()
            raise
        finally:
            self._waiting -= 1

    def settle(self, permit: Permit, outcome: Outcome) -> None:
        """Tell what became of the request, exactly once, also where it was cancelled.

        Raises:
            ValueError: the permit is settled already.
        """
        if permit.settled:
            raise ValueError("this permit is settled already")
        permit.settled = True
        now = asyncio.get_running_loop().time()
        self._in_flight -= 1
        if outcome.headers or outcome.kind == "answered":
            self._headers.told(permit, outcome.headers, now, answered=outcome.kind == "answered")
        if outcome.tokens and self._configured:
            self._configured.used(permit.tokens, outcome.tokens)
        pause = min(outcome.retry_after or 0.0, _LONGEST_PAUSE)
        if outcome.kind == "answered":
            self._answered(permit, outcome, now)
        elif outcome.kind == "rate_limited":
            self._learned.refused(permit, now, pause, lambda: self._headers.explain(permit, outcome.headers))
        else:
            if outcome.kind in ("overloaded", "timeout"):
                pause = max(pause, self._window.overloaded(permit, now))
            self._learned.unknown(permit, now)
        if pause > 0.0:
            self._resume_at = max(self._resume_at, now + pause + self._jitter.uniform(0.0, min(0.25, pause / 10)))
        if self._queue:
            self._pump_soon()

    def _answered(self, permit: Permit, outcome: Outcome, now: float) -> None:
        self._start.answered()
        self._learned.accepted(permit, now)
        self._window.answered(
            permit,
            now,
            outcome.tokens,
            full=self._full_at >= permit.sent_at,
            paced=self._paced_at >= permit.sent_at,
        )

    # --- giving permits ------------------------------------------------------------------------

    def _delay(self, tokens: int, now: float) -> float:
        """Seconds until a request may be sent; infinite while it is a matter of those in flight."""
        if self._in_flight >= self._window.size:
            self._held_by = "concurrency"
            self._full_at = now
            return math.inf
        longest, self._held_by = 0.0, None
        if self._resume_at > now:
            longest, self._held_by = self._resume_at - now, "retry-after"
        for gate in self._gates:
            delay = gate.wait(tokens, now)
            if delay > longest:
                longest, self._held_by = delay, gate.name
        if longest and self._held_by != self._start.name:
            self._paced_at = now
        return longest

    def _give(self, tokens: int, now: float) -> Permit:
        permit = Permit(tokens, now, self._in_flight)
        self._in_flight += 1
        for gate in self._gates:
            gate.sent(permit)
        return permit

    def _pump_soon(self) -> None:
        # Once for all that is settled in one turn of the loop: refusals are heard before more is sent.
        if self._pumping is None:
            self._pumping = asyncio.get_running_loop().call_soon(self._pump)

    def _pump(self) -> None:
        """Give permits to the first in the queue, as far as they may be sent now."""
        self._pumping = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        given = 0
        while self._queue:
            future, tokens = self._queue[0]
            if future.done():  # cancelled
                self._queue.popleft()
                continue
            delay = self._delay(tokens, now)
            if delay > 0.0:
                if delay < math.inf:
                    self._pump_at(now + max(delay, _SHORTEST_TIMER))
                return
            if given == _BATCH:
                self._pump_soon()
                return
            self._queue.popleft()
            future.set_result(self._give(tokens, now))
            given += 1
        self._held_by = None

    def _pump_at(self, when: float) -> None:
        if self._timer is not None:
            if self._timer.when() <= when:
                return  # it looks again then
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(when, self._timed)

    def _timed(self) -> None:
        self._timer = None
        self._pump()


class _Gate(Protocol):
    @property
    def name(self) -> str: ...

    def wait(self, tokens: int, now: float) -> float:
        """Seconds until a request of so many tokens may be sent."""
        ...

    def sent(self, permit: Permit) -> None: ...


class _Configured:
    """The requests and tokens per minute that the user set."""

    name = "configured rate"

    def __init__(self, requests: float | None, tokens: float | None, now: float) -> None:
        self._requests = Bucket.of_requests(requests, now) if requests else None
        self._tokens = Bucket.of_tokens(tokens, now) if tokens else None

    def wait(self, tokens: int, now: float) -> float:
        longest = self._requests.wait(1.0, now) if self._requests else 0.0
        return max(longest, self._tokens.wait(tokens, now)) if self._tokens else longest

    def sent(self, permit: Permit) -> None:
        if self._requests:
            self._requests.take(1.0, permit.sent_at)
        if self._tokens:
            self._tokens.take(permit.tokens, permit.sent_at)

    def used(self, estimate: int, tokens: int) -> None:
        if self._tokens:
            self._tokens.give(estimate - tokens)


class _Start:
    """The first requests, while nothing is known: one each 20 ms, and two for each answer.

    A server that takes one request at a time refuses few of them; a server that answers at once holds
    nothing back.
    """

    name = "start"
    _PER_SECOND = 50.0

    def __init__(self) -> None:
        self._left = Window.START
        self._began: float | None = None
        self._credit = 1.0

    def wait(self, tokens: int, now: float) -> float:
        if self._left == 0 or self._began is None:
            return 0.0
        credit = self._credit + (now - self._began) * self._PER_SECOND
        return max(0.0, (1.0 - credit) / self._PER_SECOND) if credit < 1.0 - 1e-6 else 0.0

    def sent(self, permit: Permit) -> None:
        if self._left:
            self._began = permit.sent_at if self._began is None else self._began
            self._left -= 1
            self._credit -= 1.0

    def answered(self) -> None:
        self._credit += 2.0
