"""Why two answers are, or are not, called equal: for a person to read.

Tells what was read from each answer and by which rule the verdict came; decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from .classes import Judge, Verdict, equal, reading_as_asked
from .question import NOTHING, Asked
from .reading import Reading
from .sets import position
from .values import Key

_LONG = 40  # digits of a number that are shown


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict on two answers, what each was read as, and the reason."""

    equal: bool
    first: str
    second: str
    reason: str

    def __str__(self) -> str:
        return f"{'equal' if self.equal else 'different'}: {self.reason}\n  A is {self.first}\n  B is {self.second}"


def explain(a: str | None, b: str | None, asked: Asked = NOTHING, judge: Judge | None = None) -> Explanation:
    """The verdict of :func:`.classes.equal` on two answers, with its reason."""
    same = equal(a, b, asked, judge)
    if not (a and a.strip()) or not (b and b.strip()):
        shown = ["no answer" if not (x and x.strip()) else describe(reading_as_asked(x, asked)) for x in (a, b)]
        return Explanation(False, shown[0], shown[1], "no answer equals nothing, not even no answer")
    one, other = reading_as_asked(a, asked), reading_as_asked(b, asked)
    return Explanation(same, describe(one), describe(other), _reason(a, b, one, other, same, judge))


def _reason(a: str, b: str, one: Reading, other: Reading, same: bool, judge: Judge | None) -> str:
    if one.key == other.key:
        return "the same text" if not one.understood else "the same value"
    if same:
        for left, right, name, it in ((one, other, "A", "B"), (other, one, "B", "A")):
            if right.key in left.also:
                return f"by convention {name} may stand for what {it} is: {_convention(left.key, right.key)}"
        shared = [k for k in one.also if k in other.also]
        if shared:
            return f"by convention both may stand for {name_of(shared[0])}"
        if one.digits or other.digits:
            return "a long decimal stands for the value that it rounds"
        return "the judge calls them equal"
    if one.understood and other.understood:
        if one.names and other.names and one.names != other.names and set(one.also) & set(other.also):
            return "the same value is given to different things"
        if _is_rounded(one, other):
            return "one is the other, rounded; a rounded decimal differs unless the question asks for that precision"
        return "two different values"
    unread = " and ".join(n for n, r in (("A", one), ("B", other)) if not r.understood)
    if judge is None:
        return f"{unread} cannot be read, so only the same text would be equal; --fallback asks Math-Verify"
    verdict = judge(*sorted((a, b)))
    return f"{unread} cannot be read; the judge says {verdict}" + (
        " (it ran out of its limits), which is not equal" if verdict is Verdict.UNDECIDED else ""
    )


def _is_rounded(one: Reading, other: Reading) -> bool:
    for decimal, exact in ((one, other), (other, one)):
        shown, value = position(decimal.key), position(exact.key)
        if decimal.places and isinstance(shown, Fraction) and isinstance(value, Fraction):
            return bool(abs(shown - value) * 10**decimal.places <= 1)
    return False


def _convention(of: Key, to: Key) -> str:
    kind = of[0]
    if kind in ("named", "eq", "function"):
        return "a name with a value is that value"
    if kind in ("option", "choice") or to[0] == "choice":
        return "a choice is its letter"
    if kind == "range":
        return "an inequality is its interval"
    if kind in ("tuple", "iv"):
        return "a pair in brackets may be a point or an open interval"
    if kind == "matrix":
        return "a row or column is the tuple of its elements"
    if kind in ("time", "clock"):
        return "a time without am or pm"
    if kind == "n" and to[0] == "n":
        return "a percentage is the number of hundredths, a rounded value what it rounds"
    if kind == "n":
        return "degrees are radians"
    if kind == "ratio":
        return "a ratio of two is their quotient"
    return "the same in another form"


# --- keys in words -------------------------------------------------------------------------------


