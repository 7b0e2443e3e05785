"""The built pages in a real browser, all of them in one session: offline, live, searchable, readable, accessible."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests import system_tools

pytestmark = pytest.mark.browser
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
LIVE = "[...document.querySelectorAll('figure.cvc-chart .cvc-drawing')].every(f => f.classList.contains('is-live'))"
MARKS = "f => f.querySelectorAll('.cvc-live svg [class*=mark-] path, .cvc-live svg [class*=mark-] text').length"


class Visit:
    """One browser page that blocks and records what would leave the machine, and what the console complains about."""

    def __init__(self, browser: Browser, allowed: str, *, scripts: bool = True) -> None:
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.allowed = (allowed, "data:", "blob:", "about:")
        self.page: Page = browser.new_page(viewport=DESK, java_script_enabled=scripts)
        self.page.route("**/*", self._gate)
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _gate(self, route: Route) -> None:
        if route.request.url.startswith(self.allowed):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()


def pages(built: Path) -> list[Path]:
    editions = [built, built / "zh"]
    found = [path for path in built.rglob("*.html") if "_static" not in path.parts and path.parent not in editions]
    return [*sorted(found), *(folder / name for folder in editions for name in ("search.html", "genindex.html"))]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = system_tools.browser_path()
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def seen(browser: Browser, built: Path) -> dict[str, dict[str, Any]]:
    """What each page does, looked at once: wide, narrow, light and dark."""
    visit = Visit(browser, "file:")
    return {path.relative_to(built).as_posix(): look(visit, path) for path in pages(built)}


def look(visit: Visit, path: Path) -> dict[str, Any]:
    visit.outside.clear()
    visit.errors.clear()
    page = visit.page
    page.set_viewport_size(DESK)
    page.goto(path.as_uri())
    page.wait_for_load_state("load")
    page.wait_for_function(LIVE, timeout=15_000)
    marks = [figure.evaluate(MARKS) for figure in page.query_selector_all("figure.cvc-chart")]
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    violations = {mode: violations_of(page, mode) for mode in ("light", "dark")}
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(150)
    width = page.evaluate("document.documentElement.scrollWidth")
    lines = (page.inner_text(".cvc-synthetic"), page.evaluate("document.documentElement.lang"))
    seen = {"marks": marks, "violations": violations, "width": width, "lines": lines}
    return seen | {"outside": list(visit.outside), "errors": list(visit.errors)}


def violations_of(page: Page, mode: str) -> list[str]:
    """Serious violations, with the first element of each; in the dark only what depends on colour."""
    page.evaluate("mode => { document.documentElement.dataset.theme = mode }", mode)
    page.wait_for_timeout(350)
    rules = {} if mode == "light" else {"runOnly": ["color-contrast", "link-in-text-block"]}
    found = page.evaluate("options => axe.run(options)", {"resultTypes": ["violations"], "preload": False} | rules)
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary'][:200]}" for one in serious]


def test_no_page_asks_for_anything_outside(seen: dict[str, dict[str, Any]]) -> None:
    assert {name: page["outside"] for name, page in seen.items() if page["outside"]} == {}


def test_no_page_writes_an_error_to_the_console(seen: dict[str, dict[str, Any]]) -> None:
    assert {name: page["errors"] for name, page in seen.items() if page["errors"]} == {}


def test_every_chart_is_live_and_has_marks(seen: dict[str, dict[str, Any]]) -> None:
    assert any(page["marks"] for page in seen.values()), "no page has a chart"
    assert all(count > 0 for page in seen.values() for count in page["marks"])


def test_no_page_scrolls_sideways_on_a_phone(seen: dict[str, dict[str, Any]]) -> None:
    assert {name: page["width"] for name, page in seen.items() if page["width"] > PHONE["width"]} == {}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_serious_accessibility_violation(seen: dict[str, dict[str, Any]], mode: str) -> None:
    assert {name: page["violations"][mode] for name, page in seen.items() if page["violations"][mode]} == {}


def test_every_page_says_that_the_data_are_synthetic(seen: dict[str, dict[str, Any]]) -> None:
    for name, page in seen.items():
        text, language = page["lines"]
        assert "Synthetic data" in text
        assert "合成数据" in text
        assert language == ("zh-CN" if name.startswith("zh/") else "en")


def test_charts_stand_without_javascript(browser: Browser, built: Path) -> None:
    visit = Visit(browser, "file:", scripts=False)
    for path in pages(built):
        if 'class="cvc-chart ' not in path.read_text(encoding="utf-8"):
            continue
        visit.page.goto(path.as_uri())
        figures = visit.page.query_selector_all("figure.cvc-chart .cvc-static svg")
        assert figures, path.name
        assert all(figure.is_visible() for figure in figures), path.name


def test_a_chart_can_be_saved_as_svg_and_csv(browser: Browser, built: Path) -> None:
    visit = Visit(browser, "file:")
    path = next(path for path in pages(built) if 'class="cvc-chart ' in path.read_text(encoding="utf-8"))
    visit.page.goto(path.as_uri())
    for label, begins in (("SVG", "<svg"), ("CSV", "\ufeff")):
        with visit.page.expect_download() as download:
            visit.page.click(f".cvc-downloads button:has-text('{label}') >> nth=0")
        assert Path(download.value.path()).read_text(encoding="utf-8").startswith(begins)


def test_search_finds_a_chapter_from_a_server(browser: Browser, built: Path) -> None:
    handler = partial(QuietHandler, directory=str(built))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        visit = Visit(browser, address)
        visit.page.goto(f"{address}index.html")
        visit.page.wait_for_url(re.compile("book/index.html"))
        assert search(visit, address)
        assert not visit.outside
        assert not visit.errors
        server.shutdown()


def test_search_finds_a_chapter_from_a_folder(browser: Browser, built: Path) -> None:
    visit = Visit(browser, "file:")
    assert search(visit, built.as_uri() + "/")
    assert not visit.outside
    assert not visit.errors


def search(visit: Visit, address: str) -> bool:
    """Whether the chapter is among the results, which appear one after another."""
    visit.page.goto(f"{address}search.html?q=backtracking")
    chapter = "ul.search li a[href*='book/big_policy_backtracking']"
    return visit.page.wait_for_selector(chapter, timeout=15_000) is not None


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a test's output is for failures."""
