"""The page *Where the report's ideas live*, generated from `book/source_map.yml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from html import escape
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from cvc_helpers.book.edition import edition
from cvc_helpers.book.fresh import slugs
from cvc_helpers.book.nodes import Cell, code, paragraph, section, table
from cvc_helpers.wording import say

FORMS = ("prose", "table", "diagram", "template", "computation")
ALL = 266
"""Ideas of the report, all chapters together."""
CHAPTERS = {
    **{"intro": (1, 23), "theory": (24, 48), "model": (49, 102), "lever_1": (103, 131), "lever_2": (132, 168)},
    **{"lever_3": (169, 191), "tasks": (192, 235), "task_1": (236, 240), "task_2": (241, 243), "task_3": (244, 248)},
    **{"task_4": (249, 254), "task_5": (255, 258), "end": (259, ALL)},
}
"""Chapters of the report, each with its first and last idea."""


class SourceMap(SphinxDirective):
    """`{cvc-source-map}`: one table a chapter of the report, one row an idea."""

    def run(self) -> list[nodes.Node]:
        """The tables in the report's order."""
        path = Path(self.env.srcdir) / "book" / "source_map.yml"
        self.env.note_dependency(str(path))
        language = edition(self.config)
        entries = source_map(path)
        return [_chapter(name, entries, self.env.docname, language) for name in covered(entries)]

    @staticmethod
    def anchor(chapter: str) -> str:
        """Anchor of a chapter's table."""
        return f"source-map-{chapter}"


class Coverage(SphinxDirective):
    """`{cvc-coverage}`: how many of the report's ideas are told, drawn and measured so far."""

    def run(self) -> list[nodes.Node]:
        """One line each, with a bar, and what is left out."""
        path = Path(self.env.srcdir) / "book" / "source_map.yml"
        for source in (path, Path(__file__)):
            self.env.note_dependency(str(source))
        counted, language = coverage(source_map(path)), edition(self.config)
        link = _link("doc", "/book/source_map", say("source_map.title", language), self.env.docname)
        about = say("source_map.coverage_about", language, left_out=counted["left_out"], all=ALL)
        return [
            nodes.raw("", coverage_html(counted, language), format="html"),
            paragraph(about, link, say("pages.stop", language)),
        ]


def coverage(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """How many ideas have a place in the book, a figure, a computed finding; and how many are left out for a reason."""
    return {
        "told": sum("at" in entry for entry in entries.values()),
        "drawn": sum("diagram" in entry for entry in entries.values()),
        "measured": sum("computation" in entry for entry in entries.values()),
        "left_out": sum("exempt" in entry for entry in entries.values()),
    }


def coverage_html(counted: Mapping[str, int], language: str) -> str:
    """One line each for told, drawn and measured: words, a bar of its share of all ideas, the number."""
    lines = ""
    for name in ("told", "drawn", "measured"):
        words, count = (
            escape(say(f"source_map.{key}", language, count=counted[name], all=ALL)) for key in (name, "of_all")
        )
        lines += (
            f'<li><span class="cvc-what">{words}</span><svg width="100%" height="12" aria-hidden="true" '
            f'focusable="false"><rect class="cvc-whole" width="100%" height="12"/><rect class="cvc-part" '
            f'width="{100 * counted[name] / ALL:.1f}%" height="12"/></svg><span class="cvc-count">{count}</span></li>'
        )
    return f'<ul class="cvc-coverage">{lines}</ul>'


def source_map(path: Path) -> dict[str, dict[str, Any]]:
    """Every idea of the report by its number, e.g. `"S-001"`, with where it lives and what shows it."""
    entries: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return entries


def covered(entries: Collection[str]) -> list[str]:
    """Chapters of the report that the book covers: those of which an idea is placed."""
    return [name for name, (first, _) in CHAPTERS.items() if f"S-{first:03}" in entries]


def _chapter(name: str, entries: dict[str, dict[str, Any]], docname: str, language: str) -> nodes.section:
    first, last = CHAPTERS[name]
    numbers = [f"S-{number:03}" for number in range(first, last + 1)]
    rows = [_row(number, entries[number], docname, language) for number in numbers if number in entries]
    headings = [say(f"source_map.{heading}", language) for heading in ("number", "idea", "place", "shown")]
    title = say(f"source_map.{name}", language)
    return section(title, SourceMap.anchor(name), table(headings, rows, classes=["cvc-contract"]))


def _page_name(page: str, language: str) -> str:
    """What the book calls a chapter; one that is no column has its name in the wording of this page."""
    return say(f"{page}.name" if page in slugs(Path(__file__).parents[2]) else f"source_map.page_{page}", language)


def _row(number: str, entry: dict[str, Any], docname: str, language: str) -> list[Cell]:
    if "exempt" in entry:
        return [_short(number), entry[language], say("source_map.exempt", language), entry["exempt"][language]]
    page, anchor = entry["at"].split("#")
    place = _link("ref", anchor, _page_name(page.removeprefix("book/"), language), docname)
    shown: list[nodes.Node] = [
        paragraph(*_evidence(form, entry[form], docname, language)) for form in FORMS if form in entry
    ]
    for form, reason in entry.get("without", {}).items():
        words = {"form": say(f"source_map.{form}", language), "reason": reason[language]}
        shown.append(paragraph(say("source_map.without", language, **words)))
    return [_short(number), entry[language], [paragraph(place)], shown]


def _short(number: str) -> str:
    """`"S-007"` as it stands in the table: 7."""
    return str(int(number.removeprefix("S-")))


def _evidence(form: str, value: Any, docname: str, language: str) -> list[str | nodes.Node]:
    """The form, and what can be said of it: a figure's link, a sheet's name, a finding's key."""
    name = say(f"source_map.{form}", language)
    if form == "diagram":
        return [_link("ref", f"figure-{value.replace('_', '-')}", name, docname)]
    if form == "computation":
        return [_link("doc", f"/cases/{value.split('.')[0]}", name, docname), " ", code(value)]
    if form == "template":
        return [name, " ", code(value)]
    return [_link("ref", value, name, docname) if isinstance(value, str) else name]


def _link(kind: str, target: str, words: str, docname: str) -> nodes.Node:
    """A cross-reference that Sphinx resolves, or warns about, when all pages are read."""
    options = {"refdomain": "std", "reftype": kind, "reftarget": target, "refexplicit": True, "refwarn": True}
    return addnodes.pending_xref("", nodes.inline(words, words), refdoc=docname, **options)


def setup(app: Any) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("cvc-source-map", SourceMap)
    app.add_directive("cvc-coverage", Coverage)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
