"""A real browser and a real server, for what only both together can show.

Debian's chromium when there is one, otherwise playwright's own. ``page`` fails its test when the
page reported an error; ``axe`` looks for barriers by the rules of WCAG 2.2 AA.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright
from waitress.server import create_server

from app import work
from tests.absent import unavailable

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "app/frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A chromium without window."""
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(
                executable_path=installed,
                args=["--no-sandbox"],  # root has no sandbox
            )
        except Error as fault:
            unavailable(f"no browser starts here: {fault.message.splitlines()[0]}")
        yield started
        started.close()


class Site(NamedTuple):
    """A server that runs, and the application behind it."""

    url: str
    app: Flask


@pytest.fixture
def base_map() -> dict[str, str]:
    """What lies under maps: our own ground, as tests ask nobody outside."""
    return {"map": "none"}


@pytest.fixture
def site(make_app, base_map) -> Iterator[Site]:
    """The application in demo mode, as in production with protected forms and its queue at work."""
    app = make_app(demo=True, plan_seconds=1, WTF_CSRF_ENABLED=True, **base_map)
    work.start(app)
    server = create_server(app, host="127.0.0.1", port=0, threads=16)
    closing = threading.Event()

    def serve() -> None:
        try:
            server.run()
        except (OSError, ValueError):  # it may be waiting on the sockets that are closed below
            if not closing.is_set():
                raise

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.effective_port}", app)
    closing.set()
    server.close()
    thread.join(timeout=5)
    work.stop(app)


@pytest.fixture
def new_context(browser, site) -> Iterator[Callable[..., BrowserContext]]:
    """Open further windows of people who share nothing: ``new_context(locale="pl-PL")``."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        options = {
            "base_url": site.url,
            "locale": "en-GB",
            "timezone_id": "Europe/Warsaw",
            **options,
        }
        opened.append(browser.new_context(**options))
        return opened[-1]

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context) -> Iterator[Page]:
    """A page of its own; what it reports as an error fails the test."""
    opened = new_context().new_page()
    errors = watch(opened)
    yield opened
    assert errors == []


def watch(page: Page) -> list[str]:
    """Collect what the page reports as an error, and every request to another origin."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: errors.extend(foreign(asked.url)))
    return errors


def foreign(url: str) -> list[str]:
    ours = url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:"))
    return [] if ours else [f"asked {url}"]


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """What looks for barriers in a page as it is now and returns them: none is the aim."""
    if not AXE.exists():
        unavailable("axe-core is not there; make setup fetches it")

    def look(page: Page) -> list[str]:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        return [
            f"{each['id']} ({each['impact']}): {node['html'][:160]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    return look


@pytest.fixture
def until() -> Callable[..., None]:
    """Wait until an expression is true in a page; playwright's own way needs eval, which CSP forbids."""

    def wait(page: Page, expression: str, *, seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while not page.evaluate(f"() => !!({expression})"):
            assert time.monotonic() < end, expression
            page.wait_for_timeout(50)

    return wait
