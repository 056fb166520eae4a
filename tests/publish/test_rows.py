"""Records to rows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import kpmath
from builder.matrix import TCPM
from builder.publish.rows import default_rows, message_row, mpkp_row, question_row, tcpm_rows, topic_row
from builder.records import LabelledPractice, Practice, Question, QuestionResult, Topic, TopicKeyPoints
from tests.publish.sample import ADDITION, AREA, FINGERPRINT, KNOWLEDGE, PRACTICES, labelled, result


def pairs(record: QuestionResult, **options: object) -> list[dict[str, object]]:
    return default_rows(record, PRACTICES, fingerprint=FINGERPRINT, **options)


def question(record: QuestionResult, **options: object) -> dict[str, object]:
    return question_row(record, PRACTICES, fingerprint=FINGERPRINT, **options)


def test_every_row_has_exactly_the_columns_of_its_configuration() -> None:
    topic = Topic(ADDITION, 1, 1, (ADDITION,), None, None, True, False)
    row = pairs(result(1))[0]
    made = {
        "default": row,
        "questions": question(result(1)),
        "mpkp": mpkp_row(labelled(PRACTICES["toy-1"]), knowledge=KNOWLEDGE),
        "topics": topic_row(topic, practices=4, knowledge=KNOWLEDGE),
        "tcpm": next(tcpm_rows(TCPM.of(("A",), np.array([[1]])), knowledge=KNOWLEDGE)),
        "messages": message_row(row),
    }
    assert {c: set(r) for c, r in made.items()} == {c: set(kpmath.schema(c).names) for c in kpmath.CONFIGS}


def test_a_question_gives_one_row_for_each_winning_solution() -> None:
    rows = pairs(result(1, ("5", "6", "5", "5")))
    assert [r["id"] for r in rows] == ["s1-0", "s1-2", "s1-3"]
    assert {(r["answer"], r["agreement"], r["difficulty"], r["class_size"], r["candidates"]) for r in rows} == {
        ("5", 0.75, 0.25, 3.0, 4.0)
    }


def voted(answers: list[tuple[str | None, ...]], **changes: object) -> QuestionResult:
    """A question whose candidates gave ``answers``, with a vote of its own."""
    record = result(1, ("x",) * len(answers))
    solutions = tuple(dataclasses.replace(s, answers=a) for s, a in zip(record.solutions, answers, strict=True))
    assert record.vote is not None
    return dataclasses.replace(record, solutions=solutions, vote=dataclasses.replace(record.vote, **changes))


# METHOD 6's golden vector.
GOLDEN = [("4", "7"), ("4", "8"), ("4", "9"), ("5", "7"), ("6", "7")]
GOLDEN_CLASSES = ((0, 0), (0, 1), (0, 2), (1, 0), (2, 0))


def test_under_the_faithful_rule_each_row_has_the_answer_of_its_own_solution() -> None:
    record = voted(
        GOLDEN,
        rule="faithful",
        classes=GOLDEN_CLASSES,
        scores=(0.6,) * 5,
        winners=(0, 1, 2, 3, 4),
        answer="4, 7",
    )
    assert [r["answer"] for r in pairs(record)] == ["4, 7", "4, 8", "4, 9", "5, 7", "6, 7"]
    assert {(r["agreement"], r["class_size"]) for r in pairs(record)} == {(0.6, 1.0)}


def test_under_the_strict_rule_only_the_first_stays() -> None:
    record = voted(
        GOLDEN,
        classes=GOLDEN_CLASSES,
        scores=(0.6, 0.2, 0.2, 0.2, 0.2),
        winners=(0,),
        answer="4, 7",
        agreement=0.6,
    )
    assert [(r["id"], r["answer"], r["agreement"]) for r in pairs(record)] == [("s1-0", "4, 7", 0.6)]


def test_one_answer_in_several_forms_is_published_in_one() -> None:
    record = voted(
        [("0.5",), (" 1/2",), ("1/2",), (None,)],
        classes=((0,), (0,), (0,), (None,)),
        scores=(0.75, 0.75, 0.75, 0.0),
        winners=(0, 1, 2),
        answer="1/2",
        abstained=1,
    )
    rows = pairs(record)
    assert [(r["answer"], r["agreement"], r["class_size"], r["abstained"]) for r in rows] == [
        ("1/2", 0.75, 3.0, 1.0)
    ] * 3
    assert question(record)["candidate_answers"] == ["0.5", "1/2", "1/2", None]
    assert question(record)["candidate_classes"] == [0.0, 0.0, 0.0, None]


def test_difficulty_is_free_of_the_last_binary_digit() -> None:
    assert pairs(result(1, ("5",) * 7 + ("6",) * 3))[0]["difficulty"] == 0.3


def test_key_points_topics_and_practices_are_parallel() -> None:
    row = pairs(result(1))[0]
    assert row["key_points"] == ["Add whole numbers", "Carry a ten", "Area of a rectangle"]
    assert row["topics"] == [ADDITION, ADDITION, AREA]
    assert row["practice_ids"] == ["toy-1", "toy-1", "toy-2"]
    assert (row["topic_1"], row["topic_2"], row["topic_3"]) == (ADDITION, AREA, None)
    assert (row["subject"], row["topics_count"], row["key_points_count"]) == ("Arithmetic", 2.0, 3.0)


def test_sources_are_those_of_the_practices() -> None:
    other = {**PRACTICES, "toy-2": dataclasses.replace(PRACTICES["toy-2"], source="atlas")}
    assert default_rows(result(1), other, fingerprint=FINGERPRINT)[0]["source"] == "atlas+toy"
    assert default_rows(result(1), {}, fingerprint=FINGERPRINT)[0]["source"] is None


@pytest.mark.parametrize("fate", ["low_score", "tie", "duplicate", "contaminated"])
def test_what_was_not_kept_gives_no_pair_but_a_question_row(fate: str) -> None:
    record = result(1, fate=fate)
    assert pairs(record) == []
    assert question(record)["fate"] == fate


def test_a_withheld_solution_gives_no_pair_and_its_text_is_nowhere() -> None:
    record = result(1)
    assert [r["id"] for r in pairs(record, withheld={"s1-1"})] == ["s1-0", "s1-2"]
    texts = question(record, withheld={"s1-1"})["candidate_solutions"]
    assert [t is None for t in texts] == [False, True, False, False]


def test_of_a_withheld_question_no_text_is_published_at_all() -> None:
    record = result(1)
    assert pairs(record, withheld={"q1"}) == []
    row = question(record, withheld={"q1"}, reason="gsm8k row 7")
    assert (row["problem"], row["score_reason"], row["reason"]) == (None, None, "gsm8k row 7")
    assert row["candidate_solutions"] == [None] * 4
    assert "Problem 1" not in str(row)


def test_the_same_solution_text_is_published_once() -> None:
    record = result(1)
    twin = dataclasses.replace(record.solutions[1], text="  " + record.solutions[0].text.replace(" ", "\n"))
    record = dataclasses.replace(record, solutions=(record.solutions[0], twin, *record.solutions[2:]))
    assert [r["id"] for r in pairs(record)] == ["s1-0", "s1-2"]


def test_a_limit_keeps_the_first_different_solutions_in_the_order_of_the_samples() -> None:
    record = result(1, ("5", "6", "5", "5"))
    assert [r["id"] for r in pairs(record, limit=2)] == ["s1-0", "s1-2"]
    assert [r["id"] for r in pairs(record, limit=2, withheld={"s1-0"})] == ["s1-2", "s1-3"]
    assert len(pairs(record, limit=9)) == 3


def test_a_row_says_how_many_were_drawn_of_how_many_and_why_no_more() -> None:
    record = voted([("5",)] * 4, planned=6, stopped="settled", scores=(4 / 6,) * 4, agreement=4 / 6)
    for row in (*pairs(record), question(record)):
        assert (row["candidates"], row["planned"], row["stopped"]) == (4.0, 6.0, "settled")
        assert (row["agreement"], row["difficulty"]) == (0.666667, 0.333333)
    unsolved = QuestionResult(record.question, record.information_set, None, (), None, "unscored")
    assert (question(unsolved)["planned"], question(unsolved)["stopped"]) == (None, None)


def test_a_question_without_problem_keeps_its_reason() -> None:
    broken = Question("q1", "i1", None, "writer", "w", "no tags here", rejected="no <Q>...</Q>")
    record = QuestionResult(broken, result(1).information_set, None, (), None, "no_problem")
    row = question(record)
    assert (row["problem"], row["fate"], row["reason"]) == (None, "no_problem", "no <Q>...</Q>")
    assert (row["score"], row["agreement"], row["candidates"]) == (None, None, 0.0)
    assert row["candidate_ids"] == row["class_sizes"] == []


def test_candidates_are_parallel_lists_in_the_order_they_were_sampled() -> None:
    row = question(result(1, ("5", None, "5", "6")))
    assert row["candidate_answers"] == ["5", None, "5", "6"]
    assert row["candidate_classes"] == [0.0, 1.0, 0.0, 2.0]
    assert row["candidate_wins"] == [True, False, True, False]
    assert len({len(row[c]) for c in row if c.startswith("candidate_")}) == 1


def test_text_of_a_practice_that_may_not_be_published_stays_out() -> None:
    row = mpkp_row(labelled(PRACTICES["toy-2"]), knowledge=KNOWLEDGE)
    assert (row["problem"], row["solution"], row["answer"], row["text_published"]) == (
        None,
        None,
        None,
        False,
    )
    assert (row["id"], row["key_points"][0], row["topics"][0]) == ("toy-2", "Add whole numbers", ADDITION)
    assert row["raw_topics"] == ["Arithmetic - Adding", "Arithmetic - Adding", AREA]


@pytest.mark.parametrize(("own", "expected"), [("Algebra", "Algebra"), (None, "Arithmetic")])
def test_the_subject_of_a_practice_is_the_sources_own_where_it_has_one(own: str | None, expected: str) -> None:
    item = dataclasses.replace(PRACTICES["toy-1"], subject=own)
    assert mpkp_row(labelled(item), knowledge=KNOWLEDGE)["subject"] == expected


def test_lone_surrogates_are_replaced_and_everything_else_is_kept() -> None:
    item = Practice("p", "toy", "a \ud800 b \U0001d4d0 \\frac{1}{2}", "s", None)
    record = LabelledPractice(item, (TopicKeyPoints("T - U", ("k\udfff",)),), "m", "h", "r")
    row = mpkp_row(record, knowledge=KNOWLEDGE)
    assert row["problem"] == "a � b \U0001d4d0 \\frac{1}{2}"
    assert row["key_points"] == ["k�"]


def test_topics_have_their_share_and_their_aliases_in_one_string() -> None:
    topic = Topic(ADDITION, 3, 7, (ADDITION, "Arithmetic - Adding"), AREA, 0.123456789, True, False)
    row = topic_row(topic, practices=12, knowledge=KNOWLEDGE)
    assert (row["share"], row["subject"], row["nearest_similarity"]) == (0.25, "Arithmetic", 0.123457)
    assert row["aliases"] == "Arithmetic - Addition | Arithmetic - Adding"


def test_the_matrix_in_long_form_has_both_orders_and_no_zero() -> None:
    rows = list(tcpm_rows(TCPM.of(("A", "B", "C"), np.array([[2, 2, 0], [2, 0, 1], [0, 1, 0]])), knowledge=KNOWLEDGE))
    assert [(r["topic_a"], r["topic_b"], r["count"]) for r in rows] == [
        ("A", "A", 2.0),
        ("A", "B", 2.0),
        ("B", "A", 2.0),
        ("B", "C", 1.0),
        ("C", "B", 1.0),
    ]


def test_a_chat_row_holds_the_pair_as_two_turns() -> None:
    row = pairs(result(1))[0]
    assert message_row(row)["messages"] == [
        {"role": "user", "content": row["problem"]},
        {"role": "assistant", "content": row["solution"]},
    ]
