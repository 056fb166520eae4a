"""Knowledge extraction (METHOD 1): a labeller's reply to topics and key points.

The reply is a list of "Topic i: Subject - Subcategory", each followed by its "Key Point j: ..." lines.
Numbering, markdown and stray text around it are tolerated, since models decorate; the structure is
not negotiable: what is no topic with its key points is an error with a reason, and nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..errors import ReplyError, RequestFailed
from ..llm.chat import Chat, Decoding
from ..prompts import Prompt, neutralise
from ..records import LabelledPractice, Practice, TopicKeyPoints

_ORNAMENT = r"[\s>#*_•\-–—+]{0,12}(?:\d{1,3}(?:\.\d{1,3})?[.)]?\s{1,4}|\d{1,3}[.)])?[*_#]{0,4}"
_HEAD = re.compile(
    rf"^{_ORNAMENT}(?P<kind>key\s{{0,3}}-?\s{{0,3}}points?|topics?)\s{{0,3}}[#(]?\d{{0,3}}(?:\.\d{{1,3}})?\)?[*_]{{0,3}}"
    r"\s{0,3}[:：.)\-–—][*_]{0,3}\s{0,4}(?P<text>.*)$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s{0,12}(?:[-*•+]|\d{1,3}[.)])\s{1,4}(?P<text>\S.*)$")
_DASH = re.compile(r"\s*(?:\s[-−‐‑‒–—―]{1,3}\s|[–—―]|\s[:/>]\s)\s*")
MAX_TOPICS, MAX_KEY_POINTS = 12, 40
_MAX_NAME, _MAX_KEY_POINT = 160, 600


@dataclass(frozen=True, slots=True)
class ExtractionFailure:
    """A practice that no readable labelling reply could be had for, with the last reply."""

    practice_id: str
    reason: str
    reply: str


def parse_labels(reply: str) -> tuple[TopicKeyPoints, ...]:
    """The topics of a reply with their key points, in order; repeats are united.

    A topic's name is normalised to "Subject - Subcategory" with a plain dash.  Bulleted lines under a
    topic that has a bare "Key Points:" heading count as key points, and a topic's name may stand on the line
    after a bare "Topic 2:".  Reasoning before ``</think>`` is not read.

    Raises:
        ReplyError: "no topic", "key point before any topic", "topic without a name", "topic without key
            points: ...", "topic is not 'Subject - Subcategory': ...", "too many ...", "too long ...".
    """
    topics: dict[str, list[str]] = {}
    current: str | None = None
    listing = False  # inside a bare "Key Points:" heading
    nameless = False  # after a bare "Topic 2:": the next line is its name, never one more key point's topic
    for line in reply.rpartition("</think>")[2].splitlines():
        head = _HEAD.match(line[:2000])
        if nameless and line.strip():
            if head is not None:
                raise ReplyError("topic without a name")
            current, nameless = _topic_name(line[:2000].strip(" \t>#*_-+•")), False
            topics.setdefault(current, [])
            continue
        if head is None:
            bullet = _BULLET.match(line[:2000]) if listing else None
            if bullet and current is not None:
                topics[current].append(_clean(bullet["text"], _MAX_KEY_POINT, "key point"))
            elif line.strip():
                listing = False
            continue
        text = head["text"].strip()
        if head["kind"].lower().startswith("topic"):
            listing = False
            if not text:
                nameless = not head["kind"].lower().endswith("s")  # "Topics:" is a heading
                continue
            current = _topic_name(text)
            topics.setdefault(current, [])
        elif current is None:
            raise ReplyError("key point before any topic")
        elif text:
            topics[current].append(_clean(text, _MAX_KEY_POINT, "key point"))
            listing = False
        else:
            listing = True
    if nameless:
        raise ReplyError("topic without a name")
    return _checked(topics)


def _checked(topics: dict[str, list[str]]) -> tuple[TopicKeyPoints, ...]:
    if not topics:
        raise ReplyError("no topic")
    if len(topics) > MAX_TOPICS:
        raise ReplyError(f"too many topics: {len(topics)}")
    result = []
    for name, key_points in topics.items():
        unique: dict[str, str] = {}
        for key_point in key_points:
            if any(c.isalnum() for c in key_point):  # "..." is none
                unique.setdefault(" ".join(key_point.lower().rstrip(".").split()), key_point)
        kept = tuple(unique.values())
        if not kept:
            raise ReplyError(f"topic without key points: {name[:80]}")
        if len(kept) > MAX_KEY_POINTS:
            raise ReplyError(f"too many key points: {len(kept)}")
        result.append(TopicKeyPoints(name, kept))
    return tuple(result)


def _clean(text: str, limit: int, what: str) -> str:
    """Without markdown at the ends; mathematics inside stays as it is."""
    text = " ".join(text.split())
    while len(text) > 1 and text[:2] in ("**", "__"):
        text = text[2:]
    while len(text) > 1 and text[-2:] in ("**", "__"):
        text = text[:-2]
    text = text.strip()
    if len(text) > limit:
        raise ReplyError(f"too long {what}: {text[:60]}...")
    return text


def _topic_name(text: str) -> str:
    name = _clean(text, _MAX_NAME, "topic").strip("*_`\"' ").rstrip(".:")
    parts = [p.strip() for p in _DASH.split(name, maxsplit=1)]
    if len(parts) != 2 or not all(any(c.isalpha() for c in p) for p in parts):
        raise ReplyError(f"topic is not 'Subject - Subcategory': {name[:80]}")
    return f"{parts[0]} - {parts[1]}"


async def extract(
    practice: Practice,
    chat: Chat,
    prompt: Prompt,
    decoding: Decoding,
    *,
    attempts: int,
) -> LabelledPractice | ExtractionFailure:
    """The labels of a practice; an unreadable reply is asked for again with another seed.

    A practice that the endpoint refuses for good (a content filter) is a failure and ends no run.

    Raises:
        ModelError: the model could not be asked.
    """
    values = {"problem": neutralise(practice.problem), "solution": neutralise(practice.solution)}
    failure = ExtractionFailure(practice.id, "not asked", "")
    for attempt in range(attempts):
        request = prompt.request(
            values,
            replace(decoding, seed=decoding.seed + attempt),
            practice.id,
        )
        try:
            reply = (await chat.complete(request))[0]
        except RequestFailed as error:
            return ExtractionFailure(practice.id, f"{error.fate}: {error}", "")
        try:
            if reply.cut_off:
                raise ReplyError(f"truncated ({reply.finish_reason})")
            topics = parse_labels(reply.text)
        except ReplyError as error:
            failure = ExtractionFailure(practice.id, str(error), reply.text)
            continue
        return LabelledPractice(practice, topics, reply.model, prompt.hash, reply.text)
    return failure
