"""The built pages in a real browser, all of them in one session: offline, live, searchable, readable, accessible."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, sync_playwright

from cvc_helpers import findings as findings_mime
from cvc_helpers import release
from cvc_helpers.book import computed
from cvc_helpers.estimate import Estimate
from cvc_helpers.gate import judge
from cvc_helpers.parts.decision import MOST_WORDS
from cvc_helpers.parts.found import write
from cvc_helpers.wording import say
from tests import probes, system_tools

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[1]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
DESK = {"width": 1280, "height": 900}
WIDTHS = (1280, 768, 390, 320)
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
    """What each page does, looked at once: at all widths, light and dark."""
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
    if page.locator(".cvc-skip").count():
        page.locator(".cvc-skip").press("Enter")
    marks = [figure.evaluate(MARKS) for figure in page.query_selector_all("figure.cvc-chart")]
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    violations = {mode: violations_of(page, mode) for mode in ("light", "dark")}
    layout = [line for width in WIDTHS for line in misplaced(page, width)]
    lines = (page.inner_text(".cvc-synthetic"), page.evaluate("document.documentElement.lang"))
    seen = {"marks": marks, "violations": violations, "layout": layout, "lines": lines}
    return seen | {"outside": list(visit.outside), "errors": list(visit.errors)}


def misplaced(page: Page, width: int) -> list[str]:
    """What does not stand as it should at one width."""
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_timeout(120)
    found = [f"{width}: scrolls sideways"] if page.evaluate(probes.SCROLL) > width else []
    if not page.locator(".bd-article").count():
        return found
    return found + [
        f"{width}: {name}: {what}" for name, probe in probes.LAYOUT.items() for what in page.evaluate(probe)
    ]


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


def test_everything_stands_in_its_column_and_can_be_read(seen: dict[str, dict[str, Any]]) -> None:
    assert {name: page["layout"] for name, page in seen.items() if page["layout"]} == {}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_serious_accessibility_violation(seen: dict[str, dict[str, Any]], mode: str) -> None:
    assert {name: page["violations"][mode] for name, page in seen.items() if page["violations"][mode]} == {}


def test_every_page_says_that_the_data_are_synthetic(seen: dict[str, dict[str, Any]]) -> None:
    for name, page in seen.items():
        text, language = page["lines"]
        assert "Synthetic data" in text
        assert "合成数据" in text
        assert language == ("zh-CN" if name.startswith("zh/") else "en")


def chapters(built: Path) -> list[Path]:
    """Pages that ask before they answer and decide, of both editions."""
    texts = {path: path.read_text(encoding="utf-8") for path in pages(built)}
    return [path for path, text in texts.items() if 'class="cvc-guess"' in text and 'id="decision"' in text]


def stored(slug: str) -> dict[str, dict[str, Any]]:
    """Key to what a stored case displayed under it, by MIME type."""
    return computed.glued(ROOT / "cases" / f"{slug}.ipynb", "en")


def primary(slug: str) -> dict[str, Any]:
    """The primary finding of a stored case, as its JSON."""
    findings = (data[findings_mime.MIME] for data in stored(slug).values() if findings_mime.MIME in data)
    return next(content for content in findings if content["finding"]["is_primary"])


def test_pages_stand_without_javascript(browser: Browser, built: Path) -> None:
    visit = Visit(browser, "file:", scripts=False)
    asking = chapters(built)
    for path in pages(built):
        text = path.read_text(encoding="utf-8")
        if path not in asking and 'class="cvc-chart ' not in text:
            continue
        visit.page.goto(path.as_uri())
        for figure in visit.page.query_selector_all("figure.cvc-chart"):
            assert any(svg.is_visible() for svg in figure.query_selector_all(".cvc-static svg")), path.name
        if path in asking:
            assert visit.page.locator(".cvc-answer").is_visible(), path.name
            assert visit.page.locator("#decision").is_visible(), path.name
            assert not visit.page.locator(".cvc-yours:visible, .cvc-play:visible, .cvc-moving:visible").count(), (
                path.name
            )


def test_an_answer_waits_for_the_guess_and_quotes_it(browser: Browser, built: Path) -> None:
    visit = Visit(browser, "file:")
    assert {path.stem for path in chapters(built)} == {path.stem for path in (ROOT / "cases").glob("*.ipynb")}
    for path in chapters(built):
        page, shown = visit.page, primary(path.stem)["shown"]
        page.goto(path.as_uri())
        assert not page.locator(".cvc-answer, #decision").filter(visible=True).count(), path
        before = page.locator(".cvc-guess output").inner_text()
        page.locator(".cvc-guess input").press("ArrowRight")
        guess = page.locator(".cvc-guess output").inner_text()
        assert guess != before
        page.locator(".cvc-show").press("Enter")
        page.wait_for_timeout(650)
        assert page.locator("#decision").is_visible()
        assert guess in page.locator(".cvc-guess .cvc-said").inner_text()
        rows = page.locator(".cvc-guess .cvc-rows b:visible").all_inner_texts()
        assert rows == [guess, *(shown[name] for name in ("on_the_slide", "like_with_like", "planted"))], path
    assert not visit.errors


PRESSED = ", ".join(
    f"{one}:visible" for one in (".cvc-play", ".cvc-move", ".cvc-switches", ".cvc-take", ".toggle-button")
)
"""What can only be pressed, moved or fetched."""


def test_the_answer_is_on_paper(browser: Browser, built: Path) -> None:
    visit = Visit(browser, "file:")
    visit.page.emulate_media(media="print")
    for path in chapters(built):
        visit.page.goto(path.as_uri())
        assert visit.page.locator(".cvc-answer").is_visible()
        assert visit.page.locator("#decision").is_visible()
        assert not visit.page.locator(f"{PRESSED}, .bd-article .cvc-card .cvc-fold:visible").count(), path
        folds = visit.page.locator(".admonition.dropdown > p:not(.admonition-title)")
        assert folds.count() == folds.filter(visible=True).count() > 0, path


def test_a_link_to_the_decision_shows_it_at_once(browser: Browser, built: Path) -> None:
    visit = Visit(browser, "file:")
    visit.page.goto(f"{chapters(built)[0].as_uri()}#decision")
    visit.page.wait_for_selector("#decision", state="visible")


def test_the_threshold_reads_as_the_gate_does(browser: Browser, built: Path) -> None:
    visit = Visit(browser, "file:")
    for path in chapters(built):
        visit.page.goto(path.as_uri())
        visit.page.locator(".cvc-skip").press("Enter")
        finding = primary(path.stem)["finding"]
        language = "zh" if "zh" in path.parts else "en"
        slider, row = visit.page.locator("#cvc-worth"), visit.page.locator(".cvc-threshold li[data-low]")
        assert say(f"findings.{finding['reading']}", language) in row.inner_text()
        assert set(slid(slider, row, finding, language)) == {True}, path
    assert not visit.errors


def slid(slider: Locator, row: Locator, finding: dict[str, Any], language: str) -> Iterator[bool]:
    """Whether the row says at each threshold what the gate would."""
    low, high = finding["low"], finding["high"]
    last = float(slider.get_attribute("max") or 0)
    for worth in (0.5 * low, 0.5 * (low + high), min(1.3 * high, last)):
        slider.fill(str(worth))
        at = float(slider.input_value())
        estimate = Estimate(finding["like_with_like"], low, high)
        read = judge("decision", estimate, at, finding["unit"], finding["comparison"], "at_least", (), {}).reading
        yield say(f"findings.{read}", language) in row.inner_text()


def test_switches_take_the_number_where_the_case_found_it(browser: Browser, built: Path) -> None:
    visit = Visit(browser, "file:")
    cases = [path.stem for path in (ROOT / "cases").glob("*.ipynb")]
    ran = [data[release.WITHHELD] for slug in cases for data in stored(slug).values() if release.WITHHELD in data]
    for edition in (built, built / "zh"):
        seen = 0
        for path in sorted((edition / "book").glob("*.html")):
            if 'class="cvc-withheld' in path.read_text(encoding="utf-8"):
                visit.page.goto(path.as_uri())
                seen += sum(is_as_run(part, ran, path) for part in visit.page.locator(".cvc-withheld").all())
        assert seen == len(ran) > 0, edition
    assert not visit.errors


def is_as_run(part: Locator, ran: list[dict[str, Any]], path: Path) -> bool:
    """Whether a failure picture, with everything switched off, shows what the case ran so."""
    states = json.loads(part.get_attribute("data-states") or "")
    one = next(found for found in ran if found["states"][""][:3] == states[""][:3])
    language = "zh" if "zh" in path.parts else "en"
    assert switched_off(part) == write(max_state(one), one["unit"], language), path
    assert part.locator(".cvc-moving.is-off").count() == 1, path
    return True


def switched_off(part: Locator) -> str:
    """The number that a failure picture shows when everything is withheld."""
    for switch in part.locator(".cvc-switches input").all():
        switch.press("Space")
    return part.locator(".cvc-moving b").inner_text()


def max_state(content: dict[str, Any]) -> float:
    """The number when most is withheld."""
    return float(content["states"][max(content["states"], key=lambda names: (len(names.split("+")), names))][0])


def test_a_decision_takes_ten_seconds(browser: Browser, built: Path) -> None:
    visit = Visit(browser, "file:")
    for path in chapters(built):
        visit.page.goto(path.as_uri())
        for cell in visit.page.locator("#decision dd").all():
            text = cell.text_content() or ""
            count = len(re.findall(r"[\u4e00-\u9fff]|[A-Za-z0-9¥.,%−'’]+", text))
            assert count <= (30 if "zh" in path.parts else MOST_WORDS), text


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
