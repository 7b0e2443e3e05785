"""Figures of customer value creation."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cvc_helpers.charts import ACCENT, INK, LINE, WIDTH, nothing, title_of, titled
from cvc_helpers.rounding import written
from cvc_helpers.wording import say

SLUG = "customer_value"
ROW = 74


def groups_chart(
    cells: pd.DataFrame, *, natural: str, clusters: str, holds: bool, source: str, language: str
) -> alt.LayerChart | alt.Chart:
    """The response of each natural group to each theme; the strongest theme of a group is named.

    Args:
        cells: `methods.customer_value.cell_table` with `group` and `theme` in words.
        natural: Share that natural groups explain, as shown.
        clusters: Share that statistical clusters explain, as shown.
        holds: Whether the claim about the groups holds in this run.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
    """
    if cells.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language))
    best = cells.loc[cells.groupby("group_code")["response"].idxmax()]
    best = best[(best["low"] > 0) & (best["group_code"] != "none")]
    drawn = cells.assign(own=cells.index.isin(best.index))
    layers = [*_dots(drawn), *_names(drawn, best)]
    height = ROW * drawn["group_code"].nunique()
    chart = alt.LayerChart(layer=layers).properties(width=WIDTH - 40, height=height)
    title = title_of(SLUG, "groups", language, holds=holds, natural=natural, clusters=clusters)
    measured = say(f"{SLUG}.chart.groups_measured", language)
    return titled(chart, finding=title, measured=measured, source=source, language=language)


def _row(drawn: pd.DataFrame) -> alt.Y:
    return alt.Y("group_code:N", sort=sorted(drawn["group_code"].unique()), title=None).axis(None)


def _dots(drawn: pd.DataFrame) -> list[alt.Chart]:
    """A line at the average, a dot for each theme, and the interval of the strongest."""
    ends = [float(drawn["low"].min()) - 1, float(drawn["high"].max()) + 1]
    scale = alt.Scale(domain=ends, nice=False)
    axis = alt.Axis(tickCount=5, grid=False, format="d")
    base = alt.Chart(drawn).encode(y=_row(drawn))
    colour = alt.condition("datum.own", alt.value(ACCENT), alt.value(LINE))
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=LINE).encode(x=alt.X("x:Q", scale=scale))
    own = base.transform_filter("datum.own")
    bars = own.mark_rule(strokeWidth=4).encode(x=alt.X("low:Q", scale=scale, title=None, axis=axis), x2="high:Q")
    dots = base.mark_circle(size=130, opacity=1).encode(x=alt.X("response:Q", scale=scale, title=None, axis=axis))
    return [zero, bars.encode(color=colour), dots.encode(color=colour)]


def _names(drawn: pd.DataFrame, best: pd.DataFrame) -> list[alt.Chart]:
    """The group above its row at the left, with a white outline where it crosses the line; its theme below its dot."""
    groups = alt.Chart(drawn.drop_duplicates("group_code")).encode(y=_row(drawn), x=alt.value(0), text="group:N")
    themes = alt.Chart(best).encode(y=_row(drawn), x="response:Q", text="theme:N")
    halo = groups.mark_text(align="left", dy=-24, stroke="#ffffff", strokeWidth=5, strokeJoin="round")
    return [halo, groups.mark_text(align="left", dy=-24), themes.mark_text(fontWeight=600, color=INK, dy=18)]


def steps_chart(steps: pd.DataFrame, *, surely: bool, source: str, language: str) -> alt.LayerChart | alt.Chart:
    """Requests for a proposal with none, one, two or all three of the criteria, and what the parts alone predict.

    Args:
        steps: `steps` of `methods.customer_value.fit`.
        surely: Whether the three surely do more together than the parts.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
    """
    if steps.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language))
    drawn = steps.assign(
        per_100=100 * steps["standardised"],
        parts=100 * steps["from_parts"],
        label=[say(f"{SLUG}.chart.held_{held}", language) for held in steps["held"]],
        shown=[written(100 * share, "count") for share in steps["standardised"]],
    )
    scale = alt.Scale(domain=[0, 1.15 * float(drawn["per_100"].max())], nice=False)
    base = alt.Chart(drawn).encode(y=alt.Y("held:O", title=None).axis(None))
    bars = base.mark_bar(height=22, yOffset=14).encode(
        x=alt.X("per_100:Q", title=None, scale=scale).axis(None),
        color=alt.condition("datum.held === 3", alt.value(ACCENT), alt.value(LINE)),
    )
    numbers = base.mark_text(align="left", dx=6, dy=14, fontWeight=600).encode(x="per_100:Q", text="shown:N")
    names = base.mark_text(align="left", dy=-12).encode(x=alt.value(0), text="label:N")
    chart = alt.LayerChart(layer=[bars, numbers, names, *_parts(drawn, language)])
    three, two = drawn["shown"].iloc[3], drawn["shown"].iloc[2]
    title = title_of(SLUG, "steps", language, holds=surely, three=three, two=two)
    measured = say(f"{SLUG}.chart.steps_measured", language)
    sized = chart.properties(width=WIDTH - 40, height=66 * len(drawn))
    return titled(sized, finding=title, measured=measured, source=source, language=language)


def _parts(drawn: pd.DataFrame, language: str) -> list[alt.Chart]:
    """A tick where the parts alone would put all three, with its name."""
    last = drawn.tail(1).assign(
        name=f"{written(drawn['parts'].iloc[-1], 'count')} {say(f'{SLUG}.chart.from_parts', language)}"
    )
    base = alt.Chart(last).encode(y=alt.Y("held:O").axis(None), x="parts:Q")
    tick = base.mark_tick(color=INK, thickness=3, size=30, yOffset=14)
    words = base.mark_text(align="left", dx=8, dy=15, color="#ffffff").encode(text="name:N")
    return [tick, words]
