"""What servers do to a run of many requests: nothing is lost or counted twice, a fault of one row stays its own."""

from __future__ import annotations

import asyncio
import dataclasses
import email.utils
import json
import time

import pytest

from builder.errors import ModelError, RequestFailed, RequestRefused
from builder.llm.chat import ChatRequest, Message
from builder.llm.durable import DurableChat
from builder.llm.ledger import Ledger
from builder.llm.openai_client import OpenAIChat
from builder.llm.wire import retry_after
from builder.store import CompletionStore
from tests.llm.misbehaving import (
    Server,
    answer,
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
from tests.llm.test_openai_client import KEY, free_port

REQUEST = ChatRequest("solve", "m", (Message("user", "0"),), "h", 0.75, 0.95, 64, 7)


def numbered(i: int) -> ChatRequest:
    return dataclasses.replace(REQUEST, messages=(Message("user", f"problem {i}"),))


async def echo(_, body):
    """The answer tells what was asked."""
    text = body["messages"][0]["content"]
    return answer(body, [choice(i, f"{text}, seed {body['seed'] + i}") for i in range(body.get("n", 1))])


def run(tmp_path, every, count, *script, n=1, **options):
    """Outcomes of ``count`` requests at once through the store, the server, the ledger's sum, what is stored."""
    usual = {"concurrency": 16, "timeout": 5.0, "max_retries": 3, "backoff": 0.01, "patience": 20.0}

    async def main():
        async with misbehaving(*script, every=every) as server:
            with CompletionStore(tmp_path / "s") as store:
                ledger = Ledger()
                chat = DurableChat(OpenAIChat(server.url, KEY, **(usual | options)), store, ledger)
                asked = (chat.complete(numbered(i), n) for i in range(count))
                outcomes = await asyncio.gather(*asked, return_exceptions=True)
                await chat.aclose()
                return outcomes, server, ledger.total(), list(store.rows())

    return asyncio.run(main())


def answered_right(outcomes, n=1) -> list[bool]:
    return [
        isinstance(o, list) and [r.text for r in o] == [f"problem {i}, seed {7 + k}" for k in range(n)]
        for i, o in enumerate(outcomes)
    ]


def poisoned(act, *numbers):
    async def serve(http, body):
        mine = any(body["messages"][0]["content"] == f"problem {i}" for i in numbers)
        return await (act if mine else echo)(http, body)

    return serve


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (status(400, "flagged by the filter"), RequestRefused),
        (status(413, "too long"), RequestRefused),
        (status(500, "it always fails"), RequestFailed),
        (status(503, "it always fails"), RequestFailed),
        (raw(b"<html>oops</html>", "text/html"), RequestFailed),
        (raw(b'{"choices": [{"mess'), RequestFailed),
        (reset_at_once, RequestFailed),
        (reset_in_body, RequestFailed),
        (silent, RequestFailed),
        (never_ends, RequestFailed),
    ],
)
def test_a_poisoned_request_costs_its_own_row_only(tmp_path, act, kind) -> None:
    outcomes, _, ledger, rows = run(tmp_path, poisoned(act, 3, 29), 30, timeout=0.4, max_retries=1)
    assert [i for i, right in enumerate(answered_right(outcomes)) if not right] == [3, 29]
    assert type(outcomes[3]) is type(outcomes[29]) is kind
    assert sum(r.error is None for r in rows) == 28
    assert sorted(r.error for r in rows if r.error) == sorted(map(str, (outcomes[3], outcomes[29])))
    assert (ledger.replies, ledger.failed) == (28, 2)


def test_a_refused_prompt_is_told_from_a_number_of_samples_that_is_refused(tmp_path) -> None:
    async def two_at_most(http, body):
        if body.get("n", 1) > 2:
            return await status(400, "only 2 slots are there")(http, body)
        return await poisoned(status(400, "flagged"), 1)(http, body)

    outcomes, server, ledger, rows = run(tmp_path, two_at_most, 4, n=5, concurrency=1)
    assert answered_right(outcomes, 5) == [True, False, True, True]
    assert isinstance(outcomes[1], RequestRefused)
    assert (ledger.replies, ledger.failed) == (15, 5)
    # Once it is known how many pass, no more are asked for.
    assert {b.get("n", 1) for b in server.seen[-6:]} == {1, 2}
    assert len(rows) == 20


