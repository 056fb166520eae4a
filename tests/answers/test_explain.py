"""``python -m builder answers``: what a person is told, and the errors of a user."""

import json

import pytest

from builder.answers import Verdict, asked, equal
from builder.answers.explain import explain
from builder.cli import main


@pytest.mark.parametrize(
    ("a", "b", "question", "reason"),
    [
        ("1/2", "0.5", "", "the same value"),
        (r"\foo", r"\foo ", "", "the same text"),
        ("x=5", "5", "", "a name with a value is that value"),
        ("x=5", "y=5", "", "the same value is given to different things"),
        (r"\pi", "3.14", "", "rounded"),
        (r"\pi", "3.14", "Round to the nearest hundredth.", "convention"),
        ("50%", "1/2", "", "a percentage is the number of hundredths"),
        (r"30^\circ", r"\pi/6", "", "degrees are radians"),
        ("(0,1)", "0<x<1", "", "an inequality is its interval"),
        ("1/3", "0.333333333333333", "", "a long decimal stands for the value that it rounds"),
        (r"\foo{1}", "1", "", "A cannot be read"),
        ("2", "3", "", "two different values"),
        ("", "3", "", "no answer equals nothing"),
    ],
)
def test_the_reason_of_a_verdict(a, b, question, reason):
    found = explain(a, b, asked(question))
    assert reason in found.reason
    assert found.equal == equal(a, b, asked(question))


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (r"\sqrt{2}", "1.41421356237"),
        ("7" * 100, "(100 digits)"),
        ("2^{10000}", "about 3010 digits"),
        ("[1,2)", "[1, 2)"),
        (r"\begin{pmatrix}1\\2\end{pmatrix}", "the tuple (1, 2)"),
        ("5 cm", "unit cm ignored"),
        ("1011_2", "base 2, worth 11"),
        ("x>3", "all values of x in the interval (3, infinity)"),
        ("March 5, 2020", "2020-03-05"),
        ("1:06 pm", "13:06"),
        ("3:2", "ratio 3:2"),
        ("(C) 12", "choice C, which says the number 12"),
        ("9^{9^{9^9}}", "known by its structure"),
    ],
)
def test_what_was_read_is_told_in_words(answer, text):
    assert text in explain(answer, "1").first


def test_the_judge_s_verdict_is_told():
    assert "ran out of its limits" in explain(r"\foo{1}", "1", judge=lambda a, b: Verdict.UNDECIDED).reason
    assert "the judge calls them equal" in explain(r"\foo{1}", "1", judge=lambda a, b: Verdict.EQUAL).reason


def test_equal_prints_its_verdict_and_gives_it_as_exit_status(capsys):
    assert main(["answers", "equal", r"\frac12", "0.5"]) == 0
    assert main(["answers", "equal", "1", "2"]) == 1
    assert capsys.readouterr().out == "equal\ndifferent\n"
    assert main(["answers", "equal", "--", "-1", "-2/2"]) == 0
    assert main(["answers", "equal", "12 cm", "12 m", "--units", "--explain"]) == 1
    assert "12" in capsys.readouterr().out
    assert main(["answers", "equal", "1", "1.0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["equal"] is True


def test_classes_of_a_text_file_are_shown_with_their_sizes(tmp_path, capsys):
    path = tmp_path / "answers.txt"
    path.write_text("1/2\n0.5\n\n7\n", encoding="utf-8")
    assert main(["answers", "classes", str(path), "--explain"]) == 0
    shown = capsys.readouterr().out
    assert "class 0: 2 of 4 answers" in shown and "no answer: 1 of 4" in shown and "the number 1/2" in shown


def test_classes_of_questions_are_one_json_line_each(tmp_path, capsys):
    path = tmp_path / "questions.jsonl"
    rows = [
        {"answers": ["1/2", "0.5", None, "2"]},
        {"candidates": [r"so \boxed{3}", "The answer is 3.", "no idea"], "question": "How many?"},
        {"answers": ["C", "12"], "question": "Which? (A) 10 (B) 11 (C) 12"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert main(["answers", "classes", str(path), "--workers", "1"]) == 0
    shown = capsys.readouterr()
    classes = [json.loads(line)["classes"] for line in shown.out.splitlines()]
    assert classes == [[0, 0, None, 1], [0, 0, None], [0, 0]]
    assert "3 questions" in shown.err


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("none.txt", None, "there is no file"),
        ("none.jsonl", None, "cannot be read"),
        ("bad.jsonl", "{", "line 1: no JSON"),
        ("list.jsonl", "[1]", "line 1: not an object"),
        ("other.jsonl", '{"replies": []}', "the line has replies"),
        ("numbers.jsonl", '{"answers": ["1"]}\n{"answers": [1]}', "line 2: wanted is"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path, capsys, name, content, error):
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert main(["answers", "classes", str(path), "--workers", "1"]) == 2
    assert error in capsys.readouterr().err


def test_the_answer_of_a_text_is_extracted(tmp_path, capsys):
    path = tmp_path / "solution.txt"
    path.write_text(r"We get $\boxed{\frac{1}{2}}$.", encoding="utf-8")
    assert main(["answers", "extract", str(path)]) == 0
    assert capsys.readouterr().out == "\\frac{1}{2}\n"
    path.write_text("I do not know", encoding="utf-8")
    assert main(["answers", "extract", str(path)]) == 1
