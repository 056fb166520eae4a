"""Endpoints for programs: ``/topics``, ``/sample``, ``/generate``, ``/score``, ``/vote``.

They are called through ``gradio_client``, over REST (``/gradio_api/call/NAME``) and as tools of MCP
(``/gradio_api/mcp/``); what their docstrings say is what a program is told about them.  Each is the function of
:mod:`builder` that the batch run calls, under the limits of the page.  A mistake is answered with one line.
"""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

import gradio as gr

from builder.errors import KPMathError
from builder.llm.chat import Reply
from builder.llm.streaming import Arrived, Waiting, Writing
from builder.publish.rows import question_row
from builder.records import InformationSet, Question, QuestionResult, Score, SetTopic, Solvability, Vote
from builder.stages.scoring import addresses_judge, score_question
from builder.synthesis import Step, candidate, count_votes

from . import api_forms as forms
from .api_forms import Json
from .limits import Limits
from .models import Models, Secret, Visitor, watch
from .studio import Choice, Studio

ENDPOINTS = ("topics", "sample", "generate", "score", "vote")
"""The names of all public endpoints."""

JOBS = "make"
"""The ``concurrency_id`` that whatever makes problems has in common, on the page too."""

_TEXT_EVERY = 0.05  # seconds between two states of growing texts

P = ParamSpec("P")
R = TypeVar("R")


def add_api(studio: Studio, models: Models, limits: Limits) -> None:
    """Add the endpoints to the ``gr.Blocks`` in whose context this is called."""
    api = Api(studio, models, limits)
    groups = {
        JOBS: (told_stream(api.generate), told(api.score)),
        "quick": (told(api.topics), told(api.sample), told(api.vote)),
    }
    for group, functions in groups.items():
        for function in functions:
            gr.api(  # type: ignore[attr-defined]
                function,
                api_name=function.__name__,
                api_description=inspect.getdoc(function),
                api_visibility="public",
                concurrency_limit=limits.jobs,
                concurrency_id=group,
            )


