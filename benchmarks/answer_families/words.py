"""Families of words: choices, texts, times, dates, yes and no, no solution, numerals with ordinals."""

from __future__ import annotations

import datetime
from random import Random

from .base import Form, Value, Words, shuffled, values
from .trees import frac, node

_WORDS = (
    ("Sunday", "Monday", "Tuesday", "Thursday", "Saturday"),
    ("circle", "ellipse", "parabola", "hyperbola", "line"),
    ("red", "green", "blue", "yellow"),
    ("odd", "even", "neither"),
    ("increasing", "decreasing", "constant"),
    ("acute", "obtuse", "right", "isosceles"),
    ("Evelyn", "Carla", "Briana", "Angela"),
    ("north", "south", "east", "west"),
    ("convergent", "divergent", "oscillating"),
    ("rectangle", "rhombus", "square", "trapezoid"),
)  # fmt: skip
_PHRASES = (
    ("right triangle", "equilateral triangle", "isosceles triangle"),
    ("point symmetry", "line symmetry", "rotational symmetry"),
    ("direct proportion", "inverse proportion", "no relation"),
    ("Maria and Tom", "Maria and Ben", "Tom and Ben"),
    ("the first player", "the second player"),
)


def word(rng: Random) -> list[Value]:
    def forms(w: str) -> list[Form]:
        return [
            rf"\text{{{w}}}", Words(w), Words(w.capitalize()), rf"\textbf{{{w}}}", rf"\mathrm{{{w}}}",
            rf"\text{{{w.lower()}}}", Words(w.upper()), rf"\text{{ {w} }}", rf"\textit{{{w}}}",
            rf"\text{{{w.capitalize()}.}}",
        ]  # fmt: skip

    return values(forms, shuffled(rng, rng.choice(_WORDS)))


def phrase(rng: Random) -> list[Value]:
    def forms(w: str) -> list[Form]:
        return [
            rf"\text{{{w}}}", Words(w), Words(w[0].upper() + w[1:]), Words(w + "."), rf"\textbf{{{w}}}",
            w.replace(" ", r"\ ") if " " in w else w, rf"\mbox{{{w}}}",
        ]  # fmt: skip

    return values(forms, shuffled(rng, rng.choice(_PHRASES)))


def choice(rng: Random) -> list[Value]:
    letters = shuffled(rng, "ABCDE")
    contents = rng.sample(range(2, 99), 5)

    def forms(k: int) -> list[Form]:
        x, n = letters[k], contents[k]
        return [
            x, f"({x})", rf"\text{{{x}}}", rf"\text{{({x})}}", Words(f"{x})"), Words(f"{x}."), rf"\textbf{{({x})}}",
            rf"\mathrm{{{x}}}", rf"\text{{({x}) }} {n}", Words(f"({x}) {n}"), Words(f"{x}) {n}"),
            rf"\textbf{{({x})}}\ {n}", Words(f"Option {x}"), rf"\mathbf{{{x}}}", Words(f"{x}. {n}"),
        ]  # fmt: skip

    return values(forms, range(5))


def choice_by_content(rng: Random) -> list[Value]:
    letters = shuffled(rng, "ABCDE")
    contents = rng.sample(range(2, 99), 5)

    def forms(k: int) -> list[Form]:
        x, n = letters[k], contents[k]
        return [
            node(n), rf"\text{{({x}) }} {n}", rf"\textbf{{({x})}} {n}", Words(f"({x}) {n}"), Words(f"{x}) {n}"),
            node(2 * n) / 2,
        ]  # fmt: skip

    return values(forms, range(5))


def several_choices(rng: Random) -> list[Value]:
    def forms(letters: str) -> list[Form]:
        back = letters[::-1]
        return [
            ", ".join(letters), ",".join(letters), ", ".join(back), rf"\text{{{', '.join(letters)}}}",
            Words(" and ".join(letters)), r" \text{ and } ".join(letters), Words(" and ".join(back)),
        ]  # fmt: skip

    a, b, c, d = shuffled(rng, "ABCD")
    return values(lambda s: forms("".join(sorted(s))), [a + b, *shuffled(rng, [a + c, b + d, c + d])])


def clock_half(rng: Random) -> list[Value]:
    """Times of one half of the day, with and without its sign."""
    half = rng.choice("ap")

    def forms(minutes: int) -> list[Form]:
        hour, minute = 1 + minutes // 60 % 12, minutes % 60
        t = f"{hour}:{minute:02d}"
        return [
            t, rf"{t} \text{{ {half}.m.}}", Words(f"{t} {half}.m."), Words(f"{t} {half.upper()}M"),
            rf"\text{{{t} {half.upper()}M}}", rf"{t}\text{{ {half.upper()}M}}", Words(f"{t}{half}m"),
            Words(f"{t} {half.upper()}.M."),
        ]  # fmt: skip

    t = rng.randint(0, 719)
    return values(forms, [t, *shuffled(rng, [(t + 60) % 720, (t + 1) % 720, (t + 10) % 720, (t - 30) % 720])])


