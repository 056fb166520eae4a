"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Time limits on a shared machine fail for no reason of ours.
settings.register_profile("kpmath", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("kpmath")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_dir() -> Path | None:
    """The folder with real seed files, or None: a test must then use rows of its own.

    Set KPMATH_DATA_DIR to point at it.
    """
    given = os.environ.get("KPMATH_DATA_DIR")
    for folder in [Path(given)] if given else [ROOT.parent / "shared" / "data"]:
        if (folder / "labelled_practices.jsonl").is_file():
            return folder
    return None


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's keys and KPMath settings do not reach the tests."""
    for name in ("KPMATH_DATA", "KPMATH_REPO", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
