"""The embedder that needs nothing: words and letters, with no network and no weights.

What the vectors are for is not known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .acronyms import spelled_out
from .base import Matrix

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s?\b")
_ACCENTS = re.compile("[\u0300-\u036f]")
_STOP = frozenset(["the", "of", "a", "an", "and", "in", "to", "for", "with", "by", "on", "from", "using", "as"])


class LexicalEmbedder:
    """Words and letters: hashed character n-grams and words, weighted by TF-IDF over the texts given.

    Deterministic.  Letters of every script count; case and accents do not.
    """

    name = "lexical"

    def __init__(self, dimensions: int = 2048, *, weighted: bool = True) -> None:
        """``weighted``: whether words that many of the texts have count less; else each text is on its own."""
        self._dimensions = dimensions
        self._weighted = weighted

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See :class:`~builder.embeddings.base.Embedder`.  8 kB a text.

        The weights depend on ``texts``: give all that are compared at once.
        """
        return np.asarray(self.embed_sparse(texts).toarray())

    def embed_sparse(self, texts: Sequence[str]) -> csr_matrix:
        """The rows of :meth:`embed` as a sparse matrix: some 0.5 kB a text."""
        # Imported here: it takes a second that the commands without topics need not wait.
        from scipy.sparse import csr_matrix
        from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
        from sklearn.preprocessing import normalize

        if not texts:
            return csr_matrix((0, self._dimensions), dtype=np.float32)
        rows = HashingVectorizer(
            analyzer=_features, n_features=self._dimensions, norm=None, alternate_sign=True, dtype=np.float32
        ).transform(texts)
        if self._weighted:
            rows = TfidfTransformer(norm=None).fit(abs(rows)).transform(rows)
        return normalize(rows).astype(np.float32)


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
