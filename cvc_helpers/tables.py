"""Opens a folder of canonical tables and runs the heavy steps, which are the SQL files in `queries/`."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import sqlglot
from sqlglot import exp

from cvc_helpers import contract, ladder
from cvc_helpers.errors import CvcError
from cvc_helpers.queries import VIEWS, queries_of, read_query

SETTINGS_VARIABLE = "CVC_TABLES"
"""Environment variable through which a run hands its `Settings` to the case, as JSON."""
TRUTH = "truth.json"
"""What is planted in the fictitious insurer, and the checksums of its tables: the seal."""
PATTERN = frozenset("[]*?{}")
"""Characters of a path that DuckDB and Spark would take for a pattern, and read another folder."""
EMPTY = '"null"'
"""Type of a Parquet column in which nothing was ever written: it fits every type of the contract."""
AS_SENT = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xls"})
"""Endings of files as a client sends them, which `cvc ingest` turns into tables."""
ENGINES = ("duckdb", "spark")
DIALECTS = ENGINES
"""Dialects in which a query can be printed; each has been run by a test."""


@dataclass(frozen=True)
class Settings:
    """Where the heavy steps run, and with how much.

    Attributes:
        engine: `duckdb` or `spark`.
        memory: Memory limit, e.g. `"2GB"`; empty for the engine's default.
        threads: Number of threads; 0 for all.
        spill: Folder for what does not fit in memory.
        answers: `answer_name` to a Parquet file in which the client's own team answered that query.
    """

    engine: str = "duckdb"
    memory: str = ""
    threads: int = 0
    spill: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


class Query(NamedTuple):
    """One query that a case asks.

    Attributes:
        name: File name in `queries/` without `.sql`.
        values: What its `$name` parameters stand for; those it does not use are ignored.
    """

    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Insurer:
    """Canonical tables that are open for queries.

    A table or column that the folder lacks is there as an empty view or a null column, so that a query always
    runs; `has` and `rung` say what is really there.

    Attributes:
        folder: Where the tables lie.
        connection: The DuckDB connection that holds one view a table.
        columns: Table name to the columns that the folder really has.
        settings: Where queries run.
        asked: Parameters of the case that opened them.
    """

    folder: Path
    connection: duckdb.DuckDBPyConnection
    columns: dict[str, frozenset[str]]
    settings: Settings = Settings()
    asked: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def is_synthetic(self) -> bool:
        """Whether the data are ours: sealed tables, and no answer of a client's team in their place."""
        return not self.settings.answers and is_synthetic(self.folder)

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
        self._refuse_copies(slug)
        if self._all_answered(slug):
            return ladder.rungs(slug)[-1].name
        return ladder.reached(slug, self.columns)[0]

    def lacking(self, slug: str) -> dict[str, tuple[str, ...]]:
        """What the folder lacks of a case's highest rung: table to columns, none where the whole table is missing."""
        return {} if self._all_answered(slug) else ladder.lacking(slug, self.columns)

    def _refuse_copies(self, slug: str) -> None:
        """Refuse tables of a case in which a key stands twice (E208): every count would be too high."""
        read = {name for rung in ladder.rungs(slug) for name in rung.asked} & set(self.columns)
        for name in sorted(read):
            key = ", ".join(contract.tables()[name].key)
            [[twice]] = self.connection.execute(f"select count(*) - count(distinct ({key})) from {name}").fetchall()
            if twice:
                raise CvcError("E208", caller=f"tables.open({self.folder.name})", table=name, count=twice, key=key)

    def query(self, asked: str | Query, **values: Any) -> pd.DataFrame:
        """Run one SQL file of `queries/`.

        Args:
            asked: File name without `.sql`, or the query with its values.
            **values: What its `$name` parameters stand for; those it does not use are ignored.

        Returns:
            The rows, sorted as the file says.

        Raises:
            CvcError: E205 for an unknown query, E206 for a missing value, E410 for an answer that does not fit.
        """
        name, known = asked if isinstance(asked, Query) else (asked, {})
        sql, given = read_query(name), query_values(name, {**known, **values})
        if answer := self.settings.answers.get(answer_name(name, given)):
            return self._conforming(name, sql, given, self.connection.read_parquet(answer))
        if self.settings.engine == "spark":
            found = self._on_spark(sql, given)
            return self._conforming(name, sql, given, self.connection.from_arrow(found))
        return self.connection.execute(sql, given or None).df()

    def _on_spark(self, sql: str, given: dict[str, Any]) -> Any:
        """The rows of a query, computed by Spark."""
        from cvc_helpers import spark

        return spark.query(
            {name: source_pattern(self.folder, name).replace("''", "'") for name in contract.tables()},
            self.columns,
            {view: dialect_sql(read_query(view), "spark") for view in VIEWS},
            dialect_sql(sql, "spark"),
            given,
            memory=self.settings.memory,
            threads=self.settings.threads,
        )

    def _conforming(self, name: str, sql: str, given: dict[str, Any], found: duckdb.DuckDBPyRelation) -> pd.DataFrame:
        """Rows that came from elsewhere, in the columns, types and order that the query declares; else E410."""
        declared = self.connection.sql(sql, params=given or None)
        if odd := sorted(set(declared.columns) ^ set(found.columns)):
            raise CvcError("E410", query=name, reason=f"columns {odd} are missing or unknown")
        seen = dict(zip(found.columns, map(str, found.types), strict=True))
        types = dict(zip(declared.columns, map(str, declared.types), strict=True))
        wrong = [column for column in types if not _fits(seen[column], types[column])]
        if odd := [f"{column} is {seen[column]}, not {types[column]}" for column in wrong]:
            raise CvcError("E410", query=name, reason="; ".join(odd))
        columns = ", ".join(f'cast("{column}" as {kind}) as "{column}"' for column, kind in types.items())
        order = ", ".join(f'"{column}" nulls last' for column in order_columns(name)) or "1"
        rows: pd.DataFrame = found.project(columns).order(order).df()
        return rows

    def _all_answered(self, slug: str) -> bool:
        """Whether the client's team answered every query of a case."""
        queries = queries_of(slug)
        answered = {name.rpartition("-")[0] for name in self.settings.answers}
        return bool(queries) and answered.issuperset(queries)

    def rows(self, table: str, count: int = 3) -> pd.DataFrame:
        """The first rows of a canonical table, by key."""
        key = ", ".join(contract.tables()[table].key)
        return self.connection.execute(f"select * from {table} order by {key} limit {count}").df()

    def planted(self, key: str) -> float | None:
        """The planted truth of one finding, known only because the data are ours, and only for the question it answers.

        Nothing but the display of a finding may call this; no estimate depends on it.
        """
        if not self.is_synthetic:
            return None
        truth = json.loads((self.folder / TRUTH).read_text(encoding="utf-8"))
        value, held = truth.get("planted", {}).get(key), truth.get("asked", {}).get(key.split(".")[0], {})
        is_other = any(self.asked.get(name, planted) != planted for name, planted in held.items())
        return None if value is None or is_other else float(value)


