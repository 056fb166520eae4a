"""The commands about models, over HTTP as a person meets them: limits, failures, replies, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.cli import main
from builder.store import StoreReader
from tests.test_kills_over_http import Endpoint, served

ROOT = Path(__file__).resolve().parents[1]


def arguments(folder: Path, endpoint: Endpoint, *options: str) -> list[str]:
    small = ["seeds.0.limit=20", "sampling.sets=12", "run.part_size=5", "model.concurrency=4"]
    return [
        *("build", str(ROOT / "recipes" / "demo.toml"), "--run", str(folder / "run"), "--out", str(folder / "out")),
        *("--model", "procedural-1", "--base-url", endpoint.url),
        *(part for option in small for part in ("--set", option)),
        *options,
    ]


def stored(folder: Path) -> int:
    with StoreReader(folder / "run" / "completions" / "main.sqlite") as store:
        return store.count()


class Moody(Endpoint):
    """Refuses or fails what the rule names, until it is told not to."""

    def __init__(self, refuses: Callable[[dict], int]) -> None:
        super().__init__()
        self.refuses = refuses

    async def complete(self, http):
        from aiohttp import web

        body = json.loads(await http.read())
        if code := self.refuses(body):
            return web.json_response({"error": {"message": "flagged: \x1b[2J <b>no</b>"}}, status=code)
        return await super().complete(http)


def is_score_of_some(body: dict) -> int:
    """A third of the problems is flagged when it is to be scored."""
    text = body["messages"][-1]["content"]
    return 400 if "<key_points>" in text and len(text) % 3 == 0 else 0


def test_refused_rows_are_kept_with_their_reason_shown_and_asked_again_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(Moody(is_score_of_some)) as endpoint:
        assert main(arguments(tmp_path, endpoint, "--json")) == 0
        first = json.loads(capsys.readouterr().out)
        refused = first["rejected"]["refused"]
        assert 0 < refused < 12
        asked = sum(endpoint.asked.values())

        assert main(["replies", str(tmp_path / "run"), "--errors", "--json"]) == 0
        errors = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert len(errors) == refused
        assert all(e["role"] == "score" and "flagged" in e["error"] and e["text"] is None for e in errors)

        # The same command asks nothing again, also where it was refused.
        assert main(arguments(tmp_path, endpoint, "--json")) == 0
        assert json.loads(capsys.readouterr().out)["rejected"]["refused"] == refused
        assert sum(endpoint.asked.values()) == asked

        endpoint.refuses = lambda _: 0
        assert main(arguments(tmp_path, endpoint, "--json", "--retry-failed")) == 0
        last = json.loads(capsys.readouterr().out)
        assert "refused" not in last["rejected"]
        assert last["usage"]["total"]["requests"] >= refused
        assert set(endpoint.answered.values()) == {1}  # what had been answered was not asked again


def test_replies_are_filtered_and_steer_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(Moody(is_score_of_some)) as endpoint:
        main(arguments(tmp_path, endpoint, "--quiet"))
    run = str(tmp_path / "run")
    capsys.readouterr()

    def shown(*options: str) -> str:
        assert main(["replies", run, *options]) == 0
        return capsys.readouterr().out

    rows = [json.loads(line) for line in shown("--json", "-n", "0").splitlines()]
    solves = [r for r in rows if r["role"] == "solve"]
    question = solves[0]["subject"]
    about = [json.loads(line) for line in shown("--json", "-n", "0", "--id", question).splitlines()]
    assert {r["role"] for r in about} == {"write", "score", "solve"}  # how it was written is about its set
    assert {r["subject"] for r in about if r["role"] != "write"} == {question}
    only = [json.loads(line) for line in shown("--json", "-n", "3", "--role", "label").splitlines()]
    assert [r["role"] for r in only] == ["label"] * 3
    assert solves[0]["text"] in shown("--full", "--id", solves[0]["key"])
    assert "\x1b" not in shown("--errors") + shown("--errors", "--full")
    assert "no reply fits" not in shown("--contains", "boxed", "-n", "2")


def test_limits_stop_cleanly_and_a_higher_one_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('[[price]]\nmodels = ["procedural-1"]\nprompt = 10.0\ncompletion = 10.0\n', encoding="utf-8")
    with served() as endpoint:
        assert main(arguments(tmp_path, endpoint, "--max-requests", "9")) == 8
        assert "the run has sent 9 requests and --max-requests is 9" in capsys.readouterr().err
        assert stored(tmp_path) == 9
        assert main(arguments(tmp_path, endpoint, "--prices", str(prices), "--max-cost", "0.3")) == 8
        assert "--max-cost is $0.3000" in capsys.readouterr().err
        before = stored(tmp_path)
        assert before > 9
        assert main(arguments(tmp_path, endpoint, "--prices", str(prices), "--max-cost", "100", "--json")) == 0
        usage = json.loads(capsys.readouterr().out)["usage"]["run"]["total"]
        assert set(endpoint.answered.values()) == {1}
    assert usage["replies"] == stored(tmp_path) > before
    tokens = usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["cost"] == pytest.approx(tokens * 10 / 1e6)


def test_a_limit_of_cost_needs_a_price(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--set", 'models.score.name="house-model"', "--max-cost", "1"]
    with served() as endpoint:
        assert main(arguments(tmp_path, endpoint, *options)) == 2
    assert "the price of the model 'house-model' is not known" in capsys.readouterr().err


def test_ctrl_c_waits_for_what_was_asked_and_keeps_it(tmp_path: Path) -> None:
    with served() as endpoint:
        endpoint.pause = 1.0
        command = [sys.executable, "-m", "builder", *arguments(tmp_path, endpoint)]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            deadline = time.monotonic() + 60
            while not endpoint.asked and time.monotonic() < deadline:
                time.sleep(0.01)
            os.kill(process.pid, signal.SIGINT)
            assert process.stderr is not None
            said = process.stderr.read()
            assert process.wait() == 130
        assert "replies that the model has been asked for" in said or "reply that the model has been asked" in said
        assert "Traceback" not in said
        assert stored(tmp_path) == sum(endpoint.answered.values()) == sum(endpoint.asked.values()) > 0


def test_a_key_comes_from_a_file_and_is_stored_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "key.txt"
    key.write_text("sk-of-a-file-123456\n", encoding="utf-8")
    with served() as endpoint:
        assert main(arguments(tmp_path, endpoint, "--quiet", "--set", f'model.api_key_file="{key}"')) == 0
        assert endpoint.keys == {"Bearer sk-of-a-file-123456"}
        assert main(arguments(tmp_path / "b", endpoint, "--set", 'model.api_key_file="/no/such/key"')) == 2
    assert "/no/such/key cannot be read" in capsys.readouterr().err
    for path in (p for p in tmp_path.rglob("*") if p.is_file() and p != key):
        assert b"sk-of-a-file" not in path.read_bytes(), path


def test_everything_stored_needs_no_endpoint(tmp_path: Path) -> None:
    with served() as endpoint:
        assert main(arguments(tmp_path, endpoint, "--quiet")) == 0
    for stage in ("labels", "questions"):
        (tmp_path / "run" / "stages" / stage / "manifest.json").unlink()
    assert main(arguments(tmp_path, endpoint, "--quiet")) == 0  # nobody serves any more


def test_an_endpoint_that_went_away_ends_the_run_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served() as endpoint:
        assert main(arguments(tmp_path, endpoint, "--quiet", "--max-requests", "5")) == 8
    assert main(arguments(tmp_path, endpoint, "--quiet", "--set", "model.patience=0.2")) == 5
    assert "cannot connect to" in capsys.readouterr().err.splitlines()[-1]
    assert stored(tmp_path) == 5
