"""What the page works on: a recipe's knowledge, its prompts and settings, the data set that is shown; and a choice.

Nothing of the method is here: it is opened through :mod:`builder`, as the batch run does.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import kpmath
from builder.composing import MOST_TOPICS, Composer
from builder.config import Config, load_recipe
from builder.errors import ConfigError
from builder.knowledge import KnowledgeRun
from builder.llm.chat import Chat
from builder.matrix import TCPM
from builder.prompts import Prompt, load_prompts
from builder.records import InformationSet, KeyPoint, LabelledPractice, Practice, SetTopic, Topic
from builder.synthesis import Services

DEMO_RECIPE = Path(__file__).resolve().parent.parent / "recipes" / "demo.toml"
LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "$", "right": "$", "display": False},
    {"left": "\\(", "right": "\\)", "display": False},
]
"""For every component that shows mathematics: ``gr.Markdown(latex_delimiters=LATEX)``."""

_LONGEST = 300  # characters of one value in a link


@dataclass(frozen=True)
class Choice:
    """What a person composes: a place for each topic, and what is drawn.

    The tuples are parallel.  A topic of "" is drawn; a practice of None is drawn, and so are its key points; key
    points of None are those of the practice.
    """

    topics: tuple[str, ...] = ("", "")
    practice_ids: tuple[str | None, ...] = (None, None)
    key_points: tuple[tuple[str, ...] | None, ...] = (None, None)
    seed: int = 1
    levels: tuple[str, ...] = ()

    def to_query(self) -> str:
        """The part of a link behind "?", for :meth:`from_query`: ``topic1=A&practice1=p7&topic2=&seed=1``."""
        pairs: list[tuple[str, str]] = []
        rows = zip(self.topics, self.practice_ids, self.key_points, strict=True)
        for place, (topic, practice, points) in enumerate(rows, 1):
            pairs.append((f"topic{place}", topic))
            pairs += [(f"practice{place}", practice)] if practice else []
            pairs += [(f"point{place}", point) for point in points or ()]
        return urlencode([*pairs, ("seed", str(self.seed)), *(("level", level) for level in self.levels)])

    @staticmethod
    def from_query(query: str) -> Choice:
        """The choice of a link; whatever else is in it is left alone.

        Raises:
            ConfigError: it has values that no link of ours has.
        """
        found = {k: [v[:_LONGEST] for v in vs] for k, vs in parse_qs(query, keep_blank_values=True).items()}
        places = [p for p in range(1, MOST_TOPICS + 1) if f"topic{p}" in found]
        seed = found.get("seed", ["1"])[0]
        if places != list(range(1, len(places) + 1)) or len(places) == 1 or not (seed.isascii() and seed.isdigit()):
            raise ConfigError("this link holds no choice of 2 or 3 topics with a seed; compose one by hand")
        if not places:
            return Choice(seed=int(seed))
        return Choice(
            tuple(found[f"topic{p}"][0] for p in places),
            tuple(found.get(f"practice{p}", [""])[0] or None for p in places),
            tuple(tuple(found[f"point{p}"]) if f"point{p}" in found else None for p in places),
            int(seed),
            tuple(found.get("level", ())),
        )


@dataclass(frozen=True)
class Studio:
    """Everything that the tabs share, read once when the page starts."""

    config: Config
    prompts: Mapping[str, Prompt]
    mpkp: Sequence[LabelledPractice]
    topics: tuple[Topic, ...]
    key_points: tuple[KeyPoint, ...]
    matrix: TCPM
    dataset: Path | None  # the folder that Browse shows; None: there is none

    @staticmethod
    def open(recipe: str | os.PathLike[str] | None = None, dataset: str | os.PathLike[str] | None = None) -> Studio:
        """The knowledge of a recipe (the demo's, if none is given), and a dataset folder (the one that
        :func:`kpmath.find_dataset` finds).

        Raises:
            KPMathError: the recipe or its seeds cannot be read.
        """
        config = load_recipe(recipe or DEMO_RECIPE)
        with tempfile.TemporaryDirectory(prefix="kpmath-space-") as scratch:
            known = KnowledgeRun(config, scratch).knowledge()
        try:
            folder = kpmath.find_dataset(dataset)
        except (FileNotFoundError, ValueError) as error:
            raise ConfigError(str(error)) from None
        prompts = load_prompts(config.prompts.directory or None)
        return Studio(config, prompts, known.mpkp, known.topics, known.key_points, known.matrix, folder)

    @cached_property
    def practices(self) -> Mapping[str, Practice]:
        """Id -> practice."""
        return {p.practice.id: p.practice for p in self.mpkp}

    @cached_property
    def composer(self) -> Composer:
        """Draws and puts together information sets."""
        return Composer(self.mpkp, self.matrix)

    @cached_property
    def _labelled(self) -> Mapping[str, LabelledPractice]:
        return {p.practice.id: p for p in self.mpkp}

    @cached_property
    def _topics(self) -> Mapping[str, Topic]:
        return {t.name: t for t in self.topics}

    def topic(self, name: str) -> Topic:
        """The merged topic of this name.

        Raises:
            ConfigError: there is none.
        """
        if name not in self._topics:
            raise ConfigError(f"there is no topic {name!r}; look it up in the list of topics")
        return self._topics[name]

    def labelled(self, practice_id: str) -> LabelledPractice:
        """A practice with its labels.

        Raises:
            ConfigError: there is none of this id.
        """
        if practice_id not in self._labelled:
            raise ConfigError(f"there is no practice {practice_id!r}; draw one")
        return self._labelled[practice_id]

    def services(self, chats: Mapping[str, Chat]) -> Services:
        """What :func:`builder.synthesis.synthesize` works with."""
        return Services(self.config, self.prompts, chats, self.practices)

    def information_set(self, choice: Choice) -> InformationSet:
        """The set of a choice: what it leaves open is drawn from its seed.

        Raises:
            ConfigError: it names what does not exist or cannot be put together.
        """
        wanted: list[SetTopic | str | None] = []
        for topic, practice in zip(choice.topics, choice.practice_ids, strict=True):
            if topic:
                self.topic(topic)
            if not topic or practice is None:
                wanted.append(topic or None)
                continue
            own = [t.key_points for t in self.labelled(practice).topics if t.topic == topic]
            if not own:
                raise ConfigError(f"practice {practice!r} has not the topic {topic!r}; draw another one")
            wanted.append(SetTopic(topic, own[0], practice))
        drawn = self.composer.draw(choice.seed, wanted, levels=choice.levels)
        chosen = tuple(
            t if points is None else SetTopic(t.topic, self._known_points(t.topic, points), t.practice_id)
            for t, points in zip(drawn.topics, choice.key_points, strict=True)
        )
        return InformationSet.of(choice.seed, chosen)

    @cached_property
    def points(self) -> Mapping[str, tuple[KeyPoint, ...]]:
        """Topic -> its key points, the most frequent first."""
        found: dict[str, list[KeyPoint]] = {}
        for point in sorted(self.key_points, key=lambda k: (-k.practices, k.text)):
            found.setdefault(point.topic, []).append(point)
        return {topic: tuple(points) for topic, points in found.items()}

    def _known_points(self, topic: str, points: Sequence[str]) -> tuple[str, ...]:
        known = {k.text for k in self.points.get(topic, ())}
        if unknown := [p for p in points if p not in known]:
            raise ConfigError(f"{topic!r} has no key point {unknown[0]!r}; pick others, or draw them")
        return tuple(points)
