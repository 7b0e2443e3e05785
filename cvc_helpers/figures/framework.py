"""Figure 1 as a tree: the theory its root, the model its trunk, the levers its boughs, the tasks its fruit."""

from __future__ import annotations

from typing import NamedTuple

from cvc_helpers.design import ACCENT, GROUND, INK, LINE, TINT, WIDE
from cvc_helpers.figures import Drawing

TASKS = ("backtracking", "campaign", "inforce", "back_office", "kpi")
PICKED = "backtracking"
"""The fruit drawn full; any other would do."""


class Place(NamedTuple):
    """Where the tree stands in one design."""

    boughs: tuple[int, int, int]
    crown: int
    levers: int
    fork: int
    ground: int
    label: int
    bough: int


PLACES = {
    "wide": Place(boughs=(108, 340, 572), crown=196, levers=244, fork=356, ground=446, label=200, bough=13),
    "narrow": Place(boughs=(52, 165, 278), crown=226, levers=276, fork=388, ground=492, label=104, bough=10),
}


def draw(drawing: Drawing) -> float:
    """Fruit in the crown, three boughs under it, the trunk, the ground, the root below."""
    place = PLACES[drawing.design.name]
    drawing.box(1, 1, drawing.design.width - 2, place.crown, fill=TINT, edge=LINE, more='rx="50"')
    drawing.text(drawing.design.width / 2, 34, drawing.say("tasks"), strong=True)
    for number, name in enumerate(TASKS):
        _fruit(drawing, number, name)
    _boughs(drawing, place)
    return _trunk_and_root(drawing, place)


def _fruit(drawing: Drawing, number: int, name: str) -> None:
    wide = drawing.design is WIDE
    x, y = (80 + 130 * number, 84) if wide else (44, 62 + 34 * number)
    drawing.circle(x, y, 12, fill=ACCENT if name == PICKED else GROUND, edge=ACCENT, width=3)
    words = drawing.said_on(f"task_{name}")
    if wide:
        drawing.text(x, y + 40, words, link=name)
    else:
        drawing.text(x + 24, y + 5, words, anchor="start", link=name)


def _boughs(drawing: Drawing, place: Place) -> None:
    middle, low = drawing.design.width / 2, place.fork
    for number, x in enumerate(place.boughs, start=1):
        course = f"M{middle:g} {low + 8}C{middle:g} {low - 40} {x} {low - 12} {x} {place.levers + 30}V{place.crown + 3}"
        drawing.path(course, stroke=INK, width=place.bough)
        drawing.box(x - place.label / 2, place.levers - 30, place.label, 60, fill=GROUND)
        drawing.centred(x, place.levers, drawing.say(f"lever_{number}"), link=f"lever_{number}")


def _trunk_and_root(drawing: Drawing, place: Place) -> float:
    x, ground = drawing.design.width / 2, place.ground
    top = f"M{x - place.bough:g} {place.fork}L{x - 22:g} {ground}H{x + 22:g}L{x + place.bough:g} {place.fork}z"
    drawing.path(top, fill=INK, stroke=INK)
    for reach in (-96, -44, 0, 44, 96):
        drawing.path(
            f"M{x + reach / 7:g} {ground}q{reach * 0.3:g} 18 {reach:g} {46 - abs(reach) / 8:g}", stroke=ACCENT, width=9
        )
    drawing.hairline(0, ground, drawing.design.width, ground)
    width = drawing.design.width / 2 - 40
    drawing.text(x - 40, place.fork + 46, drawing.say("levers"), anchor="end", strong=True, width=width)
    drawing.text(x + 40, place.fork + 46, drawing.say("model"), anchor="start", width=width, link="model", strong=True)
    return drawing.text(x, ground + 76, drawing.say("theory"), link="theory", strong=True) - 8
