"""The data of the interactive heat map, and how data is put into a page so that it stays data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from ..matrix import TCPM
from ..records import Topic
from .heatmap import WEIGHT
from .names import plain, short_name, subject_name
from .order import by_subject, most_frequent, pairs
from .theme import DARK, LIGHT

TOPICS = 300
"""The page holds no more: 300 topics have at most 45,150 pairs."""


def map_data(matrix: TCPM, topics: Sequence[Topic]) -> dict[str, Any]:
    """Topics by subject, those with the same partners side by side, and the pairs that occur between them.

    ``topics``: [name, without its subject, place in ``subjects``, practices]; ``cells``: [row, column, count,
    weight] with row <= column, by place in ``topics``.
    """
    shown = by_subject(matrix, most_frequent(matrix, TOPICS))
    practices = {t.name: t.practices for t in topics}
    names = [matrix.topics[i] for i in shown]
    subjects = list(dict.fromkeys(map(subject_name, names)))
    place = np.full(len(matrix.topics), -1)
    place[shown] = np.arange(len(shown))
    rows, columns, counts, weights = pairs(matrix)
    one, other = np.minimum(place[rows], place[columns]), np.maximum(place[rows], place[columns])
    kept = one >= 0
    cells = zip(*(a[kept].tolist() for a in (one, other, counts, weights.round(4))), strict=True)
    return {
        "topics": [[plain(n), short_name(n, 34), subjects.index(subject_name(n)), practices.get(n, 0)] for n in names],
        "subjects": subjects,
        "cells": sorted(map(list, cells)),
        "weight": WEIGHT.get(matrix.weighting, matrix.weighting),
        "ramps": {"light": LIGHT.ramp, "dark": DARK.ramp},
    }


def script_data(data: Mapping[str, Any]) -> Markup:
    """JSON for a script element: no text in it can end the element or open a comment."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)
