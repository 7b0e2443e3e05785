"""From a service to the value of the company: the order in which the report's chapter on the model puts its claims."""

from __future__ import annotations

from cvc_helpers.figures import ACCENT, BODY, LEADING, WIDTH, Drawing, wrap
from cvc_helpers.vocabulary import STAGES

PAD, LEFT = 24, 64
BLOCKS = {"controls": 3, "customer": 3, "trust": 3, "insurer": 2}
"""Blocks from the top down, and the number of steps in each."""


def draw(language: str) -> str:
    """Four blocks of steps; an arrow from each block to the next."""
    drawing = Drawing(language)
    y = drawing.title("chain")
    for number, (name, steps) in enumerate(BLOCKS.items()):
        if number:
            drawing.arrow((WIDTH / 2, y + 4), (WIDTH / 2, y + 28))
            y += 32
        y = _block(drawing, y, name, _steps(drawing, name, steps))
    return drawing.svg("chain", drawing.foot(y + 40, "chain.claims"))


def _steps(drawing: Drawing, name: str, count: int) -> list[str]:
    found = [drawing.say(f"chain.{name}_{number}") for number in range(1, count + 1)]
    if name == "trust":
        joint = ", " if drawing.language == "en" else "、"
        found.append(joint.join(term.name(drawing.language) for term in STAGES))
    return found


def _block(drawing: Drawing, y: float, name: str, steps: list[str]) -> float:
    width = WIDTH - LEFT - PAD
    heights = [len(wrap(words, BODY, width)) * LEADING[BODY] + 8 for words in steps]
    height = 64 + sum(heights) + 8
    drawing.box(0, y, WIDTH, height)
    drawing.text(PAD, y + 40, drawing.say(f"chain.{name}"), fill=ACCENT, strong=True)
    drawing.hairline(PAD + 8, y + 80, PAD + 8, y + 80 + sum(heights[:-1]))
    top = y + 88
    for words, tall in zip(steps, heights, strict=True):
        drawing.dot(PAD + 8, top - 8)
        drawing.paragraph(LEFT, top, words, width=width)
        top += tall
    return y + height
