"""How much one visitor, and all of them together, may ask of the server.

Jobs at once, requests a minute, tokens a minute and a day.  Who is over a limit is told when to try again.  Everything
is counted in memory, in one process, and forgotten when it ends.  Whose turn it is among those who wait is for Gradio's
queue, which shows it; what a job does is not known here.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import TracebackType
from typing import Any

from builder.errors import ConfigError, KPMathError

PREFIX = "KPMATH_SPACE_"
_MINUTE, _DAY = 60.0, 86_400.0
_MOST_VISITORS = 10_000  # remembered; the one who was away longest is forgotten
_PATIENCE = 5.0  # seconds for a job that was cancelled to give its place back


class TooMuch(KPMathError):
    """A visitor, or all of them together, asked for more than the server gives; ``wait`` is in seconds."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True)
class Settings:
    """The limits.  Each is an environment variable: ``KPMATH_SPACE_JOBS=8``; 0 is no limit."""

    jobs: int = 8  # at once, of all visitors
    jobs_per_visitor: int = 2
    requests_per_minute: int = 60  # of one visitor
    requests_per_minute_all: int = 1200
    tokens_per_minute: int = 400_000  # of one visitor, prompts and replies together
    tokens_per_day: int = 10_000_000
    tokens_per_day_all: int = 200_000_000
    job_seconds: int = 600  # how long one may take
    queue: int = 64  # jobs that wait

    @staticmethod
    def of(environ: Mapping[str, str]) -> Settings:
        """
        Raises:
            ConfigError: a variable is no whole number, or too small.
        """
        given = {f.name: environ[name] for f in fields(Settings) if (name := PREFIX + f.name.upper()) in environ}
        least = dict.fromkeys(("jobs", "job_seconds", "queue"), 1)
        for name, text in given.items():
            if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text) >= least.get(name, 0)):
                raise ConfigError(
                    f"{PREFIX}{name.upper()}={text[:40]!r} is no whole number from {least.get(name, 0)} on; mend it"
                )
        return Settings(**{name: int(text) for name, text in given.items()})


@dataclass
class _Account:
    """What one visitor, or all together, has used."""

    running: int = 0
    asked: deque[float] = field(default_factory=deque)  # times of the last minute
    tokens: deque[list[float]] = field(default_factory=deque)  # [begin of a minute, tokens] of the last day
    day: float = 0.0  # their sum

    def forget(self, now: float) -> None:
        while self.asked and self.asked[0] <= now - _MINUTE:
            self.asked.popleft()
        while self.tokens and self.tokens[0][0] <= now - _DAY:
            self.day -= self.tokens.popleft()[1]

    def add(self, tokens: int, now: float) -> None:
        if not self.tokens or self.tokens[-1][0] <= now - _MINUTE:
            self.tokens.append([now, 0.0])
        self.tokens[-1][1] += tokens
        self.day += tokens


@dataclass(frozen=True)
class _Limit:
    """The limits of one account, 0 for none, and how it is spoken to."""

    who: str
    jobs: int
    requests: int
    tokens: int
    day: int


