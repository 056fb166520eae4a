"""Numbers that are too long for a problem or an answer (METHOD 8)."""

from __future__ import annotations

from ..tokens import is_number, tokenise


def too_long_number(text: str, max_digits: int) -> str | None:
    """The first number of ``text`` with more than ``max_digits`` digits, without thousands separators.

    Digits on both sides of a decimal point count together.
    """
    return next((t for t in tokenise(text) if is_number(t) and sum(map(str.isdigit, t)) > max_digits), None)
