"""A server with the batch API of OpenAI (Files and Batches), over real HTTP in a thread of its own.

It keeps files and batches in memory.  A batch goes no further by itself: the test says when it ends and how.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from typing import Any

from aiohttp import web

Act = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


def refusing(status: int, text: str) -> Act:
    async def act(_: web.Request) -> web.StreamResponse:
        return web.json_response({"error": {"message": text, "code": None}}, status=status)

    return act


def saying(content: bytes, content_type: str) -> Act:
    async def act(_: web.Request) -> web.StreamResponse:
        return web.Response(body=content, content_type=content_type)

    return act


async def dropping(http: web.Request) -> web.StreamResponse:
    """The request is done, and the connection breaks before the answer."""
    assert http.transport is not None
    http.transport.abort()
    return web.Response()


class BatchServer:
    def __init__(self) -> None:
        self.url = ""
        self.key = "test-key-123"
        self.files: dict[str, bytes] = {}
        self.batches: list[dict[str, Any]] = []
        self.calls: Counter[str] = Counter()  # "METHOD path-without-ids"
        self.before: dict[str, list[Act]] = {}  # instead of doing it
        self.after: dict[str, list[Act]] = {}  # when it is done, instead of the answer
        self.page = 100
        self.keeps_metadata = True

    # --- what a test does ------------------------------------------------------------------------

    def requests(self, batch: dict[str, Any]) -> list[dict[str, Any]]:
        """What a batch asks."""
        return [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]

    def end(
        self,
        batch: dict[str, Any],
        output: Iterable[dict[str, Any]] = (),
        errors: Iterable[dict[str, Any]] = (),
        status: str = "completed",
    ) -> None:
        """The batch ends with these lines in its output and its error file."""
        output, errors = list(output), list(errors)
        batch |= {
            "status": status,
            "output_file_id": self._file(b"".join(json.dumps(r).encode() + b"\n" for r in output)) if output else None,
            "error_file_id": self._file(b"".join(json.dumps(r).encode() + b"\n" for r in errors)) if errors else None,
            "request_counts": {
                "total": len(self.requests(batch)),
                "completed": len(output),
                "failed": len(errors),
            },
        }

    def _file(self, content: bytes) -> str:
        file_id = f"file-{len(self.files)}"
        self.files[file_id] = content
        return file_id

    # --- what it answers -------------------------------------------------------------------------

    async def upload(self, http: web.Request) -> web.StreamResponse:
        form = await http.post()
        assert form["purpose"] == "batch"
        field = form["file"]
        assert isinstance(field, web.FileField)
        return web.json_response({"id": self._file(field.file.read()), "object": "file", "purpose": "batch"})

    async def content(self, http: web.Request) -> web.StreamResponse:
        content = self.files.get(http.match_info["id"])
        return web.Response(body=content) if content is not None else _unknown(http)

    async def create(self, http: web.Request) -> web.StreamResponse:
        body = await http.json()
        assert (body["endpoint"], body["completion_window"]) == ("/v1/chat/completions", "24h")
        assert body["input_file_id"] in self.files
        batch = {
            "id": f"batch_{len(self.batches)}",
            "object": "batch",
            "status": "validating",
            "input_file_id": body["input_file_id"],
            "metadata": body["metadata"] if self.keeps_metadata else None,
            "output_file_id": None,
            "error_file_id": None,
            "errors": None,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
        }
        self.batches.append(batch)
        return web.json_response(batch)

    async def list_batches(self, http: web.Request) -> web.StreamResponse:
        newest = self.batches[::-1]
        ids = [b["id"] for b in newest]
        start = ids.index(http.query["after"]) + 1 if "after" in http.query else 0
        some = newest[start : start + min(self.page, int(http.query["limit"]))]
        return web.json_response({"object": "list", "data": some, "has_more": start + len(some) < len(newest)})

    async def batch(self, http: web.Request) -> web.StreamResponse:
        found = [b for b in self.batches if b["id"] == http.match_info["id"]]
        return web.json_response(found[0]) if found else _unknown(http)

    def application(self) -> web.Application:
        @web.middleware
        async def middleware(http: web.Request, handler: Any) -> web.StreamResponse:
            route = http.match_info.route.resource
            name = f"{http.method} {route.canonical.removeprefix('/v1') if route else http.path}"
            self.calls[name] += 1
            if http.headers.get("Authorization") != f"Bearer {self.key}":
                text = f"Incorrect API key provided: {http.headers.get('Authorization', '').removeprefix('Bearer ')}"
                return web.json_response({"error": {"message": text}}, status=401)
            if self.before.get(name) and (said := await self.before[name].pop(0)(http)) is not None:
                return said
            done = await handler(http)
            if self.after.get(name) and (said := await self.after[name].pop(0)(http)) is not None:
                return said
            return done

        app = web.Application(middlewares=[middleware], client_max_size=1 << 30)
        app.router.add_post("/v1/files", self.upload)
        app.router.add_get("/v1/files/{id}/content", self.content)
        app.router.add_post("/v1/batches", self.create)
        app.router.add_get("/v1/batches", self.list_batches)
        app.router.add_get("/v1/batches/{id}", self.batch)
        return app


def _unknown(http: web.Request) -> web.Response:
    return web.json_response({"error": {"message": f"No such object: {http.match_info['id']}"}}, status=404)


@contextlib.contextmanager
def in_thread(starting: Coroutine[Any, Any, tuple[web.AppRunner, int]]) -> Iterator[tuple[web.AppRunner, int]]:
    """A server that runs while the caller, who has no event loop, goes on."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        runner, port = asyncio.run_coroutine_threadsafe(starting, loop).result()
        yield runner, port
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextlib.contextmanager
def batch_server() -> Iterator[BatchServer]:
    server = BatchServer()

    async def start() -> tuple[web.AppRunner, int]:
        runner = web.AppRunner(server.application(), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner, int(runner.addresses[0][1])

    with in_thread(start()) as (_, port):
        server.url = f"http://127.0.0.1:{port}/v1"
        yield server
