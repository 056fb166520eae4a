"""METHOD 8, contamination."""

from __future__ import annotations

import doctest
import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.stages import decontamination
from builder.stages.decontamination import Hit, NgramIndex, contamination_tokens
from tests.stages import real_questions as real

WORDS = [f"{a}{b}" for a in ("ma", "ke", "lo", "ti", "su", "no") for b in ("ran", "bel", "dis", "fum", "got")]


def text_of(n: int, seed: int) -> str:
    """``n`` words drawn at random: no two such texts share a long run."""
    return " ".join(random.Random(seed).choices(WORDS, k=n))


def index_of(n: int, *texts: str) -> NgramIndex:
    index = NgramIndex(n)
    for i, text in enumerate(texts):
        index.add("test", str(i), text)
    return index


def test_the_example_of_the_class_holds() -> None:
    assert doctest.testmod(decontamination).failed == 0


@pytest.mark.parametrize(("shared", "expected"), [(19, []), (20, ["0"]), (21, ["0"]), (40, ["0"])])
def test_a_run_of_n_tokens_is_a_hit_and_one_less_is_not(shared: int, expected: list[str]) -> None:
    row = text_of(60, 1)
    run = " ".join(row.split()[17 : 17 + shared])
    text = f"{text_of(15, 2)} xx {run} yy {text_of(15, 3)}"
    assert [h.row_id for h in index_of(20, row).hits(text)] == expected


@pytest.mark.parametrize("position", [0, 1, 39, 40])
def test_the_run_is_found_wherever_it_stands(position: int) -> None:
    row = text_of(60, 4)
    run = row.split()[position : position + 20]
    hits = index_of(20, text_of(50, 5), row).hits("xx " + " ".join(run))
    assert hits == [Hit("test", "1", " ".join(run), True)]


@pytest.mark.parametrize(
    ("row", "text", "hit"),
    [
        (r"Find $\dfrac{1}{2}$ of 1,000", r"so find \(\frac{1}{2} \) of 1000", True),
        ("Compute 2 + 3 for me", "please COMPUTE 2+3 for me", True),
        ("Compute 2 + 3 for me", "please compute 2 - 3 for me", False),
        ("of sin 60 is", "value of sin(-60) is", False),
        ("of sin 60 is", "value of sin 60 is", True),
        ("is 1.5 times more", "it is 15 times more", False),
        ("x^{2} + 1 = 5", "x^2+1=5", True),
        ("16 - 3 = <<16-3=13>>13 eggs", "so 16 - 3 = 13 eggs", True),
        ("we get 5 −3 = 2", "we get 5 - 3 = 2", True),
    ],
)
def test_markup_does_not_count_and_signs_do(row: str, text: str, hit: bool) -> None:
    assert bool(index_of(4, row).hits(text)) is hit


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("What is 2 + 3?", True),
        ("what is  $2+3$", True),
        ("What is 2 + 4?", False),
        ("Tell me: what is 2 + 3?", False),
        (text_of(30, 6) + " What is 2 + 3?", False),
        ("", False),
        ("?", False),
    ],
)
def test_short_texts_meet_only_when_they_are_the_same(text: str, hit: bool) -> None:
    assert bool(index_of(20, "What is 2 + 3?").hits(text)) is hit


def test_a_row_is_reported_once_with_its_first_run_and_rows_in_the_order_added() -> None:
    row = text_of(40, 7)
    index = NgramIndex(20)
    index.add("gsm8k", "7", row)
    index.add("math", "3", "xx " + row)
    hits = index.hits(row + " zz " + row)
    assert [(h.test_set, h.row_id) for h in hits] == [("gsm8k", "7"), ("math", "3")]
    assert hits[0].ngram == " ".join(row.split()[:20])


def test_a_hit_in_words_names_the_row_and_keeps_the_text_of_the_test_set_out() -> None:
    assert str(Hit("gsm8k", "12", "secret words", True)) == "gsm8k row 12"


