"""An assembled Space as a process of its own, with nothing of the project but what lies in its folder."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradio_client import Client

_PATIENCE = 240  # seconds for a start on a busy machine


@contextmanager
def started(python: str | os.PathLike[str], folder: Path, home: Path) -> Iterator[Client]:
    """``python app.py`` in the folder, as the Hub starts a Space; a client of its page.

    ``home``: where the process may keep its caches.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home.mkdir(exist_ok=True)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "HF_HUB_OFFLINE": "1",
        "GRADIO_SERVER_NAME": "127.0.0.1",  # 0.0.0.0 on the Hub
        "GRADIO_SERVER_PORT": str(port),
    }
    log = home / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen([python, "app.py"], cwd=folder, env=env, stdout=out, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait(process, url, log)
        yield Client(url, verbose=False)
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no page after {_PATIENCE} s: {log.read_text()}")
