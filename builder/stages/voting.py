"""Consensus voting (METHOD 6): which candidates of a question agree.

It keeps the plurality of the answers and says nothing of their correctness.  When two answers are
equal is decided by :mod:`builder.answers`; which candidates may vote at all (a wrong computation, a
reply that was cut off) is decided by whoever passes None for those that may not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..answers import answer_classes
from ..answers.question import NOTHING, Asked
from ..records import Vote

RULES = ("strict", "faithful")
Answer = str | None | Sequence[str | None]


def consensus(answers: Sequence[Answer], rule: str = "strict", asked: Asked = NOTHING) -> Vote:
    """The vote of ``m`` candidates on ``n`` sub-questions (METHOD 6).

    ``answers`` has one entry a candidate: an answer, None (it abstains), or a sequence of ``n`` of
    these where the question has sub-questions; None for a candidate stands for ``n`` times None.
    ``c_ij``, in 0..1, is the share of all ``m`` candidates, abstentions included, that agree with
    candidate i on sub-question j; None agrees with nothing, its ``c_ij`` is 0.

    - ``faithful``: CS(s_i) = max_j c_ij, as the paper has it; ``strict``: min_j c_ij.
    - Candidates with the largest CS stay, where it is above 1/m.
    - *Tie.*  strict: the winners give two different answers, so nothing is published.  faithful:
      winners may differ by the paper's rule (agreeing on one sub-question is enough), so a tie is
      only where, on the sub-question that carries each winner's CS, two classes of that size stand
      against each other.

    ``asked`` is what the question asks for where that decides which answers are equal.  The
    representative answer is the commonest written form among the winners, ties to the shortest,
    then the alphabetically first; with sub-questions the forms are joined by ", ".

    Raises:
        ValueError: an unknown rule, or candidates with different numbers of sub-questions.
    """
    if rule not in RULES:
        raise ValueError(f"rule {rule!r} is not one of {', '.join(RULES)}")
    rows = _rows(answers)
    m, n = len(rows), len(rows[0]) if rows else 0
    columns = [answer_classes([row[j] for row in rows], asked) for j in range(n)]
    sizes = [Counter(c for c in column if c is not None) for column in columns]
    classes = tuple(tuple(column[i] for column in columns) for i in range(m))
    shares = tuple(tuple(_size(sizes[j], c) / m for j, c in enumerate(row)) for row in classes)
    # Sizes, not shares, are compared: whole numbers need no tolerance.
    pick = min if rule == "strict" else max
    scores = [pick((_size(sizes[j], c) for j, c in enumerate(row)), default=0) for row in classes]
    best = max(scores, default=0)
    winners = tuple(i for i in range(m) if scores[i] == best)
    abstained = sum(all(c is None for c in row) for row in classes)
    rejected = None
    if abstained == m:
        rejected = "no_answer"
    elif best <= 1:
        rejected = "no_agreement"
    elif _tied(winners, classes, sizes, best, rule):
        rejected = "tie"
    if rejected:
        winners = ()
    return Vote(
        rule=rule,
        candidates=m,
        abstained=abstained,
        consensus=shares,
        classes=classes,
        class_sizes=tuple(sorted(sizes[0].values(), reverse=True)) if sizes else (),
        scores=tuple(s / m for s in scores),
        winners=winners,
        agreement=best / m if winners else 0.0,
        answer=_representative([rows[i] for i in winners]) if winners else None,
        rejected=rejected,
    )


def _rows(answers: Sequence[Answer]) -> list[tuple[str | None, ...]]:
    widths = {len(a) for a in answers if a is not None and not isinstance(a, str)}
    if any(isinstance(a, str) for a in answers):
        widths.add(1)
    if len(widths) > 1:
        raise ValueError(f"candidates answer different numbers of sub-questions: {sorted(widths)}")
    n = next(iter(widths), 1)
    return [(None,) * n if a is None else (a,) if isinstance(a, str) else tuple(a) for a in answers]


def _size(sizes: Counter[int], c: int | None) -> int:
    return 0 if c is None else sizes[c]


def _tied(
    winners: tuple[int, ...],
    classes: tuple[tuple[int | None, ...], ...],
    sizes: list[Counter[int]],
    best: int,
    rule: str,
) -> bool:
    if rule == "strict":
        return len({classes[i] for i in winners}) > 1
    return any(sum(size == best for size in column.values()) > 1 for column in sizes)


def _representative(rows: list[tuple[str | None, ...]]) -> str:
    counts = Counter(", ".join("?" if a is None else a.strip() for a in row) for row in rows)
    return min(counts, key=lambda form: (-counts[form], len(form), form))
