"""Precalculus: vectors, matrices, trigonometry."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, isqrt

from sympy import Matrix, cos, pi, rad, sin

from ..entry import Choice, Int, KeyPoint, Slip, Text
from ..values import PiTimes, Surd, Value, surd
from .figures import sympy_root

TOPICS = {
    "Precalculus - Vectors": ("Precalculus - Vectors in the Plane", "Precalculus - Vector Operations"),
    "Precalculus - Matrices": ("Precalculus - Matrices and Determinants", "Precalculus - Determinants"),
    "Precalculus - Trigonometry": ("Precalculus - Trigonometric Functions", "Precalculus - Trigonometric Values"),
    "Precalculus - Complex Numbers and De Moivre's Theorem": (
        "Precalculus - Complex Numbers",
        "Precalculus - Powers of Complex Numbers",
    ),
}

_FOUR = {k: Int(2, 12, feed=(1, 300)) for k in "abcd"}
_SINES = {45: 2, 60: 3, 120: 3, 135: 2}  # degrees -> n where the sine is sqrt(n)/2
_SINE_NAMES = (
    "The exact values of sine at special angles",
    "Sine of multiples of thirty and forty-five degrees",
    "Using special right triangles to evaluate the sine function",
)
_COSINE_NAMES = (
    "The law of cosines with an angle of sixty degrees",
    "Finding the third side of a triangle from two sides and the angle between them",
    "Applying the law of cosines",
)
_SIDES = {"a": Int(3, 20, feed=(2, 300)), "b": Int(3, 20, feed=(2, 300))}


def _sine_times(k: int, d: int) -> Value:
    outside, root = (k * sin(rad(d))).as_coeff_Mul()
    return Surd(Fraction(0), Fraction(int(outside.p), int(outside.q)), int(root**2))


def _third_side_squared(a: int, b: int) -> int:
    """From coordinates: the first side along the x-axis, the second at 60 degrees."""
    return int(Fraction(2 * a - b, 2) ** 2 + 3 * Fraction(b, 2) ** 2)


def _power_real_part(n: int) -> int:
    x, y = 1, 0
    for _ in range(n):
        x, y = x - y, x + y
    return x


ENTRIES = (
    KeyPoint(
        id="dot_product",
        topic="Precalculus - Vectors",
        names=(
            "The dot product of two vectors in the plane",
            "Adding the products of corresponding components",
            "Computing a scalar product from components",
        ),
        params=_FOUR,
        wordings=(
            Text("the dot product of the vectors $(<a>, <b>)$ and $(<c>, <d>)$"),
            Text("the scalar product of $<a>\\mathbf{i} + <b>\\mathbf{j}$ and $<c>\\mathbf{i} + <d>\\mathbf{j}$"),
        ),
        closed=lambda a, b, c, d: a * c + b * d,
        brute=lambda a, b, c, d: ((a + c) ** 2 + (b + d) ** 2 - a * a - b * b - c * c - d * d) // 2,
        work=lambda a, b, c, d: {"p": a * c, "q": b * d},
        steps=("Multiplying matching components gives $<a> \\cdot <c> + <b> \\cdot <d> = <p> + <q> = <ans>$.",),
        slips=(
            Slip(
                "subtracted the second product",
                lambda a, b, c, d: a * c - b * d,
                "The products of the components are $<p>$ and $<q>$, and $<p> - <q> = <ans>$.",
            ),
            Slip("paired the wrong components", lambda a, b, c, d: a * d + b * c),
        ),
        letters="nkms",
    ),
    KeyPoint(
        id="parallelogram_from_vectors",
        topic="Precalculus - Vectors",
        names=(
            "The area of a parallelogram spanned by two vectors",
            "The absolute value of a determinant as an area",
            "Area of a parallelogram from the cross product of its sides",
        ),
        params=_FOUR,
        wordings=(
            Text("the area of the parallelogram spanned by the vectors $(<a>, <b>)$ and $(<c>, <d>)$"),
            Text(
                "the area of the parallelogram with vertices $(0, 0)$, $(<a>, <b>)$, $(<c>, <d>)$ and "
                "$(<a> + <c>, <b> + <d>)$"
            ),
        ),
        valid=lambda a, b, c, d: a * d != b * c,
        closed=lambda a, b, c, d: abs(a * d - b * c),
        # Lagrange: |u|^2 |v|^2 - (u v)^2 is the square of the area
        brute=lambda a, b, c, d: isqrt((a * a + b * b) * (c * c + d * d) - (a * c + b * d) ** 2),
        work=lambda a, b, c, d: {"p": a * d, "q": b * c},
        steps=("The area is $|<a> \\cdot <d> - <b> \\cdot <c>| = |<p> - <q>| = <ans>$.",),
        slips=(
            Slip(
                "added the products",
                lambda a, b, c, d: a * d + b * c,
                "The products are $<p>$ and $<q>$, so the area is $<p> + <q> = <ans>$.",
            ),
            Slip("computed the area of the triangle", lambda a, b, c, d: Fraction(abs(a * d - b * c), 2)),
        ),
        letters="Anks",
    ),
    KeyPoint(
        id="vector_magnitude_squared",
        family="vector_magnitude",
        topic="Precalculus - Vectors",
        names=(
            "The magnitude of a vector in the plane",
            "The length of a vector from its components",
            "Computing the norm of a vector",
        ),
        params={"a": Int(2, 15, feed=(1, 300)), "b": Int(-15, 15, skip=(0,), feed=(1, 300))},
        wordings=(
            Text("the square of the magnitude of the vector $(<a>, <b>)$"),
            Text("the dot product of the vector $(<a>, <b>)$ with itself"),
        ),
        valid=lambda a, b: abs(b) > 1 and a != -b,
        closed=lambda a, b: a * a + b * b,
        brute=lambda a, b: int((Matrix([[a, b]]) * Matrix([a, b]))[0]),
        work=lambda a, b: {"aa": a * a, "bb": b * b},
        steps=("The sum of the squares of the components is $<a>^2 + <b:()>^2 = <aa> + <bb> = <ans>$.",),
        slips=(
            Slip(
                "squared the sum of the components",
                lambda a, b: (a + b) ** 2,
                "We square the sum of the components and get $<ans>$.",
            ),
        ),
        letters="nkms",
    ),
    KeyPoint(
        id="vector_magnitude",
        topic="Precalculus - Vectors",
        names=(
            "The magnitude of a vector in the plane",
            "The length of a vector from its components",
            "Computing the norm of a vector",
        ),
        params={"a": Int(2, 15, feed=(1, 300)), "b": Int(-15, 15, skip=(0,), feed=(1, 300))},
        wordings=(
            Text("the exact magnitude of the vector $(<a>, <b>)$"),
            Text("the length, in simplest radical form, of the vector $\\langle <a>, <b> \\rangle$"),
        ),
        valid=lambda a, b: abs(b) > 1 and isqrt(a * a + b * b) ** 2 != a * a + b * b,
        closed=lambda a, b: surd(0, 1, a * a + b * b),
        brute=lambda a, b: sympy_root(a**2 + b**2),
        work=lambda a, b: {"aa": a * a, "bb": b * b, "n": a * a + b * b},
        steps=("The squares of the components add up to $<aa> + <bb> = <n>$, so the magnitude is $<ans>$.",),
        slips=(
            Slip(
                "did not take the square root",
                lambda a, b: a * a + b * b,
                "The magnitude is $<aa> + <bb> = <ans>$.",
            ),
        ),
        result="surd",
    ),
    KeyPoint(
        id="determinant_two",
        topic="Precalculus - Matrices",
        names=(
            "The determinant of a two-by-two matrix",
            "Computing ad - bc",
            "Evaluating the determinant of a square matrix with two rows",
        ),
        params=_FOUR,
        wordings=(
            Text("the determinant of the matrix $\\begin{pmatrix} <a> & <b> \\\\ <c> & <d> \\end{pmatrix}$"),
            Text("the value of $\\begin{vmatrix} <a> & <b> \\\\ <c> & <d> \\end{vmatrix}$"),
        ),
        valid=lambda a, b, c, d: a * d > b * c,
        closed=lambda a, b, c, d: a * d - b * c,
        brute=lambda a, b, c, d: int(Matrix([[a, b], [c, d]]).det()),
        work=lambda a, b, c, d: {"p": a * d, "q": b * c},
        steps=("The determinant is $<a> \\cdot <d> - <b> \\cdot <c> = <p> - <q> = <ans>$.",),
        slips=(
            Slip(
                "added the two products",
                lambda a, b, c, d: a * d + b * c,
                "The products of the diagonals are $<p>$ and $<q>$, and $<p> + <q> = <ans>$.",
            ),
            Slip("multiplied along the rows", lambda a, b, c, d: a * b - c * d),
        ),
        letters="Dnkm",
    ),
    KeyPoint(
        id="matrix_square_trace",
        topic="Precalculus - Matrices",
        names=(
            "Multiplying two-by-two matrices",
            "The trace of a matrix product",
            "Squaring a matrix and adding its diagonal entries",
        ),
        params=_FOUR,
        wordings=(
            Text("the trace of the square of $\\begin{pmatrix} <a> & <b> \\\\ <c> & <d> \\end{pmatrix}$"),
            Text(
                scene="Let $M = \\begin{pmatrix} <a> & <b> \\\\ <c> & <d> \\end{pmatrix}$.",
                ask="the sum of the diagonal entries of $M^2$",
            ),
        ),
        closed=lambda a, b, c, d: a * a + 2 * b * c + d * d,
        brute=lambda a, b, c, d: int((Matrix([[a, b], [c, d]]) ** 2).trace()),
        work=lambda a, b, c, d: {"p": a * a + b * c, "q": b * c + d * d},
        steps=(
            "The diagonal entries of the square are $<a>^2 + <b> \\cdot <c> = <p>$ and "
            "$<c> \\cdot <b> + <d>^2 = <q>$, and their sum is $<p> + <q> = <ans>$.",
        ),
        slips=(
            Slip(
                "squared each entry separately",
                lambda a, b, c, d: a * a + d * d,
                "Squaring the diagonal entries, we get $<a>^2 + <d>^2 = <ans>$.",
            ),
            Slip("squared the trace", lambda a, b, c, d: (a + d) ** 2 + ((a + d) ** 2 == a * a + 2 * b * c + d * d)),
        ),
        letters="tnks",
    ),
    KeyPoint(
        id="sine_special_angle",
        family="sine_special",
        topic="Precalculus - Trigonometry",
        names=_SINE_NAMES,
        params={"k": Int(2, 30, feed=(2, 2000)), "d": Choice(tuple(_SINES))},
        wordings=(
            Text("the exact value of $<k>\\sin <d>^\\circ$"),
            Text(
                "the height, in simplest radical form, of the point at an angle of <d> degrees on the circle of "
                "radius <k> about the origin"
            ),
        ),
        closed=lambda k, d: surd(0, Fraction(k, 2), _SINES[d]),
        brute=_sine_times,
        work=lambda k, d: {"s": surd(0, Fraction(1, 2), _SINES[d])},
        steps=("Since $\\sin <d>^\\circ = <s>$, the value is $<k> \\cdot <s> = <ans>$.",),
        slips=(
            Slip(
                "mixed up the special angles",
                lambda k, d: surd(0, Fraction(k, 2), 5 - _SINES[d]),
                "Using the special right triangle, we find the value $<ans>$.",
            ),
        ),
        result="surd",
    ),
    KeyPoint(
        id="sine_squared_special_angle",
        family="sine_special",
        topic="Precalculus - Trigonometry",
        names=_SINE_NAMES,
        params={"k": Int(4, 120, feed=(2, 5000)), "d": Choice(tuple(_SINES))},
        wordings=(
            Text("the value of $<k>\\sin^2 <d>^\\circ$"),
            Text("the product of $<k>$ and the square of $\\sin <d>^\\circ$"),
        ),
        valid=lambda k, d: k * _SINES[d] % 4 == 0,
        closed=lambda k, d: k * _SINES[d] // 4,
        brute=lambda k, d: int(k * (1 - cos(2 * rad(d))) / 2),
        work=lambda k, d: {"s": surd(0, Fraction(1, 2), _SINES[d]), "q": Fraction(_SINES[d], 4)},
        steps=("Since $\\sin <d>^\\circ = <s>$, its square is $<q>$ and the value is $<k> \\cdot <q> = <ans>$.",),
        slips=(
            Slip(
                "took the square of the cosine of a different special angle",
                lambda k, d: Fraction(k, 4),
                "The square of the sine is $\\frac{1}{4}$, which gives $<k> \\cdot \\frac{1}{4} = <ans>$.",
            ),
        ),
        letters="nmts",
    ),
    KeyPoint(
        id="sine_period",
        topic="Precalculus - Trigonometry",
        names=(
            "The period of a sine function",
            "Finding the period from the coefficient of the variable",
            "How a horizontal stretch changes the period of sine",
        ),
        params={"a": Int(2, 9, feed=(2, 500)), "n": Int(3, 40, feed=(2, 5000))},
        wordings=(
            Text("the smallest positive period of the function $f(x) = <a>\\sin\\left(\\frac{\\pi x}{<n>}\\right)$"),
            Text(
                "the distance between two neighboring maxima of the graph of "
                "$y = <a>\\sin\\left(\\frac{\\pi x}{<n>}\\right)$"
            ),
        ),
        closed=lambda a, n: 2 * n,
        brute=lambda a, n: int(2 * pi / (pi / n)),
        steps=("The argument must grow by $2\\pi$, so $\\frac{\\pi x}{<n>} = 2\\pi$ and $x = 2 \\cdot <n> = <ans>$.",),
        slips=(
            Slip(
                "took half of the period",
                lambda a, n: n,
                "The sine returns to zero when its argument is $\\pi$, that is, at $x = <ans>$.",
            ),
            Slip("multiplied by the amplitude", lambda a, n: 2 * n * a),
        ),
        letters="pktm",
    ),
    KeyPoint(
        id="radians_from_degrees",
        family="degrees_and_radians",
        topic="Precalculus - Trigonometry",
        names=(
            "Converting between degrees and radians",
            "The radian measure of an angle",
            "A straight angle as pi radians",
        ),
        params={"d": Int(10, 350, step=5, feed=(1, 1440))},
        wordings=(
            Text("the radian measure of an angle of <d> degrees"),
            Text("the exact number of radians through which a wheel turns when it turns through <d> degrees"),
        ),
        closed=lambda d: PiTimes(Fraction(d, 180)),
        brute=lambda d: PiTimes(Fraction(int((rad(d) / pi).p), int((rad(d) / pi).q))),
        steps=("Multiplying by $\\frac{\\pi}{180}$, we get $<d> \\cdot \\frac{\\pi}{180} = <ans>$.",),
        slips=(
            Slip(
                "divided by 360",
                lambda d: PiTimes(Fraction(d, 360)),
                "As a part of a full turn times $\\pi$, the angle is $<ans>$.",
            ),
        ),
        result="pi",
    ),
    KeyPoint(
        id="degrees_from_radians",
        family="degrees_and_radians",
        topic="Precalculus - Trigonometry",
        names=(
            "Converting between degrees and radians",
            "The radian measure of an angle",
            "A straight angle as pi radians",
        ),
        params={"m": Int(2, 11, feed=(2, 400)), "n": Choice((3, 4, 5, 6, 9, 10, 12))},
        wordings=(
            Text("the number of degrees in an angle of $\\frac{<m>\\pi}{<n>}$ radians"),
            Text("the degree measure of a rotation through $\\frac{<m>\\pi}{<n>}$ radians"),
        ),
        valid=lambda m, n: gcd(m, n) == 1,
        closed=lambda m, n: 180 * m // n,
        brute=lambda m, n: next(d for d in range(1, 180 * m) if Fraction(d, 180) == Fraction(m, n)),
        work=lambda m, n: {"u": 180 // n},
        steps=("Since $\\pi$ radians are 180 degrees, we get $<m> \\cdot \\frac{180}{<n>} = <m> \\cdot <u> = <ans>$.",),
        slips=(
            Slip(
                "used 360 degrees for pi",
                lambda m, n: 360 * m // n,
                "Putting 360 degrees for $\\pi$, we get $<m> \\cdot \\frac{360}{<n>} = <ans>$.",
            ),
        ),
        letters="dkts",
    ),
    KeyPoint(
        id="law_of_cosines_squared",
        family="law_of_cosines",
        topic="Precalculus - Trigonometry",
        names=_COSINE_NAMES,
        params=_SIDES,
        wordings=(
            Text(
                "the square of the third side of a triangle in which sides of length <a> and <b> enclose an angle "
                "of $60^\\circ$"
            ),
            Text(
                scene="In triangle $ABC$, $AB = <a>$, $AC = <b>$ and $\\angle A = 60^\\circ$.",
                ask="the value of $BC^2$",
            ),
        ),
        valid=lambda a, b: a != b,
        closed=lambda a, b: a * a + b * b - a * b,
        brute=_third_side_squared,
        work=lambda a, b: {"aa": a * a, "bb": b * b, "p": a * b},
        steps=(
            "By the law of cosines, the square is $<a>^2 + <b>^2 - 2 \\cdot <a> \\cdot <b> \\cdot \\frac{1}{2} = "
            "<aa> + <bb> - <p> = <ans>$.",
        ),
        slips=(
            Slip(
                "used the wrong sign of the cosine",
                lambda a, b: a * a + b * b + a * b,
                "The law of cosines gives $<aa> + <bb> + <p> = <ans>$.",
            ),
            Slip("used the Pythagorean theorem", lambda a, b: a * a + b * b),
        ),
        letters="snkt",
    ),
    KeyPoint(
        id="power_of_one_plus_i",
        topic="Precalculus - Complex Numbers and De Moivre's Theorem",
        names=(
            "De Moivre's theorem for powers of a complex number",
            "Raising a complex number to a power in polar form",
            "Using modulus and argument to compute a power",
        ),
        params={"n": Int(3, 20, feed=(3, 38))},
        wordings=(
            Text("the real part of $(1 + i)^{<n>}$"),
            Text("the real part of the complex number $1 + i$ raised to the power <n>"),
        ),
        valid=lambda n: n % 4 != 2,
        closed=lambda n: (1, 1, 0, -1)[n % 4] * (-4) ** (n // 4) * (1 if n % 4 != 3 else 2),
        brute=_power_real_part,
        work=lambda n: {"h": Fraction(n, 2), "t": Fraction(n, 4)},
        steps=(
            "In polar form $1 + i$ has modulus $\\sqrt{2}$ and argument $\\frac{\\pi}{4}$. By De Moivre's theorem the "
            "power has modulus $2^{<h>}$ and argument $<t>\\pi$, so its real part is "
            "$2^{<h>}\\cos\\left(<t>\\pi\\right) = <ans>$.",
        ),
        slips=(
            Slip(
                "lost the sign of the cosine",
                lambda n: -_power_real_part(n),
                "The modulus is $2^{<h>}$, and with the cosine of the argument the real part is $<ans>$.",
            ),
        ),
        letters="rkms",
    ),
)
