"""The page: a header, the four parts in the order of the method, and what passes between them.

What a part shows and does is in its own module; here they meet: a pair clicked in Knowledge goes to Compose, a choice
of Compose to Generate, a link to both.
"""

from __future__ import annotations

import asyncio
import dataclasses
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr

from builder.config import PROCEDURAL, Model
from builder.errors import ConfigError, KPMathError
from builder.llm.procedural.chat import NAME
from builder.records import QuestionResult
from builder.run import open_model
from builder.synthesis import synthesize

from .api import add_api
from .browse_tab import build_browse_tab
from .compose_tab import build_compose_tab
from .doors import closed_settings
from .generate_tab import build_generate_tab
from .knowledge_tab import build_knowledge_tab, pair_topics
from .limits import Limits
from .models import Models
from .studio import Choice, Studio

ASSETS = Path(__file__).resolve().parent / "assets"
KNOWLEDGE, COMPOSE, GENERATE, BROWSE = "knowledge", "compose", "generate", "browse"
ROW = "row"  # in a link: the question that Browse opens

# All four parts in sight on a phone, none behind a menu.
_PHONE = """
@media (max-width: 480px) {
  #parts [role="tab"] { padding-inline: 5px; font-size: 0.82rem; letter-spacing: -0.01em; }
}
"""
_DOWNLOADS = (600, 3600)  # seconds: how often Gradio's copies of downloads are looked at, and how old they get
_EXAMPLES = 50  # choices that are tried for a first example
_HEADER = """
# KPMath

Topics and **key points** are read from real mathematics problems. New problems are written for combinations that occur
together, scored by a judge, solved many times, and kept where the answers agree. Below is one that was made this way;
write your own with one click.
"""


def first_example(studio: Studio) -> tuple[Choice, QuestionResult]:
    """A choice, and the published question that the procedural model makes of it: what the page shows at first.

    Raises:
        ConfigError: none of the first choices ends in one.
    """
    model = Model(backend=PROCEDURAL, name=NAME)
    config = dataclasses.replace(studio.config, model=model, models=())
    services = dataclasses.replace(
        studio.services({role: open_model(model, role) for role in ("write", "score", "solve")}), config=config
    )

    async def made(choice: Choice) -> QuestionResult | None:
        steps = [step async for step in synthesize(studio.information_set(choice), services)]
        return next((s for s in steps if isinstance(s, QuestionResult)), None)

    for seed in range(1, _EXAMPLES + 1):
        choice = Choice(seed=seed)
        result = asyncio.run(made(choice))
        if result is not None and result.fate == "kept":
            return choice, result
    raise ConfigError(
        f"the procedural model makes no publishable problem of the first {_EXAMPLES} choices of this recipe; look at "
        "its topics and its scoring.threshold"
    )


def build_page(studio: Studio, models: Models, limits: Limits) -> gr.Blocks:
    """The page for a studio.

    Raises:
        ConfigError: no first example can be made.
    """
    first, example = first_example(studio)
    with gr.Blocks(title="KPMath", analytics_enabled=False, delete_cache=_DOWNLOADS) as page:
        gr.Markdown(_HEADER, elem_id="header")
        with gr.Tabs(selected=GENERATE, overflow_behavior="wrap", elem_id="parts") as tabs:
            with gr.Tab("Knowledge", id=KNOWLEDGE):
                knowledge = build_knowledge_tab(studio)
            with gr.Tab("Compose", id=COMPOSE):
                compose = build_compose_tab(studio, first)
            with gr.Tab("Generate", id=GENERATE) as of_generate:
                generate = build_generate_tab(studio, compose, models, limits, example)
            with gr.Tab("Browse", id=BROWSE):
                browse = build_browse_tab(studio)

        def take_pair(text: str, now: Choice, request: gr.Request) -> list[Any]:
            """A pair of the map becomes the choice; the seed stays."""
            try:
                one, other = pair_topics(text)
                updates = compose.load(Choice((one, other), seed=now.seed), request)
            except KPMathError as error:
                raise gr.Error(str(error), print_exception=False) from None
            return [gr.update(selected=COMPOSE), *updates]

        def open_link(now: Choice, request: gr.Request) -> list[Any]:
            """What a link holds: a choice, a row of the data set; another link changes nothing."""
            row = request.query_params.get(ROW)
            still: list[Any] = [gr.skip()] * len(compose.outputs)
            # Whoever was fast has chosen something already: only the link, which begins with this address, is new.
            at = compose.outputs.index(compose.link)
            still[at] = compose.load(now, request)[at]
            if row:
                return [gr.update(selected=BROWSE), row, *still]
            if "topic1" not in request.query_params:
                return [gr.skip(), gr.skip(), *still]
            try:
                given = Choice.from_query(str(request.query_params))
            except KPMathError as error:
                gr.Warning(str(error))
                return [gr.skip(), gr.skip(), *still]
            return [gr.update(selected=COMPOSE), gr.skip(), *compose.load(given, request)]

        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        of_generate.select(generate.of_choice, compose.choice, generate.coming, **quiet)
        knowledge.pair.change(take_pair, [knowledge.pair, compose.choice], [tabs, *compose.outputs], **quiet)
        page.load(open_link, compose.choice, [tabs, browse.row, *compose.outputs], **quiet)
        add_api(studio, models, limits)
    return page


def launch_settings() -> dict[str, Any]:
    """What ``Blocks.launch`` is given: the look, and nothing that a page for everybody does not need.

    All is served by this machine: no fonts, scripts or styles of another one.
    """
    return {
        "theme": gr.themes.Soft(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        "css_paths": [ASSETS / "style.css", ASSETS / "browse.css"],
        "css": _PHONE,
        "mcp_server": find_spec("mcp") is not None,
        **closed_settings(),
    }
