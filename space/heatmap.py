"""The co-occurrence matrix as a map that is explored with mouse, finger or keys, and the graph around one topic.

Which cells and edges there are is worked out here, from the matrix; the scripts in ``assets/`` only draw them.
Topics are known to a script by their place in the list of topics, never by name: what a script sends back
is a number that can be checked.  Names go into the page as data (JSON), and a script writes them as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from builder.matrix import TCPM
from builder.records import Topic
from builder.report.names import cut, plain, short_name, subject_name
from builder.report.order import by_subject, most_frequent, pairs

MOST_TOPICS = 600
"""The map holds no more: those that meet each other most often."""
NEIGHBOURS = 12
"""Topics around the one in the middle of the graph."""

_ASSETS = Path(__file__).resolve().parent / "assets"
_NAME = 160  # columns of a name in a hint; a name may be any length


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A topic that occurs together with another one."""

    name: str
    count: int  # practices that have both
    weight: float  # of the pair in the matrix


def neighbours(matrix: TCPM, topic: str, most: int | None = None) -> list[Neighbour]:
    """The topics that occur together with ``topic``, the heaviest first; [] where the matrix has it not."""
    if topic not in matrix.topics:
        return []
    row = matrix.topics.index(topic)
    columns, counts = matrix.cells[[row]].indices, matrix.cells[[row]].data
    weights = matrix.sparse_weights[[row]].toarray()[0]
    found = [
        Neighbour(matrix.topics[c], int(n), float(weights[c])) for c, n in zip(columns, counts, strict=True) if c != row
    ]
    return sorted(found, key=lambda n: (-n.weight, -n.count, n.name))[:most]


def map_data(matrix: TCPM, topics: Sequence[Topic]) -> dict[str, Any]:
    """What the map draws: topics by subject, those with the same partners side by side, and the pairs that occur.

    ``topics``: [place in ``topics``, name, name without subject, place in ``subjects``, practices];
    ``cells``: [row, column, count, weight] with row <= column, by position on the map; ``left_out``: topics of the
    matrix that are not on the map, since they meet no other or there are more than MOST_TOPICS.
    """
    shown = by_subject(matrix, most_frequent(matrix, MOST_TOPICS))
    named = [_named(topics, i) for i in _places(topics, [matrix.topics[i] for i in shown])]
    subjects = list(dict.fromkeys(subject_name(matrix.topics[i]) for i in shown))
    position = np.full(len(matrix.topics), -1)
    position[shown] = np.arange(len(shown))
    rows, columns, counts, weights = pairs(matrix)
    one, other = np.minimum(position[rows], position[columns]), np.maximum(position[rows], position[columns])
    on_map = one >= 0
    cells = zip(*(a[on_map].tolist() for a in (one, other, counts, weights.round(4))), strict=True)
    return {
        "topics": [[*n[:3], subjects.index(s), n[4]] for n, s in ((n, n[3]) for n in named)],
        "subjects": [cut(s, 40) for s in subjects],
        "cells": sorted(map(list, cells)),
        "left_out": len(matrix.topics) - len(shown),
    }


def graph_data(matrix: TCPM, topics: Sequence[Topic], topic: str, most: int = NEIGHBOURS) -> dict[str, Any]:
    """What the graph draws: ``topic`` and its heaviest neighbours, with the edges between any two of them.

    ``nodes``: [place in ``topics``, name, name without subject, subject, practices], the topic itself first, the
    others by subject; ``edges``: [node, node, count, weight] by position in ``nodes``, the heaviest last.
    """
    around = [matrix.topics.index(n.name) for n in neighbours(matrix, topic, most)]
    members = [matrix.topics.index(topic), *by_subject(matrix, around)] if around else []
    names = [matrix.topics[i] for i in members] or [topic]
    cells = matrix.cells[members][:, members].toarray()
    weights = matrix.sparse_weights[members][:, members].toarray()
    edges = [
        [i, j, int(cells[i, j]), round(float(weights[i, j]), 4)]
        for i in range(len(members))
        for j in range(i + 1, len(members))
        if cells[i, j]
    ]
    return {
        "nodes": [_named(topics, place) for place in _places(topics, names)],
        "edges": sorted(edges, key=lambda e: (e[3], -e[0], -e[1])),
    }


def _places(topics: Sequence[Topic], names: Sequence[str]) -> list[int]:
    place = {t.name: k for k, t in enumerate(topics)}
    return [place[name] for name in names]


def _named(topics: Sequence[Topic], place: int) -> list[Any]:
    topic = topics[place]
    name = cut(plain(topic.name), _NAME)
    return [place, name, short_name(topic.name, 60), subject_name(topic.name), topic.practices]


# --- components --------------------------------------------------------------------------------


def heat_map(data: Mapping[str, Any], selected: int, **options: Any) -> gr.HTML:
    """The map.  Its value is the place of the selected topic, which it marks.

    Events: ``pair`` with ``places`` (two of them), ``topic`` with ``place``; see :func:`place_of`.
    """
    return gr.HTML(value=selected, data=data, **assets("heatmap", "heatmap_drawing", "heatmap_table"), **options)


def topic_graph(data: Mapping[str, Any], **options: Any) -> gr.HTML:
    """The graph; its value is :func:`graph_data`.  Events as those of :func:`heat_map`."""
    return gr.HTML(value=data, **assets("graph"), **options)


def assets(name: str, *scripts: str) -> dict[str, Any]:
    """Arguments of ``gr.HTML`` from ``assets/NAME.html``, ``.css`` and ``.js``; further scripts come behind it.

    The files hold no data: Gradio evaluates the first two as templates.
    """

    def read(file: str) -> str:
        return (_ASSETS / file).read_text(encoding="utf-8")

    return {
        "html_template": read(f"{name}.html"),
        "css_template": read(f"{name}.css"),
        "js_on_load": "\n".join(read(f"{script}.js") for script in (name, *scripts)),
        "apply_default_css": False,
    }
