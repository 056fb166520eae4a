"""The heat map and the tables that a person looks at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from builder.matrix import TCPM
from builder.records import LabelledPractice, Practice, Topic, TopicKeyPoints, from_table
from builder.report import _label, _ordered, knowledge_tables, plot_heatmap

ROOT = Path(__file__).resolve().parent.parent


def matrix(cells: dict[tuple[str, str], int], *others: str) -> TCPM:
    names = tuple(sorted({n for pair in cells for n in pair} | set(others)))
    counts = np.zeros((len(names), len(names)), np.int64)
    for (a, b), count in cells.items():
        counts[names.index(a), names.index(b)] = counts[names.index(b), names.index(a)] = count
    return TCPM.of(names, counts)


def colours(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB")).reshape(-1, 3)


SMALL = {("Algebra - Sums", "Algebra - Roots"): 3, ("Algebra - Sums", "Geometry - Area"): 1}


def test_the_heat_map_is_a_picture_in_a_folder_that_it_makes(tmp_path: Path) -> None:
    path = plot_heatmap(matrix(SMALL), tmp_path / "report" / "deep" / "tcpm.png")
    assert path == tmp_path / "report" / "deep" / "tcpm.png"
    found = {tuple(c) for c in np.unique(colours(path), axis=0)}
    assert (26, 6, 51) in found  # the most frequent pair has the darkest colour


def test_more_topics_make_a_larger_picture_and_never_more_than_the_limit(tmp_path: Path) -> None:
    chain = {(f"A - t{i:03}", f"A - t{i + 1:03}"): 1 + i % 5 for i in range(80)}
    sizes = []
    for limit in (20, 30):
        with Image.open(plot_heatmap(matrix(chain), tmp_path / f"{limit}.png", max_topics=limit)) as image:
            sizes.append(image.size)
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize(
    "name",
    [
        "Algebra - $x^2$ and $\\frac{",
        "Algebra - costs $5",
        "Algebra - \\$ already",
        "Algebra - \\frac{1}{2} {braces} _ ^ %",
        "Algebra - 日本語 \x00 \x1b[31m\n line",
        "Algebra - " + "w" * 500,
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_name_is_drawn_as_text_whatever_is_in_it(tmp_path: Path, name: str) -> None:
    path = plot_heatmap(matrix({(name, "Algebra - Sums"): 2}), tmp_path / "x.png")
    assert len(np.unique(colours(path), axis=0)) > 10


def test_dollars_are_escaped_and_long_names_are_cut() -> None:
    assert _label("A - $x$") == r"A - \$x\$"
    assert len(_label("A - " + "w" * 500)) == 60
    assert _label("A - b\nc\x00") == "A - b c "


def test_no_co_occurrence_is_said_in_the_picture(tmp_path: Path) -> None:
    for nothing in (matrix({}), matrix({}, "A - x", "B - y")):
        assert len(np.unique(colours(plot_heatmap(nothing, tmp_path / "x.png")), axis=0)) > 2


def test_topics_stand_by_subject_and_those_that_meet_none_of_the_shown_are_left_out() -> None:
    cells = {
        ("A - x", "B - x"): 9,
        ("A - y", "B - x"): 8,
        ("A - z", "B - y"): 7,
        ("C - far", "C - farther"): 1,
    }
    tcpm = matrix(cells, "D - alone")
    shown = [tcpm.topics[i] for i in _ordered(tcpm, 60)]
    assert [n.partition(" - ")[0] for n in shown] == ["A", "A", "A", "B", "B", "C", "C"]
    # The fourth place would be for "A - z" without "B - y", an empty row: neither is shown.
    assert {tcpm.topics[i] for i in _ordered(tcpm, 4)} == {"A - x", "A - y", "B - x"}


def test_topics_of_the_same_neighbours_stand_side_by_side() -> None:
    cells = {(f"A - {i}", f"B - {i % 2}"): 3 for i in range(6)}
    tcpm = matrix(cells)
    parity = [int(tcpm.topics[i][-1]) % 2 for i in _ordered(tcpm, 60) if tcpm.topics[i].startswith("A")]
    assert parity in ([0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0])


def test_the_same_matrix_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (plot_heatmap(matrix(SMALL), tmp_path / n).read_bytes() for n in ("1.png", "2.png"))
    assert one == two


def test_drawing_needs_no_window_and_leaves_no_global_figure() -> None:
    code = (
        "import sys, numpy\nfrom pathlib import Path\nfrom builder.matrix import TCPM\n"
        "from builder.report import plot_heatmap\nimport tempfile\n"
        "plot_heatmap(TCPM.of(('A - a', 'A - b'), numpy.array([[0, 1], [1, 0]])), "
        "Path(tempfile.mkdtemp()) / 'x.png')\nassert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, env={"PATH": "", "DISPLAY": ""})


# --- tables ------------------------------------------------------------------------------------

PRACTICE = LabelledPractice(
    Practice("gsm/1", "gsm", "1+1?", "#### 2", "2"),
    (TopicKeyPoints("Algebra - Sums", ("adding",), "Algebra - Sum"),),
    "m",
    "h",
    "Topic 1: ...",
)
TOPIC = Topic("Algebra - Sums", 1, 1, ("Algebra - Sum", "Algebra - Sums"), None, None, True, False)


def test_the_tables_read_back_as_the_records_that_were_written(tmp_path: Path) -> None:
    tcpm = matrix(SMALL)
    written = knowledge_tables([PRACTICE], [TOPIC], tcpm, tmp_path / "new" / "folder")
    assert [p.name for p in written] == ["mpkp.parquet", "topics.parquet", "tcpm.parquet"]
    mpkp, topics, cells = (pq.read_table(p) for p in written)
    assert list(from_table(mpkp, LabelledPractice)) == [PRACTICE]
    assert list(from_table(topics, Topic)) == [TOPIC]
    assert (TCPM.from_table(tcpm.topics, cells).counts == tcpm.counts).all()


def test_nothing_known_gives_empty_tables_with_their_columns(tmp_path: Path) -> None:
    written = knowledge_tables([], [], matrix({}), tmp_path)
    assert [pq.read_table(p).num_rows for p in written] == [0, 0, 0]
    assert pq.read_schema(written[2]).names == ["topic_a", "topic_b", "count", "weight"]
