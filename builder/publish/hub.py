"""A dataset folder to a repository on the Hub: one commit, one tag, read back.

Large files go up first, each resumable by itself; then ONE commit brings all of a version and removes what it
replaces, on the condition that the branch is where we saw it.  If another client was faster, everything is
looked at again.  So the branch always shows a whole version, and whatever was interrupted is finished by the same
command.

What makes a version is told in versions.py, what may be published in validate.py, how the Hub is talked to in
repository.py.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import CommitOperationAdd

from ..errors import PublishError
from ..progress import Progress
from .folder import heads, write_heads
from .provenance import FILE, Provenance, Release, Shard, parse_provenance, read_provenance
from .repository import Race, Repository, same_file
from .validate import validate
from .versions import Change, check_version, compare, next_version, parse_version

_RACES = 5


@dataclass(frozen=True)
class _Remote:
    """A data set repository as it was seen."""

    head: str
    files: Mapping[str, str]  # path -> hash
    tags: Mapping[str, str]  # tag -> commit
    provenance: Provenance | None  # None: an empty repository


@dataclass(frozen=True)
class Plan:
    """What publishing does."""

    version: str
    before: str | None  # the version that is there
    change: Change
    provenance: Provenance  # of what is published: its history is that of the repository
    heads: Mapping[str, bytes]  # the small files
    uploads: tuple[Shard, ...]  # shards that the repository has not
    deletions: tuple[str, ...]  # files of the version before that this one has not
    nothing: bool  # the branch shows this already


def publish_to_hub(
    folder: Path,
    repository: Repository,
    *,
    version: str | None = None,
    private: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Publish a dataset folder as a version; the same call finishes what was interrupted.

    The version is ``version``, which must go up by what changed, or else the one of the folder where that does, or
    the least that does.  The folder's own card and provenance are brought to that version first.

    Returns:
        ``repo``, ``version``, ``before``, ``change`` (its kind), ``changes`` (in words), ``uploaded`` and ``kept``
        (shards), ``bytes`` (to upload), ``deleted``, ``commit`` and ``nothing`` (it was there already).

    Raises:
        PublishError: the folder may not be published, the version is taken or too low, or the Hub refuses.
    """
    progress = progress or Progress(quiet=True)
    provenance = validate(folder, progress)
    if version is not None:
        parse_version(version)
    for _ in range(_RACES):
        head = repository.head()
        if head is None and not dry_run:
            repository.create(private)
            head = repository.head()
        remote = _look(repository, head) if head else _Remote("", {}, {}, None)
        tag = remote.tags.get(f"v{version.removeprefix('v')}") if version else None
        if tag is not None and tag != remote.head and _is_at(repository, tag, provenance):
            return _summary(repository, _nothing(repository, tag, folder), tag)
        plan = _plan(repository, remote, folder, provenance, version)
        if dry_run:
            return _summary(repository, plan, None)
        try:
            commit = _carry_out(repository, remote, plan, folder, progress)
        except Race:
            progress.note(f"{repository.name} has moved on meanwhile; looking at it again")
            continue
        repository.tag(f"v{plan.version}", commit, plan.change.words())
        _read_back(repository, plan, commit, folder)
        return _summary(repository, plan, commit)
    raise PublishError(
        f"{repository.name} was changed by somebody else {_RACES} times while this ran; give the same command again"
    )


def _look(repository: Repository, head: str) -> _Remote:
    files = repository.files(head)
    if "kpmath.py" in files:
        raise PublishError(
            f"{repository.name} holds kpmath.py: datasets loads no repository with a script in it; delete it there"
        )
    text = repository.read(FILE, head) if FILE in files else None
    if text is None and (foreign := sorted(f for f in files if f.endswith(".parquet"))):
        raise PublishError(
            f"{repository.name} holds data that KPMath did not put there ({foreign[0]}); give --repo another name"
        )
    found = parse_provenance(text.decode("utf-8", "replace"), f"{FILE} of {repository.name}") if text else None
    return _Remote(head, files, repository.tags(), found)


def _plan(repository: Repository, remote: _Remote, folder: Path, provenance: Provenance, wanted: str | None) -> Plan:
    before = remote.provenance
    if before is None:
        version = (wanted or provenance.version).removeprefix("v")
        change = Change.of_added(provenance.shards)
        releases = provenance.releases
        if len(releases) > 1 and parse_version(version) <= parse_version(releases[-2].version):
            check_version(version, releases[-2].version, Change())
        if releases[-1].version != version:
            releases = (*releases[:-1], dataclasses.replace(releases[-1], version=version))
    else:
        change = compare(
            before,
            provenance,
            lambda s: repository.opened(s.file, remote.head),
            lambda s: folder / s.file,
        )
        # Is it there as it is, or is something to be published?
        releases, version = before.releases, before.version
        same = _stamped(provenance, releases)
        if change.kind == "patch" and _unchanged(remote, heads(same), same, folder):
            if wanted is not None and wanted.removeprefix("v") != version:
                raise PublishError(
                    f"{repository.name} has all of this as version {version}: there is nothing to publish"
                )
        else:
            version = _next(repository, remote, provenance.version, change, wanted)
            releases = (*before.releases, Release(version, change.words(), provenance.content))
    stamped = _stamped(provenance, releases)
    tag = remote.tags.get(f"v{version}")
    small = heads(stamped)
    nothing = _unchanged(remote, small, stamped, folder)
    if tag is not None and not (nothing and tag == remote.head):
        raise _taken(repository, version, before.version if before else version, change)
    uploads = tuple(s for s in stamped.shards if not _there(remote.files, s, folder))
    names = {s.file for s in stamped.shards}
    gone = tuple(s.file for s in (before.shards if before else ()) if s.file not in names and s.file in remote.files)
    return Plan(version, before.version if before else None, change, stamped, small, uploads, gone, nothing)


