"""The model in NumPy gives the vectors that its authors' code gives."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from builder.embeddings import minilm
from builder.embeddings.minilm import PACKAGE, MiniLMEmbedder
from builder.errors import ConfigError

installed = pytest.mark.skipif(
    importlib.util.find_spec(PACKAGE) is None, reason="the optional package with the model is not installed"
)

# First six numbers, by transformers 5.23 and torch 2.13 on the same weights, one text at a time, float32.
GOLDEN = {
    "Algebra - Linear Equations": [-0.01852, 0.09265, -0.03013, 0.07288, -0.02766, 0.02377],
    "Pythagorean theorem in a right triangle": [-0.03723, 0.13466, -0.08184, 0.03587, -0.02867, 0.05808],
    "Sum of the roots of $x^2 - 5x + 6$": [-0.03100, -0.02092, 0.04366, 0.05161, -0.03601, 0.03442],
}
SIMILARITIES = [[1.0, 0.29089, 0.22481], [0.29089, 1.0, 0.15273], [0.22481, 0.15273, 1.0]]


@pytest.fixture(scope="module")
def embedder() -> MiniLMEmbedder:
    return MiniLMEmbedder()


@installed
def test_vectors_are_those_of_the_reference(embedder: MiniLMEmbedder) -> None:
    vectors = embedder.embed([*GOLDEN])
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.abs(vectors[:, :6] - [*GOLDEN.values()]).max() < 1e-4
    assert np.abs(vectors @ vectors.T - SIMILARITIES).max() < 2e-4


@installed
def test_neither_order_nor_company_nor_threads_change_a_vector(embedder: MiniLMEmbedder) -> None:
    texts = [f"{a} of {b}" for a in ("Sum", "Product", "Least common multiple") for b in ("roots", "two integers")]
    vectors = embedder.embed(texts)
    assert (embedder.embed(texts[::-1])[::-1] == vectors).all()
    assert (MiniLMEmbedder(threads=3).embed(texts * 2) == np.tile(vectors, (2, 1))).all()
    alone = np.concatenate([embedder.embed([t]) for t in texts])
    assert np.abs(alone - vectors).max() < 1e-4


@installed
def test_rows_have_length_one_and_a_text_with_nothing_in_it_has_zero(embedder: MiniLMEmbedder) -> None:
    odd = ["", " \n", "x", "\ud800 lone", "∑ Δx naïve 方程", "word " * 2000, "\0"]
    lengths = np.linalg.norm(embedder.embed(odd), axis=1)
    assert lengths[:2].tolist() == [0, 0]
    assert lengths[2:] == pytest.approx(1, abs=1e-6)
    assert embedder.embed([]).shape == (0, 384)


@installed
def test_a_text_beyond_the_limit_is_cut_there(embedder: MiniLMEmbedder) -> None:
    long, longer = embedder.embed(["number " * 400, "number " * 400 + "theory"])
    assert (long == longer).all()


@installed
def test_an_acronym_has_the_vector_of_its_words(embedder: MiniLMEmbedder) -> None:
    short, words, other = embedder.embed(["HCF", "Greatest common factor", "Linear regression"])
    assert (short == words).all()
    assert short @ other < 0.5


@installed
@pytest.mark.parametrize("name", sorted(minilm.SHA256))
def test_a_damaged_or_missing_file_is_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    source = Path(next(iter(importlib.util.find_spec(PACKAGE).submodule_search_locations))) / "model"
    for file in minilm.SHA256:
        shutil.copyfile(source / file, tmp_path / file)
    with (tmp_path / name).open("r+b") as stream:
        stream.seek(1000)
        stream.write(b"\xff")
    with pytest.raises(ConfigError, match=rf"{name} is damaged.*pip install"):
        MiniLMEmbedder(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ConfigError, match=rf"{name} cannot be read.*pip install"):
        MiniLMEmbedder(tmp_path)


@pytest.mark.parametrize("module", ["safetensors", "tokenizers"])
def test_a_library_that_is_not_there_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, f"{module}.numpy", None)
    with pytest.raises(ConfigError, match=rf"{module}.*pip install --no-deps"):
        MiniLMEmbedder()


def test_a_model_that_is_not_there_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tokenizers")
    pytest.importorskip("safetensors")
    monkeypatch.setattr(minilm, "PACKAGE", "no_such_package_of_a_model")
    with pytest.raises(ConfigError, match=r"needs its model.*pip install"):
        MiniLMEmbedder()


@installed
def test_no_code_of_the_package_runs() -> None:
    code = (
        "import sys; from builder.embeddings.minilm import *; MiniLMEmbedder().embed(['x']);"
        "sys.exit(PACKAGE in sys.modules or 'torch' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
