"""What the Hub's dataset viewer and every version of datasets expect of a dataset folder.

:func:`viewer_problems` looks at a folder as it lies there, before it is uploaded.  An *error* means that the
files were not written as they should be: loading fails or the viewer shows less than it could.  A *note* means
that the rows themselves make the viewer show less and nothing has to be mended.

=============  ==============================================================================================
rule           what it wants
=============  ==============================================================================================
card           a card whose front matter can be read and lists configurations with their splits and files
names          names that the Hub allows; at most 4,000 configurations and 30 splits in each
default        exactly one default configuration, which comes first
files          every split has shards, every shard belongs to exactly one split and is whole
schema         the same columns in all shards of a configuration as in the card's ``dataset_info.features``
columns        at most 1,000 columns, names of at most 500 characters
types          types that datasets 2, Spark and the viewer know: no extension types, dictionaries, large lists
flat           what people filter on is a column of its own and no struct
counts         the footers' rows are the card's ``num_examples``
size           ``size_categories`` fits the rows of the default configuration
index          an offset index for every column of every row group: the viewer reads pages, not row groups
groups         row groups of at most 10,000 rows and 100 MB
chunks         the key that says that the file was written with content-defined chunking
metadata       no ``huggingface`` key in a shard: datasets before 4 cannot read what datasets 4 writes there
empty          (note) a split without rows
preview        (note) the first 100 rows are over 1 MB as JSON: the viewer cuts long cells
histograms     (note) a column that costs its split the histograms, see histograms.py
=============  ==============================================================================================

Only footers are read, the first 100 rows of each split, and the columns that histograms.py still asks for: a
folder of millions of rows is checked in the memory of a row group.  This module knows no run and no repository;
what a version or a secret is, is checked elsewhere.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import datasets
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from datasets.info import DatasetInfosDict
from huggingface_hub import DatasetCardData

from .card import size_category
from .footers import Problem, Shard, Split, footer_problems, schema_problems
from .histograms import Histograms

MAX_CONFIGS, MAX_SPLITS = 4000, 30
PREVIEW_ROWS, PREVIEW_BYTES = 100, 1_000_000
STATISTICS_BYTES = 100_000_000  # of a split, whole files: what the viewer's statistics are computed on

_CONFIG_NAME = re.compile(r"\w[\w.-]*")
_SPLIT_NAME = re.compile(r"\w+(\.\w+)*")


def viewer_problems(folder: str | os.PathLike[str]) -> list[Problem]:
    """What the viewer or ``load_dataset`` would stumble over in a dataset folder; empty where all is well.

    Errors come before notes.  Of a rule that a file breaks in many places, the first place is named.
    """
    root = Path(folder)
    front, problems = _read_front_matter(root)
    if front is None:
        return problems
    splits, unlisted = _splits(root, front["configs"])
    problems += [*_names(front["configs"]), *_default(front["configs"]), *unlisted]
    try:
        infos = DatasetInfosDict.from_dataset_card_data(DatasetCardData(**front))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        problems.append(_card_problem(f"its dataset_info cannot be read ({_line(error)})"))
        return problems
    main = _default_name(front["configs"])
    for config in dict.fromkeys(split.config for split in splits):
        mine = [split for split in splits if split.config == config]
        shards = [shard for split in mine for shard in _open(root, split, problems)]
        problems += schema_problems(config, shards, infos.get(config), default=config == main)
        problems += [problem for split in mine for problem in _split_problems(split, shards, infos.get(config))]
        if config == main:
            problems += _size_problems(front, _rows(shards))
    return sorted(problems, key=lambda problem: not problem.error)


# --- the card ----------------------------------------------------------------------------------


def _line(error: object) -> str:
    return " ".join(str(error).split())[:200]


def _card_problem(what: str) -> Problem:
    return Problem("card", "README.md", what, "build the dataset again, or mend its front matter")


def _read_front_matter(root: Path) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The front matter with a well-formed ``configs`` list, or what is wrong with it."""
    try:
        text = (root / "README.md").read_text(encoding="utf-8")
        parts = re.split(r"^---\s*$", text, maxsplit=2, flags=re.MULTILINE)
        front = yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0].strip() else None
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        return None, [_card_problem(f"cannot be read ({_line(error)})")]
    if not isinstance(front, dict) or not isinstance(front.get("configs"), list) or not front["configs"]:
        return None, [_card_problem("has no front matter with a list 'configs'")]
    for config in front["configs"]:
        if not (isinstance(config, dict) and isinstance(config.get("config_name"), str)):
            return None, [_card_problem("has a configuration without config_name")]
        if not all(_is_data_file(entry) for entry in config.get("data_files") or [None]):
            what = f"configuration {config['config_name']!r} has no data_files that are a list of split and path"
            return None, [_card_problem(what)]
    return front, []


