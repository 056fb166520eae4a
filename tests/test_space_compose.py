"""Putting an information set together: what an edit does, and what is seen of the matrix."""

from __future__ import annotations

import re
from dataclasses import replace

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import ConfigError
from space import composition
from space.compose_tab import build_compose_tab
from space.composition import Wishes, wishes_of
from space.studio import Choice, Studio

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
THREE = Choice(("", "", ""), (None,) * 3, (None,) * 3, seed=5)


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio.open()


def topics(studio: Studio, choice: Choice) -> list[str]:
    return [t.topic for t in studio.information_set(choice).topics]


def practices(studio: Studio, choice: Choice) -> list[str]:
    return [t.practice_id for t in studio.information_set(choice).topics]


# --- what an edit does --------------------------------------------------------------------------


def test_what_is_locked_stays_and_the_rest_is_drawn_from_the_new_seed(studio: Studio) -> None:
    drawn = studio.information_set(THREE)
    locked = composition.pinned(THREE, 1, drawn.topics[1])
    wishes = wishes_of(locked)
    others = set()
    for seed in range(20):
        made = studio.information_set(composition.redrawn(studio, locked, wishes, seed=seed))
        assert made.topics[1] == drawn.topics[1]
        others.add(made.topics[0])
    assert len(others) > 5


def test_drawing_one_place_again_changes_that_place_only(studio: Studio) -> None:
    before = studio.information_set(THREE)
    for seed in range(5):
        after = studio.information_set(composition.redrawn_at(studio, THREE, wishes_of(THREE), 1, seed))
        assert (after.topics[0], after.topics[2]) == (before.topics[0], before.topics[2])
        assert after.topics[1].practice_id != before.topics[1].practice_id


def test_a_kept_key_point_stays_with_its_topic_when_its_place_is_drawn_again(studio: Studio) -> None:
    before = studio.information_set(THREE).topics[2]
    kept = before.key_points[:1]
    wishes = replace(wishes_of(THREE), kept=((), (), kept))
    for new in (
        composition.redrawn_at(studio, THREE, wishes, 2, 9),
        composition.redrawn(studio, THREE, wishes, seed=77),
    ):
        after = studio.information_set(new).topics[2]
        assert after.topic == before.topic
        assert after.key_points[:1] == kept
        assert studio.information_set(Choice.from_query(new.to_query())) == studio.information_set(new)


def test_a_topic_without_another_practice_is_told(studio: Studio) -> None:
    rare = next(t.name for t in studio.topics if t.practices == 1 and t.sampled)
    alone = Choice((rare, ""), (None, None), (None, None))
    with pytest.raises(ConfigError, match="no other practice has"):
        composition.redrawn_at(studio, alone, wishes_of(alone), 0, 1)


def test_choosing_a_topic_draws_what_the_sampler_put_after_it_again(studio: Studio) -> None:
    fixed = composition.redrawn_at(studio, THREE, wishes_of(THREE), 2, 3)  # every place is pinned now
    wishes = Wishes(("Geometry - Angles", "", ""), (False, False, True), ((),) * 3)
    new = composition.renamed(fixed, wishes, 0)
    assert new.topics[0] == "Geometry - Angles"
    assert new.practice_ids[:2] == (None, None)
    assert new.practice_ids[2] == fixed.practice_ids[2]  # locked


def test_picked_key_points_pin_their_place_and_none_means_those_of_the_practice(studio: Studio) -> None:
    own = studio.information_set(THREE).topics[0]
    other = next(p.text for p in studio.points[own.topic] if p.text not in own.key_points)
    picked = composition.with_key_points(studio, THREE, 0, [other])
    assert studio.information_set(picked).topics[0] == replace(own, key_points=(other,))
    assert studio.information_set(composition.with_key_points(studio, picked, 0, [])).topics[0] == own