def test_unknown_words_never_match() -> None:
    # Two different unknown words must not look the same to the index.
    index = index_of(3, "aa bb cc")
    assert index.hits("dd ee ff") == index.hits("aa bb dd") == index.hits("zz") == []
    short = index_of(5, "aa bb")
    assert short.hits("cc dd") == []


def test_a_collision_of_hashes_is_no_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NgramIndex, "_hash", lambda self, ids: np.zeros(len(ids) - self.n + 1, np.uint64))
    index = index_of(3, "aa bb cc dd")
    assert index.hits("aa bb dd cc aa") == []
    assert [h.ngram for h in index.hits("dd bb cc dd")] == ["bb cc dd"]


def test_what_is_added_after_a_look_up_is_found_too() -> None:
    index = index_of(3, "aa bb cc", "ee")
    assert [h.row_id for h in index.hits("xx aa bb cc")] == ["0"]
    index.add("late", "9", "a very much longer text than all before it: aa bb cc")
    assert [(h.test_set, h.row_id) for h in index.hits("aa bb cc")] == [("test", "0"), ("late", "9")]
    assert [h.row_id for h in index.hits("much longer text")] == ["9"]


def test_short_texts_alone_are_an_index_too() -> None:
    index = index_of(5, "aa bb", "cc")
    assert [h.row_id for h in index.hits("AA, bb!")] == ["0"]
    assert index.hits("aa bb cc dd ee ff") == []


def test_figure_code_is_no_text() -> None:
    figure = "[asy] draw((0,0)--(1,0)--(1,1)--cycle); label(A,(0,0),SW); [/asy]"
    index = index_of(10, f"Find the area of the first shape drawn here today. {figure}")
    assert index.hits(f"How long is the path that the ant walks along the wall? {figure}") == []
    assert contamination_tokens("a [asy] b [/asy] c [asy] d") == ["a", "c"]


def drawn(*labels: str) -> str:
    code = "".join(f'label("${label}$", (0,{i}), N); ' for i, label in enumerate(labels))
    return f"How large is the angle x in the figure? [asy] draw((0,0)--(1,0)); {code}[/asy]"


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        (drawn("40", "x"), True),
        (drawn("40", "x").replace("(0,0)--(1,0)", "(0,0)--(7,7)"), True),
        (drawn("x", "40"), True),
        (drawn("50", "x"), False),
        (drawn("-40", "x"), False),
        ("How large is the angle x in the figure?", False),
    ],
)
def test_a_short_question_about_a_figure_is_the_same_with_the_same_figure_only(text: str, hit: bool) -> None:
    assert bool(index_of(20, drawn("40", "x")).hits(text)) is hit


@pytest.mark.parametrize("n", [0, -1])
def test_an_ngram_has_at_least_one_token(n: int) -> None:
    with pytest.raises(ValueError, match="at least one token"):
        NgramIndex(n)


def test_empty_rows_are_left_out() -> None:
    assert len(index_of(5, "", "  ", "?!", "a b")) == 1


def test_it_finds_what_a_plain_comparison_finds() -> None:
    chance = random.Random(8)
    rows = [chance.choices("abcd", k=chance.randint(1, 12)) for _ in range(60)]
    index = index_of(4, *(" ".join(f"{c}x" for c in r) for r in rows))
    for _ in range(300):
        text = chance.choices("abcd", k=chance.randint(1, 10))
        expected = [
            str(i)
            for i, r in enumerate(rows)
            if (len(text) < 4 and r == text)
            or any(text[p : p + 4] == r[q : q + 4] for p in range(len(text) - 3) for q in range(len(r) - 3))
        ]
        assert [h.row_id for h in index.hits(" ".join(f"{c}x" for c in text))] == expected


