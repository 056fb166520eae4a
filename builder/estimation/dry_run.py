"""What a run would ask its models, found out by running it with nobody to answer.

The pipeline and the synthesis themselves fill the prompts and decide what is asked when, so that an
estimate cannot differ from them.  Nothing is sent, and nothing is written but in a temporary folder.  How
long replies are and what they cost is not known here.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from ..config import PROCEDURAL, Config
from ..embeddings.base import Embedder
from ..errors import ReplyPending
from ..llm.chat import JUDGES, Chat, ChatRequest, Keep, Reply
from ..pipeline import Pipeline
from ..prompts import Prompt
from ..records import GivenLabels, GivenReply, InformationSet, Practice, SetTopic
from ..run import OPENAI, Models, RunFolder
from ..synthesis import Services, synthesize
from .profiles import Profile, Text, profile_for

SETS = 400
"""Information sets whose prompts are filled: the others are like them."""

_KNOWLEDGE = (
    *("seeds", "given_replies", "given_labels", "unlabelled", "labels"),
    *("merged_topics", "topic_pairs", "override_uses", "topics", "key_points", "mpkp"),
)
_ALL_AGREE, _NONE_AGREE = (1.0,), (0.0,)

CHECK = "solvability"
"""The check of solvability, where it has to be told from the scores: both are asked of the common judge."""


@dataclass(slots=True)
class Asked:
    """What was asked of one role."""

    questions: int = 0  # prompts, however many requests and replies they took
    requests: int = 0
    replies: int = 0
    text: Text = field(default_factory=Text)  # of the prompts, each counted once
    shared: Text = field(default_factory=Text)  # the part of it that is the same in all of them: the system messages
    keys: list[str] = field(default_factory=list)  # of the first sample of each prompt


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would ask."""

    labels: Asked  # practices that bring no labelling reply and are not labelled yet
    solutions: Text  # of all practices
    practices: int
    given: int  # of these: bring a labelling reply
    known: bool  # the information sets are the run's own, not made up from the seeds
    sets: int  # how many were asked for
    fewest: Mapping[str, Asked]  # where all solutions of a question agree
    expected: Mapping[str, Asked]
    most: Mapping[str, Asked]  # where no two agree, and where an endpoint may give one reply a request it does


def plan(config: Config, run: RunFolder) -> Plan:
    """What the run of ``config`` in the folder ``run`` would ask; the folder may not exist yet.

    Raises:
        KPMathError: the seeds or the prompts cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="kpmath-") as folder:
        for stage in _KNOWLEDGE:
            if run.stage(stage).is_dir():
                shutil.copytree(run.stage(stage), RunFolder(folder).stage(stage))
        pipeline = _Unanswered(config, folder)
        try:
            pipeline.label()
            sets, practices = _drawn(pipeline)
            known = True
        except ReplyPending:
            practices = {p.id: p for p in pipeline.folder.read("seeds", Practice)}
            sets = _made_up(config, list(practices.values()), profile_of(config, "label"))
            known = False
        read = pipeline.folder.read
        given = sum(1 for _ in read("given_replies", GivenReply)) + sum(1 for _ in read("given_labels", GivenLabels))
    return Plan(
        labels=pipeline.labelling.asked,
        solutions=sum((Text.of(p.solution) for p in practices.values()), Text()),
        practices=len(practices),
        given=given,
        known=known,
        sets=len(sets),
        fewest=_ask(config, pipeline.prompts, sets, practices, _ALL_AGREE),
        expected=_ask(config, pipeline.prompts, sets, practices, profile_of(config, "solve").solve.agreement),
        most=_ask(config, pipeline.prompts, sets, practices, _NONE_AGREE, one_by_one=True),
    )


def profile_of(config: Config, role: str) -> Profile:
    """What is expected of the model of a role, or of CHECK's."""
    model = config.model_for(model_role(role))
    return profile_for(PROCEDURAL if model.is_procedural else model.name)


def model_role(role: str) -> str:
    """The role whose model is asked: CHECK is no role of its own."""
    return JUDGES[0] if role == CHECK else role


# --- models that do not answer -------------------------------------------------------------------


