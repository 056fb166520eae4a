"""Labels that somebody else made: the topics and key points of one row, read and checked.

A column of labels has one of two shapes (``docs/mpkp.md`` shows both)::

    nested     [{"topic": "Subject - Name", "key_points": ["...", "..."]}, ...]
    parallel   topics ["T", "T", "U"] beside key_points ["k", "l", "m"], as our own ``mpkp`` has it, and
               beside raw_topics and raw_key_points where the row has them

Nothing is mended but white space: what is not in order is an error that names the row and the field.
Where rows come from, and what a labelling *reply* looks like, is not known here.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from typing import Any

from .errors import SeedError
from .records import TopicKeyPoints

KEY_POINTS, RAW_TOPICS, RAW_KEY_POINTS = "key_points", "raw_topics", "raw_key_points"
"""The columns that stand beside a parallel list of topics."""
MODEL, PROMPT = "model", "extraction_prompt"
"""The columns that say who labelled, where a row has them."""

Row = Mapping[str, Any]


def read_labels(row: Row, column: str, where: str) -> tuple[TopicKeyPoints, ...]:
    """The labels in ``row[column]``; ``where`` begins the message of an error (file, line, id).

    Raises:
        SeedError: no such column; no list, or an empty one; parallel lists of different lengths; a topic
            that is not "Subject - Name"; a topic without key points; an empty, doubled or absent entry.
    """
    if column not in row:
        near = difflib.get_close_matches(column, [str(c) for c in row], n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(map(str, row)) or 'none'}"
        raise SeedError(f"{where}: no field {column!r} with labels; {hint}")
    entries = _list(row, column, where)
    if not entries:
        raise SeedError(f"{where}, field {column!r}: no topic in it; give at least one, or take the row out")
    nested = [isinstance(e, dict) for e in entries]
    if any(nested) and not all(nested):
        raise SeedError(f"{where}, field {column!r}: objects and texts mixed; use one of the two shapes")
    return _nested(entries, column, where) if nested[0] else _parallel(row, column, where)


def has_labels(row: Row, column: str) -> bool:
    """Whether ``row[column]`` looks like labels: a list of objects, or one of texts beside key points."""
    value = row.get(column)
    if not isinstance(value, list) or not value:
        return False
    return isinstance(value[0], dict) or (isinstance(value[0], str) and KEY_POINTS in row)


def labeller(row: Row) -> tuple[str, str]:
    """Model and prompt hash of the labels of a row: "given" and "" where it does not say."""
    model, prompt = row.get(MODEL), row.get(PROMPT)
    return model if isinstance(model, str) and model else "given", prompt if isinstance(prompt, str) else ""


def _nested(entries: list[Any], column: str, where: str) -> tuple[TopicKeyPoints, ...]:
    topics: dict[str, TopicKeyPoints] = {}
    for number, entry in enumerate(entries):
        field = f"{column}[{number}]"
        for key in entry:
            if key not in ("topic", KEY_POINTS):
                raise SeedError(f"{where}, field '{field}': unknown key {key!r}; it holds 'topic' and 'key_points'")
        for key in ("topic", KEY_POINTS):
            if key not in entry:
                raise SeedError(f"{where}, field '{field}': the key {key!r} is missing")
        name = _topic(entry["topic"], f"{field}.topic", where)
        if name in topics:
            raise SeedError(f"{where}, field '{field}.topic': {name!r} occurs twice; put its key points in one entry")
        points = _list(entry, KEY_POINTS, where, f"{field}.{KEY_POINTS}")
        if not points:
            raise SeedError(f"{where}, field '{field}.{KEY_POINTS}': the topic {name!r} has no key points")
        texts = [_text(p, f"{field}.{KEY_POINTS}[{i}]", where) for i, p in enumerate(points)]
        topics[name] = TopicKeyPoints(name, _different(texts, name, f"{field}.{KEY_POINTS}", where))
    return tuple(topics.values())


def _parallel(row: Row, column: str, where: str) -> tuple[TopicKeyPoints, ...]:
    if KEY_POINTS not in row:
        raise SeedError(
            f"{where}, field {column!r}: a list of texts needs the parallel field {KEY_POINTS!r} with one key point "
            "for each; or give objects with 'topic' and 'key_points'"
        )
    columns = {
        name: _list(row, name, where)
        for name in (column, KEY_POINTS, RAW_TOPICS, RAW_KEY_POINTS)
        if name in (column, KEY_POINTS) or row.get(name) is not None
    }
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name!r} has {n}" for name, n in lengths.items())
        raise SeedError(f"{where}: parallel lists of different lengths: {said} entries")
    names = [_topic(v, f"{column}[{i}]", where) for i, v in enumerate(columns[column])]
    texts = {
        name: [_text(v, f"{name}[{i}]", where) for i, v in enumerate(values)]
        for name, values in columns.items()
        if name != column
    }
    rows_of: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        rows_of.setdefault(name, []).append(i)
    return tuple(_united(name, rows, texts, where) for name, rows in rows_of.items())


def _united(name: str, rows: list[int], texts: dict[str, list[str]], where: str) -> TopicKeyPoints:
    """One topic of parallel lists from its entries; raw names are kept where they differ."""
    points = _different([texts[KEY_POINTS][i] for i in rows], name, KEY_POINTS, where)
    raw_topics = {texts[RAW_TOPICS][i] for i in rows} if RAW_TOPICS in texts else {name}
    if len(raw_topics) > 1:
        raise SeedError(
            f"{where}, field {RAW_TOPICS!r}: the topic {name!r} has {len(raw_topics)} raw names in one practice; "
            "join them with ' | ' in each of its entries"
        )
    raw_topic = raw_topics.pop()
    raw_points = tuple(texts[RAW_KEY_POINTS][i] for i in rows) if RAW_KEY_POINTS in texts else points
    return TopicKeyPoints(
        name, points, None if raw_topic == name else raw_topic, None if raw_points == points else raw_points
    )


# --- single values -----------------------------------------------------------------------------


def _list(row: Row, name: str, where: str, field: str | None = None) -> list[Any]:
    value = row[name]
    if isinstance(value, list):
        return value
    field = field or name
    if value is None or (isinstance(value, float) and math.isnan(value)):
        raise SeedError(f"{where}, field '{field}': nothing in it (null); it must be a list")
    if isinstance(value, str):
        raise SeedError(f"{where}, field '{field}': text in place of a list; if it holds JSON, store the list itself")
    raise SeedError(f"{where}, field '{field}': {type(value).__name__} in place of a list")


def _text(value: object, field: str, where: str) -> str:
    """A text with a letter or a digit in it, without white space at its ends and without runs of it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        raise SeedError(f"{where}, field '{field}': nothing in it (null or NaN)")
    if not isinstance(value, str):
        raise SeedError(f"{where}, field '{field}': {type(value).__name__} in place of text")
    if not any(c.isalnum() for c in value):
        raise SeedError(f"{where}, field '{field}': empty (no letter or digit in it)")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise SeedError(
            f"{where}, field '{field}': half a character (an unpaired surrogate) at position {error.start}"
        ) from None
    return " ".join(value.split())


def _topic(value: object, field: str, where: str) -> str:
    name = _text(value, field, where)
    subject, dash, rest = name.partition(" - ")
    if not (dash and any(c.isalpha() for c in subject) and any(c.isalnum() for c in rest)):
        raise SeedError(
            f"{where}, field '{field}': {name[:80]!r} is not 'Subject - Name', such as 'Algebra - Linear Equations' "
            "(a plain dash between blanks)"
        )
    return name


def _different(texts: list[str], topic: str, field: str, where: str) -> tuple[str, ...]:
    seen: set[str] = set()
    for text in texts:
        if text in seen:
            raise SeedError(f"{where}, field '{field}': {text[:80]!r} occurs twice under {topic[:80]!r}")
        seen.add(text)
    return tuple(texts)
