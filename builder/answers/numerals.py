r"""Numerals as written to exact numbers: separators of thousands, decimals, periods, exponents.

``1,234``, ``1{,}234``, ``1 234``, ``1.234,5``, ``.5``, ``6.1e7``, ``0.1\overline{6}``, ``0.1(6)``,
``0.1\dot{6}``.  Which characters belong to a numeral is decided in :mod:`.tokens`.
"""

from __future__ import annotations

import re

from flint import fmpq, fmpz

from .tree import Num, Unreadable

MAX_DIGITS = 1_500
_EUROPEAN = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+")
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
_DECIMAL = re.compile(r"\d*\.\d+")
_DOT = re.compile(r"\\dot\s?\{?(\d)\}?")


def number(text: str) -> Num:
    """The exact number of a numeral; its ``raw`` has digits, point and exponent only.

    Raises:
        Unreadable: it is none, or has more than 1,500 digits.
    """
    if text.isdigit() and len(text) <= MAX_DIGITS:
        return Num(fmpq(int(text)), text)
    if "\\o" in text or "\\b" in text or "\\dot" in text or "(" in text:
        return Num(_periodic(text), text)
    if _EUROPEAN.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _DOTTED.fullmatch(text):
        text = text.replace(".", "")
    digits = "".join(ch for ch in text if ch.isdigit() or ch in ".eE+-")
    mantissa, _, exponent = digits.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    if not (whole or fraction) or len(digits) > MAX_DIGITS or "." in fraction:
        raise Unreadable("numeral")
    value = fmpq(int(whole + fraction), fmpz(10) ** len(fraction))
    if exponent:
        power = int(exponent)
        if abs(power) > MAX_DIGITS:
            raise Unreadable("exponent")
        value *= fmpq(10) ** power
    return Num(value, digits)


def _periodic(text: str) -> fmpq:
    dots = list(_DOT.finditer(text))
    if dots:  # from the first dot to the last
        head, start, end = text[: dots[0].start()], dots[0].start(), dots[-1].end()
        period = "".join(ch for ch in text[start:end] if ch.isdigit())
    else:
        head, _, rest = text.partition("(") if "(" in text else text.partition("\\")
        period = "".join(ch for ch in rest if ch.isdigit())
    whole, _, fixed = head.partition(".")
    scale = fmpz(10) ** len(fixed)
    return fmpq(int((whole + fixed) or "0"), scale) + fmpq(int(period), scale * (fmpz(10) ** len(period) - 1))


def continued(digits: str) -> fmpq | None:
    r"""The number that ``0.333\ldots`` stands for: the shortest period that is shown at least twice.

    One digit must be shown three times.  None where no period shows.
    """
    if not _DECIMAL.fullmatch(digits):
        return None
    whole, _, fraction = digits.partition(".")
    for length in range(1, len(fraction) // 2 + 1):
        times = 3 if length == 1 else 2
        period = fraction[-length:]
        if fraction.endswith(period * times):
            head = fraction
            while head.endswith(period):
                head = head[:-length]
            return _periodic(f"{whole or 0}.{head}({period})")
    return None
