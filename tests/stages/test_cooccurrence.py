"""The matrix counts what METHOD 2 says, whatever the order and for topics of any name."""

from __future__ import annotations

import itertools
import math
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import ConfigError
from builder.matrix import TCPM, WEIGHTINGS, matrices_from_table, tables_by_source, weight_statistics
from builder.records import LabelledPractice, Practice, TopicKeyPoints
from builder.stages import cooccurrence
from builder.stages.cooccurrence import COMBINED, tcpm, tcpm_by_source


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


# --- weights -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weighting", "expected"),
    [
        ("log10", [[0.47712, 0.47712, 0.30103], [0.47712, 0, 0.30103], [0.30103, 0.30103, 0]]),
        ("none", [[2, 2, 1], [2, 0, 1], [1, 1, 0]]),
        ("sqrt", [[1.41421, 1.41421, 1], [1.41421, 0, 1], [1, 1, 0]]),
        # Row sums 5, 3, 2 of 10: log2(2 10 / 25) < 0, log2(2 10 / 15), log2(10 / 10), log2(10 / 6)
        ("ppmi", [[0, 0.41504, 0], [0.41504, 0, 0.73697], [0, 0.73697, 0]]),
    ],
)
def test_each_weighting_on_the_golden_counts(weighting: str, expected: list[list[float]]) -> None:
    matrix = tcpm(GOLDEN, weighting=weighting)
    assert np.allclose(matrix.weights, expected, atol=5e-6)
    assert (matrix.counts == tcpm(GOLDEN).counts).all()
    assert (tcpm(GOLDEN).weighted(weighting).weights == matrix.weights).all()


@given(PRACTICES, st.sampled_from(WEIGHTINGS))
def test_weights_are_symmetric_and_positive_where_counts_are_but_for_ppmi(
    sizes: list[dict[str, int]], weighting: str
) -> None:
    matrix = tcpm(mpkp(*sizes), weighting=weighting)
    assert (matrix.weights == matrix.weights.T).all()
    assert (matrix.weights >= 0).all()
    assert ((matrix.weights > 0) <= (matrix.counts > 0)).all()
    if weighting != "ppmi":
        assert ((matrix.weights > 0) == (matrix.counts > 0)).all()


def test_another_weighting_is_an_error_that_names_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match="'log2': must be one of log10, none, sqrt, ppmi"):
        tcpm(GOLDEN, weighting="log2")


def test_the_dense_forms_cannot_be_changed_by_accident() -> None:
    matrix = tcpm(GOLDEN)
    for dense in (matrix.counts, matrix.weights):
        with pytest.raises(ValueError, match="read-only"):
            dense[0, 0] = 9


def test_the_statistics_of_the_golden_counts() -> None:
    rows = {s.weighting: s for s in weight_statistics(tcpm(GOLDEN))}
    assert list(rows) == list(WEIGHTINGS)
    plain = rows["none"]  # AA 2, AB 2, AC 1, BC 1 of the six pairs with the diagonal
    assert (plain.topics, plain.pairs, plain.density) == (3, 4, pytest.approx(4 / 6))
    entropy = -2 * (2 / 6) * math.log(2 / 6) - 2 * (1 / 6) * math.log(1 / 6)
    assert plain.effective_pairs == pytest.approx(math.exp(entropy))
    assert plain.top_1_percent == pytest.approx(2 / 6)  # 1% of four pairs, rounded up, is one
    assert (rows["ppmi"].pairs, rows["ppmi"].density) == (2, pytest.approx(2 / 6))


def test_pairs_of_equal_weight_are_all_effective() -> None:
    rows = weight_statistics(tcpm(mpkp({"A": 1, "B": 1, "C": 1, "D": 1})))
    assert [s.effective_pairs for s in rows[:3]] == pytest.approx([6, 6, 6])
    assert [s.top_1_percent for s in rows[:3]] == pytest.approx([1 / 6] * 3)


