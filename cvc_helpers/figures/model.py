"""Figure 3 as rings: one ring and one stream to the customer become two linked rings and two streams."""

from __future__ import annotations

from typing import NamedTuple

from cvc_helpers.design import ACCENT, INK, LINE, QUIET
from cvc_helpers.figures import Drawing


class Place(NamedTuple):
    """Where the three parties stand in one design."""

    customer: int
    ring: int
    channel: int
    radius: int
    old: int
    new: int
    stream: int
    above: int
    below: int


PLACES = {
    "wide": Place(customer=72, ring=372, channel=610, radius=76, old=122, new=384, stream=124, above=34, below=34),
    "narrow": Place(customer=34, ring=186, channel=296, radius=54, old=112, new=346, stream=0, above=58, below=44),
}


def draw(drawing: Drawing) -> float:
    """Version 1.0 above the line, version 2.0 below it."""
    place = PLACES[drawing.design.name]
    _old(drawing, place)
    line = place.old + place.radius + 22
    drawing.hairline(0, line, drawing.design.width, line)
    drawing.text(0, line + 30, "2.0", fill=ACCENT, anchor="start", strong=True)
    drawing.text(34, line + 30, drawing.say("driver"), fill=ACCENT, anchor="start")
    _new(drawing, place)
    return place.new + place.radius * 1.66 + 10


def _parties(drawing: Drawing, place: Place, y: float, start: float) -> None:
    """Customer at the left, channel at the right, joined to the product."""
    drawing.path(f"M{start:g} {y:g}H{place.channel - 28}", stroke=LINE, width=2)
    for x, name in ((place.customer, "customer"), (place.channel, "channel")):
        drawing.person(x, y + 20)
        drawing.text(x, y + 44, drawing.say(name))


def _old(drawing: Drawing, place: Place) -> None:
    y, ring, radius = place.old, place.ring, place.radius
    drawing.text(0, 20, "1.0", fill=QUIET, anchor="start", strong=True)
    _parties(drawing, place, y, ring + radius)
    drawing.circle(ring, y, radius)
    drawing.centred(ring, y, drawing.say("product"))
    _stream(drawing, ring - radius - 2, place.customer + 30, y, y, INK)
    _named(drawing, place, y - place.above, "money", INK)


def _new(drawing: Drawing, place: Place) -> None:
    y, ring, radius = place.new, place.ring, place.radius
    up, down = y - round(radius * 0.66), y + round(radius * 0.66)
    _parties(drawing, place, y, ring + radius - 14)
    for middle in (up, down):
        drawing.circle(ring, middle, radius, edge="none")
    drawing.path(_lens(ring, up, down, radius), fill=ACCENT, more='opacity="0.18"')
    drawing.circle(ring, up, radius, fill="none")
    drawing.circle(ring, down, radius, fill="none", edge=ACCENT, width=3.5)
    drawing.centred(ring, up - radius * 0.34, drawing.say("upgraded"))
    drawing.centred(ring, y, drawing.say("integration"))
    drawing.centred(ring, down + radius * 0.38, drawing.say("services"), fill=ACCENT)
    _stream(drawing, ring - radius - 2, place.customer + 30, up, y - 16, INK)
    _stream(drawing, ring - radius - 2, place.customer + 30, down, y + 16, ACCENT)
    _named(drawing, place, up - place.above + (0 if place.stream else 12), "financial", INK)
    _named(drawing, place, down + place.below, "service", ACCENT)


def _named(drawing: Drawing, place: Place, y: float, name: str, fill: str) -> None:
    """The words of a stream, two lines around `y`."""
    count = drawing.say(name).count("|")
    drawing.text(place.stream, y + 5 - count * drawing.leading() / 2, drawing.say(name), fill=fill, anchor="start")


def _stream(drawing: Drawing, start: float, end: float, y: float, to: float, colour: str) -> None:
    """A flow to the customer: a band with a head; it bends from the ring's height to the customer's."""
    middle = (start + end) / 2
    drawing.path(
        f"M{start:g} {y:g}C{middle:g} {y:g} {middle:g} {to:g} {end + 14:g} {to:g}",
        stroke=colour,
        width=9,
        more='style="stroke-linecap:butt"',
    )
    drawing.path(f"M{end + 16:g} {to - 13:g}L{end:g} {to:g}L{end + 16:g} {to + 13:g}z", fill=colour)


def _lens(x: float, up: float, down: float, radius: float) -> str:
    """What two circles, one above the other, share."""
    half, middle = (down - up) / 2, (up + down) / 2
    reach = (radius * radius - half * half) ** 0.5
    arc = f"A{radius} {radius} 0 0 1"
    return f"M{x - reach:g} {middle:g}{arc} {x + reach:g} {middle:g}{arc} {x - reach:g} {middle:g}z"
