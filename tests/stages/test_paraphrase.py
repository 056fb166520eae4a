"""A paraphrase keeps every quantity."""

from __future__ import annotations

import pytest

from builder.stages.paraphrase import lost_or_added


@pytest.mark.parametrize(
    ("parent", "paraphrase", "difference"),
    [
        ("Ann has 12 apples and eats 3.", "Of her 12 apples Ann eats 3.", ()),
        ("Ann has 12 apples and eats 3.", "Of her 12 apples Ann eats 4.", ("+4", "-3")),
        ("It costs $1,250.", "The price is 1250 dollars.", ()),
        ("It costs $1{,}250$.", "The price is 1,250.", ()),
        ("Half of 0.5 litres", "0.50 litres, halved", ("+0.50", "-0.5")),
        ("A square of side 4.", "A square whose sides are 4, 4, 4 and 4.", ()),
        ("No numbers at all", "None here either", ()),
        ("Add 1,2,3.", "Add 1, 2 and 3.", ()),
    ],
)
def test_lost_and_added_quantities_are_named(parent: str, paraphrase: str, difference: tuple[str, ...]) -> None:
    assert lost_or_added(parent, paraphrase) == difference
