"""The data-contract page, generated from the declarations in `cvc_helpers.contract`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from cvc_helpers import contract, ladder, queries
from cvc_helpers.book.nodes import Cell, code, paragraph, section, table

HEADINGS = ("Column", "Meaning", "Type and unit", "Allowed values", "Clients also call it", "Needed by")


class DataContract(SphinxDirective):
    """`{cvc-data-contract}`: one section a canonical table, one row a column."""

    def run(self) -> list[nodes.Node]:
        """The sections, in alphabetical order of the tables."""
        _note_dependencies(self.env)
        needed = needed_by()
        return [table_section(found, needed) for found in contract.tables().values()]


class DataLadders(SphinxDirective):
    """`{cvc-data-ladders}`: what each case needs on each rung, and what the rung buys."""

    def run(self) -> list[nodes.Node]:
        """One section a case that has declared its needs."""
        _note_dependencies(self.env)
        return [ladder_section(slug, rungs) for slug, rungs in ladder.needs().items()]


def needed_by() -> dict[str, list[str]]:
    """`table.column` to the cases that ask for it, each with its rung: `"big policy backtracking (good)"`."""
    found: dict[str, list[str]] = {}
    for slug, rungs in ladder.needs().items():
        for rung in rungs:
            for asked, wished in ((rung.tables, ""), (rung.optional, ", can do without")):
                said = f"{slug.replace('_', ' ')} ({rung.name}{wished})"
                for name in _full_names(asked):
                    found.setdefault(name, []).append(said)
    return found


def _full_names(asked: dict[str, tuple[str, ...]]) -> list[str]:
    return [f"{table}.{column}" for table, columns in asked.items() for column in columns]


def table_section(declared: contract.Table, needed: dict[str, list[str]]) -> nodes.section:
    """One canonical table: what a row is, its key, its columns."""
    about = paragraph(f"One row is {declared.row_en} ({declared.row_zh}). Key: ", *_listed(declared.key), ".")
    rows = [_column_row(declared, column, needed) for column in declared.columns]
    title = f"{declared.name}: {declared.en} ({declared.zh})"
    return section(title, f"table-{declared.name}", about, table(HEADINGS, rows, classes=["cvc-contract"]))


def ladder_section(slug: str, rungs: tuple[ladder.Rung, ...]) -> nodes.section:
    """One case: its rungs as rows."""
    rows: list[list[Cell]] = []
    for rung in rungs:
        buys: list[nodes.Node] = [paragraph(rung.buys["en"]), paragraph(rung.buys["zh"])]
        rows.append([rung.name, buys, _tables(rung.tables), _tables(rung.optional)])
    headings = ("Rung", "What it buys", "What it adds", "What it asks for, and can do without")
    body = table(headings, rows, classes=["cvc-contract"])
    return section(slug.replace("_", " ").capitalize(), f"ladder-{slug}", body)


def _tables(asked: dict[str, tuple[str, ...]]) -> list[nodes.Node]:
    return [paragraph(code(name), ": ", ", ".join(columns)) for name, columns in asked.items()]


def _column_row(declared: contract.Table, column: contract.Column, needed: dict[str, list[str]]) -> list[Cell]:
    optional = " · may be empty" if column.nullable else ""
    sensitive = " · sensitive" if column.sensitive else ""
    unit = f", {column.unit}" if column.unit else ""
    reference = f" · points to {column.refers_to}" if column.refers_to else ""
    return [
        [paragraph(code(column.name))],
        [paragraph(column.en), paragraph(column.zh)],
        f"{contract.SQL_TYPE[column.kind]}{unit}{optional}{sensitive}{reference}",
        [paragraph(code(value.code), f" {value.en} {value.zh}") for value in column.values],
        "、".join(column.synonyms),
        [paragraph(name) for name in needed.get(f"{declared.name}.{column.name}", [])],
    ]


def _listed(names: tuple[str, ...]) -> list[str | nodes.Node]:
    parts: list[str | nodes.Node] = []
    for name in names:
        parts += [", ", code(name)] if parts else [code(name)]
    return parts


def _note_dependencies(environment: Any) -> None:
    """A changed declaration makes Sphinx read the page again."""
    folder = Path(contract.__file__).parent
    for path in [*folder.glob("*.py"), *folder.glob("needs/*.yml"), *queries.FOLDER.glob("*.sql")]:
        environment.note_dependency(str(path))
