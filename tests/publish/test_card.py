"""The card: strict filling, loadable front matter, and numbers that come from the run."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
import yaml
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCard

import kpmath
from builder.errors import PublishError
from builder.publish.card import (
    TEMPLATE,
    CardFacts,
    fill_placeholders,
    render_card,
    size_category,
    write_card,
)
from builder.publish.shards import ShardStats
from tests.publish.sample import facts

STATS = ShardStats(1234, 56789, ("data/x/train-00000-of-00001.parquet",), 999, "c" * 32, ())


def example(**changes: object) -> CardFacts:
    return dataclasses.replace(facts({c: {"train": STATS} for c in kpmath.CONFIGS}), **changes)


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("a [[x]] b [[x]]", {"x": "1"}, "a 1 b 1"),
        ("[[x]][[y_z]]", {"x": "[[y_z]]", "y_z": "\\1 $ {}"}, "[[y_z]]\\1 $ {}"),
        ("matrix[[0]] [[X]] [x]", {}, "matrix[[0]] [[X]] [x]"),
    ],
)
def test_placeholders_are_filled_once(template: str, values: dict[str, str], expected: str) -> None:
    assert fill_placeholders(template, values) == expected


@pytest.mark.parametrize(
    ("template", "values", "message"),
    [
        ("[[x]] [[y]]", {"x": "1"}, r"no value for \[\[y\]\]"),
        ("[[x]]", {"x": "1", "z": "2"}, r"no placeholder \[\[z\]\]"),
    ],
)
def test_a_placeholder_without_value_or_a_value_without_place_is_an_error(
    template: str, values: dict[str, str], message: str
) -> None:
    with pytest.raises(PublishError, match=message):
        fill_placeholders(template, values)


def test_a_template_that_lost_a_placeholder_is_refused(tmp_path: Path) -> None:
    mine = tmp_path / "card.md"
    mine.write_text(TEMPLATE.read_text(encoding="utf-8").replace("[[funnel_table]]", "12 rows"))
    with pytest.raises(PublishError, match=r"card\.md: no placeholder \[\[funnel_table\]\]"):
        render_card(example(), template=mine)
    with pytest.raises(PublishError, match="cannot be read"):
        render_card(example(), template=tmp_path / "none.md")


def test_no_placeholder_is_left() -> None:
    assert not re.search(r"\[\[[a-z_]+\]\]", render_card(example()))


def test_the_front_matter_is_what_datasets_and_the_hub_read() -> None:
    data = DatasetCard(render_card(example())).data
    configs = MetadataConfigs.from_dataset_card_data(data)
    assert list(configs) == list(kpmath.CONFIGS)
    assert configs.get_default_config_name() == "default"
    infos = DatasetInfosDict.from_dataset_card_data(data)
    for name, info in infos.items():
        assert info.features == kpmath.features(name)
        assert (info.splits["train"].num_examples, info.splits["train"].num_bytes) == (1234, 56789)
        assert configs[name]["version"] == "1.0.0"
    assert data.size_categories == ["1K<n<10K"]
    assert data.task_categories == ["text-generation", "question-answering"]
    assert (data.language, data.license, data.pretty_name) == (["en"], "apache-2.0", "KPMath")


def test_features_are_written_in_the_form_that_old_versions_read() -> None:
    front = yaml.safe_load(render_card(example()).split("---\n")[1])
    columns = {c["name"]: c for c in front["dataset_info"][0]["features"]}
    assert columns["key_points"] == {"name": "key_points", "list": "string"}
    assert columns["score"] == {"name": "score", "dtype": "float64"}


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1000, "1K<n<10K"),
        (9999, "1K<n<10K"),
        (10_000, "10K<n<100K"),
        (865_000, "100K<n<1M"),
        (1_576_000, "1M<n<10M"),
    ],
)
def test_size_categories_are_those_of_the_hub(rows: int, name: str) -> None:
    assert size_category(rows) == name


@pytest.mark.parametrize(
    "line",
    [
        "| information sets sampled | 12 |",
        "| low\\_score | 3 |",
        "| 0.7 to under 0.8 | 18 | 100.0 % |",
        "| gsm8k | 1,319 | 1 | 2 |",
        "| Arithmetic - Addition | 2 | 100.0 % |",
        "| toy | 2 | mit | yes |",
        "| score threshold | 0.85 |",
        "| `default` | one row for each published question-solution pair | 1,234 |",
        "Version 1.0.0 · 1,234 question-solution pairs from 6 questions over 1 topics.",
        "arXiv:2403.02333",
        "Agreement is not proof.",
    ],
)
def test_the_body_states_the_numbers_of_the_run(line: str) -> None:
    assert line in render_card(example())


@pytest.mark.parametrize(
    ("agreement", "lines"),
    [
        ({0.7: 1, 0.1 * 7: 1, 1.0: 2}, ["| 1.0 | 2 | 50.0 % |", "| 0.7 to under 0.8 | 2 | 50.0 % |"]),
        ({0.3: 5}, ["| 0.3 to under 0.4 | 5 | 100.0 % |"]),
        ({}, ["| none | | |"]),
    ],
)
def test_agreement_falls_into_the_right_tenth(agreement: dict[float, int], lines: list[str]) -> None:
    card = render_card(example(agreement=agreement))
    table = card.split("## Agreement")[1].split("## Contamination")[0]
    assert [r for r in table.splitlines() if r.startswith("| ")][1:] == lines


def test_every_column_is_documented() -> None:
    card = render_card(example())
    for config in kpmath.CONFIGS:
        section = card.split(f"### `{config}`")[1].split("###")[0]
        for column in kpmath.describe(config):
            assert f"| `{column.name}` | " in section
    assert "`list<string>`" in card
    assert "element:" not in card


def test_the_procedural_model_is_named_where_it_made_the_rows_and_only_there() -> None:
    assert "Made by the procedural model" in render_card(example())
    real = facts({c: {"train": STATS} for c in kpmath.CONFIGS}, procedural=False)
    assert "procedural" not in render_card(real)


def test_hostile_names_do_not_break_a_table_or_become_html() -> None:
    name = "A | <script>alert(1)</script>\n| [[version]] `x` $y$"
    card = render_card(example(topics=[(name, 1, 0.5)]))
    assert "<script>" not in card
    row = next(r for r in card.splitlines() if "alert" in r)
    assert len(re.findall(r"(?<!\\)\|", row)) == 4
    assert "1.0.0" not in row


def test_a_hostile_pretty_name_does_not_break_the_front_matter() -> None:
    card = render_card(example(pretty_name="x\nconfigs: []\n---\n: {"))
    assert DatasetCard(card).data.pretty_name == "x\nconfigs: []\n---\n: {"
    assert list(MetadataConfigs.from_dataset_card_data(DatasetCard(card).data)) == list(kpmath.CONFIGS)


def test_columns_without_viewer_statistics_are_admitted() -> None:
    assert "histograms" not in render_card(example()).split("## Limits")[1]
    touched = dataclasses.replace(STATS, adjacent=("answer",))
    splits = {c: {"train": touched if c == "mpkp" else STATS} for c in kpmath.CONFIGS}
    assert "no histograms for `mpkp` (`answer`)" in render_card(example(splits=splits))


def test_other_rows_make_another_card_and_the_same_rows_the_same(tmp_path: Path) -> None:
    other = dataclasses.replace(STATS, content="d" * 32)
    cards = [render_card(example()), render_card(example())]
    cards.append(render_card(example(splits={c: {"train": other} for c in kpmath.CONFIGS})))
    assert cards[0] == cards[1] != cards[2]
    write_card(example(), tmp_path)
    assert kpmath.read_card(tmp_path) == kpmath.CardHead("1.0.0", "f" * 32, example().content)
    assert [p.name for p in tmp_path.iterdir()] == ["README.md"]
