"""Families of exact real and complex values: radicals, pi, e, logarithms, trigonometry."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from .base import Form, Value, fraction, near, near_fraction, shuffled, signed, squarefree, values
from .trees import PI, E, I, Node, add, frac, mul, node, of, sqrt


def radical(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        root = sqrt(b)
        return [
            a * root, sqrt(a * a * b), mul(root, a), a * node(b) ** part(1, 2), mul(a * b, 1 / sqrt(b)),
            node(a * b) / root, (node(2 * a) * root) / 2, root + (a - 1) * root if a > 2 else sqrt(a * a * b),
        ]  # fmt: skip

    a, b = rng.randint(2, 14), squarefree(rng)
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (a - 1 or 5, b), (a, b + 1), (2 * a, b), (a, 2 * b)])])


def part(top: int, bottom: int) -> Node:
    """An exponent that is a fraction."""
    return node(top) / bottom


def radical_fraction(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, b, c = value
        return [
            (a * sqrt(b)) / c, sqrt(b) * a / c, frac(Fraction(a, c)) * sqrt(b), node(a * b) / (c * sqrt(b)),
            sqrt(node(a * a * b) / (c * c)), (2 * a * sqrt(b)) / (2 * c), sqrt(a * a * b) / c,
        ]  # fmt: skip

    a, b, c = rng.choice((2, 3, 5, 7, 11)), squarefree(rng), rng.choice((4, 6, 8, 9, 13))
    wrong = [(a + 2, b, c), (a, b + 1, c), (a, b, c + 1), (a, b, 2 * c), (2 * a, b, c), (a, c, b)]
    return values(forms, [(a, b, c), *shuffled(rng, wrong)])


def surd_sum(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, b, c = value
        root = sqrt(c)
        norm = a * a - b * b * c
        exact = add(a, b * root) if b > 0 else node(a) - (-b) * root
        turned = add(b * root, a) if b > 0 else (b * root) + a
        conjugate = node(a) - b * root if b > 0 else add(a, (-b) * root)
        return [
            exact, turned, node(norm) / conjugate, (2 * a + (2 * b) * root) / 2,
            sqrt(b * b * c) * (1 if b > 0 else -1) + a,
        ]  # fmt: skip

    a, b, c = rng.randint(1, 12), signed(rng, 2, 6), squarefree(rng, 15)
    return values(
        forms, [(a, b, c), *shuffled(rng, [(a, -b, c), (a + 1, b, c), (a, b + 1 or 1, c), (a, b, 17), (b, a, c)])]
    )


def denesting(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        nested = sqrt(node(a + b) + 2 * sqrt(a * b))
        return [
            sqrt(a) + sqrt(b), nested, sqrt(b) + sqrt(a), sqrt((a + b) + sqrt(4 * a * b)),
            node(b - a) / (sqrt(b) - sqrt(a)), sqrt(2 * sqrt(a * b) + (a + b)),
        ]  # fmt: skip

    a, b = rng.choice([(a, b) for a in (2, 3, 5, 6, 7) for b in (7, 10, 11, 13, 15) if a < b])
    return values(
        forms,
        [
            (a, b),
            *shuffled(
                rng, [v for v in [(a + 1, b), (a, b + 1), (a, b + 3), (a + 1, b + 2), (1, a + b)] if v[0] < v[1]]
            ),
        ],
    )


def higher_root(rng: Random) -> list[Value]:
    n = rng.choice((3, 3, 4, 5))

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        root = of("root", b, n)
        return [
            a * root, of("root", a**n * b, n), a * node(b) ** part(1, n), mul(root, a),
            node(a * b) / node(b) ** part(n - 1, n),
        ]  # fmt: skip

    a, b = rng.randint(2, 5), rng.choice((2, 3, 5, 6, 7, 10))
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (a, 2 * b), (2 * a, b)])])


def power_of_two_thirds(rng: Random) -> list[Value]:
    n = rng.choice((2, 3, 5, 6))

    def forms(value: tuple[int, int]) -> list[Form]:
        top, bottom = value
        whole, rest = divmod(top, bottom)
        return [
            node(n) ** part(top, bottom), of("root", n**top, bottom), node(n) ** whole * of("root", n**rest, bottom),
            of("root", n, bottom) ** top, node(n**whole) * node(n) ** part(rest, bottom),
        ]  # fmt: skip

    top, bottom = rng.choice(((4, 3), (5, 3), (7, 4), (8, 5), (7, 3)))
    return values(forms, [(top, bottom), *shuffled(rng, [(top + bottom, bottom), (top + 2 * bottom, bottom)])])


def multiple_of_pi(rng: Random) -> list[Value]:
    def forms(q: Fraction) -> list[Form]:
        p, r = q.numerator, q.denominator
        return [
            (p * PI if p != 1 else PI) / r if r > 1 else p * PI, frac(q) * PI if p > 0 else mul(p, PI) / r,
            (2 * p * PI) / (2 * r), mul(PI, p) / r if p > 0 else mul(p, PI) / r,
            PI / r * p if p > 0 else mul(p, PI) / r,
        ]  # fmt: skip

    q = fraction(rng, 1, 40, 12) if rng.random() < 0.6 else Fraction(rng.randint(2, 200))
    return values(forms, near_fraction(rng, q))


def pi_and_numbers(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        return [
            a * PI + b, node(b) + a * PI, (2 * a * PI + 2 * b) / 2,
            2 * (frac(Fraction(a, 2)) * PI + frac(Fraction(b, 2))),
        ]  # fmt: skip

    a, b = rng.randint(2, 30), signed(rng, 3, 60)
    return values(forms, [(a, b), *shuffled(rng, [(a, -b), (a + 1, b), (b, a), (a, b + 1), (2 * a, b)])])


def angle(rng: Random) -> list[Value]:
    def forms(q: Fraction) -> list[Form]:
        p, r = q.numerator, q.denominator
        n = int(q * 180)
        top = p * PI if p != 1 else PI
        return [top / r, rf"{n}^\circ", rf"{n}^{{\circ}}", frac(q) * PI, f"{n}°", (2 * p * PI) / (2 * r)]

    table = [
        Fraction(*q) for q in ((1, 6), (1, 4), (1, 3), (2, 3), (3, 4), (5, 6), (1, 12), (5, 12), (7, 6), (1, 5), (2, 9))
    ]
    return values(forms, shuffled(rng, table)[:5])


def exponential(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, k = value
        return [
            a * E**k, mul(a, E, E ** (k - 1)) if k != 2 else mul(a, E, E), node(a) / E**-k, (2 * a * E**k) / 2,
            mul(E**k, a),
        ]  # fmt: skip

    a, k = rng.randint(2, 20), rng.randint(2, 7)
    return values(forms, [(a, k), *shuffled(rng, [(a + 1, k), (a, k + 1), (a, -k), (-a, k), (2 * a, k)])])


def logarithm(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        return [
            of("log", a, b), of("ln", b) / of("ln", a), of("lg", b) / of("lg", a), 2 * of("log", a * a, b),
            1 / of("log", b, a), of("log", a, b * b) / 2,
        ]  # fmt: skip

    a, b = rng.choice([(a, b) for a in (2, 3, 5, 7) for b in (6, 7, 10, 11, 15) if a != b])
    return values(forms, [(a, b), *shuffled(rng, [(b, a), (a + 1, b), (a, b + 1), (a, 2 * b), (b + 1, a)])])


def natural_logarithm(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, n = value
        return [
            a * of("ln", n), of("ln", n**a), -a * of("ln", node(1) / n), of("ln", node(n) ** a),
            (2 * a * of("ln", n)) / 2, a * of("log", E, n),
        ]  # fmt: skip

    a, n = rng.randint(2, 5), rng.choice((2, 3, 5, 6, 7))
    return values(forms, [(a, n), *shuffled(rng, [(a + 1, n), (a, n + 1), (a, n + 4), (a, 2 * n), (2 * a, n)])])


def common_logarithm(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, str]) -> list[Form]:
        a, n, kind = value
        if kind == "ln":
            return [a * of("ln", n), of("ln", n**a)]
        return [a * of("lg", n), of("lg", n**a), of("log", 10, n**a), mul(a, of("log", 10, n))]

    a, n = rng.randint(2, 4), rng.choice((2, 3, 5, 6, 7))
    wrong = [(a, n, "ln"), (a + 1, n, "lg"), (a, n + 1, "lg"), (2 * a, n, "lg")]
    return values(forms, [(a, n, "lg"), *shuffled(rng, wrong)])


_EXACT_SINES = {
    15: (sqrt(6) - sqrt(2)) / 4, 30: node(1) / 2, 45: sqrt(2) / 2, 60: sqrt(3) / 2, 75: (sqrt(6) + sqrt(2)) / 4,
    18: (sqrt(5) - 1) / 4, 54: (sqrt(5) + 1) / 4,
}  # fmt: skip


def sine(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        q = Fraction(n, 180)
        radians = (q.numerator * PI if q.numerator > 1 else PI) / q.denominator
        other = Fraction(90 - n, 180)
        co = (other.numerator * PI if other.numerator > 1 else PI) / other.denominator
        return [
            _EXACT_SINES[n], of("sin", of("deg", n)), of("sin", radians), of("cos", co), of("cos", of("deg", 90 - n)),
            of("sin", of("deg", 180 - n)),
        ]  # fmt: skip

    return values(forms, shuffled(rng, _EXACT_SINES)[:5])


def inverse_tangent(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        tree = of("arctan", n)
        return [
            tree, rf"\tan^{{-1}}({n})", PI / 2 - of("arctan", node(1) / n), rf"\tan^{{-1}} {n}", f"arctan({n})",
            rf"\operatorname{{arctan}}({n})", of("arcsin", n / sqrt(n * n + 1)), of("arccos", 1 / sqrt(n * n + 1)),
        ]  # fmt: skip

    return values(forms, near(rng, rng.randint(2, 12)))


def complex_number(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        imaginary = b * I if b > 0 else -((-b) * I)
        return [
            node(a) + imaginary, imaginary + a, (node(2 * a) + 2 * b * I) / 2, -(node(-a) - b * I),
            node(a) + mul(I, b) if b > 0 else node(a) - mul(I, -b),
        ]  # fmt: skip

    a, b = signed(rng, 2, 25), signed(rng, 2, 25)
    return values(forms, [(a, b), *shuffled(rng, [(a, -b), (-a, b), (b, a), (a + 1, b), (a, b + 1 or 1)])])


def complex_surd(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int]) -> list[Form]:
        a, r, b = value  # a (cos + i sin) of 30 degrees and its turns
        size = 2 * b
        turns = {(1, 1): (1, 3), (1, -1): (5, 3), (-1, 1): (2, 3), (-1, -1): (4, 3)}[(a, r)]
        theta = (turns[0] * PI if turns[0] > 1 else PI) / turns[1]
        return [
            a * b + mul(r * b, sqrt(3), I) if b > 1 else node(a) + (sqrt(3) * I if r > 0 else -(sqrt(3) * I)),
            size * E ** (I * theta), size * of("cis", theta),
            b * (node(a) + (I * sqrt(3) if r > 0 else -(I * sqrt(3)))), a * b + mul(r * b, I, sqrt(3)),
        ]  # fmt: skip

    signs, b = [(1, 1), (1, -1), (-1, 1), (-1, -1)], rng.randint(2, 7)
    rng.shuffle(signs)
    return values(forms, [(*signs[0], b), *shuffled(rng, [(*signs[1], b), (*signs[2], b), (*signs[0], b + 1)])])


FAMILIES = (
    radical, radical_fraction, surd_sum, denesting, higher_root, power_of_two_thirds, multiple_of_pi, pi_and_numbers,
    angle, exponential, logarithm, natural_logarithm, common_logarithm, sine, inverse_tangent, complex_number,
    complex_surd,
)  # fmt: skip
