"""``python -m builder estimate``: what a run takes before it takes it.

Parses options, calls :mod:`builder.estimation.estimate`, shows the outcome to a person or (``--json``) to a program.
"""

from __future__ import annotations

import argparse
import json

from rich.table import Table

from .cli_options import console, plain, resolve, source_options
from .estimation.bill import Amount, Estimate
from .estimation.estimate import estimate
from .estimation.ranges import Range


def add_estimate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``estimate`` to the commands of the command line."""
    text = "tokens and money that a run takes, before the first call or what is left of it; asks no model"
    sub = commands.add_parser("estimate", help=text, description=text)
    sub.set_defaults(command=_estimate)
    source_options(sub, "a recipe (.toml), the folder of a run, or a file of labelled practices")


def _estimate(options: argparse.Namespace) -> int:
    config, run = resolve(options)
    found = estimate(config, run)
    if options.json:
        print(json.dumps({"run": str(run), **found.plain()}, ensure_ascii=False))
    elif not options.quiet:
        _show(found, str(run))
    return 0


def _show(found: Estimate, run: str) -> None:
    table = Table(title=f"{run}: expected, and from - to", title_justify="left")
    table.add_column("role")
    table.add_column("model", overflow="fold")
    for heading in ("requests", "prompt tokens", "completion tokens", "US dollars"):
        table.add_column(heading, justify="right")
    for role in found.roles:
        table.add_row(role.role, plain(role.model), *_cells(role.total))
    table.add_section()
    table.add_row("total", "", *_cells(found.total))
    if found.paid.requests.mid:
        table.add_row("paid already", "", *_cells(found.paid))
        table.add_row("still to pay", "", *_cells(found.to_pay))
    console().print(table)
    if (batch := found.batch_cost) and batch.high:
        print(f"still to pay at the prices of batch APIs, US dollars: {_money(batch, ', ')}")
    print("\n".join(found.notes))


def _cells(amount: Amount) -> list[str]:
    counts = [_count(r) for r in (amount.requests, amount.prompt_tokens, amount.completion_tokens)]
    return [*counts, "not known" if amount.cost is None else _money(amount.cost)]


def _count(r: Range) -> str:
    low, mid, high = (f"{round(v):,}" for v in (r.low, r.mid, r.high))
    return mid if low == high else f"{mid}\n{low} - {high}"


def _money(r: Range, between: str = "\n") -> str:
    low, mid, high = (f"{v:,.2f}" if v >= 1 else f"{v:.4f}" if v else "0" for v in (r.low, r.mid, r.high))
    return mid if low == high else f"{mid}{between}{low} - {high}"
