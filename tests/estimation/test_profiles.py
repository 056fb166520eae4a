"""What is expected of a model: every name has a profile, and its numbers make sense."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.estimation.profiles import Text, profile_for
from builder.llm.procedural.chat import count_tokens

NAMES = ["procedural-1", "gpt-4o-mini", "o3-mini", "deepseek-ai/DeepSeek-R1", "Qwen/Qwen2.5-7B-Instruct", ""]


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("procedural-1", "procedural*"),
        ("gpt-4o-mini", "*"),
        ("Qwen/Qwen2.5-7B-Instruct", "*"),
        ("", "*"),
        ("o3-mini", "o1*"),  # one that thinks; a profile is called by its first pattern
        ("deepseek-ai/DeepSeek-R1-Distill", "o1*"),
    ],
)
def test_every_name_has_a_profile(name: str, profile: str) -> None:
    assert profile_for(name).name == profile


@given(st.text())
def test_every_character_is_a_letter_or_another(text: str) -> None:
    found = Text.of(text)
    assert found.letters + found.others == len(text)
    assert found.letters == sum(c.isascii() and (c.isalpha() or c == " ") for c in text)


@given(st.text(min_size=1), st.text(min_size=1))
def test_text_adds_up(a: str, b: str) -> None:
    assert Text.of(a) + Text.of(b) == Text.of(a + b)


@given(st.text(min_size=40))
def test_the_procedural_model_counts_a_quarter_of_the_characters(text: str) -> None:
    assert profile_for("procedural-1").tokens(Text.of(text)) == pytest.approx(count_tokens(text), abs=1)


@pytest.mark.parametrize("name", NAMES)
def test_a_higher_threshold_passes_no_more(name: str) -> None:
    score = profile_for(name).score
    shares = [score.share_passing(t / 100) for t in range(101)]
    assert all(0 <= s.low <= s.mid <= s.high <= 1 for s in shares)
    assert all(a.mid >= b.mid - 1e-9 for a, b in pairwise(shares))


def test_the_papers_share_of_kept_questions_is_what_is_expected_of_a_language_model() -> None:
    assert profile_for("gpt-4o").score.share_passing(0.85).mid == pytest.approx(0.508)
