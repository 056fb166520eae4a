"""Information sets a second, peak memory, and how soon plain sampling saturates.

    python -m benchmarks.sets [--sets 1000000] [--loop 3000]

The matrix is synthetic and MATH-like: 7,500 practices, 119 topics in 8 subjects.  A topic's popularity falls
as 1 / rank^0.8; a practice has 1 to 4 topics (5 : 8 : 5 : 2), the first by popularity, the others by popularity
times 12 in the subject of the first; each has 1 to 7 key points.

Speed is that of :class:`builder.stages.sampling.SetSampler` on one core, in a process of its own, against a
loop that draws one set after the other from dense rows (the sampler that it replaced), measured in the same
process.  The last column is how many times as many sets a second.  Peak memory is that of the process.

Saturation: of each further 4,000 sets of 3 topics, the share whose three topics no earlier set had, for plain
sampling and with ``coverage``, for each weighting of the counts.  All takes half a minute.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from numpy.random import Generator

from builder.matrix import TCPM, WEIGHTINGS
from builder.records import LabelledPractice, Practice, TopicKeyPoints
from builder.stages.cooccurrence import tcpm
from builder.stages.sampling import SetSampler

ROOT = Path(__file__).resolve().parent.parent
TOPICS, SUBJECTS, PRACTICES = 119, 8, 7_500
STEP, STEPS = 4_000, 6


def math_like(seed: int = 0) -> list[LabelledPractice]:
    """The practices that the matrix is counted over."""
    rng = np.random.default_rng(seed)
    subject = np.arange(TOPICS) % SUBJECTS
    popularity = 1.0 / (1 + np.arange(TOPICS)) ** 0.8
    names = [f"Subject {s} - Topic {i:03d}" for i, s in enumerate(subject)]
    sizes = rng.choice([1, 2, 3, 4], PRACTICES, p=[0.25, 0.4, 0.25, 0.1])
    practices = []
    for i, size in enumerate(sizes):
        first = rng.choice(TOPICS, p=popularity / popularity.sum())
        weights = popularity * np.where(subject == subject[first], 12.0, 1.0)
        weights[first] = 0.0
        others = rng.choice(TOPICS, size - 1, replace=False, p=weights / weights.sum())
        topics = tuple(
            TopicKeyPoints(names[t], tuple(f"point {k}" for k in range(rng.integers(1, 8)))) for t in (first, *others)
        )
        practices.append(LabelledPractice(Practice(f"p{i:05d}", "math", "?", "0"), topics, "", "", ""))
    return practices


def one_by_one(mpkp: list[LabelledPractice], matrix: TCPM, n: int, seed: int) -> None:
    """METHOD 3 as a plain loop over sets: a generator, three vectors and their sums for each."""
    index = {name: i for i, name in enumerate(matrix.topics)}
    having: list[list[str]] = [[] for _ in matrix.topics]
    for labelled in mpkp:
        for t in labelled.topics:
            having[index[t.topic]].append(labelled.practice.id)
    m, first = matrix.weights, matrix.weights.sum(axis=1)
    for i in range(n):
        rng = np.random.Generator(np.random.Philox(key=[seed, i]))
        chosen: list[int] = []
        used: set[str] = set()
        wanted = 2 if rng.random() < 0.5 else 3
        while len(chosen) < wanted:
            weights = first if not chosen else m[chosen[-1]]
            if len(chosen) == 2 and (weights * m[chosen[0]]).any():
                weights = weights * m[chosen[0]]
            chosen.append(_topic(weights, rng))
            free = [p for p in having[chosen[-1]] if p not in used]
            used.add(free[int(rng.integers(len(free)))] if free else "")


def _topic(weights: np.ndarray, rng: Generator) -> int:
    cumulated = np.cumsum(weights)
    return int(np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right"))


def speed(sets: int, loop: int) -> dict[str, float]:
    """CPU seconds for ``sets`` sets, sets a second of the loop, and the peak memory in MiB of this process."""
    mpkp = math_like()
    matrix = tcpm(mpkp)
    start = time.process_time()
    one_by_one(mpkp, matrix, loop, 1)
    baseline = loop / (time.process_time() - start)
    start = time.process_time()
    sampler = SetSampler(mpkp, matrix, seed=1)
    arrays = sampler.draw(0, sets)
    seconds, sets = time.process_time() - start, len(arrays.topics)
    size = sum(a.nbytes for a in (arrays.topics, arrays.practices, arrays.wanted, arrays.fallback))
    unit = 1 << 10 if platform.system() == "Linux" else 1 << 20  # ru_maxrss: KiB on Linux, bytes on macOS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"seconds": seconds, "sets": sets, "baseline": baseline, "peak": peak, "arrays": size / 2**20}


def new_shares(mpkp: list[LabelledPractice], matrix: TCPM, *, coverage: bool) -> list[float]:
    """Of each further STEP sets of 3 topics, the share whose three topics are new."""
    sampler = SetSampler(mpkp, matrix, seed=1, two_topic_share=0.0, coverage=coverage)
    topics = np.sort(sampler.draw(0, STEP * STEPS).topics, axis=1)
    _, first = np.unique(topics, axis=0, return_index=True)
    return [float(((first >= k * STEP) & (first < (k + 1) * STEP)).sum() / STEP) for k in range(STEPS)]


def print_saturation() -> None:
    """The table of saturation."""
    mpkp = math_like()
    counted = tcpm(mpkp)
    print(f"new 3-topic sets in each further {STEP:,} draws")
    for weighting in WEIGHTINGS:
        matrix = counted.weighted(weighting)
        for coverage in (False, True):
            shares = "  ".join(f"{s:4.0%}" for s in new_shares(mpkp, matrix, coverage=coverage))
            print(f"  {weighting:6} {'coverage' if coverage else 'plain':9} {shares}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="speed and saturation of sampling information sets")
    parser.add_argument("--sets", type=int, default=1_000_000)
    parser.add_argument("--loop", type=int, default=3_000, help="sets of the loop that is the baseline")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(speed(options.sets, options.loop)))
        return
    command = [sys.executable, "-m", "benchmarks.sets", "--child", f"--sets={options.sets}", f"--loop={options.loop}"]
    measured = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    rate = measured["sets"] / measured["seconds"]
    print(f"{measured['sets']:,.0f} sets from {TOPICS} topics and {PRACTICES:,} practices, one core")
    print(f"  {measured['seconds']:.1f} s of CPU, {rate:,.0f} sets a second; one by one {measured['baseline']:,.0f}")
    print(f"  {rate / measured['baseline']:.0f} times as many")
    print(f"  peak memory {measured['peak']:,.0f} MiB, of which the sets are {measured['arrays']:.0f} MiB")
    print_saturation()


if __name__ == "__main__":
    main()
