"""Heat maps of the co-occurrence matrix."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from builder.matrix import TCPM
from builder.report.heatmap import heatmap, zooms
from builder.report.order import by_subject, most_frequent, pairs
from builder.report.theme import DARK, LIGHT

ROOT = Path(__file__).resolve().parents[2]


def matrix(cells: dict[tuple[str, str], int], *others: str, weighting: str = "log10") -> TCPM:
    names = tuple(sorted({n for pair in cells for n in pair} | set(others)))
    counts = np.zeros((len(names), len(names)), np.int64)
    for (a, b), count in cells.items():
        counts[names.index(a), names.index(b)] = counts[names.index(b), names.index(a)] = count
    return TCPM.of(names, counts, weighting)


def colours(path: Path) -> set[tuple[int, ...]]:
    with Image.open(path) as image:
        assert image.format == "PNG"
        return {tuple(c) for c in np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)}


def drawn(tcpm: TCPM, folder: Path, limit: int = 48) -> Path:
    return heatmap(tcpm, max_topics=limit).save(folder)[0]


def ordered(tcpm: TCPM, limit: int) -> list[str]:
    return [tcpm.topics[i] for i in by_subject(tcpm, most_frequent(tcpm, limit))]


SMALL = {("Algebra - Sums", "Algebra - Roots"): 3, ("Algebra - Sums", "Geometry - Area"): 1}


def test_the_heat_map_is_a_picture_whose_darkest_cell_is_the_most_frequent_pair(tmp_path: Path) -> None:
    path = drawn(matrix(SMALL), tmp_path)
    assert path == tmp_path / "tcpm.png"
    darkest = tuple(int(LIGHT.ramp[-1][k : k + 2], 16) for k in (1, 3, 5))
    assert darkest in colours(path)


def test_more_topics_make_a_larger_picture_and_never_more_than_the_limit(tmp_path: Path) -> None:
    chain = {(f"A - t{i:03}", f"A - t{i + 1:03}"): 1 + i % 5 for i in range(80)}
    sizes = []
    for limit in (20, 30):
        with Image.open(drawn(matrix(chain), tmp_path, limit)) as image:
            sizes.append(image.size)
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize("weighting", ["log10", "none", "sqrt", "ppmi"])
def test_every_weighting_can_be_drawn(tmp_path: Path, weighting: str) -> None:
    assert len(colours(drawn(matrix(SMALL, weighting=weighting), tmp_path))) > 10


def test_a_pair_whose_weight_is_zero_is_still_a_pair(tmp_path: Path) -> None:
    tcpm = matrix({("A - x", "A - y"): 9, ("A - x", "A - z"): 9, ("A - y", "A - z"): 1, ("A - x", "A - x"): 90},
                  weighting="ppmi")  # fmt: skip
    assert (tcpm.weights[tcpm.counts > 0] == 0).any()
    assert len(pairs(tcpm)[0]) == 4
    assert "4 pairs occur" in heatmap(tcpm).alt


@pytest.mark.parametrize(
    "name",
    [
        "Algebra - $x^2$ and $\\frac{",
        "Algebra - costs $5",
        "Algebra - \\$ already",
        "Algebra - \\frac{1}{2} {braces} _ ^ %",
        "Algebra - 日本語 \x00 \x1b[31m\n line",
        "Algebra - \u202eright to left עברית",
        "Algebra - " + "w" * 500,
        "Algebra - ",
        " - only a rest",
        "",
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_name_is_drawn_as_text_whatever_is_in_it(tmp_path: Path, name: str) -> None:
    assert len(colours(drawn(matrix({(name, "Algebra - Sums"): 2}), tmp_path))) > 10


def test_no_co_occurrence_is_said_in_the_picture(tmp_path: Path) -> None:
    for nothing in (matrix({}), matrix({}, "A - x", "B - y")):
        assert len(colours(drawn(nothing, tmp_path))) > 2
        assert heatmap(nothing).alt == "No two topics occur in one practice."


def test_the_words_for_the_picture_name_the_most_frequent_pair() -> None:
    assert heatmap(matrix(SMALL)).alt == (
        "Heat map of 3 topics (Algebra 2, Geometry 1). 2 pairs occur; the most frequent is Roots with Sums, "
        "in 3 practices."
    )


def test_topics_stand_by_subject_and_those_that_meet_none_of_the_shown_are_left_out() -> None:
    cells = {
        ("A - x", "B - x"): 9,
        ("A - y", "B - x"): 8,
        ("A - z", "B - y"): 7,
        ("C - far", "C - farther"): 1,
    }
    tcpm = matrix(cells, "D - alone")
    assert [n.partition(" - ")[0] for n in ordered(tcpm, 60)] == ["A", "A", "A", "B", "B", "C", "C"]
    # The fourth place would be for "A - z" without "B - y", an empty row: neither is shown.
    assert set(ordered(tcpm, 4)) == {"A - x", "A - y", "B - x"}


def test_the_most_frequent_pair_is_shown_though_it_meets_nothing_else() -> None:
    busy = {(f"A - {i}", f"A - {j}"): 1 for i in range(12) for j in range(i)}
    found = ordered(matrix(busy | {("B - circle", "C - square"): 3}), 8)
    assert {"B - circle", "C - square"} <= set(found)
    assert len(found) == 8


def test_topics_of_the_same_neighbours_stand_side_by_side() -> None:
    tcpm = matrix({(f"A - {i}", f"B - {i % 2}"): 3 for i in range(6)})
    parity = [int(name[-1]) % 2 for name in ordered(tcpm, 60) if name.startswith("A")]
    assert parity in ([0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0])


def test_a_subject_with_more_than_a_few_topics_that_meet_has_a_map_of_its_own() -> None:
    large = {(f"Large - {i}", f"Large - {i + 1}"): 1 for i in range(6)}
    apart = {(f"Apart - {i}", f"Other {i} - x"): 5 for i in range(6)}
    few = {("Few - a", "Few - b"): 9}
    found = zooms(matrix(large | apart | few))
    assert [(p.name, p.title) for p in found] == [("tcpm-subject-01", "Inside Large")]
    assert found[0].alt.startswith("Heat map of 7 topics (Large 7). 6 pairs occur")


def test_the_same_matrix_gives_the_same_bytes_on_light_and_on_dark_ground(tmp_path: Path) -> None:
    one, two = (heatmap(matrix(SMALL)) for _ in range(2))
    files = [p.read_bytes() for plot, folder in ((one, "1"), (two, "2")) for p in plot.save(_folder(tmp_path, folder))]
    assert files[:2] == files[2:]
    assert one.svg(DARK) == two.svg(DARK) != files[1]
    assert b"<dc:date>" not in files[1]
    with Image.open(io.BytesIO(files[0])) as image:
        assert "Software" not in image.info


def _folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def test_drawing_needs_no_window_and_leaves_no_global_figure() -> None:
    code = (
        "import sys, numpy\nfrom pathlib import Path\nfrom builder.matrix import TCPM\n"
        "from builder.report.heatmap import heatmap\nimport tempfile\n"
        "heatmap(TCPM.of(('A - a', 'A - b'), numpy.array([[0, 1], [1, 0]])))"
        ".save(Path(tempfile.mkdtemp()))\nassert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, env={"PATH": "", "DISPLAY": ""})
