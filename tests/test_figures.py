"""The redrawn figures: as committed, in both languages, with no text cut, overlapping or outside its box."""

from __future__ import annotations

import re
from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from cvc_helpers import charts, figures
from tests.conftest import ROOT

FOLDER = ROOT / "book" / "figures"
SVG = "{http://www.w3.org/2000/svg}"
FILES = figures.files()
each_file = pytest.mark.parametrize("name", sorted(FILES))


class Extent(NamedTuple):
    """Where a mark lies, and what it says."""

    left: float
    top: float
    right: float
    bottom: float
    words: str = ""

    def holds(self, other: Extent) -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def meets(self, other: Extent) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def texts(name: str) -> list[Extent]:
    """Every text of a figure, as wide as the estimate on the safe side says."""
    found = []
    for node in ElementTree.fromstring(FILES[name]).iter(f"{SVG}text"):
        words, size = node.text or "", int(node.attrib["font-size"])
        width = figures.text_width(words, size)
        x, y = float(node.attrib["x"]), float(node.attrib["y"])
        left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[node.attrib["text-anchor"]]
        found.append(Extent(left, y - 0.8 * size, left + width, y + 0.2 * size, words))
    return found


def boxes(name: str) -> list[Extent]:
    found = []
    for node in ElementTree.fromstring(FILES[name]).iter(f"{SVG}rect"):
        x, y, width, height = (float(node.attrib[key]) for key in ("x", "y", "width", "height"))
        found.append(Extent(x, y, x + width, y + height))
    return found


@each_file
def test_the_committed_picture_is_what_the_code_draws(name: str) -> None:
    assert (FOLDER / name).read_bytes() == FILES[name].encode("utf-8"), "run python -m cvc_helpers.figures"


def test_no_picture_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.svg")} == set(FILES)


@each_file
def test_every_text_stays_on_the_column_and_in_its_box(name: str) -> None:
    for text in texts(name):
        assert text.left >= 0, text.words
        assert text.right <= figures.WIDTH, text.words
        middle = Extent(*2 * ((text.left + text.right) / 2, (text.top + text.bottom) / 2))
        around = [box for box in boxes(name) if box.holds(middle)]
        smallest = min(around, key=lambda box: (box.right - box.left) * (box.bottom - box.top))
        assert smallest.holds(text), text.words


@each_file
def test_no_two_texts_overlap(name: str) -> None:
    assert not [(one.words, other.words) for one, other in combinations(texts(name), 2) if one.meets(other)]


@each_file
def test_a_screen_reader_finds_title_and_description(name: str) -> None:
    drawn = ElementTree.fromstring(FILES[name])
    for part in ("title", "desc"):
        [node] = drawn.findall(f"{SVG}{part}")
        assert node.text
        assert node.attrib["id"] in drawn.attrib["aria-labelledby"].split()


@each_file
def test_type_is_legible_on_a_phone_and_chinese_is_not_bold(name: str) -> None:
    for node in ElementTree.fromstring(FILES[name]).iter(f"{SVG}text"):
        assert int(node.attrib["font-size"]) in (figures.TITLE, figures.BODY, figures.NOTE)
        assert node.attrib["font-weight"] == "400" or not name.endswith(".zh_CN.svg")


@each_file
def test_no_half_width_punctuation_stands_between_chinese_signs(name: str) -> None:
    assert not re.search(r"[\u4e00-\u9fff][,;:!?()]", FILES[name])


@pytest.mark.parametrize("name", figures.NAMES)
def test_both_languages_have_the_same_marks_but_for_line_breaks(name: str) -> None:
    """Only texts may differ in number: a sentence may need more lines in one language."""
    shapes = [re.findall(r"<(rect|line|path)", FILES[f"{name}{suffix}.svg"]) for suffix in figures.SUFFIX.values()]
    assert shapes[0] == shapes[1]


def test_figures_and_charts_share_one_palette() -> None:
    for name in ("INK", "QUIET", "LINE", "TINT", "ACCENT"):
        assert getattr(figures, name) == getattr(charts, name)
