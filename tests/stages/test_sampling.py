"""Information sets: METHOD 3's probabilities, its fallbacks, and the same sets for the same seed."""

from __future__ import annotations

import itertools
import math
import multiprocessing
import re
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import chisquare

from builder.config import Sampling
from builder.constraints import Constraints
from builder.drawing.laws import MatrixLaw
from builder.drawing.sets import COVERAGE_BLOCK, Drawer, SetArrays
from builder.drawing.tables import Holdings
from builder.errors import ConfigError
from builder.matrix import TCPM, WEIGHTINGS
from builder.records import InformationSet, LabelledPractice, Practice, TopicKeyPoints
from builder.stages.cooccurrence import tcpm
from builder.stages.sampling import SetSampler, next_topic_probabilities, sample_information_sets


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


def p_value(seen: Counter[str], matrix: TCPM, expected: np.ndarray) -> float:
    possible = expected > 0
    observed = np.array([seen[t] for t in matrix.topics])
    assert observed[~possible].sum() == 0
    if possible.sum() == 1:
        return 1.0  # all of them are the only topic that there is
    return float(chisquare(observed[possible], expected[possible] * observed.sum()).pvalue)


@pytest.fixture(scope="module", params=WEIGHTINGS)
def many(request: pytest.FixtureRequest) -> tuple[TCPM, list[list[str]]]:
    matrix = tcpm(RICH, weighting=request.param)
    sampler = SetSampler(RICH, matrix, seed=7, two_topic_share=0.4)
    drawn = sampler.draw(0, 60_000)
    assert len(drawn) == 60_000
    return matrix, [[matrix.topics[t] for t in row if t >= 0] for row in drawn.topics.tolist()]


def test_first_topics_follow_the_row_sums(many: tuple[TCPM, list[list[str]]]) -> None:
    matrix, drawn = many
    assert p_value(Counter(d[0] for d in drawn), matrix, next_topic_probabilities(matrix, [])) > 0.001


@pytest.mark.parametrize("first", "ABCD")
def test_second_topics_follow_the_row_of_the_first(many: tuple[TCPM, list[list[str]]], first: str) -> None:
    matrix, drawn = many
    assert (
        p_value(Counter(d[1] for d in drawn if d[0] == first), matrix, next_topic_probabilities(matrix, [first]))
        > 0.001
    )


@pytest.mark.parametrize("pair", ["AB", "BC", "CB", "CD", "DD", "AA"])
def test_third_topics_follow_the_product_of_two_rows(many: tuple[TCPM, list[list[str]]], pair: str) -> None:
    matrix, drawn = many
    expected = next_topic_probabilities(matrix, list(pair))
    if not expected.any():  # under ppmi some pairs have no topic that met both: the row of the second is left
        expected = next_topic_probabilities(matrix, [pair[1]])
        expected[matrix.topics.index(pair[0])] *= matrix.diagonal[matrix.topics.index(pair[0])] > 0
        expected /= expected.sum() or 1.0
    thirds = Counter(d[2] for d in drawn if d[:2] == list(pair) and len(d) == 3)
    assert thirds.total() > 100 or not expected.any()
    assert p_value(thirds, matrix, expected) > 0.001


def test_the_share_of_two_topic_sets_is_the_one_asked_for(many: tuple[TCPM, list[list[str]]]) -> None:
    _, drawn = many
    share = sum(len(d) == 2 for d in drawn) / len(drawn)
    assert share == pytest.approx(0.4, abs=0.01)


def test_practices_of_a_topic_are_drawn_evenly() -> None:
    sets = sample_information_sets(RICH, tcpm(RICH), 6000, 3, two_topic_share=1.0)
    seen = Counter(s.topics[0].practice_id for s in sets if s.topics[0].topic == "D")
    assert len(seen) == 9
    assert chisquare(list(seen.values())).pvalue > 0.001


Outcome = tuple[tuple[str, str], ...]


