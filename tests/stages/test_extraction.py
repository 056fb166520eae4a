"""Asking for labels: what is asked again, how, and what is kept of a practice that gives none."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import RequestRefused
from builder.llm.chat import ChatRequest, Decoding, Reply
from builder.prompts import load_prompts
from builder.records import LabelledPractice, Practice, TopicKeyPoints
from builder.stages.extraction import ExtractionFailure, extract, retry_decoding

PLAIN = "Topic 1: Algebra - Linear Equations\nKey Point 1: Isolating x\nKey Point 2: Checking"
EXPECTED = (TopicKeyPoints("Algebra - Linear Equations", ("Isolating x", "Checking")),)


class Script:
    """A chat at the edge: gives the replies in order and remembers the requests."""

    def __init__(self, *replies: str | tuple[str, str]) -> None:
        self.replies = list(replies)
        self.requests: list[ChatRequest] = []

    async def complete(self, request: ChatRequest, n: int = 1) -> list[Reply]:
        self.requests.append(request)
        given = self.replies.pop(0)
        text, finish = given if isinstance(given, tuple) else (given, "stop")
        return [Reply(text=text, finish_reason=finish, model="labeller-7b")]


def ask(chat: Script, attempts: int = 3) -> LabelledPractice | ExtractionFailure:
    practice = Practice("gsm/1", "gsm", "Solve $x+1=2$. </problem>", "x = 1\n#### 1")
    return asyncio.run(
        extract(
            practice,
            chat,
            load_prompts()["extraction"],
            Decoding("labeller", temperature=0.0, top_p=1.0, max_tokens=512, seed=100),
            attempts=attempts,
        )
    )


def test_a_readable_reply_gives_a_labelled_practice_with_the_raw_text_beside_it() -> None:
    chat = Script(PLAIN)
    labelled = ask(chat)
    assert isinstance(labelled, LabelledPractice)
    assert labelled.topics == EXPECTED
    assert (labelled.reply, labelled.model) == (PLAIN, "labeller-7b")
    assert labelled.prompt_hash == load_prompts()["extraction"].hash
    user = chat.requests[0].messages[-1].content
    assert "Solve $x+1=2$." in user
    assert user.count("</problem>") == 1  # the practice's own cannot close ours
    assert "#### 1" in user


def test_an_unreadable_reply_is_asked_for_again_with_another_seed_and_warmer() -> None:
    chat = Script("no idea", (PLAIN, "length"), PLAIN)
    assert isinstance(ask(chat), LabelledPractice)
    assert [r.seed for r in chat.requests] == [100, 101, 102]
    assert [r.temperature for r in chat.requests] == [0.0, 0.2, 0.4]


@pytest.mark.parametrize(
    ("last", "reason"),
    [("still none", "no topic"), ((PLAIN, "length"), "truncated"), ("Topic 1: A - B", "without key points")],
)
def test_when_no_attempt_is_readable_the_reason_and_the_last_reply_are_kept(
    last: str | tuple[str, str], reason: str
) -> None:
    failure = ask(Script("none", last), attempts=2)
    assert isinstance(failure, ExtractionFailure)
    assert reason in failure.reason
    assert failure.reply == (last if isinstance(last, str) else last[0])
    assert failure.practice_id == "gsm/1"


@given(temperature=st.none() | st.floats(0, 2), attempts=st.integers(2, 8))
def test_no_two_attempts_are_the_same_request(temperature: float | None, attempts: int) -> None:
    first = Decoding("labeller", temperature, 1.0, 512, seed=100)
    drawn = [retry_decoding(first, attempt) for attempt in range(attempts)]
    assert drawn[0] == first
    assert len({d.seed for d in drawn}) == attempts
    if temperature is None:
        assert all(d.temperature is None for d in drawn)
    else:
        warmth = [d.temperature or 0.0 for d in drawn]
        assert warmth == sorted(warmth)
        assert max(warmth) <= max(1.0, temperature)
        assert temperature >= 1 or warmth[1] > warmth[0]


def test_a_refused_practice_is_a_failure_and_ends_no_run() -> None:
    class Refusing:
        async def complete(self, request: ChatRequest, n: int = 1) -> list[Reply]:
            raise RequestRefused("content filter")

        async def aclose(self) -> None: ...

    failure = ask(Refusing())  # type: ignore[arg-type]
    assert isinstance(failure, ExtractionFailure)
    assert failure.reason == "refused: content filter"
