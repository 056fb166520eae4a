"""What the pipeline decides over all questions together."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

import kpmath
from builder.answers import equal
from builder.config import Config, from_plain, load_recipe
from builder.errors import ConfigError
from builder.pipeline import Pipeline, build
from builder.records import HygieneNote, QuestionResult
from tests.publish.sample import result

RECIPE = Path(__file__).resolve().parent.parent / "recipes" / "demo.toml"


def pipeline_with_two_equal_questions(folder: Path) -> Pipeline:
    """q0 agrees more than q1, and both ask the same."""
    first, second = result(0, ("5", "5", "5", "5")), result(1, ("5", "5", "5", "6"))
    same = dataclasses.replace(second.question, problem=first.question.problem)
    pipeline = Pipeline(Config(), folder)
    questions = [first, dataclasses.replace(second, question=same)]
    pipeline.folder.write("questions", QuestionResult, questions, "f", 10)
    return pipeline


def test_of_two_equal_questions_the_one_with_more_agreement_stays(tmp_path: Path) -> None:
    notes = pipeline_with_two_equal_questions(tmp_path)._duplicates([])
    assert [(n.question_id, n.fate, n.match) for n in notes] == [("q1", "duplicate", "q0")]


def test_a_question_of_which_nothing_is_left_does_not_stand_for_another(tmp_path: Path) -> None:
    pipeline = pipeline_with_two_equal_questions(tmp_path)
    solutions = [HygieneNote("q0", f"s0-{i}", "contaminated", "test", None) for i in range(4)]
    assert pipeline._duplicates(solutions) == []
    assert pipeline._duplicates([HygieneNote("q0", None, "contaminated", "test", None)]) == []
    assert len(pipeline._duplicates(solutions[:3])) == 1


@pytest.mark.parametrize("threshold", [0.0, 0.7])
def test_adaptive_sampling_publishes_the_rows_of_fixed_sampling_from_fewer_solutions(
    tmp_path: Path, threshold: float
) -> None:
    rows, answers, drawn = {}, {}, {}
    for sampling in ("fixed", "adaptive"):
        settings = [
            "sampling.sets=40",
            f"solutions.sampling={sampling}",
            f"voting.min_agreement={threshold}",
            "publish.solutions_per_question=2",
            "publish.choose=first",  # the best of all ten may be one that adaptive sampling never drew
        ]
        config = load_recipe(RECIPE, settings)
        build(config, tmp_path / sampling / "run", tmp_path / sampling / "kpmath")
        pairs = kpmath.load(path=tmp_path / sampling / "kpmath", split="train")
        questions = kpmath.load("questions", path=tmp_path / sampling / "kpmath", split="train")
        rows[sampling] = [(r["id"], r["solution"]) for r in pairs]
        answers[sampling] = pairs["answer"]
        drawn[sampling] = sum(questions["candidates"])
        reasons = set(questions["stopped"]) - {None}
        assert reasons == {"all_drawn"} if sampling == "fixed" else "settled" in reasons
        assert all(r["planned"] == 10 and r["agreement"] >= threshold for r in pairs)
    assert rows["adaptive"] == rows["fixed"]
    # The commonest written form of the ones drawn: 12879 in one run may be 12,879 in the other.
    assert all(map(equal, answers["adaptive"], answers["fixed"]))
    assert drawn["adaptive"] < drawn["fixed"]


def test_a_filter_that_is_misspelt_is_named_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"filters\.off: unknown reason 'prof'; did you mean 'proof'\?"):
        Pipeline(load_recipe(RECIPE, ['filters.off=["prof"]']), tmp_path)


LONG = "A farmer packs 96 eggs in cartons of 12 and sells each carton for 3 dollars at the market on Saturday morning"


def kept_with(folder: Path, problems: list[str], test_rows: list[dict[str, object]], **settings: object) -> Pipeline:
    """A run whose kept questions ask ``problems``, checked against ``test_rows``."""
    path = folder / "test.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in test_rows), encoding="utf-8")
    plain = {"test_sets": [{"name": "exam", "path": str(path), "options": "options"}], **settings}
    pipeline = Pipeline(from_plain(plain), folder / "run")
    records = []
    for number, problem in enumerate(problems):
        one = result(number, ("5", "5", "5", "5"))
        records.append(dataclasses.replace(one, question=dataclasses.replace(one.question, problem=problem)))
    pipeline.folder.write("questions", QuestionResult, records, "f", 10)
    return pipeline


@pytest.mark.parametrize("repeats_only", [False, True])
def test_a_hit_says_which_n_gram_it_is_and_whether_the_mathematics_is_repeated(
    tmp_path: Path, repeats_only: bool
) -> None:
    row = {"problem": f"{LONG}. How much does he get for 7 cartons?"}
    problems = [f"{LONG}. How much does he get for {n} cartons?" for n in (7, 5)]
    pipeline = kept_with(tmp_path, problems, [row], decontamination={"repeats_only": repeats_only})
    _, questions, solutions = pipeline._test_set_indexes()
    notes = pipeline._contaminated(questions, solutions)
    assert [(n.question_id, n.repeated) for n in notes] == [("q0", True), ("q1", False)][: 1 if repeats_only else 2]
    assert all(n.match == "exam" and "line 1" in n.detail and "96 eggs" in n.ngram for n in notes)


def test_a_question_that_writes_the_options_of_a_test_row_out_is_a_hit(tmp_path: Path) -> None:
    options = [f"The number of boxes is {n} and of eggs {7 * n}" for n in (3, 4, 5)]
    pipeline = kept_with(
        tmp_path, ["Which is right? " + " ".join(options)], [{"problem": "Which?", "options": options}]
    )
    _, questions, solutions = pipeline._test_set_indexes()
    assert [n.fate for n in pipeline._contaminated(questions, solutions)] == ["contaminated"]


@pytest.mark.parametrize(("semantic", "found"), [(None, []), ("lexical", ["q1"])])
def test_vectors_find_what_is_said_in_other_words_where_they_are_asked_for(
    tmp_path: Path, semantic: str | None, found: list[str]
) -> None:
    problems = [
        "Tom has 12 apples and gives 5 apples to his sister Ann. How many apples does Tom have?",
        "How many apples does Tom have? Tom has 12 apples, and to his sister Ann Tom gives 5 apples.",
    ]
    settings = {"semantic": semantic, "cosine": 0.6} if semantic else {}
    pipeline = kept_with(tmp_path, problems, [{"problem": "x"}], dedup=settings)
    assert [n.question_id for n in pipeline._duplicates([])] == found
