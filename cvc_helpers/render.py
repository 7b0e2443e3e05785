"""What cases show, as HTML: the machine forms of findings, tables and charts, drawn alike in book and report.

Input is the JSON that a notebook output carries under the house's MIME types; output is HTML without scripts,
styled by `cvc_helpers.web`. Every text is escaped.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import vl_convert

from cvc_helpers.wording import say

VEGA_LITE = "6.4"
"""The Vega-Lite version that Altair 6.3 writes and vl-convert 1.9 draws."""
VISIBLE_CHECKS = 2


def finding_html(content: Mapping[str, Any], language: str = "en") -> str:
    """A finding as a card: its kind, three rows, reading, money, evidence, limit; the rest folded for the analyst.

    Args:
        content: The JSON of a `Finding`: `finding`, `shown` and `texts`.
        language: `"en"` or `"zh"`.

    Returns:
        One `<section class="cvc-finding">`.
    """
    texts, finding = content["texts"][language], content["finding"]
    title = escape(texts["title"])
    return (
        f'<section class="cvc-finding cvc-kind-{escape(finding["kind"])} cvc-is-{escape(finding["reading"])}"'
        f' lang="{language}" aria-label="{title}"><p class="cvc-kicker">{_kicker(finding, texts, language)}</p>'
        f'<p class="cvc-title">{title}</p><p class="cvc-sentence">{escape(texts["sentence"])}</p>'
        f"{_three_rows(content, language)}{_judgement(finding, texts, language)}{_checks(finding, texts)}"
        f"{_for_the_analyst(finding, texts, language)}</section>"
    )


def table_html(content: Mapping[str, Any], language: str = "en") -> str:
    """A released table; folded under *For the analyst* where it says so.

    Args:
        content: The JSON of a `ReleasedTable`: `caption`, `columns`, `rows`, `folded`.
        language: `"en"` or `"zh"`, for the words around it.

    Returns:
        One `<div class="cvc-table">` or `<details>`.
    """
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in content["columns"])
    body = "".join(_table_row(row) for row in content["rows"])
    caption = escape(content["caption"])
    box = f'<div class="cvc-scroll" role="region" tabindex="0" aria-label="{caption}">'
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    has_withheld = any(cell == "*" for row in content["rows"] for cell in row)
    note = f'<p class="cvc-note">{escape(say("findings.withheld", language))}</p>' if has_withheld else ""
    if content.get("folded"):
        summary = f"{escape(say('findings.for_the_analyst', language))}: {caption}"
        return f'<details class="cvc-table cvc-fold"><summary>{summary}</summary>{box}{table}{note}</details>'
    return f'<div class="cvc-table"><p class="cvc-caption">{caption}</p>{box}{table}{note}</div>'


def chart_html(spec: Mapping[str, Any]) -> str:
    """A chart as a static SVG, with its specification beside it for the script that makes it live.

    Args:
        spec: A Vega-Lite specification; its `description` becomes the alternative text.

    Returns:
        One `<figure class="cvc-chart">`, complete without JavaScript.
    """
    blob = json.dumps(spec, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    name = "cvc-" + hashlib.sha256(blob.encode()).hexdigest()[:12]
    words = escape(_description(spec))
    hidden = blob.replace("<", "\\u003c")
    return (
        f'<figure class="cvc-chart" id="{name}" role="group" aria-label="{words}">'
        f'<div class="cvc-static">{_static_svg(blob, name, words)}</div><div class="cvc-live"></div>'
        f'<script type="application/json" class="cvc-spec">{hidden}</script></figure>'
    )


def _three_rows(content: Mapping[str, Any], language: str) -> str:
    """The table *as on the slide / like with like / planted*, with the unit as its caption."""
    shown, unit = content["shown"], escape(content["texts"][language]["unit"])
    interval = say("findings.interval", language, low=shown["low"], high=shown["high"])
    has_interval = content["finding"]["low"] is not None
    rows = [
        ("on_the_slide", "as_on_the_slide", ""),
        ("like_with_like", "like_with_like", interval if has_interval else ""),
    ]
    if content["finding"].get("planted") is not None:
        rows.append(("planted", "planted", ""))
    body = "".join(
        f'<tr class="cvc-{name}"><th scope="row">{escape(say(f"findings.{label}", language))}</th>'
        f'<td class="cvc-number">{escape(shown[name])}</td><td class="cvc-interval">{escape(note)}</td></tr>'
        for name, label, note in rows
    )
    return f'<table class="cvc-three"><caption>{unit}</caption><tbody>{body}</tbody></table>'


def _kicker(finding: Mapping[str, Any], texts: Mapping[str, str], language: str) -> str:
    """The kind of the finding, and whether it is the primary decision."""
    notes = {"is_primary": finding["is_primary"], "nothing_here": finding["kind"] == "control"}
    words = [texts["kind"], *(say(f"findings.{note}", language) for note, applies in notes.items() if applies)]
    return escape(" · ".join(words))


def _judgement(finding: Mapping[str, Any], texts: Mapping[str, str], language: str) -> str:
    """Reading with its reason, money, controls, grade of the evidence, and the limit; what there is of them."""
    reading = f'<strong class="cvc-verdict">{escape(texts["reading"])}</strong> <span>{escape(texts["reason"])}</span>'
    rows = {"reading": reading} if finding["kind"] != "measure" else {}
    rows |= {name: escape(texts[name]) for name in ("money", "controls", "comparison", "limit") if texts[name]}
    items = (
        f"<div><dt>{escape(say(f'findings.{name}', language))}</dt><dd>{text}</dd></div>" for name, text in rows.items()
    )
    return f'<dl class="cvc-judgement">{"".join(items)}</dl>'


def _checks(finding: Mapping[str, Any], texts: Mapping[str, str], *, folded: bool = False) -> str:
    """The visible checks, or those that stand folded."""
    checks: Sequence[Mapping[str, Any]] = finding["checks"]
    chosen = checks[VISIBLE_CHECKS:] if folded else checks[:VISIBLE_CHECKS]
    items = "".join(
        f'<li class="cvc-check-{"ok" if check["passed"] else "warn"}">{escape(texts["check_" + check["key"]])}</li>'
        for check in chosen
    )
    return f'<ul class="cvc-checks">{items}</ul>' if items else ""


def _for_the_analyst(finding: Mapping[str, Any], texts: Mapping[str, str], language: str) -> str:
    """Method, counts and the remaining checks, folded."""
    counts = {name: f"{finding[name]:,}" for name in ("n", "n_clusters")}
    return (
        f'<details class="cvc-fold"><summary>{escape(say("findings.for_the_analyst", language))}</summary>'
        f"<p><b>{escape(say('findings.method', language))}</b> {escape(texts['method'])}</p>"
        f"<p>{escape(say('findings.people', language, **counts))}</p>{_checks(finding, texts, folded=True)}</details>"
    )


def _table_row(row: Sequence[str]) -> str:
    """One row: figures stand right, words left."""
    cells = (
        f'<td class="cvc-figure">{escape(cell)}</td>' if _is_figure(cell) else f"<td>{escape(cell)}</td>"
        for cell in row
    )
    return f"<tr>{''.join(cells)}</tr>"


def _is_figure(cell: str) -> bool:
    return bool(re.fullmatch(r"[−+-]?[\d,.]+( ?%)?|[*–]", cell))


def _description(spec: Mapping[str, Any]) -> str:
    """The alternative text: the description, else the title."""
    title = spec.get("title") or ""
    text = title.get("text", "") if isinstance(title, Mapping) else title
    return str(spec.get("description") or (" ".join(text) if isinstance(text, list) else text) or "chart")


def _static_svg(blob: str, name: str, words: str) -> str:
    """The drawing; its ids carry the figure's name, so that two charts of one page do not share a clip path."""
    svg = str(vl_convert.vegalite_to_svg(blob, vl_version=VEGA_LITE))
    svg = re.sub(r'\bid="', f'id="{name}-', svg).replace("url(#", f"url(#{name}-")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{words}" ', 1)
