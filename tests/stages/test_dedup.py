"""METHOD 8, redundancy."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.stages.dedup import DedupResult, _bands, deduplicate, jaccard, shingles
from builder.tokens import mathematics, tokenise, words_and_numbers
from tests.stages import real_questions as real

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


def test_two_thousand_problems_of_one_template_are_all_kept() -> None:
    texts = [story(a=a, b=b, c=c) for a in range(10) for b in range(10) for c in range(20)]
    assert len(unique(*texts).kept) == 2000


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


# --- real text ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "again"),
    [
        (real.CLIPS, real.CLIPS.replace(" ", "  ").upper().replace("HOW MANY", "How many").lower()),
        (real.BABYSITTING, real.BABYSITTING.replace("$12", r"\$12").replace("50", "$50$")),
        (real.WALLET, real.WALLET.replace("decided to give her", "decided to hand her")),
        (real.BOOK, real.BOOK.replace("120-page", "120 page").replace("Yesterday, ", "Yesterday ")),
        (real.GARDEN, "Solve this problem. " + real.GARDEN),
        (real.GARDEN, real.GARDEN.replace("Ten of them", "10 of them")),
        (real.PIZZA, real.PIZZA.replace("Albert is wondering", "Adam is wondering")),
        (real.PACKAGE, real.PACKAGE.replace("goodies", "sweets").replace("pounds", "**pounds**")),
        (real.WAGE, real.WAGE.replace("+ 1/2", r"$+ 1/2$").replace("money does she make", "money will she make")),
        (real.TREES, real.TREES + " Show your work."),
        (real.SHOES, real.SHOES.replace("a new pair of shoes", "some new pair of shoes")),
        (real.MONSTER, real.MONSTER.replace("hunger", "appetite").replace("deep-sea", "deep sea")),
    ],
)
def test_a_real_question_in_other_clothes_is_a_duplicate(text: str, again: str) -> None:
    assert text != again
    assert unique(text, again).kept == ("q0",)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (real.CLIPS, real.CLIPS.replace("48", "84")),
        (real.CLIPS, real.CLIPS.replace("half as many", "twice as many")),
        (real.BABYSITTING, real.BABYSITTING.replace("$12", "$1.2")),
        (real.WALLET, real.WALLET.replace("$100", "$15").replace("her $15", "her $100")),
        (real.BOOK, real.BOOK.replace("120-page", "210-page")),
        (real.GARDEN, real.GARDEN.replace("80% more", "80% less")),
        (real.GARDEN, real.GARDEN.replace("25%", "25")),
        (real.PIZZA, real.PIZZA.replace("16 slices", "8 slices").replace("has 8 slices. If", "has 16 slices. If")),
        (real.PACKAGE, real.PACKAGE.replace("to triple", "to double")),
        (real.WAGE, real.WAGE.replace("wage + 1/2", "wage - 1/2")),
        (real.TREES, real.TREES.replace("5 less", "5 more")),
        (real.MONSTER, real.MONSTER.replace("first hundred", "last hundred")),
    ],
)
def test_a_real_question_with_other_mathematics_is_another_problem(text: str, other: str) -> None:
    assert text != other
    assert unique(text, other).kept == ("q0", "q1")


# --- laws --------------------------------------------------------------------------------------

WORDINGS = [
    f"{t}{more}" for t in real.ALL[:4] for more in ("", " Explain.", " Show your work.", " Think first, please.")
]
questions_of = st.lists(st.tuples(st.sampled_from(WORDINGS), st.sampled_from([0.4, 0.6, 0.8])), max_size=14).map(
    lambda rows: [(f"q{i:02d}", text, priority) for i, (text, priority) in enumerate(rows)]
)


def without_repeats(questions: Sequence[tuple[str, str, float]]) -> DedupResult:
    return deduplicate(questions, ngram=3, threshold=0.7, num_perm=128, seed=3)


@given(questions_of, st.randoms(use_true_random=False))
def test_the_order_of_the_questions_changes_nothing(
    questions: list[tuple[str, str, float]], chance: random.Random
) -> None:
    found = without_repeats(questions)
    chance.shuffle(questions)
    again = without_repeats(questions)
    assert set(again.kept) == set(found.kept)
    assert set(again.duplicates) == set(found.duplicates)


@given(questions_of)
def test_what_is_kept_holds_no_duplicate_and_nothing_is_lost(questions: list[tuple[str, str, float]]) -> None:
    found = without_repeats(questions)
    kept = [q for q in questions if q[0] in found.kept]
    assert without_repeats(kept) == DedupResult(found.kept, ())
    assert sorted([*found.kept, *(d.id for d in found.duplicates)]) == [q[0] for q in questions]
    assert all(d.duplicate_of in found.kept for d in found.duplicates)


@given(questions_of)
def test_what_is_found_is_what_comparing_every_pair_finds(questions: list[tuple[str, str, float]]) -> None:
    kept: list[tuple[str, str, float]] = []
    for question in sorted(questions, key=lambda q: (-q[2], q[0])):
        tokens = words_and_numbers(question[1])
        rivals = [words_and_numbers(k[1]) for k in kept]
        if not any(
            mathematics(tokens) == mathematics(r) and jaccard(shingles(tokens, 3), shingles(r, 3)) >= 0.7
            for r in rivals
        ):
            kept.append(question)
    assert set(without_repeats(questions).kept) == {k[0] for k in kept}


# --- vectors -----------------------------------------------------------------------------------


def by_first_word(texts: Sequence[str]) -> np.ndarray:
    """A vector for each text: near where the first words are the same."""
    directions = np.eye(64, dtype=np.float32)
    return np.array([directions[sum(map(ord, t.split()[0])) % 64] for t in texts])


def test_vectors_find_a_rewording_and_only_with_the_same_mathematics() -> None:
    texts = (
        "Ann has 3 boxes with 4 pens in each of them. How many pens has she?",
        "Ann owns 3 crates, and every crate holds 4 biros. What is their number?",
        "Ann owns 4 crates, and every crate holds 3 biros. What is their number?",
        "Bob owns 3 crates, and every crate holds 4 biros. Say what their number is.",
    )
    assert unique(*texts).kept == ("q0", "q1", "q2", "q3")
    result = unique(*texts, embed=by_first_word)
    assert result.kept == ("q0", "q2", "q3")
    assert [(d.id, d.duplicate_of, d.similarity, d.kind) for d in result.duplicates] == [("q1", "q0", 1.0, "semantic")]


def test_a_duplicate_of_a_semantic_duplicate_names_the_question_that_is_kept() -> None:
    first, second = "Ann has 3 boxes with 4 pens in each.", "Ann owns 3 crates, and every crate holds 4 biros today."
    texts = (second, second + " Why?", first, second.upper().lower())
    result = unique(*texts, priorities=(0.5, 0.5, 0.9, 0.5), embed=by_first_word)
    assert result.kept == ("q2",)
    assert [(d.id, d.duplicate_of) for d in result.duplicates] == [("q0", "q2"), ("q1", "q2"), ("q3", "q2")]


def test_vectors_are_asked_for_questions_with_a_rival_only() -> None:
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> np.ndarray:
        asked.extend(texts)
        return by_first_word(texts)

    unique("Join 1 and 2.", "Put 1 to 2.", "Double 7.", "Double 7.", "?", "!", embed=embed)
    assert asked == ["Join 1 and 2.", "Put 1 to 2."]
