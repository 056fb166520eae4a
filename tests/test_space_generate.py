"""A problem while it is made: what is shown at each moment, and that it stops when it is told to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise

import pytest

from builder.errors import ConfigError, ModelError
from builder.llm.streaming import Writing
from builder.records import Question, QuestionResult, Score, Solution, Solvability, Verdict, Vote
from builder.stages.voting import consensus
from space import live as view
from space.generate_tab import problems
from space.limits import Limits
from space.live import Live, shown
from space.models import Endpoint, Models, Secret, Visitor
from space.studio import Choice, Studio
from tests.llm.misbehaving import misbehaving, status
from tests.llm.streaming_server import chunk, stream

PLACES = 10
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=y> [a](javascript:x) ![p](http://host/p.png) $\\href{javascript:x}{y}$"
)


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio.open()


async def collected(studio: Studio, choice: Choice, count: int) -> list[tuple[int, Live]]:
    models = Models.of(studio.config, local=True, environ={})
    return [state async for state in problems(studio, models, Limits(), choice, count, Visitor(), None)]


@pytest.fixture(scope="module")
def states(studio: Studio) -> list[tuple[int, Live]]:
    return asyncio.run(collected(studio, Choice(), 6))


def results(states: Sequence[tuple[int, Live]]) -> list[QuestionResult]:
    return [live.result for _, live in states if live.result is not None]


# --- what happens -------------------------------------------------------------------------------


def test_several_problems_come_from_one_seed_after_another(studio: Studio, states: list[tuple[int, Live]]) -> None:
    made = results(states)
    assert [r.information_set for r in made] == [studio.information_set(Choice(seed=s)) for s in range(1, 7)]
    assert [n for n, live in states if live.result] == list(range(6))


def test_a_problem_is_seen_growing_and_its_vote_too(states: list[tuple[int, Live]]) -> None:
    first = [live for number, live in states if number == 0]
    texts = [view.problem_so_far(live.reply) for live in first]
    assert all(after.startswith(before) for before, after in pairwise(texts))
    assert len(set(texts)) > 3
    counts = [live.vote.candidates if live.vote else 0 for live in first]
    assert counts == sorted(counts)
    assert set(counts) == set(range(11))


def test_what_was_watched_looks_like_what_is_opened_again(studio: Studio, states: list[tuple[int, Live]]) -> None:
    for before, (_, last) in pairwise(states):
        if last.result is not None:
            again, seen = shown(Live.of(last.result), studio, PLACES), shown(before[1], studio, PLACES)
            assert shown(last, studio, PLACES) == again
            drawn = len(last.solutions)
            assert (seen.problem, seen.candidates[:drawn]) == (again.problem, again.candidates[:drawn])


def test_a_choice_that_cannot_be_put_together_asks_nobody(studio: Studio) -> None:
    with pytest.raises(ConfigError, match="no topic"):
        asyncio.run(collected(studio, Choice(("No such", ""), (None, None), (None, None)), 1))


def endpoint(url: str) -> Visitor:
    return Visitor(endpoint=Endpoint(url, Secret("sk-typed"), "served"))


def test_whoever_stops_in_the_middle_makes_no_further_request(studio: Studio) -> None:
    async def main() -> None:
        act = stream([chunk("<Q>What").encode()] * 400, pause=0.05)
        async with misbehaving(every=act) as server:
            limits, models = Limits(), Models.of(studio.config, local=True, environ={})
            async with aclosing(problems(studio, models, limits, Choice(), 5, endpoint(server.url), None)) as watched:
                async for _, live in watched:
                    if live.reply:
                        break
            for _ in range(100):
                if not server.open:
                    break
                await asyncio.sleep(0.02)
            assert (server.open, len(server.seen), limits.running) == (0, 1, 0)

    asyncio.run(main())


def test_an_endpoint_that_fails_is_told_and_gives_its_place_back(studio: Studio) -> None:
    async def main() -> None:
        async with misbehaving(every=status(401, "bad key")) as server:
            limits, models = Limits(), Models.of(studio.config, local=True, environ={})
            with pytest.raises(ModelError, match="bad key"):
                async for _ in problems(studio, models, limits, Choice(), 3, endpoint(server.url), None):
                    pass
            assert limits.running == 0
            assert len(server.seen) == 1

    asyncio.run(main())


# --- what is shown ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ("", ""),
        ("I think about it", ""),
        ("First <Q>a draft</Q> no: <Q>What is", "What is"),
        ("<Q>What is 1 + 1?</", "What is 1 + 1?"),
        ("<Q>What is 1 + 1?</Q> I hope", "What is 1 + 1?"),
        ("<q>x", "x"),
    ],
)
def test_of_a_reply_that_is_being_written_the_problem_is_shown(reply: str, problem: str) -> None:
    assert view.problem_so_far(reply) == problem


def question(problem: str | None = "What is 1 + 1?", rejected: str | None = None) -> Question:
    return Question("q", "i", problem, "m", "h", f"<Q>{problem}</Q>" if problem else "", None, rejected)


def solutions(*answers: str | None) -> dict[int, Solution]:
    return {i: Solution(str(i), "q", i, f"So {a}.", (a,), (), "m", "h") for i, a in enumerate(answers)}


def voted(*answers: str | None, planned: int = 10) -> tuple[Vote, dict[int, Solution]]:
    return consensus(answers, planned=planned), solutions(*answers)


def test_the_votes_are_counted_by_answer_under_its_commonest_form() -> None:
    vote, candidates = voted("1/2", "0.5", "1/2", "3", None)
    assert view.answer_classes(vote, candidates) == [("1/2", 3, True), ("3", 1, False)]


def test_a_vote_without_a_winner_has_no_bar_that_leads(studio: Studio) -> None:
    vote, candidates = voted("1", "2", planned=2)
    live = Live(studio.information_set(Choice()), question=question(), solutions=candidates, vote=vote)
    assert "is-on" not in view.vote_markdown(live, 2)


def test_the_bars_of_a_vote_are_shares_of_what_is_planned(studio: Studio) -> None:
    vote, candidates = voted("7", "7", None)
    live = Live(studio.information_set(Choice()), question=question(), solutions=candidates, vote=vote)
    html = view.vote_markdown(live, 10)
    assert re.findall(r"width:([\d.]+)%", html) == ["20.0", "10.0"]
    assert "7 of 10 candidates to come" in html


def judged(value: float | None, needed: tuple[bool | None, ...], reason: str = "Because.") -> Score:
    return Score("q", value, value, value, reason, (Verdict(value, value, value, needed, reason, "m", "h", ""),))


def test_a_score_is_shown_with_its_criteria_its_key_points_and_its_reasons(studio: Studio) -> None:
    drawn = studio.information_set(Choice())
    needed = (True, False, None)[: len(drawn.key_points)]
    live = Live(drawn, question=question(), score=judged(0.5, needed))
    markdown = view.score_markdown(live, 0.85)
    assert re.findall(r">(yes|no|not said)</span>", markdown) == ["yes", "no", "not said"]
    assert "Because" in markdown
    assert "0.85" in markdown
    unread = view.score_markdown(Live(drawn, question=question(), score=judged(None, needed)), 0.85)
    assert "could not be read" in unread


def test_a_rejected_question_says_why_in_words(studio: Studio) -> None:
    drawn = studio.information_set(Choice())
    unsolvable = Solvability("q", False, "contradiction", "2 is 3", "m", "h", "r")
    result = QuestionResult(question(), drawn, None, (), None, "unsolvable", "contradiction: 2 is 3", unsolvable)
    live = Live.of(result)
    assert "cannot be solved as it is written" in view.verdict_markdown(live)
    assert "2 is 3" in view.verdict_markdown(live)
    nothing = Live.of(QuestionResult(question(None, "no_question"), drawn, None, (), None, "no_question"))
    assert "no problem between the tags" in view.problem_markdown(nothing)
    assert view.vote_markdown(nothing, 10).count("No vote") == 1


def test_text_of_models_is_no_markup_wherever_it_is_shown(studio: Studio) -> None:
    drawn = studio.information_set(Choice())
    hostile = tuple(replace(t, topic=HOSTILE, key_points=(HOSTILE, HOSTILE + "2")) for t in drawn.topics)
    drawn = replace(drawn, topics=hostile)
    one = replace(solutions(HOSTILE)[0], text=HOSTILE, wrong_computations=(HOSTILE,))
    vote = consensus([HOSTILE, HOSTILE], planned=2)
    result = QuestionResult(
        question(HOSTILE),
        drawn,
        judged(0.9, (None, None), HOSTILE),
        (one, replace(one, index=1)),
        vote,
        "kept",
        HOSTILE,
    )
    steps, chosen, *markdown, candidates = shown(Live.of(result), studio, 2)
    for html in (steps, chosen):
        assert not re.search(r"<(script|img)", html)
    for text in (*markdown, *candidates):
        assert not re.search(r"<(script|img)|\]\(|javascript:|http://", text)


@pytest.mark.parametrize(
    ("answer", "markdown"),
    [
        ("3169", "3169"),
        (r"\frac{1}{2}", r"$&#92;frac&#123;1&#125;&#123;2&#125;$"),
        ("Tuesday", "Tuesday"),
        ("a\nb", "a b"),
    ],
)
def test_an_answer_is_mathematics_where_it_is_written_so(answer: str, markdown: str) -> None:
    assert view.answer_markdown(answer) == markdown


def test_events_that_nobody_shows_change_nothing(studio: Studio) -> None:
    live = Live(studio.information_set(Choice()), question=question())
    assert live.after(Writing("label", 0, "x"), studio) == live
    again = live.after(Writing("solve", 3, "x"), studio)
    assert again.drafts == {3}
    assert again.after(Writing("solve", 3, "xy"), studio) == again
