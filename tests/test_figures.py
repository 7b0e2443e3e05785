"""The redrawn figures: two designs, both languages, no text cut or overlapping, colours of the page, links."""

from __future__ import annotations

import re
from itertools import combinations, product
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from cvc_helpers import design, figures
from cvc_helpers.book import drawn
from tests.conftest import ROOT

FOLDER = ROOT / "book" / "figures"
SVG = "{http://www.w3.org/2000/svg}"
FILES = figures.files()
PICTURES = {
    f"{name} {drawn_as.name} {language}": figures.draw(name, language, drawn_as)
    for name, drawn_as, language in product(figures.NAMES, design.DESIGNS, figures.SUFFIX)
}
each_file = pytest.mark.parametrize("name", sorted(FILES))
each_picture = pytest.mark.parametrize("name", PICTURES)


class Extent(NamedTuple):
    """Where a text lies, and what it says."""

    left: float
    top: float
    right: float
    bottom: float
    words: str = ""

    def meets(self, other: Extent) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def texts(picture: str) -> list[Extent]:
    """Every text of a figure, as wide as the estimate on the safe side says."""
    found = []
    for node in ElementTree.fromstring(picture).iter(f"{SVG}text"):
        words, size = node.text or "", int(node.attrib["font-size"])
        width = design.text_width(words, size)
        x, y = float(node.attrib["x"]), float(node.attrib["y"])
        left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[node.attrib["text-anchor"]]
        found.append(Extent(left, y - 0.8 * size, left + width, y + 0.2 * size, words))
    return found


@each_file
def test_the_committed_picture_is_what_the_code_draws(name: str) -> None:
    assert (FOLDER / name).read_bytes() == FILES[name].encode("utf-8"), "run python -m cvc_helpers.figures"


def test_no_picture_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.svg")} == set(FILES)


@each_file
def test_a_picture_alone_has_title_source_and_plain_colours(name: str) -> None:
    image = ElementTree.fromstring(FILES[name])
    [title], [about] = (image.findall(f"{SVG}{part}") for part in ("title", "desc"))
    words = " ".join(text.words for text in texts(FILES[name])).replace(" ", "")
    assert (title.text or "").replace(" ", "") in words
    assert about.text
    assert "var(" not in FILES[name]


@each_picture
def test_every_text_stays_in_the_drawing(name: str) -> None:
    _, _, width, height = map(float, ElementTree.fromstring(PICTURES[name]).attrib["viewBox"].split())
    outside = [
        text.words
        for text in texts(PICTURES[name])
        if text.left < 0 or text.top < 0 or text.right > width or text.bottom > height
    ]
    assert outside == []


@each_picture
def test_no_two_texts_overlap(name: str) -> None:
    found = combinations(texts(PICTURES[name]), 2)
    assert not [(one.words, other.words) for one, other in found if one.meets(other)]


@each_picture
def test_one_size_of_type_and_no_bold_chinese(name: str) -> None:
    """16 units of 680, no larger than the body; 14 of 330, no smaller than 12 px on a phone of 320 px."""
    size = {"wide": 16, "narrow": 14}[name.split()[1]]
    for node in ElementTree.fromstring(PICTURES[name]).iter(f"{SVG}text"):
        assert int(node.attrib["font-size"]) == size
        assert node.attrib["font-weight"] == "400" or name.endswith("en")


@each_picture
def test_every_colour_is_one_of_the_house(name: str) -> None:
    house = {getattr(design, one) for one in ("INK", "QUIET", "LINE", "ACCENT", "GROUND", "TINT")}
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', PICTURES[name])) - house <= {"none"}


@each_picture
def test_no_half_width_punctuation_stands_between_chinese_signs(name: str) -> None:
    assert not re.search(r"[\u4e00-\u9fff][,;:!?()|]", PICTURES[name])


@pytest.mark.parametrize(("name", "drawn_as"), [*product(figures.NAMES, design.DESIGNS)])
def test_both_languages_have_the_same_marks_but_for_line_breaks(name: str, drawn_as: design.Design) -> None:
    """Only texts may differ in number: a sentence may need more lines in one language."""
    shapes = [
        re.findall(r"<(rect|path|circle|g)", PICTURES[f"{name} {drawn_as.name} {language}"])
        for language in figures.SUFFIX
    ]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("language", figures.SUFFIX)
def test_the_map_of_the_book_leads_to_the_chapters_that_exist(language: str) -> None:
    links = {key: f"{slug}.html" for key, slug in drawn.CHAPTERS.items()}
    assert sorted(set(re.findall('href="(.*?)"', drawn.figure_html("framework", language, links)))) == sorted(
        links.values()
    )
    assert "href" not in drawn.figure_html("framework", language)


@pytest.mark.book
def test_the_map_is_clickable_in_the_built_book(built) -> None:
    page = (built / "book" / "intro.html").read_text(encoding="utf-8")
    figure = page.split('id="figure-framework"')[1].split("</figure>")[0]
    leads = set(re.findall('<a href="(.*?)"', figure))
    assert {"customer_value.html", "service_model.html", "big_policy_backtracking.html"} <= leads
    assert all((built / "book" / lead).exists() for lead in leads)


@pytest.mark.parametrize("language", figures.SUFFIX)
def test_the_five_rows_of_the_two_cases_stand_in_a_table(language: str) -> None:
    assert drawn.figure_html("two_cases", language).count("<tr>") == 6