class _NoAnswer:
    """A model that notes what it is asked, and answers with the least that lets the run go on."""

    def __init__(self, answer: Callable[[ChatRequest, int], str] | None, per_request: int = 0) -> None:
        """``answer`` of a request and a sample index, None: it has none; ``per_request`` replies, 0: all."""
        self.asked = Asked()
        self._answer = answer
        self._per_request = per_request

    async def complete(
        self, request: ChatRequest, n: int = 1, *, first: int = 0, keep: Keep | None = None
    ) -> list[Reply]:
        asked = self.asked
        if first == 0:
            asked.questions += 1
            asked.text = sum((Text.of(m.content) for m in request.messages), asked.text)
            asked.shared = sum((Text.of(m.content) for m in request.messages if m.role == "system"), asked.shared)
            asked.keys.append(request.key(0))
        asked.requests += -(-n // (self._per_request or n))
        asked.replies += n
        if self._answer is None:
            raise ReplyPending("nobody is asked")
        sure = (("Yes", 0.0),) if request.top_logprobs else ()
        return [
            Reply(self._answer(request, k), "stop", request.model, first_token=sure) for k in range(first, first + n)
        ]

    async def aclose(self) -> None:
        """Nothing to release."""


class _CommonJudge:
    """Scores and checks of solvability, told apart by their prompts."""

    def __init__(self, scores: Chat, checks: Chat, check: Prompt) -> None:
        self._scores, self._checks, self._check = scores, checks, check

    async def complete(
        self, request: ChatRequest, n: int = 1, *, first: int = 0, keep: Keep | None = None
    ) -> list[Reply]:
        chat = self._checks if request.prompt_hash == self._check.hash else self._scores
        return await chat.complete(request, n, first=first, keep=keep)

    async def aclose(self) -> None:
        """Nothing to release."""


class _NoModels(Models):
    """A run's models, with one that does not answer for all roles."""

    def __init__(self, config: Config, folder: RunFolder, chat: Chat) -> None:
        super().__init__(config, folder)
        self._chat = chat

    def chats(self, roles: Sequence[str]) -> dict[str, Chat]:
        return dict.fromkeys(roles, self._chat)


class _Unanswered(Pipeline):
    """The pipeline as far as it gets without asking anybody."""

    def __init__(self, config: Config, run: str) -> None:
        super().__init__(config, run)
        self.labelling = _NoAnswer(None)
        self.models = _NoModels(config, self.folder, self.labelling)

    def embedder(self) -> Embedder:
        if self.config.topics.embedder == "endpoint":
            raise ReplyPending("embeddings are paid for")
        return super().embedder()


# --- information sets ----------------------------------------------------------------------------


def _drawn(pipeline: Pipeline) -> tuple[list[InformationSet], dict[str, Practice]]:
    """The first sets that the run draws, and its practices."""
    count = min(SETS, pipeline.config.sampling.sets)
    sets = list(pipeline.sampler().sets(0, count))
    return sets, {labelled.practice.id: labelled.practice for labelled in pipeline.knowledge().mpkp}


def _made_up(config: Config, practices: Sequence[Practice], labeller: Profile) -> list[InformationSet]:
    """Sets of random practices, with topics and key points as long as this labeller's are."""
    rng = Random(config.run.seed)
    label = labeller.label

    def topic(practice: Practice) -> SetTopic:
        count = int(label.key_points) + (rng.random() < label.key_points % 1)
        return SetTopic("t" * label.topic, ("k" * label.key_point,) * count, practice.id)

    sets = []
    for index in range(min(SETS, config.sampling.sets)):
        wanted = 2 if rng.random() < config.sampling.two_topic_share else 3
        chosen = rng.sample(practices, min(wanted, len(practices)))
        sets.append(InformationSet(f"set-{index}", index, tuple(map(topic, chosen)), None))
    return sets


# --- from question to vote -----------------------------------------------------------------------


def _ask(
    config: Config,
    prompts: Mapping[str, Prompt],
    sets: Sequence[InformationSet],
    practices: Mapping[str, Practice],
    agreement: Sequence[float],
    *,
    one_by_one: bool = False,
) -> dict[str, Asked]:
    """What is asked of each role, and as CHECK, for ``sets``, where every question passes every gate.

    ``agreement``: of question after question, the share of its solutions that agree.  ``one_by_one``:
    endpoints of which it is not known whether they give several replies to a request give one.
    """
    answers: dict[str, Callable[[ChatRequest, int], str]] = {
        "write": _problem,
        **dict.fromkeys(config.judges, lambda request, sample: "Score: 1"),
        CHECK: lambda request, sample: "<solvable>yes</solvable>",
        "solve": _solver(agreement),
        "paraphrase": _problem,
    }
    chats = {role: _NoAnswer(answer, _per_request(config, role, one_by_one)) for role, answer in answers.items()}
    judge = _CommonJudge(chats[JUDGES[0]], chats[CHECK], prompts["solvability"])
    services = Services(config, prompts, {**chats, JUDGES[0]: judge}, practices)

    async def run() -> None:
        for information_set in sets:
            async for _ in synthesize(information_set, services):
                pass

    asyncio.run(run())
    return {role: chat.asked for role, chat in chats.items()}


def _problem(request: ChatRequest, sample: int) -> str:
    return "<Q>Find x.</Q>"


def _solver(agreement: Sequence[float]) -> Callable[[ChatRequest, int], str]:
    """Right with the chance that is the question's share; no two wrong answers agree."""
    order: dict[str, int] = {}

    def answer(request: ChatRequest, sample: int) -> str:
        share = agreement[order.setdefault(request.id, len(order)) % len(agreement)]
        right = Random(f"{request.id}/{sample}").random() < share
        return f"\\boxed{{{1 if right else 2 + sample}}}"

    return answer


def _per_request(config: Config, role: str, one_by_one: bool) -> int:
    """Replies that one request may have; 0: any number."""
    model = config.model_for(model_role(role))
    url = model.base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI
    gives_several = model.backend == PROCEDURAL or url.startswith(OPENAI) or not one_by_one
    return model.samples_per_request or (0 if gives_several else 1)
