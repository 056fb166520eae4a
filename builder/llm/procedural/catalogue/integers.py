"""More number theory: prime factorizations, congruences, divisibility, number bases."""

from __future__ import annotations

from math import gcd, isqrt, lcm, prod

from sympy import factorint

from ..entry import Int, KeyPoint, Slip, Text
from .number_theory import power_product

TOPICS = {
    "Number Theory - Prime Factorization": (
        "Number Theory - Prime Numbers",
        "Number Theory - Primes and Factorization",
    ),
    "Number Theory - Modular Arithmetic": ("Number Theory - Congruences", "Number Theory - Remainders"),
    "Number Theory - Divisibility": ("Number Theory - Multiples and Divisibility", "Number Theory - Multiples"),
    "Number Theory - Number Bases": ("Number Theory - Base Conversion", "Number Theory - Positional Notation"),
}


def _primes(n: int) -> tuple[int, ...]:
    return tuple(sorted(factorint(n)))


def _largest_by_division(n: int) -> int:
    d = 2
    while d * d <= n:
        while n % d == 0 and n > d:
            n //= d
        d += 1
    return n


def _factor_sums(n: int) -> list[int]:
    return [sum(p**i for i in range(e + 1)) for p, e in sorted(factorint(n).items())]


def _odd_part(n: int) -> list[int]:
    """Primes that divide ``n`` to an odd power."""
    return [p for p, e in sorted(factorint(n).items()) if e % 2]


