"""Who answers batch files in the tests: the procedural model, writing result lines as OpenAI or vLLM do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from builder.llm.chat import ChatRequest, Message
from builder.llm.procedural.chat import ProceduralChat


def answer(body: dict[str, Any], samples: int | None = None) -> dict[str, Any]:
    """The chat completion for a request body; ``samples`` choices instead of as many as it asks for."""
    n = body.get("n", 1)
    request = ChatRequest(
        role="",
        model=body["model"],
        messages=tuple(Message(m["role"], m["content"]) for m in body["messages"]),
        prompt_hash="",
        temperature=body.get("temperature"),
        top_p=body.get("top_p"),
        max_tokens=body.get("max_tokens") or body["max_completion_tokens"],
        seed=body["seed"],
    )
    replies = asyncio.run(ProceduralChat(body["model"]).complete(request, n))
    choices = [
        {"index": i, "message": {"role": "assistant", "content": r.text}, "finish_reason": r.finish_reason}
        for i, r in enumerate(replies[: samples or n])
    ]
    usage = {"prompt_tokens": replies[0].prompt_tokens, "completion_tokens": sum(r.completion_tokens for r in replies)}
    return {"id": "chatcmpl-1", "object": "chat.completion", "model": body["model"], "choices": choices, "usage": usage}


def good(request: dict[str, Any]) -> dict[str, Any]:
    """A line of an output file of the OpenAI Batch API."""
    response = {"status_code": 200, "request_id": "req_1", "body": answer(request["body"])}
    return {"id": "batch_req_1", "custom_id": request["custom_id"], "response": response, "error": None}


def failed(request: dict[str, Any], status: int, message: str) -> dict[str, Any]:
    """A line of its error file, where the endpoint refused the request."""
    body = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}
    response = {"status_code": status, "request_id": "req_1", "body": body}
    return {"id": "batch_req_1", "custom_id": request["custom_id"], "response": response, "error": None}


def expired(request: dict[str, Any]) -> dict[str, Any]:
    """A line of its error file, where the request never ran."""
    error = {"code": "batch_expired", "message": "the completion window ended before this request ran"}
    return {"id": "batch_req_1", "custom_id": request["custom_id"], "response": None, "error": error}


def vllm_good(request: dict[str, Any]) -> dict[str, Any]:
    """A line that ``vllm run-batch`` writes, with the fields that it adds."""
    body = answer(request["body"])
    for choice in body["choices"]:
        choice |= {"logprobs": None, "stop_reason": None}
        choice["message"] |= {"tool_calls": [], "reasoning_content": None}
    body |= {"prompt_logprobs": None, "usage": body["usage"] | {"prompt_tokens_details": None}}
    response = {"status_code": 200, "request_id": "vllm-batch-5e2a", "body": body}
    return {"id": "vllm-1f0c", "custom_id": request["custom_id"], "response": response, "error": None}


def vllm_failed(request: dict[str, Any], status: int, message: str) -> dict[str, Any]:
    """A line that it writes for a request that it refuses: no body, the reason beside it."""
    error = {"error": {"message": message, "type": "BadRequestError", "param": None, "code": status}}
    response = {"status_code": status, "request_id": "vllm-batch-5e2a", "body": None}
    return {"id": "vllm-1f0c", "custom_id": request["custom_id"], "response": response, "error": error}


def requests(path: Path) -> list[dict[str, Any]]:
    """The lines of a batch file."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def write(path: Path, rows: Iterable[dict[str, Any] | bytes]) -> Path:
    """A result file; bytes stand in it as they are."""
    path.write_bytes(b"".join(r if isinstance(r, bytes) else json.dumps(r).encode() + b"\n" for r in rows))
    return path


def answer_file(path: Path, to: Path) -> Path:
    """What a batch API makes of a file where all goes well."""
    return write(to, map(good, requests(path)))
