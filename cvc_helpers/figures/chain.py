"""From a service to the value of the company, as a fountain: each basin fills before the next one gets a drop."""

from __future__ import annotations

from itertools import pairwise

from cvc_helpers.design import ACCENT, INK, TINT, WIDE
from cvc_helpers.figures import Drawing
from cvc_helpers.vocabulary import STAGES

BASINS = ("controls", "customer", "trust", "insurer")
"""From the top down."""
BASIN, DEPTH = {"wide": 124, "narrow": 76}, 40


def draw(drawing: Drawing) -> float:
    """Four basins that step down to the right, the stream between them, the words beside each."""
    places = [_place(drawing, number) for number in range(len(BASINS))]
    width = BASIN[drawing.design.name]
    drawing.path(f"M{places[0][0] + width / 2:g} 4V{places[0][1] + 8:g}", stroke=ACCENT, width=7)
    for (x, y), (next_x, next_y) in pairwise(places):
        _overflow(drawing, x + width, y, max(x + width + 14, next_x + 18), next_y + 8)
    for x, y in places:
        _basin(drawing, x, y, width)
    ends = [_words(drawing, number, *places[number]) for number in range(len(BASINS))]
    return max(*ends, places[-1][1] + DEPTH + 16)


def _place(drawing: Drawing, number: int) -> tuple[float, float]:
    return (20 + 150 * number, 48 + 112 * number) if drawing.design is WIDE else (2 + 14 * number, 44 + 160 * number)


def _basin(drawing: Drawing, x: float, y: float, width: float) -> None:
    """A bowl with its rim, full of water."""
    half, low = width / 2, DEPTH * 0.9
    down = f"M{x:g} {y:g}c4 {low:g} {half * 0.44:g} {DEPTH} {half:g} {DEPTH}"
    bowl = f"{down}s{half - 4:g} {low - DEPTH:g} {half:g} {-DEPTH}"
    drawing.path(f"{bowl}z", fill=TINT)
    drawing.path(f"M{x + 4:g} {y + 8:g}h{width - 8:g}", stroke=ACCENT, width=7)
    drawing.path(bowl, stroke=INK, width=4)


def _overflow(drawing: Drawing, x: float, y: float, to: float, down: float) -> None:
    """Water over the rim, down into the next basin."""
    drawing.path(f"M{x - 8:g} {y + 6:g}Q{to:g} {y + 2:g} {to:g} {y + 34:g}V{down:g}", stroke=ACCENT, width=7)


def _words(drawing: Drawing, number: int, x: float, y: float) -> float:
    """Who gains and what: at the right of the upper basins and, in the wide design, at the left of the lower ones."""
    name, width = BASINS[number], BASIN[drawing.design.name]
    right = drawing.design is not WIDE or number < 2
    at = (x + width + 62 if drawing.design is WIDE else 152) if right else x - 28
    room = min((drawing.design.width - at) if right else at, 300)
    anchor = "start" if right else "end"
    first = y + (14 if drawing.design is WIDE else 8)
    below = drawing.text(at, first, drawing.say(name), anchor=anchor, strong=True, width=room, fill=ACCENT)
    return drawing.text(at, below, drawing.say(f"{name}_is", stages=drawing.listed(STAGES)), anchor=anchor, width=room)
