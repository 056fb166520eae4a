r"""What each hostile text costs: CPU time and memory, with the promises that are made of them.

    python -m benchmarks.answers_safety [--no-fallback] [--worst N]

Every text of :data:`.hostile.HOSTILE` is read in a fresh process, cold: under 50 ms of CPU for its key,
for an extraction and for a comparison, under 100 MB for the whole process.  Texts that our parser does not
read are then shown to Math-Verify in a worker of the fallback, with its limits: under 2 s of CPU a pair and
under 1 GB, or else undecided, which is counted.  The exit status is 1 where a promise is broken.  Whether
what was read is right is the business of the tests.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from builder.answers import canonical_key, equal, extract_answer
from builder.answers.classes import reading
from builder.answers.fallback import LIMITS
from builder.answers.worker_pool import WorkerPool

from .answer_measures import clock, forget
from .answer_rivals import ROOT, math_verify_installed
from .hostile import HOSTILE

CPU_MS = 50.0
MEMORY_MB = 100.0
_PATIENCE = 120.0  # seconds of wall time for one text in its process
_TASK = "benchmarks.judged_child:judged"


@dataclass(frozen=True)
class Cost:
    """Milliseconds of CPU and the peak memory, in MB, of the process that read one text."""

    name: str
    read_ms: float
    extract_ms: float
    equal_ms: float
    memory_mb: float
    unread: bool

    @property
    def worst_ms(self) -> float:
        return max(self.read_ms, self.extract_ms, self.equal_ms)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--worst", type=int, default=10, help="how many texts to print")
    parser.add_argument("--no-fallback", action="store_true", help="leave Math-Verify out")
    parser.add_argument("--text", choices=HOSTILE, metavar="NAME", help="one text in this process, as JSON")
    options = parser.parse_args(arguments)
    if options.text:
        print(json.dumps(vars(cost(options.text, HOSTILE[options.text]))))
        return 0
    kept, costs = measure_parser(options.worst)
    unread = [one.name for one in costs if one.unread]
    if options.no_fallback or not math_verify_installed():
        print(f"\n{len(unread)} texts are not read; Math-Verify was not asked about them")
        return 0 if kept else 1
    return 0 if measure_fallback(unread, options.worst) and kept else 1


# --- our parser ------------------------------------------------------------------------------------


def cost(name: str, text: str) -> Cost:
    """What one text costs in this process, which should have done nothing before."""
    _, read = clock(lambda: canonical_key(text))
    _, extracted = clock(lambda: extract_answer(text))
    forget()
    _, compared = clock(lambda: equal(text, text + " "))
    memory = peak_mb()
    unread = bool(text.strip()) and not reading(text).understood and reading(text).key[0] != "word"
    return Cost(name, 1000 * read, 1000 * extracted, 1000 * compared, memory, unread)


def measure_parser(worst: int) -> tuple[bool, list[Cost]]:
    """Print the costs of all texts; whether all promises were kept, and the costs."""
    costs: list[Cost] = []
    lost: list[str] = []
    for name in HOSTILE:
        found = _in_fresh_process(name)
        if isinstance(found, str):
            lost.append(f"{name}: {found}")
        else:
            costs.append(found)
    print(f"{len(HOSTILE)} hostile texts, each in a fresh process\n")
    print(f"{'worst':44} {'read':>8} {'extract':>8} {'equal':>8} ms  {'peak':>6} MB")
    for one in sorted(costs, key=lambda c: -c.worst_ms)[:worst]:
        print(f"{one.name:44.44} {one.read_ms:8.1f} {one.extract_ms:8.1f} {one.equal_ms:8.1f}     {one.memory_mb:6.0f}")
    slow = sum(one.worst_ms > CPU_MS for one in costs)
    large = sum(one.memory_mb > MEMORY_MB for one in costs)
    peak = max(one.memory_mb for one in costs)
    print(f"\nover {CPU_MS:g} ms: {slow}; over {MEMORY_MB:g} MB: {large} (peak {peak:.0f} MB); lost: {len(lost)}")
    for line in lost:
        print(f"  {line}")
    return not (slow or large or lost), costs


def _in_fresh_process(name: str) -> Cost | str:
    """The cost of a text, or what became of its process."""
    command = [sys.executable, "-m", "benchmarks.answers_safety", "--text", name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return f"no end within {_PATIENCE:g} s"
    if done.returncode:
        return f"exit status {done.returncode}: {done.stderr.strip().rsplit(chr(10), 1)[-1][:200]}"
    return Cost(**json.loads(done.stdout))


def peak_mb() -> float:
    """The peak memory of this process; Linux counts kilobytes, macOS bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


# --- the fallback ----------------------------------------------------------------------------------


def measure_fallback(names: Sequence[str], worst: int) -> bool:
    """Print what Math-Verify takes for the unread texts; whether all promises were kept."""
    # Beside a number, and beside a text as hard as itself.
    pairs = [[HOSTILE[name], other] for name in names for other in ("1", f"{HOSTILE[name]}+1")]
    with WorkerPool(_TASK, LIMITS, workers=1) as pool:
        outcomes = list(pool.map(pairs))
    rows = [(f"{names[k // 2]}, beside {('1', 'itself + 1')[k % 2]}", o) for k, o in enumerate(outcomes)]
    decided = [(name, o.value) for name, o in rows if o.lost is None]
    print(f"\n{len(names)} texts that are not read, {len(rows)} pairs shown to Math-Verify")
    print(f"{'worst that were decided':60} {'CPU':>8} ms  {'peak':>6} MB")
    for name, value in sorted(decided, key=lambda row: -row[1]["cpu"])[:worst]:
        print(f"{name:60.60} {1000 * value['cpu']:8.0f}     {value['memory_mb']:6.0f}")
    lost: dict[str, list[str]] = {}
    for name, outcome in rows:
        if outcome.lost is not None:
            lost.setdefault(outcome.lost[:60], []).append(name)
    print(f"\nundecided: {len(rows) - len(decided)}")
    for reason, found in sorted(lost.items()):
        print(f"  {reason}: {len(found)}, such as {found[0]}")
    # A worker that goes past a limit or tries to run code is ended; "time" means that it was not.
    broken = [name for name, v in decided if v["cpu"] > LIMITS.cpu or v["memory_mb"] > LIMITS.memory / (1 << 20)]
    broken += [f"{name} (hung)" for name in lost.get("time", [])]
    print(f"beyond {LIMITS.cpu:g} s of CPU or {LIMITS.memory >> 20} MB, or hung: {len(broken)}")
    for name in broken:
        print(f"  {name}")
    return not broken


if __name__ == "__main__":
    sys.exit(main())
