"""Topic merging (METHOD 1): raw topic names to a small vocabulary, and the MPKP in those names.

A topic's vector is the mean of its key points' vectors beside its name's.  Names that are the same but
for case, plural and punctuation are one at once; the rest is agglomerative clustering with average
linkage on cosine distance, with one threshold or a target number.  Topics of different subjects must be
more alike to be joined.  Raw names stay on the records as aliases.

Which vectors there are is the embedder's business; what occurs together is counted elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from ..embeddings import Embedder
from ..records import LabelledPractice, Topic, TopicKeyPoints

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MergeResult:
    """Merged topics (sorted by name), the practices in their names, and raw name -> merged name."""

    topics: tuple[Topic, ...]
    mpkp: tuple[LabelledPractice, ...]
    mapping: Mapping[str, str]


def merge_topics(
    labelled: Sequence[LabelledPractice],
    embedder: Embedder,
    *,
    threshold: float,
    cross_subject_threshold: float,
    target: int | None = None,
    name_weight: float,
    min_practices: int,
    floor: float,
    exclude_prefix: str = "Others - ",
) -> MergeResult:
    """Merge the topics of ``labelled``; the same for any order of the practices.

    Args:
        threshold: cosine similarity (-1..1) from which two groups are one, on average of their members.
        cross_subject_threshold: the same for topics of different subjects.
        target: a number of groups in place of the threshold.
        name_weight: share (0..1) of the name's similarity beside that of the key points.
        min_practices: a smaller group joins its nearest one if that is at least ``floor`` alike, else
            it stays and is flagged ``small``.
        exclude_prefix: topics that begin with it stay in the data and are not sampled; they are merged
            only among themselves.
    """
    names = sorted({t.topic for p in labelled for t in p.topics})
    practices = Counter(t for p in labelled for t in {t.topic for t in p.topics})
    similarity = _similarity(labelled, names, embedder, name_weight)
    similarity = _penalise(names, similarity, threshold, cross_subject_threshold, exclude_prefix)
    groups = _cluster(names, similarity, threshold, target)
    groups, small = _join_small(groups, similarity, names, practices, min_practices, floor)
    mapping: dict[str, str] = {}
    flagged: set[str] = set()
    for group, is_small in zip(groups, small, strict=True):
        representative = min((names[i] for i in group), key=lambda n: (-practices[n], len(n), n))
        mapping |= {names[i]: representative for i in group}
        if is_small:
            flagged.add(representative)
    mpkp = tuple(_renamed(p, mapping) for p in labelled)
    nearest = _nearest(groups, similarity, [mapping[names[g[0]]] for g in groups])
    counts, key_points = _counts(mpkp)
    aliases: dict[str, list[str]] = defaultdict(list)
    for raw in names:
        aliases[mapping[raw]].append(raw)
    topics = tuple(
        Topic(
            name=name,
            practices=counts[name],
            key_points=key_points[name],
            aliases=tuple(aliases[name]),
            nearest=nearest[name][0],
            nearest_similarity=nearest[name][1],
            sampled=not name.startswith(exclude_prefix),
            small=name in flagged,
        )
        for name in sorted(aliases)
    )
    return MergeResult(topics, mpkp, mapping)


# --- similarity --------------------------------------------------------------------------------


def _subject(name: str) -> str:
    return name.partition(" - ")[0].strip().lower()


def _subcategory(name: str) -> str:
    return name.partition(" - ")[2].strip() or name


def same_name_key(name: str) -> str:
    """What is left of a topic's name without case, plural, punctuation and small words."""
    subject, _, rest = name.lower().partition(" - ")
    words = re.findall(r"[a-z0-9]+", rest.replace("&", " and "))
    kept = [_singular(w) for w in words if w not in ("and", "of", "the", "with", "in", "a")]
    return f"{' '.join(re.findall('[a-z0-9]+', subject))} - {' '.join(kept)}"


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


def _similarity(
    labelled: Sequence[LabelledPractice], names: Sequence[str], embedder: Embedder, name_weight: float
) -> Matrix:
    """Cosine similarities of the topics, shape (n, n)."""
    points: dict[str, set[str]] = defaultdict(set)
    for p in labelled:
        for t in p.topics:
            points[t.topic].update(t.key_points)
    distinct = sorted({k for ks in points.values() for k in ks})
    row = {k: i for i, k in enumerate(distinct)}
    vectors = embedder.embed(distinct)
    means = np.stack([vectors[[row[k] for k in sorted(points[n])]].mean(axis=0) for n in names]).astype(float)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    means = np.divide(means, lengths, out=np.zeros_like(means), where=lengths > 0)
    of_names = embedder.embed([_subcategory(n) for n in names]).astype(float)
    similarity: Matrix = (1 - name_weight) * (means @ means.T) + name_weight * (of_names @ of_names.T)
    return similarity