def one_attempt(rows: list[LabelledPractice], matrix: TCPM, share: float) -> dict[Outcome, float]:
    """METHOD 3 read plainly: every set that one attempt can give, with its probability; "" where it leads nowhere."""
    having = {t: [p.practice.id for p in rows if any(k.topic == t for k in p.topics)] for t in matrix.topics}
    found: dict[Outcome, float] = defaultdict(float)

    def vector(chosen: list[str], previous_only: bool) -> np.ndarray:
        at = [matrix.topics.index(c) for c in chosen]
        weights = matrix.weights[at[-1]].copy() if at else matrix.weights.sum(axis=1)
        if len(at) > 1 and not previous_only:
            weights *= matrix.weights[at[-2]]
        weights[[i for i in at if matrix.counts[i, i] == 0]] = 0
        return weights

    def grow(drawn: Outcome, wanted: int, probability: float) -> None:
        if len(drawn) == wanted:
            found[drawn] += probability
            return
        used = {p for _, p in drawn}
        for previous_only in (False, True)[: max(1, len(drawn))]:
            weights = vector([t for t, _ in drawn], previous_only)
            weights[[not set(having[t]) - used for t in matrix.topics]] = 0
            if weights.any():
                break
        else:
            if len(drawn) == 2:
                found[drawn] += probability
            return
        for topic, weight in zip(matrix.topics, weights / weights.sum(), strict=True):
            for practice in sorted(set(having[topic]) - used) if weight else ():
                free = len(set(having[topic]) - used)
                grow((*drawn, (topic, practice)), wanted, probability * weight / free)

    grow((), 2, share)
    grow((), 3, 1 - share)
    return found


SCARCE = mpkp(
    *[{"A": 1, "B": 1}] * 2,
    {"A": 6, "B": 1, "C": 1},
    {"B": 1, "C": 7, "D": 1},
    {"D": 1, "E": 1},
    {"F": 1, "G": 1},  # leads nowhere: both topics have this practice alone
)


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_whole_sets_follow_the_method_where_practices_are_scarce(weighting: str) -> None:
    matrix = tcpm(SCARCE, weighting=weighting)
    expected = one_attempt(SCARCE, matrix, 0.3)
    total = sum(expected.values())
    assert total < 0.95  # some attempts lead nowhere and are made again
    sampler = SetSampler(SCARCE, matrix, seed=1, two_topic_share=0.3)
    n = 60_000
    seen = Counter(tuple((t.topic, t.practice_id) for t in s.topics) for s in sampler.sets(0, n))
    assert seen.keys() <= expected.keys()
    frequent = [o for o, p in expected.items() if p / total * n >= 5]
    counts = [seen[o] for o in frequent]
    rest = n - sum(counts)
    expected_counts = [expected[o] / total * n for o in frequent]
    if rest or n - sum(expected_counts) > 1e-6:
        counts, expected_counts = [*counts, rest], [*expected_counts, n - sum(expected_counts)]
    assert chisquare(counts, expected_counts).pvalue > 0.001


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


# --- constraints -------------------------------------------------------------------------------


def drawn_under(rows: list[LabelledPractice], constraints: Constraints, n: int = 300) -> list[InformationSet]:
    return sample_information_sets(rows, tcpm(rows), n, 1, constraints=constraints)


def test_topics_outside_the_matrix_are_never_drawn() -> None:
    rows = mpkp(*[{"A": 1, "B": 1, "Others - Coins": 1}] * 5)
    matrix = tcpm(rows, topics=["A", "B"])
    drawn = {t.topic for s in sample_information_sets(rows, matrix, 100, 1) for t in s.topics}
    assert drawn == {"A", "B"}


def test_only_the_allowed_topics_are_drawn_and_a_wanted_one_comes_first() -> None:
    sets = drawn_under(RICH, Constraints(topics=("B", "c", "D"), with_topics=("C",)))
    assert {s.topics[0].topic for s in sets} == {"C"}
    assert {t.topic for s in sets for t in s.topics} == {"B", "C", "D"}


def test_topics_that_are_left_out_leave_the_others_in_proportion() -> None:
    matrix = tcpm(RICH)
    sampler = SetSampler(RICH, matrix, seed=3, constraints=Constraints(without_topics=("D",), with_topics=("C", "B")))
    topics = sampler.draw(0, 20_000).topics
    assert not (topics == matrix.topics.index("D")).any()
    sums = matrix.weights.sum(axis=1)[[1, 2]]
    first = np.bincount(topics[:, 0], minlength=4)[[1, 2]]
    assert chisquare(first, sums / sums.sum() * first.sum()).pvalue > 0.001
    after_b = np.bincount(topics[topics[:, 0] == 1, 1], minlength=4)[[0, 2]]
    row = matrix.weights[1, [0, 2]]
    assert chisquare(after_b, row / row.sum() * after_b.sum()).pvalue > 0.001


