"""De-duplication and decontamination of 200,000 rows: time, memory, what is found and what is found wrongly.

    python -m benchmarks.hygiene [--rows 200000] [--data FOLDER] [--only dedup decontamination semantic]

The rows are the real questions of the data folder and changed copies of them, of which is known (by how they
were made, benchmarks/hygiene_rows.py) whether they are the same problem.  Rivals for de-duplication: datasketch's
MinHashLSH with the same shingles, threshold and number of permutations, and a set of the texts; for
decontamination: a Python set of n-gram tuples.  Each case runs in a process of its own on the same file of rows;
ratios are against the first case of its table, that of time by CPU, which other work on the machine does not
change.  CPU is that of all threads; memory is the peak of the process
less what the rows alone take.

datasketch is needed by this benchmark only: pip install datasketch
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.hygiene_rows import DIFFERENT, SAME, Row, make_rows, read_questions
from builder.config import Config, Dedup
from builder.stages.decontamination import NgramIndex, contamination_tokens
from builder.stages.dedup import deduplicate, shingles
from builder.tokens import mathematics, words_and_numbers

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = Dedup()
NGRAM = Config().decontamination.question_ngram
TEST_SETS = ("gsm8k_test", "math_test")
COSINES = (0.95, 0.9, 0.85)
Drops = dict[int, int]  # row -> the row that it repeats


# --- de-duplication ------------------------------------------------------------------------------


def ours(rows: Sequence[Row], **options: Any) -> Drops:
    """builder/stages/dedup.py."""
    result = deduplicate(
        [(f"{i:07d}", r.text, 1.0) for i, r in enumerate(rows)],
        ngram=SETTINGS.ngram,
        threshold=SETTINGS.threshold,
        num_perm=SETTINGS.permutations,
        seed=0,
        **options,
    )
    return {int(d.id): int(d.duplicate_of) for d in result.duplicates}


def ours_wording(rows: Sequence[Row]) -> Drops:
    """The same without the rule of the mathematics."""
    return ours(rows, same_mathematics=False)


def datasketch(rows: Sequence[Row], salted: bool = False) -> Drops:
    """Each row against the index of those kept so far; a candidate counts by its estimated similarity."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=SETTINGS.threshold, num_perm=SETTINGS.permutations)
    kept: dict[int, Any] = {}
    drops: Drops = {}
    for i, row in enumerate(rows):
        signature = MinHash(SETTINGS.permutations, seed=1)
        tokens = words_and_numbers(row.text)
        salt = " ".join(mathematics(tokens)) if salted else ""
        signature.update_batch([f"{salt}{s}".encode() for s in shingles(tokens, SETTINGS.ngram)])
        near = [(signature.jaccard(kept[k]), -k) for k in index.query(signature)]
        best = max(near, default=(0.0, 0))
        if best[0] >= SETTINGS.threshold:
            drops[i] = -best[1]
        else:
            kept[i] = signature
            index.insert(i, signature)
    return drops


def datasketch_salted(rows: Sequence[Row]) -> Drops:
    """The same with our rule of the mathematics: no shingle is shared where it differs."""
    return datasketch(rows, salted=True)


def exact(rows: Sequence[Row]) -> Drops:
    """A dictionary of the texts, but for white space and case."""
    first: dict[str, int] = {}
    drops: Drops = {}
    for i, row in enumerate(rows):
        kept = first.setdefault(" ".join(row.text.lower().split()), i)
        if kept != i:
            drops[i] = kept
    return drops


def semantic(rows: Sequence[Row]) -> dict[str, Any]:
    """What vectors add to MinHash, for several thresholds; each text gets its vector once."""
    from builder.embeddings.minilm import MiniLMEmbedder

    embedder = MiniLMEmbedder()
    known: dict[str, np.ndarray] = {}

    def embed(texts: Sequence[str]) -> np.ndarray:
        new = [t for t in texts if t not in known]
        known.update(zip(new, embedder.embed(new), strict=True))
        return np.array([known[t] for t in texts])

    results: dict[str, Any] = {"MinHash": judged(rows, ours(rows))}
    for cosine in COSINES:
        results[f"cosine {cosine}"] = judged(rows, ours(rows, embed=embed, cosine=cosine))
    return {"results": results, "embedded": len(known)}


def judged(rows: Sequence[Row], drops: Drops) -> dict[str, Any]:
    """Drops against the truth.

    All but one row of each problem should go.  A drop for a row of another problem that was made of the same
    question is wrong; between two questions of the data folder the truth is not known, and they are counted apart.
    """
    problems = Counter(r.problem for r in rows)
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    unknown = 0
    for i, kept in drops.items():
        a, b = rows[i], rows[kept]
        if a.problem == b.problem:
            right[a.kind if a.kind != "original" else b.kind] += 1
        elif a.question == b.question:
            wrong[a.kind if a.kind in DIFFERENT else b.kind] += 1
        else:
            unknown += 1
    wanted = len(rows) - len(problems)
    return {
        "dropped": len(drops),
        "recall": right.total() / wanted,
        "precision": right.total() / max(1, right.total() + wrong.total()),
        "wrong": wrong.total(),
        "unknown": unknown,
        "right_by_kind": dict(right),
        "wrong_by_kind": dict(wrong),
    }


