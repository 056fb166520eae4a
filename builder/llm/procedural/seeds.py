"""Practices written by the procedural model itself, without flaws: the demo's seeds.

Key points of the same and of neighbouring subjects come together more often, so that topics co-occur
in a structured way.  The labels are not stored: extraction has to find them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from random import Random
from typing import Any

from .compose import compose
from .graph import evaluate, final
from .rates import FLAWLESS
from .reader import read_problem
from .recognise import families
from .render import render
from .roles.solver import solve

SUBJECTS = (
    "Arithmetic",
    "Prealgebra",
    "Number Theory",
    "Counting and Probability",
    "Algebra",
    "Intermediate Algebra",
    "Precalculus",
    "Geometry",
)
"""The order says which subjects are neighbours (the last and the first are not)."""


def subject_of(family: str) -> str:
    """The subject of a family: what stands before " - " in its topic."""
    return families()[family][0].topic.partition(" - ")[0]


def _place(subject: str) -> int:
    """The subject's place among its neighbours; what is no subject of ours ("Others") comes first."""
    return SUBJECTS.index(subject) if subject in SUBJECTS else -1


def _affinity(a: str, b: str) -> float:
    """How readily two families come together."""
    first, second = families()[a][0].topic, families()[b][0].topic
    if first == second:
        return 6.0
    x, y = (_place(t.partition(" - ")[0]) for t in (first, second))
    return {0: 4.0, 1: 1.5}.get(abs(x - y), 0.35)


def _choose(rng: Random) -> list[str]:
    """2-4 families of 1-3 topics."""
    pool = list(families())
    chosen = [rng.choice(pool)]
    wanted = rng.choices((2, 3, 4), (5, 4, 2))[0]
    while len(chosen) < wanted:
        topics = {families()[f][0].topic for f in chosen}
        rest = [f for f in pool if f not in chosen and (len(topics) < 3 or families()[f][0].topic in topics)]
        if not rest:
            break
        weights = [sum(_affinity(c, f) for c in chosen) for f in rest]
        chosen.append(rng.choices(rest, weights)[0])
    return chosen


def _subject(chosen: Sequence[str]) -> str:
    """The subject that most of them have; the latest in the usual order of study on a tie."""
    names = [subject_of(f) for f in chosen]
    return max(names, key=lambda s: (names.count(s), _place(s)))


def write_seeds(n: int, seed: int) -> list[dict[str, Any]]:
    """``n`` practices: ``id``, ``problem``, ``solution``, ``subject``, ``level`` ("Level 1" to "Level 5").

    The same arguments and catalogue give the same practices.  Every solution is right.
    """
    rng = Random(int.from_bytes(hashlib.blake2b(b"seeds:%d" % seed, digest_size=16).digest(), "big"))
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    while len(rows) < n:
        chosen = _choose(rng)
        graph = compose([families()[f] for f in chosen], rng)
        if graph is None or (graph.join and rng.random() < 0.8):
            continue
        problem = render(graph, rng)
        answer = final(graph, evaluate(graph))
        if problem in seen or answer is None or read_problem(problem).answer != answer:
            continue
        seen.add(problem)
        rows.append(
            {
                "id": f"seed-{len(rows):04d}",
                "problem": problem,
                "solution": solve(problem, rng, FLAWLESS, 0.7),
                "subject": _subject(chosen),
                "level": f"Level {min(5, len(graph.nodes) + (graph.join is not None))}",
            }
        )
    return rows