def _penalise(
    names: Sequence[str], similarity: Matrix, threshold: float, cross_subject: float, exclude_prefix: str
) -> Matrix:
    """Make pairs of different subjects less alike by what they must be more alike; same names, equal."""
    subjects = np.array([_subject(n) for n in names])
    excluded = np.array([n.startswith(exclude_prefix) for n in names])
    adjusted = similarity - (cross_subject - threshold) * (subjects[:, None] != subjects[None, :])
    adjusted[excluded[:, None] != excluded[None, :]] = -1.0
    keys = np.array([same_name_key(n) for n in names])
    adjusted[keys[:, None] == keys[None, :]] = 1.0
    return adjusted


def _cluster(
    names: Sequence[str], similarity: Matrix, threshold: float, target: int | None
) -> list[list[int]]:
    """Groups of indices, in the order of their first member."""
    if len(names) < 2:
        return [[i] for i in range(len(names))]
    distance = np.clip(1 - similarity, 0, None)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform((distance + distance.T) / 2, checks=False), method="average")
    if target is not None:
        labels = fcluster(tree, target, criterion="maxclust")
    else:
        labels = fcluster(tree, 1 - threshold, criterion="distance")
    groups: dict[int, list[int]] = {}
    for i, label in enumerate(labels):
        groups.setdefault(int(label), []).append(i)
    return sorted(groups.values())


def _between(similarity: Matrix, groups: Sequence[Sequence[int]]) -> Matrix:
    """Average similarity of each pair of groups, -inf on the diagonal."""
    member = np.zeros((len(groups), len(similarity)))
    for g, group in enumerate(groups):
        member[g, list(group)] = 1 / len(group)
    between: Matrix = member @ similarity @ member.T
    np.fill_diagonal(between, -np.inf)
    return between


def _join_small(
    groups: list[list[int]],
    similarity: Matrix,
    names: Sequence[str],
    practices: Mapping[str, int],
    min_practices: int,
    floor: float,
) -> tuple[list[list[int]], list[bool]]:
    """Small groups join their nearest one above the floor, the smallest first."""
    while len(groups) > 1:
        sizes = [sum(practices[names[i]] for i in g) for g in groups]
        between = _between(similarity, groups)
        order = sorted((s, g) for g, s in enumerate(sizes) if s < min_practices)
        joined = next(((g, int(between[g].argmax())) for _, g in order if between[g].max() >= floor), None)
        if joined is None:
            break
        a, b = joined
        merged = sorted(groups[a] + groups[b])
        groups = sorted([g for i, g in enumerate(groups) if i not in (a, b)] + [merged])
    sizes = [sum(practices[names[i]] for i in g) for g in groups]
    return groups, [s < min_practices for s in sizes]


def _nearest(
    groups: Sequence[Sequence[int]], similarity: Matrix, representatives: Sequence[str]
) -> dict[str, tuple[str | None, float | None]]:
    if len(groups) < 2:
        return dict.fromkeys(representatives, (None, None))
    between = _between(similarity, groups)
    best = between.argmax(axis=1)
    return {
        name: (representatives[int(b)], round(float(between[g, b]), 6))
        for g, (name, b) in enumerate(zip(representatives, best, strict=True))
    }


# --- records -----------------------------------------------------------------------------------


def _renamed(practice: LabelledPractice, mapping: Mapping[str, str]) -> LabelledPractice:
    """The practice in merged names; two of its topics that became one have their key points united."""
    points: dict[str, list[str]] = {}
    raw: dict[str, list[str]] = {}
    for t in practice.topics:
        name = mapping[t.topic]
        points.setdefault(name, []).extend(t.key_points)
        raw.setdefault(name, []).append(t.topic)
    return replace(
        practice,
        topics=tuple(
            TopicKeyPoints(
                name,
                tuple(dict.fromkeys(points[name])),
                None if raw[name] == [name] else " | ".join(raw[name]),
            )
            for name in points
        ),
    )


def _counts(mpkp: Sequence[LabelledPractice]) -> tuple[Counter[str], Counter[str]]:
    practices: Counter[str] = Counter()
    key_points: Counter[str] = Counter()
    for p in mpkp:
        for t in p.topics:
            practices[t.topic] += 1
            key_points[t.topic] += len(t.key_points)
    return practices, key_points
