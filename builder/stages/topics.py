"""Topic merging (METHOD 1): raw topic names to a small vocabulary, and the practices in those names.

Practices are streamed twice: once into a vocabulary, whose memory grows with the distinct names and key
points and not with the practices, and once to be renamed.  Between the two the vocabulary is merged: how
alike topics are is told in :mod:`builder.merging.topic_similarity`, how they are clustered in
:mod:`builder.merging.topic_clusters`.  Raw names stay on the records as aliases.

Which vectors there are is the embedder's business; what occurs together is counted elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..config import Topics
from ..embeddings.base import Embedder
from ..errors import ConfigError
from ..merging.calibration import Threshold, calibrate, labelled_pairs
from ..merging.clustering import DECIMALS, Floats, Ints
from ..merging.merge_report import LISTED, MergedMember, MergedTopic, MergeReport, MergeSummary, OverrideUse, TopicPair
from ..merging.overrides import NO_OVERRIDES, Overrides
from ..merging.topic_clusters import Cluster, Clustered, Limits, cluster_topics
from ..merging.topic_names import subject_words
from ..merging.topic_similarity import KEY_POINTS, RawTopic, TopicSimilarity
from ..records import LabelledPractice, Topic, TopicKeyPoints

PAIRS = "topic_pairs.jsonl"
TOGETHER = 200  # topics of small clusters that are compared at once


@dataclass(slots=True)
class _Entry:
    practices: int
    key_points: Counter[str]
    sources: set[str]


class TopicVocabulary:
    """Raw topic names with their practices, distinct key points and sources, gathered in any order."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def add(self, practice: LabelledPractice) -> None:
        """Count the topics of one practice."""
        seen: set[str] = set()
        for t in practice.topics:
            entry = self._entries.get(t.topic)
            if entry is None:
                entry = self._entries[t.topic] = _Entry(0, Counter(), set())
            entry.practices += t.topic not in seen
            entry.key_points.update(t.key_points)
            entry.sources.add(practice.practice.source)
            seen.add(t.topic)

    @property
    def names(self) -> list[str]:
        """Sorted."""
        return sorted(self._entries)

    def __getitem__(self, name: str) -> _Entry:
        return self._entries[name]

    def topics(self) -> list[RawTopic]:
        """Each name with its most frequent key points (ties: alphabetical), sorted by name."""
        return [RawTopic(name, _most_frequent(self._entries[name].key_points)) for name in self.names]


def _most_frequent(counts: Counter[str]) -> tuple[str, ...]:
    if len(counts) <= KEY_POINTS:
        return tuple(counts)
    return tuple(sorted(counts, key=lambda k: (-counts[k], k))[:KEY_POINTS])


@dataclass(frozen=True)
class Merging:
    """What merging decided; ``topics`` are sorted by name and not yet counted."""

    mapping: Mapping[str, str]  # raw name -> merged name
    topics: tuple[Topic, ...]
    report: MergeReport

    def counted(self, counts: TopicCounts) -> tuple[Topic, ...]:
        """The topics with the numbers of practices and key points that ``counts`` saw."""
        return tuple(
            replace(t, practices=counts.practices[t.name], key_points=counts.key_points[t.name]) for t in self.topics
        )


class TopicCounts:
    """Practices and key points of merged topics; a practice that has two of a topic's names counts once."""

    def __init__(self) -> None:
        self.practices: Counter[str] = Counter()
        self.key_points: Counter[str] = Counter()

    def add(self, practice: LabelledPractice) -> None:
        """Count one practice in merged names."""
        for t in practice.topics:
            self.practices[t.topic] += 1
            self.key_points[t.topic] += len(t.key_points)


@dataclass(frozen=True)
class MergeResult:
    """Merged topics (sorted by name), the practices in their names, and what a person may review."""

    topics: tuple[Topic, ...]
    mpkp: tuple[LabelledPractice, ...]
    mapping: Mapping[str, str]  # raw name -> merged name
    report: MergeReport


