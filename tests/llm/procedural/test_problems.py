"""Composing, writing and reading problems: what is written is read back, and nothing is given away."""

from __future__ import annotations

import re
import time
from itertools import permutations
from random import Random

import pytest

from builder.llm.procedural.compose import compose
from builder.llm.procedural.graph import Graph, Node, evaluate, final
from builder.llm.procedural.numbers import SPECS, Var, read, write
from builder.llm.procedural.reader import MAX_TEXT, read_problem
from builder.llm.procedural.recognise import families, family_of
from builder.llm.procedural.render import render
from builder.llm.procedural.roles.scorer import flaw
from builder.llm.procedural.roles.writer import gap_places, with_gap
from tests.llm.procedural.procedural_support import random_graph, random_problem, shape


def test_problems_of_one_to_six_key_points_are_read_back_to_the_same_steps():
    rng = Random(11)
    for _ in range(250):
        graph, text, answer = random_problem(rng, (1, 2, 3, 4, 5, 6))
        reading = read_problem(text)
        assert reading.graph is not None, f"{text}\nleft over: {reading.unread}"
        assert shape(reading.graph) == shape(graph), text
        assert reading.answer == answer, text
        assert flaw(reading) is None and not reading.unused, (text, reading)


def test_most_ordered_pairs_compose_to_a_chain_in_which_one_step_feeds_the_other():
    rng = Random(5)
    pairs = list(permutations(sorted(families()), 2))
    chains, tried = 0, rng.sample(pairs, 300)
    for a, b in tried:
        graph = compose([families()[a], families()[b]], rng)
        assert graph is not None, (a, b)
        assert set(graph.families) == {a, b}
        chains += graph.join is None and any(n.refs for n in graph.nodes)
    assert chains >= 0.9 * len(tried)


def test_every_step_of_a_problem_is_needed():
    rng = Random(6)
    for _ in range(100):
        graph = random_graph(rng)
        fed = {i for n in graph.nodes for i in n.refs}
        assert fed | set(graph.ends) == set(range(len(graph.nodes)))
        assert all(i < k for k, n in enumerate(graph.nodes) for i in n.refs)


def test_a_result_that_feeds_a_step_is_shown_as_a_letter_a_phrase_or_a_running_quantity():
    """Read back, a fed parameter is a reference: had its value been printed, it would be a literal."""
    rng = Random(12)
    for _ in range(120):
        graph, text, _ = random_problem(rng, (2, 3, 4))
        found = read_problem(text).graph
        assert found is not None
        assert sum(len(n.refs) for n in found.nodes) == sum(len(n.refs) for n in graph.nodes), text


def test_texts_are_clean():
    rng = Random(13)
    for _ in range(250):
        _, text, _ = random_problem(rng, (1, 2, 3, 4, 5, 6))
        assert text[0].isupper() or text[0] == "$", text
        assert text[-1] in ".?", text
        assert text.replace("\\$", "").count("$") % 2 == 0, text
        assert not re.search(r"  | ,| \.|\.\.|[<>⟦⟧⟪⟫]{2}|\ba (?:8|11|18)\b|None|Ref\(", text), text
        assert not re.search(r"(?<=[.?]) [a-z]", text), text


def test_a_family_is_found_by_each_of_its_names_and_by_words_near_them():
    for family, members in families().items():
        assert all(family_of(n) == family for e in members for n in e.names)
    assert family_of("Finding the least common multiple of two numbers") == "lcm_two"
    assert family_of("Photosynthesis in green plants") is None


# --- flaws are visible in the text -------------------------------------------------------------


def test_a_missing_datum_is_seen():
    rng = Random(3)
    for _ in range(150):
        graph = random_graph(rng, (2, 3))
        places = gap_places(graph)
        if not places:
            continue
        text = render(with_gap(graph, rng.choice(places)), rng)
        assert flaw(read_problem(text)) == ("missing information", "A quantity that is needed is not given."), text


def test_a_contradiction_is_seen_and_a_true_remark_is_none():
    rng = Random(4)
    seen = 0
    while seen < 40:
        graph = random_graph(rng, (2, 3))
        value = evaluate(graph)[0]
        if not isinstance(value, int):
            continue
        seen += 1
        wrong = read_problem(render(graph, rng, (0, value + 3)))
        assert flaw(wrong) == ("contradiction", "Two statements contradict each other.")
        assert flaw(read_problem(render(graph, rng, (0, value)))) is None


