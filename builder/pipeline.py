"""The whole of KPDDS, read from top to bottom: the batch run.

    seeds -> labels -> topics, MPKP, TCPM -> information sets        knowledge construction
          -> questions, scores, solutions, votes                     practice generation
          -> de-duplication, decontamination                         hygiene
          -> rows, shards, card                                      publication

:func:`build` is that list.  Each step reads the records of the one before from the run folder and
writes its own; a step whose records are complete for the same input and configuration is not done
again, and a reply that is in the completion store is not asked for again.  So a run that was stopped,
at any point, goes on when the same command is given again.

The first line's steps are in :mod:`builder.knowledge`.  What a single stage decides is told in
:mod:`builder.stages`; what happens to one information set in :mod:`builder.synthesis`; how rows and the
card look in :mod:`builder.publish`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import difflib
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from .config import Config, to_plain
from .embedder import open_embedder
from .embeddings.base import Embedder
from .errors import ConfigError, ReplyPending
from .filters.numbers import too_long_number
from .knowledge import KnowledgeRun, none_pending
from .progress import Progress
from .publish.base import Base, open_base
from .publish.calibration import read_calibration
from .publish.dataset import publish_run
from .records import HygieneNote, InformationSet, LabelledPractice, QuestionResult
from .run import OpenBackend, file_hash, fingerprint, ordered
from .stage_files import StageWriter, stage_parts_done
from .stages.decontamination import NgramIndex
from .stages.dedup import deduplicate
from .stages.filters import REASONS
from .stages.seeds import read_test_set
from .synthesis import Services, synthesize

_STAYS = 2.0  # before every agreement


class Pipeline(KnowledgeRun):
    """One run from seeds to dataset: knowledge construction, and the steps after it."""

    def __init__(
        self,
        config: Config,
        run: str | os.PathLike[str],
        progress: Progress | None = None,
        open_backend: OpenBackend | None = None,
        grow: str | None = None,
    ) -> None:
        """``grow`` names the data set that this run adds to (:func:`~builder.publish.base.open_base`)."""
        for reason in config.filters.off:
            if reason not in REASONS:
                near = difflib.get_close_matches(reason, REASONS, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"the reasons are {', '.join(REASONS)}"
                raise ConfigError(f"filters.off: unknown reason {reason!r}; {hint}")
        if config.publish.calibration:
            read_calibration(config.publish.calibration)  # that it cannot be used must be known before a run is paid
        self.base: Base | None = open_base(grow) if grow else None
        super().__init__(config, run, progress, open_backend)

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
                    config.filters,
                )
            ],
            [(m.backend, m.name) for m in map(config.model_for, config.roles)],
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
                    ordered(self._sets_from(done * size), one, in_flight=self.in_flight("write"))
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
            await self.close_models()
        none_pending(pending, "information sets")
        writer.finish({"sets": total})

    def _sets_from(self, start: int) -> Iterator[InformationSet]:
        return (s for s in self.folder.read("information_sets", InformationSet) if s.index >= start)

    def _roles(self) -> list[str]:
        roles = ["write", *self.config.judges, "solve"]
        return [*roles, "paraphrase"] if self.config.paraphrase.per_question else roles

    # --- hygiene (METHOD 8) --------------------------------------------------------------------

    def clean(self) -> str:
        """Kept questions to those that are unique and not in a test set; every drop has its note."""
        questions = self.synthesize()
        config = self.config
        made = fingerprint(
            "hygiene",
            questions,
            dataclasses.asdict(config.dedup),
            config.filters.max_digits,
            dataclasses.asdict(config.decontamination),
            to_plain(config).get("test_sets", []),
            [file_hash(t.path) if t.path else None for t in config.test_sets],
            *([self.base.provenance.content] if self.base else []),
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
            for row_id, problem, solution, options in read_test_set(test_set):
                rows[test_set.name] += 1
                questions.add(test_set.name, row_id, problem)
                if options:  # a question that was written out with them
                    questions.add(test_set.name, row_id, f"{problem} {options}")
                if solution:
                    solutions.add(test_set.name, row_id, solution)
        return dict(rows), questions, solutions

    def _contaminated(self, questions: NgramIndex, solutions: NgramIndex) -> list[HygieneNote]:
        """Kept questions and winning solutions that meet a test set, or hold an overly long number."""
        limit, repeats_only = self.config.filters.max_digits, self.config.decontamination.repeats_only
        notes: list[HygieneNote] = []

        def look(question_id: str, solution_id: str | None, text: str, index: NgramIndex) -> bool:
            hits = [h for h in index.hits(text) if h.repeated or solution_id or not repeats_only]
            if hits:
                hit = max(hits, key=lambda h: h.repeated)
                found = (hit.test_set, str(hit), hit.ngram, hit.repeated)
                notes.append(HygieneNote(question_id, solution_id, "contaminated", *found))
            # Those of a question have been looked for before it was scored.
            elif number := solution_id and too_long_number(text, limit):
                notes.append(HygieneNote(question_id, solution_id, "number_too_long", None, number[:120]))
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

        A question of which nothing is left after ``dropped`` represents none: both would be lost.  What the data set
        has that this run adds to stays, and represents what repeats it.
        """
        settings = self.config.dedup
        gone = {n.solution_id or n.question_id for n in dropped}
        there = self.base.question_ids if self.base else frozenset()
        stays = [(i, problem, _STAYS) for i, problem in self.base.published()] if self.base else []
        candidates = [
            (r.question.id, r.question.problem, r.vote.agreement)
            for r in self.folder.read("questions", QuestionResult)
            if r.fate == "kept"
            and r.question.problem
            and r.vote
            and r.question.id not in gone
            and r.question.id not in there
            and any(r.solutions[i].id not in gone for i in r.vote.winners)
        ]
        with self.progress.stage("de-duplication", len(candidates)) as bar:
            unique = deduplicate(
                [*stays, *candidates],
                ngram=settings.ngram,
                threshold=settings.threshold,
                num_perm=settings.permutations,
                seed=self.config.run.seed,
                embed=self._semantic_embedder().embed if settings.semantic else None,
                cosine=settings.cosine,
            )
            bar.advance(len(candidates))
        return [
            HygieneNote(d.id, None, "duplicate", d.duplicate_of, f"{d.kind}, similarity {d.similarity:.2f}")
            for d in unique.duplicates
            if d.id not in there
        ]

    def _semantic_embedder(self) -> Embedder:
        topics = dataclasses.replace(self.config.topics, embedder=self.config.dedup.semantic or "lexical")
        return open_embedder(dataclasses.replace(self.config, topics=topics), self.models.durable)

    # --- publication ---------------------------------------------------------------------------

    def publish(self, out: str | os.PathLike[str]) -> dict[str, Any]:
        """The dataset folder; returns the counts that its card states."""
        self.clean()
        known = self.knowledge()
        with self.progress.stage("writing shards", 1) as bar:
            counts = publish_run(
                self.folder, self.config, self.prompts, known.mpkp, known.topics, known.matrices, Path(out), self.base
            )
            bar.advance(1)
        return counts | {"usage": self.models.usage()}


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
    *,
    grow: str | None = None,
) -> dict[str, Any]:
    """From seeds to a dataset folder: the whole method; ``grow`` names a data set that is added to.

    Returns the counts of the run: what was sampled, written, scored, kept and published, and why the
    rest was not.

    Raises:
        KPMathError: with what to do about it; what was paid for is stored, and the same call goes on.
    """
    pipeline = Pipeline(config, run, progress, grow=grow)
    pipeline.read_seeds()
    pipeline.label()
    pipeline.construct_knowledge()
    pipeline.sample()
    pipeline.synthesize()
    pipeline.clean()
    return pipeline.publish(out)
