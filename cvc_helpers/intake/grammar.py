"""Our own grammar for what clients write in cells: numbers, money, dates, terms, flags, codes.

Every parser takes one text and returns a `Parsed`: the value, or a reason code. None of them guesses.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from cvc_helpers.contract import Column

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u00ad"), None)
MISSING = frozenset({"", "NULL", r"\N", "#N/A"})
"""What counts as missing in ids, codes and texts. `NA` and `null` are real values: surnames and codes."""
NO_NUMBER = MISSING | {"-", "--", "—", "——", "–", "/", "无", "N/A", "NA", "NaN", "nan", "null", "None", "空"}
EXCEL_ERRORS = frozenset({"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"})
WAN, YUAN = Decimal(10_000), Decimal(1)
UNITS = {"yuan": YUAN, "wan": WAN}
EXCEL_EPOCH, MAC_EPOCH = datetime.date(1899, 12, 30), datetime.date(1904, 1, 1)
NO_DATE = frozenset({"00000000", "19000100", "19000101", "18991230", "18991231", "00010101", "99991231", "29991231"})
"""System sentinels. They mean no date: open ends and defaults alike."""

_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_UNIT = re.compile(r"(亿元?|千万元?|百万元?|万元?|千元?|元整?|圆)$")
_UNIT_VALUE = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3, "": 1}
_FOREIGN = re.compile(r"HK\$|US\$|\$|HKD|USD|MOP|EUR|€|£|港币|港元|美元|澳门", re.IGNORECASE)
_SPLIT_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?", re.ASCII)
_CLOCK = re.compile(
    r"[T\s]\d{1,2}(?::\d{1,2}){1,2}(?:\.\d+)?\s*(?:Z|[+-]\d\d:?\d\d)?$|\s*\d{1,2}时(\d{1,2}分)?(\d{1,2}秒)?$"
)
_TERM = re.compile(r"(?:缴费?|交费?)?(\d{1,2})(?:年|年期|年交|年缴|年期交|年期缴|Y|YEARS?)?(?:交清|缴清)?", re.ASCII)
_MONTHS = re.compile(r"(\d{2,3})个?月", re.ASCII)
SINGLE = frozenset({"趸交", "趸缴", "趸", "一次交清", "一次性交清", "一次性缴清", "一次缴清", "SINGLE", "趸交1年"})
YES = frozenset({"是", "Y", "YES", "1", "TRUE", "T", "√", "有", "真", "主险", "主", "主约"})
NO = frozenset({"否", "N", "NO", "0", "FALSE", "F", "×", "X", "无", "假", "附加险", "附险", "附", "附约", "附加"})
_SIMPLE = str.maketrans(
    "費號單編碼險業務員機構產產銷態萬歲繳齡類繼約發動報達權稱級層領實際總計獲門檻開養滿結與種現職個來區聯躉交併保險單費分支繁體",
    "费号单编码险业务员机构产产销态万岁缴龄类继约发动报达权称级层领实际总计获门槛开养满结与种现职个来区联趸交并保险单费分支繁体",
)


class Parsed(NamedTuple):
    """What a text means: its value (None if missing), or in `reason` the code of why it is not understood."""

    value: Any
    reason: str = ""
    note: str = ""


def clean(text: str) -> str:
    """The text without zero-width characters and outer blanks (also full-width and no-break ones)."""
    return text.translate(INVISIBLE).strip()


def plain(text: str) -> str:
    """The text in compatibility form, for codes and numbers only: `１２` becomes `12`. Not for names."""
    return unicodedata.normalize("NFKC", clean(text)).strip()


def label(text: str) -> str:
    """A label for comparison: compatibility form, simplified characters, no blanks, one case."""
    return re.sub(r"\s+", "", plain(text)).translate(_SIMPLE).casefold()


def parse_number(text: str) -> Parsed:
    """A plain decimal number: thousands by comma, brackets for negatives, exponent, any minus sign, units 万 and 元.

    Returns:
        A `Decimal`; Q202 Excel error, Q203 not one number, Q204 another currency.
    """
    raw = plain(text)
    if raw in EXCEL_ERRORS:
        return Parsed(None, "Q202")
    if raw in NO_NUMBER:
        return Parsed(None)
    if _FOREIGN.search(raw):
        return Parsed(None, "Q204")
    body = re.sub(r"^(?:CNY|RMB|人民币)|[¥\s]|(?:CNY|RMB)$", "", raw.replace("−", "-").replace("－", "-"))
    bracketed = body.startswith("(") and body.endswith(")")
    negative = bracketed or body.startswith("-")
    body = body[1:-1] if bracketed else body[1:] if body[:1] in ("+", "-") else body
    factor = Decimal(1)
    if unit := _UNIT.search(body):
        body, factor = body[: unit.start()], Decimal(_UNIT_VALUE[unit.group(1).rstrip("整").rstrip("元圆")])
    if not _NUMBER.fullmatch(body):
        return Parsed(None, "Q203")
    value = Decimal(body.replace(",", "")) * factor
    return Parsed(-value if negative else value, "", "unit" if unit else "")


_PLAIN_MONEY = re.compile(r"(\d{1,13})(?:\.(\d{1,2}))?", re.ASCII)


def parse_cents(text: str, *, unit: str) -> Parsed:
    """Money as whole cents (0.01 yuan).

    Args:
        text: The cell.
        unit: Unit of the column, `yuan` or `wan` (10,000 yuan); a unit written in the cell goes before it.

    Returns:
        Cents as int; Q203 also for exactly three decimals in yuan (`1.234`: thousands or decimals?).
        Note N125 if the amount had to be rounded to a cent.
    """
    if unit == "yuan" and (quick := _PLAIN_MONEY.fullmatch(text)):
        return Parsed(int(quick.group(1)) * 100 + int((quick.group(2) or "0").ljust(2, "0")))
    value, reason, written = parse_number(text)
    if value is None:
        return Parsed(None, reason)
    factor = YUAN if written else UNITS[unit]
    if factor == YUAN and not written and -value.as_tuple().exponent == 3 and "," not in text:
        return Parsed(None, "Q203")
    exact = value * factor * 100
    cents = int(exact.to_integral_value())
    return Parsed(cents, "", "" if cents == exact else "N125")


def format_cents(cents: int, *, unit: str = "yuan") -> str:
    """Cents as a client writes them, exactly: in yuan with two, in wan with six decimals."""
    digits = 2 if unit == "yuan" else 6
    sign, scale = "-" if cents < 0 else "", 10**digits
    return f"{sign}{abs(cents) // scale}.{abs(cents) % scale:0{digits}d}"


def parse_share(text: str, *, scale: str = "fraction") -> Parsed:
    """A share 0-1; `scale` is `fraction` or `percent`, a written % sign goes before it."""
    raw = plain(text)
    value, reason, _ = parse_number(raw.removesuffix("%"))
    if value is None:
        return Parsed(None, reason)
    by_hundred = raw.endswith("%") or scale == "percent"
    return Parsed(float(value / 100 if by_hundred else value))


def parse_count(text: str, *, unit: str = "") -> Parsed:
    """A whole number, with the unit's bounds (`"1-5"`, `"year"`); Q218 if it is not whole or out of bounds."""
    value, reason, _ = parse_number(re.sub(r"[年岁级分次人星]$", "", plain(text)))
    if value is None:
        return Parsed(None, reason)
    low, high = {"1-5": (1, 5), "year": (1900, 2100)}.get(unit, (0, 10**12))
    if value != value.to_integral_value() or not low <= value <= high:
        return Parsed(None, "Q218")
    return Parsed(int(value))


