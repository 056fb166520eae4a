"""Information sets that a person puts together follow the sampler's rules."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.composing import Composer
from builder.errors import ConfigError
from builder.matrix import TCPM
from builder.records import InformationSet, LabelledPractice, Practice, SetTopic, TopicKeyPoints
from builder.stages.cooccurrence import tcpm
from builder.stages.sampling import next_topic_probabilities, sample_information_sets


def practice(number: int, *topics: str, level: str | None = None, problem: str = "?") -> LabelledPractice:
    labels = tuple(TopicKeyPoints(t, (f"{t} {number}",)) for t in topics)
    return LabelledPractice(Practice(f"p{number}", "toy", problem, "!", "1", None, level), labels, "m", "h", "")


MPKP = [
    practice(1, "A", "B", level="1"),
    practice(2, "A", "B", "C", level="2"),
    practice(3, "A", level="2"),
    practice(4, "B", level="1"),
    practice(5, "C", level="1"),
    practice(6, "D"),
    practice(7, "A", "C", problem=""),
]
COMPOSER = Composer(MPKP, tcpm(MPKP))


def test_the_next_topic_has_the_probabilities_of_the_golden_vector() -> None:
    golden = TCPM.of(("A", "B", "C"), np.array([[2, 2, 1], [2, 0, 1], [1, 1, 0]]))
    composer = Composer([], golden)
    for chosen, expected in (
        (["A"], {"A": 0.38011, "B": 0.38011, "C": 0.23978}),
        (["A", "B"], {"A": 0.71525, "C": 0.28475}),
    ):
        assert dict(composer.next_topics(chosen)) == pytest.approx(expected, abs=5e-5)  # METHOD rounds the weights


def test_where_the_last_two_rows_leave_nothing_the_last_one_decides_and_repeats_none() -> None:
    chain = Composer(
        [], TCPM.of(("A", "B", "C", "D"), np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]))
    )
    assert chain.next_topics(["A", "B"]) == [("C", 1.0)]
    assert chain.next_topics(["B", "C"]) == [("D", 1.0)]
    assert chain.next_topics(["C", "D"]) == []


def test_a_set_is_that_of_the_sampler_when_it_is_made_of_the_same() -> None:
    (drawn,) = sample_information_sets(MPKP[:6], COMPOSER.matrix, 1, seed=3)
    assert COMPOSER.draw(drawn.index, drawn.topics).id == drawn.id


@given(st.integers(0, 2**70), st.integers(2, 3))
def test_a_drawn_set_has_different_practices_each_with_its_own_key_points(seed: int, count: int) -> None:
    made = COMPOSER.draw(seed, [None] * count)
    assert made == COMPOSER.draw(seed, [None] * count)
    assert len({t.practice_id for t in made.topics}) == count
    for t in made.topics:
        assert t.key_points == (f"{t.topic} {t.practice_id[1:]}",)
        assert t.practice_id != "p7"  # its text may not be shown


@given(st.integers(0, 10**6))
def test_locking_one_place_leaves_what_is_drawn_at_the_others(seed: int) -> None:
    free = COMPOSER.draw(seed, [None, None])
    assert COMPOSER.draw(seed, [free.topics[0], None]) == free
    assert COMPOSER.draw(seed, [free.topics[0].topic, None]).topics[1].topic == free.topics[1].topic
    assert COMPOSER.draw(seed + 1, [None, free.topics[1]]).topics[1] == free.topics[1]


def test_topics_are_drawn_as_often_as_the_matrix_says() -> None:
    drawn = Counter(COMPOSER.draw(seed, ["A", None]).topics[1].topic for seed in range(4000))
    expected = dict(zip(COMPOSER.matrix.topics, next_topic_probabilities(COMPOSER.matrix, ["A"]), strict=True))
    for topic, share in expected.items():
        assert drawn[topic] / 4000 == pytest.approx(share, abs=0.03)


def test_levels_limit_the_practices_and_are_those_of_the_sources() -> None:
    assert COMPOSER.levels() == ["1", "2"]
    made = [COMPOSER.draw(seed, ["A", "B"], levels=["1"]) for seed in range(30)]
    assert {t.practice_id for m in made for t in m.topics} == {"p1", "p4"}


@pytest.mark.parametrize(
    ("wanted", "levels", "message"),
    [
        (["A"], [], "1 topics: an information set has 2 or 3"),
        ([None] * 4, [], "4 topics"),
        (["A", "E"], [], "no topic 'E' can be sampled"),
        (["D", None], [], "no topic occurs together with 'D'"),
        (["D", "D"], [], "no practice is left for 'D'"),
        (["C", "C"], ["1"], "no practice of 1 is left for 'C'"),
    ],
)
def test_what_cannot_be_put_together_is_told_with_what_to_do(
    wanted: list[SetTopic | str | None], levels: list[str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        COMPOSER.draw(1, wanted, levels=levels)


def test_an_information_set_is_named_by_what_it_is_made_of() -> None:
    topics = (SetTopic("A", ("x",), "p1"), SetTopic("B", ("y",), "p2"))
    assert InformationSet.of(1, topics).id == InformationSet.of(2, topics).id != InformationSet.of(1, topics[::-1]).id
