"""Nothing is asked twice, and nothing is used before it is kept."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from builder.errors import ModelError, RequestRefused, StoreError
from builder.llm.chat import ChatRequest, Message, Reply
from builder.llm.durable import DurableChat
from builder.llm.ledger import Ledger
from builder.llm.openai_client import OpenAIChat
from builder.store import CompletionStore
from tests.llm.misbehaving import good, misbehaving, status

REQUEST = ChatRequest("solve", "m", (Message("user", "1 + 1?"),), "h", 0.75, 0.95, 64, 7)


class Counted:
    """A model that counts how often it is asked, and answers with the number of the sample."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.asked: list[tuple[int, int]] = []
        self.failure = failure
        self.closed = False

    async def complete(self, request, n=1, *, first=0, keep=None):
        self.asked.append((first, n))
        await asyncio.sleep(0.01)
        if self.failure is not None:
            raise self.failure
        replies = [Reply(f"sample {first + i}", "stop", "m", 5 * (i == 0), 0, 2) for i in range(n)]
        await keep(first, replies)
        return replies

    async def aclose(self) -> None:
        self.closed = True


def with_store(path, chat, work):
    """``work(durable chat, store)`` on a fresh opening of the store; its result and the ledger."""
    ledger = Ledger()

    async def run():
        with CompletionStore(path) as store:
            durable = DurableChat(chat, store, ledger)
            try:
                return await work(durable, store)
            finally:
                await durable.aclose()

    return asyncio.run(run()), ledger


def texts(replies):
    return [r.text for r in replies]


def test_a_second_run_asks_nothing(tmp_path):
    model = Counted()
    path = tmp_path / "main.sqlite"

    async def work(chat, _):
        return await chat.complete(REQUEST, 4)

    first, ledger_1 = with_store(path, model, work)
    second, ledger_2 = with_store(path, model, work)
    assert first == second
    assert model.asked == [(0, 4)]
    assert (ledger_1.total().requests, ledger_1.total().replies, ledger_1.total().reused) == (1, 4, 0)
    assert (ledger_2.total().requests, ledger_2.total().replies, ledger_2.total().reused) == (0, 0, 4)
    assert (ledger_1.total().prompt_tokens, ledger_1.total().completion_tokens) == (5, 4 * 2)
    assert ledger_2.total().completion_tokens == 0


def test_the_same_request_is_never_in_flight_twice(tmp_path):
    model = Counted()

    async def work(chat, _):
        return await asyncio.gather(*(chat.complete(REQUEST, 2) for _ in range(10)))

    outcomes, ledger = with_store(tmp_path / "s", model, work)
    assert model.asked == [(0, 2)]
    assert all(texts(o) == ["sample 0", "sample 1"] for o in outcomes)
    assert ledger.total().reused == 18


def test_a_reply_is_on_the_disk_before_it_is_returned(tmp_path):
    async def work(chat, store):
        replies = await chat.complete(REQUEST, 3)
        kept, _ = store.look_up([REQUEST.key(i) for i in range(3)])
        return replies == [kept[REQUEST.key(i)] for i in range(3)]

    assert with_store(tmp_path / "s", Counted(), work)[0]


def test_more_samples_later_ask_for_the_missing_ones_only(tmp_path):
    model = Counted()

    async def work(chat, _):
        await chat.complete(REQUEST, 2)
        return [await chat.complete(REQUEST, 5), await chat.complete(REQUEST, 5)]

    (five, again), _ = with_store(tmp_path / "s", model, work)
    assert texts(five) == [f"sample {i}" for i in range(5)]
    assert five == again
    assert model.asked == [(0, 2), (2, 3)]


def test_a_gap_among_the_samples_is_filled_and_nothing_else(tmp_path):
    model = Counted()

    async def work(chat, _):
        await chat.complete(REQUEST, 2)
        await chat.complete(REQUEST, 1, first=4)
        return await chat.complete(REQUEST, 7)

    replies, _ = with_store(tmp_path / "s", model, work)
    assert texts(replies) == [f"sample {i}" for i in range(7)]
    assert model.asked == [(0, 2), (4, 1), (2, 2), (5, 2)]


@pytest.mark.parametrize(
    "change",
    [
        {"role": "score"},
        {"model": "m2"},
        {"messages": (Message("user", "1 + 1 ?"),)},
        {"messages": (Message("system", "1 + 1?"),)},
        {"prompt_hash": "h2"},
        {"temperature": 0.7},
        {"top_p": 0.9},
        {"max_tokens": 65},
        {"seed": 8},
        {"reasoning_effort": "low"},
        {"temperature": None},
    ],
)
def test_any_change_of_a_request_is_a_new_request(tmp_path, change):
    model = Counted()

    async def work(chat, _):
        await chat.complete(REQUEST)
        await chat.complete(dataclasses.replace(REQUEST, **change))

    with_store(tmp_path / "s", model, work)
    assert len(model.asked) == 2


