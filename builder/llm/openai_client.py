"""A chat over any OpenAI-compatible endpoint, through the ``openai`` package.

How a request goes out and comes back is told in :mod:`builder.llm.exchange`, when it may go out in
:mod:`builder.llm.limits`, what is done about failures in :mod:`builder.llm.retries`.  Here: samples.
Where replies are kept, and whether a request has been made before, is not known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from ..errors import ModelError, RequestRefused, RetryableModelError
from .chat import ChatRequest, Keep, Reply
from .exchange import Exchange, NotFound, Unreachable
from .ledger import Ledger
from .limits import Limiter
from .retries import Attempts, Retries
from .streamed_reply import STREAMED, StreamedReply
from .wire import Completion, encoded, read_completion, request_body, to_replies


class OpenAIChat:
    """A :class:`~builder.llm.chat.Chat` that asks an endpoint.

    Not bound to an event loop until its first request; then to that one.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        concurrency: int = 256,
        requests_per_minute: float = 0.0,
        tokens_per_minute: float = 0.0,
        samples_per_request: int = 0,
        timeout: float = 600.0,
        max_retries: int = 6,
        patience: float = 900.0,
        send_seed: bool = True,
        backoff: float = 0.5,
        stall: float = 60.0,
    ) -> None:
        """
        Args:
            base_url: such as ``https://api.openai.com/v1`` or ``http://127.0.0.1:8000/v1``.
            api_key: any text for servers that need none.  It appears in no message.
            concurrency: requests in flight at most.
            requests_per_minute, tokens_per_minute: 0: from the endpoint's headers, or found by itself.
            samples_per_request: replies asked for at once; 0: as many as the endpoint gives.
            timeout: seconds for one request, from sending to the last byte of the reply.
            max_retries: how often a request that failed is sent again; a refusal by a rate limit and a
                connection that cannot be made are no failure of the request.
            patience: seconds in which the endpoint may answer nothing at all while requests fail.
            send_seed: whether the endpoint accepts ``seed``.
            backoff: seconds before the first retry; doubles with each, with jitter.
            stall: seconds in which nothing may come of a reply that is watched (:meth:`stream`).

        Raises:
            ModelError: the URL or the key cannot be used.
        """
        self.ledger: Ledger | None = None
        self._send_seed = send_seed
        self._most_samples = samples_per_request
        self._most_given = 1  # choices that one response has brought
        limiter = Limiter(
            concurrency=concurrency,
            requests_per_minute=requests_per_minute or None,
            tokens_per_minute=tokens_per_minute or None,
        )
        self._exchange = Exchange(base_url, api_key, limiter, concurrency=concurrency, timeout=timeout, stall=stall)
        self._retries = Retries(self._exchange, max_retries=max_retries, patience=patience, backoff=backoff)
        self._reply_tokens: dict[str, float] = {}  # role -> tokens that a reply has had, on average
        self._max_tokens_name = "max_tokens"
        self._streamed = dict(STREAMED)  # what the endpoint is not found to refuse of it

    # --- samples -------------------------------------------------------------------------------

    async def complete(
        self, request: ChatRequest, n: int = 1, *, first: int = 0, keep: Keep | None = None
    ) -> list[Reply]:
        """Exactly ``n`` replies, sample ``first`` to ``first + n - 1``, in order.

        One request with ``n``, whose prompt is paid once; where the endpoint gives fewer choices, or refuses
        more than one, further requests for the rest, each with the seed moved by its first sample.

        Raises:
            RequestRefused: the endpoint refuses this request (400, 413, 422); others may pass.
            RequestFailed: it still failed after all retries, while the endpoint answers others.
            ModelError: the endpoint refuses the key, the model or the account, or answers nothing.
        """
        if n < 1:
            return []
        end, size = first + n, min(n, self._most_samples or n)
        replies: list[Reply] = []
        if size == n:
            try:
                replies = await self._ask(request, first, n, keep)
                size = len(replies)
            except RequestRefused as error:
                if n <= self._most_given:
                    raise self._retries.given_up(error) from None
                # Perhaps it is the number that is refused: then fewer pass.
                size = (n + 1) // 2
                replies = await self.complete(request, size, first=first, keep=keep)
                self._most_samples = self._most_given
        starts = range(first + len(replies), end, size)
        rest = (self.complete(request, min(size, end - s), first=s, keep=keep) for s in starts)
        # All of them are waited for: one that fails does not cut off others that are being paid for.
        for more in await asyncio.gather(*rest, return_exceptions=True):
            if isinstance(more, BaseException):
                raise more
            replies += more
        return replies

    async def stream(self, request: ChatRequest, sample: int, told: Callable[[str], None]) -> Reply:
        """One sample, whose text so far ``told`` gets as it comes; from its beginning again where it is asked again.

        An endpoint that does not stream gives its reply whole, which is then told at once.

        Raises:
            RequestRefused, RequestFailed, ModelError: as :meth:`complete`.
        """
        try:
            reply = (await self._ask(request, sample, 1, None, told))[0]
        except RequestRefused as error:
            raise self._retries.given_up(error) from None
        told(reply.text)
        return reply

    async def _ask(
        self,
        request: ChatRequest,
        first: int,
        n: int,
        keep: Keep | None,
        told: Callable[[str], None] | None = None,
    ) -> list[Reply]:
        """1 to ``n`` replies from one response, asked for again where that may help."""
        attempt = Attempts()
        completion = await self._retries.until_answered(
            attempt, lambda: self._completion(request, first, n, attempt, told), lambda: self._probe(request)
        )
        replies = to_replies(completion, request.model, n, sum(len(m.content) for m in request.messages))
        replies[0] = replace(replies[0], requests=attempt.sent)
        self._answered(request, replies)
        if keep is not None:
            await keep(first, replies)
        return replies

    def _answered(self, request: ChatRequest, replies: list[Reply]) -> None:
        self._most_given = max(self._most_given, len(replies))
        mean = sum(r.completion_tokens for r in replies) / len(replies)
        before = self._reply_tokens.get(request.role, mean)
        self._reply_tokens[request.role] = before + 0.05 * (mean - before)

    async def _probe(self, request: ChatRequest) -> None:
        if self.ledger is not None:
            self.ledger.sending(request.role, request.model)
        await self._exchange.send("POST", "/chat/completions", _shortest(request.model))

    async def check(self, model: str) -> None:
        """Ask once, without retries, so that what is wrong shows before a run starts.

        Looks the model up in the endpoint's list; where it is not there, or there is no list, asks
        for a completion of one token.  A server that is merely busy passes.

        Raises:
            ModelError: no connection, the key is refused, or the model is unknown.
        """
        try:
            body = await self._exchange.send("GET", "/models")
            data = body.get("data")
            listed = [str(m["id"]) for m in data if isinstance(m, dict) and "id" in m] if isinstance(data, list) else []
        except RequestRefused:
            listed = []
        except RetryableModelError as error:
            if isinstance(error, Unreachable):
                raise ModelError(str(error)) from None
            return
        except ModelError as error:
            if not isinstance(error, NotFound):
                raise
            listed = []
        if model in listed:
            return
        try:
            await self._exchange.send("POST", "/chat/completions", _shortest(model))
        except NotFound as error:
            shown = f"; it has {', '.join(sorted(listed)[:8])}" if listed else ""
            raise ModelError(f"{error}{shown}") from None
        except (RequestRefused, RetryableModelError):
            return  # it knows the model, and one token was not enough, or it is busy

    def stop(self) -> None:
        """Send nothing more: who waits to send is cancelled, what is sent is waited for."""
        self._exchange.stop()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._exchange.aclose()

    # --- one HTTP request ----------------------------------------------------------------------

    async def _completion(
        self, request: ChatRequest, first: int, n: int, attempt: Attempts, told: Callable[[str], None] | None
    ) -> Completion:
        name = self._max_tokens_name
        try:
            return await self._streamed_post(request, first, n, attempt, told)
        except RequestRefused as error:
            # Reasoning models of some endpoints know the limit under its newer name only.
            if name != "max_tokens" or "max_completion_tokens" not in str(error):
                raise
            self._max_tokens_name = "max_completion_tokens"
        return await self._streamed_post(request, first, n, attempt, told)

    async def _streamed_post(
        self, request: ChatRequest, first: int, n: int, attempt: Attempts, told: Callable[[str], None] | None
    ) -> Completion:
        """Asked for in pieces where somebody watches, less and less of that where the endpoint refuses it."""
        while told is not None and self._streamed:
            try:
                return await self._post(request, first, n, attempt, told)
            except RequestRefused as error:
                if "stream" not in str(error):
                    raise
                least = "stream_options" not in self._streamed or "stream_options" not in str(error)
                self._streamed = {} if least else {"stream": True}
        return await self._post(request, first, n, attempt)

    async def _post(
        self,
        request: ChatRequest,
        first: int,
        n: int,
        attempt: Attempts,
        told: Callable[[str], None] | None = None,
    ) -> Completion:
        body = request_body(request, first, n, send_seed=self._send_seed, max_tokens_name=self._max_tokens_name)

        def count() -> None:
            if self.ledger is not None:
                self.ledger.sending(request.role, request.model, retry=attempt.sent > 0)
            attempt.sent += 1

        reply = self._reply_tokens.get(request.role, request.max_tokens / 4)
        tokens = sum(len(m.content) for m in request.messages) // 4 + int(n * reply)
        return read_completion(
            await self._exchange.send(
                "POST",
                "/chat/completions",
                encoded(body if told is None else body | self._streamed),
                tokens=tokens,
                count=count,
                streamed=None if told is None else StreamedReply(told),
            )
        )


def _shortest(model: str) -> bytes:
    return encoded({"model": model, "messages": [{"role": "user", "content": "1"}], "max_tokens": 1})
