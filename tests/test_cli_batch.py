"""A run through batch files, as a person does it: export, answer, import, until there is nothing to ask."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.llm.procedural.chat import ProceduralChat
from builder.llm.server import start
from tests.llm.answering import answer_file, expired, failed, good, requests, vllm_failed, vllm_good, write
from tests.llm.batch_server import BatchServer, batch_server, in_thread
from tests.test_cli import ROOT, digest

RECIPE = str(ROOT / "recipes" / "demo.toml")
SMALL = """seeds.0.limit=60 sampling.sets=10 solutions.samples=4 solutions.sampling=adaptive paraphrase.per_question=1
run.part_size=4 topics.min_practices=1 scoring.solvability=true""".split()
SET = [word for value in SMALL for word in ("--set", value)]


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def batch(capsys: pytest.CaptureFixture[str], command: str, *arguments: object) -> Any:
    """What ``batch COMMAND --json`` says; it must go well."""
    assert main(["batch", command, *map(str, arguments), "--json"]) == 0
    return said(capsys)


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset of the same recipe where the model answers at once."""
    folder = tmp_path_factory.mktemp("direct")
    assert main(["build", RECIPE, *SET, "--run", str(folder / "run"), "--out", str(folder / "kpmath"), "--json"]) == 0
    return folder / "kpmath"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    with batch_server() as running:
        monkeypatch.setenv("OPENAI_API_KEY", running.key)
        yield running


@pytest.fixture
def over_http(tmp_path: Path) -> Path:
    """... and where it answers at once through an endpoint."""
    with in_thread(start(ProceduralChat(), ["procedural-1"], "127.0.0.1", 0)) as (_, port):
        endpoint = ["--model", "procedural-1", "--base-url", f"http://127.0.0.1:{port}/v1"]
        where = ["--run", str(tmp_path / "http"), "--out", str(tmp_path / "over-http")]
        assert main(["build", RECIPE, *SET, *endpoint, *where, "--json"]) == 0
    return tmp_path / "over-http"


def nobody(*_: object) -> None:
    raise AssertionError("a model was opened")


# --- the whole way -------------------------------------------------------------------------------


