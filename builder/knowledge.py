"""Knowledge construction as steps of a run (METHOD 1-3): seeds, labels, topics and MPKP, TCPM, sets.

Each step reads the records of the one before from the run folder and writes its own.  A step whose
records are complete for the same input and configuration is not done again.  What a stage decides is
told in :mod:`builder.stages`; what is made of the sets, in :mod:`builder.pipeline`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .config import PROCEDURAL, Config, to_plain
from .constraints import Constraints
from .embedder import open_embedder
from .embeddings.base import Embedder
from .errors import ConfigError, ReplyError, ReplyPending
from .llm.chat import EMBED, Chat
from .matrix import TCPM
from .merging.merge_report import MergedTopic, MergeReport, MergeSummary, OverrideUse, TopicPair
from .merging.overrides import NO_OVERRIDES, read_overrides
from .progress import Progress, Stage
from .prompts import load_prompts
from .records import GivenLabels, GivenReply, InformationSet, KeyPoint, LabelledPractice, Practice, Topic
from .run import Models, OpenBackend, RunFolder, file_hash, fingerprint, ordered
from .stages.cooccurrence import COMBINED, tcpm, tcpm_by_source
from .stages.extraction import ExtractionFailure, extract, parse_labels
from .stages.key_points import (
    KeyPointCounts,
    KeyPointGrouping,
    KeyPointVocabulary,
    group_key_points,
    represented,
    ungrouped,
)
from .stages.sampling import SetSampler
from .stages.seeds import load_seeds
from .stages.topics import Merging, TopicCounts, TopicVocabulary, merge_vocabulary, renamed, unmerged

IN_FLIGHT_PER_REQUEST = 2
"""Items worked on for each request that may be in flight: keeps the endpoint busy while the oldest
one, for which the order of the records waits, takes its last steps."""


@dataclass(frozen=True)
class Knowledge:
    """What knowledge construction gives: the MPKP, the merged topics, their key points, and the TCPM by source."""

    mpkp: Sequence[LabelledPractice]
    topics: tuple[Topic, ...]
    key_points: tuple[KeyPoint, ...]
    matrices: Mapping[str, TCPM]

    @property
    def matrix(self) -> TCPM:
        """The TCPM of all practices."""
        return self.matrices[COMBINED]


class KnowledgeRun:
    """A run as far as its information sets: a configuration, a run folder, and the steps in their order."""

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
        if not all(self.folder.is_done(stage, made) for stage in ("seeds", "given_replies", "given_labels")):
            report = load_seeds(self.config.seeds, on_missing_answer=self.config.reading.on_missing_answer)
            if not report.practices:
                raise ConfigError("the seeds hold no practice; nothing can be built from them")
            given = [GivenReply(i, text) for i, text in report.replies.items()]
            self.folder.write("given_replies", GivenReply, given, made, self.config.run.part_size)
            self.folder.write("given_labels", GivenLabels, report.labels, made, self.config.run.part_size)
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
        """Practices to labelled practices: one call each, or the reply or the labels that the seeds bring."""
        seeds = self.read_seeds()
        prompt = self.prompts["extraction"]
        model = self.config.model_for("label")
        settings = self.config.extraction
        made = fingerprint("label", seeds, dataclasses.asdict(settings), model.backend, model.name, prompt.hash)
        if self.folder.is_done("labels", made):
            return made
        if self.config.topics.merge:
            open_embedder(self.config, self.models.durable)  # what is missing is said before a label is paid for
        replies = {r.practice_id: r.reply for r in self.folder.read("given_replies", GivenReply)}
        given = {g.practice_id: g for g in self.folder.read("given_labels", GivenLabels)}
        total = self.folder.summary("seeds")["practices"]

        async def one(practice: Practice, chat: Chat | None) -> LabelledPractice | ExtractionFailure | ReplyPending:
            if found := given.get(practice.id):
                return LabelledPractice(practice, found.topics, found.model, found.prompt_hash, "")
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
                # No model is opened, and none need be configured, where every practice brings its reply or labels.
                chat = self.models.chats(["label"])["label"] if len(replies) + len(given) < total else None
                practices = self.folder.read("seeds", Practice)
                with self.progress.stage("labelling practices", total) as bar:
                    async for result in ordered(practices, lambda p: one(p, chat), in_flight=self.in_flight("label")):
                        if isinstance(result, LabelledPractice):
                            labelled.append(result)
                        elif isinstance(result, ExtractionFailure):
                            failed.append(result)
                        else:
                            pending += 1
                        bar.advance(1, unreadable=len(failed), **self.models.ledger.live())
            finally:
                await self.close_models()
            none_pending(pending, "practices")
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
        """Labelled practices to merged topics, grouped key points and the MPKP (METHOD 1).

        The labels are streamed: memory grows with the distinct names and key points, not with the practices.
        """
        labels = self.label()
        settings = self.config.topics
        embedding = dict(self.config.models).get(EMBED)
        made = fingerprint(
            "topics",
            labels,
            dataclasses.asdict(settings) | {"overrides": file_hash(settings.overrides) if settings.overrides else None},
            (embedding.name, embedding.dimensions) if embedding else None,
        )
        if self.folder.is_done("key_points", made):  # the last one that is written
            return made
        with self.progress.stage("merging topics and key points", 3) as bar:
            merging, grouping = self._merge(bar)
            topic_counts, key_point_counts = TopicCounts(), KeyPointCounts()

            def mpkp() -> Iterator[LabelledPractice]:
                for labelled in self._labels():
                    practice = represented(renamed(labelled, merging.mapping), grouping.mapping)
                    topic_counts.add(practice)
                    key_point_counts.add(practice)
                    yield practice

            size, report = self.config.run.part_size, merging.report
            summary = dataclasses.asdict(report.summary)
            self.folder.write("merged_topics", MergedTopic, report.topics, made, size, **summary)
            self.folder.write("topic_pairs", TopicPair, report.pairs, made, size)
            self.folder.write("override_uses", OverrideUse, report.overrides, made, size)
            self.folder.write("mpkp", LabelledPractice, mpkp(), made, size, raw_topics=len(merging.mapping))
            self.folder.write("topics", Topic, merging.counted(topic_counts), made, size)
            self.folder.write("key_points", KeyPoint, grouping.records(key_point_counts), made, size)
            bar.advance(1)
        return made

    def _merge(self, bar: Stage) -> tuple[Merging, KeyPointGrouping]:
        settings = self.config.topics
        overrides = read_overrides(settings.overrides) if settings.overrides else NO_OVERRIDES
        vocabulary = TopicVocabulary()
        for labelled in self._labels():
            vocabulary.add(labelled)
        if not vocabulary.names:
            raise ConfigError(
                "no practice could be labelled: look at the replies in stages/unlabelled, "
                "or use a stronger model for the role 'label'"
            )
        embedder = self.embedder() if settings.merge else None
        merging = merge_vocabulary(vocabulary, embedder, settings, overrides) if embedder else unmerged(vocabulary)
        bar.advance(1)
        texts = KeyPointVocabulary()
        for labelled in self._labels():
            texts.add(renamed(labelled, merging.mapping))
        grouping = group_key_points(texts, embedder, settings) if embedder else ungrouped(texts)
        bar.advance(1)
        return merging, grouping

    def embedder(self) -> Embedder:
        """What gives the vectors of topics and key points."""
        return open_embedder(self.config, self.models.durable)

    def _labels(self) -> Iterator[LabelledPractice]:
        return self.folder.read("labels", LabelledPractice)

    def merge_report(self) -> MergeReport:
        """What merging did, for a person to review."""
        self.construct_knowledge()
        read = self.folder.read
        return MergeReport(
            MergeSummary(**self.folder.summary("merged_topics")),
            tuple(read("merged_topics", MergedTopic)),
            tuple(read("topic_pairs", TopicPair)),
            tuple(read("override_uses", OverrideUse)),
        )

    def topics(self) -> tuple[Topic, ...]:
        """The merged topics of this run."""
        self.construct_knowledge()
        return tuple(self.folder.read("topics", Topic))

    def matrices(self) -> dict[str, TCPM]:
        """The TCPM of all practices under "all", and that of each source where there are several (METHOD 2).

        They cover the topics that may be sampled.
        """
        names = [t.name for t in self.topics() if t.sampled]
        settings = self.config.cooccurrence
        found = tcpm_by_source(
            self.folder.read("mpkp", LabelledPractice),
            diagonal_min=settings.diagonal_min,
            topics=names,
            weighting=settings.weights,
        )
        return found if len(found) > 2 else {COMBINED: found[COMBINED]}

    def knowledge(self) -> Knowledge:
        """All that is known, in memory."""
        topics, matrices = self.topics(), self.matrices()
        mpkp, key_points = self.folder.read("mpkp", LabelledPractice), self.folder.read("key_points", KeyPoint)
        return Knowledge(list(mpkp), topics, tuple(key_points), matrices)

    def sampler(self) -> SetSampler:
        """What draws this run's information sets, with the configuration's constraints.

        With ``sampling.sources`` the matrix is that of these sources' practices.
        """
        config, matrices = self.config, self.matrices()
        matrix = matrices[COMBINED]
        if config.sampling.sources:
            chosen = Constraints.of(config.sampling).from_sources(self.folder.read("mpkp", LabelledPractice))
            settings = config.cooccurrence
            matrix = tcpm(chosen, settings.diagonal_min, topics=matrix.topics, weighting=settings.weights)
        # A practice whose text a licence keeps out counts in the matrix; it cannot be an example.
        shown = (p for p in self.folder.read("mpkp", LabelledPractice) if p.practice.problem)
        return SetSampler.of(shown, matrix, config.sampling, config.run.seed)

    def sample(self) -> str:
        """Information sets from the TCPM (METHOD 3)."""
        topics = self.construct_knowledge()
        settings = self.config.sampling
        made = fingerprint(
            "sets",
            topics,
            dataclasses.asdict(settings),
            dataclasses.asdict(self.config.cooccurrence),
            self.config.run.seed,
        )
        if self.folder.is_done("information_sets", made):
            return made
        sampler = self.sampler()
        fallbacks: Counter[str] = Counter()

        def sets() -> Iterator[InformationSet]:
            with self.progress.stage("sampling information sets", settings.sets) as bar:
                for drawn in sampler.sets(0, settings.sets):
                    fallbacks.update([drawn.fallback] if drawn.fallback else [])
                    bar.advance(1)
                    yield drawn

        self.folder.write(
            "information_sets",
            InformationSet,
            sets(),
            made,
            self.config.run.part_size,
            sets=settings.sets,
            fallbacks=fallbacks,
        )
        return made

    async def close_models(self) -> None:
        if waiting := self.models.in_flight:
            self.progress.note(
                f"waiting for {waiting} {'reply' if waiting == 1 else 'replies'} that the model has been asked for; "
                "Ctrl-C (again) gives them up"
            )
        await self.models.aclose()

    def in_flight(self, role: str) -> int:
        model = self.config.model_for(role)
        if model.backend == PROCEDURAL:
            return 16  # it computes one reply at a time; while one is committed, the next is made
        return model.concurrency * IN_FLIGHT_PER_REQUEST


def none_pending(pending: int, what: str) -> None:
    """Raises ReplyPending where something waits for replies of a batch file."""
    if pending:
        raise ReplyPending(f"{pending:,} {what} wait for replies of a batch file")
