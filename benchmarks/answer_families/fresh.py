"""Held-out families written after the equality they measure: numbers, constants, letters, units, times.

Those of whole structures are in :mod:`.fresh_structures`.  Nobody developed on either.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from random import Random

from . import fresh_structures
from .base import Form, Value, Words, shuffled, squarefree, values
from .trees import PI, Node, add, around, decimal, frac, mul, node, of, sqrt, var


def times(coefficient: int, tree: Node) -> Node:
    """``tree`` with its coefficient, which is not written where it is 1."""
    return tree if coefficient == 1 else mul(coefficient, tree)


def over(top: Node, bottom: int) -> Node:
    """``top`` over ``bottom``, without a bar over 1."""
    return top if bottom == 1 else top / bottom


def round_number(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        k, m = value
        n = k * 10**m
        grouped = f"{n:,}"
        return [
            node(n), grouped, mul(decimal(Fraction(k, 10), 1), node(10) ** (m + 1)), mul(k, node(10) ** m),
            grouped.replace(",", "{,}"), grouped.replace(",", r"\,"), mul(node(10) ** m, k), decimal(Fraction(n), 2),
            Words(f"{k // 10}.{k % 10}e+{m + 1:02d}"), grouped.replace(",", " "), mul(10 * k, node(10) ** (m - 1)),
        ]  # fmt: skip

    k, m = rng.randint(1, 9) * 10 + rng.randint(1, 9), rng.randint(3, 7)
    return values(forms, [(k, m), *shuffled(rng, [(k, m + 1), (k, m - 1), (k + 1 if k % 10 < 9 else k - 1, m)])])


def fraction_and_approximation(rng: Random) -> list[Value]:
    bottom = rng.choice((7, 9, 11, 13, 17))

    def forms(top: int) -> list[Form]:
        q, four, two = Fraction(top, bottom), f"{top / bottom:.4f}", f"{top / bottom:.2f}"
        exact = rf"\frac{{{top}}}{{{bottom}}}"
        return [
            frac(q), rf"{exact} \approx {four}", Words(f"{top}/{bottom} ≈ {two}"), rf"P = {exact}",
            rf"\frac{{{2 * top}}}{{{2 * bottom}}} = {exact}", rf"P={exact}\approx {top / bottom:.3f}",
            node(3 * top) / (3 * bottom), rf"{exact} \ (\approx {two})",
        ]  # fmt: skip

    return values(forms, rng.sample([top for top in range(1, bottom) if top % 3], 4))


def sector_without_triangle(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int]) -> list[Form]:
        r, angle, height = value  # an area of r^2 (pi / angle - sqrt(3) / height)
        round_part, straight = Fraction(r * r, angle), Fraction(r * r, height)
        arc = over(times(round_part.numerator, PI), round_part.denominator)
        chord = over(times(straight.numerator, sqrt(3)), straight.denominator)
        under = lcm(round_part.denominator, straight.denominator)
        a, b = int(round_part * under), int(straight * under)
        together = lcm(angle, height)
        inner = times(together // angle, PI) - times(together // height, sqrt(3))
        return [
            arc - chord, over(times(a, PI) - times(b, sqrt(3)), under), mul(r * r, PI / angle - sqrt(3) / height),
            add(-chord, arc), mul(frac(Fraction(r * r, together)), inner), Node("assign", ("S", arc - chord)),
        ]  # fmt: skip

    r, angle, height = rng.randint(2, 12), rng.choice((3, 6)), 4
    return values(forms, [(r, angle, height), *shuffled(rng, [(r, 9 - angle, 4), (r + 1, angle, 4), (r, angle, 2)])])


def combined_logarithms(rng: Random) -> list[Value]:
    p, q = rng.sample((2, 3, 5, 7), 2)

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        plus, minus = times(a, of("ln", p)), times(b, of("ln", q))
        return [
            plus - minus, of("ln", node(p**a) / q**b), add(-minus, plus), of("ln", p**a) - of("ln", q**b),
            -of("ln", node(q**b) / p**a), of("ln", p**a) - minus, Node("assign", ("k", plus - minus)),
            rf"\log_e \frac{{{p**a}}}{{{q**b}}}",
        ]  # fmt: skip

    a, b = rng.randint(1, 4), rng.randint(1, 3)
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (a + 1, b + 1)])])


def angle_of_a_triangle(rng: Random) -> list[Value]:
    def forms(sides: tuple[int, int, int]) -> list[Form]:
        a, b, c = sides
        return [
            of("arctan", node(a) / b), of("arcsin", node(a) / c), of("arccos", node(b) / c),
            PI / 2 - of("arctan", node(b) / a), rf"\tan^{{-1}}\frac{{{a}}}{{{b}}}",
            rf"\operatorname{{arctg}} \frac{{{a}}}{{{b}}}", 2 * of("arctan", node(a) / (b + c)),
            PI / 2 - of("arcsin", node(b) / c), rf"\sin^{{-1}}\left(\frac{{{a}}}{{{c}}}\right)",
            rf"\alpha = \arccos\frac{{{b}}}{{{c}}}",
        ]  # fmt: skip

    a, b, c = rng.choice(((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29)))
    others = [(9, 40, 41), (12, 35, 37), (b, a, c)]
    return values(forms, [(a, b, c), *shuffled(rng, others)])


def two_sides_and_an_angle(rng: Random) -> list[Value]:
    name = rng.choice((r"\alpha", r"\gamma", r"\theta"))
    a, b, angle = var(rng.choice("acp")), var(rng.choice("bdq")), var(name)

    def forms(value: tuple[str, int]) -> list[Form]:
        kind, k = value
        turn = of(kind, angle)
        text = rf"{a.args[0]}{b.args[0]}\{kind} {name}"
        found: list[Form] = [
            mul(a, b, turn) / k, mul(node(1) / k, a, b, turn), rf"\frac{{1}}{{{k}}}{text}", rf"\frac{{{text}}}{{{k}}}",
            rf"\frac{{{a.args[0]} \cdot {b.args[0]} \cdot \{kind} {name}}}{{{k}}}", mul(turn, a, b) / k,
            rf"S = \frac{{1}}{{{k}}}\, {a.args[0]}\, {b.args[0]} \{kind} {name}",
        ]  # fmt: skip
        half = angle / 2
        double = mul(2, of("sin", half), of("cos", half)) if kind == "sin" else 1 - 2 * of("sin", half) ** 2
        return [*found, mul(a, b, double) / k] if kind in ("sin", "cos") else found

    k = rng.randint(2, 4)
    return values(forms, [("sin", k), *shuffled(rng, [("cos", k), ("tan", k), ("sin", k + 1), ("cos", k + 1)])])


def geometric_sum(rng: Random) -> list[Value]:
    n = var(rng.choice("nmk"))

    def forms(value: tuple[int, int]) -> list[Form]:
        p, shift = value
        last, before = (node(p) ** (add(n, k) if k else n) for k in (shift, shift - 1))
        return [
            (last - 1) / (p - 1), (1 - last) / -(p - 1), mul(node(1) / (p - 1), last - 1),
            last / (p - 1) - node(1) / (p - 1), (mul(p, before) - 1) / (p - 1),
            Node("assign", ("S", (last - 1) / (p - 1))), add(-1, last) / (p - 1),
        ]  # fmt: skip

    p = rng.randint(3, 9)
    return values(forms, [(p, 1), *shuffled(rng, [(p, 2), (p + 1, 1), (p + 1, 2), (p + 2, 1), (p, 0)])])


def temperature(rng: Random) -> list[Value]:
    scale, name = rng.choice((("C", "Celsius"), ("F", "Fahrenheit")))

    def forms(n: int) -> list[Form]:
        return [
            rf"{n}^\circ \text{{{scale}}}", Words(f"{n}°{scale}"), rf"{n}^{{\circ}}\mathrm{{{scale}}}", node(n),
            Words(f"{n} degrees {name}"), rf"{n}^\circ {scale}", Words(f"{n} °{scale}"),
            rf"T = {n}^{{\circ}}\text{{{scale}}}",
            rf"{n}.0^\circ\text{{{scale}}}", rf"{n} \text{{ degrees}}", rf"{n}^\circ",
        ]  # fmt: skip

    n = rng.choice((-1, 1, 1)) * rng.randint(2, 95)
    return values(forms, [n, *shuffled(rng, [-n, n + 1, n - 1, n + 10, 2 * n])])


def exact_area(rng: Random) -> list[Value]:
    unit, word = rng.choice((("cm", "centimeters"), ("mm", "millimeters"), ("km", "kilometers"), ("ft", "feet")))
    circle = rng.random() < 0.4

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        tree = times(a, PI if circle else sqrt(b))
        text, plain = (rf"{a}\pi", f"{a}π") if circle else (rf"{a}\sqrt{{{b}}}", f"{a}√{b}")
        found: list[Form] = [
            tree, rf"{text} \text{{ {unit}}}^2", Words(f"{plain} {unit}²"), Words(f"{plain} square {word}"),
            rf"{text} \mathrm{{~{unit}}}^{{2}}", rf"{text}\,\text{{square {word}}}",
            rf"{text} \text{{ square units}}", rf"{text}\ {unit}^2",
            Node("latex", (around(tree, rf"\ \text{{sq. {unit}}}"),)), rf"A = {text}",
        ]  # fmt: skip
        return found if circle else [*found, rf"\sqrt{{{a * a * b}}}\text{{ {unit}}}^2"]

    a, b = rng.randint(2, 40), squarefree(rng, 15)
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (2 * a, b), (a + 10, b)])])


def part_of_the_day(rng: Random) -> list[Value]:
    def forms(minutes: int) -> list[Form]:
        late = minutes >= 720
        hour, sign, words = minutes // 60 % 12, "p" if late else "a", "in the afternoon" if late else "in the morning"
        t = f"{hour}:{minutes % 60:02d}"
        return [
            rf"{t} \text{{ {sign}.m.}}", Words(f"{t} {sign.upper()}M"), Words(f"{t} {words}"),
            Words(f"at {t} {sign}.m."),
            rf"\text{{{t} {sign.upper()}.M.}}",
            Words(f"{minutes // 60:02d}:{minutes % 60:02d}") if late else Words(f"{t} AM"),
            rf"{t}\ \mathrm{{{sign}.m.}}", rf"\text{{{t} {words}}}",
        ]  # fmt: skip

    hour, minute = rng.randint(13, 17), rng.randint(0, 59)
    t = hour * 60 + minute
    wrong = [t - 720, t + 60 if hour < 17 else t - 60, t + 1 if minute < 59 else t - 1]
    return values(forms, [t, *shuffled(rng, wrong)])


FAMILIES = (
    round_number, fraction_and_approximation, sector_without_triangle, combined_logarithms, angle_of_a_triangle,
    two_sides_and_an_angle, geometric_sum, temperature, exact_area, part_of_the_day, *fresh_structures.FAMILIES,
)  # fmt: skip