def storm(share: float, act):
    """Every k-th request of all meets the fault."""
    count = 0

    async def serve(http, body):
        nonlocal count
        count += 1
        faulty = int(count * share) != int((count - 1) * share)
        return await (act if faulty else echo)(http, body)

    return serve


FAULTS = [
    status(429),
    status(429, Retry_After="0.05"),
    status(429, "slow down", x_ratelimit_limit_requests="600", x_ratelimit_remaining_requests="0"),
    status(500),
    status(502),
    status(503),
    reset_at_once,
    reset_in_body,
    raw(b"{}"),
    raw(b""),
    raw(b"<html>Bad gateway</html>", "text/html", 502),
    raw(b"upstream connect error", "text/plain"),
    with_choices(choice(0, None, finish_reason=None), choices=[]),
]


@pytest.mark.parametrize("fault", FAULTS, ids=range(len(FAULTS)))
def test_in_a_storm_no_request_is_lost_or_counted_twice(tmp_path, fault) -> None:
    outcomes, server, ledger, rows = run(tmp_path, storm(0.3, fault), 60, max_retries=12)
    assert all(answered_right(outcomes))
    assert len(rows) == len({r.key for r in rows}) == ledger.replies == 60
    assert ledger.requests == len(server.seen) == sum(r.reply.requests for r in rows)
    assert ledger.retries == len(server.seen) - 60


async def typed_as_text(_, body):
    good_body = json.loads((await echo(_, body)).body)
    return await raw(json.dumps(good_body).encode(), "text/html")(_, body)


async def slow_headers(http, body):
    await asyncio.sleep(0.2)
    return await echo(http, body)


async def same_id_always(_, body):
    text = body["messages"][0]["content"]
    choices = [choice(0, f"{text}, seed {body['seed'] + i}") for i in range(body.get("n", 1))]
    return answer(body, choices, id="chatcmpl-1")


@pytest.mark.parametrize("act", [typed_as_text, slow_headers, same_id_always])
def test_what_is_odd_but_complete_is_taken(tmp_path, act) -> None:
    outcomes, server, _, rows = run(tmp_path, act, 20, n=3)
    assert all(answered_right(outcomes, 3))
    assert len(server.seen) == 20
    assert len(rows) == 60


def test_a_server_that_restarts_is_waited_for(tmp_path) -> None:
    async def main():
        port = free_port()
        with CompletionStore(tmp_path / "s") as store:
            inner = OpenAIChat(f"http://127.0.0.1:{port}/v1", KEY, backoff=0.05, patience=20.0, max_retries=0)
            chat = DurableChat(inner, store, Ledger())
            early = [asyncio.create_task(chat.complete(numbered(i))) for i in range(10)]
            await asyncio.sleep(0.1)
            outcomes = []
            for start in (0, 10):
                async with misbehaving(every=echo, port=port):
                    outcomes += await asyncio.gather(*early)
                    late = (chat.complete(numbered(i)) for i in range(start + 10, start + 20))
                    early = [asyncio.create_task(c) for c in late]
                await asyncio.sleep(0.1)
            for task in early:
                task.cancel()
            await chat.aclose()
            return outcomes

    assert all(answered_right(asyncio.run(main())))


def test_a_host_that_no_name_server_knows_is_named() -> None:
    async def main():
        chat = OpenAIChat("http://no-such-host.invalid/v1", KEY, patience=0.2, backoff=0.01)
        chat.ledger = Ledger()
        try:
            with pytest.raises(ModelError, match=r"cannot connect to http://no-such-host\.invalid/v1") as caught:
                await chat.complete(REQUEST)
            return str(caught.value)
        finally:
            await chat.aclose()

    assert "when the endpoint is well again, the same command goes on" in asyncio.run(main())