@given(seed=st.integers(0, 2**31 - 1), count=st.sampled_from([2, 3]))
def test_a_set_of_two_is_what_the_set_of_three_begins_with(studio: Studio, seed: int, count: int) -> None:
    choice = composition.resized(replace(Choice(), seed=seed), count)
    assert topics(studio, choice)[:2] == topics(studio, composition.resized(choice, 2))


# --- what is shown --------------------------------------------------------------------------------


def test_the_bars_are_the_probabilities_after_what_stands_before(studio: Studio) -> None:
    drawn = studio.information_set(THREE)
    shown = composition.places(studio, THREE, drawn)
    for place, one in enumerate(shown):
        assert one.likely == tuple(studio.composer.next_topics([t.topic for t in drawn.topics[:place]]))
        assert sum(p for _, p in one.likely) == pytest.approx(1.0)
        html = composition.likely_html(one, place + 1)
        told = [float(p) for p in re.findall(r'kp-value">(?:&lt;|<)?([\d.]+)%', html)]
        assert sum(told) == pytest.approx(100, abs=1)
        assert html.count('aria-pressed="true"') == 1


def test_a_chosen_topic_has_a_bar_even_where_the_sampler_would_never_draw_it(studio: Studio) -> None:
    first = "Geometry - Angles"
    never = next(t for t in studio.matrix.topics if t not in dict(studio.composer.next_topics([first])) and t != first)
    choice = Choice((first, never), (None, None), (None, None))
    place = composition.places(studio, choice, studio.information_set(choice))[1]
    html = composition.likely_html(place, 2)
    assert f'data-topic="{never}"' in html
    assert "chosen, probability 0.0%" in composition.place_markdown(place)


def test_a_choice_that_cannot_be_put_together_is_shown_as_far_as_it_is_known(studio: Studio) -> None:
    choice = Choice(("Geometry - Angles", ""), (None, None), (None, None))
    named, open_ = composition.places(studio, choice, None)
    assert named.topic == "Geometry - Angles"
    assert named.key_points == ()
    assert open_.topic == ""
    assert "mended" in composition.place_markdown(open_)
    assert composition.practice_markdown(open_) == ""


def test_the_text_of_a_practice_is_no_markup(studio: Studio) -> None:
    place = composition.places(studio, THREE, studio.information_set(THREE))[0]
    assert place.practice is not None
    hostile = replace(place, practice=replace(place.practice, problem="<script>alert(1)</script> $x<y$"))
    assert "<script" not in composition.practice_markdown(hostile)


# --- the form ------------------------------------------------------------------------------------


def test_a_link_that_cannot_be_shown_says_so_and_the_first_choice_stays(studio: Studio) -> None:
    with gr.Blocks():
        tab = build_compose_tab(studio)
    for choice, told in [
        (Choice(("No such topic", ""), (None, None), (None, None)), "there is no topic"),
        (Choice(seed=2**40), "give a smaller one"),
        (Choice(levels=("Level 99",)), "Level 99"),
    ]:
        updates = tab.load(choice, None)
        assert updates[0] == Choice()
        assert told in str(updates)
        assert len(updates) == len(tab.outputs)


def test_a_link_fills_every_control(studio: Studio) -> None:
    with gr.Blocks():
        tab = build_compose_tab(studio)
    locked = composition.pinned(THREE, 1, studio.information_set(THREE).topics[1])
    updates = tab.load(Choice.from_query(locked.to_query()), None)
    assert updates[0] == locked
    values = {c.elem_id: u.get("value") for c, u in zip(tab.outputs[1:], updates[1:], strict=True) if c.elem_id}
    assert values["compose-count"] == 3
    assert values["compose-seed"] == 5
    assert [values[f"compose-lock-{n}"] for n in (1, 2, 3)] == [False, True, False]
    assert [values[f"compose-topic-{n}"] for n in (1, 2, 3)] == ["", locked.topics[1], ""]
    assert values["compose-link"] == f"?{locked.to_query()}"
