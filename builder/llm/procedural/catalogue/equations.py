"""More algebra: systems, sequences, functions, absolute values and inequalities, polynomials, mixtures."""

from __future__ import annotations

from fractions import Fraction

from sympy import Matrix

from ..entry import Int, KeyPoint, Slip, Text
from ..values import Value, interval, plain, surd, tex

TOPICS = {
    "Algebra - Systems of Linear Equations": (
        "Algebra - Systems of Equations",
        "Algebra - Simultaneous Linear Equations",
    ),
    "Algebra - Sequences and Series": (
        "Algebra - Arithmetic and Geometric Sequences",
        "Algebra - Arithmetic and Geometric Series",
    ),
    "Algebra - Functions": ("Algebra - Function Evaluation", "Algebra - Composite and Inverse Functions"),
    "Algebra - Absolute Value and Inequalities": (
        "Algebra - Inequalities",
        "Algebra - Absolute Value Equations and Inequalities",
    ),
    "Algebra - Polynomials": ("Algebra - Polynomial Identities", "Algebra - Factoring and Vieta's Formulas"),
    "Geometry - Coordinate Geometry": ("Geometry - Analytic Geometry", "Geometry - Points in the Coordinate Plane"),
}

_SYSTEM_NAMES = (
    "Solving a system of two linear equations by substitution",
    "Eliminating one unknown from two linear equations",
    "Simultaneous linear equations in two variables",
)
_SYSTEM_PARAMS = {
    "a": Int(2, 7, feed=(2, 60)),
    "b": Int(2, 6, feed=(2, 60)),
    "c": Int(20, 120, feed=(10, 9_000)),
    "d": Int(2, 9, feed=(2, 500)),
}
_SYSTEM_STEP = (
    "From the second condition, $x = y <d:+>$. Substituting gives $<a>(y <d:+>) + <b>y = <c>$, that is "
    "$<s>y = <c> - <e> = <r>$, so $y = \\frac{<r>}{<s>} = <y>$ and $x = <y> + <d> = <x>$."
)


def _system_y(a: int, b: int, c: int, d: int) -> int:
    return (c - a * d) // (a + b)


def _system_valid(a: int, b: int, c: int, d: int) -> bool:
    return a != b and (c - a * d) % (a + b) == 0 and c > a * d


def _system_brute(a: int, b: int, c: int, d: int) -> tuple[int, int]:
    x, y = Matrix([[a, b], [1, -1]]).LUsolve(Matrix([c, d]))
    return int(x), int(y)


def _system_work(a: int, b: int, c: int, d: int) -> dict[str, object]:
    y = _system_y(a, b, c, d)
    return {"s": a + b, "e": a * d, "r": c - a * d, "y": y, "x": y + d}


def _root_shown(n: int) -> str:
    """The root of ``n`` and, where it can be simplified, its simplest form."""
    plain_root, simplest = f"\\sqrt{{{n}}}", tex(surd(0, 1, n))
    return plain_root if simplest == plain_root else f"{plain_root} = {simplest}"


