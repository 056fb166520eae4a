"""What the tabs are made of: nothing that a model or a visitor writes becomes markup."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from space.html import (
    LONGEST,
    Bar,
    badge,
    bar_rows,
    chip,
    chips,
    empty_state,
    error_box,
    escape,
    math_markdown,
    paragraphs,
    table,
)

HOSTILE = "<script>alert(1)</script> \"'` ${x} <img src=x onerror=y>"


@pytest.mark.parametrize(
    "made",
    [
        escape(HOSTILE),
        paragraphs(HOSTILE),
        chip(HOSTILE, title=HOSTILE),
        chips([HOSTILE]),
        badge(HOSTILE),
        bar_rows([Bar(HOSTILE, 1, HOSTILE)], label=HOSTILE),
        table(HOSTILE, [HOSTILE], [[HOSTILE]]),
        empty_state(HOSTILE, HOSTILE),
        error_box(HOSTILE),
        math_markdown(HOSTILE),
    ],
)
def test_hostile_text_opens_no_element_and_leaves_no_attribute(made: str) -> None:
    assert not re.search(r"<(script|img)", made)
    for tag in re.findall(r"<[^>]*>", made):
        assert tag.count('"') % 2 == 0
        assert "onerror" not in re.sub(r'"[^"]*"', "", tag)


def test_a_line_has_no_control_characters() -> None:
    assert escape("a\u202eb\nc\x00") == "a b c "


def test_line_breaks_of_a_text_are_kept() -> None:
    assert paragraphs("a < b\nc") == "a &lt; b<br>c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("solve $x^2 = 4$ now", "solve $x&#94;2 &#61; 4$ now"),
        (r"\[a<b\]", r"\[a&#60;b\]"),
        (r"$$\begin{array}a&b\\[2pt]c\end{array}$$", None),
        (r"\(x\)", r"\(x\)"),
        ("It costs $5 and $6.", "It costs <span>&#36;</span>5 and <span>&#36;</span>6&#46;"),
        (r"It costs \$5, then $x$", r"It costs <span>&#36;</span>5&#44; then $x$"),
        ("50\\% of it", "50&#37; of it"),
        ("![p](http://host/p.png)", "&#33;&#91;p&#93;&#40;http&#58;&#47;&#47;host&#47;p&#46;png&#41;"),
        ("    code", " code"),
        ("a\n    b", "a\n b"),
        ("$a$ and $b$", "$a$ and $b$"),
        ("$a\n\nb$", "$a\nb$"),
        (r"$\$5$", r"$&#92;&#36;5$"),
    ],
)
def test_mathematics_stays_and_all_else_is_literal(text: str, shown: str | None) -> None:
    made = math_markdown(text)
    if shown is not None:
        assert made == shown
    else:
        assert html.unescape(made) == text


@given(st.text(alphabet="$\\[]()<>!&ab \n`*_#", max_size=40))
def test_no_text_becomes_markdown(text: str) -> None:
    made = math_markdown(text)
    left = made.replace("<span>&#36;</span>", "").replace("\\[", "").replace("\\]", "")
    left = re.sub(r"&#\d+;|\\[()]", "", left)
    assert not set(left) & set("<>![]()`*_#&\\")


def test_a_megabyte_is_cut() -> None:
    assert len(paragraphs("x" * 1_000_000)) < LONGEST + 50
    assert math_markdown("x" * 1_000_000).endswith("… &#40;cut here&#41;")


def test_bars_are_as_long_as_their_share_and_never_longer_than_full() -> None:
    made = bar_rows([Bar("a", 1, "1"), Bar("b", 4, "4", state="on", tone="good")], label="Votes", largest=2)
    assert re.findall(r"width:([\d.]+%)", made) == ["50.0%", "100.0%"]
    assert 'aria-label="Votes"' in made
    assert 'class="kp-bar is-on"' in made


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0]])
def test_bars_of_nothing_are_empty(values: list[float]) -> None:
    made = bar_rows([Bar("a", v, "0") for v in values], label="Votes")
    assert made.count("width:0.0%") == len(values)


def test_numbers_of_a_table_stand_to_the_right() -> None:
    made = table("Topics", ["Name", "Practices"], [["A", 1200]])
    assert '<td>A</td><td class="is-number">1,200</td>' in made
    assert '<caption class="kp-sr">Topics</caption>' in made


def test_no_chips_are_nothing() -> None:
    assert chips([]) == ""
    assert chip("A", state="on") == '<span class="kp-chip is-on">A</span>'
