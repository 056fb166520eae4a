"""How many prompts each role gets, from gate to gate: written, scored, found solvable, solved, kept, reworded.

What the run has decided counts as it is; of the rest a share passes each gate: the one that is expected of
the models, moved towards the one that the run has shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ..config import Config
from ..llm.chat import asked_as
from .dry_run import CHECK, profile_of
from .observed import Fates
from .ranges import NOTHING, Range

QUESTIONS_TRUSTED = 100
"""Questions of the run itself that count as much as what was expected before."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Of those that reach a gate, the share that passes it."""

    written: Range
    passed: Range
    solvable: Range
    kept: Range
    faithful: Range
    passed_again: Range


def shares_expected(config: Config, strange_key_points: bool) -> Shares:
    """Before the run has shown anything.  ``strange_key_points``: the writer may know none of them."""
    rewording = profile_of(config, "paraphrase").paraphrase
    shares = Shares(
        written=profile_of(config, "write").write.written,
        passed=profile_of(config, "score").score.share_passing(config.scoring.threshold),
        solvable=profile_of(config, CHECK).solvability.solvable if config.scoring.solvability else Range.exactly(1),
        kept=profile_of(config, "solve").solve.kept,
        faithful=rewording.faithful,
        passed_again=rewording.passing,
    )
    if strange_key_points:
        shares = replace(shares, written=replace(shares.written, low=0.0), passed=replace(shares.passed, low=0.0))
    return shares


def prompts_by_role(config: Config, shares: Shares, seen: Fates) -> dict[str, Range]:
    """Prompts over the whole run of "write", "score", CHECK, "solve" and "paraphrase"."""
    per_question = Range.exactly(config.paraphrase.per_question)
    left = Range.exactly(max(0, config.sampling.sets - seen.sets))
    written = left * _gate(shares.written, seen.written, seen.sets, left)
    passed = written * _gate(shares.passed, seen.passed, seen.written, written)
    checked = seen.checked if config.scoring.solvability else 0
    stopped = seen.unsolvable + seen.unsolvable_again if checked else 0

    def solvable(of: Range) -> Range:
        return of * _gate(shares.solvable, checked - stopped, checked, of)

    solved = solvable(passed)
    kept = solved * _gate(shares.kept, seen.kept, seen.passed - seen.unsolvable, solved) + Range.exactly(seen.kept)
    reworded = (kept * per_question).less(seen.rewordings)
    faithful = reworded * _gate(shares.faithful, seen.faithful, seen.rewordings, reworded)
    passed_again = faithful * _gate(shares.passed_again, seen.passed_again, seen.faithful, faithful)
    scored = written + faithful + Range.exactly(seen.written + seen.faithful)
    passed_seen = seen.passed + seen.passed_again
    return {
        "write": left + Range.exactly(seen.sets),
        **dict.fromkeys(config.judges, scored),
        CHECK: passed + passed_again + Range.exactly(passed_seen) if config.scoring.solvability else NOTHING,
        "solve": solved + solvable(passed_again) + Range.exactly(passed_seen - stopped),
        "paraphrase": kept if per_question.mid else NOTHING,
    }


def replies_seen(role: str, seen: Fates) -> int:
    """Replies of a role to the prompts of sets that are done."""
    return {
        "write": seen.sets,
        "score": seen.written + seen.faithful,
        CHECK: seen.checked,
        "solve": seen.solutions,
        "paraphrase": seen.rewordings,
    }[asked_as(role)]


def _gate(expected: Range, passed: int, seen: int, of: Range) -> Range:
    """The share that passes of ``of`` questions, after ``passed`` of ``seen`` have; chance included."""
    share = expected.learned(passed / seen, seen, QUESTIONS_TRUSTED) if seen else expected
    chance = 2 * math.sqrt(share.mid * (1 - share.mid) / max(1.0, of.mid))
    return share.widened(chance).at_most(1)