# --- decontamination -----------------------------------------------------------------------------


def index_hits(test: Sequence[str], rows: Sequence[Row]) -> list[bool]:
    """builder/stages/decontamination.py."""
    index = NgramIndex(NGRAM)
    for i, text in enumerate(test):
        index.add("test", str(i), text)
    return [bool(index.hits(r.text)) for r in rows]


def index_repeats(test: Sequence[str], rows: Sequence[Row]) -> list[bool]:
    """The same, counting only hits that repeat the row."""
    index = NgramIndex(NGRAM)
    for i, text in enumerate(test):
        index.add("test", str(i), text)
    return [any(h.repeated for h in index.hits(r.text)) for r in rows]


def plain_set(test: Sequence[str], rows: Sequence[Row], tokens: Callable[[str], list[str]]) -> list[bool]:
    """Every n-gram as a tuple in a Python set."""

    def ngrams(text: str) -> Iterable[tuple[str, ...]]:
        words = tokens(text)
        return (tuple(words[i : i + NGRAM]) for i in range(len(words) - NGRAM + 1))

    known = {gram for text in test for gram in ngrams(text)}
    return [any(gram in known for gram in ngrams(r.text)) for r in rows]


def set_of_our_tokens(test: Sequence[str], rows: Sequence[Row]) -> list[bool]:
    """A set of n-grams of our tokens."""
    return plain_set(test, rows, contamination_tokens)


def set_of_words(test: Sequence[str], rows: Sequence[Row]) -> list[bool]:
    """A set of n-grams of words between blanks, in lower case."""
    return plain_set(test, rows, lambda text: text.lower().split())


def met(rows: Sequence[Row], hits: Sequence[bool]) -> dict[str, Any]:
    """Share of the rows of each kind that meet the test sets, of those made from test rows and of the others."""
    from_test: dict[str, list[bool]] = {}
    others: list[bool] = []
    for row, hit in zip(rows, hits, strict=True):
        if row.source in TEST_SETS:
            from_test.setdefault(row.kind, []).append(hit)
        else:
            others.append(hit)
    return {
        "hits": sum(hits),
        "by_kind": {kind: float(np.mean(found)) for kind, found in sorted(from_test.items())},
        "others": float(np.mean(others)) if others else 0.0,
    }


# --- cases in processes of their own -------------------------------------------------------------

DEDUP: dict[str, Callable[[Sequence[Row]], Drops]] = {
    "ours": ours,
    "ours, wording alone": ours_wording,
    "datasketch": datasketch,
    "datasketch, our rule": datasketch_salted,
    "exact set": exact,
}
DECONTAMINATION: dict[str, Callable[[Sequence[str], Sequence[Row]], list[bool]]] = {
    "ours": index_hits,
    "ours, repeats only": index_repeats,
    "set, our tokens": set_of_our_tokens,
    "set, words": set_of_words,
}


def peak_mib() -> float:
    """Highest resident memory of this process so far; ru_maxrss would count that of the parent too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def child(group: str, case: str, path: Path) -> dict[str, Any]:
    """Do one case on the rows in ``path``."""
    rows = [Row(*json.loads(line)) for line in path.open(encoding="utf-8")]
    test = [r.text for r in rows if r.source in TEST_SETS and r.kind == "original"]
    if case.startswith("datasketch"):
        importlib.import_module("datasketch")  # before the clock runs
    if group == "semantic":
        return semantic(rows)
    before, seconds, cpu = peak_mib(), time.perf_counter(), time.process_time()
    drops = DEDUP[case](rows) if group == "dedup" else {}
    hits = DECONTAMINATION[case](test, rows) if group == "decontamination" else []
    took = {
        "seconds": time.perf_counter() - seconds,
        "cpu": time.process_time() - cpu,
        "mib": peak_mib() - before,
        "rows": len(rows),
    }
    return took | (judged(rows, drops) if group == "dedup" else met(rows, hits))


def written(rows: Sequence[Row], folder: Path) -> Path:
    """The rows as a file in ``folder``, for the children."""
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(list(r)) + "\n" for r in rows), encoding="utf-8")
    return path


def in_child(group: str, case: str, path: Path) -> dict[str, Any]:
    """The same in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.hygiene", "--child", group, case, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the case {case!r} of {group} failed: {done.stderr.strip()[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def took(case: str, result: dict[str, Any], base: dict[str, Any]) -> str:
    """The first columns of a table."""
    memory = result["mib"] / max(base["mib"], 1)
    return (
        f"| {case} | {result['rows'] / result['seconds']:,.0f} | {result['seconds']:.1f} | {result['cpu']:.1f} "
        f"| {result['cpu'] / base['cpu']:.2f} | {result['mib']:.0f} | {memory:.2f} "
    )


