"""Solution texts as rows: what their final answer is, and that hostile text is linear."""

import json
import time

import pytest

from builder.answers import equal, extract_answer

ROWS = [
    (r"so $\boxed{42}$.", "42"),
    (r"\boxed{1} then \boxed{\frac{1}{\sqrt{2}}}", r"\frac{1}{\sqrt{2}}"),
    (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
    (r"\fbox{7}", "7"),
    (r"\boxed 7 is it", "7"),
    (r"it is \boxed{12", "12"),
    (r"\boxed{3} \text{ and } \boxed{5}", "3, 5"),
    (r"first \boxed{3}. After a lot more work and much thought we get \boxed{5}", "5"),
    (r"\boxed{4} and later \boxed{}", "4"),
    (r"\boxed{}", None),
    ("a <<1+1=2>>2\n#### 1,234", "1,234"),
    ("**Answer:** 12", "12"),
    ("The answer is: 12.", "12"),
    ("The answer is 3.5. I hope it is correct.", "3.5"),
    ("Therefore, the final answer is $\\frac{3}{4}$.", r"\frac{3}{4}"),
    ("Final answer: 18 apples", "18 apples"),
    ("Answer: C", "C"),
    ('{"reasoning": "1+1", "answer": "\\\\frac{1}{2}"}', r"\frac{1}{2}"),
    ('{"answer": 12}', "12"),
    ("We add.\nSo they have **40**.", "40"),
    ("We add 3 and 4 to get 7 and go on with it", None),
    ("I cannot solve this.", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "answer"), ROWS)
def test_the_final_answer_of_a_text(text, answer):
    assert extract_answer(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        r"\boxed{" * 40_000,
        "{" * 300_000,
        "the answer is " * 30_000,
        "#### " * 60_000,
        "**a" * 100_000,
        '"answer": "' * 30_000,
        "\n" * 300_000,
        "$" * 300_000,
        "\\" * 300_000,
    ],
    ids=lambda t: t[:12].strip() or "newlines",
)
def test_hostile_text_is_scanned_in_linear_time(text):
    start = time.process_time()
    extract_answer(text)
    assert time.process_time() - start < 2


def test_the_answers_of_real_solutions_are_found(data_dir):
    if data_dir is None:
        assert extract_answer("It is 2.\n#### 2") == "2"
        return
    lines = (data_dir / "gsm8k_test.jsonl").read_text().splitlines()[:300]
    assert all(extract_answer(json.loads(line)["answer"]) for line in lines)
    lines = (data_dir / "math_test.jsonl").read_text().splitlines()[:300]
    assert all(extract_answer(json.loads(line)["solution"]) for line in lines)
    right = total = 0
    for line in (data_dir / "candidates_gsm8k.jsonl").read_text().splitlines()[:60]:
        row = json.loads(line)
        total += len(row["candidates"])
        right += sum(equal(extract_answer(c), row["gold"]) for c in row["candidates"])
    assert right / total > 0.8