def _listed(values: list[int]) -> str:
    shown = [f"${v}$" for v in values]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _fives(n: int) -> list[int]:
    """Numbers of multiples of 5, 25, 125, ... up to ``n``."""
    return [n // 5**i for i in range(1, 12) if n >= 5**i]


def _fives_shown(n: int) -> str:
    parts = _fives(n)
    return " + ".join(map(str, parts)) + (f" = {sum(parts)}" if len(parts) > 1 else "")


def _order(a: int, m: int) -> int:
    """Smallest d > 0 with a^d = 1 modulo m; a and m are coprime."""
    d, x = 1, a % m
    while x != 1:
        d, x = d + 1, x * a % m
    return d


def _power_by_steps(a: int, k: int, m: int) -> int:
    x = 1
    for _ in range(k):
        x = x * a % m
    return x


def _crt(a: int, m: int, b: int, n: int) -> int:
    """The number below ``m * n`` that is a modulo m and b modulo n; m and n are coprime."""
    return (a * n * pow(n, -1, m) + b * m * pow(m, -1, n)) % (m * n)


def _digits(n: int, base: int) -> list[int]:
    out = []
    while n:
        n, d = divmod(n, base)
        out.append(d)
    return out[::-1]


def _horner(d: int, b: int) -> int:
    return sum(int(c) * b**i for i, c in enumerate(reversed(str(d))))


def _expansion(d: int, b: int) -> str:
    powers = {0: "", 1: f" \\cdot {b}"}
    text = str(d)
    return " + ".join(
        c + powers.get(len(text) - 1 - i, f" \\cdot {b}^{len(text) - 1 - i}") for i, c in enumerate(text) if c != "0"
    )


_FACTORS = (
    KeyPoint(
        id="divisor_sum",
        topic="Number Theory - Divisors",
        names=(
            "The sum of the positive divisors of an integer",
            "Sum of divisors formula from the prime factorization",
            "Adding up all factors of a number by multiplying sums of prime powers",
        ),
        params={"n": Int(12, 200, feed=(6, 5_000))},
        wordings=(
            Text("the sum of the positive divisors of <n>"),
            Text("the sum of all positive factors of <n>"),
            Text(
                "the total of all positive integers that divide <n>",
                question="What is the total of all positive integers that divide <n>?",
            ),
        ),
        valid=lambda n: len(_primes(n)) > 1,
        closed=lambda n: prod((p ** (e + 1) - 1) // (p - 1) for p, e in factorint(n).items()),
        brute=lambda n: sum(d for d in range(1, n + 1) if n % d == 0),
        work=lambda n: {
            "f": power_product(n),
            "s": "".join(f"({' + '.join(str(p**i) for i in range(e + 1))})" for p, e in sorted(factorint(n).items())),
            "t": " \\cdot ".join(map(str, _factor_sums(n))),
        },
        steps=(
            "Since $<n> = <f>$, the sum of its divisors is $<s> = <t> = <ans>$.",
            "The prime factorization is $<n> = <f>$. Expanding the product $<s>$ produces every divisor exactly "
            "once, so the sum is $<t> = <ans>$.",
        ),
        slips=(
            Slip(
                "left out the number itself",
                lambda n: sum(d for d in range(1, n) if n % d == 0),
                "Adding up the divisors that are smaller than $<n>$, we get $<ans>$.",
            ),
            Slip(
                "added only the prime factors",
                lambda n: sum(_primes(n)),
                "The prime factorization is $<n> = <f>$, and its primes add up to $<ans>$.",
            ),
        ),
        letters="smkn",
    ),
    KeyPoint(
        id="largest_prime_factor",
        topic="Number Theory - Prime Factorization",
        names=(
            "Finding the largest prime factor of an integer",
            "Prime factorization by repeated division by small primes",
            "The greatest prime divisor of a number",
        ),
        params={"n": Int(60, 999, feed=(6, 100_000))},
        wordings=(
            Text("the largest prime factor of <n>"),
            Text("the greatest prime number that divides <n>"),
        ),
        valid=lambda n: len(_primes(n)) > 1,
        closed=lambda n: max(_primes(n)),
        brute=_largest_by_division,
        work=lambda n: {"f": power_product(n)},
        steps=(
            "The prime factorization is $<n> = <f>$, and the largest prime in it is $<ans>$.",
            "Dividing out the small primes first, we find $<n> = <f>$. Its largest prime factor is $<ans>$.",
        ),
        slips=(
            Slip(
                "took the smallest prime factor",
                lambda n: min(_primes(n)),
                "The first prime by which $<n>$ can be divided is $<ans>$.",
            ),
        ),
        letters="pqnm",
    ),
    KeyPoint(
        id="square_multiplier",
        topic="Number Theory - Prime Factorization",
        names=(
            "The smallest multiplier that turns an integer into a perfect square",
            "Perfect squares have even exponents in their prime factorization",
            "Completing a number to a perfect square by its missing prime factors",
        ),
        params={"n": Int(12, 500, feed=(8, 50_000))},
        wordings=(
            Text("the smallest positive integer that gives a perfect square when it is multiplied by <n>"),
            Text("the smallest positive integer whose product with <n> is a perfect square"),
            Text("the least positive multiplier that makes a perfect square from <n>"),
        ),
        valid=lambda n: isqrt(n) ** 2 != n and any(e > 1 for e in factorint(n).values()),
        closed=lambda n: prod(_odd_part(n)),
        brute=lambda n: next(k for k in range(1, n + 1) if isqrt(k * n) ** 2 == k * n),
        work=lambda n: {
            "f": power_product(n),
            "odd": _listed(_odd_part(n))
            + (" has an odd exponent" if len(_odd_part(n)) == 1 else " have odd exponents"),
            "sq": isqrt(n * prod(_odd_part(n))),
            "p": n * prod(_odd_part(n)),
        },
        steps=(
            "In the factorization $<n> = <f>$, <odd>. A perfect square has even exponents throughout, so the "
            "smallest multiplier is $<ans>$; indeed $<n> \\cdot <ans> = <p> = <sq>^2$.",
            "We have $<n> = <f>$. Here <odd>, so one more factor of each such prime is needed, which gives $<ans>$.",
        ),
        slips=(
            Slip(
                "multiplied the number by itself",
                lambda n: n,
                "Multiplying $<n>$ by itself gives a perfect square, so the multiplier is $<ans>$.",
            ),
            Slip(
                "gave the perfect square instead of the multiplier",
                lambda n: n * prod(_odd_part(n)),
                "Completing the prime powers of $<n> = <f>$ to even exponents, we arrive at $<ans>$.",
            ),
        ),
        letters="kmnt",
    ),
    KeyPoint(
        id="factorial_zeros",
        topic="Number Theory - Prime Factorization",
        names=(
            "The number of trailing zeros of a factorial",
            "Counting factors of five in a factorial with Legendre's formula",
            "Finding how many zeros a factorial ends in",
        ),
        params={"n": Int(25, 250, feed=(10, 20_000))},
        wordings=(
            Text(
                "the number of zeros at the end of the decimal representation of $<n>!$",
                question="How many zeros stand at the end of the decimal representation of $<n>!$?",
            ),
            Text("the number of trailing zeros of the factorial of <n>"),
        ),
        closed=lambda n: sum(_fives(n)),
        brute=lambda n: sum(1 for k in range(5, n + 1, 5) for i in range(1, 12) if k % 5**i == 0),
        work=lambda n: {"s": _fives_shown(n)},
        steps=(
            "Every zero needs one factor $5$, since factors $2$ are plentiful. Counting the multiples of $5$, of "
            "$25$, of $125$ and so on up to $<n>$ gives $<s>$ zeros.",
            "By Legendre's formula the exponent of $5$ in $<n>!$ is $<s>$, and the exponent of $2$ is larger, so the "
            "number of zeros is $<ans>$.",
        ),
        slips=(
            Slip(
                "counted every multiple of 5 only once",
                lambda n: n // 5,
                "There are $<ans>$ multiples of $5$ up to $<n>$, each of which contributes one zero.",
            ),
            Slip(
                "counted the multiples of 10",
                lambda n: n // 10,
                "There are $<ans>$ multiples of $10$ up to $<n>$, each of which contributes one zero.",
            ),
        ),
        letters="zknm",
    ),
)

_CONGRUENCES = (
    KeyPoint(
        id="power_remainder",
        topic="Number Theory - Modular Arithmetic",
        names=(
            "The remainder of a large power modulo an integer",
            "Using the cycle of powers modulo m to find a remainder",
            "Reducing an exponent by the period of the powers modulo a number",
        ),
        params={
            "a": Int(2, 15, feed=(2, 5_000)),
            "k": Int(12, 90, feed=(4, 3_000)),
            "m": Int(5, 23, feed=(5, 400)),
        },
        wordings=(
            Text("the remainder when $<a>^{<k>}$ is divided by <m>"),
            Text("the remainder that $<a>^{<k>}$ leaves upon division by <m>"),
        ),
        valid=lambda a, k, m: gcd(a, m) == 1 and a % m != 1 and _order(a, m) <= k,
        closed=lambda a, k, m: pow(a, k, m),
        brute=_power_by_steps,
        work=lambda a, k, m: {
            "d": _order(a, m),
            "q": k // _order(a, m),
            "r": k % _order(a, m),
            "p": a * k,
        },
        steps=(
            "The smallest power of $<a>$ that is congruent to $1$ is $<a>^{<d>} \\equiv 1 \\pmod{<m>}$. Since "
            "$<k> = <d> \\cdot <q> + <r>$, we have $<a>^{<k>} \\equiv <a>^{<r>} \\equiv <ans> \\pmod{<m>}$.",
            "Modulo $<m>$ the powers of $<a>$ repeat with period $<d>$. The exponent $<k>$ leaves the remainder $<r>$ "
            "upon division by $<d>$, so $<a>^{<k>} \\equiv <a>^{<r>} \\equiv <ans> \\pmod{<m>}$.",
        ),
        slips=(
            Slip(
                "took the next place in the cycle",
                lambda a, k, m: pow(a, k + 1, m),
                "Modulo $<m>$ the powers of $<a>$ repeat with period $<d>$, and at the place that we need the cycle "
                "shows $<ans>$.",
            ),
            Slip(
                "multiplied by the exponent instead of raising to it",
                lambda a, k, m: a * k % m,
                "The product $<a> \\cdot <k> = <p>$ leaves the remainder $<ans>$ upon division by $<m>$.",
            ),
        ),
        letters="rsnt",
    ),
    KeyPoint(
        id="modular_inverse",
        topic="Number Theory - Modular Arithmetic",
        names=(
            "The multiplicative inverse of an integer modulo m",
            "Finding a modular inverse",
            "Solving the congruence ax = 1 modulo m",
        ),
        params={"a": Int(3, 30, feed=(2, 2_000)), "m": Int(7, 41, feed=(5, 1_000))},
        wordings=(
            Text("the smallest positive integer $x$ for which $<a:c>x \\equiv 1 \\pmod{<m>}$"),
            Text("the smallest positive integer whose product with <a> is one more than a multiple of <m>"),
            Text("the least positive inverse of <a> modulo <m>"),
        ),
        valid=lambda a, m: gcd(a, m) == 1 and a % m not in (1, m - 1),
        closed=lambda a, m: pow(a, -1, m),
        brute=lambda a, m: next(x for x in range(1, m) if a * x % m == 1),
        work=lambda a, m: {"p": a * pow(a, -1, m), "q": a * pow(a, -1, m) // m},
        steps=(
            "Trying the numbers one after the other, the first that works is $<ans>$, because "
            "$<a> \\cdot <ans> = <p> = <m> \\cdot <q> + 1$.",
            "Among the numbers that exceed a multiple of $<m>$ by one, the first that is divisible by $<a>$ is "
            "$<m> \\cdot <q> + 1 = <p>$, and $<p> / <a> = <ans>$.",
        ),
        slips=(
            Slip(
                "found the negative of the inverse",
                lambda a, m: m - pow(a, -1, m),
                "The product of $<a>$ and $<ans>$ differs by one from a multiple of $<m>$.",
            ),
        ),
        letters="xkns",
    ),
    KeyPoint(
        id="crt_two",
        topic="Number Theory - Modular Arithmetic",
        names=(
            "Solving two simultaneous congruences",
            "The Chinese remainder theorem for two moduli",
            "The smallest number with given remainders on division by two integers",
        ),
        params={
            "a": Int(1, 11, feed=(1, 90)),
            "m": Int(3, 13, feed=(3, 100)),
            "b": Int(1, 11, feed=(1, 90)),
            "n": Int(3, 13, feed=(3, 100)),
        },
        wordings=(
            Text(
                "the smallest positive integer that leaves a remainder of <a> when divided by <m> and a remainder of "
                "<b> when divided by <n>"
            ),
            Text(
                scene="When a marching band lines up in rows of <m>, the last row has only <a> <a?musician|musicians>. "
                "When it lines up in rows of <n>, the last row has only <b>.",
                ask="the smallest possible number of musicians in the marching band",
            ),
        ),
        valid=lambda a, m, b, n: gcd(m, n) == 1 and a < m and b < n and a != b and _crt(a, m, b, n) > max(m, n),
        closed=_crt,
        brute=lambda a, m, b, n: next(x for x in range(1, m * n) if x % m == a and x % n == b),
        work=lambda a, m, b, n: {"t": _crt(a, m, b, n) // n, "u": _crt(a, m, b, n) // m, "p": m * n},
        steps=(
            "The number has the form $<n>t + <b>$. Trying $t = 0, 1, 2, \\dots$, the remainder upon division by "
            "$<m>$ is $<a>$ for the first time when $t = <t>$, and $<n> \\cdot <t> + <b> = <ans>$.",
            "Both conditions together fix the number modulo $<m> \\cdot <n> = <p>$. The smallest one is "
            "$<ans>$, since $<ans> = <m> \\cdot <u> + <a> = <n> \\cdot <t> + <b>$.",
        ),
        slips=(
            Slip(
                "exchanged the two remainders",
                lambda a, m, b, n: _crt(b, m, a, n),
                "The first number that shows both remainders is $<ans>$.",
            ),
            Slip(
                "gave the second solution",
                lambda a, m, b, n: _crt(a, m, b, n) + m * n,
                "Solutions repeat every $<m> \\cdot <n> = <p>$, and one of them is $<ans>$.",
            ),
        ),
        letters="nNsk",
    ),
    KeyPoint(
        id="euler_phi",
        topic="Number Theory - Modular Arithmetic",
        names=(
            "Counting the integers that are relatively prime to n",
            "Euler's totient function",
            "Computing phi(n) from the prime factorization of n",
        ),
        params={"n": Int(10, 150, feed=(6, 5_000))},
        wordings=(
            Text(
                "the number of positive integers less than <n> that are relatively prime to <n>",
                question="How many positive integers less than <n> are relatively prime to <n>?",
            ),
            Text("the value of Euler's totient function $\\varphi(<n>)$"),
            Text("the Euler totient of <n>"),
        ),
        valid=lambda n: len(_primes(n)) > 1,
        closed=lambda n: prod(p ** (e - 1) * (p - 1) for p, e in factorint(n).items()),
        brute=lambda n: sum(gcd(n, k) == 1 for k in range(1, n)),
        work=lambda n: {
            "f": power_product(n),
            "t": " \\cdot ".join(f"\\left(1 - \\frac{{1}}{{{p}}}\\right)" for p in _primes(n)),
            "u": " \\cdot ".join(str(p ** (e - 1) * (p - 1)) for p, e in sorted(factorint(n).items())),
        },
        steps=(
            "Since $<n> = <f>$, the totient is $\\varphi(<n>) = <n> \\cdot <t> = <ans>$.",
            "We factor $<n> = <f>$. The totient of a prime power $p^e$ is $p^e - p^{e-1}$, so "
            "$\\varphi(<n>) = <u> = <ans>$.",
        ),
        slips=(
            Slip(
                "counted the numbers that do have a common factor",
                lambda n: n - prod(p ** (e - 1) * (p - 1) for p, e in factorint(n).items()),
                "The numbers up to $<n>$ that share a prime with it number $<ans>$.",
            ),
            Slip(
                "used the formula for a prime",
                lambda n: n - 1,
                "There are $<n> - 1 = <ans>$ smaller positive integers.",
            ),
        ),
        letters="tkms",
    ),
)

_MULTIPLES = (
    KeyPoint(
        id="multiples_of_either",
        topic="Number Theory - Divisibility",
        names=(
            "Counting the multiples of either of two numbers up to a bound",
            "Inclusion-exclusion for divisibility by two integers",
            "The number of integers up to n that are divisible by a or b",
        ),
        params={
            "a": Int(3, 9, feed=(2, 60)),
            "b": Int(4, 15, feed=(2, 60)),
            "n": Int(60, 400, feed=(20, 50_000)),
        },
        wordings=(
            Text(
                "the number of positive integers up to <n> that are divisible by <a> or by <b>",
                question="How many positive integers up to <n> are divisible by <a> or by <b>?",
            ),
            Text(
                scene="The lockers in a school are numbered from 1 to <n>. Every "
                "locker whose number is a multiple of <a> or a multiple of <b> gets a new lock.",
                ask="the number of lockers that get a new lock",
                question="How many lockers get a new lock?",
            ),
        ),
        valid=lambda a, b, n: max(a, b) % min(a, b) != 0 and lcm(a, b) <= n,
        closed=lambda a, b, n: n // a + n // b - n // lcm(a, b),
        brute=lambda a, b, n: sum(k % a == 0 or k % b == 0 for k in range(1, n + 1)),
        work=lambda a, b, n: {"p": n // a, "q": n // b, "l": lcm(a, b), "r": n // lcm(a, b)},
        steps=(
            "Up to $<n>$ there are $<p>$ multiples of $<a>$ and $<q>$ multiples of $<b>$. Those that "
            "are multiples of $<l>$ are counted twice; there are $<r>$ of them. So the number is $<p> + <q> - <r> = <ans>$.",
        ),
        slips=(
            Slip(
                "counted the common multiples twice",
                lambda a, b, n: n // a + n // b,
                "There are $<p>$ multiples of $<a>$ and $<q>$ multiples of $<b>$, so the number is "
                "$<p> + <q> = <ans>$.",
            ),
            Slip(
                "took away the common multiples altogether",
                lambda a, b, n: n // a + n // b - 2 * (n // lcm(a, b)),
                "There are $<p>$ multiples of $<a>$ and $<q>$ multiples of $<b>$; without those that are both, "
                "$<ans>$ remain.",
            ),
        ),
        letters="kmts",
    ),
    KeyPoint(
        id="smallest_addend",
        topic="Number Theory - Divisibility",
        names=(
            "The smallest amount that completes a number to a multiple of another",
            "Using the remainder to find the next multiple of an integer",
            "Making a number divisible by adding the missing part of the divisor",
        ),
        params={"n": Int(50, 900, feed=(2, 100_000)), "k": Int(7, 40, feed=(3, 500))},
        wordings=(
            Text("the smallest positive integer that must be added to <n> to get a multiple of <k>"),
            Text(
                scene="A bakery has <n> rolls ready and packs them in bags of <k> rolls each.",
                ask="the smallest number of further rolls that the bakery must bake so that no bag is left unfilled",
                question="What is the smallest number of further rolls that the bakery must bake so that no bag is "
                "left unfilled?",
            ),
        ),
        valid=lambda n, k: n % k not in (0, k - n % k) and n > k,
        closed=lambda n, k: -n % k,
        brute=lambda n, k: next(x for x in range(1, k + 1) if (n + x) % k == 0),
        work=lambda n, k: {"q": n // k, "r": n % k, "up": (n // k + 1) * k},
        steps=(
            "Dividing, $<n> = <k> \\cdot <q> + <r>$. The remainder $<r>$ is completed to $<k>$ by $<k> - <r> = <ans>$.",
            "The next multiple of $<k>$ after $<n>$ is $<up>$, and $<up> - <n> = <ans>$.",
        ),
        slips=(
            Slip(
                "gave the remainder",
                lambda n, k: n % k,
                "Dividing, $<n> = <k> \\cdot <q> + <r>$, so the number is $<ans>$.",
            ),
        ),
        letters="ksxt",
    ),
)

_BASES = (
    KeyPoint(
        id="base_value",
        topic="Number Theory - Number Bases",
        names=(
            "Converting a number from another base to base ten",
            "The value of a numeral in base b as a sum of digits times powers of b",
            "Place value in bases other than ten",
        ),
        params={"d": Int(102, 3333, fixed=True), "b": Int(4, 9, feed=(4, 60))},
        wordings=(
            Text("the base-ten value of $<d>_{<b>}$"),
            Text("the positive integer that is written as $<d>$ in base $<b>$"),
        ),
        valid=lambda d, b: max(map(int, str(d))) < b and str(d) != str(d)[::-1],
        closed=_horner,
        brute=lambda d, b: int(str(d), b) if b <= 36 else _horner(d, b),
        work=lambda d, b: {"e": _expansion(d, b)},
        steps=(
            "Writing out the place values, we get $<e> = <ans>$.",
            "In base $<b>$ the digits stand for $<e>$, which is $<ans>$.",
        ),
        slips=(
            Slip(
                "gave the powers of the base in the reverse order",
                lambda d, b: _horner(int(str(d)[::-1]), b),
                "Multiplying the digits of $<d>$ by the powers of $<b>$ from left to right gives $<ans>$.",
            ),
        ),
        letters="NMnv",
    ),
    KeyPoint(
        id="base_digit_sum",
        topic="Number Theory - Number Bases",
        names=(
            "The sum of the digits of a number in another base",
            "Converting from base ten to base b by repeated division and adding the digits",
            "Digit sums in bases other than ten",
        ),
        params={"b": Int(2, 9, fixed=True), "n": Int(40, 600, feed=(12, 100_000))},
        wordings=(
            Text("the sum of the digits of the base-$<b>$ representation of <n>"),
            Text("the digit sum of <n> in base $<b>$"),
        ),
        valid=lambda b, n: n >= b * b,
        closed=lambda b, n: n - (b - 1) * sum(n // b**i for i in range(1, 18)),
        brute=lambda b, n: sum(_digits(n, b)),
        work=lambda b, n: {
            "w": "".join(map(str, _digits(n, b))),
            "s": " + ".join(map(str, _digits(n, b))),
        },
        steps=(
            "Dividing by $<b>$ again and again, we find that $<n>$ is written as $<w>_{<b>}$. The sum of the digits is "
            "$<s> = <ans>$.",
        ),
        slips=(
            Slip(
                "counted the digits instead of adding them",
                lambda b, n: len(_digits(n, b)),
                "In base $<b>$ the number is written as $<w>_{<b>}$, which has $<ans>$ digits.",
            ),
            Slip("added the digits in base ten", lambda b, n: sum(_digits(n, 10))),
        ),
        letters="sdnk",
    ),
)

ENTRIES = (*_FACTORS, *_CONGRUENCES, *_MULTIPLES, *_BASES)
