"""``python -m builder answers ...``: extraction, equality and classes of answers, for a person.

Parses options, calls :mod:`builder.answers`, shows what came out and why.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .answers import Asked, asked, extract_answer
from .answers.bulk import BulkClasses, Group, classes_in_bulk
from .answers.classes import reading_as_asked
from .answers.explain import describe, explain
from .answers.fallback import MathVerify
from .answers.question import NOTHING
from .errors import ConfigError

Command = Callable[[argparse.Namespace], int]


def add_answers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``answers`` with its own commands to those of the command line."""
    text = "the final answer of a solution, and which answers are the same"
    group = commands.add_parser("answers", help=text, description=text)
    own = group.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        sub = own.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        sub.add_argument("--json", action="store_true", help="the result as JSON on stdout")
        return sub

    sub = add("extract", _extract, "the final answer of a solution's text")
    sub.add_argument("file", metavar="FILE", help="a text file, or - for stdin")

    sub = add("equal", _equal, "whether two answers are the same; exit status 0 if they are, 1 if not")
    sub.add_argument("a", metavar="A", help="an answer, LaTeX or plain; put -- before one that begins with a minus")
    sub.add_argument("b", metavar="B")
    sub.add_argument("--explain", action="store_true", help="what was read from each, and why the verdict is so")
    _conventions(sub)

    sub = add("classes", _classes, "which answers of a file are the same")
    sub.add_argument(
        "file",
        metavar="FILE",
        help="one answer a line (a line with nothing on it is no answer); or .jsonl, one question a line, with "
        "'answers' or, to extract them, 'candidates', and maybe 'question'; - for stdin",
    )
    sub.add_argument("--explain", action="store_true", help="what was read from each answer")
    sub.add_argument("--workers", type=int, metavar="N", help="processes for a .jsonl file (default: all CPUs)")
    _conventions(sub)


def _conventions(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--question", metavar="TEXT", help="read from it what is asked: a precision, a percentage, options"
    )
    sub.add_argument("--units", action="store_true", help="units count: 12 cm is not 12 m")
    sub.add_argument("--places", type=int, metavar="N", help="answers are rounded to so many decimal places")
    sub.add_argument("--percent", action="store_true", help="a percentage is asked for: 0.5 may stand for 50")
    sub.add_argument("--fallback", action="store_true", help="let Math-Verify decide what cannot be read")
    sub.add_argument("--verdicts", metavar="FILE", help="where the fallback's verdicts are kept (default: in memory)")


def _asked(options: argparse.Namespace, question: str | None = None) -> Asked:
    given = asked(question or options.question or "")
    return Asked(
        percent=options.percent or given.percent,
        units=options.units,
        places=given.places if options.places is None else options.places,
        choices=given.choices,
    )


def _judge(options: argparse.Namespace, stack: ExitStack) -> MathVerify | None:
    if not options.fallback:
        if options.verdicts:
            raise ConfigError("--verdicts is the file of the fallback's verdicts: give --fallback too")
        return None
    return stack.enter_context(MathVerify(options.verdicts))


# --- extract and equal ---------------------------------------------------------------------------


def _extract(options: argparse.Namespace) -> int:
    answer = extract_answer(_text(options.file))
    if options.json:
        print(json.dumps({"answer": answer}))
    elif answer is None:
        print("no answer", file=sys.stderr)
    else:
        print(answer)
    return 0 if answer is not None else 1


def _equal(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        found = explain(options.a, options.b, _asked(options), _judge(options, stack))
    if options.json:
        print(json.dumps({"equal": found.equal, "a": found.first, "b": found.second, "reason": found.reason}))
    elif options.explain:
        print(found)
    else:
        print("equal" if found.equal else "different")
    return 0 if found.equal else 1


# --- classes -------------------------------------------------------------------------------------


def _classes(options: argparse.Namespace) -> int:
    if options.workers is not None and options.workers < 1:
        raise ConfigError(f"--workers is {options.workers}; give a number of processes from 1 on")
    with ExitStack() as stack:
        judge = _judge(options, stack)
        if options.file.endswith(".jsonl"):
            return _classes_of_questions(options, judge)
        answers: list[str | None] = [line or None for line in _text(options.file).splitlines()]
        [found] = classes_in_bulk([Group(answers, _asked(options))], 1, judge)
    if options.json:
        print(json.dumps({"classes": found.classes, "undecided": found.undecided}))
    else:
        _show(answers, found, options)
    return 0


def _classes_of_questions(options: argparse.Namespace, judge: MathVerify | None) -> int:
    """One line of JSON a question; a summary on stderr."""

    def groups() -> Iterator[Group]:
        for number, row in _rows(Path(options.file)):
            question = row.get("question", row.get("problem"))
            yield Group(
                _answers(row, options.file, number), _asked(options, question if isinstance(question, str) else None)
            )

    questions = answers = classes = undecided = 0
    for line, found in enumerate(classes_in_bulk(groups(), options.workers, judge), 1):
        print(json.dumps({"question": line, "classes": found.classes, "undecided": found.undecided}))
        questions, undecided = questions + 1, undecided + found.undecided
        answers += sum(c is not None for c in found.classes)
        classes += len({c for c in found.classes if c is not None})
    print(f"{questions} questions, {answers} answers in {classes} classes, {undecided} undecided", file=sys.stderr)
    return 0


def _show(answers: list[str | None], found: BulkClasses, options: argparse.Namespace) -> None:
    sizes = Counter(c for c in found.classes if c is not None)
    given = NOTHING if not answers else _asked(options)
    for number, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        print(f"class {number}: {size} of {len(answers)} answers")
        members = Counter(a for a, c in zip(answers, found.classes, strict=True) if c == number and a is not None)
        for answer, times in members.most_common():
            print(f"  {times} x {_one_line(answer)}")
            if options.explain:
                print(f"      {describe(reading_as_asked(answer, given))}")
    without = sum(c is None for c in found.classes)
    if without:
        print(f"no answer: {without} of {len(answers)}")
    if found.undecided:
        print(f"undecided pairs: {found.undecided} (they ran out of a limit and count as different)")


# --- files ---------------------------------------------------------------------------------------


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"there is no file {file}; give a text file, or - to read from stdin") from None
    except (IsADirectoryError, PermissionError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read as UTF-8 text: {error}") from None


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.open(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}; give a .jsonl file of questions") from None
    with lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ConfigError(f"{path}, line {number}: no JSON ({error}); one question a line is wanted") from None
            if not isinstance(row, dict):
                raise ConfigError(f"{path}, line {number}: not an object with 'answers' or 'candidates'")
            yield number, row


def _answers(row: dict[str, Any], file: str, number: int) -> list[str | None]:
    name = next((n for n in ("answers", "candidates") if n in row), None)
    values = row.get(name) if name else None
    if not isinstance(values, list) or not all(v is None or isinstance(v, str) for v in values):
        raise ConfigError(
            f"{file}, line {number}: wanted is 'answers' (a list of answers) or 'candidates' (a list of solutions); "
            f"the line has {', '.join(sorted(map(str, row))) or 'nothing'}"
        )
    if name == "answers":
        return values
    return [None if v is None else extract_answer(v) for v in values]


def _one_line(text: str) -> str:
    """An answer as it can be shown on a terminal."""
    shown = "".join(ch if ch.isprintable() else " " for ch in text)
    return shown if len(shown) <= 100 else f"{shown[:97]}..."
