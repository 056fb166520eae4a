"""The tab "Compose": a person puts an information set together and sees what the co-occurrence matrix says.

Components and events; what an edit does to a choice, and what a place shows, comes from :mod:`space.composition`.
The state is a :class:`space.studio.Choice`; locks and kept key points are the values of their own controls.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from builder.composing import MOST_TOPICS
from builder.errors import ConfigError

from . import composition
from .composition import Wishes
from .html import error_box
from .studio import LATEX, Choice, Studio

SAMPLER = "Let the sampler pick"
LARGEST_SEED = 2**31 - 1
_PARTS = 8  # components of a place that an edit updates
_ORDINALS = ("First", "Second", "Third")
# A click on a bar says which topic it was; the bars are buttons, so that the keyboard reaches them.
_BAR_CLICK = """
element.addEventListener('click', event => {
  const bar = event.target.closest('[data-topic]');
  if (bar) trigger('click', {topic: bar.dataset.topic});
});
"""
_HELP = (
    "Two or three topics make an information set. The sampler starts from a topic that occurs often, then follows "
    "the **co-occurrence matrix**: the bars show how likely each next topic is after those before it, and change as "
    "you choose. Each topic brings the key points of one practice that has it."
)


@dataclass(frozen=True)
class ComposeTab:
    """What the page wires to the other tabs."""

    choice: gr.State  # of a Choice; what the controls show
    link: gr.Textbox  # to this choice
    outputs: tuple[Any, ...]  # the components that :attr:`load` updates
    load: Callable[[Choice, gr.Request | None], list[Any]]  # updates for ``outputs`` that show a choice


@dataclass(frozen=True)
class _Place:
    """The components of one place."""

    column: gr.Column
    topic: gr.Dropdown
    standing: gr.Markdown
    bars: gr.HTML
    locked: gr.Checkbox
    kept: gr.CheckboxGroup
    picked: gr.Dropdown
    practice: gr.Markdown
    redraw: gr.Button

    @property
    def shown(self) -> tuple[Any, ...]:
        """What :func:`_place_updates` updates, in its order."""
        return (
            self.column,
            self.topic,
            self.standing,
            self.bars,
            self.locked,
            self.kept,
            self.picked,
            self.practice,
        )


@dataclass(frozen=True)
class _Form:
    """The present values of the controls."""

    count: int
    seed: int | None
    levels: tuple[str, ...]
    wishes: Wishes

    @staticmethod
    def of(values: Sequence[Any]) -> _Form:
        """Of an event's inputs: the number of topics, the seed, the levels, then each place's, control by control."""
        count, seed, levels, *of_places = values
        topics, locked, kept = (of_places[i : i + MOST_TOPICS] for i in range(0, 3 * MOST_TOPICS, MOST_TOPICS))
        wishes = Wishes(
            tuple(t or "" for t in topics), tuple(map(bool, locked)), tuple(tuple(points or ()) for points in kept)
        )
        return _Form(int(count), None if seed is None else int(seed), tuple(levels or ()), wishes)


Change = Callable[..., tuple[Choice, Wishes]]
"""What an event makes of a choice and a form; a third argument is what the event brought."""


def build_compose_tab(studio: Studio, first: Choice | None = None) -> ComposeTab:
    """The tab's components, inside the ``gr.Blocks`` or ``gr.Tab`` that is open; ``first`` is what it shows at first.

    Raises:
        ConfigError: ``first`` cannot be put together.
    """
    start = first or Choice()
    studio.information_set(start)
    at_first = [_arguments(update) for update in _updates(studio, start, composition.wishes_of(start), None)[1:]]
    of_places = [at_first[5 + i * _PARTS : 5 + (i + 1) * _PARTS] for i in range(MOST_TOPICS)]
    choice = gr.State(start)
    gr.Markdown(_HELP)
    with gr.Row():
        count = gr.Radio(
            list(range(2, MOST_TOPICS + 1)),
            label="Number of topics",
            elem_id="compose-count",
            min_width=150,
            **at_first[0],
        )
        with gr.Column(min_width=150):
            seed = gr.Number(
                label="Seed", precision=0, minimum=0, maximum=LARGEST_SEED, elem_id="compose-seed", **at_first[1]
            )
            dice = gr.Button("Another seed", elem_id="compose-dice", size="sm")
        given = studio.composer.levels()
        levels = gr.CheckboxGroup(
            given,
            label="Difficulty of the example practices",
            info="None ticked: any.",
            visible=bool(given),
            elem_id="compose-levels",
            scale=3,
            min_width=280,
            **at_first[2],
        )
    error = gr.HTML(elem_id="compose-error", **at_first[3])
    with gr.Row():
        places = [_place(studio, number, of_places[number]) for number in range(MOST_TOPICS)]
    link = gr.Textbox(
        label="Link to this choice",
        info="It holds the topics, the key points and the seed: whoever opens it sees the same set.",
        interactive=False,
        elem_id="compose-link",
        **at_first[4],
    )
    # Not the box's own button: it would take the box's label away from it.
    gr.Button("Copy the link", size="sm", elem_id="compose-copy").click(
        None, link, js="link => { navigator.clipboard.writeText(link); }", api_visibility="private"
    )
    outputs = (choice, count, seed, levels, error, link, *(c for place in places for c in place.shown))
    controls = [count, seed, levels, *(p.topic for p in places), *(p.locked for p in places), *(p.kept for p in places)]

    def on(listener: Callable[..., Any], change: Change, *brought: Any, event: bool = False) -> None:
        """The change is made at once, without a place in the queue of those who generate."""

        def edit(request: gr.Request, now: Choice, *values: Any) -> list[Any]:
            form, extra = _Form.of(values[: len(controls)]), values[len(controls) :]
            try:
                new, wishes = change(now, form, *extra)
            except ConfigError as mistake:
                return _updates(studio, now, form.wishes, request, str(mistake))
            return _updates(studio, new, wishes, request)

        def edit_by(request: gr.Request, event: gr.EventData, *values: Any) -> list[Any]:
            return edit(request, *values, event)

        listener(
            edit_by if event else edit,
            [choice, *controls, *brought],
            outputs,
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )

    on(count.input, lambda now, form: (composition.resized(now, form.count), form.wishes))
    on(seed.input, partial(_drawn_again, studio))
    on(levels.input, partial(_drawn_again, studio))
    on(dice.click, lambda now, form: _drawn_again(studio, now, replace(form, seed=secrets.randbelow(10**6))))
    for number, place in enumerate(places):
        on(place.topic.input, partial(_named, studio, number))
        on(place.bars.click, partial(_bar_clicked, studio, number), event=True)
        on(place.locked.input, partial(_lock_changed, studio, number))
        on(place.picked.input, partial(_picked, studio, number), place.picked)
        on(place.redraw.click, partial(_redrawn, studio, number))

    def load(new: Choice, request: gr.Request | None) -> list[Any]:
        """Updates that show a choice of a link; one that cannot be put together is told, and the first one stays."""
        try:
            if new.seed > LARGEST_SEED:
                raise ConfigError(f"the seed of this link is over {LARGEST_SEED}; give a smaller one")
            studio.information_set(new)
        except ConfigError as mistake:
            return _updates(
                studio, start, composition.wishes_of(start), request, f"This link cannot be shown: {mistake}"
            )
        return _updates(studio, new, composition.wishes_of(new), request)

    return ComposeTab(choice, link, outputs, load)


# --- what an event does -------------------------------------------------------------------------


def _drawn_again(studio: Studio, now: Choice, form: _Form) -> tuple[Choice, Wishes]:
    return composition.redrawn(studio, now, form.wishes, seed=form.seed, levels=form.levels), form.wishes


def _named(studio: Studio, place: int, now: Choice, form: _Form) -> tuple[Choice, Wishes]:
    wishes = form.wishes.released(place)
    return composition.renamed(now, wishes, place), wishes


def _bar_clicked(studio: Studio, place: int, now: Choice, form: _Form, event: gr.EventData) -> tuple[Choice, Wishes]:
    topic = str(getattr(event, "topic", ""))
    studio.topic(topic)
    return _named(studio, place, now, replace(form, wishes=form.wishes.naming(place, topic)))


def _lock_changed(studio: Studio, place: int, now: Choice, form: _Form) -> tuple[Choice, Wishes]:
    if not form.wishes.locked[place]:
        return now, form.wishes
    topic = studio.information_set(now).topics[place]
    return composition.pinned(now, place, topic), form.wishes.naming(place, topic.topic)


def _picked(studio: Studio, place: int, now: Choice, form: _Form, points: list[str]) -> tuple[Choice, Wishes]:
    """Key points picked by hand stay: their place is locked."""
    new = composition.with_key_points(studio, now, place, points or ())
    return new, form.wishes.naming(place, new.topics[place]).locking(place)


def _redrawn(studio: Studio, place: int, now: Choice, form: _Form) -> tuple[Choice, Wishes]:
    return composition.redrawn_at(studio, now, form.wishes, place, secrets.randbelow(LARGEST_SEED)), form.wishes


# --- what is shown --------------------------------------------------------------------------------


def _place(studio: Studio, number: int, at_first: Sequence[dict[str, Any]]) -> _Place:
    """The components of one place; ``at_first`` are the arguments of those that it shows, in their order."""
    name, n = _ORDINALS[number], number + 1
    topics = [(SAMPLER, ""), *((t, t) for t in sorted(studio.matrix.topics))]
    with gr.Column(min_width=300, elem_classes="kp-card", elem_id=f"compose-place-{n}", **at_first[0]) as column:
        topic = gr.Dropdown(topics, label=f"{name} topic", elem_id=f"compose-topic-{n}", **at_first[1])
        standing = gr.Markdown(latex_delimiters=LATEX, min_height=44, **at_first[2])
        bars = gr.HTML(js_on_load=_BAR_CLICK, elem_id=f"compose-bars-{n}", min_height=360, **at_first[3])
        kept = gr.CheckboxGroup(
            label="Key points", info="Ticked ones stay when you draw again.", elem_id=f"compose-kept-{n}", **at_first[5]
        )
        with gr.Row():
            locked = gr.Checkbox(label="Lock this place", min_width=120, elem_id=f"compose-lock-{n}", **at_first[4])
            redraw = gr.Button("Draw this again", size="sm", min_width=120, elem_id=f"compose-redraw-{n}")
        with gr.Accordion("Pick key points by hand", open=False):
            picked = gr.Dropdown(
                multiselect=True,
                label=f"Key points of the {name.lower()} topic",
                info="How many practices have each is in brackets. None picked: those of the practice.",
                elem_id=f"compose-picked-{n}",
                **at_first[6],
            )
        practice = gr.Markdown(latex_delimiters=LATEX, elem_id=f"compose-practice-{n}", **at_first[7])
    return _Place(column, topic, standing, bars, locked, kept, picked, practice, redraw)


def _updates(
    studio: Studio, choice: Choice, wishes: Wishes, request: gr.Request | None, mistake: str = ""
) -> list[Any]:
    """Updates for :attr:`ComposeTab.outputs`; a choice that cannot be put together is shown with what is wrong."""
    drawn = None
    try:
        drawn = studio.information_set(choice)
    except ConfigError as error:
        mistake = str(error)
    shown = composition.places(studio, choice, drawn)
    updates: list[Any] = [
        choice,
        gr.update(value=len(choice.topics)),
        gr.update(value=choice.seed),
        gr.update(value=list(choice.levels)),
        gr.update(value=error_box(mistake) if mistake else "", visible=bool(mistake)),
        gr.update(value=f"{_page(request)}?{choice.to_query()}"),
    ]
    for number in range(MOST_TOPICS):
        if number < len(shown):
            updates += _place_updates(shown[number], wishes, number)
        else:
            updates += [gr.update(visible=False), *[gr.skip()] * (_PARTS - 1)]
    return updates


def _place_updates(place: composition.Place, wishes: Wishes, number: int) -> list[Any]:
    points = list(place.key_points)
    kept = [k for k in wishes.kept[number] if k in points]
    return [
        gr.update(visible=True),
        gr.update(value=wishes.topics[number]),
        gr.update(value=composition.place_markdown(place)),
        gr.update(value=composition.likely_html(place, number + 1)),
        gr.update(value=wishes.locked[number]),
        gr.update(choices=points, value=kept),
        gr.update(choices=list(place.pickable), value=points),
        gr.update(value=composition.practice_markdown(place)),
    ]


def _arguments(update: dict[str, Any]) -> dict[str, Any]:
    """What an update sets, as arguments of the component's constructor."""
    return {name: value for name, value in update.items() if name != "__type__"}


def _page(request: gr.Request | None) -> str:
    """The address of the page that asks, without what is behind "?"; "" where its browser does not say."""
    return str(request.headers.get("referer", "")).partition("?")[0] if request is not None else ""
