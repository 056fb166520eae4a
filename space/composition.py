"""What a person does to a choice, and what each place of it then shows: no Gradio, no state, all pure.

A place is *pinned* where its topic and its practice are in the choice, and then nothing redraws it; what is open is
drawn by :class:`builder.composing.Composer` from the choice's seed.  What the person asked for (a topic by name or
the sampler's, a lock, key points to keep) comes in as :class:`Wishes`; where these are kept is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from builder.composing import MOST_TOPICS
from builder.errors import ConfigError
from builder.records import InformationSet, Practice, SetTopic

from .html import escape, math_markdown
from .studio import Choice, Studio

SHOWN = 12
"""Topics of a place that have a bar of their own."""
T = TypeVar("T")
_TRIES = 24  # to draw something else than what is there


@dataclass(frozen=True)
class Wishes:
    """What the person set, one entry a place, whether or not the choice has it (MOST_TOPICS)."""

    topics: tuple[str, ...]  # "": let the sampler pick
    locked: tuple[bool, ...]
    kept: tuple[tuple[str, ...], ...]  # key points that stay when the place is drawn again

    def naming(self, place: int, topic: str) -> Wishes:
        """The wishes with a topic asked for at a place."""
        return replace(self, topics=_put(self.topics, place, topic))

    def locking(self, place: int) -> Wishes:
        """The wishes with a place locked."""
        return replace(self, locked=_put(self.locked, place, True))

    def released(self, place: int) -> Wishes:
        """The wishes with nothing held at a place: no lock, no kept key point."""
        return replace(self, locked=_put(self.locked, place, False), kept=_put(self.kept, place, ()))


@dataclass(frozen=True)
class Place:
    """What is shown of one place."""

    topic: str
    drawn: bool  # by the sampler; False: named
    likely: tuple[tuple[str, float], ...]  # every topic that can stand here, with its probability
    key_points: tuple[str, ...]
    pickable: tuple[tuple[str, str], ...]  # (how it is shown, key point): all that the topic has
    practice: Practice | None


def wishes_of(choice: Choice) -> Wishes:
    """The wishes that a choice of a link stands for: what it pins is locked."""
    more = MOST_TOPICS - len(choice.topics)
    return Wishes(
        (*choice.topics, *[""] * more),
        (*(p is not None for p in choice.practice_ids), *[False] * more),
        ((),) * MOST_TOPICS,
    )


def pinned(choice: Choice, place: int, topic: SetTopic) -> Choice:
    """The choice with a place that is not drawn: its topic and practice are those of ``topic``."""
    return replace(
        choice,
        topics=_put(choice.topics, place, topic.topic),
        practice_ids=_put(choice.practice_ids, place, topic.practice_id),
    )


def freed(choice: Choice, place: int, topic: str) -> Choice:
    """The choice with a place that is drawn: a practice of ``topic``, or of what the sampler picks ("")."""
    return replace(
        choice,
        topics=_put(choice.topics, place, topic),
        practice_ids=_put(choice.practice_ids, place, None),
        key_points=_put(choice.key_points, place, None),
    )


def resized(choice: Choice, count: int) -> Choice:
    """The first ``count`` places; a new one is the sampler's."""
    more = count - len(choice.topics)
    return replace(
        choice,
        topics=(*choice.topics, *[""] * more)[:count],
        practice_ids=(*choice.practice_ids, *[None] * more)[:count],
        key_points=(*choice.key_points, *[None] * more)[:count],
    )


def redrawn(
    studio: Studio, choice: Choice, wishes: Wishes, *, seed: int | None = None, levels: tuple[str, ...] | None = None
) -> Choice:
    """The choice with every place that is not locked drawn again, from another seed or of other levels.

    Kept key points stay with their topic.

    Raises:
        ConfigError: it cannot be put together.
    """
    fresh = replace(
        choice,
        seed=choice.seed if seed is None else seed,
        levels=choice.levels if levels is None else levels,
    )
    for place in range(len(choice.topics)):
        if not wishes.locked[place]:
            fresh = freed(
                fresh, place, _standing(studio, choice, place) if wishes.kept[place] else wishes.topics[place]
            )
    if not any(wishes.kept):
        return fresh
    drawn = studio.information_set(fresh)
    for place, topic in enumerate(drawn.topics):
        if not wishes.locked[place] and (kept_here := wishes.kept[place]):
            fresh = replace(fresh, key_points=_put(fresh.key_points, place, _with(kept_here, topic.key_points)))
    return fresh


def renamed(choice: Choice, wishes: Wishes, place: int) -> Choice:
    """The choice after the topic of a place was chosen: what the sampler drew after it is drawn again."""
    fresh = freed(choice, place, wishes.topics[place])
    for later in range(place + 1, len(choice.topics)):
        if not wishes.topics[later] and not wishes.locked[later]:
            fresh = freed(fresh, later, "")
    return fresh


