"""METHOD 8, redundancy: exact and near duplicates.

Two questions are duplicates when they are the same problem, not when they look alike.  A data set of
mathematics is full of problems with the same words and other numbers, and those are different problems.
So near duplicates must share their *mathematics*: the sequence of numbers (in digits or words),
operators, brackets, variables, names in capitals (ABC) and words that act like operators (sum, least,
not ...) must be equal; only then does the similarity of the wording decide.  The order counts, because
"2x + 3 = 7" is not "3x + 2 = 7".  When in doubt a question is kept.

What is lost by this: a duplicate whose sentences come in another order with their numbers stays.
Answers are not looked at, and whether a question is any good is not known here.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from rensa import RMinHash, RMinHashLSH

from ..tokens import mathematics, words_and_numbers

MISS = 1e-3
"""Highest probability that banding overlooks a pair that lies exactly on the threshold."""

Matrix = npt.NDArray[np.float32]  # one row for each text

_BLOCK = 1024  # questions whose shingles are held at once


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A question that is not kept, and the kept one that it repeats."""

    id: str
    duplicate_of: str
    similarity: float  # Jaccard similarity of the shingle sets, 0..1; "semantic": cosine of the vectors
    kind: Literal["exact", "near", "semantic"]


@dataclass(frozen=True, slots=True)
class DedupResult:
    """Which questions stay, in the order they came in, and which do not."""

    kept: tuple[str, ...]
    duplicates: tuple[Duplicate, ...]


