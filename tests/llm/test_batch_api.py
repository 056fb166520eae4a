"""The endpoint's own batch API: nothing is submitted twice, and what has ended is imported once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web

from builder.config import Limits
from builder.errors import BudgetReached, ConfigError, ModelError, RequestRefused, RetryableModelError, StoreError
from builder.llm.batch import RequestFile, request_files
from builder.llm.batch_api import BatchApi
from builder.llm.batch_jobs import Job, Jobs, poll, submit
from builder.llm.batch_results import Imported
from builder.store import CompletionStore, StoreReader
from tests.llm.answering import answer_file, expired, failed, good, requests
from tests.llm.batch_server import BatchServer, batch_server, dropping, refusing, saying
from tests.llm.test_batch import content, export, looked_up, request, take

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with batch_server() as running:
        yield running


def api(server: BatchServer, role: str = "", base_url: str = "", key: str = "") -> BatchApi:
    return BatchApi(base_url or server.url, key or server.key, retries=0)


def send(run: Path, server: BatchServer, **limits: object) -> list[Job]:
    with StoreReader(run / "main.sqlite") as store:
        return submit(run, store, partial(api, server), Limits(**limits))


def look(run: Path, server: BatchServer, **options: object) -> tuple[list[Job], Imported]:
    return poll(run, lambda: CompletionStore(run / "main.sqlite"), partial(api, server), **options)


def asked(*numbers: int):
    return [(request(i), 2) for i in numbers]


def exported(run: Path, *numbers: int) -> list[RequestFile]:
    """A new export, as ``batch export`` makes it."""
    return export(run, asked(*numbers), under_way=list(Jobs(run).under_way()))


def answered(server: BatchServer, number: int = 0) -> None:
    batch = server.batches[number]
    server.end(batch, map(good, server.requests(batch)))


# --- submitting ----------------------------------------------------------------------------------


def test_a_file_is_uploaded_and_started_once(tmp_path: Path, server: BatchServer) -> None:
    [file] = exported(tmp_path, 1, 2)
    [job] = send(tmp_path, server)
    [batch] = server.batches
    assert server.files[batch["input_file_id"]] == file.path.read_bytes()
    assert batch["metadata"] == {"sha256": file.sha256, "role": "solve"}
    assert (job.file, job.batch_id, job.requests, job.live) == (file.path.name, batch["id"], 2, True)
    assert Jobs(tmp_path).jobs == [job]
    assert send(tmp_path, server) == []
    assert len(server.batches) == 1
    assert server.calls["POST /files"] == 1


def test_what_is_under_way_is_neither_exported_nor_submitted_again(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1, 2)
    send(tmp_path, server)
    [file] = exported(tmp_path, 1, 2, 3)
    assert [r["custom_id"] for r in requests(file.path)] == [f"{request(3).id}.0.2"]
    assert [job.file for job in send(tmp_path, server)] == [file.path.name]
    assert len(server.batches) == 2


def test_what_expired_is_submitted_again_though_the_file_is_the_same(tmp_path: Path, server: BatchServer) -> None:
    [file] = exported(tmp_path, 1, 2)
    send(tmp_path, server)
    server.end(server.batches[0], (), map(expired, server.requests(server.batches[0])), "expired")
    look(tmp_path, server)
    assert exported(tmp_path, 1, 2) == [file]
    [job] = send(tmp_path, server)
    assert job.batch_id == "batch_1"
    answered(server, 1)
    _, found = look(tmp_path, server)
    assert found.by_role_and_model["solve", "m"].answered == 2


def test_a_file_that_is_answered_is_not_submitted(tmp_path: Path, server: BatchServer) -> None:
    [file] = exported(tmp_path, 1, 2)
    take(tmp_path, answer_file(file.path, tmp_path / "out"))
    assert send(tmp_path, server) == []
    assert not server.batches


def test_a_file_that_was_answered_in_part_has_to_be_exported_again(tmp_path: Path, server: BatchServer) -> None:
    [file] = exported(tmp_path, 1, 2)
    out = answer_file(file.path, tmp_path / "out")
    out.write_bytes(out.read_bytes().splitlines(keepends=True)[0])
    take(tmp_path, out)
    with pytest.raises(ConfigError, match=r"1 of its 2 requests were answered.*batch export"):
        send(tmp_path, server)
    assert not server.calls["POST /files"]


def test_a_file_that_was_changed_is_not_submitted(tmp_path: Path, server: BatchServer) -> None:
    [file] = exported(tmp_path, 1, 2)
    file.path.write_bytes(file.path.read_bytes().replace(b"What", b"That"))
    with pytest.raises(StoreError, match="was changed since it was exported"):
        send(tmp_path, server)


def test_without_the_file_of_a_batch_under_way_nothing_is_submitted(tmp_path: Path, server: BatchServer) -> None:
    [file] = exported(tmp_path, 1)
    send(tmp_path, server)
    file.path.unlink()
    with pytest.raises(StoreError, match=r"is missing.*batch_0"):
        exported(tmp_path, 1)
    answered(server)
    look(tmp_path, server)
    assert exported(tmp_path, 1) == []


@pytest.mark.parametrize("keeps_metadata", [True, False])
def test_a_batch_that_was_started_without_an_answer_is_found_again(
    tmp_path: Path, server: BatchServer, keeps_metadata: bool
) -> None:
    server.keeps_metadata = keeps_metadata
    exported(tmp_path, 1, 2)
    server.after["POST /batches"] = [dropping]
    with pytest.raises(RetryableModelError, match="give the same command again"):
        send(tmp_path, server)
    [job] = Jobs(tmp_path).jobs
    assert job.batch_id == ""
    assert exported(tmp_path, 1, 2) == [], "it may be under way"
    [job] = send(tmp_path, server)
    assert job.batch_id == "batch_0"
    assert len(server.batches) == 1
    answered(server)
    _, found = look(tmp_path, server)
    assert found.by_role_and_model["solve", "m"].answered == 2


def test_a_batch_that_was_not_started_is_started_later(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1, 2)
    server.before["POST /batches"] = [dropping]
    with pytest.raises(RetryableModelError):
        send(tmp_path, server)
    jobs, _ = look(tmp_path, server, wait=True)
    assert "batch submit" in jobs[0].why
    [job] = send(tmp_path, server)
    assert (job.batch_id, len(Jobs(tmp_path).jobs), len(server.batches)) == ("batch_0", 1, 1)


def test_several_batches_that_were_not_started_are_all_started_later(tmp_path: Path, server: BatchServer) -> None:
    files = export(tmp_path, asked(1, 2, 3), max_requests=1)
    for file in files:
        jobs = Jobs(tmp_path)
        jobs.jobs.append(Job(file.path.name, file.sha256, "solve", "m", 1, server.url, "file-lost"))
        jobs.save()
    assert len(send(tmp_path, server)) == 3
    assert [job.batch_id for job in Jobs(tmp_path).jobs] == ["batch_0", "batch_1", "batch_2"]


SUBMIT = """
import sys
from pathlib import Path
from builder.config import Limits
from builder.llm.batch_api import BatchApi
from builder.llm.batch_jobs import submit
from builder.store import StoreReader
run, url, key = sys.argv[1:]
with StoreReader(Path(run) / "main.sqlite") as store:
    submit(Path(run), store, lambda role, base_url: BatchApi(url, key), Limits())
