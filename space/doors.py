"""Which of the server's paths are open, how large a request may be, and what a page of ours may load.

Gradio serves more than a page needs: uploads, a proxy, files by their path, links that store a state, tools for who
edits the page.  Only what is listed here is answered.  A file is served where Gradio made it itself, for a download.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 4 * 1024 * 1024
"""Bytes of one request: a choice, a problem, the solutions of a vote; the page's session records go both ways."""

_OPEN = re.compile(
    r"/(?:|config/?|theme\.css|favicon\.ico|robots\.txt|manifest\.json|pwa_icon(?:/\d+)?|login/\w+|logout)"
    r"|/(?:static|assets|svelte)/.*"
    r"|/gradio_api/(?:info/?|openapi\.json|startup-events|theme\.css|app_id/?|user/?|login_check/?|cancel|reset/?"
    r"|heartbeat/\w+|queue/(?:join|data)/?|(?:call|run|api)/.+|mcp(?:/.*)?)"
    r"|/gradio_api/file=(?!https?:)/?[^?]*",
    re.DOTALL,
)
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "media-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self' https://huggingface.co"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)


def is_open(path: str) -> bool:
    """Whether a path, decoded, is answered at all."""
    return _OPEN.fullmatch(path) is not None and "/../" not in path


class Doors:
    """An ASGI application behind which only the listed paths are reached."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """404 for what is not open, 413 for what is too large."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if not is_open(path or "/"):
            await _refuse(send, 404, "there is nothing here")
        elif not length.isdigit() or int(length) > MAX_BODY:
            await _refuse(send, 413, f"a request has at most {MAX_BODY:,} bytes")
        else:
            await self._app(scope, _bounded(receive), _guarded(send))


def _bounded(receive: Receive) -> Receive:
    """A request that does not tell its length is cut off like one that a client has left."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= MAX_BODY else {"type": "http.disconnect"}

    return bounded


def _guarded(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *_HEADERS]}
        await send(message)

    return guarded


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = f'{{"error": "{reason}"}}'.encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def closed_settings() -> dict[str, Any]:
    """For ``Blocks.launch``: what keeps closed what a visitor has no business with.

    Made anew for each server: Gradio adds to ``app_kwargs`` what belongs to one server only.
    """
    return {
        "ssr_mode": False,  # needs Node
        "run_history": False,  # keeps inputs in the browser's storage
        "enable_monitoring": False,
        "show_error": False,  # of an error that is not ours a visitor is told nothing
        "share": False,
        "allowed_paths": [],
        "max_file_size": 1,  # byte: nothing is uploaded
        "strict_cors": True,
        "footer_links": ["api"],
        "pwa": False,
        "app_kwargs": {"middleware": [Middleware(Doors)], "docs_url": None, "redoc_url": None, "openapi_url": None},
    }
