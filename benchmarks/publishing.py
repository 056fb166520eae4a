"""A data set of 1,000,000 rows: writing, loading, streaming, checking and growing it, beside plain pyarrow.

    python -m benchmarks.publishing [--rows 1000000] [--repeats 3] [--only sizes load stream] [--folder DIR]

The rows are those of the demo, made by the procedural model, again and again with other digits and ids
(benchmarks/publishing_cases.py); --folder names a data set to take in its place.  Every case runs in a process of its
own, which begins with the same imported modules (the first line says what they take); peak memory is that of this
process, or of its largest worker.  Of --repeats runs, one case after another, that with the least CPU counts: work of
others on the machine lengthens seconds more than CPU.  Ratios are of CPU, to the first case of the table, or to that
named.  --rows 20000 --repeats 1 takes under a minute.

write: our shards, and pyarrow's ParquetWriter on RecordBatch.from_pylist: the same row groups, zstd and number of
    files, but no page index, no content-defined chunks, no hashes, no checks.  Making the rows is part of both; a
    second ratio leaves it out.
sizes: a tenth, three tenths and all of the rows.  Memory must not grow with them.  "grow" adds 10,000 rows (a
    hundredth, if fewer) to a folder, and must take what writing them alone takes; "compare" asks what a folder
    changes beside another: those with other shards are read.
load: into a fresh cache each time, with one process and two; pyarrow's files are as many, but have no card.
stream: every row as a dictionary, and the seconds to the first, which include opening.  datasets decodes ahead of
    the reader as much as a shard (at most 1 GiB), which is what its memory holds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from builder.config import Config

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("sizes", "load", "stream")
ROW_BYTES = 500  # for each row of it all, which makes some four shards where the rows are few
GROWTH = 10_000
Result = dict[str, Any]
Case = tuple[str, str, dict[str, Any]]  # its name in a table, the function, its arguments
MADE_OF_ROWS = ("make_rows", "write", "write_plain", "grow")
Column = tuple[str, str, Callable[[Result], Any]]  # a heading, a format, what stands in it


def measured(case: str, given: dict[str, Any]) -> Result:
    """Do a case here: called in a process of its own, where the modules are loaded already."""
    from benchmarks.publishing_cases import run

    return run(case, given)


class Cases:
    """Runs cases in fresh processes, on folders in ``folder``, and keeps what they measured."""

    def __init__(self, folder: Path, model: Path, repeats: int, shard_bytes: int) -> None:
        self._folder, self._model, self._repeats, self.shard_bytes = folder, model, repeats, shard_bytes
        self._known: dict[str, Result] = {}
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["benchmarks.publishing_cases"])
        self._pool = ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1)

    def __enter__(self) -> Cases:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown()

    def path(self, name: str) -> str:
        """A path in the folder."""
        return str(self._folder / name)

    def ours(self, rows: int) -> str:
        """The dataset folder with so many rows."""
        return self.path(f"ours-{rows}")

    def all(self, *cases: Case, repeats: int | None = None) -> list[Result]:
        """Do each case as often as asked for, in turns; the best of each. What was measured is not done again."""
        known = {self._key(c) for c in cases} & self._known.keys()
        for _ in range(repeats or self._repeats):
            for case in cases:
                if (key := self._key(case)) not in known:
                    result = self._once(case)
                    self._known[key] = min(self._known.get(key, result), result, key=lambda r: r["cpu"])
        return [self._known[self._key(c)] | {"name": c[0]} for c in cases]

    @staticmethod
    def _key(case: Case) -> str:
        return json.dumps(case[1:])

    def _once(self, case: Case) -> Result:
        name, function, given = case
        if "out" in given:
            shutil.rmtree(given["out"], ignore_errors=True)
        if function in MADE_OF_ROWS:
            given = {"model": str(self._model), **given}
        result = self._pool.submit(measured, function, given).result()
        print(f"{name}: {result['seconds']:.1f} s", file=sys.stderr, flush=True)
        return result


def table(title: str, results: Sequence[Result], columns: Sequence[Column]) -> None:
    """Print ``results`` as a Markdown table."""
    print(f"\n| {title} | " + " | ".join(h for h, _, _ in columns) + " |\n|---|" + "---:|" * len(columns))
    for r in results:
        print(f"| {r['name']} | " + " | ".join(f"{value(r):{form}}" for _, form, value in columns) + " |", flush=True)


def usual(base: Result) -> list[Column]:
    """The columns of every table."""
    return [
        ("seconds", ".1f", lambda r: r["seconds"]),
        ("CPU s", ".1f", lambda r: r["cpu"]),
        ("CPU, ratio", ".2f", lambda r: r["cpu"] / base["cpu"]),
        ("rows/s", ",.0f", lambda r: r["rows"] / r["seconds"]),
        ("peak MiB", ",.0f", lambda r: r["mib"]),
    ]


def write(cases: Cases, rows: int) -> Case:
    """Our write of a dataset folder, which stays."""
    return f"write {rows:,}", "write", {"rows": rows, "out": cases.ours(rows), "shard_bytes": cases.shard_bytes}


def writing(cases: Cases, rows: int) -> list[Result]:
    """The folders of our write and of pyarrow's stay."""
    (ours,) = cases.all(write(cases, rows), repeats=1)
    results = cases.all(
        ("the rows alone", "make_rows", {"rows": rows}),
        ("pyarrow", "write_plain", {"rows": rows, "out": cases.path("plain"), "files": ours["files"]}),
        ("ours", *write(cases, rows)[1:]),
    )
    alone, plain, _ = results
    columns: list[Column] = [
        *usual(plain),
        ("without the rows", ".2f", lambda r: (r["cpu"] - alone["cpu"]) / (plain["cpu"] - alone["cpu"])),
        ("files", ",", lambda r: r.get("files", 0)),
        ("MB", ",.1f", lambda r: r.get("bytes", 0) / 1e6),
    ]
    table(f"write {rows:,} rows, {ours['arrow_bytes'] / 1e6:,.0f} MB in Arrow form", results, columns)
    return results


