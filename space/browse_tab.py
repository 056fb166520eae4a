"""Browse: the built dataset, filtered, and one question of it with all that happened to it.

Only components and events; what rows there are is told by :mod:`space.dataset_view`, how they look by
:mod:`space.browse_row`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from builder.errors import KPMathError

from . import browse_row as show
from .browse_build import SETS, SmallDataset
from .dataset_view import FACETS, KEPT, ORDERS, PAGE, REJECTED, Bounds, DatasetView, Filters
from .html import empty_state, error_box
from .studio import LATEX, Studio

_MOST_OPTIONS = 200  # of a list that is opened; key points can be many more: their words narrow it
_ANY = "any"
_FACET_LABELS = {
    "fate": "What became of it",
    "topic": "Topic",
    "key_point": "Key point",
    "subject": "Subject (of the first topic)",
    "source": "Source (of its seed practices)",
}

# Clicks and arrow keys of the list; a button is told by its place, so that no text of a row becomes an attribute.
_LIST_SCRIPT = """
const buttons = () => [...element.querySelectorAll(".kp-open")];
element.addEventListener("click", (event) => {
  const at = buttons().indexOf(event.target.closest(".kp-open"));
  if (at >= 0) trigger("click", { at });
});
element.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = buttons().indexOf(document.activeElement);
  if (!step || at < 0) return;
  event.preventDefault();
  buttons()[at + step]?.focus();
});
"""
# Whoever uses the keyboard stands in what has just opened: on a button of the row, or on the row in the list.
_FOCUS = """async () => {
  await new Promise((drawn) => setTimeout(drawn, 100));
  const open = document.querySelector("#browse-open");
  if (!open?.checkVisibility()) return document.querySelector("#browse-list .is-on")?.focus();
  if (!open.contains(document.activeElement)) document.querySelector("#browse-back").focus({ preventScroll: true });
  if (open.getBoundingClientRect().top < 0) open.scrollIntoView();
}"""


@dataclass(frozen=True)
class BrowseTab:
    """What the page wires: put a question's id into ``row`` and it opens; "" shows the list."""

    row: gr.Textbox


class _Shown:
    """The dataset that is looked through: that of the studio, or the small one once somebody has built it."""

    def __init__(self, studio: Studio) -> None:
        self.small = SmallDataset()
        self.error = ""
        self._own: DatasetView | None = None
        try:
            self._own = DatasetView(studio.dataset) if studio.dataset else None
        except KPMathError as error:
            self.error = str(error)

    @property
    def view(self) -> DatasetView | None:
        return self._own or self.small.view


@dataclass(frozen=True)
class _Controls:
    """The filters and what they fill."""

    text: gr.Textbox
    key_words: gr.Textbox
    facets: dict[str, gr.Dropdown]
    bounds: tuple[gr.Number, gr.Number, gr.Number, gr.Number]
    order: gr.Dropdown

    @property
    def inputs(self) -> list[Any]:
        """In the order of :func:`_filters`."""
        return [self.text, self.key_words, *self.facets.values(), *self.bounds, self.order]


def build_browse_tab(studio: Studio) -> BrowseTab:
    """The tab's components; a dataset that cannot be read is said so in it, and the rest of the page works."""
    shown = _Shown(studio)
    row = gr.Textbox(label="Id of the question that is open", visible="hidden", elem_id="browse-row")
    with gr.Column(visible=shown.view is None, elem_id="browse-none") as none:
        told = _html("browse-told", _nothing_html(shown))
        build = gr.Button("Build a small dataset now", variant="primary", elem_id="browse-build")
    with gr.Column(visible=shown.view is not None, elem_id="browse-lines") as lines:
        controls = _controls(shown.view)
        page = gr.State(0)
        listed = _list(shown.view)
    with gr.Column(visible=False, elem_id="browse-open") as opened:
        parts = _row_parts()
    _wire_list(shown, row, controls, page, listed)
    _wire_row(shown, row, controls, page, listed, (lines, opened), parts)
    if shown.view is None:
        _wire_build(shown, told, build, controls, listed, (none, lines))
    return BrowseTab(row)


# --- components --------------------------------------------------------------------------------


