"""What a person does with ``datasets`` and a hub, in a process of its own; prints what came back as JSON.

Run by test_datasets_client.py with the environment of :func:`tests.hub.client_settings.environment`.
"""

from __future__ import annotations

import json
import sys

import datasets

REPO = "acme/numbers"


def main() -> None:
    told: dict[str, object] = {}
    for tag in ("v1.0.0", "v1.1.0"):
        told[tag] = datasets.load_dataset(REPO, split="train", revision=tag)["n"][:]
    told["main"] = datasets.load_dataset(REPO, "default")["train"].num_rows
    told["two processes"] = datasets.load_dataset(REPO, split="train", num_proc=2, revision="v1.1.0").num_rows
    stream = datasets.load_dataset(REPO, split="train", streaming=True, revision="v1.1.0")
    told["streamed"] = [row["n"] for row in stream.skip(3).take(2)]
    told["configurations"] = datasets.get_dataset_config_names(REPO)
    told["splits"] = datasets.get_dataset_split_names(REPO, "default")
    try:
        datasets.load_dataset(REPO, revision="v9")
    except Exception as error:
        told["unknown revision"] = f"{type(error).__name__}: {error}"
    pushed = datasets.Dataset.from_dict({"n": list(range(7))})
    pushed.push_to_hub("acme/pushed", num_shards=2)
    told["pushed"] = datasets.load_dataset("acme/pushed", split="train")["n"][:]
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
