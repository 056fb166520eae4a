"""Labels of our own for the tests of agreement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from builder.agreement.labellers import Labeller
from builder.records import LabelledPractice, Practice, TopicKeyPoints

Labels = Mapping[str, Sequence[str]]  # topic -> key points


def labelled(ident: str, labels: Labels, problem: str = "") -> LabelledPractice:
    topics = tuple(TopicKeyPoints(t, tuple(ks)) for t, ks in labels.items())
    return LabelledPractice(Practice(ident, "toy", problem, ""), topics, "given", "", "")


def labeller(name: str, practices: Mapping[str, Labels]) -> Labeller:
    return Labeller(name, tuple(labelled(i, labels) for i, labels in practices.items()))


def reply(labels: Labels) -> str:
    lines = []
    for i, (topic, points) in enumerate(labels.items(), 1):
        lines += [f"Topic {i}: {topic}", *(f"Key Point {j}: {k}" for j, k in enumerate(points, 1))]
    return "\n".join(lines)


def write(path: Path, rows: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path
