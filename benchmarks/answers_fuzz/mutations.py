r"""Texts made from other texts by damage, and texts of characters and tokens at random.

What the damage means is not known; most results are no answers any more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from random import Random

from builder.answers import vocabulary as v

COMMANDS = sorted(
    {*v.FUNCTIONS, *v.RELATIONS, *v.OPERATORS, *v.OPENERS, *v.CLOSERS, *v.SKIPPED, *v.ACCENTS, *v.DOTS, *v.GREEK}
    | {*v.FRACTIONS, *v.BINOMIALS, "sqrt", "sum", "prod", "int", "lim", "text", "mathrm", "mathbb", "operatorname"}
    | set("begin{pmatrix} end{pmatrix} begin{cases} end{cases} boxed{ text{ write18 input def dot".split())
)
WORDS = sorted(
    {*v.SEPARATORS, *v.SMALL_WORDS, *v.SHORT_UNITS, *v.FUNCTION_ALIASES, *v.NAMED_FUNCTIONS, *v.SPELLED_GREEK}
)
_SIGNS = [*"+-*/^_=<>!|%,;:.'\"&$~?@#()[]{} ", r"\{", r"\}", r"\\", r"\,", r"\!", r"\(", r"\]", "**", "<=", "...", "->"]
_ODD = [
    *"\x00\t\n\r\x0c\x08\u200b\u202e\ud800\ufeff\u0301\u00a0\U0010ffff½²₂√∞π°−×１٣Ⅷſßİﬁ①𝟙🙂’…≤∪€％（",
    "\n\n", "x\u0302", "e\u0301",
]  # fmt: skip
_NUMERALS = ["0", "1", "2", "7", "10", "12", "0.5", "100", "1,000", "999999999999", ".", "1e9", "3.14", "-1", "00"]
LONGEST = 6_000

Mutation = Callable[[Random, str, str], str]


def mutated(rng: Random, text: str, other: str) -> str:
    """``text`` with one to four damages, some of them taken from ``other``; at most 6,000 characters."""
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4])):
        text = rng.choice(_MUTATIONS)(rng, text, other)
    return text[:LONGEST]


def soup(rng: Random) -> str:
    """Tokens of the tokenizer at random."""
    tables: Sequence[Sequence[str]] = (_SIGNS, COMMANDS, _NUMERALS, "xyzneiCAfk", WORDS, _ODD)
    tokens = []
    for _ in range(rng.choice([2, 3, 5, 8, 13, 30, 80])):
        [table] = rng.choices(tables, [40, 25, 15, 15, 5, 2])
        tokens.append(f"\\{rng.choice(table)} " if table is COMMANDS else rng.choice(table))
    return rng.choice(["", "", " "]).join(tokens)


def noise(rng: Random) -> str:
    """Bytes or characters at random."""
    length = rng.choice([1, 2, 4, 9, 30, 100, 400])
    kind = rng.random()
    if kind < 0.3:
        return rng.randbytes(length).decode("latin-1")
    if kind < 0.5:
        return rng.randbytes(length).decode("utf-8", "replace")
    if kind < 0.7:
        return "".join(chr(rng.randrange(sys.maxunicode + 1)) for _ in range(length))
    if kind < 0.9:
        return "".join(chr(rng.randrange(32, 127)) for _ in range(length))
    return "".join(rng.choice(_ODD) for _ in range(length))


# --- damages ---------------------------------------------------------------------------------------


def _span(rng: Random, text: str) -> tuple[int, int]:
    start = rng.randint(0, len(text))
    return start, min(len(text), start + rng.choice([1, 1, 2, 4, 8, 20]))


def _delete(rng: Random, text: str, other: str) -> str:
    start, end = _span(rng, text)
    return text[:start] + text[end:]


def _double(rng: Random, text: str, other: str) -> str:
    start, end = _span(rng, text)
    return text[:start] + text[start:end] * rng.choice([2, 2, 3, 20]) + text[end:]


def _swap(rng: Random, text: str, other: str) -> str:
    start, end = _span(rng, text)
    middle = rng.randint(start, end)
    return text[:start] + text[middle:end] + text[start:middle] + text[end:]


def _splice(rng: Random, text: str, other: str) -> str:
    return text[: rng.randint(0, len(text))] + other[rng.randint(0, len(other)) :]


def _insert_piece(rng: Random, text: str, other: str) -> str:
    start, end = _span(rng, other)
    at = rng.randint(0, len(text))
    return text[:at] + other[start:end] + text[at:]


def _odd(rng: Random, text: str, other: str) -> str:
    at = rng.randint(0, len(text))
    return text[:at] + (rng.choice(_ODD) if rng.random() < 0.7 else noise(rng)[:3]) + text[at:]


def _token(rng: Random, text: str, other: str) -> str:
    at = rng.randint(0, len(text))
    return text[:at] + soup(rng)[:20] + text[at:]


def _sign(rng: Random, text: str, other: str) -> str:
    start, end = _span(rng, text)
    return text[:start] + rng.choice(_SIGNS) + text[end:]


def _truncate(rng: Random, text: str, other: str) -> str:
    return text[: rng.randint(0, len(text))] if rng.random() < 0.7 else text[rng.randint(0, len(text)) :]


def _nest(rng: Random, text: str, other: str) -> str:
    opening, closing = rng.choice(_NESTS)
    times = rng.choice([1, 1, 2, 5, 30, 70])
    return opening * times + text + closing * times


_NESTS = (
    ("(", ")"), ("{", "}"), ("[", "]"), (r"\{", r"\}"), (r"\frac{1}{", "}"), (r"\sqrt{", "}"), ("|", "|"), ("-", ""),
    (r"\boxed{", "}"), (r"\text{", "}"), ("$", "$"), ("(1,", ")"), ("2^{", "}"), ("sin(", ")"), ("x=", ""), ("", "!"),
    ("", "%"), ("", ",1"), (r"\begin{pmatrix}", r"\end{pmatrix}"), ("1+1/(", ")"), ("**", "**"), ("((", ""),
    ("", r"\\"),
)  # fmt: skip


def _blow_up(rng: Random, text: str, other: str) -> str:
    """A numeral made long, or large."""
    places = [k for k, ch in enumerate(text) if ch.isdigit()]
    if not places:
        return text + str(rng.randrange(10**9))
    at = rng.choice(places)
    blown = rng.choice(
        ["9" * rng.choice([5, 20, 300, 1400]), "0" * 30, "10^{10}", "1e99", "99!", "3^{3^{3}}", "0.", "00"]
    )
    return text[:at] + blown + text[at + rng.randint(0, 1) :]


def _repeat(rng: Random, text: str, other: str) -> str:
    return rng.choice(["", " ", "+", ",", "*", "=", r"\cup "]).join([text] * rng.choice([2, 2, 3, 10, 40]))


def _case(rng: Random, text: str, other: str) -> str:
    return rng.choice([text.upper(), text.lower(), text.swapcase(), text[::-1]])


_MUTATIONS: Sequence[Mutation] = (
    _delete, _delete, _double, _swap, _splice, _insert_piece, _odd, _token, _sign, _sign, _truncate, _nest, _blow_up,
    _repeat, _case,
)  # fmt: skip
