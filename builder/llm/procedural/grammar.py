"""Templates that work both ways: the same text writes a phrase and reads it back.

``the number of positive divisors of <n>``; a slot is ``<name>`` or ``<name:spec>`` (specs in
numbers.py), ``<n?box|boxes>`` agrees with the number, and ``<Name> <She> <she> <her> <him> <items>
<item>`` belong to a story's context.  Reading is by one regular expression a template, tried only
where the template's longest literal run occurs in the text.  Which template belongs to what, and
what the values mean, is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from .numbers import SPECS, VARIABLE_SPECS, Gap, Shown, read, write
from .story import ITEM_PATTERN, ITEMS_PATTERN, NAME_PATTERN, Context

_SLOT = re.compile(r"<([A-Za-z]\w*)(?::([^<>?]*))?(?:\?([^<>|]*)\|([^<>]*))?>")
_BEFORE_PHRASE = re.compile(r"\b(?:of|by|than|from|and|to|when|does|divide|divides)\s$")
_AFTER_PHRASE = re.compile(r"$|,| is | have\b| has\b| evenly\b")
_CONTEXT = {
    "Name": NAME_PATTERN,
    "She": rf"(?:She|He|{NAME_PATTERN})",
    "she": rf"(?:she|he|{NAME_PATTERN})",
    "her": rf"(?:her|his|{NAME_PATTERN}'s)",
    "him": rf"(?:her|him|{NAME_PATTERN})",
    "items": ITEMS_PATTERN,
    "item": ITEM_PATTERN,
}


@dataclass(frozen=True)
class _Literal:
    text: str


@dataclass(frozen=True)
class _Slot:
    name: str
    spec: str
    math: bool
    forms: tuple[str, str] | None = None  # singular, plural


@dataclass(frozen=True)
class Found:
    """A template found in a text: ``text[start:end]`` with what its slots held."""

    start: int
    end: int
    values: Mapping[str, Shown]


class Template:
    """A compiled template."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts = _parse(text)
        slots = [p for p in self._parts if isinstance(p, _Slot) and not p.forms]
        self.names = frozenset(s.name for s in slots if s.name not in _CONTEXT and s.spec != "a")
        self._slots = slots
        self.letters = frozenset(re.findall(r"(?<![a-zA-Z\\])[a-zA-Z](?![a-zA-Z])", _math_of(self._parts)))

    def __repr__(self) -> str:
        return f"Template({self.text!r})"

    def feed_modes(self, name: str) -> frozenset[str]:
        """Ways in which an earlier result can stand for the parameter: "variable", "phrase"."""
        slots = [s for s in self._slots if s.name == name]
        modes = set()
        if all(s.spec in VARIABLE_SPECS for s in slots):
            modes.add("variable")
        if len(slots) == 1 and not slots[0].spec and not slots[0].math and self._phrase_fits(slots[0]):
            modes.add("phrase")
        return frozenset(modes)

    def gap_fits(self, name: str) -> bool:
        """Whether "some" can stand for the parameter."""
        slots = [s for s in self._slots if s.name == name]
        return bool(slots) and all(not s.math and s.spec in ("", "word", "money") for s in slots)

    def _phrase_fits(self, slot: _Slot) -> bool:
        """Whether a noun phrase reads well there: after a preposition, before no unit and no "and"."""
        i = self._parts.index(slot)
        before, after = (
            "".join(p.text if isinstance(p, _Literal) else "<>" for p in side)
            for side in (self._parts[:i], self._parts[i + 1 :])
        )
        return bool(_BEFORE_PHRASE.search(before) and _AFTER_PHRASE.match(after))

    def render(self, values: Mapping[str, Shown], context: Context | None = None, dollars: bool = True) -> str:
        """The text.  ``dollars``: whether numbers outside formulas are set in dollar signs."""
        out = []
        for p in self._parts:
            if isinstance(p, _Literal):
                out.append(p.text)
            elif p.forms:
                out.append(p.forms[0] if values[p.name] == 1 else p.forms[1])
            elif p.name in _CONTEXT:
                assert context is not None, self.text
                out.append(context.word(p.name))
            else:
                out.append(write(values[p.name], p.spec, p.math, dollars))
        return "".join(out)

    @cached_property
    def key(self) -> str:
        """The longest literal run, lower case: without it in the text there is no match."""
        # A clause may stand before a full stop, so a run must not reach across one.
        runs = [r for p in self._parts if isinstance(p, _Literal) for r in re.split(r"[.?$]", p.text)]
        longest = max((r.strip() for r in runs), key=len, default="")
        return longest.lower()

    @cached_property
    def weight(self) -> int:
        """Number of literal characters: of two matches the more specific one is right."""
        return sum(len(p.text) for p in self._parts if isinstance(p, _Literal))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The regular expression; slots are numbered groups in the order of ``_slots``."""
        out, first = [], True
        for p in self._parts:
            if isinstance(p, _Literal):
                out.append(_literal_pattern(p.text, first))
            elif p.forms:
                out.append(f"(?:{re.escape(p.forms[0])}|{re.escape(p.forms[1])})")
            elif p.name in _CONTEXT:
                out.append(f"({_CONTEXT[p.name]})")
            else:
                out.append(f"({SPECS[p.spec][p.math]})")
            first = False
        head = r"(?<![\w])" if re.match(r"\w", self.text) else ""
        tail = r"(?![\w])" if re.search(r"\w$", self.text) else ""
        return re.compile(head + "".join(out) + tail)

    def find(self, text: str) -> Found | None:
        """The first occurrence, or None.  A parameter that stands twice must be the same twice."""
        for m in self.pattern.finditer(text):
            values: dict[str, Shown] = {}
            ok = True
            for slot, group in zip(self._slots, m.groups(), strict=True):
                if slot.spec == "a":
                    continue
                value = group if slot.name in _CONTEXT else read(group, slot.spec)
                known = values.setdefault(slot.name, value)
                ok = ok and (slot.name in _CONTEXT or known == value or isinstance(known, Gap))
            if ok:
                return Found(m.start(), m.end(), values)
        return None


def _math_of(parts: list[_Literal | _Slot]) -> str:
    text = "".join(p.text if isinstance(p, _Literal) else "0" for p in parts)
    return " ".join(text.replace("\\$", "").split("$")[1::2])


def _parse(text: str) -> list[_Literal | _Slot]:
    parts: list[_Literal | _Slot] = []
    at, math = 0, False
    for m in _SLOT.finditer(text):
        literal = text[at : m.start()]
        if literal:
            parts.append(_Literal(literal))
        math ^= literal.replace("\\$", "").count("$") % 2 == 1
        spec = m[2] or ""
        if spec not in SPECS:
            raise ValueError(f"template {text!r}: unknown spec {spec!r}; known: {', '.join(SPECS)}")
        if not SPECS[spec][math] and spec:
            raise ValueError(f"template {text!r}: spec {spec!r} cannot stand {'in' if math else 'out'}side $")
        parts.append(_Slot(m[1], spec, math, (m[3], m[4]) if m[3] is not None else None))
        at = m.end()
    if text[at:]:
        parts.append(_Literal(text[at:]))
    return parts


def _literal_pattern(text: str, first: bool) -> str:
    """The literal; the first letter of a template may be large or small."""
    out = re.escape(text).replace("\\ ", " ")  # the reader's text has single spaces only
    if first and text[:1].isalpha():
        out = f"[{text[0].upper()}{text[0].lower()}]" + out[1:]
    return out


def capitalise(text: str) -> str:
    """First letter large, unless the text begins with mathematics."""
    return text[:1].upper() + text[1:]
