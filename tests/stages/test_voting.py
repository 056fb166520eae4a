"""METHOD 6's vote: its golden vector, its edges, and laws that hold for every vote."""

import dataclasses
import statistics
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.answers import asked
from builder.records import Solution
from builder.stages.voting import best_first, consensus

GOLDEN = [("4", "7"), ("4", "8"), ("4", "9"), ("5", "7"), ("6", "7")]


def test_faithful_keeps_all_five_of_the_golden_vector():
    vote = consensus(GOLDEN, rule="faithful")
    assert vote.scores == (0.6,) * 5
    assert vote.winners == (0, 1, 2, 3, 4)
    assert vote.rejected is None


def test_strict_keeps_only_the_first_of_the_golden_vector():
    vote = consensus(GOLDEN)
    assert vote.scores == (0.6, 0.2, 0.2, 0.2, 0.2)
    assert vote.winners == (0,)
    assert vote.answer == "4, 7"
    assert vote.consensus[1] == (0.6, 0.2)
    assert vote.class_sizes == (3, 1, 1)


@pytest.mark.parametrize(
    ("answers", "winners", "agreement", "answer", "rejected"),
    [
        ([], (), 0.0, None, "no_answer"),
        ([None, None], (), 0.0, None, "no_answer"),
        (["3"], (), 0.0, None, "no_agreement"),
        (["3", "4", None], (), 0.0, None, "no_agreement"),
        (["3", "3", "4", "4"], (), 0.0, None, "tie"),
        (["3", "4", "3", "5", None], (0, 2), 0.4, "3", None),
        (["1/2", "0.5", r"\frac{1}{2}", "2"], (0, 1, 2), 0.75, "0.5", None),
        ([None, None, None, "7", "7"], (3, 4), 0.4, "7", None),
    ],
)
def test_votes_on_one_question(answers, winners, agreement, answer, rejected):
    for rule in ("strict", "faithful"):
        vote = consensus(answers, rule=rule)
        assert (vote.winners, vote.agreement, vote.answer, vote.rejected) == (
            winners,
            agreement,
            answer,
            rejected,
        )


def test_an_unknown_rule_and_uneven_candidates_are_refused():
    with pytest.raises(ValueError, match="median"):
        consensus(["1"], rule="median")
    with pytest.raises(ValueError, match="sub-questions"):
        consensus([("1", "2"), ("1",)])


candidates = st.lists(st.sampled_from(["1", "1.0", "2", "1/2", "0.5", "x=2", None]), max_size=9)


@settings(max_examples=150, deadline=None)
@given(candidates, st.randoms(), st.sampled_from(["strict", "faithful"]))
def test_the_order_of_candidates_changes_nothing(answers, random, rule):
    order = list(range(len(answers)))
    random.shuffle(order)
    before, after = consensus(answers, rule), consensus([answers[i] for i in order], rule)
    assert {order[i] for i in after.winners} == set(before.winners)
    assert (after.answer, after.rejected, after.class_sizes) == (
        before.answer,
        before.rejected,
        before.class_sizes,
    )


@settings(max_examples=150, deadline=None)
@given(candidates, st.integers(1, 4))
def test_abstentions_never_add_winners(answers, extra):
    before, after = consensus(answers), consensus(answers + [None] * extra)
    assert set(after.winners) <= set(before.winners)
    assert after.agreement <= before.agreement


@settings(max_examples=150, deadline=None)
@given(candidates)
def test_winners_of_a_strict_vote_share_one_answer_of_at_least_two(answers):
    vote = consensus(answers)
    assert len({vote.classes[i] for i in vote.winners}) <= 1
    assert len(vote.winners) != 1
    assert all(answers[i] is not None for i in vote.winners)
    assert (vote.answer is None) == (vote.rejected is not None)


def test_what_the_question_asks_for_decides_which_answers_vote_together():
    answers = ["3.14", r"\pi", "3.1416", "3.2", "1"]
    assert consensus(answers).rejected == "no_agreement"
    vote = consensus(answers, asked=asked("Round the area to the nearest hundredth."))
    assert vote.winners == (0, 1, 2) and vote.agreement == 0.6


# --- which solution stands for the question ----------------------------------------------------


def solution(index: int, text: str, answer: str = "12", finish: str | None = "stop") -> Solution:
    return Solution(f"s{index}", "q", index, text, (answer,), (), "m", "h", finish)


def best(*solutions: Solution) -> tuple[int, ...]:
    return best_first(consensus([s.answers for s in solutions]), solutions)


def test_a_solution_of_middling_length_comes_before_one_that_skips_steps_or_rambles() -> None:
    lengths = (10, 400, 90, 110, 95)
    assert best(*(solution(i, "x" * n) for i, n in enumerate(lengths))) == (4, 2, 3, 0, 1)


def test_the_answer_as_the_vote_writes_it_and_a_reply_that_ended_count_before_length() -> None:
    told = [
        solution(0, "xx", "12.0"),
        solution(1, "x" * 50),
        solution(2, "x" * 9),
        solution(3, "x" * 9, finish="length"),
    ]
    assert best(*told) == (2, 1, 0, 3)


def test_one_that_computes_something_wrong_comes_last_whatever_its_length() -> None:
    wrong = dataclasses.replace(solution(0, "x" * 10), wrong_computations=("2 + 3 = 6",))
    assert best(wrong, solution(1, "x" * 90), solution(2, "x" * 10, finish="length")) == (1, 2, 0)


def test_losers_are_not_among_the_best_and_without_winners_there_is_none() -> None:
    assert best(solution(0, "a"), solution(1, "a", "13"), solution(2, "a")) == (0, 2)
    assert best(solution(0, "a"), solution(1, "a", "13")) == ()


@given(st.lists(st.integers(1, 40), min_size=2, max_size=8), st.randoms())
def test_the_order_of_the_samples_decides_only_between_equals(lengths: list[int], random: Random) -> None:
    shuffled = random.sample(lengths, len(lengths))
    chosen = []
    for order in (lengths, shuffled):
        told = [solution(i, "x" * n) for i, n in enumerate(order)]
        chosen.append([order[i] for i in best(*told)])
    middle = statistics.median(lengths)
    assert [abs(n - middle) for n in chosen[0]] == [abs(n - middle) for n in chosen[1]]
