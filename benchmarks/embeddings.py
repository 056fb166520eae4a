"""How well each embedder tells topics that are one from topics that are two, and what it costs.

    python -m benchmarks.embeddings [--pairs FILE] [--threads N]

On the labelled pairs of topics (debatable ones left out) for the similarity of the names (what stands behind
"Subject - "), of the means of the key points, and of both at ``topics.name_weight``.  Nothing of what merging
adds (heads, siblings, subjects) is in it.

- F1: at the threshold that is best on these pairs; held out: at the threshold that is best on the other four
  fifths of them, five times.
- P at R 80: the share of pairs above the threshold that are the same, where 80% of those that are the same are.
- R at P 97: the highest share of the same pairs above a threshold at which 97% are the same.
- without aliases: F1 when acronyms are not spelled out first.
- ms: wall time a text, over the distinct names and key points of the pairs, after the model is loaded.

Takes half a minute.  Exit status 1: the language model is worse, held out, than TF-IDF of characters.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from builder.config import Topics
from builder.embeddings.acronyms import spelled_out
from builder.embeddings.base import Embedder, Matrix, unit_rows
from builder.embeddings.lexical import LexicalEmbedder
from builder.embeddings.minilm import MiniLMEmbedder
from builder.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]
Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
FOLDS = 5


class CharacterTfidf:
    """The baseline: TF-IDF of groups of 2 to 4 characters, as scikit-learn makes them."""

    name = "characters"

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See Embedder."""
        vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
        return np.asarray(vectorizer.fit_transform([spelled_out(t) for t in texts]).toarray())


@dataclass(frozen=True)
class Pairs:
    """Labelled pairs: names, key points and which are the same."""

    names: list[tuple[str, str]]
    points: list[tuple[list[str], list[str]]]
    same: Flags

    @classmethod
    def load(cls, path: Path) -> Pairs:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        rows = [r for r in rows if r["same"] is not None]
        return cls(
            [(_short(r["a"]["topic"]), _short(r["b"]["topic"])) for r in rows],
            [(r["a"]["key_points"], r["b"]["key_points"]) for r in rows],
            np.array([r["same"] for r in rows]),
        )

    def texts(self) -> list[str]:
        """All distinct names and key points."""
        names = {n for pair in self.names for n in pair}
        return sorted(names | {k for pair in self.points for points in pair for k in points})


def _short(topic: str) -> str:
    return topic.partition(" - ")[2] or topic


def similarities(pairs: Pairs, embedder: Embedder) -> dict[str, Values]:
    """Of each pair: by name, by key points, by both."""
    names = _rows(sorted({n for pair in pairs.names for n in pair}), embedder)
    points = _rows(sorted({k for pair in pairs.points for side in pair for k in side}), embedder)

    def mean(some: Sequence[str]) -> Matrix:
        return unit_rows(np.mean([points[k] for k in some], axis=0, keepdims=True))[0]

    by_name = np.array([names[a] @ names[b] for a, b in pairs.names], np.float64)
    by_points = np.array([mean(a) @ mean(b) for a, b in pairs.points], np.float64)
    weight = Topics().name_weight
    return {"name": by_name, "key points": by_points, "both": weight * by_name + (1 - weight) * by_points}


def _rows(texts: Sequence[str], embedder: Embedder) -> dict[str, Matrix]:
    return dict(zip(texts, embedder.embed(texts), strict=True))


# --- measures ----------------------------------------------------------------------------------


def f1_at(values: Values, same: Flags, threshold: float) -> float:
    """F1 of "the same from ``threshold`` on"."""
    above = values >= threshold
    return float(2 * (above & same).sum() / max(1, above.sum() + same.sum()))


def best_threshold(values: Values, same: Flags) -> float:
    """The one with the highest F1, half way between two pairs."""
    cuts = np.unique(values)
    between = np.concatenate([cuts[:1], (cuts[1:] + cuts[:-1]) / 2])
    return float(max(between, key=lambda t: f1_at(values, same, t)))


def held_out(values: Values, same: Flags) -> float:
    """Mean F1 over folds whose threshold comes from the others."""
    fold = np.random.default_rng(0).permutation(len(same)) % FOLDS
    scores = []
    for k in range(FOLDS):
        threshold = best_threshold(values[fold != k], same[fold != k])
        scores.append(f1_at(values[fold == k], same[fold == k], threshold))
    return float(np.mean(scores))


def curve(values: Values, same: Flags) -> tuple[Values, Values]:
    """Precision and recall at every threshold; pairs of equal similarity go together."""
    cuts = -np.unique(-values)
    above = np.array([(values >= c).sum() for c in cuts])
    right = np.array([(values >= c)[same].sum() for c in cuts])
    return right / above, right / same.sum()


def row(values: Values, same: Flags, without: Values) -> str:
    """One line of the table."""
    precision, recall = curve(values, same)
    threshold = best_threshold(values, same)
    at_recall = precision[recall >= 0.8].max()
    at_precision = recall[precision >= 0.97].max(initial=0.0)
    plain = f1_at(without, same, best_threshold(without, same))
    return (
        f"{f1_at(values, same, threshold):6.3f} {threshold:9.3f} {held_out(values, same):8.3f} {at_recall:9.3f} "
        f"{at_precision:9.3f} {plain:15.3f}"
    )


def milliseconds(embedder: Embedder, texts: Sequence[str]) -> float:
    """Wall time a text."""
    embedder.embed(texts[:2])  # imports
    began = time.perf_counter()
    embedder.embed(texts)
    return (time.perf_counter() - began) * 1000 / len(texts)


def without_aliases(pairs: Pairs, embedder: Embedder) -> dict[str, Values]:
    """Similarities of texts as they are written."""
    with contextlib.ExitStack() as undo:
        for module in ("builder.embeddings.lexical", "builder.embeddings.minilm", __name__):
            undo.enter_context(patch(f"{module}.spelled_out", str))
        return similarities(pairs, embedder)


def main() -> None:
    """Measure all embedders that are installed and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pairs", type=Path, default=ROOT / "builder" / "merging" / "data" / "topic_pairs.jsonl")
    parser.add_argument("--threads", type=int, help="of minilm (default: one for each processor)")
    options = parser.parse_args()
    pairs = Pairs.load(options.pairs)
    texts = pairs.texts()
    print(f"{len(pairs.same)} pairs, {pairs.same.sum()} of them the same; time over {len(texts):,} texts")
    print("embedder    similarity      F1 threshold held out P at R 80 R at P 97 without aliases ms a text")
    best: dict[str, float] = {}
    makers: list[Callable[[], Embedder]] = [
        CharacterTfidf,
        LexicalEmbedder,
        lambda: MiniLMEmbedder(threads=options.threads),
    ]
    for make in makers:
        try:
            embedder = make()
        except ConfigError as error:
            print(error)
            continue
        spent = milliseconds(embedder, texts)
        plain = without_aliases(pairs, embedder)
        for kind, values in similarities(pairs, embedder).items():
            print(f"{embedder.name:11.11} {kind:10} {row(values, pairs.same, plain[kind])} {spent:9.3f}", flush=True)
            best[embedder.name] = max(best.get(embedder.name, 0.0), held_out(values, pairs.same))
    sys.exit(1 if best.get(MiniLMEmbedder.name, 1.0) < best[CharacterTfidf.name] else 0)


if __name__ == "__main__":
    main()
