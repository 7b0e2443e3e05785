"""Charts, one module a subject: a tidy table in, an Altair chart out. Only this package and `figures` import Altair."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, TypeVar, cast

import altair as alt
import pandas as pd

from cvc_helpers import rounding
from cvc_helpers.design import ACCENT, FONT, INK, LINE, NARROW, QUIET, TINT, WIDE, Design, text_width
from cvc_helpers.wording import say

Chart = TypeVar("Chart", bound=alt.TopLevelMixin)
MIME = "application/vnd.vegalite.v6+json"
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
"""Okabe and Ito (2008): distinguishable under the three common colour deficiencies."""
PLAIN = ",~r"
"""An axis in plain digits: 0.5, 10, 90,000; never 1e+1."""
TITLE: dict[str, Any] = {
    "anchor": "start",
    "fontWeight": 600,
    "color": INK,
    "subtitleColor": QUIET,
    "subtitlePadding": 6,
    "offset": 16,
    "frame": "bounds",
}
LINES: dict[str, Any] = {"domainColor": LINE, "tickColor": LINE, "gridColor": TINT, "labelLimit": 260}


def config(design: Design) -> Any:
    """How a chart of a design looks: no ground, no border, one ink, one size of type."""
    size = design.size
    words = {
        "labelFontSize": size,
        "titleFontSize": size,
        "labelColor": INK,
        "titleColor": QUIET,
        "titleFontWeight": 400,
    }
    return {
        "background": "transparent",
        "font": FONT,
        "padding": 2,
        "view": {"stroke": None, "continuousWidth": design.width - 4, "continuousHeight": 220},
        "axis": words | LINES,
        "header": words | {"labelAnchor": "start", "labelPadding": 2},
        "title": TITLE | {"fontSize": size + 2, "subtitleFontSize": size},
        "text": {"fontSize": size, "color": INK},
        "range": {"category": list(PALETTE)},
    }


@alt.theme.register("cvc", enable=True)
def theme() -> alt.theme.ThemeConfig:
    """The design for the text column; the narrow one carries its own."""
    return {"config": config(WIDE)}


def designed(draw: Callable[[Design], Chart]) -> Chart:
    """A chart in both designs: that for the text column, which carries that for a phone as `usermeta.narrow`.

    Args:
        draw: Draws the chart in one design.
    """
    narrow: Any = draw(NARROW)
    wide: Any = draw(WIDE)
    own = narrow.to_dict()
    own["config"] |= config(NARROW)
    return cast(Chart, wide.properties(usermeta={"narrow": own}))


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


def titled(chart: Chart, *, finding: str, measured: str, source: str, language: str, design: Design = WIDE) -> Chart:
    """Give a chart its finding as title, what is measured as subtitle, its source inside the image, and alt text.

    Args:
        chart: Any Altair chart.
        finding: The sentence that the figure shows.
        measured: What is measured, in what unit.
        source: Where the data come from ("Synthetic data …").
        language: `"en"` or `"zh"`.
        design: For which the chart is drawn.

    Returns:
        The chart with title and description.
    """
    in_title, below = characters(design.width, design.size + 2), characters(design.width, design.size)
    stop = "。" if language == "zh" else "."
    subtitle = lines(measured + stop, language, below) + lines(source, language, below)
    title = alt.Title(lines(finding, language, in_title), subtitle=subtitle)
    described: Any = chart.properties(title=title, description=f"{finding} {measured}. {source}.")
    return cast(Chart, described)


def sized(chart: alt.LayerChart, design: Design, height: float, *, top: int = 2, bottom: int = 2) -> alt.LayerChart:
    """The chart exactly as wide as its design, whatever Vega takes its words to measure.

    Args:
        chart: Layers on one plot.
        design: Whose width it fills.
        height: Of the plot, in units.
        top: Room above the plot for words that stand there.
        bottom: Room below it for an axis.
    """
    padding = {"left": 2, "right": 2, "top": top, "bottom": bottom}
    full: alt.LayerChart = chart.properties(
        width=design.width - 4, height=height, autosize={"type": "none"}, padding=padding
    )
    return full


PAIR = 86
"""Height of a pair of bars with the words above it."""


def pairs(long: pd.DataFrame, design: Design, *, which: str, strong: str) -> alt.LayerChart:
    """Two bars under each label, their words at their ends, the second kind of bar in quiet colour.

    Args:
        long: `label`, `per_100`, `text`, and the column that tells the two bars of a label apart; upper bars first.
        design: For which the chart is drawn.
        which: Name of that column.
        strong: Its value for the bars in the accent.
    """
    kinds, labels = list(dict.fromkeys(long[which])), list(dict.fromkeys(long["label"]))
    scale = alt.Scale(domain=[0, room(long["per_100"], long["text"], design)], nice=False)
    x = alt.X("per_100:Q", title=None, scale=scale).axis(None)
    base = alt.Chart(long).encode(y=alt.Y("label:N", sort=labels, title=None).axis(None))
    upper = base.transform_filter(f"datum.{which} === '{kinds[0]}'")
    layers = [upper.mark_text(align="left", dy=-30).encode(x=alt.value(0), text="label:N")]
    for kind, drop in zip(kinds, (-6, 18), strict=True):
        of = base.transform_filter(f"datum.{which} === '{kind}'").encode(x=x)
        colour = ACCENT if kind == strong else LINE
        layers.append(of.mark_bar(height=20, yOffset=drop, color=colour, stroke=QUIET, strokeWidth=0.75))
        layers.append(of.mark_text(align="left", dx=6, dy=drop).encode(text="text:N"))
    drawn = alt.LayerChart(layer=layers)
    return sized(drawn, design, PAIR * len(labels))


def room(values: Iterable[float], words: Iterable[str], design: Design) -> float:
    """The end of an axis from zero on which every bar has room for the words at its end.

    Args:
        values: Length of each bar.
        words: What stands right of it.
        design: For which the chart is drawn.
    """
    free = [design.width - 14 - text_width(said, design.size) for said in words]
    ends = [value * (design.width - 4) / left for value, left in zip(values, free, strict=True)]
    return max([*ends, 0.0]) or 1.0


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


def nothing(words: str, language: str) -> alt.LayerChart:
    """A chart that says in words why there is nothing to draw."""

    def draw(design: Design) -> alt.LayerChart:
        said = lines(words, language, characters(design.width, design.size))
        frame = pd.DataFrame({"words": ["\n".join(said)]})
        mark = alt.Chart(frame).mark_text(color=QUIET, align="left", baseline="top", lineBreak="\n")
        drawn = alt.LayerChart(layer=[mark.encode(text="words:N", x=alt.value(0), y=alt.value(6))])
        return sized(drawn, design, 28 * len(said)).properties(description=words)

    return designed(draw)


def characters(width: float, size: float) -> int:
    """How many Latin characters of a sentence stand on a line, for `lines`; half as many Chinese ones."""
    return int(width / (0.52 * size))


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
