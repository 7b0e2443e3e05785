"""Workbooks (`.xlsx`): checked as a zip before they are opened, then read row by row as text."""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import error as zlib_error

import openpyxl

from cvc_helpers.errors import CvcError

MOST_BYTES, MOST_RATIO, MOST_MEMBERS = 4 << 30, 200, 2_000
EXACT_DIGITS = 15
"""A workbook keeps 15 digits of a number; longer identifiers stored as numbers are lost for good."""
_FORMULA_ALONE = re.compile(rb"</f>\s*(?:<v\s*/>|<v></v>)?\s*</c>|<f[^>]*/>\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_HIDDEN_ROW = re.compile(rb'<row [^>]*hidden="(?:1|true)"')
DAMAGED = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    zlib_error,
)


def sheets(path: Path) -> tuple[list[str], bool, tuple[str, ...]]:
    """Names of the sheets that hold cells, whether dates count from 1904, and notes (W109 hidden rows).

    Raises:
        CvcError: E105 a zip that is no workbook, E106 too large or unsafe, E107 damaged, E111 formulas without values.
    """
    try:
        hidden = _check_zip(path)
        book = _load(path)
        names = [sheet.title for sheet in book.worksheets]
        mac_epoch = book.epoch.year == 1904
        book.close()
    except CvcError:
        raise
    except DAMAGED as problem:
        raise CvcError("E107", file=path.name, reason=type(problem).__name__) from None
    except Exception as problem:  # the XML parser has its own errors; none may reach the user as a traceback
        raise CvcError("E107", file=path.name, reason=type(problem).__name__) from None
    return names, mac_epoch, ("W109",) if hidden else ()


def _load(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)


def _check_zip(path: Path) -> int:
    """Refuses bombs, traversal, entity tricks and formulas without values; returns the count of hidden rows."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise CvcError("E105", file=path.name, seen="zip")
        total = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members)
        unsafe = any(".." in member.filename or member.filename.startswith("/") for member in members)
        bomb = total > 10 << 20 and total > MOST_RATIO * max(packed, 1)
        if unsafe or bomb or total > MOST_BYTES or len(members) > MOST_MEMBERS:
            raise CvcError("E106", file=path.name, size=total >> 20)
        return sum(_check_member(path, archive, name) for name in archive.namelist() if name.endswith(".xml"))


def _check_member(path: Path, archive: zipfile.ZipFile, name: str) -> int:
    hidden, tail = 0, b""
    with archive.open(name) as member:
        while block := member.read(1 << 20):
            window = tail + block
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise CvcError("E106", file=path.name, size=0)
            if name.startswith("xl/worksheets/"):
                if _FORMULA_ALONE.search(window):
                    raise CvcError("E111", file=path.name)
                hidden += len(_HIDDEN_ROW.findall(block))
            tail = block[-200:]
    return hidden


def rows(path: Path, sheet: str) -> Iterator[tuple[list[str], frozenset[int]]]:
    """The rows of one sheet as text, each with the positions of numeric cells of more than 15 digits.

    Row numbers are the sheet's own: rows that the file leaves out come as empty lists.
    """
    try:
        book = _load(path)
        if sheet not in book.sheetnames:
            raise CvcError("E109", file=path.name, sheet=sheet, known=len(book.sheetnames))
        page = book[sheet]
        page.reset_dimensions()
        for row in page.iter_rows(values_only=True):
            cells = [_text(value) for value in row]
            long = (at for at, value in enumerate(row) if isinstance(value, (int, float)) and _is_long(value))
            yield cells, frozenset(long)
        book.close()
    except CvcError:
        raise
    except DAMAGED as problem:
        raise CvcError("E107", file=path.name, reason=type(problem).__name__) from None
    except SyntaxError as problem:  # xml.etree.ElementTree.ParseError
        raise CvcError("E107", file=path.name, reason=type(problem).__name__) from None


def _is_long(value: float) -> bool:
    return not isinstance(value, bool) and abs(value) >= 10**EXACT_DIGITS


def _text(value: object) -> str:
    """A cell as the text that stands for it: dates in ISO form, numbers with 15 digits as Excel shows them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else format(value, ".15g")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ") if value.time() != datetime.time() else value.date().isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)
