"""A batch of cases in a process of its own: the laws on every case, or only the keys.

The program takes its :class:`Task` as JSON and prints a JSON line for each finding, at the end one with
figures.  Where a case takes far too much CPU the process ends by a signal; the file ``progress`` then says
which one it was.  Starting such processes is left to :mod:`.__main__`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

from builder.answers import answer_classes, canonical_key, equal, extract_answer

from ..answer_measures import forget
from ..answers_safety import MEMORY_MB, peak_mb
from . import laws
from .cases import Case, make
from .shrinking import TRIES, smaller

HANG = 10.0  # seconds of CPU after which a case is given up
_ADDRESSES = 1 << 30  # bytes
_GROWTH = 20.0  # MB by which one case may raise the peak memory
SLOWEST = 5
_SLOW = "a text takes little time"
_SLOW_TRIES = 30
_SHRUNK = 3  # findings of a law that are made smaller


@dataclass(frozen=True)
class Task:
    """Cases ``first`` to ``last`` (not included); ``keys_only``: backwards, and nothing but the keys."""

    seed: int
    first: int
    last: int
    pool: str
    progress: str
    keys_only: bool = False


@dataclass
class Finding:
    """A law that some texts break.  ``smaller`` are texts that break it too, ``detail`` says how."""

    law: str
    case: int
    kind: str
    texts: list[str]
    detail: str
    smaller: list[str] = field(default_factory=list)


def main() -> None:
    """Do the task given in the argument."""
    task = Task(**json.loads(sys.argv[1]))
    for name in (resource.RLIMIT_CORE, resource.RLIMIT_AS):
        with contextlib.suppress(ValueError, OSError):  # a lower limit from outside
            resource.setrlimit(name, (_ADDRESSES if name == resource.RLIMIT_AS else 0,) * 2)
    pool = json.loads(Path(task.pool).read_text(encoding="utf-8"))
    numbers = range(task.first, task.last)
    progress = os.open(task.progress, os.O_WRONLY | os.O_CREAT)
    digests: dict[int, str] = {}
    micros: list[int] = []
    slowest: list[tuple[int, str]] = []
    shrunk: Counter[str] = Counter()
    for number in reversed(numbers) if task.keys_only else numbers:
        _wind()
        case = make(task.seed, number, pool)
        digests[number], spent = _keys(case, progress)
        if task.keys_only:
            continue
        micros += spent
        slowest = sorted([*slowest, *zip(spent, case.texts, strict=True)], reverse=True)[:SLOWEST]
        for finding in checked(case, spent):
            shrunk[finding.law] += 1
            if shrunk[finding.law] <= _SHRUNK:
                shrink(finding)
            print(json.dumps(asdict(finding)), flush=True)
    print(json.dumps({"digests": digests, "micros": micros, "slowest": slowest, "peak_mb": peak_mb()}))


def _wind() -> None:
    """Start the time that a case, or a step of making one smaller, may take."""
    signal.setitimer(signal.ITIMER_PROF, HANG)  # its default action ends the process


def where(task: Task) -> tuple[int, int]:
    """The case that a lost process was at, and the place of its text; 8 where that is not known."""
    return divmod(int.from_bytes(Path(task.progress).read_bytes(), "big"), 16)


def _keys(case: Case, progress: int) -> tuple[str, list[int]]:
    """A digest of the keys and classes of a case, cold, and the microseconds that each key took."""
    forget()
    digest = hashlib.blake2b(digest_size=8)
    spent = []
    for place, text in enumerate(case.texts):
        os.pwrite(progress, (16 * case.number + place).to_bytes(8, "big"), 0)
        start = time.thread_time()  # the process's clock goes by ticks while its timer runs
        key = _shown(text)
        spent.append(round(1e6 * (time.thread_time() - start)))
        digest.update(key.encode("utf-8", "surrogatepass"))
    os.pwrite(progress, (16 * case.number + len(case.texts)).to_bytes(8, "big"), 0)
    with contextlib.suppress(Exception):  # a finding of the laws
        digest.update(str(answer_classes(case.texts)).encode())
    return digest.hexdigest(), spent


def _shown(text: str) -> str:
    try:
        return laws.shown(canonical_key(text))
    except Exception as error:
        return type(error).__name__


def checked(case: Case, micros: Sequence[int]) -> Iterator[Finding]:
    """The laws that a case breaks; ``micros`` as its keys took."""
    texts = case.texts

    def finding(law: str, some: Sequence[str], detail: str) -> Finding:
        return Finding(law, case.number, case.kind, list(some), detail)

    before = peak_mb()
    raising = [(text, why) for text in dict.fromkeys(texts) if (why := laws.broken(laws.OF_ONE[0], [text]))]
    if raising:  # every other law would break of it
        yield from (finding(laws.OF_ONE[0], [text], why) for text, why in raising)
        return
    todo = [(law, [text]) for text in dict.fromkeys(texts) for law in laws.OF_ONE[1:]]
    todo += [(law, [a, b]) for a, b in pairwise(texts) for law in laws.OF_TWO]
    todo += [(law, texts) for law in laws.OF_GROUPS]
    todo += [(_SLOW, [text]) for text, spent in zip(texts, micros, strict=True) if spent > 1e6 * laws.SLOW]
    for law, some in todo:
        why = laws.broken(law, some)
        if why:
            yield finding(law, some, why)
    keys = [_shown(text) for text in texts]
    forget()
    again = [_shown(text) for text in reversed(texts)][::-1]
    for text, one, other in zip(texts, keys, again, strict=True):
        if one != other:
            yield finding("a key is the same when computed again", [text], f"{one} and {other}")
    if case.values is not None:
        yield from (finding(*breach) for breach in untrue(texts, case.values))
    if peak_mb() > before + _GROWTH or before < MEMORY_MB < peak_mb():
        yield finding("a text takes little memory", texts, f"peak {before:.0f} MB, then {peak_mb():.0f} MB")


def untrue(texts: Sequence[str], values: Sequence[object]) -> Iterator[tuple[str, list[str], str]]:
    """Where answers with known values are judged wrongly: the law, the texts, how."""
    found = False
    for k, (one, value) in enumerate(zip(texts, values, strict=True)):
        for other, its in zip(texts[:k], values[:k], strict=True):
            if equal(one, other) != (value == its):
                found = True
                law = "equal values are equal" if value == its else "unequal values differ"
                yield law, [one, other], "equal, called different" if value == its else "different, called equal"
        solution = rf"Hence $x$ is found. The final answer is \boxed{{{one}}}."
        if not equal(extract_answer(solution), one):
            yield "a boxed answer is extracted", [one], f"{extract_answer(solution)!r}"
    names: dict[object, int] = {}
    truth = [names.setdefault(value, len(names)) for value in values]
    if not found and answer_classes(texts) != truth:
        yield "classes are those of the values", list(texts), f"{answer_classes(texts)} for {truth}"


def shrink(finding: Finding) -> None:
    """Look for smaller texts that break the same law, where a smaller text would mean anything."""
    if finding.law not in laws.LAWS:
        return

    def fails(texts: Sequence[str]) -> bool:
        _wind()
        return laws.broken(finding.law, texts) is not None

    if fails(finding.texts):
        keep = 2 if finding.law in laws.OF_TWO else 1
        finding.smaller = smaller(finding.texts, fails, keep, _SLOW_TRIES if finding.law == _SLOW else TRIES)
        finding.detail = laws.broken(finding.law, finding.smaller) or finding.detail


if __name__ == "__main__":
    main()