def told(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """The function, whose KPMathError is told to who called, as one line without a traceback."""

    @functools.wraps(function)
    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await function(*args, **kwargs)
        except KPMathError as error:
            raise gr.Error(str(error), print_exception=False) from None

    return wrapped


def told_stream(function: Callable[P, AsyncGenerator[R, None]]) -> Callable[P, AsyncGenerator[R, None]]:
    """As :func:`told`, of a generator."""

    @functools.wraps(function)
    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[R, None]:
        try:
            async with aclosing(function(*args, **kwargs)) as events:
                async for event in events:
                    yield event
        except KPMathError as error:
            raise gr.Error(str(error), print_exception=False) from None

    return wrapped


class Api:
    """The endpoints as functions."""

    def __init__(self, studio: Studio, models: Models, limits: Limits) -> None:
        self.studio, self.models, self.limits = studio, models, limits

    async def topics(
        self, search: str = "", subject: str = "", limit: int = 20, request: gr.Request | None = None
    ) -> list[dict[str, Any]]:
        """The topics of the seeds, the most frequent first, with their key points and the topics they occur with.

        Args:
            search: text in the topic's name or in one of its other names, in any case; empty for all.
            subject: only topics of this subject, such as "Algebra"; empty for all.
            limit: topics at most, 1 to 1000.

        Returns:
            A list of objects: topic, subject, practices (how many have it), sampled (whether it can be drawn),
            key_points_count, key_points (key_point, practices), neighbours (topic, count, weight = log10(count + 1)).
        """
        async with self.limits.admit(request, job=False):
            wanted = forms.text("search", search, forms.LONGEST_NAME, empty=True)
            of = forms.text("subject", subject, forms.LONGEST_NAME, empty=True)
            return forms.topics_json(self.studio, wanted, of, forms.whole("limit", limit, 1, 1000))

    async def sample(
        self,
        topics: list[str] | None = None,
        number: int = 1,
        seed: int = 1,
        levels: list[str] | None = None,
        request: gr.Request | None = None,
    ) -> list[dict[str, Any]]:
        """Draw information sets: 2 or 3 topics that occur together, each with the key points of one practice.

        Args:
            topics: 2 or 3 names of topics; an empty name is drawn by the co-occurrence matrix. Default: two are drawn.
            number: how many sets, 1 to 50; the second is drawn with seed + 1, and so on.
            seed: whole number from 0; the same seed and topics give the same set.
            levels: only practices of these levels; empty for all.

        Returns:
            A list of objects: id, seed, topics (topic, practice_id, key_points), link (query of a link to the page).
        """
        async with self.limits.admit(request, job=False):
            count, start = forms.whole("number", number, 1, 50), forms.whole("seed", seed, 0, 2**53)
            chosen = [self._choice(None, topics, start + i, levels) for i in range(count)]
            return [forms.set_json(self.studio.information_set(c), c.seed, c.levels) for c in chosen]

    async def generate(
        self,
        information_set: dict[str, Any] | None = None,
        topics: list[str] | None = None,
        seed: int = 1,
        levels: list[str] | None = None,
        model: str = "",
        request: gr.Request | None = None,
        token: gr.OAuthToken | None = None,
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Write one problem for an information set, score it, solve it several times and vote. Streams what happens.

        Args:
            information_set: a set as /sample gives it; or leave it out and give topics, or neither.
            topics: 2 or 3 names of topics, an empty name is drawn; used where information_set is left out.
            seed: whole number from 0, for what is drawn; used where information_set is left out.
            levels: only practices of these levels are drawn; empty for all.
            model: who answers: "procedural" (default), or "recipe", "environment", "hub" where the server offers it.

        Returns:
            Objects with "event": "information_set", "text" (role, sample, text so far), "question", "score",
            "solvability", "solution" (sample, text, answers) in the order in which they arrive, "vote", "waiting" where
            nothing came for a second, and at last "result": fate ("kept" or why not), link, and row, in the schema of
            the data set's configuration questions.
        """
        async with self.limits.admit(request) as ticket:
            if information_set is None:
                choice = self._choice(None, topics, forms.whole("seed", seed, 0, 2**53), levels)
            else:
                choice = self._choice(information_set, topics, 0, levels)
            visitor = self._visitor(request, token, model)
            drawn = self.studio.information_set(choice)
            shown = forms.set_json(drawn, choice.seed, choice.levels)
            yield {"event": "information_set", **shown}
            made = Making(self.studio, self.models.config_for(visitor).fingerprint, shown["link"])
            async with aclosing(watch(drawn, visitor, self.studio, self.models, ticket)) as events:
                async for event in events:
                    if (plain := made.plain(event)) is not None:
                        yield plain

    async def score(
        self,
        problem: str,
        key_points: list[str],
        model: str = "",
        request: gr.Request | None = None,
        token: gr.OAuthToken | None = None,
    ) -> dict[str, Any]:
        """Score a problem by the two criteria: whether it needs its key points, and whether it is free of errors.

        Args:
            problem: the problem, with mathematics in LaTeX.
            key_points: the key points that it should need, 1 to 40.
            model: who judges: "procedural" (default), or "recipe", "environment", "hub" where the server offers it.

        Returns:
            score, key_points_present and correct (0 to 1; null: could not be read), needed (for each verdict, for
            each key point), reason, threshold, and fate: "passes", "low_score", "unscored", or "addresses_judge" for a
            problem that speaks to who judges it and is not shown to one (detail has the words).
        """
        async with self.limits.admit(request) as ticket:
            question = forms.given_question(forms.text("problem", problem))
            points = forms.texts("key_points", key_points, forms.MOST_POINTS)
            if not points:
                raise forms.Unreadable("key_points is empty; give the key points that the problem should need")
            information_set = InformationSet.of(0, (SetTopic("", points, ""),))
            visitor = self._visitor(request, token, model)
            threshold = self.studio.config.scoring.threshold
            if words := addresses_judge(problem):
                nothing = Score(question.id, None, None, None, None, ())
                return {**forms.score_json(nothing), "fate": "addresses_judge", "detail": words, "threshold": threshold}
            async with self.models.services(visitor, self.studio, _Counter(ticket.spend)) as services:
                config = services.config
                scored = await score_question(
                    question,
                    information_set,
                    [(services.chats[judge], config.decoding(judge)) for judge in config.judges],
                    services.prompts["score_token" if config.scoring.read == "token" else "score"],
                    token=config.scoring.read == "token",
                    samples=config.scoring.samples,
                    combine=config.scoring.combine,
                )
            fate = "unscored" if scored.value is None else "low_score" if scored.value < threshold else "passes"
            return {**forms.score_json(scored), "fate": fate, "detail": None, "threshold": threshold}

    async def vote(
        self,
        answers: list[str] | None = None,
        solutions: list[str] | None = None,
        question: str = "",
        request: gr.Request | None = None,
    ) -> dict[str, Any]:
        """Which answers are the same, and which of them wins: the consensus vote over answers or whole solutions.

        Args:
            answers: 1 to 64 final answers such as "\\frac{1}{2}"; an empty one abstains. Or leave it out and give
            solutions: 1 to 64 whole solutions; the answer of each is read from it, wrong arithmetic costs its vote.
            question: the problem, which decides cases such as "as a decimal" and a unit; may be left out.

        Returns:
            answers (as read), classes (of each candidate, null: none), class_sizes, scores (consensus, 0 to 1),
            winners (places), answer, agreement, rejected (null, "tie", "no_agreement", "low_agreement", "no_answer").
        """
        async with self.limits.admit(request, job=False):
            given = forms.texts("answers", answers, forms.MOST_VOTES, 2_000, empty=True)
            whole = forms.texts("solutions", solutions, forms.MOST_VOTES, empty=True)
            if bool(given) == bool(whole):
                raise forms.Unreadable("give either answers or solutions, 1 to 64 of them")
            asked = forms.given_question(forms.text("question", question, empty=True))
            services = self.studio.services({})
            read = [candidate(asked, i, Reply(t, "stop", "given"), services) for i, t in enumerate(whole)] or [
                forms.given_answer(asked, i, answer) for i, answer in enumerate(given)
            ]
            config = replace(services.config, solutions=replace(services.config.solutions, samples=len(read)))
            vote = forms.vote_json(count_votes(asked, read, config))
            return {"answers": [s.answers[0] for s in read], "votes": [s.votes for s in read], **vote}

    # --- what they have in common --------------------------------------------------------------

    def _choice(self, information_set: object, topics: object, seed: int, levels: object) -> Choice:
        of = forms.texts("levels", levels, 20)
        if information_set is not None:
            return replace(forms.choice_of(information_set), levels=of)
        names = forms.texts("topics", topics, 3, empty=True) or ("", "")
        if len(names) < 2:
            raise forms.Unreadable("topics has 1 entry; give 2 or 3, an empty name is drawn")
        return Choice(names, (None,) * len(names), (None,) * len(names), seed, of)

    def _visitor(self, request: gr.Request | None, token: gr.OAuthToken | None, model: str) -> Visitor:
        signed_in = None if token is None else Secret(token.token)
        source = forms.text("model", model, 40, empty=True).strip()
        return Visitor(getattr(request, "session_hash", None) or "", signed_in, source)


class Making:
    """The events of one problem, made plain."""

    def __init__(self, studio: Studio, fingerprint: str, link: str) -> None:
        self._studio, self._fingerprint, self._link = studio, fingerprint, link
        self._question: Question | None = None
        self._told = float("-inf")

    def plain(self, event: Writing | Arrived | Waiting | Step) -> Json | None:
        """What a program is told of an event, None where it is nothing."""
        if isinstance(event, Writing):
            now = time.monotonic()
            if now < self._told + _TEXT_EVERY:
                return None
            self._told = now
            return forms.arrival_json(event)
        if isinstance(event, Waiting):
            return {"event": "waiting"}
        if isinstance(event, Arrived):
            if event.role != "solve" or self._question is None:
                return None
            services = self._studio.services({})
            solution = candidate(self._question, event.sample, event.reply, services)
            return {"event": "solution", **forms.solution_json(solution)}
        if isinstance(event, Question):
            self._question = event
            return {"event": "question", "id": event.id, "problem": event.problem, "rejected": event.rejected}
        if isinstance(event, Score):
            return {"event": "score", **forms.score_json(event)}
        if isinstance(event, Solvability):
            return {"event": "solvability", "solvable": event.solvable, "reason": event.why}
        if isinstance(event, Vote):
            return {"event": "vote", **forms.vote_json(event)}
        if isinstance(event, QuestionResult):
            row = question_row(event, self._studio.practices, fingerprint=self._fingerprint)
            return {"event": "result", "fate": event.fate, "link": self._link, "row": row}
        return None  # a Solution was told when its reply arrived


class _Counter:
    """A listener that counts tokens."""

    def __init__(self, spend: Callable[[int], None]) -> None:
        self._spend = spend

    def on_text(self, role: str, sample: int, text: str) -> None:
        """Nothing is shown."""

    def on_reply(self, role: str, sample: int, reply: Reply) -> None:
        self._spend(reply.prompt_tokens + reply.completion_tokens)
