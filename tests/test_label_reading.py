"""Labelling replies: decoration is tolerated, what is ambiguous is an error with its reason."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from builder.errors import ReplyError
from builder.label_reading import MAX_KEY_POINTS, MAX_REPLY, MAX_TOPICS, parse_labels
from builder.records import TopicKeyPoints

PLAIN = "Topic 1: Algebra - Linear Equations\nKey Point 1: Isolating x\nKey Point 2: Checking"
EXPECTED = (TopicKeyPoints("Algebra - Linear Equations", ("Isolating x", "Checking")),)
OTHER = "Topic 1: Geometry - Circles\nKey Point 1: The area of a disc"

# Where the real replies are not at hand: some of them.
REAL_REPLIES = [
    "Topic 1: Arithmetic - Revenue Word Problems\nKey Point 1: Sales from each type equal unit price times "
    "quantity sold\nKey Point 2: Adding the sales of two product types for a month's total\nKey Point 3: "
    "Doubling last month's total for 'twice as much'",
    "Topic 1: Arithmetic - Working Backward\nKey Point 1: Multiply the number of friends by the pencils each "
    "received to find how many were shared.\nKey Point 2: Add back the pencils kept to recover the original "
    "total.\nTopic 2: Arithmetic - Equal Groups Division\nKey Point 1: Divide the total by the number of boxes "
    "to find how many are in each box.",
]


def of(name: str, *key_points: str) -> TopicKeyPoints:
    return TopicKeyPoints(name, key_points)


# --- decoration --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        PLAIN,
        "Here are the topics.\n\n" + PLAIN + "\n\nI hope this helps!",
        PLAIN + "\nI hope this helps!",
        "**Topic 1:** Algebra - Linear Equations\n**Key Point 1:** Isolating x\n**Key Point 2:** Checking",
        "**Topic 1: Algebra - Linear Equations**\n- **Key Point 1: Isolating x**\n- **Key Point 2: Checking**",
        "**Topic 1**: **Algebra - Linear Equations**\n**Key Point 1** - Isolating x\n__Key Point 2__: Checking",
        "**Topic 1:** **Algebra** - **Linear Equations**\n*Key Point 1:* Isolating x\n*Key Point 2: Checking*",
        "### Topic 1: Algebra - Linear Equations\n* Key Point 1: Isolating x\n* Key Point 2: Checking",
        "## Topic #1: Algebra - Linear Equations\n• Key Point #1: Isolating x\n• Key Point #2: Checking",
        "# Topic No. 1: Algebra - Linear Equations\n◦ Key Point No. 1: Isolating x\n▪ Key Point No. 2: Checking",
        "### Topic 1\nAlgebra - Linear Equations\n#### Key Points\n- Isolating x\n- Checking",
        "**Topic 1**\n\n**Algebra - Linear Equations**\n\n**Key Point 1**\n\nIsolating x\n\n**Key Point 2:**\nChecking",
        "1. Topic: Algebra - Linear Equations\n   1) Key Point: Isolating x\n   2) Key Point: Checking",
        "1. Topic: Algebra - Linear Equations\n   a) Key Point: Isolating x\n   b) Key Point: Checking",
        "1) **Topic:** Algebra - Linear Equations\n   (a) Key Point: Isolating x\n   (b) Key Point: Checking",
        "I. Topic: Algebra - Linear Equations\n   i. Key Point: Isolating x\n   ii. Key Point: Checking",
        "1. Topic: Algebra - Linear Equations\n1.1 Key Point: Isolating x\n1.2 Key Point: Checking",
        "Topic 1: Algebra - Linear Equations\n1.1 Isolating x\n1.2 Checking",
        "Topic 1: Algebra - Linear Equations\n1.1. Isolating x\n1.2. Checking",
        "Topic 1. Algebra - Linear Equations\nKey Point 1.1: Isolating x\nKey Point 1.2: Checking",
        "Topic (1): Algebra - Linear Equations\nKey Point (1): Isolating x\nKey Point (2): Checking",
        "[Topic 1] Algebra - Linear Equations\n[Key Point 1] Isolating x\n[Key Point 2] Checking",
        "Topic One: Algebra - Linear Equations\nKey Point One: Isolating x\nKey Point Two: Checking",
        "Topic I: Algebra - Linear Equations\nKey Point A: Isolating x\nKey Point B: Checking",
        "Topic_1: Algebra - Linear Equations\nKey_Point_1: Isolating x\nKey_Point_2: Checking",
        "Topic-1: Algebra - Linear Equations\nKP1: Isolating x\nKP 2: Checking",
        "TOPIC 1: Algebra - Linear Equations\nKEY POINT 1: Isolating x\nkey point 2: Checking",
        "Topic 1: Algebra - Linear Equations\nKey-Point 1: Isolating x\nKeypoint 2: Checking",
        "Topic 1 – Algebra – Linear Equations\nKey Point 1 – Isolating x\nKey Point 2 — Checking",
        "Topic 1 -> Algebra - Linear Equations\nKey Point 1 → Isolating x\nKey Point 2 = Checking",
        "Topic 1:\tAlgebra - Linear Equations\n\tKey Point 1:\tIsolating x\n\tKey Point 2:\tChecking",
        "Topic 1：Algebra - Linear Equations\nKey Point 1：Isolating x\nKey Point 2：Checking",
        "> Topic 1: Algebra - Linear Equations\n> Key Point 1: Isolating x\n> Key Point 2: Checking",
        "Main Topic: Algebra - Linear Equations\nKey Point 1: Isolating x\nKey Point 2: Checking",
        "🔹 Topic 1: Algebra - Linear Equations\n✅ Key Point 1: Isolating x\n✅ Key Point 2: Checking",
        "Topic 1: Algebra - Linear Equations\n1️⃣ Isolating x\n2️⃣ Checking",
        "Topic 1: Algebra - Linear Equations\n① Isolating x\n② Checking",
        "```\n" + PLAIN + "\n```",
        "Here it is:\n~~~text\n" + PLAIN + "\n~~~",
        "---\n" + PLAIN + "\n---",
        "Topics:\n" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", "\u2028"),
        PLAIN.replace(" ", "\u00a0"),
        "\ufeff" + PLAIN.replace("Topic", "To\u200bpic").replace("Isolating", "Isola\u00adting\u200d"),
        PLAIN.replace("\n", "<br>"),
        "<p>" + PLAIN.replace("\n", "</p><p>") + "</p>",
        "<h3>Topic 1: Algebra - Linear Equations</h3>\n<ul><li>Isolating x</li><li>Checking</li></ul>",
        "<b>Topic 1:</b> Algebra &ndash; Linear Equations\nKey Point 1:&nbsp;Isolating x\nKey Point 2: Check&#105;ng",
        "<answer>\n" + PLAIN + "\n</answer>",
        PLAIN + "</s>",
        PLAIN + "<|im_end|>",
        PLAIN.replace("\n", "\\\n"),
    ],
)
def test_decoration_does_not_matter(reply: str) -> None:
    assert parse_labels(reply) == EXPECTED


@pytest.mark.parametrize(
    "name",
    [
        "Algebra - Linear Equations",
        "Algebra  -  Linear   Equations.",
        "Algebra ‐ Linear Equations",
        "Algebra ‑ Linear Equations",
        "Algebra ‒ Linear Equations",
        "Algebra – Linear Equations",
        "Algebra — Linear Equations",
        "Algebra ― Linear Equations",
        "Algebra − Linear Equations",
        "Algebra － Linear Equations",
        "Algebra -- Linear Equations",
        "Algebra --- Linear Equations",
        "Algebra -> Linear Equations",
        "Algebra → Linear Equations",
        "Algebra => Linear Equations",
        "Algebra : Linear Equations",
        "Algebra: Linear Equations",
        "Algebra： Linear Equations",
        "Algebra > Linear Equations",
        "Algebra &gt; Linear Equations",
        "Algebra / Linear Equations",
        "Algebra—Linear Equations",
        "Algebra―Linear Equations",
        "Algebra--Linear Equations",
        "Algebra->Linear Equations",
        "Algebra -Linear Equations",
        "Algebra- Linear Equations",
        '"Algebra - Linear Equations"',
        "“Algebra – Linear Equations”",
        "[Algebra - Linear Equations]",
        "<Algebra - Linear Equations>",
        "[Algebra] - [Linear Equations]",
        "`Algebra - Linear Equations`",
        "1. Algebra - Linear Equations",
        "**Algebra** - *Linear Equations*:",
    ],
)
def test_every_dash_parts_subject_and_subcategory(name: str) -> None:
    assert parse_labels(f"Topic 1: {name}\nKey Point 1: x")[0].topic == "Algebra - Linear Equations"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Geometry - Pythagorean-Triples", "Geometry - Pythagorean-Triples"),
        ("Non-Linear Algebra – Cauchy–Schwarz", "Non-Linear Algebra - Cauchy–Schwarz"),
        ("Inequalities: Cauchy–Schwarz", "Inequalities - Cauchy–Schwarz"),
        ("Pre-Algebra: Two-Step Equations", "Pre-Algebra - Two-Step Equations"),
        ("Ratio / Proportion - Unit Rates", "Ratio / Proportion - Unit Rates"),
        ("Algebra - Equations - Two Steps", "Algebra - Equations - Two Steps"),
        ("Algebra - Solving $a - b = c$", "Algebra - Solving $a - b = c$"),
        ("Powers $x - y$ - Rules", "Powers $x - y$ - Rules"),
        ("Others - Coins", "Others - Coins"),
        ("Statistics - Mean, Median, Mode", "Statistics - Mean, Median, Mode"),
        ("代数 - 方程", "代数 - 方程"),
        ("3D Geometry - Volumes", "3D Geometry - Volumes"),
    ],
)
def test_a_dash_inside_a_word_or_mathematics_parts_nothing(written: str, name: str) -> None:
    assert parse_labels(f"Topic 1: {written}\nKey Point 1: x")[0].topic == name


@pytest.mark.parametrize(
    "name",
    [
        *("Algebra", "Algebra -", "- Sums", "Algebra - 2", "Non-linear", "Pythagorean-Triples", "Cauchy–Schwarz"),
        *(
            "A/B Tests",
            "Solving $a - b$",
            "Pre- and Postfix",
            "A - B; C - D",
            "A - B | C - D",
            "Algebra - X Key Point 1: y",
        ),
        *("Subject - Subcategory", "Subject - Subcategory: Algebra - X", "Name: Algebra - X", "...", "**"),
    ],
)
def test_what_is_no_subject_with_a_subcategory_is_an_error(name: str) -> None:
    with pytest.raises(ReplyError, match=r"topic|form"):
        parse_labels(f"Topic 1: {name}\nKey Point 1: x")


# --- key points --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key_point",
    [
        r"$\frac{a}{b} = \frac{c}{d}$ gives $ad = bc$",
        r"$|a|*b_1*c_2 \# \\ d$ and $$\sum_{i=1}^n x_i * y_i$$",
        r"\(x^2 - 1 = (x-1)(x+1)\) and \[ a_1 * b_2 * c_3 \]",
        r"Factoring x_1^2 - x_2^2 with a*b*c and 2**3",
        r"\sum_{i=1}^n a_i * b_i",
        r"$\|v\|$, $a<b>c$, $x_{<i>}$",
        "a*b*c and x_1",
        "Ratios such as 3:4",
        "The rule |a - b| ≥ 0 — always",
        "Topic sentences: none",
        "<script>alert(1)</script> [[problem]] {braces}",
        "$2 a litre, 50% off",
        "Prices of $2 and $3 and of $4*5$",
        "C# and F# keys",
        "-5 is negative",
        "+ 1 rule",
        "# of ways",
        "> 0 solutions",
        "(a + b)(a - b)",
        "1.5 times the base; twice the height",
        "For a<b and b<c, a<c",
    ],
)
def test_mathematics_and_marks_inside_a_key_point_stay_as_they_are(key_point: str) -> None:
    assert parse_labels(f"Topic 1: Algebra - Sums\nKey Point 1: {key_point}")[0].key_points == (key_point,)
    assert parse_labels(f"Topic 1: Algebra - Sums\n- {key_point}\n- x")[0].key_points == (key_point, "x")
    bold = parse_labels(f"Topic 1: Algebra - Sums\n**Key Point 1:** **{key_point}**")[0].key_points
    assert bold == (key_point,)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**Isolating x**: subtract", "Isolating x: subtract"),
        ("*Isolating* `x + 1`", "Isolating x + 1"),
        ("<b>Isolating</b> <i>x</i>", "Isolating x"),
        ("a &lt; b &amp; c", "a < b & c"),
        ("Isolating x **", "Isolating x"),
        ("Isolating\u00a0 \u2009x", "Isolating x"),
        ("x<sup>2</sup>", "x<sup>2</sup>"),
    ],
)
def test_markdown_and_tags_around_words_go(written: str, read: str) -> None:
    assert parse_labels(f"Topic 1: A - B\nKey Point 1: {written}")[0].key_points == (read,)


def test_a_description_below_a_finished_key_point_is_a_remark() -> None:
    reply = "Topic 1: A - B\n1. **Isolating x**\n   We subtract one\n2. Divide by two.\n   Both sides are even."
    assert parse_labels(reply) == (of("A - B", "Isolating x", "Divide by two."),)


def test_numbers_that_run_on_over_topics_show_no_gap() -> None:
    reply = (
        "Topic 1: A - B\nTopic 2: C - D\nKey Point 1 (Topic 1): x\nKey Point 2 (Topic 2): y\nKey Point 3 (Topic 1): z"
    )
    assert parse_labels(reply) == (of("A - B", "x", "z"), of("C - D", "y"))


@pytest.mark.parametrize(
    "lines",
    [
        "Key Point 1: Completing the\nsquare in x\nKey Point 2: y",
        "Key Point 1: Completing the\nSquare in x\nKey Point 2: y".replace("Square", "square"),
        "Key Point 1: Completing the square\n   in x\nKey Point 2: y",
        "- Completing the square\n  in x\n- y",
        "Key Points:\n1. Completing\n   the square in x\n2. y",
        "Key Point 1: Completing the square<br>in x\nKey Point 2: y",
        "Key Point 1:\nCompleting the square\nin x\nKey Point 2: y",
    ],
)
def test_a_key_point_may_go_on_in_the_next_line(lines: str) -> None:
    assert parse_labels(f"Topic 1: A - B\n{lines}") == (of("A - B", "Completing the square in x", "y"),)


@pytest.mark.parametrize(
    "between",
    [
        "This is the main step.",
        "Explanation: we subtract one",
        "   Explanation: we subtract one",
        "\nSome words on it\n",
        "   - subtract one\n   - divide by two",
    ],
)
def test_remarks_between_labelled_key_points_are_not_read(between: str) -> None:
    reply = f"Topic 1: A - B\nKey Point 1: Isolating x\n{between}\nKey Point 2: Checking"
    assert parse_labels(reply) == (of("A - B", "Isolating x", "Checking"),)


@pytest.mark.parametrize(
    "again",
    ["isolating X.", "**Isolating  x**", "Isolating x;", "ISOLATING x!", "_Isolating x_"],
)
def test_repeated_key_points_are_one(again: str) -> None:
    assert parse_labels(f"{PLAIN}\nKey Point 3: {again}\nKey Point 4: Checking") == EXPECTED


def test_case_tells_apart_inside_mathematics_only() -> None:
    points = parse_labels("Topic 1: A - B\nKey Point 1: Set $A$\nKey Point 2: set $a$\nKey Point 3: set $A$")
    assert points == (of("A - B", "Set $A$", "set $a$"),)


@pytest.mark.parametrize("none", ["...", "None", "N/A.", "–"])
def test_what_says_nothing_is_no_key_point(none: str) -> None:
    assert parse_labels(f"{PLAIN}\nKey Point 3: {none}") == EXPECTED


def test_topics_and_key_points_keep_their_order_and_repeated_topics_unite() -> None:
    reply = (
        "Topic 1: B - b\nKey Point 1: 2\nTopic 2: A - a\nKey Point 1: 3\nTopic 3: b – B\nKey Point 1: 1\nKey Point 2: 2"
    )
    assert parse_labels(reply) == (of("B - b", "2", "1"), of("A - a", "3"))


def test_one_plural_label_with_one_key_point_is_read() -> None:
    assert parse_labels("Topic 1: A - B\nKey Points: Isolating x") == (of("A - B", "Isolating x"),)


def test_key_points_in_code_fences_one_a_topic_are_read() -> None:
    reply = "```\nTopic 1: A - B\nKey Point 1: x\n```\n```\nTopic 2: C - D\nKey Point 1: y\n```"
    assert parse_labels(reply) == (of("A - B", "x"), of("C - D", "y"))


# --- order and reference -----------------------------------------------------------------------

TWO = (of("Algebra - Lines", "a", "b"), of("Geometry - Circles", "c"))


@pytest.mark.parametrize(
    "reply",
    [
        "Key Point 1 (Algebra - Lines): a\nKey Point 2 (Algebra - Lines): b\nKey Point 3 (Geometry - Circles): c",
        "Topic 1: Algebra - Lines\nTopic 2: Geometry - Circles\nKey Point 1.1: a\nKey Point 1.2: b\nKey Point 2.1: c",
        "Topic 1: Algebra - Lines\nTopic 2: Geometry - Circles\n\nKey Points for Topic 1:\n- a\n- b\n"
        "Key Points for Topic 2:\n- c",
        "Topic 1: Algebra - Lines\nTopic 2: Geometry - Circles\n\nTopic 1 Key Points:\n- a\n- b\n"
        "Topic 2 Key Points:\n- c",
        "Topics:\n1. Algebra - Lines\n2. Geometry - Circles\n\nKey Points for Algebra - Lines:\n- a\n- b\n\n"
        "Key Points (Geometry - Circles):\n- c",
        "Topics:\n1. Algebra - Lines\n   - a\n   - b\n2. Geometry - Circles\n   - c",
        "Topics:\n- **Algebra - Lines**\n  - Key Point 1: a\n  - Key Point 2: b\n"
        "- **Geometry - Circles**\n  - Key Point 1: c",
        "Topics:\n1. Algebra - Lines\n2. Geometry - Circles\n\nDetails:\nTopic 1: Algebra - Lines\n- a\n- b\n"
        "Topic 2: Geometry - Circles\n- c",
        "Key Points:\n- a\n- b\nTopic: Algebra - Lines\n\nKey Points:\n- c\nTopic: Geometry - Circles",
        "Key Point 1: a\nKey Point 2: b\n=> Topic 1: Algebra - Lines".replace("=> ", "")
        + "\nKey Point 1: c\nTopic 2: Geometry - Circles",
        "### Algebra - Lines\nKey Point 1: a\nKey Point 2: b\n### Geometry - Circles\nKey Point 1: c",
        "**Algebra - Lines**\n**Key Points:**\n- a\n- b\n\n**Geometry - Circles**\n**Key Points:**\n- c",
        "1. Algebra - Lines\n   - Key Point: a\n   - Key Point: b\n2. Geometry - Circles\n   - Key Point: c",
    ],
)
def test_key_points_are_given_to_the_topic_that_they_name_or_follow(reply: str) -> None:
    assert parse_labels(reply) == TWO


# --- tables ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        "| Topic | Key Point |\n|---|---|\n| Algebra - Lines | a |\n| Algebra - Lines | b |\n"
        "| Geometry - Circles | c |",
        "| Topic | Key Points |\n|:--|--:|\n| Algebra - Lines | a<br>b |\n| Geometry - Circles | c |",
        "| Topic | Key Points |\n| --- | --- |\n| **Algebra - Lines** | - a<br>- b |\n"
        "| **Geometry - Circles** | 1. c |",
        "Topic | Key Point\n---|---\nAlgebra - Lines | a\n | b\nGeometry - Circles | c",
        "| # | Topic | Key Point | Why |\n|-|-|-|-|\n| 1 | Algebra - Lines | a | x |\n| 1 | | b | y |\n"
        "| 2 | Geometry - Circles | c | z |",
        "| Topic | Key Point 1 | Key Point 2 |\n|---|---|---|\n| Algebra - Lines | a | b |\n"
        "| Geometry - Circles | c | |",
        "| Subject | Subcategory | Key Point |\n|---|---|---|\n| Algebra | Lines | a |\n| Algebra | Lines | b |\n"
        "| Geometry | Circles | c |",
        "| Item | Text |\n|---|---|\n| Topic 1 | Algebra - Lines |\n| Key Point 1 | a |\n| Key Point 2 | b |\n"
        "| Topic 2 | Geometry - Circles |\n| Key Point 1 | c |",
        "Here you are:\n\n| Topic | Key Point |\n|---|---|\n| Topic 1: Algebra - Lines | Key Point 1: a |\n"
        "| Topic 1: Algebra - Lines | Key Point 2: b |\n| Topic 2: Geometry - Circles | Key Point 1: c |\n\nDone.",
    ],
)
def test_tables_are_read(table: str) -> None:
    assert parse_labels(table) == TWO


@pytest.mark.parametrize("cell", ["$|x| = |y|$", r"$\|v\|$", "\\(|a|\\) and $2"])
def test_a_bar_inside_mathematics_parts_no_cells(cell: str) -> None:
    table = f"| Topic | Key Point |\n|---|---|\n| A - B | {cell} |"
    assert parse_labels(table) == (of("A - B", cell),)


def test_dollars_of_two_cells_are_no_mathematics() -> None:
    table = "| Topic | Key Point 1 | Key Point 2 |\n|---|---|---|\n| A - B | costs $2|and$x |"
    assert parse_labels(table) == (of("A - B", "costs $2", "and$x"),)


# --- JSON --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        '{"topics": [{"topic": "Algebra - Lines", "key_points": ["a", "b"]}, {"topic": "Geometry - Circles", '
        '"key_points": ["c"]}]}',
        '[{"name": "Algebra - Lines", "keyPoints": ["a", "b"]}, {"name": "Geometry - Circles", "keyPoints": ["c"]}]',
        '{"Algebra - Lines": ["a", "b"], "Geometry - Circles": ["c"]}',
        '{"topics": {"Algebra – Lines": ["a", "b"], "Geometry – Circles": ["c"]}, "note": "done"}',
        '[{"subject": "Algebra", "subcategory": "Lines", "key points": [{"key_point": "a"}, {"key_point": "b"}]}, '
        '{"subject": "Geometry", "subcategory": "Circles", "key points": ["c"]}]',
        '{"Topic 1: Algebra - Lines": ["Key Point 1: a", "Key Point 2: b"], "Topic 2: Geometry - Circles": ["c"]}',
    ],
)
def test_json_is_read_strictly_alone_in_a_fence_and_after_a_preamble(reply: str) -> None:
    pretty = json.dumps(json.loads(reply), indent=2)
    for text in (reply, pretty, f"```json\n{pretty}\n```", f"Here:\n\n```\n{reply}\n```\nDone.", f"Here:\n{pretty}\n"):
        assert parse_labels(text) == TWO
    assert parse_labels(f"<think>{{}}</think>{reply}") == TWO


def test_latex_that_json_escapes_rightly_is_kept() -> None:
    reply = json.dumps([{"topic": "A - B", "key_points": [r"$\frac{a}{b}\times\nu$"]}])
    assert parse_labels(reply) == (of("A - B", r"$\frac{a}{b}\times\nu$"),)


@pytest.mark.parametrize(
    ("key_point", "reason"),
    [
        (r"$\frac{a}{b}$", "broken character U\\+000C"),
        (r"$\beta$", "broken character U\\+0008"),
        (r"$a \times b$", "control character"),
        (r"$\nu$", "control character"),
        (r"$\rho$", "control character"),
        (r"$\sqrt{2}$", "cannot be read"),
        (r"$\u$", "cannot be read"),
        (r"\ud800", "broken character"),
        ('a", "b": "c', "cannot be read"),
        ("a\nb", "cannot be read"),
    ],
)
def test_json_with_damaged_latex_is_refused(key_point: str, reason: str) -> None:
    for reply in (f'{{"topics": [{{"topic": "A - B", "key_points": ["{key_point}"]}}]}}',):
        with pytest.raises(ReplyError, match=reason):
            parse_labels(reply)
        with pytest.raises(ReplyError, match=reason):
            parse_labels(f"```json\n{reply}\n```")


@pytest.mark.parametrize(
    "reply",
    [
        *('{"topics": []}', "[]", "{}", "[1]", '["A - B"]', '{"A - B": "x"}', '{"A - B": [1]}', '{"topics": 3}'),
        '[{"topic": "A - B"}]',
        '[{"topic": "A - B", "name": "C - D", "key_points": ["x"]}]',
        '[{"topic": "A - B", "key_points": ["x"], "key_points": ["y"]}]',
        '{"topics": [{"topic": "A - B", "key_points": ["x"]}], "others": [{"topic": "C - D", "key_points": ["y"]}]}',
        '[{"topic": "A - B", "key_points": []}]',
        '[{"topic": "Algebra", "key_points": ["x"]}]',
        '[{"topic": "A - B", "key_points": [NaN]}]',
        '[{"topic": "A - B", "key_points": ["x"]}',
        "[" * 90_000,
        '{"a":' * 15_000,
        "[" + "9" * 90_000 + "]",
    ],
)
def test_json_of_another_form_is_refused(reply: str) -> None:
    with pytest.raises(ReplyError) as caught:
        parse_labels(reply)
    assert len(str(caught.value)) < 300


# --- reasoning and drafts ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        f"<think>\n{OTHER}\n</think>\n{PLAIN}",
        f"<thinking>{OTHER}</thinking>{PLAIN}",
        f"<Reasoning>\nHm.\n</Reasoning>\n\n{PLAIN}",
        f"{OTHER}\n</think>\n\n{PLAIN}",
        f"<think>Do I say <think>?\n{OTHER}</think>{PLAIN}",
        f"[THINK]{OTHER}[/THINK]{PLAIN}",
        f"◁think▷{OTHER}◁/think▷{PLAIN}",
        f"<|begin_of_thought|>{OTHER}<|end_of_thought|>{PLAIN}",
        f"<|channel|>analysis<|message|>{OTHER}<|end|><|start|>assistant<|channel|>final<|message|>{PLAIN}<|return|>",
        f"{PLAIN}\n<think>That was right.</think>",
        f"<think>\nTopic 1: broken\n\x0c</think>\n{PLAIN}",
    ],
)
def test_reasoning_between_tags_is_not_read(reply: str) -> None:
    assert parse_labels(reply) == EXPECTED


@pytest.mark.parametrize(
    "reply",
    [
        f"Let me think.\n{OTHER}\n\nWait, there is no circle.\n\n{PLAIN}",
        f"{OTHER}\nTopic 2: Algebra - Sums\n\nFinal answer:\n\n{PLAIN}",
        f"{OTHER}\n\nHere is the list in the form asked for:\n```\n{PLAIN}\n```",
        f"{OTHER}\n```\n{PLAIN}\n```",
        f"Topic 1: Circles\nHmm.\n\nActually:\n\n{OTHER}\n\nBetter:\n{PLAIN}",
        f"Draft:\n{PLAIN}\nKey Point 3: Luck\n\n{PLAIN}\n\nOne more time\n\n{PLAIN}",
        f"The form is\nTopic 1: Subject - Subcategory\nKey Point 1: ...\n\n{PLAIN}",
        "Topic: Geometry - Circles\nKey Point: no\n\n**Final Answer**\n\n"
        + PLAIN.replace(" 1:", ":").replace(" 2:", ":"),
        f"{PLAIN}\n\nIn summary, the topics are:\nTopic 1: Algebra - Linear Equations",
        f"{PLAIN}\n\nTopic 1: Algebra - Linear Equations\nKey Point 1: Isolating x\nKey Point 2: Checking",
    ],
)
def test_the_last_complete_list_counts(reply: str) -> None:
    assert parse_labels(reply) == EXPECTED


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (f"{OTHER}\n{PLAIN}", "start again"),
        (f"{OTHER}\n\n**Part (b)**\n{PLAIN}", "start again"),
        (f"{OTHER}\n\nNow the second part:\n\n{PLAIN}", "start again"),
        (f"```\n{OTHER}\n```\nPart (b)\n```\n{PLAIN}\n```", "start again"),
        (f"```\n{OTHER}\n```\n{PLAIN}", "start again"),
        (f"{PLAIN}\n\nFinal answer:\n\nTopic 1: Geometry - Circles", "topic without key points"),
        (f"{PLAIN}\n\nFinal answer:\n\nTopic 1: Circles\nKey Point 1: x", "topic is not"),
        (f"<think>{PLAIN}", "reasoning without an end"),
        (f"{PLAIN}</think>", "no topic"),
        (f"{PLAIN}\n\nThe output has the form\nTopic 1: Subject - Subcategory\nKey Point 1: ...", "form was repeated"),
    ],
)
def test_a_list_is_not_replaced_unless_that_shows(reply: str, reason: str) -> None:
    with pytest.raises(ReplyError, match=reason):
        parse_labels(reply)


# --- errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "no topic"),
        ("I cannot do this.", "no topic"),
        ("Topics:\nKey ideas follow.", "no topic"),
        ("Step 1 - Understand\n- read\nStep 2 - Solve\n- x", "no topic"),
        ("**Step 1 - Understand**\n- read\n\n**Step 2 - Solve**\n- x", "no topic"),
        ("Key Point 1: Adding\nTopic 1: Algebra - Sums\nKey Point 1: x", "key point before any topic"),
        ("Key Point 1: Adding", "key point before any topic"),
        ("Key Points:\n- x\nTopic 1: A - B\nTopic 2: C - D", "key point before any topic"),
        ("Topic 1: Algebra - Sums", "topic without key points: Algebra - Sums"),
        ("Topic 1: Algebra - Sums\n\nIt is about sums.", "topic without key points: Algebra - Sums"),
        (PLAIN + "\nTopic 2: Algebra - Sums", "topic without key points: Algebra - Sums"),
        (PLAIN + "\nTopic 2: Algebra - Sums\nKey Point 1: ...", "topic without key points: Algebra - Sums"),
        (PLAIN + "\nTopic 2: Algebra - Sums\nKey Point 1:", "key point without a text"),
        (PLAIN + "\nTopic 2:\nKey Point 1: y", "topic without a name"),
        (PLAIN + "\nTopic 2:\n", "topic without a name"),
        ("Topic 1: Algebra - Sums\nKey Points:\nTopic 2: Algebra - Rest\nKey Point 1: x", "without key points"),
        ("Topic 1: A - B\nKey Points: a; b; c", "key points in one line"),
        ("Topic 1: A - B\nKey Points: add, then divide", "key points in one line"),
        ("Topic 1: A - B\nKey Points: 1) add 2) divide", "key points in one line"),
        ("Topic 1: A - B\nKey Point 1: x Key Point 2: y", "in one line"),
        ("Topic 1: A - B Key Point 1: x\nKey Point 2: y", "in one line"),
        ("Topics: A - B, C - D\nKey Point 1: y", "in one line"),
        ("Topic 1: A - B\nKey Points:\nIsolating x\nChecking", "lines without a mark"),
        ("Topic 1: A - B\nKey Point 1: Isolating x\nChecking\nKey Point 2: y", "may be a remark"),
        ("Topic 1: A - B\nKey Point 1: The law of\nCosines\nChecking\nKey Point 2: y", "may be a remark"),
        ("Topic 1: A - B\n- Using the converse\n  Pythagorean theorem\n- y", "may be a remark"),
        ("Topic 1: A - B\nIsolating x\nKey Point 1: y", "may be a remark"),
        ("Topic 1: A - B\nKey Point 1: x\n- y", "without a label"),
        ("Topic 1: A - B\n- x\nKey Point 1: y", "with a label and without"),
        ("Topic 1: A - B\n- x\n  - y\n- z", "items within items"),
        ("Topic 1: A - B\n- x\n1. y", "with and without numbers"),
        ("Topic 1: A - B\n- x\n\nAnd some more\n\n- y", "items after a remark"),
        ("Topic 1: A - B\nKey Point 1: These steps:\n  - x\n  - y", "announces a list"),
        ("Topic 1: A - B\nKey Point 1:\n- x\n- y", "without a label"),
        ("Topic 1: A - B\nKey Point 1: x\n### C - D\nKey Point 1: y", "heading that is not labelled"),
        ("Topic 1: A - B\nKey Point 1 (main): x", "names no topic"),
        ("Topic 1: A - B\nKey Point 1 (Topic 2): x", "not there"),
        ("Topic 1: A - B\nKey Point 1: x\nKey Point 3: y", "key point 2 is missing"),
        ("Topic 1: A - B\nKey Point 1: x\nTopic 3: C - D\nKey Point 1: y", "topic 2 is missing"),
        ("Sure! Topic 1: A - B, Key Point 1: x\nTopic 2: C - D\nKey Point 1: y", "topic 1 is missing"),
        ("Topics:\n1. A - B\n2. C - D\nKey Point 1.1: x\nKey Point 1.2: y", "without key points: C - D"),
        ("| Topic | Key Point |\n|---|---|\n| A - B | x | y |", "cells"),
        ("| Topic | Key Points |\n|---|---|\n| A - B | x; y |", "key points in one line"),
        ("| Topic | Key Point |\n|---|---|\n| A - B | |", "without key points"),
        ("| Topic | Key Point |\n|---|---|\n| | x |\n| A - B | y |", "key point before any topic"),
        ("Topic 1: A - B\nKey Point 1: $\x0crac{a}{b}$", "broken character U\\+000C"),
        ("Topic 1: A - B\nKey Point 1: $a \times b$", "tab inside mathematics"),
        ("Topic 1: A - B\nKey Point 1: x\x00", "broken character U\\+0000"),
        ("Topic 1: A - B\nKey Point 1: x&#12;", "broken character U\\+000C"),
        ("Topic 1: A - B\nKey Point 1: \ud800", "broken character U\\+D800"),
        (f"Topic 1: Algebra - {'x' * 300}\nKey Point 1: x", "too long topic"),
        (f"Topic 1: Algebra - Sums\nKey Point 1: {'x' * 900}", "too long key point"),
        ("Topic 1: A - B\nKey Point 1: x\n" + "and so on\n" * 900, "too long"),
        (PLAIN + "\n" * MAX_REPLY, "too long reply"),
        ("\n".join(f"Topic {i}: A - t{i}\nKey Point 1: x" for i in range(MAX_TOPICS + 1)), "too many topics"),
        (
            "Topic 1: A - B\n" + "\n".join(f"Key Point {i}: k{i}" for i in range(MAX_KEY_POINTS + 1)),
            "too many key points",
        ),
    ],
)
def test_what_cannot_be_read_is_an_error_with_a_reason(reply: str, reason: str) -> None:
    with pytest.raises(ReplyError, match=reason):
        parse_labels(reply)


# --- hostile and real replies ------------------------------------------------------------------

# Repeated to a whole reply, after each of the heads.
UNITS = [
    *(
        "$",
        "$$",
        "$a",
        "$ ",
        "\\(",
        "\\[",
        "\\\\",
        "\\",
        "*",
        "**",
        "**a ",
        "*a*",
        " *a",
        "_",
        "__a ",
        "_a_",
        "`",
        "`a",
    ),
    *("|", "|a", "| - ", "|-", "x |\n|-|\n", "| Topic | Key Point |\n|-|-|\n", "[", "(", "((", "{", '{"', "[{"),
    *("<", "</", "<b>", "<b></b>", "<br>", "<li>", "&", "&#", "&amp", "&lt;", "<think>", "</think>", "<think></think>"),
    *("[THINK]", "<|a|>", "<|channel|>", "- ", "-", " -", "— ", "->", "#", "# ", "> ", ">", ": ", "：", ", ", "the "),
    *("1. ", "1.", "1.1", "a) ", "(a) ", "(1)", "A. ", "9", "é", "\n", "\n\n", " ", "\t", "\u00a0", "\u3000", "\u200b"),
    *("```\n", "---\n", "- a\n", "  - a\n", "a\n", "Wait, ", "final ", "A - B\n", "**A - B**\n", "key point", "key  "),
    *("kp", "Topic ", "Topic 1", "Topic 1 (", "Topic 1: ", "Topic\n", "Topic 1:\n", "Key Points:\n", "Key Point 1:\n"),
    *("Key Point 1 for ", "Topic 1: A - B\nKey Point 1: x\n", "Topic 1: A - B\n\nWait.\n", "Topic: A - B\nFinal\n"),
    "Key Point 1: x\nTopic 1: A - B\n",
]
TOPIC = "Topic 1: A - B\nKey Point 1: x"
HEADS = ["", f"{TOPIC}\n", TOPIC, "Topic 1: ", "Topic 1: A - B\nKey Points:\n", "Topics:\n"]
HEADS.append("| Topic | Key Point |\n|---|---|\n| A - B | ")
HOSTILE = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (150, 150))  # to hang would take hours
from builder import label_reading
from builder.errors import ReplyError
for head, unit, tail, size, limit in json.load(sys.stdin):
    label_reading.MAX_REPLY = limit
    try:
        label_reading.parse_labels(head + unit * (size // len(unit)) + tail)
    except ReplyError as error:
        assert len(str(error)) < 300, str(error)[:400]
print("read")
"""


