"""``python -m builder replies RUN``: what the models of a run really said; and what they took, as a table.

Reads the completion store, also while a run writes it.  Text of models is untrusted: what could steer a
terminal is shown as what it is.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from rich.table import Table

from .cli_options import console, output_options, plain
from .errors import ConfigError
from .llm.chat import EMBED, ROLES
from .records import QuestionResult
from .run import RunFolder
from .salvage import salvage
from .stage_files import read_stage, stage_manifest
from .store import StoredRow, StoreReader

_START = 100  # characters of a reply in the table


def add_replies(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``replies`` to the commands of the command line."""
    text = "what the models of a run said, by role, id or error; or save what a damaged store still holds"
    sub = commands.add_parser("replies", help=text, description=text)
    sub.set_defaults(command=_replies)
    sub.add_argument("run", metavar="RUN")
    sub.add_argument(
        "--role", action="append", default=[], choices=(*ROLES, EMBED), help="replies of this role (repeatable)"
    )
    sub.add_argument(
        "--id",
        action="append",
        default=[],
        metavar="ID",
        help="replies about this practice, information set or question (for a question also how it was written), "
        "or with this key; the start of an id is enough (repeatable)",
    )
    sub.add_argument("--errors", action="store_true", help="only what was given up, with the reason")
    sub.add_argument("--contains", metavar="TEXT", help="only replies or errors that hold this text")
    sub.add_argument("-n", type=int, default=20, help="how many, the newest (default: 20; 0: all)")
    sub.add_argument("--full", action="store_true", help="the whole text, reasoning included")
    sub.add_argument(
        "--salvage",
        action="store_true",
        help="replace a damaged store by all that can be read of it, and keep the old one",
    )
    output_options(sub)


def _replies(options: argparse.Namespace) -> int:
    folder = RunFolder(options.run)
    if options.salvage:
        return _salvage(folder, options)
    folder.load_config()  # says so when it is no run
    if options.n < 0:
        raise ConfigError(f"-n {options.n}: must be 0 or more")
    ids = [*options.id, *_sets_of_questions(folder, options.id)]
    with StoreReader(folder.completions) as store:
        # Newest first needs the whole list of numbers, not of texts: the last of a lazy walk are kept.
        rows = _matching(store.rows(roles=options.role, ids=ids, errors=True if options.errors else None), options)
        chosen = list(rows) if options.n == 0 else _last(rows, options.n)
    if options.json:
        for row in chosen:
            print(json.dumps(_facts(row), ensure_ascii=False).encode("utf-8", "replace").decode())
    elif options.full:
        for row in chosen:
            _print_whole(row)
    elif not options.quiet:
        _print_table(chosen, options)
    return 0


def _matching(rows: Iterator[StoredRow], options: argparse.Namespace) -> Iterator[StoredRow]:
    for row in rows:
        said = row.error if row.reply is None else f"{row.reply.text}\n{row.reply.reasoning or ''}"
        if options.contains is None or options.contains in (said or ""):
            yield row


def _last(rows: Iterator[StoredRow], n: int) -> list[StoredRow]:
    kept: list[StoredRow] = []
    while batch := list(islice(rows, max(n, 1000))):
        kept = [*kept, *batch][-n:]
    return kept


def _sets_of_questions(folder: RunFolder, ids: Sequence[str]) -> list[str]:
    """The information sets of those ids that are questions: a question was written about its set."""
    if not ids or stage_manifest(folder.stage("questions")) is None:
        return []
    results = read_stage(folder.stage("questions"), QuestionResult)
    return [r.information_set.id for r in results if any(r.question.id.startswith(i) for i in ids)]


def _salvage(folder: RunFolder, options: argparse.Namespace) -> int:
    done = salvage(folder.completions)
    facts = {"saved": done.saved, "lost": done.lost, "damaged_file": str(done.kept_as)}
    if options.json:
        print(json.dumps(facts))
    elif not options.quiet:
        print(
            f"{done.saved:,} rows are saved in {folder.completions}, {done.lost:,} could not be read; the damaged file "
            f"is {done.kept_as}. Run the same 'build' again: only what is lost is asked for again."
        )
    return 0


# --- how a row is shown ------------------------------------------------------------------------


def _facts(row: StoredRow) -> dict[str, Any]:
    reply = row.reply
    return {
        "key": row.key,
        "role": row.role,
        "model": row.model,
        "subject": row.subject,
        "sample": row.sample,
        "created": datetime.fromtimestamp(row.created, UTC).isoformat(),
        "error": row.error,
        "finish_reason": reply.finish_reason if reply else None,
        "served_as": reply.model if reply else None,
        "prompt_tokens": reply.prompt_tokens if reply else None,
        "cached_tokens": reply.cached_tokens if reply else None,
        "completion_tokens": reply.completion_tokens if reply else None,
        "estimated": reply.estimated if reply else None,
        "text": reply.text if reply else None,
        "reasoning": reply.reasoning if reply else None,
    }


def _print_whole(row: StoredRow) -> None:
    head = f"--- {row.role} {row.subject} sample {row.sample} ({row.model}) key {row.key}"
    if row.reply is None:
        print(f"{head}\nerror: {harmless(row.error or '')}")
        return
    r = row.reply
    print(f"{head}: {r.completion_tokens} tokens, {r.finish_reason or 'no finish reason'}")
    if r.reasoning:
        print(f"[reasoning]\n{harmless(r.reasoning)}\n[reply]")
    print(harmless(r.text))


def _print_table(rows: Sequence[StoredRow], options: argparse.Namespace) -> None:
    if not rows:
        print("no reply fits", file=sys.stderr)
        return
    table = Table(title=f"{options.run}: {len(rows)} replies, the newest last", title_justify="left")
    for heading in ("role", "about", "sample", "tokens", "ended", "begins"):
        table.add_column(heading, justify="right" if heading in ("sample", "tokens") else "left", overflow="fold")
    for row in rows:
        said = f"error: {row.error}" if row.reply is None else row.reply.text
        begins = " ".join(harmless(said).split())
        begins = begins if len(begins) <= _START else begins[: _START - 1] + "…"
        tokens, ended = (str(row.reply.completion_tokens), row.reply.finish_reason or "") if row.reply else ("", "")
        table.add_row(row.role, plain(row.subject), str(row.sample), tokens, ended, plain(begins))
    console().print(table)


def harmless(text: str) -> str:
    """``text`` without what could steer a terminal: control characters are shown as their pictures."""

    def shown(c: str) -> str:
        if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"):
            return c
        return chr(0x2400 + ord(c)) if ord(c) < 0x20 else "\ufffd"

    return "".join(map(shown, text))


# --- what it took ------------------------------------------------------------------------------


def usage_table(usage: dict[str, Any], title: str) -> Table:
    """The rows of ``Ledger.snapshot()["run"]`` with their sum."""
    table = Table(title=title, title_justify="left")
    for heading in ("role", "model"):
        table.add_column(heading, overflow="fold")
    names = ("requests", "retries", "failed", "replies", "prompt_tokens", "cached_tokens", "completion_tokens", "cost")
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for row in usage["by_role_and_model"]:
        table.add_row(row["role"], plain(row["model"]), *(_cell(name, row[name]) for name in names))
    if len(usage["by_role_and_model"]) > 1:
        table.add_section()
        table.add_row("all", "", *(_cell(name, usage["total"][name]) for name in names))
    return table


def _cell(name: str, value: float | None) -> str:
    if name != "cost":
        return f"{value:,}"
    return "not known" if value is None else f"${value:,.4f}"
