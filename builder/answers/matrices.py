r"""Matrices and sums of matrices with factors: ``\frac{1}{7}\begin{pmatrix} ... \end{pmatrix}``, ``[[1, 2], [3, 4]]``.

Cells are parsed to trees, so that factors and sums are exact; systems of equations and functions by
cases, which LaTeX writes in the same way, are read in :mod:`.reader`.
"""

from __future__ import annotations

from . import sets
from .parser import parse
from .reading import Reading
from .splitting import Tokens, is_wrapped, split
from .tokens import Token
from .tree import Call, Node, Unreadable, whole
from .values import value_key
from .vocabulary import FRACTIONS

_MAX_WRAPS = 2  # brackets around a matrix
MAX_CELLS = 1_000
_ENVIRONMENTS = frozenset("pmatrix bmatrix matrix Bmatrix smallmatrix array vmatrix psmallmatrix".split())
_ROW = frozenset({"\\\\"})
_CELL = frozenset({"&", ","})
_TRANSPOSED = (["^", "T"], ["^", "{", "T", "}"], ["^", "top"])
Cells = list[list[Node]]


def matrix(tokens: Tokens) -> Reading | None:
    """The reading of a matrix, of a determinant, or of a sum of matrices; None where there is no matrix.

    Raises:
        Unreadable: there is one among something else, or shapes differ.
    """
    for _ in range(_MAX_WRAPS):
        if is_wrapped(tokens) and tokens[0].text in ("(", "[") and not _is_listed(tokens) and not _lines(tokens[1:-1]):
            tokens = tokens[1:-1]
    if not tokens:
        return None
    if tokens[0].kind == "cmd" and tokens[0].text in FRACTIONS and tokens[1:2] and tokens[1].text == "{":
        inner, end = _inside(tokens, 1)
        if any(t.text.startswith("env:") for t in inner):  # \\frac{matrix}{2}
            tokens = [*inner, Token("op", "/"), *tokens[end:]]
    if _start(tokens) is None:
        return None
    total: Cells | None = None
    for sign, term in _signed_terms(tokens):
        cells = _scaled(term, sign)
        if total is None:
            total = cells
        elif [len(row) for row in total] != [len(row) for row in cells]:
            raise Unreadable("matrices of different shape")
        else:
            total = [[Call("+", pair) for pair in zip(*rows, strict=True)] for rows in zip(total, cells, strict=True)]
    assert total is not None
    if tokens[0].text == "env:vmatrix":
        return Reading(value_key(_determinant(total)))
    return sets.matrix([[value_key(cell) for cell in row] for row in total])


def scaled_tuple(tokens: Tokens) -> Reading | None:
    r"""``\frac{1}{2}(3, 4)`` or ``(3, 4)/2`` as a tuple; None for anything else."""
    start = next((k for k, t in enumerate(tokens) if t.kind == "open" and t.text in ("(", "<")), None)
    if start is None:
        return None
    inside, end = _inside(tokens, start)
    elements = split(inside, "sep", frozenset({",", ";"}))[0]
    before, after = tokens[:start], tokens[end:]
    if len(elements) < 2 or not all(elements) or not (before or after):
        return None
    if before and not (before[-1].kind in ("num", "close") or before[-1].text in ("*", "-")):
        return None  # f(1, 2)
    if after and (after[0].text not in ("*", "/") or len(after) < 2):
        return None
    scale: Node = whole(1)
    if before:
        negative = before[-1].text == "-"
        factor = before[:-1] if before[-1].text in ("*", "-") else before
        if negative and factor:
            return None
        scale = Call("neg", (scale,)) if negative else parse(factor)
    if after:
        scale = Call(after[0].text, (scale, parse(after[1:])))
    return Reading(("tuple", *(value_key(Call("*", (scale, parse(e)))) for e in elements)))


def _is_listed(tokens: Tokens) -> bool:
    """Whether tokens are ``[[1, 2], [3, 4]]``."""
    if not is_wrapped(tokens) or tokens[0].text != "[":
        return False
    rows = split(tokens[1:-1], "sep", frozenset({","}))[0]
    return all(is_wrapped(row) and row[0].text == "[" for row in rows)