def describe(r: Reading) -> str:
    """What a reading says, in words."""
    text = name_of(r.key)
    if r.units and r.key[0] != "unit":
        text += f" (unit {' '.join(r.units)} ignored)"
    if r.also:
        text += "; may stand for " + " or ".join(dict.fromkeys(name_of(k) for k in r.also[:3]))
    return text


def name_of(key: Key) -> str:
    """A key in words."""
    namer = _NAMES.get(key[0])
    return namer(key) if namer else f"{key[0]} {key[1:]}"


def _rational(key: Key) -> str:
    p, q = int(key[1]), int(key[2])
    if p.bit_length() + q.bit_length() > 4_000:
        return f"an exact number of about {(p.bit_length() - q.bit_length()) * 0.30103:.0f} digits"
    return f"the number {_digits(p)}" + (f"/{_digits(q)}" if q != 1 else "")


def _digits(n: int) -> str:
    text = str(n)
    return text if len(text) <= _LONG else f"{text[:12]}...{text[-12:]} ({len(text)} digits)"


def _real(key: Key) -> str:
    value = position(key)
    if not isinstance(value, Fraction):
        return f"a number of about 2^{int(key[2]) + 128}"
    exponent = 0
    while abs(value) >= 10**15:
        value, exponent = value / 10, exponent + 1
    return f"the irrational number {float(value):.15g}{f'e{exponent}' if exponent else ''}..."


def _list(keys: tuple[Key, ...], separator: str = ", ") -> str:
    shown = [name_of(k).removeprefix("the number ") for k in keys[:12]]
    return separator.join(shown) + (f"{separator}... ({len(keys)} in all)" if len(keys) > 12 else "")


def _interval(key: Key) -> str:
    _, low, high, closed_low, closed_high = key
    return f"the interval {'[' if closed_low else '('}{_list((low, high))}{']' if closed_high else ')'}"


def _clock(key: Key) -> str:
    return f"the time {key[1]}:{key[2]:02d}" + (" of 24 hours" if key[0] == "time" else "")


_NAMES: dict[str, Callable[[Key], str]] = {
    "n": _rational,
    "r": _real,
    "c": lambda k: f"the complex number {_list(k[1:], ' + i times ')}",
    "f": lambda k: f"an expression with variables, at its first point {name_of(k[1])}",
    "function": lambda k: f"a function of its variable: {name_of(k[1])}",
    "eq": lambda k: "an equation, up to a factor",
    "less": lambda k: "an inequality, up to a positive factor",
    "named": lambda k: "values with names: " + ", ".join(f"{name} = {_list((value,))}" for name, value in k[1:]),
    "range": lambda k: f"all values of {_subject(k[1])} in {name_of(k[2])}",
    "iv": _interval,
    "union": lambda k: f"the union of {_list(k[1:], ' and ')}",
    "set": lambda k: f"the collection {{{_list(k[1:])}}}",
    "tuple": lambda k: f"the tuple ({_list(k[1:])})",
    "matrix": lambda k: f"a matrix of {len(k) - 1} rows: {'; '.join(_list(row) for row in k[1:9])}",
    "ratio": lambda k: f"the ratio {':'.join(map(str, k[1:]))}",
    "base": lambda k: f"a numeral in base {k[1]}, worth {k[2]}",
    "choice": lambda k: f"choice {k[1]}",
    "option": lambda k: f"choice {k[1]}, which says {name_of(k[2])}",
    "time": _clock,
    "clock": _clock,
    "date": lambda k: f"the date {k[3] or '????'}-{k[1]:02d}-{k[2]:02d}",
    "oo": lambda k: "infinity" if k[1] > 0 else "minus infinity",
    "mod": lambda k: f"the residue {name_of(k[1])} modulo {name_of(k[2])}",
    "word": lambda k: f'the words "{k[1]}"',
    "unit": lambda k: f"{name_of(k[2])} {k[1]}",
    "t": lambda k: "a text that cannot be read",
    "s": lambda k: "a formula that is read but cannot be computed, known by its structure",
    "chain": lambda k: "a chain of inequalities",
}


def _subject(key: Key) -> str:
    return str(key[1]) if key[0] == "v" else "an expression"
