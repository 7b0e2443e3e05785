"""The data-contract page, generated from the declarations in `cvc_helpers.contract`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from cvc_helpers import contract, ladder, queries
from cvc_helpers.book import table_map
from cvc_helpers.book.edition import edition
from cvc_helpers.book.nodes import Cell, code, paragraph, section, table
from cvc_helpers.wording import say, wordings


class DataContract(SphinxDirective):
    """`{cvc-data-contract}`: one section a canonical table, one row a column."""

    def run(self) -> list[nodes.Node]:
        """The sections, in alphabetical order of the tables."""
        _note_dependencies(self.env)
        needed, language = needed_by(), edition(self.config)
        return [table_section(found, needed, language) for found in contract.tables().values()]


class DataLadders(SphinxDirective):
    """`{cvc-data-ladders}`: what each case needs on each rung, and what the rung buys."""

    def run(self) -> list[nodes.Node]:
        """One section a case that has declared its needs."""
        _note_dependencies(self.env)
        return [ladder_section(slug, rungs, edition(self.config)) for slug, rungs in ladder.needs().items()]


class TableMap(SphinxDirective):
    """`{cvc-table-map}`: the tables as a drawing, each a link to its section."""

    def run(self) -> list[nodes.Node]:
        """The drawing."""
        _note_dependencies(self.env)
        return [nodes.raw("", table_map.html(edition(self.config)), format="html")]


def needed_by() -> dict[str, list[tuple[str, str, bool]]]:
    """`table.column` to the cases that ask for it: slug, rung, and whether the rung can do without."""
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for slug, rungs in ladder.needs().items():
        for rung in rungs:
            for asked, is_optional in ((rung.tables, False), (rung.optional, True)):
                for name in _full_names(asked):
                    found.setdefault(name, []).append((slug, rung.name, is_optional))
    return found


def _full_names(asked: dict[str, tuple[str, ...]]) -> list[str]:
    return [f"{table}.{column}" for table, columns in asked.items() for column in columns]


def table_section(
    declared: contract.Table, needed: dict[str, list[tuple[str, str, bool]]], language: str
) -> nodes.section:
    """One canonical table: what a row is, its key, its columns."""
    row = _called(declared.row_en, declared.row_zh, language)
    about = paragraph(say("pages.contract_row", language, row=row), *_listed(declared.key), say("pages.stop", language))
    rows = [_column_row(declared, column, needed, language) for column in declared.columns]
    headings = [say(f"pages.contract_{name}", language) for name in ("column", "meaning", "needed")]
    title = f"{declared.name}{say('pages.colon', language)}{_called(declared.en, declared.zh, language)}"
    return section(title, f"table-{declared.name}", about, table(headings, rows, classes=["cvc-contract"]))


def ladder_section(slug: str, rungs: tuple[ladder.Rung, ...], language: str) -> nodes.section:
    """One case: its rungs as rows."""
    rows: list[list[Cell]] = [
        [
            say(f"runs.rung_{rung.name}", language),
            rung.buys[language],
            _tables(rung.tables, language),
            _tables(rung.optional, language),
        ]
        for rung in rungs
    ]
    headings = [say(f"pages.ladder_{name}", language) for name in ("rung", "buys", "adds", "optional")]
    body = table(headings, rows, classes=["cvc-contract"])
    return section(say(f"{slug}.name", language), f"ladder-{slug}", body)


def _tables(asked: dict[str, tuple[str, ...]], language: str) -> list[nodes.Node]:
    colon = say("pages.colon", language)
    return [paragraph(_jump(f"table-{name}", code(name)), colon, *_listed(columns)) for name, columns in asked.items()]


def _column_row(
    declared: contract.Table, column: contract.Column, needed: dict[str, list[tuple[str, str, bool]]], language: str
) -> list[Cell]:
    cases = [_case(*asked, language) for asked in needed.get(f"{declared.name}.{column.name}", [])]
    return [[paragraph(code(column.name)), _facts(column, language)], _meaning(column, language), cases]


def _facts(column: contract.Column, language: str) -> nodes.paragraph:
    """Type, unit, whether it may be empty or is sensitive, and the table that it points to."""
    key = f"pages.unit_{column.unit.split(' (')[0].replace(' ', '_')}"
    unit = say(key, language) if key in wordings() else column.unit
    said: list[str | nodes.Node] = [contract.SQL_TYPE[column.kind] + (f" ({unit})" if unit else "")]
    for name in ("nullable", "sensitive"):
        if getattr(column, name):
            said.append(f" · {say(f'pages.contract_{name}', language)}")
    if column.refers_to:
        target = column.refers_to.split(".")[0]
        said += [" → ", _jump(f"table-{target}", code(target))]
    found = paragraph(*said)
    found["classes"].append("cvc-small")
    return found


def _meaning(column: contract.Column, language: str) -> list[nodes.Node]:
    """The column's name, what clients call it, and its allowed values."""
    found: list[nodes.Node] = [paragraph(_called(column.en, column.zh, language))]
    if column.synonyms:
        found.append(paragraph(say("pages.contract_also", language, names="、".join(column.synonyms))))
    if column.values:
        values: list[str | nodes.Node] = []
        for value in column.values:
            names = value.zh if language == "zh" else f"{value.en} {value.zh}"
            values += [", " if values and language == "en" else "，" if values else "", code(value.code), f" {names}"]
        found.append(paragraph(*values))
    for node in found[1:]:
        node["classes"].append("cvc-small")
    return found


def _case(slug: str, rung: str, is_optional: bool, language: str) -> nodes.paragraph:
    """One case that asks for a column, as a link to its ladder."""
    name, step = say(f"{slug}.name", language), say(f"runs.rung_{rung}", language)
    asks = say("pages.contract_without" if is_optional else "pages.contract_with", language, rung=step)
    return paragraph(_jump(f"ladder-{slug}", nodes.Text(name)), asks)


def _jump(target: str, words: nodes.Node) -> nodes.reference:
    """A link within the page."""
    return nodes.reference("", "", words, refid=target, internal=True)


def _listed(names: tuple[str, ...]) -> list[str | nodes.Node]:
    parts: list[str | nodes.Node] = []
    for name in names:
        parts += [", ", code(name)] if parts else [code(name)]
    return parts


def _called(english: str, chinese: str, language: str) -> str:
    """A name in both languages for English readers, who meet the Chinese one in the client's files."""
    return chinese if language == "zh" else f"{english} ({chinese})"


def _note_dependencies(environment: Any) -> None:
    """A changed declaration makes Sphinx read the page again."""
    folder = Path(contract.__file__).parent
    sources = [Path(__file__), *folder.glob("*.py"), *folder.glob("needs/*.yml"), *queries.FOLDER.glob("*.sql")]
    for path in sources:
        environment.note_dependency(str(path))
