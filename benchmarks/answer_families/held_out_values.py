"""Families held out, values: see :mod:`.held_out`."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from .algebra import polynomial_tree, term
from .base import Form, Value, Words, near, shuffled, squarefree, values
from .constants import part
from .trees import PI, I, Node, add, around, decimal, frac, mul, node, of, sqrt, var


def held_integers(rng: Random) -> list[Value]:
    """Integers left as arithmetic."""
    k = rng.randint(3, 12)

    def forms(n: int) -> list[Form]:
        quotient, rest = divmod(n, k)
        return [
            node(n), add(mul(k, quotient), rest) if rest else mul(k, quotient), node(n + k * k) - node(k) ** 2,
            f"{n:,}", node(n - 7) + 7, node(10) ** 3 * n / 1000, f"{n:,}.0", (node(n) * k) / k, of("abs", node(-n)),
        ]  # fmt: skip

    return values(forms, near(rng, rng.randint(200, 30_000)))


def held_fractions(rng: Random) -> list[Value]:
    def forms(q: Fraction) -> list[Form]:
        top, bottom = abs(q.numerator), q.denominator
        whole, rest = divmod(Fraction(top, bottom), 1)
        mixed = Node("mixed", (node(int(whole)), node(rest.numerator), node(rest.denominator)))
        sign = (lambda t: -t) if q < 0 else (lambda t: t)
        return [
            frac(q), node(q.numerator) / bottom, sign(mixed) if whole and rest else frac(q),
            sign(node(5 * top) / (5 * bottom)), node(-q.numerator) / -bottom, f"{q.numerator}/{bottom}",
            mul(q.numerator, node(bottom) ** -1), decimal(q, 6),
        ]  # fmt: skip

    q = -abs(
        Fraction(rng.choice([k for k in range(3, 400) if k % 2 and k % 5]), rng.choice((2, 4, 5, 8, 16, 20, 25, 40)))
    )
    wrong = [-q, q - 1, q + 1, 10 * q, q / 10, q - Fraction(1, q.denominator)]
    return values(forms, [q, *shuffled(rng, wrong)])


def held_money(rng: Random) -> list[Value]:
    sign, word = rng.choice((("€", "euros"), ("£", "pounds"), ("¥", "yen")))

    def forms(n: int) -> list[Form]:
        return [
            Words(f"{sign}{n}"), node(n), Words(f"{n} {word}"), rf"{n} \text{{ {word}}}", rf"\text{{{sign}}}{n}",
            Words(f"{sign}{n}.00"), Words(f"{sign} {n}"), rf"{n}\ \text{{{word}}}",
            Words(f"{n}{sign}") if sign == "€" else Words(f"{sign}{n}"),
        ]  # fmt: skip

    return values(forms, near(rng, rng.randint(12, 990)))


def held_units(rng: Random) -> list[Value]:
    """Exact values with units."""
    unit = rng.choice((
        (r"\text{ in}^2", " square inches", r"\text{ square inches}", r"\,\text{in}^{2}", r"\text{ sq in}"),
        (r"\text{ units}", " units", r"\,\text{units}", r"\ \text{units}", r"\mathrm{~units}"),
        (r"\text{ cubic feet}", r"\text{ ft}^3", " cubic feet", r"\,\mathrm{ft}^3", r"\ \text{ft}^{3}"),
        (r"\text{ cm}", r"\,\text{cm}", r"\ \mathrm{cm}", " cm", r"\text{ centimetres}"),
    ))  # fmt: skip
    kind = rng.randrange(3)

    def forms(n: int) -> list[Form]:
        value = (n * PI, n * sqrt(3), (n * PI) / 7)[kind]
        return [value, *(around(value, u) for u in unit)]

    return values(forms, near(rng, rng.choice([k for k in range(5, 150) if k % 7])))


def held_radicals_1(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        return [
            sqrt(a * b), mul(sqrt(a), sqrt(b)), of("root", (a * b) ** 2, 4), (a * sqrt(b)) / sqrt(a),
            node(a * b) ** part(1, 2), node(a * b) / sqrt(a * b), sqrt(node(a**3 * b) / (a * a)),
            mul(node(a) ** part(1, 2), node(b) ** part(1, 2)),
        ]  # fmt: skip

    a, b = rng.choice([(a, b) for a in (2, 3, 5, 6, 7) for b in (3, 5, 7, 10, 11, 13) if a < b])
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (a, 2 * b), (1, a + b)])])


def held_radicals_2(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, b, c = value
        inner = add(a, b * sqrt(c))
        return [
            sqrt(inner), sqrt(add(b * sqrt(c), a)), sqrt(add(a, sqrt(b * b * c))), inner ** part(1, 2),
            sqrt(add(4 * a, 4 * b * sqrt(c))) / 2, inner / sqrt(inner),
        ]  # fmt: skip

    a, b, c = rng.randint(7, 40), rng.randint(2, 5), squarefree(rng, 11)
    return values(forms, [(a, b, c), *shuffled(rng, [(a + 1, b, c), (a, b + 1, c), (a, b, c + 2), (b, a, c)])])


def held_trigonometry(rng: Random) -> list[Value]:
    def tan(n: Node | int) -> Node:
        return of("tan", n)

    table: dict[int, list[Form]] = {
        0: [
            2 + sqrt(3), tan(of("deg", 75)), tan((5 * PI) / 12), of("cot", PI / 12), 1 / (2 - sqrt(3)),
            sqrt(7 + 4 * sqrt(3)),
        ],
        1: [
            2 - sqrt(3), tan(of("deg", 15)), tan(PI / 12), of("cot", of("deg", 75)), 1 / (2 + sqrt(3)),
            sqrt(7 - 4 * sqrt(3)),
        ],
        2: [
            (2 * sqrt(3)) / 3, of("sec", PI / 6), of("csc", of("deg", 60)), 2 / sqrt(3), sqrt(node(4) / 3),
            1 / of("sin", PI / 3),
        ],
        3: [
            -(sqrt(2) / 2), of("cos", of("deg", 135)), of("sin", (5 * PI) / 4), -(1 / sqrt(2)),
            of("cos", (3 * PI) / 4), -of("sin", PI / 4),
        ],
        4: [
            -sqrt(3), tan(of("deg", 120)), tan((2 * PI) / 3), -tan(of("deg", 60)), -of("cot", PI / 6),
            node(-3) / sqrt(3),
        ],
        5: [
            sqrt(2) - 1, tan(PI / 8), 1 / (1 + sqrt(2)), of("cot", (3 * PI) / 8),
            tan(of("deg", decimal(Fraction(45, 2), 1))),
        ],
    }  # fmt: skip
    return values(lambda k: table[k], shuffled(rng, table)[:5])


def held_complex(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int, int]) -> list[Form]:
        a, b, c, d = value
        size = c * c + d * d
        x, y = Fraction(a * c + b * d, size), Fraction(b * c - a * d, size)
        bottom = node(c) + d * I
        plain = add(*([term(x, None)] if x else []), *([term(y, I)] if y else []))
        whole = add(a * c + b * d, term(b * c - a * d, I)) if b * c - a * d else node(a * c + b * d)
        return [
            plain, (node(a) + b * I) / bottom, whole / size, add(term(y, I), frac(x)) if x and y else plain,
            ((node(a) + b * I) * (node(c) - d * I)) / size,
        ]  # fmt: skip

    a, b, c, d = (rng.randint(1, 9) for _ in range(4))
    return values(
        forms,
        [
            (a, b, c, d),
            *shuffled(rng, [(a, b, c, d + 1), (b, a, c, d), (a + 1, b, c, d), (a, b + 1, c, d), (a, b, d, c)]),
        ],
    )


def held_logarithms(rng: Random) -> list[Value]:
    base = rng.choice((2, 3, 5))

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        ln = lambda x: of("ln", x)  # noqa: E731
        return [
            of("log", base, a) + b, of("log", base, a * base**b), b + of("log", base, a), ln(a) / ln(base) + b,
            ln(a * base**b) / ln(base), of("lg", a * base**b) / of("lg", base), b - of("log", base, node(1) / a),
        ]  # fmt: skip

    a, b = rng.choice((7, 11, 13, 14)), rng.randint(1, 4)
    return values(forms, [(a, b), *shuffled(rng, [(a + 3, b), (a, b + 1), (2 * a, b + 2), (a + 5, b + 1)])])


def held_polynomials(rng: Random) -> list[Value]:
    x = var(rng.choice("xxtz"))

    def forms(roots: tuple[int, int, int]) -> list[Form]:
        r, s, t = roots
        c = [1, -(r + s + t), r * s + r * t + s * t, -r * s * t]
        f = [polynomial_tree(x, [1, -k]) for k in roots]
        two = polynomial_tree(x, [1, -(r + s), r * s])
        return [
            polynomial_tree(x, c), mul(*f), mul(f[2], two), mul(*reversed(f)), polynomial_tree(x, c, up=True),
            mul(two, f[2]),
        ]  # fmt: skip

    roots = rng.sample([k for k in range(-8, 9) if k], 3)
    r, s, t = roots
    wrong = [(-r, s, t), (r, -s, -t), (r + 1 or 2, s, t), (r, s, t + 1 or 2), (-r, -s, -t)]
    return values(forms, [(r, s, t), *shuffled(rng, wrong)])


def held_factorials(rng: Random) -> list[Value]:
    n = var(rng.choice("nnnkm"))

    def forms(kind: tuple[str, int]) -> list[Form]:
        what, a = kind
        if what == "falling":
            return [
                n * (n - 1) * a, a * n**2 - a * n, a * of("fact", n) / of("fact", n - 2), a * (n**2 - n),
                (2 * a) * of("binom", n, 2),
            ]  # fmt: skip
        if what == "triangular":
            return [
                (a * n * (n + 1)) / 2, a * of("binom", n + 1, 2), (a * n**2 + a * n) / 2,
                frac(Fraction(a, 2)) * n * (n + 1), (a * (n**2 + n)) / 2,
            ]  # fmt: skip
        return [a * (n + 1) * n, a * n**2 + a * n, a * of("fact", n + 1) / of("fact", n - 1), a * (n + n**2)]

    a = rng.choice((3, 5, 7))
    first = rng.choice(("falling", "triangular", "rising"))
    wrong = [(k, a) for k in ("falling", "triangular", "rising") if k != first] + [(first, a + 1), (first, 2 * a)]
    return values(forms, [(first, a), *shuffled(rng, wrong)])


FAMILIES = (
    held_integers,
    held_fractions,
    held_money,
    held_units,
    held_radicals_1,
    held_radicals_2,
    held_trigonometry,
    held_complex,
    held_logarithms,
    held_polynomials,
    held_factorials,
)
