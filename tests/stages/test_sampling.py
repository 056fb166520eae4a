"""Information sets: METHOD 3's probabilities, its fallbacks, and the same sets for the same seed."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from builder.errors import ConfigError
from builder.matrix import TCPM
from builder.records import InformationSet, LabelledPractice, Practice, TopicKeyPoints
from builder.stages.cooccurrence import tcpm
from builder.stages.sampling import next_topic_probabilities, sample_information_sets


def practice(number: int, sizes: dict[str, int]) -> LabelledPractice:
    topics = tuple(TopicKeyPoints(t, tuple(f"{t} {number} {k}" for k in range(n))) for t, n in sizes.items())
    return LabelledPractice(Practice(f"p{number}", "test", f"{number}?", "0"), topics, "m", "h", "")


def mpkp(*sizes: dict[str, int]) -> list[LabelledPractice]:
    return [practice(i, s) for i, s in enumerate(sizes)]


# Every topic has practices enough that a practice is always free, so that the probabilities are METHOD's.
RICH = mpkp(
    *[{"A": 2, "B": 1}] * 9,
    *[{"A": 6, "B": 1, "C": 1}] * 4,
    *[{"A": 7}] * 3,
    *[{"B": 1, "C": 2, "D": 1}] * 5,
    *[{"C": 1, "D": 7}] * 4,
)

PRACTICES = st.lists(
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 8), min_size=1, max_size=4), min_size=1, max_size=10
)


def sets_or_none(rows: list[LabelledPractice], n: int, seed: int) -> list[InformationSet] | None:
    try:
        return sample_information_sets(rows, tcpm(rows), n, seed)
    except ConfigError:
        return None


def test_the_golden_vectors_of_the_method() -> None:
    matrix = tcpm(mpkp({"A": 2, "B": 1}, {"A": 6, "B": 1, "C": 1}, {"A": 7}))
    three, two = math.log10(3), math.log10(2)
    rows = np.array([2 * three + two, three + two, 2 * two])
    assert next_topic_probabilities(matrix, []) == pytest.approx(rows / rows.sum())
    given_a = next_topic_probabilities(matrix, ["A"])
    given_a_b = next_topic_probabilities(matrix, ["A", "B"])
    assert given_a == pytest.approx(np.array([three, three, two]) / rows[0])
    assert given_a_b == pytest.approx(np.array([three**2, 0, two**2]) / (three**2 + two**2))
    # METHOD prints five decimals, of which the last comes from rounded intermediate results.
    assert given_a == pytest.approx([0.38011, 0.38011, 0.23978], abs=5e-5)
    assert given_a_b == pytest.approx([0.71525, 0, 0.28475], abs=5e-5)


def test_a_topic_without_a_diagonal_is_not_drawn_again() -> None:
    matrix = tcpm(mpkp({"A": 1, "B": 1, "C": 1}))
    assert next_topic_probabilities(matrix, ["A"]) == pytest.approx([0, 0.5, 0.5])
    assert next_topic_probabilities(matrix, ["A", "B"]) == pytest.approx([0, 0, 1])


def test_probabilities_are_all_zero_where_no_topic_fits() -> None:
    matrix = tcpm(mpkp({"A": 1, "B": 1}, {"C": 1}))
    assert next_topic_probabilities(matrix, ["C"]).tolist() == [0, 0, 0]
    assert next_topic_probabilities(matrix, ["A", "B"]).tolist() == [0, 0, 0]


def test_asking_for_probabilities_changes_no_weight() -> None:
    matrix = tcpm(RICH)
    before = matrix.weights.copy()
    sample_information_sets(RICH, matrix, 50, 1)
    next_topic_probabilities(matrix, ["B"])
    assert (matrix.weights == before).all()


# --- the draws follow the probabilities ----------------------------------------------------------


def p_value(seen: Counter[str], matrix: TCPM, chosen: list[str]) -> float:
    expected = next_topic_probabilities(matrix, chosen)
    possible = expected > 0
    observed = np.array([seen[t] for t in matrix.topics])
    assert observed[~possible].sum() == 0
    return float(chisquare(observed[possible], expected[possible] * observed.sum()).pvalue)


@pytest.fixture(scope="module")
def many() -> tuple[TCPM, list[list[str]]]:
    matrix = tcpm(RICH)
    sets = sample_information_sets(RICH, matrix, 20_000, 7, two_topic_share=0.4)
    return matrix, [[t.topic for t in s.topics] for s in sets]


def test_first_topics_follow_the_row_sums(many: tuple[TCPM, list[list[str]]]) -> None:
    matrix, drawn = many
    assert p_value(Counter(d[0] for d in drawn), matrix, []) > 0.001


@pytest.mark.parametrize("first", "ABCD")
def test_second_topics_follow_the_row_of_the_first(many: tuple[TCPM, list[list[str]]], first: str) -> None:
    matrix, drawn = many
    assert p_value(Counter(d[1] for d in drawn if d[0] == first), matrix, [first]) > 0.001


@pytest.mark.parametrize("pair", ["AB", "BC", "CB", "CD", "DD", "AA"])
def test_third_topics_follow_the_product_of_two_rows(many: tuple[TCPM, list[list[str]]], pair: str) -> None:
    matrix, drawn = many
    thirds = Counter(d[2] for d in drawn if d[:2] == list(pair) and len(d) == 3)
    assert thirds.total() > 100
    assert p_value(thirds, matrix, list(pair)) > 0.001


def test_the_share_of_two_topic_sets_is_the_one_asked_for(many: tuple[TCPM, list[list[str]]]) -> None:
    _, drawn = many
    share = sum(len(d) == 2 for d in drawn) / len(drawn)
    assert share == pytest.approx(0.4, abs=0.015)


def test_practices_of_a_topic_are_drawn_evenly() -> None:
    sets = sample_information_sets(RICH, tcpm(RICH), 6000, 3, two_topic_share=1.0)
    seen = Counter(s.topics[0].practice_id for s in sets if s.topics[0].topic == "D")
    assert len(seen) == 9
    assert chisquare(list(seen.values())).pvalue > 0.001


# --- laws --------------------------------------------------------------------------------------


@given(PRACTICES, st.integers(0, 2**63))
def test_practices_of_a_set_differ_and_have_their_topics_with_all_key_points(
    sizes: list[dict[str, int]], seed: int
) -> None:
    rows = mpkp(*sizes)
    matrix = tcpm(rows)
    labels = {p.practice.id: {t.topic: t.key_points for t in p.topics} for p in rows}
    for s in sets_or_none(rows, 12, seed) or []:
        assert len(s.topics) in (2, 3)
        used = [t.practice_id for t in s.topics]
        assert len(set(used)) == len(used)
        assert all(labels[t.practice_id][t.topic] == t.key_points for t in s.topics)
        for topic, times in Counter(t.topic for t in s.topics).items():
            i = matrix.topics.index(topic)
            assert times == 1 or matrix.counts[i, i] > 0
        assert s.fallback in (None, "previous_row", "two_topics")
        assert (s.fallback == "two_topics") <= (len(s.topics) == 2)
        assert (s.fallback == "previous_row") <= (len(s.topics) == 3)


@given(st.integers(-(2**70), 2**70), st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_the_same_seed_gives_the_same_sets_however_they_are_cut(seed: int, chunks: list[int]) -> None:
    matrix = tcpm(RICH)
    whole = sample_information_sets(RICH, matrix, sum(chunks), seed)
    start, pieces = 0, []
    for n in chunks:
        pieces += sample_information_sets(RICH, matrix, n, seed, start=start)
        start += n
    assert pieces == whole
    assert [s.index for s in whole] == list(range(sum(chunks)))


def test_another_seed_gives_other_sets() -> None:
    matrix = tcpm(RICH)
    assert sample_information_sets(RICH, matrix, 20, 1) != sample_information_sets(RICH, matrix, 20, 2)


def test_an_id_names_what_is_in_the_set_and_not_where_it_stands() -> None:
    sets = sample_information_sets(RICH, tcpm(RICH), 3000, 1)
    assert len({s.id for s in sets}) == len({s.topics for s in sets}) < len(sets)


# --- fallbacks ---------------------------------------------------------------------------------


def test_a_zero_product_falls_back_to_the_previous_row_and_says_so() -> None:
    # A path A-B-C-D: no topic meets both of two neighbours.
    rows = mpkp(*[{"A": 1, "B": 1}, {"B": 1, "C": 1}, {"C": 1, "D": 1}] * 3)
    matrix = tcpm(rows)
    sets = sample_information_sets(rows, matrix, 200, 1, two_topic_share=0.0)
    assert {s.fallback for s in sets} == {"previous_row", "two_topics"}
    meets = matrix.counts > 0
    for s in sets:
        where = [matrix.topics.index(t.topic) for t in s.topics]
        if s.fallback == "previous_row":
            assert meets[where[1], where[2]]
            assert len(set(where)) == 3
        else:
            assert len(where) == 2
            assert where[1] in (0, 3)  # the ends of the path lead no further


def test_a_set_stops_at_two_topics_where_there_are_only_two() -> None:
    rows = mpkp(*[{"A": 1, "B": 1}] * 4)
    sets = sample_information_sets(rows, tcpm(rows), 30, 5, two_topic_share=0.0)
    assert {(len(s.topics), s.fallback) for s in sets} == {(2, "two_topics")}


def test_a_set_that_wants_two_topics_reports_no_fallback() -> None:
    rows = mpkp(*[{"A": 1, "B": 1}] * 4)
    assert {s.fallback for s in sample_information_sets(rows, tcpm(rows), 30, 5, two_topic_share=1.0)} == {None}


def test_topics_that_only_share_their_single_practice_are_an_error() -> None:
    rows = mpkp({"A": 1, "B": 1}, {"C": 1})
    with pytest.raises(ConfigError, match="no two topics occur together in different practices"):
        sample_information_sets(rows, tcpm(rows), 1, 0)


def test_no_practices_are_an_error() -> None:
    with pytest.raises(ConfigError, match="use more seeds"):
        sample_information_sets([], tcpm([]), 1, 0)


# --- choices -----------------------------------------------------------------------------------


def test_topics_outside_the_matrix_are_never_drawn() -> None:
    rows = mpkp(*[{"A": 1, "B": 1, "Others - Coins": 1}] * 5)
    matrix = tcpm(rows, topics=["A", "B"])
    drawn = {t.topic for s in sample_information_sets(rows, matrix, 100, 1) for t in s.topics}
    assert drawn == {"A", "B"}


def test_only_the_allowed_topics_are_drawn_and_a_first_one_comes_first() -> None:
    sets = sample_information_sets(RICH, tcpm(RICH), 100, 1, only={"B", "C", "D"}, first="C")
    assert {s.topics[0].topic for s in sets} == {"C"}
    assert {t.topic for s in sets for t in s.topics} == {"B", "C", "D"}


def test_an_unknown_first_topic_is_named() -> None:
    with pytest.raises(ConfigError, match="'Z' is not one of the 4 topics"):
        sample_information_sets(RICH, tcpm(RICH), 1, 0, first="Z")


def test_key_points_of_a_set_are_listed_once_in_the_order_of_its_topics() -> None:
    for s in sample_information_sets(RICH, tcpm(RICH), 50, 9):
        listed = [k for t in s.topics for k in t.key_points]
        assert list(s.key_points) == list(dict.fromkeys(listed))


def test_an_unknown_allowed_topic_is_named() -> None:
    with pytest.raises(ConfigError, match="'Z' is not one of the 4 topics"):
        sample_information_sets(RICH, tcpm(RICH), 1, 0, only={"A", "B", "Z"})