_SYSTEMS = (
    KeyPoint(
        id="linear_system",
        topic="Algebra - Systems of Linear Equations",
        names=_SYSTEM_NAMES,
        params=_SYSTEM_PARAMS,
        wordings=(
            Text("the ordered pair $(x, y)$ for which $<a:c>x <b:+c>y = <c>$ and $x - y = <d>$"),
            Text("the solution $(x, y)$ of the system of equations $<a:c>x <b:+c>y = <c>$, $x - y = <d>$"),
        ),
        valid=_system_valid,
        closed=lambda a, b, c, d: (_system_y(a, b, c, d) + d, _system_y(a, b, c, d)),
        brute=_system_brute,
        work=_system_work,
        steps=(_SYSTEM_STEP + " The solution is $<ans>$.",),
        slips=(
            Slip(
                "exchanged the two unknowns",
                lambda a, b, c, d: (_system_y(a, b, c, d), _system_y(a, b, c, d) + d),
                "Solving the system, we obtain the pair $<ans>$.",
            ),
        ),
        result="tuple",
    ),
    KeyPoint(
        id="linear_system_sum",
        family="linear_system",
        topic="Algebra - Systems of Linear Equations",
        names=_SYSTEM_NAMES,
        params=_SYSTEM_PARAMS,
        wordings=(
            Text("the value of $x + y$ given that $<a:c>x <b:+c>y = <c>$ and $x - y = <d>$"),
            Text(
                scene="A tour group buys <d> more adult tickets than child tickets for a museum. An adult ticket costs "
                "<a> dollars, a child ticket costs <b> dollars, and the group pays <c> dollars in total.",
                ask="the number of museum tickets that the tour group buys",
                question="How many museum tickets does the tour group buy?",
            ),
        ),
        valid=_system_valid,
        closed=lambda a, b, c, d: 2 * _system_y(a, b, c, d) + d,
        brute=lambda a, b, c, d: sum(_system_brute(a, b, c, d)),
        work=_system_work,
        steps=(
            "Let $x$ and $y$ be the two numbers, the larger one first. " + _SYSTEM_STEP + " Their sum is "
            "$<x> + <y> = <ans>$.",
        ),
        slips=(
            Slip(
                "stopped at the smaller unknown",
                _system_y,
                "Substituting gives $<s>y = <r>$ and therefore $<ans>$.",
            ),
            Slip(
                "stopped at the larger unknown",
                lambda a, b, c, d: _system_y(a, b, c, d) + d,
                "From $y = <y>$ we get $<y> + <d> = <ans>$.",
            ),
        ),
        letters="stnk",
    ),
    KeyPoint(
        id="mixture_percent",
        topic="Algebra - Systems of Linear Equations",
        names=(
            "Finding the concentration of a mixture",
            "Mixture problems as a weighted average of percentages",
            "Setting up an equation for the amount of pure substance in a mixture",
        ),
        params={
            "a": Int(2, 8, feed=(2, 200)),
            "p": Int(5, 40, feed=(2, 90)),
            "b": Int(2, 8, feed=(2, 200)),
            "q": Int(10, 60, feed=(2, 90)),
        },
        wordings=(
            Text(
                scene="A chemist mixes <a> liters of a solution that is <p:%> salt with <b> liters of a solution that is "
                "<q:%> salt.",
                ask="the percentage of salt in the mixture",
                question="What percentage of the mixture is salt?",
            ),
            Text(
                "the percentage of juice in a drink made from <a> liters of a drink with <p:%> juice and <b> liters of a "
                "drink with <q:%> juice"
            ),
        ),
        valid=lambda a, p, b, q: p != q and a != b and (a * p + b * q) % (a + b) == 0,
        closed=lambda a, p, b, q: (a * p + b * q) // (a + b),
        brute=lambda a, p, b, q: next(
            x for x in range(1, 100) if a * Fraction(p, 100) + b * Fraction(q, 100) == (a + b) * Fraction(x, 100)
        ),
        work=lambda a, p, b, q: {"x": a * p, "y": b * q, "s": a * p + b * q, "n": a + b, "m": Fraction(p + q, 2)},
        steps=(
            "Let $x$ be the percentage in the mixture of $<a> + <b> = <n>$ liters. Then "
            "$<n>x = <a> \\cdot <p> + <b> \\cdot <q> = <x> + <y> = <s>$, so $x = \\frac{<s>}{<n>} = <ans>$.",
        ),
        slips=(
            Slip(
                "averaged the two percentages",
                lambda a, p, b, q: plain(Fraction(p + q, 2)),
                "The average of the two percentages is $\\frac{<p> + <q>}{2} = <ans>$.",
            ),
            Slip(
                "exchanged the two amounts",
                lambda a, p, b, q: plain(Fraction(b * p + a * q, a + b)),
                "Weighting the percentages, we get $\\frac{<b> \\cdot <p> + <a> \\cdot <q>}{<n>} = <ans>$.",
            ),
        ),
        letters="pcnk",
    ),
)

