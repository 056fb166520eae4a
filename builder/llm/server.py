"""Any chat as an OpenAI-compatible server: ``/v1/chat/completions``, ``/v1/embeddings``, ``/v1/models``, ``/health``.

With the procedural model behind it, everything that talks to an endpoint can be run end to end on one
machine.  The server knows nothing of roles and prompts: a request made from HTTP has neither, and what
is asked for stands in the messages.  Vectors are those of the lexical embedder, whatever the chat.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import secrets
import signal
import time
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from ..embeddings.lexical import LexicalEmbedder
from ..errors import ConfigError, KPMathError, RequestRefused, RetryableModelError
from .chat import Chat, ChatRequest, Message, Reply
from .wire import read_body

MAX_BODY = 16 * 1024 * 1024  # bytes
MAX_SAMPLES = 128
DEFAULT_MAX_TOKENS = 4096
MAX_TEXTS = 2048
DEFAULT_DIMENSIONS, MAX_DIMENSIONS = 512, 4096
_PIECE = 40  # characters of one streamed chunk
_ROLES = ("system", "developer", "user", "assistant")


class _Refusal(Exception):
    """Becomes OpenAI's error form with this status."""

    def __init__(self, status: int, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.param, self.code = status, param, code


async def start(
    chat: Chat, model_names: Sequence[str], host: str, port: int, *, api_key: str | None = None
) -> tuple[web.AppRunner, int]:
    """Serve ``chat`` under each of ``model_names``; returns the runner and the port in use.

    Port 0 takes a free one.  With ``api_key`` every request but ``/health`` must bring it as bearer
    token.  ``await runner.cleanup()`` ends it; the chat stays open.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    runner = web.AppRunner(_application(chat, tuple(model_names), api_key), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise ConfigError(
            f"cannot listen on {host}:{port} ({error.strerror or error}): give another --host or --port"
        ) from None
    return runner, int(runner.addresses[0][1])


async def serve_forever(
    chat: Chat, model_names: Sequence[str], host: str, port: int, *, api_key: str | None = None
) -> None:
    """Serve until cancelled (Ctrl-C) or told to end (SIGTERM); says on stdout where.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    stop = asyncio.Event()
    with contextlib.suppress(NotImplementedError, RuntimeError):  # not in the main thread
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        runner, actual = await start(chat, model_names, host, port, api_key=api_key)
        shown = f"[{host}]" if ":" in host else host
        print(f"serving {', '.join(model_names)} at http://{shown}:{actual}/v1", flush=True)
        try:
            await stop.wait()
        finally:
            await runner.cleanup()
    finally:
        await chat.aclose()


def _application(chat: Chat, names: tuple[str, ...], api_key: str | None) -> web.Application:
    async def models(_: web.Request) -> web.StreamResponse:
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "kpmath"} for name in names]
        return _json({"object": "list", "data": data})

    async def model(http: web.Request) -> web.StreamResponse:
        name = http.match_info["name"]
        _known(name, names)
        return _json({"id": name, "object": "model", "created": 0, "owned_by": "kpmath"})

    async def health(_: web.Request) -> web.StreamResponse:
        return _json({"status": "ok"})

    async def completions(http: web.Request) -> web.StreamResponse:
        body = read_body(await http.read())
        if not isinstance(body, dict):
            raise _Refusal(400, "the body is not a JSON object")
        request, n = _chat_request(body)
        _known(request.model, names)
        stream = _flag(body, "stream")
        usage_wanted = isinstance(o := body.get("stream_options"), dict) and bool(o.get("include_usage"))
        replies = await chat.complete(request, n)
        head = {
            "id": f"chatcmpl-{secrets.token_hex(12)}",
            "created": int(time.time()),
            "model": request.model,
        }
        if stream:
            return await _streamed(http, head, replies, usage_wanted)
        return _json({**head, "object": "chat.completion", **_whole(replies)})

    async def embeddings(http: web.Request) -> web.StreamResponse:
        body = read_body(await http.read())
        if not isinstance(body, dict):
            raise _Refusal(400, "the body is not a JSON object")
        _known(model_name := _model(body), names)
        # In a thread: the first call imports for a second.
        return _json({"model": model_name, **await asyncio.to_thread(_embedded, body)})

    app = web.Application(client_max_size=MAX_BODY, middlewares=[_guard(api_key)])
    app.router.add_get("/health", health)
    app.router.add_get("/v1/models", models)
    app.router.add_get("/v1/models/{name:.+}", model)
    app.router.add_post("/v1/chat/completions", completions)
    app.router.add_post("/v1/embeddings", embeddings)
    return app