def test_the_logarithm_spreads_the_weight_over_more_pairs() -> None:
    practices = mpkp(*[{"A": 1, "B": 1}] * 500, *[{"A": 1, "C": 1}] * 20, *[{"B": 1, "C": 1, "D": 1}] * 3)
    rows = {s.weighting: s for s in weight_statistics(tcpm(practices))}
    assert rows["log10"].effective_pairs > rows["sqrt"].effective_pairs > rows["none"].effective_pairs
    assert rows["log10"].top_1_percent < rows["sqrt"].top_1_percent < rows["none"].top_1_percent


@pytest.mark.parametrize("practices", [[], mpkp({"A": 1})])
def test_statistics_of_a_matrix_without_a_pair_are_zero(practices: list[LabelledPractice]) -> None:
    for s in weight_statistics(tcpm(practices)):
        assert (s.pairs, s.density, s.effective_pairs, s.top_1_percent) == (0, 0, 0, 0)


# --- as a stream, and by source ------------------------------------------------------------------


@given(PRACTICES, st.integers(1, 7))
def test_practices_are_read_once_and_counted_in_pieces_alike(sizes: list[dict[str, int]], flush: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cooccurrence, "_FLUSH", flush)
        pieces = tcpm(iter(mpkp(*sizes)))
    whole = tcpm(mpkp(*sizes))
    assert pieces.topics == whole.topics
    assert (pieces.counts == whole.counts).all()


def of_source(source: str, practices: list[LabelledPractice]) -> list[LabelledPractice]:
    return [replace(p, practice=replace(p.practice, source=source)) for p in practices]


@given(PRACTICES, PRACTICES)
def test_matrices_by_source_are_those_of_their_practices_and_add_up(
    ours: list[dict[str, int]], theirs: list[dict[str, int]]
) -> None:
    gsm, math_ = of_source("gsm", mpkp(*ours)), of_source("math", mpkp(*theirs))
    mixed = [p for pair in itertools.zip_longest(math_, gsm) for p in pair if p]
    found = tcpm_by_source(iter(mixed))
    assert list(found) == [COMBINED, *(["gsm"] if gsm else []), *(["math"] if math_ else [])]
    whole = tcpm(mixed)
    for name, practices in ((COMBINED, mixed), ("gsm", gsm), ("math", math_)):
        if practices or name == COMBINED:
            assert found[name].topics == whole.topics
            assert (found[name].counts == tcpm(practices, topics=whole.topics).counts).all()
    own = tcpm_by_source(iter(mixed), own_topics=True)
    for name, practices in (("gsm", gsm), ("math", math_)):
        if practices:
            alone = tcpm(practices)
            assert own[name].topics == alone.topics
            assert (own[name].counts == alone.counts).all()


