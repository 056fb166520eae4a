"""How much may be asked, and who is told to wait."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from builder.errors import ConfigError
from space import limits as module
from space.limits import Limits, Settings, TooMuch


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def request(session: str = "a", host: str = "1.2.3.4", forwarded: str = "") -> Any:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return SimpleNamespace(session_hash=session, client=SimpleNamespace(host=host), headers=headers)


def limits(clock: Clock | None = None, **settings: int) -> Limits:
    return Limits(Settings(**settings), clock=clock or Clock())


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.05)


async def ask(given: Limits, who: Any, tokens: int = 0) -> None:
    async with given.admit(who) as ticket:
        ticket.spend(tokens)


def test_too_many_requests_a_minute_are_told_when_to_try_again() -> None:
    async def main() -> None:
        clock = Clock()
        given = limits(clock, requests_per_minute=3)
        for _ in range(3):
            await ask(given, request())
            clock.now += 10
        with pytest.raises(TooMuch, match="you asked 3 times within a minute; try again in 30 s"):
            await ask(given, request())
        await ask(given, request("b"))  # somebody else is not concerned
        clock.now += 30
        await ask(given, request())

    asyncio.run(main())


def test_all_together_have_a_limit_too() -> None:
    async def main() -> None:
        given = limits(requests_per_minute_all=2)
        await ask(given, request("a"))
        await ask(given, request("b"))
        with pytest.raises(TooMuch, match="everybody together asked 2 times"):
            await ask(given, request("c"))

    asyncio.run(main())


def test_tokens_count_for_the_requests_behind_them() -> None:
    async def main() -> None:
        clock = Clock()
        given = limits(clock, tokens_per_minute=100, tokens_per_day=250)
        await ask(given, request(), 120)
        with pytest.raises(TooMuch, match="you used 100 tokens within a minute; try again in 60 s"):
            await ask(given, request())
        clock.now += 60
        await ask(given, request(), 130)
        clock.now += 61
        with pytest.raises(TooMuch, match=r"you used 250 tokens within a day; try again in 14\d\d minutes"):
            await ask(given, request())
        clock.now += 86_400
        await ask(given, request())

    asyncio.run(main())


def test_a_visitor_has_so_many_jobs_at_once_and_another_one_too() -> None:
    async def main() -> None:
        given = limits(jobs=3, jobs_per_visitor=2)
        async with given.admit(request()), given.admit(request()):
            with pytest.raises(TooMuch, match="you have 2 being made already; wait for one or cancel it"):
                await ask(given, request())
            async with given.admit(request("b")):
                with pytest.raises(TooMuch, match="all 3 places are taken"):
                    await ask(given, request("c"))
            async with given.admit(request("c"), job=False):  # what is answered at once needs no place
                assert given.running == 2
        assert given.running == 0

    asyncio.run(main())


def test_a_place_that_becomes_free_meanwhile_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 20.0)

    async def main() -> None:
        given = limits(jobs_per_visitor=1)
        first = given.admit(request())
        await first.__aenter__()
        second = asyncio.create_task(ask(given, request()))
        await asyncio.sleep(0.01)
        assert not second.done()
        await first.__aexit__(None, None, None)
        await second

    asyncio.run(main())


def test_a_job_that_is_cancelled_or_fails_gives_its_place_back() -> None:
    async def main() -> None:
        given = limits(jobs_per_visitor=1)

        async def job(seconds: float) -> None:
            async with given.admit(request()):
                await asyncio.sleep(seconds)
                raise ValueError

        task = asyncio.create_task(job(60))
        await asyncio.sleep(0.01)
        assert given.running == 1
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert given.running == 0
        with pytest.raises(ValueError, match=""):
            await job(0)
        assert given.running == 0

    asyncio.run(main())


def test_a_job_that_nobody_ends_gives_its_place_back_in_the_end_and_once() -> None:
    async def main() -> None:
        given = limits(job_seconds=1)
        ticket = given.admit(request())
        ticket.seconds = 0.01
        await ticket.__aenter__()
        await asyncio.sleep(0.1)
        assert given.running == 0
        await ticket.__aexit__(None, None, None)
        assert given.running == 0

    asyncio.run(main())


@pytest.mark.parametrize(
    ("settings", "who", "name"),
    [
        ({"local": True}, request("s1"), "s1"),
        ({"local": True}, request("", "127.0.0.1"), "127.0.0.1"),
        ({"local": False}, request("s1", "5.6.7.8", "9.9.9.9"), "5.6.7.8"),  # anyone can send such a header
        ({"local": False, "behind_proxy": True}, request("s1", "10.0.0.1", "6.6.6.6, 9.9.9.9"), "9.9.9.9"),
        ({"local": False, "behind_proxy": True}, request("s1", "10.0.0.1"), "10.0.0.1"),
        ({"local": True}, None, "-"),
    ],
)
def test_visitors_are_told_apart(settings: dict[str, bool], who: Any, name: str) -> None:
    assert Limits(**settings).visitor(who) == name


def test_those_who_were_away_longest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_VISITORS", 3)

    async def main() -> None:
        given = limits()
        async with given.admit(request("stays")):
            for i in range(20):
                await ask(given, request(str(i)))
            assert list(given._visitors) == ["stays", "18", "19"]
        assert given.running == 0

    asyncio.run(main())


def test_settings_come_from_the_environment() -> None:
    given = Limits.from_environment({"KPMATH_SPACE_JOBS": "3", "KPMATH_SPACE_QUEUE": "9", "SPACE_ID": "a/b"})
    assert (given.jobs, given.queue, given.settings.jobs_per_visitor) == (3, 9, 2)


@pytest.mark.parametrize("value", ["", "-1", "many", "1.5", "0", "9" * 50])
def test_a_setting_that_is_no_number_is_told(value: str) -> None:
    with pytest.raises(ConfigError, match="KPMATH_SPACE_JOBS"):
        Settings.of({"KPMATH_SPACE_JOBS": value})


@pytest.mark.parametrize("name", Settings.__dataclass_fields__)
def test_every_setting_is_documented(name: str) -> None:
    readme = Path(module.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert f"`{module.PREFIX}{name.upper()}`" in readme
