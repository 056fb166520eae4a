"""What the cases of the knowledge benchmark are measured with: a clock, an embedder that says what it took."""

from __future__ import annotations

import dataclasses
import json
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from builder.config import Topics
from builder.embeddings.base import Embedder, Matrix
from builder.embeddings.lexical import LexicalEmbedder
from builder.embeddings.minilm import MiniLMEmbedder
from builder.records import LabelledPractice
from builder.stages.topics import Merging, TopicVocabulary, merge_vocabulary

EXACT = "exact names"
SCIKIT, FULL, GRAPH = "scikit-learn", "ours, full matrix", "ours, neighbours"
Stream = Callable[[], Iterable[LabelledPractice]]
Result = dict[str, Any]
EMBEDDERS: dict[str, Callable[[], Embedder]] = {"lexical": LexicalEmbedder, "minilm": MiniLMEmbedder}


def peak_mib() -> float:
    """Highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts kB


class Clock:
    """Steps with what they took."""

    def __init__(self) -> None:
        self.steps: list[dict[str, float | str]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what is done inside."""
        seconds, cpu = time.perf_counter(), time.process_time()
        yield
        self.note(name, time.perf_counter() - seconds, time.process_time() - cpu)

    def note(self, name: str, seconds: float, cpu: float) -> None:
        """Add a step that was measured otherwise."""
        self.steps.append({"step": name, "seconds": seconds, "cpu": cpu, "peak_mib": peak_mib()})


class Measured:
    """An embedder that says how long its work took; vectors are kept in ``folder``, if one is given.

    They are kept text by text, so it is for an embedder whose vectors do not depend on the other texts.
    """

    def __init__(self, embedder: Embedder, folder: Path | None = None) -> None:
        self.embedder, self.name = embedder, embedder.name
        self.seconds = self.cpu = self.peak = 0.0
        self.known: dict[str, Matrix] = {}
        self.folder = folder
        if folder and (folder / "texts.json").is_file():
            texts = json.loads((folder / "texts.json").read_text())
            self.known = dict(zip(texts, np.load(folder / "vectors.npy"), strict=True))
        self.kept = len(self.known)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See Embedder."""
        seconds, cpu = time.perf_counter(), time.process_time()
        new = [t for t in dict.fromkeys(texts) if t not in self.known] if self.folder else list(texts)
        vectors = self.embedder.embed(new) if new or not self.folder else None
        self.seconds += time.perf_counter() - seconds
        self.cpu += time.process_time() - cpu
        self.peak = max(self.peak, peak_mib())
        if not self.folder:
            return vectors
        self.known.update(zip(new, vectors if vectors is not None else [], strict=True))
        return np.array([self.known[t] for t in texts])

    def keep(self) -> None:
        """Write the vectors for the next process."""
        if self.folder and len(self.known) > self.kept:
            np.save(self.folder / "vectors.npy", np.array(list(self.known.values())))
            (self.folder / "texts.json").write_text(json.dumps(list(self.known)))


def opened(name: str, kept: str) -> Measured:
    """The embedder ``name``, after what it loads at first use; MiniLM's vectors are kept in the folder ``kept``."""
    embedder = EMBEDDERS[name]()
    embedder.embed(["a text"])
    return Measured(embedder, Path(kept) if name == "minilm" else None)


def settings(embedder: str, **more: Any) -> Topics:
    """The defaults of a run with another embedder."""
    return dataclasses.replace(Topics(), embedder=embedder, **more)


def merged(clock: Clock, vocabulary: TopicVocabulary, embedder: Measured, chosen: Topics) -> Merging:
    """Merge, with the vectors as a step of their own."""
    seconds, cpu = time.perf_counter(), time.process_time()
    merging = merge_vocabulary(vocabulary, embedder, chosen)
    seconds, cpu = time.perf_counter() - seconds, time.process_time() - cpu
    clock.note("vectors", embedder.seconds, embedder.cpu)
    clock.steps[-1]["peak_mib"] = embedder.peak
    clock.note("merging", seconds - embedder.seconds, cpu - embedder.cpu)
    return merging


def gathered(clock: Clock, practices: Stream) -> TopicVocabulary:
    """The vocabulary of the practices."""
    vocabulary = TopicVocabulary()
    with clock.step("vocabulary"):
        for p in practices():
            vocabulary.add(p)
    return vocabulary


def labels(merging: Merging) -> np.ndarray:
    """The cluster of each raw name, in the order of the names."""
    number = {t.name: i for i, t in enumerate(merging.topics)}
    return np.array([number[merging.mapping[name]] for name in sorted(merging.mapping)])
