"""The server as a client sees it: through the openai package and through plain HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import numpy as np
import openai
import pytest

from builder.embeddings.lexical import LexicalEmbedder
from builder.errors import ConfigError, ModelError, RequestRefused, RetryableModelError
from builder.llm.chat import ChatRequest, Message, Reply
from builder.llm.openai_client import OpenAIChat
from builder.llm.server import start

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"model": "echo", "messages": [{"role": "user", "content": "hello"}]}


class Echo:
    """Answers with what it was asked, so that the test sees what came through."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.requests: list[ChatRequest] = []

    async def complete(self, request: ChatRequest, n: int = 1) -> list[Reply]:
        self.requests.append(request)
        if self.failure is not None:
            raise self.failure
        said = request.messages[-1].content
        return [
            Reply(f"{i}: {said} \U0001d4b3 " + "x" * 90, "stop", "echo", 4 * (i == 0), 3 * (i == 0), 6, "why")
            for i in range(n)
        ]

    async def aclose(self) -> None:
        pass


def serve(work, chat=None, api_key=None):
    """``work(url)`` against a server on a free port."""

    async def run():
        runner, port = await start(chat or Echo(), ["echo"], "127.0.0.1", 0, api_key=api_key)
        try:
            return await work(f"http://127.0.0.1:{port}/v1")
        finally:
            await runner.cleanup()

    return asyncio.run(run())


def post(body, *, headers=None, method="POST", path="/chat/completions", **options):
    """(status, decoded JSON) of one request."""

    async def work(url):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url + path, data=data, headers=headers) as response,
        ):
            return response.status, json.loads(await response.read())

    return serve(work, **options)


def test_our_own_client_reads_what_the_server_says():
    chat = Echo()
    asked = ChatRequest(
        "solve", "echo", (Message("system", "s"), Message("user", r"$\frac{1}{2}$")), "h", 0.75, 0.95, 64, -3
    )

    async def work(url):
        client = OpenAIChat(url, "none", concurrency=2, timeout=5, max_retries=0)
        await client.check("echo")
        with pytest.raises(ModelError, match="does not exist here; there is echo"):
            await client.check("other")
        replies = await client.complete(asked, 3)
        await client.aclose()
        return replies

    replies = serve(work, chat)
    assert [r.text[:20] for r in replies] == [f"{i}: $\\frac{{1}}{{2}}$ \U0001d4b3 x" for i in range(3)]
    assert [(r.prompt_tokens, r.cached_tokens, r.completion_tokens) for r in replies] == [
        (4, 3, 6),
        (0, 0, 6),
        (0, 0, 6),
    ]
    assert {r.reasoning for r in replies} == {"why"}
    assert chat.requests == [ChatRequest("", "echo", asked.messages, "", 0.75, 0.95, 64, -3)]


@pytest.mark.parametrize("n", [1, 3])
def test_the_streamed_pieces_are_the_whole_reply(n):
    async def work(url):
        async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            stream = await client.chat.completions.create(
                **GOOD, n=n, seed=1, stream=True, stream_options={"include_usage": True}
            )
            texts, finished, usage, pieces = {}, {}, None, 0
            async for chunk in stream:
                pieces += 1
                usage = chunk.usage or usage
                for choice in chunk.choices:
                    texts[choice.index] = texts.get(choice.index, "") + (choice.delta.content or "")
                    if choice.finish_reason:
                        finished[choice.index] = choice.finish_reason
            return texts, finished, usage, pieces

    texts, finished, usage, pieces = serve(work)
    assert texts == {i: f"{i}: hello \U0001d4b3 " + "x" * 90 for i in range(n)}
    assert finished == dict.fromkeys(range(n), "stop")
    assert (usage.prompt_tokens, usage.completion_tokens) == (4, 6 * n)
    assert pieces > 3 * n


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        (b"{", 400, "not a JSON object"),
        (b"[]", 400, "not a JSON object"),
        (b"", 400, "not a JSON object"),
        ({"model": None}, 400, "'model'"),
        ({"model": "gpt-9"}, 404, "'gpt-9' does not exist here; there is echo"),
        ({"messages": []}, 400, "'messages'"),
        ({"messages": "hello"}, 400, "'messages'"),
        ({"messages": [{"role": "robot", "content": "x"}]}, 400, "messages[0]"),
        ({"messages": [GOOD["messages"][0], {"role": "user", "content": 3}]}, 400, "messages[1].content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 400, "text parts"),
        ({"temperature": "hot"}, 400, "'temperature'"),
        ({"temperature": -1}, 400, "'temperature'"),
        ({"top_p": 2}, 400, "'top_p'"),
        ({"max_tokens": 0}, 400, "'max_tokens'"),
        ({"max_completion_tokens": 1.5}, 400, "'max_completion_tokens'"),
        ({"n": 0}, 400, "'n'"),
        ({"n": True}, 400, "'n'"),
        ({"n": 100_000}, 400, "'n'"),
        ({"seed": 1 << 70}, 400, "'seed'"),
        ({"stream": "yes"}, 400, "'stream'"),
    ],
)
def test_a_malformed_request_is_told_what_is_wrong_in_openai_form(change, status, says):
    code, body = post(change if isinstance(change, bytes) else {**GOOD, **change})
    assert code == status
    assert says in body["error"]["message"]
    assert body["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("extra", "seen"),
    [
        ({}, {"temperature": 1.0, "top_p": 1.0}),
        ({"max_tokens": 5, "max_completion_tokens": 6}, {"max_tokens": 6}),
        ({"max_tokens": 5, "seed": None, "logprobs": True, "user": "u"}, {"max_tokens": 5}),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}]},
            {"messages": (Message("user", "a"),)},
        ),
    ],
)
def test_what_is_left_out_has_openais_defaults_and_unknown_fields_do_no_harm(extra, seen):
    chat = Echo()
    code, _ = post({**GOOD, **extra}, chat=chat)
    assert code == 200
    assert {k: getattr(chat.requests[0], k) for k in seen} == seen


