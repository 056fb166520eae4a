"""The whole of KPDDS, read from top to bottom: the batch run.

    seeds -> labels -> topics, MPKP, TCPM -> information sets        knowledge construction
          -> questions, scores, solutions, votes                     practice generation
          -> de-duplication, decontamination                         hygiene
          -> rows, shards, card                                      publication

:func:`build` is that list.  Each step reads the records of the one before from the run folder and
writes its own; a step whose records are complete for the same input and configuration is not done
again, and a reply that is in the completion store is not asked for again.  So a run that was stopped,
at any point, goes on when the same command is given again.

What a single stage decides is told in :mod:`builder.stages`; what happens to one information set in
:mod:`builder.synthesis`; how rows and the card look in :mod:`builder.publish`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from .config import PROCEDURAL, Config, to_plain
from .embeddings import Embedder, EndpointEmbedder, LexicalEmbedder
from .errors import ConfigError, ReplyError, ReplyPending
from .llm.chat import ROLES, Chat
from .matrix import TCPM
from .progress import Progress
from .prompts import load_prompts
from .publish.dataset import publish_run
from .records import (
    GivenReply,
    HygieneNote,
    InformationSet,
    LabelledPractice,
    Practice,
    QuestionResult,
    Topic,
)
from .run import Models, OpenBackend, RunFolder, file_hash, fingerprint, ordered
from .stage_files import StageWriter, stage_parts_done
from .stages.cooccurrence import tcpm
from .stages.decontamination import NgramIndex
from .stages.dedup import deduplicate, too_long_number
from .stages.extraction import ExtractionFailure, extract, parse_labels
from .stages.sampling import sample_information_sets
from .stages.seeds import load_seeds, read_test_set
from .stages.topics import merge_topics
from .synthesis import Services, synthesize

IN_FLIGHT_PER_REQUEST = 2
"""Information sets worked on for each request that may be in flight: keeps the endpoint busy while
the oldest set, for which the order of the records waits, takes its last steps."""


class Pipeline:
    """One run: a configuration, a run folder, and the steps in their order."""

    def __init__(
        self,
        config: Config,
        run: str | os.PathLike[str],
        progress: Progress | None = None,
        open_backend: OpenBackend | None = None,
    ) -> None:
        self.config = config
        self.folder = RunFolder(run)
        self.progress = progress or Progress(quiet=True)
        self.prompts = load_prompts(config.prompts.directory or None)
        self.models = Models(config, self.folder, open_backend)
        self.folder.save_config(config)

    # --- knowledge construction (METHOD 1-3) ---------------------------------------------------

    def read_seeds(self) -> str:
        """Seeds to practices.  Returns the fingerprint of what was read."""
        if not self.config.seeds:
            raise ConfigError("the recipe names no seeds: add a [[seeds]] table with 'path' or 'hub'")
        made = fingerprint(
            "seeds",
            to_plain(self.config)["seeds"],
            [file_hash(s.path) if s.path else None for s in self.config.seeds],
            self.config.reading.on_missing_answer,
        )
        if not (self.folder.is_done("seeds", made) and self.folder.is_done("given_replies", made)):
            report = load_seeds(self.config.seeds, on_missing_answer=self.config.reading.on_missing_answer)
            if not report.practices:
                raise ConfigError("the seeds hold no practice; nothing can be built from them")
            given = [GivenReply(i, text) for i, text in report.replies.items()]
            self.folder.write("given_replies", GivenReply, given, made, self.config.run.part_size)
            self.folder.write(
                "seeds",
                Practice,
                report.practices,
                made,
                self.config.run.part_size,
                practices=len(report.practices),
                skipped=[list(s) for s in report.skipped],
            )
        return made

    def label(self) -> str:
        """Practices to labelled practices: one call each, or the reply that the seeds bring."""
        seeds = self.read_seeds()
        prompt = self.prompts["extraction"]
        model = self.config.model_for("label")
        settings = self.config.extraction
        made = fingerprint("label", seeds, dataclasses.asdict(settings), model.backend, model.name, prompt.hash)
        if self.folder.is_done("labels", made):
            return made
        replies = {r.practice_id: r.reply for r in self.folder.read("given_replies", GivenReply)}
        total = self.folder.summary("seeds")["practices"]

        async def one(practice: Practice, chat: Chat | None) -> LabelledPractice | ExtractionFailure | ReplyPending:
            if chat is None or practice.id in replies:
                reply = replies[practice.id]
                try:
                    return LabelledPractice(practice, parse_labels(reply), "given", "", reply)
                except ReplyError as error:
                    return ExtractionFailure(practice.id, str(error), reply)
            try:
                return await extract(
                    practice,
                    chat,
                    prompt,
                    self.config.decoding("label"),
                    attempts=settings.attempts,
                )
            except ReplyPending as pending:
                return pending

        async def run() -> tuple[list[LabelledPractice], list[ExtractionFailure]]:
            labelled: list[LabelledPractice] = []
            failed: list[ExtractionFailure] = []
            pending = 0
            try:
                # No model is opened, and none need be configured, where every practice brings its reply.
                chat = self.models.chats(["label"])["label"] if len(replies) < total else None
                practices = self.folder.read("seeds", Practice)
                with self.progress.stage("labelling practices", total) as bar:
                    async for result in ordered(practices, lambda p: one(p, chat), in_flight=self._in_flight("label")):
                        if isinstance(result, LabelledPractice):
                            labelled.append(result)
                        elif isinstance(result, ExtractionFailure):
                            failed.append(result)
                        else:
                            pending += 1
                        bar.advance(1, unreadable=len(failed), **self.models.ledger.live())
            finally:
                await self._close_models()
            _none_pending(pending, "practices")
            return labelled, failed

        labelled, failed = asyncio.run(run())
        self.folder.write("unlabelled", ExtractionFailure, failed, made, self.config.run.part_size)
        self.folder.write(
            "labels",
            LabelledPractice,
            labelled,
            made,
            self.config.run.part_size,
            labelled=len(labelled),
            unreadable=len(failed),
        )
        return made

    def construct_knowledge(self) -> str:
        """Labelled practices to merged topics and the MPKP (METHOD 1)."""
        labels = self.label()
        settings = self.config.topics
        made = fingerprint("topics", labels, dataclasses.asdict(settings))
        if self.folder.is_done("mpkp", made):
            return made
        labelled = list(self.folder.read("labels", LabelledPractice))
        if not labelled:
            raise ConfigError(
                "no practice could be labelled: look at the replies in stages/unlabelled, "
                "or use a stronger model for the role 'label'"
            )
        with self.progress.stage("merging topics", 1) as bar:
            merged = merge_topics(
                labelled,
                self._embedder(),
                threshold=settings.threshold,
                cross_subject_threshold=settings.cross_subject_threshold,
                target=settings.target,
                name_weight=settings.name_weight,
                min_practices=settings.min_practices,
                floor=settings.floor,
            )
            bar.advance(1)
        size = self.config.run.part_size
        self.folder.write("topics", Topic, merged.topics, made, size, topics=len(merged.topics))
        self.folder.write("mpkp", LabelledPractice, merged.mpkp, made, size, raw_topics=len(merged.mapping))
        return made

    def _embedder(self) -> Embedder:
        settings = self.config.topics
        if settings.embedder == "endpoint":
            return EndpointEmbedder(
                base_url=settings.embedding_base_url,
                api_key=os.environ.get(self.config.model.api_key_env) or "none",
                model=settings.embedding_model,
            )
        return LexicalEmbedder()

    def knowledge(self) -> tuple[list[LabelledPractice], tuple[Topic, ...], TCPM]:
        """MPKP, topics and TCPM of this run; the matrix covers the topics that may be sampled."""
        self.construct_knowledge()
        mpkp = list(self.folder.read("mpkp", LabelledPractice))
        topics = tuple(self.folder.read("topics", Topic))
        matrix = tcpm(
            mpkp,
            diagonal_min=self.config.cooccurrence.diagonal_min,
            topics=[t.name for t in topics if t.sampled],
        )
        return mpkp, topics, matrix

    def sample(self) -> str:
        """Information sets from the TCPM (METHOD 3)."""
        topics = self.construct_knowledge()
        made = fingerprint(
            "sets",
            topics,
            dataclasses.asdict(self.config.sampling),
            dataclasses.asdict(self.config.cooccurrence),
            self.config.run.seed,
        )
        if self.folder.is_done("information_sets", made):
            return made
        mpkp, _, matrix = self.knowledge()
        settings = self.config.sampling
        size = self.config.run.part_size
        fallbacks: Counter[str] = Counter()

        def sets() -> Iterator[InformationSet]:
            with self.progress.stage("sampling information sets", settings.sets) as bar:
                for start in range(0, settings.sets, 4096):
                    drawn = sample_information_sets(
                        mpkp,
                        matrix,
                        min(4096, settings.sets - start),
                        self.config.run.seed,
                        two_topic_share=settings.two_topic_share,
                        start=start,
                    )
                    fallbacks.update(s.fallback for s in drawn if s.fallback)
                    bar.advance(len(drawn))
                    yield from drawn

        self.folder.write(
            "information_sets", InformationSet, sets(), made, size, sets=settings.sets, fallbacks=fallbacks
        )
        return made

    # --- practice generation (METHOD 4-7) ------------------------------------------------------

    def synthesize(self) -> str:
        """Every information set from question to vote; :mod:`builder.synthesis` tells how."""
        sets = self.sample()
        config = self.config
        made = fingerprint(
            "questions",
            sets,
            [
                dataclasses.asdict(section)
                for section in (
                    config.questions,
                    config.scoring,
                    config.solutions,
                    config.voting,
                    config.paraphrase,
                )
            ],
            [(m.backend, m.name) for m in map(config.model_for, ROLES)],
            {name: prompt.hash for name, prompt in self.prompts.items()},
            config.run.part_size,
        )
        if not self.folder.is_done("questions", made):
            asyncio.run(self._synthesize_all(made))
        return made

    async def _synthesize_all(self, made: str) -> None:
        size = self.config.run.part_size
        total = self.config.sampling.sets
        practices = {p.practice.id: p.practice for p in self.folder.read("mpkp", LabelledPractice)}
        done = stage_parts_done(self.folder.stage("questions"), made)
        writer = StageWriter(self.folder.stage("questions"), QuestionResult, made, first_part=done)
        fates: Counter[str] = Counter()
        try:
            services = Services(self.config, self.prompts, self.models.chats(self._roles()), practices)

            async def one(information_set: InformationSet) -> list[QuestionResult] | None:
                steps = synthesize(information_set, services)
                try:
                    return [step async for step in steps if isinstance(step, QuestionResult)]
                except ReplyPending:
                    return None

            with self.progress.stage("writing, scoring, solving, voting", total) as bar:
                bar.advance(min(done * size, total))
                part: list[QuestionResult] = []
                pending = 0
                async for index, results in _numbered(
                    ordered(self._sets_from(done * size), one, in_flight=self._in_flight("write"))
                ):
                    if results is None:
                        pending += 1
                        part = []
                    elif not pending:  # parts are whole and in order: none is written behind a gap
                        part.extend(results)
                    fates.update(r.fate for r in results or ())
                    counts = {"kept": fates["kept"], "rejected": fates.total() - fates["kept"]}
                    bar.advance(1, **counts, **self.models.ledger.live())
                    if (index + 1) % size == 0 and not pending:
                        writer.write_part(part)
                        part = []
                if part:
                    writer.write_part(part)
        finally:
            await self._close_models()
        _none_pending(pending, "information sets")
        writer.finish({"sets": total})

    async def _close_models(self) -> None:
        if waiting := self.models.in_flight:
            self.progress.note(
                f"waiting for {waiting} {'reply' if waiting == 1 else 'replies'} that the model has been asked for; "
                "Ctrl-C (again) gives them up"
            )
        await self.models.aclose()

    def _sets_from(self, start: int) -> Iterator[InformationSet]:
        return (s for s in self.folder.read("information_sets", InformationSet) if s.index >= start)

    def _roles(self) -> list[str]:
        roles = ["write", "score", "solve"]
        return [*roles, "paraphrase"] if self.config.paraphrase.per_question else roles

    def _in_flight(self, role: str) -> int:
        model = self.config.model_for(role)
        if model.backend == PROCEDURAL:
            return 16  # it computes one reply at a time; while one is committed, the next is made
        return model.concurrency * IN_FLIGHT_PER_REQUEST

    # --- hygiene (METHOD 8) --------------------------------------------------------------------

    def clean(self) -> str:
        """Kept questions to those that are unique and not in a test set; every drop has its note."""
        questions = self.synthesize()
        config = self.config
        made = fingerprint(
            "hygiene",
            questions,
            dataclasses.asdict(config.dedup),
            dataclasses.asdict(config.decontamination),
            to_plain(config).get("test_sets", []),
            [file_hash(t.path) if t.path else None for t in config.test_sets],
        )
        if not self.folder.is_done("hygiene", made):
            test_sets, questions_index, solutions_index = self._test_set_indexes()
            notes = self._contaminated(questions_index, solutions_index)
            notes += self._duplicates(notes)
            self.folder.write("hygiene", HygieneNote, notes, made, config.run.part_size, test_sets=test_sets)
        return made

    def _test_set_indexes(self) -> tuple[dict[str, int], NgramIndex, NgramIndex]:
        """Rows of each test set, and the n-grams of their questions and of their solutions."""
        settings = self.config.decontamination
        rows: Counter[str] = Counter()
        questions, solutions = NgramIndex(settings.question_ngram), NgramIndex(settings.solution_ngram)
        for test_set in self.config.test_sets:
            for row_id, problem, solution in read_test_set(test_set):
                rows[test_set.name] += 1
                questions.add(test_set.name, row_id, problem)
                if solution:
                    solutions.add(test_set.name, row_id, solution)
        return dict(rows), questions, solutions

    def _contaminated(self, questions: NgramIndex, solutions: NgramIndex) -> list[HygieneNote]:
        """Kept questions and winning solutions that meet a test set, or hold an overly long number."""
        limit = self.config.dedup.max_digits
        notes: list[HygieneNote] = []

        def look(question_id: str, solution_id: str | None, text: str, index: NgramIndex) -> bool:
            if hits := index.hits(text):
                hit = hits[0]
                notes.append(HygieneNote(question_id, solution_id, "contaminated", hit.test_set, str(hit)))
            elif too_long_number(text, limit):
                notes.append(HygieneNote(question_id, solution_id, "number_too_long", None, None))
            else:
                return False
            return True

        with self.progress.stage("decontamination", self.config.sampling.sets) as bar:
            for result in self.folder.read("questions", QuestionResult):
                bar.advance(1)
                if result.fate != "kept" or result.question.problem is None or result.vote is None:
                    continue
                if not look(result.question.id, None, result.question.problem, questions):
                    for i in result.vote.winners:
                        solution = result.solutions[i]
                        look(result.question.id, solution.id, solution.text, solutions)
        return notes

    def _duplicates(self, dropped: Sequence[HygieneNote]) -> list[HygieneNote]:
        """Kept questions that repeat another; the one with the higher agreement represents both.

        A question of which nothing is left after ``dropped`` represents none: both would be lost.
        """
        settings = self.config.dedup
        gone = {n.solution_id or n.question_id for n in dropped}
        candidates = [
            (r.question.id, r.question.problem, r.vote.agreement)
            for r in self.folder.read("questions", QuestionResult)
            if r.fate == "kept"
            and r.question.problem
            and r.vote
            and r.question.id not in gone
            and any(r.solutions[i].id not in gone for i in r.vote.winners)
        ]
        with self.progress.stage("de-duplication", len(candidates)) as bar:
            unique = deduplicate(
                candidates,
                ngram=settings.ngram,
                threshold=settings.threshold,
                num_perm=settings.permutations,
                seed=self.config.run.seed,
            )
            bar.advance(len(candidates))
        return [
            HygieneNote(d.id, None, "duplicate", d.duplicate_of, f"{d.kind}, similarity {d.similarity:.2f}")
            for d in unique.duplicates
        ]

    # --- publication ---------------------------------------------------------------------------

    def publish(self, out: str | os.PathLike[str]) -> dict[str, Any]:
        """The dataset folder; returns the counts that its card states."""
        self.clean()
        mpkp, topics, matrix = self.knowledge()
        with self.progress.stage("writing shards", 1) as bar:
            counts = publish_run(self.folder, self.config, self.prompts, mpkp, topics, matrix, Path(out))
            bar.advance(1)
        return counts | {"usage": self.models.usage()}


def _none_pending(pending: int, what: str) -> None:
    if pending:
        raise ReplyPending(f"{pending:,} {what} wait for replies of a batch file")


async def _numbered(results: AsyncIterator[Any]) -> AsyncIterator[tuple[int, Any]]:
    index = 0
    async for result in results:
        yield index, result
        index += 1


def build(
    config: Config,
    run: str | os.PathLike[str],
    out: str | os.PathLike[str],
    progress: Progress | None = None,
) -> dict[str, Any]:
    """From seeds to a dataset folder: the whole method.

    Returns the counts of the run: what was sampled, written, scored, kept and published, and why the
    rest was not.

    Raises:
        KPMathError: with what to do about it; what was paid for is stored, and the same call goes on.
    """
    pipeline = Pipeline(config, run, progress)
    pipeline.read_seeds()
    pipeline.label()
    pipeline.construct_knowledge()
    pipeline.sample()
    pipeline.synthesize()
    pipeline.clean()
    return pipeline.publish(out)
