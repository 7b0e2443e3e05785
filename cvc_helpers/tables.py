"""Opens a folder of canonical tables and runs the heavy steps, which are the SQL files in `queries/`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from cvc_helpers import contract
from cvc_helpers.errors import CvcError

QUERIES = Path(__file__).parent / "queries"
VIEWS = ("service_event",)
"""Queries that other queries may read by name."""


@dataclass(frozen=True)
class Insurer:
    """Canonical tables that are open for queries.

    A table or column that the folder lacks is there as an empty view or a null column, so that a query always
    runs; `has` and `rung` say what is really there.

    Attributes:
        folder: Where the tables lie.
        connection: The DuckDB connection that holds one view a table.
        columns: Table name to the columns that the folder really has.
    """

    folder: Path
    connection: duckdb.DuckDBPyConnection
    columns: dict[str, frozenset[str]]

    @property
    def is_synthetic(self) -> bool:
        """Whether the data are ours: the planted truth lies beside the tables."""
        return (self.folder / "truth.json").exists()

    def has(self, table: str, *columns: str) -> bool:
        """Whether the folder really holds that table with those columns."""
        return table in self.columns and self.columns[table].issuperset(columns)

    def rung(self, slug: str) -> str:
        """The highest rung of a case's data ladder that the folder reaches.

        Args:
            slug: The case, e.g. `"big_policy_backtracking"`.

        Returns:
            `"minimum"`, `"good"` or `"best"`; `""` if not even the minimum is there.
        """
        reached = ""
        for rung in contract.needs()[slug]:
            if not all(self.has(table, *columns) for table, columns in rung.tables.items()):
                return reached
            reached = rung.name
        return reached

    def query(self, name: str, **values: Any) -> pd.DataFrame:
        """Run one SQL file of `queries/`.

        Args:
            name: File name without `.sql`.
            **values: What its `$name` parameters stand for; those it does not use are ignored.

        Returns:
            The rows, sorted as the file says.

        Raises:
            CvcError: E205 for an unknown query, E206 for a missing value.
        """
        sql = read_query(name)
        wanted = set(re.findall(r"\$(\w+)", sql))
        if missing := sorted(wanted - set(values)):
            raise CvcError("E206", name=name, missing=missing, first=missing[0])
        given = {key: value for key, value in values.items() if key in wanted}
        return self.connection.execute(sql, given or None).df()

    def rows(self, table: str, count: int = 3) -> pd.DataFrame:
        """The first rows of a canonical table, by key."""
        key = ", ".join(contract.tables()[table].key)
        return self.connection.execute(f"select * from {table} order by {key} limit {count}").df()

    def planted(self, key: str) -> float | None:
        """The planted truth of one finding, known only because the data are ours.

        Nothing but the display of a finding may call this; no estimate depends on it.
        """
        if not self.is_synthetic:
            return None
        truth = json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))
        value = truth["planted"].get(key)
        return None if value is None else float(value)


def read_query(name: str) -> str:
    """The text of one SQL file; E205 if there is none of that name."""
    path = QUERIES / f"{name}.sql"
    if not path.exists():
        raise CvcError("E205", name=name, known=sorted(found.stem for found in QUERIES.glob("*.sql")))
    return path.read_text(encoding="utf-8")


def find_folder(data: str | Path) -> Path:
    """The data folder of that name, looked for from the working directory upwards.

    Notebook tests run inside `cases/`, papermill from anywhere, so a relative name is looked up like a
    repository root. Raises E202 if no such folder holds tables.
    """
    start = Path.cwd()
    for parent in [start, *start.parents]:
        if list((parent / data).glob("*.parquet")):
            return (parent / data).resolve()
    raise CvcError("E202", folder=Path(data).name, start=start.name)


def open(data: str | Path, *, memory: str = "", threads: int = 0, spill: str | Path = "") -> Insurer:
    """Open a folder of canonical tables (`<table>.parquet`, or a folder `<table>/` of Parquet parts).

    Args:
        data: The folder, absolute or looked for from the working directory upwards.
        memory: Memory limit of the engine, e.g. `"2GB"`; empty for its default.
        threads: Number of threads; 0 for all.
        spill: Folder for what does not fit in memory.

    Returns:
        The open tables.

    Raises:
        CvcError: E202 no such folder, E203 a key column is missing, E204 a column has another type.
    """
    folder = find_folder(data)
    connection = connect(memory=memory, threads=threads, spill=spill)
    columns = {}
    for table in contract.tables().values():
        columns[table.name] = _create_view(connection, folder, table)
    for view in VIEWS:
        connection.execute(f"create view {view} as {read_query(view)}")
    return Insurer(folder, connection, {name: found for name, found in columns.items() if found})


def connect(*, memory: str = "", threads: int = 0, spill: str | Path = "") -> duckdb.DuckDBPyConnection:
    """A fresh in-memory DuckDB with the given limits.

    Args:
        memory: Memory limit, e.g. `"2GB"`; empty for the default.
        threads: Number of threads; 0 for all.
        spill: Folder for what does not fit in memory.
    """
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    for setting, value in (("memory_limit", memory), ("threads", threads), ("temp_directory", str(spill))):
        if value:
            connection.execute(f"set {setting} = '{value}'")
    return connection


def _create_view(connection: duckdb.DuckDBPyConnection, folder: Path, table: contract.Table) -> frozenset[str]:
    """One view with all columns of the contract; returns those that the folder really has."""
    source = _source(folder, table.name)
    found = _column_types(connection, source) if source else {}
    if found and (missing := [key for key in table.key if key not in found]):
        raise CvcError("E203", table=table.name, missing=missing)
    parts = []
    for column in table.columns:
        expected = contract.SQL_TYPE[column.kind]
        if column.name not in found:
            parts.append(f"cast(null as {expected}) as {column.name}")
            continue
        if found[column.name] != expected:
            raise CvcError("E204", table=table.name, column=column.name, seen=found[column.name], expected=expected)
        parts.append(column.name)
    origin = f"from read_parquet('{source}')" if source else "where false"
    connection.execute(f"create view {table.name} as select {', '.join(parts)} {origin}")
    return frozenset(found)


def _source(folder: Path, name: str) -> str:
    """The Parquet pattern of a table, with quotes escaped, or an empty string."""
    single, parts = folder / f"{name}.parquet", folder / name
    path = single if single.exists() else parts / "*.parquet" if list(parts.glob("*.parquet")) else None
    return path.as_posix().replace("'", "''") if path else ""


def _column_types(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    described = connection.execute(f"describe select * from read_parquet('{source}')").fetchall()
    return {row[0]: row[1].lower() for row in described}
