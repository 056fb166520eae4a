"""Every way in which a person loads KPMath, in the environment that runs this script; prints digests as JSON.

    python check.py folder            kpmath.py and the folder kpmath/ lie in the working directory
    python check.py hub REPO TAG ...  $HF_ENDPOINT has the repository

The result is ``{way: {configuration: digest of its rows}}``.  This runs under old versions of ``datasets`` too and
imports nothing but what people have there.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import datasets

import kpmath

Load = Callable[[str], Iterable[Mapping[str, Any]]]


def digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """The number of rows, and a hash over all values of all columns, in order."""
    seen, count = hashlib.sha256(), 0
    for row in rows:
        seen.update(json.dumps(row, sort_keys=True).encode())
        count += 1
    return f"{count} rows, {seen.hexdigest()[:16]}"


def of_folder() -> dict[str, Load]:
    """The ways from a folder beside kpmath.py."""

    def built(config: str) -> datasets.Dataset:
        builder = kpmath.KPMath(config_name=config, data_dir="kpmath")
        builder.download_and_prepare()
        return builder.as_dataset(split="train")

    def built_by_two(config: str) -> datasets.Dataset:
        builder = kpmath.KPMath(config_name=config)
        builder.download_and_prepare(num_proc=2, download_mode="force_redownload")
        return builder.as_dataset(split="train")

    return {
        "load_dataset": lambda c: datasets.load_dataset("kpmath", c, split="train"),
        "load_dataset streaming": lambda c: datasets.load_dataset("kpmath", c, split="train", streaming=True),
        "load_dataset num_proc=2": lambda c: datasets.load_dataset(
            "kpmath", c, split="train", num_proc=2, download_mode="force_redownload"
        ),
        "kpmath.load": lambda c: kpmath.load(c, split="train"),
        "kpmath.load streaming": lambda c: kpmath.load(c, split="train", streaming=True),
        "KPMath": built,
        "KPMath num_proc=2": built_by_two,
        "KPMath streaming": lambda c: kpmath.KPMath(config_name=c).as_streaming_dataset(split="train"),
    }


def of_hub(repo: str, tag: str) -> dict[str, Load]:
    """The ways from a repository at a tag."""
    path = f"hf://datasets/{repo}"
    return {
        f"load_dataset {tag}": lambda c: datasets.load_dataset(repo, c, split="train", revision=tag),
        f"load_dataset streaming {tag}": lambda c: datasets.load_dataset(
            repo, c, split="train", revision=tag, streaming=True
        ),
        f"kpmath.load {tag}": lambda c: kpmath.load(c, path=path, revision=tag, split="train"),
        f"kpmath.load streaming {tag}": lambda c: kpmath.load(
            c, path=path, revision=tag, split="train", streaming=True
        ),
    }


def refusals(repo: str) -> dict[str, str]:
    """What is said of a version, and of a repository, that is not there."""
    said = {}
    for what, path, tag in (("version", repo, "v9.9.9"), ("repository", f"{repo}-none", "v1.0.0")):
        try:
            kpmath.load(path=f"hf://datasets/{path}", revision=tag)
            said[what] = "loaded"
        except (ValueError, FileNotFoundError) as error:
            said[what] = f"{type(error).__name__}: {error}"
    return said


def main(place: str, *given: str) -> None:
    datasets.disable_progress_bars()
    ways: dict[str, Load] = {}
    if place == "folder":
        ways = of_folder()
    for tag in given[1:]:
        ways.update(of_hub(given[0], tag))
    told: dict[str, dict[str, str]] = {
        way: {config: digest(load(config)) for config in kpmath.CONFIGS} for way, load in ways.items()
    }
    if place == "hub":
        told["refusals"] = refusals(given[0])
    else:
        told["load_dataset without a name"] = {"default": digest(datasets.load_dataset("kpmath")["train"])}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
