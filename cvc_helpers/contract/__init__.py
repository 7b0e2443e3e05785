"""The data contract: one typed declaration a table, the single source for generator, intake, queries and book.

A module of this folder that defines `TABLE` declares a table; a file in `needs/` says which queries of one case each
rung of its data ladder enables (see `ladder`), one in `parameters/` what the parameters of a case may be. All are found
by name, so a new column of the house adds files only.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from cvc_helpers.contract.declare import SQL_TYPE, Column, Kind, Table, Value
from cvc_helpers.contract.ranges import check_codes, check_parameters, thresholds

__all__ = [
    "SQL_TYPE", "Column", "Kind", "Table", "Value", "check_codes", "check_parameters", "code_names", "tables",
    "thresholds",
]  # fmt: skip


@cache
def tables() -> dict[str, Table]:
    """All canonical tables by name, in alphabetical order."""
    names = sorted(module.name for module in iter_modules([str(Path(__file__).parent)]))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    found = [module.TABLE for module in modules if hasattr(module, "TABLE")]
    return {table.name: table for table in found}


def code_names(place: str, language: str) -> dict[str, str]:
    """Code to its name for one column, e.g. `code_names("policy.channel", "en")`."""
    table_name, column = place.split(".")
    values = tables()[table_name].column(column).values
    return {value.code: value.zh if language == "zh" else value.en for value in values}
