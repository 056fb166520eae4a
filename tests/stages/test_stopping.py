"""When further candidates can change nothing: the vote on a prefix is the vote on all that was planned."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from builder.answers import answer_classes, asked, extract_answer, firm_keys
from builder.answers.question import NOTHING, Asked
from builder.records import Vote
from builder.stages.voting import consensus, next_round, votes_needed

# Answers that join each other, or part, depending on which others are there.
NUMBERS = ("5", "x=5", "y=5", "5.0", "6", "x = 6", "7")
SHARES = ("50", "50\\%", "0.5", "1/2", "\\frac{1}{2}", "5", "0.05", "5\\%")
DECIMALS = ("1/3", "0.3333333333", "0.33333333333333331", "0.33", "0.333", "1/4")
ROUNDED = ("3.14", "3.1416", "\\pi", "3.2", "3.15", "22/7")
LETTERS = ("C", "(C)", "7", "x=7", "B", "5", "\\text{(B)}")
WORDS = ("no solution", "(1,2)", "\\{1,2\\}", "x^2+1", "1+x^2", "30^\\circ", "\\pi/6", "30")
KINDS: tuple[tuple[tuple[str, ...], Asked], ...] = (
    (NUMBERS, NOTHING),
    (SHARES, NOTHING),
    (SHARES, asked("What percent of them are red?")),
    (DECIMALS, NOTHING),
    (ROUNDED, asked("Round to the nearest hundredth.")),
    (LETTERS, asked("Which is it? (A) 3 (B) 5 (C) 7 (D) 9")),
    (WORDS, NOTHING),
)
THRESHOLDS = (0.0, 0.3, 0.5, 0.7, 0.9, 1.0)
RULES = ("strict", "faithful")


@st.composite
def polls(draw: st.DrawFn) -> tuple[list[str | None], Asked]:
    """All planned answers of a question, of a few forms so that many agree."""
    forms, wanted = draw(st.sampled_from(KINDS))
    some = draw(st.lists(st.sampled_from((*forms, None)), min_size=1, max_size=4))
    return draw(st.lists(st.sampled_from(some), min_size=1, max_size=12)), wanted


def sampled(
    answers: Sequence[str | None], wanted: Asked, threshold: float, cost: float = 1.0, rule: str = "strict"
) -> Vote:
    """The vote of adaptive sampling, where ``answers`` are all that would be drawn."""
    drawn: list[str | None] = []
    while True:
        vote = consensus(drawn, rule, wanted, planned=len(answers), min_agreement=threshold)
        if vote.stopped:
            return vote
        more = next_round(drawn, vote, wanted, min_agreement=threshold, request_cost=cost)
        assert 1 <= more <= len(answers) - len(drawn)
        drawn = list(answers[: len(drawn) + more])


def same_outcome(early: Vote, full: Vote, answers: Sequence[str | None]) -> None:
    """The same fate, and the published answer of the early vote is in the class that wins in the end."""
    assert early.rejected == full.rejected
    if full.rejected is None:
        at = next(i for i in early.winners if str(answers[i]).strip() == early.answer)
        assert full.classes[at] == full.classes[full.winners[0]]
        assert at in full.winners


@settings(max_examples=600)
@given(polls(), st.sampled_from(THRESHOLDS), st.sampled_from((0.0, 1.0, 5.0)), st.sampled_from(RULES))
def test_adaptive_sampling_ends_as_fixed_sampling_does(
    poll: tuple[list[str | None], Asked], threshold: float, cost: float, rule: str
) -> None:
    answers, wanted = poll
    full = consensus(answers, rule, wanted, min_agreement=threshold)
    same_outcome(sampled(answers, wanted, threshold, cost, rule), full, answers)


@settings(max_examples=300)
@given(polls(), st.integers(1, 4), st.sampled_from(THRESHOLDS), st.sampled_from(KINDS))
def test_no_completion_changes_what_is_settled(
    poll: tuple[list[str | None], Asked], left: int, threshold: float, more: tuple[tuple[str, ...], Asked]
) -> None:
    drawn, wanted = poll
    planned = len(drawn) + left
    early = consensus(drawn, asked=wanted, planned=planned, min_agreement=threshold)
    assume(early.stopped is not None)
    forms = dict.fromkeys((None, *(a for a in drawn if a), *more[0]))
    for rest in combinations_with_replacement(forms, min(left, 2)):
        answers = [*drawn, *rest, *[rest[-1]] * (left - len(rest))]
        same_outcome(early, consensus(answers, asked=wanted, min_agreement=threshold), answers)


@settings(max_examples=300)
@given(polls(), polls())
def test_answers_of_one_key_stay_together_and_firm_keys_apart(
    poll: tuple[list[str | None], Asked], other: tuple[list[str | None], Asked]
) -> None:
    answers, wanted = poll
    keys = firm_keys(answers, wanted)
    classes = answer_classes([*answers, *other[0]], wanted)
    for i, one in enumerate(keys):
        assert (one is None) == (classes[i] is None)
        for j, two in enumerate(keys[:i]):
            if one and two and one == two:
                assert classes[i] == classes[j]
            elif one and two and one[1] and two[1]:
                assert classes[i] != classes[j]


@pytest.mark.parametrize(
    ("drawn", "planned", "threshold", "stopped"),
    [
        ("", 10, 0.0, None),
        ("55555", 10, 0.0, None),  # five others might agree: a tie
        ("555555", 10, 0.0, "settled"),
        ("555556", 10, 0.0, None),
        ("5555566", 9, 0.0, "settled"),
        ("5566", 4, 0.0, "all_drawn"),
        ("555555", 10, 0.7, None),  # published in any case without a threshold; with it one more is needed
        ("5555555", 10, 0.7, "settled"),
        ("5678", 10, 0.7, None),  # all six that are left might say 5
        ("56789", 10, 0.7, "out_of_reach"),
        ("----", 10, 0.7, "out_of_reach"),
        ("---", 10, 0.7, None),
        ("---------", 10, 0.0, None),  # no_answer or no_agreement: the last one decides
        ("56", 3, 0.0, None),
        ("5", 1, 0.0, "all_drawn"),
    ],
)
def test_when_the_rest_can_change_nothing(drawn: str, planned: int, threshold: float, stopped: str | None) -> None:
    answers = [None if a == "-" else a for a in drawn]
    assert consensus(answers, planned=planned, min_agreement=threshold).stopped == stopped


def test_answers_that_may_still_part_are_not_counted_as_one() -> None:
    # 50% stands for 1/2 here, until somebody says 50.
    drawn = ["50\\%"] * 3 + ["1/2"] * 3
    vote = consensus(drawn, planned=8)
    assert vote.winners == (0, 1, 2, 3, 4, 5) and vote.agreement == 0.75
    assert vote.stopped is None
    assert consensus([*drawn, "50", "1/2"]).rejected == "tie"


def test_it_is_the_published_answer_that_must_stay() -> None:
    drawn = ["50\\%"] * 3 + ["50 \\%"] * 3 + ["1/2"] * 4  # one class, and its commonest form is 1/2
    vote = consensus(drawn, planned=11)
    assert vote.answer == "1/2" and vote.stopped is None
    assert consensus([*drawn, "50"]).answer == "50\\%"


@pytest.mark.parametrize(
    ("answers", "threshold", "rejected"),
    [
        (["5"] * 7 + ["6"] * 3, 0.7, None),
        (["5"] * 6 + ["6"] * 4, 0.7, "low_agreement"),
        (["5"] * 5 + ["6"] * 5, 0.5, "tie"),
        (["5"] * 5 + ["6"] * 5, 0.6, "low_agreement"),
        ([None] * 10, 0.6, "low_agreement"),
        ([None] * 10, 0.2, "no_answer"),  # two in ten: no more than the vote itself asks for
        (["5"] * 2 + ["6"], 2 / 3, None),
    ],
)
def test_the_share_that_must_agree_is_of_all_that_are_planned(
    answers: list[str | None], threshold: float, rejected: str | None
) -> None:
    vote = consensus(answers, min_agreement=threshold)
    assert vote.rejected == rejected
    assert bool(vote.winners) == (rejected is None)


@pytest.mark.parametrize(("planned", "share", "needed"), [(20, 0.55, 11), (10, 0.7, 7), (10, 0.0, 2), (3, 1.0, 3)])
def test_a_share_is_free_of_the_last_binary_digit(planned: int, share: float, needed: int) -> None:
    assert votes_needed(planned, share) == needed


def test_agreement_does_not_grow_because_sampling_stopped() -> None:
    vote = consensus(["5"] * 6, planned=10)
    assert (vote.candidates, vote.planned, vote.stopped) == (6, 10, "settled")
    assert vote.agreement == 0.6 and vote.scores == (0.6,) * 6 and vote.consensus == ((0.6,),) * 6


def test_more_candidates_than_planned_are_refused() -> None:
    with pytest.raises(ValueError, match="3 candidates of 2 planned"):
        consensus(["1", "1", "1"], planned=2)


def test_sub_questions_are_drawn_to_the_end() -> None:
    drawn = [("4", "7")] * 6
    vote = consensus(drawn, planned=10)
    assert vote.stopped is None
    assert next_round(drawn, vote) == 4


def test_a_round_is_larger_where_a_request_costs_more() -> None:
    start = consensus([], planned=10)
    sizes = [next_round([], start, request_cost=c) for c in (0.0, 1.0, 2.0, 5.0, 1000.0)]
    assert sizes == sorted(sizes) and sizes[0] == 6 and sizes[-1] == 10


@pytest.mark.parametrize(
    ("drawn", "planned", "threshold", "more"),
    [
        ("", 10, 0.0, 6),
        ("555556", 10, 0.0, 1),  # 6 of 7: the three others could not make 6 as many
        ("55556666", 10, 0.0, 2),  # one more settles nothing
        ("555555", 10, 0.0, 0),
        ("", 10, 0.9, 3),  # three answers of their own, and nine cannot agree
        ("555", 10, 0.9, 2),
        ("555555", 10, 0.7, 1),
        ("-", 10, 0.0, 5),
        ("", 1, 0.0, 1),
    ],
)
def test_where_requests_cost_nothing_a_round_is_the_fewest_that_could_settle_the_vote(
    drawn: str, planned: int, threshold: float, more: int
) -> None:
    answers = [None if a == "-" else a for a in drawn]
    vote = consensus(answers, planned=planned, min_agreement=threshold)
    assert next_round(answers, vote, min_agreement=threshold, request_cost=0.0) == more


def _files(folder: Path | None) -> Iterator[tuple[list[str | None], Asked]]:
    if folder is None:  # rows of our own where the real ones are not there
        yield ["5", "x=5", "5", None, "5", "6"], NOTHING
        yield ["0.5", "50\\%", "1/2", "50", "1/2", "1/2"], NOTHING
        return
    for name in ("math_level5", "gsm8k", "mathematics"):
        for line in (folder / f"candidates_{name}.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
            row = json.loads(line)
            yield [extract_answer(text) for text in row["candidates"]], asked(row["question"])


def test_real_candidates_are_decided_by_fewer_as_they_are_by_all(data_dir: Path | None) -> None:
    rows = list(_files(data_dir))
    drawn = planned = 0
    for answers, wanted in rows:
        for threshold in (0.0, 0.5, 0.7, 0.9):
            full = consensus(answers, asked=wanted, min_agreement=threshold)
            early = sampled(answers, wanted, threshold)
            same_outcome(early, full, answers)
            assert set(early.winners) <= set(full.winners)
            drawn, planned = drawn + early.candidates, planned + full.candidates
    assert drawn < 0.9 * planned
