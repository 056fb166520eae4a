"""Questions with known truth from files, and the votes on those that bring candidates.

Two kinds of files (.jsonl, .jsonl.gz, .json, .parquet), told apart by the columns of their first row:

- *candidates*: ``question`` (or ``problem``), ``gold`` (the true answer), ``candidates`` (a list of solutions as
  text; null abstains) and optionally ``model`` (a name for each).  Answers are read, compared and voted on by the
  functions of the pipeline; nothing of that is decided here.
- *labelled questions*: ``score`` (0..1; null is unscored) and ``truth`` (true or false).

Other columns may be groups.  What is computed from the values is told in :mod:`.calibration`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from ..answers import Asked, asked, equal
from ..errors import ConfigError, SeedError
from ..llm.chat import Reply
from ..records import Question, content_id
from ..stages.computation import wrong_computations
from ..stages.seeds import read_rows
from ..stages.solutions import read_solution
from ..stages.voting import consensus
from .measured import Item, Measured, measured

GROUPS = ("subject", "level", "difficulty")
"""Columns that are groups without being asked for."""
MANY = 60
"""More values than this are no groups."""
_TWO = 2

Row = Mapping[str, Any]
Voted = tuple[float, bool, str]  # agreement, whether the winner is right, why there is none


@dataclass(frozen=True, slots=True)
class Voting:
    """How votes are drawn.  ``votes``: of each draw, None for all candidates; ``draws``: of each question."""

    votes: int | None = None
    draws: int = 20
    seed: int = 0
    check_computations: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read, so that a figure can be traced to it."""

    name: str
    sha256: str  # 64 hex digits, of its bytes
    questions: int


@dataclass(frozen=True, slots=True)
class _Placed:
    where: str
    file: str
    row: Row


def read(
    paths: Sequence[Path],
    voting: Voting,
    by: Sequence[str] = (),
    advance: Callable[[int], None] = lambda _: None,
) -> tuple[Measured, tuple[Source, ...]]:
    """The questions of all files with their values, and the files by name.

    ``by``: the columns that are groups; by default those of ``GROUPS`` that the rows have.  Several files are
    also groups, in a column "file".  ``advance`` is told how many questions have been done.

    Raises:
        ConfigError: files of both kinds or of one name, more votes than candidates, a column that is no group.
        SeedError: a file or a row is not in order.
    """
    names = [p.name for p in paths]
    if twice := next((n for n in names if names.count(n) > 1), None):
        raise ConfigError(f"two files are called {twice!r}: give each once, and rename one where they are two files")
    rows = [_Placed(where, p.name, row) for p in sorted(paths, key=lambda p: p.name) for where, row in read_rows(p)]
    kind = _kind(paths, rows)
    columns = [*(["file"] if len(paths) > 1 else []), *_columns(rows, by)]
    if kind == "candidates":
        found = _vote(rows, voting, columns, advance)
    else:
        if voting.votes is not None:
            raise ConfigError(f"--votes {voting.votes}: labelled questions have no votes; leave it out")
        found = measured([_labelled(r, columns) for r in rows], columns)
        advance(len(rows))
    return found, tuple(_source(p, sum(r.file == p.name for r in rows)) for p in sorted(paths, key=lambda p: p.name))


def _source(path: Path, questions: int) -> Source:
    return Source(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), questions)


def _kind(paths: Sequence[Path], rows: Sequence[_Placed]) -> str:
    kinds: dict[str, str] = {}  # of each file, by its first row
    for r in rows:
        if r.file not in kinds:
            kinds[r.file] = _kind_of(r)
    for p in paths:
        if p.name not in kinds:
            raise SeedError(f"{p}: no rows")
    if len(set(kinds.values())) > 1:
        first = {kind: name for name, kind in reversed(kinds.items())}
        raise ConfigError(
            f"{first['candidates']} has candidates and {first['labelled']} has scores: they calibrate different "
            "gates; give the command once for each"
        )
    return next(iter(kinds.values()))


def _kind_of(r: _Placed) -> str:
    if "candidates" in r.row:
        return "candidates"
    if "score" in r.row or "truth" in r.row:
        return "labelled"
    raise SeedError(
        f"{r.where}: neither candidates with a known answer (question, gold, candidates) nor a labelled question "
        f"(score, truth); it has {', '.join(map(str, r.row)) or 'no columns'}"
    )


# --- groups --------------------------------------------------------------------------------------


def _columns(rows: Sequence[_Placed], by: Sequence[str]) -> list[str]:
    for name in by:
        if not any(name in r.row for r in rows):
            raise ConfigError(f"--by {name}: no row has this column; the first has {', '.join(map(str, rows[0].row))}")
    found = list(dict.fromkeys(by)) if by else [c for c in GROUPS if any(c in r.row for r in rows)]
    for name in found:
        if (count := len({_group(r, name) for r in rows})) > MANY:
            raise ConfigError(
                f"the column {name!r} has {count} values, which is too many for groups (at most {MANY}): name the "
                "columns that are groups with --by, or round its values"
            )
    return found


