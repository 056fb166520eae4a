r"""Readings of whole answers: lists, relations, intervals, tuples, matrices, words, choices.

A :class:`Reading` is the key of an answer and the keys it may be attached to by convention (``x=5``
to 5, ``50%`` to 1/2, 30 degrees to pi/6).  Values are computed in :mod:`.values`; how readings become
classes is the business of :mod:`.classes`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from .parser import number, parse
from .tokens import FUNCTIONS, Token, mend, tokenise
from .tree import Call, Name, Node, Num, Unreadable, contains, names
from .values import Key, ratio_key, value_key

MAX_LENGTH = 1500  # characters; above, only identity counts
_MAX_PARTS = 300
_MAX_NESTING = 12
_MAX_DEPTH = 60  # of brackets


@dataclass(frozen=True, slots=True)
class Reading:
    """``key``: what the answer is; ``also``: what it may be attached to; ``digits``: significant
    digits of a plain decimal, which may stand for a value that it rounds (0 for anything else)."""

    key: Key
    also: tuple[Key, ...] = ()
    digits: int = 0
    names: tuple[str, ...] = ()  # the variables that were given values
    places: int = 0  # decimal places, where digits are given

    def fits(self, key: Key) -> bool:
        """Whether this answer is, or may be attached to, what ``key`` is."""
        return key == self.key or key in self.also


def read(answer: str) -> Reading:
    """The reading of an answer's text; never raises, never slow."""
    if len(answer) > MAX_LENGTH:
        return Reading(("t", "".join(answer.split())))
    text = mend(answer)
    special = _choice(text) or _clock(text)
    if special is None and len(text) < 300 and _PHRASE.fullmatch(_plain(text)):
        first = _plain(text).lower().split(" ", 1)[0]
        special = None if first in _VALUES or first in FUNCTIONS else Reading(_words(text))
    if special:
        return special
    try:
        tokens = tokenise(text)
        while tokens and tokens[-1].text in (".", ",", ";", "?"):
            tokens.pop()
        if _depth(tokens) > _MAX_DEPTH:
            raise Unreadable("depth")
        return _read(tokens, 0)
    except (Unreadable, RecursionError, OverflowError, IndexError):
        return Reading(_words(text))


def _depth(tokens: list[Token]) -> int:
    deepest = depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        deepest = max(deepest, depth)
    return deepest


# --- words, choices, times -----------------------------------------------------------------------

_WRAP = re.compile(r"\\(?:text|textbf|textit|textrm|mbox|mathrm|mathbf|mathit|mathsf|operatorname)(?![a-zA-Z])")
_CHOICE = re.compile(r"\(?([A-J])(?:\)|\.|:)?")
_LABELLED_CHOICE = re.compile(r"\(([A-J])\)\s*(\S.*)|([A-J])[.)]\s+(\S.*)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*(?:([ap])\.?\s?m\.?)?", re.IGNORECASE)
_PHRASE = re.compile(r"[A-Za-z]{3,}|[A-Za-z]{2,}(?: [A-Za-z]{2,})+")
_VALUES = frozenset({"inf", "infty", "infinity"})
_SAME = {
    r"\emptyset": "nosolution",
    r"\varnothing": "nosolution",
    "nosolutions": "nosolution",
    "none": "nosolution",
    "emptyset": "nosolution",
    "true": "yes",
    "false": "no",
}  # fmt: skip


def _plain(text: str) -> str:
    text = _WRAP.sub("", text).replace("$", "").replace(r"\left", "").replace(r"\right", "")
    text = re.sub(r"\\[,;:! ]|~|\\quad", " ", text)
    return " ".join(text.replace("{", "").replace("}", "").split()).strip(" .")


