"""The house's look: colours, type, and the two designs in which every picture is drawn.

A colour is a variable of the page with its light value, which a file of its own shows.
"""

from __future__ import annotations

import re
from typing import NamedTuple

INK = "var(--cvc-ink, #1f2933)"
QUIET = "var(--cvc-quiet, #55626c)"
LINE = "var(--cvc-line, #c9d3da)"
ACCENT = "var(--cvc-accent, #0b6e99)"
GROUND = "var(--cvc-ground, #ffffff)"
TINT = "var(--cvc-tint, #f1f6f8)"
FONT = "'Source Sans 3', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


class Design(NamedTuple):
    """Width of a drawing and size of its type, in units that are about pixels where it is shown."""

    name: str
    width: int
    size: int


WIDE, NARROW = Design("wide", 680, 16), Design("narrow", 330, 14)
DESIGNS = (WIDE, NARROW)
"""For the text column and for a phone; 14 of 330 units are 12 px on the narrowest, 320 px wide."""
LATIN, CHINESE = 0.56, 1.0
"""Width of a character in em, on the safe side."""


def text_width(words: str, size: float) -> float:
    """Width of a line in units, estimated on the safe side."""
    return size * sum(CHINESE if ord(sign) > 0x2E7F else LATIN for sign in words)


def fixed(drawing: str) -> str:
    """The drawing with the light colours written out: a file read outside a page knows no variables.

    Args:
        drawing: An SVG, or a Vega-Lite specification as JSON.
    """
    return re.sub(r"var\(--[\w-]+, (#[0-9a-f]{6})\)", r"\1", drawing)
