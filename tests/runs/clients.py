"""Folders as a client's data lie in them: under pseudonyms, without a planted truth, beside an engagement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cvc_helpers import contract
from cvc_helpers.intake.pseudonyms import Key, is_open, load_key, new_key
from cvc_helpers.ladder import columns_read, rungs

NAME = "海山人寿"
ENGAGEMENT = f"""
purpose: p
contact: c
deletion_date: 2099-01-01
key_file: ../keys/client.key
client: {NAME}
"""


def ladder(slug: str) -> dict[str, dict[str, list[str]]]:
    """Rung to the tables, with their columns, of a folder that reaches this rung of a case and no higher one.

    The highest has all that the case reads, so that it can answer.
    """
    found: dict[str, dict[str, list[str]]] = {}
    reached: dict[str, list[str]] = {}
    for rung in rungs(slug):
        for table, columns in rung.least.items():
            known = reached.get(table, contract.tables()[table].key)
            reached[table] = list(dict.fromkeys([*known, *columns]))
        found[rung.name] = dict(reached)
    for table, column in (pair for rung in rungs(slug) for query in rung.queries for pair in columns_read(query)):
        known = reached.get(table, contract.tables()[table].key)
        reached[table] = list(dict.fromkeys([*known, column]))
    return found | {list(found)[-1]: reached}


def write_engagement(home: Path) -> Key:
    """Write `engagement.yml` to a project's folder, and its key beside the folder."""
    home.mkdir(parents=True, exist_ok=True)
    key_file = home.parent / "keys" / "client.key"
    if not key_file.exists():
        new_key(key_file)
    (home / "engagement.yml").write_text(ENGAGEMENT, encoding="utf-8")
    return load_key(key_file)


def write_client(insurer: Path, home: Path, asked: Mapping[str, Sequence[str]]) -> Path:
    """Write these columns of an insurer's tables as `curated/` of a client's project; returns that folder."""
    key, folder = write_engagement(home), home / "curated"
    folder.mkdir()
    for name, columns in asked.items():
        there = [column for column in columns if column in pq.read_schema(insurer / f"{name}.parquet").names]
        table = under_key(name, pq.read_table(insurer / f"{name}.parquet", columns=there), key)
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


def under_key(name: str, table: pa.Table, key: Key) -> pa.Table:
    """A canonical table with pseudonyms for its personal identifiers, its rows by key."""
    connection = duckdb.connect()
    for place, column in enumerate(contract.tables()[name].column(known) for known in table.column_names):
        if column.kind == "id" and not is_open(name, column):
            hidden = key.pseudonyms(table[column.name].combine_chunks(), connection)
            table = table.set_column(place, column.name, hidden)
    return table.sort_by([(part, "ascending") for part in contract.tables()[name].key])
