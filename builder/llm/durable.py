"""A chat that asks nothing twice: every reply is in the completion store before anyone sees it.

What is stored is taken from there, a failure that is final too; what is being asked for is waited for;
only the rest is asked.  How a request is sent, and how often it is tried, belongs to the chat inside.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, runtime_checkable

from ..errors import ReplyPending, RequestFailed
from ..store import CompletionStore
from .chat import Chat, ChatRequest, Keep, Reply
from .ledger import Ledger


@runtime_checkable
class Sender(Protocol):
    """A chat that sends more than one request for a completion, and counts them itself."""

    ledger: Ledger | None

    def stop(self) -> None:
        """Send nothing more; what is sent is waited for."""
        ...


class DurableChat:
    """A :class:`~builder.llm.chat.Chat` over another one, a completion store and a ledger.

    Each response is committed in one transaction as soon as it is there: after a kill all of its samples
    are in the store, or none.  Samples that a request lacks, because of a kill or because ``n`` was
    raised, are asked for under their own numbers.

    :meth:`aclose` closes the chat inside; the store is closed by who opened it.
    """

    def __init__(
        self,
        chat: Chat,
        store: CompletionStore,
        ledger: Ledger,
        prepare: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """``prepare`` is awaited before the first request that the store cannot answer."""
        self._chat = chat
        self._store = store
        self._ledger = ledger
        self._prepare = prepare
        self._running: dict[str, asyncio.Task[list[Reply]]] = {}
        self._sends_itself = isinstance(chat, Sender)
        if isinstance(chat, Sender):
            chat.ledger = ledger

    @property
    def in_flight(self) -> int:
        """Requests that are being asked."""
        return len(self._running)

    async def complete(
        self, request: ChatRequest, n: int = 1, *, first: int = 0, keep: Keep | None = None
    ) -> list[Reply]:
        """Exactly ``n`` replies, sample ``first`` to ``first + n - 1``, each of them durable.

        Raises:
            RequestFailed: this request is given up; the reason is stored and holds until
                ``CompletionStore.retry_errors``.
            ModelError: the endpoint as a whole cannot be used.
            BudgetReached: a limit of the ledger.
            StoreError: a reply could not be kept.
        """
        samples = range(first, first + n)
        # Between the look at what runs and the registration below nothing is awaited, so that no
        # second caller can start the same request.
        while (running := self._running.get(request.id)) is not None:
            await asyncio.shield(running)
        keys = [request.key(k) for k in samples]
        stored, failure = self._store.look_up(keys)
        if stored:
            self._ledger.add(request.role, request.model, reused=len(stored))
        if failure is not None:
            raise failure
        replies = [stored[k] for k in keys] if len(stored) == n else None
        if replies is None:
            task = asyncio.create_task(
                self._ask(request, {k: stored.get(key) for k, key in zip(samples, keys, strict=True)})
            )
            self._running[request.id] = task
            task.add_done_callback(lambda done: self._finished(request.id, done))
            # A caller that is cancelled does not take the reply from those who wait for the same one.
            replies = await asyncio.shield(task)
        if keep is not None and replies:
            await keep(first, replies)
        return replies

    async def _ask(self, request: ChatRequest, samples: dict[int, Reply | None]) -> list[Reply]:
        """``samples`` with the missing ones drawn, in order."""
        if self._prepare is not None:
            await self._prepare()

        async def keep(first: int, replies: Sequence[Reply]) -> None:
            # Counted before the commit: it is paid for, whatever the disk says.
            self._ledger.received(request.role, request.model, replies)
            await self._store.put(request, first, replies)
            samples.update(zip(range(first, first + len(replies)), replies, strict=True))

        pending: ReplyPending | None = None
        for first, n in _runs([k for k, reply in samples.items() if reply is None]):
            reserved = await self._ledger.reserve(request, n)
            try:
                if not self._sends_itself:
                    self._ledger.sending(request.role, request.model)
                await self._chat.complete(request, n, first=first, keep=keep)
            except ReplyPending as error:
                pending = error  # a batch file asks for all gaps at once
            except RequestFailed as error:
                await self._given_up(request, [k for k, reply in samples.items() if reply is None], error)
                raise
            finally:
                self._ledger.release(reserved)
        if pending is not None:
            raise pending
        return [reply for reply in samples.values() if reply is not None]

    async def _given_up(self, request: ChatRequest, missing: Sequence[int], error: RequestFailed) -> None:
        self._ledger.add(request.role, request.model, failed=len(missing))
        await self._store.put_error(request, missing, error, sent=error.requests)

    def _finished(self, request_id: str, task: asyncio.Task[list[Reply]]) -> None:
        del self._running[request_id]
        if not task.cancelled():
            task.exception()  # retrieved here too: all who waited may have been cancelled

    async def aclose(self) -> None:
        """Send nothing more, wait for the replies that are under way and keep them, close the chat inside.

        When this is cancelled in turn (a second Ctrl-C), what is under way is given up.
        """
        if isinstance(self._chat, Sender):
            self._chat.stop()
        running = list(self._running.values())
        try:
            await asyncio.gather(*running, return_exceptions=True)
        finally:
            for task in running:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*running, return_exceptions=True)
            await self._chat.aclose()


def _runs(samples: Sequence[int]) -> list[tuple[int, int]]:
    """Consecutive numbers as (first, how many)."""
    runs: list[tuple[int, int]] = []
    for k in samples:
        if runs and sum(runs[-1]) == k:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((k, 1))
    return runs
