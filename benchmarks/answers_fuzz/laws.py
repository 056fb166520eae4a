"""What must hold for any texts whatever: the laws that fuzzing checks.

Each law takes some texts and says how they break it, or None.  :func:`broken` takes an exception for a
breach too.  The laws know nothing of what the texts mean; those of known values are in :mod:`.truths`.
"""

from __future__ import annotations

import time
import traceback
import zlib
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from builder.answers import Asked, Verdict, answer_classes, canonical_key, equal, extract_answer
from builder.answers.classes import classify
from builder.answers.question import NOTHING

from ..answer_measures import forget

Law = Callable[[Sequence[str]], "str | None"]
SLOW = 0.5  # seconds of CPU for one text
_FRAMES = 3  # of a traceback


def broken(law: str, texts: Sequence[str]) -> str | None:
    """How ``texts`` break a law of :data:`LAWS`, or None."""
    try:
        return LAWS[law](texts)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        where = ", ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in frames)
        return f"raises {type(error).__name__}: {str(error)[:200]} ({where})"


def shown(key: Any) -> str:
    """A key as a text; the kinds of its parts show.

    Raises:
        TypeError: it holds something that need not be the same in every process.
    """
    if isinstance(key, tuple):
        return f"({','.join(map(shown, key))})"
    if key is None or isinstance(key, bool):
        return str(key)
    if isinstance(key, int):
        return f"{key:x}"
    if isinstance(key, str):
        return f"'{key}'"
    raise TypeError(f"a key with a {type(key).__name__} in it")


# --- one text --------------------------------------------------------------------------------------


def _has_a_key(texts: Sequence[str]) -> str | None:
    [text] = texts
    key = canonical_key(text)
    if (key is None) == bool(text.strip()):
        return f"key {key} of a text that is {'' if text.strip() else 'not '}there"
    hash(key)
    shown(key)
    return None


def _same_key_again(texts: Sequence[str]) -> str | None:
    [text] = texts
    keys = []
    for _ in range(2):
        forget()
        keys.append(shown(canonical_key(text)))
    return None if keys[0] == keys[1] else f"{keys[0]} and {keys[1]}"


def _equals_itself(texts: Sequence[str]) -> str | None:
    [text] = texts
    return None if equal(text, text) == bool(text.strip()) else "it does not"


def _space_around(texts: Sequence[str]) -> str | None:
    [text] = texts
    padded = _padded(text, _rng(texts))
    if shown(canonical_key(padded)) != shown(canonical_key(text)):
        return f"another key as {padded!r}"
    return None if equal(padded, text) == bool(text.strip()) else f"not equal to {padded!r}"


def _extraction(texts: Sequence[str]) -> str | None:
    [text] = texts
    for solution in (text, rf"So it is \boxed{{{text}}}.", f"#### {text}", f"The answer is: {text}\nI hope it is."):
        answer = extract_answer(solution)
        if answer is not None and not answer.strip():
            return f"{answer!r} of {solution!r}"
        canonical_key(answer)
    return None


def cpu(text: str) -> float:
    """Seconds of CPU for a cold key of a text."""
    forget()
    start = time.thread_time()
    canonical_key(text)
    return time.thread_time() - start


def _quick(texts: Sequence[str]) -> str | None:
    [text] = texts
    spent = min(cpu(text) for _ in range(2))
    return f"{spent:.2f} s" if spent > SLOW else None


# --- two texts -------------------------------------------------------------------------------------


def _symmetric(texts: Sequence[str]) -> str | None:
    a, b = texts
    one, other = equal(a, b), equal(b, a)
    if one != other:
        return f"equal is {one}, the other way round {other}"
    indices = answer_classes([a, b])
    together = indices[0] is not None and indices[0] == indices[1]
    return None if one == together else f"equal is {one}, classes are {indices}"


def _equal_keys(texts: Sequence[str]) -> str | None:
    a, b = texts
    same = bool(a.strip()) and canonical_key(a) == canonical_key(b)
    return "equal keys, not equal" if same and not equal(a, b) else None


# --- groups ----------------------------------------------------------------------------------------


def _partition(texts: Sequence[str]) -> str | None:
    found = answer_classes(texts)
    kept = [c for c in found if c is not None]
    if list(dict.fromkeys(kept)) != list(range(len(set(kept)))):
        return f"not numbered by first appearance: {found}"
    if [c is None for c in found] != [not t.strip() for t in texts]:
        return f"None where there is an answer, or a class where there is none: {found}"
    homes: dict[Any, int | None] = {}
    for text, index in zip(texts, found, strict=True):
        if homes.setdefault(canonical_key(text), index) != index:
            return f"equal keys in two classes: {found}"
    return None


