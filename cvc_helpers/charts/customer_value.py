"""Figures of customer value creation."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from cvc_helpers.charts import characters, designed, lines, nothing, room, sized, title_of, titled
from cvc_helpers.design import ACCENT, GROUND, INK, LINE, QUIET, TINT, WIDE, Design
from cvc_helpers.rounding import sign, significant, written
from cvc_helpers.wording import say

SLUG = "customer_value"
GROUPS = {"wide": 224, "narrow": 0}
"""Where the matrix begins: right of the groups' names, or below them on a phone."""
ROW = {"wide": 46, "narrow": 64}


def groups_chart(
    cells: pd.DataFrame, *, natural: str, clusters: str, holds: bool, source: str, language: str
) -> alt.LayerChart:
    """Groups × themes: the response in each cell, the strongest theme of a group in full colour.

    Args:
        cells: `methods.customer_value.cell_table` with `group` and `theme` in words.
        natural: Share that natural groups explain, as shown.
        clusters: Share that statistical clusters explain, as shown.
        holds: Whether the claim about the groups holds in this run.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
    """
    if cells.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language), language)
    drawn = _with_own(cells)
    groups = drawn[drawn["group_code"] != "none"]
    each = groups.groupby("group_code")["own"].any()
    words = {
        "finding": title_of(
            SLUG, "groups", language, holds=holds and bool(each.all()), natural=natural, clusters=clusters
        ),
        "measured": say(f"{SLUG}.chart.groups_measured", language),
        "source": source,
    }

    def draw(design: Design) -> alt.LayerChart:
        layers = [*_matrix(drawn, design), *_group_names(drawn, design, language), *_theme_names(drawn, design)]
        matrix = sized(alt.LayerChart(layer=layers), design, ROW[design.name] * drawn["group_code"].nunique(), top=50)
        return titled(matrix, **words, language=language, design=design)

    return designed(draw)


