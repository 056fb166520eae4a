"""``python -m builder batch ...``: a run through batch files, stage by stage.

Parses options, lets the pipeline run as far as the stored replies allow, and calls
:mod:`builder.llm.batch` (files), :mod:`builder.llm.batch_results` (replies) and
:mod:`builder.llm.batch_jobs` (the endpoint's own batch API).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from .cli_options import console, output_options, plain, progress, resolve, source_options, spending_options
from .config import PROCEDURAL, Config, Model
from .errors import ConfigError, ReplyError, ReplyPending
from .llm.batch import (
    CollectingChat,
    Collector,
    RequestFile,
    exclusive,
    remove_superseded,
    request_files,
    waiting,
)
from .llm.batch_api import BatchApi
from .llm.batch_jobs import Job, Jobs, OpenApi, poll, submit
from .llm.batch_results import Imported, import_results
from .pipeline import Pipeline
from .run import OPENAI, OpenBackend, RunFolder, api_key
from .store import CompletionStore, StoreReader

Command = Callable[[argparse.Namespace], int]


def add_batch(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``batch`` with its own commands to those of the command line."""
    text = "ask through files: write what a run would ask, read the replies, drive an endpoint's batch API"
    group = commands.add_parser("batch", help=text, description=text)
    own = group.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        sub = own.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    def on_run(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        sub = add(name, command, text)
        sub.add_argument("run", metavar="RUN", help="the folder of a run")
        output_options(sub)
        return sub

    sub = add("export", _export, "every request that the run could make now, as OpenAI Batch JSONL; asks no model")
    source_options(sub, "a recipe (.toml), or the folder of a run")
    sub.add_argument("--out", metavar="DIR", help="where the files go (default: RUN/batch)")
    spending_options(sub)

    sub = on_run("import", _import, "the replies of result files: in any order, in part, repeatedly")
    sub.add_argument("files", metavar="FILE", nargs="+", help="results of a batch API or of 'vllm run-batch'")

    on_run("submit", _submit, "the exported files to the endpoint's batch API, each once")
    sub = on_run("poll", _poll, "how the submitted files are; imports what has ended")
    sub.add_argument("--wait", action="store_true", help="until all of them have ended")


def _work(run: str | os.PathLike[str]) -> Path:
    """Where the batch files and jobs of a run are."""
    return Path(run) / "batch"


# --- export --------------------------------------------------------------------------------------


def _export(options: argparse.Namespace) -> int:
    config, run = resolve(options)
    if options.retry_failed:
        count = RunFolder(run).retry_failed()
        progress(options).note(f"{count:,} samples that were given up are asked for again")
    work = _work(run)
    out = Path(options.out) if options.out else work
    with exclusive(work):
        jobs = Jobs(work)
        collector = Collector(work, jobs.under_way())
        try:
            waits = _collect(config, run, collector, options)
            files = collector.finish(out)
        finally:
            collector.close()
        if out.resolve() == work.resolve():
            remove_superseded(work, [*(f.path.name for f in files), *(job.file for job in jobs.live)])
    _show_export(str(run), waits, files, jobs.live, options)
    return 0


def _collect(config: Config, run: Path, collector: Collector, options: argparse.Namespace) -> str | None:
    """Run the stages as far as the replies go; what waits, None where nothing does."""
    try:
        Pipeline(config, run, progress(options), _open(collector)).synthesize()
    except ReplyPending as pending:
        return str(pending)
    return None


def _open(collector: Collector) -> OpenBackend:
    def backend(model: Model, role: str, store: CompletionStore) -> CollectingChat:
        if not model.name:
            raise ConfigError(
                f"no model is named for the role {role!r}: give --model NAME, or set model.name in the recipe"
            )
        return CollectingChat(collector, store, model, _max_tokens_name(model))

    return backend


def _max_tokens_name(model: Model) -> str:
    """OpenAI's newer name of the limit; its reasoning models refuse the older one, which other servers know."""
    reasons = bool(model.reasoning_effort) or not model.send_sampling
    return "max_completion_tokens" if reasons or _base_url(model).startswith(OPENAI) else "max_tokens"


def _base_url(model: Model) -> str:
    return model.base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI


def _show_export(
    run: str, waits: str | None, files: Sequence[RequestFile], live: Sequence[Job], options: argparse.Namespace
) -> None:
    if options.json:
        rows = [dataclasses.asdict(f) | {"path": str(f.path)} for f in files]
        print(json.dumps({"run": run, "waits": waits, "files": rows, "under_way": sum(j.requests for j in live)}))
    elif not options.quiet:
        print(waits or "every reply is there: nothing has to be asked")
        if files:
            _print_files(files)
        if live:
            requests = sum(job.requests for job in live)
            print(f"{requests:,} requests are under way in the endpoint's batch API and are not written again")
        print(f"next: {_after_export(run, waits, files)}")


def _print_files(files: Sequence[RequestFile]) -> None:
    table = Table(title="written", title_justify="left")
    for heading in ("role", "model", "requests", "replies", "MB", "file"):
        table.add_column(heading, justify="right" if heading in ("requests", "replies", "MB") else "left")
    for f in files:
        numbers = (f"{f.requests:,}", f"{f.replies:,}", f"{f.size / 1e6:.1f}")
        table.add_row(f.role, plain(f.model), *numbers, plain(str(f.path)))
    _wide(table)


def _wide(table: Table) -> None:
    """Paths are to be copied: no line of them is broken where there is no terminal."""
    shown = console()
    if not shown.is_terminal:
        shown.width = 400
        table.box = None
    for column in table.columns:
        column.overflow = "fold"
    shown.print(table)


def _after_export(run: str, waits: str | None, files: Sequence[RequestFile]) -> str:
    if waits is None:
        return f"python -m builder build {run}"
    if not files:
        return f"python -m builder batch poll {run} --wait"
    return (
        f"python -m builder batch submit {run}\n"
        "  or answer the files elsewhere, such as with: "
        f"vllm run-batch -i {files[0].path} -o results.jsonl --model {files[0].model}\n"
        f"  and then: python -m builder batch import {run} results.jsonl"
    )


# --- import --------------------------------------------------------------------------------------


def _import(options: argparse.Namespace) -> int:
    folder = RunFolder(options.run)
    folder.load_config()  # says so when it is no run
    found = Imported()
    with (
        CompletionStore(folder.completions) as store,
        progress(options).stage("importing lines") as bar,
    ):
        import_results(store, [Path(f) for f in options.files], found, bar.advance)
    if not found.recognised:
        raise ReplyError(_nothing_of_ours(found))
    still = _still_waiting(folder)
    after = f"python -m builder batch export {options.run}"
    if options.json:
        print(json.dumps(_facts(found) | {"still_waiting": still}, ensure_ascii=False))
    elif not options.quiet:
        _print_imported(found)
        if still:
            print(f"{still:,} requests of the last export have no reply yet")
        print(f"next: {after}")
    return 0


def _nothing_of_ours(found: Imported) -> str:
    if not found.lines:
        return "the files are empty: nothing was imported"
    problem = next(iter(found.problems.values()))
    said = f" ({problem.said})" if problem.said else ""
    return (
        f"none of {found.lines:,} lines brings a result for this run, the first at {problem.where}: "
        f"{problem.reason}{said}; give the result files of what 'batch export' wrote for it"
    )


def _still_waiting(folder: RunFolder) -> int:
    """Requests in the run's own batch files that have no outcome."""
    with StoreReader(folder.completions) as store:
        return sum(waiting(path, store).open for path in request_files(_work(folder.path)))


def _facts(found: Imported) -> dict[str, Any]:
    by_role = [
        {"role": role, "model": model, **dataclasses.asdict(counts)}
        for (role, model), counts in sorted(found.by_role_and_model.items())
    ]
    problems = [dataclasses.asdict(p) for p in found.problems.values()]
    return {"files": found.files, "lines": found.lines, "by_role_and_model": by_role, "problems": problems}


def _print_imported(found: Imported) -> None:
    files = f"{found.files:,} files" if found.files > 1 else "1 file"
    table = Table(title=f"{found.lines:,} lines of {files}", title_justify="left")
    for heading in ("role", "model", "answered", "replies", "nothing new", "refused", "to ask again"):
        table.add_column(heading, justify="left" if heading in ("role", "model") else "right")
    for (role, model), c in sorted(found.by_role_and_model.items()):
        numbers = (c.answered, c.replies, c.repeated, c.refused, c.pending)
        table.add_row(role, plain(model), *(f"{n:,}" for n in numbers))
    console().print(table)
    if found.problems:
        _print_problems(found)


def _print_problems(found: Imported) -> None:
    fates = {"refused": "refused for good", "pending": "to ask again", "unusable": "of no use"}
    table = Table(title="lines that did not bring what was asked", title_justify="left")
    for heading in ("lines", "reason", "so", "first at", "what stands there"):
        table.add_column(heading, justify="right" if heading == "lines" else "left", overflow="fold")
    for p in sorted(found.problems.values(), key=lambda p: -p.lines):
        table.add_row(f"{p.lines:,}", plain(p.reason), fates[p.fate], plain(p.where), plain(p.said))
    _wide(table)


# --- submit and poll -----------------------------------------------------------------------------


def _submit(options: argparse.Namespace) -> int:
    folder = RunFolder(options.run)
    config = folder.load_config()
    work = _work(options.run)
    if not request_files(work):
        raise ConfigError(f"{work} holds no batch files: give 'batch export {options.run}' first")
    with StoreReader(folder.completions) as store:
        new = submit(work, store, _endpoints(config), config.limits)
    if options.json:
        print(json.dumps({"run": options.run, "submitted": [dataclasses.asdict(job) for job in new]}))
    elif not options.quiet:
        if new:
            _print_jobs(new, "submitted")
        live = Jobs(work).live
        if not new:
            print("nothing new was submitted: every exported request is under way or has its reply")
        print(f"next: python -m builder batch {f'poll {options.run} --wait' if live else f'export {options.run}'}")
    return 0


def _endpoints(config: Config) -> OpenApi:
    def api(role: str, base_url: str) -> BatchApi:
        model = config.model_for(role)
        if model.backend == PROCEDURAL:
            raise ConfigError(
                f"the role {role!r} has the embedded procedural model, which has no batch API: "
                "export with --model NAME --base-url URL"
            )
        return BatchApi(base_url or _base_url(model), api_key(model))

    return api


def _poll(options: argparse.Namespace) -> int:
    folder = RunFolder(options.run)
    config = folder.load_config()
    work = _work(options.run)
    if not Jobs(work).jobs:
        raise ConfigError(f"nothing of {options.run} was submitted: give 'batch submit {options.run}' first")
    note = progress(options).note
    jobs, found = poll(
        work, lambda: CompletionStore(folder.completions), _endpoints(config), wait=options.wait, tell=note
    )
    if options.json:
        print(json.dumps({"jobs": [dataclasses.asdict(job) for job in jobs], **_facts(found)}, ensure_ascii=False))
    elif not options.quiet:
        _print_jobs(jobs, "batches")
        if found.files:
            _print_imported(found)
        live = any(job.live for job in jobs)
        print(f"next: python -m builder batch {f'poll {options.run} --wait' if live else f'export {options.run}'}")
    return 0


def _print_jobs(jobs: Sequence[Job], title: str) -> None:
    table = Table(title=title, title_justify="left")
    for heading in ("file", "batch", "state", "requests", "answered", "failed", ""):
        table.add_column(heading, justify="right" if heading in ("requests", "answered", "failed") else "left")
    for job in jobs:
        numbers = (f"{n:,}" for n in (job.requests, job.completed, job.failed))
        table.add_row(job.file, plain(job.batch_id), plain(job.status), *numbers, plain(job.why))
    _wide(table)
