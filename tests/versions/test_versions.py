"""What we publish gives the same rows in every way of loading it, under old and new versions of ``datasets``."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kpmath
from builder.config import load_recipe
from builder.pipeline import build
from tests.hub.client_settings import environment
from tests.hub.server import LoopbackHub
from tests.versions.check import digest
from tests.versions.environments import REQUIREMENTS, python_of

pytestmark = pytest.mark.versions

ROOT = Path(__file__).resolve().parents[2]
REPO = "acme/kpmath"
TAGS = ("v1.0.0", "v1.1.0")


@dataclass(frozen=True)
class Published:
    """Two versions of a small data set: tag -> folder, and the hub that has both."""

    hub: LoopbackHub
    folders: dict[str, Path]

    def expected(self, tag: str) -> dict[str, str]:
        """Configuration -> digest of its rows, as pyarrow reads them."""
        return {config: digest(rows(self.folders[tag], config)) for config in kpmath.CONFIGS}


def rows(folder: Path, config: str) -> list[dict[str, object]]:
    shards = sorted((folder / "data" / config).glob("train-*.parquet"))
    return pa.concat_tables(pq.read_table(shard) for shard in shards).to_pylist()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    base = tmp_path_factory.mktemp("published")
    folders = {tag: base / tag for tag in TAGS}
    recipe = ROOT / "recipes" / "demo.toml"
    old = load_recipe(recipe, ["sampling.sets=40"])
    build(old, base / "run-1", folders[TAGS[0]])
    more = load_recipe(recipe, ["sampling.sets=40", "run.seed=2"])
    build(more, base / "run-2", folders[TAGS[1]], grow=str(folders[TAGS[0]]))
    with LoopbackHub() as hub:
        for tag in TAGS:
            publish = [sys.executable, "-m", "builder", "publish", folders[tag], "--repo", REPO, "--quiet"]
            done = subprocess.run(publish, env=environment(hub, base), cwd=ROOT, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        assert list(hub.tags(REPO)) == list(TAGS)
        yield Published(hub, folders)


@dataclass(frozen=True)
class Reader:
    """A person with one version of ``datasets``: a working directory and caches of their own."""

    python: Path
    place: Path
    hub: LoopbackHub

    def check(self, *arguments: str) -> dict[str, dict[str, str]]:
        """What check.py prints."""
        # check.py does not lie beside kpmath.py, as a person's script would.
        env = environment(self.hub, self.place, token=None) | {"PYTHONPATH": str(self.place)}
        script = Path(__file__).with_name("check.py")
        done = subprocess.run(
            [self.python, script, *arguments], env=env, cwd=self.place, capture_output=True, text=True, timeout=280
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout)


@pytest.fixture(scope="module", params=list(REQUIREMENTS))
def reader(request: pytest.FixtureRequest, published: Published, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    place = tmp_path_factory.mktemp("reader")
    shutil.copy(ROOT / "kpmath.py", place)
    return Reader(python_of(request.param), place, published.hub)


def test_the_grown_version_has_more_rows_and_two_shards(published: Published) -> None:
    old, new = (published.expected(tag) for tag in TAGS)
    assert {config for config in old if old[config] != new[config]} == {"default", "questions", "messages"}
    assert len(list((published.folders[TAGS[1]] / "data" / "default").iterdir())) == 2


def test_a_folder_that_is_rebuilt_is_never_answered_from_a_cache(reader: Reader, published: Published) -> None:
    for tag in TAGS:
        shutil.rmtree(reader.place / "kpmath", ignore_errors=True)
        shutil.copytree(published.folders[tag], reader.place / "kpmath")
        expected = published.expected(tag)
        told = reader.check("folder")
        assert told.pop("load_dataset without a name") == {"default": expected["default"]}
        assert told == dict.fromkeys(told, expected) and len(told) == 8


def test_both_versions_are_loaded_and_streamed_from_the_hub(reader: Reader, published: Published) -> None:
    told = reader.check("hub", REPO, *TAGS)
    said = told.pop("refusals")
    assert said["version"].startswith("ValueError") and "v9.9.9" in said["version"]
    assert said["repository"].startswith("FileNotFoundError")
    assert told == {way: published.expected(way.split()[-1]) for way in told} and len(told) == 8
