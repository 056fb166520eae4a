"""The tab "Generate": a problem is made while one watches, and what the session made is kept and downloaded.

Components and events.  What is made comes from :func:`space.models.watch`, what is shown of it from
:mod:`space.live`, the table and the files from :mod:`space.made`.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from builder.errors import KPMathError
from builder.llm.streaming import Waiting
from builder.records import QuestionResult

from . import made as session
from .api import JOBS
from .compose_tab import ComposeTab
from .html import error_box, escape
from .limits import Limits
from .live import Live, Shown, shown
from .made import Made
from .models import Models, Visitor, watch
from .studio import LATEX, Choice, Studio
from .who import build_who

MANY = (1, 3, 5)
MOST_CANDIDATES = 24
"""Candidates that are shown one by one; more are in the download."""
_TICK = 0.06  # seconds between two pictures, so that an eye can follow
_PAUSE = 0.05  # the same for the pieces of a reply that was there at once
_ROW_CLICK = """
element.addEventListener('click', event => {
  const button = event.target.closest('[data-row]');
  if (button && !button.disabled) trigger('click', {row: Number(button.dataset.row)});
});
"""
_SAVE = "() => { setTimeout(() => document.querySelector('#made-file')?.click(), 200); }"
_TO_PROBLEM = "() => { document.querySelector('#gen-status')?.scrollIntoView({block: 'start'}); }"
_EXAMPLE = "A finished example, made when this page was started. Write one of your own."
_BROKEN = "Something went wrong here. Try again; what was made before is in the table below."
_STOPPED = "Stopped. What was finished is in the table below."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GenerateTab:
    """What the page wires to the other tabs."""

    made: gr.State  # of a tuple of space.made.Made, the newest last
    write: gr.Button
    coming: gr.HTML  # what the next problem will be written from ...
    of_choice: Callable[[Choice], str]  # ... for this choice; a state tells nobody of its change without the queue


@dataclass(frozen=True)
class _Screen:
    """The components that show one question, in the order of :class:`space.live.Shown`."""

    steps: gr.HTML
    chosen: gr.HTML
    problem: gr.Markdown
    verdict: gr.Markdown
    score: gr.Markdown
    vote: gr.Markdown
    candidates: tuple[gr.Markdown, ...]

    @property
    def components(self) -> list[Any]:
        return [self.steps, self.chosen, self.problem, self.verdict, self.score, self.vote, *self.candidates]


def build_generate_tab(
    studio: Studio, compose: ComposeTab, models: Models, limits: Limits, first: QuestionResult
) -> GenerateTab:
    """The tab's components, inside the ``gr.Blocks`` or ``gr.Tab`` that is open; ``first`` is the example shown."""
    places = min(studio.config.solutions.samples, MOST_CANDIDATES)
    made, folder = gr.State(()), gr.State("", delete_callback=session.forget)
    with gr.Row():
        many = gr.Radio(
            list(MANY),
            value=1,
            label="Problems to write",
            info="Each from the next seed.",
            elem_id="gen-many",
            min_width=200,
        )
        with gr.Column(min_width=200):
            write = gr.Button("Write", variant="primary", elem_id="gen-write")
            stop = gr.Button("Stop", variant="stop", interactive=False, elem_id="gen-stop")
        with gr.Column(min_width=300, scale=2):
            coming = gr.HTML(_coming(studio, compose.choice.value), elem_id="gen-next")
    who = build_who(models)
    status = gr.HTML(_status(_EXAMPLE), elem_id="gen-status")
    screen = _build_screen(shown(Live.of(first), studio, places))
    gr.Markdown("### Made in this session")
    table = gr.HTML(session.table_html(()), js_on_load=_ROW_CLICK, elem_id="made-table")
    with gr.Row():
        saves = {
            kind: gr.Button(f"Download {label}", elem_id=f"made-{kind}") for kind, label in session.FORMATS.items()
        }
    file = gr.DownloadButton("File", visible="hidden", elem_id="made-file")

    outputs = [status, write, stop, *screen.components, made, table]

    def frame(
        line: str, *, busy: bool, pictures: Sequence[Any] = (), kept: tuple[Made, ...] | None = None
    ) -> list[Any]:
        """Updates for ``outputs``; what is not given stays as it is."""
        return [
            line,
            gr.update(interactive=not busy),
            gr.update(interactive=busy),
            *(pictures or [gr.skip()] * len(screen.components)),
            *([gr.skip()] * 2 if kept is None else [kept, session.table_html(kept, openable=not busy)]),
        ]

    async def run(
        request: gr.Request,
        token: gr.OAuthToken | None,
        choice: Choice,
        count: int,
        kept: tuple[Made, ...],
        *who_is: Any,
    ) -> AsyncIterator[list[Any]]:
        """The problems one after another; each yield is what changed on the page."""
        picture, done = None, 0
        try:
            visitor = who.visitor(request.session_hash or "", token, *who_is)
            config = models.config_for(visitor)
            yield frame(_status("Waiting for a place …", busy=True), busy=True)
            async with aclosing(problems(studio, models, limits, choice, int(count), visitor, request)) as states:
                async for number, live in states:
                    new = shown(live, studio, places)
                    pictures, picture = _changes(picture, new), new
                    one = replace(choice, seed=choice.seed + number)
                    line = _status(f"Problem {number + 1} of {int(count)}, seed {one.seed}", busy=True)
                    if live.result is not None:
                        kept, done = session.added(kept, Made(live.result, config, one)), done + 1
                    yield frame(
                        line, busy=True, pictures=pictures, kept=kept if live.result or not live.reply else None
                    )
                    if live.reply:  # the first words come at once
                        await asyncio.sleep(_TICK)
            yield frame(_status(_summary(kept[len(kept) - done :])), busy=False, kept=kept)
        except KPMathError as error:
            yield frame(error_box(str(error)), busy=False, kept=kept)
        except Exception as error:
            # Its text may hold what a visitor typed: where it happened is enough to find it.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("making a problem failed: %s\n%s", type(error).__name__, where)
            yield frame(error_box(_BROKEN), busy=False, kept=kept)

    making = write.click(
        run,
        [compose.choice, many, made, *who.inputs],
        outputs,
        show_progress="minimal",  # the place in the queue
        show_progress_on=status,
        concurrency_limit=limits.jobs,
        concurrency_id=JOBS,
        api_visibility="private",
    )
    # First the end, then the word on it: what was on its way to the page would overwrite it.
    stop.click(None, cancels=[making], queue=False, show_progress="hidden", api_visibility="private").then(
        lambda kept: frame(_status(_STOPPED), busy=False, kept=kept),
        made,
        outputs,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )

    def opened(event: gr.EventData, kept: tuple[Made, ...]) -> list[Any]:
        """A problem of the table on the screen."""
        row = int(getattr(event, "row", -1))
        if not 0 <= row < len(kept):
            return [error_box("This problem is no longer in the table."), *[gr.skip()] * len(screen.components)]
        return [
            _status(f"Problem {row + 1} of this session."),
            *_flat(shown(Live.of(kept[row].result), studio, places)),
        ]

    table.click(
        opened, made, [status, *screen.components], queue=False, show_progress="hidden", api_visibility="private"
    ).then(None, js=_TO_PROBLEM, api_visibility="private")

    def saved(kind: str, kept: tuple[Made, ...], folder_now: str) -> tuple[Any, Any, Any]:
        """The file, written when it is asked for."""
        if not kept:
            return gr.skip(), gr.skip(), error_box("Nothing is made yet: write a problem first.")
        folder_new = session.folder_of(folder_now)
        return folder_new, str(session.write(kept, studio, kind, folder_new)), gr.skip()

    for kind, button in saves.items():
        button.click(
            partial(saved, kind), [made, folder], [folder, file, status], queue=False, api_visibility="private"
        ).success(None, js=_SAVE, api_visibility="private")
    return GenerateTab(made, write, coming, partial(_coming, studio))


