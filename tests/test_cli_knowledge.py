"""Knowledge construction from the command line: topics with overrides, sets under constraints, sets to a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from builder.cli import main

Labels = dict[str, list[str]]
EQUATIONS: Labels = {"Algebra - Linear Equations": ["Isolating the unknown"]}
SOLVING: Labels = {"Algebra - Solving Linear Equations": ["Isolating a variable"]}
PERCENT: Labels = {"Arithmetic - Percentages": ["A percentage as a fraction of 100"]}
CIRCLES: Labels = {"Geometry - Circles": ["Area of a circle from its radius"]}
PRACTICES: list[tuple[str, Labels]] = [
    ("Level 1", EQUATIONS | PERCENT),
    ("Level 1", SOLVING | PERCENT),
    ("Level 5", EQUATIONS | CIRCLES),
    ("Level 5", SOLVING | CIRCLES),
    ("Level 5", CIRCLES | PERCENT),
    ("Level 5", EQUATIONS | PERCENT),
]


def reply(labels: Labels) -> str:
    lines = []
    for i, (topic, key_points) in enumerate(labels.items(), 1):
        lines += [f"Topic {i}: {topic}", *(f"Key Point {j}: {k}" for j, k in enumerate(key_points, 1))]
    return "\n".join(lines)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.jsonl"
    rows = [
        {"id": str(i), "problem": f"Problem {i}", "solution": r"\boxed{1}", "level": level, "reply": reply(labels)}
        for i, (level, labels) in enumerate(PRACTICES)
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


Run = Callable[..., list[str]]


@pytest.fixture
def run(labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the labelled file and gives its lines."""

    def command(name: str, *options: str, expect: int = 0) -> list[str]:
        status = main([name, str(labelled), "--run", str(tmp_path / "run"), *options])
        captured = capsys.readouterr()
        assert status == expect, captured.err
        return (captured.err if expect else captured.out).splitlines()

    return command


def sets(lines: list[str]) -> list[set[str]]:
    return [{t["topic"] for t in json.loads(line)["topics"]} for line in lines]


def test_two_names_of_one_topic_are_merged_and_the_report_says_so(run: Run, tmp_path: Path) -> None:
    run("topics", "--out", str(tmp_path / "out"), "--quiet")
    topics = pq.read_table(tmp_path / "out" / "topics.parquet").to_pydict()
    assert sorted(topics["name"]) == ["Algebra - Linear Equations", "Arithmetic - Percentages", "Geometry - Circles"]
    review = (tmp_path / "out" / "merge_report.md").read_text(encoding="utf-8")
    assert "Algebra - Solving Linear Equations" in review


def test_an_override_file_holds_on_every_later_run(run: Run, tmp_path: Path) -> None:
    overrides = tmp_path / "overrides.toml"
    overrides.write_text(
        'apart = [["Algebra - Linear Equations", "Algebra - Solving Linear Equations"]]\n'
        '[rename]\n"Geometry - Circles" = "Geometry - Circle"\n',
        encoding="utf-8",
    )
    setting = ["--set", f"topics.overrides={overrides}"]
    for out in ("one", "two"):
        run("topics", "--out", str(tmp_path / out), "--quiet", *setting)
        names = set(pq.read_table(tmp_path / out / "topics.parquet").column("name").to_pylist())
        assert names == {
            "Algebra - Linear Equations",
            "Algebra - Solving Linear Equations",
            "Arithmetic - Percentages",
            "Geometry - Circle",
        }
    overrides.write_text("", encoding="utf-8")  # its content counts, not its name
    run("topics", "--out", str(tmp_path / "three"), "--quiet", *setting)
    assert pq.read_table(tmp_path / "three" / "topics.parquet").num_rows == 3


def test_a_mistake_in_the_override_file_is_one_line(run: Run, tmp_path: Path) -> None:
    overrides = tmp_path / "overrides.toml"
    overrides.write_text('merge = [["A - x"]]\nsplit = 1\n', encoding="utf-8")
    *_, line = run("topics", "--quiet", "--set", f"topics.overrides={overrides}", expect=2)
    assert "overrides.toml" in line


def test_names_stay_as_they_are_without_merging(run: Run, tmp_path: Path) -> None:
    run("topics", "--out", str(tmp_path / "out"), "--quiet", "--set", "topics.merge=false")
    assert pq.read_table(tmp_path / "out" / "topics.parquet").num_rows == 4


@pytest.mark.parametrize(
    ("options", "never"),
    [
        (["--without-topic", "Geometry - Circles"], {"Geometry - Circles"}),
        (["--subject", "algebra", "--subject", "Arithmetic"], {"Geometry - Circles"}),
        (["--topic", "Algebra - Linear Equations", "--topic", "Geometry - Circles"], {"Arithmetic - Percentages"}),
        (["--level", "1"], {"Geometry - Circles"}),
    ],
)
def test_sets_keep_to_their_constraints(run: Run, options: list[str], never: set[str]) -> None:
    drawn = sets(run("sample", "-n", "50", "--json", *options))
    assert len(drawn) == 50
    assert not any(topics & never for topics in drawn)


def test_every_set_begins_with_the_topic_that_is_wanted(run: Run) -> None:
    lines = run("sample", "-n", "30", "--json", "--with-topic", "Geometry - Circles")
    assert {json.loads(line)["topics"][0]["topic"] for line in lines} == {"Geometry - Circles"}


def test_a_constraint_that_is_misspelt_names_the_nearest(run: Run) -> None:
    *_, line = run("sample", "--topic", "Geometry - Circle", expect=2)
    assert "did you mean 'Geometry - Circles'?" in line


def test_sets_in_a_file_are_those_that_are_printed(run: Run, tmp_path: Path) -> None:
    printed = [json.loads(line) for line in run("sample", "-n", "40", "--json")]
    out = tmp_path / "sets.parquet"
    run("sample", "-n", "40", "--out", str(out))
    rows = pq.read_table(out).to_pylist()
    assert [r["index"] for r in rows] == list(range(40))
    for row, one in zip(rows, printed, strict=True):
        assert [row[f"topic_{i}"] for i in (1, 2, 3) if row[f"topic_{i}"]] == [t["topic"] for t in one["topics"]]
        practices = [row[f"practice_{i}"] for i in (1, 2, 3) if row[f"practice_{i}"]]
        assert practices == [t["practice_id"] for t in one["topics"]]
        assert row["fallback"] == one["fallback"]


def test_a_file_of_sets_has_a_parquet_name(run: Run, tmp_path: Path) -> None:
    *_, line = run("sample", "--out", str(tmp_path / "sets.csv"), expect=2)
    assert ".parquet" in line
    assert not list(tmp_path.glob("*sets*"))
