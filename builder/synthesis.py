"""One information set from question to vote (METHOD 4-7), as an async generator of what happens.

The batch run and the Space call :func:`synthesize`; only the loop around it differs.  Each step is
yielded as its record, as soon as it is there: ``Question``, ``Score``, ``Solvability`` where it is asked
for, every ``Solution``, ``Vote``, and at the end a ``QuestionResult`` that holds them all with the
question's fate.  With paraphrase on, a kept question is followed by its paraphrases, each with a
``QuestionResult`` of its own.

What is a duplicate or contaminated needs all questions and is decided by the pipeline.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .answers import asked, equal
from .config import Config
from .errors import RequestFailed
from .llm.chat import JUDGES, Chat, Reply
from .prompts import Prompt
from .records import (
    InformationSet,
    Practice,
    Question,
    QuestionResult,
    Score,
    Solution,
    Solvability,
    Vote,
    content_id,
)
from .stages.computation import wrong_computations
from .stages.filters import answer_flaw, question_flaw
from .stages.paraphrase import ask_paraphrases, lost_or_added
from .stages.questions import question_from_reply, write_question
from .stages.scoring import addresses_judge, score_question
from .stages.solutions import read_solution, sample_solutions
from .stages.solvability import check_solvability
from .stages.voting import consensus, next_round

Step = Question | Score | Solvability | Solution | Vote | QuestionResult


@dataclass(frozen=True, slots=True)
class Services:
    """What a synthesis works with: the configuration, the prompts, a model a role, the practices."""

    config: Config
    prompts: Mapping[str, Prompt]
    chats: Mapping[str, Chat]  # role -> model
    practices: Mapping[str, Practice]  # id -> practice, for every practice of the information sets


async def synthesize(information_set: InformationSet, services: Services) -> AsyncIterator[Step]:
    """All steps of one information set.

    A question that the endpoint refuses for good (a content filter) ends with the fate "refused", one whose
    request is given up after its retries with "failed".

    Raises:
        ModelError: a model could not be asked; what was paid for until then is stored.
    """
    config = services.config
    try:
        question = await write_question(
            information_set,
            services.practices,
            services.chats["write"],
            _prompt("question", information_set, services),
            config.decoding("write"),
            max_parts=config.questions.max_parts,
        )
    except RequestFailed as error:
        yield _not_written(information_set, services, error)
        return
    yield question
    result: QuestionResult | None = None
    async for step in _judge_and_solve(question, information_set, services):
        yield step
        if isinstance(step, QuestionResult):
            result = step
    if result is not None and result.fate == "kept" and config.paraphrase.per_question:
        async for step in _paraphrases(result, services):
            yield step


def _prompt(name: str, information_set: InformationSet, services: Services) -> Prompt:
    """The template, or its form for a set without key points (an arm of the ablation, METHOD 5)."""
    return services.prompts[name if information_set.key_points else f"{name}_topics"]


async def _judge_and_solve(
    question: Question, information_set: InformationSet, services: Services
) -> AsyncIterator[Step]:
    """Score, solutions, vote and result of a question that has been written."""
    config = services.config
    score: Score | None = None
    solvability: Solvability | None = None
    solutions: list[Solution] = []
    vote: Vote | None = None

    def result(fate: str, detail: str | None = None) -> QuestionResult:
        return QuestionResult(question, information_set, score, tuple(solutions), vote, fate, detail, solvability)

    if question.rejected is not None:
        yield result(question.rejected)
        return
    limits = config.filters
    if flaw := question_flaw(question.problem or "", max_digits=limits.max_digits, off=limits.off):
        yield result(flaw.reason, flaw.evidence)
        return
    if words := addresses_judge(question.problem or ""):
        yield result("addresses_judge", words)
        return
    token = config.scoring.read == "token"
    try:
        score = await score_question(
            question,
            information_set,
            [(services.chats[judge], config.decoding(judge)) for judge in config.judges],
            _prompt("score_token" if token else "score", information_set, services),
            token=token,
            samples=config.scoring.samples,
            combine=config.scoring.combine,
        )
        yield score
        if score.value is None or score.value < config.scoring.threshold:
            yield result("unscored" if score.value is None else "low_score")
            return
        if config.scoring.solvability:
            solvability = await check_solvability(
                question,
                services.chats[JUDGES[0]],
                services.prompts["solvability"],
                config.decoding(JUDGES[0], in_words=True),
            )
            yield solvability
            if solvability.solvable is False:  # None could not be read, and is no "no"
                yield result("unsolvable", solvability.why)
                return
        async for step in solve(question, information_set, services):
            if isinstance(step, Solution):
                solutions.append(step)
            else:
                vote = step
            yield step
    except RequestFailed as error:
        yield result(error.fate)
        return
    assert vote is not None
    if vote.rejected:
        yield result(vote.rejected)
    elif flaw := answer_flaw(question.problem or "", vote.answer, max_digits=limits.max_digits, off=limits.off):
        yield result(flaw.reason, flaw.evidence)
    else:
        yield result("kept")


async def solve(
    question: Question, information_set: InformationSet, services: Services
) -> AsyncIterator[Solution | Vote]:
    """The candidates in the order of their samples, in rounds until the vote is settled; then the vote.

    What is drawn next follows from the answers of whole rounds in that order, never from who answered
    first.  With fixed sampling there is one round.

    Raises:
        ModelError: a round could not be drawn; the candidates of those before have been yielded.
    """
    config = services.config
    wanted, threshold = asked(question.problem or ""), config.voting.min_agreement
    solutions: list[Solution] = []
    vote = count_votes(question, solutions, config)
    while vote.stopped is None:
        more = config.solutions.samples
        if config.solutions.sampling == "adaptive":
            answers = _voices(solutions, config)
            more = next_round(
                answers, vote, wanted, min_agreement=threshold, request_cost=config.solutions.request_cost
            )
        replies = await sample_solutions(
            question,
            information_set,
            services.practices,
            services.chats["solve"],
            services.prompts["solution"],
            config.decoding("solve"),
            samples=more,
            first=len(solutions),
        )
        for reply in replies:
            solutions.append(candidate(question, len(solutions), reply, services))
            yield solutions[-1]
        vote = count_votes(question, solutions, config)
    yield vote


def candidate(question: Question, index: int, reply: Reply, services: Services) -> Solution:
    """The candidate that a reply to sample ``index`` is."""
    wrong = wrong_computations(reply.text) if services.config.solutions.computations != "off" else ()
    return read_solution(question, index, reply, wrong, services.prompts["solution"].hash)


def count_votes(question: Question, solutions: Sequence[Solution], config: Config) -> Vote:
    """The vote of the candidates until now, of all that are planned."""
    return consensus(
        _voices(solutions, config),
        config.voting.rule,
        asked(question.problem or ""),
        planned=config.solutions.samples,
        min_agreement=config.voting.min_agreement,
    )


def _voices(solutions: Sequence[Solution], config: Config) -> list[tuple[str | None, ...]]:
    # A candidate that computes something wrong is dropped (METHOD 6): it stays among the m, so that
    # the agreement is that of all that was sampled, and it votes for nothing.
    marked = config.solutions.computations == "mark"
    return [s.answers if s.votes or marked else (None,) for s in solutions]


async def _paraphrases(parent: QuestionResult, services: Services) -> AsyncIterator[Step]:
    """METHOD 7: rewordings whose own solutions reach the parent's answer; others are drift."""
    config = services.config
    try:
        replies = await ask_paraphrases(
            parent.question,
            services.chats["paraphrase"],
            services.prompts["paraphrase"],
            config.decoding("paraphrase"),
            count=config.paraphrase.per_question,
        )
    except RequestFailed as error:
        for number in range(config.paraphrase.per_question):
            yield _not_written(parent.information_set, services, error, parent=parent.question.id, number=number)
        return
    for number, reply in enumerate(replies):
        question = question_from_reply(
            reply,
            information_set_id=parent.information_set.id,
            origin=f"{parent.question.id}/{number}",
            prompt_hash=services.prompts["paraphrase"].hash,
            max_parts=config.questions.max_parts,
            parent_id=parent.question.id,
        )
        yield question
        if question.problem and lost_or_added(parent.question.problem or "", question.problem):
            yield QuestionResult(question, parent.information_set, None, (), None, "drift_quantities")
            continue
        async for step in _judge_and_solve(question, parent.information_set, services):
            if isinstance(step, QuestionResult) and step.fate == "kept" and _drifted(parent, step):
                step = replace(step, fate="drift_answer")
            yield step


def _drifted(parent: QuestionResult, child: QuestionResult) -> bool:
    """Whether a paraphrase's consensus answer is another than its parent's."""
    before = parent.vote.answer if parent.vote else None
    after = child.vote.answer if child.vote else None
    return before is None or after is None or not equal(before, after, asked(child.question.problem or ""))


def _not_written(
    information_set: InformationSet,
    services: Services,
    error: RequestFailed,
    *,
    parent: str | None = None,
    number: int = 0,
) -> QuestionResult:
    """A question, or a paraphrase of ``parent``, whose writer could not be asked: it has its record all the same."""
    prompt = services.prompts["paraphrase"] if parent else _prompt("question", information_set, services)
    origin = f"{parent}/{number}" if parent else str(information_set.index)
    question = Question(
        id=content_id("question", information_set.id, origin, None),
        information_set_id=information_set.id,
        problem=None,
        model=services.config.model_for("paraphrase" if parent else "write").name,
        prompt_hash=prompt.hash,
        reply=str(error),
        parent_id=parent,
        rejected=error.fate,
    )
    return QuestionResult(question, information_set, None, (), None, error.fate)
