"""The publishing benchmark in its smallest form, on a small data set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import publishing
from benchmarks.publishing_cases import varied
from tests.publish import sample


def test_every_case_is_measured_on_all_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # the benchmark sets it, and here it must not stay
    folder = sample.build(tmp_path / "kpmath")
    figures = tmp_path / "figures.json"
    publishing.main(["--rows", "1000", "--repeats", "1", "--folder", str(folder), "--json", str(figures)])
    results = [r for part in json.loads(figures.read_text()).values() for r in part]
    assert all(r["seconds"] > 0 and r["mib"] > 50 for r in results)
    whole = [r for r in results if r["name"].startswith(("ours", "pyarrow", "load_dataset", "kpmath", "datasets"))]
    assert len(whole) == 15
    assert {r["rows"] for r in whole} == {1000}
    assert "| load 1,000 rows |" in capsys.readouterr().out


def test_rows_differ_from_round_to_round_and_do_not_depend_on_where_one_begins(tmp_path: Path) -> None:
    folder = str(sample.build(tmp_path / "kpmath"))
    rows = list(varied(folder, 0, 100))
    assert len({r["id"] for r in rows}) == 100
    assert list(varied(folder, 37, 63)) == rows[37:]
