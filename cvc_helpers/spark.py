"""The same queries on Spark: local mode here, the client's cluster there. Only `tables` calls this module."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

import pyarrow as pa

from cvc_helpers import contract
from cvc_helpers.errors import CvcError

EMPTY = frozenset({"int", "void"})
"""How Spark reads a Parquet column in which nothing was ever written; no column of the contract has such a type."""


def query(
    sources: Mapping[str, str],
    columns: Mapping[str, frozenset[str]],
    views: Mapping[str, str],
    sql: str,
    given: Mapping[str, Any],
    *,
    memory: str = "",
    threads: int = 0,
) -> pa.Table:
    """Run one query on Spark.

    Args:
        sources: Table name to its Parquet file or folder; empty where there is none.
        columns: Table name to the columns that are really there.
        views: Name to query, in Spark's words, of what other queries read by name.
        sql: The query in Spark's words.
        given: Values of its parameters.
        memory: Of the driver, e.g. `"2GB"`.
        threads: Of the local session; 0 for all.

    Returns:
        The rows.

    Raises:
        CvcError: E412 if Spark or its Java runtime is not there.
    """
    session = _session(memory, threads)
    _views(session, *(tuple(sorted(part.items())) for part in (sources, columns, views)))
    rows: pa.Table = session.sql(sql, args=dict(given)).toArrow()
    return rows


@cache
def _views(
    session: Any,
    sources: tuple[tuple[str, str], ...],
    columns: tuple[tuple[str, frozenset[str]], ...],
    views: tuple[tuple[str, str], ...],
) -> None:
    """The views of one folder, made once."""
    for name, source in sources:
        _view(session, source, contract.tables()[name], dict(columns).get(name, frozenset()))
    for name, body in views:
        session.sql(f"create or replace temp view {name} as {body}")


@cache
def _session(memory: str, threads: int) -> Any:
    """One session a process, quiet, bound to this interpreter."""
    try:
        from pyspark.sql import SparkSession

        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master(f"local[{threads or '*'}]").appName("cvc")
        options = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.memory": memory.replace("B", "").replace(" ", "").replace("i", "").lower() or "2g",
            "spark.sql.execution.arrow.pyspark.enabled": "true",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": "4",
        }
        for name, value in options.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
    except Exception as problem:
        raise CvcError("E412", reason=type(problem).__name__) from None
    session.sparkContext.setLogLevel("ERROR")
    return session


def _view(session: Any, source: str, table: contract.Table, found: frozenset[str]) -> None:
    """One temporary view with all columns of the contract; an empty one where the folder lacks the table."""
    rows = session.read.parquet(source.removesuffix("/*.parquet")) if source else None
    empty = {name for name, kind in rows.dtypes if kind in EMPTY} if rows is not None else set()
    parts = [
        column.name if column.name in found - empty else f"cast(null as {_kind(column)}) as {column.name}"
        for column in table.columns
    ]
    if rows is None:
        session.sql(f"create or replace temp view {table.name} as select {', '.join(parts)} where false")
        return
    rows.selectExpr(*parts).createOrReplaceTempView(table.name)


def _kind(column: contract.Column) -> str:
    return contract.SQL_TYPE[column.kind].replace("varchar", "string")
