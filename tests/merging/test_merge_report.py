"""The merge report: stored, written for a person, and safe with any name."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.merging.merge_report import (
    MergedMember,
    MergedTopic,
    MergeReport,
    MergeSummary,
    OverrideUse,
    TopicPair,
    write_merge_report,
)
from builder.merging.overrides import Overrides, read_overrides
from builder.records import from_table, to_table

SUMMARY = MergeSummary("lexical", 3, 2, 0.5, "given", None, None, None, 0.64, 0.4, 0.7, 3, None)
NASTY = 'Algebra - `x` | <b>"y"</b>\n# z \x7f'
MEMBERS = (
    MergedMember("Algebra - Sums", 2, ("gsm8k", "math"), 0.9, "itself"),
    MergedMember(NASTY, 1, (), 0.9, "linkage"),
)
REPORT = MergeReport(
    SUMMARY,
    (
        MergedTopic("Algebra - Sums", 3, 4, MEMBERS, "Geometry - Area", 0.2, False, False),
        MergedTopic(
            "Geometry - Area",
            1,
            1,
            (MergedMember("Geometry - Area", 1, ("math",), None, "itself"),),
            None,
            None,
            True,
            True,
        ),
    ),
    (TopicPair("near_miss", NASTY, "Geometry - Area", 0.2), TopicPair("weakest", "Algebra - Sums", NASTY, 0.6)),
    (OverrideUse("merge", ("A - x", "A - y"), ("A - y",), False),),
)


def test_the_text_shows_every_topic_and_no_name_as_mark_up(tmp_path: Path) -> None:
    text = write_merge_report(REPORT, tmp_path)[0].read_text(encoding="utf-8")
    assert "3 names became 2 topics" in text
    assert "### `Geometry - Area` (across subjects) (small)" in text
    assert "| `Algebra - Sums` | 2 | 0.900 | itself | `gsm8k, math` |" in text
    assert "| merge | `A - x`, `A - y` | no | `A - y` |" in text
    assert "`Algebra - 'x' \\| <b>\"y\"</b> # z \x7f`" in text
    assert "\n# z" not in text


def test_the_starter_file_decides_nothing_until_a_line_is_opened(tmp_path: Path) -> None:
    path = write_merge_report(REPORT, tmp_path / "new")[1]
    assert read_overrides(path) == Overrides()


def test_a_suggestion_that_is_opened_is_read_back_whole(tmp_path: Path) -> None:
    report = MergeReport(SUMMARY, (), (TopicPair("near_miss", NASTY, "Geometry - Area", 0.2),), ())
    path = write_merge_report(report, tmp_path)[1]
    path.write_text(path.read_text(encoding="utf-8").replace("  # [", "  ["), encoding="utf-8")
    assert read_overrides(path).merge == ((NASTY, "Geometry - Area"),)


@pytest.mark.parametrize(
    ("rows", "record"),
    [
        (REPORT.topics, MergedTopic),
        (REPORT.pairs, TopicPair),
        (REPORT.overrides, OverrideUse),
        ((SUMMARY,), MergeSummary),
    ],
)
def test_the_records_are_stored_and_read_back(rows: tuple[object, ...], record: type[object]) -> None:
    assert tuple(from_table(to_table(rows, record), record)) == rows