def graded(i: int, p: LabelledPractice) -> LabelledPractice:
    level, source = f"Level {i % 3 + 1}" if i % 4 else None, ("gsm", "math")[i % 2]
    subjects = dict.fromkeys("AB", "Algebra") | dict.fromkeys("CD", "Geometry")
    topics = tuple(replace(t, topic=f"{subjects[t.topic]} - {t.topic}") for t in p.topics)
    return replace(p, practice=replace(p.practice, id=f"p{i:03d}", level=level, source=source), topics=topics)


GRADED = [graded(i, p) for i, p in enumerate(RICH * 3)]


@pytest.mark.parametrize("level", ["2", "Level 2", "level 2"])
def test_levels_limit_the_practices(level: str) -> None:
    level_of = {p.practice.id: p.practice.level for p in GRADED}
    sets = drawn_under(GRADED, Constraints(levels=(level,)))
    assert {level_of[t.practice_id] for s in sets for t in s.topics} == {"Level 2"}


def test_topics_that_met_in_another_level_are_drawn_from_practices_of_this_one() -> None:
    rows = [
        replace(p, practice=replace(p.practice, level=level))
        for level, p in zip("122", mpkp({"A": 1, "B": 1}, {"A": 1}, {"B": 1}), strict=True)
    ]
    sets = drawn_under(rows, Constraints(levels=("2",)))
    assert {tuple(sorted((t.topic, t.practice_id) for t in s.topics)) for s in sets} == {(("A", "p1"), ("B", "p2"))}


def test_sources_limit_the_practices_and_the_matrix_is_counted_over_them() -> None:
    constraints = Constraints(sources=("math",))
    chosen = constraints.from_sources(GRADED)
    assert {p.practice.source for p in chosen} == {"math"}
    sets = sample_information_sets(GRADED, tcpm(chosen), 200, 1, constraints=constraints)
    assert {t.practice_id for s in sets for t in s.topics} <= {p.practice.id for p in chosen}


def test_subjects_limit_the_topics_whatever_their_case() -> None:
    sets = drawn_under(GRADED, Constraints(subjects=("geometry",)))
    assert {t.topic for s in sets for t in s.topics} == {"Geometry - C", "Geometry - D"}


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ({"topics": ("Algebra - Z", "Algebra - A")}, "sampling.topics: 'Algebra - Z' is not one of the 4 topics: did"),
        ({"with_topics": ("Geometry  C",)}, "sampling.with_topics: .* did you mean 'Geometry - C'?"),
        ({"without_topics": ("?",)}, "sampling.without_topics: '?' is not one of the 4 topics: Algebra - A, "),
        ({"subjects": ("Geometri",)}, "sampling.subjects: 'Geometri' is not one of the 2 subjects: .* 'Geometry'?"),
        ({"levels": ("Level 7",)}, "sampling.levels: 'Level 7' is not one of the 3 levels: did you mean 'Level"),
        ({"sources": ("maths",)}, "sampling.sources: 'maths' is not one of the 2 sources: did you mean 'math'?"),
        ({"topics": ("Algebra - A",), "subjects": ("Geometry",)}, "sampling.subjects = ['Geometry'] leaves no topic"),
        ({"subjects": ("Geometry",), "without_topics": ("Geometry - C", "Geometry - D")}, "without_topics = .*leaves"),
        (
            {"subjects": ("Algebra",), "with_topics": ("Geometry - C",)},
            "sampling.with_topics = .*: none of them may be",
        ),
        ({"topics": ("Geometry - C",)}, "no two topics .* under sampling.topics = ['Geometry - C']: use more seeds"),
    ],
)
def test_constraints_that_name_the_unknown_or_leave_nothing_say_which(
    constraints: dict[str, tuple[str, ...]], message: str
) -> None:
    with pytest.raises(ConfigError) as error:
        drawn_under(GRADED, Constraints(**constraints))
    assert re.search(".*".join(re.escape(part) for part in message.split(".*")), str(error.value))


def test_a_level_where_no_practice_has_any_says_so() -> None:
    with pytest.raises(ConfigError, match="'5' is none of the levels: the practices have none"):
        drawn_under(RICH, Constraints(levels=("5",)))


def test_a_level_that_the_allowed_topics_do_not_have_is_named() -> None:
    rows = [
        LabelledPractice(replace(p.practice, id=f"{p.practice.id}{i}", level=level), p.topics, "", "", "")
        for level, some in (("1", mpkp({"A": 1, "B": 1})), ("2", mpkp({"C": 1, "D": 1})))
        for p in some
        for i in range(3)
    ]
    with pytest.raises(ConfigError, match=r"sampling\.levels = .'2'. leaves no topic"):
        drawn_under(rows, Constraints(topics=("A", "B"), levels=("2",)))


