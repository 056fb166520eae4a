"""Browse in a real browser: build a dataset, filter it, open rows, go on to the next, come back."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gradio as gr
import pyarrow.parquet as pq
import pytest

from builder.config import load_recipe
from builder.pipeline import build
from builder.progress import Progress
from builder.publish.shards import write_config
from space.browse_tab import build_browse_tab
from space.studio import DEMO_RECIPE, Studio
from tests.space_browser import Visitor, browser_page, chromium, served

__all__ = ["browser_page", "chromium"]

# Gradio and its client leave sockets to the garbage collector and use what pandas deprecates.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

ASSETS = Path(__file__).resolve().parent.parent / "space" / "assets"
HOSTILE = (
    "<script>window.hit=1</script><img src=x onerror='window.hit=2'> [a](javascript:alert(3)) "
    "![b](http://b.example/c.png) $\\href{javascript:alert(4)}{x} \\htmlClass{kp-open}{y}$ "
    "</details></section>\n\n```\n# fence"
)


def apart(work: Callable[[], Any]) -> Any:
    """What ``work`` gives, in a thread: playwright has an event loop in this one, and a build makes its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.fixture(scope="module")
def studio() -> Studio:
    return dataclasses.replace(apart(Studio.open), dataset=None)


def page_of(studio: Studio) -> gr.Blocks:
    with gr.Blocks() as demo:
        tab = build_browse_tab(studio)

        def linked(request: gr.Request) -> str:
            return str(request.query_params.get("row", ""))

        demo.load(linked, None, tab.row, api_visibility="private")
    return demo