async def problems(
    studio: Studio,
    models: Models,
    limits: Limits,
    choice: Choice,
    count: int,
    visitor: Visitor,
    request: gr.Request | None,
) -> AsyncGenerator[tuple[int, Live], None]:
    """``count`` problems of a choice with its seed and those after it, each as it comes about: (number, state).

    Closing it stops the work; no further request is made.

    Raises:
        KPMathError: the choice cannot be put together, a limit is reached, or the model cannot be asked.
    """
    for number in range(count):
        live = Live(studio.information_set(replace(choice, seed=choice.seed + number)))
        async with limits.admit(request) as ticket:
            events = watch(live.information_set, visitor, studio, models, ticket, pause=_PAUSE)
            yield number, live
            async with aclosing(events):
                async for event in events:
                    after = live.after(event, studio)
                    # Nothing new is told too: Gradio sees that a visitor is gone only when it is given something.
                    if after != live or isinstance(event, Waiting):
                        live = after
                        yield number, live


# --- what is shown --------------------------------------------------------------------------------


def _build_screen(at_first: Shown) -> _Screen:
    """The components of one question; the heights keep the page still while it is filled."""

    def card(value: str, name: str, height: int) -> gr.Markdown:
        return gr.Markdown(
            value,
            latex_delimiters=LATEX,
            sanitize_html=True,
            elem_id=f"gen-{name}",
            elem_classes="kp-card",
            min_height=height,
        )

    steps = gr.HTML(at_first.steps, elem_id="gen-steps")
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            problem = card(at_first.problem, "problem", 170)
            verdict = card(at_first.verdict, "verdict", 150)
            score = card(at_first.score, "score", 330)
            with gr.Accordion("Topics and key points that it was written from", open=True):
                chosen = gr.HTML(at_first.chosen, elem_id="gen-chosen", min_height=90)
        with gr.Column(scale=2, min_width=320):
            vote = card(at_first.vote, "vote", 240)
            with gr.Column(elem_classes="kp-card", elem_id="gen-candidates"):
                gr.HTML('<h3 class="kp-head">Candidate solutions</h3>')
                candidates = tuple(
                    gr.Markdown(
                        value, latex_delimiters=LATEX, sanitize_html=True, min_height=34, elem_classes="kp-fold"
                    )
                    for value in at_first.candidates
                )
    return _Screen(steps, chosen, problem, verdict, score, vote, candidates)


