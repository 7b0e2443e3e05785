"""Figure 2 as a bridge: three piers side by side, three planks on them; company and customer walk toward each other."""

from __future__ import annotations

from typing import NamedTuple

from cvc_helpers.design import ACCENT, INK, LINE, QUIET, TINT, WIDE, text_width
from cvc_helpers.figures import Drawing
from cvc_helpers.vocabulary import CRITERIA, DOMAINS, PRINCIPLE

DECK, WATER = 84, 184


class Place(NamedTuple):
    """Where the bridge stands in one design."""

    bank: int
    plank: int
    scale: float


PLACES = {"wide": Place(bank=70, plank=180, scale=1.0), "narrow": Place(bank=36, plank=86, scale=0.72)}


def draw(drawing: Drawing) -> float:
    """The bridge that carries, what each pier is made of, and the bridge that lacks a plank."""
    place = PLACES[drawing.design.name]
    _walkers(drawing, place)
    for number, (pier, plank) in enumerate(zip(PRINCIPLE, CRITERIA, strict=True)):
        x = place.bank + place.plank * (number + 0.5)
        drawing.text(x, DECK - 12, plank.name(drawing.language), fill=ACCENT, strong=True)
        _pier(drawing, x)
        drawing.box(x - place.plank / 2 + 2, DECK, place.plank - 4, 14, fill=ACCENT)
        if number:
            drawing.text(x - place.plank / 2, DECK + 52, drawing.say("and"))
        if drawing.design is WIDE:
            _made_of(drawing, x, WATER + 34, pier.key, pier.name(drawing.language))
    drawing.hairline(place.bank, WATER, drawing.design.width - place.bank, WATER)
    return _broken(drawing, _below(drawing))


def _pier(drawing: Drawing, x: float) -> None:
    drawing.path(f"M{x - 9:g} {DECK + 14}h18l8 {WATER - DECK - 14}h-34z", fill=INK)


def _walkers(drawing: Drawing, place: Place) -> None:
    """Two banks, and on each somebody who walks to the other."""
    bank, end, above = place.bank, drawing.design.width, DECK - 47 * place.scale
    for name, edge, side in (("company", 0, 1), ("customer", end, -1)):
        drawing.box(min(edge, edge + side * bank), DECK, bank, WATER - DECK, fill=TINT)
        drawing.person(edge + side * bank / 2, DECK, place.scale)
        words = drawing.say(name)
        drawing.text(edge + 2 * side, above - 10, words, anchor="start" if side > 0 else "end")
        start = text_width(words, drawing.design.size) + 12
        drawing.arrow(edge + side * start, edge + side * (start + 34), above - 15)


def _made_of(drawing: Drawing, x: float, y: float, key: str, name: str) -> float:
    """The name of a pier and what it is made of; in the middle of its column, or at the left of a phone."""
    wide = drawing.design is WIDE
    anchor, width = ("middle", PLACES["wide"].plank) if wide else ("start", drawing.design.width)
    y = drawing.text(x, y, name[:1].upper() + name[1:], strong=True, anchor=anchor)
    words = drawing.said_on(key, domains=drawing.listed(DOMAINS))
    return drawing.text(x, y, words, width=width, fill=QUIET, anchor=anchor)


def _below(drawing: Drawing) -> float:
    if drawing.design is WIDE:
        return WATER + 216
    y = float(WATER + 34)
    for term in PRINCIPLE:
        y = _made_of(drawing, 0, y, term.key, term.name(drawing.language)) + 8
    return y + 70


def _broken(drawing: Drawing, deck: float) -> float:
    """The same bridge, smaller, with one plank missing: both stand and look."""
    for x in (30, 180):
        drawing.box(x, deck, 70, 9, fill=ACCENT)
        drawing.path(f"M{x + 30} {deck + 9:g}h10l4 34h-18z", fill=INK)
    drawing.box(103, deck, 74, 9, fill="none", edge=LINE, more='stroke-dasharray="5 5"')
    drawing.path(f"M135 {deck + 12:g}h10l4 31h-18z", fill=INK)
    drawing.person(62, deck, 0.72)
    drawing.person(218, deck, 0.72)
    drawing.hairline(30, deck + 43, 250, deck + 43)
    if drawing.design is WIDE:
        drawing.text(286, deck + 2, drawing.say("missing"), width=390, anchor="start")
        return deck + 50
    return drawing.text(0, deck + 72, drawing.say("missing"), width=drawing.design.width, anchor="start") - 8
