"""One repository on the Hub: asked patiently, with errors that say what to do.

Knows nothing of data sets: the Space goes the same way.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, HfFileSystem, constants
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import (  # type: ignore[attr-defined]
    httpx,  # the one that it uses, whichever that is
    validate_repo_id,
)

import kpmath

from ..errors import PublishError

T = TypeVar("T")
_TRIES = 6
_WAIT_AT_MOST = 60.0  # seconds before a try
_PASSING = (408, 429, 500, 502, 503, 504)


def checked_name(name: str, kind: str) -> str:
    """``name``, if a repository can have it.

    Raises:
        PublishError: it is not of the form ORG/NAME.
    """
    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise PublishError(f"{kind} {name!r}: write ORG/NAME ({error})") from None
    if "/" not in name:  # the Hub would make it under the name of the user
        raise PublishError(f"{kind} {name!r}: write ORG/NAME")
    return name


class Race(Exception):
    """The branch is not where it was seen."""


class Repository:
    """A repository on the Hub, and how one talks to it: patiently, and with errors that say what to do."""

    def __init__(self, name: str, kind: str = "dataset", *, wait: Callable[[float], None] = time.sleep) -> None:
        """``kind``: "dataset" or "space".

        Raises:
            PublishError: ``name`` is not of the form ORG/NAME.
        """
        self.name, self.kind = checked_name(name, kind), kind
        self._api = HfApi(library_name="kpmath", library_version=kpmath.__version__)
        self._wait = wait

    def _ask(self, what: str, call: Callable[[], T], passing: Sequence[int] = _PASSING) -> T:
        """``call`` again until it is answered, where that can help: at a status of ``passing``, or none at all."""
        for attempt in range(1, _TRIES + 1):
            try:
                return call()
            except HfHubHTTPError as error:
                status = error.response.status_code if error.response is not None else 0
                if status == 412 or (status == 409 and "commit" in what):
                    raise Race from None
                if status not in passing or attempt == _TRIES:
                    raise PublishError(self._explain(what, status, error)) from None
                pause = _retry_after(error) or 2.0 ** (attempt - 1)
            except (httpx.TransportError, ConnectionError, TimeoutError) as error:
                if attempt == _TRIES:
                    why = str(error) or type(error).__name__
                    raise PublishError(
                        f"{what}: the connection to {constants.ENDPOINT} failed {_TRIES} times ({why}); what was "
                        "uploaded is kept, give the same command again"
                    ) from None
                pause = 2.0 ** (attempt - 1)
            self._wait(min(pause, _WAIT_AT_MOST))
        raise AssertionError("not reached")

    def _explain(self, what: str, status: int, error: HfHubHTTPError) -> str:
        said = (getattr(error, "server_message", None) or "").strip().replace("\n", " ")[:300]
        advice = {
            401: "the token is missing or wrong: log in with `hf auth login`, or set HF_TOKEN",
            403: f"the token may not write to {self.name}: it needs the write permission for that organisation",
            404: "there is no such repository, or the token may not see it: check the name",
            409: "it exists already in another form",
            413: "it is too large for the Hub",
            429: "the Hub asks to slow down: wait some minutes and give the same command again; nothing is lost",
        }.get(status, "the Hub failed: give the same command again" if status >= 500 else "the Hub refused it")
        return f"{what}: {advice} ({f'HTTP {status}' if status else 'no answer'}{': ' + said if said else ''})"

    def head(self) -> str | None:
        """The commit that the main branch shows; None where there is no such repository."""
        info = self._ask(
            f"looking at {self.name}",
            lambda: self._absent(lambda: self._api.repo_info(self.name, repo_type=self.kind, revision="main")),
        )
        return info.sha if info else None

    @staticmethod
    def _absent(call: Callable[[], T]) -> T | None:
        """None for what is not there; a token that is refused is another matter."""
        try:
            return call()
        except (RepositoryNotFoundError, RevisionNotFoundError, EntryNotFoundError) as error:
            if isinstance(error, HfHubHTTPError) and error.response is not None and error.response.status_code == 401:
                raise HfHubHTTPError(str(error), response=error.response) from None
            return None

    def create(self, private: bool) -> None:
        """Make the repository where it is not there."""
        sdk = "gradio" if self.kind == "space" else None
        self._ask(
            f"creating {self.name}",
            lambda: self._api.create_repo(
                self.name, repo_type=self.kind, private=private or None, exist_ok=True, space_sdk=sdk
            ),
        )

    def files(self, revision: str) -> dict[str, str]:
        """Path -> its SHA-256 (large files) or git's hash (small ones)."""
        entries = self._ask(
            f"listing {self.name}",
            lambda: list(self._api.list_repo_tree(self.name, recursive=True, revision=revision, repo_type=self.kind)),
        )
        return {e.path: e.lfs.sha256 if e.lfs else e.blob_id for e in entries if isinstance(e, RepoFile)}

    def read(self, path: str, revision: str) -> bytes | None:
        """The bytes of a small file; None where it is not there."""
        call = lambda: self._absent(  # noqa: E731
            lambda: self._api.hf_hub_download(self.name, path, repo_type=self.kind, revision=revision)
        )
        try:
            found = self._ask(f"reading {path} of {self.name}", call)
        except LocalEntryNotFoundError as error:
            raise PublishError(f"reading {path} of {self.name}: the Hub cannot be reached ({error})") from None
        return Path(found).read_bytes() if found else None

    def tags(self) -> dict[str, str]:
        """Tag -> commit."""
        refs = self._ask(
            f"looking at the tags of {self.name}", lambda: self._api.list_repo_refs(self.name, repo_type=self.kind)
        )
        return {t.name: t.target_commit for t in refs.tags}

    def upload(self, path: str, source: Path) -> CommitOperationAdd:
        """Bring the bytes of a file to the Hub; they show in no version before :meth:`commit`."""
        addition = CommitOperationAdd(path, source)

        def send() -> None:
            try:
                self._api.preupload_lfs_files(self.name, [addition], repo_type=self.kind, free_memory=False)
            except RuntimeError as error:  # that is how the client tells of a failed transfer
                raise error.__cause__ or error from None

        self._ask(f"uploading {path}", send, passing=(*_PASSING, 400))  # 400: it arrived damaged
        return addition

    def commit(
        self, message: str, additions: Sequence[CommitOperationAdd], deletions: Sequence[str], parent: str
    ) -> str:
        """All changes at once on top of ``parent``; the new commit.

        Raises:
            Race: the branch is not at ``parent`` any more.
        """
        operations: list[CommitOperationAdd | CommitOperationDelete] = [*additions]
        operations += [CommitOperationDelete(path) for path in deletions]
        try:
            done = self._ask(
                f"the commit to {self.name}",
                lambda: self._api.create_commit(
                    self.name, operations, commit_message=message, repo_type=self.kind, parent_commit=parent
                ),
            )
        except ValueError as error:  # the Hub finds fault with the card
            raise PublishError(f"{self.name}: the Hub does not accept the card: {error}") from None
        return str(done.oid)

    def tag(self, tag: str, commit: str, message: str) -> None:
        """Name a commit; the name must be free or say the same already."""
        try:
            self._ask(
                f"tagging {self.name} {tag}",
                lambda: self._api.create_tag(
                    self.name, tag=tag, revision=commit, tag_message=message, repo_type=self.kind
                ),
            )
        except PublishError:
            if self.tags().get(tag) != commit:
                raise

    def snapshot(self, revision: str) -> Path:
        """All files of a revision, in the cache of huggingface_hub."""
        return Path(
            self._ask(
                f"downloading {self.name}",
                lambda: self._api.snapshot_download(self.name, repo_type=self.kind, revision=revision),
            )
        )

    def opened(self, path: str, revision: str) -> Any:
        """A large file for reading by parts."""
        system = HfFileSystem(endpoint=constants.ENDPOINT)
        return self._ask(f"reading {path}", lambda: system.open(f"datasets/{self.name}@{revision}/{path}", "rb"))


def _retry_after(error: HfHubHTTPError) -> float | None:
    try:
        return float(error.response.headers.get("Retry-After", ""))
    except ValueError:
        return None


def same_file(found: str | None, sha256: str, data: Callable[[], bytes]) -> bool:
    """Whether a hash of :meth:`Repository.files` is that of a file; ``data`` is called only where git's is needed."""
    if found is None or len(found) == len(sha256):
        return found == sha256
    return found == git_hash(data())


def git_hash(data: bytes) -> str:
    """What git, and so the Hub, calls a small file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
