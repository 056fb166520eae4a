r"""Readings of relations: equations, values with names, inequalities, and lists of them.

``x = 5`` may stand for 5, ``2x + 5y = -4`` is an equation up to a factor, ``1 \le x < 3`` is an
interval of x, ``f(z) = z`` a function up to its variable.  Each function gets ``read``, which reads
the parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from . import sets
from .parser import parse
from .reading import REALS, Reading
from .splitting import Tokens, is_wrapped, split
from .tokens import Token
from .tree import CONSTANTS, PLUS_MINUS, Call, Name, Node, Unreadable, contains, names, substituted, whole
from .values import Key, order, ratio_key, solution_key, structure_key, value_key
from .vocabulary import ACCENTS

Read = Callable[[Tokens], Reading]

_FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SHAPES = frozenset({"matrix", "tuple", "set", "union", "iv", "cases"})
_MAX_CHAIN = 30
_NUMBER_SETS = frozenset({"Z", "N", "Q", "R", "C"})
_DEPENDENT = ("y", "z", "f", "w", "s", "d", "A", "V", "P", "S")  # names that stand for a right side


def relation(tokens: Tokens, read: Read) -> Reading:
    """The reading of one relation, or of a chain of them.

    Raises:
        Unreadable: it is of no form that we know.
    """
    sides, relations = split(tokens, "rel")
    either = split(tokens, "op", frozenset({"|"}))[0]
    if len(either) == 2 and all(split(side, "rel")[1] for side in either):  # x < 2 | x > 5
        found = relation_list(either, ["or"], read)
        if found:
            return found
    if not sides[0] and len(sides) == 2 and sides[1] and relations[0] in _FLIP:
        return Reading(_half_line(read(sides[1]).key, relations[0]))  # "> 3"
    if not sides[0] and len(sides) == 2 and sides[1] and relations[0] in ("=", "~"):
        return read(sides[1])
    if not all(sides):
        raise Unreadable("a relation without a side")
    if relations == ["~"] and single_name(sides[0]):  # x \\approx 3.14
        relations = ["="]
    if "~" in relations:  # what stands before an approximation is the exact answer
        return _before(sides, relations, relations.index("~"), read)
    if relations[-1] == "=>":  # what follows an implication is the answer
        return read(sides[-1])
    if relations == ["in"]:
        return _membership(sides, read)
    if relations == ["notin"]:
        rest = sets.complement(sets.as_interval(read(sides[1]).key) or read(sides[1]).key)
        if rest is None:
            raise Unreadable("what a value is not in")
        return _named_set(sides[0], rest)
    if relations == ["=="] and any(t.text == "mod" for t in sides[1]):
        return _congruence(sides)
    relations = ["=" if r == "==" else r for r in relations]
    if all(r == "=" for r in relations):
        shared = [single_name(side) for side in sides[:-1]]
        if len(sides) > 2 and all(shared) and len(set(shared)) == len(shared):  # x = y = 1
            end = read(sides[-1])
            several = _assignments([(name, end.key) for name in shared if name])
            return replace(several, also=(*several.also, end.key))
        repeated = _same_name_again(sides)
        if repeated:
            return relation_list(repeated, [","], read) or _equation(sides[0], sides[-1], read)
        # a = b = 5: the chain's end is its value.
        return _equation(sides[0], sides[-1], read)
    if relations == ["!="]:
        return _named_set(sides[0], sets.without(REALS, read(sides[1]).key))
    if {r[0] for r in relations} <= {"<", ">", "="} and any(r != "=" for r in relations) and "<=>" not in relations:
        return _inequality(sides, relations, read)
    raise Unreadable("relation")


def _same_name_again(sides: list[Tokens]) -> list[Tokens] | None:
    """``x=1 x=2`` cut into its equations; None for a chain."""
    if len(sides) < 3 or len(sides[0]) != 1 or sides[0][0].kind != "var":
        return None
    if any(len(side) < 2 or side[-1].text != sides[0][0].text or not side[-1].spaced for side in sides[1:-1]):
        return None
    values = [*(side[:-1] for side in sides[1:-1]), sides[-1]]
    return [[*sides[0], Token("rel", "="), *value] for value in values]


def _before(sides: list[Tokens], relations: list[str], cut: int, read: Read) -> Reading:
    joined: Tokens = list(sides[0])
    for relation_, side in zip(relations[:cut], sides[1 : cut + 1], strict=True):
        joined += [Token("rel", relation_), *side]
    return read(joined)


def _membership(sides: list[Tokens], read: Read) -> Reading:
    inner = read(sides[1])
    key = sets.as_interval(inner.key)
    return _named_set(sides[0], key) if key else inner


def _congruence(sides: list[Tokens]) -> Reading:
    r"""``x \equiv 3 \pmod{7}``."""
    cut = next(k for k, t in enumerate(sides[1]) if t.text == "mod")
    before, after = sides[1][:cut], sides[1][cut + 1 :]
    if before and before[-1].text == "(" and after and after[-1].text == ")":  # 3 (mod 7)
        before, after = before[:-1], after[:-1]
    value, modulus = parse(before), parse(after)
    residue = value_key(Call("mod", (value, modulus)))
    return Reading(("mod", residue, value_key(modulus)), (value_key(value), residue))


# --- names ---------------------------------------------------------------------------------------


def single_name(tokens: Tokens) -> str | None:
    r"""The name that a side of an equation is: ``x``, ``x_1``, ``AB``, ``\text{Area}``, ``T(10)``."""
    if [t.text for t in tokens if t.text not in ("{", "}")][:2] == ["frac", "d"] and len(tokens) == 9:
        return f"{tokens[3].text}'"  # \frac{dy}{dx}
    if tokens and tokens[0].kind == "cmd" and tokens[0].text in ACCENTS:  # \overrightarrow{AB}
        return single_name([t for t in tokens[1:] if t.text not in "{}"])
    if len(tokens) > 2 and tokens[0].text == tokens[-1].text == "|" and all(t.kind == "var" for t in tokens[1:-1]):
        return single_name(tokens[1:-1]) if len(tokens) > 3 else None  # |AB|
    if len(tokens) == 1 and tokens[0].kind == "fn":  # \max = 9
        return tokens[0].text
    if not tokens or tokens[0].kind not in ("var", "text"):
        return None
    if tokens[0].kind == "text":
        return " ".join(t.text for t in tokens).lower() if all(t.kind == "text" for t in tokens) else None
    if len(tokens) > 1 and all(t.kind == "var" for t in tokens):
        letters = [t.text for t in tokens]
        return "".join(letters) if all(letter.isupper() for letter in letters) else None
    if len(tokens) > 3 and tokens[1].text == "(" and is_wrapped(tokens[1:]) and tokens[2].kind in ("num", "op"):
        return "".join(t.text for t in tokens)  # T(10), f(-1)
    try:
        node = parse(tokens)
    except Unreadable:
        return None
    return node.name if isinstance(node, Name) and node.name not in CONSTANTS else None


def _function_head(tokens: Tokens) -> dict[str, str] | None:
    """Bound variables of ``f(x)``, ``f^{-1}(x)`` or ``f(x, y)``, mapped to canonical names."""
    start = next((k for k, t in enumerate(tokens) if t.text == "("), 0)
    if not start or tokens[0].kind != "var" or not is_wrapped(tokens[start:]):
        return None
    if any(t.kind == "var" for t in tokens[1:start]):
        return None
    inner = split(tokens[start + 1 : -1], "sep", frozenset({","}))[0]
    if not all(len(p) == 1 and p[0].kind == "var" and p[0].text not in CONSTANTS for p in inner):
        return None
    return {p[0].text: f"#{k}" for k, p in enumerate(inner)}


# --- equations -----------------------------------------------------------------------------------


def _equation(left: Tokens, right: Tokens, read: Read) -> Reading:
    bound = _function_head(left)
    if bound is not None:
        return _function(bound, right, read)
    if is_wrapped(left) and left[0].text == "(":
        heads = [
            (_function_head(p) and p[0].text) or single_name(p) for p in split(left[1:-1], "sep", frozenset({","}))[0]
        ]
        values = read(right)
        if len(heads) > 1 and all(heads):
            if values.key[0] == "tuple" and len(values.key) == len(heads) + 1:
                return _assignments([(h, v) for h, v in zip(heads, values.key[1:], strict=True) if h])
            return replace(values, names=tuple(h for h in heads if h))  # (x, y) = (1, 2), (2, 1)
    if len(split(left, "op", frozenset({":"}))[1]) and split(right, "op", frozenset({":"}))[1]:
        return read(right)  # a:b = 2:3
    name = single_name(left)
    if name is None and single_name(right):
        left, right, name = right, left, single_name(right)
    if name is None and any(t.kind == "open" for t in right):  # A^{-1} = a matrix
        value = read(right)
        if value.key[0] in _SHAPES:
            name = "".join(t.text for t in left)
            return replace(value, key=("named", (name, value.key)), also=(value.key, *value.also), names=(name,))
    if name is not None:
        return _named_value(name, left, right, read)
    return _implicit(left, right, read)


def _function(bound: dict[str, str], right: Tokens, read: Read) -> Reading:
    plain = read(right)
    try:
        body = substituted(parse(right), {name: Name(to) for name, to in bound.items()})
        return Reading(("function", value_key(body)), (plain.key, *plain.also))
    except Unreadable:
        return plain


def _implicit(left: Tokens, right: Tokens, read: Read) -> Reading:
    difference = Call("+", (parse(left), Call("neg", (parse(right),))))
    if not names(difference):  # 2^{10} = 1024, 1/3 = 0.33
        exact, end = read(left), read(right)
        return exact if sets.rounds(end, exact.key) else end
    if contains(difference, PLUS_MINUS):
        raise Unreadable("plus-minus in an equation")
    try:
        key: Key = ("eq", *ratio_key(difference))
    except Unreadable:
        sides = (structure_key(parse(left)), structure_key(parse(right)))
        return Reading(("eq", *sets.ordered(sides)), understood=False)
    free = names(difference)
    if len(free) == 1:  # 2x = 10
        (name,) = free
        solution = solution_key(name, difference)
        if solution:
            return Reading(("named", (name, solution[0])), (solution[0],), names=(name,))
    dependent = next((n for n in _DEPENDENT if n in free), None)
    solution = solution_key(dependent, difference) if dependent else None
    also = (solution[0],) if solution else ()
    return Reading(key, also, names=(dependent,) if dependent and also else ())


def _named_value(name: str, left: Tokens, right: Tokens, read: Read) -> Reading:
    value = read(right)
    also = (value.key, *value.also)
    try:
        left_node, right_node = Name(name), parse(right)
        free = names(right_node)
        if free and not contains(right_node, PLUS_MINUS):
            key: Key = ("eq", *ratio_key(Call("+", (left_node, Call("neg", (right_node,))))))
            residue = _residue_class(right_node)
            if residue:
                also = (*also, residue)
            if name in free:
                return Reading(key)
            if len(free) == 1:  # y = 2x is the function of x
                (variable,) = free
                also = (*also, ("function", value_key(substituted(right_node, {variable: Name("#0")}))))
            return Reading(key, also, names=(name,))
    except Unreadable:
        pass
    return replace(value, key=("named", (name, value.key)), also=also, names=(name,))


def _residue_class(node: Node) -> Key | None:
    """``7k + 3`` with a whole number k as the residue class of 3 modulo 7."""
    (name, *others) = sorted(names(node)) or [""]
    if others or not (name.startswith("#") or name in "kmntj"):
        return None
    try:
        at = [value_key(substituted(node, {name: whole(k)})) for k in range(3)]
    except Unreadable:
        return None
    if any(k[0] != "n" or k[2] != 1 for k in at) or at[2][1] - at[1][1] != at[1][1] - at[0][1]:
        return None
    step = abs(at[1][1] - at[0][1])
    return ("mod", ("n", at[0][1] % step, 1), ("n", step, 1)) if step > 1 else None


def _assignments(given: list[tuple[str, Key]]) -> Reading:
    solutions = _solutions(given)
    if solutions:
        return Reading(sets.collection(solutions), names=tuple(dict.fromkeys(name for name, _ in given)))
    stems = {re.sub(r"_.*|\(.*", "", name) for name, _ in given}
    values = [value for _, value in given]
    distinct = len({name for name, _ in given}) == len(given)
    if len(stems) == 1 and len(given) > 1:
        # x = 2 or x = 5, and x_1 = 2, x_2 = 5: the values of one unknown.
        also: tuple[Key, ...] = (sets.collection(values), ("tuple", *values)) if distinct else ()
        return Reading(sets.collection(set(values)), also, names=tuple(stems))
    by_name = sorted(given, key=lambda pair: (pair[0] == "w", pair[0], order(pair[1])))
    letters = all(len(name) == 1 for name, _ in given)
    ordered: Key = ("tuple", *((value for _, value in by_name) if letters else values))
    also = tuple(dict.fromkeys((ordered, sets.collection(values), sets.collection(set(values)))))
    return Reading(("named", *by_name), also, names=tuple(name for name, _ in by_name))


def _solutions(given: list[tuple[str, Key]]) -> list[Key] | None:
    """``x = 1, y = 2 or x = 3, y = 4`` as points; None where the names do not come round again."""
    cycle = list(dict.fromkeys(name for name, _ in given))
    n = len(cycle)
    if n < 2 or len(given) == n or len(given) % n or any(name != cycle[k % n] for k, (name, _) in enumerate(given)):
        return None
    return [("tuple", *(value for _, value in given[k : k + n])) for k in range(0, len(given), n)]


# --- lists of relations --------------------------------------------------------------------------


def without_conditions(parts: list[Tokens]) -> tuple[list[Tokens], dict[str, str]]:
    r"""A list without conditions such as ``k \in \mathbb{Z}``; their variables get canonical names."""
    kept: list[Tokens] = []
    integers: dict[str, str] = {}
    for part in parts:
        sides, relations = split(part, "rel")
        if relations == ["in"] and len(sides[0]) == 1 and len(sides[1]) == 1 and sides[1][0].text in _NUMBER_SETS:
            integers[sides[0][0].text] = f"#{sides[1][0].text}{len(integers)}"
        else:
            kept.append(part)
    return (kept, integers) if kept and integers else (parts, {})


def relation_list(parts: list[Tokens], separators: list[str], read: Read) -> Reading | None:
    """``x = 3, y = 4``; ``x = 8, -14``; ``x < 1 or x > 3``; None for a list of other things."""
    given = [_assignment(p, read) for p in parts]
    first = given[0]
    if first and all(given):
        return _assignments([(name, one.key) for name, value in filter(None, given) for one in sets.spread([value])])
    related = [bool(split(p, "rel")[1]) for p in parts]
    if first and not any(related[1:]):  # x = 8, -14, -6: one variable, several values
        values = sets.spread([first[1], *(read(p) for p in parts[1:])])
        return Reading(sets.collection({r.key for r in values}), names=(first[0],))
    if not any(related):
        return None
    if related[0] and not any(related[1:]) and split(parts[0], "rel")[1] == ["!="]:  # x != 1, 2
        subject, left_out = split(parts[0], "rel")[0]
        values = sets.spread([read(p) for p in [left_out, *parts[1:]]])
        return _named_set(subject, sets.without(REALS, sets.collection({v.key for v in values})))
    if related[0] and not any(related[1:]):
        sides, relations = split(parts[0], "rel")
        if relations == ["="] and is_wrapped(sides[0]):  # (x, y) = (1, 2), (3, 4)
            return sets.listed([read(sides[1]), *(read(p) for p in parts[1:])])
    readings = [read(p) for p in parts]
    subjects = [r.key[1] for r in readings if r.key[0] == "range"]
    readings = [_as_range(r) if subjects else r for r in readings]
    if not all(r.key[0] == "range" or r.key[0] in ("iv", "union") for r in readings):
        return None
    ranges = [r.key[2] if r.key[0] == "range" else r.key for r in readings]
    if len({r.key[1] for r in readings if r.key[0] == "range"}) != 1:
        return None
    common = None if "or" in separators else sets.intersection(ranges)
    joined = common if common and common[0] in ("iv", "union") else sets.union(ranges)
    return _range(subjects[0], joined)


def _as_range(r: Reading) -> Reading:
    """``x = 0`` beside ``x > 2`` as a point of the line."""
    if r.key[0] == "named" and len(r.key) == 2 and sets.position(r.key[1][1]) is not None:
        name, value = r.key[1]
        return Reading(("range", ("v", name), sets.interval(value, value, True, True)))
    return r


def _assignment(part: Tokens, read: Read) -> tuple[str, Reading] | None:
    """Name and value of ``x = 3``, ``Paolo: 18``, ``f(x) = x``."""
    sides, relations = split(part, "rel")
    if not relations:
        sides, colons = split(part, "op", frozenset({":"}))
        if colons == [":"] and sides[0] and sides[1] and all(t.kind in ("text", "var") for t in sides[0]):
            return " ".join(t.text for t in sides[0]).lower(), read(sides[1])
        words = next((k for k, t in enumerate(part) if t.kind != "text"), 0)
        if words and part[words].kind in ("num", "op"):  # minimum -3
            return " ".join(t.text for t in part[:words]).lower().rstrip(": "), read(part[words:])
        return None
    if relations != ["="]:
        return None
    bound = _function_head(sides[0])
    if bound is not None:
        return sides[0][0].text, _function(bound, sides[1], read)
    name = single_name(sides[0])
    return (name, read(sides[1])) if name and sides[1] else None


# --- inequalities --------------------------------------------------------------------------------


def _inequality(sides: list[Tokens], relations: list[str], read: Read) -> Reading:
    if len(sides) == 3 and {r[0] for r in relations} in ({"<"}, {">"}):
        if relations[0][0] == ">":
            sides, relations = sides[::-1], [_FLIP[r] for r in relations[::-1]]
        low, high = read(sides[0]).key, read(sides[2]).key
        if _subject(sides[1]) is not None and sets.position(low) is not None and sets.position(high) is not None:
            return _named_set(sides[1], sets.interval(low, high, relations[0] == "<=", relations[1] == "<="))
        if _variable(sides[1]):
            return _named_set(sides[1], sets.interval(low, high, relations[0] == "<=", relations[1] == "<="))
    if len(sides) != 2:
        return _chain(sides, relations)
    left, right, relation_ = sides[0], sides[1], relations[0]
    if _variable(right) and not _variable(left):
        left, right, relation_ = right, left, _FLIP[relation_]
    if _variable(left) and not _variable(right):
        return _bound(left, read(right).key, relation_)
    if _is_constant(right) and not _is_constant(left):
        reduced = _linear_bound(left, right, relation_)
        if reduced:
            return reduced
    elif _is_constant(left):
        reduced = _linear_bound(right, left, _FLIP[relation_])
        if reduced:
            return reduced
    a, b = (parse(left), parse(right)) if relation_[0] == "<" else (parse(right), parse(left))
    return Reading(("less", len(relation_), *ratio_key(Call("+", (b, Call("neg", (a,)))), positive=True)))


def _bound(subject: Tokens, bound: Key, relation_: str) -> Reading:
    return _named_set(subject, _half_line(bound, relation_))


def _half_line(bound: Key, relation_: str) -> Key:
    if relation_[0] == "<":
        return sets.interval(sets.LOWEST, bound, False, relation_ == "<=")
    return sets.interval(bound, sets.HIGHEST, relation_ == ">=", False)


def _absolute_bound(left: Node, right: Node, relation_: str) -> Reading | None:
    """``|2x - 7| < 3`` as the interval of x."""
    free = names(left)
    if not isinstance(left, Call) or left.fn != "abs" or len(free) != 1:
        return None
    (name,) = free
    inside = left.args[0]
    ends = [solution_key(name, Call("+", (inside, other))) for other in (right, Call("neg", (right,)))]
    places = [sets.position(end[0]) if end else None for end in ends]
    if ends[0] is None or ends[1] is None or places[0] is None or places[1] is None:
        return None
    low, high = (ends[0][0], ends[1][0]) if places[0] <= places[1] else (ends[1][0], ends[0][0])
    closed = relation_ in ("<=", ">=")
    within = sets.interval(low, high, closed, closed)
    if relation_[0] == "<":
        return _named_set([Token("var", name)], within)
    return _named_set([Token("var", name)], sets.without(REALS, sets.interval(low, high, not closed, not closed)))


def _linear_bound(left: Tokens, right: Tokens, relation_: str) -> Reading | None:
    """``2x < 10`` as ``x < 5``."""
    try:
        a, b = parse(left), parse(right)
        absolute = _absolute_bound(a, b, relation_)
        if absolute:
            return absolute
        difference = Call("+", (a, Call("neg", (b,))))
        free = names(difference)
        if len(free) != 1:
            return None
        (name,) = free
    except Unreadable:
        return None
    solution = solution_key(name, difference)
    if solution is None or not solution[1]:
        return None
    value, slope = solution
    return _bound([Token("var", name)], value, relation_ if slope > 0 else _FLIP[relation_])


def _chain(sides: list[Tokens], relations: list[str]) -> Reading:
    r"""``b < a < d < c``, ``\tan 1 > \sin 1 > \cos 1``."""
    if {r[0] for r in relations} == {">"}:
        sides, relations = sides[::-1], [_FLIP[r] for r in relations[::-1]]
    if {r[0] for r in relations} != {"<"} or len(sides) > _MAX_CHAIN:
        raise Unreadable("relation")
    return Reading(("chain", *relations, *(_side_key(s) for s in sides)))


def _side_key(tokens: Tokens) -> Key:
    node = parse(tokens)
    try:
        return value_key(node)
    except Unreadable:
        return structure_key(node)


def _named_set(subject: Tokens, key: Key) -> Reading:
    """A set of values of a variable or expression, which may stand for the set alone."""
    if key == REALS:
        return Reading(key)
    shown = _subject(subject)
    if shown is None:
        raise Unreadable("what is in the set")
    return _range(shown, key)


def _range(subject: Key, key: Key) -> Reading:
    """A bounded open interval of values may be written as the pair of its ends."""
    also = [key]
    if key[0] == "iv" and not key[3] and not key[4] and "oo" not in (key[1][0], key[2][0]):
        also.append(("tuple", key[1], key[2]))
    return Reading(("range", subject, key), tuple(also), names=(order(subject),))


def _subject(tokens: Tokens) -> Key | None:
    """What an inequality speaks of: an expression with a variable."""
    try:
        node = parse(tokens)
    except Unreadable:
        return None
    return structure_key(node) if names(node) else None


def _variable(tokens: Tokens) -> bool:
    try:
        node = parse(tokens)
    except Unreadable:
        return False
    return isinstance(node, Name) and node.name not in CONSTANTS


def _is_constant(tokens: Tokens) -> bool:
    try:
        return not names(parse(tokens))
    except Unreadable:
        return False