def by_size(cases: Cases, rows: int) -> list[Result]:
    """What must not grow with the rows, or not faster than they."""
    sizes, more = (rows // 10, rows * 3 // 10, rows), min(GROWTH, rows // 100)
    steps: list[list[Result]] = []
    for size in sizes:
        ours, grown = cases.ours(size), cases.ours(size) + ".grown"
        growth = {"base": ours, "start": size, "rows": more, "out": grown, "shard_bytes": cases.shard_bytes}
        steps.append(
            cases.all(
                write(cases, size),
                (f"check {size:,}", "check", {"folder": ours}),
                (f"stream {size:,}", "stream", {"folder": ours}),
                (f"grow {size:,} by {more:,}", "grow", growth),
                (f"compare {size:,} with what it grew to", "compare_folders", {"old": ours, "new": grown}),
            )
        )
    steps.append(
        cases.all(
            (f"write {more:,} alone", "write", write(cases, more)[2]),
            (
                f"compare {sizes[1]:,} with {rows:,} in other shards",
                "compare_folders",
                {"old": cases.ours(sizes[1]), "new": cases.ours(rows)},
            ),
        )
    )
    results = [r for step in zip(*steps[:-1], strict=True) for r in step] + steps[-1]
    columns: list[Column] = [
        ("seconds", ".2f", lambda r: r["seconds"]),
        ("CPU s", ".2f", lambda r: r["cpu"]),
        ("CPU µs a row", ".1f", lambda r: r["cpu"] / r["rows"] * 1e6),
        ("peak MiB", ",.0f", lambda r: r["mib"]),
    ]
    table("by size", results, columns)
    return results


def loading(cases: Cases, rows: int) -> list[Result]:
    """load_dataset into a fresh cache."""
    ours, plain = {"folder": cases.ours(rows)}, {"folder": cases.path("plain")}
    results = cases.all(
        *((f"load_dataset, pyarrow's files, num_proc={n}", "load_plain", {**plain, "num_proc": n}) for n in (1, 2)),
        *((f"load_dataset, our folder, num_proc={n}", "load", {**ours, "num_proc": n}) for n in (1, 2)),
        ("kpmath.load, our folder", "load_ours", {**ours, "num_proc": 1}),
        ("kpmath.KPMath, our folder", "load_builder", {**ours, "num_proc": 1}),
        ("pyarrow's read_table, pyarrow's files", "read_table", plain),
        ("pyarrow's read_table, our files", "read_table", ours),
    )
    table(f"load {rows:,} rows", results, usual(results[0]))
    return results


def streaming(cases: Cases, rows: int) -> list[Result]:
    """Every row as a dictionary."""
    ours, plain = {"folder": cases.ours(rows)}, {"folder": cases.path("plain")}
    results = cases.all(
        ("pyarrow, pyarrow's files", "stream_pyarrow", plain),
        ("pyarrow, our files", "stream_pyarrow", ours),
        ("datasets, pyarrow's files", "stream_plain", plain),
        ("datasets, our folder", "stream", ours),
        ("kpmath.load, our folder, 1,000 rows at once", "stream_batches", ours),
    )
    table(f"stream {rows:,} rows", results, [*usual(results[0]), ("s to the first", ".2f", lambda r: r["first"])])
    return results


def demo(folder: Path) -> Path:
    """The dataset folder of the demo."""
    out = folder / "demo"
    command = [sys.executable, "-m", "builder", "build", "recipes/demo.toml", "--quiet"]
    done = subprocess.run(
        [*command, "--run", str(folder / "run"), "--out", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"the demo cannot be built: {done.stderr.strip()[-2000:]}")
    return out


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; with ``--json`` also write the figures to a file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--shard-mib", type=int, default=Config().publish.shard_mib)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="writing is always measured")
    parser.add_argument("--folder", type=Path, help="a dataset folder to take rows from, in place of the demo's")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args(arguments)
    if options.rows < 1000:
        parser.error("--rows: at least 1000")
    os.environ["HF_HUB_OFFLINE"] = "1"  # nothing here asks the Hub
    with tempfile.TemporaryDirectory(prefix="kpmath-bench-") as name:
        model = options.folder.resolve() if options.folder else demo(Path(name))
        shard_bytes = min(options.shard_mib * 2**20, options.rows * ROW_BYTES)
        with Cases(Path(name), model, options.repeats, shard_bytes) as cases:
            (empty,) = cases.all(("nothing", "make_rows", {"rows": 0}))
            print(
                f"{platform.machine()}, {os.cpu_count()} cores; a process begins with {empty['mib']:,.0f} MiB", end=""
            )
            print(f"; shards of {shard_bytes / 2**20:,.1f} MiB in Arrow form", flush=True)
            results = {"write": writing(cases, options.rows)}
            for part, make in (("sizes", by_size), ("load", loading), ("stream", streaming)):
                if part in options.only:
                    results[part] = make(cases, options.rows)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