def merge_topics(
    labelled: Sequence[LabelledPractice],
    embedder: Embedder,
    settings: Topics | None = None,
    overrides: Overrides = NO_OVERRIDES,
    *,
    exclude_prefix: str = "Others - ",
) -> MergeResult:
    """Merge the topics of ``labelled`` in memory; arguments and errors as for :func:`merge_vocabulary`."""
    vocabulary, counts = TopicVocabulary(), TopicCounts()
    for practice in labelled:
        vocabulary.add(practice)
    merging = merge_vocabulary(vocabulary, embedder, settings or Topics(), overrides, exclude_prefix=exclude_prefix)
    mpkp = tuple(renamed(p, merging.mapping) for p in labelled)
    for practice in mpkp:
        counts.add(practice)
    return MergeResult(merging.counted(counts), mpkp, merging.mapping, merging.report)


def merge_vocabulary(
    vocabulary: TopicVocabulary,
    embedder: Embedder,
    settings: Topics,
    overrides: Overrides = NO_OVERRIDES,
    *,
    exclude_prefix: str = "Others - ",
) -> Merging:
    """Merge a vocabulary; the same for any order in which it was gathered.

    Topics that begin with ``exclude_prefix`` stay in the data and are not sampled; they are merged only
    among themselves, unless ``overrides`` says otherwise.  ``settings.target`` counts the others.

    Raises:
        ConfigError: a rename of ``overrides`` gives a name that another topic has.
    """
    names = vocabulary.names
    similarity = TopicSimilarity(
        vocabulary.topics(),
        embedder,
        name_weight=settings.name_weight,
        cross_subject_margin=settings.cross_subject_margin,
    )
    threshold = _threshold(settings, embedder)
    index = {name: i for i, name in enumerate(names)}
    together = [ids for g in overrides.groups() if len(ids := [index[n] for n in g if n in index]) > 1]
    apart = [(index[a], index[b]) for a, b in overrides.pairs_apart() if a in index and b in index]
    others = {i for i, name in enumerate(names) if name.startswith(exclude_prefix)}
    others -= {i for group in together if not others.issuperset(group) for i in group}
    sampled = np.array([i for i in range(len(names)) if i not in others], np.int64)

    def clustered(ids: Ints, target: int | None) -> Clustered:
        at = {int(i): local for local, i in enumerate(ids)}
        return cluster_topics(
            [names[i] for i in ids],
            [vocabulary[names[i]].practices for i in ids],
            lambda rows, columns: similarity.block(ids[rows], ids[columns]),
            _limits(settings, threshold, target),
            together=[[at[i] for i in group] for group in together if group[0] in at],
            apart=[(at[a], at[b]) for a, b in apart if a in at and b in at],
            main_name=lambda name: others.issuperset(ids) or not name.startswith(exclude_prefix),
            listed=LISTED,
        ).of(ids)

    found = [clustered(sampled, settings.target), clustered(np.array(sorted(others), np.int64), None)]
    clusters = sorted((c for part in found for c in part.clusters), key=lambda c: names[c.main])
    final = _final_names(clusters, names, overrides)
    mapping = {names[i]: final[c.main] for c in clusters for i in c.members}
    merged = _merged_topics(clusters, final, names, vocabulary, similarity, together, settings)
    report = MergeReport(
        _summary(settings, threshold, embedder, names, merged, found),
        merged,
        _pairs(clusters, found, final, names, similarity),
        _uses(overrides, index, {names[c.main] for c in clusters}),
    )
    return Merging(mapping, _topics(merged, exclude_prefix), report)


def _topics(merged: Sequence[MergedTopic], exclude_prefix: str) -> tuple[Topic, ...]:
    return tuple(
        Topic(
            name=t.name,
            practices=0,
            key_points=0,
            aliases=tuple(sorted({*(m.name for m in t.members), t.name})),
            nearest=t.nearest,
            nearest_similarity=t.nearest_similarity,
            sampled=not t.name.startswith(exclude_prefix),
            small=t.small,
        )
        for t in merged
    )


def topic_threshold(embedder: Embedder, *, name_weight: float, cross_subject_margin: float) -> Threshold:
    """The threshold that the labelled topic pairs give for this embedder and these settings."""
    pairs = labelled_pairs(PAIRS)
    topics = [RawTopic(p[side]["topic"], tuple(p[side]["key_points"])) for side in "ab" for p in pairs]
    similarity = TopicSimilarity(topics, embedder, name_weight=name_weight, cross_subject_margin=cross_subject_margin)
    a = np.arange(len(pairs))
    return calibrate(similarity.block(a, a + len(pairs)).diagonal(), [p["same"] for p in pairs])


