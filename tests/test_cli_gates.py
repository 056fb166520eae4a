"""``calibrate`` as a person uses it, and every kind of mistake in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.config import load_recipe
from tests.gates.sample import candidates, write

EVIL = "\x1b[31m[bold]Alg|ebra"


def run(*arguments: str | Path) -> int:
    return main(["calibrate", *map(str, arguments)])


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    """Of 100 questions 60 are 5/5 and right, 20 are 3/5 and half of them right, 20 are ties."""
    rows = [candidates("7 7 7 7 7", subject=EVIL)] * 60
    rows += [candidates("7 7 7 1 2", subject="Geometry")] * 10 + [candidates("3 3 3 7 7", subject="Geometry")] * 10
    rows += [candidates("3 3 7 7 1", subject="Geometry")] * 20
    return write(tmp_path / "votes.jsonl", rows)


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    rows: list[dict[str, Any]] = [{"score": 0.9, "truth": True, "level": 1}] * 60
    rows += [{"score": 0.6, "truth": i % 2 == 0, "level": 5} for i in range(40)]
    return write(tmp_path / "scores.jsonl", rows)


def found(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    assert run(*arguments, "--json") == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_votes_as_json(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = found(capsys, votes)
    assert (result["gate"], result["key"], result["votes"], result["draws"]) == ("voting", "min_agreement", 5, 1)
    figures = result["figures"]
    assert [(b["value"], b["items"], b["accuracy"]) for b in figures["bins"] if b["items"]] == [
        (0.6, 20, 0.5),
        (1, 60, 1),
    ]
    assert figures["nothing"] == {"tie": 20}
    assert result["choice"]["gate"]["threshold"] == 0.8
    assert result["choice"]["gate"]["kept_share"] == 0.6
    assert {n: f["questions"] for n, f in result["groups"]["subject"].items()} == {EVIL: 60, "Geometry": 40}
    assert result["groups"]["subject"]["Geometry"]["shown"]["kept"] == 0
    assert result["holdout"]["splits"] == 200


def test_scores_as_json(scores: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = found(capsys, scores, "--holdout", "0")
    assert (result["gate"], result["key"], result["votes"]) == ("scoring", "threshold", None)
    assert [(g["threshold"], g["kept"], g["precision"]) for g in result["figures"]["gates"]] == [
        (0.6, 100, 0.8),
        (0.9, 60, 1),
    ]
    assert result["default"]["threshold"] == 0.85
    assert result["choice"]["gate"]["threshold"] == 0.9
    assert result["holdout"] is None


def test_the_order_of_rows_changes_no_figure(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = found(capsys, votes, "--votes", "3")
    lines = votes.read_text(encoding="utf-8").splitlines(keepends=True)
    votes.write_text("".join(lines[::-1]), encoding="utf-8")
    other = found(capsys, votes, "--votes", "3")
    del one["sources"], other["sources"]
    assert one == other
    assert one["draws"] == 20


def test_what_a_person_sees(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(votes, "--quiet") == 0
    assert capsys.readouterr().out == ""
    assert run(votes) == 0
    shown = capsys.readouterr().out
    assert "\x1b[31m" not in shown
    assert "[bold]Alg|ebra" in shown
    assert "winners by agreement" in shown
    assert "none: tie" in shown
    assert "voting.min_agreement = 4/5 keeps 60.0% of the questions, 100.0% of them right" in shown


def test_that_no_threshold_will_do_is_said_plainly(scores: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(scores, "--precision", "0.99") == 0
    assert "no threshold keeps a precision of 0.99 with confidence 0.95: too few" in capsys.readouterr().out


def test_everything_is_written_where_it_is_wanted(votes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    saved = [out / "c.json", out / "c.md"]
    files = [*("--save", saved[0]), *("--save", saved[1]), "--recipe", out / "r.toml", "--plots", out / "plots"]
    assert run(votes, *files, "--quiet") == 0
    assert json.loads(saved[0].read_text(encoding="utf-8"))["choice"]["gate"]["threshold"] == 0.8
    assert load_recipe(out / "r.toml").voting.min_agreement == 0.8
    names = sorted(p.name for p in (out / "plots").iterdir())
    assert names == ["reliability.png", "reliability.svg", "thresholds.png", "thresholds.svg"]
    tables = saved[1].read_text(encoding="utf-8")
    assert "| 5/5 | 60 | 60 | 100.0% (94% to 100%) |" in tables
    assert "Alg\\|ebra" in tables
    assert "\x1b" not in tables


def test_the_same_command_writes_the_same_bytes(votes: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run(votes, "--votes", "3", "--save", tmp_path / f"{name}.json", "--quiet")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--precision", "1"], "--precision 1: give a share between 0 and 1"),
        (["--confidence", "0"], "--confidence 0: give a share between 0 and 1"),
        (["--draws", "0"], "--draws 0: must be 1 or more"),
        (["--holdout", "-1"], "--holdout -1: must be 0 or more"),
        (["--votes", "9"], "--votes 9: give 2 to 5"),
        (["--by", "topic"], "--by topic: no row has this column"),
        (["--save", "x.csv"], "--save x.csv: give a .json or .md file"),
        (["--recipe", "x.yaml"], "give a .toml file"),
        (["--precision", "0.99", "--recipe", "x.toml"], "no threshold to write into a recipe"),
    ],
)
def test_a_mistake_is_one_line(
    votes: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(votes, *arguments, "--quiet") == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1


def test_one_question_measures_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path / "one.jsonl", [candidates("7 7")]), "--quiet") == 2
    assert "one question measures nothing" in capsys.readouterr().err


def test_real_thresholds_from_one_half_keep_their_promise_on_the_other(
    data_dir: Path | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if data_dir is None:
        pytest.skip("the folder with real data is not there")
    files = [data_dir / f"candidates_{name}.jsonl" for name in ("math_level5", "gsm8k", "mathematics")]
    held = found(capsys, *files, "--votes", "5", "--draws", "4", "--holdout", "50", "--no-check-computations")[
        "holdout"
    ]
    assert held["chosen"]["found"] == 50
    assert held["chosen"]["kept_promise"] >= 48
    assert held["chosen"]["refuted"] == 0
