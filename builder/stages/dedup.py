"""METHOD 8, redundancy: exact and near duplicates, and numbers that are too long.

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
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rensa import RMinHash, RMinHashLSH

from ..tokens import is_number, tokenise

MISS = 1e-3
"""Highest probability that banding overlooks a pair that lies exactly on the threshold."""

_COUNTED = """zero . two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty"""
_ROUND = {"dozen": 12, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
_LARGE = {"ninety": 90, "hundred": 100, "thousand": 1000, "million": 1000000}
# "one" is a pronoun more often than a number.
_COUNTING = {word: value for value, word in enumerate(_COUNTED.split()) if word != "."}
_NUMBER_WORDS = {word: str(value) for word, value in (_COUNTING | _ROUND | _LARGE).items()}

# Words that act like an operator, and names of quantities: another one makes another problem.
_OPERATORS = """
    plus minus times divided sum difference product quotient remainder ratio percent percentage
    more less fewer greater smaller larger increase increased increases decrease decreased decreases
    gain gained loss lost profit discount add added subtract subtracted before after
    least most minimum maximum smallest largest lowest highest greatest even odd prime composite
    positive negative nonnegative nonpositive not no never without or neither
    half third quarter fourth fifth twice thrice double triple squared cubed square cube root
    sin cos tan sec csc cot log ln exp mean median mode range perimeter area volume surface radius diameter
    circumference inside outside first second last union intersection
    same different distinct identical distinguishable indistinguishable
    alpha beta gamma delta epsilon zeta eta theta lambda mu nu rho sigma tau phi varphi chi psi omega
    horizontal vertical parallel perpendicular clockwise counterclockwise
"""
_OPERATOR_WORDS = frozenset(_OPERATORS.split())


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A question that is not kept, and the kept one that it repeats."""

    id: str
    duplicate_of: str
    similarity: float  # Jaccard similarity of the shingle sets, 0..1
    kind: Literal["exact", "near"]


@dataclass(frozen=True, slots=True)
class DedupResult:
    """Which questions stay, in the order they came in, and which do not."""

    kept: tuple[str, ...]
    duplicates: tuple[Duplicate, ...]


def words_and_numbers(text: str) -> list[str]:
    """The tokens of a question, with number words as digits: ``twelve boxes`` is ``12 boxes``."""
    return [_NUMBER_WORDS.get(t, t) for t in tokenise(text)]


def mathematics(tokens: Sequence[str]) -> tuple[str, ...]:
    """What must be equal in near duplicates, in order: numbers, operators, names of quantities."""
    return tuple(t for t in tokens if _is_mathematics(t))


def _is_mathematics(token: str) -> bool:
    if token in _OPERATOR_WORDS or not token.isalpha():
        return True
    if len(token) == 1:
        return token not in "aAI"  # a quantity (x, N, π), but for the words "a" and "I"
    return token == "frac" or token.isupper()  # ABC is a triangle, TOOT a word whose letters are arranged


def shingles(tokens: Sequence[str], n: int) -> frozenset[str]:
    """All runs of ``n`` tokens; the whole text where it is shorter than that."""
    return frozenset(" ".join(tokens[i : i + n]) for i in range(max(1, len(tokens) - n + 1)))


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Size of the intersection over size of the union, 0..1; 1 for two empty sets."""
    union = len(a | b)
    return len(a & b) / union if union else 1.0


def too_long_number(text: str, max_digits: int) -> bool:
    """Whether ``text`` holds a number of more than ``max_digits`` digits (METHOD 8).

    Digits on both sides of a decimal point and of thousands separators count together.
    """
    return any(sum(map(str.isdigit, t)) > max_digits for t in tokenise(text) if is_number(t))


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

    Returns:
        What is kept, in the order given, and each duplicate with what it repeats.
    """
    order = sorted(range(len(questions)), key=lambda i: (-questions[i][2], questions[i][0]))
    tokens = [words_and_numbers(text) for _, text, _ in questions]
    first: dict[bytes, int] = {}
    repeats: dict[int, int] = {}
    for i in order:
        # A text without any token (another script, only punctuation) is known by itself.
        kept = first.setdefault(_digest(*(tokens[i] or ["", questions[i][1]])), i)
        if kept != i:
            repeats[i] = kept

    unique = [i for i in order if i not in repeats and tokens[i]]
    salts = [_digest(*mathematics(tokens[i])).hex() if same_mathematics else "" for i in unique]
    crowd = Counter(salts)
    # Nothing can repeat a question whose mathematics is its own.
    rest = [(i, salt) for i, salt in zip(unique, salts, strict=True) if crowd[salt] > 1]
    near = _near(questions, tokens, rest, ngram, threshold, num_perm, seed)
    duplicates = dict(near)
    for i, kept in repeats.items():
        # Where its twin is a near duplicate itself, both repeat the same kept question.
        duplicates[i] = (
            replace(near[kept], id=questions[i][0])
            if kept in near
            else Duplicate(questions[i][0], questions[kept][0], 1.0, "exact")
        )
    return DedupResult(
        tuple(q[0] for i, q in enumerate(questions) if i not in duplicates),
        tuple(duplicates[i] for i in sorted(duplicates)),
    )


def _near(
    questions: Sequence[tuple[str, str, float]],
    tokens: Sequence[Sequence[str]],
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
    found: dict[int, Duplicate] = {}
    index = RMinHashLSH(threshold, num_perm, _bands(num_perm, threshold))
    sets: dict[int, frozenset[str]] = {}
    rank = {i: position for position, (i, _) in enumerate(candidates)}
    for start in range(0, len(candidates), 4096):
        block = candidates[start : start + 4096]
        grams = [shingles(tokens[i], ngram) for i, _ in block]
        # Sorted, since the order of a set of strings changes from process to process.
        salted = [[salt + g for g in sorted(s)] for (_, salt), s in zip(block, grams, strict=True)]
        hashes = RMinHash.from_token_sets(salted, num_perm, seed)
        for (i, _), gram, signature in zip(block, grams, hashes, strict=True):
            near = [(jaccard(gram, sets[k]), k) for k in index.query(signature)]
            # The nearest; among equals the one with the highest priority, which came first.
            best = max(near, key=lambda pair: (pair[0], -rank[pair[1]]), default=(0.0, -1))
            if near and best[0] >= threshold:
                found[i] = Duplicate(questions[i][0], questions[best[1]][0], round(best[0], 4), "near")
            else:
                sets[i] = gram
                index.insert(i, signature)
    return found
