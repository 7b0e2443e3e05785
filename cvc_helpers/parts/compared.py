"""Findings of one unit, one line each: as on the slide, like with like, planted."""

from __future__ import annotations

from collections.abc import Sequence

from cvc_helpers.errors import CvcError
from cvc_helpers.parts.found import Found, legend, scale_for, ticks, together
from cvc_helpers.parts.markup import Html
from cvc_helpers.parts.strips import Guide, Row, rows


def compared(findings: Sequence[Found], *, title: str, source: str = "") -> Html:
    """One chart of several findings; those without an answer keep their line and say so.

    Args:
        findings: One or more, of one unit.
        title: What they show together.
        source: Where the data come from.

    Raises:
        CvcError: E213, they count different things.
    """
    units = {found["unit"] for found in findings}
    if len(units) > 1:
        raise CvcError("E213", key=findings[0].key, reason=f"beside it stand other units: {sorted(units)}")
    scale = scale_for(*findings)
    lines = [
        Row(found.name, together(found, scale), found.shown("like_with_like"),
            "" if found.is_refused else found.span())
        for found in findings
    ]  # fmt: skip
    return rows(
        lines, scale, title=title, measured=findings[0].text("unit"), before=legend(findings[0].language, findings),
        ticks=ticks(findings[0], scale), guides=[Guide(findings[0].nothing, "is-zero")], source=source,
    )  # fmt: skip
