"""The whole page in a real browser, as a visitor walks it: the map, a choice, a problem being made, the data set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import datasets
import pytest

import kpmath
from builder.config import load_recipe
from builder.pipeline import build
from space.limits import Limits, Settings
from space.models import Models
from space.page import build_page, first_example, launch_settings
from space.studio import DEMO_RECIPE, Choice, Studio
from tests.space_browser import Visitor, browser_page, chromium, served
from tests.test_space_knowledge import cell_at, map_of

__all__ = ["browser_page", "chromium"]

# Gradio and its client leave sockets to the garbage collector and use what pandas deprecates.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    folder = tmp_path_factory.mktemp("page")

    def made() -> Studio:
        build(load_recipe(DEMO_RECIPE, ["sampling.sets=40"]), folder / "run", folder / "kpmath")
        return Studio.open(dataset=folder / "kpmath")

    with ThreadPoolExecutor(1) as pool:  # playwright has an event loop in this thread
        return pool.submit(made).result()


@pytest.fixture(scope="module")
def url(studio: Studio) -> Iterator[str]:
    limits = Limits()
    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(build_page, studio, Models.of(studio.config, local=True, environ={}), limits).result()
    page.queue(default_concurrency_limit=limits.jobs, max_size=limits.queue)
    with served(page, **launch_settings()) as address:
        yield address


def part(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def written(page: Any) -> None:
    """Wait until the problem that is being made has its verdict."""
    page.wait_for_function("() => /Done:/.test(document.querySelector('#gen-status').innerText)")


# --- the first screen --------------------------------------------------------------------------


def test_the_first_screen_shows_a_finished_example_with_its_vote(
    browser_page: Visitor, url: str, studio: Studio
) -> None:
    page = browser_page.open(url)
    page.wait_for_selector("#gen-problem .katex")
    with ThreadPoolExecutor(1) as pool:
        _, example = pool.submit(first_example, studio).result()
    assert (example.question.problem or "").split("$")[0].strip() in page.locator("#gen-problem").inner_text()
    assert "published" in page.locator("#gen-verdict").inner_text()
    assert example.vote is not None
    assert f"{example.vote.class_sizes[0]} of 10" in page.locator("#gen-vote").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_every_part_fits_its_screen(browser_page: Visitor, url: str, width: int, scheme: str) -> None:
    page = browser_page.open(f"{url}?__theme={scheme}", width=width)
    page.wait_for_selector("#gen-write")
    for name in ("Knowledge", "Compose", "Generate", "Browse"):
        part(page, name)  # in sight without a menu
        page.wait_for_timeout(300)
        overhang = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert overhang <= 0, (name, overhang)
    assert page.evaluate("() => document.body.classList.contains('dark')") is (scheme == "dark")


def test_every_control_has_a_name(browser_page: Visitor, url: str) -> None:
    page = browser_page.open(url)
    page.wait_for_selector("#gen-write")
    for name in ("Knowledge", "Compose", "Generate", "Browse"):
        part(page, name)
        page.wait_for_timeout(300)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('button, input, select, textarea')].filter(e =>
                e.offsetParent && !e.closest('[aria-hidden=true]') && !(e.innerText || '').trim() && !e.ariaLabel &&
                !e.title && !(e.labels && [...e.labels].some(l => l.innerText.trim()))
                && !e.getAttribute('aria-labelledby') && !e.placeholder).map(e => e.outerHTML.slice(0, 160))"""
        )
        assert nameless == [], name


# --- the walk ----------------------------------------------------------------------------------


def test_a_pair_of_the_map_becomes_a_problem_that_is_written_voted_on_and_downloaded(
    browser_page: Visitor, url: str, studio: Studio, tmp_path: Path
) -> None:
    page = browser_page.open(url, accept_downloads=True)
    page.wait_for_selector("#gen-write")
    part(page, "Knowledge")
    where, names = cell_at(studio, page, map_of(page))
    page.mouse.click(*where)
    for n in (1, 2):
        page.wait_for_function(f"() => / - /.test(document.querySelector('#compose-topic-{n} input')?.value)")
    topics = [page.locator(f"#compose-topic-{n} input").input_value() for n in (1, 2)]
    assert set(topics) == names
    part(page, "Generate")
    page.wait_for_function("t => document.querySelector('#gen-next').innerText.includes(t)", arg=topics[1])
    page.locator("#gen-write").click()
    seen = set()
    for _ in range(400):
        seen.add(page.locator("#gen-vote").inner_text())
        if "Done:" in page.locator("#gen-status").inner_text():
            break
        page.wait_for_timeout(20)
    written(page)
    assert page.locator("#made-table tbody tr, #made-table li").count() >= 1
    if "low" not in page.locator("#gen-verdict").inner_text():
        assert len(seen) > 2  # the vote grew
    for kind in ("parquet", "jsonl"):
        with page.expect_download() as download:
            page.locator(f"#made-{kind}").click()
        file = tmp_path / f"made.{kind}"
        download.value.save_as(file)
        loader = "parquet" if kind == "parquet" else "json"
        rows = datasets.load_dataset(
            loader,
            data_files=str(file),
            split="train",
            cache_dir=str(tmp_path / "cache"),
            features=kpmath.features("questions"),
        )
        assert [r["topic_1"] for r in rows] == topics[:1]


