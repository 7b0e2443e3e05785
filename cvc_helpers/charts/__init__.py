"""Charts, one module a subject: a tidy table in, an Altair chart out. Only this package and `figures` import Altair."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from importlib import import_module
from typing import Any, TypeVar, cast

import altair as alt
import pandas as pd

from cvc_helpers import rounding
from cvc_helpers.wording import say

Chart = TypeVar("Chart", bound=alt.TopLevelMixin)
MIME = "application/vnd.vegalite.v6+json"
INK, QUIET, LINE, TINT, ACCENT = "#1f2933", "#5b6770", "#c9d3da", "#f1f6f8", "#0b6e99"
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
"""Okabe and Ito (2008): distinguishable under the three common colour deficiencies."""
FONT = "'Source Sans 3', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
WIDTH = 480
"""Inner design width: a phone of 390 px shows 16 units as 11 px."""


WORDS: dict[str, Any] = {
    "labelFontSize": 16,
    "titleFontSize": 16,
    "labelColor": INK,
    "titleColor": QUIET,
    "titleFontWeight": 400,
}
TITLE: dict[str, Any] = {
    "anchor": "start",
    "fontSize": 20,
    "fontWeight": 600,
    "color": INK,
    "subtitleFontSize": 16,
    "subtitleColor": QUIET,
    "subtitlePadding": 6,
    "offset": 16,
    "frame": "bounds",
}
LINES: dict[str, Any] = {"domainColor": LINE, "tickColor": LINE, "gridColor": TINT, "labelLimit": 260}


@alt.theme.register("cvc", enable=True)
def theme() -> alt.theme.ThemeConfig:
    """White ground, one ink, one accent; type sizes that stay legible when a phone scales the chart down."""
    config: Any = {
        "background": "#ffffff",
        "font": FONT,
        "padding": 12,
        "view": {"stroke": None, "continuousWidth": WIDTH - 120, "continuousHeight": 220},
        "axis": WORDS | LINES,
        "header": WORDS,
        "legend": {"labelFontSize": 16, "titleFontSize": 16},
        "title": TITLE,
        "text": {"fontSize": 16, "color": INK},
        "range": {"category": list(PALETTE)},
    }
    return {"config": config}


def _renderer(spec: dict[str, Any], **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The specification itself: small, the same bytes on any machine; the book and the report draw it."""
    return {MIME: released(spec), "text/plain": spec.get("description", "chart")}, {}


def released(spec: Any) -> Any:
    """The specification as it may leave: numbers rounded, tables numbered rather than named by a hash of their content.

    Args:
        spec: A Vega-Lite specification as Altair writes it.
    """
    names = {name: f"table-{number}" for number, name in enumerate(spec.get("datasets", {}), start=1)}
    tables = {names[name]: rounding.records(rows) for name, rows in spec.get("datasets", {}).items()}
    rest = rounding.plain(_renamed({name: part for name, part in spec.items() if name != "datasets"}, names))
    if narrow := spec.get("usermeta", {}).get("narrow"):
        rest["usermeta"] = {"narrow": released(narrow)}
    return rest | {"datasets": tables} if tables else rest


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    """The node with every reference to a table by its new name."""
    if isinstance(node, dict):
        return {key: names.get(child, child) if key == "name" and isinstance(child, str) else _renamed(child, names)
                for key, child in node.items()}  # fmt: skip
    return [_renamed(child, names) for child in node] if isinstance(node, list) else node


alt.renderers.register("cvc", _renderer)
alt.renderers.enable("cvc")


def titled(chart: Chart, *, finding: str, measured: str, source: str, language: str) -> Chart:
    """Give a chart its finding as title, what is measured as subtitle, its source inside the image, and alt text.

    Args:
        chart: Any Altair chart.
        finding: The sentence that the figure shows.
        measured: What is measured, in what unit.
        source: Where the data come from ("Synthetic data …").
        language: `"en"` or `"zh"`.

    Returns:
        The chart with title and description.
    """
    title = alt.Title(
        lines(finding, language, 46), subtitle=lines(measured, language, 58) + lines(source, language, 58)
    )
    described: Any = chart.properties(title=title, description=f"{finding} {measured}. {source}.")
    return cast(Chart, described)


def title_of(slug: str, name: str, language: str, *, holds: bool, **values: str) -> str:
    """The title of a figure: what it asserts where this run's data say so, else a neutral twin.

    Args:
        slug: The column.
        name: Name of the title in its wording: `chart.<name>_title`, and `chart.<name>_title_else` for the twin.
        language: `"en"` or `"zh"`.
        holds: Whether the data of this run show what the title asserts.
        **values: What the placeholders stand for.
    """
    return say(f"{slug}.chart.{name}_title{'' if holds else '_else'}", language, **values)


def nothing(words: str) -> alt.Chart:
    """A chart that says in words why there is nothing to draw."""
    frame = pd.DataFrame({"words": [words]})
    drawn: alt.Chart = alt.Chart(frame, description=words).mark_text(color=QUIET).encode(text="words:N")
    return drawn.properties(height=60)


def lines(words: str, language: str, width: int) -> list[str]:
    """Break a sentence into lines of at most `width` Latin or `width` / 2 Chinese characters.

    Chinese breaks between any two characters, but not inside a number or a Latin word, nor before a closing mark.
    """
    if language == "en":
        return textwrap.wrap(words, width)
    found = [""]
    for token in re.findall(r"[\w.%+−-]+(?<![\u4e00-\u9fff])|.", words, re.ASCII):
        fits = _breadth(found[-1]) + _breadth(token) <= width
        if fits or token in "，。；：！？、）”’":
            found[-1] += token
        else:
            found.append(token.lstrip())
    return [line for line in found if line]


def _breadth(text: str) -> int:
    """Width in Latin characters; a Chinese one counts twice."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


def __getattr__(name: str) -> Any:
    """`charts.<slug>` loads that module on first use."""
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        raise AttributeError(name) from error


def tooltip(fields: Mapping[str, str]) -> list[alt.Tooltip]:
    """Tooltips with labels in the page's language: field to heading."""
    return [alt.Tooltip(field, title=heading) for field, heading in fields.items()]
