"""Families held out: the rules of the builder are never developed on them, only measured.

Whoever works on ``builder.answers`` reads neither these modules nor the rows they make.
"""

from __future__ import annotations

from . import held_out_rest, held_out_structures, held_out_values
from .base import Family

_MODULES = (held_out_values, held_out_structures, held_out_rest)
HELD_OUT: dict[str, Family] = {f.__name__: f for module in _MODULES for f in module.FAMILIES}
