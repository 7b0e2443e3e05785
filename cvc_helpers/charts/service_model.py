"""Figures of the service-driven model."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cvc_helpers.charts import ACCENT, INK, LINE, QUIET, WIDTH, nothing, title_of, titled
from cvc_helpers.rounding import signed, written
from cvc_helpers.vocabulary import VALUE_POINTS
from cvc_helpers.wording import say

SLUG = "service_model"
ROW = 62
TEAMS = ("skilled", "other")


def grid_chart(grid: pd.DataFrame, *, multiplies: bool, source: str, language: str) -> alt.FacetChart | alt.Chart:
    """Sales with and without a service, by kind of product and team; the gain stands on both scales.

    Args:
        grid: Result of `methods.service_model.grid_table`.
        multiplies: Whether the claim that the two multiply on complex products holds in this run.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
    """
    if grid.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language))
    long = _long(grid, language)
    base = alt.Chart(long).encode(
        y=alt.Y("service:N", sort=["without", "with_service"], title=None).axis(None),
        x=alt.X("per_100:Q", title=None, scale=alt.Scale(domain=[0, float(long["per_100"].max()) * 1.6])).axis(None),
    )
    bars = base.mark_bar(height=22).encode(
        color=alt.condition("datum.service === 'with_service'", alt.value(ACCENT), alt.value(LINE))
    )
    layers = [bars, base.mark_text(align="left", dx=6).encode(text="text:N")]
    header = alt.Header(title=None, labelOrient="top", labelAnchor="start", labelFontSize=16, labelColor=INK)
    chart = (
        alt.layer(*layers)
        .properties(width=WIDTH - 40, height=ROW)
        .facet(row=alt.Row("label:N", sort=list(dict.fromkeys(long["label"])), header=header), spacing=4)
    )
    gains = grid[grid["kind"] == "complex"].set_index("team")["gain"]
    return titled(
        chart,
        finding=title_of(SLUG, "grid", language, holds=multiplies, **_written(gains)),
        measured=say(f"{SLUG}.chart.grid_measured", language),
        source=source,
        language=language,
    )


def _written(gains: pd.Series) -> dict[str, str]:
    return {team: written(float(gains[team]), "per_100") for team in TEAMS}


def _long(grid: pd.DataFrame, language: str) -> pd.DataFrame:
    rows = []
    without, served = (say(f"{SLUG}.chart.{name}", language) for name in ("without", "with_service"))
    for row in grid.to_dict("records"):
        label = say(f"{SLUG}.chart.{row['kind']}_{row['team']}", language)
        rows.append((label, "without", row["without"], f"{written(row['without'], 'per_100')} {without}"))
        gain, ratio = signed(row["gain"]), written(row["ratio"], "ratio")
        text = f"{written(row['with_service'], 'per_100')} {served}  {gain}  ×{ratio}"
        rows.append((label, "with_service", row["with_service"], text))
    return pd.DataFrame(rows, columns=["label", "service", "per_100", "text"])


def split_chart(points: pd.DataFrame, *, source: str, language: str) -> alt.LayerChart | alt.Chart:
    """The change in lifetime value by value point, with intervals and the equal quarters of the slide.

    Args:
        points: Result of `methods.service_model.points_table`.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
    """
    if points.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language))
    rows = _split_rows(points, language)
    end = float(rows[["yuan_per_100", "high_yuan"]].max().max())
    scale = alt.Scale(domain=[min(0.0, float(rows["low_yuan"].min())), end * 1.15], nice=False)
    base = alt.Chart(rows).encode(y=alt.Y("label:N", sort=list(rows["label"]), title=None).axis(None))
    x = alt.X("yuan_per_100:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4, grid=False, format=",.0f"))
    colour = alt.condition("datum.point === 'trust'", alt.value(ACCENT), alt.value(LINE))
    bars = base.mark_bar(height=22).encode(x=x, color=colour)
    lines = base.mark_rule(strokeWidth=3, color=INK).encode(x=alt.X("low_yuan:Q", scale=scale), x2="high_yuan:Q")
    names = base.encode(x=alt.value(0), text="text:N")
    quarter = base.mark_tick(color=QUIET, thickness=3, size=32).encode(x=alt.X("quarter:Q", scale=scale))
    chart = alt.LayerChart(layer=[bars, quarter, lines, names.mark_text(align="left", dy=-26)])
    trust = rows[rows["point"] == "trust"].iloc[0]
    share, surely = written(trust["share"], "share"), bool(trust["low"] > 0)
    return titled(
        chart.properties(width=WIDTH - 40, height=72 * len(rows)),
        finding=title_of(SLUG, "split", language, holds=surely, share=share),
        measured=say(f"{SLUG}.chart.split_measured", language),
        source=source,
        language=language,
    )


def _split_rows(points: pd.DataFrame, language: str) -> pd.DataFrame:
    names = {term.key: term.name(language) for term in VALUE_POINTS}
    total = float(points["yuan_per_100"].sum())
    labels = [names[key] for key in points["point"]]
    texts = [
        f"{label}  {written(yuan, 'yuan')}  ({written(share, 'share')})"
        for label, yuan, share in zip(labels, points["yuan_per_100"], points["share"], strict=True)
    ]
    limits = {"low_yuan": points["low"] * total, "high_yuan": points["high"] * total}
    return points.assign(label=labels, text=texts, quarter=total / len(points), **limits)
