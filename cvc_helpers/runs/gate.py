"""The release gate: what may leave a case, and the scan of everything before a run folder appears."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pyarrow as pa

from cvc_helpers import charts, contract, findings, release, tables
from cvc_helpers.errors import CvcError
from cvc_helpers.intake.privacy import personal_spans
from cvc_helpers.intake.pseudonyms import is_open
from cvc_helpers.parts.found import Found

OURS = (findings.MIME, charts.MIME, release.MIME, release.WITHHELD)
GLUE = "application/papermill.record/"
MOST_ROWS = 1_000
SHORTEST_ID = 8
"""Shorter identifiers are not looked for: they would match years and counts."""


@dataclass
class Piece:
    """One piece of a case, in the order of the page: prose, code, or a released output."""

    kind: str
    content: Any


@dataclass
class Released:
    """What a case may show.

    Attributes:
        pieces: Prose, code and outputs in their order.
        quotes: Glued texts by key.
        dropped: What was not let out, by kind.
    """

    pieces: list[Piece] = field(default_factory=list)
    quotes: dict[str, str] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)

    def of(self, kind: str) -> list[Any]:
        """All contents of one kind: `finding`, `chart` or `table`."""
        return [piece.content for piece in self.pieces if piece.kind == kind]

    def primary(self, language: str) -> Found | None:
        """The finding that a report begins with: the primary decision, else the first decision, else the first."""
        found = [Found(content, language) for content in self.of("finding")]
        return min(found, key=lambda one: (not one["is_primary"], one.kind != "decision"), default=None)


PARAMETERS = {"parameters", "injected-parameters"}
"""Tags of cells whose code is not shown: the report lists every parameter with its value and its default."""
KINDS = {findings.MIME: "finding", charts.MIME: "chart", release.MIME: "table",
         release.WITHHELD: "withheld"}  # fmt: skip


def released(notebook: nbformat.NotebookNode, open_to_all: Collection[str] = ()) -> Released:
    """Let findings, charts and released tables out of an executed notebook; drop and count everything else.

    Args:
        notebook: The executed case.
        open_to_all: Codes that a chart may show although they look like identifiers; see `open_codes`.

    Raises:
        CvcError: E406, a chart draws rows or identifiers.
    """
    found = Released()
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", ()))
        if cell.cell_type == "markdown":
            found.pieces.append(Piece("prose", cell.source))
        if cell.cell_type != "code" or tags & PARAMETERS:
            continue
        found.pieces.append(Piece("code", cell.source))
        for output in cell.outputs:
            _let_out(output, found, open_to_all)
    return found


def _let_out(output: nbformat.NotebookNode, found: Released, open_to_all: Collection[str]) -> None:
    data = output.get("data", {})
    if name := output.get("metadata", {}).get("scrapbook", {}).get("name", ""):
        text = data.get(GLUE + "text/plain", data.get("text/plain", ""))
        found.quotes[name] = str(text).strip("'\"")
    mime = next((mime for mime in OURS if mime in data), None)
    if mime is None:
        if not any(name.startswith(GLUE) for name in data):
            found.dropped[output.get("name", output.output_type)] += 1
        return
    content = json.loads(json.dumps(data[mime]))
    if mime == charts.MIME:
        refuse_row_level(content, open_to_all)
        content = {"spec": content, "name": _file_name(name)}
    if _is_empty(KINDS[mime], content):
        return
    found.pieces.append(Piece(KINDS[mime], content))


def _is_empty(kind: str, content: Mapping[str, Any]) -> bool:
    """Whether a table has no row, or a chart draws no number: the finding says why, and nothing is left to show."""
    if kind == "chart":
        return not any(_is_number(cell) for row in chart_rows(content["spec"]) for cell in row.values())
    return kind == "table" and not content["rows"]


def _is_number(cell: object) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _file_name(released_as: str) -> str:
    """The name of a chart's files: that under which the case released it, without the case's own; `chart` if none."""
    return re.sub(r"\W+", "-", released_as.partition(".")[2]).strip("-") or "chart"


def chart_rows(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The numbers of a chart: the largest of its tables."""
    sets = sorted(_datasets(spec), key=len, reverse=True)
    return sets[0] if sets else []


def _datasets(node: Any) -> list[list[dict[str, Any]]]:
    """All tables inside a specification, wherever they stand."""
    found: list[list[dict[str, Any]]] = []
    if isinstance(node, Mapping):
        found += [rows for rows in dict(node.get("datasets") or {}).values() if isinstance(rows, list)]
        values = node.get("data", {}).get("values") if isinstance(node.get("data"), Mapping) else None
        found += [values] if isinstance(values, list) else []
        for name, child in node.items():
            found += [] if name in ("datasets", "data") else _datasets(child)
    elif isinstance(node, list):
        for child in node:
            found += _datasets(child)
    return found


