"""Vectors of short texts: length one, alike where the words are, and errors that name the endpoint."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.embeddings import EndpointEmbedder, LexicalEmbedder
from builder.errors import ModelError


def similarity(*texts: str) -> np.ndarray:
    vectors = LexicalEmbedder().embed(texts)
    return vectors @ vectors.T


@given(st.lists(st.text(max_size=60), max_size=8))
def test_rows_have_length_one_or_zero_and_no_text_is_too_odd(texts: list[str]) -> None:
    vectors = LexicalEmbedder(256).embed(texts)
    assert vectors.shape == (len(texts), 256)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert all(n == pytest.approx(1, abs=1e-5) or n == 0 for n in lengths)


@given(st.lists(st.sampled_from(["sum of roots", "lcm", "angle", "5 + 7", ""]), min_size=1, max_size=9))
def test_equal_texts_have_equal_vectors(texts: list[str]) -> None:
    vectors = LexicalEmbedder().embed(texts)
    for i, a in enumerate(texts):
        for j, b in enumerate(texts):
            if a == b:
                assert (vectors[i] == vectors[j]).all()


@pytest.mark.parametrize(
    ("text", "nearer", "further"),
    [
        ("Solving linear equations", "Linear equation solving steps", "Area of a circle"),
        ("GCD of two numbers", "Greatest common divisor", "Geometric series"),
        ("LCM", "Least common multiple", "Linear regression"),
        ("Percentages", "Percentage", "Permutations"),
        ("Factoring quadratics", "Factoring a quadratic", "Factorials"),
        ("Vieta's formulas", "Vieta formula for cubics", "Distance formula"),
    ],
)
def test_texts_of_the_same_words_are_nearer(text: str, nearer: str, further: str) -> None:
    near, far = similarity(text, nearer, further)[0, 1:]
    assert near > far + 0.1


def test_case_and_plural_do_not_matter() -> None:
    assert similarity("Linear Equations", "linear equation")[0, 1] == pytest.approx(1, abs=1e-5)


# --- an endpoint, over HTTP --------------------------------------------------------------------


class _Endpoint(BaseHTTPRequestHandler):
    """Gives each text the vector (length of the text, 1), last text first."""

    behaviour = "good"
    batches: list[int]

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).batches.append(len(asked["input"]))
        data = [
            {"object": "embedding", "index": i, "embedding": [float(len(t)), 1.0]} for i, t in enumerate(asked["input"])
        ]
        if self.behaviour == "short":
            data = data[:-1]
        elif self.behaviour == "ragged":
            data[0]["embedding"] = [1.0]
        body = json.dumps({"object": "list", "model": "m", "data": data[::-1]}).encode()
        self.send_response(401 if self.behaviour == "unauthorised" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


@pytest.fixture
def endpoint() -> Iterator[tuple[str, type[_Endpoint]]]:
    handler = type("Handler", (_Endpoint,), {"batches": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_endpoint_is_asked_in_batches_and_its_order_is_restored(
    endpoint: tuple[str, type[_Endpoint]],
) -> None:
    url, handler = endpoint
    vectors = EndpointEmbedder(url, "key", "m", batch_size=2).embed(["a", "bbb", "cc"])
    assert handler.batches == [2, 1]
    expected = np.array([[1, 1], [3, 1], [2, 1]]) / np.sqrt([[2], [10], [5]])
    assert np.allclose(vectors, expected)
    assert vectors.dtype == np.float32


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        ("short", "gave 1 vectors for 2 texts"),
        ("ragged", "different lengths"),
        ("unauthorised", "AuthenticationError"),
    ],
)
def test_an_endpoint_that_fails_is_named(endpoint: tuple[str, type[_Endpoint]], behaviour: str, says: str) -> None:
    url, handler = endpoint
    handler.behaviour = behaviour
    with pytest.raises(ModelError) as caught:
        EndpointEmbedder(url, "key", "m").embed(["a", "b"])
    assert says in str(caught.value)
    assert url in str(caught.value)
    assert "key" not in str(caught.value)


def test_an_endpoint_that_is_not_there_says_which_setting_to_check() -> None:
    with pytest.raises(ModelError, match=r"APIConnectionError.*topics\.embedding_base_url"):
        EndpointEmbedder("http://127.0.0.1:9/v1", "key", "m").embed(["a"])


def test_no_texts_need_no_endpoint() -> None:
    assert EndpointEmbedder("http://127.0.0.1:9/v1", "key", "m").embed([]).shape[0] == 0
    assert LexicalEmbedder().embed([]).shape == (0, 2048)


def test_a_pie_that_is_eaten_is_no_inclusion_exclusion_principle() -> None:
    pie, principle, sharing = LexicalEmbedder().embed(
        ["Sharing a pie", "Inclusion exclusion principle", "Sharing a whole"]
    )
    assert pie @ principle < pie @ sharing
