"""The threshold: dragging what pays back turns the reading, by the rule of the gate and from the interval alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cvc_helpers import rounding
from cvc_helpers.parts.found import Found, axis_word, legend, scale_for, together
from cvc_helpers.parts.guess import slider
from cvc_helpers.parts.markup import Html, el
from cvc_helpers.parts.strips import Guide, Row, Scale, above, axis, caption, head, row

SIGNS = {
    "fund": "▲", "pilot": "◆", "stop": "■", "cannot_tell": "?", "holds": "✓", "does_not_hold": "✕", "clean": "✓",
    "alarm": "!", "too_small": "?",
}  # fmt: skip
VERDICTS = ("fund", "pilot", "stop", "cannot_tell")
RANKS = ("cannot_tell", "pilot", "fund")
PLACES = 50


def threshold(found: Found, controls: Sequence[Found] = (), *, source: str = "") -> Html:
    """Slide, like with like and planted of a decision, with its threshold as a slider, and the controls beside it.

    Args:
        found: A decision; one without an answer has no such figure.
        controls: Those that stand beside it; each keeps its own reading, and one in another unit stays off the axis.
        source: Where the data come from.
    """
    worth = found["worth"]
    if found.is_refused or worth is None:
        return Html()
    controls = [control for control in controls if control["unit"] == found["unit"]]
    beside, scale = [found, *controls], _scale(found, controls)
    guides = [Guide(found.nothing, "is-zero"), Guide(worth, "is-worth")]
    lines = [_row(found, found, scale, guides), *(_row(control, found, scale, guides) for control in controls)]
    named = Guide(worth, "is-worth", found.say("threshold_fixed"))
    drawn = el("ul", head(scale, [named]), *lines, _axis(found, scale), _move(found, scale), cls="cvc-rows")
    said = found.say("threshold_money", contribution=_pays(found, worth))
    words = {f"data_{name}": f"{SIGNS[name]}|{found.say(name)}" for name in VERDICTS}
    data = {"data_scale_low": scale.low, "data_scale_high": scale.high, "data_cost": found["money"]["cost_yuan"],
            "data_money": found.say("threshold_money", worth="{worth}", contribution="{yuan}"),
            "data_yuan": found.say("yuan_scales"), "data_nothing": found.nothing}  # fmt: skip
    return el(
        "figure", caption(found.say("threshold_title"), found.text("unit")), legend(found.language, beside), drawn,
        el("p", said, cls="cvc-money", role="status"), el("p", source, cls="cvc-source") if source else Html(),
        cls="cvc-figure cvc-threshold", **data, **words,
    )  # fmt: skip


def ceiling(found: Found) -> str:
    """The best reading that checks, controls and comparison leave to a decision, whatever its interval."""
    failed = {check["weight"] for check in found["checks"] if not check["passed"]}
    if "essential" in failed or "alarm" in found["controls"].values():
        return "cannot_tell"
    if found["comparison"] in (None, "description_only"):
        return "cannot_tell"
    is_unguarded = bool(found["controls"]) and "clean" not in found["controls"].values()
    weak = "sensitivity" in failed or is_unguarded
    return "pilot" if weak or found["comparison"] == "case_control" else "fund"


def _scale(found: Found, controls: Sequence[Found]) -> Scale:
    """All numbers and half as much again as the threshold, its ends on whole steps of the slider."""
    plain = scale_for(found, *controls)
    low, high = plain.low, max(plain.high, 1.5 * found["worth"])
    step = above((high - low) / PLACES)
    return Scale(step * math.floor(low / step), step * math.ceil(high / step))


def _row(one: Found, decision: Found, scale: Scale, guides: Sequence[Guide]) -> Html:
    is_control = one.kind == "control"
    verdict = f"{SIGNS.get(one.reading, '')} {one.say(one.reading)}"
    kind = f"is-control is-{one.reading}" if is_control else f"is-main is-{one.reading}"
    data = {} if is_control else {"data_low": one["low"], "data_high": one["high"], "data_ceiling": ceiling(decision)}
    return row(Row(one.name, together(one, scale), verdict, one.shown("like_with_like"), kind), scale, guides, **data)


def _axis(found: Found, scale: Scale) -> Html:
    return axis(scale, [(value, axis_word(value, found["unit"], found.language)) for value in scale.ticks()])


def _move(found: Found, scale: Scale) -> Html:
    """The slider: it moves over the axis of the chart."""
    shown, label = found.shown("worth"), found.say("threshold_label")
    step = above((scale.high - scale.low) / PLACES) / 2
    thumb = slider("cvc-worth", scale, found["worth"], step, label=label, words=shown)
    name = el("label", label, for_="cvc-worth", cls="cvc-label")
    return el("li", name, thumb, el("output", shown, for_="cvc-worth", cls="cvc-number"), cls="cvc-move")


def _pays(found: Found, worth: float) -> str:
    return rounding.money(found["money"]["cost_yuan"] / worth, found.language) if worth > 0 else "∞"
