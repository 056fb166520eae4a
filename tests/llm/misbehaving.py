"""A server over real HTTP that does to each request what the test's script says.

The script is a list of acts, one a completion request in order of arrival; when it is used up every
request is answered well.  What was asked is kept in ``seen``, in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

Act = Callable[[web.Request, dict], Awaitable[web.StreamResponse]]


def choice(index: int, text: object, **more: object) -> dict:
    return {
        "index": index,
        "message": {"role": "assistant", "content": text},
        "finish_reason": "stop",
        **more,
    }


def answer(body: dict, choices: list[dict] | None = None, **more: object) -> web.Response:
    """A good answer: the text of each choice tells the seed and the index that it answers."""
    n = body.get("n", 1)
    choices = choices or [choice(i, f"seed {body.get('seed')} choice {i}") for i in range(n)]
    usage = {"prompt_tokens": 11, "completion_tokens": 5 * len(choices)}
    return web.json_response({"model": "served", "choices": choices, "usage": usage, **more})


async def good(_: web.Request, body: dict) -> web.StreamResponse:
    return answer(body)


def status(code: int, text: str = "try later", **headers: str) -> Act:
    async def act(_: web.Request, __: dict) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response({"error": {"message": text, "code": None}}, status=code, headers=named)

    return act


def raw(content: bytes, content_type: str = "application/json", code: int = 200) -> Act:
    async def act(_: web.Request, __: dict) -> web.StreamResponse:
        return web.Response(body=content, content_type=content_type, status=code)

    return act


def with_choices(*choices: dict, **more: object) -> Act:
    async def act(_: web.Request, body: dict) -> web.StreamResponse:
        return answer(body, list(choices), **more)

    return act


def at_most(count: int) -> Act:
    """Fewer choices than asked for."""

    async def act(_: web.Request, body: dict) -> web.StreamResponse:
        return answer({**body, "n": min(count, body.get("n", 1))})

    return act


async def reset_at_once(http: web.Request, _: dict) -> web.StreamResponse:
    http.transport.abort()
    return web.Response()


async def reset_in_body(http: web.Request, _: dict) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "4000", "Content-Type": "application/json"})
    await response.prepare(http)
    await response.write(b'{"choices": [')
    await asyncio.sleep(0.02)
    http.transport.abort()
    return response


async def never_ends(http: web.Request, _: dict) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(http)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)
    return response


async def silent(_: web.Request, __: dict) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.Response()


class Server:
    def __init__(self, script: list[Act], every: Act, models: list[str] | None) -> None:
        self.script = list(script)
        self.every = every
        self.models = models
        self.seen: list[dict] = []
        self.times: list[float] = []
        self.asked = asyncio.Event()
        self.open = self.most_open = 0
        self.url = ""

    async def completions(self, http: web.Request) -> web.StreamResponse:
        body = json.loads(await http.read())
        self.seen.append(body)
        self.asked.set()
        self.times.append(asyncio.get_running_loop().time())
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        try:
            return await (self.script.pop(0) if self.script else self.every)(http, body)
        finally:
            self.open -= 1

    async def list_models(self, _: web.Request) -> web.StreamResponse:
        if self.models is None:
            return web.json_response({"error": "no such path"}, status=404)
        return web.json_response({"data": [{"id": m} for m in self.models]})


@contextlib.asynccontextmanager
async def misbehaving(
    *script: Act, every: Act = good, models: list[str] | None = None, port: int = 0
) -> AsyncIterator[Server]:
    server = Server(list(script), every, models)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.completions)
    app.router.add_get("/v1/models", server.list_models)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()
