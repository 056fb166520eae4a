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
OTHER_HEAD = 0.6


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


# Words that say what is done with a topic and not which topic it is.
_TASK_WORDS = frozenset(
    """and of the with in a an by from for to on under over into using via between about up
    word problem problems basic simple general property properties rules laws concept concepts technique
    techniques application applications solving finding evaluating computing calculating simplifying
    setting translating understanding identifying working question questions topic topics math""".split()
)
_PREPOSITIONS = re.compile(r"\b(?:of|in|with|by|from|for|to|on|under|over|into|using|via|between|about)\b")
_SAME_WORD = {
    "percent": "percentage",
    "mean": "average",
    "progression": "sequence",
    "adding": "addition",
    "subtracting": "subtraction",
    "multiplying": "multiplication",
    "dividing": "division",
}


@dataclass(frozen=True)
class NameWords:
    """What a topic's name says: all its words, and those that its first phrase is about.

    "Systems of Linear Equations" has the words {system, linear, equation} and the heads {system};
    "Linear Equations in One Variable" has the head {equation}.
    """

    words: frozenset[str]
    heads: frozenset[str]


def name_words(name: str) -> NameWords:
    """The words of a topic's subcategory without case, plural, punctuation and task words."""
    text = re.sub(r"\bnumber of\b", " ", _subcategory(name).lower().replace("&", " and ").replace("\u2019", "'"))
    words: list[str] = []
    heads: set[str] = set()
    for phrase in _PREPOSITIONS.split(text):
        parts = [_content_words(part) for part in re.split(r"\band\b|,", phrase)]
        if not heads:
            heads = {part[-1] for part in parts if part}
        words.extend(w for part in parts for w in part)
    if not words:  # nothing but task words: "Word Problems"
        words = re.findall(r"[^\W_]+", text)
        heads = set(words)
    return NameWords(frozenset(words), frozenset(heads))


def _content_words(text: str) -> list[str]:
    words = [w.removesuffix("'s") for w in re.findall(r"[^\W_]+(?:'s)?", text)]
    singular = [_singular(w) for w in words if w not in _TASK_WORDS]
    return [_SAME_WORD.get(w, w) for w in singular]


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
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
    said = [name_words(n) for n in names]
    of_names = embedder.embed([" ".join(_content_words(_subcategory(n))) or n for n in names]).astype(float)
    alike = of_names @ of_names.T
    # "Systems of Linear Equations" is about systems, "Linear Equations" about equations.
    alike[~_overlap([s.heads for s in said])] *= OTHER_HEAD
    similarity: Matrix = (1 - name_weight) * (means @ means.T) + name_weight * alike
    return similarity


def _overlap(sets: Sequence[frozenset[str]]) -> npt.NDArray[np.bool_]:
    """Which pairs of ``sets`` have something in common, shape (n, n)."""
    column = {w: i for i, w in enumerate(sorted(frozenset().union(*sets)))}
    member = np.zeros((len(sets), len(column)), np.int64)
    for i, words in enumerate(sets):
        member[i, [column[w] for w in words]] = 1
    common: npt.NDArray[np.bool_] = member @ member.T > 0
    return common


def _penalise(
    names: Sequence[str], similarity: Matrix, threshold: float, cross_subject: float, exclude_prefix: str
) -> Matrix:
    """Make pairs of different subjects less alike by what they must be more alike; same names, equal."""
    kin = _kin(names)
    excluded = np.array([n.startswith(exclude_prefix) for n in names])
    adjusted = similarity - (cross_subject - threshold) * ~kin
    adjusted[excluded[:, None] != excluded[None, :]] = -1.0
    said = [name_words(n) for n in names]
    number = {s: i for i, s in enumerate(dict.fromkeys(said))}
    same = np.array([number[s] for s in said])
    adjusted[(same[:, None] == same[None, :]) & kin] = 1.0
    return adjusted


def _kin(names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which pairs are of one subject: "Algebra" and "Intermediate Algebra" share a word."""
    return _overlap([frozenset(_content_words(_subject(n))) or frozenset([_subject(n)]) for n in names])


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
    """Small groups join a larger one, the smallest first; the groups and which of them are still small.

    A group joins the one that its name is a special case of ("Divisibility by 9", "Divisibility"), else
    the one most alike, if that is above the floor.
    """
    sizes = [sum(practices[names[i]] for i in g) for g in groups]
    member = np.zeros((len(groups), len(names)))
    for g, group in enumerate(groups):
        member[g, group] = 1.0
    between = member @ similarity @ member.T  # sums over the pairs of members
    members = member.sum(axis=1)
    general = _general_names(groups, names, practices, similarity)
    waiting = sorted((size, g) for g, size in enumerate(sizes) if size < min_practices)
    joined = [list(g) for g in groups]
    while waiting:
        size, g = waiting.pop(0)
        if not joined[g] or sizes[g] != size:
            continue  # taken by another one, or grown
        allowed = np.array([bool(joined[h]) and h != g and sizes[h] >= size for h in range(len(groups))])
        means = np.where(allowed, between[g] / (members * members[g]), -np.inf)
        wider = [h for h in general[g] if allowed[h]]
        if wider:
            into = max(wider, key=lambda h: (means[h], -h))
        elif means.max() >= floor:
            into = int(means.argmax())
        else:
            continue
        joined[into] += joined[g]
        joined[g] = []
        sizes[into] += size
        between[into] += between[g]
        between[:, into] += between[:, g]
        members[into] += members[g]
        if sizes[into] < min_practices:
            waiting = sorted([*waiting, (sizes[into], into)])
    left = [(sorted(group), sizes[g] < min_practices) for g, group in enumerate(joined) if group]
    return [group for group, _ in left], [small for _, small in left]


def _general_names(
    groups: Sequence[Sequence[int]], names: Sequence[str], practices: Mapping[str, int], similarity: Matrix
) -> list[list[int]]:
    """For each group those whose name is more general: fewer words, all of them its own, one head."""
    representatives = [min((names[i] for i in g), key=lambda n: (-practices[n], len(n), n)) for g in groups]
    said = [name_words(n) for n in representatives]
    kin = _kin(representatives)
    return [
        [
            h
            for h, other in enumerate(said)
            if kin[g, h] and other.words < own.words and other.heads & own.heads
            and similarity[groups[g][0], groups[h][0]] > -1.0
        ]
        for g, own in enumerate(said)
    ]


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