def _group(r: _Placed, name: str) -> str:
    value = r.file if name == "file" else r.row.get(name)
    if value is None or value == "":
        return "(none)"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise SeedError(f"{r.where}: the field {name!r} is {type(value).__name__}, not text or a number: it is no group")


# --- labelled questions --------------------------------------------------------------------------


def _labelled(r: _Placed, columns: Sequence[str]) -> Item:
    truth = _needed(r, "truth")
    if not isinstance(truth, bool):
        raise SeedError(f"{r.where}: the field 'truth' is {truth!r}: give true or false")
    score = _needed(r, "score")
    groups = tuple(_group(r, c) for c in columns)
    if score is None:
        return Item((math.nan,), (False,), ("unscored",), groups)
    if isinstance(score, bool) or not isinstance(score, (int, float)) or not 0 <= score <= 1:
        raise SeedError(f"{r.where}: the field 'score' is {score!r}: give a number from 0 to 1, or null for unscored")
    return Item((float(score),), (truth,), ("",), groups)


def _needed(r: _Placed, name: str) -> Any:
    if name not in r.row:
        raise SeedError(f"{r.where}: no field {name!r}; it has {', '.join(map(str, r.row)) or 'none'}")
    return r.row[name]


# --- candidates ----------------------------------------------------------------------------------


def _vote(rows: Sequence[_Placed], voting: Voting, columns: Sequence[str], advance: Callable[[int], None]) -> Measured:
    counts = {len(_candidates(r)) for r in rows}
    least = min(counts)
    votes = least if voting.votes is None else voting.votes
    if voting.votes is None and len(counts) > 1:
        raise ConfigError(
            f"questions have {least} to {max(counts)} candidates, and agreement among different numbers cannot be "
            f"compared: draw the same number for all, for example --votes {least}"
        )
    if not _TWO <= votes <= least:
        short = next(r for r in rows if len(_candidates(r)) == least)
        raise ConfigError(f"--votes {votes}: give 2 to {least}; {short.where} has {least} candidates")
    draws = 1 if counts == {votes} else voting.draws
    items = []
    for r in rows:
        values, right, nothing = zip(*_drawn(r, votes, draws, voting), strict=True)
        items.append(Item(values, right, nothing, tuple(_group(r, c) for c in columns)))
        advance(1)
    return measured(items, columns, votes)


def _candidates(r: _Placed) -> list[str | None]:
    found = _needed(r, "candidates")
    if not isinstance(found, list) or not all(c is None or isinstance(c, str) for c in found):
        raise SeedError(f"{r.where}: the field 'candidates' must be a list of texts, one a solution; null abstains")
    if len(found) < _TWO:
        raise SeedError(f"{r.where}: a vote needs two candidates or more, this row has {len(found)}")
    return found


def _drawn(r: _Placed, votes: int, draws: int, voting: Voting) -> Iterator[Voted]:
    """The votes of a question; which candidates are drawn follows from the seed and its text alone."""
    text, gold = _text(r), _gold(r)
    candidates, wanted = _candidates(r), asked(text)
    answers = [_answer(text, i, c, voting.check_computations) for i, c in enumerate(candidates)]
    random = Random(content_id("calibrate", voting.seed, text, candidates))
    known: dict[tuple[int, ...], Voted] = {}
    for _ in range(draws):
        # In the order of the file: the order of candidates is not what is drawn.
        chosen = tuple(sorted(random.sample(range(len(answers)), votes)))
        if chosen not in known:
            known[chosen] = _voted([answers[i] for i in chosen], gold, wanted)
        yield known[chosen]


def _voted(answers: Sequence[tuple[str | None, ...]], gold: str, wanted: Asked) -> Voted:
    vote = consensus(answers, asked=wanted)
    if vote.rejected is not None:
        return math.nan, False, vote.rejected
    return vote.agreement, equal(vote.answer, gold, wanted), ""


def _answer(text: str, index: int, candidate: str | None, check: bool) -> tuple[str | None, ...]:
    """As a build reads a reply: one that computes something wrong stays among the m and votes for nothing."""
    if candidate is None:
        return (None,)
    wrong = wrong_computations(candidate) if check else ()
    solution = read_solution(Question("", "", text, "", "", ""), index, Reply(candidate, "stop", ""), wrong, "")
    return solution.answers if solution.votes else (None,)


def _text(r: _Placed) -> str:
    found = r.row.get("question", r.row.get("problem"))
    if not isinstance(found, str) or not found.strip():
        raise SeedError(
            f"{r.where}: no text in the field 'question' (or 'problem'); it has {', '.join(map(str, r.row))}"
        )
    return found


def _gold(r: _Placed) -> str:
    found = r.row.get("gold")
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        return str(found)
    if not isinstance(found, str) or not found.strip():
        raise SeedError(
            f"{r.where}: no true answer in the field 'gold'; it has {', '.join(map(str, r.row))}: give it, or take "
            "the row out"
        )
    return found