class Limits:
    """Counts what is asked and used.  Bound to one event loop.

    Args:
        local: the server listens on this machine only: visitors are told apart by their session, not by address.
        behind_proxy: a proxy of ours (that of Hugging Face) adds each visitor's address to ``X-Forwarded-For``.
        clock: seconds; for tests.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        local: bool = True,
        behind_proxy: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings or Settings()
        self._local, self._behind_proxy, self._clock = local, behind_proxy, clock
        s = self.settings
        self._own = _Limit("you", s.jobs_per_visitor, s.requests_per_minute, s.tokens_per_minute, s.tokens_per_day)
        self._common = _Limit("everybody together", s.jobs, s.requests_per_minute_all, 0, s.tokens_per_day_all)
        self._all = _Account()
        self._visitors: OrderedDict[str, _Account] = OrderedDict()
        self._freed = asyncio.Event()

    @staticmethod
    def from_environment(environ: Mapping[str, str] | None = None, *, local: bool = True) -> Limits:
        """The limits of the environment.  Raises ConfigError."""
        environ = os.environ if environ is None else environ
        return Limits(Settings.of(environ), local=local, behind_proxy=bool(environ.get("SPACE_ID")))

    @property
    def jobs(self) -> int:
        """For Gradio's ``concurrency_limit``."""
        return self.settings.jobs

    @property
    def queue(self) -> int:
        """For ``Blocks.queue(max_size=...)``."""
        return self.settings.queue

    @property
    def running(self) -> int:
        """Jobs that have a place."""
        return self._all.running

    def visitor(self, request: Any) -> str:
        """Who asks: the session on a server for one, else the address, which is not changed by a new session.

        ``request`` is a ``gr.Request``, or None where a function is called directly.
        """
        if request is None:
            return "-"
        host = getattr(getattr(request, "client", None), "host", None) or "-"
        if self._local:
            return str(getattr(request, "session_hash", None) or host)
        headers = getattr(request, "headers", None) or {}
        # What stands last was added by the proxy; what is before it may be anything.
        return (
            str(headers.get("x-forwarded-for", "")).rpartition(",")[2].strip() or host if self._behind_proxy else host
        )

    def admit(self, request: Any, *, job: bool = True) -> Ticket:
        """``async with`` it; ``job``: it makes something and holds a place, rather than being answered at once.

        Raises:
            TooMuch: on entering, where a limit is reached.
        """
        return Ticket(self, self.visitor(request), job)

    # --- for tickets ---------------------------------------------------------------------------

    async def _enter(self, visitor: str, job: bool) -> _Account:
        own = self._account(visitor)
        for account, limit in ((own, self._own), (self._all, self._common)):
            self._check(account, limit)
        for account in (own, self._all):
            account.asked.append(self._clock())
        if job:
            await self._take_place(own)
        return own

    def _account(self, visitor: str) -> _Account:
        account = self._visitors.setdefault(visitor, _Account())
        self._visitors.move_to_end(visitor)
        if len(self._visitors) > _MOST_VISITORS:
            idle = next((name for name, a in self._visitors.items() if not a.running and a is not account), None)
            if idle is not None:
                del self._visitors[idle]
        return account

    def _check(self, account: _Account, limit: _Limit) -> None:
        now = self._clock()
        account.forget(now)
        if limit.requests and len(account.asked) >= limit.requests:
            raise _too_much(
                f"{limit.who} asked {limit.requests} times within a minute", account.asked[0] + _MINUTE - now
            )
        recent = [part for part in account.tokens if part[0] > now - _MINUTE]
        if limit.tokens and sum(tokens for _, tokens in recent) >= limit.tokens:
            raise _too_much(f"{limit.who} used {limit.tokens:,} tokens within a minute", recent[0][0] + _MINUTE - now)
        if limit.day and account.day >= limit.day:
            raise _too_much(f"{limit.who} used {limit.day:,} tokens within a day", account.tokens[0][0] + _DAY - now)

    async def _take_place(self, own: _Account) -> None:
        """Wait a little for one: that of a job which was cancelled a moment ago is about to be free."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while self._full(own):
                    self._freed.clear()
                    await self._freed.wait()
        except TimeoutError:
            raise TooMuch(f"{self._full(own) or 'no place is free'}.", 0.0) from None
        own.running += 1
        self._all.running += 1

    def _full(self, own: _Account) -> str:
        s = self.settings
        if 0 < s.jobs_per_visitor <= own.running:
            return f"you have {s.jobs_per_visitor} being made already; wait for one or cancel it, then try again"
        return f"all {s.jobs} places are taken; try again in a minute" if 0 < s.jobs <= self._all.running else ""

    def _leave(self, own: _Account) -> None:
        own.running -= 1
        self._all.running -= 1
        self._freed.set()

    def _spend(self, own: _Account, tokens: int) -> None:
        for account in (own, self._all):
            account.add(tokens, self._clock())


class Ticket:
    """One admitted request; gives its place back when it is left, and in any case after ``seconds``."""

    def __init__(self, limits: Limits, visitor: str, job: bool) -> None:
        self.seconds = float(limits.settings.job_seconds)
        self._limits, self._visitor, self._job = limits, visitor, job
        self._account: _Account | None = None
        self._timer: asyncio.TimerHandle | None = None

    def spend(self, tokens: int) -> None:
        """Tokens that were used; they count for the next request, not for this one."""
        if self._account is not None:
            self._limits._spend(self._account, tokens)

    async def __aenter__(self) -> Ticket:
        self._account = await self._limits._enter(self._visitor, self._job)
        if self._job:
            # A page that is gone may never come back to the end of its job.
            self._timer = asyncio.get_running_loop().call_later(self.seconds, self._release)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release()

    def _release(self) -> None:
        if self._timer is not None and self._account is not None:
            self._timer.cancel()
            self._timer = None
            self._limits._leave(self._account)


def _too_much(what: str, wait: float) -> TooMuch:
    seconds = max(1, math.ceil(wait))
    when = f"{seconds} s" if seconds < 120 else f"{-(-seconds // 60)} minutes"
    return TooMuch(f"{what}; try again in {when}.", wait)
