"""The dataset folder: built beside its place, swapped into it when it is whole, and grown.

A folder is built as ``OUT.partial`` and only renamed when its card, the last file, is there: what looks whole
is whole.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import kpmath

from ..errors import PublishError
from .card import render_card
from .croissant import FILE as CROISSANT
from .croissant import render_croissant
from .provenance import FILE, Provenance, Shard, render_provenance

# What a dataset folder of ours may hold; anything else in it is somebody's and is not thrown away.
_OURS = frozenset({"README.md", "data", FILE, CROISSANT, ".gitattributes", ".huggingface", ".cache"})


def heads(provenance: Provenance) -> dict[str, bytes]:
    """The files of a dataset folder beside its shards: name -> bytes, the card last.

    Raises:
        PublishError: the card's template does not fit.
    """
    return {
        FILE: render_provenance(provenance).encode(),
        CROISSANT: render_croissant(provenance).encode(),
        "README.md": render_card(provenance).encode(),
    }


def write_heads(provenance: Provenance, folder: str | os.PathLike[str]) -> None:
    """Write these files, each durably and at once; the card is the last of them.

    Raises:
        PublishError: the card's template does not fit, or a file cannot be written.
    """
    for name, data in heads(provenance).items():
        path = Path(folder) / name
        temporary = path.with_name(f".{name}.tmp")
        try:
            with temporary.open("wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            temporary.replace(path)
        except OSError as error:
            raise PublishError(f"cannot write {path}: {error.strerror or error}") from error


def keep_shards(base: Path, shards: tuple[Shard, ...], partial: Path) -> None:
    """Bring the shards of another dataset folder into one that grows from it: the same names, the same bytes.

    They are linked where the file system can do so, else copied: shards are never written to again.

    Raises:
        PublishError: one is missing, or has another size than the provenance says.
    """
    for shard in shards:
        source, target = base / shard.file, partial / shard.file
        try:
            if (size := source.stat().st_size) != shard.file_bytes:
                raise PublishError(f"{source} has {size:,} bytes, not {shard.file_bytes:,}: get that version again")
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source.resolve(), target)
            except OSError:
                shutil.copyfile(source, target)
        except OSError as error:
            raise PublishError(f"cannot take over {source}: {error.strerror or error}") from error


def partial_folder(out: str | os.PathLike[str]) -> Path:
    """An empty ``OUT.partial`` to build into, after making sure that ``OUT`` may be replaced.

    What an interrupted build left there is removed.

    Raises:
        PublishError: ``out`` holds something that this project did not make.
    """
    target = Path(out)
    _recover(target)
    _check_replaceable(target)
    partial = target.with_name(target.name + ".partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
    except OSError as error:
        raise PublishError(f"cannot make {partial}: {error.strerror or error}; choose another --out") from error
    return partial


def publish_folder(partial: str | os.PathLike[str], out: str | os.PathLike[str]) -> None:
    """Put a finished folder into the place of ``out``.

    Raises:
        PublishError: ``partial`` has no card, or ``out`` holds something that this project did not make.
    """
    source, target = Path(partial), Path(out)
    try:
        kpmath.read_card(source)
    except (OSError, ValueError) as error:
        raise PublishError(f"{source} is not finished: {error}") from None
    _check_replaceable(target)
    old = _old(target)
    try:
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            target.replace(old)
        try:
            source.replace(target)
        except OSError:
            if old.exists():
                old.replace(target)
            raise
    except OSError as error:
        raise PublishError(f"cannot move {source} to {target}: {error.strerror or error}") from error
    shutil.rmtree(old, ignore_errors=True)


def _old(target: Path) -> Path:
    return target.with_name(target.name + ".old")


def _recover(target: Path) -> None:
    """A process that died between the two renames left the former folder beside its place."""
    if not target.exists() and _old(target).exists():
        _old(target).replace(target)


def _check_replaceable(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise PublishError(f"{target} is a file; give --out the name of a folder")
    entries = {entry.name for entry in target.iterdir()}
    if not entries:
        return
    try:
        kpmath.read_card(target)
    except (OSError, ValueError):
        raise PublishError(
            f"{target} exists and is no dataset that KPMath made; it is not overwritten: move it away or "
            "choose another --out"
        ) from None
    if foreign := sorted(entries - _OURS):
        raise PublishError(
            f"{target} holds what KPMath did not put there ({', '.join(foreign[:5])}); it is not "
            "overwritten: move that away or choose another --out"
        )
