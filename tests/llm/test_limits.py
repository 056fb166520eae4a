"""When a request may be sent, against simulated servers in simulated time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.llm.limits import Limiter, Outcome, Permit
from builder.llm.rate_headers import seconds_of
from tests.llm.simulated import (
    Endpoint,
    FixedWindow,
    LeakyBucket,
    Rule,
    SlidingWindow,
    TokenBucket,
    all_of,
    best_time,
    now,
    replies,
    simulate,
)

ANSWERED = Outcome("answered")
REQUESTS = "x-ratelimit-{}-requests"


def run(
    calls: int, endpoint: Endpoint, *, seed: int = 1, concurrency: int = 2000, **rates: float
) -> tuple[Limiter, float]:
    """The limiter and the seconds after ``calls`` useful calls."""
    limiter = Limiter(concurrency=concurrency, jitter=random.Random(seed), **rates)
    return limiter, simulate(lambda: all_of(limiter, endpoint, calls))


# --- servers that limit and do not say so ----------------------------------------------------------

TWENTY_A_SECOND: dict[str, Callable[[], Rule]] = {
    "bucket with a burst of 20": lambda: TokenBucket(20, 20),
    "sliding window of 1 s": lambda: SlidingWindow(20, 1.0),
    "fixed window of 1 s": lambda: FixedWindow(20, 1.0),
    "fixed window of 1 s, half over": lambda: FixedWindow(20, 1.0, phase=0.5),
    "paced, burst 1": lambda: TokenBucket(20, 1),
    "paced, burst 2": lambda: TokenBucket(20, 2),
}


@pytest.mark.parametrize("reply", ["0", "0.02", "0.5", "0-1", "about 2"])
@pytest.mark.parametrize("server", TWENTY_A_SECOND)
def test_400_useful_calls_at_20_a_second_cost_at_most_20_refusals(server: str, reply: str) -> None:
    for seed in (21, 22, 23):
        endpoint = Endpoint(
            TWENTY_A_SECOND[server](), reply=replies(reply, seed), refusal=0.0 if reply == "0" else 0.02
        )
        _, seconds = run(400, endpoint, seed=seed)
        assert endpoint.useful == 400
        assert endpoint.refused <= 20
        assert seconds <= 1.3 * best_time(400, 20.0, replies(reply, seed))


@pytest.mark.parametrize("reply", ["0.02", "0.5", "about 2"])
@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(lambda: FixedWindow(139, 60.0, phase=17.0), id="fixed window"),
        pytest.param(lambda: SlidingWindow(139, 60.0), id="sliding window"),
        pytest.param(lambda: TokenBucket(139 / 60, 139), id="bucket"),
    ],
)
def test_139_a_minute_wastes_less_than_5_percent_of_the_sends(rule: Callable[[], Rule], reply: str) -> None:
    endpoint = Endpoint(rule(), reply=replies(reply, 24), refusal=0.02)
    _, seconds = run(3000, endpoint, seed=24)
    assert endpoint.refused < 0.05 * len(endpoint.sent)
    assert seconds < 1.5 * 3000 / 139 * 60


@pytest.mark.parametrize("reply", ["0.5", "0-1", "about 2", "10"])
def test_a_server_that_refuses_more_than_8_at_once_wastes_less_than_5_percent(reply: str) -> None:
    endpoint = Endpoint(SlidingWindow(10, 1.0), reply=replies(reply, 25), refusal=0.02, most=8)
    run(3000, endpoint, seed=25)
    assert endpoint.refused < 0.05 * len(endpoint.sent)


def test_a_rate_far_above_what_one_window_of_requests_brings_is_found() -> None:
    endpoint = Endpoint(TokenBucket(500, 500), reply=lambda: 0.5, refusal=0.02)
    _, seconds = run(10_000, endpoint)
    assert endpoint.refused < 0.01 * 10_000
    assert seconds < 1.3 * 10_000 / 500


def test_answers_that_take_long_do_not_hold_up_the_learning() -> None:
    # 20 a second and 30 s each: the probe after a refusal is not waited for, nor is the growth.
    endpoint = Endpoint(TokenBucket(20, 20), reply=lambda: 30.0, refusal=0.02)
    _, seconds = run(4000, endpoint)
    assert endpoint.refused <= 40
    assert seconds < 8 * 30 + 1.3 * 4000 / 20  # the first round trips have few requests in flight


def test_the_refusals_of_requests_in_flight_together_count_as_one() -> None:
    async def main() -> None:
        limiter = Limiter(concurrency=16, jitter=random.Random(1))
        permits = [await limiter.acquire() for _ in range(16)]
        await asyncio.sleep(1)
        for permit in permits[:10]:
            limiter.settle(permit, ANSWERED)
        for permit in permits[10:]:
            limiter.settle(permit, Outcome("rate_limited"))
        asked = now()
        probe = await limiter.acquire()
        assert 0.25 <= now() - asked <= 0.5  # not six times that
        limiter.settle(probe, ANSWERED)
        await limiter.acquire()
        assert limiter.state()["learned_requests_per_second"] > 5  # 11 in little more than a second, not cut six times

    simulate(main)


def test_one_probe_follows_a_refusal_and_the_pauses_double() -> None:
    async def main() -> list[float]:
        limiter = Limiter(concurrency=100, jitter=random.Random(1))
        sent: list[float] = []

        async def caller() -> None:
            while len(sent) < 8:
                permit = await limiter.acquire()
                sent.append(now())
                await asyncio.sleep(0.001)
                limiter.settle(permit, Outcome("rate_limited"))

        callers = [asyncio.create_task(caller()) for _ in range(50)]
        await asyncio.sleep(300)
        for task in callers:
            task.cancel()
        return sent

    sent = simulate(main)
    pauses = [b - a for a, b in pairwise(sent)]
    for k, pause in enumerate(pauses[:7]):
        assert 0.25 * 2**k <= pause - 0.001 <= 0.5 * 2**k + 1e-6


def test_a_learned_rate_that_holds_nothing_back_is_forgotten() -> None:
    async def main() -> None:
        limiter = Limiter(concurrency=100, jitter=random.Random(1))
        limited = Endpoint(TokenBucket(20, 20), refusal=0.02)
        await all_of(limiter, limited, 100)
        assert limiter.state()["learned_requests_per_second"]
        free = Endpoint()
        for _ in range(80):
            await asyncio.sleep(5)
            await all_of(limiter, free, 1)
        assert limiter.state()["learned_requests_per_second"] is None

    simulate(main)


# --- servers that keep up, and servers that do not ------------------------------------------------


def test_no_header_no_throttle() -> None:
    endpoint = Endpoint(reply=lambda: 0.5)
    limiter, _ = run(8000, endpoint)
    at = [t for t in endpoint.sent if t < 9 * 0.5]  # nine round trips
    assert endpoint.most_inside == 2000
    assert len(at) > 16 + 2 * 32 + 64 + 128 + 256 + 512 + 1024  # doubled in all of them but one
    assert limiter.state()["learned_requests_per_second"] is None


@pytest.mark.parametrize("reply", ["about 2", "10"])
def test_an_endpoint_that_keeps_up_gets_all_that_is_allowed(reply: str) -> None:
    endpoint = Endpoint(reply=replies(reply, 26))
    run(8000, endpoint, seed=26)
    assert endpoint.most_inside == 2000


def test_a_server_that_answers_at_once_holds_nothing_back() -> None:
    endpoint = Endpoint()
    _, seconds = run(5000, endpoint)
    assert seconds == 0.0


@pytest.mark.parametrize("slots", [1, 2, 8])
@pytest.mark.parametrize("mean", [0.002, 0.02])
def test_a_fast_server_with_few_slots_gets_no_tiny_window(slots: int, mean: float) -> None:
    rng = random.Random(27)
    endpoint = Endpoint(reply=lambda: rng.expovariate(1 / mean), slots=slots)
    limiter, _ = run(5000, endpoint)
    assert limiter.state()["window"] >= 32


@pytest.mark.parametrize("seed", range(4))
def test_a_local_server_with_4_slots_gets_no_long_queue(seed: int) -> None:
    fixed = Endpoint(reply=lambda: 10.0, slots=4, timeout=120.0)
    run(400, fixed, seed=seed)
    assert fixed.most_inside <= 32
    assert fixed.timed_out == 0

    varied = Endpoint(reply=replies("about 2", seed), slots=4)
    _, seconds = run(2000, varied, seed=seed)
    assert varied.most_inside <= 256  # of 2,000
    assert seconds < 1.2 * 2000 * 2.1 / 4


def test_tokens_per_second_count_where_they_are_told() -> None:
    # Twice the requests at once, each with half the tokens: no gain, although twice the requests are answered.
    class Shared(Endpoint):
        async def ask(self) -> Outcome:
            asked = asyncio.create_task(super().ask())
            await asyncio.sleep(2.5)
            tokens = 160_000 // self.inside
            await asked
            return Outcome("answered", tokens=tokens)

    endpoint = Shared(reply=lambda: 5.0)
    run(1000, endpoint)
    assert endpoint.most_inside <= 32

    endpoint = Endpoint(reply=lambda: 5.0)
    run(1000, endpoint)
    assert endpoint.most_inside > 200


def test_a_server_that_sheds_load_is_not_pushed() -> None:
    endpoint = Endpoint(reply=replies("about 2", 28), most=100, too_many="overloaded", refusal=0.02)
    _, seconds = run(10_000, endpoint, seed=28)
    assert endpoint.refused < 0.01 * 10_000
    assert seconds < 2 * 10_000 * 2.1 / 100


def test_time_outs_shrink_the_window() -> None:
    endpoint = Endpoint(reply=lambda: 10.0, slots=4, timeout=25.0)  # more than 10 at once are too late
    run(800, endpoint)
    assert endpoint.outcomes[-500:].count("timeout") < 50


def test_rare_time_outs_do_not_shrink_the_window() -> None:
    rng = random.Random(29)
    endpoint = Endpoint(reply=lambda: 700.0 if rng.random() < 0.005 else 1.0, timeout=10.0)
    _, seconds = run(20_000, endpoint, concurrency=500)
    assert endpoint.timed_out > 50
    assert seconds < 1.2 * 20_000 / 500 + 10 + 20  # ten round trips to grow, two time-outs at the end


def test_a_server_that_is_down_is_asked_seldom_and_full_speed_returns() -> None:
    async def main() -> tuple[int, float]:
        limiter = Limiter(concurrency=500, jitter=random.Random(1))
        endpoint = Endpoint(reply=lambda: 1.0, refusal=0.005, too_many="overloaded")
        work = asyncio.create_task(all_of(limiter, endpoint, 20_000))
        await asyncio.sleep(15)
        endpoint.most = 0  # the server restarts
        before = endpoint.refused
        await asyncio.sleep(60)
        endpoint.most = 1_000_000
        refused, back = endpoint.refused - before, now()
        left = 20_000 - endpoint.useful
        await work
        return refused, (now() - back) / left

    refused, seconds_each = simulate(main)
    assert refused < 800  # in a minute: as many again as were in flight, and some
    assert seconds_each < 1.5 / 350  # 0.7 of the 500 at once, after the last pause and the doublings


# --- servers that say what is left ----------------------------------------------------------------


@pytest.mark.parametrize("reply", ["0.02", "0.5", "about 2", "10"])
@pytest.mark.parametrize(
    ("rule", "calls", "ideal"),
    [
        pytest.param(lambda: LeakyBucket(500 / 60, 500), 2000, 180.0, id="leaky bucket, 500 a minute"),
        pytest.param(lambda: LeakyBucket(1, 60), 300, 240.0, id="leaky bucket, 60 a minute"),
        pytest.param(lambda: LeakyBucket(14_400 / 86_400, 14_400), 2000, 0.0, id="leaky bucket, 14,400 a day"),
        pytest.param(lambda: FixedWindow(100, 60.0, names=REQUESTS), 1000, 540.0, id="window of a minute"),
        pytest.param(lambda: FixedWindow(100, 60.0, 50.0, "x-ratelimit-{}"), 1000, 550.0, id="window half over"),
        pytest.param(lambda: FixedWindow(600, 60.0, 20.0, "ratelimit-{}"), 3000, 280.0, id="larger window"),
    ],
)
def test_a_server_with_honest_headers_refuses_next_to_nothing(
    rule: Callable[[], Rule], calls: int, ideal: float, reply: str
) -> None:
    endpoint = Endpoint(rule(), reply=replies(reply, 30), refusal=0.02)
    limiter, seconds = run(calls, endpoint, seed=30)
    assert endpoint.refused <= 3
    # Some round trips for the growth, and the longest reply at the end.
    assert seconds < 1 + 1.25 * ideal + 10 * {"0.02": 0.02, "0.5": 0.5, "about 2": 4.0, "10": 10.0}[reply]
    assert limiter.state()["learned_requests_per_second"] is None


def test_a_bucket_that_others_have_emptied_costs_a_few_refusals() -> None:
    endpoint = Endpoint(LeakyBucket(1, 60, level=0.0), reply=lambda: 0.5, refusal=0.02)
    _, seconds = run(300, endpoint)
    assert endpoint.refused <= 3
    assert seconds < 1.1 * 300


def test_headers_of_windows_that_are_over_do_not_make_a_storm() -> None:
    # Windows of a second, answers after 10 s.
    endpoint = Endpoint(FixedWindow(20, 1.0, 0.3, "ratelimit-{}"), reply=lambda: 10.0, refusal=0.02)
    run(2000, endpoint)
    assert endpoint.refused < 0.05 * len(endpoint.sent)


def told(**values: str) -> dict[str, str]:
    return {f"x-ratelimit-{name.replace('_', '-')}": value for name, value in values.items()}


def seconds_until_sent(headers: dict[str, str], tokens: int = 0, later: dict[str, str] | None = None) -> float:
    """After one answer with the headers (and one with others), how long the next request waits."""

    async def main() -> float:
        limiter = Limiter(concurrency=10, jitter=random.Random(1))
        for said in [headers] if later is None else [headers, later]:
            limiter.settle(await limiter.acquire(), Outcome("answered", said))
        asked = now()
        await limiter.acquire(tokens)
        return now() - asked

    return simulate(main)


@pytest.mark.parametrize(
    ("headers", "tokens", "least", "most"),
    [
        (told(limit_requests="60", remaining_requests="0", reset_requests="30s"), 0, 30, 31),
        (told(limit_requests="60", remaining_requests="1", reset_requests="30s"), 0, 0, 0),
        (told(limit="60", remaining="0", reset="30"), 0, 30, 31),
        (told(limit_tokens="1000", remaining_tokens="400", reset_tokens="6m0s"), 500, 360, 361),
        (told(limit_tokens="1000", remaining_tokens="400", reset_tokens="6m0s"), 300, 0, 0),
        # More than there ever is goes when all is there.
        (told(limit_tokens="1000", remaining_tokens="400", reset_tokens="20s"), 5000, 20, 21),
        # A leaky bucket of 60,000 a minute: 29,000 are there, 1,000 more after a second.
        (told(limit_tokens="60000", remaining_tokens="29000", reset_tokens="31s"), 30_000, 1, 1.1),
        ({"ratelimit-limit": "10", "ratelimit-remaining": "0", "ratelimit-reset": "7"}, 0, 7, 8),
        # Epochs count from the response's own date.
        (
            told(limit="9", remaining="0", reset="1704067215") | {"date": "Mon, 01 Jan 2024 00:00:00 GMT"},
            0,
            15,
            16,
        ),
        (
            told(limit="9", remaining="0", reset="1704067215000") | {"date": "Mon, 01 Jan 2024 00:00:00 GMT"},
            0,
            15,
            16,
        ),
        # No day's reset is waited for in one go.
        (told(limit_requests="100", remaining_requests="0", reset_requests="24h0m0s"), 0, 600, 601),
        # What makes no sense is ignored.
        (told(limit="9", remaining="0", reset="1704067215"), 0, 0, 0),
        (told(limit="9", remaining="0", reset="1704067215") | {"date": "yesterday"}, 0, 0, 0),
        (told(limit_requests="60", remaining_requests="0"), 0, 0, 0),
        (told(limit_requests="0", remaining_requests="0", reset_requests="5s"), 0, 0, 0),
        (told(limit_requests="60", remaining_requests="-1", reset_requests="5s"), 0, 0, 0),
        (told(limit_requests="60", remaining_requests="70", reset_requests="5s"), 0, 0, 0),
        (told(limit_requests="many", remaining_requests="0", reset_requests="5s"), 0, 0, 0),
        (told(limit_requests="nan", remaining_requests="0", reset_requests="5s"), 0, 0, 0),
        (told(limit_requests="60", remaining_requests="0", reset_requests="soon"), 0, 0, 0),
    ],
)
def test_what_headers_leave(headers: dict[str, str], tokens: int, least: float, most: float) -> None:
    assert least <= seconds_until_sent(headers, tokens) <= most


def test_a_limit_ends_with_an_answer_that_does_not_tell_it() -> None:
    half_used = told(limit_requests="2", remaining_requests="1", reset_requests="60s")
    assert seconds_until_sent(half_used, later=half_used | told(remaining_requests="0")) > 59
    assert seconds_until_sent(half_used, later={}) == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360.0),
        ("1s", 1.0),
        ("8.64s", 8.64),
        ("120ms", 0.12),
        ("1m30.5s", 90.5),
        ("2h3m", 7380.0),
        ("1d2h", 93_600.0),
        ("59", 59.0),
        ("0.25", 0.25),
        ("0s", 0.0),
        ("", None),
        ("s", None),
        ("-1", None),
        ("inf", None),
        ("1e400", None),
        ("3 weeks", None),
        ("9" * 1000, None),
        ("40d", None),
    ],
)
def test_durations_of_headers(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == (None if seconds is None else pytest.approx(seconds))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_header_is_an_error(limit: str, remaining: str, reset: str, date: str) -> None:
    seconds_until_sent(told(limit=limit, remaining=remaining, reset=reset) | {"date": date})


# --- pauses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rate_limited", "overloaded", "failed", "answered"])
def test_retry_after_holds_all_sending_whatever_the_outcome(kind: str) -> None:
    async def main() -> None:
        limiter = Limiter(concurrency=10, jitter=random.Random(1))
        first, second = await limiter.acquire(), await limiter.acquire()
        limiter.settle(first, Outcome(kind, retry_after=30.0))  # type: ignore[arg-type]
        limiter.settle(second, Outcome(kind, retry_after=2.0))  # type: ignore[arg-type]
        asked = now()
        await limiter.acquire()
        assert 30 <= now() - asked <= 31  # the longest wins

    simulate(main)


def test_no_server_can_ask_for_more_than_ten_minutes() -> None:
    async def main() -> None:
        limiter = Limiter(concurrency=10, jitter=random.Random(1))
        limiter.settle(await limiter.acquire(), Outcome("rate_limited", retry_after=1e9))
        asked = now()
        await limiter.acquire()
        assert 600 <= now() - asked <= 601

    simulate(main)


# --- the configuration ----------------------------------------------------------------------------


@given(st.floats(1, 2000), st.integers(0, 3), st.integers(1, 60))
def test_no_minute_has_more_requests_than_configured(per_minute: float, pause: int, calls: int) -> None:
    async def main() -> list[float]:
        limiter = Limiter(concurrency=1000, requests_per_minute=per_minute)
        sent: list[float] = []
        for part in range(4):
            for _ in range(calls):
                limiter.settle(await limiter.acquire(), ANSWERED)
                sent.append(now())
            await asyncio.sleep(part * pause)
        return sent

    sent = simulate(main)
    for first, start in enumerate(sent):
        in_a_minute = sum(1 for t in sent[first:] if t < start + 60 - 1e-6)
        assert in_a_minute <= per_minute + 1
    if len(sent) > 20:  # nor is it needlessly slow
        assert sent[-1] <= len(sent) / (per_minute / 60) * 1.01 + 6 * pause


@given(st.integers(600, 100_000), st.lists(st.integers(1, 3000), min_size=1, max_size=60))
def test_no_minute_has_more_tokens_than_configured(per_minute: int, costs: list[int]) -> None:
    async def main() -> list[tuple[float, int]]:
        limiter = Limiter(concurrency=1000, tokens_per_minute=per_minute)
        sent: list[tuple[float, int]] = []

        async def one(cost: int) -> None:
            permit = await limiter.acquire(cost)
            sent.append((now(), cost))
            limiter.settle(permit, Outcome("answered", tokens=cost))

        await asyncio.gather(*map(one, costs))
        return sent

    sent = simulate(main)
    assert [cost for _, cost in sent] == costs  # first come, first served
    for first, (start, _) in enumerate(sent):
        in_a_minute = [cost for t, cost in sent[first:] if t < start + 60]
        # A request of more than a second's worth goes when a second's worth is there.
        assert sum(in_a_minute) <= per_minute + max(in_a_minute) + 1e-6


def test_a_wrong_estimate_of_tokens_is_corrected() -> None:
    async def main(used: int) -> float:
        limiter = Limiter(concurrency=10, tokens_per_minute=6000)  # 100 a second
        permit = await limiter.acquire(1000)
        limiter.settle(permit, Outcome("answered", tokens=used))
        asked = now()
        await limiter.acquire(50)
        return now() - asked

    assert simulate(lambda: main(1000)) == pytest.approx(950 / 100, rel=0.05)
    assert simulate(lambda: main(200)) == pytest.approx(150 / 100, rel=0.05)
    assert simulate(lambda: main(3000)) == pytest.approx(2950 / 100, rel=0.05)
    assert simulate(lambda: main(0)) == pytest.approx(950 / 100, rel=0.05)  # unknown: the estimate counts


@pytest.mark.parametrize("wrong", [{"concurrency": 0}, {"requests_per_minute": 0.0}, {"tokens_per_minute": -1.0}])
def test_limits_that_nothing_could_pass_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="positive"):
        Limiter(**({"concurrency": 1} | wrong))  # type: ignore[arg-type]


# --- permits --------------------------------------------------------------------------------------


def test_a_permit_is_settled_once() -> None:
    async def main() -> None:
        limiter = Limiter(concurrency=1)
        permit = await limiter.acquire()
        limiter.settle(permit, ANSWERED)
        with pytest.raises(ValueError, match="settled already"):
            limiter.settle(permit, ANSWERED)
        assert limiter.in_flight == 0

    simulate(main)


def test_a_cancelled_request_gives_its_place_to_the_next() -> None:
    async def main() -> None:
        limiter = Limiter(concurrency=1)
        permit = await limiter.acquire()
        waiting = asyncio.create_task(limiter.acquire())
        await asyncio.sleep(0)
        assert limiter.waiting == 1
        limiter.settle(permit, Outcome("cancelled"))
        await asyncio.wait_for(waiting, 1)
        assert (limiter.in_flight, limiter.waiting) == (1, 0)

    simulate(main)


def test_a_caller_cancelled_in_the_moment_it_gets_its_permit_gives_it_back() -> None:
    async def main() -> None:
        limiter = Limiter(concurrency=1)
        permit = await limiter.acquire()
        waiting = asyncio.create_task(limiter.acquire())
        await asyncio.sleep(0)
        limiter.settle(permit, ANSWERED)
        await asyncio.sleep(0)  # the permit is given, the caller does not run yet
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (limiter.in_flight, limiter.waiting) == (0, 0)
        await asyncio.wait_for(limiter.acquire(), 1)

    simulate(main)


KINDS = ["answered", "rate_limited", "overloaded", "timeout", "failed", "cancelled"]


@given(
    st.integers(1, 20),
    st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.floats(0, 3),  # until the outcome
            st.one_of(st.none(), st.floats(0.01, 2)),  # until the caller gives up
            st.one_of(st.none(), st.floats(0, 5)),  # Retry-After
        ),
        min_size=1,
        max_size=60,
    ),
)
def test_every_caller_gets_a_permit_or_is_cancelled(
    concurrency: int, callers: list[tuple[str, float, float | None, float | None]]
) -> None:
    async def main() -> None:
        limiter = Limiter(concurrency=concurrency, jitter=random.Random(1))
        most = 0
        order: list[int] = []

        async def caller(index: int, kind: str, seconds: float, asked: float | None) -> None:
            nonlocal most
            permit = await limiter.acquire(index)
            order.append(index)
            most = max(most, limiter.in_flight)
            outcome = Outcome("cancelled")
            try:
                await asyncio.sleep(seconds)
                outcome = Outcome(kind, retry_after=asked)  # type: ignore[arg-type]
            finally:
                limiter.settle(permit, outcome)

        tasks = []
        for index, (kind, seconds, patience, asked) in enumerate(callers):
            task = asyncio.create_task(caller(index, kind, seconds, asked))
            if patience is not None:
                asyncio.get_running_loop().call_later(patience, task.cancel)
            tasks.append(task)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for (_, _, patience, _), result in zip(callers, results, strict=True):
            assert result is None or (patience is not None and isinstance(result, asyncio.CancelledError))
        assert most <= concurrency
        assert order == sorted(order)
        assert (limiter.in_flight, limiter.waiting) == (0, 0)
        permit = await limiter.acquire()
        limiter.settle(permit, ANSWERED)

    simulate(main)


def test_the_state_names_what_requests_wait_for() -> None:
    async def held(limiter: Limiter, prepare: Callable[[Limiter], Awaitable[object]]) -> object:
        await prepare(limiter)
        task = asyncio.create_task(limiter.acquire())
        await asyncio.sleep(0.01)
        task.cancel()
        return limiter.state()["held_by"]

    async def settled(limiter: Limiter, outcome: Outcome) -> None:
        limiter.settle(await limiter.acquire(), outcome)

    async def main() -> None:
        empty = told(limit_requests="9", remaining_requests="0", reset_requests="30s")
        assert await held(Limiter(concurrency=1), lambda x: x.acquire()) == "concurrency"
        assert await held(Limiter(concurrency=9), lambda x: settled(x, Outcome("failed", {}, 5.0))) == "retry-after"
        assert await held(Limiter(concurrency=9), lambda x: settled(x, Outcome("rate_limited"))) == "learned rate"
        assert (
            await held(Limiter(concurrency=9), lambda x: settled(x, Outcome("answered", empty))) == "rate-limit headers"
        )
        slow = Limiter(concurrency=9, requests_per_minute=1)
        assert await held(slow, lambda x: x.acquire()) == "configured rate"

    simulate(main)


def test_a_simulation_that_stands_still_says_so() -> None:
    async def main() -> Permit:
        limiter = Limiter(concurrency=1)
        await limiter.acquire()
        return await limiter.acquire()  # nobody settles the first

    with pytest.raises(RuntimeError, match="stands still"):
        simulate(main)
