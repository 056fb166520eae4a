"""Ranges stay ranges, whatever is done with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.estimation.ranges import Range

NUMBERS = st.floats(0, 1e9)
RANGES = st.builds(Range.of, NUMBERS, NUMBERS, NUMBERS)

CHANGES: list[Callable[[Range, Range, float], Range]] = [
    lambda a, b, x: a + b,
    lambda a, b, x: a * b,
    lambda a, b, x: a.less(x),
    lambda a, b, x: a.at_most(x),
    lambda a, b, x: a.widened(x),
    lambda a, b, x: a.spread(x / (x + 1)),
    lambda a, b, x: a.learned(b.mid, x, 100),
]


@given(RANGES, RANGES, NUMBERS)
def test_bounds_stay_on_their_sides_and_nothing_is_negative(a: Range, b: Range, x: float) -> None:
    for change in CHANGES:
        r = change(a, b, x)
        slack = 1e-9 * max(1.0, r.high)  # rounding
        assert 0 <= r.low <= r.mid + slack <= r.high + 2 * slack


def test_what_is_measured_moves_a_range_and_narrows_it() -> None:
    before = Range(10, 20, 40)
    after = before.learned(25, 300, 100)  # a quarter of what was thought, three quarters of what was seen
    assert (after.low, after.mid, after.high) == pytest.approx((21.25, 23.75, 28.75))
    assert before.learned(25, 0, 100) == before