@pytest.mark.parametrize(
    ("failure", "status"),
    [(RequestRefused("no"), 400), (RetryableModelError("busy"), 503), (ModelError("broken"), 500)],
)
def test_a_failure_of_the_model_has_the_right_status(failure, status):
    code, body = post(GOOD, chat=Echo(failure))
    assert (code, body["error"]["message"]) == (status, str(failure))


@pytest.mark.parametrize(("path", "method", "status"), [("/nothing", "GET", 404), ("/chat/completions", "GET", 405)])
def test_unknown_paths_and_methods_are_errors_in_json(path, method, status):
    code, body = post(b"", path=path, method=method)
    assert code == status
    assert path in body["error"]["message"]


@pytest.mark.parametrize(
    ("headers", "path", "method", "status"),
    [
        ({"Authorization": "Bearer right"}, "/chat/completions", "POST", 200),
        ({"Authorization": "Bearer wrong"}, "/chat/completions", "POST", 401),
        ({}, "/chat/completions", "POST", 401),
        ({}, "/models", "GET", 401),
        ({}, "/../health", "GET", 200),
    ],
)
def test_with_a_key_only_who_brings_it_is_served(headers, path, method, status):
    assert post(GOOD, headers=headers, path=path, method=method, api_key="right")[0] == status


def test_models_are_listed():
    code, body = post(b"", path="/models", method="GET")
    assert code == 200
    assert [m["id"] for m in body["data"]] == ["echo"]


def test_a_port_in_use_is_a_clear_error():
    async def work(url):
        port = int(url.split(":")[2].split("/")[0])
        with pytest.raises(ConfigError, match="cannot listen on"):
            await start(Echo(), ["echo"], "127.0.0.1", port)

    serve(work)


SERVING = """
import asyncio, sys
sys.path.insert(0, "tests/llm")
from test_server import Echo
from builder.llm.server import serve_forever
asyncio.run(serve_forever(Echo(), ["echo"], "127.0.0.1", 0))
print("ended")
"""


def test_the_server_says_on_one_line_where_it_is_and_ends_when_told():
    with subprocess.Popen(
        [sys.executable, "-c", SERVING], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        line = process.stdout.readline()
        url = line.removeprefix("serving echo at ").strip()
        assert url.startswith("http://127.0.0.1:")

        async def hello():
            async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
                return (await client.chat.completions.create(**GOOD)).choices[0].message.content

        assert asyncio.run(hello()).startswith("0: hello")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stdout.read() == "ended\n"


# --- vectors -----------------------------------------------------------------------------------


def test_the_openai_package_gets_the_lexical_vectors_in_both_forms():
    texts = ["sum of roots", "area of a circle"]

    async def work(url):
        async with openai.AsyncOpenAI(base_url=url, api_key="k") as client:
            packed = await client.embeddings.create(model="echo", input=texts)  # base64 unless told otherwise
            plain = await client.embeddings.create(model="echo", input=texts, encoding_format="float")
            one = await client.embeddings.create(model="echo", input=texts[1], dimensions=64)
            return packed, plain, one

    packed, plain, one = serve(work)
    expected = LexicalEmbedder(512).embed(texts)
    assert [d.index for d in plain.data] == [0, 1]
    assert np.array([d.embedding for d in plain.data]) == pytest.approx(expected, abs=1e-6)
    assert np.array([d.embedding for d in packed.data]) == pytest.approx(expected, abs=1e-6)
    assert np.array([one.data[0].embedding]) == pytest.approx(LexicalEmbedder(64).embed(texts[1:]))
    assert plain.usage.prompt_tokens == plain.usage.total_tokens == 3 + 4


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"model": "other"}, 404, "model"),
        ({"model": None}, 400, "model"),
        ({"input": None}, 400, "input"),
        ({"input": []}, 400, "input"),
        ({"input": ""}, 400, "input"),
        ({"input": ["a", ""]}, 400, "input"),
        ({"input": [1, 2]}, 400, "input"),
        ({"input": ["a"] * 2049}, 400, "input"),
        ({"encoding_format": "int8"}, 400, "encoding_format"),
        ({"dimensions": 0}, 400, "dimensions"),
        ({"dimensions": 4097}, 400, "dimensions"),
        ({"dimensions": "many"}, 400, "dimensions"),
    ],
)
def test_a_request_for_vectors_that_cannot_be_answered_says_which_part_is_wrong(change, status, param):
    got, body = post({"model": "echo", "input": "a", **change}, path="/embeddings")
    assert (got, body["error"]["param"]) == (status, param)


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_a_body_that_is_no_object_gets_no_vectors(body):
    assert post(body, path="/embeddings")[0] == 400