def messy(file: Path, number: int, seen: set[str]) -> list[Path]:
    """Two result files for a request file: shuffled, with what goes wrong with each kind of request once."""
    rng = random.Random(number)
    lines: list[dict[str, Any] | bytes] = []
    for index, row in enumerate(requests(file)):
        first_time = row["custom_id"] not in seen
        seen.add(row["custom_id"])
        kind = index % 12 if first_time else 0
        answered = (vllm_good if index % 2 else good)(row)
        if kind == 3:
            lines.append(expired(row))
        elif kind == 5:
            lines.append(failed(row, 429, "slow down"))
        elif kind == 7 and row["body"].get("n", 1) > 1:
            del answered["response"]["body"]["choices"][1:]
            lines.append(answered)
        else:
            lines += [answered] * (1 + index % 3 // 2)
            if kind == 9:
                lines.append(vllm_failed(row, 500, "the engine was busy"))
    lines += [b"not JSON\n", good({**requests(file)[0], "custom_id": "of-another-run"})]
    rng.shuffle(lines)
    cut = rng.randrange(len(lines))
    return [
        write(file.parent.parent / f"results-{number}-{i}", part) for i, part in enumerate((lines[:cut], lines[cut:]))
    ]


def test_a_run_through_files_gives_the_same_bytes(
    tmp_path: Path, direct: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    seen: set[str] = set()
    roles: list[set[str]] = []
    with monkeypatch.context() as patch:
        patch.setattr("builder.run.open_model", nobody)
        exported = batch(capsys, "export", RECIPE, *SET, "--run", run)
        while exported["waits"]:
            roles.append({f["role"] for f in exported["files"]})
            for number, file in enumerate(exported["files"]):
                for results in messy(Path(file["path"]), 100 * len(roles) + number, seen):
                    main(["batch", "import", str(run), str(results), "--json"])
            exported = batch(capsys, "export", run)
            assert len(roles) < 60
        assert exported["files"] == []
        assert main(["build", str(run), "--out", str(tmp_path / "kpmath"), "--json"]) == 0
    assert said(capsys)["usage"]["total"]["requests"] == 0
    assert digest(tmp_path / "kpmath") == digest(direct)
    assert set.union(*roles) == {"label", "write", "score", "solve", "paraphrase"}


def test_the_endpoints_own_batch_api_gives_the_same_bytes(
    tmp_path: Path, over_http: Path, server: BatchServer, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    endpoint = ["--model", "procedural-1", "--base-url", server.url]
    exported = batch(capsys, "export", RECIPE, *SET, "--run", run, *endpoint)
    while exported["waits"]:
        submitted = batch(capsys, "submit", run)["submitted"]
        assert [job["file"] for job in submitted] == [Path(f["path"]).name for f in exported["files"]]
        assert batch(capsys, "submit", run)["submitted"] == []
        for one in [b for b in server.batches if b["status"] == "validating"]:
            server.end(one, map(good, server.requests(one)))
        jobs = batch(capsys, "poll", run, "--wait")["jobs"]
        assert all(job["imported"] for job in jobs)
        exported = batch(capsys, "export", run)
        assert len(jobs) < 60
    assert main(["build", str(run), "--out", str(tmp_path / "kpmath"), "--json"]) == 0
    assert digest(tmp_path / "kpmath") == digest(over_http)
    asked = [row["custom_id"] for one in server.batches for row in server.requests(one)]
    assert len(asked) == len(set(asked)), "nothing is paid twice"


# --- one step ------------------------------------------------------------------------------------


def test_each_step_names_the_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, options = tmp_path / "run", [*SET, "--set", "seeds.0.limit=6"]
    assert main(["batch", "export", RECIPE, *options, "--run", str(run), "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["batch", "export", str(run)]) == 0
    shown = capsys.readouterr().out
    [file] = (run / "batch").glob("*.jsonl")
    assert "6 practices wait for replies of a batch file" in shown
    assert f"next: python -m builder batch submit {run}" in shown
    assert f"vllm run-batch -i {file} -o results.jsonl --model procedural-1" in shown
    rows = requests(file)
    lines = [*map(good, rows[:3]), failed(rows[3], 400, "not allowed [here]"), expired(rows[4]), b"{\n"]
    out = write(tmp_path / "out.jsonl", lines)
    assert main(["batch", "import", str(run), str(out)]) == 0
    shown = capsys.readouterr().out
    for text in ("refused for good", "not allowed [here]", "to ask again", "batch_expired", "of no use", f"{out}:6"):
        assert text in shown
    assert "2 requests of the last export have no reply yet" in shown
    assert f"next: python -m builder batch export {run}" in shown


def test_submit_and_poll_name_the_next_step_and_what_is_wrong(
    tmp_path: Path, server: BatchServer, capsys: pytest.CaptureFixture[str]
) -> None:
    def shown(command: str, *options: str) -> str:
        assert main(["batch", command, str(run), *options]) == 0
        return capsys.readouterr().out

    run = tmp_path / "run"
    endpoint = ["--model", "procedural-1", "--base-url", server.url]
    batch(capsys, "export", RECIPE, *SET, "--run", run, *endpoint)
    submitted = shown("submit")
    assert "batch_0" in submitted
    assert f"next: python -m builder batch poll {run} --wait" in submitted
    assert "nothing new was submitted" in shown("submit")
    waiting = shown("export")
    assert "60 requests are under way" in waiting
    assert f"next: python -m builder batch poll {run} --wait" in waiting
    server.batches[0] |= {"status": "failed", "errors": {"data": [{"line": 2, "message": "no [such] model"}]}}
    polled = shown("poll")
    assert "line 2: no [such] model" in polled
    assert f"next: python -m builder batch export {run}" in polled
    assert "batch_1" in shown("submit")
    server.end(server.batches[1], map(good, server.requests(server.batches[1])))
    assert "60 lines of 1 file" in shown("poll", "--wait")
    assert shown("poll", "--quiet") == ""


def test_an_export_takes_the_place_of_the_last_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    [first] = batch(capsys, "export", RECIPE, *SET, "--run", run)["files"]
    kept = Path(first["path"]).read_bytes()
    assert batch(capsys, "export", run)["files"] == [first]
    results = answer_file(Path(first["path"]), tmp_path / "out")
    results.write_bytes(b"".join(results.read_bytes().splitlines(keepends=True)[:20]))
    found = batch(capsys, "import", run, results)
    assert (found["still_waiting"], found["by_role_and_model"][0]["answered"]) == (40, 20)
    [second] = batch(capsys, "export", run)["files"]
    assert second["requests"] == 40
    assert [p.name for p in (run / "batch").glob("*.jsonl")] == [Path(second["path"]).name]
    assert Path(second["path"]).read_bytes() != kept


def test_another_folder_gets_the_files_and_keeps_what_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = tmp_path / "run", tmp_path / "out"
    out.mkdir()
    theirs = write(out / "label-0123456789abcdef.jsonl", [{"of": "another run"}])
    [file] = batch(capsys, "export", RECIPE, *SET, "--run", run, "--out", out)["files"]
    assert Path(file["path"]).parent == out
    assert theirs.exists()
    assert not list((run / "batch").glob("*.jsonl"))


def test_what_was_refused_is_exported_again_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    [file] = batch(capsys, "export", RECIPE, *SET, "--run", run)["files"]
    rows = requests(Path(file["path"]))
    out = write(tmp_path / "out", [*(failed(r, 400, "no") for r in rows[:5]), *map(good, rows[5:])])
    batch(capsys, "import", run, out)
    assert {f["role"] for f in batch(capsys, "export", run)["files"]} == {"write"}
    [again] = batch(capsys, "export", run, "--retry-failed")["files"]
    assert (again["role"], again["requests"]) == ("label", 5)


def test_openai_and_reasoning_models_have_the_newer_name_of_the_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def body(name: str, *options: str) -> dict[str, Any]:
        exported = batch(capsys, "export", RECIPE, *SET, "--run", tmp_path / name, "--model", "some-model", *options)
        return requests(Path(exported["files"][0]["path"]))[0]["body"]

    other = ["--base-url", "http://127.0.0.1:9/v1"]
    assert "max_tokens" in body("other", *other)
    openai = body("openai", "--base-url", "https://api.openai.com/v1")
    assert "max_completion_tokens" in openai
    assert "max_tokens" not in openai
    reasoning = body("reasoning", *other, "--set", "model.reasoning_effort=low")
    assert (reasoning["reasoning_effort"], reasoning["max_completion_tokens"]) == ("low", 1024)


# --- mistakes ------------------------------------------------------------------------------------


def mistake(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Exit status and the one line of an error."""
    status = main(["batch", *map(str, arguments)])
    [line] = [one for one in capsys.readouterr().err.splitlines() if one.startswith("error: ")]
    return status, line


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("exported") / "run"
    assert main(["batch", "export", RECIPE, *SET, "--run", str(run), "--quiet"]) == 0
    return run


def test_a_folder_that_is_no_run_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["import", tmp_path, "out"], ["submit", tmp_path], ["poll", tmp_path], ["export", tmp_path]):
        status, line = mistake(capsys, *command)
        assert status == 2
        assert "is no run folder" in line


def test_files_without_anything_for_this_run_are_a_mistake(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [file] = (exported / "batch").glob("*.jsonl")
    status, line = mistake(capsys, "import", exported, file)
    assert status == 4
    assert f"none of 60 lines brings a result for this run, the first at {file}:1: a request and no result" in line
    status, line = mistake(capsys, "import", exported, write(tmp_path / "out", []))
    assert status == 4
    assert "empty" in line
    status, line = mistake(capsys, "import", exported, tmp_path / "missing")
    assert status == 2
    assert "missing cannot be read" in line


def test_what_has_to_be_done_first_is_said(
    exported: Path, server: BatchServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, line = mistake(capsys, "submit", exported)
    assert status == 2
    assert "embedded procedural model, which has no batch API" in line
    status, line = mistake(capsys, "poll", exported)
    assert status == 2
    assert f"give 'batch submit {exported}' first" in line
    run = tmp_path / "run"
    assert main(["batch", "export", RECIPE, *SET, "--run", str(run), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    capsys.readouterr()
    status, line = mistake(capsys, "submit", run)
    assert status == 2
    assert "holds no batch files" in line


def test_a_role_without_a_model_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = [*SET, "--set", "model.name=", "--set", "model.backend=openai", "--run", tmp_path / "run"]
    status, line = mistake(capsys, "export", RECIPE, *options)
    assert status == 2
    assert "no model is named for the role 'label'" in line
    assert not list((tmp_path / "run" / "batch").glob("*.partial"))


def test_an_endpoint_without_a_batch_api_is_said_in_one_line(
    server: BatchServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = ["--model", "procedural-1", "--base-url", server.url.removesuffix("/v1") + "/other"]
    run = tmp_path / "run"
    batch(capsys, "export", RECIPE, *SET, "--run", run, *endpoint)
    status, line = mistake(capsys, "submit", run)
    assert status == 5
    assert "it has no batch API" in line
    assert "batch import RUN FILE" in line
