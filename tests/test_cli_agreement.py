"""``agreement`` as a person uses it, and every kind of mistake in one line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.config import Config, SeedSource, Topics
from builder.knowledge import KnowledgeRun
from tests.agreement.sample import reply, write

LINEAR, LINEARS, AREA = "Algebra - Linear Equations", "Algebra - Solving Linear Equation", "Geometry - Area"
ISOLATE, SQUARE = "Isolate the unknown in a linear equation", "The area of a square is its side squared"


def rows(linear: str) -> list[dict[str, Any]]:
    """Six practices: five of linear equations, one of areas."""
    labels = [{linear: [ISOLATE]}] * 5 + [{AREA: [SQUARE]}]
    return [{"id": i, "problem": f"Problem {i}", "reply": reply(x)} for i, x in enumerate(labels)]


@pytest.fixture
def two(tmp_path: Path) -> list[str]:
    """Two labellers that name the same thing differently, and once see different things."""
    a = write(tmp_path / "a.jsonl", rows(LINEAR))
    evil = [{"topic": "=HYPERLINK - \x1b[31mEvil", "key_points": [SQUARE]}]
    b = write(tmp_path / "b.jsonl", [*rows(LINEARS)[:5], {"id": 5, "problem": "Problem 5", "topics": evil}])
    return [str(a), str(b)]


def run(*arguments: str) -> int:
    return main(["agreement", *arguments])


def test_both_before_and_after_merging_are_shown(two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*two, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    (pair,) = found["pairs"]
    assert (pair["a"], pair["b"], pair["practices"]) == ("a", "b", 6)
    assert pair["before"]["f1"]["value"] == 0
    assert pair["after"]["f1"]["value"] == pytest.approx(5 / 6, abs=1e-5)
    assert [d["practice_id"] for d in pair["disagreements"]] == ["5"]
    assert (found["raw_topics"], found["merged_topics"]) == (4, 3)


def test_the_same_command_gives_the_same_output(two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run(*two, "--json")
    first = capsys.readouterr().out
    run(*two, "--json")
    assert capsys.readouterr().out == first


def test_merging_can_be_switched_off(two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*two, "--json", "--set", "topics.merge=false") == 0
    (pair,) = json.loads(capsys.readouterr().out)["pairs"]
    assert pair["after"] == pair["before"]


def test_what_a_person_sees_cannot_steer_the_terminal(two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*two, "--quiet") == 0
    assert capsys.readouterr().out == ""
    assert run(*two) == 0
    shown = capsys.readouterr().out
    assert "a (reference) and b: 6 practices that both labelled" in shown
    assert "Cohen's kappa" in shown
    assert "disagreements: 1 other topic" in shown
    assert "\x1b[31m" not in shown
    assert "Evil" in shown


def test_disagreements_are_saved_and_no_cell_is_a_formula(
    two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / "out" / f"d{form}" for form in (".jsonl", ".csv")]
    assert run(*two, "--save", str(files[0]), "--save", str(files[1])) == 0
    (row,) = [json.loads(line) for line in files[0].read_text(encoding="utf-8").splitlines()]
    assert row["topics_a"] == [AREA]
    assert row["topics_b"][0].startswith("=HYPERLINK - ")
    with files[1].open(encoding="utf-8", newline="") as stream:
        (cells,) = csv.DictReader(stream)
    assert cells["topics_b"].startswith("'=HYPERLINK")
    assert cells["kind"] == "other topic"


def test_three_labellers_have_figures_for_all(
    two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    third = write(tmp_path / "c.jsonl", rows(LINEAR))
    assert run(*two, str(third)) == 0
    shown = capsys.readouterr().out
    assert "all 3 labellers (6 practices that all of them labelled)" in shown
    assert "Fleiss' kappa" in shown


def test_a_run_is_compared_with_a_file_by_the_ids_behind_its_source(
    tmp_path: Path, two: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = write(tmp_path / "s.jsonl", [{**r, "solution": "\\boxed{1}"} for r in rows(LINEAR)])
    source = SeedSource("toy", path=str(seeds), id="id", reply="reply")
    KnowledgeRun(Config(seeds=(source,), topics=Topics(merge=False)), tmp_path / "run").label()
    no_text = write(tmp_path / "c.jsonl", [{"id": r["id"], "reply": r["reply"]} for r in rows(LINEARS)])
    assert run(f"mine={tmp_path / 'run'}", str(no_text), "--json") == 0
    (pair,) = json.loads(capsys.readouterr().out)["pairs"]
    assert (pair["a"], pair["practices"]) == ("mine", 6)
    assert pair["after"] == pair["before"]  # the run's own settings hold
    assert run(f"mine={tmp_path / 'run'}", str(no_text), "--json", "--set", "topics.merge=true") == 0
    (pair,) = json.loads(capsys.readouterr().out)["pairs"]
    assert pair["after"]["f1"]["value"] == 1


def test_parts_are_compared_by_their_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = [{**r, "who": "ann"} for r in rows(LINEAR)] + [
        {**r, "id": f"b{r['id']}", "who": "bob"} for r in rows(LINEARS)
    ]
    path = str(write(tmp_path / "x.jsonl", both))
    assert run("--parts", "--by", "who", path, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [r["part"] for r in found["before"]] == ["ann", "bob", "all"]
    assert [r["names"] for r in found["before"]] == [2, 2, 3]
    assert [r["names"] for r in found["after"]] == [2, 2, 2]
    assert [r["shared_uses"] for r in found["after"]] == [1, 1, 1]
    assert run("--parts", "--by", "who", path) == 0
    assert "how each part names its topics" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["A"], "agreement needs two labellers"),
        (["A", "A"], "two labellers are called 'a': give NAME=PATH"),
        (["A", "no.jsonl"], "the file no.jsonl does not exist"),
        (["A", "B", "--save", "d.txt"], "--save d.txt: give a .jsonl or .csv file"),
        (["A", "B", "-n", "-1"], "-n -1"),
        (["A", "B", "--set", "topics.treshold=1"], "unknown key 'topics.treshold': did you mean 'threshold'?"),
        (["A", "--parts"], "--parts needs two parts"),
        (["A", "B", "--parts", "--save", "d.csv"], "--save keeps disagreements"),
        (["A", "--by", "who"], "no labeller in the field 'who'"),
        (["A", "OTHER"], "share no practice, by id or by problem; --parts"),
        (["A", "B", "--set", 'topics.embedder="endpoint"'], "topics.embedder = 'endpoint'"),
        (["A", "B", "--set", 'topics.overrides="no.toml"'], "no.toml"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    two: list[str], tmp_path: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write(tmp_path / "other.jsonl", [{"id": "zz", "problem": "Another", "reply": reply({AREA: ["k"]})}])
    paths = {"A": two[0], "B": two[1], "OTHER": str(other)}
    assert run(*(paths.get(a, a) for a in arguments)) > 0
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = [x for x in shown.err.splitlines() if x.startswith("error: ")]
    assert said in line
    assert "Traceback" not in shown.err
