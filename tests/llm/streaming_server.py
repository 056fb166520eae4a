"""Acts of :mod:`tests.llm.misbehaving` that answer in pieces, well and badly."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterable

from aiohttp import web

from tests.llm.misbehaving import Act


def chunk(text: str | None = None, finish: str | None = None, **more: object) -> str:
    """One event with a piece of the text."""
    delta = {} if text is None else {"content": text}
    return json.dumps({"model": "served", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more})


def pieces(*texts: str, usage: bool = True, done: bool = True, end: bytes = b"\n\n", pause: float = 0.0) -> Act:
    """A good stream of these pieces."""
    events = [chunk(t) for t in texts] + [chunk(finish="stop")]
    if usage:
        counted = {"prompt_tokens": 7, "completion_tokens": len(texts)}
        events.append(json.dumps({"model": "served", "choices": [], "usage": counted}))
    return stream([e.encode() for e in events] + ([b"[DONE]"] if done else []), end=end, pause=pause)


def stream(events: Iterable[bytes], *, end: bytes = b"\n\n", pause: float = 0.0, then: str = "") -> Act:
    """These events; then the connection is closed ("") or reset ("reset"), or nothing comes any more ("silence")."""

    async def act(http: web.Request, _: dict) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(http)
        with contextlib.suppress(ConnectionError):
            for event in events:
                await response.write(b"data: " + event + end)
                await asyncio.sleep(pause)
            if then == "silence":
                await asyncio.sleep(30)
            if then == "reset":
                http.transport.abort()
            await response.write_eof()
        return response

    return act
