"""The command that serves the page: a mistake is one line, no traceback."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from space.app import main

ROOT = Path(__file__).resolve().parent.parent


def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["space.app", *arguments])
    try:
        status = main()
    except SystemExit as end:  # argparse
        status = int(str(end.code))
    return status, capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--recipe", "nope.toml"], 2, "error: recipe nope.toml does not exist"),
        (["--dataset", "nope"], 2, "nope is no folder; build one with `make demo`"),
        (["--port", "http"], 2, "invalid int value: 'http'"),
    ],
)
def test_a_mistake_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    message: str,
) -> None:
    code, said = told(monkeypatch, capsys, *arguments)
    assert code == status
    assert message in said


def test_a_port_of_the_environment_that_is_none_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRADIO_SERVER_PORT", "abc")
    assert "invalid int value: 'abc'" in told(monkeypatch, capsys)[1]


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "space.app", "--port", port]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 1
    assert f"error: cannot serve on 127.0.0.1:{port}" in done.stderr
    assert done.stderr.rstrip().endswith("try --port")
    assert "Traceback" not in done.stderr