# --- the real test sets ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sets(data_dir: Path | None) -> dict[str, list[str]]:
    """Questions of GSM8K and MATH, test and train; drawn texts of the same shape without the data."""
    if data_dir is None:
        test = [text_of(40 + i % 60, i) for i in range(1000)]
        train = [text_of(60, 10_000 + i) for i in range(1990)]
        return {"test": test, "train": [*train, *(f"{t} and more" for t in test[:10])]}
    found: dict[str, list[str]] = {}
    for part, limit in (("test", 7000), ("train", 2000)):
        rows: list[str] = []
        for name in ("gsm8k", "math"):
            lines = (data_dir / f"{name}_{part}.jsonl").read_text(encoding="utf-8").splitlines()[: limit // 2]
            rows += [r.get("question") or r["problem"] for r in map(json.loads, lines)]
        found[part] = rows
    return found


def test_test_questions_are_found_in_other_clothes_and_train_questions_seldom(
    sets: dict[str, list[str]],
) -> None:
    index = index_of(20, *sets["test"])
    for row, text in list(enumerate(sets["test"]))[::25]:
        dressed = "\n" + text.replace(" ", "  ").replace("$", "")
        assert str(row) in {h.row_id for h in index.hits(dressed)}
        if len(contamination_tokens(text)) >= 20:
            assert str(row) in {h.row_id for h in index.hits(f"Consider this. {text} Explain.")}
    met = sum(bool(index.hits(text)) for text in sets["train"])
    assert 0 < met < len(sets["train"]) * 0.08


def test_a_row_with_and_without_its_options_is_one_hit() -> None:
    question = "Which of these numbers is a prime and leaves the rest of two when it is divided by three or five?"
    options = "A 15 B 17 C 21 D 25"
    index = NgramIndex(20)
    for text in (question, f"{question} {options}"):
        index.add("quiz", "4", text)
    assert [h.row_id for h in index.hits(question)] == ["4"]
    assert [h.repeated for h in index.hits(f"Say at once: {question} {options}")] == [True]
    assert [h.row_id for h in index.hits(f"leaves the rest of two when it is divided by three or five? {options}")] == [
        "4"
    ]
    assert index.hits(options) == []


# --- real text ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (real.CLIPS, real.CLIPS.upper().replace("HOW", "how").replace(" ", "  ")),
        (real.BABYSITTING, "Here is a task. " + real.BABYSITTING.replace("$12", r"\$12") + " Explain each step."),
        (real.WALLET, real.WALLET.replace("Betty is saving", "Clara is saving")),
        (real.BOOK, real.BOOK.replace("120-page", "120 page")),
        (real.LETTER, real.LETTER),
        (real.LETTER, real.LETTER.replace("  ", "\n\n") + " Tell me."),
        (real.GARDEN, real.GARDEN.split("?")[0].replace("three different colors", "3 different colors")),
        (real.PIZZA, real.PIZZA.replace("Albert is wondering how much", "Tell how much")),
        (real.PACKAGE, real.PACKAGE.replace("goodies", "sweets")),
        (real.WAGE, real.WAGE.replace("$18.00", "18.00 dollars")),
        (real.TREES, real.TREES.replace("mango", "**mango**")),
        (real.SHOES, "A story: " + real.SHOES[40:]),
    ],
)
def test_a_real_question_that_is_taken_over_is_met(row: str, text: str) -> None:
    hits = index_of(20, *(t for t in real.ALL if t != row), row).hits(text)
    assert [h.row_id for h in hits] == [str(len(real.ALL) - 1)]
    assert len(hits[0].ngram.split()) <= 20


