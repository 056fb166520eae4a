"""Who answers for a visitor, and what becomes of a key."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import traceback
from dataclasses import replace

import pytest

from builder.config import Model
from builder.errors import ConfigError, KPMathError, ModelError
from builder.llm.openai_client import OpenAIChat
from builder.llm.procedural.chat import NAME, ProceduralChat
from builder.llm.server import start
from builder.llm.streaming import Arrived, Writing
from builder.records import QuestionResult, Solution
from builder.synthesis import candidate, synthesize
from space.limits import Limits
from space.models import HUB_MODEL, PUBLIC, ROUTER, Endpoint, Models, Secret, Visitor, vote_so_far, watch
from space.studio import Choice, Studio
from tests.llm.misbehaving import Act, misbehaving, status
from tests.llm.streaming_server import chunk, stream

KEY = "sk-typed-by-a-visitor-42"
OWNER = {"OPENAI_API_KEY": "sk-of-the-owner-42", "OPENAI_MODEL": "own-model", "OPENAI_BASE_URL": "http://10.1.2.3/v1"}


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio.open()


def models(studio: Studio, *, local: bool = True, **environ: str) -> Models:
    return Models.of(studio.config, local=local, environ=environ)


def ids(offered: Models) -> list[str]:
    return [offer.id for offer in offered.offers()]


# --- who is offered ----------------------------------------------------------------------------


def test_the_procedural_model_answers_by_default_and_says_what_it_is(studio: Studio) -> None:
    offered = models(studio)
    assert ids(offered) == ["procedural", "key"]
    assert "not a language model" in offered.offers()[0].note
    assert offered.config_for(Visitor()).fingerprint == studio.config.fingerprint


def test_the_environment_answers_for_its_owner(studio: Studio) -> None:
    offered = models(studio, **OWNER)
    assert ids(offered) == ["procedural", "environment", "key"]
    config = offered.config_for(Visitor(source="environment"))
    assert (config.model.name, config.model.base_url) == ("own-model", "http://10.1.2.3/v1")
    assert config.fingerprint != studio.config.fingerprint


def test_on_a_public_server_the_owners_key_is_used_only_where_the_owner_says_so(studio: Studio) -> None:
    assert ids(models(studio, local=False, **OWNER)) == ["procedural", "key"]
    assert "environment" in ids(models(studio, local=False, KPMATH_SPACE_SHARE_KEY="1", **OWNER))
    own = replace(studio.config, model=Model(name="paid"))
    assert [o.id for o in Models(own, {}, True).offers()] == ["recipe", "procedural", "key"]
    assert [o.id for o in Models(own, {}, False).offers()] == ["procedural", "key"]


def test_on_hugging_face_the_visitors_own_inference_answers(studio: Studio) -> None:
    offered = models(studio, SPACE_ID="a/b", **OWNER)
    assert ids(offered) == ["procedural", "hub", "key"]
    with pytest.raises(ConfigError, match="sign in"):
        offered.config_for(Visitor(source="hub"))
    config = offered.config_for(Visitor(source="hub", oauth_token=Secret("hf_token_123")))
    assert (config.model.name, config.model.base_url) == (HUB_MODEL, ROUTER)
    assert models(studio, SPACE_ID="a/b", KPMATH_SPACE_HUB_MODEL="x/y").offers()[1].label.startswith("x/y")


@pytest.mark.parametrize("source", ["environment", "hub", "recipe", "root", "x" * 5000])
def test_who_is_not_offered_does_not_answer(studio: Studio, source: str) -> None:
    with pytest.raises(ConfigError, match="no model"):
        models(studio, local=False, **OWNER).config_for(Visitor(source=source))


# --- which key goes where ----------------------------------------------------------------------


def key_of(chat: object) -> str:
    assert isinstance(chat, OpenAIChat)
    return chat._exchange._key


@pytest.mark.parametrize(
    ("visitor", "url", "key"),
    [
        (Visitor(source="environment", oauth_token=Secret("hf_visitor")), "http://10.1.2.3/v1", "sk-of-the-owner-42"),
        (Visitor(source="hub", oauth_token=Secret("hf_visitor")), ROUTER, "hf_visitor"),
        (Visitor(endpoint=Endpoint(PUBLIC["Groq"], Secret(KEY), "m")), PUBLIC["Groq"], KEY),
    ],
)
def test_each_endpoint_gets_its_own_key_and_no_other(studio: Studio, visitor: Visitor, url: str, key: str) -> None:
    async def main() -> None:
        offered = models(studio, local=False, SPACE_ID="a/b", KPMATH_SPACE_SHARE_KEY="1", **OWNER)
        async with offered.services(visitor, studio) as services:
            for chat in services.chats.values():
                assert isinstance(chat, OpenAIChat)
                assert chat._exchange.base_url == url
                assert key_of(chat) == key

    asyncio.run(main())


def test_a_key_is_sent_only_to_endpoints_of_the_list(studio: Studio) -> None:
    public = models(studio, local=False, **OWNER)
    assert public.typed("OpenAI", Secret(KEY), "m").base_url == PUBLIC["OpenAI"]
    assert public.typed("This server's (10.1.2.3)", Secret(KEY), "m").base_url == "http://10.1.2.3/v1"
    for where in (
        "http://169.254.169.254/latest",
        "http://127.0.0.1:8000/v1",
        "http://10.1.2.3/v1",
        "file:///etc/passwd",
    ):
        with pytest.raises(ConfigError, match="listed endpoints"):
            public.typed(where, Secret(KEY), "m")
    assert not public.free_url
    assert not models(studio, local=True, SPACE_ID="a/b").free_url
    assert models(studio).typed("http://127.0.0.1:8000/v1", Secret(KEY), "m").base_url == "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("where", "key", "model"),
    [
        ("OpenAI", "", "m"),
        ("OpenAI", "schlüssel", "m"),
        ("OpenAI", KEY + "\x00", "m"),
        ("OpenAI", KEY * 100, "m"),
        ("OpenAI", KEY, ""),
        ("OpenAI", KEY, "m" * 500),
        ("gopher://x", KEY, "m"),
        ("http://", KEY, "m"),
    ],
)
def test_what_is_typed_wrongly_is_told_and_not_repeated(studio: Studio, where: str, key: str, model: str) -> None:
    with pytest.raises(ConfigError) as told:
        models(studio).typed(where, Secret(key), model)
    assert KEY not in str(told.value)


# --- a key is seen nowhere ---------------------------------------------------------------------


def test_a_secret_has_no_form() -> None:
    secret = Secret(KEY)
    holder = Visitor("s", secret, "key", Endpoint("https://x/v1", secret, "m"))
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r}", repr(holder), "%s" % secret):  # noqa: UP031
        assert KEY not in shown
    assert not hasattr(secret, "__dict__")
    for write in (pickle.dumps, copy.deepcopy, copy.copy):
        with pytest.raises(TypeError, match="not written"):
            write(secret)
    assert secret.reveal() == KEY


REPEATS = [
    status(401, f"Incorrect API key provided: {KEY}"),
    status(500, f"crash with {KEY}"),
    status(400, f"{KEY} is bad"),
    stream([chunk(f"<Q>{KEY}").encode(), f'{{"error": "{KEY} expired"}}'.encode()]),
]


@pytest.mark.parametrize("act", REPEATS)
def test_an_endpoint_that_repeats_the_key_puts_it_in_no_error_and_no_log(
    studio: Studio, act: Act, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def main() -> str:
        async with misbehaving(every=act) as server:
            visitor = Visitor(endpoint=models(studio).typed(server.url, Secret(KEY), "m"))
            results = []
            try:
                async with Limits().admit(None) as ticket:
                    drawn = studio.information_set(Choice())
                    async for event in watch(drawn, visitor, studio, models(studio), ticket):
                        results += [event] if isinstance(event, QuestionResult) else []
            except KPMathError as error:
                return "".join(traceback.format_exception(error)) + repr(error)
            return repr(results)

    assert KEY not in asyncio.run(main())
    assert KEY not in caplog.text


def test_a_key_that_is_short_is_scrubbed_too(studio: Studio) -> None:
    async def main() -> None:
        async with misbehaving(every=status(401, "bad key abc12")) as server:
            visitor = Visitor(endpoint=models(studio).typed(server.url, Secret("abc12"), "m"))
            with pytest.raises(ModelError) as told:
                async with models(studio).services(visitor, studio) as services:
                    async for _ in synthesize(studio.information_set(Choice()), services):
                        pass
            assert "abc12" not in str(told.value)
            assert str(told.value).startswith(f"{server.url} answered 401: the API key was refused (bad key ***)")
            assert str(told.value).endswith("; try again, or let another model answer")
            assert "environment" not in str(told.value)

    asyncio.run(main())


# --- watching ----------------------------------------------------------------------------------


def test_who_watches_gets_the_records_of_the_batch_run_and_what_arrives(studio: Studio) -> None:
    async def main() -> None:
        for seed in range(3):
            drawn = studio.information_set(Choice(seed=seed))
            events = []
            limits = Limits()
            async with limits.admit(None) as ticket:
                async for event in watch(drawn, Visitor(), studio, models(studio), ticket):
                    events.append(event)
            steps = [e for e in events if not isinstance(e, Writing | Arrived)]
            async with models(studio).services(Visitor(), studio) as services:
                assert steps == [step async for step in synthesize(drawn, services)]
                result = steps[-1]
                assert isinstance(result, QuestionResult)
                arrived = [e for e in events if isinstance(e, Arrived) and e.role == "solve"]
                seen: list[Solution] = [candidate(result.question, e.sample, e.reply, services) for e in arrived]
            assert sorted(seen, key=lambda s: s.index) == list(result.solutions)
            if result.vote:
                assert vote_so_far(result.question, seen[::-1], studio.config) == result.vote
            assert limits.running == 0

    asyncio.run(main())


def test_a_visitor_who_leaves_stops_the_requests(studio: Studio) -> None:
    async def main() -> None:
        act = stream([chunk("<Q>What").encode()] * 400, pause=0.05)
        async with misbehaving(every=act) as server:
            visitor = Visitor(endpoint=models(studio).typed(server.url, Secret(KEY), "m"))
            limits = Limits()
            async with limits.admit(None) as ticket:
                events = watch(studio.information_set(Choice()), visitor, studio, models(studio), ticket)
                assert isinstance(await anext(events), Writing)
                assert server.open == 1
                await events.aclose()
            for _ in range(100):
                if not server.open:
                    break
                await asyncio.sleep(0.02)
            assert server.open == 0
            assert limits.running == 0

    asyncio.run(main())


def test_an_endpoint_that_streams_makes_a_whole_problem(studio: Studio) -> None:
    async def main() -> None:
        runner, port = await start(ProceduralChat(), [NAME], "127.0.0.1", 0)
        try:
            visitor = Visitor(endpoint=models(studio).typed(f"http://127.0.0.1:{port}/v1", Secret(KEY), NAME))
            growing: dict[int, set[str]] = {}
            async with Limits().admit(None) as ticket:
                async for event in watch(
                    studio.information_set(Choice(seed=3)), visitor, studio, models(studio), ticket
                ):
                    if isinstance(event, Writing) and event.role == "solve":
                        growing.setdefault(event.sample, set()).add(event.text)
            assert isinstance(event, QuestionResult)
            assert event.vote is not None
            assert len(growing) == studio.config.solutions.samples
        finally:
            await runner.cleanup()

    asyncio.run(main())
