"""Figure 4 as squares: in case 1 the product grows, in case 2 something stands beside it."""

from __future__ import annotations

from cvc_helpers.design import ACCENT, GROUND, INK, LINE, WIDE
from cvc_helpers.figures import Drawing
from cvc_helpers.wording import say

BASE = 250
"""On which the squares of a panel stand."""
BEFORE = 104
"""Side of the product's square before the service."""
AFTER, OWN = {1: 178, 2: 118}, {1: 48, 2: 160}
"""Sides of the schematic squares, by case: the product's worth with service, the service's own."""
ROWS = ("positioning", "action", "requirements", "cost", "effect")


def draw(drawing: Drawing) -> float:
    """Two panels, side by side or, on a phone, one below the other."""
    wide = drawing.design is WIDE
    _panel(drawing, 0, 0, 1)
    _panel(drawing, 350 if wide else 0, 0 if wide else BASE + 50, 2)
    return BASE + 36 + (0 if wide else BASE + 50)


def _panel(drawing: Drawing, x: float, y: float, case: int) -> None:
    """The product's square, grown, with its old outline in it; the sign; the service's square."""
    after, own, base = AFTER[case], OWN[case], y + BASE
    drawing.text(x, y + 20, drawing.say(f"case_{case}"), anchor="start", strong=True, fill=ACCENT if case == 1 else INK)
    drawing.box(x + 2, base - after, after, after, fill=ACCENT, edge=ACCENT, more='fill-opacity="0.16"')
    drawing.box(x + 2, base - BEFORE, BEFORE, BEFORE, fill=GROUND, edge=INK, more='stroke-dasharray="5 4"')
    drawing.centred(x + 2 + BEFORE / 2, base - BEFORE / 2, drawing.say("product"), width=BEFORE - 8)
    _sign(drawing, x + after + 24, base - 24, case)
    left = x + after + 48
    drawing.box(left, base - own, own, own, fill=LINE, edge=INK)
    if case == 1:
        drawing.centred(x + 2 + after / 2, base - (after + BEFORE) / 2, drawing.say("amplified"), width=after - 8)
        drawing.text(left, base - own - 32, drawing.say("own_short"), anchor="start")
    else:
        drawing.centred(left + own / 2, base - own / 2, drawing.say("own"), width=own - 16)
        drawing.text(x, base + 26, drawing.say("hardly"), anchor="start")


def _sign(drawing: Drawing, x: float, y: float, case: int) -> None:
    """Times or plus, drawn, so that it can be larger than type."""
    course = "m-10 -10l20 20m0 -20l-20 20" if case == 1 else "m-13 0h26m-13 -13v26"
    drawing.path(f"M{x:g} {y:g}{course}", stroke=INK, width=4)


def table(language: str) -> dict[str, object]:
    """The report's comparison in five rows."""
    columns = ["", *(say(f"figures.two_cases.case_{case}", language) for case in (1, 2))]
    names = (["", "_1", "_2"], ROWS)
    rows = [[say(f"figures.two_cases.{row}{case}", language) for case in names[0]] for row in names[1]]
    return {"caption": say("figures.two_cases.rows", language), "columns": columns, "rows": rows}
