"""Who answers: the controls by which a visitor chooses the model, and the visitor that they stand for.

A typed key is the value of one password field: it is in the page for as long as that is open, comes with each request
that makes something, and is kept nowhere here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from .models import Models, Secret, Visitor


@dataclass(frozen=True)
class Who:
    """What an event that asks a model takes."""

    inputs: tuple[Any, ...]
    visitor: Callable[..., Visitor]  # (session, OAuth token or None, *values of ``inputs``); raises ConfigError


def build_who(models: Models) -> Who:
    """The controls, folded, inside the ``gr.Blocks`` that is open."""
    offers = {offer.id: offer for offer in models.offers()}
    first = next(iter(offers))
    with gr.Accordion(f"Who answers: {offers[first].label}", open=False, elem_id="who") as fold:
        source = gr.Radio(
            [(offer.label, offer.id) for offer in offers.values()], value=first, label="Model", elem_id="who-source"
        )
        note = gr.Markdown(offers[first].note, elem_classes="kp-muted")
        login = gr.LoginButton(visible=first == "hub") if "hub" in offers else None
        with gr.Row(visible=first == "key") as typed:
            where = gr.Dropdown(
                list(models.public_endpoints()),
                label="Endpoint",
                info="Of the list, or the URL of one." if models.free_url else None,
                allow_custom_value=models.free_url,
                elem_id="who-endpoint",
            )
            name = gr.Textbox(label="Model", info="As the endpoint calls it.", max_lines=1, elem_id="who-model")
            key = gr.Textbox(
                label="Key",
                info="Used while a problem is made; kept nowhere.",
                type="password",
                html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
                elem_id="who-key",
            )

    def choose(chosen: str) -> list[Any]:
        offer = offers[chosen]
        updates = [gr.update(label=f"Who answers: {offer.label}"), offer.note, gr.update(visible=chosen == "key")]
        return [*updates, *([gr.update(visible=chosen == "hub")] if login else [])]

    source.input(
        choose,
        source,
        [fold, note, typed, *([login] if login else [])],
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )

    def visitor(session: str, token: gr.OAuthToken | None, *values: Any) -> Visitor:
        chosen, where_to, model, secret = values
        endpoint = models.typed(where_to or "", Secret(secret or ""), model or "") if chosen == "key" else None
        return Visitor(session, Secret(token.token) if token else None, chosen or "", endpoint)

    return Who((source, where, name, key), visitor)
