"""Topic merging: what is one topic under several names becomes one, and what is not stays apart."""

from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import config
from builder.embeddings.lexical import LexicalEmbedder
from builder.errors import ConfigError
from builder.merging.overrides import NO_OVERRIDES, Overrides
from builder.records import LabelledPractice, Practice, TopicKeyPoints
from builder.stages.extraction import parse_labels
from builder.stages.topics import MergeResult, TopicVocabulary, merge_topics, merge_vocabulary, unmerged

Labels = dict[str, list[str]]


def practice(number: int, labels: Labels) -> LabelledPractice:
    topics = tuple(TopicKeyPoints(t, tuple(ks)) for t, ks in labels.items())
    return LabelledPractice(Practice(f"p{number}", "test", f"{number}?", "0"), topics, "m", "h", "reply")


def practices(*labels: Labels) -> list[LabelledPractice]:
    return [practice(i, each) for i, each in enumerate(labels)]


def merge(labelled: list[LabelledPractice], embedder: object = None, **changes: object) -> MergeResult:
    """With the defaults of the configuration, but no joining of small topics unless asked for."""
    overrides = changes.pop("overrides", NO_OVERRIDES)
    settings = dataclasses.replace(config.Topics(), **({"min_practices": 1} | changes))  # type: ignore[arg-type]
    return merge_topics(labelled, embedder or LexicalEmbedder(), settings, overrides)  # type: ignore[arg-type]


class Directions:
    """An embedder at the edge: a text's vector is the direction in degrees that stands in it."""

    name = "directions"

    def embed(self, texts: list[str]) -> np.ndarray:
        angles = np.radians([float(t.split()[-1]) for t in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32).reshape(len(texts), 2)


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Arithmetic - Percentages", "Arithmetic - Percentage"),
        ("Arithmetic - Percentages", "Arithmetic - Percents"),
        ("Algebra - Systems of Linear Equations", "Algebra - systems of linear equations"),
        ("Algebra - Linear Equations", "Algebra - Solving Linear Equations"),
        ("Algebra - Linear Equations", "Algebra - Linear Equations in Word Problems"),
        ("Algebra - One-Variable Linear Equations", "Algebra - Linear Equations in One Variable"),
        ("Algebra - Exponent Rules", "Algebra - Laws of Exponents"),
        ("Algebra - Exponents", "Algebra - Properties of Exponents"),
        ("Algebra - Distance, Rate and Time", "Algebra - Distance, Rate, and Time"),
        ("Trigonometry - Double-Angle Formula", "Trigonometry - Double Angle Formulas"),
        ("Number Theory - Counting Divisors", "Number Theory - Number of Divisors"),
        ("Statistics - Weighted Mean", "Statistics - Weighted Averages"),
        ("Algebra - Square of a Binomial", "Algebra - Squares of Binomials"),
        ("Algebra - Vieta's Formulas", "Algebra - Vieta’s Formula"),
        ("Geometry - Area & Perimeter", "Geometry - Area and Perimeter"),
    ],
)
def test_the_same_name_in_other_words_is_one_topic_at_once(one: str, other: str) -> None:
    result = merge(practices({one: ["first"]}, {one: ["second"]}, {other: ["entirely else"]}), name_weight=0.0)
    assert [t.name for t in result.topics] == [one]
    assert result.topics[0].aliases == tuple(sorted({one, other}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Algebra - Linear Equations", "Algebra - Systems of Linear Equations"),
        ("Algebra - Linear Equations", "Algebra - Quadratic Equations"),
        ("Arithmetic - Percentages", "Arithmetic - Fractions to Percentages"),
        ("Algebra - Sum of Squares", "Algebra - Square of a Sum"),
        ("Algebra - Arithmetic Sequences", "Algebra - Geometric Sequences"),
        ("Algebra - Factoring Quadratics", "Algebra - Quadratic Inequalities"),
        ("Geometry - Area of Circles", "Geometry - Circumference of a Circle"),
        ("Number Theory - Greatest Common Divisor", "Number Theory - Least Common Multiple"),
        ("Counting - Combinations", "Counting - Permutations"),
    ],
)
def test_names_about_different_things_stay_apart(one: str, other: str) -> None:
    # Even where half of the key points are the same.
    shared = "Writing the relation as an equation"
    labelled = practices({one: [shared, "Solving for the unknown"]}, {other: [shared, "Checking the result"]})
    assert len(merge(labelled).topics) == 2


