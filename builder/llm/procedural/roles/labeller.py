"""The labeller: topics and key points of a problem with its solution, in varied words.

A problem that the catalogue can read is labelled by its steps.  Any other (a problem of GSM8K or
MATH) is labelled by the words that it shares with the catalogue, a rough guess: at most three entries
above a floor, else a generic topic.
"""

from __future__ import annotations

from random import Random

from ..entry import KeyPoint
from ..rates import Rates
from ..reader import read_problem
from ..recognise import TEXT_FLOOR, families, similar, topic_names

_GENERIC = (
    "Arithmetic - Multi-Step Word Problems",
    (
        "Translating a situation into a sequence of computations",
        "Carrying the result of one step into the next",
    ),
)


def _used(problem: str, solution: str) -> list[KeyPoint]:
    graph = read_problem(problem).graph
    if graph is not None:
        return [n.entry for n in graph.nodes]
    near = similar(f"{problem[:3000]} {solution[:3000]}", 3, whole=True)
    return [families()[f][0] for f, closeness in near if closeness >= max(TEXT_FLOOR, 0.6 * near[0][1])]


def _vary(options: tuple[str, ...], rng: Random) -> str:
    """Mostly the usual name, sometimes another."""
    return options[0] if rng.random() < 0.6 else rng.choice(options)


def label(problem: str, solution: str, rng: Random, rates: Rates) -> str:
    """The reply in the form that prompts/extraction.txt asks for."""
    used = list({e.family: e for e in _used(problem, solution)}.values())
    if len(used) > 1 and rng.random() < rates.labeller_forgets:
        used.remove(rng.choice(used))
    grouped: dict[str, list[str]] = {}
    for e in used:
        grouped.setdefault(e.topic, []).append(_vary(e.names, rng))
    named = [(_vary(topic_names(t), rng), points) for t, points in grouped.items()]
    if not named:
        named = [(_GENERIC[0], list(_GENERIC[1]))]
    lines = []
    for i, (topic, points) in enumerate(named, 1):
        lines.append(f"Topic {i}: {topic}")
        lines += [f"Key Point {j}: {p}" for j, p in enumerate(points, 1)]
    return "\n".join(lines)
