"""Replies for who watches: streamed from an endpoint, passed on in pieces, one by one, stopped at any time."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from builder.errors import ModelError, RequestFailed, RequestRefused
from builder.llm.chat import ChatRequest, Message, Reply
from builder.llm.openai_client import OpenAIChat
from builder.llm.procedural.chat import ProceduralChat
from builder.llm.streamed_reply import LONGEST
from builder.llm.streaming import Arrived, Listener, Live, StreamingChat, Waiting, Writing, watched
from tests.llm.misbehaving import good, misbehaving, raw, silent, status
from tests.llm.streaming_server import chunk, pieces, stream

KEY = "sk-secret-0123456789"


def request(role: str = "solve", **changes: object) -> ChatRequest:
    values: dict = {"temperature": 0.7, "top_p": 1.0, "max_tokens": 500, "seed": 3} | changes
    return ChatRequest(role, "m", (Message("user", "<problem>\nWhat is 2 + 3?\n</problem>"),), "h", **values)


def chat(url: str, **changes: object) -> OpenAIChat:
    settings: dict = {"timeout": 30.0, "stall": 20.0, "max_retries": 1, "patience": 0.5, "backoff": 0.01} | changes
    return OpenAIChat(url, KEY, **settings)


class Told:
    """A listener that keeps everything."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, int, str]] = []
        self.replies: list[tuple[str, int, Reply]] = []
        self.heard = asyncio.Event()

    def on_text(self, role: str, sample: int, text: str) -> None:
        self.texts.append((role, sample, text))
        self.heard.set()

    def on_reply(self, role: str, sample: int, reply: Reply) -> None:
        self.replies.append((role, sample, reply))

    def of(self, sample: int) -> list[str]:
        return [t for _, s, t in self.texts if s == sample]


async def watch_one(url: str, **changes: object) -> tuple[list[str], Reply]:
    model, told = chat(url, **changes), Told()
    try:
        [reply] = await Live(model, told).complete(request())
    finally:
        await model.aclose()
    return told.of(0), reply


# --- an endpoint that streams ------------------------------------------------------------------


async def _streams(end: bytes) -> None:
    async with misbehaving(pieces("The answer ", "is ", "5é.", end=end, pause=0.02)) as server:
        texts, reply = await watch_one(server.url)
        assert server.seen[0]["stream"] is True
        assert server.seen[0]["stream_options"] == {"include_usage": True}
    assert texts[-1] == "The answer is 5é."
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(texts))
    assert (reply.text, reply.finish_reason, reply.model) == ("The answer is 5é.", "stop", "served")
    assert (reply.prompt_tokens, reply.completion_tokens, reply.requests, reply.estimated) == (7, 3, 1, False)


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\n"])
def test_a_text_is_told_as_it_grows(end: bytes) -> None:
    asyncio.run(_streams(end))


def test_text_is_told_before_the_reply_is_whole_also_of_the_second_request() -> None:
    async def main() -> None:
        go = asyncio.Event()

        async def act(http: web.Request, _: dict) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(http)
            for text, finish in (("One", None), (" two", "stop")):
                await response.write(f"data: {chunk(text, finish)}\n\n".encode())
                await go.wait()
            return response

        async with misbehaving(every=act) as server:
            model = chat(server.url, stall=30.0, timeout=60.0)
            for _ in range(2):
                told = Told()
                asking = asyncio.create_task(Live(model, told).complete(request()))
                await told.heard.wait()
                assert told.of(0) == ["One"]
                go.set()
                [reply] = await asking
                assert reply.text == "One two"
                go.clear()
            await model.aclose()

    asyncio.run(main())


def test_a_character_that_is_cut_in_two_comes_whole() -> None:
    async def main() -> None:
        event = b"data: " + chunk("∑ é 🧮", "stop").encode() + b"\n\n"

        async def act(http: web.Request, _: dict) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(http)
            for i in range(0, len(event), 3):
                await response.write(event[i : i + 3])
                await asyncio.sleep(0)
            await response.write_eof()
            return response

        async with misbehaving(act) as server:
            assert (await watch_one(server.url))[1].text == "∑ é 🧮"

    asyncio.run(main())


