"""Embeds numbered texts through an endpoint, as a process that a test kills: URL STORE TEXTS OUT."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from builder.embeddings import endpoint
from builder.embeddings.endpoint import EndpointEmbedder
from builder.llm.embedding_client import EmbeddingClient
from builder.llm.ledger import Ledger
from builder.store import CompletionStore

endpoint.BATCH_TEXTS = 5
IN_FLIGHT = 4


def main(url: str, path: str, count: str, out: str) -> None:
    @contextlib.contextmanager
    def durable() -> Iterator[tuple[CompletionStore, Ledger]]:
        with CompletionStore(path) as store:
            yield store, Ledger()

    embedder = EndpointEmbedder("m", lambda ledger: EmbeddingClient(url, "k", ledger, concurrency=IN_FLIGHT), durable)
    vectors = embedder.embed([f"text {i}" for i in range(int(count))])
    Path(out).write_bytes(np.ascontiguousarray(vectors).tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
