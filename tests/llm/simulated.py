"""Simulated time and simulated endpoints: minutes of traffic in milliseconds, the same each time."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from builder.llm.limits import Limiter, Outcome

T = TypeVar("T")


class _Jump(selectors.DefaultSelector):  # type: ignore[valid-type,misc]
    """Does not sleep until the next timer: tells how long it would have."""

    slept = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("the simulation stands still: everything waits and no timer is set")
        self.slept += max(0.0, timeout)
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only where all wait."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.slept


def simulate(main: Callable[[], Awaitable[T]]) -> T:
    """Run in simulated time, which begins at 0."""

    async def body() -> T:
        return await main()

    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(body())


def now() -> float:
    return asyncio.get_running_loop().time()


# --- what a server allows --------------------------------------------------------------------------


class Rule(Protocol):
    def admits(self) -> bool: ...
    def headers(self) -> Mapping[str, str]: ...


class NoRule:
    def admits(self) -> bool:
        return True

    def headers(self) -> Mapping[str, str]:
        return {}


@dataclass
class Moody:
    """Refuses a share of all requests, whatever the pace."""

    share: float
    rng: random.Random

    def admits(self) -> bool:
        return self.rng.random() >= self.share

    def headers(self) -> Mapping[str, str]:
        return {}


@dataclass
class TokenBucket:
    """``rate`` requests per second and ``burst`` at once; burst 1 is pure pacing."""

    rate: float
    burst: float
    level: float | None = None
    at: float = 0.0

    def refill(self) -> float:
        self.level = self.burst if self.level is None else self.level
        self.level = min(self.burst, self.level + (now() - self.at) * self.rate)
        self.at = now()
        return self.level

    def admits(self) -> bool:
        if self.refill() < 1.0 - 1e-9:
            return False
        self.level = (self.level or 0.0) - 1.0
        return True

    def headers(self) -> Mapping[str, str]:
        return {}


@dataclass
class SlidingWindow:
    """``count`` requests in any ``seconds``; refused ones do not count."""

    count: int
    seconds: float
    times: deque[float] = field(default_factory=deque)

    def admits(self) -> bool:
        while self.times and self.times[0] <= now() - self.seconds:
            self.times.popleft()
        if len(self.times) >= self.count:
            return False
        self.times.append(now())
        return True

    def headers(self) -> Mapping[str, str]:
        return {}


@dataclass
class FixedWindow:
    """``count`` requests in each ``seconds``, the first window begun ``phase`` seconds ago."""

    count: int
    seconds: float
    phase: float = 0.0
    names: str = ""  # of the headers: "{}" is replaced by limit, remaining, reset; none where empty
    window: int = -1
    used: int = 0

    def turn(self) -> None:
        window = int((now() + self.phase) // self.seconds)
        if window != self.window:
            self.window, self.used = window, 0

    def admits(self) -> bool:
        self.turn()
        if self.used >= self.count:
            return False
        self.used += 1
        return True

    def headers(self) -> Mapping[str, str]:
        if not self.names:
            return {}
        self.turn()
        reset = (self.window + 1) * self.seconds - now() - self.phase
        values = {"limit": self.count, "remaining": self.count - self.used, "reset": f"{reset:.3f}s"}
        return {self.names.format(name): str(value) for name, value in values.items()}


@dataclass
class LeakyBucket(TokenBucket):
    """As OpenAI tells it: a limit per minute, what remains, and the time until it is full."""

    suffix: str = "-requests"

    def headers(self) -> Mapping[str, str]:
        level = self.refill()
        reset = (self.burst - level) / self.rate
        minutes, seconds = divmod(reset, 60)
        text = f"{int(minutes)}m{seconds:.3f}s" if minutes else f"{seconds:.3f}s"
        if reset < 1:
            text = f"{int(reset * 1000)}ms"
        return {
            f"x-ratelimit-limit{self.suffix}": f"{self.burst:g}",
            f"x-ratelimit-remaining{self.suffix}": str(int(level)),
            f"x-ratelimit-reset{self.suffix}": text,
        }


@dataclass
class Endpoint:
    """Refuses what its rule does not admit; the others are answered by ``slots`` workers after ``reply`` seconds.

    More than ``most`` requests at once are refused with ``too_many``.
    """

    rule: Rule = field(default_factory=NoRule)
    reply: Callable[[], float] = lambda: 0.0
    refusal: float = 0.0  # seconds that a refusal takes
    slots: int = 1_000_000
    most: int = 1_000_000
    too_many: str = "rate_limited"
    timeout: float = 600.0
    useful: int = 0
    refused: int = 0
    timed_out: int = 0
    inside: int = 0
    most_inside: int = 0
    sent: list[float] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    _workers: asyncio.Semaphore | None = None

    async def ask(self) -> Outcome:
        self.sent.append(now())
        if self.inside >= self.most:
            return await self._refuse(self.too_many, {})
        if not self.rule.admits():
            return await self._refuse("rate_limited", self.rule.headers())
        headers = self.rule.headers()
        self._workers = self._workers or asyncio.Semaphore(self.slots)
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            async with asyncio.timeout(self.timeout), self._workers:
                await asyncio.sleep(self.reply())
        except TimeoutError:
            self.timed_out += 1
            self.outcomes.append("timeout")
            return Outcome("timeout")
        finally:
            self.inside -= 1
        self.useful += 1
        self.outcomes.append("answered")
        return Outcome("answered", headers)

    async def _refuse(self, kind: str, headers: Mapping[str, str]) -> Outcome:
        self.refused += 1
        if self.refusal:
            await asyncio.sleep(self.refusal)
        return Outcome(kind, headers)  # type: ignore[arg-type]


async def one(limiter: Limiter, endpoint: Endpoint, tokens: int = 0) -> None:
    """Ask until there is an answer."""
    while True:
        permit = await limiter.acquire(tokens)
        outcome = await endpoint.ask()
        limiter.settle(permit, outcome)
        if outcome.kind == "answered":
            return


async def all_of(limiter: Limiter, endpoint: Endpoint, calls: int) -> float:
    """Seconds until all calls are answered, asked for at once."""
    started = now()
    await asyncio.gather(*(one(limiter, endpoint) for _ in range(calls)))
    return now() - started


def replies(name: str, seed: int) -> Callable[[], float]:
    """Reply times in seconds: a number, "0-1" (uniform), or "about 2" (log-normal, some of them long)."""
    rng = random.Random(seed)
    if name == "0-1":
        return rng.random
    if name == "about 2":
        return lambda: min(60.0, rng.lognormvariate(0.4, 0.8))
    return lambda: float(name)


def best_time(calls: int, rate: float, reply: Callable[[], float]) -> float:
    """Seconds that so many calls take when they are sent evenly at a rate and none is refused."""
    return max(call / rate + reply() for call in range(calls))