def personal_columns() -> frozenset[str]:
    """Names of columns that identify a person or a contract."""
    return frozenset(
        column.name
        for table in contract.tables().values()
        for column in table.columns
        if column.kind == "id" and not is_open(table.name, column)
    )


def open_codes(insurer: tables.Insurer) -> frozenset[str]:
    """Codes of units, products, services and groups that stand in the tables; none of them names a person."""
    declared = [table for table in contract.tables().values() if table.is_open]
    columns = [(table.name, column) for table in declared for column in table.columns if column.kind == "id"]
    asked = [f"select {column.name} from {table}" for table, column in columns]
    return frozenset(str(code) for [code] in insurer.connection.execute(" union ".join(asked)).fetchall())


def refuse_row_level(spec: Mapping[str, Any], open_to_all: Collection[str] = ()) -> None:
    """Refuse a chart that draws rows instead of aggregates (E406).

    Args:
        spec: The chart.
        open_to_all: Codes that look like identifiers and are none; see `open_codes`.
    """
    hidden = personal_columns()
    for rows in _datasets(spec):
        if len(rows) > MOST_ROWS:
            raise CvcError("E406", what="a chart", reason=f"{len(rows):,} rows, at most {MOST_ROWS:,}")
        names = {name for row in rows if isinstance(row, Mapping) for name in row}
        if odd := sorted(names & hidden) + sorted(_pseudonymous(rows, names - hidden, open_to_all)):
            raise CvcError("E406", what="a chart", reason=f"column(s) {odd} look like identifiers")


def _pseudonymous(rows: list[dict[str, Any]], names: Iterable[str], open_to_all: Collection[str]) -> list[str]:
    """Columns whose every text is a pseudonym or a long number; open codes do not count."""
    found = []
    for name in names:
        texts = {str(row[name]) for row in rows if row.get(name) is not None and not isinstance(row[name], float)}
        values = texts.difference(open_to_all)
        if values and all(re.fullmatch(r"[0-9a-f]{16}|\d{11,}|[A-Z]{1,3}\d{7,}", value) for value in values):
            found.append(name)
    return found


def scan(folder: Path, *, without: Iterable[str] = (), insurer: tables.Insurer | None = None) -> None:
    """Refuse a finished folder in which personal data stand (E407).

    Args:
        folder: What is about to be published.
        without: Texts that are ours and are not looked at (scripts and styles of the report).
        insurer: The tables whose identifiers must not occur; None where the data are ours.
    """
    hits: list[str] = []
    words: set[str] = set()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = _readable(path)
        for ours in without:
            text = text.replace(ours, "")
        plain = re.sub(r"(?<=\d)\.\d+", " ", text)
        if count := len(personal_spans(plain)):
            hits.append(f"{path.name} ({count})")
        words |= set(re.findall(r"[0-9A-Za-z]+", text)) if insurer else set()
    if insurer and (known := _identifiers(insurer, {word for word in words if len(word) >= SHORTEST_ID})):
        hits.append(f"identifiers of {', '.join(known)}")
    if hits:
        raise CvcError("E407", found="; ".join(hits))


def _readable(path: Path) -> str:
    """All words of a file that a run has written.

    Numbers of findings, manifest and workbook are computed sums, which may look like a phone: they are left out. The
    numbers of charts and the cells of released tables are read, in the report and the CSV files.
    """
    content = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            text = "\n".join(parts.read(name).decode("utf-8", "replace") for name in sorted(parts.namelist()))
        return re.sub(r"<v>[^<]*</v>", "", text)
    text = content.decode("utf-8", "replace")
    return "\n".join(_strings(json.loads(text))) if path.suffix == ".json" else text


def _strings(node: Any) -> list[str]:
    """All texts of a JSON record, names included."""
    if isinstance(node, dict):
        return [text for name, child in node.items() for text in (str(name), *_strings(child))]
    if isinstance(node, list):
        return [text for child in node for text in _strings(child)]
    return [node] if isinstance(node, str) else []


def _identifiers(insurer: tables.Insurer, words: set[str]) -> list[str]:
    """Columns of which an identifier occurs among the words."""
    insurer.connection.register("released_words", pa.table({"word": sorted(words)}))
    found = []
    for name, columns in insurer.columns.items():
        for column in contract.tables()[name].columns:
            if column.kind != "id" or column.name not in columns or is_open(name, column):
                continue
            sql = f"select count(*) from {name} where {column.name} in (select word from released_words)"
            [[count]] = insurer.connection.execute(sql).fetchall()
            found += [f"{name}.{column.name}"] if count else []
    insurer.connection.unregister("released_words")
    return found