def _with_own(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells, marked where a group surely answers and to nothing more; the number in words; how deep the colour."""
    best = cells.loc[cells.groupby("group_code")["response"].idxmax()]
    best = best[(best["low"] > 0) & (best["group_code"] != "none")]
    own = cells.index.isin(best.index)
    depth = (0.3 * cells["response"].clip(lower=0) / max(float(cells["response"].abs().max()), 1e-9)).round(3)
    shown = [sign(format(round(significant(value)), "+d")) if round(value) else "0" for value in cells["response"]]
    return cells.assign(own=own, depth=depth.mask(own, 1.0), shown=shown)


def _row(drawn: pd.DataFrame) -> alt.Y:
    return alt.Y("group_code:N", sort=sorted(drawn["group_code"].unique()), title=None).axis(None)


def _themes(drawn: pd.DataFrame) -> list[str]:
    """The themes in the order of the groups that answer to them, so that the strong cells fall on a diagonal."""
    own = drawn[drawn["own"]].sort_values("group_code")["proposition"]
    return list(dict.fromkeys([*own, *sorted(drawn["proposition"])]))


def _column(drawn: pd.DataFrame, design: Design) -> alt.X:
    scale = alt.Scale(range=[GROUPS[design.name], design.width - 4], paddingInner=0.05, paddingOuter=0)
    return alt.X("proposition:N", sort=_themes(drawn), title=None, scale=scale).axis(None)


def _matrix(drawn: pd.DataFrame, design: Design) -> list[alt.Chart]:
    """A field for each cell, on a phone in the lower half of its row, and its number."""
    high, drop = (38, 0) if design is WIDE else (34, 12)
    base = alt.Chart(drawn).encode(x=_column(drawn, design), y=_row(drawn))
    ground = base.mark_rect(height=high, yOffset=drop, fill=TINT)
    field = base.mark_rect(height=high, yOffset=drop, fill=ACCENT).encode(
        fillOpacity=alt.FillOpacity("depth:Q", scale=None)
    )
    positive = alt.when("datum.own").then(alt.value(GROUND)).when("datum.response >= 0.5").then(alt.value(INK))
    numbers = base.mark_text(dy=drop).encode(text="shown:N", color=positive.otherwise(alt.value(QUIET)))
    return [ground, field, numbers]


def _group_names(drawn: pd.DataFrame, design: Design, language: str) -> list[alt.Chart]:
    """The group at the left of its row, or on a phone above it."""
    width = characters((GROUPS[design.name] or design.width) - 10, design.size)
    named = drawn.drop_duplicates("group_code")[["group_code", "group"]]
    found = []
    for _, row in named.iterrows():
        said = lines(row["group"], language, width)
        base = alt.Chart(pd.DataFrame({"group_code": [row["group_code"]], "name": ["\n".join(said)]}))
        lift = 4 - 10 * len(said) if design is WIDE else -20
        mark = base.mark_text(align="left", lineBreak="\n", baseline="middle", dy=lift + 6 * (design is WIDE))
        found.append(mark.encode(y=_row(drawn), x=alt.value(0), text="name:N"))
    return found


def _theme_names(drawn: pd.DataFrame, design: Design) -> list[alt.Chart]:
    """Themes above their columns; on a phone every second one stands higher, so that none meets its neighbour."""
    named = drawn.drop_duplicates("proposition").set_index("proposition").loc[_themes(drawn), ["theme"]].reset_index()
    if design is WIDE:
        named = named.assign(theme=named["theme"].str.replace(" ", "\n"))
    found = []
    for number, (_, row) in enumerate(named.iterrows()):
        raised = 20 * (row["theme"].count("\n") if design is WIDE else number % 2)
        ends = {} if design is WIDE else {0: {"align": "left", "dx": -26}, len(named) - 1: {"align": "right", "dx": 26}}
        look: Any = ends.get(number, {"align": "center"})
        mark = alt.Chart(pd.DataFrame([row])).mark_text(lineBreak="\n", **look)
        found.append(mark.encode(x=_column(drawn, design), text="theme:N", y=alt.value(-12 - raised)))
    return found


def steps_chart(steps: pd.DataFrame, *, surely: bool, source: str, language: str) -> alt.LayerChart:
    """Requests for a proposal with none, one, two or all three of the criteria, and what the parts alone predict.

    Args:
        steps: `steps` of `methods.customer_value.fit`.
        surely: Whether the three surely do more together than the parts.
        source: Where the data come from.
        language: `"en"` or `"zh"`.
    """
    if steps.empty:
        return nothing(say(f"{SLUG}.chart.nothing", language), language)
    drawn = _bars(steps, language)
    shown = dict(zip(drawn["bar"], drawn["shown"], strict=True))
    numbers = {"three": shown["held_3"], "two": shown["held_2"], "parts": shown["from_parts"]}
    words = {
        "finding": title_of(SLUG, "steps", language, holds=surely, **numbers),
        "measured": say(f"{SLUG}.chart.steps_measured", language),
        "source": source,
    }

    def draw(design: Design) -> alt.LayerChart:
        return titled(_steps(drawn, design), **words, language=language, design=design)

    return designed(draw)


def _bars(steps: pd.DataFrame, language: str) -> pd.DataFrame:
    """A bar for each number of criteria, and a last one for what the parts alone would give with all three."""
    rows = [(f"held_{held}", 100 * share) for held, share in zip(steps["held"], steps["standardised"], strict=True)]
    rows.append(("from_parts", 100 * float(steps["from_parts"].iloc[-1])))
    found = pd.DataFrame(rows, columns=["bar", "per_100"])
    labels = [say(f"{SLUG}.chart.{bar}", language) for bar in found["bar"]]
    return found.assign(label=labels, shown=[written(value, "count") for value in found["per_100"]])


def _steps(drawn: pd.DataFrame, design: Design) -> alt.LayerChart:
    """Names above their bars, numbers at their ends; what was not observed is drawn hollow."""
    scale = alt.Scale(domain=[0, room(drawn["per_100"], drawn["shown"], design)], nice=False)
    base = alt.Chart(drawn).encode(y=alt.Y("bar:N", sort=list(drawn["bar"]), title=None).axis(None))
    x = alt.X("per_100:Q", title=None, scale=scale).axis(None)
    colour = alt.when("datum.bar === 'held_3'").then(alt.value(ACCENT)).when("datum.bar === 'from_parts'")
    bars = base.mark_bar(height=22, yOffset=12, stroke=QUIET, strokeWidth=0.75).encode(
        x=x, color=colour.then(alt.value(GROUND)).otherwise(alt.value(LINE))
    )
    numbers = base.mark_text(align="left", dx=6, dy=12, fontWeight=600).encode(x=x, text="shown:N")
    names = base.mark_text(align="left", dy=-12).encode(x=alt.value(0), text="label:N")
    return sized(alt.LayerChart(layer=[bars, numbers, names]), design, (30 + 2 * design.size) * len(drawn))
