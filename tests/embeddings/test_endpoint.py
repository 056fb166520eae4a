"""Vectors over real HTTP: whatever the endpoint does, none is lost and none is paid for twice."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from builder.embeddings import endpoint
from builder.embeddings.endpoint import EndpointEmbedder
from builder.embeddings.lexical import LexicalEmbedder
from builder.errors import BudgetReached, ModelError, RequestFailed, RequestRefused, StoreError
from builder.llm.embedding_client import EmbeddingClient
from builder.llm.ledger import Ledger
from builder.llm.prices import Price, Prices
from builder.llm.procedural.chat import ProceduralChat
from builder.llm.server import start
from builder.store import CompletionStore, StoreReader
from tests.embeddings.embedding_server import (
    Act,
    EmbeddingServer,
    changed,
    good,
    raw,
    reset,
    reset_in_body,
    serving,
    status,
    unit_vectors,
)

KEY = "sk-very-secret-0123456789"
TEXTS = [f"key point {i} of {100 - i}" for i in range(20)]
FREE = Prices({"m": Price(0, 0, 0)})


class Run:
    """A run folder's store, with the ledger of the latest call."""

    def __init__(self, path: Path, url: str, **limits: object) -> None:
        self.path, self.url, self.limits = path, url, {"prices": FREE, **limits}
        self.ledger = Ledger()

    @contextlib.contextmanager
    def durable(self) -> Iterator[tuple[CompletionStore, Ledger]]:
        with CompletionStore(self.path) as store:
            self.ledger = Ledger(before=store.usage(), **self.limits)
            yield store, self.ledger

    def embed(self, texts: list[str], *, dimensions: int = 0, **options: object) -> np.ndarray:
        settings = {"concurrency": 4, "timeout": 5.0, "max_retries": 3, "backoff": 0.01, "patience": 5.0, **options}
        embedder = EndpointEmbedder(
            "m", lambda ledger: EmbeddingClient(self.url, KEY, ledger, **settings), self.durable, dimensions=dimensions
        )
        return embedder.embed(texts)

    def stored(self) -> int:
        with StoreReader(self.path) as store:
            return store.count()


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "BATCH_TEXTS", 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "main.sqlite"


def right(vectors: np.ndarray, texts: list[str]) -> bool:
    return np.allclose(vectors, unit_vectors(texts), atol=1e-3)


def test_texts_are_asked_once_in_batches_and_come_back_in_their_order(path: Path) -> None:
    with serving() as server:
        run = Run(path, server.url)
        vectors = run.embed([*TEXTS, *TEXTS[::-1], ""])
        assert right(vectors[:20], TEXTS)
        assert (vectors[20:40] == vectors[:20][::-1]).all()
        assert not vectors[40].any()
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors[:40], axis=1) == pytest.approx(1, abs=1e-6)
        assert [len(texts) for texts in server.seen] == [4] * 5
        assert set(server.asked.values()) == {1}


def test_what_is_stored_is_never_asked_for_again_and_is_the_same(path: Path) -> None:
    with serving() as server:
        run = Run(path, server.url)
        first = run.embed(TEXTS)
        asked = len(server.seen)
        assert (run.embed(TEXTS[::-1])[::-1] == first).all()
        assert len(server.seen) == asked
        assert run.ledger.total().reused == 20
        run.embed([*TEXTS, "a new one"])
        assert server.seen[asked:] == [["a new one"]]


def test_what_was_taken_is_counted_and_survives_the_session(path: Path) -> None:
    with serving(status(500)) as server:
        run = Run(path, server.url, prices=Prices({"m": Price(2.0, 2.0, 0.0)}))
        run.embed(TEXTS)
        total = run.ledger.total()
        assert (total.requests, total.retries, total.replies, total.prompt_tokens) == (6, 1, 20, 60)
        with StoreReader(path) as store:
            (usage,) = store.usage()
        assert (usage.role, usage.model, usage.requests, usage.replies) == ("embed", "m", 6, 20)
        assert (usage.prompt_tokens, usage.completion_tokens, usage.estimated) == (60, 0, False)
        assert run.ledger.cost == pytest.approx(60 * 2.0 / 1e6)


def test_tokens_that_the_endpoint_does_not_count_are_estimated(path: Path) -> None:
    with serving(every=changed(lambda data: data)) as server:
        Run(path, server.url).embed(["x" * 40, "y" * 41])
        with StoreReader(path) as store:
            (usage,) = store.usage()
        assert (usage.prompt_tokens, usage.estimated) == (10 + 11, True)


def _with(embedding: object) -> Act:
    return changed(lambda data: [{**data[0], "embedding": embedding}, *data[1:]])


