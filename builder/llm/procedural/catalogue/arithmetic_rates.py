"""Word problems on speed and on joint work."""

from __future__ import annotations

from fractions import Fraction

from sympy import Rational as SympyRational
from sympy import Symbol
from sympy import solve as sympy_solve

from ..entry import Int, KeyPoint, Slip, Text

TOPICS = {
    "Arithmetic - Speed, Distance and Time": ("Arithmetic - Motion Problems", "Arithmetic - Average Speed"),
    "Arithmetic - Rates of Work": ("Arithmetic - Work Problems", "Arithmetic - Unit Rates"),
}

_X = Symbol("x")


def _together(a: int, b: int) -> int | Fraction:
    """Time x with x/a + x/b = 1, by sympy."""
    x = sympy_solve(_X * (SympyRational(1, a) + SympyRational(1, b)) - 1, _X)[0]
    return Fraction(int(x.p), int(x.q)) if x.q != 1 else int(x.p)


ENTRIES = (
    KeyPoint(
        id="average_speed_two_legs",
        topic="Arithmetic - Speed, Distance and Time",
        names=(
            "Average speed as total distance over total time",
            "The average speed of a trip in two parts",
            "Dividing the whole distance by the whole time",
        ),
        params={
            "a": Int(1, 6, feed=(1, 60)),
            "u": Int(10, 60, feed=(4, 400)),
            "b": Int(1, 6, feed=(1, 60)),
            "v": Int(10, 60, feed=(4, 400)),
        },
        wordings=(
            Text(
                scene="A cyclist rides at <u> kilometers per hour for <a> <a?hour|hours>. Then the cyclist "
                "rides at <v> "
                "kilometers per hour for <b> <b?hour|hours>.",
                ask="the average speed of the cyclist for the whole ride, in kilometers per hour",
                question="What is the average speed of the cyclist for the whole ride, in kilometers per hour?",
            ),
            Text(
                scene="A ferry travels at <u> miles per hour for <a> <a?hour|hours> and at <v> miles per "
                "hour for the "
                "remaining <b> <b?hour|hours> of its trip.",
                ask="the average speed of the ferry, in miles per hour",
                question="What is the average speed of the ferry, in miles per hour?",
            ),
        ),
        valid=lambda a, u, b, v: a != b and u != v and (a * u + b * v) % (a + b) == 0,
        closed=lambda a, u, b, v: (a * u + b * v) // (a + b),
        brute=lambda a, u, b, v: next(s for s in range(1, 1000) if s * (a + b) == sum([u] * a) + sum([v] * b)),
        work=lambda a, u, b, v: {"x": a * u, "y": b * v, "s": a * u + b * v, "t": a + b},
        steps=(
            "The two parts have the lengths $<a> \\cdot <u> = <x>$ and $<b> \\cdot <v> = <y>$, together "
            "$<x> + <y> = <s>$. The trip takes $<a> + <b> = <t>$ hours, so the average speed is "
            "$\\frac{<s>}{<t>} = <ans>$.",
        ),
        slips=(
            Slip(
                "took the mean of the two speeds",
                lambda a, u, b, v: Fraction(u + v, 2),
                "The average of the speeds $<u>$ and $<v>$ is $<ans>$.",
            ),
            Slip("gave the total distance", lambda a, u, b, v: a * u + b * v),
        ),
        letters="svnk",
    ),
    KeyPoint(
        id="head_start_catch_up",
        topic="Arithmetic - Speed, Distance and Time",
        names=(
            "Catching up by the difference of two speeds",
            "Finding the time in which a faster traveler overtakes a slower one",
            "Using relative speed in a pursuit",
        ),
        params={
            "d": Int(6, 240, step=6, feed=(2, 5_000)),
            "u": Int(20, 90, feed=(2, 300)),
            "v": Int(8, 70, feed=(1, 250)),
        },
        wordings=(
            Text(
                scene="A truck drives at <v> kilometers per hour. A motorcycle on the same road is <d> "
                "kilometers behind "
                "the truck and follows it at <u> kilometers per hour.",
                ask="the number of hours until the motorcycle reaches the truck",
                question="In how many hours will the motorcycle reach the truck?",
            ),
            Text(
                scene="A greyhound runs <u> feet per second, and a rabbit runs <v> feet per second. The "
                "rabbit has a "
                "start of <d> feet.",
                ask="the number of seconds after which the greyhound catches the rabbit",
                question="After how many seconds does the greyhound catch the rabbit?",
            ),
        ),
        valid=lambda d, u, v: u > v + 1 and d % (u - v) == 0 and d > u - v,
        closed=lambda d, u, v: d // (u - v),
        brute=lambda d, u, v: next(t for t in range(d + 1) if u * t == d + v * t),
        work=lambda d, u, v: {"g": u - v, "s": u + v},
        steps=(
            "The distance shrinks by $<u> - <v> = <g>$ in each unit of time, so the time is "
            "$\\frac{<d>}{<g>} = <ans>$.",
            "After the time $t$ we need $<u>t = <d> + <v>t$. This gives $<g>t = <d>$, so $t = <ans>$.",
        ),
        slips=(
            Slip(
                "added the speeds",
                lambda d, u, v: Fraction(d, u + v),
                "The speeds together are $<u> + <v> = <s>$, and dividing $<d>$ by this gives $<ans>$.",
            ),
            Slip("used the faster speed alone", lambda d, u, v: Fraction(d, u)),
        ),
        letters="tnkm",
    ),
    KeyPoint(
        id="distance_between_after",
        topic="Arithmetic - Speed, Distance and Time",
        names=(
            "Multiplying speed by time to find a distance",
            "The distance between two travelers who move in opposite directions",
            "Adding the speeds of objects that move apart",
        ),
        params={
            "u": Int(3, 60, feed=(2, 500)),
            "v": Int(3, 60, feed=(2, 500)),
            "t": Int(2, 9, feed=(2, 200)),
        },
        wordings=(
            Text(
                scene="Two cars leave a town at the same time and drive in opposite directions at <u> and "
                "<v> miles per "
                "hour.",
                ask="the distance between the two cars after <t> hours, in miles",
                question="How many miles apart are the two cars after <t> hours?",
            ),
            Text(
                scene="From a lighthouse, one boat sails due east at <u> knots and another sails due west "
                "at <v> knots. "
                "Both sail for <t> hours.",
                ask="the number of nautical miles between the boats at the end",
                question="How many nautical miles are between the boats at the end?",
            ),
        ),
        valid=lambda u, v, t: u != v,
        closed=lambda u, v, t: (u + v) * t,
        brute=lambda u, v, t: sum([u] * t) + sum([v] * t),
        work=lambda u, v, t: {"s": u + v, "x": u * t, "y": v * t},
        steps=(
            "Every hour the distance grows by $<u> + <v> = <s>$, so after <t> hours it is $<t> \\cdot <s> = <ans>$.",
            "The distances covered are $<t> \\cdot <u> = <x>$ and $<t> \\cdot <v> = <y>$, together $<x> + "
            "<y> = <ans>$.",
        ),
        slips=(
            Slip(
                "subtracted the speeds",
                lambda u, v, t: abs(u - v) * t,
                "In each hour the distance changes by the difference of the speeds, which makes <ans> in all.",
            ),
            Slip("counted only one of the two distances", lambda u, v, t: u * t),
        ),
        letters="dnkm",
    ),
    KeyPoint(
        id="work_together_time",
        topic="Arithmetic - Rates of Work",
        names=(
            "Adding rates of work to find the time for a joint task",
            "Two workers or pumps that share one job",
            "Combined work problems with reciprocal times",
        ),
        params={"a": Int(2, 24, feed=(2, 500)), "b": Int(3, 30, feed=(2, 500))},
        wordings=(
            Text(
                scene="One pump alone fills a pool in <a> hours. A second pump alone fills it in <b> hours.",
                ask="the number of hours in which both pumps together fill the pool",
                question="In how many hours do both pumps together fill the pool?",
            ),
            Text(
                scene="A painter needs <a> hours to paint a fence. The painter's assistant needs <b> hours "
                "for the same "
                "fence.",
                ask="the number of hours that the two need to paint the fence when they work together",
                question="How many hours do the two need to paint the fence when they work together?",
            ),
        ),
        valid=lambda a, b: a != b,
        closed=lambda a, b: Fraction(a * b, a + b),
        brute=_together,
        work=lambda a, b: {"r": Fraction(a + b, a * b)},
        steps=(
            "In one hour the two do $\\frac{1}{<a>} + \\frac{1}{<b>} = <r>$ of the job, so together they "
            "need <ans> hours.",
        ),
        slips=(
            Slip(
                "averaged the two times",
                lambda a, b: Fraction(a + b, 2),
                "The time lies halfway between <a> and <b> hours, at $<ans>$ hours.",
            ),
            Slip("added the two times", lambda a, b: a + b),
        ),
        result="rational",
        letters="thnk",
    ),
    KeyPoint(
        id="worker_days",
        topic="Arithmetic - Rates of Work",
        names=(
            "Inverse proportion between workers and time",
            "Finding how long a job takes with a different number of workers",
            "Keeping the amount of work constant in worker-days",
        ),
        params={
            "w": Int(3, 24, feed=(2, 400)),
            "d": Int(4, 30, feed=(2, 400)),
            "k": Int(2, 30, feed=(2, 400)),
        },
        wordings=(
            Text(
                scene="A crew of <w> workers can repair a road in <d> days. All workers work at the same rate.",
                ask="the number of days that <k> workers need to repair the road",
                question="How many days do <k> workers need to repair the road?",
            ),
            Text(
                scene="A supply of hay feeds <w> horses for <d> days. Each horse eats the same amount every day.",
                ask="the number of days for which the supply feeds <k> horses",
                question="For how many days does the supply feed <k> horses?",
            ),
        ),
        valid=lambda w, d, k: w != k and w * d % k == 0,
        closed=lambda w, d, k: w * d // k,
        brute=lambda w, d, k: next(t for t in range(1, w * d + 1) if Fraction(w, k) == Fraction(t, d)),
        work=lambda w, d, k: {"t": w * d},
        steps=(
            "One alone would need $<w> \\cdot <d> = <t>$ days. For <k> the time is $\\frac{<t>}{<k>} = <ans>$ days.",
            "The product of number and days is $<w> \\cdot <d> = <t>$ and stays the same, so we get "
            "$<t> \\div <k> = <ans>$ days.",
        ),
        slips=(
            Slip(
                "used direct instead of inverse proportion",
                lambda w, d, k: Fraction(d * k, w),
                "Scaling the number of days, we get $<d> \\cdot \\frac{<k>}{<w>} = <ans>$ days.",
            ),
            Slip("did not divide by the new number", lambda w, d, k: w * d),
        ),
        letters="dtnm",
    ),
)