def test_a_word_that_means_another_thing_in_another_subject_merges_nothing() -> None:
    labelled = practices(
        {"Trigonometry - Identities": ["sin^2 x + cos^2 x = 1"]},
        {"Linear Algebra - Identity Matrices": ["A matrix times the identity is itself"]},
    )
    assert len(merge(labelled).topics) == 2


# --- clustering --------------------------------------------------------------------------------


def test_a_topics_vector_is_the_mean_of_its_key_points() -> None:
    # The means of P (20, 40) and Q (30) agree, though no key point of P is nearer than 10 degrees to Q's.
    labelled = practices({"S - P 0": ["20", "40"]}, {"S - Q 0": ["30"]}, {"S - R 0": ["120"]})
    result = merge(labelled, Directions(), name_weight=0.0, threshold=0.999)
    assert result.mapping == {"S - P 0": "S - P 0", "S - Q 0": "S - P 0", "S - R 0": "S - R 0"}


@pytest.mark.parametrize(("threshold", "topics"), [(0.9, 1), (0.97, 2), (0.99, 3)])
def test_linkage_is_by_average_similarity(threshold: float, topics: int) -> None:
    # cos 10 = .985, and of R to both, on average, cos 30 and cos 20: .903
    labelled = practices({"S - P 0": ["0"]}, {"S - Q 0": ["10"]}, {"S - R 0": ["30"]})
    assert len(merge(labelled, Directions(), name_weight=0.0, threshold=threshold).topics) == topics


@pytest.mark.parametrize("target", [1, 2, 3, 4])
def test_a_target_number_of_topics_is_met(target: int) -> None:
    labelled = practices(*({f"S - {c} 0": [str(20 * i)]} for i, c in enumerate("PQRT")))
    result = merge(labelled, Directions(), name_weight=0.0, threshold=0.9, target=target)
    assert len(result.topics) == target


@pytest.mark.parametrize(("margin", "topics"), [(0.0, 1), (0.09, 2)])
def test_different_subjects_must_be_more_alike(margin: float, topics: int) -> None:
    labelled = practices({"Counting - P 0": ["0"]}, {"Algebra - Q 0": ["15"]})  # cos 15 = .966
    result = merge(labelled, Directions(), name_weight=0.0, threshold=0.9, cross_subject_margin=margin)
    assert len(result.topics) == topics


def test_subjects_that_share_a_word_are_kin() -> None:
    labelled = practices({"Algebra - P 0": ["0"]}, {"Intermediate Algebra - Q 0": ["15"]})
    result = merge(labelled, Directions(), name_weight=0.0, threshold=0.9, cross_subject_margin=0.1)
    assert len(result.topics) == 1


# --- representatives and records ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "representative"),
    [
        (["A - Sums", "A - Sum", "A - Sum"], "A - Sum"),
        (["A - Sums", "A - Sums", "A - Sum"], "A - Sums"),
        (["A - Sums", "A - Sum"], "A - Sum"),
        (["A - sum", "A - Sum"], "A - Sum"),
    ],
)
def test_the_representative_has_most_practices_then_the_shortest_then_the_first_name(
    names: list[str], representative: str
) -> None:
    result = merge(practices(*({n: ["adding"]} for n in names)))
    assert [t.name for t in result.topics] == [representative]


def test_a_practice_whose_topics_become_one_has_its_key_points_united_and_its_raw_names_kept() -> None:
    labelled = practices(
        {"A - Sums": ["adding", "carrying"], "B - Area": ["base times height"], "A - Sum": ["carrying", "checking"]},
        {"A - Sums": ["adding"]},
    )
    result = merge(labelled)
    first, second = result.mpkp
    assert first.topics == (
        TopicKeyPoints("A - Sums", ("adding", "carrying", "checking"), "A - Sums | A - Sum"),
        TopicKeyPoints("B - Area", ("base times height",), None),
    )
    assert second.topics == (TopicKeyPoints("A - Sums", ("adding",), None),)
    assert (first.practice, first.reply) == (labelled[0].practice, "reply")
    sums = next(t for t in result.topics if t.name == "A - Sums")
    assert (sums.practices, sums.key_points, sums.aliases) == (2, 4, ("A - Sum", "A - Sums"))


