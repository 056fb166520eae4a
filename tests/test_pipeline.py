"""What the pipeline decides over all questions together."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from builder.config import Config
from builder.pipeline import Pipeline
from builder.records import HygieneNote, QuestionResult
from tests.publish.sample import result


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
