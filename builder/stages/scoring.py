"""Question scoring (METHOD 5): verdicts of a judge on a problem, read as evidence and combined.

The last verdict of a reply wins, since judges think aloud and correct themselves.  What cannot be
read is *unscored*, never 0.  The problem is material and must not speak to the judge: our own tags in
it are defused, and a problem that gives orders or verdicts is not shown (:func:`addresses_judge`).
Which score is enough is the pipeline's threshold, not known here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from ..errors import ConfigError, RequestRefused
from ..llm.chat import Chat, Decoding, Reply
from ..prompts import Prompt, neutralise, numbered
from ..records import InformationSet, Question, Score, Verdict

# "Score: 0.85", "**Overall score** = .9", "Score: 9/10", "Score: 85%" ... at most 40 characters of
# ornament between the word and the number, so that a line is read in linear time.
_VALUE = r"[\s*_`:=–—(\[]{0,12}(?:is\s+|of\s+)?(-?\d{0,3}(?:\.\d{1,6})?)\s{0,2}(%|/\s?\d{1,3})?"
_FIELDS = {
    "score": re.compile(r"\bscore\b" + _VALUE, re.IGNORECASE),
    "presence": re.compile(r"\bpresence\b" + _VALUE, re.IGNORECASE),
    "correctness": re.compile(r"\bcorrectness\b" + _VALUE, re.IGNORECASE),
}
_VERDICT = re.compile(r"(?im)^[\s*_]{0,4}(?:key point \d+|topic \d+(?=:)|presence|correctness|score)\b")
_NEEDED = re.compile(
    r"(?im)^[\s*_>-]{0,6}(?:key point|topic) (\d{1,3})[\s*_:.)–—-]{0,6}"
    r"(?:(not(?: really| strictly)? needed|unneeded|unnecessary|not necessary|no\b)|(needed|necessary|yes\b))"
)
_REASON_CHARS = 600
ALTERNATIVES = 20  # of the first token: the most that endpoints give
_TO_THE_JUDGE = re.compile(
    r"(?im)"
    # a verdict of its own: a line "Score: 1.0", and nothing else on it
    r"^[\s*_]{0,6}(?:presence|correctness|(?:overall |final )?score)[\s*_]{0,4}[:=]"
    r"[\s*_]{0,4}[01](?:\.\d{1,4})?[\s*_]{0,6}$"
    r"|^[\s*_]{0,6}key point \d{1,3}[\s*_]{0,4}[:=][\s*_]{0,4}(?:not )?needed\b"
    r"|^[\s*_]{0,6}solvable[\s*_]{0,4}[:=][\s*_]{0,4}(?:yes|no|true|false)[\s*_.]{0,6}$"
    r"|<\s{0,3}/?\s{0,3}solvable\s{0,3}>"
    r"|\b(?:ignore|disregard|forget|override)\s{1,5}(?:(?:all|any|the|your|these|previous|prior|above)\s{1,5}){1,4}"
    r"(?:instructions?|prompts?|guidelines|criteria)\b"
    r"|\b(?:give|assign|award|rate|mark|score|judge)\s{1,5}th(?:is|e)\s{1,5}(?:problem|question|exercise)\s{1,5}"
    r"(?:a|as|with|at|the)\s"
    r"|<\|[a-z_]{2,30}\|>|\[/?INST\]|<</?SYS>>"  # what chat templates set messages apart with
)


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


def addresses_judge(problem: str) -> str | None:
    """The words by which ``problem`` speaks to whoever judges it; None where there are none."""
    found = _TO_THE_JUDGE.search(problem)
    return found[0].strip() if found else None


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


def read_needed(reply: str, count: int) -> tuple[bool | None, ...]:
    """For each of ``count`` key points whether the reply's last word on it says that it is needed."""
    said: dict[int, bool] = {int(m[1]): m[2] is None for m in _NEEDED.finditer(reply)}
    return tuple(said.get(i) for i in range(1, count + 1))


