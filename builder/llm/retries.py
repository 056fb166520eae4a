"""What is done about a request that failed: it is sent again, given up, or the endpoint is found to be at fault.

What may pass is tried again; a request that cannot be answered costs only itself; an endpoint that answers
nothing at all ends the run.  What is asked, and how it is sent, is not known here.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from ..errors import ModelError, RequestFailed, RequestRefused, RetryableModelError
from .exchange import Exchange, RateLimited, Unreachable

_LONGEST_BACKOFF = 60.0  # seconds
_PROBE_EVERY = 10.0  # seconds
_GIVEN_UP_AT_FIRST = 5  # requests given up before the endpoint has answered any: it is not their fault
_GIVEN_UP_IN_A_ROW = 50  # ... and without an answer in between, later on

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Attempts:
    """How one request has fared until now."""

    sent: int = 0
    failures: int = 0  # for which the request may be to blame
    waits: int = 0
    began: float = 0.0  # loop time


class Retries:
    """Sends the requests of one client until they are answered or given up.

    Bound to the event loop of its first request.
    """

    def __init__(
        self,
        exchange: Exchange,
        *,
        max_retries: int,
        patience: float,
        backoff: float,
    ) -> None:
        """
        Args:
            exchange: the endpoint, of which it is asked whether it was told to stop.
            max_retries: how often a request that failed is sent again; a refusal by a rate limit and a
                connection that cannot be made are no failure of the request.
            patience: seconds in which the endpoint may answer nothing at all while requests fail.
            backoff: seconds before the first retry; doubles with each, with jitter.
        """
        self._exchange = exchange
        self._max_retries, self._patience, self._backoff = max_retries, patience, backoff
        self._jitter = random.Random()
        self._last_answer = self._last_probe = float("-inf")  # loop time
        self._answered_ever = False
        self._in_a_row = 0  # requests given up since the last answer
        self._probing = asyncio.Lock()

    async def until_answered(
        self, attempt: Attempts, send: Callable[[], Awaitable[T]], probe: Callable[[], Awaitable[object]]
    ) -> T:
        """What ``send`` returns, called again where that may help.

        Args:
            attempt: a fresh one; ``send`` counts its ``sent`` up.
            send: sends the request, once.
            probe: sends the shortest request there is to the same model, once.

        Raises:
            RequestRefused: the endpoint refuses this request; others may pass.
            RequestFailed: it still failed after all retries, while the endpoint answers others.
            ModelError: the endpoint refuses the key, the model or the account, or answers nothing.
        """
        clock = asyncio.get_running_loop().time
        attempt.began = clock()
        while True:
            try:
                answer = await send()
            except RetryableModelError as error:
                await self._wait_or_raise(attempt, error, probe)
            else:
                self._answered_ever, self._last_answer, self._in_a_row = True, clock(), 0
                return answer

    async def _wait_or_raise(
        self, attempt: Attempts, error: RetryableModelError, probe: Callable[[], Awaitable[object]]
    ) -> None:
        """Wait until the request may be sent again, or raise why it will not be."""
        if self._exchange.stopped:
            raise error
        silent = asyncio.get_running_loop().time() - max(self._last_answer, attempt.began)
        if silent >= self._patience:
            raise ModelError(
                f"{error}; nothing has been answered for {silent:.0f} s: when the endpoint is well again, the same "
                "command goes on"
            )
        if isinstance(error, RateLimited):
            return  # the limiter holds the next try back
        if not isinstance(error, Unreachable):
            attempt.failures += 1
            if attempt.failures > self._max_retries and await self._answers_others(attempt, probe):
                tries = f" after {attempt.failures} tries" if attempt.failures > 1 else ""
                raise self.given_up(RequestFailed(f"given up{tries}: {error}", attempt.sent))
        attempt.waits += 1
        # An exponent above 20 would wait no longer, and 2.0**1100 is no float.
        longest = min(_LONGEST_BACKOFF, self._backoff * 2.0 ** min(attempt.waits - 1, 20), self._patience)
        async with self._exchange.waiting():
            await asyncio.sleep(longest * self._jitter.uniform(0.5, 1.0))

    async def _answers_others(self, attempt: Attempts, probe: Callable[[], Awaitable[object]]) -> bool:
        """Whether it is this request that fails, and not the endpoint: another has been answered meanwhile.

        Where none has, because none was asked, the shortest request there is tells.
        """
        clock = asyncio.get_running_loop().time
        async with self._probing:
            if self._last_answer < attempt.began and clock() - self._last_probe >= _PROBE_EVERY:
                try:
                    await probe()
                    self._last_answer = clock()
                except RequestRefused:
                    self._last_answer = clock()  # it reads what it is asked
                except RetryableModelError:
                    pass
                self._last_probe = clock()
        return self._last_answer >= attempt.began

    def given_up(self, error: RequestFailed) -> ModelError:
        """The error of one request; where request after request fails, that of the endpoint."""
        self._in_a_row += 1
        if self._in_a_row < (_GIVEN_UP_IN_A_ROW if self._answered_ever else _GIVEN_UP_AT_FIRST):
            return error
        return ModelError(
            f"{self._in_a_row} requests in a row were given up, the last one: {error}; look at base_url, the "
            "model's parameters and 'python -m builder replies RUN --errors', then run with --retry-failed"
        )
