"""A finding as a part reads it: its machine form in one language, its numbers written for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cvc_helpers import rounding
from cvc_helpers.parts.markup import Html, el, join
from cvc_helpers.parts.strips import Row, Scale, dot, interval, scale_of, tick
from cvc_helpers.wording import say, wordings

RATIO = "ratio"
WIDE_UNITS = ("yuan", "yuan_per_100")


@dataclass(frozen=True)
class Found:
    """The machine form of a finding, in one language.

    Attributes:
        content: The JSON of a `Finding`: `finding`, `shown` and `texts`.
        language: `"en"` or `"zh"`.
    """

    content: Mapping[str, Any]
    language: str

    @property
    def key(self) -> str:
        """`slug.name`."""
        return str(self.content["finding"]["key"])

    @property
    def slug(self) -> str:
        """The column it belongs to."""
        return self.key.partition(".")[0]

    @property
    def kind(self) -> str:
        """Decision, claim, control or measure."""
        return str(self.content["finding"]["kind"])

    @property
    def reading(self) -> str:
        """What the gate read."""
        return str(self.content["finding"]["reading"])

    @property
    def is_refused(self) -> bool:
        """Whether the data gave no answer."""
        return self["like_with_like"] is None

    @property
    def nothing(self) -> float:
        """The value of no effect."""
        return 1.0 if self.content["finding"]["unit"] == RATIO else 0.0

    def __getitem__(self, name: Any) -> Any:
        """A field of the finding; None where it has no number."""
        return self.content["finding"].get(name)

    def text(self, name: str) -> str:
        """A text of the finding."""
        return str(self.content["texts"][self.language].get(name, ""))

    @property
    def name(self) -> str:
        """What its line in a chart is called."""
        return self.say("row") if f"{self.key}.row" in wordings() else self.text("title")

    def write(self, number: float | None) -> str:
        """A number in the unit of the finding."""
        return write(number, self["unit"], self.language)

    def shown(self, name: str) -> str:
        """One of its own numbers, as its page prints it."""
        if self["unit"] in WIDE_UNITS:
            return self.write(self[name])
        return str(self.content["shown"].get(name, "–"))

    def span(self) -> str:
        """Its interval as figures."""
        return spanned(self.shown("low"), self.shown("high"))

    def say(self, *names: str, **values: Any) -> str:
        """The first wording that there is under `<key>.<name>` or `findings.<name>`, filled with what it may quote."""
        numbers = {name: self.shown(name) for name in self.content["shown"]}
        run = (self["names"] or {}).get(self.language, {})
        quoted = {**run, **rounding.told(self["values"], self.language), **numbers, **values}
        keys = [f"{place}.{name}" for name in names for place in (self.key, "findings")]
        return say(next((key for key in keys if key in wordings()), keys[-1]), self.language, **quoted)


def write(number: float | None, unit: str, language: str) -> str:
    """A number as the page prints it; sums of money with their currency, in Chinese in 万元."""
    if number is None:
        return "–"
    return rounding.money(number, language) if unit in WIDE_UNITS else rounding.written(number, unit)


def spanned(low: str, high: str) -> str:
    """Both ends of an interval, written; a unit that both have stands once."""
    _, space, unit = high.rpartition(" ")
    return f"{low.removesuffix(space + unit)} – {high}" if space else f"{low} – {high}"


def three_rows(found: Found, scale: Scale) -> list[Row]:
    """On the slide, like with like, planted: a line each, those that there are."""
    lines = []
    if found["on_the_slide"] is not None:
        marks = dot(scale, found["on_the_slide"], "is-slide")
        lines.append(Row(found.say("slide_short"), marks, found.shown("on_the_slide"), kind="is-quiet"))
    if not found.is_refused:
        marks = interval(scale, found["like_with_like"], found["low"], found["high"])
        lines.append(Row(found.say("like_with_like"), marks, found.shown("like_with_like"), found.span(), "is-main"))
    if found["planted"] is not None:
        lines.append(Row(found.say("planted_short"), tick(scale, found["planted"]), found.shown("planted")))
    return lines


def together(found: Found, scale: Scale) -> Html:
    """Slide, like with like and planted on one line: hollow, full, tick."""
    marks = [] if found["on_the_slide"] is None else [dot(scale, found["on_the_slide"], "is-slide")]
    if not found.is_refused:
        marks.append(interval(scale, found["like_with_like"], found["low"], found["high"]))
    return join([*marks, *([] if found["planted"] is None else [tick(scale, found["planted"])])])


def scale_for(*findings: Found) -> Scale:
    """A scale for findings of one unit: their numbers, their thresholds and no effect stand on it."""
    names = ("on_the_slide", "like_with_like", "low", "high", "planted")
    return scale_of([*(found[name] for found in findings for name in names), findings[0].nothing])


def ticks(found: Found, scale: Scale) -> list[tuple[float, str]]:
    """Round values of the axis in the finding's unit."""
    return [(value, axis_word(value, found["unit"], found.language)) for value in scale.ticks()]


def axis_word(value: float, unit: str, language: str) -> str:
    """A round value in as few characters as it takes."""
    if unit == "share":
        return f"{round(100 * value, 1):g}%"
    return rounding.money(value, language) if unit in WIDE_UNITS else rounding.sign(f"{value:g}")


def legend(language: str, findings: Sequence[Found]) -> Html:
    """What the marks are, in one line; a mark that none of the findings has is not named."""
    whole = Scale(0.0, 1.0)
    marks = {"on_the_slide": ("slide_short", dot(whole, 0.5, "is-slide")),
             "like_with_like": ("like_with_like", interval(whole, 0.5, 0.1, 0.9)),
             "planted": ("planted_short", tick(whole, 0.5))}  # fmt: skip
    items = [
        el("li", el("svg", mark, cls="cvc-strip", aria_hidden="true", focusable="false"),
           say(f"findings.{name}", language))
        for field, (name, mark) in marks.items()
        if any(one[field] is not None for one in findings)
    ]  # fmt: skip
    return el("ul", *items, cls="cvc-legend")
