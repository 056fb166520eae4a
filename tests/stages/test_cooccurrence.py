"""The matrix counts what METHOD 2 says, whatever the order and for topics of any name."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.matrix import TCPM
from builder.records import LabelledPractice, Practice, TopicKeyPoints
from builder.stages.cooccurrence import tcpm


def practice(number: int, sizes: dict[str, int]) -> LabelledPractice:
    """A practice with so many key points under each topic."""
    topics = tuple(TopicKeyPoints(t, tuple(f"{t} {k}" for k in range(n))) for t, n in sizes.items())
    return LabelledPractice(Practice(f"p{number}", "test", f"{number}?", "0"), topics, "m", "h", "")


def mpkp(*sizes: dict[str, int]) -> list[LabelledPractice]:
    return [practice(i, s) for i, s in enumerate(sizes)]


GOLDEN = mpkp({"A": 2, "B": 1}, {"A": 6, "B": 1, "C": 1}, {"A": 7})

PRACTICES = st.lists(
    st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(1, 9), min_size=1, max_size=5), max_size=12
)


def test_the_golden_vector_of_the_method() -> None:
    matrix = tcpm(GOLDEN)
    assert matrix.topics == ("A", "B", "C")
    assert matrix.counts.tolist() == [[2, 2, 1], [2, 0, 1], [1, 1, 0]]
    expected = [[0.47712, 0.47712, 0.30103], [0.47712, 0, 0.30103], [0.30103, 0.30103, 0]]
    assert np.allclose(matrix.weights, expected, atol=5e-6)
    assert np.allclose(matrix.weights.sum(axis=1), [1.25527, 0.77815, 0.60206], atol=1e-5)


@pytest.mark.parametrize(
    ("key_points", "least", "diagonal"),
    [(5, 5, 0), (6, 5, 1), (7, 5, 1), (1, 0, 1), (3, 2, 1), (2, 2, 0)],
)
def test_only_more_key_points_than_the_limit_put_a_topic_on_the_diagonal(
    key_points: int, least: int, diagonal: int
) -> None:
    assert tcpm(mpkp({"A": key_points}), diagonal_min=least).counts.tolist() == [[diagonal]]


@given(PRACTICES)
def test_counts_are_what_a_plain_reading_of_algorithm_1_gives(sizes: list[dict[str, int]]) -> None:
    matrix = tcpm(mpkp(*sizes))
    index = {t: i for i, t in enumerate(matrix.topics)}
    expected = np.zeros((len(index), len(index)), int)
    for d in sizes:
        for i in d:
            for j in d:
                if i != j:
                    expected[index[i], index[j]] += 1
            if d[i] > 5:
                expected[index[i], index[i]] += 1
    assert matrix.counts.tolist() == expected.tolist()
    assert all(
        w == pytest.approx(math.log10(c + 1)) for w, c in zip(matrix.weights.flat, matrix.counts.flat, strict=True)
    )


@given(PRACTICES, st.randoms())
def test_the_matrix_is_symmetric_and_knows_no_order(sizes: list[dict[str, int]], random: object) -> None:
    rows = mpkp(*sizes)
    shuffled = [
        LabelledPractice(p.practice, tuple(random.sample(p.topics, len(p.topics))), p.model, p.prompt_hash, "")  # type: ignore[attr-defined]
        for p in random.sample(rows, len(rows))  # type: ignore[attr-defined]
    ]
    one, other = tcpm(rows), tcpm(shuffled)
    assert one.topics == other.topics
    assert (one.counts == other.counts).all()
    assert (one.counts == one.counts.T).all()


def test_a_topic_that_stands_twice_in_a_practice_counts_once_with_all_its_key_points() -> None:
    twice = LabelledPractice(
        Practice("p", "test", "?", "0"),
        (
            TopicKeyPoints("A", ("1", "2", "3")),
            TopicKeyPoints("A", ("4", "5", "6")),
            TopicKeyPoints("B", ("7",)),
        ),
        "m",
        "h",
        "",
    )
    assert tcpm([twice]).counts.tolist() == [[1, 1], [1, 0]]


def test_topics_that_are_not_wanted_are_left_out_and_wanted_ones_stay_though_absent() -> None:
    rows = mpkp({"A - x": 1, "Others - Coins": 9, "B - y": 1})
    matrix = tcpm(rows, topics=["B - y", "A - x", "C - z"])
    assert matrix.topics == ("A - x", "B - y", "C - z")
    assert matrix.counts.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


def test_no_practices_give_an_empty_matrix() -> None:
    matrix = tcpm([])
    assert matrix.topics == ()
    assert matrix.weights.shape == (0, 0)
    assert matrix.to_table().num_rows == 0


@given(PRACTICES)
def test_the_long_form_holds_every_cell_that_is_not_zero_and_reads_back(sizes: list[dict[str, int]]) -> None:
    matrix = tcpm(mpkp(*sizes))
    table = matrix.to_table()
    assert table.num_rows == int((matrix.counts > 0).sum())
    back = TCPM.from_table(matrix.topics, table)
    assert (back.counts == matrix.counts).all()
    assert (back.weights == matrix.weights).all()
