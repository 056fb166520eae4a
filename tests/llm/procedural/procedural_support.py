"""Shared by the tests of the procedural model: random problems with their graphs."""

from __future__ import annotations

from random import Random

from builder.llm.chat import ChatRequest, Decoding, Message
from builder.llm.procedural.compose import compose
from builder.llm.procedural.graph import Graph, Ref, evaluate, final
from builder.llm.procedural.recognise import families
from builder.llm.procedural.render import render
from builder.prompts import load_prompts

PROMPTS = load_prompts()


def random_graph(rng: Random, sizes=(1, 2, 3, 4, 5, 6)) -> Graph:
    while True:
        chosen = rng.sample(sorted(families()), rng.choice(sizes))
        graph = compose([families()[f] for f in chosen], rng)
        if graph is not None:
            return graph


def random_problem(rng: Random, sizes=(1, 2, 3, 4)):
    """(graph, text, answer)."""
    graph = random_graph(rng, sizes)
    return graph, render(graph, rng), final(graph, evaluate(graph))


def shape(graph: Graph):
    """Entries with their own numbers and who feeds whom, whatever the order of the nodes."""

    def of(i):
        node = graph.nodes[i]
        params = tuple((k, of(v.index) if isinstance(v, Ref) else v) for k, v in sorted(node.params.items()))
        return node.entry.id, params

    return tuple(of(i) for i in graph.ends), graph.join


def request(name: str, values: dict[str, str], *, temperature=0.75, seed=1, role=None) -> ChatRequest:
    filled = PROMPTS[name].request(
        values, Decoding("procedural-1", temperature=temperature, top_p=0.95, max_tokens=2048, seed=seed)
    )
    if role is None:
        return filled
    return ChatRequest(role, filled.model, filled.messages, filled.prompt_hash, temperature, 0.95, 2048, seed)


def bare(text: str, **kw) -> ChatRequest:
    """A request that holds nothing but a user message."""
    sampling = {"temperature": 0.75, "top_p": 0.95, "max_tokens": 2048, "seed": 1} | kw
    return ChatRequest("", "procedural-1", (Message("user", text),), "", **sampling)


def write_values(key_points: list[str], topic="Algebra - Equations") -> dict[str, str]:
    bullets = "\n".join(f"- {k}" for k in key_points)
    return {
        "information_set": f"<topic>\n{topic}\nKey points:\n{bullets}\n<example>\nFind 1.\n</example>\n</topic>",
        "key_points": "\n".join(f"{i}. {k}" for i, k in enumerate(key_points, 1)),
        "count": str(len(key_points)),
    }
