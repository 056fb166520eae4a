"""How fast the Space is: its start, its first paint, the first text of a problem, and twenty visitors at once.

    python -m benchmarks.space [--visitors 20] [--problems 3] [--url URL] [--json FILE]

The page is started as a process of its own, as ``python -m space.app`` does, unless ``--url`` names one that runs;
the procedural model answers.  Programs ask over HTTP through gradio_client, one a thread.  First paint is seen by
Chromium through Playwright where both are installed (``CHROMIUM`` names the program), and left out elsewhere.

- start: from the start of the process until the page is answered;
- first paint: from opening the page until its main button is visible, in a fresh browser;
- first text: from asking for a problem until its first words have arrived, one visitor alone;
- load: all visitors begin at once, each asks for one problem after another.

Exit status 1: a target was missed (first paint 3 s, first text 0.3 s, no error under load).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from gradio_client import Client

ROOT = Path(__file__).resolve().parent.parent
FIRST_PAINT, FIRST_TEXT = 3.0, 0.3  # seconds
BUTTON = "#gen-write"
_ALONE = 20  # problems of one visitor alone


@contextmanager
def started() -> Iterator[tuple[str, float]]:
    """The URL of a fresh server, and the seconds until it answered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url, began = f"http://127.0.0.1:{port}/", time.perf_counter()
    # All visitors come from here: one limit for each of them would be one for all.
    settings = {f"KPMATH_SPACE_{name}": "0" for name in ("REQUESTS_PER_MINUTE", "REQUESTS_PER_MINUTE_ALL")}
    command = [sys.executable, "-m", "space.app", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.DEVNULL)
    try:
        while not answers(url):
            if process.poll() is not None or time.perf_counter() - began > 120:
                raise SystemExit(f"the server did not start (exit status {process.returncode})")
            time.sleep(0.02)
        yield url, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(timeout=20)


def answers(url: str) -> bool:
    """Whether the page is answered."""
    try:
        with urllib.request.urlopen(url, timeout=5) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def first_paints(url: str, times: int = 3) -> list[float] | None:
    """Seconds from opening the page until its button is visible; None without Playwright or Chromium."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None or importlib.util.find_spec("playwright") is None:
        return None
    from playwright.sync_api import sync_playwright

    seen = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for _ in range(times):
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            began = time.perf_counter()
            page.goto(url, wait_until="commit")
            page.locator(BUTTON).first.wait_for(state="visible", timeout=30_000)
            seen.append(time.perf_counter() - began)
            page.context.close()
        browser.close()
    return seen


def problem(client: Client, seed: int) -> tuple[float, float]:
    """Ask for a problem: seconds until its first text, and until its result.

    Raises:
        RuntimeError: it ended without a result.
    """
    began, first, event = time.perf_counter(), None, None
    for event in client.submit(seed=seed, api_name="/generate"):
        if first is None and event["event"] in ("text", "question"):
            first = time.perf_counter() - began
    if event is None or event["event"] != "result" or first is None:
        raise RuntimeError(f"it ended with {event}")
    return first, time.perf_counter() - began


def load(url: str, visitors: int, problems: int) -> dict[str, Any]:
    """All visitors at once, each with a connection and a session of its own."""
    clients = [Client(url, verbose=False) for _ in range(visitors)]
    firsts, wholes, errors = [], [], []
    gate = threading.Barrier(visitors)

    def visit(number: int) -> None:
        gate.wait()
        for i in range(problems):
            try:
                first, whole = problem(clients[number], 1 + number * problems + i)
            except Exception as error:
                errors.append(f"{type(error).__name__}: {error}")
            else:
                firsts.append(first)
                wholes.append(whole)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(visitors)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    return {
        "visitors": visitors,
        "problems": len(wholes),
        "problems_a_second": len(wholes) / seconds,
        "errors": errors,
        "first_text": percentiles(firsts),
        "whole": percentiles(wholes),
    }


def percentiles(seconds: list[float]) -> dict[str, float]:
    """p50, p95 and p99."""
    return {f"p{q}": float(np.percentile(seconds, q)) for q in (50, 95, 99)} if seconds else {}


def measured(url: str, start: float | None, visitors: int, problems: int) -> dict[str, Any]:
    """All figures of one server, in seconds."""
    paints = first_paints(url)
    alone = Client(url, verbose=False)
    problem(alone, 0)  # what is done once only
    first, whole = zip(*(problem(alone, seed) for seed in range(1, _ALONE + 1)), strict=True)
    return {
        "start": start,
        "first_paint": paints and {"first": paints[0], "middle": float(np.median(paints))},
        "alone": {"first_text": percentiles(list(first)), "whole": percentiles(list(whole))},
        "load": load(url, visitors, problems),
    }


def shown(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as lines."""

    def line(values: dict[str, float]) -> str:
        return ", ".join(f"{name} {value:.3f} s" for name, value in values.items())

    if figures["start"] is not None:
        yield f"start:       {figures['start']:.2f} s"
    yield f"first paint: {line(figures['first_paint']) if figures['first_paint'] else 'no browser'}"
    yield f"one visitor: first text {line(figures['alone']['first_text'])}; whole {line(figures['alone']['whole'])}"
    under = figures["load"]
    yield f"{under['visitors']} visitors: {under['problems']} problems, {under['problems_a_second']:.1f} a second"
    yield f"             first text {line(under['first_text'])}; whole {line(under['whole'])}"
    yield f"errors:      {len(under['errors'])}"
    yield from (f"  {error}" for error in sorted(set(under["errors"]))[:5])


def missed(figures: dict[str, Any]) -> list[str]:
    """The targets that were not met."""
    paint = figures["first_paint"]
    found = ["first paint"] if paint and paint["first"] > FIRST_PAINT else []
    found += ["first text"] if figures["alone"]["first_text"]["p95"] > FIRST_TEXT else []
    return found + (["errors under load"] if figures["load"]["errors"] else [])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.space")
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--problems", type=int, default=3, help="of each visitor")
    parser.add_argument("--url", help="a page that runs already")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    if options.url:
        figures = measured(options.url, None, options.visitors, options.problems)
    else:
        with started() as (url, start):
            figures = measured(url, start, options.visitors, options.problems)
    print("\n".join(shown(figures)))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    late = missed(figures)
    print(f"missed: {', '.join(late)}" if late else "all targets met")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