def _controls(view: DatasetView | None) -> _Controls:
    with gr.Row():
        text = gr.Textbox(
            label="Text in the problem",
            placeholder='words, or "a phrase"',
            max_length=200,
            scale=3,
            min_width=240,
            elem_id="browse-text",
        )
        fate = _dropdown("fate", view)
        order = gr.Dropdown(
            [(name or "as in the dataset", name) for name in ORDERS],
            value="",
            label="Order",
            filterable=False,
            scale=2,
            min_width=200,
            elem_id="browse-order",
        )
    with gr.Accordion("More filters: topic, key point, subject, source, score, agreement", open=False):
        with gr.Row():
            topic = _dropdown("topic", view)
            point = _dropdown("key_point", view)
        with gr.Row():
            key_words = gr.Textbox(
                label="Words in a key point",
                placeholder="of one of the set's",
                max_length=200,
                scale=2,
                min_width=200,
                elem_id="browse-key-words",
            )
            subject = _dropdown("subject", view)
            source = _dropdown("source", view)
        with gr.Row():
            bounds = tuple(_bound(name, end) for name in ("score", "agreement") for end in ("at least", "at most"))
    facets = {"fate": fate, "topic": topic, "key_point": point, "subject": subject, "source": source}
    return _Controls(text, key_words, {name: facets[name] for name in FACETS}, bounds, order)  # type: ignore[arg-type]


def _dropdown(facet: str, view: DatasetView | None) -> gr.Dropdown:
    return gr.Dropdown(
        _options(view, facet, Filters()) if view else [(_ANY, "")],
        value="",
        label=_FACET_LABELS[facet],
        scale=2,
        min_width=200,
        elem_id=f"browse-{facet.replace('_', '-')}",
    )


def _bound(name: str, end: str) -> gr.Number:
    return gr.Number(
        label=f"{name.capitalize()} {end}",
        value=0 if end == "at least" else 1,
        minimum=0,
        maximum=1,
        step=0.05,
        min_width=120,
        elem_id=f"browse-{name}-{end.split()[-1]}",
    )


def _html(name: str, value: str = "") -> gr.HTML:
    return gr.HTML(value, elem_id=name, apply_default_css=False)


@dataclass(frozen=True)
class _Listed:
    total: gr.HTML
    clear: gr.Button
    frame: gr.HTML
    rows: gr.Markdown
    back: gr.Button
    number: gr.HTML
    on: gr.Button


def _list(view: DatasetView | None) -> _Listed:
    first = _page_values(view, Filters(), "", 0) if view else ("", "", gr.skip(), "", gr.skip())
    with gr.Row(elem_classes="kp-pager"):
        total = _html("browse-total", first[0])
        clear = gr.Button("Clear all filters", size="sm", scale=0, min_width=150, elem_id="browse-clear")
    with gr.HTML(
        html_template="@children", js_on_load=_LIST_SCRIPT, apply_default_css=False, elem_id="browse-list"
    ) as frame:
        rows = gr.Markdown(first[1], latex_delimiters=LATEX, sanitize_html=True, container=False)
    many = view is not None and len(view) > PAGE
    with gr.Row(elem_classes="kp-pager"):
        back = gr.Button("← Previous page", size="sm", min_width=120, interactive=False, elem_id="browse-page-back")
        number = _html("browse-page", first[3])
        on = gr.Button("Next page →", size="sm", min_width=120, interactive=many, elem_id="browse-page-on")
    return _Listed(total, clear, frame, rows, back, number, on)


@dataclass(frozen=True)
class _Parts:
    close: gr.Button
    before: gr.Button
    after: gr.Button
    head: gr.HTML
    problem: gr.Markdown
    judge: gr.HTML
    info: gr.Markdown
    vote: gr.HTML
    candidates: gr.Markdown
    facts: gr.HTML


def _row_parts() -> _Parts:
    def markdown(name: str) -> gr.Markdown:
        return gr.Markdown(latex_delimiters=LATEX, sanitize_html=True, elem_id=name)

    with gr.Row(elem_classes="kp-pager"):
        close = gr.Button("All questions", size="sm", min_width=100, elem_id="browse-back")
        before = gr.Button("← Previous", size="sm", min_width=90, elem_id="browse-before")
        after = gr.Button("Next →", size="sm", min_width=90, elem_id="browse-after")
    head = _html("browse-head")
    problem = markdown("browse-problem")
    with gr.Row():
        with gr.Column(min_width=320):
            judge = _html("browse-judge")
            info = markdown("browse-set")
        with gr.Column(min_width=320):
            vote = _html("browse-vote")
            candidates = markdown("browse-candidates")
            facts = _html("browse-facts")
    return _Parts(close, before, after, head, problem, judge, info, vote, candidates, facts)


