r"""The reading of a whole answer: which form it has, and what that form says.

Forms are tried from the outside in: a box or braces, words, a list, a relation, a matrix, a union, a
ratio, brackets, an expression.  Words are read in :mod:`.words`, relations in :mod:`.relations`; the
keys of collections are made in :mod:`.sets`, those of values in :mod:`.values`.  How readings become
classes is the business of :mod:`.classes`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise, permutations

from . import amounts, matrices, relations, sets, words
from .parser import parse, parse_with_units
from .reading import NO_SOLUTION, REALS, Reading
from .splitting import Tokens, depth_of, is_wrapped, split
from .tokens import Token, mend, tokenise, with_escapes
from .tree import PLUS_MINUS, Call, Name, Node, Num, Unreadable, whole, with_sign
from .values import Key, structure_key, value_key
from .vocabulary import NEGATIONS, SEPARATORS
from .wrapping import bare, one_line, without_condition, without_open_brace, without_remarks, without_stop

MAX_LENGTH = 1500  # characters; above, only identity counts
_MAX_PARTS = 1_000
_MAX_CONTINUED = 100  # elements that dots stand for
_MAX_PERMUTED = 6  # a tuple of so many and its kind
_MAX_STEPS = 4_000  # parts of an answer that are read
_LISTING = SEPARATORS | {",", ";", "&", "\\\\"}
_SYSTEMS = frozenset({"env:cases", "env:aligned", "env:align", "env:align*", "env:gathered"})
_LETTER_UNIT = re.compile(
    r"(.*(?:[\d})]|\\pi))(?:\s|\\[ ,;])+\$?(?:[mgshLlNJWVKFC]|\\Omega)(?:\s?\^\s?\{?[23]\}?)?"
    r"(?:/[a-z]{1,3}(?:\s?\^\s?\{?\d\}?)?)?[\s$.]*",
    re.DOTALL,
)
_ANGLES = re.compile(r"^(?:\\displaystyle|[\s$])*<([^<>=]*,[^<>=]*)>[\s$.]*$")  # <1, 2>
_CASE_WORDS = frozenset({"if", "when", "for", "otherwise", "else"})
_NEUTRAL = frozenset("any all every each integers integer real reals numbers for the answer is are only x".split())


def read(answer: str) -> Reading:
    """The reading of an answer's text; never raises, never slow."""
    if len(answer) > MAX_LENGTH:
        answer = " ".join(answer.split())
    if len(answer) > MAX_LENGTH:
        return Reading(("t", "".join(answer.split())), understood=False)
    text = mend(one_line(bare(with_escapes(answer.lstrip(" \n")))))
    if "<" in text:
        text = _ANGLES.sub(r"\\langle \1\\rangle ", text)
    special = words.circled(answer) or words.special(text, read)
    if special:
        return special
    try:
        tokens = tokenise(text)
        tokens = without_stop(tokens)
        tokens = without_open_brace(tokens)
        reader = _Reader()
        cases = reader.spoken_cases(tokens)
        if cases:
            return cases
        tokens = without_condition(without_remarks(tokens))
        if depth_of(tokens) > 60:
            raise Unreadable("nested too deeply")
        return _with_letter_unit(reader.read(tokens), text)
    except (Unreadable, RecursionError, OverflowError):
        return Reading(words.text_key(text), understood=False)


def _with_letter_unit(reading: Reading, text: str) -> Reading:
    """``10 m``: ten times m, or ten metres."""
    m = _LETTER_UNIT.fullmatch(text) if reading.key[0] == "f" else None
    if m is None:
        return reading
    number = read(m.group(1))
    if number.key[0] not in "nr":
        return reading
    unit = text[m.end(1) :].strip(" \\,;$")
    return Reading(reading.key, (number.key, *number.also), number.digits, number.places, units=(unit,))


