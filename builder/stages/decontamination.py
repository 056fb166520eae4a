r"""METHOD 8, contamination: which texts share an n-gram with a test set.

The paper's rule: 20-grams in questions and 30-grams in solutions.  Tokens are those of
:mod:`builder.tokens` (white space, markup and case do not count; signs, operators and numbers do), in
lower case and without braces and figure code: the boilerplate of an ``[asy]`` drawing is shared by
problems that have nothing else in common.

Two texts with the same tokens but for their signs (``+`` and ``-``) are two problems and do not meet, however long
the words around them: x + 98 = 0 and x - 98 = 0 have different answers.

A text shorter than n tokens has no n-gram.  It meets a test row only when the two have exactly the
same tokens, and the same in their figures: "What is 2 + 3?" inside a longer problem says nothing, nor does
"What is x in the diagram?" about another diagram.

A shared n-gram can be a phrase that many problems have ("enter your answer in the form ..."), or a
template with other numbers.  So each hit says whether the test row itself is *repeated*: one of the two texts
has all the :func:`~builder.tokens.mathematics` of the other, its numbers, operators and brackets in one run,
and no figure that shows something else.

N-grams are found by a 64-bit rolling hash and then compared token by token with the text of the test row
itself, so a collision can cost time and never a wrong hit.

Which test sets there are and what becomes of a hit is decided elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..tokens import mathematics, tokenise, words_and_numbers

_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so multiplication modulo 2**64 loses nothing
_INVERSE = np.uint64(pow(int(_BASE), -1, 2**64))
_UNKNOWN = -1
_SIGNS = "+-"
_LABEL = re.compile(r'label\(\s*(?:Label\(\s*)?"([^"]*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A row of a test set with which a text shares an n-gram."""

    test_set: str
    row_id: str
    ngram: str  # the first shared n-gram, its tokens joined by blanks: text of the test set, not for publication
    repeated: bool  # the mathematics is that of the row too, not the wording alone

    def __str__(self) -> str:
        """Names the row and not the text: this goes into published reasons."""
        return f"{self.test_set} row {self.row_id}"


def _figures_apart(text: str) -> tuple[str, str]:
    """``text`` without its ``[asy]...[/asy]`` blocks, and the blocks; an open one ends with the text."""
    words: list[str] = []
    figures: list[str] = []
    rest = text
    while True:
        before, opened, rest = rest.partition("[asy]")
        words.append(before)
        if not opened:
            return " ".join(words), " ".join(figures)
        figure, _, rest = rest.partition("[/asy]")
        figures.append(figure)


def _shown(figures: str) -> str:
    """What stands in the figures, in no order; their code where nothing does.

    One figure can be drawn by different code, but what it says is the same.
    """
    labels = sorted(" ".join(tokenise(label)) for label in _LABEL.findall(figures))
    return " | ".join(labels) or " ".join(tokenise(figures))


class _Content(NamedTuple):
    """What makes a problem the same problem in other words."""

    formulas: str  # numbers, operators and brackets in their order, each between blanks
    names: Counter[str]  # variables, names and words that act like an operator
    shown: str  # what stands in the figures

    @classmethod
    def of(cls, text: str) -> _Content:
        words, figures = _figures_apart(text)
        tokens = mathematics(words_and_numbers(words))
        symbols = " " + "".join(f"{t} " for t in tokens if not t.isalpha() and t not in "{}")
        # "100 < x" is measured in degrees as "100^° < x" is.
        symbols = symbols.replace(" ^ ° ", " ").replace(" ° ", " ")
        return cls(symbols, Counter(filter(str.isalpha, tokens)), _shown(figures))

    def within(self, other: _Content) -> bool:
        """Whether ``other`` has all of this, with the signs that it has here: 5 + 3 is not within -5 + 3."""
        found = self.formulas in other.formulas and f" -{self.formulas}" not in other.formulas
        return found and self.names <= other.names


