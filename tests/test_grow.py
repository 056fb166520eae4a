"""A run adds to a data set: what is there stays byte by byte, and what it has is not added again."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kpmath
from builder.cli import main
from builder.config import load_recipe
from builder.errors import PublishError
from builder.pipeline import Pipeline, build
from builder.publish.folder import write_heads
from builder.publish.provenance import read_provenance
from builder.publish.validate import validate
from builder.records import HygieneNote, QuestionResult

RECIPE = Path(__file__).resolve().parent.parent / "recipes" / "demo.toml"


def made(folder: Path, name: str, *settings: str, grow: Path | str | None = None) -> dict[str, Any]:
    config = load_recipe(RECIPE, list(settings))
    return build(config, folder / f"run-{name}", folder / name, grow=str(grow) if grow else None)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    made(folder, "kpmath", "sampling.sets=40")
    return folder / "kpmath"


@pytest.fixture(scope="module")
def more(base: Path) -> Path:
    """The same recipe with more sets: the first 40 are those of ``base``."""
    made(base.parent, "more", "sampling.sets=90", grow=base)
    return base.parent / "more"


def rows(folder: Path, config: str) -> list[dict[str, Any]]:
    return pa.concat_tables(map(pq.read_table, sorted((folder / "data" / config).glob("*.parquet")))).to_pylist()


def test_what_was_there_has_the_same_names_and_bytes(base: Path, more: Path) -> None:
    shards = read_provenance(base).shards
    assert {s.file: (more / s.file).read_bytes() for s in shards} == {
        s.file: (base / s.file).read_bytes() for s in shards
    }
    assert read_provenance(more).shards != shards
    validate(more)


@pytest.mark.parametrize("config", kpmath.CONFIGS)
def test_the_rows_before_come_first_and_every_row_is_named_once(base: Path, more: Path, config: str) -> None:
    old, new = rows(base, config), rows(more, config)
    assert new[: len(old)] == old
    keys = Counter(tuple(row[k] for k in kpmath.KEYS[config]) for row in new)
    assert set(keys.values()) == {1}
    # The seeds and their matrix are the same: their tables have nothing to add.
    assert (len(new) > len(old)) == (config in ("default", "questions", "messages"))


def test_more_sets_of_the_same_recipe_give_what_one_run_of_all_gives(base: Path, more: Path) -> None:
    made(base.parent, "whole", "sampling.sets=90")
    apart, whole = rows(more, "questions"), rows(base.parent / "whole", "questions")
    assert {r["id"] for r in apart} == {r["id"] for r in whole}
    assert {r["id"] for r in rows(more, "default")} == {r["id"] for r in rows(base.parent / "whole", "default")}


def test_the_card_and_the_funnel_say_what_was_there_before(base: Path, more: Path) -> None:
    provenance = read_provenance(more)
    assert [r.version for r in provenance.releases] == ["1.0.0", "1.1.0"]
    first, second = provenance.runs
    assert first == read_provenance(base).runs[0]
    assert [name for name, _ in first.prompts] == ["extraction", "question", "score", "solution"]  # those used
    funnel = dict(second.funnel)
    assert (funnel["information sets sampled"], funnel["not in the data set before"]) == (90, 50)
    assert sum(n for _, n in second.agreement) == len(rows(more, "default")) - len(rows(base, "default"))
    card = (more / "README.md").read_text()
    assert "### Run 2 of 2" in card
    assert "- 1.1.0: rows added: " in card


def test_it_loads_under_its_own_version(more: Path) -> None:
    assert kpmath.load(path=more, revision="v1.1.0", split="train").num_rows == len(rows(more, "default"))


def test_a_run_that_adds_nothing_is_refused_and_writes_nothing(base: Path, tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="has every question of this run already; nothing was written"):
        made(tmp_path, "again", "sampling.sets=40", grow=base)
    assert not (tmp_path / "again").exists()


def test_a_data_set_can_grow_in_its_own_place(base: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(base, tmp_path / "kpmath"))
    config = load_recipe(RECIPE, ["sampling.sets=60"])
    build(config, tmp_path / "run", place, grow=str(place))
    assert read_provenance(place).version == "1.1.0"
    assert rows(place, "default")[: len(rows(base, "default"))] == rows(base, "default")
    validate(place)


def test_other_seeds_bring_their_own_topics_and_matrix_beside_those_there(base: Path, tmp_path: Path) -> None:
    config = load_recipe(RECIPE, ["sampling.sets=30", "run.seed=5"])
    fewer = dataclasses.replace(config, seeds=tuple(dataclasses.replace(s, limit=200) for s in config.seeds))
    build(fewer, tmp_path / "run", tmp_path / "other", grow=str(base))
    grown = tmp_path / "other"
    of = Counter(r["knowledge"] for r in rows(grown, "mpkp"))
    assert list(of.values()) == [len(rows(base, "mpkp")), 200]
    for config_name in ("topics", "tcpm"):
        assert {r["knowledge"] for r in rows(grown, config_name)} == set(of)
        keys = Counter(tuple(r[k] for k in kpmath.KEYS[config_name]) for r in rows(grown, config_name))
        assert set(keys.values()) == {1}
    validate(grown)


def test_a_question_that_repeats_a_published_one_is_a_duplicate_of_it(base: Path, tmp_path: Path) -> None:
    shown = rows(base, "default")[0]
    pipeline = Pipeline(load_recipe(RECIPE, ["sampling.sets=3", "run.seed=9"]), tmp_path / "run", grow=str(base))
    pipeline.synthesize()
    results = list(pipeline.folder.read("questions", QuestionResult))
    kept = next(i for i, r in enumerate(results) if r.fate == "kept")
    copied = dataclasses.replace(results[kept].question, problem=f"  {shown['problem']}\n")
    results[kept] = dataclasses.replace(results[kept], question=copied)
    pipeline.folder.write("questions", QuestionResult, results, "changed", 10)
    notes = pipeline._duplicates([])
    assert [(n.question_id, n.fate, n.match) for n in notes] == [(copied.id, "duplicate", shown["question_id"])]
    # Even where the new one agrees better: what is published stays.
    assert HygieneNote(shown["question_id"], None, "duplicate", copied.id, None) not in notes


# --- what is in the way ------------------------------------------------------------------------


def test_rows_with_other_columns_cannot_be_in_one_data_set(base: Path, tmp_path: Path) -> None:
    old = Path(shutil.copytree(base, tmp_path / "old"))
    provenance = read_provenance(old)
    fewer = tuple(dataclasses.replace(c, columns=c.columns[:-1]) for c in provenance.columns)
    write_heads(dataclasses.replace(provenance, columns=fewer), old)
    with pytest.raises(PublishError, match="was made with other columns than this KPMath"):
        made(tmp_path, "x", grow=old)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: shutil.rmtree(f), "cannot be grown: .* is no folder"),
        (lambda f: (f / "provenance.json").unlink(), r"provenance\.json cannot be read"),
        (lambda f: (f / "data/default/train-00000.parquet").unlink(), "is not whole: data/default/train-00000.parquet"),
    ],
)
def test_a_base_that_is_not_whole_is_named_before_anything_is_asked(
    base: Path, tmp_path: Path, spoil: Any, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old = Path(shutil.copytree(base, tmp_path / "old"))
    spoil(old)
    command = ["build", str(RECIPE), "--run", str(tmp_path / "run"), "--out", str(tmp_path / "x"), "--grow", str(old)]
    assert main(command) == PublishError.exit_code
    assert not (tmp_path / "run" / "completions").exists()
    assert re.search(message, capsys.readouterr().err)


def test_the_command_line_grows_and_says_what_it_added(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["build", str(RECIPE), "--run", str(tmp_path / "run"), "--out", str(tmp_path / "kpmath"), "--json"]
    assert main([*command, "--grow", str(base), "--set", "sampling.sets=60"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["version"], said["grown"]) == ("1.1.0", True)
    assert said["rows"]["default"] == len(rows(base, "default")) + said["pairs"]
