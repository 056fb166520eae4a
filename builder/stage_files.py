"""The records of a run's stages on disk: Parquet parts, and a manifest that is written last.

A folder without a manifest is not whole.  What the records mean, and when a stage has to be done again,
is not known here.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from .errors import StoreError
from .records import arrow_schema, from_table, to_table
from .store_file import explain

R = TypeVar("R")

MANIFEST = "manifest.json"
_STAGE_LAYOUT = 1
_FINGERPRINT = b"kpmath.fingerprint"
_RECORD = b"kpmath.record"


def _part_path(directory: Path, index: int) -> Path:
    return directory / f"part-{index:05d}.parquet"


class StageWriter:
    """Writes the records of a stage in parts; :meth:`finish` makes them whole.

    A new writer takes away the manifest, so that the folder is not taken for whole while it changes,
    and every part from ``first_part`` on.  To go on with a stage that was stopped, give what
    :func:`stage_parts_done` says as ``first_part`` and leave out the records of those parts.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        record: type[Any],
        fingerprint: str,
        *,
        first_part: int = 0,
    ) -> None:
        """``fingerprint`` names the input and the configuration that the records come from.

        Raises:
            StoreError: the folder cannot be written, or has fewer than ``first_part`` parts of this
                fingerprint.
        """
        self.directory = Path(directory)
        self.record = record
        self.fingerprint = fingerprint
        self._parts: list[dict[str, object]] = []
        done = stage_parts_done(self.directory, fingerprint)
        if done < first_part:
            raise StoreError(
                f"{self.directory} holds {done} parts of this stage, {first_part} were expected: "
                "remove the folder and run again"
            )
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            (self.directory / MANIFEST).unlink(missing_ok=True)
            kept = {_part_path(self.directory, i).name for i in range(first_part)}
            for path in sorted(self.directory.iterdir()):
                if path.name.startswith("part-") and path.name not in kept:
                    path.unlink()
            for name in sorted(kept):
                data = (self.directory / name).read_bytes()
                self._note(name, pq.ParquetFile(io.BytesIO(data)).metadata.num_rows, data)
        except OSError as error:
            raise explain(self.directory, error) from None

    def _note(self, name: str, rows: int, data: bytes) -> None:
        self._parts.append({"file": name, "rows": rows, "sha256": hashlib.sha256(data).hexdigest()})

    def write_part(self, rows: Sequence[Any]) -> None:
        """Write the next part, whole or not at all.  The same rows give the same bytes.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """
        path = _part_path(self.directory, len(self._parts))
        table = to_table(rows, self.record)
        table = table.replace_schema_metadata(
            {_FINGERPRINT: self.fingerprint.encode(), _RECORD: self.record.__name__.encode()}
        )
        sink = io.BytesIO()
        pq.write_table(table, sink, compression="zstd", compression_level=3)
        data = sink.getvalue()
        _write_whole(path, data)
        self._note(path.name, len(rows), data)

    def finish(self, summary: dict[str, Any]) -> None:
        """Write the manifest: from now on the stage is whole.  ``summary`` is any JSON.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """
        manifest = {
            "layout": _STAGE_LAYOUT,
            "record": self.record.__name__,
            "fingerprint": self.fingerprint,
            "rows": sum(int(str(p["rows"])) for p in self._parts),
            "parts": self._parts,
            "summary": summary,
        }
        text = json.dumps(manifest, indent=1, sort_keys=True)
        _write_whole(self.directory / MANIFEST, text.encode("ascii"))


def stage_parts_done(directory: str | os.PathLike[str], fingerprint: str) -> int:
    """Number of parts, from the first one on without a gap, that are written and of ``fingerprint``."""
    done = 0
    while (path := _part_path(Path(directory), done)).is_file():
        try:
            metadata = pq.read_schema(path).metadata or {}
        except (pa.ArrowInvalid, OSError):
            break
        if metadata.get(_FINGERPRINT) != fingerprint.encode():
            break
        done += 1
    return done


def stage_manifest(directory: str | os.PathLike[str]) -> dict[str, Any] | None:
    """The manifest of a whole stage: record, fingerprint, rows, parts, summary.  None: not whole.

    Raises:
        StoreError: there is a manifest that cannot be read.
    """
    path = Path(directory) / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
        if manifest["layout"] == _STAGE_LAYOUT and isinstance(manifest["parts"], list):
            return dict(manifest)
        found = f"layout {manifest['layout']}"
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        found = repr(error)
    raise StoreError(f"{path} cannot be read ({found}): remove its folder and run the same command again")


def read_stage(directory: str | os.PathLike[str], record: type[R]) -> Iterator[R]:
    """The records of a whole stage in order, one part in memory at a time.

    Raises:
        StoreError: the stage is not whole, holds other records, or a part is not what the manifest
            says; raised when the first record, or the part, is reached.
    """
    folder = Path(directory)
    manifest = stage_manifest(folder)
    if manifest is None:
        raise StoreError(f"{folder} is not complete (no {MANIFEST}): run 'build' again to finish it")
    if manifest["record"] != record.__name__:
        raise StoreError(f"{folder} holds {manifest['record']} records, {record.__name__} were asked for")
    for part in manifest["parts"]:
        yield from from_table(_read_part(folder / part["file"], part, record), record)


def _read_part(path: Path, noted: dict[str, Any], record: type[Any]) -> pa.Table:
    try:
        data = path.read_bytes()
    except OSError as error:
        data = b""
        fault = str(error)
    else:
        fault = "it is not the file that the manifest names"
    if hashlib.sha256(data).hexdigest() == noted["sha256"]:
        table = pq.read_table(io.BytesIO(data))
        if table.num_rows == noted["rows"] and table.schema.equals(arrow_schema(record)):
            return table
        fault = "rows or columns are not those of this version of KPMath"
    raise StoreError(
        f"{path} cannot be used ({fault}): remove the folder {path.parent} and run the same command again; "
        "stored replies are not asked for again"
    )


def _write_whole(path: Path, data: bytes) -> None:
    """A file with ``data``, or no file: written beside, flushed, renamed, and the rename flushed."""
    temporary = path.with_name(path.name + ".partial")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise explain(path, error) from None
