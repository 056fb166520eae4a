"""Words to knowledge: which families of the catalogue a key point's name or a text is about.

An exact name wins; else the nearest entry by IDF-weighted overlap of words with the entries' names,
wordings and topic, above a floor.  It knows no meaning, only words.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from math import log, sqrt

from .catalogue import entries, topics
from .entry import KeyPoint

EXACT_FLOOR = 0.45  # cosine above which a key point's name is taken for an entry's
TEXT_FLOOR = 0.15  # the same for a whole problem with its solution, which says much besides
TOPIC_FLOOR = 0.2  # the same for the name of a topic

_WORD = re.compile(r"[a-z]{2,30}")
_STOP = frozenset(
    re.findall(
        "[a-z]+",
        "the of and to in is are for with from that which what how many find using use by on at as it its an "
        "be or this each one two value number all when if can has have not into than then",
    )
)


def words(text: str) -> list[str]:
    """Lower-case words without endings that only inflect."""
    found = [w for w in _WORD.findall(text.lower()) if w not in _STOP]
    return [_stem(w) for w in found]


def _stem(word: str) -> str:
    for ending, by in (("ies", "y"), ("ization", "iz"), ("ing", ""), ("tion", "t"), ("es", ""), ("s", ""), ("ed", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + by
    return word


@cache
def families() -> dict[str, tuple[KeyPoint, ...]]:
    """Family -> its entries, in the order of the catalogue."""
    found: dict[str, tuple[KeyPoint, ...]] = {}
    for e in entries():
        found[e.family] = (*found.get(e.family, ()), e)
    return found


@cache
def _names() -> dict[str, str]:
    return {_plain(n): e.family for e in entries() for n in e.names}


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.lower()).split())


@cache
def _vectors() -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    bags = {}
    for family, members in families().items():
        bag: Counter[str] = Counter()
        for e in members:
            for n in e.names:
                bag.update(words(n) * 2)
            bag.update(words(e.topic))
            for w in e.compiled:
                bag.update(x for t in (w.ask, w.scene) if t for x in words(t.text))
        bags[family] = bag
    total = len(bags)
    df = Counter(w for bag in bags.values() for w in bag)
    idf = {w: log((1 + total) / (1 + n)) + 0.3 for w, n in df.items()}
    vectors = {f: {w: sqrt(c) * idf[w] for w, c in bag.items()} for f, bag in bags.items()}
    return vectors, idf


def similar(text: str, limit: int = 3, *, whole: bool = False) -> list[tuple[str, float]]:
    """(family, cosine) of the nearest families, best first; ties in the order of the catalogue.

    ``whole``: the text is a whole problem, in which most words need not be the catalogue's.
    """
    vectors, idf = _vectors()
    query = {w: sqrt(c) * idf[w] for w, c in Counter(words(text)).items() if w in idf}
    size = sqrt(sum(v * v for v in query.values()))
    unknown = sum(1 for w in set(words(text)) if w not in idf)
    if not whole:
        size *= 1.0 + 0.15 * min(unknown, 10)  # words that the catalogue does not know speak against it
    if not size:
        return []
    scored = []
    for family, vector in vectors.items():
        dot = sum(v * vector[w] for w, v in query.items() if w in vector)
        if dot:
            scored.append((family, dot / size / sqrt(sum(v * v for v in vector.values()))))
    return sorted(scored, key=lambda s: -s[1])[:limit]


@lru_cache(maxsize=65536)
def family_of(key_point: str, topic: str = "") -> str | None:
    """The family that a key point's name means; None where it is not mastered."""
    exact = _names().get(_plain(key_point))
    if exact is not None:
        return exact
    near = similar(f"{key_point} {key_point} {topic}", 1)
    return near[0][0] if near and near[0][1] >= EXACT_FLOOR else None


@cache
def topic_names(topic: str) -> tuple[str, ...]:
    """The canonical name of a topic and its variants."""
    return (topic, *topics()[topic])


@cache
def _families_by_topic() -> dict[str, tuple[str, ...]]:
    """Plain name of a topic, in any of its variants -> the families under it."""
    return {
        _plain(name): tuple(f for f, members in families().items() if members[0].topic == topic)
        for topic in topics()
        for name in topic_names(topic)
    }


@lru_cache(maxsize=4096)
def families_about(topic: str) -> tuple[str, ...]:
    """The families that a topic's name means, in the order of the catalogue; none where it is not mastered."""
    known = _families_by_topic().get(_plain(topic))
    if known is not None:
        return known
    near = similar(topic, 1)
    nearest = families()[near[0][0]][0].topic if near and near[0][1] >= TOPIC_FLOOR else ""
    return _families_by_topic().get(_plain(nearest), ())


_ITEM = re.compile(r"\s{0,12}\d{1,3}\.\s{1,4}(\S.*)")


def listed(text: str) -> list[str]:
    """The items of a list of ``1. ...`` lines."""
    found = [_ITEM.match(line) for line in text.splitlines()]
    return [m[1].strip() for m in found if m]