def test_a_clock_that_jumps_changes_no_waiting(tmp_path, monkeypatch) -> None:
    """The wall clock goes a day forward and back while requests wait to be sent again."""
    real, jump = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + jump[0])

    async def jumping(http, body):
        jump[0] = -86400.0 if jump[0] > 0 else 86400.0
        return await storm_of_429(http, body)

    storm_of_429 = storm(0.3, status(429, Retry_After="0.05"))
    began = time.monotonic()
    outcomes, _, ledger, _ = run(tmp_path, jumping, 30)
    assert all(answered_right(outcomes))
    assert ledger.replies == 30
    assert time.monotonic() - began < 20


def test_a_date_in_retry_after_is_counted_from_the_date_of_the_server_s_own_clock() -> None:
    theirs = time.time() - 7 * 86400
    headers = {
        "retry-after": email.utils.formatdate(theirs + 30, usegmt=True),
        "date": email.utils.formatdate(theirs, usegmt=True),
    }
    assert retry_after(headers) == 30


def test_a_reply_without_end_is_cut_off_and_takes_no_memory(tmp_path) -> None:
    async def flood(http, body):
        if body["messages"][0]["content"] != "problem 0":
            return await echo(http, body)
        from aiohttp import web

        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(http)
        try:
            for _ in range(2000):
                await response.write(b" " * 65536)
        except ConnectionError:
            return response
        return response

    outcomes, _, _, _ = run(tmp_path, flood, 4, max_retries=0, timeout=30.0)
    assert answered_right(outcomes) == [False, True, True, True]
    assert "longer than" in str(outcomes[0])


def test_the_key_is_in_no_file_and_no_message(tmp_path) -> None:
    async def tells(http, body):
        return await status(400, f"bad request by {http.headers['Authorization']}")(http, body)

    outcomes, _, _, _ = run(tmp_path, poisoned(tells, 1), 3)
    assert KEY not in str(outcomes[1])
    for path in tmp_path.iterdir():
        assert KEY.encode() not in path.read_bytes()


def test_stopping_gives_up_what_waits_and_keeps_what_was_sent(tmp_path) -> None:
    async def slow(http, body):
        await asyncio.sleep(0.3)
        return await echo(http, body)

    async def main():
        async with misbehaving(every=slow) as server:
            with CompletionStore(tmp_path / "s") as store:
                chat = DurableChat(OpenAIChat(server.url, KEY, concurrency=2), store, Ledger())
                tasks = [asyncio.create_task(chat.complete(numbered(i))) for i in range(30)]
                await server.asked.wait()
                for task in tasks:
                    task.cancel()
                await chat.aclose()
                return server, store.count()

    server, stored = asyncio.run(main())
    assert isinstance(server, Server)
    assert 1 <= stored == len(server.seen) <= 2


@pytest.mark.parametrize(
    ("given", "text", "reasoning", "cut_off"),
    [
        ({"content": "7", "reasoning_content": "3 + 4"}, "7", "3 + 4", False),
        ({"content": None, "reasoning_content": "3 + 4 and then"}, "", "3 + 4 and then", True),
    ],
)
def test_a_reasoning_model_s_thoughts_are_kept_apart(tmp_path, given, text, reasoning, cut_off) -> None:
    act = with_choices({"message": given, "finish_reason": "length" if cut_off else "stop"})
    outcomes, _, _, rows = run(tmp_path, act, 1)
    reply = outcomes[0][0]
    assert (reply.text, reply.reasoning, reply.cut_off) == (text, reasoning, cut_off)
    assert rows[0].reply == reply


def test_a_model_that_takes_no_sampling_parameters_gets_none(tmp_path) -> None:
    plain = dataclasses.replace(REQUEST, temperature=None, top_p=None, reasoning_effort="low")

    async def main():
        async with misbehaving(every=good) as server:
            chat = OpenAIChat(server.url, KEY)
            chat.ledger = Ledger()
            await chat.complete(plain)
            await chat.aclose()
            return server.seen[0]

    body = asyncio.run(main())
    assert "temperature" not in body
    assert "top_p" not in body
    assert body["reasoning_effort"] == "low"