def dedup_tables(path: Path) -> dict[str, Any]:
    """Measure and print."""
    cases = list(DEDUP)
    if importlib.util.find_spec("datasketch") is None:
        cases = [case for case in cases if not case.startswith("datasketch")]
        print("datasketch is not installed and is left out; to measure it too: pip install datasketch\n")
    results: dict[str, Any] = {}
    print("| de-duplication | rows/s | seconds | CPU s | CPU, ratio | MiB | memory, ratio ", end="")
    print("| dropped | recall | precision | wrong | not judged |\n|---|" + "---:|" * 11)
    for case in cases:
        r = results[case] = in_child("dedup", case, path)
        print(took(case, r, results["ours"]), end="")
        print(f"| {r['dropped']:,} | {r['recall']:.4f} | {r['precision']:.4f} | {r['wrong']:,} | {r['unknown']:,} |")
        sys.stdout.flush()
    made = Counter(json.loads(line)[3] for line in path.open(encoding="utf-8"))
    print(
        "\n| rows dropped, by how they were made | made | "
        + " | ".join(cases)
        + " |\n|---|"
        + "---:|" * (len(cases) + 1)
    )
    for kind, key in [(k, "right_by_kind") for k in SAME] + [(k, "wrong_by_kind") for k in DIFFERENT]:
        told = "the same" if kind in SAME else "another problem"
        cells = " | ".join(f"{results[c][key].get(kind, 0):,}" for c in cases)
        print(f"| {kind} ({told}) | {made[kind]:,} | {cells} |")
    print()
    return results


def decontamination_tables(path: Path) -> dict[str, Any]:
    """Measure and print."""
    results: dict[str, Any] = {}
    print("| decontamination | rows/s | seconds | CPU s | CPU, ratio | MiB | memory, ratio | hits ", end="")
    print("| of rows of no test set |\n|---|" + "---:|" * 8)
    for case in DECONTAMINATION:
        r = results[case] = in_child("decontamination", case, path)
        print(took(case, r, results["ours"]) + f"| {r['hits']:,} | {r['others']:.2%} |", flush=True)
    print("\n| rows made of test questions that are met | " + " | ".join(DECONTAMINATION) + " |")
    print("|---|" + "---:|" * len(DECONTAMINATION))
    for kind in results["ours"]["by_kind"]:
        print(f"| {kind} | " + " | ".join(f"{results[c]['by_kind'][kind]:.1%}" for c in DECONTAMINATION) + " |")
    print()
    return results


def semantic_table(path: Path) -> dict[str, Any]:
    """Measure and print."""
    measured = in_child("semantic", "MiniLM", path)
    results: dict[str, Any] = measured["results"]
    print(f"Vectors of {measured['embedded']:,} rows were needed.\n")
    print("| | recall | precision | wrong | not judged | " + " | ".join(SAME) + " |\n|---|" + "---:|" * (4 + len(SAME)))
    for case, r in results.items():
        kinds = " | ".join(f"{r['right_by_kind'].get(kind, 0):,}" for kind in SAME)
        print(f"| {case} | {r['recall']:.4f} | {r['precision']:.4f} | {r['wrong']:,} | {r['unknown']:,} | {kinds} |")
    print()
    return results


def main() -> None:
    """Make the rows, measure, print the tables; with ``--json`` also write the figures to a file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of seed files")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=["dedup", "decontamination", "semantic"])
    parser.add_argument("--semantic-rows", type=int, default=20_000, help="made of as many fewer questions")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        group, case, path = options.child
        print(json.dumps(child(group, case, Path(path))))
        return
    questions = read_questions(options.data)
    if not questions:
        sys.exit(f"{options.data} holds no seed files: name their folder with --data")
    rows = make_rows(questions, options.rows, options.seed)
    kinds = ", ".join(f"{kind} {n:,}" for kind, n in Counter(r.kind for r in rows).most_common())
    print(f"{len(rows):,} rows of {len(questions):,} questions, seed {options.seed}: {kinds}\n", flush=True)
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = written(rows, Path(folder))
        if not options.only or "dedup" in options.only:
            results["dedup"] = dedup_tables(path)
        if not options.only or "decontamination" in options.only:
            results["decontamination"] = decontamination_tables(path)
    if not options.only or "semantic" in options.only:
        share = options.semantic_rows / options.rows
        some = random.Random(options.seed).sample(questions, int(share * len(questions)))
        with tempfile.TemporaryDirectory() as folder:
            path = written(make_rows(some, options.semantic_rows, options.seed), Path(folder))
            results["semantic"] = semantic_table(path)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