# --- what components show ----------------------------------------------------------------------


def _filters(*values: Any) -> tuple[Filters, str]:
    """The filters and the order that :attr:`_Controls.inputs` hold."""
    text, key_words, *facets, score_low, score_high, agreement_low, agreement_high, order = values
    named = {name: value or "" for name, value in zip(FACETS, facets, strict=True)}
    return Filters(
        text=text or "",
        key_words=key_words or "",
        **named,
        score=_bounds(score_low, score_high),
        agreement=_bounds(agreement_low, agreement_high),
    ), order or ""


def _bounds(low: float | None, high: float | None) -> Bounds:
    """From 0 to 1 is no bound: it leaves the rows that have no such number."""
    return low if low and low > 0 else None, high if high is not None and high < 1 else None


def _options(view: DatasetView, facet: str, filters: Filters) -> list[tuple[str, str]]:
    """What a facet can be set to, with counts under the other filters; what it is set to stays among them."""
    counts = view.counts(facet, filters)
    chosen = getattr(filters, facet)
    names = list(counts)[:_MOST_OPTIONS]
    if facet == "fate":
        rejected = sum(counts.values()) - counts.get(KEPT, 0)
        counts = {KEPT: counts.get(KEPT, 0), REJECTED: rejected} | counts
        return [(_ANY, "")] + [(f"{show.fate_words(n)} ({counts[n]:,})", n) for n in counts]
    if chosen and chosen not in names:
        names.append(chosen)
    return [(_ANY, "")] + [(f"{n} ({counts[n]:,})" if n in counts else n, n) for n in names]


def _page_values(view: DatasetView, filters: Filters, order: str, page: int, chosen: str = "") -> tuple[Any, ...]:
    """What :func:`_list_outputs` take."""
    found = view.filter(filters, order, page)
    number, last = found.first // PAGE + 1, show.pages(found.total)
    return (
        show.total_html(found, len(view)),
        show.list_markdown(found, chosen),
        gr.update(interactive=number > 1),
        f'<span role="status">Page {number:,} of {last:,}</span>',
        gr.update(interactive=number < last),
    )


def _list_outputs(listed: _Listed) -> list[Any]:
    return [listed.total, listed.rows, listed.back, listed.number, listed.on]


def _nothing_html(shown: _Shown) -> str:
    how = (
        "“make demo” builds one, and “python -m space.app --dataset FOLDER” shows another. Or build a small one here: "
        f"{SETS} problems by the procedural model, in a few seconds."
    )
    return (error_box(shown.error) if shown.error else "") + empty_state("No dataset has been built yet.", how)


# --- events ------------------------------------------------------------------------------------


def _view(shown: _Shown) -> DatasetView:
    if shown.view is None:
        raise gr.Error("there is no dataset to look through; build one first", print_exception=False)
    return shown.view


def _wire_list(shown: _Shown, row: gr.Textbox, controls: _Controls, page: gr.State, listed: _Listed) -> None:
    outputs = _list_outputs(listed)
    facets = list(controls.facets.values())

    def refilter(*values: Any) -> list[Any]:
        view, (filters, order) = _view(shown), _filters(*values)
        options = [gr.update(choices=_options(view, facet, filters)) for facet in FACETS]
        return [0, *_page_values(view, filters, order, 0), *options]

    def turn(step: int) -> Any:
        def turned(page: int, *values: Any) -> list[Any]:
            return [page + step, *_page_values(_view(shown), *_filters(*values), page + step)]

        return turned

    def pick(page: int, event: gr.EventData, *values: Any) -> str:
        return _view(shown).at(page * PAGE + int(event.at), *_filters(*values)) or ""

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    # A list is filled by its own event, so that only a visitor's choice counts; pasted text is no "input" to Gradio.
    written = [controls.text.change, controls.key_words.change, *(bound.change for bound in controls.bounds)]
    changed = [*written, *(facet.input for facet in facets), controls.order.input]
    refiltered = [page, *outputs, *facets]
    gr.on(changed, refilter, controls.inputs, refiltered, trigger_mode="always_last", **quiet)
    cleared = listed.clear.click(lambda: ["", "", *[""] * len(FACETS), 0, 1, 0, 1, ""], None, controls.inputs, **quiet)
    cleared.then(refilter, controls.inputs, refiltered, **quiet)
    listed.back.click(turn(-1), [page, *controls.inputs], [page, *outputs], **quiet)
    listed.on.click(turn(1), [page, *controls.inputs], [page, *outputs], **quiet)
    listed.frame.click(pick, [page, *controls.inputs], row, **quiet)


