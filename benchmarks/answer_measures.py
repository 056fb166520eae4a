"""Figures of the answers' benchmark: accuracy on labelled pairs, votes on groups, seconds of CPU.

Knows how to measure, not what to print; see :mod:`.answers`.
"""

from __future__ import annotations

import hashlib
import json
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builder.answers import extract_answer

from .answer_groups import Group

DISPUTED = Path(__file__).with_name("disputed_labels.jsonl")


# --- accuracy --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """A labelled row; ``gold`` and ``answer`` are extracted where the row holds texts, ``raw`` are as given."""

    row: dict[str, Any]
    gold: str
    answer: str
    raw: tuple[str, str]
    equal: bool
    disputed: str | None


def read_pairs(paths: Iterable[Path]) -> list[Pair]:
    """The rows of pairs files, and why a label is disputed (:data:`DISPUTED`).

    Raises:
        SystemExit: a file is not there or a row has not its fields.
    """
    lines = [json.loads(line) for line in DISPUTED.read_text(encoding="utf-8").splitlines()]
    disputed = {line["row"]: line["reason"] for line in lines}
    found = []
    for path in paths:
        if not path.is_file():
            sys.exit(f"{path} is not there: name a file with --pairs, or set KPMATH_DATA_DIR to the folder with one")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            row = json.loads(line)
            if not {"gold", "answer", "equal"} <= row.keys():
                sys.exit(f"{path}, line {number}: a row needs gold, answer and equal")
            raw = (row["gold"], row["answer"])
            gold, answer = ((extract_answer(t) or t) if row.get("kind") == "text" else t for t in raw)
            reason = disputed.get(row_hash(row.get("source", ""), *raw))
            found.append(Pair(row, gold, answer, raw, bool(row["equal"]), reason))
    return found


def row_hash(source: str, gold: str, answer: str) -> str:
    """What names a row in the list of disputed labels."""
    return hashlib.blake2b(json.dumps([source, gold, answer]).encode(), digest_size=8).hexdigest()


@dataclass
class Accuracy:
    """Verdicts of one judge on pairs, and the CPU seconds of each."""

    name: str
    verdicts: list[bool | None] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    elsewhere: float = 0.0  # seconds of CPU of other processes, known for all pairs together

    def figures(self, pairs: Sequence[Pair], keep: Callable[[Pair], bool] = lambda _: True) -> dict[str, float]:
        """Counts and shares over the pairs that ``keep`` keeps; undecided is not equal."""
        kept = [(bool(v), p.equal) for v, p in zip(self.verdicts, pairs, strict=True) if keep(p)]
        spent = sorted(1000 * s for s, p in zip(self.seconds, pairs, strict=True) if keep(p))
        right = sum(v == e for v, e in kept)
        return {
            "pairs": len(kept),
            "right_percent": 100 * right / len(kept) if kept else 0.0,
            "false_equal": sum(v and not e for v, e in kept),
            "false_different": sum(e and not v for v, e in kept),
            "undecided": sum(v is None for v, p in zip(self.verdicts, pairs, strict=True) if keep(p)),
            **{f"{k}_ms": v for k, v in times(spent).items()},
            "elsewhere_s": self.elsewhere,
        }


def accuracy(name: str, pairs: Sequence[Pair], judge: Callable[[Pair], tuple[bool | None, float]]) -> Accuracy:
    """Ask a judge about each pair; it returns its verdict and the seconds of CPU."""
    found = Accuracy(name)
    for pair in pairs:
        verdict, seconds = judge(pair)
        found.verdicts.append(verdict)
        found.seconds.append(seconds)
    return found


# --- votes -----------------------------------------------------------------------------------------


@dataclass
class Votes:
    """How the partitions of one judge compare with the truth."""

    groups: int = 0
    partitions: int = 0
    majorities: int = 0
    clear: int = 0  # groups whose largest class stands alone
    share_errors: float = 0.0
    classes: int = 0

    def add(self, truth: Sequence[int], found: Sequence[int | None] | None) -> None:
        """Count a group; None: the judge gave no partition."""
        self.groups += 1
        size = Counter(truth)
        lead = [k for k, n in size.items() if n == max(size.values())]
        self.clear += len(lead) == 1
        self.classes += len(size)
        if found is None:
            self.share_errors += sum(n / len(truth) for n in size.values())
            return
        self.partitions += list(found) == list(truth)
        self.majorities += len(lead) == 1 and truth[_winner(found)] == lead[0]
        total = Counter(found)
        for k, n in size.items():
            inside = Counter(f for f, t in zip(found, truth, strict=True) if t == k)
            # The class that most of its members are found in stands for it.
            best = max(inside, key=lambda f: (inside[f], -total[f]))
            self.share_errors += abs(total[best] - n) / len(truth)

    def figures(self) -> dict[str, float]:
        """Shares in percent, and the mean absolute error of a class's share of its group."""
        return {
            "groups": self.groups,
            "partitions_percent": 100 * self.partitions / max(1, self.groups),
            "majorities_percent": 100 * self.majorities / max(1, self.clear),
            "share_error": self.share_errors / max(1, self.classes),
        }


def _winner(found: Sequence[int | None]) -> int:
    """The place of an answer of the largest class found, the first of equals."""
    total = Counter(found)
    return max(range(len(found)), key=lambda k: (total[found[k]], -k))


def votes(groups: Iterable[Group], classes: Callable[[list[str]], Sequence[int | None] | None]) -> dict[str, Votes]:
    """The votes of a judge by family."""
    found: dict[str, Votes] = {}
    for group in groups:
        found.setdefault(group.family, Votes()).add(group.truth, classes(group.answers))
    return found


def together(parts: Iterable[Votes]) -> Votes:
    """Votes of several families as one."""
    total = Votes()
    for part in parts:
        for name, value in vars(part).items():
            setattr(total, name, getattr(total, name) + value)
    return total


# --- seconds ---------------------------------------------------------------------------------------


def times(values: Sequence[float]) -> dict[str, float]:
    """Median, mean and 99th percentile."""
    if not values:
        return {"median": 0.0, "mean": 0.0, "p99": 0.0}
    ordered = sorted(values)
    last = min(len(ordered) - 1, int(0.99 * len(ordered)))
    return {"median": statistics.median(ordered), "mean": statistics.fmean(ordered), "p99": ordered[last]}


def clock(work: Callable[[], Any]) -> tuple[Any, float]:
    """What ``work`` returns, and the seconds of CPU it took in this process."""
    start = time.process_time()
    return work(), time.process_time() - start


def children_cpu() -> float:
    """Seconds of CPU of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def forget() -> None:
    """Empty every cache of the builder's answers, so that a pass is measured cold."""
    for name, module in list(sys.modules.items()):
        if name.startswith("builder.answers"):
            for value in vars(module).values():
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()


def candidates(folder: Path) -> Iterator[list[str | None]]:
    """The extracted answers of each question of the real candidates."""
    for path in sorted(folder.glob("candidates_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield [extract_answer(text) for text in json.loads(line)["candidates"]]
