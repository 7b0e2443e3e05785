"""The generated pages: tables that fit, the map of tables, and what the truth tables say."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils import nodes

from cvc_helpers import contract
from cvc_helpers.book import fitted, reference, source_map, table_map, truths
from cvc_helpers.book.nodes import section, table
from cvc_helpers.wording import LANGUAGES, wordings
from tests import truth
from tests.conftest import ROOT
from tests.methods.design import BARS, designs, larger
from tests.methods.design import columns as designed
from tests.rules.tree import columns

each_language = pytest.mark.parametrize("language", LANGUAGES)
ROW = {"design": "toy: plain", "seeds": "400", "covers": "0.9375", "false_alarm": "", "missed": "covers zero_bias"}


def page(wide: int) -> nodes.section:
    return section("A heading", "here", table([f"column {number}" for number in range(wide)], [["a"] * wide]))


def fit(wide: int) -> nodes.section:
    found = page(wide)
    fitted.fit_tables(SimpleNamespace(config=SimpleNamespace(language="en")), found, "book/toy")
    return found


def test_four_columns_wrap_and_five_scroll_in_a_named_box_that_says_so() -> None:
    assert "cvc-wraps" in next(iter(fit(4).findall(nodes.table)))["classes"]
    boxed = fit(5)
    assert "cvc-wraps" not in next(iter(boxed.findall(nodes.table)))["classes"]
    before, after = (node.astext() for node in boxed.findall(nodes.raw))
    assert 'tabindex="0" aria-label="A heading"' in before
    assert "cvc-hint" in after


def test_nine_columns_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[tuple[object, ...]] = []
    monkeypatch.setattr(fitted.LOG, "warning", lambda *words: warned.append(words))
    fit(8)
    assert not warned
    fit(9)
    assert warned


def test_names_in_code_break_after_underscores_and_nothing_else_does() -> None:
    html = '<span class="pre">policy.issue_date</span> and issue_date <a href="#issue_date">'
    broken = '<span class="pre">policy.<wbr>issue_<wbr>date</span> and issue_date <a href="#issue_date">'
    assert fitted.break_names(html) == broken


@each_language
def test_the_map_shows_every_table_once_and_each_box_leads_to_its_section(language: str) -> None:
    drawings = re.findall(r"<svg.*?</svg>", table_map.html(language))
    assert len(drawings) == 2
    for drawing in drawings:
        assert sorted(re.findall(r'href="#table-(\w+)"', drawing)) == sorted(contract.tables())


def test_no_two_boxes_of_the_map_overlap_and_words_fit_their_box() -> None:
    for size in (table_map.WIDE, table_map.NARROW):
        boxes = {name: table_map._box(size, name, *place) for name, place in table_map.places().items()}
        assert all(box.left >= 0 and box.right <= size.width for box in boxes.values())
        assert not [(one, other) for one in boxes for other in boxes if one < other and touch(boxes[one], boxes[other])]
    assert max(len(line) for name in contract.tables() for line in table_map._cut(name)) * 7.2 < table_map.NARROW.box


def touch(one: table_map.Box, other: table_map.Box) -> bool:
    apart = one.right <= other.left or other.right <= one.left
    return not (apart or one.top + one.height <= other.top or other.top + other.height <= one.top)


def test_a_table_that_nobody_placed_stands_below_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(table_map.PLACES, "quote")
    assert table_map.places()["quote"][1] > max(row for _, row in table_map.PLACES.values())


def test_every_line_of_the_map_stands_in_the_contract() -> None:
    declared = {
        (found.name, column.refers_to.split(".")[0]) for found in contract.tables().values() for column in found.columns
    }
    assert set(table_map.links()) <= declared
    assert ("policy", "customer") in table_map.links()


def test_truths_are_counted_and_rounded() -> None:
    assert truths.how_often("0.9375", "400", "en") == "375 of 400"
    assert truths.how_often("", "100", "en") == ""
    assert truths.number("0.28384") == "0.284"
    assert truths._first(ROW, "en")[3] == "the interval holds the truth too seldom; bias where nothing was planted"


@each_language
def test_a_design_short_of_power_is_named_as_written_and_as_enlarged(language: str) -> None:
    short = ROW | {"missed": f"slide_outside ({truth.SHORT})"}
    said = wordings()["pages.truth_missed_slide_outside"][language]
    assert truths._first(short, language)[3].startswith(said)
    assert truths._first(short, language)[3] != said
    design = next(one for one in designs("customer_value") if one.enlarged)
    name, rows = (truths._first(ROW | {"design": of.name}, language)[0] for of in (design, larger(design)))
    assert f"{design.enlarged:,}" in rows
    assert rows != name
    assert "(enlarged" not in rows


def test_every_design_has_a_name_in_chinese() -> None:
    names = {of.name.partition(": ")[2] for column in designed() for of in designs(column)}
    known = {texts["en"] for key, texts in wordings().items() if key.startswith("pages.design_")}
    assert not names - known


@each_language
def test_every_bar_has_words_for_missing_it(language: str) -> None:
    assert not [bar for bar in BARS if not wordings().get(f"pages.truth_missed_{bar}", {}).get(language)]


@each_language
def test_every_column_of_the_house_has_a_name(language: str) -> None:
    assert not [slug for slug in columns(ROOT) if not wordings().get(f"{slug}.name", {}).get(language)]


def test_the_reference_shows_what_cases_call_and_no_more_than_a_reader_can_survey() -> None:
    floors = reference.names(ROOT)
    shown = [name.removeprefix("cvc_helpers.") for names in floors.values() for name in names]
    assert {"tables.open", "contract.check_parameters", "release.finding", "intake.ingest"} <= set(shown)
    assert {"synthetic.make_insurer", "estimators.sensitivity.e_value", "findings.Finding"} <= set(shown)
    assert len(shown) == len(set(shown)) <= 120
    assert not [name for name in shown if not reference._object(f"cvc_helpers.{name}").__doc__]


def test_a_function_that_a_case_begins_to_call_comes_into_the_reference(tree: Path) -> None:
    path = tree / "cases" / "toy.md"
    assert "cvc_helpers.release.source" not in reference.names(tree)["show"]
    path.write_text(path.read_text(encoding="utf-8").replace("release.quote(", "release.source("), encoding="utf-8")
    assert "cvc_helpers.release.source" in reference.names(tree)["show"]


def test_the_coverage_is_counted_from_the_source_map() -> None:
    entries = {
        "S-001": {"at": "book/toy#here", "prose": True, "diagram": "model"},
        "S-002": {"at": "book/toy#here", "computation": "toy.answer"},
        "S-003": {"exempt": {"en": "No.", "zh": "否。"}},
    }
    assert source_map.coverage(entries) == {"told": 2, "drawn": 1, "measured": 1, "left_out": 1}
    counted = source_map.coverage(source_map.source_map(ROOT / "book" / "source_map.yml"))
    html = source_map.coverage_html(counted, "en")
    assert f"{counted['told']} of {source_map.ALL}" in html
    assert f'width="{100 * counted["measured"] / source_map.ALL:.1f}%"' in html


def test_the_glossary_says_what_counts_as_a_big_policy_as_the_case_does() -> None:
    case = (ROOT / "cases" / "big_policy_backtracking.md").read_text(encoding="utf-8")
    glossary = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8").split("\nbig policy\n")[1].split("\n\n")[0]
    for name in ("premium_threshold_yuan", "committed_threshold_yuan"):
        yuan = int(re.search(rf"^{name} = (\d+)$", case, re.MULTILINE)[1])  # type: ignore[index]  # the case has it
        assert f" {yuan:,} yuan" in glossary
