"""Question scoring (METHOD 5): a judge's verdict on a problem, read as evidence.

The last verdict of a reply wins, since judges think aloud and correct themselves.  What cannot be
read is *unscored*, never 0.  Which score is enough is the pipeline's threshold, not known here.
"""

from __future__ import annotations

import re

from ..llm.chat import Chat, Decoding
from ..prompts import Prompt, neutralise, numbered
from ..records import InformationSet, Question, Score

# "Score: 0.85", "**Overall score** = .9", "Score: 9/10", "Score: 85%" ... at most 40 characters of
# ornament between the word and the number, so that a line is read in linear time.
_VALUE = r"[\s*_`:=–—(\[]{0,12}(?:is\s+|of\s+)?(-?\d{0,3}(?:\.\d{1,6})?)\s{0,2}(%|/\s?\d{1,3})?"
_FIELDS = {
    "score": re.compile(r"\bscore\b" + _VALUE, re.IGNORECASE),
    "presence": re.compile(r"\bpresence\b" + _VALUE, re.IGNORECASE),
    "correctness": re.compile(r"\bcorrectness\b" + _VALUE, re.IGNORECASE),
}
_VERDICT = re.compile(r"(?im)^[\s*_]{0,4}(?:key point \d+|topic \d+(?=:)|presence|correctness|score)\b")
_REASON_CHARS = 600


def _number(match: re.Match[str]) -> float | None:
    text, unit = match.group(1), match.group(2)
    if not any(ch.isdigit() for ch in text):
        return None
    value = float(text)
    if unit == "%":
        value /= 100
    elif unit:
        scale = float(unit.lstrip("/ "))
        value = value / scale if scale else -1.0
    return value if 0 <= value <= 1 else None


def read_verdict(reply: str) -> dict[str, float | None]:
    """``score``, ``presence`` and ``correctness`` of a judge's reply, each 0..1 or None.

    The last readable number after each word wins.  A number outside 0..1 without a scale ("Score: 9")
    is not read: it could mean anything.
    """
    verdict: dict[str, float | None] = {}
    for name, pattern in _FIELDS.items():
        values = [v for m in pattern.finditer(reply) if (v := _number(m)) is not None]
        verdict[name] = values[-1] if values else None
    return verdict


async def score_question(
    question: Question,
    information_set: InformationSet,
    chat: Chat,
    prompt: Prompt,
    decoding: Decoding,
) -> Score:
    """The judge's score of a question's problem against the key points it was written for.

    ``prompt``: "score", or "score_topics" for a set without key points, which is judged by its topics.

    Raises:
        ModelError: the model could not be asked.
    """
    values = {"problem": neutralise(question.problem or "")}
    if information_set.key_points:
        values["key_points"] = numbered(information_set.key_points)
    else:
        topics = dict.fromkeys(t.topic for t in information_set.topics)
        values["topics"] = "\n".join(f"<topic>{neutralise(t)}</topic>" for t in topics)
    request = prompt.request(values, decoding, question.id)
    reply = (await chat.complete(request))[0]
    verdict = read_verdict(reply.text)
    reason = None if verdict["score"] is not None else (reply.finish_reason or "unreadable")
    return Score(
        question_id=question.id,
        value=verdict["score"],
        key_points_present=verdict["presence"],
        correct=verdict["correctness"],
        reason=reason if verdict["score"] is None else _reasons(reply.text),
        model=reply.model,
        prompt_hash=prompt.hash,
        reply=reply.text,
    )


def _reasons(reply: str) -> str | None:
    """The judge's own words before the verdict lines, shortened."""
    words = _VERDICT.split(reply, maxsplit=1)[0]
    return words.strip()[:_REASON_CHARS] or None
