"""The fill-in sheets: `python -m cvc_helpers.book.templates` writes them to `book/templates`, in both languages."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from cvc_helpers.vocabulary import CRITERIA, TRUST, Term
from cvc_helpers.wording import LANGUAGES, say

SUFFIX = {"en": "", "zh": ".zh_CN"}
INK, QUIET, LINE, TINT, ACCENT = "#1f2933", "#5b6770", "#c9d3da", "#f1f6f8", "#0b6e99"
FACE = {"en": "Calibri", "zh": "Microsoft YaHei"}
BORN = datetime(2024, 1, 1, tzinfo=UTC)
"""A fixed date of creation, so that the bytes repeat."""
FIGURE_4 = ("positioning", "action", "requirements", "cost", "effect")
BLANK_LINES = 8


class Grid(NamedTuple):
    """A table to fill in.

    Attributes:
        headings: Its columns.
        rows: What is printed already, each row from the left; the rest of a row stays empty.
        widths: Width of each column, in characters.
        choices: Allowed answers of one column, by its number.
    """

    headings: list[str]
    rows: list[list[str]]
    widths: tuple[int, ...]
    choices: dict[int, list[str]]


def offer_check(language: str) -> list[Grid]:
    """Useful, worthwhile, suitable (S-031): three questions a criterion."""
    rows = _questions("offer_check", CRITERIA, language)
    answers = [say(f"templates.answer_{name}", language) for name in ("yes", "no", "unknown")]
    return [Grid(_list("offer_check.columns", language), rows, (14, 46, 18, 52), {2: answers})]


def trust_survey(language: str) -> list[Grid]:
    """The four objects of trust (S-101): three statements an object, five points each."""
    rows = [
        [name, f"T{number}", words]
        for number, (name, words) in enumerate(_questions("trust_survey", TRUST, language), start=1)
    ]
    return [Grid(_list("trust_survey.columns", language), rows, (30, 6, 62, 10), {3: [*"12345"]})]


def service_view(language: str) -> list[Grid]:
    """Multiply or add (figure 4): the report's five rows beside the facts of one service."""
    rows = [
        [say(f"figures.two_cases.{name}", language)]
        + [say(f"figures.two_cases.{name}_{case}", language) for case in (1, 2)]
        for name in FIGURE_4
    ]
    answers = ["1", "2", say("templates.answer_unknown", language)]
    return [Grid(_list("service_view.columns", language), rows, (24, 34, 34, 46, 14), {4: answers})]


def model_case(language: str) -> list[Grid]:
    """The model case (S-089): one sheet of lines, and a log of what was changed on the way."""
    lines = [[words] for words in _list("model_case.rows", language)]
    log: list[list[str]] = [[""] for _ in range(BLANK_LINES)]
    return [
        Grid(_list("model_case.columns", language), lines, (52, 60, 30, 40), {}),
        Grid(_list("model_case.log", language), log, (52, 60, 30, 40), {}),
    ]


TEMPLATES: dict[str, Callable[[str], list[Grid]]] = {
    "offer_check": offer_check,
    "trust_survey": trust_survey,
    "service_view": service_view,
    "model_case": model_case,
}


def files() -> dict[str, bytes]:
    """All sheets: file name to content."""
    return {f"{name}{SUFFIX[language]}.xlsx": workbook(name, language) for name in TEMPLATES for language in LANGUAGES}


def workbook(name: str, language: str) -> bytes:
    """One sheet to fill in, as an Excel file of always the same bytes.

    Args:
        name: One of `TEMPLATES`.
        language: `"en"` or `"zh"`.
    """
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    title = say(f"templates.{name}.title", language)
    book.set_properties({"title": title, "created": BORN.replace(tzinfo=None)})
    grids = TEMPLATES[name](language)
    page = _Page(book, language, len(grids[0].widths))
    page.head(title, say(f"templates.{name}.about", language), _list(f"{name}.fields", language), grids[0].widths)
    for grid in grids:
        page.grid(grid)
    page.close([] if name == "model_case" else _list(f"{name}.closing", language))
    book.close()
    return target.getvalue()


class _Page:
    """The one worksheet of a template, filled from the top down."""

    def __init__(self, book: Any, language: str, width: int) -> None:
        self.language, self.last, self.row = language, width - 1, 0
        base = {"font_name": FACE[language], "font_size": 11, "font_color": INK, "text_wrap": True, "valign": "top"}
        self.plain = book.add_format(base)
        self.quiet = book.add_format(base | {"font_color": QUIET})
        self.title = book.add_format(base | {"font_size": 16, "font_color": ACCENT})
        self.heading = book.add_format(base | {"bg_color": TINT, "border": 1, "border_color": LINE})
        self.cell = book.add_format(base | {"border": 1, "border_color": LINE})
        self.sheet = book.add_worksheet("Sheet" if language == "en" else "填写")
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 1)

    def head(self, title: str, about: str, fields: Sequence[str], widths: Sequence[int]) -> None:
        """Title, how to use the sheet, and who fills it in."""
        for number, width in enumerate(widths):
            self.sheet.set_column(number, number, width)
        self._across(title, self.title, 28)
        self._across(about, self.plain, 64)
        self.row += 1
        for field in fields:
            self._line(field)
        self.row += 1

    def grid(self, grid: Grid) -> None:
        """One table: headings, what is printed, and empty cells."""
        for number, words in enumerate(grid.headings):
            self.sheet.write_string(self.row, number, words, self.heading)
        first = self.row + 1
        for self.row, printed in enumerate(grid.rows, start=first):
            self.sheet.set_row(self.row, 36)
            for number in range(len(grid.headings)):
                self._write(self.row, number, printed[number] if number < len(printed) else "")
        for number, answers in grid.choices.items():
            rule = {"validate": "list", "source": answers, "error_message": say("templates.choose", self.language)}
            self.sheet.data_validation(first, number, self.row, number, rule)
        self.row += 2

    def close(self, lines: Sequence[str]) -> None:
        """What is decided, and the line that all sheets carry."""
        for words in lines:
            self._line(words, 40)
        self.row += 1
        self._across(say("templates.foot", self.language), self.quiet, 32)

    def _line(self, words: str, height: int = 20) -> None:
        self.sheet.set_row(self.row, height)
        self.sheet.merge_range(self.row, 0, self.row, 1, "", self.heading)
        self._write(self.row, 0, words, self.heading)
        if self.last > 2:
            self.sheet.merge_range(self.row, 2, self.row, self.last, "", self.cell)
        self.row += 1

    def _across(self, words: str, form: Any, height: int) -> None:
        self.sheet.set_row(self.row, height)
        self.sheet.merge_range(self.row, 0, self.row, self.last, "", form)
        self._write(self.row, 0, words, form)
        self.row += 1

    def _write(self, row: int, column: int, words: str, form: Any = None) -> None:
        if words:
            self.sheet.write_string(row, column, words, form or self.cell)
        else:
            self.sheet.write_blank(row, column, None, form or self.cell)


def _questions(name: str, terms: Sequence[Term], language: str) -> list[list[str]]:
    return [
        [term.name(language), say(f"templates.{name}.{term.key}_{number}", language)]
        for term in terms
        for number in (1, 2, 3)
    ]


def _list(key: str, language: str) -> list[str]:
    return say(f"templates.{key}", language).split("|")


def main() -> None:
    """Write the sheets below the working directory."""
    folder = Path("book") / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (folder / name).write_bytes(content)
        print(folder / name)


if __name__ == "__main__":
    main()
