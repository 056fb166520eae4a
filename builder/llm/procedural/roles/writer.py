"""The writer: key points out of a question prompt into one new problem, sometimes flawed.

It masters only what the catalogue holds; key points that it does not recognise are left out, as a
weak model would.  Where a prompt lists topics only, it picks key points of theirs itself.  Whether the
problem is good is for the scorer to find out from the text.
"""

from __future__ import annotations

from random import Random
from typing import Any

from ..compose import compose
from ..graph import Graph, Node, Ref, evaluate
from ..numbers import Gap
from ..rates import Rates
from ..recognise import families, families_about, family_of, listed
from ..render import render

MAX_STEPS = 6
_RATIONALE = (
    "The steps should depend on one another, so I let each result become a quantity of the next step.",
    "I look for a problem in which each of the key points is needed to go on.",
    "One chain of steps, each feeding the next, keeps the problem in one piece.",
)


def key_points_of(prompt: str) -> list[tuple[str, str]]:
    """(key point, topic) as the prompt lists them; the topic is empty where it is not told."""
    head, *blocks = prompt.split("<topic>")
    outside = [head]
    topic_of: dict[str, str] = {}
    for part in blocks:
        block, _, after = part.partition("</topic>")
        outside.append(after)
        lines = block.partition("<example>")[0].strip().splitlines() or [""]
        for line in lines[1:]:
            if line.lstrip().startswith(("- ", "* ")):
                topic_of.setdefault(line.strip()[2:].strip(), lines[0].strip())
    found = listed("\n".join(outside)) or list(topic_of)
    return [(k, topic_of.get(k, "")) for k in found]


def picked(prompt: str, rng: Random) -> list[str]:
    """One or two families of each topic that the prompt lists, at most MAX_STEPS in all."""
    chosen: list[str] = []
    for block in prompt.split("<topic>")[1:]:
        name = next(iter(block.partition("<example>")[0].strip().splitlines()), "")
        own = families_about(name)
        chosen += rng.sample(own, min(len(own), rng.choice((1, 2))))
    return list(dict.fromkeys(chosen))[:MAX_STEPS]


def mastered(key_points: list[tuple[str, str]]) -> list[str]:
    """The families that the key points mean, without repeats, at most MAX_STEPS."""
    found = [family_of(k, t) for k, t in key_points]
    return list(dict.fromkeys(f for f in found if f is not None))[:MAX_STEPS]


def gap_places(graph: Graph) -> list[tuple[int, str]]:
    """(node, parameter) of every whole number that some wording can leave out."""
    places = []
    for i, n in enumerate(graph.nodes):
        fed = [p for p, v in n.params.items() if isinstance(v, Ref)]
        places += [
            (i, p)
            for p, v in n.params.items()
            if type(v) is int and any(w.feeds[p] and all(w.feeds[f] for f in fed) for w in n.entry.compiled)
        ]
    return places


def with_gap(graph: Graph, place: tuple[int, str]) -> Graph:
    """The graph with one literal number taken away."""
    i, p = place
    node = graph.nodes[i]
    changed = Node(node.entry, {**node.params, p: Gap()}, node.wording)
    return Graph((*graph.nodes[:i], changed, *graph.nodes[i + 1 :]), graph.ends, graph.join)


def _contradiction(graph: Graph, rng: Random) -> tuple[int, Any] | None:
    """A node and a value that it does not have."""
    values = evaluate(graph)
    inner = [i for n in graph.nodes for i in n.refs] or list(graph.ends)
    fit = [i for i in inner if type(values[i]) is int]
    if not fit:
        return None
    i = rng.choice(fit)
    value = values[i]
    assert isinstance(value, int)
    return i, value + rng.choice((-1, 1)) * rng.randint(1, max(3, abs(value) // 5))


def _flawed(chosen: list[str], rng: Random, rates: Rates) -> str | None:
    """The text of a problem with at most one flaw; None where nothing could be composed."""
    draw = rng.random()
    if draw < rates.missing_key_point and len(chosen) > 1:
        left_out = rng.choice(chosen)
        chosen = [f for f in chosen if f != left_out]
    draw -= rates.missing_key_point
    graph = compose([families()[f] for f in chosen], rng)
    if graph is None:
        return None
    if 0 <= draw < rates.missing_datum:
        places = gap_places(graph)
        if places:
            return render(with_gap(graph, rng.choice(places)), rng)
    draw -= rates.missing_datum
    wrong = _contradiction(graph, rng) if 0 <= draw < rates.contradiction else None
    return render(graph, rng, wrong)


def write(prompt: str, rng: Random, rates: Rates) -> str:
    """A reply to a question prompt: a rationale, then the problem between <Q> and </Q>."""
    key_points = key_points_of(prompt)
    chosen = mastered(key_points) if key_points else picked(prompt, rng)
    problem = _flawed(chosen, rng, rates) if chosen else None
    if problem is None:
        return "I do not master these key points well enough to write a problem that needs them."
    rationale = rng.choice(_RATIONALE)
    if rng.random() < rates.untagged:
        return f"{rationale}\n\n{problem}"
    return f"{rationale}\n\n<Q>\n{problem}\n</Q>"
