"""The loopback hub answers the real ``datasets``: load at a tag, stream, push."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from huggingface_hub import CommitOperationAdd, HfApi

from tests.hub.client_settings import environment
from tests.hub.server import LoopbackHub

REPO = "acme/numbers"
CARD = """---
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*.parquet
  default: true
dataset_info:
  config_name: default
  features:
  - name: n
    dtype: int64
  splits:
  - name: train
    num_bytes: {bytes}
    num_examples: {rows}
---
"""


def version(shards: dict[str, list[int]]) -> list[CommitOperationAdd]:
    """A dataset with these shards, and the card that counts their rows."""
    operations = []
    for path, numbers in shards.items():
        buffer = io.BytesIO()
        pq.write_table(pa.table({"n": numbers}), buffer)
        operations.append(CommitOperationAdd(path, buffer.getvalue()))
    rows = sum(map(len, shards.values()))
    return [*operations, CommitOperationAdd("README.md", CARD.format(rows=rows, bytes=8 * rows).encode())]


def test_datasets_loads_at_a_tag_streams_and_pushes(hub: LoopbackHub, api: HfApi, tmp_path: Path) -> None:
    first, second = "data/train-00000.parquet", "data/train-00001.parquet"
    api.create_commit(REPO, version({first: [0, 1, 2]}), commit_message="1.0.0", repo_type="dataset")
    api.create_tag(REPO, tag="v1.0.0", repo_type="dataset")
    grown = version({first: [0, 1, 2], second: [3, 4]})
    api.create_commit(REPO, grown, commit_message="1.1.0", repo_type="dataset")
    api.create_tag(REPO, tag="v1.1.0", repo_type="dataset")

    session = subprocess.run(
        [sys.executable, Path(__file__).with_name("datasets_session.py")],
        env=environment(hub, tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert session.returncode == 0, session.stderr
    told = json.loads(session.stdout)
    assert "v9" in told.pop("unknown revision")
    assert told == {
        "v1.0.0": [0, 1, 2],
        "v1.1.0": [0, 1, 2, 3, 4],
        "main": 5,
        "two processes": 5,
        "streamed": [3, 4],
        "configurations": ["default"],
        "splits": ["train"],
        "pushed": [0, 1, 2, 3, 4, 5, 6],
    }
    pushed = hub.files("acme/pushed")
    assert sum(path.endswith(".parquet") for path in pushed) == 2
