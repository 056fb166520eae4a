"""A run folder: where the stages of one run are kept, and the models that it asks.

``runs/NAME/`` holds ``run.toml`` (the resolved configuration), ``completions/`` (every reply) and
``stages/STAGE/`` (typed records; the manifest is written last).  What the stages do is told in
:mod:`builder.pipeline`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import kpmath

from .config import PROCEDURAL, Config, Model, dump_config, load_recipe
from .errors import ConfigError, StoreError
from .llm.chat import EMBED, Chat
from .llm.durable import DurableChat
from .llm.ledger import Ledger
from .llm.openai_client import OpenAIChat
from .llm.prices import Prices
from .llm.procedural.chat import ProceduralChat
from .records import content_id
from .stage_files import StageWriter, read_stage, stage_manifest
from .store import CompletionStore, usage_by_role

OPENAI = "https://api.openai.com/v1"
MODEL_STAGES = (
    "unlabelled",
    "labels",
    "merged_topics",
    "topic_pairs",
    "override_uses",
    "topics",
    "key_points",
    "mpkp",
    "information_sets",
    "questions",
    "hygiene",
)
"""Stages whose records depend on what models replied."""

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

    def save_usage(self, usage: dict[str, Any]) -> Path:
        """Write ``report/usage.json``: what the models took; its path."""
        path = self.report / "usage.json"
        try:
            self.report.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(usage, indent=1), encoding="utf-8")
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error}") from None
        return path

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

    def retry_failed(self) -> int:
        """Let the next session ask again what was given up; how many samples that are.

        The stages that models take part in are made again, from stored replies where there are any.

        Raises:
            StoreError: the completion store cannot be used, or the stages cannot be removed.
        """
        if not self.completions.exists():
            return 0
        with CompletionStore(self.completions) as store:
            count = store.retry_errors()
        try:
            for stage in MODEL_STAGES if count else ():
                shutil.rmtree(self.stage(stage), ignore_errors=not self.stage(stage).exists())
        except OSError as error:
            raise StoreError(f"{self.path / 'stages'} cannot be written: {error}") from None
        return count


class Models:
    """The models of a run, by role, each behind the completion store and the ledger."""

    def __init__(self, config: Config, folder: RunFolder, open_backend: OpenBackend | None = None) -> None:
        """``open_backend`` opens something else than the configured endpoints, such as a batch file."""
        self.config = config
        self.ledger = Ledger()
        self._open_backend = open_backend or (lambda model, role, _: open_model(model, role))
        self._folder = folder
        self._store: CompletionStore | None = None
        self._open: dict[Model, DurableChat] = {}
        self._opened = False

    def chats(self, roles: Sequence[str]) -> dict[str, Chat]:
        """The models of these roles.  None is asked for anything that the store can answer.

        Before the first request that it cannot answer, all of them are checked: what is wrong with one
        shows before the others are paid.

        Raises:
            ConfigError: a role has no model, or its price is not known and the cost is limited.
            StoreError: the completion store cannot be used.
        """
        models = {role: self.config.model_for(role) for role in roles}
        store = self._store = self._store or self._open_store()
        first_role = {model: role for role, model in reversed(models.items())}
        backends = {model: self._open_backend(model, role, store) for model, role in first_role.items()}
        check = _Once(lambda: _check(backends))
        for model, backend in backends.items():
            self._open[model] = DurableChat(backend, store, self.ledger, check)
        return {role: self._open[model] for role, model in models.items()}

    def _open_store(self) -> CompletionStore:
        limits = self.config.limits
        prices = Prices.load(limits.prices)
        if limits.max_cost is not None:
            embedding = [model for role, model in self.config.models if role == EMBED]
            for name in [m.name for m in [*map(self.config.model_for, self.config.roles), *embedding]]:
                if name and prices.price(name) is None:
                    raise ConfigError(
                        f"limits.max_cost is set, and the price of the model {name!r} is not known: give a file "
                        "that has it as limits.prices (--prices FILE)"
                    )
        store = CompletionStore(self._folder.completions)
        if not self._opened:  # one ledger for all stages of this session
            self._opened = True
            self.ledger = Ledger(
                prices, max_cost=limits.max_cost, max_requests=limits.max_requests, before=store.usage()
            )
        return store

    @contextlib.contextmanager
    def durable(self) -> Iterator[tuple[CompletionStore, Ledger]]:
        """The completion store and the ledger, for an embedding model; the store is closed at the end."""
        store = self._open_store()
        try:
            yield store, self.ledger
        finally:
            store.close()

    def usage(self) -> dict[str, Any]:
        """What this session and the whole run asked and took (``Ledger.snapshot``)."""
        if self._opened:
            return self.ledger.snapshot()
        before = usage_by_role(self._folder.completions)  # everything was there: no model was opened
        return Ledger(Prices.load(self.config.limits.prices), before=before).snapshot()

    @property
    def in_flight(self) -> int:
        """Requests that are being asked."""
        return sum(chat.in_flight for chat in self._open.values())

    async def aclose(self) -> None:
        """Wait for the replies that are under way, close connections and the store; all replies are on disk."""
        try:
            await asyncio.gather(*(chat.aclose() for chat in self._open.values()))
        finally:
            self._open.clear()
            if self._store is not None:
                self._store.close()
                self._store = None


OpenBackend = Callable[[Model, str, CompletionStore], Chat]


class _Once:
    """An awaitable action that is done once, however many wait for it."""

    def __init__(self, action: Callable[[], Awaitable[None]]) -> None:
        self._action = action
        self._task: asyncio.Future[None] | None = None

    async def __call__(self) -> None:
        if self._task is None:
            self._task = asyncio.ensure_future(self._action())
        await asyncio.shield(self._task)


async def _check(backends: Mapping[Model, Chat]) -> None:
    for model, backend in backends.items():
        if isinstance(backend, OpenAIChat):
            await backend.check(model.name)


def open_model(model: Model, role: str = "") -> Chat:
    """The bare model of a configuration entry, without store.

    Raises:
        ConfigError: it has no name, or its key file cannot be read.
        ModelError: its URL or its key cannot be used.
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
        api_key=api_key(model),
        concurrency=model.concurrency,
        requests_per_minute=model.requests_per_minute,
        tokens_per_minute=model.tokens_per_minute,
        samples_per_request=model.samples_per_request,
        timeout=model.timeout,
        max_retries=model.max_retries,
        patience=model.patience,
        send_seed=model.send_seed,
    )


def api_key(model: Model) -> str:
    """The key of a model's endpoint: from its file, else from its variable; it is stored nowhere.

    Raises:
        ConfigError: the file cannot be read.
    """
    if model.api_key_file:
        try:
            return Path(model.api_key_file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"model.api_key_file {model.api_key_file} cannot be read: {error}") from None
    # Local servers need no key, and the client wants some string.
    return os.environ.get(model.api_key_env) or "none"


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