@pytest.mark.parametrize(
    "text",
    [
        "Natalia sold clips to 84 friends in April and half as many in May. How many did she sell altogether?",
        "Weng earns $12 an hour. How much is that for 50 minutes?",
        "Betty saves for a wallet that costs $100 and has half of it. How much does she need?",
        "Julie reads 12 pages of a book with 120 pages, then twice as many. How many pages remain?",
        real.LETTER.replace("3-page", "4-page"),
        real.LETTER.replace("twice", "once"),
        real.LETTER.replace("How many pages", "Count the sheets that"),
        "Mark planted ten yellow flowers and 80% more purple ones. How many flowers are in his garden?",
        "A large pizza has 16 slices and a small pizza has 8 slices. How many slices do 2 of each have?",
        "The final weight of a box in pounds is asked, after the weight of jelly beans doubles and triples.",
        "Randy has 60 trees on his farm, and half as many of another kind less 5. How many trees are there?",
        " ".join(reversed(real.SHOES.split())),
    ],
)
def test_a_real_question_in_the_same_field_is_not_met(text: str) -> None:
    assert index_of(20, *real.ALL).hits(text) == []


# --- which hits repeat the row -----------------------------------------------------------------

FORM = (
    " Enter your answer in the form of a single number, without any unit, and show every step of the way to it, please."
)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (real.CLIPS, "Read this. " + real.CLIPS),
        (real.WALLET, real.WALLET.replace("$100", r"$100\$")),
        (real.BOOK, real.BOOK + " Then tell how many pages 3 such books have."),
        (real.GARDEN + " Then add 7.", real.GARDEN),
        (real.GARDEN, real.GARDEN.replace("Ten of", "10 of")),
        (real.PIZZA, real.PIZZA.replace("pieces", "slices")),
        (real.PACKAGE, real.PACKAGE.replace("brother", "sister")),
        (real.WAGE, real.WAGE.replace("1/2", r"{1/2}")),
        (real.TREES, real.TREES.replace("Randy", "Rudi")),
        ("Let x lie between 100° and 200°." + FORM, "Let x lie between 100 and 200." + FORM),
        (real.SHOES + '[asy] label("5", A); [/asy]', real.SHOES + '[asy] draw(B); label("$5$", B); [/asy]'),
    ],
)
def test_the_same_mathematics_makes_a_hit_a_repeat(row: str, text: str) -> None:
    assert [h.repeated for h in index_of(20, row).hits(text)] == [True]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (real.WALLET, real.WALLET.replace("$15", "$25")),
        (real.BOOK, real.BOOK.replace("half of the remaining", "a third of the remaining")),
        (real.GARDEN, real.GARDEN.replace("80% more", "80% less")),
        (real.SHOES, real.SHOES.replace("4 lawns", "5 lawns")),
        ("What is 2 + 3?" + FORM, "What is 3 + 2?" + FORM),
        (real.SHOES + '[asy] label("5", A); [/asy]', real.SHOES + '[asy] label("6", A); [/asy]'),
    ],
)
def test_shared_wording_is_a_hit_and_no_repeat(row: str, text: str) -> None:
    assert [h.repeated for h in index_of(20, row).hits(text)] == [False]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (real.WAGE, real.WAGE.replace("+ 1/2", "- 1/2")),
        ("Find the value of 5 + 3." + FORM, "Find the value of -5 + 3." + FORM),
        ("Find the value of -5 + 3." + FORM, "Find the value of 5 + 3." + FORM),
        ("Find f(10) for f(x) = 3x + 5." + FORM, "Find f(-10) for f(x) = 3x + 5." + FORM),
        ("Find the sine of a." + FORM, "Find the sine of -a." + FORM),
        ("Solve x - 7 = 2." + FORM, "Solve x + 7 = 2." + FORM),
        (
            r"Let \[x^8 + 98x^4 + 1 = p(x) q(x),\]where $p(x)$ and $q(x)$ are monic, non-constant polynomials." + FORM,
            r"Let \[x^8 - 98x^4 + 1 = p(x) q(x),\]where $p(x)$ and $q(x)$ are monic, non-constant polynomials." + FORM,
        ),
    ],
)
def test_a_text_that_differs_in_a_sign_alone_is_another_problem(row: str, text: str) -> None:
    index = index_of(20, row)
    assert index.hits(text) == []
    # With another difference the shared words count again.
    assert [h.repeated for h in index.hits(f"{text} Say why.")] == [False]


