"""Figures of big-policy backtracking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from cvc_helpers.charts import PLAIN, designed, nothing, pairs, sized, title_of, titled
from cvc_helpers.design import ACCENT, GROUND, INK, LINE, QUIET, Design, text_width
from cvc_helpers.rounding import money, signed, written
from cvc_helpers.wording import say

SLUG = "big_policy_backtracking"
Words = Mapping[str, str]
UNTOLD = "cannot_tell"
"""The reading under which no title asserts an effect, wherever the interval lies."""
ASSERTED = {"proposals": "proposals", "big": "big_policies"}
"""Placeholders of the journey's title to the steps that it asserts."""


def answer_chart(
    rows: pd.DataFrame, *, worth: float, source: str, reading: str, language: str, words: Words
) -> alt.LayerChart:
    """The slide's number beside the honest ones, with intervals, the threshold and the planted truth.

    Args:
        rows: `row` (wording name; `group` is the headline), `value`, `low`, `high` (per 100; missing for the slide),
            `planted`.
        worth: Threshold, per 100.
        source: Where the data come from.
        reading: Of the decision; the title asserts an effect only where it can be told.
        language: `"en"` or `"zh"`.
        words: What this run calls its service and its group, in that language (see `naming`).
    """
    values = rows.set_index("row")["value"]
    if "group" not in values:
        return nothing(say(f"{SLUG}.chart.nothing", language), language)
    labelled = _labelled(rows, language, words)
    surely = reading != UNTOLD and float(rows.set_index("row")["low"]["group"]) > 0
    numbers = {"honest": signed(values["group"]), "slide": signed(values["slide"])}
    texts = {
        "finding": title_of(SLUG, "answer", language, holds=surely, **words, **numbers),
        "measured": say(f"{SLUG}.chart.measured", language, **words),
        "source": source,
    }

    def draw(design: Design) -> alt.LayerChart:
        drawn = sized(_answer(labelled, worth, language, design), design, 88 * len(rows), top=30, bottom=30)
        return titled(drawn, **texts, language=language, design=design)

    return designed(draw)


def _answer(labelled: pd.DataFrame, worth: float, language: str, design: Design) -> alt.LayerChart:
    base = alt.Chart(labelled).encode(y=alt.Y("label:N", sort=list(labelled["label"]), title=None).axis(None))
    scale = _scale(labelled)
    known = _planted(base, scale) if "planted" in labelled else []
    return alt.LayerChart(layer=[*_threshold(worth, scale, language, design), *known, *_intervals(base, scale)])


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
    axis = alt.Axis(tickCount=5, grid=False, format=PLAIN)
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
    """Words that stay legible where they cross a line: an outline of the ground first, the words on top."""
    return [base.mark_text(stroke=GROUND, strokeWidth=5, strokeJoin="round", **mark), base.mark_text(**mark)]


def _threshold(worth: float, scale: alt.Scale, language: str, design: Design) -> list[alt.Chart]:
    """Zero and the threshold as upright lines; the threshold's name on the side that has room for it."""
    zero = (
        alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=LINE, strokeWidth=2).encode(x=alt.X("x:Q", scale=scale))
    )
    words = say(f"{SLUG}.chart.worth", language)
    base = alt.Chart(pd.DataFrame({"x": [worth], "name": [words]})).encode(x=alt.X("x:Q", scale=scale))
    rule = base.mark_rule(color=QUIET, strokeDash=[4, 4])
    start, end = scale.to_dict()["domain"]
    fits = design.width * (end - worth) / (end - start) > text_width(words, design.size) + 8
    name = base.mark_text(align="left" if fits else "right", dx=4 if fits else -4, color=QUIET, baseline="bottom")
    return [zero, rule, name.encode(y=alt.value(-4), text="name:N")]


