"""The override file: what it may say, and what is said about what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.errors import ConfigError
from builder.merging.overrides import Overrides, read_overrides


def read(folder: Path, text: str) -> Overrides:
    path = folder / "overrides.toml"
    path.write_text(text, encoding="utf-8")
    return read_overrides(path)


def test_a_file_is_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
        merge = [["A - x", "B - y"], ["C - z", "B - y"], ["D - v", "D - w"]]
        apart = [["A - x", "A - u", "A - t"]]
        [rename]
        "A - x" = "A - X"
        """,
    )
    assert found.groups() == [("A - x", "B - y", "C - z"), ("D - v", "D - w")]
    assert found.pairs_apart() == [("A - t", "A - u"), ("A - t", "A - x"), ("A - u", "A - x")]
    assert found.rename == {"A - x": "A - X"}


def test_an_empty_file_decides_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Overrides()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("merge = [", "not valid TOML"),
        ('merg = [["A - x", "B - y"]]', "did you mean 'merge'"),
        ('merge = ["A - x", "B - y"]', "list of lists"),
        ("merge = 3", "list of lists"),
        ('merge = [["A - x", 3]]', "list 1: 3 is not a name"),
        ('merge = [["A - x", "y"]]', "'y' is not a name"),
        ('merge = [["A - x"]]', "1 name; give two"),
        ("apart = [[]]", "0 names; give two"),
        ('apart = [["A - x", "A - x"]]', "twice"),
        ('merge = [["A - x", "A - y"]]\napart = [["A - y", "A - x"]]', "kept apart and merged"),
        ('merge = [["A - x", "A - y"], ["A - y", "A - z"]]\napart = [["A - z", "A - x"]]', "kept apart and merged"),
        ("rename = 3", "must be a table"),
        ('[rename]\n"A - x" = "y"', "rename of 'A - x': 'y' is not a name"),
        ('[rename]\n"A - x" = "A - x"', "to itself"),
        ('[rename]\n"A - x" = "A - y"\n"A - z" = "A - y"', "use merge"),
        ('[rename]\n"A - x" = "A - y"\n"A - y" = "A - z"', "is renamed itself"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        read(tmp_path, text)
    assert "overrides.toml" in str(error.value)


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_overrides(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_overrides(tmp_path / "binary.toml")
