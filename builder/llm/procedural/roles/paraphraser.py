"""The paraphraser: the same steps and quantities in other words; sometimes a number drifts.

A problem that it cannot read it returns with another verb and nothing else.
"""

from __future__ import annotations

import re
from random import Random

from ..graph import Graph, Node, evaluate
from ..rates import Rates
from ..reader import read_problem
from ..render import render

_VERBS = (("Find", "Determine"), ("Determine", "Find"), ("Compute", "Calculate"), ("Calculate", "Compute"))


def _drifted(graph: Graph, rng: Random) -> Graph:
    """One number changed, the problem still solvable; the graph itself where none can be."""
    places = [(i, p, v) for i, n in enumerate(graph.nodes) for p, v in n.params.items() if type(v) is int]
    rng.shuffle(places)
    for i, p, v in places:
        for by in rng.sample((1, 2, 3, -1, -2, 5, 10), 7):
            node = graph.nodes[i]
            changed = Node(node.entry, {**node.params, p: v + by}, node.wording)
            other = Graph((*graph.nodes[:i], changed, *graph.nodes[i + 1 :]), graph.ends, graph.join)
            if None not in evaluate(other):
                return other
    return graph


def paraphrase(problem: str, rng: Random, rates: Rates) -> str:
    """The reply: the rewritten problem between <Q> and </Q>."""
    reading = read_problem(problem)
    text = problem.strip()
    if reading.graph is not None and None not in reading.values and not reading.contradictions:
        graph = _drifted(reading.graph, rng) if rng.random() < rates.paraphrase_drift else reading.graph
        for _ in range(4):
            text = render(graph, rng)
            if text != problem.strip():
                break
    else:
        for verb, other in _VERBS:
            if re.search(rf"\b{verb}\b", text):
                text = re.sub(rf"\b{verb}\b", other, text)
                break
    return f"<Q>\n{text}\n</Q>"
