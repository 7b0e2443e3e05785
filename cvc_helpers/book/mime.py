"""The renderer that shows findings, released tables and charts on book pages (entry point of myst-nb)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from docutils import nodes

from cvc_helpers import render
from cvc_helpers.book.edition import edition

# Written out, so that a build loads neither pandas nor Altair; a test holds them equal to their sources.
RENDERERS: dict[str, Callable[[Any, str], str]] = {
    "application/vnd.cvc.finding.v1+json": render.finding_html,
    "application/vnd.cvc.table.v1+json": render.table_html,
    "application/vnd.cvc.withheld.v1+json": render.withheld_html,
    "application/vnd.vegalite.v6+json": lambda spec, language: render.chart_html(spec),
}
CHINESE = "zh"
"""Where, in the metadata of a stored output, stands what differs in Chinese: MIME type to content."""


class CvcMime:
    """Turns the house's MIME types into HTML; leaves all others alone."""

    mime_priority_overrides: ClassVar[list[tuple[str, str, int | None]]] = [("*", mime, 0) for mime in RENDERERS]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        """One output as HTML.

        Args:
            renderer: The element renderer of myst-nb.
            data: MIME type and content.
            inline: Whether it stands within a line of text, where none of ours fits.

        Returns:
            One raw node, or None where the output is not ours.
        """
        if inline or data.mime_type not in RENDERERS:
            return None
        environment = renderer.renderer.sphinx_env
        environment.note_dependency(render.__file__)
        language = edition(environment.config)
        content = data.output_metadata.get(CHINESE, {}).get(data.mime_type) if language == "zh" else None
        html = RENDERERS[data.mime_type](content or data.content, language)
        return [nodes.raw(text=html, format="html", classes=["output"])]
