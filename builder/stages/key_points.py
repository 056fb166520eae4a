"""Near-identical key points inside a merged topic, grouped under one text (METHOD 1).

Forms that differ by case, articles and end punctuation are one at once.  Then only key points that say the
same in numbers, operators and variables, in the same order, and use the same words of each pair of
opposites (sum and product, area and perimeter, most and least) can be the same at all; among those,
average linkage with one threshold.  Raw texts stay on the records.

Practices are streamed twice, as for topics; how topics are merged is not known here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..config import Topics
from ..embeddings.base import Embedder
from ..merging.calibration import Threshold, calibrate, labelled_pairs
from ..merging.clustering import Floats, Ints, average_linkage, full_matrix
from ..merging.neighbour_graph import NeighbourGraph, linkage_on_graph
from ..merging.topic_names import content_words, marks
from ..records import KeyPoint, LabelledPractice, TopicKeyPoints

PAIRS = "key_point_pairs.jsonl"
FULL_MATRIX = 4096  # more comparable key points of one topic are compared with their neighbours only
CHUNK = 50_000  # key points that are embedded at once


class KeyPointVocabulary:
    """Distinct key points of each merged topic, with how many practices have them."""

    def __init__(self) -> None:
        self.topics: dict[str, Counter[str]] = {}

    def add(self, practice: LabelledPractice) -> None:
        """Count one practice in merged names."""
        for t in practice.topics:
            self.topics.setdefault(t.topic, Counter()).update(t.key_points)


@dataclass(frozen=True)
class KeyPointGrouping:
    """``mapping``: topic -> raw key point -> the text that stands for it, where that is another."""

    mapping: Mapping[str, Mapping[str, str]]
    threshold: Threshold
    aliases: Mapping[str, Mapping[str, tuple[str, ...]]]  # topic -> text that stands for others -> all of them

    def records(self, counts: KeyPointCounts) -> tuple[KeyPoint, ...]:
        """Sorted by topic and text, with the practices that ``counts`` saw."""
        return tuple(
            KeyPoint(topic, text, counts.practices[topic, text], aliases)
            for topic, texts in sorted(self.aliases.items())
            for text, aliases in sorted(texts.items())
        )


class KeyPointCounts:
    """Practices of each key point; one that has two of a group's texts counts once."""

    def __init__(self) -> None:
        self.practices: Counter[tuple[str, str]] = Counter()

    def add(self, practice: LabelledPractice) -> None:
        """Count one practice whose key points are those that stand for their groups."""
        self.practices.update((t.topic, k) for t in practice.topics for k in t.key_points)


def group_key_points(vocabulary: KeyPointVocabulary, embedder: Embedder, settings: Topics) -> KeyPointGrouping:
    """Group the key points of each topic; the same for any order in which they were gathered.

    The text that stands for a group is the one of most practices (then the shortest, then the first).
    """
    given = settings.key_point_threshold
    threshold = key_point_threshold(embedder) if given is None else Threshold(given, "given")
    aliases: dict[str, dict[str, tuple[str, ...]]] = {topic: {} for topic in sorted(vocabulary.topics)}
    for chunk in _chunks(vocabulary, list(aliases)):
        for topic, group in _groups(chunk, embedder, threshold.value, settings.neighbours):
            counts = vocabulary.topics[topic]
            main = min(group, key=lambda k: (-counts[k], len(k), k))
            aliases[topic][main] = tuple(sorted(group))
    mapping = {
        topic: {raw: main for main, group in texts.items() for raw in group if raw != main}
        for topic, texts in aliases.items()
    }
    return KeyPointGrouping({t: m for t, m in mapping.items() if m}, threshold, aliases)


def ungrouped(vocabulary: KeyPointVocabulary) -> KeyPointGrouping:
    """Every text a key point of its own."""
    aliases = {topic: {text: (text,) for text in texts} for topic, texts in vocabulary.topics.items()}
    return KeyPointGrouping({}, Threshold(1.0, "given"), aliases)


def key_point_threshold(embedder: Embedder) -> Threshold:
    """The threshold that the labelled pairs of key points give for this embedder."""
    pairs = labelled_pairs(PAIRS)
    vectors = embedder.embed([p[side] for side in "ab" for p in pairs])
    a, b = vectors[: len(pairs)], vectors[len(pairs) :]
    comparable = [signature(p["a"]) == signature(p["b"]) for p in pairs]
    similarity = np.where(comparable, (a * b).sum(axis=1), -1.0).astype(np.float32)
    return calibrate(similarity, [p["same"] for p in pairs])


# --- what can be the same ----------------------------------------------------------------------

