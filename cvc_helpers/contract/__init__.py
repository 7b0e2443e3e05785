"""The data contract: one typed declaration a table, the single source for generator, intake, queries and book.

A module of this folder that defines `TABLE` declares a table; a file in `needs/` says what one case needs of
them on each rung of its data ladder. Both are found by name, so a new column of the house adds files only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import yaml

from cvc_helpers.contract.declare import SQL_TYPE, Column, Kind, Table, Value

__all__ = ["RUNGS", "SQL_TYPE", "Column", "Kind", "Rung", "Table", "Value", "needs", "tables"]

RUNGS = ("minimum", "good", "best")


@dataclass(frozen=True)
class Rung:
    """What one rung of a case's data ladder takes, and what it buys.

    Attributes:
        name: `minimum`, `good` or `best`.
        buys: What the case can then answer, by language.
        tables: Table name to the columns that this rung adds to the one below.
    """

    name: str
    buys: dict[str, str]
    tables: dict[str, tuple[str, ...]]


@cache
def tables() -> dict[str, Table]:
    """All canonical tables by name, in alphabetical order."""
    names = sorted(module.name for module in iter_modules([str(Path(__file__).parent)]))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    found = [module.TABLE for module in modules if hasattr(module, "TABLE")]
    return {table.name: table for table in found}


@cache
def needs() -> dict[str, tuple[Rung, ...]]:
    """Case slug to its data ladder, lowest rung first."""
    ladders = {}
    for path in sorted((Path(__file__).parent / "needs").glob("*.yml")):
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        ladders[path.stem] = tuple(_rung(name, entries[name]) for name in RUNGS if name in entries)
    return ladders


def _rung(name: str, entry: dict[str, dict[str, object]]) -> Rung:
    buys = {language: str(text) for language, text in entry["buys"].items()}
    columns = {table: tuple(map(str, names)) for table, names in entry["tables"].items()}  # type: ignore[call-overload]
    return Rung(name, buys, columns)


def code_names(place: str, language: str) -> dict[str, str]:
    """Code to its name for one column, e.g. `code_names("policy.channel", "en")`."""
    table_name, column = place.split(".")
    values = tables()[table_name].column(column).values
    return {value.code: value.zh if language == "zh" else value.en for value in values}