def _choice(text: str) -> Reading | None:
    plain = _plain(text) if len(text) < 300 else ""
    m = _CHOICE.fullmatch(plain)
    if m:
        return Reading(("choice", m.group(1)))
    if re.fullmatch(r"\(?[a-j]\)?\.?", plain) and plain != "e":
        letter = plain.strip("().")
        own: Key = value_key(Name(letter)) if letter not in "ei" else ("t", letter)
        return Reading(own, (("choice", letter.upper()),))
    m = _LABELLED_CHOICE.fullmatch(plain)
    if m:
        rest = read(m.group(2) or m.group(4))
        return Reading(("option", m.group(1) or m.group(3), rest.key), (("choice", m.group(1) or m.group(3)), rest.key))
    return None


def _clock(text: str) -> Reading | None:
    m = _CLOCK.fullmatch(_plain(text)) if len(text) < 60 else None
    if not m or int(m.group(2)) > 59 or int(m.group(1)) > 24:
        return None
    hour, minute, half = int(m.group(1)), int(m.group(2)), (m.group(3) or "").lower()
    if half:
        return Reading(("time", hour % 12 + (12 if half == "p" else 0), minute), (("clock", hour, minute),))
    also: tuple[Key, ...] = (("time", hour, minute),)
    if minute:
        ratio = Fraction(hour, minute)
        also = (*also, ("ratio", ratio.numerator, ratio.denominator))
    return Reading(("clock", hour, minute), also)


def _words(text: str) -> Key:
    """Identity of a text: without LaTeX's wrappers, and of case where it is words only."""
    plain = _WRAP.sub("", text)
    plain = re.sub(r"\\[,;:! ]|\\quad|\\left|\\right|[~$\s]|\\[()\[\]]", "", plain).rstrip(".")
    bare = plain.replace("{", "").replace("}", "")
    if re.fullmatch(r"[A-Za-z'’,.-]+", bare):
        bare = re.sub(r"[^a-z]", "", bare.lower())
        return ("t", _SAME.get(bare, bare))
    return ("t", _SAME.get(bare, plain.replace(r"\dfrac", r"\frac").replace(r"\tfrac", r"\frac")))


# --- splitting at the top level ------------------------------------------------------------------


def _split(tokens: list[Token], kind: str, texts: frozenset[str] | None = None) -> tuple[list[list[Token]], list[str]]:
    """The parts between tokens of a kind at depth 0, and those tokens' texts."""
    parts: list[list[Token]] = [[]]
    found: list[str] = []
    depth = 0
    for token in tokens:
        if token.kind == "open":
            depth += 1
        elif token.kind == "close":
            depth -= 1
        if depth == 0 and token.kind == kind and (texts is None or token.text in texts):
            parts.append([])
            found.append(token.text)
        else:
            parts[-1].append(token)
    return parts, found