def test_topics_and_weighting_hold_for_every_source() -> None:
    practices = [*of_source("a", mpkp({"A": 6, "B": 1, "Others - C": 1})), *of_source("b", mpkp({"B": 1, "D": 2}))]
    found = tcpm_by_source(practices, topics=["D", "A", "B"], weighting="none")
    assert {m.topics for m in found.values()} == {("A", "B", "D")}
    assert found["a"].weights.tolist() == [[1, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert found["b"].weights.tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert found[COMBINED].weights.tolist() == [[1, 1, 0], [1, 0, 1], [0, 1, 0]]


def test_a_source_with_the_name_of_the_combined_matrix_is_an_error() -> None:
    with pytest.raises(ConfigError, match="seed source 'all': this name is that of the combined matrix"):
        tcpm_by_source(of_source("all", GOLDEN))


def test_many_topics_cost_what_their_pairs_cost() -> None:
    matrix = tcpm(practice(i, {f"T{i:05d}": 1, f"T{i + 1:05d}": 7}) for i in range(30_000))
    assert len(matrix.topics) == 30_001
    assert matrix.cells.nnz == 2 * 30_000 + 30_000
    assert matrix.to_table().num_rows == matrix.cells.nnz
    assert weight_statistics(matrix)[0].pairs == 60_000
    assert not {"counts", "weights"} & set(vars(matrix))


# --- the long form -------------------------------------------------------------------------------


@given(PRACTICES, st.sampled_from(WEIGHTINGS))
def test_a_saved_matrix_loads_as_it_was(sizes: list[dict[str, int]], weighting: str) -> None:
    matrix = tcpm(mpkp(*sizes), weighting=weighting)
    with tempfile.TemporaryDirectory() as folder:
        matrix.save(Path(folder) / "tcpm.parquet")
        back = TCPM.load(Path(folder) / "tcpm.parquet")
    assert (back.topics, back.weighting) == (matrix.topics, weighting)
    assert (back.counts == matrix.counts).all()
    assert (back.weights == matrix.weights).all()


def test_the_same_matrix_is_saved_as_the_same_bytes(tmp_path: Path) -> None:
    tcpm(GOLDEN).save(tmp_path / "a")
    tcpm(GOLDEN[::-1]).save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_table_of_somebody_else_with_whole_numbers_as_floats_is_loaded(tmp_path: Path) -> None:
    rows = {"topic_b": ["B", "A"], "topic_a": ["A", "B"], "count": [3.0, 3.0]}
    pq.write_table(pa.table(rows), tmp_path / "t.parquet")
    matrix = TCPM.load(tmp_path / "t.parquet")
    assert (matrix.topics, matrix.counts.tolist(), matrix.weighting) == (("A", "B"), [[0, 3], [3, 0]], "log10")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"topic_a": ["A"], "count": [1]}, "needs a column 'topic_b'"),
        ({"topic_a": ["A"], "topic_b": ["Z"], "count": [1]}, "'Z' is not one of the 1 topics"),
        ({"topic_a": ["A"], "topic_b": ["A"], "count": [1.5]}, "a 'count' that is no whole number"),
        ({"topic_a": ["A"], "topic_b": ["A"], "count": [None]}, "a count that is none"),
        ({"topic_a": [None], "topic_b": ["A"], "count": [1]}, "None is not one of the 0 topics"),
        ({"topic_a": [["A"]], "topic_b": ["A"], "count": [1]}, "t.parquet: "),
        ({"topic_a": ["A"], "topic_b": ["A"], "count": ["x"]}, "a 'count' that is no whole number"),
        ({"topic_a": ["A"], "topic_b": ["A"], "count": [-1]}, "a cell twice, or a count that is none"),
        ({"topic_a": ["A", "A"], "topic_b": ["A", "A"], "count": [1, 2]}, "a cell twice"),
        ({"topic_a": ["A", "B"], "topic_b": ["B", "B"], "count": [1, 2]}, "each pair in both directions"),
        ({"topic_a": ["A", "B"], "topic_b": ["B", "A"], "count": [1, 2]}, "each pair in both directions"),
    ],
)
def test_a_table_that_is_no_matrix_is_an_error(rows: dict[str, list[object]], message: str, tmp_path: Path) -> None:
    pq.write_table(pa.table(rows), tmp_path / "t.parquet")
    with pytest.raises(ConfigError, match=message) as error:
        TCPM.load(tmp_path / "t.parquet")
    assert "t.parquet" in str(error.value)


def test_what_is_no_parquet_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("no")
    for name in ("t.parquet", "none.parquet"):
        with pytest.raises(ConfigError, match="cannot be read as a co-occurrence matrix"):
            TCPM.load(tmp_path / name)


def test_matrices_of_several_sources_share_one_table() -> None:
    found = tcpm_by_source([*of_source("b", GOLDEN), *of_source("a", mpkp({"B": 1, "C": 1}))], weighting="sqrt")
    table = tables_by_source(found)
    assert table.column_names == ["source", "topic_a", "topic_b", "count", "weight"]
    back = matrices_from_table(("A", "B", "C"), table, "sqrt")
    assert list(back) == [COMBINED, "a", "b"]
    for name, matrix in found.items():
        assert (back[name].weights == matrix.weights).all()
