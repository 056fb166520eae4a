"""The public contract: schema, loading by every documented route, and no stale rows."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets.exceptions import NonMatchingSplitsSizesError

import kpmath
from tests.publish.sample import FINGERPRINT, PRACTICES, build

ROOT = Path(kpmath.__file__).parent


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own cache of datasets and its own working directory."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.chdir(tmp_path)


# --- schema ------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", kpmath.CONFIGS)
def test_every_column_is_described_and_named_once(config: str) -> None:
    names = [c.name for c in kpmath.describe(config)]
    assert len(names) == len(set(names))
    assert all(c.description for c in kpmath.describe(config))
    assert kpmath.schema(config).names == names == list(kpmath.features(config))


@pytest.mark.parametrize("config", kpmath.CONFIGS)
def test_no_column_is_an_integer_a_struct_or_an_extension(config: str) -> None:
    for field in kpmath.schema(config):
        inner = field.type.value_type if pa.types.is_list(field.type) else field.type
        assert not pa.types.is_integer(inner), field
        assert not isinstance(inner, pa.ExtensionType), field
        assert not pa.types.is_struct(inner) or (config, field.name) == ("messages", "messages"), field


@pytest.mark.parametrize("config", kpmath.CONFIGS)
def test_features_and_schema_are_the_same_types(config: str) -> None:
    assert kpmath.features(config).arrow_schema.remove_metadata() == kpmath.schema(config)


def test_an_unknown_configuration_is_named_with_those_that_exist() -> None:
    with pytest.raises(ValueError, match=r"'plusplus'; there are default, questions, mpkp"):
        kpmath.describe("plusplus")


def test_the_contract_imports_only_what_datasets_itself_needs() -> None:
    tree = ast.parse(Path(kpmath.__file__).read_text(encoding="utf-8"))
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    roots = {n.partition(".")[0] for n in names}
    # The client of the Hub is asked by load() alone; datasets needs it anyhow.
    assert roots - set(sys.stdlib_module_names) == {"datasets", "huggingface_hub", "pyarrow"}


# --- load_dataset("kpmath") as users type it ---------------------------------------------------

SCRIPT = """
import json, sys
from datasets import load_dataset
counts = {}
for config in (None, "mpkp", "questions", "topics", "tcpm", "messages"):
    for streaming in (False, True):
        loaded = load_dataset("kpmath", config, split="train", streaming=streaming)
        rows = list(loaded)
        counts[f"{config} {streaming}"] = [len(rows), str(loaded.info.version), list(loaded.features)]
