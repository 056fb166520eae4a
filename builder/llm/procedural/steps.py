"""A step's worked text: the entry's own words with its numbers, right or slipped."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from .entry import KeyPoint, Params, Slip
from .numbers import write
from .values import Value, plain, tex

_SLOT = re.compile(r"<([A-Za-z]\w*)(?::([^<>]*))?>")


def _shown(value: Any, spec: str) -> str:
    if isinstance(value, Fraction):
        value = plain(value)
    if spec in ("+", "+c", "c", "()", "%"):
        return write(value, spec, True, True)
    if spec:
        return write(value, spec, False, False)
    if isinstance(value, tuple):
        return ", ".join(tex(v) for v in value)
    return tex(value)


def explain(entry: KeyPoint, params: Params, variant: int = 0, slip: Slip | None = None) -> str:
    """The worked text of the step with its value; with a ``slip``, the text of that mistake.

    A slip without a text of its own gives an empty string: the caller states the value.
    """
    text = slip.step if slip else entry.steps[variant % len(entry.steps)]
    if text is None:
        return ""
    value: Value = slip.wrong(**params) if slip else entry.value(params)
    shown: dict[str, Any] = {**params, **entry.work(**params), "ans": value}
    if isinstance(value, tuple):
        shown["ans"] = tex(value)
    return _SLOT.sub(lambda m: _shown(shown[m[1]], m[2] or ""), text)
