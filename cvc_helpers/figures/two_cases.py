"""Figure 4: service that multiplies the product, and service that is added to it."""

from __future__ import annotations

from cvc_helpers.figures import ACCENT, BODY, INK, LEADING, LINE, NOTE, QUIET, WIDTH, Drawing, wrap

COLUMN, GAP = 344, 32
ROWS = ("positioning", "action", "requirements", "cost", "effect")
BARS = {1: (120, 48), 2: (48, 120)}
"""Heights of the schematic parts: amplified product value, the service's own value."""


def draw(language: str) -> str:
    """Two schematic bars side by side, and under them the report's comparison in five rows."""
    drawing = Drawing(language)
    y = drawing.title("two_cases")
    for case in BARS:
        _case(drawing, (case - 1) * (COLUMN + GAP), y, case)
    y += 336
    y = drawing.paragraph(0, y, drawing.say("two_cases.schematic"), width=WIDTH, size=NOTE, fill=QUIET)
    for name in ROWS:
        y = _row(drawing, y, name)
    drawing.hairline(0, y, WIDTH, y)
    return drawing.svg("two_cases", drawing.foot(y + 40, "two_cases.claims", "foot"))


def _case(drawing: Drawing, x: float, y: float, case: int) -> None:
    drawing.box(x, y, COLUMN, 296)
    drawing.text(x + 24, y + 40, drawing.say(f"two_cases.case_{case}"), fill=ACCENT if case == 1 else INK, strong=True)
    drawing.text(x + 24, y + 76, drawing.say(f"two_cases.mode_{case}"))
    amplified, own = BARS[case]
    top, base = y + 104, y + 272
    drawing.box(x + 24, top, 72, own, fill=LINE, rx=0)
    drawing.box(x + 24, top + own, 72, amplified, fill=ACCENT, rx=0)
    for middle, name in ((top + own / 2, "own"), (base - amplified / 2, "amplified")):
        lines = wrap(drawing.say(f"two_cases.{name}"), NOTE, COLUMN - 136)
        first = middle - (len(lines) - 1) * LEADING[NOTE] / 2 + 7
        drawing.paragraph(x + 112, first, drawing.say(f"two_cases.{name}"), width=COLUMN - 136, size=NOTE)


def _row(drawing: Drawing, y: float, name: str) -> float:
    drawing.hairline(0, y, WIDTH, y)
    drawing.paragraph(0, y + 32, drawing.say(f"two_cases.{name}"), width=WIDTH, size=NOTE, fill=QUIET)
    cells = [drawing.say(f"two_cases.{name}_{case}") for case in BARS]
    ends = [
        drawing.paragraph(number * (COLUMN + GAP), y + 68, words, width=COLUMN, size=BODY)
        for number, words in enumerate(cells)
    ]
    return max(ends) - 8
