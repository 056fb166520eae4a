"""The override file: what a person decided about topics, applied on every run.

::

    merge = [["Algebra - Percents", "Arithmetic - Percentages"]]    # one topic, whatever their similarity
    apart = [["Statistics - Mean", "Statistics - Weighted Mean"]]   # never one topic, not even through a third

    [rename]
    "Arithmetic - Percents" = "Arithmetic - Percentages"            # merged name = better name

``merge`` and ``apart`` hold names as the labellers wrote them; of a list in ``apart`` no two share a topic.
Which names a run has is not known here: names that it lacks are told in its merge report.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from .topic_names import is_name


@dataclass(frozen=True)
class Overrides:
    """Lists of names to merge and to keep apart, and merged name -> better name."""

    merge: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)

    def groups(self) -> list[tuple[str, ...]]:
        """The lists of ``merge``; those that share a name have become one, sorted."""
        groups: list[set[str]] = []
        for names in self.merge:
            touched = [g for g in groups if not g.isdisjoint(names)]
            groups = [g for g in groups if g.isdisjoint(names)]
            groups.append(set(names).union(*touched))
        return sorted(tuple(sorted(g)) for g in groups)

    def pairs_apart(self) -> list[tuple[str, str]]:
        """The pairs of ``apart``, sorted."""
        return sorted({(a, b) for names in self.apart for a, b in combinations(sorted(names), 2)})


NO_OVERRIDES = Overrides()


def read_overrides(path: str | os.PathLike[str]) -> Overrides:
    """The override file at ``path``.

    Raises:
        ConfigError: no such file, no TOML, an unknown key, a list of fewer than two names, a name that is
            not "Subject - Name" or stands twice in a list, two names both merged and apart, a name in two
            renames.
    """
    where = os.fspath(path)
    try:
        plain = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{where}: cannot be read ({error.strerror}); topics.overrides names this file") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: not UTF-8 text; save the override file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not valid TOML: {error}") from None
    for key in plain:
        if key not in ("merge", "apart", "rename"):
            near = difflib.get_close_matches(key, ("merge", "apart", "rename"), n=1)
            hint = f"did you mean {near[0]!r}?" if near else "it holds 'merge', 'apart' and 'rename'"
            raise ConfigError(f"{where}: unknown key {key!r}; {hint}")
    overrides = Overrides(
        _lists(plain.get("merge", []), "merge", where),
        _lists(plain.get("apart", []), "apart", where),
        _renames(plain.get("rename", {}), where),
    )
    _check_contradictions(overrides, where)
    return overrides


def _lists(value: Any, key: str, where: str) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list) or not all(isinstance(names, list) for names in value):
        raise ConfigError(f'{where}: {key} must be a list of lists of names: {key} = [["A - x", "B - y"]]')
    for number, names in enumerate(value, 1):
        at = f"{where}: {key}, list {number}"
        for name in names:
            _check_name(name, at)
        if len(names) < 2:
            raise ConfigError(f"{at}: {len(names)} name{'' if len(names) == 1 else 's'}; give two or more")
        doubled = next((n for n in names if names.count(n) > 1), None)
        if doubled is not None:
            raise ConfigError(f"{at}: {doubled!r} stands in it twice")
    return tuple(tuple(names) for names in value)


def _renames(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ConfigError(f'{where}: rename must be a table: [rename] and then "merged name" = "better name"')
    for old, new in value.items():
        _check_name(old, f"{where}: rename")
        _check_name(new, f"{where}: rename of {old!r}")
        if old == new:
            raise ConfigError(f"{where}: rename of {old!r}: to itself; take the line out")
        if new in value:
            raise ConfigError(
                f"{where}: rename: {new!r} is the new name of {old!r} and is renamed itself; name the last"
            )
    seen: dict[str, str] = {}
    for old, new in value.items():
        if new in seen:
            raise ConfigError(
                f"{where}: rename: {seen[new]!r} and {old!r} would both be {new!r}; if they are one topic, use merge"
            )
        seen[new] = old
    return value


def _check_name(name: Any, at: str) -> None:
    if not isinstance(name, str) or not is_name(name):
        raise ConfigError(f"{at}: {name!r} is not a name such as 'Algebra - Linear Equations' ('Subject - Name')")


def _check_contradictions(overrides: Overrides, where: str) -> None:
    group = {name: i for i, names in enumerate(overrides.groups()) for name in names}
    for a, b in overrides.pairs_apart():
        if a in group and group[a] == group.get(b):
            raise ConfigError(
                f"{where}: {a!r} and {b!r} are kept apart and merged (perhaps through other lists of merge); "
                "take one of the two out"
            )
