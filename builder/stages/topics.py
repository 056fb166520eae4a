"""Topic merging (METHOD 1): raw topic names to a small vocabulary, and the MPKP in those names.

A topic's vector is the mean of its key points' vectors beside its name's.  Names that are the same but
for case, plural, word order and task words are one at once; the rest is agglomerative clustering with
average linkage on cosine distance, with one threshold or a target number.  Topics of different subjects
must be more alike to be joined, and so must names that are about different things ("Linear Equations",
"Systems of Linear Equations").  Small topics then join the one that they are a case of, or their nearest.
Raw names stay on the records as aliases.

Which vectors there are is the embedder's business; what occurs together is counted elsewhere.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix
from scipy.spatial.distance import squareform

from ..embeddings import ALIASES, Embedder
from ..records import LabelledPractice, Topic, TopicKeyPoints

Matrix = npt.NDArray[np.float64]
# They define what "alike" means for names, as the stop words below do; thresholds are the caller's.
OTHER_HEAD = 0.6  # factor on the similarity of names about different things
SIBLINGS = 0.8  # ... of names that each say something that the other does not
NEVER = -1.0  # similarity of what must not be joined


@dataclass(frozen=True)
class MergeResult:
    """Merged topics (sorted by name), the practices in their names, and raw name -> merged name."""

    topics: tuple[Topic, ...]
    mpkp: tuple[LabelledPractice, ...]
    mapping: Mapping[str, str]


@dataclass
class _Cluster:
    """Topics (by index) that are one, under the name of one of them."""

    members: list[int]
    name: str
    practices: int = 0


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
        min_practices: a group of fewer practices joins the one that its name is a special case of, else
            its nearest one if that is at least ``floor`` alike, else it stays and is flagged ``small``.
            1 joins none.
        exclude_prefix: topics that begin with it stay in the data and are not sampled; they are merged
            only among themselves.
    """
    names = sorted({t.topic for p in labelled for t in p.topics})
    if not names:
        return MergeResult((), tuple(labelled), {})
    practices = Counter(t for p in labelled for t in {t.topic for t in p.topics})
    similarity = _similarity(labelled, names, embedder, name_weight)
    similarity = _penalise(names, similarity, threshold, cross_subject_threshold, exclude_prefix)
    clusters = [
        _Cluster(group, min((names[i] for i in group), key=lambda n: (-practices[n], len(n), n)))
        for group in _cluster(names, similarity, threshold, target)
    ]
    for cluster in clusters:
        cluster.practices = sum(practices[names[i]] for i in cluster.members)
    clusters = _join_small(clusters, similarity, min_practices, floor)
    mapping = {names[i]: c.name for c in clusters for i in c.members}
    flagged = {c.name for c in clusters if c.practices < min_practices}
    mpkp = tuple(_renamed(p, mapping) for p in labelled)
    nearest = _nearest(clusters, similarity)
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
_SMALL_WORDS = "and of the with in a an by from for to on under over into using via between about up"
_TASKS = (
    "word problem problems question questions topic topics math basic simple general property properties "
    "rules laws concept concepts technique techniques application applications solving finding computing "
    "calculating counting setting understanding identifying"
)
_TASK_WORDS = frozenset(f"{_SMALL_WORDS} {_TASKS}".split(" "))
_PREPOSITIONS = re.compile(r"\b(?:of|in|with|by|from|for|to|on|under|over|into|using|via|between|about)\b")
_ACRONYMS = re.compile(rf"\b(?:{'|'.join(map(re.escape, ALIASES))})\b")
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
    first: frozenset[str]  # words of the first phrase
    text: str  # what is compared: the words in order


def name_words(name: str) -> NameWords:
    """The words of a topic's subcategory without case, plural, punctuation and task words.

    The head of a phrase is its last word, or its first one where that says what is done: "Factoring
    Polynomials" is about factoring.
    """
    text = re.sub(r"\bnumber of\b", " ", _subcategory(name).lower().replace("&", " and ").replace("\u2019", "'"))
    text = _ACRONYMS.sub(lambda m: ALIASES[m[0]], text)  # heads are words: "GCD" must say "divisor"
    first: list[str] = []
    rest: list[str] = []
    heads: set[str] = set()
    for phrase in _PREPOSITIONS.split(text):
        parts = [_content_words(part) for part in re.split(r"\band\b|,", phrase)]
        if not heads:
            heads = {part[0] if part[0].endswith("ing") else part[-1] for part in parts if part}
        (rest if first else first).extend(w for part in parts for w in part)
    if not first:  # nothing but task words: "Word Problems"
        first = re.findall(r"[^\W_]+", text)
        heads = set(first)
    return NameWords(frozenset(first + rest), frozenset(heads), frozenset(first), " ".join(first + rest))


def _content_words(text: str) -> list[str]:
    words = [w.removesuffix("'s") for w in re.findall(r"[^\W_]+(?:'s)?", text.lower())]
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
    of_names = embedder.embed([s.text for s in said]).astype(float)
    alike = of_names @ of_names.T
    # "Systems of Linear Equations" is about systems, "Linear Equations" about equations.
    alike[~_overlap([s.heads for s in said])] *= OTHER_HEAD
    alike[_siblings([s.words for s in said]) | _siblings([s.first for s in said])] *= SIBLINGS
    similarity: Matrix = (1 - name_weight) * (means @ means.T) + name_weight * alike
    return similarity


def _common(sets: Sequence[frozenset[str]]) -> npt.NDArray[np.int64]:
    """How many members each pair of ``sets`` has in common, shape (n, n)."""
    column = {w: i for i, w in enumerate(sorted(frozenset().union(*sets)))}
    rows = [i for i, words in enumerate(sets) for _ in words]
    columns = [column[w] for words in sets for w in words]
    member = csr_matrix((np.ones(len(rows), np.int64), (rows, columns)), (len(sets), len(column)))
    return np.asarray((member @ member.T).todense(), dtype=np.int64)


