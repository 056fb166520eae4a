"""The Space: assembled as a folder that runs alone, and brought to a repository on the Hub.

An assembled Space holds the page, the pipeline that it calls and the seeds of the demo; its ``app.py`` needs what
its ``requirements.txt`` says, the version of Gradio that its card says, and nothing else.  The whole of ``builder``
goes with it, also what the page does not import.

A list of what was assembled (``.kpmath-space.json``) lies beside it, in a folder as on the Hub.  By it the next
assembly tells its own files from those of others: it removes and overwrites nothing that is not as it left it.
How the page looks and what it does is not known here, nor how the Hub is talked to (repository.py).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from huggingface_hub import CommitOperationAdd

import kpmath

from ..errors import PublishError
from ..progress import Progress
from .repository import Race, Repository, checked_name, git_hash, same_file
from .validate import private_patterns, private_problems

LIST = ".kpmath-space.json"
"""The list of the assembled files: path -> git's hash, which is what the Hub shows of them too."""

ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = ("builder", "prompts", "space")
_FILES = ("LICENSE", "data/procedural_seeds.jsonl", "kpmath.py", "recipes/demo.toml")
_APP = b'''"""The Space: the page of KPMath."""

import sys

from space.app import main

if __name__ == "__main__":
    sys.exit(main())
'''
_LEFT_BY_RUNNING = ("__pycache__", ".gradio")
_RACES = 5


def space_files(dataset: str | None = None) -> dict[str, bytes]:
    """The files of an assembled Space: path -> bytes, the list of them last; the same for the same sources.

    Args:
        dataset: ``ORG/NAME`` of a data set on the Hub that the Space's page there links to.

    Raises:
        PublishError: a source is missing, no text, or holds a secret or a path of this machine.
    """
    names = [*_FILES, *(name for folder in _FOLDERS for name in _sources(ROOT / folder))]
    files = {name: _read(ROOT / name) for name in names}
    files["README.md"] = _card(files.pop("space/README.md"), dataset)
    files["requirements.txt"] = files.pop("space/requirements.txt")
    files["app.py"] = _APP
    patterns = private_patterns(ROOT)
    if problems := [p for name in sorted(files) for p in private_problems(name, _text(name, files[name]), patterns)]:
        raise PublishError("the Space cannot be assembled:" + "".join(f"\n- {p}" for p in problems))
    listed = {name: git_hash(data) for name, data in sorted(files.items())}
    return dict(sorted(files.items())) | {LIST: _render_list(listed)}


def _sources(folder: Path) -> list[str]:
    """The files below a folder of the project, from its root; none that is hidden or was compiled."""
    found = (p.relative_to(ROOT) for p in folder.rglob("*") if p.is_file())
    return [p.as_posix() for p in found if not any(part.startswith((".", "__pycache__")) for part in p.parts)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PublishError(
            f"cannot read {path}: {error.strerror or error}; a Space is assembled from a checkout of the project"
        ) from None


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise PublishError(f"{ROOT / name} is no text: it does not belong to the Space, move it away") from None


def _card(source: bytes, dataset: str | None) -> bytes:
    """The Space's README.md: with the Gradio that is installed here, by which its page was seen, and the data set."""
    _, head, body = source.decode("utf-8").split("---\n", 2)
    front = yaml.safe_load(head) | {"sdk_version": importlib.metadata.version("gradio")}
    if dataset is not None:
        front["datasets"] = [checked_name(dataset, "dataset")]
    return f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1000)}---\n{body}".encode()


def _render_list(listed: Mapping[str, str]) -> bytes:
    return (json.dumps({"kpmath": kpmath.__version__, "files": listed}, indent=1) + "\n").encode()


