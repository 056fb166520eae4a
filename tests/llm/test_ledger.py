"""What was asked and paid, and where it stops."""

from __future__ import annotations

import asyncio

import pytest

from builder.errors import BudgetReached
from builder.llm.chat import ChatRequest, Message, Reply
from builder.llm.durable import DurableChat
from builder.llm.ledger import Ledger
from builder.llm.openai_client import OpenAIChat
from builder.llm.prices import Price, Prices
from builder.store import CompletionStore, Usage
from tests.llm.misbehaving import Server, answer, choice, misbehaving, status

PRICES = Prices({"m": Price(prompt=1.0, cached=0.5, completion=10.0)})  # dollars for a million tokens


def request(number: int = 0, max_tokens: int = 100) -> ChatRequest:
    return ChatRequest("solve", "m", (Message("user", f"{number} + 1?" * 10),), "h", 0.75, 0.95, max_tokens, 7)


def test_money_is_tokens_times_prices_and_cached_tokens_have_their_own() -> None:
    ledger = Ledger(PRICES)
    ledger.received("solve", "m", [Reply("x", "stop", "m", 1_000_000, 400_000, 100_000)])
    assert ledger.cost == pytest.approx(0.6 + 0.2 + 1.0)


def test_earlier_sessions_count_and_are_told_apart() -> None:
    ledger = Ledger(PRICES, before=[Usage("solve", "m", 5, 40, 1, 1_000_000, 0, 0, 1, 1)])
    ledger.sending("solve", "m")
    ledger.received("solve", "m", [Reply("x", "stop", "m", 0, 0, 100_000)])
    said = ledger.snapshot()
    assert said["total"]["replies"] == 1
    assert (said["run"]["total"]["replies"], said["run"]["total"]["requests"]) == (41, 6)
    assert said["run"]["total"]["cost"] == pytest.approx(2.0)
    assert said["by_role_and_model"][0]["cost"] == pytest.approx(1.0)
    assert said["estimated"] is True
    assert ledger.live() == {
        "requests": "solve:6",
        "retries": "1",
        "failed": "1",
        "tokens": "1.0M+100.0k",
        "cost": "$2.00",
    }


def test_a_price_that_is_not_known_is_never_nothing() -> None:
    ledger = Ledger(PRICES)
    ledger.received("solve", "other", [Reply("x", "stop", "other", 10, 0, 10)])
    assert ledger.cost is None
    assert ledger.snapshot()["run"]["by_role_and_model"][0]["cost"] is None
    assert "cost" not in ledger.live()


def run(tmp_path, every, ledger, numbers, **options):
    """What asking for many at once gives, the server, and how many replies are stored."""

    async def main():
        async with misbehaving(every=every) as server:
            with CompletionStore(tmp_path / "s") as store:
                inner = OpenAIChat(server.url, "k", concurrency=4, timeout=5, backoff=0.01, **options)
                chat = DurableChat(inner, store, ledger)
                outcomes = await asyncio.gather(*(chat.complete(request(i)) for i in numbers), return_exceptions=True)
                await chat.aclose()
                return outcomes, server, store.count()

    return asyncio.run(main())


async def costly(_, body):
    """100 prompt and 100 completion tokens: 0.0011 dollars."""
    return answer(body, [choice(0, "x")], usage={"prompt_tokens": 100, "completion_tokens": 100})


async def cheap(_, body):
    await asyncio.sleep(0.01)
    return answer(body, [choice(0, "x")], usage={"prompt_tokens": 10, "completion_tokens": 10})


def test_the_cost_never_passes_its_limit_and_what_was_paid_is_stored(tmp_path) -> None:
    ledger = Ledger(PRICES, max_cost=0.0100)
    outcomes, server, stored = run(tmp_path, costly, ledger, range(40))
    answered = [o for o in outcomes if isinstance(o, list)]
    assert len(answered) == len(server.seen) == stored == 9  # the tenth could have cost too much
    assert all(isinstance(o, BudgetReached) for o in outcomes if o not in answered)
    assert "--max-cost is $0.0100" in str(outcomes[-1])
    assert ledger.cost == pytest.approx(0.0099)


def test_requests_wait_where_only_the_worst_case_of_the_others_leaves_no_room(tmp_path) -> None:
    """Forty replies cost 0.0044 together; the worst case of five at once would be above the limit."""
    ledger = Ledger(PRICES, max_cost=0.0060)
    outcomes, server, stored = run(tmp_path, cheap, ledger, range(40))
    assert all(isinstance(o, list) for o in outcomes)
    assert stored == len(server.seen) == 40
    assert server.most_open > 1


def test_requests_are_limited_retries_and_earlier_sessions_included(tmp_path) -> None:
    asked: list[dict] = []

    async def every_other_fails(http, body):
        asked.append(body)
        return await (status(500) if len(asked) % 2 else costly)(http, body)

    ledger = Ledger(PRICES, max_requests=15, before=[Usage("write", "m", 5, 5, 0, 1, 0, 1, 0, 0)])
    outcomes, server, stored = run(tmp_path, every_other_fails, ledger, range(40))
    assert len(server.seen) == 10
    assert stored == sum(isinstance(o, list) for o in outcomes)
    assert sum(isinstance(o, BudgetReached) for o in outcomes) == 40 - stored
    assert isinstance(server, Server)
