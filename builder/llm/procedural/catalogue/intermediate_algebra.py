"""Intermediate algebra: quadratics, polynomials, logarithms, rounding, recursions, complex numbers."""

from __future__ import annotations

from fractions import Fraction
from math import comb, isqrt

from ..entry import Choice, Int, KeyPoint, Slip, Text

TOPICS = {
    "Intermediate Algebra - Quadratic Functions": (
        "Intermediate Algebra - Parabolas",
        "Intermediate Algebra - Quadratics",
    ),
    "Intermediate Algebra - Polynomials": (
        "Intermediate Algebra - Polynomial Functions",
        "Intermediate Algebra - Roots of Polynomials",
    ),
    "Intermediate Algebra - Exponents and Logarithms": (
        "Intermediate Algebra - Logarithms",
        "Intermediate Algebra - Exponential and Logarithmic Equations",
    ),
    "Intermediate Algebra - Floor and Ceiling": (
        "Intermediate Algebra - Floor and Ceiling Functions",
        "Intermediate Algebra - The Greatest Integer Function",
    ),
    "Intermediate Algebra - Sequences and Series": (
        "Intermediate Algebra - Recursive Sequences",
        "Intermediate Algebra - Infinite Series",
    ),
    "Intermediate Algebra - Complex Numbers": (
        "Intermediate Algebra - Arithmetic of Complex Numbers",
        "Intermediate Algebra - Imaginary Numbers",
    ),
    "Intermediate Algebra - Radical and Rational Expressions": (
        "Intermediate Algebra - Radical Equations",
        "Intermediate Algebra - Rational Expressions",
    ),
}

_VERTEX_NAMES = (
    "The vertex of a parabola by completing the square",
    "Minimum value of a quadratic function",
    "Completing the square to find where a quadratic is least",
)
_VERTEX_PARAMS = {"b": Int(-20, 20, step=2, skip=(0,), feed=(-80, 80)), "c": Int(5, 160, feed=(-500, 5000))}
_VERTEX_STEPS = ("Completing the square gives $x^2 <b:+c>x <c:+> = (x <h:+>)^2 + <c:()> - <hh> = (x <h:+>)^2 <m:+>$.",)