def styled(demo: gr.Blocks) -> Any:
    return served(demo, css_paths=[ASSETS / "style.css", ASSETS / "browse.css"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scratch = tmp_path_factory.mktemp("browse")
    recipe = load_recipe(DEMO_RECIPE, ["sampling.sets=60"])
    apart(lambda: build(recipe, scratch / "run", scratch / "kpmath", Progress(quiet=True)))
    return scratch / "kpmath"


@pytest.fixture(scope="module")
def url(studio: Studio, folder: Path) -> Iterator[str]:
    with styled(page_of(dataclasses.replace(studio, dataset=folder))) as address:
        yield address


@pytest.fixture
def page(url: str, browser_page: Visitor) -> Any:
    opened = browser_page.open(url)
    opened.locator("#browse-list .kp-open").first.wait_for()
    return opened


def text(page: Any, name: str) -> str:
    return str(page.locator(f"#browse-{name} > :not([data-testid=status-tracker])").last.inner_text())


def choose(page: Any, name: str, option: str) -> None:
    """An option of a list, by how it begins."""
    page.locator(f"#browse-{name} input").click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(option)}")).first.click()


def test_a_rejected_row_opens_with_its_reason_and_the_next_one_follows(page: Any) -> None:
    assert "60 of 60 questions" in text(page, "total")
    choose(page, "fate", "the score is under the threshold")
    page.locator("#browse-total [role=status]:not(:text('60 of 60'))").wait_for()
    found = int(text(page, "total").split(" ")[0])
    assert 1 < found < 60
    page.locator("#browse-list .kp-open").first.click()
    page.locator("#browse-head", has_text="question 1 of").wait_for()
    assert "The score is under the threshold." in text(page, "head")
    assert "Free of errors" in text(page, "judge")
    assert page.locator("#browse-before button, button#browse-before").is_disabled()
    first = text(page, "problem")
    page.locator("#browse-after").click()
    page.locator("#browse-head", has_text=f"question 2 of {found}").wait_for()
    assert text(page, "problem") != first
    page.locator("#browse-back").click()
    page.locator("#browse-list .kp-open.is-on").wait_for()
    page.wait_for_function("document.activeElement.matches('.kp-open.is-on')")
    assert page.locator("#browse-list .kp-open").nth(1).evaluate("e => e.matches('.is-on')")


def test_a_published_row_shows_its_set_its_vote_and_its_candidates(page: Any) -> None:
    choose(page, "fate", "published")
    page.locator("#browse-list .kp-badge.is-bad").first.wait_for(state="detached")
    page.locator("#browse-list .kp-open").first.click()
    page.locator("#browse-vote .kp-bar").first.wait_for()
    assert "agree. Agreement is not proof." in text(page, "head")
    assert page.locator("#browse-set h4").count() in (2, 3)
    assert page.locator("#browse-candidates details").count() == 10
    assert page.locator("#browse-candidates .katex").count() > 0
    assert page.locator("#browse-candidates details[open]").count() == 1
    practice = page.locator("#browse-set details").first
    practice.locator("summary").click()
    assert "Solution." in practice.inner_text()


def test_a_text_and_a_key_point_filter_together_and_are_cleared(page: Any) -> None:
    page.get_by_role("button", name="More filters").click()
    page.locator("#browse-text textarea, #browse-text input").fill("the")
    page.locator("#browse-key-words textarea, #browse-key-words input").fill("number")
    page.locator("#browse-score-least input").fill("0.9")
    page.locator("#browse-total [role=status]:not(:text('60 of 60'))").wait_for()
    page.locator("#browse-text textarea, #browse-text input").fill("nowhere at all")
    page.get_by_text("No question passes these filters.").wait_for()
    page.locator("#browse-clear").click()
    page.locator("#browse-total", has_text="60 of 60 questions").wait_for()
    assert page.locator("#browse-text textarea, #browse-text input").input_value() == ""


def test_it_is_walked_with_the_keyboard_alone(page: Any) -> None:
    page.locator("#browse-list .kp-open").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.locator("#browse-head", has_text="question 2 of 60").wait_for()
    page.wait_for_function("document.activeElement.closest('#browse-back')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#browse-head", has_text="question 1 of 60").wait_for()


def test_pages_turn(page: Any) -> None:
    first = page.locator("#browse-list .kp-open").first.inner_text()
    page.locator("#browse-page-on").click()
    page.locator("#browse-page", has_text="Page 2 of 3").wait_for()
    assert page.locator("#browse-list .kp-open").first.inner_text() != first
    page.locator("#browse-page-on").click()
    page.locator("#browse-page", has_text="Page 3 of 3").wait_for()
    assert page.locator("#browse-list .kp-open").count() == 10
    page.locator("#browse-list .kp-open").last.click()
    page.locator("#browse-head", has_text="question 60 of 60").wait_for()
    assert page.locator("#browse-after").is_disabled()


def test_a_link_opens_its_row(page: Any, url: str, browser_page: Visitor) -> None:
    page.locator("#browse-list .kp-open").nth(3).click()
    page.locator("#browse-head", has_text="question 4 of 60").wait_for()
    link = page.locator("#browse-head a").get_attribute("href")
    problem = text(page, "problem")
    other = browser_page.open(url + link)
    other.locator("#browse-head", has_text="question 4 of 60").wait_for()
    assert text(other, "problem") == problem
    lost = browser_page.open(url + "?row=nothing")
    lost.get_by_text("this dataset has no question 'nothing'").first.wait_for()
    assert lost.locator("#browse-list .kp-open").count() == 25


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scrolling(url: str, browser_page: Visitor, theme: str) -> None:
    phone = browser_page.open(f"{url}?__theme={theme}", width=390, height=844)
    phone.locator("#browse-list .kp-open").first.click()
    phone.locator("#browse-vote").wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_where_there_is_no_dataset_a_visitor_builds_one_for_all(studio: Studio, browser_page: Visitor) -> None:
    with styled(page_of(studio)) as address:
        first = browser_page.open(address)
        assert "make demo" in text(first, "told")
        first.locator("#browse-build").click()
        first.locator("#browse-told", has_text="Building").wait_for()
        assert first.locator("#browse-build").is_disabled()
        first.locator("#browse-total", has_text="60 of 60 questions").wait_for(timeout=60_000)
        first.locator("#browse-list .kp-open").last.click()
        first.locator("#browse-head", has_text="question 25 of 60").wait_for()
        second = browser_page.open(address)
        second.locator("#browse-total", has_text="60 of 60 questions").wait_for()
        assert not second.locator("#browse-build").is_visible()


def test_hostile_text_does_nothing(studio: Studio, folder: Path, tmp_path: Path, browser_page: Visitor) -> None:
    folder = shutil.copytree(folder, tmp_path / "kpmath")
    rows = pq.read_table(folder / "data/questions/train-00000.parquet").to_pylist()
    row = next(r for r in rows if r["fate"] == "kept")
    texts = ("problem", "answer", "source", "subject", "topic_1", "reason", "score_reason", "model", "parent_id")
    lists = ("key_points", "topics", "candidate_solutions", "candidate_answers", "candidate_errors", "candidate_fates")
    hostile = row | dict.fromkeys(texts, HOSTILE) | {name: [HOSTILE] * len(row[name]) for name in lists}
    shutil.rmtree(folder / "data/questions")
    write_config(
        [hostile, row | {"id": "x", "problem": "a " * 500_000}], "questions", "train", folder, shard_bytes=10**8
    )
    with styled(page_of(dataclasses.replace(studio, dataset=folder))) as address:
        opened = browser_page.open(address)
        opened.locator("#browse-list .kp-open").first.click()
        opened.locator("#browse-candidates details").first.wait_for()
        assert opened.locator("#browse-candidates details").count() == len(row["candidate_ids"])
        assert opened.evaluate("window.hit") is None
        for hit in ("img", "script", "a[href^='javascript']", "pre", "h1"):
            assert opened.locator(f"#browse-open {hit}").count() == 0, hit
        opened.locator("#browse-after").click()
        opened.locator("#browse-problem", has_text="cut here").wait_for()
