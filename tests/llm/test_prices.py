"""The price table: what is listed, what a person's own file changes, and what a bad file says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import ConfigError
from builder.llm.prices import TABLE, Price, Prices

TOKENS = st.integers(0, 10**12)


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_model_that_is_not_listed_has_no_price_which_is_not_0() -> None:
    assert Prices.load().cost("somebody/unheard-of-7b", 1000, 0, 1000) is None
    assert Prices.load().price("somebody/unheard-of-7b") is None


@pytest.mark.parametrize("name", ["procedural-1", "procedural", "Procedural-2-test"])
def test_the_procedural_model_costs_exactly_nothing(name: str) -> None:
    assert Prices.load().cost(name, 10**9, 10**8, 10**9) == 0


def test_cached_prompt_tokens_are_a_part_of_the_prompt_and_cost_less() -> None:
    # 1M prompt tokens of which 0.4M were cached, and 0.5M completion tokens: 0.6 * 2 + 0.4 * 0.5 + 0.5 * 8
    assert Prices.load().cost("gpt-4.1", 1_000_000, 400_000, 500_000) == pytest.approx(5.4)


@given(prompt=TOKENS, share=st.floats(0, 1), completion=TOKENS)
def test_a_cost_is_the_sum_of_its_parts_and_never_negative(prompt: int, share: float, completion: int) -> None:
    price = Price(prompt=3.0, cached=0.3, completion=15.0)
    cached = int(prompt * share)
    parts = price.cost(prompt, cached, 0) + price.cost(0, 0, completion)
    assert price.cost(prompt, cached, completion) == pytest.approx(parts)
    assert 0 <= price.cost(prompt, cached, completion) <= price.cost(prompt, 0, completion) + 1e-6


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("qwen", 1.0),  # the exact name wins over every pattern
        ("qwen-3-8b", 3.0),  # the pattern with the most letters
        ("qwen-2", 2.0),
        ("QWEN-3-8B", 3.0),  # endpoints spell names as they like
        ("org/qwen-3", None),  # a pattern is for the whole name
        ("local/a.b", 5.0),
        ("local/axb", None),  # a dot is a dot
        ("any-thing-else", None),
    ],
)
def test_the_exact_name_then_the_most_specific_pattern_counts(tmp_path: Path, model: str, dollars: float) -> None:
    rows = {"qwen": 1, "qwen*": 2, "qwen-3*": 3, "*qwen-3-8b-x": 4, "local/a.*b": 5}
    text = "".join(f'[[price]]\nmodels = ["{m}"]\nprompt = {p}\ncompletion = 0\n' for m, p in rows.items())
    assert Prices.load(own(tmp_path, text)).cost(model, 1_000_000, 0, 0) == dollars


def test_an_own_file_overrides_entry_by_entry_and_extends(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        '[[price]]\nmodels = ["gpt-4o-mini", "mine-*"]\nprompt = 7\ncompletion = 9\nsource = "our contract"\n',
    )
    prices, before = Prices.load(path), Prices.load()
    assert prices.price("gpt-4o-mini") == Price(7.0, 7.0, 9.0, None, "", "our contract")
    assert prices.price("mine-1") == prices.price("gpt-4o-mini")
    assert prices.price("gpt-4o") == before.price("gpt-4o") is not None
    assert before.price("gpt-4o-mini") != prices.price("gpt-4o-mini")


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert Prices.load(own(tmp_path, "")).price("gpt-4o") == Prices.load("").price("gpt-4o")


ENTRY = '[[price]]\nmodels = ["m"]\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[price", "cannot be read"),
        ("price = 3", "write one [[price]] table"),
        ("[gpt-4o]\nprompt = 1", "write one [[price]] table"),
        ("price = [3]", "entry 1: must be a table"),
        ("[[price]]\nprompt = 1\ncompletion = 1", "'models' must be a list"),
        ('[[price]]\nmodels = "m"\nprompt = 1\ncompletion = 1', "'models' must be a list"),
        (ENTRY + "completion = 1", "needs the key 'prompt'"),
        (ENTRY + "prompt = 1", "needs the key 'completion'"),
        (ENTRY + 'prompt = "1"\ncompletion = 1', "prompt = '1'"),
        (ENTRY + "prompt = -1\ncompletion = 1", "prompt = -1"),
        (ENTRY + "prompt = nan\ncompletion = 1", "prompt = nan"),
        (ENTRY + "prompt = inf\ncompletion = 1", "prompt = inf"),
        (ENTRY + "prompt = true\ncompletion = 1", "prompt = True"),
        (ENTRY + "prompt = 1\ncompletion = 1\nbatch = 50", "batch = 50"),
        (ENTRY + "prompt = 1\ncompletion = 1\ndate = 2026-01-01", "date"),
        (ENTRY + "prompt = 1\ncompletions = 1", "unknown key 'completions': did you mean 'completion'?"),
        (2 * (ENTRY + "prompt = 1\ncompletion = 1\n"), "entry 2: 'models' names 'm'"),
    ],
)
def test_a_bad_file_is_named_with_its_key_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    path = own(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        Prices.load(path)
    assert str(path) in str(caught.value) and told in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape(str(tmp_path / "no.toml"))):
        Prices.load(tmp_path / "no.toml")


def test_every_price_of_ours_is_dated_and_says_where_it_stands() -> None:
    names = re.findall(r'"([^"]+)"', " ".join(re.findall(r"models = \[(.*)\]", TABLE.read_text(encoding="utf-8"))))
    assert len(names) > 10
    for name in names:
        price = Prices.load().price(name)
        assert price is not None and re.fullmatch(r"20\d\d-\d\d(-\d\d)?", price.date) and price.source, name
        assert price.cached <= price.prompt