def shingles(tokens: Sequence[str], n: int) -> frozenset[str]:
    """All runs of ``n`` tokens; the whole text where it is shorter than that."""
    return frozenset(" ".join(tokens[i : i + n]) for i in range(max(1, len(tokens) - n + 1)))


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Size of the intersection over size of the union, 0..1; 1 for two empty sets."""
    union = len(a | b)
    return len(a & b) / union if union else 1.0


def _digest(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _bands(num_perm: int, threshold: float) -> int:
    """The fewest bands that overlook a pair on the threshold with a probability of at most ``MISS``."""
    for rows in range(num_perm, 0, -1):
        bands = num_perm // rows
        if num_perm % rows == 0 and (1 - threshold**rows) ** bands <= MISS:
            return bands
    return num_perm


def deduplicate(
    questions: Sequence[tuple[str, str, float]],
    *,
    ngram: int,
    threshold: float,
    num_perm: int,
    seed: int,
    same_mathematics: bool = True,
    embed: Callable[[Sequence[str]], Matrix] | None = None,
    cosine: float = 0.9,
) -> DedupResult:
    """Questions without those that repeat another one.

    Exact duplicates have the same tokens.  Candidates for near duplicates come from MinHash with banding
    and are confirmed by the true Jaccard similarity of their shingles.  The question with the highest
    priority represents its duplicates (ties: the smallest id), so the result does not depend on the order of
    ``questions``; every duplicate resembles a question that is kept, not merely another duplicate.

    Args:
        questions: (id, text, priority) of each; the priority is its agreement.
        ngram: tokens in a shingle, at least 1.
        threshold: Jaccard similarity from which on two questions are near duplicates, 0..1.
        num_perm: MinHash permutations.
        seed: of the permutations.
        same_mathematics: near duplicates must have the same :func:`mathematics`; False lets the
            wording alone decide.
        embed: gives a vector of length 1 for each text: questions with the same mathematics that remain are
            duplicates too where their vectors are near.  It is asked for those that have a rival, not for all.
            Without ``same_mathematics`` every pair is compared.
        cosine: similarity of vectors from which on they are near, 0..1.

    Returns:
        What is kept, in the order given, and each duplicate with what it repeats.
    """
    order = sorted(range(len(questions)), key=lambda i: (-questions[i][2], questions[i][0]))
    # Tokens are made twice, where a question has a rival: kept for all they would be most of the memory.
    exact: list[bytes] = []
    salts: list[str] = []
    for _, text, _ in questions:
        tokens = words_and_numbers(text)
        # A text without any token (another script, only punctuation) is known by itself.
        exact.append(_digest(*(tokens or ["", text])))
        salts.append((_digest(*mathematics(tokens)).hex() if same_mathematics else "") if tokens else f"\0{text}")
    first: dict[bytes, int] = {}
    repeats = {i: kept for i in order if (kept := first.setdefault(exact[i], i)) != i}

    unique = [i for i in order if i not in repeats]
    crowd = Counter(salts[i] for i in unique)
    # Nothing can repeat a question whose mathematics is its own.
    rest = [(i, salts[i]) for i in unique if crowd[salts[i]] > 1]
    dropped = _near(questions, rest, ngram, threshold, num_perm, seed)
    if embed is not None:
        remaining = [(i, salt) for i, salt in rest if i not in dropped]
        dropped |= _semantic(questions, remaining, embed, cosine)
    for i, kept in repeats.items():
        dropped[i] = Duplicate(questions[i][0], questions[kept][0], 1.0, "exact")
    number = {q[0]: i for i, q in enumerate(questions)}
    return DedupResult(
        tuple(q[0] for i, q in enumerate(questions) if i not in dropped),
        tuple(_followed(dropped[i], dropped, number) for i in sorted(dropped)),
    )


def _followed(duplicate: Duplicate, dropped: Mapping[int, Duplicate], number: Mapping[str, int]) -> Duplicate:
    """``duplicate`` with the question that is kept, where the one that it repeats is a duplicate itself."""
    while (further := dropped.get(number[duplicate.duplicate_of])) is not None:
        duplicate = replace(further, id=duplicate.id)
    return duplicate


def _near(
    questions: Sequence[tuple[str, str, float]],
    candidates: Sequence[tuple[int, str]],
    ngram: int,
    threshold: float,
    num_perm: int,
    seed: int,
) -> dict[int, Duplicate]:
    """Near duplicates among ``candidates``, which are in the order of their priority.

    Each shingle is salted with the mathematics of its question: questions that differ in it share no
    shingle, so a thousand problems of one template with other numbers never meet in a bucket.
    """

    @lru_cache(maxsize=2 * _BLOCK)
    def grams(i: int) -> frozenset[str]:
        return shingles(words_and_numbers(questions[i][1]), ngram)

    found: dict[int, Duplicate] = {}
    index = RMinHashLSH(threshold, num_perm, _bands(num_perm, threshold))
    rank = {i: position for position, (i, _) in enumerate(candidates)}
    for start in range(0, len(candidates), _BLOCK):
        block = candidates[start : start + _BLOCK]
        # Sorted, since the order of a set of strings changes from process to process.
        salted = [[salt + g for g in sorted(grams(i))] for i, salt in block]
        hashes = RMinHash.from_token_sets(salted, num_perm, seed)
        for (i, _), signature in zip(block, hashes, strict=True):
            near = [(jaccard(grams(i), grams(k)), k) for k in index.query(signature)]
            # The nearest; among equals the one with the highest priority, which came first.
            best = max(near, key=lambda pair: (pair[0], -rank[pair[1]]), default=(0.0, -1))
            if near and best[0] >= threshold:
                found[i] = Duplicate(questions[i][0], questions[best[1]][0], round(best[0], 4), "near")
            else:
                index.insert(i, signature)
    return found


def _semantic(
    questions: Sequence[tuple[str, str, float]],
    candidates: Sequence[tuple[int, str]],
    embed: Callable[[Sequence[str]], Matrix],
    cosine: float,
) -> dict[int, Duplicate]:
    """Those of ``candidates`` (in the order of their priority) whose vector is near that of a kept one.

    Only questions with the same salt are compared, so vectors are held for one such group at a time.
    """
    groups: dict[str, list[int]] = {}
    for i, salt in candidates:
        groups.setdefault(salt, []).append(i)
    found: dict[int, Duplicate] = {}
    for batch in _batches([g for g in groups.values() if len(g) > 1]):
        vectors = embed([questions[i][1] for group in batch for i in group])
        start = 0
        for group in batch:
            own = vectors[start : start + len(group)]
            start += len(group)
            kept: list[int] = []
            for position, i in enumerate(group):
                likeness = own[kept] @ own[position]
                best = int(likeness.argmax()) if kept else -1  # the first of equals has the highest priority
                if kept and likeness[best] >= cosine:
                    twin = questions[group[kept[best]]][0]
                    found[i] = Duplicate(questions[i][0], twin, round(min(1.0, float(likeness[best])), 4), "semantic")
                else:
                    kept.append(position)
    return found


def _batches(groups: Sequence[list[int]]) -> Iterator[list[list[int]]]:
    """Groups together until they have ``_BLOCK`` members: an embedder is slow on few texts at a time."""
    batch: list[list[int]] = []
    for group in groups:
        batch.append(group)
        if sum(map(len, batch)) >= _BLOCK:
            yield batch
            batch = []
    if batch:
        yield batch
