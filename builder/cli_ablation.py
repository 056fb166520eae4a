"""``python -m builder ablation``: the four arms of the paper's ablation, with intervals.

Parses options, calls :mod:`builder.ablation`, shows the outcome to a person or (``--json``) to a program.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Sequence

from rich.table import Table

from .ablation import CONFIDENCE, PAPER, Arm, Share, ablation
from .cli_options import console, progress, resolve, source_options, spending_options


def add_ablation(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``ablation`` to the commands of the command line."""
    text = (
        "the four arms of the paper's ablation (key points or not, topics by the matrix or at random): what is retained"
    )
    sub = commands.add_parser("ablation", help=text, description=text)
    sub.set_defaults(command=_ablation)
    source_options(sub, "a recipe (.toml), or the folder of an ablation to go on with")
    spending_options(sub)


def _ablation(options: argparse.Namespace) -> int:
    config, run = resolve(options)
    arms = list(ablation(config, run, progress(options)))
    if options.json:
        print(json.dumps({"confidence": CONFIDENCE, "arms": [dataclasses.asdict(arm) for arm in arms]}))
    elif not options.quiet:
        _print_arms(sorted(arms, key=lambda arm: -PAPER[arm.draw, arm.key_points]), config.scoring.threshold)
    return 0


def _print_arms(arms: Sequence[Arm], threshold: float) -> None:
    title = f"share of the scored questions with a score of at least {threshold:g}, and of all that the vote keeps"
    table = Table(title=title, title_justify="left")
    for heading in ("key points", "topics"):
        table.add_column(heading)
    for heading in ("scored", f"retained ({CONFIDENCE:.0%} interval)", "mean score", "kept", "retained in the paper"):
        table.add_column(heading, justify="right")
    for arm in arms:
        table.add_row(
            "with" if arm.key_points else "without",
            "TCPM" if arm.draw == "tcpm" else "random",
            f"{arm.retained.of:,}",
            _share(arm.retained),
            f"{arm.mean_score:.3f}",
            _share(arm.kept),
            f"{PAPER[arm.draw, arm.key_points]:.1%}",
        )
    console().print(table)


def _share(share: Share) -> str:
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})"
