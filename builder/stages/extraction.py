"""Knowledge extraction (METHOD 1): a labeller is asked for the topics and key points of a practice.

How its reply is read is :mod:`builder.label_reading`'s; here is what is asked, how often, and what
becomes of a practice that no readable reply could be had for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import ReplyError, RequestFailed
from ..label_reading import parse_labels
from ..llm.chat import Chat, Decoding
from ..prompts import Prompt, neutralise
from ..records import LabelledPractice, Practice

__all__ = ["RETRY_STEP", "ExtractionFailure", "extract", "parse_labels", "retry_decoding"]

RETRY_STEP = 0.2
"""How much warmer each further attempt is drawn, up to a temperature of 1."""


@dataclass(frozen=True, slots=True)
class ExtractionFailure:
    """A practice that no readable labelling reply could be had for, with the last reply."""

    practice_id: str
    reason: str
    reply: str


def retry_decoding(decoding: Decoding, attempt: int) -> Decoding:
    """How attempt 0, 1, 2, ... at a practice is drawn: each with its own seed, and warmer by ``RETRY_STEP``.

    A server that ignores seeds gives the same text again at the same temperature.  A temperature of 1 or more
    stays; None (the endpoint's own) stays None.
    """
    warmer = decoding.temperature
    if warmer is not None and warmer < 1 and attempt:
        warmer = min(1.0, round(warmer + RETRY_STEP * attempt, 3))
    return replace(decoding, seed=decoding.seed + attempt, temperature=warmer)


async def extract(
    practice: Practice,
    chat: Chat,
    prompt: Prompt,
    decoding: Decoding,
    *,
    attempts: int,
) -> LabelledPractice | ExtractionFailure:
    """The labels of a practice; for an unreadable reply it is asked again, by :func:`retry_decoding`.

    A practice that the endpoint refuses for good (a content filter) is a failure and ends no run.

    Raises:
        ModelError: the model could not be asked.
    """
    values = {"problem": neutralise(practice.problem), "solution": neutralise(practice.solution)}
    failure = ExtractionFailure(practice.id, "not asked", "")
    for attempt in range(attempts):
        request = prompt.request(values, retry_decoding(decoding, attempt), practice.id)
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
