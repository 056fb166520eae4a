"""The batch API of an endpoint (Files and Batches, as OpenAI has them), through the ``openai`` package.

Bodies are decoded here, since servers differ in what they fill in; a batch is the JSON object that the
endpoint gave.  Which files are submitted, and what becomes of the results, is not known here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2  # the HTTP types of the openai package, whose dependency it is
import openai

from ..errors import ModelError, RequestRefused, RetryableModelError
from ..store_file import explain
from .batch import ENDPOINT, make_whole
from .wire import error_text, read_body

ENDED = ("completed", "failed", "expired", "cancelled")
"""States in which a batch changes no more; any other is taken for one that goes on."""

Batch = Mapping[str, Any]

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_TRIES_AGAIN = 4
_PAGE = 100  # batches listed at once, the most that is allowed
_TIMEOUT = httpx2.Timeout(120.0, connect=20.0)  # seconds without a byte; a file may take longer


class Gone(ModelError):
    """The endpoint does not know what was asked for by its id."""


class BatchApi:
    """Batches of one endpoint.  What may pass is tried again, but never what would be paid twice.

    Every method raises:
        RetryableModelError: no connection, a rate limit or a server error, after several tries.
        RequestRefused: the endpoint refuses it whatever is done.
        ModelError: the key is refused, or the endpoint has no batch API.
    """

    def __init__(self, base_url: str, api_key: str, *, retries: int = _TRIES_AGAIN) -> None:
        """``api_key``: any text for servers that need none.  It appears in no message."""
        self.base_url = base_url.rstrip("/")
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ModelError(f"base URL {base_url!r} is no http(s) URL: such as https://api.openai.com/v1")
        if not api_key or not api_key.isascii() or not api_key.isprintable():
            raise ModelError(f"the API key for {self.base_url} is empty or no plain text: check where it is set")
        self._key = api_key
        self._client = openai.OpenAI(
            base_url=self.base_url,
            api_key=api_key,
            max_retries=retries,
            # A proxy from the environment never knows the way to this machine itself.
            http_client=openai.DefaultHttpxClient(trust_env=parts.hostname not in _LOOPBACK, timeout=_TIMEOUT),
            timeout=_TIMEOUT,
        )

    def batches(self) -> Iterator[Batch]:
        """All batches of the account, the newest first."""
        after: str | openai.Omit = openai.omit
        while True:
            with self._asking():
                page = self._object(self._client.batches.with_raw_response.list(limit=_PAGE, after=after).content)
            data = page.get("data")
            some = [b for b in data if isinstance(b, dict) and b.get("id")] if isinstance(data, list) else []
            yield from some
            if not some or not page.get("has_more") or some[-1]["id"] == after:
                return
            after = str(some[-1]["id"])

    def upload(self, path: Path) -> str:
        """The id of the file at the endpoint.  Read from the disk as it is sent."""
        try:
            stream = path.open("rb")
        except OSError as error:
            raise explain(path, error) from None
        with stream, self._asking():
            sent = self._client.files.with_raw_response.create(file=stream, purpose="batch")
            return self._id(sent.content)

    def create(self, input_file_id: str, metadata: dict[str, str]) -> Batch:
        """Start a batch.  Sent once: when no answer comes, :meth:`batches` tells whether it was started."""
        client = self._client.with_options(max_retries=0)
        with self._asking():
            sent = client.batches.with_raw_response.create(
                input_file_id=input_file_id, endpoint=ENDPOINT, completion_window="24h", metadata=metadata
            )
        self._id(sent.content)
        return self._object(sent.content)

    def batch(self, batch_id: str) -> Batch:
        """How a batch is now.

        Raises:
            Gone: the endpoint does not know it.
        """
        with self._asking(what=f"batch {batch_id}"):
            return self._object(self._client.batches.with_raw_response.retrieve(batch_id).content)

    def download(self, file_id: str, path: Path) -> None:
        """A file of results, whole or not at all; in memory piece by piece.

        Raises:
            Gone: the endpoint does not have it any more.
        """
        partial = path.with_name(path.name + ".partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with (
                partial.open("wb") as stream,
                self._asking(what=f"file {file_id}"),
                self._client.files.with_streaming_response.content(file_id) as response,
            ):
                for piece in response.iter_bytes():
                    stream.write(piece)
            make_whole(partial, path)
        except OSError as error:
            raise explain(path, error) from None
        finally:
            partial.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # --- bodies and errors -----------------------------------------------------------------------

    def _object(self, content: bytes) -> dict[str, Any]:
        decoded = read_body(content)
        if not isinstance(decoded, dict):
            start = self._safe(content[:120].decode("utf-8", "replace"))
            raise ModelError(
                f"{self.base_url} answered with something that is no JSON object, starting {start!r}; "
                "is it an OpenAI-compatible API? Its URL usually ends in /v1"
            )
        return decoded

    def _id(self, content: bytes) -> str:
        found = self._object(content).get("id")
        if not isinstance(found, str) or not found:
            raise ModelError(f"{self.base_url} gave no id: its batch API is not like OpenAI's")
        return found

    @contextlib.contextmanager
    def _asking(self, what: str = "") -> Iterator[None]:
        """The package's errors as ours; ``what`` is what a 404 does not find."""
        try:
            yield
        except openai.APIStatusError as error:
            raise self._status_error(error, what) from None
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            cause = error.__cause__ or error
            raise RetryableModelError(
                f"the connection to {self.base_url} failed ({self._safe(str(cause)) or type(cause).__name__}): "
                "check base_url and the network, then give the same command again"
            ) from None

    def _status_error(self, error: openai.APIStatusError, what: str) -> ModelError:
        status = error.status_code
        with contextlib.suppress(httpx2.HTTPError):
            error.response.read()  # of a download only the head was read
        content = error.response.content if error.response.is_stream_consumed else b""
        said = self._safe(error_text(read_body(content), content))
        where = f"{self.base_url} answered {status}"
        if status in (401, 403):
            return ModelError(f"{where}: the API key was refused; check the key in the environment ({said})")
        if status == 404 and what:
            return Gone(f"{where}: {what} is not there ({said})")
        if status in (404, 405, 501):
            return ModelError(
                f"{where}: it has no batch API ({said}); check that base_url is right (it usually ends in /v1), or "
                "answer the files with another program and give 'batch import RUN FILE'"
            )
        if status in (408, 409, 425, 429) or status >= 500:
            return RetryableModelError(f"{where}: {said}; give the same command again later")
        return RequestRefused(f"{where}: {said}")

    def _safe(self, text: str) -> str:
        """Text of the server without our key, which some servers repeat."""
        return text.replace(self._key, "[key]") if len(self._key) > 6 else text