def _threshold(settings: Topics, embedder: Embedder) -> Threshold:
    if settings.threshold is not None:
        return Threshold(settings.threshold, "given")
    return topic_threshold(
        embedder, name_weight=settings.name_weight, cross_subject_margin=settings.cross_subject_margin
    )


def _limits(settings: Topics, threshold: Threshold, target: int | None) -> Limits:
    return Limits(
        threshold=threshold.value,
        floor=threshold.value - settings.floor_margin / 2,
        floor_of_wider=threshold.value - settings.floor_margin,
        min_practices=settings.min_practices,
        target=target,
        full_matrix=settings.full_matrix,
        neighbours=settings.neighbours,
    )


def _final_names(clusters: Sequence[Cluster], names: Sequence[str], overrides: Overrides) -> dict[int, str]:
    """The name of each cluster by its main topic, after the renames."""
    final = {c.main: overrides.rename.get(names[c.main], names[c.main]) for c in clusters}
    owner = {names[i]: c.main for c in clusters for i in c.members}
    for c in clusters:
        name = final[c.main]
        if owner.get(name, c.main) != c.main:
            raise ConfigError(
                f"topics.overrides: rename of {names[c.main]!r}: {name!r} is another topic of this run"
                f" ({names[owner[name]]!r}); to make them one, use merge"
            )
    return final


# --- the report --------------------------------------------------------------------------------


def _merged_topics(
    clusters: Sequence[Cluster],
    final: Mapping[int, str],
    names: Sequence[str],
    vocabulary: TopicVocabulary,
    similarity: TopicSimilarity,
    together: Sequence[Sequence[int]],
    settings: Topics,
) -> tuple[MergedTopic, ...]:
    """Sorted by name."""
    given = {i for group in together for i in group}
    merged = []
    for c, alike in _within(clusters, similarity):
        main = c.members.index(c.main)
        to_rest = (alike.sum(axis=1) - alike.diagonal()) / max(1, len(alike) - 1)
        members = [
            MergedMember(
                name=names[i],
                practices=vocabulary[names[i]].practices,
                sources=tuple(sorted(vocabulary[names[i]].sources)),
                similarity=round(float(to_rest[at]), DECIMALS) if len(alike) > 1 else None,
                joined=_how(c, i, given, alike[at, main] == 1.0),
            )
            for at, i in enumerate(c.members)
        ]
        nearest = None if c.nearest is None else final[c.nearest]
        merged.append(
            MergedTopic(
                name=final[c.main],
                practices=c.practices,
                key_points=len({k for i in c.members for k in vocabulary[names[i]].key_points}),
                members=tuple(sorted(members, key=lambda m: (-m.practices, m.name))),
                nearest=nearest,
                nearest_similarity=c.nearest_similarity,
                cross_subject=bool(_strangers(c, names)),
                small=c.practices < settings.min_practices,
            )
        )
    return tuple(sorted(merged, key=lambda t: t.name))


def _within(clusters: Sequence[Cluster], similarity: TopicSimilarity) -> Iterator[tuple[Cluster, Floats]]:
    """Each cluster with the similarities of its members, (m, m); small ones together, as a block takes its time."""
    left = list(clusters)
    while left:
        batch = [left.pop()]
        while left and sum(len(c.members) for c in (*batch, left[-1])) <= TOGETHER:
            batch.append(left.pop())
        ids = np.array([i for c in batch for i in c.members])
        alike = np.round(similarity.block(ids, ids), DECIMALS)
        start = 0
        for c in batch:
            end = start + len(c.members)
            yield c, alike[start:end, start:end]
            start = end


def _strangers(cluster: Cluster, names: Sequence[str]) -> list[int]:
    """Members whose subject has no word of the main topic's."""
    kin = subject_words(names[cluster.main])
    return [i for i in cluster.members if kin.isdisjoint(subject_words(names[i]))]


def _how(cluster: Cluster, member: int, given: set[int], same_name: bool) -> str:
    if member == cluster.main:
        return "itself"
    if member in cluster.joined:
        return cluster.joined[member]
    if member in given:
        return "override"
    return "same name" if same_name else "linkage"


