"""Geometry of figures: triangles, circles, quadrilaterals, solids, angles, lattice points."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, isqrt

from sympy import Integer, Point3D
from sympy import sqrt as sympy_sqrt

from ..entry import Int, KeyPoint, Slip, Text
from ..values import PiTimes, Surd, Value, surd

TOPICS = {
    "Geometry - Triangles": ("Geometry - Properties of Triangles", "Geometry - Triangle Measurement"),
    "Geometry - Pythagorean Theorem": ("Geometry - Right Triangles", "Geometry - The Pythagorean Theorem"),
    "Geometry - Similarity": ("Geometry - Similar Triangles", "Geometry - Similar Figures and Proportion"),
    "Geometry - Circles": ("Geometry - Circle Measurement", "Geometry - Properties of Circles"),
    "Geometry - Quadrilaterals": (
        "Geometry - Areas of Quadrilaterals",
        "Geometry - Trapezoids, Rhombuses and Rectangles",
    ),
    "Geometry - Solids": ("Geometry - Volume and Surface Area", "Geometry - Solid Figures"),
    "Geometry - Angles": ("Geometry - Angle Relationships", "Geometry - Angle Measures"),
    "Geometry - Coordinate Geometry": ("Geometry - Lattice Points", "Geometry - Analytic Geometry"),
}


def sympy_root(n: int) -> Value:
    """The square root of ``n`` in simplest form, by sympy."""
    outside, root = sympy_sqrt(Integer(n)).as_coeff_Mul()
    inside = int(root**2)
    return int(outside) if inside == 1 else Surd(Fraction(0), Fraction(int(outside)), inside)


def _is_square(n: int) -> bool:
    return isqrt(n) ** 2 == n


_LEGS = {"a": Int(3, 60, step=3, feed=(2, 2000)), "b": Int(4, 80, step=4, feed=(2, 2000))}
_PYTHAGORAS_NAMES = (
    "Using the Pythagorean theorem to find the hypotenuse of a right triangle",
    "The sum of the squares of the legs equals the square of the hypotenuse",
    "Computing a distance as the hypotenuse of a right triangle",
)
_EQUILATERAL_NAMES = (
    "The area of an equilateral triangle from its side length",
    "Area formula for equilateral triangles with the square root of three",
    "Using the altitude of an equilateral triangle to find its area",
)
_EQUILATERAL_STEPS = (
    "The altitude of an equilateral triangle is $\\frac{\\sqrt{3}}{2}$ times its side. The area is therefore "
    "$\\frac{<s>^2 \\sqrt{3}}{4} = \\frac{<sq>\\sqrt{3}}{4} = <area>$.",
)
_CIRCLE_NAMES = (
    "The area of a circle from its radius",
    "Using pi r squared for the area of a disk",
    "Circle area formula",
)
_CYLINDER_NAMES = (
    "The volume of a right circular cylinder",
    "Cylinder volume as base area times height",
    "Using the formula for the volume of a cylinder",
)
_DIAGONAL_NAMES = (
    "The space diagonal of a rectangular box",
    "The Pythagorean theorem in three dimensions",
    "Length of the interior diagonal of a rectangular prism",
)
_EDGES = {"a": Int(2, 12, feed=(1, 300)), "b": Int(2, 12, feed=(1, 300)), "c": Int(2, 15, feed=(1, 300))}


def _edge_squares(a: int, b: int, c: int) -> dict[str, int]:
    return {"aa": a * a, "bb": b * b, "cc": c * c, "n": a * a + b * b + c * c}


ENTRIES = (
    KeyPoint(
        id="triangle_area",
        topic="Geometry - Triangles",
        names=(
            "The area of a triangle as half the base times the height",
            "Triangle area formula with base and altitude",
            "Finding the area of a triangle from a side and the height to it",
        ),
        params={"b": Int(4, 40, feed=(2, 1000)), "h": Int(3, 30, feed=(2, 1000))},
        wordings=(
            Text("the area, in square inches, of a triangle with base <b> inches and height <h> inches"),
            Text(
                scene="A triangular sail has a base of <b> feet and a height of <h> feet.",
                ask="the area of the sail, in square feet",
                question="What is the area of the sail, in square feet?",
            ),
            Text("the area of a triangle in which the altitude to a side of length <b> has length equal to <h>"),
        ),
        valid=lambda b, h: b * h % 2 == 0 and b != h and b * h > 8 and b * h <= 100_000,
        closed=lambda b, h: b * h // 2,
        # h horizontal strips, each a trapezoid of height 1
        brute=lambda b, h: int(sum(Fraction(b * (2 * i + 1), 2 * h) for i in range(h))),
        work=lambda b, h: {"p": b * h},
        steps=(
            "The area is half the base times the height: $\\frac{1}{2} \\cdot <b> \\cdot <h> = <ans>$.",
            "The base times the height is $<b> \\cdot <h> = <p>$, and the triangle covers half of that: "
            "$\\frac{<p>}{2} = <ans>$.",
        ),
        slips=(
            Slip(
                "forgot the factor one half",
                lambda b, h: b * h,
                "The area is the base times the height, which is $<b> \\cdot <h> = <ans>$.",
            ),
            Slip("added base and height", lambda b, h: b + h),
        ),
        letters="Anks",
    ),
    KeyPoint(
        id="equilateral_area_coefficient",
        family="equilateral_area",
        topic="Geometry - Triangles",
        names=_EQUILATERAL_NAMES,
        params={"s": Int(2, 40, step=2, feed=(2, 1000))},
        wordings=(
            Text("the integer $k$ such that an equilateral triangle with side length <s> has area $k\\sqrt{3}$"),
            Text(
                scene="A traffic sign has the shape of an equilateral triangle with sides of <s> centimeters. "
                "Its area is $k\\sqrt{3}$ square centimeters.",
                ask="the integer $k$ in the area of the sign",
                question="What is the integer $k$ in the area of the sign?",
            ),
        ),
        valid=lambda s: s % 2 == 0,
        closed=lambda s: s * s // 4,
        brute=lambda s: isqrt(s**4 * 3 // 16 // 3),
        work=lambda s: {"sq": s * s, "area": surd(0, Fraction(s * s, 4), 3)},
        steps=tuple(s + " So $k = <ans>$." for s in _EQUILATERAL_STEPS),
        slips=(
            Slip(
                "divided by two only once",
                lambda s: s * s // 2,
                "Half of the square of the side is the factor of $\\sqrt{3}$, so $k = <ans>$.",
            ),
            Slip("took the coefficient of the altitude", lambda s: s // 2 if s != 2 else 2),
        ),
    ),
    KeyPoint(
        id="equilateral_area",
        topic="Geometry - Triangles",
        names=_EQUILATERAL_NAMES,
        params={"s": Int(3, 30, feed=(2, 400))},
        wordings=(
            Text("the exact area of an equilateral triangle whose side length is equal to <s>"),
            Text("the area, in simplest radical form, of an equilateral triangle with three sides of length <s>"),
        ),
        closed=lambda s: surd(0, Fraction(s * s, 4), 3),
        # Heron's formula: 16 A^2 = (3s) s s s
        brute=lambda s: Surd(Fraction(0), Fraction(isqrt(3 * s * s * s * s // 3), 4), 3),
        work=lambda s: {"sq": s * s, "area": surd(0, Fraction(s * s, 4), 3)},
        steps=_EQUILATERAL_STEPS,
        slips=(
            Slip(
                "used the altitude without halving",
                lambda s: surd(0, Fraction(s * s, 2), 3),
                "The altitude is $\\frac{\\sqrt{3}}{2}$ times the side, and multiplying it by the side gives $<ans>$.",
            ),
            Slip("left out the root of three", lambda s: Fraction(s * s, 4)),
        ),
        result="surd",
    ),
    KeyPoint(
        id="parallel_lines_equation",
        topic="Geometry - Angles",
        names=(
            "Alternate interior and corresponding angles at parallel lines are equal",
            "Equal angles formed by a transversal of two parallel lines",
            "Solving for an unknown with angles at parallel lines",
        ),
        params={
            "a": Int(2, 9, feed=(2, 60)),
            "b": Int(-30, 40, skip=(0,), feed=(-170, 170)),
            "c": Int(40, 150, feed=(2, 179)),
        },
        wordings=(
            Text(
                scene="Two parallel lines are cut by a transversal. A pair of alternate interior angles measures "
                "$(<a>x <b:+>)^\\circ$ and $<c>^\\circ$.",
                ask="the value of $x$ for this pair of alternate interior angles",
            ),
            Text(
                scene="Lines $\\ell$ and $m$ are parallel, and a third line crosses both of them. Two corresponding "
                "angles have the measures $(<a>x <b:+>)^\\circ$ and $<c>^\\circ$.",
                ask="the value of $x$ for these corresponding angles",
            ),
        ),
        valid=lambda a, b, c: (c - b) % a == 0 and c > b,
        closed=lambda a, b, c: (c - b) // a,
        brute=lambda a, b, c: next(x for x in range(1, 400) if a * x + b == c),
        work=lambda a, b, c: {"d": c - b, "nb": -b},
        steps=(
            "At parallel lines these angles are equal, so $<a>x <b:+> = <c>$. Then $<a>x = <c> <nb:+> = <d>$ and "
            "$x = \\frac{<d>}{<a>} = <ans>$.",
        ),
        slips=(
            Slip(
                "took the angles as supplementary",
                lambda a, b, c: Fraction(180 - c - b, a),
                "The two angles are supplementary, so $<a>x <b:+> + <c> = 180$, which gives $x = <ans>$.",
            ),
            Slip("did not move the constant", lambda a, b, c: Fraction(c, a)),
        ),
        letters="tnka",
    ),
    KeyPoint(
        id="inscribed_angle",
        topic="Geometry - Circles",
        names=(
            "The inscribed angle theorem",
            "An inscribed angle is half of the arc that it intercepts",
            "Relating inscribed and central angles of a circle",
        ),
        params={"a": Int(20, 178, step=2, feed=(2, 178))},
        wordings=(
            Text("the measure, in degrees, of an inscribed angle of a circle that intercepts an arc of <a> degrees"),
            Text(
                scene="Points $A$, $B$ and $C$ lie on a circle with center $O$, with $C$ on the major arc $AB$. "
                "The central angle $AOB$ measures <a> degrees.",
                ask="the measure of angle $ACB$, in degrees",
                question="What is the measure of angle $ACB$, in degrees?",
            ),
        ),
        valid=lambda a: a % 2 == 0,
        closed=lambda a: a // 2,
        # triangles AOC and BOC are isosceles: take C opposite the arc's middle
        brute=lambda a: next(c for c in range(1, 90) if 360 - 2 * (180 - c) == a),
        steps=(
            "An inscribed angle is half of the central angle over the same arc: $\\frac{<a>}{2} = <ans>$ degrees.",
            "By the inscribed angle theorem, the angle is $\\frac{1}{2} \\cdot <a> = <ans>$ degrees.",
        ),
        slips=(
            Slip(
                "took the inscribed angle to be as large as the arc",
                lambda a: a,
                "The angle intercepts an arc of $<a>$ degrees, so it measures $<ans>$ degrees.",
            ),
            Slip(
                "doubled instead of halving",
                lambda a: 2 * a,
                "The angle is twice the arc, which gives $2 \\cdot <a> = <ans>$ degrees.",
            ),
        ),
        letters="tnkm",
    ),
    KeyPoint(
        id="circle_area",
        topic="Geometry - Circles",
        names=_CIRCLE_NAMES,
        params={"r": Int(2, 30, feed=(2, 900))},
        wordings=(
            Text("the exact area of a circle whose radius is equal to <r>"),
            Text(
                scene="A sprinkler waters a circular lawn that reaches <r> meters in every direction.",
                ask="the exact area of the watered lawn, in square meters",
                question="What is the exact area of the watered lawn, in square meters?",
            ),
        ),
        closed=lambda r: PiTimes(Fraction(r * r)),
        brute=lambda r: PiTimes(Fraction(sum(2 * i + 1 for i in range(r)))),  # rings of width 1
        steps=("The area of a circle of radius $<r>$ is $\\pi \\cdot <r>^2 = <ans>$.",),
        slips=(
            Slip(
                "computed the circumference",
                lambda r: PiTimes(Fraction(2 * r)) if r > 2 else PiTimes(Fraction(2)),
                "With the formula $2\\pi r$ we get $<ans>$.",
            ),
        ),
        result="pi",
    ),
    KeyPoint(
        id="circle_area_coefficient",
        family="circle_area",
        topic="Geometry - Circles",
        names=_CIRCLE_NAMES,
        params={"c": Int(4, 60, step=2, feed=(2, 1800))},
        wordings=(
            Text("the integer $k$ such that a circle with diameter <c> has area $k\\pi$"),
            Text(
                scene="A round table has a diameter of <c> inches, and its top has an area of $k\\pi$ square inches.",
                ask="the integer $k$ in the area of the table top",
                question="What is the integer $k$ in the area of the table top?",
            ),
        ),
        valid=lambda c: c % 2 == 0,
        closed=lambda c: (c // 2) ** 2,
        brute=lambda c: sum(2 * i + 1 for i in range(c // 2)),
        work=lambda c: {"r": c // 2},
        steps=(
            "The radius is $\\frac{<c>}{2} = <r>$, so the area is $\\pi \\cdot <r>^2 = <ans>\\pi$ and $k = <ans>$.",
        ),
        slips=(
            Slip(
                "used the diameter in place of the radius",
                lambda c: c * c,
                "The square of $<c>$ is $<ans>$, so the area is $<ans>\\pi$ and $k = <ans>$.",
            ),
            Slip("computed the circumference", lambda c: c if c != 4 else 2),
        ),
    ),
    KeyPoint(
        id="pythagorean_hypotenuse",
        topic="Geometry - Pythagorean Theorem",
        names=_PYTHAGORAS_NAMES,
        params=_LEGS,
        wordings=(
            Text("the length of the hypotenuse of a right triangle whose legs have lengths <a> and <b>"),
            Text(
                scene="A ship sails <a> miles due north and then <b> miles due east.",
                ask="the distance of the ship from its starting point, in miles",
                question="How many miles is the ship from its starting point?",
            ),
            Text(
                scene="A straight cable runs from the top of a mast that is <b> feet tall to a point on level ground "
                "<a> feet from its foot.",
                ask="the length of the cable, in feet",
                question="How many feet long is the cable?",
            ),
        ),
        valid=lambda a, b: _is_square(a * a + b * b),
        closed=lambda a, b: isqrt(a * a + b * b),
        brute=lambda a, b: next(c for c in range(max(a, b), a + b) if (c - a) * (c + a) == b * b),
        work=lambda a, b: {"aa": a * a, "bb": b * b, "n": a * a + b * b},
        steps=(
            "By the Pythagorean theorem, $<a>^2 + <b>^2 = <aa> + <bb> = <n>$, and $\\sqrt{<n>} = <ans>$.",
            "The two legs give $c^2 = <aa> + <bb> = <n>$, so $c = <ans>$.",
        ),
        slips=(
            Slip(
                "added the legs",
                lambda a, b: a + b,
                "Adding the two lengths, we get $<a> + <b> = <ans>$.",
            ),
            Slip("did not take the square root", lambda a, b: a * a + b * b),
        ),
        letters="cdnk",
    ),
    KeyPoint(
        id="pythagorean_surd",
        family="pythagorean_hypotenuse",
        topic="Geometry - Pythagorean Theorem",
        names=_PYTHAGORAS_NAMES,
        params={"a": Int(2, 15, feed=(2, 300)), "b": Int(2, 15, feed=(2, 300))},
        wordings=(
            Text("the exact length of the diagonal of a rectangle with adjacent sides of length <a> and <b>"),
            Text("the hypotenuse, in simplest radical form, of a right triangle with legs <a> and <b>"),
        ),
        valid=lambda a, b: a != b and not _is_square(a * a + b * b),
        closed=lambda a, b: surd(0, 1, a * a + b * b),
        brute=lambda a, b: sympy_root(a**2 + b**2),
        work=lambda a, b: {"aa": a * a, "bb": b * b, "n": a * a + b * b},
        steps=("By the Pythagorean theorem, the square of the length is $<aa> + <bb> = <n>$, so it is $<ans>$.",),
        slips=(
            Slip(
                "subtracted the squares",
                lambda a, b: surd(0, 1, abs(a * a - b * b)),
                "The squares of the sides are $<aa>$ and $<bb>$, and the root of their difference is $<ans>$.",
            ),
            Slip("added the legs", lambda a, b: a + b),
        ),
        result="surd",
    ),
    KeyPoint(
        id="box_diagonal_squared",
        family="box_diagonal",
        topic="Geometry - Pythagorean Theorem",
        names=_DIAGONAL_NAMES,
        params=_EDGES,
        wordings=(
            Text("the square of the length of a space diagonal of a rectangular box with edges <a>, <b> and <c>"),
            Text(
                scene="A room is <a> meters wide, <b> meters high and <c> meters long. A straight string joins two "
                "opposite corners of the room, and its length is $\\sqrt{k}$ meters.",
                ask="the integer $k$ in the length of the string",
                question="What is the integer $k$ in the length of the string?",
            ),
        ),
        closed=lambda a, b, c: a * a + b * b + c * c,
        brute=lambda a, b, c: int(Point3D(0, 0, 0).distance(Point3D(a, b, c)) ** 2),
        work=_edge_squares,
        steps=(
            "Using the Pythagorean theorem twice, the square of the diagonal is "
            "$<a>^2 + <b>^2 + <c>^2 = <aa> + <bb> + <cc> = <ans>$.",
        ),
        slips=(
            Slip(
                "left out the third edge",
                lambda a, b, c: a * a + b * b,
                "The square of the diagonal is $<aa> + <bb> = <ans>$.",
            ),
            Slip("added the edges before squaring", lambda a, b, c: (a + b + c) ** 2),
        ),
    ),
    KeyPoint(
        id="box_diagonal",
        topic="Geometry - Pythagorean Theorem",
        names=_DIAGONAL_NAMES,
        params=_EDGES,
        wordings=(
            Text("the exact length of the space diagonal of a rectangular prism with edge lengths <a>, <b> and <c>"),
            Text(
                "the exact distance between two opposite corners of a rectangular box that measures <a> by <b> by <c>"
            ),
        ),
        valid=lambda a, b, c: not _is_square(a * a + b * b + c * c),
        closed=lambda a, b, c: surd(0, 1, a * a + b * b + c * c),
        brute=lambda a, b, c: sympy_root(a**2 + b**2 + c**2),
        work=_edge_squares,
        steps=("The square of the diagonal is $<aa> + <bb> + <cc> = <n>$, so the diagonal is $<ans>$.",),
        slips=(
            Slip(
                "computed the diagonal of one face",
                lambda a, b, c: surd(0, 1, a * a + b * b),
                "The square of the diagonal is the sum of $<aa>$ and $<bb>$, so the diagonal is $<ans>$.",
            ),
        ),
        result="surd",
    ),
    KeyPoint(
        id="similar_triangles_side",
        topic="Geometry - Similarity",
        names=(
            "Corresponding sides of similar triangles are proportional",
            "Finding a missing length with similar triangles",
            "Setting up a proportion between similar triangles",
        ),
        params={
            "a": Int(2, 12, feed=(2, 200)),
            "b": Int(3, 20, feed=(2, 500)),
            "c": Int(4, 96, feed=(2, 2000)),
        },
        wordings=(
            Text(
                scene="Triangles $ABC$ and $DEF$ are similar, and $AB = <a>$, $DE = <b>$ and $BC = <c>$.",
                ask="the length of side $EF$",
                question="What is the length of side $EF$?",
            ),
            Text(
                scene="A fence post <b> feet tall casts a shadow that is <a> feet long. At the same time, a tree "
                "casts a shadow that is <c> feet long.",
                ask="the height of the tree, in feet",
                question="How many feet tall is the tree?",
            ),
        ),
        valid=lambda a, b, c: b * c % a == 0 and len({a, b, c}) == 3 and b * c // a <= 10_000 and gcd(a, b) < a,
        closed=lambda a, b, c: b * c // a,
        brute=lambda a, b, c: next(n for n in range(1, b * c + 1) if Fraction(n, c) == Fraction(b, a)),
        work=lambda a, b, c: {"p": b * c},
        steps=(
            "Corresponding sides are proportional, so $\\frac{x}{<c>} = \\frac{<b>}{<a>}$. Hence "
            "$x = \\frac{<b> \\cdot <c>}{<a>} = \\frac{<p>}{<a>} = <ans>$.",
        ),
        slips=(
            Slip(
                "inverted the ratio",
                lambda a, b, c: Fraction(a * c, b),
                "The ratio of the sides gives $\\frac{<a> \\cdot <c>}{<b>} = <ans>$.",
            ),
            Slip(
                "added the difference instead of scaling",
                lambda a, b, c: c + b - a,
                "The other length changes by the same amount, which gives $<c> + <b> - <a> = <ans>$.",
            ),
        ),
        letters="dnkt",
    ),
    KeyPoint(
        id="trapezoid_area",
        topic="Geometry - Quadrilaterals",
        names=(
            "The area of a trapezoid from its bases and height",
            "Trapezoid area as the mean of the bases times the height",
            "Formula for the area of a trapezoid",
        ),
        params={
            "a": Int(4, 30, feed=(2, 800)),
            "b": Int(4, 30, feed=(2, 800)),
            "h": Int(3, 20, feed=(2, 400)),
        },
        wordings=(
            Text("the area of a trapezoid that has parallel sides <a> and <b> and height <h>"),
            Text(
                scene="A field has the shape of a trapezoid. Its parallel sides are <a> meters and <b> meters long, "
                "and they are <h> meters apart.",
                ask="the area of the field, in square meters",
                question="What is the area of the field, in square meters?",
            ),
        ),
        valid=lambda a, b, h: a != b and (a + b) * h % 2 == 0,
        closed=lambda a, b, h: (a + b) * h // 2,
        brute=lambda a, b, h: int(min(a, b) * h + Fraction(abs(a - b) * h, 2)),  # rectangle and triangle
        work=lambda a, b, h: {"s": a + b, "p": (a + b) * h},
        steps=(
            "The parallel sides add up to $<a> + <b> = <s>$, so the area is "
            "$\\frac{1}{2} \\cdot <s> \\cdot <h> = \\frac{<p>}{2} = <ans>$.",
        ),
        slips=(
            Slip(
                "forgot to halve",
                lambda a, b, h: (a + b) * h,
                "Multiplying the sum of the parallel sides by the height gives $<s> \\cdot <h> = <ans>$.",
            ),
            Slip("used only the first of the parallel sides", lambda a, b, h: a * h),
        ),
        letters="Ansk",
    ),
    KeyPoint(
        id="rhombus_area",
        topic="Geometry - Quadrilaterals",
        names=(
            "The area of a rhombus or kite from its diagonals",
            "Half the product of perpendicular diagonals",
            "Finding the area of a quadrilateral with perpendicular diagonals",
        ),
        params={"d": Int(4, 30, feed=(2, 900)), "e": Int(4, 30, feed=(2, 900))},
        wordings=(
            Text("the area of a rhombus with diagonals of length <d> and <e>"),
            Text(
                scene="A paper kite has perpendicular diagonals that are <d> inches and <e> inches long.",
                ask="the area of the kite, in square inches",
                question="How many square inches of paper does the kite cover?",
            ),
        ),
        valid=lambda d, e: d != e and d * e % 2 == 0,
        closed=lambda d, e: d * e // 2,
        brute=lambda d, e: int(4 * Fraction(d, 2) * Fraction(e, 2) / 2),  # four right triangles
        work=lambda d, e: {"p": d * e},
        steps=(
            "The diagonals are perpendicular, so the area is half their product: "
            "$\\frac{<d> \\cdot <e>}{2} = \\frac{<p>}{2} = <ans>$.",
        ),
        slips=(
            Slip(
                "forgot to halve the product of the diagonals",
                lambda d, e: d * e,
                "The product of the diagonals is $<d> \\cdot <e> = <ans>$.",
            ),
            Slip("halved twice", lambda d, e: Fraction(d * e, 4)),
        ),
        letters="Anks",
    ),
    KeyPoint(
        id="rectangle_perimeter_from_area",
        topic="Geometry - Quadrilaterals",
        names=(
            "The perimeter of a rectangle from its area and one side",
            "Finding the missing side of a rectangle and then its perimeter",
            "Relating the area and the perimeter of a rectangle",
        ),
        params={"n": Int(24, 400, feed=(4, 20_000)), "w": Int(3, 18, feed=(2, 100))},
        wordings=(
            Text("the perimeter of a rectangle that has area <n> and one side of length <w>"),
            Text(
                scene="A rectangular pasture with an area of <n> square yards is <w> yards wide.",
                ask="the length of the fence around the pasture, in yards",
                question="How many yards of fence are needed to go around the pasture?",
            ),
        ),
        valid=lambda n, w: n % w == 0 and n // w > 1 and n != w * w,
        closed=lambda n, w: 2 * (w + n // w),
        brute=lambda n, w: next(w + v + w + v for v in range(1, n + 1) if v * w == n),
        work=lambda n, w: {"v": n // w, "s": w + n // w},
        steps=(
            "The other side is $\\frac{<n>}{<w>} = <v>$, so the perimeter is $2(<w> + <v>) = 2 \\cdot <s> = <ans>$.",
        ),
        slips=(
            Slip(
                "added only two of the four sides",
                lambda n, w: w + n // w,
                "The other side is $\\frac{<n>}{<w>} = <v>$, and together the sides are $<w> + <v> = <ans>$ long.",
            ),
            Slip("took the figure for a square with the given side", lambda n, w: 4 * w),
        ),
        letters="pnks",
    ),
    KeyPoint(
        id="interior_angle_sum",
        topic="Geometry - Polygons",
        names=(
            "The sum of the interior angles of a convex polygon",
            "Interior angle sum formula for polygons",
            "Adding up a polygon's interior angles by cutting it into triangles",
        ),
        params={"n": Int(5, 24, feed=(4, 1000))},
        wordings=(
            Text(
                "the sum, in degrees, of the interior angles of a convex polygon with <n> sides",
                question="What is the sum, in degrees, of the interior angles of a convex polygon with <n> sides?",
            ),
            Text(
                scene="A surveyor measures all the interior angles of a convex plot of land "
                "that has <n> straight sides.",
                ask="the total of the measured angles, in degrees",
                question="What should the total of the measured angles be, in degrees?",
            ),
        ),
        closed=lambda n: 180 * (n - 2),
        brute=lambda n: sum(180 for _ in range(n)) - 360,  # straight angles less the exterior angles
        work=lambda n: {"t": n - 2},
        steps=(
            "The diagonals from one vertex cut the polygon into $<n> - 2 = <t>$ triangles, so the angles add up to "
            "$<t> \\cdot 180 = <ans>$ degrees.",
        ),
        slips=(
            Slip(
                "counted a triangle for every side",
                lambda n: 180 * n,
                "There is a triangle for every side, so the angles add up to $<n> \\cdot 180 = <ans>$ degrees.",
            ),
            Slip("counted one triangle too many", lambda n: 180 * (n - 1)),
        ),
        letters="snkt",
    ),
    KeyPoint(
        id="regular_interior_angle",
        topic="Geometry - Polygons",
        names=(
            "The measure of one interior angle of a regular polygon",
            "Finding each interior angle of a regular polygon from its exterior angle",
            "Dividing the interior angle sum of a regular polygon equally",
        ),
        params={"n": Int(3, 36, feed=(3, 360))},
        wordings=(
            Text("the measure, in degrees, of each interior angle of a regular polygon with <n> sides"),
            Text(
                scene="A coin has the shape of a regular polygon with <n> edges.",
                ask="the measure of one interior angle of the coin, in degrees",
                question="How many degrees does one interior angle of the coin measure?",
            ),
        ),
        valid=lambda n: 360 % n == 0,
        closed=lambda n: 180 - 360 // n,
        brute=lambda n: int(Fraction(180 * n - 360, n)),
        work=lambda n: {"e": 360 // n},
        steps=(
            "Each exterior angle is $\\frac{360}{<n>} = <e>$ degrees, so each interior angle is "
            "$180 - <e> = <ans>$ degrees.",
        ),
        slips=(
            Slip(
                "gave the exterior angle",
                lambda n: 360 // n,
                "All the way around there are 360 degrees, so each angle is $\\frac{360}{<n>} = <ans>$ degrees.",
            ),
        ),
        letters="tnkm",
    ),
    KeyPoint(
        id="box_volume",
        topic="Geometry - Solids",
        names=(
            "The volume of a rectangular prism",
            "Volume of a box as length times width times height",
            "Multiplying three edge lengths to find a volume",
        ),
        params={
            "a": Int(3, 20, feed=(2, 500)),
            "b": Int(3, 20, feed=(2, 500)),
            "c": Int(2, 20, feed=(2, 500)),
        },
        wordings=(
            Text(
                scene="A fish tank in the shape of a box is <a> inches long, <b> inches wide and <c> inches deep.",
                ask="the volume of the fish tank, in cubic inches",
                question="What is the volume of the fish tank, in cubic inches?",
            ),
            Text("the volume of a rectangular prism that has a base of <a> by <b> and height equal to <c>"),
        ),
        valid=lambda a, b, c: a * b * c <= 100_000,
        closed=lambda a, b, c: a * b * c,
        brute=lambda a, b, c: sum(sum(c for _ in range(b)) for _ in range(a)),
        work=lambda a, b, c: {"p": a * b},
        steps=("The base has area $<a> \\cdot <b> = <p>$, so the volume is $<p> \\cdot <c> = <ans>$.",),
        slips=(
            Slip(
                "added the edges",
                lambda a, b, c: a + b + c,
                "Adding the three lengths gives $<a> + <b> + <c> = <ans>$.",
            ),
            Slip("left out the height", lambda a, b, c: a * b),
        ),
        letters="Vnks",
    ),
    KeyPoint(
        id="box_surface_area",
        topic="Geometry - Solids",
        names=(
            "The surface area of a rectangular prism",
            "Adding the areas of the six faces of a box",
            "Total surface area of a rectangular box",
        ),
        params={
            "a": Int(2, 15, feed=(1, 300)),
            "b": Int(2, 15, feed=(1, 300)),
            "c": Int(2, 15, feed=(1, 300)),
        },
        wordings=(
            Text("the total surface area of a rectangular block with edges of length <a>, <b> and <c>"),
            Text(
                scene="A closed wooden chest is <a> feet long, <b> feet wide and <c> feet high. "
                "All six of its faces are painted.",
                ask="the painted area of the chest, in square feet",
                question="How many square feet of the chest are painted?",
            ),
        ),
        valid=lambda a, b, c: len({a, b, c}) > 1,
        closed=lambda a, b, c: 2 * (a * b + b * c + c * a),
        brute=lambda a, b, c: (a + b + c) ** 2 - a * a - b * b - c * c,
        work=lambda a, b, c: {"p": a * b, "q": b * c, "r": a * c, "s": a * b + b * c + a * c},
        steps=(
            "Three of the faces have areas $<a> \\cdot <b> = <p>$, $<b> \\cdot <c> = <q>$ and "
            "$<a> \\cdot <c> = <r>$. They add up to $<p> + <q> + <r> = <s>$, and all six faces have the area "
            "$2 \\cdot <s> = <ans>$.",
        ),
        slips=(
            Slip(
                "counted each pair of opposite faces once",
                lambda a, b, c: a * b + b * c + c * a,
                "The faces have areas $<p>$, $<q>$ and $<r>$, and $<p> + <q> + <r> = <ans>$.",
            ),
            Slip("computed the volume", lambda a, b, c: a * b * c),
        ),
        letters="Snkm",
    ),
    KeyPoint(
        id="cylinder_volume",
        topic="Geometry - Solids",
        names=_CYLINDER_NAMES,
        params={"r": Int(2, 12, feed=(1, 100)), "h": Int(2, 20, feed=(1, 500))},
        wordings=(
            Text("the exact volume of a right circular cylinder with radius <r> and height <h>"),
            Text(
                scene="A cylindrical can has a radius of <r> centimeters and is <h> centimeters tall.",
                ask="the exact volume of the can, in cubic centimeters",
                question="What is the exact volume of the can, in cubic centimeters?",
            ),
        ),
        closed=lambda r, h: PiTimes(Fraction(r * r * h)),
        brute=lambda r, h: PiTimes(Fraction(sum(h * (2 * i + 1) for i in range(r)))),  # cylindrical shells
        work=lambda r, h: {"rr": r * r},
        steps=("The volume is $\\pi \\cdot <r>^2 \\cdot <h> = \\pi \\cdot <rr> \\cdot <h> = <ans>$.",),
        slips=(
            Slip(
                "did not square the radius",
                lambda r, h: PiTimes(Fraction(r * h)),
                "The product of $\\pi$, the radius and the height is $<ans>$.",
            ),
            Slip("computed the lateral area", lambda r, h: PiTimes(Fraction(2 * r * h))),
        ),
        result="pi",
    ),
    KeyPoint(
        id="cylinder_volume_coefficient",
        family="cylinder_volume",
        topic="Geometry - Solids",
        names=_CYLINDER_NAMES,
        params={"r": Int(2, 12, feed=(1, 60)), "h": Int(2, 20, feed=(1, 500))},
        wordings=(
            Text("the integer $k$ such that a cylinder with base radius <r> and height <h> has volume $k\\pi$"),
            Text(
                scene="A cylindrical water tower has a radius of <r> meters and a height of <h> meters. "
                "It holds $k\\pi$ cubic meters of water when it is full.",
                ask="the integer $k$ for the full water tower",
                question="What is the integer $k$ for the full water tower?",
            ),
        ),
        valid=lambda r, h: r > 1 and r * r * h <= 100_000,
        closed=lambda r, h: r * r * h,
        brute=lambda r, h: sum(h * (2 * i + 1) for i in range(r)),
        work=lambda r, h: {"rr": r * r},
        steps=(
            "The base has the area $<r>^2 \\pi = <rr>\\pi$, so the volume is $<rr>\\pi \\cdot <h> = <ans>\\pi$ "
            "and $k = <ans>$.",
        ),
        slips=(
            Slip(
                "did not square the radius in the base area",
                lambda r, h: r * h,
                "Multiplying the radius by the height, we get $k = <r> \\cdot <h> = <ans>$.",
            ),
        ),
    ),
    KeyPoint(
        id="cone_volume_coefficient",
        topic="Geometry - Solids",
        names=(
            "The volume of a right circular cone",
            "Cone volume as one third of base area times height",
            "A cone holds a third of the cylinder with the same base and height",
        ),
        params={"r": Int(2, 12, feed=(1, 60)), "h": Int(3, 24, feed=(2, 500))},
        wordings=(
            Text("the integer $k$ such that a cone with base radius <r> and height <h> has volume $k\\pi$"),
            Text(
                scene="A heap of sand has the shape of a cone with a base radius of <r> feet and a height of <h> feet. "
                "Its volume is $k\\pi$ cubic feet.",
                ask="the integer $k$ in the volume of the heap of sand",
                question="What is the integer $k$ in the volume of the heap of sand?",
            ),
        ),
        valid=lambda r, h: r * r * h % 3 == 0 and r > 1 and r * r * h <= 100_000,
        closed=lambda r, h: r * r * h // 3,
        # the integral of (r t / h)^2 over 0 <= t <= h
        brute=lambda r, h: int(Fraction(r * r, h * h) * Fraction(h**3, 3)),
        work=lambda r, h: {"rr": r * r, "p": r * r * h},
        steps=(
            "The volume is $\\frac{1}{3} \\cdot \\pi \\cdot <r>^2 \\cdot <h> = \\frac{<p>\\pi}{3} = <ans>\\pi$, "
            "so $k = <ans>$.",
        ),
        slips=(
            Slip(
                "forgot the factor one third",
                lambda r, h: r * r * h,
                "The base area is $<rr>\\pi$, and multiplying by the height gives $k = <rr> \\cdot <h> = <ans>$.",
            ),
            Slip("halved instead of taking a third", lambda r, h: Fraction(r * r * h, 2)),
        ),
    ),
    KeyPoint(
        id="lattice_triangle_area",
        topic="Geometry - Coordinate Geometry",
        names=(
            "The shoelace formula for the area of a triangle",
            "Area of a triangle from the coordinates of its vertices",
            "Computing areas in the coordinate plane with determinants",
        ),
        params={
            "a": Int(2, 15, feed=(1, 300)),
            "b": Int(1, 12, feed=(1, 300)),
            "c": Int(1, 12, feed=(1, 300)),
            "d": Int(2, 15, feed=(1, 300)),
        },
        wordings=(
            Text("the area of the triangle with vertices $(0, 0)$, $(<a>, <b>)$ and $(<c>, <d>)$"),
            Text(
                scene="On a map whose unit is one kilometer, three villages lie at the points $(0, 0)$, "
                "$(<a>, <b>)$ and $(<c>, <d>)$.",
                ask="the area of the triangle formed by the villages, in square kilometers",
                question="What is the area of the triangle formed by the villages, in square kilometers?",
            ),
        ),
        valid=lambda a, b, c, d: (a * d - b * c) % 2 == 0 and a * d != b * c,
        closed=lambda a, b, c, d: abs(a * d - b * c) // 2,
        # the bounding rectangle's width and height give the area less three right triangles, up to sign
        brute=lambda a, b, c, d: int(abs(Fraction(a * b - c * d - (a - c) * (b + d), 2))),
        work=lambda a, b, c, d: {"p": a * d, "q": b * c, "t": abs(a * d - b * c)},
        steps=(
            "By the shoelace formula, the area is $\\frac{1}{2}|<a> \\cdot <d> - <c> \\cdot <b>| = "
            "\\frac{1}{2}|<p> - <q>| = \\frac{<t>}{2} = <ans>$.",
        ),
        slips=(
            Slip(
                "forgot the factor one half",
                lambda a, b, c, d: abs(a * d - b * c),
                "The cross products are $<p>$ and $<q>$, and $|<p> - <q>| = <ans>$.",
            ),
            Slip("added the cross products", lambda a, b, c, d: Fraction(a * d + b * c, 2)),
        ),
        letters="Anks",
    ),
    KeyPoint(
        id="pick_interior_points",
        topic="Geometry - Coordinate Geometry",
        names=(
            "Pick's theorem relating the area and the lattice points of a polygon",
            "Counting the interior lattice points of a triangle",
            "Interior points from the area and the boundary points",
        ),
        params={"a": Int(4, 30, feed=(3, 200)), "b": Int(4, 30, feed=(3, 200))},
        wordings=(
            Text(
                "the number of points with integer coordinates that lie strictly inside the triangle with vertices "
                "$(0, 0)$, $(<a>, 0)$ and $(0, <b>)$"
            ),
            Text("the number of pairs of positive integers $(x, y)$ that satisfy $<b>x + <a>y < <a> \\cdot <b>$"),
        ),
        valid=lambda a, b: a != b,
        closed=lambda a, b: (a * b - a - b - gcd(a, b) + 2) // 2,
        brute=lambda a, b: sum(b * x + a * y < a * b for x in range(1, a) for y in range(1, b)),
        work=lambda a, b: {
            "g": gcd(a, b),
            "u": a + b + gcd(a, b),
            "A": Fraction(a * b, 2),
            "p": a * b,
            "v": Fraction(a + b + gcd(a, b), 2),
        },
        steps=(
            "These are the lattice points inside the triangle with vertices $(0, 0)$, $(<a>, 0)$ and $(0, <b>)$. "
            "Its area is $\\frac{<p>}{2}$, and $<a> + <b> + <g> = <u>$ lattice points lie on its "
            "boundary. By Pick's theorem the number inside is $\\frac{<p>}{2} - \\frac{<u>}{2} + 1 = <ans>$.",
        ),
        slips=(
            Slip(
                "forgot the one in Pick's theorem",
                lambda a, b: (a * b - a - b - gcd(a, b)) // 2,
                "There are $<u>$ lattice points on the boundary, so the number inside is "
                "$\\frac{<p>}{2} - \\frac{<u>}{2} = <ans>$.",
            ),
            Slip("counted the boundary points too", lambda a, b: (a * b + a + b + gcd(a, b) + 2) // 2),
        ),
        letters="nmks",
    ),
)
