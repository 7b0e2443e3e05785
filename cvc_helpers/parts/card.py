"""A finding as a card of its kind: one number, one interval in words, one limit; statistics only in the fold."""

from __future__ import annotations

from cvc_helpers.parts.decision import money
from cvc_helpers.parts.found import Found, scale_for, three_rows
from cvc_helpers.parts.markup import Html, el
from cvc_helpers.parts.strips import Guide, rows
from cvc_helpers.parts.threshold import SIGNS
from cvc_helpers.wording import say


def card(found: Found) -> Html:
    """A decision, claim, control or measure.

    Args:
        found: The finding.
    """
    title = found.text("headline") or found.text("title")
    parts = (
        el("p", _kicker(found), cls="cvc-kicker"), el("p", title, cls="cvc-headline"), _verdict(found), _number(found),
        _picture(found), _lines(found), _limit(found), _fold(found),
    )  # fmt: skip
    return el("section", *parts, cls=f"cvc-card is-{found.kind}", lang=_lang(found.language), aria_label=title,
              data_key=found.key)  # fmt: skip


def _lang(language: str) -> str:
    return "zh-CN" if language == "zh" else "en"


def _kicker(found: Found) -> str:
    """The kind of the finding, whether it is the primary one, and the grade of what was compared."""
    notes = {"is_primary": found["is_primary"], "nothing_here": found.kind == "control"}
    words = [found.text("kind"), *(found.say(name) for name, applies in notes.items() if applies)]
    if found.text("comparison") and found.kind != "measure":
        words.append(found.text("comparison"))
    return " · ".join(words)


def _verdict(found: Found) -> Html:
    """The reading with a sign and its reason; a measure has none."""
    if found.kind == "measure":
        return Html()
    sign = el("span", SIGNS[found.reading], cls="cvc-sign", aria_hidden="true")
    badge = el("strong", sign, " ", found.text("reading"), cls="cvc-badge")
    return el("p", badge, " ", el("span", found.text("reason")), cls=f"cvc-verdict is-{found.reading}")


def _number(found: Found) -> Html:
    if found.is_refused:
        return el("p", found.text("sentence"), cls="cvc-said")
    between = found.say("between", low=found.shown("low"), high=found.shown("high"))
    words = el("span", found.text("unit"), el("br"), el("em", between))
    return el("p", el("b", found.shown("like_with_like")), words, cls="cvc-big")


def _picture(found: Found) -> Html:
    """Slide, like with like and planted, one below the other; a control and a refusal need none."""
    if found.is_refused or found.kind == "control":
        return Html()
    scale = scale_for(found)
    return rows(three_rows(found, scale), scale, guides=[Guide(found.nothing, "is-zero")])


def _lines(found: Found) -> Html:
    """Money, controls and the checks that can be said aloud; what there is of them."""
    texts = [found.text("money"), _each(found), _controls(found), _checks(found)]
    return el("div", *(el("p", text) for text in texts if text), cls="cvc-lines") if any(texts) else Html()


def _each(found: Found) -> str:
    """What one more costs; nothing where that cannot be said of the whole interval."""
    if found.kind != "decision" or found.is_refused or not found["money"] or not found["low"] > 0:
        return ""
    return found.say("money_each", **money(found))


def _controls(found: Found) -> str:
    text = found.text("controls")
    return f"{found.say('controls')}{found.say('colon')}{text}" if text else ""


def _checks(found: Found) -> str:
    """What the checks say in words that need no statistics."""
    said = [found.text(f"said_{check['key']}") for check in found["checks"]]
    return ("" if found.language == "zh" else " ").join(text for text in said if text)


def _limit(found: Found) -> Html:
    head = say("findings.limit", found.language) + say("findings.colon", found.language)
    return el("p", el("span", head, cls="cvc-quiet"), found.text("limit"), cls="cvc-limit")


def _fold(found: Found) -> Html:
    """The sentence with all its numbers, method, counts and every check."""
    counts = {name: f"{found[name]:,}" for name in ("n", "n_clusters")}
    sentence = Html() if found.is_refused else el("p", found.text("sentence"))
    checks = [
        el("li", found.text(f"check_{check['key']}"), cls=f"cvc-check-{'ok' if check['passed'] else 'warn'}")
        for check in found["checks"]
    ]
    return el(
        "details", el("summary", found.say("for_the_analyst")), sentence,
        el("p", el("b", found.say("method")), " ", found.text("method")), el("p", found.say("people", **counts)),
        el("ul", *checks, cls="cvc-checks") if checks else Html(), cls="cvc-fold",
    )  # fmt: skip
