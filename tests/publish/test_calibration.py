"""The figures of a calibration in the card."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from builder.cli import main
from builder.errors import ConfigError
from builder.publish.calibration import read_calibration
from builder.publish.card import render_card
from tests.publish.sample import provenance, run_facts


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``calibrate`` writes for questions whose score says how right they are."""
    folder = tmp_path_factory.mktemp("calibration")
    rows = [{"score": (i % 10) / 10, "truth": i % 10 >= 7 or i % 3 == 0} for i in range(600)]
    (folder / "mine | <b>.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    command = ["calibrate", str(folder / "mine | <b>.jsonl"), "--precision", "0.9", "--holdout", "0", "--quiet"]
    assert main([*command, "--save", str(folder / "figures.json")]) == 0
    return folder / "figures.json"


def test_the_card_shows_what_was_measured_where_and_what_it_does_not_say(saved: Path) -> None:
    use = read_calibration(str(saved))
    card = render_card(dataclasses.replace(provenance(()), runs=(dataclasses.replace(run_facts(), calibration=use),)))
    assert "How right a threshold on the score of the judge is was measured on other questions" in card
    assert "mine \\| \\<b\\>.jsonl (600 questions)" in card
    assert f"| {use.gates[0].threshold:g} |" in card
    assert "0.7 is the lowest threshold that keeps 90% right with a confidence of 95%" in card
    assert "as far as they are like those questions" in card


def test_without_a_calibration_the_card_says_that_nothing_was_measured() -> None:
    assert "was not measured: agreement is no proof" in render_card(provenance(()))


@pytest.mark.parametrize("content", ["", "{}", "[1]", "no json", '{"figures": {"gates": [{}]}}', '{"gate": "x"}'])
def test_another_file_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="was not written by 'python -m builder calibrate"):
        read_calibration(str(tmp_path / "x.json"))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"publish\.calibration: none\.json cannot be read"):
        read_calibration("none.json")
