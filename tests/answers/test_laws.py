"""Laws that hold for all texts: no exception, one key everywhere, classes that are a partition."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.answers_fuzz import laws
from benchmarks.answers_fuzz.batch import untrue
from benchmarks.answers_fuzz.cases import SIZE, make
from benchmarks.answers_fuzz.shrinking import smaller
from benchmarks.answers_fuzz.truths import FAMILIES, known
from builder.answers import answer_classes

ROOT = Path(__file__).parents[2]

# --- texts of a small grammar, and what a person or a program may put around them -----------------

ATOMS = (
    r"0 1 2 12 -3 0.5 1,234 1/3 x y a_1 \pi e i \infty 50% 30^\circ 1011_2 C yes 5:16 cm \emptyset \mathbb{R}".split()
)
FRAMES = (
    r"(@)~[@]~\{@\}~-@~\sqrt{@}~\text{@}~@!~x=@~x<@~@ cm~f(x)=@~\boxed{@}~(A) @~\begin{pmatrix}@\end{pmatrix}~@%~y = @"
    r"~\lfloor @ \rfloor~\sin @~@_2~$ @ $~**@**~@.~only @~@ where x > 0~\sum_{k=1}^{3} @~f(@)~@, @~(@, @)~@ \cup @"
    r"~|@|~x \mid @"
).split("~")
JOINTS = (
    r"@+#~@-#~@#~@\cdot #~@/#~\frac{@}{#}~@^{#}~@, #~(@, #]~@=#~@ and #~@ \cup #~@ \pm #~@:#~@ \le #~@ & #~@ \\ #"
    r"~\log_{@} #~@ or #~@ \pmod{#}~\binom{@}{#}~@ < x < #~\{x : @ = #\}"
).split("~")
ANYTHING = st.text(st.sampled_from("09.,x^_{}()[]\\+-*/=<>|!%$ \n\tabfrctsqne'\"&:;√½²−\u200b\ud800"), max_size=25)


def joined(texts):
    framed = st.builds(lambda frame, text: frame.replace("@", text), st.sampled_from(FRAMES), texts)
    join = st.builds(lambda joint, a, b: joint.replace("@", a).replace("#", b), st.sampled_from(JOINTS), texts, texts)
    return framed | join


TEXTS = st.recursive(st.sampled_from(ATOMS) | ANYTHING, joined, max_leaves=8)


@st.composite
def groups(draw):
    """Some texts, and some of them once more in other dress: they meet in one class or must not."""
    texts = draw(st.lists(TEXTS, min_size=1, max_size=4))
    dressed = [frame.replace("@", text) for text in texts for frame in ("@", "@%", "x = @", "y = @", "(@)", "@, @")]
    return [*texts, *draw(st.lists(st.sampled_from(dressed), max_size=8))]


@pytest.mark.parametrize("law", laws.OF_ONE)
@settings(max_examples=500, deadline=None)
@given(text=TEXTS)
def test_a_law_of_one_text_holds_for_every_text(law, text):
    assert laws.broken(law, [text]) is None


@pytest.mark.parametrize("law", laws.OF_TWO)
@settings(max_examples=500, deadline=None)
@given(one=TEXTS, other=TEXTS)
def test_a_law_of_two_texts_holds_for_all_texts(law, one, other):
    assert laws.broken(law, [one, other]) is None


@pytest.mark.parametrize("law", laws.OF_GROUPS)
@settings(max_examples=300, deadline=None)
@given(texts=groups())
def test_a_law_of_groups_holds_for_all_texts(law, texts):
    assert laws.broken(law, texts) is None


# --- known values ---------------------------------------------------------------------------------


@pytest.mark.parametrize("family", sorted({family.__name__ for family in FAMILIES}))
def test_equal_forms_are_equal_and_unequal_values_differ(family):
    groups = (known(Random(f"{family}/{k}")) for k in range(100_000))
    mine = (answers for name, answers in groups if name == family)
    for _ in range(12):
        answers = next(mine)
        assert not list(untrue([text for _, text in answers], [value for value, _ in answers]))


@settings(max_examples=200, deadline=None)
@given(number=st.integers(0, 10**9))
def test_classes_are_those_of_the_values(number):
    _, answers = known(Random(number))
    names = {}
    truth = [names.setdefault(value, len(names)) for value, _ in answers]
    assert answer_classes([text for _, text in answers]) == truth


# --- the fuzzer itself ----------------------------------------------------------------------------


def test_the_fuzzer_names_a_law_that_is_broken():
    assert [law for law, *_ in untrue(["1/2", "0.5"], [1, 2])] == ["unequal values differ"]
    assert [law for law, *_ in untrue(["1/2", "0.6"], [1, 1])] == ["equal values are equal"]
    assert not list(untrue(["1/2", "0.5", "0.6"], [1, 1, 2]))


def test_an_exception_is_a_broken_law():
    assert "raises AttributeError" in laws.broken("a text equals itself", [None])  # what no caller may give


def test_a_key_with_a_part_that_processes_may_show_differently_is_refused():
    assert laws.shown(("n", 1, 2)) != laws.shown(("n", "1", 2)) != laws.shown(("n", ("1", 2)))
    with pytest.raises(TypeError, match="float"):
        laws.shown(("n", 0.5))


def test_a_finding_is_made_smaller_while_it_stays_one():
    assert smaller(["abc", "12345x6789", "def"], lambda texts: any("x" in t for t in texts)) == ["x"]
    assert smaller(["ax", "bx"], lambda texts: all("x" in t for t in texts), keep=2) == ["x", "x"]


def test_the_same_seed_gives_the_same_texts():
    first = [make(7, number, []) for number in range(30)]
    assert first == [make(7, number, []) for number in range(30)]
    assert all(len(case.texts) == SIZE for case in first)
    assert first[0].texts != make(8, 0, []).texts


def test_real_answers_keep_the_laws(data_dir):
    pool = [r"\frac{1}{2}", "x = 5", r"\text{(C) } 12"]
    if data_dir:
        rows = (data_dir / "answer_pairs.jsonl").read_text(encoding="utf-8").splitlines()[::20]
        pool = [json.loads(row)["gold"] for row in rows]
    for text in pool:
        assert [laws.broken(law, [text]) for law in laws.OF_ONE] == [None] * len(laws.OF_ONE)


def test_two_thousand_inputs_break_no_law(tmp_path):
    """A short run as a person starts it: fresh processes, other hash seeds, figures and findings on the disk."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.answers_fuzz",
        "--inputs",
        "2000",
        "--seed",
        "3",
        "--out",
        str(tmp_path),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=300, check=False,
        env={**os.environ, "KPMATH_DATA_DIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "findings.jsonl").read_text(encoding="utf-8") == ""
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert figures["inputs"] == 2000 and figures["findings"] == {} and figures["median_ms"] > 0
