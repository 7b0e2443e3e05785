"""Style and scripts of every page, served locally: stylesheets, two scripts, one Vega bundle."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import vl_convert

from cvc_helpers.render import VEGA_LITE

FOLDER = Path(__file__).parent
STYLES = ("cvc.css", "cvc-parts.css", "cvc-page.css")
"""Colours and the book's theme; the parts of a page; narrow screens and print, which must come last."""
EXPORTS = "window.vegaEmbed=vegaEmbed;window.vega=vega;window.vegaLite=vegaLite;"


@cache
def vega_bundle() -> str:
    """Vega, Vega-Lite and vega-embed as one script that sets `window.vegaEmbed`; about 0.9 MB.

    Returns:
        JavaScript, the same on each call; wrapped in a function because the bundle declares one-letter constants.
    """
    return "(()=>{\n" + str(vl_convert.javascript_bundle(EXPORTS, vl_version=VEGA_LITE)) + "\n})();\n"


def stylesheet() -> str:
    """The house style, for book and report."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in STYLES)


def script() -> str:
    """The script that makes charts live and adds their download buttons."""
    return (FOLDER / "cvc-charts.js").read_text(encoding="utf-8")


def parts_script() -> str:
    """The script of what a reader can touch; it belongs into the head, so that no answer shows before the guess."""
    return (FOLDER / "cvc-parts.js").read_text(encoding="utf-8")
