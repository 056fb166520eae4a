"""Families of functions and letters in less usual notation: exp, cis, inverse functions, sums, subscripts."""

from __future__ import annotations

from fractions import Fraction
from math import comb, perm
from random import Random

from .algebra import linear, polynomial_tree, term
from .base import Form, Value, shuffled, signed, values
from .constants import part
from .trees import PI, E, I, Node, add, frac, mul, node, of, sqrt, var


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
            of("log", a, b), rf"\log_{{{a}}}{{{b}}}", rf"\log_{a}{b}" if a < 10 > b else of("log", a, b),
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
            f"{a} {sign} {n}*I", rf"{a} {sign} {n}\,i", rf"{a} {sign} \sqrt{{-{n * n}}}", rf"({a}) {sign} ({n})i",
            rf"{a} {sign} {n} \cdot i", rf"{a}{sign}{n}{{i}}",
        ]  # fmt: skip

    a, b = signed(rng, 1, 20), signed(rng, 2, 20)
    return values(forms, [(a, b), *shuffled(rng, [(a, -b), (-a, b), (b, a), (a, b + 1 or 2)])])


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


FAMILIES = (
    exp_function, logarithm_signs, trigonometric_signs, identities, complex_signs, polar, counting_signs, series_signs,
    loose_polynomial, subscripts_and_greek, negative_powers, partial_fractions, roots_of_letters,
    letters_in_logarithms,
)  # fmt: skip
