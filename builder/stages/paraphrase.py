"""Scale-up by paraphrase (METHOD 7): a kept problem in other words, off by default.

A paraphrase must keep every quantity and what is asked for.  The check here is on its text: the
numbers in it are those of its parent.  That its own solutions reach the parent's answer is checked by
the synthesis, which solves it like any other question.
"""

from __future__ import annotations

import re
from collections import Counter

from ..llm.chat import Chat, Decoding, Reply
from ..prompts import Prompt, neutralise
from ..records import Question

_NUMBER = re.compile(r"\d{1,3}(?:(?:,|\{,\})\d{3})+(?!\d)|\d+(?:\.\d+)?")


def quantities(problem: str) -> Counter[str]:
    """The numerals of a problem with how often each occurs; thousands separators are dropped."""
    return Counter(re.sub(r"[,{}]", "", m.group()) for m in _NUMBER.finditer(problem))


def lost_or_added(parent: str, paraphrase: str) -> tuple[str, ...]:
    """Numerals that a paraphrase dropped (``-7``) or brought in (``+7``), sorted; empty if none.

    Only whether a numeral occurs counts, not how often: a rewording may name a quantity twice.
    """
    before, after = quantities(parent), quantities(paraphrase)
    return tuple(
        sorted([f"-{q}" for q in before.keys() - after.keys()] + [f"+{q}" for q in after.keys() - before.keys()])
    )


async def ask_paraphrases(
    question: Question,
    chat: Chat,
    prompt: Prompt,
    decoding: Decoding,
    *,
    count: int,
) -> list[Reply]:
    """``count`` replies that reword the problem of ``question``.

    Raises:
        ModelError: the model could not be asked.
    """
    request = prompt.request(
        {"problem": neutralise(question.problem or "")},
        decoding,
        question.id,
    )
    return await chat.complete(request, count)
