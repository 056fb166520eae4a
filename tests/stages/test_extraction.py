"""Labelling replies: decoration is tolerated, structure is not negotiable."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from builder.errors import ReplyError, RequestRefused
from builder.llm.chat import ChatRequest, Decoding, Reply
from builder.prompts import load_prompts
from builder.records import LabelledPractice, Practice, TopicKeyPoints
from builder.stages.extraction import (
    MAX_KEY_POINTS,
    MAX_TOPICS,
    ExtractionFailure,
    extract,
    parse_labels,
)

PLAIN = "Topic 1: Algebra - Linear Equations\nKey Point 1: Isolating x\nKey Point 2: Checking"
EXPECTED = (TopicKeyPoints("Algebra - Linear Equations", ("Isolating x", "Checking")),)

# Where the real replies are not at hand: some of them.
REAL_REPLIES = [
    "Topic 1: Arithmetic - Revenue Word Problems\nKey Point 1: Sales from each type equal unit price times "
    "quantity sold\nKey Point 2: Adding the sales of two product types for a month's total\nKey Point 3: "
    "Doubling last month's total for 'twice as much'",
    "Topic 1: Arithmetic - Working Backward\nKey Point 1: Multiply the number of friends by the pencils each "
    "received to find how many were shared.\nKey Point 2: Add back the pencils kept to recover the original "
    "total.\nTopic 2: Arithmetic - Equal Groups Division\nKey Point 1: Divide the total by the number of boxes "
    "to find how many are in each box.",
]


@pytest.mark.parametrize(
    "reply",
    [
        PLAIN,
        "Here are the topics.\n\n" + PLAIN + "\n\nI hope this helps!",
        "**Topic 1:** Algebra - Linear Equations\n**Key Point 1:** Isolating x\n**Key Point 2:** Checking",
        "**Topic 1: Algebra - Linear Equations**\n- **Key Point 1: Isolating x**\n- **Key Point 2: Checking**",
        "### Topic 1: Algebra - Linear Equations\n* Key Point 1: Isolating x\n* Key Point 2: Checking",
        "## Topic #1: Algebra - Linear Equations\n• Key Point #1: Isolating x\n• Key Point #2: Checking",
        "1. Topic: Algebra - Linear Equations\n   1) Key Point: Isolating x\n   2) Key Point: Checking",
        "Topic 1. Algebra - Linear Equations\nKey Point 1.1: Isolating x\nKey Point 1.2: Checking",
        "Topic (1): Algebra - Linear Equations\nKey Point (1): Isolating x\nKey Point (2): Checking",
        "TOPIC 1: Algebra - Linear Equations\nKEY POINT 1: Isolating x\nkey point 2: Checking",
        "Topic 1: Algebra - Linear Equations\nKey-Point 1: Isolating x\nKeypoint 2: Checking",
        "Topic 1 – Algebra – Linear Equations\nKey Point 1 – Isolating x\nKey Point 2 — Checking",
        "Topic 1: Algebra—Linear Equations\nKey Point 1: Isolating x\nKey Point 2: Checking",
        "Topic 1: Algebra ‑ Linear Equations\nKey Point 1: Isolating x\nKey Point 2: Checking",
        "Topic 1: Algebra − Linear Equations\nKey Point 1: Isolating x\nKey Point 2: Checking",
        "Topic 1: Algebra -- Linear Equations\nKey Point 1: Isolating x\nKey Point 2: Checking",
        "Topic 1: Algebra  -  Linear   Equations.\nKey Point 1:   Isolating x\nKey Point 2: Checking  ",
        "Topic 1：Algebra - Linear Equations\nKey Point 1：Isolating x\nKey Point 2：Checking",
        'Topic 1: "Algebra - Linear Equations"\nKey Point 1: Isolating x\nKey Point 2: Checking',
        "> Topic 1: Algebra - Linear Equations\n> Key Point 1: Isolating x\n> Key Point 2: Checking",
        "Topic 1: Algebra - Linear Equations\nKey Points:\n- Isolating x\n- Checking",
        "Topic 1: Algebra - Linear Equations\n**Key Points:**\n\n1. Isolating x\n2. Checking",
        "```\n" + PLAIN + "\n```",
        "Topics:\n" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN + "\nKey Point 3: isolating X.\nKey Point 4: Checking",
        PLAIN + "\n\nTopic 2: Algebra - Linear Equations\nKey Point 1: Checking",
        "Topic 1: Algebra - Linear Equations\nThe solution uses these:\nKey Point 1: Isolating x\n"
        "which is the main step\nKey Point 2: Checking",
    ],
)
def test_decoration_does_not_matter(reply: str) -> None:
    assert parse_labels(reply) == EXPECTED


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "no topic"),
        ("I cannot do this.", "no topic"),
        ("Topics:\nKey ideas follow.", "no topic"),
        ('{"topics": [{"topic": "Algebra - Sums", "key_points": ["x"]}]}', "no topic"),
        ("Key Point 1: Adding\nTopic 1: Algebra - Sums\nKey Point 1: x", "key point before any topic"),
        ("Topic 1: Algebra - Sums", "topic without key points: Algebra - Sums"),
        (PLAIN + "\nTopic 2: Algebra - Sums\n- adding", "topic without key points: Algebra - Sums"),
        ("Topic 1: Algebra - Sums\nKey Points:\nTopic 2: Algebra - Rest\nKey Point 1: x", "without key points"),
        ("Topic 1: Algebra\nKey Point 1: x", "topic is not 'Subject - Subcategory': Algebra"),
        ("Topic 1: Algebra -\nKey Point 1: x", "topic is not 'Subject - Subcategory'"),
        ("Topic 1: - Sums\nKey Point 1: x", "topic is not 'Subject - Subcategory'"),
        ("Topic 1: Algebra - 2\nKey Point 1: x", "topic is not 'Subject - Subcategory'"),
        ("Topic 1: Non-linear\nKey Point 1: x", "topic is not 'Subject - Subcategory'"),
        (f"Topic 1: Algebra - {'x' * 300}\nKey Point 1: x", "too long topic"),
        (f"Topic 1: Algebra - Sums\nKey Point 1: {'x' * 900}", "too long key point"),
        ("\n".join(f"Topic {i}: A - t{i}\nKey Point 1: x" for i in range(MAX_TOPICS + 1)), "too many topics"),
        (
            "Topic 1: A - B\n" + "\n".join(f"Key Point {i}: k{i}" for i in range(MAX_KEY_POINTS + 1)),
            "too many key points",
        ),
    ],
)
def test_what_is_no_topic_with_its_key_points_is_an_error_with_a_reason(reply: str, reason: str) -> None:
    with pytest.raises(ReplyError) as caught:
        parse_labels(reply)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "key_point",
    [
        r"$\frac{a}{b} = \frac{c}{d}$ gives $ad = bc$",
        "a*b*c and x_1",
        r"\(x^2 - 1 = (x-1)(x+1)\)",
        "Ratios such as 3:4",
        "The rule |a - b| ≥ 0 — always",
        "Topic sentences: none",
        "<script>alert(1)</script> [[problem]] {braces}",
        "$2 a litre, 50% off",
    ],
)
def test_mathematics_and_marks_inside_a_key_point_stay_as_they_are(key_point: str) -> None:
    assert parse_labels(f"Topic 1: Algebra - Sums\nKey Point 1: {key_point}")[0].key_points == (key_point,)


def test_topics_and_key_points_keep_their_order() -> None:
    reply = (
        "Topic 1: B - b\nKey Point 1: 2\nTopic 2: A - a\nKey Point 1: 3\nTopic 3: B - b\nKey Point 1: 1\nKey Point 2: 2"
    )
    assert parse_labels(reply) == (TopicKeyPoints("B - b", ("2", "1")), TopicKeyPoints("A - a", ("3",)))


def test_a_topic_of_common_knowledge_is_read_like_any_other() -> None:
    assert parse_labels("Topic 1: Others - Coins\nKey Point 1: A dime is 10 cents")[0].topic == "Others - Coins"


@pytest.mark.parametrize(
    "reply",
    [
        "Topic 1: " + " " * 200_000 + "-",
        ("*" * 200_000) + "Topic 1: A - B",
        "Topic 1: A - B\n" + "Key Point 1: same\n" * 50_000,
        "Topic 1: A - B\n" + "\n".join(f"Key Point: {i}" for i in range(50_000)),
        "Key Points:\n" * 50_000,
        "Topic " * 50_000,
        "- " * 100_000,
    ],
)
def test_hostile_replies_are_read_in_linear_time(reply: str) -> None:
    start = time.process_time()
    try:
        parse_labels(reply)
    except ReplyError as error:
        assert len(str(error)) < 300
    assert time.process_time() - start < 3


def test_all_real_replies_are_read(data_dir: Path | None) -> None:
    replies = REAL_REPLIES
    if data_dir is not None:
        rows = (data_dir / "labelled_practices.jsonl").read_text(encoding="utf-8").splitlines()
        replies = [json.loads(line)["reply"] for line in rows]
    for reply in replies:
        labels = parse_labels(reply)
        # The plainest reading agrees: one topic a "Topic" line, one key point a "Key Point" line.
        lines = reply.splitlines()
        assert len(labels) == len({x.partition(": ")[2] for x in lines if x.startswith("Topic ")})
        assert sum(len(t.key_points) for t in labels) == sum(x.startswith("Key Point ") for x in lines)
        assert all(" - " in t.topic for t in labels)


# --- asking a model ----------------------------------------------------------------------------


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


def test_an_unreadable_reply_is_asked_for_again_with_another_seed() -> None:
    chat = Script("no idea", (PLAIN, "length"), PLAIN)
    assert isinstance(ask(chat), LabelledPractice)
    assert [r.seed for r in chat.requests] == [100, 101, 102]


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


# --- what must not slip to a neighbour ---------------------------------------------------------


def test_a_name_on_the_line_after_its_number_begins_a_new_topic() -> None:
    reply = "**Topic 1:**\nAlgebra - Lines\nKey Point 1: x\n**Topic 2:**\n**Counting - Casework**\nKey Point 1: y"
    assert parse_labels(reply) == (
        TopicKeyPoints("Algebra - Lines", ("x",)),
        TopicKeyPoints("Counting - Casework", ("y",)),
    )


@pytest.mark.parametrize("end", ["Topic 2:\nKey Point 1: y", "Topic 2:\n"])
def test_key_points_of_a_topic_without_a_name_are_not_given_to_the_one_before(end: str) -> None:
    with pytest.raises(ReplyError, match="topic without a name"):
        parse_labels(f"{PLAIN}\n{end}")


def test_reasoning_before_the_answer_is_not_read() -> None:
    assert parse_labels(f"<think>\nTopic 1: Geometry - Circles\nKey Point 1: no\n</think>\n{PLAIN}") == EXPECTED


def test_dots_are_no_key_point() -> None:
    assert parse_labels(f"{PLAIN}\nKey Point 3: ...") == EXPECTED


def test_a_refused_practice_is_a_failure_and_ends_no_run() -> None:
    class Refusing:
        async def complete(self, request: ChatRequest, n: int = 1) -> list[Reply]:
            raise RequestRefused("content filter")

        async def aclose(self) -> None: ...

    failure = ask(Refusing())  # type: ignore[arg-type]
    assert isinstance(failure, ExtractionFailure)
    assert failure.reason == "refused: content filter"
