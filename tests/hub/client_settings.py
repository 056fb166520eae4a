"""How the real clients are pointed at a loopback hub.

huggingface_hub and datasets read their environment when they are imported.  A subprocess therefore gets
:func:`environment`; inside the test process :func:`point_clients` sets what the import has already fixed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.hub.server import LoopbackHub

_OUTSIDE = ("HF_", "HUGGING", "KPMATH_", "AWS_", "OPENAI_")


def environment(hub: LoopbackHub, home: Path, token: str | None = "") -> dict[str, str]:
    """The environment of a client in a subprocess: nothing of the person's own, caches under ``home``.

    Args:
        token: "" is the hub's write token, None is none.
    """
    own = {key: value for key, value in os.environ.items() if not key.startswith(_OUTSIDE)}
    given = hub.token if token == "" else token
    return {
        **own,
        "HF_ENDPOINT": hub.endpoint,
        "HF_HOME": str(home / "hf"),
        "HF_DATASETS_CACHE": str(home / "hf" / "datasets"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        **({"HF_TOKEN": given} if given else {}),
    }


def point_clients(hub: LoopbackHub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points huggingface_hub inside this process at the hub, without a token and with caches under ``home``.

    ``datasets`` has copied the endpoint into its own settings; it belongs into a subprocess.
    """
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HOME", str(home / "hf"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(home / "hf" / "hub"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(home / "hf" / "token"))
    monkeypatch.setattr(constants, "AGENT_HARNESSES_PATH", str(home / "hf" / ".agent_harnesses.json"))
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