def clock_whole(rng: Random) -> list[Value]:
    """Times of the whole day: the half of the day counts."""

    def forms(minutes: int) -> list[Form]:
        hour, minute = minutes // 60, minutes % 60
        half = "p" if hour >= 12 else "a"
        t = f"{(hour - 1) % 12 + 1}:{minute:02d}"
        sign = f"{half.upper()}M"
        found: list[Form] = [rf"{t} \text{{ {half}.m.}}", Words(f"{t} {half}.m."), Words(f"{t} {sign}")]
        found += [rf"\text{{{t} {sign}}}", rf"{t}\ \text{{{sign}}}"]
        return [*found, f"{hour}:{minute:02d}", rf"\text{{{hour}:{minute:02d}}}"] if hour > 12 else found

    t = rng.randint(60, 1439)
    return values(forms, [t, *shuffled(rng, [(t + 720) % 1440, (t + 60) % 1440, (t + 1) % 1440, (t + 15) % 1440])])


def _ordinal(n: int) -> str:
    return f"{n}" + ("th" if 10 < n % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th"))


def date(rng: Random) -> list[Value]:
    with_year = rng.random() < 0.5

    def forms(day: datetime.date) -> list[Form]:
        month, d, year = day.strftime("%B"), day.day, day.year
        if not with_year:
            return [
                Words(f"{month} {d}"), rf"\text{{{month} {d}}}", Words(f"{d} {month}"),
                Words(f"{month} {_ordinal(d)}"), Words(f"{_ordinal(d)} of {month}"),
                rf"\text{{{month} {_ordinal(d)}}}", rf"\text{{{month} }}{d}",
            ]  # fmt: skip
        return [
            Words(f"{month} {d}, {year}"), rf"\text{{{month} {d}, {year}}}", Words(f"{d} {month} {year}"),
            Words(f"{month} {_ordinal(d)}, {year}"), Words(day.isoformat()),
            Words(f"{day.strftime('%b')}. {d}, {year}") if month != "May" else Words(f"{month} {d}, {year}"),
            Words(f"{month} {d} {year}"),
        ]  # fmt: skip

    day = datetime.date(rng.randint(1950, 2030), rng.randint(1, 12), rng.randint(1, 28))
    wrong = [day + datetime.timedelta(days=k) for k in (1, -1, 7, 31)]
    if with_year:
        wrong.append(day.replace(year=day.year + 1))
    return values(forms, [day, *shuffled(rng, wrong)])


def yes_or_no(rng: Random) -> list[Value]:
    words = rng.choice((("yes", "no"), ("true", "false")))

    def forms(w: str) -> list[Form]:
        c = w.capitalize()
        return [
            rf"\text{{{c}}}", Words(c), Words(w), rf"\text{{{w}}}", Words(w.upper()), Words(c + "."),
            rf"\textbf{{{c}}}", rf"\mathrm{{{c}}}", rf"\textbf{{{w.upper()}}}",
        ]  # fmt: skip

    return values(forms, shuffled(rng, words))


def no_solution(rng: Random) -> list[Value]:
    n = rng.randint(1, 12)

    def forms(kind: int) -> list[Form]:
        if kind == 0:
            return [
                r"\text{no solution}", Words("no solution"), r"\emptyset", Words("No solution"), r"\varnothing",
                r"\text{No solution}", Words("no solutions"), r"\text{No solutions}", "∅", r"\text{no solution.}",
                Words("There is no solution"), r"\text{There are no solutions}",
            ]  # fmt: skip
        k = n + kind
        return [node(k), f"x={k}", frac(k), f"x = {k}"]

    return values(forms, [0, 1, 2, 3] if rng.random() < 0.6 else [1, 0, 2, 3])


def undefined(rng: Random) -> list[Value]:
    n = rng.randint(0, 5)

    def forms(kind: int) -> list[Form]:
        if kind == 0:
            return [
                r"\text{undefined}", Words("undefined"), Words("Undefined"), r"\textbf{undefined}",
                r"\mathrm{undefined}",
            ]  # fmt: skip
        if kind == 1:
            return [
                r"\text{does not exist}", Words("does not exist"), Words("DNE"), r"\text{DNE}",
                Words("Does not exist."),
            ]  # fmt: skip
        return [node(n + kind), f"{n + kind}.0"]

    first = rng.randrange(2)
    return values(forms, [first, 2, 3])


def ordinal(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        tail = _ordinal(n).removeprefix(str(n))
        return [
            node(n), Words(_ordinal(n)), rf"{n}^{{\text{{{tail}}}}}", rf"{n}\text{{{tail}}}",
            rf"{n}^{{\mathrm{{{tail}}}}}",
        ]  # fmt: skip

    n = rng.randint(4, 60)
    return values(forms, [n, *shuffled(rng, [n + 1, n - 1, n + 10, 2 * n])])


FAMILIES = (
    word, phrase, choice, choice_by_content, several_choices, clock_half, clock_whole, date, yes_or_no, no_solution,
    undefined, ordinal,
)  # fmt: skip
