"""Candidates and labelled questions from files: agreement and truth by hand, and every mistake in one line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from builder.errors import ConfigError, KPMathError, SeedError
from builder.gates.reading import Voting, read
from tests.gates.sample import candidates, write

LABELLED = {"score": 0.5, "truth": True}


def voted(tmp_path: Path, row: dict[str, Any], voting: Voting = Voting()) -> tuple[float, bool, str]:  # noqa: B008
    found, _ = read([write(tmp_path / "c.jsonl", [row])], voting)
    assert found.draws == 1
    return float(found.values[0, 0]), bool(found.right[0, 0]), str(found.nothing[0, 0])


@pytest.mark.parametrize(
    ("answers", "gold", "agreement", "right"),
    [
        ("7 7 7 3 2", "7", 0.6, True),
        ("3 3 3 7 7", "7", 0.6, False),
        ("7 7 7 7 7", "7", 1.0, True),
        ("7 7.0 14/2 1 2", "7", 0.6, True),  # the pipeline's equality
        ("0.5 1/2 - - -", "\\frac{1}{2}", 0.4, True),  # abstentions stay in the denominator
        ("7 7 7 7", "7.0", 1.0, True),
    ],
)
def test_agreement_and_truth(tmp_path: Path, answers: str, gold: str, agreement: float, right: bool) -> None:
    assert voted(tmp_path, candidates(answers, gold)) == (agreement, right, "")


@pytest.mark.parametrize(
    ("answers", "why"), [("7 7 3 3 1", "tie"), ("1 2 3 4 7", "no_agreement"), ("- - - - -", "no_answer")]
)
def test_what_publishes_nothing_has_a_reason_and_no_value(tmp_path: Path, answers: str, why: str) -> None:
    value, right, nothing = voted(tmp_path, candidates(answers))
    assert math.isnan(value)
    assert (right, nothing) == (False, why)


def test_a_candidate_with_wrong_arithmetic_votes_for_nothing_as_in_a_build(tmp_path: Path) -> None:
    row = candidates("7 7 7 7")
    row["candidates"][0] = "We have 3 + 5 = 9.\nThe answer is: 7"
    assert voted(tmp_path, row) == (0.75, True, "")
    assert voted(tmp_path, row, Voting(check_computations=False)) == (1.0, True, "")


def test_a_gold_answer_may_be_a_number_and_the_text_may_be_a_problem(tmp_path: Path) -> None:
    row = candidates("7 7 1") | {"gold": 7}
    row["problem"] = row.pop("question")
    assert voted(tmp_path, row) == (pytest.approx(2 / 3), True, "")


def test_draws_follow_from_the_question_and_not_from_its_place(tmp_path: Path) -> None:
    rows = [candidates(" ".join("73217"[(i * j) % 5] for j in range(1, 9)), str(i % 2 + 6)) for i in range(20)]
    voting = Voting(votes=3, draws=8)
    one, _ = read([write(tmp_path / "a.jsonl", rows)], voting)
    other, _ = read([write(tmp_path / "b.jsonl", rows[::-1])], voting)
    assert one.values.shape == (20, 8)
    assert one.values.tobytes() == other.values.tobytes()
    assert (one.right == other.right).all()
    again, _ = read([tmp_path / "a.jsonl"], Voting(votes=3, draws=8, seed=1))
    assert again.values.tobytes() != one.values.tobytes()


def test_draws_average_to_what_all_draws_give(tmp_path: Path) -> None:
    # Of the ten ways to draw three of the five, one has all three right ones, six have two, three have one.
    found, _ = read([write(tmp_path / "a.jsonl", [candidates("7 7 7 1 2")])], Voting(votes=3, draws=4000))
    assert (found.values == 1).mean() == pytest.approx(0.1, abs=0.02)
    assert (found.values == 2 / 3).mean() == pytest.approx(0.6, abs=0.03)
    assert (found.nothing == "no_agreement").mean() == pytest.approx(0.3, abs=0.03)


def test_several_files_are_groups_and_can_be_traced(tmp_path: Path) -> None:
    b = write(tmp_path / "b.jsonl", [candidates("7 7", subject="Algebra"), candidates("7 1")])
    a = write(tmp_path / "a.jsonl", [candidates("1 1", level=5)])
    found, sources = read([b, a], Voting())
    assert list(found.groups) == ["file", "subject", "level"]
    assert sorted(map(tuple, zip(*found.groups.values(), strict=True))) == [
        ("a.jsonl", "(none)", "5"),
        ("b.jsonl", "(none)", "(none)"),
        ("b.jsonl", "Algebra", "(none)"),
    ]
    assert [(s.name, s.questions, len(s.sha256)) for s in sources] == [("a.jsonl", 1, 64), ("b.jsonl", 2, 64)]


def test_an_unscored_question_is_never_kept(tmp_path: Path) -> None:
    rows = [{"score": None, "truth": True}, {"score": 0, "truth": False}, {"score": 1, "truth": True}]
    found, _ = read([write(tmp_path / "s.jsonl", rows)], Voting())
    assert sorted(found.nothing[:, 0]) == ["", "", "unscored"]
    assert found.votes is None


def without(name: str, row: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k != name}


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([without("gold", candidates("7 7"))], SeedError, "line 1: no true answer in the field 'gold'"),
        ([candidates("7 7") | {"gold": " "}], SeedError, "no true answer"),
        ([without("question", candidates("7 7"))], SeedError, "no text in the field 'question'"),
        ([candidates("7 7") | {"candidates": "7"}], SeedError, "must be a list of texts"),
        ([candidates("7")], SeedError, "two candidates or more"),
        ([candidates("7 7"), candidates("7 7 7")], ConfigError, "--votes 2"),
        ([{"score": 0.4}], SeedError, "no field 'truth'"),
        ([{"truth": True}], SeedError, "no field 'score'"),
        ([LABELLED, {"score": 1.01, "truth": True}], SeedError, "line 2: the field 'score' is 1.01: give a number"),
        ([{"score": -0.1, "truth": True}], SeedError, "from 0 to 1"),
        ([{"score": "0.9", "truth": True}], SeedError, "from 0 to 1"),
        ([{"score": True, "truth": True}], SeedError, "from 0 to 1"),
        ([{"score": float("nan"), "truth": True}], SeedError, "from 0 to 1"),
        ([{"score": 0.5, "truth": "yes"}], SeedError, "give true or false"),
        ([{"problem": "How many?"}], SeedError, "neither candidates with a known answer"),
        ([LABELLED | {"subject": ["a"]}], SeedError, "it is no group"),
        ([LABELLED | {"difficulty": i / 100} for i in range(90)], ConfigError, "has 90 values"),
        ([candidates("7 7"), LABELLED], SeedError, "line 2: no field 'candidates'"),
        ([], SeedError, "no rows"),
    ],
)
def test_a_mistake_in_a_file_is_one_line(
    tmp_path: Path, rows: list[dict[str, Any]], error: type[KPMathError], words: str
) -> None:
    with pytest.raises(error) as caught:
        read([write(tmp_path / "x.jsonl", rows)], Voting())
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mistake_in_the_options_is_one_line(tmp_path: Path) -> None:
    votes = write(tmp_path / "v.jsonl", [candidates("7 7 7")])
    scores = write(tmp_path / "s.jsonl", [LABELLED])
    (tmp_path / "d").mkdir()
    for paths, voting, by, words in (
        ([votes, scores], Voting(), (), "different gates"),
        ([votes], Voting(votes=4), (), "give 2 to 3"),
        ([votes], Voting(votes=1), (), "give 2 to 3"),
        ([scores], Voting(votes=3), (), "have no votes"),
        ([votes], Voting(), ("topic",), "--by topic: no row has this column"),
        ([votes, write(tmp_path / "d" / "v.jsonl", [candidates("7 7 7")])], Voting(), (), "two files are called"),
    ):
        with pytest.raises(ConfigError, match=words):
            read(paths, voting, by)
    with pytest.raises(SeedError, match="does not exist"):
        read([tmp_path / "none.jsonl"], Voting())


# --- real outputs --------------------------------------------------------------------------------

# Winners by agreement of five votes, drawn from the candidates of 43 models (docs/gates.md).
EXPECTED = {
    "math_level5": {2: 0.52, 3: 0.79, 4: 0.95, 5: 0.96},
    "gsm8k": {2: 0.66, 3: 0.84, 4: 0.96, 5: 0.98},
    "mathematics": {2: 0.66, 3: 0.89, 4: 0.98, 5: 0.98},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_real_winners_are_right_as_often_as_the_docs_say(data_dir: Path | None, name: str) -> None:
    if data_dir is None:
        pytest.skip("the folder with real data is not there")
    found, _ = read([data_dir / f"candidates_{name}.jsonl"], Voting(votes=5, draws=3))
    for k, accuracy in EXPECTED[name].items():
        winners = found.right[found.values == k / 5]
        assert winners.mean() == pytest.approx(accuracy, abs=0.05 if k > 2 else 0.12), k
