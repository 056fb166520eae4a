"""Knowledge construction at full size: seconds, memory and quality, beside scikit-learn and exact names.

    python -m benchmarks.knowledge [--only concepts routes pairs scale weights] [--quick] [--data DIR] [--json FILE]

Every case runs in a process of its own, whose CPU seconds (all threads) and peak memory (ru_maxrss) are printed;
ratios are to the baseline named in the same table.  CPU says more than seconds where others use the machine.
All takes some 20 minutes on two cores, --quick three.

concepts: concepts_14k.jsonl, 14,000 problems with 5 concepts each.  A practice's topics are named "Category -
    concept", with the concept as key point: more names than ``topics.full_matrix``, so that the neighbour graph is
    used.  Steps of the whole with each embedder and with exact names.  Purity is by the file's category, which our
    similarity sees in the names.  Then on a random part of the names (--names; scikit-learn needs some 25 n^2 bytes,
    18 GiB for all) average linkage of the concepts' own vectors from one threshold on by scikit-learn's
    AgglomerativeClustering on the full matrix, by ours on the full matrix and by ours on the neighbour graph
    (adjusted Rand index to scikit-learn's), and the whole of our merging with the full matrix and with the graph
    (index between the two).  MiniLM's vectors are those of the first case; their 90 MB are in the peaks of the others.
routes: knowledge_routes_5k.jsonl, a taxonomy made by people.  A leaf is a route below its parent (root, "Knowledge
    Point", module, parent, ..., leaf); its topic is named "Module - last step", and the parent, which the name does
    not say, is the truth.  Key points are none of the taxonomy's: the leaf's own words, or how three of its
    problems begin.  As many clusters as ours finds, or as there are parents, by ours, by scikit-learn on the names'
    vectors (cosine, average linkage) and by exact names.  Over leaves, and over problems.
pairs: the labelled pairs of topics, all their topics merged at once: how many pairs became one that are the same,
    and that are not.  Average linkage of plain cosines by scikit-learn and of our similarity, each from its own
    threshold: the lowest with a precision of 0.97 on these pairs, or that of the best F1 (both in sample).
    "Whole" is ours as it runs, with small topics joining others.
scale: made practices, streamed and never kept: 1 to 4 topics of 5,760 raw names by Zipf's law (960 topics in six
    ways of writing), 1 to 6 key points of 200 texts a topic.  All steps as a run does them, with the lexical
    embedder.  The names and key points are bounded, as the memory is: with texts that never repeat it would grow
    with them.  The exponent x: the CPU seconds, the practices alone taken off, grow as their number to the x.
weights: effective pairs of topics (exp of the entropy of the weights) and what the heaviest 1% of the pairs hold, for
    each weighting of the co-occurrence counts of labelled_practices.jsonl; that of the concepts comes with them.

DIR is $KPMATH_DATA_DIR; pairs and scale need none.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Any

from benchmarks.knowledge_tables import Cases, Column, Result, print_steps, table, total

EMBEDDERS = ("lexical", "minilm")
EXACT = "exact names"
SCIKIT, FULL, GRAPH = "scikit-learn", "ours, full matrix", "ours, neighbours"
PARTS = ("concepts", "routes", "pairs", "scale", "weights")


# --- concepts_14k ------------------------------------------------------------------------------


def run_concepts(cases: Cases, embedders: Sequence[str], names: int, whole: int | None) -> Result:
    """All names, then a part of them; ``whole``: only so many in place of all."""
    every = cases.run_all("concepts", [{"embedder": e, "names": whole} for e in (EXACT, *embedders)])
    print_steps(f"concepts: {every[0]['names']:,} names", every, lambda r: r["embedder"])
    exact = total(every[0])
    table(
        "what they became",
        every,
        [
            ("", "", lambda r: r["embedder"]),
            ("threshold", ".3f", lambda r: r["threshold"]),
            ("topics", ",", lambda r: r["clusters"]),
            ("of exact", ".2f", lambda r: r["clusters"] / every[0]["clusters"]),
            ("largest", ",", lambda r: r["largest"]),
            ("pairs within", ".5%", lambda r: r["pairs_within"]),
            ("purity", ".4f", lambda r: r["purity"]),
            ("CPU of exact", ".0f", lambda r: total(r) / exact),
        ],
    )
    for r in every:
        print_weights(f"weights: {r['names']:,} concepts, topics by {r['embedder']}", r["weightings"])
    parts = [run_part(cases, r["embedder"], names, r["threshold"]) for r in every[1:]]
    return {"all": every, "parts": parts}


def run_part(cases: Cases, embedder: str, names: int, threshold: float) -> list[Result]:
    """Our linkage beside scikit-learn's, and our merging by both of its ways, on the same random names."""
    results, pairs = [], []
    for way in (SCIKIT, FULL, GRAPH):
        labels = cases.file(embedder, way)
        given = {"names": names, "way": way, "threshold": threshold, "labels_to": labels}
        results.append(cases.run("linkage", embedder=embedder, **given))
        pairs.append([cases.file(embedder, SCIKIT), labels])
    for way, full in ((f"all of {FULL}", names), (f"all of {GRAPH}", 2)):
        labels = cases.file(embedder, way)
        found = cases.run("concepts", embedder=embedder, names=names, full=full, labels_to=labels)
        results.append(dict(found or {}, way=way))
        pairs.append([cases.file(embedder, f"all of {FULL}"), labels])
    agreed = cases.run("agreement", data=False, pairs=pairs)
    for result, ari in zip(results, agreed["ari"] if agreed else [], strict=True):
        result["ari"] = ari
    first, ours = results[0], results[3]

    def cpu(result: Result) -> float:
        return total(result, without=["vectors"])

    def base(result: Result) -> Result:
        return ours if result["way"].startswith("all of") else first

    table(
        f"{names:,} of the names, {embedder}: linkage of the concepts' vectors from {threshold:.3f} on (beside "
        "scikit-learn's),\nall of ours without the vectors (beside the full matrix)",
        results,
        [
            ("", "", lambda r: r["way"]),
            ("seconds", ".1f", lambda r: total(r, "seconds", ["vectors"])),
            ("CPU", ".1f", cpu),
            ("ratio", ".2f", lambda r: cpu(r) / cpu(base(r))),
            ("peak MiB", ",.0f", lambda r: r["peak_mib"]),
            ("ratio", ".2f", lambda r: r["peak_mib"] / base(r)["peak_mib"]),
            ("topics", ",", lambda r: r["clusters"]),
            ("largest", ",", lambda r: r["largest"]),
            ("pairs within", ".5%", lambda r: r["pairs_within"]),
            ("purity", ".4f", lambda r: r["purity"]),
            ("ARI", ".4f", lambda r: r["ari"]),
        ],
    )
    return results


