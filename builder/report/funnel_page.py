"""The funnel in words and numbers, for the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from .fates import label, meaning
from .funnel import PARAPHRASES, SETS, Count, Flow, Funnel, Loss, TopicYield
from .funnel_plots import step_name
from .names import count
from .paraphrases import Paraphrases
from .plots import share

ROWS = 2000
"""Topics in the table of the page."""

_ORIGINS = {SETS: "sets", PARAPHRASES: "paraphrases"}
Pictures = Mapping[str, Mapping[str, Any]]


def funnel_section(funnel: Funnel, pictures: Pictures) -> dict[str, Any]:
    """What the template shows; ``pictures``: the plots by name, as the template takes them."""
    flows = {f.origin: f for f in funnel.flows}
    return {
        "notes": list(funnel.notes()),
        "numbers": [list(_numbers(flow)) for flow in funnel.flows],
        "picture": pictures["funnel"],
        "losses": [_loss(f.origin, loss) for f in funnel.flows for loss in f.losses],
        "groups": list(_groups(funnel)),
        "topics": [_topic(t, PARAPHRASES in flows) for t in funnel.topics[:ROWS]],
        "all_topics": len(funnel.topics),
        "steps": funnel.steps,
        "last": _last(funnel.steps[-1]),
        "yield": _interval(flows[SETS].through),
        "has_paraphrases": PARAPHRASES in flows,
        "rewordings": _rewordings(funnel.paraphrases, pictures),
    }


def _last(step: str) -> str:
    return "kept by the vote" if step == "voted" else step


def _numbers(flow: Flow) -> Iterable[tuple[str, str, str]]:
    sets = flow.origin == SETS
    through, last = flow.through, flow.steps[-1]
    yield "sets sampled" if sets else "paraphrases asked for", f"{flow.steps[0].passed.part:,}", ""
    if len(flow.steps) == 1:
        return
    what = "questions" if sets else "paraphrases"
    yield f"{what} {_last(last.step)}", f"{through.part:,}", f"{_interval(through)} of {through.of:,}"
    worst = max(flow.losses, key=lambda x: x.questions.part, default=None)
    if worst:
        lost = f'{count(worst.questions.part, "question")}, at the step "{step_name(flow.origin, worst.step)}"'
        yield f"most {what} lost for", label(worst.reason), lost


def _interval(found: Count) -> str:
    return f"{share(found.part, found.of)} ({found.low:.1%} to {found.high:.1%})" if found.of else "-"


def _shares(found: Count) -> list[tuple[float, str]]:
    """Share and limits as values to sort by and as texts."""
    if found.share is None:
        return [(-1.0, "-")] * 3
    return [(round(value, 6), f"{value:.1%}") for value in (found.share, found.low, found.high)]


def _loss(origin: str, loss: Loss) -> dict[str, Any]:
    return {
        "origin": _ORIGINS[origin],
        "step": step_name(origin, loss.step),
        "reason": label(loss.reason),
        "meaning": meaning(loss.reason),
        "cells": [(loss.questions.part, f"{loss.questions.part:,}"), *_shares(loss.questions)],
    }


def _groups(funnel: Funnel) -> Iterable[dict[str, Any]]:
    """The examples of each loss, in the order of the losses."""
    for flow in funnel.flows:
        for loss in flow.losses:
            key = (flow.origin, loss.step, loss.reason)
            examples = [asdict(e) for e in funnel.examples if (e.origin, e.step, e.reason) == key]
            if examples:
                where = "" if flow.origin == SETS else ", paraphrases"
                yield {
                    "title": f"{step_name(flow.origin, loss.step)}: {label(loss.reason)}{where}",
                    "meaning": meaning(loss.reason),
                    "all": loss.questions.part,
                    "examples": examples,
                }


def _topic(topic: TopicYield, has_paraphrases: bool) -> dict[str, Any]:
    values = [(n, f"{n:,}") for n in topic.passed.values()] + _shares(topic.through)
    if has_paraphrases:
        values.append((topic.paraphrases, f"{topic.paraphrases:,}"))
    reason = None if topic.reason is None else label(topic.reason)
    return {"topic": topic.topic, "cells": values, "reason": reason, "lost": topic.lost}


def _rewordings(paraphrases: Paraphrases | None, pictures: Pictures) -> dict[str, Any] | None:
    if paraphrases is None:
        return None
    numbers = [f.paraphrases for f in paraphrases.fates]
    shares = Count.each(numbers, [sum(numbers)] * len(numbers))
    rows = [
        {
            "fate": "kept by the vote" if fate.fate == "kept" else label(fate.fate),
            "cells": [
                f"{fate.paraphrases:,}",
                *(text for _, text in _shares(found)),
                *("-" if mean is None else f"{mean:.2f}" for mean in (fate.jaccard, fate.edit)),
            ],
        }
        for fate, found in zip(paraphrases.fates, shares, strict=True)
    ]
    same = (
        f"Word for word their parent: {count(paraphrases.same, 'paraphrase')}; "
        f"word for word a sibling: {count(paraphrases.same_siblings, 'pair')}."
    )
    return {"picture": pictures["paraphrases"], "fates": rows, "same": same}
