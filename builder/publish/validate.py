"""What must hold before a dataset folder leaves this machine.

The folder is whole (every shard is there with the bytes that ``provenance.json`` says, the card says the same), it
follows the rules of the viewer (viewer.py), it holds nothing that does not belong there, and no text in it is a
secret or a place on this machine.  Publishing asks this every time; nothing here changes a file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import kpmath

from ..errors import PublishError
from ..progress import Progress
from .croissant import FILE as CROISSANT
from .croissant import render_croissant
from .provenance import FILE, Provenance, Shard, columns, read_provenance
from .shards import file_sha256
from .viewer import viewer_problems

HEADS = (FILE, CROISSANT, "README.md")
"""The files of a dataset folder beside its shards."""

_SHOWN = 12
_IGNORED = frozenset({".gitattributes", ".cache", ".huggingface"})
# The forms in which keys of services are written.
_KEYS = {
    "a key of Hugging Face": r"\bhf_[A-Za-z0-9]{30,}",
    "a key of an API": r"\bsk-[A-Za-z0-9_-]{24,}",
    "a key of GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36}",
    "a key of AWS": r"\bAKIA[0-9A-Z]{16}\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
}
_SECRET_NAMES = re.compile(r"(?:_API_KEY|_TOKEN|_SECRET|^API_KEY|^TOKEN)$")
_SHORTEST_SECRET = 12  # a shorter value of such a variable is a word like "none"


def validate(folder: Path, progress: Progress | None = None) -> Provenance:
    """The provenance of ``folder``, if it may be published.

    Reads every shard once; memory holds one row group.

    Raises:
        PublishError: with everything that is wrong, and where.
    """
    provenance = read_provenance(folder)
    problems = [*_heads(folder, provenance), *_files(folder, provenance)]
    if not problems:  # else shards cannot be read
        problems = [str(p) for p in viewer_problems(folder) if p.error]
        with (progress or Progress(quiet=True)).stage("checking", len(provenance.shards)) as bar:
            patterns = private_patterns(folder)
            problems += [
                p for name in HEADS for p in private_problems(name, (folder / name).read_text("utf-8"), patterns)
            ]
            for shard in provenance.shards:
                problems += _shard_problems(folder, shard, patterns)
                bar.advance(1)
    if problems:
        more = f"\n... and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        lines = "".join(f"\n- {p}" for p in problems[:_SHOWN])
        raise PublishError(f"{folder} cannot be published; build it again from its run, or mend this:{lines}{more}")
    return provenance


def _heads(folder: Path, provenance: Provenance) -> Iterator[str]:
    try:
        head = kpmath.read_card(folder)
    except (FileNotFoundError, ValueError) as error:
        yield str(error)
        return
    if (head.version, head.content) != (provenance.version, provenance.content):
        yield f"README.md is of another state (version {head.version}) than {FILE} ({provenance.version})"
    croissant = folder / CROISSANT
    if croissant.is_file() and croissant.read_text("utf-8") != render_croissant(provenance):
        yield f"{CROISSANT} is of another state than {FILE}"
    if provenance.columns != columns():
        yield f"the columns are not those of this KPMath ({kpmath.__version__}); publish with the one that made it"


def _files(folder: Path, provenance: Provenance) -> Iterator[str]:
    expected = {*HEADS, *(s.file for s in provenance.shards)}
    found = {
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*")
        if p.is_file() and p.relative_to(folder).parts[0] not in _IGNORED
    }
    if scripts := sorted(f for f in found if f.endswith(".py")):
        yield f"{scripts[0]}: a dataset repository that holds a script cannot be loaded; remove it"
    for name in sorted(expected - found):
        yield f"{name} is missing"
    for name in sorted(found - expected - set(scripts)):
        yield f"{name} does not belong to the data set; move it away"


def _shard_problems(folder: Path, shard: Shard, patterns: dict[str, str]) -> Iterator[str]:
    path = folder / shard.file
    if path.stat().st_size != shard.file_bytes or file_sha256(path) != shard.sha256:
        yield f"{shard.file} has other bytes than {FILE} says: it was changed or is damaged"
        return
    if not patterns:
        return
    every = "|".join(patterns.values())
    with pq.ParquetFile(path) as parquet:
        for batch in parquet.iter_batches(batch_size=1000):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                for text in _strings(column):
                    if pc.any(pc.match_substring_regex(text, every)).as_py():
                        found = " ".join(t for t in text.to_pylist() if t and re.search(every, t))
                        yield from private_problems(f"{shard.file}, column {name}", found, patterns)


def _strings(column: pa.Array) -> Iterator[pa.Array]:
    """All texts in a column, in lists and structs too."""
    if pa.types.is_string(column.type):
        yield column
    elif pa.types.is_list(column.type):
        yield from _strings(column.flatten())
    elif pa.types.is_struct(column.type):
        for part in column.flatten():
            yield from _strings(part)


def private_patterns(folder: Path) -> dict[str, str]:
    """What it is -> an expression that finds it."""
    values = {v for n, v in os.environ.items() if _SECRET_NAMES.search(n.upper()) and len(v) >= _SHORTEST_SECRET}
    places = {str(p) for p in (Path.home(), Path.cwd(), folder.resolve())}
    # A place such as "/" or "/root" says nothing; what lies in it does.
    named = {p + "/" for p in places if len(p) > 1}
    return {
        **_KEYS,
        **({"the value of a secret in the environment": _any(values)} if values else {}),
        **({"a path of this machine": _any(named)} if named else {}),
    }


def _any(texts: set[str]) -> str:
    return "|".join(map(re.escape, sorted(texts)))


def private_problems(where: str, text: str, patterns: dict[str, str]) -> Iterator[str]:
    """What was found in ``text``; never the secret itself."""
    for what, pattern in patterns.items():
        if re.search(pattern, text):
            yield f"{where} holds {what}; remove it"