# --- with a truth ------------------------------------------------------------------------------


def run_routes(cases: Cases, embedders: Sequence[str]) -> list[Result]:
    """Every way of making clusters of the leaves, against their parents."""
    results = cases.run_all("routes", [{"way": EXACT, "embedder": "", "key_points": "leaf"}])
    parents = results[0]["parents"]
    for embedder in embedders:
        for points, wanted in (("leaf", None), ("problems", None), ("leaf", parents), ("problems", parents)):
            given = {"embedder": embedder, "key_points": points, "clusters": wanted}
            found = cases.run_all("routes", [{"way": "ours", **given}])
            if found and (points == "leaf" or not wanted):  # scikit-learn sees names only: once for the parents
                results += cases.run_all("routes", [{"way": SCIKIT, **given, "clusters": found[0]["clusters"]}])
            results += found
    first = results[0]
    scores = [("purity", "purity"), ("inverse", "inverse_purity"), ("ARI", "ari"), ("NMI", "nmi")]
    of: list[Column] = [
        (heading, ".3f", lambda r, over=over, key=key: r[over][key])  # type: ignore[misc]
        for over in ("over_leaves", "over_problems")
        for heading, key in scores
    ]
    table(
        f"routes: {first['leaves']} leaves of {parents} parents, {first['problems']:,} problems; the first "
        "four figures are over leaves, the last four over problems",
        results,
        [
            ("", "", lambda r: r["way"]),
            ("embedder", "", lambda r: r["embedder"]),
            ("key points", "", lambda r: r["key_points"] if r["way"] == "ours" else ""),
            ("clusters", ",", lambda r: r["clusters"]),
            *of,
            ("CPU", ".2f", lambda r: total(r, without=["vectors"])),
        ],
    )
    return results


def run_pairs(cases: Cases, embedders: Sequence[str]) -> list[Result]:
    """Which labelled pairs become one, by each way of merging."""
    results = cases.run_all("pairs", [{"embedder": e} for e in embedders], data=False)
    for r in results:
        first = r["ways"][0]
        table(
            f"pairs: {first['topics']} topics of {first['same']} pairs that are the same and {first['different']} that "
            f"are not, {r['embedder']}",
            r["ways"],
            [
                ("", "", lambda w: w["way"]),
                ("threshold by", "", lambda w: w["by"]),
                ("at", ".3f", lambda w: w["threshold"]),
                ("topics", ",", lambda w: w["clusters"]),
                ("same joined", ",", lambda w: w["same_joined"]),
                ("share", ".3f", lambda w: w["same_joined"] / w["same"]),
                ("different joined", ",", lambda w: w["different_joined"]),
                ("share", ".3f", lambda w: w["different_joined"] / w["different"]),
            ],
        )
    return results


