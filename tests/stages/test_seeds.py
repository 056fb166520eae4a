"""Seeds: every form is read, and what is wrong is said with file, line and field."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.config import SeedSource, TestSet
from builder.errors import ConfigError, SeedError
from builder.stages.seeds import SeedReport, load_seeds, read_test_set

ROWS = [
    {"problem": "What is 2 + 3?", "solution": "2 + 3 = 5\n#### 5", "id": "a"},
    {"problem": "Simplify $\\frac{2}{4}$.", "solution": "It is $\\boxed{\\frac{1}{2}}$.", "id": "b"},
    {"problem": "What is 6 / 3?", "solution": "The answer is: 2", "id": "c"},
]


def write(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(r) + "\n" for r in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=1))
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text(text)
    return path


def load(path: Path, *, missing: str = "error", **mapping: Any) -> SeedReport:
    return load_seeds([SeedSource("test", path=str(path), **mapping)], on_missing_answer=missing)


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(SeedError) as caught:
        load(path, **options)
    return str(caught.value)


# --- what is read ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["s.jsonl", "s.jsonl.gz", "s.json", "s.parquet"])
def test_every_file_form_gives_the_same_practices(tmp_path: Path, name: str) -> None:
    report = load(write(tmp_path / name, ROWS), id="id")
    assert [p.id for p in report.practices] == ["test/a", "test/b", "test/c"]
    assert [p.answer for p in report.practices] == ["5", "\\frac{1}{2}", "2"]
    assert [p.problem for p in report.practices] == [r["problem"] for r in ROWS]
    assert report.skipped == []


def test_columns_are_mapped_by_the_recipe(tmp_path: Path) -> None:
    row = {"q": "1+1?", "a": "two, see above", "final": 2, "kind": "Algebra", "lvl": 3, "n": 17, "labels": "T"}
    source = SeedSource(
        "mine",
        path=str(write(tmp_path / "s.jsonl", [row])),
        problem="q",
        solution="a",
        answer="final",
        subject="kind",
        level="lvl",
        id="n",
        reply="labels",
        publish_text=False,
    )
    report = load_seeds([source], on_missing_answer="error")
    (practice,) = report.practices
    assert practice.id == "mine/17"
    assert (practice.answer, practice.subject, practice.level) == ("2", "Algebra", "3")
    assert practice.publishable is False
    assert report.replies == {"mine/17": "T"}


def test_without_an_id_column_the_id_is_the_content(tmp_path: Path) -> None:
    first = load(write(tmp_path / "a.jsonl", ROWS)).practices
    other_way_round = load(write(tmp_path / "b.jsonl", ROWS[::-1])).practices
    assert {p.id for p in first} == {p.id for p in other_way_round}
    assert len({p.id for p in first}) == 3


@pytest.mark.parametrize(("limit", "read"), [(1, 1), (2, 2), (3, 3), (9, 3)])
def test_a_limit_takes_the_first_rows(tmp_path: Path, limit: int, read: int) -> None:
    assert len(load(write(tmp_path / "s.jsonl", ROWS), limit=limit).practices) == read


def test_a_limit_keeps_later_rows_unread(tmp_path: Path) -> None:
    path = write(tmp_path / "s.jsonl", ROWS)
    path.write_text(path.read_text() + "not JSON\n")
    assert len(load(path, limit=3).practices) == 3


def test_blank_lines_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(ROWS[0]).encode() + b"\r\n\r\n  \n" + json.dumps(ROWS[1]).encode())
    assert len(load(path).practices) == 2


def test_several_sources_keep_their_order_and_their_names(tmp_path: Path) -> None:
    one = SeedSource("one", path=str(write(tmp_path / "1.jsonl", ROWS[:1])), id="id")
    two = SeedSource("two", path=str(write(tmp_path / "2.json", ROWS[1:])), id="id")
    assert [p.id for p in load_seeds([one, two], on_missing_answer="error").practices] == [
        "one/a",
        "two/b",
        "two/c",
    ]


def test_real_rows_of_gsm8k_and_math_have_their_answers(tmp_path: Path, data_dir: Path | None) -> None:
    path, least = write(tmp_path / "s.jsonl", ROWS), 3
    if data_dir is not None:
        path, least = data_dir / "labelled_practices.jsonl", 700
    report = load(path, missing="skip", id="id")
    assert len(report.practices) >= least
    assert all(p.answer for p in report.practices)
    for p in report.practices:
        if "####" in p.solution:
            assert p.answer == p.solution.rpartition("####")[2].strip()


# --- rows that are not taken -------------------------------------------------------------------

NO_ANSWER = {"problem": "Why?", "solution": "Because."}


def test_a_row_without_an_answer_is_skipped_and_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "s.jsonl", [ROWS[0], NO_ANSWER])
    report = load(path, missing="skip")
    assert len(report.practices) == 1
    assert report.skipped == [("test", f"{path}, line 2", "no answer in the solution")]


def test_a_row_without_an_answer_is_kept_when_asked_for(tmp_path: Path) -> None:
    report = load(write(tmp_path / "s.jsonl", [NO_ANSWER]), missing="keep")
    assert [p.answer for p in report.practices] == [None]


def test_a_row_without_an_answer_is_an_error_when_asked_for(tmp_path: Path) -> None:
    message = refused(write(tmp_path / "s.jsonl", [ROWS[0], NO_ANSWER]), missing="error")
    assert "s.jsonl, line 2" in message
    assert "'solution'" in message
    assert "on_missing_answer" in message


def test_a_mapped_answer_column_that_is_empty_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "s.jsonl", [ROWS[0] | {"final": ""}])
    assert "no final answer in the field 'final'" in refused(path, answer="final")


def test_a_problem_that_occurs_again_is_skipped_and_says_where_it_stood(tmp_path: Path) -> None:
    again = ROWS[0] | {"problem": "What is  2 +\n3?", "id": "z"}
    report = load(write(tmp_path / "s.jsonl", [ROWS[0], again, ROWS[1]]), id="id")
    assert [p.id for p in report.practices] == ["test/a", "test/b"]
    assert [reason for _, _, reason in report.skipped] == ["same problem as test/a"]


# --- bad input ---------------------------------------------------------------------------------

GOOD = json.dumps(ROWS[0]).encode()
BAD_FILES = {
    "bad JSON": ("s.jsonl", GOOD + b'\n{"problem": "x", \n', ["s.jsonl, line 2", "not valid JSON"]),
    "an array in a line": ("s.jsonl", GOOD + b"\n\n[1, 2]\n", ["line 3", "object with fields, not list"]),
    "a number in a line": ("s.jsonl", b"3\n", ["line 1", "not int"]),
    "deep nesting": ("s.jsonl", b"[" * 100_000 + b"\n", ["line 1", "not valid JSON"]),
    "not UTF-8": ("s.jsonl", b'{"problem": "caf\xe9"}\n', ["s.jsonl", "not UTF-8"]),
    "not UTF-8 in a list": ("s.json", b'[{"problem": "caf\xe9"}]', ["s.json", "not UTF-8"]),
    "bad JSON list": ("s.json", b"[{}", ["s.json", "not valid JSON"]),
    "no list": ("s.json", b'{"problem": "x"}', ["s.json", "list of objects, not dict"]),
    "a list of texts": ("s.json", b'["x"]', ["entry 1", "not str"]),
    "no gzip": ("s.jsonl.gz", GOOD, ["s.jsonl.gz", "cannot be read"]),
    "cut gzip": ("s.jsonl.gz", gzip.compress(GOOD * 99)[:-20], ["s.jsonl.gz", "cannot be read"]),
    "no Parquet": ("s.parquet", GOOD, ["s.parquet", "cannot be read"]),
    "another ending": ("s.csv", GOOD, ["s.csv", ".jsonl, .jsonl.gz, .json or .parquet"]),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_malformed_file_is_named_with_its_line(tmp_path: Path, case: str) -> None:
    name, content, parts = BAD_FILES[case]
    path = tmp_path / name
    path.write_bytes(content)
    message = refused(path)
    assert all(part in message for part in parts), message


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"problem": None}, ["'problem'", "NoneType, not text"]),
        ({"problem": ""}, ["'problem'", "is empty"]),
        ({"problem": " \n\t"}, ["'problem'", "is empty"]),
        ({"solution": "  "}, ["'solution'", "is empty"]),
        ({"problem": 5}, ["'problem'", "int, not text"]),
        ({"solution": ["step"]}, ["'solution'", "list, not text"]),
        ({"problem": "half \ud835"}, ["'problem'", "half a character", "position 5"]),
        ({"id": {"n": 1}}, ["'id'", "dict, not text or a number"]),
        ({"id": True}, ["'id'", "bool"]),
        ({"id": "a"}, ["'test/a' occurs twice", "'id'"]),
    ],
)
def test_a_bad_field_is_named_with_its_line(tmp_path: Path, change: dict[str, Any], parts: list[str]) -> None:
    path = write(tmp_path / "s.jsonl", [ROWS[0], ROWS[1] | change])
    message = refused(path, id="id")
    assert "s.jsonl, line 2" in message
    assert all(part in message for part in parts), message


@pytest.mark.parametrize("name", ["s.jsonl", "s.json", "s.parquet"])
def test_a_missing_field_is_named_beside_those_that_are_there(tmp_path: Path, name: str) -> None:
    message = refused(write(tmp_path / name, [{"question": "1+1?", "answer": "#### 2"}]))
    assert "no field 'problem'; it has question, answer" in message
    assert "1: " in message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    message = refused(tmp_path / "nowhere.jsonl")
    assert "nowhere.jsonl does not exist" in message
    assert "'test'" in message


def test_a_labelling_reply_that_is_promised_must_be_there(tmp_path: Path) -> None:
    assert "no field 'labels'" in refused(write(tmp_path / "s.jsonl", ROWS), reply="labels")


# --- the Hub -----------------------------------------------------------------------------------


def test_a_dataset_folder_is_read_through_datasets_without_network(tmp_path: Path) -> None:
    write(tmp_path / "mine" / "data" / "train-00000-of-00001.parquet", ROWS)
    write(tmp_path / "mine" / "data" / "test-00000-of-00001.parquet", ROWS[:1])
    hub = str(tmp_path / "mine")
    report = load_seeds([SeedSource("hub", hub=hub, id="id", limit=2)], on_missing_answer="error")
    assert [p.id for p in report.practices] == ["hub/a", "hub/b"]
    test_rows = list(read_test_set(TestSet("t", hub=hub, solution="solution")))
    assert [(problem, solution) for _, problem, solution, _ in test_rows] == [(ROWS[0]["problem"], ROWS[0]["solution"])]


def test_a_field_that_a_hub_dataset_lacks_is_named_with_its_row(tmp_path: Path) -> None:
    write(tmp_path / "mine" / "train.jsonl", [{"question": "1+1?"}])
    with pytest.raises(SeedError, match=r"mine \(train\), row 1: no field 'problem'; it has question"):
        load_seeds([SeedSource("hub", hub=str(tmp_path / "mine"))], on_missing_answer="skip")


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionError("Couldn't reach 'openai/gsm8k' on the Hub (offline mode is enabled)"),
        datasets.exceptions.DatasetNotFoundError("Dataset 'openai/gsm8k' doesn't exist on the Hub"),
        ValueError('Unknown split "trian"'),
    ],
    ids=lambda e: type(e).__name__,
)
def test_a_hub_dataset_that_cannot_be_had_says_what_to_do(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(datasets, "load_dataset", unreachable)  # the edge: nothing of ours
    with pytest.raises(SeedError) as caught:
        load_seeds([SeedSource("gsm", hub="openai/gsm8k", config="main")], on_missing_answer="skip")
    message = str(caught.value)
    assert "'openai/gsm8k'" in message
    assert str(failure) in message
    assert "local copy" in message


# --- test sets ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("solution", "read"), [("solution", ["s", None]), (None, [None, None])])
def test_a_test_set_gives_problems_and_the_solutions_it_has(
    tmp_path: Path, solution: str | None, read: list[str | None]
) -> None:
    path = write(tmp_path / "t.jsonl", [{"problem": "p", "solution": "s"}, {"problem": "q"}])
    rows = list(read_test_set(TestSet("gsm8k test", path=str(path), solution=solution)))
    assert [r[1:] for r in rows] == [("p", read[0], None), ("q", read[1], None)]
    assert rows[1][0].endswith("t.jsonl, line 2")


@pytest.mark.parametrize(
    ("options", "read"),
    [
        (["2", "3"], "2 3"),
        ({"A": "two", "B": "three"}, "two three"),
        ([[{"aoVal": "A", "content": "2"}]], "A 2"),
        ("A) 2 B) 3", "A) 2 B) 3"),
        ([], None),
        (None, None),
        ([1, 2], None),
    ],
)
def test_the_options_of_a_test_row_are_read_in_whatever_form(tmp_path: Path, options: object, read: str | None) -> None:
    path = write(tmp_path / "t.jsonl", [{"problem": "p", "options": options}])
    ((*_, found),) = read_test_set(TestSet("t", path=str(path), options="options"))
    assert found == read


def test_an_answer_column_that_the_file_does_not_have_is_named_with_those_it_has(tmp_path: Path) -> None:
    message = refused(write(tmp_path / "s.jsonl", ROWS), answer="misspelt")
    assert "line 1: no field 'misspelt'; it has problem, solution, id" in message


def test_a_line_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "s.jsonl", ROWS[:1])
    path.write_bytes(path.read_bytes() + '{"problem": "é"}\n'.encode("latin-1"))
    assert "s.jsonl, line 2: not UTF-8 text" in refused(path)


# --- labels that somebody else made ------------------------------------------------------------

LABELS = [{"topic": "Algebra - Sums", "key_points": ["Add two numbers", "Carry a ten"]}]


def test_structured_labels_come_with_their_practices(tmp_path: Path) -> None:
    rows = [{**ROWS[0], "labels": LABELS, "model": "gpt-x"}, {**ROWS[1], "labels": LABELS}]
    report = load(write(tmp_path / "s.jsonl", rows), id="id", labels="labels")
    assert [(g.practice_id, g.model) for g in report.labels] == [("test/a", "gpt-x"), ("test/b", "given")]
    (topic,) = report.labels[0].topics
    assert (topic.topic, topic.key_points) == ("Algebra - Sums", ("Add two numbers", "Carry a ten"))
    assert report.replies == {}


@pytest.mark.parametrize("name", ["s.jsonl", "s.json", "s.parquet"])
def test_labels_that_are_wrong_are_named_with_file_row_id_and_field(tmp_path: Path, name: str) -> None:
    wrong = [{"topic": "Sums", "key_points": ["Add two numbers"]}]
    rows = [{**ROWS[0], "labels": LABELS}, {**ROWS[1], "labels": wrong}]
    message = refused(write(tmp_path / name, rows), id="id", labels="labels")
    assert f"{name}, " in message
    assert message.partition(name)[2][:20].startswith((", line 2", ", entry 2", ", row 2"))
    assert "(test/b), field 'labels[0].topic': 'Sums' is not 'Subject - Name'" in message


def test_a_column_of_labels_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    message = refused(write(tmp_path / "s.jsonl", [{**ROWS[0], "labels": LABELS}]), id="id", labels="label")
    assert "line 1 (test/a): no field 'label' with labels; did you mean 'labels'?" in message


def test_a_row_without_text_counts_and_is_neither_published_nor_a_duplicate(tmp_path: Path) -> None:
    hidden = {"problem": None, "solution": None, "labels": LABELS}
    rows = [{**ROWS[0], "labels": LABELS}, {**hidden, "id": "x"}, {**hidden, "id": "y"}]
    report = load(write(tmp_path / "s.jsonl", rows), id="id", labels="labels", missing="skip")
    assert [(p.id, p.problem, p.answer, p.publishable) for p in report.practices] == [
        ("test/a", ROWS[0]["problem"], "5", True),
        ("test/x", "", None, False),
        ("test/y", "", None, False),
    ]
    assert len(report.labels) == 3
    assert report.skipped == []


def test_a_row_without_text_needs_labels_and_an_id(tmp_path: Path) -> None:
    rows = [{"problem": None, "solution": None, "id": "x", "labels": LABELS}]
    path = write(tmp_path / "s.jsonl", rows)
    assert "the field 'problem' is NoneType, not text" in refused(path, id="id")
    assert "the field 'problem' is null, and a row without its text needs an id" in refused(path, labels="labels")
    absent = write(tmp_path / "t.jsonl", [{"id": "x", "labels": LABELS}])
    assert "no field 'problem'; it has id, labels" in refused(absent, id="id", labels="labels")
    half = write(tmp_path / "u.jsonl", [{"problem": "p", "solution": None, "id": "x", "labels": LABELS}])
    assert "the field 'solution' is NoneType, not text" in refused(half, id="id", labels="labels")


def test_an_id_that_begins_with_its_source_stays(tmp_path: Path) -> None:
    rows = [{**ROWS[0], "id": "test/a"}, {**ROWS[1], "id": "testing/b"}]
    assert [p.id for p in load(write(tmp_path / "s.jsonl", rows), id="id").practices] == ["test/a", "test/testing/b"]


def test_a_source_has_a_reply_or_labels_and_not_both() -> None:
    with pytest.raises(ConfigError, match="seed source 'x': give 'reply' or 'labels', not both"):
        SeedSource("x", path="x.jsonl", reply="reply", labels="topics")
