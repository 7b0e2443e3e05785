"""Figures of the service-driven model."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cvc_helpers.charts import designed, nothing, pairs, sized, title_of, titled
from cvc_helpers.design import ACCENT, GROUND, INK, LINE, QUIET, WIDE, Design
from cvc_helpers.rounding import money, signed, written
from cvc_helpers.vocabulary import VALUE_POINTS
from cvc_helpers.wording import say

SLUG = "service_model"
TEAMS = ("skilled", "other")
ROW = 62


def grid_chart(grid: pd.DataFrame, *, multiplies: bool, source: str, language: str) -> alt.LayerChart:
    """Sales with and without a service, by kind of product and team, and what a service adds to each pair.

    Args:
        grid: Result of `methods.service_model.grid_table`.
        multiplies: Whether the claim that the two multiply on complex products holds in this run.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
    """
    if grid.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language), language)
    long = _long(grid, language)
    gains = grid[grid["kind"] == "complex"].set_index("team")["gain"]
    words = {
        "finding": title_of(SLUG, "grid", language, holds=multiplies, **_written(gains)),
        "measured": say(f"{SLUG}.chart.grid_measured", language),
        "source": source,
    }

    def draw(design: Design) -> alt.LayerChart:
        drawn = pairs(long, design, which="service", strong="with_service")
        return titled(drawn, **words, language=language, design=design)

    return designed(draw)


def _written(gains: pd.Series) -> dict[str, str]:
    return {team: written(float(gains[team]), "per_100") for team in TEAMS}


def _long(grid: pd.DataFrame, language: str) -> pd.DataFrame:
    rows = []
    for row in grid.to_dict("records"):
        gain = say(f"{SLUG}.chart.gain", language, gain=signed(row["gain"]))
        label = say(f"{SLUG}.chart.{row['kind']}_{row['team']}", language) + gain
        for service in ("without", "with_service"):
            text = f"{written(row[service], 'per_100')} {say(f'{SLUG}.chart.{service}', language)}"
            rows.append((label, service, row[service], text))
    return pd.DataFrame(rows, columns=["label", "service", "per_100", "text"])


def split_chart(points: pd.DataFrame, *, sides: pd.DataFrame, source: str, language: str) -> alt.LayerChart:
    """From value point to value point to the change in contribution, then less the service cost to what is left.

    Args:
        points: Result of `methods.service_model.points_table`.
        sides: Result of `methods.service_model.sides_table`; its change in service cost is drawn.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
    """
    if points.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language), language)
    cost = float(sides.set_index("side")["change"]["service_cost"])
    of = points.set_index("point")
    share, low = float(of["share"]["trust"]), float(of["low"]["trust"])
    surely = low > 0 and float(points["yuan_per_100"].sum()) > 0
    words = {
        "finding": title_of(SLUG, "split", language, holds=surely, share=written(share, "share")),
        "measured": say(f"{SLUG}.chart.split_measured", language),
        "source": source,
    }

    def draw(design: Design) -> alt.LayerChart:
        drawn = _steps(_bridge(points, cost, language, design), design)
        return titled(drawn, **words, language=language, design=design)

    return designed(draw)


def _bridge(points: pd.DataFrame, cost: float, language: str, design: Design) -> pd.DataFrame:
    """The four points end to end, the service cost back from their end, what is left; shares on the desk only."""
    names = {term.key: term.name(language) for term in VALUE_POINTS}
    total, at = float(points["yuan_per_100"].sum()), 0.0
    rows: list[tuple[object, ...]] = []
    for point in points.to_dict("records"):
        end = at + point["yuan_per_100"]
        text = f"{names[point['point']]}  {_signed(point['yuan_per_100'], language)}"
        text += f" ({written(point['share'], 'share')})" if design is WIDE else ""
        limits = (at + total * point["low"], at + total * point["high"])
        rows.append((point["point"], at, end, *limits, at + total / len(points), text))
        at = end
    for name, start, to in (("service_cost", at, at + cost), ("left", 0.0, at + cost)):
        text = f"{say(f'{SLUG}.chart.{name}', language)}  {_signed(to - start, language)}"
        rows.append((name, start, to, None, None, None, text))
    return pd.DataFrame(rows, columns=["point", "start", "end", "low_yuan", "high_yuan", "quarter", "text"])


def _signed(yuan: float, language: str) -> str:
    """A sum with its sign, for every bar adds or takes."""
    said = money(yuan, language)
    return said if said.startswith("−") else f"+{said}"


def _steps(rows: pd.DataFrame, design: Design) -> alt.LayerChart:
    """Words above each bar; the interval as a line, the slide's equal quarter as a hollow dot, as everywhere."""
    numbers = rows[["start", "end", "low_yuan", "high_yuan", "quarter"]].astype(float)
    scale = alt.Scale(domain=[min(0.0, float(numbers.min().min())), 1.01 * float(numbers.max().max())], nice=False)
    base = alt.Chart(rows).encode(y=alt.Y("point:N", sort=list(rows["point"]), title=None).axis(None))
    x = {name: alt.X(f"{name}:Q", title=None, scale=scale).axis(None) for name in numbers}
    taken = alt.when("datum.point === 'trust'").then(alt.value(ACCENT)).when("datum.point === 'service_cost'")
    colour = taken.then(alt.value(GROUND)).otherwise(alt.value(LINE))
    bars = base.mark_bar(height=22, yOffset=12, stroke=QUIET, strokeWidth=0.75).encode(
        x=x["start"], x2="end:Q", color=colour
    )
    known = base.transform_filter("isValid(datum.low_yuan)")
    lines = known.mark_rule(strokeWidth=2, color=INK, yOffset=12).encode(x=x["low_yuan"], x2="high_yuan:Q")
    slides = known.mark_point(shape="circle", size=110, strokeWidth=2, stroke=INK, fill=GROUND, yOffset=12).encode(
        x=x["quarter"]
    )
    names = base.mark_text(align="left", dy=-14).encode(x=alt.value(0), text="text:N")
    return sized(alt.LayerChart(layer=[bars, lines, slides, names]), design, ROW * len(rows))