# --- laws --------------------------------------------------------------------------------------

short_texts = st.lists(st.sampled_from(["ax", "bx", "cx"]), max_size=9)


def shares_a_run(a: list[str], b: list[str], n: int) -> bool:
    if len(a) < n:
        return a == b
    runs = {tuple(b[q : q + n]) for q in range(len(b) - n + 1)}
    return any(tuple(a[p : p + n]) in runs for p in range(len(a) - n + 1))


@given(st.lists(short_texts.filter(bool), max_size=12), short_texts, st.integers(1, 5))
def test_it_finds_what_a_set_of_ngrams_finds(rows: list[list[str]], text: list[str], n: int) -> None:
    found = index_of(n, *map(" ".join, rows)).hits(" ".join(text))
    assert [h.row_id for h in found] == [str(i) for i, row in enumerate(rows) if shares_a_run(text, row, n)]
    for hit in found:
        joined = " ".join(text)
        at = joined.find(hit.ngram)
        before = joined[:at].split()
        # The first of the shared ones: none begins further left.
        assert not any(
            shares_a_run(text[p : p + n], rows[int(hit.row_id)], n) for p in range(len(before)) if n <= len(text)
        )


@given(st.lists(short_texts.filter(bool), min_size=1, max_size=8), short_texts, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_the_order_of_the_hits_only(
    rows: list[list[str]], text: list[str], chance: random.Random
) -> None:
    numbered = list(enumerate(rows))
    chance.shuffle(numbered)
    index = NgramIndex(3)
    for i, row in numbered:
        index.add("test", str(i), " ".join(row))
    again = index.hits(" ".join(text))
    assert sorted(again, key=lambda h: int(h.row_id)) == index_of(3, *map(" ".join, rows)).hits(" ".join(text))


# --- MATH against itself -----------------------------------------------------------------------


READ_REPEATS = """
    algebra/517~algebra/636 algebra/777~algebra/1674 geometry/25086~geometry/902 geometry/6086~geometry/507
    algebra/2733~intermediate_algebra/1352 intermediate_algebra/850~algebra/1253 geometry/1017~geometry/933
    algebra/2197~intermediate_algebra/965 geometry/6032~precalculus/24307 precalculus/8014~precalculus/798
    geometry/490~intermediate_algebra/1615 intermediate_algebra/1138~algebra/77
    intermediate_algebra/62~algebra/840 number_theory/7105~intermediate_algebra/1007
"""
READ_SIGNS = """
    intermediate_algebra/1894~intermediate_algebra/1607 algebra/1119~algebra/489
    intermediate_algebra/1720~intermediate_algebra/1436 geometry/626~geometry/969 precalculus/474~precalculus/285
    intermediate_algebra/1398~intermediate_algebra/1033 intermediate_algebra/1398~intermediate_algebra/2047
"""


def test_math_train_meets_what_was_read_in_math_test_and_no_pair_that_differs_in_a_sign_alone(
    data_dir: Path | None,
) -> None:
    if data_dir is None:
        pytest.skip("needs the real data")

    def problems(part: str) -> dict[str, str]:
        lines = (data_dir / f"math_{part}.jsonl").read_text(encoding="utf-8").splitlines()
        return {r["id"]: r["problem"] for r in map(json.loads, lines)}

    index = NgramIndex(20)
    for row_id, problem in problems("test").items():
        index.add("math", row_id, problem)
    train = problems("train")
    # Read one by one: docs/hygiene.md.
    for pair in READ_REPEATS.split():
        mine, theirs = pair.split("~")
        hits = {h.row_id: h.repeated for h in index.hits(train[f"train/{mine}.json"])}
        assert hits.get(f"test/{theirs}.json"), pair
    for pair in READ_SIGNS.split():
        mine, theirs = pair.split("~")
        assert f"test/{theirs}.json" not in {h.row_id for h in index.hits(train[f"train/{mine}.json"])}, pair
