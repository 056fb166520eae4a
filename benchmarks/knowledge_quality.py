"""How well a partition agrees with another or with known classes: arrays of labels in, figures out."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix


def numbered(values: Sequence[Hashable]) -> np.ndarray:
    """Whole numbers that are equal where ``values`` are."""
    number: dict[Hashable, int] = {}
    return np.array([number.setdefault(v, len(number)) for v in values], np.int64)


def purity(clusters: np.ndarray, classes: np.ndarray) -> float:
    """Share of the items that are of the most frequent class of their cluster; with the two exchanged, inverse."""
    table = contingency_matrix(clusters, classes, sparse=True).tocsr()
    return float(table.max(axis=1).sum() / len(clusters))


def against_classes(clusters: np.ndarray, classes: np.ndarray, weights: np.ndarray | None = None) -> dict[str, float]:
    """Purity, inverse purity, adjusted Rand index, normalised mutual information; ``weights``: copies of an item."""
    if weights is not None:
        clusters, classes = np.repeat(clusters, weights), np.repeat(classes, weights)
    return {
        "purity": purity(clusters, classes),
        "inverse_purity": purity(classes, clusters),
        "ari": float(adjusted_rand_score(classes, clusters)),
        "nmi": float(normalized_mutual_info_score(classes, clusters)),
    }


def shape(clusters: np.ndarray) -> dict[str, float]:
    """Number of clusters, size of the largest, and the share of all pairs of items that are within a cluster."""
    sizes = np.bincount(np.unique(clusters, return_inverse=True)[1])
    n = len(clusters)
    return {
        "clusters": len(sizes),
        "largest": int(sizes.max()),
        "pairs_within": float((sizes * (sizes - 1)).sum() / max(1, n * (n - 1))),
    }
