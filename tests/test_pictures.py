"""Every chart and figure as a browser draws it: no two texts on each other, none cut off, all of one size."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations, product
from typing import Any

import pytest
import vl_convert
from playwright.sync_api import Page, sync_playwright

from cvc_helpers import charts, figures
from cvc_helpers.design import DESIGNS, Design
from cvc_helpers.render import VEGA_LITE
from cvc_helpers.runs.pictures import alone
from cvc_helpers.wording import LANGUAGES
from tests import system_tools
from tests.test_titles import DRAWN

pytestmark = pytest.mark.browser
BOXES = """[...document.querySelectorAll('svg text')].map(node => {
  const box = node.getBoundingClientRect(), look = getComputedStyle(node);
  return [box.left, box.top, box.right, box.bottom, node.textContent, parseFloat(look.fontSize)];
}).filter(box => box[4].trim())"""
MOST = 0.3
"""Two texts may share this much of the lower one's height: accents and descenders, not letters."""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_tools.browser_path(), args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 800, "height": 1200})
        browser.close()


def texts(page: Page, drawing: str) -> list[list[Any]]:
    """Left, top, right, bottom, words and size of every text, the drawing's corner at the origin; haloes once."""
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{drawing}")
    boxes: list[list[Any]] = page.evaluate(BOXES)
    return [box for number, box in enumerate(boxes) if box not in boxes[:number]]


def on_each_other(boxes: list[list[Any]]) -> list[tuple[str, str]]:
    found = []
    for one, other in combinations(boxes, 2):
        across = min(one[2], other[2]) - max(one[0], other[0])
        down = min(one[3], other[3]) - max(one[1], other[1])
        if across > 0 and down > MOST * min(one[3] - one[1], other[3] - other[1]):
            found.append((one[4], other[4]))
    return found


@cache
def spec_of(key: str, sure: bool, language: str) -> dict[str, Any]:
    """A chart of `test_titles`, as it leaves a case."""
    spec: dict[str, Any] = charts.released(DRAWN[key](sure, language).to_dict())
    return spec


def still(spec: dict[str, Any], design: Design) -> str:
    """The static drawing of one design, without its title, as the page shows it."""
    drawn = spec if design.name == "wide" else spec["usermeta"]["narrow"]
    bare = {name: part for name, part in drawn.items() if name not in ("title", "usermeta")}
    return str(vl_convert.vegalite_to_svg(json.dumps(bare), vl_version=VEGA_LITE))


def assert_legible(boxes: list[list[Any]], design: Design, height: float) -> None:
    assert boxes
    assert on_each_other(boxes) == []
    cut = [b[4] for b in boxes if b[0] < -0.5 or b[1] < -0.5 or b[2] > design.width + 0.5 or b[3] > height + 0.5]
    assert cut == [], design.name
    assert {box[5] for box in boxes} == {design.size}


@pytest.mark.parametrize(("key", "sure"), [*product(DRAWN, (True, False))])
def test_a_chart_is_legible_in_both_designs_and_languages(page: Page, key: str, sure: bool) -> None:
    for language, design in product(LANGUAGES, DESIGNS):
        drawing = still(spec_of(key, sure, language), design)
        width, height = (float(re.findall(rf'\b{side}="([\d.]+)"', drawing)[0]) for side in ("width", "height"))
        assert width == design.width, (language, design.name)
        assert_legible(texts(page, drawing), design, height)
        colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawing)) - {"none", "transparent"}
        assert all(colour.startswith(("var(--cvc-", "url(")) for colour in colours), colours
        assert not [words for words in re.findall(r">([^<>]+)</text>", drawing) if re.search(r"\de[+−-]?\d", words)]


@pytest.mark.parametrize("name", figures.NAMES)
def test_a_figure_is_legible_in_both_designs_and_languages(page: Page, name: str) -> None:
    for language, design in product(LANGUAGES, DESIGNS):
        drawing = figures.draw(name, language, design)
        height = float(re.findall(r'height="([\d.]+)"', drawing)[0])
        assert_legible(texts(page, drawing), design, height)


@pytest.mark.parametrize("key", DRAWN)
def test_a_chart_for_a_slide_has_its_title_plain_colours_and_no_empty_margin(page: Page, key: str) -> None:
    for language in LANGUAGES:
        spec = spec_of(key, True, language)
        drawing = alone(spec)
        assert "var(" not in drawing
        boxes = texts(page, drawing)
        above = "".join(box[4] for box in boxes if box[5] == 18)
        assert above.replace(" ", "") == "".join(spec["title"]["text"]).replace(" ", "")
        assert on_each_other(boxes) == []
        assert float(re.findall(r'width="([\d.]+)"', drawing)[0]) <= 680 + 48
        assert max(box[2] for box in boxes) <= 680 + 48
