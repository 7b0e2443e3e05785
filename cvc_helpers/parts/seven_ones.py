"""The Seven Ones card as it would lie on a table: seven fields, and the finding on which it rests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cvc_helpers.parts.markup import Html, el
from cvc_helpers.vocabulary import SEVEN_ONES
from cvc_helpers.wording import say


def seven_ones(record: Mapping[str, Any], language: str, *, title: str) -> Html:
    """The card.

    Args:
        record: The record of a `SevenOnes`, both languages.
        language: `"en"` or `"zh"`.
        title: Its heading.
    """
    fields = [
        el("div", el("dt", el("b", number), term.name(language)), el("dd", record[term.key][language]))
        for number, term in enumerate(SEVEN_ONES, 1)
    ]
    evidence = record["evidence"]
    status = say(f"findings.card_{record['status']}", language)
    rests = say("findings.card_rests", language, finding=say(f"{evidence['finding']}.title", language),
                reading=say(f"findings.{evidence['reading']}", language))  # fmt: skip
    head = el("p", el("strong", title), el("span", status), cls="cvc-sevenhead")
    return el("section", head, el("dl", *fields), el("p", rests, cls="cvc-source"), cls="cvc-seven", aria_label=title)