def _flat(picture: Shown) -> list[Any]:
    return [*picture[:-1], *picture.candidates]


def _changes(before: Shown | None, after: Shown) -> list[Any]:
    """Updates from one picture to the next; what is the same is not sent, so that what was unfolded stays so."""
    if before is None:
        return _flat(after)
    return [gr.skip() if old == new else new for old, new in zip(_flat(before), _flat(after), strict=True)]


def _coming(studio: Studio, choice: Choice) -> str:
    """What the next problem will be written from."""
    try:
        topics = [t.topic for t in studio.information_set(choice).topics]
    except KPMathError as error:
        return error_box(str(error))
    chips = "".join(f'<li><span class="kp-chip">{escape(t)}</span></li>' for t in topics)
    return (
        f'<div class="kp-muted">Next, from seed {choice.seed} (change it under Compose):</div>'
        f'<ul class="kp-chips">{chips}</ul>'
    )


def _status(text: str, *, busy: bool = False) -> str:
    return f'<div role="status" class="kp-badge{" is-wait" if busy else ""}">{escape(text)}</div>'


def _summary(done: Sequence[Made]) -> str:
    kept = sum(m.result.fate == "kept" for m in done)
    return f"Done: {len(done)} made, {kept} published, {len(done) - kept} rejected."
