"""One case of the knowledge benchmark in a process of its own: does it and prints what it took.

    python -m benchmarks.knowledge_child CASE '{"embedder": "lexical", ...}'

Prints one JSON object: ``steps`` (seconds, CPU seconds of all threads, and the process's peak memory in MiB
by the end of each step: it never falls) and what the case measures.  The cases are the functions below; their
arguments are the keys of the JSON.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import knowledge_data as data_of
from benchmarks.knowledge_clock import (
    EXACT,
    FULL,
    SCIKIT,
    Clock,
    Result,
    Stream,
    gathered,
    labels,
    merged,
    opened,
    peak_mib,
    settings,
)
from benchmarks.knowledge_truth import pairs, routes
from builder.config import Topics
from builder.embeddings.base import Matrix
from builder.errors import ConfigError
from builder.matrix import TCPM, weight_statistics
from builder.merging.clustering import average_linkage, full_matrix
from builder.merging.neighbour_graph import NeighbourGraph, linkage_on_graph
from builder.records import LabelledPractice
from builder.stages.cooccurrence import tcpm
from builder.stages.key_points import KeyPointCounts, KeyPointVocabulary, group_key_points, represented
from builder.stages.topics import Merging, TopicCounts, renamed, unmerged


def counted(clock: Clock, practices: Stream, merging: Merging) -> TCPM:
    """Practices in merged names, counted, and their matrix."""
    counts = TopicCounts()
    with clock.step("renaming"):
        for p in practices():
            counts.add(renamed(p, merging.mapping))
    with clock.step("TCPM"):
        return tcpm(renamed(p, merging.mapping) for p in practices())


def weightings(matrix: TCPM) -> list[Result]:
    """What each weighting makes of the counts."""
    return [dataclasses.asdict(s) for s in weight_statistics(matrix)]


# --- concepts_14k ------------------------------------------------------------------------------


def concepts(
    clock: Clock,
    data: str,
    embedder: str,
    kept: str,
    names: int | None = None,
    full: int | None = None,
    labels_to: str | None = None,
) -> Result:
    """Our merging of all names or a random part of them, by the full matrix up to ``full`` names, or by exact names."""
    only = set(data_of.concept_names(Path(data), names)) if names else None
    practices = list(data_of.concept_practices(Path(data), only))
    tool = None if embedder == EXACT else opened(embedder, kept)
    vocabulary = gathered(clock, lambda: practices)
    if tool is None:
        merging = unmerged(vocabulary)
    else:
        chosen = settings(embedder) if full is None else settings(embedder, full_matrix=full)
        merging = merged(clock, vocabulary, tool, chosen)
    matrix = counted(clock, lambda: practices, merging)
    if tool:
        tool.keep()
    if labels_to:
        np.save(labels_to, labels(merging))
    from benchmarks import knowledge_quality as quality  # after the last step: scikit-learn takes memory

    classes = quality.numbered([name.partition(" - ")[0] for name in sorted(merging.mapping)])
    clusters = labels(merging)
    return {
        "names": len(clusters),
        "threshold": merging.report.summary.threshold,
        "graph": merging.report.summary.neighbours is not None,
        "weightings": weightings(matrix),
        **quality.shape(clusters),
        "purity": quality.purity(clusters, classes),
    }


def linkage(
    clock: Clock, data: str, embedder: str, kept: str, names: int, way: str, threshold: float, labels_to: str
) -> Result:
    """Average linkage of the concepts' own vectors, without any of our rules: the same for all three ways."""
    listed = data_of.concept_names(Path(data), names)
    vectors = opened(embedder, kept).embed([name.partition(" - ")[2] for name in listed])

    if way == SCIKIT:  # imported before the clock runs
        from sklearn.cluster import AgglomerativeClustering
        from sklearn.metrics.pairwise import cosine_distances

    def similarity(some: np.ndarray, others: np.ndarray) -> Matrix:
        return vectors[some] @ vectors[others].T

    n = len(vectors)
    with clock.step("linkage"):
        if way == SCIKIT:
            tool = AgglomerativeClustering(
                n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1 - threshold
            )
            found = tool.fit_predict(cosine_distances(vectors))
        elif way == FULL:
            found = average_linkage(full_matrix(similarity, n), threshold=threshold).labels
        else:
            graph = NeighbourGraph.of(similarity, n, Topics().neighbours, threshold)
            found = linkage_on_graph(graph, threshold=threshold).labels
    np.save(labels_to, found)
    from benchmarks import knowledge_quality as quality

    classes = quality.numbered([name.partition(" - ")[0] for name in listed])
    return {"names": n, **quality.shape(found), "purity": quality.purity(found, classes)}


