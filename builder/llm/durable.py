"""A chat that asks nothing twice: every reply is in the completion store before anyone sees it.

What is stored is taken from there; what is being asked for is waited for; only the rest is asked.
How a request is sent, and how often it is tried, belongs to the chat inside.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Sequence

from ..errors import RequestRefused, RetryableModelError
from ..store import CompletionStore
from .chat import Chat, ChatRequest, Reply
from .ledger import Counting, Ledger


class DurableChat:
    """A :class:`~builder.llm.chat.Chat` over another one, a completion store and a ledger.

    The replies to one request are committed in one transaction, so after a kill a request has all of
    its samples in the store or none.  Only when ``n`` is raised later are some there and some not;
    the missing ones are then asked for with the seed moved by the index of the first, so that they
    are new samples and not repeats.  They need not equal those that a run with the larger ``n`` from
    the start would have had.

    Neither the chat's nor the store's owner changes: :meth:`aclose` closes the chat, the store is
    closed by who opened it.
    """

    def __init__(self, chat: Chat, store: CompletionStore, ledger: Ledger) -> None:
        self._chat = chat
        self._store = store
        self._ledger = ledger
        self._running: dict[str, asyncio.Task[list[Reply]]] = {}
        self._counts_itself = isinstance(chat, Counting)
        if isinstance(chat, Counting):
            chat.ledger = ledger

    async def complete(self, request: ChatRequest, n: int = 1) -> list[Reply]:
        """Exactly ``n`` replies, sample 0 to n-1, each of them durable.

        Raises:
            ModelError: the chat inside could not answer; what is final is stored with its reason, and
                is asked for again in a later run.
            StoreError: a reply could not be kept.
        """
        keys = [request.key(i) for i in range(n)]
        if not keys:
            return []
        # Between the look at what runs and the registration below nothing is awaited, so that no
        # second caller can start the same request.
        while (running := self._running.get(keys[0])) is not None:
            await asyncio.shield(running)
        stored = self._store.get_many(keys)
        if stored:
            self._ledger.add(request.role, request.model, reused=len(stored))
        if len(stored) == n:
            return [stored[k] for k in keys]
        task = asyncio.create_task(self._ask(request, keys, stored))
        self._running[keys[0]] = task
        task.add_done_callback(lambda done: self._finished(keys[0], done))
        # A caller that is cancelled does not take the reply from those who wait for the same one.
        return await asyncio.shield(task)

    async def _ask(self, request: ChatRequest, keys: Sequence[str], stored: dict[str, Reply]) -> list[Reply]:
        missing = [i for i, key in enumerate(keys) if key not in stored]
        asked = request if not missing[0] else dataclasses.replace(request, seed=request.seed + missing[0])
        if not self._counts_itself:
            self._ledger.add(request.role, request.model, requests=1)
        try:
            replies = await self._chat.complete(asked, len(missing))
        except (RequestRefused, RetryableModelError) as error:
            self._ledger.add(request.role, request.model, failed=1)
            await self._store.put_error([(keys[i], request, i) for i in missing], str(error))
            raise
        # Counted before the commit: it is paid for, whatever the disk says.
        self._ledger.received(request.role, request.model, replies)
        await self._store.put([(keys[i], request, i, reply) for i, reply in zip(missing, replies, strict=True)])
        new = dict(zip(missing, replies, strict=True))
        return [new[i] if i in new else stored[key] for i, key in enumerate(keys)]

    def _finished(self, key: str, task: asyncio.Task[list[Reply]]) -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # retrieved here too: all who waited may have been cancelled

    async def aclose(self) -> None:
        """Cancel what is in flight and close the chat inside; the store stays open."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*running, return_exceptions=True)
        await self._chat.aclose()
