"""One HTTP exchange with an OpenAI-compatible endpoint: sent when the limiter allows it, told what came of it.

A good response is a decoded JSON object; everything else becomes one of the errors that say what it
means: the request, the rate, the endpoint, the key.  Whether to send again is not decided here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2  # the HTTP types of the openai package, whose dependency it is
import openai

from ..errors import ModelError, RequestRefused, RetryableModelError
from .limits import Limiter, Outcome
from .streamed_reply import StreamedReply
from .transport import Answer, BodyTooLarge, Endpoint
from .wire import error_text, read_body, retry_after, used_tokens

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_OVERLOADED = (502, 503, 504, 529)
_RETRYABLE = (408, 409, 425, 429)
_Kind = Literal["answered", "rate_limited", "overloaded", "timeout", "failed", "cancelled"]


class Unreachable(RetryableModelError):
    """No connection at all: says nothing about the request."""


class RateLimited(RetryableModelError):
    """429: says nothing about the request."""


class NotFound(ModelError):
    """The endpoint has no such path or model."""


class Exchange:
    """Requests to one endpoint with one key.  Bound to the event loop of its first request."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        limiter: Limiter,
        *,
        concurrency: int,
        timeout: float,
        stall: float = 60.0,
    ) -> None:
        """
        Args:
            base_url: such as ``http://127.0.0.1:8000/v1``.
            api_key: appears in no message.
            limiter: says when a request may be sent.
            concurrency: how many requests the limiter lets be in flight at most.
            timeout: seconds for one request, from sending to the last byte of the reply.
            stall: seconds in which nothing may come of a reply that is watched as it comes.

        Raises:
            ModelError: the URL or the key cannot be used.
        """
        self.base_url = base_url.rstrip("/")
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ModelError(f"base URL {base_url!r} is no http(s) URL: such as http://127.0.0.1:8000/v1")
        self._key = api_key.strip()
        if not self._key or not self._key.isascii() or not self._key.isprintable():
            raise ModelError(f"the API key for {self.base_url} is empty or no plain text: check where it is set")
        self.stopped = False
        self._limiter = limiter
        self._timeout, self._stall = timeout, stall
        self._knows_the_key = False  # it has answered with it
        self._idle: set[asyncio.Task[Any]] = set()  # tasks that wait to send
        # A proxy from the environment never knows the way to this machine itself.
        trust_env = parts.hostname not in _LOOPBACK
        self._endpoint = Endpoint(self.base_url, self._key, connections=concurrency, trust_env=trust_env)

    def stop(self) -> None:
        """Send nothing more: who waits to send is cancelled, what is sent goes on."""
        self.stopped = True
        for task in list(self._idle):
            task.cancel()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._endpoint.aclose()

    async def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        tokens: int = 0,
        count: Callable[[], None] | None = None,
        streamed: StreamedReply | None = None,
    ) -> dict[str, Any]:
        """The decoded JSON object of a good response; everything else is a ModelError.

        ``tokens`` is how many it will take, roughly; ``count`` is called when it is about to be sent.  ``streamed``
        hears a response that comes in pieces as it comes.
        """
        async with self.waiting():
            permit = await self._limiter.acquire(tokens)
        outcome = Outcome("cancelled")
        try:
            if count is not None:
                count()
            async with asyncio.timeout(self._timeout):
                if method == "GET":
                    response = await self._endpoint.get(path)
                elif streamed is None:
                    response = await self._endpoint.post(path, body)
                else:
                    response = await self._heard(path, body, streamed)
            decoded = streamed.body() if streamed and streamed.began else self._decoded(response.body)
            outcome = Outcome("answered", response.headers, None, used_tokens(decoded))
            self._knows_the_key |= method == "POST"
            return decoded
        except openai.APIStatusError as error:
            failure = self._status_error(error)
            headers = error.response.headers
            asked = failure.retry_after if isinstance(failure, RetryableModelError) else None
            outcome = Outcome(_load(error.status_code), headers, asked)
            raise failure from None
        except TimeoutError:
            outcome = Outcome("timeout")
            raise RetryableModelError(f"{self.base_url} did not answer in {self._timeout:g} s") from None
        except RetryableModelError:
            outcome = Outcome("failed")
            raise
        except openai.APIConnectionError as error:
            outcome = Outcome("failed")
            raise self._connection_error(error) from None
        finally:
            self._limiter.settle(permit, outcome)

    async def _heard(self, path: str, body: bytes, streamed: StreamedReply) -> Answer:
        """A response that is watched as it comes; it may take long, but not be silent for long."""
        clock = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(self._stall) as silence:

                def heard(data: bytes) -> None:
                    silence.reschedule(clock() + self._stall)
                    streamed.feed(data)

                return await self._endpoint.post(path, body, heard)
        except TimeoutError:
            raise RetryableModelError(f"{self.base_url} has sent nothing for {self._stall:g} s") from None

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """In here a task waits to send, and may be told not to."""
        task = asyncio.current_task()
        if self.stopped or task is None:
            raise asyncio.CancelledError
        self._idle.add(task)
        try:
            yield
        finally:
            self._idle.discard(task)

    def _decoded(self, content: bytes) -> dict[str, Any]:
        decoded = read_body(content)
        if not isinstance(decoded, dict):
            start = self._safe(content[:120].decode("utf-8", "replace"))
            raise RetryableModelError(
                f"{self.base_url} answered with something that is no JSON object, starting {start!r}; "
                "is it an OpenAI-compatible API? Its URL usually ends in /v1"
            )
        if "error" in decoded and decoded["error"] and "choices" not in decoded:
            raise RetryableModelError(f"{self.base_url}: {self._safe(error_text(decoded))}")
        return decoded

    # --- errors --------------------------------------------------------------------------------

    def _safe(self, text: str) -> str:
        """Text of the server without our key, which some servers repeat."""
        return text.replace(self._key, "[key]") if len(self._key) > 6 else text

    def _connection_error(self, error: openai.APIConnectionError) -> RetryableModelError:
        cause = error.__cause__ or error
        said = self._safe(str(cause))
        if isinstance(cause, httpx2.ConnectError):
            return Unreachable(
                f"cannot connect to {self.base_url} ({said}): check that the server runs and that base_url is right"
            )
        if isinstance(cause, BodyTooLarge):
            return RetryableModelError(f"{self.base_url}: {said}")
        return RetryableModelError(f"the connection to {self.base_url} broke ({said})")

    def _status_error(self, error: openai.APIStatusError) -> ModelError:
        status = error.status_code
        said = self._safe(error_text(read_body(error.response.content), error.response.content))
        where = f"{self.base_url} answered {status}"
        if status == 403 and self._knows_the_key:
            return RequestRefused(f"{where}: the request was refused: {said}")  # moderation, on some routers
        if status in (401, 403):
            return ModelError(f"{where}: the API key was refused; check the key in the environment ({said})")
        if status == 402 or "insufficient_quota" in said:
            return ModelError(f"{where}: the account has no credit left; add some and run again ({said})")
        if status in (404, 405, 501):
            return NotFound(f"{where}: unknown model or wrong base URL (it usually ends in /v1); check both ({said})")
        if status in _RETRYABLE or status >= 500:
            kind = RateLimited if status == 429 else RetryableModelError
            return kind(f"{where}: {said}", retry_after(error.response.headers))
        return RequestRefused(f"{where}: the request was refused: {said}")


def _load(status: int) -> _Kind:
    """What a status says about the load of the endpoint."""
    if status == 429:
        return "rate_limited"
    return "overloaded" if status in _OVERLOADED else "timeout" if status == 408 else "failed"
