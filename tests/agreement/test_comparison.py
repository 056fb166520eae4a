"""Labellers compared: what merging makes one counts as agreement, and disagreements say what they are."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from builder.agreement.comparison import Agreement, agreement
from builder.agreement.labellers import Labeller
from builder.embeddings.lexical import LexicalEmbedder
from builder.errors import ConfigError
from builder.records import LabelledPractice, TopicKeyPoints
from tests.agreement.sample import labelled, labeller

LINEAR, AREA, DIVISIBILITY = "Algebra - Linear Equations", "Geometry - Area", "Number Theory - Divisibility"
BY_NINE = "Number Theory - Divisibility by 9"
POINTS = {LINEAR: ["Isolate the unknown"], AREA: ["Area of a square is its side squared"]}


def as_they_are(practices: Sequence[LabelledPractice]) -> Sequence[LabelledPractice]:
    return practices


def under(names: dict[str, str]):
    """A merge that renames."""

    def merge(practices: Sequence[LabelledPractice]) -> Sequence[LabelledPractice]:
        return [
            LabelledPractice(
                p.practice,
                tuple(TopicKeyPoints(names.get(t.topic, t.topic), t.key_points, t.topic) for t in p.topics),
                p.model,
                p.prompt_hash,
                p.reply,
            )
            for p in practices
        ]

    return merge


def compare(*labellers: Labeller, merge=as_they_are, threshold: float = 0.6) -> Agreement:
    return agreement(labellers, merge, LexicalEmbedder().embed, threshold)


def test_two_names_of_one_thing_agree_after_merging_and_not_before() -> None:
    a = labeller("a", {"1": {LINEAR: ["Isolate x"]}, "2": {AREA: ["Area of a square"]}})
    b = labeller("b", {"1": {"Algebra - Equations of Degree One": ["Isolate x"]}, "2": {AREA: ["Area of a square"]}})
    found = compare(a, b, merge=under({"Algebra - Equations of Degree One": LINEAR}))
    (pair,) = found.pairs
    assert (pair.before["f1"].value, pair.after["f1"].value) == (0.5, 1.0)
    assert (pair.before["kappa"].value or 0) < 1 == pair.after["kappa"].value
    assert pair.disagreements == ()
    assert (found.raw_topics, found.merged_topics) == (3, 2)
    assert pair.key_points["f1"].value == 1


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ({LINEAR: ["k"]}, {AREA: ["k"]}, "other topic"),
        ({LINEAR: ["k"], AREA: ["l"]}, {LINEAR: ["k"]}, "missing topic"),
        ({LINEAR: ["k"]}, {LINEAR: ["k"], AREA: ["l"]}, "missing topic"),
        ({DIVISIBILITY: ["k"]}, {BY_NINE: ["k"]}, "narrower-wider"),
        ({LINEAR: ["k"]}, {"Algebra - Systems of Linear Equations": ["k"]}, "other topic"),
        ({DIVISIBILITY: ["k"], LINEAR: ["l"]}, {BY_NINE: ["k"], AREA: ["l"]}, "other topic"),
        ({LINEAR: ["Isolate x"]}, {LINEAR: ["Draw the graph"]}, "key points only"),
        ({LINEAR: ["Isolate x"]}, {LINEAR: ["Isolate x", "Draw the graph"]}, "key points only"),
        ({LINEAR: ["Isolate x"]}, {LINEAR: ["Isolate x"]}, None),
    ],
)
def test_a_disagreement_says_of_which_kind_it_is(first: dict, second: dict, kind: str | None) -> None:
    (pair,) = compare(labeller("a", {"1": first}), labeller("b", {"1": second})).pairs
    assert [d.kind for d in pair.disagreements] == ([] if kind is None else [kind])


def test_a_disagreement_says_what_each_one_said() -> None:
    a = labeller("a", {"1": {LINEAR: ["Isolate x"], AREA: ["Area of a square", "Perimeter"]}})
    b = labeller("b", {"1": {"Geometry - Areas": ["Area of a square"], BY_NINE: ["Digit sum"]}})
    (pair,) = compare(a, b, merge=under({"Geometry - Areas": AREA})).pairs
    (row,) = pair.disagreements
    assert (row.practice_id, row.a, row.b) == ("1", "a", "b")
    assert (row.topics_both, row.topics_a, row.topics_b) == ((AREA,), (LINEAR,), (BY_NINE,))
    assert row.raw_topics_b == ("Geometry - Areas", BY_NINE)
    assert (row.key_points_a, row.key_points_b) == (("Perimeter",), ())
    assert row.key_points_f1 == pytest.approx(2 / 3, abs=1e-6)
    assert row.distance == pytest.approx(1 - 1 / 3 * 1 / 3, abs=1e-6)
    assert pair.swaps == ((LINEAR, BY_NINE, 1),)


def test_the_worst_come_first() -> None:
    a = {"1": {LINEAR: ["k"]}, "2": {LINEAR: ["k"]}, "3": {LINEAR: ["k"], AREA: ["l"]}, "4": {LINEAR: ["Isolate x"]}}
    b = {"1": {LINEAR: ["k"]}, "2": {AREA: ["k"]}, "3": {LINEAR: ["k"]}, "4": {LINEAR: ["Draw it"]}}
    (pair,) = compare(labeller("a", a), labeller("b", b)).pairs
    assert [d.practice_id for d in pair.disagreements] == ["2", "3", "4"]


def test_key_points_under_another_topic_are_found_wherever_they_stand() -> None:
    a = labeller("a", {"1": {LINEAR: ["Isolate the unknown"], AREA: ["Area of a square"]}})
    b = labeller("b", {"1": {LINEAR: ["Area of a square", "Isolate the unknown"]}})
    (pair,) = compare(a, b).pairs
    assert pair.key_points["recall"].value == 1  # under the one topic that both gave
    assert pair.key_points["precision"].value == 0.5
    assert pair.key_points_anywhere["f1"].value == 1


def test_three_labellers_give_three_pairs_and_figures_for_all() -> None:
    practices = {str(i): {LINEAR if i % 2 else AREA: ["k"]} for i in range(6)}
    other = {**practices, "0": {LINEAR: ["k"]}}
    found = compare(labeller("a", practices), labeller("b", practices), labeller("c", other))
    assert [(p.a, p.b) for p in found.pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found.shared_by_all == 6
    assert found.pairs[0].after["kappa"].value == 1
    fleiss = found.after["fleiss_kappa"].value
    assert fleiss is not None
    assert 0 < fleiss < 1


def test_the_order_of_rows_changes_nothing() -> None:
    a = {str(i): {LINEAR if i % 2 else AREA: ["Isolate x"]} for i in range(9)}
    b = {str(i): {LINEAR if i % 3 else AREA: ["Isolate y"]} for i in range(9)}
    straight = compare(labeller("a", a), labeller("b", b))
    turned = compare(labeller("a", dict(reversed(a.items()))), labeller("b", dict(sorted(b.items(), key=str))))
    assert straight == turned


def test_labellers_that_share_nothing_are_told_about_parts() -> None:
    with pytest.raises(ConfigError, match="a and b share no practice, by id or by problem; --parts"):
        compare(labeller("a", {"1": {LINEAR: ["k"]}}), labeller("b", {"2": {LINEAR: ["k"]}}))
    with pytest.raises(ConfigError, match="agreement needs two labellers"):
        compare(labeller("a", {"1": {LINEAR: ["k"]}}))


def test_the_same_problem_under_other_ids_is_compared() -> None:
    a = Labeller("a", (labelled("x", POINTS, "What is x?"),))
    b = Labeller("b", (labelled("y", POINTS, "What  is x?"),))
    (pair,) = compare(a, b).pairs
    assert (pair.practices, pair.after["f1"].value) == (1, 1.0)
