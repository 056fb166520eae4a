"""The one protocol through which a stage asks a model.

A stage sees a :class:`Chat`: messages and sampling parameters in, ``n`` replies with their usage out.
Which model answers, how often it is retried and where replies are kept is not known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import orjson

from ..records import content_id

ROLES = ("label", "write", "score", "solve", "paraphrase")
"""The roles of a chat model; each may have its own model in the configuration."""

JUDGES = ("score", "score_2", "score_3")
"""Who gives verdicts: the model of the role "score", and others where the configuration names them (METHOD 5)."""

EMBED = "embed"
"""The role of the embedding model; it is no chat model, and has none of the common one's settings."""


def asked_as(role: str) -> str:
    """The role in requests and in the store: judges have it in common."""
    return JUDGES[0] if role in JUDGES else role


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: str  # "system" | "user" | "assistant"
    content: str


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the replies to a role's requests are drawn: the model and its sampling parameters."""

    model: str
    temperature: float | None  # None: the endpoint's own, for models that allow no other
    top_p: float | None
    max_tokens: int
    seed: int
    reasoning_effort: str = ""  # "low", "medium", ... for models that know it; "" is not sent


@dataclass(frozen=True)
class ChatRequest:
    """One request, without the number of samples.

    ``prompt_hash`` names the filled template's text and version; it takes part in the key, so that a
    changed prompt is a new request.  Sample k of a request is drawn with ``seed + k`` where it is drawn
    alone, and is the (k - f)-th choice of a response that was asked for with ``seed + f`` where f is the
    first sample of that response.
    """

    role: str
    model: str
    messages: tuple[Message, ...]
    prompt_hash: str
    temperature: float | None
    top_p: float | None
    max_tokens: int
    seed: int
    reasoning_effort: str = ""
    subject: str = ""  # id of the practice, set or question that it is about; no part of the key
    top_logprobs: int = 0  # alternatives of the first token that are wanted with their log-probabilities

    @cached_property
    def id(self) -> str:
        """128-bit hash, 32 hex digits, of the canonical request: everything that can change a reply."""
        canonical = (
            self.role,
            self.model,
            [[m.role, m.content] for m in self.messages],
            self.prompt_hash,
            self.temperature,
            self.top_p,
            self.max_tokens,
            self.seed,
            self.reasoning_effort,
            *([self.top_logprobs] if self.top_logprobs else []),
        )
        try:
            text = orjson.dumps(canonical)
        except TypeError:  # a lone surrogate
            return content_id(*canonical)
        return hashlib.blake2b(text, digest_size=16).hexdigest()

    def key(self, sample: int) -> str:
        """The completion store's key of one sample."""
        return sample_key(self.id, sample)


def sample_key(request_id: str, sample: int) -> str:
    """The key of a sample of the request with this id: known without the request's text."""
    return f"{request_id}-{sample}"


CUT_OFF = ("length", "content_filter")
"""Reasons for which an endpoint ends a reply before the model does."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply with its share of the usage.

    The prompt's tokens and the requests are counted on the first of the replies of a response, 0 on
    the others, so that sums over replies are what was sent and paid.
    """

    text: str
    finish_reason: str | None
    model: str  # as the endpoint names it
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning: str | None = None  # kept apart from the text
    requests: int = 0  # HTTP requests that it took, those that failed before included
    estimated: bool = False  # the endpoint gave no usage: tokens are a quarter of the characters
    first_token: tuple[tuple[str, float], ...] = ()  # its alternatives with their log-probabilities, where asked for

    @property
    def cut_off(self) -> bool:
        """Whether the text ends where the endpoint ended it, at the token limit or by a content filter."""
        return self.finish_reason in CUT_OFF


Keep = Callable[[int, Sequence[Reply]], Awaitable[None]]
"""Told the index of the first sample and the replies of a response, as soon as it is there."""


class Chat(Protocol):
    """Something that answers.  Raises :class:`~builder.errors.ModelError` when it cannot."""

    async def complete(
        self, request: ChatRequest, n: int = 1, *, first: int = 0, keep: Keep | None = None
    ) -> list[Reply]:
        """Exactly ``n`` replies, sample ``first`` to ``first + n - 1``, in order.

        Where it takes several responses, ``keep`` has been awaited for each before anything else is
        done with it: what one of them brought is safe when another fails.
        """
        ...

    async def aclose(self) -> None:
        """Release connections and flush what is pending."""
        ...