def agreement(clock: Clock, pairs: list[list[str]]) -> Result:
    """Adjusted Rand index of the labels in each pair of files."""
    from sklearn.metrics import adjusted_rand_score

    return {"ari": [float(adjusted_rand_score(np.load(a), np.load(b))) for a, b in pairs]}


# --- scale -------------------------------------------------------------------------------------


def scale(clock: Clock, practices: int, embedder: str, kept: str) -> Result:
    """Made practices, streamed anew for each step: topics, key points, counts and the matrix."""

    def stream() -> Iterator[LabelledPractice]:
        return data_of.made_practices(practices)

    tool, chosen = opened(embedder, kept), settings(embedder)
    with clock.step("the practices alone"):
        sizes = data_of.sizes_of(stream())
    vocabulary = gathered(clock, stream)
    merging = merged(clock, vocabulary, tool, chosen)
    texts = KeyPointVocabulary()
    with clock.step("key points: vocabulary"):
        for p in stream():
            texts.add(renamed(p, merging.mapping))
    with clock.step("key points: grouping"):
        grouping = group_key_points(texts, tool, chosen)
    counts, point_counts = TopicCounts(), KeyPointCounts()
    with clock.step("renaming, counting"):
        for p in stream():
            practice = represented(renamed(p, merging.mapping), grouping.mapping)
            counts.add(practice)
            point_counts.add(practice)
    topics, points = merging.counted(counts), grouping.records(point_counts)
    with clock.step("TCPM"):
        matrix = tcpm(renamed(p, merging.mapping) for p in stream())
    from benchmarks import knowledge_quality as quality

    of = {name: topic for topic, ways in enumerate(data_of.made_names()) for name in ways}
    classes = np.array([of[name] for name in vocabulary.names])
    return {
        **sizes,
        "names": len(vocabulary.names),
        "clusters": len(topics),
        "true_topics": len(set(classes.tolist())),
        **quality.against_classes(labels(merging), classes),
        "distinct_key_points": sum(map(len, texts.topics.values())),
        "grouped_key_points": len(points),
        "tcpm_cells": int(matrix.cells.nnz),
    }


# --- weights -----------------------------------------------------------------------------------


def weights(clock: Clock, data: str, embedder: str, kept: str) -> Result:
    """What each weighting makes of the counts of the real replies."""
    practices = list(data_of.labelled_practices(Path(data)))
    vocabulary = gathered(clock, lambda: practices)
    if embedder == EXACT:
        merging = unmerged(vocabulary)
    else:
        merging = merged(clock, vocabulary, opened(embedder, kept), settings(embedder))
    sampled = [t.name for t in merging.topics if t.sampled]
    matrix = tcpm((renamed(p, merging.mapping) for p in practices), topics=sampled)
    return {"practices": len(practices), "weightings": weightings(matrix)}


CASES = {case.__name__: case for case in (concepts, linkage, agreement, routes, pairs, scale, weights)}


def main() -> None:
    """Do the case that the command line names."""
    case, given = sys.argv[1:]
    clock = Clock()
    try:
        result = CASES[case](clock, **json.loads(given))
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    print(json.dumps({"steps": clock.steps, "peak_mib": peak_mib(), **result}))


if __name__ == "__main__":
    main()