def parse_date(text: str, *, mac_epoch: bool = False) -> Parsed:
    """A day: year first in any usual writing, or an Excel serial of five digits.

    Returns:
        A `date`; None with note N140 for a system sentinel; Q209 if day and month, or the century, are unclear.
    """
    raw = plain(text)
    if raw in EXCEL_ERRORS:
        return Parsed(None, "Q202")
    if raw in NO_NUMBER:
        return Parsed(None)
    body = _CLOCK.sub("", raw).strip()
    if re.fullmatch(r"\d{8}|\d{14}", body, re.ASCII):
        parts = body[:4], body[4:6], body[6:8]
    elif found := _SPLIT_DATE.fullmatch(body):
        parts = found.group(1), found.group(2).zfill(2), found.group(3).zfill(2)
    else:
        return _serial_date(raw, mac_epoch)
    if "".join(parts) in NO_DATE:
        return Parsed(None, "", "N140")
    try:
        return Parsed(datetime.date(*map(int, parts)))
    except ValueError:
        return Parsed(None, "Q209")


def _serial_date(raw: str, mac_epoch: bool) -> Parsed:
    serial = re.fullmatch(r"(\d{1,5})(?:\.\d+)?", raw, re.ASCII)
    if not serial:
        return Parsed(None, "Q209")
    days = int(serial.group(1))
    if days <= 60:
        return Parsed(None, "", "N140")
    if days < 3_000:
        return Parsed(None, "Q209")
    return Parsed((MAC_EPOCH if mac_epoch else EXCEL_EPOCH) + datetime.timedelta(days=days))


