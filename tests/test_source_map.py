"""Every idea of the report has its place: a page, an anchor that exists, and the evidence that its form asks for."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cvc_helpers import figures
from cvc_helpers.book import templates
from cvc_helpers.book.computed import glued
from cvc_helpers.book.source_map import ALL, CHAPTERS, FORMS, covered, source_map
from tests.conftest import ROOT

PATH = ROOT / "book" / "source_map.yml"
ENTRIES = source_map(PATH)
KNOWN = [f"S-{number:03}" for name in covered(ENTRIES) for number in range(CHAPTERS[name][0], CHAPTERS[name][1] + 1)]
PLACED = {number: entry for number, entry in ENTRIES.items() if "exempt" not in entry}
each_idea = pytest.mark.parametrize("number", sorted(PLACED))


@cache
def anchors(page: str) -> set[str]:
    """Explicit targets of a page, and the names of its figures."""
    text = (ROOT / f"{page}.md").read_text(encoding="utf-8")
    drawn = {f"figure-{name.replace('_', '-')}" for name in re.findall(r"^```\{drawn\} (\w+)$", text, re.M)}
    return drawn | set(re.findall(r"^\(([\w-]+)\)=$", text, re.M)) | set(re.findall(r"^:name: ([\w-]+)$", text, re.M))


def all_anchors() -> set[str]:
    return {found for path in (ROOT / "book").glob("*.md") for found in anchors(f"book/{path.stem}")}


def forms(entry: dict[str, Any]) -> list[str]:
    return [form for form in FORMS if form in entry]


def test_every_idea_is_listed_once_and_none_is_unknown() -> None:
    listed = re.findall(r"^(S-\d{3}):", PATH.read_text(encoding="utf-8"), re.M)
    assert listed == KNOWN
    assert len(KNOWN) >= 102
    assert [number for first, last in CHAPTERS.values() for number in range(first, last + 1)] == [*range(1, ALL + 1)]


@pytest.mark.parametrize("number", KNOWN)
def test_an_idea_has_both_languages_and_either_a_place_or_a_reason(number: str) -> None:
    entry = ENTRIES[number]
    assert entry["en"]
    assert entry["zh"]
    assert ("at" in entry) != ("exempt" in entry)
    assert set(entry) <= {"en", "zh", "at", "exempt", "without", *FORMS}
    reasons = [entry["exempt"]] if "exempt" in entry else list(entry.get("without", {}).values())
    assert all(set(reason) == {"en", "zh"} and all(reason.values()) for reason in reasons)
    assert "exempt" in entry or forms(entry)


@each_idea
def test_its_anchor_exists(number: str) -> None:
    page, anchor = PLACED[number]["at"].split("#")
    assert anchor in anchors(page)


@each_idea
def test_its_evidence_is_there(number: str) -> None:
    entry = PLACED[number]
    text = (ROOT / f"{entry['at'].split('#')[0]}.md").read_text(encoding="utf-8")
    if isinstance(entry.get("table"), str):
        assert entry["table"] in all_anchors()
    elif "table" in entry:
        assert "\n|---" in text.replace("| ---", "|---").split(f"({entry['at'].split('#')[1]})=")[1]
    if "diagram" in entry:
        assert entry["diagram"] in figures.NAMES
        assert f"figure-{entry['diagram'].replace('_', '-')}" in all_anchors()
    if "template" in entry:
        assert entry["template"] in templates.TEMPLATES
        assert f"templates/{entry['template']}.xlsx" in text
    if "computation" in entry:
        assert entry["computation"] in keys(entry["computation"].split(".")[0])


@cache
def keys(slug: str) -> set[str]:
    """What the executed case glued or showed under a name."""
    return set(glued(ROOT / "cases" / f"{slug}.ipynb", "en"))


@pytest.mark.book
def test_every_anchor_stands_in_its_built_page(built: Path) -> None:
    places = [entry["at"].split("#") for entry in PLACED.values()]
    pages = {page: (built / f"{page}.html").read_text(encoding="utf-8") for page, _ in places}
    assert [f"{page}#{anchor}" for page, anchor in places if f'id="{anchor}"' not in pages[page]] == []