def _wrapped(tokens: list[Token]) -> bool:
    """Whether the first token opens a bracket that the last one closes."""
    if len(tokens) < 2 or tokens[0].kind != "open" or tokens[-1].kind != "close":
        return False
    depth = 0
    for i, token in enumerate(tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0:
            return i == len(tokens) - 1
    return False


_LISTING = frozenset({",", ";", "and", "or", "und", "oder"})


def _read(tokens: list[Token], nesting: int) -> Reading:
    if not tokens or nesting > _MAX_NESTING:
        raise Unreadable("nothing")
    if all(t.kind == "text" for t in tokens):
        raise Unreadable("words")
    while _wrapped(tokens) and tokens[0].text == "{":
        inner = tokens[1:-1]
        if len(_split(inner, "sep", _LISTING)[0]) > 1:
            return _set(inner, nesting)
        tokens = inner
        if not tokens:
            raise Unreadable("nothing")
    parts, _ = _split(tokens, "sep", _LISTING)
    if len(parts) > 1:
        return _list([p for p in parts if p], nesting)
    sides, relations = _split(tokens, "rel")
    if relations:
        return _relation(sides, relations, nesting)
    if _wrapped(tokens) and tokens[0].text.startswith("env:"):
        return Reading(_matrix(tokens, nesting))
    unions, _ = _split(tokens, "op", frozenset({"cup"}))
    if len(unions) > 1:
        keys = [_read(u, nesting + 1).key for u in unions]
        return Reading(_union(keys))
    sides, _ = _split(tokens, "op", frozenset({"setminus"}))
    if len(sides) > 1:
        return Reading(("minus", *(_read(s, nesting + 1).key for s in sides)))
    sides, _ = _split(tokens, "op", frozenset({":"}))
    if len(sides) > 1:
        return _ratio(sides, nesting)
    if len(tokens) > 1 and tokens[0].kind == "open" and tokens[-1].kind == "close":
        bracketed = _bracketed(tokens, nesting)
        if bracketed:
            return bracketed
    return _expression(tokens)


# --- expressions ---------------------------------------------------------------------------------

_PM = frozenset({"pm", "mp"})


def _choose(node: Node, upper: bool) -> Node:
    """The tree with every plus-minus decided; minus-plus goes the other way."""
    if not isinstance(node, Call):
        return node
    args = tuple(_choose(a, upper) for a in node.args)
    if node.fn in _PM:
        return args[0] if (node.fn == "pm") == upper else Call("neg", args)
    return Call(node.fn, args)


def _expression(tokens: list[Token], rename: dict[str, str] | None = None) -> Reading:
    if tokens and tokens[0].kind == "text":  # "about 5", "Area 12": words, not a value
        raise Unreadable("words")
    infinite = [t.text for t in tokens if t.text != "+"]
    if infinite in (["oo"], ["-", "oo"]):
        return Reading(("oo", 1 if len(infinite) == 1 else -1))
    node = parse(tokens)
    if contains(node, _PM):
        keys = {value_key(_choose(node, upper), rename) for upper in (True, False)}
        return Reading(_collection(keys) if len(keys) > 1 else keys.pop())
    if isinstance(node, Call) and node.fn == "base":
        return Reading(_based(node))
    key = value_key(node, rename)
    if isinstance(node, Call) and node.fn == "pct":
        return Reading(key, (value_key(Call("/", (node, Num(Fraction(100), "100")))),))
    if isinstance(node, Call) and node.fn == "deg":
        return Reading(key, (value_key(Call("/", (Call("*", (node, Name("pi"))), Num(Fraction(180), "180")))),))
    digits, places = _significant(node)
    return Reading(key, (), digits, (), places)


def _significant(node: Node) -> tuple[int, int]:
    """Significant digits and decimal places of a plain decimal; 0 and 0 for anything else."""
    if isinstance(node, Call) and node.fn == "neg":
        node = node.args[0]
    if isinstance(node, Num) and re.fullmatch(r"\d*\.\d+", node.raw):
        return len(node.raw.replace(".", "").lstrip("0")), len(node.raw) - node.raw.index(".") - 1
    return 0, 0


def _based(node: Call) -> Key:
    digits, base = node.args
    assert isinstance(digits, Num) and isinstance(base, Num)
    n = base.value
    if n.denominator != 1 or not 2 <= n <= 36 or not digits.raw.isdigit():
        raise Unreadable("base")
    if any(int(d) >= n for d in digits.raw):
        return ("base", int(n), digits.raw)
    return ("base", int(n), digits.raw.lstrip("0") or "0")


# --- collections ---------------------------------------------------------------------------------


def _collection(keys: set[Key] | list[Key]) -> Key:
    """An unordered collection; keys are ordered by their text, the same in every process."""
    return ("set", *sorted(keys, key=repr))


def _set(inner: list[Token], nesting: int) -> Reading:
    parts, _ = _split(inner, "sep", _LISTING)
    if len(parts) > _MAX_PARTS:
        raise Unreadable("too many elements")
    readings = [_read(p, nesting + 1) for p in parts if p]
    return Reading(_collection({r.key for r in readings}))


def _list(parts: list[list[Token]], nesting: int) -> Reading:
    if not parts or len(parts) > _MAX_PARTS:
        raise Unreadable("too many elements")
    if len(parts) == 1:
        return _read(parts[0], nesting + 1)
    given = [_assignment(p, nesting) for p in parts]
    first = given[0]
    if first and all(g or _no_relation(p) for g, p in zip(given, parts, strict=True)):
        if all(given):
            return _assignments([g for g in given if g])
        # x = 8, -14, -6: one variable, several values.
        if not any(given[1:]):
            values = [first[1], *(_read(p, nesting + 1).key for p in parts[1:])]
            return Reading(_collection(set(values)), (), 0, (first[0],))
    readings = [_read(p, nesting + 1) for p in parts]
    if all(r.key[0] in ("iv", "union") for r in readings) and any(_split(p, "rel")[1] for p in parts):
        return Reading(_union([r.key for r in readings]))
    if len({r.key for r in readings}) == 1 and len(readings) == 1:
        return readings[0]
    return Reading(_collection([r.key for r in readings]))


def _no_relation(part: list[Token]) -> bool:
    return not _split(part, "rel")[1]


def _assignment(part: list[Token], nesting: int) -> tuple[str, Key] | None:
    """Name and value of ``x = 3`` or ``Paolo: 18``."""
    sides, relations = _split(part, "rel")
    if not relations:
        sides, relations = _split(part, "op", frozenset({":"}))
        if relations == [":"] and all(t.kind == "text" for t in sides[0]) and sides[0]:
            return " ".join(t.text for t in sides[0]).lower(), _read(sides[1], nesting + 1).key
        return None
    if relations != ["="]:
        return None
    name = _single_name(sides[0])
    return (name, _read(sides[1], nesting + 1).key) if name else None


def _single_name(tokens: list[Token]) -> str | None:
    if not tokens or tokens[0].kind not in ("var", "text"):
        return None
    if tokens[0].kind == "text":
        return " ".join(t.text for t in tokens).lower() if all(t.kind == "text" for t in tokens) else None
    if len(tokens) > 1 and all(t.kind == "var" for t in tokens) and tokens[0].text.isupper():
        return "".join(t.text for t in tokens)  # AB = 4
    try:
        node = parse(tokens)
    except Unreadable:
        return None
    return node.name if isinstance(node, Name) and node.name not in ("pi", "e", "i", "oo") else None


def _assignments(given: list[tuple[str, Key]]) -> Reading:
    stems = {re.sub(r"_.*", "", name) for name, _ in given}
    values = [value for _, value in given]
    if len(stems) == 1 and len(given) > 1:
        # x = 2 or x = 5, and x_1 = 2, x_2 = 5: the values of one unknown.
        return Reading(_collection(set(values)), (), 0, tuple(stems))
    by_name = sorted(given, key=lambda pair: pair[0])
    key: Key = ("named", *((name, value) for name, value in by_name))
    ordered: Key = ("tuple", *(value for _, value in by_name))
    written: Key = ("tuple", *values)
    also = dict.fromkeys((ordered, written, _collection(values), _collection(set(values))))
    return Reading(key, tuple(also), 0, tuple(name for name, _ in by_name))


# --- brackets: tuples, intervals, sets, matrices --------------------------------------------------


def _bracketed(tokens: list[Token], nesting: int) -> Reading | None:
    opener, closer, inner = tokens[0].text, tokens[-1].text, tokens[1:-1]
    if not _wrapped(tokens):
        return None
    parts, _ = _split(inner, "sep", frozenset({",", ";"}))
    if len(parts) > _MAX_PARTS:
        raise Unreadable("too many elements")
    if opener == "\\{":
        if not inner:
            return Reading(("t", "nosolution"))
        if _split(inner, "rel")[1] or _split(inner, "op", frozenset({"|", ":"}))[1]:
            raise Unreadable("a set by its condition")
        return _set(inner, nesting)
    if len(parts) == 1:
        if opener == "(" and (_split(inner, "rel")[1] or _wrapped(inner)):
            return _read(inner, nesting + 1)
        if opener == "[" and _wrapped(inner):
            return Reading(("tuple", _read(inner, nesting + 1).key))
        return None
    if not all(parts) or opener not in "([<" or closer not in ")]>":
        raise Unreadable("brackets")
    keys = [_read(p, nesting + 1).key for p in parts]
    if opener + closer == "[]" and all(k[0] == "tuple" for k in keys):
        return Reading(("matrix", *(tuple(k[1:]) for k in keys)))
    if len(keys) == 2 and opener + closer in ("()", "[)", "(]", "[]") and (opener + closer != "()" or _infinite(keys)):
        return Reading(_interval(keys[0], keys[1], opener == "[", closer == "]"))
    return Reading(("tuple", *keys))


def _infinite(keys: list[Key]) -> bool:
    return any(k[0] == "oo" for k in keys)


def _interval(low: Key, high: Key, closed_low: bool, closed_high: bool) -> Key:
    """An interval; a bounded open one shares its key with the pair of its ends, as ``(1, 2)`` is both."""
    closed_low = closed_low and low[0] != "oo"
    closed_high = closed_high and high[0] != "oo"
    if not closed_low and not closed_high and low[0] != "oo" and high[0] != "oo":
        return ("tuple", low, high)
    return ("iv", low, high, closed_low, closed_high)


def _union(keys: list[Key]) -> Key:
    flat: set[Key] = set()
    for key in keys:
        flat.update(key[1:] if key[0] == "union" else [key])
    if all(k[0] == "set" for k in flat):
        return _collection({e for k in flat for e in k[1:]})
    return ("union", *sorted(flat, key=repr)) if len(flat) > 1 else flat.pop()


def _matrix(tokens: list[Token], nesting: int) -> Key:
    kind = tokens[0].text.removeprefix("env:").rstrip("*")
    if kind not in ("pmatrix", "bmatrix", "matrix", "Bmatrix", "smallmatrix", "array", "vmatrix"):
        raise Unreadable("environment")
    rows = [r for r in _split(tokens[1:-1], "sep", frozenset({"\\\\"}))[0] if r]
    cells = [_split(r, "sep", frozenset({"&"}))[0] for r in rows]
    if sum(map(len, cells)) > _MAX_PARTS or not all(c for row in cells for c in row):
        raise Unreadable("matrix")
    keys = tuple(tuple(_read(c, nesting + 1).key for c in row) for row in cells)
    return ("determinant" if kind == "vmatrix" else "matrix", *keys)


def _ratio(sides: list[list[Token]], nesting: int) -> Reading:
    keys = [_read(s, nesting + 1).key for s in sides]
    if len(keys) == 2 and all(k[0] == "n" for k in keys) and keys[1][1]:
        ratio = Fraction(keys[0][1], keys[0][2]) / Fraction(keys[1][1], keys[1][2])
        return Reading(("ratio", ratio.numerator, ratio.denominator), (("n", ratio.numerator, ratio.denominator),))
    if all(k[0] == "n" for k in keys) and keys[0][1]:
        first = Fraction(keys[0][1], keys[0][2])
        return Reading(("ratio", *(((Fraction(k[1], k[2])) / first) for k in keys)))
    return Reading(("ratio", *keys))


# --- relations -----------------------------------------------------------------------------------


def _relation(sides: list[list[Token]], relations: list[str], nesting: int) -> Reading:
    if relations == ["in"]:
        return _read(sides[1], nesting + 1)
    if relations[0] == "in" and len(relations) > 1:
        raise Unreadable("membership")
    if "~" in relations:  # what stands before an approximation is the exact answer
        cut = relations.index("~")
        joined: list[Token] = list(sides[0])
        for relation, side in zip(relations[:cut], sides[1 : cut + 1], strict=True):
            joined += [Token("rel", relation), *side]
        return _read(joined, nesting + 1)
    if "==" in relations or "in" in relations:
        raise Unreadable("relation")
    if all(r == "=" for r in relations):
        # a = b = 5: the chain's end is its value.
        return _equation(sides[0], sides[-1] if len(sides) > 2 else sides[1], nesting)
    if "!=" in relations:
        if len(relations) != 1:
            raise Unreadable("relation")
        value = _read(sides[1], nesting + 1).key
        return Reading(_union([_interval(("oo", -1), value, False, False), _interval(value, ("oo", 1), False, False)]))
    return _inequality(sides, relations, nesting)


def _function_head(tokens: list[Token]) -> dict[str, str] | None:
    """Bound variables of ``f(x)`` or ``f(x, y)``, mapped to canonical names."""
    if len(tokens) < 4 or tokens[0].kind != "var" or tokens[1].text != "(" or tokens[-1].text != ")":
        return None
    inner = _split(tokens[2:-1], "sep", frozenset({","}))[0]
    if not all(len(p) == 1 and p[0].kind == "var" for p in inner):
        return None
    return {p[0].text: f"#{k}" for k, p in enumerate(inner)}


def _equation(left: list[Token], right: list[Token], nesting: int) -> Reading:
    bound = _function_head(left)
    if bound is not None:
        plain = _read(right, nesting + 1)
        try:
            return Reading(("function", _expression(right, bound).key), (plain.key,))
        except Unreadable:
            return plain
    if _wrapped(left) and left[0].text == "(":
        heads = [_single_name(p) for p in _split(left[1:-1], "sep", frozenset({","}))[0]]
        values = _read(right, nesting + 1).key
        if all(heads) and values[0] == "tuple" and len(values) == len(heads) + 1:
            return _assignments([(h, v) for h, v in zip(heads, values[1:], strict=True) if h])
    name = _single_name(left)
    if name is None and _single_name(right):
        left, right, name = right, left, _single_name(right)
    if name is not None:
        return _named_value(name, left, right, nesting)
    difference = Call("+", (parse(left), Call("neg", (parse(right),))))
    if contains(difference, _PM):
        raise Unreadable("plus-minus in an equation")
    return Reading(("eq", *ratio_key(difference)))


def _named_value(name: str, left: list[Token], right: list[Token], nesting: int) -> Reading:
    value = _read(right, nesting + 1)
    also = (value.key, *value.also)
    try:
        left_node, right_node = parse(left), parse(right)
        free = names(right_node)
        if free and not contains(right_node, _PM):
            key: Key = ("eq", *ratio_key(Call("+", (left_node, Call("neg", (right_node,))))))
            return Reading(key, () if name in free else also, 0, (name,))
    except Unreadable:
        pass
    return Reading(("named", (name, value.key)), also, value.digits, (name,), value.places)


_FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _inequality(sides: list[list[Token]], relations: list[str], nesting: int) -> Reading:
    if len(sides) == 3 and {r[0] for r in relations} in ({"<"}, {">"}):
        if relations[0][0] == ">":
            sides, relations = sides[::-1], [_FLIP[r] for r in relations[::-1]]
        if _is_variable(sides[1]):
            low, high = _read(sides[0], nesting + 1).key, _read(sides[2], nesting + 1).key
            return Reading(_interval(low, high, relations[0] == "<=", relations[1] == "<="))
    if len(sides) != 2:
        raise Unreadable("relation")
    left, right, relation = sides[0], sides[1], relations[0]
    if _is_variable(right) and not _is_variable(left):
        left, right, relation = right, left, _FLIP[relation]
    if _is_variable(left) and not _is_variable(right):
        bound = _read(right, nesting + 1).key
        if relation[0] == "<":
            return Reading(_interval(("oo", -1), bound, False, relation == "<="))
        return Reading(_interval(bound, ("oo", 1), relation == ">=", False))
    a, b = (parse(left), parse(right)) if relation[0] == "<" else (parse(right), parse(left))
    return Reading(("less", len(relation), *ratio_key(Call("+", (b, Call("neg", (a,)))), positive=True)))


def _is_variable(tokens: list[Token]) -> bool:
    try:
        node = parse(tokens)
    except Unreadable:
        return False
    return isinstance(node, Name) and node.name not in ("pi", "e", "i", "oo")


__all__ = ["Reading", "number", "read"]
