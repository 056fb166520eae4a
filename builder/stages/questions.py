"""Question generation (METHOD 4): an information set in, one new problem out.

The writer sees the topics with their key points and an example problem each, and repeats the list of
the key points that the problem must need.  Of a set without key points (an arm of the paper's ablation) it
sees topics and examples only.  The problem stands inside ``<Q>...</Q>``.  Whether it is a good problem is
not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ..errors import ReplyError
from ..filters.tasks import count_parts
from ..llm.chat import Chat, Decoding, Reply
from ..prompts import Prompt, neutralise, numbered
from ..records import InformationSet, Practice, Question, content_id

_OPEN = re.compile(r"<Q>", re.IGNORECASE)
_CLOSE = re.compile(r"</Q>", re.IGNORECASE)


def read_question(reply: str, *, max_parts: int) -> str:
    """The problem inside the last ``<Q>...</Q>`` of a writer's reply.

    The last pair counts: a model that thinks aloud may show drafts before.

    Raises:
        ReplyError: "no_question" (no pair of tags), "empty_question", "too_many_parts".
    """
    closes = [m.start() for m in _CLOSE.finditer(reply)]
    opens = [m.end() for m in _OPEN.finditer(reply)]
    start = next((o for o in reversed(opens) if closes and o <= closes[-1]), None)
    if start is None:
        raise ReplyError("no_question")
    problem = reply[start : next(c for c in closes if c >= start)].strip()
    if not any(ch.isalnum() for ch in problem):
        raise ReplyError("empty_question")
    if count_parts(problem) > max_parts:
        raise ReplyError("too_many_parts")
    return problem


def information_block(information_set: InformationSet, practices: Mapping[str, Practice]) -> str:
    """The topics of a set with their key points, where it has any, and example problems, as the prompt shows them."""
    blocks = []
    for t in information_set.topics:
        listed = "\n".join(f"- {neutralise(k)}" for k in t.key_points)
        key_points = f"Key points:\n{listed}\n" if information_set.key_points else ""
        example = neutralise(practices[t.practice_id].problem)
        blocks.append(f"<topic>\n{neutralise(t.topic)}\n{key_points}<example>\n{example}\n</example>\n</topic>")
    return "\n".join(blocks)


async def write_question(
    information_set: InformationSet,
    practices: Mapping[str, Practice],
    chat: Chat,
    prompt: Prompt,
    decoding: Decoding,
    *,
    max_parts: int,
) -> Question:
    """One question for ``information_set``; an unreadable reply is kept with its reason.

    ``practices`` maps the ids of the set to their practices.  ``prompt``: "question", or "question_topics" for
    a set without key points.  The seed is combined with the set's position, so that a set drawn twice gives two
    different questions.

    Raises:
        ModelError: the model could not be asked.
    """
    key_points = information_set.key_points
    values = {"information_set": information_block(information_set, practices)}
    if key_points:
        values |= {"key_points": numbered(key_points), "count": str(len(key_points))}
    request = prompt.request(
        values,
        replace(decoding, seed=decoding.seed + information_set.index),
        information_set.id,
    )
    reply = (await chat.complete(request))[0]
    return question_from_reply(
        reply,
        information_set_id=information_set.id,
        # A set may be drawn twice: its position keeps two equal replies apart.
        origin=str(information_set.index),
        prompt_hash=prompt.hash,
        max_parts=max_parts,
    )


def question_from_reply(
    reply: Reply,
    *,
    information_set_id: str,
    origin: str,
    prompt_hash: str,
    max_parts: int,
    parent_id: str | None = None,
) -> Question:
    """The question that a reply holds, or the record of why it holds none.

    ``origin`` tells equal replies to the same set apart: a position, or a parent with a number.
    """
    problem, rejected = None, None
    try:
        problem = read_question(reply.text, max_parts=max_parts)
    except ReplyError as error:
        rejected = "truncated" if reply.cut_off else str(error)
    return Question(
        id=content_id("question", information_set_id, origin, reply.text),
        information_set_id=information_set_id,
        problem=problem,
        model=reply.model,
        prompt_hash=prompt_hash,
        reply=reply.text,
        parent_id=parent_id,
        rejected=rejected,
    )
