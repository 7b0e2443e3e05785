"""Figure 2: three parts side by side, and three tests that must all hold."""

from __future__ import annotations

from cvc_helpers.figures import ACCENT, BODY, LEADING, NOTE, QUIET, WIDTH, Drawing, wrap
from cvc_helpers.vocabulary import CRITERIA, DOMAINS, PRINCIPLE

PAD, SPLIT = 24, 248
RIGHT = WIDTH - SPLIT - PAD


def draw(language: str) -> str:
    """The nine-character principle as three equal parts, the criteria as a conjunction under them."""
    drawing = Drawing(language)
    y = drawing.title("theory")
    height = max(_height(drawing, term.key) for term in PRINCIPLE)
    for term in PRINCIPLE:
        drawing.box(0, y, WIDTH, height)
        _part(drawing, y, term.key, _capital(term.name(language)))
        y += height + 16
    y = _tests(drawing, y + 32)
    return drawing.svg("theory", drawing.foot(y, "theory.source", "foot"))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _height(drawing: Drawing, key: str) -> float:
    """The same for all parts, for they are equal: the tallest text and its margins."""
    tall = len(wrap(drawing.say(f"theory.{key}"), BODY, RIGHT)) * LEADING[BODY] + 40
    return tall + (len(wrap(_domains(drawing), NOTE, RIGHT)) * LEADING[NOTE] + 4 if key == "use" else 0)


def _part(drawing: Drawing, y: float, key: str, name: str) -> None:
    drawing.text(PAD, y + 48, name, fill=ACCENT, strong=True)
    drawing.paragraph(PAD, y + 84, drawing.say(f"theory.{key}_side"), width=SPLIT - PAD - 16, size=NOTE, fill=QUIET)
    below = drawing.paragraph(SPLIT, y + 48, drawing.say(f"theory.{key}"), width=RIGHT)
    if key == "use":
        drawing.paragraph(SPLIT, below + 4, _domains(drawing), width=RIGHT, size=NOTE, fill=QUIET)


def _domains(drawing: Drawing) -> str:
    joint = ", " if drawing.language == "en" else "、"
    return joint.join(term.name(drawing.language) for term in DOMAINS)


def _tests(drawing: Drawing, y: float) -> float:
    drawing.text(0, y, drawing.say("theory.tests"))
    width, gap = 200, 60
    for number, term in enumerate(CRITERIA):
        x = number * (width + gap)
        drawing.box(x, y + 24, width, 64, fill="#fff", edge=ACCENT)
        drawing.centred(x + width / 2, y + 56, term.name(drawing.language), width=width - 16, fill=ACCENT)
        if number:
            drawing.centred(x - gap / 2, y + 56, drawing.say("theory.and"), width=gap, size=NOTE)
    return drawing.paragraph(0, y + 124, drawing.say("theory.tests_say"), width=WIDTH, size=NOTE, fill=QUIET) + 24
