"""Finds the header among a file's first rows and says what its columns are called in the contract.

One alias table, derived from the contract. A near miss is proposed, never applied.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache

from cvc_helpers import contract
from cvc_helpers.errors import CvcError
from cvc_helpers.intake.grammar import label, plain
from cvc_helpers.intake.privacy import PERSONAL_HEADERS

SHARE_NEEDED = 0.6
LOOK = 30
KNOWN_EXTRAS = frozenset(
    map(
        label,
        (
            "序号",
            "备注",
            "说明",
            "机构名称",
            "产品名称",
            "险种名称",
            "服务名称",
            "代理人姓名",
            "年龄",
            "出生日期",
            "币种",
        ),
    )
)
MAIN_FLAGS = frozenset(map(label, ("主附险标志", "是否主险", "主附险", "is_main")))
DERIVABLE = {label("出生日期"): ("birth_year", "year_of_date"), label("生日"): ("birth_year", "year_of_date")}
_UNIT_PHRASE = re.compile(r"(万元|元)\s*[)）\]】]?\s*$")
_UNIT_LINE = re.compile(r"单位\s*[:：]?\s*(?:人民币)?\s*(万元|元)")
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")


@dataclass(frozen=True)
class Header:
    """Where the header stands and what it says.

    Attributes:
        row: 1-based number of its first row.
        height: 1, or 2 where the upper row spans several columns.
        names: One name a column; `upper_lower` where two rows were joined.
        unit: `yuan` or `wan` from a line such as 单位：万元 above it, else empty.
    """

    row: int
    height: int
    names: tuple[str, ...]
    unit: str = ""


def header_label(name: str) -> str:
    """A header for comparison: without units, brackets, stars and blanks."""
    return label(_BRACKETS.sub("", plain(name)).replace("*", "").replace("_", "")) or label(name)


def header_unit(name: str) -> str:
    """`wan` or `yuan` if the header says so, e.g. 年缴保费(万元)."""
    found = _UNIT_PHRASE.search(plain(name))
    return {"万元": "wan", "元": "yuan"}[found.group(1)] if found else ""


@cache
def aliases(table: str) -> dict[str, str]:
    """Every known header of a table, as a `label`, to its canonical column; main names go before synonyms."""
    known: dict[str, str] = {}
    columns = contract.tables()[table].columns
    for column in columns:
        for name in (column.name, column.zh, column.en):
            known.setdefault(header_label(name), column.name)
    for column in columns:
        for name in column.synonyms:
            known.setdefault(header_label(name), column.name)
    return known


@cache
def _all_known() -> frozenset[str]:
    every = {alias for table in contract.tables() for alias in aliases(table)}
    return frozenset(every | KNOWN_EXTRAS | MAIN_FLAGS | {label(name) for name in PERSONAL_HEADERS})


def _writings(name: str) -> list[str]:
    """How a joined two-row header may read: whole, lower before upper, lower alone."""
    upper, _, lower = name.partition("_")
    parts = [name, lower + upper, lower, upper] if lower else [name]
    return [header_label(part) for part in parts]


def is_known(name: str) -> bool:
    """Whether a header means something in any table, or is a usual extra."""
    return bool(name) and any(writing in _all_known() for writing in _writings(name))


def canonical(table: str, name: str) -> str:
    """The canonical column that a header names in a table, or an empty string."""
    return next((aliases(table)[writing] for writing in _writings(name) if writing in aliases(table)), "")


def find_header(rows: list[list[str]], file: str) -> Header:
    """The first row, or pair of rows, most of whose cells are known headers.

    Raises:
        CvcError: E110 a second, different header further down; E115 no header.
    """
    found = [(at, height, names) for at, height, names, share in _candidates(rows) if share >= SHARE_NEEDED]
    if not found:
        raise CvcError("E115", file=file, missing="header / 表头", nearest="-")
    at, height, names = found[0]
    for later, _, others in found[1:]:
        if later >= at + height and others != names and len(others) > 2:
            raise CvcError("E110", file=file, first=at + 1, second=later + 1)
    unit = next((hit.group(1) for row in rows[:at] for cell in row if (hit := _UNIT_LINE.search(plain(cell)))), "")
    return Header(at + 1, height, names, {"万元": "wan", "元": "yuan"}.get(unit, ""))


def _candidates(rows: list[list[str]]) -> list[tuple[int, int, tuple[str, ...], float]]:
    found = []
    for at, row in enumerate(rows[:LOOK]):
        single = tuple(plain(cell) for cell in row)
        below = tuple(plain(cell) for cell in rows[at + 1]) if at + 1 < len(rows) else ()
        pair = joined(single, below)
        alone, both = _known_count(single), _known_count(pair)
        lower = _known_count(below)
        gap = any(not cell for cell in single[: len(pair)]) or len(single) < len(below)
        if gap and alone >= 1 and both > max(alone, lower) and not any(re.search(r"\d", cell) for cell in below):
            found.append((at, 2, pair, both / max(1, sum(map(bool, pair)))))
        elif alone >= 2:
            found.append((at, 1, single, alone / max(1, sum(map(bool, single)))))
    return found


def _known_count(names: tuple[str, ...]) -> int:
    return sum(map(is_known, names))


def joined(upper: tuple[str, ...], lower: tuple[str, ...]) -> tuple[str, ...]:
    """One name a column from two header rows: an upper cell spans the blank ones to its right.

    A column whose lower cell is blank keeps its upper name; the others read `upper_lower`.
    """
    names, spanning = [], ""
    for at in range(max(len(upper), len(lower))):
        top = upper[at] if at < len(upper) else ""
        bottom = lower[at] if at < len(lower) else ""
        spanning = top or (spanning if bottom else "")
        names.append("_".join(part for part in (spanning, bottom) if part))
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def guess_table(names: tuple[str, ...], file: str) -> str:
    """The canonical table that a header fits best; ties go to the table named in the file's name.

    Raises:
        CvcError: E115 if no table has its key among the columns.
    """
    scores = {}
    for table in contract.tables().values():
        matched = {canonical(table.name, name) for name in names} - {""}
        if set(table.key) <= matched:
            named = any(word and word in label(file) for word in (table.name, label(table.zh)))
            required = [column.name for column in table.columns if not column.nullable]
            met = sum(name in matched for name in required) / len(required)
            own = sum(_named_first(table.name, name) for name in names)
            scores[table.name] = (round(met, 1) + 0.5 * named, len(matched), own, table.name)
    if not scores:
        raise CvcError("E115", file=file, missing="key / 主键", nearest=nearest("policy", names))
    return max(scores.values())[-1]


def _named_first(table: str, name: str) -> bool:
    """Whether a header is the main name, not a synonym, of a column of the table's key."""
    spec = contract.tables()[table]
    return any(header_label(spec.column(key).zh) in _writings(name) for key in spec.key)


def nearest(table: str, names: tuple[str, ...]) -> list[str]:
    """Up to three known headers that resemble the given ones, to be proposed only."""
    known = list(aliases(table))
    close = [hit for name in names for hit in difflib.get_close_matches(header_label(name), known, 1, 0.6)]
    return list(dict.fromkeys(close))[:3]
