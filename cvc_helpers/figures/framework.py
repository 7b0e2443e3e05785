"""Figure 1: one theory, one model, three levers, one set of tasks."""

from __future__ import annotations

from cvc_helpers.figures import ACCENT, BODY, LEADING, NOTE, QUIET, WIDTH, Drawing, wrap

PAD = 24
LEFT, RIGHT = 272, 392
ENTRIES = ("customers", "system", "units", "across")


def draw(language: str) -> str:
    """The framework as four layers, read from the top down."""
    drawing = Drawing(language)
    y = drawing.title("framework")
    y = _arrow(drawing, _layer(drawing, y, "theory", "concept"))
    y = _arrow(drawing, _layer(drawing, y, "model", "pattern"))
    y = _arrow(drawing, _levers(drawing, y))
    y = _tasks(drawing, y)
    return drawing.svg("framework", drawing.foot(y + 40, "framework.mapping", "foot"))


def _head(drawing: Drawing, y: float, name: str, spine: str) -> None:
    drawing.text(PAD, y + 40, drawing.say(f"framework.{name}"), fill=ACCENT, strong=True)
    drawing.text(WIDTH - PAD, y + 40, drawing.say(f"framework.{spine}"), size=NOTE, fill=QUIET, anchor="end")


def _layer(drawing: Drawing, y: float, name: str, spine: str) -> float:
    drawing.box(0, y, WIDTH, 104)
    _head(drawing, y, name, spine)
    drawing.paragraph(PAD, y + 80, drawing.say(f"framework.{name}_is"), width=WIDTH - 2 * PAD)
    return y + 104


def _levers(drawing: Drawing, y: float) -> float:
    drawing.box(0, y, WIDTH, 152)
    _head(drawing, y, "levers", "capability")
    for number in (1, 2, 3):
        x = PAD + (number - 1) * 232
        if number > 1:
            drawing.hairline(x - 16, y + 64, x - 16, y + 128)
        drawing.paragraph(x, y + 88, drawing.say(f"framework.lever_{number}"), width=200)
    return y + 152


def _tasks(drawing: Drawing, y: float) -> float:
    heights = [_lines(drawing, name) * LEADING[BODY] + 32 for name in ENTRIES]
    height = 104 + sum(heights) + 8
    drawing.box(0, y, WIDTH, height)
    _head(drawing, y, "tasks", "capability")
    drawing.paragraph(PAD, y + 80, drawing.say("framework.tasks_is"), width=WIDTH - 2 * PAD)
    top = y + 104
    for name, tall in zip(ENTRIES, heights, strict=True):
        drawing.hairline(PAD, top, WIDTH - PAD, top)
        below = top + 40
        drawing.paragraph(PAD, below, drawing.say(f"framework.entry_{name}"), width=LEFT, size=NOTE, fill=QUIET)
        for words in _tasks_of(drawing, name):
            below = drawing.paragraph(PAD + LEFT + 8, below, words, width=RIGHT)
        top += tall
    return y + height


def _tasks_of(drawing: Drawing, name: str) -> list[str]:
    return drawing.say(f"framework.task_{name}").split("|")


def _lines(drawing: Drawing, name: str) -> int:
    right = sum(len(wrap(words, BODY, RIGHT)) for words in _tasks_of(drawing, name))
    return max(right, len(wrap(drawing.say(f"framework.entry_{name}"), NOTE, LEFT)))


def _arrow(drawing: Drawing, y: float) -> float:
    drawing.arrow((WIDTH / 2, y + 4), (WIDTH / 2, y + 28))
    return y + 32
