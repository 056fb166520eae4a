"""What programs send and get: plain JSON, checked on the way in.  Pure functions; nothing of Gradio.

Every check ends in one :class:`Unreadable` that names the parameter, says what is wrong and what would be right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from builder.errors import KPMathError
from builder.llm.streaming import Arrived, Writing
from builder.records import InformationSet, Question, Score, Solution, Vote, content_id

from .studio import Choice, Studio

LONGEST_TEXT = 20_000  # characters of a problem or a solution
LONGEST_NAME = 300  # of a topic, a key point, a level
MOST_POINTS = 40
MOST_VOTES = 64
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
Json = dict[str, Any]


class Unreadable(KPMathError):
    """A parameter that cannot be used."""


def text(name: str, value: object, longest: int = LONGEST_TEXT, *, empty: bool = False) -> str:
    """A text of at most ``longest`` characters without control characters."""
    if not isinstance(value, str):
        raise Unreadable(f"{name} must be a text, not {_kind(value)}")
    if len(value) > longest:
        raise Unreadable(f"{name} has {len(value):,} characters; {longest:,} is the most")
    if _CONTROL.search(value):
        raise Unreadable(f"{name} holds control characters; leave them out")
    if not empty and not value.strip():
        raise Unreadable(f"{name} is empty; give a text")
    return value


def texts(name: str, value: object, most: int, longest: int = LONGEST_NAME, *, empty: bool = False) -> tuple[str, ...]:
    """A list of at most ``most`` texts; null is an empty one."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise Unreadable(f"{name} must be a list of texts, not {_kind(value)}")
    if len(value) > most:
        raise Unreadable(f"{name} has {len(value):,} entries; {most} is the most")
    return tuple(text(f"{name}[{i}]", entry, longest, empty=empty) for i, entry in enumerate(value))