def test_the_configuration_has_the_constraints_as_its_own_fields() -> None:
    given = Sampling(topics=("A",), levels=("5",), sources=("math",))
    assert Constraints.of(given) == Constraints(topics=("A",), levels=("5",), sources=("math",))


# --- arms of the ablation ----------------------------------------------------------------------


def test_random_topics_are_alike_whatever_the_matrix_says_and_never_the_same_twice() -> None:
    matrix = tcpm(RICH)
    topics = SetSampler(RICH, matrix, seed=5, draw="random", two_topic_share=0.0).draw(0, 24_000).topics
    orders = Counter(map(tuple, topics.tolist()))
    assert len(orders) == 4 * 3 * 2
    assert chisquare(list(orders.values())).pvalue > 0.001


def test_without_key_points_the_same_sets_show_topics_and_practices_only() -> None:
    matrix = tcpm(RICH)
    shown = sample_information_sets(RICH, matrix, 200, 4)
    bare = sample_information_sets(RICH, matrix, 200, 4, key_points=False)
    for one, other in zip(shown, bare, strict=True):
        assert [(t.topic, t.practice_id) for t in one.topics] == [(t.topic, t.practice_id) for t in other.topics]
        assert other.key_points == () != one.key_points
        assert one.id != other.id


def test_the_section_of_the_configuration_gives_its_sampler() -> None:
    matrix = tcpm(RICH)
    section = Sampling(two_topic_share=0.0, draw="random", key_points=False, without_topics=("A",))
    sets = list(SetSampler.of(RICH, matrix, section, 3).sets(0, 50))
    assert {len(s.topics) for s in sets} == {3}
    assert {t.topic for s in sets for t in s.topics} == {"B", "C", "D"}
    assert {s.key_points for s in sets} == {()}


@pytest.mark.parametrize("rows", [mpkp({"A": 1}), mpkp({"A": 1, "B": 1}), []])
def test_random_topics_too_need_two_topics_in_different_practices(rows: list[LabelledPractice]) -> None:
    with pytest.raises(ConfigError, match="no two topics occur together in different practices"):
        sample_information_sets(rows, tcpm(rows), 1, 0, draw="random")


# --- coverage ----------------------------------------------------------------------------------


def test_with_coverage_pairs_weigh_less_by_how_often_earlier_blocks_used_them() -> None:
    # Many topics, so that a pair has been used a few times and each use counts.
    rows = mpkp(*({f"T{i % 37:02d}": 7, f"T{i * i % 41:02d}": 1, f"T{i * 7 % 31:02d}": 1} for i in range(900)))
    matrix = tcpm(rows)
    sampler, n = SetSampler(rows, matrix, seed=2, coverage=True), len(matrix.topics)
    start = 2 * COVERAGE_BLOCK
    uses = np.zeros((n, n))
    for drawn in sampler.draw(0, start).topics.tolist():
        for one, other in itertools.combinations([t for t in drawn if t >= 0], 2):
            uses[one, other] += 1
            uses[other, one] += one != other
    lighter = csr_array(np.where(matrix.counts > 0, matrix.weights / (1 + uses), 0))
    by_id = sorted(rows, key=lambda p: p.practice.id)
    entries = [(matrix.topics.index(t.topic), i) for i, p in enumerate(by_id) for t in p.topics]
    holdings = Holdings(*np.array(entries).T, n)
    law = MatrixLaw(lighter, *np.ones((2, n), np.bool_), holdings)
    again = Drawer(law, holdings, matrix.diagonal > 0, 2, 0.5).draw(start, COVERAGE_BLOCK)
    assert_same(again, sampler.draw(start, COVERAGE_BLOCK))


def test_with_coverage_rare_pairs_come_more_often() -> None:
    matrix = tcpm(RICH, weighting="none")
    drawn = {
        coverage: SetSampler(RICH, matrix, seed=2, coverage=coverage, two_topic_share=1.0).draw(0, 20_000).topics
        for coverage in (False, True)
    }
    c, a = matrix.topics.index("C"), matrix.topics.index("A")
    rare = {k: ((np.sort(t[:, :2], axis=1) == sorted((a, c))).all(axis=1)).mean() for k, t in drawn.items()}
    assert rare[True] > 1.3 * rare[False]


