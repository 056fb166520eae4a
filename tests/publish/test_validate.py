"""What may not leave this machine."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from builder.errors import PublishError
from builder.publish.provenance import read_provenance
from builder.publish.validate import validate
from tests.publish.sample import PRACTICES, build

SHARD = "data/default/train-00000.parquet"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return build(tmp_path / "kpmath")


def test_a_folder_as_it_was_built_is_valid_and_is_not_changed(folder: Path) -> None:
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert validate(folder) == read_provenance(folder)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def _edit_card(folder: Path) -> None:
    card = folder / "README.md"
    card.write_text(card.read_text().replace("kpmath_version: 1.0.0", "kpmath_version: 1.0.1"))


def _rewrite_shard(folder: Path) -> None:
    table = pq.read_table(folder / SHARD)
    pq.write_table(table.slice(0, table.num_rows - 1), folder / SHARD)


def _flip_a_byte(folder: Path) -> None:
    data = bytearray((folder / SHARD).read_bytes())
    data[len(data) // 3] ^= 1
    (folder / SHARD).write_bytes(data)


def _older_columns(folder: Path) -> None:
    path = folder / "provenance.json"
    plain = json.loads(path.read_text())
    plain["columns"][0]["columns"].pop()
    path.write_text(json.dumps(plain))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: (f / SHARD).unlink(), rf"{SHARD} is missing"),
        (lambda f: (f / "README.md").unlink(), "README.md"),
        (lambda f: (f / "provenance.json").unlink(), "provenance.json cannot be read"),
        (lambda f: (f / "kpmath.py").write_text("x = 1"), r"kpmath\.py: a dataset repository that holds a script"),
        (lambda f: (f / "notes.txt").write_text("x"), r"notes\.txt does not belong"),
        (lambda f: (f / "data/default/train-00009.parquet").write_bytes(b"x"), "train-00009.parquet does not belong"),
        (_edit_card, r"README\.md is of another state \(version 1\.0\.1\) than provenance\.json \(1\.0\.0\)"),
        (_rewrite_shard, "rows|other bytes"),
        (_flip_a_byte, f"{SHARD} has other bytes|{SHARD}"),
        (_older_columns, "the columns are not those of this KPMath"),
    ],
)
def test_a_folder_that_is_not_as_it_was_built_is_refused(
    folder: Path, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(folder)
    with pytest.raises(PublishError, match=message):
        validate(folder)


def with_text(folder: Path, text: str) -> Path:
    """The same folder with ``text`` in a practice."""
    practices = {k: dataclasses.replace(p, solution=text) for k, p in PRACTICES.items()}
    return build(folder, practices=practices)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("my token is hf_" + "a" * 34, "a key of Hugging Face"),
        ("sk-proj-" + "b" * 30, "a key of an API"),
        ("x ghp_" + "c" * 36 + " y", "a key of GitHub"),
        ("AKIA" + "D" * 16, "a key of AWS"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("Bearer correct-horse-battery", "the value of a secret in the environment"),
        (f"see {Path.home()}/thesis/data.jsonl", "a path of this machine"),
    ],
)
def test_secrets_and_places_are_found_in_the_rows_and_not_repeated_in_the_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, what: str
) -> None:
    monkeypatch.setenv("MY_SERVICE_API_KEY", "correct-horse-battery")
    with pytest.raises(PublishError) as caught:
        validate(with_text(folder, text))
    assert f"data/mpkp/train-00000.parquet, column solution holds {what}; remove it" in str(caught.value)
    assert text not in str(caught.value)


def test_they_are_found_in_the_card_too(folder: Path) -> None:
    card = folder / "README.md"
    card.write_text(card.read_text() + "\n" + str(Path.home() / "runs" / "x"))
    with pytest.raises(PublishError, match=r"README\.md holds a path of this machine"):
        validate(folder)


@pytest.mark.parametrize(
    "text",
    [
        "hf_short",
        "ask-me-anything-about-mathematics-please",
        "a sk-ip",
        "3/4 of 12",
        "AKIAK",
        "C:\\frac{1}{2}",
        "/root",
    ],
)
def test_ordinary_text_is_not_taken_for_one(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SOME_TOKEN", "none")  # a word, no secret
    validate(with_text(folder, text))


def test_everything_that_is_wrong_is_told_at_once(folder: Path) -> None:
    (folder / "a.py").write_text("")
    (folder / "b.txt").write_text("")
    (folder / SHARD).unlink()
    with pytest.raises(
        PublishError, match=r"(?s)- a\.py: .*- .*train-00000.parquet is missing\n- b\.txt does not belong"
    ):
        validate(folder)