def _parse_list(data: bytes, where: str) -> dict[str, str]:
    try:
        return {str(name): str(digest) for name, digest in json.loads(data)["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PublishError(f"{where} is no list of files that KPMath wrote; choose another name or place") from None


# --- as a folder -------------------------------------------------------------------------------


def assemble_space(target: Path, *, dataset: str | None = None) -> list[str]:
    """Write an assembled Space as a folder, in one step; ``python app.py`` in it serves the page.

    Returns:
        The paths of its files.

    Raises:
        PublishError: as :func:`space_files`, or ``target`` holds something that this did not put there.
    """
    files = space_files(dataset)
    _check_replaceable(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
            new, old = Path(scratch) / "new", Path(scratch) / "old"
            for name, data in files.items():
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                (new / name).write_bytes(data)
            _swap(new, target, old)
    except OSError as error:
        raise PublishError(f"cannot write {target}: {error.strerror or error}; choose another place") from error
    return list(files)


def _swap(new: Path, target: Path, old: Path) -> None:
    if target.exists():
        target.replace(old)
    try:
        new.replace(target)
    except OSError:
        if old.exists():
            old.replace(target)
        raise


def _check_replaceable(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise PublishError(f"{target} is a file; give the name of a folder")
    found = {p.relative_to(target).as_posix(): p for p in target.rglob("*") if p.is_file()}
    own = found.pop(LIST, None)
    listed = _parse_list(own.read_bytes(), str(own)) if own else {}
    foreign = [
        name
        for name, path in sorted(found.items())
        if not any(part in _LEFT_BY_RUNNING for part in Path(name).parts)
        and (name not in listed or git_hash(path.read_bytes()) != listed[name])
    ]
    if foreign:
        raise PublishError(
            f"{target} holds what KPMath did not put there or what was changed since ({', '.join(foreign[:5])}); it is "
            "not overwritten: move that away or choose another folder"
        )


# --- on the Hub --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Plan:
    uploads: Mapping[str, bytes]  # the files that the Space has not, or has in another state
    deletions: tuple[str, ...]  # files of an earlier assembly that this one has not
    kept: int


def publish_space(
    repository: Repository,
    *,
    dataset: str | None = None,
    private: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Bring an assembled Space to the Hub in one commit; the same call finishes what was interrupted.

    Files of the owner stay.  A file of an earlier assembly that was changed there is never overwritten.

    Args:
        repository: of the kind "space"; made where there is none, then private if ``private``.
        dataset: ``ORG/NAME`` of the data set that the Space's page links to.

    Returns:
        ``repo``, ``uploaded`` and ``deleted`` (paths), ``kept`` (files that were there), ``bytes`` (to upload),
        ``commit`` (None in a dry run that would make one) and ``nothing`` (it was there already).

    Raises:
        PublishError: as :func:`space_files`, or the repository is somebody else's, or the Hub refuses.
    """
    progress = progress or Progress(quiet=True)
    files = space_files(dataset)
    for _ in range(_RACES):
        head = repository.head()
        if head is None and not dry_run:
            repository.create(private)
            head = repository.head()
        plan = _plan(repository, head, files)
        nothing = not plan.uploads and not plan.deletions
        if nothing or dry_run:
            return _summary(repository, plan, head if nothing else None)
        additions = [CommitOperationAdd(name, data) for name, data in plan.uploads.items()]
        try:
            commit = repository.commit(f"KPMath {kpmath.__version__}", additions, plan.deletions, head or "")
        except Race:
            progress.note(f"{repository.name} has moved on meanwhile; looking at it again")
            continue
        _read_back(repository, plan, commit)
        return _summary(repository, plan, commit)
    raise PublishError(
        f"{repository.name} was changed by somebody else {_RACES} times while this ran; give the same command again"
    )


def _plan(repository: Repository, head: str | None, files: Mapping[str, bytes]) -> _Plan:
    there = repository.files(head) if head else {}
    own = repository.read(LIST, head) if head and LIST in there else None
    listed = _parse_list(own, f"{LIST} of {repository.name}") if own is not None else {}
    uploads = {name: data for name, data in files.items() if not _shows(there, name, data)}
    as_left = {LIST} | {name for name, digest in listed.items() if there.get(name) == digest}
    if own is None:
        as_left.add("README.md")  # the Hub's website writes one when a Space is made there
    if foreign := sorted(name for name in uploads if name in there and name not in as_left):
        raise _foreign(repository, foreign, known=own is not None)
    deletions = tuple(sorted(as_left - files.keys()))
    return _Plan(uploads, deletions, len(files) - len(uploads))


def _shows(there: Mapping[str, str], name: str, data: bytes) -> bool:
    return same_file(there.get(name), hashlib.sha256(data).hexdigest(), lambda: data)


def _foreign(repository: Repository, names: list[str], known: bool) -> PublishError:
    shown = ", ".join(names[:5])
    if not known:
        return PublishError(
            f"{repository.name} holds a Space that KPMath did not put there ({shown}); give --space another name"
        )
    return PublishError(
        f"{repository.name}: {shown} was changed there since it was published, and is not overwritten: bring the "
        "change into the project and delete the file there, then give the same command again"
    )


def _read_back(repository: Repository, plan: _Plan, commit: str) -> None:
    there = repository.files(commit)
    wrong = [name for name, data in plan.uploads.items() if not _shows(there, name, data)]
    wrong += [name for name in plan.deletions if name in there]
    if wrong:
        raise PublishError(
            f"{repository.name} at {commit} is not what was sent ({', '.join(wrong[:5])}): look at it there, and give "
            "the same command again"
        )


def _summary(repository: Repository, plan: _Plan, commit: str | None) -> dict[str, Any]:
    return {
        "repo": repository.name,
        "uploaded": list(plan.uploads),
        "kept": plan.kept,
        "bytes": sum(map(len, plan.uploads.values())),
        "deleted": list(plan.deletions),
        "commit": commit,
        "nothing": not plan.uploads and not plan.deletions,
    }
