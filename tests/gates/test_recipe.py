"""A threshold in a recipe: one key, and nothing else touched."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from builder.config import load_recipe
from builder.errors import ConfigError
from builder.gates.calibration import Calibration, Wanted, calibrate
from builder.gates.reading import Voting, read
from builder.gates.recipe import rounded_agreement, setting, with_key, write
from builder.stages.voting import consensus, votes_needed
from tests.gates.sample import candidates
from tests.gates.sample import write as write_rows

RECIPE = """# My recipe.
[run]
name = "mine"  # keep this

[voting]   # the vote
rule = "strict"
min_agreement = 0.2

[[seeds]]
name = "a"
path = "a.jsonl"
"""


def calibrated(tmp_path: Path, m: int, k: int, good: int = 60) -> Calibration:
    """Of ``m`` votes ``k`` agree; below that hardly anything is right."""
    others = " ".join(str(100 + i) for i in range(m - k))
    right = [candidates(f"{'7 ' * k} {others}") for _ in range(good)]
    wrong = [candidates(f"{'3 ' * (k - 1)} {others} {200 + i}") for i in range(60)] if k > 2 else []
    found, sources = read([write_rows(tmp_path / "c.jsonl", right + wrong)], Voting())
    return calibrate(found, sources, Voting(), Wanted(splits=0))


def test_a_written_agreement_asks_for_exactly_its_votes() -> None:
    for m in range(2, 129):
        assert [votes_needed(m, rounded_agreement(k, m)) for k in range(2, m + 1)] == list(range(2, m + 1))


@pytest.mark.parametrize("m", [3, 6, 7])
def test_the_vote_of_a_build_keeps_what_was_chosen_and_no_less(tmp_path: Path, m: int) -> None:
    for k in range(2, m + 1):
        written = float(setting(calibrated(tmp_path, m, k)))
        assert consensus(["7"] * k + [None] * (m - k), min_agreement=written).rejected is None
        assert consensus(["7"] * (k - 1) + [None] * (m - k + 1), min_agreement=written).rejected is not None


def test_a_new_file_is_a_recipe_with_its_evidence(tmp_path: Path) -> None:
    path = tmp_path / "out" / "gate.toml"
    write(path, calibrated(tmp_path, 5, 4))
    assert load_recipe(path).voting.min_agreement == 0.8
    text = path.read_text(encoding="utf-8")
    assert "# calibrated: precision 0.9 with confidence 0.95, for solutions.samples = 5\n" in text
    assert "100.0% of 60 right, 50.0% of 120 questions kept" in text
    assert "c.jsonl (sha256 " in text


def test_a_recipe_keeps_all_that_its_writer_wrote(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(RECIPE, encoding="utf-8")
    write(path, calibrated(tmp_path, 5, 4))
    text = path.read_text(encoding="utf-8")
    for line in RECIPE.splitlines():
        assert line in text.splitlines() or line.startswith("min_agreement")
    assert tomllib.loads(text)["voting"] == {"rule": "strict", "min_agreement": 0.8}
    write(path, calibrated(tmp_path, 5, 4))
    assert path.read_text(encoding="utf-8") == text  # again changes nothing, comments do not pile up


def test_line_ends_stay_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_bytes(b"[run]\r\nname = 'a'\r\n")
    write(path, calibrated(tmp_path, 5, 4))
    assert path.read_bytes().startswith(b"[run]\r\nname = 'a'\r\n")
    assert load_recipe(path).voting.min_agreement == 0.8


@pytest.mark.parametrize(
    "text",
    ["", "[run]\nname = 'a'", "[voting]", "[voting]\n", "[ voting ]\nmin_agreement=0.1\n[run]\nname = 'a'\n", RECIPE],
)
def test_the_key_is_set_in_any_plain_recipe(text: str) -> None:
    changed = tomllib.loads(with_key(text, "voting", "min_agreement", "0.6", "# why\n"))
    before = tomllib.loads(text)
    before.setdefault("voting", {})["min_agreement"] = 0.6
    assert changed == before


@pytest.mark.parametrize(
    "text",
    [
        "voting.min_agreement = 0.1\n",
        "voting = {min_agreement = 0.1}\n",
        'run.name = """\n[voting]\nmin_agreement = 1\n"""\n',  # a heading in a text
    ],
)
def test_a_recipe_that_cannot_be_edited_safely_is_left_alone(text: str) -> None:
    with pytest.raises(ConfigError, match=r"write voting.min_agreement = 0.6 yourself"):
        with_key(text, "voting", "min_agreement", "0.6", "")


def test_a_recipe_with_another_number_of_samples_is_told_so(tmp_path: Path) -> None:
    found = calibrated(tmp_path, 5, 4)
    path = tmp_path / "r.toml"
    assert "the recipe draws 10 samples, and this was measured with 5 votes" in write(path, found)
    path.write_text("[solutions]\nsamples = 5\n", encoding="utf-8")
    assert write(path, found) == ""


def test_without_a_threshold_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no threshold to write into a recipe: too few questions"):
        write(tmp_path / "r.toml", calibrated(tmp_path, 5, 2, good=10))
    assert not (tmp_path / "r.toml").exists()


def test_what_is_no_recipe_is_refused(tmp_path: Path) -> None:
    found = calibrated(tmp_path, 5, 4)
    with pytest.raises(ConfigError, match=r"give a \.toml file"):
        write(tmp_path / "r.yaml", found)
    (tmp_path / "bad.toml").write_text("[voting", encoding="utf-8")
    with pytest.raises(ConfigError, match="not valid TOML"):
        write(tmp_path / "bad.toml", found)