@pytest.mark.parametrize(
    "text",
    [
        "Find the least common multiple of $12$ and $c$.",
        "Ravi buys some boxes of 12 pencils each. How many pencils does he have now?",
        "Let $n$ be the number of positive divisors of $n$. Find the least common multiple of $n$ and $8$.",
        "A rectangle is $5$ cm long. What is the area of this rectangle, in square centimeters?",
        "Find the least common multiple of $12$ and $18$ apples of the happy green elephant.",
        "Find the least common multiple of $-4$ and $10$.",
        "What is the colour of the sky?",
        "",
    ],
)
def test_a_problem_with_something_wrong_in_it_is_not_taken_for_sound(text):
    assert flaw(read_problem(text)) is not None


# --- hostile text ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "9" * MAX_TEXT,
        "the number of positive divisors of " + "9" * 3000,
        "Find the number of positive divisors of ⟦0⟧.",
        "Let $a$ be " * 300,
        "the least common multiple of " * 120 + "4 and 6",
        "$" * 3000,
        "\\frac{1}{0} " * 200,
        "Find the least common multiple of $\\frac{1}{0}$ and 4.",
        "where $a$ is where $b$ is " * 100,
        "\ud800 \x00 find the least common multiple of 4 and 6.",
        "What is the remainder when $9^{999999999999}$ is divided by $7$?",
    ],
)
def test_hostile_text_is_read_quickly_and_without_a_crash(text):
    start = time.process_time()
    reading = read_problem(text)
    assert time.process_time() - start < 1.0
    assert reading.graph is None or len(reading.values) == len(reading.graph.nodes)


# --- numbers in text ---------------------------------------------------------------------------

NUMBER_ROWS = [
    (12, "", False, False, "12"),
    (12, "", False, True, "$12$"),
    (12345, "", False, False, "12,345"),
    (-7, "+", True, True, "- 7"),
    (7, "+", True, True, "+ 7"),
    (1, "c", True, True, ""),
    (-1, "c", True, True, "-"),
    (-1, "+c", True, True, "- "),
    (5, "+c", True, True, "+ 5"),
    (-3, "()", True, True, "(-3)"),
    (5, "money", False, False, "\\$5"),
    (25, "%", False, False, "25%"),
    (25, "%", False, True, "$25\\%$"),
    (22, "th", False, False, "22nd"),
    (111, "th", False, False, "111th"),
    (3, "word", False, False, "three"),
    (2, "times", False, False, "twice"),
    (7, "times", False, False, "7 times"),
    ((3, 5, 8), "list", False, False, "3, 5 and 8"),
    ((3, 5, 8), "set", True, True, "3, 5, 8"),
    (Var("n"), "", False, True, "$n$"),
    (Var("n"), "%", False, True, "$n\\%$"),
]


@pytest.mark.parametrize(("value", "spec", "math", "dollars", "text"), NUMBER_ROWS)
def test_numbers_are_written_and_read_back(value, spec, math, dollars, text):
    assert write(value, spec, math, dollars) == text
    assert re.fullmatch(SPECS[spec][math], text), SPECS[spec][math]
    assert read(text, spec) == value


def test_joined_chains_ask_for_a_sum_a_product_or_a_difference():
    rng = Random(8)
    a, b = families()["lcm_two"][0], families()["divisor_count"][0]
    for join, value in (("sum", 36 + 3), ("product", 36 * 3), ("difference", 33)):
        nodes = (Node(a, {"a": 12, "b": 18}), Node(b, {"n": 49}))
        graph = Graph(nodes, (0, 1), join)
        assert final(graph, evaluate(graph)) == value
        text = render(graph, rng)
        assert read_problem(text).answer == value, text


def test_a_cycle_of_definitions_ends():
    text = (
        "Let $a$ be the least common multiple of $b$ and $4$. "
        "Let $b$ be the least common multiple of $a$ and $6$. Find the number of positive divisors of $a$."
    )
    assert read_problem(text).answer is None


def test_reading_the_same_text_again_costs_nothing():
    _, text, _ = random_problem(Random(1))
    assert read_problem(text) is read_problem(text)
