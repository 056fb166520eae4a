r"""METHOD 8, contamination: which texts share an n-gram with a test set.

The paper's rule: 20-grams in questions and 30-grams in solutions.  Tokens are those of
:mod:`builder.tokens` (white space, markup and case do not count; signs, operators and numbers do), in
lower case and without braces and figure code: the boilerplate of an ``[asy]`` drawing is shared by
problems that have nothing else in common.

A text shorter than n tokens has no n-gram.  It meets a test row only when the two have exactly the
same tokens: "What is 2 + 3?" inside a longer problem says nothing.

N-grams are found by a 64-bit rolling hash and then compared token by token with the text of the test row
itself, so a collision can cost time and never a wrong hit.

Which test sets there are and what becomes of a hit is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..tokens import tokenise

_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so multiplication modulo 2**64 loses nothing
_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Hit:
    """A row of a test set with which a text shares an n-gram."""

    test_set: str
    row_id: str
    ngram: str  # the first shared n-gram, its tokens joined by blanks

    def __str__(self) -> str:
        """Names the row and not the text: this goes into published reasons."""
        return f"{self.test_set} row {self.row_id}"


def _without_figures(text: str) -> str:
    """``text`` without its ``[asy]...[/asy]`` blocks; an open one ends with the text."""
    kept: list[str] = []
    rest = text
    while True:
        before, opened, rest = rest.partition("[asy]")
        kept.append(before)
        if not opened:
            return " ".join(kept)
        rest = rest.partition("[/asy]")[2]


def contamination_tokens(text: str) -> list[str]:
    """The tokens that are compared: lower case, no braces, no figure code."""
    return [t.lower() for t in tokenise(_without_figures(text)) if t not in "{}"]


class NgramIndex:
    """The n-grams of test sets.

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
        self._vocabulary: dict[str, int] = {}
        self._rows: list[tuple[str, str]] = []  # test set, row id
        self._texts: list[NDArray[np.int32]] = []
        self._grams: dict[int, list[int]] = {}  # hash -> row, position, row, position, ...
        self._whole: dict[tuple[int, ...], list[int]] = {}  # texts shorter than n
        # A power for each place of the n-gram: hash = sum of token_i * base ** (n - i).
        powers = [1]
        for _ in range(n):
            powers.append(powers[-1] * int(_BASE) % 2**64)
        self._powers = np.array(powers[:0:-1], dtype=np.uint64)

    def __len__(self) -> int:
        """Number of texts added."""
        return len(self._rows)

    def _hashes(self, ids: NDArray[np.int32]) -> list[int]:
        windows = np.lib.stride_tricks.sliding_window_view((ids.astype(np.int64) + 2).astype(np.uint64), self.n)
        hashes: list[int] = (windows * self._powers).sum(axis=1, dtype=np.uint64).tolist()
        return hashes

    def add(self, test_set: str, row_id: str, text: str) -> None:
        """Add one text of a test set; an empty one is left out."""
        tokens = contamination_tokens(text)
        if not tokens:
            return
        ids = np.array([self._vocabulary.setdefault(t, len(self._vocabulary)) for t in tokens], dtype=np.int32)
        row = len(self._rows)
        self._rows.append((test_set, row_id))
        self._texts.append(ids)
        if len(ids) < self.n:
            self._whole.setdefault(tuple(ids.tolist()), []).append(row)
            return
        for position, value in enumerate(self._hashes(ids)):
            self._grams.setdefault(value, []).extend((row, position))

    def hits(self, text: str) -> list[Hit]:
        """The test rows that share an n-gram with ``text``, each once, in the order they were added."""
        if not self._rows:
            return []
        tokens = contamination_tokens(text)
        ids = np.array([self._vocabulary.get(t, _UNKNOWN) for t in tokens], dtype=np.int32)
        if len(ids) < self.n:
            rows = self._whole.get(tuple(ids.tolist()), [])
            return [Hit(*self._rows[row], " ".join(tokens)) for row in rows]
        first: dict[int, int] = {}
        for row, position in self._shared(ids):
            first.setdefault(row, position)
        return [Hit(*self._rows[row], " ".join(tokens[p : p + self.n])) for row, p in sorted(first.items())]

    def _shared(self, ids: NDArray[np.int32]) -> Iterator[tuple[int, int]]:
        """(test row, position in ``ids``) of every shared n-gram, each confirmed token by token."""
        for position, value in enumerate(self._hashes(ids)):
            places = self._grams.get(value)
            if places is None:
                continue
            wanted = ids[position : position + self.n]
            for row, start in zip(places[::2], places[1::2], strict=True):
                if np.array_equal(self._texts[row][start : start + self.n], wanted):
                    yield row, position
