"""The generator of groups and the figures made from them: its truth is worth what these tests are worth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import mpmath
import pytest
import sympy

from benchmarks.answer_families.expressions import ExpressionWriter
from benchmarks.answer_families.meaning import evaluate, meaning, point
from benchmarks.answer_families.trees import PI, I, Node, add, mul, node, of, sqrt, var
from benchmarks.answer_families.writing import Writer
from benchmarks.answer_groups import DEVELOPMENT, HELD_OUT, SIZE, groups
from benchmarks.answer_measures import DISPUTED, Votes, read_pairs, row_hash
from builder.answers import answer_classes

ROOT = Path(__file__).resolve().parent.parent.parent
FAMILIES = DEVELOPMENT | HELD_OUT
X = var("x")


def test_a_seed_gives_the_same_groups_in_every_process() -> None:
    program = "from benchmarks.answer_groups import groups; print([(g.answers, g.truth) for g in groups(300, 7)])"
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert [g.answers for g in groups(20, 7)] != [g.answers for g in groups(20, 8)]


def test_a_group_is_ten_answers_of_one_to_five_classes_numbered_by_first_appearance() -> None:
    rows = list(groups(len(DEVELOPMENT) * 3, "shape"))
    assert {g.family for g in rows} == set(DEVELOPMENT)
    for group in rows:
        assert len(group.answers) == len(group.truth) == SIZE
        assert list(dict.fromkeys(group.truth)) == list(range(len(set(group.truth))))
        assert all(a.strip() for a in group.answers)
    kinds = Counter(len(set(g.truth)) for g in rows)
    assert set(kinds) == {1, 2, 3, 4, 5}
    leads = [Counter(g.truth).most_common(2) for g in rows]
    assert sum(len(lead) == 1 or lead[0][1] > lead[1][1] for lead in leads) > 0.8 * len(rows)


def test_held_out_families_are_other_families() -> None:
    assert not set(DEVELOPMENT) & set(HELD_OUT)
    assert len(HELD_OUT) >= 12 and len(DEVELOPMENT) >= 45


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_all_trees_of_a_value_mean_its_key_and_no_other_value_does(name: str) -> None:
    for seed in range(8):
        values = FAMILIES[name](Random(f"{name}/{seed}"))
        assert len(values) >= 2
        assert len({value.key for value in values}) == len(values)
        for value in values:
            for tree in (form for form in value.forms if isinstance(form, Node)):
                assert meaning(tree) == value.key, Writer(Random(0)).write(tree)


def test_no_text_is_a_form_of_two_values() -> None:
    for name, family in FAMILIES.items():
        for seed in range(8):
            owners: dict[str, int] = {}
            for index, value in enumerate(family(Random(f"{name}/{seed}"))):
                for form in value.forms:
                    text = Writer(Random(seed)).write(form) if isinstance(form, Node) else str(form)
                    assert owners.setdefault(text, index) == index, (name, text)


# --- an independent reader of trees ----------------------------------------------------------------

_SYMPY: dict[str, Any] = {
    "add": sympy.Add,
    "mul": sympy.Mul,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": sympy.Pow,
    "sqrt": sympy.sqrt,
    "log": lambda base, a: sympy.log(a) / sympy.log(base),
    "lg": lambda a: sympy.log(a) / sympy.log(10),
    "ln": sympy.log,
    "abs": sympy.Abs,
    "fact": lambda a: sympy.gamma(a + 1),
    "binom": sympy.binomial,
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
    "deg": lambda a: a * sympy.pi / 180,
    "cis": lambda a: sympy.cos(a) + sympy.I * sympy.sin(a),
    "percent": lambda a: a / 100,
    "mixed": lambda w, a, b: w + a / b,
    **{f: getattr(sympy, f) for f in ("sin", "cos", "tan", "cot", "sec", "csc")},
    **{f"arc{f}": getattr(sympy, f"a{f}") for f in ("sin", "cos", "tan")},
}


def _as_sympy(tree: Node) -> Any:
    if tree.op in ("int", "dec"):
        return sympy.Rational(str(tree.args[0]))
    if tree.op == "var":
        value = point(str(tree.args[0]), 0)
        return sympy.Rational(value.numerator, value.denominator)
    constants = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I}
    return constants[tree.op] if tree.op in constants else _SYMPY[tree.op](*map(_as_sympy, tree.parts()))


def _known(tree: Node) -> bool:
    return (tree.op in _SYMPY or tree.op in ("int", "dec", "var", "pi", "e", "i")) and all(map(_known, tree.parts()))


def test_sympy_gives_expressions_the_same_values() -> None:
    seen = 0
    for name, family in FAMILIES.items():
        for value in family(Random(f"{name}/sympy"))[:2]:
            for tree in (form for form in value.forms if isinstance(form, Node) and _known(form)):
                expected = complex(sympy.N(_as_sympy(tree), 25))
                found = evaluate(tree)
                number = complex(mpmath.mpc(getattr(found, "numerator", found)) / getattr(found, "denominator", 1))
                assert abs(number - expected) <= 1e-9 * max(1.0, abs(expected)), (name, Writer(Random(0)).write(tree))
                seen += 1
    assert seen > 500


# --- writing ---------------------------------------------------------------------------------------

_WRITTEN = [
    (mul(2, node(3) / 4), {r"2 \cdot \frac{3}{4}", r"2\cdot \frac{3}{4}", r"2 \cdot \frac34", "2(3/4)", "2*(3/4)"}),
    (node(-2) ** 3, {"(-2)^3", "(-2)^{3}", "(-2)**3", "(-2)³"}),
    (-(X + 1), {"-(x+1)", "-(x + 1)"}),
    ((X + 1) * (X - 2), {"(x+1)(x-2)", "(x + 1)(x - 2)", "(x + 1)*(x - 2)", "(x+1)·(x−2)"}),
    (X - add(X, 1), {"x-(x+1)", "x - (x + 1)", "x−(x+1)"}),
    (1 / (2 * X), {r"\frac{1}{2x}", "1/(2x)", "1/(2*x)", "1/(2·x)"}),
    (sqrt(3) * I, {r"\sqrt{3}i", r"\sqrt3i", "sqrt(3)*i", "√3·i"}),
    (mul(PI, 3), {r"\pi \cdot 3", r"\pi\cdot 3", "pi*3", "π*3"}),
    ((2 * PI) / 3, {r"\frac{2\pi}{3}", "2pi/3", "2*pi/3", "2π/3"}),
    (of("list", 12, 345), {"12, 345"}),
]


_MISLEADING = {
    r"2\frac{3}{4}", "23/4", "-2^3", "-x+1", "-x + 1", "x-x+1", "x - x + 1", "1/2x", "1/2*x", "√3i", "pi3", "12,345",
}  # fmt: skip


@pytest.mark.parametrize(("tree", "some"), _WRITTEN)
def test_an_expression_is_written_with_all_the_brackets_it_needs(tree: Node, some: set[str]) -> None:
    texts = {Writer(Random(f"{tree}{k}")).write(tree) for k in range(400)}
    assert len(texts & some) >= min(3, len(some))
    for bad in (
        "2\\frac{3}{4}",
        "23/4",
        "-2^",
        "-x+1",
        "-x + 1",
        "x-x",
        "x - x",
        "1/2x",
        "1/2*x",
        "√3i",
        "pi3",
        "12,345",
    ):
        assert bad not in texts


def test_a_writer_keeps_its_habits() -> None:
    writer = ExpressionWriter(Random(3), "latex")
    text = writer.write(add(node(11) / 12, node(13) / 14, node(15) / 16))
    assert len({part.split("{")[0] for part in text.replace("+", " ").split() if "frac" in part}) == 1


# --- what is measured ------------------------------------------------------------------------------


def test_ours_gets_nearly_all_partitions_of_development_families_right() -> None:
    rows = list(groups(400, "test"))
    wrong = [(g.family, g.answers) for g in rows if answer_classes(g.answers) != g.truth]
    assert len(wrong) <= 0.03 * len(rows), wrong


def test_votes_count_partitions_majorities_and_shares() -> None:
    votes = Votes()
    votes.add([0, 0, 0, 1], [0, 0, 0, 1])
    votes.add([0, 0, 0, 1], [0, 1, 1, 2])  # the majority holds, one of its three is lost
    votes.add([0, 0, 1], [0, 1, 1])  # two classes share the largest found: its first member decides
    votes.add([0, 1], None)
    figures = votes.figures()
    assert figures["groups"] == 4 and figures["partitions_percent"] == 25
    assert votes.clear == 3 and votes.majorities == 3
    # Errors: 1/4 and 0 of the second group; 1/3 and 1/3 of the third; 1/2 and 1/2 of the last.
    assert figures["share_error"] == pytest.approx((1 / 4 + 1 / 3 + 1 / 3 + 1) / 8)


def test_disputed_labels_name_rows_of_the_pairs_and_what_is_wrong_with_them(data_dir: Path | None) -> None:
    lines = [json.loads(line) for line in DISPUTED.read_text(encoding="utf-8").splitlines()]
    assert len({line["row"] for line in lines}) == len(lines)
    assert all(line["reason"] and isinstance(line["label"], bool) for line in lines)
    if data_dir is None:
        return
    pairs = read_pairs([data_dir / "answer_pairs.jsonl"])
    labels = {row_hash(p.row["source"], *p.raw): p.equal for p in pairs}
    assert all(labels[line["row"]] == line["label"] for line in lines)
    assert sum(p.disputed is not None for p in pairs) == len(lines)


def test_pairs_that_are_not_there_are_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="--pairs"):
        read_pairs([tmp_path / "none.jsonl"])
    (tmp_path / "bad.jsonl").write_text('{"gold": "1"}\n')
    with pytest.raises(SystemExit, match="line 1"):
        read_pairs([tmp_path / "bad.jsonl"])
