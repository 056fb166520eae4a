"""docs/mpkp.md says what the code does: its examples are read, its columns are the published ones."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

import kpmath
from builder.config import from_plain
from builder.records import TopicKeyPoints
from builder.stages.seeds import load_seeds

TEXT = (Path(__file__).resolve().parent.parent / "docs" / "mpkp.md").read_text(encoding="utf-8")
TOML = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
JSON = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
LABELS = (
    TopicKeyPoints("Arithmetic - Multiplication", ("Total price is unit price times quantity",)),
    TopicKeyPoints("Arithmetic - Addition", ("Adding subtotals", "Adding without carrying")),
)


@pytest.mark.parametrize(("example", "raw"), [(0, None), (1, "Arithmetic - Multiplying")])
def test_the_examples_of_labels_are_read_through_the_recipe_beside_them(
    tmp_path: Path, example: int, raw: str | None
) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text(json.dumps(json.loads(JSON[example])), encoding="utf-8")
    recipe = tomllib.loads(TOML[0])
    recipe["seeds"][0]["path"] = str(path)
    config = from_plain(recipe)
    assert config.topics.merge is False
    report = load_seeds(config.seeds, on_missing_answer="error")
    assert [(p.id, p.answer) for p in report.practices] == [("theirs/17", "24")]
    (given,) = report.labels
    assert [(t.topic, t.key_points) for t in given.topics] == [(t.topic, t.key_points) for t in LABELS]
    assert [t.raw_topic for t in given.topics] == [raw, None]


def test_every_recipe_is_valid_and_every_example_is_used_here() -> None:
    assert (len(TOML), len(JSON)) == (2, 2)
    for text in TOML:
        assert from_plain(tomllib.loads(text)).seeds[0].labels == "topics"


@pytest.mark.parametrize("config", ["mpkp", "topics", "tcpm"])
def test_every_published_column_is_told(config: str) -> None:
    for column in kpmath.describe(config):
        assert f"`{column.name}`" in TEXT, column.name