class _Reader:
    """Reads the parts of one answer, each part once."""

    def __init__(self) -> None:
        self.known: dict[tuple[Token, ...], Reading] = {}

    def read(self, tokens: Tokens) -> Reading:
        """The reading of the form that all of ``tokens`` are.

        Raises:
            Unreadable: it is none that we know.
        """
        if len(tokens) == 1:
            return self._read(tokens)
        at = tuple(tokens)
        if at not in self.known:
            if len(self.known) > _MAX_STEPS:
                raise Unreadable("too many parts")
            self.known[at] = self._read(tokens)
        return self.known[at]

    def _read(self, tokens: Tokens) -> Reading:
        if not tokens:
            raise Unreadable("nothing")
        while is_wrapped(tokens) and tokens[0].text == "{":
            inner = tokens[1:-1]
            condition = self.condition(inner)
            if condition:
                return condition
            if len(split(inner, "sep", _LISTING)[0]) > 1:
                return self.braced(inner)
            tokens = inner
            if not tokens:
                raise Unreadable("nothing")
        if all(t.kind == "text" for t in tokens):
            return _words(tokens)
        kinds = {t.kind for t in tokens}
        parts, separators = split(tokens, "sep", _LISTING) if "sep" in kinds else ([tokens], [])
        if len(parts) > 1 and tokens[0].kind == "text" and self.introduces_all(tokens):
            return self.introduced(tokens)
        if len(parts) > 1:
            kept = [p for p in parts if p]
            return self.listed(kept, separators) if kept else _raise("separators only")
        sides, found = split(tokens, "rel") if "rel" in kinds else ([tokens], [])
        introduced = tokens[0].kind == "text" and not (found and all(t.kind == "text" for t in sides[0]))
        if introduced:
            return self.introduced(tokens)
        if found:
            return relations.relation(tokens, self.read)
        matrix = self.array(tokens) if "open" in kinds else None
        if matrix:
            return matrix
        operators = {t.text for t in tokens if t.kind == "op"}
        if len(tokens) > 3 and [t.text for t in tokens[:2]] == ["R", "-"] and is_wrapped(tokens[2:]):
            return self.difference([tokens[:1], tokens[2:]])
        for operator, read in (
            ("cup", self.union),
            ("cap", self.intersection),
            ("setminus", self.difference),
            (":", self.ratio),
        ):
            if operator in operators:
                sides, found = split(tokens, "op", frozenset({operator}))
                if found and all(sides):
                    return read(sides)
        if tokens[0].kind == "var" and tokens[0].text.isupper() and is_wrapped(tokens[1:]):
            point = self.named_point(tokens)
            if point:
                return point
        if tokens[0].kind == "open" and tokens[-1].kind == "close":
            bracketed = self.bracketed(tokens)
            if bracketed:
                return bracketed
        scaled = matrices.scaled_tuple(tokens) if {"open", "sep"} <= kinds else None
        if scaled:
            return scaled
        parts_of_amount = amounts.cut(tokens)
        if parts_of_amount:
            apart = amounts.apart([self.read(p) for p in parts_of_amount])
            if apart:
                return apart
        degrees = amounts.sexagesimal(tokens)
        if degrees:
            return Reading(degrees)
        return expression(tokens)

    def introduces_all(self, tokens: Tokens) -> bool:
        """Whether the words before a list are of the whole list, not the name of its first element."""
        k = next(k for k, t in enumerate(tokens) if t.kind != "text")
        others = split(tokens, "sep", _LISTING)[0][1:]
        if any(p and p[0].kind == "text" and any(t.kind == "num" for t in p) for p in others):
            return False  # minimum 3, maximum 5
        return tokens[k].kind in ("num", "var", "open", "fn", "cmd") or tokens[k].text == "-"

    def introduced(self, tokens: Tokens) -> Reading:
        r"""``\text{only } x = 0``, ``Area: 12``: words before a value, which the whole may stand for."""
        k = next(k for k, t in enumerate(tokens) if t.kind != "text")
        said = " ".join(t.text for t in tokens[:k]).lower().split()
        if NEGATIONS.intersection(said):
            raise Unreadable("words")
        rest = tokens[k + 1 :] if tokens[k].text == ":" else tokens[k:]
        value = self.read(rest)
        if _NEUTRAL.issuperset(said):
            return value
        key: Key = ("t", " ".join(said), value.key)
        return replace(value, key=key, also=(value.key, *value.also))

    # --- sets and lists ------------------------------------------------------------------------

    def union(self, sides: list[Tokens]) -> Reading:
        return Reading(sets.union(self.read(side).key for side in sides))

    def intersection(self, sides: list[Tokens]) -> Reading:
        keys = [self.read(side).key for side in sides]
        if all(k[0] == "set" for k in keys):
            return Reading(
                sets.collection(set(keys[0][1:]).intersection(*(k[1:] for k in keys[1:]))) if keys else NO_SOLUTION
            )
        ranges = [sets.as_interval(k) or k for k in keys]
        return Reading(sets.intersection(ranges) or ("cap", *sets.ordered(keys)))

    def difference(self, sides: list[Tokens]) -> Reading:
        keys = [self.read(side).key for side in sides]
        if len(keys) == 2:
            try:
                return Reading(sets.without(keys[0], keys[1]))
            except Unreadable:
                pass
        return Reading(("minus", *keys))

    def ratio(self, sides: list[Tokens]) -> Reading:
        keys = [self.read(side).key for side in sides]
        if len(sides) == 2 and any(k[0] != "n" for k in keys):
            quotient = value_key(Call("/", (parse(sides[0]), parse(sides[1]))))
            return Reading(("ratio", quotient), (quotient,))
        return sets.ratio(keys)

    def braced(self, inner: Tokens) -> Reading:
        parts = [p for p in split(inner, "sep", _LISTING)[0] if p]
        if len(parts) > _MAX_PARTS:
            raise Unreadable("too many elements")
        if len(parts) > 1 and all(split(p, "rel")[1] or _is_entry(p) for p in parts):  # {x = 1, y = 2}, {x: 1, y: 2}
            return self.listed(parts, [","])
        readings = sets.spread([self.read(p) for p in _continued(parts)])
        return replace(sets.listed(readings), key=sets.collection({r.key for r in readings}))

    def listed(self, parts: list[Tokens], separators: list[str]) -> Reading:
        if len(parts) > _MAX_PARTS:
            raise Unreadable("too many elements")
        parts, integers = relations.without_conditions(parts)
        subject = split(parts[0], "rel")[0][0]
        if len(subject) == 1 and integers.get(subject[0].text, "").startswith("#R"):  # x \\in \\mathbb{R}, x > 2
            integers = {}
        if integers:
            whole_list = self.listed(parts, separators) if len(parts) > 1 else self.read(parts[0])
            renamed = [[_renamed(t, integers) for t in p] for p in parts]
            own = self.listed(renamed, separators) if len(parts) > 1 else self.read(renamed[0])
            return replace(own, also=(*own.also, whole_list.key, *whole_list.also))
        if len(parts) == 1:
            return self.read(parts[0])
        related = relations.relation_list(parts, separators, self.read)
        if related:
            return related
        decimal = _decimal_comma(parts, separators)
        readings = _permuted(parts, self.read) or [self.read(p) for p in _continued(parts)]
        amounts_apart = amounts.apart(readings)
        if amounts_apart:
            return amounts_apart
        listed = sets.listed(readings)
        return replace(listed, also=(*listed.also, decimal)) if decimal else listed

    # --- brackets ------------------------------------------------------------------------------

    def bracketed(self, tokens: Tokens) -> Reading | None:
        """Tuples, intervals and sets; None for an expression in brackets."""
        opener, closer, inner = tokens[0].text, tokens[-1].text, tokens[1:-1]
        if not is_wrapped(tokens):
            return None
        if opener == "\\{":
            return self.braces(inner)
        parts = split(inner, "sep", frozenset({",", ";"}))[0]
        if len(parts) == 1:
            if opener == "(" and (split(inner, "rel")[1] or is_wrapped(inner)):
                return self.read(inner)
            if opener == "[" and is_wrapped(inner) and inner[0].text in ("(", "["):
                return Reading(("tuple", self.read(inner).key), (self.read(inner).key,))
            return None
        if len(parts) > _MAX_PARTS or not all(parts) or opener not in "([<" or closer not in ")]>":
            raise Unreadable("brackets")
        readings = [self.read(p) for p in parts]
        keys = [r.key for r in readings]
        if opener + closer == "[]" and all(k[0] == "tuple" or (k[0] == "iv" and k[3] and k[4]) for k in keys):
            rows = sets.matrix([k[1:3] if k[0] == "iv" else k[1:] for k in keys])
            return replace(rows, also=(*rows.also, sets.collection(keys)))
        infinite = any(k[0] == "oo" for k in keys)
        if len(keys) == 2 and opener != "<" and closer != ">" and (opener + closer != "()" or infinite):
            own = sets.interval(keys[0], keys[1], opener == "[", closer == "]")
            # A program prints the list of two solutions as [1, 2].
            return Reading(own, (sets.collection(keys),) if opener + closer == "[]" else ())
        if opener == "[":
            sequence = sets.sequence(readings)
            return replace(sequence, also=(*sequence.also, sets.collection(keys)))
        return sets.sequence(readings)

    def named_point(self, tokens: Tokens) -> Reading | None:
        """``P(3, 28)``: a point with its name, or so many permutations; None for a function's value."""
        if tokens[1].text != "(" or len(split(tokens[2:-1], "sep", frozenset({",", ";"}))[0]) < 2:
            return None
        point = self.read(tokens[1:])
        try:
            value = value_key(parse(tokens))
            return replace(point, also=(*point.also, value)) if value != ("n", 0, 1) else point
        except Unreadable:
            return point

    def condition(self, inner: Tokens) -> Reading | None:
        r"""``{x | 2 < x < 3}`` by its condition; None for a set of elements."""
        for bar in ("|", ":"):
            sides, found = split(inner, "op", frozenset({bar}))
            if len(found) == 1 and all(sides) and split(sides[1], "rel")[1] and len(sides[0]) < 8:
                return self.read(sides[1])
        return None

    def braces(self, inner: Tokens) -> Reading:
        if not inner:
            return Reading(NO_SOLUTION)
        condition = self.condition(inner)
        if condition:
            return condition
        if split(inner, "rel")[1] and len(split(inner, "sep", _LISTING)[0]) == 1:
            return self.read(inner)
        return self.braced(inner)

    # --- matrices ------------------------------------------------------------------------------

    def array(self, tokens: Tokens) -> Reading | None:
        """A matrix, a system of equations or a function by cases; None where there is none."""
        system = tokens[0].text in _SYSTEMS or (tokens[0].text == "env:array" and split(tokens[1:-1], "rel")[1])
        if is_wrapped(tokens) and system:
            rows = [without_stop(r) for r in split(tokens[1:-1], "sep", frozenset({"\\\\"}))[0] if without_stop(r)]
            cases = self.cases(rows)
            if cases:
                return cases
            equations = [e for e in map(_without_alignment, rows) if e]
            return self.listed(equations, [","]) if equations else _raise("an empty system")
        return matrices.matrix(tokens)

    def spoken_cases(self, tokens: Tokens) -> Reading | None:
        """``x if x > 0, -x if x < 0``; None for anything else."""
        if not any(t.kind == "text" and t.text.lower() in _CASE_WORDS for t in tokens):
            return None
        if any(t.text.startswith("env:") for t in tokens):
            return None
        parts = [p for p in split(tokens, "sep", _LISTING)[0] if p]
        sides = split(parts[0], "rel")[0]
        if len(sides) > 2 and not any(t.kind == "text" for t in sides[0]):  # f(x) = x if x > 0
            parts[0] = parts[0][len(sides[0]) + 1 :]
        return self.case_list([_value_and_condition(part) for part in parts])

    def cases(self, rows: list[Tokens]) -> Reading | None:
        """A function by cases, ``x & x > 0``; None for a system of equations."""
        return self.case_list([_value_and_condition(row) for row in rows])

    def case_list(self, cases: list[tuple[Tokens, Tokens] | None]) -> Reading | None:
        found: list[Key] = []
        for case in cases:
            if case is None:
                return None
            value, condition = case
            if is_wrapped(condition) and condition[0].text == "(":
                condition = condition[1:-1]
            found.append(("case", self.read(value).key, self.read(condition).key))
        return Reading(("cases", *sets.ordered(_without_otherwise(found)))) if len(found) > 1 else None


