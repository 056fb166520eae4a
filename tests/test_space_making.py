"""Compose and Generate in a real browser: choose, write, watch the vote, stop, open again, download."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import gradio as gr
import pytest
from aiohttp import web

from builder.run import open_model
from builder.synthesis import synthesize
from space.compose_tab import build_compose_tab
from space.generate_tab import build_generate_tab
from space.limits import Limits
from space.models import Models
from space.studio import Choice, Studio
from tests.http_thread import in_thread
from tests.llm.misbehaving import Server
from tests.llm.streaming_server import chunk, pieces, stream
from tests.space_browser import Visitor, browser_page, chromium, served

__all__ = ["browser_page", "chromium"]

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
CSS = Path(__file__).resolve().parent.parent / "space" / "assets" / "style.css"
WAIT = 60_000  # milliseconds; a shared machine may be slow


@pytest.fixture(scope="module")
def slow() -> Iterator[tuple[Server, str]]:
    """An endpoint that writes a problem for a very long time."""
    server = Server([], stream([chunk("<Q>Slowly, $x$ ").encode()] * 4000, pause=0.05), None)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.completions)
    with in_thread(app) as url:
        yield server, url


@pytest.fixture(scope="module")
def url(slow: tuple[Server, str]) -> Iterator[str]:
    studio = Studio.open()

    async def example() -> Any:
        chats = {role: open_model(studio.config.model_for(role), role) for role in ("write", "score", "solve")}
        return [s async for s in synthesize(studio.information_set(Choice()), studio.services(chats))][-1]

    environ = {"OPENAI_MODEL": "slow", "OPENAI_BASE_URL": slow[1]}
    with gr.Blocks() as demo:
        with gr.Tab("Compose"):
            compose = build_compose_tab(studio)
        with gr.Tab("Generate"):
            models = Models.of(studio.config, local=True, environ=environ)
            build_generate_tab(studio, compose, models, Limits(), asyncio.run(example()))
    with served(demo, css=CSS.read_text(encoding="utf-8")) as address:
        yield address


def part(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_a_click_on_a_bar_chooses_and_everything_after_it_follows(browser_page: Visitor, url: str) -> None:
    page = browser_page.open(url)
    part(page, "Compose")
    bar = page.locator("#compose-bars-1 [data-topic]").nth(2)
    topic = bar.get_attribute("data-topic")
    second = page.locator("#compose-bars-2").inner_text()
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("t => document.querySelector('#compose-topic-1 input').value === t", arg=topic)
    page.wait_for_function("t => document.querySelector('#compose-bars-2').innerText !== t", arg=second)
    link = page.locator("#compose-link textarea").input_value()
    assert Choice.from_query(link.partition("?")[2]).topics[0] == topic
    assert link.startswith(url)
    page.get_by_label("3", exact=True).click()
    page.wait_for_selector("#compose-bars-3 [data-topic]")
    before = page.locator("#compose-bars-3 .is-on").inner_text()
    for _ in range(6):
        page.locator("#compose-dice").click()
        page.wait_for_timeout(300)
        if page.locator("#compose-bars-3 .is-on").inner_text() != before:
            break
    assert page.locator("#compose-bars-3 .is-on").inner_text() != before
    assert page.locator("#compose-topic-1 input").input_value() == topic


def test_the_probabilities_and_the_lock_are_seen(browser_page: Visitor, url: str) -> None:
    page = browser_page.open(url)
    part(page, "Compose")
    page.locator("#compose-lock-2 input").check()
    standing = page.locator("#compose-bars-2 .is-on").get_attribute("data-topic")
    page.wait_for_function("t => document.querySelector('#compose-topic-2 input').value === t", arg=standing)
    points = page.locator("#compose-kept-2").inner_text()
    page.locator("#compose-dice").click()
    page.wait_for_function("() => !document.querySelector('#compose-link textarea').value.endsWith('seed=1')")
    assert page.locator("#compose-kept-2").inner_text() == points
    page.locator("#compose-practice-2 summary").click()
    assert "Solution." in page.locator("#compose-practice-2").inner_text()


def test_a_problem_is_written_watched_opened_again_and_downloaded(
    browser_page: Visitor, url: str, tmp_path: Path
) -> None:
    page = browser_page.open(url)
    part(page, "Generate")
    page.wait_for_selector("#gen-problem .katex")  # a finished example is there before the first click
    page.evaluate(
        """() => { window.votes = []; window.heights = new Set();
        new MutationObserver(() => {
            const first = document.querySelector('#gen-vote .kp-value');
            if (first && votes.at(-1) !== first.innerText) votes.push(first.innerText);
            heights.add(document.querySelector('#gen-vote').offsetTop);
        }).observe(document.querySelector('#gen-vote'), {subtree: true, childList: true, characterData: true}); }"""
    )
    page.locator("#gen-many").get_by_label("3").click()
    page.locator("#gen-write").click()
    page.get_by_text(re.compile(r"^Done: 3 made")).wait_for(timeout=WAIT)
    votes = page.evaluate("votes")
    assert len(votes) > 5, votes
    assert len(page.evaluate("[...heights]")) == 1, "the page jumped"
    assert page.locator("#made-table [data-row]").count() == 3
    last = page.locator("#gen-problem").inner_text()
    page.locator('#made-table [data-row="0"]').click()
    page.get_by_text("Problem 1 of this session.").wait_for()
    page.wait_for_function("t => document.querySelector('#gen-problem').innerText !== t", arg=last)
    page.locator("#gen-candidates summary").first.click()
    for kind in ("parquet", "jsonl"):
        with page.expect_download() as download:
            page.locator(f"#made-{kind}").click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        loader = "parquet" if kind == "parquet" else "json"
        rows = datasets.load_dataset(loader, data_files=str(path), split="train", cache_dir=str(tmp_path / "cache"))
        assert len(rows["problem"]) == 3


HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'> [go](javascript:window.hacked=1) "
    "![p](http://elsewhere.invalid/p.png) $\\href{javascript:window.hacked=1}{x}$ $\\htmlClass{hacked}{y}$ "
    "</details><style>body{display:none}</style> ${window.hacked=1} {{constructor}} "
)


def test_hostile_text_of_a_model_is_shown_as_text(browser_page: Visitor, url: str, slow: tuple[Server, str]) -> None:
    page = browser_page.open(url)
    part(page, "Generate")
    choose_the_slow_one(page)
    slow[0].script[:] = [pieces("<Q>What is 1 + 1? ", *[HOSTILE * 40] * 25, "</Q>")]
    slow[0].script += [pieces(HOSTILE, "Presence: 0.9\nCorrectness: 0.9\nScore: 0.9")]
    slow[0].script += [pieces(HOSTILE, "The answer is: ", HOSTILE)] * 10
    page.locator("#gen-write").click()
    page.get_by_text(re.compile(r"^Done: 1 made")).wait_for(timeout=WAIT)
    slow[0].script.clear()
    page.locator("#gen-problem").get_by_text("window.hacked").first.wait_for(state="attached")
    assert page.evaluate("window.hacked") is None
    for inside in ("#gen-problem", "#gen-score", "#gen-vote", "#gen-verdict", "#gen-candidates", "#made-table"):
        assert page.locator(f"{inside} :is(script, img, style, .hacked, a:not([href^='?']))").count() == 0
    assert page.locator("#gen-write").is_visible()


def test_stopping_stops_the_requests(browser_page: Visitor, url: str, slow: tuple[Server, str]) -> None:
    page = browser_page.open(url)
    part(page, "Generate")
    choose_the_slow_one(page)
    page.locator("#gen-many").get_by_label("5").click()
    asked = len(slow[0].seen)
    page.locator("#gen-write").click()
    page.locator("#gen-problem").get_by_text("Slowly").first.wait_for(timeout=WAIT)
    page.locator("#gen-stop").click()
    page.get_by_text("Stopped.").wait_for()
    quiet(slow[0])
    assert len(slow[0].seen) == asked + 1
    page.wait_for_selector("#gen-write:not([disabled])")


def test_whoever_closes_the_page_stops_their_work(browser_page: Visitor, url: str, slow: tuple[Server, str]) -> None:
    page = browser_page.open(url)
    part(page, "Generate")
    choose_the_slow_one(page)
    page.locator("#gen-write").click()
    page.locator("#gen-problem").get_by_text("Slowly").first.wait_for(timeout=WAIT)
    assert slow[0].open == 1
    page.close()
    quiet(slow[0])


def test_on_a_phone_in_the_dark_nothing_is_cut_off(browser_page: Visitor, url: str) -> None:
    page = browser_page.open(f"{url}?__theme=dark", width=390, height=844)
    for name in ("Compose", "Generate"):
        part(page, name)
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def choose_the_slow_one(page: Any) -> None:
    page.locator("#who").get_by_text("Who answers").click()
    page.locator("#who-source").get_by_text("slow at").click()
    page.locator("#who").get_by_text("who runs the server pays").wait_for()


def quiet(server: Server) -> None:
    """Waits until no request is open."""
    end = time.monotonic() + 20
    while server.open and time.monotonic() < end:
        time.sleep(0.05)
    assert server.open == 0