def _guard(api_key: str | None) -> Middleware:
    """Checks the key and gives every error OpenAI's form."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if api_key is not None and request.path != "/health":
                given = request.headers.get("Authorization", "").removeprefix("Bearer ")
                if not hmac.compare_digest(given.encode(), api_key.encode()):
                    raise _Refusal(401, "the API key is missing or wrong", code="invalid_api_key")
            return await handler(request)
        except _Refusal as refusal:
            return _error(refusal.status, str(refusal), refusal.param, refusal.code)
        except web.HTTPException as error:
            return _error(error.status, f"{request.method} {request.path}: {error.reason}")
        except RequestRefused as error:
            return _error(400, str(error))
        except RetryableModelError as error:
            return _error(503, str(error))
        except KPMathError as error:
            return _error(500, str(error))

    return guard


# --- the request -------------------------------------------------------------------------------


def _known(model: str, names: Sequence[str]) -> None:
    if model not in names:
        raise _Refusal(
            404,
            f"the model {model!r} does not exist here; there is {', '.join(names)}",
            "model",
            "model_not_found",
        )


def _model(body: Mapping[str, Any]) -> str:
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise _Refusal(400, "'model' must be a string", "model")
    return model


def _chat_request(body: Mapping[str, Any]) -> tuple[ChatRequest, int]:
    """The request that a body stands for, and its number of samples."""
    newer = body.get("max_completion_tokens")
    limit = "max_tokens" if newer is None else "max_completion_tokens"
    request = ChatRequest(
        role="",
        model=_model(body),
        messages=_messages(body.get("messages")),
        prompt_hash="",
        temperature=_number(body, "temperature", 1.0, 0.0, 2.0),
        top_p=_number(body, "top_p", 1.0, 0.0, 1.0),
        max_tokens=_whole_number(body, limit, DEFAULT_MAX_TOKENS, 1, 1 << 31),
        # Without a seed every answer is another one, as from any endpoint.
        seed=_whole_number(body, "seed", secrets.randbits(31), -(1 << 63), (1 << 63) - 1),
        top_logprobs=_whole_number(body, "top_logprobs", 0, 0, 20) if body.get("logprobs") is True else 0,
    )
    return request, _whole_number(body, "n", 1, 1, MAX_SAMPLES)


def _messages(raw: object) -> tuple[Message, ...]:
    if not isinstance(raw, list) or not raw:
        raise _Refusal(400, "'messages' must be a list with at least one message", "messages")
    messages = []
    for index, item in enumerate(raw):
        where = f"messages[{index}]"
        if not isinstance(item, dict) or item.get("role") not in _ROLES:
            raise _Refusal(400, f"'{where}' must be an object with a role of {', '.join(_ROLES)}", where)
        content = item.get("content")
        if isinstance(content, list):
            parts = [p["text"] for p in content if _is_text(p)]
            content = "".join(parts) if len(parts) == len(content) else None
        if not isinstance(content, str):
            raise _Refusal(400, f"'{where}.content' must be a string or a list of text parts", where)
        messages.append(Message(item["role"], content))
    return tuple(messages)


def _is_text(part: object) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)


def _texts(body: Mapping[str, Any]) -> list[str]:
    given = body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) and t for t in texts):
        raise _Refusal(400, "'input' must be a string or a list of strings, none of them empty", "input")
    if len(texts) > MAX_TEXTS:
        raise _Refusal(400, f"'input' has {len(texts)} texts; {MAX_TEXTS} at most", "input")
    return texts


def _number(body: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _Refusal(400, f"'{name}' must be a number from {low:g} to {high:g}", name)
    return float(value)


def _whole_number(body: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _Refusal(400, f"'{name}' must be a whole number from {low} to {high}", name)
    return value


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise _Refusal(400, f"'{name}' must be true or false", name)
    return bool(value)


# --- the response ------------------------------------------------------------------------------


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


def _error(status: int, message: str, param: str | None = None, code: str | None = None) -> web.Response:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return _json({"error": {"message": message, "type": kind, "param": param, "code": code}}, status)


def _usage(replies: Sequence[Reply]) -> dict[str, object]:
    prompt = sum(r.prompt_tokens for r in replies)
    completion = sum(r.completion_tokens for r in replies)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": sum(r.cached_tokens for r in replies)},
    }


def _whole(replies: Sequence[Reply]) -> dict[str, object]:
    choices = []
    for index, reply in enumerate(replies):
        message = {"role": "assistant", "content": reply.text}
        if reply.reasoning is not None:
            message["reasoning_content"] = reply.reasoning
        logprobs = _logprobs(reply)
        choices.append({"index": index, "message": message, "finish_reason": reply.finish_reason, "logprobs": logprobs})
    return {"choices": choices, "usage": _usage(replies)}


def _logprobs(reply: Reply) -> dict[str, object] | None:
    """Of the first token: all that is ever known here."""
    if not reply.first_token:
        return None
    listed = [{"token": t, "logprob": p, "bytes": list(t.encode())} for t, p in reply.first_token]
    return {"content": [{**listed[0], "top_logprobs": listed}]}


def _embedded(body: Mapping[str, Any]) -> dict[str, object]:
    """The vector of each text on its own: the same whatever stands beside it."""
    texts = _texts(body)
    form = body.get("encoding_format", "float")
    if form not in ("float", "base64"):
        raise _Refusal(400, "'encoding_format' must be float or base64", "encoding_format")
    dimensions = _whole_number(body, "dimensions", DEFAULT_DIMENSIONS, 1, MAX_DIMENSIONS)
    rows = LexicalEmbedder(dimensions).embed(texts)
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": row.tolist() if form == "float" else base64.b64encode(row.astype("<f4").tobytes()).decode(),
        }
        for index, row in enumerate(rows)
    ]
    tokens = sum(-(-len(text) // 4) for text in texts)
    return {"object": "list", "data": data, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}


async def _streamed(
    http: web.Request, head: Mapping[str, object], replies: Sequence[Reply], usage_wanted: bool
) -> web.StreamResponse:
    """Server-sent events: a chunk for each piece of each choice, perhaps the usage, ``[DONE]``."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(http)

    async def event(choices: list[object], **more: object) -> None:
        body = {**head, "object": "chat.completion.chunk", "choices": choices, **more}
        await response.write(b"data: " + orjson.dumps(body) + b"\n\n")

    for index, reply in enumerate(replies):
        deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
        if reply.reasoning:
            deltas.append({"reasoning_content": reply.reasoning})
        deltas += [{"content": reply.text[i : i + _PIECE]} for i in range(0, len(reply.text), _PIECE)]
        for delta in deltas:
            await event([{"index": index, "delta": delta, "finish_reason": None}])
        await event([{"index": index, "delta": {}, "finish_reason": reply.finish_reason}])
    if usage_wanted:
        await event([], usage=_usage(replies))
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response
