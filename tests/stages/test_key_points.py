"""Near-identical key points are one, and what is not the same stays apart."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.config import Topics
from builder.embeddings.lexical import LexicalEmbedder
from builder.merging.calibration import labelled_pairs
from builder.records import LabelledPractice, Practice, TopicKeyPoints
from builder.stages import key_points
from builder.stages.key_points import (
    KeyPointCounts,
    KeyPointGrouping,
    KeyPointVocabulary,
    group_key_points,
    key_point_threshold,
    plain_form,
    represented,
    signature,
    ungrouped,
)


def practice(number: int, points: list[str], topic: str = "A - x") -> LabelledPractice:
    return LabelledPractice(
        Practice(f"p{number}", "test", "?", "0"), (TopicKeyPoints(topic, tuple(points)),), "m", "h", "r"
    )


def group(practices: list[LabelledPractice], **changes: object) -> KeyPointGrouping:
    vocabulary = KeyPointVocabulary()
    for p in practices:
        vocabulary.add(p)
    return group_key_points(vocabulary, LexicalEmbedder(), Topics(**changes))  # type: ignore[arg-type]


def one(a: str, b: str) -> bool:
    """Whether the two are one at a threshold that everything reaches that can be the same at all."""
    return bool(group([practice(0, [a, b])], key_point_threshold=0.0).mapping)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The area of a square.", "Area of square"),
        ("Completing the Square", "completing  the square"),
        ("$a^2 + b^2 = c^2$", "$a^2+b^2=c^2$"),
        ("Use $\\frac{1}{2}bh$", "Use \\(\\frac12 bh\\)".replace("\\(", "$").replace("\\)", "$")),
        ("Multiply the price by the amount", "Multiplying the price by the amount"),
    ],
)
def test_forms_of_one_key_point_can_be_the_same(a: str, b: str) -> None:
    assert one(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Write the number in base 7", "Write the number in base 9"),
        ("Use two equations", "Use three equations"),
        ("The sum of the roots is $-b/a$", "The sum of the roots is $b/a$"),
        ("Solve for $x$", "Solve for $y$"),
        ("Solve for x", "Solve for y"),
        ("$a+b$", "$a-b$"),
        ("$a<b$", "$a>b$"),
        ("$\\sin x$", "$\\cos x$"),
        ("The sum of the roots", "The product of the roots"),
        ("A percent increase", "A percent decrease"),
        ("The area of a rectangle", "The perimeter of a rectangle"),
        ("Find the minimum", "Find the maximum"),
        ("The mean of the data", "The median of the data"),
        ("Convert hours to minutes", "Convert minutes to hours"),
        ("Subtract the price from the discount", "Subtract the discount from the price"),
        ("Drawing with replacement", "Drawing without replacement"),
        ("At least one", "At most one"),
    ],
)
def test_other_numbers_operators_variables_and_opposites_are_never_the_same(a: str, b: str) -> None:
    assert not one(a, b)


def test_groups_do_not_reach_across_topics() -> None:
    found = group([practice(0, ["Add."], "A - x"), practice(1, ["add"], "A - y")])
    assert found.mapping == {}
    assert found.aliases == {"A - x": {"Add.": ("Add.",)}, "A - y": {"add": ("add",)}}


@pytest.mark.parametrize(
    ("texts", "stands"),
    [
        (["the Sum", "Sum.", "Sum."], "Sum."),
        (["the Sum", "the Sum", "Sum."], "the Sum"),
        (["the Sum", "Sum."], "Sum."),
        (["sum", "Sum"], "Sum"),
    ],
)
def test_the_text_of_most_practices_stands_for_a_group_then_the_shortest_then_the_first(
    texts: list[str], stands: str
) -> None:
    found = group([practice(i, [t]) for i, t in enumerate(texts)])
    assert list(found.aliases["A - x"]) == [stands]


def test_practices_keep_what_the_labeller_wrote_and_are_counted_once() -> None:
    practices = [practice(0, ["Adding", "the sum", "Sum."]), practice(1, ["Sum."]), practice(2, ["Adding"])]
    found = group(practices)
    shown = [represented(p, found.mapping) for p in practices]
    assert shown[0].topics[0] == TopicKeyPoints(
        "A - x", ("Adding", "Sum."), raw_key_points=("Adding", "the sum | Sum.")
    )
    assert shown[1] == practices[1]
    counts = KeyPointCounts()
    for p in shown:
        counts.add(p)
    assert [(k.text, k.practices, k.aliases) for k in found.records(counts)] == [
        ("Adding", 2, ("Adding",)),
        ("Sum.", 2, ("Sum.", "the sum")),
    ]


def test_ungrouped_texts_stay_as_they_are() -> None:
    vocabulary = KeyPointVocabulary()
    vocabulary.add(practice(0, ["Add.", "add"]))
    found = ungrouped(vocabulary)
    assert (found.mapping, list(found.aliases["A - x"])) == ({}, ["Add.", "add"])


def test_many_comparable_key_points_are_compared_on_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["adding", "carrying", "checking", "drawing", "guessing", "listing"]
    practices = [practice(i, [f"{w} carefully", f"{w} with care", w]) for i, w in enumerate(words)]
    whole = group(practices, key_point_threshold=0.5)
    monkeypatch.setattr(key_points, "FULL_MATRIX", 3)
    assert group(practices, key_point_threshold=0.5, neighbours=17).aliases == whole.aliases
    assert whole.mapping


def test_the_calibrated_threshold_is_right_on_the_labelled_pairs() -> None:
    embedder = LexicalEmbedder()
    threshold = key_point_threshold(embedder)
    assert threshold.precision is not None and threshold.precision >= 0.97
    assert threshold.recall is not None and threshold.recall > 0.5
    assert threshold.pairs == len(labelled_pairs(key_points.PAIRS))


@given(st.text(max_size=60))
def test_any_text_has_a_signature_that_its_plain_form_shares(text: str) -> None:
    assert plain_form(plain_form(text)) == plain_form(text) or "\n" in text
    assert signature(text) == signature(text.upper().lower())


TEXTS = st.sampled_from(
    ["Add", "add.", "the sum", "Sum", "Sum of $2$", "sum of 2.", "sum of 3", "", "Ä", "taking a root"]
)


@settings(max_examples=30)
@given(st.lists(st.lists(TEXTS, max_size=4, unique=True), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_grouping_knows_no_order_and_loses_nothing(points: list[list[str]], shuffle: random.Random) -> None:
    practices = [practice(i, each) for i, each in enumerate(points)]
    found = group(practices, key_point_threshold=0.8)
    assert group(shuffle.sample(practices, len(practices)), key_point_threshold=0.8) == found
    texts = {k for each in points for k in each}
    assert {a for group_ in found.aliases.get("A - x", {}).values() for a in group_} == texts
    for p in practices:
        shown = represented(p, found.mapping).topics[0]
        assert set(shown.key_points) <= set(found.aliases["A - x"])
        assert len(set(shown.key_points)) == len(shown.key_points)
