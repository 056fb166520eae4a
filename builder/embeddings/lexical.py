"""The embedder that needs nothing: words and letters, with no network and no weights.

What the vectors are for is not known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from .acronyms import spelled_out
from .base import Matrix

_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s?\b")
_ACCENTS = re.compile("[\u0300-\u036f]")
_STOP = frozenset(["the", "of", "a", "an", "and", "in", "to", "for", "with", "by", "on", "from", "using", "as"])


class LexicalEmbedder:
    """Words and letters: hashed words, word pairs and character n-grams.

    Each text on its own: the same text has the same vector among any others.  Weights by how rare a word is
    (TF-IDF) would not, and merged no better on labelled pairs.  Letters of every script count; case and
    accents do not.
    """

    name = "lexical"

    def __init__(self, dimensions: int = 2048) -> None:
        self._dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See :class:`~builder.embeddings.base.Embedder`.  8 kB a text, of which some 60 numbers are not 0."""
        # Imported here: it takes a second that the commands without topics need not wait.
        from sklearn.feature_extraction.text import HashingVectorizer

        if not texts:
            return np.zeros((0, self._dimensions), np.float32)
        hashed = HashingVectorizer(
            analyzer=_features, n_features=self._dimensions, norm="l2", alternate_sign=True, dtype=np.float32
        )
        return np.asarray(hashed.transform(texts).toarray())


def _stem(word: str) -> str:
    for ending, replacement in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            return word[: len(word) - len(ending)] + replacement
    return word


def _features(text: str) -> list[str]:
    """Words (stemmed, acronyms spelled out), word pairs and the letter groups inside each word."""
    plain = _POSSESSIVE.sub("", _ACCENTS.sub("", unicodedata.normalize("NFKD", spelled_out(text)))).casefold()
    stems = [_stem(w) for w in _WORD.findall(plain) if w not in _STOP]
    features = [f"w:{s}" for s in stems for _ in range(2)]
    features += [f"p:{a} {b}" for a, b in pairwise(stems)]
    for stem in stems:
        marked = f"^{stem}$"
        features += [f"c:{marked[i : i + 4]}" for i in range(max(1, len(marked) - 3))]
    return features
