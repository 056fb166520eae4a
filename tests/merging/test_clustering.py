"""Average linkage: the same as others compute, under constraints, on a matrix and on a graph."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from builder.merging import clustering
from builder.merging.clustering import Block, FullMeans, Linkage, average_linkage, full_matrix
from builder.merging.neighbour_graph import GraphMeans, NeighbourGraph, linkage_on_graph


def vectors(seed: int, n: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, 3))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def block_of(rows: np.ndarray) -> Block:
    matrix = np.round(rows @ rows.T, 4)
    matrix = np.minimum(matrix, matrix.T)  # exactly symmetric
    return lambda a, b: matrix[np.ix_(a, b)]


def on_matrix(block: Block, n: int, **settings: object) -> Linkage:
    return average_linkage(full_matrix(block, n), **settings)  # type: ignore[arg-type]


def on_graph(block: Block, n: int, **settings: object) -> Linkage:
    return linkage_on_graph(NeighbourGraph.of(block, n, n), **settings)  # type: ignore[arg-type]


BOTH = pytest.mark.parametrize("form", [on_matrix, on_graph])


def parts(labels: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in labels}


@BOTH
@pytest.mark.parametrize("threshold", [0.2, 0.6, 0.9])
def test_clusters_are_those_of_scipy(form: object, threshold: float) -> None:
    for seed in range(12):
        n = 5 + 3 * seed
        block = block_of(vectors(seed, n))
        distance = np.clip(1 - block(np.arange(n), np.arange(n)).astype(float), 0, None)
        np.fill_diagonal(distance, 0)
        theirs = fcluster(linkage(squareform(distance, checks=False), "average"), 1 - threshold, criterion="distance")
        assert parts(form(block, n, threshold=threshold).labels) == parts(theirs)  # type: ignore[operator]


@BOTH
@given(seed=st.integers(0, 999), n=st.integers(2, 25), data=st.data())
def test_constraints_hold_whatever_is_similar(form: object, seed: int, n: int, data: st.DataObject) -> None:
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1])
    apart = data.draw(st.lists(pairs, max_size=4))
    touched = {i for pair in apart for i in pair}
    free = [i for i in range(n) if i not in touched]
    together = [free[:2], free[1:3]] if len(free) > 2 else []
    found = form(  # type: ignore[operator]
        block_of(vectors(seed, n)), n, threshold=-1.0, together=together, apart=apart
    )
    assert all(found.labels[a] != found.labels[b] for a, b in apart)
    assert len({int(found.labels[i]) for group in together for i in group}) <= 1
    if not apart:
        assert len(set(found.labels)) == 1


@BOTH
def test_apart_holds_through_a_third(form: object) -> None:
    rows = np.array([[1, 0], [0.99, 0.141], [0.96, 0.28]], np.float32)
    found = form(block_of(rows), 3, threshold=0.5, apart=[(0, 2)])  # type: ignore[operator]
    assert found.labels[0] != found.labels[2]


@BOTH
@pytest.mark.parametrize("target", [1, 2, 5, 12, 40])
def test_a_target_is_met(form: object, target: int) -> None:
    found = form(block_of(vectors(3, 12)), 12, threshold=0.9, target=target)  # type: ignore[operator]
    assert len(set(found.labels)) == min(target, 12)


@BOTH
def test_ties_go_to_the_lower_index_and_labels_to_the_first_member(form: object) -> None:
    block: Block = lambda a, b: np.full((len(a), len(b)), 0.5, np.float32)  # noqa: E731
    found = form(block, 5, threshold=0.9)  # type: ignore[operator]
    assert found.labels.tolist() == [0, 1, 2, 3, 4]
    found = form(block, 5, threshold=0.5, target=4)  # type: ignore[operator]
    assert found.labels.tolist() == [0, 0, 1, 2, 3]


def test_merges_are_told_from_the_most_similar_on() -> None:
    rows = np.array([[1, 0], [0.999, 0.0447], [0, 1], [0.3, 0.954]], np.float32)
    found = on_matrix(block_of(rows), 4, threshold=0.5)
    assert [(m.one, m.other) for m in found.merges] == [(0, 1), (2, 3)]
    assert found.merges[0].similarity > found.merges[1].similarity


def test_blocks_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    block = block_of(vectors(1, 30))
    whole, graph = full_matrix(block, 30), NeighbourGraph.of(block, 30, 4)
    monkeypatch.setattr(clustering, "BLOCK_CELLS", 90)
    assert (full_matrix(block, 30) == whole).all()
    again = NeighbourGraph.of(block, 30, 4)
    assert (again.excess != graph.excess).nnz == 0
    assert again.missing == graph.missing


def test_a_pair_outside_the_graph_counts_as_the_median_of_the_lowest_kept() -> None:
    block = block_of(vectors(5, 20))
    similarity = block(np.arange(20), np.arange(20)).copy()
    np.fill_diagonal(similarity, -np.inf)
    kept = np.sort(similarity, axis=1)[:, -3:]
    graph = NeighbourGraph.of(block, 20, 3)
    assert graph.missing == int(np.median(np.rint(kept.min(axis=1) * 10_000)))
    means = GraphMeans.of(graph, np.arange(20))
    units = np.rint(similarity * 10_000)
    near = units >= np.rint(kept.min(axis=1) * 10_000)[:, None]  # among the three nearest of its row
    for i in range(20):
        wanted = np.where(near[i] | near[:, i], units[i], graph.missing) / 10_000
        wanted[i] = -np.inf
        assert means.row(i) == pytest.approx(wanted, abs=1e-6)


def test_pairs_outside_the_graph_join_no_groups_by_themselves() -> None:
    """Two crowds, alike by 0.9 within and by 0.3 across, and one of the first that is near one of the second."""
    crowd = np.repeat([0, 1], 20)
    similarity = np.where(crowd[:, None] == crowd[None, :], 0.9, 0.3).astype(np.float32)
    similarity[0, 1:20] = similarity[1:20, 0] = 0.55
    similarity[0, 20] = similarity[20, 0] = 0.6

    def block(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return similarity[np.ix_(rows, columns)]

    graph = NeighbourGraph.of(block, 40, 3, threshold=0.5)
    labels = linkage_on_graph(graph, threshold=0.5).labels
    assert not set(labels[1:20]) & set(labels[20:])
    assert graph.missing == 4500


def test_means_between_groups_and_after_joining_them() -> None:
    block = block_of(vectors(2, 15))
    similarity = block(np.arange(15), np.arange(15))
    labels = np.arange(15) % 6
    for means in (FullMeans.of(block, labels), GraphMeans.of(NeighbourGraph.of(block, 15, 15), labels)):
        assert means.row(1)[4] == pytest.approx(similarity[np.ix_(labels == 1, labels == 4)].mean(), abs=1e-4)
        joined = means.joined(np.array([0, 1, 2, 0, 1, 2]))
        wanted = similarity[np.ix_(labels % 3 == 0, labels % 3 == 2)].mean()
        assert joined.row(0)[2] == pytest.approx(wanted, abs=1e-4)
        assert joined.row(2)[2] == -np.inf
