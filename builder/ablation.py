"""The paper's ablation: how many questions each arm retains (METHOD 5).

The arms are with or without key points, and topics by the TCPM or at random.  All are made in one run
folder, one after the other: labels, topics and matrix are the same and are made once, and no reply that an
arm has is paid for again.  The records that stay in the folder are those of the configuration's own arm.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scipy.stats import binomtest

from .config import Config
from .errors import ConfigError
from .pipeline import Pipeline
from .progress import Progress
from .records import QuestionResult
from .run import OpenBackend

CONFIDENCE = 0.95
PAPER = {("tcpm", True): 0.508, ("random", True): 0.392, ("tcpm", False): 0.301, ("random", False): 0.274}
"""Share of the questions with a score of at least 0.85, with GPT-4 as judge (the paper's table of the ablation)."""


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``of``, with the exact binomial (Clopper-Pearson) interval at CONFIDENCE."""

    count: int
    of: int
    value: float
    low: float
    high: float

    @staticmethod
    def out_of(count: int, of: int) -> Share:
        """Raises ValueError where ``of`` is 0."""
        interval = binomtest(count, of).proportion_ci(CONFIDENCE, "exact")
        return Share(count, of, count / of, float(interval.low), float(interval.high))


@dataclass(frozen=True, slots=True)
class Arm:
    """What became of the questions of one arm."""

    draw: str  # "tcpm" or "random"
    key_points: bool
    retained: Share  # questions whose score reaches scoring.threshold, of those that could be scored
    kept: Share  # questions that the vote keeps, of all information sets
    mean_score: float
    fates: dict[str, int]


def ablation(
    config: Config,
    run: str | os.PathLike[str],
    progress: Progress | None = None,
    open_backend: OpenBackend | None = None,
) -> Iterator[Arm]:
    """The four arms, each as soon as it is done; the configuration's own is the last one.

    Raises:
        ConfigError: no question of an arm could be scored.
    """
    own = (config.sampling.draw, config.sampling.key_points)
    for draw, key_points in sorted(PAPER, key=lambda arm: arm == own):
        sampling = replace(config.sampling, draw=draw, key_points=key_points)
        pipeline = Pipeline(replace(config, sampling=sampling), run, progress, open_backend)
        pipeline.synthesize()
        yield _arm(draw, key_points, config.scoring.threshold, pipeline.folder.read("questions", QuestionResult))


def _arm(draw: str, key_points: bool, threshold: float, results: Iterator[QuestionResult]) -> Arm:
    scores: list[float] = []
    fates: Counter[str] = Counter()
    for result in results:
        if result.question.parent_id is not None:
            continue  # a paraphrase has no information set of its own
        fates[result.fate] += 1
        if result.score is not None and result.score.value is not None:
            scores.append(result.score.value)
    if not scores:
        name = f"sampling.draw = {draw!r}, sampling.key_points = {str(key_points).lower()}"
        raise ConfigError(f"no question of the arm {name} could be scored ({dict(fates)}): the arms cannot be compared")
    retained = Share.out_of(sum(s >= threshold for s in scores), len(scores))
    kept = Share.out_of(fates["kept"], fates.total())
    return Arm(draw, key_points, retained, kept, sum(scores) / len(scores), dict(fates))