def test_others_stay_in_the_data_are_not_sampled_and_mix_with_nothing_else() -> None:
    labelled = practices(
        {"Others - Money": ["a dime is ten cents"], "Arithmetic - Money": ["a dime is ten cents"]},
        {"Others - Moneys": ["a dime is ten cents"]},
    )
    result = merge(labelled, threshold=0.0, cross_subject_margin=0.0, min_practices=9)
    assert {t.name: t.sampled for t in result.topics} == {"Others - Money": False, "Arithmetic - Money": True}
    assert [t.topic for t in result.mpkp[1].topics] == ["Others - Money"]


def test_the_nearest_topic_and_its_similarity_are_told() -> None:
    labelled = practices({"S - P 0": ["0"]}, {"S - Q 0": ["40"]}, {"S - R 0": ["100"]})
    result = merge(labelled, Directions(), name_weight=0.0, threshold=0.99)
    told = {t.name: (t.nearest, t.nearest_similarity) for t in result.topics}
    cos40, cos60 = np.cos(np.radians([40, 60]))
    assert told["S - P 0"] == ("S - Q 0", pytest.approx(cos40, abs=1e-4))
    assert told["S - R 0"] == ("S - Q 0", pytest.approx(cos60, abs=1e-4))


def test_one_topic_has_no_nearest_and_no_practices_give_no_topics() -> None:
    (topic,) = merge(practices({"A - Sums": ["adding"]})).topics
    assert (topic.nearest, topic.nearest_similarity) == (None, None)
    nothing = merge([])
    assert (nothing.topics, nothing.mpkp, nothing.mapping) == ((), (), {})


# --- small topics ------------------------------------------------------------------------------

COMMON = [{"Number Theory - Divisibility": [f"testing whether {n} divides a number"]} for n in (3, 4, 11)]


def test_a_small_topic_joins_the_one_that_it_is_a_special_case_of() -> None:
    labelled = practices(*COMMON, {"Number Theory - Divisibility by 9": ["the digit sum"]})
    apart = merge(labelled, threshold=0.99)
    assert [t.name for t in apart.topics] == ["Number Theory - Divisibility", "Number Theory - Divisibility by 9"]
    (topic,) = merge(labelled, threshold=0.99, min_practices=3, floor_margin=1.0).topics
    assert (topic.name, topic.practices, topic.small) == ("Number Theory - Divisibility", 4, False)


def test_of_two_wider_topics_the_one_in_the_first_phrase_is_joined() -> None:
    case = "Algebra - Vieta's Formulas for Quadratics"
    labelled = practices(
        *[{"Algebra - Quadratic Formula": ["the roots of a quadratic"]}] * 4,
        *[{"Algebra - Vieta's Formulas": ["coefficients of a cubic"]}] * 3,
        {case: ["the roots of a quadratic"]},
    )
    result = merge(labelled, threshold=0.99, min_practices=2, floor_margin=0.9)
    assert result.mapping[case] == "Algebra - Vieta's Formulas"


def test_a_small_topic_that_is_like_no_other_stays_and_is_flagged() -> None:
    labelled = practices(*COMMON, {"Geometry - Circles": ["the radius is half the diameter"]})
    result = merge(labelled, min_practices=3)
    assert {t.name: t.small for t in result.topics} == {
        "Number Theory - Divisibility": False,
        "Geometry - Circles": True,
    }


@pytest.mark.parametrize(("margin", "topics"), [(0.5, 1), (0.4, 2)])
def test_a_small_topic_joins_its_nearest_above_the_floor(margin: float, topics: int) -> None:
    """Which lies half the margin under the threshold."""
    labelled = practices(*[{"S - P 0": ["0"]}] * 3, {"S - Q 0": ["40"]})  # cos 40 = .766
    result = merge(labelled, Directions(), name_weight=0.0, threshold=0.99, min_practices=2, floor_margin=margin)
    assert len(result.topics) == topics


def test_small_topics_may_join_until_they_are_not_small() -> None:
    labelled = practices({"S - P 0": ["0"]}, {"S - Q 0": ["20"]}, {"S - R 0": ["40"]}, {"S - T 0": ["150"]})
    result = merge(labelled, Directions(), name_weight=0.0, threshold=0.99, min_practices=3, floor_margin=0.58)
    assert sorted((t.practices, t.small) for t in result.topics) == [(1, True), (3, False)]


