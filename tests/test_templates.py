"""The fill-in sheets: as committed, the same bytes each time, in both languages, and nothing in them computes."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from cvc_helpers.book import templates
from tests.conftest import ROOT

FOLDER = ROOT / "book" / "templates"
FILES = templates.files()
each_file = pytest.mark.parametrize("name", sorted(FILES))


def members(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook, unpacked: another zlib may pack the same parts into other bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_writing_twice_gives_the_same_bytes() -> None:
    assert templates.files() == FILES


@each_file
def test_the_committed_sheet_is_what_the_code_writes(name: str) -> None:
    found = members((FOLDER / name).read_bytes())
    assert found == members(FILES[name]), "run python -m cvc_helpers.book.templates"


def test_no_sheet_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.xlsx")} == set(FILES)


@each_file
def test_no_cell_is_a_formula_and_the_sheet_is_small(name: str) -> None:
    assert len(FILES[name]) < 20_000
    [sheet] = openpyxl.load_workbook(io.BytesIO(FILES[name])).worksheets
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell.value for cell in cells if str(cell.value)[0] in "=+-@"]


@pytest.mark.parametrize("name", sorted(templates.TEMPLATES))
def test_both_languages_print_the_same_cells(name: str) -> None:
    filled = []
    for suffix in templates.SUFFIX.values():
        [sheet] = openpyxl.load_workbook(io.BytesIO(FILES[f"{name}{suffix}.xlsx"])).worksheets
        filled.append({cell.coordinate for row in sheet.iter_rows() for cell in row if cell.value is not None})
    assert filled[0] == filled[1]
