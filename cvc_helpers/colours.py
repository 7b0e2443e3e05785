"""The house's colours: variables of the page, each with its light colour, which a file of its own shows."""

from __future__ import annotations

import re

INK = "var(--cvc-ink, #1f2933)"
QUIET = "var(--cvc-quiet, #55626c)"
LINE = "var(--cvc-line, #c9d3da)"
ACCENT = "var(--cvc-accent, #0b6e99)"
GROUND = "var(--cvc-ground, #ffffff)"
TINT = "var(--cvc-tint, #f1f6f8)"
FONT = "'Source Sans 3', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


def fixed(drawing: str) -> str:
    """The drawing with the light colours written out: a file read outside a page knows no variables.

    Args:
        drawing: An SVG, or a Vega-Lite specification as JSON.
    """
    return re.sub(r"var\(--[\w-]+, (#[0-9a-f]{6})\)", r"\1", drawing)
