"""Rows per second and peak memory of the whole pipeline on the procedural model.

    python -m benchmarks.pipeline [--sets 200 2000 20000]

Each size is a build of its own in a process of its own and a fresh run folder, from the demo's recipe.  The
baseline is the smallest size: the time for one information set must not grow with their number, so the
last column, time a set over that of the baseline, should stay near 1 (fixed costs such as labelling the
seeds make it fall).  Peak memory is that of the building process.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_CHILD = """
import json, resource, sys, time
from builder.config import load_recipe
from builder.pipeline import Pipeline
recipe, sets, folder = sys.argv[1:]
pipeline = Pipeline(load_recipe(recipe, [f"sampling.sets={sets}"]), folder + "/run")
times = {}
for step in ("label", "construct_knowledge", "sample", "synthesize", "clean"):
    start = time.perf_counter()
    getattr(pipeline, step)()
    times[step] = time.perf_counter() - start
start = time.perf_counter()
counts = pipeline.publish(folder + "/kpmath")
times["publish"] = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"times": times, "peak": peak, "rows": counts["rows"]["default"]}))
"""


def measure(recipe: Path, sets: int) -> dict[str, object]:
    """Build once in a fresh process; seconds by step, peak memory in MiB, published rows."""
    with tempfile.TemporaryDirectory(prefix="kpmath-bench-") as folder:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, str(recipe), str(sets), folder],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"the build of {sets} sets failed:\n{done.stderr}")
        result = json.loads(done.stdout)
    unit = 1024 if platform.system() == "Linux" else 1024 * 1024  # ru_maxrss: KiB on Linux, bytes on macOS
    return {
        "sets": sets,
        "seconds": time.perf_counter() - start,
        "rows": result["rows"],
        "peak_mib": result["peak"] / unit,
        "times": result["times"],
    }


def main() -> None:
    """Measure each size and print a table; with ``--json`` also write it to a file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sets", type=int, nargs="+", default=[200, 2000, 20_000])
    parser.add_argument("--recipe", type=Path, default=ROOT / "recipes" / "demo.toml")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, recipe {options.recipe.name}")
    print("    sets   seconds     rows   rows/s  ms a set   peak MiB  per set, against the first size")
    results = []
    for sets in options.sets:
        result = measure(options.recipe, sets)
        results.append(result)
        base = results[0]
        seconds, rows = float(str(result["seconds"])), int(str(result["rows"]))
        ratio = (seconds / sets) / (float(str(base["seconds"])) / int(str(base["sets"])))
        print(
            f"{sets:8,} {seconds:9.1f} {rows:8,} {rows / seconds:8.1f} {1000 * seconds / sets:9.1f} "
            f"{float(str(result['peak_mib'])):10.0f}  {ratio:.2f}",
            flush=True,
        )
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
