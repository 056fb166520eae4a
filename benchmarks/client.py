"""What the model client costs: requests a second, CPU and memory, beside plain AsyncOpenAI and bare aiohttp.

    python -m benchmarks.client [--quick] [--only loads memory limited] [--json FILE]

A local server in a process of its own answers with 1,200 characters of text after 0 ms, 20 ms and 500 ms.
Each client asks it from a fresh process; the clients take turns, and the middle of the repetitions counts.
The figures that carry over to other machines are the ratios: CPU per request over that of plain AsyncOpenAI
(at most 0.35) and of an aiohttp session with orjson (at most 3.5), and the memory, which must not grow.
"Most at once" is what the server saw: where the client itself is the bottleneck, ours asks for less than it
may.  The store's files are in runs/ for that time.  The whole takes five minutes on two idle cores.

The last part asks a server that allows 20 requests a second and says so in no header: how many requests it
refuses, and how long the calls take against the shortest time that its limit allows.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client_server import BURST, RATE

ROOT = Path(__file__).resolve().parent.parent
PLAIN, RETRYING, RAW, BARE = (
    "AsyncOpenAI",
    "AsyncOpenAI with retries",
    "AsyncOpenAI, aiohttp, raw",
    "aiohttp + orjson",
)
OURS, STORED = "ours", "ours with the store"
_LIMITED = {RETRYING: 32, STORED: 256}  # requests in flight at a limited server: ours has to find out how many


@dataclass(frozen=True)
class Load:
    """``requests`` of them, always ``in_flight`` at once, answered after ``delay_ms``."""

    delay_ms: int
    in_flight: int
    requests: int


LOADS = (Load(0, 64, 3000), Load(20, 128, 3000), Load(500, 2000, 12_000))
_SLOW = {PLAIN: 6}  # asked this many times fewer requests: its figures need no more


@contextlib.contextmanager
def _server(*delays_ms: int, limit: str = "none") -> Iterator[list[str]]:
    """A running server: one base URL for each delay."""
    command = [sys.executable, "-m", "benchmarks.client_server", "--limit", limit, "--delay-ms", *map(str, delays_ms)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield [f"http://127.0.0.1:{port}/v1" for port in json.loads(process.stdout.readline())]
        process.communicate()  # ends its standard input, and so the server


def _counts(url: str) -> dict[str, int]:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(url.replace("/v1", "/counts"), timeout=10) as response:
        return json.load(response)


def _run(client: str, url: str, in_flight: int, requests: int, *more: str) -> list[dict[str, float]]:
    """One client in its own process: the lines that it prints."""
    command = [sys.executable, "-m", "benchmarks.client_child", client, url]
    command += ["--in-flight", str(in_flight), "--requests", str(requests), *more]
    proxies = ("http_proxy", "https_proxy", "all_proxy")
    environment = {name: value for name, value in os.environ.items() if name.lower() not in proxies}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{client} failed:\n{done.stderr[-4000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


# --- requests a second and CPU -----------------------------------------------------------------


def measure_load(load: Load, repeats: int) -> list[dict[str, object]]:
    """Every client under a load, the middle of ``repeats``; a row for each."""
    clients = [PLAIN, RAW, BARE, OURS, STORED]
    runs: dict[str, list[dict[str, float]]] = {client: [] for client in clients}
    with _server(load.delay_ms) as (url,):
        for repeat in range(repeats):
            for client in clients[repeat % len(clients) :] + clients[: repeat % len(clients)]:
                requests = max(load.in_flight, load.requests // _SLOW.get(client, 1))
                (line,) = _run(client, url, load.in_flight, requests)
                runs[client].append({**line, "most_open": _counts(url)["most_open"]})
    rows: list[dict[str, object]] = []
    for client, lines in runs.items():
        rows.append(
            {
                "client": client,
                "per_second": statistics.median(line["requests"] / line["seconds"] for line in lines),
                "cpu_ms": statistics.median(1000.0 * line["cpu"] / line["requests"] for line in lines),
                "peak_mib": max(line["peak_mib"] for line in lines),
                "most_open": max(line["most_open"] for line in lines),
            }
        )
    return rows


def print_load(load: Load, rows: list[dict[str, object]]) -> None:
    cpu = {str(row["client"]): float(str(row["cpu_ms"])) for row in rows}
    print(f"\nreplies after {load.delay_ms} ms, {load.in_flight:,} in flight, {load.requests:,} requests")
    print(f"{'':26} requests/s  CPU ms  of plain  of bare  peak MiB  most at once")
    for row in rows:
        own = cpu[str(row["client"])]
        print(
            f"{row['client']:26} {row['per_second']:10,.0f} {own:7.3f} {own / cpu[PLAIN]:9.2f} "
            f"{own / cpu[BARE]:8.2f} {row['peak_mib']:9.0f} {row['most_open']:13,}"
        )


# --- memory ------------------------------------------------------------------------------------


def measure_memory(requests: int) -> list[dict[str, object]]:
    """Memory of our client with the store after every fifth of ``requests``."""
    with _server(0) as (url,):
        lines = _run(STORED, url, 128, requests, "--report-every", str(-(-requests // 5)))
    done, rows = 0, []
    for line in lines:
        done += int(line["requests"])
        rows.append({"requests": done, "resident_mib": line["resident_mib"], "peak_mib": line["peak_mib"]})
    return rows


def print_memory(rows: list[dict[str, object]]) -> None:
    print("\nmemory of ours with the store, 128 in flight")
    print("  requests  resident MiB  peak MiB")
    for row in rows:
        print(f"{row['requests']:10,} {row['resident_mib']:13.0f} {row['peak_mib']:9.0f}")


# --- a server with a limit ---------------------------------------------------------------------


def measure_limited(calls: int) -> list[dict[str, object]]:
    """Refusals and seconds of ``calls`` useful calls; all at the same time, since they mostly wait."""

    def one(client: str, limit: str) -> dict[str, object]:
        with _server(200, limit=limit) as (url,):
            (line,) = _run(client, url, min(calls, _LIMITED[client]), calls, "--warm-up", "0")
            refused = _counts(url)["refused"]
        return {"client": client, "limit": limit, "refused": refused, "seconds": line["seconds"]}

    pairs = [(client, limit) for limit in ("bucket", "window") for client in _LIMITED]
    with ThreadPoolExecutor(len(pairs)) as pool:
        return list(pool.map(one, *zip(*pairs, strict=True)))


def print_limited(calls: int, rows: list[dict[str, object]]) -> None:
    ideal = max(0.0, calls - BURST) / RATE + 0.2
    print(f"\n{calls} calls to a server that allows {RATE:.0f} a second and has no headers")
    print(f"{'':26} at once  limit    refused  seconds  of the shortest")
    for row in rows:
        client, seconds = str(row["client"]), float(str(row["seconds"]))
        start = f"{client:26} {_LIMITED[client]:7}  {row['limit']:8}"
        print(f"{start} {row['refused']:7} {seconds:8.1f} {seconds / ideal:16.2f}")


def main() -> None:
    """Measure what is asked for and print the tables; with ``--json`` also write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ("loads", "memory", "limited")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts, help="parts to run (default: all)")
    delays = [load.delay_ms for load in LOADS]
    parser.add_argument("--delay-ms", nargs="+", type=int, choices=delays, default=delays, help="loads (default: all)")
    parser.add_argument("--repeats", type=int, default=3, help="of each client under each load (default: 3)")
    parser.add_argument("--requests", type=int, help="under each load (default: 3,000, and 12,000 at 2,000 in flight)")
    parser.add_argument("--soak", type=int, default=100_000, help="requests of the memory part (default: 100,000)")
    parser.add_argument("--calls", type=int, default=400, help="calls to the limited server (default: 400)")
    parser.add_argument("--quick", action="store_true", help="everything small, for a first look")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    given = parser.parse_args()
    if given.quick:
        given.repeats, given.requests, given.soak, given.calls = 1, 800, 5000, 100
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    figures: dict[str, object] = {}
    if "loads" in given.only:
        figures["loads"] = []
        for load in (load for load in LOADS if load.delay_ms in given.delay_ms):
            load = Load(load.delay_ms, load.in_flight, given.requests or load.requests)
            rows = measure_load(load, given.repeats)
            figures["loads"].append({"delay_ms": load.delay_ms, "in_flight": load.in_flight, "clients": rows})
            print_load(load, rows)
    if "memory" in given.only:
        figures["memory"] = measure_memory(given.soak)
        print_memory(figures["memory"])
    if "limited" in given.only:
        figures["limited"] = measure_limited(given.calls)
        print_limited(given.calls, figures["limited"])
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
