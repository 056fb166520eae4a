"""Which embedder a recipe gets, and what it says where it names none that can be used."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from builder.config import from_plain
from builder.embedder import open_embedder
from builder.embeddings.endpoint import EndpointEmbedder
from builder.embeddings.lexical import LexicalEmbedder
from builder.errors import ConfigError
from builder.llm.ledger import Ledger
from builder.store import CompletionStore
from tests.embeddings.embedding_server import serving, unit_vectors


@contextlib.contextmanager
def nothing() -> Iterator[tuple[CompletionStore, Ledger]]:
    raise AssertionError("the store is not needed")
    yield


def recipe(embedder: str, **tables: object) -> dict:
    return {"topics": {"embedder": embedder}, "model": {"name": "chat", "base_url": "http://127.0.0.1:9/v1"}, **tables}


def test_the_lexical_one_needs_nothing() -> None:
    assert isinstance(open_embedder(from_plain(recipe("lexical")), nothing), LexicalEmbedder)


def test_an_endpoint_has_its_own_model_and_asks_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextlib.contextmanager
    def durable() -> Iterator[tuple[CompletionStore, Ledger]]:
        with CompletionStore(tmp_path / "main.sqlite") as store:
            yield store, Ledger()

    monkeypatch.setenv("EMBED_KEY", "sk-embed")
    with serving() as server:
        table = {"name": "embedding-model", "base_url": server.url, "api_key_env": "EMBED_KEY"}
        embedder = open_embedder(from_plain(recipe("endpoint", models={"embed": table})), durable)
        assert isinstance(embedder, EndpointEmbedder)
        assert embedder.name == "embedding-model"
        assert np.allclose(embedder.embed(["a", "b"]), unit_vectors(["a", "b"]), atol=1e-3)
        assert server.bodies[0]["model"] == "embedding-model"
        assert server.keys == {"Bearer sk-embed"}


@pytest.mark.parametrize(
    ("models", "says"),
    [
        ({}, r"needs an embedding model.*\[models\.embed\]"),
        ({"label": {"name": "other"}}, r"needs an embedding model.*\[models\.embed\]"),
        ({"embed": {"name": ""}}, r"needs an embedding model.*\[models\.embed\]"),
        ({"embed": {"name": "procedural-1", "backend": "procedural"}}, r"topics\.embedder = 'lexical'"),
    ],
)
def test_without_a_model_of_its_own_the_recipe_is_told_what_to_write(models: dict, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        open_embedder(from_plain(recipe("endpoint", models=models)), nothing)