def _wire_row(
    shown: _Shown,
    row: gr.Textbox,
    controls: _Controls,
    page: gr.State,
    listed: _Listed,
    columns: tuple[gr.Column, gr.Column],
    parts: _Parts,
) -> None:
    def open_row(row_id: str, *values: Any) -> list[Any]:
        if not row_id:
            return [gr.update(visible=True), gr.update(visible=False), *[gr.skip()] * 9]
        view, (filters, order) = _view(shown), _filters(*values)
        try:
            found = view.row(row_id)
            origin = show.set_markdown(found, view.practice)
        except KPMathError as error:
            raise gr.Error(str(error), print_exception=False) from None
        position, total = view.position(row_id, filters, order), view.filter(filters, order).total
        return [
            gr.update(visible=False),
            gr.update(visible=True),
            gr.update(interactive=bool(position)),
            gr.update(interactive=position is not None and position + 1 < total),
            show.head_html(found, position, total),
            show.problem_markdown(found),
            show.judge_html(found),
            origin,
            show.vote_html(found),
            gr.update(value=show.candidates_markdown(found), visible=bool(found["candidate_ids"])),
            show.facts_html(found),
        ]

    def go(step: int) -> Any:
        def gone(row_id: str, *values: Any) -> Any:
            view, wanted = _view(shown), _filters(*values)
            position = view.position(row_id, *wanted)
            return (None if position is None else view.at(position + step, *wanted)) or gr.skip()

        return gone

    def close(row_id: str, *values: Any) -> list[Any]:
        view, wanted = _view(shown), _filters(*values)
        number = (view.position(row_id, *wanted) or 0) // PAGE
        return ["", number, *_page_values(view, *wanted, number, row_id)]

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    inputs = [row, *controls.inputs]
    outputs = [
        *columns,
        parts.before,
        parts.after,
        parts.head,
        parts.problem,
        parts.judge,
        parts.info,
        parts.vote,
        parts.candidates,
        parts.facts,
    ]
    row.change(open_row, inputs, outputs, **quiet).then(None, js=_FOCUS, **quiet)
    parts.before.click(go(-1), inputs, row, **quiet)
    parts.after.click(go(1), inputs, row, **quiet)
    parts.close.click(close, inputs, [row, page, *_list_outputs(listed)], **quiet)


def _wire_build(
    shown: _Shown,
    told: gr.HTML,
    build: gr.Button,
    controls: _Controls,
    listed: _Listed,
    columns: tuple[gr.Column, gr.Column],
) -> None:
    outputs = [told, build, *columns, *_list_outputs(listed), *controls.facets.values()]
    nothing = [gr.skip()] * (len(outputs) - 2)

    def ready() -> list[Any]:
        view = shown.small.view
        if view is None:
            return [_nothing_html(shown), gr.update(interactive=True), *nothing]
        options = [gr.update(choices=_options(view, facet, Filters())) for facet in FACETS]
        visible = [gr.update(visible=False), gr.update(visible=True)]
        return [gr.skip(), gr.skip(), *visible, *_page_values(view, Filters(), "", 0), *options]

    async def build_small() -> AsyncIterator[list[Any]]:
        small = shown.small
        small.start()
        while small.running:
            yield [empty_state("Building ...", small.progress), gr.update(interactive=False), *nothing]
            await asyncio.sleep(0.2)
        if small.error:
            yield [error_box(small.error), gr.update(interactive=True), *nothing]
        else:
            yield ready()

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    gr.on(None, ready, [], outputs, **quiet)  # when a page is opened: somebody may have built it since
    build.click(build_small, None, outputs, concurrency_limit=None, **quiet)