def _pairs(
    clusters: Sequence[Cluster],
    found: Sequence[Clustered],
    final: Mapping[int, str],
    names: Sequence[str],
    similarity: TopicSimilarity,
) -> tuple[TopicPair, ...]:
    """Merges across subjects, the weakest merges and the nearest misses: at most LISTED of each."""
    across = []
    for c in clusters:
        if strangers := _strangers(c, names):
            alike = similarity.block(np.array(strangers), np.array([c.main]))[:, 0]
            for i, s in zip(strangers, alike, strict=True):
                across.append(TopicPair("cross_subject", names[i], final[c.main], round(float(s), DECIMALS)))
    merges = sorted((m for part in found for m in part.merges), key=lambda m: m.similarity)[:LISTED]
    misses = sorted((m for part in found for m in part.near_misses), key=lambda m: -m.similarity)[:LISTED]
    return (
        *sorted(across, key=lambda p: (p.similarity, p.one))[:LISTED],
        *(TopicPair("weakest", names[m.one], names[m.other], round(m.similarity, DECIMALS)) for m in merges),
        *(TopicPair("near_miss", final[m.one], final[m.other], m.similarity) for m in misses),
    )


def _uses(overrides: Overrides, names: Mapping[str, int], merged: set[str]) -> tuple[OverrideUse, ...]:
    uses = []
    for kind, lists in (("merge", overrides.merge), ("apart", overrides.apart)):
        for each in lists:
            missing = tuple(n for n in each if n not in names)
            uses.append(OverrideUse(kind, each, missing, len(each) - len(missing) > 1))
    for old, new in sorted(overrides.rename.items()):
        missing = () if old in merged else (old,)
        uses.append(OverrideUse("rename", (old, new), missing, not missing))
    return tuple(uses)


def _summary(
    settings: Topics,
    threshold: Threshold,
    embedder: Embedder,
    names: Sequence[str],
    merged: Sequence[MergedTopic],
    found: Sequence[Clustered],
) -> MergeSummary:
    limits = _limits(settings, threshold, None)
    chosen = threshold.chosen
    if settings.target is not None:
        chosen += f"; the topics that may be sampled were joined down to {settings.target} instead"
    return MergeSummary(
        embedder=embedder.name,
        raw_topics=len(names),
        topics=len(merged),
        threshold=threshold.value,
        chosen=chosen,
        precision=threshold.precision,
        recall=threshold.recall,
        labelled_pairs=threshold.pairs,
        cross_subject_threshold=threshold.value + settings.cross_subject_margin,
        floor=limits.floor,
        name_weight=settings.name_weight,
        min_practices=settings.min_practices,
        neighbours=settings.neighbours if any(part.graph for part in found) else None,
    )


def unmerged(vocabulary: TopicVocabulary, *, exclude_prefix: str = "Others - ") -> Merging:
    """Every name a topic of its own, for practices whose topics somebody has merged already."""
    topics = tuple(
        Topic(name, 0, 0, (name,), None, None, sampled=not name.startswith(exclude_prefix), small=False)
        for name in vocabulary.names
    )
    summary = MergeSummary(
        embedder="",
        raw_topics=len(topics),
        topics=len(topics),
        threshold=1.0,
        chosen="names stay as they are (topics.merge = false)",
        precision=None,
        recall=None,
        labelled_pairs=None,
        cross_subject_threshold=1.0,
        floor=1.0,
        name_weight=1.0,
        min_practices=1,
        neighbours=None,
    )
    return Merging({name: name for name in vocabulary.names}, topics, MergeReport(summary, (), (), ()))


# --- practices ---------------------------------------------------------------------------------


def renamed(practice: LabelledPractice, mapping: Mapping[str, str]) -> LabelledPractice:
    """The practice in merged names; two of its topics that became one have their key points united."""
    topics: dict[str, list[TopicKeyPoints]] = {}
    for t in practice.topics:
        topics.setdefault(mapping[t.topic], []).append(t)
    return replace(practice, topics=tuple(_united(name, parts) for name, parts in topics.items()))


def _united(name: str, parts: Sequence[TopicKeyPoints]) -> TopicKeyPoints:
    raw_name = " | ".join(dict.fromkeys(t.raw_topic or t.topic for t in parts))
    raw: dict[str, list[str]] = {}
    for t in parts:
        for point, written in zip(t.key_points, t.raw_key_points or t.key_points, strict=True):
            raw.setdefault(point, []).append(written)
    points = tuple(raw)
    written_as = tuple(" | ".join(dict.fromkeys(texts)) for texts in raw.values())
    return TopicKeyPoints(
        name, points, None if raw_name == name else raw_name, None if written_as == points else written_as
    )
