"""Figures of big-policy backtracking."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cvc_helpers.charts import ACCENT, INK, LINE, QUIET, WIDTH, nothing, titled
from cvc_helpers.wording import say

SLUG = "big_policy_backtracking"


def answer_chart(rows: pd.DataFrame, *, finding: str, worth: float, source: str, language: str) -> alt.LayerChart:
    """The slide's number beside the honest ones, with intervals, the threshold and the planted truth.

    Args:
        rows: `row` (wording name), `value`, `low`, `high` (per 100; NaN where there is none), `planted`.
        finding: Sentence of the finding; becomes the title.
        worth: Threshold, per 100.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
    """
    labelled = rows.assign(
        label=[say(f"{SLUG}.chart.{name}", language) for name in rows["row"]],
        shown=[f"{value:+.1f}".replace("-", "−") for value in rows["value"]],
        planted_name=say(f"{SLUG}.chart.planted", language),
    )
    order = alt.Y("label:N", sort=list(labelled["label"]), title=None).axis(None)
    base = alt.Chart(labelled).encode(y=order)
    end = float(labelled[["value", "high"]].max().max())
    start = min(0.0, float(labelled["low"].min()))
    scale = alt.Scale(domain=[start - 0.04 * (end - start), end * 1.12], nice=False)
    colour = alt.condition("datum.row === 'group'", alt.value(ACCENT), alt.value(QUIET))
    bars = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=4)
        .encode(
            x=alt.X("low:Q", scale=scale, title=None).axis(tickCount=5, format="+", grid=False),
            x2="high:Q",
            color=colour,
        )
    )
    dots = base.mark_circle(size=160, opacity=1).encode(x=alt.X("value:Q", scale=scale), color=colour)
    numbers = base.mark_text(align="center", dy=-16, fontWeight=600).encode(
        x=alt.X("value:Q", scale=scale), text="shown:N"
    )
    names = base.mark_text(align="left", dy=-40, color=INK).encode(x=alt.value(0), text="label:N")
    zero = (
        alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=LINE, strokeWidth=2).encode(x=alt.X("x:Q", scale=scale))
    )
    layers = [zero, *_threshold(worth, scale, language), bars, dots, numbers, names, *_planted(base, scale)]
    chart: alt.LayerChart = alt.layer(*layers).properties(width=WIDTH - 40, height=78 * len(rows))
    return titled(
        chart,
        finding=finding,
        measured=say(f"{SLUG}.chart.measured", language),
        source=source,
        language=language,
    )


def _threshold(worth: float, scale: alt.Scale, language: str) -> list[alt.Chart]:
    frame = pd.DataFrame({"x": [worth], "name": [say(f"{SLUG}.chart.worth", language)]})
    base = alt.Chart(frame).encode(x=alt.X("x:Q", scale=scale))
    rule = base.mark_rule(color=QUIET, strokeDash=[4, 4])
    return [
        rule,
        base.mark_text(align="left", dx=4, color=QUIET, baseline="bottom").encode(y=alt.value(-2), text="name:N"),
    ]


def _planted(base: alt.Chart, scale: alt.Scale) -> list[alt.Chart]:
    known = base.transform_filter("isValid(datum.planted)").encode(x=alt.X("planted:Q", scale=scale))
    mark = known.mark_tick(color=INK, thickness=3, size=34)
    words = known.mark_text(align="left", dy=22, dx=-2, color=QUIET).encode(text="planted_name:N")
    return [mark, words]


def journey_chart(steps: pd.DataFrame, *, source: str, language: str) -> alt.FacetChart | alt.Chart:
    """Visitors and comparable customers at each step from proposal to big policy.

    Args:
        steps: Result of `methods.big_policy_backtracking.journey_table`.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
    """
    if steps.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language))
    long = steps.melt(["step", "extra"], ["visitors", "comparable"], var_name="who", value_name="per_100")
    long["label"] = [say(f"{SLUG}.chart.{step}", language) for step in long["step"]]
    long["text"] = [
        f"{value:.1f} {say(f'{SLUG}.chart.{who}', language)}"
        for value, who in zip(long["per_100"], long["who"], strict=True)
    ]
    order = [say(f"{SLUG}.chart.{step}", language) for step in steps["step"]]
    base = alt.Chart(long).encode(
        y=alt.Y("who:N", sort=["visitors", "comparable"], title=None).axis(None),
        x=alt.X("per_100:Q", title=None, scale=alt.Scale(domain=[0, float(long["per_100"].max()) * 1.5])).axis(None),
    )
    bars = base.mark_bar(height=22).encode(
        color=alt.condition("datum.who === 'visitors'", alt.value(ACCENT), alt.value(LINE))
    )
    words = base.mark_text(align="left", dx=6).encode(text="text:N")
    header = alt.Header(title=None, labelOrient="top", labelAnchor="start", labelFontSize=16, labelColor=INK)
    chart = (
        alt.layer(bars, words)
        .properties(width=WIDTH - 40, height=64)
        .facet(row=alt.Row("label:N", sort=order, header=header), spacing=4)
    )
    by_step = steps.set_index("step")["extra"]
    words_of = {"proposals": f"{by_step['proposals']:.1f}", "big": f"{by_step['big_policies']:.1f}"}
    title = say(f"{SLUG}.chart.journey_title", language, **words_of)
    return titled(
        chart,
        finding=title,
        measured=say(f"{SLUG}.chart.journey_measured", language),
        source=source,
        language=language,
    )