def test_a_link_holds_the_choice_and_another_person_gets_the_same_problem(browser_page: Visitor, url: str) -> None:
    page = browser_page.open(url)
    page.wait_for_selector("#gen-write")
    part(page, "Compose")
    page.locator("#compose-dice").click()
    page.wait_for_function(
        "() => !/seed=1$/.test(document.querySelector('#compose-link textarea, #compose-link input').value)"
    )
    link = page.locator("#compose-link textarea, #compose-link input").first.input_value()
    assert link.startswith(url.rstrip("/"))
    problems = []
    for address in (link, link):
        other = browser_page.open(address)
        other.wait_for_selector("#compose-seed input", state="visible")
        part(other, "Generate")
        other.locator("#gen-write").click()
        written(other)
        problems.append(other.locator("#gen-problem").inner_text())
    assert problems[0] == problems[1] != ""


def test_a_link_that_is_none_of_ours_leaves_the_page_usable(browser_page: Visitor, url: str) -> None:
    page = browser_page.open(f"{url}?topic1=%3Cscript%3Ealert(1)%3C/script%3E&topic2=No+such&seed=4")
    page.wait_for_selector("#compose-error", state="visible")
    page.wait_for_function("() => /cannot be shown/.test(document.querySelector('#compose-error').innerText)")
    part(page, "Generate")
    page.locator("#gen-write").click()
    written(page)


def test_a_problem_can_be_stopped_and_the_next_one_written(browser_page: Visitor, url: str) -> None:
    page = browser_page.open(url)
    page.wait_for_selector("#gen-write")
    page.locator("#gen-many").get_by_text("5", exact=False).last.click()
    page.locator("#gen-write").click()
    page.wait_for_function("() => !document.querySelector('#gen-stop').disabled")
    page.locator("#gen-stop").click()
    page.wait_for_function("() => !document.querySelector('#gen-write').disabled")
    page.locator("#gen-many").get_by_text("1", exact=False).last.click()
    page.locator("#gen-write").click()
    page.wait_for_function("() => !document.querySelector('#gen-stop').disabled")
    written(page)


def test_a_rejected_question_opens_with_its_reason(browser_page: Visitor, url: str) -> None:
    page = browser_page.open(url)
    page.wait_for_selector("#gen-write")
    part(page, "Browse")
    rejected = page.get_by_text(re.compile("^rejected")).first
    rejected.wait_for()
    rejected.click()
    page.wait_for_selector("#browse-back", state="visible")
    assert re.search("rejected|threshold|verdict", page.locator("body").inner_text())


def test_a_link_to_a_row_opens_it(browser_page: Visitor, url: str, studio: Studio) -> None:
    row = kpmath.load("questions", path=studio.dataset, split="train")[3]
    page = browser_page.open(f"{url}?row={row['id']}")
    page.wait_for_selector("#browse-back", state="visible")
    assert row["topic_1"] in page.locator("body").inner_text()


def test_the_example_is_one_of_the_choice_that_compose_shows(studio: Studio) -> None:
    with ThreadPoolExecutor(1) as pool:
        choice, example = pool.submit(first_example, studio).result()
    assert example.information_set == studio.information_set(choice)
    assert choice == Choice(seed=choice.seed)
    assert example.fate == "kept"


def test_who_waits_sees_the_place_in_the_queue(browser_page: Visitor, studio: Studio) -> None:
    limits = Limits(Settings(jobs=1, jobs_per_visitor=1))
    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(build_page, studio, Models.of(studio.config, local=True, environ={}), limits).result()
    page.queue(default_concurrency_limit=limits.jobs, max_size=limits.queue)
    with served(page, **launch_settings()) as address:
        first, second = browser_page.open(address), browser_page.open(address)
        for visitor in (first, second):
            visitor.wait_for_selector("#gen-write")
        first.locator("#gen-many").get_by_text("5", exact=False).last.click()
        first.locator("#gen-write").click()
        first.wait_for_function("() => !document.querySelector('#gen-stop').disabled")
        second.locator("#gen-write").click()
        second.wait_for_function("() => /queue: *1/.test(document.querySelector('#gen-status').innerText)")
        first.locator("#gen-stop").click()
        written(second)
        browser_page.leave()  # before the server goes: the page would tell of that