PASSING = {
    "too few vectors": changed(lambda data: data[:-1]),
    "too many vectors": changed(lambda data: [*data, data[0]]),
    "no vectors": changed(lambda data: []),
    "no data": raw(b'{"object": "list"}'),
    "data of another kind": raw(b'{"data": {"embedding": [1.0]}}'),
    "one index twice": changed(lambda data: [{**d, "index": 0} for d in data]),
    "an index that is no number": changed(lambda data: [{**d, "index": "one"} for d in data]),
    "indices from one": changed(lambda data: [{**d, "index": d["index"] + 1} for d in data]),
    "NaN": _with([math.nan] * 8),
    "infinity": _with([math.inf] * 8),
    "null": _with(None),
    "a null inside": _with([0.5, None, *[0.1] * 6]),
    "text inside": _with(["0.5"] * 8),
    "another length": _with([1.0]),
    "nothing inside": changed(lambda data: [{**d, "embedding": []} for d in data]),
    "nested": _with([[1.0] * 8]),
    "429": status(429, Retry_After="0"),
    "500": status(500),
    "503": status(503),
    "reset": reset,
    "reset in the body": reset_in_body,
    "no JSON": raw(b"<html>gateway</html>"),
    "an error with status 200": raw(b'{"error": {"message": "overloaded"}}'),
}


@pytest.mark.parametrize("position", [0, 2])
@pytest.mark.parametrize("act", PASSING.values(), ids=PASSING)
def test_a_failure_that_passes_costs_no_vector_and_pays_none_twice(path: Path, act: Act, position: int) -> None:
    with serving(*[good] * position, act) as server:
        run = Run(path, server.url)
        assert right(run.embed(TEXTS), TEXTS)
        assert server.paid == dict.fromkeys(TEXTS, 1)
        assert run.stored() == 20


def test_vectors_in_any_order_go_to_their_texts(path: Path) -> None:
    with serving(every=changed(lambda data: data[::-1])) as server:
        assert right(Run(path, server.url).embed(TEXTS), TEXTS)


def test_without_an_index_the_order_is_that_of_the_texts(path: Path) -> None:
    with serving(every=changed(lambda data: [{"embedding": d["embedding"]} for d in data])) as server:
        assert right(Run(path, server.url).embed(TEXTS), TEXTS)


def at_most(count: int, refusal: Act) -> Act:
    async def act(server: EmbeddingServer, http: object, body: dict) -> object:
        return await (good if len(body["input"]) <= count else refusal)(server, http, body)

    return act


@pytest.mark.parametrize("refusal", [status(413), status(422), status(400), changed(lambda data: data[:1])])
def test_an_endpoint_that_takes_fewer_texts_gets_fewer(path: Path, refusal: Act) -> None:
    with serving(every=at_most(1, refusal)) as server:
        assert right(Run(path, server.url).embed(TEXTS), TEXTS)
        assert server.paid == dict.fromkeys(TEXTS, 1)


def poisoned(text: str) -> Act:
    async def act(server: EmbeddingServer, http: object, body: dict) -> object:
        return await (status(400, "too long") if text in body["input"] else good)(server, http, body)

    return act


def test_a_text_that_is_refused_is_named_and_the_others_of_its_batch_are_kept(path: Path) -> None:
    with serving(every=poisoned(TEXTS[5])) as server:
        run = Run(path, server.url)
        with pytest.raises(RequestRefused, match=rf"{TEXTS[5]}.*too long"):
            run.embed(TEXTS)
        stored = run.stored()
        assert stored >= 7  # the first batch, and the rest of the one with the refused text
        assert server.paid.total() == stored
        with StoreReader(path) as store:
            (error,) = store.rows(errors=True)
        assert "too long" in str(error.error)
        server.every = good
        assert right(run.embed(TEXTS), TEXTS)
        assert server.paid == dict.fromkeys(TEXTS, 1)


def test_what_came_before_the_endpoint_failed_for_good_is_kept(path: Path) -> None:
    with serving(good, good, every=status(500)) as server:
        run = Run(path, server.url)
        with pytest.raises(ModelError, match=r"nothing has been answered|given up"):
            run.embed(TEXTS, patience=0.3)
        assert run.stored() == 8
        server.every = good
        assert right(run.embed(TEXTS), TEXTS)
        assert server.paid == dict.fromkeys(TEXTS, 1)


def test_texts_that_never_get_numbers_are_given_up_after_the_retries(path: Path) -> None:
    with serving(good, every=_with([math.nan] * 8)) as server:
        run = Run(path, server.url)
        with pytest.raises(
            RequestFailed, match=r"no vector for 'key point.* and 3 others: given up after 3 tries.*no number"
        ):
            run.embed(TEXTS[:8], max_retries=2)
        assert run.ledger.total().failed == 4
        assert run.stored() == 4