"""


@pytest.mark.parametrize(
    ("killed_at", "keeps_metadata"), [("POST /files", True), ("POST /batches", True), ("POST /batches", False)]
)
def test_a_kill_before_the_answer_is_noted_starts_no_second_batch(
    tmp_path: Path, server: BatchServer, killed_at: str, keeps_metadata: bool
) -> None:
    server.keeps_metadata = keeps_metadata
    [file] = exported(tmp_path, 1, 2)
    processes: list[subprocess.Popen[bytes]] = []

    async def kill(_: web.Request) -> None:
        processes[0].send_signal(signal.SIGKILL)

    server.after[killed_at] = [kill]
    processes.append(subprocess.Popen([sys.executable, "-c", SUBMIT, str(tmp_path), server.url, server.key], cwd=ROOT))
    assert processes[0].wait() == -signal.SIGKILL
    send(tmp_path, server)
    [batch] = server.batches
    [job] = Jobs(tmp_path).jobs
    assert (job.batch_id, job.sha256) == (batch["id"], file.sha256)


def test_a_lost_list_of_jobs_costs_nothing(tmp_path: Path, server: BatchServer) -> None:
    for numbers in ((1, 2), (3, 4)):
        exported(tmp_path, *numbers)
        send(tmp_path, server)
    answered(server, 0)
    (tmp_path / "jobs.json").unlink()
    server.page = 1  # more than one page of batches
    assert {job.batch_id for job in send(tmp_path, server)} == {"batch_0", "batch_1"}
    answered(server, 1)
    _, found = look(tmp_path, server)
    assert found.by_role_and_model["solve", "m"].answered == 4
    assert len(server.batches) == 2


def test_a_batch_that_failed_is_not_taken_over(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1)
    send(tmp_path, server)
    server.end(server.batches[0], status="failed")
    (tmp_path / "jobs.json").unlink()
    [job] = send(tmp_path, server)
    assert job.batch_id == "batch_1"


def test_a_refused_batch_leaves_nothing_behind(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1)
    server.before["POST /batches"] = [refusing(400, "billing hard limit has been reached")]
    with pytest.raises(RequestRefused, match="billing hard limit"):
        send(tmp_path, server)
    assert Jobs(tmp_path).jobs == []
    assert [job.batch_id for job in send(tmp_path, server)] == ["batch_0"]


def test_limits_hold_before_anything_is_uploaded(tmp_path: Path, server: BatchServer) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('[[price]]\nmodels = ["m"]\nprompt = 1.0\ncached = 1.0\ncompletion = 1000.0\n')
    exported(tmp_path, 1, 2)
    with pytest.raises(BudgetReached, match=r"2 requests and --max-requests is 1"):
        send(tmp_path, server, max_requests=1)
    # 2 requests, 2 replies each, 64 tokens at most: 0.256 dollars, and a little for the prompts.
    with pytest.raises(BudgetReached, match=r"would cost \$0\.256\d and --max-cost is \$0\.2560"):
        send(tmp_path, server, max_cost=0.256, prices=str(prices))
    assert not server.calls["POST /files"]
    send(tmp_path, server, max_cost=0.257, max_requests=2, prices=str(prices))
    exported(tmp_path, 1, 2, 3)
    with pytest.raises(BudgetReached):  # what is under way counts
        send(tmp_path, server, max_requests=2)


# --- polling -------------------------------------------------------------------------------------


def test_a_batch_that_goes_on_brings_nothing_yet(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1, 2)
    send(tmp_path, server)
    server.batches[0] |= {"status": "in_progress", "request_counts": {"total": 2, "completed": 1, "failed": 0}}
    told: list[str] = []
    [job], found = look(tmp_path, server, tell=told.append)
    assert (job.status, job.completed, job.live, found.files) == ("in_progress", 1, True, 0)
    assert told == [f"{job.file}: in_progress, 1 of 2 requests"]
    look(tmp_path, server, tell=told.append)
    assert len(told) == 1, "only what changes is told"


def test_output_and_errors_are_imported_once(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1, 2, 3)
    send(tmp_path, server)
    rows = server.requests(server.batches[0])
    server.end(server.batches[0], map(good, rows[:2]), [failed(rows[2], 400, "the content filter")])
    [job], found = look(tmp_path, server)
    counts = found.by_role_and_model["solve", "m"]
    assert (job.status, job.completed, job.failed, job.live) == ("completed", 2, 1, False)
    assert (counts.answered, counts.refused) == (2, 1)
    assert sorted(p.name for p in (tmp_path / "results").iterdir()) == ["batch_0-error.jsonl", "batch_0-output.jsonl"]
    assert exported(tmp_path, 1, 2, 3) == []
    before = server.calls["GET /batches/{id}"]
    [job], found = look(tmp_path, server)
    assert (found.lines, server.calls["GET /batches/{id}"]) == (0, before)


@pytest.mark.parametrize("status", ["expired", "cancelled"])
def test_what_a_batch_brought_before_it_was_stopped_is_imported(
    tmp_path: Path, server: BatchServer, status: str
) -> None:
    exported(tmp_path, 1, 2, 3)
    send(tmp_path, server)
    rows = server.requests(server.batches[0])
    server.end(server.batches[0], map(good, rows[:1]), map(expired, rows[1:]), status)
    _, found = look(tmp_path, server)
    counts = found.by_role_and_model["solve", "m"]
    assert (counts.answered, counts.pending) == (1, 2)
    [file] = exported(tmp_path, 1, 2, 3)
    assert [r["custom_id"] for r in requests(file.path)] == [r["custom_id"] for r in rows[1:]]


def test_a_batch_that_failed_says_why(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1)
    send(tmp_path, server)
    errors = [{"code": "model_not_found", "line": 1, "message": "no\nsuch model"}, {"code": "token_limit_exceeded"}]
    server.batches[0] |= {"status": "failed", "errors": {"object": "list", "data": errors}}
    [job], _ = look(tmp_path, server)
    assert (job.status, job.why) == ("failed", "line 1: no such model; token_limit_exceeded")
    assert not job.live
    [job] = send(tmp_path, server)
    assert job.batch_id == "batch_1", "the file is still there, and can be submitted again"


def test_a_poll_that_was_stopped_before_it_noted_the_import_changes_nothing(
    tmp_path: Path, server: BatchServer
) -> None:
    exported(tmp_path, 1, 2)
    send(tmp_path, server)
    answered(server)
    before = (tmp_path / "jobs.json").read_bytes()
    look(tmp_path, server)
    stored = content(tmp_path)
    (tmp_path / "jobs.json").write_bytes(before)
    _, found = look(tmp_path, server)
    assert found.by_role_and_model["solve", "m"].repeated == 2
    assert content(tmp_path) == stored


def test_waiting_ends_when_all_have_ended(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1)
    send(tmp_path, server)
    exported(tmp_path, 1, 2)
    send(tmp_path, server)

    results = [list(map(good, server.requests(batch))) for batch in server.batches]

    async def end(number: int, _: web.Request) -> None:
        server.end(server.batches[number], results[number])

    async def nothing(_: web.Request) -> None:
        pass

    server.before["GET /batches/{id}"] = [
        nothing,
        partial(end, 0),
        refusing(503, "overloaded"),
        dropping,
        partial(end, 1),
    ]
    told: list[str] = []
    jobs, found = look(tmp_path, server, wait=True, tell=told.append, pause=0.01)
    assert [job.status for job in jobs] == ["completed", "completed"]
    assert found.by_role_and_model["solve", "m"].answered == 2
    assert sum("trying again" in text for text in told) >= 1
    assert len(looked_up(tmp_path, request(2), 2)[0]) == 2


def test_results_that_are_not_there_yet_are_waited_for(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1)
    send(tmp_path, server)
    answered(server)
    output, server.batches[0]["output_file_id"] = server.batches[0]["output_file_id"], None
    [job], _ = look(tmp_path, server)
    assert (job.live, job.why) == (True, "its results are not there yet")
    server.batches[0]["output_file_id"] = output
    [job], found = look(tmp_path, server)
    assert (job.live, job.why, found.lines) == (False, "", 1)


def test_a_batch_that_the_endpoint_does_not_know_stops_no_other(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1)
    send(tmp_path, server)
    exported(tmp_path, 1, 2)
    send(tmp_path, server)
    del server.batches[0]
    answered(server, 0)
    jobs, found = look(tmp_path, server, wait=True)
    assert "remove its entry from" in jobs[0].why
    assert jobs[0].live
    assert found.by_role_and_model["solve", "m"].answered == 1
    assert exported(tmp_path, 1, 2) == [], "what may have been paid is not asked again"


def test_a_download_that_breaks_leaves_no_half_file(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1)
    send(tmp_path, server)
    answered(server)

    async def half(http: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "4000"})
        await response.prepare(http)
        await response.write(b'{"custom_id":')
        assert http.transport is not None
        http.transport.abort()
        return response

    server.before["GET /files/{id}/content"] = [half]
    with pytest.raises(RetryableModelError, match="the connection to"):
        look(tmp_path, server)
    assert list((tmp_path / "results").iterdir()) == []
    _, found = look(tmp_path, server)
    assert found.lines == 1


def test_an_id_of_the_endpoint_is_no_path(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1)
    send(tmp_path, server)
    jobs = Jobs(tmp_path)
    jobs.jobs[0].batch_id = server.batches[0]["id"] = "../../x"
    jobs.save()
    answered(server)
    look(tmp_path, server)
    assert [p.name for p in (tmp_path / "results").iterdir()] == ["______x-output.jsonl"]


# --- errors of the endpoint ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "error", "says"),
    [
        (refusing(404, "Not Found"), ModelError, r"answered 404: it has no batch API .*batch import"),
        (refusing(405, "no"), ModelError, "no batch API"),
        (refusing(429, "slow down"), RetryableModelError, "answered 429: slow down; give the same command again later"),
        (refusing(500, "oh"), RetryableModelError, "answered 500: oh"),
        (saying(b"<html>hello</html>", "text/html"), ModelError, "no JSON object, starting '<html>"),
        (saying(b"[]", "application/json"), ModelError, "no JSON object"),
        (saying(b"{}", "application/json"), ModelError, "gave no id"),
        (dropping, RetryableModelError, "the connection to .* failed"),
    ],
)
def test_what_is_wrong_with_the_endpoint_is_one_clear_line(
    tmp_path: Path, server: BatchServer, act, error: type[ModelError], says: str
) -> None:
    exported(tmp_path, 1)
    server.before["POST /files"] = [act]
    with pytest.raises(error, match=says) as raised:
        send(tmp_path, server)
    assert "\n" not in str(raised.value)
    assert not server.batches
    assert len(send(tmp_path, server)) == 1


def test_a_wrong_key_is_named_and_never_shown(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1)
    with (
        StoreReader(tmp_path / "main.sqlite") as store,
        pytest.raises(ModelError, match="the API key was refused") as raised,
    ):
        submit(tmp_path, store, lambda role, url: api(server, key="wrong-secret"), Limits())
    assert "wrong-secret" not in str(raised.value)
    send(tmp_path, server)
    assert server.key not in (tmp_path / "jobs.json").read_text()


@pytest.mark.parametrize(("url", "key"), [("ftp://x/v1", "k"), ("", "k"), ("http://x/v1", ""), ("http://x/v1", "a\nb")])
def test_a_url_or_key_that_cannot_be_used_is_said_at_once(url: str, key: str) -> None:
    with pytest.raises(ModelError, match=r"no http\(s\) URL|API key"):
        BatchApi(url, key)


def test_a_server_that_does_not_run_is_a_clear_error(tmp_path: Path, server: BatchServer) -> None:
    exported(tmp_path, 1)
    with (
        StoreReader(tmp_path / "main.sqlite") as store,
        pytest.raises(RetryableModelError, match=r"the connection to http://127\.0\.0\.1:9/v1 failed"),
    ):
        submit(tmp_path, store, lambda role, url: BatchApi("http://127.0.0.1:9/v1", "k", retries=0), Limits())


@pytest.mark.parametrize("text", ["", "{", '{"layout": 9, "jobs": []}', '{"layout": 1, "jobs": [{"x": 1}]}', "[]"])
def test_a_damaged_list_of_jobs_is_a_clear_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "jobs.json").write_text(text)
    with pytest.raises(StoreError, match=r"jobs\.json cannot be read .*move it away"):
        Jobs(tmp_path)


def test_the_list_of_jobs_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    jobs.jobs.append(Job("solve-0.jsonl", "0", "solve", "m", 1, "http://x/v1", "file-0"))
    jobs.save()
    before = (tmp_path / "jobs.json").read_bytes()
    assert json.loads(before)["jobs"][0]["file"] == "solve-0.jsonl"
    (tmp_path / "jobs.json.partial").symlink_to("/dev/full")  # every write to it fails with ENOSPC
    with pytest.raises(StoreError, match="the disk is full"):
        jobs.save()
    assert (tmp_path / "jobs.json").read_bytes() == before
    (tmp_path / "jobs.json.partial").unlink()
    assert request_files(tmp_path) == []
