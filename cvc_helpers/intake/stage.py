"""Takes in one file: rows as text, three verdicts a row, understood rows to a staging file of the table."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cvc_helpers import contract
from cvc_helpers.errors import CvcError
from cvc_helpers.intake import grammar, read
from cvc_helpers.intake.ahead import ahead
from cvc_helpers.intake.columns import ARROW_TYPE, REASONS, ColumnParser, IdParser, parser_for
from cvc_helpers.intake.headers import joined, nearest
from cvc_helpers.intake.mapping import FileMapping
from cvc_helpers.intake.privacy import is_personal_header, personal_spans
from cvc_helpers.intake.pseudonyms import Key
from cvc_helpers.intake.quarantine import Quarantine

PREMIUM = "annual_premium_cents"
FILE, ROW, MAIN = "_file", "_row", "_main"
SAMPLE = 60
_TOTAL = re.compile(r"(合计|总计|累计|共计|总和|total|grandtotal)([:：].*)?$")
_SUBTOTAL = re.compile(r"(小计|本页小计|subtotal)([:：].*)?$")
_FOOTER = re.compile(r"(填表人?|制表人?|复核人?|审核人?|经办人?|制表日期|填表日期|打印日期|备注|说明|注)([:：].*)?$")
_LABEL_HINT = "合|总|小|累|共|[tT][oO]|[sS][uU][bB]|填|制|复|审|经|打|备|说|注"
IN_ORDER = {
    "policy": ("issue_date", "end_date"),
    "agent": ("hire_date", "leave_date"),
    "agent_history": ("valid_from", "valid_to"),
    "proposal": ("proposed_on", "closed_on"),
    "entitlement": ("granted_on", "expires_on"),
    "usage": ("requested_on", "used_on"),
    "org": ("opened_on", "closed_on"),
    "product": ("launched_on", "withdrawn_on"),
}
"""Pairs of days of one row whose second may not come before the first (Q210)."""


@dataclass
class Total:
    """A totals row of the file: what it says and what its detail rows add up to."""

    row: int
    column: str
    said: int
    found: int
    tolerance: int

    @property
    def agrees(self) -> bool:
        """Whether both are equal up to rounding."""
        return abs(self.said - self.found) <= self.tolerance


@dataclass
class FileCount:
    """What became of the rows and of the premium (cents) of one file."""

    file: str
    sheet: str
    table: str
    rows_in: int = 0
    rows_ok: int = 0
    rows_quarantined: int = 0
    rows_excluded: int = 0
    premium_in: int = 0
    premium_ok: int = 0
    premium_quarantined: int = 0
    premium_excluded: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    ignored: tuple[str, ...] = ()


@dataclass
class Plan:
    """How one file is read: which position feeds which canonical column."""

    source: read.Source
    mapped: FileMapping
    names: tuple[str, ...]
    places: dict[str, int]
    main_place: int
    parsers: dict[str, ColumnParser | IdParser]
    ignored: tuple[str, ...]

    @property
    def positions(self) -> list[int]:
        """The columns that are read; the first one only to recognise totals rows."""
        main = [self.main_place] if self.main_place >= 0 else []
        return sorted({0, *self.places.values(), *main})


def plan(mapped: FileMapping, *, key: Key, connection: duckdb.DuckDBPyConnection) -> Plan:
    """Open a file and find the mapped columns in it.

    Raises:
        CvcError: E1xx as in `read.sources`; E109 no such sheet, E113 a nameless column holds data, E114 a mapped
            header occurs twice, E115 a mapped header is missing, E130 an undecided column holds personal data.
    """
    source = _source(mapped)
    rows = read.head(source, mapped.header_row + mapped.header_rows + SAMPLE)
    names = header_names(rows, mapped)
    sample = rows[mapped.header_row + mapped.header_rows - 1 :]
    wanted = [*mapped.columns, *([mapped.main_flag] if mapped.main_flag else [])]
    if missing := [name for name in wanted if name not in names]:
        raise CvcError("E115", file=mapped.path.name, missing=missing, nearest=nearest(mapped.table, names))
    if twice := sorted({name for name in wanted if names.count(name) > 1}):
        raise CvcError("E114", file=mapped.path.name, columns=twice)
    ignored = _undecided(names, wanted, sample, mapped)
    places = {target: names.index(name) for name, target in mapped.columns.items()}
    parsers = {
        name: parser_for(mapped, name, key=key, connection=connection, mac_epoch=source.mac_epoch) for name in places
    }
    main_place = names.index(mapped.main_flag) if mapped.main_flag else -1
    return Plan(source, mapped, names, places, main_place, parsers, ignored)


def _source(mapped: FileMapping) -> read.Source:
    found = read.sources(mapped.path)
    if not mapped.sheet:
        return found[0]
    for source in found:
        if source.sheet == mapped.sheet:
            return source
    raise CvcError("E109", file=mapped.path.name, sheet=mapped.sheet, known=len(found))


def header_names(rows: list[list[str]], mapped: FileMapping) -> tuple[str, ...]:
    """The header as the mapping says it stands; a nameless column is `#` and its number."""
    if len(rows) < mapped.header_row + mapped.header_rows - 1:
        raise CvcError("E115", file=mapped.path.name, missing=list(mapped.columns)[:3], nearest="-")
    upper = tuple(map(grammar.plain, rows[mapped.header_row - 1]))
    lower = tuple(map(grammar.plain, rows[mapped.header_row])) if mapped.header_rows == 2 else ()
    names = joined(upper, lower) if lower else upper
    return tuple(name or f"#{at}" for at, name in enumerate(names, start=1))


def _undecided(
    names: tuple[str, ...], wanted: list[str], sample: list[list[str]], mapped: FileMapping
) -> tuple[str, ...]:
    """Headers that the mapping does not name; refused if they hold personal data or hold data without a name."""
    rest = [at for at, name in enumerate(names) if name not in wanted and name not in mapped.ignored]
    for at in rest:
        cells = [row[at] for row in sample if at < len(row) and row[at].strip()]
        if names[at].startswith("#") and len(cells) > 1:
            raise CvcError("E113", file=mapped.path.name, column=names[at])
        if is_personal_header(names[at]) or any(personal_spans(cell, cards=False) for cell in cells):
            raise CvcError("E130", file=mapped.path.name, column=names[at])
    return tuple(names[at] for at in rest if not names[at].startswith("#"))


@dataclass
class Stage:
    """Takes in one file, batch by batch.

    Attributes:
        plan: How it is read.
        number: Number of the file in the mapping.
        out: Staging file to write.
        quarantine: Where rows go that are not understood.
    """

    plan: Plan
    number: int
    out: Path
    quarantine: Quarantine
    count: FileCount = field(init=False)
    totals: list[Total] = field(default_factory=list)
    _running: dict[str, int] = field(default_factory=dict)
    _since: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        mapped = self.plan.mapped
        self.count = FileCount(mapped.path.name, mapped.sheet, mapped.table, ignored=self.plan.ignored)
        self.count.codes.update(self.plan.source.notes)

    def run(self) -> FileCount:
        """Read the whole file; returns what became of its rows."""
        mapped = self.plan.mapped
        first = mapped.header_row + mapped.header_rows
        reader = read.batches(
            self.plan.source, first_row=first, width=len(self.plan.names), positions=self.plan.positions
        )
        with pa.OSFile(str(self.out), "wb") as file, pa.ipc.new_file(file, self.schema()) as writer:
            for batch in ahead(reader):
                writer.write_table(self._take(batch))
        if self.count.rows_in == 0:
            raise CvcError("E119", file=mapped.path.name)
        return self.count

    def schema(self) -> pa.Schema:
        """Columns of the staging file: the canonical ones, file, row, and whether it is the main coverage."""
        table = contract.tables()[self.plan.mapped.table]
        fields = [(name, ARROW_TYPE[table.column(name).kind]) for name in self.plan.places]
        fields += [(FILE, pa.int16()), (ROW, pa.int64())]
        return pa.schema(fields + ([(MAIN, pa.bool_())] if self.plan.main_place >= 0 else []))

    def _take(self, batch: read.Batch) -> pa.Table:
        self._refuse_lossy(batch)
        self._ragged(batch)
        labels = self._labels(batch)
        kept = np.flatnonzero(labels == 0)
        everything = len(kept) == len(labels)
        texts = {at: cells if everything else cells.take(pa.array(kept)) for at, cells in batch.columns.items()}
        rows = batch.rows if everything else batch.rows[kept]
        values, reasons, culprits = self._parse(texts)
        self._order(values, reasons, culprits)
        self._check_totals(batch, labels, values, kept)
        self._account(batch, labels, values, reasons)
        self._put_aside(texts, rows, reasons, culprits)
        return self._understood(values, rows, reasons == 0)

    def _refuse_lossy(self, batch: read.Batch) -> None:
        for name, at in self.plan.places.items():
            if batch.lossy.get(at) and isinstance(self.plan.parsers[name], IdParser):
                raise CvcError("E120", file=self.count.file, column=name)

    def _ragged(self, batch: read.Batch) -> None:
        """Rows with another number of cells: labels and blank lines are excluded, the others quarantined."""
        for row, text in batch.ragged:
            cells = [cell for cell in re.split(r"[\t,;|\x01]", text) if cell.strip(' "')]
            self.count.rows_in += 1
            if not cells or any(_kind(cell) for cell in cells[:3]):
                self.count.rows_excluded += 1
                self.count.codes["X301" if cells else "X302"] += 1
            else:
                self._quarantine(row, "", "Q201", "")

    def _quarantine(self, row: int, column: str, code: str, text: str) -> None:
        self.count.rows_quarantined += 1
        self.quarantine.add(self.count.file, self.count.sheet, int(row), self.count.table, column, code, text)

    def _labels(self, batch: read.Batch) -> np.ndarray[Any, Any]:
        """Per row 0 data, 1 blank, 2 footer or repeated header, 3 subtotal, 4 total."""
        key_name = contract.tables()[self.count.table].key[0]
        key = batch.columns[self.plan.places[key_name]]
        trimmed = pc.utf8_trim_whitespace(key)
        odd = pc.or_(pc.equal(trimmed, ""), pc.match_substring_regex(key, _LABEL_HINT))
        odd = pc.or_(odd, pc.equal(trimmed, self.plan.names[self.plan.places[key_name]].split("_")[-1]))
        labels = np.zeros(len(key), dtype=np.uint8)
        for at in np.flatnonzero(odd.to_numpy(zero_copy_only=False)):
            cells = [grammar.label(column[int(at)].as_py()) for column in batch.columns.values()]
            labels[at] = self._row_kind(cells, grammar.label(key[int(at)].as_py()))
        return labels

    def _row_kind(self, cells: list[str], key: str) -> int:
        if not any(cells):
            return 1
        header = {grammar.label(part) for name in self.plan.names for part in (name, name.split("_")[-1])}
        if sum(cell in header for cell in cells if cell) >= 2:
            return 2
        if key and not _kind(key):
            return 0
        return max(_kind(cell) for cell in cells)

    def _parse(self, texts: dict[int, Any]) -> tuple[dict[str, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Typed columns; per row its first reason and the column that gave it."""
        size = len(next(iter(texts.values())))
        reasons, culprits = np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.int16)
        values: dict[str, Any] = {}
        for at, (name, parser) in enumerate(self.plan.parsers.items()):
            parsed = parser.read(texts[self.plan.places[name]])
            values[name] = parsed.values
            new = (reasons == 0) & (parsed.reasons > 0)
            reasons[new], culprits[new] = parsed.reasons[new], at
            self.count.codes.update(parsed.notes)
        if self.plan.main_place >= 0:
            flags = texts[self.plan.main_place].dictionary_encode()
            known = [grammar.parse_flag(text).value for text in flags.dictionary.to_pylist()]
            values[MAIN] = pa.array(known, pa.bool_()).take(flags.indices)
        return values, reasons, culprits

    def _order(self, values: dict[str, Any], reasons: np.ndarray[Any, Any], culprits: np.ndarray[Any, Any]) -> None:
        """Q210: the second day of a pair comes before the first."""
        pair = IN_ORDER.get(self.count.table, ("", ""))
        if set(pair) <= set(values):
            wrong = pc.fill_null(pc.less(values[pair[1]], values[pair[0]]), False).to_numpy(zero_copy_only=False)
            new = wrong & (reasons == 0)
            reasons[new], culprits[new] = REASONS.index("Q210"), list(self.plan.parsers).index(pair[1])

    def _check_totals(
        self, batch: read.Batch, labels: np.ndarray[Any, Any], values: dict[str, Any], kept: np.ndarray[Any, Any]
    ) -> None:
        """Compare every totals row with the sum of its detail: a control total for free."""
        for name, parser in self.plan.parsers.items():
            if parser.column.kind != "cents" or not isinstance(parser, ColumnParser):
                continue
            sums = np.zeros(len(labels) + 1, dtype=np.int64)
            sums[kept + 1] = pc.fill_null(values[name], 0).to_numpy(zero_copy_only=False)
            sums = np.cumsum(sums) + self._running.get(name, 0)
            for at in np.flatnonzero(labels >= 3):
                text = batch.columns[self.plan.places[name]][int(at)].as_py()
                self._total(name, parser, text, int(batch.rows[at]), int(sums[at]), labels[at] == 3)
            self._running[name] = int(sums[-1])

    def _total(self, name: str, parser: ColumnParser, text: str, row: int, so_far: int, is_part: bool) -> None:
        said = parser.parse(text)
        if said.value is None:
            return
        found = so_far - self._since.get(name, 0) if is_part else so_far
        if is_part:
            self._since[name] = so_far
        decimals = len(grammar.plain(text).partition(".")[2])
        unit = 10**6 if self.plan.mapped.units.get(name) == "wan" else 100
        total = Total(row, name, said.value, found, unit // 10 ** min(decimals, 6) // 2 + 1)
        self.totals.append(total)
        if not total.agrees:
            self.count.codes["W111"] += 1

    def _account(
        self, batch: read.Batch, labels: np.ndarray[Any, Any], values: dict[str, Any], reasons: np.ndarray[Any, Any]
    ) -> None:
        count = self.count
        count.rows_in += len(labels)
        count.rows_excluded += int((labels > 0).sum())
        count.codes["X302"] += int((labels == 1).sum())
        count.codes["X301"] += int((labels > 1).sum())
        count.codes += Counter()
        count.rows_ok += int((reasons == 0).sum())
        if PREMIUM not in values:
            return
        money = pc.fill_null(values[PREMIUM], 0).to_numpy(zero_copy_only=False)
        count.premium_ok += int(money[reasons == 0].sum())
        count.premium_quarantined += int(money[reasons > 0].sum())
        parse = self.plan.parsers[PREMIUM].parse  # type: ignore[union-attr]  # without a parser the caller returned
        column = batch.columns[self.plan.places[PREMIUM]]
        excluded = sum(parse(column[int(at)].as_py()).value or 0 for at in np.flatnonzero(labels > 0))
        count.premium_excluded += excluded
        count.premium_in += int(money.sum()) + excluded

    def _put_aside(
        self,
        texts: dict[int, Any],
        rows: np.ndarray[Any, Any],
        reasons: np.ndarray[Any, Any],
        culprits: np.ndarray[Any, Any],
    ) -> None:
        names = list(self.plan.parsers)
        for at in np.flatnonzero(reasons):
            name = names[culprits[at]]
            text = texts[self.plan.places[name]][int(at)].as_py()
            self._quarantine(rows[at], name, REASONS[reasons[at]], text)

    def _understood(self, values: dict[str, Any], rows: np.ndarray[Any, Any], good: np.ndarray[Any, Any]) -> pa.Table:
        size = len(rows)
        given = {**values, FILE: pa.array(np.full(size, self.number, np.int16)), ROW: pa.array(rows)}
        schema = self.schema()
        table = pa.table([given[name] for name in schema.names], schema=schema)
        return table if good.all() else table.filter(pa.array(good))


def _kind(cell: str) -> int:
    """4 total, 3 subtotal, 2 footer, 0 none of them."""
    text = grammar.label(cell)
    for code, pattern in ((3, _SUBTOTAL), (4, _TOTAL), (2, _FOOTER)):
        if pattern.match(text):
            return code
    return 0
