"""Laws of reading: the same labels in any style of writing read the same, and any text reads to labels or an error."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builder.errors import ReplyError
from builder.label_reading import MAX_KEY_POINTS, MAX_TOPICS, parse_labels

Labels = list[tuple[str, list[str]]]

OWN: Labels = [
    ("Algebra - Quadratic Equations", ["Vieta's formulas for the roots of $x^2 - sx + p$", "Completing the square"]),
    ("Number Theory - Pythagorean-Triples", [r"Scaling $(3, 4, 5)$ by $k_1 * k_2$; then $|a| = \frac{b}{c}$"]),
    ("Others - Coins", ["A dime is 10 cents", "Prices: 3:4 of $2 a litre", "Use a*b_1 - c # 2"]),
]


def _numbered(labels: Labels, topic: str, key_point: str, gap: str = "") -> str:
    """One line a topic and a key point; {i}, {j} count them, {t} is the text."""
    lines = []
    for i, (name, points) in enumerate(labels, 1):
        lines.append(topic.format(i=i, t=name, I=ROMAN[i - 1], w=WORDS[i - 1]))
        lines += [
            key_point.format(i=i, j=j, t=p, a="abcdefghijkl"[j - 1], w=WORDS[j - 1]) for j, p in enumerate(points, 1)
        ]
        lines.append(gap)
    return "\n".join(lines).strip("\n")


ROMAN = "I II III IV V VI VII VIII IX X XI XII".split()
WORDS = "One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve".split()
PLAIN = ("Topic {i}: {t}", "Key Point {j}: {t}")


def plain(labels: Labels) -> str:
    return _numbered(labels, *PLAIN)


def in_lines(topic: str, key_point: str, gap: str = "") -> Callable[[Labels], str]:
    return lambda labels: _numbered(labels, topic, key_point, gap)


def with_dash(dash: str) -> Callable[[Labels], str]:
    return lambda labels: plain([(name.replace(" - ", dash, 1), points) for name, points in labels])


def around(text: str) -> Callable[[Labels], str]:
    return lambda labels: text.replace("LIST", plain(labels))


def cell(text: str) -> str:
    return text if "$" in text or "\\(" in text else text.replace("|", "\\|")


def table(labels: Labels) -> str:
    rows = [f"| {name} | {cell(p)} |" for name, points in labels for p in points]
    return "\n".join(["| Topic | Key Point |", "|---|---|", *rows])


def table_of_merged_cells(labels: Labels) -> str:
    rows = [
        f"| {name if j == 0 else ''} | {j + 1} | {cell(p)} |" for name, points in labels for j, p in enumerate(points)
    ]
    return "\n".join(["| **Topic** | No. | **Key Point** |", "| :--- | :-: | ---: |", *rows])


def table_of_lists(labels: Labels) -> str:
    rows = [f"| {name} | {'<br>'.join(f'• {cell(p)}' for p in points)} |" for name, points in labels]
    return "\n".join(["| Topic | Key Points |", "|---|---|", *rows])


def topics_first(labels: Labels) -> str:
    lines = [f"Topic {i}: {name}" for i, (name, _) in enumerate(labels, 1)]
    lines += [f"Key Point {i}.{j}: {p}" for i, (_, points) in enumerate(labels, 1) for j, p in enumerate(points, 1)]
    return "\n".join(lines)


def named_in_brackets(labels: Labels) -> str:
    return "\n".join(
        f"Key Point {j} (Topic {i}): {p}" for i, (_, ps) in enumerate(labels, 1) for j, p in enumerate(ps, 1)
    ) + ("\n\n" + "\n".join(f"Topic {i}: {name}" for i, (name, _) in enumerate(labels, 1)))


def topic_after_its_list(labels: Labels) -> str:
    return "\n\n".join("Key Points:\n" + "\n".join(f"- {p}" for p in ps) + f"\nTopic: {name}" for name, ps in labels)


def wrapped(labels: Labels) -> str:
    return _numbered([(name, [re.sub(r" (?=[a-z]{2})", "\n     ", p) for p in ps]) for name, ps in labels], *PLAIN)


def as_json(labels: Labels) -> str:
    return json.dumps({"topics": [{"topic": name, "key_points": points} for name, points in labels]}, indent=1)


def escaped(labels: Labels) -> str:
    return html.escape(plain(labels)).replace("\n", "<br/>\n")


def repeated(labels: Labels) -> str:
    return "\n".join(
        [plain(labels), *(f"Topic {len(labels) + i}: {n}\n- {p[-1]}." for i, (n, p) in enumerate(labels, 1))]
    )


STYLES: dict[str, Callable[[Labels], str]] = {
    "plain": plain,
    "paragraphs": in_lines("Topic {i}: {t}\n", "Key Point {j}: {t}\n", "\n"),
    "upper case": in_lines("TOPIC {i}: {t}", "KEY POINT {j}: {t}"),
    "sign": in_lines("Topic #{i}: {t}", "Key Point #{j}: {t}"),
    "dots": in_lines("Topic {i}. {t}", "Key Point {j}. {t}"),
    "brackets": in_lines("Topic ({i}): {t}", "Key Point ({j}): {t}"),
    "half brackets": in_lines("Topic {i}) {t}", "Key Point {j}) {t}"),
    "square brackets": in_lines("[Topic {i}] {t}", "[Key Point {j}] {t}"),
    "words": in_lines("Topic {w}: {t}", "Key Point {w}: {t}"),
    "roman": in_lines("Topic {I}: {t}", "Key Point {a}: {t}"),
    "numbers first": in_lines("{i}. Topic: {t}", "   {j}) Key Point: {t}"),
    "roman first": in_lines("{I}. Topic: {t}", "   ({a}) Key Point: {t}"),
    "nested numbers": in_lines("{i}. Topic: {t}", "   {i}.{j} Key Point: {t}"),
    "nested items": in_lines("Topic {i}: {t}", "{i}.{j}. {t}"),
    "bold labels": in_lines("**Topic {i}:** {t}", "**Key Point {j}:** {t}"),
    "bold outside colon": in_lines("**Topic {i}**: {t}", "- **Key Point {j}**: {t}"),
    "bold lines": in_lines("**Topic {i}: {t}**", "* **Key Point {j}: {t}**"),
    "italic": in_lines("_Topic {i}:_ {t}", "- *Key Point {j}:* {t}"),
    "headings": in_lines("### Topic {i}: {t}", "#### Key Point {j}: {t}", "\n---\n"),
    "heading, name below": in_lines("## Topic {i}\n**{t}**\n\n### Key Points", "- {t}", "\n"),
    "list": in_lines("Topic {i}: {t}\nKey Points:", "- {t}", "\n"),
    "numbered list": in_lines("**Topic {i}: {t}**\n\n**Key Points:**", "{j}. {t}", "\n"),
    "bare list": in_lines("Topic {i}: {t}", "• {t}", "\n"),
    "deep list": in_lines("- Topic {i}: {t}\n  - Key Points:", "    - {t}"),
    "overview": lambda labels: "Topics:\n" + _numbered(labels, "{i}. {t}", "   - {t}"),
    "unlabelled headings": in_lines("## {t}", "- Key Point {j}: {t}", "\n"),
    "quoted": in_lines("> **Topic {i}:** {t}", "> - Key Point {j}: {t}", ">"),
    "full width colons": in_lines("Topic {i}：{t}", "Key Point {j}：{t}"),
    "arrows": in_lines("Topic {i} -> {t}", "Key Point {j} → {t}"),
    "dashes": in_lines("Topic {i} – {t}", "Key Point {j} — {t}"),
    **{f"name with {dash!r}": with_dash(dash) for dash in (" – ", " — ", "—", " ― ", " − ", " － ", " -- ", " → ")},
    **{f"name with {dash!r}": with_dash(dash) for dash in (" > ", ": ", " / ", "--", " ‑ ", "  -  ")},
    "fence": around("Here are the labels.\n\n```text\nLIST\n```"),
    "preamble and closing": around("Sure! Here is the analysis:\n\nLIST\n\nLet me know if you need more."),
    "thinking": around("<think>\nTopic 1: No - No\nKey Point 1: no\n</think>\n\nLIST"),
    "draft": around("Let me think.\nTopic 1: Draft - Only\nKey Point 1: no\n\nWait. The final answer:\n\nLIST"),
    "twice": around("LIST\n\nFormatted as asked for:\n\nLIST"),
    "windows": lambda labels: plain(labels).replace("\n", "\r\n"),
    "no-break spaces": lambda labels: plain(labels).replace(" ", "\u00a0"),
    "zero width": lambda labels: "\ufeff" + plain(labels).replace(" ", " \u200b"),
    "html": lambda labels: (
        f"<ul>{_numbered(labels, '<li><b>Topic {i}:</b> {t}</li>', '<li>Key Point {j}: {t}</li>')}</ul>"
    ),
    "escaped": escaped,
    "table": table,
    "table of merged cells": table_of_merged_cells,
    "table of lists": table_of_lists,
    "topics first": topics_first,
    "topic named in brackets": named_in_brackets,
    "topic after its list": topic_after_its_list,
    "wrapped": wrapped,
    "repeated": repeated,
    "json": as_json,
    "json in a fence": lambda labels: f"Here you are:\n```json\n{as_json(labels)}\n```",
}

WORD = st.from_regex(r"[A-Z][a-z]{2,8}(-[A-Z][a-z]{2,6})?", fullmatch=True)
NAME = st.builds(lambda s, c: f"{s} - {' '.join(c)}", WORD, st.lists(WORD, min_size=1, max_size=3))
PIECE = st.sampled_from(
    [
        "the square",
        "of a product",
        r"$\frac{a}{b}$",
        "$|x| * y_1$",
        "by 3:4",
        "a_i",
        "(see above)",
        r"\(a_1*b_2\)",
        "50%",
    ]
) | WORD.map(str.lower)
POINT = st.builds(lambda w, rest: " ".join([w, *rest, "done"]), WORD, st.lists(PIECE, max_size=5))


def _distinct(points: list[str]) -> list[str]:
    return list({p.casefold(): p for p in points}.values())


LABELS = st.lists(
    st.tuples(NAME, st.lists(POINT, min_size=1, max_size=6).map(_distinct)),
    min_size=1,
    max_size=4,
    unique_by=lambda topic: topic[0].casefold(),
)


def read(reply: str) -> Labels:
    return [(t.topic, list(t.key_points)) for t in parse_labels(reply)]


@example(labels=OWN)
@given(labels=LABELS)
def test_labels_read_the_same_in_every_style_of_writing(labels: Labels) -> None:
    for style, write in STYLES.items():
        assert read(write(labels)) == labels, style


@pytest.mark.parametrize("style", STYLES)
def test_real_labels_read_the_same_in_every_style_of_writing(style: str, data_dir: Path | None) -> None:
    if data_dir is None:
        pytest.skip("no real replies here: the test above has labels of our own")
    rows = (data_dir / "labelled_practices.jsonl").read_text(encoding="utf-8").splitlines()
    for line in rows[len(style) % 4 :: 4]:
        labels = read(json.loads(line)["reply"])
        assert read(STYLES[style](labels)) == labels


# --- any text ----------------------------------------------------------------------------------

FRAGMENTS = st.sampled_from(
    [
        *("Topic 1: ", "Topic 2: ", "Topic: ", "Topics:", "Topic 1", "Key Point 1: ", "Key Point 2.1: ", "Key Points:"),
        *(
            "Key Points for Topic 1:",
            "Key Point (A - B): ",
            "Algebra - Lines",
            "Geometry – Circles",
            "A - B",
            "Isolating x",
        ),
        *(
            "- ",
            "* ",
            "  - ",
            "1. ",
            "1.1 ",
            "(a) ",
            "I. ",
            "> ",
            "# ",
            "**",
            "*",
            "_",
            "`",
            "```",
            "```json",
            "---",
            "|",
        ),
        *(
            "|---|---|",
            "| Topic | Key Points |",
            "$x|y$",
            "$",
            "\\(",
            "\\)",
            "\\",
            "<br>",
            "<b>",
            "</b>",
            "&lt;",
            "&#12;",
        ),
        *(
            "<think>",
            "</think>",
            "Final answer:",
            "Wait.",
            "\n",
            "\n\n",
            "\n",
            "\r",
            "\t",
            "\u200b",
            "\ud800",
            "\x0c",
            ": ",
            "; ",
        ),
        *(
            '{"topics": [',
            '{"topic": "A - B", "key_points": ["x"]}',
            "]}",
            '"',
            "[",
            "]",
            "{",
            "}",
            "(",
            ")",
            ".",
            "...",
            "None",
        ),
    ]
)
ANY_TEXT = st.lists(FRAGMENTS | st.text(max_size=4), max_size=40).map("".join) | st.text(max_size=300)


def check(reply: str) -> None:
    try:
        labels = parse_labels(reply)
    except ReplyError as error:
        assert 0 < len(str(error)) < 300
        return
    assert 1 <= len(labels) <= MAX_TOPICS
    assert len({t.topic.casefold() for t in labels}) == len(labels)
    for topic in labels:
        subject, _, subcategory = topic.topic.partition(" - ")
        assert any(map(str.isalpha, subject)) and any(map(str.isalpha, subcategory))
        assert 1 <= len(set(topic.key_points)) == len(topic.key_points) <= MAX_KEY_POINTS
        for text in (topic.topic, *topic.key_points):
            assert any(map(str.isalnum, text)) and " ".join(text.split()) == text
            assert text.encode() and not any(c < " " for c in text)
    # What was read is written plainly and read again as the same.
    written = plain([(t.topic, list(t.key_points)) for t in labels])
    assert parse_labels(html.escape(written, quote=False)) == labels


@settings(max_examples=1000)
@given(reply=ANY_TEXT)
def test_any_text_reads_to_labels_or_to_an_error_with_a_reason(reply: str) -> None:
    check(reply)


@given(labels=LABELS, style=st.sampled_from(sorted(STYLES)), data=st.data())
def test_a_damaged_reply_reads_to_labels_or_to_an_error_with_a_reason(
    labels: Labels, style: str, data: st.DataObject
) -> None:
    reply = STYLES[style](labels)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(reply)))
        end = data.draw(st.integers(start, min(len(reply), start + 20)))
        reply = reply[:start] + data.draw(FRAGMENTS | st.text(max_size=3)) + reply[end:]
    check(reply)
    check(reply[: data.draw(st.integers(0, len(reply)))])
