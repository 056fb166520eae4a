"""The repositories of the loopback hub: commits, branches, tags and LFS objects in memory.

Knows nothing of HTTP.  What the Hub refuses is a :class:`Refused` with the status that it answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from types import MappingProxyType

KINDS = ("model", "dataset", "space")
GITATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n*.arrow filter=lfs diff=lfs merge=lfs -text\n"
_SERIAL = count()


class Refused(Exception):
    """An answer that is no success: ``code`` goes into X-Error-Code, the message into X-Error-Message."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


@dataclass(frozen=True)
class Blob:
    """The bytes of one file, and whether they lie in LFS (git then holds a pointer)."""

    data: bytes
    lfs: bool = False

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def pointer(self) -> bytes:
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {len(self.data)}\n".encode()

    @cached_property
    def oid(self) -> str:
        """The id that git gives to the file."""
        stored = self.pointer if self.lfs else self.data
        return hashlib.sha1(b"blob %d\0" % len(stored) + stored).hexdigest()

    @property
    def etag(self) -> str:
        return self.sha256 if self.lfs else self.oid


Tree = Mapping[str, Blob]


@dataclass(frozen=True)
class Commit:
    sha: str
    parent: str | None
    title: str
    message: str
    author: str
    date: datetime
    tree: Tree

    def below(self, folder: str, recursive: bool) -> Iterator[tuple[str, Blob | None]]:
        """Path and file (None: a folder) of what lies in ``folder``, "" being the root; sorted.

        Raises:
            Refused: 404, there is no such folder.
        """
        prefix = f"{folder}/" if folder else ""
        found: dict[str, Blob | None] = {}
        for path, blob in self.tree.items():
            if path.startswith(prefix):
                parts = path[len(prefix) :].split("/")
                for depth in range(1, len(parts) if recursive else min(len(parts), 2)):
                    found[prefix + "/".join(parts[:depth])] = None
                if recursive or len(parts) == 1:
                    found[path] = blob
        if folder and not found:
            raise Refused(404, f"{folder} does not exist on this revision", "EntryNotFound")
        return iter(sorted(found.items()))

    def folder_oid(self, folder: str) -> str:
        listing = [(path, blob.oid) for path, blob in sorted(self.tree.items()) if path.startswith(f"{folder}/")]
        return hashlib.sha1(repr(listing).encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """The lines of one commit request."""

    title: str
    message: str = ""
    parent: str | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    lfs: Mapping[str, str] = field(default_factory=dict)  # path -> sha256
    deleted: tuple[str, ...] = ()
    deleted_folders: tuple[str, ...] = ()


def _commit(title: str, message: str, author: str, tree: Tree, parent: str | None) -> Commit:
    date = datetime.now(UTC)
    sha = hashlib.sha1(f"{next(_SERIAL)} {parent} {title} {date} {author}".encode()).hexdigest()
    return Commit(sha, parent, title, message, author, date, MappingProxyType(dict(tree)))


class Repo:
    """One repository.  It starts, as on the Hub, with a commit that holds .gitattributes."""

    def __init__(self, kind: str, repo_id: str, author: str, private: bool = False) -> None:
        self.kind, self.id, self.private = kind, repo_id, private
        first = _commit("initial commit", "", author, {".gitattributes": Blob(GITATTRIBUTES)}, None)
        self.history = {first.sha: first}
        self.branches = {"main": first.sha}
        self.tags: dict[str, str] = {}
        self.objects: dict[str, bytes] = {}  # LFS: uploaded and verified
        self.pending: dict[str, bytes] = {}  # LFS: uploaded

    def at(self, revision: str) -> Commit:
        """The commit of a branch, tag or full sha."""
        name = revision.removeprefix("refs/heads/").removeprefix("refs/tags/")
        sha = self.branches.get(name) or self.tags.get(name) or revision
        if sha not in self.history:
            raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return self.history[sha]

    def log(self, revision: str) -> list[Commit]:
        """The commits of a revision, newest first."""
        commits = [self.at(revision)]
        while parent := commits[-1].parent:
            commits.append(self.history[parent])
        return commits

    def last_change(self, commit: Commit, path: str) -> Commit:
        """The newest commit, from ``commit`` back, that changed a file or a folder."""

        def state(at: Commit) -> object:
            return at.tree[path].oid if path in at.tree else at.folder_oid(path)

        for newer, older in zip(self.log(commit.sha), self.log(commit.sha)[1:], strict=False):
            if state(newer) != state(older):
                return newer
        return self.log(commit.sha)[-1]

    def verify(self, oid: str, size: int) -> None:
        """Takes an uploaded object into the store, if it is what its name says."""
        data = self.pending.get(oid, b"")
        if len(data) != size or hashlib.sha256(data).hexdigest() != oid:
            raise Refused(400, f"LFS object {oid}: the upload has {len(data)} of {size} bytes, or other ones")
        self.objects[oid] = self.pending.pop(oid)

    def commit(self, branch: str, change: Change, author: str) -> Commit:
        """One commit on the head of a branch: all of it or nothing."""
        if branch not in self.branches:
            raise Refused(404, f"Invalid rev id: {branch}", "RevisionNotFound")
        head = self.at(branch)
        if change.parent is not None and change.parent != head.sha:
            raise Refused(412, "A commit has happened since. Please refresh and try again.")
        new = _commit(change.title, change.message, author, self._changed(head.tree, change), head.sha)
        self.history[new.sha] = new
        self.branches[branch] = new.sha
        return new

    def _changed(self, tree: Tree, change: Change) -> Tree:
        new = dict(tree)
        for path in change.deleted:
            if path not in tree:
                raise Refused(404, "A file with this name doesn't exist", "EntryNotFound")
            del new[path]
        for folder in change.deleted_folders:
            inside = [path for path in tree if path.startswith(folder.rstrip("/") + "/")]
            if not inside:
                raise Refused(404, "A folder with this name doesn't exist", "EntryNotFound")
            for path in inside:
                new.pop(path, None)
        for path, data in change.files.items():
            new[_sane(path)] = Blob(data)
        for path, oid in change.lfs.items():
            if oid not in self.objects:
                raise Refused(400, f"LFS pointer of {path} points to an object that was not uploaded: {oid}")
            new[_sane(path)] = Blob(self.objects[oid], lfs=True)
        return new

    def add_ref(self, refs: dict[str, str], name: str, revision: str) -> None:
        """A new branch or tag; ``refs`` is ``branches`` or ``tags``."""
        commit = self.at(revision)
        if name in refs:
            raise Refused(409, f"Reference already exists: {name}")
        refs[name] = commit.sha

    def remove_ref(self, refs: dict[str, str], name: str) -> None:
        if refs.pop(name, None) is None:
            raise Refused(404, f"Invalid rev id: {name}", "RevisionNotFound")

    def squash(self, branch: str, title: str, author: str) -> None:
        """The head of a branch as its only commit."""
        alone = _commit(title, "", author, self.at(branch).tree, None)
        self.history[alone.sha] = alone
        self.branches[branch] = alone.sha


def _sane(path: str) -> str:
    if not path or any(part in ("", ".", "..", ".git") for part in path.split("/")):
        raise Refused(400, f"Invalid path in repo: {path!r}")
    return path
