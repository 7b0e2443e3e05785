"""Opens a client's file by what it is, not by its name, and streams its cells as text.

A `Source` is one table-like thing: a delimited text, one sheet of a workbook, or the largest table of an HTML page.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from cvc_helpers.errors import CvcError
from cvc_helpers.intake import workbook

SEPARATORS = (",", "\t", ";", "|", "\x01")
MOJIBAKE = ("淇濆", "鎶曚", "锟斤拷", "鏈烘", "瀹㈡", "鍚嶇", "浠ｇ", "鏃ユ", "缂栧", "鍙风", "\ufffd")
"""What UTF-8 Chinese looks like when it was read as GBK."""
_UTF8_WORD = re.compile(rb"(?<![\x80-\xff])(?:[\xe3-\xe9][\x80-\xbf]{2}){2,}(?![\x80-\xff])")
"""Two or more Chinese characters in UTF-8; once in a million GB18030 words looks so by chance, three a block do not."""
BLOCK = 1 << 20
BATCH_BYTES = 16 << 20
SLOW_BATCH = 20_000


@dataclass(frozen=True)
class Source:
    """One table-like thing in one file.

    Attributes:
        path: The file, opened read-only.
        kind: `text`, `html` or `xlsx`.
        encoding: Encoding of a text or HTML file.
        separator: Between the cells of a text file.
        sheet: Name of the sheet.
        mac_epoch: Whether serial dates count from 1904.
        notes: Codes of what was noticed, e.g. `N103` for HTML named `.xls`.
    """

    path: Path
    kind: str
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    mac_epoch: bool = False
    notes: tuple[str, ...] = ()


@dataclass
class Batch:
    """Some rows as text: `columns` by position, `rows` their 1-based numbers in the file."""

    columns: dict[int, pa.Array]
    rows: np.ndarray[Any, Any]
    ragged: list[tuple[int, str]] = field(default_factory=list)
    lossy: dict[int, int] = field(default_factory=dict)


def sources(path: Path) -> list[Source]:
    """What a file holds.

    Raises:
        CvcError: E101–E107: the file is none of text, workbook or HTML table, or is damaged.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as problem:
        raise CvcError("E107", file=path.name, reason=type(problem).__name__) from None
    if not start:
        raise CvcError("E107", file=path.name, reason="empty / 空文件")
    if start.startswith(b"PK"):
        sheets, mac_epoch, notes = workbook.sheets(path)
        return [Source(path, "xlsx", sheet=name, mac_epoch=mac_epoch, notes=notes) for name in sheets]
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise CvcError("E105", file=path.name, seen="OLE (.xls, password, .et, .wps)")
    if start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"PAR1", b"GIF8")):
        raise CvcError("E104", file=path.name)
    return [_text_source(path, start)]


def _text_source(path: Path, start: bytes) -> Source:
    encoding = detect_encoding(path)
    beginning = start.decode(encoding, errors="ignore").lstrip("\ufeff \r\n\t").lower()
    fake = ("N103",) if path.suffix.lower() in {".xls", ".xlsx"} else ()
    if beginning.startswith("<"):
        if "<table" not in _all_text(path, encoding).lower():
            raise CvcError("E104", file=path.name)
        return Source(path, "html", encoding, notes=fake)
    return Source(path, "text", encoding, _separator(path, encoding), notes=fake)


def detect_encoding(path: Path) -> str:
    """The encoding of a text file: byte order mark, then strict UTF-8, then GB18030.

    GB18030 comes last because almost any UTF-8 text decodes as GB18030 without an error, into nonsense.

    Raises:
        CvcError: E101 none fits, E102 text that was saved in a wrong encoding, E103 two encodings in one file.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _decode_all(path, "utf-16")
        return "utf-16"
    problem = _first_problem(path)
    if problem is None:
        return "utf-8-sig"
    if problem[1] >= 4 or start.startswith(codecs.BOM_UTF8):
        raise CvcError("E103", file=path.name, offset=problem[0], line=problem[2])
    _decode_all(path, "gb18030")
    return "gb18030"


def _first_problem(path: Path) -> tuple[int, int, int] | None:
    """Where decoding as UTF-8 fails: byte offset, bytes of other characters before it, line; None if it does not.

    A text that decodes is refused if it holds binary zeros (E101) or was garbled before (E102).
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    seen, lines, offset = 0, 1, 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError as error:
                good = error.object[: error.start]
                foreign = len(good) - len(good.decode("utf-8", errors="ignore"))
                return offset - pending + error.start, seen + foreign, lines + good.count(b"\n")
            seen += len(block) - len(text)
            _refuse_garbled(path, block, text if offset == 0 else "")
            lines, offset = lines + block.count(b"\n"), offset + len(block)
    return (offset, seen, lines) if decoder.getstate()[0] else None


