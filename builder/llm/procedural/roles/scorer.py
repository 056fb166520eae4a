"""The scorer: judges a problem from its text and a list of key points, imperfectly at a stated rate.

Needed is what occurs in the chain of steps that leads to the question; a topic is needed where one of its
key points is.  A quantity that is missing,
statements that disagree, words that cannot be made sense of and impossible numbers count as errors.
Asked only whether a problem can be solved, it looks for the same errors in the problem alone.
"""

from __future__ import annotations

import math
from random import Random

from ..rates import Rates
from ..reader import Reading, read_problem
from ..recognise import families_about, family_of, listed

_SOUND = ("The problem is consistent and has one answer.", "Nothing is missing and nothing contradicts.")


def flaw(reading: Reading) -> tuple[str, str] | None:
    """What is wrong with a problem: its kind as prompts/solvability.txt names it, and a sentence; None: nothing is."""
    if reading.graph is None:
        kind = "missing information" if reading.gaps else "no definite question"
        return kind, "It is not clear what is to be found."
    if reading.gaps:
        return "missing information", "A quantity that is needed is not given."
    if reading.contradictions:
        return "contradiction", "Two statements contradict each other."
    if reading.answer is None:
        return "contradiction", "The numbers do not fit together: there is no such quantity."
    if reading.unread:
        return "other", "A part of the statement makes no sense here."
    return None


def _judged(reading: Reading, rng: Random, rates: Rates) -> tuple[str, str] | None:
    """The flaw that the scorer sees: not always the one that is there."""
    found = flaw(reading)
    if found and rng.random() < rates.scorer_misses:
        found = None
    if not found and rng.random() < rates.scorer_false_alarm:
        found = "no definite question", "The wording leaves room for more than one answer."
    return found


def _needed(wanted: list[tuple[str, ...]], reading: Reading, rng: Random, rates: Rates) -> list[bool]:
    """For each item, whether one of the families that it means is needed."""
    families = reading.graph.families if reading.graph else tuple(e.family for e in reading.unused)
    verdicts = []
    for meant in wanted:
        is_needed = any(family in families for family in meant)
        if not is_needed and rng.random() < rates.scorer_misses:
            is_needed = True
        verdicts.append(is_needed)
    return verdicts


def score(key_points_text: str, problem: str, rng: Random, rates: Rates) -> str:
    """The verdict in the form that prompts/score.txt asks for."""
    return _verdict("Key Point", [(family_of(k) or "",) for k in listed(key_points_text)], problem, rng, rates)


def token(verdict: str) -> tuple[str, tuple[tuple[str, float], ...]]:
    """Yes or No in place of ``verdict``, with log-probabilities: that of Yes is the total score."""
    total = float(verdict.rpartition("Score: ")[2]) if "Score: " in verdict else 0.5
    yes = min(0.999, max(0.001, total))
    said = (("Yes", math.log(yes)), ("No", math.log(1 - yes)))
    return max(said, key=lambda pair: pair[1])[0], tuple(sorted(said, key=lambda pair: -pair[1]))


def score_topics(topics: list[str], problem: str, rng: Random, rates: Rates) -> str:
    """The verdict in the form that prompts/score_topics.txt asks for."""
    return _verdict("Topic", [families_about(t) for t in topics], problem, rng, rates)


def solvability(problem: str, rng: Random, rates: Rates) -> str:
    """The verdict in the form that prompts/solvability.txt asks for; it errs as often as a score does.

    A problem can be solved where its text is read as a whole, and its steps have values that nothing in it denies.
    """
    found = _judged(read_problem(problem), rng, rates)
    words = found[1] if found else rng.choice(_SOUND)
    if rng.random() < rates.scorer_unreadable:
        return "I find it hard to judge this problem. " + words
    said = f"<solvable>no</solvable>\n<reason>{found[0]}</reason>" if found else "<solvable>yes</solvable>"
    return f"{words}\n{said}"


def _verdict(what: str, wanted: list[tuple[str, ...]], problem: str, rng: Random, rates: Rates) -> str:
    reading = read_problem(problem)
    needed = _needed(wanted, reading, rng, rates)
    found = _judged(reading, rng, rates)
    if rng.random() < rates.scorer_unreadable:
        return "I find it hard to judge this problem. " + (found[1] if found else rng.choice(_SOUND))
    noise = rng.uniform(-1, 1) * rates.scorer_noise
    presence = sum(needed) / len(needed) if needed else 1.0
    correctness = rng.uniform(0.1, 0.5) if found else min(1.0, 0.96 + noise)
    total = max(0.0, min(presence, correctness) - (abs(noise) if presence < 1 else 0.0))
    lines = [found[1] if found else rng.choice(_SOUND)]
    lines += [f"{what} {i}: {'needed' if n else 'not needed'}" for i, n in enumerate(needed, 1)]
    lines += [f"Presence: {presence:.2f}", f"Correctness: {correctness:.2f}", f"Score: {total:.2f}"]
    return "\n".join(lines)