def test_the_samples_of_a_request_are_asked_one_by_one_with_their_own_seeds() -> None:
    async def main() -> None:
        async with misbehaving(every=pieces("x", pause=0.05)) as server:
            model, told = chat(server.url), Told()
            replies = await Live(model, told).complete(request(), 4, first=2)
            await model.aclose()
            assert len(replies) == 4
            assert sorted(body["seed"] for body in server.seen) == [5, 6, 7, 8]
            assert all("n" not in body for body in server.seen)
            assert server.most_open > 1
            assert sorted(sample for _, sample, _ in told.replies) == [2, 3, 4, 5]

    asyncio.run(main())


@pytest.mark.parametrize(("usage", "done"), [(False, True), (True, False), (False, False)])
def test_usage_and_the_last_event_may_be_left_out(usage: bool, done: bool) -> None:
    async def main() -> None:
        async with misbehaving(pieces("four", usage=usage, done=done)) as server:
            _, reply = await watch_one(server.url)
        assert reply.text == "four"
        assert reply.completion_tokens == 1
        assert reply.estimated is not usage

    asyncio.run(main())


def test_reasoning_is_kept_apart_from_the_text() -> None:
    async def main() -> None:
        thought = b'{"choices": [{"index": 0, "delta": {"reasoning_content": "hm "}}]}'
        async with misbehaving(stream([thought, thought, chunk("5", "stop").encode()])) as server:
            texts, reply = await watch_one(server.url)
        assert set(texts) == {"5"}
        assert (reply.text, reply.reasoning) == ("5", "hm hm ")

    asyncio.run(main())


# --- one that does not -------------------------------------------------------------------------


def test_an_endpoint_that_answers_whole_all_the_same_is_read() -> None:
    async def main() -> None:
        async with misbehaving(good) as server:
            texts, reply = await watch_one(server.url)
            assert texts == [reply.text] == ["seed 3 choice 0"]
            assert len(server.seen) == 1

    asyncio.run(main())


@pytest.mark.parametrize("words", ["unknown field stream_options", "streaming is not supported"])
def test_one_that_refuses_to_stream_is_asked_for_less(words: str) -> None:
    async def refuses(http: web.Request, body: dict) -> web.StreamResponse:
        if "stream_options" in body or ("stream" in body and "options" not in words):
            return await status(400, words)(http, body)
        return await (pieces("ok") if body.get("stream") else good)(http, body)

    async def main() -> None:
        async with misbehaving(every=refuses) as server:
            model = chat(server.url)
            first = await model.stream(request(), 0, lambda text: None)
            second = await model.stream(request(), 0, lambda text: None)
            await model.aclose()
            assert first.text == second.text == ("ok" if "options" in words else "seed 3 choice 0")
            assert len(server.seen) == 3  # refused once, and remembered

    asyncio.run(main())


# --- one that fails ----------------------------------------------------------------------------

HTML = raw(b"<html>It works!</html>", "text/html")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (silent, "has sent nothing for 0.3 s"),
        (stream([chunk("Half").encode()], then="silence"), "has sent nothing for 0.3 s"),
        (stream([chunk("Half").encode()], then="reset"), "broke"),
        (stream([chunk("Half").encode()]), "broke off before its end"),
        (stream([b"{nonsense"]), "no JSON"),
        (stream([b'{"error": {"message": "out of memory"}}']), "out of memory"),
        (stream([chunk("x" * (LONGEST + 1)).encode()]), "cut off"),
        (HTML, "no JSON object"),
        (status(500, f"boom {KEY}"), "boom [key]"),
        (status(503, "overloaded"), "overloaded"),
        (status(401, f"bad key {KEY}"), "the API key was refused"),
        (status(404, "no model m"), "unknown model"),
    ],
)
def test_what_fails_ends_in_one_line_and_soon(act: object, words: str) -> None:
    async def main() -> None:
        async with misbehaving(every=act) as server:  # type: ignore[arg-type]
            with pytest.raises(ModelError) as told:
                async with asyncio.timeout(20):
                    await watch_one(server.url, stall=0.3 if "nothing" in words else 20.0)
        assert words in str(told.value)
        assert KEY not in str(told.value)
        assert not isinstance(told.value, RequestFailed)

    asyncio.run(main())


def test_no_endpoint_at_all_is_told() -> None:
    async def main() -> None:
        with pytest.raises(ModelError, match="cannot connect"):
            await watch_one("http://127.0.0.1:9/v1")

    asyncio.run(main())


def test_a_stream_that_breaks_is_asked_for_again_and_begins_anew() -> None:
    async def main() -> None:
        async with misbehaving(stream([chunk("Half").encode()], then="reset"), pieces("Who", "le")) as server:
            texts, reply = await watch_one(server.url)
        assert reply.text == texts[-1] == "Whole"
        assert reply.requests == 2
        assert texts[0] == "Half"

    asyncio.run(main())