_ARTICLES = re.compile(r"\b(?:a|an|the)\s+")
_NOT_MATHS = re.compile(r"\\(?:text|mathrm|left|right|quad|displaystyle)\b|[{}$~]|\\[,;! ]")
_SHORT_FRACTION = re.compile(r"\\[dt]?frac\s*(\d)\s*(\d)")
_TOKEN = re.compile(
    r"\\[a-z]+"  # a command of LaTeX
    r"|\d+(?:[.,]\d+)*%?"
    r"|(?<![\w'’-])[a-z](?![\w'’])"  # a letter that stands alone
    r"|[a-z](?=\s*[\^_(])"  # or has an index or an argument
    r"|(?<![a-z])-|-(?![a-z])"  # a minus, not a hyphen
    r"|[+*/=<>^×÷≤≥≠±!|]"
)
_NUMBER_WORDS = re.compile(
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|half|third|twice|double|triple)\b"
)
# Words that turn a key point into another one, beside the lines of topic_names.CONTRASTS.
_OPPOSITES = frozenset(
    (
        "add subtract multiply divide sum difference product quotient addition subtraction multiplication division "
        "more less fewer greater smaller larger most least maximum minimum increase decrease first last before after "
        "above below inside outside all any none not no never without always even odd positive negative left right "
        "initial final up down row column sine cosine tangent triangle rectangle circle sphere cone cylinder pyramid "
        "prism cube square root radius diameter circumference area perimeter volume surface simple compound union "
        "intersection numerator denominator divisor multiple dividend remainder day week month year hour minute second "
        "cent dollar inch foot yard mile meter different same both neither either favorable total hypotenuse leg "
        "complement sin cos tan similar congruent check short long once added removed repeating"
    ).split(" ")
)
_VERBS = {"adding": "addition", "add": "addition", "subtract": "subtraction", "multiply": "multiplication"}
_VERBS |= {
    "divide": "division",
    "longer": "long",
    "shorter": "short",
    "lesser": "less",
    "fewer": "less",
    "greater": "more",
    "larger": "more",
}
_DIRECTED = re.compile(
    r"\b(?:convert|subtract|divid|chang|inscrib|find|recover|comput|determin|read)\w*\b.*?"
    r"\b(?:to|into|from|by|in)\s+(?:an? |the |its |each )?(\w+)"
)


def plain_form(text: str) -> str:
    """The text without case, articles, end punctuation and runs of blanks."""
    return " ".join(_ARTICLES.sub("", " ".join(text.lower().split())).rstrip(" .;:").split())


def signature(text: str) -> tuple[object, ...]:
    """What two key points must have in common to be the same: equal signatures or never.

    Numbers, operators and variables in order; the words that have opposites; and towards what something
    is converted, subtracted or divided.
    """
    lower = _SHORT_FRACTION.sub(r"\\frac \1 \2", text.lower())
    lower = _ARTICLES.sub("", _NOT_MATHS.sub(" ", lower))
    words = [_VERBS.get(w, w) for w in content_words(lower)]
    opposed = {w for w in words if w in _OPPOSITES} | {word for _, word in marks(words)}
    directed = _DIRECTED.search(lower[:400])
    return (
        tuple(_TOKEN.findall(lower)),
        tuple(_NUMBER_WORDS.findall(lower)),
        frozenset(opposed),
        directed[1] if directed else "",
    )


# --- grouping ----------------------------------------------------------------------------------

Form = tuple[str, ...]
"""Texts of one plain form, sorted."""


def _chunks(vocabulary: KeyPointVocabulary, topics: Sequence[str]) -> Iterator[list[tuple[str, list[list[Form]]]]]:
    """Topics with their classes of comparable key points; a chunk has CHUNK key points or one topic more."""
    chunk: list[tuple[str, list[list[Form]]]] = []
    size = 0
    for topic in topics:
        chunk.append((topic, _comparable(vocabulary.topics[topic])))
        size += len(vocabulary.topics[topic])
        if size >= CHUNK:
            yield chunk
            chunk, size = [], 0
    yield chunk


def _comparable(points: Mapping[str, int]) -> list[list[Form]]:
    """The forms of the key points, in classes of equal signature."""
    forms: dict[str, list[str]] = {}
    for text in sorted(points):
        forms.setdefault(plain_form(text), []).append(text)
    classes: dict[tuple[object, ...], list[Form]] = {}
    for texts in forms.values():
        classes.setdefault(signature(texts[0]), []).append(tuple(texts))
    return list(classes.values())


def _groups(
    chunk: Sequence[tuple[str, list[list[Form]]]], embedder: Embedder, threshold: float, neighbours: int
) -> Iterator[tuple[str, list[str]]]:
    """(topic, texts that are one key point) for all key points of the chunk."""
    # A class of one has nothing to be compared with: most are such, and their vectors are not needed.
    texts = sorted({form[0] for _, classes in chunk for forms in classes if len(forms) > 1 for form in forms})
    row = {text: i for i, text in enumerate(texts)}
    vectors = embedder.embed(texts)
    for topic, classes in chunk:
        for forms in classes:
            groups: dict[int, list[str]] = {}
            labels = _labels(vectors[[row[f[0]] for f in forms]], threshold, neighbours) if len(forms) > 1 else [0]
            for label, form in zip(labels, forms, strict=True):
                groups.setdefault(int(label), []).extend(form)
            yield from ((topic, group) for group in groups.values())


def _labels(vectors: Floats, threshold: float, neighbours: int) -> Ints:
    def similarity(rows: Ints, columns: Ints) -> Floats:
        alike: Floats = vectors[rows] @ vectors[columns].T
        return alike

    n = len(vectors)
    if n <= FULL_MATRIX:
        return average_linkage(full_matrix(similarity, n), threshold=threshold).labels
    return linkage_on_graph(NeighbourGraph.of(similarity, n, neighbours, threshold), threshold=threshold).labels


# --- practices ---------------------------------------------------------------------------------


def represented(practice: LabelledPractice, mapping: Mapping[str, Mapping[str, str]]) -> LabelledPractice:
    """The practice with the texts that stand for its key points; what the labeller wrote is kept beside."""
    return replace(practice, topics=tuple(_represented(t, mapping.get(t.topic, {})) for t in practice.topics))


def _represented(topic: TopicKeyPoints, mapping: Mapping[str, str]) -> TopicKeyPoints:
    if not any(k in mapping for k in topic.key_points):
        return topic
    raw: dict[str, list[str]] = {}
    for point, written in zip(topic.key_points, topic.raw_key_points or topic.key_points, strict=True):
        raw.setdefault(mapping.get(point, point), []).append(written)
    written_as = tuple(" | ".join(dict.fromkeys(texts)) for texts in raw.values())
    return replace(topic, key_points=tuple(raw), raw_key_points=None if written_as == tuple(raw) else written_as)