def _is_repeated(a: _Content, b: _Content) -> bool:
    if a.shown and b.shown and a.shown != b.shown:
        return False
    return a.within(b) or b.within(a)


def _once(hits: Iterable[Hit]) -> list[Hit]:
    """One hit for each row: that of its first text, but rather one that repeats the row."""
    rows: dict[tuple[str, str], Hit] = {}
    for hit in hits:
        if hit.repeated > rows.setdefault((hit.test_set, hit.row_id), hit).repeated:
            rows[hit.test_set, hit.row_id] = hit
    return list(rows.values())


def contamination_tokens(text: str) -> list[str]:
    """The tokens that are compared: lower case, no braces, no figure code."""
    return [t.lower() for t in tokenise(_figures_apart(text)[0]) if t not in "{}"]


class NgramIndex:
    """The n-grams of test sets: 16 bytes for each n-gram, and the texts themselves.

    >>> index = NgramIndex(3)
    >>> index.add("test", "7", "Tom has 5 apples.")
    >>> [str(hit) for hit in index.hits("Surely Tom has 5 pears")]
    ['test row 7']
    >>> index.hits("Surely Tom has 6 apples")
    []
    """

    def __init__(self, n: int) -> None:
        """``n`` is the number of tokens in an n-gram, at least 1."""
        if n < 1:
            raise ValueError(f"n = {n}: an n-gram has at least one token")
        self.n = n
        self._vocabulary: dict[str, int] = {sign: i for i, sign in enumerate(_SIGNS)}
        self._rows: list[tuple[str, str, str]] = []  # test set, row id, text
        self._whole: dict[tuple[int, ...], list[int]] = {}  # texts shorter than n
        self._tokens: list[NDArray[np.int32]] = []  # of the texts, one after another
        self._starts: list[int] = [0]  # where in them each text begins
        self._new: list[NDArray[np.uint64]] = []  # hashes since the last sorting
        self._new_places: list[NDArray[np.uint32]] = []  # and where in the tokens their n-grams begin
        self._hashes = np.empty(0, np.uint64)  # sorted; equal ones in the order they were added
        self._places = np.empty(0, np.uint32)
        self._begins = np.empty(0, np.int64)  # the starts, as of the last sorting
        self._powers: NDArray[np.uint64] = np.ones(
            1, np.uint64
        )  # of the base, and of its inverse: as many as the longest text needs
        self._inverses: NDArray[np.uint64] = np.ones(1, np.uint64)
        self._contents: dict[int, _Content] = {}  # of the rows that were met

    def __len__(self) -> int:
        """Number of texts added."""
        return len(self._rows)

    def _hash(self, ids: NDArray[np.int32]) -> NDArray[np.uint64]:
        """Hash of each n-gram: the sum of token * base ** place, modulo 2**64, from sums over all before."""
        if len(ids) >= len(self._powers):
            size = 2 * len(ids)
            self._powers = np.cumprod(np.full(size, _BASE), dtype=np.uint64) * _INVERSE
            self._inverses = np.cumprod(np.full(size, _INVERSE), dtype=np.uint64) * _BASE
        sums = np.zeros(len(ids) + 1, np.uint64)
        np.cumsum((ids.astype(np.int64) + 2).astype(np.uint64) * self._powers[: len(ids)], out=sums[1:])
        hashes: NDArray[np.uint64] = (sums[self.n :] - sums[: -self.n]) * self._inverses[: len(ids) - self.n + 1]
        return hashes

    def add(self, test_set: str, row_id: str, text: str) -> None:
        """Add one text of a test set; an empty one is left out.  A row may have several, as with its options."""
        tokens = contamination_tokens(text)
        if not tokens:
            return
        ids = np.array([self._vocabulary.setdefault(t, len(self._vocabulary)) for t in tokens], dtype=np.int32)
        start = self._starts[-1]
        if len(ids) < self.n:
            self._whole.setdefault(tuple(ids.tolist()), []).append(len(self._rows))
        else:
            hashes = self._hash(ids)
            self._new.append(hashes)
            self._new_places.append(np.arange(start, start + len(hashes), dtype=np.uint32))
        self._rows.append((test_set, row_id, text))
        self._tokens.append(ids)
        self._starts.append(start + len(ids))

    def _sort(self) -> None:
        """Bring in what was added since the last look-up."""
        hashes = np.concatenate([self._hashes, *self._new])
        places = np.concatenate([self._places, *self._new_places])
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._places = hashes[order], places[order]
        self._tokens = [np.concatenate(self._tokens)]
        self._begins = np.array(self._starts)
        self._new, self._new_places = [], []

    def hits(self, text: str) -> list[Hit]:
        """The test rows that share an n-gram with ``text``, each once, in the order they were added."""
        if not self._rows:
            return []
        tokens = contamination_tokens(text)
        ids = np.array([self._vocabulary.get(t, _UNKNOWN) for t in tokens], dtype=np.int32)
        if len(ids) < self.n:
            return _once(self._same_whole(text, tokens, self._whole.get(tuple(ids.tolist()), [])))
        rows, positions = self._shared(ids)
        if not len(rows):
            return []
        content, signless = _Content.of(text), self._signless(ids)
        found = zip(rows.tolist(), positions.tolist(), strict=True)
        hits = ((row, self._hit(row, tokens[p : p + self.n], content)) for row, p in found)
        # A hyphen is the token of a minus: where the mathematics is repeated the signs are no others.
        return _once(h for row, h in hits if h.repeated or not self._differs_in_signs_alone(ids, signless, row))

    def _signless(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        rest: NDArray[np.int32] = ids[(ids == _UNKNOWN) | (ids >= len(_SIGNS))]
        return rest

    def _differs_in_signs_alone(self, ids: NDArray[np.int32], signless: NDArray[np.int32], row: int) -> bool:
        of_row = self._tokens[0][self._begins[row] : self._begins[row + 1]]
        if np.array_equal(ids, of_row):
            return False
        return np.array_equal(signless, self._signless(of_row))

    def _hit(self, row: int, ngram: list[str], content: _Content) -> Hit:
        test_set, row_id, text = self._rows[row]
        if row not in self._contents:
            self._contents[row] = _Content.of(text)
        return Hit(test_set, row_id, " ".join(ngram), _is_repeated(content, self._contents[row]))

    def _same_whole(self, text: str, tokens: list[str], rows: list[int]) -> list[Hit]:
        """Those of ``rows``, which have the tokens of the short ``text``, whose figures are its figures too."""
        shown = _shown(_figures_apart(text)[1]) if rows else ""
        same = [r for r in rows if _shown(_figures_apart(self._rows[r][2])[1]) == shown]
        return [self._hit(row, tokens, content) for row in same for content in [_Content.of(text)]]

    def _shared(self, ids: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows that share an n-gram with ``ids``, and where in ``ids`` the first of each begins."""
        if self._new or len(self._tokens) > 1:
            self._sort()
        wanted = self._hash(ids)
        left = np.searchsorted(self._hashes, wanted)
        if not len(self._hashes):
            return left[:0], left[:0]
        found = np.flatnonzero(self._hashes.take(left, mode="clip") == wanted)
        if not len(found):
            return left[:0], left[:0]
        # All places of all found n-grams: some phrases stand in a hundred rows.
        left = left[found]
        counts = np.searchsorted(self._hashes, wanted[found], side="right") - left
        positions = np.repeat(found, counts)
        runs = np.repeat(left - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        places = self._places[runs].astype(np.int64)
        within = np.arange(self.n)
        same = (self._tokens[0][places[:, None] + within] == ids[positions[:, None] + within]).all(axis=1)
        owners = np.searchsorted(self._begins, places[same], side="right") - 1
        rows, first = np.unique(owners, return_index=True)
        return rows, positions[same][first]