def test_a_larger_topic_never_disappears_in_a_smaller_one() -> None:
    labelled = practices(*[{"S - P 0": ["0"]}] * 2, {"S - Q 0": ["10"]})
    (topic,) = merge(labelled, Directions(), name_weight=0.0, threshold=0.999, min_practices=3, floor_margin=0.9).topics
    assert topic.name == "S - P 0"


# --- overrides ---------------------------------------------------------------------------------

TWO = [{"Algebra - Percents": ["a"]}, {"Geometry - Circles": ["b"]}, {"Algebra - Percent": ["c"]}]


def test_what_is_to_be_merged_is_merged_whatever_its_similarity() -> None:
    wanted = Overrides(merge=(("Algebra - Percents", "Geometry - Circles", "Algebra - not here"),))
    result = merge(practices(*TWO, TWO[0]), overrides=wanted)
    assert set(result.mapping.values()) == {"Algebra - Percents"}
    (use,) = result.report.overrides
    assert (use.kind, use.missing, use.applied) == ("merge", ("Algebra - not here",), True)
    (topic,) = result.report.topics
    assert {m.name: m.joined for m in topic.members}["Geometry - Circles"] == "override"


@pytest.mark.parametrize("least", [1, 9])
def test_what_is_to_be_apart_stays_apart_even_when_small_topics_join(least: int) -> None:
    wanted = Overrides(apart=(("Algebra - Percents", "Algebra - Percent"),))
    result = merge(practices(*TWO), overrides=wanted, min_practices=least, threshold=0.0, floor_margin=1.0)
    assert result.mapping["Algebra - Percents"] != result.mapping["Algebra - Percent"]


def test_others_may_be_merged_with_a_topic_by_a_person_and_take_its_name() -> None:
    labelled = practices(*[{"Others - Units": ["a"]}] * 3, {"Arithmetic - Units": ["b"]})
    (topic,) = merge(labelled, overrides=Overrides(merge=(("Others - Units", "Arithmetic - Units"),))).topics
    assert (topic.name, topic.sampled, topic.practices) == ("Arithmetic - Units", True, 4)


def test_a_renamed_topic_has_its_new_name_everywhere() -> None:
    wanted = Overrides(rename={"Geometry - Circles": "Geometry - Circle", "Algebra - not here": "Algebra - x"})
    result = merge(practices(*TWO), overrides=wanted)
    (topic,) = (t for t in result.topics if t.name.startswith("Geometry"))
    assert (topic.name, topic.aliases) == ("Geometry - Circle", ("Geometry - Circle", "Geometry - Circles"))
    assert result.mpkp[1].topics[0] == TopicKeyPoints("Geometry - Circle", ("b",), "Geometry - Circles")
    assert [(u.missing, u.applied) for u in result.report.overrides] == [(("Algebra - not here",), False), ((), True)]


@pytest.mark.parametrize("name", ["Algebra - Percent", "Algebra - Percents"])
def test_a_rename_onto_another_topic_says_to_merge(name: str) -> None:
    with pytest.raises(ConfigError, match="use merge"):
        merge(practices(*TWO), overrides=Overrides(rename={"Geometry - Circles": name}))


def test_a_name_that_speaks_for_less_than_half_gives_way_to_a_wider_one() -> None:
    points = {
        "Arithmetic - Division by Fractions": 2,
        "Arithmetic - Division": 1,
        "Arithmetic - Division into Equal Parts": 2,
    }
    labelled = practices(*[{name: ["dividing"]} for name, uses in points.items() for _ in range(uses)])
    (topic,) = merge(labelled, threshold=0.3).topics
    assert topic.name == "Arithmetic - Division"
    most = practices(
        *[{"Number Theory - Prime Factorization": ["primes"]}] * 3, {"Number Theory - Factorization": ["primes"]}
    )
    (topic,) = merge(most, threshold=0.3).topics
    assert topic.name == "Number Theory - Prime Factorization"


# --- the report, and what is large -------------------------------------------------------------


