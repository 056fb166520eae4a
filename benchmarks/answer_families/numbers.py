"""Families of plain numbers: integers, fractions, decimals, percents, money, units, numerals in a base."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from .base import Form, Value, Words, fraction, near, near_fraction, shuffled, signed, values
from .trees import Node, around, decimal, frac, mul, node, of


def integer(rng: Random) -> list[Value]:
    k = rng.randint(2, 6)

    def forms(n: int) -> list[Form]:
        return [
            node(n), decimal(Fraction(n), 1), node(n * k) / k, Words(f"{n}."), rf"\text{{{n}}}", f"{{{n}}}",
            rf"\mathbf{{{n}}}", decimal(Fraction(n), 2), f"+{n}" if n > 0 else node(n),
        ]  # fmt: skip

    return values(forms, near(rng, signed(rng, 0, 400)))


def thousands(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        comma = f"{n:,}"
        marks = ("{,}", r",\!", r"\,", " ", r"\ ", ",\\!\\!", "{\\,}")
        return [comma, node(n), *(comma.replace(",", mark) for mark in marks), comma + ".00", rf"\text{{{comma}}}"]

    n = rng.randint(1000, 10 ** rng.randint(4, 10))
    return values(forms, [n, *shuffled(rng, [n + 1, n - 1, n + 1000, n * 10, n // 10 + 7000])])


def big_integer(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        return [node(n), f"{n:,}", f"{n:,}".replace(",", "{,}"), node(2 * n) / 2, add_last(n), decimal(Fraction(n), 1)]

    def add_last(n: int) -> Node:
        return node(n - 1) + 1

    n = rng.randint(10**15, 10 ** rng.randint(17, 60))
    return values(forms, [n, *shuffled(rng, [n + 1, n - 1, n + 10, n * 10, n + 10**8])])


def power_of_integer(rng: Random) -> list[Value]:
    base = rng.choice((2, 3, 5, 7))

    def forms(k: int) -> list[Form]:
        return [
            node(base) ** k, node(base**k), node(base) * node(base) ** (k - 1),
            node(base) ** 3 * node(base) ** (k - 3), (node(base) ** 2) ** (k // 2) * base ** (k % 2),
            1 / node(base) ** -k,
        ]  # fmt: skip

    return values(forms, near(rng, rng.randint(9, 120)))


def unit_fraction_power(rng: Random) -> list[Value]:
    base = rng.choice((2, 3, 5, 10))

    def forms(k: int) -> list[Form]:
        return [1 / node(base) ** k, node(base) ** -k, (node(1) / base) ** k, node(1) / base**k, (1 / node(base)) ** k]

    k = rng.randint(5, 140)
    return values(forms, [k, *shuffled(rng, [k + 1, k - 1, k + 2, 2 * k])])


def prime_factors(rng: Random) -> list[Value]:
    def forms(powers: tuple[int, ...]) -> list[Form]:
        primes = [node(p) ** k if k > 1 else node(p) for p, k in zip((2, 3, 5, 7), powers, strict=True) if k]
        n = 2 ** powers[0] * 3 ** powers[1] * 5 ** powers[2] * 7 ** powers[3]
        return [node(n), mul(*primes), mul(*reversed(primes)), f"{n:,}", node(n // 6) * 6]

    right = (rng.randint(2, 9), rng.randint(2, 5), rng.randint(1, 3), rng.randint(0, 2))
    wrong = [tuple(p + (k == at) * rng.choice((-1, 1)) for k, p in enumerate(right)) for at in range(3)]
    return values(forms, [right, *shuffled(rng, wrong)])


def rational(rng: Random) -> list[Value]:
    k = rng.randint(2, 9)

    def forms(q: Fraction) -> list[Form]:
        p, r = q.numerator, q.denominator
        return [
            frac(q), node(p) / r, node(p * k) / (r * k), -node(-p) / r, node(-p) / -r,
            mul(node(1) / r, p) if p > 0 else frac(q), node(p) * node(r) ** -1,
        ]  # fmt: skip

    return values(forms, near_fraction(rng, fraction(rng, 1, 200, 60)))


def mixed_number(rng: Random) -> list[Value]:
    def forms(q: Fraction) -> list[Form]:
        whole, part = divmod(abs(q), 1)
        if not part or not whole:
            return [frac(q)]
        sign = -1 if q < 0 else 1
        mixed = Node("mixed", (node(int(whole)), node(part.numerator), node(part.denominator)))
        return [
            -mixed if q < 0 else mixed, frac(q), node(q.numerator) / q.denominator,
            node(sign * int(whole)) + frac(sign * part),
        ]  # fmt: skip

    q = abs(fraction(rng, 1, 12)) % 1 + rng.randint(1, 40)
    wrong = [q + 1, q - 1, (q // 1) * (q % 1), -q, q // 1 + Fraction(1) - q % 1, q + Fraction(1, q.denominator)]
    return values(forms, [q, *shuffled(rng, [w for w in wrong if w])])


def exact_decimal(rng: Random) -> list[Value]:
    places = rng.randint(1, 4)

    def forms(q: Fraction) -> list[Form]:
        shown = decimal(q, places + 1)
        text = str(shown.args[0])
        short = text.rstrip("0").rstrip(".")
        bare = [short.replace("0.", ".", 1)] if short.startswith(("0.", "-0.")) else []
        return [short, frac(q), text, *bare, node(q.numerator) / q.denominator, shown, text + "00"]

    q = Fraction(signed(rng, 1, 3000), 10**places)
    return values(
        forms, [q, *shuffled(rng, [q + Fraction(1, 10**places), q * 10, -q, q + 1, q - Fraction(1, 10**places)])]
    )


def percent(rng: Random) -> list[Value]:
    def forms(q: Fraction) -> list[Form]:
        n = decimal(q, 2) if q.denominator > 2 else decimal(q, 1) if q.denominator == 2 else frac(q)
        t = str(n.args[0])
        return [
            rf"{t}\%", f"{t}%", n, rf"{t}\,\%", Words(f"{t} percent"), rf"{t}\text{{ percent}}", rf"{t} \%",
            rf"\text{{{t}\%}}", frac(q),
        ]  # fmt: skip

    q = Fraction(rng.randint(4, 400), rng.choice((1, 1, 1, 2, 4)))
    return values(forms, [q, *shuffled(rng, [q + 1, q - 1, q + 10, 2 * q, q / 2 if q.denominator < 4 else q + 5])])


def percent_as_part(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        q = Fraction(n, 100)
        return [frac(q), rf"{n}\%", decimal(q, 2), f"{n}%", of("percent", n), node(n) / 100]

    return values(forms, near(rng, rng.choice([k for k in range(3, 100) if k % 10])))


def scientific(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        digits, exponent = value
        mantissa = f"{digits // 10}.{digits % 10}" if digits % 10 else str(digits // 10)
        q = Fraction(digits, 10) * Fraction(10) ** exponent
        plain = [node(int(q)), f"{int(q):,}"] if exponent > 0 else [decimal(q, 1 - exponent)]
        power = f"10^{{{exponent}}}"
        return [
            rf"{mantissa} \times {power}", rf"{mantissa}\cdot {power}", *plain, f"{mantissa}e{exponent}",
            f"{mantissa}E{exponent:+03d}",
            f"{mantissa}*10^{exponent}" if exponent > 0 else f"{mantissa}*10^({exponent})",
            f"{mantissa} × 10^{exponent}" if exponent > 0 else f"{mantissa} × 10^({exponent})",
            rf"{mantissa}\times10^{{{exponent}}}",
        ]  # fmt: skip

    digits, exponent = rng.randint(11, 99), rng.choice((-9, -6, -5, -4, -3, 4, 5, 6, 8, 11))
    wrong = [(digits, exponent + 1), (digits, exponent - 1), (digits + 1, exponent), (digits - 1, exponent)]
    return values(forms, [(digits, exponent), *shuffled(rng, wrong)])


def repeating(rng: Random) -> list[Value]:
    def forms(value: tuple[str, str, str]) -> list[Form]:
        whole, fixed, period = value
        tree = Node("repeat", ("", whole, fixed, period))
        q = Fraction(int(whole + fixed + period) - int(whole + fixed), (10 ** len(period) - 1) * 10 ** len(fixed))
        # 7.1(6) could be a product.
        bracketed = [f"0.{fixed}({period})"] if whole == "0" else []
        dots = rf"\dot{{{period}}}" if len(period) == 1 else rf"\overline{{{period}}}"
        return [
            frac(q), tree, f"{whole}.{fixed}{dots}", node(q.numerator) / q.denominator,
            rf"{whole}.{fixed}\overline{{{period}{period}}}", *bracketed,
        ]  # fmt: skip

    whole, fixed = str(rng.randint(0, 9)), rng.choice(("", "", "1", "08", "25"))
    period = str(rng.choice([k for k in range(1, 99) if k % 11 and k != 9]))
    wrong = [(whole, fixed, period + "1"), (whole, fixed + "0", period), (str(int(whole) + 1), fixed, period),
             (whole, fixed, str(int(period) % 8 + 1)), (whole, "3" + fixed, period)]  # fmt: skip
    return values(forms, [(whole, fixed, period), *shuffled(rng, wrong)])


def money(rng: Random) -> list[Value]:
    whole_amount = rng.random() < 0.4

    def forms(cents: int) -> list[Form]:
        amount = f"{cents / 100:,.2f}"
        plain = amount.replace(",", "")
        whole = [rf"\${cents // 100:,}", Words(f"${cents // 100:,}"), f"{cents // 100}"] if cents % 100 == 0 else []
        return [
            rf"\${amount}", plain, Words(f"${amount}"), *whole, rf"\$ {plain}", rf"{plain} \text{{ dollars}}",
            Words(f"{plain} dollars"), rf"\text{{\${amount}}}", Words(f"{amount} USD"), rf"\${plain}",
            rf"{plain}\text{{ USD}}",
        ]  # fmt: skip

    cents = rng.randint(2, 4000) * 100 if whole_amount else rng.randint(101, 300_000)
    return values(forms, [cents, *shuffled(rng, [cents + 100, cents - 100, cents * 10, cents + 1000, cents * 2])])


_UNITS = (
    (r"\text{ cm}", r"\,\mathrm{cm}", " cm", r"\text{ centimeters}", " centimeters", r"~\text{cm}", r"\mathrm{~cm}"),
    (r"\text{ cm}^2", r"\text{ square centimeters}", " cm^2", r"\,\text{cm}^{2}", " square units", r"\mathrm{~cm}^2"),
    (r"\text{ students}", " students", r" \text{students}", r"\ \text{students}", r"\mbox{ students}"),
    (r"\text{ km/h}", " km/h", r"\,\mathrm{km/h}", r" \text{ km per hour}", r"\ \frac{\text{km}}{\text{h}}"),
    (r"\text{ minutes}", " minutes", " min", r"\text{ min}", r"~\text{minutes}", r"\, \text{minutes}"),
    (r"\text{ m}^3", r"\text{ cubic meters}", " m^3", r"\mathrm{m}^3", " cubic meters", r"\,\text{m}^{3}"),
    (r"\text{ ft}", " feet", r"\text{ feet}", " ft", r"\,\mathrm{ft}", r"\text{ ft.}"),
    (r"\text{ mph}", " mph", r"\text{ miles per hour}", " miles per hour", r"\text{ mi/h}"),
    (r"\text{ days}", " days", r"\textrm{ days}", r"\;\text{days}"),
)


def units(rng: Random) -> list[Value]:
    unit = rng.choice(_UNITS)
    tenths = rng.random() < 0.3

    def forms(n: int) -> list[Form]:
        number = decimal(Fraction(n, 10), 1) if tenths else node(n)
        return [number, *(around(number, u) for u in unit)]

    return values(forms, near(rng, rng.randint(11, 900)))


def degrees(rng: Random) -> list[Value]:
    def forms(n: int) -> list[Form]:
        return [
            node(n), rf"{n}^\circ", rf"{n}^{{\circ}}", Words(f"{n} degrees"), f"{n}°", rf"{n}\text{{ degrees}}",
            rf"{n}^{{\circ }}", rf"{n}\degree", rf"{n} ^ \circ", rf"{n}\,^\circ",
        ]  # fmt: skip

    n = rng.randint(5, 179)
    return values(forms, [n, *shuffled(rng, [180 - n, 90 + n, n + 1, n + 10, 360 - n])])


def numeral_in_base(rng: Random) -> list[Value]:
    base = rng.randint(2, 9)
    names = dict(enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine"), start=2))

    def forms(value: tuple[str, int]) -> list[Form]:
        digits, b = value
        return [
            Node("based", (digits, b)), f"({digits})_{{{b}}}", rf"{digits}_{{\text{{{names[b]}}}}}",
            rf"{digits}_{{({b})}}", rf"{digits}_{{\text{{base }}{b}}}", f"({digits})_{b}",
        ]  # fmt: skip

    digits = str(rng.randint(1, base - 1)) + "".join(str(rng.randrange(base)) for _ in range(rng.randint(2, 6)))
    other = [b for b in range(max(map(int, digits)) + 1, 10) if b != base and b > 1]
    last = digits[:-1] + str((int(digits[-1]) + 1) % base)
    wrong = [(last, base), ("1" + digits, base), (digits + "0", base)] + [(digits, b) for b in other[:2]]
    return values(forms, [(digits, base), *shuffled(rng, wrong)])


def ratio(rng: Random) -> list[Value]:
    k = rng.randint(2, 4)

    def forms(pair: tuple[int, int]) -> list[Form]:
        a, b = pair
        return [
            Node("ratio", (node(a), node(b))), rf"{a}:{b}", Words(f"{a} to {b}"), rf"{a}\text{{ to }}{b}",
            frac(Fraction(a, b)), Node("ratio", (node(a * k), node(b * k))) if b * k < 10 else rf"{a} : {b}",
            rf"{a}\colon {b}",
        ]  # fmt: skip

    a, b = rng.choice([(a, b) for a in range(2, 9) for b in range(2, 9) if Fraction(a, b).denominator == b])
    # Terms of two digits could be a time of day.
    wrong = [(x, y) for x, y in ((b, a), (a + 1, b), (a, b + 1), (a + b, b), (a, a + b)) if y < 10]
    return values(forms, [(a, b), *shuffled(rng, [w for w in wrong if Fraction(*w).denominator == w[1] > 1])])


FAMILIES = (
    integer, thousands, big_integer, power_of_integer, unit_fraction_power, prime_factors, rational, mixed_number,
    exact_decimal, percent, percent_as_part, scientific, repeating, money, units, degrees, numeral_in_base, ratio,
)  # fmt: skip
