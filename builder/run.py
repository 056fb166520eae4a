"""A run folder: where the stages of one run are kept, and the models that it asks.

``runs/NAME/`` holds ``run.toml`` (the resolved configuration), ``completions/`` (every reply) and
``stages/STAGE/`` (typed records; the manifest is written last).  What the stages do is told in
:mod:`builder.pipeline`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import kpmath

from .config import PROCEDURAL, Config, Model, dump_config, load_recipe
from .errors import ConfigError, StoreError
from .llm.chat import Chat
from .llm.durable import DurableChat
from .llm.ledger import Ledger
from .llm.openai_client import OpenAIChat
from .llm.procedural.chat import ProceduralChat
from .records import content_id
from .store import CompletionStore, StageWriter, read_stage, stage_manifest

OPENAI = "https://api.openai.com/v1"

T = TypeVar("T")
R = TypeVar("R")


class RunFolder:
    """The files of one run on disk."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    @property
    def completions(self) -> Path:
        """The completion store of this machine's one writing process."""
        return self.path / "completions" / "main.sqlite"

    @property
    def report(self) -> Path:
        """Plots and tables."""
        return self.path / "report"

    def stage(self, name: str) -> Path:
        """The folder of a stage's records."""
        return self.path / "stages" / name

    def save_config(self, config: Config) -> None:
        """Write ``run.toml``, whole or not at all."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            temporary = self.path / "run.toml.partial"
            temporary.write_text(dump_config(config), encoding="utf-8")
            temporary.replace(self.path / "run.toml")
        except OSError as error:
            raise StoreError(
                f"the run folder {self.path} cannot be written: {error}; give another with --run"
            ) from None

    def note_dataset(self, dataset: Path) -> None:
        """Write down where the dataset folder of this run is: ``kpmath.load(RUN)`` follows it."""
        try:
            temporary = self.path / "dataset.txt.partial"
            temporary.write_text(f"{dataset.resolve()}\n", encoding="utf-8")
            temporary.replace(self.path / "dataset.txt")
        except OSError as error:
            raise StoreError(f"{self.path / 'dataset.txt'} cannot be written: {error}") from None

    def load_config(self) -> Config:
        """The configuration that this run was made with.

        Raises:
            ConfigError: the folder holds no run.
        """
        if not (self.path / "run.toml").is_file():
            raise ConfigError(
                f"{self.path} is no run folder (it has no run.toml): give one that 'build' made, or a recipe"
            )
        return load_recipe(self.path / "run.toml")

    def is_done(self, stage: str, fingerprint: str) -> bool:
        """Whether a stage is complete for exactly this input and configuration."""
        manifest = stage_manifest(self.stage(stage))
        return manifest is not None and manifest.get("fingerprint") == fingerprint

    def summary(self, stage: str) -> dict[str, Any]:
        """What the stage wrote about itself when it ended.

        Raises:
            StoreError: the stage is not complete.
        """
        manifest = stage_manifest(self.stage(stage))
        if manifest is None:
            raise StoreError(f"{self.stage(stage)} is not complete: run 'build' on this recipe first")
        summary: dict[str, Any] = manifest["summary"]
        return summary

    def write(
        self,
        stage: str,
        record: type[Any],
        rows: Iterable[Any],
        fingerprint: str,
        part_size: int,
        **summary: Any,
    ) -> None:
        """Write a whole stage of records in parts of ``part_size``."""
        writer = StageWriter(self.stage(stage), record, fingerprint)
        part: list[Any] = []
        for row in rows:
            part.append(row)
            if len(part) >= part_size:
                writer.write_part(part)
                part = []
        if part:
            writer.write_part(part)
        writer.finish(summary)

    def read(self, stage: str, record: type[R]) -> Iterator[R]:
        """The records of a complete stage, one part in memory at a time."""
        return iter(read_stage(self.stage(stage), record))


class Models:
    """The models of a run, by role, each behind the completion store and the ledger."""

    def __init__(self, config: Config, folder: RunFolder) -> None:
        self.config = config
        self.ledger = Ledger()
        self._folder = folder
        self._store: CompletionStore | None = None
        self._open: dict[Model, Chat] = {}

    async def chat(self, role: str) -> Chat:
        """The model of a role; opened and checked at its first use.

        Raises:
            ConfigError: the role has no model.
            ModelError: the endpoint does not answer or does not know the model.
        """
        model = self.config.model_for(role)
        if model not in self._open:
            if self._store is None:
                self._store = CompletionStore(self._folder.completions)
            backend = open_model(model, role)
            if isinstance(backend, OpenAIChat):
                try:
                    await backend.check(model.name)
                except BaseException:
                    await backend.aclose()
                    raise
            self._open[model] = DurableChat(backend, self._store, self.ledger)
        return self._open[model]

    async def aclose(self) -> None:
        """Close connections and the store; everything acknowledged is on disk."""
        for chat in self._open.values():
            await chat.aclose()
        self._open.clear()
        if self._store is not None:
            self._store.close()
            self._store = None


def open_model(model: Model, role: str = "") -> Chat:
    """The bare model of a configuration entry, without store.

    Raises:
        ConfigError: it has no name.
    """
    if not model.name:
        raise ConfigError(
            f"no model is named{f' for the role {role!r}' if role else ''}: "
            "give --model NAME --base-url URL, or set model.name in the recipe"
        )
    if model.backend == PROCEDURAL:
        return ProceduralChat(model.name)
    return OpenAIChat(
        base_url=model.base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI,
        # Local servers need no key, and the client wants some string.
        api_key=os.environ.get(model.api_key_env) or "none",
        concurrency=model.concurrency,
        timeout=model.timeout,
        max_retries=model.max_retries,
        send_seed=model.send_seed,
    )


async def ordered(items: Iterable[T], work: Callable[[T], Awaitable[R]], *, in_flight: int) -> AsyncIterator[R]:
    """``work`` of each item, at most ``in_flight`` at once, results in the order of the items.

    Bounded: no more than ``in_flight`` results wait in memory.  The first error cancels the rest.
    """
    pending: deque[asyncio.Task[R]] = deque()
    iterator = iter(items)

    async def run(item: T) -> R:
        return await work(item)

    try:
        while True:
            while len(pending) < in_flight:
                try:
                    item = next(iterator)
                except StopIteration:
                    break
                pending.append(asyncio.create_task(run(item)))
            if not pending:
                return
            yield await pending.popleft()
    finally:
        for task in pending:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*pending, return_exceptions=True)


def file_hash(path: str) -> str | None:
    """SHA-256 of a file, None where it does not exist (reading it will say so)."""
    file = Path(path)
    if not file.is_file():
        return None
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fingerprint(*parts: object) -> str:
    """The name of a stage's input: what it was made from, with this version of the code."""
    return content_id(kpmath.__version__, *parts)
