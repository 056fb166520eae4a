"""A chat over any OpenAI-compatible endpoint, through the ``openai`` package.

Requests go through ``AsyncOpenAI`` with its aiohttp transport and without its retries; the raw body is
decoded here.  What may pass (rate limits, server errors, time-outs, dropped connections, a body that
is no JSON) is tried again with exponential backoff, or when the server says; the rest is told at once.
Where replies are kept, and whether a request has been made before, is not known here.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx2  # the HTTP types of the openai package, whose dependency it is
import openai

from ..errors import ModelError, RequestRefused, RetryableModelError
from .chat import ChatRequest, Reply
from .ledger import Ledger
from .wire import Completion, error_text, read_body, read_completion, retry_after, to_replies

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_RETRYABLE = (408, 409, 425, 429)
_LONGEST_BACKOFF = 60.0  # seconds
_LONGEST_RETRY_AFTER = 600.0  # a server that asks for more is asked again then


class OpenAIChat:
    """A :class:`~builder.llm.chat.Chat` that asks an endpoint.

    Not bound to an event loop until its first request; then to that one.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        concurrency: int = 64,
        timeout: float = 600.0,
        max_retries: int = 6,
        send_seed: bool = True,
        backoff: float = 0.5,
    ) -> None:
        """
        Args:
            base_url: such as ``https://api.openai.com/v1`` or ``http://127.0.0.1:8000/v1``.
            api_key: any text for servers that need none.  It appears in no message.
            concurrency: requests in flight at most.
            timeout: seconds for one request, from sending to the last byte of the reply.
            max_retries: how often a failed request is sent again.
            send_seed: whether the endpoint accepts ``seed``.
            backoff: seconds before the first retry; doubles with each, with jitter.

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
        self.ledger: Ledger | None = None
        self._timeout = timeout
        self._max_retries = max_retries
        self._send_seed = send_seed
        self._backoff = backoff
        self._slots = asyncio.Semaphore(concurrency)
        self._resume_at = 0.0  # loop time before which the server wants no request
        self._max_tokens_name = "max_tokens"
        self._jitter = random.Random()
        self._client = openai.AsyncOpenAI(
            base_url=self.base_url,
            api_key=self._key,
            max_retries=0,
            timeout=httpx2.Timeout(None),  # _send has the one that counts: over the whole request
            http_client=openai.DefaultAioHttpClient(
                limits=httpx2.Limits(
                    max_connections=concurrency, max_keepalive_connections=concurrency, keepalive_expiry=30.0
                ),
                timeout=httpx2.Timeout(None),
                # A proxy from the environment never knows the way to this machine itself.
                trust_env=parts.hostname not in _LOOPBACK,
            ),
        )

    async def complete(self, request: ChatRequest, n: int = 1) -> list[Reply]:
        """Exactly ``n`` replies, sample 0 to n-1, in order.

        One request with ``n``; where the server gives fewer choices, further ones for the rest, each
        with the seed moved by the index of its first sample.

        Raises:
            RequestRefused: the endpoint refuses this request (400, 413, 422); others may pass.
            RetryableModelError: it still failed after all retries.
            ModelError: the endpoint refuses the key, the model or the account.
        """
        return await self._samples(request, 0, n) if n else []

    async def _samples(self, request: ChatRequest, start: int, n: int) -> list[Reply]:
        """Samples ``start`` to ``start + n - 1``; what one response lacks is asked for at once."""
        replies = await self._ask(request, start, n)
        size, end = len(replies), start + n
        if size == n:
            return replies
        rest = (self._samples(request, s, min(size, end - s)) for s in range(start + size, end, size))
        # All of them are waited for: one that fails does not cut off others that are being paid for.
        for more in await asyncio.gather(*rest, return_exceptions=True):
            if isinstance(more, BaseException):
                raise more
            replies += more
        return replies

    async def check(self, model: str) -> None:
        """Ask once, without retries, so that what is wrong shows before a run starts.

        Looks the model up in the endpoint's list; where it is not there, or there is no list, asks
        for a completion of one token.  A server that is merely busy passes.

        Raises:
            ModelError: no connection, the key is refused, or the model is unknown.
        """
        try:
            body = await self._send("GET", "/models", None)
            listed = [str(m["id"]) for m in body.get("data", ()) if isinstance(m, dict) and "id" in m]
        except RequestRefused:
            listed = []
        except RetryableModelError as error:
            if isinstance(error, _Unreachable):
                raise ModelError(str(error)) from None
            return
        except ModelError as error:
            if not isinstance(error, _NotFound):
                raise
            listed = []
        if model in listed:
            return
        probe = {"model": model, "messages": [{"role": "user", "content": "1"}], "max_tokens": 1}
        try:
            await self._send("POST", "/chat/completions", probe)
        except _NotFound as error:
            shown = f"; it has {', '.join(sorted(listed)[:8])}" if listed else ""
            raise ModelError(f"{error}{shown}") from None
        except (RequestRefused, RetryableModelError):
            return  # it knows the model, and one token was not enough, or it is busy

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.close()

    # --- one request ---------------------------------------------------------------------------

    async def _ask(self, request: ChatRequest, offset: int, n: int) -> list[Reply]:
        """1 to ``n`` replies from one HTTP request, tried again where that may help."""
        attempt = 0
        while True:
            if self.ledger is not None:
                self.ledger.add(request.role, request.model, requests=1, retries=int(attempt > 0))
            try:
                return to_replies(await self._completion(request, offset, n), request.model, n)
            except RetryableModelError as error:
                if attempt >= self._max_retries:
                    tries = f" ({attempt + 1} tries)" if attempt else ""
                    raise RetryableModelError(f"gave up{tries}: {error}", error.retry_after) from None
                await self._wait(attempt, error.retry_after)
                attempt += 1

    async def _completion(self, request: ChatRequest, offset: int, n: int) -> Completion:
        name = self._max_tokens_name
        try:
            return read_completion(await self._send("POST", "/chat/completions", self._body(request, offset, n)))
        except RequestRefused as error:
            # Reasoning models of some endpoints know the limit under its newer name only.
            if name != "max_tokens" or "max_completion_tokens" not in str(error):
                raise
            self._max_tokens_name = "max_completion_tokens"
            return read_completion(await self._send("POST", "/chat/completions", self._body(request, offset, n)))

    def _body(self, request: ChatRequest, offset: int, n: int) -> dict[str, object]:
        body: dict[str, object] = {
            "model": request.model,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            "temperature": request.temperature,
            "top_p": request.top_p,
            self._max_tokens_name: request.max_tokens,
        }
        if n > 1:
            body["n"] = n
        if self._send_seed:
            body["seed"] = request.seed + offset
        return body

    async def _wait(self, attempt: int, asked: float | None) -> None:
        if asked is None:
            # An exponent above 20 would wait no longer, and 2.0**1100 is no float.
            longest = min(_LONGEST_BACKOFF, self._backoff * 2.0 ** min(attempt, 20))
            await asyncio.sleep(longest * self._jitter.uniform(0.5, 1.0))
        else:
            # The server speaks to all of us, not only to the request that it refused.
            pause = min(asked, _LONGEST_RETRY_AFTER)
            self._resume_at = max(self._resume_at, asyncio.get_running_loop().time() + pause)

    async def _paused(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:  # while one waits, another may be told to wait longer
            left = self._resume_at - clock()
            if left <= 0:
                return
            await asyncio.sleep(left + self._jitter.uniform(0.0, min(0.25, left)))

    async def _send(self, method: str, path: str, body: Mapping[str, object] | None) -> dict[str, Any]:
        """The decoded JSON object of a good response; everything else is a ModelError."""
        await self._paused()
        async with self._slots:
            try:
                async with asyncio.timeout(self._timeout):
                    if method == "GET":
                        response = await self._client.get(path, cast_to=httpx2.Response)
                    else:
                        response = await self._client.post(path, cast_to=httpx2.Response, body=body)
                    content = response.content
            except openai.APIStatusError as error:
                raise self._status_error(error) from None
            except TimeoutError:
                raise RetryableModelError(f"{self.base_url} did not answer in {self._timeout:g} s") from None
            except (openai.APIConnectionError, httpx2.HTTPError, aiohttp.ClientError, OSError) as error:
                raise self._connection_error(error) from None
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

    def _connection_error(self, error: Exception) -> RetryableModelError:
        # The transport's own translation makes time-outs of refused connections: look underneath.
        cause: BaseException = error
        while cause.__cause__ is not None and not isinstance(cause, aiohttp.ClientError):
            cause = cause.__cause__
        if isinstance(cause, httpx2.ConnectError | aiohttp.ClientConnectorError):
            return _Unreachable(
                f"cannot connect to {self.base_url} ({self._safe(str(cause))}): "
                "check that the server runs and that base_url is right"
            )
        return RetryableModelError(f"the connection to {self.base_url} broke ({type(cause).__name__})")

    def _status_error(self, error: openai.APIStatusError) -> ModelError:
        status = error.status_code
        said = self._safe(error_text(read_body(error.response.content), error.response.content))
        where = f"{self.base_url} answered {status}"
        if status in (401, 403):
            return ModelError(f"{where}: the API key was refused; check the key in the environment ({said})")
        if status == 402 or "insufficient_quota" in said:
            return ModelError(f"{where}: the account has no credit left; add some and run again ({said})")
        if status in (404, 405, 501):
            return _NotFound(f"{where}: unknown model or wrong base URL (it usually ends in /v1); check both ({said})")
        if status in _RETRYABLE or status >= 500:
            return RetryableModelError(f"{where}: {said}", retry_after(error.response.headers))
        return RequestRefused(f"{where}: the request was refused: {said}")


class _Unreachable(RetryableModelError):
    """No connection at all."""


class _NotFound(ModelError):
    """The endpoint has no such path or model."""
