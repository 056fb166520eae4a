"""An embedding endpoint over real HTTP, in a thread, that does to each request what the test's script says.

The script is a list of acts, one a request in order of arrival; when it is used up every request is treated
by ``every``.  The vector of a text is made from its hash.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

import numpy as np
from aiohttp import web

from tests.http_thread import in_thread

DIMENSIONS = 8
Act = Callable[["EmbeddingServer", web.Request, dict], Awaitable[web.StreamResponse]]


def vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return [byte / 128.0 - 1.0 for byte in digest[:dimensions]]


def unit_vectors(texts: list[str]) -> np.ndarray:
    rows = np.array([vector(t) for t in texts])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def items(texts: list[str]) -> list[dict]:
    return [{"object": "embedding", "index": i, "embedding": vector(t)} for i, t in enumerate(texts)]


async def good(server: EmbeddingServer, http: web.Request, body: dict) -> web.StreamResponse:
    await asyncio.sleep(server.pause)
    usage = {"prompt_tokens": 3 * len(body["input"]), "total_tokens": 3 * len(body["input"])}
    response = web.json_response({"object": "list", "model": "served", "data": items(body["input"]), "usage": usage})
    with contextlib.suppress(ConnectionError):
        await response.prepare(http)
        await response.write_eof()
        server.paid.update(body["input"])
    return response


def changed(change: Callable[[list[dict]], list[dict]]) -> Act:
    """A response whose items are changed on the way."""

    async def act(_: EmbeddingServer, __: web.Request, body: dict) -> web.StreamResponse:
        # The standard encoder writes NaN and Infinity as many servers do.
        return web.Response(text=json.dumps({"data": change(items(body["input"]))}), content_type="application/json")

    return act


def status(code: int, text: str = "try later", **headers: str) -> Act:
    async def act(_: EmbeddingServer, __: web.Request, ___: dict) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response({"error": {"message": text}}, status=code, headers=named)

    return act


def raw(content: bytes) -> Act:
    async def act(_: EmbeddingServer, __: web.Request, ___: dict) -> web.StreamResponse:
        return web.Response(body=content, content_type="application/json")

    return act


async def reset(_: EmbeddingServer, http: web.Request, __: dict) -> web.StreamResponse:
    http.transport.abort()
    return web.Response()


async def reset_in_body(_: EmbeddingServer, http: web.Request, __: dict) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "4000", "Content-Type": "application/json"})
    await response.prepare(http)
    await response.write(b'{"data": [')
    await asyncio.sleep(0.02)
    http.transport.abort()
    return response


class EmbeddingServer:
    def __init__(self, script: list[Act], every: Act, pause: float) -> None:
        self.script, self.every, self.pause = list(script), every, pause
        self.seen: list[list[str]] = []  # the texts of each request
        self.bodies: list[dict] = []
        self.paid: Counter[str] = Counter()  # texts whose vectors went out whole
        self.keys: set[str] = set()
        self.url = ""

    @property
    def asked(self) -> Counter[str]:
        return Counter(text for texts in self.seen for text in texts)

    async def embeddings(self, http: web.Request) -> web.StreamResponse:
        body = json.loads(await http.read())
        self.keys.add(http.headers["Authorization"])
        self.bodies.append(body)
        self.seen.append(body["input"])
        return await (self.script.pop(0) if self.script else self.every)(self, http, body)


@contextlib.contextmanager
def serving(*script: Act, every: Act = good, pause: float = 0.0) -> Iterator[EmbeddingServer]:
    server = EmbeddingServer(list(script), every, pause)
    app = web.Application(client_max_size=1 << 24)
    app.router.add_post("/v1/embeddings", server.embeddings)
    with in_thread(app) as server.url:
        yield server
