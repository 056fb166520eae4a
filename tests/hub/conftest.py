"""A fresh loopback hub for each test, and the real client that talks to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from tests.hub.client_settings import point_clients
from tests.hub.server import LoopbackHub

REPO = "acme/numbers"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        point_clients(hub, tmp_path / "client", monkeypatch)
        yield hub


@pytest.fixture
def api(hub: LoopbackHub) -> HfApi:
    """The client with the hub's write token; the dataset repository ``acme/numbers`` exists."""
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    api.create_repo(REPO, repo_type="dataset")
    return api
