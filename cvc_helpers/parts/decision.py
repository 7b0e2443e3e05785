"""The decision strip: do, do not, what it brings and costs, what would change it; four cells, ten seconds."""

from __future__ import annotations

from cvc_helpers import rounding
from cvc_helpers.parts.found import Found
from cvc_helpers.parts.markup import Html, el, join

MOST_WORDS = 15
"""Of a cell; a test counts them."""
CELLS = ("do", "not", "money", "change")
PHRASES = ("action", "action_where", "instead", "instead_why")


def decision_strip(found: Found, *, is_hidden: bool = True) -> Html:
    """The strip of a decision, worded for its reading.

    The wording of the finding has `action` (what it would pay for), `action_where`, `instead` (what it would not) and
    `instead_why`; each cell may have a wording of its own, `<cell>_<reading>` and `<cell>_<reading>_rest`.

    Args:
        found: A decision.
        is_hidden: Whether it waits until the reader has guessed.
    """
    drawn = join(_cell(*texts) for texts in cells(found))
    hidden = " is-after" if is_hidden else ""
    return el("section", el("dl", drawn), cls=f"cvc-strip4{hidden} is-{found.reading}", id="decision",
              aria_label=found.say("strip"))  # fmt: skip


def cells(found: Found) -> list[tuple[str, str, str]]:
    """The four cells of a decision as texts: head, what stands out, the rest."""
    values = _values(found)
    return [_texts(found, name, values) for name in CELLS]


def _texts(found: Found, name: str, values: dict[str, str]) -> tuple[str, str, str]:
    reading = f"{name}_{'unknown' if name == 'money' and not found['money'] else _reading(found)}"
    names = [f"{reading}_{found['reason'].partition('_')[0]}", reading, name]
    strong = found.say(*(f"strip_{one}" for one in names), **values)
    rest = found.say(*(f"strip_{one}_rest" for one in names), **values)
    return found.say(f"strip_{name}_head"), strong, rest


def _cell(head: str, strong: str, rest: str) -> Html:
    return el("div", el("dt", head), el("dd", el("b", strong), el("span", rest) if rest else Html()))


def _reading(found: Found) -> str:
    """The reading, apart from data that gave no answer."""
    return "refused" if found.is_refused else found.reading


def _values(found: Found) -> dict[str, str]:
    """What the cells quote: the case's own phrases and its money; of data without an answer only the money."""
    phrases = {} if found.is_refused else {name: found.say(name) for name in PHRASES}
    alarm = found.say("strip_or_alarm") if found["controls"] else ""
    return phrases | money(found) | {"or_alarm": alarm}


def money(found: Found) -> dict[str, str]:
    """Sums of a decision as words: `cost`, `contribution`, what 100 bring, and what one more costs.

    Args:
        found: A decision; without known money every sum is `–`.
    """
    sums = found["money"]
    if not sums:
        return dict.fromkeys(("cost", "contribution", "brings", "brings_low", "brings_high", "brings_slide", "each",
                              "each_low", "each_high", "each_slide"), "–")  # fmt: skip
    cost, each = sums["cost_yuan"], sums["contribution_yuan"]
    yuan: dict[str, float | None] = {"cost": cost, "contribution": each}
    numbers = {"": "like_with_like", "_low": "low", "_high": "high", "_slide": "on_the_slide"}
    for end, name in numbers.items():
        number = found[name]
        yuan[f"brings{end}"] = None if number is None else number * each
        yuan[f"each{end}"] = cost / number if number and number > 0 else None
    return {name: "–" if value is None else rounding.money(value, found.language) for name, value in yuan.items()}
