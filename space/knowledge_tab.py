"""The tab Knowledge: the list of topics, what is known of the chosen one, and the map of those that occur together.

What is shown is read from the :class:`~space.studio.Studio`; the functions that lay it out are pure.  What becomes
of a chosen pair is not known here: it is written to a component that the page wires to Compose.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from builder.errors import ConfigError
from builder.records import Practice, Topic
from builder.report.names import count, short_name, subject_name

from .heatmap import Neighbour, assets, graph_data, heat_map, map_data, neighbours, topic_graph
from .html import Bar, bar_rows, chips, empty_state, escape, math_markdown
from .studio import LATEX, Studio

EXAMPLES = 3
"""Practices of a topic that are shown at a time."""
_LISTED = 12  # neighbours in the list
_ALIASES = 24  # a merged topic may have hundreds of names
_FLUSH = ".html-container:has(> &) { padding: 0; }"  # without the frame of nothing that Gradio puts around HTML
_SCRIPT = """
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const [place, other] = button.dataset.places.split(" ").map(Number);
  if (other === undefined) trigger("topic", { place });
  else trigger("pair", { places: [place, other] });
});
"""


@dataclass(frozen=True)
class KnowledgeTab:
    """What the page wires to other tabs."""

    topic: gr.Textbox  # the name of the chosen topic; set it to show another one
    pair: gr.Textbox  # changes with every choice of a pair: read it with :func:`pair_topics`


def pair_topics(text: str) -> tuple[str, str]:
    """The two topics that the component ``pair`` holds.

    Raises:
        ConfigError: it is not what this tab writes.
    """
    try:
        one, other = json.loads(text)["topics"]
    except (ValueError, KeyError, TypeError):
        raise ConfigError("no pair of topics was chosen; click a cell of the map") from None
    return str(one), str(other)


def build_knowledge_tab(studio: Studio) -> KnowledgeTab:
    """The components and events of the tab, into the tab that is open."""
    first = max(studio.topics, key=lambda t: (t.sampled, t.practices), default=None)
    if first is None:
        gr.HTML(empty_state("No topic yet", "the recipe's seeds have no labelled practice"))
        return KnowledgeTab(gr.Textbox(visible="hidden"), gr.Textbox(visible="hidden"))
    now = _shown(studio, first.name)
    topic = gr.Textbox(first.name, label="Chosen topic", visible="hidden", elem_id="knowledge-topic")
    pair = gr.Textbox("", label="Chosen pair", visible="hidden", elem_id="knowledge-pair")
    page, clicks = gr.State(0), gr.State(0)
    with gr.Row():
        with gr.Column(scale=3, min_width=260):
            listing = _topic_list(studio.topics, now["place"])
        with gr.Column(scale=8, min_width=320):
            about = gr.HTML(now["about"], css_template=_FLUSH, elem_id="knowledge-about")
            with gr.Row():
                with gr.Column(scale=6, min_width=320):
                    graph = topic_graph(now["graph"], elem_id="knowledge-graph")
                with gr.Column(scale=5, min_width=300):
                    near = gr.HTML(now["near"], css_template=_FLUSH, js_on_load=_SCRIPT, elem_id="knowledge-near")
    with gr.Row():
        with gr.Column(min_width=320):
            points = gr.HTML(now["points"], css_template=_FLUSH, elem_id="knowledge-points")
        with gr.Column(min_width=320, elem_classes="kp-card"):
            gr.HTML('<h3 class="kp-head">Practices that have it</h3>', css_template=_FLUSH)
            examples = gr.Markdown(now["examples"], latex_delimiters=LATEX, elem_id="knowledge-examples")
            others = gr.Button("Other practices", size="sm", elem_id="knowledge-others")
    gr.HTML('<h3 class="kp-head">Which topics occur together</h3>', css_template=_FLUSH)
    heat = heat_map(map_data(studio.matrix, studio.topics), now["place"], elem_id="knowledge-map")

    def choose(event: gr.EventData) -> str:
        return _topic_at(studio, _sent(event, "place")).name

    def choose_pair(before: int, event: gr.EventData) -> tuple[str, int]:
        places = _sent(event, "places")
        if not isinstance(places, list) or len(places) != 2 or places[0] == places[1]:
            raise gr.Error("Two topics make a pair: click a cell of the map.", print_exception=False)
        names = [_topic_at(studio, place).name for place in places]
        # The number makes the same pair, chosen once more, another value.
        return json.dumps({"topics": names, "click": before + 1}), before + 1

    def show(name: str) -> tuple[Any, ...]:
        try:
            made = _shown(studio, name)
        except ConfigError as error:
            raise gr.Error(str(error), print_exception=False) from None
        panels = ("place", "place", "about", "graph", "near", "points", "examples")
        return (*(made[panel] for panel in panels), 0)

    def turn(name: str, shown: int) -> tuple[str, int]:
        return example_text(studio, name, shown + 1), shown + 1

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    for source in (listing, heat, graph, near):
        source.topic(choose, None, topic, **quiet)
    for source in (heat, graph, near):
        source.pair(choose_pair, clicks, [pair, clicks], **quiet)
    topic.change(show, topic, [listing, heat, about, graph, near, points, examples, page], **quiet)
    others.click(turn, [topic, page], [examples, page], **quiet)
    return KnowledgeTab(topic, pair)


def _sent(event: gr.EventData, name: str) -> Any:
    """What a script sent; None where it did not, as a forged event would not."""
    return getattr(event, name, None)


def _topic_at(studio: Studio, place: Any) -> Topic:
    if type(place) is not int or not 0 <= place < len(studio.topics):
        raise gr.Error("There is no such topic; choose one from the list.", print_exception=False)
    return studio.topics[place]


def _shown(studio: Studio, name: str) -> dict[str, Any]:
    """All that is shown of a topic."""
    topic = studio.topic(name)
    near = neighbours(studio.matrix, name)
    return {
        "place": studio.topics.index(topic),
        "about": about_html(topic, len(studio.points.get(name, ())), len(near)),
        "graph": graph_data(studio.matrix, studio.topics, name),
        "near": neighbours_html(studio.topics, name, near),
        "points": key_points_html(studio, name),
        "examples": example_text(studio, name),
    }


# --- what is shown, as HTML and Markdown ---------------------------------------------------------


def topic_rows_html(topics: Sequence[Topic]) -> tuple[str, str]:
    """The list of topics, the most frequent first, and the options of the choice of a subject."""
    subjects = sorted({subject_name(t.name) for t in topics})
    ranked = sorted(range(len(topics)), key=lambda k: (-topics[k].practices, topics[k].name))
    rows = "".join(_topic_row(topics[k], k, subjects.index(subject_name(topics[k].name))) for k in ranked)
    sizes = [sum(subject_name(t.name) == s for t in topics) for s in subjects]
    options = "".join(
        f'<option value="{k}">{escape(s)} ({n})</option>' for k, (s, n) in enumerate(zip(subjects, sizes, strict=True))
    )
    return rows, f'<option value="">all {len(topics)} topics</option>{options}'


def _topic_row(topic: Topic, place: int, subject: int) -> str:
    aliases = [a for a in topic.aliases if a != topic.name][:_ALIASES]
    also = f' title="also called: {escape("; ".join(aliases))}"' if aliases else ""
    return (
        f'<li data-subject="{subject}"><button type="button" data-topic="{place}"{also}>'
        f"<span>{escape(short_name(topic.name, 80))}</span><b>{topic.practices}</b>"
        f"<small>{escape(subject_name(topic.name))}</small></button></li>"
    )


def _topic_list(topics: Sequence[Topic], chosen: int) -> gr.HTML:
    rows, subjects = topic_rows_html(topics)
    return gr.HTML(chosen, rows=rows, subjects=subjects, elem_id="knowledge-topics", **assets("topics"))


def about_html(topic: Topic, key_points: int, near: int) -> str:
    """A topic in a few words: its name, how often it occurs, what else it was called."""
    facts = f"in {count(topic.practices, 'practice')} · {count(key_points, 'key point')} · "
    facts += f"occurs together with {count(near, 'other topic')}" if topic.sampled else "never drawn by the sampler"
    aliases = [a for a in topic.aliases if a != topic.name]
    more = f" and {len(aliases) - _ALIASES:,} more" if len(aliases) > _ALIASES else ""
    also = (
        f'<div class="kp-muted" style="margin:8px 0 4px">Also called{more}</div>{chips(aliases[:_ALIASES])}'
        if aliases
        else ""
    )
    return (
        f'<div class="kp-card"><div class="kp-muted">{escape(subject_name(topic.name))}</div>'
        f'<h3 style="font-size:1.25rem">{escape(short_name(topic.name, 300))}</h3>'
        f'<div class="kp-muted">{escape(facts)}</div>{also}</div>'
    )


def neighbours_html(topics: Sequence[Topic], topic: str, near: Sequence[Neighbour]) -> str:
    """The heaviest neighbours: a click on the name shows that topic, one on "pair" composes with both."""
    if not near:
        return _card("Occurs together with", empty_state("No other topic", "it is alone in all its practices"))
    place = {t.name: k for k, t in enumerate(topics)}
    heaviest = max(n.weight for n in near) or 1.0
    rows = "".join(_neighbour_row(n, n.weight / heaviest, place[topic], place[n.name]) for n in near[:_LISTED])
    head = (
        "Occurs together with" if len(near) <= _LISTED else f"Occurs together with (the first {_LISTED} of {len(near)})"
    )
    return _card(head, f'<ul class="kp-bars">{rows}</ul>')


def _neighbour_row(near: Neighbour, share: float, place: int, other: int) -> str:
    name = escape(near.name)
    return (
        f'<li><div style="display:flex;align-items:center;gap:6px"><button type="button" class="kp-bar" '
        f'data-places="{other}" title="Show {name}"><span class="kp-label">{escape(short_name(near.name, 80))}</span>'
        f'<span class="kp-track" aria-hidden="true"><span class="kp-fill" style="width:{share:.1%}"></span></span>'
        f'<span class="kp-value">{near.count} · {near.weight:.2f}</span></button>'
        f'<button type="button" class="kp-chip" style="flex:none" data-places="{place} {other}" '
        f'aria-label="Compose with this topic and {name}" title="Compose with both">pair</button></div></li>'
    )


def key_points_html(studio: Studio, topic: str) -> str:
    """All key points of a topic with the number of practices that have them."""
    points = studio.points.get(topic, ())
    bars = [Bar(k.text, k.practices, f"{k.practices:,}") for k in points]
    inside = bar_rows(bars, label="Key points by practices") if bars else empty_state("No key point")
    return _card(f"Key points ({len(points):,}), with the practices that have them", inside, scrolls=True)


def _card(title: str, inside: str, *, scrolls: bool = False) -> str:
    region = f'<div style="max-height:460px;overflow:auto" tabindex="0" role="region" aria-label="{escape(title)}">'
    return f'<div class="kp-card"><h3>{escape(title)}</h3>{region + inside + "</div>" if scrolls else inside}</div>'


def example_practices(studio: Studio, topic: str) -> list[tuple[Practice, tuple[str, ...]]]:
    """The practices that have a topic and a text that may be shown, each with its key points under the topic."""
    return [
        (labelled.practice, t.key_points)
        for labelled in studio.mpkp
        for t in labelled.topics
        if t.topic == topic and labelled.practice.problem
    ]


def example_text(studio: Studio, topic: str, page: int = 0) -> str:
    """A few of its practices as Markdown; the pages go round."""
    found = example_practices(studio, topic)
    if not found:
        return "*No practice of this topic has a text that may be shown.*"
    start = page * EXAMPLES % (-(-len(found) // EXAMPLES) * EXAMPLES)
    parts = []
    for practice, key_points in found[start : start + EXAMPLES]:
        told = " · ".join(filter(None, (practice.source, practice.subject, practice.level)))
        points = "\n".join(f"- {math_markdown(k)}" for k in key_points)
        parts.append(f"**{math_markdown(told)}**\n\n{math_markdown(practice.problem)}\n\n{points}")
    shown = f"*{start + 1} to {min(start + EXAMPLES, len(found))} of {len(found)}*"
    return "\n\n".join([*parts, shown])
