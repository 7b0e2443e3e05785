"""Makes one canonical table of the staged files: copies collapsed, riders added up, keys unique, rows by key."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import dataset

from cvc_helpers import contract
from cvc_helpers.errors import CvcError
from cvc_helpers.intake.ahead import ahead
from cvc_helpers.intake.columns import ARROW_TYPE
from cvc_helpers.intake.quarantine import Quarantine
from cvc_helpers.intake.stage import FILE, MAIN, PREMIUM, ROW, FileCount

LEAST_MEDIAN, MOST_MEDIAN = 50_00, 5_000_000_00
"""Between which median annual premium, in cents, a unit is believable."""
FACTOR = 1_000
ENOUGH = 20
BATCH = 100_000


@dataclass
class TableCount:
    """What became of the rows of one table after all its files were staged."""

    table: str
    rows_staged: int
    copies: int = 0
    merged: int = 0
    clashing: int = 0
    rows_out: int = 0
    premium_out: int = 0
    columns: list[str] = field(default_factory=list)


def staged(folder: Path, table: str, connection: duckdb.DuckDBPyConnection) -> tuple[str, list[str]]:
    """The staged files of a table under a name of the engine, and the columns that any of them has."""
    paths = sorted(map(str, folder.glob(f"{table}-*.arrow")))
    schema = pa.unify_schemas([dataset.dataset(path, format="ipc").schema for path in paths])
    connection.register("staged", dataset.dataset(paths, format="ipc", schema=schema))
    return "staged", list(schema.names)


def finish(
    table: contract.Table,
    folder: Path,
    out: Path,
    *,
    connection: duckdb.DuckDBPyConnection,
    files: list[FileCount],
    quarantine: Quarantine,
) -> TableCount:
    """Write `<table>.parquet`.

    Args:
        table: What to make.
        folder: Where the staged files lie.
        out: Folder to write to.
        connection: The engine.
        files: Counts of all files by their number; those of this table are corrected for copies and clashes.
        quarantine: Takes the rows whose key clashes (Q208).

    Returns:
        What became of the rows.
    """
    source, found = staged(folder, table.name, connection)
    columns = [column.name for column in table.columns if column.name in found]
    key = ", ".join(table.key)
    [[rows, keys]] = connection.execute(f"select count(*), count(distinct ({key})) from {source}").fetchall()
    count = TableCount(table.name, rows, columns=columns)
    _check_units(connection, source, columns, files)
    if rows != keys:
        source = _unique(table, source, columns, MAIN in found, connection, files, quarantine, count)
    _write(connection, f"select {', '.join(columns)} from {source} order by {key}", table, columns, out, count)
    return count


def _unique(
    table: contract.Table,
    source: str,
    columns: list[str],
    has_main: bool,
    connection: duckdb.DuckDBPyConnection,
    files: list[FileCount],
    quarantine: Quarantine,
    count: TableCount,
) -> str:
    """Collapse exact copies (N132), then add up riders (N133) or quarantine clashing keys (Q208)."""
    key, names = ", ".join(table.key), ", ".join(columns)
    main = f", {MAIN}" if has_main else ""
    first = f"row_number() over (partition by {names}{main} order by {FILE}, {ROW})"
    connection.execute(f"create or replace temp table once as select *, {first} as _copy from {source}")
    premium = PREMIUM if PREMIUM in columns else "0"
    _move(connection, f"select {FILE}, {ROW}, {premium} from once where _copy > 1", files, count, None)
    connection.execute("delete from once where _copy > 1")
    clash = f"select {key} from once group by all having count(*) > 1"
    if has_main:
        [[many]] = connection.execute(f"select count(*) from once where ({key}) in ({clash})").fetchall()
        [[groups]] = connection.execute(f"select count(*) from ({clash})").fetchall()
        count.merged = many - groups
        return f"({_merged(table, columns)})"
    rows = f"select {FILE}, {ROW}, {premium} from once where ({key}) in ({clash}) order by 1, 2"
    _move(connection, rows, files, count, quarantine)
    connection.execute(f"delete from once where ({key}) in ({clash})")
    return "once"


def _merged(table: contract.Table, columns: list[str]) -> str:
    """One row a key: money added up, everything else from the main coverage, else the largest premium."""
    rank = f"{{'main': coalesce({MAIN}, false), 'money': {PREMIUM if PREMIUM in columns else '0'}, 'row': -{ROW}}}"
    parts = []
    for name in columns:
        if name in table.key:
            parts.append(name)
        elif table.column(name).kind == "cents":
            parts.append(f"cast(sum({name}) as bigint) as {name}")
        else:
            parts.append(f"arg_max({{'value': {name}}}, {rank}).value as {name}")
    return f"select {', '.join(parts)} from once group by {', '.join(table.key)}"


def _move(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    files: list[FileCount],
    count: TableCount,
    quarantine: Quarantine | None,
) -> None:
    """Take rows out of the accepted ones: copies to the excluded, clashes to the quarantine."""
    for number, row, premium in connection.execute(sql).fetchall():
        file, cents = files[number], premium or 0
        file.rows_ok -= 1
        file.premium_ok -= cents
        if quarantine is None:
            count.copies += 1
            file.rows_excluded += 1
            file.premium_excluded += cents
            file.codes["N132"] += 1
        else:
            count.clashing += 1
            file.rows_quarantined += 1
            file.premium_quarantined += cents
            key = contract.tables()[file.table].key[0]
            quarantine.add(file.file, file.sheet, row, file.table, key, "Q208")


def _check_units(
    connection: duckdb.DuckDBPyConnection, source: str, columns: list[str], files: list[FileCount]
) -> None:
    """E112: a median that no unit explains; E116: files or units a factor of thousands apart."""
    if PREMIUM not in columns:
        return
    sql = "select {by}, median({money}), count(*) from {source} where {money} > 0 group by 1 having count(*) >= {few}"
    fill = {"money": PREMIUM, "source": source, "few": ENOUGH}
    by_file = connection.execute(sql.format(by=FILE, **fill)).fetchall()
    for number, middle, _ in by_file:
        if not LEAST_MEDIAN <= middle <= MOST_MEDIAN:
            raise CvcError("E112", file=files[number].file, column=PREMIUM, median=f"{middle / 100:,.2f}", unit="yuan")
    by_unit = connection.execute(sql.format(by="org_id", **fill)).fetchall() if "org_id" in columns else []
    for groups, named in ((by_file, True), (by_unit, False)):
        usual = median([middle for _, middle, _ in groups]) if groups else 0
        odd = [name for name, middle, _ in groups if max(middle, usual) > FACTOR * min(middle, usual)]
        if odd:
            shown = [files[name].file if named else name for name in odd]
            raise CvcError("E116", column=PREMIUM, groups=sorted(map(str, shown))[:10])


def _write(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    table: contract.Table,
    columns: list[str],
    out: Path,
    count: TableCount,
) -> None:
    schema = pa.schema([(name, ARROW_TYPE[table.column(name).kind]) for name in columns])
    path = out / f"{table.name}.parquet"
    repeating = [name for name in columns if table.column(name).kind != "id" or table.column(name).refers_to]
    options = {"compression": "zstd", "compression_level": 1, "write_page_checksum": True, "use_dictionary": repeating}
    with pq.ParquetWriter(path, schema, **options) as writer:
        for batch in ahead(connection.sql(sql).to_arrow_reader(BATCH)):
            writer.write_table(pa.Table.from_batches([batch]).cast(schema))
    read_back = ["count(*)", f"coalesce(sum({PREMIUM}), 0)" if PREMIUM in columns else "0"]
    source = path.as_posix().replace("'", "''")
    [[rows, premium]] = connection.execute(f"select {', '.join(read_back)} from read_parquet('{source}')").fetchall()
    count.rows_out, count.premium_out = int(rows), int(premium)


def orphans(
    out: Path, made: dict[str, TableCount], connection: duckdb.DuckDBPyConnection
) -> dict[str, tuple[int, int]]:
    """References that point to no row: `table.column` to (orphans, references); only where both tables are there."""
    found = {}
    for name in made:
        for column in contract.tables()[name].columns:
            target, _, key = column.refers_to.partition(".")
            if target not in made or column.name not in made[name].columns:
                continue
            here, there = ((out / f"{table}.parquet").as_posix().replace("'", "''") for table in (name, target))
            sql = (
                f"select count(*) filter (where {column.name} not in (select {key} from read_parquet('{there}'))), "
                f"count(*) from read_parquet('{here}') where {column.name} is not null"
            )
            [[lost, references]] = connection.execute(sql).fetchall()
            found[f"{name}.{column.name}"] = (int(lost), int(references))
    return found


def conservation(files: list[FileCount], made: dict[str, TableCount]) -> None:
    """Assert that no row and no cent was lost: per file, and from the files to the written tables.

    Raises:
        CvcError: E199, a fault of ours.
    """
    for file in files:
        rows = file.rows_ok + file.rows_quarantined + file.rows_excluded
        premium = file.premium_ok + file.premium_quarantined + file.premium_excluded
        if (rows, premium) != (file.rows_in, file.premium_in):
            raise CvcError("E199", where=file.file, expected=(file.rows_in, file.premium_in), found=(rows, premium))
    for name, count in made.items():
        rows = sum(file.rows_ok for file in files if file.table == name) - count.merged
        premium = sum(file.premium_ok for file in files if file.table == name)
        if (rows, premium) != (count.rows_out, count.premium_out):
            raise CvcError("E199", where=name, expected=(rows, premium), found=(count.rows_out, count.premium_out))


def counts_by_code(files: list[FileCount], made: dict[str, TableCount], quarantine: Quarantine) -> Counter[str]:
    """How often each code N, W, X, Q occurred."""
    total = sum((file.codes for file in files), Counter[str]()) + quarantine.counts()
    total["N133"] += sum(count.merged for count in made.values())
    return +total