def test_a_refusal_of_the_request_keeps_its_kind() -> None:
    async def main() -> None:
        async with misbehaving(every=status(400, "content filter")) as server:
            with pytest.raises(RequestRefused, match="content filter"):
                await watch_one(server.url)

    asyncio.run(main())


def test_cancelling_stops_every_request_in_flight() -> None:
    async def main() -> None:
        act = stream([chunk("x").encode()] * 200, pause=0.05)
        async with misbehaving(every=act) as server:
            model, told = chat(server.url, stall=5.0), Told()
            task = asyncio.create_task(Live(model, told).complete(request(), 5))
            await told.heard.wait()
            assert server.open > 0
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            for _ in range(100):
                if not server.open:
                    break
                await asyncio.sleep(0.02)
            assert server.open == 0
            await model.aclose()

    asyncio.run(main())


# --- the procedural model ----------------------------------------------------------------------


def test_the_procedural_model_gives_the_same_replies_in_pieces() -> None:
    async def main() -> None:
        model, told = ProceduralChat(), Told()
        assert not isinstance(model, StreamingChat)
        live = await Live(model, told).complete(request(), 4, first=1)
        whole = await model.complete(request(), 4, first=1)
        assert [r.text for r in live] == [r.text for r in whole]
        for sample, reply in enumerate(live, 1):
            texts = told.of(sample)
            assert len(texts) > 2
            assert texts[-1] == reply.text
            assert all(reply.text.startswith(t) for t in texts)

    asyncio.run(main())


# --- watched -----------------------------------------------------------------------------------


def test_what_is_told_and_what_is_yielded_come_in_one_line() -> None:
    async def steps(listener: Listener) -> AsyncIterator[str]:
        reply = (await Live(ProceduralChat(), listener).complete(request()))[0]
        yield reply.text

    async def main() -> None:
        events = [event async for event in watched(steps)]
        assert isinstance(events[0], Writing)
        assert isinstance(events[-2], Arrived)
        assert events[-1] == events[-2].reply.text

    asyncio.run(main())


def test_of_a_text_that_grows_too_fast_the_newest_state_is_given() -> None:
    async def steps(listener: Listener) -> AsyncIterator[int]:
        for i in range(1000):
            listener.on_text("write", 0, "x" * i)
        yield 1

    async def main() -> None:
        events = [event async for event in watched(steps)]
        assert events == [Writing("write", 0, "x" * 999), 1]

    asyncio.run(main())


def test_what_the_steps_raise_is_raised_behind_what_came_before() -> None:
    async def steps(_: Listener) -> AsyncIterator[int]:
        yield 1
        raise ModelError("no")

    async def main() -> None:
        seen: list[object] = []
        with pytest.raises(ModelError, match="no"):
            async for event in watched(steps):
                seen.append(event)
        assert seen == [1]

    asyncio.run(main())


def test_closing_it_stops_the_work_whoever_asked() -> None:
    stopped: list[bool] = []

    async def steps(_: Listener) -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.sleep(60)
        finally:
            stopped.append(True)

    async def main() -> None:
        events = watched(steps)
        # Gradio asks for each event in a task of its own, and closes in another one.
        assert await asyncio.create_task(anext(events)) == 1
        await asyncio.sleep(0.01)
        await asyncio.create_task(events.aclose())
        assert stopped == [True]

    asyncio.run(main())


def test_work_that_takes_too_long_is_stopped_and_told() -> None:
    async def steps(_: Listener) -> AsyncIterator[int]:
        await asyncio.sleep(60)
        yield 1

    async def main() -> None:
        began = time.monotonic()
        with pytest.raises(ModelError, match=r"not done in 0\.05 s"):
            async for _ in watched(steps, seconds=0.05):
                pass
        assert time.monotonic() - began < 30

    asyncio.run(main())


def test_silence_is_told_and_loses_nothing() -> None:
    async def steps(_: Listener) -> AsyncIterator[int]:
        for i in range(3):
            await asyncio.sleep(0.05)
            yield i

    async def main() -> None:
        events = [event async for event in watched(steps, beat=0.01)]
        assert [e for e in events if not isinstance(e, Waiting)] == [0, 1, 2]
        assert Waiting() in events

    asyncio.run(main())
