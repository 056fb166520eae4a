"""A calibrated threshold in a recipe: one key of one section, with a comment of what it was measured on.

The text of the recipe stays as its writer left it.  That nothing but the one key has changed is checked by reading
both; a recipe in which it cannot be done is left alone.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from ..config import Config
from ..errors import ConfigError
from .calibration import Calibration
from .tables import of

_MARK = "# calibrated:"


def setting(found: Calibration) -> str:
    """The value of the recipe's key, written out.

    Raises:
        ConfigError: no threshold keeps the promise.
    """
    if found.choice.gate is None:
        raise ConfigError(
            f"no threshold to write into a recipe: {found.choice.reason}; ask for less with --precision or "
            "--confidence, or give more questions"
        )
    threshold = found.choice.gate.threshold
    if found.votes is None:
        return repr(threshold)
    return repr(rounded_agreement(round(threshold * found.votes), found.votes))


def rounded_agreement(agreeing: int, votes: int) -> float:
    """A share to four decimals, rounded down: ``min_agreement = 0.6667`` of three votes would ask for all three."""
    return agreeing * 10_000 // votes / 10_000


def comment(found: Calibration) -> str:
    """Lines that say what was measured, each a comment."""
    gate = found.choice.gate
    if gate is None:
        return ""
    files = ", ".join(f"{_plain(s.name)} (sha256 {s.sha256[:12]})" for s in found.sources)
    unit = "" if found.votes is None else f", for solutions.samples = {found.votes}"
    lines = [
        f"precision {found.choice.precision:g} with confidence {found.choice.confidence:g}{unit}",
        f"measured from {of(found, gate.threshold)} on: {gate.right / gate.kept:.1%} of {gate.kept:.0f} right, "
        f"{gate.kept_share:.1%} of {found.figures.questions} questions kept",
        f"on {files}",
    ]
    return "".join(f"{_MARK} {line}\n" for line in lines)


def write(path: Path, found: Calibration) -> str:
    """Set the threshold in the recipe ``path``; a file that is not there is made with this one section.

    Returns:
        What the person should know: that the recipe draws another number of samples than was measured; "" else.

    Raises:
        ConfigError: no threshold keeps the promise, the file is no recipe, or cannot be read or written.
    """
    value = setting(found)
    if path.suffix != ".toml":
        raise ConfigError(f"--recipe {path}: give a .toml file")
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        path.parent.mkdir(parents=True, exist_ok=True)
        after = with_key(before, found.gate, found.key, value, comment(found), str(path))
        path.write_bytes(after.encode("utf-8"))  # line ends stay as they were
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--recipe {path} cannot be written: {error}") from None
    return _other_samples(tomllib.loads(after), found.votes)


def _other_samples(recipe: dict[str, Any], votes: int | None) -> str:
    solutions = recipe.get("solutions", {})
    samples = solutions.get("samples", Config().solutions.samples) if isinstance(solutions, dict) else None
    if votes is None or samples in (None, votes):
        return ""
    return (
        f"the recipe draws {samples} samples, and this was measured with {votes} votes: set "
        f"solutions.samples = {votes}, or calibrate with --votes {samples}"
    )


def with_key(text: str, section: str, key: str, value: str, above: str, name: str = "recipe") -> str:
    """``text`` with ``key = value`` in ``[section]`` under the comment ``above``, and nothing else changed.

    Raises:
        ConfigError: ``text`` is no TOML, or holds the key in a form that is not replaced (dotted, an inline table).
    """
    wanted = _read(text, name)
    if not isinstance(table := wanted.setdefault(section, {}), dict):
        raise ConfigError(f"{name}: [{section}] must be a table of keys, not {table!r}")
    table[key] = tomllib.loads(f"v = {value}")["v"]
    changed = _edited(text, section, f"{above}{key} = {value}\n", re.compile(rf"\s*{key}\s*="))
    try:
        same = tomllib.loads(changed) == wanted
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise ConfigError(
            f"{name}: the key cannot be set without changing more: write {section}.{key} = {value} yourself"
        )
    return changed


def _read(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"recipe {name} is not valid TOML: {error}") from None


def _edited(text: str, section: str, lines: str, key: re.Pattern[str]) -> str:
    """The old key and our own comments go out of the section, the new lines come under its heading."""
    heading = re.compile(rf"\s*\[\s*{section}\s*\]\s*(#.*)?")
    kept: list[str] = []
    inside = written = False
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("["):
            inside = heading.fullmatch(line.strip()) is not None
        elif inside and (key.match(line) or line.startswith(_MARK)):
            continue
        kept.append(line)
        if inside and not written:
            kept[-1] = line.rstrip("\r\n") + "\n" + lines
            written = True
    if written:
        return "".join(kept)
    return text + ("" if text.endswith("\n") or not text else "\n") + ("\n" if text else "") + f"[{section}]\n{lines}"


def _plain(name: str) -> str:
    """A file's name in a comment, which ends with its line."""
    return "".join(c if c.isprintable() else "?" for c in name)