def _value_and_condition(row: Tokens) -> tuple[Tokens, Tokens] | None:
    """``x & x > 0``, ``x if x > 0``: the two parts of a case; None for an equation."""
    cells = split(row, "sep", frozenset({"&"}))[0]
    if len(cells) == 1:
        cut = next((k for k, t in enumerate(row) if t.kind == "text" and t.text.lower() in _CASE_WORDS), 0)
        cells = [row[:cut], row[cut:]] if cut else []
    if len(cells) != 2:
        return None
    value, condition = (without_stop(cell) for cell in cells)
    if not value or not condition or condition[0].kind == "rel":
        return None
    if condition[0].kind == "text" and len(condition) > 1:
        condition = condition[1:]  # if x > 0
    return value, condition


def _without_otherwise(cases: list[Key]) -> list[Key]:
    """Cases of which the last is "otherwise", with the condition that is left for it."""
    last = cases[-1]
    ranges = [c[2] for c in cases[:-1]]
    if last[2] not in (("word", "otherwise"), ("word", "else")) or not all(r[0] == "range" for r in ranges):
        return cases
    rest = sets.complement(sets.union([r[2] for r in ranges])) if len({r[1] for r in ranges}) == 1 else None
    return cases if rest is None else [*cases[:-1], ("case", last[1], ("range", ranges[0][1], rest))]


