"""Classes of answers: a partition, conventions attached once, the judge asked only where we cannot read."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.answers import Verdict, answer_classes
from builder.answers.classes import classify


@pytest.mark.parametrize(
    ("answers", "classes"),
    [
        ([], []),
        ([None, ""], [None, None]),
        (["1/2", "3", "0.5", None, "3.0"], [0, 1, 0, None, 1]),
        (["x=5", "5", "5"], [0, 0, 0]),
        (["x=5", "x=5", "5", "y=5"], [0, 0, 0, 1]),
        (["x=5", "y=5"], [0, 1]),
        (["y=5", "y=5", "5", "x=5"], [0, 0, 0, 1]),
        (["50%", "50", "1/2", "50"], [0, 0, 1, 0]),
        (["50%", "0.5", "1/2"], [0, 0, 0]),
        (["(1,2)", "1<x<2", "1<x<2", "x=1, y=2"], [0, 0, 0, 1]),
        (["(1,2)", "x=1, y=2", "(x,y)=(1,2)"], [0, 0, 0]),
        (["(0,1)", "[0,1]", "[0,1)"], [0, 1, 2]),
        (["30^\\circ", r"\frac{\pi}{6}", "30"], [0, 1, 0]),
        (["1:06 pm", "13:06", "1:06 am", "1:06 PM"], [0, 0, 1, 0]),
        (["(C) 12", "C", "12"], [0, 0, 1]),
        (["x>5", "(5,\\infty)", "y>5", "x>5"], [0, 0, 1, 0]),
        ([r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}1&2\end{pmatrix}"], [0, 1]),
    ],
)
def test_a_convention_attaches_an_answer_to_one_class(answers, classes):
    assert answer_classes(answers) == classes


MIXED = [
    "5", "x=5", "y=5", "5.0", r"\frac{10}{2}", "50%", "50", "0.5", "1/2", r"30^\circ", r"\frac{\pi}{6}", "30", "(1,2)",
    "1<x<2", "x=1, y=2", "[1,2]", "{1,2}", "1, 2", "y=2x+3", "2x+3", "f(x)=2x+3", "f(t)=2t+3", "2x-y+3=0", "C", "c",
    "(C) 12", "12", "5:16", "5:16 pm", "17:16", "0.333333333333", "1/3", "0.3333333333333333", r"\text{yes}", "Yes",
    r"\sqrt{2}\sqrt{8}", "4", r"3\pm1", "2, 4", "{2,4}", "10 m", "10", "10m", "9^{9^{9^9}}", "nonsense ((", None, "",
    r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}1&2\end{pmatrix}", "3:2", "3/2", "x>5", r"(5,\infty)", "y>5",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(MIXED), max_size=12), st.integers(0, 10**6))
def test_classes_are_a_partition_that_order_repetition_and_space_do_not_change(answers, seed):
    before = answer_classes(answers)
    places = list(range(len(answers)))
    random.Random(seed).shuffle(places)
    spaced = [None if answers[p] is None else f"  {answers[p]} " for p in places]
    after = answer_classes(spaced)
    for i, p in enumerate(places):
        for j, q in enumerate(places):
            assert (before[p] is not None and before[p] == before[q]) == (after[i] is not None and after[i] == after[j])
    seen = [c for c in before if c is not None]
    assert list(dict.fromkeys(seen)) == list(range(len(set(seen))))  # numbered by first appearance
    doubled = answer_classes([a for a in answers for _ in range(2)])
    assert doubled[::2] == doubled[1::2] == before


numbers = st.fractions(min_value=-999, max_value=999, max_denominator=60)


@settings(max_examples=100, deadline=None)
@given(numbers)
def test_every_written_form_of_a_rational_is_one_class(x):
    forms = [
        rf"\frac{{{x.numerator}}}{{{x.denominator}}}",
        f"{x.numerator}/{x.denominator}",
        rf"${3 * x.numerator}/{3 * x.denominator}$",
        rf"\left({x.numerator}\right) \div {x.denominator}",
        rf"x = \dfrac{{{x.numerator}}}{{{x.denominator}}}",
        rf"\boxed{{{x.numerator}/{x.denominator}}}.",
    ]
    assert answer_classes(forms) == [0] * len(forms)


@settings(max_examples=100, deadline=None)
@given(numbers, numbers)
def test_two_rationals_are_one_class_only_if_they_are_equal(x, y):
    assert answer_classes([f"{x.numerator}/{x.denominator}", rf"\frac{{{y.numerator}}}{{{y.denominator}}}"]) == [
        0,
        int(x != y),
    ]


UNREADABLE = [r"\foo{1}{2}", r"\bar\foo 3", r"\baz{x}"]


def test_the_judge_is_asked_only_about_what_is_not_understood():
    asked = []

    def judge(a, b):
        asked.append({a, b})
        return Verdict.EQUAL if {a, b} == {UNREADABLE[0], "0.5"} else Verdict.DIFFERENT

    found = classify(["1/2", "0.5", UNREADABLE[0], "3", r"\text{yes}"], judge=judge)
    assert found.indices == [0, 0, 0, 1, 2] and found.undecided == 0
    assert all(set(UNREADABLE) & pair for pair in asked) and r"\text{yes}" not in set().union(*asked)


def test_what_the_judge_leaves_undecided_is_not_equal_and_is_counted():
    found = classify([UNREADABLE[0], UNREADABLE[1], "7"], judge=lambda a, b: Verdict.UNDECIDED)
    assert found.indices == [0, 1, 2] and found.undecided == 3