def test_the_key_is_refused_at_once_and_in_no_message(path: Path) -> None:
    with serving(every=status(401, f"bad key {KEY}")) as server:
        with pytest.raises(ModelError, match="API key was refused") as caught:
            Run(path, server.url).embed(TEXTS)
        assert KEY not in str(caught.value)
        assert len(server.seen) == 1


def test_a_server_that_is_not_there_shows_at_once(path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot connect to http://127\.0\.0\.1:9/v1"):
        Run(path, "http://127.0.0.1:9/v1").embed(TEXTS, patience=900.0)


def test_a_model_that_changes_under_its_name_is_found_out(path: Path) -> None:
    with serving() as server:
        run = Run(path, server.url)
        run.embed(TEXTS[:4])
        server.every = changed(lambda data: [{**d, "embedding": [1.0, 2.0]} for d in data])
        with pytest.raises(ModelError, match=r"vectors of 2 and of 8 numbers.*another model"):
            run.embed(TEXTS[:6])


def test_dimensions_are_asked_for_and_are_vectors_of_their_own(path: Path) -> None:
    def cut(size: int) -> Act:
        return changed(lambda data: [{**d, "embedding": d["embedding"][:size]} for d in data])

    with serving() as server:
        run = Run(path, server.url)
        run.embed(TEXTS[:2])
        assert "dimensions" not in server.bodies[0]
        server.every = cut(3)
        assert run.embed(TEXTS[:2], dimensions=3).shape == (2, 3)
        assert server.bodies[1]["dimensions"] == 3
        assert run.embed(TEXTS[:2]).shape == (2, 8)
        assert len(server.bodies) == 2


def test_a_limit_of_requests_stops_and_the_same_call_goes_on(path: Path) -> None:
    with serving() as server:
        with pytest.raises(BudgetReached):
            Run(path, server.url, max_requests=3).embed(TEXTS)
        run = Run(path, server.url)
        assert run.stored() == 12
        assert right(run.embed(TEXTS), TEXTS)
        assert server.paid == dict.fromkeys(TEXTS, 1)


def test_a_limit_of_money_is_kept(path: Path) -> None:
    dear = Prices({"m": Price(1000.0, 1000.0, 0.0)})  # a tenth of a cent a token
    with serving() as server:
        run = Run(path, server.url, prices=dear, max_cost=0.09)
        with pytest.raises(BudgetReached):
            run.embed(TEXTS)
        assert 0 < run.stored() < 20
        assert run.ledger.cost <= 0.09


def test_a_store_that_cannot_keep_a_vector_gives_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(CompletionStore, "put_each", full)
    with serving() as server, pytest.raises(StoreError, match="disk full"):
        Run(path, server.url).embed(TEXTS)


def test_no_texts_need_no_endpoint(path: Path) -> None:
    run = Run(path, "http://127.0.0.1:9/v1")
    assert run.embed([]).shape[0] == 0
    assert not run.embed(["", "  "]).any()


def test_odd_texts_go_through(path: Path) -> None:
    texts = ["\ud800 lone", "∑ Δx 方程", "\0", '"quoted" \\frac{1}{2}', "x" * 40_000]
    with serving() as server:
        assert right(Run(path, server.url).embed(texts), texts)


def test_long_texts_make_smaller_batches(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "BATCH_CHARACTERS", 100)
    with serving() as server:
        Run(path, server.url).embed([letter * 45 for letter in "abcde"] + ["f" * 500])
        assert sorted(len(texts) for texts in server.seen) == [1, 1, 2, 2]


def test_an_acronym_is_asked_for_in_words(path: Path) -> None:
    with serving() as server:
        run = Run(path, server.url)
        short, words = run.embed(["GCF", "greatest common divisor"])
        assert server.seen == [["greatest common divisor"]]
        assert (short == words).all()


def test_our_own_server_gives_the_lexical_vectors(path: Path) -> None:
    texts = ["sum of roots", "sum of the roots", "area of a circle"]

    async def serve() -> np.ndarray:
        runner, port = await start(ProceduralChat("procedural-1"), ["m"], "127.0.0.1", 0)
        try:
            return await asyncio.to_thread(Run(path, f"http://127.0.0.1:{port}/v1").embed, texts)
        finally:
            await runner.cleanup()

    vectors = asyncio.run(serve())
    assert np.abs(vectors - LexicalEmbedder(512).embed(texts)).max() < 1e-3
