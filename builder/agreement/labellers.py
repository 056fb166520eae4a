"""Who labelled what: labels from a run folder or a file, and the practices that several labellers share.

Measures and merging are told elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigError, ReplyError, SeedError
from ..given_labels import has_labels, labeller, read_labels
from ..label_reading import parse_labels
from ..records import LabelledPractice, Practice, content_id
from ..run import RunFolder
from ..stages.seeds import read_rows

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Labeller:
    """The practices that one labeller labelled, and how many of its replies could not be read."""

    name: str
    practices: tuple[LabelledPractice, ...]
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class SharedPractice:
    """A practice with the place of its labels: number of the labeller -> number of its practice."""

    id: str
    problem: str  # "" where no labeller brings it
    of: Mapping[int, int]


# --- reading -----------------------------------------------------------------------------------


def read_labellers(specs: Sequence[str], by: str | None = None) -> list[Labeller]:
    """The labellers that ``PATH`` or ``NAME=PATH`` name: run folders, .jsonl, .jsonl.gz, .json or .parquet.

    A row of a file has an ``id`` or a ``problem``, and a ``reply`` (METHOD's form) or labels in ``topics``
    (the shapes of :mod:`builder.given_labels`).  ``by``: a column that names the labeller of each row; a file
    is then split by it.

    Raises:
        ConfigError: no such path, a run without labels, two labellers of one name, none at all.
        SeedError: a row is not in order, or stands twice.
    """
    labellers: list[Labeller] = []
    for spec in specs:
        name, path = _named(spec)
        if path.is_dir():
            if by is not None:
                raise ConfigError(
                    f"{path}: --by splits a file by a column, a run folder has one labeller; leave it out"
                )
            labellers.append(_of_run(name, path))
        else:
            labellers += _of_file(name, path, by)
    names = [x.name for x in labellers]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"two labellers are called {name!r}: give NAME=PATH")
    for x in labellers:
        if not x.practices:
            raise ConfigError(f"{x.name}: no practice with labels that can be read ({x.unreadable} cannot)")
    return labellers


def _named(spec: str) -> tuple[str, Path]:
    name, equals, path = spec.partition("=")
    if equals and name and path and not Path(spec).exists():
        return name, Path(path)
    return Path(spec).resolve().name.split(".")[0] or spec, Path(spec)


def _of_run(name: str, path: Path) -> Labeller:
    folder = RunFolder(path)
    folder.load_config()  # says so when it is no run
    unreadable = folder.summary("labels")["unreadable"]
    return Labeller(name, tuple(folder.read("labels", LabelledPractice)), unreadable)


def _of_file(name: str, path: Path, by: str | None) -> list[Labeller]:
    found: dict[str, dict[str, LabelledPractice]] = {}
    unreadable: dict[str, int] = {}
    for where, row in read_rows(path):
        who = name if by is None else _column(row, by, where)
        mine = found.setdefault(who, {})
        unreadable.setdefault(who, 0)
        try:
            practice = _labelled(row, where, who)
        except ReplyError:
            unreadable[who] += 1
            continue
        if practice.practice.id in mine:
            raise SeedError(
                f"{where}: {practice.practice.id!r} is labelled twice"
                + (f" by {who!r}" if by else "; where several labellers are in one file, name their column with --by")
            )
        mine[practice.practice.id] = practice
    return [Labeller(who, tuple(mine.values()), unreadable[who]) for who, mine in found.items()]


def _column(row: Row, name: str, where: str) -> str:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise SeedError(f"{where}: no labeller in the field {name!r}; it has {', '.join(map(str, row)) or 'none'}")
    return str(value)


def _labelled(row: Row, where: str, source: str) -> LabelledPractice:
    own, problem = row.get("id"), row.get("problem")
    if own is None and not problem:
        raise SeedError(f"{where}: no 'id' and no 'problem': nothing says which practice it labels")
    if not isinstance(problem or "", str):
        raise SeedError(f"{where}: the field 'problem' is {type(problem).__name__}, not text")
    ident = content_id(_words(problem)) if own is None else str(own)
    practice = Practice(ident, source, problem or "", "")
    reply = row.get("reply")
    if isinstance(reply, str) and reply.strip():
        return LabelledPractice(practice, parse_labels(reply), "given", "", reply)
    if "topics" in row and (has_labels(row, "topics") or "reply" not in row):
        topics = read_labels(row, "topics", f"{where} ({ident})")
        return LabelledPractice(practice, topics, *labeller(row), "")
    if "reply" in row:
        raise SeedError(f"{where} ({ident}), field 'reply': empty, or no text; take the row out")
    raise SeedError(f"{where}: no field 'reply' and no field 'topics' with labels; it has {', '.join(map(str, row))}")


# --- who labelled the same ---------------------------------------------------------------------


def shared_practices(labellers: Sequence[Labeller]) -> list[SharedPractice]:
    """All practices, by id, with the labellers of each; those of more than one are the shared ones.

    Two rows are the same practice where they have the same id, where one has the other's id without the
    name of its source before the "/", or where they have the same problem, but for white space.

    Raises:
        SeedError: the same id stands for different problems.
    """
    index = _Index()
    places: dict[str, dict[int, int]] = {}
    for number, who in enumerate(labellers):
        taken: set[str] = set()
        for i, labelled in enumerate(who.practices):
            practice = labelled.practice
            key = index.find(practice, who.name)
            if key is None or key in taken:  # one labeller's practices are different ones
                key = practice.id if practice.id not in places else content_id(practice.id, number)
            index.add(key, practice)
            taken.add(key)
            places.setdefault(key, {})[number] = i
    return [SharedPractice(k, index.problems.get(k, ""), places[k]) for k in sorted(places)]


class _Index:
    """Practices that were seen, by id, by id without source, and by problem."""

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._own: dict[str, str | None] = {}  # id without its source; None: of several sources
        self._texts: dict[str, str] = {}

    def find(self, practice: Practice, who: str) -> str | None:
        """The key of a practice that is the same."""
        text = _words(practice.problem)
        if (key := self._ids.get(practice.id)) is not None:
            if not self._fits(key, text):
                raise SeedError(
                    f"{who}: the practice {practice.id!r} has another problem than another labeller's practice of "
                    "that id: the ids mean different things; leave them out of the files, and problems are compared"
                )
            return key
        own = practice.id.partition("/")[2]
        for key in (self._own.get(practice.id), self._ids.get(own) if own else None):
            if key is not None and self._fits(key, text):
                return key
        return self._texts.get(text) if text else None

    def add(self, key: str, practice: Practice) -> None:
        """Remember that ``practice`` goes by ``key``."""
        self._ids.setdefault(practice.id, key)
        source, _, own = practice.id.partition("/")
        if source and own:
            self._own[own] = key if self._own.get(own, key) == key else None
        if text := _words(practice.problem):
            self._texts.setdefault(text, key)
            self.problems.setdefault(key, practice.problem)

    def _fits(self, key: str, text: str) -> bool:
        known = self.problems.get(key)
        return not known or not text or _words(known) == text


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def names_of(practices: Iterable[LabelledPractice]) -> list[frozenset[str]]:
    """The set of topics of each practice."""
    return [frozenset(t.topic for t in p.topics) for p in practices]
