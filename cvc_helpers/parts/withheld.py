"""The failure picture: what a number becomes when something is withheld that a client may not have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cvc_helpers.parts.found import WIDE_UNITS, axis_word, spanned, write
from cvc_helpers.parts.markup import Html, el, join
from cvc_helpers.parts.strips import Guide, Row, Scale, interval, rows, scale_of
from cvc_helpers.wording import say

ALL = ""
"""The state in which nothing is withheld; others are sorted names joined by `+`."""


def withheld(content: Mapping[str, Any], language: str, *, source: str = "") -> Html:
    """The same number with and without each thing; a switch takes it away. Without a script every state is a row.

    The wording of the column has `withheld_<name>` for each thing, e.g. "wealth"; that of the finding, `unit`.

    Args:
        content: `key` of the finding, its `unit`, the `planted` number or None, and `states`: what is withheld to
            number, low and high.
        language: `"en"` or `"zh"`.
        source: Where the data come from.
    """
    words, truth = _Words(content, language), content["planted"]
    states = {name: content["states"][name] for name in sorted(content["states"], key=_most_last)}
    scale = scale_of([0.0, truth, *(number for state in states.values() for number in state)])
    moving = _row(words, scale, words("withheld_row"), states[ALL], "cvc-moving")
    every = [_row(words, scale, words.state(name), state, _kind(state, truth)) for name, state in states.items()]
    guides = [] if truth is None else [Guide(truth, "is-truth", words("withheld_truth", truth=words.number(truth)))]
    drawn = rows(
        [moving, *every], scale, title=words.title(), measured=words.unit, guides=guides, source=source,
        ticks=[(value, axis_word(value, content["unit"], language)) for value in scale.ticks()],
        before=words.switches(), after=words.said(),
    )  # fmt: skip
    data = {"data_truth": truth, "data_scale_low": scale.low, "data_scale_high": scale.high}
    shown = {name: [*state, words.number(state[0]), words.span(state)] for name, state in states.items()}
    kind = "cvc-withheld is-wide" if content["unit"] in WIDE_UNITS else "cvc-withheld"
    return el("div", drawn, cls=kind, data_states=json.dumps(shown, ensure_ascii=False), **data)


def misses(state: list[float], truth: float | None) -> bool:
    """Whether an interval leaves the planted number out."""
    return truth is not None and not state[1] <= truth <= state[2]


def _most_last(names: str) -> tuple[int, str]:
    """Nothing withheld first, then one thing, then several."""
    return (len(names.split("+")) if names else 0, names)


def _kind(state: list[float], truth: float | None) -> str:
    return "is-off" if misses(state, truth) else ""


def _row(words: _Words, scale: Scale, label: str, state: list[float], kind: str) -> Row:
    value, low, high = state[:3]
    moving = " is-moving" if kind == "cvc-moving" else ""
    marks = interval(scale, value, low, high, f"is-honest{moving}")
    return Row(label, marks, words.number(value), words.span(state), kind)


class _Words:
    """Everything that the picture says."""

    def __init__(self, content: Mapping[str, Any], language: str) -> None:
        self.content, self.language = content, language
        self.key = str(content["key"])
        self.slug = self.key.partition(".")[0]
        self.unit = say(f"{self.key}.unit", language)

    def __call__(self, name: str, **values: Any) -> str:
        return say(f"findings.{name}", self.language, **values)

    def number(self, value: float) -> str:
        return write(value, self.content["unit"], self.language)

    def span(self, state: list[float]) -> str:
        return spanned(self.number(state[1]), self.number(state[2]))

    def thing(self, name: str) -> str:
        return say(f"{self.slug}.withheld_{name}", self.language)

    def things(self, names: str) -> str:
        return self("and").join(self.thing(name) for name in names.split("+"))

    def state(self, names: str) -> str:
        return self("withheld_without", what=self.things(names)) if names else self("withheld_nothing")

    def last(self) -> str:
        """The state in which most is withheld."""
        names: list[str] = list(self.content["states"])
        return max(names, key=_most_last)

    def title(self) -> str:
        """What the picture shows in this run."""
        states, truth, last = self.content["states"], self.content["planted"], self.last()
        leaves = misses(states[last], truth) and not misses(states[ALL], truth)
        ends = {"full": self.number(states[ALL][0]), "bare": self.number(states[last][0])}
        return self("withheld_leaves" if leaves else "withheld_moves", what=self.things(last), **ends)

    def switches(self) -> Html:
        names = sorted({name for names in self.content["states"] if names for name in names.split("+")})
        labels = (self("withheld_switch", what=self.thing(name)) for name in names)
        buttons = join(
            el("label", el("input", type="checkbox", role="switch", value=name, checked=True), el("span", label))
            for name, label in zip(names, labels, strict=True)
        )
        return el("div", buttons, cls="cvc-switches", role="group", aria_label=self.title())

    def said(self) -> Html:
        """Whether the interval holds the truth; nothing where no truth is known."""
        if self.content["planted"] is None:
            return Html()
        inside, outside = self("withheld_inside"), self("withheld_outside")
        is_off = misses(self.content["states"][ALL], self.content["planted"])
        return el("p", outside if is_off else inside, cls="cvc-said", role="status", data_inside=inside,
                  data_outside=outside)  # fmt: skip