def _refuse_garbled(path: Path, block: bytes, text: str) -> None:
    if b"\x00" in block:
        raise CvcError("E101", file=path.name)
    if b"\xef\xbf\xbd" in block or any(sign in text for sign in MOJIBAKE):
        raise CvcError("E102", file=path.name)


def _decode_all(path: Path, encoding: str) -> None:
    """Reads the file once and refuses what is not text, was decoded wrongly before, or changes its encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    tail, offset, lines = "", 0, 1
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            try:
                text = tail + decoder.decode(block, final=not block)
            except UnicodeError:
                raise CvcError("E101", file=path.name) from None
            if "\x00" in text:
                raise CvcError("E101", file=path.name)
            if not text.isascii() and any(sign in text for sign in MOJIBAKE):
                raise CvcError("E102", file=path.name)
            if encoding == "gb18030" and len(found := list(islice(_UTF8_WORD.finditer(block), 3))) == 3:
                at = found[0].start()
                raise CvcError("E103", file=path.name, offset=offset + at, line=lines + block[:at].count(b"\n"))
            tail, offset, lines = text[-4:], offset + len(block), lines + block.count(b"\n")
            if not block:
                return


def _all_text(path: Path, encoding: str) -> str:
    return path.read_text(encoding=encoding)


def _separator(path: Path, encoding: str) -> str:
    """The separator that gives most lines the same number of cells; E108 if none gives two cells."""
    with path.open(encoding=encoding, newline="") as file:
        lines = [line for line in islice(file, 200) if line.strip()]
    best, most = "", 0.0
    for separator in ("|@|", *SEPARATORS):
        counts = [line.count(separator) for line in lines]
        usual = max(set(counts), key=lambda count: (counts.count(count), count), default=0)
        share = counts.count(usual) / max(len(counts), 1) if usual else 0.0
        if share > most + 0.1:
            best, most = separator, share
    if not best:
        raise CvcError("E108", file=path.name)
    return best


def head(source: Source, count: int = 60) -> list[list[str]]:
    """The first rows of a source as text, with blank rows kept so that numbers stand."""
    return [cells for cells, _ in islice(_rows(source), count)]


def batches(source: Source, *, first_row: int, width: int, positions: list[int]) -> Iterator[Batch]:
    """The rows of a source from `first_row` (1-based) on.

    Args:
        source: What to read.
        first_row: Number of the first row of data.
        width: Number of columns of the header.
        positions: 0-based columns to read; others are never read into memory.

    Yields:
        Batches of text columns; rows with another number of cells stand in `ragged`.
    """
    if source.kind == "text" and len(source.separator) == 1:
        yield from _arrow_batches(source, first_row, width, positions)
    else:
        yield from _slow_batches(source, first_row, width, positions)


def _arrow_batches(source: Source, first_row: int, width: int, positions: list[int]) -> Iterator[Batch]:
    skip = _lines_before(source, first_row)
    ragged: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        ragged.append((int(row.number or 0), str(row.text)))
        return "skip"

    names = [str(position) for position in range(width)]
    encoding = source.encoding.removesuffix("-sig")
    reading = arrow_csv.ReadOptions(
        use_threads=False, block_size=BATCH_BYTES, skip_rows=skip, column_names=names, encoding=encoding
    )
    parsing = arrow_csv.ParseOptions(
        delimiter=source.separator, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
    )
    try:
        reader = arrow_csv.open_csv(source.path, reading, parsing, _as_text(names, positions))
        yield from _numbered(reader, positions, ragged, first_row, skip)
    except pa.ArrowInvalid:
        raise CvcError("E107", file=source.path.name, reason="CSV") from None


def _as_text(names: list[str], positions: list[int]) -> Any:
    """Every cell as the text that it is; columns that are not asked for are not converted."""
    return arrow_csv.ConvertOptions(
        include_columns=[str(position) for position in positions],
        column_types=dict.fromkeys(names, pa.string()),
        strings_can_be_null=False,
        quoted_strings_can_be_null=False,
    )


def _numbered(
    reader: Any, positions: list[int], ragged: list[tuple[int, str]], first_row: int, skip: int
) -> Iterator[Batch]:
    done, given = 0, 0
    for record in reader:
        bad = np.array([number for number, _ in ragged], dtype=np.int64) - skip - 1
        place = np.arange(done, done + record.num_rows)
        shift = np.searchsorted(bad - np.arange(len(bad)), place, side="right")
        new = [(first_row + int(at), text) for at, (_, text) in zip(bad[given:], ragged[given:], strict=True)]
        given, done = len(ragged), done + record.num_rows
        columns = {position: record.column(at) for at, position in enumerate(positions)}
        yield Batch(columns, place + shift + first_row, new)
    if len(ragged) > given:
        rest = [(first_row + number - skip - 1, text) for number, text in ragged[given:]]
        yield Batch({position: pa.array([], pa.string()) for position in positions}, np.array([], np.int64), rest)


def _lines_before(source: Source, first_row: int) -> int:
    """Physical lines before a record: a title may hold a line break."""
    with source.path.open(encoding=source.encoding, newline="") as file:
        reader = csv.reader(file, delimiter=source.separator)
        for _ in range(first_row - 1):
            next(reader, None)
        return reader.line_num


def _slow_batches(source: Source, first_row: int, width: int, positions: list[int]) -> Iterator[Batch]:
    numbered = islice(enumerate(_rows(source), start=1), first_row - 1, None)
    while chunk := list(islice(numbered, SLOW_BATCH)):
        good, ragged = [], []
        for number, (cells, _) in chunk:
            extra = any(cells[width:]) or (source.kind == "text" and len(cells) != width)
            if extra or not any(cells):
                ragged.append((number, "\t".join(cells)))
            else:
                good.append((number, cells))
        columns = {at: pa.array([_cell(cells, at) for _, cells in good], pa.string()) for at in positions}
        lossy = {at: sum(at in lost for _, (_, lost) in chunk) for at in positions}
        yield Batch(columns, np.array([number for number, _ in good], np.int64), ragged, lossy)


def _cell(cells: list[str], position: int) -> str:
    return cells[position] if position < len(cells) else ""


def _rows(source: Source) -> Iterator[tuple[list[str], frozenset[int]]]:
    """Rows of text, each with the positions of its numeric cells of more than 15 digits."""
    nothing: frozenset[int] = frozenset()
    if source.kind == "xlsx":
        yield from workbook.rows(source.path, source.sheet)
    elif source.kind == "html":
        parser = TableParser()
        parser.feed(_all_text(source.path, source.encoding))
        yield from ((row, nothing) for row in parser.largest())
    elif len(source.separator) > 1:
        with source.path.open(encoding=source.encoding) as file:
            yield from ((line.rstrip("\r\n").split(source.separator), nothing) for line in file)
    else:
        with source.path.open(encoding=source.encoding, newline="") as file:
            try:
                yield from ((row, nothing) for row in csv.reader(file, delimiter=source.separator))
            except csv.Error:
                raise CvcError("E107", file=source.path.name, reason="CSV") from None


class TableParser(HTMLParser):
    """Collects the tables of an HTML page as text; scripts, styles and everything outside tables are passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = (1, 1)
        self._hanging: dict[int, tuple[int, str]] = {}
        self._silent = 0

    def largest(self) -> list[list[str]]:
        """The rows of the table with the most rows."""
        self._close_cell()
        return max(self.tables, key=len, default=[])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens a table, a row or a cell."""
        if tag in {"script", "style"}:
            self._silent += 1
        elif tag == "table":
            self.tables.append([])
            self._hanging = {}
        elif tag == "tr" and self.tables:
            self._close_cell()
            self._fill_row()
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables and self.tables[-1]:
            self._close_cell()
            given = dict(attrs)
            self._span = _span(given.get("colspan")), _span(given.get("rowspan"))
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Closes a cell, a row or a table."""
        if tag in {"script", "style"}:
            self._silent = max(0, self._silent - 1)
        elif tag in {"td", "th", "tr", "table"}:
            self._close_cell()
            if tag != "td" and tag != "th":
                self._fill_row()

    def handle_data(self, data: str) -> None:
        """Takes the text of a cell."""
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def _close_cell(self) -> None:
        if self._cell is None:
            return
        text, (across, down) = "".join(self._cell).strip(), self._span
        self._cell = None
        self._fill_row()
        row = self.tables[-1][-1]
        for part in range(across):
            if down > 1:
                self._hanging[len(row)] = (down - 1, text if part == 0 else "")
            row.append(text if part == 0 else "")

    def _fill_row(self) -> None:
        """Puts down the cells that hang into this row from above."""
        if not self.tables or not self.tables[-1]:
            return
        row = self.tables[-1][-1]
        while (hang := self._hanging.get(len(row))) is not None:
            at = len(row)
            row.append("")
            if hang[0] > 1:
                self._hanging[at] = (hang[0] - 1, hang[1])
            else:
                del self._hanging[at]


def _span(text: str | None) -> int:
    return min(int(text), 200) if text and text.isdigit() and int(text) > 0 else 1
