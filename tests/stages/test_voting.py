"""METHOD 6's vote: its golden vector, its edges, and laws that hold for every vote."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.answers import asked
from builder.stages.voting import consensus

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