# --- scale -------------------------------------------------------------------------------------

ALONE = "the practices alone"
PASSES = ("vocabulary", "key points: vocabulary", "renaming, counting", "TCPM")  # each makes the practices anew


def own_cpu(result: Result) -> float:
    """CPU seconds without those of making the practices."""
    alone = next(s["cpu"] for s in result["steps"] if s["step"] == ALONE)
    return total(result, without=[ALONE]) - len(PASSES) * alone


def run_scale(cases: Cases, sizes: Sequence[int]) -> list[Result]:
    """Made practices in growing numbers."""
    given = [{"practices": n, "embedder": "lexical"} for n in sizes]
    results = cases.run_all("scale", given, data=False)
    print_steps("scale", results, lambda r: f"{r['practices']:,} practices")
    first, before = results[0], dict(zip(sizes[1:], results, strict=False))

    def exponent(r: Result) -> Any:
        b = before.get(r["practices"])
        return f"{log(own_cpu(r) / own_cpu(b)) / log(r['practices'] / b['practices']):.2f}" if b else ""

    table(
        "growth, beside the first line; the exponent beside the line before",
        results,
        [
            ("practices", ",", lambda r: r["practices"]),
            ("times", ".1f", lambda r: r["practices"] / first["practices"]),
            ("own CPU", ".1f", own_cpu),
            ("times", ".1f", lambda r: own_cpu(r) / own_cpu(first)),
            ("exponent", "", exponent),
            ("ms a practice", ".3f", lambda r: 1000 * own_cpu(r) / r["practices"]),
            ("peak MiB", ",.0f", lambda r: r["peak_mib"]),
            ("names", ",", lambda r: r["names"]),
            ("topics", ",", lambda r: r["clusters"]),
            ("true", ",", lambda r: r["true_topics"]),
            ("ARI", ".3f", lambda r: r["ari"]),
            ("key points", ",", lambda r: r["distinct_key_points"]),
            ("grouped", ",", lambda r: r["grouped_key_points"]),
        ],
    )
    return results


# --- weights -----------------------------------------------------------------------------------


def run_weights(cases: Cases, embedders: Sequence[str]) -> list[Result]:
    """What each weighting does, on raw names and on merged ones."""
    results = cases.run_all("weights", [{"embedder": e} for e in (EXACT, *embedders)])
    for r in results:
        print_weights(f"weights: {r['practices']} real replies, topics by {r['embedder']}", r["weightings"])
    return results


def print_weights(title: str, weightings: Sequence[Result]) -> None:
    """A line for each weighting."""
    plain = next(w for w in weightings if w["weighting"] == "none")
    table(
        title,
        weightings,
        [
            ("", "", lambda w: w["weighting"]),
            ("topics", ",", lambda w: w["topics"]),
            ("pairs", ",", lambda w: w["pairs"]),
            ("of all pairs", ".3%", lambda w: w["density"]),
            ("effective pairs", ",.0f", lambda w: w["effective_pairs"]),
            ("of counts'", ".3f", lambda w: w["effective_pairs"] / plain["effective_pairs"]),
            ("top 1%", ".2%", lambda w: w["top_1_percent"]),
            ("of counts'", ".3f", lambda w: w["top_1_percent"] / plain["top_1_percent"]),
        ],
    )


def main() -> None:
    """Measure what is asked for and print the tables; with ``--json`` also write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to run (default: all)")
    parser.add_argument("--data", default=os.environ.get("KPMATH_DATA_DIR"), help="default: $KPMATH_DATA_DIR")
    parser.add_argument("--embedders", nargs="+", choices=EMBEDDERS, default=EMBEDDERS, help="default: both")
    parser.add_argument("--names", type=int, default=20_000, help="of the concepts for scikit-learn (default: 20,000)")
    parser.add_argument("--practices", nargs="+", type=int, default=(15_000, 100_000, 1_000_000), help="of scale")
    parser.add_argument("--quick", action="store_true", help="everything small, for a first look")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    given = parser.parse_args()
    whole = None
    if given.quick:
        whole, given.names, given.practices = 2000, 1000, (1_000, 20_000)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="kpmath-bench-") as folder:
        cases = Cases(given.data, Path(folder))
        if "concepts" in given.only:
            figures["concepts"] = run_concepts(cases, given.embedders, given.names, whole)
        if "routes" in given.only:
            figures["routes"] = run_routes(cases, given.embedders)
        if "pairs" in given.only:
            figures["pairs"] = run_pairs(cases, given.embedders)
        if "scale" in given.only:
            figures["scale"] = run_scale(cases, given.practices)
        if "weights" in given.only:
            figures["weights"] = run_weights(cases, given.embedders)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