def _order(texts: Sequence[str], asked: Asked = NOTHING, judge: Any = None) -> str | None:
    rng = _rng(texts)
    places = rng.sample(range(len(texts)), len(texts))
    return _same(texts, [texts[p] for p in places], places, asked, judge)


def _repetition(texts: Sequence[str]) -> str | None:
    # Each as often as every other: the heaviest class that fits must stay the heaviest.
    places = [k for k in range(len(texts)) for _ in range(2)]
    return _same(texts, [texts[p] for p in places], places)


def _space_in_a_group(texts: Sequence[str]) -> str | None:
    rng = _rng(texts)
    return _same(texts, [_padded(t, rng) for t in texts], range(len(texts)))


def _nothing_in_a_group(texts: Sequence[str]) -> str | None:
    found = answer_classes([x for t in texts for x in (None, t, " ")])
    return None if found[1::3] == answer_classes(texts) and {*found[::3], *found[2::3]} <= {None} else f"{found}"


def _as_asked(texts: Sequence[str]) -> str | None:
    rng = _rng(texts)
    choices = tuple(zip("ABCDE", rng.sample(texts, min(len(texts), 5)), strict=False)) if rng.random() < 0.5 else ()
    asked = Asked(rng.random() < 0.5, rng.random() < 0.5, rng.choice([None, 0, 1, 2, 5]), choices)
    why = _order(texts, asked)
    return why and f"{why} with {asked}"


def _with_a_judge(texts: Sequence[str]) -> str | None:
    return _order(texts, judge=_judge)


def _judge(a: str, b: str) -> Verdict:
    """Verdicts as arbitrary as can be, yet the same every time; a judge looks at no white space around."""
    one, other = sorted((a.strip(), b.strip()))
    drawn = _seed([one, "\0", other]) % 8
    return Verdict.EQUAL if drawn < 2 else Verdict.UNDECIDED if drawn == 2 else Verdict.DIFFERENT


def _same(
    texts: Sequence[str], again: Sequence[str], places: Iterable[int], asked: Asked = NOTHING, judge: Any = None
) -> str | None:
    """None where ``again`` has the classes of ``texts``, its k-th text being that at ``places[k]``."""
    before, undecided = classify(texts, asked, judge)
    after, still = classify(again, asked, judge)
    names: dict[int | None, int] = {}
    expected = [None if before[p] is None else names.setdefault(before[p], len(names)) for p in places]
    if expected != after:
        return f"classes {expected} became {after}"
    return None if undecided == still else f"{undecided} undecided pairs became {still}"


# --- helpers ---------------------------------------------------------------------------------------


def _seed(texts: Sequence[str]) -> int:
    return zlib.crc32("\n".join(texts).encode("utf-8", "surrogatepass"))


def _rng(texts: Sequence[str]) -> Random:
    """A generator that depends on the texts alone, so that a breach shows again."""
    return Random(_seed(texts))


def _padded(text: str, rng: Random) -> str:
    # A tab before letters may be what is left of \text.
    before = ["", " ", "\n", "  \n "] if text[:1].isalpha() else ["", " ", "\t", "\n "]
    return rng.choice(before) + text + rng.choice(["", " ", "\n", "\t", " \n\n"])


LAWS: dict[str, Law] = {
    "a text has a key, nothing has none": _has_a_key,
    "a key is the same when computed again": _same_key_again,
    "a text equals itself": _equals_itself,
    "white space around a text does not count": _space_around,
    "extraction finds an answer or nothing": _extraction,
    "a text takes little time": _quick,
    "equality is symmetric and that of classes": _symmetric,
    "equal keys are equal": _equal_keys,
    "classes are a partition": _partition,
    "order does not count": _order,
    "repetition does not count": _repetition,
    "white space in a group does not count": _space_in_a_group,
    "nothing is in no class": _nothing_in_a_group,
    "order does not count as asked": _as_asked,
    "order does not count with a judge": _with_a_judge,
}
OF_ONE = ("a text has a key, nothing has none", "a text equals itself", "white space around a text does not count",
          "extraction finds an answer or nothing")  # fmt: skip
OF_TWO = ("equality is symmetric and that of classes", "equal keys are equal")
OF_GROUPS = tuple(LAWS)[8:]
