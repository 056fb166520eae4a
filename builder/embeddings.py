"""Vectors of short texts: topics and key points.

An :class:`Embedder` gives one L2-normalised row a text.  The lexical one needs no network and no
weights; the endpoint one asks any OpenAI-compatible ``/embeddings``.  What is done with the vectors
(merging topics) is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .errors import ModelError

Matrix = npt.NDArray[np.float32]

# Acronyms share no letters with what they stand for; a lexical embedder must be told.
ALIASES = {
    "gcd": "greatest common divisor",
    "gcf": "greatest common divisor",
    "hcf": "greatest common divisor",
    "lcm": "least common multiple",
    "lcd": "least common denominator",
    "pemdas": "order of operations",
    "am-gm": "arithmetic mean geometric mean inequality",
    "crt": "chinese remainder theorem",
}
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
_STOP = frozenset(["the", "of", "a", "an", "and", "in", "to", "for", "with", "by", "on", "from", "using", "as"])


class Embedder(Protocol):
    """Something that gives vectors."""

    name: str

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Shape (len(texts), d), float32, each row of length 1 (or 0 where a text has nothing in it)."""
        ...


class LexicalEmbedder:
    """Words and letters: hashed character n-grams and words, weighted by TF-IDF over the texts given.

    Deterministic.  ``dimensions`` x 4 bytes a text: 30,000 texts take 246 MB at 2,048.
    """

    name = "lexical"

    def __init__(self, dimensions: int = 2048) -> None:
        self._dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See :class:`Embedder`.  The weights depend on ``texts``: give all that are compared at once."""
        if not texts:
            return np.zeros((0, self._dimensions), np.float32)
        # Imported here: it takes a second that the commands without topics need not wait.
        from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
        from sklearn.preprocessing import normalize

        hashed = HashingVectorizer(
            analyzer=_features, n_features=self._dimensions, norm=None, alternate_sign=True
        ).transform(texts)
        weighted = TfidfTransformer(sublinear_tf=False, norm=None).fit(abs(hashed)).transform(hashed)
        return np.asarray(normalize(weighted).astype(np.float32).toarray())


def _stem(word: str) -> str:
    for ending, replacement in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            return word[: len(word) - len(ending)] + replacement
    return word


def _features(text: str) -> list[str]:
    """Words (stemmed, acronyms spelt out), word pairs and the letter groups inside each word."""
    words: list[str] = []
    for word in _WORD.findall(text.lower()):
        words.extend(ALIASES.get(word, word).replace("-", " ").split())
    stems = [_stem(w) for w in words if w not in _STOP]
    features = [f"w:{s}" for s in stems for _ in range(2)]
    features += [f"p:{a} {b}" for a, b in pairwise(stems)]
    for stem in stems:
        marked = f"^{stem}$"
        features += [f"c:{marked[i : i + 4]}" for i in range(max(1, len(marked) - 3))]
    return features


class EndpointEmbedder:
    """Any OpenAI-compatible ``/embeddings`` endpoint."""

    def __init__(self, base_url: str, api_key: str, model: str, batch_size: int = 256) -> None:
        self.name = model
        self._base_url, self._api_key, self._batch_size = base_url, api_key, batch_size

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See :class:`Embedder`.

        Raises:
            ModelError: the endpoint does not answer, or not with one vector a text.
        """
        # Imported here: it takes a second, and the lexical embedder needs none of it.
        import openai

        if not texts:
            return np.zeros((0, 1), np.float32)
        vectors: list[list[float]] = []
        try:
            with openai.OpenAI(base_url=self._base_url, api_key=self._api_key) as client:
                for start in range(0, len(texts), self._batch_size):
                    batch = list(texts[start : start + self._batch_size])
                    reply = client.embeddings.create(model=self.name, input=batch, encoding_format="float")
                    ordered = sorted(reply.data or (), key=lambda d: d.index)
                    if len(ordered) != len(batch):
                        raise ModelError(
                            f"{self._base_url} gave {len(ordered)} vectors for {len(batch)} texts: "
                            "use another embedding model"
                        )
                    vectors.extend(d.embedding for d in ordered)
        except openai.OpenAIError as error:
            raise ModelError(
                f"embeddings of {self.name!r} at {self._base_url} failed ({type(error).__name__}): check "
                "topics.embedding_model and topics.embedding_base_url"
            ) from None
        if len({len(v) for v in vectors}) != 1 or not np.isfinite(vectors).all():
            raise ModelError(
                f"{self._base_url} gave vectors of different lengths or with values that are no numbers: use "
                "another embedding model"
            )
        rows = np.array(vectors, dtype=np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Matrix = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
        return unit