def test_with_coverage_the_first_block_is_the_plain_one() -> None:
    matrix = tcpm(RICH)
    plain = SetSampler(RICH, matrix, seed=2).draw(0, COVERAGE_BLOCK)
    covered = SetSampler(RICH, matrix, seed=2, coverage=True).draw(0, 2 * COVERAGE_BLOCK)
    assert_same(plain, covered.part(0, COVERAGE_BLOCK))


def test_coverage_has_no_use_without_the_matrix() -> None:
    with pytest.raises(ConfigError, match=r"sampling\.coverage .* needs sampling.draw"):
        SetSampler(RICH, tcpm(RICH), seed=1, coverage=True, draw="random")


# --- the same sets, however they are drawn -----------------------------------------------------


def assert_same(one: SetArrays, other: SetArrays) -> None:
    assert one.start == other.start
    for name in ("topics", "practices", "wanted", "fallback"):
        assert (getattr(one, name) == getattr(other, name)).all()


MODES = [{}, {"draw": "random"}, {"coverage": True}, {"constraints": Constraints(without_topics=("A",))}]


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_sets_do_not_depend_on_how_many_are_asked_for_or_in_which_order(mode: dict[str, object]) -> None:
    sampler = SetSampler(RICH, tcpm(RICH), seed=11, **mode)  # type: ignore[arg-type]
    whole = sampler.draw(0, 5000)
    for low, high in [(4000, 5000), (0, 1), (999, 1001), (1, 3999), (3999, 4000), (2500, 2500)]:
        assert_same(whole.part(low, high), sampler.draw(low, high - low))


def test_sets_beyond_a_million_are_drawn_without_those_before() -> None:
    sampler = SetSampler(RICH, tcpm(RICH), seed=1)
    far = 10**12
    assert_same(sampler.draw(far, 70_000).part(69_000, 70_000), sampler.draw(far + 69_000, 1000))


_WORKER: dict[str, SetSampler] = {}


def start_worker(sampler: SetSampler) -> None:
    _WORKER["sampler"] = sampler


def draw_range(where: tuple[int, int]) -> SetArrays:
    return _WORKER["sampler"].draw(*where)


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_one_worker_and_four_draw_the_same_sets(mode: dict[str, object]) -> None:
    sampler = SetSampler(RICH, tcpm(RICH), seed=8, **mode)  # type: ignore[arg-type]
    ranges = [(low, 700) for low in range(0, 5600, 700)]
    whole = sampler.draw(0, 5600)
    for workers in (1, 4):
        context = multiprocessing.get_context("fork")  # a test module has no name that a new process could import
        with ProcessPoolExecutor(workers, context, start_worker, (sampler,)) as pool:
            for part in pool.map(draw_range, ranges):
                assert_same(whole.part(part.start, part.start + 700), part)


@given(PRACTICES, st.integers(0, 2**63), st.randoms())
def test_the_order_of_the_practices_makes_no_difference(sizes: list[dict[str, int]], seed: int, random: object) -> None:
    rows = mpkp(*sizes)
    shuffled = random.sample(rows, len(rows))  # type: ignore[attr-defined]
    assert sets_or_none(rows, 12, seed) == sets_or_none(shuffled, 12, seed)


def test_records_come_in_chunks_and_say_what_the_arrays_say() -> None:
    sampler = SetSampler(RICH, tcpm(RICH), seed=1)
    arrays = sampler.draw(3, 9000)
    records = list(sampler.sets(3, 9000))
    assert [r.index for r in records] == list(range(3, 9003))
    assert [r.topics[0].topic for r in records] == [sampler.topics[t] for t in arrays.topics[:, 0]]
    assert [r.topics[-1].practice_id for r in records] == [
        sampler.practice_ids[p[p >= 0][-1]] for p in arrays.practices
    ]
    assert [len(r.topics) for r in records] == (arrays.topics >= 0).sum(axis=1).tolist()


def test_the_dense_matrix_is_never_made() -> None:
    rows = mpkp(*[{f"T{i:05d}": 1, f"T{i + 1:05d}": 1, f"T{i + 2:05d}": 1} for i in range(20_000)])
    matrix = tcpm(rows)
    drawn = SetSampler(rows, matrix, seed=1).draw(0, 2000)
    assert len(matrix.topics) == 20_002
    assert (drawn.topics[:, :2] >= 0).all()
    assert not {"counts", "weights"} & set(vars(matrix))
