"""Runs the cases of the knowledge benchmark in processes of their own, and prints what they measured.

It imports nothing large: a process's peak memory begins with that of the one which started it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Result = dict[str, Any]
Column = tuple[str, str, Callable[[Result], Any]]
"""A heading, a format, and what stands in it."""


class Cases:
    """Runs cases in processes of their own."""

    def __init__(self, data: str | None, folder: Path) -> None:
        self.data, self.folder = data, folder
        for kept in ("routes", "others"):  # vectors of texts, from one case to the next
            (folder / kept).mkdir()

    def run(self, case: str, *, data: bool = True, **given: Any) -> Result | None:
        """What the case printed; None where its embedder is not installed."""
        if data and not self.data:
            sys.exit(
                "name the folder with the data: --data DIR, or set KPMATH_DATA_DIR (without it: --only pairs scale)"
            )
        arguments = ({"data": self.data} if data else {}) | given
        if "embedder" in given:
            arguments["kept"] = str(self.folder / ("routes" if case == "routes" else "others"))
        command = [sys.executable, "-m", "benchmarks.knowledge_child", case, json.dumps(arguments)]
        began = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode == 2:
            print(f"left out: {done.stderr.strip()}")
            return None
        if done.returncode:
            sys.exit(f"{case} {given} failed:\n{done.stderr[-4000:]}")
        found = dict(given) | json.loads(done.stdout.splitlines()[-1])
        what = ", ".join(str(v) for k, v in given.items() if v and k not in ("pairs", "labels_to"))
        print(f"{case} {what}: {time.perf_counter() - began:.1f} s", file=sys.stderr, flush=True)
        return found

    def run_all(self, case: str, given: Sequence[Result], *, data: bool = True) -> list[Result]:
        """The case with each of ``given``, those left out whose embedder is not installed."""
        found = (self.run(case, data=data, **each) for each in given)
        return [r for r in found if r]

    def file(self, *name: object) -> str:
        """A path in the folder of this benchmark."""
        return str(self.folder / ("-".join(map(str, name)).replace(" ", "_").replace(",", "") + ".npy"))


def total(result: Result, of: str = "cpu", without: Sequence[str] = ()) -> float:
    """Sum over the steps."""
    return sum(s[of] for s in result["steps"] if s["step"] not in without)


def table(title: str, results: Sequence[Result], columns: Sequence[Column]) -> None:
    """Print ``results`` as lines."""
    print(f"\n{title}")
    cells = [[f"{value(r):{form}}" for _, form, value in columns] for r in results]
    widths = [max(len(c[i]) for c in [[h for h, _, _ in columns], *cells]) for i in range(len(columns))]
    for line in ([h for h, _, _ in columns], *cells):
        print(
            "  ".join(f"{c:>{w}}" if i else f"{c:{w}}" for i, (c, w) in enumerate(zip(line, widths, strict=True))),
            flush=True,
        )


def print_steps(title: str, results: Sequence[Result], name: Callable[[Result], str]) -> None:
    """Steps downwards; for each result its seconds, CPU seconds and the peak of memory by the end of the step."""
    print(f"\n{title}: seconds, CPU seconds, peak MiB")
    print(" " * 24 + "".join(f"{name(r):>26}" for r in results))
    for step in dict.fromkeys(s["step"] for r in results for s in r["steps"]):
        line = f"{step:24}"
        for r in results:
            found = [s for s in r["steps"] if s["step"] == step]
            line += "".join(f"{s['seconds']:10.2f}{s['cpu']:9.2f}{s['peak_mib']:7,.0f}" for s in found) or " " * 26
        print(line)
    print(f"{'all':24}" + "".join(f"{total(r, 'seconds'):10.2f}{total(r):9.2f}{r['peak_mib']:7,.0f}" for r in results))
