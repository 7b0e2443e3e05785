"""Parses one column of a batch: every distinct text once, then spread over the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cvc_helpers import contract
from cvc_helpers.errors import CvcError
from cvc_helpers.intake import grammar
from cvc_helpers.intake.grammar import Parsed
from cvc_helpers.intake.mapping import FileMapping
from cvc_helpers.intake.privacy import mask_personal, personal_spans
from cvc_helpers.intake.pseudonyms import Key, is_open

REASONS = ("", "Q201", "Q202", "Q203", "Q204", "Q205", "Q207", "Q208", "Q209", "Q210", "Q215", "Q216", "Q217", "Q218")
"""Reason codes of quarantine; rows carry the place in this list."""
ARROW_TYPE: dict[str, pa.DataType] = {
    "id": pa.string(), "code": pa.string(), "text": pa.string(), "date": pa.date32(), "cents": pa.int64(),
    "count": pa.int64(), "share": pa.float64(), "flag": pa.bool_(),
}  # fmt: skip
MEMORY = 200_000
_LOST_ID = r"^[0-9]+(\.[0-9]+)?[eE]\+?[0-9]+$|^[0-9]+\.0+$"
_ODD_ID = r"[^!-~]"
_PLAIN_YUAN, _PLAIN_WAN = r"^[0-9]{1,10}(\.[0-9]{1,2})?$", r"^[0-9]{1,8}(\.[0-9]{1,6})?$"
_Texts = Any  # pa.StringArray


@dataclass
class ParsedColumn:
    """One canonical column of a batch, and per row the place of its reason in `REASONS` (0: understood)."""

    values: pa.Array
    reasons: np.ndarray[Any, Any]
    notes: Counter[str]


@dataclass
class ColumnParser:
    """Parses one column of one file.

    Attributes:
        column: The contract's column.
        parse: The grammar for one text.
        file: Name of the file, for messages.
        digits: Decimals of a cent in the column's unit: 2 in yuan, 6 in wan.
    """

    column: contract.Column
    parse: Callable[[str], Parsed]
    file: str
    digits: int = 2
    _known: dict[str, Parsed] = field(default_factory=dict)

    def read(self, texts: _Texts) -> ParsedColumn:
        """Parse a text column: plain amounts that hardly repeat all at once, everything else by distinct text."""
        if self.column.kind != "cents" or _repeats(texts):
            return self._read_distinct(texts)
        plain = pc.match_substring_regex(texts, _PLAIN_YUAN if self.digits == 2 else _PLAIN_WAN)
        values = _plain_cents(pc.if_else(plain, texts, "0.0"), self.digits)
        reasons, notes = np.zeros(len(texts), dtype=np.uint8), Counter[str]()
        rest = np.flatnonzero(~plain.to_numpy(zero_copy_only=False))
        if len(rest):
            others = self._read_distinct(texts.take(pa.array(rest)))
            values = pc.replace_with_mask(values, pc.invert(plain), others.values)
            reasons[rest], notes = others.reasons, others.notes
        return ParsedColumn(values, reasons, notes)

    def _read_distinct(self, texts: _Texts) -> ParsedColumn:
        encoded = texts.dictionary_encode()
        places = encoded.indices.to_numpy(zero_copy_only=False)
        parsed = [self._one(text) for text in encoded.dictionary.to_pylist()]
        values = pa.array([item.value for item in parsed], ARROW_TYPE[self.column.kind])
        reasons = np.array([REASONS.index(self._reason(item)) for item in parsed], dtype=np.uint8)
        notes = Counter[str]()
        if noted := [at for at, item in enumerate(parsed) if item.note.startswith("N")]:
            counts = np.bincount(places, minlength=len(parsed))
            for at in noted:
                notes[parsed[at].note] += int(counts[at])
        return ParsedColumn(values.take(encoded.indices), reasons[places] if len(places) else reasons[:0], notes)

    def _one(self, text: str) -> Parsed:
        found = self._known.get(text)
        if found is None:
            found = self.parse(text)
            if len(self._known) < MEMORY:
                self._known[text] = found
        return found

    def _reason(self, item: Parsed) -> str:
        if item.reason:
            return item.reason
        if item.value is None:
            return "" if self.column.nullable else "Q216"
        return "Q205" if self.column.kind == "cents" and item.value < 0 else ""


@dataclass
class IdParser:
    """Reads identifiers as text and replaces those that name a person by pseudonyms."""

    column: contract.Column
    file: str
    key: Key
    connection: duckdb.DuckDBPyConnection
    opens: bool
    form: str = "as_is"

    def read(self, texts: _Texts) -> ParsedColumn:
        """Clean, check and pseudonymise; E120 if the numbers were damaged before they came to us."""
        encoded = texts.dictionary_encode() if _repeats(texts) else None
        distinct = self._cleaned(encoded.dictionary if encoded is not None else texts)
        self._refuse_damaged(distinct)
        if not self.opens:
            distinct = self.key.pseudonyms(distinct, self.connection)
        elif any(
            personal_spans(text, cards=False)
            for text in distinct.drop_null().to_pylist()
            if "@" in text or len(text) == 18
        ):
            raise CvcError("E130", file=self.file, column=self.column.name)
        values = distinct.take(encoded.indices) if encoded is not None else distinct
        missing = 0 if self.column.nullable else REASONS.index("Q216")
        reasons = np.where(pc.is_null(values).to_numpy(zero_copy_only=False), missing, 0).astype(np.uint8)
        return ParsedColumn(values, reasons, Counter({"N131": len(texts)} if self.form == "upper" else {}))

    def _cleaned(self, texts: _Texts) -> Any:
        if pc.any(pc.match_substring_regex(texts, _ODD_ID)).as_py():
            texts = pa.array([grammar.clean(text) for text in texts.to_pylist()], pa.string())
        if self.form == "upper":
            texts = pc.utf8_upper(pc.utf8_normalize(texts, form="NFKC"))
        missing = pc.is_in(texts, value_set=pa.array(sorted(grammar.MISSING)))
        return pc.if_else(missing, pa.scalar(None, pa.string()), texts)

    def _refuse_damaged(self, distinct: _Texts) -> None:
        damaged = pc.any(pc.match_substring_regex(distinct, _LOST_ID)).as_py()
        long = pc.match_substring_regex(distinct.slice(0, 10_000), r"^[0-9]{16,}$")
        if not damaged and (many := pc.sum(long).as_py() or 0) >= 20:
            zeros = pc.sum(pc.match_substring_regex(distinct.slice(0, 10_000), r"^[0-9]{13,}000$")).as_py()
            damaged = zeros == many
        if damaged:
            raise CvcError("E120", file=self.file, column=self.column.name)


def _plain_cents(texts: _Texts, digits: int) -> Any:
    """Cents of plain decimal numbers, without a detour over floats."""
    exact = pc.cast(texts, pa.decimal128(18, digits))
    halves = np.frombuffer(exact.buffers()[1], dtype=np.int64)[2 * exact.offset : 2 * (exact.offset + len(exact))]
    return pa.array(halves[::2])  # 18 digits fit into the lower half of 128 bits


def _repeats(texts: _Texts) -> bool:
    """Whether values repeat so much that working on the distinct ones pays."""
    sample = texts.slice(0, 4_000)
    return len(sample) < 4_000 or pc.count_distinct(sample).as_py() < 3_000


def parser_for(
    mapped: FileMapping, name: str, *, key: Key, connection: duckdb.DuckDBPyConnection, mac_epoch: bool
) -> ColumnParser | IdParser:
    """The parser of one canonical column of one file."""
    column = contract.tables()[mapped.table].column(name)
    if column.kind == "id":
        opens = is_open(mapped.table, column)
        return IdParser(column, mapped.path.name, key, connection, opens, mapped.ids)
    own = {grammar.label(text): meaning for text, meaning in mapped.values.get(name, {}).items()}
    parse = _grammar(mapped, column, mac_epoch)
    digits = 6 if mapped.units.get(name) == "wan" else 2
    parse = partial(_with_own_words, own=own, parse=parse) if own else parse
    return ColumnParser(column, parse, mapped.path.name, digits)


def _with_own_words(text: str, *, own: dict[str, str], parse: Callable[[str], Parsed]) -> Parsed:
    return parse(own.get(grammar.label(text), text))


def _grammar(mapped: FileMapping, column: contract.Column, mac_epoch: bool) -> Callable[[str], Parsed]:
    way = mapped.derived.get(column.name, "")
    if way == "year_of_date":
        return grammar.parse_year_of_date
    if way == "year_minus_age":
        return partial(grammar.parse_year_minus_age, year=mapped.as_of_year)
    if column.name == "pay_term_years":
        return grammar.parse_term
    ways: dict[str, Callable[[str], Parsed]] = {
        "code": partial(grammar.parse_code, column=column),
        "text": _masked_text,
        "date": partial(grammar.parse_date, mac_epoch=mac_epoch),
        "cents": partial(grammar.parse_cents, unit=mapped.units.get(column.name, "yuan")),
        "count": partial(grammar.parse_count, unit=column.unit),
        "share": partial(_share, column=column, scale=mapped.scales.get(column.name, ""), file=mapped.path.name),
        "flag": grammar.parse_flag,
    }
    return ways[column.kind]


def _masked_text(text: str) -> Parsed:
    value, reason, _ = grammar.parse_text(text)
    masked = mask_personal(value) if value else value
    return Parsed(masked, reason, "N150" if masked != value else "")


def _share(text: str, *, column: contract.Column, scale: str, file: str) -> Parsed:
    parsed = grammar.parse_share(text, scale=scale or "fraction")
    unclear = not scale and "%" not in grammar.plain(text) and column.unit.startswith("share")
    if unclear and parsed.value is not None and abs(parsed.value) > 1:
        raise CvcError("E117", file=file, column=column.name)
    return parsed
