"""A redrawn figure of the report on a page, by `{drawn}`: inline, so that it follows the page and can lead on.

    ```{drawn} model
    ```

Title, drawing and source come from `cvc_helpers.figures`, in the language of the edition; `#figure-model` leads to it.
"""

from __future__ import annotations

import re
from html import escape
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from cvc_helpers import figures, render
from cvc_helpers.design import DESIGNS
from cvc_helpers.wording import say

CHAPTERS = {
    "theory": "customer_value",
    "model": "service_model",
    "lever_1": "service_panorama",
    "lever_2": "marketing_scenario",
    "lever_3": "closed_loop",
    "backtracking": "big_policy_backtracking",
    "campaign": "service_campaign",
    "inforce": "inforce_value",
    "back_office": "new_back_office",
    "kpi": "kpi_system",
}
"""What can be clicked in a figure that maps the book; a chapter that does not exist is not linked."""


class Drawn(SphinxDirective):
    """Draws one of the redrawn figures in both designs; the style shows the one that fits."""

    required_arguments = 1
    option_spec: ClassVar = {"repeated": directives.flag}
    """`repeated`: the figure has its place on another page, so that this one is no target."""

    def run(self) -> list[nodes.Node]:
        """A target, and the figure as HTML."""
        name = self.arguments[0]
        if name not in figures.NAMES:
            return [self.state.document.reporter.warning(f"there is no figure {name!r}", line=self.lineno)]
        language = "zh" if str(self.config.language).startswith("zh") else "en"
        html, anchor = figure_html(name, language, self.links()), f"figure-{name.replace('_', '-')}"
        if "repeated" in self.options:
            return [nodes.raw(text=html, format="html")]
        drawn = nodes.raw(text=f'<span id="{anchor}"></span>{html}', format="html")
        target = nodes.target("", "", ids=[anchor], names=[anchor])
        self.state.document.note_explicit_target(target)
        return [target, drawn]

    def links(self) -> dict[str, str]:
        """The chapters of this book, as seen from this page."""
        here = self.env.docname
        pages = {key: f"book/{slug}" for key, slug in CHAPTERS.items()}
        builder = self.env.app.builder
        return {
            key: builder.get_relative_uri(here, page)
            for key, page in pages.items()
            if page in self.env.found_docs and page != here
        }


def figure_html(name: str, language: str, links: dict[str, str] | None = None) -> str:
    """A figure with its title above and its source below; what it compares in words follows as a table.

    Args:
        name: One of `figures.NAMES`.
        language: `"en"` or `"zh"`.
        links: What can be clicked: the key of a mark to its address.
    """
    title, about = (escape(say(f"figures.{name}.{part}", language)) for part in ("title", "desc"))
    drawings = "".join(
        f'<div class="cvc-{design.name}">{figures.draw(name, language, design, links)}</div>' for design in DESIGNS
    )
    role = "group" if re.search("<a ", drawings) else "img"
    table = figures.table(name, language)
    return (
        f'<figure class="cvc-figure cvc-drawn" lang="{language}"><figcaption class="cvc-title"><strong>{title}</strong>'
        f'</figcaption><div role="{role}" aria-label="{about}">{drawings}</div>'
        f'<p class="cvc-source">{escape(figures.source(name, language))}</p></figure>'
        + (render.table_html(table, language) if table else "")
    )


def setup(app: object) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("drawn", Drawn)  # type: ignore[attr-defined]  # Sphinx is loaded by the build alone
    return {"parallel_read_safe": True, "parallel_write_safe": True}
