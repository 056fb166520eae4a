"""What changed between two data sets, and which version that asks for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.errors import PublishError
from builder.publish.provenance import Provenance, Shard, read_provenance
from builder.publish.versions import Change, check_version, compare, next_version, parse_version
from tests.publish.sample import PRACTICES, build


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (Change(), "patch", "the rows are the same"),
        (Change(added={"default": 1200}), "minor", "rows added: 1,200 in default"),
        (Change(removed={"default": 1}), "major", "removed: 1 in default"),
        (Change(changed={"mpkp": 2}), "major", "changed: 2 in mpkp"),
        (Change(schema=("column default.x added",)), "major", "column default.x added"),
        (
            Change({"default": 1, "mpkp": 2}, {"tcpm": 3}),
            "major",
            "rows added: 1 in default, 2 in mpkp; removed: 3 in tcpm",
        ),
    ],
)
def test_what_is_taken_away_makes_a_major_version_and_what_is_added_a_minor(
    change: Change, kind: str, words: str
) -> None:
    assert (change.kind, change.words()) == (kind, words)


@pytest.mark.parametrize(
    ("before", "kind", "wanted", "version"),
    [
        ("1.2.3", "patch", None, "1.2.4"),
        ("1.2.3", "minor", None, "1.3.0"),
        ("1.2.3", "major", None, "2.0.0"),
        ("1.9.9", "minor", None, "1.10.0"),
        ("1.2.3", "minor", "1.2.9", "1.3.0"),
        ("1.2.3", "minor", "1.5.0", "1.5.0"),
        ("1.2.3", "minor", "v2.0.0", "2.0.0"),
        ("1.9.0", "patch", "1.10.0", "1.10.0"),  # 10 is more than 9
    ],
)
def test_the_next_version_goes_up_by_what_changed_or_as_far_as_was_asked(
    before: str, kind: str, wanted: str | None, version: str
) -> None:
    assert next_version(before, kind, wanted) == version  # type: ignore[arg-type]


@pytest.mark.parametrize("wanted", ["1.2.3", "1.2.4", "1.0.0", "0.9.0"])
def test_a_version_that_goes_up_by_too_little_is_refused_with_the_least_that_does(wanted: str) -> None:
    with pytest.raises(
        PublishError, match=rf"version {wanted} cannot follow 1\.2\.3: .* a minor version, at least 1\.3"
    ):
        check_version(wanted, "1.2.3", Change(added={"default": 1}))


@pytest.mark.parametrize("text", ["1", "1.2", "1.2.3.4", "1.2.x", "", "1.2.03", "1.2.-3", "1.2.³", "latest"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(PublishError, match=r"write X\.Y\.Z"):
        parse_version(text)


# --- comparing folders -------------------------------------------------------------------------


def opener(folder: Path, opened: list[str]) -> Callable[[Shard], Path]:
    def open_shard(shard: Shard) -> Path:
        opened.append(shard.file)
        return folder / shard.file

    return open_shard


def compared(old: Path, new: Path) -> tuple[Change, list[str]]:
    opened: list[str] = []
    change = compare(read_provenance(old), read_provenance(new), opener(old, opened), opener(new, opened))
    return change, opened


def test_a_folder_is_the_same_as_itself_and_no_shard_is_read(tmp_path: Path) -> None:
    old = build(tmp_path / "old")
    assert compared(old, build(tmp_path / "new", version="7.0.0")) == (Change(), [])


def test_rows_that_are_only_cut_otherwise_into_shards_are_the_same(tmp_path: Path) -> None:
    old, new = build(tmp_path / "old", shard_bytes=1_000), build(tmp_path / "new", shard_bytes=10**6)
    change, opened = compared(old, new)
    assert change == Change()
    assert any(f.startswith("data/default/") for f in opened)


def test_added_removed_and_changed_rows_are_counted_by_configuration(tmp_path: Path) -> None:
    few, many = build(tmp_path / "few", questions=4), build(tmp_path / "many", questions=6)
    assert compared(few, many)[0] == Change(added={"default": 6, "questions": 2, "messages": 6})
    assert compared(many, few)[0] == Change(removed={"default": 6, "questions": 2, "messages": 6})
    other = {k: dataclasses.replace(p, problem="Another one?") for k, p in PRACTICES.items()}
    changed = build(tmp_path / "changed", questions=4, practices=other)
    # The text of one practice only is published.
    assert compared(few, changed)[0] == Change(changed={"mpkp": 1})


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ((("id", "string"),), (("id", "string"), ("x", "double")), ("column default.x added",)),
        ((("id", "string"), ("x", "double")), (("id", "string"),), ("column default.x removed",)),
        ((("id", "string"),), (("id", "double"),), ("column default.id is double, was string",)),
        ((("id", "string"),), (("id", "string"),), ()),
    ],
)
def test_a_schema_is_compared_column_by_column(
    tmp_path: Path,
    before: tuple[tuple[str, str], ...],
    after: tuple[tuple[str, str], ...],
    words: tuple[str, ...],
) -> None:
    whole = read_provenance(build(tmp_path / "old"))

    def with_columns(columns: tuple[tuple[str, str], ...]) -> Provenance:
        return dataclasses.replace(whole, columns=(dataclasses.replace(whole.columns[0], columns=columns),))

    change = compare(with_columns(before), with_columns(after), lambda s: None, lambda s: None)
    assert change.schema == words


def test_a_configuration_that_comes_or_goes_is_a_change_of_the_schema(tmp_path: Path) -> None:
    whole = read_provenance(build(tmp_path / "old"))
    less = dataclasses.replace(whole, columns=whole.columns[:-1])
    assert compare(whole, less, lambda s: None, lambda s: None).schema == ("configuration messages removed",)
    assert compare(less, whole, lambda s: None, lambda s: None).kind == "major"
