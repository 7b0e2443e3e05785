"""Tables that fit their page: up to four columns wrap; wider ones scroll in a box that says so.

The first column of a box stays where it is. A table of more than eight columns is refused: split it, or fold it.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from sphinx.util import logging

from cvc_helpers.book.edition import edition
from cvc_helpers.wording import say

LOG = logging.getLogger(__name__)
WRAPS_UP_TO, WIDEST = 4, 8
CODE = re.compile(r'(<span class="pre">)([\w.]+)(?=</span>)')


def fit_tables(app: Any, doctree: nodes.document, docname: str) -> None:
    """Mark each table of a page as one that wraps, or put it into a box that scrolls.

    More than eight columns are a warning, which the build refuses.
    """
    for table in list(doctree.findall(nodes.table)):
        columns = int(next(iter(table.findall(nodes.tgroup)))["cols"])
        if columns > WIDEST:
            LOG.warning("%s has a table of %s columns: at most %s, split or fold it", docname, columns, WIDEST)
        if columns <= WRAPS_UP_TO:
            table["classes"].append("cvc-wraps")
        else:
            _put_into_a_box(table, edition(app.config))


def break_names(html: str) -> str:
    """HTML in which a name in code may break after an underscore or a dot; its text stays what it was."""
    return CODE.sub(lambda hit: hit[1] + re.sub(r"([_.])(?=\w)", r"\1<wbr>", hit[2]), html)


def _put_into_a_box(table: nodes.table, language: str) -> None:
    """The markup of `render.table_html`, around a table of the page."""
    hint = escape(say("pages.scroll_hint", language))
    name = escape(_heading_above(table) or say("pages.table", language))
    opening = f'<div class="cvc-table"><div class="cvc-scroll" role="region" tabindex="0" aria-label="{name}">'
    before = nodes.raw("", opening, format="html")
    after = nodes.raw("", f'</div><p class="cvc-hint" aria-hidden="true">{hint}</p></div>', format="html")
    place = table.parent.index(table)
    table.parent[place : place + 1] = [before, table, after]


def _heading_above(node: nodes.Node) -> str:
    """Title of the section that holds a node; empty outside of sections."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.section):
            return str(node[0].astext())
    return ""
