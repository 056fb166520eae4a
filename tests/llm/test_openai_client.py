"""The client over real HTTP against a server that misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import email.utils
import socket
import time

import pytest

from builder.errors import ModelError, RequestFailed, RequestRefused, RetryableModelError
from builder.llm.chat import ChatRequest, Message
from builder.llm.ledger import Ledger
from builder.llm.openai_client import OpenAIChat
from builder.llm.wire import retry_after
from tests.llm.misbehaving import (
    answer,
    at_most,
    choice,
    good,
    misbehaving,
    never_ends,
    raw,
    reset_at_once,
    reset_in_body,
    silent,
    status,
    with_choices,
)

KEY = "sk-very-secret-0123456789"
REQUEST = ChatRequest(
    role="solve",
    model="m",
    messages=(Message("system", "Be exact."), Message("user", r"What is $\frac{1}{2}$ of 4?")),
    prompt_hash="h",
    temperature=0.75,
    top_p=0.95,
    max_tokens=64,
    seed=100,
)


@contextlib.asynccontextmanager
async def client(url, **options):
    chat = OpenAIChat(
        url, KEY, **{"concurrency": 8, "timeout": 5.0, "max_retries": 3, "backoff": 0.01, "patience": 2.0, **options}
    )
    chat.ledger = Ledger()
    try:
        yield chat
    finally:
        await chat.aclose()


def ask(*script, n=1, request=REQUEST, **options):
    """(outcome, server, ledger total): the replies to one request, or the error it ended with."""
    every = options.pop("every", good)

    async def run():
        async with misbehaving(*script, every=every) as server, client(server.url, **options) as chat:
            try:
                outcome = await chat.complete(request, n)
            except ModelError as error:
                outcome = error
            return outcome, server, chat.ledger.total()

    return asyncio.run(run())


def texts(replies):
    return [r.text for r in replies]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_one_request_brings_all_samples_and_counts_the_prompt_once():
    replies, server, ledger = ask(n=3)
    assert texts(replies) == [f"seed 100 choice {i}" for i in range(3)]
    assert [r.prompt_tokens for r in replies] == [11, 0, 0]
    assert [r.completion_tokens for r in replies] == [5, 5, 5]
    assert {r.model for r in replies} == {"served"}
    assert server.seen == [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be exact."},
                {"role": "user", "content": r"What is $\frac{1}{2}$ of 4?"},
            ],
            "temperature": 0.75,
            "top_p": 0.95,
            "max_tokens": 64,
            "n": 3,
            "seed": 100,
        }
    ]
    assert (ledger.requests, ledger.retries) == (1, 0)


def test_a_seed_is_not_sent_where_the_endpoint_takes_none():
    _, server, _ = ask(send_seed=False)
    assert "seed" not in server.seen[0]


@pytest.mark.parametrize(
    "failure",
    [
        status(429),
        status(408),
        status(409),
        status(500),
        status(502),
        status(503),
        reset_at_once,
        reset_in_body,
        raw(b'{"choices": [{"mess'),
        raw(b"[1, 2]"),
        raw(b""),
        raw(b'{"choices": []}'),
        raw(b'{"error": {"message": "overloaded", "code": 503}}'),
        raw(b"<html><body>Bad gateway</body></html>", "text/html"),
        raw(b"<html><body>Bad gateway</body></html>", "text/html", 502),
    ],
)
def test_what_may_pass_is_asked_again(failure):
    replies, server, ledger = ask(failure, failure)
    assert texts(replies) == ["seed 100 choice 0"]
    assert len(server.seen) == 3
    assert server.seen[0] == server.seen[2]
    assert (ledger.requests, ledger.retries) == (3, 2)


@pytest.mark.parametrize("hang", [silent, never_ends])
def test_a_reply_that_does_not_end_in_time_is_asked_for_again(hang):
    replies, server, _ = ask(hang, timeout=0.3)
    assert texts(replies) == ["seed 100 choice 0"]
    assert len(server.seen) == 2


def test_the_client_waits_as_long_as_the_server_says():
    replies, server, _ = ask(status(429, Retry_After="0.4"))
    assert texts(replies) == ["seed 100 choice 0"]
    assert server.times[1] - server.times[0] >= 0.4


def test_a_server_that_asks_to_wait_is_left_alone_by_all_requests():
    async def run():
        async with misbehaving(status(503, Retry_After="0.4")) as server, client(server.url) as chat:
            first = asyncio.create_task(chat.complete(REQUEST))
            await server.asked.wait()
            await asyncio.sleep(0.1)
            await chat.complete(REQUEST)
            await first
            return server

    times = asyncio.run(run()).times
    assert min(times[1:]) - times[0] >= 0.4


@pytest.mark.parametrize(
    ("headers", "low", "high"),
    [
        ({"retry-after": "7"}, 7, 7),
        ({"retry-after": "0.25"}, 0.25, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5, 1.5),
        ({"retry-after": email.utils.formatdate(time.time() + 3000, usegmt=True)}, 2000, 3001),
        ({"retry-after": email.utils.formatdate(time.time() - 30, usegmt=True)}, 0, 0),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(headers, low, high):
    assert low <= retry_after(headers) <= high


@pytest.mark.parametrize("headers", [{}, {"retry-after": "soon"}, {"retry-after": "-1"}])
def test_a_retry_after_that_says_nothing_is_none(headers):
    assert retry_after(headers) is None


def test_a_request_that_fails_while_others_are_answered_is_given_up_with_what_the_server_said():
    failing = status(500, "the GPU is on fire")
    error, server, ledger = ask(*[failing] * 3, max_retries=2)  # the server answers the probe that follows
    assert isinstance(error, RequestFailed)
    assert not isinstance(error, RequestRefused)
    assert "given up after 3 tries" in str(error)
    assert "the GPU is on fire" in str(error)
    assert (len(server.seen), ledger.requests, error.requests) == (4, 4, 3)


def test_an_endpoint_that_answers_nothing_is_waited_for_and_then_ends_the_run():
    error, server, _ = ask(every=status(500, "the GPU is on fire"), max_retries=1, patience=0.3)
    assert type(error) is ModelError
    assert "the GPU is on fire; nothing has been answered for" in str(error)
    assert len(server.seen) > 3


def test_request_after_request_given_up_is_the_endpoint_s_fault_and_ends_the_run():
    async def run():
        async with misbehaving(every=status(400, "no such parameter")) as server, client(server.url) as chat:
            return [await asyncio.gather(chat.complete(REQUEST), return_exceptions=True) for _ in range(5)]

    outcomes = [o[0] for o in asyncio.run(run())]
    assert [type(o) for o in outcomes] == [RequestRefused] * 4 + [ModelError]
    assert "5 requests in a row were given up" in str(outcomes[-1])
    assert "--retry-failed" in str(outcomes[-1])


@pytest.mark.parametrize(
    ("code", "text", "kind", "hint"),
    [
        (400, "messages too long", RequestRefused, "messages too long"),
        (413, "too big", RequestRefused, "too big"),
        (422, "bad field", RequestRefused, "bad field"),
        (401, f"Incorrect API key provided: {KEY}", ModelError, "the API key was refused"),
        (403, f"no access with {KEY}", ModelError, "the API key was refused"),
        (404, "The model `m` does not exist", ModelError, "The model `m` does not exist"),
        (402, "pay first", ModelError, "no credit"),
        (429, "insufficient_quota", ModelError, "no credit"),
    ],
)
def test_what_cannot_pass_is_told_at_once_and_never_with_the_key(code, text, kind, hint):
    error, server, _ = ask(status(code, text))
    assert isinstance(error, kind)
    assert not isinstance(error, RetryableModelError)
    assert isinstance(error, RequestRefused) == (kind is RequestRefused)
    assert hint in str(error)
    assert server.url in str(error)
    assert len(server.seen) == 1
    while error is not None:
        assert KEY not in str(error)
        assert KEY not in repr(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_a_refused_connection_is_waited_for_and_then_names_the_url():
    async def run():
        url = f"http://127.0.0.1:{free_port()}/v1"
        async with client(url, max_retries=0, patience=0.2) as chat:
            with pytest.raises(ModelError, match="cannot connect to http") as caught:
                await chat.complete(REQUEST)
            return str(caught.value), chat.ledger.total()

    text, ledger = asyncio.run(run())
    assert "check that the server runs" in text
    assert ledger.requests > 2


@pytest.mark.parametrize(("per_request", "seeds"), [(1, [100, 101, 102, 103, 104]), (2, [100, 102, 104])])
def test_a_server_that_gives_fewer_choices_is_asked_for_the_rest_with_other_seeds(per_request, seeds):
    replies, server, _ = ask(n=5, every=at_most(per_request))
    wanted = [f"seed {s} choice {i}" for s in seeds for i in range(per_request)][:5]
    assert texts(replies) == wanted
    assert server.seen[0]["n"] == 5
    assert sorted(b["seed"] for b in server.seen) == seeds


def test_more_choices_than_asked_for_are_left_and_their_order_is_that_of_the_index():
    replies, _, _ = ask(with_choices(choice(2, "c"), choice(0, "a"), choice(1, "b")), n=2)
    assert texts(replies) == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "text", "finish_reason", "reasoning"),
    [
        (choice(0, None, finish_reason="content_filter"), "", "content_filter", None),
        (choice(0, "", finish_reason="length"), "", "length", None),
        ({"message": {"content": "x", "reasoning_content": "because"}}, "x", None, "because"),
        ({"message": {"content": "x", "reasoning": "because"}}, "x", None, "because"),
        (choice(0, [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]), "ab", "stop", None),
        ({"index": 0}, "", None, None),
        (choice(0, "x", extra={"deep": [1]}), "x", "stop", None),
    ],
)
def test_content_of_every_form_becomes_a_reply(given, text, finish_reason, reasoning):
    replies, _, _ = ask(with_choices(given))
    assert (replies[0].text, replies[0].finish_reason, replies[0].reasoning) == (
        text,
        finish_reason,
        reasoning,
    )


@pytest.mark.parametrize(
    ("logprobs", "first_token"),
    [
        (
            {"content": [{"top_logprobs": [{"token": "Yes", "logprob": -0.1}, {"token": "No", "logprob": -2}]}, {}]},
            (("Yes", -0.1), ("No", -2.0)),
        ),
        ({"content": [{"top_logprobs": [{"token": 3, "logprob": -1}, {"token": "No", "logprob": "x"}, 7]}]}, ()),
        ({"content": [{"top_logprobs": [{"token": "Yes", "logprob": 3.0}, {"token": "No", "logprob": True}]}]}, ()),
        ({"content": []}, ()),
        ({"content": [{"token": "Yes", "logprob": -0.1}]}, ()),
        ({"tokens": ["Yes"], "token_logprobs": [-0.1]}, ()),
        (None, ()),
        ("yes", ()),
    ],
)
def test_the_alternatives_of_the_first_token_are_read_where_an_endpoint_gives_them(logprobs, first_token):
    request = dataclasses.replace(REQUEST, top_logprobs=5)
    replies, server, _ = ask(with_choices(choice(0, "Yes") | {"logprobs": logprobs}), request=request)
    assert replies[0].first_token == first_token
    assert (server.seen[0]["logprobs"], server.seen[0]["top_logprobs"]) == (True, 5)
    assert "logprobs" not in ask()[1].seen[0]


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None}, {"prompt_tokens": "many"}, [1]])
def test_where_usage_is_missing_a_token_is_four_characters_and_says_that_it_is_an_estimate(usage):
    replies, _, _ = ask(with_choices(choice(0, "x" * 9), usage=usage))
    assert (replies[0].prompt_tokens, replies[0].completion_tokens, replies[0].estimated) == (9, 3, True)


def test_cached_tokens_are_read_and_uneven_tokens_add_up():
    usage = {"prompt_tokens": 9, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 8}}
    replies, _, _ = ask(with_choices(*(choice(i, "x") for i in range(3)), usage=usage), n=3)
    assert sum(r.completion_tokens for r in replies) == 10
    assert [r.cached_tokens for r in replies] == [8, 0, 0]


def test_a_lone_surrogate_in_a_reply_does_no_harm():
    body = b'{"choices": [{"message": {"content": "a\\ud800b"}}]}'
    replies, server, _ = ask(raw(body))
    assert texts(replies) == ["a\ufffdb"]
    assert len(server.seen) == 1


def test_a_model_that_knows_the_newer_name_of_the_limit_only_gets_it():
    async def picky(_, body):
        if "max_tokens" in body:
            text = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
            return await status(400, text)(_, body)
        return answer(body)

    replies, server, _ = ask(every=picky)
    assert texts(replies) == ["seed 100 choice 0"]
    assert server.seen[1]["max_completion_tokens"] == 64


def test_no_more_requests_are_in_flight_than_allowed():
    async def slow(_, body):
        await asyncio.sleep(0.05)
        return answer(body)

    async def run():
        async with misbehaving(every=slow) as server, client(server.url, concurrency=3) as chat:
            await asyncio.gather(*(chat.complete(REQUEST) for _ in range(12)))
            return server

    server = asyncio.run(run())
    assert server.most_open == 3
    assert len(server.seen) == 12


def test_one_refused_request_costs_the_others_nothing():
    async def run():
        async with misbehaving(status(400, "poisoned")) as server, client(server.url) as chat:
            return await asyncio.gather(*(chat.complete(REQUEST) for _ in range(6)), return_exceptions=True)

    outcomes = asyncio.run(run())
    assert [isinstance(o, RequestRefused) for o in outcomes].count(True) == 1
    assert sum(isinstance(o, list) for o in outcomes) == 5


@pytest.mark.parametrize(
    ("models", "script", "hint"),
    [
        (["m", "other"], (), None),
        (None, (), None),
        (["vendor/m"], (), None),
        (None, (status(429),), None),
        (None, (status(400, "one token is too few"),), None),
        (["a", "b"], (status(404, "no model m"),), "no model m); it has a, b"),
        (None, (status(404, "no path"),), "wrong base URL"),
        (None, (status(401, f"bad {KEY}"),), "the API key was refused"),
    ],
)
def test_check_tells_before_the_run_what_is_wrong(models, script, hint):
    async def run():
        async with misbehaving(*script, models=models) as server, client(server.url) as chat:
            if hint is None:
                await chat.check("m")
                return
            with pytest.raises(ModelError) as caught:
                await chat.check("m")
            assert hint in str(caught.value)
            assert KEY not in str(caught.value)

    asyncio.run(run())


def test_check_fails_fast_where_nobody_listens():
    async def run():
        async with client(f"http://127.0.0.1:{free_port()}/v1", backoff=30.0) as chat:
            await chat.check("m")

    began = time.monotonic()
    with pytest.raises(ModelError, match="cannot connect to"):
        asyncio.run(run())
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("localhost:8000", "k"),
        ("ftp://host/v1", "k"),
        ("http://", "k"),
        ("http://h/v1", ""),
        ("http://h/v1", "k\nx"),
    ],
)
def test_a_url_or_key_that_cannot_be_used_is_named(url, key):
    with pytest.raises(ModelError, match=r"base URL|API key"):
        OpenAIChat(url, key, concurrency=1, timeout=1, max_retries=0)
