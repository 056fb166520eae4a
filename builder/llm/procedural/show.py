"""``python -m builder.llm.procedural.show [ID ...]``: drawn examples of entries, for who adds one."""

from __future__ import annotations

import sys
from random import Random

from .catalogue import entries
from .entry import CompiledWording, KeyPoint, Params, Text
from .grammar import capitalise
from .steps import explain
from .story import new_context


def _example(entry: KeyPoint, wording: CompiledWording, params: Params) -> str:
    context = new_context(Random(1), getattr(wording.source, "items", ()))
    dollars = isinstance(wording.source, Text)
    told = (wording.scene, wording.question or wording.ask)
    parts = [t.render(params, context, dollars) for t in told if t]
    return "   ".join(capitalise(p) for p in parts)


def main(ids: list[str]) -> None:
    """Print every wording, solution variant and slip of the entries (all where none is named)."""
    rng = Random(0)
    for entry in entries():
        if ids and entry.id not in ids:
            continue
        sys.stdout.write(f"\n== {entry.id} [{entry.topic}] {entry.names[0]}\n")
        for w in entry.compiled:
            params = entry.draw(rng, tries=500) or {}
            sys.stdout.write(f"  {_example(entry, w, params)}\n      -> {entry.value(params)}\n")
        params = entry.draw(rng, tries=500) or {}
        sys.stdout.write(f"  with {params}\n")
        for i in range(len(entry.steps)):
            sys.stdout.write(f"    step: {explain(entry, params, i)}\n")
        for s in entry.slips:
            sys.stdout.write(f"    slip: {s.what}: {s.wrong(**params)} | {explain(entry, params, 0, s)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
