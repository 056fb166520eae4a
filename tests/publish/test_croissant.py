"""croissant.json: valid, readable by mlcroissant from the folder, reproducible, and in nobody's way."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import shutil
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest

import kpmath
from builder.publish.croissant import FILE
from tests.publish.folders import rows, shards
from tests.publish.sample import build

# Of libraries under mlcroissant.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph", "ignore:The inplace keyword")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose ``default`` has several shards."""
    folder = build(tmp_path_factory.mktemp("croissant") / "kpmath", version="1.2.3")
    assert len(shards(folder, "default")) > 1
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "kpmath"))


def described(folder: Path) -> dict[str, Any]:
    return json.loads((folder / FILE).read_text(encoding="utf-8"))


def test_it_is_valid_and_lacks_no_recommended_property_but_a_date(
    built: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    metadata = mlcroissant.Dataset(str(built / FILE)).metadata
    assert not metadata.ctx.issues.errors
    (warning,) = metadata.ctx.issues.warnings
    assert "datePublished" in warning
    assert "datePublished" in caplog.text
    assert "not standard" not in caplog.text  # said of an @context that lacks a term, used or not
    assert (metadata.name, metadata.version, metadata.license) == ("KPMath", "1.2.3", ["apache-2.0"])
    assert (metadata.url, metadata.cite_as) == (kpmath.HOMEPAGE, kpmath.CITATION)


def plain(value: Any) -> Any:
    """A value as mlcroissant gives it: texts are bytes there, a null in a list of numbers is NaN."""
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, dict):
        return {name.rsplit("/", 1)[-1]: plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


@pytest.mark.parametrize("config", kpmath.CONFIGS)
def test_its_records_are_the_rows_of_the_shards_with_their_lists_and_messages(built: Path, config: str) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    records = mlcroissant.Dataset(str(built / FILE)).records(config)
    read = [plain(record) for record in itertools.islice(records, 12)]
    assert read == rows(built, config).slice(0, 12).to_pylist()
    assert len(read) == min(12, rows(built, config).num_rows)


def test_it_lists_every_shard_with_its_hash_and_size(built: Path) -> None:
    files = {entry["contentUrl"]: entry for entry in described(built)["distribution"] if "contentUrl" in entry}
    assert set(files) == {path.relative_to(built).as_posix() for path in built.glob("data/*/*.parquet")}
    for place, entry in files.items():
        content = (built / place).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["contentSize"] == f"{len(content)} B"


def test_it_describes_every_column_as_kpmath_does(built: Path) -> None:
    sets = {entry["@id"]: entry for entry in described(built)["recordSet"]}
    assert list(sets) == list(kpmath.CONFIGS)
    for config, entry in sets.items():
        fields = [(field["name"], field["description"]) for field in entry["field"]]
        assert fields == [(column.name, column.description) for column in kpmath.describe(config)]
        lists = {c.name for c in kpmath.describe(config) if pa.types.is_list(c.type)}
        arrays = {f["name"] for f in entry["field"] if (f.get("isArray"), f.get("arrayShape")) == (True, "-1")}
        assert arrays == lists == {f["name"] for f in entry["field"] if "isArray" in f or "arrayShape" in f}
        assert entry["key"] == [{"@id": f"{config}/{column}"} for column in kpmath.KEYS[config]]
        assert f"; {rows(built, config).num_rows:,} rows" in entry["description"]


def test_the_same_rows_give_the_same_bytes_and_another_row_others(built: Path, tmp_path: Path) -> None:
    again = build(tmp_path / "again", version="1.2.3")
    assert (again / FILE).read_bytes() == (built / FILE).read_bytes()
    assert (build(tmp_path / "more", questions=7, version="1.2.3") / FILE).read_bytes() != (built / FILE).read_bytes()


def test_another_version_changes_the_version_and_nothing_else(built: Path, tmp_path: Path) -> None:
    assert described(build(tmp_path / "next", version="1.3.0")) == {**described(built), "version": "1.3.0"}


def test_load_dataset_gives_the_same_with_and_without_it(folder: Path, tmp_path: Path) -> None:
    def loaded(config: str, cache: str) -> list[dict[str, Any]]:
        return datasets.load_dataset(str(folder), config, split="train", cache_dir=str(tmp_path / cache)).to_list()

    assert (folder / FILE).is_file()
    beside = {config: loaded(config, "with") for config in kpmath.CONFIGS}
    assert datasets.get_dataset_config_names(str(folder)) == list(kpmath.CONFIGS)
    (folder / FILE).unlink()
    assert {config: loaded(config, "without") for config in kpmath.CONFIGS} == beside
    assert beside["default"] == rows(folder, "default").to_pylist()
