"""Solution sampling (METHOD 6): m candidates for a question, each with its answer.

The information set's practices serve as demonstrations.  Arithmetic that stands in a candidate is
checked by program.  Which candidates agree is the vote's business.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..answers import extract_answer
from ..llm.chat import Chat, Decoding, Reply
from ..prompts import Prompt, neutralise
from ..records import InformationSet, Practice, Question, Solution, content_id

# "The answer is not determined", "cannot be found from the given information": no answer in words.
_DECLINED = re.compile(
    r"\b(?:not|cannot|can't|un)\s{0,3}(?:be\s{1,3})?(?:uniquely\s{1,3})?"
    r"(?:determine|determined|determinable|solve|solved|solvable|known|found|answer|answered)\b"
    r"|\b(?:undetermined|indeterminate|unsolvable|insufficient|not enough|missing|contradict\w{0,6})\b",
    re.IGNORECASE,
)


def declines(answer: str) -> bool:
    """Whether a final answer says in words that there is none: such a candidate abstains.

    "No solution" and "infinitely many" are answers and do not decline.
    """
    return len(answer) <= 300 and bool(_DECLINED.search(answer)) and not any(c.isdigit() for c in answer)


def demonstrations(information_set: InformationSet, practices: Mapping[str, Practice]) -> str:
    """The set's practices with their solutions, as the prompt shows them."""
    blocks = []
    for practice_id in dict.fromkeys(t.practice_id for t in information_set.topics):
        p = practices[practice_id]
        blocks.append(
            f"<problem>\n{neutralise(p.problem)}\n</problem>\n<solution>\n{neutralise(p.solution)}\n</solution>"
        )
    return "\n".join(blocks)


async def sample_solutions(
    question: Question,
    information_set: InformationSet,
    practices: Mapping[str, Practice],
    chat: Chat,
    prompt: Prompt,
    decoding: Decoding,
    *,
    samples: int,
    first: int = 0,
) -> list[Reply]:
    """Samples ``first`` to ``first + samples - 1`` of the solutions to a question, in that order.

    Raises:
        ModelError: the model could not be asked.
    """
    request = prompt.request(
        {
            "demonstrations": demonstrations(information_set, practices),
            "problem": neutralise(question.problem or ""),
        },
        decoding,
        question.id,
    )
    return await chat.complete(request, samples, first=first)


def read_solution(
    question: Question, index: int, reply: Reply, wrong_computations: Sequence[str], prompt_hash: str
) -> Solution:
    """A reply as a candidate: its answer is read, or it abstains.

    A reply cut off at the token limit abstains too, since a box in it need not be the final one, and so
    does one whose answer is that there can be none.
    """
    answer = None if reply.cut_off else extract_answer(reply.text)
    if answer is not None and declines(answer):
        answer = None
    return Solution(
        id=content_id("solution", question.id, index, reply.text),
        question_id=question.id,
        index=index,
        text=reply.text,
        answers=(answer,),
        wrong_computations=tuple(wrong_computations),
        model=reply.model,
        prompt_hash=prompt_hash,
        finish_reason=reply.finish_reason,
    )
