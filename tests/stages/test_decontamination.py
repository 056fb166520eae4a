"""METHOD 8, contamination."""

from __future__ import annotations

import doctest
import json
import random
import time
from pathlib import Path

import pytest

from builder.stages import decontamination
from builder.stages.decontamination import Hit, NgramIndex, contamination_tokens

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
    assert hits == [Hit("test", "1", " ".join(run))]


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
    assert str(Hit("gsm8k", "12", "secret words")) == "gsm8k row 12"


def test_unknown_words_never_match() -> None:
    # Two different unknown words must not look the same to the index.
    index = index_of(3, "aa bb cc")
    assert index.hits("dd ee ff") == index.hits("aa bb dd") == index.hits("zz") == []
    short = index_of(5, "aa bb")
    assert short.hits("cc dd") == []


def test_a_collision_of_hashes_is_no_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    index = NgramIndex(3)
    index._powers[:] = 0  # every n-gram has the same hash
    index.add("test", "0", "aa bb cc dd")
    assert index.hits("aa bb dd cc aa") == []
    assert [h.ngram for h in index.hits("dd bb cc dd")] == ["bb cc dd"]


def test_figure_code_is_no_text() -> None:
    figure = "[asy] draw((0,0)--(1,0)--(1,1)--cycle); label(A,(0,0),SW); [/asy]"
    index = index_of(10, f"Find the area of the first shape drawn here today. {figure}")
    assert index.hits(f"How long is the path that the ant walks along the wall? {figure}") == []
    assert contamination_tokens("a [asy] b [/asy] c [asy] d") == ["a", "c"]


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
    started = time.process_time()
    index = index_of(20, *sets["test"])
    for row, text in list(enumerate(sets["test"]))[::25]:
        dressed = "\n" + text.replace(" ", "  ").replace("$", "")
        assert str(row) in {h.row_id for h in index.hits(dressed)}
        if len(contamination_tokens(text)) >= 20:
            assert str(row) in {h.row_id for h in index.hits(f"Consider this. {text} Explain.")}
    met = sum(bool(index.hits(text)) for text in sets["train"])
    assert 0 < met < len(sets["train"]) * 0.08
    assert time.process_time() - started < 20
