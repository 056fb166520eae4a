"""Classes in bulk: the same as one by one, from anywhere, whatever happens to a worker."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from builder.answers import answer_classes, extract_answer
from builder.answers.bulk import BulkClasses, Group, classes_in_bulk
from builder.answers.classes import Verdict, classify
from builder.answers.question import Asked
from builder.answers.worker_process import Limits

ROOT = Path(__file__).resolve().parents[2]

GROUPS: list[list[str | None]] = [
    ["0.5", r"\frac{1}{2}", "1/2", "2", None],
    [],
    [None, "", "  "],
    ["x=5", "5", "y=5", "5.0"],
    ["yes", "Yes", "no", "\ud800", "\x00", "1,234", "1234"],
    ["(1,2)", "(2,1)", "{1,2}", "{2,1}"],
]


class Table:
    """A judge with a list of what it takes for equal, that notes what it was asked."""

    def __init__(self, *equal: set[str]) -> None:
        self.equal = equal
        self.asked: list[frozenset[str]] = []

    def __call__(self, a: str, b: str) -> Verdict:
        self.asked.append(frozenset((a, b)))
        if "undecidable" in a + b:
            return Verdict.UNDECIDED
        return Verdict.EQUAL if {a, b} in self.equal else Verdict.DIFFERENT

    def judge(self, pairs: Iterable[tuple[str, str]]) -> list[Verdict]:
        return [self(a, b) for a, b in pairs]


@pytest.mark.parametrize("workers", [1, 2])
def test_classes_are_those_of_the_questions_one_by_one(workers: int) -> None:
    many = GROUPS * 40
    assert [r.classes for r in classes_in_bulk(many, workers)] == [answer_classes(group) for group in many]


def test_classes_of_real_candidates_are_those_of_the_questions_one_by_one(data_dir: Path | None) -> None:
    if data_dir is None:
        pytest.skip("needs the folder with real data (KPMATH_DATA_DIR)")
    with (data_dir / "candidates_math_level5.jsonl").open(encoding="utf-8") as lines:
        groups = [[extract_answer(text) for text in json.loads(line)["candidates"]] for line in lines]
    expected = [BulkClasses(answer_classes(group), 0) for group in groups]
    assert list(classes_in_bulk(groups, 2)) == expected


def test_what_a_question_asks_for_goes_with_it() -> None:
    asked = [Asked(), Asked(places=2), Asked(percent=True), Asked(units=True), Asked(choices=(("A", "1"), ("B", "2")))]
    groups = [Group(["3.14", r"\pi", "0.5", "50", "3 cm", "3 m", "B", "2"], a) for a in asked]
    expected = [answer_classes(g.answers, g.asked) for g in groups]
    assert [r.classes for r in classes_in_bulk(groups, 1)] == expected
    assert len({tuple(classes) for classes in expected}) > 1


def test_questions_may_be_without_end_and_few_are_held() -> None:
    drawn = itertools.count()
    results = classes_in_bulk(([str(n), f"{n}.0", str(n + 1)] for n in drawn), 2)
    assert [next(results) for _ in range(1000)] == [BulkClasses([0, 0, 1], 0)] * 1000
    results.close()  # type: ignore[attr-defined]
    assert next(drawn) < 3000


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not limit the address space")
def test_a_question_past_the_limits_of_a_worker_costs_only_itself() -> None:
    huge = "7" * (30 << 20)
    groups = [*GROUPS, ["1", None, huge, " 1", huge, "1.0"], *GROUPS]
    results = list(classes_in_bulk(groups, 1, limits=Limits(memory=150 << 20)))
    lost = results.pop(len(GROUPS))
    assert lost == BulkClasses([0, None, 1, 0, 1, 2], 5)
    assert results == [BulkClasses(answer_classes(group), 0) for group in GROUPS * 2]


def test_a_judge_is_shown_what_the_parser_cannot_read() -> None:
    texts = ["a ? b", "b ? a", "x^ undecidable ^", "5", "5.0"]
    judge = Table(set(texts[:2]))
    groups = [["5", "5.0"], texts, GROUPS[0]] * 3
    expected = [classify(group, judge=judge) for group in groups]
    assert frozenset(texts[:2]) in judge.asked, "the rows do not need a judge"
    results = list(classes_in_bulk(groups, 2, judge=judge))
    assert results == [BulkClasses(one.indices, one.undecided) for one in expected]
    assert results[1].undecided > 0


def test_it_works_from_threads_and_from_an_event_loop_at_once() -> None:
    def run() -> list[list[int | None]]:
        return [r.classes for r in classes_in_bulk(GROUPS * 10, 1)]

    async def both() -> list[list[list[int | None]]]:
        return await asyncio.gather(asyncio.to_thread(run), asyncio.to_thread(run))

    with ThreadPoolExecutor(2) as threads:
        others = [threads.submit(run) for _ in range(2)]
        found = [*asyncio.run(both()), *(other.result() for other in others)]
    assert found == [[answer_classes(group) for group in GROUPS * 10]] * 4


def test_a_script_needs_no_main_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from builder.answers.bulk import classes_in_bulk\n"
        "print('begin')\n"
        "for result in classes_in_bulk([['1', '2/2', '3']] * 2, workers=2):\n"
        "    print(result.classes)\n"
    )
    run = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert run.stdout.splitlines() == ["begin", "[0, 0, 1]", "[0, 0, 1]"], run.stderr
    assert run.stderr == ""