def _overlap(sets: Sequence[frozenset[str]]) -> npt.NDArray[np.bool_]:
    return _common(sets) > 0


def _siblings(sets: Sequence[frozenset[str]]) -> npt.NDArray[np.bool_]:
    """Pairs of which each has a word that the other lacks: "Linear Equations", "Quadratic Equations"."""
    size = np.array([len(s) for s in sets])
    common = _common(sets)
    return (common < size[:, None]) & (common < size[None, :])


def _penalise(
    names: Sequence[str], similarity: Matrix, threshold: float, cross_subject: float, exclude_prefix: str
) -> Matrix:
    """Make pairs of different subjects less alike by what they must be more alike; same names, equal."""
    kin = _kin(names)
    excluded = np.array([n.startswith(exclude_prefix) for n in names])
    adjusted = similarity - (cross_subject - threshold) * ~kin
    adjusted[excluded[:, None] != excluded[None, :]] = NEVER
    said = [name_words(n) for n in names]
    number: dict[tuple[frozenset[str], frozenset[str]], int] = {}
    same = np.array([number.setdefault((s.words, s.heads), len(number)) for s in said])
    adjusted[(same[:, None] == same[None, :]) & kin] = 1.0
    return adjusted


def _kin(names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which pairs are of one subject: "Algebra" and "Intermediate Algebra" share a word."""
    return _overlap([frozenset(_content_words(_subject(n))) or frozenset([_subject(n)]) for n in names])


def _cluster(names: Sequence[str], similarity: Matrix, threshold: float, target: int | None) -> list[list[int]]:
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


def _join_small(clusters: Sequence[_Cluster], similarity: Matrix, min_practices: int, floor: float) -> list[_Cluster]:
    """Small clusters join one that is not smaller, the smallest first; the joined ones keep their name.

    A cluster joins the one that its name is a special case of ("Divisibility by 9", "Divisibility"), else
    the one most alike, if that is at least ``floor``.
    """
    sums = _sums(clusters, similarity)
    general, shared = _more_general(clusters, similarity)
    lengths = np.array([len(c.members) for c in clusters])
    sizes = np.array([c.practices for c in clusters])
    alive = np.ones(len(clusters), dtype=bool)
    waiting = [(int(size), g) for g, size in enumerate(sizes) if size < min_practices]
    heapq.heapify(waiting)
    while waiting:
        size, g = heapq.heappop(waiting)
        if not alive[g] or sizes[g] != size:
            continue  # joined by another one meanwhile
        allowed = alive & (sizes >= size)
        allowed[g] = False
        means = np.where(allowed, sums[g] / (lengths * lengths[g]), -np.inf)
        wider = np.flatnonzero(general[g] & allowed)
        if len(wider):
            into = int(max(wider, key=lambda h: (shared[g, h], means[h], -h)))
        elif means.max() >= floor:
            into = int(means.argmax())
        else:
            continue
        clusters[into].members = sorted(clusters[into].members + clusters[g].members)
        lengths[into] += lengths[g]
        sizes[into] += size
        alive[g] = False
        sums[into] += sums[g]
        sums[:, into] += sums[:, g]
        if sizes[into] < min_practices:
            heapq.heappush(waiting, (int(sizes[into]), into))
    for cluster, practices in zip(clusters, sizes, strict=True):
        cluster.practices = int(practices)
    return [c for c, a in zip(clusters, alive, strict=True) if a]


def _sums(clusters: Sequence[_Cluster], similarity: Matrix) -> Matrix:
    """Sum of the similarities over the pairs of members, for each pair of clusters."""
    rows = [g for g, cluster in enumerate(clusters) for _ in cluster.members]
    columns = [i for cluster in clusters for i in cluster.members]
    member = csr_matrix((np.ones(len(rows)), (rows, columns)), (len(clusters), len(similarity)))
    return np.asarray((member @ (member @ similarity).T).T)


def _more_general(
    clusters: Sequence[_Cluster], similarity: Matrix
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Which names (columns) are more general than which (rows), and how well they fit, both (n, n).

    A more general name has fewer words, all of them the other's, and one of its heads.  It fits by the
    number of words that it has of the other's first phrase: "Vieta's Formulas for Quadratics" is rather a
    case of "Vieta's Formulas" than of "Quadratic Formula".
    """
    said = [name_words(c.name) for c in clusters]
    words = _common([s.words for s in said])
    size = words.diagonal()
    contained = (words == size[None, :]) & (size[None, :] < size[:, None])
    first = [c.members[0] for c in clusters]
    possible = similarity[np.ix_(first, first)] > NEVER
    general = contained & possible & _overlap([s.heads for s in said]) & _kin([c.name for c in clusters])
    both = _common([s.first for s in said] + [s.words for s in said])
    return general, both[: len(said), len(said) :]


def _nearest(clusters: Sequence[_Cluster], similarity: Matrix) -> dict[str, tuple[str | None, float | None]]:
    """Name and average similarity of the cluster nearest to each one."""
    if len(clusters) < 2:
        return {c.name: (None, None) for c in clusters}
    lengths = np.array([len(c.members) for c in clusters])
    between = _sums(clusters, similarity) / np.outer(lengths, lengths)
    np.fill_diagonal(between, -np.inf)
    best = between.argmax(axis=1)
    return {
        c.name: (clusters[int(b)].name, round(float(between[g, b]), 6))
        for g, (c, b) in enumerate(zip(clusters, best, strict=True))
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
