"""Measures of agreement against figures worked by hand and figures of the literature."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.agreement.measures import (
    KeyPointMatch,
    alphas,
    compare_sets,
    fleiss_kappa,
    key_point_agreement,
    match_key_points,
    set_distance,
    topic_use,
)


def sets(*words: str) -> list[frozenset[str]]:
    """One set of one-letter topics a word: "ab" is {a, b}."""
    return [frozenset(w) for w in words]


topic_sets = st.frozensets(st.sampled_from("abcde"), min_size=1, max_size=3)
pairs_of_lists = st.lists(st.tuples(topic_sets, topic_sets), min_size=1, max_size=12).map(
    lambda rows: ([x for x, _ in rows], [y for _, y in rows])
)


# --- topics ------------------------------------------------------------------------------------


def test_precision_recall_f1_and_jaccard_by_hand() -> None:
    # Common 1 + 1 + 0 of 2 + 1 + 1 (first) and 1 + 2 + 1 (second).
    found = compare_sets(sets("ab", "a", "c"), sets("a", "ac", "b"))
    assert found["precision"].value == pytest.approx(2 / 4)
    assert found["recall"].value == pytest.approx(2 / 4)
    assert found["f1"].value == pytest.approx(4 / 8)
    assert found["practice_f1"].value == pytest.approx((2 / 3 + 2 / 3 + 0) / 3, abs=1e-6)
    assert found["jaccard"].value == pytest.approx((1 / 2 + 1 / 2 + 0) / 3, abs=1e-6)
    assert found["exact"].value == 0


def test_precision_is_of_the_second_and_recall_of_the_first() -> None:
    found = compare_sets(sets("abc"), sets("ab"))
    assert (found["precision"].value, found["recall"].value) == (1.0, pytest.approx(2 / 3, abs=1e-6))


def test_kappa_is_cohens_of_the_table_20_5_10_15() -> None:
    # Both yes 20, only the first 5, only the second 10, none 15: p_o 0.7, p_e 0.5, kappa 0.4.
    a = sets(*["t"] * 25, *[""] * 25)
    b = sets(*["t"] * 20, *[""] * 5, *["t"] * 10, *[""] * 15)
    assert compare_sets(a, b)["kappa"].value == pytest.approx(0.4)
    (row,) = topic_use(a, b)
    assert (row.topic, row.a, row.b, row.both, row.kappa) == ("t", 25, 30, 20, pytest.approx(0.4))


def test_kappa_is_weighted_by_how_often_the_topics_are_used() -> None:
    # t as above with weight (25 + 30) / 2; u in full agreement on 2 practices with weight 2.
    a = sets(*["tu"] * 2, *["t"] * 23, *[""] * 25)
    b = sets(*["tu"] * 2, *["t"] * 18, *[""] * 5, *["t"] * 10, *[""] * 15)
    assert compare_sets(a, b)["kappa"].value == pytest.approx((27.5 * 0.4 + 2 * 1.0) / 29.5, abs=1e-6)


def test_a_topic_that_both_give_to_everything_has_no_kappa() -> None:
    found = compare_sets(sets("a", "a"), sets("a", "a"))
    assert found["kappa"].value is None
    assert found["f1"].value == 1


def test_fleiss_kappa_by_hand() -> None:
    # Of three labellers 3, 2, 0, 1 gave t: share 1/2, P_e 1/2, P = (1 + 1/3 + 1 + 1/3) / 4 = 2/3.
    labellers = [sets("t", "t", "", "t"), sets("t", "t", "", ""), sets("t", "", "", "")]
    assert fleiss_kappa(labellers).value == pytest.approx((2 / 3 - 1 / 2) / (1 / 2), abs=1e-6)


def test_fleiss_kappa_of_two_is_scotts_pi() -> None:
    # p_o 0.7 as for Cohen; share 55/100, P_e 0.505.
    a = sets(*["t"] * 25, *[""] * 25)
    b = sets(*["t"] * 20, *[""] * 5, *["t"] * 10, *[""] * 15)
    assert fleiss_kappa([a, b]).value == pytest.approx((0.7 - 0.505) / 0.495, abs=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "masi", "jaccard"),
    [
        ("ab", "ab", 0, 0),
        ("a", "ab", 1 - 1 / 2 * 2 / 3, 1 / 2),
        ("ab", "abc", 1 - 2 / 3 * 2 / 3, 1 / 3),
        ("ab", "bc", 1 - 1 / 3 * 1 / 3, 2 / 3),
        ("a", "b", 1, 1),
        ("", "", 0, 0),
        ("", "a", 1, 1),
    ],
)
def test_masi_and_jaccard_distances(x: str, y: str, masi: float, jaccard: float) -> None:
    one, other = sets(x, y)
    assert set_distance(one, other, masi=True) == pytest.approx(masi)
    assert set_distance(one, other, masi=False) == pytest.approx(jaccard)
    assert set_distance(other, one, masi=True) == set_distance(one, other, masi=True)


def test_alpha_of_single_labels_is_krippendorffs_nominal_example() -> None:
    # Four observers, twelve units, some not judged: Krippendorff (2011) gives 0.743.
    observers = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    units = [[frozenset(o[u]) for o in observers if o[u] != "."] for u in range(12)]
    found = alphas(units)
    assert found["alpha_masi"].value == pytest.approx(0.743, abs=5e-4)
    assert found["alpha_jaccard"].value == found["alpha_masi"].value


def test_alpha_with_sets_by_hand() -> None:
    # Values {a}, {a,b} and {b}, {b}.  Jaccard: D_o = (1/2 + 1/2 + 0 + 0) / 4 = 1/4.
    # Pairs of the four values: a-ab 1/2, a-b 1 twice, ab-b 1/2 twice, b-b 0: D_e = (1/2 + 2 + 1) / 6.
    found = alphas([sets("a", "ab"), sets("b", "b")])
    assert found["alpha_jaccard"].value == pytest.approx(1 - 1 / 4 / (3.5 / 6), abs=1e-6)
    # MASI: a-ab and ab-b are 2/3 apart, D_o = 1/3, D_e = (2/3 + 2 + 4/3) / 6 = 2/3.
    assert found["alpha_masi"].value == pytest.approx(1 / 2, abs=1e-6)


def test_alpha_is_not_defined_where_all_is_the_same_or_nothing_is_shared() -> None:
    assert alphas([sets("a", "a"), sets("a", "a")])["alpha_masi"].value is None
    assert alphas([sets("a")])["alpha_masi"].value is None


@given(pairs_of_lists)
def test_alpha_agrees_with_its_definition_over_all_pairs(
    rows: tuple[list[frozenset[str]], list[frozenset[str]]],
) -> None:
    units = [list(u) for u in zip(*rows, strict=True)]
    values = [v for u in units for v in u]
    for name, masi in (("alpha_masi", True), ("alpha_jaccard", False)):
        observed = np.mean([set_distance(x, y, masi) for x, y in units])
        expected = np.mean([set_distance(x, y, masi) for x, y in itertools.permutations(values, 2)])
        found = alphas(units)[name].value
        if expected == 0:
            assert found is None
        else:
            assert found == pytest.approx(1 - observed / expected, abs=1e-5)


@given(pairs_of_lists)
def test_a_labeller_agrees_with_itself_and_measures_are_symmetric(
    rows: tuple[list[frozenset[str]], list[frozenset[str]]],
) -> None:
    a, b = rows
    there, back = compare_sets(a, b), compare_sets(b, a)
    assert (there["precision"].value, there["recall"].value) == (back["recall"].value, back["precision"].value)
    for name in ("f1", "practice_f1", "jaccard", "exact", "kappa", "alpha_masi"):
        assert there[name].value == pytest.approx(back[name].value, abs=1e-6)
    itself = compare_sets(a, a)
    assert {itself[n].value for n in ("precision", "recall", "f1", "practice_f1", "jaccard", "exact")} == {1.0}
    assert {itself[n].value for n in ("kappa", "alpha_masi", "alpha_jaccard")} <= {1.0, None}


# --- intervals ---------------------------------------------------------------------------------


def test_intervals_hold_the_figure_narrow_with_more_practices_and_depend_on_the_seed_alone() -> None:
    a, b = sets(*["a", "a", "b", "ab"] * 10), sets(*["a", "b", "b", "ab"] * 10)
    few = compare_sets(a, b, seed=3)
    assert few == compare_sets(a, b, seed=3)
    assert few["f1"] != compare_sets(a, b, seed=4)["f1"]
    many = compare_sets(a * 16, b * 16, seed=3)
    for name, narrow in many.items():
        wide = few[name]
        assert wide.value is not None and wide.low is not None and wide.high is not None
        assert narrow.low is not None and narrow.high is not None
        assert wide.low < wide.value < wide.high
        # Four times as narrow for sixteen times as many, but for the noise of 1,000 resamples.
        assert 0.2 < (narrow.high - narrow.low) / (wide.high - wide.low) < 0.31, name


def test_the_interval_of_a_share_is_that_of_a_binomial() -> None:
    a, b = sets(*["a"] * 400), sets(*["a"] * 100, *["b"] * 300)
    exact = compare_sets(a, b)["exact"]
    assert exact.value == 0.25
    assert exact.low == pytest.approx(0.25 - 1.96 * (0.25 * 0.75 / 400) ** 0.5, abs=0.006)
    assert exact.high == pytest.approx(0.25 + 1.96 * (0.25 * 0.75 / 400) ** 0.5, abs=0.006)


# --- key points --------------------------------------------------------------------------------


def vectors(**angles: float) -> dict[str, np.ndarray]:
    return {k: np.array([np.cos(v), np.sin(v)], np.float32) for k, v in angles.items()}


def test_key_points_are_paired_one_to_one_for_the_greatest_sum() -> None:
    # p is nearest to x, and so is q; together p-y and q-x are best.
    found = match_key_points(["p", "q"], ["x", "y"], vectors(p=0.0, q=0.3, x=0.1, y=-0.3), 0.5)
    assert set(found.pairs) == {("p", "y"), ("q", "x")}


def test_pairs_under_the_threshold_do_not_count_and_hinder_no_other() -> None:
    at = vectors(p=0.0, q=1.4, x=0.0, y=-1.4)
    assert match_key_points(["p", "q"], ["y", "x"], at, 0.9).pairs == (("p", "x"),)
    assert match_key_points(["p"], [], at, 0.9) == KeyPointMatch(1, 0, ())
    assert match_key_points(["p"], ["p"], at, 1.0).pairs == (("p", "p"),)


def test_key_point_precision_and_recall_by_hand() -> None:
    found = key_point_agreement([KeyPointMatch(3, 2, (("k", "k"),)), KeyPointMatch(1, 2, (("l", "l"),))])
    assert found["precision"].value == pytest.approx(2 / 4)
    assert found["recall"].value == pytest.approx(2 / 4)
    found = key_point_agreement([KeyPointMatch(3, 1, (("k", "k"),))])
    assert (found["precision"].value, found["recall"].value) == (1.0, pytest.approx(1 / 3, abs=1e-6))
    assert key_point_agreement([KeyPointMatch(0, 0, ())])["f1"].value is None
    assert key_point_agreement([])["f1"].value is None
