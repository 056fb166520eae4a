"""``python -m builder ...``: the pipeline from the command line.

Parses options, calls :mod:`builder.pipeline`, shows the outcome to a person or (``--json``) to a
program.  Progress goes to stderr, results to stdout.  Every error that a user can mend is one line
without a traceback, with the exit code of its class (:mod:`builder.errors`); Ctrl-C exits with 130.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

import kpmath

from .cli_ablation import add_ablation
from .cli_agreement import add_agreement
from .cli_answers import add_answers
from .cli_batch import add_batch
from .cli_estimate import add_estimate
from .cli_gates import add_calibrate
from .cli_knowledge import add_knowledge
from .cli_options import console, output_options, plain, progress, resolve, source_options, spending_options
from .cli_publish import add_publish, grow_option
from .cli_replies import add_replies, usage_table
from .cli_serve import add_serve
from .errors import ConfigError, KPMathError, StoreError
from .pipeline import Pipeline, build
from .run import RunFolder
from .stage_files import stage_manifest

STAGES = ("seeds", "labels", "topics", "mpkp", "information_sets", "questions", "hygiene")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except KPMathError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped; every reply so far is stored, the same command goes on from here", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `... | head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(
            "error: the disk is full; nothing that looks whole was half-written and every reply so far "
            "is stored: free some space and give the same command again",
            file=sys.stderr,
        )
        return StoreError.exit_code


# --- options -----------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m builder",
        description="Key-Point-Driven Data Synthesis: from seed problems to a dataset.",
        epilog="Start with: python -m builder build recipes/demo.toml",
    )
    parser.add_argument("--version", action="version", version=f"kpmath {kpmath.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_ablation(commands)
    add_agreement(commands)
    add_answers(commands)
    add_batch(commands)
    add_calibrate(commands)
    add_estimate(commands)

    def add(name: str, command: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    sub = add("build", _build, "the whole method: from seeds to a dataset folder")
    source_options(sub, "a recipe (.toml), or the folder of a run to go on with")
    sub.add_argument("--out", metavar="DIR", default="kpmath", help="dataset folder (default: kpmath)")
    grow_option(sub)
    spending_options(sub)
    for name, text in (
        ("label", "seeds to topics and key points, one call a practice"),
        ("synthesize", "up to questions, scores, solutions and votes"),
    ):
        sub = add(name, _partial(name), text)
        source_options(sub, "a recipe (.toml), or the folder of a run")
        spending_options(sub)

    add_knowledge(commands)

    add_publish(commands, _show_summary)

    sub = add("status", _status, "how far a run is")
    sub.add_argument("run", metavar="RUN")
    output_options(sub)

    sub = add("show", _show, "load a dataset folder as a user would, and show some rows")
    sub.add_argument("path", metavar="DIR", nargs="?", default="kpmath")
    sub.add_argument("--config", default="default", help="configuration (default: default)")
    sub.add_argument("--rows", type=int, default=3, help="how many rows (default: 3)")
    output_options(sub)
    add_replies(commands)
    add_serve(commands)
    return parser


# --- commands ----------------------------------------------------------------------------------


def _build(options: argparse.Namespace) -> int:
    config, run = resolve(options)
    _retry_failed(run, options)
    start = time.monotonic()
    summary = build(config, run, options.out, progress(options), grow=options.grow)
    _show_summary(summary | {"seconds": round(time.monotonic() - start, 1)}, options)
    return 0


def _partial(name: str) -> Callable[[argparse.Namespace], int]:
    def command(options: argparse.Namespace) -> int:
        config, run = resolve(options)
        _retry_failed(run, options)
        pipeline = Pipeline(config, run, progress(options))
        getattr(pipeline, name)()
        return _print_status(run, options)

    return command


def _retry_failed(run: Path, options: argparse.Namespace) -> None:
    if options.retry_failed:
        count = RunFolder(run).retry_failed()
        progress(options).note(f"{count:,} samples that were given up are asked for again")


def _status(options: argparse.Namespace) -> int:
    RunFolder(options.run).load_config()
    return _print_status(Path(options.run), options)


def _print_status(run: Path, options: argparse.Namespace) -> int:
    folder = RunFolder(run)
    rows: list[dict[str, Any]] = []
    for stage in STAGES:
        manifest = stage_manifest(folder.stage(stage))
        parts = sorted(folder.stage(stage).glob("part-*.parquet"))
        rows.append(
            {
                "stage": stage,
                "complete": manifest is not None,
                "rows": manifest["rows"] if manifest else None,
                "parts": len(parts),
            }
        )
    if options.json:
        print(json.dumps({"run": str(run), "stages": rows}))
    elif not options.quiet:
        table = Table(title=str(run), title_justify="left")
        for heading in ("stage", "state", "rows", "parts"):
            table.add_column(heading)
        for row in rows:
            state = "complete" if row["complete"] else ("begun" if row["parts"] else "to do")
            table.add_row(row["stage"], state, "" if row["rows"] is None else str(row["rows"]), str(row["parts"]))
        console().print(table)
    return 0


def _show(options: argparse.Namespace) -> int:
    if options.rows < 1:
        raise ConfigError(f"--rows {options.rows}: must be at least 1")
    try:
        data = kpmath.load(options.config, path=options.path, split="train")
    except (ValueError, FileNotFoundError) as error:
        raise ConfigError(str(error)) from None
    # Spread over the whole: neighbouring rows are solutions of the same question.
    wanted = min(options.rows, len(data))
    rows = [data[i * len(data) // wanted] for i in range(wanted)]
    if options.json:
        print(json.dumps({"config": options.config, "rows": len(data), "first": rows}, ensure_ascii=False))
        return 0
    table = Table(
        title=f"{options.path}, configuration {options.config!r}: {len(data)} rows, {len(data.column_names)} columns",
        title_justify="left",
        show_lines=True,
    )
    shown = [c for c in ("problem", "answer", "topics", "score", "agreement") if c in data.column_names]
    for column in shown or data.column_names[:5]:
        table.add_column(column, overflow="fold", ratio=4 if column == "problem" else 1)
    for row in rows:
        table.add_row(*(plain(_cell(row[c])) for c in shown or data.column_names[:5]))
    console().print(table)
    return 0


# --- what a person sees ------------------------------------------------------------------------


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list):
        return "\n".join(dict.fromkeys(str(v) for v in value))
    return "" if value is None else str(value)


def _show_summary(summary: dict[str, Any], options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(summary, ensure_ascii=False))
        return
    if options.quiet:
        return
    funnel = Table(title="what became of the information sets", title_justify="left")
    funnel.add_column("step")
    funnel.add_column("questions", justify="right")
    funnel.add_column("of all", justify="right")
    total = max(1, summary["information_sets"])
    for step, count in summary["funnel"].items():
        funnel.add_row(step, f"{count:,}", f"{count / total:.1%}")
    console().print(funnel)
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in summary["rejected"].items()) or "none"
    print(f"rejected: {reasons}")
    agreement = "  ".join(f"{share}: {count:,}" for share, count in summary["agreement"].items())
    print(f"published questions by agreement of their solutions: {agreement}")
    usage = summary["usage"]
    console().print(usage_table(usage["run"], "what the models took, earlier sessions included"))
    now = usage["total"]
    print(f"this session: {now['requests']:,} requests, {now['reused']:,} replies from the store")
    if usage["estimated"]:
        print("an endpoint counts no tokens: where it does not, one is taken for four characters")
    rows = ", ".join(f"{name} {count:,}" for name, count in summary["rows"].items())
    seconds = f" in {summary['seconds']} s" if "seconds" in summary else ""
    print(
        f"{summary['out']}{seconds}: version {summary['version']}, {summary['pairs']:,} pairs from "
        f"{summary['questions']:,} questions over {summary['topics']:,} topics"
    )
    print(f"rows{', those from before included' if summary['grown'] else ''}: {rows}")
