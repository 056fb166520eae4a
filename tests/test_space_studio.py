"""What the page works on, and links that hold a choice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import ConfigError
from space.studio import Choice, Studio


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio.open()


texts = st.text(max_size=40)
places = st.integers(2, 3).flatmap(
    lambda n: st.tuples(
        st.tuples(*[texts] * n),
        st.tuples(*[st.none() | texts.filter(bool)] * n),
        st.tuples(*[st.none() | st.lists(texts, min_size=1, max_size=3).map(tuple)] * n),
    )
)


@given(places, st.integers(0, 2**63), st.lists(texts, max_size=2).map(tuple))
def test_a_link_holds_the_whole_choice(parts: tuple[tuple, tuple, tuple], seed: int, levels: tuple[str, ...]) -> None:
    choice = Choice(*parts, seed, levels)
    assert Choice.from_query(choice.to_query()) == choice


@pytest.mark.parametrize("query", ["", "utm_source=mail", "__theme=dark", "seed=1"])
def test_another_link_holds_the_choice_that_the_page_begins_with(query: str) -> None:
    assert Choice.from_query(query) == Choice()


@pytest.mark.parametrize("query", ["topic1=A", "topic2=A&topic3=B", "topic1=A&topic2=B&seed=x", "seed=-1", "seed=²"])
def test_a_link_that_is_not_ours_is_told(query: str) -> None:
    with pytest.raises(ConfigError, match="this link holds no choice"):
        Choice.from_query(query)


def test_key_points_may_be_picked_and_the_practice_drawn(studio: Studio) -> None:
    topic = studio.matrix.topics[0]
    picked = tuple(k.text for k in studio.points[topic][:2])
    made = studio.information_set(Choice((topic, ""), key_points=(picked, None)))
    assert made.topics[0].key_points == picked
    assert made.topics[0].practice_id in {p.id for p, _ in studio.composer.practices(topic)}


def test_what_a_choice_leaves_open_is_drawn_and_the_rest_stays(studio: Studio) -> None:
    drawn = studio.information_set(Choice(seed=5))
    first = drawn.topics[0]
    kept = Choice((first.topic, ""), (first.practice_id, None), (first.key_points[:1], None), 5)
    made = studio.information_set(kept)
    assert made.topics[0].key_points == first.key_points[:1]
    assert made.topics[1] == drawn.topics[1]
    assert studio.information_set(Choice.from_query(kept.to_query())) == made


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(("No such", "")), "there is no topic 'No such'"),
        (Choice(("{t}", ""), ("nobody", None)), "there is no practice 'nobody'"),
        (Choice(("{u}", ""), ("{p}", None)), "has not the topic"),
        (Choice(("{t}", ""), ("{p}", None), (("another point",), None)), "has no key point 'another point'"),
    ],
)
def test_a_choice_of_what_does_not_exist_is_told(studio: Studio, choice: Choice, message: str) -> None:
    first = studio.information_set(Choice()).topics[0]
    of_practice = {t.topic for t in studio.labelled(first.practice_id).topics}
    other = next(t for t in studio.matrix.topics if t not in of_practice)
    filled = Choice(
        tuple(t.format(t=first.topic, u=other) for t in choice.topics),
        tuple(p and p.format(p=first.practice_id) for p in choice.practice_ids),
        choice.key_points,
    )
    with pytest.raises(ConfigError, match=message):
        studio.information_set(filled)