def _start(tokens: Tokens) -> int | None:
    """Where a matrix begins; a list of lists is one only beside a factor, else it may be a list."""
    for k, token in enumerate(tokens):
        if token.kind != "open":
            continue
        if token.text.startswith("env:"):
            return k
        if token.text == "[" and tokens[k + 1 : k + 2] and tokens[k + 1].text == "[":
            return None if _is_listed(tokens) else k
        if token.text == "[" and any(t.text == ";" for t in tokens[k:]) and _lines(_inside(tokens, k)[0]):
            return k
    return None


def _signed_terms(tokens: Tokens) -> list[tuple[str, Tokens]]:
    sides, signs = split(tokens, "op", frozenset({"+", "-"}))
    if not sides[0]:
        return list(zip(signs, sides[1:], strict=True))
    return [("+", sides[0]), *zip(signs, sides[1:], strict=True)]


def _scaled(term: Tokens, sign: str) -> Cells:
    start = _start(term)
    if start is None:
        raise Unreadable("a matrix and a number")
    body, end = _inside(term, start)
    cells = _cells(term[start].text, body)
    before, after = term[:start], term[end:]
    while before and after and before[-1].kind == "open" and after[0].kind == "close":
        before, after = before[:-1], after[1:]
    if [t.text for t in after] in _TRANSPOSED:
        cells = [list(column) for column in zip(*cells, strict=False)]
        after = []
    scale: Node | None = parse(before[:-1] if before[-1].text == "*" else before) if before else None
    if after:
        if after[0].text not in ("*", "/") or len(after) < 2:
            raise Unreadable("what stands behind a matrix")
        scale = Call(after[0].text, (scale or whole(1), parse(after[1:])))
    if sign == "-":
        scale = Call("neg", (scale or whole(1),))
    return cells if scale is None else [[Call("*", (scale, cell)) for cell in row] for row in cells]


def _cells(opener: str, body: Tokens) -> Cells:
    if opener == "[" and _lines(body):
        return [[parse(c) for c in _by_space(line)] for line in _lines(body)]
    if opener == "[":
        rows = [row[1:-1] for row in split(body, "sep", frozenset({","}))[0]]
    else:
        if opener.removeprefix("env:").rstrip("*") not in _ENVIRONMENTS:
            raise Unreadable("environment")
        rows = [r for r in split(body, "sep", _ROW)[0] if r]
    cells = [[parse(c) for c in split(r, "sep", _CELL)[0]] for r in rows]
    if sum(map(len, cells)) > MAX_CELLS or not cells:
        raise Unreadable("matrix")
    return cells


def _lines(body: Tokens) -> list[Tokens]:
    """The rows of ``[1 2; 3 4]``; none where it is something else, such as the interval ``[1; 2]``."""
    lines = split(body, "sep", frozenset({";"}))[0]
    return lines if len(lines) > 1 and all(len(_by_space(line)) > 1 for line in lines) else []


def _by_space(line: Tokens) -> list[Tokens]:
    """``1, 2`` or ``1 2`` cut into its cells."""
    cells: list[Tokens] = []
    for k, token in enumerate(line):
        if token.kind == "sep":
            cells.append([])
        elif not cells or (token.spaced and cells[-1] and token.kind != "op" and line[k - 1].kind != "op"):
            cells.append([token])
        elif token.spaced and token.text == "-" and not (k + 1 < len(line) and line[k + 1].spaced):
            cells.append([token])  # 1 -2
        else:
            cells[-1].append(token)
    return [c for c in cells if c]


def _inside(tokens: Tokens, start: int) -> tuple[Tokens, int]:
    depth = 0
    for k in range(start, len(tokens)):
        depth += (tokens[k].kind == "open") - (tokens[k].kind == "close")
        if depth == 0:
            return tokens[start + 1 : k], k + 1
    raise Unreadable("a matrix without an end")


def _determinant(cells: Cells) -> Node:
    """The determinant of a small square matrix, by its first row."""
    if not 1 <= len(cells) <= 4 or any(len(row) != len(cells) for row in cells):
        raise Unreadable("determinant")
    if len(cells) == 1:
        return cells[0][0]
    terms: list[Node] = []
    for k, cell in enumerate(cells[0]):
        minor = _determinant([row[:k] + row[k + 1 :] for row in cells[1:]])
        term = Call("*", (cell, minor))
        terms.append(Call("neg", (term,)) if k % 2 else term)
    return Call("+", tuple(terms))