def test_the_report_tells_how_each_name_joined_and_what_crosses_subjects() -> None:
    labelled = practices(
        *[{"Algebra - Linear Equations": ["isolating the unknown"]}] * 4,
        {"Algebra - Solving Linear Equations": ["isolating the unknown"]},
        {"Geometry - Linear Equations": ["isolating the unknown"]},
        {"Algebra - Linear Equations with Decimals": ["isolating the unknown"]},
    )
    report = merge(labelled, min_practices=2, threshold=0.9, cross_subject_margin=0.05).report
    (topic,) = report.topics
    assert topic.cross_subject
    assert {m.name: m.joined for m in topic.members} == {
        "Algebra - Linear Equations": "itself",
        "Algebra - Solving Linear Equations": "same name",
        "Geometry - Linear Equations": "linkage",
        "Algebra - Linear Equations with Decimals": "more general name",
    }
    (pair,) = report.pairs_of("cross_subject")
    assert (pair.one, pair.other) == ("Geometry - Linear Equations", "Algebra - Linear Equations")
    assert report.pairs_of("weakest")[0].similarity >= 0.8
    assert (report.summary.threshold, report.summary.chosen, report.summary.raw_topics) == (0.9, "given", 4)


def test_the_threshold_is_calibrated_where_none_is_given() -> None:
    summary = merge(practices(*TWO)).report.summary
    assert 0 < summary.threshold < 1
    assert summary.precision is not None and summary.precision >= 0.97
    assert summary.labelled_pairs is not None and summary.labelled_pairs > 200


def test_a_graph_of_all_neighbours_gives_what_the_full_matrix_gives() -> None:
    labelled = practices(*({n: [f"using {n.partition(' - ')[2].lower()}"]} for n in REAL_NAMES))
    one = merge(labelled, min_practices=2)
    other = merge(labelled, min_practices=2, full_matrix=2, neighbours=64)
    assert (one.report.summary.neighbours, other.report.summary.neighbours) == (None, 64)
    assert one.mapping == other.mapping


def test_a_vocabulary_gathered_in_any_order_is_merged_alike() -> None:
    labelled = practices(*TWO, {"Algebra - Percents": [f"key point {i}" for i in range(100)]})
    results = []
    for order in (labelled, labelled[::-1]):
        vocabulary = TopicVocabulary()
        for p in order:
            vocabulary.add(p)
        results.append(merge_vocabulary(vocabulary, LexicalEmbedder(), config.Topics()))
    assert results[0] == results[1]


def test_unmerged_names_stay_as_they_are() -> None:
    vocabulary = TopicVocabulary()
    for p in practices(*TWO, {"Others - Cards": ["d"]}):
        vocabulary.add(p)
    merging = unmerged(vocabulary)
    assert all(raw == name for raw, name in merging.mapping.items())
    assert [t.name for t in merging.topics if not t.sampled] == ["Others - Cards"]


# --- laws --------------------------------------------------------------------------------------

SUBJECTS = st.sampled_from(["Algebra", "Geometry", "Others", "Intermediate Algebra"])
NAMES = st.sampled_from(["Sums", "Sum", "Sums of Squares", "Solving Sums", "Area", "Areas of Circles", "Roots"])
TOPIC = st.builds(lambda s, n: f"{s} - {n}", SUBJECTS, NAMES)
POINTS = st.lists(st.sampled_from(["adding", "the radius", "taking a root", "$x^2$"]), min_size=1, max_size=3)
LABELLED = st.lists(st.dictionaries(TOPIC, POINTS, min_size=1, max_size=3), min_size=1, max_size=8)


@settings(max_examples=40)
@given(LABELLED, st.randoms(use_true_random=False), st.integers(1, 4))
def test_merging_knows_no_order_and_loses_nothing(labels: list[Labels], shuffle: random.Random, least: int) -> None:
    labelled = practices(*labels)
    shuffled = shuffle.sample(labelled, len(labelled))
    one = merge(labelled, min_practices=least)
    other = merge(shuffled, min_practices=least)
    assert one.topics == other.topics
    assert one.mapping == other.mapping
    assert set(one.mapping) == {t for p in labels for t in p}
    assert sorted(a for t in one.topics for a in t.aliases) == sorted(one.mapping)
    assert [t.name for t in one.topics] == sorted(set(one.mapping.values()))
    for before, after in zip(labelled, one.mpkp, strict=True):
        assert {k for t in before.topics for k in t.key_points} == {k for t in after.topics for k in t.key_points}
        assert {t.topic for t in after.topics} == {one.mapping[t.topic] for t in before.topics}
    for t in one.topics:
        having = [x for p in one.mpkp for x in p.topics if x.topic == t.name]
        assert (t.practices, t.key_points) == (len(having), sum(len(x.key_points) for x in having))