def test_hostile_replies_of_a_megabyte_are_read_in_linear_time() -> None:
    rows = [("", unit, "", 1_000_000, MAX_REPLY) for unit in UNITS]
    rows += [(head, unit, f"\n{tail}", 100_000, 10**7) for head in HEADS for unit in UNITS for tail in ("", TOPIC)][
        ::11
    ]
    root = Path(__file__).resolve().parent.parent
    result = subprocess.run(
        [sys.executable, "-c", HOSTILE], cwd=root, input=json.dumps(rows), capture_output=True, text=True, check=False
    )
    assert result.stdout == "read\n", (result.returncode, result.stderr[-2000:])


def test_all_real_replies_are_read(data_dir: Path | None) -> None:
    replies = REAL_REPLIES
    if data_dir is not None:
        rows = (data_dir / "labelled_practices.jsonl").read_text(encoding="utf-8").splitlines()
        replies = [json.loads(line)["reply"] for line in rows]
    for reply in replies:
        # The plainest reading agrees word for word.
        plain: dict[str, list[str]] = {}
        for line in reply.splitlines():
            label, _, text = line.partition(": ")
            if label.startswith("Topic "):
                current = plain.setdefault(text, [])
            else:
                assert label.startswith("Key Point ")
                current.append(text)
        assert parse_labels(reply) == tuple(of(name, *points) for name, points in plain.items())
