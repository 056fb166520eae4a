"""The plots say the numbers of the calibration, on either ground."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from builder.gates.calibration import Calibration, Wanted, calibrate
from builder.gates.plots import plots
from builder.gates.reading import Source, Voting, read
from builder.report.theme import DARK, LIGHT, Plot, Theme
from tests.gates.sample import candidates, scored, write


def words(plot: Plot, theme: Theme) -> list[str]:
    root = ElementTree.fromstring(plot.svg(theme))
    return ["".join(e.itertext()) for e in root.iter() if e.tag.endswith("}text")]


@pytest.fixture
def voted(tmp_path: Path) -> Calibration:
    rows = [candidates("7 7 7 7 7")] * 70 + [candidates("7 7 7 1 2")] * 10 + [candidates("3 3 3 7 7")] * 10
    found, sources = read([write(tmp_path / "c.jsonl", rows)], Voting())
    return calibrate(found, sources, Voting(), Wanted(splits=0))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_plots_show_what_was_measured(voted: Calibration, theme: Theme) -> None:
    reliability, thresholds = plots(voted)
    assert "90 questions, 5 votes; expected calibration error 0.022" in words(reliability, theme)
    assert "0.60: 50.0% of 20" in reliability.alt
    assert "1.00: 100.0% of 70" in reliability.alt
    shown = words(thresholds, theme)
    assert {"2/5", "3/5", "4/5", "5/5", "precision", "yield", "wanted precision", "chosen threshold"} <= set(shown)
    assert "chosen for 90% with confidence 95%: 4/5" in thresholds.alt


def test_the_same_calibration_gives_the_same_bytes(voted: Calibration) -> None:
    assert [p.svg(LIGHT) for p in plots(voted)] == [p.svg(LIGHT) for p in plots(voted)]


def test_where_nothing_was_scored_the_plot_says_so() -> None:
    nan = float("nan")
    found = calibrate(scored([nan, nan], [True, True]), [Source("a", "", 2)], Voting(), Wanted(splits=0))
    for plot in plots(found):
        assert "No question has a value" in words(plot, LIGHT)
