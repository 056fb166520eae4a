"""The cases of the knowledge benchmark that know the truth: a human taxonomy, and labelled pairs of topics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import knowledge_data as data_of
from benchmarks.knowledge_clock import EXACT, SCIKIT, Clock, Result, gathered, labels, merged, opened, settings
from builder.embeddings.base import Matrix, unit_rows
from builder.merging.calibration import calibrate, labelled_pairs
from builder.merging.clustering import average_linkage
from builder.merging.topic_similarity import TopicSimilarity
from builder.stages.topics import PAIRS, TopicVocabulary, merge_vocabulary

# --- knowledge_routes_5k -----------------------------------------------------------------------


def routes(
    clock: Clock, data: str, way: str, embedder: str, key_points: str, kept: str = "", clusters: int | None = None
) -> Result:
    """Leaves of the taxonomy in so many ``clusters``, or from the threshold that ours calibrates, against parents."""
    leaves = data_of.leaves(Path(data))
    names = [leaf.name for leaf in leaves]
    if way == EXACT:
        found: Sequence[Any] = names
    else:
        tool = opened(embedder, kept)
        if way == SCIKIT:
            from sklearn.cluster import AgglomerativeClustering

            vectors = tool.embed(names)
            with clock.step("linkage"):
                linking = AgglomerativeClustering(n_clusters=clusters, metric="cosine", linkage="average")
                found = linking.fit_predict(vectors).tolist()
        else:
            vocabulary = gathered(clock, lambda: (p for leaf in leaves for p in leaf.practices(key_points)))
            merging = merged(clock, vocabulary, tool, settings(embedder, target=clusters))
            found = [merging.mapping[name] for name in names]
        tool.keep()
    from benchmarks import knowledge_quality as quality

    classes = quality.numbered([leaf.parent for leaf in leaves])
    problems = np.array([len(leaf.problems) for leaf in leaves])
    return {
        "leaves": len(leaves),
        "parents": int(classes.max()) + 1,
        "problems": int(problems.sum()),
        "clusters": len(set(found)),
        "over_leaves": quality.against_classes(quality.numbered(found), classes),
        "over_problems": quality.against_classes(quality.numbered(found), classes, problems),
    }


# --- labelled pairs ----------------------------------------------------------------------------


def pairs(clock: Clock, embedder: str, kept: str) -> Result:
    """All topics of the labelled pairs merged at once, in each way; which of the pairs became one."""
    from benchmarks.embeddings import best_threshold  # here: it brings scikit-learn

    rows = labelled_pairs(PAIRS)
    vocabulary = TopicVocabulary()
    for practice in data_of.pair_practices(rows):
        vocabulary.add(practice)
    topics, tool = vocabulary.topics(), opened(embedder, kept)
    index = {t.name: i for i, t in enumerate(topics)}
    a, b = (np.array([index[p[side]["topic"]] for p in rows]) for side in "ab")
    same, everything = np.array([p["same"] for p in rows]), np.arange(len(topics))

    def alike(name_weight: float) -> Matrix:
        """Cosine of the names' vectors, or of the means of the key points', or both, without our rules."""
        names = tool.embed([t.name.partition(" - ")[2] for t in topics])
        points = unit_rows(np.array([tool.embed(t.key_points).mean(axis=0) for t in topics]))
        return name_weight * (names @ names.T) + (1 - name_weight) * (points @ points.T)

    chosen = settings(embedder)
    ours = TopicSimilarity(
        topics, tool, name_weight=chosen.name_weight, cross_subject_margin=chosen.cross_subject_margin
    ).block(everything, everything)
    results = [{"way": EXACT, "by": "", "threshold": 1.0, **joined(everything, a, b, same)}]
    plain = {"key points": alike(0.0), "names": alike(1.0), "both": alike(chosen.name_weight)}
    for way, matrix in {**{f"{SCIKIT}, {k}": m for k, m in plain.items()}, "ours, linkage": ours}.items():
        for by, threshold in (
            ("precision", calibrate(matrix[a, b], same.tolist()).value),
            ("F1", best_threshold(matrix[a, b].astype(np.float64), same)),
        ):
            found = linked(way, matrix, threshold)
            results.append({"way": way, "by": by, "threshold": threshold, **joined(found, a, b, same)})
    merging = merge_vocabulary(vocabulary, tool, chosen)
    value = merging.report.summary.threshold
    tool.keep()
    results.append({"way": "ours, whole", "by": "precision", "threshold": value})
    results[-1] |= joined(labels(merging), a, b, same)
    return {"ways": results}


def linked(way: str, matrix: Matrix, threshold: float) -> np.ndarray:
    """Average linkage of a full matrix of similarities, by scikit-learn or by ours."""
    if not way.startswith(SCIKIT):
        return average_linkage(matrix.copy(), threshold=threshold).labels
    from sklearn.cluster import AgglomerativeClustering

    linking = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1 - threshold
    )
    return linking.fit_predict(1 - matrix)


def joined(found: np.ndarray, a: np.ndarray, b: np.ndarray, same: np.ndarray) -> Result:
    """Of the pairs (a, b): how many that are the same became one, and how many that are not."""
    one = found[a] == found[b]
    return {
        "topics": len(found),
        "clusters": len(np.unique(found)),
        "same": int(same.sum()),
        "different": int((~same).sum()),
        "same_joined": int((one & same).sum()),
        "different_joined": int((one & ~same).sum()),
    }