print(json.dumps(counts))
"""


def test_load_dataset_kpmath_works_beside_the_module_streaming_and_not(tmp_path: Path) -> None:
    build(tmp_path / "kpmath", questions=8)
    (tmp_path / "kpmath.py").write_bytes((ROOT / "kpmath.py").read_bytes())
    environment = {**os.environ, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout.splitlines()[-1])
    rows = {"None": 24, "mpkp": 2, "questions": 8, "topics": 1, "tcpm": 2, "messages": 24}
    for name, expected in rows.items():
        config = "default" if name == "None" else name
        for streaming in ("False", "True"):
            assert counts[f"{name} {streaming}"] == [expected, "1.0.0", kpmath.schema(config).names]


# --- load() ------------------------------------------------------------------------------------


def test_load_finds_the_path_then_the_variable_then_the_working_directory(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build(tmp_path / "kpmath", questions=1)
    assert kpmath.load(split="train").num_rows == 3
    build(tmp_path / "elsewhere", questions=2)
    monkeypatch.setenv("KPMATH_DATA", str(tmp_path / "elsewhere"))
    assert kpmath.load(split="train").num_rows == 6
    build(tmp_path / "third", questions=3)
    assert kpmath.load(path=tmp_path / "third", split="train").num_rows == 9


def test_load_without_split_gives_the_splits_and_streaming_gives_the_same_rows(tmp_path: Path) -> None:
    build(tmp_path / "kpmath")
    plain = kpmath.load("questions")
    assert list(plain) == ["train"]
    assert list(kpmath.load("questions", split="train", streaming=True)) == list(plain["train"])


def test_a_run_folder_leads_to_the_dataset_it_published(tmp_path: Path) -> None:
    build(tmp_path / "out", questions=2)
    run = tmp_path / "runs" / "demo"
    run.mkdir(parents=True)
    (run / "run.toml").write_text("# a run\n")
    with pytest.raises(FileNotFoundError, match="has published no dataset yet"):
        kpmath.load(path=run)
    (run / "dataset.txt").write_text("../../out\n")
    assert kpmath.load(path=run, split="train").num_rows == 6
    made = kpmath.KPMath(config_name="mpkp", data_dir=str(run))
    made.download_and_prepare()
    assert made.as_dataset(split="train").num_rows == 2


def test_without_any_dataset_load_says_what_to_set() -> None:
    with pytest.raises(FileNotFoundError, match=r"make demo.*KPMATH_DATA.*KPMATH_REPO"):
        kpmath.load()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is no folder"),
        ({}, "it has no README.md"),
        ({"README.md": "---\npretty_name: X\n---\n"}, "not a card of KPMath"),
    ],
)
def test_a_path_that_is_no_dataset_is_refused(tmp_path: Path, content: dict[str, str] | None, message: str) -> None:
    if content is not None:
        (tmp_path / "other").mkdir()
        for name, text in content.items():
            (tmp_path / "other" / name).write_text(text)
    with pytest.raises((FileNotFoundError, ValueError), match=message):
        kpmath.load(path=tmp_path / "other")


@pytest.mark.parametrize("revision", ["1.0.0", "v1.0.0"])
def test_a_local_folder_answers_for_its_own_version(tmp_path: Path, revision: str) -> None:
    build(tmp_path / "kpmath")
    assert kpmath.load(revision=revision, split="train").num_rows == 18


def test_a_local_folder_refuses_another_version(tmp_path: Path) -> None:
    build(tmp_path / "kpmath", version="1.2.0")
    with pytest.raises(ValueError, match=r"holds version 1\.2\.0, not v1\.0\.0"):
        kpmath.load(revision="v1.0.0")


def test_a_rebuilt_folder_never_gives_the_rows_of_the_former_one(tmp_path: Path) -> None:
    for questions in (2, 3, 2):
        build(tmp_path / "kpmath", questions=questions)
        assert kpmath.load(split="train").num_rows == 3 * questions
        assert kpmath.load(split="train")[0]["recipe"] == FINGERPRINT


def test_rows_of_the_same_number_and_size_are_told_apart_by_their_content(tmp_path: Path) -> None:
    build(tmp_path / "kpmath", questions=2)
    before = kpmath.load("mpkp", split="train")
    other = {
        k: p.__class__(p.id, "toy", p.problem.replace("+", "-"), p.solution, p.answer) for k, p in PRACTICES.items()
    }
    build(tmp_path / "kpmath", questions=2, practices=other)
    after = kpmath.load("mpkp", split="train")
    assert before[0]["problem"] == "What is 1 + 1?"
    assert after[0]["problem"] == "What is 1 - 1?"


def test_a_truncated_folder_is_refused(tmp_path: Path) -> None:
    folder = build(tmp_path / "kpmath", questions=8)
    next(iter(sorted((folder / "data/default").glob("*.parquet")))).unlink()
    with pytest.raises(NonMatchingSplitsSizesError):
        kpmath.load(split="train")
    made = kpmath.KPMath(data_dir=str(folder))
    with pytest.raises(ValueError, match="the card says 24 rows"):
        made.download_and_prepare()


def test_rows_that_are_not_those_of_the_card_are_refused(tmp_path: Path) -> None:
    card = build(tmp_path / "kpmath", questions=1) / "README.md"
    head = kpmath.read_card(tmp_path / "kpmath")
    # Only the head is new: datasets then answers with what it cached for the unchanged rest.
    card.write_text(card.read_text().replace(f"kpmath_content: {head.content}", f"kpmath_content: {'0' * 32}"))
    with pytest.raises(RuntimeError, match="not those of its card"):
        kpmath.load(split="train")


# --- the builder class -------------------------------------------------------------------------


@pytest.mark.parametrize("config", kpmath.CONFIGS)
def test_the_builder_gives_the_rows_of_the_shards(tmp_path: Path, config: str) -> None:
    folder = build(tmp_path / "kpmath")
    made = kpmath.KPMath(config_name=config, data_dir=str(folder))
    made.download_and_prepare()
    loaded = made.as_dataset(split="train")
    assert list(loaded) == list(datasets.Dataset.from_parquet(str(folder / f"data/{config}/*.parquet")))
    assert loaded.features == kpmath.features(config)
    assert str(loaded.info.version) == "1.0.0"
    assert list(made.as_streaming_dataset(split="train")) == list(loaded)


def test_the_builder_shares_its_shards_among_processes(tmp_path: Path) -> None:
    folder = build(tmp_path / "kpmath", questions=8)
    made = kpmath.KPMath(data_dir=str(folder))
    made.download_and_prepare(num_proc=2)
    assert [r["id"] for r in made.as_dataset(split="train")] == [f"s{q}-{i}" for q in range(8) for i in range(3)]


def test_a_prepared_builder_is_found_by_name_from_anywhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = build(tmp_path / "out")
    kpmath.KPMath(config_name="mpkp", data_dir=str(folder)).download_and_prepare()
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    assert datasets.load_dataset("kpmath", "mpkp", split="train").num_rows == 2


def test_a_shard_with_other_columns_is_refused(tmp_path: Path) -> None:
    folder = build(tmp_path / "kpmath", questions=1)
    shard = folder / "data/default/train-00000.parquet"
    table = pq.read_table(shard).drop_columns(["score"])
    pq.write_table(table, shard)
    made = kpmath.KPMath(data_dir=str(folder))
    with pytest.raises(Exception) as caught:
        made.download_and_prepare()
    assert "other columns" in f"{caught.value} {caught.value.__cause__}"
