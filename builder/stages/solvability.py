"""The optional check of solvability (METHOD 5): can a problem be solved at all, as it is written?

A judge is asked in a call of its own, with nothing but the problem.  As with scores the last verdict of a
reply wins.  A reply that cannot be read, or that was cut off before its end, says neither yes nor no: the
question goes on as if it had not been asked, and its record says so.  Which questions are asked about, and
what a no costs them, is decided by the synthesis.
"""

from __future__ import annotations

import re

from ..llm.chat import Chat, Decoding, Reply
from ..prompts import Prompt, neutralise
from ..records import Question, Solvability

MISSING, CONTRADICTION, INDEFINITE, OTHER = KINDS = (
    "missing information",
    "contradiction",
    "no definite question",
    "other",
)
"""Why a problem cannot be solved; "other" is also what a judge did not name."""

# "<solvable>no</solvable>" and what is made of it ("**Solvable:** No", '"solvable": false').  The tag wherever it
# stands, the word only where it begins a line; and only where the phrase ends: not "yes or no", nor "no problem here".
_VERDICT = re.compile(
    r"(?im)(?:<\s{0,3}solvable\s{0,3}>|^[\s>*_`#\"'{-]{0,9}solvable[\s*_`\"']{0,5}[:=])"
    r"[\s*_`\"']{0,5}(?:(yes|true)|no|false)\b(?=[ \t*_`\"')}\]]{0,6}(?:$|[.,;:!(<\[–—-]))"
    r"([^\n<]{0,80})"
)
_REASON = re.compile(
    r"(?im)(?:<\s{0,3}reason\s{0,3}>|^[\s>*_`#\"'{,-]{0,9}reason[\s*_`\"']{0,5}[:=])[\s*_`\"']{0,5}([^\n<]{1,200})"
)
_SAID = {
    MISSING: re.compile(
        r"(?i)\bmissing\b|\binsufficient\b|\bnot (?:enough|given|specified)\b|\bunder-?(?:specified|determined)\b"
    ),
    CONTRADICTION: re.compile(r"(?i)\bcontradict\w{0,8}\b|\binconsisten\w{0,3}\b|\bimpossib\w{0,6}\b"),
    INDEFINITE: re.compile(
        r"(?i)\bno (?:definite|clear|single|unique) question\b|\bambigu\w{0,6}\b|\bunclear\b|\bindefinite\b"
    ),
}
_REASON_CHARS = 600


def read_solvability(reply: str) -> tuple[bool | None, str | None]:
    """Whether a judge's reply says that the problem can be solved, and for a no the kind of its reason.

    (None, None) where it says neither.  Of several verdicts the last one counts, and so of several reasons;
    a reason that names none of :data:`KINDS`, or several, is "other".

    >>> read_solvability("The price is not given. <solvable>no</solvable> <reason>missing information</reason>")
    (False, 'missing information')
    """
    verdicts = list(_VERDICT.finditer(reply))
    if not verdicts:
        return None, None
    last = verdicts[-1]
    if last[1]:
        return True, None
    reasons = _REASON.findall(reply)
    told = reasons[-1] if reasons else last[2]
    named = [kind for kind, words in _SAID.items() if words.search(told)]
    return False, named[0] if len(named) == 1 else OTHER


async def check_solvability(question: Question, chat: Chat, prompt: Prompt, decoding: Decoding) -> Solvability:
    """A judge's word on ``question``; one reply is asked for.

    Raises:
        ModelError: the judge could not be asked.
    """
    request = prompt.request({"problem": neutralise(question.problem or "")}, decoding, question.id)
    [reply] = await chat.complete(request, 1)
    # What a reply would have ended with is not known: a "no" in the middle of one may be taken back.
    solvable, kind = (None, None) if reply.cut_off else read_solvability(reply.text)
    return Solvability(
        question_id=question.id,
        solvable=solvable,
        kind=kind,
        reason=_unread(reply) if solvable is None else _words(reply.text),
        model=reply.model,
        prompt_hash=prompt.hash,
        reply=reply.text,
    )


def _unread(reply: Reply) -> str:
    return f"cut off: {reply.finish_reason}" if reply.cut_off else "unreadable"


def _words(reply: str) -> str | None:
    """The judge's own words before its last verdict, shortened."""
    last = list(_VERDICT.finditer(reply))[-1]
    return reply[: last.start()].strip()[:_REASON_CHARS] or None
