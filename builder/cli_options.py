"""Options that several commands share, and how a person sees what comes out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from . import config as configuration
from .config import Config, SeedSource
from .errors import ConfigError
from .given_labels import has_labels
from .progress import Progress
from .run import RunFolder
from .stages.seeds import read_rows


def source_options(sub: argparse.ArgumentParser, text: str, required: bool = True) -> None:
    """SOURCE, and what changes the configuration that it names; for :func:`resolve`."""
    sub.add_argument("source", metavar="SOURCE", nargs=None if required else "?", help=text)
    sub.add_argument("--run", metavar="DIR", help="run folder (default: runs/NAME of the recipe)")
    sub.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override a value of the recipe, for example --set sampling.sets=200 (repeatable)",
    )
    sub.add_argument("--model", metavar="NAME", help="model for all roles that have none of their own")
    sub.add_argument("--base-url", metavar="URL", help="OpenAI-compatible endpoint, ending in /v1")
    sub.add_argument("--prices", metavar="FILE", help="prices of models, over those that come with the project")
    output_options(sub)


def spending_options(sub: argparse.ArgumentParser) -> None:
    """What a run may spend; for :func:`resolve`, and ``retry_failed`` for whoever asks models."""
    sub.add_argument(
        "--max-cost",
        type=float,
        metavar="DOLLARS",
        help="stop before the run, with what it has cost until now, can cost more; the same command goes on",
    )
    sub.add_argument("--max-requests", type=int, metavar="N", help="stop when the run has sent so many requests")
    sub.add_argument(
        "--retry-failed",
        action="store_true",
        help="ask again what was given up for good (see 'replies RUN --errors')",
    )


def output_options(sub: argparse.ArgumentParser) -> None:
    """What is printed."""
    sub.add_argument("--quiet", action="store_true", help="no progress and no summary")
    sub.add_argument("--json", action="store_true", help="the result as JSON on stdout, no progress")


def progress(options: argparse.Namespace) -> Progress:
    """The progress display that the options ask for."""
    return Progress(quiet=options.quiet or options.json)


def resolve(options: argparse.Namespace) -> tuple[Config, Path]:
    """Configuration and run folder that SOURCE and the options name.

    Raises:
        ConfigError: SOURCE is no recipe, run or file of practices, or a value is not valid.
    """
    source = Path(options.source)
    overrides = _overrides(options)
    if source.is_dir():
        RunFolder(source).load_config()  # says so when it is no run
        config = configuration.load_recipe(source / "run.toml", overrides)
        return config, Path(options.run) if options.run else source
    if source.suffix == ".toml":
        config = configuration.load_recipe(source, overrides)
    elif source.suffix in (".jsonl", ".gz", ".json", ".parquet"):
        config = _labelled_file(source, overrides)
    else:
        raise ConfigError(f"{source}: give a recipe (.toml), the folder of a run, or a file of practices")
    return config, Path(options.run) if options.run else Path("runs") / config.run.name


def _overrides(options: argparse.Namespace) -> list[str]:
    overrides = list(options.set)
    if options.model:
        overrides.append(f"model.name={json.dumps(options.model)}")
    if options.base_url:
        overrides += [f"model.base_url={json.dumps(options.base_url)}", 'model.backend="openai"']
    if options.prices:
        overrides.append(f"limits.prices={json.dumps(str(Path(options.prices).resolve()))}")
    for name in ("max_cost", "max_requests"):
        if getattr(options, name, None) is not None:
            overrides.append(f"limits.{name}={getattr(options, name)}")
    return overrides


def _labelled_file(path: Path, overrides: Sequence[str]) -> Config:
    """A configuration for a file of practices that carry labels: replies, or topics and key points (docs/mpkp.md)."""
    if not path.is_file():
        raise ConfigError(f"{path} does not exist")
    name = "".join(c if c.isalnum() or c in "._-" else "-" for c in path.name.split(".")[0])
    _, first = next(read_rows(path), ("", {}))
    labels, answer = (
        ("topics", "answer" if "answer" in first else None) if has_labels(first, "topics") else (None, None)
    )
    source = SeedSource(
        name,
        path=str(path.resolve()),
        answer=answer,
        id="id",
        subject="subject",
        level="level",
        reply=None if labels else "reply",
        labels=labels,
    )
    plain = configuration.to_plain(Config(seeds=(source,)))
    plain["run"]["name"] = name
    return configuration.from_plain(configuration.apply_overrides(plain, overrides))


def console() -> Console:
    """Where tables go: stdout, with room for them where it is no terminal."""
    return Console(width=None if sys.stdout.isatty() else 120)


def plain(text: str) -> str:
    """Text for a rich table: square brackets of a problem are no markup."""
    return text.replace("[", "\\[")
