"""How different paraphrases are: the measures, families in any order, and the shares of what drifted."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.report.outcomes import Outcome
from builder.report.paraphrases import MEASURES, PARENT, SIBLING, Paraphrases, Rewordings, similarities
from builder.tokens import tokenise

TOKENS = st.lists(st.sampled_from("abcd"), max_size=7)
FATES = ("kept", "drift_quantities", "drift_answer", "low_score")


def outcome(name: str, problem: str | None, parent: str | None = None, fate: str = "kept") -> Outcome:
    return Outcome(name, parent, problem, None, (), (), False, None, None, (), (), False, 0, (), fate, None)


def measured(outcomes: list[Outcome], per_question: int = 2) -> Paraphrases | None:
    tally = Rewordings(per_question)
    for one in outcomes:
        tally.add(one)
    return tally.measured()


def edits(one: list[str], other: list[str]) -> int:
    """Levenshtein distance by its definition."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


@given(TOKENS, TOKENS)
def test_the_measures_are_what_they_are_said_to_be(one: list[str], other: list[str]) -> None:
    jaccard, edit = similarities(one, other)
    longest = max(len(one), len(other))
    assert edit == pytest.approx(1 - edits(one, other) / longest if longest else 1.0)
    both, either = set(one) & set(other), set(one) | set(other)
    assert jaccard == pytest.approx(len(both) / len(either) if either else 1.0)
    assert similarities(other, one) == pytest.approx((jaccard, edit))
    assert similarities(one, one) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("parent", "paraphrase", "jaccard", "edit"),
    [
        ("Find $x$ if $x + 3 = 7$.", "Find x if x+3=7", 1.0, 1.0),  # white space and markup are no difference
        ("Find $x$ if $x - 3 = 7$.", "Find x if x+3=7", 6 / 8, 7 / 8),  # a sign is
        ("Tom has 2 cats and 3 dogs", "3 dogs and 2 cats has Tom", 1.0, 1 / 7),  # order is for one of them
        ("Add two and two", "Wie viel ist zwei plus zwei?", 0.0, 0.0),
    ],
)
def test_two_problems_are_compared_by_their_tokens(parent: str, paraphrase: str, jaccard: float, edit: float) -> None:
    assert similarities(tokenise(parent), tokenise(paraphrase)) == pytest.approx((jaccard, edit))


@st.composite
def families(draw: st.DrawFn) -> list[Outcome]:
    """Kept questions with up to two paraphrases, one of which may have no text."""
    found = []
    for number in range(draw(st.integers(0, 5))):
        parent = f"q{number}"
        found.append(outcome(parent, " ".join(draw(TOKENS)) + " ?"))
        for child in range(draw(st.integers(0, 2))):
            text = draw(st.one_of(st.none(), TOKENS.map(" ".join)))
            found.append(outcome(f"{parent}-{child}", text, parent, draw(st.sampled_from(FATES))))
    return found


@settings(deadline=None)
@given(families(), st.randoms(use_true_random=False))
def test_all_pairs_are_compared_in_whatever_order_the_records_come(found: list[Outcome], mix: random.Random) -> None:
    shuffled = found[:]
    mix.shuffle(shuffled)
    one, other = measured(found), measured(shuffled)
    children = [o for o in found if o.parent_id]
    if not children:
        assert one is other is None
        return
    assert one is not None and other is not None
    assert one.table() == other.table() and one.fates_table() == other.fates_table()
    assert (one.same, one.same_siblings) == (other.same, other.same_siblings)
    texts = [o for o in children if o.problem is not None]
    assert {s.pairs for s in one.of(PARENT)} == {len(texts)}
    siblings = sum(a.parent_id == b.parent_id for a, b in combinations(texts, 2))
    assert {s.pairs for s in one.of(SIBLING)} == {siblings}
    assert {f.fate: f.paraphrases for f in one.fates} == Counter(o.fate for o in children)


def test_means_and_quantiles_are_those_of_the_similarities() -> None:
    words = ["w" + chr(97 + i // 8) + chr(97 + i % 8) for i in range(40)]
    found = [outcome("q", " ".join(words))]
    found += [outcome(f"q{i}", " ".join(words[: 40 - i]), "q") for i in range(31)]
    told = measured(found, 31)
    assert told is not None
    true = np.array([1 - i / 40 for i in range(31)])
    for spread in told.of(PARENT):
        assert spread.mean == pytest.approx(true.mean(), abs=0.005)
        assert spread.histogram.sum() == 31
        for share in (0.1, 0.5, 0.9):
            assert spread.quantile(share) == pytest.approx(np.quantile(true, share, method="inverted_cdf"), abs=0.011)
    assert told.same == 1
    assert [s.measure for s in told.spreads] == [*MEASURES, *MEASURES]


def test_a_parent_with_the_paraphrases_of_another_is_not_compared_with_them() -> None:
    told = measured([outcome("q", "a b"), outcome("r", "c d"), outcome("r1", "c d", "r"), outcome("r2", "c", "r")])
    assert told is not None
    assert told.of(PARENT)[0].pairs == 2 and told.of(SIBLING)[0].pairs == 1
    assert told.of(PARENT)[1].mean == pytest.approx(0.75)


def test_families_that_are_whole_are_not_held() -> None:
    tally = Rewordings(2)
    for number in range(100):
        for one in (
            outcome(f"q{number}", "a b c"),
            outcome(f"a{number}", "a b", f"q{number}"),
            outcome(f"b{number}", None, f"q{number}", "no_question"),
            outcome(f"t{number}", "a tie", None, "tie"),
        ):
            tally.add(one)
        assert not tally._open
    told = tally.measured()
    assert told is not None and told.of(PARENT)[0].pairs == 100 and not told.of(SIBLING)[0].pairs


def test_without_paraphrases_there_is_nothing_to_measure() -> None:
    assert measured([outcome("q", "a b")], 0) is None
    assert measured([outcome("q", "a b")], 2) is None
