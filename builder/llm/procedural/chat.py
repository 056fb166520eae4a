"""The procedural model as a :class:`builder.llm.chat.Chat`.

A deterministic, seeded stand-in for a language model: no key, no network, no weights.  It reads the
same prompts and writes the same reply forms as a model would, over a catalogue of key points that it
masters, and it errs at the rates of :class:`~.rates.Rates`.  All it sees is the request's messages
and sampling parameters; all chance comes from a hash of them and of the sample's index, so that the
same request has the same replies in every process.  It is no language model and knows nothing that
is not in the catalogue.
"""

from __future__ import annotations

import hashlib
import json
from random import Random

from ..chat import ChatRequest, Keep, Message, Reply
from .rates import Rates
from .roles.labeller import label
from .roles.paraphraser import paraphrase
from .roles.scorer import score, score_topics, solvability, token
from .roles.solver import solve
from .roles.writer import write

NAME = "procedural-1"


def count_tokens(text: str) -> int:
    """Tokens as this model counts them: a quarter of the characters, rounded down, at least 1."""
    return max(1, len(text) // 4)


def _system(messages: tuple[Message, ...]) -> str:
    return "\n".join(m.content for m in messages if m.role == "system").lower()


def _asks_whether_solvable(messages: tuple[Message, ...]) -> bool:
    """Whether the verdict that a judge is asked for is that of prompts/solvability.txt."""
    return "<solvable>" in _system(messages)


def role_of(messages: tuple[Message, ...]) -> str:
    """The role that a prompt asks for, from its tags; "solve" where nothing else is recognised."""
    user = "\n".join(m.content for m in messages if m.role == "user")
    system = _system(messages)
    if _asks_whether_solvable(messages) or "<key_points>" in user or ("<topic>" in user and "<problem>" in user):
        return "score"
    if "<topic>" in user or "write one new problem" in user.lower():
        return "write"
    if "<solution>" in user and user.rfind("<solution>") > user.rfind("<problem>"):
        return "label"
    if "<solution>" not in user and ("rewrite" in system or "paraphrase" in system):
        return "paraphrase"
    return "solve"


def _last(tag: str, text: str) -> str:
    """What stands in the last ``<tag>...</tag>``, with defused tags restored; "" where there is none."""
    close = text.rfind(f"</{tag}>")
    start = text.rfind(f"<{tag}>", 0, max(close, 0))
    return text[start + len(tag) + 2 : close].strip().replace("&lt;", "<") if 0 <= start < close else ""


def _topics(text: str) -> list[str]:
    """What stands in each ``<topic>...</topic>`` before the problem."""
    blocks = text[: text.rfind("<problem>")].split("<topic>")[1:]
    return [block.partition("</topic>")[0].strip().replace("&lt;", "<") for block in blocks]


class ProceduralChat:
    """The procedural model.

    Args:
        model: the name that its replies carry.
        rates: how often it fails.
    """

    def __init__(self, model: str = NAME, rates: Rates | None = None) -> None:
        self.model = model
        self.rates = rates or Rates()

    async def complete(
        self, request: ChatRequest, n: int = 1, *, first: int = 0, keep: Keep | None = None
    ) -> list[Reply]:
        """Samples ``first`` to ``first + n - 1``, as one response; prompt tokens are counted on the first."""
        prompt = sum(count_tokens(m.content) for m in request.messages)
        replies = [self._reply(request, first + k, prompt if k == 0 else 0) for k in range(n)]
        if keep is not None and replies:
            await keep(first, replies)
        return replies

    async def aclose(self) -> None:
        """Nothing to release."""

    def _reply(self, request: ChatRequest, sample: int, prompt_tokens: int) -> Reply:
        text = self.answer(request, sample)
        first_token: tuple[tuple[str, float], ...] = ()
        if request.top_logprobs:
            text, first_token = token(text)
        limit = max(1, request.max_tokens) * 4 + 3
        cut = len(text) > limit
        text = text[:limit]
        return Reply(
            text=text,
            finish_reason="length" if cut else "stop",
            model=self.model,
            prompt_tokens=prompt_tokens,
            completion_tokens=count_tokens(text),
            requests=int(prompt_tokens > 0),
            first_token=first_token[: request.top_logprobs],
        )

    def answer(self, request: ChatRequest, sample: int) -> str:
        """The text of one sample, before any limit on its length."""
        rng = self._rng(request, sample)
        role = request.role or role_of(request.messages)
        user = "\n".join(m.content for m in request.messages if m.role == "user")
        problem = _last("problem", user)
        if role == "write":
            return write(user.replace("&lt;", "<"), rng, self.rates)
        if role == "score" and _asks_whether_solvable(request.messages):
            return solvability(problem, rng, self.rates)
        if role == "score" and "<key_points>" not in user:
            return score_topics(_topics(user), problem, rng, self.rates)
        if role == "score":
            return score(_last("key_points", user), problem, rng, self.rates)
        if role == "label":
            return label(problem, _last("solution", user), rng, self.rates)
        if role == "paraphrase":
            return paraphrase(problem or user, rng, self.rates)
        return solve(problem or user, rng, self.rates, _temperature(request))

    def _rng(self, request: ChatRequest, sample: int) -> Random:
        """Chance from the request alone; at temperature 0 every sample is the same, as with a model.

        Seed and index count together: sample k is the one that ``seed + k`` gives when it is drawn alone,
        so that it does not matter in how many responses the samples come.
        """
        greedy = _temperature(request) <= 0
        seen = (
            [[m.role, m.content] for m in request.messages],
            request.temperature,
            request.top_p,
            0 if greedy else request.seed + sample,
        )
        text = json.dumps(seen, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        return Random(int.from_bytes(digest, "big"))


def _temperature(request: ChatRequest) -> float:
    """The endpoint's own, where the request leaves it open, is 1."""
    return 1.0 if request.temperature is None else request.temperature
