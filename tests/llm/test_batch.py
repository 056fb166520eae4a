"""Requests to batch files and results back: nothing asked twice, nothing stored twice, nothing dropped silently."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.config import Model
from builder.errors import ConfigError, ReplyPending, RequestRefused, StoreError
from builder.llm import batch_results
from builder.llm.batch import (
    CollectingChat,
    Collector,
    RequestFile,
    Samples,
    read_request_file,
    remove_superseded,
    request_files,
    requests_in,
    waiting,
)
from builder.llm.batch_results import FEWER, Imported, import_results
from builder.llm.chat import ChatRequest, Message
from builder.llm.durable import DurableChat
from builder.llm.ledger import Ledger
from builder.store import CompletionStore
from tests.llm.answering import (
    answer,
    answer_file,
    expired,
    failed,
    good,
    requests,
    vllm_failed,
    vllm_good,
    write,
)

MODEL = Model(name="m")


def request(number: int, role: str = "solve", **change: object) -> ChatRequest:
    text = f"<problem>\nWhat is {number} + 1?\n</problem>"
    return replace(
        ChatRequest(role, "m", (Message("user", text),), "h", 0.75, 0.95, 64, 7, subject=f"q{number}"), **change
    )


Asked = tuple[ChatRequest, int]


def export(
    run: Path,
    asked: Sequence[Asked],
    model: Model = MODEL,
    under_way: Sequence[str] = (),
    max_tokens_name: str = "max_tokens",
    **limits: int,
) -> list[RequestFile]:
    """What a run that asks ``asked``, one after the other and behind its store, writes to files."""
    collector = Collector(run, under_way, **limits)

    async def ask() -> None:
        with CompletionStore(run / "main.sqlite") as store:
            chat = DurableChat(CollectingChat(collector, store, model, max_tokens_name), store, Ledger())
            for one, n in asked:
                with suppress(ReplyPending, RequestRefused):
                    await chat.complete(one, n)
            await chat.aclose()

    try:
        asyncio.run(ask())
        return collector.finish(run)
    finally:
        collector.close()


def take(run: Path, *files: Path) -> Imported:
    found = Imported()
    with CompletionStore(run / "main.sqlite") as store:
        import_results(store, files, found)
    return found


def content(run: Path, requests: str = "requests") -> list[tuple[object, ...]]:
    """All that is stored, but the order and the time of storing."""
    with closing(sqlite3.connect(run / "main.sqlite")) as database:
        return database.execute(
            f"""SELECT key, role, model, subject, sample, finish_reason, reply, prompt_tokens, cached_tokens,
            completion_tokens, estimated, {requests}, error, refused, retry FROM completions ORDER BY key"""
        ).fetchall()


def looked_up(run: Path, one: ChatRequest, n: int):
    with CompletionStore(run / "main.sqlite") as store:
        return store.look_up([one.key(k) for k in range(n)])


def problems(found: Imported) -> list[tuple[str, str, int]]:
    return [(p.fate, p.reason, p.lines) for p in found.problems.values()]


# --- writing -------------------------------------------------------------------------------------


def test_a_line_is_what_the_batch_api_wants(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 3)])
    [line] = requests(file.path)
    assert list(line) == ["custom_id", "method", "url", "body"]
    assert (line["method"], line["url"]) == ("POST", "/v1/chat/completions")
    assert line["custom_id"] == f"{request(1).id}.0.3"
    assert len(line["custom_id"]) <= 64
    assert line["body"] == {
        "model": "m",
        "messages": [{"role": "user", "content": request(1).messages[0].content}],
        "max_tokens": 64,
        "temperature": 0.75,
        "top_p": 0.95,
        "n": 3,
        "seed": 7,
    }
    assert (file.role, file.model, file.requests, file.replies) == ("solve", "m", 1, 3)
    assert (file.size, file) == (file.path.stat().st_size, read_request_file(file.path))


def test_samples_per_request_and_seed_are_as_configured(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 5)], Model(name="m", samples_per_request=2))
    lines = requests(file.path)
    asked = [(Samples.of(r["custom_id"]).first, r["body"].get("n", 1), r["body"]["seed"]) for r in lines]
    assert asked == [(0, 2, 7), (2, 2, 9), (4, 1, 11)]
    [file] = export(tmp_path, [(request(1), 5)], Model(name="m", send_seed=False), max_tokens_name="longest")
    [line] = requests(file.path)
    assert "seed" not in line["body"]
    assert line["body"]["longest"] == 64


def test_each_role_has_its_own_file(tmp_path: Path) -> None:
    files = export(tmp_path, [(request(1), 1), (request(1, "write"), 1), (request(2, "score"), 1)])
    assert [f.role for f in files] == ["score", "solve", "write"]
    assert request_files(tmp_path) == [f.path for f in files]


def test_a_sample_is_asked_for_once_however_often_it_is_wanted(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 2), (request(1), 2), (request(1), 5), (request(1), 1)])
    asked = sorted(Samples.of(r["custom_id"]) for r in requests(file.path))
    assert [(s.first, s.n) for s in asked] == [(0, 2), (2, 3)]


def test_what_is_under_way_is_not_asked_for_again(tmp_path: Path) -> None:
    way = [f"{request(1).id}.0.4", f"{request(2).id}.2.1"]
    [file] = export(tmp_path, [(request(1), 4), (request(2), 4), (request(3), 1)], under_way=way)
    asked = sorted((Samples.of(r["custom_id"]) for r in requests(file.path)), key=lambda s: (s.request_id, s.first))
    assert {(s.request_id, s.first, s.n) for s in asked} == {
        (request(2).id, 0, 2),
        (request(2).id, 3, 1),
        (request(3).id, 0, 1),
    }


def test_nothing_is_written_where_nothing_is_asked(tmp_path: Path) -> None:
    assert export(tmp_path, []) == []
    assert not list(tmp_path.glob("*.partial"))


@settings(max_examples=15)
@given(st.permutations(range(12)))
def test_the_same_requests_give_the_same_files_in_whatever_order_they_were_asked(order: list[int]) -> None:
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        files = export(Path(first), [(request(i), 2) for i in range(12)], max_requests=5)
        again = export(Path(second), [(request(i), 2) for i in order], max_requests=5)
        assert [f.path.name for f in files] == [f.path.name for f in again]
        assert [f.path.read_bytes() for f in files] == [f.path.read_bytes() for f in again]
        assert [f.requests for f in files] == [5, 5, 2]


def test_a_file_is_split_where_it_would_be_too_large(tmp_path: Path) -> None:
    [whole] = export(tmp_path, [(request(i), 1) for i in range(10, 20)])
    files = export(tmp_path / "split", [(request(i), 1) for i in range(10, 20)], max_bytes=whole.size // 2 + 1)
    assert len(files) == 2
    assert all(f.size <= whole.size // 2 + 1 for f in files)
    assert b"".join(f.path.read_bytes() for f in files) == whole.path.read_bytes()


def test_text_that_no_file_can_hold_becomes_a_line_all_the_same(tmp_path: Path) -> None:
    asked = [request(1, messages=(Message("user", "half \ud83d of a pair, \x00, \u2028 and ½"),))]
    [file] = export(tmp_path, [(asked[0], 1)])
    [line] = [json.loads(row) for row in file.path.read_text(encoding="utf-8").split("\n") if row]
    assert line["body"]["messages"][0]["content"] == "half ? of a pair, \x00, \u2028 and ½"


def test_the_full_disk_leaves_no_file_that_looks_whole(tmp_path: Path) -> None:
    (tmp_path / f"solve-{os.getpid()}.partial").symlink_to("/dev/full")  # every write to it fails with ENOSPC
    with pytest.raises(StoreError, match="the disk is full"):
        export(tmp_path, [(request(1), 1)])
    assert request_files(tmp_path) == []
    assert not list(tmp_path.glob("*.partial"))


def test_what_is_superseded_is_removed_and_nothing_else(tmp_path: Path) -> None:
    [old] = export(tmp_path, [(request(1), 1)])
    [job] = export(tmp_path, [(request(2), 1)])
    [new] = export(tmp_path, [(request(3), 1)])
    theirs = write(tmp_path / "solve-results.jsonl", [])
    remove_superseded(tmp_path, [new.path.name, job.path.name])
    assert not old.path.exists()
    assert sorted(request_files(tmp_path)) == sorted([new.path, job.path])
    assert theirs.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-20],
        lambda data: data.replace(b"What", b"That"),
        lambda data: b"",
        lambda data: data + b"{}\n",
    ],
)
def test_a_file_that_was_changed_is_not_taken_for_the_exported_one(tmp_path: Path, change) -> None:
    [file] = export(tmp_path, [(request(1), 1), (request(2), 1)])
    file.path.write_bytes(change(file.path.read_bytes()))
    with pytest.raises(StoreError, match=r"was changed since it was exported.*export"):
        read_request_file(file.path)


def test_a_line_that_is_no_request_is_a_clear_error(tmp_path: Path) -> None:
    path = write(tmp_path / "solve.jsonl", [{"custom_id": "x.0.1", "body": {}}, {"custom_id": 5, "body": {}}])
    with pytest.raises(StoreError, match="line 2 is no request"):
        list(requests_in(path))


# --- reading back --------------------------------------------------------------------------------


def test_a_run_goes_on_with_what_was_imported(tmp_path: Path) -> None:
    asked = [(request(i), 3) for i in range(5)]
    [file] = export(tmp_path, asked)
    found = take(tmp_path, answer_file(file.path, tmp_path / "out"))
    counts = found.by_role_and_model["solve", "m"]
    assert (counts.answered, counts.replies, found.lines, found.problems) == (5, 15, 5, {})
    assert export(tmp_path, asked) == []
    replies, _ = looked_up(tmp_path, request(2), 3)
    body = answer(next(r for r in requests(file.path) if r["custom_id"].startswith(request(2).id))["body"])
    assert [replies[request(2).key(k)].text for k in range(3)] == [c["message"]["content"] for c in body["choices"]]
    with CompletionStore(tmp_path / "main.sqlite") as store:
        [usage] = store.usage()
    assert (usage.role, usage.requests, usage.replies) == ("solve", 5, 15)
    used = [answer(r["body"])["usage"] for r in requests(file.path)]
    assert usage.prompt_tokens == sum(u["prompt_tokens"] for u in used)
    assert usage.completion_tokens == sum(u["completion_tokens"] for u in used)


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(i), 2) for i in range(6)])
    rows = requests(file.path)
    out = write(tmp_path / "out", [*map(good, rows[:4]), failed(rows[4], 400, "no"), expired(rows[5])])
    take(tmp_path, out)
    before = content(tmp_path)
    found = take(tmp_path, out, out)
    assert content(tmp_path) == before
    counts = found.by_role_and_model["solve", "m"]
    assert (counts.answered, counts.refused, counts.repeated, counts.pending) == (0, 0, 10, 2)


def test_a_line_that_stands_twice_in_a_file_counts_once(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 2), (request(2), 2)])
    one, two = requests(file.path)
    found = take(tmp_path, write(tmp_path / "out", [good(one), good(one), *[failed(two, 400, "no")] * 3]))
    counts = found.by_role_and_model["solve", "m"]
    assert (counts.answered, counts.replies, counts.refused, counts.repeated) == (1, 2, 1, 3)
    with CompletionStore(tmp_path / "main.sqlite") as store:
        [usage] = store.usage()
    assert (usage.requests, usage.replies, usage.errors) == (2, 2, 2)


@settings(max_examples=25)
@given(st.data())
def test_any_split_and_order_of_the_results_gives_the_same_store(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        plain, shuffled = Path(first), Path(second)
        for run in (plain, shuffled):
            [file] = export(run, [(request(i), 2) for i in range(8)])
        rows = requests(file.path)
        lines = [*map(good, rows[:5]), failed(rows[5], 422, "too long"), expired(rows[6]), expired(rows[0])]
        lines += [good(rows[1]), failed(rows[6], 500, "later"), b"no JSON\n", good({**rows[2], "custom_id": "x.0.1"})]
        lines += [failed(rows[4], 400, "no"), good(rows[5]) | {"response": None}]
        take(plain, write(plain / "out", lines))
        lines = data.draw(st.permutations(lines))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=3)))
        for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(lines)], strict=True)):
            take(shuffled, write(shuffled / f"out-{number}", lines[start:end]))
        # A refusal before the reply was a request of its own; behind it, it is only repeated.
        assert content(shuffled, "error") == content(plain, "error")


@pytest.mark.parametrize("status", [400, 413, 422])
@pytest.mark.parametrize("line", [failed, vllm_failed])
def test_a_refusal_is_final_and_says_why(tmp_path: Path, status: int, line) -> None:
    [file] = export(tmp_path, [(request(1), 2)])
    out = write(tmp_path / "out", [line(requests(file.path)[0], status, "the prompt is too long")])
    found = take(tmp_path, out)
    assert found.by_role_and_model["solve", "m"].refused == 1
    [problem] = found.problems.values()
    assert (problem.reason, problem.where) == (f"status {status}", f"{out}:1")
    assert "the prompt is too long" in problem.said
    _, failure = looked_up(tmp_path, request(1), 2)
    assert isinstance(failure, RequestRefused)
    assert "the prompt is too long" in str(failure)
    assert export(tmp_path, [(request(1), 2)]) == []


def test_a_refusal_is_asked_again_on_request_and_a_reply_takes_its_place(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 2)])
    [row] = requests(file.path)
    take(tmp_path, write(tmp_path / "out", [failed(row, 400, "no")]))
    with CompletionStore(tmp_path / "main.sqlite") as store:
        assert store.retry_errors() == 2
    assert export(tmp_path, [(request(1), 2)]) == [file]
    take(tmp_path, write(tmp_path / "out", [good(row)]))
    found = take(tmp_path, write(tmp_path / "out", [failed(row, 400, "no")]))
    assert found.by_role_and_model["solve", "m"].repeated == 1
    replies, failure = looked_up(tmp_path, request(1), 2)
    assert len(replies) == 2
    assert failure is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (expired, "batch_expired"),
        (lambda row: failed(row, 429, "slow down"), "status 429"),
        (lambda row: failed(row, 500, "oh"), "status 500"),
        (lambda row: failed(row, 401, "key"), "status 401"),
        (lambda row: vllm_failed(row, 404, "no such model"), "status 404"),
        (lambda row: good(row) | {"response": None}, "no response body"),
        (lambda row: good(row) | {"response": {"status_code": 200, "body": None}}, "no response body"),
        (lambda row: good(row) | {"response": {"status_code": 200, "body": {"choices": []}}}, "no choices"),
        (lambda row: good(row) | {"response": {"status_code": 200, "body": {"choices": "x"}}}, "no choices"),
        (lambda row: good(row) | {"response": None, "error": "engine died"}, "error"),
        (lambda row: good(row) | {"response": None, "error": {"code": 7}}, "7"),
    ],
)
def test_what_may_pass_is_asked_again(tmp_path: Path, line, reason: str) -> None:
    [file] = export(tmp_path, [(request(1), 2)])
    found = take(tmp_path, write(tmp_path / "out", [line(requests(file.path)[0])]))
    assert problems(found) == [("pending", reason, 1)]
    assert found.by_role_and_model["solve", "m"].pending == 1
    assert content(tmp_path) == []
    assert export(tmp_path, [(request(1), 2)]) == [file]


def test_lines_of_no_use_are_counted_with_their_first_place(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 2)])
    row = requests(file.path)[0]
    other = good({**row, "custom_id": f"{request(2).id}.0.2"})
    lines: list[dict | bytes] = [b"\n", other, row, b"not JSON\n", b"[1]\n", {"response": {}}, other, good(row)]
    lines += [good(row) | {"custom_id": 5}, good(row) | {"custom_id": "x" * 200}, b"\xff\xfe\n", b'{"custom_id": "a']
    out = write(tmp_path / "out", lines)
    found = take(tmp_path, out)
    assert [(p.reason, p.lines, p.where) for p in found.problems.values()] == [
        ("a request and no result", 1, f"{out}:3"),
        ("no JSON object", 4, f"{out}:4"),
        ("no custom_id", 2, f"{out}:6"),
        ("unknown custom_id", 3, f"{out}:2"),
    ]
    assert (found.lines, found.recognised) == (11, 1)
    assert len(content(tmp_path)) == 2


def test_a_file_that_was_cut_off_brings_what_is_whole(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(i), 1) for i in range(3)])
    whole = write(tmp_path / "out", map(good, requests(file.path))).read_bytes()
    found = take(tmp_path, write(tmp_path / "cut", [whole[:-9]]))
    assert found.by_role_and_model["solve", "m"].answered == 2
    [problem] = found.problems.values()
    assert (problem.said, problem.where) == ("the file ends within this line", f"{tmp_path / 'cut'}:3")


def test_a_line_longer_than_any_reply_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [file] = export(tmp_path, [(request(i), 1) for i in range(2)])
    first, second = map(good, requests(file.path))
    size = max(len(json.dumps(line)) + 1 for line in (first, second)) + 10
    monkeypatch.setattr(batch_results, "MAX_LINE", size)
    found = take(tmp_path, write(tmp_path / "out", [first, b"x" * (3 * size + 5) + b"\n", second, b"y" * 4 * size]))
    assert found.by_role_and_model["solve", "m"].answered == 2
    [problem] = found.problems.values()
    assert (problem.lines, problem.said) == (2, "longer than any reply")


def test_windows_files_are_read(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 1)])
    data = json.dumps(good(requests(file.path)[0])).encode()
    found = take(tmp_path, write(tmp_path / "out", [b"\xef\xbb\xbf", data, b"\r\n\r\n"]))
    assert found.by_role_and_model["solve", "m"].answered == 1
    assert not found.problems


def test_fewer_choices_are_kept_and_the_rest_is_asked_for(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 5)])
    [row] = requests(file.path)
    some = good(row)
    some["response"]["body"]["choices"] = some["response"]["body"]["choices"][:2]
    out = write(tmp_path / "out", [some])
    found = take(tmp_path, out)
    assert found.by_role_and_model["solve", "m"].replies == 2
    assert problems(found) == [("pending", FEWER, 1)]
    with CompletionStore(tmp_path / "main.sqlite") as store:
        assert waiting(file.path, store) == (1, 0, 1)
    assert take(tmp_path, out).by_role_and_model["solve", "m"].repeated == 1
    [rest] = export(tmp_path, [(request(1), 5)])
    [row] = requests(rest.path)
    assert row["custom_id"] == f"{request(1).id}.2.3"
    assert (row["body"]["seed"], row["body"]["n"]) == (9, 3)
    take(tmp_path, answer_file(rest.path, tmp_path / "out"))
    assert len(looked_up(tmp_path, request(1), 5)[0]) == 5


def test_more_choices_than_asked_for_and_choices_out_of_order_find_their_place(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 2)])
    line = good(requests(file.path)[0])
    body = line["response"]["body"]
    body["choices"] = [
        {"index": i, "message": {"content": f"choice {i}"}, "finish_reason": "stop"} for i in (2, 0, 3, 1)
    ]
    take(tmp_path, write(tmp_path / "out", [line]))
    replies, _ = looked_up(tmp_path, request(1), 4)
    assert {key: r.text for key, r in replies.items()} == {request(1).key(k): f"choice {k}" for k in range(2)}


def test_what_vllm_writes_is_read_with_its_reasoning(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 2), (request(2), 2)])
    one, two = map(vllm_good, requests(file.path))
    two["response"]["body"]["choices"][0]["message"] |= {"content": None, "reasoning_content": "hm"}
    found = take(tmp_path, write(tmp_path / "out", [two, one]))
    assert found.by_role_and_model["solve", "m"].answered == 2
    with CompletionStore(tmp_path / "main.sqlite") as store:
        kept = {(r.subject, r.sample): r.reply for r in store.rows()}
    subjects = {s: {k for t, k in kept if t == s} for s in ("q1", "q2")}
    assert subjects == {"q1": {0, 1}, "q2": {0, 1}}
    assert ("", "hm") in {(r.text, r.reasoning) for r in kept.values() if r is not None}


def test_a_reply_without_usage_is_counted_as_an_estimate(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 1)])
    line = good(requests(file.path)[0])
    del line["response"]["body"]["usage"]
    take(tmp_path, write(tmp_path / "out", [line]))
    [reply] = looked_up(tmp_path, request(1), 1)[0].values()
    assert reply.estimated
    assert reply.completion_tokens == -(-len(reply.text) // 4)


def test_when_a_file_cannot_be_read_nothing_is_imported(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(1), 1)])
    out = answer_file(file.path, tmp_path / "out")
    for missing in (tmp_path / "missing", tmp_path):
        with pytest.raises(ConfigError, match="cannot be read"):
            take(tmp_path, out, missing)
    assert content(tmp_path) == []


def test_many_lines_go_through_in_groups(tmp_path: Path) -> None:
    [file] = export(tmp_path, [(request(i), 1) for i in range(600)])
    out = write(tmp_path / "out", map(good, requests(file.path)))
    told: list[int] = []
    found = Imported()
    with CompletionStore(tmp_path / "main.sqlite") as store:
        import_results(store, [out], found, told.append)
        assert waiting(file.path, store) == (600, 0, 0)
    assert told == [256, 256, 88]
    assert found.by_role_and_model["solve", "m"].answered == 600
