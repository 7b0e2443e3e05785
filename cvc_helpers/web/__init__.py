"""Style and scripts of every page, served locally: one stylesheet, one script, one Vega bundle."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import vl_convert

from cvc_helpers.render import VEGA_LITE

FOLDER = Path(__file__).parent
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
    return (FOLDER / "cvc.css").read_text(encoding="utf-8")


def script() -> str:
    """The script that makes charts live and adds their download buttons."""
    return (FOLDER / "cvc-charts.js").read_text(encoding="utf-8")