def whole(name: str, value: object, low: int, high: int) -> int:
    """A whole number, ``low`` to ``high``."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable(f"{name} must be a whole number, not {_kind(value)}")
    if not low <= value <= high:
        raise Unreadable(f"{name} must be from {low:,} to {high:,}")
    return value


def _kind(value: object) -> str:
    kinds = {"dict": "an object", "list": "a list", "str": "a text", "NoneType": "null", "bool": "true or false"}
    return kinds.get(type(value).__name__, "a number" if isinstance(value, int | float) else "this")


# --- information sets --------------------------------------------------------------------------


def set_json(information_set: InformationSet, seed: int, levels: Sequence[str] = ()) -> Json:
    """An information set; ``link`` is what stands behind the "?" of a link to the page that shows it."""
    topics = information_set.topics
    choice = Choice(
        tuple(t.topic for t in topics),
        tuple(t.practice_id for t in topics),
        tuple(t.key_points or None for t in topics),
        seed,
        tuple(levels),
    )
    listed = [{"topic": t.topic, "practice_id": t.practice_id, "key_points": list(t.key_points)} for t in topics]
    return {"id": information_set.id, "seed": seed, "topics": listed, "link": choice.to_query()}


def choice_of(value: object) -> Choice:
    """The choice that an information set in the form of :func:`set_json` is; ``practice_id`` and ``key_points`` may
    be left out, then they are drawn."""
    if not isinstance(value, Mapping):
        raise Unreadable(f"information_set must be an object as /sample gives it, not {_kind(value)}")
    topics = value.get("topics")
    if not isinstance(topics, list) or not 2 <= len(topics) <= 3 or not all(isinstance(t, Mapping) for t in topics):
        raise Unreadable("information_set.topics must be a list of 2 or 3 objects, each with a topic")
    names, practices, points = [], [], []
    for i, entry in enumerate(topics):
        where = f"information_set.topics[{i}]"
        names.append(text(f"{where}.topic", entry.get("topic"), LONGEST_NAME, empty=True))
        practices.append(text(f"{where}.practice_id", entry.get("practice_id") or "", LONGEST_NAME, empty=True) or None)
        points.append(texts(f"{where}.key_points", entry.get("key_points"), MOST_POINTS) or None)
    seed = whole("information_set.seed", value.get("seed", 1), 0, 2**63 - 1)
    return Choice(tuple(names), tuple(practices), tuple(points), seed)


def given_question(problem: str) -> Question:
    """A problem that a program brings along."""
    return Question(content_id("question", "given", problem), "", problem, "given", "", "")


def given_answer(question: Question, index: int, answer: str) -> Solution:
    """A final answer without its solution; an empty one abstains."""
    return Solution(f"{question.id}-{index}", question.id, index, "", (answer.strip() or None,), (), "given", "")


# --- knowledge ---------------------------------------------------------------------------------


def topics_json(studio: Studio, search: str, subject: str, limit: int) -> list[Json]:
    """Topics by how often they occur, each with its key points and its neighbours (at most 20 of each)."""
    matrix, wanted, of = studio.matrix, search.casefold().strip(), subject.casefold().strip()
    places = {name: i for i, name in enumerate(matrix.topics)}
    found = []
    for topic in sorted(studio.topics, key=lambda t: (-t.practices, t.name)):
        own = topic.name.partition(" - ")[0].strip()
        if wanted not in " ".join((topic.name, *topic.aliases)).casefold() or (of and of != own.casefold()):
            continue
        points = [{"key_point": k.text, "practices": k.practices} for k in studio.points.get(topic.name, ())[:20]]
        found.append(
            {
                "topic": topic.name,
                "subject": own,
                "practices": topic.practices,
                "sampled": topic.sampled,
                "key_points_count": topic.key_points,
                "key_points": points,
                "neighbours": _neighbours(studio, places[topic.name]) if topic.name in places else [],
            }
        )
        if len(found) == limit:
            break
    return found


def _neighbours(studio: Studio, i: int) -> list[Json]:
    matrix = studio.matrix
    row: list[Json] = [
        {"topic": name, "count": int(matrix.counts[i, j]), "weight": round(float(matrix.weights[i, j]), 6)}
        for j, name in enumerate(matrix.topics)
        if j != i and matrix.counts[i, j] > 0
    ]
    return sorted(row, key=lambda n: (-float(n["weight"]), str(n["topic"])))[:20]


# --- what happens ------------------------------------------------------------------------------


def score_json(score: Score) -> Json:
    """A score with its criteria; the replies of the judges are left out."""
    return {
        "score": score.value,
        "key_points_present": score.key_points_present,
        "correct": score.correct,
        "needed": [list(v.needed) for v in score.verdicts],
        "verdicts": [v.value for v in score.verdicts],
        "reason": score.reason,
        "model": score.model,
    }


def vote_json(vote: Vote) -> Json:
    """A vote: answer classes, consensus scores, winners."""
    return {
        "answer": vote.answer,
        "agreement": vote.agreement,
        "rejected": vote.rejected,
        "rule": vote.rule,
        "candidates": vote.candidates,
        "planned": vote.planned,
        "abstained": vote.abstained,
        "classes": [list(c) for c in vote.classes],
        "class_sizes": list(vote.class_sizes),
        "scores": list(vote.scores),
        "winners": list(vote.winners),
    }


def solution_json(solution: Solution) -> Json:
    """A candidate with its answers."""
    wrong = list(solution.wrong_computations)
    return {
        "sample": solution.index,
        "text": solution.text,
        "answers": list(solution.answers),
        "wrong_computations": wrong,
        "votes": solution.votes,
    }


def arrival_json(event: Writing | Arrived) -> Json:
    """A text that grows, or a reply that is whole."""
    if isinstance(event, Writing):
        return {"event": "text", **asdict(event)}
    return {
        "event": "reply",
        "role": event.role,
        "sample": event.sample,
        "text": event.reply.text,
        "finish_reason": event.reply.finish_reason,
        "model": event.reply.model,
    }
