"""Labels that a model gave as JSON, though it was asked for lines: read strictly or refused with a reason.

LaTeX in JSON is often damaged: an escape that was not doubled becomes a control character (``\\frac`` a
form feed) or makes the text no JSON at all.  Either is refused; nothing is repaired.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ..errors import ReplyError
from .drafts import Draft, Heard
from .lines import Kind, read_line
from .text import refuse_broken

_FENCED = re.compile(r"^[ \t]*```[a-zA-Z0-9]{0,10}[ \t]*\n(?=\s*[{\[])", re.MULTILINE)
_OPENING = re.compile(r"^[ \t]*(?:\{|\[[ \t]*(?:[{\"]|$))", re.MULTILINE)
_NAME_KEYS = ("topic", "name", "title", "topicname")
_POINT_KEYS = ("keypoints", "keypoint", "kps", "points")
_LETTERS = re.compile(r"[^a-z]")


def find_json(text: str) -> str | None:
    """The JSON of a reply that is JSON, alone, in a code fence, or after a preamble; None where it is none."""
    fences = [m.end() for m in _FENCED.finditer(text)]
    if fences:
        body = text[fences[-1] :]
        end = body.rfind("```")
        return (body if end < 0 else body[:end]).strip()
    opening = _OPENING.search(text)
    if opening is None:
        return None
    return text[opening.start() : max(text.rfind("}"), text.rfind("]"), opening.start()) + 1].strip()


def read_json(text: str) -> Draft:
    """The list of topics that a JSON text holds.

    Read are ``[{"topic": "A - B", "key_points": ["..."]}]`` (also with "subject" and "subcategory"),
    ``{"A - B": ["..."]}``, and either of them under a key "topics".

    Raises:
        ReplyError: "JSON that cannot be read: ..."; "JSON with a control character ..."; "JSON of another form: ...".
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_without_repeats, parse_constant=_refuse, parse_int=_number, parse_float=_number
        )
    except RecursionError:
        raise ReplyError("JSON that cannot be read: nested too deep") from None
    except ValueError as error:
        raise ReplyError(f"JSON that cannot be read: {str(error)[:120]}") from None
    return Draft(heard=_topics(value))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _number(_: str) -> int:
    return 0  # a number is no name and no key point, whichever it is


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _folded(key: str) -> str:
    return _LETTERS.sub("", key.casefold())


def _other_form(what: str) -> ReplyError:
    return ReplyError(f"JSON of another form: {what[:120]}")


def _topics(value: Any) -> list[Heard]:
    if isinstance(value, dict):
        folded = {_folded(k): v for k, v in value.items()}
        wrapped = folded.get("topics", folded.get("topic"))
        if isinstance(wrapped, list | dict):
            if any(isinstance(v, list | dict) for v in folded.values() if v is not wrapped):
                raise _other_form("something beside its topics")
            return _topics(wrapped)
        if not folded.keys() & {*_NAME_KEYS, "subject"}:
            return [h for name, points in value.items() for h in _one(name, points)]
        value = [value]
    if not isinstance(value, list):
        raise _other_form("neither a list nor an object")
    return [h for item in value for h in _object(item)]


def _object(item: Any) -> list[Heard]:
    if not isinstance(item, dict):
        raise _other_form("a topic that is no object")
    fields = {_folded(k): v for k, v in item.items()}
    points = [fields[k] for k in _POINT_KEYS if k in fields]
    names = [fields[k] for k in _NAME_KEYS if k in fields]
    subject, subcategory = fields.get("subject"), fields.get("subcategory")
    if not names and isinstance(subject, str) and isinstance(subcategory, str):
        names = [f"{subject} - {subcategory}"]
    if len(fields) != len(item) or len(points) != 1 or len(names) != 1:
        raise _other_form(f"a topic with the fields {', '.join(item)}")
    return _one(names[0], points[0])


def _one(name: Any, points: Any) -> list[Heard]:
    """A topic with its list of key points."""
    if not isinstance(name, str) or not isinstance(points, list):
        raise _other_form("a topic without a name or without a list of key points")
    texts = []
    for point in points:
        if isinstance(point, dict) and len(point) == 1 and _folded(next(iter(point))) in ("keypoint", "text", "name"):
            point = next(iter(point.values()))
        if not isinstance(point, str):
            raise _other_form("a key point that is no text")
        texts.append(_text(point, Kind.KEY_POINT))
    return [Heard(True, _text(name, Kind.TOPIC)), *(Heard(False, t) for t in texts)]


def _text(text: str, kind: Kind) -> str:
    """Without a label such as "Key Point 1:" before it."""
    refuse_broken(text)
    if any(c in text for c in "\t\n\r"):
        raise ReplyError(f"JSON with a control character in a text, LaTeX damaged by an escape: {text[:80]!r}")
    line = read_line(text)
    return line.text if line.kind is kind and not line.about else text
