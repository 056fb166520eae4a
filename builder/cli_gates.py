"""``python -m builder calibrate``: how right a gate is at every threshold, and which one keeps a promise.

Parses options, calls :mod:`builder.gates`, shows the outcome to a person or (``--json``) to a program.
Names of files and of groups are untrusted text: what could steer a terminal is shown as what it is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from rich.table import Table

from .cli_options import console, output_options, plain, progress
from .cli_replies import harmless
from .errors import ConfigError, StoreError
from .gates.calibration import Calibration, Wanted, calibrate, to_plain
from .gates.reading import Voting, read
from .gates.recipe import write
from .gates.tables import Text, markdown, of, tables


def add_calibrate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``calibrate`` to the commands of the command line."""
    text = "how right scores or votes are at every threshold, measured on known answers, and which one to take"
    sub = commands.add_parser("calibrate", help=text, description=text)
    sub.set_defaults(command=_calibrate)
    sub.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="candidates with a known answer (question, gold, candidates) or labelled questions (score, truth); "
        ".jsonl, .json or .parquet (docs/gates.md)",
    )
    sub.add_argument("--votes", type=int, metavar="M", help="draw so many of the candidates (default: all)")
    sub.add_argument("--draws", type=int, default=20, metavar="N", help="... so many times (default: 20)")
    sub.add_argument(
        "--check-computations",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="a candidate with wrong arithmetic in its text votes for nothing, as in a build (default: yes)",
    )
    sub.add_argument("--precision", type=float, default=0.9, help="wanted share right of what is kept (default: 0.9)")
    sub.add_argument("--confidence", type=float, default=0.95, help="of that promise and of limits (default: 0.95)")
    sub.add_argument(
        "--holdout",
        type=int,
        default=200,
        metavar="N",
        help="random halves to try the promise on (default: 200; 0: none)",
    )
    sub.add_argument("--by", metavar="COLUMN", action="append", default=[], help="a column of groups (repeatable)")
    sub.add_argument("--seed", type=int, default=0, help="of draws and halves (default: 0)")
    sub.add_argument(
        "--save",
        metavar="FILE",
        action="append",
        default=[],
        help="all figures (.json) or the tables (.md); repeatable",
    )
    sub.add_argument("--recipe", metavar="FILE.toml", help="set the threshold in this recipe, or make it")
    sub.add_argument("--plots", metavar="DIR", help="reliability curve, precision and yield, as PNG and SVG")
    output_options(sub)


def _calibrate(options: argparse.Namespace) -> int:
    for name, least in (("draws", 1), ("holdout", 0), ("seed", 0)):
        if getattr(options, name) < least:
            raise ConfigError(f"--{name} {getattr(options, name)}: must be {least} or more")
    saves = [(Path(f), _form(f)) for f in options.save]
    wanted = Wanted(options.precision, options.confidence, options.holdout, options.seed)
    voting = Voting(options.votes, options.draws, options.seed, options.check_computations)
    with progress(options).stage("questions") as bar:
        measured, sources = read([Path(f) for f in options.files], voting, options.by, bar.advance)
    found = calibrate(measured, sources, voting, wanted)
    files = [_saved(path, form(found)) for path, form in saves]
    if options.plots:
        files += _plots(found, Path(options.plots))
    if options.json:
        print(json.dumps(to_plain(found), ensure_ascii=False))
    elif not options.quiet:
        _show(found)
        if files:
            print("\n".join(str(f) for f in files))
    if options.recipe:
        note = write(Path(options.recipe), found)
        if not (options.json or options.quiet):
            print(f"{options.recipe}: {found.gate}.{found.key} is set" + (f"; {note}" if note else ""))
    return 0


# --- files ---------------------------------------------------------------------------------------


def _form(file: str) -> Callable[[Calibration], str]:
    forms: dict[str, Callable[[Calibration], str]] = {
        ".json": lambda found: json.dumps(to_plain(found), ensure_ascii=False, indent=1) + "\n",
        ".md": lambda found: markdown(list(tables(found))),
    }
    if (suffix := Path(file).suffix) not in forms:
        raise ConfigError(f"--save {file}: give a .json or .md file")
    return forms[suffix]


def _saved(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error}") from None
    return path


def _plots(found: Calibration, out: Path) -> list[Path]:
    from .gates.plots import plots  # matplotlib: half a second that others need not wait

    try:
        out.mkdir(parents=True, exist_ok=True)
        return [path for plot in plots(found) for path in plot.save(out)]
    except OSError as error:
        raise StoreError(f"{out} cannot be written: {error}") from None


# --- what a person sees --------------------------------------------------------------------------


def _show(found: Calibration) -> None:
    asked = f"{found.figures.questions:,} questions from {', '.join(harmless(s.name) for s in found.sources)}"
    if found.votes:
        asked += f"; {found.votes} votes each" + (f", mean of {found.draws} draws" if found.draws > 1 else "")
        asked += "" if found.check_computations else ", arithmetic not checked"
    print(f"{asked}\nin brackets: exact {found.confidence:.0%} limits")
    for text in tables(found):
        console().print(_table(text))
    if (error := found.figures.calibration_error) is not None:
        print(f"expected calibration error: {error:.3f}")
    print(choice_line(found))


def choice_line(found: Calibration) -> str:
    """What was chosen, or plainly that nothing was."""
    choice = found.choice
    promise = f"a precision of {choice.precision:g} with confidence {choice.confidence:g}"
    if choice.gate is None:
        return f"no threshold keeps {promise}: {choice.reason}"
    g = choice.gate
    return (
        f"{promise}: {found.gate}.{found.key} = {of(found, g.threshold)} keeps {g.kept_share:.1%} of the questions, "
        f"{g.right / g.kept:.1%} of them right"
    )


def _table(text: Text) -> Table:
    table = Table(title=_safe(text.title), title_justify="left")
    for i, heading in enumerate(text.headings):
        table.add_column(_safe(heading), justify="right" if i else "left", overflow="fold")
    for row in text.rows:
        table.add_row(*map(_safe, row))
    return table


def _safe(text: str) -> str:
    return plain(harmless(text))