def _is_entry(part: Tokens) -> bool:
    """Whether a part is an entry of a dictionary, ``x: 2``."""
    return len(part) > 2 and part[0].kind in ("var", "text") and part[1].text == ":"


def _continued(parts: list[Tokens]) -> list[Tokens]:
    r"""``1, 2, \ldots, 10`` written out, where the step and the end are whole numbers."""
    dots = [k for k, p in enumerate(parts) if len(p) == 1 and p[0].text == "..."]
    if len(dots) != 1 or not 2 <= dots[0] == len(parts) - 2:
        return parts
    shown = ["".join(t.text for t in p) for p in parts]
    if not all(re.fullmatch(r"-?\d{1,6}", s) for k, s in enumerate(shown) if k != dots[0]):
        return parts
    numbers = [int(s) for s in shown[: dots[0]]]
    step, end = numbers[1] - numbers[0], int(shown[-1])
    if not step or (end - numbers[-1]) % step or not 0 < (end - numbers[-1]) // step <= _MAX_CONTINUED:
        return parts
    if any(b - a != step for a, b in pairwise(numbers)):
        return parts
    return [tokenise(str(n)) for n in (*numbers, *range(numbers[-1] + step, end + step, step))]


def _permuted(parts: list[Tokens], read: relations.Read) -> list[Reading] | None:
    """``(1, 2, 3) and permutations`` written out; None without these words."""
    words = " ".join(t.text for t in parts[-1]).lower()
    if "permutation" not in words or any(t.kind not in ("text", "var") for t in parts[-1]):
        return None
    found: set[Key] = set()
    for key in (read(p).key for p in parts[:-1]):
        if key[0] != "tuple" or len(key) > _MAX_PERMUTED:
            raise Unreadable("permutations")
        elements = key[1:]
        turned = ((*elements[k:], *elements[:k]) for k in range(len(elements)))
        found.update(("tuple", *p) for p in (turned if "cycl" in words else permutations(elements)))
    return [Reading(key) for key in sets.ordered(found)]