@pytest.mark.parametrize("failure", [RequestRefused("too long"), ModelError("bad key")])
def test_a_failure_reaches_all_who_wait_and_a_final_one_is_stored(tmp_path, failure):
    model = Counted(failure)

    async def work(chat, store):
        outcomes = await asyncio.gather(*(chat.complete(REQUEST, 2) for _ in range(3)), return_exceptions=True)
        return outcomes, list(store.rows(errors=True))

    (outcomes, errors), ledger = with_store(tmp_path / "s", model, work)
    assert [str(o) for o in outcomes] == [str(failure)] * 3
    final = isinstance(failure, RequestRefused)
    assert len(model.asked) == 1
    assert [e.error for e in errors] == (["too long"] * 2 if final else [])
    assert ledger.total().failed == 2 * int(final)


def test_a_final_failure_is_not_asked_again_before_someone_wants_it_and_its_reply_takes_the_place(tmp_path):
    path = tmp_path / "s"

    async def failing(chat, _):
        with pytest.raises(RequestRefused, match="too long"):
            await chat.complete(REQUEST)

    async def answering(chat, store):
        return await chat.complete(REQUEST), list(store.rows(errors=True))

    model = Counted(RequestRefused("too long"))
    with_store(path, model, failing)
    with_store(path, model, failing)
    assert len(model.asked) == 1
    with CompletionStore(path) as store:
        assert store.retry_errors() == 1
    (replies, errors), _ = with_store(path, Counted(), answering)
    assert texts(replies) == ["sample 0"]
    assert errors == []


def test_a_caller_that_is_cancelled_leaves_the_reply_to_the_others(tmp_path):
    model = Counted()

    async def work(chat, _):
        first = asyncio.create_task(chat.complete(REQUEST))
        await asyncio.sleep(0)
        second = asyncio.create_task(chat.complete(REQUEST))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    replies, _ = with_store(tmp_path / "s", model, work)
    assert texts(replies) == ["sample 0"]
    assert len(model.asked) == 1


def test_closing_waits_for_what_is_under_way_and_keeps_it(tmp_path):
    model = Counted()

    async def work(chat, store):
        waiting = asyncio.create_task(chat.complete(REQUEST))
        await asyncio.sleep(0)
        waiting.cancel()  # nobody waits for it any more: it is paid for all the same
        await chat.aclose()
        return store.count()

    assert with_store(tmp_path / "s", model, work)[0] == 1
    assert model.closed


def test_a_model_is_prepared_once_and_only_where_the_store_cannot_answer(tmp_path):
    prepared = []

    async def prepare():
        prepared.append(1)

    async def run(path):
        with CompletionStore(path) as store:
            chat = DurableChat(Counted(), store, Ledger(), prepare)
            await chat.complete(REQUEST, 2)
            await chat.aclose()

    asyncio.run(run(tmp_path / "s"))
    asyncio.run(run(tmp_path / "s"))
    assert prepared == [1]


def test_a_reply_that_cannot_be_kept_is_not_handed_out(tmp_path):
    async def work(chat, store):
        store.close()
        with pytest.raises(StoreError, match="is closed"):
            await chat.complete(REQUEST)

    with_store(tmp_path / "s", Counted(), work)


def test_over_http_retries_are_in_the_ledger_by_role_and_model(tmp_path):
    async def run():
        ledger = Ledger()
        async with misbehaving(status(500), status(503), every=good) as server:
            with CompletionStore(tmp_path / "s") as store:
                inner = OpenAIChat(server.url, "k", concurrency=4, timeout=5, max_retries=3, backoff=0.01)
                chat = DurableChat(inner, store, ledger)
                await chat.complete(REQUEST, 2)
                await chat.complete(dataclasses.replace(REQUEST, role="score"))
                await chat.complete(REQUEST, 2)
                await chat.aclose()
            return ledger.snapshot(), len(server.seen)

    snapshot, seen = asyncio.run(run())
    rows = {(r["role"], r["model"]): r for r in snapshot["by_role_and_model"]}
    assert rows["solve", "m"] == {
        "role": "solve",
        "model": "m",
        "requests": 3,
        "retries": 2,
        "failed": 0,
        "replies": 2,
        "reused": 2,
        "prompt_tokens": 11,
        "cached_tokens": 0,
        "completion_tokens": 10,
        "cost": None,
    }
    assert rows["score", "m"]["requests"] == 1
    assert snapshot["total"]["requests"] == seen == 4
