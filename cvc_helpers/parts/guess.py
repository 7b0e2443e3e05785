"""Guess, then reveal: the reader's number on the chart's own axis; without a script the answer simply stands there."""

from __future__ import annotations

from cvc_helpers import rounding
from cvc_helpers.parts.found import Found, axis_word, three_rows
from cvc_helpers.parts.markup import Html, el
from cvc_helpers.parts.strips import Guide, Row, Scale, above, dot, rows

BOLD = 2.5
"""How far the axis reaches beyond the largest number, so that a bold guess has room."""
STEPS = 40


def guess(found: Found) -> Html:
    """The question of a finding, a slider, and the answer behind it; nothing where the data gave no answer.

    The wording of the finding has `guess`, the question, and `guess_high` and `guess_low`, a reason for missing it.

    Args:
        found: The finding.
    """
    if found.is_refused:
        return Html()
    most = max(found[name] or 0.0 for name in ("on_the_slide", "high", "planted"))
    scale = Scale(0.0, min(above(BOLD * most), 1.0) if found["unit"] == "share" else above(BOLD * most))
    start = _start(scale, found["like_with_like"])
    said = {f"data_said_{name}": found.say(*_said(found, name), reason=_reason(found, name), guess="{guess}",
                                           gap="{gap}") for name in ("close", "high", "low")}  # fmt: skip
    places = {"data_low": scale.low, "data_high": scale.high, "data_near_low": found["low"],
              "data_near_high": found["high"]}  # fmt: skip
    question = found.say("guess")
    return el(
        "section", el("p", question, cls="cvc-question"), _ask(found, scale, start),
        el("p", cls="cvc-said", role="status"), el("div", _answer(found, scale, start), cls="cvc-answer"),
        cls="cvc-guess", id="guess", data_truth=found["like_with_like"], data_unit=found.say("guess_unit"),
        data_percent="1" if found["unit"] == "share" else None, aria_label=question, **places, **said,
    )  # fmt: skip


def _start(scale: Scale, truth: float) -> float:
    """Where the thumb stands first: in the middle, or near the end if the middle would tell."""
    middle = scale.high / 2
    return middle if abs(truth - middle) > scale.high / 5 else 0.9 * scale.high


def _said(found: Found, name: str) -> list[str]:
    """Wordings of the gap: between two shares it is percentage points."""
    plain = f"guess_said_{name}"
    return [f"{plain}_share", plain] if found["unit"] == "share" else [plain]


def _reason(found: Found, name: str) -> str:
    return "" if name == "close" else found.say(f"guess_{name}")


def _ask(found: Found, scale: Scale, start: float) -> Html:
    """Slider, the words at its ends and the two buttons."""
    shown = axis_word(start, found["unit"], found.language)
    unit = found.say("guess_unit")
    thumb = slider(
        "cvc-guess-range", scale, start, above(scale.high / STEPS), label=found.say("guess"), words=f"{shown} {unit}"
    )
    label = el("label", found.say("guess_label"), for_="cvc-guess-range")
    line = el("div", label, thumb, el("output", shown, for_="cvc-guess-range"), cls="cvc-ask")
    edges = [axis_word(value, found["unit"], found.language) for value in scale]
    ends = el("p", el("span", edges[0]), el("span", unit), el("span", edges[1]), cls="cvc-ends", aria_hidden="true")
    show = el("button", found.say("guess_show"), type="button", cls="cvc-show")
    skip = el("button", found.say("guess_skip"), type="button", cls="cvc-skip")
    return el("div", line, ends, el("p", show, skip, cls="cvc-buttons"), cls="cvc-play")


def _answer(found: Found, scale: Scale, start: float) -> Html:
    """The guess beside slide, like with like and planted."""
    yours = Row(found.say("guess_yours"), dot(scale, start, "is-guess"), found.write(start), kind="cvc-yours")
    return rows(
        [yours, *three_rows(found, scale)], scale, title=found.say("guess_title"), measured=found.text("unit"),
        ticks=[(value, axis_word(value, found["unit"], found.language)) for value in (0.0, scale.high / 2, scale.high)],
        guides=[Guide(0.0, "is-zero")],
    )  # fmt: skip


def slider(name: str, scale: Scale, value: float, step: float, *, label: str, words: str) -> Html:
    """A range whose thumb stands exactly over the chart's own axis.

    Args:
        name: Its id.
        scale: Its ends.
        value: Where the thumb stands first.
        step: Of the thumb.
        label: What it asks.
        words: Its value, spoken.
    """
    ends = {"min": rounding.significant(scale.low), "max": rounding.significant(scale.high)}
    thumb = el("input", type="range", id=name, step=rounding.significant(step), value=rounding.significant(value),
               aria_label=label, aria_valuetext=words, **ends)  # fmt: skip
    return el("span", thumb, cls="cvc-slider")
