"""Figure 3: the model of customer, product and channel, before and after service."""

from __future__ import annotations

from cvc_helpers.figures import ACCENT, INK, NOTE, QUIET, WIDTH, Drawing

PAD = 24


def draw(language: str) -> str:
    """Version 1.0 above, version 2.0 below; what the customer gets stands at the foot of each."""
    drawing = Drawing(language)
    y = drawing.title("model")
    y = _old(drawing, y)
    drawing.arrow((WIDTH / 2, y + 4), (WIDTH / 2, y + 44))
    drawing.text(WIDTH / 2 + 24, y + 32, drawing.say("model.driver"), size=NOTE, fill=ACCENT)
    y = _new(drawing, y + 48)
    return drawing.svg("model", drawing.foot(y + 40, "foot"))


def _chain(drawing: Drawing, y: float, product: str, *, edge: str) -> None:
    """Customer, product and channel on one line."""
    drawing.hairline(176, y + 40, 544, y + 40)
    for x, width, name in ((PAD, 152, "customer"), (544, 152, "channel")):
        drawing.box(x, y, width, 80, fill="#fff", edge="#c9d3da")
        drawing.centred(x + width / 2, y + 40, drawing.say(f"model.{name}"), width=width - 16)
    drawing.box(216, y, 288, 80, fill="#fff", edge=edge)
    drawing.centred(360, y + 40, drawing.say(f"model.{product}"), width=272, fill=ACCENT if edge == ACCENT else INK)


def _old(drawing: Drawing, y: float) -> float:
    drawing.box(0, y, WIDTH, 296)
    drawing.text(PAD, y + 40, "1.0", strong=True)
    _chain(drawing, y + 64, "product", edge="#c9d3da")
    drawing.centred(360, y + 172, drawing.say("model.old_product"), width=432, size=NOTE, fill=QUIET)
    drawing.hairline(PAD, y + 200, WIDTH - PAD, y + 200)
    drawing.text(PAD, y + 236, drawing.say("model.gets"), size=NOTE, fill=QUIET)
    drawing.paragraph(PAD, y + 272, drawing.say("model.old_value"), width=WIDTH - 2 * PAD)
    return y + 296


def _new(drawing: Drawing, y: float) -> float:
    drawing.box(0, y, WIDTH, 488)
    drawing.text(PAD, y + 40, "2.0", fill=ACCENT, strong=True)
    _chain(drawing, y + 64, "bundle", edge=ACCENT)
    for number, name in enumerate(("upgraded", "services", "integration")):
        x = PAD + number * 232
        drawing.hairline(360, y + 144, x + 104, y + 176)
        drawing.box(x, y + 176, 208, 104, fill="#fff", edge="#c9d3da")
        drawing.centred(x + 104, y + 228, drawing.say(f"model.{name}"), width=192)
    drawing.hairline(PAD, y + 312, WIDTH - PAD, y + 312)
    drawing.text(PAD, y + 348, drawing.say("model.gets"), size=NOTE, fill=QUIET)
    for x, name in ((PAD, "financial"), (384, "service")):
        drawing.box(x, y + 368, 312, 96, fill="#fff", edge=ACCENT)
        drawing.centred(x + 156, y + 416, drawing.say(f"model.{name}"), width=288, fill=ACCENT)
    drawing.text(360, y + 425, "+", anchor="middle")
    return y + 488
