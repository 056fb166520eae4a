r"""Fuzzing of the builder's answers: many odd texts, and the laws that hold for all of them.

    python -m benchmarks.answers_fuzz [--inputs 1000000] [--seed N] [--seconds S] [--workers 2] [--out DIR]

Texts come from a grammar, from real answers where KPMATH_DATA_DIR has them, from damage done to both, and
from random tokens, characters and bytes (:mod:`.cases`); a part of them are forms of known values.  None may
raise, hang, take half a second of CPU or much memory, or break a law of :mod:`.laws`; known values must be
told apart and no others (:mod:`.truths`).  Each batch is read twice, in processes with different hash seeds
and in different order: the keys must be the same.  Findings name their texts as JSON; the exit status is 1
where there are any.  The same seed gives the same texts (with the same data).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from ..answer_measures import candidates
from ..answer_rivals import ROOT
from ..answers import data_folder
from .batch import HANG, SLOWEST, Finding, Task, where
from .cases import SIZE, make

BATCH = 500  # cases
_WALL = 1_800.0  # seconds for a batch: only what sleeps for ever takes so long
_POOL = 20_000  # real answers
_PRINTED = 30  # findings of a law; all are written with --out


@dataclass
class Totals:
    """What has been done."""

    cases: int = 0
    findings: list[Finding] = field(default_factory=list)
    micros: array[int] = field(default_factory=lambda: array("L"))
    slowest: list[tuple[int, str]] = field(default_factory=list)
    peak_mb: float = 0.0

    def add(self, micros: Sequence[int], slowest: Sequence[tuple[int, str]], peak_mb: float) -> None:
        self.micros.extend(micros)
        self.slowest = sorted((tuple(row) for row in (*self.slowest, *slowest)), reverse=True)[:SLOWEST]
        self.peak_mb = max(self.peak_mb, peak_mb)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz, print what was found, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--inputs", type=int, default=1_000_000, help="texts")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="start no batch after these")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time")
    parser.add_argument("--out", type=Path, help="folder for findings.jsonl and figures.json")
    options = parser.parse_args(arguments)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        pool = Path(scratch) / "pool.json"
        pool.write_text(json.dumps(real_answers()), encoding="utf-8")
        tasks = batches(options.seed, -(-options.inputs // SIZE), pool, Path(scratch))
        totals = run(tasks, options.workers, start + options.seconds)
    figures = report(totals, time.monotonic() - start)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(asdict(finding)) + "\n" for finding in totals.findings]
        (options.out / "findings.jsonl").write_text("".join(lines), encoding="utf-8")
        (options.out / "figures.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 1 if totals.findings else 0


def real_answers() -> list[str]:
    """Answers of the pairs and candidates files; none where there is no data."""
    folder = data_folder()
    pairs = folder / "answer_pairs.jsonl"
    found: dict[str, None] = {}
    if pairs.is_file():
        for line in pairs.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found |= dict.fromkeys((row["gold"], row["answer"]))
        found |= dict.fromkeys(a for answers in candidates(folder) for a in answers if a)
    return [text for text in islice(found, _POOL) if len(text) < 300]


# --- processes -------------------------------------------------------------------------------------


def batches(seed: int, cases: int, pool: Path, scratch: Path) -> Iterator[Task]:
    """So many cases, in tasks of 500."""
    for first in range(0, cases, BATCH):
        yield Task(seed, first, min(first + BATCH, cases), str(pool), str(scratch / f"progress-{first}"))


def run(tasks: Iterator[Task], workers: int, end: float) -> Totals:
    """Do the tasks in so many processes at a time; none is begun after ``end`` (of the monotonic clock)."""
    totals = Totals()
    with ThreadPoolExecutor(workers) as threads:
        waiting: set[Future[Totals]] = set()
        while True:
            while len(waiting) < workers and time.monotonic() < end and (task := next(tasks, None)):
                waiting.add(threads.submit(both, task))
            if not waiting:
                return totals
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for one in done:
                _add(totals, one.result())


def _add(totals: Totals, part: Totals) -> None:
    totals.cases += part.cases
    totals.add(part.micros, part.slowest, part.peak_mb)
    for finding in part.findings:
        if sum(f.law == finding.law for f in totals.findings) < _PRINTED:
            print(json.dumps(asdict(finding)), flush=True)
        totals.findings.append(finding)


def both(task: Task) -> Totals:
    """The laws on a batch, and its keys once more in another process."""
    totals = Totals(cases=task.last - task.first)
    digests = _digests(task, totals, hash_seed=0)
    again = _digests(replace(task, keys_only=True), totals, hash_seed=1 + task.first % 1_000)
    for case in sorted(digests.keys() & again.keys(), key=int):
        if digests[case] != again[case]:
            totals.findings.append(_of_case(task, "a key is the same in another process", int(case), "another digest"))
    return totals


def _digests(task: Task, totals: Totals, hash_seed: int) -> dict[str, str]:
    """Run a batch to its end, over the cases that its processes do not survive; the digests of the cases."""
    digests: dict[str, str] = {}
    while task.first < task.last:
        lines, lost = _process(task, hash_seed)
        *found, last = lines if not lost else [*lines, {}]
        totals.findings += [Finding(**line) for line in found]
        digests |= last.get("digests", {})
        totals.add(last.get("micros", ()), last.get("slowest", ()), last.get("peak_mb", 0.0))
        if not lost:
            break
        case, place = where(task)
        finding = _of_case(task, "no text ends its process", case, lost)
        finding.texts = finding.texts[place : place + 1] or finding.texts
        totals.findings.append(finding)
        task = replace(task, last=case) if task.keys_only else replace(task, first=case + 1)
    return digests


def _of_case(task: Task, law: str, number: int, detail: str) -> Finding:
    case = make(task.seed, number, json.loads(Path(task.pool).read_text(encoding="utf-8")))
    return Finding(law, number, case.kind, case.texts, detail)


def _process(task: Task, hash_seed: int) -> tuple[list[dict[str, Any]], str]:
    """The lines that a process has printed, and why it ended too early, if it did.

    Raises:
        SystemExit: it cannot even begin.
    """
    Path(task.progress).unlink(missing_ok=True)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.answers_fuzz.batch", json.dumps(asdict(task))],
            capture_output=True, text=True, cwd=ROOT, timeout=_WALL, check=False,
            env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return [], f"no end within {_WALL:g} s"
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.endswith("}")]
    if done.returncode == 0:
        return lines, ""
    if done.returncode == -signal.SIGPROF:
        return lines, f"over {HANG:g} s of CPU"
    if not Path(task.progress).exists():
        sys.exit(f"a batch could not begin: {done.stderr.strip()[-600:]}")
    return lines, f"exit status {done.returncode}: {done.stderr.strip()[-300:]}"


# --- report ----------------------------------------------------------------------------------------


def report(totals: Totals, seconds: float) -> dict[str, Any]:
    """Print and return the figures."""
    spent = sorted(totals.micros)
    inputs = totals.cases * SIZE
    figures: dict[str, Any] = {"inputs": inputs, "seconds": seconds, "per_second": inputs / seconds}
    if spent:
        shares = {"median": 0.5, "p99": 0.99, "p99.9": 0.999}
        figures |= {f"{name}_ms": spent[int(share * (len(spent) - 1))] / 1000 for name, share in shares.items()}
        figures |= {"max_ms": spent[-1] / 1000, "over_50_ms": sum(t > 50_000 for t in spent)}
    figures |= {"peak_mb": totals.peak_mb, "findings": dict(Counter(f.law for f in totals.findings))}
    print(f"{inputs:,} inputs in {seconds:.0f} s, {figures['per_second']:,.0f} a second")
    print(
        "CPU of a cold key: "
        + ", ".join(f"{k[:-3]} {v:.3f} ms" for k, v in figures.items() if k.endswith("_ms") and k != "over_50_ms")
    )
    for micro, text in totals.slowest:
        print(f"  {micro / 1000:8.1f} ms  {json.dumps(text)[:100]}")
    print(f"over 50 ms: {figures.get('over_50_ms', 0)}; peak memory of a process {totals.peak_mb:.0f} MB")
    print(f"findings: {len(totals.findings)}")
    for law, times in sorted(figures["findings"].items()):
        print(f"  {times:6} {law}")
    return figures


if __name__ == "__main__":
    sys.exit(main())
