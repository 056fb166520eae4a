"""Consensus voting (METHOD 6): which candidates of a question agree.

It keeps the plurality of the answers and says nothing of their correctness.  When two answers are
equal is decided by :mod:`builder.answers`; which candidates may vote at all (a wrong computation, a
reply that was cut off) is decided by whoever passes None for those that may not.

A vote on the first of the planned candidates also says whether the others could still change it, and
:func:`next_round` how many to draw before looking again.  Both look at the answers in the order of their
samples and at nothing else, so that who answers first, or faster, decides nothing.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..answers import answer_classes, firm_keys
from ..answers.question import NOTHING, Asked
from ..llm.chat import CUT_OFF
from ..records import Solution, Vote

RULES = ("strict", "faithful")
Answer = str | None | Sequence[str | None]
_TWO = 2  # the smallest class above 1/m
_FORESEEN = 24  # with more candidates left, a round is planned as if all the others were the next one


def consensus(
    answers: Sequence[Answer],
    rule: str = "strict",
    asked: Asked = NOTHING,
    *,
    planned: int | None = None,
    min_agreement: float = 0.0,
) -> Vote:
    """The vote of ``m`` candidates on ``n`` sub-questions (METHOD 6).

    ``answers`` has one entry a candidate: an answer, None (it abstains), or a sequence of ``n`` of
    these where the question has sub-questions; None for a candidate stands for ``n`` times None.
    ``c_ij``, in 0..1, is the share of the planned candidates, abstentions included, that agree with
    candidate i on sub-question j; None agrees with nothing, its ``c_ij`` is 0.

    - ``faithful``: CS(s_i) = max_j c_ij, as the paper has it; ``strict``: min_j c_ij.
    - Candidates with the largest CS stay, where it is above 1/m.  Where ``min_agreement``, 0..1, asks
      for more than two candidates, a smaller CS is rejected as "low_agreement", whatever else is
      wrong with the vote ("no_answer", "no_agreement" and "tie" are then what it would be without).
    - *Tie.*  strict: the winners give two different answers, so nothing is published.  faithful:
      winners may differ by the paper's rule (agreeing on one sub-question is enough), so a tie is
      only where, on the sub-question that carries each winner's CS, two classes of that size stand
      against each other.

    ``planned``, ``len(answers)`` by default, is the number of candidates that may be drawn;
    ``answers`` may be the first of them.  ``stopped`` then says why no more are needed: "all_drawn"
    is their number; "settled": whatever the others answer, the question is kept, and with this
    answer; "out_of_reach": whatever they answer, it is "low_agreement".  None: they could change it, or
    there are sub-questions, for which all are drawn.

    ``asked`` is what the question asks for where that decides which answers are equal.  The
    representative answer is the commonest written form among the winners, ties to the shortest,
    then the alphabetically first; with sub-questions the forms are joined by ", ".

    Raises:
        ValueError: an unknown rule, candidates with different numbers of sub-questions, or more of
            them than planned.
    """
    if rule not in RULES:
        raise ValueError(f"rule {rule!r} is not one of {', '.join(RULES)}")
    rows = _rows(answers)
    m, n = len(rows), len(rows[0]) if rows else 0
    total = m if planned is None else planned
    if m > total:
        raise ValueError(f"{m} candidates of {total} planned")
    columns = [answer_classes([row[j] for row in rows], asked) for j in range(n)]
    sizes = [Counter(c for c in column if c is not None) for column in columns]
    classes = tuple(tuple(column[i] for column in columns) for i in range(m))
    shares = tuple(tuple(_size(sizes[j], c) / total for j, c in enumerate(row)) for row in classes)
    # Sizes, not shares, are compared: whole numbers need no tolerance.
    pick = min if rule == "strict" else max
    scores = [pick((_size(sizes[j], c) for j, c in enumerate(row)), default=0) for row in classes]
    best = max(scores, default=0)
    winners = tuple(i for i in range(m) if scores[i] == best)
    abstained = sum(all(c is None for c in row) for row in classes)
    needed = votes_needed(total, min_agreement)
    rejected = None
    if best < needed:
        rejected = "low_agreement" if needed > _TWO else "no_answer" if abstained == m else "no_agreement"
    elif _tied(winners, classes, sizes, best, rule):
        rejected = "tie"
    if rejected:
        winners = ()
    answer = _representative([rows[i] for i in winners]) if winners else None
    return Vote(
        rule=rule,
        candidates=m,
        abstained=abstained,
        consensus=shares,
        classes=classes,
        class_sizes=tuple(sorted(sizes[0].values(), reverse=True)) if sizes else (),
        scores=tuple(s / total for s in scores),
        winners=winners,
        agreement=best / total if winners else 0.0,
        answer=answer,
        rejected=rejected,
        planned=total,
        stopped=_stopped(rows, answer, total, needed, asked),
    )


def best_first(vote: Vote, solutions: Sequence[Solution]) -> tuple[int, ...]:
    """The winners of ``vote``, the best solution first: which stand for the question where not all do.

    They all have the same answer, so what counts is how it is told.  First come those that compute nothing wrong
    (others win only where a recipe merely marks them), then those that ended by themselves, then those that give
    the answer as the vote writes it (12 rather than 12.0), then those whose length is nearest to the winners'
    median: a solution that is much shorter skips steps, one that is much longer has lost its way.  Ties go to the
    earlier sample.
    """
    lengths = {i: len(" ".join(solutions[i].text.split())) for i in vote.winners}
    middle = statistics.median(lengths.values()) if lengths else 0

    def rank(i: int) -> tuple[bool, bool, bool, float, int]:
        solution = solutions[i]
        as_written = ", ".join(a.strip() if a else "?" for a in solution.answers) == vote.answer
        wrong, cut_off = bool(solution.wrong_computations), solution.finish_reason in CUT_OFF
        return wrong, cut_off, not as_written, abs(lengths[i] - middle), i

    return tuple(sorted(vote.winners, key=rank))


def votes_needed(planned: int, min_agreement: float) -> int:
    """How many of the planned candidates must agree: the share asked for, and at least two (METHOD 6)."""
    return max(_TWO, math.ceil(planned * min_agreement - 1e-9))  # 20 * 0.55 is a little more than 11


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


# --- when to stop --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Standing:
    """Numbers of candidates, as far as no further answer can change them.

    Conventions let answers change their class when others come (``x=5`` joins a 5 unless ``y=5`` was
    there with more), so classes cannot simply be counted: only answers of one key stay together, and
    only firm keys stay apart (:func:`builder.answers.firm_keys`).
    """

    lead: int  # answers of the key that leads: its class has them, and may have more
    rival: int  # the largest that a class without the leading key can be
    top: int  # the largest that any class can be
    drawn: int
    planned: int

    @property
    def left(self) -> int:
        return self.planned - self.drawn

    def settled(self, needed: int) -> str | None:
        """Why the candidates that are left can change nothing; None where they can."""
        if not self.left:
            return "all_drawn"
        if self.lead >= needed and self.lead > self.rival + self.left:
            return "settled"
        # A question that fails without a threshold has a reason that the last candidate can change.
        return "out_of_reach" if needed > _TWO and self.top + self.left < needed else None


def _standing(rows: Sequence[Sequence[str | None]], answer: str | None, planned: int, asked: Asked) -> _Standing:
    """``answer``: the one that would be published now; its key leads, else the commonest."""
    column = [row[0] for row in rows]
    keys = firm_keys(column, asked)
    weights = Counter(k for k in keys if k is not None)
    if not weights:
        return _Standing(0, 0, 0, len(rows), planned)
    published = (k for a, k in zip(column, keys, strict=True) if k and a and a.strip() == answer)
    lead = next(published, None) or weights.most_common(1)[0][0]
    loose = sum(n for (_, firm), n in weights.items() if not firm)
    return _Standing(
        lead=weights[lead],
        rival=max((n for k, n in weights.items() if k[1] and k != lead), default=0)
        + loose
        - (0 if lead[1] else weights[lead]),
        top=max((n for k, n in weights.items() if k[1]), default=0) + loose,
        drawn=len(rows),
        planned=planned,
    )


def _stopped(
    rows: Sequence[Sequence[str | None]], answer: str | None, planned: int, needed: int, asked: Asked
) -> str | None:
    if len(rows) == planned:
        return "all_drawn"
    if rows and len(rows[0]) > 1:
        return None
    return _standing(rows, answer, planned, asked).settled(needed)


def next_round(
    answers: Sequence[Answer],
    vote: Vote,
    asked: Asked = NOTHING,
    *,
    min_agreement: float = 0.0,
    request_cost: float = 1.0,
) -> int:
    """How many further candidates to draw before the next vote; 0 where ``vote`` needs no more.

    ``vote`` is the :func:`consensus` of ``answers`` with the same ``asked`` and ``min_agreement``.
    Fewer at a time draw fewer in vain, but each round pays the shared prompt again: ``request_cost``, in
    candidates (0: an endpoint that is sent each sample by itself, or a prompt cache that is free).
    The number is the one with the least expected cost, where each candidate is taken to join the
    leading answer with one probability, every value of which is equally likely before the first
    answer.  What the vote decides does not depend on any of this.
    """
    if vote.stopped is not None:
        return 0
    rows = _rows(answers)
    if rows and len(rows[0]) > 1:
        return vote.planned - len(rows)
    standing = _standing(rows, vote.answer, vote.planned, asked)
    return _cheapest(standing, votes_needed(vote.planned, min_agreement), request_cost)[1]


@lru_cache(maxsize=1 << 16)
def _cheapest(now: _Standing, needed: int, request_cost: float) -> tuple[float, int]:
    """What settling the vote is expected to cost from here, in candidates, and the size of the next round."""

    def rest(then: _Standing) -> float:
        if now.left > _FORESEEN:
            return request_cost + then.left
        return _cheapest(then, needed, request_cost)[0]

    def cost(k: int) -> float:
        return request_cost + k + sum(p * rest(then) for p, then in _after(now, k) if not then.settled(needed))

    costs = {k: cost(k) for k in range(1, now.left + 1)}
    size = min(costs, key=lambda k: (round(costs[k], 6), -k))  # of equals, the fewest rounds
    return costs[size], size


def _after(now: _Standing, k: int) -> Iterator[tuple[float, _Standing]]:
    """Where ``k`` further candidates may lead, with the probability of each."""
    first = int(now.lead == 0)  # the first answer leads, whatever it is
    lead, others, tries = now.lead + first, now.drawn - now.lead, k - first
    ways = math.comb(lead + others + tries + 1, tries)
    for joined in range(tries + 1):
        apart = tries - joined  # these have answers of their own, it is assumed
        probability = math.comb(lead + joined, lead) * math.comb(others + apart, others) / ways
        yield (
            probability,
            _Standing(
                lead + joined, max(now.rival, min(apart, 1)), max(now.top, lead + joined), now.drawn + k, now.planned
            ),
        )