def _raise(why: str) -> Reading:
    raise Unreadable(why)


def _words(tokens: Tokens) -> Reading:
    said = words.plain(" ".join(t.text for t in tokens))
    reading = words.phrase(said)
    return reading or Reading(words.phrase_key(said), understood=False)


def _renamed(token: Token, integers: Mapping[str, str]) -> Token:
    return token._replace(text=integers[token.text]) if token.kind == "var" and token.text in integers else token


def _decimal_comma(parts: list[Tokens], separators: list[str]) -> Key | None:
    """``2,74`` may be a decimal."""
    if separators != [","] or [len(p) for p in parts] not in ([1, 1], [2, 1]) or parts[1][0].spaced:
        return None
    *sign, head = parts[0]
    tail = parts[1][0]
    if head.kind != "num" or tail.kind != "num" or not (head.text + tail.text).isdigit():
        return None
    if sign and sign[0].text != "-":
        return None
    return expression([*sign, Token("num", f"{head.text}.{tail.text}")]).key


def _without_alignment(row: Tokens) -> Tokens:
    r"""A row of equations; with a condition behind ``&`` it is a case of a function.

    Raises:
        Unreadable: it is such a case.
    """
    cells = split(row, "sep", frozenset({"&"}))[0]
    if len(cells) > 1 and cells[0] and not (cells[1] and cells[1][0].kind == "rel"):
        raise Unreadable("cases")
    return [t for cell in cells for t in cell]


