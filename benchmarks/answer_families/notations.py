"""Families of numbers in less usual notation: old TeX, Unicode fractions, other units, roots as powers."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from .base import Form, Value, Words, fraction, near, near_fraction, shuffled, signed, squarefree, values
from .trees import PI, Node, decimal, frac, mul, node, of, sqrt

_VULGAR = {
    Fraction(1, 2): "½", Fraction(1, 3): "⅓", Fraction(2, 3): "⅔", Fraction(1, 4): "¼", Fraction(3, 4): "¾",
    Fraction(1, 5): "⅕", Fraction(2, 5): "⅖", Fraction(3, 5): "⅗", Fraction(1, 8): "⅛", Fraction(3, 8): "⅜",
    Fraction(5, 8): "⅝", Fraction(7, 8): "⅞", Fraction(1, 6): "⅙", Fraction(5, 6): "⅚",
}  # fmt: skip


def small_fraction(rng: Random) -> list[Value]:
    def forms(q: Fraction) -> list[Form]:
        a, b = q.numerator, q.denominator
        one = rf"\frac {a} {b}" if a < 10 > b else rf"\frac {{{a}}} {{{b}}}"
        return [
            frac(q), one, rf"\frac{{{a}}}{b}" if b < 10 else frac(q), rf"{{{a} \over {b}}}", f"{a} / {b}", f"{a}⁄{b}",
            _VULGAR[q], rf"\cfrac{{{a}}}{{{b}}}", rf"\nicefrac{{{a}}}{{{b}}}", rf"{a} \div {b}",
            rf"\displaystyle\frac{{{a}}}{{{b}}}", f"{a} ÷ {b}", rf"\dfrac{{\,{a}\,}}{{\,{b}\,}}",
            rf"\frac{{{a}.0}}{{{b}}}", rf"\left(\frac{{{a}}}{{{b}}}\right)",
        ]  # fmt: skip

    return values(forms, shuffled(rng, _VULGAR)[:5])


def bracketed_integer(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        return [
            node(n), f"({n})", rf"\left({n}\right)", f"= {n}", rf"\mathrm{{{n}}}", rf"\textbf{{{n}}}",
            Words(f"**{n}**"),
            rf"\underline{{{n}}}", rf"\fbox{{{n}}}", rf"\quad {n}", rf"\,{n}\,", rf"{n}\!", rf"\bf{{{n}}}",
            f"{n}".replace("-", "−"), rf"{{\bf {n}}}", rf"\large {n}", f"{n}.000",
        ]  # fmt: skip

    return values(forms, near(rng, signed(rng, 3, 999)))


def per_cent(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        return [
            rf"{n}\%", Words(f"{n} per cent"), rf"{n}\text{{%}}", rf"{n}\text{{\%}}", rf"{n} \text{{ per cent}}",
            Words(f"{n} percent"), f"{n}.0%", rf"\mathbf{{{n}\%}}", node(n), rf"{n}~\%",
        ]  # fmt: skip

    return values(forms, near(rng, rng.randint(2, 250)))


def more_money(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        return [
            rf"\${n:,}", Words(f"US${n}"), Words(f"USD {n}"), rf"\text{{USD }} {n}", rf"\${n:,}".replace(",", "{,}"),
            Words(f"${n:,}.00"), node(n), rf"\$\,{n}", rf"{n}~\text{{dollars}}", rf"\mathrm{{\$}}{n}",
            rf"\text{{\$}}{n}", Words(f"{n:,} dollars."), rf"\${n} \text{{ per month}}",
        ]  # fmt: skip

    return values(forms, near(rng, rng.randint(1000, 90_000)))


def more_degrees(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        return [
            rf"{n}^\circ", f"{n}°", Words(f"{n} deg"), rf"{n}^{{\text{{o}}}}", rf"{n}\text{{°}}", rf"{n}^{{o}}",
            rf"{n}\,\text{{degrees}}", node(n), rf"{{{n}}}^{{\circ}}", rf"{n}^{{\,\circ}}", rf"({n})^\circ",
            rf"\text{{{n} degrees}}",
        ]  # fmt: skip

    n = rng.randint(5, 170)
    return values(forms, [n, *shuffled(rng, [180 - n, n + 5, n - 1, 2 * n])])


_UNITS = (
    (
        r"\text{ m/s}", " m/s", r"\,\mathrm{m/s}", r"\ \text{m}/\text{s}", r"\,\text{m}\cdot\text{s}^{-1}",
        r"\text{ meters per second}",
    ),
    (r"\text{ m/s}^2", " m/s^2", r"\,\mathrm{m/s^2}", r"\,\mathrm{m\,s^{-2}}", r"\text{ m s}^{-2}"),
    (r"\text{ kg}", " kg", r"\,\mathrm{kg}", r"\ \text{kilograms}", " kilograms"),
    (r"\text{ J}", r"\,\mathrm{J}", r"\text{ joules}", " joules"),
    (r"\text{ liters}", " liters", r"\text{ L}", r"\,\mathrm{L}", r"\text{ litres}"),
    (r"\text{ V}", r"\,\mathrm{V}", r"\text{ volts}", " volts", r"\mathrm{\ V}"),
    (r"\text{ people}", " people", r"\text{ persons}", r"\;\text{people}"),
    (r"\text{ cm per day}", " cm per day", r"\text{ cm/day}", r"\,\frac{\mathrm{cm}}{\mathrm{day}}"),
    (r"\text{ sq. ft.}", " square feet", r"\text{ ft}^2", " sq ft", r"\,\text{ft}^{2}"),
)  # fmt: skip


def more_units(rng: Random) -> list[Value]:
    unit = rng.choice(_UNITS)

    def forms(q: Fraction) -> list[Form]:
        n = frac(q)
        return [n, *(Node("around", ("", n, u)) for u in unit)]

    return values(forms, near_fraction(rng, Fraction(rng.randint(3, 400), rng.choice((1, 1, 1, 2)))))


def more_bases(rng: Random) -> list[Value]:
    base = rng.choice((2, 3, 5, 7, 8))
    names = {2: "two", 3: "three", 5: "five", 7: "seven", 8: "eight"}

    def forms(value: tuple[str, int]) -> list[Form]:
        d, b = value
        return [
            Node("based", (d, b)), rf"{d}_\text{{{names[b]}}}", Words(f"{d} base {b}"), rf"{d}\text{{ (base }}{b})",
            rf"{d} \text{{ base }} {b}", rf"{d}_{{\mathrm{{{names[b]}}}}}", Words(f"{d} (base {b})"),
            rf"{d}_{{\text{{{names[b]}}}}}", rf"{d} \text{{ in base }} {b}", rf"\overline{{{d}}}_{{{b}}}",
            rf"\text{{{d}}}_{{{b}}}",
        ]  # fmt: skip

    digits = "1" + "".join(str(rng.randrange(base)) for _ in range(rng.randint(3, 7)))
    other = {2: 3, 3: 5, 5: 7, 7: 8, 8: 7}[base]
    wrong = [(digits + "1", base), ("1" + digits, base), (digits[:-1] + str((int(digits[-1]) + 1) % base), base)]
    if max(digits) < str(other):
        wrong.append((digits, other))
    return values(forms, [(digits, base), *shuffled(rng, wrong)])


def scientific_signs(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        m, k = value
        shown = f"{m // 10}.{m % 10}"
        return [
            rf"{shown} \times 10^{{{k}}}", f"{shown} x 10^{k}", f"{shown} × 10{_high(k)}", f"{shown}·10^{{{k}}}",
            rf"{shown}\cdot10^{{{k}}}", node(m * 10 ** (k - 1)), f"{shown}*10**{k}", rf"{shown}\times{{10}}^{{{k}}}",
            rf"{shown} \ast 10^{k}" if k < 10 else f"{shown}e{k}", rf"{m}\times 10^{{{k - 1}}}",
        ]  # fmt: skip

    m, k = rng.choice([n for n in range(11, 99) if n % 10]), rng.randint(3, 15)
    return values(
        forms, [(m, k), *shuffled(rng, [(m, k + 1), (m, k - 1), (m + 1, k) if m % 10 < 9 else (m - 1, k), (m, k + 2)])]
    )


def _high(n: int) -> str:
    return str(n).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def half_powers(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        return [
            a * sqrt(b), rf"{a}\sqrt {b}" if b < 10 else a * sqrt(b), rf"{a}\cdot {b}^{{0.5}}", rf"{a}\sqrt[2]{{{b}}}",
            f"{a}*{b}**0.5", rf"{a}\,\sqrt{{{b}}}", rf"{a}\sqrt{{\,{b}\,}}", f"{a} sqrt {b}", f"{a}√({b})",
            rf"{{{a}}}{{\sqrt{{{b}}}}}", f"{a} * sqrt({b})", rf"\sqrt{{{a * a}}}\sqrt{{{b}}}", rf"{a}({b})^{{1/2}}",
        ]  # fmt: skip

    a, b = rng.randint(2, 15), squarefree(rng)
    return values(
        forms, [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (b, a) if a != b else (a + 2, b), (2 * a, b)])]
    )


def cube_denesting(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value  # (a + sqrt b)^3
        whole, rest = a**3 + 3 * a * b, 3 * a * a + b
        return [
            a + sqrt(b), of("root", whole + rest * sqrt(b), 3), sqrt(b) + a, sqrt(a * a + b + 2 * a * sqrt(b)),
            node(a * a - b) / (a - sqrt(b)) if a * a != b else a + sqrt(b),
        ]  # fmt: skip

    a, b = rng.randint(1, 4), rng.choice((2, 3, 5, 6, 7))
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (a + 2, b), (b, a * a + 1)])])


def half_angles(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value  # sqrt(a + sqrt(a^2 - b^2)) = sqrt((a + b)/2) + sqrt((a - b)/2)
        inner = a * a - b * b
        return [
            (sqrt(2 * (a + b)) + sqrt(2 * (a - b))) / 2, sqrt(a + sqrt(inner)),
            sqrt(frac(Fraction(a + b, 2))) + sqrt(frac(Fraction(a - b, 2))),
            (sqrt(2 * (a - b)) + sqrt(2 * (a + b))) / 2,
        ]  # fmt: skip

    a = rng.randint(4, 15)
    b = rng.randint(1, a - 2)
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (a + 2, b + 1), (a + 1, b + 1)])])


def decimal_multiple_of_pi(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        q = Fraction(n, 2)
        return [
            decimal(q, 1) * PI, (n * PI) / 2, frac(q) * PI, rf"\frac{{{n}}}{{2}}\,\pi", rf"{n // 2}.5 \pi",
            rf"\pi \cdot {n // 2}.5", rf"\frac{{{n}{{\pi}}}}{{2}}", f"{n // 2}.5pi", rf"{n}\cdot\frac{{\pi}}{{2}}",
        ]  # fmt: skip

    n = rng.randrange(3, 99, 2)
    return values(forms, [n, *shuffled(rng, [n + 2, 2 * n - 1, n + 20, n + 4])])


def powers_of_pi(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        k, d = value
        return [
            PI**k / d, node(1) / d * PI**k, mul(PI, PI ** (k - 1)) / d, (3 * PI**k) / (3 * d), sqrt(PI ** (2 * k)) / d,
            rf"\frac{{\pi^{{{k}}}}}{{{d}}}",
        ]  # fmt: skip

    k, d = rng.randint(2, 4), rng.choice((6, 8, 12, 15))
    return values(forms, [(k, d), *shuffled(rng, [(k + 1, d), (k, d + 1), (k, 2 * d), (k - 1, d)])])


def rate(rng: Random) -> list[Value]:
    """A fraction beside its ratio in words and its decimal."""

    def forms(q: Fraction) -> list[Form]:
        a, b = q.numerator, q.denominator
        return [
            frac(q), f"{a}/{b}", rf"{a}\div{b}", decimal(q, 6), rf"\tfrac{{{a}}}{{{b}}}", f"({a})/({b})",
            rf"\frac{{{a * 5}}}{{{b * 5}}}", f"{a}:{b}" if b < 10 else f"{a}/{b}",
        ]  # fmt: skip

    q = fraction(rng, 3, 60, 3)
    q = Fraction(abs(q.numerator) | 1, rng.choice((2, 4, 8)))
    return values(forms, [q, *shuffled(rng, [q + 1, q / 2, 2 * q + Fraction(1, 8), q + Fraction(1, 8)])])


FAMILIES = (
    small_fraction, bracketed_integer, per_cent, more_money, more_degrees, more_units, more_bases, scientific_signs,
    half_powers, cube_denesting, half_angles, decimal_multiple_of_pi, powers_of_pi, rate,
)  # fmt: skip