def _vertex_work(b: int, c: int) -> dict[str, int]:
    return {"h": b // 2, "hh": b * b // 4, "m": c - b * b // 4, "x": -b // 2}


def _horner(coefficients: tuple[int, ...], x: int) -> int:
    value = 0
    for k in coefficients:
        value = value * x + k
    return value


def _square_trace(a: int, b: int, c: int) -> int:
    """The trace of the square of the companion matrix of x^3 + ax^2 + bx + c."""
    m = ((0, 0, -c), (1, 0, -b), (0, 1, -a))
    return sum(m[i][j] * m[j][i] for i in range(3) for j in range(3))


def _iterate(a: int, p: int, q: int, n: int) -> int:
    for _ in range(n - 1):
        a = p * a + q
    return a


def _binomial_row(a: int, n: int) -> list[int]:
    """Coefficients of (x + a)^n, constant term first, by repeated multiplication."""
    row = [1]
    for _ in range(n):
        row = [a * u + v for u, v in zip([*row, 0], [0, *row], strict=True)]
    return row


ENTRIES = (
    KeyPoint(
        id="quadratic_minimum",
        family="quadratic_vertex",
        topic="Intermediate Algebra - Quadratic Functions",
        names=_VERTEX_NAMES,
        params=_VERTEX_PARAMS,
        wordings=(
            Text("the minimum value of $x^2 <b:+c>x <c:+>$ over all real numbers $x$"),
            Text("the smallest value that the function $f(x) = x^2 <b:+c>x <c:+>$ takes on the real numbers"),
        ),
        valid=lambda b, c: b % 2 == 0 and c != 0 and c - b * b // 4 > -50 and c != b * b // 4,
        closed=lambda b, c: c - b * b // 4,
        brute=lambda b, c: min(x * x + b * x + c for x in range(-abs(b), abs(b) + 1)),
        work=_vertex_work,
        steps=tuple(s + " The square is never negative, so the least value is $<ans>$." for s in _VERTEX_STEPS),
        slips=(
            Slip(
                "added the square instead of subtracting it",
                lambda b, c: c + b * b // 4,
                "Completing the square, we find that the constant is $<c:()> + <hh> = <ans>$.",
            ),
            Slip("gave the place of the minimum", lambda b, c: -b // 2),
        ),
        letters="mnkt",
    ),
    KeyPoint(
        id="quadratic_vertex",
        topic="Intermediate Algebra - Quadratic Functions",
        names=_VERTEX_NAMES,
        params=_VERTEX_PARAMS,
        wordings=(
            Text("the vertex of the parabola $y = x^2 <b:+c>x <c:+>$, as an ordered pair"),
            Text("the coordinates of the lowest point on the graph of $y = x^2 <b:+c>x <c:+>$"),
        ),
        valid=lambda b, c: b % 2 == 0 and c != 0 and c != b * b // 4,
        closed=lambda b, c: (-b // 2, c - b * b // 4),
        brute=lambda b, c: min(
            ((x, x * x + b * x + c) for x in range(-abs(b), abs(b) + 1)), key=lambda point: point[1]
        ),
        work=_vertex_work,
        steps=tuple(s + " So the vertex is $<ans>$." for s in _VERTEX_STEPS),
        slips=(
            Slip(
                "took the first coordinate with the wrong sign",
                lambda b, c: (b // 2, c - b * b // 4),
                "Completing the square gives $(x <h:+>)^2 <m:+>$, so the vertex is $<ans>$.",
            ),
        ),
        result="tuple",
    ),
    KeyPoint(
        id="constants_with_two_real_roots",
        topic="Intermediate Algebra - Quadratic Functions",
        names=(
            "The discriminant and the number of real roots of a quadratic",
            "Condition for two distinct real roots",
            "A quadratic has distinct real roots exactly when its discriminant is positive",
        ),
        params={"b": Int(5, 30, feed=(3, 400))},
        wordings=(
            Text("the number of positive integers $c$ for which $x^2 + <b>x + c = 0$ has two distinct real roots"),
            Text(
                "the greatest integer $c$ such that the graph of $y = x^2 - <b>x + c$ "
                "crosses the $x$-axis at two different points"
            ),
        ),
        closed=lambda b: (b * b - 1) // 4,
        brute=lambda b: sum(b * b - 4 * c > 0 for c in range(1, b * b)),
        work=lambda b: {"bb": b * b},
        steps=(
            "The discriminant $<b>^2 - 4c$ must be positive, so $4c < <bb>$. "
            "The largest integer $c$ for which this holds is $<ans>$.",
        ),
        slips=(
            Slip(
                "used the discriminant without the factor four",
                lambda b: b * b - 1,
                "The discriminant is positive when $c < <b>^2 = <bb>$, so the number is $<ans>$.",
            ),
            Slip("stopped one too early", lambda b: (b * b - 1) // 4 - 1),
        ),
        letters="nkms",
    ),
    KeyPoint(
        id="quadratic_discriminant",
        topic="Intermediate Algebra - Quadratic Functions",
        names=(
            "The discriminant of a quadratic polynomial",
            "Computing b squared minus 4ac",
            "Evaluating the discriminant of a quadratic equation",
        ),
        params={
            "a": Int(2, 6, feed=(2, 100)),
            "b": Int(5, 25, feed=(1, 300)),
            "c": Int(-12, 12, skip=(0,), feed=(-300, 300)),
        },
        wordings=(
            Text("the discriminant of the quadratic $<a>x^2 + <b>x <c:+>$"),
            Text("the number under the square root when the quadratic formula is applied to $<a>x^2 + <b>x <c:+> = 0$"),
        ),
        valid=lambda a, b, c: b * b - 4 * a * c > 0,
        closed=lambda a, b, c: b * b - 4 * a * c,
        brute=lambda a, b, c: (2 * a * 7 + b) ** 2 - 4 * a * (a * 49 + b * 7 + c),  # 4a f(t) = (2at + b)^2 - D
        work=lambda a, b, c: {"bb": b * b, "p": 4 * a * c},
        steps=("The discriminant is $<b>^2 - 4 \\cdot <a> \\cdot <c:()> = <bb> - <p:()> = <ans>$.",),
        slips=(
            Slip(
                "took the wrong sign in the discriminant",
                lambda a, b, c: b * b + 4 * a * c,
                "Adding $<bb>$ and $<p>$ gives the discriminant $<ans>$.",
            ),
            Slip("left out the leading coefficient", lambda a, b, c: b * b - 4 * c),
        ),
        letters="Dnkm",
    ),
    KeyPoint(
        id="remainder_theorem",
        topic="Intermediate Algebra - Polynomials",
        names=(
            "The remainder theorem for polynomials",
            "The remainder on division by x - r is the value at r",
            "Finding a polynomial remainder by substitution",
        ),
        params={
            "p": Int(-5, 6, skip=(0,), feed=(-100, 200)),
            "q": Int(-9, 12, skip=(0,), feed=(-300, 500)),
            "s": Int(-20, 40, skip=(0,), feed=(-900, 3000)),
            "r": Int(2, 6, feed=(2, 15)),
        },
        wordings=(
            Text("the remainder when $x^3 <p:+c>x^2 <q:+c>x <s:+>$ is divided by $x - <r>$"),
            Text("the value of the polynomial $x^3 <p:+c>x^2 <q:+c>x <s:+>$ at $x = <r>$"),
        ),
        valid=lambda p, q, s, r: 0 < r**3 + p * r * r + q * r + s <= 10_000,
        closed=lambda p, q, s, r: r**3 + p * r * r + q * r + s,
        brute=lambda p, q, s, r: _horner((1, p, q, s), r),
        work=lambda p, q, s, r: {"u": r**3, "v": p * r * r, "w": q * r},
        steps=(
            "The required number is the value of the polynomial at $<r>$, which is "
            "$<r>^3 <p:+> \\cdot <r>^2 <q:+> \\cdot <r> <s:+> = <u> <v:+> <w:+> <s:+> = <ans>$.",
        ),
        slips=(
            Slip(
                "substituted the negative number",
                lambda p, q, s, r: -(r**3) + p * r * r - q * r + s,
                "We substitute $x = -<r>$ into the polynomial and get $<ans>$.",
            ),
            Slip("left out the constant term", lambda p, q, s, r: r**3 + p * r * r + q * r),
        ),
        letters="nkmt",
    ),
    KeyPoint(
        id="cubic_root_squares",
        topic="Intermediate Algebra - Polynomials",
        names=(
            "Vieta's formulas for the roots of a cubic",
            "The sum of the squares of a cubic's roots from its coefficients",
            "Symmetric sums of the roots of a polynomial",
        ),
        params={
            "a": Int(4, 15, feed=(2, 150)),
            "b": Int(1, 30, feed=(1, 5000)),
            "c": Int(1, 40, feed=(1, 5000)),
        },
        wordings=(
            Text("the sum of the squares of the roots of $x^3 - <a>x^2 + <b>x - <c>$"),
            Text(
                scene="Let $u$, $v$ and $w$ be the complex roots of the equation $x^3 - <a>x^2 + <b>x - <c> = 0$.",
                ask="the value of $u^2 + v^2 + w^2$",
            ),
        ),
        valid=lambda a, b, c: a * a > 2 * b and b > 1,
        closed=lambda a, b, c: a * a - 2 * b,
        brute=lambda a, b, c: _square_trace(-a, b, -c),
        work=lambda a, b, c: {"aa": a * a, "bb": 2 * b},
        steps=(
            "By Vieta's formulas, the sum of the roots is $<a>$ and the sum of their products in pairs is $<b>$. "
            "The sum of their squares is $<a>^2 - 2 \\cdot <b> = <aa> - <bb> = <ans>$.",
        ),
        slips=(
            Slip(
                "took only the square of the sum",
                lambda a, b, c: a * a,
                "The roots have the sum $<a>$, so their squares have the sum $<a>^2 = <ans>$.",
            ),
            Slip("subtracted the pair products only once", lambda a, b, c: a * a - b),
        ),
        letters="snkt",
    ),
    KeyPoint(
        id="binomial_coefficient_of_term",
        topic="Intermediate Algebra - Polynomials",
        names=(
            "The coefficient of a term in a binomial expansion",
            "The binomial theorem for powers of a sum",
            "Finding one coefficient of an expanded power of a binomial",
        ),
        params={"a": Int(2, 6, feed=(2, 100)), "n": Int(4, 9, feed=(3, 40)), "k": Int(2, 7, feed=(1, 30))},
        wordings=(
            Text("the coefficient of $x^{<k>}$ in the expansion of $(x + <a>)^{<n>}$"),
            Text("the coefficient that $x^{<k>}$ has when the power $(x + <a>)^{<n>}$ is multiplied out"),
        ),
        valid=lambda a, n, k: 0 < k < n and comb(n, k) * a ** (n - k) <= 50_000,
        closed=lambda a, n, k: comb(n, k) * a ** (n - k),
        brute=lambda a, n, k: _binomial_row(a, n)[k],
        work=lambda a, n, k: {"e": n - k, "c": comb(n, k), "p": a ** (n - k)},
        steps=(
            "By the binomial theorem, the coefficient is "
            "$\\binom{<n>}{<k>} \\cdot <a>^{<e>} = <c> \\cdot <p> = <ans>$.",
        ),
        slips=(
            Slip(
                "left out the power of the constant",
                lambda a, n, k: comb(n, k),
                "The coefficient is the binomial coefficient $\\binom{<n>}{<k>} = <ans>$.",
            ),
            Slip(
                "raised the constant to the power of the variable",
                lambda a, n, k: comb(n, k) * a**k + (2 * k == n),
            ),
        ),
        letters="cmtd",
    ),
    KeyPoint(
        id="logarithmic_equation",
        topic="Intermediate Algebra - Exponents and Logarithms",
        names=(
            "Solving a logarithmic equation by writing it in exponential form",
            "The definition of a logarithm as an exponent",
            "Rewriting a logarithm as a power",
        ),
        params={"b": Int(2, 10, feed=(2, 30)), "c": Int(1, 40, feed=(1, 5000)), "k": Int(2, 5, feed=(2, 9))},
        wordings=(
            Text("the solution of the equation $\\log_{<b>}(x - <c>) = <k>$"),
            Text("the real number $x$ for which the logarithm of $x - <c>$ to the base <b> is equal to <k>"),
        ),
        valid=lambda b, c, k: b**k <= 1_500,
        closed=lambda b, c, k: b**k + c,
        brute=lambda b, c, k: next(x for x in range(c + 1, c + 1502) if x - c == pow(b, k)),
        work=lambda b, c, k: {"p": b**k},
        steps=("The equation says that $x - <c> = <b>^{<k>} = <p>$, so $x = <p> + <c> = <ans>$.",),
        slips=(
            Slip(
                "multiplied the base by the exponent",
                lambda b, c, k: b * k + c if k != b or k != 2 else b + c,
                "Undoing the logarithm and moving the constant to the other side, we get $x = <ans>$.",
            ),
            Slip(
                "moved the constant with the wrong sign",
                lambda b, c, k: b**k - c,
                "The logarithm is undone by $<b>^{<k>} = <p>$, so $x = <p> - <c> = <ans>$.",
            ),
        ),
        letters="tnmd",
    ),
    KeyPoint(
        id="exponential_equation",
        topic="Intermediate Algebra - Exponents and Logarithms",
        names=(
            "Solving an exponential equation by writing both sides with the same base",
            "Equating exponents of equal bases",
            "Exponential equations with powers of two",
        ),
        params={"c": Int(1, 40, feed=(1, 5000)), "p": Choice((4, 8, 16, 32)), "k": Int(3, 30, feed=(2, 1000))},
        wordings=(
            Text("the solution of the equation $2^{x - <c>} = <p>^{<k>}$"),
            Text("the integer $x$ for which $2^{x - <c>}$ and $<p>^{<k>}$ are the same number"),
        ),
        closed=lambda c, p, k: c + k * (p.bit_length() - 1),
        brute=lambda c, p, k: c + (p**k).bit_length() - 1,
        work=lambda c, p, k: {"m": p.bit_length() - 1, "e": k * (p.bit_length() - 1)},
        steps=(
            "Since $<p> = 2^{<m>}$, the right-hand side is $2^{<m> \\cdot <k>} = 2^{<e>}$. Hence $x - <c> = <e>$ and "
            "$x = <e> + <c> = <ans>$.",
        ),
        slips=(
            Slip(
                "set the exponents equal although the bases differ",
                lambda c, p, k: c + k,
                "Equating the exponents, $x - <c> = <k>$, so $x = <k> + <c> = <ans>$.",
            ),
            Slip("subtracted the constant", lambda c, p, k: k * (p.bit_length() - 1) - c),
        ),
        letters="tnmd",
    ),
    KeyPoint(
        id="floor_and_ceiling_sum",
        topic="Intermediate Algebra - Floor and Ceiling",
        names=(
            "Evaluating floor and ceiling of fractions",
            "Rounding quotients down and up",
            "The floor function and the ceiling function",
        ),
        params={"n": Int(20, 300, feed=(5, 50_000)), "a": Int(3, 12, feed=(2, 300)), "b": Int(3, 12, feed=(2, 300))},
        wordings=(
            Text("the value of $\\lfloor \\frac{<n>}{<a>} \\rfloor + \\lceil \\frac{<n>}{<b>} \\rceil$"),
            Text("the sum of $\\lfloor \\frac{<n>}{<a>} \\rfloor$ and $\\lceil \\frac{<n>}{<b>} \\rceil$"),
        ),
        valid=lambda n, a, b: n % b != 0 and n % a != 0 and a != b,
        closed=lambda n, a, b: n // a - (-n // b),
        brute=lambda n, a, b: (
            sum(1 for m in range(1, n + 1) if m % a == 0) + next(m for m in range(n + 1) if m * b >= n)
        ),
        work=lambda n, a, b: {"u": n // a, "v": -(-n // b)},
        steps=(
            "Rounding down gives $\\lfloor \\frac{<n>}{<a>} \\rfloor = <u>$ and rounding up gives "
            "$\\lceil \\frac{<n>}{<b>} \\rceil = <v>$, so the sum is $<u> + <v> = <ans>$.",
        ),
        slips=(
            Slip("rounded both fractions down", lambda n, a, b: n // a + n // b),
            Slip("rounded both fractions up", lambda n, a, b: -(-n // a) - (-n // b)),
        ),
        letters="tkms",
    ),
    KeyPoint(
        id="recursive_sequence_term",
        topic="Intermediate Algebra - Sequences and Series",
        names=(
            "Computing terms of a recursively defined sequence",
            "Iterating a first-order linear recursion",
            "Finding a later term of a sequence from its recursion",
        ),
        params={
            "a": Int(1, 12, feed=(1, 400)),
            "p": Int(2, 4, feed=(2, 15)),
            "q": Int(-5, 9, skip=(0,), feed=(-200, 400)),
            "n": Int(3, 5, fixed=True),
        },
        wordings=(
            Text(
                scene="A sequence is defined by $a_1 = <a>$ and $a_{m+1} = <p>a_m <q:+>$ for all $m \\ge 1$.",
                ask="the term $a_{<n>}$ of the sequence",
            ),
            Text(
                scene="The first term of a sequence is <a>. Each term $t$ is followed by the term $<p>t <q:+>$.",
                ask="the <n:th> term of this recursive sequence",
            ),
        ),
        valid=lambda a, p, q, n: 0 < _iterate(a, p, q, n) <= 20_000 and (p - 1) * a + q > 0,
        closed=lambda a, p, q, n: a * p ** (n - 1) + q * (p ** (n - 1) - 1) // (p - 1),
        brute=_iterate,
        work=lambda a, p, q, n: {
            "list": ", ".join(str(_iterate(a, p, q, i)) for i in range(1, n + 1)),
        },
        steps=(
            "Starting with $<a>$ and replacing each term $t$ by $<p>t <q:+>$, we get the terms $<list>$. "
            "The term with number $<n>$ is $<ans>$.",
        ),
        slips=(
            Slip(
                "applied the recursion once too often",
                lambda a, p, q, n: _iterate(a, p, q, n + 1),
                "Applying the recursion $<n>$ times to $<a>$, we get $<ans>$.",
            ),
            Slip("left out the added constant", lambda a, p, q, n: a * p ** (n - 1)),
        ),
        letters="sktd",
    ),
    KeyPoint(
        id="infinite_geometric_sum",
        topic="Intermediate Algebra - Sequences and Series",
        names=(
            "The sum of an infinite geometric series",
            "Convergent geometric series and the formula a/(1-r)",
            "Adding infinitely many terms with a constant ratio",
        ),
        params={"a": Int(4, 120, feed=(2, 20_000)), "q": Int(2, 9, feed=(2, 500))},
        wordings=(
            Text("the sum of the infinite geometric series with first term <a> and common ratio $\\frac{1}{<q>}$"),
            Text(
                scene="A ball first rolls <a> centimeters. In each following second it covers $\\frac{1}{<q>}$ of the "
                "distance that it covered in the second before.",
                ask="the total distance that the ball approaches, in centimeters",
                question="What total distance, in centimeters, does the ball approach?",
            ),
        ),
        valid=lambda a, q: a * q % (q - 1) == 0,
        closed=lambda a, q: a * q // (q - 1),
        brute=lambda a, q: round(a * Fraction(q**60 - 1, q**59) / (q - 1)),  # the first sixty terms
        work=lambda a, q: {"r": Fraction(1, q), "d": Fraction(q - 1, q), "m": q - 1},
        steps=(
            "The sum is $\\frac{a}{1 - r}$ with $a = <a>$ and $1 - r = 1 - \\frac{1}{<q>} = <d>$, which gives "
            "$<a> \\cdot \\frac{<q>}{<m>} = <ans>$.",
        ),
        slips=(
            Slip(
                "divided by one plus the ratio",
                lambda a, q: Fraction(a * q, q + 1),
                "Dividing the first term by $1 + \\frac{1}{<q>}$, we get $<ans>$.",
            ),
            Slip("multiplied by the denominator of the ratio", lambda a, q: a * q + (q == 2)),
        ),
        letters="snkt",
    ),
    KeyPoint(
        id="complex_norm",
        topic="Intermediate Algebra - Complex Numbers",
        names=(
            "The modulus of a complex number",
            "The absolute value of a complex number from its real and imaginary parts",
            "Multiplying a complex number by its conjugate",
        ),
        params={"a": Int(2, 20, feed=(1, 500)), "b": Int(-15, 15, skip=(0,), feed=(1, 500))},
        wordings=(
            Text("the square of the modulus of the complex number $<a> <b:+c>i$"),
            Text("the product of the complex number $<a> <b:+c>i$ and its conjugate"),
        ),
        closed=lambda a, b: a * a + b * b,
        brute=lambda a, b: int((complex(a, b) * complex(a, -b)).real),
        work=lambda a, b: {"aa": a * a, "bb": b * b},
        steps=("It is the sum $<a>^2 + <b:()>^2 = <aa> + <bb> = <ans>$.",),
        slips=(
            Slip(
                "subtracted the squares",
                lambda a, b: a * a - b * b,
                "The square of $i$ brings a minus sign, so we get $<aa> - <bb> = <ans>$.",
            ),
            Slip("squared the sum of the parts", lambda a, b: (a + b) ** 2),
        ),
        letters="nkms",
    ),
    KeyPoint(
        id="complex_product_real_part",
        topic="Intermediate Algebra - Complex Numbers",
        names=(
            "Multiplying two complex numbers",
            "Expanding a product of complex numbers with i squared equal to -1",
            "The real part of a product of complex numbers",
        ),
        params={
            "a": Int(4, 15, feed=(1, 500)),
            "b": Int(1, 9, feed=(1, 300)),
            "c": Int(4, 15, feed=(1, 500)),
            "d": Int(1, 9, feed=(1, 300)),
        },
        wordings=(
            Text("the real part of the product $(<a> + <b:c>i)(<c> + <d:c>i)$"),
            Text("the real number $u$ for which $(<a> + <b:c>i)(<c> + <d:c>i) = u + vi$ with a real number $v$"),
        ),
        valid=lambda a, b, c, d: a * c - b * d > 0,
        closed=lambda a, b, c, d: a * c - b * d,
        brute=lambda a, b, c, d: int((complex(a, b) * complex(c, d)).real),
        work=lambda a, b, c, d: {"p": a * c, "q": b * d},
        steps=(
            "Since $i^2 = -1$, the real part of the product is $<a> \\cdot <c> - <b> \\cdot <d> = <p> - <q> = <ans>$.",
        ),
        slips=(
            Slip(
                "took the square of i to be 1",
                lambda a, b, c, d: a * c + b * d,
                "The real part comes from $<a> \\cdot <c> = <p>$ and $<b> \\cdot <d> = <q>$, and $<p> + <q> = <ans>$.",
            ),
            Slip("gave the imaginary part", lambda a, b, c, d: a * d + b * c),
        ),
        letters="nkms",
    ),
    KeyPoint(
        id="radical_equation",
        topic="Intermediate Algebra - Radical and Rational Expressions",
        names=(
            "Solving an equation with a square root by squaring both sides",
            "Radical equations in one variable",
            "Squaring to remove a radical",
        ),
        params={
            "a": Int(2, 9, feed=(2, 60)),
            "b": Int(1, 60, feed=(1, 3000)),
            "c": Int(4, 20, feed=(2, 300)),
        },
        wordings=(
            Text("the solution of the equation $\\sqrt{<a>x + <b>} = <c>$"),
            Text("the real number $x$ that satisfies $\\sqrt{<a>x + <b>} = <c>$"),
        ),
        valid=lambda a, b, c: (c * c - b) % a == 0 and c * c > b,
        closed=lambda a, b, c: (c * c - b) // a,
        brute=lambda a, b, c: next(x for x in range(1, c * c) if isqrt(a * x + b) == c and a * x + b == c * c),
        work=lambda a, b, c: {"cc": c * c, "d": c * c - b},
        steps=(
            "Squaring both sides gives $<a>x + <b> = <c>^2 = <cc>$. Then $<a>x = <cc> - <b> = <d>$ and "
            "$x = \\frac{<d>}{<a>} = <ans>$.",
        ),
        slips=(
            Slip(
                "did not square the right-hand side",
                lambda a, b, c: Fraction(c - b, a),
                "Without the root the equation is $<a>x + <b> = <c>$, so $x = <ans>$.",
            ),
            Slip("moved the constant without changing its sign", lambda a, b, c: Fraction(c * c + b, a)),
        ),
        letters="tnkm",
    ),
    KeyPoint(
        id="rational_expression_value",
        topic="Intermediate Algebra - Radical and Rational Expressions",
        names=(
            "Simplifying a rational expression by factoring a difference of squares",
            "Cancelling a common factor before substituting",
            "Evaluating a rational expression after simplifying it",
        ),
        params={"a": Int(3, 40, feed=(2, 3000)), "v": Int(20, 160, feed=(2, 3000))},
        wordings=(
            Text("the value of $\\frac{x^2 - <a>^2}{x - <a>}$ when $x = <v>$"),
            Text("the value that the fraction $\\frac{x^2 - <a>^2}{x - <a>}$ takes at $x = <v>$"),
        ),
        valid=lambda a, v: a != v,
        closed=lambda a, v: a + v,
        brute=lambda a, v: int(Fraction(v * v - a * a, v - a)),
        steps=(
            "The numerator factors as $(x - <a>)(x + <a>)$, so the fraction simplifies to $x + <a>$. At $x = <v>$ "
            "this is $<v> + <a> = <ans>$.",
        ),
        slips=(
            Slip(
                "kept the wrong factor",
                lambda a, v: v - a,
                "The fraction simplifies to $x - <a>$, and for $x = <v>$ this is $<v> - <a> = <ans>$.",
            ),
        ),
        letters="tnkm",
    ),
)
