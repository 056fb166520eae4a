"""What servers send, read with tolerance: bodies, choices, usage, error texts, Retry-After.

Servers differ: null or structured content, no usage, extra fields, errors of any shape.  Nothing here
sends, waits or decides whether to ask again; that is :mod:`builder.llm.openai_client`.
"""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ..errors import RetryableModelError
from .chat import ChatRequest, Reply

_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_ERROR = 300  # characters of a server's error text that are shown


@dataclass(frozen=True, slots=True)
class Completion:
    """A response with its choices and its usage, in tokens."""

    model: str | None
    choices: Sequence[Mapping[str, Any]]
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int


def read_body(content: bytes) -> object:
    """Decoded JSON, None where it is none.  Lone surrogates, which no file could hold, become U+FFFD."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    try:  # the strict decoder refuses an escaped lone surrogate; the standard one lets it through
        return _without_surrogates(json.loads(content))
    except (ValueError, RecursionError):
        return None


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(v) for v in value]
    if isinstance(value, dict):
        return {k: _without_surrogates(v) for k, v in value.items()}
    return value


def read_completion(body: Mapping[str, Any]) -> Completion:
    """The choices of a response body, in the order of their ``index``.

    Raises:
        RetryableModelError: there is none.
    """
    raw = body.get("choices")
    choices = [c for c in raw if isinstance(c, dict)] if isinstance(raw, list) else []
    if not choices:
        raise RetryableModelError("the endpoint answered without choices")
    choices.sort(key=lambda c: _count(c.get("index")))
    usage = as_mapping(body.get("usage"))
    if len(choices) > 1 and "timings" in body:  # llama.cpp counts the first choice only
        usage = {**usage, "completion_tokens": None}
    model = body.get("model")
    return Completion(
        model=model if isinstance(model, str) else None,
        choices=choices,
        prompt_tokens=_count(usage.get("prompt_tokens")),
        cached_tokens=_count(as_mapping(usage.get("prompt_tokens_details")).get("cached_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
    )


def encoded(body: Mapping[str, object]) -> bytes:
    """JSON, whatever text is in it."""
    try:
        return orjson.dumps(body)
    except TypeError:  # a lone surrogate, which UTF-8 cannot hold and an escape can
        return json.dumps(body).encode("ascii")


def request_body(
    request: ChatRequest, first: int, n: int, *, send_seed: bool, max_tokens_name: str = "max_tokens"
) -> dict[str, object]:
    """The JSON body that asks for samples ``first`` to ``first + n - 1`` of a request."""
    body: dict[str, object] = {
        "model": request.model,
        "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        max_tokens_name: request.max_tokens,
    }
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.top_p is not None:
        body["top_p"] = request.top_p
    if request.reasoning_effort:
        body["reasoning_effort"] = request.reasoning_effort
    if request.top_logprobs:
        body |= {"logprobs": True, "top_logprobs": request.top_logprobs}
    if n > 1:
        body["n"] = n
    if send_seed:
        body["seed"] = request.seed + first
    return body


def to_replies(completion: Completion, model: str, n: int, prompt_characters: int) -> list[Reply]:
    """At most ``n`` replies; the sums of their tokens are what the response counted.

    The prompt's tokens stand on the first; the completion's, which servers give for all choices
    together, are spread evenly.  What the server has not counted is a token for four characters.
    """
    choices = completion.choices[:n]
    messages = [as_mapping(choice.get("message")) for choice in choices]
    prompt, total = completion.prompt_tokens, completion.completion_tokens
    counted = bool(prompt and total)
    prompt = prompt or _tokens(prompt_characters)
    if not total:
        total = sum(_tokens(len(as_text(m.get("content"))) + len(_reasoning(m) or "")) for m in messages)
    each, rest = divmod(total, len(choices))
    return [
        Reply(
            text=as_text(message.get("content")),
            finish_reason=_string(choice.get("finish_reason")),
            model=completion.model or model,
            prompt_tokens=0 if i else prompt,
            cached_tokens=0 if i else completion.cached_tokens,
            completion_tokens=each + (0 if i else rest),
            reasoning=_reasoning(message),
            estimated=not counted and total > 0,
            first_token=_first_token(choice),
        )
        for i, (choice, message) in enumerate(zip(choices, messages, strict=True))
    ]


def _first_token(choice: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    """The alternatives of a choice's first token; () where the endpoint gives none."""
    content = as_mapping(choice.get("logprobs")).get("content")
    first = as_mapping(content[0]) if isinstance(content, list) and content else {}
    listed = first.get("top_logprobs")
    found = [as_mapping(a) for a in listed] if isinstance(listed, list) else []
    return tuple(
        (token, float(logprob))
        for a in found
        if isinstance(token := a.get("token"), str)
        and isinstance(logprob := a.get("logprob"), int | float)
        and not isinstance(logprob, bool)
        and logprob <= 1e-6  # above 0, or not a number, it is no log-probability
    )


def used_tokens(body: Mapping[str, Any]) -> int:
    """Prompt and completion tokens of a response as the server counts them, 0 where it does not."""
    usage = as_mapping(body.get("usage"))
    return _count(usage.get("prompt_tokens")) + _count(usage.get("completion_tokens"))


def _tokens(characters: int) -> int:
    return -(-characters // 4)


def _reasoning(message: Mapping[str, Any]) -> str | None:
    return _string(message.get("reasoning_content")) or _string(message.get("reasoning"))


def as_text(content: object) -> str:
    """Content as text: a string, a list of text parts, or nothing."""
    if isinstance(content, list):
        return "".join(as_text(as_mapping(part).get("text")) for part in content)
    return content if isinstance(content, str) else ""


def as_mapping(value: object) -> Mapping[str, Any]:
    """A JSON object as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int:
    return max(0, int(value)) if isinstance(value, int) else 0


def error_text(body: object, content: bytes = b"") -> str:
    """What a server says of an error, on one line and not long, whatever form it takes."""
    error = as_mapping(body).get("error", body)
    fields = as_mapping(error) or as_mapping(body)
    parts = [str(fields[k]) for k in ("message", "detail", "code") if fields.get(k)]
    if not parts and isinstance(error, str):
        parts = [error]
    text = ": ".join(parts) or content[: 4 * _LONGEST_ERROR].decode("utf-8", "replace") or "no reason given"
    return " ".join(text.split())[:_LONGEST_ERROR]


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait (``retry-after-ms``, ``Retry-After`` in seconds or as a date)."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
            return float(value) * unit
    try:
        date = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, date.timestamp() - _now(headers))
    except (TypeError, ValueError, OverflowError):
        return None


def _now(headers: Mapping[str, str]) -> float:
    """The server's own time where it tells it: ours may be wrong, and it counts from its own."""
    try:
        return email.utils.parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (TypeError, ValueError, OverflowError):
        return time.time()
