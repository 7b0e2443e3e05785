"""The landing page and the appendices in a real browser: glossary, search, map of tables, wide tables, bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.test_browser import Visit, browser

pytestmark = pytest.mark.browser
__all__ = ["browser"]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
FIRST_LETTERS = "terms => terms.map(term => term.firstChild.textContent.trim().toLowerCase())"

ESCAPING = """svg => [...svg.querySelectorAll("a")].filter(a => {
  const box = a.querySelector("rect").getBoundingClientRect();
  return [...a.querySelectorAll("text")].map(text => text.getBoundingClientRect())
    .some(words => words.left < box.left || words.right > box.right || words.bottom > box.bottom);
}).length"""
"""Boxes of the map out of which a word sticks."""


def opened(browser: Browser, built: Path, name: str, *, phone: bool = False, scripts: bool = True) -> Page:
    page = Visit(browser, "file:", scripts=scripts).page
    page.set_viewport_size(PHONE if phone else DESK)
    page.goto(f"{built.as_uri()}/{name}")
    return page


def visible(page: Page, selector: str) -> int:
    return sum(one.is_visible() for one in page.query_selector_all(selector))


def test_the_glossary_is_ordered_and_shows_what_is_typed(browser: Browser, built: Path) -> None:
    page = opened(browser, built, "book/glossary.html")
    names = page.eval_on_selector_all("dl.glossary > dt", FIRST_LETTERS)
    assert names == sorted(names)
    everything = visible(page, "dl.glossary > dt")
    page.fill("#cvc-filter", "大单")
    assert 0 < visible(page, "dl.glossary > dt") < everything
    assert page.inner_text(".cvc-filter [role=status]") == f"{visible(page, 'dl.glossary > dt')} entries"
    page.fill("#cvc-filter", "no such word")
    assert visible(page, "dl.glossary > dt") == 0
    page.fill("#cvc-filter", "")
    assert visible(page, "dl.glossary > dt") == everything


def test_without_a_script_all_entries_stand_and_there_is_no_box(browser: Browser, built: Path) -> None:
    page = opened(browser, built, "book/glossary.html", scripts=False)
    assert visible(page, "dl.glossary > dt") == len(page.query_selector_all("dl.glossary > dt"))
    assert visible(page, ".cvc-filter") == 0


def test_a_term_leads_to_its_entry_and_says_it_on_the_way(browser: Browser, built: Path) -> None:
    page = opened(browser, built, "book/service_model.html")
    link = page.locator("a.cvc-term", has_text="expense-rate alignment").first
    assert "2023" in str(link.get_attribute("title"))
    link.click()
    assert page.url.endswith("book/glossary.html#term-expense-rate-alignment")
    page.locator("#term-expense-rate-alignment").wait_for(timeout=15_000)


@pytest.mark.parametrize(
    ("words", "place", "title"),
    [
        ("search.html?q=idle%20spending", "glossary.html#term-", "Glossary › "),
        ("search.html?q=reshape%20capability", "intro.html#", " › Why service is the way in"),
        ("zh/search.html?q=费用空转", "intro.html#", " › "),
    ],
)
def test_a_search_result_names_its_section_and_leads_to_it(
    browser: Browser, built: Path, words: str, place: str, title: str
) -> None:
    page = opened(browser, built, words)
    result = page.locator(f"ul.search li a[href*='{place}']", has_text=title).first
    result.wait_for(timeout=15_000)
    result.click()
    page.locator(f"[id='{page.url.partition('#')[2]}']").wait_for(state="attached", timeout=5_000)


@pytest.mark.parametrize("phone", [False, True])
def test_the_map_of_tables_shows_one_design_that_fits_and_each_box_leads_on(
    browser: Browser, built: Path, phone: bool
) -> None:
    page = opened(browser, built, "book/data_contract.html", phone=phone)
    shown = [svg for svg in page.query_selector_all(".cvc-map svg") if svg.is_visible()]
    assert len(shown) == 1
    size = page.evaluate(
        "svg => Math.min(...[...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect().height))", shown[0]
    )
    assert size >= 12
    assert page.evaluate(ESCAPING, shown[0]) == 0
    page.locator(".cvc-map svg >> visible=true").locator("a[href='#table-customer']").focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#table-customer")


def test_a_table_that_must_scroll_says_so_and_keeps_its_first_column(browser: Browser, built: Path) -> None:
    page = opened(browser, built, "book/methods.html", phone=True)
    page.locator("details.cvc-fold > summary").first.click()
    box = page.locator("details[open] .cvc-scroll").first
    hint = page.locator("details[open] .cvc-hint").first
    hint.wait_for(state="visible", timeout=5_000)
    first = box.locator("tbody tr >> nth=0").locator(":scope > *").first
    before = first.bounding_box()
    box.evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    hint.wait_for(state="hidden", timeout=5_000)
    after = first.bounding_box()
    assert before
    assert after
    assert abs(before["x"] - after["x"]) < 2


def test_tables_of_up_to_four_columns_wrap_on_a_phone(browser: Browser, built: Path) -> None:
    for name in ("book/data_contract.html", "book/methods.html", "book/source_map.html", "zh/book/data_contract.html"):
        page = opened(browser, built, name, phone=True)
        too_wide = "tables => tables.filter(t => t.parentElement.scrollWidth > t.parentElement.clientWidth + 1).length"
        assert page.eval_on_selector_all("table.cvc-wraps", too_wide) == 0, name


def test_a_bundle_is_saved_and_not_opened(browser: Browser, built: Path) -> None:
    page = opened(browser, built, "book/service_model.html")
    with page.expect_download() as download:
        page.click(".cvc-take a")
    assert download.value.suggested_filename == "service_model.zip"


def test_the_landing_page_has_doors_a_hero_and_no_second_table_of_contents(browser: Browser, built: Path) -> None:
    page = opened(browser, built, "book/index.html")
    assert page.locator(".cvc-hero a:visible").count() >= 10
    assert page.locator(".cvc-doors .sd-card").count() == 3
    assert page.locator(".cvc-coverage li").count() == 3
    assert page.locator("article .toctree-wrapper li, article .tableofcontents-wrapper li").count() == 0


FOUND = ".cvc-hero .cvc-honest:visible, .cvc-hero .cvc-rows .cvc-bar:visible, .cvc-hero .cvc-rows .cvc-tick:visible"


def test_the_landing_page_says_what_was_found_when_it_is_asked_and_remembers(browser: Browser, built: Path) -> None:
    for name in ("book/index.html", "zh/book/index.html"):
        page = opened(browser, built, name)
        lines = page.locator(".cvc-hero a:visible").count()
        assert not page.locator(FOUND).count(), name
        page.locator(".cvc-unasked button").press("Enter")
        assert page.locator(".cvc-hero .cvc-honest:visible").count() == lines, name
        assert not page.locator(".cvc-unasked:visible").count(), name
        page.reload()
        assert page.locator(".cvc-hero .cvc-honest:visible").count() == lines, name


def test_without_a_script_and_on_paper_the_landing_page_says_what_was_found(browser: Browser, built: Path) -> None:
    plain = opened(browser, built, "book/index.html", scripts=False)
    assert plain.locator(FOUND).count()
    assert not plain.locator(".cvc-unasked:visible").count()
    page = opened(browser, built, "book/index.html")
    page.emulate_media(media="print")
    assert page.locator(FOUND).count()
    assert not page.locator(".cvc-unasked:visible").count()


def test_a_line_of_the_hero_leads_to_a_page_that_asks_before_it_answers(browser: Browser, built: Path) -> None:
    page = opened(browser, built, "book/index.html")
    for link in page.eval_on_selector_all(".cvc-hero a", "links => [...new Set(links.map(link => link.href))]"):
        page.goto(link)
        assert page.locator(".cvc-guess .cvc-show:visible").count() == 1, link


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("scheme", "ground"), [("dark", "rgb(22, 32, 42)"), ("light", "rgb(255, 255, 255)")])
def test_a_page_is_as_dark_as_the_system(
    browser: Browser, built: Path, scheme: Literal["dark", "light"], ground: str, scripts: bool
) -> None:
    page = browser.new_page(color_scheme=scheme, java_script_enabled=scripts)
    page.goto(f"{built.as_uri()}/book/big_policy_backtracking.html")
    colours = "element => getComputedStyle(element).backgroundColor"
    assert page.eval_on_selector("body", colours) == ground
    assert page.eval_on_selector(".cvc-card", colours) == ground


FUNCTION = "items => items.map(item => /api\\.html|Python/.test(item.innerHTML))"


@pytest.mark.parametrize(
    ("query", "word"),
    [("search.html?q=money", "money"), ("search.html?q=threshold", "threshold"), ("zh/search.html?q=大单", "大单")],
)
def test_search_shows_chapters_before_functions_and_quotes_them(
    browser: Browser, built: Path, query: str, word: str
) -> None:
    page = opened(browser, built, query)
    page.locator("ul.search li .cvc-excerpt").first.wait_for(timeout=15_000)
    page.wait_for_timeout(1_500)
    are_functions = page.eval_on_selector_all("ul.search > li", FUNCTION)
    assert are_functions == sorted(are_functions)
    assert not are_functions[0]
    assert page.locator("ul.search li mark").first.inner_text().lower() == word
