"""Families of values in less usual notation: old TeX, Unicode fractions, exp, cis, other signs for binomials."""

from __future__ import annotations

from fractions import Fraction
from math import comb, perm
from random import Random

from .algebra import linear, polynomial_tree, term
from .base import Form, Value, Words, fraction, near, near_fraction, shuffled, signed, squarefree, values
from .constants import part
from .trees import PI, E, I, Node, add, decimal, frac, mul, node, of, sqrt, var

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
            node(n), f"({n})", rf"\left({n}\right)", f"= {n}", rf"\mathrm{{{n}}}", rf"\textbf{{{n}}}", f"**{n}**",
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
            rf"{n}\,\text{{degrees}}", node(n), rf"{{{n}}}^{{\circ}}", rf"{n}^{{\,\circ}}",
            rf"\angle = {n}^\circ" if n < 0 else rf"({n})^\circ", rf"\text{{{n} degrees}}",
        ]  # fmt: skip

    n = rng.randint(5, 170)
    return values(forms, [n, *shuffled(rng, [180 - n, n + 5, n - 1, 2 * n])])


_UNITS = (
    (r"\text{ m/s}", " m/s", r"\,\mathrm{m/s}", r"\ \text{m}/\text{s}", r"\,\text{m}\cdot\text{s}^{-1}", r"\text{ meters per second}"),
    (r"\text{ m/s}^2", " m/s^2", r"\,\mathrm{m/s^2}", r"\,\mathrm{m\,s^{-2}}", r"\text{ m s}^{-2}"),
    (r"\text{ kg}", " kg", r"\,\mathrm{kg}", r"\ \text{kilograms}", " kilograms"),
    (r"\text{ J}", r"\,\mathrm{J}", r"\text{ joules}", " joules"),
    (r"\text{ liters}", " liters", r"\text{ L}", r"\,\mathrm{L}", r"\text{ litres}"),
    (r"\ \Omega", r"\,\Omega", r"\text{ ohms}", " ohms", r"\text{ }\Omega"),
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


def exp_function(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, k = value
        return [
            a * E**k, rf"{a}\exp({k})", rf"{a}\exp\left({k}\right)", f"{a}*exp({k})", rf"{a}\mathrm{{e}}^{{{k}}}",
            rf"{a}\text{{e}}^{{{k}}}", rf"{a}{{e}}^{{{k}}}", rf"{a}\,e^{{{k}}}", rf"{a}e^{{{k}.0}}",
            rf"{a}(e^{{{k}/2}})^2",
        ]  # fmt: skip

    a, k = rng.randint(2, 12), rng.randint(2, 8)
    return values(forms, [(a, k), *shuffled(rng, [(a + 1, k), (a, k + 1), (a, k + 2), (2 * a, k)])])


def logarithm_signs(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        return [
            of("log", a, b), rf"\log_{{{a}}}{{{b}}}", rf"\log_{a}{b}" if b < 10 else of("log", a, b),
            rf"\operatorname{{log}}_{{{a}}} {b}", rf"\frac{{\ln{{{b}}}}}{{\ln{{{a}}}}}", of("log", a * a, b * b),
            rf"-\log_{{{a}}}\frac{{1}}{{{b}}}", rf"\log_{{1/{a}}}\left(\frac{{1}}{{{b}}}\right)", f"ln({b})/ln({a})",
            f"log({b})/log({a})",
        ]  # fmt: skip

    a, b = rng.choice([(a, b) for a in (2, 3, 5, 6, 7) for b in (5, 7, 11, 13, 20) if a != b])
    return values(
        forms, [(a, b), *shuffled(rng, [(b, a), (a, b + 1), (a, 2 * b), (a + 2 if a + 2 != b else a + 3, b)])]
    )


def trigonometric_signs(rng: Random) -> list[Value]:
    name = rng.choice(("sin", "cos", "tan"))
    arc = {"sin": "arcsin", "cos": "arccos", "tan": "arctan"}[name]

    def forms(q: Fraction) -> list[Form]:
        f = rf"\frac{{{q.numerator}}}{{{q.denominator}}}"
        return [
            of(arc, frac(q)), rf"\{name}^{{-1}}\left({f}\right)", rf"\{arc} {f}", rf"\{arc}\left({f}\right)",
            rf"\{name}^{{-1}} {f}", rf"\{arc}{{{f}}}", f"{arc}({q})", rf"\text{{{arc}}}\left({f}\right)",
            rf"\operatorname{{{arc}}} {f}", rf"\mathrm{{{arc}}}({f})", rf"\{arc} ({q})",
        ]  # fmt: skip

    a, b = sorted(rng.sample(range(1, 14), 2))
    q = Fraction(a, b)
    return values(
        forms,
        [
            q,
            *shuffled(
                rng, [-q, Fraction(a, b + 1), 1 - q if q != Fraction(1, 2) else Fraction(1, 3), Fraction(a, 2 * b)]
            ),
        ],
    )


def identities(rng: Random) -> list[Value]:
    x = var(rng.choice(("x", "t", r"\alpha")))
    s, c, t = of("sin", x), of("cos", x), of("tan", x)
    table: dict[str, list[Form]] = {
        "cos 2x": [of("cos", 2 * x), c**2 - s**2, 2 * c**2 - 1, 1 - 2 * s**2, mul(c - s, c + s)],
        "sec^2": [of("sec", x) ** 2, 1 + t**2, 1 / c**2, t**2 + 1, 1 / (1 - s**2)],
        "cot": [of("cot", x), c / s, 1 / t, of("csc", x) * c],
        "sin + cos": [s + c, c + s, sqrt(2) * of("sin", x + PI / 4), sqrt(2) * of("cos", x - PI / 4)],
        "sin 3x": [of("sin", 3 * x), 3 * s - 4 * s**3, s * (3 - 4 * s**2)],
    }
    return values(lambda k: table[k], shuffled(rng, table))


def complex_signs(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        sign = "+" if b > 0 else "-"
        n = abs(b)
        return [
            node(a) + b * I if b > 0 else node(a) - n * I, rf"{a} {sign} {n}\mathrm{{i}}", rf"{a}{sign}{n}\text{{i}}",
            f"{a} {sign} {n}*I", f"{a}{sign}{n}j", rf"{a} {sign} i{n}" if n > 999 else rf"{a} {sign} {n}\,i",
            rf"{a} {sign} \sqrt{{-{n * n}}}", rf"({a}) {sign} ({n})i", rf"{a} {sign} {n} \cdot i",
            rf"({a}, {b})" if n > 999 else rf"{a}{sign}{n}{{i}}",
        ]  # fmt: skip

    a, b = signed(rng, 1, 20), signed(rng, 2, 20)
    found = values(forms, [(a, b), *shuffled(rng, [(a, -b), (-a, b), (b, a), (a, b + 1 or 2)])])
    return [Value(v.key, tuple(f for f in v.forms if not str(f).endswith("j"))) for v in found]


def polar(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        r, n = value
        q = Fraction(n, 180)
        top = rf"{q.numerator}\pi" if q.numerator > 1 else r"\pi"
        theta = (q.numerator * PI if q.numerator > 1 else PI) / q.denominator
        return [
            r * E ** (I * theta), rf"{r}e^{{{top} i/{q.denominator}}}",
            rf"{r}\text{{cis}}\left(\frac{{{top}}}{{{q.denominator}}}\right)", r * of("cis", theta),
            rf"{r}\operatorname{{cis}} {n}^\circ", rf"{r}(\cos {n}^\circ + i \sin {n}^\circ)",
            rf"{r} \exp\left(\frac{{{top} i}}{{{q.denominator}}}\right)",
        ]  # fmt: skip

    r, n = rng.randint(2, 9), rng.choice((40, 50, 72, 36, 80, 100, 140, 20, 10))
    return values(forms, [(r, n), *shuffled(rng, [(r + 1, n), (r, n + 10), (r, 180 - n), (r, 360 - n)])])


def counting_signs(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        n, k = value
        return [
            of("binom", n, k), node(comb(n, k)), rf"\tbinom{{{n}}}{{{k}}}", rf"{{}}_{{{n}}}C_{{{k}}}",
            rf"\frac{{{n}!}}{{{k}!{n - k}!}}", rf"\frac{{{n}!}}{{{n - k}! \cdot {k}!}}",
            rf"\frac{{{perm(n, k)}}}{{{k}!}}", rf"\dbinom {{{n}}} {{{k}}}", rf"\binom{{{n}}}{{{n - k}}}",
            f"{n}!/({k}!{n - k}!)", f"{n}!/({k}!*{n - k}!)", rf"{{{n}\choose{k}}}",
        ]  # fmt: skip

    n = rng.randint(6, 25)
    k = rng.randint(2, n // 2)
    return values(forms, [(n, k), *shuffled(rng, [(n + 1, k), (n, k - 1), (n - 1, k), (n + 2, k)])])


def series_signs(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, n = value
        total = sum(a * k + 1 for k in range(1, n + 1))
        return [
            node(total), rf"\sum_{{k=1}}^{{{n}}} ({a}k+1)", rf"\sum\limits_{{k=1}}^{{{n}}} \left({a}k+1\right)",
            rf"\sum_{{n=1}}^{{{n}}} ({a}n+1)", rf"{a} \cdot \frac{{{n}\cdot {n + 1}}}{{2}} + {n}",
            rf"\sum_{{j=0}}^{{{n - 1}}} ({a}(j+1)+1)", rf"{a}\sum_{{k=1}}^{{{n}}} k + {n}",
            rf"\displaystyle\sum_{{k=1}}^{{{n}}}({a}k+1)",
        ]  # fmt: skip

    a, n = rng.randint(2, 6), rng.randint(5, 40)
    return values(forms, [(a, n), *shuffled(rng, [(a + 1, n), (a, n + 1), (a, n - 1), (a + 2, n)])])


def loose_polynomial(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, b, c = value
        return [
            polynomial_tree(var("x"), [a, b, c]), f"{a}x^2+{b}x+{c}", f"{a}x²+{b}x+{c}", rf"{a}{{x}}^{{2}}+{b}x+{c}",
            rf"{a}\,x^2+{b}\,x+{c}", f"{a}*x^2+{b}*x+{c}", f"{a}x*x+{b}x+{c}", f"{b}x + {c} + {a}x^2",
            rf"{a}\cdot x \cdot x + {b} \cdot x + {c}", rf"{a}x^2+x+{b - 1}x+{c}", rf"x({a}x+{b})+{c}",
            rf"{a} \left(x^2 + \frac{{{b}}}{{{a}}}x + \frac{{{c}}}{{{a}}}\right)", f"{a}(x^2) + {b}(x) + {c}",
            rf"\left({a}x^2+{b}x\right)+{c}", f"{a}.0x^2 + {b}x + {c}",
        ]  # fmt: skip

    a, b, c = rng.randint(2, 9), rng.randint(3, 12), rng.randint(1, 15)
    return values(
        forms, [(a, b, c), *shuffled(rng, [(a + 1, b, c), (a, b + 1, c), (a, b, c + 1), (b, a + 1, c), (a, c + 3, b)])]
    )


def subscripts_and_greek(rng: Random) -> list[Value]:
    names = rng.choice(
        (("x_1", "x_2"), (r"\alpha", r"\beta"), ("A", "B"), ("a_{1}", "a_{2}"), (r"\lambda", r"\mu"), ("S", "T"))
    )
    p, q = (var(n) for n in names)

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        return [
            a * p + b * q, b * q + a * p, term(a, p) + term(b, q), (2 * a * p + 2 * b * q) / 2,
            mul(a, p + (node(b) / a) * q),
        ]  # fmt: skip

    a, b = rng.randint(2, 12), rng.randint(2, 12)
    wrong = [(a + 1, b), (a, b + 1), (2 * a, b), *([(b, a)] if a != b else [])]
    found = values(forms, [(a, b), *shuffled(rng, wrong)])
    return [Value(v.key, tuple(Node("latex", (f,)) if isinstance(f, Node) else f for f in v.forms)) for v in found]


def negative_powers(rng: Random) -> list[Value]:
    x, y = (var(n) for n in rng.choice((("x", "y"), ("a", "b"), ("m", "n"))))

    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, p, q = value
        return [
            (a * x**p) / y**q, mul(a, x**p, y**-q), a / (x**-p * y**q), mul(a, x**p) * (1 / y**q),
            (a * x ** (p + 1)) / (x * y**q),
        ]  # fmt: skip

    a, p, q = rng.randint(2, 9), rng.randint(2, 5), rng.randint(2, 5)
    return values(
        forms, [(a, p, q), *shuffled(rng, [(a + 1, p, q), (a, q + 1, p), (a, p + 1, q), (a, p, q + 1), (a, p, -q)])]
    )


def partial_fractions(rng: Random) -> list[Value]:
    x = var(rng.choice("xxtn"))

    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, r, s = value
        left, right = linear(x, 1, r), linear(x, 1, s)
        d = s - r
        return [
            a / left + a / right, (a * (2 * x + (r + s))) / (left * right), a / right + a / left,
            add(a * left, a * right) / (left * right),
            (add(2 * a * x, a * (r + s))) / polynomial_tree(x, [1, r + s, r * s]),
            a * (1 / left + 1 / right) if d else a / left + a / right,
        ]  # fmt: skip

    a, r, s = rng.randint(2, 7), rng.randint(1, 5), rng.randint(6, 11)
    return values(forms, [(a, r, s), *shuffled(rng, [(a + 1, r, s), (a, -r, s), (a, r, s + 1), (a, r, -s)])])


def roots_of_letters(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, k = value
        x = var("x")
        return [
            a * of("root", x**k, 3) if k > 1 else a * of("root", x, 3), a * x ** part(k, 3), mul(x ** part(k, 3), a),
            rf"{a}\sqrt[3]{{x^{{{k}}}}}", rf"{a}x^{{{k}/3}}", rf"{a}\left(\sqrt[3]{{x}}\right)^{{{k}}}",
            f"{a}*x^({k}/3)",
        ]  # fmt: skip

    a, k = rng.randint(2, 9), rng.choice((1, 2, 4, 5))
    return values(forms, [(a, k), *shuffled(rng, [(a + 1, k), (a, k + 3), (a, 7), (2 * a, k)])])


def letters_in_logarithms(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        x = var("x")
        return [
            a * of("ln", x) + of("ln", b), of("ln", b * x**a), of("ln", x**a) + of("ln", b),
            of("ln", b) + a * of("ln", x), rf"\ln\left({b}x^{{{a}}}\right)", rf"{a}\ln x + \ln {b}",
            f"ln({b}) + {a}*ln(x)", rf"\ln {{{b}x^{a}}}" if a < 10 else f"ln({b}x^{a})",
        ]  # fmt: skip

    a, b = rng.randint(2, 6), rng.randint(2, 12)
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (a, 2 * b), (2 * a, b)])])


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
    half_powers, cube_denesting, half_angles, decimal_multiple_of_pi, powers_of_pi, exp_function, logarithm_signs,
    trigonometric_signs, identities, complex_signs, polar, counting_signs, series_signs, loose_polynomial,
    subscripts_and_greek, negative_powers, partial_fractions, roots_of_letters, letters_in_logarithms, rate,
)  # fmt: skip
