"""Vectors from an endpoint that are paid for once: each is in the completion store before it is used.

One row a text, keyed by the model and the text, so that the ledger, limits and prices, ``status`` and
``salvage`` treat vectors as they treat replies.  How a request is sent, and how often it is tried, belongs to
:mod:`builder.llm.embedding_client`; what the vectors are for is not known here.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..errors import ModelError, RequestFailed, RequestRefused
from ..llm.chat import EMBED, ChatRequest, Message, Reply
from ..llm.embedding_client import Embedded, EmbeddingClient
from ..llm.ledger import Ledger
from ..store import CompletionStore
from .acronyms import spelled_out
from .base import Matrix, unit_rows

BATCH_TEXTS = 256
BATCH_CHARACTERS = 32_768  # some 8,000 tokens

Durable = Callable[[], contextlib.AbstractContextManager[tuple[CompletionStore, Ledger]]]
"""Opens the store and the ledger of a run."""


class EndpointEmbedder:
    """Any OpenAI-compatible ``/embeddings`` endpoint.

    Vectors are kept with length one and as float16.  Batches of texts that the endpoint refuses are halved,
    down to one text.
    """

    def __init__(
        self, model: str, connect: Callable[[Ledger], EmbeddingClient], durable: Durable, *, dimensions: int = 0
    ) -> None:
        """
        Args:
            model: its name at the endpoint.
            connect: a client that counts what it sends in a ledger; one is made and closed for each call.
            durable: opens the completion store, which is closed again at the end of each call.
            dimensions: length of the vectors, for models that can give several; 0 is the model's own.
        """
        self.name = model
        self._connect, self._durable, self._dimensions = connect, durable, dimensions

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See :class:`~builder.embeddings.base.Embedder`.  Starts an event loop of its own.

        Raises:
            ModelError: the endpoint cannot be used, or gives no vector for a text, or vectors of another length
                than before.  What it gave is stored.
            BudgetReached: a limit of the ledger.
            StoreError: a vector could not be kept.
        """
        spelled = [spelled_out(text).strip() for text in texts]
        requests = {text: self._request(text) for text in sorted({*spelled} - {""})}
        keys = [request.key(0) for request in requests.values()]
        with self._durable() as (store, ledger):
            stored, _ = store.look_up(keys)
            ledger.add(EMBED, self.name, reused=len(stored))
            missing = [r for r, key in zip(requests.values(), keys, strict=True) if key not in stored]
            if missing:
                asyncio.run(self._ask(missing, store, ledger))
                stored |= store.look_up([r.key(0) for r in missing])[0]
        row = {text: i for i, text in enumerate(requests)}
        return self._matrix([stored[key] for key in keys])[[row.get(text, -1) for text in spelled]]

    def _request(self, text: str) -> ChatRequest:
        """A text as a request, for the key of its row."""
        settings = f"dimensions={self._dimensions}" if self._dimensions else ""
        return ChatRequest(EMBED, self.name, (Message("user", text),), settings, None, None, 0, 0)

    def _matrix(self, replies: Sequence[Reply]) -> Matrix:
        """The vectors of ``replies``, and one of zeros."""
        vectors = [np.frombuffer(base64.b64decode(reply.text), np.float16) for reply in replies]
        lengths = sorted({len(v) for v in vectors}) or [1]
        if len(lengths) > 1:
            raise ModelError(
                f"the embedding model {self.name!r} has given vectors of {' and of '.join(map(str, lengths))} numbers: "
                "it is another model than before; give it another name, or start a new run"
            )
        return unit_rows(np.stack([*vectors, np.zeros(lengths[0], np.float16)]))

    # --- asking --------------------------------------------------------------------------------

    async def _ask(self, requests: Sequence[ChatRequest], store: CompletionStore, ledger: Ledger) -> None:
        client = self._connect(ledger)
        asking = _Asking(client, store, ledger, self._dimensions)
        tasks: list[asyncio.Task[None]] = []
        try:
            await client.check()
            batches = _batches(requests)
            # The first one alone: what is wrong with the endpoint shows before much is sent.
            for some in ([next(batches)], batches):
                tasks += [asyncio.create_task(asking.batch(b)) for b in some]
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
                for task in done:
                    task.result()
        finally:
            client.stop()
            try:  # what is under way is paid for, and kept
                await asyncio.gather(*tasks, return_exceptions=True)
            finally:
                await client.aclose()


class _Asking:
    """The texts of one call on their way to the store."""

    def __init__(self, client: EmbeddingClient, store: CompletionStore, ledger: Ledger, dimensions: int) -> None:
        self._client, self._store, self._ledger, self._dimensions = client, store, ledger, dimensions

    async def batch(self, requests: Sequence[ChatRequest]) -> None:
        """Ask for these texts in one request, or in halves where it is refused, and keep what comes."""
        try:
            answer = await self._answer(requests)
        except RequestFailed as error:
            if not isinstance(error, RequestRefused) or len(requests) == 1:
                raise await self._given_up(requests, error) from None
            await self._halves(requests)
            return
        replies = _replies(answer)
        # Counted before the commit: it is paid for, whatever the disk says.
        self._ledger.received(EMBED, requests[0].model, replies)
        await self._store.put_each(list(zip(requests, replies, strict=True)))

    async def _answer(self, requests: Sequence[ChatRequest]) -> Embedded:
        messages = tuple(r.messages[0] for r in requests)
        reserved = await self._ledger.reserve(replace(requests[0], messages=messages), 1)
        try:
            texts = [m.content for m in messages]
            return await self._client.embed(requests[0].model, texts, self._dimensions)
        finally:
            self._ledger.release(reserved)

    async def _halves(self, requests: Sequence[ChatRequest]) -> None:
        half = len(requests) // 2
        parts = (self.batch(requests[:half]), self.batch(requests[half:]))
        # Both are waited for: what one of them brings is kept.
        for outcome in await asyncio.gather(*parts, return_exceptions=True):
            if outcome is not None:
                raise outcome

    async def _given_up(self, requests: Sequence[ChatRequest], error: RequestFailed) -> RequestFailed:
        """Keep the reason, to be read; the next run asks for these texts again all the same."""
        first = requests[0]
        self._ledger.add(EMBED, first.model, failed=len(requests))
        await self._store.put_error(first, [0], error, sent=error.requests)
        others = f" and {len(requests) - 1} others" if len(requests) > 1 else ""
        said = f"no vector for {first.messages[0].content[:80]!r}{others}: {error}"
        return type(error)(said, error.requests)


def _batches(requests: Sequence[ChatRequest]) -> Iterator[list[ChatRequest]]:
    batch: list[ChatRequest] = []
    characters = 0
    for request in requests:
        size = len(request.messages[0].content)
        if batch and (len(batch) == BATCH_TEXTS or characters + size > BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(request)
        characters += size
    if batch:
        yield batch


def _replies(answer: Embedded) -> list[Reply]:
    """A response as rows of the store; tokens and requests stand on the first."""
    rows = unit_rows(answer.vectors).astype("<f2")
    return [
        Reply(
            text=base64.b64encode(row.tobytes()).decode("ascii"),
            finish_reason="stop",
            model=answer.model,
            prompt_tokens=0 if i else answer.prompt_tokens,
            requests=0 if i else answer.requests,
            estimated=answer.estimated,
        )
        for i, row in enumerate(rows)
    ]
