"""`tables.xlsx`: the result, findings, data quality, numbers of charts, released tables, definitions. No formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from cvc_helpers.runs.facts import Facts
from cvc_helpers.runs.first_sheet import Cell, first_sheet, in_unit
from cvc_helpers.runs.gate import Released, chart_rows
from cvc_helpers.runs.pictures import worded
from cvc_helpers.wording import say

OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
IN_UNIT = ("on_the_slide", "like_with_like", "low", "high", "planted", "worth")
COUNTED = ("n", "n_clusters")
WORDS = ("kind", "reading", "reason", "comparison")
DEFINED = ("title", "unit", "sentence", "method", "limit")
WIDEST = 60


class Workbook:
    """A workbook under construction; one sheet a call."""

    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(str(path), OPTIONS)
        self._book.set_properties({"author": "", "company": "", "comments": ""})
        self._names: set[str] = set()
        self._formats: dict[str, Any] = {}

    def sheet(
        self, name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], formats: Sequence[Sequence[str]] = ()
    ) -> None:
        """One sheet with a frozen heading; numbers stay numbers, text stays text whatever it begins with."""
        sheet = self._book.add_worksheet(self._free(name))
        body = [list(row) for row in rows]
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, self._format("", heading=True))
            longest = max([len(heading), *(_length(row[column]) for row in body if column < len(row))])
            sheet.set_column(column, column, min(max(longest + 2, 10), WIDEST))
        for number, row in enumerate(body):
            for column, cell in enumerate(row):
                own = formats[number][column] if number < len(formats) and column < len(formats[number]) else ""
                self._write(sheet, number + 1, column, cell, own)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def close(self) -> None:
        """Write the file."""
        self._book.close()

    def _write(self, sheet: Any, row: int, column: int, cell: Cell, number_format: str) -> None:
        if cell is None:
            return
        if isinstance(cell, bool):
            sheet.write_boolean(row, column, cell)
        elif isinstance(cell, (int, float)):
            default = "#,##0" if float(cell).is_integer() else "#,##0.00####"
            sheet.write_number(row, column, cell, self._format(number_format or default))
        else:
            sheet.write_string(row, column, cell, self._format("@"))

    def _format(self, number_format: str, *, heading: bool = False) -> Any:
        key = number_format + str(heading)
        if key not in self._formats:
            look: dict[str, Any] = {"num_format": number_format or "General", "valign": "top", "text_wrap": True}
            look |= {"bold": True, "bg_color": "#F1F6F8", "bottom": 1} if heading else {}
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]

    def _free(self, name: str) -> str:
        """A sheet name that Excel accepts and that is not taken."""
        cut = re.sub(r"[\[\]:*?/\\']", " ", name)[:28].strip() or "sheet"
        free, number = cut, 2
        while free.lower() in self._names:
            free, number = f"{cut[:25]} {number}", number + 1
        self._names.add(free.lower())
        return free


def write_workbook(path: Path, facts: Facts, found: Released) -> None:
    """Write the workbook of one run.

    Args:
        path: Where to.
        facts: What is known of the run.
        found: What the case may show.
    """
    book, language = Workbook(path), facts.language
    headings, first, looks = first_sheet(facts, found)
    book.sheet(_label("result", language), headings, first, looks)
    _findings(book, found, language)
    _quality(book, facts)
    for number, chart in enumerate(found.of("chart"), start=1):
        book.sheet(_chart_name(chart, number, language), *worded(chart_rows(chart["spec"]), language))
    for number, table in enumerate(found.of("table"), start=1):
        name = f"{say('runs.table_sheet', language, number=number)} {table['caption']}"
        parts = [[as_number(cell) for cell in row] for row in table["rows"]]
        values, formats = ([[part[which] for part in row] for row in parts] for which in (0, 1))
        headings = [heading or " " for heading in table["columns"]]
        book.sheet(name, headings, values, formats)  # type: ignore[arg-type]  # pairs taken apart by position
    headings = [_label(name, language) for name in ("key", *DEFINED)]
    defined = (_definition(result, language) for result in found.of("finding"))
    book.sheet(_label("definitions", language), headings, defined)
    book.close()


def as_number(text: str) -> tuple[Cell, str]:
    """A cell of a released table as a number with its format, or as the text that it is."""
    plain = text.replace(",", "").replace("−", "-").replace(" ", "")
    if hit := re.fullmatch(r"[+-]?\d+(?:\.(\d+))?(%?)", plain):
        places = "." + "0" * len(hit.group(1)) if hit.group(1) else ""
        if hit.group(2):
            return float(plain[:-1]) / 100, f"0{places}%"
        is_code = re.fullmatch(r"0\d+", plain) or (len(plain) > 15)
        return (text, "") if is_code else (float(plain), f"#,##0{places}" if "," in text else f"0{places}")
    return text, ""


def _label(name: str, language: str) -> str:
    return say(f"runs.{name}", language)


def _chart_name(chart: dict[str, Any], number: int, language: str) -> str:
    """The name of a chart's sheet: what the case calls it; in Chinese the first words of its title."""
    numbered = say("runs.chart_sheet", language, number=number)
    if language == "en":
        return f"{numbered} {chart['name'].replace('_', ' ')}"
    words = "".join((chart["spec"].get("title") or {}).get("text", ()))
    return f"{numbered} {re.split('[：，；]', words)[0]}"


def _definition(result: dict[str, Any], language: str) -> list[Cell]:
    return [result["finding"]["key"], *(result["texts"][language][name] for name in DEFINED)]


def _quality(book: Workbook, facts: Facts) -> None:
    rows: list[list[Cell]] = [[line] for line in facts.data_lines]
    headings = [_label("data_quality", facts.language)]
    if table := facts.conservation():
        headings, *body = table
        rows = [[as_number(cell)[0] for cell in row] for row in body] + [[], *rows]
    rows.append([])
    rows.append([_label(name, facts.language) for name in ("parameter", "value", "default")])
    rows += [[name, value, default, facts.label(name)] for name, (value, default) in facts.parameters.items()]
    rows.append([])
    rows += [[code, means] for code, means in facts.codes()]
    book.sheet(_label("data_quality", facts.language), headings, rows)


def _findings(book: Workbook, found: Released, language: str) -> None:
    """One row a finding, each number in the format of its unit; the planted truth only where one is known."""
    results = found.of("finding")
    is_planted = any(result["finding"]["planted"] is not None for result in results)
    in_units = [name for name in IN_UNIT if is_planted or name != "planted"]
    names = ("title", "unit", *in_units, *COUNTED, *WORDS, "key")
    rows = [_finding_row(result, (*in_units, *COUNTED), language) for result in results]
    formats = [["", "", *[in_unit(None, result["finding"]["unit"], language)[1]] * len(in_units)] for result in results]
    book.sheet(_label("findings", language), [_label(name, language) for name in names], rows, formats)


def _finding_row(result: dict[str, Any], numbers: Sequence[str], language: str) -> list[Cell]:
    """One finding as a row of the sheet."""
    record, texts = result["finding"], result["texts"][language]
    units = {name: "" if name in COUNTED else record["unit"] for name in numbers}
    values = [in_unit(record[name], unit, language)[0] for name, unit in units.items()]
    return [texts["title"], texts["unit"], *values, *(texts[name] for name in WORDS), record["key"]]


def _length(cell: Cell) -> int:
    """Width of a cell in characters; Chinese ones count twice."""
    text = f"{cell:,.2f}" if isinstance(cell, float) else str(cell or "")
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
