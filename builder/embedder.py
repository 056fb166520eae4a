"""Which embedder a configuration asks for, ready to be used."""

from __future__ import annotations

import os

from .config import PROCEDURAL, Config, Model
from .embeddings.base import Embedder
from .embeddings.endpoint import Durable, EndpointEmbedder
from .embeddings.lexical import LexicalEmbedder
from .embeddings.minilm import MiniLMEmbedder
from .errors import ConfigError
from .llm.chat import EMBED
from .llm.embedding_client import EmbeddingClient
from .llm.ledger import Ledger
from .run import OPENAI, api_key

_WRITE = '[models.embed] with backend = "openai", name = "MODEL" and base_url = "http://HOST/v1"'


def open_embedder(config: Config, durable: Durable) -> Embedder:
    """The embedder of ``topics.embedder``.

    Args:
        durable: opens the completion store and the ledger of the run, for an endpoint.

    Raises:
        ConfigError: the local model is not installed, or the recipe does not say which endpoint.
    """
    kind = config.topics.embedder
    if kind == "lexical":
        return LexicalEmbedder()
    if kind == "minilm":
        return MiniLMEmbedder()
    # Never the common one: a chat model has no vectors.
    model = dict(config.models).get(EMBED)
    if model is None or not model.name:
        raise ConfigError(f"topics.embedder = 'endpoint' needs an embedding model: write {_WRITE} into the recipe")
    if model.backend == PROCEDURAL:
        raise ConfigError(
            "models.embed: the procedural model has no vectors of its own; set topics.embedder = 'lexical', or write "
            f"{_WRITE} into the recipe"
        )
    return EndpointEmbedder(model.name, lambda ledger: _client(model, ledger), durable, dimensions=model.dimensions)


def _client(model: Model, ledger: Ledger) -> EmbeddingClient:
    return EmbeddingClient(
        model.base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI,
        api_key(model),
        ledger,
        concurrency=model.concurrency,
        requests_per_minute=model.requests_per_minute,
        tokens_per_minute=model.tokens_per_minute,
        timeout=model.timeout,
        max_retries=model.max_retries,
        patience=model.patience,
    )
