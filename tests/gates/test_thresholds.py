"""Precision and yield by hand, their laws, and that a promise is kept as often as it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.gates.holdout import holdout
from builder.gates.measured import Measured
from builder.gates.reliability import bins, calibration_error
from builder.gates.thresholds import STEPS, choose, gates, thresholds
from tests.gates.sample import scored

NAN = float("nan")
SMALL = scored([0.9, 0.9, 0.8, 0.5, NAN], [True, False, True, False, True])

SCORES = st.lists(st.tuples(st.one_of(st.just(NAN), st.floats(0, 1)), st.booleans()), min_size=2, max_size=80)


def votes(agreements: list[list[int]], right: list[list[bool]], m: int = 5) -> Measured:
    """Agreement as a number of votes for each draw; 0 for a tie."""
    counts = np.array(agreements, np.float64)
    values = np.where(counts > 0, counts / m, np.nan)
    return Measured(values, np.array(right) & (counts > 0), np.where(counts > 0, "", "tie"), {}, m)


def test_what_a_threshold_keeps_by_hand() -> None:
    rows = gates(SMALL, thresholds(SMALL), 0.95)
    assert [(g.threshold, g.kept, g.right, g.kept_share) for g in rows] == [
        (0.5, 4, 2, 0.8),
        (0.8, 3, 2, 0.6),
        (0.9, 2, 1, 0.4),
    ]
    assert [g.precision for g in rows] == [0.5, pytest.approx(2 / 3), 0.5]
    assert gates(SMALL, np.array([0.95]), 0.95)[0].precision is None


def test_draws_of_votes_are_averaged_and_nothing_published_counts_in_the_yield() -> None:
    measured = votes([[5, 3], [3, 0], [2, 2]], [[True, True], [False, False], [True, False]])
    assert thresholds(measured).tolist() == [0.4, 0.6, 0.8, 1.0]
    rows = gates(measured, thresholds(measured), 0.95)
    assert [(g.kept, g.right) for g in rows] == [(2.5, 1.5), (1.5, 1.0), (0.5, 0.5), (0.5, 0.5)]
    assert rows[0].kept_share == pytest.approx(2.5 / 3)


def test_every_agreement_is_kept_from_its_own_threshold_on() -> None:
    for m in range(2, 129):
        measured = votes([[k] for k in range(2, m + 1)], [[True]] * (m - 1), m)
        assert [g.kept for g in gates(measured, thresholds(measured), 0.95)] == list(range(m - 1, 0, -1))


@given(SCORES)
def test_laws_of_a_sweep(rows: list[tuple[float, bool]]) -> None:
    measured = scored([v for v, _ in rows], [t for _, t in rows])
    found = gates(measured, thresholds(measured), 0.9)
    assert len(found) <= STEPS
    kept = [g.kept_share for g in found]
    assert kept == sorted(kept, reverse=True)
    assert [g.threshold for g in found] == sorted({g.threshold for g in found})
    for g in found:
        assert g.kept > 0
        assert g.precision is not None
        assert g.precision_low <= g.lower_limit <= g.precision <= g.precision_high
        assert g.kept_low <= g.kept_share <= g.kept_high
    if found:
        assert found[0].kept == np.sum(~np.isnan(measured.values))


@given(SCORES, st.randoms())
def test_the_order_of_rows_changes_nothing(rows: list[tuple[float, bool]], random: object) -> None:
    mixed = sorted(rows, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, other = (scored([v for v, _ in x], [t for _, t in x]) for x in (rows, mixed))
    assert gates(one, thresholds(one), 0.9) == gates(other, thresholds(other), 0.9)
    assert bins(one, 0.9) == bins(other, 0.9)
    assert choose(one, 0.7, 0.9) == choose(other, 0.7, 0.9)


# --- the choice ----------------------------------------------------------------------------------


def test_the_lowest_threshold_that_passes_is_chosen() -> None:
    # 40 right at 0.9; 40 more at 0.7, of which 38 are right; 40 at 0.5, half of them right.
    measured = scored([0.9] * 40 + [0.7] * 40 + [0.5] * 40, [True] * 78 + [False] * 2 + [True, False] * 20)
    choice = choose(measured, 0.9, 0.95)
    assert choice.gate is not None
    assert (choice.gate.threshold, choice.gate.kept, choice.gate.right) == (0.7, 80, 78)
    assert [(t.threshold, t.passed) for t in choice.tested] == [(0.9, False), (0.7, True), (0.5, False)]
    # 40 cannot pass with two wrong: the main test is that of the 80.  What passed handed its level on.
    assert [t.level for t in choice.tested] == pytest.approx([0.0075, 0.035, 0.0425])
    assert choice.reason == ""


def test_what_fails_hands_nothing_on_and_a_second_chance_has_its_own_smaller_level() -> None:
    measured = scored([0.9] * 70 + [0.5] * 330, [True] * 60 + [False] * 10 + [True] * 330)
    choice = choose(measured, 0.9, 0.95)
    assert [(t.level, t.passed) for t in choice.tested] == [
        (pytest.approx(0.035), False),
        (pytest.approx(0.015), True),
    ]
    assert choice.gate is not None
    assert choice.gate.kept == 400


def test_that_none_passed_is_said_with_what_was_found() -> None:
    choice = choose(scored([0.9] * 70, [True] * 60 + [False] * 10), 0.9, 0.95)
    assert choice.gate is None
    assert choice.reason == (
        "no threshold passed; the main test, from 0.9 on, found 85.7% of 70 questions right, which promises 77.0%, "
        "not 90.0%"
    )


@given(SCORES, st.floats(0.1, 0.9), st.floats(0.5, 0.99))
def test_levels_never_add_up_to_more_than_the_confidence_leaves(
    rows: list[tuple[float, bool]], precision: float, confidence: float
) -> None:
    choice = choose(scored([v for v, _ in rows], [t for _, t in rows]), precision, confidence)
    # Shares that nobody handed on: what a chain of passes began with, and all of those that failed.
    own = [
        t.level - (before.level if before and before.passed else 0)
        for before, t in zip((None, *choice.tested), choice.tested, strict=False)
    ]
    assert sum(own) <= 1 - confidence + 1e-12
    assert all(x > 0 for x in own)
    passed = [t.threshold for t in choice.tested if t.passed]
    assert (choice.gate.threshold if choice.gate else None) == min(passed, default=None)


def test_a_threshold_that_keeps_too_few_for_a_test_is_passed_over_not_failed() -> None:
    measured = scored([1.0] * 5 + [0.8] * 60, [False] + [True] * 64)
    choice = choose(measured, 0.9, 0.95)
    assert [t.threshold for t in choice.tested] == [0.8]
    assert choice.gate is not None


def test_the_main_test_is_one_in_which_all_must_be_right_if_no_threshold_keeps_more() -> None:
    choice = choose(scored([0.9] * 34 + [0.1] * 10, [True] * 34 + [False] * 10), 0.9, 0.95)
    assert [t.passed for t in choice.tested] == [True, False]
    assert choice.gate is not None
    assert choice.gate.kept == 34


def test_too_few_questions_are_said_plainly() -> None:
    choice = choose(scored([0.9] * 20, [True] * 20), 0.9, 0.95)
    assert choice.gate is None
    assert "too few questions: the lowest threshold keeps 20" in choice.reason
    assert "needs 29 or more" in choice.reason


def simulated(random: np.random.Generator, n: int) -> tuple[Measured, np.ndarray]:
    """Scores whose chance to be right rises from 0.5 to 1, and those chances."""
    values = random.random(n)
    chance = 0.5 + 0.5 * values
    return scored(values, random.random(n) < chance), chance


@pytest.mark.parametrize(("precision", "confidence"), [(0.85, 0.9), (0.9, 0.8)])
def test_the_promise_is_kept_at_least_as_often_as_it_says(precision: float, confidence: float) -> None:
    random = np.random.default_rng(7)
    found = broken = 0
    for _ in range(400):
        measured, chance = simulated(random, 300)
        gate = choose(measured, precision, confidence).gate
        if gate is not None:
            found += 1
            # The true precision: the mean chance of what is kept, known here and nowhere else.
            broken += chance[measured.values[:, 0] >= gate.threshold].mean() < precision
    assert found > 200
    assert broken <= 400 * (1 - confidence)


def test_the_simulation_can_tell_a_promise_that_is_not_kept() -> None:
    random = np.random.default_rng(7)
    broken = 0
    for _ in range(200):
        measured, chance = simulated(random, 300)
        rows = gates(measured, thresholds(measured), 0.9)
        lowest = next(g for g in rows if g.precision is not None and g.precision >= 0.85)
        broken += chance[measured.values[:, 0] >= lowest.threshold].mean() < 0.85
    assert broken > 200 * 0.2


# --- reliability and hold-out --------------------------------------------------------------------


def test_the_curve_and_its_error_by_hand() -> None:
    curve = bins(scored([0.05, 0.1, 0.19, 1.0], [False, False, True, True]), 0.95)
    assert len(curve) == 10
    assert [(b.low, b.items, b.right) for b in curve if b.items] == [(0.0, 1, 0), (0.1, 2, 1), (0.9, 1, 1)]
    assert curve[1].value == pytest.approx(0.145)
    assert calibration_error(curve) == pytest.approx((0.05 + 2 * abs(0.5 - 0.145) + 0) / 4)
    assert calibration_error(bins(scored([NAN, NAN], [True, True]), 0.95)) is None


def test_agreement_has_a_bin_for_each_number_of_votes() -> None:
    curve = bins(votes([[5, 3], [3, 0]], [[True, True], [False, False]]), 0.95)
    assert [(b.value, b.items, b.right) for b in curve] == [(None, 0, 0), (0.6, 1, 0.5), (None, 0, 0), (1.0, 0.5, 0.5)]


def test_halves_are_the_same_for_the_same_seed_and_never_share_a_question() -> None:
    random = np.random.default_rng(3)
    measured, _ = simulated(random, 400)
    one = holdout(measured, 0.85, 0.9, 50, 0)
    assert one == holdout(measured, 0.85, 0.9, 50, 0)
    assert one != holdout(measured, 0.85, 0.9, 50, 1)
    assert one.questions == 200
    assert one.plain.found == 50
    assert one.chosen.kept_promise / one.chosen.found > one.plain.kept_promise / one.plain.found


def test_a_gate_that_keeps_nothing_right_finds_nothing() -> None:
    found = holdout(scored([0.5] * 100, [False] * 100), 0.9, 0.95, 20, 0)
    assert (found.chosen.found, found.chosen.precision) == (0, None)
