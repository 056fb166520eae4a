"""The Space is driven the way a program drives it: through its client, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from gradio_client import Client

from builder.matrix import TCPM
from builder.records import Solvability, Topic
from space import views
from space.demo import LAUNCH, build_demo

# Gradio and its client leave sockets to the garbage collector and use what pandas deprecates.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    demo = build_demo()
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_port=None, **LAUNCH)
    yield address
    demo.close()


def test_a_program_gets_a_problem_with_its_vote(url: str) -> None:
    client = Client(url, verbose=False)
    chosen, problem, score, candidates, verdict = client.predict("any topic", 3, api_name="/generate")
    assert "- " in chosen
    assert problem
    assert "Score" in score or "holds no problem" in problem
    assert "Verdict" in verdict
    assert client.predict("any topic", 3, api_name="/generate") == (chosen, problem, score, candidates, verdict)


def test_only_the_named_endpoint_is_public(url: str) -> None:
    described = Client(url, verbose=False).view_api(return_format="dict", print_info=False)
    assert list(described["named_endpoints"]) == ["/generate"]


@pytest.mark.parametrize(
    ("solvable", "kind", "shown"),
    [
        (True, None, "**Solvable:** yes"),
        (False, "contradiction", "**Solvable:** no (contradiction)"),
        (None, None, "**Solvable:** could not be read"),
    ],
)
def test_the_word_on_solvability_is_one_line(solvable: bool | None, kind: str | None, shown: str) -> None:
    assert views.solvability_text(Solvability("q", solvable, kind, "words", "m", "h", "r")) == shown


def test_topics_are_listed_by_how_often_they_occur() -> None:
    def topic(name: str, count: int, *others: str) -> Topic:
        return Topic(name, count, count, (name, *others), None, None, True, False)

    rows = views.topic_rows([topic("A - B", 1), topic("C - D", 3, "C - Ds")])
    assert rows == [["C - D", 3, 3, "C - Ds"], ["A - B", 1, 1, ""]]


def test_neighbours_are_listed_by_weight() -> None:
    matrix = TCPM.of(("A", "B", "C"), np.array([[2, 2, 1], [2, 0, 1], [1, 1, 0]]))
    assert views.neighbour_rows(matrix, "A") == [["B", 2, 0.477], ["C", 1, 0.301]]
    assert views.neighbour_rows(matrix, "unknown") == []
