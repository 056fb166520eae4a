"""``python -m builder publish``: a run to a dataset folder, a dataset folder or the Space to the Hub."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from huggingface_hub.utils import disable_progress_bars  # type: ignore[attr-defined]
from rich.table import Table

from .cli_options import console, progress, resolve, source_options
from .errors import ConfigError
from .pipeline import Pipeline
from .publish.hub import publish_to_hub
from .publish.provenance import FILE
from .publish.repository import Repository
from .publish.space import assemble_space, publish_space
from .run import RunFolder

_OUT = "kpmath"
_OF_A_RUN = ("grow", "run", "set", "model", "base_url", "prices")  # what a finished dataset folder does not heed


def add_publish(commands: argparse._SubParsersAction[argparse.ArgumentParser], show: Any) -> None:
    """Adds ``publish``; ``show`` prints the summary of a run."""
    text = "the dataset folder of a run that has been synthesised; with --repo to the Hub; with --space the demo's page"
    sub = commands.add_parser(
        "publish",
        help=text,
        description=f"{text}. The Hub's address is $HF_ENDPOINT, the token that of `hf auth login` or $HF_TOKEN.",
    )
    sub.set_defaults(command=lambda options: _publish(options, show))
    source_options(
        sub,
        "a dataset folder, or a recipe or the folder of a run, whose dataset folder is written first; none for --space",
        required=False,
    )
    sub.add_argument("--out", metavar="DIR", default=_OUT, help=f"dataset folder of a run (default: {_OUT})")
    grow_option(sub)
    hub = sub.add_argument_group("to the Hub")
    hub.add_argument("--repo", metavar="ORG/NAME", help="dataset repository; it is made where there is none")
    hub.add_argument(
        "--version",
        metavar="X.Y.Z",
        help="version (default: the folder's, or the next one that what changed asks for)",
    )
    hub.add_argument("--private", action="store_true", help="make the repository private when it is made")
    hub.add_argument("--dry-run", action="store_true", help="check everything and say what would be done")
    space = sub.add_argument_group("the demo as a Space", "without SOURCE; --repo is then the data set it links to")
    space.add_argument("--space", metavar="ORG/NAME", help="Space on the Hub; it is made where there is none")
    space.add_argument("--space-dir", metavar="DIR", help="write it as a folder: python app.py in it serves the page")


def grow_option(sub: argparse.ArgumentParser) -> None:
    """``--grow``: for everything that writes a dataset folder from a run."""
    sub.add_argument(
        "--grow",
        metavar="DIR|ORG/NAME",
        help="add to this data set: its rows, ids and shards stay, what it has or what repeats it is not added",
    )


def _publish(options: argparse.Namespace, show: Any) -> int:
    if options.space is not None or options.space_dir is not None:
        return _publish_space(options)
    if options.source is None:
        raise ConfigError("give SOURCE (a dataset folder, a recipe or a run), or --space ORG/NAME")
    if options.repo is None and (options.version or options.private or options.dry_run):
        raise ConfigError("--version, --private and --dry-run belong to --repo ORG/NAME")
    source = Path(options.source)
    if (source / FILE).is_file():
        if options.repo is None:
            raise ConfigError(f"{source} is a dataset folder already: give --repo ORG/NAME to publish it")
        if unheeded := [name for name in _OF_A_RUN if getattr(options, name)] + ["out"] * (options.out != _OUT):
            raise ConfigError(
                f"--{unheeded[0].replace('_', '-')}: {source} is a dataset folder, which is published as it is; "
                "give the run that made it"
            )
        folder = source
    else:
        config, run = resolve(options)
        RunFolder(run).summary("questions")  # says what to run when it is not there: publishing asks no model
        summary = Pipeline(config, run, progress(options), grow=options.grow).publish(options.out)
        folder = Path(options.out)
        if options.repo is None:
            show(summary, options)
            return 0
    disable_progress_bars()  # those of the Hub's client, a file each: there is one of ours
    done = publish_to_hub(
        folder,
        Repository(options.repo),
        version=options.version,
        private=options.private,
        dry_run=options.dry_run,
        progress=progress(options),
    )
    _show(done, options)
    return 0


def _show(done: dict[str, Any], options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(done))
        return
    if options.quiet:
        return
    if done["nothing"]:
        print(f"{done['repo']} has all of this already as version {done['version']}")
        return
    would = "would become" if options.dry_run else "is"
    after = f" after {done['before']} ({done['change']})" if done["before"] else ""
    print(f"{done['repo']} {would} version {done['version']}{after}: {done['changes']}")
    table = Table(title_justify="left")
    for heading in ("uploaded", "kept", "deleted", "MB"):
        table.add_column(heading, justify="right")
    table.add_row(
        f"{len(done['uploaded']):,}", f"{done['kept']:,}", f"{len(done['deleted']):,}", f"{done['bytes'] / 1e6:,.1f}"
    )
    console().print(table)
    if not options.dry_run:
        print(f'load_dataset("{done["repo"]}", revision="v{done["version"]}")')


def _publish_space(options: argparse.Namespace) -> int:
    _check_space(options)
    if options.space_dir is not None:
        files = assemble_space(Path(options.space_dir), dataset=options.repo)
        if options.json:
            print(json.dumps({"folder": options.space_dir, "files": files}))
        elif not options.quiet:
            print(f"{options.space_dir} holds the Space, {len(files)} files: python app.py in it serves the page")
        return 0
    done = publish_space(
        Repository(options.space, "space"),
        dataset=options.repo,
        private=options.private,
        dry_run=options.dry_run,
        progress=progress(options),
    )
    if options.json:
        print(json.dumps(done))
    elif not options.quiet:
        print(_space_line(done, options.dry_run))
    return 0


def _check_space(options: argparse.Namespace) -> None:
    """Raises ConfigError for what a Space does not heed."""
    if options.source is not None:
        raise ConfigError(f"--space takes no SOURCE ({options.source}): publish a data set by a command of its own")
    if options.space is not None and options.space_dir is not None:
        raise ConfigError("give --space ORG/NAME or --space-dir DIR, not both")
    given = ["version", "grow", "run", "set", "model", "base_url", "prices"]
    if options.space_dir is not None:
        given += ["private", "dry_run"]
    foreign = [f"--{name.replace('_', '-')}" for name in given if getattr(options, name)]
    foreign += ["--out"] if options.out != _OUT else []
    if foreign:
        raise ConfigError(f"{', '.join(foreign)}: not with {'--space' if options.space else '--space-dir'}")


def _space_line(done: dict[str, Any], dry_run: bool) -> str:
    if done["nothing"]:
        return f"{done['repo']} has all of this already"
    would = "would be" if dry_run else "were"
    return (
        f"{done['repo']}: {len(done['uploaded']):,} files ({done['bytes'] / 1e6:,.1f} MB) {would} sent, "
        f"{done['kept']:,} kept, {len(done['deleted']):,} deleted"
    )
