"""The first two pages of a report: the decision with its number and picture, the data's quality, what else came out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from cvc_helpers.parts.card import card
from cvc_helpers.parts.decision import decision_strip
from cvc_helpers.parts.found import RATIO, Found
from cvc_helpers.parts.markup import Html, el, join
from cvc_helpers.parts.threshold import threshold
from cvc_helpers.runs.facts import Facts
from cvc_helpers.runs.gate import Released
from cvc_helpers.wording import say


def result_html(facts: Facts, found: Released) -> Html:
    """The decision strip, the card of the primary finding, and its threshold; a case without a decision has a card.

    Args:
        facts: What is known of the run.
        found: What the case may show.
    """
    warning = el("div", el("p", say("runs.banner", facts.language)), cls="banner") if facts.intake.get("banner") else ""
    primary = found.primary(facts.language)
    if primary is None:
        return join([warning])
    if primary.kind != "decision":
        return join([warning, card(primary)])
    beside = [Found(content, facts.language) for content in found.of("finding")]
    controls = [one for one in beside if one.key in primary["controls"]]
    drawn = threshold(primary, controls, source=facts.source)
    return join([warning, decision_strip(primary, is_hidden=False), card(primary), drawn])


def quality_html(facts: Facts) -> Html:
    """Whose data these are, what became of the rows that came in, and how far they reach."""
    lines = [*facts.rows_line(), *facts.data_lines]
    return join(el("p", line) for line in lines)


def others_html(found: Released, language: str) -> Html:
    """The other findings, a line each; those without an answer are only counted.

    Ratios, odds ratios among them, stand below for the analyst: beside differences they would be misread.
    """
    primary = found.primary(language)
    every = [Found(content, language) for content in found.of("finding")]
    others = [one for one in every if (primary is None or one.key != primary.key) and one["unit"] != RATIO]
    refused = sum(one.is_refused for one in others)
    count = el("p", say("runs.others_refused", language, count=refused), cls="note") if refused else Html()
    lines = [_line(one) for one in others if not one.is_refused]
    heading = el("h2", say("runs.others", language))
    return el("section", heading, _table(lines, language), count) if others else Html()


def _table(lines: list[Html], language: str) -> Html:
    names = {"finding": None, "like_with_like": "figure", "reading": None}
    head = el("tr", *(el("th", say(f"runs.{name}", language), scope="col", cls=kind) for name, kind in names.items()))
    return el("table", el("thead", head), el("tbody", *lines), cls="facts others") if lines else Html()


def _line(one: Found) -> Html:
    """What was found, its number with the interval, and how it reads; a measure has no reading."""
    number = el("td", el("b", one.shown("like_with_like")), el("small", _between(one)), cls="figure")
    reading = "" if one.reading == "none" else one.text("reading")
    words = el("td", one.text("headline"), el("small", one.text("unit")))
    return el("tr", words, number, el("td", reading, el("small", one.text("kind"))))


def _between(one: Found) -> str:
    return say("runs.between", one.language, low=one.shown("low"), high=one.shown("high"))


def facts_table(rows: Iterable[tuple[str, str]]) -> str:
    """Names and texts, a row each; nothing where there are none."""
    body = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>' for name, text in rows)
    return f'<table class="facts"><tbody>{body}</tbody></table>' if body else ""


def intake_content(facts: Facts) -> Mapping[str, Any] | None:
    """Every file that came in and what became of it, as a released table; None where nothing was taken in here."""
    rows = facts.conservation()
    if not rows:
        return None
    headings, *body = rows
    return {"caption": say("runs.conservation", facts.language), "columns": headings, "rows": body}
