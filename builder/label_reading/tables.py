"""A reply's text to its lines; the rows of a markdown table become the labels that they stand for.

A table is read if its head names a column for topics (or one for subjects and one for subcategories)
and one or more for key points; other tables are prose.  An empty topic cell goes on with the topic
above it.  ``|`` inside mathematics parts no cells.
"""

from __future__ import annotations

import re

from .inline import split_outside_mathematics, without_emphasis
from .lines import Kind, Line, read_line
from .text import CELL_BREAK

_ROLES = {
    "topic": re.compile(r"(?:main |math )?topics?\b", re.IGNORECASE),
    "subcategory": re.compile(r"sub[- ]?(?:categor(?:y|ies)|topics?)\b", re.IGNORECASE),
    "subject": re.compile(r"subjects?\b", re.IGNORECASE),
    "key point": re.compile(r"(?:key[ -]?points?|kps?)\b", re.IGNORECASE),
}


def read_lines(text: str) -> list[Line]:
    """All lines of a text, in order."""
    raw = text.split("\n")
    lines: list[Line] = []
    position = 0
    while position < len(raw):
        columns = _head(raw, position)
        if columns is None:
            lines.append(_label_row(raw[position]) or read_line(raw[position].replace(CELL_BREAK, " ")))
            position += 1
            continue
        bordered = raw[position].lstrip().startswith("|")
        position += 2
        while position < len(raw) and "|" in raw[position]:
            lines += _row(raw[position], columns, bordered)
            position += 1
        lines.append(Line(Kind.BLANK))
    return lines


def _cells(row: str, *, mathematics: bool = True, bordered: bool = True) -> list[str]:
    """The cells of a row; ``bordered`` where its table's rows begin with ``|``."""
    row = row.rstrip()
    row = row.lstrip().removeprefix("|") if bordered else row
    parts = split_outside_mathematics(row, "|") if mathematics else row.split("|")
    return [p.strip() for p in (parts[:-1] if len(parts) > 1 and not parts[-1].strip() else parts)]


def _head(raw: list[str], position: int) -> list[tuple[str, bool]] | None:
    """The role of each column ("" for none) and whether its name is plural, if a table to be read begins here."""
    rule = raw[position + 1].strip() if position + 1 < len(raw) else ""
    if "|" not in raw[position] or not set("|-") <= set(rule) <= set("|-: \t"):
        return None
    columns = []
    for cell in _cells(raw[position]):
        name = without_emphasis(cell).strip()
        role = next((r for r, pattern in _ROLES.items() if pattern.match(name)), "")
        columns.append((role, name.rstrip(" *_:").lower().endswith("s")))
    roles = [role for role, _ in columns]
    named = roles.count("topic") == 1 or (roles.count("subject") == 1 and roles.count("subcategory") == 1)
    return columns if named and "key point" in roles else None


def _row(raw: str, columns: list[tuple[str, bool]], bordered: bool) -> list[Line]:
    cells = _cells(raw, bordered=bordered)
    if len(cells) != len(columns):
        cells = _cells(raw, mathematics=False, bordered=bordered)  # "costs $2|and$x" is no mathematics
    if len(cells) != len(columns):
        return [Line(Kind.UNREADABLE, f"a table row with {len(cells)} cells, its head has {len(columns)}")]
    by_role = {role: cell for cell, (role, _) in zip(cells, columns, strict=True)}
    name = by_role.get("topic")
    if name is None:
        name = " - ".join(p for p in (by_role["subject"], by_role["subcategory"]) if p)
    lines = []
    if name.strip("*_ -"):
        line = read_line(name.replace(CELL_BREAK, " "))
        # The numbers of rows say nothing of where a list begins: a topic has as many rows as key points.
        lines.append(Line(Kind.TOPIC, line.text))
    for cell, (role, plural) in zip(cells, columns, strict=True):
        parts = [p for p in cell.split(CELL_BREAK) if p.strip()] if role == "key point" else []
        for part in parts:
            line = read_line(part)
            single = len(parts) > 1 or (line.kind is Kind.ITEM and "•" not in line.text)
            lines.append(Line(Kind.KEY_POINT, line.text, plural=plural and not single))
    return lines


def _label_row(raw: str) -> Line | None:
    """The line of a row such as ``| Topic 1 | Algebra - Lines |``."""
    if not raw.lstrip().startswith("|"):
        return None
    cells = _cells(raw)
    if len(cells) != 2 or not cells[1]:
        return None
    label = read_line(cells[0])
    return read_line(f"{cells[0].strip(' :')}: {cells[1]}".replace(CELL_BREAK, " ")) if _is_bare_label(label) else None


def _is_bare_label(line: Line) -> bool:
    return line.kind in (Kind.TOPIC, Kind.KEY_POINTS) and not line.text and bool(line.number)
