"""The words in which a canonical table is declared: `Table`, `Column`, `Value`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "code", "text", "date", "cents", "count", "share", "flag"]

SQL_TYPE: dict[Kind, str] = {
    "id": "varchar",
    "code": "varchar",
    "text": "varchar",
    "date": "date",
    "cents": "bigint",
    "count": "bigint",
    "share": "double",
    "flag": "boolean",
}
"""What each kind is in DuckDB and Spark. Money is whole cents: float sums differ between engines."""


@dataclass(frozen=True)
class Value:
    """One allowed value of a code column, with its names and what clients call it."""

    code: str
    en: str
    zh: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    Attributes:
        name: Canonical name; money ends in `_cents`.
        kind: What it holds; see `SQL_TYPE`.
        en: English name.
        zh: Chinese name.
        synonyms: Headers under which clients send it.
        unit: Unit in the canonical table, empty where it has none.
        values: Allowed values of a code.
        refers_to: `table.column` that an id points to.
        nullable: Whether a row may lack it.
        sensitive: Sensitive personal information (health, children): needs a separate legal basis.
    """

    name: str
    kind: Kind
    en: str
    zh: str
    synonyms: tuple[str, ...] = ()
    unit: str = ""
    values: tuple[Value, ...] = ()
    refers_to: str = ""
    nullable: bool = False
    sensitive: bool = False


@dataclass(frozen=True)
class Table:
    """One canonical table: its name, what one row is, its key and its columns.

    `is_open`: its identifiers name units, products, services or groups, never a person or a contract. They, and what
    refers to them, stay as they are and may be shown.
    """

    name: str
    en: str
    zh: str
    row_en: str
    row_zh: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    is_open: bool = False

    def column(self, name: str) -> Column:
        """The column of that name; `KeyError` if there is none."""
        return {column.name: column for column in self.columns}[name]
