"""The page: components and events.  What is computed comes from ``builder``; how it looks, from views.

The Space calls the same :func:`builder.synthesis.synthesize` as the batch run.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import gradio as gr

from builder.config import load_recipe
from builder.constraints import Constraints
from builder.errors import KPMathError
from builder.knowledge import KnowledgeRun
from builder.prompts import load_prompts
from builder.records import Question, QuestionResult, Score, Solution, Solvability
from builder.run import open_model
from builder.stages.sampling import sample_information_sets
from builder.synthesis import Services, synthesize

from . import views

DEMO_RECIPE = Path(__file__).resolve().parent.parent / "recipes" / "demo.toml"
ANY_TOPIC = "any topic"
LATEX = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "$", "right": "$", "display": False},
    {"left": "\\(", "right": "\\)", "display": False},
]
LAUNCH: dict[str, Any] = {"ssr_mode": False, "enable_monitoring": False, "theme": gr.themes.Soft()}
PROCEDURAL_NOTE = (
    "Problems here are written, scored and solved by the **procedural model**: a program with a catalogue "
    "of key points and a stated error rate, not a language model."
)


def build_demo(recipe: str | os.PathLike[str] | None = None) -> gr.Blocks:
    """The page for a recipe's seeds and models.

    Raises:
        KPMathError: the recipe or its seeds cannot be read.
    """
    config = load_recipe(recipe or DEMO_RECIPE)
    with tempfile.TemporaryDirectory(prefix="kpmath-space-") as scratch:
        known = KnowledgeRun(config, scratch).knowledge()
    mpkp, topics, matrix = known.mpkp, known.topics, known.matrix
    roles = ("write", "score", "solve")
    services = Services(
        config,
        load_prompts(config.prompts.directory or None),
        {role: open_model(config.model_for(role), role) for role in roles},
        {p.practice.id: p.practice for p in mpkp},
    )

    def neighbours(topic: str) -> list[list[object]]:
        return views.neighbour_rows(matrix, topic)

    async def generate(topic: str, seed: float) -> AsyncIterator[tuple[Any, ...]]:
        try:
            constraints = Constraints(with_topics=() if topic == ANY_TOPIC else (topic,))
            drawn = sample_information_sets(mpkp, matrix, 1, int(seed), constraints=constraints)
            chosen = views.information_set_text(drawn[0])
            shown: list[Any] = [chosen, "*writing ...*", "", [], ""]
            yield tuple(shown)
            solutions: list[Solution] = []
            async for step in synthesize(drawn[0], services):
                if isinstance(step, Question):
                    shown[1] = views.problem_text(step)
                elif isinstance(step, Score):
                    shown[2] = views.score_text(step)
                elif isinstance(step, Solvability):
                    shown[2] += "\n\n" + views.solvability_text(step)
                elif isinstance(step, Solution):
                    solutions.append(step)
                    shown[3] = views.candidate_rows(solutions)
                elif isinstance(step, QuestionResult):
                    shown[4] = views.verdict_text(step)
                yield tuple(shown)
        except KPMathError as error:
            raise gr.Error(str(error)) from None

    first = matrix.topics[int(matrix.counts.sum(axis=1).argmax())]
    with gr.Blocks(title="KPMath") as demo:
        gr.Markdown(
            "# KPMath\nTopics and key points taken from real problems, new problems written from them, "
            "scored, solved many times, and published when the answers agree."
        )
        if any(config.model_for(role).is_procedural for role in roles):
            gr.Markdown(PROCEDURAL_NOTE)
        with gr.Tab("Generate"), gr.Row():
            with gr.Column(scale=1):
                topic = gr.Dropdown([ANY_TOPIC, *matrix.topics], value=first, label="First topic", elem_id="topic")
                seed = gr.Number(value=1, precision=0, minimum=0, label="Seed", elem_id="seed")
                button = gr.Button("Write a problem", variant="primary", elem_id="write")
                chosen = gr.Markdown(label="Key points", latex_delimiters=LATEX, elem_id="chosen")
            with gr.Column(scale=2):
                problem = gr.Markdown(
                    label="Problem", latex_delimiters=LATEX, container=True, elem_id="problem", min_height=90
                )
                score = gr.Markdown(elem_id="score")
                verdict = gr.Markdown(latex_delimiters=LATEX, elem_id="verdict")
                candidates = gr.Dataframe(
                    headers=["Solution", "Answer", "Arithmetic"],
                    label="Candidate solutions",
                    interactive=False,
                    elem_id="candidates",
                )
        with gr.Tab("Topics"), gr.Row():
            with gr.Column(scale=3):
                gr.Dataframe(
                    value=views.topic_rows(topics),
                    headers=["Topic", "Practices", "Key points", "Also called"],
                    column_widths=["38%", "14%", "15%", "33%"],
                    label=f"{len(topics)} topics from {len(mpkp)} practices",
                    interactive=False,
                    wrap=True,
                    elem_id="topics",
                )
            with gr.Column(scale=2):
                picked = gr.Dropdown(list(matrix.topics), value=first, label="Occurs together with")
                table = gr.Dataframe(
                    value=neighbours(first),
                    headers=["Topic", "Practices", "log10(count + 1)"],
                    column_widths=["56%", "19%", "25%"],
                    interactive=False,
                    wrap=True,
                    label="Neighbours",
                )
        outputs = [chosen, problem, score, candidates, verdict]
        gr.on(
            [button.click, demo.load],
            generate,
            [topic, seed],
            outputs,
            api_name="generate",
            api_description="Write, score, solve and vote on one problem. Streams every step.",
        )
        picked.change(neighbours, picked, table, api_visibility="private")
    return demo