def redrawn_at(studio: Studio, choice: Choice, wishes: Wishes, place: int, seed: int) -> Choice:
    """The choice with one place drawn anew from ``seed`` and everything else as it is; kept key points stay.

    Raises:
        ConfigError: nothing else can be drawn there.
    """
    now = studio.information_set(choice)
    kept = wishes.kept[place]
    wanted: list[SetTopic | str | None] = list(now.topics)
    wanted[place] = now.topics[place].topic if kept else wishes.topics[place] or None
    for attempt in range(_TRIES):
        new = studio.composer.draw(seed + attempt, wanted, levels=choice.levels).topics[place]
        if new.practice_id != now.topics[place].practice_id:
            break
    else:
        raise ConfigError(
            f"no other practice has {now.topics[place].topic!r}; choose another topic, or let the sampler pick"
        )
    fixed = choice
    for i, topic in enumerate(now.topics):
        fixed = pinned(fixed, i, new if i == place else topic)
    points = _with(kept, new.key_points) if kept else None
    return replace(fixed, key_points=_put(fixed.key_points, place, points))


def with_key_points(studio: Studio, choice: Choice, place: int, points: Sequence[str]) -> Choice:
    """The choice with key points picked by hand; none stands for those of the practice.

    Raises:
        ConfigError: the choice cannot be put together.
    """
    fixed = pinned(choice, place, studio.information_set(choice).topics[place])
    return replace(fixed, key_points=_put(fixed.key_points, place, tuple(points) or None))


def places(studio: Studio, choice: Choice, drawn: InformationSet | None) -> list[Place]:
    """What each place shows; of a choice that cannot be put together (``drawn`` is None), what is known of it."""
    shown: list[Place] = []
    names = [t.topic for t in drawn.topics] if drawn else list(choice.topics)
    for i, name in enumerate(names):
        before = names[:i]
        likely = tuple(studio.composer.next_topics(before)) if all(before) else ()
        chosen = drawn.topics[i] if drawn else None
        points = tuple((f"{p.text} ({p.practices})", p.text) for p in studio.points.get(name, ()))
        shown.append(
            Place(
                topic=name,
                drawn=not choice.topics[i],
                likely=likely,
                key_points=chosen.key_points if chosen else (),
                pickable=points,
                practice=studio.practices[chosen.practice_id] if chosen else None,
            )
        )
    return shown


def likely_html(place: Place, number: int) -> str:
    """The topics that can stand at a place as bars, the likeliest first; each is a button that chooses it.

    A topic that stands there without being among the likeliest has a bar too; the others have one together.
    """
    if not place.likely:
        return '<div class="kp-empty"><span class="kp-muted">No topic occurs together with those before.</span></div>'
    top = list(place.likely[:SHOWN])
    if place.topic and place.topic not in [t for t, _ in top]:
        top = [*top[:-1], (place.topic, dict(place.likely).get(place.topic, 0.0))]
    others = 1.0 - sum(p for _, p in top)
    full = top[0][1]
    rows = [_bar(topic, p, full, chosen=topic == place.topic) for topic, p in top]
    count = len(place.likely) - sum(1 for t, _ in top if t in dict(place.likely))
    if count > 0:
        rows.append(
            f'<li><div class="kp-bar"><span class="kp-label kp-muted">{count} others together</span>'
            f'<span class="kp-value">{_percent(others)}</span></div></li>'
        )
    return f'<ul class="kp-bars is-dense" aria-label="Probability of each topic at place {number}">{"".join(rows)}</ul>'


def _bar(topic: str, probability: float, full: float, *, chosen: bool) -> str:
    on, pressed = (" is-on", "true") if chosen else ("", "false")
    width = f"{min(probability / full, 1.0):.1%}"
    return (
        f'<li><button type="button" class="kp-bar{on}" aria-pressed="{pressed}" data-topic="{escape(topic)}">'
        f'<span class="kp-track" aria-hidden="true"><span class="kp-fill" style="width:{width}">'
        f'</span></span><span class="kp-label">{escape(topic)}</span>'
        f'<span class="kp-value">{_percent(probability)}</span></button></li>'
    )


def _percent(probability: float) -> str:
    return f"{probability:.1%}" if probability >= 0.0005 or probability <= 0 else "<0.1%"


def place_markdown(place: Place) -> str:
    """The topic that stands at a place, and how it came there."""
    if not place.topic:
        return '<span class="kp-muted">The sampler picks once the mistake is mended.</span>'
    odds = dict(place.likely).get(place.topic, 0.0)
    how = f"{'drawn' if place.drawn else 'chosen'}, probability {_percent(odds)}"
    return f'**{math_markdown(place.topic)}** <span class="kp-muted">{escape(how)}</span>'


def practice_markdown(place: Place) -> str:
    """The example practice, folded: its problem, solution and source."""
    p = place.practice
    if p is None:
        return ""
    facts = " · ".join(x for x in (p.source, p.level or "", p.id) if x)
    return (
        f'<details><summary>Example practice</summary>\n\n<span class="kp-muted">{escape(facts)}</span>\n\n'
        f"**Problem.** {math_markdown(p.problem)}\n\n**Solution.** {math_markdown(p.solution)}\n\n</details>"
    )


def _standing(studio: Studio, choice: Choice, place: int) -> str:
    """The topic at a place, named or drawn."""
    return choice.topics[place] or studio.information_set(choice).topics[place].topic


def _put(values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return (*values[:place], value, *values[place + 1 :])


def _with(kept: Sequence[str], points: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*kept, *points)))
