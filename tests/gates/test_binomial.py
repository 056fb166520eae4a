"""Exact limits of a share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from builder.gates.binomial import fewest_items, interval, lower_limit, upper_limit


@pytest.mark.parametrize(
    ("right", "items", "low", "high"),
    [  # 95%, from tables of Clopper-Pearson limits
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (0, 1, 0.0, 0.975),
        (81, 100, 0.7193, 0.8816),
    ],
)
def test_limits_are_those_of_the_tables(right: int, items: int, low: float, high: float) -> None:
    found = interval(right, items, 0.95)
    assert (float(found[0]), float(found[1])) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.integers(1, 200), st.data(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_limits_are_those_of_scipy(items: int, data: st.DataObject, confidence: float) -> None:
    right = data.draw(st.integers(0, items))
    exact = binomtest(right, items).proportion_ci(confidence, "exact")
    low, high = interval(right, items, confidence)
    assert (float(low), float(high)) == (pytest.approx(exact.low, abs=1e-8), pytest.approx(exact.high, abs=1e-8))


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0.5, 0.999))
def test_limits_stand_on_both_sides_of_the_estimate_also_of_means(a: float, b: float, confidence: float) -> None:
    if a + b > 1e-6:
        share = a / (a + b)
        assert 0 <= lower_limit(a, a + b, confidence) <= share + 1e-9
        assert share - 1e-9 <= upper_limit(a, a + b, confidence) <= 1


@pytest.mark.parametrize(("wrong", "items"), [(1, 46), (2, 61)])
def test_more_are_needed_where_some_are_wrong(wrong: int, items: int) -> None:
    assert fewest_items(0.9, 0.95, wrong) == items
    assert binom.cdf(wrong, items, 0.1) <= 0.05 < binom.cdf(wrong, items - 1, 0.1)


def test_of_nothing_everything_is_possible() -> None:
    assert [float(x) for x in interval(0, 0, 0.95)] == [0.0, 1.0]


@pytest.mark.parametrize("share", [0.6, 0.9, 0.97])
def test_a_limit_is_below_the_true_share_at_least_as_often_as_it_says(share: float) -> None:
    n, right = 120, np.arange(121)
    covered = lower_limit(right, np.full(121, n), 0.95) <= share
    assert 0.95 <= binom.pmf(right, n, share)[covered].sum() < 0.99


@pytest.mark.parametrize(("precision", "confidence", "items"), [(0.9, 0.95, 29), (0.95, 0.95, 59), (0.5, 0.75, 2)])
def test_the_fewest_items_are_just_enough(precision: float, confidence: float, items: int) -> None:
    assert fewest_items(precision, confidence) == items
    assert lower_limit(items, items, confidence) >= precision - 1e-12
    assert lower_limit(items - 1, items - 1, confidence) < precision
