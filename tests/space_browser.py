"""A real browser for the tests of the page: ``from tests.space_browser import browser_page, chromium, served``.

The tests skip where there is no playwright or no Chromium; ``.ci/run`` installs both.  A test that passes has
seen no error in the console and no request to another host.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
import pytest

HERE = ("127.0.0.1", "localhost")


@pytest.fixture
def chromium() -> Iterator[Any]:
    """A browser: $CHROMIUM, the system's, or playwright's own.

    Of each test its own, since playwright keeps an event loop running: as long as it does, no code of the test can
    call ``asyncio.run`` (as :meth:`Studio.open` does; make such things in fixtures of the module).
    """
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except api.Error as error:
            pytest.skip(f"no Chromium that starts: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


class Visitor:
    """Opens pages, and remembers what they complained about and whom they asked."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self._contexts: list[Any] = []

    def open(self, url: str, *, width: int = 1280, height: int = 900, **context: Any) -> Any:
        """A page of its own context (cookies, storage); ``context`` as ``browser.new_context`` takes it.

        Times out after 20 s where playwright would wait for 30.
        """
        made = self.browser.new_context(viewport={"width": width, "height": height}, **context)
        self._contexts.append(made)
        page = made.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        page.goto(url)
        return page

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in HERE:
            self.strangers.append(url)

    def leave(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def browser_page(chromium: Any) -> Iterator[Visitor]:
    """Opens pages (:meth:`Visitor.open`); the test fails at its end if one complained or asked another host."""
    visitor = Visitor(chromium)
    yield visitor
    visitor.leave()
    assert not visitor.errors, f"the console says: {visitor.errors}"
    assert not visitor.strangers, f"asked other hosts: {visitor.strangers}"


@contextmanager
def served(demo: gr.Blocks, **launch: Any) -> Iterator[str]:
    """A page on a free port of this machine; gives its URL.  ``launch`` as ``demo.launch`` takes it."""
    settings = {"ssr_mode": False, "enable_monitoring": False, **launch}
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", **settings)
    try:
        yield url
    finally:
        demo.close()
