"""What can go wrong between a client and the loopback hub, and what happens just before or after a request.

A rule waits for requests that match, lets ``skip`` of them pass and strikes the next ``times``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

Drop = Literal["request", "upload", "reply"]
KEEP = web.RequestKey("keep", int)
Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class Rule:
    """Strikes requests whose method is ``method`` ("" any) and in whose path ``path`` (a regex) is found.

    Attributes:
        call: run in a thread before the request is looked at; it may itself use the hub.
        delay: seconds to wait before the request is looked at.
        keep: bytes of an LFS upload that arrive in the store; the rest is lost on the way.
        status: answer this, with ``headers``.  The request is not carried out unless ``landed``.
        drop: close the connection: "request" at once, "upload" in the middle of its body, both without carrying
            it out; "reply" in the middle of the reply, after it was carried out.
    """

    method: str = ""
    path: str = ""
    times: int = 1
    skip: int = 0
    call: Callable[[], object] | None = None
    delay: float = 0.0
    keep: int | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    landed: bool = False
    drop: Drop | None = None

    def strikes(self, request: web.Request) -> bool:
        if self.method not in ("", request.method) or not re.search(self.path, request.path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return self.times >= 0


class Faults:
    """The rules of one hub, in the order given."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    async def pass_on(self, request: web.Request, handle: Handler) -> web.StreamResponse:
        """The answer to a request after all rules that strike it."""
        for rule in self._striking(request):
            if rule.call is not None:
                await asyncio.to_thread(rule.call)
            await asyncio.sleep(rule.delay)
            if rule.keep is not None:
                request[KEEP] = rule.keep
            if rule.drop in ("request", "upload"):
                return await _drop(request, upload=rule.drop == "upload")
            if rule.drop == "reply":
                return await _half(request, await handle(request))
            if rule.status is not None:
                await (handle(request) if rule.landed else request.read())
                return refusal(rule.status, f"fault injected: {rule.status}", headers=rule.headers)
        return await handle(request)

    def _striking(self, request: web.Request) -> Iterator[Rule]:
        return (rule for rule in list(self.rules) if rule.strikes(request))


def refusal(
    status: int, message: str, code: str | None = None, headers: Mapping[str, str] | None = None
) -> web.Response:
    """An error in the Hub's form."""
    told = {"X-Error-Message": message.replace("\n", " "), **({"X-Error-Code": code} if code else {})}
    return web.json_response({"error": message}, status=status, headers={**told, **(headers or {})})


def _close(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


async def _drop(request: web.Request, upload: bool) -> web.StreamResponse:
    if upload:
        left = (request.content_length or 2) // 2
        while left > 0 and (part := await request.content.read(left)):
            left -= len(part)
    _close(request)
    return web.Response(status=500)  # goes nowhere


async def _half(request: web.Request, whole: web.Response) -> web.StreamResponse:
    body = whole.body if isinstance(whole.body, bytes) else b""
    if request.method == "HEAD" or not body:
        return await _drop(request, upload=False)
    headers = {name: value for name, value in whole.headers.items() if name.lower() != "content-length"}
    response = web.StreamResponse(status=whole.status, headers=headers)
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    _close(request)
    return response
