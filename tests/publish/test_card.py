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
from builder.publish.card import TEMPLATE, fill_placeholders, render_card, size_category
from builder.publish.folder import heads, write_heads
from builder.publish.provenance import Example, Narrow, Provenance, Release, Shard, TopicUse, read_provenance
from tests.publish.sample import provenance

SHARDS = tuple(
    Shard(
        c, "train", f"data/{c}/train-00000.parquet", 1234, 56789, 999, "b" * 64, "c" * 32, (Narrow("answer", (1, 3)),)
    )
    for c in kpmath.CONFIGS
)


def example(*, shards: tuple[Shard, ...] = SHARDS, procedural: bool = True, **changes: object) -> Provenance:
    """A data set of one run; ``changes`` are to the facts of that run."""
    whole = provenance(shards, procedural=procedural)
    return dataclasses.replace(whole, runs=(dataclasses.replace(whole.runs[0], **changes),))


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
    with pytest.raises(PublishError, match=r"card\.md, run: no placeholder \[\[funnel_table\]\]"):
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
    card = render_card(example(agreement=tuple(agreement.items())))
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
    assert "procedural" not in render_card(example(procedural=False))


def test_hostile_names_do_not_break_a_table_or_become_html() -> None:
    name = "A | <script>alert(1)</script>\n| [[version]] `x` $y$"
    card = render_card(example(topics=(TopicUse(name, 1, True),)))
    assert "<script>" not in card
    row = next(r for r in card.splitlines() if "alert" in r)
    assert len(re.findall(r"(?<!\\)\|", row)) == 4
    assert "1.0.0" not in row


def test_a_hostile_pretty_name_does_not_break_the_front_matter() -> None:
    card = render_card(dataclasses.replace(example(), pretty_name="x\nconfigs: []\n---\n: {"))
    assert DatasetCard(card).data.pretty_name == "x\nconfigs: []\n---\n: {"
    assert list(MetadataConfigs.from_dataset_card_data(DatasetCard(card).data)) == list(kpmath.CONFIGS)


def test_columns_without_viewer_statistics_are_admitted() -> None:
    assert "histograms" not in render_card(example()).split("## Limits")[1]
    touched = tuple(
        dataclasses.replace(s, narrow=(Narrow("answer", (1, 2)),)) if s.config == "mpkp" else s for s in SHARDS
    )
    assert "no histograms for `mpkp` (`answer`)" in render_card(example(shards=touched))


def test_two_shards_have_two_adjacent_lengths_only_together() -> None:
    mine = next(s for s in SHARDS if s.config == "mpkp")

    def note(*lengths: tuple[Narrow, ...]) -> bool:
        shards = tuple(dataclasses.replace(mine, file=f"{i}", narrow=narrow) for i, narrow in enumerate(lengths))
        return "no histograms" in render_card(example(shards=shards))

    assert note((Narrow("answer", (1,)),), (Narrow("answer", (2,)),))
    assert not note((Narrow("answer", (1, 2)),), (Narrow("answer", (4,)),))
    assert not note((Narrow("answer", (1, 2)),), ())


def test_other_rows_make_another_card_and_the_same_rows_the_same(tmp_path: Path) -> None:
    other = tuple(dataclasses.replace(s, content="d" * 32) for s in SHARDS)
    cards = [render_card(example()), render_card(example()), render_card(example(shards=other))]
    assert cards[0] == cards[1] != cards[2]
    write_heads(example(), tmp_path)
    assert kpmath.read_card(tmp_path) == kpmath.CardHead("1.0.0", "f" * 32, example().content)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == heads(example())


# --- several runs, several versions ------------------------------------------------------------


def grown() -> Provenance:
    whole = example()
    second = dataclasses.replace(
        whole.runs[0],
        recipe="9" * 32,
        questions=5,
        agreement=((1.0, 7),),
        test_sets=(dataclasses.replace(whole.runs[0].test_sets[0], questions=4, solutions=0),),
    )
    releases = (*whole.releases, Release("1.1.0", "rows added: 7 in default", "a" * 32))
    return dataclasses.replace(whole, releases=releases, runs=(*whole.runs, second))


@pytest.mark.parametrize(
    "line",
    [
        "Version 1.1.0 · 1,234 question-solution pairs from 11 questions over 1 topics.",
        "### Run 1 of 2",
        "### Run 2 of 2",
        f"Recipe fingerprint `{'9' * 32}`.",
        "| 1.0 | 7 | 28.0 % |",
        "| 0.7 to under 0.8 | 18 | 72.0 % |",
        "| gsm8k | 1,319 | 5 | 2 |",
        "| Arithmetic - Addition | 2 | 100.0 % |",  # both runs have the same knowledge: counted once
        "- 1.1.0: rows added: 7 in default\n- 1.0.0: the first version",
        'revision="v1.1.0"',
    ],
)
def test_the_card_of_a_grown_data_set_tells_of_every_run(line: str) -> None:
    assert line in render_card(grown())


def test_the_card_names_no_other_version_than_its_own_but_in_the_changelog() -> None:
    before, changelog = render_card(grown()).split("## Changelog")
    assert "1.0.0" not in before
    assert changelog.count("1.0.0") == 1


def test_provenance_comes_back_as_it_was(tmp_path: Path) -> None:
    write_heads(grown(), tmp_path)
    assert read_provenance(tmp_path) == grown()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kpmath_provenance": 1}', '{"kpmath_provenance": 7}', "\0"])
def test_a_provenance_that_is_none_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "provenance.json").write_text(text)
    with pytest.raises(PublishError, match=r"provenance\.json (is no provenance|has layout 7)"):
        read_provenance(tmp_path)


# --- rows in the card --------------------------------------------------------------------------


def test_a_few_rows_are_shown_as_they_are() -> None:
    hostile = "````\n# Heading <script>alert(1)</script> [[version]] $x$"
    shown = Example(hostile, "ends ``` here", "`7`", ("K | 1",), ("A - B",), None, 0.9)
    card = render_card(example(examples=(shown,)))
    section = card.split("## A few rows")[1].split("## How it was made")[0]
    assert f"`````text\n{hostile}\n`````" in section
    assert "````text\nends ``` here\n````" in section
    assert "Key points: K \\| 1. Score not scored, agreement 0.9, answer `` `7` ``." in section


def test_three_rows_are_shown_the_newest_runs_first() -> None:
    def run(name: str) -> tuple[Example, ...]:
        return tuple(Example(f"{name}{i}", "s", "a", (), (), 1.0, 1.0) for i in range(2))

    whole = grown()
    runs = tuple(dataclasses.replace(r, examples=run(n)) for r, n in zip(whole.runs, ("old", "new"), strict=True))
    section = render_card(dataclasses.replace(whole, runs=runs)).split("## A few rows")[1].split("## How")[0]
    assert re.findall(r"^(?:old|new)\d$", section, re.MULTILINE) == ["new0", "new1", "old0"]
