"""Structured labels: two shapes, and every mistake is one line that names row and field."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import SeedError
from builder.given_labels import has_labels, labeller, read_labels
from builder.publish.rows import mpkp_row
from builder.records import LabelledPractice, Practice, TopicKeyPoints

WHERE = "my.jsonl, line 7 (my/17)"
LINEAR, AREA = "Algebra - Linear Equations", "Geometry - Area"
LABELS = (TopicKeyPoints(LINEAR, ("Isolate x", "Check")), TopicKeyPoints(AREA, ("Square",)))
NESTED = [{"topic": LINEAR, "key_points": ["Isolate x", "Check"]}, {"topic": AREA, "key_points": ["Square"]}]
PARALLEL = {"topics": [LINEAR, LINEAR, AREA], "key_points": ["Isolate x", "Check", "Square"]}


def read(value: Any, **others: Any) -> tuple[TopicKeyPoints, ...]:
    return read_labels({"topics": value, **others}, "topics", WHERE)


def refused(value: Any, **others: Any) -> str:
    with pytest.raises(SeedError) as caught:
        read(value, **others)
    message = str(caught.value)
    assert message.startswith(WHERE)
    assert "\n" not in message
    return message.removeprefix(WHERE)


def test_both_shapes_give_the_same_labels() -> None:
    assert read(NESTED) == LABELS
    assert read(PARALLEL["topics"], key_points=PARALLEL["key_points"]) == LABELS


def test_raw_names_are_kept_where_they_differ() -> None:
    raw = ["Algebra - Equations", "Algebra - Equations", AREA]
    found = read(PARALLEL["topics"], key_points=PARALLEL["key_points"], raw_topics=raw)
    assert [t.raw_topic for t in found] == ["Algebra - Equations", None]
    found = read(
        PARALLEL["topics"], key_points=PARALLEL["key_points"], raw_key_points=["Isolate the x", "Check", "Square"]
    )
    assert [t.raw_key_points for t in found] == [("Isolate the x", "Check"), None]


def test_a_topic_that_stands_in_two_places_of_parallel_lists_is_one() -> None:
    found = read([LINEAR, AREA, LINEAR], key_points=["a", "b", "c"])
    assert found == (TopicKeyPoints(LINEAR, ("a", "c")), TopicKeyPoints(AREA, ("b",)))


def test_white_space_is_the_only_thing_that_is_mended() -> None:
    assert read([{"topic": f" {LINEAR}\n", "key_points": ["Isolate\t x "]}]) == (
        TopicKeyPoints(LINEAR, ("Isolate x",)),
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "field 'topics': nothing in it (null); it must be a list"),
        (math.nan, "field 'topics': nothing in it (null)"),
        ("Algebra - Sets", "field 'topics': text in place of a list"),
        ('[{"topic": "A - B"}]', "if it holds JSON, store the list itself"),
        (3, "field 'topics': int in place of a list"),
        ({"topic": LINEAR}, "field 'topics': dict in place of a list"),
        ([], "field 'topics': no topic in it"),
        ([NESTED[0], "text"], "objects and texts mixed"),
        ([{"topic": LINEAR}], "field 'topics[0]': the key 'key_points' is missing"),
        ([{"key_points": ["k"]}], "field 'topics[0]': the key 'topic' is missing"),
        ([{**NESTED[0], "kps": []}], "field 'topics[0]': unknown key 'kps'; it holds 'topic' and 'key_points'"),
        (
            [NESTED[0], {"topic": "Area", "key_points": ["k"]}],
            "field 'topics[1].topic': 'Area' is not 'Subject - Name'",
        ),
        ([{"topic": "Algebra – Sets", "key_points": ["k"]}], "(a plain dash between blanks)"),
        ([{"topic": "Algebra - ", "key_points": ["k"]}], "field 'topics[0].topic': 'Algebra -' is not"),
        ([{"topic": None, "key_points": ["k"]}], "field 'topics[0].topic': nothing in it"),
        ([{"topic": "  ", "key_points": ["k"]}], "field 'topics[0].topic': empty"),
        (
            [{"topic": LINEAR, "key_points": []}],
            f"field 'topics[0].key_points': the topic '{LINEAR}' has no key points",
        ),
        ([{"topic": LINEAR, "key_points": None}], "field 'topics[0].key_points': nothing in it (null)"),
        ([{"topic": LINEAR, "key_points": "Isolate x"}], "field 'topics[0].key_points': text in place of a list"),
        ([{"topic": LINEAR, "key_points": ["k", ""]}], "field 'topics[0].key_points[1]': empty"),
        ([{"topic": LINEAR, "key_points": ["k", "..."]}], "field 'topics[0].key_points[1]': empty (no letter or digit"),
        ([{"topic": LINEAR, "key_points": [math.nan]}], "field 'topics[0].key_points[0]': nothing in it (null or NaN)"),
        ([{"topic": LINEAR, "key_points": [7]}], "field 'topics[0].key_points[0]': int in place of text"),
        ([{"topic": LINEAR, "key_points": ["k", "k "]}], "field 'topics[0].key_points': 'k' occurs twice under"),
        ([NESTED[0], NESTED[0]], f"field 'topics[1].topic': '{LINEAR}' occurs twice"),
        ([{"topic": LINEAR, "key_points": ["\ud835"]}], "field 'topics[0].key_points[0]': "),
        ([{"topic": LINEAR, "key_points": ["k\ud835"]}], "half a character (an unpaired surrogate) at position 1"),
    ],
)
def test_what_is_wrong_with_nested_labels_is_said(value: Any, said: str) -> None:
    assert said in refused(value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"topics": [LINEAR]}, "field 'topics': a list of texts needs the parallel field 'key_points'"),
        ({**PARALLEL, "key_points": ["k"]}, "lists of different lengths: 'topics' has 3, 'key_points' has 1 entries"),
        ({**PARALLEL, "raw_topics": [LINEAR]}, "'topics' has 3, 'key_points' has 3, 'raw_topics' has 1 entries"),
        ({**PARALLEL, "key_points": None}, "field 'key_points': nothing in it (null)"),
        ({**PARALLEL, "key_points": "k, l, m"}, "field 'key_points': text in place of a list"),
        ({**PARALLEL, "key_points": ["k", "k", "l"]}, f"field 'key_points': 'k' occurs twice under '{LINEAR}'"),
        ({**PARALLEL, "key_points": ["k", None, "l"]}, "field 'key_points[1]': nothing in it (null or NaN)"),
        ({**PARALLEL, "topics": [LINEAR, "Algebra", AREA]}, "field 'topics[1]': 'Algebra' is not 'Subject - Name'"),
        ({**PARALLEL, "topics": [LINEAR, None, AREA]}, "field 'topics[1]': nothing in it"),
        ({**PARALLEL, "raw_topics": ["A - B", "A - C", "D - E"]}, f"the topic '{LINEAR}' has 2 raw names"),
    ],
)
def test_what_is_wrong_with_parallel_labels_is_said(row: dict[str, Any], said: str) -> None:
    assert said in refused(row.pop("topics"), **row)


def test_a_misspelt_column_is_named_with_the_nearest_one() -> None:
    with pytest.raises(SeedError, match=r"line 7 \(my/17\): no field 'topic' with labels; did you mean 'topics'\?"):
        read_labels({"id": 1, "topics": NESTED}, "topic", WHERE)
    with pytest.raises(SeedError, match="no field 'labels' with labels; it has id, x"):
        read_labels({"id": 1, "x": 2}, "labels", WHERE)


def test_what_looks_like_labels_is_told_from_other_lists() -> None:
    assert has_labels({"topics": NESTED}, "topics")
    assert has_labels(PARALLEL, "topics")
    assert not has_labels({"topics": PARALLEL["topics"]}, "topics")
    assert not has_labels({"topics": "text"}, "topics")
    assert not has_labels({}, "topics")


def test_who_labelled_is_read_where_a_row_says_it() -> None:
    assert labeller({"model": "m-1", "extraction_prompt": "ab"}) == ("m-1", "ab")
    assert labeller({"model": None, "extraction_prompt": math.nan}) == ("given", "")


# --- the law -----------------------------------------------------------------------------------

words = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1, max_size=8).map(
    lambda w: f"w{w}"
)
texts = st.lists(words, min_size=1, max_size=4).map(" ".join)
names = st.tuples(words, texts).map(" - ".join)


@st.composite
def topics(draw: st.DrawFn) -> tuple[TopicKeyPoints, ...]:
    result = []
    for name in draw(st.lists(names, min_size=1, max_size=4, unique=True)):
        points = tuple(draw(st.lists(texts, min_size=1, max_size=4, unique=True)))
        raw = draw(st.none() | names)
        raw_points = draw(st.none() | st.tuples(*[texts] * len(points)))
        result.append(
            TopicKeyPoints(name, points, None if raw == name else raw, None if raw_points == points else raw_points)
        )
    return tuple(result)


@given(topics())
def test_whatever_is_published_comes_back_as_it_was(labels: tuple[TopicKeyPoints, ...]) -> None:
    practice = Practice("a/1", "a", "p", "s")
    row = mpkp_row(LabelledPractice(practice, labels, "m", "h", "r"), knowledge="f")
    assert read_labels(row, "topics", WHERE) == labels
    assert labeller(row) == ("m", "h")