# --- real replies ------------------------------------------------------------------------------

# Names as labellers write them; where the real replies are not at hand these stand for them.
REAL_NAMES = {
    "Algebra - Systems of Linear Equations": 13,
    "Algebra - Systems of Two Linear Equations": 2,
    "Algebra - Linear Equations": 11,
    "Algebra - Solving Linear Equations": 2,
    "Arithmetic - Percentages": 18,
    "Prealgebra - Percents": 1,
    "Arithmetic - Fractions to Percentages": 1,
    "Algebra - Vieta's Formulas": 6,
    "Intermediate Algebra - Vieta's Formulas": 2,
    "Algebra - Quadratic Formula": 5,
    "Algebra - Quadratic Equations": 5,
    "Algebra - Exponent Rules": 2,
    "Algebra - Laws of Exponents": 1,
    "Number Theory - Divisibility": 9,
    "Number Theory - Divisibility by 9": 2,
    "Vectors - Dot Product": 5,
    "Precalculus - Dot Product": 2,
    "Counting - Combinations": 3,
    "Counting - Permutations": 3,
}
ONE = [
    ("Algebra - Linear Equations", "Algebra - Solving Linear Equations"),
    ("Algebra - Systems of Linear Equations", "Algebra - Systems of Two Linear Equations"),
    ("Arithmetic - Percentages", "Prealgebra - Percents"),
    ("Algebra - Vieta's Formulas", "Intermediate Algebra - Vieta's Formulas"),
    ("Algebra - Exponent Rules", "Algebra - Laws of Exponents"),
    ("Number Theory - Divisibility", "Number Theory - Divisibility by 9"),
    ("Vectors - Dot Product", "Precalculus - Dot Product"),
]
APART = [
    ("Algebra - Linear Equations", "Algebra - Systems of Linear Equations"),
    ("Algebra - Linear Equations", "Algebra - Quadratic Equations"),
    ("Algebra - Quadratic Equations", "Algebra - Quadratic Formula"),
    ("Algebra - Vieta's Formulas", "Algebra - Quadratic Formula"),
    ("Arithmetic - Percentages", "Arithmetic - Fractions to Percentages"),
    ("Counting - Combinations", "Counting - Permutations"),
    ("Number Theory - Divisibility", "Arithmetic - Percentages"),
]


def real_labels(data_dir: Path | None) -> list[LabelledPractice]:
    if data_dir is None:
        return practices(
            *({n: [f"using {n.partition(' - ')[2].lower()}"]} for n, k in REAL_NAMES.items() for _ in range(k))
        )
    rows = map(json.loads, (data_dir / "labelled_practices.jsonl").read_text(encoding="utf-8").splitlines())
    return [
        LabelledPractice(Practice(r["id"], "real", r["problem"], r["solution"]), parse_labels(r["reply"]), "", "", "")
        for r in rows
    ]


def test_real_topic_names_are_merged_as_a_teacher_would(data_dir: Path | None) -> None:
    labelled = real_labels(data_dir)
    result = merge(labelled, min_practices=config.Topics().min_practices)
    wrong = [(a, b) for a, b in ONE if result.mapping[a] != result.mapping[b]]
    wrong += [(a, b) for a, b in APART if result.mapping[a] == result.mapping[b]]
    assert wrong == []
    assert len(result.topics) < 0.65 * len(result.mapping)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("Number Theory - GCD", "Number Theory - Greatest Common Divisor"),
        ("Number Theory - LCM", "Number Theory - Least Common Multiple"),
        ("Arithmetic - PEMDAS", "Arithmetic - Order of Operations"),
    ],
)
def test_an_acronym_and_what_it_stands_for_are_one_topic(short: str, long: str) -> None:
    assert len(merge(practices({short: ["one way"]}, {long: ["another method"]})).topics) == 1
