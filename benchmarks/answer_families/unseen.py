r"""Families written last, one for each type of value, to measure on forms that nothing was developed on.

Each form is one that textbooks and language models ordinarily write.  The numbers behind the forms are
drawn so that no form has two readings (no open interval beside a point, no percent beside its part).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import comb, factorial, gcd, isqrt
from random import Random
from typing import TypeVar

from .base import Family, Form, Value, Words, shuffled, signed, squarefree, values
from .trees import PI, E, I, Node, add, around, decimal, frac, mul, node, of, sqrt, var

T = TypeVar("T")


def _named(name: str, tree: Node) -> Node:
    return Node("assign", (name, tree))


def _near(rng: Random, forms: Callable[[T], list[Form]], right: T, *wrong: T) -> list[Value]:
    return values(forms, [right, *shuffled(rng, wrong)])


def _signed_terms(terms: list[tuple[int, str]]) -> str:
    """``2x - y + 3``: the terms with their signs, those of coefficient 0 left out."""
    found = ""
    for k, name in terms:
        if k:
            sign = (" + " if k > 0 else " - ") if found else ("" if k > 0 else "-")
            found += sign + (str(abs(k)) if abs(k) != 1 or not name else "") + name
    return found or "0"


def arrangements(rng: Random) -> list[Value]:
    """Integers: the ways to choose ``k`` of ``n`` and set them in order."""

    def forms(value: tuple[int, int, int]) -> list[Form]:
        n, k, extra = value
        total = comb(n, k) * factorial(k) + extra
        if extra:
            return [node(total), f"{total:,}", f"{total:,}".replace(",", "{,}"), around(total, r"\text{ ways}")]
        falling = mul(*range(n, n - k, -1))
        return [node(total), f"{total:,}", falling, of("fact", n) / of("fact", n - k),
            of("binom", n, k) * of("fact", k), around(total, r"\text{ ways}"), Words(f"{total:,} ways"),
            of("fact", n) / of("fact", node(n) - k), f"{total:,}".replace(",", "{,}")]  # fmt: skip

    n, k = rng.randint(6, 12), rng.randint(3, 5)
    return values(forms, [(n, k, 0), *shuffled(rng, [(n + 1, k, 0), (n - 1, k, 0), (n, k, 1), (n, k, -1)])])


def probability(rng: Random) -> list[Value]:
    """Fractions: a probability out of equally likely cases."""
    total, scale = rng.choice((36, 56, 84, 91, 120, 126, 132, 216)), rng.randint(2, 5)

    def forms(q: Fraction) -> list[Form]:
        top, under = q.numerator, q.denominator
        return [frac(q), node(top * scale) / (under * scale), _named("P", frac(q)), 1 - frac(1 - q),
            rf"\frac{{{top * scale}}}{{{under * scale}}} = \frac{{{top}}}{{{under}}}", f"{top} / {under}",
            rf"P = {top}/{under}", top * (node(1) / under) if top > 1 else frac(q)]  # fmt: skip

    top = rng.choice([k for k in range(5, total // 2) if gcd(k, total) < total // 7])
    q = Fraction(top, total)
    wrong = [1 - q, Fraction(top + 1, total), Fraction(top - 1, total), q / 2, Fraction(top, total - 1)]
    return values(forms, [q, *shuffled(rng, wrong)])


def percent_change(rng: Random) -> list[Value]:
    """Decimals and percents: eighths and fifths of a percent."""

    def forms(q: Fraction) -> list[Form]:
        t = str(decimal(q, 3).args[0]).rstrip("0").rstrip(".")
        whole, rest = divmod(q, 1)
        part = rf"\frac{{{rest.numerator}}}{{{rest.denominator}}}"
        return [rf"{t}\%", f"{t}%", t, Words(f"{t} percent"), rf"{t}0\%", rf"{whole}{part}\%",
            rf"\frac{{{q.numerator}}}{{{q.denominator}}}\%", rf"{t}\text{{ percent}}", rf"x = {t}\%"]  # fmt: skip

    q = rng.randint(3, 90) + Fraction(*rng.choice(((1, 2), (1, 4), (3, 8), (2, 5), (3, 4))))
    return values(forms, [q, *shuffled(rng, [q + 1, q - 1, q + Fraction(1, 10), 100 - q, q + 10])])


def quadratic_root(rng: Random) -> list[Value]:
    """Radicals: one root of a quadratic equation."""

    def forms(value: tuple[int, int, int]) -> list[Form]:
        b, d, a = value  # (b + sqrt d) / 2a
        root = sqrt(d)
        return [add(b, root) / (2 * a), _named("x", add(b, root) / (2 * a)), add(root, b) / (2 * a),
            add(frac(Fraction(b, 2 * a)), root / (2 * a)), frac(Fraction(1, 2 * a)) * add(b, root),
            add(2 * b, sqrt(4 * d)) / (4 * a), -(add(-b, -root) / (2 * a)),
            _named("x", add(b, root) / node(2 * a)), add(-b, -root) / (-2 * a)]  # fmt: skip

    b, d, a = signed(rng, 1, 11), rng.choice([k for k in range(5, 98) if isqrt(k) ** 2 != k]), rng.randint(1, 4)
    wrong = [(-b, d, a), (b, d + 4, a), (b, d - 3, a), (b, d, a + 1), (b + 2 or 3, d, a)]
    return values(forms, [(b, d, a), *shuffled(rng, [w for w in wrong if isqrt(w[1]) ** 2 != w[1]])])


def exponential_solution(rng: Random) -> list[Value]:
    """Logarithms: the solution of ``b^(kx) = c``."""

    def forms(value: tuple[int, int, int]) -> list[Form]:
        b, k, c = value
        ln_b, ln_c = of("ln", b), of("ln", c)
        return [ln_c / (k * ln_b), _named("x", ln_c / (k * ln_b)), of("log", b, c) / k, frac(Fraction(1,
            k)) * of("log", b, c),
            ln_c / of("ln", b**k), of("log", b**k, c), _named("x", frac(Fraction(1, k)) * of("log", b, c)),
            of("lg", c) / (k * of("lg", b)), (1 / node(k)) * (ln_c / ln_b)]  # fmt: skip

    b, k, c = rng.choice((2, 3, 5, 7)), rng.choice((2, 3, 4)), rng.choice((6, 11, 13, 14, 15, 17, 20))
    return _near(rng, forms, (b, k, c), (c, k, b), (b, k + 1, c), (b, k, c + 1), (b, k + 2, c), (b + 1, k, c))


def multiple_of_fifteen_degrees(rng: Random) -> list[Value]:
    """Trigonometric values: a sine or cosine of 15, 75, 105 ... degrees, or its closed form."""

    def forms(value: tuple[int, int]) -> list[Form]:
        sign, between = value  # sign * (sqrt 6 + between * sqrt 2) / 4
        angle = 75 if between > 0 else 15
        six, two = sqrt(6), sqrt(2) if between > 0 else -sqrt(2)

        def put(tree: Node) -> Node:
            return tree if sign > 0 else -tree

        twelfth = frac(Fraction(angle, 180)) * PI if angle == 75 else PI / 12
        return [put(add(six, two) / 4), put(of("sin", Node("deg", (node(angle),)))), put(sqrt(2) * add(sqrt(3),
            between) / 4),
            put(of("cos", Node("deg", (node(90 - angle),)))), put(add(six / 4, two / 4)), put(of("sin", twelfth)),
            put(sqrt(add(2, sqrt(3) if between > 0 else -sqrt(3))) / 2), put(frac(Fraction(1, 4)) * add(six, two)),
            put(add(sqrt(3), between) / (2 * sqrt(2)))]  # fmt: skip

    kinds = shuffled(rng, [(1, 1), (1, -1), (-1, 1), (-1, -1)])
    return values(forms, kinds)


def polar_number(rng: Random) -> list[Value]:
    """Complex numbers: rectangular, trigonometric and exponential form."""
    over = rng.choice((3, 4, 6))

    def forms(value: tuple[int, int]) -> list[Form]:
        r, turns = value  # 2r e^(i pi turns / over), turns one of 1, -1, over - 1
        across, up = {3: (node(r), r * sqrt(3)), 4: (r * sqrt(2), r * sqrt(2)), 6: (r * sqrt(3), node(r))}[over]
        real = across if abs(turns) == 1 else -across
        size = PI / over if abs(turns) == 1 else turns * PI / over
        angle = size if turns > 0 else -size
        imaginary, turned, power = ((t if turns > 0 else -t) for t in (up * I, I * up, I * size))
        return [add(real, imaginary), add(real, turned), 2 * r * E**power, _named("z", add(real, imaginary)),
            2 * r * add(of("cos", angle), I * of("sin", angle)), add(imaginary, real),
            2 * r * E ** (angle * I if turns > 0 else power)]  # fmt: skip

    r = rng.randint(2, 9)
    return _near(rng, forms, (r, 1), (r, -1), (r, over - 1), (r + 1, 1), (2 * r, 1))


def partial_fractions(rng: Random) -> list[Value]:
    """Rational expressions: over one denominator, or apart."""
    x = var("x")

    def forms(value: tuple[int, int, int, int]) -> list[Form]:
        a, p, b, q = value  # a / (x + p) + b / (x + q)
        upper = add((a + b) * x, constant) if (constant := a * q + b * p) else (a + b) * x
        whole = add(x**2, (p + q) * x, p * q)
        return [add(a / add(x, p), b / add(x, q)), upper / (add(x, p) * add(x, q)), upper / whole,
            add(b / add(x, q), a / add(x, p)), upper / (add(x, q) * add(x, p)),
            add(a * add(x, q), b * add(x, p)) / (add(x, p) * add(x, q))]  # fmt: skip

    a, b = rng.randint(2, 7), rng.randint(2, 7)
    p, q = rng.sample([k for k in range(-6, 8) if k], 2)
    if p + q in (0, 1, -1):
        p, q = 2, 5
    wrong = [(b, p, a, q), (a, -p, b, -q), (a + 1, p, b, q), (a, p, b + 1, q)]
    return values(forms, [(a, p, b, q), *shuffled(rng, [w for w in wrong if w[1] + w[3] not in (0, 1, -1)])])


def plane(rng: Random) -> list[Value]:
    """Equations: a plane in space."""
    k = rng.randint(2, 3)

    def forms(value: tuple[int, int, int, int]) -> list[Form]:
        a, b, c, d = value
        left = _signed_terms([(a, "x"), (b, "y"), (c, "z")])
        return [f"{left} = {d}", f"{_signed_terms([(a, 'x'), (b, 'y'), (c, 'z'), (-d, '')])} = 0",
            f"{left}={d}", f"{_signed_terms([(a * k, 'x'), (b * k, 'y'), (c * k, 'z')])} = {d * k}",
            f"{_signed_terms([(-a, 'x'), (-b, 'y'), (-c, 'z'), (d, '')])} = 0",
            f"{_signed_terms([(a, 'x'), (b, 'y')])} = {_signed_terms([(-c, 'z'), (d, '')])}",
            f"{d} = {left}", f"{_signed_terms([(a, 'x'), (b, 'y'), (c, 'z'), (-d, '')])}=0".replace(" ",
            "")]  # fmt: skip

    a, b, c, d = rng.randint(1, 6), signed(rng, 1, 6), signed(rng, 1, 6), signed(rng, 1, 30)
    wrong = [(a, b, c, -d), (a, -b, c, d), (a, b, c, d + 40), (a + 7, b, c, d), (a, c + 7, b, d)]
    return values(forms, [(a, b, c, d), *shuffled(rng, wrong)])


def distance_at_most(rng: Random) -> list[Value]:
    """Inequalities: the numbers within a distance of one, or further away."""
    name = rng.choice("xxxt")

    def forms(value: tuple[int, int, bool]) -> list[Form]:
        low, high, inside = value
        if inside:
            return [f"[{low}, {high}]", rf"{low} \le {name} \le {high}", rf"{name} \in [{low}, {high}]",
                rf"{low} \leq {name} \leq {high}", f"{low} <= {name} <= {high}", f"{low} ≤ {name} ≤ {high}",
                rf"\{{{name} : {low} \leq {name} \leq {high}\}}", rf"{name} \ge {low} \text{{ and }} {name} \le {high}",
                f"{name} >= {low} and {name} <= {high}", rf"\left[{low},{high}\right]"]  # fmt: skip
        return [rf"(-\infty, {low}) \cup ({high}, \infty)", rf"{name} < {low} \text{{ or }} {name} > {high}",
            rf"{name} \in (-\infty, {low}) \cup ({high}, \infty)", f"{name} < {low} or {name} > {high}",
            rf"\left(-\infty,{low}\right)\cup\left({high},\infty\right)", f"(-∞, {low}) ∪ ({high}, ∞)",
            rf"\{{{name} \mid {name} < {low} \text{{ or }} {name} > {high}\}}",
            rf"{name}<{low} \text{{ or }} {name}>{high}",
            rf"(-\infty,{low})\cup({high},+\infty)", rf"{name} > {high} \text{{ or }} {name} < {low}"]  # fmt: skip

    inside = rng.random() < 0.5
    low, high = rng.randint(-12, 3), rng.randint(4, 19)
    wrong = [(low, high, not inside), (low, high + 1, inside), (low - 1, high, inside), (-high, -low, inside)]
    return values(forms, [(low, high, inside), *shuffled(rng, wrong)])


def intersection_point(rng: Random) -> list[Value]:
    """Points: where two lines meet."""

    def forms(point: tuple[Fraction, Fraction]) -> list[Form]:
        x, y = point
        dx, dy = (decimal(q, 2) for q in point)
        sx, sy = (str(d.args[0]).rstrip("0").rstrip(".") for d in (dx, dy))
        pair = Node("tuple", (frac(x), frac(y)))
        return [pair, f"({sx}, {sy})", Node("assign", ("(x, y)", pair)), rf"x = {sx}, y = {sy}",
            rf"x = {_latex(x)}, \; y = {_latex(y)}", rf"\left({_latex(x)}, {_latex(y)}\right)",
            rf"x = {_latex(x)} \text{{ and }} y = {_latex(y)}", f"x = {x} and y = {y}",
            rf"(x,y)=\left({sx},{sy}\right)"]  # fmt: skip

    x, y = (Fraction(signed(rng, 1, 15), rng.choice((2, 4, 1))) for _ in range(2))
    return _near(rng, forms, (x, y), (y, x), (-x, y), (x, -y), (x + 1, y), (x, y - Fraction(1, 2)))


def _latex(q: Fraction) -> str:
    size = rf"\frac{{{abs(q.numerator)}}}{{{q.denominator}}}" if q.denominator > 1 else str(abs(q.numerator))
    return "-" + size if q < 0 else size


def solutions(rng: Random) -> list[Value]:
    """Solution sets: the roots of a cubic, or of a quadratic in surds."""
    surds = rng.random() < 0.4

    def forms(value: tuple[int, ...]) -> list[Form]:
        if surds:
            m, d = value
            r = rf"\sqrt{{{d}}}"
            return [rf"{m} \pm {r}", rf"x = {m} \pm {r}", rf"{m} + {r}, {m} - {r}", rf"x = {m} - {r}, {m} + {r}",
                rf"x = {m} + {r} \text{{ or }} x = {m} - {r}", rf"\{{{m} - {r}, {m} + {r}\}}", f"{m} ± √{d}",
                rf"x_1 = {m} + {r}, x_2 = {m} - {r}", rf"{m} + {r} \text{{ and }} {m} - {r}"]  # fmt: skip
        a, b, c = shuffled(rng, value)
        return [f"{a}, {b}, {c}", f"x = {a}, {b}, {c}", rf"\{{{a}, {b}, {c}\}}", f"x = {a}, x = {b}, x = {c}",
            rf"x = {a}, {b}, \text{{ and }} {c}", rf"x = {a} \text{{ or }} x = {b} \text{{ or }} x = {c}",
            rf"x \in \{{{a}, {b}, {c}\}}", f"{a}, {b}, and {c}", rf"x_1 = {a}, x_2 = {b}, x_3 = {c}"]  # fmt: skip

    if surds:
        m, d = signed(rng, 1, 9), squarefree(rng, 23)
        return values(forms, [(m, d), *shuffled(rng, [(-m, d), (m, d + 37), (m + 10, d), (2 * m, d)])])
    a, b, c = sorted(rng.sample(range(-12, 13), 3))
    return values(forms, [(a, b, c), *shuffled(rng, [(a, b, c + 1), (a - 1, b, c), (a - 2, b, c), (a, b, c + 9)])])


_REGULAR = tuple(m for m in product((-7, -4, -3, -1, 1, 2, 3, 5, 6), repeat=4) if m[0] * m[3] != m[1] * m[2])


def inverse_matrix(rng: Random) -> list[Value]:
    """Matrices: an inverse, with its determinant before it or in its entries."""

    def forms(value: tuple[int, ...]) -> list[Form]:
        *entries, d = value
        a, b, c, e = (frac(Fraction(k, d)) for k in entries)
        whole = Node("matrix", (Node("row", (a, b)), Node("row", (c, e))))
        inner = r"{} & {} \\ {} & {}".format(*entries)
        apart = r"{} & {} \\ {} & {}".format(*(_latex(Fraction(k, d)) for k in entries))
        short = [str(float(Fraction(k, d))).removesuffix(".0") for k in entries]
        return [whole, rf"\frac{{1}}{{{d}}} \begin{{pmatrix}} {inner} \end{{pmatrix}}",
            rf"\begin{{bmatrix}} {apart} \end{{bmatrix}}",
            rf"\frac{{1}}{{{d}}}\begin{{bmatrix}} {inner} \end{{bmatrix}}",
            rf"A^{{-1}} = \frac{{1}}{{{d}}}\begin{{pmatrix}} {inner} \end{{pmatrix}}",
            rf"A^{{-1}} = \begin{{pmatrix}} {apart} \end{{pmatrix}}",
            r"\begin{{pmatrix}} {} & {} \\ {} & {} \end{{pmatrix}}".format(*short),
            "[[{}, {}], [{}, {}]]".format(*short)]  # fmt: skip

    p, q, r, s = rng.choice(_REGULAR)
    d = rng.choice((2, 4, 5, 8, 10))
    wrong = [(s, q, r, p, d), (p, -q, -r, s, d), (p, r, q, s, d), (p, q, r, s, 2 * d), (p + 1, q, r, s, d)]
    return values(forms, [(p, q, r, s, d), *shuffled(rng, wrong)])


def area_with_units(rng: Random) -> list[Value]:
    """Units: an area in pi or a surd."""
    long, short = rng.choice((("centimeters", "cm"), ("inches", "in"), ("meters", "m"), ("feet", "ft")))
    factor, sign, tail = rng.choice(((PI, "π", r"\pi"), (sqrt(3), "√3", r"\sqrt{3}"), (sqrt(2), "√2", r"\sqrt{2}")))

    def forms(n: int) -> list[Form]:
        return [
            n * factor, rf"{n}{tail} \text{{ {short}}}^2", Words(f"{n}{sign} square {long}"), _named("A", n * factor),
            rf"{n}{tail}\,\text{{{short}}}^2", Words(f"{n}{sign} {short}²"), rf"{n}{tail} \text{{ square {long}}}",
            rf"{n}{tail} \, \mathrm{{{short}^2}}", rf"{n} {tail} \text{{ square units}}",
            rf"A = {n}{tail} \text{{ {short}}}^{{2}}"]  # fmt: skip

    n = rng.randint(3, 150)
    return values(forms, [n, *shuffled(rng, [n + 1, 2 * n, 4 * n, n + 10, n - 1])])


_NAMES = (
    ("Tuesday", "Wednesday", "Friday", "Sunday", "Monday"), ("ellipse", "hyperbola", "parabola", "circle"),
    ("convergent", "divergent", "conditionally convergent"), ("Alice", "Bob", "Carol", "David"),
    ("even", "odd", "neither"), ("red", "blue", "green", "yellow"), ("Yes", "No"), ("True", "False"),
)  # fmt: skip


def name(rng: Random) -> list[Value]:
    """Words: a day, a curve, a person, a verdict."""

    def forms(word: str) -> list[Form]:
        return [rf"\text{{{word}}}", Words(word), Words(word.lower()), Words(word.capitalize()), rf"\textbf{{{word}}}",
            rf"\text{{{word.capitalize()}}}", rf"\mathrm{{{word}}}" if " " not in word else Words(word),
            rf"\text{{ {word} }}", rf"\text{{{word}.}}"]  # fmt: skip

    return values(forms, shuffled(rng, rng.choice(_NAMES)))


FAMILIES: tuple[Family, ...] = (
    arrangements, probability, percent_change, quadratic_root, exponential_solution, multiple_of_fifteen_degrees,
    polar_number, partial_fractions, plane, distance_at_most, intersection_point, solutions, inverse_matrix,
    area_with_units, name,
)  # fmt: skip
