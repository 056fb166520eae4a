"""Topics to clusters: linkage, a name for each cluster, and what becomes of small ones (METHOD 1).

Arrays and counts in, clusters out; practices, files and reports are not known here.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .clustering import Block, Floats, FullMeans, GroupMeans, Ints, Merge, average_linkage, blocks, full_matrix
from .neighbour_graph import GraphMeans, NeighbourGraph, linkage_on_graph
from .topic_names import NameWords, name_words, subject_words
from .topic_similarity import Sets


@dataclass(frozen=True)
class Limits:
    """Numbers that steer clustering; ``full_matrix`` topics at most are compared all with all."""

    threshold: float
    floor: float
    floor_of_wider: float  # the same for a topic whose name is more general
    min_practices: int
    target: int | None
    full_matrix: int
    neighbours: int


@dataclass
class Cluster:
    """Topics (by index) that are one, under the name of ``main``."""

    members: list[int]
    main: int
    practices: int
    joined: dict[int, str] = field(default_factory=dict)  # members that came with a small cluster: how
    nearest: int | None = None  # main topic of the nearest other cluster, and the mean similarity to it
    nearest_similarity: float | None = None


@dataclass(frozen=True)
class Clustered:
    """Clusters in the order of their first member; merges of the linkage and near misses by main topics."""

    clusters: list[Cluster]
    merges: list[Merge]  # most similar first
    near_misses: list[Merge]  # most similar first
    graph: bool  # on a graph of neighbours

    def of(self, ids: Ints) -> Clustered:
        """The same with each topic i called ``ids[i]``."""
        clusters = [
            Cluster(
                [int(ids[i]) for i in c.members],
                int(ids[c.main]),
                c.practices,
                {int(ids[i]): how for i, how in c.joined.items()},
                None if c.nearest is None else int(ids[c.nearest]),
                c.nearest_similarity,
            )
            for c in self.clusters
        ]
        merges, misses = (
            [Merge(int(ids[m.one]), int(ids[m.other]), m.similarity) for m in each]
            for each in (self.merges, self.near_misses)
        )
        return Clustered(clusters, merges, misses, self.graph)


def cluster_topics(
    names: Sequence[str],
    practices: Sequence[int],
    similarity: Block,
    limits: Limits,
    *,
    together: Sequence[Sequence[int]] = (),
    apart: Sequence[tuple[int, int]] = (),
    main_name: Callable[[str], bool] = bool,
    listed: int = 100,
) -> Clustered:
    """Clusters of the topics ``names`` (n, sorted).

    A cluster has the name of the member with most practices (then the shortest, then the first) of those
    for which ``main_name`` is true, or a more general one (:func:`_representative`).  With a target, small
    clusters do not join: it is met by linkage.
    """
    n = len(names)
    if not n:
        return Clustered([], [], [], False)
    dense = n <= limits.full_matrix
    settings = {"threshold": limits.threshold, "target": limits.target, "together": together, "apart": apart}
    means: GroupMeans
    if dense:
        linkage = average_linkage(full_matrix(similarity, n), **settings)  # type: ignore[arg-type]
        means = FullMeans.of(similarity, linkage.labels)
    else:
        graph = NeighbourGraph.of(similarity, n, limits.neighbours, limits.threshold)
        linkage = linkage_on_graph(graph, **settings)  # type: ignore[arg-type]
        means = GraphMeans.of(graph, linkage.labels)

    def rank(i: int) -> tuple[bool, int, int, str]:
        return not main_name(names[i]), -practices[i], len(names[i]), names[i]

    groups: list[list[int]] = [[] for _ in range(int(linkage.labels.max()) + 1)]
    for i, label in enumerate(linkage.labels):
        groups[label].append(i)
    clusters = [Cluster(g, _representative(g, names, practices, rank), sum(practices[i] for i in g)) for g in groups]
    if limits.target is None:
        labels = _join_small(clusters, names, means, limits, [tuple(linkage.labels[list(pair)]) for pair in apart])
        kept, labels = np.unique(labels, return_inverse=True)
        clusters = [clusters[g] for g in kept]
        means = means.joined(labels)
    near_misses = _look_around(clusters, means, listed)
    return Clustered(clusters, _named(n, linkage.merges, together, rank), near_misses, not dense)


def _representative(
    group: Sequence[int], names: Sequence[str], practices: Sequence[int], rank: Callable[[int], Any]
) -> int:
    """The first of ``group`` by ``rank``; where it speaks for less than half of the practices, a wider name.

    "Division by Fractions" may be the most frequent name of a cluster about division; "Division" is its name.
    """
    best = min(group, key=rank)
    said = name_words(names[best])
    spoken_for = sum(practices[i] for i in group if said.words <= name_words(names[i]).words)
    if 2 * spoken_for >= sum(practices[i] for i in group):
        return best
    same_rank = [i for i in group if rank(i)[0] == rank(best)[0]]
    return min((i for i in same_rank if _is_wider(name_words(names[i]), said)), key=rank, default=best)


def _is_wider(one: NameWords, other: NameWords) -> bool:
    return one.words < other.words and one.heads >= other.heads


# --- small clusters ----------------------------------------------------------------------------


def _join_small(
    clusters: list[Cluster],
    names: Sequence[str],
    means: GroupMeans,
    limits: Limits,
    apart: Sequence[tuple[int, ...]],
) -> Ints:
    """Small clusters join one that is not smaller, the smallest first; returns where each went (g,).

    A cluster joins the one that its name is a special case of ("Divisibility by 9", "Divisibility"), else
    the most similar one about the same thing, if that reaches the floor.  Similar is meant to the cluster
    as linkage made it: what it has taken in since does not count, so that no chain of small ones leads away
    from its name.
    """
    sizes = np.array([c.practices for c in clusters])
    into = np.arange(len(clusters))
    small = np.flatnonzero(sizes < limits.min_practices)
    wider = more_general([names[c.main] for c in clusters], small)
    forbidden: dict[int, set[int]] = {}
    for pair in apart:
        for g, h in (pair, pair[::-1]):
            forbidden.setdefault(int(g), set()).add(int(h))
    waiting = [(int(sizes[g]), int(g)) for g in small]
    heapq.heapify(waiting)
    while waiting:
        size, g = heapq.heappop(waiting)
        if into[g] != g or sizes[g] != size:
            continue  # it has joined, or grown meanwhile
        allowed = (into == np.arange(len(into))) & (sizes >= size)
        allowed[[g, *forbidden.get(g, ())]] = False
        row = np.where(allowed, means.row(g), -np.inf)
        general = [(fit, float(row[h]), -h) for h, fit in wider.get(g, ()) if row[h] >= limits.floor_of_wider]
        if general:
            best, how = -max(general)[2], "more general name"
        else:
            best, how = _nearest_of_its_kind(names[clusters[g].main], row, limits.floor, clusters, names), "nearest"
            if best < 0:
                continue
        _take_in(clusters[best], clusters[g], how)
        into[into == g] = best
        sizes[best] += size
        for other in forbidden.pop(g, set()):
            forbidden.setdefault(best, set()).add(other)
            forbidden[other].add(best)
        if sizes[best] < limits.min_practices:
            heapq.heappush(waiting, (int(sizes[best]), best))
    return into


def _nearest_of_its_kind(
    name: str, row: Floats, floor: float, clusters: Sequence[Cluster], names: Sequence[str]
) -> int:
    """The most similar cluster from the floor on that is about the same thing; -1 where there is none.

    Names with other heads of which each has words of its own are about other things: "Cubes of Binomials" and
    "Perfect Cubes".  Above the threshold the similarity may say otherwise, under it nothing does.
    """
    own = name_words(name)
    for best in np.argsort(-row, kind="stable")[: np.count_nonzero(row >= floor)]:
        other = name_words(names[clusters[best].main])
        if own.heads & other.heads or own.words <= other.words or other.words <= own.words:
            return int(best)
    return -1


def _take_in(cluster: Cluster, small: Cluster, how: str) -> None:
    cluster.joined |= {i: how for i in small.members if i not in small.joined} | small.joined
    cluster.members = sorted(cluster.members + small.members)
    cluster.practices += small.practices


def more_general(names: Sequence[str], rows: Ints) -> dict[int, list[tuple[int, int]]]:
    """For each of ``rows`` the names that are more general than its own, and how well they fit.

    A more general name has fewer words, all of them the other's, and one of its heads; its subject is kin.
    It fits by the number of words that it has of the other's first phrase:
    "Vieta's Formulas for Quadratics" is rather a case of "Vieta's Formulas" than of "Quadratic Formula".
    """
    said = [name_words(name) for name in names]
    words, heads, subjects = (
        Sets([s.words for s in said]),
        Sets([s.heads for s in said]),
        Sets([subject_words(n) for n in names]),
    )
    everything = np.arange(len(names))
    found: dict[int, list[tuple[int, int]]] = {}
    for at in blocks(len(names)):
        part = rows[(rows >= at[0]) & (rows <= at[-1])]
        if not len(part):
            continue
        shared = words.common(part, everything)
        general = (shared == words.size[None, :]) & (words.size[None, :] < words.size[part][:, None])
        general &= (heads.common(part, everything) > 0) & (subjects.common(part, everything) > 0)
        for i, h in zip(*np.nonzero(general), strict=True):
            g = int(part[i])
            found.setdefault(g, []).append((int(h), len(said[g].first & said[h].words)))
    return found


# --- looking at them ---------------------------------------------------------------------------


def _look_around(clusters: list[Cluster], means: GroupMeans, listed: int) -> list[Merge]:
    """Sets the nearest of each cluster; returns the most similar pairs of clusters, by main topics."""
    found: list[tuple[float, int, int]] = []
    for g, cluster in enumerate(clusters):
        row = means.row(g)
        best = int(row.argmax())
        if row[best] > -np.inf:
            cluster.nearest, cluster.nearest_similarity = clusters[best].main, round(float(row[best]), 4)
        after = row[g + 1 :]
        top = np.argsort(-after, kind="stable")[:listed] if len(after) <= listed else _highest(after, listed)
        found += [(-round(float(after[h]), 4), g, g + 1 + int(h)) for h in top if after[h] > -np.inf]
        if len(found) > 50 * listed:
            found = sorted(found)[:listed]
    return [Merge(clusters[g].main, clusters[h].main, -minus) for minus, g, h in sorted(found)[:listed]]


def _highest(values: Floats, count: int) -> Ints:
    return np.argpartition(-values, count)[:count].astype(np.int64)


def _named(
    n: int,
    merges: Sequence[Merge],
    together: Sequence[Sequence[int]],
    rank: Callable[[int], tuple[bool, int, int, str]],
) -> list[Merge]:
    """``merges`` with the main topic of each side, as it was when they were joined."""
    parent, main = list(range(n)), list(range(n))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    def join(one: int, other: int) -> tuple[int, int]:
        a, b = find(one), find(other)
        sides = main[a], main[b]
        parent[b] = a
        main[a] = min(sides, key=rank)
        return sides

    for group in together:
        for item in group[1:]:
            join(group[0], item)
    return [Merge(*join(m.one, m.other), m.similarity) for m in merges]