def parse_year_of_date(text: str) -> Parsed:
    """The year of a day or of a year alone, e.g. a birth date for `birth_year`."""
    raw = plain(text).rstrip("年")
    if re.fullmatch(r"(19|20)\d\d", raw, re.ASCII):
        return Parsed(int(raw))
    day, reason, note = parse_date(text)
    return Parsed(day.year if day else None, reason, note)


def parse_year_minus_age(text: str, *, year: int) -> Parsed:
    """The year of birth from an age in whole years at the end of `year`; Q218 for an age over 120."""
    age, reason, note = parse_count(text)
    if age is None:
        return Parsed(None, reason, note)
    return Parsed(year - age) if age <= 120 else Parsed(None, "Q218")


def parse_term(text: str) -> Parsed:
    """A payment term in whole years, 1 for a single premium; Q207 for terms to an age, for life, or unknown."""
    raw = re.sub(r"\s+", "", plain(text)).upper()
    if raw in MISSING:
        return Parsed(None)
    if label(raw).upper() in SINGLE:
        return Parsed(1)
    raw = raw.removesuffix(".0").removesuffix(".00")
    if months := _MONTHS.fullmatch(raw):
        years, rest = divmod(int(months.group(1)), 12)
        return Parsed(years) if years and not rest else Parsed(None, "Q207")
    found = _TERM.fullmatch(raw)
    years = int(found.group(1)) if found else 0
    return Parsed(years) if 1 <= years <= 60 else Parsed(None, "Q207")


def parse_flag(text: str) -> Parsed:
    """Yes or no in the usual writings; Q217 otherwise."""
    raw = plain(text).upper().removesuffix(".0")
    if raw in YES:
        return Parsed(True)
    if raw in NO:
        return Parsed(False)
    return Parsed(None) if raw in MISSING else Parsed(None, "Q217")


@lru_cache(maxsize=256)
def code_table(column: Column) -> dict[str, str]:
    """Every known writing of a code column, as a `label`, to its canonical code."""
    known: dict[str, str] = {}
    for value in column.values:
        for writing in (value.code, value.en, value.zh, *value.synonyms):
            known.setdefault(label(writing), value.code)
    return known


def parse_code(text: str, *, column: Column) -> Parsed:
    """One of the column's allowed values by code, name or synonym; Q215 for an unknown one."""
    code = code_table(column).get(label(text).removesuffix(".0"))
    if code is not None:
        return Parsed(code)
    return Parsed(None) if clean(text) in MISSING else Parsed(None, "Q215")


def parse_text(text: str) -> Parsed:
    """The text without invisible characters and outer blanks; missing if nothing is left."""
    cleaned = clean(text)
    return Parsed(None if cleaned in MISSING else cleaned)
