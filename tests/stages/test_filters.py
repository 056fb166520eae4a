"""Filters as a whole: the order of reasons, what is switched off, hostile text, and real problems and answers.

The rows for each reason are in tests/filters.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.hostile import HOSTILE
from builder.answers import extract_answer
from builder.filters.flaw import EVIDENCE
from builder.stages.filters import ANSWER_REASONS, QUESTION_REASONS, REASONS, answer_flaw, question_flaw

MEGABYTE = 1_000_000
LONG_NUMBER = "1" * 21
# A problem with all flaws that can be had together, to be switched off one by one.
WORST = (
    f"[asy] draw(unitcircle); [/asy] In the figure below, what is {LONG_NUMBER} + 1? Also, what is the area?\n"
    "Answer: 12. See the picture below."
)


def test_a_good_question_and_its_answer_have_no_flaw() -> None:
    problem = "Natalia sold 48 clips in April and half as many in May. How many clips did she sell altogether?"
    assert question_flaw(problem, max_digits=20) is None
    assert answer_flaw(problem, "72", max_digits=20) is None


def test_reasons_come_in_their_order_and_each_can_be_switched_off() -> None:
    off: list[str] = []
    seen: list[str] = []
    while found := question_flaw(WORST, max_digits=20, off=off):
        seen.append(found.reason)
        off.append(found.reason)
    assert seen == ["number_too_long", "figure_code", "gives_answer_away", "several_questions"]
    assert seen == [r for r in QUESTION_REASONS if r in seen]


def test_the_longest_number_allowed_is_given_by_the_caller() -> None:
    assert question_flaw("What is 1234 + 1?", max_digits=4) is None
    found = question_flaw("What is 1234 + 1?", max_digits=3)
    assert found is not None and (found.reason, found.evidence) == ("number_too_long", "1234")
    found = answer_flaw("What is 1233 + 1?", "1234", max_digits=3)
    assert found is not None and found.reason == "number_too_long"


def test_an_answer_is_looked_at_with_its_question() -> None:
    assert answer_flaw("How many are left?", None, max_digits=20) is not None
    assert answer_flaw("Solve $x^2 = -1$ for real $x$.", "no solution", max_digits=20) is None
    found = answer_flaw("Show that $x = 3$. Find $x$.", "3", max_digits=20)
    assert found is not None and found.reason == "answer_in_question"
    assert answer_flaw("Show that $x = 3$. Find $x$.", "3", max_digits=20, off=["answer_in_question"]) is None


PIECES = [
    *"abx $.,?!(){}[]\n\t|&#_-=0129“”\"'`~\\",
    *("what ", "find ", "and ", "how many ", "prove ", "show that ", "is ", "the ", "figure ", "shown ", "below "),
    *("answer: ", "\\boxed{", "[asy]", "\\begin{align}", "\\end{align}", "$$", "\\[", "(a) ", "Therefore, ", "\ue000"),
]


@given(
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map("".join)), st.text(max_size=60)
)
def test_no_text_raises_and_every_flaw_has_a_known_reason_and_short_evidence(problem: str, answer: str) -> None:
    for found, reasons in (
        (question_flaw(problem, max_digits=20), QUESTION_REASONS),
        (answer_flaw(problem, answer, max_digits=20), ANSWER_REASONS),
    ):
        if found is not None:
            assert found.reason in reasons and len(found.evidence) <= EVIDENCE
    assert set(REASONS) == set(QUESTION_REASONS) | set(ANSWER_REASONS)


REPEATED = [
    *PIECES,
    *(
        "$1 ",
        "what and ",
        "graph of ",
        "a a ",
        "draw ",
        "the table ",
        "1 | ",
        "1, ",
        "=1 ",
        "1=x ",
        "find x and ",
        ". so ",
    ),
    *(
        "as shown ",
        "prove that 1 ",
        "therefore 1. ",
        "x = 1, ",
        "the answer is 1, ",
        "\n| ",
        "\n \t",
        "then ",
        ", then ",
    ),
    *("part ", "1.", "![", "``", '"a', "(A) ", "A. ", "$x", "\\$", "is \\boxed{", "letter ", "no a ", "the shaded "),
]


def look_at(text: str) -> float:
    """Seconds of CPU that one text costs as a problem and as an answer."""
    start = time.process_time()
    question_flaw(text, max_digits=20)
    answer_flaw(text, text, max_digits=20)
    answer_flaw(text, "12", max_digits=20)
    return time.process_time() - start


@pytest.mark.parametrize("piece", REPEATED)
def test_no_repeated_piece_hangs(piece: str) -> None:
    assert look_at(piece * (30_000 // len(piece)) + "x") < 10


# A megabyte takes about 3 seconds; read in quadratic time it takes hours.
@pytest.mark.parametrize("piece", ["\n", "what and ", "is \\boxed{", "$1 ", "1."])
def test_a_megabyte_is_read_in_linear_time(piece: str) -> None:
    assert look_at(piece * (MEGABYTE // len(piece)) + "x") < 60


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["", "x", "?"])
@pytest.mark.parametrize("piece", REPEATED)
def test_a_megabyte_of_any_piece_is_read_in_linear_time(piece: str, ending: str) -> None:
    assert look_at(piece * (MEGABYTE // len(piece)) + ending) < 60


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_are_looked_at_without_harm(name: str) -> None:
    start = time.process_time()
    question_flaw(HOSTILE[name], max_digits=20)
    answer_flaw("Show that it is 12. What is $x$?", HOSTILE[name], max_digits=20)
    answer_flaw(f"Show that it is {HOSTILE[name]}. Let $x = 9^{{9^9}}$. Find $x$.", "12", max_digits=20)
    assert time.process_time() - start < 60


# --- real text -----------------------------------------------------------------------------------


def rows(data: Path | None, *names: str) -> Iterator[dict[str, object]]:
    if data is None:
        pytest.skip("no real data here")
    for name in names:
        with (data / name).open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def reasons(problems: list[str]) -> Counter[str]:
    return Counter(f.reason for p in problems if (f := question_flaw(p, max_digits=20)))


def test_no_problem_of_gsm8k_is_flagged(data_dir: Path | None) -> None:
    problems = [str(r["question"]) for r in rows(data_dir, "gsm8k_train.jsonl", "gsm8k_test.jsonl")]
    assert not reasons(problems)


def test_of_math_one_problem_in_a_thousand_is_flagged_but_for_its_pictures(data_dir: Path | None) -> None:
    problems = [str(r["problem"]) for r in rows(data_dir, "math_train.jsonl", "math_test.jsonl")]
    drawn = [p for p in problems if "[asy]" in p]
    assert reasons(drawn) == {"figure_code": len(drawn)}
    found = reasons([p for p in problems if "[asy]" not in p])
    assert found["missing_figure"] <= 8 and found.total() <= 14


def test_of_svamp_and_mawps_only_double_questions_are_flagged(data_dir: Path | None) -> None:
    problems = [f"{str(r['Body']).rstrip(' .')}. {r['Question']}" for r in rows(data_dir, "eval/svamp.jsonl")]
    assert not reasons(problems)
    problems = [str(r["input"]) for r in rows(data_dir, "eval/mawps.jsonl")]
    assert reasons(problems) == {"several_questions": 5}


def test_of_synthetic_problems_about_one_in_fifteen_is_flagged(data_dir: Path | None) -> None:
    problems = [str(r["problem"]) for r in rows(data_dir, "concepts_14k.jsonl")]
    assert 0.04 < reasons(problems).total() / len(problems) < 0.08


def test_the_true_answers_of_gsm8k_and_math_are_answers(data_dir: Path | None) -> None:
    pairs = [
        *((str(r["question"]), str(r["answer"])) for r in rows(data_dir, "gsm8k_train.jsonl", "gsm8k_test.jsonl")),
        *((str(r["problem"]), str(r["solution"])) for r in rows(data_dir, "math_train.jsonl", "math_test.jsonl")),
    ]
    answers = ((problem, extract_answer(solution)) for problem, solution in pairs)
    flawed = Counter(f.reason for p, a in answers if a is not None and (f := answer_flaw(p, a, max_digits=20)))
    assert flawed.total() <= 3


def test_no_correct_candidate_answer_is_flagged_and_the_flagged_ones_answer_nothing(data_dir: Path | None) -> None:
    flagged = []
    for row in rows(data_dir, "candidates_gsm8k.jsonl", "candidates_math_level5.jsonl"):
        for answer in {extract_answer(str(c)) for c in row["candidates"]} - {None}:
            if answer_flaw(str(row["question"]), answer, max_digits=20):
                flagged.append((answer, row["gold"]))
    assert 20 <= len(flagged) <= 35
    assert all(answer != gold for answer, gold in flagged)
