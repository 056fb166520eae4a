"""A run over HTTP that is killed again and again pays for nothing twice and ends with the same bytes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from aiohttp import web

from builder.llm.chat import ChatRequest, Message
from builder.llm.procedural.chat import ProceduralChat
from builder.store import StoreReader
from tests.http_thread import in_thread

ROOT = Path(__file__).resolve().parents[1]
KILLS = 20
SEEDS = 20  # practices of the demo's seeds
SETS = 16
IN_FLIGHT = 8
GIVES = 4  # samples in one response


class Endpoint:
    """The procedural model over HTTP.  It answers after a moment and knows what it was asked and what went out.

    A sample is the hash of its messages and its seed.  Each choice names its own as reasoning, which is stored
    beside its text.
    """

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.keys: set[str] = set()
        self.pause = 0.0
        self.url = ""
        self._model = ProceduralChat()

    async def complete(self, http: web.Request) -> web.Response:
        self.keys.add(http.headers["Authorization"])
        body = json.loads(await http.read())
        n = body.get("n", 1)
        messages = hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()[:32]
        samples = [f"{messages} {body['seed'] + i}" for i in range(n)]
        self.asked.update(samples)
        request = ChatRequest(
            role="",
            model=body["model"],
            messages=tuple(Message(m["role"], m["content"]) for m in body["messages"]),
            prompt_hash="",
            temperature=body["temperature"],
            top_p=body["top_p"],
            max_tokens=body["max_tokens"],
            seed=body["seed"],
        )
        # A request for ten samples takes three responses.
        replies = await self._model.complete(request, min(n, GIVES))
        await asyncio.sleep(self.pause)
        choices = [
            {"message": {"content": r.text, "reasoning_content": sample}, "finish_reason": r.finish_reason}
            for r, sample in zip(replies, samples, strict=False)
        ]
        usage = {
            "prompt_tokens": sum(r.prompt_tokens for r in replies),
            "completion_tokens": sum(r.completion_tokens for r in replies),
        }
        response = web.json_response({"model": body["model"], "choices": choices, "usage": usage})
        with suppress(ConnectionError):
            await response.prepare(http)
            await response.write_eof()
            self.answered.update(samples[: len(replies)])
        return response

    async def models(self, _: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "procedural-1"}]})


@contextmanager
def served(endpoint: Endpoint | None = None) -> Iterator[Endpoint]:
    endpoint = endpoint or Endpoint()
    app = web.Application(client_max_size=1 << 24)
    app.router.add_post("/v1/chat/completions", endpoint.complete)
    app.router.add_get("/v1/models", endpoint.models)
    with in_thread(app) as endpoint.url:
        yield endpoint


def command(endpoint: Endpoint, folder: Path) -> list[str]:
    options = [f"seeds.0.limit={SEEDS}", f"sampling.sets={SETS}", "run.part_size=7", f"model.concurrency={IN_FLIGHT}"]
    return [
        *(sys.executable, "-m", "builder", "build", "recipes/demo.toml", "--quiet"),
        *("--run", str(folder / "run"), "--out", str(folder / "out")),
        *("--model", "procedural-1", "--base-url", endpoint.url),
        *(part for option in options for part in ("--set", option)),
    ]


def digest(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def stored(folder: Path) -> set[tuple[str, str, str]]:
    """Key, text and sample of every reply."""
    path = folder / "run" / "completions" / "main.sqlite"
    if not path.exists():
        return set()
    with StoreReader(path) as store:
        rows = [(row.key, row.reply) for row in store.rows(errors=False)]
    return {(key, r.text, r.reasoning or "") for key, r in rows if r is not None}


def test_twenty_kills_lose_no_reply_ask_none_again_and_change_no_byte(tmp_path: Path) -> None:
    with served() as endpoint:
        subprocess.run(command(endpoint, tmp_path / "whole"), cwd=ROOT, check=True)
        responses = sum(endpoint.answered.values())
        assert set(endpoint.answered.values()) == {1}

        endpoint.pause = 0.02
        chance = random.Random(4)
        # Spread over the run by the number of replies that have gone out, and then at any moment.
        points = sorted(chance.uniform(0, 0.95) * responses for _ in range(KILLS))
        kills = 0
        before: set[tuple[str, str, str]] = set()
        endpoint.answered.clear()
        for point in [*points, None]:
            endpoint.asked.clear()
            with subprocess.Popen(command(endpoint, tmp_path / "killed"), cwd=ROOT) as process:
                while (point is None or sum(endpoint.answered.values()) < point) and process.poll() is None:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(0.002)
                if point is not None:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(chance.uniform(0, 0.04))
                    kills += process.poll() is None
                    process.send_signal(signal.SIGKILL)
            now = stored(tmp_path / "killed")
            assert before <= now, "a reply that was stored is gone"
            assert not endpoint.asked.keys() & {sample for _, _, sample in before}, "a stored reply was asked for"
            before = now

        assert process.returncode == 0
        assert kills == KILLS
        # What had gone out and went out again was under way when a kill came: at most so many at a time.
        assert sum(n - 1 for n in endpoint.answered.values()) <= KILLS * IN_FLIGHT * GIVES
        assert stored(tmp_path / "killed") == stored(tmp_path / "whole")
        assert digest(tmp_path / "killed" / "out") == digest(tmp_path / "whole" / "out")
