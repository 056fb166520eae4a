"""What tokens cost: a table of prices by model name, which a person can extend and override.

The table is a TOML file (``prices.toml`` beside this module says how it is written).  How many tokens
a run takes is not known here, and neither is whether an endpoint really charges what is listed.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigError

TABLE = Path(__file__).with_name("prices.toml")

_NUMBERS = ("prompt", "cached", "completion", "batch")
_TEXTS = ("date", "source")
_KEYS = ("models", *_NUMBERS, *_TEXTS)
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens of each kind."""

    prompt: float
    cached: float  # prompt tokens that the endpoint had in its cache
    completion: float
    batch: float | None = None  # factor in the endpoint's batch API, 0..1; None: none is known
    date: str = ""
    source: str = ""

    def cost(self, prompt: float, cached: float, completion: float) -> float:
        """US dollars.  ``cached`` is the part of ``prompt`` that came from the endpoint's cache."""
        dollars = (prompt - cached) * self.prompt + cached * self.cached + completion * self.completion
        return dollars / _MILLION


class Prices:
    """Prices by model name or pattern."""

    def __init__(self, table: Mapping[str, Price]) -> None:
        self._table = dict(table)

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None) -> Prices:
        """The project's table, with the entries of the file ``path`` in place of those of the same name.

        Raises:
            ConfigError: the file is missing or not TOML, or an entry of it is not valid; names the
                file, the entry and the key.
        """
        table = _read(TABLE)
        if path:
            table |= _read(Path(path))
        return cls(table)

    def price(self, model: str) -> Price | None:
        """The entry of a model: its name, else the pattern with the most letters that fits; None: not known."""
        best = best_pattern(self._table, model)
        return self._table[best] if best is not None else None

    def cost(self, model: str, prompt: float, cached: float, completion: float) -> float | None:
        """US dollars for tokens of a model; None where its price is not known, which is not 0.

        ``cached`` is the part of ``prompt`` that the endpoint had in its cache.
        """
        price = self.price(model)
        return None if price is None else price.cost(prompt, cached, completion)


def best_pattern(patterns: Collection[str], name: str) -> str | None:
    """``name`` itself if it is listed, else the pattern (``*`` for any text) with the most letters that fits."""
    if name in patterns:
        return name
    fitting = [p for p in patterns if "*" in p and _expression(p).fullmatch(name)]
    # Of two of the same length the first in the alphabet, whatever the order in the files.
    return min(fitting, key=lambda p: (-len(p.replace("*", "")), p), default=None)


def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.IGNORECASE | re.DOTALL)


# --- reading -------------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, Price]:
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"price table {path} does not exist; mend 'prices' under [limits]") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"price table {path} cannot be read: {error}") from None
    entries = plain.pop("price", [])
    if plain or not isinstance(entries, list):
        raise ConfigError(f"price table {path}: write one [[price]] table for each price, and nothing else")
    table: dict[str, Price] = {}
    for number, entry in enumerate(entries, 1):
        where = f"price table {path}, entry {number}"
        price = _price(entry, where)
        for model in _models(entry, where):
            if model in table:
                raise ConfigError(f"{where}: 'models' names {model!r}, which an entry before has named")
            table[model] = price
    return table


def _models(entry: Mapping[str, Any], where: str) -> list[str]:
    models = entry.get("models")
    if not isinstance(models, list) or not models or not all(isinstance(m, str) and m for m in models):
        raise ConfigError(f'{where}: \'models\' must be a list of names, for example ["my-model", "my-model-*"]')
    return models


def _price(entry: Any, where: str) -> Price:
    if not isinstance(entry, dict):
        raise ConfigError(f"{where}: must be a table of keys, not {entry!r}")
    for key, value in entry.items():
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else f"valid keys: {', '.join(_KEYS)}"
            raise ConfigError(f"{where}: unknown key '{key}': {hint}")
        if key in _NUMBERS and not (type(value) in (int, float) and 0 <= value < float("inf")):
            raise ConfigError(f"{where}: {key} = {value!r}: must be a number of US dollars from 0 on")
        if key == "batch" and value > 1:
            raise ConfigError(f"{where}: batch = {value!r}: must be a factor from 0 to 1, 0.5 for half the price")
        if key in _TEXTS and not isinstance(value, str):
            raise ConfigError(f"{where}: {key} = {value!r}: must be text in quotes")
    for key in ("prompt", "completion"):
        if key not in entry:
            raise ConfigError(f"{where}: needs the key '{key}', US dollars for a million tokens")
    return Price(
        prompt=float(entry["prompt"]),
        cached=float(entry["cached" if "cached" in entry else "prompt"]),
        completion=float(entry["completion"]),
        batch=entry.get("batch"),
        date=entry.get("date", ""),
        source=entry.get("source", ""),
    )
