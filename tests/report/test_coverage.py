"""What information sets cover of the matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.records import InformationSet, SetTopic
from builder.report.coverage import coverage
from builder.report.facts import Reading, shape, topic_facts
from builder.report.order import pairs


def drawn(*chosen: tuple[str, str, tuple[str, ...]], index: int = 0, fallback: str | None = None) -> InformationSet:
    return InformationSet(str(index), index, tuple(SetTopic(t, k, p) for t, p, k in chosen), fallback)


def read(known: Any) -> Reading:
    reading = Reading(frozenset(known.matrix.topics))
    assert list(reading.passing(known.mpkp)) == known.mpkp
    return reading


def test_one_pass_counts_practices_sources_and_different_key_points(make: Callable[..., Any]) -> None:
    known = make()
    reading = read(known)
    assert (reading.practices, reading.drawable, dict(reading.sources)) == (5, 5, {"test": 5})
    assert dict(reading.topics_a_practice) == {2: 2, 3: 1, 1: 2}
    facts = {f.topic.name: f for f in topic_facts(known.topics, known.matrix, reading)}
    roots = facts["Algebra - Roots"]
    assert (roots.topic.practices, roots.topic.key_points, roots.distinct) == (3, 3, 2)
    assert (roots.partners, roots.together) == (2, 4)
    sums = facts["Algebra - Sums"]  # its diagonal is no partner
    assert (sums.distinct, sums.partners, sums.together) == (7, 2, 3)
    assert (facts["Number Theory - Primes"].partners, facts["Number Theory - Primes"].together) == (0, 0)


def test_pairs_are_counted_against_the_matrix(make: Callable[..., Any]) -> None:
    known = make()
    sets = [
        drawn(("Algebra - Sums", "test/0", ("add",)), ("Algebra - Roots", "test/1", ("square root",))),
        drawn(
            ("Algebra - Roots", "test/3", ("nth root",)),
            ("Algebra - Sums", "test/0", ("add", "carry")),
            ("Number Theory - Primes", "test/4", ("sieve",)),
            fallback="previous_row",
        ),
        drawn(("Algebra - Sums", "test/2", ("a",)), ("Algebra - Sums", "test/0", ("not of the MPKP",))),
    ]
    found = coverage(known.matrix, iter(sets), read(known))
    assert found is not None
    by_pair = {(r["topic_a"], r["topic_b"]): r["drawn"] for r in found.table().to_pylist()}
    assert by_pair == {
        ("Algebra - Roots", "Algebra - Sums"): 2,
        ("Algebra - Roots", "Geometry - Area"): 0,
        ("Algebra - Sums", "Algebra - Sums"): 1,
        ("Algebra - Sums", "Geometry - Area"): 0,
    }
    assert (found.draws, found.apart) == (5, 2)
    assert found.sizes == {2: 2, 3: 1}
    assert found.fallbacks == {"previous_row": 1}
    end = found.end
    assert (end.sets, end.pairs, end.topics, end.practices, end.key_points) == (3, 2, 3, 5, 6)
    assert (found.of.pairs, found.of.topics, found.of.practices, found.of.key_points) == (4, 4, 5, 12)
    # log10 of the counts 2, 2, 1, 1 and one more each
    assert end.weight == pytest.approx((np.log10(3) + np.log10(2)) / (2 * np.log10(3) + 2 * np.log10(2)))
    assert found.expected.sum() == pytest.approx(3)


def test_the_curve_never_falls_and_ends_with_all_sets(make: Callable[..., Any]) -> None:
    known = make()
    found = coverage(known.matrix, known.sets * 101, read(known))
    assert found is not None
    assert [p.sets for p in found.curve][:3] == [1, 2, 3]
    assert found.curve[-1].sets == 303
    assert len(found.curve) < 120
    for field in ("sets", "pairs", "weight", "topics", "practices", "key_points"):
        values = [getattr(p, field) for p in found.curve]
        assert values == sorted(values)


def test_no_set_is_no_coverage(make: Callable[..., Any]) -> None:
    known = make()
    assert coverage(known.matrix, iter(()), read(known)) is None


@given(st.lists(st.integers(0, 50), max_size=40))
def test_half_of_the_sum_is_in_no_fewer_items(values: list[int]) -> None:
    found = shape(values)
    falling = sorted(values, reverse=True)
    assert found.total == sum(values)
    assert found.ones == values.count(1)
    assert sum(falling[: found.half]) * 2 >= found.total
    assert found.half == 0 or sum(falling[: found.half - 1]) * 2 < found.total


def test_pairs_of_the_matrix_come_once(make: Callable[..., Any]) -> None:
    matrix = make().matrix
    rows, columns, counts, weights = pairs(matrix)
    assert (rows <= columns).all()
    assert (matrix.counts[rows, columns] == counts).all()
    assert (matrix.weights[rows, columns] == weights).all()
    assert len(rows) == int((np.triu(matrix.counts) > 0).sum())
