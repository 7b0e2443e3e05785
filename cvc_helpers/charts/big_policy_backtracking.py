"""Figures of big-policy backtracking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from cvc_helpers.charts import ACCENT, INK, LINE, QUIET, WIDTH, nothing, title_of, titled
from cvc_helpers.rounding import money, signed, written
from cvc_helpers.wording import say

SLUG = "big_policy_backtracking"
Words = Mapping[str, str]
ASSERTED = {"proposals": "proposals", "big": "big_policies"}
"""Placeholders of the journey's title to the steps that it asserts."""


def answer_chart(
    rows: pd.DataFrame, *, worth: float, source: str, language: str, words: Words
) -> alt.LayerChart | alt.Chart:
    """The slide's number beside the honest ones, with intervals, the threshold and the planted truth.

    Args:
        rows: `row` (wording name; `group` is the headline), `value`, `low`, `high` (per 100; missing for the slide),
            `planted`.
        worth: Threshold, per 100.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
        words: What this run calls its service and its group, in that language (see `naming`).
    """
    values = rows.set_index("row")["value"]
    if "group" not in values:
        return nothing(say(f"{SLUG}.chart.nothing", language))
    labelled = _labelled(rows, language, words)
    base = alt.Chart(labelled).encode(y=alt.Y("label:N", sort=list(labelled["label"]), title=None).axis(None))
    scale = _scale(labelled)
    known = _planted(base, scale) if "planted" in labelled else []
    layers = [*_threshold(worth, scale, language), *known, *_intervals(base, scale)]
    chart = alt.LayerChart(layer=layers).properties(width=WIDTH - 40, height=88 * len(rows))
    surely = float(rows.set_index("row")["low"]["group"]) > 0
    numbers = {"honest": signed(values["group"]), "slide": signed(values["slide"])}
    title = title_of(SLUG, "answer", language, holds=surely, **words, **numbers)
    measured = say(f"{SLUG}.chart.measured", language, **words)
    return titled(chart, finding=title, measured=measured, source=source, language=language)


def _labelled(rows: pd.DataFrame, language: str, words: Words) -> pd.DataFrame:
    """The rows with their words; on a client's data nothing is planted, and nothing of it is in the chart."""
    labels = [say(f"{SLUG}.chart.{name}", language, **words) for name in rows["row"]]
    found = rows.assign(label=labels, shown=[signed(value) for value in rows["value"]])
    if rows["planted"].isna().all():
        return found.drop(columns="planted")
    planted = say(f"{SLUG}.chart.planted", language)
    return found.assign(planted_name=[planted if name == "group" else "" for name in rows["row"]])


def _scale(labelled: pd.DataFrame) -> alt.Scale:
    end = float(labelled[["value", "high"]].max().max())
    start = min(0.0, float(labelled["low"].min()))
    return alt.Scale(domain=[start - 0.04 * (end - start), end + 0.12 * (end - start)], nice=False)


def _intervals(base: alt.Chart, scale: alt.Scale) -> list[alt.Chart]:
    """The row's name, its interval as a bar, its value as a dot with the number above."""
    colour = alt.condition("datum.row === 'group'", alt.value(ACCENT), alt.value(QUIET))
    axis = alt.Axis(tickCount=5, grid=False, format="~g")
    bars = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=4)
    dots = base.mark_circle(size=160, opacity=1)
    numbers = alt.X("value:Q", scale=scale)
    names = base.encode(x=alt.value(0), text="label:N")
    above = base.encode(x=numbers, text="shown:N")
    return [
        bars.encode(x=alt.X("low:Q", scale=scale, title=None, axis=axis), x2="high:Q", color=colour),
        dots.encode(x=numbers, color=colour),
        *_haloed(names, align="left", dy=-42),
        *_haloed(above, align="center", dy=-17, fontWeight=600),
    ]


def _haloed(base: alt.Chart, **mark: Any) -> list[alt.Chart]:
    """Words that stay legible where they cross a line: a white outline first, the words on top."""
    return [base.mark_text(stroke="#ffffff", strokeWidth=5, strokeJoin="round", **mark), base.mark_text(**mark)]


def _threshold(worth: float, scale: alt.Scale, language: str) -> list[alt.Chart]:
    zero = (
        alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=LINE, strokeWidth=2).encode(x=alt.X("x:Q", scale=scale))
    )
    frame = pd.DataFrame({"x": [worth], "name": [say(f"{SLUG}.chart.worth", language)]})
    base = alt.Chart(frame).encode(x=alt.X("x:Q", scale=scale))
    rule = base.mark_rule(color=QUIET, strokeDash=[4, 4])
    name = base.mark_text(align="left", dx=4, color=QUIET, baseline="bottom").encode(y=alt.value(-4), text="name:N")
    return [zero, rule, name]


