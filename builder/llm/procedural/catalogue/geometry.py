"""Plane geometry: areas, polygons."""

from __future__ import annotations

from ..entry import Int, KeyPoint, Slip, Text

TOPICS = {
    "Geometry - Area": ("Geometry - Areas of Plane Figures", "Geometry - Area of Polygons"),
    "Geometry - Polygons": ("Geometry - Regular Polygons", "Geometry - Properties of Polygons"),
}

ENTRIES = (
    KeyPoint(
        id="rectangle_area",
        topic="Geometry - Area",
        names=(
            "Area of a rectangle as length times width",
            "The area formula for rectangles",
            "Multiplying side lengths to find a rectangle's area",
        ),
        params={"a": Int(5, 40, feed=(2, 1000)), "b": Int(4, 30, feed=(2, 1000))},
        wordings=(
            Text(
                scene="A rectangle is <a> cm long and <b> cm wide.",
                ask="the area of this rectangle, in square centimeters",
                question="What is the area of this rectangle, in square centimeters?",
            ),
            Text("the area, in square meters, of a rectangular garden with side lengths <a> m and <b> m"),
        ),
        valid=lambda a, b: a != b,
        closed=lambda a, b: a * b,
        brute=lambda a, b: sum(1 for _ in range(a) for _ in range(b)) if a * b < 5000 else sum([a] * b),
        steps=(
            "The area of the rectangle is $<a> \\cdot <b> = <ans>$.",
            "Multiplying the two side lengths gives an area of $<a> \\times <b> = <ans>$.",
        ),
        slips=(
            Slip(
                "computed the perimeter",
                lambda a, b: 2 * (a + b) + (2 * (a + b) == a * b),
                "Going once around the rectangle, we get <ans>.",
            ),
            Slip("halved the product as for a triangle", lambda a, b: a * b // 2),
        ),
        letters="Asnk",
    ),
    KeyPoint(
        id="polygon_diagonals",
        topic="Geometry - Polygons",
        names=(
            "The number of diagonals of a convex polygon",
            "Counting diagonals with n(n-3)/2",
            "Formula for how many diagonals a polygon has",
        ),
        params={"n": Int(5, 20, feed=(4, 500))},
        wordings=(
            Text(
                scene="A convex polygon has <n> sides.",
                ask="the number of diagonals of the polygon",
                question="How many diagonals does the polygon have?",
            ),
            Text(
                "the number of diagonals of a convex polygon with <n> vertices",
                question="How many diagonals does a convex polygon with <n> vertices have?",
            ),
        ),
        closed=lambda n: n * (n - 3) // 2,
        brute=lambda n: sum(1 for i in range(n) for j in range(i) if (i - j) % n not in (1, n - 1)),
        work=lambda n: {"m": n - 3, "p": n * (n - 3)},
        steps=(
            "Each of the $<n>$ vertices is joined by diagonals to $<n> - 3 = <m>$ others, and each diagonal "
            "is counted twice, so there are $\\frac{<n> \\cdot <m>}{2} = <ans>$ diagonals.",
        ),
        slips=(
            Slip(
                "counted every diagonal twice",
                lambda n: n * (n - 3),
                "Each of the $<n>$ vertices has $<m>$ diagonals, so there are $<n> \\cdot <m> = <ans>$.",
            ),
            Slip("forgot to leave out the sides", lambda n: n * (n - 1) // 2),
        ),
        letters="dnkm",
    ),
)
