"""Replies for a person who watches: told as they are written, and each as soon as it is there.

:class:`Live` is a :class:`~builder.llm.chat.Chat` around another one.  It gives the same replies, asks for the
samples of a request one by one and all at once, so that they arrive one by one, and tells a :class:`Listener`.
:func:`watched` joins what is told with what a generator yields.  What the texts mean, and how they are shown, is
not known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from ..errors import ModelError, RequestFailed, RequestRefused
from .chat import Chat, ChatRequest, Keep, Reply

PIECES = 6
"""Pieces in which a reply is passed on that is there at once."""

T = TypeVar("T")


class Listener(Protocol):
    """Who watches.  Its methods return at once."""

    def on_text(self, role: str, sample: int, text: str) -> None:
        """The text so far of a reply that is being written; shorter than before where it is asked for again."""
        ...

    def on_reply(self, role: str, sample: int, reply: Reply) -> None:
        """A finished reply; samples finish in any order."""
        ...


@runtime_checkable
class StreamingChat(Chat, Protocol):
    """A chat whose replies can be heard while they are written."""

    async def stream(self, request: ChatRequest, sample: int, told: Callable[[str], None]) -> Reply:
        """One sample; ``told`` gets its text so far.  Raises what :meth:`~builder.llm.chat.Chat.complete` does."""
        ...


class Live:
    """A chat that tells a listener what arrives.

    The reply of a chat that does not stream, such as the procedural model, is there at once.  It is passed on in
    a few pieces, so that who shows it has one way for all; that is no stream of tokens.

    Cancelling :meth:`complete` stops all its requests in flight, and so does the first of them that fails.

    Args:
        pause: seconds between those pieces, so that an eye can follow.
    """

    def __init__(self, chat: Chat, listener: Listener, *, pause: float = 0.0) -> None:
        self._chat = chat
        self._listener = listener
        self._pause = pause

    async def complete(
        self, request: ChatRequest, n: int = 1, *, first: int = 0, keep: Keep | None = None
    ) -> list[Reply]:
        """Exactly ``n`` replies, sample ``first`` to ``first + n - 1``, in order.

        Raises:
            RequestRefused: the endpoint refuses this request whatever is done.
            ModelError: it could not be asked.  A single request that was given up is told in the same way: for who
                watches it is the only one.
        """
        tasks = [asyncio.ensure_future(self._one(request, sample, keep)) for sample in range(first, first + n)]
        try:
            return await asyncio.gather(*tasks)
        except RequestRefused:
            raise
        except RequestFailed as error:
            raise ModelError(str(error)) from None
        finally:
            await cancelled(tasks)

    async def _one(self, request: ChatRequest, sample: int, keep: Keep | None) -> Reply:
        def told(text: str) -> None:
            self._listener.on_text(request.role, sample, text)

        if isinstance(self._chat, StreamingChat):
            reply = await self._chat.stream(request, sample, told)
        else:
            [reply] = await self._chat.complete(request, 1, first=sample)
            for end in range(1, PIECES + 1):
                told(reply.text[: len(reply.text) * end // PIECES])
                await asyncio.sleep(self._pause)
        if keep is not None:
            await keep(sample, [reply])
        self._listener.on_reply(request.role, sample, reply)
        return reply

    async def aclose(self) -> None:
        """Close the chat."""
        await self._chat.aclose()


async def cancelled(tasks: Iterable[asyncio.Future[T]]) -> None:
    """Cancel tasks and wait until they have ended; what they raise was told elsewhere."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Writing:
    """The text so far of a reply that is being written."""

    role: str
    sample: int
    text: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A finished reply."""

    role: str
    sample: int
    reply: Reply


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing has come for a while.  Who passes events on sees by it whether there is still somebody to tell."""


class _Queue:
    """A listener that keeps what was told until it is fetched; of a text that grows, the newest state only."""

    def __init__(self) -> None:
        self._events: dict[object, object] = {}  # in the order of their arrival
        self._count = 0
        self._there = asyncio.Event()

    def on_text(self, role: str, sample: int, text: str) -> None:
        self._events[role, sample] = Writing(role, sample, text)
        self._there.set()

    def on_reply(self, role: str, sample: int, reply: Reply) -> None:
        self.put(Arrived(role, sample, reply))

    def put(self, event: object) -> None:
        self._count += 1
        self._events[self._count] = event
        self._there.set()

    async def get(self, patience: float | None) -> object:
        try:
            async with asyncio.timeout(patience):
                while not self._events:
                    self._there.clear()
                    await self._there.wait()
        except TimeoutError:
            return Waiting()
        return self._events.pop(next(iter(self._events)))


_END = object()


async def watched(
    steps: Callable[[Listener], AsyncIterator[T]], *, seconds: float | None = None, beat: float | None = None
) -> AsyncGenerator[Writing | Arrived | Waiting | T, None]:
    """What ``steps`` yields, and what the listener that it is given is told, as it happens.

    A text that grows faster than it is fetched is left out but for its newest state; nothing else is.  Closing the
    generator stops the work and whatever it waits for.  It may be asked by one task after another.

    Args:
        steps: makes the generator that is watched, such as :func:`builder.synthesis.synthesize` with chats that are
            :class:`Live` for the listener.
        seconds: how long it may take altogether.
        beat: seconds without an event after which a :class:`Waiting` is yielded; None: never.

    Raises:
        ModelError: it took longer.
        KPMathError: what ``steps`` raises.
    """
    queue = _Queue()

    async def work() -> None:
        try:
            async with asyncio.timeout(seconds):
                async for step in steps(queue):
                    queue.put(step)
                    await asyncio.sleep(0)  # who watches comes first
        except TimeoutError:
            raise ModelError(f"this was not done in {seconds:g} s and was stopped; try again later") from None
        finally:
            queue.put(_END)

    task = asyncio.create_task(work())
    try:
        while (event := await queue.get(beat)) is not _END:
            yield event  # type: ignore[misc]
        await task
    finally:
        await cancelled([task])