def is_synthetic(folder: Path) -> bool:
    """Whether the tables of a folder are ours: its `truth.json` names the checksum of each, no more and no less.

    A file that is missing, unreadable or of another form is no seal, and the tables are then a client's.
    """
    try:
        sealed = json.loads((folder / TRUTH).read_text(encoding="utf-8"))["tables"]
        return bool(sealed) and bool(sealed == checksums(folder))
    except (OSError, ValueError, LookupError, TypeError):
        return False


def checksums(folder: Path) -> dict[str, str]:
    """Name of each Parquet file of a folder, parts and answers in its sub-folders included, to its sha256."""
    found = {}
    for path in sorted([*folder.glob("*.parquet"), *folder.glob("*/*.parquet")]):
        with path.open("rb") as file:
            found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def query_values(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Of the values offered, those that a query takes; E206 if one is missing."""
    wanted = sorted(set(re.findall(r"\$(\w+)", read_query(name))))
    if missing := [key for key in wanted if key not in values]:
        raise CvcError("E206", name=name, missing=missing, first=missing[0])
    return {key: values[key] for key in wanted}


def answer_name(name: str, given: Mapping[str, Any]) -> str:
    """Under which name the answer to one query with one set of values is filed, e.g. `<query>-3fa9c15e`."""
    return f"{name}-{hashlib.sha256(json.dumps(dict(sorted(given.items()))).encode()).hexdigest()[:8]}"


def dialect_sql(sql: str, dialect: str) -> str:
    """A query of `queries/` in the words of another engine; `$name` becomes that engine's named argument.

    Decimal literals become doubles, as DuckDB computes them; elsewhere a division would round to a decimal.
    """
    if dialect == "duckdb":
        return sql
    tree = sqlglot.parse_one(sql, read="duckdb")
    for literal in list(tree.find_all(exp.Literal)):
        if not literal.is_string and "." in literal.this:
            literal.replace(exp.cast(literal.copy(), "double"))
    return tree.sql(dialect=dialect, pretty=True)


def printed_sql(name: str, values: Mapping[str, Any], dialect: str) -> str:
    """A query with its values written in as literals, for the client's data team to review and run.

    Args:
        name: File name without `.sql`.
        values: What its parameters stand for; only whole numbers, numbers, truth values and plain text.
        dialect: `duckdb` or `spark`.
    """
    given = query_values(name, values)
    lines = [_filled(line, given) if line.startswith("--") else line for line in read_query(name).splitlines()]
    tree = sqlglot.parse_one("\n".join(lines), read="duckdb")
    for parameter in list(tree.find_all(exp.Parameter, exp.Placeholder)):
        key = parameter.name or parameter.this.name
        parameter.replace(exp.convert(given[key]))
    return dialect_sql(tree.sql(dialect="duckdb", pretty=True), dialect)


def _filled(comment: str, given: Mapping[str, Any]) -> str:
    """A comment with the values in the place of their names."""
    return re.sub(r"\$(\w+)", lambda name: str(given.get(name.group(1), name.group())), comment)


def _fits(seen: str, declared: str) -> bool:
    """Whether a type can be cast to the declared one without a change of meaning."""
    family = {"VARCHAR": "text", "BOOLEAN": "flag", "DATE": "date"}
    known = "DATE" if seen.startswith("TIMESTAMP") else seen  # as pandas writes days
    return family.get(known, "number") == family.get(declared, "number") or seen in ('"NULL"', "NULL")


def order_columns(name: str) -> list[str]:
    """The columns by which the rows of a query are sorted; they tell its rows apart. Empty for a view."""
    order = sqlglot.parse_one(read_query(name), read="duckdb").args.get("order")
    return [item.this.name for item in order.expressions] if order else []


def settings_from_environment() -> Settings:
    """What the run that started this process asks for; the defaults outside a run."""
    return Settings(**json.loads(os.environ.get(SETTINGS_VARIABLE, "{}")))


def find_folder(data: str | Path) -> Path:
    """The data folder of that name, looked for from the working directory upwards.

    Notebook tests run inside `cases/`, papermill from anywhere, so a relative name is looked up like a
    repository root. Raises E202 if no such folder holds tables, E216 if one holds files as a client sends them.
    """
    start = Path.cwd()
    if odd := sorted(set(str((start / data).resolve())) & PATTERN):
        raise CvcError("E214", folder=Path(data).name, odd=" ".join(odd))
    places = [parent / data for parent in [start, *start.parents]]
    for place in places:
        if any(place.glob("*.parquet")) or any((place / "answers").glob("*.parquet")):
            return place.resolve()
    if any(path.suffix.lower() in AS_SENT for place in places for path in place.glob("*.*")):
        raise CvcError("E216", folder=Path(data).name)
    raise CvcError("E202", folder=Path(data).name, start=start.name)


def open(
    data: str | Path,
    *,
    memory: str = "",
    threads: int = 0,
    spill: str | Path = "",
    engine: str = "",
    asked: Mapping[str, Any] | None = None,
) -> Insurer:
    """Open a folder of canonical tables (`<table>.parquet`, or a folder `<table>/` of Parquet parts).

    Args:
        data: The folder, absolute or looked for from the working directory upwards.
        memory: Memory limit of the engine, e.g. `"2GB"`; empty for its default.
        threads: Number of threads; 0 for all.
        spill: Folder for what does not fit in memory.
        engine: Where queries run, `duckdb` or `spark`; empty for what the run asks for.
        asked: Parameters of the case; a planted truth is known only for those that it answers.

    Returns:
        The open tables.

    Raises:
        CvcError: E202 no such folder, E216 one of files as they were sent, E203 a key column is missing, E204 a column
            has another type, E417 a file cannot be read.
    """
    folder, settings = find_folder(data), settings_from_environment()
    given: dict[str, Any] = {"memory": memory, "threads": threads, "spill": str(spill), "engine": engine}
    settings = replace(settings, **{name: value for name, value in given.items() if value})
    connection = connect(memory=settings.memory, threads=settings.threads, spill=settings.spill)
    columns = {}
    for table in contract.tables().values():
        columns[table.name] = _create_view(connection, folder, table)
    for view in VIEWS:
        connection.execute(f"create view {view} as {read_query(view)}")
    there = {name: found for name, found in columns.items() if found}
    return Insurer(folder, connection, there, settings, asked or {})


def connect(*, memory: str = "", threads: int = 0, spill: str | Path = "") -> duckdb.DuckDBPyConnection:
    """A fresh in-memory DuckDB with the given limits.

    Args:
        memory: Memory limit, e.g. `"2GB"`; empty for the default.
        threads: Number of threads; 0 for all.
        spill: Folder for what does not fit in memory.
    """
    connection = duckdb.connect()
    for setting, value in (("memory_limit", memory), ("threads", threads), ("temp_directory", str(spill))):
        if value:
            escaped = str(value).replace("'", "''")
            connection.execute(f"set {setting} = '{escaped}'")
    return connection


def _create_view(connection: duckdb.DuckDBPyConnection, folder: Path, table: contract.Table) -> frozenset[str]:
    """One view with all columns of the contract; returns those that the folder really has."""
    source = source_pattern(folder, table.name)
    found = _column_types(connection, source, table.name) if source else {}
    if found and (missing := [key for key in table.key if key not in found]):
        raise CvcError("E203", table=table.name, missing=missing)
    parts = []
    for column in table.columns:
        expected = contract.SQL_TYPE[column.kind]
        if column.name not in found:
            parts.append(f"cast(null as {expected}) as {column.name}")
            continue
        if found[column.name] not in (expected, EMPTY):
            raise CvcError("E204", table=table.name, column=column.name, seen=found[column.name], expected=expected)
        name = column.name
        parts.append(f"cast({name} as {expected}) as {name}" if found[name] == EMPTY else name)
    origin = f"from read_parquet('{source}')" if source else "where false"
    connection.execute(f"create view {table.name} as select {', '.join(parts)} {origin}")
    return frozenset(found)


def source_pattern(folder: Path, name: str) -> str:
    """The Parquet pattern of a table, with quotes escaped, or an empty string."""
    single, parts = folder / f"{name}.parquet", folder / name
    path = single if single.exists() else parts / "*.parquet" if list(parts.glob("*.parquet")) else None
    return path.as_posix().replace("'", "''") if path else ""


def _column_types(connection: duckdb.DuckDBPyConnection, source: str, table: str) -> dict[str, str]:
    try:
        described = connection.execute(f"describe select * from read_parquet('{source}')").fetchall()
    except (duckdb.IOException, duckdb.InvalidInputException):
        raise CvcError("E417", table=table) from None
    return {row[0]: row[1].lower() for row in described}
