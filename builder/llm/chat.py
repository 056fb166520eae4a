"""The one protocol through which a stage asks a model.

A stage sees a :class:`Chat`: messages and sampling parameters in, ``n`` replies with their usage out.
Which model answers, how often it is retried and where replies are kept is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..records import content_id

ROLES = ("label", "write", "score", "solve", "paraphrase")
"""The roles a model can have; each may have its own model in the configuration."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: str  # "system" | "user" | "assistant"
    content: str


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the replies to a role's requests are drawn: the model and its sampling parameters."""

    model: str
    temperature: float
    top_p: float
    max_tokens: int
    seed: int


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request, without the number of samples.

    ``prompt_hash`` names the filled template's text and version; it takes part in the key, so that a
    changed prompt is a new request.  ``seed`` is sent to the endpoint; the k-th sample of a request
    is the k-th reply to it.
    """

    role: str
    model: str
    messages: tuple[Message, ...]
    prompt_hash: str
    temperature: float
    top_p: float
    max_tokens: int
    seed: int

    def key(self, sample: int) -> str:
        """128-bit hash of the canonical request and the sample index: the store's key."""
        return content_id(
            self.role,
            self.model,
            [[m.role, m.content] for m in self.messages],
            self.prompt_hash,
            self.temperature,
            self.top_p,
            self.max_tokens,
            self.seed,
            sample,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply with its share of the usage.

    The prompt's tokens are counted on the first of the ``n`` replies of a request, 0 on the others,
    so that sums over replies are what was paid.
    """

    text: str
    finish_reason: str | None
    model: str  # as the endpoint names it
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning: str | None = None  # kept apart from the text


class Chat(Protocol):
    """Something that answers.  Raises :class:`~builder.errors.ModelError` when it cannot."""

    async def complete(self, request: ChatRequest, n: int = 1) -> list[Reply]:
        """Exactly ``n`` replies, sample 0 to n-1, in order."""
        ...

    async def aclose(self) -> None:
        """Release connections and flush what is pending."""
        ...