def _planted(base: alt.Chart, scale: alt.Scale) -> list[alt.Chart]:
    known = base.transform_filter("isValid(datum.planted)").encode(x=alt.X("planted:Q", scale=scale))
    mark = known.mark_tick(color=INK, thickness=3, size=30)
    return [mark, *_haloed(known.encode(text="planted_name:N"), align="center", dy=28, color=QUIET)]


def journey_chart(steps: pd.DataFrame, *, source: str, reading: str, language: str, words: Words) -> alt.LayerChart:
    """Visitors and comparable customers at each step from proposal to big policy.

    Args:
        steps: Result of `methods.big_policy_backtracking.journey_table`; empty where there is no comparison.
        source: Where the data come from.
        reading: Of the decision; the title asserts an effect only where it can be told.
        language: `"en"` or `"zh"`.
        words: What this run calls its service and its group, in that language (see `naming`).
    """
    if steps.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language), language)
    long = _by_step_and_group(steps, language, words)
    found = steps.set_index("step")
    extra = {name: written(found["extra"][step], "per_100") for name, step in ASSERTED.items()}
    surely = reading != UNTOLD and bool((found.loc[list(ASSERTED.values()), "low"] > 0).all())
    texts = {
        "finding": title_of(SLUG, "journey", language, holds=surely, **words, **extra),
        "measured": say(f"{SLUG}.chart.journey_measured", language, **words),
        "source": source,
    }

    def draw(design: Design) -> alt.LayerChart:
        drawn = pairs(long, design, which="who", strong="users")
        return titled(drawn, **texts, language=language, design=design)

    return designed(draw)


def _by_step_and_group(steps: pd.DataFrame, language: str, words: Words) -> pd.DataFrame:
    long = steps.melt(["step", "extra"], ["users", "comparable"], var_name="who", value_name="per_100")
    long["label"] = [say(f"{SLUG}.chart.{step}", language) for step in long["step"]]
    names = [say(f"{SLUG}.chart.{who}", language, **words) for who in long["who"]]
    shown = [written(value, "per_100") for value in long["per_100"]]
    return long.assign(text=[f"{value} {name}" for value, name in zip(shown, names, strict=True)])


def threshold_chart(limits: pd.DataFrame, *, source: str, reading: str, language: str, words: Words) -> alt.LayerChart:
    """The headline under other definitions of a big policy, with intervals.

    Args:
        limits: Result of `methods.big_policy_backtracking__sensitivity.threshold_table`; empty without a comparison.
        source: Where the data come from.
        reading: Of the decision; the title asserts an effect only where it can be told.
        language: `"en"` or `"zh"`.
        words: What this run calls its service and its group, in that language (see `naming`).
    """
    if limits.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language), language)
    cells = zip(limits["definition"], limits["committed_yuan"], strict=True)
    labels = [say(f"{SLUG}.chart.{kind}", language, yuan=money(yuan, language)) for kind, yuan in cells]
    shown = [signed(value) for value in limits["extra"]]
    rows = limits.rename(columns={"extra": "value"}).assign(row="group", label=labels, shown=shown)
    surely = reading != UNTOLD and bool((limits["low"] > 0).all())
    texts = {
        "finding": title_of(SLUG, "thresholds", language, holds=surely, **words),
        "measured": say(f"{SLUG}.chart.measured", language, **words),
        "source": source,
    }

    def draw(design: Design) -> alt.LayerChart:
        drawn = sized(_limits(rows, labels), design, 88 * len(rows), top=30, bottom=30)
        return titled(drawn, **texts, language=language, design=design)

    return designed(draw)


def _limits(rows: pd.DataFrame, labels: list[str]) -> alt.LayerChart:
    base = alt.Chart(rows).encode(y=alt.Y("label:N", sort=labels, title=None).axis(None))
    scale = _scale(rows)
    # A piece of the line beside each interval, so that it crosses no name.
    zero = base.mark_tick(orient="vertical", size=48, thickness=2, color=LINE)
    return alt.LayerChart(layer=[zero.encode(x=alt.XDatum(0, scale=scale)), *_intervals(base, scale)])
