"""Vectors from any OpenAI-compatible ``/embeddings``: one request, one vector for each text.

How a request goes out is told in :mod:`builder.llm.exchange`, when in :mod:`builder.llm.limits`, what is done
about failures in :mod:`builder.llm.retries`.  How texts are put into requests, where vectors are kept and what
they are for is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import ModelError, RequestRefused, RetryableModelError
from .chat import EMBED
from .exchange import Exchange, NotFound, Unreachable
from .ledger import Ledger
from .limits import Limiter
from .retries import Attempts, Retries
from .wire import encoded


class WrongCount(RequestRefused):
    """Not one vector for each text: which is whose is not known, and perhaps it were too many texts."""


class Embedded(NamedTuple):
    """A response."""

    vectors: npt.NDArray[np.float64]  # (texts, numbers), finite, as the endpoint gave them
    model: str  # as the endpoint names it
    prompt_tokens: int
    estimated: bool  # the endpoint gave no usage: tokens are a quarter of the characters
    requests: int  # HTTP requests that it took, those that failed before included


class EmbeddingClient:
    """Asks one endpoint.  Bound to the event loop of its first request."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        ledger: Ledger,
        *,
        concurrency: int = 256,
        requests_per_minute: float = 0.0,
        tokens_per_minute: float = 0.0,
        timeout: float = 600.0,
        max_retries: int = 6,
        patience: float = 900.0,
        backoff: float = 0.5,
    ) -> None:
        """As for :class:`~builder.llm.openai_client.OpenAIChat`; ``ledger`` counts what is sent.

        Raises:
            ModelError: the URL or the key cannot be used.
        """
        self._ledger = ledger
        limiter = Limiter(
            concurrency=concurrency,
            requests_per_minute=requests_per_minute or None,
            tokens_per_minute=tokens_per_minute or None,
        )
        self._exchange = Exchange(base_url, api_key, limiter, concurrency=concurrency, timeout=timeout)
        self._retries = Retries(self._exchange, max_retries=max_retries, patience=patience, backoff=backoff)

    async def embed(self, model: str, texts: Sequence[str], dimensions: int = 0) -> Embedded:
        """A vector for each of ``texts``, in their order; ``dimensions`` 0 leaves their length to the model.

        Raises:
            RequestRefused: the endpoint refuses these texts (400, 413, 422), or gives fewer or more vectors;
                fewer texts may pass.
            RequestFailed: it still failed after all retries, while the endpoint answers others.
            ModelError: the endpoint refuses the key, the model or the account, or answers nothing.
            BudgetReached: the run has sent all the requests that it may.
        """
        attempt = Attempts()

        def count() -> None:
            self._ledger.sending(EMBED, model, retry=attempt.sent > 0)
            attempt.sent += 1

        async def send() -> Embedded:
            body: dict[str, object] = {"model": model, "input": list(texts), "encoding_format": "float"}
            if dimensions:
                body["dimensions"] = dimensions
            answer = await self._exchange.send("POST", "/embeddings", encoded(body), tokens=_tokens(texts), count=count)
            return self._read(answer, model, texts)

        answer = await self._retries.until_answered(attempt, send, lambda: self._probe(model))
        return answer._replace(requests=attempt.sent)

    async def _probe(self, model: str) -> None:
        self._ledger.sending(EMBED, model)
        await self._exchange.send("POST", "/embeddings", encoded({"model": model, "input": ["1"]}))

    def _read(self, body: Mapping[str, Any], model: str, texts: Sequence[str]) -> Embedded:
        usage = body.get("usage")
        counted = usage.get("prompt_tokens") if isinstance(usage, dict) else None
        tokens = counted if isinstance(counted, int) and counted > 0 else 0
        served = body.get("model")
        return Embedded(
            vectors=read_vectors(body, len(texts), self._exchange.base_url),
            model=served if isinstance(served, str) else model,
            prompt_tokens=tokens or _tokens(texts),
            estimated=not tokens,
            requests=0,
        )

    async def check(self) -> None:
        """Ask once, without retries, so that a server that is not there shows at once.

        Raises:
            ModelError: no connection, or the key is refused.
        """
        try:
            await self._exchange.send("GET", "/models")
        except Unreachable as error:
            raise ModelError(str(error)) from None
        except (NotFound, RequestRefused, RetryableModelError):
            return  # there is no list, or it is busy

    def stop(self) -> None:
        """Send nothing more: who waits to send is cancelled, what is sent is waited for."""
        self._exchange.stop()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._exchange.aclose()


def read_vectors(body: Mapping[str, Any], count: int, source: str) -> npt.NDArray[np.float64]:
    """The ``count`` vectors of a response body, in the order of their ``index``: shape (count, d).

    Raises:
        WrongCount: there are more or fewer, and more than one was asked for.
        RetryableModelError: something is no vector of finite numbers, or they are of different lengths, or
            their order is not known.
    """
    data = body.get("data")
    items = [d for d in data if isinstance(d, dict)] if isinstance(data, list) else []
    if len(items) != count:
        kind = WrongCount if count > 1 else RetryableModelError
        raise kind(f"{source} gave {len(items)} vectors for {count} texts: use another embedding model")
    numbers = [item.get("index") for item in items]
    if any(n is not None for n in numbers):  # servers that give none keep the order
        if sorted(n if type(n) is int else -1 for n in numbers) != list(range(count)):
            raise RetryableModelError(f"{source} gave vectors without saying whose each is (index {numbers[:8]})")
        items.sort(key=lambda item: int(item["index"]))
    try:
        vectors = np.array([item.get("embedding") for item in items])
    except ValueError:
        raise RetryableModelError(f"{source} gave vectors of different lengths: use another embedding model") from None
    if vectors.ndim != 2 or vectors.size == 0 or vectors.dtype.kind not in "fi" or not np.isfinite(vectors).all():
        raise RetryableModelError(
            f"{source} gave vectors with something in them that is no number: use another embedding model"
        )
    return vectors.astype(np.float64)


def _tokens(texts: Sequence[str]) -> int:
    return sum(-(-len(text) // 4) for text in texts)
