"""The data set that a run adds to: a dataset folder, or a repository on the Hub.

What is there stays: its rows, their ids and the bytes of its shards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

import kpmath

from ..errors import PublishError
from .provenance import Provenance, columns, read_provenance

_REPO = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class Base:
    """A dataset folder that may be added to."""

    name: str  # as the user gave it
    folder: Path
    provenance: Provenance

    @cached_property
    def question_ids(self) -> frozenset[str]:
        """Every question that it has, rejected ones too."""
        return frozenset(i for (i,) in self._values("questions", "id"))

    @cached_property
    def knowledge(self) -> frozenset[str]:
        """The knowledge constructions that it has."""
        return frozenset(run.knowledge for run in self.provenance.runs)

    def published(self) -> Iterator[tuple[str, str]]:
        """(id, problem) of each question that it publishes."""
        last = None
        for question_id, problem in self._values("default", "question_id", "problem"):
            if question_id != last:  # the pairs of a question stand together
                yield question_id, problem
            last = question_id

    def _values(self, config: str, *names: str) -> Iterator[tuple[str, ...]]:
        for shard in self.provenance.shards:
            if shard.config == config:
                with pq.ParquetFile(self.folder / shard.file) as parquet:
                    for batch in parquet.iter_batches(batch_size=10_000, columns=list(names)):
                        yield from zip(*(batch[n].to_pylist() for n in names), strict=True)


def open_base(source: str) -> Base:
    """A dataset folder, a run that published one, or a repository ``ORG/NAME`` (its newest version is downloaded).

    Raises:
        PublishError: there is none, it is not whole, or it has other columns than this KPMath.
    """
    folder = _find(source)
    provenance = read_provenance(folder)
    if provenance.columns != columns():
        raise PublishError(
            f"{source} was made with other columns than this KPMath ({kpmath.__version__}) has: rows of both cannot be "
            "in one data set. Build it again from its run, or use the KPMath that made it"
        )
    for shard in provenance.shards:
        if not (folder / shard.file).is_file():
            raise PublishError(f"{source} is not whole: {shard.file} is missing; get it again")
    return Base(source, folder, provenance)


def _find(source: str) -> Path:
    if not Path(source).exists() and _REPO.fullmatch(source):
        from .hub import download  # the network is asked for only here

        return download(source)
    try:
        folder = kpmath.find_dataset(source)
    except (FileNotFoundError, ValueError) as error:
        raise PublishError(f"{source} cannot be grown: {error}") from None
    if folder is None:
        raise PublishError(f"{source} cannot be grown: there is no dataset")
    return folder
