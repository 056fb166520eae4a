"""How alike topics are: their key points, their names, and what the names rule out.

A topic's vector is the mean of its key points' vectors (METHOD 1).  It is blended with its name's: the
similarity is (1 - w) times that of the key points plus w times that of the names.  The names' part counts
less where the rules of :mod:`builder.merging.topic_names` tell the names apart, the whole where they contradict
each other.  Topics of different subjects are less alike by a margin; names that are the same but for
case, plural, word order and task words are alike by 1.  What is done with it is not known here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack

from ..embeddings.base import Embedder, unit_rows
from .clustering import Floats, Ints
from .topic_names import name_words, subject_words

Flags = npt.NDArray[np.bool_]
Item = TypeVar("Item")

# They define what "alike" means for names; thresholds are the caller's.
OTHER_HEAD = 0.7  # factor on the similarity of names about different things
SIBLINGS = 0.7  # ... of names that each say something that the other does not
CONTRADICTION = 0.5  # ... on the whole, for names that contradict each other

KEY_POINTS = 32  # of so many key points the mean is taken: those of most practices
CHUNK = 1 << 14  # names, and at most so many key points, that are embedded at once: 128 MB of lexical vectors
SPARSE = 0.1  # vectors of which a smaller share is not 0 are kept sparse


@dataclass(frozen=True)
class RawTopic:
    """A name as the labellers wrote it, and its key points, those of most practices first."""

    name: str
    key_points: tuple[str, ...]


class TopicSimilarity:
    """Similarities of ``topics``, from -1 to 1, in blocks: the memory is that of their vectors."""

    def __init__(
        self, topics: Sequence[RawTopic], embedder: Embedder, *, name_weight: float, cross_subject_margin: float
    ) -> None:
        said = [name_words(t.name) for t in topics]
        self._weight = np.float32(name_weight)
        self._margin = np.float32(cross_subject_margin)
        self._points = _means([t.key_points for t in topics], embedder)
        self._names = Vectors(embedder.embed(part) for part in _parts([s.text for s in said], CHUNK))
        self._words = Sets([s.words for s in said])
        self._heads = Sets([s.heads for s in said])
        self._first = Sets([s.first for s in said])
        self._kinds = Sets([s.kinds for s in said])
        self._subjects = Sets([subject_words(t.name) for t in topics])
        self._contrasts = Contrasts([s.marks for s in said])
        self._same = _numbered([(s.words, s.heads) for s in said])
        self._several = np.array([" " in s.text for s in said])
        self._same_in_full = _numbered([s.text for s in said])

    def block(self, rows: Ints, columns: Ints) -> Floats:
        """Similarities, float32 (len(rows), len(columns))."""
        names = self._names.products(rows, columns)
        # "Systems of Linear Equations" is about systems, "Linear Equations" about equations.
        other_head = self._heads.common(rows, columns) == 0
        np.multiply(names, np.float32(OTHER_HEAD), out=names, where=other_head)
        siblings = self._words.siblings(rows, columns) | self._first.siblings(rows, columns)
        np.multiply(names, np.float32(SIBLINGS), out=names, where=siblings)
        alike: Floats = (1 - self._weight) * self._points.products(rows, columns) + self._weight * names
        contradicting = self._contrasts.block(rows, columns) | self._kinds.differ(rows, columns)
        # "Sum of Squares" and "Square of a Sum": the same words about different things.
        contradicting |= other_head & ~self._words.differ(rows, columns)
        np.multiply(alike, np.float32(CONTRADICTION), out=alike, where=contradicting)
        kin = self.kin(rows, columns)
        alike[kin & (self._same[rows][:, None] == self._same[columns][None, :])] = 1.0
        # One word may mean other things in another subject ("Substitution"); several hardly do.
        several = self._several[rows][:, None]
        alike[several & (self._same_in_full[rows][:, None] == self._same_in_full[columns][None, :])] = 1.0
        alike -= self._margin * ~kin
        return alike

    def kin(self, rows: Ints, columns: Ints) -> Flags:
        """Which pairs are of one subject or of subjects that share a word, bool (b, c)."""
        return self._subjects.common(rows, columns) > 0


class Vectors:
    """Vectors that come in ``parts``, (b, d) each; kept sparse where most of their numbers are 0."""

    def __init__(self, parts: Iterable[Floats]) -> None:
        kept = [csr_matrix(part) if np.count_nonzero(part) < SPARSE * part.size else part for part in parts]
        dense = any(isinstance(part, np.ndarray) for part in kept)
        self._rows = (
            np.concatenate([p if isinstance(p, np.ndarray) else p.toarray() for p in kept])
            if dense
            else vstack(kept, "csr")
        )

    def products(self, rows: Ints, columns: Ints) -> Floats:
        """Inner products, float32 (len(rows), len(columns))."""
        few = self._rows[rows]
        if not isinstance(few, np.ndarray):
            few = few.toarray()  # sparse by dense takes a third of the time of sparse by sparse
        return np.ascontiguousarray(few @ self._rows[columns].T)


class Sets:
    """Sets of words, and what pairs of them have in common."""

    def __init__(self, sets: Sequence[frozenset[str]]) -> None:
        column = {w: i for i, w in enumerate(sorted(frozenset().union(*sets)))}
        rows = [i for i, words in enumerate(sets) for _ in words]
        columns = [column[w] for words in sets for w in words]
        self._member = csr_matrix((np.ones(len(rows), np.int32), (rows, columns)), (len(sets), max(1, len(column))))
        self.size = np.array([len(s) for s in sets], np.int32)

    def shared(self, rows: Ints, columns: Ints) -> csr_matrix:
        """How many words each pair has in common, sparse int32 (b, c)."""
        return self._member[rows] @ self._member[columns].T

    def common(self, rows: Ints, columns: Ints) -> npt.NDArray[np.int32]:
        """The same, dense."""
        return np.asarray(self.shared(rows, columns).toarray())

    def siblings(self, rows: Ints, columns: Ints) -> Flags:
        """Pairs of which each has a word that the other lacks: "Linear Equations", "Quadratic Equations"."""
        common = self.common(rows, columns)
        return (common < self.size[rows][:, None]) & (common < self.size[columns][None, :])

    def differ(self, rows: Ints, columns: Ints) -> Flags:
        """Pairs that are not the same set, bool (b, c)."""
        common = self.common(rows, columns)
        return (common < self.size[rows][:, None]) | (common < self.size[columns][None, :])


class Contrasts:
    """Which texts contradict each other; ``marks`` of each text as in NameWords."""

    def __init__(self, marks: Sequence[frozenset[tuple[str, str]]]) -> None:
        lines = sorted({line for each in marks for line, _ in each})
        self._lines = [Sets([frozenset(w for at, w in each if at == line) for each in marks]) for line in lines]

    def block(self, rows: Ints, columns: Ints) -> Flags:
        """Pairs that contradict each other in one line or more, bool (b, c)."""
        found = np.zeros((len(rows), len(columns)), np.bool_)
        for words in self._lines:
            i, j = np.flatnonzero(words.size[rows]), np.flatnonzero(words.size[columns])
            if len(i) and len(j):
                found[np.ix_(i, j)] |= words.siblings(rows[i], columns[j])
        return found


def _numbered(keys: Sequence[Hashable]) -> Ints:
    """Equal numbers for equal keys."""
    number: dict[Hashable, int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], np.int64)


def _means(points: Sequence[tuple[str, ...]], embedder: Embedder) -> Vectors:
    """Means of the key points' vectors, of length 1."""
    return Vectors(_means_of(part, embedder) for part in _parts(points, CHUNK // KEY_POINTS))


def _parts(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """``items`` in pieces of ``size``; one at least, of none."""
    return (items[start : start + size] for start in range(0, max(1, len(items)), size))


def _means_of(points: Sequence[tuple[str, ...]], embedder: Embedder) -> Floats:
    kept = [sorted(ks[:KEY_POINTS]) for ks in points]
    distinct = sorted({k for ks in kept for k in ks})
    row = {k: i for i, k in enumerate(distinct)}
    columns = [row[k] for ks in kept for k in ks]
    ends = np.cumsum([0, *(len(ks) for ks in kept)])
    member = csr_matrix((np.ones(len(columns), np.float32), columns, ends), (len(kept), len(distinct)))
    return unit_rows(member @ embedder.embed(distinct))
