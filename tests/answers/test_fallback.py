"""Math-Verify as a judge: its verdicts, what it cannot decide, and that they stay."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import pytest

from builder.answers.classes import Verdict
from builder.answers.fallback import FallbackError, MathVerify, Undecided
from builder.answers.worker_process import Limits

TOWER = "9^{9^{9^9}}"
HASTY = Limits(cpu=1.0)


@pytest.fixture(scope="module")
def judge() -> Iterator[MathVerify]:
    pytest.importorskip("math_verify")
    with MathVerify(workers=2) as one:
        yield one


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (r"\frac{1}{2}", "0.5", Verdict.EQUAL),
        ("$x=5$", "5", Verdict.EQUAL),
        (r"\((1, 2)\)", r"\left(1,2\right)", Verdict.EQUAL),
        ("(x+1)^2", "x^2+2x+1", Verdict.EQUAL),
        ("1 \\\n + 1", "2.", Verdict.EQUAL),
        (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{pmatrix}2/2\\2\end{pmatrix}", Verdict.EQUAL),
        ("the same words", " the same words ", Verdict.EQUAL),
        (r"\frac{1}{2}", "0.51", Verdict.DIFFERENT),
        ("(1,2)", "(2,1)", Verdict.DIFFERENT),
        ("some words", "other words!", Verdict.DIFFERENT),
        ("3", "", Verdict.DIFFERENT),
        ("\ud800", "a\x00b", Verdict.DIFFERENT),
    ],
)
def test_a_verdict_does_not_depend_on_the_order(judge: MathVerify, a: str, b: str, verdict: Verdict) -> None:
    assert judge(a, b) is verdict
    assert judge(b, a) is verdict


def test_many_pairs_are_judged_in_their_order(judge: MathVerify) -> None:
    pairs = [("1", "2/2"), ("1", "2"), ("2/2", "1"), ("3", "3")] * 3
    assert judge.judge(pairs) == [Verdict.EQUAL, Verdict.DIFFERENT, Verdict.EQUAL, Verdict.EQUAL] * 3


def test_threads_share_a_judge(judge: MathVerify) -> None:
    with ThreadPoolExecutor(4) as threads:
        verdicts = list(threads.map(lambda n: judge(f"{n}/2", str(n // 2)), range(24)))
    assert verdicts == [Verdict.EQUAL, Verdict.DIFFERENT] * 12


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').mkdir('pwned')",
        "__import__(chr(111)+chr(115)).mkdir(chr(112))",
        r"\text{__import__('os').mkdir('pwned')}",
        "pi+__import__('os').mkdir('pwned')",
        "(1, __import__('os').mkdir('pwned'))",
        "f\"{__import__('os').mkdir('pwned')}\"",
        "(lambda: __import__('os').mkdir('pwned'))()",
        "().__class__.__base__.__subclasses__()",
        r"\write18{mkdir pwned}",
        r"\input{/etc/passwd}",
    ],
)
def test_a_text_is_not_run(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("math_verify")
    monkeypatch.chdir(tmp_path)
    with MathVerify(workers=1) as one:
        assert one.judge([(text, "0"), (text, r"\pi")]) == [Verdict.DIFFERENT] * 2
    assert list(tmp_path.iterdir()) == []


def test_code_that_sympy_makes_of_a_text_ends_the_process(judge: MathVerify) -> None:
    # To sum the series, sympy writes the name of the symbol into Python source: a call of abs.
    series = r"\sum_{n=0}^{\infty} \frac{{\dot{(abs(n))}}^{n}}{n!}"
    assert judge(series, r"\pi") is Verdict.UNDECIDED
    assert "code" in {pair.reason for pair in judge.undecided_pairs() if series in pair}
    assert judge("1", "1.0") is Verdict.EQUAL


def test_an_undecided_pair_is_counted_shown_and_the_same_in_the_next_run(tmp_path: Path) -> None:
    pytest.importorskip("math_verify")
    path = tmp_path / "verdicts.sqlite"
    with MathVerify(path, workers=1, limits=HASTY) as one:
        assert one.judge([("1", "1.0"), (TOWER, "1"), ("2", "3")]) == [
            Verdict.EQUAL,
            Verdict.UNDECIDED,
            Verdict.DIFFERENT,
        ]
        assert one.undecided == 1
    with MathVerify(path, workers=1, limits=HASTY) as again:
        assert again("1", TOWER) is Verdict.UNDECIDED
        assert again.undecided == 1
        assert list(again.undecided_pairs()) == [Undecided("1", TOWER, "cpu")]


def test_a_stored_verdict_is_not_judged_again_under_the_same_limits(tmp_path: Path) -> None:
    pytest.importorskip("math_verify")
    path = tmp_path / "verdicts.sqlite"
    with MathVerify(path, workers=1) as one:
        assert one("1", "1.0") is Verdict.EQUAL
    stored = sqlite3.connect(path)
    with stored:
        stored.execute("UPDATE verdicts SET verdict = 'different'")
    stored.close()
    with MathVerify(path, workers=1) as again:
        assert again("1.0", " 1 ") is Verdict.DIFFERENT
    with MathVerify(path, workers=1, limits=HASTY) as other:
        assert other("1.0", "1") is Verdict.EQUAL


def test_two_judges_may_use_a_file_at_once(tmp_path: Path) -> None:
    pytest.importorskip("math_verify")
    path = tmp_path / "verdicts.sqlite"
    with MathVerify(path, workers=1) as one, MathVerify(path, workers=1) as other, ThreadPoolExecutor(2) as threads:
        pairs = [(f"{n}/{n}", "1") for n in range(1, 12)]
        both = threads.map(lambda judge: judge.judge(pairs), [one, other])
        assert list(both) == [[Verdict.EQUAL] * 11] * 2


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("math_verify")
    path = tmp_path / "verdicts.sqlite"
    path.write_text("these are no verdicts" * 100)
    with pytest.raises(FallbackError, match=r"verdicts\.sqlite"):
        MathVerify(path)


def test_without_math_verify_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    with pytest.raises(FallbackError, match="pip install 'math-verify"):
        MathVerify()