def _planted(base: alt.Chart, scale: alt.Scale) -> list[alt.Chart]:
    known = base.transform_filter("isValid(datum.planted)").encode(x=alt.X("planted:Q", scale=scale))
    mark = known.mark_tick(color=INK, thickness=3, size=30)
    return [mark, *_haloed(known.encode(text="planted_name:N"), align="center", dy=28, color=QUIET)]


def journey_chart(steps: pd.DataFrame, *, source: str, language: str, words: Words) -> alt.FacetChart | alt.Chart:
    """Visitors and comparable customers at each step from proposal to big policy.

    Args:
        steps: Result of `methods.big_policy_backtracking.journey_table`; empty where there is no comparison.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
        words: What this run calls its service and its group, in that language (see `naming`).
    """
    if steps.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language))
    long = _by_step_and_group(steps, language, words)
    order = [say(f"{SLUG}.chart.{step}", language) for step in steps["step"]]
    header = alt.Header(title=None, labelOrient="top", labelAnchor="start")
    chart = _pairs_of_bars(long).facet(row=alt.Row("label:N", sort=order, header=header), spacing=4)
    found = steps.set_index("step")
    extra = {name: written(found["extra"][step], "per_100") for name, step in ASSERTED.items()}
    surely = bool((found.loc[list(ASSERTED.values()), "low"] > 0).all())
    title = title_of(SLUG, "journey", language, holds=surely, **words, **extra)
    measured = say(f"{SLUG}.chart.journey_measured", language)
    return titled(chart, finding=title, measured=measured, source=source, language=language)


def _by_step_and_group(steps: pd.DataFrame, language: str, words: Words) -> pd.DataFrame:
    long = steps.melt(["step", "extra"], ["users", "comparable"], var_name="who", value_name="per_100")
    long["label"] = [say(f"{SLUG}.chart.{step}", language) for step in long["step"]]
    names = [say(f"{SLUG}.chart.{who}", language, **words) for who in long["who"]]
    shown = [written(value, "per_100") for value in long["per_100"]]
    return long.assign(text=[f"{value} {name}" for value, name in zip(shown, names, strict=True)])


def _pairs_of_bars(long: pd.DataFrame) -> alt.LayerChart:
    scale = alt.Scale(domain=[0, float(long["per_100"].max()) * 1.5])
    base = alt.Chart(long).encode(
        y=alt.Y("who:N", sort=["users", "comparable"], title=None).axis(None),
        x=alt.X("per_100:Q", title=None, scale=scale).axis(None),
    )
    colour = alt.condition("datum.who === 'users'", alt.value(ACCENT), alt.value(LINE))
    layers = [base.mark_bar(height=22).encode(color=colour), base.mark_text(align="left", dx=6).encode(text="text:N")]
    pairs: alt.LayerChart = alt.LayerChart(layer=layers).properties(width=WIDTH - 40, height=64)
    return pairs


def threshold_chart(limits: pd.DataFrame, *, source: str, language: str, words: Words) -> alt.LayerChart | alt.Chart:
    """The headline under other definitions of a big policy, with intervals.

    Args:
        limits: Result of `methods.big_policy_backtracking__sensitivity.threshold_table`; empty without a comparison.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
        words: What this run calls its service and its group, in that language (see `naming`).
    """
    if limits.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language))
    cells = zip(limits["definition"], limits["committed_yuan"], strict=True)
    labels = [say(f"{SLUG}.chart.{kind}", language, yuan=money(yuan, language)) for kind, yuan in cells]
    shown = [signed(value) for value in limits["extra"]]
    rows = limits.rename(columns={"extra": "value"}).assign(row="group", label=labels, shown=shown)
    base = alt.Chart(rows).encode(y=alt.Y("label:N", sort=labels, title=None).axis(None))
    scale = _scale(rows)
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=LINE, strokeWidth=2)
    layers = [zero.encode(x=alt.X("x:Q", scale=scale)), *_intervals(base, scale)]
    chart = alt.LayerChart(layer=layers).properties(width=WIDTH - 40, height=88 * len(rows))
    title = title_of(SLUG, "thresholds", language, holds=bool((limits["low"] > 0).all()), **words)
    measured = say(f"{SLUG}.chart.measured", language, **words)
    return titled(chart, finding=title, measured=measured, source=source, language=language)
