"""Small builders of document nodes for the generated pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes

Cell = str | Sequence[nodes.Node]


def section(title: str, name: str, *children: nodes.Node) -> nodes.section:
    """A section with a heading; `name` becomes its anchor."""
    heading = nodes.title(title, title, translatable=False)  # whoever builds it has its words in both languages
    return nodes.section("", heading, *children, ids=[name], names=[name])


def paragraph(*parts: str | nodes.Node) -> nodes.paragraph:
    """A paragraph of plain text and inline nodes."""
    inline = (nodes.Text(part) if isinstance(part, str) else part for part in parts)
    return nodes.paragraph("", "", *inline, translatable=False)  # whoever builds it has its words in both languages


def code(text: str) -> nodes.literal:
    """A name as it stands in code."""
    return nodes.literal(text, text)


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, classes: Sequence[str] = ()) -> nodes.table:
    """A table; a cell is text or a list of nodes."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in headings), cols=len(headings))
    group += nodes.thead("", _row(headings))
    group += nodes.tbody("", *(_row(row) for row in rows))
    return nodes.table("", group, classes=list(classes))


def _row(cells: Sequence[Cell]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", *([paragraph(cell)] if isinstance(cell, str) else cell)) for cell in cells))
