"""METHOD 8, redundancy."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from builder.stages.dedup import (
    _bands,
    deduplicate,
    jaccard,
    mathematics,
    shingles,
    too_long_number,
    words_and_numbers,
)
from builder.tokens import tokenise

STORY = (
    "{name} runs a small bakery near the harbour and sells boxes of fresh pastries every morning before the "
    "ferry leaves. On Monday {name} packs {a} boxes with {b} pastries in each of them and hands out {c} "
    "pastries to the crew without asking for any money. How many pastries are left for the passengers on "
    "that day?"
)


def story(name: str = "Ana", a: object = 12, b: object = 8, c: object = 5) -> str:
    return STORY.format(name=name, a=a, b=b, c=c)


def unique(*texts: str, priorities: tuple[float, ...] = (), **options: object):
    rows = [(f"q{i}", t, priorities[i] if priorities else 0.5) for i, t in enumerate(texts)]
    return deduplicate(rows, **{"ngram": 5, "threshold": 0.8, "num_perm": 128, "seed": 0, **options})


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("What is $2 + 3$?", "what is 2+3", "exact"),
        (r"Find $\dfrac{1}{2}$ of 1,000.", r"Find \(\frac{1}{2}\) of 1000", "exact"),
        (story(), story().replace("small bakery", "little bakery"), "near"),
        (story(), "Read this. " + story(), "near"),
        (story(a="twelve"), story(a=12), "exact"),
        (story(a="twelve"), story(a=12).replace("small bakery", "little bakery"), "near"),
    ],
)
def test_the_same_problem_is_a_duplicate(a: str, b: str, kind: str) -> None:
    result = unique(a, b)
    assert result.kept == ("q0",)
    assert [(d.id, d.duplicate_of, d.kind) for d in result.duplicates] == [("q1", "q0", kind)]
    assert 0.8 <= result.duplicates[0].similarity <= 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("sin 60", "sin(-60)"),
        ("Compute 2 + 3.", "Compute 2 - 3."),
        ("Solve 2x + 3 = 7.", "Solve 3x + 2 = 7."),
        (story(), story(c=6)),
        (story(), story(c="1.5")),
        (story(c="1.5"), story(c="15")),
        (story(a=12, b=8), story(a=8, b=12)),
        (story(), story(c="-5")),
        (story(), story(a="twelve", c="six")),
        (story() + " Find the sum of both.", story() + " Find the difference of both."),
        (story() + " What is the value of x?", story() + " What is the value of y?"),
        (story() + " Arrange the word TARTAR.", story() + " Arrange the word TOOT."),
        (story() + " Let theta be constant.", story() + " Let phi be constant."),
        (story() + " Use the interval [0, 1].", story() + " Use the interval (0, 1]."),
        (story() + " He has at least 3.", story() + " He has at most 3."),
        (story(), "A train leaves the town and travels 12 km, then 8 km, then 5 km. How far?"),
    ],
)
def test_another_problem_is_kept(a: str, b: str) -> None:
    assert unique(a, b).kept == ("q0", "q1")


def test_the_wording_alone_decides_when_asked_to() -> None:
    long = story() + " " + story(name="Ben")
    pair = (long + " He adds 3.", long + " He adds 4.")
    assert unique(*pair).kept == ("q0", "q1")
    assert unique(*pair, same_mathematics=False).kept == ("q0",)


def test_the_question_with_the_highest_priority_represents_the_others() -> None:
    near = story().replace("small", "little")
    result = unique(story(), near, story(), priorities=(0.5, 0.9, 0.7))
    assert result.kept == ("q1",)
    # q0 repeats q2 exactly; since q2 is not kept, it names what q2 names.
    assert [(d.id, d.duplicate_of, d.kind) for d in result.duplicates] == [
        ("q0", "q1", "near"),
        ("q2", "q1", "near"),
    ]
    assert result.duplicates[0].similarity == result.duplicates[1].similarity < 1


def test_ties_go_to_the_smallest_id_and_the_order_given_is_kept() -> None:
    rows = [("b", story(), 1.0), ("z", "Another: 1 + 1", 1.0), ("a", story(), 1.0)]
    result = deduplicate(rows, ngram=5, threshold=0.8, num_perm=64, seed=1)
    assert result.kept == ("z", "a")
    assert [(d.id, d.duplicate_of) for d in result.duplicates] == [("b", "a")]


def test_the_result_does_not_depend_on_the_order_of_the_questions() -> None:
    chance = random.Random(3)
    words = story().split()
    rows = []
    for i in range(60):
        changed = [w if chance.random() > 0.02 or any(c.isdigit() for c in w) else "some" for w in words]
        rows.append((f"q{i}", " ".join(changed), chance.choice([0.5, 0.7, 0.9])))
    expected = deduplicate(rows, ngram=3, threshold=0.7, num_perm=128, seed=5)
    assert 1 <= len(expected.kept) < 60
    for _ in range(3):
        chance.shuffle(rows)
        again = deduplicate(rows, ngram=3, threshold=0.7, num_perm=128, seed=5)
        assert set(again.kept) == set(expected.kept)
        assert set(again.duplicates) == set(expected.duplicates)


def test_the_similarity_is_the_true_one_and_not_the_estimate() -> None:
    near = story().replace("small", "little")
    result = unique(story(), near, num_perm=16)
    sets = [shingles(tokenise(t), 5) for t in (story(), near)]
    assert result.duplicates[0].similarity == round(jaccard(*sets), 4)


def test_a_chain_of_likenesses_does_not_join_its_ends() -> None:
    words = story().split()
    texts = [story()]
    for i in (5, 20, 40):
        words[i] = f"{words[i]}ish"
        texts.append(" ".join(words))
    result = unique(*texts, threshold=0.88, ngram=3)
    for duplicate in result.duplicates:
        pair = (texts[int(duplicate.id[1:])], texts[int(duplicate.duplicate_of[1:])])
        assert jaccard(*(shingles(tokenise(t), 3) for t in pair)) >= 0.88
        assert duplicate.duplicate_of in result.kept
    assert len(result.kept) >= 2


def test_no_questions_give_nothing() -> None:
    assert (unique().kept, unique().duplicates) == ((), ())


def test_texts_without_tokens_are_compared_as_they_are() -> None:
    assert unique("?", "!", "?", "").kept == ("q0", "q1", "q3")


@pytest.mark.parametrize(
    ("num_perm", "threshold"), [(128, 0.8), (128, 0.5), (100, 0.7), (16, 0.9), (97, 0.8), (64, 0.01)]
)
def test_bands_divide_the_permutations_and_overlook_almost_nothing(num_perm: int, threshold: float) -> None:
    bands = _bands(num_perm, threshold)
    assert num_perm % bands == 0
    missed = (1 - threshold ** (num_perm // bands)) ** bands
    assert missed <= 1e-3 or bands == num_perm


def test_every_true_pair_over_the_threshold_is_found() -> None:
    chance = random.Random(11)
    vocabulary = [f"{c}ord{v}" for c in "bcdfghklm" for v in "abcdefgh"]
    texts = []
    for _ in range(60):
        words = [chance.choice(vocabulary) for _ in range(60)]
        texts.append(" ".join(words))
        words[chance.randrange(60)] = "changed"
        texts.append(" ".join(words))
    result = unique(*texts)
    assert len(result.kept) == len(result.duplicates) == 60


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ("Tom has three red apples and 5 pears", ("3", "5")),
        ("three apples", ("3",)),
        ("one of the apples", ()),
        ("a number x less than N", ("x", "less", "N")),
        ("the triangle ABC", ("ABC",)),
    ],
)
def test_mathematics_is_numbers_operators_and_quantities(tokens: str, expected: tuple[str, ...]) -> None:
    assert mathematics(words_and_numbers(tokens)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Add 12345678901234567890 and 1.", False),
        ("Add 123456789012345678901 and 1.", True),
        ("It is 0.12345678901234567890123.", True),
        ("It is 1,234,567,890,123,456,789,012.", True),
        ("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22", False),
        ("1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16", False),
        ("", False),
        ("9" * 100_000, True),
    ],
)
def test_overly_long_numbers_are_seen(text: str, expected: bool) -> None:
    assert too_long_number(text, 20) is expected


def test_a_thousand_problems_of_one_template_are_all_kept_and_fast() -> None:
    texts = [story(a=a, b=b, c=c) for a in range(10) for b in range(10) for c in range(20)]
    started = time.process_time()
    assert len(unique(*texts).kept) == 2000
    assert time.process_time() - started < 5


def test_two_thousand_near_copies_of_one_problem_leave_one() -> None:
    texts = [story() + f" {chr(98 + i % 25)}{chr(98 + i // 25 % 25)}{chr(98 + i // 625)}q." for i in range(2000)]
    assert len(unique(*texts).kept) == 1


def test_real_questions_are_hardly_ever_duplicates_and_their_copies_always(data_dir: Path | None) -> None:
    texts = [story(a=a, b=b) for a in range(20) for b in range(20)]
    if data_dir is not None:
        lines = (data_dir / "gsm8k_train.jsonl").read_text(encoding="utf-8").splitlines()[:2000]
        texts = [json.loads(line)["question"] for line in lines]
    assert len(unique(*texts).kept) >= len(texts) - 2
    spaced = [t.replace(" ", "  ") for t in texts[::20]]
    assert len(unique(*texts, *spaced).kept) == len(unique(*texts).kept)
