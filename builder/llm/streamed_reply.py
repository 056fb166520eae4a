"""One reply that comes in pieces (server-sent events of an OpenAI-compatible endpoint), read with tolerance.

Fed with the bytes of a response as they arrive, it tells the text so far, and gives at the end the body that the
same reply would have had as a whole, so that everything behind it is the same for both.  An endpoint that answers
with a whole reply all the same has sent no event; its body is then read as always.  Nothing here sends or waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import RetryableModelError
from .transport import BodyTooLarge
from .wire import as_mapping, as_text, error_text, read_body

LONGEST = 1_000_000
"""Characters of a reply's text, and bytes of one event: more is nonsense, and would fill the memory of who watches."""

STREAMED: Mapping[str, object] = {"stream": True, "stream_options": {"include_usage": True}}
"""What is added to a request's body."""


class StreamedReply:
    """The pieces of one reply; only the first choice is read."""

    def __init__(self, told: Callable[[str], None]) -> None:
        """``told`` gets the text so far, each time that it has grown."""
        self._told = told
        self._pending = b""
        self._text = ""
        self._reasoning = ""
        self._finish: str | None = None
        self._logprobs: list[object] = []
        self._rest: dict[str, object] = {}  # model, usage, error: the last of each
        self._ended = False
        self.began = False
        """Whether an event has come: if not, what came is no stream."""

    def feed(self, data: bytes) -> None:
        """Further bytes of the response.

        Raises:
            BodyTooLarge: the text, or one event, is longer than :data:`LONGEST`.
        """
        *lines, self._pending = (self._pending + data).split(b"\n")
        before = len(self._text)
        for line in lines:
            self._read(line.strip())
        if max(len(self._text), len(self._reasoning), len(self._pending)) > LONGEST:
            raise BodyTooLarge(f"the reply is longer than {LONGEST:,} characters and was cut off")
        if len(self._text) > before:
            self._told(self._text)

    def body(self) -> dict[str, Any]:
        """The body of the whole reply.

        Raises:
            RetryableModelError: it ended before its end, or is no reply.
        """
        self._read(self._pending.strip())  # a last line without an end
        self._pending = b""
        if "error" in self._rest:
            raise RetryableModelError(f"the endpoint broke its reply off: {error_text(self._rest)}")
        if not self._ended:
            raise RetryableModelError("the endpoint's reply broke off before its end")
        message = {"role": "assistant", "content": self._text, "reasoning_content": self._reasoning or None}
        choice: dict[str, object] = {"index": 0, "message": message, "finish_reason": self._finish}
        if self._logprobs:
            choice["logprobs"] = {"content": self._logprobs}
        return {**self._rest, "choices": [choice]}

    def _read(self, line: bytes) -> None:
        """A line of the stream.  These endpoints put an event on one line; other lines are comments."""
        if not line.startswith(b"data:"):
            return
        self.began = True
        content = line[len(b"data:") :].strip()
        if content == b"[DONE]":
            self._ended = True
            return
        chunk = read_body(content)
        if not isinstance(chunk, dict):
            self._rest["error"] = f"an event that is no JSON: {content[:80].decode('utf-8', 'replace')}"
            return
        self._rest |= {name: chunk[name] for name in ("model", "usage", "error") if chunk.get(name)}
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else []:
            if as_mapping(choice).get("index", 0) == 0:
                self._add(as_mapping(choice))

    def _add(self, choice: Mapping[str, Any]) -> None:
        delta = as_mapping(choice.get("delta")) or as_mapping(choice.get("message"))
        self._text += as_text(delta.get("content"))
        self._reasoning += as_text(delta.get("reasoning_content")) or as_text(delta.get("reasoning"))
        logprobs = as_mapping(choice.get("logprobs")).get("content")
        if isinstance(logprobs, list) and not self._logprobs:
            self._logprobs = logprobs[:1]
        if isinstance(choice.get("finish_reason"), str):
            self._finish, self._ended = choice["finish_reason"], True
