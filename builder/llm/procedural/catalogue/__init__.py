"""The catalogue: every module of this package contributes ``TOPICS`` and ``ENTRIES``.

See README.md here for how to add an entry.  The order is that of module names, then of the entries,
so that it is the same in every process.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ..entry import KeyPoint


@cache
def _modules() -> tuple[object, ...]:
    names = sorted(m.name for m in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{n}") for n in names)


@cache
def entries() -> tuple[KeyPoint, ...]:
    """All entries.

    Raises:
        ValueError: two entries have the same id.
    """
    found: dict[str, KeyPoint] = {}
    for module in _modules():
        for entry in getattr(module, "ENTRIES", ()):
            if entry.id in found:
                raise ValueError(f"catalogue: two entries have the id {entry.id!r}")
            found[entry.id] = entry
    return tuple(found.values())


@cache
def topics() -> dict[str, tuple[str, ...]]:
    """Canonical topic name -> other names that a labeller may give it.

    Raises:
        ValueError: an entry's topic is declared in no module.
    """
    found: dict[str, tuple[str, ...]] = {}
    for module in _modules():
        for name, variants in getattr(module, "TOPICS", {}).items():
            found[name] = tuple(dict.fromkeys(found.get(name, ()) + tuple(variants)))
    for entry in entries():
        if entry.topic not in found:
            raise ValueError(f"catalogue: {entry.id} has the undeclared topic {entry.topic!r}")
    return found
