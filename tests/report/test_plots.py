"""The plots of topics, key points, coverage, and the graph."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from builder.matrix import TCPM
from builder.records import Topic
from builder.report.coverage import coverage
from builder.report.facts import Reading, topic_facts
from builder.report.funnel import funnel
from builder.report.funnel_plots import funnel_plot, paraphrase_plot
from builder.report.graph import EDGES, NODES, graph
from builder.report.heatmap import heatmap
from builder.report.names import cut, plain, short_name, subject_name, width
from builder.report.plots import growth, key_points_plot, pairs_drawn, topic_frequency
from builder.report.theme import DARK, LIGHT, Plot, drawing
from tests.report.questions import asked, records


def plots(known: Any) -> dict[str, Plot]:
    reading = Reading(frozenset(known.matrix.topics))
    list(reading.passing(known.mpkp))
    facts = topic_facts(known.topics, known.matrix, reading)
    covered = coverage(known.matrix, known.sets, reading)
    found = [topic_frequency(facts), key_points_plot(facts), graph(known.matrix, known.topics), heatmap(known.matrix)]
    return {p.name: p for p in found + ([growth(covered), pairs_drawn(covered)] if covered else [])}


def words(plot: Plot) -> list[str]:
    root = ElementTree.fromstring(plot.svg(LIGHT))
    return ["".join(e.itertext()) for e in root.iter() if e.tag.endswith("}text")]


def test_bars_say_the_numbers_of_the_records(make: Callable[..., Any]) -> None:
    found = plots(make())
    frequency = words(found["topic_frequency"])
    assert {"Algebra - Roots", "Algebra - Sums", "Geometry - Area", "Number Theory - Primes"} <= set(frequency)
    assert "Tail: 1 of 4 topics (25.0%) have one practice; median 2.5" in found["topic_frequency"].alt
    assert {"7 / 9", "2 / 3", "1 / 1"} <= set(words(found["key_points"]))
    assert found["key_points"].alt.startswith("16 uses of 12 different key points")


def test_coverage_is_said_in_numbers(make: Callable[..., Any]) -> None:
    found = plots(make())
    assert "3 sets drew 3 of 4 pairs that occur (75.0%)" in found["pairs_drawn"].alt
    assert {"pairs 75.0%", "topics 75.0%", "practices 60.0%"} <= set(words(found["coverage"]))


def test_nothing_at_all_is_said_and_not_drawn(make: Callable[..., Any]) -> None:
    found = plots(make([]))
    assert "There is no topic" in words(found["topic_frequency"])
    assert "There is no key point" in words(found["key_points"])
    assert "No two topics occur in one practice" in words(found["graph"])


def many(n: int) -> tuple[TCPM, list[Topic]]:
    rng = np.random.default_rng(0)
    counts = np.triu(rng.integers(0, 9, (n, n)) * (rng.random((n, n)) < 0.3), 1).astype(np.int64)
    names = tuple(f"Subject {i % 11} - a rather long name of topic {i:03}" for i in range(n))
    order = sorted(range(n), key=names.__getitem__)
    counts = (counts + counts.T)[np.ix_(order, order)]
    topics = [Topic(names[i], 1 + i % 40, 1, (names[i],), None, None, True, False) for i in order]
    return TCPM.of([names[i] for i in order], counts), topics


def boxes(plot: Plot) -> list[tuple[str, Any]]:
    """The corners of each text as it is drawn, turned or not."""
    with drawing(LIGHT):
        figure = plot.draw(LIGHT)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        texts = [t for t in figure.findobj(matplotlib.text.Text) if t.get_text().strip() and t.get_visible()]
        return [(t.get_text(), _corners(t, canvas.get_renderer())) for t in texts]


def _corners(text: Any, renderer: Any) -> np.ndarray:
    turned = text.get_rotation()
    x, y = text.get_transform().transform(text.get_unitless_position())
    text.set_rotation(0)
    box = text.get_window_extent(renderer)
    text.set_rotation(turned)
    # rotation_mode "anchor": the box is turned about the text's own point
    angle = np.deg2rad(turned)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (box.corners()[[0, 1, 3, 2]] - (x, y)) @ turn.T + (x, y)


def apart(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two convex shapes are apart: some edge of one separates them."""
    for shape in (one, other):
        for edge in np.roll(shape, -1, axis=0) - shape:
            normal = np.array([-edge[1], edge[0]])
            a, b = one @ normal, other @ normal
            if a.max() <= b.min() or b.max() <= a.min():
                return True
    return False


@pytest.mark.parametrize("topics", [8, 60, 200])
def test_no_name_in_the_graph_covers_another(topics: int) -> None:
    found = boxes(graph(*many(topics)))
    names = [(text, box) for text, box in found if text.startswith("a rather")]
    assert min(topics, NODES) - 2 <= len(names) <= NODES
    for (one, a), (other, b) in combinations(names, 2):
        assert apart(a, b), f"{one} lies on {other}"