# --- expressions ---------------------------------------------------------------------------------


def expression(tokens: Tokens, rename: Mapping[str, str] | None = None) -> Reading:
    """The reading of a single value or formula.

    Raises:
        Unreadable: it is none.
    """
    infinite = [t.text for t in tokens if t.text != "+"]
    if infinite in (["oo"], ["-", "oo"]):
        return Reading(("oo", 1 if len(infinite) == 1 else -1))
    if [t.text for t in tokens] == ["R"]:
        return Reading(REALS, (value_key(Name("R")),))
    if len(tokens) == 1 and tokens[0].kind == "cmd" and tokens[0].text in ("emptyset", "varnothing"):
        return Reading(NO_SOLUTION)
    node, units = parse_with_units(tokens)
    if any(t.text in PLUS_MINUS for t in tokens):
        keys = {_key(with_sign(node, upper), rename) for upper in (True, False)}
        several = len(keys) > 1
        return Reading(sets.collection(keys) if several else keys.pop(), units=units, several=several)
    if isinstance(node, Call) and node.fn == "base":
        return _based(node)
    key = _key(node, rename)
    also: tuple[Key, ...] = ()
    if isinstance(node, Call) and node.fn == "mod" and key[0] == "n":  # the residue class of 3 mod 7
        also = (("mod", key, _key(node.args[1], rename)),)
    elif isinstance(node, Call) and node.fn == "pct":
        also = (value_key(Call("/", (node, whole(100)))),)
    elif isinstance(node, Call) and node.fn == "deg":
        also = (value_key(Call("/", (Call("*", (node, Name("pi"))), whole(180)))),)
    digits, places = _significant(node)
    return Reading(key, also, digits, places, units=units, understood=key[0] in "nrcf")


def _key(node: Node, rename: Mapping[str, str] | None) -> Key:
    try:
        return value_key(node, rename)
    except Unreadable:
        return ("s", structure_key(node, rename))


def _significant(node: Node) -> tuple[int, int]:
    """Significant digits and decimal places of a plain decimal; 0 and 0 for anything else."""
    if isinstance(node, Call) and node.fn in ("neg", "pct"):
        return _significant(node.args[0])
    if isinstance(node, Num) and re.fullmatch(r"\d*\.\d+", node.raw):
        return len(node.raw.replace(".", "").lstrip("0")), len(node.raw) - node.raw.index(".") - 1
    return 0, 0


def _based(node: Call) -> Reading:
    digits, base = node.args
    assert isinstance(digits, Num) and isinstance(base, Num)
    if base.value.q != 1 or not 2 <= base.value <= 36 or not digits.raw.isdigit():
        raise Unreadable("base")
    try:
        return Reading(("base", int(base.value.p), int(digits.raw, int(base.value.p))))
    except ValueError:
        raise Unreadable("a digit that the base does not have") from None
