"""What a person looks at after knowledge construction: a heat map of the TCPM and the tables behind it.

Draws and writes what it is given.  Counting the matrix, merging the topics and the tables of the
published dataset are told elsewhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from .matrix import TCPM
from .records import LabelledPractice, Topic, to_table

_CELL = 0.2  # inches a row
_FONT = 11  # points, what a row just holds: with 60 topics a name is still read at the width of a page
_LETTER = 0.54  # width of an average letter in terms of the font size
_MAX_NAME = 60
# From nearly white to dark blue, so that a single co-occurrence already differs from none.
_COLOURS = LinearSegmentedColormap.from_list("count", ["#d6e6f4", "#6aaed6", "#2070b4", "#08306b", "#1a0633"])


def knowledge_tables(mpkp: Sequence[LabelledPractice], topics: Sequence[Topic], matrix: TCPM, out: Path) -> list[Path]:
    """Write ``mpkp.parquet``, ``topics.parquet`` and ``tcpm.parquet`` into ``out``; their paths.

    Rows are the records as they are (:func:`builder.records.to_table`) and the matrix in long form.
    ``out`` is made where it does not exist.
    """
    out.mkdir(parents=True, exist_ok=True)
    tables: dict[str, pa.Table] = {
        "mpkp": to_table(mpkp, LabelledPractice),
        "topics": to_table(topics, Topic),
        "tcpm": matrix.to_table(),
    }
    written = []
    for name, table in tables.items():
        path = out / f"{name}.parquet"
        pq.write_table(table, path, compression="zstd")
        written.append(path)
    return written


def plot_heatmap(tcpm: TCPM, path: Path, *, max_topics: int = 60) -> Path:
    """Write a PNG of the co-occurrence weights of the most frequent topics; its path.

    The ``max_topics`` topics that occur together with each other most often, by subject; inside a subject
    those that occur with the same topics stand side by side.  Cells without a co-occurrence stay white.
    The folder of ``path`` is made where it does not exist.
    """
    shown = _ordered(tcpm, max_topics)
    names = [_label(tcpm.topics[i]) for i in shown]
    weights = tcpm.weights[np.ix_(shown, shown)] if shown else np.zeros((0, 0))
    figure = _draw(names, [_subject(tcpm.topics[i]) for i in shown], weights, len(tcpm.topics))
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)  # no window system, no state shared with other figures
    with warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes; a warning for each letter helps nobody.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(path, format="png", dpi=150, bbox_inches="tight", pad_inches=0.2, metadata={"Software": None})
    return path


# --- which topics, in which order --------------------------------------------------------------


def _subject(name: str) -> str:
    return name.partition(" - ")[0]


def _ordered(tcpm: TCPM, max_topics: int) -> list[int]:
    """The topics that are shown, in the order of the axes."""
    shown = _most_frequent(tcpm, max_topics)
    subjects: dict[str, list[int]] = {}
    for i in shown:
        subjects.setdefault(_subject(tcpm.topics[i]), []).append(i)
    largest_first = sorted(subjects, key=lambda s: (-len(subjects[s]), s))
    return [i for s in largest_first for i in _side_by_side(tcpm.weights[:, shown], sorted(subjects[s]))]


def _most_frequent(tcpm: TCPM, max_topics: int) -> list[int]:
    """The topics with the most co-occurrences, without those that would be an empty row in the plot."""
    together = tcpm.counts.sum(axis=1)
    ranked = [int(i) for i in np.argsort(-together, kind="stable") if together[i] > 0]
    while True:
        shown = ranked[:max_topics]
        inside = tcpm.counts[np.ix_(shown, shown)].sum(axis=1)
        lonely = {i for i, count in zip(shown, inside, strict=True) if count == 0}
        if not lonely:
            return shown
        ranked = [i for i in ranked if i not in lonely]


def _side_by_side(profiles: npt.NDArray[np.float64], members: list[int]) -> list[int]:
    """``members`` so that those with similar rows of ``profiles`` are neighbours."""
    if len(members) < 3:
        return members
    rows = profiles[members]
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    distance = np.clip(1 - rows @ rows.T, 0, None)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), method="average", optimal_ordering=True)
    return [members[int(k)] for k in leaves_list(tree)]


# --- drawing -----------------------------------------------------------------------------------


def _label(name: str) -> str:
    """A topic's name as plain text: names come from a model, and "$" would start mathematics."""
    printable = "".join(c if c.isprintable() else " " for c in name)
    if len(printable) > _MAX_NAME:
        printable = printable[: _MAX_NAME - 1].rstrip() + "…"
    return printable.replace("$", r"\$")


def _draw(names: Sequence[str], subjects: Sequence[str], weights: npt.NDArray[np.float64], of: int) -> Figure:
    n = len(names)
    title = f"How often topics occur together ({n} of {of} topics)"
    if not n:
        figure = Figure(figsize=(8, 2))
        figure.text(0.5, 0.5, "No two topics occur in one practice", fontsize=15, ha="center", va="center")
        return figure
    side = max(3.0, _CELL * n)
    label = 0.2 + max(map(len, names)) * _FONT * _LETTER / 72
    left, top, right, bottom = label, label * 0.93 + 0.75, 1.0, 0.2
    width, height = left + side + right, bottom + side + top
    figure = Figure(figsize=(width, height))
    figure.text(0.2 / width, 1 - 0.2 / height, title, fontsize=16, weight="bold", va="top")
    axes = figure.add_axes((left / width, bottom / height, side / width, side / height))
    image = axes.imshow(np.ma.masked_equal(weights, 0.0), cmap=_COLOURS, vmin=0.0, interpolation="nearest")
    _name_axes(axes, names)
    for edge in (i for i in range(1, n) if subjects[i] != subjects[i - 1]):
        axes.axhline(edge - 0.5, color="#555555", linewidth=1.0)
        axes.axvline(edge - 0.5, color="#555555", linewidth=1.0)
    tall = min(side, 4.0)
    bar = (1 - (right - 0.2) / width, (bottom + side - tall) / height, 0.2 / width, tall / height)
    figure.colorbar(image, cax=figure.add_axes(bar)).set_label("log10(count + 1)", fontsize=_FONT)
    return figure


def _name_axes(axes: Axes, names: Sequence[str]) -> None:
    """Names on the left and above, thin lines between the cells."""
    n = len(names)
    axes.set_xticks(range(n), names, rotation=70, ha="left", rotation_mode="anchor", fontsize=_FONT)
    axes.set_yticks(range(n), names, fontsize=_FONT)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=2)
    axes.set_xticks(np.arange(n - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(n - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="#ececec", linewidth=0.5)
    axes.tick_params(which="minor", length=0, top=False)
