"""The house chart: one line a row, words at the left, marks in the middle, the number at the right.

A strip is an SVG without a viewBox: positions across are percentages, heights and type are pixels. It fills any
width, its words never shrink, its colours are CSS variables; words stand beside it, so that nothing can collide.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cvc_helpers.parts.markup import Html, el, join
from cvc_helpers.rounding import significant

NOTHING = Html()
EDGE = 0.14
"""Words this near to an edge grow inwards."""
SHORT = 3
"""Letters of a word that may stand half outside."""
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


class Scale(NamedTuple):
    """Where a value stands across the column."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """How far across, 0 to 1 inside the strip."""
        return (value - self.low) / (self.high - self.low)

    def at(self, value: float) -> str:
        """Percentage of the width, held inside the strip."""
        return f"{100 * min(max(self.share(value), 0.0), 1.0):.2f}%"

    def anchor(self, value: float) -> str:
        """Which end of a word stands at the value."""
        share = self.share(value)
        return "start" if share < EDGE else "end" if share > 1 - EDGE else "middle"

    def ticks(self) -> list[float]:
        """Three to five round values inside the scale."""
        step = above((self.high - self.low) / 4)
        first = math.ceil(self.low / step - 1e-9)
        return [significant(step * number) for number in range(first, math.floor(self.high / step + 1e-9) + 1)]


def above(number: float) -> float:
    """The next round number at or above one that is larger than 0."""
    power = 10.0 ** math.floor(math.log10(number))
    return significant(power * next(nice for nice in NICE if nice * power >= number * (1 - 1e-9)))


def scale_of(values: Iterable[float | None], *, pad: float = 0.06) -> Scale:
    """A scale on which all the values stand, with some air at both ends."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    air = pad * ((high - low) or abs(high) or 1.0)
    return Scale(low - air, high + air)


class Row(NamedTuple):
    """One line of a chart: words at the left, marks in the middle, the number and a note at the right."""

    label: str
    marks: Html
    number: str = ""
    note: str = ""
    kind: str = ""
    href: str = ""


class Guide(NamedTuple):
    """A line through all rows, with its kind (`is-zero`, `is-truth`, `is-worth`, `is-claim`) and its name."""

    value: float
    kind: str
    words: str = ""


def bar(scale: Scale, low: float, high: float, kind: str = "is-honest") -> Html:
    """An interval."""
    return el("line", cls=f"cvc-bar {kind}", x1=scale.at(low), x2=scale.at(high), y1="50%", y2="50%")


def dot(scale: Scale, value: float, kind: str = "is-honest") -> Html:
    """A number; hollow for the slide."""
    return el("circle", cls=f"cvc-dot {kind}", cx=scale.at(value), cy="50%", r=7)


def tick(scale: Scale, value: float) -> Html:
    """The planted truth."""
    return el("line", cls="cvc-tick is-truth", x1=scale.at(value), x2=scale.at(value), y1="20%", y2="80%")


def line(scale: Scale, guide: Guide) -> Html:
    """A guide, inside one row."""
    return el(
        "line", cls=f"cvc-guide {guide.kind}", x1=scale.at(guide.value), x2=scale.at(guide.value), y1=0, y2="100%"
    )


def interval(scale: Scale, value: float, low: float, high: float, kind: str = "is-honest") -> Html:
    """A number with its interval."""
    return join([bar(scale, low, high, kind), dot(scale, value, kind)])


def strip(*marks: Html, height: int = 32, kind: str = "") -> Html:
    """The marks of one row."""
    return el("svg", *marks, cls=f"cvc-strip {kind}".strip(), width="100%", height=height, aria_hidden="true",
              focusable="false")  # fmt: skip


def row(given: Row, scale: Scale, guides: Iterable[Guide] = (), **data: object) -> Html:
    """One row; guides stand behind its marks, the truth before them.

    Args:
        given: Its words and marks.
        scale: Of the marks.
        guides: Lines through it.
        **data: Further attributes of the row.
    """
    lines = list(guides)
    behind = join(line(scale, guide) for guide in lines if guide.kind != "is-truth")
    before = join(line(scale, guide) for guide in lines if guide.kind == "is-truth")
    name = {"href": given.href} if given.href else {}
    words = el("a" if given.href else "span", given.label, cls="cvc-label", **name)
    note = el("i", given.note) if given.note else NOTHING
    number = el("span", el("b", given.number), note, cls="cvc-number")
    kind = {"cls": given.kind or None, "hidden": given.kind == "cvc-yours"}
    return el("li", words, strip(behind, given.marks, before), number, **kind, **data)


def head(scale: Scale, guides: Sequence[Guide]) -> Html:
    """The names of the guides, each on a line of its own."""
    named = [guide for guide in guides if guide.words]
    words = [
        el("text", guide.words, x=scale.at(guide.value), y=14 + 18 * number, text_anchor=scale.anchor(guide.value),
           cls=guide.kind)
        for number, guide in enumerate(named)
    ]  # fmt: skip
    drawn = strip(*words, height=4 + 18 * len(named), kind="is-words")
    return el("li", el("span"), drawn, cls="cvc-head", aria_hidden="true") if named else NOTHING


def axis(scale: Scale, ticks: Iterable[tuple[float, str]]) -> Html:
    """Words at the foot of the rows."""
    words = [
        el("text", said, x=scale.at(at), y=16, text_anchor=scale.anchor(at) if len(said) > SHORT else "middle",
           cls="is-axis")
        for at, said in ticks
    ]  # fmt: skip
    drawn = strip(*words, height=22, kind="is-words")
    return el("li", el("span"), drawn, cls="cvc-axis", aria_hidden="true") if words else NOTHING


def caption(title: str, measured: str = "") -> Html:
    """What a figure shows, and what is measured in which unit."""
    below = el("span", measured) if measured else NOTHING
    return el("figcaption", el("strong", title), below, cls="cvc-title") if title else NOTHING


def rows(
    lines: Iterable[Row | Html],
    scale: Scale,
    *,
    title: str = "",
    measured: str = "",
    source: str = "",
    ticks: Iterable[tuple[float, str]] = (),
    guides: Sequence[Guide] = (),
    before: Html = NOTHING,
    after: Html = NOTHING,
    cls: str = "",
    **data: object,
) -> Html:
    """A chart that is a list.

    Args:
        lines: The rows, top to bottom; a row that is drawn already stands as it is.
        scale: Their common scale.
        title: The finding, as the heading of the figure.
        measured: What is measured, in what unit.
        source: Where the data come from.
        ticks: Value and words of the axis at the foot.
        guides: Lines through all rows.
        before: What stands between title and rows: a legend, switches.
        after: What stands below the axis: a sentence.
        cls: Further classes of the figure.
        **data: Further attributes of the figure.
    """
    body = join(row(one, scale, guides) if isinstance(one, Row) else one for one in lines)
    drawn = el("ul", head(scale, guides), body, axis(scale, ticks), cls="cvc-rows")
    foot = el("p", source, cls="cvc-source") if source else NOTHING
    return el("figure", caption(title, measured), before, drawn, after, foot, cls=f"cvc-figure {cls}".strip(), **data)