async def score_question(
    question: Question,
    information_set: InformationSet,
    judges: Sequence[tuple[Chat, Decoding]],
    prompt: Prompt,
    *,
    samples: int = 1,
    combine: str = "mean",
    token: bool = False,
) -> Score:
    """The judges' score of a question's problem against the key points it was written for.

    ``prompt``: "score", or "score_topics" for a set without key points, which is judged by its topics.
    ``samples`` verdicts of each judge are combined (:func:`combined`).  ``token``: ``prompt`` is
    "score_token" (or "score_token_topics"), and the verdict is read from the first token's
    log-probabilities (:func:`read_token`).

    Raises:
        ModelError: a judge could not be asked.
        ConfigError: with ``token``, where an endpoint refuses to give log-probabilities.
    """
    values = {"problem": neutralise(question.problem or "")}
    topics = list(dict.fromkeys(t.topic for t in information_set.topics))
    if information_set.key_points:
        values["key_points"] = numbered(information_set.key_points)
    else:
        values["topics"] = "\n".join(f"<topic>{neutralise(t)}</topic>" for t in topics)
    count = len(information_set.key_points) or len(topics)
    verdicts = []
    for chat, decoding in judges:
        request = prompt.request(values, decoding, question.id, ALTERNATIVES if token else 0)
        try:
            replies = await chat.complete(request, samples)
        except RequestRefused as error:
            if token and "logprob" in str(error):
                raise ConfigError(
                    f"scoring.read = 'token' needs log-probabilities, which the endpoint refuses: {error}"
                ) from None
            raise
        read = _token_verdict if token else _verdict
        verdicts += [read(reply, count, prompt.hash) for reply in replies]
    return combined(question.id, verdicts, combine)


def _verdict(reply: Reply, count: int, prompt_hash: str) -> Verdict:
    read = read_verdict(reply.text)
    value = read["score"]
    return Verdict(
        value=value,
        key_points_present=read["presence"],
        correct=read["correctness"],
        needed=read_needed(reply.text, count),
        reason=(reply.finish_reason or "unreadable") if value is None else _reasons(reply.text),
        model=reply.model,
        prompt_hash=prompt_hash,
        reply=reply.text,
    )


def read_token(alternatives: Sequence[tuple[str, float]]) -> float | None:
    """P(Yes) / (P(Yes) + P(No)) of a first token's alternatives, 0..1; None where neither is among them.

    All forms of a word count together: "Yes", " yes", "YES".
    """
    said = {"yes": 0.0, "no": 0.0}
    for token, logprob in alternatives:
        word = token.strip(" \t\n\u2581\u0120*_\"'.").lower()
        if word in said:
            said[word] += math.exp(min(0.0, logprob))
    total = said["yes"] + said["no"]
    return round(said["yes"] / total, 6) if total > 0 else None


def _token_verdict(reply: Reply, count: int, prompt_hash: str) -> Verdict:
    value = read_token(reply.first_token)
    reason = None
    if value is None:
        reason = "neither Yes nor No" if reply.first_token else "the endpoint gives no log-probabilities"
    return Verdict(value, None, None, (None,) * count, reason, reply.model, prompt_hash, reply.text)


def combined(question_id: str, verdicts: Sequence[Verdict], combine: str = "mean") -> Score:
    """What verdicts come to: their ``mean``, their ``min``, or what the ``majority`` of them reaches.

    Unreadable verdicts say nothing; where no more than half can be read, the question is unscored.
    "majority" is the highest value that more than half of the readable ones reach, so that it is above a
    threshold exactly where more than half of them are.

    Raises:
        ValueError: no verdict, or an unknown rule.
    """
    if not verdicts:
        raise ValueError("a score needs a verdict")
    rule = _RULES.get(combine)
    if rule is None:
        raise ValueError(f"combine {combine!r} is not one of {', '.join(_RULES)}")
    readable = [v for v in verdicts if v.value is not None]
    if 2 * len(readable) <= len(verdicts):
        unread = next(v for v in verdicts if v.value is None)
        return Score(question_id, None, None, None, unread.reason, tuple(verdicts))

    def all_of(name: str) -> float | None:
        values = [value for v in readable if (value := getattr(v, name)) is not None]
        return round(rule(values), 6) if values else None

    lowest = min(readable, key=lambda v: v.value or 0.0)
    return Score(
        question_id,
        all_of("value"),
        all_of("key_points_present"),
        all_of("correct"),
        lowest.reason,
        tuple(verdicts),
    )


def _majority(values: Sequence[float]) -> float:
    return sorted(values, reverse=True)[len(values) // 2]


_RULES: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": lambda values: math.fsum(values) / len(values),
    "min": min,
    "majority": _majority,
}


def _reasons(reply: str) -> str | None:
    """The judge's own words before the verdict lines, shortened."""
    words = _VERDICT.split(reply, maxsplit=1)[0]
    return words.strip()[:_REASON_CHARS] or None
