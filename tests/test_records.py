"""Records survive Arrow unchanged, and ids are the same in every process."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from builder.records import (
    InformationSet,
    LabelledPractice,
    Practice,
    Question,
    QuestionResult,
    Score,
    SetTopic,
    Solution,
    Solvability,
    TopicKeyPoints,
    Verdict,
    Vote,
    arrow_schema,
    content_id,
    from_table,
    to_table,
)

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
labelled = st.builds(
    LabelledPractice,
    st.builds(Practice, text, text, text, text, st.none() | text, st.none() | text, st.none(), st.booleans()),
    st.lists(st.builds(TopicKeyPoints, text, st.lists(text, max_size=3).map(tuple), st.none() | text), max_size=3).map(
        tuple
    ),
    text,
    text,
    text,
)


@given(st.lists(labelled, max_size=4))
def test_labelled_practices_survive_arrow(rows: list[LabelledPractice]) -> None:
    assert list(from_table(to_table(rows, LabelledPractice), LabelledPractice)) == rows


def test_a_question_result_with_and_without_a_vote_survives_arrow() -> None:
    chosen = InformationSet("s", 4, (SetTopic("A - B", ("k", "l"), "p"),), "two_topics")
    question = Question("q", "s", None, "m", "h", "no tags", None, "no_question")
    score = Score(
        "q", None, 0.5, None, "unreadable", (Verdict(None, 0.5, None, (True, None), "unreadable", "m", "h", "?"),)
    )
    solution = Solution("x", "q", 0, "so \\boxed{4}", ("4",), ("2+2=5",), "m", "h", "stop")
    vote = Vote("strict", 1, 0, ((1.0,),), ((0,),), (1,), (1.0,), (), 0.0, None, "no_agreement", 1, "all_drawn")
    asked = [
        Solvability("q", None, None, "unreadable", "m", "h", "Hm."),
        Solvability("q", False, "contradiction", None, "m", "h", "<solvable>no</solvable>"),
    ]
    rows = [
        *(QuestionResult(question, chosen, score, (), None, "unsolvable", a.why, a) for a in asked),
        QuestionResult(question, chosen, None, (), None, "no_question"),
        QuestionResult(question, chosen, score, (solution,), vote, "no_agreement"),
    ]
    assert list(from_table(to_table(rows, QuestionResult), QuestionResult)) == rows


def test_no_rows_still_have_a_schema() -> None:
    assert to_table([], QuestionResult).schema == arrow_schema(QuestionResult)


def test_key_points_of_a_set_keep_their_order_without_repeats() -> None:
    chosen = InformationSet("s", 0, (SetTopic("A", ("k", "l"), "p"), SetTopic("B", ("l", "m"), "q")))
    assert chosen.key_points == ("k", "l", "m")


def test_an_id_is_the_same_in_another_process() -> None:
    here = content_id("question", "ü", 3, None, ["a"])
    code = "from builder.records import content_id; print(content_id('question', 'ü', 3, None, ['a']))"
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == here
    assert len(here) == 32


def test_ids_of_different_parts_differ() -> None:
    assert content_id("ab", "c") != content_id("a", "bc")
