"""One client of the client benchmark, in a process of its own: asks a server and prints what it took.

    python -m benchmarks.client_child NAME URL --in-flight 64 --requests 4000

Prints one JSON line for each ``--report-every`` requests (default: one for all).  CPU is that of the whole
process, the store's writer thread included, without what starting up took.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import platform
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import orjson

Ask = Callable[[int], Awaitable[str]]
"""Asks request number i and gives the text of the reply."""

KEY = "sk-benchmark-0123456789"
_SYSTEM = "You solve problems of school mathematics.  Think step by step and put the answer in a box.  " * 6
_SAMPLING = {"temperature": 0.7, "top_p": 0.95, "max_tokens": 2048}
_RUNS = Path("runs")
_WARM_UP = 64  # requests before the clock starts


def _question(i: int) -> str:
    return f"Problem {i}: " + "a train leaves at noon and travels 60 miles an hour for half of the way.  " * 8


def _body(i: int) -> dict[str, object]:
    messages = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": _question(i)}]
    return {"model": "served", "messages": messages, "seed": i, **_SAMPLING}


# --- the clients -------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def plain(url: str, in_flight: int, retries: int = 0) -> AsyncIterator[Ask]:
    """AsyncOpenAI as its documentation shows it, with as many connections as requests.

    Its 5 s to connect are too few for itself where 2,000 connections are opened at once.
    """
    import httpx2
    import openai

    limits = httpx2.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    http = openai.DefaultAsyncHttpxClient(limits=limits, timeout=httpx2.Timeout(600.0))
    async with openai.AsyncOpenAI(base_url=url, api_key=KEY, max_retries=retries, http_client=http) as client:

        async def ask(i: int) -> str:
            completion = await client.chat.completions.create(**_body(i))
            return completion.choices[0].message.content

        yield ask


@contextlib.asynccontextmanager
async def retrying(url: str, in_flight: int) -> AsyncIterator[Ask]:
    """AsyncOpenAI with its own retries and their exponential backoff, as often as it takes."""
    async with plain(url, in_flight, retries=1000) as ask:
        yield ask


@contextlib.asynccontextmanager
async def raw(url: str, in_flight: int) -> AsyncIterator[Ask]:
    """AsyncOpenAI over its aiohttp transport, the response decoded by orjson."""
    import httpx2
    import openai

    limits = httpx2.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    http = openai.DefaultAioHttpClient(limits=limits, timeout=httpx2.Timeout(600.0))
    async with openai.AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0, http_client=http) as client:

        async def ask(i: int) -> str:
            response = await client.post("/chat/completions", cast_to=httpx2.Response, body=_body(i))
            return orjson.loads(response.content)["choices"][0]["message"]["content"]

        yield ask


@contextlib.asynccontextmanager
async def bare(url: str, in_flight: int) -> AsyncIterator[Ask]:
    """One aiohttp session and orjson: no client at all."""
    import aiohttp

    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight), headers=headers) as session:

        async def ask(i: int) -> str:
            async with session.post(f"{url}/chat/completions", data=orjson.dumps(_body(i))) as response:
                return orjson.loads(await response.read())["choices"][0]["message"]["content"]

        yield ask


@contextlib.asynccontextmanager
async def ours(url: str, in_flight: int, folder: Path | None = None) -> AsyncIterator[Ask]:
    """KPMath's client; over a completion store in ``folder`` if there is one."""
    from builder.llm.chat import ChatRequest, Message
    from builder.llm.durable import DurableChat
    from builder.llm.ledger import Ledger
    from builder.llm.openai_client import OpenAIChat
    from builder.store import CompletionStore

    async with contextlib.AsyncExitStack() as stack:
        chat = OpenAIChat(url, KEY, concurrency=in_flight, timeout=120.0)
        if folder is not None:
            store = CompletionStore(folder / "completions.sqlite")
            stack.callback(store.close)
            chat = DurableChat(chat, store, Ledger())
        stack.push_async_callback(chat.aclose)
        system = Message("system", _SYSTEM)

        async def ask(i: int) -> str:
            messages = (system, Message("user", _question(i)))
            request = ChatRequest("solve", "served", messages, "0" * 32, seed=i, **_SAMPLING)
            return (await chat.complete(request))[0].text

        yield ask


@contextlib.asynccontextmanager
async def ours_stored(url: str, in_flight: int) -> AsyncIterator[Ask]:
    """KPMath's client over a completion store where runs are kept, since /tmp may be memory."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=_RUNS) as folder:
        async with ours(url, in_flight, Path(folder)) as ask:
            yield ask


CLIENTS = {
    "AsyncOpenAI": plain,
    "AsyncOpenAI with retries": retrying,
    "AsyncOpenAI, aiohttp, raw": raw,
    "aiohttp + orjson": bare,
    "ours": ours,
    "ours with the store": ours_stored,
}


# --- measuring ---------------------------------------------------------------------------------


async def _ask_all(ask: Ask, numbers: range, in_flight: int) -> None:
    left = iter(numbers)

    async def worker() -> None:
        for i in left:
            if not await ask(i):
                raise ValueError(f"the reply to request {i} is empty")

    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(worker())


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak_mib() -> float:
    unit = 1024 if platform.system() == "Linux" else 1024 * 1024  # ru_maxrss: KiB on Linux, bytes on macOS
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _resident_mib() -> float:
    """Memory held now; where the system does not tell, the most that was."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return _peak_mib()
    return pages * resource.getpagesize() / 2**20


async def measure(client: str, url: str, in_flight: int, requests: int, every: int, warm_up: int) -> None:
    """Ask ``requests`` requests and print a line for each ``every`` of them."""
    async with CLIENTS[client](url, in_flight) as ask:
        await _ask_all(ask, range(-warm_up, 0), min(in_flight, max(warm_up, 1)))
        for start in range(0, requests, every):
            numbers = range(start, min(start + every, requests))
            cpu, began = _cpu(), time.perf_counter()
            await _ask_all(ask, numbers, in_flight)
            line = {
                "requests": len(numbers),
                "seconds": time.perf_counter() - began,
                "cpu": _cpu() - cpu,
                "resident_mib": _resident_mib(),
                "peak_mib": _peak_mib(),
            }
            print(json.dumps(line), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("url")
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--report-every", type=int, default=sys.maxsize)
    parser.add_argument("--warm-up", type=int, default=_WARM_UP)
    given = parser.parse_args()
    _RUNS.mkdir(exist_ok=True)
    asyncio.run(measure(given.client, given.url, given.in_flight, given.requests, given.report_every, given.warm_up))


if __name__ == "__main__":
    main()