def _is_at(repository: Repository, commit: str, provenance: Provenance) -> bool:
    """Whether a commit shows these rows."""
    text = repository.read(FILE, commit)
    return text is not None and parse_provenance(text.decode("utf-8", "replace"), FILE).content == provenance.content


def _nothing(repository: Repository, commit: str, folder: Path) -> Plan:
    """Nothing to do: an older version is there as it was asked for."""
    there = _look(repository, commit).provenance
    assert there is not None
    return Plan(there.version, None, Change(), there, {}, (), (), True)


def _next(repository: Repository, remote: _Remote, own: str, change: Change, wanted: str | None) -> str:
    assert remote.provenance is not None
    before = remote.provenance.version
    if wanted is not None:
        if f"v{wanted.removeprefix('v')}" in remote.tags:
            raise _taken(repository, wanted, before, change)
        check_version(wanted, before, change)
        return wanted.removeprefix("v")
    version = next_version(before, change.kind, own)
    if change.kind == "major" and version != own:
        raise PublishError(
            f"{repository.name} has version {before}, and this takes something away from it: {change.words()}. If that "
            f"is meant, say --version {version}; to add to what is there, build with --grow {repository.name}"
        )
    return version


def _stamped(provenance: Provenance, releases: tuple[Release, ...]) -> Provenance:
    return dataclasses.replace(provenance, releases=releases)


def _taken(repository: Repository, version: str, before: str, change: Change) -> PublishError:
    return PublishError(
        f"version {version} of {repository.name} is published already, with other content: a version never changes. "
        f"Publish as {next_version(before, change.kind)} or later"
    )


def _there(files: Mapping[str, str], shard: Shard, folder: Path) -> bool:
    return same_file(files.get(shard.file), shard.sha256, (folder / shard.file).read_bytes)


def _unchanged(remote: _Remote, small: Mapping[str, bytes], provenance: Provenance, folder: Path) -> bool:
    """Whether the branch shows exactly this."""
    return all(
        same_file(remote.files.get(n), hashlib.sha256(data).hexdigest(), lambda data=data: data)  # type: ignore[misc]
        for n, data in small.items()
    ) and all(_there(remote.files, s, folder) for s in provenance.shards)


def _carry_out(repository: Repository, remote: _Remote, plan: Plan, folder: Path, progress: Progress) -> str:
    """Upload and commit; the commit that shows the version."""
    if plan.nothing:
        return remote.head
    if plan.provenance.releases != read_provenance(folder).releases:
        write_heads(plan.provenance, folder)
    additions: list[CommitOperationAdd] = []
    with progress.stage(f"uploading to {repository.name}", max(1, sum(s.file_bytes for s in plan.uploads))) as bar:
        for shard in plan.uploads:
            additions.append(repository.upload(shard.file, folder / shard.file))
            bar.advance(shard.file_bytes)
    additions += [CommitOperationAdd(name, data) for name, data in plan.heads.items()]
    return repository.commit(f"Version {plan.version}", additions, plan.deletions, remote.head)


def _read_back(repository: Repository, plan: Plan, commit: str, folder: Path) -> None:
    """What the Hub shows under the version's tag is what was sent.

    Raises:
        PublishError: it is not.
    """
    tag = f"v{plan.version}"
    if repository.tags().get(tag) != commit:
        raise PublishError(f"{repository.name}: the tag {tag} does not stand at the commit {commit}; look at it there")
    files = repository.files(tag)
    wrong = [s.file for s in plan.provenance.shards if not _there(files, s, folder)]
    wrong += [name for name, data in plan.heads.items() if repository.read(name, commit) != data]
    wrong += [name for name in plan.deletions if name in files]
    if wrong:
        raise PublishError(
            f"{repository.name} at {tag} is not what was sent ({', '.join(wrong[:5])}): look at the repository, and "
            "publish the next version"
        )


def _summary(repository: Repository, plan: Plan, commit: str | None) -> dict[str, Any]:
    return {
        "repo": repository.name,
        "version": plan.version,
        "before": plan.before,
        "change": plan.change.kind if plan.before else "first",
        "changes": plan.change.words(),
        "uploaded": [s.file for s in plan.uploads],
        "kept": len(plan.provenance.shards) - len(plan.uploads),
        "bytes": sum(s.file_bytes for s in plan.uploads),
        "deleted": list(plan.deletions),
        "commit": commit,
        "nothing": plan.nothing,
        "rows": plan.provenance.rows(),
    }


def download(name: str) -> Path:
    """The newest version of a data set on the Hub, as a folder.

    Raises:
        PublishError: there is none, or the Hub cannot be reached.
    """
    repository = Repository(name)
    head = repository.head()
    if head is None:
        raise PublishError(f"there is no data set {name} on the Hub, or the token may not see it: check the name")
    return repository.snapshot(head)
