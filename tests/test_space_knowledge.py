"""The tab Knowledge: what it shows of a topic, and the map and the graph in a real browser."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from builder.errors import ConfigError
from builder.matrix import TCPM
from builder.records import KeyPoint, LabelledPractice, Practice, Topic, TopicKeyPoints
from space.heatmap import MOST_TOPICS, Neighbour, graph_data, map_data, neighbours
from space.html import escape
from space.knowledge_tab import (
    EXAMPLES,
    about_html,
    build_knowledge_tab,
    example_practices,
    example_text,
    key_points_html,
    neighbours_html,
    pair_topics,
    topic_rows_html,
)
from space.studio import Studio
from tests.space_browser import Visitor, browser_page, chromium, served

__all__ = ["browser_page", "chromium"]  # fixtures

STYLE = Path(__file__).resolve().parent.parent / "space" / "assets" / "style.css"

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

HOSTILE = [
    "Algebra - <script>document.title='owned'</script>",
    "Algebra - <img src=x onerror=\"document.title='owned'\">",
    "Algebra - ${document.title='owned'} `${1}` {{constructor}} \\u0060",
    "Geometry - \"'><svg onload=document.title='owned'>",
    "Geometry - " + "very " * 60 + "long",
    "</textarea></script><!-- - \u202eevil",
]


def topic(name: str, practices: int = 3, *aliases: str, sampled: bool = True) -> Topic:
    return Topic(name, practices, 4, (name, *aliases), None, None, sampled, False)


def practice(name: str, topics: list[str], problem: str = "What is $1+1$?") -> LabelledPractice:
    labels = tuple(TopicKeyPoints(t, (f"key point of {t}",)) for t in topics)
    return LabelledPractice(Practice(name, "seeds", problem, "2"), labels, "m", "h", "r")


def studio_of(groups: list[list[str]], other: Studio) -> Studio:
    """A studio over practices with these topics; its settings are those of another one."""
    mpkp = [practice(f"p{k}", group) for k, group in enumerate(groups)]
    names = sorted({t for group in groups for t in group})
    counts = np.zeros((len(names), len(names)), np.int64)
    for group in groups:
        for a in group:
            for b in group:
                counts[names.index(a), names.index(b)] += a != b
    topics = tuple(topic(n, sum(n in g for g in groups), f"{n} too") for n in names)
    points = tuple(KeyPoint(n, f"key point of {n}", 1, (n,)) for n in names)
    return dataclasses.replace(
        other, mpkp=mpkp, topics=topics, key_points=points, matrix=TCPM.of(names, counts), dataset=None
    )


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio.open()


MATRIX = TCPM.of(
    ("A - a", "A - b", "B - c", "B - d"), np.array([[2, 3, 1, 0], [3, 0, 9, 0], [1, 9, 0, 0], [0, 0, 0, 0]])
)
TOPICS = [topic(n) for n in ("B - d", "B - c", "A - b", "A - a", "Others - x")]


def test_neighbours_are_listed_by_weight_and_a_topic_is_none_of_its_own() -> None:
    assert neighbours(MATRIX, "A - a") == [
        Neighbour("A - b", 3, pytest.approx(0.602, abs=1e-3)),
        Neighbour("B - c", 1, pytest.approx(0.301, abs=1e-3)),
    ]
    assert [n.name for n in neighbours(MATRIX, "A - b", 1)] == ["B - c"]
    assert neighbours(MATRIX, "B - d") == neighbours(MATRIX, "unknown") == []


def test_the_map_knows_topics_by_their_place_in_the_list() -> None:
    data = map_data(MATRIX, TOPICS)
    assert [(t[0], t[1], t[2]) for t in data["topics"]] == [(3, "A - a", "a"), (2, "A - b", "b"), (1, "B - c", "c")]
    assert [data["subjects"][t[3]] for t in data["topics"]] == ["A", "A", "B"]
    assert data["cells"] == [[0, 0, 2, 0.4771], [0, 1, 3, 0.6021], [0, 2, 1, 0.301], [1, 2, 9, 1.0]]
    assert data["left_out"] == 1


def test_the_map_of_a_real_recipe_has_every_pair_once(studio: Studio) -> None:
    data = map_data(studio.matrix, studio.topics)
    on_map = [studio.topics[t[0]].name for t in data["topics"]]
    for row, column, count, weight in data["cells"]:
        i, j = (studio.matrix.topics.index(on_map[k]) for k in (row, column))
        assert count == studio.matrix.counts[i, j] > 0
        assert weight == pytest.approx(studio.matrix.weights[i, j], abs=1e-4)
    assert sum(2 if c[0] != c[1] else 1 for c in data["cells"]) == studio.matrix.cells.nnz
    subjects = [t[3] for t in data["topics"]]
    assert subjects == sorted(subjects)  # each in one block
    assert json.loads(json.dumps(data)) == data


def test_a_huge_matrix_is_cut_to_what_a_page_can_hold() -> None:
    names = [f"S{k % 7} - {k}" for k in range(MOST_TOPICS + 50)]
    counts = np.ones((len(names), len(names)), np.int64)
    data = map_data(TCPM.of(names, counts), [topic(n) for n in names])
    assert len(data["topics"]) == MOST_TOPICS
    assert data["left_out"] == 50


def test_a_matrix_without_pairs_makes_an_empty_map() -> None:
    data = map_data(TCPM.of(["A - a"], np.zeros((1, 1), np.int64)), [topic("A - a")])
    assert data["topics"] == data["cells"] == []


def test_the_graph_has_the_topic_in_the_middle_and_edges_between_its_neighbours() -> None:
    data = graph_data(MATRIX, TOPICS, "A - a")
    assert [n[1] for n in data["nodes"]] == ["A - a", "A - b", "B - c"]
    assert [e[:3] for e in data["edges"]] == [[0, 2, 1], [0, 1, 3], [1, 2, 9]]


@pytest.mark.parametrize("name", ["B - d", "Others - x"])
def test_a_topic_that_meets_no_other_is_alone_in_its_graph(name: str) -> None:
    data = graph_data(MATRIX, TOPICS, name)
    assert [n[1] for n in data["nodes"]] == [name]
    assert data["edges"] == []


def test_topics_are_listed_by_how_often_they_occur_with_their_subjects() -> None:
    rows, subjects = topic_rows_html([topic("A - b", 1), topic("B - c", 5, "B - cs")])
    assert re.findall(r'data-topic="(\d+)"', rows) == ["1", "0"]
    assert 'title="also called: B - cs"' in rows
    assert re.findall(r">([^<]+)</option>", subjects) == ["all 2 topics", "A (1)", "B (1)"]


def test_a_topic_is_told_with_its_counts_and_other_names() -> None:
    made = about_html(topic("A - b", 1, "A - bs"), 2, 1)
    assert "in 1 practice · 2 key points · occurs together with 1 other topic" in made
    assert "A - bs" in made
    assert "never drawn by the sampler" in about_html(topic("Others - x", sampled=False), 0, 0)


def test_neighbours_can_be_shown_or_paired() -> None:
    made = neighbours_html(TOPICS, "A - a", neighbours(MATRIX, "A - a"))
    assert re.findall(r'data-places="([^"]+)"', made) == ["2", "3 2", "1", "3 1"]
    assert "No other topic" in neighbours_html(TOPICS, "B - d", [])


def test_a_practice_without_text_is_no_example(studio: Studio) -> None:
    name = studio.topics[0].name
    some = [practice("p1", [name], ""), practice("p2", [name], "Find $x$.")]
    only = dataclasses.replace(studio, mpkp=some)
    assert [p.id for p, _ in example_practices(only, name)] == ["p2"]
    bare = dataclasses.replace(studio, mpkp=some[:1])
    assert "No practice of this topic" in example_text(bare, name)


def test_pages_of_examples_go_round(studio: Studio) -> None:
    name = max(studio.topics, key=lambda t: t.practices).name
    total = len(example_practices(studio, name))
    pages = -(-total // EXAMPLES)
    assert example_text(studio, name, pages) == example_text(studio, name, 0)
    assert len({example_text(studio, name, k) for k in range(pages)}) == pages


def test_key_points_are_told_with_their_counts(studio: Studio) -> None:
    name = max(studio.topics, key=lambda t: t.practices).name
    made = key_points_html(studio, name)
    assert all(escape(k.text) in made for k in studio.points[name])
    assert "No key point" in key_points_html(studio, "unknown")


def test_what_is_shown_of_hostile_names_opens_no_element_of_theirs(studio: Studio) -> None:
    studio = studio_of([HOSTILE[:3], HOSTILE[2:5], HOSTILE[3:]], studio)
    for name in HOSTILE:
        shown = [
            *topic_rows_html(studio.topics),
            about_html(studio.topic(name), 1, 1),
            neighbours_html(studio.topics, name, neighbours(studio.matrix, name)),
            key_points_html(studio, name),
            example_text(studio, name),
        ]
        assert not any(re.search(r"<(script|img|svg|/textarea|!--)", made) for made in shown)


@pytest.mark.parametrize("text", ["", "null", "{}", '{"topics": ["a"]}', '{"topics": 3}', "[1, 2]"])
def test_what_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="no pair"):
        pair_topics(text)


def test_a_pair_is_read_back() -> None:
    assert pair_topics('{"topics": ["a", "b"], "click": 2}') == ("a", "b")


# --- in a browser --------------------------------------------------------------------------------


def page_of(studio: Studio) -> gr.Blocks:
    with gr.Blocks() as demo:
        tab = build_knowledge_tab(studio)
        seen = gr.Textbox(label="Pair", elem_id="seen")
        tab.pair.change(lambda text: text, tab.pair, seen, api_visibility="private")
        given = gr.Textbox(label="Set", elem_id="given")
        given.submit(lambda name: name, given, tab.topic, api_visibility="private")
    return demo


@pytest.fixture(scope="module")
def url(studio: Studio) -> Iterator[str]:
    with served(page_of(studio), css_paths=[STYLE]) as address:
        yield address


def map_of(page: Any) -> Any:
    view = page.locator("#knowledge-map .map-view")
    page.locator("#knowledge-map tbody tr").first.wait_for()
    page.evaluate("document.fonts.ready")
    view.scroll_into_view_if_needed()
    before = None
    while before != (before := view.bounding_box()):  # it stays where it is
        page.wait_for_timeout(200)
    return view


def seen_pair(page: Any, click: int = 1) -> list[str]:
    page.wait_for_function(
        f"document.querySelector('#seen textarea, #seen input').value.includes('\"click\": {click}')"
    )
    topics: list[str] = json.loads(page.locator("#seen textarea, #seen input").input_value())["topics"]
    return topics


def chosen(page: Any, name: str) -> None:
    page.wait_for_function(
        "name => document.querySelector('#knowledge-about h3')?.textContent === name", arg=name.partition(" - ")[2]
    )


def cell_at(studio: Studio, page: Any, view: Any, rank: int = 0) -> tuple[tuple[float, float], set[str]]:
    """A point on the cell of a frequent pair of the whole map, and its names; geometry as heatmap.js has it."""
    data = map_data(studio.matrix, studio.topics)
    pairs = sorted((c for c in data["cells"] if c[0] != c[1]), key=lambda c: -c[2])
    row, column, *_ = pairs[rank]
    box = view.bounding_box()
    left, top = (96, 96) if box["width"] < 562 else (200, 150)
    n = len(data["topics"])
    scale = min((box["width"] - 2 - left - 8) / n, (box["height"] - 2 - top - 8) / n)
    where = (box["x"] + 1 + left + (column + 0.5) * scale, box["y"] + 1 + top + (row + 0.5) * scale)
    return where, {studio.topics[data["topics"][k][0]].name for k in (row, column)}


def test_hover_tells_both_names_and_a_click_chooses_the_pair(studio: Studio, url: str, browser_page: Visitor) -> None:
    page = browser_page.open(url)
    view = map_of(page)
    where, names = cell_at(studio, page, view)
    page.mouse.move(*where)
    tip = page.locator(".map-tip").inner_text()
    assert all(name in tip for name in names)
    assert re.search(r"together in \d+ practices, weight [\d.]+", tip)
    page.mouse.click(*where)
    assert set(seen_pair(page)) == names
    page.mouse.click(*where)  # once more is another choice
    assert set(seen_pair(page, 2)) == names


def test_keys_walk_the_map_zoom_and_choose(studio: Studio, url: str, browser_page: Visitor) -> None:
    page = browser_page.open(url)
    view = map_of(page)
    view.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    told = page.locator(".map-status").inner_text()
    assert "together in" in told
    before = view.screenshot()
    for _ in range(6):
        page.keyboard.press("+")
    page.wait_for_timeout(100)
    assert view.screenshot() != before
    page.keyboard.press("Enter")
    assert all(name in told for name in seen_pair(page))
    page.keyboard.press("t")
    chosen(page, seen_pair(page)[0])


def test_the_wheel_and_the_buttons_zoom_and_dragging_moves(studio: Studio, url: str, browser_page: Visitor) -> None:
    page = browser_page.open(url)
    view = map_of(page)
    (x, y), _ = cell_at(studio, page, view)
    pictures = [view.screenshot()]

    def changed() -> bool:
        page.mouse.move(2, 2)
        page.wait_for_timeout(120)
        pictures.append(view.screenshot())
        return pictures[-1] != pictures[-2]

    page.mouse.move(x, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    assert changed()
    page.get_by_role("button", name="Zoom in").click()
    assert changed()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 80, y - 60, steps=4)
    page.mouse.up()
    assert changed()
    page.get_by_role("button", name="Whole map").click()
    page.wait_for_timeout(120)
    where, names = cell_at(studio, page, view)
    page.mouse.move(*where)  # all is where it was
    assert all(name in page.locator(".map-tip").inner_text() for name in names)
    assert page.locator("#seen textarea, #seen input").input_value() == ""  # a drag chooses nothing


def test_zoomed_in_a_row_has_a_name_that_selects_its_topic(studio: Studio, url: str, browser_page: Visitor) -> None:
    page = browser_page.open(url)
    view = map_of(page)
    page.locator("#knowledge-map [data-goto]").select_option(index=1)
    page.wait_for_timeout(120)
    box = view.bounding_box()
    page.mouse.move(box["x"] + 120, box["y"] + 300)
    name = page.locator(".map-tip b").first.inner_text()
    page.mouse.click(box["x"] + 120, box["y"] + 300)
    chosen(page, name)


def test_the_table_holds_the_same_pairs(studio: Studio, url: str, browser_page: Visitor) -> None:
    page = browser_page.open(url)
    map_of(page)
    more = page.get_by_role("button", name="Show more pairs")
    while more.is_visible():
        more.click()
    pairs = sum(c[0] != c[1] for c in map_data(studio.matrix, studio.topics)["cells"])
    assert page.locator("#knowledge-map tbody tr").count() == pairs
    button = page.locator("#knowledge-map tbody button").first
    button.focus()
    page.keyboard.press("Enter")
    assert all(name.partition(" - ")[2] in button.inner_text() for name in seen_pair(page))


def test_topics_are_searched_and_filtered_without_accents_or_case(
    studio: Studio, url: str, browser_page: Visitor
) -> None:
    page = browser_page.open(url)
    rows = page.locator("#knowledge-topics li:visible")
    rows.first.wait_for()
    assert rows.count() == len(studio.topics)
    page.get_by_label("Search topics").fill("PERCÉNT")
    assert 0 < rows.count() < len(studio.topics)
    assert all(
        "percent" in (text + (rows.nth(k).locator("button").get_attribute("title") or "")).lower()
        for k, text in enumerate(rows.all_inner_texts())
    )
    page.get_by_label("Search topics").fill("no such topic")
    assert "No topic matches" in page.locator("#knowledge-topics .found").inner_text()
    page.get_by_label("Search topics").fill("")
    page.get_by_label("Subject", exact=True).select_option(
        label=f"Geometry ({sum(t.name.startswith('Geometry - ') for t in studio.topics)})"
    )
    assert all("Geometry" in text for text in rows.all_inner_texts())
    rows.nth(1).click()
    chosen(page, "Geometry - " + rows.nth(1).locator("span").inner_text())
    assert rows.nth(1).locator("button").get_attribute("aria-current") == "true"


def test_the_graph_goes_to_neighbours_and_its_lines_are_pairs(studio: Studio, url: str, browser_page: Visitor) -> None:
    page = browser_page.open(url)
    node = page.locator("#knowledge-graph .node:not(.middle)").first
    node.wait_for()
    label = node.get_attribute("aria-label")
    node.focus()
    page.keyboard.press("Enter")
    name = re.sub(r", [\d,]+ practices? together: .*", "", label)
    chosen(page, name)
    line = page.locator(f'#knowledge-graph .edge[aria-label^="Compose with {name} and"]').last
    told = line.get_attribute("aria-label")
    line.focus()
    page.keyboard.press("Enter")
    assert all(name in told for name in seen_pair(page))


def test_a_neighbour_is_shown_or_paired_and_examples_turn(url: str, browser_page: Visitor) -> None:
    page = browser_page.open(url)
    page.locator("#knowledge-near .kp-chip").first.click()
    seen_pair(page)
    examples = page.locator("#knowledge-examples")
    before = examples.inner_text()
    page.get_by_role("button", name="Other practices").click()
    page.wait_for_function("before => document.querySelector('#knowledge-examples').innerText !== before", arg=before)
    button = page.locator("#knowledge-near .kp-bar").first
    name = (button.get_attribute("title") or "").removeprefix("Show ")
    button.click()
    chosen(page, name)


def test_another_tab_can_choose_the_topic(studio: Studio, url: str, browser_page: Visitor) -> None:
    page = browser_page.open(url)
    name = studio.topics[5].name
    box = page.locator("#given textarea, #given input")
    box.fill(name)
    box.press("Enter")
    chosen(page, name)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_at_phone_width_nothing_is_wider_than_the_page_and_a_second_tap_chooses(
    studio: Studio, url: str, browser_page: Visitor, theme: str
) -> None:
    page = browser_page.open(f"{url}?__theme={theme}", width=390, height=844, has_touch=True, is_mobile=True)
    view = map_of(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    where, names = cell_at(studio, page, view)
    page.touchscreen.tap(*where)
    assert all(name in page.locator(".map-status").inner_text() for name in names)
    assert page.locator("#seen textarea, #seen input").input_value() == ""
    page.touchscreen.tap(*where)
    assert set(seen_pair(page)) == names


def test_hostile_names_are_words_in_a_browser(studio: Studio, browser_page: Visitor) -> None:
    hostile = studio_of([HOSTILE[:3], HOSTILE[2:5], HOSTILE[3:], HOSTILE[:2]], studio)
    with served(page_of(hostile), css_paths=[STYLE]) as address:
        page = browser_page.open(address)
        view = map_of(page)
        for k in range(len(HOSTILE)):
            button = page.locator("#knowledge-topics button").nth(k)
            button.click()
            page.wait_for_function("k => document.querySelectorAll('#knowledge-topics button')[k].ariaCurrent", arg=k)
        view.focus()
        for key in ("+", "+", "+", "ArrowRight", "ArrowDown", "Shift+ArrowRight"):
            page.keyboard.press(key)
        for text in page.locator("#knowledge-topics button").all_inner_texts():
            assert "&lt;" not in text
        page.locator("#knowledge-map tbody button").first.click()
        assert set(seen_pair(page)) <= set(HOSTILE)
        assert page.title() != "owned"
        assert page.evaluate("document.querySelectorAll('img[src=x], svg[onload]').length") == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_recipe_whose_topics_never_meet_has_a_page_too(studio: Studio, browser_page: Visitor) -> None:
    with served(page_of(studio_of([["A - a"], ["B - b"]], studio)), css_paths=[STYLE]) as address:
        page = browser_page.open(address)
        page.get_by_text("No two topics occur in one practice").wait_for()
        view = page.locator("#knowledge-map .map-view")
        view.hover()
        view.press("ArrowRight")
        assert "No other topic" in page.locator("#knowledge-near").inner_text()
