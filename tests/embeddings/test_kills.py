"""Embedding that is killed again and again loses nothing that was stored and asks for none of it again."""

from __future__ import annotations

import base64
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from builder.store import StoreReader
from tests.embeddings.embed_child import IN_FLIGHT
from tests.embeddings.embedding_server import EmbeddingServer, serving, unit_vectors

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [f"text {i}" for i in range(600)]
KILLS = 12
BATCH = 5


def child(server: EmbeddingServer, folder: Path) -> list[str]:
    module = [sys.executable, "-m", "tests.embeddings.embed_child"]
    return [*module, server.url, str(folder / "main.sqlite"), str(len(TEXTS)), str(folder / "vectors")]


def stored(folder: Path) -> dict[str, str]:
    """Key and vector of every row."""
    path = folder / "main.sqlite"
    if not path.exists():
        return {}
    with StoreReader(path) as store:
        return {row.key: row.reply.text for row in store.rows(errors=False) if row.reply is not None}


def texts_of(rows: dict[str, str]) -> set[str]:
    """The texts whose vectors these are, told from the vectors themselves."""
    by_vector = {
        np.round(v, 2).tobytes(): t for t, v in zip(TEXTS, unit_vectors(TEXTS).astype(np.float16), strict=True)
    }
    return {by_vector[np.round(np.frombuffer(base64.b64decode(v), np.float16), 2).tobytes()] for v in rows.values()}


def test_kills_lose_nothing_stored_and_ask_none_of_it_again(tmp_path: Path) -> None:
    chance = random.Random(3)
    points = sorted(chance.uniform(0, 0.95) * len(TEXTS) for _ in range(KILLS))
    with serving(pause=0.01) as server:
        before: dict[str, str] = {}
        kills = 0
        for point in [*points, None]:
            server.seen.clear()
            with subprocess.Popen(child(server, tmp_path), cwd=ROOT) as process:
                while (point is None or len(server.paid) < point) and process.poll() is None:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(0.002)
                if point is not None:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(chance.uniform(0, 0.02))
                    kills += process.poll() is None
                    process.send_signal(signal.SIGKILL)
            now = stored(tmp_path)
            assert before.items() <= now.items(), "a vector that was stored is gone or another one"
            assert not server.asked.keys() & texts_of(before), "a stored text was asked for"
            before = now
        assert process.returncode == 0
        assert kills == KILLS
        assert texts_of(before) == set(TEXTS)
        # What went out twice was under way when a kill came.
        assert server.paid.total() - len(TEXTS) <= KILLS * IN_FLIGHT * BATCH
    vectors = np.frombuffer((tmp_path / "vectors").read_bytes(), np.float32).reshape(len(TEXTS), -1)
    assert np.allclose(vectors, unit_vectors(TEXTS), atol=1e-3)


def test_an_interrupt_waits_for_what_is_under_way_and_keeps_it(tmp_path: Path) -> None:
    with serving(pause=0.3) as server:
        with subprocess.Popen(child(server, tmp_path), cwd=ROOT, stderr=subprocess.PIPE) as process:
            while len(server.seen) < 3 and process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.01)
            process.send_signal(signal.SIGINT)
            process.communicate()
        assert process.returncode != 0
        asked = set(server.asked)
        assert asked
        assert asked < set(TEXTS)
        assert texts_of(stored(tmp_path)) == asked
