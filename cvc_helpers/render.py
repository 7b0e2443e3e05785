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

from cvc_helpers.parts.card import card
from cvc_helpers.parts.found import Found
from cvc_helpers.parts.markup import Html, el
from cvc_helpers.parts.seven_ones import seven_ones
from cvc_helpers.parts.withheld import withheld
from cvc_helpers.wording import say

VEGA_LITE = "6.4"
"""The Vega-Lite version that Altair 6.3 writes and vl-convert 1.9 draws."""


def finding_html(content: Mapping[str, Any], language: str = "en") -> str:
    """A finding as a card of its kind.

    Args:
        content: The JSON of a `Finding`: `finding`, `shown` and `texts`.
        language: `"en"` or `"zh"`.
    """
    return card(Found(content, language))


def withheld_html(content: Mapping[str, Any], language: str = "en") -> str:
    """What a number becomes when something is withheld.

    Args:
        content: The JSON of `release.withheld`.
        language: `"en"` or `"zh"`.
    """
    return withheld(content, language, source=say(f"findings.{content['source']}", language))


def table_html(content: Mapping[str, Any], language: str = "en") -> str:
    """A released table, or the Seven Ones card that it holds; folded under *For the analyst* where it says so.

    Args:
        content: The JSON of a `ReleasedTable`: `caption`, `columns`, `rows`, `folded`, `record`.
        language: `"en"` or `"zh"`, for the words around it.
    """
    if content.get("record"):
        return seven_ones(content["record"], language, title=content["caption"])
    head = el("thead", el("tr", *(el("th", name, scope="col", cls=_align(content, at)) for at, name in
                                  enumerate(content["columns"]))))  # fmt: skip
    body = el("tbody", *(el("tr", *(_cell(cell, at) for at, cell in enumerate(row))) for row in content["rows"]))
    named = {"role": "region", "tabindex": 0, "aria_label": content["caption"]}
    box = el("div", el("table", head, body), cls="cvc-scroll", **named)
    has_withheld = any(cell == "*" for row in content["rows"] for cell in row)
    note = el("p", say("findings.withheld", language), cls="cvc-note") if has_withheld else Html()
    hint = el("p", say("findings.table_hint", language), cls="cvc-hint", aria_hidden="true")
    if content.get("folded"):
        summary = say("findings.for_the_analyst", language) + say("findings.colon", language) + content["caption"]
        return el("details", el("summary", summary), box, hint, note, cls="cvc-table cvc-fold")
    return el("div", el("p", content["caption"], cls="cvc-caption"), box, hint, note, cls="cvc-table")


def _cell(cell: str, at: int) -> Html:
    """One cell: the first names the row; figures stand right, words left."""
    kind = "cvc-amount" if _is_figure(cell) else None
    return el("td", cell, cls=kind) if at else el("th", cell, cls=kind, scope="row")


def _align(content: Mapping[str, Any], at: int) -> str | None:
    """The class of a heading: over figures it stands right as they do."""
    cells = [row[at] for row in content["rows"]]
    return "cvc-amount" if cells and at and all(map(_is_figure, cells)) else None


def chart_html(spec: Mapping[str, Any]) -> str:
    """A chart as static SVG, with its specification beside it for the script that makes it live.

    Title and subtitle stand above the drawing as text of the page. A chart of two designs carries that for a phone as
    `usermeta.narrow`; both are drawn, and the style shows the one that fits.

    Args:
        spec: A Vega-Lite specification; its `description` becomes the alternative text.

    Returns:
        One `<figure class="cvc-chart">`, complete without JavaScript.
    """
    blob = _blob(spec)
    name = "cvc-" + hashlib.sha256(blob.encode()).hexdigest()[:12]
    narrow = spec.get("usermeta", {}).get("narrow")
    designs = {"cvc-wide": spec, "cvc-narrow": narrow} if narrow else {"cvc-both": spec}
    drawings = "".join(_drawing(drawn, f"{name}-{kind[4:]}", kind) for kind, drawn in designs.items())
    return (
        f'<figure class="cvc-chart cvc-figure" id="{name}" role="group" aria-label="{escape(_description(spec))}">'
        f"{_chart_title(spec)}{drawings}</figure>"
    )


def _drawing(spec: Mapping[str, Any], name: str, kind: str) -> str:
    """One design: drawn without its title, and the whole of it for the script."""
    bare = {key: part for key, part in spec.items() if key not in ("title", "usermeta")}
    hidden = _blob({key: part for key, part in spec.items() if key != "usermeta"}).replace("<", "\\u003c")
    words = escape(_description(spec))
    return (
        f'<div class="cvc-drawing {kind}"><div class="cvc-static">{_static_svg(_blob(bare), name, words)}</div>'
        f'<div class="cvc-live"></div><script type="application/json" class="cvc-spec">{hidden}</script></div>'
    )


def _chart_title(spec: Mapping[str, Any]) -> str:
    """What a chart asserts, and below it what is measured and where the data come from."""
    title = spec.get("title") or {}
    lines = title if isinstance(title, Mapping) else {"text": title}
    found, below = (_joined(lines.get(part, "")) for part in ("text", "subtitle"))
    words = f"<strong>{escape(found)}</strong>" + (f"<span>{escape(below)}</span>" if below else "")
    return f'<figcaption class="cvc-title">{words}</figcaption>' if found else ""


def _joined(lines: str | Sequence[str]) -> str:
    """Lines of a drawing as one text: Latin words keep a space between them, Chinese characters do not."""
    text = lines if isinstance(lines, str) else "\n".join(lines)
    return re.sub(r"\n", " ", re.sub(r"(?<=[^\x00-\u02ff])\n(?=[^\x00-\u02ff])", "", text))


def _blob(spec: Mapping[str, Any]) -> str:
    return json.dumps(spec, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


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