def _is_data_file(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    split, path = entry.get("split"), entry.get("path")
    return isinstance(split, str) and isinstance(path, str) and path != "" and not path.startswith("/")


def _names(configs: list[dict[str, Any]]) -> Iterator[Problem]:
    rename = "use letters, digits, '_' and '.'"
    names = [config["config_name"] for config in configs]
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem("names", name, f"{count} configurations have this name", "give each a name of its own")
        if not _CONFIG_NAME.fullmatch(name):
            yield Problem("names", name, "is no name for a configuration", rename)
    if len(names) > MAX_CONFIGS:
        yield Problem("names", "configs", f"{len(names)} configurations, of at most {MAX_CONFIGS:,}", "make fewer")
    for config in configs:
        splits = [entry["split"] for entry in config["data_files"]]
        where = config["config_name"]
        if len(splits) > MAX_SPLITS:
            yield Problem("names", where, f"{len(splits)} splits, of at most {MAX_SPLITS}", "make fewer")
        for split, count in Counter(splits).items():
            if count > 1:
                yield Problem("names", f"{where}/{split}", f"{count} splits have this name", "list it once")
            if not _SPLIT_NAME.fullmatch(split):
                yield Problem("names", f"{where}/{split}", "is no name for a split: '-' separates shards", rename)


def _default_name(configs: list[dict[str, Any]]) -> str:
    marked = [c["config_name"] for c in configs if c.get("default") or c["config_name"] == "default"]
    return str(marked[0] if marked else configs[0]["config_name"])


def _default(configs: list[dict[str, Any]]) -> Iterator[Problem]:
    marked = {c["config_name"] for c in configs if c.get("default") or c["config_name"] == "default"}
    if len(marked) != 1 and len(configs) > 1:
        what = f"{len(marked)} configurations are the default one ({', '.join(sorted(marked)) or 'none'})"
        yield Problem("default", "configs", what, "mark exactly one with 'default: true'")
    elif marked and configs[0]["config_name"] not in marked:
        what = f"the default configuration {next(iter(marked))!r} is not the first"
        yield Problem("default", "configs", what, "list it first, as the viewer does")


def _splits(root: Path, configs: list[dict[str, Any]]) -> tuple[list[Split], list[Problem]]:
    """The splits of the card with their shards, and shards that belong to none or to several."""
    found, problems = [], []
    claims: Counter[Path] = Counter()
    for config in configs:
        for entry in config["data_files"]:
            files = tuple(sorted(root.glob(entry["path"])))
            claims.update(files)
            split = Split(config["config_name"], entry["split"], files)
            found.append(split)
            if not files:
                what = f"no file fits {entry['path']}"
                problems.append(Problem("files", split.where, what, "build or download the dataset again"))
    for file in sorted({*root.glob("data/**/*.parquet"), *claims}):
        if claims[file] != 1:
            what = "belongs to no split of the card" if not claims[file] else f"belongs to {claims[file]} splits"
            problems.append(Problem("files", _name(root, file), what, "remove it, or mend data_files in the card"))
    return found, problems


def _name(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix()


# --- shards ---------------------------------------------------------------------------------


def _open(root: Path, split: Split, problems: list[Problem]) -> Iterator[Shard]:
    """The shards of a split that can be read; what is wrong with their footers goes to ``problems``."""
    for path in split.files:
        name = _name(root, path)
        try:
            with pq.ParquetFile(path) as parquet:
                footer, schema = parquet.metadata, parquet.schema_arrow
        except (OSError, pa.ArrowException) as error:
            what = f"cannot be read as Parquet ({_line(error)})"
            problems.append(Problem("files", name, what, "build or download it again"))
            continue
        problems += footer_problems(name, footer)
        size = sum(footer.row_group(i).total_byte_size for i in range(footer.num_row_groups))
        yield Shard(split, path, name, schema, footer.num_rows, size)


def _rows(shards: Iterable[Shard]) -> int:
    return sum(shard.rows for shard in shards)


def _split_problems(split: Split, shards: list[Shard], info: datasets.DatasetInfo | None) -> Iterator[Problem]:
    """One split, of whose configuration these are the shards."""
    own = [shard for shard in shards if shard.split is split]
    yield from _count_problems(split, own, info)
    yield from _row_problems(split, [shard for shard in own if shard.like(shards[0])])


def _count_problems(split: Split, shards: list[Shard], info: datasets.DatasetInfo | None) -> Iterator[Problem]:
    listed = (info.splits or {}).get(split.name) if info is not None else None
    if listed is None:
        yield Problem("counts", split.where, "the card's dataset_info has no such split", "build the card again")
    elif listed.num_examples != _rows(shards):
        what = f"the card says {listed.num_examples:,} rows, the shards hold {_rows(shards):,}"
        yield Problem("counts", split.where, what, "load_dataset refuses it: build or download it again")


def _size_problems(front: dict[str, Any], rows: int) -> Iterator[Problem]:
    listed = front.get("size_categories")
    if listed != [size_category(rows)]:
        what = f"is {listed}, for {rows:,} rows"
        yield Problem("size", "size_categories", what, f"write [{size_category(rows)}] into the card")


# --- rows --------------------------------------------------------------------------------------


def _row_problems(split: Split, shards: list[Shard]) -> Iterator[Problem]:
    if not _rows(shards):
        if shards:
            yield Problem("empty", split.where, "has no rows", "the viewer has nothing to show of it", error=False)
        return
    size = len(orjson.dumps(list(_preview(shards)), default=str))
    if size > PREVIEW_BYTES:
        what = f"its first {PREVIEW_ROWS} rows are {size:,} bytes as JSON, over {PREVIEW_BYTES:,}"
        yield Problem("preview", split.where, what, "the viewer cuts their longest cells", error=False)
    for column, why in _histogram_faults(shards).items():
        todo = "the viewer may draw no histograms for this split; the rows are not touched by this"
        yield Problem("histograms", f"{split.where}, column {column}", why, todo, error=False)


def _preview(shards: list[Shard]) -> Iterator[dict[str, Any]]:
    """The first rows in the form in which the viewer sends them."""
    index = 0
    for shard in shards:
        with pq.ParquetFile(shard.path) as parquet:
            for batch in parquet.iter_batches(batch_size=PREVIEW_ROWS):
                for row in batch.to_pylist():
                    if index == PREVIEW_ROWS:
                        return
                    yield {"row_idx": index, "row": row, "truncated_cells": []}
                    index += 1


def _histogram_faults(shards: list[Shard]) -> dict[str, str]:
    """The columns that cost a split its histograms, over all its rows or over those that the viewer looks at."""
    watch = Histograms(shards[0].schema)
    early: dict[str, str] = {}
    size = 0
    for shard in shards:
        for batch in _watched(shard, watch):
            watch.add(batch)
        before, size = size, size + shard.bytes
        if before <= STATISTICS_BYTES < size:
            early = watch.faults()
    return {**early, **watch.faults()}


def _watched(shard: Shard, watch: Histograms) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(shard.path) as parquet:
        for group in range(parquet.metadata.num_row_groups):
            if columns := [name for name in watch.open if name in shard.schema.names]:
                yield from parquet.iter_batches(batch_size=1000, row_groups=[group], columns=columns)
