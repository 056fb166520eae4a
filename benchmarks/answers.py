r"""Equality of answers beside Math-Verify and plain string equality, in one run.

    python -m benchmarks.answers [--pairs FILE ...] [--groups N] [--out DIR] [--quick]

Accuracy on labelled pairs; votes on groups of ten whose classes are known (:mod:`.answer_groups`, the
held-out families apart); speed in CPU time.  Math-Verify gets each answer parsed once a group, its
time-outs off and a limit on each step, and only a sample of the groups: it would take hours for all.
Each pass of ours starts with empty caches.  The pairs and the real candidates come from the folder
KPMATH_DATA_DIR; nothing of them is copied but with ``--out``, the rows that were judged wrongly.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from builder.answers import answer_classes, equal
from builder.answers.fallback import MathVerify

from .answer_groups import DEVELOPMENT, HELD_OUT, Group, groups
from .answer_measures import (
    Accuracy,
    Pair,
    Votes,
    accuracy,
    candidates,
    children_cpu,
    clock,
    forget,
    read_pairs,
    times,
    together,
    votes,
)
from .answer_rivals import ROOT, STEP_LIMIT, MathVerifyProcess, math_verify_installed, same_strings, string_classes

Figures = dict[str, Any]
SEED = "benchmark"


def data_folder() -> Path:
    """Where the pairs and candidates are: KPMATH_DATA_DIR, or beside the repository."""
    given = os.environ.get("KPMATH_DATA_DIR")
    return Path(given) if given else ROOT.parent / "shared" / "data"


# --- accuracy --------------------------------------------------------------------------------------


def measure_accuracy(pairs: list[Pair], rival: MathVerifyProcess | None, out: Path | None) -> Figures:
    """Print and return the accuracy of each judge, with and without the disputed labels."""
    forget()
    judges = [accuracy("ours", pairs, lambda p: clock(lambda: equal(p.gold, p.answer)))]
    if rival is not None:
        judges.append(_with_fallback(pairs))
        judges.append(accuracy("Math-Verify", pairs, lambda p: (rival.pair(*p.raw), rival.cpu)))
    judges.append(accuracy("strings", pairs, lambda p: clock(lambda: same_strings(p.gold, p.answer))))
    disputed = [p for p in pairs if p.disputed]
    print(f"\nAccuracy on {len(pairs):,} pairs, of which {len(disputed)} have labels that we dispute")
    print("                          right %   false equal   false different   undecided   CPU ms median   mean    p99")
    found: Figures = {}
    for judge in judges:
        for title, figures in (
            (judge.name, judge.figures(pairs)),
            ("  without disputed", judge.figures(pairs, lambda p: not p.disputed)),
        ):
            workers = f"   and {judge.elsewhere:.1f} s in workers" if judge.elsewhere else ""
            print(
                f"{title:24} {figures['right_percent']:8.2f} {figures['false_equal']:13} "
                f"{figures['false_different']:17} {figures['undecided']:11} {figures['median_ms']:15.3f} "
                f"{figures['mean_ms']:6.2f} {figures['p99_ms']:6.1f}{workers}"
            )
            found.setdefault(judge.name, {})["all" if title == judge.name else "without_disputed"] = figures
    for pair in disputed:
        print(f"  disputed: {pair.row.get('source', '?'):18} label {pair.equal!s:5}  {pair.disputed}")
    if out is not None:
        _write_wrong(pairs, judges, out / "wrong_pairs.jsonl")
    return found


def _with_fallback(pairs: list[Pair]) -> Accuracy:
    """Ours, asking Math-Verify about what our parser cannot read.

    A pair's time is our own CPU; that of the worker processes is known for all pairs together, at their end.
    """
    forget()
    before = children_cpu()
    with MathVerify() as judge:

        def ask(pair: Pair) -> tuple[bool | None, float]:
            known = judge.undecided
            verdict, seconds = clock(lambda: equal(pair.gold, pair.answer, judge=judge))
            return (None if judge.undecided > known and not verdict else verdict), seconds

        found = accuracy("ours with fallback", pairs, ask)
    found.elsewhere = children_cpu() - before
    return found


def _write_wrong(pairs: Sequence[Pair], judges: Sequence[Accuracy], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for k, pair in enumerate(pairs):
            verdicts = {judge.name: judge.verdicts[k] for judge in judges}
            if (
                bool(verdicts["ours"]) != pair.equal
                or bool(verdicts.get("ours with fallback", pair.equal)) != pair.equal
            ):
                row = {
                    **pair.row,
                    "verdicts": verdicts,
                    "extracted": [pair.gold, pair.answer],
                    "disputed": pair.disputed,
                }
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


# --- votes -----------------------------------------------------------------------------------------


def measure_votes(kinds: Mapping[str, list[Group]], samples: Mapping[str, list[Group]], rival: Figures) -> Figures:
    """Print and return the votes of ours, of strings and of Math-Verify, over development and held-out families."""
    print("\nVotes on groups of ten        groups   partitions right %   majorities right %   mean error of a share")
    found: Figures = {}
    for kind, rows in kinds.items():
        forget()
        ours = votes(rows, answer_classes)
        strings = votes(rows, string_classes)
        judges = {"ours": together(ours.values()), "strings": together(strings.values())}
        if kind in rival:
            # The same sample, so that the two can be compared.
            judges["ours, sample"] = together(votes(samples[kind], answer_classes).values())
            judges["Math-Verify, sample"] = rival[kind]
        found[kind] = {name: judge.figures() for name, judge in judges.items()}
        for name, figures in found[kind].items():
            _print_votes(f"{kind}: {name}", figures)
        found[kind]["families"] = {family: v.figures() for family, v in sorted(ours.items())}
        worse = [(f, v) for f, v in ours.items() if v.partitions < v.groups]
        for family, v in sorted(worse, key=lambda item: item[1].partitions / item[1].groups):
            _print_votes(f"    {family}", v.figures())
        print(f"    the other {len(ours) - len(worse)} families: all partitions right")
    return found


def _print_votes(title: str, figures: Mapping[str, float]) -> None:
    print(
        f"{title:34.34} {figures['groups']:6,} {figures['partitions_percent']:15.2f} "
        f"{figures['majorities_percent']:20.2f} {figures['share_error']:21.5f}"
    )


# --- speed -----------------------------------------------------------------------------------------


def measure_speed(kinds: Mapping[str, list[Group]], rival: Figures | None) -> Figures:
    """Print and return questions a second, CPU a question, and the ratio to Math-Verify."""
    varied = [g.answers for rows in kinds.values() for g in rows]
    real = [answers for answers in candidates(data_folder()) if any(answers)]
    found: Figures = {}
    print("\nSpeed, CPU of one core, caches empty at the start   questions   a second   p50 ms   p99 ms")
    for name, questions in (("varied groups", varied), ("real candidates", real)):
        if not questions:
            print(f"{name}: none (KPMATH_DATA_DIR)")
            continue
        spent = _passes(questions)
        figures = {"questions": len(spent), "per_second": len(spent) / sum(spent)}
        figures |= {f"{k}_ms": 1000 * v for k, v in times(spent).items()}
        found[name] = figures
        print(
            f"{name:50} {figures['questions']:10,} {figures['per_second']:10,.0f} "
            f"{figures['median_ms']:8.3f} {figures['p99_ms']:8.2f}"
        )
    for way, (sample, seconds) in (rival or {}).items():
        ours = sum(_passes([g.answers for g in sample]))
        found[way] = {"groups": len(sample), "ours_s": ours, "math_verify_s": seconds, "ratio": seconds / ours}
        print(
            f"Math-Verify {way}: {seconds:.1f} s for {len(sample)} groups, ours {ours:.3f} s: "
            f"{seconds / ours:,.0f} times"
        )
    return found


def _passes(questions: Sequence[Sequence[str | None]]) -> list[float]:
    forget()
    return [clock(lambda q=q: answer_classes(q))[1] for q in questions]  # type: ignore[misc]


def run_rival(rival: MathVerifyProcess, samples: Mapping[str, list[Group]]) -> tuple[Figures, Figures]:
    """Math-Verify on a sample: its votes by kind, and by way the groups with their seconds of CPU."""
    marks: Figures = {}
    spent = {"greedily": 0.0, "on all pairs": 0.0}
    everything = [g for rows in samples.values() for g in rows]
    for kind, rows in samples.items():
        marks[kind] = Votes()
        for group in rows:
            marks[kind].add(group.truth, rival.greedy(group.answers))
            spent["greedily"] += rival.cpu
    for group in everything:
        rival.all_pairs(group.answers)
        spent["on all pairs"] += rival.cpu
    return marks, {"greedily": (everything, spent["greedily"]), "on all pairs": (everything, spent["on all pairs"])}


def _spread(rows: list[Group], n: int) -> list[Group]:
    """The first group of about ``n`` families."""
    first = list({g.family: g for g in reversed(rows)}.values())
    return first[:: max(1, round(len(first) / n))]


def main() -> None:
    """Measure, print, and with ``--out`` write ``answers.json`` and ``wrong_pairs.jsonl``."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pairs", type=Path, nargs="+", help="labelled pairs; answer_pairs.jsonl by default")
    parser.add_argument("--groups", type=int, default=8000, help="groups of ten, a quarter of held-out families")
    parser.add_argument("--out", type=Path, help="folder for the figures and the wrong rows")
    parser.add_argument("--quick", action="store_true", help="a tenth of the groups, Math-Verify on a few")
    options = parser.parse_args()
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    pairs = read_pairs(options.pairs or [data_folder() / "answer_pairs.jsonl"])
    n = options.groups // 10 if options.quick else options.groups
    kinds = {
        "development": list(groups(n - n // 4, SEED, DEVELOPMENT)),
        "held out": list(groups(n // 4, SEED, HELD_OUT)),
    }
    print(f"{platform.machine()}, Python {platform.python_version()}; Math-Verify: {STEP_LIMIT:g} s of CPU a step")
    results: Figures = {"python": platform.python_version(), "seed": SEED, "groups": n}
    sizes = (12, 4) if options.quick else (len(DEVELOPMENT), len(HELD_OUT))
    samples = {kind: _spread(rows, sizes[k]) for k, (kind, rows) in enumerate(kinds.items())}
    if math_verify_installed():
        with MathVerifyProcess() as rival:
            results["accuracy"] = measure_accuracy(pairs[:: 8 if options.quick else 1], rival, options.out)
            marks, spent = run_rival(rival, samples)
    else:
        print("Math-Verify is not installed: its columns are left out")
        marks, spent = {}, None
        results["accuracy"] = measure_accuracy(pairs, None, options.out)
    results["votes"] = measure_votes(kinds, samples, marks)
    results["speed"] = measure_speed(kinds, spent)
    if options.out:
        (options.out / "answers.json").write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
