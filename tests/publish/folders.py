"""Changes to a dataset folder that was really built, for tests of what reads and checks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

KEYS = {"use_content_defined_chunking": "true"}


def front_matter(folder: Path) -> dict[str, Any]:
    """The front matter of the folder's card."""
    return yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---\n")[1])


def edit_card(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Let ``change`` alter the front matter in place."""
    card = folder / "README.md"
    _, _, body = card.read_text(encoding="utf-8").split("---\n", 2)
    front = front_matter(folder)
    change(front)
    card.write_text(f"---\n{yaml.safe_dump(front, sort_keys=False)}---\n{body}", encoding="utf-8")


def shards(folder: Path, config: str) -> list[Path]:
    """The shards of a configuration's split ``train``, in order."""
    return sorted((folder / "data" / config).glob("train-*.parquet"))


def rows(folder: Path, config: str) -> pa.Table:
    """All rows of a configuration."""
    return pa.concat_tables(pq.read_table(path) for path in shards(folder, config))


def put(path: Path, table: pa.Table, *, group: int = 1000, keys: Mapping[str, str] = KEYS, **options: Any) -> None:
    """Write one shard, in the way of the project unless told otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(path, table.schema, **{"compression": "zstd", "write_page_index": True, **options}) as writer:
        writer.write_table(table, row_group_size=group)
        writer.add_key_value_metadata(dict(keys))


def replace_rows(folder: Path, config: str, *tables: pa.Table, count: bool = True, **options: Any) -> None:
    """Put ``tables`` into the place of a configuration's shards; with ``count`` the card says how many rows."""
    for path in shards(folder, config):
        path.unlink()
    for index, table in enumerate(tables):
        put(folder / "data" / config / f"train-{index:05d}.parquet", table, **options)
    if count:
        info(folder, config, lambda entry: entry["splits"][0].update(num_examples=sum(t.num_rows for t in tables)))


def info(folder: Path, config: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Let ``change`` alter the card's ``dataset_info`` of one configuration."""
    edit_card(folder, lambda front: change(next(i for i in front["dataset_info"] if i["config_name"] == config)))
