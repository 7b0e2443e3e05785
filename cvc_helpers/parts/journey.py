"""The eight steps of the journey in two lanes, with the steps at which a column's service is seen to act."""

from __future__ import annotations

from collections.abc import Collection

from cvc_helpers.errors import CvcError
from cvc_helpers.parts.markup import Html, el
from cvc_helpers.parts.strips import caption
from cvc_helpers.vocabulary import JOURNEY_CUSTOMER, JOURNEY_INSURER
from cvc_helpers.wording import say


def journey(steps: Collection[str], language: str, *, title: str) -> Html:
    """An ordered list that stands in columns on a screen and in rows on a phone.

    Args:
        steps: Keys of the customer's steps at which the service acts.
        language: `"en"` or `"zh"`.
        title: What the picture shows.

    Raises:
        CvcError: E207, a step that the journey does not have.
    """
    if odd := sorted(set(steps) - {term.key for term in JOURNEY_CUSTOMER}):
        raise CvcError("E207", key=f"journey: {', '.join(odd)}")
    label = say("findings.journey_here", language)
    lanes = zip(JOURNEY_CUSTOMER, JOURNEY_INSURER, strict=True)
    items = []
    for number, (mine, theirs) in enumerate(lanes, 1):
        acts = mine.key in steps
        mark = el("b", number, el("span", f" ({label})", cls="cvc-unseen") if acts else Html())
        names = el("span", mine.name(language)), mark, el("span", theirs.name(language))
        items.append(el("li", *names, cls="is-here" if acts else None))
    heads = _words("journey_lanes", "cvc-lanes", language)
    drawn = el("div", _words("journey_phases", "cvc-phases", language), heads, el("ol", *items), cls="cvc-journey")
    key = el("p", el("b", " "), " ", label, cls="cvc-key", aria_hidden="true")
    source = el("p", say("findings.journey_source", language), cls="cvc-source")
    return el("figure", caption(title), drawn, key, source, cls="cvc-figure")


def _words(name: str, kind: str, language: str) -> Html:
    parts = say(f"findings.{name}", language).split("|")
    return el("p", *(el("span", part) for part in parts), cls=kind, aria_hidden="true")