def test_the_graph_has_the_heaviest_pairs_and_no_more_than_can_be_seen() -> None:
    matrix, topics = many(200)
    told = graph(matrix, topics).alt
    edges = int(told.split("the ")[1].split(" ")[0])
    assert 0 < edges <= EDGES
    assert f"of {int((np.triu(matrix.counts, 1) > 0).sum()):,} pairs" in told


def test_a_topic_that_meets_only_itself_is_no_line() -> None:
    matrix = TCPM.of(("A - x", "A - y"), np.array([[3, 0], [0, 0]]))
    assert graph(matrix, []).alt == "No two topics occur in one practice."


@pytest.mark.parametrize("name", ["topic_frequency", "key_points", "coverage", "pairs_drawn", "graph", "tcpm"])
def test_every_text_lies_inside_its_figure(make: Callable[..., Any], name: str) -> None:
    known = make([{f"Subject - {'long ' * 9}{i}": ["k"], "Other - short": ["k"]} for i in range(12)])
    plot = plots(known)[name]
    with drawing(LIGHT):
        figure = plot.draw(LIGHT)
        drawn = figure.get_tightbbox(FigureCanvasAgg(figure).get_renderer())  # inches
        width, height = figure.get_size_inches()
    assert drawn.x0 >= -0.01 and drawn.x1 <= width + 0.01
    assert drawn.y0 >= -0.01 and drawn.y1 <= height + 0.01


def test_dark_and_light_are_the_same_plot_in_other_colours(make: Callable[..., Any]) -> None:
    plot = plots(make())["topic_frequency"]
    light, dark = plot.svg(LIGHT), plot.svg(DARK)
    assert LIGHT.paper.encode() in light and DARK.paper.encode() in dark
    texts = [[e.text for e in ElementTree.fromstring(s).iter() if e.tag.endswith("}text")] for s in (light, dark)]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("name", "subject", "short"),
    [
        ("Algebra - Sums", "Algebra", "Sums"),
        ("Algebra", "Algebra", "Algebra"),
        ("Algebra - ", "Algebra", "(no name)"),
        (" - Sums", "(no subject)", "Sums"),
        ("", "(no subject)", "(no name)"),
        ("A - b - c", "A", "b - c"),
        ("A\u202e - b\x00c\n", "A", "b c"),
        ("A - " + "w" * 90, "A", "w" * 39 + "…"),
        ("A - " + "語" * 90, "A", "語" * 19 + "…"),
    ],
)
def test_a_name_is_shown_as_one_line_that_fits(name: str, subject: str, short: str) -> None:
    assert subject_name(name) == subject
    assert short_name(name) == short
    assert width(short_name(name)) <= 40


def test_text_that_fits_is_not_cut() -> None:
    assert cut("x" * 40, 40) == "x" * 40
    assert plain("نام\u200cها") == "نام\u200cها"  # the joiner belongs to the word


def test_the_funnel_says_every_step_and_the_largest_reasons(tmp_path: Path) -> None:
    results = [asked(n, kind) for n, kind in enumerate(["kept"] * 5 + ["low_score"] * 3 + ["unscored", "tie"])]
    results += [asked(n + 20, "drift_answer", parent=n) for n in range(5)]
    told = funnel(records(tmp_path, results, [], sets=12, whole=False), per_question=1)
    assert told is not None
    plot = funnel_plot(told)
    shown = words(plot)
    assert "Of 10 information sets 5 (50.0%) are kept by the vote" in plot.alt
    assert {"low score 3, unscored 1", "not done yet 2", "drift answer 5", "60.0%", "Their paraphrases"} <= set(shown)
    assert [t for t in shown if t.startswith("scored")] == ["scored high enough"] * 2
    assert plot.svg(DARK) != plot.svg(LIGHT)


def test_a_funnel_of_nothing_but_samples_is_drawn_too(tmp_path: Path) -> None:
    told = funnel(records(tmp_path, [], sets=7, whole=False))
    assert told is not None
    assert "7 information sets are sampled, nothing more yet" in funnel_plot(told).alt
    assert "information sets sampled" in words(funnel_plot(told))


def test_the_plot_of_paraphrases_says_the_medians_also_where_there_are_no_siblings(tmp_path: Path) -> None:
    results = [asked(0, problem="a b c d"), asked(1, parent=0, problem="a b c e")]
    told = funnel(records(tmp_path, results, []), per_question=1)
    assert told is not None and told.paraphrases is not None
    plot = paraphrase_plot(told.paraphrases)
    assert plot.alt == "Medians of the similarity, 0 to 1: Jaccard to the parent 0.60; edit to the parent 0.75."
    shown = words(plot)
    assert {"Jaccard, median 0.60", "Similarity to each other: 0 pairs"} <= set(shown)