_SEQUENCES = (
    KeyPoint(
        id="arithmetic_term",
        topic="Algebra - Sequences and Series",
        names=(
            "The nth term of an arithmetic sequence",
            "Using the common difference to find a term of an arithmetic progression",
            "The formula a + (n-1)d for arithmetic sequences",
        ),
        params={
            "a": Int(2, 30, feed=(2, 5_000)),
            "d": Int(3, 12, feed=(2, 600)),
            "n": Int(10, 40, feed=(4, 600)),
        },
        wordings=(
            Text("the <n:th> term of the arithmetic sequence with first term <a> and common difference <d>"),
            Text(
                scene="The first row of a theater has <a> seats, and every further row has <d> seats more than the row in "
                "front of it.",
                ask="the number of seats in the <n:th> row of the theater",
                question="How many seats are in the <n:th> row of the theater?",
            ),
        ),
        closed=lambda a, d, n: a + (n - 1) * d,
        brute=lambda a, d, n: range(a, a + n * d, d)[-1],
        work=lambda a, d, n: {"m": n - 1, "p": (n - 1) * d},
        steps=(
            "From the first to the <n:th> term there are $<n> - 1 = <m>$ steps of $<d>$, so the term is "
            "$<a> + <m> \\cdot <d> = <a> + <p> = <ans>$.",
        ),
        slips=(
            Slip(
                "added the difference once too often",
                lambda a, d, n: a + n * d,
                "Adding $<d>$ a total of $<n>$ times, we get $<a> + <n> \\cdot <d> = <ans>$.",
            ),
            Slip("added the difference once too few", lambda a, d, n: a + (n - 2) * d),
        ),
        letters="tsmk",
    ),
    KeyPoint(
        id="arithmetic_sum",
        topic="Algebra - Sequences and Series",
        names=(
            "The sum of an arithmetic series",
            "Adding the terms of an arithmetic sequence by pairing first and last",
            "The sum of the first n terms of an arithmetic progression",
        ),
        params={
            "a": Int(2, 20, feed=(2, 900)),
            "d": Int(2, 9, feed=(2, 200)),
            "n": Int(6, 20, feed=(4, 200)),
        },
        wordings=(
            Text(
                "the sum of the first <n> terms of the arithmetic sequence with first term <a> and common difference <d>"
            ),
            Text(
                scene="A runner in training runs <a> km in the first week and in every further week <d> km more than in the "
                "week before.",
                ask="the total distance that the runner covers in <n> weeks, in kilometers",
                question="How many kilometers does the runner cover in <n> weeks?",
            ),
        ),
        closed=lambda a, d, n: n * (2 * a + (n - 1) * d) // 2,
        brute=lambda a, d, n: sum(a + i * d for i in range(n)),
        work=lambda a, d, n: {"m": n - 1, "l": a + (n - 1) * d, "s": 2 * a + (n - 1) * d},
        steps=(
            "The last term is $<a> + <m> \\cdot <d> = <l>$. The sum is "
            "$\\frac{<n>(<a> + <l>)}{2} = \\frac{<n> \\cdot <s>}{2} = <ans>$.",
            "First and last term add up to $<a> + <l> = <s>$, as does every pair like them, so the sum is "
            "$\\frac{<n>}{2} \\cdot <s> = <ans>$.",
        ),
        slips=(
            Slip(
                "forgot to halve the product",
                lambda a, d, n: n * (2 * a + (n - 1) * d),
                "The first and the last term are $<a>$ and $<l>$, and $<n> \\cdot <s> = <ans>$.",
            ),
            Slip("took one step too many to the last term", lambda a, d, n: n * (2 * a + n * d) // 2),
        ),
        letters="Sskm",
    ),
    KeyPoint(
        id="geometric_sum",
        topic="Algebra - Sequences and Series",
        names=(
            "The sum of a finite geometric series",
            "Adding the first n terms of a geometric sequence",
            "The formula a(r^n - 1)/(r - 1) for geometric series",
        ),
        params={"a": Int(2, 12, feed=(2, 2_000)), "r": Int(2, 4, feed=(2, 30)), "n": Int(4, 8, feed=(3, 14))},
        wordings=(
            Text("the sum of the first <n> terms of the geometric sequence with first term <a> and common ratio <r>"),
            Text(
                scene="On the first day of a campaign <a> people sign a petition, and on every further day <r:times> as many "
                "people sign it as on the day before.",
                ask="the number of people who sign the petition in the first <n> days",
                question="How many people sign the petition in the first <n> days?",
            ),
        ),
        valid=lambda a, r, n: a * r**n < 10**6,
        closed=lambda a, r, n: a * (r**n - 1) // (r - 1),
        brute=lambda a, r, n: sum(a * r**i for i in range(n)),
        work=lambda a, r, n: {
            "p": r**n,
            "q": r**n - 1,
            "s": r - 1,
            "t": " + ".join(str(a * r**i) for i in range(n)),
        },
        steps=(
            "The sum of the geometric series is $\\frac{<a>(<r>^{<n>} - 1)}{<r> - 1} = \\frac{<a> \\cdot <q>}{<s>} = <ans>$.",
            "Adding the terms one after the other, we get $<t> = <ans>$.",
        ),
        slips=(
            Slip(
                "left out the last term",
                lambda a, r, n: a * (r ** (n - 1) - 1) // (r - 1),
                "Adding up the terms of the series gives $<ans>$.",
            ),
            Slip(
                "gave the term after the last one",
                lambda a, r, n: a * r**n,
                "Multiplying by the ratio $<n>$ times, we get $<a> \\cdot <r>^{<n>} = <ans>$.",
            ),
        ),
        letters="Sskm",
    ),
)

_DISTANCE_NAMES = (
    "The distance between two points in the plane",
    "Using the distance formula",
    "The Pythagorean theorem in the coordinate plane",
)
_DISTANCE_PARAMS = {
    "a": Int(-9, 9, feed=(-200, 200)),
    "b": Int(-9, 9, feed=(-200, 200)),
    "c": Int(-9, 9, feed=(-200, 200)),
    "d": Int(-9, 9, feed=(-200, 200)),
}

_FUNCTIONS = (
    KeyPoint(
        id="function_composition",
        topic="Algebra - Functions",
        names=(
            "Evaluating a composition of two functions",
            "Applying the inner function first in f(g(x))",
            "Composite functions at a given number",
        ),
        params={
            "a": Int(2, 9, feed=(2, 200)),
            "b": Int(-12, 12, skip=(0,), feed=(-500, 500)),
            "c": Int(-12, 12, skip=(0,), feed=(-500, 500)),
            "t": Int(2, 9, feed=(2, 60)),
        },
        wordings=(
            Text("the value of $f(g(<t>))$ for the functions $f(x) = <a:c>x <b:+>$ and $g(x) = x^2 <c:+>$"),
            Text(
                scene="The functions $f$ and $g$ are defined by $f(x) = <a:c>x <b:+>$ and $g(x) = x^2 <c:+>$.",
                ask="the value of $f(g(<t>))$",
            ),
        ),
        valid=lambda a, b, c, t: a * (t * t + c) + b > 0 and t * t + c not in (0, 1),
        closed=lambda a, b, c, t: a * t * t + a * c + b,
        brute=lambda a, b, c, t: sum([t * t + c] * a) + b,
        work=lambda a, b, c, t: {"s": t * t, "g": t * t + c, "p": a * (t * t + c), "h": (a * t + b) ** 2 + c},
        steps=(
            "First, $g(<t>) = <t>^2 <c:+> = <s> <c:+> = <g>$. Then $f(<g>) = <a> \\cdot <g:()> <b:+> = <p> <b:+> = <ans>$.",
        ),
        slips=(
            Slip(
                "applied the functions in the wrong order",
                lambda a, b, c, t: (a * t + b) ** 2 + c,
                "Applying $f$ and then $g$ to $<t>$ gives $<ans>$.",
            ),
            Slip(
                "multiplied the two values",
                lambda a, b, c, t: (a * t + b) * (t * t + c),
                "Multiplying the values of $f$ and $g$ at $<t>$ gives $<ans>$.",
            ),
        ),
        letters="vwns",
    ),
    KeyPoint(
        id="inverse_value",
        topic="Algebra - Functions",
        names=(
            "Evaluating the inverse of a function",
            "Finding the input of a function that gives a known output",
            "Solving h(x) = t to find the inverse value",
        ),
        params={
            "a": Int(2, 5, feed=(2, 40)),
            "b": Int(-20, 20, skip=(0,), feed=(-900, 900)),
            "c": Int(2, 6, feed=(2, 40)),
            "t": Int(2, 30, feed=(2, 900)),
        },
        wordings=(
            Text("the value of $h^{-1}(<t>)$ for the function $h(x) = \\frac{<a:c>x <b:+>}{<c>}$"),
            Text(
                scene="The function $h$ is given by $h(x) = \\frac{<a:c>x <b:+>}{<c>}$ and has the inverse $h^{-1}$.",
                ask="the value of $h^{-1}(<t>)$",
            ),
        ),
        valid=lambda a, b, c, t: a != c and (c * t - b) % a == 0 and c * t > b,
        closed=lambda a, b, c, t: (c * t - b) // a,
        brute=lambda a, b, c, t: next(x for x in range(10**6) if a * x + b == c * t),
        work=lambda a, b, c, t: {"p": c * t, "r": c * t - b},
        steps=(
            "We solve $\\frac{<a:c>x <b:+>}{<c>} = <t>$. Multiplying by $<c>$ gives $<a:c>x <b:+> = <p>$, so "
            "$<a:c>x = <p> - <b:()> = <r>$ and $x = \\frac{<r>}{<a>} = <ans>$.",
        ),
        slips=(
            Slip(
                "evaluated the function instead of its inverse",
                lambda a, b, c, t: plain(Fraction(a * t + b, c)),
                "Inserting $<t>$ gives $\\frac{<a> \\cdot <t> <b:+>}{<c>} = <ans>$.",
            ),
            Slip(
                "moved the constant without changing its sign",
                lambda a, b, c, t: plain(Fraction(c * t + b, a)),
                "Multiplying by $<c>$, moving the constant and dividing by $<a>$, we get $<ans>$.",
            ),
        ),
        letters="vwns",
    ),
    KeyPoint(
        id="point_distance",
        topic="Geometry - Coordinate Geometry",
        names=_DISTANCE_NAMES,
        params=_DISTANCE_PARAMS,
        wordings=(
            Text("the distance between the points $(<a>, <b>)$ and $(<c>, <d>)$ in the coordinate plane"),
            Text("the length of the line segment from $(<a>, <b>)$ to $(<c>, <d>)$"),
        ),
        valid=lambda a, b, c, d: a != c and b != d and abs(a - c) != abs(b - d),
        closed=lambda a, b, c, d: surd(0, 1, (c - a) ** 2 + (d - b) ** 2),
        brute=lambda a, b, c, d: surd(0, 1, a * a + b * b + c * c + d * d - 2 * (a * c + b * d)),
        work=lambda a, b, c, d: {"x": c - a, "y": d - b, "e": _root_shown((c - a) ** 2 + (d - b) ** 2)},
        steps=(
            "The differences of the coordinates are $<c> - <a:()> = <x>$ and $<d> - <b:()> = <y>$. The distance is "
            "$\\sqrt{<x:()>^2 + <y:()>^2} = <e>$.",
        ),
        slips=(
            Slip(
                "added the coordinates instead of subtracting them",
                lambda a, b, c, d: surd(0, 1, (c + a) ** 2 + (d + b) ** 2),
                "Combining the coordinates and applying the distance formula, we get $<ans>$.",
            ),
            Slip(
                "added the two differences",
                lambda a, b, c, d: abs(c - a) + abs(d - b),
                "The distances along the two axes add up to $<ans>$.",
            ),
        ),
        result="surd",
    ),
    KeyPoint(
        id="point_distance_squared",
        family="point_distance",
        topic="Geometry - Coordinate Geometry",
        names=_DISTANCE_NAMES,
        params=_DISTANCE_PARAMS,
        wordings=(
            Text("the square of the distance between the points $(<a>, <b>)$ and $(<c>, <d>)$"),
            Text("the area of a square that has the segment from $(<a>, <b>)$ to $(<c>, <d>)$ as a side"),
        ),
        valid=lambda a, b, c, d: a != c and b != d,
        closed=lambda a, b, c, d: (c - a) ** 2 + (d - b) ** 2,
        brute=lambda a, b, c, d: a * a + b * b + c * c + d * d - 2 * (a * c + b * d),
        work=lambda a, b, c, d: {"x": c - a, "y": d - b, "p": (c - a) ** 2, "q": (d - b) ** 2},
        steps=(
            "The differences of the coordinates are $<c> - <a:()> = <x>$ and $<d> - <b:()> = <y>$. By the Pythagorean "
            "theorem the square of the distance is $<x:()>^2 + <y:()>^2 = <p> + <q> = <ans>$.",
        ),
        slips=(
            Slip(
                "added the differences before squaring",
                lambda a, b, c, d: (abs(c - a) + abs(d - b)) ** 2,
                "The distances along the two axes are added and squared, which gives $<ans>$.",
            ),
        ),
        letters="Sqkn",
    ),
)

_ABSOLUTE_NAMES = (
    "Solving an absolute value equation by cases",
    "An equation with an absolute value has two cases",
    "Removing the absolute value from a linear equation",
)


def _absolute_set(a: int, b: int, c: int) -> Value:
    return frozenset({plain(Fraction(c - b, a)), plain(Fraction(-c - b, a))})


def _absolute_set_midpoint(a: int, b: int, c: int) -> frozenset[int | Fraction]:
    middle, radius = Fraction(-b, a), Fraction(c, a)
    return frozenset({plain(middle - radius), plain(middle + radius)})


def _absolute_work(a: int, b: int, c: int) -> dict[str, object]:
    return {"n": -c, "u": c - b, "v": -c - b, "x": Fraction(c - b, a), "y": Fraction(-c - b, a)}


_ABSOLUTE_STEP = (
    "Either $<a:c>x <b:+> = <c>$, so $<a:c>x = <u>$ and $x = <x>$, or $<a:c>x <b:+> = <n>$, so $<a:c>x = <v>$ and "
    "$x = <y>$."
)
_PRODUCT_NAMES = (
    "Solving a quadratic inequality in factored form",
    "A product is negative when its factors have different signs",
    "The sign of a quadratic between its roots",
)
_PRODUCT_PARAMS = {
    "p": Int(-12, 12, skip=(0,), feed=(-900, 900)),
    "q": Int(-12, 12, skip=(0,), feed=(-900, 900)),
}
_PRODUCT_STEP = "The product is zero at $x = <u>$ and $x = <v>$, and it is negative exactly between these two numbers."


def _product_work(p: int, q: int) -> dict[str, object]:
    lo, hi = sorted((-p, -q))
    return {"u": lo, "v": hi, "w": hi - 1, "t": lo + 1, "g": hi - lo}


_INEQUALITIES = (
    KeyPoint(
        id="absolute_value_set",
        topic="Algebra - Absolute Value and Inequalities",
        names=_ABSOLUTE_NAMES,
        params={
            "a": Int(2, 5, feed=(2, 40)),
            "b": Int(-15, 15, skip=(0,), feed=(-500, 500)),
            "c": Int(3, 40, feed=(2, 2_000)),
        },
        wordings=(
            Text("the set of all real solutions of $|<a:c>x <b:+>| = <c>$"),
            Text("the set of all values of $x$ for which $|<a:c>x <b:+>| = <c>$"),
        ),
        closed=_absolute_set,
        brute=_absolute_set_midpoint,
        work=_absolute_work,
        steps=(_ABSOLUTE_STEP,),
        slips=(
            Slip(
                "took the solutions with the wrong sign",
                lambda a, b, c: _absolute_set(a, -b, c),
                "The two cases give the solutions $<ans>$.",
            ),
            Slip(
                "overlooked the second case",
                lambda a, b, c: frozenset({plain(Fraction(c - b, a))}),
                "From $<a:c>x <b:+> = <c>$ we get $<a:c>x = <u>$ and $x = <x>$.",
            ),
        ),
        result="set",
    ),
    KeyPoint(
        id="absolute_value_larger",
        family="absolute_value_set",
        topic="Algebra - Absolute Value and Inequalities",
        names=_ABSOLUTE_NAMES,
        params={
            "a": Int(2, 5, feed=(2, 40)),
            "b": Int(-15, 15, skip=(0,), feed=(-500, 500)),
            "c": Int(3, 40, feed=(2, 2_000)),
        },
        wordings=(
            Text("the larger solution of the equation $|<a:c>x <b:+>| = <c>$"),
            Text("the greatest real number $x$ for which $|<a:c>x <b:+>| = <c>$"),
        ),
        valid=lambda a, b, c: (c - b) % a == 0 and c - b > a,
        closed=lambda a, b, c: (c - b) // a,
        brute=lambda a, b, c: max(_absolute_set_midpoint(a, b, c)),
        work=_absolute_work,
        steps=(_ABSOLUTE_STEP + " The larger of the two is $<ans>$.",),
        slips=(
            Slip(
                "moved the constant without changing its sign",
                lambda a, b, c: plain(Fraction(c + b, a)),
                "Removing the absolute value, moving the constant and dividing by $<a>$, we get $x = <ans>$.",
            ),
            Slip(
                "took the smaller solution",
                lambda a, b, c: plain(Fraction(-c - b, a)),
                "From $<a:c>x <b:+> = <n>$ we get $<a:c>x = <v>$ and $x = <ans>$.",
            ),
        ),
        letters="rtnk",
    ),
    KeyPoint(
        id="product_inequality",
        topic="Algebra - Absolute Value and Inequalities",
        names=_PRODUCT_NAMES,
        params=_PRODUCT_PARAMS,
        wordings=(
            Text("the set of all real numbers $x$ that satisfy $(x <p:+>)(x <q:+>) < 0$, in interval notation"),
            Text("the solution set of the inequality $(x <p:+>)(x <q:+>) < 0$, written as an interval"),
        ),
        valid=lambda p, q: p != q,
        closed=lambda p, q: interval(min(-p, -q), max(-p, -q)),
        brute=lambda p, q: interval(
            Fraction(-(p + q) - abs(p - q), 2),
            Fraction(-(p + q) + abs(p - q), 2),
        ),
        work=_product_work,
        steps=(_PRODUCT_STEP + " The solution set is $<ans>$.",),
        slips=(
            Slip(
                "took the zeros with the wrong sign",
                lambda p, q: interval(min(p, q), max(p, q)),
                "Between its zeros the product is negative, so the solution set is $<ans>$.",
            ),
            Slip(
                "included the end points",
                lambda p, q: interval(min(-p, -q), max(-p, -q), True, True),
                "The zeros are $<u>$ and $<v>$, so the solution set is $<ans>$.",
            ),
        ),
        result="interval",
    ),
    KeyPoint(
        id="product_inequality_count",
        family="product_inequality",
        topic="Algebra - Absolute Value and Inequalities",
        names=_PRODUCT_NAMES,
        params=_PRODUCT_PARAMS,
        wordings=(
            Text(
                "the number of integers $x$ that satisfy $(x <p:+>)(x <q:+>) < 0$",
                question="How many integers $x$ satisfy $(x <p:+>)(x <q:+>) < 0$?",
            ),
            Text("the number of integers $x$ for which the product $(x <p:+>)(x <q:+>)$ is negative"),
        ),
        valid=lambda p, q: abs(p - q) > 2,
        closed=lambda p, q: abs(p - q) - 1,
        brute=lambda p, q: sum((x + p) * (x + q) < 0 for x in range(min(-p, -q), max(-p, -q) + 1)),
        work=_product_work,
        steps=(
            _PRODUCT_STEP + " The integers from $<t>$ to $<w>$ satisfy the inequality, and there are "
            "$<w> - <t:()> + 1 = <ans>$ of them.",
        ),
        slips=(
            Slip(
                "counted the end points too",
                lambda p, q: abs(p - q) + 1,
                "The integers from $<u>$ to $<v>$ number $<v> - <u:()> + 1 = <ans>$.",
            ),
            Slip(
                "subtracted the end points",
                lambda p, q: abs(p - q),
                "The zeros are $<u>$ and $<v>$, and $<v> - <u:()> = <ans>$.",
            ),
        ),
        letters="nkst",
    ),
)

_POLYNOMIALS = (
    KeyPoint(
        id="root_square_sum",
        topic="Algebra - Polynomials",
        names=(
            "The sum of the squares of the roots by Vieta's formulas",
            "Expressing symmetric functions of the roots through the coefficients of a quadratic",
            "Vieta's formulas for the sum and the product of the roots",
        ),
        params={"b": Int(-15, 15, skip=(0,), feed=(-500, 500)), "c": Int(-20, 20, skip=(0,), feed=(-2_000, 2_000))},
        wordings=(
            Text("the sum of the squares of the roots of $x^2 <b:+c>x <c:+> = 0$"),
            Text(
                scene="The equation $x^2 <b:+c>x <c:+> = 0$ has the real roots $r$ and $s$.",
                ask="the value of $r^2 + s^2$",
            ),
        ),
        valid=lambda b, c: b * b > 4 * c and abs(b) > 1,
        closed=lambda b, c: b * b - 2 * c,
        brute=lambda b, c: plain(Fraction(2 * b * b + 2 * (b * b - 4 * c), 4)),
        work=lambda b, c: {"m": -b, "p": b * b, "t": 2 * c},
        steps=(
            "By Vieta's formulas the roots have the sum $<m>$ and the product $<c>$. The sum of their squares is "
            "$<m:()>^2 - 2 \\cdot <c:()> = <p> - <t:()> = <ans>$.",
        ),
        slips=(
            Slip(
                "squared the sum of the roots",
                lambda b, c: b * b,
                "The sum of the roots is $<m>$, and $<m:()>^2 = <ans>$.",
            ),
            Slip(
                "added twice the product instead of subtracting it",
                lambda b, c: b * b + 2 * c,
                "With the sum $<m>$ and the product $<c>$, we get $<m:()>^2 + 2 \\cdot <c:()> = <ans>$.",
            ),
        ),
        letters="qtnk",
    ),
    KeyPoint(
        id="difference_of_squares",
        topic="Algebra - Polynomials",
        names=(
            "Factoring a difference of squares",
            "The identity a^2 - b^2 = (a + b)(a - b)",
            "Computing with the difference of two squares",
        ),
        params={"a": Int(21, 120, feed=(3, 900)), "b": Int(11, 110, feed=(2, 900))},
        wordings=(
            Text("the value of $<a>^2 - <b>^2$"),
            Text(
                scene="A square courtyard with a side of <a> m surrounds a square flower bed with a side of <b> m.",
                ask="the area of the courtyard without the flower bed, in square meters",
                question="What is the area of the courtyard without the flower bed, in square meters?",
            ),
        ),
        valid=lambda a, b: a - b > 1,
        closed=lambda a, b: (a - b) * (a + b),
        brute=lambda a, b: a**2 - b**2,
        work=lambda a, b: {"s": a + b, "t": a - b},
        steps=(
            "Factoring, $<a>^2 - <b>^2 = (<a> + <b>)(<a> - <b>) = <s> \\cdot <t> = <ans>$.",
            "The sum of the two numbers is $<a> + <b> = <s>$ and their difference is $<a> - <b> = <t>$, so the "
            "difference of the squares is $<s> \\cdot <t> = <ans>$.",
        ),
        slips=(
            Slip(
                "squared the difference",
                lambda a, b: (a - b) ** 2,
                "The difference is $<a> - <b> = <t>$, and its square is $<ans>$.",
            ),
        ),
        letters="dDnk",
    ),
)

ENTRIES = (*_SYSTEMS, *_SEQUENCES, *_FUNCTIONS, *_INEQUALITIES, *_POLYNOMIALS)
